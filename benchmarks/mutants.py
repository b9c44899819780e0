"""Mutation testing of statistics families: ``python -m benchmarks.mutants paired exact`` (see CONTRIBUTING.md).

Each family's file is changed in one small place at a time, in a copy of the project, and the family's tests must
notice. Needs a Python that has mutmut beside the locked packages. Prints, for each family, how many changes
the tests caught.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import ROOT

_PARTS = ("pipeline", "tests", "data/raw", "data/reconstruction", "study", "fonts")
_SETTINGS = """
[tool.mutmut]
source_paths = ["pipeline/statistics/{family}.py"]
pytest_add_cli_args_test_selection = {tests}
also_copy = ["pipeline", "tests", "data", "study", "fonts", "requirements.lock"]
"""
# Families whose tests stand under another name, or under several.
_TESTS = {
    "marginal": ["models"],
    "model_likelihoods": ["models"],
    "moments": ["univariate", "groups"],
    "roots": ["proportions", "twobytwo", "effects"],
    "tables": ["association", "ordinal", "crosstab_texts"],
}


def main(families: list[str]) -> int:
    """Mutate each family in a copy; exit code 1 when fewer than nine in ten changes are caught in one of them."""
    if importlib.util.find_spec("mutmut") is None:
        print(f'{sys.executable} has no mutmut: see CONTRIBUTING.md, "Tests"', file=sys.stderr)
        return 2
    code = 0
    for family in families:
        tests = [f"tests/statistics/test_{name}.py" for name in _TESTS.get(family, [family])]
        if not (ROOT / "pipeline" / "statistics" / f"{family}.py").is_file() or not all(
            (ROOT / t).is_file() for t in tests
        ):
            print(f"{family}: no such family, or no tests of that name", file=sys.stderr)
            return 2
        with tempfile.TemporaryDirectory(prefix="mutants-") as name:
            caught, made = _run(Path(name), family, tests)
        share = caught / made if made else 0.0
        print(f"{family}: {caught} of {made} changes caught ({100 * share:.0f}%)", flush=True)
        code = code if share >= 0.9 else 1
    return code


def _run(folder: Path, family: str, tests: list[str]) -> tuple[int, int]:
    for part in _PARTS:
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "requirements.lock", folder / "requirements.lock")
    settings = (ROOT / "pyproject.toml").read_text("utf-8") + _SETTINGS.format(family=family, tests=json.dumps(tests))
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    mutmut = [sys.executable, "-m", "mutmut"]
    subprocess.run([*mutmut, "run"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*mutmut, "export-cicd-stats"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    found = json.loads((folder / "mutants" / "mutmut-cicd-stats.json").read_text("utf-8"))
    return int(found["killed"]) + int(found["timeout"]), int(found["total"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
