"""Single changes between the codebook's file and another, each with the verdict that a person would give.

Made by script and judged beforehand: ``comparable`` is what the proposal has to say, ``codes`` how it has to lead the
answers back, ``quiet`` that nothing is the matter at all. Everything that a change does not touch has to stay quiet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.waves.surveys import CASES, Question

_DAYS = tuple(date(2025, 3, 1) + timedelta(days=7 * i) for i in range(CASES))
AGREE = {1: "Strongly disagree", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Strongly agree"}
ENDS = {1: "Not at all", **dict.fromkeys(range(2, 7), ""), 7: "Completely"}
NONE = {98: "Don't know", 99: "Refused"}
YES = {0: "Not mentioned", 1: "Mentioned"}

BASE = {
    q.name: q
    for q in (
        Question("id", "Respondent number", values=tuple(f"R{i:03d}" for i in range(CASES)), kind="identifier"),
        Question("work", "Employment status", {1: "Employed", 2: "Unemployed", 3: "Retired", 4: "Other"}, NONE),
        Question("form", "Form of cooperation", {1: "Agreement", 2: "Contract", 3: "Consortium", 4: "No form"}, NONE),
        Question("region", "Region of residence", {1: "North", 2: "Centre", 3: "South", 4: "Islands"}),
        Question("age", "Age class", {1: "<40", 2: "40-64", 3: ">64"}, {9: "No answer"}, kind="ordinal"),
        Question("grade", "Rating of the agency", {1: "A-", 2: "A", 3: "A+"}, {9: "No answer"}, kind="ordinal"),
        Question("change", "Staff since 2020", {1: "Decreased", 2: "Unchanged", 3: "Increased"}, NONE, kind="ordinal"),
        Question("council", "Presence of a council", {1: "Presence", 2: "Absence"}, {9: "No answer"}),
        Question("agree_a", "Agreement: the plan is clear", AGREE, NONE, kind="ordinal"),
        Question("agree_b", "Agreement: the plan is fair", AGREE, NONE, kind="ordinal"),
        Question("agree_c", "Agreement: the plan is affordable", AGREE, NONE, kind="ordinal"),
        Question("ends", "Satisfaction with life", ENDS, NONE, kind="ordinal",
                 values=(1, 2, 3, 4, 5, 6, 7, 7, 6, 5, 98, 99)),
        Question("area_a", "Areas: Minors", YES), Question("area_b", "Areas: Elderly", YES),
        Question("income", "Monthly income of the household", missing={9999: "No answer"}, kind="numeric",
                 values=(*(900.0 + 100 * i for i in range(CASES - 1)), 9999.0)),
        Question("year", "Year of foundation", kind="numeric", values=tuple(1990.0 + i for i in range(CASES))),
        Question("day", "Day of the interview", kind="date", values=_DAYS),
        Question("land", "Country of birth", {"IT": "Italy", "FR": "France", "DE": "Germany"}),
        Question("note", "Remarks", kind="text", values=("fine", "") * (CASES // 2)),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Change:
    """One change of one question of the file, and the right verdict."""

    name: str
    of: str
    questions: dict[str, Question | None]
    comparable: str = "same"
    codes: dict[str, str] = field(default_factory=dict)
    quiet: bool = False
    status: str = ""
    in_file: str | None = ""
    reversed: bool = False

    def file(self) -> dict[str, Question]:
        """The questions of the changed file, in the codebook's order, new ones last."""
        found = {n: self.questions.get(n, q) for n, q in BASE.items()}
        found |= {n: q for n, q in self.questions.items() if n not in BASE}
        return {n: q for n, q in found.items() if q is not None}


def one(name: str, of: str, /, comparable: str = "same", codes: dict[str, str] | None = None, status: str = "",
        reversed: bool = False, **changes: Any) -> Change:  # fmt: skip
    """A change of one question by itself."""
    q = BASE[of].but(**changes)
    return Change(name, of, {of: q}, comparable, codes or {}, status=status, reversed=reversed, in_file=q.name)


def quiet(name: str, of: str, /, **changes: Any) -> Change:
    """A control: something that is no change."""
    return Change(f"control: {name}", of, {of: BASE[of].but(**changes)}, quiet=True)


def answers(of: str, **by: str) -> dict[Any, str]:
    """The answers with other labels under some codes (``_2``: code 2)."""
    changed = {int(code[1:]): label for code, label in by.items()}
    return {c: changed.get(c, label) for c, label in BASE[of].answers.items()} | {
        c: label for c, label in changed.items() if c not in BASE[of].answers
    }


def moved(of: str, to: dict[Any, Any]) -> dict[Any, str]:
    """The same labels under other codes (old → new), in the order of the new codes."""
    found = {to.get(c, c): label for c, label in BASE[of].answers.items()}
    return dict(sorted(found.items(), key=lambda pair: str(pair[0])))


# ---------------------------------------------------------------- the changes

TURNED = {"1": "5", "2": "4", "4": "2", "5": "1"}
RELABELLED = [  # question, code, the label it has now: another answer in each case
    ("age", 1, ">40"), ("age", 1, "<35"), ("age", 1, "40"), ("age", 2, "40-65"), ("age", 3, ">64 %"),
    ("grade", 1, "B-"), ("grade", 3, "A++"), ("grade", 2, "AA"),
    ("work", 1, "Self-employed"), ("work", 1, "Employed part-time"), ("work", 3, "Not retired"),
    ("work", 2, "Unemployed for a year"), ("form", 1, "Disagreement"), ("form", 1, "No agreement"),
    ("form", 2, "Contract 2024"), ("form", 2, "Subcontract"), ("form", 3, "Consortium of Municipalities"),
    ("form", 4, "Any form"), ("form", 4, "Other form"), ("region", 1, "North-East"), ("region", 2, "Centre-North"),
    ("region", 4, "Ireland"), ("change", 1, "Decreased by 10%"), ("change", 3, "Not increased"),
    ("change", 2, "Changed"), ("council", 2, "Absence of the mayor"), ("agree_a", 2, "Agree a little"),
    ("land", "IT", "Italian-speaking"),
]  # fmt: skip
REWORDED = [  # question, wording of another question
    ("income", "Net monthly income of the household"), ("income", "Yearly income of the household"),
    ("income", "Monthly income of the person"), ("income", "Monthly income of the household, €1000"),
    ("income", "Monthly income of the household (%)"), ("change", "Staff since 2015"), ("change", "Staff before 2020"),
    ("region", "Region of birth"), ("work", "Unemployment status"), ("work", "Employment status last year"),
    ("work", "Employment status of the mother"), ("council", "Absence of a council"),
    ("agree_a", "Agreement: the plan is unclear"), ("agree_a", "Agreement: the plan is not clear"),
    ("agree_a", "Agreement: the budget is clear"), ("agree_b", "Agreement: the plan is unfair"),
    ("year", "Year of dissolution"), ("day", "Day of the first contact"), ("grade", "Rating of the agency by users"),
    ("ends", "Dissatisfaction with life"), ("land", "Country of birth of the father"), ("area_a", "Areas: Adults"),
]  # fmt: skip


def coded() -> Iterator[Change]:
    """Nominal and ordinal answers."""
    for of, code, label in RELABELLED:
        new = {c: label if c == code else text for c, text in BASE[of].answers.items()}
        yield one(f"{of} {code} is {label}", of, "not", status="relabelled", answers=new)
    yield one("two answers swap", "work", "mapped", {"1": "2", "2": "1"}, answers=moved("work", {1: 2, 2: 1}))
    yield one("presence and absence swap", "council", "mapped", {"1": "2", "2": "1"},
              answers=moved("council", {1: 2, 2: 1}))  # fmt: skip
    yield one(
        "two signs swap", "age", "mapped", {"1": "3", "3": "1"}, reversed=True, answers=moved("age", {1: 3, 3: 1})
    )
    yield one("A+ and A- swap", "grade", "mapped", {"1": "3", "3": "1"}, reversed=True,
              answers=moved("grade", {1: 3, 3: 1}))  # fmt: skip
    yield one("increased and decreased swap", "change", "mapped", {"1": "3", "3": "1"}, reversed=True,
              answers=moved("change", {1: 3, 3: 1}))  # fmt: skip
    yield one("regions in turn", "region", "mapped", {"1": "2", "2": "3", "3": "1"},
              answers=moved("region", {1: 3, 2: 1, 3: 2}))  # fmt: skip
    yield one("regions the other way", "region", "mapped", {"1": "4", "2": "3", "3": "2", "4": "1"}, reversed=True,
              answers=moved("region", {1: 4, 2: 3, 3: 2, 4: 1}))  # fmt: skip
    yield one("codes shift by ten", "work", "mapped", {"11": "1", "12": "2", "13": "3", "14": "4"},
              answers=moved("work", {1: 11, 2: 12, 3: 13, 4: 14}))  # fmt: skip
    yield one("an answer more", "work", "not", status="added", answers=answers("work", _5="Student"))
    yield one(
        "an answer less", "work", "mapped", status="dropped", answers={1: "Employed", 2: "Unemployed", 4: "Other"}
    )
    yield one("an answer less and codes shift", "work", "mapped", {"3": "4"}, status="dropped",
              answers={1: "Employed", 2: "Unemployed", 3: "Other"})  # fmt: skip
    yield one("first answer gone and codes shift", "form", "mapped", {"1": "2", "2": "3", "3": "4"}, status="dropped",
              answers={1: "Contract", 2: "Consortium", 3: "No form"})  # fmt: skip
    yield one("a split", "form", "mapped", {"5": "2"}, status="split",
              answers={1: "Agreement", 2: "Contract with firms", 3: "Consortium", 4: "No form",
                       5: "Contract with bodies"})  # fmt: skip
    yield one("one part is no split", "form", "not",
              answers={1: "Agreement", 2: "Contract with firms", 3: "Consortium", 4: "No form"})  # fmt: skip
    yield one("a denied part is no split", "form", "not",
              answers={1: "Agreement", 2: "Contract with firms", 3: "Consortium", 4: "No form",
                       5: "No contract"})  # fmt: skip
    yield one("answers merged", "form", "not", status="merged",
              answers={1: "Agreement or contract", 3: "Consortium", 4: "No form"})  # fmt: skip
    yield one("singular and plural", "form", status="relabelled", answers=answers("form", _2="Contracts"))
    yield one("texts as codes by label", "land", "mapped", {"F": "FR", "D": "DE", "I": "IT"},
              answers={"I": "Italy", "F": "France", "D": "Germany"})  # fmt: skip
    yield one("numbers for texts", "land", "mapped", {"1": "IT", "2": "FR", "3": "DE"},
              answers={1: "Italy", 2: "France", 3: "Germany"})  # fmt: skip
    yield one("two texts swap", "land", "mapped", {"IT": "FR", "FR": "IT"},
              answers={"IT": "France", "FR": "Italy", "DE": "Germany"})  # fmt: skip


def scored() -> Iterator[Change]:
    """Scales with all points labelled and with their ends only."""
    for of in ("agree_a", "agree_b", "agree_c"):
        yield one(f"{of} reversed", of, "mapped", TURNED, reversed=True,
                  answers={6 - c: t for c, t in sorted(AGREE.items(), reverse=True)})  # fmt: skip
    yield one("a scale from nought", "agree_a", "mapped", {str(c - 1): str(c) for c in AGREE},
              answers={c - 1: t for c, t in AGREE.items()})  # fmt: skip
    yield one("without its middle", "agree_a", "not", {"3": "4", "4": "5"},
              answers={1: AGREE[1], 2: AGREE[2], 3: AGREE[4], 4: AGREE[5]})  # fmt: skip
    yield one("with two middles", "agree_a", "not", status="added",
              answers={**{c: AGREE[c] for c in (1, 2, 3)}, 4: "Somewhat agree", 5: "Agree", 6: "Strongly agree"},
              codes={"5": "4", "6": "5"})  # fmt: skip
    ends = {"values": (1, 2, 3, 4, 5, 6, 7, 7, 6, 5, 98, 99)}
    yield one("ends mirrored", "ends", "mapped", {str(c): str(8 - c) for c in (1, 2, 3, 5, 6, 7)}, reversed=True,
              answers={1: "Completely", **dict.fromkeys(range(2, 7), ""), 7: "Not at all"}, **ends)  # fmt: skip
    yield one("ends shifted", "ends", "mapped", {str(c): str(c + 1) for c in range(7)},
              answers={0: "Not at all", **dict.fromkeys(range(1, 6), ""), 6: "Completely"},
              values=(0, 1, 2, 3, 4, 5, 6, 6, 5, 4, 98, 99))  # fmt: skip
    for points in (5, 10, 11):
        yield one(f"stretched to {points}", "ends", "not",
                  answers={1: "Not at all", **dict.fromkeys(range(2, points), ""), points: "Completely"},
                  values=(*(1 + i % points for i in range(10)), points, 99))  # fmt: skip
    yield one(
        "another upper end", "ends", "not", answers={1: "Not at all", **dict.fromkeys(range(2, 7), ""), 7: "A lot"}
    )


def missing() -> Iterator[Change]:
    """Missing answers."""
    eight = {8: "Don't know", 9: "Refused"}
    for of in ("work", "change", "agree_b"):
        yield one(f"{of} 98, 99 are 8, 9", of, codes={"8": "98", "9": "99"}, status="missing", missing=eight)
    yield one("don't know and refused swap", "work", codes={"98": "99", "99": "98"}, status="missing",
              missing={98: "Refused", 99: "Don't know"})  # fmt: skip
    yield one("not asked comes in", "work", codes={"-1": "."}, status="missing", missing={**NONE, -1: "Not asked"})
    yield one("an answer is declared missing", "work", "not", status="missing", missing={**NONE, 4: "Other"},
              answers={1: "Employed", 2: "Unemployed", 3: "Retired"})  # fmt: skip
    yield one("a missing code means something", "work", "not", answers=answers("work", _98="Student"),
              missing={99: "Refused"})  # fmt: skip
    yield one("another missing code of a quantity", "income", codes={"8888": "9999"}, status="missing",
              missing={8888: "No answer"}, values=(*(900.0 + 100 * i for i in range(CASES - 1)), 8888.0))  # fmt: skip
    yield one("values called missing", "income", "not", status="missing", ranges=({"lo": 1500, "hi": 1800},))


def stored() -> Iterator[Change]:
    """Wordings, names, storage, numbers, texts, dates, identifiers, sets."""
    for of, wording in REWORDED:
        yield one(f"{of} asks {wording}", of, "not", status="reworded", label=wording)
    for of in ("work", "income", "day", "agree_a", "note"):
        yield one(f"{of} renamed", of, status="renamed", name=f"v_{of}")
    a, b = BASE["agree_a"], BASE["agree_b"]
    places: dict[str, Question | None] = {"agree_a": b.but(name="agree_a"), "agree_b": a.but(name="agree_b")}
    yield Change("two items change places", "agree_a", places,
                 status="renamed", in_file="agree_b")  # fmt: skip
    yield Change("not asked", "work", {"work": None}, "not", status="gone", in_file=None)
    yield one("a quantity asked in classes", "income", "not", status="type", missing={},
              answers={1: "Up to 1000", 2: "1001-2000", 3: "More"}, values=())  # fmt: skip
    yield one("a quantity with a labelled value", "income", "not", answers={5000: "5000 and more"},
              values=BASE["income"].values)  # fmt: skip
    yield one(
        "a year with a labelled value", "year", "not", answers={1990: "1990 or before"}, values=BASE["year"].values
    )
    yield one("a quantity as text", "year", status="type", values=tuple(str(1990 + i) for i in range(CASES)))
    yield one("a date as text", "day", "not", status="type", values=tuple(d.isoformat() for d in _DAYS))
    yield one("a date as a number", "day", "not", status="type", values=tuple(20250301.0 + i for i in range(CASES)))
    yield one("written-in texts", "work", "not", status="type", answers={}, missing={},
              values=tuple(f"my job is {i}" for i in range(CASES)))  # fmt: skip
    yield one("codes as text", "work", status="type", answers={str(c): t for c, t in BASE["work"].answers.items()},
              missing={str(c): t for c, t in NONE.items()}, values=("1", "2", "3", "4") * 3)  # fmt: skip
    yield one("a set counts the other way", "area_a", "mapped", {"0": "1", "1": "0"},
              answers={0: "Mentioned", 1: "Not mentioned"})  # fmt: skip
    yield one("an item in one and two", "area_b", "mapped", {"2": "0"}, answers={1: "Mentioned", 2: "Not mentioned"})
    yield one("an unknown code without a label", "region", "not", status="added", values=(1, 2, 3, 4, 7, 1) * 2)


def controls() -> Iterator[Change]:
    """What changes nothing."""
    yield Change("control: nothing", "work", {}, quiet=True)
    yield quiet("capitals and blanks", "work", label="EMPLOYMENT  status")
    yield quiet("a question number", "work", label="Q86a. Employment status")
    yield quiet("another number style", "income", label="12) Monthly income of the household")
    yield quiet("labels in capitals", "region", answers={c: t.upper() for c, t in BASE["region"].answers.items()})
    yield quiet("codes before labels", "form", answers={c: f"{c}. {t}" for c, t in BASE["form"].answers.items()})
    yield quiet("an answer that nobody gave", "work", values=(1, 2, 2, 3) * 3)
    yield quiet("other amounts", "income", values=tuple(950.0 + 90 * i for i in range(CASES)))
    yield quiet("later days", "day", values=tuple(d + timedelta(days=365) for d in _DAYS))
    yield quiet("other remarks", "note", values=tuple(f"remark {i}" for i in range(CASES)))
    yield quiet("other respondents", "id", values=tuple(f"R{i:03d}" for i in range(100, 100 + CASES)))
    yield quiet("a range that covers the same codes", "work", missing={}, ranges=({"lo": 98, "hi": 99},),
                answers={**BASE["work"].answers, **NONE})  # fmt: skip
    yield quiet("another word for refused", "work", missing={98: "Don't know", 99: "Refused to answer"})
    yield quiet("dashes in a class", "age", answers={1: "<40", 2: "40–64", 3: ">64"})
    yield quiet("other quotation marks", "council", answers={1: "“Presence”", 2: "Absence"})


CHANGES = [*coded(), *scored(), *missing(), *stored(), *controls()]
