"""Damages good files at random and reads them: ``python -m tests.spss.mutate SEED COUNT``.

Runs in a process of its own, so that a crash or a hang shows as one. Prints one JSON object: how many files
were refused and read, and what should never happen: an error that is no sentence, a file that was read with
other rows than the whole one, a reading that took long.
"""

from __future__ import annotations

import json
import random
import struct
import sys
import tempfile
import time
import traceback
from pathlib import Path

from pipeline.errors import DataRejected
from pipeline.spss.channel import Files
from pipeline.spss.child import parse, restrict
from pipeline.spss.limits import Limits
from tests.spss.test_malformed import GOOD, PLAIN, SETS, ZSAV

FILES = Path(__file__).parent / "files"
NAMES = (
    "bigendian.sav",
    "gss_psyc5000.sav",
    "haven_datetime.sav",
    "medella_longstring.sav",
    "missing_kinds.por",
    "missing_kinds.sav",
    "mr_edge.sav",
    "net_missingvalues.sav",
    "net_test.sav",
    "prs_hebrews.sav",
    "prs_sample.por",
    "prs_simple_alltypes.sav",
    "prs_tegulu.sav",
    "rs_comprehensive.sav",
    "rs_weighted.sav",
    "rs_win1252.sav",
)
KINDS = ("cut", "one byte", "sixteen bytes", "unknown count", "sets")
LONG = 5.0


def bases() -> dict[str, bytes]:
    """Good files by name."""
    made = {"made.sav": GOOD, "plain.sav": PLAIN, "made.zsav": ZSAV}
    return {name: (FILES / name).read_bytes() for name in NAMES} | made


def mutated(rng: random.Random, data: bytes, kind: str) -> bytes:
    """The file with one kind of damage; a file that cannot have it gets one wrong byte."""
    if kind == "cut":
        return data[: rng.randrange(len(data))]
    if kind == "unknown count" and data[:3] == b"$FL":
        whole = data[:80] + struct.pack("<i", -1) + data[84:]
        return whole if rng.random() < 0.3 else whole[: rng.randrange(176, len(data))]
    place, length = rng.randrange(len(data)), 1
    if kind == "sixteen bytes":
        length = 16
    elif kind == "sets":
        at = max(data.find(SETS), data.find(b"=D"), data.find(b"=C "), data.find(b"=E "))
        if at >= 0:
            place, length = max(0, at - 24 + rng.randrange(80)), rng.choice([1, 2, 4])
    new = bytes(rng.choice([rng.randrange(256), 0, 255, data[rng.randrange(len(data))]]) for _ in range(length))
    return (data[:place] + new + data[place + length :])[: len(data)]


def rows_of(path: Path, folder: Path) -> int | None:
    """Rows of a file that is accepted, None for one that is refused."""
    try:
        return parse(path, Files(folder)).cases
    except DataRejected as error:
        DataRejected(error.text_id, file="x", **error.params).message("it")
        return None


def main(seed: int, count: int) -> dict[str, object]:
    """Read ``count`` damaged files."""
    restrict(Limits())
    rng = random.Random(seed)  # noqa: S311  not for secrets
    good = bases()
    bad: list[str] = []
    refused = accepted = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        whole: dict[str, int | None] = {}
        for name, data in good.items():
            (folder / name).write_bytes(data)
            whole[name] = rows_of(folder / name, folder)
        for number in range(count):
            name = rng.choice(sorted(good))
            kind = KINDS[number % len(KINDS)]
            data = mutated(rng, good[name], kind)
            path = folder / name
            path.write_bytes(data)
            start = time.monotonic()
            try:
                rows = rows_of(path, folder)
            except Exception:
                bad.append(f"{number} {name} {kind}: {traceback.format_exc()[-900:]}")
                continue
            if time.monotonic() - start > LONG:
                bad.append(f"{number} {name} {kind}: slow")
            if rows is None:
                refused += 1
            elif rows != whole[name] or (kind == "cut" and data.rstrip(b"Z\r\n") != good[name].rstrip(b"Z\r\n")):
                bad.append(f"{number} {name} {kind}: {rows} rows instead of {whole[name]}")
            else:
                accepted += 1
    return {"refused": refused, "accepted": accepted, "bad": bad}


if __name__ == "__main__":
    json.dump(main(int(sys.argv[1]), int(sys.argv[2])), sys.stdout)
