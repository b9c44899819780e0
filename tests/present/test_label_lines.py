"""What is said of labels: like variables in one line, and a table of labels looked through once for all of them."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

from pipeline.present.quality import MOST_LINES, label_lines
from pipeline.spss.model import Code, Dictionary, LabelTable, Variable


class Seen:
    """What ``label_lines`` asks of a view: the codes that each variable has in the data, and words."""

    lang = "en"

    def __init__(self, **codes: list[str]) -> None:
        self.variables = {name: SimpleNamespace(categories=dict.fromkeys(some)) for name, some in codes.items()}

    def get(self, table: str, statistic: str, name: str, code: str) -> Any:
        return SimpleNamespace(value=1)

    def missing_rows(self, table: str, name: str) -> list[Any]:
        return []

    def t(self, text_id: str, **params: object) -> str:
        return " ".join([text_id, *(f"{key}={value}" for key, value in params.items() if value)])


def lines(dictionary: Dictionary, **codes: list[str]) -> list[str]:
    view: Any = Seen(**codes)
    return label_lines(view, dictionary)


def variables(table: list[tuple[Code, str]], *names: str) -> list[Variable]:
    return [Variable(name, value_labels=LabelTable(table)) for name in names]


def test_like_variables_stand_in_one_line_whether_or_not_they_share_a_table() -> None:
    twice: list[tuple[Code, str]] = [(1.0, "Yes"), (2.0, "Yes"), (3.0, "No")]
    some = variables(twice, "A", "B")  # two tables of the same labels
    some += [Variable("C", value_labels=some[0].value_labels), Variable("D")]
    assert lines(Dictionary(variables=tuple(some)), A=["1", "2", "3"], B=["1", "2", "4"], C=["1", "3"]) == [
        "label_shared variable=A, B, C label=Yes codes=1, 2",
        "label_lacking variable=B codes=4",
        "label_unused variable=B codes=3",
        "label_unused variable=C codes=2",
    ]


def test_many_codes_and_many_lines_are_counted() -> None:
    table: list[tuple[Code, str]] = [(float(i), f"Label {i // 2}") for i in range(100)]
    found = lines(Dictionary(variables=tuple(variables(table, "A"))), A=["0", "5"])
    assert len(found) == MOST_LINES + 1
    assert found[-1] == f"labels_more count={50 + 1 - MOST_LINES}"
    table = [(float(i), f"Label {i}") for i in range(100)]
    assert lines(Dictionary(variables=tuple(variables(table, "A"))), A=["0", "5"]) == [
        "label_unused variable=A codes=codes_and_more codes=1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13 count=86"
    ]


def test_one_long_table_of_thousands_of_variables_is_looked_through_once() -> None:
    table = LabelTable((float(i), f"Label {i % 4000}") for i in range(9600))
    names = [f"V{i}" for i in range(2400)]
    dictionary = Dictionary(variables=tuple(Variable(name, value_labels=table) for name in names))
    start = time.process_time()
    found = lines(dictionary, **{name: [str(i), str(i + 1)] for i, name in enumerate(names)})
    assert time.process_time() - start < 3  # minutes where each variable looks through the table
    assert found[0] == "label_shared variable=V0 – V2399 (2400) label=Label 0 codes=0, 4000, 8000"
