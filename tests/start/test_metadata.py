"""What survey tools and interviewers write of themselves is no question, and a question of the same name is one."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipeline.spss.model import Dictionary, LabelTable, Variable
from pipeline.start.guess import guess

ROWS = 30
NUMBERS = [float(i % 7) for i in range(ROWS)]
WORK = ((1.0, "Employed"), (2.0, "Retired"), (3.0, "Student"))


def apart(*variables: Variable, **data: list[object]) -> set[str]:
    """The names of those that are no questions."""
    columns = {}
    for v in variables:
        values = data.get(v.name) or (NUMBERS if v.kind == "numeric" else ["a b", "c d e", "f"] * (ROWS // 3))
        columns[v.name] = pa.array(values, pa.float64() if v.kind == "numeric" else pa.string())
    return {n for n, g in guess(Dictionary(variables=variables), pa.table(columns)).variables.items() if g.metadata}


BESIDE = (Variable("ResponseId", kind="string"), Variable("RecordedDate", kind="string"))


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Duration__in_seconds_", ""), ("Status", "Response Type"), ("Status", ""), ("Progress", "Progress"),
        ("Duration", "Dauer in Sekunden"), ("start", ""), ("V_status", ""), ("Q3_DO_2", ""), ("Q3_First_Click", ""),
        ("Q9", "Which? - Display Order - Radio"), ("interviewtime", "Total time"), ("CASE", "Interview-Nummer"),
        ("lingua", ""), ("finished", "Terminé"), ("enumerator", "Enumerator ID"), ("INT", "Codice intervistatore"),
        ("INTNR", "Interviewer number"), ("x7", "Numéro de l'enquêteur"), ("home_latitude", ""),
    ],
)  # fmt: skip
def test_beside_a_tools_columns_they_stand_apart(name: str, label: str) -> None:
    found = apart(*BESIDE, Variable(name, label))
    assert (name in found) is (name != "lingua"), "a name that no tool has says nothing"


@pytest.mark.parametrize(
    "v",
    [
        Variable("Status", "Employment status", value_labels=LabelTable(WORK)),
        Variable("Status", "", value_labels=LabelTable(WORK)),
        Variable("Duration", "How many nights did you stay?"),
        Variable("Duration", "Length of the stay", value_labels=LabelTable(((1.0, "A day"), (2.0, "A week")))),
        Variable("mode", "How do you get to work?", value_labels=LabelTable(WORK)),
        Variable("progress", "Does the country make progress?", value_labels=LabelTable(((1.0, "Very"), (2.0, "Not")))),
        Variable("case", "Which case do you mean?", kind="string"),
        Variable("q9", "Was the interviewer polite?", value_labels=LabelTable(((1.0, "Yes"), (2.0, "No")))),
        Variable("language", "Language spoken at home", value_labels=LabelTable(((1.0, "Italian"), (2.0, "German")))),
    ],
    ids=lambda v: f"{v.name} {v.label}",
)  # fmt: skip
def test_a_question_of_that_name_is_a_question(v: Variable) -> None:
    assert v.name not in apart(*BESIDE, v)
    assert v.name not in apart(v)


@pytest.mark.parametrize("name", ["Status", "Duration", "mode", "progress"])
def test_a_name_alone_is_no_sign(name: str) -> None:
    assert apart(Variable(name)) == set()


def test_values_are_a_second_sign() -> None:
    texts: list[object] = [f"2026-03-{i + 1:02} 10:00" for i in range(ROWS)]
    assert apart(Variable("start", kind="string"), start=texts) == {"start"}
    numbers: list[object] = [float(7 * i + 1) for i in range(ROWS)]
    assert apart(Variable("id"), id=numbers) == {"id"}
