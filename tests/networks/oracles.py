"""Public networks, and what igraph and sna in R say of them (``oracles/networks.R`` made ``networks.json``)."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).parent / "oracles"
R: dict[str, Any] = json.loads((FOLDER / "networks.json").read_text("utf-8"))
FAMILIES = [
    "Acciaiuoli", "Albizzi", "Barbadori", "Bischeri", "Castellani", "Ginori", "Guadagni", "Lamberteschi", "Medici",
    "Pazzi", "Peruzzi", "Pucci", "Ridolfi", "Salviati", "Strozzi", "Tornabuoni",
]  # fmt: skip


def pairs(name: str) -> list[tuple[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [(row["from"], row["to"]) for row in csv.DictReader(file)]


def davis() -> npt.NDArray[np.bool_]:
    """18 women by 14 events."""
    ties = pairs("davis")
    women = list(dict.fromkeys(woman for woman, _ in ties))
    made = np.zeros((18, 14), dtype=bool)
    for woman, event in ties:
        made[women.index(woman), int(event[1:]) - 1] = True
    return made


def florence() -> npt.NDArray[np.bool_]:
    """Marriages between 16 families, symmetric."""
    made = np.zeros((16, 16), dtype=bool)
    for one, other in pairs("flo"):
        made[FAMILIES.index(one), FAMILIES.index(other)] = made[FAMILIES.index(other), FAMILIES.index(one)] = True
    return made


def coleman() -> npt.NDArray[np.bool_]:
    """73 boys: whom each names as a friend."""
    made = np.zeros((73, 73), dtype=bool)
    for one, other in pairs("coleman"):
        made[int(one) - 1, int(other) - 1] = True
    return made
