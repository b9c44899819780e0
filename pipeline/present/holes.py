"""Sentences written from results: texts of ``report.yml`` whose holes name a table, a statistic and a cell.

``{table:statistic:row:column}``. Row and column are codes, ``variable=code`` where a table has several variables,
``@1`` for the most frequent category, or empty for the total. Besides the ids of statistics there are ``label``,
``base``, ``missing``, ``cases`` and ``strength``. ``{…#one|many}`` prints the word that fits the number.
"""

from __future__ import annotations

import re

from pipeline.codes import code_typed, is_net, name_parts
from pipeline.present import formats
from pipeline.present.amounts import amount_text
from pipeline.present.answer import strength
from pipeline.present.layout.one_way import view_decimals
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spec.model import Text, say
from pipeline.statistics import registry

_HOLE = re.compile(r"\{([^{}]+)\}")


def references(text: Text, lang: str) -> list[str]:
    """The ids of the tables that a text draws from, in order."""
    found = [m.group(1).split("#")[0].split(":")[0].strip() for m in _HOLE.finditer(say(text, lang))]
    return [t for t in dict.fromkeys(found) if t not in ("study", "wave")]


class NoNumber(Exception):
    """A text asks for a number that this wave does not have (nobody chose the category, all answered)."""


def fill_or_none(view: View, text: Text, where: str) -> str | None:
    """As :func:`fill`; ``None`` where the wave lacks one of the numbers: such a text is left out, and listed."""
    try:
        return fill(view, text, where)
    except NoNumber as lacking:
        view.left_out.append(view.t("text_left_out", where=where.replace("/", "."), hole=str(lacking)))
        return None


def fill(view: View, text: Text, where: str) -> str:
    """The text with its holes filled from the results of this wave. Raises :class:`NoNumber`."""
    wording = say(text, view.lang)
    return _HOLE.sub(lambda m: _hole(view, m.group(1), where, wording, m.start()), wording).strip()


def _hole(view: View, hole: str, where: str, wording: str, at: int) -> str:
    body, _, words = hole.partition("#")
    pieces = [piece.strip() for piece in body.split(":")]
    table = pieces[0]
    if table == "wave":
        return view.wave
    if table == "study":
        value: float | None = view.study.population.size
        shown = "" if value is None else formats.count_text(value, view.lang)
        return _plural(words, value) if words else shown
    statistic = pieces[1] if len(pieces) > 1 else "base"
    row_part = pieces[2] if len(pieces) > 2 else ""
    column_part = pieces[3] if len(pieces) > 3 else ""
    row_var, row_code = _row(view, table, row_part, where, hole)
    col_var, col_code = _column(view, table, row_var, column_part)
    if statistic == "label":
        label = view.code_label(row_var, row_code) if row_code else view.label(row_var)
        return label if at == 0 or wording[:at].rstrip().endswith((".", "!", "?")) else _lower_initial(label)
    found = _find(view, table, statistic, row_var, row_code, col_var, col_code)
    if found is None:
        raise NoNumber(hole)
    if found.suppressed:  # a sentence without its number says nothing, or too much
        raise NoNumber(hole)
    if words:
        return _plural(words, found.value)
    return _number(view, statistic, found, row_var)


def _plural(words: str, value: float | None) -> str:
    one, _, many = words.partition("|")
    return one if value == 1 else many


def _lower_initial(label: str) -> str:
    """Lower-case first letter inside a sentence, unless the word is an abbreviation or a name in capitals."""
    return label[:1].lower() + label[1:] if len(label) > 1 and label[1].islower() else label


def _row(view: View, table: str, part: str, where: str, hole: str) -> tuple[str, str]:
    """The row variable and code that a hole means; ``@k`` is the k-th most frequent category."""
    rows = view.results.rows(table)
    if "=" in part:
        var, _, code = part.partition("=")
        var, code = var.strip(), code.strip()
    else:
        var, code = (rows[0].row_var if rows else ""), part
    if code.startswith("@"):
        column = next((r.col_var for r in rows if r.row_var == var), "")
        sizes = [
            (r.row_code, r.value or 0.0) for r in rows
            if r.row_var == var and r.col_var == column and r.statistic == "count" and r.row_code and not r.col_code
            and not is_net(r.row_code)
        ]  # fmt: skip
        if any(r.suppressed for r in rows if r.row_var == var and r.statistic == "count" and not r.col_code):
            raise NoNumber(hole)
        ranked = sorted(sizes, key=lambda item: -item[1])
        rank = int(code[1:]) if code[1:].isdigit() else 0
        if not 1 <= rank <= len(ranked):
            raise NoNumber(hole)
        return var, ranked[rank - 1][0]
    return var, _typed(code)


def _column(view: View, table: str, row_var: str, part: str) -> tuple[str, str]:
    found = [r.col_var for r in view.results.rows(table) if r.row_var == row_var and r.col_var]
    if "=" in part:
        var, _, code = part.partition("=")
        return var.strip(), _typed(code.strip())
    return (found[0] if found else ""), _typed(part)


def _typed(code: str) -> str:
    """A code as typed; nothing typed is the total."""
    return code_typed(code) if code and not is_net(code) else code


def _find(
    view: View, table: str, statistic: str, row_var: str, row_code: str, col_var: str, col_code: str
) -> ResultRow | None:
    if statistic == "base":
        return view.get(table, "n", row_var, row_code if col_var and not row_code else "", col_var, col_code)
    if statistic == "missing":
        return view.get(table, "missing_n", row_var, row_code)
    if statistic == "cases":
        return view.get(table, "cases_n", row_var)
    if statistic == "strength":
        return view.get(table, "cramers_v", row_var, "", col_var, "")
    return view.get(table, statistic, row_var, row_code, col_var, col_code)


def _number(view: View, statistic: str, row: ResultRow, row_var: str) -> str:
    if row.value is None:
        return formats.NOT_COMPUTABLE
    if statistic == "strength":
        return view.t("strength_" + strength(row.value))
    form = registry.form(row.statistic)
    if form == "count":
        return formats.count_text(row.value, view.lang)
    if form == "share":
        return formats.percent_text(row.value, view.lang, view.share_decimals(row))
    if form == "p":
        return formats.p_text(row.value, view.lang)
    if form in ("value", "length"):
        name = name_parts(row_var)[0]
        text = amount_text(view, name, statistic, row.value, view_decimals(view, name, statistic))
        return text or formats.NOT_COMPUTABLE
    return formats.decimal_text(row.value, 2, view.lang)
