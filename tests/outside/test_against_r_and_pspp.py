"""Random system files, counted by quick and by R: every number that both give is the same.

The files hold user-missing values (discrete, ranges, strings), labels nobody chose, codes without label, codes that are
not whole, text, ties and weights that are zero, negative or missing. R's numbers are by ``oracle.R``; the
measures that R does not have are compared with PSPP's CROSSTABS. Known differences, and why:

* The standard error of kappa of PSPP 1.6.2 is another than that of the delta method, which R (vcd) and ours agree on.
* PSPP's FREQUENCIES interpolates the median of fractional weights otherwise than its EXAMINE, whose HAVERAGE is SPSS's.
* R's ``fisher.test`` finds the conditional odds ratio to four digits only.
"""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest

from tests.conftest import Ran

Run = Callable[..., Ran]
KEYS = ("statistic", "row_var", "row_code", "col_var", "col_code", "layer_var", "layer_code")
FIVE = {1.0: "never", 2.0: "rarely", 3.0: "sometimes", 4.0: "often", 5.0: "always"}
ROWS, COLUMNS = ("nominal", "first", "text", "left", "x", "y"), ("right", "second", "half", "text", "y")


def _r_is_here() -> bool:
    if shutil.which("Rscript") is None:
        return False
    needed = "quit(status = !all(sapply(c('haven', 'survey', 'vcd'), requireNamespace, quietly = TRUE)))"
    return subprocess.run(["Rscript", "-e", needed], capture_output=True).returncode == 0


pytestmark = pytest.mark.outside
needs_r = pytest.mark.skipif(not _r_is_here(), reason="needs R with haven, survey and vcd")
needs_pspp = pytest.mark.skipif(shutil.which("pspp") is None, reason="needs PSPP")


def write_file(path: Path, seed: int) -> None:
    """A system file with everything that can be odd about a survey's variables."""
    draw = np.random.default_rng(seed)
    n = int(draw.choice([40, 150, 600]))
    latent = draw.normal(size=n)

    def some(values: Any, share: float, instead: float) -> Any:
        return np.where(draw.random(n) < share, instead, values)

    def steps() -> Any:
        found = np.clip(np.round(latent * 0.9 + draw.normal(size=n) * 0.7 + 3), 1, 5)
        return some(some(found, 0.06, draw.choice([90.0, 95.0, 99.0])), 0.04, np.nan)

    def two() -> Any:
        return some(np.where(latent + draw.normal(size=n) > draw.normal() / 2, 1.0, 2.0), 0.05, 9.0)

    cases = {
        "nominal": some(draw.choice([2.0, 3.0, 7.0, 98.0], size=n, p=[0.4, 0.3, 0.2, 0.1]), 0.05, np.nan),
        "first": steps(),
        "second": steps(),
        "half": draw.choice([0.5, 1.0, 1.5], size=n),
        "text": draw.choice(["A", "B", "b1", "Z"], size=n, p=[0.4, 0.3, 0.2, 0.1]),
        "left": two(),
        "right": two(),
        "layer": some(draw.choice([1.0, 2.0], size=n), 0.05, np.nan),
        "x": some(np.round(10 + 3 * latent + draw.normal(size=n), 2), 0.05, -99.5),
        "y": some(np.round(np.exp(draw.normal(size=n) + latent / 2) * 100, 1), 0.08, np.nan),
        "weight": some(some(np.round(draw.gamma(4, 0.3, size=n) + 0.05, 3), 0.03, -1.0), 0.03, np.nan),
    }
    yes = {1.0: "yes", 2.0: "no", 9.0: "not asked"}
    pyreadstat.write_sav(
        pd.DataFrame(cases),
        str(path),
        variable_value_labels={
            "nominal": {2.0: "two", 3.0: "three", 50.0: "nobody", 98.0: "does not know"},
            "first": FIVE | {99.0: "no answer"},
            "second": FIVE | {99.0: "no answer"},
            "half": {0.5: "half", 1.0: "one", 1.5: "one and a half"},
            "text": {"A": "a", "B": "b", "E": "nobody", "Z": "unknown"},
            "left": yes,
            "right": yes,
            "layer": {1.0: "north", 2.0: "south"},
        },
        missing_ranges={
            "nominal": [98],
            "first": [{"lo": 90, "hi": 99}],
            "second": [{"lo": 90, "hi": 99}],
            "text": ["Z"],
            "left": [9],
            "right": [9],
            "x": [-99.5],
        },
        variable_measure={"first": "ordinal", "second": "ordinal", "half": "ordinal"}
        | dict.fromkeys(("nominal", "text", "left", "right", "layer"), "nominal")
        | dict.fromkeys(("x", "y", "weight"), "scale"),
    )


def counted(run: Run, file: Path, *words: object) -> dict[tuple[str, ...], float | None]:
    """The values of quick by their keys; a key that stands twice holds one value."""
    out = file.parent / f"out{len(list(file.parent.iterdir()))}"
    ran = run("quick", file, "--out", out, "--rows", *ROWS, "--by", *COLUMNS, "--formats", "html", *words)
    assert ran.code == 0, ran.err
    found: dict[tuple[str, ...], float | None] = {}
    for row in pq.read_table(out / "results.parquet").to_pylist():
        if row["table_id"] != "codebook":
            assert found.setdefault(tuple(row[k] for k in KEYS), row["value"]) == row["value"]
    return found


def differences(ours: dict[tuple[str, ...], float | None], theirs: dict[tuple[str, ...], float]) -> list[str]:
    """What the other program gives otherwise than quick, or quick does not give at all."""
    return [
        f"{' '.join(key)}: {ours.get(key)} is {value} elsewhere"
        for key, value in theirs.items()
        if (mine := ours.get(key)) is None or abs(mine - value) > 1e-8 * max(abs(value), 1e-3)
    ]


def by_r(file: Path, weight: str) -> dict[tuple[str, ...], float]:
    out = file.parent / f"r_{weight}.csv"
    script = Path(__file__).parent / "oracle.R"
    done = subprocess.run(["Rscript", str(script), str(file), weight, str(out)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with out.open(encoding="utf-8", newline="") as text:
        rows = list(csv.reader(text))[1:]
    return {tuple(row[:7]): float(row[7]) for row in rows if row[7] not in ("NA", "NaN", "Inf")}


@needs_r
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("weight", ["none", "weight"])
def test_quick_and_r_give_the_same_numbers(run: Run, tmp_path: Path, seed: int, weight: str) -> None:
    file = tmp_path / "cases.sav"
    write_file(file, seed)
    theirs = by_r(file, weight)
    ours = counted(run, file, "--weight", weight)
    layered = counted(run, file, "--weight", weight, "--layer", "layer")
    assert sum(1 for key in theirs if key[5]) > 300
    assert sum(1 for key in theirs if not key[5]) > 300
    assert not differences(ours, {k: v for k, v in theirs.items() if not k[5]})
    assert not differences(layered, {k: v for k, v in theirs.items() if k[5]})


PSPP = {
    "Gamma": "gamma", "Kendall's tau-b": "tau_b", "Kendall's tau-c": "tau_c", "Spearman Correlation": "spearman_rho",
    "Pearson's R": "pearson_r", "Lambda": "lambda", "Goodman and Kruskal tau": "gk_tau",
    "Uncertainty Coefficient": "uncertainty", "Somers' d": "somers_d", "Eta": "eta",
    "Linear-by-Linear Association": "linear_by_linear",
}  # fmt: skip


@needs_pspp
@pytest.mark.parametrize("seed", range(3))
def test_quick_like_spss_and_pspp_give_the_same_numbers(run: Run, tmp_path: Path, seed: int) -> None:
    """Cell counts of a fractional weight are rounded, as SPSS does unless told otherwise."""
    file = tmp_path / "cases.sav"
    write_file(file, seed)
    syntax, out = tmp_path / "cases.sps", tmp_path / "pspp.csv"
    syntax.write_text(
        f"GET FILE='{file}'.\nWEIGHT BY weight.\nSET FORMAT F40.16.\n"
        "CROSSTABS first BY second /STATISTICS ALL /COUNT ROUND CELL.\n",
        "utf-8",
    )
    subprocess.run(["pspp", str(syntax), "-o", str(out), "-O", "format=csv"], check=True, capture_output=True)
    ours = counted(run, file, "--weight", "weight", "--like-spss")
    theirs: dict[tuple[str, ...], float] = {}

    def note(statistic: str, value: str, error: str) -> None:
        for name, text in ((statistic, value), (f"{statistic}_ase", error)):
            if text and name not in ("kappa_ase", "linear_by_linear_ase"):
                theirs[(name, "first", "", "second", "", "", "")] = float(text)

    measure = ""
    for row in csv.reader(out.read_text("utf-8").splitlines()):
        if row and row[0] in PSPP:
            note(PSPP[row[0]], row[1], "")
        elif (
            len(row) > 4
            and (row[1] or measure) in PSPP
            and row[2] in ("Symmetric", "first Dependent", "second Dependent")
        ):
            measure = row[1] or measure
            side = {"Symmetric": "symmetric", "first Dependent": "rows", "second Dependent": "columns"}[row[2]]
            note(f"{PSPP[measure]}_{side}", row[3], row[4])
        elif len(row) > 3 and row[1] in PSPP:
            note(PSPP[row[1]], row[2], row[3])
    assert len(theirs) > 25
    assert not differences(ours, theirs)
