"""Which variables a first report screens for what goes together: likely outcomes and breaks."""

from __future__ import annotations

from pipeline.spss.model import Dictionary
from pipeline.start.guess import Guess, Guesses
from pipeline.start.words import words

LEAST_CASES = 30
MOST_PAIRS = 600
MOST_READ = 50_000_000  # cases times pairs: what is counted in a second or two
MOST_CATEGORIES = 12  # of a variable whose table a person could take in


def screened(dictionary: Dictionary, guesses: Guesses) -> tuple[list[str], list[str], int]:
    """Rows and columns of the screening, and how many variables were left out because there are too many.

    Questions with categories and numbers; no identifiers, dates, texts, weights, and no items of check-all questions.
    All pairs where they are few enough; else the variables by which answers are usually broken down (sex, age, region
    …) against all others, in the file's order as far as they go.
    """
    if (dictionary.cases or 0) < LEAST_CASES:
        return [], [], 0
    members = {m for group in guesses.sets for m in (*group.members, *group.beside)}
    names = [
        v.name for v in dictionary.variables
        if v.name not in members and _useful(guesses.variables[v.name])
    ]  # fmt: skip
    most = min(MOST_PAIRS, MOST_READ // max(dictionary.cases or 1, 1))
    if len(names) * (len(names) - 1) // 2 <= most:
        return names, [], 0
    breaks = [name for name in names if _is_break(dictionary, name)]
    if not breaks:
        kept = names[: _side(most)]
        return kept, [], len(names) - len(kept)
    breaks = breaks[: max(1, _side(most))]
    rows = names[: most // len(breaks)]
    return rows, breaks, len(names) - len(set(rows) | set(breaks))


def _side(pairs: int) -> int:
    """How many variables have no more than so many pairs among themselves."""
    return int((1 + (1 + 8 * pairs) ** 0.5) / 2)


def _useful(g: Guess) -> bool:
    if g.kind in ("nominal", "ordinal"):
        gone = {code for code, _ in g.no_answer}
        answers = [code for code, _ in g.categories if code not in gone and code not in g.missing]
        return not g.metadata and 2 <= len(answers) <= MOST_CATEGORIES
    return g.kind == "numeric" and not (g.metadata or g.empty or g.constant is not None)


def _is_break(dictionary: Dictionary, name: str) -> bool:
    text = f"{name} {dictionary.variable(name).label}".replace("_", " ")
    return words("breaks").search(text) is not None
