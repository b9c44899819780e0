"""Exports as survey tools write them to SPSS, made from the tools' public documentation, each with what a market
researcher would set up by hand.

Names, labels and codes are as the tools write them. Qualtrics: "Question - Item", "Selected Choice", ``_TEXT``,
``_DO_``, 1 or empty. SurveyMonkey: ``q0003_0001``, own code or empty. LimeSurvey: "[Item] Question", "Y" or "". KoBo
and ODK: codes in one text, "Question :: Item". SoSci Survey: ``AB01_02``, 1 and 2, ``MISSREL``. Google Forms: texts,
"Question [Item]".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal

from tests.start.bank import BANKS, Bank

NOTHING = float("nan")
ROWS = 80
Role = Literal["metadata", "text", "nominal", "ordinal", "numeric", "date", "identifier"]


@dataclass(frozen=True, slots=True)
class Expected:
    """A group that a market researcher would set up, of one of ``kinds``."""

    kinds: tuple[str, ...]
    members: tuple[str, ...]
    title: str
    beside: tuple[str, ...] = ()


@dataclass
class Export:
    """A file in the making, and what is right about it. ``roles``: of variables in no group."""

    random: Random
    columns: dict[str, list[object]] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[object, str]] = field(default_factory=dict)
    formats: dict[str, str] = field(default_factory=dict)
    missing: dict[str, list[float]] = field(default_factory=dict)
    groups: list[Expected] = field(default_factory=list)
    roles: dict[str, tuple[Role, ...]] = field(default_factory=dict)

    def add(
        self, name: str, column: Sequence[object], label: str = "", values: dict[object, str] | None = None,
        *roles: Role,
    ) -> None:  # fmt: skip
        """A column; without a role it belongs to a group."""
        self.columns[name] = list(column)
        if label:
            self.labels[name] = label
        if values:
            self.values[name] = values
        if roles:
            self.roles[name] = roles

    def tool(self, name: str, column: Sequence[object], label: str = "") -> None:
        """A column that the tool writes of itself."""
        self.add(name, column, label, None, "metadata")

    def some(self, *choices: object, weights: Sequence[float] | None = None) -> list[object]:
        return self.random.choices(choices, weights, k=ROWS)

    def write(self, path: Path) -> None:
        import pandas as pd
        import pyreadstat

        pyreadstat.write_sav(
            pd.DataFrame(self.columns), str(path), column_labels=self.labels, variable_value_labels=self.values,
            variable_format=self.formats, missing_ranges=self.missing,
        )  # fmt: skip

    # ---------------------------------------------------------------- answers

    def crossed(self, items: int) -> list[list[bool]]:
        """Who crossed each item; the last is a rare "other", and nobody is sure to have crossed any."""
        share = [*[0.6, 0.45, 0.35, 0.2, 0.15, 0.1][: items - 1], 0.08]
        found = [[self.random.random() < p for _ in range(ROWS)] for p in share]
        for row in found:
            row[self.random.randrange(ROWS)] = True
            row[0] = False
        return found

    def written(self, crossed: Sequence[bool]) -> list[object]:
        return [self.random.choice(("podcasts", "a friend", "the bus stop")) if c else "" for c in crossed]

    def ranks(self, items: int) -> list[list[object]]:
        rows = [self.random.sample(range(1, items + 1), items) for _ in range(ROWS)]
        return [[float(row[i]) for row in rows] for i in range(items)]

    def points(self, items: int) -> list[list[object]]:
        rows = []
        for _ in range(ROWS):
            cuts = sorted(self.random.choices(range(0, 101, 10), k=items - 1))
            rows.append([b - a for a, b in zip([0, *cuts], [*cuts, 100], strict=True)])
        return [[float(row[i]) for row in rows] for i in range(items)]

    def comments(self, bank: Bank) -> list[object]:
        return [f"{self.random.choice(bank.comments)} {self.random.choice(bank.comments)} {i}" if i % 3 else ""
                for i in range(ROWS)]  # fmt: skip

    def coded(self, scale: Sequence[str], least: int = 1) -> tuple[list[object], dict[object, str]]:
        values: dict[object, str] = {float(i): text for i, text in enumerate(scale, start=least)}
        return self.some(*values), values

    def digits(self, length: int) -> str:
        return "".join(self.random.choice("0123456789abcdef") for _ in range(length))

    def moments(self, form: str = "%Y-%m-%d %H:%M:%S") -> list[object]:
        from datetime import datetime, timedelta

        start = datetime(2026, 3, 1, 8)
        return [
            (start + timedelta(minutes=37 * i, seconds=self.random.randrange(60))).strftime(form) for i in range(ROWS)
        ]

    def uuids(self) -> list[object]:
        return ["-".join(self.digits(n) for n in (8, 4, 4, 4, 12)) for _ in range(ROWS)]

    def addresses(self) -> list[object]:
        return [".".join(str(self.random.randrange(1, 255)) for _ in range(4)) for _ in range(ROWS)]


SETS = ("dichotomies", "categories")


def qualtrics(e: Export, b: Bank, variant: int) -> None:
    """1 or empty (variant 0), or 0/1 where unanswered fields are recoded (variant 1)."""
    e.tool("StartDate", e.moments(), "Start Date")
    e.tool("EndDate", e.moments(), "End Date")
    e.add("Status", e.some(0.0, weights=[1]), "Response Type", {0.0: "IP Address", 1.0: "Survey Preview"}, "metadata")
    e.tool("IPAddress", e.addresses(), "IP Address")
    e.tool("Progress", e.some(100.0, 64.0, weights=[9, 1]), "Progress")
    e.add("Duration__in_seconds_", [float(e.random.randrange(90, 2000)) for _ in range(ROWS)], "Duration (in seconds)",
          None, "metadata")  # fmt: skip
    e.add("Finished", e.some(0.0, 1.0, weights=[1, 9]), "Finished", {0.0: "False", 1.0: "True"}, "metadata")
    e.tool("RecordedDate", e.moments(), "Recorded Date")
    e.tool("ResponseId", [f"R_{e.digits(15)}" for _ in range(ROWS)], "Response ID")
    for name in ("RecipientLastName", "RecipientFirstName", "RecipientEmail", "ExternalReference"):
        e.tool(name, [""] * ROWS, name)
    e.tool("LocationLatitude", [str(41 + i / 100) for i in range(ROWS)], "Location Latitude")
    e.tool("DistributionChannel", e.some("anonymous", "email"), "Distribution Channel")
    e.tool("UserLanguage", ["EN"] * ROWS, "User Language")
    e.tool("Q_RecaptchaScore", e.some(0.9, 1.0, 0.7), "Q_RecaptchaScore")
    e.tool("Q1_First_Click", [e.random.random() * 9 for _ in range(ROWS)], "Timing - First Click")
    e.tool("Q1_Page_Submit", [e.random.random() * 90 for _ in range(ROWS)], "Timing - Page Submit")
    items = (*b.media_items, b.other)
    crossed = e.crossed(len(items))
    names = tuple(f"Q3_{i}" for i in range(1, len(items) + 1))
    for name, item, row in zip(names, items, crossed, strict=True):
        choice = " - Selected Choice" if variant else ""
        e.add(
            name, [1.0 if x else (0.0 if variant else NOTHING) for x in row], f"{b.media}{choice} - {item}", {1.0: item}
        )
    e.add(f"{names[-1]}_TEXT", e.written(crossed[-1]), f"{b.media} - {b.other} - Text")
    e.groups.append(Expected(("dichotomies",), names, b.media, (f"{names[-1]}_TEXT",)))
    for i, item in enumerate(items, start=1):
        e.tool(f"Q3_DO_{i}", e.ranks(len(items))[i - 1], f"{b.media} - Display Order - {item}")
    grid = tuple(f"Q4_{i}" for i in range(1, 5))
    for name, item in zip(grid, b.grid_items, strict=True):
        e.add(name, *_with_label(e.coded(b.agree), f"{b.grid} - {item}"))
    e.groups.append(Expected(("battery",), grid, b.grid))
    column, values = e.coded((*b.regions, b.other))
    e.add("Q5", column, f"{b.region} - Selected Choice", values, "nominal")
    e.add(
        "Q5_5_TEXT",
        ["abroad" if x == 5 else "" for x in column],
        f"{b.region} - {b.other} - Text",
        None,
        "text",
        "nominal",
    )
    e.add("Q6_NPS_GROUP", e.some(1.0, 2.0, 3.0), f"{b.recommend} - Group",
          {1.0: "Detractor", 2.0: "Passive", 3.0: "Promoter"}, "ordinal")  # fmt: skip
    e.add("Q6", e.some(*map(float, (0, 3, 5, 6, 7, 8, 9, 10))), b.recommend, None, "ordinal")
    for form, title, some, rows, kinds in (
        ("Q7_{}", b.ranking, b.brands, e.ranks(len(b.brands)), ("battery",)),
        ("Q8_{}", b.points, b.point_items, e.points(len(b.point_items)), ("numbers",)),
    ):
        names = tuple(form.format(i) for i in range(1, len(some) + 1))
        for name, item, column in zip(names, some, rows, strict=True):
            e.add(name, column, f"{title} - {item}")
        e.groups.append(Expected(kinds, names, title))
    for brand, prefix in zip(b.brands[:2], ("A1_", "A2_"), strict=True):  # a loop over brands
        e.add(f"{prefix}Q9", *_with_label(e.coded(b.satisfaction), f"{brand} - {b.satisfied}"), "ordinal")
        crossed = e.crossed(len(b.point_items))
        names = tuple(f"{prefix}Q10_{i}" for i in range(1, len(b.point_items) + 1))
        title = f"{brand} - {b.media}"
        for name, item, row in zip(names, b.point_items, crossed, strict=True):
            e.add(name, [1.0 if x else NOTHING for x in row], f"{title} - {item}", {1.0: item})
        e.groups.append(Expected(SETS, names, title))
    e.add("Q11", [float(e.random.randrange(18, 90)) for _ in range(ROWS)], b.age, None, "numeric")
    e.add("Q12", e.comments(b), b.comment, None, "text")


def _with_label(
    coded: tuple[list[object], dict[object, str]], label: str
) -> tuple[list[object], str, dict[object, str]]:
    return coded[0], label, coded[1]


def surveymonkey(e: Export, b: Bank, variant: int) -> None:
    """Own code or empty, labelled with the item (variant 0), or 0/1 with yes and no for each item (variant 1)."""
    e.tool("RespondentID", [float(11_000_000_000 + 13 * i) for i in range(ROWS)], "Respondent ID")
    e.tool("CollectorID", [432_100_001.0] * ROWS, "Collector ID")
    e.tool("StartDate", e.moments("%m/%d/%Y %H:%M:%S"), "Start Date")
    e.tool("EndDate", e.moments("%m/%d/%Y %H:%M:%S"), "End Date")
    e.tool("IPAddress", e.addresses(), "IP Address")
    for name, label in (("EmailAddress", "Email Address"), ("FirstName", "First Name"), ("LastName", "Last Name"),
                        ("CustomData1", "Custom Data 1")):  # fmt: skip
        e.tool(name, [""] * ROWS, label)
    e.add("q0001", *_with_label(e.coded(b.regions), b.region), "nominal")
    items = (*b.media_items, b.other)
    crossed = e.crossed(len(items))
    names = tuple(f"q0002_{i:04}" for i in range(1, len(items) + 1))
    for i, (name, item, row) in enumerate(zip(names, items, crossed, strict=True), start=1):
        if variant:
            column, values = [1.0 if x else 0.0 for x in row], {0.0: b.yes_no[1], 1.0: b.yes_no[0]}
            e.add(name, column, f"{b.media} {item}" if variant == 2 else f"{b.media} – {item}", dict(values))
        else:
            e.add(name, [float(i) if x else NOTHING for x in row], f"{b.media} - {item}", {float(i): item})
    e.add("q0002_other", e.written(crossed[-1]), f"{b.media} - {b.other}")
    e.groups.append(Expected(SETS, names, b.media, ("q0002_other",)))
    grid = tuple(f"q0003_{i:04}" for i in range(1, 5))
    for name, item in zip(grid, b.grid_items, strict=True):
        e.add(name, *_with_label(e.coded((*b.agree, b.dont_know)), f"{b.grid} - {item}"))
    e.groups.append(Expected(("battery",), grid, b.grid))
    e.add("q0004", *_with_label(e.coded(b.satisfaction), b.satisfied), "ordinal")
    e.add("q0005", e.some(*map(float, range(11))), b.recommend, None, "ordinal")
    names = tuple(f"q0006_{i:04}" for i in range(1, 5))
    for name, item, column in zip(names, b.brands, e.ranks(4), strict=True):
        e.add(name, column, f"{b.ranking} - {item}")
    e.groups.append(Expected(("battery",), names, b.ranking))
    for i, text in enumerate(b.owns, start=7):  # one after the other, and no question in common
        e.add(f"q{i:04}", *_with_label(e.coded(b.yes_no), text), "nominal")
    e.add("q0010", e.comments(b), b.comment, None, "text")


def limesurvey(e: Export, b: Bank, variant: int) -> None:
    """ "Y" or "" (variant 0), or 0/1 with yes and not selected (variant 1); the item before or behind the question."""

    def label(question: str, item: str) -> str:
        return f"[{item}] {question}" if variant != 2 else f"{question} [{item}]"

    e.add("id", [float(i + 3) for i in range(ROWS)], "Response ID", None, "metadata", "identifier")
    e.tool("submitdate", e.moments(), "Date submitted")
    e.tool("lastpage", e.some(4.0, 5.0, weights=[1, 9]), "Last page")
    e.tool("startlanguage", ["en"] * ROWS, "Start language")
    e.tool("seed", [float(e.random.randrange(10**8, 10**9)) for _ in range(ROWS)], "Seed")
    e.tool("startdate", e.moments(), "Date started")
    e.tool("datestamp", e.moments(), "Date last action")
    e.tool("ipaddr", e.addresses(), "IP address")
    e.tool("refurl", e.some("", "https://example.org/a"), "Referrer URL")
    e.add("G01Q01", *_with_label(e.coded(b.regions), b.region), "nominal")
    crossed = e.crossed(len(b.media_items) + 1)
    names = tuple(f"G01Q02_SQ{i:03}" for i in range(1, len(b.media_items) + 1))
    for name, item, row in zip(names, b.media_items, crossed, strict=False):
        if variant == 0:
            e.add(name, ["Y" if x else "" for x in row], label(b.media, item), {"Y": b.yes_no[0]})
        else:
            e.add(name, [1.0 if x else 0.0 for x in row], label(b.media, item), {1.0: b.yes_no[0], 0.0: b.quoted[0]})
    e.add("G01Q02_other", e.written(crossed[-1]), label(b.media, b.other))
    e.groups.append(Expected(("dichotomies",), names, b.media, ("G01Q02_other",)))
    grid = tuple(f"G02Q03_SQ{i:03}" for i in range(1, 5))
    for name, item in zip(grid, b.grid_items, strict=True):
        e.add(name, *_with_label(e.coded(b.agree), label(b.grid, item)))
    e.groups.append(Expected(("battery",), grid, b.grid))
    rate = tuple(f"G02Q04_SQ{i:03}" for i in range(1, 5))  # 0–10 without labels; each brand got its own part of them
    for i, (name, item) in enumerate(zip(rate, b.brands, strict=True)):
        e.add(name, e.some(*map(float, range(i, 11 - i % 2))), label(b.rate, item))
    e.groups.append(Expected(("battery",), rate, b.rate))
    ranks = tuple(f"G02Q05_{i}" for i in range(1, 5))  # the first, second … choice, as codes of the items
    order = [e.random.sample(range(1, 5), 4) for _ in range(ROWS)]
    for i, name in enumerate(ranks):
        values: dict[object, str] = {float(k): brand for k, brand in enumerate(b.brands, start=1)}
        e.add(name, [float(row[i]) for row in order], label(b.ranking, f"Rank {i + 1}"), values)
    e.groups.append(Expected(("battery", "categories"), ranks, b.ranking))
    points = tuple(f"G02Q06_SQ{i:03}" for i in range(1, 4))
    for name, item, column in zip(points, b.point_items, e.points(3), strict=True):
        e.add(name, column, label(b.points, item))
    e.groups.append(Expected(("numbers",), points, b.points))
    e.add("G03Q07", [float(e.random.randrange(18, 90)) for _ in range(ROWS)], b.age, None, "numeric")
    e.add("G03Q08", e.comments(b), b.comment, None, "text")
    e.tool("interviewtime", [e.random.random() * 900 for _ in range(ROWS)], "Total time")
    e.tool("G01Q02Time", [e.random.random() * 90 for _ in range(ROWS)], "Question time: G01Q02")


def kobo(e: Export, b: Bank, variant: int) -> None:
    """Codes in one text beside 0/1 columns (variant 0), the text alone (variant 1), the columns alone (variant 2)."""
    sign = "." if variant == 0 else "_"
    mark = "V_" if variant else ""  # SPSS lets no name begin with "_"
    e.tool("start", e.moments("%Y-%m-%dT%H:%M:%S"), "")
    e.tool("end", e.moments("%Y-%m-%dT%H:%M:%S"), "")
    e.tool("today", e.moments("%Y-%m-%d"), "")
    e.tool("deviceid", e.some("ee.example:a1", "ee.example:b2"), "")
    e.tool("enumerator", e.some("E01", "E02", "E03"), "Enumerator ID")
    e.add("region", *_with_label(e.coded(b.regions), b.region), "nominal")
    codes = ("radio", "tv", "press", "social", "other")
    crossed = e.crossed(len(codes))
    if variant != 2:
        text = [" ".join(c for c, row in zip(codes, crossed, strict=True) if row[k]) for k in range(ROWS)]
        e.add("media", text, b.media)
    names = tuple(f"media{sign}{code}" for code in codes)
    if variant != 1:
        for name, item, row in zip(names, (*b.media_items, b.other), crossed, strict=True):
            e.add(name, [float(x) for x in row], f"{b.media} :: {item}" if variant == 0 else f"{b.media}/{item}")
    e.add("media_other_text", e.written(crossed[-1]), b.other)
    beside = ("media_other_text",)
    if variant == 1:
        e.groups.append(Expected(("delimited",), ("media",), b.media, beside))
    else:
        e.groups.append(Expected(("dichotomies",), names, b.media, (("media",) if variant == 0 else ()) + beside))
    grid = tuple(f"agree_{code}" for code in ("rules", "prices", "service", "queues"))
    for name, item in zip(grid, b.grid_items, strict=True):
        e.add(name, *_with_label(e.coded(b.agree), f"{b.grid} :: {item}"))
    e.groups.append(Expected(("battery",), grid, b.grid))
    e.add("satisfaction", *_with_label(e.coded(b.satisfaction), b.satisfied), "ordinal")
    e.add("age", [float(e.random.randrange(18, 90)) for _ in range(ROWS)], b.age, None, "numeric")
    for name, text in zip(("vote", "home", "married"), b.owns, strict=True):
        e.add(name, *_with_label(e.coded(b.yes_no), text), "nominal")
    e.tool(f"{mark}gps_latitude", [41 + e.random.random() for _ in range(ROWS)], "")
    e.add("comment", e.comments(b), b.comment, None, "text")
    e.tool(f"{mark or 'meta_'}instanceID", [f"uuid:{x}" for x in e.uuids()], "")
    e.tool(f"{mark}id", [float(500 + 3 * i) for i in range(ROWS)], "")
    e.tool(f"{mark}uuid", e.uuids(), "")
    e.tool(f"{mark}submission_time", e.moments("%Y-%m-%dT%H:%M:%S"), "")
    e.tool(f"{mark}validation_status", e.some("", "Approved"), "")
    e.tool(f"{mark}submitted_by", [""] * ROWS, "")
    e.tool(f"{mark}index", [float(i + 1) for i in range(ROWS)], "")


def sosci(e: Export, b: Bank, variant: int) -> None:
    """1 "not checked" and 2 "checked"; -9 not answered, declared missing."""
    e.tool("CASE", [float(41 + i) for i in range(ROWS)], "Interview number (ongoing)")
    e.tool("SERIAL", [""] * ROWS, "Serial number (if provided)")
    e.tool("REF", e.some("", "news"), "Reference (if provided in link)")
    e.tool("QUESTNNR", ["base"] * ROWS, "Questionnaire that has been used in the interview")
    e.tool("MODE", e.some("interview", "pretest", weights=[9, 1]), "Interview mode")
    e.tool("STARTED", e.moments(), "Time the interview has started (Europe/Berlin)")
    short = b.media.rstrip(" ?")
    crossed = e.crossed(len(b.media_items) + 1)
    count = [float(sum(row[k] for row in crossed)) for k in range(ROWS)]
    e.add(
        "AB01", count, f"{short}: Residual option (negative) or number of selected options", None, "numeric", "ordinal"
    )
    items = (*b.media_items, b.other)
    names = tuple(f"AB01_{i:02}" for i in range(1, len(items) + 1))
    for name, item, row in zip(names, items, crossed, strict=True):
        values: dict[object, str] = {1.0: b.quoted[0], 2.0: b.quoted[1]}
        e.add(name, [2.0 if x else 1.0 for x in row], f"{short}: {item}", values)
    e.add(f"{names[-1]}a", e.written(crossed[-1]), f"{short}: {b.other} ({b.comments[0]})")
    e.groups.append(Expected(("dichotomies",), names, short, (f"{names[-1]}a",)))
    grid = tuple(f"AB02_{i:02}" for i in range(1, 5))
    stem = b.grid.rstrip(" ?")
    for name, item in zip(grid, b.grid_items, strict=True):
        ends: dict[object, str] = {
            1.0: b.agree[0],
            5.0: b.agree[-1],
            -9.0: "Not answered" if variant else "nicht beantwortet",
        }
        every: dict[object, str] = {float(i): t for i, t in enumerate(b.agree, start=1)} | {-9.0: ends[-9.0]}
        column = e.some(1.0, 2.0, 3.0, 4.0, 5.0, -9.0, weights=[2, 2, 2, 2, 2, 0.5])
        e.add(name, column, f"{stem}: {item}", every if variant else ends)
        e.missing[name] = [-9.0]
    e.groups.append(Expected(("battery",), grid, stem))
    e.add("AB03", *_with_label(e.coded(b.regions), b.region), "nominal")
    e.add("AB04_01", e.comments(b), f"{b.comment.rstrip(' ?')}: [01]", None, "text")
    e.add("AB05", *_with_label(e.coded(b.satisfaction), b.satisfied), "ordinal")
    e.add("AB06_01", [float(e.random.randrange(18, 90)) for _ in range(ROWS)], f"{b.age}: ...", None, "numeric")
    for i in range(1, 4):
        e.add(
            f"TIME{i:03}",
            [float(e.random.randrange(3, 90)) for _ in range(ROWS)],
            f"Time spent on page {i}",
            None,
            "metadata",
        )
    e.tool(
        "TIME_SUM", [float(e.random.randrange(60, 900)) for _ in range(ROWS)], "Time spent overall (except outliers)"
    )
    e.tool(
        "MAILSENT", [""] * ROWS, "Time when the invitation mailing was sent (personally identifiable recipients, only)"
    )
    e.tool("LASTDATA", e.moments(), "Time when the data was most recently updated")
    e.add("FINISHED", e.some(0.0, 1.0, weights=[1, 9]), "Has the interview been finished (reached last page)?",
          {0.0: "canceled", 1.0: "finished"}, "metadata")  # fmt: skip
    e.add("Q_VIEWER", [0.0] * ROWS, "Did the respondent only view the questionnaire, omitting mandatory questions?",
          {0.0: "respondent", 1.0: "viewed only"}, "metadata")  # fmt: skip
    e.tool(
        "LASTPAGE", e.some(5.0, 6.0, weights=[1, 9]), "Last page that the participant has handled in the questionnaire"
    )
    e.tool("MAXPAGE", e.some(5.0, 6.0, weights=[1, 9]), "Hindmost page handled by the participant")
    e.tool("MISSING", [float(e.random.randrange(0, 30)) for _ in range(ROWS)], "Missing answers in percent")
    e.tool(
        "MISSREL", [float(e.random.randrange(0, 30)) for _ in range(ROWS)], "Missing answers (weighted by relevance)"
    )
    e.tool("TIME_RSI", [e.random.random() * 2 for _ in range(ROWS)], "Degradation points for being very fast")


TIMESTAMPS = {"en": "Timestamp", "it": "Informazioni_cronologiche", "fr": "Horodateur", "es": "Marca_temporal",
              "de": "Zeitstempel", "pt": "Carimbo_de_data_hora"}  # fmt: skip


def google_forms(e: Export, b: Bank, variant: int) -> None:
    """All answers are texts; commas between the mentions (variant 0), or semicolons as Microsoft Forms writes them."""
    lang = next(lang for lang, bank in BANKS.items() if bank is b)
    name = TIMESTAMPS[lang]
    e.tool(name, e.moments("%d/%m/%Y %H:%M:%S"), name.replace("_", " "))
    e.add("V2", e.some(*b.regions), b.region, None, "nominal")
    crossed = e.crossed(len(b.media_items) + 1)
    items = (*b.media_items, "podcasts")
    sign, end = (", ", "") if variant == 0 else (";", ";")
    mentions = [[item for item, row in zip(items, crossed, strict=True) if row[k]] for k in range(ROWS)]
    e.add("V3", [sign.join(some) + end if some else "" for some in mentions], b.media)
    e.groups.append(Expected(("delimited",), ("V3",), b.media))
    grid = tuple(f"V{i}" for i in range(4, 8))
    for name, item in zip(grid, b.grid_items, strict=True):
        e.add(name, e.some(*b.agree), f"{b.grid} [{item}]")
    e.groups.append(Expected(("battery",), grid, b.grid))
    e.add("V8", e.some(*b.satisfaction), b.satisfied, None, "nominal", "ordinal")
    e.add("V9", e.some(*map(float, range(11))), b.recommend, None, "ordinal")
    for i, text in enumerate(b.owns, start=10):
        e.add(f"V{i}", e.some(*b.yes_no), text, None, "nominal")
    e.add("V13", [float(e.random.randrange(18, 90)) for _ in range(ROWS)], b.age, None, "numeric")
    e.add("V14", e.comments(b), b.comment, None, "text")


TOOLS: dict[str, tuple[Callable[[Export, Bank, int], None], int]] = {
    "qualtrics": (qualtrics, 2),
    "surveymonkey": (surveymonkey, 3),
    "limesurvey": (limesurvey, 3),
    "kobo": (kobo, 3),
    "sosci": (sosci, 2),
    "google_forms": (google_forms, 2),
}
"""How each tool is written, and in how many variants."""


def made(tool: str, lang: str, variant: int) -> Export:
    """A tool's export in a language; the same for the same arguments."""
    export = Export(Random(f"{tool} {lang} {variant}"))  # noqa: S311 - no secret
    TOOLS[tool][0](export, BANKS[lang], variant)
    return export


# ---------------------------------------------------------------- any tool

FORMS: dict[str, str] = {
    "dash": "{q} - {i}", "en dash": "{q} – {i}", "blank": "{q} {i}", "behind": "{q} [{i}]", "before": "[{i}] {q}",
    "colons": "{q} :: {i}", "slash": "{q}/{i}", "bar": "{q} | {i}", "colon": "{s}: {i}", "numbered": "Q7. {q} - {i}",
    "lettered": "Q7{a}. {s}: {i}", "parted": "Q7_{n}: {q} - {i}", "line": "{q}\n{i}",
    "chosen": "{q} - Selected Choice - {i}",
}  # fmt: skip
"""How a label is made of a question (``q``; ``s`` without its question mark) and an item with its number and letter."""

MARKS = ("one", "one labelled", "own code", "own text", "y", "x", "zero one", "zero one labelled", "yes no", "no yes",
         "selected", "one two", "item or not", "true false", "yes or empty")  # fmt: skip


def label(form: str, question: str, item: str, at: int) -> str:
    """An item's label."""
    return FORMS[form].format(q=question, s=question.rstrip(" ?"), i=item, n=at + 1, a="abcdefgh"[at])


def titles(form: str, question: str) -> set[str]:
    """What a person may call the question whose labels have a form: with or without its number and question mark."""
    short = question.rstrip(" ?")
    return {question, short, f"Q7. {question}", f"Q7. {short}", f"Q7: {question}"}


def marked(e: Export, b: Bank, marks: str, crossed: bool, at: int, item: str) -> tuple[object, dict[object, str]]:
    """A cell of an item that is crossed or not, and the item's value labels."""
    yes, no = b.yes_no
    off, on = b.quoted
    return {
        "one": (1.0 if crossed else NOTHING, {}),
        "one labelled": (1.0 if crossed else NOTHING, {1.0: item}),
        "own code": (float(at + 1) if crossed else NOTHING, {at + 1.0: item}),
        "own text": (item if crossed else "", {}),
        "y": ("Y" if crossed else "", {"Y": yes}),
        "x": ("X" if crossed else "", {}),
        "zero one": (float(crossed), {}),
        "zero one labelled": (float(crossed), {0.0: off, 1.0: on}),
        "yes no": (1.0 if crossed else 2.0, {1.0: yes, 2.0: no}),
        "no yes": (float(crossed), {0.0: no, 1.0: yes}),
        "selected": (float(crossed), {1.0: on, 0.0: off}),
        "one two": (2.0 if crossed else 1.0, {1.0: off, 2.0: on}),
        "item or not": (float(crossed), {0.0: off, 1.0: item}),
        "true false": ("TRUE" if crossed else "FALSE", {}),
        "yes or empty": (yes if crossed else "", {}),
    }[marks]  # type: ignore[return-value]


def any_tool(lang: str, form: str, marks: str, names: str) -> Export:
    """A check-all question, a grid, a ranking, points and 0–10 items in a row, then unrelated yes/no questions."""
    b = BANKS[lang]
    e = Export(Random(f"{lang} {form} {marks}"))  # noqa: S311 - no secret
    items = (*b.media_items, b.other)
    crossed = e.crossed(len(items))
    if form in ("before", "behind"):
        crossed = [row if any(row) else [True, *row[1:]] for row in crossed]
    of = [names.format(q=3, i=i + 1, a="abcdefgh"[i]) for i in range(len(items))]
    for at, (name, item, row) in enumerate(zip(of, items, crossed, strict=True)):
        cells = [marked(e, b, marks, x, at, item) for x in row]
        e.add(name, [cell for cell, _ in cells], label(form, b.media, item, at), dict(cells[0][1]))
    e.add(f"{of[-1]}_other", e.written(crossed[-1]), label(form, b.media, b.other, 5))
    e.groups.append(Expected(("dichotomies", "categories"), tuple(of), b.media, (f"{of[-1]}_other",)))
    scale = {float(i): text for i, text in enumerate(b.agree, start=1)}
    columns: tuple[tuple[int, str, tuple[str, ...], list[list[object]], dict[object, str], str], ...] = (
        (4, b.grid, b.grid_items, [e.some(*scale) for _ in b.grid_items], dict(scale), "battery"),
        (5, b.ranking, b.brands, e.ranks(4), {}, "battery"),
        (6, b.points, b.point_items, e.points(3), {}, "numbers"),
        (8, b.rate, b.brands, [e.some(*map(float, range(i, 11))) for i in range(4)], {}, "battery"),
    )
    for number, question, some, values, table, kind in columns:
        of = [names.format(q=number, i=i + 1, a="abcdefgh"[i]) for i in range(len(some))]
        for at, (name, item, column) in enumerate(zip(of, some, values, strict=True)):
            e.add(name, column, label(form, question, item, at), dict(table))
        e.groups.append(Expected((kind,), tuple(of), question))
    for i, text in enumerate(b.owns):
        e.add(f"Z{i}", *_with_label(e.coded(b.yes_no), text), "nominal")
    return e
