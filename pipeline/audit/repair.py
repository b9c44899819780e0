"""Figures that cannot hold together: which of them conflict, and the least change that would make them fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from pipeline.audit.printed import Printed, Rounding
from pipeline.audit.tree import Branch, Part, Tree, feasible

_MOST_STEPS = 100  # of the last digit, in either direction
_WORK = 200_000  # bases looked at while a change is sought

ROUNDINGS: tuple[Rounding, ...] = ("half up", "half even", "half down", "truncation")


@dataclass(frozen=True, slots=True)
class Change:
    """One change after which all figures hold.

    ``figure``: the claim ``id`` printed as ``printed`` (``count``: its count); ``rounding``: the rule ``id``;
    ``missing``: answers may be missing in the branch ``id``; ``rest``: the branch ``id`` has further categories.
    """

    kind: Literal["figure", "count", "rounding", "missing", "rest"]
    id: str
    printed: Printed | None = None


def conflict(tree: Tree) -> tuple[str, ...]:
    """The claims of a smallest set that cannot hold together: without any one of them the others can. Empty: none."""
    if feasible(tree):
        return ()
    kept = claims(tree)
    for name in list(kept):
        rest = [one for one in kept if one != name]
        if not feasible(_only(tree, rest)):
            kept = rest
    return tuple(kept)


def claims(tree: Tree) -> list[str]:
    """The ids of everything printed in a tree, in order."""
    total = [tree.total.id] if tree.total is not None else []
    return [*total, *(name for b in tree.branches for name in (*(p.id for p in b.parts), *(a.id for a in b.averages)))]


def _only(tree: Tree, kept: list[str]) -> Tree:
    """The tree as if nothing were printed but these claims."""
    branches = tuple(
        replace(
            b,
            parts=tuple(p if p.id in kept else replace(p, share=None, count=None) for p in b.parts),
            averages=tuple(a for a in b.averages if a.id in kept),
        )
        for b in tree.branches
    )
    free = tree.total is not None and tree.total.id not in kept
    total = replace(tree.total, count=None) if free and tree.total is not None else tree.total
    return replace(tree, branches=branches, total=total)


def least_changes(tree: Tree) -> list[Change]:
    """Each single change that makes an impossible tree possible: figures by the fewest steps, then its assumptions."""
    found = _figures(tree)
    for rounding in ROUNDINGS:
        turned = replace(tree, branches=tuple(
            replace(b, parts=tuple(replace(p, rounding=rounding) for p in b.parts)) for b in tree.branches
        ))  # fmt: skip
        if turned != tree and feasible(turned):
            found.append(Change("rounding", rounding))
    for branch in tree.branches:
        if not branch.missing and branch.of and feasible(_with(tree, replace(branch, missing=True))):
            found.append(Change("missing", branch.id))
        if branch.cover == "all" and feasible(_with(tree, replace(branch, cover="some"))):
            found.append(Change("rest", branch.id))
    return found


def _figures(tree: Tree) -> list[Change]:
    """The figures of which one, printed the fewest steps higher or lower, would make the tree possible."""
    able = [name for name in conflict(tree) if feasible(_only(tree, [c for c in claims(tree) if c != name]))]
    steps = min(_MOST_STEPS, max(5, _WORK // (tree.top + 1) // (2 * len(able) or 1)))
    for step in range(1, steps + 1):
        found = [
            change
            for branch in tree.branches for part in branch.parts if part.id in able
            for change, changed in _shifted(tree, branch, part, step) if feasible(changed)
        ]  # fmt: skip
        if found:
            return found
    return []


def _shifted(tree: Tree, branch: Branch, part: Part, step: int) -> list[tuple[Change, Tree]]:
    found: list[tuple[Change, Tree]] = []
    for by in (-step, step):
        for kind, printed in (("figure", part.share), ("count", part.count)):
            if printed is None or printed.digits + by < 0:
                continue
            moved = printed.shifted(by)
            new = replace(part, share=moved) if kind == "figure" else replace(part, count=moved)
            parts = tuple(new if p.id == part.id else p for p in branch.parts)
            change = Change("figure" if kind == "figure" else "count", part.id, moved)
            found.append((change, _with(tree, replace(branch, parts=parts))))
    return found


def _with(tree: Tree, branch: Branch) -> Tree:
    """The tree with one branch replaced by a changed one."""
    return replace(tree, branches=tuple(branch if b.id == branch.id else b for b in tree.branches))
