"""What ``survey.sav`` says about its variables, in the words of the Italian questionnaire.

This is the dictionary of the delivered file. ``study/codebook.yml`` is the study's own: it may later be
reworded for readers without touching a file that is already on record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from savfile import FileDictionary, ResponseSet

Labels = dict[int | str, str]

PARTNERS = {
    "com": "Comuni",
    "asl": "Azienda sanitaria locale",
    "pro": "Provincia",
    "coo": "Cooperative sociali",
    "vol": "Organizzazioni di volontariato",
    "ass": "Associazioni prosociali",
    "fon": "Fondazioni",
    "par": "Parrocchie ed enti religiosi",
    "ist": "Istituzioni assistenziali",
    "imp": "Imprese",
}

AREAS = {
    "area_fam": "Famiglia e minori",
    "area_anz": "Anziani",
    "area_dis": "Persone con disabilità",
    "area_gio": "Giovani",
    "area_imm": "Immigrazione",
    "area_dip": "Dipendenze",
    "area_pov": "Povertà ed esclusione sociale",
    "area_acc": "Accreditamento per conto dei Comuni",
}

STRENGTHS = {
    "for_acc": "Primo accesso dove prima mancava",
    "for_vic": "Vicinanza degli operatori alle persone",
    "for_per": "Personale più stabile e qualificato",
    "for_ris": "Economie di scala",
    "for_ret": "Conoscenza reciproca fra i soggetti della rete",
}

TABLES = {
    "tav_dia": "Sono luoghi di dialogo",
    "tav_cos": "Vi si partecipa con costanza",
    "tav_voc": "Tutti vi hanno pari voce",
    "tav_dec": "Ciò che vi si dice entra nelle decisioni",
}

MENTIONS = ("prima risposta", "seconda risposta", "terza risposta", "quarta risposta")

PROVINCES: Labels = {
    "BG": "Bergamo",
    "BS": "Brescia",
    "CO": "Como",
    "CR": "Cremona",
    "LC": "Lecco",
    "LO": "Lodi",
    "MB": "Monza e Brianza",
    "MI": "Milano",
    "MN": "Mantova",
    "PV": "Pavia",
    "SO": "Sondrio",
    "VA": "Varese",
}


@dataclass(frozen=True, slots=True)
class Scale:
    """Value labels in two parts: answers, and the codes that stand for a missing one."""

    answers: Labels
    missing: Labels = field(default_factory=dict)


_DK: Labels = {8: "Non sa"}
_NA: Labels = {9: "Non risponde"}
_YES_NO = Scale({0: "No", 1: "Sì"}, _NA)
_FREQUENCY = Scale(
    {
        1: "Meno di una volta l'anno",
        2: "Una o due volte l'anno",
        3: "Ogni tre o quattro mesi",
        4: "Ogni mese",
        5: "Più volte al mese",
    },
    _DK | _NA,
)
_TRUST = Scale({1: "Per niente", 2: "Poco", 3: "Abbastanza", 4: "Molto", 5: "Moltissimo"}, _DK | _NA)
_ROLE = Scale({1: "Programma", 2: "Gestisce", 3: "Finanzia", 4: "Eroga"}, _NA)
_JUDGEMENT = Scale(
    {
        1: "Molto negativo",
        2: "Piuttosto negativo",
        3: "Né negativo né positivo",
        4: "Piuttosto positivo",
        5: "Molto positivo",
    },
    _DK | _NA,
)
_AGREEMENT = Scale(
    {
        1: "Per niente d'accordo",
        2: "Poco d'accordo",
        3: "Abbastanza d'accordo",
        4: "Molto d'accordo",
        5: "Del tutto d'accordo",
    },
    _DK | _NA,
)
_SERVICES = Scale(
    {
        1: "Servizio sociale di primo accesso",
        2: "Tutela minori",
        3: "Assistenza domiciliare",
        4: "Affidi familiari",
        5: "Inserimento lavorativo",
        6: "Centri diurni per persone con disabilità",
        7: "Assistenza educativa scolastica",
        8: "Buoni e voucher sociali",
        9: "Mediazione culturale",
        10: "Altro servizio",
    },
    {99: "Non risponde"},
)
_WEAKNESSES = Scale(
    {
        1: "Orientamento alla delega",
        2: "Debole autogoverno del terzo settore",
        3: "Tavoli che non sono luoghi di dialogo",
        4: "Risorse economiche insufficienti",
        5: "Ricambio del personale",
        6: "Differenze fra i Comuni",
        7: "Altro",
    },
    {99: "Non risponde"},
)
_NUMBER = Scale({})


@dataclass(frozen=True, slots=True)
class Variable:
    """What the file says about one variable; ``measure`` and ``format`` in SPSS's terms."""

    label: str
    measure: str
    format: str
    scale: Scale = _NUMBER


def _nominal(label: str, scale: Scale, width: int = 1) -> Variable:
    return Variable(label, "nominal", f"F{width}.0", scale)


def _ordinal(label: str, scale: Scale) -> Variable:
    return Variable(label, "ordinal", "F1.0", scale)


def _variables() -> dict[str, Variable]:
    """Every variable by name, in questionnaire order."""
    table = {
        "codice": Variable("Codice dell'Ufficio di Piano", "nominal", "A4"),
        "provincia": Variable("Provincia", "nominal", "A2", Scale(PROVINCES)),
        "territorio": _nominal("Tipo di territorio", Scale({1: "Montano", 2: "Di pianura o collina", 3: "Urbano"})),
        "comuni": Variable("Numero di Comuni dell'ambito", "scale", "F3.0"),
        "residenti": Variable("Residenti nell'ambito", "scale", "F7.0"),
        "data_int": Variable("Data dell'intervista", "scale", "EDATE10"),
        "modo_int": _nominal(
            "Modo di rilevazione",
            Scale({1: "Intervista faccia a faccia", 2: "Intervista telefonica", 3: "Questionario autocompilato"}),
        ),
        "forma": _nominal(
            "Forma della gestione associata",
            Scale({1: "Nuovo soggetto giuridico", 2: "Forma contrattuale"}, _NA),
        ),
        "tipo_sogg": _nominal(
            "Tipo di nuovo soggetto giuridico",
            Scale(
                {
                    1: "Azienda speciale consortile",
                    2: "Consorzio fra enti locali",
                    3: "Fondazione di partecipazione",
                    4: "Società mista pubblico-privata",
                    5: "Altro soggetto",
                },
                _NA,
            ),
        ),
        "tipo_contr": _nominal(
            "Tipo di forma contrattuale",
            Scale(
                {
                    1: "Accordo di programma",
                    2: "Convenzione",
                    3: "Protocollo d'intesa",
                    4: "Altra forma contrattuale",
                },
                _NA,
            ),
        ),
        "capofila": _nominal(
            "Ente capofila",
            Scale(
                {
                    1: "Comune capofila",
                    2: "Comunità montana",
                    3: "Azienda sanitaria locale, per delega",
                    4: "Altro ente",
                },
                _NA,
            ),
        ),
        "motivo_no": _nominal(
            "Motivo per cui non è stato creato un nuovo soggetto",
            Scale(
                {
                    1: "La forma contrattuale è ritenuta adeguata",
                    2: "I Comuni sono contrari o divisi",
                    3: "I costi di avvio sono troppo alti",
                    4: "Mancano il personale e le competenze",
                    5: "Le norme sono incerte",
                    6: "Altro motivo",
                },
                _DK | _NA,
            ),
        ),
        "anno_avvio": Variable(
            "Anno di avvio della forma attuale",
            "scale",
            "F4.0",
            Scale({}, {9998: "Non sa", 9999: "Non risponde"}),
        ),
    }
    for name, text in AREAS.items():
        table[name] = _nominal(f"Area gestita in forma associata: {text}", _YES_NO)
    for number, text in enumerate(MENTIONS, start=1):
        table[f"serv_{number}"] = _nominal(f"Servizio erogato in forma associata: {text}", _SERVICES, width=2)
    for suffix, text in PARTNERS.items():
        table[f"part_{suffix}"] = _nominal(f"Partner: {text}", _YES_NO)
    for suffix, text in PARTNERS.items():
        table[f"freq_{suffix}"] = _ordinal(f"Frequenza degli incontri: {text}", _FREQUENCY)
    for suffix, text in PARTNERS.items():
        table[f"acc_{suffix}"] = _nominal(f"Accordo formale: {text}", _YES_NO)
    for suffix, text in PARTNERS.items():
        table[f"rol_{suffix}"] = _nominal(f"Ruolo: {text}", _ROLE)
    for suffix, text in PARTNERS.items():
        table[f"fid_{suffix}"] = _ordinal(f"Fiducia: {text}", _TRUST)
    table["gov_modo"] = _nominal(
        "Modalità prevalente di governo dei rapporti",
        Scale({1: "Consultazione", 2: "Concertazione", 3: "Autoamministrazione", 4: "Autoregolazione"}, _DK | _NA),
    )
    table["tavoli"] = _nominal("Presenza di tavoli tematici", _YES_NO)
    table["tav_giud"] = _ordinal("Giudizio complessivo sui tavoli", _JUDGEMENT)
    for name, text in TABLES.items():
        table[name] = _ordinal(f"Accordo sui tavoli: {text}", _AGREEMENT)
    for name, text in STRENGTHS.items():
        table[name] = _nominal(f"Punto di forza: {text}", _YES_NO)
    for number, text in enumerate(MENTIONS[:3], start=1):
        table[f"deb_{number}"] = _nominal(f"Punto di debolezza: {text}", _WEAKNESSES, width=2)
    not_stated = Scale({}, {999: "Non risponde"})
    table["fte"] = Variable("Personale dell'Ufficio (equivalenti a tempo pieno)", "scale", "F5.1", not_stated)
    table["stabili"] = Variable("Quota di personale con contratto stabile", "scale", "F3.0", not_stated)
    table["nota"] = Variable("Osservazioni conclusive", "nominal", "A240")
    table["peso"] = Variable("Peso per la mancata risposta sulla forma", "scale", "F8.6")
    return table


VARIABLES = _variables()

SETS = (
    ResponseSet("aree", "Aree gestite in forma associata", tuple(AREAS), counted=1),
    ResponseSet(
        "servizi",
        "Servizi erogati in forma associata",
        tuple(f"serv_{number}" for number in range(1, len(MENTIONS) + 1)),
    ),
    ResponseSet("partner", "Partner dell'Ufficio di Piano", tuple(f"part_{s}" for s in PARTNERS), counted=1),
    ResponseSet("forza", "Punti di forza della gestione associata", tuple(STRENGTHS), counted=1),
    ResponseSet("debolezza", "Punti di debolezza della gestione associata", ("deb_1", "deb_2", "deb_3")),
)


def file_dictionary() -> FileDictionary:
    """The dictionary of ``survey.sav``."""
    missing: dict[str, list[Any]] = {
        name: [float(code) for code in variable.scale.missing]
        for name, variable in VARIABLES.items()
        if variable.scale.missing
    }
    # A range beside a single code, as SPSS allows: in the field 990 to 998 stood for several kinds of
    # unusable figure, none of them with a label of its own.
    missing["fte"] = [{"lo": 990.0, "hi": 998.0}, *missing["fte"]]
    return FileDictionary(
        file_label="Uffici di Piano della Lombardia 2009 (ricostruzione)",
        documents=(
            "Ricostruzione: i microdati dell'indagine non sono mai stati pubblicati.",
            "La forma della gestione associata e i suoi tipi riproducono le percentuali",
            "pubblicate in Boccacin 2017 (doi 10.13136/isr.v7i1.147); ogni altro valore",
            "e' simulato con un seme fisso. Nessun ufficio reale e' descritto.",
        ),
        labels={name: variable.label for name, variable in VARIABLES.items()},
        value_labels={
            name: labels
            for name, variable in VARIABLES.items()
            if (labels := variable.scale.answers | variable.scale.missing)
        },
        missing=missing,
        formats={name: variable.format for name, variable in VARIABLES.items()},
        measures={name: variable.measure for name, variable in VARIABLES.items()},
        widths={name: 40 if name == "nota" else 10 for name in VARIABLES},
        sets=SETS,
    )
