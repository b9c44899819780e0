"""The peers: where they are, and what to type where they are not."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from benchmarks.measure import PYTHON, PeerMissing


@cache
def pspp() -> str:
    """PSPP's command. Raises :class:`PeerMissing`."""
    found = shutil.which("pspp")
    if found is None:
        raise PeerMissing("PSPP is not installed: apt-get install pspp")
    return found


@cache
def rscript(*packages: str) -> str:
    """R's command, with the packages. Raises :class:`PeerMissing`."""
    found = shutil.which("Rscript")
    debian = " ".join(["r-base-core", *(f"r-cran-{name}" for name in packages)])
    if "rmarkdown" in packages:
        debian += " pandoc"
    missing = PeerMissing(f"R with what this needs is not installed: apt-get install {debian}")
    if found is None or ("rmarkdown" in packages and shutil.which("pandoc") is None):
        raise missing
    test = "; ".join(f'stopifnot(requireNamespace("{name}", quietly = TRUE))' for name in packages) or "TRUE"
    if subprocess.run([found, "-e", test], capture_output=True, check=False).returncode:
        raise missing
    return found


@cache
def python_with_polars() -> str:
    """A Python that has polars-readstat: ours or the one that PEER_PYTHON names. Raises :class:`PeerMissing`."""
    for candidate in (os.environ.get("PEER_PYTHON", ""), PYTHON):
        if candidate and Path(candidate).is_file():
            done = subprocess.run([candidate, "-c", "import polars_readstat"], capture_output=True, check=False)
            if done.returncode == 0:
                return candidate
    raise PeerMissing(
        "polars-readstat is not installed (it is no dependency of the project): "
        "python3 -m venv PEER && PEER/bin/pip install polars-readstat, then make bench PEER_PYTHON=PEER/bin/python"
    )


@cache
def python_with(*modules: str) -> str:
    """A Python that has some modules: ours or the one that PEER_PYTHON names. Raises :class:`PeerMissing`."""
    for candidate in (os.environ.get("PEER_PYTHON", ""), PYTHON):
        if candidate and Path(candidate).is_file():
            done = subprocess.run([candidate, "-c", f"import {', '.join(modules)}"], capture_output=True, check=False)
            if done.returncode == 0:
                return candidate
    raise PeerMissing(
        f"{' and '.join(modules)} are not installed (they are no dependency of the project): python3 -m venv PEER && "
        f"PEER/bin/pip install {' '.join(modules)}, then make bench PEER_PYTHON=PEER/bin/python"
    )
