"""One table of labels for thousands of variables is kept once, all the way to the codebook that quick makes."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipeline.spss import child
from pipeline.spss.model import Dictionary, LabelTable, MissingValues, Variable
from pipeline.start.guess import guess
from pipeline.start.init import Start, _codebook
from tests.spss.test_small_hostile_files import file, labels, names, variable


def test_many_variables_with_one_long_table_are_guessed_and_written_in_time(tmp_path: Path) -> None:
    path = tmp_path / "shared.sav"
    path.write_bytes(file(*map(variable, names(2400)), labels(9600, [*range(1, 2401)]), elements=2400))
    found = child.parse(path, None)
    said = json.dumps(found.to_json())
    assert len(said) < 2_000_000  # 9,600 labels once; 2,400 times they are 500 MB
    found = Dictionary.from_json(json.loads(said))
    assert len({id(v.value_labels) for v in found.variables}) == 1
    table = pa.table({v.name: pa.array([], pa.float64()) for v in found.variables})
    start = time.process_time()
    guesses = guess(found, table)
    text = "\n".join(_codebook(found, guesses, Start(("en",)), passing=True))
    assert time.process_time() - start < 3  # 20 s where each variable looks through the table
    assert len(text) < 2_000_000


def test_of_very_many_labels_those_that_occur_are_categories() -> None:
    table = LabelTable((f"c{i}", f"Label {i}") for i in range(500))
    v = Variable("S", kind="string", value_labels=table)
    found = guess(Dictionary(variables=(v,)), pa.table({"S": ["c1", "c400", "c1", "c400", "c1"]}))
    assert found.variables["S"].categories == (("c1", "Label 1"), ("c400", "Label 400"))


def test_a_label_table_answers_as_its_pairs_do() -> None:
    table = LabelTable([(2.0, "two"), (-1.0, "gone"), (9.0, "away"), (2.0, "again"), (1.5, "half")])
    assert table.by_code[2.0] == "two" and table.by_text["2"] == "again"
    missing = MissingValues((9.0, 7.0), float("-inf"), 0.0)
    assert table.missing(missing) == {-1.0, 9.0}
    assert [code for code, _ in table.of([1.5, 9.0, 77.0, -1.0])] == [-1.0, 9.0, 1.5]
    assert all(missing.is_missing(code) == (code in table.missing(missing)) for code, _ in table)


def test_values_that_cannot_be_rounded_to_a_decimal_are_guessed_without_a_warning() -> None:
    values = [1.25, 1.7e308, -1.7e308, *np.arange(60) / 4]
    with np.errstate(all="raise"):
        found = guess(Dictionary(variables=(Variable("A"),)), pa.table({"A": pa.array(values, pa.float64())}))
    assert found.variables["A"].decimals == 2
