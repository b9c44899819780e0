"""A reader of the published numbers who shares no code with the program: what is counted is written down here once
more, over the table of all variables at once, and asked of an integer programme."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
from scipy.optimize import Bounds, LinearConstraint, milp

Unit = dict[str, int]
"""One possible unit: ``a`` and ``b`` of three categories, ``c`` and ``q`` of two; ``q`` is asked where ``a`` is 1."""

UNITS: list[Unit] = [
    {"a": a, "b": b, "c": c, "q": q}
    for a, b, c in product((1, 2, 3), (1, 2, 3), (1, 2))
    for q in ((1, 2, 9) if a == 1 else (0,))
]

STUDY = """
title: {it: Prova, en: Test}
population:
  name: {it: Uffici, en: Offices}
  unit: {it: {one: Ufficio, many: Uffici}, en: {one: office, many: offices}}
inference: process
languages: en
editions: [internal, public]
"""

CODEBOOK = """
variables:
  a: {label: {en: A, it: A}, categories: {1: {en: A1, it: A1}, 2: {en: A2, it: A2}, 3: {en: A3, it: A3}}}
  b: {label: {en: B, it: B}, categories: {1: {en: B1, it: B1}, 2: {en: B2, it: B2}, 3: {en: B3, it: B3}}}
  c: {label: {en: C, it: C}, categories: {1: {en: C1, it: C1}, 2: {en: C2, it: C2}}}
  q:
    label: {en: Q, it: Q}
    categories: {1: {en: Q1, it: Q1}, 2: {en: Q2, it: Q2}}
    missing: {9: {en: No answer, it: Non risponde}}
    asked_if: {a: [1]}
derived:
  d:
    label: {en: D, it: D}
    source: a
    bands: {1: {label: {en: D1, it: D1}, codes: [1, 2]}, 2: {label: {en: D2, it: D2}, codes: [3]}}
"""

REPORT = """
sections:
  - section: all
    title: {en: All, it: Tutto}
    contents:
      - {table: ab, title: {en: AB, it: AB}, rows: a, columns: b}
      - {table: ac, title: {en: AC, it: AC}, rows: a, columns: c, statistics: [column_share]}
      - {table: bc, title: {en: BC, it: BC}, rows: b, columns: c}
      - {table: db, title: {en: DB, it: DB}, rows: d, columns: b}
      - {table: q, title: {en: Q, it: Q}, rows: q}
      - {table: qc, title: {en: QC, it: QC}, rows: q, columns: c}
      - {table: some, title: {en: Some, it: Alcuni}, rows: b, columns: c, where: {a: [1, 2]}}
      - {figure: fig, of: ab, title: {en: Figure, it: Figura}}
"""


def write(folder: Path, table: np.ndarray) -> None:
    """A study of these units: ``table`` says how many there are of each of :data:`UNITS`."""
    raw = folder / "data" / "raw" / "2009"
    raw.mkdir(parents=True, exist_ok=True)
    for name, text in (("study", STUDY), ("codebook", CODEBOOK), ("report", REPORT)):
        (folder / f"{name}.yml").write_text(text, "utf-8")
    (raw / "source.yml").write_text("title: {it: Dati, en: Data}\nkind: survey\n", "utf-8")
    rows = [unit for unit, n in zip(UNITS, table.tolist(), strict=True) for _ in range(int(n))]
    frame = pd.DataFrame(rows).astype(float).replace({"q": {0.0: np.nan}})
    pyreadstat.write_sav(frame, str(raw / "survey.sav"), missing_ranges={"q": [9.0]})


def random_table(seed: int, n: int = 60) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.bincount(rng.choice(len(UNITS), n, p=rng.dirichlet(np.full(len(UNITS), 0.5))), minlength=len(UNITS))


@dataclass(frozen=True)
class Printed:
    """A row of the published results: whom it counts, and how many unless that is hidden."""

    name: str
    counted: np.ndarray
    value: int | None


def _says(name: str, code: str, unit: Unit) -> bool:
    if not name:
        return True
    if name == "d":
        return code in ("", "1" if unit["a"] < 3 else "2")
    if not code:
        return unit[name] in (1, 2, 3)
    return str(unit[name]) == code


def _is_missing(code: str, unit: Unit) -> bool:
    return {"": unit["q"] in (0, 9), "9": unit["q"] == 9, ".": unit["q"] == 0}[code]


def read(path: Path) -> list[Printed]:
    """All counts in ``results.csv``; a share gives its count back by its base, which stands beside it."""
    found = []
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            counted = _counted(row)
            if counted is None:
                continue
            hidden = row["suppressed"].lower() == "true"
            name = "{table_id} {statistic} {row_var}={row_code} {col_var}={col_code}".format(**row)
            share = row["statistic"] in ("share", "valid_share", "row_share", "column_share", "table_share")
            value = None
            if not hidden and row["value"]:
                value = round(float(row["value"]) * (float(row["n"]) if share else 1))
            if hidden or value is not None:
                found.append(Printed(name, counted, value))
    return found


def _counted(row: dict[str, str]) -> np.ndarray | None:
    within: Callable[[Unit], bool] = lambda u: row["table_id"] != "some" or u["a"] < 3  # noqa: E731
    kind = row["statistic"]
    if kind == "cases_n":
        return np.array([within(u) for u in UNITS], float)
    if kind == "missing_n":
        return np.array([within(u) and row["row_var"] == "q" and _is_missing(row["row_code"], u) for u in UNITS], float)
    if kind in ("n", "count", "share", "valid_share", "row_share", "column_share", "table_share"):
        both = ((row["row_var"], row["row_code"]), (row["col_var"], row["col_code"]))
        return np.array([within(u) and all(_says(*one, u) for one in both) for u in UNITS], float)
    return None


class Outsider:
    """What the published counts allow, over the table of all variables at once."""

    def __init__(self, printed: list[Printed]) -> None:
        self.hidden = {p.counted.tobytes(): p for p in printed if p.value is None}
        known = [p for p in printed if p.value is not None]
        matrix = np.array([p.counted for p in known])
        values = np.array([p.value for p in known], float)
        self.sums = LinearConstraint(matrix, values, values)

    def most(self, one: Printed) -> tuple[int, np.ndarray]:
        """The greatest that a hidden count can be, and a table where it is."""
        solved = milp(-one.counted, constraints=[self.sums], bounds=Bounds(0, np.inf), integrality=np.ones(len(UNITS)))
        assert solved.x is not None, solved.message
        return round(-solved.fun), np.round(solved.x).astype(int)
