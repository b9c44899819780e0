"""Charts: true to their numbers, legible, self-contained, the same everywhere."""

from __future__ import annotations

import hashlib
import json
import math
import os
import random
import re
import subprocess
import sys
import time
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipeline import typeface
from pipeline.present import charts
from pipeline.present.charts import draw
from pipeline.present.charts.model import Chart, Drawing, Series
from tests.present import samples
from tests.present.drawn import Box, advance, boxes, parts, texts

charts.prepare()  # before the room's inner parts are imported: matplotlib then reads and leaves nothing at home
from pipeline.present.charts import measure, style  # noqa: E402
from pipeline.present.charts.draw_slope import spread  # noqa: E402

CHARTS = samples.charts()
ROOT = Path(__file__).parents[2]
FILLED = ("bar", "cell")


def bar_of(box: Box) -> bool:
    return box.part.split("-")[0] in FILLED


def check_layout(drawing: Drawing) -> None:
    """Nothing is cut, no text lies on another, and none lies across a bar's end."""
    everything = boxes(drawing)
    words = [box for box in everything if box.text]
    bars = [box for box in everything if bar_of(box)]
    for box in everything:
        assert box.left >= -0.05 and box.top >= -0.05, box
        assert box.right <= drawing.width + 0.05 and box.bottom <= drawing.height + 0.3, box
    for one, other in combinations(words, 2):
        assert not one.overlaps(other), (one, other)
    for word in words:
        for bar in bars:
            if word.overlaps(bar):
                inside = bar.left <= word.left and word.right <= bar.right
                assert inside and bar.top <= word.top + 0.5 and word.bottom <= bar.bottom + 0.5, (word, bar)


@pytest.mark.parametrize("name", CHARTS)
def test_nothing_overlaps_or_is_cut(name: str) -> None:
    check_layout(draw(CHARTS[name]))


LABELS = (
    *samples.PARTNERS,
    *samples.JUDGED,
    "Sì",
    "No",
    "Non sa / non risponde",
    "autoamministrazione-autoregolazione",
)


def random_chart(kind: str, categories: int, series: int, seed: int) -> Chart:
    rng = random.Random(seed)  # noqa: S311 (test data)
    names = [rng.choice(LABELS) + (f" {i}" if rng.random() < 0.5 else "") for i in range(categories)]

    def one(number: int) -> Series:
        raw: list[float | None] = [rng.random() for _ in range(categories)]
        if kind in ("stacked", "diverging"):
            raw = [value / series for value in raw if value is not None]
        elif kind != "histogram":
            raw = [value if rng.random() > 0.15 else None for value in raw]
        given = rng.random() < 0.5 and kind not in ("stacked", "diverging", "heatmap", "slope")
        low = tuple(None if v is None else v * 0.8 for v in raw) if given else ()
        high = tuple(None if v is None else v * 1.1 for v in raw) if given else ()
        bounds = tuple(None if v is None else v * 0.5 for v in raw) if given else ()
        return samples.shares(rng.choice(LABELS), *raw, low=low, high=high, bound_low=bounds, bound_high=high)

    groups = (("Un gruppo di voci con un titolo", 1), ("Altro", categories - 1)) if rng.random() < 0.3 else ()
    return Chart(
        kind,  # type: ignore[arg-type]
        tuple(names),
        tuple(one(number) for number in range(1 if kind == "histogram" else series)),
        axis_title=rng.choice(
            ("", "Valori percentuali", "Quota degli Uffici di Piano che hanno risposto alla domanda")
        ),
        groups=groups if kind not in ("histogram", "columns", "slope") and categories > 1 else (),
        highlight=(0,) if rng.random() < 0.3 else (),
        neutral=series // 2 if kind == "diverging" and series > 2 else None,
        null=0 if kind == "coefficients" else None,
        width=rng.choice((330.0, 470.0, 680.0)),
    )


KINDS = ("bars", "stacked", "diverging", "dots", "histogram", "columns", "slope", "coefficients", "heatmap", "panels")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("categories", "series"), [(1, 1), (2, 2), (3, 7), (6, 3), (9, 12), (35, 2)])
def test_nothing_overlaps_for_any_shape(kind: str, categories: int, series: int) -> None:
    for seed in range(3):
        check_layout(draw(random_chart(kind, categories, series, seed)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_chart_without_values_is_drawn(kind: str) -> None:
    empty = Series("x", (None, None), (":", ":"), low=(None, None), high=(None, None))
    chart = Chart(kind, ("a", "b"), (empty,) if kind == "histogram" else (empty, empty))  # type: ignore[arg-type]
    drawing = draw(chart)
    check_layout(drawing)
    assert not parts(drawing, "bar") and not parts(drawing, "dot")
    assert any(word.text == ":" for word in texts(drawing))


@pytest.mark.parametrize("kind", KINDS)
def test_zeros_are_zero(kind: str) -> None:
    zero = samples.shares("x", 0.0, 0.0)
    drawing = draw(Chart(kind, ("a", "b"), (zero,) if kind == "histogram" else (zero, zero)))  # type: ignore[arg-type]
    check_layout(drawing)
    for bar in parts(drawing, "bar").values():
        assert min(bar.width, bar.height) == pytest.approx(0, abs=0.005)


def test_bars_are_as_long_as_their_values_from_one_zero() -> None:
    for name in ("bars", "bars_two", "bars_groups", "bars_highlight_intervals"):
        chart = CHARTS[name]
        bars = parts(draw(chart), "bar")
        unit = max(bar.width for bar in bars.values()) / max(v for s in chart.series for v in s.values if v is not None)
        for (series, category), bar in bars.items():
            assert bar.width == pytest.approx(chart.series[series].values[category] * unit, abs=0.02)
        assert max(bar.left for bar in bars.values()) - min(bar.left for bar in bars.values()) < 0.011
        wanted = {(s, c) for s, one in enumerate(chart.series) for c, v in enumerate(one.values) if v is not None}
        assert set(bars) == wanted


def test_a_negative_bar_runs_to_the_left_of_zero() -> None:
    chart = CHARTS["bars_negative"]
    bars = parts(draw(chart), "bar")
    zero = bars[0, 0].left
    unit = bars[0, 0].width / 2.4
    assert bars[0, 1].right == pytest.approx(zero, abs=0.01)
    assert bars[0, 1].width == pytest.approx(1.25 * unit, abs=0.02)


def test_columns_and_histograms_are_as_high_as_their_values() -> None:
    for name in ("columns", "columns_two", "histogram", "histogram_many"):
        chart = CHARTS[name]
        bars = parts(draw(chart), "bar")
        unit = max(bar.height for bar in bars.values()) / max(
            v for s in chart.series for v in s.values if v is not None
        )
        for (series, category), bar in bars.items():
            assert bar.height == pytest.approx(chart.series[series].values[category] * unit, abs=0.02)
        assert max(bar.bottom for bar in bars.values()) - min(bar.bottom for bar in bars.values()) < 0.011


def test_a_histogram_s_columns_touch_and_its_bounds_stand_at_their_edges() -> None:
    drawing = draw(CHARTS["histogram"])
    bars = parts(drawing, "bar")
    for one, other in pairwise(range(len(bars))):
        assert bars[0, one].right == pytest.approx(bars[0, other].left, abs=0.011)
    bound = next(word for word in texts(drawing) if word.text == "25.000")
    assert (bound.left + bound.right) / 2 == pytest.approx(bars[0, 1].left, abs=0.02)


def test_stacked_segments_follow_each_other_and_fill_their_shares() -> None:
    for name in ("stacked", "stacked_nominal"):
        chart = CHARTS[name]
        bars = parts(draw(chart), "bar")
        unit = sum(bars[number, 0].width for number in range(len(chart.series)))
        for category in range(len(chart.categories)):
            row = [bars[number, category] for number in range(len(chart.series)) if (number, category) in bars]
            for one, other in pairwise(row):
                assert one.right == pytest.approx(other.left, abs=0.011)
        for (number, category), bar in bars.items():
            assert bar.width == pytest.approx(chart.series[number].values[category] * unit, abs=0.03)


def test_a_diverging_chart_turns_at_the_middle_with_the_neutral_answer_apart() -> None:
    chart = CHARTS["diverging"]
    drawing = draw(chart)
    bars = parts(drawing, "bar")
    middle = next(box.left for box in boxes(drawing) if box.part == "baseline")
    unit = bars[3, 0].width / 0.3
    for (number, category), bar in bars.items():
        assert bar.width == pytest.approx(chart.series[number].values[category] * unit, abs=0.03)
        if number < 2:
            assert bar.right <= middle + 0.011
        elif number > 2:
            assert bar.left >= middle - 0.011
    assert bars[1, 0].right == pytest.approx(middle, abs=0.011) and bars[3, 0].left == pytest.approx(middle, abs=0.011)
    neutral = [bars[2, category] for category in range(4)]
    assert len({bar.left for bar in neutral}) == 1
    assert neutral[0].left > max(bar.right for (number, _), bar in bars.items() if number != 2)
    assert len({bar.fill for bar in neutral}) == 1 and neutral[0].fill == style.STYLE.neutral


def test_intervals_are_thick_bounds_thin_and_both_where_their_numbers_are() -> None:
    chart = CHARTS["bars_highlight_intervals"]
    drawing = draw(chart)
    bars, intervals, bounds = (parts(drawing, name) for name in ("bar", "interval", "bound"))
    series = chart.series[0]
    for category in (0, 1):
        zero, unit = bars[0, category].left, bars[0, category].width / series.values[category]
        interval, bound = intervals[0, category], bounds[0, category]
        assert interval.left == pytest.approx(zero + series.low[category] * unit, abs=0.02)
        assert interval.right == pytest.approx(zero + series.high[category] * unit, abs=0.02)
        assert bound.left == pytest.approx(zero + series.bound_low[category] * unit, abs=0.02)
        assert bound.right == pytest.approx(zero + series.bound_high[category] * unit, abs=0.02)
        assert interval.stroke >= 2 * bound.stroke > 0
        assert interval.top == pytest.approx((bars[0, category].top + bars[0, category].bottom) / 2, abs=0.02)


def test_dots_stand_between_the_ends_of_their_intervals_on_the_axis() -> None:
    chart = CHARTS["dots"]
    drawing = draw(chart)
    ticks = {word.text: (word.left + word.right) / 2 for word in texts(drawing) if word.part == "tick"}
    unit = ticks["2"] - ticks["1"]
    dots, intervals = parts(drawing, "dot"), parts(drawing, "interval")
    series = chart.series[0]
    assert (0, 5) not in dots
    for (_, category), dot in dots.items():
        place = (dot.left + dot.right) / 2
        assert place == pytest.approx(ticks["1"] + (series.values[category] - 1) * unit, abs=0.03)
        ends = intervals[0, category]
        assert ends.left == pytest.approx(ticks["1"] + (series.low[category] - 1) * unit, abs=0.03)
        assert ends.right == pytest.approx(ticks["1"] + (series.high[category] - 1) * unit, abs=0.03)


def test_ratios_are_on_a_logarithmic_scale_with_the_null_line_at_one() -> None:
    chart = CHARTS["coefficients"]
    drawing = draw(chart)
    null = next(box.left for box in boxes(drawing) if box.part == "baseline")
    ticks = {word.text: (word.left + word.right) / 2 for word in texts(drawing) if word.part == "tick"}
    assert ticks["1"] == pytest.approx(null, abs=0.02)
    assert ticks["2"] - ticks["1"] == pytest.approx(ticks["1"] - ticks["0,5"], abs=0.03)
    unit = (ticks["5"] - ticks["1"]) / math.log(5)
    for (_, term), dot in parts(drawing, "dot").items():
        assert (dot.left + dot.right) / 2 == pytest.approx(
            null + unit * math.log(chart.series[0].values[term]), abs=0.05
        )


def test_panels_share_one_scale() -> None:
    chart = CHARTS["panels"]
    bars = parts(draw(chart), "bar")
    unit = bars[0, 0].width / 0.41
    for (panel, category), bar in bars.items():
        assert bar.width == pytest.approx(chart.series[panel].values[category] * unit, abs=0.03)
    assert all(bars[0, category].top == bars[2, category].top for category in range(5))


def test_a_line_joins_its_waves_and_stops_where_a_value_is_missing() -> None:
    chart = CHARTS["slope"]
    drawing = draw(chart)
    lines, dots = parts(drawing, "line"), parts(drawing, "dot")
    assert (3, 0) in lines and (3, 1) not in lines and (3, 2) not in dots
    unit = (lines[0, 0].points[1][1] - lines[0, 0].points[0][1]) / (0.639 - 0.58)
    for (series, wave), line in lines.items():
        fall = chart.series[series].values[wave] - chart.series[series].values[wave + 1]
        assert line.points[1][1] - line.points[0][1] == pytest.approx(fall * unit, abs=0.05)


def test_labels_pushed_apart_stay_in_order_and_near() -> None:
    # Least squares with distances of 10 (two wanted at 0 and 2, one far off), by hand: 1 -/+ 5, and 40 untouched.
    assert spread([2.0, 0.0, 40.0], [10.0, 10.0, 10.0]) == pytest.approx([6.0, -4.0, 40.0])


def test_darker_cells_hold_larger_shares() -> None:
    chart = CHARTS["heatmap"]
    cells = parts(draw(chart), "cell")
    known = [
        (v, cells[s, c].fill) for s, one in enumerate(chart.series) for c, v in enumerate(one.values) if v is not None
    ]
    for (small, light), (large, dark) in pairwise(sorted(known)):
        assert style.lightness(dark) <= style.lightness(light) or large == small


def test_what_is_no_answer_is_grey_and_no_step_of_the_order() -> None:
    chart = CHARTS["stacked_no_answer"]
    fills = [parts(draw(chart), "bar")[number, 0].fill for number in range(len(chart.series))]
    assert [len({f[1:3], f[3:5], f[5:7]}) == 1 for f in fills] == [False, False, False, True, True]
    assert fills[:3] == list(style.ramp(3)) and fills[3] != fills[4]


def test_text_inside_a_fill_contrasts_with_it() -> None:
    for chart in CHARTS.values():
        drawing = draw(chart)
        filled = [box for box in boxes(drawing) if bar_of(box)]
        for word in texts(drawing):
            for box in filled:
                if word.overlaps(box):
                    assert style.contrast(word.fill, box.fill) >= 4.5, (word, box)


def test_data_labels_of_bars_stand_after_bar_and_whiskers() -> None:
    drawing = draw(CHARTS["bars_highlight_intervals"])
    label = next(word for word in texts(drawing) if word.text == "26.5")
    assert label.left > parts(drawing, "bound")[0, 1].right


def test_colours_differ_in_grey() -> None:
    """L* apart by 7 and more; for comparison, 2.3 is a just noticeable difference (Mahy et al. 1994)."""
    for count in range(2, 8):
        for one, other in pairwise(style.ramp(count)):
            assert style.lightness(one) - style.lightness(other) >= 10
    for colours in [style.distinct(n) for n in range(2, 7)] + [style.strong(n) for n in range(2, 6)]:
        assert len(set(colours)) == len(colours)
        grey = sorted(style.lightness(colour) for colour in colours)
        assert min(b - a for a, b in pairwise(grey)) >= 6.5, colours
    for negative, positive in ((1, 1), (2, 2), (3, 3), (2, 3)):
        browns, blues = style.diverging(negative, positive)
        grey = sorted(style.lightness(colour) for colour in (*browns, *blues))
        assert min(b - a for a, b in pairwise(grey)) >= 6.5
        assert list(browns) == sorted(browns, key=style.lightness)
        assert list(blues) == sorted(blues, key=style.lightness, reverse=True)
    assert all(style.contrast(colour, style.PAPER) >= 3 for n in range(1, 6) for colour in style.strong(n))


def test_lightness_and_contrast_are_those_of_the_standards() -> None:
    # CIE L* of sRGB grey #777777 is 50.03; #767676 is the lightest grey that WCAG allows text on white (4.54).
    assert style.lightness("#777777") == pytest.approx(50.03, abs=0.01)
    assert style.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert style.contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("bold", [False, True])
def test_text_is_measured_as_the_font_says(bold: bool) -> None:
    for text in (*LABELS, "26,5", "–1,2", "è più «così» – 50 ‰", "ĀŽ ψ Ж"):
        assert measure.width(text, 8.5, bold) == pytest.approx(advance(text, 8.5, bold), abs=1e-6)
        assert typeface.width(text, bold) * 8.5 == pytest.approx(advance(text, 8.5, bold), abs=1e-6)


def test_labels_wrap_to_three_lines_of_whole_words() -> None:
    for text in (*samples.PARTNERS, *samples.JUDGED):
        lines, whole = measure.wrap(text, 150, 8.5)
        assert whole and len(lines) <= 3
        assert " ".join(lines).replace("- ", "-") == text
        assert all(advance(line, 8.5, False) <= 150 for line in lines)
    lines, whole = measure.wrap("parola " * 200, 100, 8.5)
    assert not whole and len(lines) == 3 and lines[-1].endswith("…")


def test_every_label_can_be_found_in_the_drawing() -> None:
    for name in ("bars", "stacked", "diverging", "heatmap", "bars_long"):
        found = " ".join(word.text for word in texts(draw(CHARTS[name])))
        for category in CHARTS[name].categories:
            assert category.replace("-", "- ") in found or category in found


SCRIPTS = (
    "Una voce " * 40,
    "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle" * 2,
    "هل توافق على أن الحكومة تقوم بعمل جيد في توفير الخدمات الصحية للمواطنين",
    "非常に満足しているがその理由についてはまだ説明していない人々の割合を示す項目です",
    "👍🏽 Ottimo 🎉 👨‍👩‍👧‍👦 famiglia 👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍",
    "Sì",
)


@pytest.mark.parametrize("kind", (*KINDS, "flow"))
def test_nothing_overlaps_whatever_the_length_or_script(kind: str) -> None:
    count = {"histogram": 1, "flow": 2}.get(kind, 4)
    series = tuple(samples.shares(name, *(0.05 + 0.03 * i for i in range(6))) for name in SCRIPTS[:count])
    for width in (330.0, 470.0):
        check_layout(draw(Chart(kind, SCRIPTS, series, axis_title=SCRIPTS[0], width=width)))  # type: ignore[arg-type]


HOSTILE = (
    "<script>alert(1)</script>",
    "$x^2$ and $\\frac{1}{2}",
    "\"><image href='http://example.org/x.png'/>",
    "]]><!ENTITY x SYSTEM 'file:///etc/passwd'>&x;",
    "&amp; &lt; &#x41; % {{ 7*7 }} #let",
    "nul\x00 bell\x07 vt\x0b \ud800 \ufffe end",
    "a\nb\tc\r\nd",
    "\u202eright to left\u202c",
    "한국어 עברית తెలుగు",
    "x" * 5000,
    "--><svg onload=alert(1)>",
)


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_text_is_only_text(kind: str) -> None:
    series = tuple(
        Series(text, (0.1,) * len(HOSTILE), tuple(f"{t[:12]}" for t in HOSTILE))
        for text in HOSTILE[: 1 if kind == "histogram" else 3]
    )
    chart = Chart(kind, HOSTILE, series, axis_title=HOSTILE[2], groups=((HOSTILE[0], 2),))  # type: ignore[arg-type]
    drawing = draw(chart)
    root = ElementTree.fromstring(drawing.svg)  # noqa: S314
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {"svg", "path", "text"}
    assert "\x00" not in drawing.svg and "\ud800" not in drawing.svg
    drawing.svg.encode("utf-8")


def test_math_is_shown_as_it_is_written() -> None:
    drawing = draw(Chart("bars", ("$x^2$", "50 % & <b>"), (samples.shares("s", 0.2, 0.4),)))
    assert [word.text for word in texts(drawing) if word.part == "label"] == ["$x^2$", "50 % & <b>"]


@pytest.mark.parametrize("name", CHARTS)
def test_a_drawing_stands_alone_and_in_any_page(name: str) -> None:
    svg = draw(CHARTS[name]).svg
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    for unwanted in (
        "<?xml",
        "<!DOCTYPE",
        "<style",
        " style=",
        " id=",
        "href",
        "url(",
        "<metadata",
        "<image",
        "<use",
        "class=",
    ):
        assert unwanted not in svg
    assert svg.count("http") == 1  # the namespace
    assert not re.search(r"\b20\d\d-\d\d-\d\d", svg)
    assert "Noto Sans" in svg


def test_type_is_of_reading_size() -> None:
    for chart in CHARTS.values():
        assert {float(size) for size in re.findall(r'font-size="([\d.]+)"', draw(chart).svg)} <= {8.0, 8.5, 9.0}


SCRIPT = """
import hashlib, json, sys
from pathlib import Path
from pipeline.present.charts import draw
from tests.present.samples import charts
assert not any(name.partition(".")[0] in ("matplotlib", "numpy") for name in sys.modules), "too early"
hashes = {name: hashlib.sha256(draw(chart).svg.encode()).hexdigest() for name, chart in charts().items()}
from matplotlib.font_manager import fontManager
left = [str(path) for path in Path.home().rglob("*")]
ours = {font.name for font in fontManager.ttflist} == {"Noto Sans", "DejaVu Sans"}  # the last is matplotlib's own
print(json.dumps([hashes, ours, left, "matplotlib.pyplot" in sys.modules]))
"""


@pytest.mark.parametrize(("zone", "seed"), [("Pacific/Auckland", "1"), ("America/St_Johns", "4711")])
def test_the_same_bytes_anywhere_and_no_trace_in_the_home(tmp_path: Path, zone: str, seed: str) -> None:
    home, folder = tmp_path / "home", tmp_path / "folder"
    home.mkdir()
    folder.mkdir()
    # A settings file in the current folder, which matplotlib reads, must not change a drawing.
    (folder / "matplotlibrc").write_text("svg.fonttype: path\ntext.usetex: True\npath.sketch: 1, 100, 2\n")
    outside = {"HOME": str(home), "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "LC_ALL": "C"}
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT")}
    done = subprocess.run(
        [sys.executable, "-B", "-c", SCRIPT],
        cwd=folder,
        env={**kept, **outside},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    hashes, fonts, left, pyplot = json.loads(done.stdout)
    here = {name: hashlib.sha256(draw(chart).svg.encode()).hexdigest() for name, chart in CHARTS.items()}
    assert hashes == here
    assert fonts and not left and not pyplot


def test_fifteen_charts_take_less_than_three_seconds() -> None:
    draw(CHARTS["bars"])
    before = time.process_time()
    for chart in list(CHARTS.values())[:15]:
        draw(chart)
    assert time.process_time() - before < 3.0


@pytest.mark.parametrize(
    "chart",
    [
        Chart("bars", (), (Series("x", (), ()),)),
        Chart("bars", ("a",), ()),
        Chart("bars", ("a", "b"), (Series("x", (1.0,), ()),)),
        Chart("bars", ("a",), (Series("x", (1.0,), ("1", "2")),)),
        Chart("bars", ("a",), (Series("x", (math.nan,), ("1",)),)),
        Chart("stacked", ("a",), (Series("x", (-0.1,), ("1",)),)),
        Chart("histogram", ("a",), (Series("x", (1,), ()), Series("y", (1,), ()))),
        Chart("diverging", ("a",), (Series("x", (1,), ()),), neutral=3),
        Chart("bars", ("a",), (Series("x", (1,), ()),), groups=(("g", 2),)),
    ],
)
def test_a_chart_that_contradicts_itself_is_refused(chart: Chart) -> None:
    with pytest.raises(ValueError):
        draw(chart)
