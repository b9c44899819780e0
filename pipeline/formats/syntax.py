"""SPSS syntax as commands of tokens, with their lines. Nothing is carried out: this only reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import DataRejected

_TOKEN = re.compile(
    r"""(?P<blank>\s+|/\*.*?(?:\*/|$))
    |(?P<text>'(?:[^']|'')*'|"(?:[^"]|"")*")
    |(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w@#$]))
    |(?P<word>[\w@#$!%][\w.@#$]*)
    |(?P<sign>.)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number, a text without its quotes, or a sign; ``line`` from 1."""

    kind: Literal["text", "number", "word", "sign"]
    text: str
    line: int

    def says(self, *words: str) -> bool:
        """Whether this is one of some words or signs, in any case."""
        return self.kind in ("word", "sign") and self.text.upper() in words


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its tokens; ``data``: the lines between BEGIN DATA and END DATA."""

    tokens: tuple[Token, ...]
    data: tuple[str, ...] = ()

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.tokens[0].line

    def words(self, count: int = 3) -> list[str]:
        """Its first words, in capitals."""
        return [t.text.upper() for t in self.tokens[:count] if t.kind == "word"]


def commands(text: str) -> Iterator[Command]:
    """The commands of a syntax file. A full stop at the end of a line, or a blank line, ends one."""
    lines = text.splitlines()
    found: list[Token] = []
    at = 0
    while at < len(lines):
        at += 1
        if not found and re.match(r"\s*(\*|comment\b)", lines[at - 1], re.IGNORECASE):
            while not lines[at - 1].rstrip().endswith(".") and at < len(lines) and lines[at].strip():
                at += 1
            continue
        tokens, ended = _line(lines[at - 1], at)
        found += tokens
        begins = [t.text.upper() for t in found] == ["BEGIN", "DATA"]
        if not found or not (ended or begins):
            continue
        start = at
        if begins:
            while at < len(lines) and not re.match(r"\s*end\s+data", lines[at], re.IGNORECASE):
                at += 1
            if at == len(lines):
                raise DataRejected("formats.setup_syntax", line=found[0].line, text="BEGIN DATA")
        yield Command(tuple(_joined(found)), tuple(lines[start:at]))
        at += begins
        found = []
    if found:
        yield Command(tuple(_joined(found)))


def _line(line: str, number: int) -> tuple[list[Token], bool]:
    """The tokens of a line, and whether it ends its command."""
    tokens: list[Token] = []
    for match in _TOKEN.finditer(line):
        kind = match.lastgroup
        if kind == "text":
            quote = match[0][0]
            tokens.append(Token("text", match[0][1:-1].replace(quote * 2, quote), number))
        elif kind in ("word", "number", "sign"):
            if kind == "sign" and match[0] in "'\"":
                raise DataRejected("formats.setup_quote", line=number, text=line.strip()[:80])
            tokens.append(Token(kind, match[0], number))  # type: ignore[arg-type]
    if not tokens:
        return [], True
    last = tokens[-1]
    if last.kind == "text" or not last.text.endswith("."):
        return tokens, False
    rest = last.text[:-1]
    tokens[-1:] = [Token(last.kind, rest, number)] if rest else []
    return tokens, True


def _joined(tokens: list[Token]) -> Iterator[Token]:
    """Texts that a plus sign joins are one text."""
    held: Token | None = None
    at = 0
    while at < len(tokens):
        token = tokens[at]
        plus = at + 1 < len(tokens) and token.says("+") and tokens[at + 1].kind == "text"
        if held is not None and plus:
            held = Token("text", held.text + tokens[at + 1].text, held.line)
            at += 2
            continue
        if held is not None:
            yield held
        held = token if token.kind == "text" else None
        if held is None:
            yield token
        at += 1
    if held is not None:
        yield held
