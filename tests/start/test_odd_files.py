"""quick and init on odd files, as a user meets them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.spss.model import Dictionary, LabelTable, Variable
from pipeline.start.guess import guess
from tests.conftest import Ran
from tests.spss.build import Column, sav

Run = Callable[..., Ran]
SPSS = Path(__file__).parent.parent / "spss" / "files"
WRONG = "wrongcharset_utf8_rs_win1252.sav"


def last_line(ran: Ran) -> str:
    return ran.err.strip().splitlines()[-1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file that declares the wrong page."""
    place = tmp_path / "dati"
    place.mkdir()
    shutil.copyfile(SPSS / WRONG, place / WRONG)
    return place


def test_the_line_that_is_told_is_enough(run: Run, folder: Path) -> None:
    """The message says to write `encoding: cp1252` in the source.yml beside the file: just that is done."""
    quick = ("quick", folder / WRONG, "--out", folder / "out", "--formats", "html", "--lang", "en")
    assert "`encoding: cp1252`" in last_line(run(*quick))
    (folder / "source.yml").write_text("encoding: cp1252\n", encoding="utf-8")
    assert run(*quick).code == 0
    assert "Café crème" in (folder / "out" / "report.en.html").read_text(encoding="utf-8")


def test_a_source_among_several_files_says_which(run: Run, folder: Path) -> None:
    shutil.copyfile(SPSS / "rs_win1252.sav", folder / "other.sav")
    (folder / "source.yml").write_text("encoding: cp1252\n", encoding="utf-8")
    quick = ("quick", folder / WRONG, "--out", folder / "out", "--formats", "html", "--lang", "it")
    ran = run(*quick)
    assert ran.code == 2
    assert f"`file: {WRONG}`" in last_line(ran)
    (folder / "source.yml").write_text(f"file: {WRONG}\nencoding: cp1252\n", encoding="utf-8")
    assert run(*quick).code == 0
    assert run("quick", folder / "other.sav", "--out", folder / "o2", "--formats", "html").code == 0


def test_a_mistake_in_the_source_names_the_file_that_was_written(run: Run, folder: Path) -> None:
    (folder / "source.yml").write_text("encodng: cp1252\n", encoding="utf-8")
    ran = run("quick", folder / WRONG, "--out", folder / "out", "--lang", "en")
    assert ran.code == 2
    assert str(folder / "source.yml") in last_line(ran)


def test_a_file_without_cases_gives_its_codebook(run: Run, tmp_path: Path) -> None:
    """A number beside a text: without cases their columns lie at one address of memory."""
    path = tmp_path / "template.sav"
    path.write_bytes(sav([Column("Q1", label="Vero?", labels={1.0: "sì"}), Column("S", 8)], []))
    ran = run(
        "quick", path, "--out", tmp_path / "out", "--rows", "Q1", "--by", "S", "--lang", "it", "--formats", "html"
    )
    assert ran.code == 0, ran.err
    page = (tmp_path / "out" / "report.it.html").read_text(encoding="utf-8")
    assert "Il file contiene 0 casi." in page
    assert "Vero?" in page


def test_a_missing_code_declared_twice(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "twice.sav"
    path.write_bytes(sav([Column("A", missing=[9.0, 9.0, 8.0])], [[1], [9], [2], [8]]))
    ran = run("quick", path, "--out", tmp_path / "out", "--lang", "it", "--formats", "html")
    assert ran.code == 0, ran.err


def test_layers_and_rows_by_the_thousand(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "many.sav"
    rows = [[i, f"caso {i}", i % 2] for i in range(1100)]
    path.write_bytes(sav([Column("ID"), Column("NOME", 12), Column("SESSO")], rows))
    for options in (("--rows", "SESSO", "--by", "SESSO", "--layer", "ID"), ("--rows", "NOME", "--by", "SESSO")):
        ran = run("quick", path, "--out", tmp_path / "out", "--lang", "it", *options)
        assert ran.code == 2
        assert "1100" in last_line(ran)
        assert options[-1 if "--layer" in options else 1] in last_line(ran)


def test_likely_missing_answers_are_told_at_the_table(run: Run, tmp_path: Path) -> None:
    """Code 8 stays in the counts and out of the mean: the note of the table says so, in its language's marks."""
    labels: dict[object, str] = {1.0: "poco", 2.0: "abbastanza", 3.0: "molto", 8.0: "Non so"}
    path = tmp_path / "doubt.sav"
    columns = [Column(f"Q{i}", label=f"Fiducia: istituzione {i}", labels=labels) for i in range(1, 4)]
    path.write_bytes(sav(columns, [[1 + i % 3, 1 + i % 2, (1, 8)[i % 2]] for i in range(30)]))
    for lang, note in (
        ("it", "richiede un numero o un ordine: 8 «Non so»."),
        ("en", "needs a number or an order: 8 “Non so”."),
    ):
        ran = run("quick", path, "--out", tmp_path / "out", "--lang", lang, "--formats", "html")
        assert ran.code == 0, ran.err
        assert note in (tmp_path / "out" / f"report.{lang}.html").read_text(encoding="utf-8")


def test_two_lots_of_one_question() -> None:
    """The names start anew and the labels say what is different: two sets, not one of twice the items."""
    answers = LabelTable([(0.0, "Non scelto"), (1.0, "Scelto")])
    names = [(s, i) for s in (1, 2) for i in range(1, 5)]
    variables = tuple(
        Variable(f"M{s}_{i}", f"Che cosa usa? ({('a casa', 'al lavoro')[s - 1]}) - servizio {i}", value_labels=answers)
        for s, i in names
    )
    table = pa.table({v.name: [0.0, 1.0, float(k % 2)] for k, v in enumerate(variables)})
    found = guess(Dictionary(variables=variables, cases=3), table)
    assert [s.members for s in found.sets] == [
        tuple(v.name for v in variables[:4]),
        tuple(v.name for v in variables[4:]),
    ]


def test_lots_whose_labels_are_one_question_stay_together() -> None:
    answers = LabelTable([(0.0, "Non scelto"), (1.0, "Scelto")])
    variables = tuple(
        Variable(f"M{s}_{i}", f"Che cosa usa? - servizio {4 * s + i}", value_labels=answers)
        for s in (1, 2)
        for i in range(1, 5)
    )
    table = pa.table({v.name: [0.0, 1.0, float(k % 2)] for k, v in enumerate(variables)})
    found = guess(Dictionary(variables=variables, cases=3), table)
    assert [len(s.members) for s in found.sets] == [8]


def test_the_page_on_data_quality_stays_short(run: Run, tmp_path: Path) -> None:
    """40 items of four batteries that lack answers: four rows; and 40 empty neighbours: one."""
    labels: dict[object, str] = {1.0: "poco", 2.0: "abbastanza", 3.0: "molto", 4.0: "moltissimo", 9.0: "NR"}
    columns = [
        Column(f"B{b}_{i}", label=f"Blocco {b}: voce {i}", labels=labels, missing=[9.0])
        for b in range(1, 5)
        for i in range(1, 11)
    ]
    columns += [Column(f"E{i}", label=f"Vuota {i}") for i in range(40)]
    rows = [[(1, 2, 3, 9)[(k + j) % 4] for j in range(40)] + [None] * 40 for k in range(21)]
    path = tmp_path / "wide.sav"
    path.write_bytes(sav(columns, rows))
    ran = run("quick", path, "--out", tmp_path / "out", "--lang", "it", "--formats", "html")
    assert ran.code == 0, ran.err
    page = (tmp_path / "out" / "report.it.html").read_text(encoding="utf-8")
    table = page[page.index('id="table-missing_answers"') :]
    table = table[: table.index("</table>")]
    assert table.count("<tr") == 1 + 4 + 1
    assert "[B1_1 – B1_10] (10)" in table
    assert "[E0 – E39] (40)" in table
    assert "5–6" in table  # code 9 in five or six of the 21 cases
    assert "etichette di codici che nessuno ha: 4" in page


def test_what_is_no_file_is_called_so(run: Run, tmp_path: Path) -> None:
    """A folder by the name of a file is there, and is no file; a name with a line end stays on the message's line."""
    (tmp_path / "x.sav").mkdir()
    for command in (
        ("quick", tmp_path / "x.sav", "--out", tmp_path / "o"),
        ("init", tmp_path / "x.sav", "--study", tmp_path / "s"),
    ):
        ran = run(*command)
        assert ran.code == 2
        assert "x.sav" in last_line(ran)
        assert "non esiste" not in last_line(ran)
        assert "no such file" not in last_line(ran)
    ran = run("quick", tmp_path / "two\nlines.sav", "--out", tmp_path / "o", "--lang", "en")
    assert "two\\nlines.sav: there is no such file" in last_line(ran)


def test_the_notes_and_attributes_of_a_file_are_shown_as_text(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "notes.sav"
    attributes = (17, 1, "Fonte('<b>Indagine</b> è nostra'\n)$@Interno('x'\n)".encode())
    path.write_bytes(sav([Column("A")], [[1], [2]], documents=["Nota <script>1</script>"], extensions=[attributes]))
    ran = run("quick", path, "--out", tmp_path / "out", "--lang", "it", "--formats", "html")
    assert ran.code == 0, ran.err
    page = (tmp_path / "out" / "report.it.html").read_text(encoding="utf-8")
    assert "Nota &lt;script&gt;1&lt;/script&gt;" in page
    assert "Fonte: &lt;b&gt;Indagine&lt;/b&gt; è nostra" in page
    assert "Interno" not in page
