"""What arithmetic says of printed figures, in words: one paragraph per line of text."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

from pipeline import language
from pipeline.audit.against import Compared
from pipeline.audit.claims import Published, Questions
from pipeline.audit.moments import debit, failed
from pipeline.audit.p_values import recompute
from pipeline.audit.printed import Printed
from pipeline.audit.repair import Change, conflict, least_changes
from pipeline.audit.sprite import distributions
from pipeline.audit.tree import Branch, Solution, Solved, Tree, bases
from pipeline.language.marks import NumberMarks, marks
from pipeline.spec.model import say

_SHOWN = 8


class Verdict:
    """Words about claims, in one language. ``every``: all bases and solutions, not only the first of many."""

    def __init__(self, published: Published, lang: str, every: bool = False) -> None:
        self.published, self.lang, self.most = published, lang, sys.maxsize if every else _SHOWN

    @property
    def _marks(self) -> NumberMarks:
        return marks(self.lang)

    def t(self, key: str, **params: object) -> str:
        """A text of the room's catalogue."""
        return language.text(self.lang, f"audit.{key}", **params)

    def paragraphs(self, questions: Questions) -> Iterator[str]:
        """The whole verdict."""
        work = ", ".join(p for p in (self.published.source.work, self.published.source.page) if p)
        yield self.t("title", work=work) if work else self.t("title_alone")
        yield self.t("what", rounding=self.t("rounding_" + self.published.rounding.replace(" ", "_")))
        wrong: dict[str, None] = {}
        for tree in questions.trees:
            solved = Solved(tree)
            if not all(solved.bases(root) for root in tree.roots()):
                wrong |= dict.fromkeys(conflict(tree))
            yield from self._tree(tree)
        for mean in questions.means:
            yield self._mean(mean.average.id, failed(mean.average, mean.n), mean.n)
            a = mean.average
            if failed(a, mean.n):
                wrong[a.id] = None
            if (a.low, a.high, a.items) == (0, 1, 1) and a.sd is not None:
                fits = debit(a.mean, a.sd, mean.n, a.rounding)
                wrong |= {} if fits else {a.id: None}
                yield "  " + self.t("debit_yes" if fits else "debit_no")
            elif not failed(a, mean.n):
                yield from self._sprite(distributions(a, mean.n, 1))
        for name, test, tails in questions.tests:
            found = recompute(test, tails)
            wrong |= {} if found.right else {name: None}
            key = "p_right" if found.right else "p_decision" if found.decision else "p_wrong"
            yield self.t(
                key, claim=self._claim(name), p=self._p(found.p), low=self._p(found.low), high=self._p(found.high)
            )
        asked = sum(1 for claim in self.published.claims.values() if claim.kind != "statement")
        claims = "; ".join(map(self._claim, wrong))
        yield self.t("short" if wrong else "short_none", count=len(wrong), of=asked, claims=claims)
        yield self.t("limits")

    def beside(self, compared: Sequence[Compared], wave: str) -> Iterator[str]:
        """Each claim beside the data of a wave: a heading, and a line each."""
        yield self.t("beside", wave=wave)
        for one in compared:
            yield f"  – {self._claim(one.id)}: {self._agreement(one)}"

    def _agreement(self, one: Compared) -> str:
        """As the report's table words it, with what was computed."""
        which = self._present(f"base_{one.which}") if one.which else ""
        share = self.published.claims[one.id].kind == "share"
        if one.counts:
            counts = ", ".join(map(str, one.counts))
            places = ", ".join(map(str, sorted(one.places)))
            key = f"{one.agreement}_places" if one.places else one.agreement
            said = self._present(key, places=places, among=one.among, count=len(one.places))
            return f"{said} ({counts})"
        if one.off is not None:
            off = self._decimal(one.off * (100 if share else 1))
            said = self._present("differs_points" if share else "differs", off=off)
        else:
            said = self._present(one.agreement, which=which)
        if one.computed is None:
            return said
        number = self._decimal(one.computed * (100 if share else 1)) + (self._marks.percent if share else "")
        return f"{said} ({number}" + (f", n = {one.base})" if one.base is not None else ")")

    def _present(self, key: str, **params: object) -> str:
        return language.text(self.lang, f"present.published_{key}", **params)

    def _decimal(self, value: float) -> str:
        return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", self._marks.decimal)

    def _claim(self, name: str) -> str:
        claim = self.published.claims[name]
        text = say(claim.text, self.lang)
        shown = language.text(self.lang, "language.quoted", text=text)
        printed = f" ({claim.printed})" if claim.printed else ""
        return f"{name} {shown}{printed}" if text else f"{name}{printed}"

    def _branch(self, name: str) -> str:
        return say(self.published.branches[name].text, self.lang) or name

    def _tree(self, tree: Tree) -> Iterator[str]:
        alone = {b.id: bases(b, tree.top) for b in tree.branches}
        for branch in tree.branches:
            names = (
                "; ".join(map(self._claim, [*(p.id for p in branch.parts), *(a.id for a in branch.averages)])) or "–"
            )
            key = "alone" if alone[branch.id] else "alone_none"
            yield self.t(
                key, branch=self._branch(branch.id), claims=names, bases=self._list(alone[branch.id]), most=tree.top
            )
        solved = Solved(tree)
        roots = {root.id: solved.bases(root) for root in tree.roots()}
        if all(roots.values()):
            for root in tree.roots():
                yield from self._joint(solved, root, roots[root.id])
            return
        yield self.t("conflict", claims="; ".join(self._claim(name) for name in conflict(tree)))
        changes = least_changes(tree)
        if not changes:
            yield self.t("no_change")
        for change in changes:
            yield "  – " + self._change(change)

    def _joint(self, solved: Solved, root: Branch, fitting: list[int]) -> Iterator[str]:
        best = {n: solved.best(root, n) for n in fitting[: self.most]}
        yield self.t("joint", branch=self._branch(root.id), bases=self._list(fitting))
        for n, one in best.items():
            yield "  – " + self._solution(n, one)
        clean = [n for n, one in best.items() if not any(one.missing.values())]
        if len(fitting) <= self.most and len(clean) == 1 and solved.tree.branches[1:]:
            yield self.t("only_clean", base=clean[0])
        shown = min(best.values(), key=lambda s: sum(s.missing.values()))
        yield from self._worked(solved.tree, shown)

    def _solution(self, n: int, one: Solution) -> str:
        counts = ", ".join(f"{name} = {k}" for name, k in one.counts.items())
        missing = ", ".join(self.t("missing_in", count=k, branch=self._branch(b)) for b, k in one.missing.items() if k)
        return self.t("solution", base=n, counts=counts, missing=missing or self.t("none_missing"))

    def _worked(self, tree: Tree, one: Solution) -> Iterator[str]:
        """The arithmetic of one branch, shown: the one that leaves the fewest bases."""
        with_shares = [b for b in tree.branches if any(p.share is not None for p in b.parts)]
        if not with_shares:
            return
        branch = min(with_shares, key=lambda b: len(bases(b, tree.top)))
        n = one.bases[branch.id]
        yield self.t("worked", branch=self._branch(branch.id), base=n)
        for part in branch.parts:
            if part.share is not None:
                exact = self._percent(Fraction(one.counts[part.id], n))
                yield "  – " + self.t("worked_line", count=one.counts[part.id], base=n, exact=exact,
                                      claim=self._claim(part.id))  # fmt: skip
        rest = n - sum(one.counts[p.id] for p in branch.parts)
        if branch.cover == "some" and rest > 0:
            yield "  – " + self.t("rest", count=rest, base=n)

    def _percent(self, share: Fraction) -> str:
        exact = Decimal(share.numerator) * 100 / Decimal(share.denominator)
        return (
            f"{exact.quantize(Decimal('0.0001'), rounding=ROUND_DOWN):f}".replace(".", self._marks.decimal)
            + self._marks.percent
        )

    def _change(self, change: Change) -> str:
        if change.kind in ("figure", "count"):
            printed = self._printed(change.printed) if change.printed is not None else ""
            return self.t("change_figure", claim=self._claim(change.id), printed=printed)
        if change.kind == "rounding":
            return self.t("change_rounding", rounding=self.t("rounding_" + change.id.replace(" ", "_")))
        return self.t(f"change_{change.kind}", branch=self._branch(change.id))

    def _printed(self, printed: Printed) -> str:
        digits = str(printed.digits).zfill(printed.decimals + 1)
        whole, rest = digits[: len(digits) - printed.decimals], digits[len(digits) - printed.decimals :]
        signs = self._marks
        return whole + (signs.decimal + rest if rest else "") + (signs.percent if printed.percent else "")

    def _mean(self, name: str, reason: str, n: int) -> str:
        claim = self.published.claims[name]
        sd = f"; SD {claim.sd}" if claim.sd else ""
        return self.t(f"mean_{reason or 'possible'}", claim=self._claim(name) + sd, n=n)

    def _sprite(self, found: list[dict[int, int]]) -> Iterator[str]:
        for one in found:
            yield "  " + self.t("sprite", answers=", ".join(f"{k} × {value}" for value, k in one.items()))

    def _p(self, p: float) -> str:
        return ("" if p >= 0.0001 else "<") + f"{max(p, 0.0001):.4f}".replace(".", self._marks.decimal)

    def _list(self, numbers: list[int]) -> str:
        shown = ", ".join(map(str, numbers[: self.most]))
        return shown if len(numbers) <= self.most else self.t("and_more", shown=shown, more=len(numbers) - self.most)
