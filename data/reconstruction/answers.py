"""Simulated answers of 98 Planning Offices, plausible together.

What is not simulated is how many offices have each form of associated management: 22 a new legal subject (11
of them a special consortium agency), 61 a contract form (39, 18, 3 and 1), 15 no answer. Up to 98 offices, and
with nobody missing within a branch, no other counts give all the percentages printed in Boccacin (2017).

Everything else follows from a few assumptions, each visible where it is used: mountain districts have more
municipalities and fewer partners; a new legal subject has more, and more stable, staff; trust grows with
meetings, and with an office's relational climate, a number that no question asks for; tables are judged by
that climate and by how the office governs its relations.

Only uniform numbers are drawn, from NumPy's RandomState, whose stream is frozen; the rest is arithmetic, so
the answers are the same with every version of every library.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np
from dictionary import AREAS, MENTIONS, PARTNERS, STRENGTHS, TABLES, VARIABLES
from remarks import REMARKS

MOUNTAIN, PLAIN, URBAN = 1, 2, 3
NEW_SUBJECT, CONTRACT = 1, 2
DONT_KNOW, NO_ANSWER = 8, 9
NO, YES = 0, 1

# Districts by province: mountain, plain or hill, urban. Plausible, and 98 in all; not the real list.
DISTRICTS = {
    "BG": (6, 6, 2),
    "BS": (5, 6, 2),
    "CO": (3, 4, 1),
    "CR": (0, 2, 1),
    "LC": (2, 0, 1),
    "LO": (0, 2, 1),
    "MB": (0, 1, 4),
    "MI": (0, 7, 10),
    "MN": (0, 5, 1),
    "PV": (2, 6, 1),
    "SO": (5, 0, 0),
    "VA": (3, 5, 4),
}

# Published shares as counts; the four new subjects after the first divide the other half of 22.
NEW_SUBJECTS = {1: 11, 2: 5, 3: 3, 4: 2, 5: 1}
CONTRACTS = {1: 39, 2: 18, 3: 3, 4: 1}
FORM_NOT_STATED = 15

FIRST_DAY = dt.date(2009, 1, 12)

Row = dict[str, Any]


class Draws:
    """Random draws built from uniform numbers alone."""

    def __init__(self, seed: int) -> None:
        self._uniform = np.random.RandomState(seed).random_sample

    def uniform(self) -> float:
        return float(self._uniform())

    def normal(self, mean: float = 0.0, sd: float = 1.0) -> float:
        # The stream holds zero, where the inverse has no value, once in 2**53 numbers.
        return mean + sd * NormalDist().inv_cdf(max(self.uniform(), 2.0**-54))

    def chance(self, probability: float) -> bool:
        return self.uniform() < probability

    def pick(self, weights: Mapping[Any, float]) -> Any:
        """One key, with probability proportional to its weight."""
        left = self.uniform() * sum(weights.values())
        for key, weight in weights.items():
            left -= weight
            if left < 0:
                return key
        return next(reversed(weights))

    def pick_several(self, weights: Mapping[Any, float], size: int) -> list[Any]:
        """Keys without repetition, in the order drawn: the likelier, the earlier."""
        rest = dict(weights)
        picked = []
        for _ in range(min(size, len(rest))):
            key = self.pick(rest)
            del rest[key]
            picked.append(key)
        return picked


@dataclass(frozen=True, slots=True)
class Office:
    """What drives an office's answers: its district, its form, and two numbers that are not in the file."""

    province: str
    territory: int
    municipalities: int
    residents: int
    climate: float  # relational climate: 0 for the average office, in standard deviations
    reticence: float  # multiplies the chance of leaving a question unanswered
    form: int = NO_ANSWER

    @property
    def mountain(self) -> bool:
        return self.territory == MOUNTAIN

    @property
    def urban(self) -> bool:
        return self.territory == URBAN

    @property
    def new_subject(self) -> bool:
        return self.form == NEW_SUBJECT


def simulate(seed: int) -> dict[str, list[Any]]:
    """Every variable of the dictionary as a list of 98 values, None for system-missing."""
    draws = Draws(seed)
    offices = planning_offices(draws)
    rows = [frame(draws, f"LO{number:02d}", FIRST_DAY, office) for number, office in enumerate(offices, start=1)]
    _form(draws, offices, rows)
    for office, row in zip(offices, rows, strict=True):
        interview(draws, office, row)
    add_remarks(draws, offices, rows)
    weigh(offices, rows)
    return {name: [row.get(name) for row in rows] for name in VARIABLES}


def planning_offices(draws: Draws) -> list[Office]:
    """The 98 offices with their forms: the first draws of :func:`simulate`."""
    return _with_forms(draws, _districts(draws))


def interview(draws: Draws, office: Office, row: Row) -> None:
    """The answers that follow from what the office is; ``row`` already holds its frame and form."""
    _areas_and_services(draws, office, row)
    _network(draws, office, row)
    _governance(draws, office, row)
    _strengths_and_weaknesses(draws, office, row)
    _staff(draws, office, row)


# --- the frame


def _districts(draws: Draws) -> list[Office]:
    typical = {MOUNTAIN: (21, 5.0, 42_000), PLAIN: (14, 4.5, 83_000), URBAN: (6, 2.2, 128_000)}
    offices = []
    for province, counts in DISTRICTS.items():
        for territory, count in zip((MOUNTAIN, PLAIN, URBAN), counts, strict=True):
            for _ in range(count):
                mean, sd, residents = typical[territory]
                municipalities = max(2, round(draws.normal(mean, sd)))
                size = residents * math.exp(draws.normal(0, 0.24)) * (municipalities / mean) ** 0.3
                climate = draws.normal() + (0.25 if territory == URBAN else -0.25 if territory == MOUNTAIN else 0)
                reticence = math.exp(draws.normal(0, 0.8))
                offices.append(Office(province, territory, municipalities, round(size), climate, reticence))
    return offices


def _with_forms(draws: Draws, offices: Sequence[Office]) -> list[Office]:
    # Reticent offices leave the question blank; large ones outside the mountains create a new subject.
    keep_silent = _choose(
        draws, [0.7 * math.log(office.reticence) + 0.4 * office.mountain for office in offices], FORM_NOT_STATED
    )
    create = _choose(
        draws,
        [
            -math.inf
            if number in keep_silent
            else 0.9 * math.log(office.residents / 80_000) + 0.3 * office.climate - 0.5 * office.mountain
            for number, office in enumerate(offices)
        ],
        sum(NEW_SUBJECTS.values()),
    )
    forms = [
        NO_ANSWER if number in keep_silent else NEW_SUBJECT if number in create else CONTRACT
        for number in range(len(offices))
    ]
    return [replace(office, form=form) for office, form in zip(offices, forms, strict=True)]


def _choose(draws: Draws, scores: Sequence[float], size: int) -> set[int]:
    """Exactly ``size`` positions, the likelier the higher their score (with Gumbel noise)."""
    noisy = [score - math.log(-math.log(max(draws.uniform(), 2.0**-54))) for score in scores]
    return set(sorted(range(len(noisy)), key=lambda place: -noisy[place])[:size])


def frame(draws: Draws, code: str, first_day: dt.date, office: Office) -> Row:
    """Where the office is, and when (within eleven weeks) and how it was interviewed."""
    day = first_day + dt.timedelta(days=7 * int(11 * draws.uniform()) + int(5 * draws.uniform()))
    return {
        "codice": code,
        "provincia": office.province,
        "territorio": office.territory,
        "comuni": office.municipalities,
        "residenti": office.residents,
        "data_int": None if draws.chance(0.04) else day,
        "modo_int": draws.pick({1: 62, 2: 24 + 20 * office.mountain, 3: 14}),
    }


# --- the form of associated management


def _form(draws: Draws, offices: Sequence[Office], rows: Sequence[Row]) -> None:
    for form, name, counts in (
        (NEW_SUBJECT, "tipo_sogg", NEW_SUBJECTS),
        (CONTRACT, "tipo_contr", CONTRACTS),
    ):
        places = [place for place, office in enumerate(offices) if office.form == form]
        kinds = [kind for kind, count in counts.items() for _ in range(count)]
        order = sorted(places, key=lambda _: draws.uniform())
        for place, kind in zip(order, kinds, strict=True):
            rows[place][name] = kind
    for office, row in zip(offices, rows, strict=True):
        row["forma"] = office.form
        if office.form == CONTRACT:
            row["capofila"] = draws.pick({1: 40, 2: 55, 4: 5}) if office.mountain else draws.pick({1: 86, 3: 9, 4: 5})
            reasons = {1: 30, 2: 22 + 12 * office.mountain, 3: 16, 4: 12 + 8 * office.mountain, 5: 8, 6: 4}
            row["motivo_no"] = or_missing(draws, office, draws.pick(reasons), dont_know=0.05, no_answer=0.04)
        if office.form != NO_ANSWER:
            # Contracts came with the first Zone Plans of 2002, new subjects mostly with the second.
            year = draws.normal(2005.4, 1.5) if office.new_subject else draws.normal(2002.9, 1.6)
            started = min(max(round(year), 1998), 2008)
            row["anno_avvio"] = or_missing(draws, office, started, dont_know=0.04, no_answer=0.02, codes=(9998, 9999))


def or_missing(
    draws: Draws,
    office: Office,
    answer: Any,
    *,
    dont_know: float = 0.0,
    no_answer: float = 0.01,
    codes: tuple[int, int] = (DONT_KNOW, NO_ANSWER),
) -> Any:
    """The answer, or one of the two missing codes; reticent offices refuse more often."""
    chance = draws.uniform()
    refuse = min(no_answer * office.reticence, 0.3)
    return codes[1] if chance < refuse else codes[0] if chance < refuse + dont_know else answer


# --- areas and services run in association


def _areas_and_services(draws: Draws, office: Office, row: Row) -> None:
    areas = {
        "area_fam": 0.92,
        "area_anz": 0.84,
        "area_dis": 0.80,
        "area_gio": 0.40,
        "area_imm": 0.34 + 0.22 * office.urban,
        "area_dip": 0.24,
        "area_pov": 0.30 + 0.12 * office.urban,
        "area_acc": 0.56 + 0.16 * office.new_subject,
    }
    silent = draws.chance(min(0.025 * office.reticence, 0.3))
    for name in AREAS:
        mentioned = draws.chance(areas[name] + 0.04 * office.new_subject)
        row[name] = NO_ANSWER if silent else int(mentioned)
    services = {
        1: 9.0 + 4 * office.mountain,
        2: 8.5,
        3: 7.0 + 2 * office.mountain,
        4: 2.6,
        5: 2.2 + 1.2 * office.new_subject,
        6: 1.6 + 1.4 * office.new_subject,
        7: 1.8,
        8: 2.0,
        9: 0.7 + 1.0 * office.urban,
        10: 0.5,
    }
    size = draws.pick({2: 18, 3: 42, 4: 40 + 30 * office.new_subject})
    named = draws.pick_several(services, size)
    _fill(row, [f"serv_{number}" for number in range(1, len(MENTIONS) + 1)], named)
    if draws.chance(min(0.025 * office.reticence, 0.3)):
        _fill(row, [f"serv_{number}" for number in range(1, len(MENTIONS) + 1)], [99])


def _fill(row: Row, names: Sequence[str], answers: Sequence[Any]) -> None:
    """Answers into the first variables, system-missing in those left over."""
    for number, name in enumerate(names):
        row[name] = answers[number] if number < len(answers) else None


# --- the network of relations


@dataclass(frozen=True, slots=True)
class PartnerType:
    """How an average office stands with one type of partner."""

    present: float  # log-odds of being a partner
    meetings: float  # mean of the 1-5 answer
    agreement: float  # log-odds of a formal agreement
    trust: float  # mean of the 1-5 answer
    roles: tuple[int, int, int, int]  # weights: plans, manages, funds, delivers


PARTNER_TYPES = {
    "com": PartnerType(4.5, 4.5, 2.6, 3.9, (58, 14, 26, 2)),
    "asl": PartnerType(2.6, 3.8, 1.3, 3.3, (46, 14, 12, 28)),
    "pro": PartnerType(1.1, 2.6, 0.3, 2.9, (32, 4, 54, 10)),
    "coo": PartnerType(2.9, 3.8, 1.1, 3.7, (14, 34, 2, 50)),
    "vol": PartnerType(1.9, 3.2, -0.4, 3.7, (20, 8, 2, 70)),
    "ass": PartnerType(0.8, 2.8, -0.8, 3.4, (26, 10, 2, 62)),
    "fon": PartnerType(0.2, 2.1, -0.3, 3.1, (8, 6, 74, 12)),
    "par": PartnerType(0.5, 2.4, -1.5, 3.3, (8, 8, 8, 76)),
    "ist": PartnerType(0.6, 2.7, 0.2, 3.1, (8, 28, 2, 62)),
    "imp": PartnerType(-1.5, 1.8, -0.8, 2.4, (4, 8, 46, 42)),
}


def _network(draws: Draws, office: Office, row: Row) -> None:
    refuses_trust = draws.chance(min(0.03 * office.reticence, 0.3))
    for suffix in PARTNERS:
        kind = PARTNER_TYPES[suffix]
        remote = office.mountain and suffix != "com"
        log_odds = kind.present + 0.5 * office.climate - 1.1 * remote + 0.4 * office.urban
        partner = draws.chance(_logistic(log_odds))
        stated = or_missing(draws, office, int(partner), no_answer=0.006)
        row[f"part_{suffix}"] = stated
        meetings = _step(
            kind.meetings + 0.25 * office.climate - 0.45 * remote + 0.15 * office.urban + draws.normal(0, 0.9)
        )
        agreed = draws.chance(_logistic(kind.agreement + 0.45 * office.new_subject + 0.35 * (meetings - 3)))
        weights = dict(zip((1, 2, 3, 4), kind.roles, strict=True))
        if suffix == "com" and office.new_subject:
            weights = {1: 62, 2: 3, 3: 34, 4: 1}  # the new subject manages in the municipalities' place
        role = draws.pick(weights)
        nearness = 0.38 * (meetings - kind.meetings) + 0.15 * agreed if partner else -0.55
        trust = _step(kind.trust + 0.5 * office.climate + nearness + draws.normal(0, 0.65))
        unknown = 0.005 if partner else 0.10 if suffix == "imp" else 0.03
        trusted = or_missing(draws, office, trust, dont_know=unknown, no_answer=0.003)
        row[f"fid_{suffix}"] = NO_ANSWER if refuses_trust else trusted
        if stated == YES:
            row[f"freq_{suffix}"] = or_missing(draws, office, meetings, dont_know=0.01, no_answer=0.006)
            row[f"acc_{suffix}"] = or_missing(draws, office, int(agreed), no_answer=0.008)
            row[f"rol_{suffix}"] = or_missing(draws, office, role, no_answer=0.012)


def _step(value: float) -> int:
    """A latent value as an answer from 1 to 5, half up."""
    return min(max(math.floor(value + 0.5), 1), 5)


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))


# --- governance


def _governance(draws: Draws, office: Office, row: Row) -> None:
    modes = {
        1: math.exp(0.5 - 0.6 * office.climate + 0.4 * office.mountain),
        2: math.exp(0.9 + 0.1 * office.climate),
        3: math.exp(-0.5 + 0.6 * office.new_subject),
        4: math.exp(-0.9 + 0.7 * office.climate),
    }
    mode = draws.pick(modes)
    row["gov_modo"] = or_missing(draws, office, mode, dont_know=0.04, no_answer=0.015)
    tables = draws.chance(0.78 if office.mountain else 0.90)
    row["tavoli"] = or_missing(draws, office, int(tables), no_answer=0.006)
    by_mode = {1: -0.45, 2: 0.2, 3: -0.05, 4: 0.4}
    quality = 0.55 * office.climate + by_mode[mode] + draws.normal(0, 0.85)
    row["_tables_quality"] = quality  # also decides whether the tables are named as a weak point
    if row["tavoli"] != YES:
        return
    row["tav_giud"] = or_missing(draws, office, _step(3 + quality), dont_know=0.02, no_answer=0.008)
    for name, mean in zip(TABLES, (3.0, 3.3, 2.8, 2.6), strict=True):
        answer = _step(mean + 0.75 * quality + draws.normal(0, 0.65))
        row[name] = or_missing(draws, office, answer, dont_know=0.02, no_answer=0.006)


# --- strong and weak points


def _strengths_and_weaknesses(draws: Draws, office: Office, row: Row) -> None:
    strengths = {
        "for_acc": 0.56 + 0.18 * office.mountain,
        "for_vic": 0.58 + 0.08 * office.mountain,
        "for_per": 0.86 if office.new_subject else 0.34,
        "for_ris": 0.24 + 0.14 * office.new_subject,
        "for_ret": min(max(0.26 + 0.12 * office.climate, 0.02), 0.8),
    }
    silent = draws.chance(min(0.025 * office.reticence, 0.3))
    for name in STRENGTHS:
        mentioned = draws.chance(strengths[name])
        row[name] = NO_ANSWER if silent else int(mentioned)
    weaknesses = {
        1: 1.6 if office.new_subject else 3.4,
        2: 2.4 * math.exp(-0.25 * office.climate),
        3: 2.2 * math.exp(-0.9 * row.pop("_tables_quality")) if row["tavoli"] == YES else 0.2,
        4: 1.3,
        5: 0.3 if office.new_subject else 1.3,
        6: 0.8 + 0.9 * office.mountain,
        7: 0.25,
    }
    row.pop("_tables_quality", None)
    named = draws.pick_several(weaknesses, draws.pick({1: 22, 2: 48, 3: 30}))
    if draws.chance(min(0.025 * office.reticence, 0.3)):
        named = [99]
    _fill(row, ("deb_1", "deb_2", "deb_3"), named)


# --- staff


def _staff(draws: Draws, office: Office, row: Row) -> None:
    size = math.exp(math.log(8.5) + 0.4 * math.log(office.residents / 80_000) + draws.normal(0, 0.3))
    staff = max(1.0, round(2 * size * (1.4 if office.new_subject else 1.0)) / 2)
    chance = draws.uniform()
    row["fte"] = 997.0 if chance < 0.02 else 998.0 if chance < 0.05 else 999.0 if chance < 0.07 else staff
    stable = 52 + 22 * office.new_subject - 4 * office.mountain + draws.normal(0, 13)
    row["stabili"] = or_missing(draws, office, min(max(round(stable), 5), 100), no_answer=0.03, codes=(999, 999))


# --- free text


def add_remarks(draws: Draws, offices: Sequence[Office], rows: Sequence[Row]) -> None:
    """Each remark at most once, and only where the rest of the answers allows it."""
    unused = list(REMARKS)
    for office, row in zip(offices, rows, strict=True):
        row["nota"] = ""
        fitting = [remark for remark in unused if remark.fits(row)]
        if fitting and draws.chance(0.30 + 0.05 * office.climate + 0.12 * (row["modo_int"] == 1)):
            remark = fitting[int(draws.uniform() * len(fitting))]
            unused.remove(remark)
            row["nota"] = remark.text


# --- the weight


def weigh(offices: Sequence[Office], rows: Sequence[Row]) -> None:
    """Offices over offices that stated their form, by territory and size; none for those that did not."""
    middle = sorted(office.residents for office in offices)[len(offices) // 2]
    cells: dict[tuple[int, bool], list[Row]] = {}
    for office, row in zip(offices, rows, strict=True):
        cells.setdefault((office.territory, office.residents >= middle), []).append(row)
    for members in cells.values():
        stated = [row for row in members if row["forma"] != NO_ANSWER]
        for row in stated:
            row["peso"] = round(len(members) / len(stated), 6)
