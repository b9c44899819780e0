"""A study's own charts: functions in ``charts.py``, given the table and axes; a mistake costs that figure only."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ran, SmallStudy

Run = Callable[..., Ran]
ROOT = Path(__file__).parents[2]

LOLLIPOP = re.search(r"```python\n(def lollipop.*?)```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.DOTALL)


@pytest.fixture
def study(small_study: SmallStudy) -> SmallStudy:
    """The small study with the example of CONTRIBUTING.md as a second figure."""
    assert LOLLIPOP is not None
    (small_study.folder / "charts.py").write_text(LOLLIPOP[1], "utf-8")
    path = small_study.folder / "report.yml"
    own = "      - {figure: own, of: forma, title: {it: Mia, en: Mine}, kind: lollipop}\n"
    text = path.read_text("utf-8")
    mark = "      - table: forma_provincia\n"
    assert mark in text
    path.write_text(text.replace(mark, own + mark), "utf-8")
    return small_study


def report(run: Run, study: SmallStudy, **more: str) -> tuple[Ran, str]:
    formats = more.get("formats", "html")
    ran = run("report", "--study", study.folder, "--formats", formats, "--lang", "en")
    found = next(iter((study.folder / "reports").glob("*/report.en.html")), None)
    return ran, found.read_text("utf-8") if found else ""


def drawn(page: str) -> str:
    found = re.search(r'id="figure-own".*?<svg(.*?)</svg>', page, re.DOTALL)
    assert found, "the figure is not in the page"
    return found[1]


def test_the_example_draws_in_every_format(run: Run, study: SmallStudy) -> None:
    ran, page = report(run, study, formats="html,pdf,docx,xlsx")
    assert ran.code == 0, ran.err
    figure = drawn(page)
    words = re.findall(r">([^<>]+)</text>", figure)
    assert {"New entity", "Contract"} <= set(words), words
    assert "n = " in " ".join(words)
    label = re.search(r'aria-label="([^"]*)"', figure)
    assert label and re.search(r"New entity: \d", label[1])


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("shown = data", "shown = dat", 3, "NameError"),
        ("ax.hlines(", "1 / 0; ax.hlines(", 4, "ZeroDivisionError"),
        ("ax.plot(", "ax.imshow([[1, 2]]); ax.plot(", 1, "raster"),
        ("def lollipop(ax, data, style):", "def lollipop(ax, data, style)", 1, "SyntaxError"),
    ],
)
def test_a_mistake_names_file_and_line_and_costs_that_figure_only(
    run: Run, study: SmallStudy, old: str, new: str, line: int, said: str
) -> None:
    path = study.folder / "charts.py"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    ran, page = report(run, study)
    assert ran.code == 0, ran.err
    words = " ".join(re.findall(r">([^<>]+)</text>", drawn(page)))
    assert "charts.py" in words and f"line {line}" in words and said in words, words
    assert "A chart of the study could not be drawn" in page
    assert page.count("<svg") >= 2 and "table-comuni" in page


def test_it_is_part_of_the_fingerprint(run: Run, study: SmallStudy) -> None:
    _, before = report(run, study)
    path = study.folder / "charts.py"
    path.write_text(path.read_text("utf-8").replace('"n = ', '"N = '), "utf-8")
    _, after = report(run, study)
    assert "N = " in drawn(after) and "N = " not in drawn(before)


def test_a_kind_that_nobody_draws_is_refused(run: Run, study: SmallStudy) -> None:
    path = study.folder / "report.yml"
    path.write_text(path.read_text("utf-8").replace("kind: lollipop", "kind: lolipop"), "utf-8")
    ran, _ = report(run, study)
    assert (ran.code == 2 and "lolipop" in ran.err and "Nearest: lollipop" in ran.err) or "lollipop" in ran.err


def test_the_columns_are_those_that_are_documented() -> None:
    from pipeline.present.own_chart import COLUMNS

    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert ", ".join(f"`{name}`" for name in COLUMNS) in text.replace("\n", " ")
