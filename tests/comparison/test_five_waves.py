"""Five waves: order of time, changes since the first, a chosen and the last wave, gaps, trends, what is told first."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline import cli
from pipeline.comparison import in_time
from pipeline.comparison.change import Estimated
from pipeline.comparison.over_time import cochran_armitage, linear_contrast, slope
from pipeline.errors import StudyError
from pipeline.present.document import Document
from pipeline.spec.model import Source
from tests.comparison import five_waves
from tests.comparison.test_change import R
from tests.comparison.test_compare import made, one, rows, words
from tests.conftest import SmallStudy


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("five") / "study"
    five_waves.make(folder)
    assert cli.main(["tabulate", "--study", str(folder)]) == 0
    return folder


@pytest.fixture
def five(template: Path, tmp_path: Path) -> SmallStudy:
    folder = tmp_path / "study"
    shutil.copytree(template, folder, symlinks=True)
    return SmallStudy(folder)


@pytest.fixture(scope="module")
def found(template: Path) -> list[dict[str, Any]]:
    return rows(SmallStudy(template))


@pytest.fixture(scope="module")
def report(template: Path) -> Document:
    return made(SmallStudy(template))


# ---------------------------------------------------------------- arithmetic


def test_the_trend_of_shares_is_that_of_r() -> None:
    k, n, times = (83, 90, 129, 70), (86, 93, 136, 82), (2009, 2012, 2014, 2019)
    numbers = cochran_armitage(k, n, times, "valid_share")
    assert numbers["trend_chi2"].value == pytest.approx(R["trend_chi2"], rel=1e-10)
    assert numbers["trend_p"].value == pytest.approx(R["trend_p"], rel=1e-10)
    assert slope(times, [a / b for a, b in zip(k, n, strict=True)]) == pytest.approx(R["trend_slope"], rel=1e-10)
    assert cochran_armitage((0, 0, 0), (5, 6, 7), (1, 2, 3), "")["trend_p"].error == "zero_variance"


def test_the_linear_contrast_is_that_of_survey() -> None:
    waves = [Estimated(R[f"wave_mean_{i}"], R[f"wave_se_{i}"], df) for i, df in ((1, 99), (2, 49), (3, 49))]
    p = linear_contrast((2009, 2012, 2019), waves, "mean", by_design=True)["trend_p"].value
    assert p == pytest.approx(R["contrast_p"], rel=1e-9)


def test_between_two_waves_the_contrast_of_simple_samples_is_welchs_test() -> None:
    before, after = (1, 2, 2, 3, 5, 4, 4, 3), (3, 4, 5, 5, 2, 4)

    def simple(x: tuple[int, ...]) -> Estimated:
        m = sum(x) / len(x)
        return Estimated(m, (sum((v - m) ** 2 for v in x) / (len(x) - 1) / len(x)) ** 0.5, len(x) - 1)

    p = linear_contrast((1, 4), [simple(before), simple(after)], "mean", by_design=False)["trend_p"].value
    assert p == pytest.approx(R["welch_p"], rel=1e-10)


@pytest.mark.parametrize(
    ("name", "started", "years"),
    [
        ("2009", None, 2009.0), ("wave9", None, None), ("2009-10", None, 2009.75), ("2024Q3", None, 2024.5),
        ("round_2019_b", None, 2019.0), ("2009_2010", None, None), ("12009", None, None), ("x", "2014-07", 2014.5),
        ("2009", "2010-01-01", 2010.0),
    ],
)  # fmt: skip
def test_when_a_wave_was(name: str, started: str | None, years: float | None) -> None:
    assert in_time.moment(name, Source(title={"*": "T"}, started=started)) == years


# ---------------------------------------------------------------- order


def names(study: SmallStudy) -> list[str]:
    from pipeline.stages import compare
    from pipeline.stages.job import Job

    place = study.layout
    jobs = [Job(place, place.existing_wave(name)) for name in compare.waves_with_results(place)]
    return compare._gather(place, jobs).names


def renamed(study: SmallStudy, old: str, new: str) -> None:
    for room in ("raw", "processed"):
        (study.folder / "data" / room / old).rename(study.folder / "data" / room / new)


def test_fieldwork_decides_before_names_and_a_given_order_before_both(five: SmallStudy) -> None:
    renamed(five, "2009", "z-pilot")
    assert names(five) == ["z-pilot", "2012", "2014", "2019", "2024"]
    source = five.folder / "data" / "raw" / "z-pilot" / "source.yml"
    source.write_text(source.read_text("utf-8").replace("started: 2009-10\n", ""), "utf-8")
    assert names(five) == ["2012", "2014", "2019", "2024", "z-pilot"]
    with (five.folder / "study.yml").open("a", encoding="utf-8") as f:
        f.write("waves: {order: [z-pilot, 2019]}\n")
    assert names(five) == ["z-pilot", "2019", "2012", "2014", "2024"]


def test_a_wave_that_is_not_there_is_named_with_its_line(five: SmallStudy) -> None:
    with (five.folder / "study.yml").open("a", encoding="utf-8") as f:
        f.write("waves: {order: [2009, 2013], since: 2015}\n")
    with pytest.raises(StudyError) as caught:
        names(five)
    said = caught.value.message("en")
    assert "line 12" in said and "`order`" in said and "2013" in said and "`since`" in said and "2015" in said


# ---------------------------------------------------------------- numbers


def test_a_wave_is_compared_with_the_one_before_the_first_and_across_a_gap(found: list[dict[str, Any]]) -> None:
    def steps(variable: str, code: str) -> set[tuple[str, str]]:
        return {
            (r["wave"], r["col_code"]) for r in found
            if r["statistic"] == "change" and (r["row_var"], r["row_code"]) == (variable, code) and not r["layer_var"]
            and r["value"] is not None
        }  # fmt: skip

    assert steps("fiducia", "4") == {
        ("2012", "2009"), ("2014", "2012"), ("2014", "2009"), ("2019", "2014"), ("2019", "2009"), ("2024", "2019"),
        ("2024", "2009"),
    }  # fmt: skip
    # not asked in 2014: 2019 follows 2012
    assert steps("media", "1") == {
        ("2012", "2009"), ("2019", "2012"), ("2019", "2009"), ("2024", "2019"), ("2024", "2009"),
    }  # fmt: skip
    about = {"statistic": "change", "row_var": "media", "row_code": "1"}
    assert one(found, wave="2014", col_code="2012", **about)["error"] == "not_comparable"
    # newspapers: 150 of 300 in 2009, then 0.5 - 0.3 t at the middles of 300 places
    assert one(found, wave="2019", col_code="2012", **about)["value"] == pytest.approx(90 / 300 - 132 / 300)


def test_since_names_one_wave_more(five: SmallStudy) -> None:
    with (five.folder / "study.yml").open("a", encoding="utf-8") as f:
        f.write("waves: {since: 2012}\n")
    there = [r for r in rows(five) if r["statistic"] == "change" and r["row_var"] == "ore" and r["wave"] == "2024"]
    assert [r["col_code"] for r in there] == ["2019", "2009", "2012"]
    table = next(t for t in made(five).tables() if t.id == "table-ore")
    heads = [h.text for h in table.head[0] if h.text.startswith("Change")]
    assert heads == ["Change 2019–2024", "Change 2009–2024", "Change 2012–2024"]


def test_the_trend_stands_on_all_waves_that_have_the_number(found: list[dict[str, Any]]) -> None:
    about = {"wave": "2024", "table_id": "media", "row_var": "media", "row_code": "1", "col_code": "2009"}
    hits, times = [150, 132, 90, 60], [2009.75, 2012.75, 2019.75, 2024.75]
    expected = cochran_armitage(hits, [300] * 4, times, "")
    assert one(found, statistic="trend_p", **about)["value"] == pytest.approx(expected["trend_p"].value, rel=1e-9)
    assert one(found, statistic="trend_slope", **about)["value"] == pytest.approx(slope(times, [h / 300 for h in hits]))


def test_no_trend_crosses_a_break(found: list[dict[str, Any]]) -> None:
    """The mode changed in 2019 for trust and services: their trend is that of the three waves before."""
    for name in ("fiducia", "servizi"):
        slopes = [r for r in found if r["statistic"] == "trend_slope" and r["row_var"] == name and not r["layer_var"]]
        assert slopes and {(r["wave"], r["col_code"]) for r in slopes} == {("2014", "2009")}


def test_sub_groups_are_followed_by_themselves(found: list[dict[str, Any]], template: Path) -> None:
    import pyreadstat

    data, _ = pyreadstat.read_sav(str(template / "data" / "raw" / "2024" / "survey.sav"))
    for code, gender in (("1", 1), ("2", 2)):
        own = data[(data["genere"] == gender) & (data["fiducia"] < 9)]["fiducia"]
        about = {
            "wave": "2024",
            "table_id": "fiducia_by_genere",
            "row_var": "fiducia",
            "layer_code": code,
            "col_var": "",
        }
        share = one(found, statistic="valid_share", row_code="4", **about)
        assert (share["value"], share["n"]) == (pytest.approx((own == 4).mean()), len(own))
        assert one(found, statistic="mean", row_code="", **about)["value"] == pytest.approx(own.mean())


# ---------------------------------------------------------------- words and tables


def test_findings_tell_firm_changes_alone(report: Document) -> None:
    first = ["".join(r.text for r in f) for f in report.cover.findings]
    assert first[0].startswith("Source of information, “Web”: 15.0% (45 of 300) in 2009, 45.0% (135 of 300) in 2024")
    assert "over all waves +2.00 points a year, p of the trend <0.001" in first[0].replace("< 0", "<0")
    assert first[1].startswith("Services used, “Social desk”: 15.0% (45 of 300) in 2009")
    assert not [f for f in first if "Library" in f or " 0.0 percentage points" in f]


def test_tables_of_many_waves_have_a_column_each_and_say_why_one_has_no_number(report: Document) -> None:
    table = next(t for t in report.tables() if t.id == "table-media")
    assert [h.text for h in table.head[0]][1:6] == list(five_waves.YEARS)
    newspaper = next(r for r in table.rows if r.label == "Newspaper")
    assert [c.text for c in newspaper.cells[:5]] == ["50.0", "44.0", "n.a.", "30.0", "20.0"]
    assert newspaper.cells[2].note == "Source of information: not comparable (2014). Not asked in this wave."
    base = next(r for r in table.rows if r.label == "Valid cases")
    assert [c.text for c in base.cells[:5]] == ["300", "300", "n.a.", "300", "300"]
    assert [t.title for t in report.tables() if t.id == "table-fiducia-by-genere"]
    assert "comparison." not in words(report)


# ---------------------------------------------------------------- figures


def test_lines_have_gaps_bands_and_declared_breaks_at_true_distances(
    template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pipeline.present.charts as room
    from pipeline.present.charts import Chart

    drawn: list[Chart] = []
    draw = room.draw
    monkeypatch.setattr(room, "draw", lambda chart: drawn.append(chart) or draw(chart))
    doc = made(SmallStudy(template))
    figures = [f.id for f in doc.figures()]
    charts = dict(zip(figures, drawn, strict=True))
    assert figures == ["figure-movers", "figure-fiducia", "figure-media", "figure-servizi", "figure-giudizi"]
    media = charts["figure-media"]
    assert media.positions == (2009.75, 2012.75, 2014.75, 2019.75, 2024.75) and media.breaks == ()
    assert charts["figure-fiducia"].breaks == (3,)
    paper = next(s for s in media.series if s.name == "Newspaper")
    assert [value is None for value in paper.values] == [False, False, True, False, False]
    assert paper.low[0] == pytest.approx(R["wilson_low"]) and paper.low[2] is None
    assert not charts["figure-fiducia"].series[0].low, "five bands would lie over one another"
    figure = next(f for f in doc.figures() if f.id == "figure-fiducia")
    assert "From 2019 on: another mode: from telephone to web." in figure.notes
    table = next(t for t in doc.tables() if t.id == "table-fiducia")
    assert "From 2019 on: another mode: from telephone to web." in table.notes
    assert any(note.startswith("The trend stands on the waves 2009 to 2014") for note in table.notes)


# ---------------------------------------------------------------- alerts


def test_alerts_name_large_firm_changes_and_questions_that_fewer_answer(five: SmallStudy) -> None:
    import pyreadstat

    from pipeline.progress import Progress
    from pipeline.run import Wanted
    from pipeline.unattended import status
    from pipeline.unattended.rerun import rerun

    with (five.folder / "study.yml").open("a", encoding="utf-8") as f:
        f.write("waves: {alerts: {change: 9, no_answer: 10}}\n")
    call = json.dumps([sys.executable, "-c", "import os; open('told', 'a').write(os.environ['SURVEY_REASON_IT'])"])
    (five.folder / "schedule.yml").write_text(f"wait_seconds: 0\non_alert: {call}\n", "utf-8")
    path = five.folder / "data" / "raw" / "2024" / "survey.sav"
    data, _ = pyreadstat.read_sav(str(path))
    data.loc[data.index < 60, "fiducia"] = 9
    data.loc[:, "s3"] = [1] * 180 + [0] * 120
    pyreadstat.write_sav(data, str(path))
    assert rerun(five.layout, (), Wanted(formats=("html",)), Progress("en")) == 0
    found = status.read(five.layout)
    assert found is not None
    said = [one["en"] for one in found.waves["comparison"].alerts]
    # sources of information moved by 10 points as well, but not firmly: p = 0.012 of many
    assert [text.split(":")[0] for text in said] == ["Services used, “Social desk”", "Trust in the municipality"]
    assert "31.0 percentage points more" in said[0]
    assert "without a valid answer in 2024, 3.7% in 2019" in said[1]
    page = (five.folder / "reports" / "index.html").read_text("utf-8")
    assert page.count("without a valid answer in 2024, 3.7% in 2019") == 1 and "Da guardare" in page
    told = (five.folder / "told").read_text("utf-8")
    assert "senza risposta valida nel 2024" in told and rerun(five.layout, (), Wanted(), Progress("en")) == 0


def test_alerts_on_the_quality_of_the_answers(five: SmallStudy) -> None:
    """Batteries filled in without looking, fewer units that answered, women of another weight among the cases."""
    import pyreadstat

    from pipeline.comparison.alerts import alerts
    from pipeline.stages.compare import _compute, _gather
    from pipeline.stages.job import Job

    watched = "{straight_lining: 20, response: 10, response_by: [genere]}"
    with (five.folder / "study.yml").open("a", encoding="utf-8") as f:
        f.write(f"waves: {{alerts: {watched}}}\n")
    raw = five.folder / "data" / "raw"
    data, _ = pyreadstat.read_sav(str(raw / "2024" / "survey.sav"))
    data.loc[data.index < 100, ["f1", "f2", "f3"]] = 3
    data.loc[data.index < 180, "genere"] = 1
    pyreadstat.write_sav(data, str(raw / "2024" / "survey.sav"))
    for year, size in (("2019", 400), ("2024", 600)):
        with (raw / year / "source.yml").open("a", encoding="utf-8") as f:
            f.write(f"population: {size}\n")
    assert cli.main(["tabulate", "--study", str(five.folder)]) == 0
    import pyarrow.parquet as pq

    layout = five.layout.as_now()
    jobs = [Job(layout, layout.existing_wave(name)) for name in layout.waves()]
    waves = _gather(layout, jobs)
    said = [one["en"] for one in alerts(waves, pq.read_table(_compute(layout, jobs, waves, False)), ("it", "en"))]
    same = ((data[["f1", "f2", "f3"]].nunique(axis=1) == 1).mean()) * 100
    assert said[0].startswith(f"Judgements of the service: {same:.1f}% gave one answer to all its items in 2024")
    assert said[1] == "50.0% of the units answered in 2024, 75.0% in 2019."
    women = (data["genere"] == 1).mean() * 100
    assert said[2].startswith(f"Who answered, by Gender: “Women” is {women:.1f}% of the cases in 2024")
    assert len(said) == 4, "women more, men less"


def test_what_is_watched_has_to_be_there(five: SmallStudy) -> None:
    with (five.folder / "study.yml").open("a", encoding="utf-8") as f:
        f.write("waves: {alerts: {response: 5, response_by: [gener]}}\n")
    with pytest.raises(StudyError) as caught:
        names(five)
    assert "genere" in caught.value.message("en") and "`response_by`" in caught.value.message("en")
