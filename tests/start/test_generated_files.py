"""No file ends the program: whatever values, weights, missing and layers it has, a report or one sentence comes."""

from __future__ import annotations

import csv
import re
import warnings
from pathlib import Path

import pytest

from pipeline import cli
from tests.start.generated_files import generated

SENTENCE = re.compile(r"generated_\d+\.sav: .+")


def check(seeds: range, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for seed in seeds:
        made = generated(seed, folder)
        out = folder / f"out{seed}"
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # no warning of a library reaches a user
            code = cli.main(["quick", str(made.path), "--out", str(out), "--lang", "en", "--formats", "html",
                             *made.options])  # fmt: skip
        said = capsys.readouterr().err.strip().splitlines()
        assert code in (0, 2, 3), (seed, made.options, said[-1:])
        if code:
            assert SENTENCE.fullmatch(said[-1]), (seed, said[-1])
            continue
        with (out / "results.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        widths = {}
        for row in rows:
            value = row["value"]
            assert value == "" or abs(float(value)) < float("inf")
            assert (value == "") == (row["error"] != ""), (seed, row)
            if row["statistic"] in ("mean_low", "mean_high", "se") and value:
                key = (row["table_id"], row["row_var"], row["row_code"], row["col_var"], row["col_code"],
                       row["layer_code"])  # fmt: skip
                widths.setdefault(key, {})[row["statistic"]] = float(value)
        for key, ends in widths.items():  # an interval of no width stands only where nothing varies
            if len(ends) == 3 and ends["se"] > 0:
                assert ends["mean_low"] < ends["mean_high"] or ends["se"] < 1e-14 * abs(ends["mean_low"]), (seed, key)


@pytest.mark.parametrize("part", range(4))
def test_some_generated_files(part: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(range(part * 15, part * 15 + 15), tmp_path, capsys)


@pytest.mark.exhaustive
@pytest.mark.parametrize("part", range(20))
def test_a_thousand_generated_files(part: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(range(100 + part * 50, 150 + part * 50), tmp_path, capsys)
