"""Two readers agree: ours and pyreadstat (ReadStat) give the same cells, on every open case and on made files.

Where pyreadstat is known to be wrong the test says so and asks for the right value.
"""

from __future__ import annotations

import math
import random
import struct
from collections.abc import Callable
from pathlib import Path

import pyreadstat
import pytest

from pipeline.spss.read import DataFile
from tests.spss.build import Column, sav
from tests.spss.conftest import FILES, parse_here
from tests.spss.test_open_cases import BROKEN

READABLE = sorted(p.name for p in FILES.iterdir() if p.suffix in (".sav", ".por") and p.name not in BROKEN)


def assert_agree(found: DataFile, path: Path, encoding: str | None = None) -> None:
    """Names, labels, formats, value labels and every cell."""
    if path.suffix == ".por":
        data, meta = pyreadstat.read_por(path, output_format="dict", disable_datetime_conversion=True)
    else:
        data, meta = pyreadstat.read_sav(
            path, output_format="dict", disable_datetime_conversion=True, user_missing=True, encoding=encoding
        )
    assert found.table.column_names == list(data)
    for variable in found.dictionary.variables:
        name = variable.name
        theirs = [None if isinstance(x, float) and math.isnan(x) else x for x in data[name]]
        ours = found.table[name].to_pylist()
        if path.suffix == ".por":  # pyreadstat loses user-missing codes, and sums base-30 digits in doubles
            ours = [None if variable.missing.is_missing(x) else x for x in ours]
            ours = [pytest.approx(x, rel=1e-14) if isinstance(x, float) else x for x in ours]
        assert ours == theirs, name
        assert variable.label == (meta.column_names_to_labels[name] or "")
        assert variable.format == meta.original_variable_types[name]
        assert dict(variable.value_labels) == meta.variable_value_labels.get(name, {})
        assert (variable.measure or "unknown") == meta.variable_measure[name]


@pytest.mark.parametrize("name", READABLE)
def test_open_cases(name: str) -> None:
    assert_agree(parse_here(FILES / name), FILES / name)


def made(seed: int) -> tuple[list[Column], list[list[object]]]:
    """A file of every kind of column, its values chosen to meet every code of the compression."""
    rng = random.Random(seed)  # noqa: S311  not for secrets
    columns = []
    for i in range(rng.choice([1, 2, 7, 8, 9, 30])):
        kind = rng.choice(["small", "any", "text", "wide", "odd"])
        width = {"text": rng.randint(1, 8), "wide": rng.randint(9, 60)}.get(kind, 0)
        labels: dict[object, str] = {}
        if not width and rng.random() < 0.5:
            labels = {float(k): f"etichetta {k} è" for k in range(rng.randint(1, 5))}
        columns.append(Column(f"V{i}{kind[0]}", width, label=rng.choice(["", f"Città {i}"]), labels=labels))
    rows: list[list[object]] = []
    for _ in range(rng.choice([0, 1, 5, 400])):
        row: list[object] = []
        for c in columns:
            if c.width:
                size = rng.randint(0, c.width)
                text = "".join(rng.choice("ab cdè ") for _ in range(size)).strip()
                while len(text.encode()) > c.width:
                    text = text[:-1]
                row.append(text.rstrip())
            else:
                row.append(
                    rng.choice(
                        [
                            None,
                            0,
                            1,
                            -99,
                            -100,
                            151,
                            152,
                            253,
                            0.5,
                            1e300,
                            -0.0,
                            5e-324,
                            rng.gauss(0, 1e6),
                            float(2**53),
                        ]
                    )
                )
        rows.append(row)
    return columns, rows


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("compression", [0, 1, 2])
@pytest.mark.parametrize("order", ["<", ">"])
def test_made_files(seed: int, compression: int, order: str, write: Callable[..., Path]) -> None:
    columns, rows = made(seed)
    rng = random.Random(seed)  # noqa: S311  not for secrets
    data = sav(
        columns,
        rows,
        compression=compression,
        order=order,
        end_mark=rng.random() < 0.5,
        block=rng.choice([1000, 0x3FF000]),
    )
    path = write(data, f"made.{'zsav' if compression == 2 else 'sav'}")
    found = parse_here(path)
    assert found.dictionary.cases == len(rows)
    for i, c in enumerate(columns):
        expected = [row[i] for row in rows]
        got = found.table.column(i).to_pylist()
        assert got == expected, c.name
    assert_agree(found, path)


def very_long(width: int) -> tuple[list[Column], tuple[int, int, bytes]]:
    """The variable records of a string of that width, and its record 7/14."""
    segments = -(-width // 252)
    columns = [Column("LONG" if i == 0 else f"LONG{i}", 255) for i in range(segments - 1)]
    columns.append(Column(f"LONG{segments - 1}", width - 252 * (segments - 1)))
    return columns, (14, 1, b"LONG=%05d\0\t" % width)


@pytest.mark.parametrize("width", [256, 300, 504, 505, 760, 1024, 32767])
@pytest.mark.parametrize("compression", [0, 1])
def test_very_long_strings(width: int, compression: int, write: Callable[..., Path]) -> None:
    columns, record = very_long(width)
    texts = ["", "x", "".join(chr(97 + i % 26) for i in range(width)), "y" * (width - 1)]
    rows = []
    for text in texts:
        row: list[object] = []
        for i, c in enumerate(columns):
            row.append(text[255 * i : 255 * (i + 1)].ljust(c.width))
        rows.append([*row, 7])
    columns.append(Column("AFTER"))
    path = write(sav(columns, rows, compression=compression, extensions=[record]))
    found = parse_here(path)
    assert found.table["LONG"].to_pylist() == texts
    assert found.table["AFTER"].to_pylist() == [7] * 4
    assert found.dictionary.variable("LONG").format == f"A{width}"
    assert_agree(found, path)


def test_a_chain_of_codes_that_is_hard_to_enter_in_the_middle() -> None:
    """Literals made of the byte 253 look like words of codes; the way through must still be found."""
    import numpy as np

    from pipeline.spss.sav_data import control_words

    rng = np.random.default_rng(7)
    for steps in (
        rng.integers(1, 10, size=50_000).astype(np.uint8),
        np.full(50_000, 9, np.uint8),
        np.tile(np.array([2, 2, 3], np.uint8), 20_000),
        np.where(rng.random(50_000) < 0.01, 9, 1).astype(np.uint8),
    ):
        expected = np.zeros(len(steps), dtype=bool)
        at = 0
        while at < len(steps):
            expected[at] = True
            at += int(steps[at])
        assert np.array_equal(control_words(steps), expected)


def test_many_literals_across_slabs(write: Callable[..., Path]) -> None:
    """A file of several slabs whose numbers are all literals, some of them bytes 253 throughout."""
    nasty = struct.unpack("<d", b"\xfd" * 8)[0]
    columns = [Column(f"X{i}") for i in range(7)]
    rows = [[nasty if (i * 7 + j) % 3 else i + 0.5 for j in range(7)] for i in range(60_000)]
    found = parse_here(write(sav(columns, rows)))
    for j in range(7):
        assert found.table.column(j).to_pylist() == [row[j] for row in rows]
