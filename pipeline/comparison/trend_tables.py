"""Display tables of trends: each statistic by wave with its base, its changes, and their bounds or tests.

Two waves stand side by side with their counts. From three on a wave is one column, its base below; the latest wave is
compared with the one before, the first and the one that ``since:`` names, and the trend over all stands beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.codes import is_net
from pipeline.comparison import trend
from pipeline.comparison.book import Book
from pipeline.comparison.measured import LEAST_WAVES, NOT_COMPARABLE, Line, Part, has_design
from pipeline.comparison.waves import WaveData
from pipeline.language.marks import marks
from pipeline.present import formats
from pipeline.present.document import Cell, HeadCell, Row, Table
from pipeline.present.layout.one_way import view_decimals
from pipeline.present.layout.parts import anchor, small_base_note
from pipeline.results import ResultRow
from pipeline.spec.model import TableSpec, say
from pipeline.statistics.proportions import letter

EMPTY = Cell(kind="empty")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns each change has besides its value."""

    bounds: bool
    interval: bool
    test: bool
    slope: bool
    slope_test: bool

    @property
    def count(self) -> int:
        """Columns of one change."""
        return 1 + self.bounds + self.interval + self.test

    @property
    def trend(self) -> int:
        """Columns of the trend over all waves."""
        return self.slope + self.slope_test


def trend_table(book: Book, spec: TableSpec, number: int) -> Table | None:
    """The trend of one table of the report; ``None`` when it has no line to follow."""
    lines = trend.lines(spec, book.waves)
    if not lines:
        return None
    return _Maker(book, spec, lines).table(number)


def part_table(book: Book, spec: TableSpec, by: str, number: int) -> Table | None:
    """The trend of a table's numbers in each category of ``by``."""
    found = [replace(line, table=trend.part_table(spec, by)) for line in trend.lines(spec, book.waves)]
    made = [
        _Maker(book, spec, found, part) for part in trend.parts(spec, book.waves.files.codebook) if part.variable == by
    ]
    shown = [maker for maker in made if maker.counted()]
    if not shown:
        return None
    rows = [
        row
        for maker in shown
        for row in (Row(book.view.code_label(by, maker.part), kind="group"), *maker.body(level=1))
    ]
    table = shown[0].table(number)
    title = book.title(book.t("title_by", title=say(spec.title, book.lang), by=book.view.label(by)))
    notes = dict.fromkeys(note for maker in shown for note in maker.notes() if note)
    return replace(table, id=f"{table.id}-by-{by}", title=title, rows=tuple(rows), notes=tuple(notes))


def balanced_table(book: Book, spec: TableSpec, number: int) -> Table | None:
    """The trend of a table's numbers among the units that answered in every wave."""
    made = _Maker(book, spec, [replace(x, table=trend.balanced_table(spec)) for x in trend.lines(spec, book.waves)])
    if not made.lines or not made.counted():
        return None
    table = made.table(number)
    title = book.title(book.t("title_balanced", title=say(spec.title, book.lang)))
    return replace(table, id=f"{table.id}-balanced", title=title, base=book.t("base_balanced"))


class _Maker:
    """One trend table in the making; of a sub-group, its rows."""

    def __init__(self, book: Book, spec: TableSpec, lines: Sequence[Line], part: Part | None = None) -> None:
        self.book, self.spec = book, spec
        self.waves = book.waves.waves
        self.part = part.code if part is not None else ""
        self.compact = len(self.waves) > 2
        self.pairs = self._pairs()
        self.lines = self._shown(lines)
        self.used: list[ResultRow] = []
        self.columns = self._columns()
        self.inference = book.mode(spec) != "description"

    def _pairs(self) -> list[tuple[WaveData, WaveData]]:
        """The changes that have columns: to the latest wave from the one before, the first and the chosen one."""
        *before, last = self.waves
        since = [w for w in before if w.name == self.book.waves.files.study.waves.since]
        chosen = {w.name: w for w in (before[-1], before[0], *since)}
        return [(wave, last) for wave in chosen.values()]

    def counted(self) -> bool:
        """Whether a sub-group has any number."""
        return any(self._get(w.name, "n", x.variable) is not None for w in self.waves for x in self.lines)

    def _get(self, wave: str, statistic: str, name: str, code: str = "", before: str = "") -> ResultRow | None:
        return self.book.get(wave, self.lines[0].table, statistic, name, code, before, self.part)

    def _shown(self, lines: Sequence[Line]) -> list[Line]:
        """Of a battery of scales only the means: its shares by wave would fill pages."""
        codebook = self.book.waves.files.codebook
        battery = {m for name in self.spec.rows if name in codebook.batteries for m in codebook.batteries[name].members}
        scored = {line.variable for line in lines if line.statistic == "mean"}
        return [x for x in lines if not (x.variable in battery and x.variable in scored and x.code)]

    def _columns(self) -> Columns:
        names: set[str] = set()
        shown = {(line.variable, line.code) for line in self.lines}
        for _, after in self.pairs:
            for row in self.book.rows[after.name].rows(self.lines[0].table):
                if (row.row_var, row.row_code) in shown and row.col_var == trend.WAVE and row.value is not None:
                    names.add(row.statistic)
        bounds, tested = "change_bound_low" in names, "change_p" in names
        followed = [x for x in self.lines if self.book.trend(x, "trend_slope", self.part) is not None]
        tried = any(self.book.trend(x, "trend_p", self.part) is not None for x in followed)
        return Columns(bounds, "change_low" in names and not self.compact, tested, bool(followed), tried)

    # ------------------------------------------------------------ the table

    def table(self, number: int) -> Table:
        """The finished table."""
        book, spec = self.book, self.spec
        shares = any(line.code for line in self.lines)
        rows = self.body()
        each = 1 if self.compact else 2
        width = each * len(self.waves) + self.columns.count * len(self.pairs) + self.columns.trend
        asked = {book.view.question(name) for name in spec.rows}
        return Table(
            id=anchor("table", spec.table),
            number=number,
            label=book.view.t("table_label", number=number),
            title=book.title(say(spec.title, book.lang)),
            head=self._head(),
            rows=tuple(rows),
            columns=width,
            unit=book.t("unit_trend" if shares else "unit_trend_means"),
            question=asked.pop() if len(asked) == 1 else "",
            base="; ".join(b for b in (book.t("base_waves"), self._weight()) if b),
            notes=tuple(dict.fromkeys(n for n in self.notes() if n)),
            source=book.source_line(),
            mark=book.mark(spec),
            wide=not self.compact and width > 10,
        )

    def _weight(self) -> str:
        weights = self.book.waves.files.study.weights
        if weights is None:
            return ""
        view = self.book.view
        return view.t(f"weighted_{weights.kind}", variable=weights.variable) if view.weighted(self.spec) else ""

    def _head(self) -> tuple[tuple[HeadCell, ...], ...]:
        book = self.book
        shares = any(line.code for line in self.lines)
        names = self.spec.rows
        stub = book.view.label(names[0]) if len(names) == 1 else ""
        top, below = [HeadCell(stub, 1, 2)], []
        for i, wave in enumerate(self.waves):
            top.append(HeadCell(wave.name, 1 if self.compact else 2, 1, letter(i) if self.inference else ""))
            value = HeadCell(book.t("head_percent" if shares else "head_mean"))
            below += [value] if self.compact else [HeadCell(book.t("head_n")), value]
        for before, after in self.pairs:
            words = book.t("versus", before=before.name, after=after.name)
            top.append(HeadCell(f"{book.t('head_change')} {words}", self.columns.count))
            below.append(HeadCell(book.t("head_points" if shares else "head_difference")))
            if self.columns.bounds:
                below.append(HeadCell(book.t("head_bounds")))
            if self.columns.interval:
                below.append(HeadCell(self._interval_head()))
            if self.columns.test:
                below.append(HeadCell(book.t("head_p")))
        if self.columns.trend:
            top.append(HeadCell(book.t("head_trend"), self.columns.trend))
            below.append(HeadCell(book.t("head_a_year" if book.waves.in_years else "head_a_wave")))
            below += [HeadCell(book.t("head_p"))] if self.columns.slope_test else []
        return tuple(top), tuple(below)

    def _level(self) -> str:
        return formats.percent_text(self.book.waves.files.study.confidence, self.book.lang, 0)

    def _interval_head(self) -> str:
        return self.book.t("head_interval", level=self._level()) if self.inference else self.book.t("head_exact")

    # ------------------------------------------------------------ rows

    def body(self, level: int = 0) -> list[Row]:
        """The rows: under each question its categories, nets, base and mean."""
        book, outer = self.book, level
        by_variable: dict[str, list[Line]] = {}
        for line in self.lines:
            by_variable.setdefault(line.variable, []).append(line)
        only_means = all(not line.code for line in self.lines)
        rows: list[Row] = []
        for name, own in by_variable.items():
            if only_means:
                rows.append(self._row(own[0], self._variable_label(name), level=outer))
                continue
            level = outer
            if len(by_variable) > 1:
                rows.append(Row(self._variable_label(name), kind="group", level=outer))
                level += 1
            codes = {line.code: line for line in own if line.code and not is_net(line.code)}
            # sorted as the latest wave's own report sorts them
            order = book.view.sorted_codes(self.spec, name, list(codes))
            nets = [line for line in own if is_net(line.code)]
            rows += [self._row(codes[code], book.view.code_label(name, code), level=level) for code in order]
            rows += [self._row(x, book.view.code_label(name, x.code), "subtotal", level) for x in nets]
            rows += self._base_rows(name, level)
            rows += [self._row(x, book.t("row_mean"), "statistic", level) for x in own if not x.code]
        return rows

    def _variable_label(self, name: str) -> str:
        codebook = self.book.waves.files.codebook
        for battery in self.spec.rows:
            if battery in codebook.batteries and name in codebook.batteries[battery].members:
                return self.book.view.item_label(name, codebook.batteries[battery].members)
        variable = codebook.all_variables().get(name)
        unit = say(variable.unit, self.book.lang) if variable is not None else ""
        return f"{self.book.view.label(name)} ({unit})" if unit else self.book.view.label(name)

    def _base_rows(self, name: str, level: int) -> list[Row]:
        book = self.book
        is_set = name in book.waves.files.codebook.sets
        hundred = EMPTY if is_set else formats.share_cell(1.0, book.lang)
        change = (EMPTY,) * (self.columns.count * len(self.pairs) + self.columns.trend)
        found = []
        for statistic, word, kind in (("n", "row_cases" if is_set else "row_valid", "total"),
                                      ("missing_n", "row_missing", "missing")):  # fmt: skip
            cells: list[Cell] = []
            seen = False
            for wave in self.waves:
                row = self._get(wave.name, statistic, name)
                has = row is not None and bool(row.value)
                seen |= has
                cells.append(self._or_absent(row, "count"))
                if not self.compact:
                    cells.append(hundred if has and statistic == "n" else EMPTY)
            if seen or statistic == "n":
                found.append(Row(book.t(word), (*cells, *change), kind, level))  # type: ignore[arg-type]
        return found

    def _or_absent(self, row: ResultRow | None, form: str, decimals: int = 1, letters: str = "", why: str = "") -> Cell:
        if row is None:
            return Cell(self.book.view.t("not_available"), kind="not_available", note=why)
        return self.book.view.cell(row, form, decimals, letters)

    def _row(self, line: Line, label: str, kind: str = "body", level: int = 0) -> Row:
        letters = self._letters(line)
        decimals = self._decimals(line)
        cells: list[Cell] = []
        for i, wave in enumerate(self.waves):
            n = self._get(wave.name, "n", line.variable, line.code)
            value = self._get(wave.name, line.statistic, line.variable, line.code)
            base = self._get(wave.name, "n", line.variable)
            if base is None or not base.value:
                value = None  # nobody answered: not a share of zero, but none
            form = "share" if line.code else "decimal"
            if not self.compact:
                with_n = n if value is not None else None
                cells.append(EMPTY if kind == "statistic" else self._or_absent(with_n, "count"))
            why = "" if value is not None else self._why(line, wave.name, base is not None)
            cells.append(self._or_absent(value, form, decimals, letters.get(i, ""), why))
        for before, after in self.pairs:
            cells += self._change_cells(line, before, after, decimals)
        return Row(label, (*cells, *self._trend_cells(line, decimals)), kind, level)  # type: ignore[arg-type]

    def _why(self, line: Line, wave: str, asked: bool) -> str:
        """Why a wave has no number."""
        status = self.book.waves.status(line.variable, line.code, wave)
        if status.kind == "not":
            question = self.book.asked(line.variable, line.code, wave)
            return self.book.t("not_comparable_note", question=question, wave=wave, reason=self.book.reason(status))
        key = "absent_unanswered" if asked else "absent_not_there"
        return self.book.t(key, question=self.book.asked(line.variable, line.code, wave), wave=wave)

    def _trend_cells(self, line: Line, decimals: int) -> list[Cell]:
        if not self.columns.trend:
            return []
        slope, p = (self.book.trend(line, s, self.part) for s in ("trend_slope", "trend_p"))
        if slope is None or slope.value is None:
            return [EMPTY] * self.columns.trend
        scale = 100.0 if line.code else 1.0
        cells = [self.book.signed_cell(slope.value * scale, max(2, decimals))]
        if self.columns.slope_test:
            cells.append(EMPTY if p is None else self.book.view.cell(p, "p"))
        return cells

    def _decimals(self, line: Line) -> int:
        return view_decimals(self.book.view, line.variable, "mean") if not line.code else 1

    def _change(self, line: Line, before: WaveData, after: WaveData) -> ResultRow | None:
        """The change from a wave; from the nearest that has the number, where that wave lacks it."""
        found = self._get(after.name, "change", line.variable, line.code, before.name)
        if found is not None and found.value is not None:
            return found
        there = [row for row in self.book.changes(after.name, line, self.part) if row.value is not None]
        names = self.book.waves.names
        if before.name == names[-2]:
            return there[-1] if there else found
        if before.name == names[0]:
            return there[0] if there else found
        return found

    def _change_cells(self, line: Line, before: WaveData, after: WaveData, decimals: int) -> list[Cell]:
        change = self._change(line, before, after)
        rest = (EMPTY,) * (self.columns.count - 1)
        if change is None:
            return [EMPTY, *rest]
        if change.error == NOT_COMPARABLE:
            return [self.book.not_comparable(line.variable, line.code, before.name, after.name), *rest]
        self.used.append(change)
        if change.value is None:
            return [self.book.view.cell(change, "decimal"), *rest]

        def get(statistic: str) -> ResultRow | None:
            return self._get(after.name, statistic, line.variable, line.code, change.col_code)

        scale = 100.0 if line.code else 1.0
        note = self.book.t("since_note", wave=change.col_code) if change.col_code != before.name else ""
        cells = [replace(self.book.signed_cell(change.value * scale, decimals), note=note)]
        if self.columns.bounds:
            cells.append(self._span(get("change_bound_low"), get("change_bound_high"), scale, decimals))
        if self.columns.interval:
            cells.append(self._span(get("change_low"), get("change_high"), scale, decimals))
        if self.columns.test:
            p = get("change_p")
            cells.append(EMPTY if p is None else self.book.view.cell(p, "p"))
        return cells

    def _span(self, low: ResultRow | None, high: ResultRow | None, scale: float, decimals: int) -> Cell:
        if low is None or high is None:
            return EMPTY
        if low.value is None or high.value is None:
            return Cell(formats.NOT_COMPUTABLE, kind="not_computable", note=self.book.view.remark("error", low.error))
        ends = [self.book.signed(v * scale, decimals) for v in (low.value, high.value)]
        return Cell(f"{marks(self.book.lang).apart}\N{NO-BREAK SPACE}".join(ends))

    def _letters(self, line: Line) -> dict[int, str]:
        """In each wave the letters of its neighbours whose number is significantly smaller."""
        found: dict[int, list[str]] = {}
        if not self.inference:
            return {}
        level = 1 - self.book.waves.files.study.confidence
        for i, (before, after) in enumerate(self.book.waves.pairs()):
            p = self._get(after.name, "change_p", line.variable, line.code, before.name)
            change = self._get(after.name, "change", line.variable, line.code, before.name)
            if p is None or p.value is None or p.value >= level or change is None or not change.value:
                continue
            larger, smaller = (i + 1, i) if change.value > 0 else (i, i + 1)
            found.setdefault(larger, []).append(letter(smaller))
        return {i: " ".join(sorted(names)) for i, names in found.items()}

    # ------------------------------------------------------------ notes

    def notes(self) -> list[str]:
        """What stands below the table."""
        book = self.book
        notes = [self._bounds_note()]
        if self.inference:
            level = formats.percent_text(1 - book.waves.files.study.confidence, book.lang, 0)
            if not self.compact and not self._overlap_notes():
                notes.append(book.t("test_note_design" if self._by_design() else "test_note"))
            notes.append(book.t("letters_note", level=level))
        if any(not line.code and self._ends(line.variable) for line in self.lines):
            low, high = next(e for line in self.lines if not line.code and (e := self._ends(line.variable)))
            notes.append(book.t("means_scale", low=low, high=high))
        notes += mapped_notes(book, self.lines)
        notes += [said for some in book.breaks([x.variable for x in self.lines]).values() for said in some]
        notes += [*self._broken_notes(), *self._overlap_notes()]
        notes += self._problem_notes()
        bases = [r.value for w in self.waves for x in self.lines
                 if (r := self._get(w.name, "n", x.variable)) is not None]  # fmt: skip
        notes.append(small_base_note(book.view, bases) if any(x.code for x in self.lines) else "")
        if self.compact:
            notes.append(book.t("later_waves_note"))
        if self.spec.note:
            notes.append(say(self.spec.note, book.lang))
        return notes

    def _broken_notes(self) -> list[str]:
        """Over which waves the trend is, where it stops at a break."""
        book, names = self.book, self.book.waves.names
        found: dict[str, None] = {}
        for line in self.lines:
            usable = [i for i, name in enumerate(names) if self._get(name, line.statistic, line.variable, line.code)]
            alike = trend.unbroken(book.waves, line.variable, usable)
            if len(usable) >= LEAST_WAVES and len(alike) < len(usable):
                ends = {"first": names[alike[0]], "last": names[alike[-1]]} if alike else {}
                found.setdefault(book.t("trend_stops" if alike else "trend_none", **ends))
        return list(found)

    def _overlap_notes(self) -> list[str]:
        """How many units the tests of a change know from both waves; of sub-groups that would be a list."""
        if self.part:
            return []
        found: dict[str, None] = {}
        for before, after in self.pairs:
            rows = [self._get(after.name, "change_linked_n", x.variable, x.code, before.name) for x in self.lines]
            units = [int(row.value) for row in rows if row is not None and row.value]
            if units:
                found.setdefault(self.book.t("overlap_note", before=before.name, after=after.name, n=max(units)))
        return list(found)

    def _by_design(self) -> bool:
        """Whether changes stand on a declared design."""
        return has_design(self.book.waves.files.study)

    def _bounds_note(self) -> str:
        if not self.columns.bounds:
            return ""
        key = "bounds_note" if self.columns.interval else "bounds_note_only"
        return self.book.t(key, level=self._level())

    def _ends(self, name: str) -> tuple[str, str] | None:
        variable = self.book.waves.files.codebook.all_variables().get(name)
        if variable is None or not variable.scores or not variable.categories:
            return None
        codes = [float(c) for c in variable.categories]
        return self.book.count(min(codes)), self.book.count(max(codes))

    def _problem_notes(self) -> list[str]:
        reasons = {self.book.view.remark("error", r.error) for r in self.used if r.error}
        return [
            self.book.t("change_missing_note", symbol=formats.NOT_COMPUTABLE, reason=reason)
            for reason in sorted(reasons)
        ]


def mapped_notes(book: Book, lines: Sequence[Line]) -> list[str]:
    """How lines were made comparable, once per question (or item of a set) and wave."""
    found: dict[str, None] = {}
    for line in lines:
        for wave in book.waves.names:
            status = book.waves.status(line.variable, line.code, wave)
            if status.kind == "mapped":
                question = book.asked(line.variable, line.code, wave)
                found.setdefault(book.t("mapped_note", question=question, wave=wave, reason=book.reason(status)))
    return list(found)
