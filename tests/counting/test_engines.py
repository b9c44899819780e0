"""One counter, several engines: the results are the same to the byte, whoever counts and however rows are divided."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.cli import main
from tests.conftest import WAVE, SmallStudy
from tests.tables.test_designs_everywhere import REPLICATES, REPORT, write

KINDS = {
    "plain": "",
    "weighted": "weights: {variable: w, kind: probability}",
    "clusters": "weights: {variable: w, kind: probability}\ndesign: {strata: st, cluster: psu, population: N}",
    "strata": "weights: {variable: w, kind: probability}\ndesign: {strata: st, lonely: adjust}",
    "replicated cases": "weights: {variable: w, kind: like_spss}",
}


def tabulate(folder: Path, engine: str, small: SmallStudy | None = None) -> bytes:
    """The results of the folder's study as an engine makes them, given as the text of ``engine:``."""
    study = folder / "study.yml" if small is None else small.layout.study
    text = study.read_text().split("\nengine:")[0]
    study.write_text(f"{text}\n{engine}\n")
    results = folder / f"data/processed/{'1' if small is None else WAVE}/results.parquet"
    results.unlink(missing_ok=True)
    assert main(["tabulate", "--study", str(folder)]) == 0
    return results.read_bytes()


def divided(folder: Path, cuts: tuple[int, ...], small: SmallStudy | None = None) -> Path:
    """The responses as a folder of files of unequal length, in another order, one of them in two row groups."""
    table = pq.read_table(folder / f"data/processed/{'1' if small is None else WAVE}/responses.parquet")
    parts = folder / "parts"
    parts.mkdir(exist_ok=True)
    ends = [0, *cuts, table.num_rows]
    for i, (a, b) in enumerate(pairwise(ends)):
        pq.write_table(table.slice(a, b - a), parts / f"{9 - i}.parquet", row_group_size=max((b - a) // 2 + 1, 1))
    return parts


@pytest.fixture(params=KINDS)
def study(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    write(tmp_path, KINDS[request.param])
    return tmp_path


def test_a_stream_gives_the_same_bytes(study: Path) -> None:
    expected = tabulate(study, "")
    parts = divided(study, (1, 40, 41))
    assert tabulate(study, f"engine: {{kind: stream, responses: {parts}, processes: 1}}") == expected


def test_several_processes_give_the_same_bytes(tmp_path: Path) -> None:
    write(tmp_path, KINDS["clusters"])
    expected = tabulate(tmp_path, "")
    parts = divided(tmp_path, (10, 100))
    assert tabulate(tmp_path, f"engine: {{kind: stream, responses: {parts}, processes: 2}}") == expected
    (parts / "9.parquet").unlink()
    assert tabulate(tmp_path, f"engine: {{kind: stream, responses: {parts}, processes: 2}}") != expected


def test_replicate_weights(tmp_path: Path) -> None:
    names = ", ".join(name for name in REPLICATES if name.startswith("jkn_"))
    write(tmp_path, f"weights: {{variable: w, replicates: {{variables: [{names}], type: jk1, df: 9}}}}")
    expected = tabulate(tmp_path, "")
    parts = divided(tmp_path, (17, 60))
    assert tabulate(tmp_path, f"engine: {{kind: stream, responses: {parts}, processes: 1}}") == expected


def refusal(folder: Path, study: str, report: str, capsys: pytest.CaptureFixture[str]) -> str:
    write(folder, f"{study}\nengine: {{kind: stream}}\n", report)
    assert main(["tabulate", "--study", str(folder)]) in (2, 3)
    return capsys.readouterr().err


def test_what_needs_all_cases_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ", ".join(name for name in REPLICATES if name.startswith("jkn_"))
    told = refusal(
        tmp_path / "a", f"weights: {{variable: w, replicates: {{variables: [{names}], type: jk1}}}}", REPORT, capsys
    )
    assert "`df:`" in told
    rake = "weights: {variable: made, kind: probability, rake: {grp: {1: 100, 2: 200}}}"
    told = refusal(tmp_path / "b", rake, REPORT, capsys)
    assert "made" in told and "`weights: rake:`" in told


def test_every_kind_of_missing_and_of_variable(small_study: SmallStudy) -> None:
    folder = small_study.folder
    expected = tabulate(folder, "", small_study)
    parts = divided(folder, (5, 6), small_study)
    assert tabulate(folder, f"engine: {{kind: stream, responses: {parts}, processes: 1}}", small_study) == expected


@pytest.mark.parametrize("kind", ["clusters", "plain"])
def test_a_database_gives_the_same_bytes(tmp_path: Path, kind: str) -> None:
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("ibis")
    write(tmp_path, KINDS[kind])
    expected = tabulate(tmp_path, "")
    parts = divided(tmp_path, (33,))
    with duckdb.connect(str(tmp_path / "survey.ddb")) as connection:
        connection.execute(f"create table people as select * from read_parquet('{parts}/*.parquet')")  # noqa: S608
    url = f"duckdb://{tmp_path}/survey.ddb"
    assert tabulate(tmp_path, f"engine: {{kind: database, url: '{url}', table: people}}") == expected


def test_where_nothing_can_be_read_one_sentence_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, "engine: {kind: stream, responses: /nowhere/at/all}")
    assert main(["tabulate", "--study", str(tmp_path)]) == 3
    assert "/nowhere/at/all" in capsys.readouterr().err.strip().splitlines()[-1]
    parts = tmp_path / "parts"
    parts.mkdir()
    pq.write_table(pa.table({"q": [1.0]}), parts / "a.parquet")
    study = tmp_path / "study.yml"
    study.write_text(study.read_text().replace("/nowhere/at/all", str(parts)))
    assert main(["tabulate", "--study", str(tmp_path)]) == 3
    assert "grp" in capsys.readouterr().err.strip().splitlines()[-1]
    study.write_text(study.read_text().split("\nengine:")[0] + "\nengine: {kind: spark}\n")
    assert main(["tabulate", "--study", str(tmp_path)]) == 2
    assert "`master:`" in capsys.readouterr().err.strip().splitlines()[-1]
    duckdb = pytest.importorskip("duckdb")
    pytest.importorskip("ibis")
    duckdb.connect(str(tmp_path / "a.ddb")).close()
    url = f"duckdb://{tmp_path}/a.ddb"
    study.write_text(study.read_text().replace("{kind: spark}", f"{{kind: database, url: '{url}', table: nobody}}"))
    assert main(["tabulate", "--study", str(tmp_path)]) == 3
    assert "nobody" in capsys.readouterr().err
