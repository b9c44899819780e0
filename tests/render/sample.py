"""Sample reports for the tests of the renderers: every kind of block, cell and row, in Italian and English.

- :func:`document`: some ten tables and four figures; what a real report holds, small.
- :func:`large`: some 38 tables and 15 figures, the size that the speed budget speaks of.
- :func:`hostile`: each payload of ``tests.render.payloads`` in every place that text can come from.

The figures in them are invented; they are no oracle for anything.
"""

from __future__ import annotations

import dataclasses
from xml.sax.saxutils import escape

from pipeline import language
from pipeline.present.document import (
    Cell,
    Cover,
    Document,
    Facts,
    Figure,
    HeadCell,
    Items,
    Mark,
    Notice,
    Paragraph,
    Row,
    Run,
    Section,
    Table,
)
from tests.render.payloads import PAYLOADS

FORMS = {
    "it": ("Forma contrattuale", "Nuovo soggetto giuridico"),
    "en": ("Contract form", "New legal entity"),
}
PARTNERS = {
    "it": (
        "Comuni dell'ambito",
        "Azienda sanitaria locale (ASL)",
        "Provincia",
        "Cooperative sociali",
        "Organizzazioni di volontariato",
        "Associazioni prosociali e di promozione sociale iscritte ai registri regionali o provinciali",
        "Fondazioni",
        "Parrocchie ed enti religiosi",
        "Istituzioni di assistenza e beneficenza",
        "Imprese",
    ),
    "en": (
        "Municipalities of the district",
        "Local health authority (ASL)",
        "Province",
        "Social cooperatives",
        "Voluntary organisations",
        "Prosocial and social-promotion associations entered in the regional or provincial registers",
        "Foundations",
        "Parishes and religious bodies",
        "Welfare and charitable institutions",
        "Firms",
    ),
}
PROVINCES = (
    "Bergamo",
    "Brescia",
    "Como",
    "Cremona",
    "Lecco",
    "Lodi",
    "Mantova",
    "Milano",
    "Pavia",
    "Sondrio",
    "Varese",
)


def _pick(lang: str, it: str, en: str) -> str:
    return it if lang == "it" else en


def decimal(lang: str, value: float, places: int = 1) -> str:
    """A number as the language writes it."""
    text = f"{value:,.{places}f}"
    return text if lang == "en" else text.translate(str.maketrans(",.", ".,"))


def count(lang: str, n: int) -> Cell:
    return Cell(decimal(lang, n, 0), float(n), "count", "number")


def percent(lang: str, share: float, letters: str = "", note: str = "") -> Cell:
    return Cell(decimal(lang, share * 100), share, "percent1", "number", letters, note)


NOT_COMPUTABLE = Cell(":", None, "percent1", "not_computable")
SUPPRESSED = Cell("c", None, "count", "suppressed")
EMPTY = Cell("", None, "text", "empty")


def not_available(lang: str) -> Cell:
    return Cell(_pick(lang, "n.d.", "n.a."), None, "count", "not_available")


def mark(lang: str, origin: str) -> Mark:
    symbol = {"published": "§", "described": "‡", "simulated": "†"}[origin]
    words = {
        "published": ("distribuzione pubblicata", "published distribution"),
        "described": ("categorie descritte, dati simulati", "categories described, simulated data"),
        "simulated": ("dati simulati", "simulated data"),
    }[origin]
    return Mark(origin, symbol, f"{symbol} {_pick(lang, *words)}")


def bars_svg(labels: tuple[str, ...], values: tuple[float, ...], texts: tuple[str, ...], width: float = 470.0) -> str:
    """A plain horizontal bar chart, as our chart room would draw one."""
    height = 26.0 * len(labels) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{height}pt" '
        f'viewBox="0 0 {width} {height}" font-family="Noto Sans" font-size="8.5">',
        '<defs><clipPath id="c1"><rect x="0" y="0" width="100%" height="100%"/></clipPath></defs>',
        '<g clip-path="url(#c1)">',
    ]
    for i, (label, value, text) in enumerate(zip(labels, values, texts, strict=True)):
        y = 10 + 26 * i
        short = label if len(label) <= 36 else label[:35] + "…"
        parts.append(f'<text x="178" y="{y + 12}" text-anchor="end" fill="#222">{escape(short)}</text>')
        parts.append(f'<rect x="184" y="{y}" width="{max(value, 0) * 240:.2f}" height="17" fill="#0072B2"/>')
        parts.append(f'<text x="{188 + value * 240:.2f}" y="{y + 12}" fill="#222">{escape(text)}</text>')
    parts.append(f'<path d="M184 4V{height - 8}" stroke="#222" stroke-width="0.8" fill="none"/></g></svg>')
    return "".join(parts)


def figure(lang: str, number: int, title: str = "", table: int = 1) -> Figure:
    labels, values = FORMS[lang], (0.735, 0.265)
    if number % 2 == 0:
        labels = PARTNERS[lang]
        values = tuple(0.95 - 0.083 * i for i in range(len(labels)))
    texts = tuple(f"{decimal(lang, v * 100)}%" for v in values)
    return Figure(
        id=f"figure-{number}",
        number=number,
        label=f"{_pick(lang, 'Figura', 'Figure')} {number}",
        headline=_pick(lang, "Tre uffici su quattro hanno scelto un contratto", "Three in four chose a contract"),
        title=title
        or _pick(
            lang,
            "Forme di gestione associata. Uffici di Piano, valori percentuali (base: 83 con forma nota)",
            "Forms of associated management. Planning Offices, percentages (base: 83 with a known form)",
        ),
        svg=bars_svg(labels, values, texts),
        alt=_pick(
            lang,
            "Degli 83 uffici, 61 (73,5%) usano una forma contrattuale e 22 (26,5%) un nuovo soggetto.",
            "Of 83 offices, 61 (73.5%) use a contract form and 22 (26.5%) a new entity.",
        ),
        width=470.0,
        height=26.0 * len(labels) + 20,
        notes=(_pick(lang, "La barra parte da zero.", "Bars start at zero."),),
        source=_source(lang),
        mark=mark(lang, ("published", "described", "simulated")[number % 3]),
        table=f"table-{table}",
        table_label=_pick(lang, f"Dati: Tavola {table}", f"Data: Table {table}"),
    )


def _source(lang: str) -> str:
    return _pick(
        lang,
        "Ricostruzione dell'indagine sugli Uffici di Piano, 2009",
        "Reconstruction of the survey of Planning Offices, 2009",
    )


def _label(lang: str, number: int) -> str:
    return f"{_pick(lang, 'Tavola', 'Table')} {number}"


def frequency_table(lang: str, number: int) -> Table:
    """Counts, all, valid and cumulative percentages, missing by code."""
    rows = (
        Row(FORMS[lang][0], (count(lang, 61), percent(lang, 61 / 98), percent(lang, 61 / 83), percent(lang, 61 / 83))),
        Row(FORMS[lang][1], (count(lang, 22), percent(lang, 22 / 98), percent(lang, 22 / 83), percent(lang, 1.0))),
        Row(
            _pick(lang, "Casi validi", "Valid cases"),
            (count(lang, 83), percent(lang, 83 / 98), percent(lang, 1.0), EMPTY),
            "subtotal",
        ),
        Row(
            _pick(lang, "Non risponde (9)", "Did not answer (9)"),
            (count(lang, 15), percent(lang, 15 / 98), EMPTY, EMPTY),
            "missing",
        ),
        Row(
            _pick(lang, "Non previsto dal filtro", "Filtered out"),
            (count(lang, 0), percent(lang, 0.0), EMPTY, EMPTY),
            "missing",
            1,
        ),
        Row(_pick(lang, "Totale", "Total"), (count(lang, 98), percent(lang, 1.0), EMPTY, EMPTY), "total"),
    )
    head = (
        (
            HeadCell(_pick(lang, "Forma di gestione associata", "Form of associated management")),
            HeadCell("N"),
            HeadCell(_pick(lang, "% su tutti", "% of all")),
            HeadCell(_pick(lang, "% valida", "Valid %")),
            HeadCell(_pick(lang, "% cumulata", "Cumulative %")),
        ),
    )
    return Table(
        id=f"table-{number}",
        number=number,
        label=_label(lang, number),
        title=_pick(
            lang, "Uffici di Piano per forma di gestione associata", "Planning Offices by form of associated management"
        ),
        head=head,
        rows=rows,
        columns=4,
        unit=_pick(lang, "valori assoluti e percentuali", "counts and percentages"),
        question=_pick(
            lang,
            "D1. L'ambito ha costituito un nuovo soggetto giuridico per la gestione associata dei servizi?",
            "Q1. Has the district created a new legal entity for the associated management of services?",
        ),
        base=_pick(lang, "tutti gli uffici, n = 98; validi 83", "all offices, n = 98; valid 83"),
        statistics=(),
        notes=(
            _pick(
                lang,
                "L'arrotondamento è alla metà superiore; i totali possono non corrispondere alla somma.",
                "Rounded half up; totals may not add up.",
            ),
        ),
        source=_source(lang),
        mark=mark(lang, "published"),
    )


def cross_table(lang: str, number: int) -> Table:
    """A nested head, letters, every kind of cell, statistics below."""
    head = (
        (
            HeadCell(_pick(lang, "Partner", "Partner"), rows=2),
            HeadCell(_pick(lang, "Forma", "Form"), columns=2),
            HeadCell(_pick(lang, "Territorio", "Territory"), columns=3),
            HeadCell(_pick(lang, "Totale", "Total"), rows=2),
        ),
        (
            HeadCell(_pick(lang, "Contratto", "Contract"), sub="A"),
            HeadCell(_pick(lang, "Nuovo soggetto", "New entity"), sub="B"),
            HeadCell(_pick(lang, "Montagna", "Mountain"), sub="C"),
            HeadCell(_pick(lang, "Pianura", "Plain"), sub="D"),
            HeadCell(_pick(lang, "Urbano", "Urban"), sub="E"),
        ),
    )
    rows = [Row(_pick(lang, "Enti pubblici", "Public bodies"), (), "group")]
    for i, partner in enumerate(PARTNERS[lang]):
        if i == 3:
            rows.append(Row(_pick(lang, "Terzo settore e altri", "Third sector and others"), (), "group"))
        cells = [percent(lang, 0.98 - 0.08 * i - 0.013 * j) for j in range(6)]
        if i == 1:
            cells[1] = percent(lang, 0.864, "A")
            cells[4] = percent(lang, 0.912, "C D", _pick(lang, "Differisce da C e D.", "Differs from C and D."))
        if i == 7:
            cells[2] = dataclasses.replace(
                NOT_COMPUTABLE, note=_pick(lang, "Nessun caso nella colonna.", "No cases in the column.")
            )
        if i == 8:
            cells[3] = SUPPRESSED
            cells[4] = SUPPRESSED
        if i == 9:
            cells[0] = not_available(lang)
            cells[1] = percent(lang, 0.0)
        rows.append(Row(partner, tuple(cells), "body", 1))
    rows.append(
        Row(
            _pick(lang, "Base (uffici che hanno risposto)", "Base (offices that answered)"),
            tuple(count(lang, n) for n in (61, 22, 18, 47, 18, 83)),
            "base",
        )
    )
    rows.append(
        Row(
            _pick(lang, "Base ponderata", "Weighted base"),
            tuple(Cell(decimal(lang, w), w, "weighted", "number") for w in (60.4, 22.6, 17.9, 47.3, 17.8, 83.0)),
            "base",
        )
    )
    rows.append(
        Row(
            _pick(lang, "Media dei partner", "Mean number of partners"),
            tuple(Cell(decimal(lang, m, 2), m, "decimal2", "number") for m in (5.1, 6.25, 4.4, 5.61, 6.02, 5.43)),
            "statistic",
        )
    )
    return Table(
        id=f"table-{number}",
        number=number,
        label=_label(lang, number),
        title=_pick(
            lang,
            "Uffici di Piano per tipo di partner, forma di gestione e territorio",
            "Planning Offices by type of partner, form of management and territory",
        ),
        head=head,
        rows=tuple(rows),
        columns=6,
        unit=_pick(lang, "percentuali di colonna", "column percentages"),
        question=_pick(lang, "D7. Con chi collabora l'ufficio? (più risposte)", "Q7. Whom does the office work with?"),
        base=_pick(lang, "uffici che hanno risposto, n = 83", "offices that answered, n = 83"),
        statistics=(
            _pick(
                lang,
                "χ² = 4,21; gl = 2; p = 0,122; V di Cramér = 0,23 (debole)",
                "χ² = 4.21; df = 2; p = 0.122; Cramér's V = 0.23 (weak)",
            ),
            _pick(
                lang,
                "Le lettere indicano colonne con una percentuale inferiore (p < 0,05, Bonferroni).",
                "Letters name columns with a lower percentage (p < 0.05, Bonferroni).",
            ),
        ),
        notes=(_pick(lang, "Più risposte possibili: le colonne superano 100.", "Several answers: over 100."),),
        source=_source(lang),
        mark=mark(lang, "described"),
    )


def wide_table(lang: str, number: int) -> Table:
    """Fourteen columns: a turned page in print."""
    head = (
        (
            HeadCell(_pick(lang, "Tipo di partner", "Type of partner")),
            *(HeadCell(p) for p in PROVINCES),
            HeadCell(_pick(lang, "Monza e Brianza", "Monza and Brianza")),
            HeadCell(_pick(lang, "Altre", "Others")),
            HeadCell(_pick(lang, "Lombardia", "Lombardy")),
        ),
    )
    rows = tuple(
        Row(partner, tuple(percent(lang, ((i * 37 + j * 53) % 1000) / 1000) for j in range(14)))
        for i, partner in enumerate(PARTNERS[lang])
    )
    base = Row(_pick(lang, "Base", "Base"), tuple(count(lang, 3 + (j * 7) % 19) for j in range(14)), "base")
    return Table(
        id=f"table-{number}",
        number=number,
        label=_label(lang, number),
        title=_pick(lang, "Partner degli Uffici di Piano per provincia", "Partners of Planning Offices by province"),
        head=head,
        rows=(*rows, base),
        columns=14,
        unit=_pick(lang, "percentuali di colonna", "column percentages"),
        base=_pick(lang, "tutti gli uffici, n = 98", "all offices, n = 98"),
        source=_source(lang),
        mark=mark(lang, "simulated"),
        wide=True,
    )


def long_table(lang: str, number: int, rows: int = 98) -> Table:
    """More rows than a page holds, with four-figure counts."""
    body = tuple(
        Row(
            _pick(lang, f"Ambito {i:02d}, {PROVINCES[i % 11]}", f"District {i:02d}, {PROVINCES[i % 11]}"),
            (
                count(lang, 1 + (i * 7) % 40),
                count(lang, 9000 + (i * 7919) % 190000),
                Cell(decimal(lang, 1.5 + (i % 9) * 0.75, 2), 1.5 + (i % 9) * 0.75, "decimal2", "number"),
            ),
        )
        for i in range(1, rows + 1)
    )
    total = Row(
        _pick(lang, "Lombardia", "Lombardy"),
        (count(lang, 1546), count(lang, 9742676), Cell(decimal(lang, 4.5, 2), 4.5, "decimal2", "number")),
        "total",
    )
    head = (
        (
            HeadCell(_pick(lang, "Ambito", "District")),
            HeadCell(_pick(lang, "Comuni", "Municipalities")),
            HeadCell(_pick(lang, "Residenti", "Residents")),
            HeadCell(_pick(lang, "Personale", "Staff"), sub=_pick(lang, "tempo pieno eq.", "full-time eq.")),
        ),
    )
    return Table(
        id=f"table-{number}",
        number=number,
        label=_label(lang, number),
        title=_pick(
            lang, "Comuni, residenti e personale per ambito", "Municipalities, residents and staff by district"
        ),
        head=head,
        rows=(*body, total),
        columns=3,
        unit=_pick(lang, "valori assoluti", "counts"),
        base=_pick(lang, "tutti gli uffici, n = 98", "all offices, n = 98"),
        source=_source(lang),
        mark=mark(lang, "simulated"),
    )


def paragraph(text: str, style: str = "body") -> Paragraph:
    return Paragraph((Run(text),), style)


def _lead(lang: str, table: int) -> Paragraph:
    label = _label(lang, table)
    return Paragraph(
        (
            Run(_pick(lang, "Degli 83 uffici con forma nota, ", "Of the 83 offices with a known form, ")),
            Run(_pick(lang, "22 (26,5%)", "22 (26.5%)"), strong=True),
            Run(
                _pick(
                    lang,
                    " hanno costituito un nuovo soggetto giuridico, cioè circa uno su quattro; gli altri hanno "
                    "mantenuto una forma contrattuale, nella quale ciascun partner conserva la propria "
                    "natura giuridica (",
                    " created a new legal entity, about one in four; the others kept a contract form, in which each "
                    "partner keeps its own legal nature (",
                )
            ),
            Run(label, target=f"table-{table}"),
            Run("). "),
            Run(
                _pick(lang, "I partner sono descritti più avanti", "Partners are described further on"),
                target="partners",
            ),
            Run(", "),
            Run("Piano di Zona", emphasis=True),
            Run(", "),
            Run("forma_gest", code=True),
            Run("."),
        ),
        "lead",
    )


def _codebook(lang: str, entries: int) -> tuple[Facts, ...]:
    return tuple(
        Facts(
            title=f"v{i:02d}",
            pairs=(
                (
                    _pick(lang, "Domanda", "Question"),
                    _pick(
                        lang,
                        "Quanto si fida l'ufficio di questo tipo di partner?",
                        "How much does the office trust this type of partner?",
                    ),
                ),
                (_pick(lang, "Tipo", "Kind"), _pick(lang, "scala 1–5", "scale 1–5")),
                (
                    _pick(lang, "Categorie", "Categories"),
                    _pick(lang, "1 per niente; 5 moltissimo", "1 not at all; 5 very much"),
                ),
                (_pick(lang, "Mancanti", "Missing"), "8, 9"),
            ),
            id=f"var-v{i:02d}",
            mark=mark(lang, ("published", "described", "simulated")[i % 3]),
        )
        for i in range(1, entries + 1)
    )


def _cover(lang: str, main: Figure | None) -> Cover:
    return Cover(
        title=_pick(lang, "Gli Uffici di Piano della Lombardia", "The Planning Offices of Lombardy"),
        subtitle=_pick(lang, "Governare i servizi sociali in partnership", "Governing social services in partnership"),
        line=_pick(
            lang, "98 Uffici di Piano, rilevazione censuaria, 2009", "98 Planning Offices, a census of the region, 2009"
        ),
        authors="Gruppo di ricerca / Research group",
        date=_pick(lang, "31 dicembre 2009", "31 December 2009"),
        edition=_pick(lang, "Edizione interna", "Internal edition"),
        facts=(
            (_pick(lang, "Popolazione", "Population"), _pick(lang, "98 Uffici di Piano", "98 Planning Offices")),
            (_pick(lang, "Rispondenti", "Respondents"), "98 (100%)"),
            (_pick(lang, "Rilevazione", "Fieldwork"), _pick(lang, "marzo–giugno 2009", "March–June 2009")),
        ),
        findings_title=_pick(lang, "I risultati principali", "Key findings"),
        findings=(
            (
                Run(_pick(lang, "Un ufficio su quattro (26,5%)", "One office in four (26.5%)"), strong=True),
                Run(
                    _pick(
                        lang,
                        " ha costituito un nuovo soggetto giuridico: 22 degli 83 con forma nota (",
                        " created a new legal entity: 22 of the 83 with a known form (",
                    )
                ),
                Run(_label(lang, 1), target="table-1"),
                Run(")."),
            ),
            (
                Run(
                    _pick(
                        lang,
                        "La metà dei nuovi soggetti (11 su 22) è un'azienda speciale consortile.",
                        "Half of the new entities (11 of 22) are special consortium agencies.",
                    )
                ),
            ),
            (
                Run(
                    _pick(
                        lang,
                        "Fra le forme contrattuali prevale l'accordo di programma: 39 su 61 (63,9%).",
                        "Among contract forms the planning agreement prevails: 39 of 61 (63.9%).",
                    )
                ),
            ),
            (
                Run(
                    _pick(
                        lang,
                        "Le cooperative sociali sono partner di 58 uffici su 83 (69,9%).",
                        "Social cooperatives are partners of 58 offices of 83 (69.9%).",
                    )
                ),
            ),
        ),
        figure=main,
        notices=(
            Notice(
                _pick(lang, "Dati ricostruiti", "Reconstructed data"),
                _pick(
                    lang,
                    "I microdati non sono pubblici: il file riproduce le percentuali pubblicate e simula il resto. "
                    "I segni §, ‡ e † dicono di ogni tavola che cosa è pubblicato, descritto o simulato.",
                    "The microdata are not public: the file reproduces the published percentages and simulates the "
                    "rest. The symbols §, ‡ and † say of each table what is published, described or simulated.",
                ),
            ),
        ),
    )


def _symbols(lang: str) -> tuple[tuple[str, str], ...]:
    return (
        ("0", _pick(lang, "valore nullo", "zero")),
        (":", _pick(lang, "non calcolabile", "cannot be computed")),
        ("c", _pick(lang, "dato riservato", "confidential")),
        (_pick(lang, "n.d.", "n.a."), _pick(lang, "non disponibile", "not available")),
        ("§ ‡ †", _pick(lang, "pubblicato, descritto, simulato", "published, described, simulated")),
    )


def _assemble(lang: str, cover: Cover, sections: tuple[Section, ...]) -> Document:
    return Document(
        lang=lang,
        wave="2009",
        edition="internal",
        cover=cover,
        sections=sections,
        symbols=_symbols(lang),
        words=language.catalogue(lang, "layout"),
        running_head=cover.title,
        foot=_pick(lang, "31 dicembre 2009 · Edizione interna", "31 December 2009 · Internal edition"),
    )


def _back_matter(lang: str, first: int, entries: int) -> tuple[Section, ...]:
    return (
        Section(
            "quality",
            "A",
            _pick(lang, "Qualità dei dati", "Data quality"),
            (
                paragraph(_pick(lang, "Nessun codice fuori dal codebook.", "No codes outside the codebook."), "lead"),
                dataclasses.replace(frequency_table(lang, first), notes=(), mark=None),
            ),
            (),
            1,
            True,
        ),
        Section(
            "methods",
            "B",
            _pick(lang, "Metodi", "Methods"),
            (
                paragraph(
                    _pick(
                        lang,
                        "L'indagine è un censimento: i test non si riferiscono a una popolazione più ampia.",
                        "The survey is a census: tests do not refer to a larger population.",
                    )
                ),
                Items(
                    (
                        (
                            Run(_pick(lang, "Chi quadrato di Pearson: ", "Pearson chi-square: "), strong=True),
                            Run("Σ(O − E)²/E."),
                        ),
                        (
                            Run("V di Cramér" if lang == "it" else "Cramér's V", strong=True),
                            Run(": √(χ²/(n·min(r−1, c−1)))."),
                        ),
                    )
                ),
                Items(
                    ((Run(_pick(lang, "Primo passo", "First step")),), (Run(_pick(lang, "Secondo", "Second")),)), True
                ),
                paragraph(_pick(lang, "Una nota piccola.", "A small note."), "note"),
            ),
            (),
            1,
            True,
        ),
        Section("codebook", "C", _pick(lang, "Codebook", "Codebook"), _codebook(lang, entries), (), 1, True),
        Section(
            "provenance",
            "D",
            _pick(lang, "Provenienza", "Provenance"),
            (
                Facts(
                    _pick(lang, "Il file", "The file"),
                    (
                        ("SHA-256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
                        (_pick(lang, "Percorso", "Path"), "data/raw/2009/survey.sav"),
                    ),
                ),
            ),
            (),
            1,
            True,
        ),
    )


def document(lang: str = "it") -> Document:
    """A report with every kind of block, cell and row."""
    main = figure(lang, 1)
    sections = (
        Section(
            "forms",
            "1",
            _pick(lang, "Le forme della gestione associata", "Forms of associated management"),
            (
                _lead(lang, 1),
                main,
                frequency_table(lang, 1),
                Notice(
                    _pick(lang, "Base piccola", "Small base"),
                    _pick(lang, "Meno di 30 casi: leggere i conteggi.", "Fewer than 30 cases: read the counts."),
                ),
            ),
        ),
        Section(
            "partners",
            "2",
            _pick(lang, "I partner e le relazioni", "Partners and relations"),
            (_lead(lang, 2), cross_table(lang, 2), figure(lang, 2, table=2)),
            (
                Section(
                    "partners-territory",
                    "2.1",
                    _pick(lang, "I partner per provincia", "Partners by province"),
                    (
                        _lead(lang, 3),
                        wide_table(lang, 3),
                        paragraph(_pick(lang, "Dopo la tavola.", "After the table.")),
                    ),
                    (),
                    2,
                ),
                Section(
                    "partners-districts",
                    "2.2",
                    _pick(lang, "Gli ambiti", "The districts"),
                    (_lead(lang, 4), long_table(lang, 4), figure(lang, 3, table=4)),
                    (),
                    2,
                ),
            ),
        ),
        Section(
            "governance",
            "3",
            _pick(lang, "La governance", "Governance"),
            (_lead(lang, 5), cross_table(lang, 5), frequency_table(lang, 6), figure(lang, 4, table=6)),
        ),
        *_back_matter(lang, 7, 8),
    )
    return _assemble(lang, _cover(lang, main), sections)


def large(lang: str = "it") -> Document:
    """A report of 38 tables and 15 figures."""
    sections = []
    table, fig = 1, 1
    for s in range(1, 8):
        blocks: list[object] = [_lead(lang, table)]
        for k in range(5):
            build = cross_table if k % 2 else frequency_table
            if (s, k) in ((3, 4), (5, 4)):
                build = wide_table
            if (s, k) == (4, 4):
                build = long_table
            blocks.append(build(lang, table))
            if k in (0, 2) and fig <= 15:
                blocks.append(figure(lang, fig, table=table))
                fig += 1
            blocks.append(paragraph(_lead(lang, 1).runs[2].text * 2))
            table += 1
        title = _pick(lang, f"Sezione {s}: le relazioni", f"Section {s}: relations")
        sections.append(Section(f"section-{s}", str(s), title, tuple(blocks)))  # type: ignore[arg-type]
    sections.append(
        Section(
            "last",
            "8",
            _pick(lang, "Ultima", "Last"),
            (figure(lang, 15), cross_table(lang, 36), cross_table(lang, 37)),
        )
    )
    back = _back_matter(lang, 38, 90)
    return _assemble(lang, _cover(lang, figure(lang, 1)), (*sections, *back))


def hostile(lang: str = "en") -> Document:
    """A report that holds each payload, as ``text``, in every place that text can come from.

    The SVG of a figure is drawn by our own chart room; here the payload is escaped in it, as it must be there.
    """
    sections = []
    for i, p in enumerate(PAYLOADS, start=1):
        t = p.text
        head = (
            (HeadCell(t, rows=2), HeadCell(t, columns=2)),
            (HeadCell(t, sub=t), HeadCell("N")),
        )
        table = Table(
            id=f"table-{i}",
            number=i,
            label=_label(lang, i),
            title=t,
            head=head,
            rows=(
                Row(t, (), "group"),
                Row(t, (Cell(t, None, "text", "text", note=t), count(lang, 1000 + i)), "body", 1),
                Row(t, (Cell(t, 0.5, "percent1", "number", letters=t), count(lang, i)), "total"),
            ),
            columns=2,
            unit=t,
            question=t,
            base=t,
            statistics=(t,),
            notes=(t, t),
            source=t,
            mark=Mark("simulated", "†", t),
        )
        drawn = "".join(ch for ch in t if ch in "\t\n" or " " <= ch < "\x7f")
        fig = Figure(
            id=f"figure-{i}",
            number=i,
            label=f"{_pick(lang, 'Figura', 'Figure')} {i}",
            headline=t,
            title=t,
            svg=bars_svg((drawn,), (0.5,), (drawn[:12],)),
            alt=t,
            width=470.0,
            height=46.0,
            notes=(t,),
            source=t,
            mark=Mark("simulated", "†", t),
            table=f"table-{i}",
            table_label=t,
        )
        sections.append(
            Section(
                f"section-{i}",
                str(i),
                t,
                (
                    Paragraph(
                        (
                            Run(t),
                            Run(t, strong=True),
                            Run(t, emphasis=True),
                            Run(t, code=True),
                            Run(t, target=f"table-{i}"),
                        ),
                        "lead",
                    ),
                    Paragraph((Run(t),), "note"),
                    Items(((Run(t),), (Run(t, strong=True),)), bool(i % 2)),
                    Facts(t, ((t, t),), f"facts-{i}"),
                    Notice(t, t),
                    table,
                    fig,
                ),
                (Section(f"section-{i}-1", f"{i}.1", t, (paragraph(t),), (), 2),),
            )
        )
    everything = " ".join(p.text for p in PAYLOADS)
    cover = Cover(
        title=everything,
        subtitle=everything,
        line=everything,
        authors=everything,
        date="1 January 2009",
        edition=everything,
        facts=tuple((p.text, p.text) for p in PAYLOADS),
        findings_title=PAYLOADS[0].text,
        findings=tuple((Run(p.text, strong=True), Run(p.text, target="table-1")) for p in PAYLOADS),
        figure=None,
        notices=tuple(Notice(p.text, p.text) for p in PAYLOADS[:3]),
    )
    built = _assemble(lang, cover, tuple(sections))
    return dataclasses.replace(
        built,
        symbols=tuple((p.text, p.text) for p in PAYLOADS),
        running_head=PAYLOADS[0].text,
        foot=PAYLOADS[1].text,
    )


def grid(rows: int, columns: int, wide: bool = False) -> Table:
    """A table of so many rows and columns of numbers, with long heads."""
    head = ((HeadCell("District"), *(HeadCell(f"Name{j:02d}long") for j in range(columns))),)
    body = tuple(
        Row(f"Row {i}", tuple(Cell(f"{i * 1000 + j}.5", 1.0, "decimal1", "number") for j in range(columns)))
        for i in range(1, rows + 1)
    )
    return Table("t", 1, "Table 1", "Too wide", head, body, columns, unit="counts", source="All", wide=wide)
