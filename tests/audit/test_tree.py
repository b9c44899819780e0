"""The published figures about the 98 Planning Offices: counts and bases, found without being told."""

import time

from pipeline.audit.printed import Rounding, bounds, read
from pipeline.audit.repair import conflict, least_changes
from pipeline.audit.tree import Branch, Part, Solved, Tree, bases, feasible


def part(name: str, text: str, rounding: Rounding = "half up") -> Part:
    figure = read(text)
    assert figure is not None
    return Part(name, share=figure, rounding=rounding) if figure.percent else Part(name, count=figure)


def offices(maximum: int = 98, total: bool = True, missing: bool = True, p5: str = "63.9%") -> Tree:
    pair = (part("P2", "26.5%"), part("P3", "73.5%"))
    contracts = (part("P5", p5), part("P6", "29.5%"), part("P7", "4.9%"))
    return Tree(
        (
            Branch("forms", pair, of="P1" if total else "", cover="all"),
            Branch("new", (part("P4", "50%"),), of="P2", missing=missing),
            Branch("contracts", contracts, of="P3", missing=missing),
        ),
        maximum,
        part("P1", "98") if total else None,
    )


def test_each_branch_alone() -> None:
    forms, _, contracts = offices().branches
    assert bases(contracts, 98) == [61]
    assert bases(forms, 98) == [34, 49, 68, 83, 98]


def test_nobody_missing_inside_a_branch_leaves_one_total() -> None:
    tree = offices(missing=False)
    (only,) = Solved(tree).solutions(tree.branches[0])
    assert only.bases == {"forms": 83, "new": 22, "contracts": 61}
    assert only.counts == {"P2": 22, "P3": 61, "P4": 11, "P5": 39, "P6": 18, "P7": 3}


def test_98_needs_eleven_contract_forms_of_unknown_type() -> None:
    tree = offices()
    solved = Solved(tree)
    assert solved.bases(tree.branches[0]) == [83, 98]
    assert solved.best(tree.branches[0], 83).missing == {"new": 0, "contracts": 0}
    assert solved.best(tree.branches[0], 98).missing == {"new": 0, "contracts": 11}
    assert {s.missing["contracts"] for s in solved.solutions(tree.branches[0]) if s.bases["forms"] == 98} == {11}


def test_every_solution_by_trying_all_counts() -> None:
    """Plain enumeration of all counts, by the printed texts."""

    def shown(k: int, n: int, decimals: int) -> int:
        return (2 * k * 10 ** (2 + decimals) + n) // (2 * n)

    found = set()
    for n in range(1, 99):
        for a in range(n + 1):
            if shown(a, n, 1) != 265 or shown(n - a, n, 1) != 735:
                continue
            for m in range(1, a + 1):
                for b in range(1, n - a + 1):
                    halves = [k for k in range(m + 1) if shown(k, m, 0) == 50]
                    triples = [
                        (k, i, j)
                        for k in range(b + 1) if shown(k, b, 1) == 639
                        for i in range(b + 1 - k) if shown(i, b, 1) == 295
                        for j in range(b + 1 - k - i) if shown(j, b, 1) == 49
                    ]  # fmt: skip
                    found |= {(n, m, b, a, h, *t) for h in halves for t in triples}
    tree = offices()
    ours = Solved(tree).solutions(tree.branches[0])
    listed = [
        (*(s.bases[x] for x in ("forms", "new", "contracts")), *(s.counts[f"P{i}"] for i in (2, 4, 5, 6, 7)))
        for s in ours
    ]
    assert len(listed) == len(set(listed)) == 24
    assert set(listed) == found


def test_totals_up_to_ten_thousand_in_under_a_second() -> None:
    start = time.process_time()
    tree = offices(10_000, total=False)
    assert len(Solved(tree).bases(tree.branches[0])) > 9_000
    assert time.process_time() - start < 1


def test_a_misprint_is_found_with_the_least_change() -> None:
    tree = offices(p5="63.8%")  # 63.9 in print: no base up to 98 has 63.8 and 29.5 and 4.9
    assert not feasible(tree)
    assert "P5" in conflict(tree)
    changes = least_changes(tree)
    assert ("figure", "P5", read("63.9%")) in [(c.kind, c.id, c.printed) for c in changes]
    kept = conflict(tree)
    assert not feasible(_only(tree, list(kept)))
    for name in kept:  # without any one of them the others can hold
        assert feasible(_only(tree, [one for one in kept if one != name]))


def _only(tree: Tree, kept: list[str]) -> Tree:
    branches = [
        Branch(b.id, tuple(p if p.id in kept else Part(p.id) for p in b.parts), b.of, b.cover, b.missing)
        for b in tree.branches
    ]
    return Tree(tuple(branches), 98, tree.total if "P1" in kept else Part("P1"))


def test_counts_printed_beside_shares() -> None:
    right = Branch("sex", (Part("w", read("58.3%"), read("7")), Part("m", read("41.7%"), read("5"))), cover="all")
    assert bases(right, 100) == [12]
    wrong = Branch("sex", (Part("w", read("58.3%"), read("7")), Part("m", read("41.7%"), read("6"))), cover="all")
    assert bases(wrong, 100) == []


def test_overlapping_parts_may_sum_to_more_than_the_base() -> None:
    answers = (part("a", "90.0%"), part("b", "80.0%"))
    assert bases(Branch("x", answers, cover="overlapping"), 20) == [10, 20]
    assert bases(Branch("x", answers, cover="some"), 20) == []


def test_the_rules_of_rounding() -> None:
    def prints(k: int, n: int, text: str, rounding: Rounding) -> bool:
        return k in part("x", text, rounding).counts(n)[0][n:] and bases(
            Branch("x", (Part("x", read(text), read(str(k)), rounding),)), n
        )[-1:] == [n]

    # 1/16 = 6.25%, 3/16 = 18.75%
    assert prints(1, 16, "6.3%", "half up") and not prints(1, 16, "6.2%", "half up")
    assert prints(1, 16, "6.2%", "half even") and not prints(1, 16, "6.3%", "half even")
    assert prints(3, 16, "18.8%", "half even")
    assert prints(1, 16, "6.2%", "half down") and prints(1, 16, "6.2%", "truncation")
    assert prints(3, 16, "18.7%", "truncation") and not prints(3, 16, "18.8%", "truncation")
    assert all(prints(1, 16, text, "any") for text in ("6.2%", "6.3%"))


def test_figures_as_printed() -> None:
    assert (read("5.0").digits, read("5.0").decimals) == (50, 1)  # type: ignore[union-attr]
    assert read("26,5 %") == read("26.5%")
    assert read(".53") == read("0.53") and read("−0.2") == read("-0.2")
    assert read("1,234", whole=True).digits == read("1.234", whole=True).digits == 1234  # type: ignore[union-attr]
    assert [read(t) for t in ("", "about 5", "%", "1.2.3", "5e3")] == [None] * 5
    assert 0 in bounds(read("0.0"), "half up").wholes(3)  # type: ignore[arg-type]
