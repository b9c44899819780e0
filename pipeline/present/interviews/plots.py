"""What is drawn of interviews: codes by case shaded, codes as bars, new codes over time, key words, the path."""

from __future__ import annotations

from dataclasses import replace

from pipeline.language.marks import marks
from pipeline.present.charts.model import Chart, Link, Series
from pipeline.present.figures import Plot
from pipeline.present.interviews.codes import linked, steps
from pipeline.present.interviews.voice import Voice
from pipeline.spec.model import say
from pipeline.statistics import registry

_MOST_WORDS = 10  # of a group in a figure


def plot(voice: Voice) -> Plot | None:
    """The figure of a table; ``None`` where it has nothing to draw."""
    makers = {
        "cases": _shaded, "groups": _shaded, "together": _together, "saturation": _saturation, "path": _path,
        "words": _words, "keyness": _keyness, "tree": _tree,
    }  # fmt: skip
    made = makers[voice.of.show](voice)
    if made is None or not any(v is not None for s in made.chart.series for v in s.values):
        return None
    m = marks(voice.lang)
    return replace(made, chart=replace(made.chart, decimal=m.decimal, thousands=m.group, percent_sign=m.percent))


def _text(voice: Voice, statistic: str, row: str, col: str = "") -> str:
    """A number as it stands in the table, with the sign of percent."""
    cell = voice.cell(statistic, row, col)
    share = registry.form(statistic) == "share" and cell.kind == "number"
    return cell.text + (marks(voice.lang).percent if share else "")


def _told(labels: list[str], series: list[Series]) -> tuple[str, ...]:
    named = len(series) > 1
    return tuple(
        f"{label}: " + ", ".join(f"{s.name} {s.texts[i]}" if named else s.texts[i] for s in series if s.texts[i])
        for i, label in enumerate(labels)
    )


def _value(voice: Voice, statistic: str, row: str, col: str = "") -> float | None:
    found = voice.row(statistic, row, col)
    return None if found is None else found.value


def _shaded(voice: Voice) -> Plot | None:
    """Codes by case or group: the darker, the more."""
    table = voice.of
    usual = "sources_share" if table.show == "groups" and table.count == "sources" else "sources_with"
    statistic = usual if table.count == "sources" else "passages"
    codes, groups = voice.codes(statistic), voice.codes(statistic, "col_code")
    if not codes or not groups:
        return None
    labels = [voice.code_at_length(c) for c in codes]
    series = [
        Series(
            voice.case(g) if table.show == "cases" else voice.group(table.by, g),
            tuple(_value(voice, statistic, c, g) for c in codes),
            tuple(_text(voice, statistic, c, g) for c in codes),
        )
        for g in groups
    ]
    percent = registry.form(statistic) == "share"
    chart = Chart("heatmap", tuple(labels), tuple(series), percent=percent)
    unit = voice.tell("unit_share" if percent else f"unit_{table.count}")
    return Plot(chart, unit, "", _told(labels, series))


def _together(voice: Voice) -> Plot | None:
    """Pairs of codes, below the diagonal."""
    statistic = "together"
    codes = voice.codes("together")
    if len(codes) < 2:
        return None
    labels = [f"{i + 1} {voice.code_at_length(c)}" for i, c in enumerate(codes)]
    series = [
        Series(
            str(k + 1),
            tuple(_value(voice, statistic, c, other) if i > k else None for i, c in enumerate(codes))[1:],
            tuple(_text(voice, statistic, c, other) if i > k else "" for i, c in enumerate(codes))[1:],
        )
        for k, other in enumerate(codes[:-1])
    ]
    chart = Chart("heatmap", tuple(labels[1:]), tuple(series), percent=False)
    note = voice.view.t("matrix_first", first=voice.code_at_length(codes[0]))
    return Plot(chart, voice.tell(f"unit_together_{voice.of.unit}"), "", _told(labels[1:], series), (note,))


def _tree(voice: Voice) -> Plot | None:
    """Bars: in what share of the sources each code stands."""
    statistic = "sources_share"
    codes = voice.codes(statistic)
    if not codes:
        return None
    labels = [voice.code_at_length(c) for c in codes]
    one = Series("", tuple(_value(voice, statistic, c) for c in codes),
                 tuple(_text(voice, statistic, c) for c in codes))  # fmt: skip
    percent = registry.form(statistic) == "share"
    chart = Chart("bars", tuple(labels), (one,), percent=percent)
    n = next((r.n for c in codes if (r := voice.row("sources_share", c)) is not None), 0)
    base = voice.tell("base_sources", n=voice.count(n or 0))
    return Plot(chart, voice.tell("unit_share" if percent else "unit_counts"), base, _told(labels, [one]))


def _saturation(voice: Voice) -> Plot | None:
    """All codes so far, source by source; those that bring new ones are set off."""
    names = voice.codes("codes_so_far")
    if not names:
        return None
    values = tuple(_value(voice, "codes_so_far", n) for n in names)
    new = tuple(i for i, n in enumerate(names) if voice.value("new_codes", n) > 0)
    labels = [str(i + 1) for i in range(len(names))]
    series = Series("", values, tuple("" for _ in names))
    told = tuple(f"{i + 1}: {_text(voice, 'codes_so_far', n)}" for i, n in enumerate(names) if i in new)
    chart = Chart("histogram", tuple(labels), (series,), percent=False, highlight=new,
                  axis_title=voice.tell("axis_saturation"))  # fmt: skip
    return Plot(chart, voice.tell("unit_so_far"), voice.tell("base_sources", n=voice.count(len(names))), told,
                (voice.tell("saturation_figure"),))  # fmt: skip


def _words(voice: Voice) -> Plot | None:
    statistic = "per_thousand" if voice.of.by else "word_n"
    words, groups = voice.codes(statistic), voice.codes(statistic, "col_code")
    if not words:
        return None
    series = [
        Series(voice.group(voice.of.by, g) if g else "", tuple(_value(voice, statistic, w, g) for w in words),
               tuple(_text(voice, statistic, w, g) for w in words))
        for g in groups or [""]
    ]  # fmt: skip
    chart = Chart("bars", tuple(words), tuple(series), percent=False)
    return Plot(chart, voice.view.statistic_name(statistic), "", _told(words, series))


def _keyness(voice: Voice) -> Plot | None:
    """The strongest words of each group, group by group."""
    words, groups = voice.codes("keyness"), voice.codes("keyness", "col_code")
    labels: list[str] = []
    values: list[float | None] = []
    texts: list[str] = []
    heads: list[tuple[str, int]] = []
    for g in groups:
        found = [(voice.value("keyness", w, g), w) for w in words]
        strong = sorted(((k, w) for k, w in found if k > 0), key=lambda one: (-one[0], one[1]))[:_MOST_WORDS]
        if strong:
            heads.append((voice.group(voice.of.by, g), len(strong)))
        for k, w in strong:
            labels.append(w)
            values.append(k)
            texts.append(_text(voice, "keyness", w, g))
    if not labels:
        return None
    series = Series("", tuple(values), tuple(texts))
    chart = Chart("bars", tuple(labels), (series,), percent=False, groups=tuple(heads))
    return Plot(chart, voice.tell("unit_keyness_figure"), "", _told(labels, [series]))


def _path(voice: Voice) -> Plot | None:
    """The stations in their columns, joined by how many sources speak of both."""
    path = voice.said.path if voice.said is not None else None
    labels = steps(voice)
    codes = list(labels)
    if path is None or not codes:
        return None
    place = {code: i for i, code in enumerate(codes)}
    texts = tuple(
        voice.tell("percent_of", percent=_text(voice, "sources_share", c),
                n=voice.count(next((r.n or 0 for r in [voice.row("sources_share", c)] if r is not None), 0)))
        for c in codes
    )  # fmt: skip
    series = Series("", tuple(_value(voice, "sources_share", c) for c in codes), texts)
    links = tuple(
        Link(place[a], place[b], voice.value("together", a, b), _text(voice, "together", a, b))
        for a, b in linked(codes)
        if a.partition(".")[0] != b.partition(".")[0] or int(b.partition(".")[2]) == int(a.partition(".")[2]) + 1
    )
    columns = tuple(("", len(column)) for column in path.columns)
    chart = Chart("path", tuple(labels.values()), (series,), groups=columns, links=links)
    told = [f"{labels[c]}: {texts[i]}" for i, c in enumerate(codes)]
    told += [voice.tell("told_link", a=labels[codes[x.start]], b=labels[codes[x.end]], n=x.text) for x in links]
    return Plot(chart, voice.tell("unit_path"), "", tuple(told), (voice.tell("path_note"), say(path.note, voice.lang)))
