"""The file of printed figures: what it may say, read with its line numbers, made into what arithmetic takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from pipeline.audit import p_values
from pipeline.audit.moments import Average
from pipeline.audit.printed import Printed, Rounding, read
from pipeline.audit.tree import Branch, Cover, Part, Tree
from pipeline.errors import StudyError, nearest
from pipeline.paths import Layout
from pipeline.spec import source as yaml_source
from pipeline.spec.load import check
from pipeline.spec.model import Names, Record, Text
from pipeline.spec.source import Place, SourceFile


class Where(Record):
    """Where a figure is printed."""

    work: str = ""
    page: str = ""


class Claim(Record):
    """One printed figure, as printed: trailing zeros count; or a statement without a figure.

    ``branch``: the base that it shares with others. ``count``: printed beside a share. ``n``, ``sd``, ``items``,
    ``scale``: of a mean. ``tails``: of a test. ``cell``: where the report has it, ``table``, ``table:code`` or
    ``table:variable=code``; ``statistic``: which number of that cell; ``wave``: of which wave, where not of all.
    ``cells``: what a statement names, each as a ``cell``.
    """

    text: Text | None = None
    printed: str = ""
    kind: Literal["share", "count", "mean", "test", "statement"]
    branch: str = ""
    count: str | None = None
    n: int | None = Field(default=None, ge=1)
    sd: str | None = None
    items: int = Field(default=1, ge=1)
    scale: tuple[int, int] | None = None
    tails: Literal["1", "2"] = "2"
    rounding: Rounding | None = None
    source: Where = Where()
    cell: str | None = None
    cells: Names = ()
    statistic: str = ""
    wave: str = ""


class Base(Record):
    """A branch: whose cases were asked (``of``), whether its claims are all parts, whether answers may be missing;
    what a reader calls it (``text``)."""

    text: Text | None = None
    of: str = ""
    parts: Cover = "some"
    missing: Literal["possible", "none"] = "possible"
    base: int | None = Field(default=None, ge=0)


class Published(Record):
    """A whole file of claims. ``maximum``: the largest base that is tried where no total is printed."""

    source: Where = Where()
    rounding: Rounding = "half up"
    maximum: int = Field(default=10_000, ge=1, le=10_000)
    branches: dict[str, Base] = Field(default_factory=dict)
    claims: dict[str, Claim]


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with the number of cases that is printed beside it."""

    average: Average
    n: int


@dataclass(frozen=True, slots=True)
class Questions:
    """What arithmetic is asked: trees of shares and counts, means with their n, tests."""

    trees: tuple[Tree, ...]
    means: tuple[Mean, ...]
    tests: tuple[tuple[str, p_values.Test, int], ...]


def load(layout: Layout, path: Path) -> tuple[Published, Questions]:
    """Read a file of claims. Raises :class:`StudyError` with all mistakes found."""
    source = yaml_source.read(layout, path)
    published = check(Published, source)
    problems = list(_problems(published, source))
    if problems:
        raise StudyError.several(problems)
    return published, _questions(published)


def _problems(published: Published, source: SourceFile) -> Iterator[StudyError]:
    for name, base in published.branches.items():
        counted = [c for c, claim in published.claims.items() if claim.kind in ("share", "count")]
        if base.of and base.of not in counted:
            yield _no_name(source, ("branches", name, "of"), base.of, counted)
        seen, here = {name}, base
        while here.of in published.claims and published.claims[here.of].branch in published.branches:
            above = published.claims[here.of].branch
            if above in seen:
                yield StudyError("audit.circle", file=source.name, line=source.line(("branches", name)), branch=name)
                break
            seen.add(above)
            here = published.branches[above]
    for name, claim in published.claims.items():
        place: Place = ("claims", name)
        if claim.branch and claim.branch not in published.branches:
            yield _no_name(source, (*place, "branch"), claim.branch, list(published.branches))
        if claim.kind == "share" and not claim.branch:
            yield _lacks(source, name, "branch")
        if claim.kind == "mean" and not claim.branch and claim.n is None:
            yield _lacks(source, name, "n")
        if not claim.printed and claim.kind != "statement":
            yield _lacks(source, name, "printed")
        for key in ("printed", "count", "sd"):
            text = getattr(claim, key)
            if text and claim.kind != "statement" and not _readable(claim, key, text):
                line = source.line((*place, key))
                yield StudyError(f"audit.unreadable_{'test' if claim.kind == 'test' else 'figure'}", file=source.name,
                                 line=line, claim=name, key=key, text=text)  # fmt: skip
        if claim.scale is not None and claim.scale[0] >= claim.scale[1]:
            yield StudyError("audit.scale", file=source.name, line=source.line((*place, "scale")), claim=name)


def _readable(claim: Claim, key: str, text: str) -> bool:
    if claim.kind == "test" and key == "printed":
        return p_values.parse(text) is not None
    whole = key == "count" or (key == "printed" and claim.kind == "count")
    found = read(text, whole)
    if found is None or (whole and (found.decimals or found.percent or found.digits < 0)):
        return False
    return claim.kind != "share" or key != "printed" or 0 <= found.value <= 1


def _lacks(source: SourceFile, claim: str, key: str) -> StudyError:
    line = source.line(("claims", claim))
    return StudyError("study.missing_key", file=source.name, line=line, where=claim, key=key)


def _no_name(source: SourceFile, place: Place, name: str, known: list[str]) -> StudyError:
    return StudyError(
        "study.no_such_name", file=source.name, line=source.line(place), where=".".join(map(str, place)), name=name,
        nearest=nearest(name, known) or ", ".join(known[:12]) or "–",
    )  # fmt: skip


def _figure(text: str | None, whole: bool = False) -> Printed | None:
    return None if text is None else read(text, whole)


def _questions(published: Published) -> Questions:
    claims = published.claims
    averages = {}
    for name, claim in claims.items():
        mean = _figure(claim.printed) if claim.kind == "mean" else None
        if mean is not None:
            low, high = claim.scale or (None, None)
            rounding = claim.rounding or published.rounding
            averages[name] = Average(name, mean, _figure(claim.sd), claim.items, low, high, rounding)
    parts = {
        name: Part(name, _figure(c.printed) if c.kind == "share" else None,
                   _figure(c.printed if c.kind == "count" else c.count, whole=True), c.rounding or published.rounding)
        for name, c in claims.items() if c.kind in ("share", "count")
    }  # fmt: skip
    branches = {
        name: Branch(
            name, tuple(p for c, p in parts.items() if claims[c].branch == name), base.of, base.parts,
            base.missing == "possible", base.base,
            tuple(a for c, a in averages.items() if claims[c].branch == name and claims[c].n is None),
        )
        for name, base in published.branches.items()
    }  # fmt: skip
    trees = []
    for name, claim in claims.items():
        below = _below(branches, name) if claim.kind == "count" and not claim.branch else ()
        if below:
            trees.append(Tree(below, published.maximum, parts[name]))
    for branch in branches.values():
        if not branch.of:
            family = (branch, *(b for part in branch.parts for b in _below(branches, part.id)))
            trees.append(Tree(family, published.maximum))
    return Questions(
        tuple(trees),
        tuple(Mean(a, n) for name, a in averages.items() if (n := claims[name].n) is not None),
        tuple((name, test, int(c.tails)) for name, c in claims.items()
              if c.kind == "test" and (test := p_values.parse(c.printed)) is not None),
    )  # fmt: skip


def _below(branches: dict[str, Branch], claim: str) -> tuple[Branch, ...]:
    """The branches that hang on a claim, parents first."""
    own = [b for b in branches.values() if b.of == claim]
    return (*own, *(b for one in own for part in one.parts for b in _below(branches, part.id)))
