"""The harmonisation table: a row per wave and question, as it goes out to a spreadsheet and comes back.

What a person may change there is what ``mapping.yml`` says: variable, status, codes, comparable, reason, confirmed, by,
on. The other columns are for reading. A row that cannot be read is named by its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import ValidationError

from pipeline.codes import SYSTEM_MISSING, code_of, code_typed, text_of, to_type
from pipeline.errors import StudyError, nearest
from pipeline.spec.model import ANY_LANGUAGE, Codebook, say
from pipeline.spss.model import Dictionary
from pipeline.waves.figures import Beside, Figures, line
from pipeline.waves.model import Change, Kind, QuestionMap, SetMap, WaveMapping, fingerprint

COLUMNS = (
    "wave", "question", "label", "variable", "wording", "status", "codes", "comparable", "reason", "evidence",
    "figures_before", "figures", "confirmed", "by", "on",
)  # fmt: skip
EDITED = ("wave", "question", "variable", "status", "codes", "comparable", "reason", "confirmed", "by", "on")
ITEMS = "items"  # the status of a multiple response set whose items changed
_ARROW = re.compile(r"\s*(?:→|->|=)\s*")
_YES, _NO = {"yes", "sì", "si", "true", "1"}, {"no", "false", "0", ""}

Row = Mapping[str, str]


def rows(
    wave: str, mapping: WaveMapping, dictionary: Dictionary, codebook: Codebook, lang: str, beside: Beside
) -> Iterator[Row]:
    """The rows of one wave: what is doubtful first, then what waits, what is settled, and what is identical.

    The numbers of each question stand beside it, here and in the wave next to it.
    """

    def order(name: str) -> tuple[bool, bool, bool, int]:
        r = mapping.question(name)
        return (r.identical, r.confirmed, bool(r.together) and not r.reversed, r.doubt)

    for name in sorted(codebook.variables, key=order):
        r = mapping.question(name)
        in_file = r.in_file or name
        there = not r.gone and dictionary.has(in_file)
        yield _row(
            wave, name, say(codebook.variables[name].label, lang), r, lang,
            variable=in_file if there else "", wording=dictionary.variable(in_file).label if there else "",
            status=" ".join(r.status),
            codes="; ".join(f"{text_of(c)} → {to_type(t)}" for c, t in r.codes.items()),
            figures_before=_figures(beside.before.get(name)), figures=_figures(beside.here.get(name)),
        )  # fmt: skip
    for name, one in mapping.sets.items():
        yield _row(wave, name, say(codebook.sets[name].label, lang), one, lang, status=ITEMS)


def _figures(one: Figures | None) -> str:
    return f"{one.wave}: {line(one)}" if one is not None else ""


def _row(wave: str, name: str, label: str, r: QuestionMap | SetMap, lang: str, **more: str) -> Row:
    identical = isinstance(r, QuestionMap) and r.identical
    found = dict.fromkeys(COLUMNS, "") | {
        "wave": wave, "question": name, "label": label, "comparable": r.comparable,
        "reason": say(r.reason or {}, lang), "evidence": say(r.evidence or {}, lang),
        "confirmed": "" if identical and not r.confirmed else "yes" if r.confirmed else "no", "by": r.by, "on": r.on,
    }  # fmt: skip
    return found | more


def read(
    given: Sequence[tuple[int, Row]], mappings: Mapping[str, WaveMapping], codebook: Codebook, lang: str, file: str,
    today: str, by: str,
) -> dict[str, WaveMapping]:  # fmt: skip
    """Wave → its mapping as the rows say. ``given``: row number and cells; ``mappings``: what holds before.

    What is newly confirmed is dated ``today`` and signed ``by``, where the row does not say. Raises
    :class:`StudyError` with every row that cannot be read.
    """
    variables = {wave: dict(m.variables) for wave, m in mappings.items()}
    sets = {wave: dict(m.sets) for wave, m in mappings.items()}
    problems: list[StudyError] = []
    seen: dict[tuple[str, str], int] = {}
    for number, row in given:
        wave, name = row.get("wave", ""), row.get("question", "")
        try:
            _known(wave, name, number, seen, mappings, codebook, file)
            if name in codebook.sets:
                before = sets[wave].get(name)
                if before is not None:
                    sets[wave][name] = before.model_copy(update=_word(row, before, number, file, today, by))
                continue
            old = variables[wave].get(name)
            new = _question(row, name, old or QuestionMap(), number, codebook, lang, file, today, by)
            if old is not None or not new.plain:
                variables[wave][name] = new
        except StudyError as error:
            problems.append(error)
    problems = problems or list(_taken_twice(variables, seen, file))
    if problems:
        raise StudyError.several(problems)
    return {
        wave: m.model_copy(update={"variables": variables[wave], "sets": sets[wave]}) for wave, m in mappings.items()
    }


def _taken_twice(
    variables: Mapping[str, Mapping[str, QuestionMap]], seen: Mapping[tuple[str, str], int], file: str
) -> Iterator[StudyError]:
    """No variable of a wave's file answers two questions, unless all but one of them are left out of the wave."""
    for wave, questions in variables.items():
        taken: dict[str, str] = {}
        for name, r in questions.items():
            if r.gone or r.comparable == "not":
                continue
            in_file = r.in_file or name
            if in_file in taken:
                later = max((name, taken[in_file]), key=lambda n: seen.get((wave, n), 0))
                other = name if later != name else taken[in_file]
                yield StudyError(
                    "waves.table_taken", file=file, row=seen.get((wave, later), 0), wave=wave, question=later,
                    other=other, in_file=in_file, other_row=seen.get((wave, other), "–"),
                )  # fmt: skip
            taken[in_file] = name


def _known(
    wave: str, name: str, number: int, seen: dict[tuple[str, str], int], mappings: Mapping[str, WaveMapping],
    codebook: Codebook, file: str,
) -> None:  # fmt: skip
    if wave not in mappings:
        raise _wrong("wave", wave, ", ".join(mappings), number, file)
    if name not in codebook.variables and name not in codebook.sets:
        raise _wrong("question", name, nearest(name, [*codebook.variables, *codebook.sets]) or "–", number, file)
    if (wave, name) in seen:
        raise StudyError("waves.table_twice", file=file, row=number, wave=wave, question=name, other=seen[wave, name])
    seen[wave, name] = number


def _wrong(column: str, found: str, expected: str, number: int, file: str) -> StudyError:
    return StudyError("waves.table_cell", file=file, row=number, column=column, found=found or "–", expected=expected)


def _question(
    row: Row, name: str, old: QuestionMap, number: int, codebook: Codebook, lang: str, file: str, today: str, by: str
) -> QuestionMap:
    status = tuple(row.get("status", "").replace(",", " ").split()) or ("same",)
    unknown = [word for word in status if word not in get_args(Change)]
    if unknown:
        raise _wrong("status", unknown[0], ", ".join(get_args(Change)), number, file)
    comparable = row.get("comparable", "") or "same"
    if comparable not in get_args(Kind):
        raise _wrong("comparable", comparable, ", ".join(get_args(Kind)), number, file)
    written = row.get("reason", "")
    reason = (
        old.reason if old.reason and say(old.reason, lang) == written else {ANY_LANGUAGE: written} if written else None
    )
    if comparable == "not" and not reason and "gone" not in status:
        raise _wrong("reason", "", "text", number, file)
    in_file = row.get("variable", "") or name
    codes = _codes(row.get("codes", ""), name, number, codebook, file)
    if status == ("same",) and (codes or comparable != "same"):
        raise _wrong("status", "same", ", ".join(c for c in get_args(Change) if c != "same"), number, file)
    changed: dict[str, Any] = {
        "in_file": in_file if in_file != name and "gone" not in status else None, "status": status, "codes": codes,
        "comparable": comparable, "reason": reason,
    }  # fmt: skip
    edited = any(getattr(old, field) != value for field, value in changed.items())
    changed |= _word(row, old, number, file, today, by)
    if status != ("same",):
        changed["asked"] = fingerprint(codebook.variables[name])
    if edited or changed["confirmed"]:
        changed["together"] = ()
    try:
        return QuestionMap.model_validate(old.model_dump() | changed)
    except ValidationError as error:
        raise _wrong(str(error.errors()[0]["loc"][0]), str(error.errors()[0]["input"]), "–", number, file) from None


def _word(row: Row, old: QuestionMap | SetMap, number: int, file: str, today: str, by: str) -> dict[str, Any]:
    """Whether it is confirmed, by whom and when."""
    said = row.get("confirmed", "").strip().casefold()
    if said not in _YES | _NO:
        raise _wrong("confirmed", said, "yes, no", number, file)
    yes = said in _YES
    fresh = yes and not old.confirmed
    on = row.get("on", "") or (today if fresh else old.on if yes else "")
    if on and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", on):
        raise _wrong("on", on, today, number, file)
    return {"confirmed": yes, "by": row.get("by", "") or (by if fresh else old.by if yes else ""), "on": on}


def _codes(text: str, name: str, number: int, codebook: Codebook, file: str) -> dict[str, str]:
    """``98 → 8; 99 → 9`` as a mapping. Every target has to be a code of the codebook, or ``.``."""
    variable = codebook.variables[name]
    known = [*variable.categories, *variable.missing]
    found: dict[str, str] = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        pieces = _ARROW.split(part)
        if len(pieces) != 2 or not all(pieces):
            raise _wrong("codes", part, "98 → 8; 99 → 9", number, file)
        code, target = code_of(pieces[0]), code_typed(pieces[1])
        if target != SYSTEM_MISSING and variable.categorical and target not in known:
            raise _wrong("codes", part, ", ".join([*map(text_of, known[:20]), "."]), number, file)
        found[code] = target
    return found
