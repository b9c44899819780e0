"""All waves, one language: the comparison report as a document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline import language
from pipeline.comparison import other_tables, panel, panel_tables, pictures, sentences, trend
from pipeline.comparison.book import Book
from pipeline.comparison.measured import has_design
from pipeline.comparison.trend_tables import balanced_table, part_table, trend_table
from pipeline.comparison.units import Links
from pipeline.comparison.waves import Waves
from pipeline.present import formats
from pipeline.present.document import (
    Block,
    Cover,
    Document,
    Facts,
    Figure,
    Items,
    Notice,
    Paragraph,
    Run,
    Section,
    Table,
)
from pipeline.present.layout.parts import anchor
from pipeline.spec.model import FigureSpec, SectionSpec, TableSpec, say


@dataclass(frozen=True, slots=True)
class WaveFile:
    """A wave's data file as the provenance names it."""

    wave: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the comparison comes from and what made it."""

    files: tuple[WaveFile, ...]
    study_hash: str
    code_hash: str
    versions: Mapping[str, str]
    rebuild: str


@dataclass(slots=True)
class _Numbers:
    """Numbers for tables and figures in reading order."""

    tables: int = 0
    figures: int = 0
    by_table: dict[str, Table] = field(default_factory=dict)

    def table(self, make: Callable[[int], Table | None]) -> list[Table]:
        """Give a table its number, unless there is none."""
        made = make(self.tables + 1)
        if made is None:
            return []
        self.tables += 1
        self.by_table[made.id] = made
        return [made]

    def figure(self, make: Callable[[int], Figure | None]) -> list[Figure]:
        """Give a figure its number, unless there is none."""
        made = make(self.figures + 1)
        if made is None:
            return []
        self.figures += 1
        return [made]


def document(waves: Waves, table: Any, provenance: Provenance, lang: str, edition: str) -> Document:
    """The comparison report in a language. ``table``: the comparison's result rows."""
    book = Book(lang, waves, table)
    numbers = _Numbers()
    cover_figure = numbers.figure(lambda n: pictures.movers_figure(book, n))
    sections = [_units(book, numbers), _questionnaire(book)]
    for spec in waves.files.report.sections:
        sections += _trend_section(book, spec, numbers)
    sections += _panel_sections(book, numbers)
    sections = [_numbered(s, str(i + 1)) for i, s in enumerate(sections)]
    sections += _back_matter(book, provenance, numbers)
    study, view = waves.files.study, book.view
    title, date = say(study.title, lang), formats.date_text(study.date or "", lang)
    edition_words = view.t(f"edition_{edition}")
    return Document(
        lang=lang,
        wave="comparison",
        edition=edition,
        cover=Cover(
            title=title,
            subtitle=book.t("subtitle", waves=book.listed(waves.names)),
            line=_line(book),
            authors=say(study.authors, lang),
            date=date,
            edition=edition_words,
            facts=_facts(book),
            findings_title=view.t("key_findings"),
            findings=_findings(book, numbers),
            figure=cover_figure[0] if cover_figure else None,
            notices=_notices(book),
        ),
        sections=tuple(sections),
        symbols=_symbols(book),
        words=language.texts(lang, "layout"),
        running_head=" · ".join((title, book.waves_words())),
        foot=" · ".join(p for p in (date, edition_words) if p),
    )


def _numbered(section: Section, number: str) -> Section:
    return Section(section.id, number, section.title, section.blocks, section.sections, section.level)


def _text(text: str, style: str = "body") -> Paragraph:
    return Paragraph((Run(text),), style)


# ---------------------------------------------------------------- first page


def _line(book: Book) -> str:
    words = book.waves_words()
    name = say(book.waves.files.study.population.name, book.lang)
    return book.t("cover_line", population=name, waves=words[:1].lower() + words[1:])


def _facts(book: Book) -> tuple[tuple[str, str], ...]:
    study, view = book.waves.files.study, book.view
    mode = study.mode
    weights = study.weights
    facts = [
        (view.t("population"), say(study.population.name, book.lang)),
        (book.t("fact_waves"), book.listed(book.waves.names)),
        (view.t("response"), book.listed(sentences.response_parts(book))),
        (view.t("mode"), view.t(f"mode_{mode}")),
        (view.t("weighting"), view.t("weight_none") if weights is None or not weights.use
         else view.t(f"weighted_{weights.kind}", variable=weights.variable)),
        (view.t("data"), book.source_line()),
    ]  # fmt: skip
    return tuple(f for f in facts if f[1])


def _findings(book: Book, numbers: _Numbers) -> tuple[tuple[Run, ...], ...]:
    """What changed in the main figure and most of all; who answered, what became of the units, what was asked."""
    found: list[tuple[Run, ...]] = []
    for table, sentence in sentences.moves(book):
        found.append((Run(sentence), *_reference(numbers, anchor("table", table))))
    if not found:
        found.append((Run(sentences.no_moves(book)),))
    found.append((Run(sentences.response(book)), *_reference(numbers, "table-response")))
    for links in book.waves.links[-1:]:
        said = sentences.units(book, links)
        if said:
            found.append((Run(said), *_reference(numbers, f"table-units-{links.later}")))
    found.append((Run(sentences.questionnaire(book)), *_reference(numbers, "table-comparability")))
    return tuple(found)


def _reference(numbers: _Numbers, table: str) -> tuple[Run, ...]:
    found = numbers.by_table.get(table)
    return (Run(" ("), Run(found.label, target=table), Run(")")) if found is not None else ()


def _notices(book: Book) -> tuple[Notice, ...]:
    found = []
    for kind in ("demonstration", "reconstruction"):
        names = [w.name for w in book.waves.waves if w.source.kind == kind]
        if names:
            title, text = book.t(f"notice_{kind}_title"), book.t(f"notice_{kind}", waves=book.listed(names))
            found.append(Notice(title, text))
    return tuple(found)


def _symbols(book: Book) -> tuple[tuple[str, str], ...]:
    view = book.view
    symbols = [
        ("0", view.t("symbol_zero")),
        (formats.NOT_COMPUTABLE, view.t("symbol_not_computable")),
        (book.t("not_comparable_symbol"), book.t("symbol_not_comparable")),
        (view.t("not_available"), view.t("symbol_not_available")),
    ]
    if any(w.source.marks for w in book.waves.waves):
        symbols += [(mark.symbol, view.t(f"origin_{o}")) for o in ("published", "described", "simulated")
                    if (mark := view.mark_of(o)) is not None]  # fmt: skip
    return tuple(symbols)


# ---------------------------------------------------------------- sections


def _units(book: Book, numbers: _Numbers) -> Section:
    """Who exists and who answered; what became of the units, as a figure and in tables."""
    blocks: list[Block] = [_text(book.t("units_lead"), "lead")]
    blocks += numbers.table(lambda n: other_tables.response(book, n))
    if book.waves.files.study.identifier is None:
        blocks.append(_text(book.t("units_no_identifier")))
    for links in book.waves.links:
        blocks += _links_blocks(book, links, numbers)
    if len(book.waves.waves) > 2:
        blocks += numbers.table(lambda n: panel_tables.attrition(book, n))
    return Section("section-units", "", book.t("section_units"), tuple(blocks))


def _links_blocks(book: Book, links: Links, numbers: _Numbers) -> list[Block]:
    blocks: list[Block] = []
    said = sentences.units(book, links)
    if said:
        blocks.append(_text(said))
    if not links.linked():
        blocks.append(_text(book.t("units_none")))
    tables = numbers.table(lambda n: other_tables.units(book, links, n))
    blocks += numbers.figure(lambda n: pictures.flow_figure(book, links, tables[0], n))
    blocks += tables
    blocks += numbers.table(lambda n: other_tables.merges(book, links, n))
    return blocks


def _questionnaire(book: Book) -> Section:
    by_kind = sentences.by_status(book)
    total = sum(map(len, by_kind.values()))
    blocks: list[Block] = []
    changed = [*by_kind["not"], *by_kind["mapped"]]
    if changed:
        parts = sentences.question_parts(book, by_kind)
        blocks.append(_text(book.t("questions_lead", total=total, parts=parts), "lead"))
        blocks.append(Items(tuple((Run(line),) for name in changed for line in _question_lines(book, name))))
    else:
        blocks.append(_text(book.t("questions_all_same", total=total), "lead"))
    for wave, labels in book.waves.new_questions.items():
        if labels:
            blocks.append(_text(book.t("questions_new", wave=wave, names=book.listed(list(labels)))))
    return Section("section-questionnaire", "", book.t("section_questions"), tuple(blocks))


def _question_lines(book: Book, name: str) -> list[str]:
    found = []
    for wave in book.waves.names:
        status = book.waves.status(name, "", wave)
        if status.kind != "same":
            line = book.t(
                "question_line", question=book.view.label(name), kind=book.t(f"status_{status.kind}"), wave=wave,
                reason=book.reason(status),
            )  # fmt: skip
            found.append(line.strip())
    return found


def _trend_section(book: Book, spec: SectionSpec, numbers: _Numbers) -> list[Section]:
    """The trends of one section of the report; none where the section has no table to follow."""
    tables = [c for c in spec.contents if isinstance(c, TableSpec)]
    followed = trend.specs(book.waves.files.codebook, tables)
    drawn = {c.of for c in book.waves.files.report.contents() if isinstance(c, FigureSpec)}
    blocks: list[Block] = []
    for one in followed:
        made = numbers.table(lambda n, one=one: trend_table(book, one, n))  # type: ignore[misc]
        blocks += made
        for by in one.trend_by if made else ():
            blocks += numbers.table(lambda n, one=one, by=by: part_table(book, one, by, n))  # type: ignore[misc]
        if made and (one.table in drawn or _many_lines(book, one)):
            blocks += numbers.figure(lambda n, one=one, made=made: pictures.trend_figure(book, one, made[0], n))  # type: ignore[misc]
    if not blocks:
        return []
    lead = sentences.section_lead(book, {t.table for t in followed})
    blocks.insert(0, _text(lead, "lead"))
    return [Section(anchor("section", spec.section), "", say(spec.title, book.lang), tuple(blocks))]


def _many_lines(book: Book, spec: TableSpec) -> bool:
    """Sets and batteries are drawn even where the report has no figure of them: they have many lines."""
    codebook = book.waves.files.codebook
    return any(name in codebook.sets or name in codebook.batteries for name in spec.rows)


def _panel_sections(book: Book, numbers: _Numbers) -> list[Section]:
    found = []
    for links in book.waves.links:
        answered = other_tables.answered(book, links)
        several = len(book.waves.links) > 1
        versus = f" ({book.t('versus', before=links.earlier, after=links.later)})" if several else ""
        title = book.t("section_panel") + versus
        if not answered:
            blocks: list[Block] = [_text(book.t("panel_none"), "lead")]
        else:
            lead = book.t("panel_lead", answered=answered, rule=sentences.rules(book, links)).strip()
            blocks = [_text(lead, "lead")]
            blocks += numbers.table(lambda n, links=links: other_tables.stability(book, links, n))  # type: ignore[misc]
            for name in panel.shown_transitions(book.waves, links):
                blocks += numbers.table(
                    lambda n, links=links, name=name: other_tables.transition(book, links, name, n)  # type: ignore[misc]
                )
            blocks += numbers.table(lambda n, links=links: panel_tables.items(book, links, n))  # type: ignore[misc]
            blocks += numbers.table(lambda n, links=links: other_tables.numbers(book, links, n))  # type: ignore[misc]
        found.append(Section(f"section-panel-{links.later}", "", title, tuple(blocks)))
    balanced: list[Block] = []
    for spec in trend.drawn(book.waves):
        balanced += numbers.table(lambda n, spec=spec: balanced_table(book, spec, n))  # type: ignore[misc]
    if balanced:
        balanced.insert(0, _text(panel_tables.balanced_line(book), "lead"))
        found.append(Section("section-balanced", "", book.t("section_balanced"), tuple(balanced)))
    return found


# ---------------------------------------------------------------- back matter


def _back_matter(book: Book, provenance: Provenance, numbers: _Numbers) -> list[Section]:
    comparability: list[Block] = [_text(book.t("comparability_lead"))]
    comparability += numbers.table(lambda n: other_tables.comparability(book, n))
    return [
        Section("section-comparability", "A", book.t("comparability"), tuple(comparability), back_matter=True),
        Section("section-methods", "B", book.t("methods"), _methods(book), back_matter=True),
        Section("section-provenance", "C", book.t("provenance"), _provenance(book, provenance), back_matter=True),
    ]


def _methods(book: Book) -> tuple[Block, ...]:
    study, view = book.waves.files.study, book.view
    mode = study.mode
    level = formats.percent_text(study.confidence, book.lang, 0)
    half = formats.percent_text(1 - (1 - study.confidence) / 2, book.lang, 1)
    points = [
        view.t("method_percent"),
        view.t("method_rounding"),
        book.t("method_change"),
        book.t("method_points"),
        book.t(f"method_{mode}", level=level, half=half),
        book.t("method_movers", least=book.least),
        book.t(
            f"method_firm_{'description' if mode == 'description' else 'tested'}", n=book.moves.looked_at, level=level
        ),
    ]
    if len(book.waves.waves) > 2:
        points.append(book.t("method_trend"))
        if mode != "description":
            points.append(book.t("method_trend_test"))
    if mode != "description" and has_design(study):
        points.append(book.t("test_note_design"))
    rules = [r for links in book.waves.links if (r := sentences.rules(book, links))]
    points += [book.t("method_links", rule=rule) for rule in dict.fromkeys(rules)]
    if book.waves.links:
        points.append(book.t("method_panel_description" if mode == "description" else "method_tests"))
        if mode != "description" and not has_design(study):
            points.append(book.t("method_overlap"))
    return (Items(tuple((Run(p),) for p in points)),)


def _provenance(book: Book, provenance: Provenance) -> tuple[Block, ...]:
    view = book.view
    pairs: list[tuple[str, str]] = []
    by_name = {w.name: w for w in book.waves.waves}
    for one in provenance.files:
        wave = by_name[one.wave]
        source = say(wave.source.title, book.lang)
        pairs.append((book.t("wave_data", wave=one.wave), f"{one.name}. {source}"))
        pairs.append((f"SHA-256 ({one.wave})", one.sha256))
    pairs += [
        (view.t("study_version"), provenance.study_hash[:16]),
        (view.t("code_version"), provenance.code_hash[:16]),
        (view.t("software"), ", ".join(f"{name} {version}" for name, version in provenance.versions.items())),
        (view.t("rebuild"), provenance.rebuild),
    ]
    return (Facts(book.t("provenance_title"), tuple(pairs)),)
