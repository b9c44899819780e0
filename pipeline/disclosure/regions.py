"""What a number counts: the cases of which each of some variables says one of some things.

A region has, for every variable that it asks about, the labels that it takes in (``counting/joint.py``): codes, kinds
of missing, whether an item is mentioned. However a table comes to its cases (a net, a derived band, a filter, ``where``
on several codes), the same cases have the same region, so what two tables count alike is one unknown. A variable that
is asked only of some brings the answers for which it is asked into its region.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from pipeline.codes import SYSTEM_MISSING, interval_ends, is_nested, is_net, name_parts, nest_parts, net_name
from pipeline.counting.joint import NO, NO_VALUE, SOMETHING, YES, Joint, mention, mention_parts
from pipeline.results import ResultRow
from pipeline.spec.model import Codebook, Derived, MultipleSet, TableSpec, Weights

Labels = frozenset[str]
Region = frozenset[tuple[str, Labels]]
"""Labels by variable; who is in it says one of them of each variable. The empty region is everybody."""

COUNTS = frozenset({"n", "class_n", "missing_n", "cases_n", "none_n"})
"""The statistics that are numbers of cases."""

SHARES = frozenset({
    "count", "share", "valid_share", "row_share", "column_share", "table_share", "share_of_cases", "missing_count",
    "missing_share", "none_count", "none_share", "bound_low", "bound_high", "interval_low", "interval_high",
})  # fmt: skip
"""Statistics of one count, or of one count and its base."""


@dataclass(frozen=True, slots=True)
class Domain:
    """What can be said of a variable. ``valid``: the answers. ``cuts``: where a numeric variable's labels part."""

    labels: Labels
    valid: Labels
    cuts: tuple[float, ...] = ()

    def label(self, said: str) -> str:
        """The label of what a case says: of a number the stretch between two cuts that it lies in."""
        return _stretch(self.cuts, float(said)) if self.cuts and not said.startswith(NO_VALUE) else said

    def between(self, low: float, high: float) -> Labels:
        """The labels of numbers from ``low`` to below ``high``."""
        inside = {_at(c) for c in self.cuts if low <= c < high}
        edges = (-math.inf, *self.cuts, math.inf)
        inside |= {_after(a) for a, b in pairwise(edges) if low <= a and b <= high}
        return frozenset(inside)


def _at(cut: float) -> str:
    return f"={cut!r}"


def _after(cut: float) -> str:
    return f"beyond {cut!r}"


def _stretch(cuts: Sequence[float], value: float) -> str:
    below = -math.inf
    for cut in cuts:
        if value == cut:
            return _at(cut)
        if value < cut:
            break
        below = cut
    return _after(below)


class Unknown(Exception):
    """The rules do not know what a row counts."""


@dataclass
class Regions:
    """What the rows of a study's tables count. ``weights``: the study's, whose cases without a weight are in no
    weighted table."""

    codebook: Codebook
    specs: Mapping[str, TableSpec]
    joint: Joint
    rows: Sequence[ResultRow] = ()
    weights: Weights | None = None
    _domains: dict[str, Domain] = field(default_factory=dict)

    # ------------------------------------------------------------ rows

    def of(self, row: ResultRow) -> Region:
        """The cases that a row counts, or is a share of. Raises :class:`Unknown`."""
        parts = self.universe(row)
        if row.statistic == "cases_n":
            return self.region(parts)
        if row.statistic.startswith("missing_"):
            return self.region([*parts, *self._missing(row.row_var, row.row_code)])
        if row.statistic == "class_n":
            self.not_made(row.row_var)
            domain = self.domain(row.row_var)
            return self.region([*parts, (row.row_var, domain.between(*interval_ends(row.row_code)))])
        if row.statistic.startswith("none_"):
            return self.region([*parts, *self.said(row.row_var, ""), (mention(row.row_var), frozenset({NO}))])
        return self.region([*parts, *self.said(row.row_var, row.row_code), *self.said(row.col_var, row.col_code)])

    def base(self, row: ResultRow) -> Region:
        """The cases that a share is of."""
        parts = self.universe(row)
        if row.statistic in ("share", "missing_count", "missing_share", "missing_n", "cases_n"):
            return self.region(parts)
        row_code = row.row_code if row.statistic == "row_share" else ""
        column = "" if row.statistic in ("row_share", "table_share") else row.col_code
        return self.region([*parts, *self.said(row.row_var, row_code), *self.said(row.col_var, column)])

    def table(self, row: ResultRow) -> Region:
        """Everybody in a row's table."""
        parts = self.universe(row)
        return self.region([*parts, *self.said(row.row_var, ""), *self.said(row.col_var, "")])

    def outside(self, row: ResultRow) -> Region | None:
        """Who is known not to be asked; the bounds of a share tell how many they are. ``None``: they tell nothing."""
        name = row.row_var
        many = self.codebook.sets.get(name)
        variable = self.codebook.all_variables().get(many.members[0] if many else name)
        if variable is None or not variable.asked_if:
            return None
        if len(variable.asked_if) > 1:
            raise Unknown(name)
        other, codes = next(iter(variable.asked_if.items()))
        inside = frozenset(label for part in self.said_any(other, codes) for label in part[1])
        source = next(dim for dim, _ in self.said(other, ""))
        return self.region([*self.universe(row), (source, self.domain(source).valid - inside)])

    def universe(self, row: ResultRow) -> list[tuple[str, Labels]]:
        """Whom the row's table is about."""
        spec = self.specs.get(row.table_id)
        found = [part for name, codes in spec.where.items() for part in self.said_any(name, codes)] if spec else []
        return found + self.said(row.layer_var, row.layer_code) + self._with_weight(row, spec)

    def _with_weight(self, row: ResultRow, spec: TableSpec | None) -> list[tuple[str, Labels]]:
        """That a case has a weight, where a number is weighted and some have none."""
        if self.weights is None:
            return []
        asked = spec.weighted if spec is not None else None
        weighted = (self.weights.use if asked is None else asked) and (spec is not None or row.statistic not in COUNTS)
        name = self.weights.variable
        positive = self.domain(name).between(0, math.inf) - {_at(0.0)} if weighted else frozenset()
        return [(name, positive)] if any(said not in positive for said in self._said_of(name)) and positive else []

    def _said_of(self, name: str) -> set[str]:
        """The labels that some case has."""
        return {self.label(name, said) for (said,) in self.joint.counts([name])}

    # ------------------------------------------------------------ parts of a region

    def said(self, name: str, code: str) -> list[tuple[str, Labels]]:
        """The labels of a code of a row or column; of all its answers where the code is empty."""
        if not name:
            return []
        if is_nested(name):
            names = name_parts(name)
            codes = nest_parts(code) if code else ("",) * len(names)
            return [part for one, its in zip(names, codes, strict=True) for part in self.said(one, its)]
        many = self.codebook.sets.get(name)
        if many is not None:
            return self._of_set(name, many, code)
        return self.said_any(name, (code,)) if code else [self._valid(name)]

    def _of_set(self, name: str, many: MultipleSet, code: str) -> list[tuple[str, Labels]]:
        if not code:
            return [] if many.base == "all" else [(name, frozenset({YES}))]
        if many.kind == "dichotomies":
            if code not in many.members:
                raise Unknown(name)
            return [(code, frozenset({many.counted_code}))]
        return [(mention(name, code), frozenset({YES}))]

    def _valid(self, name: str) -> tuple[str, Labels]:
        derived = self.banded(name)
        if derived is None:
            return name, self.domain(name).valid
        bands = self.bands(name, derived)
        return str(derived.source), frozenset().union(*bands.values())

    def said_any(self, name: str, codes: Iterable[str]) -> list[tuple[str, Labels]]:
        """The labels of any of some codes of a variable, nets and kinds of missing among them."""
        derived = self.banded(name)
        variable = self.codebook.all_variables().get(name)
        if variable is None:
            raise Unknown(name)
        self.not_made(name)
        wanted = [c for code in codes for c in (variable.nets[net_name(code)].codes if is_net(code) else (code,))]
        if derived is not None:
            bands = self.bands(name, derived)
            if not {*wanted} <= {*bands}:
                raise Unknown(name)
            return [(str(derived.source), frozenset().union(*(bands[code] for code in wanted)))]
        domain = self.domain(name)
        found: set[str] = set()
        for code in wanted:
            if f"{NO_VALUE}{code}" in domain.labels or code == SYSTEM_MISSING:
                found.add(f"{NO_VALUE}{code}")
            elif domain.cuts:
                found.add(_at(float(code)))
            else:
                found.add(code)
        return [(name, frozenset(found))]

    def _missing(self, name: str, code: str) -> list[tuple[str, Labels]]:
        """Those who have no answer, of a kind or of any."""
        many = self.codebook.sets.get(name)
        if many is not None:
            return [(name, frozenset({NO}))]
        dim, valid = self._valid(name)
        if self.banded(name) is not None:
            if code not in ("", SYSTEM_MISSING):
                raise Unknown(name)
            return [(dim, self.domain(dim).labels - valid)]
        return [(dim, frozenset({f"{NO_VALUE}{code}"}) if code else self.domain(dim).labels - valid)]

    def banded(self, name: str) -> Derived | None:
        """A variable in bands of another, which are answers to that one."""
        derived = self.codebook.derived.get(name)
        return derived if derived is not None and derived.source in self.codebook.variables else None

    def not_made(self, name: str) -> None:
        """Raises :class:`Unknown` for what is computed from confidential variables in a way that no sums tell."""
        derived = self.codebook.derived.get(name)
        if derived is None or self.banded(name) is not None:
            return
        if not derived.parts or any(map(self.confidential, derived.parts)):
            raise Unknown(name)

    def bands(self, name: str, derived: Derived) -> dict[str, Labels]:
        """What of its source each band takes in: what an earlier band has taken is not in a later one."""
        domain = self.domain(str(derived.source))
        taken: set[str] = set()
        found = {}
        for code, band in derived.bands.items():
            if band.codes:
                labels = {_at(float(c)) if domain.cuts else c for c in band.codes} & domain.valid
            else:
                low = -math.inf if band.low is None else band.low
                high = math.inf if band.high is None else band.high
                labels = {*domain.between(low, high)} if domain.cuts else _numbers(domain.valid, low, high)
            found[code] = frozenset(labels - taken)
            taken |= labels
        return found

    def region(self, parts: Iterable[tuple[str, Labels]]) -> Region:
        """Parts together, with the answers for which each variable is asked."""
        found: dict[str, Labels] = {}
        waiting = [*parts]
        while waiting:
            name, labels = waiting.pop()
            before = found.get(name)
            found[name] = labels if before is None else before & labels
            if before is None:
                waiting += self.asked(name) if labels <= self.domain(name).valid else []
        return frozenset((name, labels) for name, labels in found.items() if labels != self.domain(name).labels)

    # ------------------------------------------------------------ what is known of variables

    def asked(self, name: str) -> list[tuple[str, Labels]]:
        """The answers for which a variable is asked, where the data hold to it."""
        if name not in self._asked:
            variable = self.codebook.variables.get(name)
            found = []
            for other, codes in variable.asked_if.items() if variable is not None else ():
                for dim, labels in self.said_any(other, codes):
                    valid = self.domain(name).valid
                    counts = self.joint.counts([name, dim])
                    if not any(self.label(name, a) in valid and self.label(dim, b) not in labels for a, b in counts):
                        found.append((dim, labels))
            self._asked[name] = found
        return self._asked[name]

    @cached_property
    def _asked(self) -> dict[str, list[tuple[str, Labels]]]:
        return {}

    def label(self, name: str, said: str) -> str:
        """What a case says as a label of the variable's domain."""
        return self.domain(name).label(said)

    def domain(self, name: str) -> Domain:
        """What can be said of a variable, a set's base or an item."""
        if name not in self._domains:
            self._domains[name] = self._domain(name)
        return self._domains[name]

    def _domain(self, name: str) -> Domain:
        variable, item = mention_parts(name)
        if item is not None or variable in self.codebook.sets:
            return Domain(frozenset({YES, NO}), frozenset({YES, NO}))
        known = self.codebook.all_variables().get(name)
        if known is None or name not in self.joint.cases.columns:
            raise Unknown(name)
        said = frozenset(self.joint.labels(name))
        missing = {label for label in said if label.startswith(NO_VALUE) and label != SOMETHING}
        missing |= {f"{NO_VALUE}{code}" for code in (*known.missing, SYSTEM_MISSING)}
        if known.kind in ("numeric", "weight") and SOMETHING not in said:
            cuts = self._cuts(name)
            valid = Domain(frozenset(), frozenset(), cuts).between(-math.inf, math.inf)
            return Domain(valid | missing, valid, cuts)
        valid = frozenset(said - missing) | frozenset(known.categories)
        return Domain(valid | missing, valid)

    def _cuts(self, name: str) -> tuple[float, ...]:
        """The numbers at which some table parts the values of a variable; there is always one."""
        found = {0.0}
        for derived in self.codebook.derived.values():
            for band in derived.bands.values() if derived.source == name else ():
                found |= {one for one in (band.low, band.high) if one is not None} | {*map(_number, band.codes)}
        for conditions in (
            *(spec.where for spec in self.specs.values()), *(v.asked_if for v in self.codebook.variables.values())
        ):  # fmt: skip
            found |= {_number(code) for code in conditions.get(name, ()) if code != SYSTEM_MISSING}
        for row in self._classes.get(name, ()):
            found |= {*interval_ends(row.row_code)}
        return tuple(sorted(one for one in found if math.isfinite(one)))

    @cached_property
    def _classes(self) -> dict[str, list[ResultRow]]:
        found: dict[str, list[ResultRow]] = {}
        for row in self.rows:
            if row.statistic == "class_n":
                found.setdefault(row.row_var, []).append(row)
        return found

    # ------------------------------------------------------------ secrecy

    def secret(self, region: Region) -> bool:
        """Whether a region tells an answer to a variable that is not public. That one has answered is no answer."""
        return any(self._answer(name, labels) for name, labels in region)

    def _answer(self, name: str, labels: Labels) -> bool:
        variable, item = mention_parts(name)
        if not self.confidential(variable) or (self.weights is not None and name == self.weights.variable):
            return False
        if item is not None:
            return True
        if variable in self.codebook.sets:
            return False
        if any(self.confidential(mention_parts(dim)[0]) for dim, _ in self.asked(name)):
            return True  # who is asked it has answered something
        valid = self.domain(name).valid
        return bool(labels & valid) and not labels >= valid

    def confidential(self, name: str) -> bool:
        """Whether a variable or set is confidential; one that is not known counts as that."""
        one = self.codebook.all_variables().get(name) or self.codebook.sets.get(name)
        if one is None or one.disclosure == "confidential":
            return True
        members = self.codebook.sets[name].members if name in self.codebook.sets else ()
        return any(self.confidential(member) for member in members)

    def implied(self) -> list[tuple[str, Labels, str, Labels]]:
        """Who says this of one variable says that of another: everybody knows it of sets and their items."""
        found: list[tuple[str, Labels, str, Labels]] = []
        for name, many in self.codebook.sets.items():
            if not all(member in self.joint.cases.columns for member in many.members):
                continue
            yes = frozenset({YES})
            for member in many.members:
                valid = self.domain(member).valid
                if many.base == "asked":
                    found.append((member, valid, name, yes))
                if many.kind == "dichotomies":
                    counted = frozenset({many.counted_code})
                    found += [(member, counted, name, yes), (member, counted, mention(name), yes)]
                elif many.kind == "categories":
                    for code in sorted(valid):
                        found.append((member, frozenset({code}), mention(name, code), yes))
            for code in self.items(name) if many.kind != "dichotomies" else ():
                found += [(mention(name, code), yes, name, yes), (mention(name, code), yes, mention(name), yes)]
        return found

    def items(self, name: str) -> tuple[str, ...]:
        """The items of a set."""
        return self.joint.cases.mentions(name).items


def _number(code: str) -> float:
    try:
        return float(code)
    except ValueError:
        return math.nan


def _numbers(valid: Labels, low: float, high: float) -> set[str]:
    return {code for code in valid if low <= _number(code) < high}


def dims(region: Region) -> frozenset[str]:
    """The variables that a region asks about."""
    return frozenset(name for name, _ in region)
