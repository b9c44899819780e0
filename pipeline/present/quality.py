"""What the page on data quality says of a file's labels and missing answers, short also for hundreds of variables."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from pipeline.codes import SYSTEM_MISSING, code_of, text_of
from pipeline.present import formats
from pipeline.present.document import Cell, HeadCell, Row, Table
from pipeline.present.layout.parts import stub
from pipeline.present.view import View
from pipeline.results import CODEBOOK_TABLE
from pipeline.spss.model import Dictionary, LabelTable, code_text

MOST_ROWS = 30  # a longer table shows batteries and neighbours alike in one row each
MOST_JOINED_ROWS = 60  # and of these the ones that lack most
MOST_LINES = 30  # lines about labels
MOST_CODES = 12  # codes named one by one
MOST_NEIGHBOURS = 4  # variables named one by one


# ---------------------------------------------------------------- labels


def label_lines(view: View, dictionary: Dictionary) -> list[str]:
    """Labels that two codes share, codes without a label, labels never used; like variables in one line."""
    order = {v.name: i for i, v in enumerate(dictionary.variables)}
    shared: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
    bare: dict[str, list[str]] = defaultdict(list)
    unused: dict[str, list[str]] = defaultdict(list)
    having: dict[int, list[str]] = {}  # the variables of each table of labels
    for variable in dictionary.variables:
        table = variable.value_labels
        labels = table.once(_labels)
        if not labels:
            continue
        if id(table) not in having:
            having[id(table)] = []
            for pair in _shared(labels):
                shared[pair].append(having[id(table)])
        having[id(table)].append(variable.name)
        seen = _seen(view, variable.name)
        if seen is None:
            continue
        without = [code for code in seen if not labels.get(code)]
        if without:
            bare[_codes(view, without, len(without))].append(variable.name)
        used = {code for code in seen if code in labels}
        if seen and len(used) < len(labels):
            first = list(islice((code for code in labels if code not in used), MOST_CODES))
            unused[_codes(view, first, len(labels) - len(used))].append(variable.name)
    found = [("label_shared", label, codes, names) for (label, codes), names in shared.items()]
    found += [("label_lacking", "", codes, [names]) for codes, names in bare.items()]
    found += [("label_unused", "", codes, [names]) for codes, names in unused.items()]
    lines = [
        view.t(kind, variable=_named(order, sorted(chain(*names), key=order.__getitem__)), label=label, codes=codes)
        for kind, label, codes, names in found[:MOST_LINES]
    ]
    if len(found) > MOST_LINES:
        lines.append(view.t("labels_more", count=formats.count_text(len(found) - MOST_LINES, view.lang)))
    return lines


def _seen(view: View, name: str) -> list[str] | None:
    """The codes that some case has, valid or missing; ``None`` for a variable that is not counted by code."""
    variable = view.variables.get(name)
    if variable is None or not variable.categories:
        return None
    rows = ((code, view.get(CODEBOOK_TABLE, "n", name, code)) for code in variable.categories)
    valid = [code for code, row in rows if row is not None and (row.value or row.suppressed)]
    return [*valid, *(r.row_code for r in view.missing_rows(CODEBOOK_TABLE, name) if r.row_code != SYSTEM_MISSING)]


def _labels(table: LabelTable) -> dict[str, str]:
    return {code_of(code_text(code)): label.strip() for code, label in table}


def _shared(labels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Labels that several codes of a table have, with the codes."""
    codes: dict[str, list[str]] = {}
    for code, label in labels.items():
        codes.setdefault(label, []).append(code)
    for label, some in codes.items():
        if label and len(some) > 1:
            yield label, ", ".join(map(text_of, some))


def _codes(view: View, codes: Sequence[str], count: int) -> str:
    """The codes, or the first of ``count``."""
    if count <= MOST_CODES:
        return ", ".join(map(text_of, codes))
    return view.t("codes_and_more", codes=", ".join(map(text_of, codes[:MOST_CODES])), count=count - MOST_CODES)


def _named(order: Mapping[str, int], names: Sequence[str]) -> str:
    """Names in the file's order; of many neighbours the first and the last."""
    runs: list[list[str]] = []
    for name in names:
        if runs and order[name] == order[runs[-1][-1]] + 1:
            runs[-1].append(name)
        else:
            runs.append([name])
    return ", ".join(f"{r[0]} – {r[-1]} ({len(r)})" if len(r) > MOST_NEIGHBOURS else ", ".join(r) for r in runs)


# ---------------------------------------------------------------- missing answers


@dataclass
class _Lost:
    """Variables with what they lack: per variable the valid and missing cases, per kind of missing the cases."""

    label: str
    names: list[str] = field(default_factory=list)
    valid: list[float] = field(default_factory=list)
    lost: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    kinds: dict[str, list[float]] = field(default_factory=dict)

    def add(self, other: _Lost) -> None:
        self.names += other.names
        self.valid += other.valid
        self.lost += other.lost
        self.shares += other.shares
        for kind, counts in other.kinds.items():
            self.kinds.setdefault(kind, []).extend(counts)

    def alike(self, other: _Lost) -> bool:
        return self.valid[-1:] == other.valid and {k: c[-1:] for k, c in self.kinds.items()} == other.kinds


def missing_table(view: View, number: int) -> tuple[Table | None, str]:
    """Variables with missing answers, by kind, and a sentence about those that the table leaves out."""
    found = list(_each(view))
    if not found:
        return None, ""
    left_out = ""
    if len(found) > MOST_ROWS:
        found = _joined(view, found)
        if len(found) > MOST_JOINED_ROWS:
            by_share = sorted(found, key=lambda lost: -max(lost.shares))
            kept = {id(lost) for lost in by_share[:MOST_JOINED_ROWS]}
            rest = by_share[MOST_JOINED_ROWS:]
            left_out = view.t(
                "missing_left_out", count=sum(len(lost.names) for lost in rest),
                share=formats.percent_text(max(rest[0].shares), view.lang),
            )  # fmt: skip
            found = [lost for lost in found if id(lost) in kept]
    heads = [view.t("valid_cases"), view.t("missing"), view.t("percent_total"), view.t("missing_kinds")]
    table = Table(
        id="table-missing_answers",
        number=number,
        label=view.t("table_label", number=number),
        title=view.t("missing_title"),
        head=((stub(view, view.t("variable")), *(HeadCell(h) for h in heads)),),
        rows=tuple(_row(view, lost) for lost in found),
        columns=4,
        unit=view.t("unit_counts_and_percent"),
        notes=(view.t("missing_joined"),) if any(len(lost.names) > 1 for lost in found) else (),
        source=view.source_line(),
    )
    return table, left_out


def _each(view: View) -> Iterator[_Lost]:
    for name in view.variables:
        missing = view.missing_rows(CODEBOOK_TABLE, name)
        total = view.value(CODEBOOK_TABLE, "cases_n", name)
        if not missing or total is None:
            continue
        kinds = {f"{view.code_label(name, r.row_code)} ({text_of(r.row_code)})": [r.value or 0.0] for r in missing}
        lost = math.fsum(r.value or 0.0 for r in missing)
        valid = view.value(CODEBOOK_TABLE, "n", name)
        yield _Lost(view.label(name), [name], [valid or 0.0], [lost], [lost / total if total else 0.0], kinds)


def _joined(view: View, found: Sequence[_Lost]) -> list[_Lost]:
    """Batteries and sets in one row each, and neighbours that lack just the same."""
    groups = {m: name for name, mr in view.codebook.sets.items() for m in mr.members}
    groups |= {m: name for name, battery in view.codebook.batteries.items() for m in battery.members}
    order = {name: i for i, name in enumerate(view.variables)}
    rows: list[_Lost] = []
    by_group: dict[str, _Lost] = {}
    for lost in found:
        group = groups.get(lost.names[0])
        if group is not None and group in by_group:
            by_group[group].add(lost)
            continue
        last = rows[-1] if rows else None
        near = last is not None and order[lost.names[0]] == order[last.names[-1]] + 1
        if group is None and last is not None and near and groups.get(last.names[0]) is None and last.alike(lost):
            last.label = f"{view.label(last.names[0])} – {lost.label}"
            last.add(lost)
            continue
        row = _Lost(view.label(group) if group is not None else lost.label)
        row.add(lost)
        rows.append(row)
        if group is not None:
            by_group[group] = row
    return rows


def _row(view: View, lost: _Lost) -> Row:
    many = len(lost.names) > 1
    name = f"{lost.names[0]} – {lost.names[-1]}" if many else lost.names[0]
    kinds = "; ".join(f"{kind}: {_span(view, counts)}" for kind, counts in lost.kinds.items())
    if not many:
        cells = (
            formats.count_cell(lost.valid[0], view.lang),
            formats.count_cell(lost.lost[0], view.lang),
            formats.share_cell(lost.shares[0], view.lang),
        )
        return Row(f"{lost.label} [{name}]", (*cells, Cell(kinds)))
    low, high = (formats.share_text(share, view.lang) for share in (min(lost.shares), max(lost.shares)))
    spans = (_span(view, lost.valid), _span(view, lost.lost), low if low == high else f"{low}–{high}")
    return Row(
        f"{lost.label} [{name}] ({len(lost.names)})", (*(Cell(span, kind="number") for span in spans), Cell(kinds))
    )


def _span(view: View, counts: Sequence[float]) -> str:
    low, high = (formats.count_text(count, view.lang) for count in (min(counts), max(counts)))
    return low if low == high else f"{low}–{high}"
