"""Files that nobody would write and somebody will: extreme values and weights, every kind of missing, odd layers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

NUMBERS = (
    0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 3.0, 7.0, 99.0, 1e-12, 1e15, 2.0**53, -(2.0**53) - 2, 1e-80, 3e-80, 1e-170,
    2.5e-170, 1e-308, 5e-324, 1e80, 1e155, -1e155, 1e200, 1e307, -1e307, 13_000_000_000.0, 1 / 3, 4e-49, 3e49,
)  # fmt: skip
WEIGHTS = (0.0, 1.0, 1.0, 2.0, 0.5, 0.1, -1.0, 1e-9, 1e9, 1 / 3, 2e-49, 3e49)
ODD_WEIGHTS = (1e-100, 1e100, 1e-320, 1e300)
TEXTS = ("", " ", "a", "b", "A", "a > b", "net:x", ".", "é", "1", "01", "x" * 300, "=1+1", "a vs b", "1..2")


@dataclass(frozen=True, slots=True)
class Generated:
    """A file and what is asked of it."""

    path: Path
    options: tuple[str, ...]


def _column(random: Random, rows: int) -> tuple[list[Any], dict[str, Any]]:
    """A column's values, and what the dictionary says of them: labels, missing, format."""
    kind = random.choice(("codes", "codes", "codes", "scale", "extreme", "constant", "missing", "text", "date", "one"))
    nothing = float("nan")
    if kind == "text":
        return [random.choice(TEXTS) for _ in range(rows)], {}
    if kind == "date":
        choices = (13_592_000_000.0, 13_592_086_400.0, 0.0, 86_400.0, 1e15, -1e10, nothing)
        return [random.choice(choices) for _ in range(rows)], {
            "format": random.choice(("DATE11", "DATETIME20", "TIME8"))
        }
    if kind == "constant":
        value = random.choice(NUMBERS)
        return [value] * rows, {}
    if kind == "missing":
        return [nothing] * rows, {}
    if kind == "one":
        return [random.choice(NUMBERS), *[nothing] * (rows - 1)][:rows], {}
    if kind == "extreme":
        some = [random.choice(NUMBERS) for _ in range(random.randint(1, 12))]
        return [random.choice([*some, nothing]) for _ in range(rows)], {}
    if kind == "scale":
        labels = {float(i): f"Label {i}" for i in range(1, 6)} | {8.0: "Don't know"}
        values = [float(random.choice((1, 2, 3, 4, 5, 8, 9))) for _ in range(rows)]
        return values, {"labels": labels, "missing": [{"lo": 9.0, "hi": 9.0}]}
    k = random.randint(1, 5)
    labels = {float(i): f"Answer {i}" for i in range(1, k + 1)}
    said: dict[str, Any] = {"labels": labels}
    if random.random() < 0.4:
        said["missing"] = random.choice(([{"lo": 1.0, "hi": 1.0}], [{"lo": 2.0, "hi": 9.0}], [{"lo": -9.0, "hi": 9.0}]))
    return [random.choice((*map(float, range(1, k + 2)), nothing)) for _ in range(rows)], said


def generated(seed: int, folder: Path) -> Generated:
    """The file of a seed, written by pyreadstat, which shares nothing with the pipeline's reader."""
    import pandas as pd
    import pyreadstat

    random = Random(seed)  # noqa: S311 - no secret
    rows = random.choice((1, 2, 3, 5, 12, 40, 90))
    columns: dict[str, list[Any]] = {}
    labels: dict[str, dict[float, str]] = {}
    missing: dict[str, list[dict[str, float]]] = {}
    formats: dict[str, str] = {}
    for name in [f"V{i}" for i in range(1, random.randint(3, 7))]:
        columns[name], said = _column(random, rows)
        if "labels" in said:
            labels[name] = said["labels"]
        if "missing" in said:
            missing[name] = said["missing"]
        if "format" in said:
            formats[name] = said["format"]
    names = list(columns)
    if random.random() < 0.3:  # the same column twice, and a perfect fit
        first = columns[names[0]]
        columns["TWICE"] = list(first)
        if not isinstance(first[0], str):
            columns["FIT"] = [2 * value + 1 if abs(value) < 1e300 else value for value in first]
    some = random.sample(WEIGHTS, random.randint(1, 4))
    if random.random() < 0.1:
        some.append(random.choice(ODD_WEIGHTS))
    columns["W"] = [random.choice(some) for _ in range(rows)]
    path = folder / f"generated_{seed}.sav"
    pyreadstat.write_sav(
        pd.DataFrame(columns), str(path), variable_value_labels=labels, missing_ranges=missing, variable_format=formats
    )
    known = [name for name in columns if name != "W"]
    options: list[str] = []
    if random.random() < 0.85:
        options += ["--rows", *random.sample(known, min(len(known), random.randint(1, 3)))]
        options += ["--by", *random.sample(known, min(len(known), random.randint(1, 2)))]
        if random.random() < 0.3:
            options += ["--layer", random.choice(known)]
    if random.random() < 0.6:
        options += ["--weight", "W"]
    if random.random() < 0.2:
        options.append("--like-spss")
    return Generated(path, tuple(options))
