"""Where the same units answered in both waves: tests of partially overlapping samples, lineages, panel weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import cli
from pipeline.comparison.lineages import Lineages, lineages
from pipeline.comparison.overlap import Answers, Common, overlapping
from pipeline.comparison.units import Group, Links, UnitsFile
from pipeline.statistics.core import Number, Options
from tests.comparison import five_waves
from tests.comparison.test_change import R
from tests.comparison.test_compare import made, one, rows
from tests.conftest import NAN, SmallStudy, write_sav

OPTIONS = Options()
X = [20, 21, 16, 18, 14, 12, 14, 17, *[NAN] * 8, 14, 15, 18, 20, 11, 19, 14, 15]
Y = [*[NAN] * 8, 10, 16, 18, 16, 15, 14, 13, 10, 15, 10, 15, 17, 13, 19, 12, 13]
A = [*[1] * 9, *[0] * 6, *[1] * 5, *[0] * 4, *[NAN] * 6]
B = [*[1] * 8, 0, 1, 1, 1, 0, 0, 0, *[NAN] * 9, *[1] * 6]


def change_of(x: list[float], y: list[float], share: bool, weighted: bool = False) -> dict[str, Number]:
    """Two waves whose units stand at the same place, NaN where one did not answer."""
    a, b = np.array(x, dtype=float), np.array(y, dtype=float)
    both = ~np.isnan(a) & ~np.isnan(b)
    place = [np.cumsum(~np.isnan(one)) - 1 for one in (a, b)]
    values = [one[~np.isnan(one)] for one in (a, b)]
    w = 1 + np.arange(1, sum(map(len, values)) + 1) % 3 / 2
    weights = [w[: len(values[0])], w[len(values[0]) :]] if weighted else [None, None]
    common = Common(place[0][both], place[1][both])
    return overlapping(Answers(values[0], weights[0]), Answers(values[1], weights[1]), common, share, OPTIONS, "")


def test_shares_of_partly_the_same_units_are_those_of_the_paper() -> None:
    p = change_of(A, B, share=True)["change_p"].value
    assert p == pytest.approx(R["overlap_z8_p"], rel=1e-12) and round(p or 0, 3) == 0.053


def test_means_of_partly_the_same_units_are_those_of_the_paper() -> None:
    found = change_of(X, Y, share=False)
    for ours, theirs in (("change_low", "t_low"), ("change_high", "t_high"), ("change_p", "t_p")):
        assert found[ours].value == pytest.approx(R[f"overlap_{theirs}"], rel=1e-10), ours
    assert found["change_linked_n"].value == 8


def test_all_the_same_units_is_the_paired_test() -> None:
    found = change_of(X[16:], Y[16:], share=False)
    assert found["change_low"].value == pytest.approx(R["overlap_paired_low"], rel=1e-10)
    assert found["change_p"].value == pytest.approx(R["overlap_paired_p"], rel=1e-10)


def test_all_the_same_units_is_mcnemar_s_test() -> None:
    before, after = [1, 1, 1, 1, 0, 0], [0, 0, 0, 1, 1, 0]
    assert change_of(before, after, share=True)["change_p"].value == pytest.approx(R["small_mcnemar_exact"], rel=1e-12)


def test_with_weights_it_is_that_of_survey_with_the_unit_as_cluster() -> None:
    found = change_of(X, Y, share=False, weighted=True)
    assert found["change_p"].value == pytest.approx(R["overlap_weighted_p"], rel=1e-9)
    middle = ((found["change_low"].value or 0) + (found["change_high"].value or 0)) / 2
    assert middle == pytest.approx(R["overlap_weighted_change"], rel=1e-10)


def test_what_does_not_vary_has_a_reason_and_one_common_unit_no_covariance() -> None:
    assert change_of([1.0] * 5, [1.0] * 5, share=True)["change_p"].error == "zero_variance"
    assert change_of([2.0] * 5, [2.0] * 5, share=False)["change_p"].error == "zero_variance"
    assert change_of([1, 2, NAN], [NAN, 2, 3], share=False) == {}


# ---------------------------------------------------------------- through all waves


def links(earlier: str, later: str, *groups: tuple[str, list[str], list[str]]) -> Links:
    return Links(earlier, later, tuple(Group(k, tuple(a), tuple(b)) for k, a, b in groups), UnitsFile())  # type: ignore[arg-type]


def test_lineages_follow_merges_and_find_who_skipped_a_wave() -> None:
    rows_of = {"1": {"A": 0, "B": 1, "C": 2, "D": 3}, "2": {"M": 0, "C": 1}, "3": {"M": 0, "C": 1, "D": 2, "E": 3}}
    first = links("1", "2", ("merge", ["A", "B"], ["M"]), ("continue", ["C"], ["C"]), ("unlinked_before", ["D"], []))
    second = links("2", "3", ("continue", ["M"], ["M"]), ("continue", ["C"], ["C"]), ("unlinked_after", [], ["D"]),
                   ("unlinked_after", [], ["E"]))  # fmt: skip
    found = lineages(["1", "2", "3"], rows_of, (first, second))
    assert sorted(found.rows) == [((), (), (3,)), ((0, 1), (0,), (0,)), ((2,), (1,), (1,)), ((3,), (), (2,))]
    assert found.cohorts().tolist() == [[3, 2, 3], [0, 0, 0], [0, 0, 1]]
    assert found.skipped().tolist() == [0, 1, 0]
    assert [r.tolist() for r in found.in_all()] == [[2], [1], [1]]
    assert [r.tolist() for r in found.pairs(0, 2)] == [[2, 3], [1, 2]]


def test_a_code_that_ended_is_not_the_unit_that_bears_it_later() -> None:
    rows_of = {"1": {"A": 0}, "2": {}, "3": {"A": 0}}
    ended = lineages(["1", "2", "3"], rows_of, (links("1", "2", ("end", ["A"], [])),))
    begun = lineages(["1", "2", "3"], rows_of, (links("2", "3", ("begin", [], ["A"])),))
    assert len(ended.rows) == len(begun.rows) == 2 and len(lineages(["1", "2", "3"], rows_of, ()).rows) == 1
    assert Lineages(()).skipped().tolist() == []


def panel_study(folder: Path, extra: str = "") -> SmallStudy:
    """Four waves of the same 300 persons, of whom a tenth or so leaves each wave out."""
    five_waves.make(folder, 4)
    for wave, year in enumerate(five_waves.YEARS[:4]):
        columns: dict[str, Any] = {**five_waves.columns(wave), "id": [f"P{i:05d}" for i in range(five_waves.CASES)]}
        kept = [i for i in range(five_waves.CASES) if (i * 7 + wave * 3) % 10]
        columns["peso"] = [1.0 + i % 3 for i in range(five_waves.CASES)]
        path = folder / "data" / "raw" / year
        write_sav(path / "survey.sav", {n: [c[i] for i in kept] for n, c in columns.items()})
        if extra and wave:
            (path / "units.yml").write_text(extra, "utf-8")
    book = folder / "codebook.yml"
    weight = "variables:\n  peso: {label: {it: Peso longitudinale, en: Panel weight}, kind: weight}\n"
    book.write_text(book.read_text("utf-8").replace("variables:\n", weight, 1), "utf-8")
    assert cli.main(["tabulate", "--study", str(folder)]) == 0
    return SmallStudy(folder)


def test_a_panel_of_four_waves(tmp_path: Path) -> None:
    study = panel_study(tmp_path / "study")
    found = rows(study)
    about = {"wave": "2019", "table_id": "cohorts"}
    assert one(found, **about, statistic="balanced_n", col_code="")["value"] == 180
    assert one(found, **about, statistic="n", row_code="2009", col_code="2019")["value"] == 240
    assert one(found, **about, statistic="skipped_n", col_code="2012")["value"] == 30
    share = {"wave": "2019", "table_id": "fiducia_balanced", "row_var": "fiducia", "row_code": "4"}
    balanced = one(found, **share, statistic="valid_share")
    assert 170 <= balanced["n"] <= 180
    items = [r for r in found if r["statistic"] == "item_p" and r["wave"] == "2019"]
    assert [r["row_code"] for r in items] == ["s1", "s2", "s3"] and items[2]["value"] < 1e-9
    scale = [r for r in found if r["table_id"] == "panel_f2" and r["statistic"] == "paired_t_p"]
    assert len(scale) == 3, "the items of a battery are compared unit by unit"
    change = {"wave": "2019", "col_code": "2014", "table_id": "ore", "row_var": "ore"}
    assert 200 < one(found, **change, statistic="change_linked_n")["value"] <= 240
    document = made(study)
    ids = [t.id for t in document.tables()]
    assert {"table-attrition", "table-fiducia-balanced", "table-items-2019"} <= set(ids)
    cohort = next(t for t in document.tables() if t.id == "table-attrition")
    assert "180 of 300 units" in cohort.notes[0] and "30 in 2012" in cohort.notes[0]


def test_a_panel_weight_weighs_the_linked_units(tmp_path: Path) -> None:
    study = panel_study(tmp_path / "study", "weight: peso\n")
    found = rows(study)
    about = {"wave": "2012", "table_id": "panel_ore"}
    mean = one(found, **about, statistic="mean_after")["value"]
    ids = [{f"P{i:05d}": i for i in range(300) if (i * 7 + wave * 3) % 10} for wave in (0, 1)]
    hours = [five_waves.columns(wave)["ore"] for wave in (0, 1)]
    both = [
        i for i in ids[1].values() if i in ids[0].values() and hours[0][i] == hours[0][i] and hours[1][i] == hours[1][i]
    ]
    w = np.array([1.0 + i % 3 for i in both])
    assert mean == pytest.approx(float(w @ np.array([hours[1][i] for i in both])) / w.sum())
    assert one(found, **about, statistic="paired_t_p")["value"] is not None
    assert one(found, wave="2012", table_id="panel_media", statistic="bowker_chi2_p")["error"]
