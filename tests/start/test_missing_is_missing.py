"""An answer whose label says that there is none enters nothing that needs a number; it stays in the counts."""

from __future__ import annotations

import csv
from pathlib import Path
from statistics import mean, stdev

import pandas as pd
import pyreadstat
import pytest

from pipeline import cli
from tests.conftest import SmallStudy

Q = [1.0, 2, 3, 4, 5, 5, 4, 8, 9, 8, 2, 1]
SEX = [1.0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]
LABELS = {1.0: "Never", 2.0: "Rarely", 3.0: "Sometimes", 4.0: "Often", 5.0: "Always", 8.0: "Don't know", 9.0: "Refused"}
NUMBERS = [x for x in Q if x < 8]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "scale.sav"
    columns = {"q": Q, "q2": [6 - x if x < 8 else x for x in Q], "q3": Q[::-1], "sex": SEX,
               "view": [1.0, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 1], "middle": [1.0, 2, 3, 4, 5, 1, 2, 3, 4, 5, 3, 1],
               "note": ["", "a", "a", "", "b", "", "", "", "b", "a", " ", ""]}  # fmt: skip
    labels = {"q": LABELS, "q2": LABELS, "q3": LABELS, "sex": {1.0: "Man", 2.0: "Woman"},
              "view": {1.0: "Agree", 2.0: "Disagree", 3.0: "No view"},
              "middle": {1.0: "Bad", 2.0: "Poor", 3.0: "Don't know", 4.0: "Good", 5.0: "Excellent"}}  # fmt: skip
    pyreadstat.write_sav(pd.DataFrame(columns), str(path), variable_value_labels=labels)
    return path


def results(file: Path, *options: str) -> list[dict[str, str]]:
    out = file.parent / "out"
    assert cli.main(["quick", str(file), "--out", str(out), "--lang", "en", "--formats", "html", *options]) == 0
    with (out / "results.csv").open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def value(rows: list[dict[str, str]], statistic: str, row: str, **columns: str) -> float | None:
    wanted = {"statistic": statistic, "row_var": row, "row_code": "", "col_var": "", "col_code": ""} | columns
    found = [r for r in rows if all(r[k] == v for k, v in wanted.items()) and r["table_id"] != "codebook"]
    return float(found[0]["value"]) if found and found[0]["value"] else None


def test_means_leave_them_out_and_counts_keep_them(file: Path) -> None:
    rows = results(file)
    assert value(rows, "mean", "q") == pytest.approx(mean(NUMBERS))
    assert value(rows, "sd", "q") == pytest.approx(stdev(NUMBERS))
    assert value(rows, "count", "q", row_code="8") == 2 and value(rows, "valid_share", "q", row_code="9") == 1 / 12
    page = (file.parent / "out" / "report.en.html").read_text("utf-8")
    assert "8 “Don&#39;t know”, 9 “Refused”" in page and "needs a number or an order" in page


def test_they_stay_in_the_chi_square_and_not_in_ordinal_measures(file: Path) -> None:
    rows = results(file, "--rows", "q", "--by", "sex")
    # R: x <- table(q, sex); chisq.test(x)$statistic with all seven categories, by hand Σ(o−e)²/e
    observed = {(a, b): sum(1 for q, s in zip(Q, SEX, strict=True) if (q, s) == (a, b)) for a in set(Q) for b in (1, 2)}
    expected = {(a, b): Q.count(a) * SEX.count(b) / 12 for a, b in observed}
    chi2 = sum((observed[k] - expected[k]) ** 2 / expected[k] for k in observed)
    assert value(rows, "chi2", "q", col_var="sex") == pytest.approx(chi2)
    # Goodman and Kruskal's gamma by its definition, over the nine cases with an answer
    pairs = [(q, s) for q, s in zip(Q, SEX, strict=True) if q < 8]
    sign = [(a[0] - b[0]) * (a[1] - b[1]) for i, a in enumerate(pairs) for b in pairs[:i]]
    concordant, discordant = sum(x > 0 for x in sign), sum(x < 0 for x in sign)
    gamma = value(rows, "gamma", "q", col_var="sex")
    assert gamma is None or gamma == pytest.approx((concordant - discordant) / (concordant + discordant))
    by_group = value(rows, "mean", "q", col_var="sex", col_code="2")
    assert by_group == pytest.approx(mean(q for q, s in pairs if s == 2))
    both = results(file, "--rows", "q", "--by", "q3")
    pairs = [(a, b) for a, b in zip(Q, Q[::-1], strict=True) if a < 8 and b < 8]
    sign = [(a[0] - b[0]) * (a[1] - b[1]) for i, a in enumerate(pairs) for b in pairs[:i]]
    concordant, discordant = sum(x > 0 for x in sign), sum(x < 0 for x in sign)
    assert value(both, "gamma", "q", col_var="q3") == pytest.approx(
        (concordant - discordant) / (concordant + discordant)
    )


def test_what_the_user_says_is_done(file: Path) -> None:
    assert value(results(file, "--missing", "none"), "mean", "q") == pytest.approx(mean(Q))
    rows = results(file, "--missing", "q=8,9")
    assert value(rows, "mean", "q") == pytest.approx(mean(NUMBERS))
    assert value(rows, "count", "q", row_code="8") is None and value(rows, "missing_n", "q", row_code="8") == 2
    assert value(results(file, "--missing", "q=5"), "mean", "q") == pytest.approx(mean(x for x in NUMBERS if x < 5))


@pytest.mark.parametrize("wrong", ["q", "q=", "nobody=8", "q=77"])
def test_a_mistake_in_it_is_one_sentence(file: Path, wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["quick", str(file), "--out", str(file.parent / "o"), "--lang", "en", "--missing", wrong]) == 2
    assert "--missing" in capsys.readouterr().err.strip().splitlines()[-1]


def test_no_mean_where_the_order_has_a_hole(file: Path) -> None:
    rows = results(file)
    assert value(rows, "mean", "view") is None and value(rows, "mean", "middle") is None


def test_blank_texts_are_no_answers(file: Path) -> None:
    rows = results(file)
    assert value(rows, "valid_share", "note", row_code="a") == 3 / 5
    assert value(rows, "missing_n", "note", row_code=" ") == 7


def test_a_study_whose_codebook_does_not_say(small_study: SmallStudy) -> None:
    small_study.edit(
        "codebook.yml", "    missing: {8: {it: Non sa, en: Does not know}, 9: {it: Non risponde, en: No answer}}\n", ""
    )
    small_study.edit(
        "codebook.yml", "      5: {it: Moltissimo, en: Very much}\n",
        "      5: {it: Moltissimo, en: Very much}\n      8: {it: Non sa, en: Does not know}\n"
        "      9: {it: Non risponde, en: No answer}\n",
    )  # fmt: skip

    def found() -> float:
        assert cli.main(["report", "--study", str(small_study.folder), "--lang", "en", "--formats", "html"]) == 0
        with (small_study.reports / "results.csv").open(encoding="utf-8", newline="") as rows:
            means = [r for r in csv.DictReader(rows) if r["table_id"] == "fiducia" and r["statistic"] == "mean"]
        return float(next(r["value"] for r in means if r["row_var"] == "fid_a"))

    answers = [5, 4, 4, 3, 2, 3, 4, 5, 1, 4]
    assert found() == pytest.approx(mean(answers))
    assert "8 “Does not know”" in (small_study.reports / "report.en.html").read_text("utf-8")
    small_study.edit("codebook.yml", "    scores: true\n", "    scores: true\n    no_answer: []\n")
    assert found() == pytest.approx(mean([*answers, 8, 9]))


def test_a_figure_draws_them_grey_behind_the_answers(tmp_path: Path) -> None:
    """Items of one scale get a figure; "Don't know" and "Refused" are no steps of it."""
    from lxml import html

    path = tmp_path / "items.sav"
    columns = {f"t_{i}": [*Q[i:], *Q[:i]] for i in range(3)}
    pyreadstat.write_sav(
        pd.DataFrame(columns), str(path), column_labels=[f"Trust - {w}" for w in ("mayor", "council", "police")],
        variable_value_labels=dict.fromkeys(columns, LABELS),
    )  # fmt: skip
    results(path)
    page = html.fromstring((tmp_path / "out" / "report.en.html").read_bytes())
    figures = page.xpath("//figure[.//*[local-name()='svg']]")
    assert len(figures) == 1
    paths = figures[0].xpath(".//*[local-name()='path'][@fill][@stroke='#ffffff']")
    fills = [path.get("fill") for path in paths]
    greys = [f for f in fills if f and len({f[1:3], f[3:5], f[5:7]}) == 1]
    assert len(fills) == 3 * 7 and len(greys) == 3 * 2
