"""A wave's smaller study: what it cannot show is left out, and nothing else."""

from __future__ import annotations

import pytest

from pipeline.errors import DataRejected
from pipeline.spec.load import StudyFiles, load
from pipeline.spec.model import FigureSpec, TableSpec, TextSpec
from pipeline.waves import WaveMapping
from pipeline.waves.within import left_out, unavailable, within
from tests.conftest import SmallStudy


@pytest.fixture
def files(small_study: SmallStudy) -> StudyFiles:
    return load(small_study.layout)


def ids(files: StudyFiles) -> list[str]:
    names = []
    for content in files.report.contents():
        if isinstance(content, TableSpec):
            names.append(content.table)
        elif isinstance(content, FigureSpec):
            names.append(content.figure)
        elif isinstance(content, TextSpec):
            names.append("text")
    return names


def test_nothing_out_is_the_study_itself(files: StudyFiles) -> None:
    assert within(files, frozenset()) is files
    assert unavailable(files.codebook, None) == frozenset()


def test_tables_their_figures_texts_and_findings_go_together(files: StudyFiles) -> None:
    out = unavailable(files.codebook, None, ["forma"])
    assert out == {"forma"}
    small = within(files, out)
    assert ids(small) == ["tipo", "aree", "fiducia", "comuni"]
    assert small.report.findings == ()
    assert small.report.main_figure is None
    assert [s.section for s in small.report.sections] == ["forme", "resto"]
    assert small.report.sections[0].text is None
    assert "forma" not in small.codebook.variables
    assert small.codebook.variables["tipo"].asked_if == {}
    assert [(o.table.table, o.lacks, o.reduced) for o in left_out(files, out)] == [
        ("forma", ("forma",), False),
        ("forma_provincia", ("forma",), False),
        ("servizi_forma", ("forma",), False),
        ("comuni_forma", ("forma",), False),
    ]


def test_a_table_keeps_the_rows_and_columns_that_are_there(files: StudyFiles) -> None:
    both = TableSpec(table="t", title={"*": "T"}, rows=("forma", "tipo"), columns=("provincia", "forma > tipo"))
    report = files.report
    section = report.sections[0].model_copy(update={"contents": (both,)})
    one = StudyFiles(files.study, files.codebook, report.model_copy(update={"sections": (section,)}), files.sources)
    (table,) = within(one, {"tipo"}).report.tables()
    assert (table.rows, table.columns) == (("forma",), ("provincia",))
    (lost,) = left_out(one, {"tipo"})
    assert (lost.lacks, lost.reduced) == (("tipo",), True)
    assert within(one, {"provincia", "tipo"}).report.tables() == []


@pytest.mark.parametrize(
    "needs",
    [
        {"layer": "provincia"},
        {"where": {"provincia": ("MI",)}},
        {"rows": (), "model": {"kind": "logistic", "outcome": "forma", "predictors": ("provincia",)}},
    ],
)
def test_what_a_whole_table_rests_on_cannot_be_missing(files: StudyFiles, needs: dict[str, object]) -> None:
    spec = TableSpec.model_validate({"table": "t", "title": "T", "rows": ("forma",), **needs})
    section = files.report.sections[0].model_copy(update={"contents": (spec,)})
    one = StudyFiles(
        files.study, files.codebook, files.report.model_copy(update={"sections": (section,)}), files.sources
    )
    assert within(one, {"provincia"}).report.tables() == []
    assert [o.lacks for o in left_out(one, {"provincia"})] == [("provincia",)]


def test_a_section_without_tables_is_not_printed(files: StudyFiles) -> None:
    out = unavailable(files.codebook, None, ["forma", "tipo"])
    assert [s.section for s in within(files, out).report.sections] == ["resto"]


def mapping(**variables: dict[str, object]) -> WaveMapping:
    return WaveMapping.model_validate({"variables": variables})


GONE = {"status": "gone", "confirmed": True}
WAITING = {"status": "renamed"}


def test_a_lost_item_leaves_the_set_and_an_unconfirmed_one_does_not(files: StudyFiles) -> None:
    lost = unavailable(files.codebook, mapping(area_a=GONE))
    assert lost == {"area_a"}
    assert within(files, lost).codebook.sets["aree"].members == ("area_b",)
    assert unavailable(files.codebook, mapping(area_a=WAITING)) == {"area_a", "aree"}
    assert unavailable(files.codebook, mapping(area_a=GONE, area_b=GONE)) == {"area_a", "area_b", "aree"}


def test_a_set_that_is_not_comparable_or_not_confirmed_is_out(files: StudyFiles) -> None:
    for record in ({"comparable": "mapped"}, {"comparable": "not", "reason": "altro", "confirmed": True}):
        assert unavailable(files.codebook, WaveMapping.model_validate({"sets": {"aree": record}})) == {"aree"}
    kept = WaveMapping.model_validate({"sets": {"aree": {"comparable": "mapped", "confirmed": True}}})
    assert unavailable(files.codebook, kept) == frozenset()


def test_a_grid_keeps_its_other_rows_and_an_index_does_not(files: StudyFiles) -> None:
    out = unavailable(files.codebook, mapping(fid_a=GONE, comuni=GONE))
    assert out == {"fid_a", "comuni", "classe"}
    assert within(files, out).codebook.batteries["fiducia_in"].members == ("fid_b",)
    assert "fiducia_in" in unavailable(files.codebook, mapping(fid_a=GONE, fid_b=GONE))


def test_without_the_weight_its_tables_go_and_a_weight_in_use_stops(files: StudyFiles) -> None:
    weighted = files.report.sections[0].contents[0].model_copy(update={"weighted": True})
    section = files.report.sections[0].model_copy(update={"contents": (weighted,)})
    one = StudyFiles(
        files.study, files.codebook, files.report.model_copy(update={"sections": (section,)}), files.sources
    )
    assert within(one, {"peso"}).report.tables() == []
    assert within(one, {"peso"}).study.weights is None
    assert [o.lacks for o in left_out(one, {"peso"})] == [("peso",)]
    weights = files.study.weights
    assert weights is not None
    used = files.study.model_copy(update={"weights": weights.model_copy(update={"use": True})})
    with pytest.raises(DataRejected) as caught:
        within(StudyFiles(used, files.codebook, files.report, files.sources), {"peso"})
    assert caught.value.text_id == "waves.weight_out"


def test_the_variable_that_names_the_units_cannot_be_missing(files: StudyFiles) -> None:
    with pytest.raises(DataRejected) as caught:
        within(files, {"codice"})
    assert caught.value.exit_code == 3
    assert "codice" in caught.value.message("it")
