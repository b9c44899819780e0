"""``demo``: a study with a simulated second wave beside the study's own, in a folder of its own.

The folder is a study like any other. What it holds is made from the study's files and ``data/reconstruction``; a
second run finds everything fresh. The study's own data and reports are only read.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from pipeline.errors import DataRejected, UsageError
from pipeline.files import write_bytes, write_text
from pipeline.formats import Reading
from pipeline.paths import ROOT, Layout, layout
from pipeline.spec.load import load
from pipeline.waves.draft import mapping_text
from pipeline.waves.questionnaire import compare

FIRST, SECOND = "2009", "2026"
SCRIPT = ROOT / "data" / "reconstruction" / "second_wave.py"
MARK = ".demonstration"


def prepare(out: Path | None) -> Path:
    """Write the demonstration's study into ``out`` (``demo/`` of the project); returns the folder.

    It holds the study's files, its first wave, and the simulated second one; files that are as they should be are not
    touched. Raises :class:`UsageError` for a folder that holds something else.
    """
    folder = (out or ROOT / "demo").resolve()
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise UsageError("waves.demo_folder", folder=str(folder))
    own = layout()
    place = layout(folder)
    try:
        if not (folder / MARK).is_file():
            write_text(folder / MARK, "Made by `make demo`; everything here can be made again.\n")
        there = [path for path in own.study_files() if path.is_file()]
        for path in dict.fromkeys([*sorted(own.files.glob("*.yml")), *there]):
            _copy(path, folder / path.relative_to(own.files))
        for path in sorted(own.wave(FIRST).raw.iterdir()):
            _copy(path, place.wave(FIRST).raw / path.name)
        with tempfile.TemporaryDirectory() as aside:
            _simulate(Path(aside))
            for path in sorted(Path(aside).iterdir()):
                _copy(path, place.wave(SECOND).raw / path.name)
        _confirmed_mapping(place)
    except OSError as error:
        raise DataRejected("cli.cannot_write", path=str(folder), reason=error.strerror or str(error)) from None
    return folder


def _copy(source: Path, target: Path) -> None:
    """Copy a file where it differs, whole or not at all."""
    data = source.read_bytes()
    if not target.is_file() or target.read_bytes() != data:
        write_bytes(target, data)


def _simulate(folder: Path) -> None:
    """Run the script that simulates the wave, in a process of its own: it is no part of the pipeline."""
    done = subprocess.run(  # noqa: S603  our own script, by our own interpreter
        [sys.executable, str(SCRIPT), str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{SCRIPT.name} failed: {done.stderr}")


def _confirmed_mapping(place: Layout) -> None:
    """``mapping.yml`` as ``new-wave`` drafts it, every proposal confirmed: what a person would do by hand."""
    wave = place.wave(SECOND)
    survey = wave.survey()
    if survey is None:
        raise RuntimeError(f"{SCRIPT.name} left no survey file")
    found = Reading(survey, shown=place.shown(survey)).result()
    codebook = load(place).codebook
    comparison = compare(found.dictionary, found.table, codebook)
    text = mapping_text(comparison, found.dictionary, codebook, SECOND, place.codebook.name)
    text = text.replace("    confirmed: no\n", "    confirmed: yes\n")
    if not wave.mapping.is_file() or wave.mapping.read_text("utf-8") != text:
        write_text(wave.mapping, text)
