"""Codes in tables: the tree, by case and group, together, the coders' agreement, saturation, beside the survey."""

from __future__ import annotations

from pipeline import language
from pipeline.interviews.model import BETWEEN
from pipeline.present import formats
from pipeline.present.document import Block, Cell, HeadCell, Items, Paragraph, Row, Run
from pipeline.present.interviews.voice import Voice
from pipeline.present.layout.parts import Body, stub
from pipeline.spec.interviews import Theme
from pipeline.spec.model import say
from pipeline.statistics import registry

_NONE = "-"


def _levels(codes: list[str]) -> dict[str, int]:
    """How far each code is moved in: below the nearest code above it that the table shows."""
    found: dict[str, int] = {}
    for code in codes:
        above, level = code, 0
        while BETWEEN in above:
            above = above.rpartition(BETWEEN)[0]
            level += above in codes
        found[code] = level
    return found


def sources(voice: Voice) -> Body:
    """Sources by case and kind."""
    cases = voice.codes("sources_n")
    kinds = voice.codes("sources_n", "col_code")
    heads = [voice.kind("" if k == _NONE else k) for k in kinds]
    rows = [
        Row(voice.case("" if c == _NONE else c), (*(voice.cell("sources_n", c, k) for k in kinds),
            voice.cell("sources_n", c), voice.cell("words_n", c)))
        for c in cases
    ]  # fmt: skip
    total = (*(voice.cell("sources_n", "", k) for k in kinds), voice.cell("sources_n"), voice.cell("words_n"))
    rows.append(Row(voice.tell("total"), total, "total"))
    head = voice.head(voice.tell("case"), *heads, voice.tell("all_sources"), voice.tell("words_column"))
    remarks = [r.warning for r in voice.view.results.rows(voice.of.name) if r.statistic == "files_n"]
    notes = tuple(voice.view.remark("warning", text) for text in remarks)
    return Body(head, tuple(rows), len(kinds) + 2, voice.tell("unit_counts"), notes=notes)


def tree(voice: Voice) -> Body:
    """The codes with what stands below each."""
    codes = voice.codes("passages")
    levels = _levels(codes)
    columns = ("passages_own", "passages", "sources_with", "sources_share", "cases_with")
    rows = [Row(voice.code(c), tuple(voice.cell(s, c) for s in columns), level=levels[c]) for c in codes]
    n = next((r.n for c in codes if (r := voice.row("sources_share", c)) is not None), 0)
    head = (
        (stub(voice.view, voice.tell("code"), 2), HeadCell(voice.tell("passages"), 2),
         HeadCell(voice.tell("sources"), 2), HeadCell(voice.tell("cases"), rows=2)),
        (HeadCell(voice.tell("own")), HeadCell(voice.tell("with_below")), HeadCell(voice.tell("n")), HeadCell("%")),
    )  # fmt: skip
    base = voice.tell("base_sources", n=voice.count(n or 0))
    return Body(head, tuple(rows), 5, voice.tell("unit_counts_shares"), base,
                notes=(voice.tell("passages_note"),))  # fmt: skip


def across(voice: Voice) -> Body:
    """Codes by case or by group of cases."""
    table = voice.of
    statistic = "sources_with" if table.count == "sources" else "passages"
    codes, groups = voice.codes(statistic), voice.codes(statistic, "col_code")
    levels = _levels(codes)
    of_cases = table.show == "cases"
    shown = ("sources_with", "sources_share") if not of_cases and table.count == "sources" else (statistic,)
    labels = [voice.case(g) if of_cases else voice.group(table.by, g) for g in groups]
    bases = [voice.row("sources_share", codes[0], g) for g in groups] if codes else []
    subs = [voice.tell("n_sources", n=voice.count(b.n or 0)) if b is not None else "" for b in bases]
    heads = [*zip(labels, subs, strict=True), (voice.tell("all"), "")]
    rows = [
        Row(voice.code(c), tuple(voice.cell(s, c, g) for g in [*groups, ""] for s in shown), level=levels[c])
        for c in codes
    ]
    if len(shown) == 1:
        head: tuple[tuple[HeadCell, ...], ...] = (
            (stub(voice.view, voice.tell("code")), *(HeadCell(text, sub=sub) for text, sub in heads)),
        )
    else:
        head = (
            (stub(voice.view, voice.tell("code"), 2), *(HeadCell(text, 2, sub=sub) for text, sub in heads)),
            tuple(HeadCell(text) for _ in heads for text in (voice.tell("n"), "%")),
        )
    unit = voice.tell(f"unit_{table.count}")
    return Body(head, tuple(rows), len(heads) * len(shown), unit, voice.tell("base_headed"))


def together(voice: Voice) -> Body:
    """Which codes stand together: below the diagonal how often, above it the share (Jaccard)."""
    codes = voice.codes("together")
    rows = []
    for i, code in enumerate(codes):
        cells = [voice.cell("together" if k <= i else "jaccard", code, other) for k, other in enumerate(codes)]
        rows.append(Row(f"{i + 1} {voice.code_at_length(code)}", tuple(cells)))
    n = next((r.n for c in codes if (r := voice.row("together", c, c)) is not None), 0)
    head = voice.head(voice.tell("code"), *(str(i + 1) for i in range(len(codes))))
    unit = voice.of.unit
    return Body(head, tuple(rows), len(codes), voice.tell(f"unit_together_{unit}"),
                voice.tell(f"base_{unit}s", n=voice.count(n or 0)), notes=(voice.tell("together_note"),))  # fmt: skip


def agreement(voice: Voice) -> Body:
    """The coders' agreement by code."""
    codes = voice.codes("krippendorff_alpha")
    levels = _levels(codes)
    coders, shared = voice.value("coders_n"), voice.value("coders_sources")
    with_kappa = any(voice.row("coders_kappa", c) is not None for c in codes)
    measures = ("krippendorff_alpha", "coders_kappa") if with_kappa else ("krippendorff_alpha",)
    rows = []
    for c in codes:
        cells = [voice.cell("coders_units", c), voice.cell("coders_agreement", c)]
        for measure in measures:
            cells += [voice.cell(measure, c), voice.interval(measure, c)]
        rows.append(Row(voice.code(c), tuple(cells), level=levels[c]))
    level = formats.percent_text(voice.view.study.confidence, voice.lang, 0)
    heads = [voice.tell("units"), voice.tell("agree_percent")]
    for measure in measures:
        heads += [voice.view.statistic_name(measure), voice.view.t("interval", level=level)]
    by_answer, base = bool(voice.of.of), "base_agreement_answers" if voice.of.of else "base_agreement"
    unit = "answer" if by_answer else voice.said.agreement.unit if voice.said is not None else "source"
    told = voice.tell(base, coders=voice.count(coders), n=voice.count(shared))
    methods = [r.method for c in codes if (r := voice.row("krippendorff_alpha_low", c)) is not None and r.method]
    notes = [voice.tell(f"agreement_{unit}"), voice.tell("agreement_note")]
    notes += [voice.view.remark("method", methods[0])] if methods else []
    if not codes:
        return Body(
            voice.head(voice.tell("code"), voice.tell("units")), (), 1, "", told, notes=(voice.tell("one_coder"),)
        )
    return Body(voice.head(voice.tell("code"), *heads), tuple(rows), len(heads), voice.tell("unit_agreement"), told,
                notes=tuple(notes))  # fmt: skip


def saturation(voice: Voice) -> Body:
    """New codes by source, in the order of the work."""
    names = voice.codes("new_codes")
    columns = ("new_codes", "codes_so_far", "codes_so_far_share")
    shown = [i for i, name in enumerate(names) if voice.value("new_codes", name) or i == len(names) - 1]
    rows = [Row(f"{i + 1} {voice.source(names[i])}", tuple(voice.cell(s, names[i]) for s in columns)) for i in shown]
    after = voice.row("saturated_after")
    lines: list[str] = []
    if after is not None and after.value is not None:
        params = dict(word.split("=", 1) for word in after.method.split() if "=" in word)
        lines.append(voice.tell("saturated", n=voice.count(after.value), **params))
    elif after is not None:
        lines.append(voice.tell("not_saturated", reason=voice.view.remark("error", after.error)))
    heads = [voice.tell(s) for s in columns]
    return Body(voice.head(voice.tell("source"), *heads), tuple(rows), 3, voice.tell("unit_new_codes"),
                voice.tell("base_sources", n=voice.count(len(names))), lines[0] if lines else "",
                notes=(voice.tell("saturation_rows"),) if len(shown) < len(names) else ())  # fmt: skip


def quotations(voice: Voice) -> list[Block]:
    """The passages that the researcher chose, code by code."""
    view, table = voice.view, voice.of
    mark = voice.mark()
    title = [Run(say(table.title, view.lang), strong=True)]
    if mark is not None:
        title.append(Run(f"\N{NO-BREAK SPACE}{mark.symbol}"))
    made: list[Block] = [Paragraph(tuple(title))]
    by_code: dict[str, list[tuple[Run, ...]]] = {}
    for row in view.results.rows(table.name):
        said = Run(language.text(view.lang, "language.quoted", text=row.layer_code), emphasis=True)
        by_code.setdefault(row.row_code, []).append((said, Run(f" – {voice.source(row.col_code)}")))
    for code, items in by_code.items():
        definition = voice.definition(code)
        heading = [Run(voice.code_at_length(code), strong=True)]
        if definition:
            heading.append(Run(f": {definition}"))
        made += [Paragraph(tuple(heading)), Items(tuple(items))]
    notes = [voice.tell("quotations_note"), say(table.note, view.lang), mark.text if mark is not None else ""]
    made.append(Paragraph((Run(" ".join(n for n in notes if n)),), "note"))
    return made


# ---------------------------------------------------------------- beside the survey


def _themes(voice: Voice) -> tuple[tuple[Theme, ...], str]:
    display = voice.said.displays[voice.of.display] if voice.said is not None else None
    return (display.themes, display.by) if display is not None else ((), "")


def joint(voice: Voice) -> Body:
    """Themes with the survey's numbers and the interviews' below each other, the groups side by side."""
    themes, by = _themes(voice)
    groups = [*(voice.said.groups[by].values if voice.said is not None and by else ()), ""]
    rows: list[Row] = []
    marks: dict[str, None] = {}
    for i, theme in enumerate(themes):
        blank = tuple(Cell(kind="empty") for _ in groups)
        rows.append(
            Row(say(theme.label, voice.lang), (*blank, Cell(voice.tell(f"reading_{theme.reading}"))), "subtotal")
        )
        for asked in theme.survey:
            cells = tuple(_survey_cell(voice, asked.table, asked.statistic, asked.row, by, g, marks) for g in groups)
            rows.append(Row(voice.tell("survey_line", label=say(asked.label, voice.lang)), (*cells, Cell(kind="empty")),
                            level=1))  # fmt: skip
        if theme.codes:
            names = ", ".join(voice.code(c) for c in theme.codes)
            cells = tuple(_sources_cell(voice, str(i), g) for g in groups)
            rows.append(Row(voice.tell("interviews_line", codes=names), (*cells, Cell(kind="empty")), level=1))
    heads = [*(voice.group(by, g) for g in groups[:-1]), voice.tell("all")]
    head = voice.head(voice.tell("theme"), *heads, voice.tell("reading"))
    return Body(head, tuple(rows), len(groups) + 1, voice.tell("unit_joint"), notes=(voice.tell("joint_note"), *marks))


def _survey_cell(
    voice: Voice, table: str, statistic: str, row: str, by: str, group: str, marks: dict[str, None]
) -> Cell:
    """A number of the survey: of a group where its table has the groups in the columns, else of all."""
    view = voice.view
    grouping = voice.said.groups[by] if voice.said is not None and by else None
    variable, _, code = row.partition("=")
    column = grouping.variable if grouping is not None else ""
    wanted = (grouping.codes.get(group, "") if grouping is not None else "") if group else ""
    if group and not wanted:
        return Cell(kind="empty")
    for own in (column, "") if not group else (column,):
        found = view.get(table, statistic, variable, code, own, wanted)
        if found is not None:
            break
    else:
        return Cell(view.t("not_available"), kind="not_available")
    spec = next((t for t in view.files.report.tables() if t.table == table), None)
    mark = view.mark(spec) if spec is not None else None
    if mark is not None:
        marks[voice.tell("survey_mark", mark=mark.text)] = None
    form = registry.form(statistic)
    cell = view.cell(found, "decimal" if form == "value" else form, registry.decimals(statistic) or 1)
    if form == "share" and cell.kind == "number" and found.n is not None:
        return Cell(voice.tell("percent_of", percent=formats.percent_text(found.value or 0.0, voice.lang),
                            n=voice.count(found.n)))  # fmt: skip
    return cell


def _sources_cell(voice: Voice, theme: str, group: str) -> Cell:
    share, n = voice.row("sources_share", theme, group), voice.row("sources_with", theme, group)
    if share is None or n is None or n.value is None:
        return Cell(kind="empty")
    if share.value is None:
        return voice.cell("sources_share", theme, group)
    return Cell(voice.tell("percent_of", percent=formats.percent_text(share.value, voice.lang),
                        n=voice.count(share.n or 0)))  # fmt: skip


def readings(voice: Voice) -> tuple[tuple[Run, ...], ...]:
    """What the researcher reads in each line, as the study's file says it."""
    themes, _ = _themes(voice)
    return tuple(
        (Run(f"{say(t.label, voice.lang)} – {voice.tell(f'reading_{t.reading}')}: ", strong=True),
         Run(say(t.said, voice.lang)))
        for t in themes
    )  # fmt: skip


# ---------------------------------------------------------------- the path


def steps(voice: Voice) -> dict[str, str]:
    """The stations of the path by code, with their labels."""
    path = voice.said.path if voice.said is not None else None
    return {
        f"{i}.{k}": say(step.label, voice.lang)
        for i, column in enumerate(path.columns if path is not None else ())
        for k, step in enumerate(column)
    }


def linked(codes: list[str]) -> list[tuple[str, str]]:
    """The pairs of stations that are joined: those of neighbouring columns, and neighbours in one column."""
    place = {c: (int(c.partition(".")[0]), int(c.partition(".")[2])) for c in codes}
    return [
        (a, b) for a in codes for b in codes
        if place[b][0] == place[a][0] + 1 or (place[a][0] == place[b][0] and place[b][1] > place[a][1])
    ]  # fmt: skip


def path(voice: Voice) -> Body:
    """Stations and how many sources speak of each, and of each two that are joined."""
    labels = steps(voice)
    n = next((r.n for c in labels if (r := voice.row("sources_share", c)) is not None), 0) or 0
    rows = [Row(voice.tell("stations"), kind="group")]
    for code, label in labels.items():
        rows.append(Row(label, (voice.cell("sources_with", code), voice.cell("sources_share", code)), level=1))
    rows.append(Row(voice.tell("both_stations"), kind="group"))
    for a, b in linked(list(labels)):
        cells = (voice.cell("together", a, b), voice.cell("together_share", a, b))
        rows.append(Row(f"{labels[a]} – {labels[b]}", cells, level=1))
    head = voice.head(voice.tell("station"), voice.tell("sources"), "%")
    return Body(head, tuple(rows), 2, voice.tell("unit_counts_shares"),
                voice.tell("base_sources", n=voice.count(n)))  # fmt: skip
