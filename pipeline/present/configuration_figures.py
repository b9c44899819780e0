"""Figures of a configuration: the map of its answers, its eigenvalues, loadings, the tree and the types' profiles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.codes import pair_parts
from pipeline.language.marks import marks
from pipeline.present import formats
from pipeline.present.charts.model import Chart, Series
from pipeline.present.document import Figure, Paragraph, Run, Table
from pipeline.present.figures import Plot, framed
from pipeline.present.layout import configurations as layout
from pipeline.present.layout.configurations import words
from pipeline.present.view import View
from pipeline.results import ResultRow
from pipeline.spec.configurations import Configuration, type_table, types_of
from pipeline.spec.model import FigureSpec

_POINTS = 36  # answers named on a map
_ROWS = 24  # answers in the figure of profiles


def figure(
    view: View, configuration: Configuration, owner: str, part: str, name: str, title: str, table: Table | None,
    number: int,
) -> Figure | Paragraph:  # fmt: skip
    """One figure; a sentence where there is nothing to draw."""
    from pipeline.present.charts import draw

    made = {
        "map": _map, "scree": _scree, "loadings_figure": _loadings, "tree": _tree, "profile_figure": _profile
    }[part](view, configuration, owner)  # fmt: skip
    label = view.t("figure_label", number=number)
    if made is None:
        return Paragraph((Run(words(view, "nothing_to_draw", figure=label)),), "note")
    m = marks(view.lang)
    chart = replace(made.chart, decimal=m.decimal, thousands=m.group, percent_sign=m.percent)
    spec = FigureSpec.model_construct(figure=name, of=name, title={view.lang: title})
    found = framed(view, spec, table or _no_table(view), number, "", replace(made, chart=chart), draw(chart))
    return found if table is not None else replace(found, table="", table_label="")


def _no_table(view: View) -> Table:
    return Table(id="", number=0, label="", title="", head=(), rows=(), columns=0, source=view.source_line())


def _rows(view: View, table: str, statistic: str) -> list[ResultRow]:
    return [r for r in view.results.rows(table) if r.statistic == statistic and r.value is not None]


def _two(value: float, view: View) -> str:
    return formats.decimal_text(value, 2, view.lang)


# ---------------------------------------------------------------- the map


def _map(view: View, configuration: Configuration, owner: str) -> Plot | None:
    """Answers on the first two axes: the active ones that contribute more than the mean, the supplementary ones, and
    the types where their cases have their centre."""
    table = f"{owner}-answers"
    found: dict[tuple[str, str], dict[str, ResultRow]] = {}
    types = types_of(view.codebook, owner)
    centres: dict[tuple[str, str], dict[str, float | None]] = {}
    for r in _rows(view, table, "coordinate"):
        if r.row_var in types:
            centres.setdefault((r.row_var, r.row_code), {})[r.col_code] = r.value
        else:
            found.setdefault((r.row_var, r.row_code), {})[r.col_code] = r
    if not found or "2" not in next(iter(found.values())):
        return None
    active = [key for key in found if _contribution(view, table, owner, key) is not None]
    others = [key for key in found if key not in active]
    active.sort(key=lambda key: -(_contribution(view, table, owner, key) or 0.0))
    mean = 1 / max(len(active), 1)
    named = [key for key in active if (_contribution(view, table, owner, key) or 0.0) >= mean]
    shown = (named if len(named) >= 2 else active)[: max(_POINTS - len(others), _POINTS // 2)]
    placed = {key: (found[key]["1"].value, found[key]["2"].value) for key in (*shown, *others)}
    labels = [layout.told(view, found[key]["1"]) for key in placed]
    groups = [(words(view, "active"), len(shown)), (words(view, "supplementary"), len(others))]
    points = list(placed.values())
    for variable in types:
        own = {code: at for (name, code), at in centres.items() if name == variable}
        points += [(at.get("1"), at.get("2")) for at in own.values()]
        labels += [view.code_label(variable, code) for code in own]
        groups.append((view.label(variable), len(own)))
    series = tuple(
        Series(_axis_title(view, configuration, axis), tuple(p[i] for p in points), ())
        for i, axis in enumerate(("1", "2"))
    )
    chart = Chart("map", tuple(labels), series, percent=False, groups=tuple(g for g in groups if g[1]))
    note = words(view, "map_note")
    if len(shown) < len(active):
        note += " " + words(view, "map_shown", shown=len(shown), all=len(active))
    return Plot(chart, "", "", _poles(view, configuration, labels, points), (note,))


def _contribution(view: View, table: str, owner: str, key: tuple[str, str]) -> float | None:
    """The larger of the contributions to the two axes; ``None`` of a supplementary answer."""
    both = [view.value(table, "contribution", *key, owner, axis) for axis in ("1", "2")]
    there = [value for value in both if value is not None]
    return max(there) if there else None


def _axis_title(view: View, configuration: Configuration, axis: str) -> str:
    table, name = f"{configuration.name}-axes", configuration.name
    share = view.value(table, "inertia_benzecri_share", name, axis)
    title = layout.axis_name(view, configuration, axis)
    return title if share is None else words(
        view, "axis_title", axis=title, share=formats.percent_text(share, view.lang)
    )  # fmt: skip


def _poles(
    view: View, configuration: Configuration, labels: Sequence[str], points: Sequence[tuple[float | None, float | None]]
) -> tuple[str, ...]:  # fmt: skip
    """What lies at the ends of both axes."""
    found = []
    for i, axis in enumerate(("1", "2")):
        order = sorted(range(len(points)), key=lambda j: points[j][i] or 0.0)
        ends = [", ".join(labels[j] for j in some) for some in (order[:3], order[::-1][:3])]
        found.append(words(view, "poles", axis=layout.axis_name(view, configuration, axis), low=ends[0], high=ends[1]))
    return tuple(found)


# ---------------------------------------------------------------- the others


def _scree(view: View, configuration: Configuration, owner: str) -> Plot | None:
    table = f"{owner}-axes"
    found = _rows(view, table, "eigenvalue")
    if len(found) < 2:
        return None
    codes = tuple(r.row_code for r in found)
    names = ("eigenvalue", "parallel_mean", "parallel_high")
    series = tuple(
        Series(layout.head(view, s), tuple(view.value(table, s, owner, code) for code in codes), ()) for s in names
    )
    title = words(view, f"axes_{configuration.method}")
    chart = Chart("scree", codes, series, percent=False, axis_title=title)
    told = tuple(
        words(view, "scree_told", axis=layout.axis_name(view, configuration, code),
              value=_two(view.value(table, "eigenvalue", owner, code) or 0.0, view),
              high=_two(view.value(table, "parallel_high", owner, code) or 0.0, view))
        for code in codes[:10]
    )  # fmt: skip
    return Plot(chart, "", "", told)


def _loadings(view: View, configuration: Configuration, owner: str) -> Plot | None:
    table = f"{owner}-loadings"
    order, factors = layout.sorted_loadings(view, table, owner)
    if not order:
        return None
    labels = tuple(view.label(name) for name in order)
    series = []
    for f in factors:
        values = tuple(view.value(table, "loading", name, "", owner, f) for name in order)
        texts = tuple(":" if v is None else _two(v, view) for v in values)
        series.append(Series(layout.axis_name(view, configuration, f), values, texts))
    chart = Chart("heatmap", labels, tuple(series), percent=False, maximum=1.0)
    told = tuple(
        f"{label}: " + ", ".join(f"{s.name} {s.texts[i]}" for s in series) for i, label in enumerate(labels)
    )  # fmt: skip
    return Plot(chart, layout.head(view, "loading"), "", told)


def _tree(view: View, configuration: Configuration, owner: str) -> Plot | None:
    """The top of the tree; the cut is half way between the last joint that is made and the first that is not."""
    table = type_table(configuration.name, owner, "number")
    sizes, joints = _rows(view, table, "branch_n"), _rows(view, table, "tree_height")
    if len(joints) < 2:
        return None
    count = len(sizes)
    labels = tuple(f"{formats.count_text(r.value or 0.0, view.lang)} {view.units(r.value or 0.0)}" for r in sizes)
    sides = [[float(int(part) - 1) for part in pair_parts(r.col_code)] for r in joints]
    heights = [r.value or 0.0 for r in joints]
    pad: list[float | None] = [None] * (count - len(joints))
    columns = ([s[0] for s in sides], [s[1] for s in sides], heights)
    series = tuple(
        Series(name, (*values, *pad), ()) for name, values in zip(("a", "b", "height"), columns, strict=True)
    )  # fmt: skip
    k = int(view.value(table, "types_found", owner) or 0)
    cut = None
    if 1 < k <= len(heights):
        cut = (heights[-k] + heights[-k + 1]) / 2
    chart = Chart("tree", labels, series, null=cut, axis_title=view.statistic_name("tree_height"))
    told = (words(view, "tree_told", count=k), *(formats.share_text(h, view.lang) for h in heights[::-1][:8]))
    return Plot(chart, "", "", told, (words(view, "tree_note"),))


def _profile(view: View, configuration: Configuration, owner: str) -> Plot | None:
    """Test values: an answer per row, a type per column; those that tell most, by the type they are typical of."""
    found = _rows(view, type_table(configuration.name, owner, "profile"), "test_value")
    codes = list(dict.fromkeys(r.col_code for r in found))
    by_answer: dict[tuple[str, str], dict[str, ResultRow]] = {}
    for r in found:
        by_answer.setdefault((r.row_var, r.row_code), {})[r.col_code] = r

    for name in {name for name, _ in by_answer}:  # of two answers one tells both
        own = [key for key in by_answer if key[0] == name]
        if len(own) == 2:
            del by_answer[own[1]]

    def most(key: tuple[str, str]) -> float:
        return max(abs(r.value or 0.0) for r in by_answer[key].values())

    def kind(key: tuple[str, str]) -> int:
        return max(range(len(codes)), key=lambda i: (v.value or 0.0) if (v := by_answer[key].get(codes[i])) else -99.0)

    telling = sorted((key for key in by_answer if most(key) >= layout.NOT_BY_CHANCE), key=lambda key: -most(key))
    if not telling or len(codes) < 2:
        return None
    shown = sorted(telling[:_ROWS], key=lambda key: (kind(key), -most(key)))
    labels = tuple(layout.told(view, next(iter(by_answer[key].values()))) for key in shown)
    series = []
    for code in codes:
        values = tuple(by_answer[key][code].value if code in by_answer[key] else None for key in shown)
        texts = tuple(":" if v is None else formats.decimal_text(v, 1, view.lang) for v in values)
        series.append(Series(view.code_label(owner, code), values, texts))
    chart = Chart("heatmap", labels, tuple(series), percent=False)
    told = tuple(
        f"{s.name}: " + ", ".join(f"{labels[i]} {s.texts[i]}" for i in range(len(shown)) if (s.values[i] or 0.0) > 1.96)
        for s in series
    )
    notes = (words(view, "profile_shown", shown=len(shown), all=len(telling)),) if len(shown) < len(telling) else ()
    return Plot(chart, view.statistic_name("test_value"), "", told, notes)
