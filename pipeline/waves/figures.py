"""Numbers by numbers: how a question's answers are distributed in a wave, beside those of the wave next to it.

A dictionary that says the same proves little: an amount in thousands, a missing code that nobody declared, two codes
without labels that changed places show in the numbers alone. Such a jump is a question to a person. Nothing is
weighted.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from pipeline.arrow import codes as codes_of
from pipeline.arrow import float_values, is_coded, is_number
from pipeline.codes import SYSTEM_MISSING
from pipeline.errors import PipelineError
from pipeline.files import read_file
from pipeline.paths import Layout
from pipeline.spec.model import Record, Variable
from pipeline.spss import model as spss
from pipeline.spss.model import code_text
from pipeline.waves.apply import array, texts
from pipeline.waves.missing import covered, none_answers
from pipeline.waves.proposal import Draft, number, percent, say

if TYPE_CHECKING:
    Floats = npt.NDArray[np.float64]

MOST_CODES = 200  # a variable with more distinct values is a quantity, whatever the codebook calls it
FEWEST = 8  # valid cases on each side; fewer say nothing of a jump
LEVEL = 5.0  # quartiles so many times as large as before are another unit, or another question
TURNED = 0.2  # shares at least so far apart that have changed places
JUMP = 0.4  # a share, or the share without an answer, that moved so far
SURE = 3.0  # standard errors beyond which a difference of shares is no chance
MOST_UNITS = 20_000  # an identifier of more units is not looked at code by code
SHOWN = 12  # codes in a line
_FACTORS = (10.0, 12.0, 100.0, 1000.0, 1936.27, 10_000.0, 100_000.0, 1_000_000.0)  # 1936.27: lire to the euro
_CODES = frozenset("789")


class Figures(Record):
    """A wave's answers to one question in the codebook's codes: ``cases`` in the file, ``valid`` answers among them.

    ``shares`` of the valid answers by code, for categories; ``quartiles``, ``mean``, ``low`` and ``high`` of numbers;
    ``units``: the codes of an identifier, by which a wave is linked with the next.
    """

    wave: str = ""
    cases: int
    valid: int
    shares: dict[str, float] = Field(default_factory=dict)
    quartiles: tuple[float, float, float] | None = None
    mean: float = 0.0
    low: float = 0.0
    high: float = 0.0
    units: tuple[str, ...] = ()

    @property
    def lacking(self) -> float:
        """The share of cases without a valid answer."""
        return 1 - self.valid / self.cases if self.cases else 0.0


class Beside(Record):
    """A wave's figures, by question: its own (``here``), and those of the wave next to it that has them (``before``).

    ``usable``: the questions that this wave may lend its figures of; the others wait for a person, or stay out.
    """

    here: dict[str, Figures] = Field(default_factory=dict)
    before: dict[str, Figures] = Field(default_factory=dict)
    usable: tuple[str, ...] = ()


class Held:
    """The distinct values of one column of a file and how many cases hold each, system-missing aside."""

    def __init__(self, column: Any) -> None:
        self.cases = len(column)
        if is_coded(column):  # a byte per case: counted without unfolding it
            place, numbers = codes_of(column)
            counts = np.bincount(place, minlength=len(numbers))
            there = (counts > 0) & ~np.isnan(numbers)
            self.values: npt.NDArray[Any] = numbers[there]
            self.counts = counts[there]
        elif not is_number(column):
            found = Counter(texts(array(column)).tolist())
            found.pop(SYSTEM_MISSING, None)
            self.values = np.array(sorted(found), dtype=object)
            self.counts = np.array([found[code] for code in self.values], dtype=np.int64)
        else:
            held = float_values(column)
            self.values, self.counts = np.unique(held[~np.isnan(held)], return_counts=True)


def figures(held: Held, variable: Variable, v: spss.Variable, codes: Mapping[str, str]) -> Figures | None:
    """The figures of a question as a mapping's ``codes`` lead it back; ``None`` where it has none to be compared."""
    if variable.categorical and variable.categories:
        if len(held.values) > MOST_CODES:
            return None
        out = {*none_answers(variable), SYSTEM_MISSING}
        counts: Counter[str] = Counter()
        for value, n in zip(held.values.tolist(), held.counts.tolist(), strict=True):
            code = value if isinstance(value, str) else code_text(float(value))
            counts[codes.get(code, code)] += n
        valid = {c: counts[c] for c in variable.categories if c not in out and not covered(variable.missing_range, c)}
        total = sum(valid.values())
        shares = {c: n / total for c, n in valid.items()} if total else {}
        return Figures(cases=held.cases, valid=total, shares=shares)
    if variable.kind == "identifier":
        units = _units(held, codes)
        return (
            Figures(cases=held.cases, valid=int(held.counts.sum()), units=units) if len(units) <= MOST_UNITS else None
        )
    if variable.kind != "numeric":
        return None
    values, n = amounts(held, variable, v, codes)
    total = int(n.sum())
    if not total:
        return Figures(cases=held.cases, valid=0)
    up = np.cumsum(n)
    low, middle, high = (float(values[np.searchsorted(up, q * total)]) for q in (0.25, 0.5, 0.75))
    return Figures(
        cases=held.cases, valid=total, quartiles=(low, middle, high), mean=float(values @ (n / total)),
        low=float(values[0]), high=float(values[-1]),
    )  # fmt: skip


def _units(held: Held, codes: Mapping[str, str]) -> tuple[str, ...]:
    found = (x if isinstance(x, str) else code_text(float(x)) for x in held.values.tolist())
    return tuple(sorted(codes.get(code, code) for code in found))


def amounts(
    held: Held, variable: Variable, v: spss.Variable, codes: Mapping[str, str]
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """The valid numbers of a quantity from the lowest, and how many cases hold each."""
    if held.values.dtype == object:
        pairs = [(x, n) for text, n in zip(held.values, held.counts, strict=True)
                 if (x := number(str(text).replace(",", "."))) is not None and np.isfinite(x)]  # fmt: skip
        values = np.array([x for x, _ in pairs], dtype=np.float64)
        counts = np.array([n for _, n in pairs], dtype=np.int64)
    else:
        values, counts = held.values, held.counts
    gone = [x for c in (*variable.missing, *codes) if (x := number(c)) is not None]
    kept = ~np.isin(values, gone) & np.isfinite(values)
    if v.kind == "numeric":
        kept &= ~v.missing.mask(values)
    span = variable.missing_range
    if span is not None:
        kept &= ~((values >= (span.low or -np.inf)) & (values <= (span.high or np.inf)))
    order = np.argsort(values[kept], kind="stable")
    return values[kept][order], counts[kept][order]


def lent(layout: Layout, waves: Sequence[str]) -> dict[str, Figures]:
    """The figures of each question in the nearest of some waves that asked it and may lend them."""
    found: dict[str, Figures] = {}
    for name in waves:
        try:
            one = Beside.model_validate(json.loads(read_file(layout.wave(name).figures)))
        except (OSError, ValueError, PipelineError):
            continue
        found = {question: one.here[question] for question in one.usable} | found
    return found


def line(one: Figures) -> str:
    """Figures as a person reads them beside others, in no language: ``n 96/98; 1 45.8%, 2 54.2%``."""
    base = f"n {one.valid}/{one.cases}"
    if one.quartiles is not None:
        ends = zip(("25%", "50%", "75%"), one.quartiles, strict=True)
        quartiles = ", ".join(f"{name} {value:.6g}" for name, value in ends)
        return f"{base}; {quartiles}; x̄ {one.mean:.6g}; min {one.low:.6g}, max {one.high:.6g}"
    shown = ", ".join(f"{code} {share:.1%}" for code, share in list(one.shares.items())[:SHOWN])
    more = " …" if len(one.shares) > SHOWN else ""
    return f"{base}; {shown}{more}" if shown else base


# ---------------------------------------------------------------- what is asked


def ask(held: Held, variable: Variable, v: spss.Variable, before: Figures | None, draft: Draft) -> None:
    """Ask about a jump of a question's numbers against ``before``, as the draft leads its answers back."""
    here = figures(held, variable, v, draft.codes)
    if here is not None and before is not None and variable.kind == "identifier":
        _written_otherwise(here, before, draft)
        return
    if here is None or before is None or "not" in draft.kinds or min(here.valid, before.valid) < FEWEST:
        return
    if here.quartiles is not None and before.quartiles is not None:
        if not _level(here, before, draft):
            _codes(*amounts(held, variable, v, draft.codes), here, before, draft)
    elif not _turned(here, before, variable, draft):
        _jumped(here, before, draft)
    if abs(here.lacking - before.lacking) >= JUMP and _sure(here.lacking, before.lacking, here.cases, before.cases):
        there, now = percent(before.lacking), percent(here.lacking)
        draft.add("figures", "same", say("evidence_base", wave=before.wave, before=there, here=now))


def _written_otherwise(here: Figures, before: Figures, draft: Draft) -> None:
    """Units that are those of the wave next to it but for noughts, capitals and signs: no panel would link them."""
    same = set(here.units) & set(before.units)
    mine, theirs = (_by_core([u for u in one.units if u not in same]) for one in (here, before))
    found = {mine[core]: theirs[core] for core in mine.keys() & theirs.keys()}
    if len(found) <= len(same) or 2 * len(found) < min(len(here.units), len(before.units)):
        return
    draft.codes.update(sorted(found.items()))
    first = next(iter(sorted(found.items())))
    draft.add("type", "mapped", say("evidence_units", count=len(found), total=len(here.units), wave=before.wave,
              code=first[0], target=first[1]), say("reason_units", wave=before.wave))  # fmt: skip


def _by_core(units: Sequence[str]) -> dict[str, str]:
    """What is left of each unit's code without capitals, signs and leading noughts, where that tells it apart."""
    cores = [re.sub(r"0*(\d)", r"\1", re.sub(r"\.0+$|[\W_]", "", unit.casefold()), count=1) for unit in units]
    several = Counter(cores)
    return {core: unit for core, unit in zip(cores, units, strict=True) if core and several[core] == 1}


def _level(here: Figures, before: Figures, draft: Draft) -> bool:
    """Quartiles that all are several times what they were: thousands, months, another currency."""
    pairs = [(a, b) for a, b in zip(here.quartiles or (), before.quartiles or (), strict=True) if a or b]
    if len(pairs) < 2 or any(a * b <= 0 for a, b in pairs):
        return False
    ratios = [a / b for a, b in pairs]
    if not (min(ratios) >= LEVEL or max(ratios) <= 1 / LEVEL):
        return False
    middle = float(np.median(ratios))
    factor = middle if middle > 1 else 1 / middle
    known = min(_FACTORS, key=lambda f: abs(np.log(factor / f)))
    shown = f"{known:g}" if abs(np.log(factor / known)) < 0.15 else f"{factor:.3g}"
    times = shown if middle > 1 else f"1/{shown}"
    both = {"wave": before.wave, "here": _quartiles(here), "before": _quartiles(before), "times": times}
    draft.add("figures", "not", say("evidence_level", **both), say("reason_level", **both))
    return True


def _quartiles(one: Figures) -> str:
    return "–".join(f"{q:.6g}" for q in one.quartiles or ())


def _codes(values: Floats, counts: npt.NDArray[np.int64], here: Figures, before: Figures, draft: Draft) -> None:
    """A number that looks like a missing code, was not there before and stands far from all others."""
    looks = np.array(
        [_looks_like_code(float(x)) for x in values[-3:]] + [_looks_like_code(float(x)) for x in values[:3]]
    )
    candidates = np.unique(np.concatenate((values[-3:], values[:3]))[looks]) if looks.size else values[:0]
    candidates = candidates[(candidates > before.high) | (candidates < before.low)]
    rest = ~np.isin(values, candidates)
    total = int(counts[rest].sum())
    if not candidates.size or not total:
        return
    others, up = values[rest], np.cumsum(counts[rest])
    low, high = (float(others[np.searchsorted(up, q * total)]) for q in (0.25, 0.75))
    room = max(3 * (high - low), 0.5 * abs(high))
    mean = float(others @ (counts[rest] / total))
    for code in candidates.tolist():
        n = int(counts[values == code][0])
        gap = min(abs(code - float(others[0])), abs(code - float(others[-1])))
        far = code > high + room or code < low - room or (code < 0 <= float(others[0]))
        if far or (n >= 3 and gap > 0.25 * (float(others[-1]) - float(others[0]))):
            text = code_text(code)
            draft.codes[text] = SYSTEM_MISSING
            draft.add("figures", "same", say("evidence_code_as_number", code=text, count=n, wave=before.wave,
                      mean=f"{here.mean:.6g}", without=f"{mean:.6g}"))  # fmt: skip


def _looks_like_code(value: float) -> bool:
    """9, 99, 999, 98, 8888, 9997, -1, -9, -99: what questionnaires keep for a missing answer."""
    text = code_text(value)
    if text.startswith("-"):
        return text[1:].isdigit() and (int(text[1:]) < 10 or set(text[1:]) <= _CODES)
    return text.isdigit() and set(text) <= _CODES and len(set(text[:-1])) <= 1


def _turned(here: Figures, before: Figures, variable: Variable, draft: Draft) -> bool:
    """Shares that have changed places: of two answers, or of a whole scale that runs the other way round."""
    codes = list(here.shares)
    old, new = (np.array([one.shares.get(c, 0.0) for c in codes]) for one in (before, here))
    turned: list[str] = []
    if variable.kind == "ordinal" and len(codes) > 2:
        straight, mirrored = np.abs(new - old).sum(), np.abs(new - old[::-1]).sum()
        far = max(range(len(codes)), key=lambda i: abs(new[i] - old[i]))
        if straight >= 2 * TURNED and mirrored < straight / 3 and _sure(new[far], old[far], here.valid, before.valid):
            turned = codes
    for i in range(len(codes)):
        for j in range(i + 1, len(codes)):
            moved = min(abs(new[i] - old[i]), abs(new[j] - old[j]))
            left = max(abs(new[i] - old[j]), abs(new[j] - old[i]))
            sure = all(_sure(new[k], old[k], here.valid, before.valid) for k in (i, j))
            if not turned and moved >= TURNED and left < moved / 3 and sure:
                turned = [codes[i], codes[j]]
    if not turned:
        return False
    shares = {"before": _shares(before, turned), "here": _shares(here, turned), "wave": before.wave}
    draft.add("figures", "not", say("evidence_turned", **shares), say("reason_turned", **shares))
    return True


def _jumped(here: Figures, before: Figures, draft: Draft) -> None:
    """A share that is far from what it was."""
    moved = [c for c in here.shares if abs(here.shares[c] - before.shares.get(c, 0.0)) >= JUMP]
    moved = [c for c in moved if _sure(here.shares[c], before.shares.get(c, 0.0), here.valid, before.valid)]
    if moved:
        shares = {"before": _shares(before, moved), "here": _shares(here, moved), "wave": before.wave}
        draft.add("figures", "not", say("evidence_jump", **shares), say("reason_jump", **shares))


def _shares(one: Figures, codes: list[str]) -> str:
    return ", ".join(f"{code} {percent(one.shares.get(code, 0.0))}" for code in codes)


def _sure(a: float, b: float, n: int, m: int) -> bool:
    """Whether two shares differ by more than chance gives: the pooled standard error of a difference."""
    p = (a * n + b * m) / (n + m)
    se = (p * (1 - p) * (1 / n + 1 / m)) ** 0.5
    return abs(a - b) > SURE * float(se)
