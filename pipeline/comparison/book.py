"""What every table, figure and sentence of the comparison has at hand, in one language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipeline import language
from pipeline.comparison import trend
from pipeline.comparison.measured import Line
from pipeline.comparison.waves import Waves
from pipeline.language.marks import marks
from pipeline.present import formats
from pipeline.present.document import Cell, Mark
from pipeline.present.view import View
from pipeline.results import ResultRow, Results
from pipeline.spec.model import Inference, TableSpec, say
from pipeline.waves import Comparable

if TYPE_CHECKING:
    from pipeline.comparison.firm import Move, Moves

LEAST_BASE = 30
"""Cases that both waves need for a change to be ranked among the largest; half the cases in smaller waves."""


@dataclass(frozen=True)
class Book:
    """The waves and the comparison's result rows (an Arrow table), seen in one language."""

    lang: str
    waves: Waves
    table: Any
    numbers: dict[str, int] = field(default_factory=dict)

    @cached_property
    def rows(self) -> dict[str, Results]:
        """The comparison's rows by wave."""
        import pyarrow.compute as pc

        return {name: Results(self.table.filter(pc.equal(self.table["wave"], name))) for name in self.waves.names}

    @cached_property
    def views(self) -> dict[str, View]:
        """Each wave's own results in this language."""
        return {w.name: View(self.lang, w.name, self.waves.files, w.source, w.results) for w in self.waves.waves}

    @property
    def view(self) -> View:
        """The latest wave, whose labels and order of categories are used."""
        return self.views[self.waves.names[-1]]

    def t(self, text_id: str, **params: object) -> str:
        """A text of the catalogue ``comparison.toml``."""
        return language.text(self.lang, f"comparison.{text_id}", **params)

    # ------------------------------------------------------------ waves in words

    def when(self, wave: str) -> str:
        """ "in 2009" """
        return self.t("in_year" if _is_year(wave) else "in_wave", wave=wave)

    def listed(self, words: Sequence[str]) -> str:
        """ "a, b and c" """
        if len(words) < 2:
            return "".join(words)
        return f"{', '.join(words[:-1])} {self.t('and')} {words[-1]}"

    def waves_words(self) -> str:
        """ "Years 2009 and 2026" """
        names = self.waves.names
        return self.t("years" if all(_is_year(n) for n in names) else "waves", waves=self.listed(names))

    def title(self, text: str) -> str:
        """A title with its waves."""
        return f"{text.rstrip('.')}. {self.waves_words()}"

    # ------------------------------------------------------------ numbers

    def count(self, value: float) -> str:
        """A count as text."""
        return formats.count_text(value, self.lang)

    def signed(self, value: float, decimals: int) -> str:
        """A change with its sign: "+15.3", "−3.1", "0.0"."""
        text = formats.decimal_text(value, decimals, self.lang)
        positive = value > 0 and any(c in "123456789" for c in text)
        if not any(c in "123456789" for c in text):
            return text.lstrip(marks(self.lang).minus)
        return f"+{text}" if positive else text

    def signed_cell(self, value: float, decimals: int) -> Cell:
        """A change with its sign as a cell."""
        return replace(formats.decimal_cell(value, self.lang, decimals), text=self.signed(value, decimals))

    def change_text(self, row: ResultRow, decimals: int = 2) -> str:
        """A change as text: percentage points of a share, units of a mean."""
        if row.value is None:
            return formats.NOT_COMPUTABLE
        return self.signed(row.value * 100, 1) if is_share(row) else self.signed(row.value, decimals)

    def get(
        self, wave: str, table: str, statistic: str, row: str = "", code: str = "", before: str = "", part: str = ""
    ) -> ResultRow | None:
        """A row of the comparison; of a change where the wave ``before`` is named, of a sub-group by its code."""
        return self.rows[wave].get(table, statistic, row, code, trend.WAVE if before else "", before, part)

    def changes(self, wave: str, line: Line, part: str = "") -> list[ResultRow]:
        """The changes of a line up to a wave, from the earliest wave it is compared with to the latest."""
        found = (
            self.get(wave, line.table, "change", line.variable, line.code, name, part) for name in self.waves.names
        )
        return [row for row in found if row is not None]

    def trend(self, line: Line, statistic: str, part: str = "") -> ResultRow | None:
        """A number of the trend over all waves that have the line: it stands in the last of them."""
        for after in reversed(self.waves.names):
            for before in self.waves.names:
                row = self.get(after, line.table, statistic, line.variable, line.code, before, part)
                if row is not None:
                    return row
        return None

    def share(self, wave: str, change: ResultRow) -> ResultRow | None:
        """The share of a wave that a change is of."""
        statistic = trend.share_of(change.row_var, self.waves.files.codebook)
        return self.get(wave, change.table_id, statistic, change.row_var, change.row_code)

    def mode(self, spec: TableSpec) -> Inference:
        """How a table is read."""
        return self.view.mode(spec)

    # ------------------------------------------------------------ comparability

    def reason(self, found: Comparable) -> str:
        """Why a question is mapped or not comparable."""
        text = (found.reason.get(self.lang, "") or next(iter(found.reason.values()), "")).strip()
        return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}" if text else ""

    def not_comparable(self, name: str, code: str, before: str, after: str) -> Cell:
        """The cell where a trend must not cross, with the reason."""
        notes = []
        for wave in (before, after):
            status = self.waves.status(name, code, wave)
            if status.kind == "not":
                question = self.asked(name, code, wave)
                notes.append(self.t("not_comparable_note", question=question, wave=wave, reason=self.reason(status)))
        return Cell(self.t("not_comparable_symbol"), kind="not_available", note=" ".join(notes))

    def breaks(self, names: Sequence[str]) -> dict[int, list[str]]:
        """What some questions' lines cross, by the number of the wave from which it was so, in words."""
        found: dict[int, list[str]] = {}
        for i, wave in enumerate(self.waves.waves):
            for one in wave.source.breaks if i else ():
                if not one.variables or set(one.variables).intersection(names):
                    kind = self.t(f"break_{one.kind}")
                    said = self.t("break_note", wave=wave.name, kind=kind, what=say(one.what, self.lang).rstrip("."))
                    found.setdefault(i, []).append(said)
        return found

    def asked(self, name: str, code: str, wave: str) -> str:
        """What a status is about: the question, or the item of a set that is not as comparable as the set."""
        own = self.view.label(name)
        whole = self.waves.status(name, "", wave) == self.waves.status(name, code, wave)
        return own if whole else f"{own}: {self.view.code_label(name, code)}"

    def mark(self, spec: TableSpec) -> Mark | None:
        """The origin mark: simulated as soon as a wave is a demonstration, else that of the wave marked most."""
        found = [self.views[w.name].mark(spec) for w in self.waves.waves]
        if any(w.source.kind == "demonstration" for w in self.waves.waves):
            return self.view.mark_of("simulated")
        those = [m for m in found if m is not None]
        return max(those, key=lambda m: ["published", "described", "simulated"].index(m.origin)) if those else None

    def source_line(self) -> str:
        """The waves' sources, each once."""
        return "; ".join(dict.fromkeys(say(w.source.title, self.lang) for w in self.waves.waves))

    @cached_property
    def moves(self) -> Moves:
        """The changes up to the latest wave, what is firm first."""
        from pipeline.comparison import firm

        return firm.moves(self)

    def moves_since(self, wave: str) -> tuple[Move, ...]:
        """The same since one wave alone."""
        from pipeline.comparison import firm

        return firm.moves(self, wave).all

    # ------------------------------------------------------------ questions

    def line_label(self, row: ResultRow) -> tuple[str, str]:
        """The question of a row and its category or item, in words."""
        return self.view.label(row.row_var), self.view.code_label(row.row_var, row.row_code) if row.row_code else ""

    @property
    def least(self) -> int:
        """Cases that both waves need for a change to be ranked."""
        return max(1, min(LEAST_BASE, min(w.rows for w in self.waves.waves) // 2))


def _is_year(wave: str) -> bool:
    return wave.isdigit() and len(wave) == 4


def is_share(row: ResultRow) -> bool:
    """Whether a change row is of a share: that of a mean has no category."""
    return bool(row.row_code)
