"""quick on a file with dates, times, days and months; pyreadstat, which writes it, also says what its dates are."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml

from pipeline.paths import layout
from tests.conftest import Ran

Run = Callable[..., Ran]
N = 24
DATES = {
    "born": [datetime(1950, 3, 2) + timedelta(days=700 * i) for i in range(N)],
    "seen": [datetime(2009, 1, 1, 8, 5, 30) + timedelta(hours=31 * i) for i in range(N)],
}
TIMES = {"trip": [109_800.0 + i for i in range(N)], "stay": [3.25 * 86_400 + 3600 * i for i in range(N)]}
FORMATS = {
    "born": "EDATE10", "seen": "DATETIME20", "odd": "DATE11", "trip": "TIME8", "stay": "DTIME13", "day": "WKDAY9",
    "month": "MONTH9", "same": "WKDAY3", "beyond": "WKDAY9",
}  # fmt: skip


def spss(moment: datetime) -> float:
    return (moment - datetime(1582, 10, 14)).total_seconds()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dates") / "dates.sav"
    columns: dict[str, list[float]] = {name: [spss(m) for m in moments] for name, moments in DATES.items()}
    columns["born"][-1] = np.nan
    columns["odd"] = [-5.0, *[spss(datetime(2009, 12, 31))] * (N - 2), 1e300]
    columns |= TIMES
    columns["day"] = [float(i % 6 + 1) for i in range(N)]
    columns["month"] = [float(i % 12 + 1) for i in range(N)]
    columns["same"] = [3.0] * N
    columns["beyond"] = [float(i % 8 + 1) for i in range(N)]
    columns |= {f"t{k}": [float(i % k == 0) for i in range(N)] for k in (2, 3, 5)}
    pyreadstat.write_sav(pd.DataFrame(columns), str(path), variable_format=FORMATS)
    return path


@pytest.fixture(scope="module")
def pages(file: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    from pipeline.cli import main

    out = tmp_path_factory.mktemp("out")
    found = {}
    for lang in ("it", "en"):
        quick = ["quick", str(file), "--out", str(out), "--lang", lang, "--formats", "html"]
        assert main(quick) == 0
        found[lang] = (out / f"report.{lang}.html").read_text("utf-8")
    return found


def rows(page: str) -> list[list[str]]:
    """The texts of the rows of all tables."""
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in re.findall(r"<tr.*?</tr>", page, re.S)]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in found]


def row(page: str, label: str) -> list[str]:
    return next(r for r in rows(page) if r and r[0] == label)


NAMES = {"it": ("marzo", "aprile", "gennaio"), "en": ("March", "April", "January")}


@pytest.mark.parametrize("lang", ["it", "en"])
def test_dates_have_a_table_with_their_first_and_last(file: Path, pages: dict[str, str], lang: str) -> None:
    data = pyreadstat.read_sav(str(file), usecols=["born", "seen"])[0]
    born, seen = pd.to_datetime(data["born"]), data["seen"]
    first, last = born.min(), born.max()
    assert (first.month, last.month) == (3, 4)
    march, april, january = NAMES[lang]
    assert row(pages[lang], "born") == [
        "born", str(N - 1), f"{first.day} {march} 1950", f"{last.day} {april} {last.year}", "1",
    ]  # fmt: skip
    expected = [f"{m.day} {january} 2009, {m:%H:%M:%S}" for m in (seen.min(), seen.max())]
    assert row(pages[lang], "seen") == ["seen", str(N), *expected, "0"]
    assert f"{expected[0]} – {expected[1]}" in pages[lang], "in the codebook too"


def test_numbers_that_are_no_dates_are_said_to_be_none(pages: dict[str, str]) -> None:
    assert [cell[0] for cell in row(pages["it"], "odd")[2:4]] == [":", ":"]
    assert pages["it"].count("Il valore non è una data") == 1
    assert "1e+300" not in pages["it"]


def test_times_are_hours_minutes_and_seconds(pages: dict[str, str]) -> None:
    def text(value: float) -> str:
        return str(timedelta(seconds=value))

    trip = row(pages["it"], "trip")
    assert trip[2] == "30:30:12", "the mean of 0 … 23 seconds after half past thirty hours"
    assert (trip[4], trip[8]) == ("30:30:00", "30:30:23")
    stay = row(pages["it"], "stay")
    assert text(TIMES["stay"][0]) == "3 days, 6:00:00"
    assert text(TIMES["stay"][-1]) == "4 days, 5:00:00"
    assert (stay[4], stay[8]) == ("3 g 06:00:00", "4 g 05:00:00")
    assert row(pages["en"], "stay")[2] == "3 d 17:30:00"
    assert "109.8" not in pages["it"]


@pytest.mark.parametrize(
    ("lang", "days", "months"),
    [("it", ["Domenica", "Lunedì", "Sabato"], ["Gennaio", "Dicembre"]),
     ("en", ["Sunday", "Monday", "Saturday"], ["January", "December"])],
)  # fmt: skip
def test_days_and_months_have_their_names(pages: dict[str, str], lang: str, days: list[str], months: list[str]) -> None:
    sunday, monday, saturday = days
    labels = [r[0] for r in rows(pages[lang]) if r]
    at = labels.index(sunday)
    assert labels[at : at + 2] == [sunday, monday]
    assert labels[at + 6] == saturday, "in their own order, not by size"
    assert row(pages[lang], sunday)[1] == "4"
    assert labels[labels.index(months[0]) + 11] == months[1]


def test_a_day_that_everybody_has_is_named(pages: dict[str, str]) -> None:
    """1 is Sunday, so 3 is Tuesday."""
    assert "same = 3 «Martedì»" in pages["it"]
    assert "same = 3 “Tuesday”" in pages["en"]


def test_the_names_are_a_guess_that_says_so(run: Run, file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "study"
    assert run("init", file, "--study", folder).code == 0
    variables = yaml.safe_load(layout(folder).codebook.read_text("utf-8"))["variables"]
    day = variables["day"]
    assert day["kind"] == "nominal"
    assert {"it": "Sabato", "en": "Saturday"}.items() <= day["categories"][7].items()
    assert "WKDAY" in day["guess"]["it"]
    assert "Sunday" in day["guess"]["en"]
    assert "MONTH" in variables["month"]["guess"]["en"]
    assert variables["beyond"]["categories"][8] == "8", "8 is no day of the week"


def test_items_without_a_label_go_by_their_name(pages: dict[str, str]) -> None:
    labels = {r[0] for r in rows(pages["it"]) if r}
    assert {"t2", "t3"} <= labels
    assert not labels & {"T2", "T3"}


def test_the_program_that_wrote_the_file(pages: dict[str, str]) -> None:
    """ReadStat writes "- https://…" after the words that begin every file."""
    found = re.search(r"[^>]{0,200}https://github.com/WizardMac/ReadStat", pages["en"])
    assert found is not None
    assert "- http" not in found[0]


def test_a_reason_stands_once(run: Run, tmp_path: Path) -> None:
    """Footnote (1) says why a cell has no number; the notes do not say it again."""
    path = tmp_path / "none.sav"
    half = [float(i // 10) for i in range(20)]
    frame = pd.DataFrame({"v": [float(i % 3) for i in range(20)], "g": half, "l": half})
    pyreadstat.write_sav(frame, str(path))
    words = ("--rows", "v", "--by", "g", "--layer", "l")  # a column of each layer is empty
    assert run("quick", path, "--out", tmp_path, "--lang", "en", "--formats", "html", *words).code == 0
    page = (tmp_path / "report.en.html").read_text("utf-8")
    assert "The column has no cases" in page
    assert ": The column has no cases" not in page
