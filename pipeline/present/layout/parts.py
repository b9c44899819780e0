"""What the layouts share: the frame of a table, its notes, the lines about the whole table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.present import answer, formats
from pipeline.present.document import HeadCell, Row, Table
from pipeline.present.view import View
from pipeline.results import CODEBOOK_TABLE, ResultRow
from pipeline.spec.model import TableSpec, say
from pipeline.statistics import registry
from pipeline.tables.plan import members_of, variables_of


@dataclass(frozen=True, slots=True)
class Body:
    """The part of a table that its kind decides: head over the columns, rows, base in words, notes, unit."""

    head: tuple[tuple[HeadCell, ...], ...]
    rows: tuple[Row, ...]
    columns: int
    unit: str = ""
    base: str = ""
    answer: str = ""
    statistics: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def frame(view: View, spec: TableSpec, number: int, body: Body) -> Table:
    """Put title, question, base, source, notes and mark around a body."""
    asked = [view.question(name) for name in spec.rows]
    question = asked[0] if len(set(asked)) == 1 else ""
    base = say(spec.base, view.lang) or body.base
    base = "; ".join(b for b in (base, _only(view, spec), _weight_words(view, spec)) if b)
    notes = [*body.notes]
    if spec.note:
        notes.append(say(spec.note, view.lang))
    notes.append(_no_answers(view, spec))
    if view.mode(spec) != view.study.mode:
        notes.append(view.t(f"mode_{view.mode(spec)}"))
    at_cells = {_problem(cell.note) for row in body.rows for cell in row.cells if cell.note}
    return Table(
        id=anchor("table", spec.table),
        number=number,
        label=view.t("table_label", number=number),
        title=title(view, say(spec.title, view.lang)),
        head=body.head,
        rows=body.rows,
        columns=body.columns,
        unit=body.unit,
        question=question,
        base=base,
        answer=body.answer,
        statistics=body.statistics,
        notes=tuple(dict.fromkeys(n for n in notes if n and n not in at_cells)),
        source=view.source_line(),
        mark=view.mark(spec),
        wide=body.columns > 10,
        crossed=_crossed(view, spec),
    )


def _crossed(view: View, spec: TableSpec) -> tuple[str, str] | None:
    """The two variables of a cross-table of all cases, weighted as the study's tables are."""
    if len(spec.rows) != 1 or len(spec.columns) != 1 or spec.layer or spec.where or spec.model or spec.kind:
        return None
    both = (spec.rows[0], spec.columns[0])
    usual = view.study.weights is not None and view.study.weights.use
    plain = all(name in view.variables and view.variables[name].categorical for name in both)
    return both if plain and view.weighted(spec) == usual else None


def _no_answers(view: View, spec: TableSpec) -> str:
    """Which categories a table's numbers leave out, because they say that there is no answer."""
    if not any(registry.of_numbers(r.statistic) for r in view.results.rows(spec.table)):
        return ""
    said: dict[tuple[tuple[str, str], ...], None] = {}
    for member in members_of(variables_of(spec, view.codebook), view.codebook):
        if member in view.variables:
            seen = {code for code in view.no_answer(member) if view.value(CODEBOOK_TABLE, "n", member, code)}
            if seen and (view.ordered(member) or view.variables[member].averageable):
                said[tuple((c, view.code_label(member, c)) for c in view.no_answer(member) if c in seen)] = None
    codes = dict.fromkeys(pair for pairs in said for pair in pairs)
    if not codes:
        return ""
    listed = ", ".join(view.t("coded", code=code, text=text) for code, text in codes)
    return view.t("no_answer_note", codes=listed)


def anchor(kind: str, name: str) -> str:
    """The id of a table, figure or section in the document; the three may share a name in the study."""
    return f"{kind}-{name}"


def title(view: View, text: str) -> str:
    """A title with its year: ``Uffici di Piano per forma. Anno 2009``; a wave without a number is not named."""
    when = view.when()
    return f"{text.rstrip('.')}. {when}" if when else text


def _only(view: View, spec: TableSpec) -> str:
    """The condition that a table's cases fulfil, in words; empty without one."""
    conditions = [
        f"{view.label(name)}: {', '.join(view.code_label(name, code) for code in codes)}"
        for name, codes in spec.where.items()
    ]
    return view.t("only_where", conditions="; ".join(conditions)) if conditions else ""


def _weight_words(view: View, spec: TableSpec) -> str:
    weights = view.study.weights
    if weights is None:
        return ""
    if not view.weighted(spec):
        return view.t("unweighted")
    return view.t(f"weighted_{weights.kind}", variable=weights.variable)


def valid_base(view: View, n: float | None) -> str:
    """ "83 Uffici di Piano con risposta valida"."""
    if n is None:
        return ""
    return view.t("base_valid", n=formats.count_text(n, view.lang), units=view.units(n), count=int(n))


def small_base_note(view: View, bases: Sequence[float | None]) -> str:
    """A note when percentages stand on fewer than 30 cases."""
    return view.t("small_base") if any(b is not None and 0 < b < 30 for b in bases) else ""


def problem_notes(view: View, rows: Sequence[ResultRow | None]) -> list[str]:
    """Why some cells could not be computed, once each, behind the symbol; :func:`frame` drops what its cells say."""
    reasons = {view.remark("error", r.error) for r in rows if r is not None and r.error}
    return [_problem(reason) for reason in sorted(reasons)]


def _problem(reason: str) -> str:
    return f"{formats.NOT_COMPUTABLE} {reason}"


# ---------------------------------------------------------------- numbers about the whole table


@dataclass(frozen=True, slots=True)
class Pair:
    """Two variables of a table within a layer, what lines about them begin with where there are several pairs, and
    further lines about them."""

    row: str
    column: str
    layer: str = ""
    head: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


def said_of(view: View, spec: TableSpec, pairs: Sequence[Pair]) -> tuple[str, tuple[str, ...]]:
    """The answer above a table of one pair, and the lines below: answers of several pairs, then what was asked for."""
    answers = [answer.sentence(view, spec, pair.row, pair.column, pair.layer) for pair in pairs]
    lines = asked_lines(view, spec, pairs, list(map(bool, answers)))
    if len(pairs) == 1:
        return answers[0], lines
    said = []
    for pair, own in zip(pairs, answers, strict=True):
        if own:  # a sentence names its variables itself, but not the layer it speaks of
            layer = view.code_label(spec.layer, pair.layer) if spec.layer and pair.layer else ""
            said.append(f"{layer}: {own}" if layer else own)
    return "", (*said, *lines)


def asked_lines(view: View, spec: TableSpec, pairs: Sequence[Pair], answered: Sequence[bool]) -> tuple[str, ...]:
    """A line of statistics for each pair that has any; ``answered`` says whose answer stands in words already."""
    lines = []
    for pair, told in zip(pairs, answered, strict=True):
        found = [*table_statistics(view, spec, pair.row, pair.column, pair.layer, told), *pair.more]
        if found:
            lines.append((" × ".join(pair.head) + ": " if pair.head else "") + " · ".join(found))
    return tuple(lines)


def table_statistics(
    view: View, spec: TableSpec, row: str, column: str, layer_code: str = "", answered: bool = False
) -> list[str]:
    """The lines about one pair of variables: those asked for, or without an answer the usual ones of the mode.

    Degrees of freedom, p-value, standard error and interval stand in the line of the statistic they belong to. What
    the answer of the pair has said already is not said again.
    """
    found = answer.about(view, spec, row, column, layer_code)
    asked = [s for s in spec.statistics if s in found and not registry.stands_in(s, "cell")]
    told: tuple[str, ...] = ()
    if answered and (choice := answer.choose(view, spec, row, column, layer_code)) is not None:
        told = choice.ids
    usual = () if answered else registry.usual("line", described=view.mode(spec) == "description")
    wanted = asked or [s for s in usual if s in found and not found[s].error.startswith("weights_need")]
    shown = [name for name in wanted if name not in told and not registry.belongs_to_another(name, wanted)]
    return [line for line in (_line(view, name, found) for name in shown) if line]


def _line(view: View, name: str, found: dict[str, ResultRow]) -> str:
    row = found[name]
    if row.value is None:
        return f"{view.statistic_name(name)}: {formats.NOT_COMPUTABLE} ({view.remark('error', row.error)})"
    own = registry.beside(name, found)
    value = _text(view, name, row.value)
    equals = "" if value.startswith("<") else "= "
    pieces = [f"{view.statistic_name(name)} {equals}{value}"]
    degrees = [found[d].value for d in own.df if d in found]
    if degrees and all(d is not None for d in degrees):
        pieces.append(f"{view.t('df')} = {formats.degrees_text((d for d in degrees if d is not None), view.lang)}")
    p, ase, low, high = (found[part].value if part in found else None for part in (own.p, own.ase, own.low, own.high))
    if p is not None:
        pieces.append(formats.p_words(p, view.lang))
    if ase is not None:
        pieces.append(f"{view.t('ase')} = {formats.decimal_text(ase, 2, view.lang)}")
    if low is not None and high is not None:
        level = formats.percent_text(view.study.confidence, view.lang, 0)
        pieces.append(
            f"{view.t('interval', level=level)} {formats.decimal_text(low, 2, view.lang)}"
            f"–{formats.decimal_text(high, 2, view.lang)}"
        )
    if name == "cramers_v":
        pieces[0] += f" ({view.t('strength_' + answer.strength(row.value))})"
    if row.warning:
        pieces.append(view.remark("warning", row.warning))
    return "; ".join(pieces)


def _text(view: View, name: str, value: float) -> str:
    form = registry.form(name)
    if form == "p":
        return formats.p_text(value, view.lang)
    return formats.count_text(value, view.lang) if form == "count" else formats.decimal_text(value, 2, view.lang)


def stub(view: View, text: str = "", rows: int = 1) -> HeadCell:
    """The head of the stub column."""
    return HeadCell(text, 1, rows)
