"""The counts of all pairs of categorical variables, so that a reader of an internal report may cross any two.

Made by ``counting/``, kept in ``crossings.json`` beside the results, shown by the HTML report. Never in a public
edition: it holds cells that no table of the report shows.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pipeline.files import write_bytes


@dataclass(frozen=True, slots=True)
class Crossings:
    """``names`` of the variables and the ``codes`` of each; ``n`` and ``w``, unweighted and weighted counts.

    The counts follow each other by pair (first with second, first with third, … second with third, …), each a table of
    the former's codes by the latter's, row by row. ``w`` is ``None`` without weights. ``units`` and, by variable, the
    place of each unit's answer among the codes (0 for none): only where the study has its units marked.
    """

    names: tuple[str, ...]
    codes: tuple[tuple[str, ...], ...]
    n: tuple[int, ...]
    w: tuple[float, ...] | None = None
    units: tuple[str, ...] = ()
    answers: tuple[tuple[int, ...], ...] = ()


def write(path: Path, crossings: Crossings | None) -> None:
    """Write them, or that there are none: too many to be carried in a page."""
    content = None
    if crossings is not None:
        content = asdict(crossings)
    write_bytes(path, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def read(path: Path) -> Crossings | None:
    """Read what :func:`write` wrote."""
    content = json.loads(path.read_bytes())
    if content is None:
        return None
    weighted = None if content["w"] is None else tuple(content["w"])
    return Crossings(
        tuple(content["names"]), tuple(map(tuple, content["codes"])), tuple(content["n"]), weighted,
        tuple(content["units"]), tuple(map(tuple, content["answers"])),
    )  # fmt: skip
