"""Text answers made of our own marks, through a whole study: nets, filters, bands, sets, groups, a mapping."""

from __future__ import annotations

import csv
import html
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
import yaml

from pipeline.files import file_hash
from tests.conftest import Ran, write_sav

Run = Callable[..., Ran]
Rows = list[dict[str, Any]]

MARKS = (
    ".",
    "net:b",
    "\\.",
    "a",
    "A",
    "\u00e9",
    "e\u0301",
    " a",
    "1",
    "1.0",
    "01",
    "a > b",
    "0..5",
    "intercept",
    "'",
    '"',
)
ANSWERS = [MARKS[(i * 7) % len(MARKS)] for i in range(80)] + ["."] * 5 + ["net:b"] * 3 + [""] * 4
N = len(ANSWERS)
GROUPS = ["x" if i % 3 else "y" for i in range(N)]
SCORES = [float((i * 5) % 9) for i in range(N)]
MENTIONS = [(MARKS[i % 3], MARKS[(i + 1) % 2]) for i in range(N)]
TOKENS = [".;net:b" if i % 2 else "a;." for i in range(N)]
LATER = ["point" if text == "a" else text for text in ANSWERS]  # the second wave writes "a" as "point", and keeps "."

STUDY = """
title: Marks
languages: [en]
population: {name: People, unit: {en: {one: person, many: people}}}
inference: sample
"""
SOURCE = "title: Marks\n"
REPORT = r"""
sections:
  - section: one
    title: One
    contents:
      - {table: answers, title: Answers, rows: q}
      - {table: of_points, title: Those who wrote a point, rows: g, where: {q: [.]}}
      - {table: of_nobody, title: Those without a number, rows: g, where: {hole: [.]}}
      - {table: crossed, title: Crossed, rows: q, columns: g, letters: true}
      - {table: turned, title: Turned, rows: g, columns: q}
      - {table: averages, title: Averages, rows: z, columns: q, statistics: [n, mean, tukey]}
      - {table: banded, title: Banded, rows: band}
      - {table: mentioned, title: Mentioned, rows: set_m}
      - {table: listed, title: Listed, rows: set_d}
      - {figure: drawn, of: answers, title: Drawn, highlight: [.]}
"""


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def codebook() -> str:
    categories = "\n".join(f"      {quoted(text)}: {quoted('label ' + str(i))}" for i, text in enumerate(MARKS))
    return f"""
variables:
  q:
    label: Q
    kind: nominal
    categories:
{categories}
    nets: {{b: {{label: A net, codes: ['.', a]}}}}
    disclosure: public
  g: {{label: G, kind: nominal, categories: {{x: X, y: Y}}}}
  z: {{label: Z, kind: numeric}}
  hole: {{label: Hole, kind: numeric}}
  m1: {{label: M1, kind: nominal, categories: {{'.': a point, 'net:b': no net, '\\.': slash}}}}
  m2: {{label: M2, kind: nominal, categories: {{'.': a point, 'net:b': no net, '\\.': slash}}}}
  d: {{label: D, kind: text}}
sets:
  set_m: {{label: M, kind: categories, members: [m1, m2]}}
  set_d:
    label: D
    kind: delimited
    members: [d]
    separator: ';'
    categories: {{'.': a point, 'net:b': no net, a: A}}
derived:
  band:
    label: Band
    source: q
    bands:
      1: {{label: point, codes: ['.']}}
      2: {{label: no net, codes: ['net:b']}}
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    from pipeline.cli import main

    folder = tmp_path_factory.mktemp("marks")
    (folder / "study.yml").write_text(STUDY, "utf-8")
    (folder / "codebook.yml").write_text(codebook(), "utf-8")
    (folder / "report.yml").write_text(REPORT, "utf-8")
    for wave, answers in (("1", ANSWERS), ("2", LATER)):
        raw = folder / "data" / "raw" / wave
        hole = [1.0 if i % 4 else float("nan") for i in range(N)]
        write_sav(
            raw / "survey.sav",
            {"q": answers, "g": GROUPS, "z": SCORES, "hole": hole, "m1": [m for m, _ in MENTIONS],
             "m2": [m for _, m in MENTIONS], "d": TOKENS},
        )  # fmt: skip
        (raw / "source.yml").write_text(SOURCE, "utf-8")
    mapping = f"sha256: {file_hash(folder / 'data' / 'raw' / '2' / 'survey.sav')}\n"
    mapping += "variables:\n  q:\n    status: recoded\n    codes: {point: a}\n    comparable: mapped\n"
    mapping += "    reason: written otherwise\n    confirmed: yes\n"
    (folder / "data" / "raw" / "2" / "mapping.yml").write_text(mapping, "utf-8")
    assert main(["report", "--study", str(folder), "--formats", "html,xlsx", "--lang", "en"]) == 0
    yield folder


def test_a_wave_without_the_variable_of_a_condition_has_no_change_and_a_reason(study: Path, tmp_path: Path) -> None:
    from pipeline.cli import main

    folder = tmp_path / "study"
    shutil.copytree(study, folder, ignore=shutil.ignore_patterns("reports", "processed"))
    mapping = folder / "data" / "raw" / "2" / "mapping.yml"
    mapping.write_text(mapping.read_text("utf-8").split("\n", 1)[1], "utf-8")  # for which file is not said: q stays out
    assert main(["report", "--study", str(folder), "--formats", "html", "--lang", "en"]) == 0
    changes = [r for r in rows_of(folder, "comparison") if r["statistic"] == "change"]
    of_condition = [r for r in changes if r["table_id"] in filtered()]
    assert of_condition and {(r["value"], r["error"]) for r in of_condition} == {(None, "not_comparable")}


def filtered() -> list[str]:
    """The tables with a condition on q."""
    tables = [c for s in yaml.safe_load(REPORT)["sections"] for c in s["contents"]]
    return [c["table"] for c in tables if "q" in c.get("where", {})]


def rows_of(study: Path, wave: str) -> Rows:
    found: Rows = pq.read_table(study / "data" / "processed" / wave / "results.parquet").to_pylist()
    return found


def counted(rows: Rows, table: str, row_var: str, statistic: str = "n", col_code: str = "") -> dict[str, float]:
    return {
        r["row_code"]: r["value"] for r in rows
        if (r["table_id"], r["row_var"], r["statistic"], r["col_code"]) == (table, row_var, statistic, col_code)
        and r["row_code"]
    }  # fmt: skip


CODE = {".": "\\.", "net:b": "\\net:b", "\\.": "\\\\.", "intercept": "\\intercept"}
"""How these values are written in results; every other as it is."""


def coded(counts: Mapping[str, int]) -> dict[str, float]:
    return {CODE.get(text, text): float(n) for text, n in counts.items() if text}


@pytest.mark.parametrize("wave", ["1", "2"])
def test_each_answer_is_counted_once_where_it_belongs(study: Path, wave: str) -> None:
    rows, truth = rows_of(study, wave), Counter(ANSWERS)
    found = counted(rows, "answers", "q")
    assert found.pop("net:b") == truth["."] + truth["a"]
    assert found == coded(truth)
    assert counted(rows, "answers", "q", "missing_n") == {" ": 4.0}
    for group in ("x", "y"):
        inside = Counter(text for text, g in zip(ANSWERS, GROUPS, strict=True) if g == group)
        crossed = counted(rows, "crossed", "q", "n", group)
        assert crossed.pop("net:b") == inside["."] + inside["a"]
        assert {code: n for code, n in crossed.items() if n} == coded(inside)
    banded = {"1": truth["."], "2": truth["net:b"]}
    assert counted(rows, "banded", "band") == banded


def test_a_condition_means_the_answer_and_not_who_lacks_one(study: Path) -> None:
    rows = rows_of(study, "1")
    points = Counter(g for text, g in zip(ANSWERS, GROUPS, strict=True) if text == ".")
    assert counted(rows, "of_points", "g") == points
    assert counted(rows, "of_nobody", "g") == Counter(g for i, g in enumerate(GROUPS) if i % 4 == 0)


def test_sets_know_their_items(study: Path) -> None:
    rows = rows_of(study, "1")
    assert counted(rows, "mentioned", "set_m") == coded(Counter(text for pair in MENTIONS for text in set(pair)))
    assert counted(rows, "listed", "set_d") == coded(Counter(t for text in TOKENS for t in text.split(";")))


def test_means_by_groups_are_those_of_the_groups(study: Path) -> None:
    rows = rows_of(study, "1")
    found = {r["col_code"]: r["value"] for r in rows if (r["table_id"], r["statistic"]) == ("averages", "mean")}
    for text in MARKS:
        own = [z for one, z in zip(ANSWERS, SCORES, strict=True) if one == text]
        assert found[CODE.get(text, text)] == pytest.approx(sum(own) / len(own))
    pairs = [r for r in rows if (r["table_id"], r["statistic"]) == ("averages", "tukey_p")]
    assert len(pairs) == len(MARKS) * (len(MARKS) - 1) / 2


def test_two_waves_of_the_same_answers_do_not_differ(study: Path) -> None:
    folder = study / "data" / "processed" / "comparison"
    rows = pq.read_table(folder / "results.parquet").to_pylist()
    changes = {r["row_code"]: r["value"] for r in rows if (r["statistic"], r["row_var"]) == ("change", "q")}
    assert set(changes) == {*coded(Counter(ANSWERS)), "net:b"}
    assert set(changes.values()) == {0.0}


def test_a_reader_sees_labels_and_the_values_of_the_file(study: Path) -> None:
    for report in (study / "reports" / "1", study / "reports" / "comparison"):
        page = html.unescape(re.sub(r"<[^>]+>", "\n", (report / "report.en.html").read_text("utf-8")))
        book = openpyxl.load_workbook(report / "report.en.xlsx", read_only=True)
        cells = [str(v) for sheet in book for line in sheet.iter_rows(values_only=True) for v in line if v is not None]
        for shown in (page.splitlines(), cells):
            text = "\n".join(shown)
            for i in range(len(MARKS)):
                assert f"label {i}" in text
            assert "A net" in text
            assert not any(mark in text for mark in ("\\net:b", "\\\\.", "\\intercept"))


def test_unlabelled_values_are_shown_as_the_file_has_them(run: Run, tmp_path: Path) -> None:
    survey, out = tmp_path / "bare.sav", tmp_path / "out"
    write_sav(survey, {"q": ANSWERS, "g": GROUPS, "z": SCORES})
    made = run("quick", survey, "--out", out, "--rows", "q,z", "--by", "q,g", "--layer", "g", "--lang", "en",
               "--formats", "html,xlsx")  # fmt: skip
    assert made.code == 0, made.err
    rows = list(csv.DictReader((out / "results.csv").open(encoding="utf-8")))
    mine = {
        r["row_code"].removeprefix("'") if r["row_code"][1:] in CODE else r["row_code"]: float(r["value"])
        for r in rows
        if (r["table_id"], r["statistic"], r["row_var"]) == ("freq_q", "n", "q") and r["row_code"]
    }
    assert mine == coded(Counter(ANSWERS))
    page = (out / "report.en.html").read_text("utf-8")
    labels: Sequence[str] = [html.unescape(t) for t in re.findall(r"<th[^>]*>(.*?)</th>", page, flags=re.DOTALL)]
    for text in MARKS:
        assert any(text.strip() == re.sub(r"<[^>]+>", "", one).strip() for one in labels), text
    assert not any("\\net:b" in one or "\\intercept" in one for one in labels)
