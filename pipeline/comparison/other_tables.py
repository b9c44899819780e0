"""Display tables of units, response, comparability, and of linked units before and after."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.comparison import panel
from pipeline.comparison.book import Book
from pipeline.comparison.units import KINDS, Kind, Links
from pipeline.present import formats
from pipeline.present.document import Cell, HeadCell, Row, RowKind, Table
from pipeline.present.layout.one_way import view_decimals
from pipeline.results import ResultRow
from pipeline.spec.model import say
from pipeline.statistics import registry
from pipeline.statistics.registry import known
from pipeline.waves import Comparable

EMPTY = Cell(kind="empty")


def plain_table(
    book: Book, name: str, number: int, title: str, head: Sequence[HeadCell], rows: Sequence[Row], unit: str = "",
    base: str = "", notes: Sequence[str] = (), statistics: Sequence[str] = (), simulated: bool = False,
) -> Table:  # fmt: skip
    """A table of the comparison that is no trend."""
    mark = None
    if simulated and any(w.source.kind == "demonstration" for w in book.waves.waves):
        mark = book.view.mark_of("simulated")
    return Table(
        id=f"table-{name}", number=number, label=book.view.t("table_label", number=number), title=title,
        head=(tuple(head),), rows=tuple(rows), columns=len(head) - 1, unit=unit, base=base, notes=tuple(notes),
        statistics=tuple(statistics), source=book.source_line(), mark=mark, wide=len(head) > 11,
    )  # fmt: skip


# ---------------------------------------------------------------- units and response


def response(book: Book, number: int) -> Table:
    """Units that exist and units that answered, a wave per row."""
    head = [HeadCell(book.t("fact_waves"))]
    sized = any(wave.population is not None for wave in book.waves.waves)
    keys = ("head_exist", "head_answered", "head_rate") if sized else ("head_answered",)
    head += [HeadCell(book.t(key)) for key in (*keys, "head_fieldwork")]
    rows = []
    for wave in book.waves.waves:
        exist, n, rate = (book.get(wave.name, panel.RESPONSE, s) for s in ("population", "n", "response_rate"))
        absent = Cell(book.view.t("not_available"), kind="not_available")
        cells = [book.view.cell(n, "count")]
        if sized:
            cells.insert(0, book.view.cell(exist, "count") if exist else absent)
            cells.append(book.view.cell(rate, "share") if rate else absent)
        rows.append(Row(wave.name, (*cells, Cell(say(wave.source.fieldwork, book.lang)))))
    return plain_table(book, "response", number, book.t("title_response"), head, rows, book.t("unit_counts_percent"))


def units(book: Book, links: Links, number: int) -> Table:
    """Kinds of links, with the units of both waves in each."""
    head = [HeadCell(book.t("head_kind"))]
    head += [HeadCell(book.t("head_units_in", when=book.when(w))) for w in (links.earlier, links.later)]
    rows = []
    totals = [0.0, 0.0]
    for kind in KINDS:
        before, after = flow(book, links, kind)
        if before or after:
            totals = [totals[0] + before, totals[1] + after]
            cells = [formats.count_cell(v, book.lang) for v in (before, after)]
            if kind in ("begin", "unlinked_after"):
                cells[0] = EMPTY
            if kind in ("end", "unlinked_before"):
                cells[1] = EMPTY
            rows.append(Row(book.t(f"kind_{kind}"), tuple(cells)))
    rows.append(Row(book.t("row_total"), tuple(formats.count_cell(v, book.lang) for v in totals), "total"))
    return plain_table(
        book, f"units-{links.later}", number, f"{book.t('title_units')}. {both_waves(book, links)}", head, rows,
        book.t("unit_counts"), notes=(linked_line(book, links),), simulated=True,
    )  # fmt: skip


def linked_line(book: Book, links: Links) -> str:
    """How many groups are linked, and in how many all answered."""
    found = [_count(book, links, s) for s in ("linked_n", "answered_n")]
    return book.t(
        "linked_line", linked=book.count(found[0]), before=links.earlier, after=links.later,
        answered=book.count(found[1]),
    )  # fmt: skip


def _count(book: Book, links: Links, statistic: str) -> float:
    row = book.get(links.later, panel.UNITS, statistic, panel.UNITS, "", links.earlier)
    return row.value or 0.0 if row is not None else 0.0


def answered(book: Book, links: Links) -> int:
    """Linked groups all of whose units answered in both waves."""
    return int(_count(book, links, "answered_n"))


def flow(book: Book, links: Links, kind: Kind) -> tuple[float, float]:
    """Units of a kind before and after."""
    found = [
        book.get(links.later, panel.UNITS, s, panel.UNITS, kind, links.earlier) for s in ("units_before", "units_after")
    ]
    return tuple(r.value or 0.0 if r is not None else 0.0 for r in found)  # type: ignore[return-value]


def both_waves(book: Book, links: Links) -> str:
    """ "2026 vs 2009" """
    return book.t("versus", before=links.earlier, after=links.later)


def merges(book: Book, links: Links, number: int) -> Table | None:
    """Every unit that did not simply continue: what it became or where it comes from."""
    shown = [
        g for g in links.groups
        if g.kind in ("merge", "split", "begin", "end") or (g.kind == "continue" and g.before != g.after)
    ]  # fmt: skip
    if not shown:
        return None
    head = [
        HeadCell(book.t("head_unit", when=book.when(links.later))),
        HeadCell(book.t("head_from", when=book.when(links.earlier))),
        HeadCell(book.t("head_kind")),
    ]
    rows = [
        Row(", ".join(g.after) or "–", (Cell(", ".join(g.before) or "–"), Cell(book.t(f"one_{g.kind}")))) for g in shown
    ]
    title = f"{book.t('title_merges')}. {both_waves(book, links)}"
    return plain_table(book, f"merges-{links.later}", number, title, head, rows, simulated=True)


# ---------------------------------------------------------------- comparability


def comparability(book: Book, number: int) -> Table:
    """Every question by wave, with the reasons."""
    head = [HeadCell(book.t("head_question")), *(HeadCell(w) for w in book.waves.names), HeadCell(book.t("head_why"))]
    rows = [_comparable_row(book, name) for name in questions(book)]
    return plain_table(book, "comparability", number, book.t("title_comparable"), head, rows)


def questions(book: Book) -> list[str]:
    """The questions of the codebook: all variables but identifiers and weights."""
    variables = book.waves.files.codebook.variables
    return [name for name, v in variables.items() if v.kind not in ("identifier", "weight")]


def _comparable_row(book: Book, name: str) -> Row:
    found = [(wave, book.waves.status(name, "", wave)) for wave in book.waves.names]
    cells = [Cell(book.t(f"status_{status.kind}")) for _, status in found]
    several = sum(status.kind != "same" for _, status in found) > 1
    reasons = [
        f"{wave}: {book.reason(status)}" if several else book.reason(status)
        for wave, status in found
        if status.kind != "same"
    ]
    return Row(f"{book.view.label(name)} [{name}]", (*cells, Cell(" ".join(reasons))))


def worst(book: Book, name: str) -> Comparable:
    """The least comparable status of a question over all waves."""
    return max(
        (book.waves.status(name, "", wave) for wave in book.waves.names),
        key=lambda status: ("same", "mapped", "not").index(status.kind),
    )


# ---------------------------------------------------------------- linked units


def _panel_row(book: Book, links: Links, name: str, statistic: str, row: str = "", col: str = "") -> ResultRow | None:
    return book.rows[links.later].get(panel.table_id(name), statistic, name, row, name, col, links.earlier)


def stability(book: Book, links: Links, number: int) -> Table | None:
    """One row per category variable: linked units, how many stayed the same, and the test where the mode has one."""
    compared = panel.panel(book.waves, links).categories
    names = [n for n in compared if (r := _panel_row(book, links, n, "unchanged_n")) is not None and r.n]
    if not names:
        return None
    tested = any(_panel_row(book, links, n, s) is not None for n in names for s in ("mcnemar_p", "bowker_chi2_p"))
    head = [HeadCell(book.t("head_question"))]
    head += [HeadCell(book.t(key)) for key in ("head_linked", "head_same", "head_same_percent")]
    if tested:
        head += [HeadCell(book.view.statistic_name("stuart_maxwell")), HeadCell(book.t("head_p"))]
    rows = []
    for name in names:
        same, share = (_panel_row(book, links, name, s) for s in ("unchanged_n", "unchanged_share"))
        n = formats.count_cell(None if same is None else same.n, book.lang)
        cells = [n, book.view.cell(same, "count"), book.view.cell(share, "share")]
        if tested:
            value, p = (_panel_row(book, links, name, f"stuart_maxwell{tail}") for tail in ("", "_p"))
            cells += [book.view.cell(value, "decimal", 2), book.view.cell(p, "p")]
        rows.append(Row(book.view.label(name), tuple(cells)))
    title = f"{book.t('title_stability')}. {both_waves(book, links)}"
    return plain_table(
        book, f"stability-{links.later}", number, title, head, rows, book.t("unit_counts_percent"),
        book.t("base_linked_each"), simulated=True,
    )  # fmt: skip


def transition(book: Book, links: Links, name: str, number: int) -> Table | None:
    """From (rows) × to (columns) of one variable over the linked units, with margins and tests."""
    view = book.view
    rows_of = book.rows[links.later].rows(panel.table_id(name))
    codes = list(dict.fromkeys(r.row_code for r in rows_of if r.statistic == "n" and r.row_code))
    total = _panel_row(book, links, name, "n")
    if total is None or not total.value:
        return None

    def value(row: str, col: str) -> float:
        found = _panel_row(book, links, name, "n", row, col)
        return found.value or 0.0 if found is not None else 0.0

    codes = [c for c in codes if value(c, "") or value("", c)]
    head = [HeadCell(book.t("head_from_to", before=links.earlier, after=links.later))]
    head += [HeadCell(view.code_label(name, c)) for c in codes]
    head += [HeadCell(book.t("row_total")), HeadCell(book.t("head_stayed"))]
    rows = []
    for code in (*codes, ""):
        cells = [formats.count_cell(value(code, c), book.lang) for c in (*codes, "")]
        stayed = _panel_row(book, links, name, "row_share", code, code) if code else None
        overall = _panel_row(book, links, name, "unchanged_share") if not code else None
        cells.append(_share_or_none(book, stayed or overall))
        kind: RowKind = "body" if code else "total"
        rows.append(Row(view.code_label(name, code) if code else book.t("row_total"), tuple(cells), kind))
    n = int(total.value)
    title = f"{book.t('title_transition', title=view.label(name))}. {both_waves(book, links)}"
    return plain_table(
        book, f"transition-{name}-{links.later}", number, title, head, rows, book.t("unit_transition"),
        book.t("base_linked", n=book.count(n), units=view.units(n)), statistics=_tests(book, links, name),
        simulated=True,
    )  # fmt: skip


def _share_or_none(book: Book, row: ResultRow | None) -> Cell:
    """A share; nothing where nobody was in the category before."""
    return EMPTY if row is None or row.value is None else book.view.cell(row, "share")


def _tests(book: Book, links: Links, name: str) -> list[str]:
    found = []
    for statistic in ("mcnemar_p", "bowker_chi2", "stuart_maxwell"):
        row = _panel_row(book, links, name, statistic)
        if row is None or (row.value is None and row.error in ("not_two_by_two", "not_2x2")):
            continue
        words = book.view.statistic_name(statistic)
        if row.value is None:
            found.append(f"{words}: {formats.NOT_COMPUTABLE} ({book.view.remark('error', row.error)})")
            continue
        if registry.form(statistic) == "p":
            found.append(f"{words} = {formats.p_text(row.value, book.lang)}".replace("= <", "< "))
            continue
        own = known()[statistic].values[statistic]
        df, p = (_panel_row(book, links, name, part) for part in (own.df[0], own.p))
        pieces = [f"{words} = {formats.decimal_text(row.value, 2, book.lang)}"]
        if df is not None and df.value is not None:
            pieces.append(f"{book.view.t('df')} = {book.count(df.value)}")
        if p is not None and p.value is not None:
            pieces.append(f"p = {formats.p_text(p.value, book.lang)}".replace("= <", "< "))
        found.append("; ".join(pieces))
    return found


def numbers(book: Book, links: Links, number: int) -> Table | None:
    """Numeric variables over the linked units: means, difference, how many rose and fell, and the test."""
    names = [
        n for n in panel.panel(book.waves, links).numbers
        if (r := _panel_row(book, links, n, "n")) is not None and r.value
    ]  # fmt: skip
    if not names:
        return None
    tested = any(_panel_row(book, links, n, "paired_t_p") is not None for n in names)
    head = [
        HeadCell(book.t("head_variable")),
        HeadCell(book.t("head_linked")),
        HeadCell(book.t("head_mean_before", when=book.when(links.earlier))),
        HeadCell(book.t("head_mean_after", when=book.when(links.later))),
        HeadCell(book.t("head_difference")),
        HeadCell(book.t("head_rose")),
        HeadCell(book.t("head_fell")),
    ]
    if tested:
        head.append(HeadCell(book.view.statistic_name("paired_t_p")))
    return plain_table(
        book, f"numbers-{links.later}", number, f"{book.t('title_numbers')}. {both_waves(book, links)}", head,
        [_number_row(book, links, name, tested) for name in names], book.t("unit_pairs"),
        book.t("base_linked_each"), simulated=True,
    )  # fmt: skip


def _number_row(book: Book, links: Links, name: str, tested: bool) -> Row:
    decimals = view_decimals(book.view, name, "mean")
    cells = [book.view.cell(_panel_row(book, links, name, "n"), "count")]
    for statistic in ("mean_before", "mean_after"):
        cells.append(book.view.cell(_panel_row(book, links, name, statistic), "decimal", decimals))
    difference = _panel_row(book, links, name, "paired_difference")
    if difference is None or difference.value is None:
        cells.append(book.view.cell(difference, "decimal"))
    else:
        cells.append(book.signed_cell(difference.value, decimals))
    for statistic in ("sign_positive", "sign_negative"):
        row = _panel_row(book, links, name, statistic)
        # without any difference the sign test has no numbers, but nobody rose or fell
        none = row is not None and row.value is None and row.error == "no_differences"
        cells.append(formats.count_cell(0.0, book.lang) if none else book.view.cell(row, "count"))
    if tested:
        cells.append(book.view.cell(_panel_row(book, links, name, "paired_t_p"), "p"))
    unit = say(book.waves.files.codebook.all_variables()[name].unit, book.lang)
    label = book.view.label(name)
    return Row(f"{label} ({unit})" if unit else label, tuple(cells))
