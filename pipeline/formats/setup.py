"""An SPSS setup: syntax that says what a text file of data holds, as LimeSurvey and archives give out.

The syntax is read, never carried out. What only describes (labels, missing values, levels, formats, weight, sets) is
taken; what would change the data (COMPUTE, RECODE, SELECT IF …) is refused by name, as the data would not be those that
SPSS makes; what concerns SPSS's windows and output is passed over.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.errors import DataRejected
from pipeline.formats.columns import Column, Contents
from pipeline.formats.decode import decoded
from pipeline.formats.setup_data import Field, Layout, fields_of_data_list, layout_of_get_data, values
from pipeline.formats.syntax import Command, Token, commands
from pipeline.spss.model import Code, LabelTable, MissingValues, MultipleResponseSet, Notice, Variable

_PASSED_OVER = (
    "SET", "SHOW", "CACHE", "EXECUTE", "EXE", "DATASET", "SAVE", "XSAVE", "TITLE", "SUBTITLE", "FILE HANDLE",
    "DOCUMENT", "VARIABLE WIDTH", "VARIABLE ALIGNMENT", "VARIABLE ATTRIBUTE", "VARIABLE ROLE", "DATAFILE", "DISPLAY",
    "FREQUENCIES", "LIST", "DESCRIPTIVES", "NEW FILE", "OUTPUT", "PRESERVE", "RESTORE", "CD", "FINISH", "USE",
    "SORT", "CROSSTABS", "WRITE FORMATS", "CODEBOOK", "ADD DOCUMENT",
)  # fmt: skip


@dataclass(slots=True)
class _Setup:
    """What the commands read so far say. Names are in the order of the file; ``names`` finds them in any case."""

    layout: Layout | None = None
    variables: dict[str, Variable] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)  # the name now → the name in the layout
    inline: tuple[str, ...] | None = None
    file_label: str = ""
    weight: str | None = None
    sets: list[MultipleResponseSet] = field(default_factory=list)

    def start(self, layout: Layout) -> None:
        """The variables of the data, as the command that reads them declares them."""
        self.layout = layout
        self.variables = {f.name: f.variable() for f in layout.fields}
        self.names = {f.name.upper(): f.name for f in layout.fields}
        self.given = {f.name: f.name for f in layout.fields}

    def find(self, token: Token) -> str:
        """The variable that a word names. Raises ``DataRejected`` with its line."""
        name = self.names.get(token.text.upper())
        if name is None:
            raise DataRejected("formats.setup_no_variable", line=token.line, name=token.text)
        return name

    def several(self, tokens: Sequence[Token]) -> list[str]:
        """A list of names, with ``a TO b`` in the order of the file, and ALL."""
        found: list[str] = []
        order = list(self.variables)
        at = 0
        while at < len(tokens):
            if tokens[at].says("ALL"):
                found += order
            elif tokens[at].says("TO") and found and at + 1 < len(tokens):
                last = order.index(self.find(tokens[at + 1]))
                found += order[order.index(found[-1]) + 1 : last + 1]
                at += 1
            elif not tokens[at].says(","):
                found.append(self.find(tokens[at]))
            at += 1
        return found

    def change(self, names: Sequence[str], **fields: Any) -> None:
        """Say something of variables."""
        for name in names:
            self.variables[name] = replace(self.variables[name], **fields)


def read(path: Path, beside: tuple[Path, ...], encoding: str | None) -> Contents:
    """The setup and its data. ``beside``: the file of the data. Raises ``DataRejected`` naming the line."""
    text, used, notices = decoded(path.read_bytes(), encoding)
    setup = _Setup()
    for command in commands(text):
        _take(command, setup)
    if setup.layout is None:
        raise DataRejected("formats.setup_without_data_list")
    if setup.inline is not None:
        data = "\n".join(setup.inline)
    elif beside:
        data, used, more = decoded(beside[0].read_bytes(), encoding)
        notices += more
    else:
        raise DataRejected("formats.setup_without_data", data=setup.layout.file or "…")
    cells, unread = values(data, setup.layout)
    notices += [Notice("formats.notice_cells_unread", {"variable": name, "n": n}) for name, n in unread.items()]
    columns = [Column(variable, cells[setup.given[name]]) for name, variable in setup.variables.items()]
    return Contents(
        columns, product="SPSS syntax", file_label=setup.file_label, encoding=used, weight=setup.weight,
        sets=tuple(setup.sets), notices=notices,
    )  # fmt: skip


def _take(command: Command, setup: _Setup) -> None:
    words = command.words()
    for phrase, take in _TAKEN.items():
        wanted = phrase.split()
        if len(words) >= len(wanted) and all(_means(w, full) for w, full in zip(words, wanted, strict=False)):
            if setup.layout is None and phrase not in ("DATA LIST", "GET DATA", "FILE LABEL"):
                raise DataRejected("formats.setup_before_data", line=command.line, command=phrase)
            take(command.tokens[len(wanted) :], setup, command)
            return
    typed = " ".join(words)
    if not any(typed == p or typed.startswith(p + " ") for p in _PASSED_OVER):
        raise DataRejected("formats.setup_command", line=command.line, command=" ".join(words[:2]) or "?")


def _means(typed: str, full: str) -> bool:
    """Whether a word is a command's word, which may be cut to three letters."""
    return typed == full or (len(typed) >= 3 and full.startswith(typed))


def _groups(tokens: Sequence[Token], sign: str = "/") -> Iterator[list[Token]]:
    """The parts between slashes; empty ones are left out."""
    group: list[Token] = []
    for token in tokens:
        if token.says(sign):
            if group:
                yield group
            group = []
        else:
            group.append(token)
    if group:
        yield group


def _data_list(tokens: Sequence[Token], setup: _Setup, command: Command) -> None:
    setup.start(fields_of_data_list(tokens))


def _get_data(tokens: Sequence[Token], setup: _Setup, command: Command) -> None:
    setup.start(layout_of_get_data(tokens))


def _begin_data(tokens: Sequence[Token], setup: _Setup, command: Command) -> None:
    setup.inline = command.data


def _variable_labels(tokens: Sequence[Token], setup: _Setup, command: Command) -> None:
    names: list[Token] = []
    for token in tokens:
        if token.kind == "text":
            setup.change(setup.several(names), label=token.text)
            names = []
        elif not token.says("/", ","):
            names.append(token)


def _code(token: Token, variable: Variable) -> Code:
    if variable.kind == "string":
        return token.text.rstrip()
    try:
        return float(token.text)
    except ValueError:
        raise DataRejected("formats.setup_code", line=token.line, name=variable.name, text=token.text) from None


def _value_labels(tokens: Sequence[Token], setup: _Setup, command: Command) -> None:
    adding = command.words()[0].startswith("ADD")
    for group in _groups(tokens):
        split = next((i for i, t in enumerate(group) if t.kind in ("text", "number")), len(group))
        names, pairs = setup.several(group[:split]), [t for t in group[split:] if not t.says(",")]
        if len(pairs) % 2:
            raise DataRejected("formats.setup_syntax", line=group[0].line, text=group[0].text)
        for name in names:
            variable = setup.variables[name]
            table = dict(variable.value_labels) if adding else {}
            for code, label in zip(pairs[::2], pairs[1::2], strict=True):
                table[_code(code, variable)] = label.text
            setup.change([name], value_labels=LabelTable(table.items()))


def _missing_values(tokens: Sequence[Token], setup: _Setup, command: Command) -> None:
    names: list[Token] = []
    at = 0
    while at < len(tokens):
        if not tokens[at].says("("):
            if not tokens[at].says("/", ","):
                names.append(tokens[at])
            at += 1
            continue
        end = next((i for i in range(at, len(tokens)) if tokens[i].says(")")), len(tokens))
        inside = [t for t in tokens[at + 1 : end] if not t.says(",")]
        for name in setup.several(names):
            setup.change([name], missing=_missing(inside, setup.variables[name]))
        names, at = [], end + 1


def _missing(tokens: Sequence[Token], variable: Variable) -> MissingValues:
    codes: list[Code] = []
    low = high = None
    at = 0
    while at < len(tokens):
        if at + 2 < len(tokens) and tokens[at + 1].says("THRU", "THROUGH"):
            low, high = _limit(tokens[at], variable), _limit(tokens[at + 2], variable)
            at += 3
        else:
            codes.append(_code(tokens[at], variable))
            at += 1
    return MissingValues(tuple(codes), low, high)


def _limit(token: Token, variable: Variable) -> float:
    if token.says("LO", "LOWEST"):
        return -math.inf
    if token.says("HI", "HIGHEST"):
        return math.inf
    return float(_code(token, replace(variable, kind="numeric")))


def _in_brackets(tokens: Sequence[Token], setup: _Setup) -> Iterator[tuple[list[str], Token]]:
    """``names (word) names (word) …``."""
    names: list[Token] = []
    opened = False
    for token in tokens:
        if token.says("("):
            opened = True
        elif token.says(")"):
            names, opened = [], False
        elif opened:
            yield setup.several(names), token
        elif not token.says("/", ","):
            names.append(token)


def _levels(tokens: Sequence[Token], setup: _Setup, command: Command) -> None:
    for names, word in _in_brackets(tokens, setup):
        level = word.text.casefold()
        if level in ("nominal", "ordinal", "scale"):
            setup.change(names, measure=level)


def _formats(tokens: Sequence[Token], setup: _Setup, command: Command) -> None:
    for names, word in _in_brackets(tokens, setup):
        form = Field("", word.text, word.line).variable()
        for name in names:
            if setup.variables[name].kind == form.kind == "numeric":
                setup.change([name], format=form.format, format_type=form.format_type, decimals=form.decimals,
                             width=form.width)  # fmt: skip


def _weight(tokens: Sequence[Token], setup: _Setup, command: Command) -> None:
    words = [t for t in tokens if not t.says("BY")]
    setup.weight = None if not words or words[0].says("OFF") else setup.find(words[0])


def _rename(tokens: Sequence[Token], setup: _Setup, command: Command) -> None:
    for group in _groups([t for t in tokens if not t.says(",")], ")"):
        words = [t for t in group if not t.says("(", "/")]
        middle = next((i for i, t in enumerate(words) if t.says("=")), 0)
        if not middle:
            raise DataRejected("formats.setup_syntax", line=command.line, text="RENAME")
        if sum(t.says("=") for t in words) > 1:  # a = b c = d, without brackets
            pairs = list(zip(words[::3], words[2::3], strict=True))
        else:
            pairs = list(zip(words[:middle], words[middle + 1 :], strict=True))
        renamed = {setup.find(old): new.text for old, new in pairs}
        setup.given = {renamed.get(name, name): given for name, given in setup.given.items()}
        setup.variables = {
            renamed.get(name, name): replace(v, name=renamed.get(name, name)) for name, v in setup.variables.items()
        }
        setup.names = {name.upper(): name for name in setup.variables}


def _file_label(tokens: Sequence[Token], setup: _Setup, command: Command) -> None:
    setup.file_label = " ".join(t.text for t in tokens)


def _sets(tokens: Sequence[Token], setup: _Setup, command: Command) -> None:
    for group in _groups(tokens):
        kind = group[0].text.upper()
        if kind not in ("MDGROUP", "MCGROUP"):
            continue
        said: dict[str, list[Token]] = {}
        for i, token in enumerate(group):
            if i + 1 < len(group) and group[i + 1].says("="):
                said[token.text.upper()] = part = []
            elif said and not token.says("=", "[", "]"):
                part.append(token)
        members = setup.several(said.get("VARIABLES", []))
        if not members or not said.get("NAME"):
            continue
        counted = _code(said["VALUE"][0], setup.variables[members[0]]) if said.get("VALUE") else None
        setup.sets.append(
            MultipleResponseSet(
                said["NAME"][0].text.lstrip("$"), "".join(t.text for t in said.get("LABEL", [])),
                "dichotomies" if kind == "MDGROUP" else "categories", counted, tuple(members),
            )
        )  # fmt: skip


_Take = Callable[[Sequence[Token], _Setup, Command], None]
_TAKEN: dict[str, _Take] = {
    "DATA LIST": _data_list,
    "GET DATA": _get_data,
    "BEGIN DATA": _begin_data,
    "VARIABLE LABELS": _variable_labels,
    "ADD VALUE LABELS": _value_labels,
    "VALUE LABELS": _value_labels,
    "MISSING VALUES": _missing_values,
    "VARIABLE LEVEL": _levels,
    "PRINT FORMATS": _formats,
    "FORMATS": _formats,
    "WEIGHT": _weight,
    "RENAME VARIABLES": _rename,
    "FILE LABEL": _file_label,
    "MRSETS": _sets,
}
