"""One wave, one language: the whole report as a document."""

from __future__ import annotations

from array import array
from dataclasses import replace

from pipeline import language
from pipeline.audit.claims import Published, Questions
from pipeline.crossings import Crossings
from pipeline.present import analyses, formats, interviews
from pipeline.present.back_matter import Origins, back_matter
from pipeline.present.document import (
    Block,
    Cover,
    Crossable,
    Document,
    Explorer,
    Figure,
    Notice,
    Paragraph,
    Run,
    Section,
    Table,
)
from pipeline.present.figures import figure
from pipeline.present.holes import fill_or_none, references
from pipeline.present.layout import models, one_way, two_way
from pipeline.present.layout.associations import associations
from pipeline.present.layout.parts import Body, anchor, frame
from pipeline.present.layout.statistics import all_statistics
from pipeline.present.numbering import Numbering
from pipeline.present.overview import sentences
from pipeline.present.public import known_sections, public_files
from pipeline.present.published import published_section
from pipeline.present.trace import explained
from pipeline.present.view import View
from pipeline.results import Results
from pipeline.spec.load import StudyFiles
from pipeline.spec.model import Analysis, SectionSpec, Source, TableSpec, Text, TextSpec, say
from pipeline.tables.plan import pieces


def body(view: View, spec: TableSpec) -> Body:
    """A table's body, by the kind of its first piece."""
    if spec.model is not None:
        return models.model(view, spec)
    if spec.kind == "reliability":
        return one_way.reliability(view, spec)
    if spec.kind == "associations":
        return associations(view, spec)
    first = pieces(spec, view.codebook)[0]
    if first.way == "matrix":
        return two_way.matrix(view, spec)
    if spec.columns:
        if first.way == "correlation":
            return two_way.correlation(view, spec)
        ways = {piece.way for piece in pieces(spec, view.codebook)}
        return two_way.means(view, spec) if ways == {"means"} else two_way.crosstab(view, spec)
    if spec.rows[0] in view.codebook.batteries or spec.kind == "grid":
        return one_way.grid(view, spec)
    alone = {"multiple": one_way.multiple, "summary": one_way.summary, "presence": one_way.summary}
    return alone.get(first.way, one_way.frequency)(view, spec)


def document(
    files: StudyFiles, source: Source, results: Results, origins: Origins, wave: str, lang: str, edition: str,
    crossings: Crossings | None = None, published: tuple[Published, Questions] | None = None,
) -> Document:  # fmt: skip
    """The report of a wave in a language. ``crossings``: what a reader may go on with, in an internal edition.
    ``published``: figures printed elsewhere, which the last section before the back matter checks."""
    if edition == "public":
        files = public_files(files)
    view = View(lang, wave, files, source, results, dictionary=origins.dictionary, edition=edition)
    numbering = Numbering.of(files, public=edition == "public")
    sections: list[Section] = []
    figures: dict[str, Figure] = {}
    for i, spec in enumerate(files.report.sections):
        section = _section(view, spec, i, numbering)
        sections.append(section)
        figures.update({b.id: b for b in section.blocks if isinstance(b, Figure)})
    findings = _findings(view, numbering, edition == "public")
    letters = "ABCDEFGHIJ"
    table = len(numbering.tables) + 1
    if published is not None:
        sections.append(published_section(view, *published, len(sections) + 1, table))
        table += 1
    sections += back_matter(view, origins, letters, table)
    if edition == "public":
        sections = [*known_sections(view, sections)]
    main = anchor("figure", files.report.main_figure) if files.report.main_figure else None
    if main is None and any(finding.text is not None for finding in files.report.findings):
        main = next(iter(figures), None)  # where a person chose what the first page says; by rule, none stands out
    title = say(files.study.title, lang)
    date = formats.date_text(files.study.date or "", lang)
    words = language.texts(lang, "layout")
    return Document(
        lang=lang,
        wave=wave,
        edition=edition,
        cover=Cover(
            title=title,
            subtitle=say(files.study.subtitle, lang),
            line=_line(view, origins),
            authors=say(files.study.authors, lang),
            date=date,
            edition=_edition(view, edition),
            facts=_facts(view, origins),
            findings_title=view.t("key_findings"),
            findings=findings,
            figure=_cover_figure(figures.get(main)) if main else None,
            notices=_notices(view, origins),
        ),
        sections=tuple(sections),
        symbols=_symbols(view),
        words=words,
        running_head=" · ".join(p for p in (title, view.when()) if p),
        foot=" · ".join(p for p in (date, _edition(view, edition)) if p),
        explorer=_explorer(view, crossings) if crossings is not None else None,
        explained=explained(view, sections),
    )


def _edition(view: View, edition: str) -> str:
    """Which edition it is, and that it is a draft where the study says so."""
    words = view.t(f"edition_{edition}")
    return f"{view.t('status_draft')} · {words}" if view.study.status == "draft" else words


def _explorer(view: View, crossings: Crossings) -> Explorer:
    """The pairs with their words in this language."""
    variables = tuple(
        Crossable(name, view.label(name), tuple(view.code_label(name, code) for code in codes))
        for name, codes in zip(crossings.names, crossings.codes, strict=True)
    )
    weighted = None if crossings.w is None else array("d", crossings.w)
    mark = view.mark_of(view.shown_origin("simulated"))
    said = mark.text if mark is not None else ""
    units = tuple((unit, _answers(view, crossings, i)) for i, unit in enumerate(crossings.units))
    return Explorer(variables, array("q", crossings.n), weighted, said, units)


def _answers(view: View, crossings: Crossings, unit: int) -> tuple[tuple[str, str], ...]:
    """What a unit answered, as (variable, code); of multiple response sets the items that it mentions."""
    own = {
        name: codes[answers[unit] - 1]
        for name, codes, answers in zip(crossings.names, crossings.codes, crossings.answers, strict=True)
        if answers[unit]
    }
    found = list(own.items())
    for name, mr in view.codebook.sets.items():
        said = [member for member in mr.members if member in own]
        if mr.kind == "dichotomies":
            found += [(name, member) for member in said if own[member] == str(mr.counted)]
        elif mr.kind == "categories":
            found += dict.fromkeys((name, own[member]) for member in said)
    return tuple(found)


def _cover_figure(figure: Figure | None) -> Figure | None:
    """The main figure again on the first page, under an id of its own."""
    return None if figure is None else replace(figure, id=f"{figure.id}-cover")


def _section(view: View, spec: SectionSpec, i: int, numbering: Numbering) -> Section:
    blocks: list[Block] = []
    if spec.text:
        blocks += _paragraph(view, spec.text, f"sections/{i}/text", "lead")
    tables: dict[str, Table] = {}
    specs = {t.table: t for t in view.files.report.tables()}
    for j, content in enumerate(spec.contents):
        where = f"sections/{i}/contents/{j}"
        if isinstance(content, TextSpec):
            blocks += _paragraph(view, content.text, f"{where}/text", "body")
        elif isinstance(content, TableSpec):
            made = _with_statistics(view, content, numbering)
            tables[content.table] = made[0]
            blocks += made
        elif isinstance(content, Analysis):
            blocks += analyses.blocks(view, content, numbering)
        else:
            of = specs[content.of]
            table = tables.get(content.of) or frame(view, of, numbering.tables[content.of], body(view, of))
            blocks.append(figure(view, content, of, table, numbering.figures[content.figure], where))
    return Section(anchor("section", spec.section), str(i + 1), say(spec.title, view.lang), tuple(blocks))


def _with_statistics(view: View, spec: TableSpec, numbering: Numbering) -> list[Table]:
    """A table, and where it is asked for the table of all numbers about it: behind it, or after it for print."""
    number = numbering.tables[spec.table]
    table = frame(view, spec, number, body(view, spec))
    found = all_statistics(view, spec) if spec.all_statistics else None
    if found is None:
        return [table]
    name = f"{spec.table}-statistics"
    titles = {lang: view.t("statistics_title", title=text) for lang, text in spec.title.items()}
    titled = spec.model_copy(update={"table": name, "title": titles})
    if spec.all_statistics == "print":
        return [table, frame(view, titled, numbering.tables[name], found)]
    return [replace(table, details=(frame(view, titled, number, found),))]


def _paragraph(view: View, text: Text, where: str, style: str) -> list[Block]:
    words = fill_or_none(view, text, where)
    return [] if words is None else [Paragraph((Run(words),), style)]


def _findings(view: View, numbering: Numbering, public: bool) -> tuple[tuple[Run, ...], ...]:
    """The key findings: a sentence, how its data came about, and the tables where its numbers stand."""
    specs = {t.table: t for t in view.files.report.tables()}
    found: list[tuple[Run, ...]] = []
    for i, finding in enumerate(view.files.report.findings):
        if finding.auto is not None and public:
            continue  # they read an answer that is hidden as none
        if finding.auto is not None:
            found += sentences(view, finding.auto, numbering.tables)
            continue
        words = fill_or_none(view, finding.text, f"findings/{i}/text") if finding.text is not None else None
        if finding.text is None or words is None:
            continue
        runs = [Run(words)]
        tables = [t for t in references(finding.text, view.lang) if t in specs]
        marks = {m.symbol for t in tables if (m := view.mark(specs[t])) is not None}
        if marks:
            runs.append(Run("\N{NO-BREAK SPACE}" + "".join(sorted(marks))))
        for k, table in enumerate(tables):
            runs.append(Run(" (" if k == 0 else ", "))
            runs.append(Run(view.t("table_label", number=numbering.tables[table]), target=anchor("table", table)))
        if tables:
            runs.append(Run(")"))
        found.append(tuple(runs))
    return tuple(found)


def _line(view: View, origins: Origins) -> str:
    name = say(view.study.population.name, view.lang)
    when = view.when()
    return view.t(
        "cover_line", population=f"{name}, {when[:1].lower()}{when[1:]}" if when else name, cases=_cases(view, origins)
    )


def _cases(view: View, origins: Origins) -> str:
    n = origins.dictionary.cases or 0
    return f"{formats.count_text(n, view.lang)} {view.units(n)}"


def _facts(view: View, origins: Origins) -> tuple[tuple[str, str], ...]:
    study = view.study
    n, size = origins.dictionary.cases or 0, study.population.size
    facts = [
        (view.t("population"), say(study.population.name, view.lang) + (f" (N = {formats.count_text(size, view.lang)})" if size else "")),  # noqa: E501
        (view.t("response"), _response(view, n, size)),
        (view.t("fieldwork"), say(view.source.fieldwork, view.lang)),
        (view.t("mode"), view.t(f"mode_{study.mode}")),
        (view.t("weighting"), view.t("weight_none") if study.weights is None or not study.weights.use
         else view.t(f"weighted_{study.weights.kind}", variable=study.weights.variable)),
        (view.t("data"), view.source_line()),
    ]  # fmt: skip
    return tuple(f for f in facts if f[1])


def _response(view: View, n: int, size: int | None) -> str:
    text = formats.count_text(n, view.lang)
    if not size:
        return view.t("response_cases", n=text)
    return view.t(
        "response_of", n=text, size=formats.count_text(size, view.lang), share=formats.percent_text(n / size, view.lang)
    )


def _notices(view: View, origins: Origins) -> tuple[Notice, ...]:
    found = []
    if view.source.kind != "survey":
        found.append(Notice(view.t(f"notice_{view.source.kind}_title"), view.t(f"notice_{view.source.kind}")))
    waiting = sum(1 for f in origins.findings if f["id"] in ("waves.unconfirmed", "waves.set_unconfirmed"))
    if waiting:
        keys = ("waves.provisional_title", "waves.provisional")
        title, text = (language.text(view.lang, key, count=waiting) for key in keys)
        found.append(Notice(title, text))
    found += interviews.notices(view)
    found += [Notice(view.t("own_chart_title"), text) for text in dict.fromkeys(view.failed)]
    return tuple(found)


def _symbols(view: View) -> tuple[tuple[str, str], ...]:
    symbols = [
        ("0", view.t("symbol_zero")),
        (formats.NOT_COMPUTABLE, view.t("symbol_not_computable")),
        (formats.SUPPRESSED, view.t("symbol_suppressed")),
        (view.t("not_available"), view.t("symbol_not_available")),
    ]
    if view.source.marks:
        symbols += [(mark.symbol, view.t(f"origin_{o}")) for o in view.origins
                    if (mark := view.mark_of(o)) is not None]  # fmt: skip
    symbols += interviews.symbols(view)
    return tuple(symbols)
