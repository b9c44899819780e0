"""Starting from a bare file: quick on every file at hand, init's study as a study that runs, guesses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from pipeline.labels import shared
from pipeline.paths import SURVEY_SUFFIXES, layout
from pipeline.spec.load import load
from pipeline.spec.yaml_text import flow, key, quoted
from tests.conftest import COLUMNS, Ran, write_sav
from tests.spss.build import Column, sav

Run = Callable[..., Ran]
SPSS = Path(__file__).parent.parent / "spss" / "files"
FILES = sorted(p for p in SPSS.iterdir() if p.suffix.lower() in SURVEY_SUFFIXES)
LARGE = {"customer_dbase.sav"}  # 132 variables: its own test, with the other slow ones


def test_there_are_files() -> None:
    assert len(FILES) > 20


@pytest.mark.parametrize("file", [f for f in FILES if f.name not in LARGE], ids=lambda f: f.name)
def test_quick_gives_a_report_or_one_message(run: Run, tmp_path: Path, file: Path) -> None:
    out = tmp_path / "out"
    ran = run("quick", file, "--out", out, "--lang", "en", "--formats", "html")
    assert ran.code in (0, 3), ran.err
    assert "Traceback" not in ran.err
    if ran.code == 3:
        assert not out.exists()
        assert file.name in ran.err.splitlines()[-1]
        assert "{" not in ran.err.splitlines()[-1]
        assert "survey-" not in ran.err, "the scratch folder is nobody's business"
        return
    made = {"report.en.html", "results.parquet", "results.csv", "manifest.json"}
    assert {p.name for p in out.iterdir()} == made
    assert {Path(line).name for line in ran.out.splitlines()} == made
    table = pq.read_table(out / "results.parquet")
    errors, values = table.column("error").to_pylist(), table.column("value").to_pylist()
    assert all((v is None) == bool(e) for v, e in zip(values, errors, strict=True))


@pytest.mark.exhaustive
@pytest.mark.parametrize("file", [f for f in FILES if f.name in LARGE], ids=lambda f: f.name)
def test_quick_on_a_large_file(run: Run, tmp_path: Path, file: Path) -> None:
    assert run("quick", file, "--out", tmp_path / "out", "--lang", "it").code == 0


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("file") / "Indagine 2009.sav"
    write_sav(path, COLUMNS)
    return path


def test_quick_crosses_what_is_asked_for_whatever_the_case_of_names(run: Run, survey: Path, tmp_path: Path) -> None:
    ran = run("quick", survey, "--out", tmp_path, "--rows", "FORMA", "--by", "Provincia,area_a", "--lang", "it",
              "--formats", "html")  # fmt: skip
    assert ran.code == 0, ran.err
    rows = pq.read_table(tmp_path / "results.parquet").to_pylist()
    pairs = {(r["row_var"], r["col_var"]) for r in rows if r["col_var"]}
    assert {("forma", "provincia"), ("forma", "area_a")} <= pairs
    assert any(r["statistic"] == "chi2_p" and r["col_var"] == "provincia" for r in rows)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rows", "fomra", "--by", "provincia"], ("--rows", "fomra", "forma")),
        (["--rows", "forma", "--by", "prov"], ("--by", "prov")),
        (["--layer", "xx"], ("--layer", "xx")),
        (["--weight", "pseo"], ("--weight", "pseo", "peso")),
        (["--formats", "doc"], ("doc", "docx")),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_quick_names_what_is_not_there(
    run: Run, survey: Path, tmp_path: Path, words: list[str], said: tuple[str, ...]
) -> None:
    ran = run("quick", survey, "--out", tmp_path / "out", "--lang", "it", *words)
    assert ran.code == 2, ran
    for piece in said:
        assert piece in ran.err
    assert not (tmp_path / "out").exists()


def test_quick_without_the_file(run: Run, tmp_path: Path) -> None:
    ran = run("quick", tmp_path / "none.sav", "--out", tmp_path / "out", "--lang", "en")
    assert ran.code == 2
    assert "none.sav" in ran.err


def test_quick_into_a_place_that_is_a_file(run: Run, survey: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    ran = run("quick", survey, "--out", tmp_path / "out", "--lang", "en", "--formats", "html")
    assert ran.code == 6, ran.err


def test_quick_leaves_the_file_as_it_was(run: Run, survey: Path, tmp_path: Path) -> None:
    before = survey.read_bytes()
    assert run("quick", survey, "--out", tmp_path, "--lang", "en", "--formats", "html").code == 0
    assert survey.read_bytes() == before
    assert sorted(p.name for p in survey.parent.iterdir()) == [survey.name]


def test_quick_uses_a_weight_only_where_one_is_named(run: Run, survey: Path, tmp_path: Path) -> None:
    """The file switches none on; ``--weight`` does, and ``--like-spss`` makes it a replication weight."""
    counts = {}
    for name, words in {
        "none": [],
        "weight": ["--weight", "peso"],
        "like": ["--weight", "peso", "--like-spss"],
    }.items():
        out = tmp_path / name
        assert run("quick", survey, "--out", out, "--lang", "en", "--formats", "html", *words).code == 0
        rows = pq.read_table(out / "results.parquet").to_pylist()
        about = ("freq_provincia", "count", "provincia", "MI")
        counts[name] = [
            r["value"] for r in rows if (r["table_id"], r["statistic"], r["row_var"], r["row_code"]) == about
        ]
    assert counts["none"] == [5.0]
    assert counts["weight"] == pytest.approx([1.0 + 1.2 + 0.8 + 1.0 + 1.1])
    assert counts["like"] == pytest.approx([5.1])


# ---------------------------------------------------------------- init


@pytest.fixture(scope="module")
def begun(survey: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from pipeline import cli

    folder = tmp_path_factory.mktemp("begun") / "study"
    assert cli.main(["init", str(survey), "--study", str(folder), "--lang", "en", "--wave", "2009"]) == 0
    return folder


def test_init_writes_a_study_that_loads(begun: Path) -> None:
    files = load(layout(begun))
    assert set(files.codebook.variables) == set(COLUMNS)
    assert files.codebook.variables["comuni"].kind in ("numeric", "ordinal")
    assert files.codebook.variables["codice"].kind == "identifier"
    assert files.codebook.variables["provincia"].categories.keys() == {"BG", "MI"}


def test_init_marks_its_guesses(begun: Path) -> None:
    text = (begun / "codebook.yml").read_text("utf-8")
    assert "guess:" in text


def test_a_begun_study_runs(run: Run, begun: Path) -> None:
    ran = run("report", "--study", begun, "--formats", "html", "--lang", "it")
    assert ran.code == 0, ran.err


def test_init_never_overwrites(run: Run, begun: Path, survey: Path) -> None:
    before = {p.name: p.read_bytes() for p in begun.glob("*.yml")}
    for lang in ("it", "en"):
        ran = run("init", survey, "--study", begun, "--lang", lang)
        assert ran.code == 2
        assert str(begun.name) in ran.err
    assert {p.name: p.read_bytes() for p in begun.glob("*.yml")} == before


@pytest.mark.parametrize("kept", [0, 300])
def test_init_on_a_damaged_file_leaves_no_study(run: Run, survey: Path, tmp_path: Path, kept: int) -> None:
    broken = tmp_path / "broken.sav"
    broken.write_bytes(survey.read_bytes()[:kept])
    ran = run("init", broken, "--study", tmp_path / "study", "--lang", "en")
    assert ran.code == 3
    assert not (tmp_path / "study" / "study.yml").exists()
    again = run("init", survey, "--study", tmp_path / "study", "--lang", "en")
    assert again.code == 0, again.err


def test_hostile_names_and_labels_survive_the_way_through_yaml(run: Run, tmp_path: Path) -> None:
    import pandas as pd
    import pyreadstat

    labels = [
        "a: b # c",
        '"quoted" \\ {it: x}',
        "- [1, 2]\n  more",
        "{forma:count:1}",
        "!!python/name:os.system",
        "\u2028x",
    ]
    frame = pd.DataFrame({f"V{i}": [1.0, 2.0, 1.0] for i in range(len(labels))})
    pyreadstat.write_sav(
        frame, str(tmp_path / "h.sav"), column_labels=labels,
        variable_value_labels={f"V{i}": {1: label, 2: "no: yes"} for i, label in enumerate(labels)},
    )  # fmt: skip
    ran = run("init", tmp_path / "h.sav", "--study", tmp_path / "study", "--lang", "en")
    assert ran.code == 0, ran.err
    codebook = load(layout(tmp_path / "study")).codebook
    for i, label in enumerate(labels):
        variable = codebook.variables[f"V{i}"]
        own = label.replace("\n", " - ")  # the lines of a label are its parts
        assert " ".join(next(iter(variable.label.values())).split()) == " ".join(own.split())
        assert " ".join(next(iter(variable.categories["1"].values())).split()) == " ".join(label.split())
    assert run("report", "--study", tmp_path / "study", "--lang", "en", "--formats", "html").code == 0


def test_weights_too_large_to_add_up_are_refused_by_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "w.sav").write_bytes(sav([Column("A"), Column("PESO")], [[1, 1e300], [2, 1e300]], weight=2))
    ran = run("quick", tmp_path / "w.sav", "--out", tmp_path / "out", "--lang", "en", "--formats", "html")
    assert ran.code == 3
    assert "PESO" in ran.err
    assert "Traceback" not in ran.err


def test_names_and_numbers_that_no_file_should_hold(run: Run, tmp_path: Path) -> None:
    columns = [Column("<b>x</b>", labels={1.0: "a", 2.0: "b"}), Column("D", format=(20, 11, 0)), Column("H")]
    rows = [[1 + i % 2, (-1e10, 1e300, 0.5)[i % 3], 10.0 ** (i * 12)] for i in range(26)]
    (tmp_path / "h.sav").write_bytes(sav(columns, rows, extensions=[(7, 1, b"$<b>=C 1 x D H\n")]))
    ran = run("quick", tmp_path / "h.sav", "--out", tmp_path / "out", "--lang", "it")
    assert ran.code == 0, ran.err


def test_dont_know_that_is_not_declared_missing_is_asked_about(run: Run, tmp_path: Path) -> None:
    column = Column("A", label="Domanda", labels={1.0: "Poco", 2.0: "Molto", 8.0: "Non so"})
    (tmp_path / "d.sav").write_bytes(sav([column], [[1], [2], [8]] * 10))
    assert run("quick", tmp_path / "d.sav", "--out", tmp_path / "out", "--lang", "it", "--formats", "html").code == 0
    page = (tmp_path / "out" / "report.it.html").read_text("utf-8")
    assert "Da controllare: risposte che dicono che una risposta non c&#39;è" in page
    assert "8 «Non so»" in page and "--missing none" in page


# ---------------------------------------------------------------- small parts


@pytest.mark.parametrize(
    "text", ["plain", "yes", "1", "a: b", "# no", '"', "\\", "\x85", "\u2029", "\ufeff", "è", "\n"]
)
def test_quoted_text_comes_back(text: str) -> None:
    assert yaml.safe_load(quoted(text)) == text
    assert yaml.safe_load(flow([text, "x"])) == [text, "x"]


@pytest.mark.parametrize("name", ["a", "q1_2", "10", "01", "a b", "on", "-1", "1.5", "é"])
def test_keys_come_back(name: str, tmp_path: Path) -> None:
    from pipeline.spec import source

    assert source.parse(f"{key(name)}: x\n", tmp_path, "f").content == {name: "x"}


@pytest.mark.parametrize(
    ("labels", "start"),
    [
        (["Trust: a", "Trust: b"], "Trust"),
        (["Which of these? - x", "Which of these? - y"], "Which of these?"),
        (["one", "two"], ""),
        (["Q: a", "Q: b"], ""),
        ([], ""),
    ],
)
def test_what_labels_begin_with(labels: list[str], start: str) -> None:
    assert shared(labels) == start


def test_the_manifest_of_a_quick_report_says_nothing_of_the_machine(run: Run, survey: Path, tmp_path: Path) -> None:
    assert run("quick", survey, "--out", tmp_path / "out", "--lang", "en", "--formats", "html").code == 0
    for name in ("manifest.json", "report.en.html"):
        text = (tmp_path / "out" / name).read_text("utf-8")
        assert str(tmp_path) not in text
        assert str(survey.parent) not in text
    assert json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["wave"] == "quick"


def test_a_set_is_counted_as_spss_counts_it(run: Run, tmp_path: Path) -> None:
    """MULT RESPONSE divides by the cases with at least one mention: of five asked one mentioned nothing."""
    columns = [Column(f"area_{i}", labels={0.0: "No", 1.0: "Yes"}, label=f"Areas: {i}") for i in (1, 2, 3)]
    cases = [(1.0, 0.0, 1.0), (1.0, 1.0, 0.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 0.0)]
    file = tmp_path / "areas.sav"
    file.write_bytes(sav(columns, cases, extensions=[(7, 1, b"$areas=D1 1 5 Areas area_1 area_2 area_3\n")]))
    assert run("quick", file, "--out", tmp_path / "out", "--formats", "html", "--lang", "en").code == 0
    rows = pq.read_table(tmp_path / "out" / "results.parquet").to_pylist()
    shares = {r["row_code"]: r for r in rows if r["statistic"] == "share_of_cases" and r["row_code"]}
    assert {code: (r["value"], r["n"]) for code, r in shares.items()} == {
        "area_1": (0.75, 4), "area_2": (0.5, 4), "area_3": (0.25, 4),
    }  # fmt: skip
