"""A large SPSS file made in a few seconds: the dictionary by pyreadstat, the cases as bytes computed all at once."""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

WEIGHT = "peso"
SEED = 98
_ROWS_AT, _WEIGHT_AT, _HEADER = 80, 76, 176
_LONG_COUNT = struct.pack("<4i", 7, 16, 8, 2)  # the extension record that repeats the number of rows in 64 bits
_DICTIONARY_END = struct.pack("<ii", 999, 0)
_SYSTEM_MISSING, _RAW, _BIAS = 255, 253, 100  # bytecodes: system-missing, "eight bytes follow", value + 100


def names(count: int) -> list[str]:
    """Names of the categorical variables."""
    return [f"q{i + 1}" for i in range(count)]


def answers(rows: int, count: int, seed: int = SEED) -> np.ndarray:
    """Categories 1–5 of ``count`` variables, shape (rows, count), int8; neighbouring variables are related."""
    rng = np.random.default_rng(seed)
    common = rng.integers(1, 6, size=(rows, 1), dtype=np.int8)
    own = rng.integers(1, 6, size=(rows, count), dtype=np.int8)
    follows = rng.integers(0, 8, size=(rows, count), dtype=np.int8) == 0
    return np.where(follows, common, own)


def weights(rows: int, seed: int = SEED) -> np.ndarray:
    """Weights around 1, float64."""
    return np.round(np.random.default_rng(seed + 1).uniform(0.4, 1.6, size=rows), 4)


def write(path: Path, q: np.ndarray, w: np.ndarray, missing: bool = True) -> None:
    """Write ``q`` (value labels, 9 as user-missing code) and the weight ``w``, switched on, as a compressed .sav.

    With ``missing``, one answer in fifty is 9 and one in fifty is system-missing. The number of rows must be a
    multiple of eight: then every eight cases fill whole blocks of the compression in the same places.
    """
    rows, count = q.shape
    if rows % 8:
        raise ValueError("the number of rows must be a multiple of 8")
    codes = q.astype(np.uint8) + np.uint8(_BIAS)
    if missing:
        dice = np.random.default_rng(SEED + 2).integers(0, 50, size=q.shape, dtype=np.int8)
        codes[dice == 0] = 9 + _BIAS
        codes[dice == 1] = _SYSTEM_MISSING
    commands = np.concatenate([codes, np.full((rows, 1), _RAW, dtype=np.uint8)], axis=1).reshape(-1, count + 1, 8)
    numbers = w.astype("<f8").view(np.uint8).reshape(-1, 8, 8)
    laid_out = np.empty((rows // 8, (count + 1) * 8 + 64), dtype=np.uint8)
    at = weight = 0
    for block in range(count + 1):
        laid_out[:, at : at + 8] = commands[:, block]
        at += 8
        first = block * 8
        for k in range(first, first + 8):  # the weight is the last of each case's count + 1 values
            if (k + 1) % (count + 1) == 0:
                laid_out[:, at : at + 8] = numbers[:, weight]
                at, weight = at + 8, weight + 1
    with path.open("wb") as file:
        file.write(_dictionary(count, rows))
        laid_out.tofile(file)


def _dictionary(count: int, rows: int) -> bytes:
    """The dictionary of such a file, with its number of rows and its weight."""
    columns = {name: [1.0] for name in names(count)} | {WEIGHT: [1.5]}
    labels: dict[str, str | None] = {name: f"Domanda {name}" for name in names(count)}
    scale: dict[int | float, str] = {i: f"Risposta {i}" for i in range(1, 6)}
    scale[9] = "Non risponde"
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "draft.sav"
        pyreadstat.write_sav(
            pd.DataFrame(columns),
            draft,
            column_labels=labels | {WEIGHT: "Peso"},
            variable_value_labels=dict.fromkeys(names(count), scale),
            missing_ranges={name: [9.0] for name in names(count)},
            variable_measure=dict.fromkeys(names(count), "nominal") | {WEIGHT: "scale"},
            row_compress=True,
        )
        content = bytearray(draft.read_bytes())
    struct.pack_into("<i", content, _ROWS_AT, rows)
    struct.pack_into("<i", content, _WEIGHT_AT, count + 1)
    struct.pack_into("<q", content, content.index(_LONG_COUNT, _HEADER) + len(_LONG_COUNT) + 8, rows)
    end = content.index(_DICTIONARY_END, _HEADER) + len(_DICTIONARY_END)
    return bytes(content[:end])
