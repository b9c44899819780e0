"""The flow of units between two waves: bands as high as their units, nothing cut, nothing overlapping."""

from __future__ import annotations

import random

import pytest

from pipeline.present.charts import draw
from pipeline.present.charts.model import Chart, Drawing, Series
from tests.present.drawn import Box, boxes, parts, texts
from tests.present.test_charts import LABELS, check_layout


def flow(before: list[float | None], after: list[float | None], names: list[str] | None = None) -> Chart:
    labels = (
        names or ["Continue", "Merge", "Split", "Begin", "End", "Not in the later file, not declared"][: len(before)]
    )
    series = [
        Series(wave, tuple(values), tuple("" if v is None else f"{v:g}" for v in values))
        for wave, values in (("2009", before), ("2026", after))
    ]
    return Chart("flow", tuple(labels), tuple(series), percent=False)


USUAL = flow([36, 60, 1, 0, 1], [36, 27, 2, 1, 0])


def bars(chart: Chart) -> dict[str, Box]:
    return {box.part: box for box in boxes(draw(chart)) if box.part.startswith("bar")}


def test_bars_are_as_high_as_their_units() -> None:
    found = bars(USUAL)
    assert set(found) == {"bar-0-0", "bar-1-0", "bar-0-1", "bar-1-1", "bar-0-2", "bar-1-2", "bar-1-3", "bar-0-4"}
    unit = found["bar-0-1"].height / 60
    assert found["bar-1-1"].height == pytest.approx(27 * unit, abs=0.02)
    assert found["bar-0-0"].height == pytest.approx(36 * unit, abs=0.02)


def test_a_band_joins_both_ends_of_what_goes_on() -> None:
    bands = {box.part: box for box in boxes(draw(USUAL)) if box.part.startswith("band")}
    assert set(bands) == {"band-0", "band-1", "band-2"}
    found = bars(USUAL)
    heights = {}
    for x, y in bands["band-1"].points:
        heights.setdefault(round(x, 2), []).append(y)
    ends = sorted(heights)
    for end, bar in ((ends[0], found["bar-0-1"]), (ends[-1], found["bar-1-1"])):
        assert max(heights[end]) - min(heights[end]) == pytest.approx(bar.height, abs=0.02)
    assert ends[0] == pytest.approx(found["bar-0-1"].right, abs=0.02)
    assert ends[-1] == pytest.approx(found["bar-1-1"].left, abs=0.02)


def test_every_number_is_written() -> None:
    words = [t.text for t in texts(draw(USUAL))]
    assert words[:2] == ["2009", "2026"]
    assert words[2:] == ["Continue: 36", "36", "Merge: 60", "27", "Split: 1", "2", "Begin: 1", "End: 1"]


def check(drawing: Drawing) -> None:
    check_layout(drawing)
    words = [b for b in boxes(drawing) if b.text]
    for band in (b for b in boxes(drawing) if b.part.startswith("band")):
        assert not any(w.overlaps(band) for w in words)


def test_nothing_overlaps_or_is_cut() -> None:
    check(draw(USUAL))
    rng = random.Random(5)  # noqa: S311 (test data)
    for _ in range(20):
        count = rng.randint(1, 9)
        names = [rng.choice(LABELS) for _ in range(count)]
        numbers = [[rng.choice([None, 0.0, 1.0, 40.0, 900.0]) for _ in range(count)] for _ in range(2)]
        check(draw(flow(numbers[0], numbers[1], names)))


def test_nobody_at_all_is_drawn_without_bars() -> None:
    drawing = draw(flow([0, 0], [0, 0]))
    check(drawing)
    assert not parts(drawing, "bar") and not parts(drawing, "band")


def test_a_flow_needs_two_waves_and_counts() -> None:
    with pytest.raises(ValueError, match="two series"):
        draw(Chart("flow", ("a",), (Series("2009", (1.0,), ("1",)),)))
    with pytest.raises(ValueError, match="not negative"):
        draw(flow([-1], [1]))


def test_the_same_bytes_every_time() -> None:
    assert draw(USUAL).svg == draw(USUAL).svg
