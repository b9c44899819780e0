"""Charts of every kind with labels as surveys have them, for tests and for looking at."""

from __future__ import annotations

import random

from pipeline.present.charts.model import Chart, Series


def shares(name: str, *values: float | None, decimal: str = ",", **more: tuple[float | None, ...]) -> Series:
    """A series of shares with one decimal per cent as its labels."""
    texts = tuple(":" if v is None else f"{v * 100:.1f}".replace(".", decimal) for v in values)
    return Series(name, values, texts, **more)


def plain(
    name: str, *values: float | None, places: int = 0, decimal: str = ",", **more: tuple[float | None, ...]
) -> Series:
    """A series of counts or means."""
    texts = tuple("n.d." if v is None else f"{v:.{places}f}".replace(".", decimal).replace("-", "–") for v in values)
    return Series(name, values, texts, **more)


PARTNERS = (
    "Comuni dell'ambito",
    "Azienda sanitaria locale (ASL) e distretto socio-sanitario",
    "Provincia",
    "Cooperative sociali",
    "Organizzazioni di volontariato",
    "Associazioni di promozione sociale e prosociali",
    "Fondazioni, comprese quelle di comunità e di origine bancaria",
    "Parrocchie ed enti religiosi",
    "Istituzioni assistenziali (IPAB, ASP)",
    "Imprese",
)
AGREEMENT = ("Per niente d'accordo", "Poco d'accordo", "Né d'accordo né in disaccordo", "Abbastanza", "Molto d'accordo")
JUDGED = (
    "I tavoli tematici sono luoghi di dialogo effettivo fra soggetti pubblici e di terzo settore",
    "Il terzo settore partecipa alla programmazione del Piano di Zona",
    "La delega ai soggetti del terzo settore prevale sulla collaborazione",
    "Gli operatori sono più vicini alle persone",
)


def charts() -> dict[str, Chart]:
    """One or more charts of every kind, by a name."""
    found: dict[str, Chart] = {}
    found |= maps_and_trees()
    found["bars"] = Chart(
        "bars",
        PARTNERS,
        (shares("Uffici", 0.969, 0.908, 0.622, 0.888, 0.806, 0.541, 0.357, 0.429, 0.296, 0.082),),
        axis_title="Valori percentuali",
    )
    found["bars_highlight_intervals"] = Chart(
        "bars",
        ("Contract form", "New legal subject (third, mixed entity)"),
        (
            shares(
                "Offices",
                0.735,
                0.265,
                decimal=".",
                low=(0.69, 0.22),
                high=(0.78, 0.31),
                bound_low=(0.622, 0.224),
                bound_high=(0.776, 0.378),
            ),
        ),
        axis_title="Per cent of the offices whose form is known",
        highlight=(1,),
        decimal=".",
        thousands=",",
        maximum=1.0,
    )
    found["bars_two"] = Chart(
        "bars",
        (
            "Servizio sociale di primo accesso (segretariato sociale)",
            "Tutela minori",
            "Assistenza domiciliare",
            "Accreditamento per conto dei Comuni",
            "Altro servizio",
            "Nessuno",
        ),
        (
            shares("Nuovo soggetto giuridico", 0.909, 0.864, 0.773, 0.682, 0.045, 0.0),
            shares("Forma contrattuale", 0.754, 0.803, 0.705, 0.492, 0.115, None),
        ),
    )
    found["bars_groups"] = Chart(
        "bars",
        (
            "Accordo di programma",
            "Convenzione",
            "Protocollo d'intesa",
            "Altra forma",
            "Azienda speciale consortile",
            "Consorzio",
            "Fondazione di partecipazione",
        ),
        (plain("Uffici", 39, 18, 3, 1, 11, 7, 4),),
        percent=False,
        groups=(("Forme contrattuali", 4), ("Nuovi soggetti giuridici", 3)),
        axis_title="Valori assoluti",
    )
    found["bars_negative"] = Chart(
        "bars",
        ("Milano", "Bergamo e Brescia", "Sondrio", "Resto della regione"),
        (plain("d", 2.4, -1.25, -0.4, 0.1, places=1),),
        percent=False,
        axis_title="Differenza in punti percentuali dalla media",
    )
    found["bars_long"] = Chart(
        "bars",
        (
            "Se pensa all'ultimo anno, in quale misura i tavoli tematici convocati dall'Ufficio di Piano sono stati, "
            "a Suo giudizio, luoghi di confronto effettivo fra le istituzioni e i soggetti del terzo settore del "
            "territorio, e non soltanto sedi formali di ratifica di decisioni prese altrove?",
            "Non risponde",
        ),
        (shares("x", 0.612, 0.031),),
    )
    found["stacked"] = Chart(
        "stacked",
        JUDGED,
        tuple(
            shares(name, *values)
            for name, values in zip(
                AGREEMENT,
                (
                    (0.08, 0.01, 0.13, 0.0),
                    (0.222, 0.141, 0.25, 0.06),
                    (0.31, 0.26, 0.24, 0.16),
                    (0.3, 0.4, 0.27, 0.42),
                    (0.088, 0.189, 0.11, 0.36),
                ),
                strict=True,
            )
        ),
        ordered=True,
    )
    found["stacked_nominal"] = Chart(
        "stacked",
        ("New entity (n = 22)", "Contract form (n = 61)", "Form unknown (n = 15)"),
        (
            shares("Consultation", 0.227, 0.41, 0.467, decimal="."),
            shares("Negotiated planning", 0.5, 0.393, 0.4, decimal="."),
            shares("Auto-administration", 0.182, 0.115, 0.067, decimal="."),
            shares("Auto-regulation", 0.091, 0.082, 0.067, decimal="."),
        ),
        decimal=".",
    )
    found["stacked_no_answer"] = Chart(
        "stacked",
        ("Sindaco", "Consiglio"),
        (shares("Per niente", 0.2, 0.1), shares("Abbastanza", 0.3, 0.3), shares("Molto", 0.2, 0.3),
         shares("Non sa", 0.2, 0.2), shares("Non risponde", 0.1, 0.1)),
        ordered=True,
        apart=2,
    )  # fmt: skip
    found["diverging"] = Chart(
        "diverging",
        JUDGED,
        found["stacked"].series,
        ordered=True,
        neutral=2,
    )
    found["dots"] = Chart(
        "dots",
        PARTNERS[:6],
        (
            plain(
                "Fiducia",
                4.2,
                3.62,
                2.9,
                4.05,
                4.31,
                None,
                places=2,
                low=(4.0, 3.4, 2.6, 3.9, 4.1, None),
                high=(4.4, 3.84, 3.2, 4.2, 4.52, None),
            ),
        ),
        percent=False,
        minimum=1,
        maximum=5,
        axis_title="Fiducia media (1 = nessuna, 5 = piena)",
        highlight=(4,),
    )
    found["dots_pair"] = Chart(
        "dots",
        PARTNERS[:5],
        (
            shares("Nuovo soggetto", 1.0, 0.955, 0.636, 0.909, 0.864),
            shares("Forma contrattuale", 0.967, 0.885, 0.639, 0.885, 0.77),
        ),
    )
    found["dots_three"] = Chart(
        "dots",
        ("Mountain districts", "Plain", "Urban"),
        tuple(
            plain(
                name,
                *values,
                places=2,
                decimal=".",
                low=tuple(v - 0.3 for v in values),
                high=tuple(v + 0.3 for v in values),
            )
            for name, values in (
                ("Municipalities", (3.9, 4.1, 4.3)),
                ("Local health authority", (3.2, 3.5, 3.9)),
                ("Voluntary organisations", (4.4, 4.2, 4.0)),
            )
        ),
        percent=False,
        decimal=".",
        axis_title="Mean trust, 1 to 5",
    )
    found["histogram"] = Chart(
        "histogram",
        ("0", "25.000", "50.000", "75.000", "100.000", "125.000", "150.000", "175.000", "200.000"),
        (plain("Uffici", 6, 17, 31, 22, 11, 6, 3, 2),),
        percent=False,
        axis_title="Residenti nell'ambito",
    )
    found["histogram_many"] = Chart(
        "histogram",
        tuple(str(2 * i) for i in range(31)),
        (plain("n", *[abs(((i * 7919) % 41) * (15 - abs(i - 15))) for i in range(30)]),),
        percent=False,
        axis_title="Respondents by hours worked per week",
        decimal=".",
        thousands=",",
    )
    found["columns"] = Chart(
        "columns",
        ("2003–2005", "2006–2008", "2009–2011", "2012–2014", "2015–2017"),
        (plain("Uffici", 12, 31, 28, 9, 3),),
        percent=False,
        axis_title="Anno di avvio della forma di gestione associata",
        highlight=(1,),
    )
    found["columns_two"] = Chart(
        "columns",
        ("Mai o quasi mai", "Qualche volta l'anno", "Ogni mese", "Ogni settimana o più"),
        (
            shares("Nuovo soggetto", 0.05, 0.227, 0.5, 0.227, low=(0.01, 0.15, 0.4, 0.15), high=(0.1, 0.3, 0.6, 0.3)),
            shares(
                "Forma contrattuale",
                0.18,
                0.41,
                0.311,
                0.098,
                low=(0.12, 0.33, 0.24, 0.05),
                high=(0.24, 0.49, 0.38, 0.15),
            ),
        ),
    )
    found["slope"] = Chart(
        "slope",
        ("2009", "2012", "2015"),
        (
            shares("Accordo di programma", 0.639, 0.58, 0.51),
            shares("Convenzione", 0.295, 0.31, 0.305),
            shares("Protocollo d'intesa", 0.049, 0.07, 0.155),
            shares("Altra forma contrattuale", 0.016, 0.04, None),
        ),
    )
    found["slope_two"] = Chart(
        "slope",
        ("Wave 2009", "Wave 2025"),
        tuple(
            shares(name, *values, decimal=".")
            for name, values in (
                ("Municipalities", (0.97, 0.98)),
                ("Local health authority", (0.91, 0.97)),
                ("Social cooperatives", (0.89, 0.965)),
                ("Voluntary organisations", (0.806, 0.72)),
                ("Parishes and religious bodies", (0.43, 0.31)),
            )
        ),
        decimal=".",
    )
    found["coefficients"] = Chart(
        "coefficients",
        ("Residenti (per 10.000)", "Numero di Comuni", "Montagna", "Urbano", "Riunioni mensili", "Accordo formale"),
        (
            plain(
                "OR",
                1.08,
                0.93,
                0.41,
                1.9,
                3.4,
                1.2,
                places=2,
                low=(0.98, 0.86, 0.12, 0.7, 1.4, 0.5),
                high=(1.19, 1.01, 1.3, 5.2, 8.6, 2.8),
            ),
        ),
        percent=False,
        null=1,
        groups=(("Ambito", 2), ("Territorio (riferimento: pianura)", 2), ("Relazioni", 2)),
        axis_title="Rapporto di odds e intervallo al 95%, scala logaritmica",
    )
    found["coefficients_linear"] = Chart(
        "coefficients",
        ("Residents (per 10,000)", "Number of municipalities", "Mountain"),
        (plain("b", 0.12, -0.03, -0.41, places=2, decimal=".", low=(0.02, -0.1, -0.9), high=(0.22, 0.04, 0.08)),),
        percent=False,
        null=0,
        decimal=".",
        axis_title="Coefficient and 95% interval",
    )
    found["heatmap"] = Chart(
        "heatmap",
        PARTNERS[:6],
        tuple(
            shares(name, *values)
            for name, values in (
                ("Programma", (0.95, 0.72, 0.31, 0.44, 0.2, 0.11)),
                ("Gestisce servizi", (0.8, 0.3, 0.1, 0.85, 0.35, 0.2)),
                ("Finanzia", (0.99, 0.6, 0.45, 0.02, 0.0, None)),
                ("Eroga prestazioni", (0.5, 0.55, 0.08, 0.9, 0.6, 0.3)),
            )
        ),
    )
    found["heatmap_residuals"] = Chart(
        "heatmap",
        ("Consultation", "Negotiated planning", "Auto-administration", "Auto-regulation"),
        tuple(
            plain(name, *values, places=1, decimal=".")
            for name, values in (
                ("Bergamo", (2.4, -1.1, -0.2, -1.6)),
                ("Brescia", (-0.3, 0.2, 0.5, -0.4)),
                ("Como", (0.1, -2.2, 1.9, 0.7)),
                ("Cremona", (0.0, 0.4, -1.0, 0.6)),
                ("Lecco", (1.2, -0.1, -0.2, -0.9)),
                ("Lodi", (-0.3, 0.2, 0.5, -0.4)),
                ("Mantova", (0.1, -0.2, -0.9, 1.7)),
                ("Milano", (-3.1, 2.4, 0.1, 0.6)),
                ("Monza e Brianza", (1.2, -0.1, -0.2, -0.9)),
                ("Pavia", (-0.3, 0.2, 0.5, -0.4)),
                ("Sondrio", (0.1, -0.2, 0.9, -1.7)),
                ("Varese", (0.3, 0.4, -0.1, -0.6)),
            )
        ),
        percent=False,
        decimal=".",
    )
    found["panels"] = Chart(
        "panels",
        ("Consultazione", "Concertazione", "Autoamministrazione", "Autoregolazione", "Non sa, non risponde"),
        (
            shares("Pianura (n = 51)", 0.41, 0.35, 0.12, 0.1, 0.02),
            shares("Montagna (n = 21)", 0.52, 0.29, 0.14, 0.05, 0.0),
            shares("Urbano e area metropolitana (n = 26)", 0.19, 0.5, 0.08, 0.19, 0.04),
        ),
        highlight=(1,),
    )
    return found


def maps_and_trees() -> dict[str, Chart]:
    """A crowded map of answers, eigenvalues beside random ones, a tree."""
    rng = random.Random(4)  # noqa: S311 (test data)
    names = [f"{one[:34]}: {answer}" for one in (*PARTNERS, *JUDGED) for answer in ("Sì", "No, mai")]
    across = plain("Asse 1 (64,2%)", *(rng.gauss(0, 0.6) for _ in names))
    up = plain("Asse 2 (12,9%)", *(rng.gauss(0, 0.35) for _ in names))
    kinds = (("Risposte attive", 20), ("Supplementari", len(names) - 23), ("Tipi", 3))
    near = plain("Axis 1", *(0.001 * i for i in range(12))), plain("Axis 2", *(0.0 for _ in range(12)))
    heights = plain("h", 0.01, 0.02, 0.02, 0.05, 0.2, None, places=2)
    joined = plain("a", 0, 2, 6, 4, 8, None), plain("b", 1, 3, 7, 5, 9, None)
    return {
        "map": Chart("map", tuple(names), (across, up), percent=False, groups=kinds),
        "map_one_place": Chart("map", (*PARTNERS, "Altro", "Nessuno"), near, percent=False),
        "scree": Chart(
            "scree", tuple(str(i) for i in range(1, 11)),
            (plain("Dati", *(3.2 / i for i in range(1, 11))), plain("Dati casuali: 95° percentile", *[1.2] * 10)),
            percent=False, axis_title="Componente",
        ),
        "tree": Chart(
            "tree", tuple(f"{n} Uffici" for n in (12, 9, 31, 4, 20, 22)), (*joined, heights), null=0.1, percent=False,
            axis_title="Perdita di inerzia",
        ),
    }  # fmt: skip
