"""What every layout needs at hand: results, labels and words in one language."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from pipeline import labels, language
from pipeline.codes import BLANK, SYSTEM_MISSING, is_nested, is_net, name_parts, nest_parts, net_name, text_of
from pipeline.present import formats
from pipeline.present.document import Cell, Mark, Trace
from pipeline.results import CODEBOOK_TABLE, ResultRow, Results
from pipeline.spec.load import StudyFiles
from pipeline.spec.model import Codebook, Inference, Source, Study, TableSpec, Variable, say
from pipeline.spss.model import Dictionary
from pipeline.spss.model import Variable as FileVariable
from pipeline.tables.plan import variables_of

SYMBOLS = {"published": "*", "described": "†", "simulated": "‡"}


@dataclass(frozen=True)
class View:
    """A wave's results seen in one language. All methods give plain text or cells, never markup."""

    lang: str
    wave: str
    files: StudyFiles
    source: Source
    results: Results
    left_out: list[str] = field(default_factory=list)
    lacking: dict[str, dict[str, list[ResultRow]]] = field(default_factory=dict)
    gathered: dict[str, dict[tuple[str, str, str], tuple[dict[str, None], dict[str, None]]]] = field(
        default_factory=dict
    )
    dictionary: Dictionary | None = None
    edition: str = "internal"
    failed: list[str] = field(default_factory=list)
    """What became of the study's own charts that failed, for a notice on the first page."""
    counted_labels: dict[str, Counter[str]] = field(default_factory=dict)

    @property
    def study(self) -> Study:
        """The study's own record."""
        return self.files.study

    @property
    def codebook(self) -> Codebook:
        """The study's variables."""
        return self.files.codebook

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """All variables, derived ones included."""
        return self.codebook.all_variables()

    @cached_property
    def _in_file(self) -> dict[str, FileVariable]:
        return {} if self.dictionary is None else {v.name: v for v in self.dictionary.variables}

    def in_file(self, name: str) -> FileVariable | None:
        """A variable as the file declares it; ``None`` for one that the file does not have."""
        return self._in_file.get(name)

    # ------------------------------------------------------------ words

    def t(self, text_id: str, **params: object) -> str:
        """A text of the catalogue ``present.toml``."""
        return language.text(self.lang, f"present.{text_id}", **params)

    def has(self, text_id: str) -> bool:
        """Whether the catalogue has a text."""
        return language.has_text(self.lang, f"present.{text_id}")

    def when(self) -> str:
        """The wave in words: a year, a numbered wave, or nothing where its name has no number."""
        if not any(c.isdigit() for c in self.wave):
            return ""
        return self.t("year" if self.wave.isdigit() and len(self.wave) == 4 else "wave", wave=self.wave)

    def units(self, n: float) -> str:
        """The name of the units, for that many."""
        unit = self.study.population.unit
        name = unit.get(self.lang) or next(iter(unit.values()))
        return name.one if n == 1 else name.many

    def many_units(self) -> str:
        """The name of many units."""
        return self.units(2)

    def remark(self, kind: str, text: str) -> str:
        """A method, warning or error id with its ``key=value`` words, as a sentence; the id where none is written."""
        words = text.split()
        ids = [w for w in words if "=" not in w]
        params = {k: self._parameter(v) for k, v in (w.split("=", 1) for w in words if "=" in w)}
        sentences = []
        for one in ids:
            found = language.statistic_text(self.lang, f"{kind}_{one}")
            if found is not None:
                try:
                    sentences.append(language.fill(found, **params))
                except KeyError:
                    sentences.append(found)
        return " ".join(sentences) if sentences else text

    def _parameter(self, text: str) -> str:
        """A parameter of a remark: a number with the marks of the language, anything else as it is."""
        try:
            value = float(text)
        except ValueError:
            return text
        if not math.isfinite(value):
            return formats.NOT_COMPUTABLE
        decimals = min(3, len(text.partition(".")[2])) if "e" not in text.lower() else 3
        return formats.decimal_text(value, 0 if value.is_integer() else decimals, self.lang)

    def statistic_name(self, statistic: str) -> str:
        """What a reader calls a statistic."""
        return language.statistic_text(self.lang, f"name_{statistic}") or statistic

    def head(self, statistic: str) -> str:
        """A statistic's name where there is little room: a short form where one is written."""
        key = f"present.head_{statistic}"
        return language.text(self.lang, key) if language.has_text(self.lang, key) else self.statistic_name(statistic)

    # ------------------------------------------------------------ labels

    def label(self, name: str) -> str:
        """The label of a variable, set or battery; of a nested name, both labels."""
        names = name_parts(name)
        if len(names) > 1:
            return " › ".join(self.label(n) for n in names)
        for group in (self.codebook.sets, self.codebook.batteries, self.variables):
            if name in group:
                return say(group[name].label, self.lang) or name
        return name

    def question(self, name: str) -> str:
        """The question's wording, of the set or battery where there is one; empty when none is given."""
        for group in (self.codebook.sets, self.codebook.batteries, self.variables):
            if name in group:
                return say(getattr(group[name], "question", None), self.lang)
        return ""

    def code_label(self, name: str, code: str) -> str:
        """The label of a category, item, net or missing code; the code itself when it has none."""
        names = name_parts(name)
        if len(names) > 1:
            inner = nest_parts(code)
            return " › ".join(self.code_label(n, c) for n, c in zip(names, inner, strict=True))
        if name in self.codebook.sets:
            mr = self.codebook.sets[name]
            if mr.kind == "dichotomies":
                value = self.variables[code].categories.get(mr.counted_code) if mr.items_from == "values" else None
                return say(value, self.lang) or self.item_label(code, mr.members)
            found = mr.categories.get(code)
            if found is None:
                found = next((self.variables[m].categories.get(code) for m in mr.members), None)
            return say(found, self.lang).strip() or self._bare(code)
        variable = self.variables[name]
        if self._is_unnamed_type(name, code):
            return language.text(self.lang, "configurations.type", number=text_of(code))
        if is_net(code):
            net = variable.nets.get(net_name(code))
            return say(net.label, self.lang) if net else code
        if code == SYSTEM_MISSING and name in self.codebook.derived and self.codebook.derived[name].clusters:
            return language.text(self.lang, "configurations.no_type")
        if code == SYSTEM_MISSING:
            return self.t("not_applicable") if variable.asked_if else self.t("system_missing")
        text = variable.categories.get(code) or variable.missing.get(code)
        if code in variable.categories:
            own = say(text, self.lang)
            if name not in self.counted_labels:
                self.counted_labels[name] = Counter(say(other, self.lang) for other in variable.categories.values())
            same = self.counted_labels[name][own]
            shown = self._bare(code)
            return f"{own} [{shown}]" if same > 1 and own != shown else own.strip() or shown
        if text is None and variable.missing_range is not None and self._in_range(variable, code):
            text = variable.missing_range.label
        return say(text, self.lang).strip() or self._bare(code)

    def _is_unnamed_type(self, name: str, code: str) -> bool:
        """Whether a code is a type of cases that goes by its number: nobody named it, or other types than these."""
        derived = self.codebook.derived.get(name)
        if derived is None or derived.clusters is None or not code or code == SYSTEM_MISSING:
            return False
        return code not in derived.categories or not self.types_fit(name)

    def types_fit(self, name: str) -> bool:
        """Whether the types of a variable are as large as those that its categories were written for."""
        clusters = self.codebook.derived[name].clusters
        named_for = () if clusters is None else clusters.named_for
        if not named_for:
            return False
        # A count that the edition hides is taken on trust.
        counted = [self.value(CODEBOOK_TABLE, "n", name, str(i)) for i in range(1, len(named_for) + 2)]
        return not counted.pop() and all(n in (None, size) for n, size in zip(counted, named_for, strict=True))

    def _bare(self, code: str) -> str:
        """A code that has no label, as a reader knows it."""
        return self.t("blank") if code == BLANK else text_of(code)

    @staticmethod
    def _in_range(variable: Variable, code: str) -> bool:
        span = variable.missing_range
        try:
            value = float(code)
        except ValueError:
            return False
        return (
            span is not None and (span.low is None or value >= span.low) and (span.high is None or value <= span.high)
        )

    def item_label(self, name: str, members: tuple[str, ...]) -> str:
        """The label of one member of a set or battery, without what all members' labels begin with.

        A member without a label goes by its name, as it is written.
        """
        own = say(self.variables[name].label, self.lang) or name
        if own == name:
            return name
        known = [m for m in members if m in self.variables]
        texts = [say(self.variables[m].label, self.lang) or m for m in known]
        rest = dict(zip(known, labels.items(texts), strict=True)).get(name, own)
        rest = rest[:1].upper() + rest[1:]
        return f"{rest} [{name}]" if texts.count(own) > 1 else rest

    def is_other(self, name: str, code: str) -> bool:
        """Whether a category is "other" or "none", which stands last."""
        return _last().match(self.code_label(name, code)) is not None

    def ordered(self, name: str) -> bool:
        """Whether the categories of a variable have an order of their own."""
        return name in self.variables and self.variables[name].kind != "nominal"

    # ------------------------------------------------------------ results

    def codes(self, table: str, row_var: str, col_var: str = "", statistic: str = "count") -> list[str]:
        """The row codes that a table has for a variable, in order, without total and nets."""
        found = self._seen(table).get((row_var, col_var, statistic), ({}, {}))[0]
        return self._apart(row_var, [code for code in found if not is_net(code)])

    def no_answer(self, name: str) -> tuple[str, ...]:
        """The categories of a variable that say that there is no answer."""
        variable = self.variables.get(name)
        return () if variable is None else variable.no_answer or ()

    def _apart(self, name: str, codes: list[str]) -> list[str]:
        """Categories that say that there is no answer stand last."""
        gone = self.no_answer(name)
        return sorted(codes, key=gone.__contains__) if gone else codes

    def nets(self, table: str, row_var: str, col_var: str = "") -> list[str]:
        """The row codes of a variable's nets in a table, in order."""
        found = self._seen(table).get((row_var, col_var, "count"), ({}, {}))[0]
        return [code for code in found if is_net(code)]

    def col_codes(self, table: str, row_var: str, col_var: str, statistic: str = "count") -> list[str]:
        """The column codes that a table has for a pair of variables, in order, without the total."""
        return self._apart(col_var, list(self._seen(table).get((row_var, col_var, statistic), ({}, {}))[1]))

    def missing_rows(self, table: str, row_var: str) -> list[ResultRow]:
        """How many cases a variable lacks by missing code, those codes that occur."""
        found = self.lacking.get(table)
        if found is None:
            found = self.lacking[table] = {}
            for r in self.results.rows(table):
                if r.statistic == "missing_n" and r.row_code and r.value:
                    found.setdefault(r.row_var, []).append(r)
        return found.get(row_var, [])

    def _seen(self, table: str) -> dict[tuple[str, str, str], tuple[dict[str, None], dict[str, None]]]:
        """Per pair of variables and statistic the row and column codes of a table, gathered in one pass."""
        seen = self.gathered.get(table)
        if seen is None:
            seen = self.gathered[table] = {}
            for r in self.results.rows(table):
                rows, columns = seen.setdefault((r.row_var, r.col_var, r.statistic), ({}, {}))
                if r.row_code:
                    rows.setdefault(r.row_code)
                if r.col_code:
                    columns.setdefault(r.col_code)
        return seen

    def sorted_codes(self, spec: TableSpec, name: str, codes: list[str], col_var: str = "") -> list[str]:
        """Categories in the questionnaire's order when ordered (or asked for), else by size, other and none last."""
        by_order = spec.sort == "order" or (spec.sort is None and (self.ordered(name) or is_nested(name)))
        if by_order:
            return codes

        def size(code: str) -> float:
            row = self.get(spec.table, "count", name, code, col_var)
            return -(row.value or 0.0) if row is not None else 0.0

        gone = self.no_answer(name)
        return sorted(codes, key=lambda code: (code in gone, self.is_other(name, code), size(code)))

    def get(self, table: str, statistic: str, row: str = "", row_code: str = "", col: str = "", col_code: str = "",
            layer_code: str = "") -> ResultRow | None:  # fmt: skip
        """One result row."""
        return self.results.get(table, statistic, row, row_code, col, col_code, layer_code)

    def value(self, table: str, statistic: str, row: str = "", row_code: str = "", col: str = "", col_code: str = "",
              layer_code: str = "") -> float | None:  # fmt: skip
        """The value of one result row; ``None`` when it is not there or could not be computed."""
        found = self.get(table, statistic, row, row_code, col, col_code, layer_code)
        return None if found is None else found.value

    def cell(self, row: ResultRow | None, form: str, decimals: int = 1, letters: str = "") -> Cell:
        """A result as a cell: ``form`` is ``count``, ``share``, ``decimal`` or ``p``."""
        if row is None:
            return Cell(kind="empty")
        if row.suppressed:
            return Cell(formats.SUPPRESSED, kind="suppressed", note=self.t("suppressed"))
        return replace(self._worded(row, form, decimals, letters), trace=_trace(row))

    def _worded(self, row: ResultRow, form: str, decimals: int, letters: str) -> Cell:
        note = self.remark("error", row.error) if row.error else ""
        if form == "count":
            return formats.count_cell(row.value, self.lang, note)
        if form == "share":
            return formats.share_cell(row.value, self.lang, self.share_decimals(row), letters, note)
        if form == "p":
            return formats.p_cell(row.value, self.lang, note)
        return formats.decimal_cell(row.value, self.lang, decimals, letters, note)

    def share_decimals(self, row: ResultRow) -> int:
        """One decimal; none on a base under 30 where the study wants whole percentages there."""
        small = row.n is not None and row.n < 30
        return 0 if small and self.study.policies.decimals_below_30 == "whole" else 1

    # ------------------------------------------------------------ reading and marks

    def mode(self, spec: TableSpec) -> Inference:
        """How a table is read."""
        return spec.inference or self.study.mode

    def weighted(self, spec: TableSpec) -> bool:
        """Whether a table uses the study's weight."""
        weights = self.study.weights
        return weights is not None and (weights.use if spec.weighted is None else spec.weighted)

    def origin(self, names: list[str]) -> str:
        """The origin of what is shown together: that of one variable, or simulated where several are crossed."""
        found = [self.shown_origin(self._origin_of(name)) for name in names]
        found = [origin for origin in found if origin]
        if not found:
            return ""
        worst = max(found, key=["published", "described", "simulated"].index)
        return "simulated" if worst == "published" and len(found) > 1 else worst

    def _origin_of(self, name: str) -> str:
        for group in (self.codebook.sets, self.codebook.batteries, self.variables):
            if name in group:
                return getattr(group[name], "origin", None) or ""
        return ""

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins that this wave's marks tell apart: a demonstration is simulated whatever the codebook says."""
        return ("simulated",) if self.source.kind == "demonstration" else tuple(SYMBOLS)

    def shown_origin(self, origin: str) -> str:
        """An origin of the codebook as this wave shows it; empty for a real survey."""
        if not self.source.marks or not origin:
            return ""
        return "simulated" if self.source.kind == "demonstration" else origin

    def mark(self, spec: TableSpec) -> Mark | None:
        """The origin mark of a table."""
        names = variables_of(spec, self.codebook)
        if self.weighted(spec) and self.study.weights is not None:
            names.append(self.study.weights.variable)
        return self.mark_of(self.origin(names))

    def mark_of(self, origin: str) -> Mark | None:
        """The mark of an origin."""
        symbol = SYMBOLS.get(origin, "")
        return Mark(origin, symbol, f"{symbol} {self.t(f'origin_{origin}')}") if origin else None

    def source_line(self) -> str:
        """The source printed below tables and figures."""
        return say(self.source.title, self.lang)


@cache
def _last() -> re.Pattern[str]:
    """How labels of categories begin that stand last whatever their size, in any language."""
    return re.compile(language.label_words("last"), re.IGNORECASE)


def _trace(row: ResultRow) -> Trace:
    return Trace(
        row.table_id, row.statistic, (row.row_var, row.row_code), (row.col_var, row.col_code),
        (row.layer_var, row.layer_code), row.value, row.n, row.base,
    )  # fmt: skip
