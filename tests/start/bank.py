"""The questions of a small survey in six languages, as a questionnaire has them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bank:
    """One survey in one language. Scales are in the order of their codes; ``other`` is the last item of a list."""

    media: str
    media_items: tuple[str, ...]
    other: str
    grid: str
    grid_items: tuple[str, ...]
    agree: tuple[str, ...]
    satisfied: str
    satisfaction: tuple[str, ...]
    region: str
    regions: tuple[str, ...]
    recommend: str
    ranking: str
    brands: tuple[str, ...]
    points: str
    point_items: tuple[str, ...]
    age: str
    comment: str
    owns: tuple[str, str, str]
    yes_no: tuple[str, str]
    rate: str
    quoted: tuple[str, str]
    dont_know: str
    comments: tuple[str, ...]


BANKS = {
    "en": Bank(
        "Which media do you use?", ("Radio", "Television", "Newspapers", "Social media"), "Other (please specify)",
        "How much do you agree with the following?", ("Clear rules", "Fair prices", "Good service", "Short queues"),
        ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"),
        "Overall, how satisfied are you with the service?",
        ("Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"),
        "Where do you live?", ("North", "Centre", "South", "Islands"),
        "How likely are you to recommend us to a friend or colleague?",
        "Please rank these brands by preference", ("Alba", "Brio", "Cima", "Duna"),
        "Divide 100 points among these reasons", ("Price", "Quality", "Service"),
        "How old are you?", "Is there anything else you would like to tell us?",
        ("Did you vote last year?", "Do you own your home?", "Are you married?"), ("Yes", "No"),
        "How likely are you to recommend each of these?", ("Not selected", "Selected"), "Don't know",
        ("nothing to add", "more trains please", "the staff was kind", "it took too long"),
    ),
    "it": Bank(
        "Quali mezzi di informazione usa?", ("Radio", "Televisione", "Quotidiani", "Reti sociali"),
        "Altro (specificare)",
        "Quanto è d'accordo con le seguenti affermazioni?",
        ("Regole chiare", "Prezzi giusti", "Buon servizio", "Poche code"),
        ("Per niente d'accordo", "Poco d'accordo", "Né d'accordo né in disaccordo", "Abbastanza d'accordo",
         "Molto d'accordo"),
        "Nel complesso, quanto è soddisfatto del servizio?",
        ("Per niente soddisfatto", "Poco soddisfatto", "Abbastanza soddisfatto", "Molto soddisfatto"),
        "Dove vive?", ("Nord", "Centro", "Sud", "Isole"),
        "Con quale probabilità ci consiglierebbe a un amico o collega?",
        "Metta in ordine di preferenza queste marche", ("Alba", "Brio", "Cima", "Duna"),
        "Divida 100 punti tra questi motivi", ("Prezzo", "Qualità", "Servizio"),
        "Quanti anni ha?", "C'è altro che vorrebbe dirci?",
        ("Ha votato l'anno scorso?", "La casa è di proprietà?", "È sposato?"), ("Sì", "No"),
        "Con quale probabilità consiglierebbe ciascuna di queste?", ("Non citato", "Citato"), "Non sa",
        ("niente da aggiungere", "più treni per favore", "il personale era gentile", "tempi troppo lunghi"),
    ),
    "fr": Bank(
        "Quels médias utilisez-vous ?", ("Radio", "Télévision", "Journaux", "Réseaux sociaux"), "Autre (précisez)",
        "Dans quelle mesure êtes-vous d'accord avec ce qui suit ?",
        ("Règles claires", "Prix justes", "Bon service", "Peu d'attente"),
        ("Pas du tout d'accord", "Plutôt pas d'accord", "Ni d'accord ni pas d'accord", "Plutôt d'accord",
         "Tout à fait d'accord"),
        "Dans l'ensemble, êtes-vous satisfait du service ?",
        ("Pas du tout satisfait", "Peu satisfait", "Assez satisfait", "Très satisfait"),
        "Où habitez-vous ?", ("Nord", "Centre", "Sud", "Îles"),
        "Quelle est la probabilité que vous nous recommandiez à un ami ?",
        "Classez ces marques par ordre de préférence", ("Alba", "Brio", "Cima", "Duna"),
        "Répartissez 100 points entre ces raisons", ("Prix", "Qualité", "Service"),
        "Quel âge avez-vous ?", "Souhaitez-vous ajouter quelque chose ?",
        ("Avez-vous voté l'an dernier ?", "Êtes-vous propriétaire ?", "Êtes-vous marié ?"), ("Oui", "Non"),
        "Quelle est la probabilité que vous recommandiez chacune ?", ("Non coché", "Coché"), "Ne sait pas",
        ("rien à ajouter", "plus de trains", "le personnel est aimable", "trop long"),
    ),
    "es": Bank(
        "¿Qué medios utiliza?", ("Radio", "Televisión", "Periódicos", "Redes sociales"), "Otro (especifique)",
        "¿Hasta qué punto está de acuerdo con lo siguiente?",
        ("Reglas claras", "Precios justos", "Buen servicio", "Poca espera"),
        ("Muy en desacuerdo", "En desacuerdo", "Ni de acuerdo ni en desacuerdo", "De acuerdo", "Muy de acuerdo"),
        "En general, ¿qué tan satisfecho está con el servicio?",
        ("Nada satisfecho", "Poco satisfecho", "Bastante satisfecho", "Muy satisfecho"),
        "¿Dónde vive?", ("Norte", "Centro", "Sur", "Islas"),
        "¿Qué probabilidad hay de que nos recomiende a un amigo?",
        "Ordene estas marcas por preferencia", ("Alba", "Brio", "Cima", "Duna"),
        "Reparta 100 puntos entre estas razones", ("Precio", "Calidad", "Servicio"),
        "¿Cuántos años tiene?", "¿Quiere añadir algo más?",
        ("¿Votó el año pasado?", "¿Es dueño de su vivienda?", "¿Está casado?"), ("Sí", "No"),
        "¿Qué probabilidad hay de que recomiende cada una?", ("No mencionado", "Mencionado"), "No sabe",
        ("nada que añadir", "más trenes por favor", "el personal era amable", "tarda demasiado"),
    ),
    "de": Bank(
        "Welche Medien nutzen Sie?", ("Radio", "Fernsehen", "Zeitungen", "Soziale Medien"), "Sonstiges, und zwar",
        "Wie sehr stimmen Sie den folgenden Aussagen zu?",
        ("Klare Regeln", "Faire Preise", "Guter Service", "Kurze Wartezeiten"),
        ("Stimme überhaupt nicht zu", "Stimme eher nicht zu", "Teils/teils", "Stimme eher zu",
         "Stimme voll und ganz zu"),
        "Wie zufrieden sind Sie insgesamt mit dem Service?",
        ("Sehr unzufrieden", "Eher unzufrieden", "Eher zufrieden", "Sehr zufrieden"),
        "Wo wohnen Sie?", ("Norden", "Mitte", "Süden", "Inseln"),
        "Wie wahrscheinlich ist es, dass Sie uns einem Freund weiterempfehlen?",
        "Bringen Sie diese Marken in eine Reihenfolge", ("Alba", "Brio", "Cima", "Duna"),
        "Verteilen Sie 100 Punkte auf diese Gründe", ("Preis", "Qualität", "Service"),
        "Wie alt sind Sie?", "Möchten Sie uns noch etwas mitteilen?",
        ("Haben Sie letztes Jahr gewählt?", "Wohnen Sie im Eigentum?", "Sind Sie verheiratet?"), ("Ja", "Nein"),
        "Wie wahrscheinlich ist es, dass Sie diese Marken empfehlen?", ("Nicht gewählt", "Ausgewählt"), "Weiß nicht",
        ("nichts hinzuzufügen", "mehr Züge bitte", "das Personal war nett", "es dauert zu lange"),
    ),
    "pt": Bank(
        "Que meios de comunicação utiliza?", ("Rádio", "Televisão", "Jornais", "Redes sociais"), "Outro (especifique)",
        "Em que medida concorda com o seguinte?",
        ("Regras claras", "Preços justos", "Bom serviço", "Pouca espera"),
        ("Discordo totalmente", "Discordo", "Nem concordo nem discordo", "Concordo", "Concordo totalmente"),
        "No geral, qual o seu grau de satisfação com o serviço?",
        ("Nada satisfeito", "Pouco satisfeito", "Bastante satisfeito", "Muito satisfeito"),
        "Onde vive?", ("Norte", "Centro", "Sul", "Ilhas"),
        "Qual a probabilidade de nos recomendar a um amigo?",
        "Ordene estas marcas por preferência", ("Alba", "Brio", "Cima", "Duna"),
        "Distribua 100 pontos por estas razões", ("Preço", "Qualidade", "Serviço"),
        "Que idade tem?", "Gostaria de acrescentar algo?",
        ("Votou no ano passado?", "É dono da sua casa?", "É casado?"), ("Sim", "Não"),
        "Qual a probabilidade de recomendar cada uma?", ("Não selecionado", "Selecionado"), "Não sabe",
        ("nada a acrescentar", "mais comboios por favor", "o pessoal era simpático", "demora demais"),
    ),
}  # fmt: skip
