"""A network of the survey: the tables of units and items, the matrix of ties and the profiles of groups."""

from __future__ import annotations

from dataclasses import replace

from pipeline.codes import code_of
from pipeline.language.marks import marks
from pipeline.present import formats
from pipeline.present.charts import Chart, Matrix, Series, draw, draw_network
from pipeline.present.document import Cell, Figure, HeadCell, Row, Table
from pipeline.present.layout.parts import Body, small_base_note, stub
from pipeline.present.networks.parts import Shown, cell, line, methods, name_of, problems
from pipeline.results import ResultRow
from pipeline.spec.model import say
from pipeline.spss.model import code_text

EMPTY = Cell(kind="empty")
_OF_EACH = (
    "network_units", "network_ties", "network_density", "network_mean_degree", "network_mean_strength",
    "network_similarity", "network_centralisation_items", "network_centralisation_units",
)  # fmt: skip
_OF_WHOLE = (
    "network_centralisation_degree", "network_centralisation_betweenness", "network_centralisation_closeness",
    "network_clustering", "network_projection_units", "network_projection_items", "network_projection_transitivity",
    "network_core_fit", "network_core_units", "network_core_items",
)  # fmt: skip
_COMPARED = (
    "hedges_g", "eta_squared", "welch_t", "welch_p", "welch_anova_f", "welch_anova_p", "network_permutation_p",
)  # fmt: skip


def base(shown: Shown) -> str:
    """How many units answered and are nodes, how many did not."""
    view = shown.view
    n = shown.get("structure", "network_units")
    lacking = shown.get("structure", "missing_n")
    count = 0.0 if n is None or n.value is None else n.value
    text = view.t("network_base", n=formats.count_text(count, view.lang), units=view.units(count), items=items(shown))
    if lacking is not None and lacking.value:
        text += "; " + view.t(
            "network_unanswered", n=formats.count_text(lacking.value, view.lang), count=int(lacking.value)
        )
    return text


def items(shown: Shown) -> str:
    """What the items are called together."""
    return say(shown.network.items, shown.view.lang) or shown.view.t("network_items")


def structure(shown: Shown) -> Table:
    """The whole network beside the part of each group of units."""
    view = shown.view
    columns = [("", ""), *((a, c) for a in shown.attributes for c in shown.categories(a))]
    used: list[ResultRow | None] = []

    def row(statistic: str) -> Row | None:
        found = [shown.get("structure", statistic, "", *column) for column in columns]
        used.extend(found)
        there = any(f is not None for f in found)
        return Row(_named(shown, statistic), tuple(cell(view, f) for f in found)) if there else None

    rows = [r for s in _OF_EACH if (r := row(s)) is not None]
    rows.append(Row(view.t("network_whole_only"), kind="group"))
    rows += [replace(r, level=1) for s in _OF_WHOLE if (r := row(s)) is not None]
    lines = []
    for attribute in shown.attributes:
        found = [f for s in _COMPARED if (f := shown.get("structure", s, "", attribute)) and f.value is not None]
        used += [f for f in found if f.statistic.startswith("network")]
        if said := line(view, found):
            lines.append(f"{view.t('network_ties_by', attribute=view.label(attribute))}: {said}")
    return shown.framed("structure", Body(
        head=_head(shown, columns), rows=tuple(rows), columns=len(columns), base=base(shown), answer=_answer(shown),
        statistics=tuple(lines), notes=(*methods(view, used), *_chance(shown, bool(lines)), *problems(view, used)),
    ))  # fmt: skip


def _named(shown: Shown, statistic: str) -> str:
    """A measure's name, with what the two kinds of nodes are called here."""
    view = shown.view
    key = f"row_{statistic}"
    if view.has(key):
        return view.t(key, units=view.many_units(), items=items(shown))
    return name_of(view, statistic)


def _head(shown: Shown, columns: list[tuple[str, str]]) -> tuple[tuple[HeadCell, ...], ...]:
    """All units, then each attribute over its categories."""
    view = shown.view
    if len(columns) == 1:
        return ((stub(view), HeadCell(view.t("total"))),)
    spans = [(a, sum(1 for one, _ in columns if one == a)) for a in shown.attributes]
    upper = (
        stub(view, rows=2),
        HeadCell(view.t("total"), rows=2),
        *(HeadCell(view.label(a), n) for a, n in spans if n),
    )
    return upper, tuple(HeadCell(shown.group(a, c)) for a, c in columns if a)


def _answer(shown: Shown) -> str:
    view = shown.view
    found = [
        shown.get("structure", s) for s in ("network_ties", "network_density", "network_mean_degree", "network_units")
    ]
    ties, density, mean, n = (None if f is None else f.value for f in found)
    if ties is None or density is None or mean is None or n is None:
        return ""
    count = len(shown.items())
    return view.t(
        "network_answer", ties=formats.count_text(ties, view.lang), possible=formats.count_text(n * count, view.lang),
        density=formats.percent_text(density, view.lang), mean=formats.decimal_text(mean, 1, view.lang),
        items=count, units=view.units(1),
    )  # fmt: skip


def _chance(shown: Shown, there: bool) -> list[str]:
    """What a permutation test says, and in a census description what it does not."""
    if not there:
        return []
    described = shown.view.study.mode == "description"
    return [shown.view.t("network_chance_census" if described else "network_chance")]


def nodes(shown: Shown) -> Table:
    """The items: how many units are tied to each, how central it is, whether it is core."""
    view = shown.view
    measures = ["network_degree", "network_share", *(["network_strength"] if shown.network.strength else [])]
    measures += ["network_betweenness", "network_closeness"]
    rows, used = [], []
    for code in shown.items():
        found = [shown.get("nodes", statistic, code) for statistic in measures]
        used += found
        core = shown.get("nodes", "network_core", code)
        word = "network_in_core" if core is not None and core.value else "network_in_periphery"
        rows.append(Row(shown.node(code), (*(cell(view, f) for f in found), Cell(view.t(word)))))
    heads = [HeadCell(view.head(m)) for m in (*measures, "network_core")]
    weighted = view.t("network_weighted_note", battery=view.label(shown.network.strength or ""))
    return shown.framed("nodes", Body(
        head=((stub(view, stub_head(shown)), *heads),), rows=tuple(rows), columns=len(heads), base=base(shown),
        notes=(*([weighted] if shown.network.strength else []), *methods(view, used), view.t("network_core_note"),
               *problems(view, used)),
    ))  # fmt: skip


def answers(shown: Shown) -> Table:
    """What was said of the ties with each item: how strong they are, and what the other batteries ask."""
    view, network = shown.view, shown.network
    batteries = [b for b in (network.strength, *network.more) if b is not None]
    heads = (HeadCell(view.label(battery), sub=_kind_of_battery(shown, battery)) for battery in batteries)
    rows = [
        Row(shown.node(code), tuple(_of_battery(shown, battery, code) for battery in batteries))
        for code in shown.items()
    ]
    return shown.framed("answers", Body(
        head=((stub(view, stub_head(shown)), *heads),), rows=tuple(rows), columns=len(batteries),
        base=f"{view.t('network_answers_base')}; {base(shown)}",
    ))  # fmt: skip


def shared(shown: Shown) -> Table:
    """The projection on the items: how many units are tied to both of two, each pair once."""
    view, order = shown.view, shown.items()
    heads = (HeadCell(str(i + 1)) for i in range(len(order) - 1))
    rows = []
    for i, code in enumerate(order):
        found = [
            shown.get("shared", "network_shared", code, shown.about, other) for other in order[: min(i, len(order) - 1)]
        ]
        cells = [cell(view, f) for f in found]
        rows.append(Row(f"{i + 1} {shown.node(code)}", (*cells, *[EMPTY] * (len(order) - 1 - len(cells)))))
    return shown.framed("shared", Body(
        head=((stub(view, stub_head(shown)), *heads),), rows=tuple(rows), columns=len(order) - 1,
        unit=view.t("network_unit_shared", units=view.many_units()), base=base(shown),
    ))  # fmt: skip


def stub_head(shown: Shown) -> str:
    """What the items are called, as a head."""
    name = items(shown)
    return name[:1].upper() + name[1:]


def _scored(shown: Shown, battery: str) -> bool:
    return any(
        r.statistic == "network_tie_mean" and r.col_var == battery
        for r in shown.view.results.rows(shown.table("answers"))
    )


def _answers(shown: Shown, battery: str) -> list[str]:
    rows = shown.view.results.rows(shown.table("answers"))
    return list(dict.fromkeys(r.col_code for r in rows if r.statistic == "network_tie_share" and r.col_var == battery))


def _kind_of_battery(shown: Shown, battery: str) -> str:
    """What of a battery is shown: a mean, the share of one answer, the commonest answer."""
    view = shown.view
    if _scored(shown, battery):
        return view.t("network_mean_sub")
    answers = _answers(shown, battery)
    if len(answers) == 2:
        member = view.codebook.batteries[battery].members[0]
        return view.t("network_share_sub", answer=view.code_label(member, answers[1]))
    return view.t("network_most_sub")


def _of_battery(shown: Shown, battery: str, code: str) -> Cell:
    view = shown.view
    if _scored(shown, battery):
        return cell(view, shown.get("answers", "network_tie_mean", code, battery))
    found = [shown.get("answers", "network_tie_share", code, battery, one) for one in _answers(shown, battery)]
    if len(found) == 2:
        return cell(view, found[1])
    known = [r for r in found if r is not None and r.value is not None]
    if not known:
        return cell(view, found[0] if found else None)
    most = max(known, key=lambda r: r.value or 0.0)
    label = view.code_label(view.codebook.batteries[battery].members[0], most.col_code)
    return Cell(f"{label} ({formats.percent_text(most.value or 0.0, view.lang, 0)})")


def groups(shown: Shown) -> Table:
    """The profile of each group: how many of its units are tied to each item, and how that differs."""
    view, attributes = shown.view, shown.attributes
    measures = ["cramers_v", *(s for s in ("fisher_p",) if _has(shown, s)), "network_permutation_p"]
    upper, lower, used = [stub(view, stub_head(shown), 2)], [], []
    sizes: list[float | None] = []
    for a in attributes:
        codes = shown.categories(a)
        upper.append(HeadCell(view.label(a), len(codes) + len(measures)))
        for code in codes:
            n = shown.get("groups", "network_units", "", a, code)
            sizes.append(None if n is None else n.value)
            lower.append(HeadCell(shown.group(a, code), sub=f"n = {formats.count_text(sizes[-1] or 0.0, view.lang)}"))
        lower += [HeadCell(view.t(f"head_short_{m}")) for m in measures]
    rows = []
    for item in shown.items():
        cells = []
        for a in attributes:
            found = [shown.get("groups", "network_share", item, a, code) for code in shown.categories(a)]
            found += [shown.get("groups", m, item, a) for m in measures]
            cells += [cell(view, f) for f in found]
            used += found
        rows.append(Row(shown.node(item), tuple(cells)))
    notes = [small_base_note(view, sizes), *methods(view, [u for u in used if u and u.statistic.startswith("network")])]
    return shown.framed("groups", Body(
        head=(tuple(upper), tuple(lower)), rows=tuple(rows), columns=len(lower), unit=view.t("network_unit_shares"),
        base=base(shown), notes=(*notes, *_chance(shown, True), *problems(view, used)),
    ))  # fmt: skip


def _has(shown: Shown, statistic: str) -> bool:
    return any(r.statistic == statistic for r in shown.view.results.rows(shown.table("groups")))


def similarity(shown: Shown) -> Table:
    """Whether units of one group have profiles more alike than units of different ones."""
    view, table = shown.view, shown.table("similarity")
    measures = (
        "network_units", "network_within", "network_between", "network_qap_r", "network_qap_p", "network_assortativity"
    )  # fmt: skip
    rows, used = [], []
    for attribute in shown.attributes:
        found = [view.get(table, s, attribute) for s in measures]
        used += found
        rows.append(Row(view.label(attribute), tuple(cell(view, f) for f in found)))
    heads = (HeadCell(view.head(s)) for s in measures)
    return shown.framed("similarity", Body(
        head=((stub(view), *heads),), rows=tuple(rows), columns=len(measures), base=base(shown),
        notes=(view.t("network_similarity_note", units=view.many_units(), items=items(shown)), *methods(view, used),
               *_chance(shown, True), *problems(view, used)),
    ))  # fmt: skip


# ---------------------------------------------------------------- figures


def matrix(shown: Shown) -> Figure:
    """Every unit and item: items by their ties from above, units by group, in each those with most ties first."""
    view, network = shown.view, shown.network
    rows = view.results.rows(shown.table("ties"))
    ties = {(r.row_code, r.col_code) for r in rows if r.statistic == "network_tie"}
    strength = {(r.row_code, r.col_code): r.value for r in rows if r.statistic == "network_tie_strength"}
    degree = {r.row_code: r.value or 0.0 for r in rows if r.statistic == "network_degree"}
    attribute = next(iter(shown.attributes), "")
    group = {r.row_code: r.col_code for r in rows if r.statistic == "network_group" and r.col_var == attribute}
    codes = [*shown.categories(attribute), ""] if attribute else [""]
    order = shown.items()

    def place(unit: str) -> tuple[float, tuple[bool, ...]]:
        return -degree[unit], tuple((unit, item) not in ties for item in order)

    members = {c: sorted((u for u in degree if group.get(u, "") == c), key=place) for c in codes}
    columns = [unit for c in codes for unit in members[c]]
    steps = sorted({v for v in strength.values() if v is not None})
    shades = {value: i + 1 for i, value in enumerate(steps)}

    def shade(unit: str, item: str) -> int:
        if (unit, item) not in ties:
            return -1
        value = strength.get((unit, item))
        return (1 if not strength else 0) if value is None else shades[value]

    def heading(code: str) -> str:
        name = shown.group(attribute, code) if code else view.t("network_no_group") if attribute else ""
        return f"{name} ({formats.count_text(len(members[code]), view.lang)})".strip()

    counts = [shown.get("nodes", "network_degree", item) for item in order]
    texts = tuple("" if c is None else formats.count_text(c.value or 0.0, view.lang) for c in counts)
    chart = Matrix(
        rows=tuple(shown.node(item) for item in order),
        counts=texts,
        shades=tuple(tuple(shade(unit, item) for unit in columns) for item in order),
        key=tuple(_strength_label(shown, value) for value in steps) or (view.t("network_tied"),),
        spans=tuple((heading(c), len(members[c])) for c in codes if members[c]),
        unknown=view.t("network_strength_unknown"),
    )
    n = formats.count_text(len(columns), view.lang)
    told = [view.t("network_told", item=name, ties=t, n=n) for name, t in zip(chart.rows, texts, strict=True)]
    about = view.label(network.strength) if network.strength and strength else view.t("network_tied")
    notes = [view.t("network_matrix_note", units=view.many_units(), items=items(shown))]
    return shown.drawn("matrix", draw_network(chart), about, told, "nodes", notes)


def _strength_label(shown: Shown, value: float) -> str:
    battery = shown.network.strength or ""
    return shown.view.code_label(shown.view.codebook.batteries[battery].members[0], code_of(code_text(value)))


def profile(shown: Shown) -> Figure:
    """Shaded shares: how many units of each group are tied to each item."""
    view = shown.view
    order = shown.items()
    labels = tuple(shown.node(item) for item in order)
    series = []
    for a in shown.attributes:
        for code in shown.categories(a):
            n = shown.get("groups", "network_units", "", a, code)
            rows = [shown.get("groups", "network_share", item, a, code) for item in order]
            texts = tuple(
                formats.NOT_COMPUTABLE if r is None or r.value is None else formats.percent_text(r.value, view.lang, 0)
                for r in rows
            )
            count = formats.count_text(0.0 if n is None or n.value is None else n.value, view.lang)
            name = f"{shown.group(a, code)} (n = {count})"
            series.append(Series(name, tuple(None if r is None else r.value for r in rows), texts))
    m = marks(view.lang)
    chart = Chart("heatmap", labels, tuple(series), maximum=1.0, decimal=m.decimal, thousands=m.group,
                  percent_sign=m.percent)  # fmt: skip
    told = [f"{s.name}: " + ", ".join(f"{label} {t}" for label, t in zip(labels, s.texts, strict=True)) for s in series]
    return shown.drawn("profile", draw(chart), view.t("network_unit_shares"), told, "groups", chart=chart)
