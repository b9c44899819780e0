"""A file of any format makes a report, a study and a wave; what belongs to it counts as part of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.paths import companions, data_hash, survey_files
from pipeline.progress import Progress
from pipeline.start.quick import Request, quick
from tests.formats.conftest import ANSWERS, HERE

PROJECT = Path(__file__).parents[2]


def _counts(out: Path, name: str) -> dict[str, float]:
    """The counts of a variable's categories in its frequency table."""
    rows = pq.read_table(out / "results.parquet").to_pylist()
    mine = [r for r in rows if r["table_id"] == f"freq_{name}" and r["row_code"] and not r["col_var"]]
    return {r["row_code"]: r["value"] for r in mine if r["statistic"] in ("n", "missing_n")}


def _quick(file: Path, out: Path) -> None:
    quick(Request(file, out, lang="en", formats=("html",)), Progress("en"))


def test_quick_on_a_stata_file(stata: Path, tmp_path: Path) -> None:
    _quick(stata, tmp_path / "out")
    assert _counts(tmp_path / "out", "sex").items() >= {"1": 4.0, "2": 2.0}.items()
    opinion = Counter(str(v) for v in ANSWERS["opinion"])
    found = _counts(tmp_path / "out", "opinion")
    assert (found["1"], found["-1001"], found["-1002"]) == (opinion["1"], opinion["a"], opinion["b"])
    assert "Refused" in (tmp_path / "out" / "report.en.html").read_text("utf-8")


def test_quick_on_csv_sas_and_syntax(comma: Path, tmp_path: Path) -> None:
    _quick(comma, tmp_path / "csv")
    assert _counts(tmp_path / "csv", "sex").items() >= {"1": 2.0, "2": 2.0}.items()
    # the file itself has the names of the species cut
    _quick(HERE / "iris.sas7bdat", tmp_path / "sas")
    assert _counts(tmp_path / "sas", "Species").items() >= {"setosa": 50.0, "virgin": 50.0}.items()
    _quick(HERE / "limesurvey_syntax_file.sps", tmp_path / "sps")
    assert _counts(tmp_path / "sps", "mood").items() >= {"A1": 2.0, "A2": 1.0}.items()


def test_a_folder_s_data_file_and_what_belongs_to_it(tmp_path: Path, comma: Path) -> None:
    assert [p.name for p in survey_files(tmp_path)] == ["survey.csv"]
    assert [p.name for p in companions(comma)] == ["survey.codebook.csv"]
    before = data_hash(comma)
    with (tmp_path / "survey.codebook.csv").open("a") as file:
        file.write("town,Town,,,text\n")
    assert data_hash(comma) != before
    place = tmp_path / "setup"
    place.mkdir()
    for path in HERE.glob("limesurvey*"):
        shutil.copy(path, place)
    (place / "extra.csv").write_text("a,b\n1,2\n")
    assert [p.name for p in survey_files(place)] == ["extra.csv", "limesurvey_syntax_file.sps"]
    assert [p.name for p in companions(place / "limesurvey_syntax_file.sps")] == ["limesurvey_data_file.dat"]


@pytest.mark.parametrize("source", ["csv", "sps", "dta"])
def test_init_and_report(source: str, comma: Path, stata: Path, tmp_path: Path) -> None:
    file = {"csv": comma, "sps": HERE / "limesurvey_syntax_file.sps", "dta": stata}[source]
    study = tmp_path / "study"

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", *words, "--study", str(study)],
            cwd=PROJECT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    run("init", str(file))
    run("report", "--formats", "html", "--lang", "it")
    assert (study / "reports" / "1" / "report.it.html").is_file()
    if source == "sps":
        data = study / "data" / "raw" / "1" / "survey.dat"
        data.write_text(data.read_text("utf-8") + "'4','','A2','1','z'\n", "utf-8")
        before = (study / "reports" / "1" / "manifest.json").read_text()
        run("report", "--formats", "html", "--lang", "it")
        assert (study / "reports" / "1" / "manifest.json").read_text() != before


def test_a_spss_file_is_read_without_pandas() -> None:
    words = (
        "import sys; import pipeline.formats.child; "
        "print(sorted(m for m in sys.modules if m in ('pandas','pyreadstat','openpyxl')))"
    )
    done = subprocess.run([sys.executable, "-c", words], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
