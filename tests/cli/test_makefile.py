"""What is typed at ``make`` reaches the program as it was typed: no shell and no make reads it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.typed_at_make import arguments

ROOT = Path(__file__).parents[2]
VARIABLES = ("FILE", "OUT", "ROWS", "BY", "STUDY", "WAVE", "LANG_", "FORMATS", "FORCE")
PAYLOADS = (
    "plain.sav", "two words.sav", "a`touch HURT`.sav", "a$(touch HURT).sav", "$(shell touch HURT)", "a;touch HURT;.sav",
    "a&&touch HURT", "a|touch HURT", "a>HURT", "a'b.sav", 'a"b.sav', "a\\b.sav", "a$b.sav", "$$(touch HURT)", "${HOME}",
    "città.sav", "a\nb.sav", "a\n\ttouch HURT\n", "-rf", "--out=x", "a#b.sav", "a%b.sav", "*", "~", "a=b", "a:b", "@x",
    " leading", "trailing ",
)  # fmt: skip


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Makefile with a program that only says what reached it."""
    folder = tmp_path_factory.mktemp("door")
    shutil.copy(ROOT / "Makefile", folder)
    (folder / "requirements.lock").touch()
    program = folder / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.write_text(
        "#!/usr/bin/env python3\nimport json, os, sys\n"
        "print(json.dumps([sys.argv[1:], {k: v for k, v in os.environ.items() if k.startswith('TYPED_')}]))\n"
    )
    program.chmod(0o755)
    (folder / ".venv" / "ready").touch()
    return folder


def make(door: Path, target: str, typed: dict[str, str], environment: dict[str, str] | None = None) -> dict[str, str]:
    words = [f"{name}={value}" for name, value in typed.items()]
    clean = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", *VARIABLES)}
    done = subprocess.run(
        ["make", "-s", target, *words],
        cwd=door,
        env=clean | (environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    argv, reached = json.loads(done.stdout)
    assert argv == ["-m", "pipeline.typed_at_make", target]
    return {name.removeprefix("TYPED_"): value for name, value in reached.items() if value}


@pytest.mark.parametrize("payload", PAYLOADS)
def test_every_variable_arrives_letter_by_letter(door: Path, payload: str) -> None:
    # make itself reads "$" in what is typed on its command line ("$$" is one) and cuts blanks before a value
    typed = payload.lstrip(" ")
    reached = make(door, "quick", dict.fromkeys(VARIABLES, typed))
    assert reached == dict.fromkeys(VARIABLES, typed)
    assert not (door / "HURT").exists()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_and_from_the_environment(door: Path, payload: str) -> None:
    assert make(door, "quick", {}, dict.fromkeys(VARIABLES, payload)) == dict.fromkeys(VARIABLES, payload)
    assert not (door / "HURT").exists()


def test_what_is_typed_becomes_arguments() -> None:
    typed = {"TYPED_FILE": "my file.sav", "TYPED_ROWS": "a 'b > c'", "TYPED_BY": "d,e", "TYPED_LANG_": "it",
             "TYPED_OUT": "-rf"}  # fmt: skip
    assert arguments("quick", typed) == ["quick", "--out=-rf", "--rows=a,b > c", "--by=d,e", "--lang=it", "--",
                                         "my file.sav"]  # fmt: skip
    assert arguments("report", {"TYPED_WAVE": "2009 2026", "TYPED_FORCE": "1", "TYPED_STUDY": "x y"}) == [
        "report", "--study=x y", "--wave=2009", "--wave=2026", "--force",
    ]  # fmt: skip
    assert arguments("new-wave", {"TYPED_FILE": "--x.sav", "TYPED_WAVE": "2026"}) == [
        "new-wave",
        "--",
        "--x.sav",
        "2026",
    ]
    assert arguments("report", {}) == ["report"]
