"""Thousands of damaged files: no crash, no hang, no traceback, and none is read with other rows (R1, R3)."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import DataRejected
from pipeline.spss import read
from tests.spss.mutate import KINDS, bases, mutated

PROJECT = Path(__file__).resolve().parents[2]


def run(seed: int, count: int) -> dict[str, object]:
    """The report of one process of mutations."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.spss.mutate", str(seed), str(count)],
        cwd=PROJECT,
        capture_output=True,
        timeout=60 + count / 5,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    report: dict[str, object] = json.loads(done.stdout)
    return report


def test_damaged_files_are_refused_or_read_whole() -> None:
    report = run(2024, 400)
    assert report["bad"] == []
    assert int(str(report["refused"])) > 100
    assert int(str(report["accepted"])) > 20


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_six_thousand_damaged_files(seed: int) -> None:
    assert run(seed, 1500)["bad"] == []


def test_through_the_front_door(write: Callable[..., Path]) -> None:
    """The same by the public function: the parent sees a file or one sentence."""
    rng = random.Random(5)  # noqa: S311  not for secrets
    good = bases()
    for kind in KINDS:
        name = rng.choice(sorted(good))
        path = write(mutated(rng, good[name], kind), name)
        try:
            assert read(path).table.num_rows >= 0
        except DataRejected as error:
            assert str(error).startswith(str(path))
