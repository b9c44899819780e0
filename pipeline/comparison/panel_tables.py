"""Display tables of the units through all waves: who came back, and the items of sets among the same units."""

from __future__ import annotations

from pipeline.comparison import panel, trend
from pipeline.comparison.book import Book
from pipeline.comparison.other_tables import EMPTY, both_waves, plain_table
from pipeline.comparison.units import Links
from pipeline.present import formats
from pipeline.present.document import Cell, HeadCell, Row, Table
from pipeline.results import ResultRow


def _cohort(book: Book, statistic: str, first: str = "", wave: str = "") -> ResultRow | None:
    last = book.waves.names[-1]
    about = trend.WAVE if wave else ""
    return book.rows[last].get(panel.COHORTS, statistic, panel.COHORTS, first, about, wave)


def attrition(book: Book, number: int) -> Table | None:
    """A row per wave of first answer: how many units those are, and how many of a hundred answered in later waves."""
    names = book.waves.names
    if _cohort(book, "n") is None:
        return None
    head = [HeadCell(book.t("head_first")), *(HeadCell(name) for name in names)]
    rows = []
    for first in names:
        found = [_cohort(book, "n", first, wave) for wave in names]
        cells = [EMPTY if row is None or row.value is None else _kept(book, row) for row in found]
        if any(row is not None for row in found):
            rows.append(Row(book.t("row_first", wave=first), tuple(cells)))
    skipped = [_cohort(book, "skipped_n", "", wave) for wave in names]
    cells = [formats.count_cell(row.value if row else 0.0, book.lang) for row in skipped]
    rows.append(Row(book.t("row_skipped"), tuple(cells), "missing"))
    return plain_table(
        book, "attrition", number, book.t("title_attrition"), head, rows, book.t("unit_attrition"),
        notes=(balanced_line(book),), simulated=True,
    )  # fmt: skip


def _kept(book: Book, row: ResultRow) -> Cell:
    """The count of the units that began there; later the share of them that answered again."""
    if not row.base or row.col_code == row.row_code:
        return formats.count_cell(row.value or 0.0, book.lang)
    return Cell(formats.percent_text((row.value or 0.0) / row.base, book.lang, 0))


def balanced_line(book: Book) -> str:
    """How many units answered in every wave, and how many skipped one."""
    found = _cohort(book, "balanced_n"), _cohort(book, "n")
    all_waves, units = (int(row.value or 0) if row is not None else 0 for row in found)
    skipped = [(wave, row) for wave in book.waves.names if (row := _cohort(book, "skipped_n", "", wave)) is not None]
    told = [book.t("skipped_one", n=int(row.value), when=book.when(wave)) for wave, row in skipped if row.value]
    said = [book.t("balanced_line", n=all_waves, units=units)]
    said += [book.t("skipped_line", waves=book.listed(told))] if told else []
    return " ".join(said)


def items(book: Book, links: Links, number: int) -> Table | None:
    """The items of sets among the same units: shares before and after, who took it up, who left it, and the test."""
    found = [(name, item) for name, item in panel.panel(book.waves, links).items if _item(book, links, name, item)]
    if not found:
        return None
    tested = any(_item(book, links, name, item, "item_p") is not None for name, item in found)
    head = [HeadCell(book.t(key)) for key in ("head_item", "head_linked")]
    head += [HeadCell(book.t("head_percent_in", when=book.when(w))) for w in (links.earlier, links.later)]
    head += [HeadCell(book.t(key)) for key in ("head_taken_up", "head_left")]
    head += [HeadCell(book.t("head_p"))] if tested else []
    rows = []
    several = len({name for name, _ in found}) > 1
    for i, (name, item) in enumerate(found):
        if several and (not i or found[i - 1][0] != name):
            rows.append(Row(book.view.label(name), kind="group"))
        cells = [book.view.cell(_item(book, links, name, item), "count")]
        cells += [book.view.cell(_item(book, links, name, item, s), "share") for s in ("share_before", "share_after")]
        cells += [book.view.cell(_item(book, links, name, item, s), "count") for s in ("taken_up_n", "left_n")]
        cells += [book.view.cell(_item(book, links, name, item, "item_p"), "p")] if tested else []
        rows.append(Row(book.view.code_label(name, item), tuple(cells), level=int(several)))
    title = f"{book.t('title_items')}. {both_waves(book, links)}"
    return plain_table(
        book, f"items-{links.later}", number, title, head, rows, book.t("unit_counts_percent"),
        book.t("base_linked_each"), simulated=True,
    )  # fmt: skip


def _item(book: Book, links: Links, name: str, item: str, statistic: str = "item_n") -> ResultRow | None:
    return book.rows[links.later].get(panel.table_id(name), statistic, name, item, name, item, links.earlier)
