"""Makes the demonstration wave: a second survey of the Planning Offices that never took place.

    python data/reconstruction/second_wave.py FOLDER

Writes ``survey.sav``, ``source.yml``, ``units.yml`` and ``corrections.yml`` into FOLDER. It follows from the
reconstructed wave (make_wave.py): 98 districts become 66, most of them unchanged, some merged from two or three, one
split, one begun, one ended. The questionnaire changed as questionnaires do: a variable has another name, an answer is
split in two, a question is gone, another is new, missing codes and a wording are others, the modes of interview are
no longer comparable. Six offices did not answer, and one typing error waits to be corrected. The seed is fixed: the
same files come out every time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import savfile
from answers import (
    CONTRACT,
    DONT_KNOW,
    NEW_SUBJECT,
    NO_ANSWER,
    Draws,
    Office,
    Row,
    add_remarks,
    frame,
    interview,
    or_missing,
    planning_offices,
    simulate,
    weigh,
)
from dictionary import VARIABLES, Scale, Variable, file_dictionary
from make_wave import SEED

SEED_2026 = 2026
YEAR = "2026"
FIRST_DAY = dt.date(2026, 1, 12)
MERGED_FROM_TWO = 21
MERGED_FROM_THREE = 6
NOT_ANSWERED = 6
HERE = Path(__file__).resolve().parent

RENAMED = {"forma": "d05_forma"}
GONE = ("capofila",)
NEW = "coprog"
OTHER_MISSING = {"gov_modo": {DONT_KNOW: 98, NO_ANSWER: 99}}
MISTYPED = "fte"  # a decimal comma lost in one office: 85 for 8.5


@dataclass(frozen=True, slots=True)
class District:
    """An office of the second wave: its code, the offices it follows from, how, and what drives its answers."""

    code: str
    before: tuple[str, ...]
    kind: str
    office: Office


# --- districts


def districts(draws: Draws) -> tuple[list[District], list[str]]:
    """The 66 offices of the second wave, and the codes of those that ended."""
    old = {f"LO{number:02d}": office for number, office in enumerate(planning_offices(Draws(SEED)), start=1)}
    largest = max((code for code, o in old.items() if o.urban), key=lambda code: old[code].residents)
    smallest = min((code for code in old if code != largest), key=lambda code: old[code].residents)
    groups = _groups(draws, {code: o for code, o in old.items() if code not in (largest, smallest)})
    found: list[District] = []
    number = 101
    for codes in groups:
        parts = [old[code] for code in codes]
        if len(codes) == 1:
            found.append(District(codes[0], codes, "continue", _later(draws, parts)))
        else:
            found.append(District(f"LO{number}", codes, "merge", _later(draws, parts)))
            number += 1
    for share in (0.55, 0.45):
        part = old[largest]
        half = replace(part, municipalities=max(1, part.municipalities // 2), residents=round(part.residents * share))
        found.append(District(f"LO{number}", (largest,), "split", _later(draws, [half])))
        number += 1
    typical = replace(old["LO40"], climate=0.0, reticence=1.0, form=NO_ANSWER)
    found.append(District(f"LO{number}", (), "begin", _later(draws, [typical])))
    return sorted(found, key=lambda d: d.code), [smallest]


def _groups(draws: Draws, old: Mapping[str, Office]) -> list[tuple[str, ...]]:
    """Neighbours of one province put together, the small before the large: six threes, twenty-one pairs."""
    left = dict(old)
    merged: list[tuple[str, ...]] = []
    for size, count in ((3, MERGED_FROM_THREE), (2, MERGED_FROM_TWO)):
        for _ in range(count):
            enough = [p for p in {o.province for o in left.values()} if _in(left, p) >= size]
            weights = {p: float(_in(left, p) ** 2) for p in sorted(enough)}
            province = draws.pick(weights)
            mine = [code for code, office in left.items() if office.province == province]
            start = int((len(mine) - size + 1) * draws.uniform())
            group = tuple(mine[start : start + size])
            merged.append(group)
            for code in group:
                del left[code]
    return [*merged, *((code,) for code in left)]


def _in(left: Mapping[str, Office], province: str) -> int:
    return sum(1 for office in left.values() if office.province == province)


def _later(draws: Draws, parts: Sequence[Office]) -> Office:
    """What an office has become: its parts together, its climate half kept, its form mostly kept."""
    main = max(parts, key=lambda o: o.residents)
    together = len(parts) > 1
    had_subject = any(o.new_subject for o in parts)
    chance = 0.88 if had_subject else 0.45 if together else 0.20
    reticence = math.exp(draws.normal(0, 0.8))
    silent = draws.chance(min(0.08 * reticence, 0.5))
    subject = draws.chance(chance)
    return Office(
        province=main.province,
        territory=main.territory,
        municipalities=sum(o.municipalities for o in parts),
        residents=round(1.03 * sum(o.residents for o in parts)),
        climate=0.6 * sum(o.climate for o in parts) / len(parts) + 0.15 + draws.normal(0, 0.7),
        reticence=reticence,
        form=NO_ANSWER if silent else NEW_SUBJECT if subject else CONTRACT,
    )


# --- answers


def answers(draws: Draws, found: Sequence[District]) -> list[Row]:
    """The rows of all 66 offices, in the codes of the second questionnaire."""
    earlier = _earlier_rows()
    rows = []
    for district in found:
        row = frame(draws, district.code, FIRST_DAY, district.office)
        row["modo_int"] = draws.pick({1: 18, 2: 14, 3: 46, 4: 22})
        _form(draws, district, row, earlier)
        interview(draws, district.office, row)
        for name, codes in OTHER_MISSING.items():
            row[name] = codes.get(row[name], row[name])
        row[NEW] = or_missing(draws, district.office, int(draws.chance(0.62)), no_answer=0.02)
        rows.append(row)
    add_remarks(draws, [d.office for d in found], rows)
    weigh([d.office for d in found], rows)
    return rows


def _earlier_rows() -> dict[str, Row]:
    columns = simulate(SEED)
    return {code: {name: values[i] for name, values in columns.items()} for i, code in enumerate(columns["codice"])}


def _form(draws: Draws, district: District, row: Row, earlier: Mapping[str, Row]) -> None:
    office = district.office
    before = [earlier[code] for code in district.before]
    row["forma"] = office.form
    if office.form == NEW_SUBJECT:
        row["tipo_sogg"] = draws.pick({1: 62, 2: 10, 3: 10, 4: 6, 5: 12})
    if office.form == CONTRACT:
        row["tipo_contr"] = draws.pick({1: 58, 2: 12, 5: 18, 3: 8, 4: 4})
        reasons = {1: 34, 2: 18 + 10 * office.mountain, 3: 14, 4: 14 + 8 * office.mountain, 5: 6, 6: 4}
        row["motivo_no"] = or_missing(draws, office, draws.pick(reasons), dont_know=0.05, no_answer=0.04)
    if office.form != NO_ANSWER:
        known = [r["anno_avvio"] for r in before if r["forma"] == office.form and (r.get("anno_avvio") or 9999) < 9000]
        started = known[0] if len(district.before) == 1 and known else 2010 + int(16 * draws.uniform())
        row["anno_avvio"] = or_missing(draws, office, started, dont_know=0.03, no_answer=0.02, codes=(9998, 9999))


# --- the file


def variables() -> dict[str, Variable]:
    """The second questionnaire: the first with its changes, in order, under the names of the first."""
    table = {name: variable for name, variable in VARIABLES.items() if name not in GONE}
    table["codice"] = replace(table["codice"], format="A5")
    missing = table["gov_modo"].scale.missing
    table["gov_modo"] = replace(
        table["gov_modo"],
        format="F2.0",
        scale=Scale(
            table["gov_modo"].scale.answers,
            {new: missing[old] for old, new in OTHER_MISSING["gov_modo"].items()},
        ),
    )
    contracts = table["tipo_contr"].scale
    table["tipo_contr"] = replace(
        table["tipo_contr"],
        scale=Scale(
            {
                1: "Accordo di programma",
                2: "Convenzione fra Comuni",
                5: "Convenzione con enti del terzo settore",
                3: "Protocollo d'intesa",
                4: "Altra forma contrattuale",
            },
            contracts.missing,
        ),
    )
    table["tav_giud"] = replace(table["tav_giud"], label="Giudizi complessivi sui tavoli")
    table["modo_int"] = replace(
        table["modo_int"],
        scale=Scale(
            {
                1: "Intervista faccia a faccia",
                2: "Intervista telefonica",
                3: "Questionario online",
                4: "Videointervista",
            }
        ),
    )
    table[NEW] = Variable(
        "Procedure di co-progettazione avviate con il terzo settore", "nominal", "F1.0", table["tavoli"].scale
    )
    return table


def dictionary(table: Mapping[str, Variable]) -> savfile.FileDictionary:
    """The dictionary of the second file: the first's, with the changed questions."""
    first = file_dictionary()
    names = {name: RENAMED.get(name, name) for name in table}
    missing: dict[str, list[Any]] = {names[n]: list(values) for n, values in first.missing.items() if n in table}
    for name, codes in OTHER_MISSING.items():
        missing[names[name]] = [float(code) for code in codes.values()]
    missing[NEW] = [float(NO_ANSWER)]
    return savfile.FileDictionary(
        file_label=f"Uffici di Piano della Lombardia {YEAR} (dati simulati)",
        documents=(
            "Dimostrazione: questa rilevazione non ha mai avuto luogo.",
            "Tutti i dati sono simulati con un seme fisso. Nessun ufficio reale e' descritto.",
        ),
        labels={names[n]: v.label for n, v in table.items()},
        value_labels={names[n]: labels for n, v in table.items() if (labels := v.scale.answers | v.scale.missing)},
        missing=missing,
        formats={names[n]: v.format for n, v in table.items()},
        measures={names[n]: v.measure for n, v in table.items()},
        widths={names[n]: 40 if n == "nota" else 10 for n in table},
        sets=first.sets,
    )


# --- the files beside it


def units_text(found: Sequence[District], ended: Sequence[str]) -> str:
    """``units.yml``: where each office of this wave comes from."""
    records = []
    for d in found:
        origin = f", from: [{', '.join(d.before)}]" if d.kind in ("merge", "split") else ""
        records.append(f"  - {{unit: {d.code}, kind: {d.kind}{origin}}}")
    records += [f"  - {{unit: {code}, kind: end}}" for code in ended]
    template = (HERE / "second_wave.units.yml").read_text(encoding="utf-8")
    return template + "\n".join(records) + "\n"


def make(folder: Path) -> Path:
    """Write the wave's files into ``folder``, which is created if need be; returns the data file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    draws = Draws(SEED_2026)
    found, ended = districts(draws)
    rows = answers(draws, found)
    silent = set(_silent(draws, found))
    answered = [row for row in rows if row["codice"] not in silent]
    mistyped = next(row for row in answered if 6 <= row[MISTYPED] < 30 and row[MISTYPED] % 1)
    right = mistyped[MISTYPED]
    mistyped[MISTYPED] = 10 * right
    table = variables()
    columns = {RENAMED.get(name, name): [row.get(name) for row in answered] for name in table}
    content = savfile.write(folder / "survey.sav", columns, dictionary(table))
    fill = {
        "SHA256": hashlib.sha256(content).hexdigest(),
        "ROWS": str(len(answered)),
        "POPULATION": str(len(found)),
        "UNIT": mistyped["codice"],
        "WRONG": f"{10 * right:g}",
        "RIGHT": f"{right:g}",
    }
    for name in ("source", "corrections"):
        text = (HERE / f"second_wave.{name}.yml").read_text(encoding="utf-8")
        for field, value in fill.items():
            text = text.replace(f"<{field}>", value)
        _write(folder / f"{name}.yml", text)
    _write(folder / "units.yml", units_text(found, ended))
    return folder / "survey.sav"


def _silent(draws: Draws, found: Sequence[District]) -> list[str]:
    """The offices that did not answer at all: the reticent first."""
    reticent = {d.code: d.office.reticence for d in found}
    return draws.pick_several(reticent, NOT_ANSWERED)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> int:
    """Command line: exactly one folder."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print((__doc__ or "").strip())
        return 0 if arguments in (["-h"], ["--help"]) else 2
    print(f"made {make(Path(arguments[0]))}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
