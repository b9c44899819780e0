"""Closing remarks, invented: no office, person or place is meant by any of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark and the answers it goes with: variable -> codes; none means that it goes with all."""

    text: str
    where: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def fits(self, row: Mapping[str, Any]) -> bool:
        return all(row.get(name) in codes for name, codes in self.where)


_MOUNTAIN = (("territorio", (1,)),)
_URBAN = (("territorio", (3,)),)
_NEW_SUBJECT = (("forma", (1,)),)
_CONTRACT = (("forma", (2,)),)
_POOR_TABLES = (("tav_giud", (1, 2)),)
_GOOD_TABLES = (("tav_giud", (4, 5)),)

REMARKS = (
    Remark("Con tanti Comuni piccoli e lontani, anche trovarsi tutti è un risultato.", _MOUNTAIN),
    Remark("D'inverno le riunioni si fanno per telefono: le valli non comunicano fra loro.", _MOUNTAIN),
    Remark("Prima qui non c'era un assistente sociale; ora c'è un giorno la settimana.", _MOUNTAIN),
    Remark("I Comuni sotto i mille abitanti chiedono servizi ma non hanno chi li segua.", _MOUNTAIN),
    Remark("Le distanze pesano più dei soldi: un'ora di auto per una visita domiciliare.", _MOUNTAIN),
    Remark("Il volontariato c'è, ma è anziano e fatica a partecipare alla programmazione.", _MOUNTAIN),
    Remark("Il numero di minori stranieri non accompagnati è cresciuto più delle risorse.", _URBAN),
    Remark("Abbiamo molte associazioni, ma ciascuna parla per sé.", _URBAN),
    Remark("La domanda di casa e di lavoro arriva al segretariato sociale, che da solo non può rispondere.", _URBAN),
    Remark("Vorremmo che le imprese del territorio fossero coinvolte: per ora non sappiamo come.", _URBAN),
    Remark("Gli operatori ora sono stabili: le famiglie ritrovano la stessa persona.", _NEW_SUBJECT),
    Remark("Funziona, ma alcuni Comuni lo vivono come un fornitore e non come cosa propria.", _NEW_SUBJECT),
    Remark("I primi due anni sono serviti a costruire regolamenti; solo ora si lavora sui servizi.", _NEW_SUBJECT),
    Remark("Avere un bilancio proprio ha cambiato il modo di programmare.", _NEW_SUBJECT),
    Remark("Il terzo settore siede nell'assemblea senza diritto di voto: è un limite.", _NEW_SUBJECT),
    Remark("L'accordo regge finché regge l'intesa fra i sindaci.", _CONTRACT),
    Remark("Ogni triennio si ricomincia da capo con gli incarichi a termine.", _CONTRACT),
    Remark("I Comuni delegano volentieri i casi difficili, meno volentieri le decisioni.", _CONTRACT),
    Remark("Stiamo valutando un soggetto unico, ma non prima delle prossime elezioni.", _CONTRACT),
    Remark("Il Comune capofila si accolla un lavoro amministrativo che nessuno riconosce.", _CONTRACT),
    Remark("La convenzione lascia a ciascuno la propria identità: per noi è un pregio.", (("tipo_contr", (2,)),)),
    Remark("I tavoli servono a informare, non a decidere.", _POOR_TABLES),
    Remark("Ai tavoli vengono sempre gli stessi e si parla soprattutto di fondi.", _POOR_TABLES),
    Remark("Il tavolo anziani non si riunisce da un anno.", _POOR_TABLES),
    Remark("Dopo la prima convocazione molte associazioni non si sono più presentate.", _POOR_TABLES),
    Remark("Dal tavolo minori è nato un protocollo con le scuole che prima sembrava impossibile.", _GOOD_TABLES),
    Remark("I tavoli funzionano quando hanno un compito preciso e una scadenza.", _GOOD_TABLES),
    Remark("Ci si conosce, e questo fa risparmiare molto tempo.", _GOOD_TABLES),
    Remark("Il terzo settore locale è forte nell'erogare e debole nel rappresentarsi."),
    Remark("Servirebbe formazione comune fra operatori pubblici e del privato sociale."),
    Remark("Il rapporto con l'ASL dipende molto dalle persone."),
    Remark("I dati sugli utenti sono raccolti in modi diversi da un Comune all'altro."),
    Remark("Il Fondo nazionale arriva tardi e in misura incerta: programmare così è difficile."),
    Remark("L'accreditamento ha fatto crescere la qualità, ma ha appesantito gli uffici."),
    Remark("Si chiede co-progettazione e poi si fanno gare al massimo ribasso."),
    Remark("Nessuna osservazione."),
)
