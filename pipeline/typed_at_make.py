"""The front door's words: ``make quick FILE=… ROWS=…`` as arguments of the program.

The Makefile hands its variables over in the environment, as they were typed, so that no shell and no ``make`` reads
them as anything but text. ``python -m pipeline.typed_at_make quick``.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping

from pipeline import cli

PREFIX = "TYPED_"
# Which options each target takes, by the variable that is typed; ROWS, BY and WAVE may hold several words.
_STUDY = {"STUDY": "--study"}
_RUN = {**_STUDY, "WAVE": "--wave", "LANG_": "--lang", "FORMATS": "--formats", "EDITION": "--edition"}
_ONE = {**_STUDY, "LANG_": "--lang"}
_WAVES = {**_ONE, "WAVE": "--wave"}
_OPTIONS: dict[str, dict[str, str]] = {
    "report": _RUN,
    "render": _RUN,
    **dict.fromkeys(("ingest", "recognise", "harmonise", "validate", "process", "tabulate", "rerun", "verify"), _WAVES),
    "open": _ONE,
    "clean": _ONE,
    "quick": {"OUT": "--out", "ROWS": "--rows", "BY": "--by", "LANG_": "--lang", "FORMATS": "--formats"},
    "init": {**_STUDY, "WAVE": "--wave"},
    "audit": {"LANG_": "--lang"},
    "new-wave": _ONE,
    "demo": {"LANG_": "--lang", "FORMATS": "--formats"},
}
_SWITCHES = {"report": {"FORCE": "--force"}}
_PLACES = {"quick": ("FILE",), "init": ("FILE",), "new-wave": ("FILE", "WAVE")}


def arguments(target: str, typed: Mapping[str, str]) -> list[str]:
    """The command line for a target, from what was typed (``TYPED_FILE`` and so on); an empty value is none."""
    said = {name.removeprefix(PREFIX): value for name, value in typed.items() if name.startswith(PREFIX) and value}
    words = [target]
    for name, option in _OPTIONS.get(target, {}).items():
        if name not in said or name in _PLACES.get(target, ()):
            continue
        if option in ("--rows", "--by"):
            words.append(f"{option}={','.join(_words(said[name]))}")
        elif name == "WAVE":
            words += [f"{option}={value}" for value in _words(said[name])]
        else:
            words.append(f"{option}={said[name]}")
    words += [option for name, option in _SWITCHES.get(target, {}).items() if name in said]
    # Options end here: a file may be called anything.
    if target == "audit":
        return [*words, "--", said["FILE"]] if "FILE" in said else words
    return [*words, "--", *(said.get(name, "") for name in _PLACES[target])] if target in _PLACES else words


def _words(value: str) -> list[str]:
    """Several words of a value: parted at blanks, quotes keep a word with blanks together."""
    try:
        return shlex.split(value)
    except ValueError:  # a quotation mark alone is a letter like any other
        return value.split()


def main() -> int:
    """Run the target named."""
    return cli.main(arguments(sys.argv[1], os.environ))


if __name__ == "__main__":
    sys.exit(main())
