"""Answers that could have been given: distributions with a printed mean and standard deviation.

After SPRITE (Heathers, Anaya, van der Zee & Brown 2018): start with any answers of the right sum, then move two of
them apart or together until the sum of squares is right. Whole numbers throughout; the same seed, the same answers.
"""

from __future__ import annotations

from collections import Counter
from random import Random

from pipeline.audit.moments import Average, squares, sums

_MOVES = 2_000


def distributions(average: Average, n: int, wanted: int = 5, seed: int = 1, tries: int = 60) -> list[dict[int, int]]:
    """Up to ``wanted`` different distributions: from total of a case's items to how many cases have it."""
    if average.low is None or average.high is None or average.sd is None or n < 2:
        return []
    low, high = average.low * average.items, average.high * average.items
    targets = [(total, found) for total in sums(average, n) if (found := squares(average, n, total))]
    random = Random(seed)  # noqa: S311
    seen: dict[tuple[tuple[int, int], ...], None] = {}
    for _ in range(tries if targets else 0):
        total, wanted_squares = targets[int(random.random() * len(targets))]
        answers = _moved(_start(total, n, low, high, random), wanted_squares, low, high, random)
        if answers is not None:
            seen.setdefault(tuple(sorted(Counter(answers).items())))
        if len(seen) == wanted:
            break
    return [dict(one) for one in seen]


def _start(total: int, n: int, low: int, high: int, random: Random) -> list[int]:
    """Answers with a sum: evenly spread, then shaken."""
    quotient, rest = divmod(total, n)
    answers = [quotient + 1] * rest + [quotient] * (n - rest)
    for _ in range(n):
        i, j = int(random.random() * n), int(random.random() * n)
        if answers[i] < high and answers[j] > low and i != j:
            answers[i] += 1
            answers[j] -= 1
    return answers


def _moved(answers: list[int], wanted: range, low: int, high: int, random: Random) -> list[int] | None:
    """The answers after moves that bring their sum of squares into ``wanted``; none where it was not reached."""
    n = len(answers)
    now = sum(a * a for a in answers)
    for _ in range(_MOVES):
        if wanted[0] <= now <= wanted[-1]:
            return answers
        i, j = int(random.random() * n), int(random.random() * n)
        if i == j:
            continue
        up, down = (i, j) if (answers[i] >= answers[j]) == (now < wanted[0]) else (j, i)
        change = 2 * (answers[up] - answers[down] + 1)  # of the sum of squares: one answer up, another down
        if answers[up] < high and answers[down] > low and (change > 0) == (now < wanted[0]):
            answers[up] += 1
            answers[down] -= 1
            now += change
    return None
