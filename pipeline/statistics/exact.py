"""Exact tests of independence given both margins: Fisher's (2×2 and r×c) and the exact chi-square test.

Given the margins a table has the multivariate hypergeometric probability Π row! Π column!/(N! Π cell!). The r×c
tests walk the network of Mehta and Patel (J. Am. Stat. Assoc. 78, 1983): columns are filled one after another, a node
is what remains of the row totals, and a path is settled as soon as the least and greatest statistic of its
completions lie on one side of the observed one. Beyond ``Options.enumeration_limit`` steps: seeded Monte Carlo.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.cells import expected_counts
from pipeline.statistics.core import Crosstab, Floats, Ints, Number, Options, not_computable, number
from pipeline.statistics.proportions import clopper_pearson
from pipeline.statistics.registry import Value, statistic
from pipeline.statistics.tables import DESIGN, is_two_by_two, naive_test_reason, nonempty, whole_counts

# Up to this many cases a 2×2 table is computed in integers, where a tie is a tie.
_INTEGER_CASES = 1_000
_MOST_CASES = 2_000_000
# Two tables whose (log) statistics differ by less are tied: rounding must not decide (R: relative error 1e-7).
_TIE = 1e-7
_MERGE = 1e9
# Numbers held at once: ways to fill a column, random tables.
_MOST_NUMBERS = 20_000_000

Rows = tuple[tuple[int, ...], ...]


# ---------------------------------------------------------------- 2×2


def hypergeometric_terms(rows: tuple[int, int], column: int) -> tuple[int, list[int]]:
    """First possible count of cell (1, 1) and C(row 1, k)·C(row 2, column 1 − k) for it and each next k, exactly."""
    first, second = rows
    low, high = max(0, column - second), min(first, column)
    term = math.comb(first, low) * math.comb(second, column - low)
    terms = [term]
    for k in range(low, high):
        term = term * (first - k) * (column - k) // ((k + 1) * (second - column + k + 1))
        terms.append(term)
    return low, terms


def log_hypergeometric(rows: tuple[int, int], column: int) -> tuple[int, Floats]:
    """As :func:`hypergeometric_terms`, in logarithms of probabilities."""
    first, second = rows
    low, high = max(0, column - second), min(first, column)
    k = np.arange(low, high, dtype=np.float64)
    steps = np.log((first - k) * (column - k)) - np.log((k + 1) * (second - column + k + 1))
    # Added up from the most probable table outwards: from one end the rounding would reach the digits that count.
    mode = int(np.count_nonzero(steps > 0))
    before, after = -steps[:mode][::-1].cumsum()[::-1], steps[mode:].cumsum()
    log = np.concatenate([before, [0.0], after])
    return low, np.asarray(log - math.log(float(np.exp(log).sum())))


def fisher_two_by_two(counts: Rows) -> tuple[float, float]:
    """Fisher's p of a 2×2 table: two-sided (all tables no more probable than this one) and the smaller tail."""
    (a, b), (c, d) = counts
    rows, column = (a + b, c + d), a + c
    if sum(rows) <= _INTEGER_CASES:
        low, terms = hypergeometric_terms(rows, column)
        total = math.comb(sum(rows), column)
        seen = terms[a - low]
        tail = min(sum(terms[: a - low + 1]), sum(terms[a - low :]))
        return sum(t for t in terms if t <= seen) / total, tail / total
    low, log = log_hypergeometric(rows, column)
    p = np.exp(log)
    two = float(p[log <= log[a - low] + _TIE].sum())
    return min(two, 1.0), min(float(p[: a - low + 1].sum()), float(p[a - low :].sum()), 1.0)


# ---------------------------------------------------------------- r×c: enumeration


@dataclass(frozen=True, slots=True)
class _Stage:
    """The ways to fill one column: edges sorted by node, ``start[node]`` to ``start[node + 1]``.

    ``child``: node of the next stage; ``gain``: what the column adds to the statistic; ``p``: its probability given
    the node.
    """

    start: Ints
    child: Ints
    gain: Floats
    p: Floats


Gain = Callable[[Ints, int], Floats]
"""What the cells of a column (shape (edges, rows)), whose total is given, add to a statistic. Small is extreme."""


def _fillings(nodes: Ints, total: int, limit: int) -> tuple[Ints, Ints] | None:
    """Every way to take ``total`` cases from the rows left at each node: (node of each way, ways (edges, rows)).

    ``None`` when there are more than ``limit``.
    """
    later = nodes[:, ::-1].cumsum(axis=1)[:, ::-1] - nodes
    owner = np.arange(len(nodes))
    left = np.full(len(nodes), total)
    columns: list[Ints] = []
    for i in range(nodes.shape[1]):
        low = np.maximum(left - later[owner, i], 0)
        count = np.minimum(nodes[owner, i], left) - low + 1
        size = int(count.sum())
        if size > limit or size * nodes.shape[1] > _MOST_NUMBERS:
            return None
        before = np.repeat(count.cumsum() - count, count)
        value = np.arange(size) - before + np.repeat(low, count)
        columns = [np.repeat(column, count) for column in columns]
        owner, left = np.repeat(owner, count), np.repeat(left, count) - value
        columns.append(value)
    return owner, np.stack(columns, axis=1)


def _log_factorials(n: int) -> Floats:
    from scipy.special import gammaln

    return np.asarray(gammaln(np.arange(n + 1) + 1.0))


def _network(rows: Ints, cols: Ints, gain: Gain, symmetric: bool, limit: int) -> list[_Stage] | None:
    """The stages of all but the last column's choice; ``None`` when they have more than ``limit`` edges."""
    log_factorial = _log_factorials(int(rows.sum()))
    radix = np.full(len(rows), int(rows.max()) + 1) if symmetric else rows + 1
    if float(np.prod(radix.astype(np.float64))) > 2**62:
        return None
    place = np.concatenate(([1], np.cumprod(radix[:-1])))
    nodes = (np.sort(rows) if symmetric else rows)[None, :]
    stages: list[_Stage] = []
    for column in cols.tolist():
        filled = _fillings(nodes, column, limit)
        if filled is None:
            return None
        owner, ways = filled
        limit -= len(owner)
        parent = nodes[owner]
        rest = parent - ways
        log_p = (log_factorial[parent] - log_factorial[ways] - log_factorial[rest]).sum(axis=1)
        size = int(nodes[0].sum())
        log_p -= log_factorial[size] - log_factorial[column] - log_factorial[size - column]
        if symmetric:
            rest = np.sort(rest, axis=1)
        codes, first, child = np.unique(rest @ place, return_index=True, return_inverse=True)
        start = np.searchsorted(owner, np.arange(len(nodes) + 1))
        stages.append(_Stage(start, child.reshape(-1), gain(ways, column), np.exp(log_p)))
        nodes = rest[first].reshape(len(codes), -1)
    return stages


def _bounds(stages: list[_Stage]) -> list[tuple[Floats, Floats]]:
    """For each stage the least and the greatest statistic that its nodes can still add."""
    least, most = np.zeros(1), np.zeros(1)
    found = [(least, most)]
    for stage in reversed(stages):
        least = np.minimum.reduceat(stage.gain + least[stage.child], stage.start[:-1])
        most = np.maximum.reduceat(stage.gain + most[stage.child], stage.start[:-1])
        found.append((least, most))
    return found[::-1]


def enumerate_p(rows: Ints, cols: Ints, gain: Gain, bound: float, symmetric: bool, limit: int) -> float | None:
    """P(statistic ≤ bound) over all tables with these margins; ``None`` when that takes more than ``limit`` steps.

    ``symmetric``: the statistic is the same when the row totals change places.
    """
    stages = _network(rows, cols, gain, symmetric, limit)
    if stages is None:
        return None
    bounds = _bounds(stages)
    node, past, weight = np.zeros(1, dtype=np.int64), np.zeros(1), np.ones(1)
    total, steps = 0.0, 0
    for stage, (least, most) in zip(stages, bounds[1:], strict=True):
        count = (stage.start[1:] - stage.start[:-1])[node]
        steps += int(count.sum())
        if steps > limit:
            return None
        before = np.repeat(count.cumsum() - count, count)
        edge = np.arange(int(count.sum())) - before + np.repeat(stage.start[node], count)
        child = stage.child[edge]
        reached = np.repeat(past, count) + stage.gain[edge]
        mass = np.repeat(weight, count) * stage.p[edge]
        inside = reached + most[child] <= bound
        total += float(mass[inside].sum())
        open_ = ~inside & (reached + least[child] <= bound)
        child, reached, mass = child[open_], reached[open_], mass[open_]
        key = np.rint(reached * _MERGE)
        order = np.lexsort((key, child))
        child, key, reached, mass = child[order], key[order], reached[order], mass[order]
        new = np.ones(len(child), dtype=bool)
        new[1:] = (child[1:] != child[:-1]) | (key[1:] != key[:-1])
        heads = np.flatnonzero(new)
        node, past = child[heads], reached[heads]
        weight = np.add.reduceat(mass, heads) if len(heads) else mass
        if not len(node):
            break
    return min(total, 1.0)


# ---------------------------------------------------------------- r×c: Monte Carlo


def random_tables(rows: Ints, cols: Ints, replicates: int, seed: int) -> Iterator[Ints]:
    """Random tables with these margins, in batches of shape (some, r, c) that add up to ``replicates``.

    With fewer cases than cells the cases are shuffled; else each cell is drawn hypergeometric given those before it.
    """
    draw = np.random.default_rng(seed)
    cells, cases = len(rows) * len(cols), int(rows.sum())
    batch = max(1, _MOST_NUMBERS // 10 // cells)
    row_of = np.repeat(np.arange(len(rows)), rows)
    col_of = np.repeat(np.arange(len(cols)), cols)
    for start in range(0, replicates, batch):
        size = min(batch, replicates - start)
        if cases <= cells:
            shuffled = draw.permuted(np.broadcast_to(col_of, (size, cases)), axis=1)
            cell = np.arange(size)[:, None] * cells + row_of * len(cols) + shuffled
            yield np.bincount(cell.ravel(), minlength=size * cells).reshape(size, len(rows), len(cols))
        else:
            yield _hypergeometric_tables(rows, cols, size, draw)


def _hypergeometric_tables(rows: Ints, cols: Ints, size: int, draw: np.random.Generator) -> Ints:
    left = np.broadcast_to(rows, (size, len(rows))).copy()
    found = np.zeros((size, len(rows), len(cols)), dtype=np.int64)
    for j, column in enumerate(cols[:-1].tolist()):
        wanted = np.full(size, column)
        others = left.sum(axis=1)
        for i in range(len(rows) - 1):
            others = others - left[:, i]
            taken = draw.hypergeometric(left[:, i], others, wanted)
            found[:, i, j] = taken
            wanted = wanted - taken
        found[:, -1, j] = wanted
        left -= found[:, :, j]
    found[:, :, -1] = left
    return found


def monte_carlo_p(extreme: int, replicates: int) -> tuple[float, float, float]:
    """p of a Monte Carlo test, (extreme + 1)/(replicates + 1), and the exact 99% interval of the p estimated.

    Davison and Hinkley, Bootstrap Methods, 1997, §4.2: the observed table counts as one replicate, so p is never 0.
    """
    low, high = clopper_pearson(extreme, replicates, 0.99)
    return (extreme + 1) / (replicates + 1), float(low), float(high)


# ---------------------------------------------------------------- the two tests


def _oriented(counts: Rows) -> Ints:
    """As an array with no more rows than columns, the largest columns first: the smallest network."""
    x = np.array(counts, dtype=np.int64)
    if x.shape[0] > x.shape[1]:
        x = x.T
    return np.ascontiguousarray(x[:, np.argsort(-x.sum(axis=0), kind="stable")])


def _exact(counts: Rows, options: Options, kind: str) -> Number:
    x = _oriented(counts)
    rows, cols = x.sum(axis=1), x.sum(axis=0)
    if kind == "probability":
        log_factorial = _log_factorials(int(x.sum()))

        def gain(ways: Ints, column: int) -> Floats:
            return np.asarray(-log_factorial[ways].sum(axis=1))

        def of_tables(tables: Ints) -> Floats:
            return np.asarray(-log_factorial[tables].sum(axis=(1, 2)))
    else:
        inverse = 1.0 / rows

        def gain(ways: Ints, column: int) -> Floats:
            return np.asarray(-(ways.astype(np.float64) ** 2 @ inverse) / column)

        def of_tables(tables: Ints) -> Floats:
            return np.asarray(-((tables.astype(np.float64) ** 2) / np.outer(rows, cols)).sum(axis=(1, 2)))

    observed = float(of_tables(x[None])[0])
    bound = observed + (_TIE if kind == "probability" else _TIE * abs(observed))
    p = enumerate_p(rows, cols, gain, bound, kind == "probability", options.enumeration_limit)
    if p is not None:
        return number(p, "exact")
    batches = random_tables(rows, cols, options.monte_carlo, options.seed)
    extreme = sum(int((of_tables(tables) <= bound).sum()) for tables in batches)
    value, low, high = monte_carlo_p(extreme, options.monte_carlo)
    return number(
        value, f"monte_carlo replicates={options.monte_carlo} seed={options.seed} low={low:.6g} high={high:.6g}"
    )


def _exact_reason(table: Crosstab) -> tuple[str, Rows]:
    reason = naive_test_reason(table)
    if reason:
        return reason, ()
    return whole_counts(table, _MOST_CASES)


def _worth_it(table: Crosstab) -> bool:
    table = nonempty(table)
    reason = naive_test_reason(table)
    if reason:
        return reason != DESIGN
    return table.w.shape == (2, 2) or bool((expected_counts(table.w) < 5).any())


@statistic(
    Value("fisher_p", "p", order=70, usual="tested", inferential=True),
    takes=Crosstab,
    applies=_worth_it,
)
def fisher(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Fisher's exact test (Fisher–Freeman–Halton beyond 2×2): p of all tables no more probable than the observed.

    Method ``exact`` or ``monte_carlo replicates=… seed=… low=… high=…`` (99% interval).
    """
    table = nonempty(table)
    reason, counts = _exact_reason(table)
    if reason:
        return {"fisher_p": not_computable(reason)}
    if table.w.shape == (2, 2):
        return {"fisher_p": number(fisher_two_by_two(counts)[0], "exact")}
    return {"fisher_p": _exact(counts, options, "probability")}


@statistic(
    Value("fisher_p_one_sided", "p", inferential=True),
    takes=Crosstab,
    applies=is_two_by_two,
)
def fisher_one_sided(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """The smaller tail of Fisher's exact test of a 2×2 table, as SPSS prints it."""
    table = nonempty(table)
    reason, counts = _exact_reason(table)
    if reason or table.w.shape != (2, 2):
        return {"fisher_p_one_sided": not_computable(reason or "not_two_by_two")}
    return {"fisher_p_one_sided": number(fisher_two_by_two(counts)[1], "exact")}


@statistic(
    Value("permutation_p", "p", order=80, inferential=True),
    takes=Crosstab,
    applies=_worth_it,
)
def permutation(table: Crosstab, options: Options) -> Mapping[str, Number]:
    """Exact p of Pearson's chi-square: the share of permutations whose chi-square is no smaller than the observed."""
    table = nonempty(table)
    reason, counts = _exact_reason(table)
    if reason:
        return {"permutation_p": not_computable(reason)}
    return {"permutation_p": _exact(counts, options, "chi2")}
