"""Sentences of the INVENTED interviews, by code: written for this example, said by nobody.

They use the words of the field so that counting, key words and contexts have something to show.
"""

SENTENCES: dict[str, tuple[str, ...]] = {
    "Bisogno > Complessità del bisogno": (
        "Le famiglie arrivano con un problema solo in apparenza: dietro la casa c'è il lavoro, dietro il lavoro la "
        "salute.",
        "Il bisogno oggi non sta dentro un servizio, attraversa la scuola, il consultorio e la casa.",
        "Chi bussa da noi spesso ha già bussato a tre porte, e nessuna era quella giusta.",
    ),
    "Bisogno > Famiglie come risorsa": (
        "Una famiglia non è soltanto un caso, è anche la prima risorsa di cui disponiamo.",
        "Abbiamo imparato a chiedere alle famiglie che cosa sanno fare, non solo che cosa manca.",
    ),
    "Partnership > Fiducia": (
        "La fiducia tra le cooperative e i Comuni non si firma, si costruisce in anni di lavoro insieme.",
        "Senza fiducia l'accordo resta un foglio: ognuno torna a casa e fa come prima.",
        "Con l'associazione di volontariato la fiducia è nata su una cosa piccola, un pulmino prestato.",
    ),
    "Partnership > Natura giuridica": (
        "Ogni partner ha mantenuto la propria natura, il contratto ci tiene insieme senza fonderci.",
        "Il nuovo soggetto giuridico ci ha dato un nome unico e un bilancio unico.",
        "L'azienda speciale consortile ha reso stabile quello che prima dipendeva dalle persone.",
    ),
    "Partnership > Ruoli dei partner": (
        "C'è chi progetta, chi gestisce e chi mette le risorse, e i ruoli sono scritti.",
        "I soci fondatori programmano e gestiscono, gli altri partecipano soprattutto alle attività.",
        "Noi siamo entrati per ultimi e all'inizio avevamo un ruolo soltanto operativo.",
    ),
    "Partnership > Relazioni orizzontali": (
        "Tra le associazioni del territorio il rapporto è orizzontale, nessuno comanda.",
        "Attorno allo sportello le associazioni si trovano alla pari con l'ospedale e con il distretto.",
    ),
    "Coproduzione > Co-progettazione": (
        "Il servizio lo abbiamo disegnato insieme, cooperative e Comuni, prima di sapere chi lo avrebbe gestito.",
        "La co-progettazione richiede tempo, ma poi gli operatori riconoscono il servizio come loro.",
        "Quando si progetta insieme dall'inizio il bando diventa l'ultimo passo, non il primo.",
    ),
    "Coproduzione > Famiglie e operatori": (
        "Le famiglie affidatarie lavorano con gli operatori, non ricevono soltanto istruzioni.",
        "Il servizio funziona quando la madre e l'educatrice lo fanno insieme ogni giorno.",
        "Le famiglie si aiutano tra loro e l'operatore accompagna, questo è produrre insieme il servizio.",
    ),
    "Coproduzione > Valutazione condivisa": (
        "Ogni sei mesi ci sediamo con i partner e con le famiglie e valutiamo che cosa è cambiato.",
        "La valutazione la facciamo insieme, altrimenti misuriamo solo le ore erogate.",
    ),
    "Governance > Co-governance": (
        "Al tavolo politico il terzo settore decide, non è soltanto sentito.",
        "La co-governance vuol dire che il piano di zona porta la firma di chi lo realizza.",
        "Decidere insieme è faticoso, però le decisioni poi tengono.",
    ),
    "Governance > Consultazione": (
        "Ci convocano, ci ascoltano, e poi il documento esce come era entrato.",
        "La consultazione c'è stata, due riunioni prima dell'estate.",
    ),
    "Governance > Concertazione": (
        "Con i Comuni abbiamo concertato le priorità una per una, con le risorse accanto.",
        "La concertazione ha funzionato quando c'erano obiettivi misurabili sul tavolo.",
    ),
    "Governance > Autoamministrazione": (
        "Il gruppo delle cooperative amministra da sé il fondo comune e ne risponde al Comune.",
        "Per l'affido ci amministriamo in autonomia dentro regole condivise.",
    ),
    "Governance > Autoregolazione": (
        "Le regole ce le siamo date noi: chi entra nella rete le accetta.",
        "Nessuno ci ha imposto il regolamento, lo abbiamo scritto tra associazioni.",
    ),
    "Governance > Tavoli": (
        "I tavoli tematici spesso non sono luoghi di dialogo, si va per firmare la presenza.",
        "Il tavolo minori invece lavora: ci si conosce e si discute dei casi.",
        "Ai tavoli siamo in trenta e parlano sempre gli stessi.",
    ),
    "Governance > Delega": (
        "Molti Comuni hanno delegato tutto all'Ufficio di Piano e si sono ritirati.",
        "C'è un orientamento alla delega: se c'è l'azienda, il sindaco pensa che il problema sia risolto.",
        "Il terzo settore a volte delega al più grande e smette di autogovernarsi.",
    ),
    "Servizi > Primo accesso": (
        "Il servizio sociale di primo accesso è arrivato dove prima non c'era nulla.",
        "Allo sportello di primo accesso l'operatrice conosce le persone per nome.",
    ),
    "Servizi > Tutela minori": (
        "La tutela minori in forma associata ha un gruppo stabile di professionisti.",
        "Sulla tutela minori un Comune piccolo da solo non avrebbe retto.",
    ),
    "Servizi > Assistenza domiciliare": (
        "L'assistenza domiciliare oggi ha le stesse tariffe in tutto l'ambito.",
        "Gli anziani hanno l'assistenza domiciliare anche nei paesi di montagna.",
    ),
    "Servizi > Personale stabile": (
        "Da quando c'è il nuovo soggetto il personale resta: prima cambiava ogni anno.",
        "Gli operatori hanno un contratto stabile e si formano insieme.",
        "Con gli appalti annuali il personale gira e le famiglie ricominciano da capo.",
    ),
}

PLAIN = (
    "Lavoro qui da parecchi anni e ho visto cambiare molte cose.",
    "Rossana Bellini lo ripete spesso durante le riunioni.",
    "All'inizio eravamo in pochi, oggi siamo un gruppo.",
    "Su questo preferirei tornare più avanti.",
    "Dipende anche dalle persone che si incontrano.",
    "Le risorse, naturalmente, sono sempre meno.",
    "Il territorio è grande e i paesi sono lontani.",
)

QUESTIONS = (
    "Come è cominciata la collaborazione?",
    "Che cosa fate insieme e come lo decidete?",
    "Che cosa è cambiato per le persone?",
    "Che cosa funziona e che cosa no?",
    "Come guardate ai prossimi anni?",
)
