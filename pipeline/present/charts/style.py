"""What the style sheet does not hold: colours for series and answers, and the arithmetic that keeps them legible.

The hues are those of Okabe & Ito (2008, "Color Universal Design") and ColorBrewer's Blues and PuOr (Brewer 2003),
some darkened or lightened so that any two colours of one chart also differ in lightness: a grey print stays readable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from matplotlib import rc_params_from_file
from matplotlib.colors import to_hex

SHEET = rc_params_from_file(Path(__file__).parent / "report.mplstyle", use_default_template=False)

PAPER = "#ffffff"
BASE = to_hex(SHEET["axes.prop_cycle"].by_key()["color"][0])
ACCENT = "#a63603"

_BLUES = ("#ffffff", "#deebf7", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6", "#2171b5", "#08519c", "#08306b", "#041a3d")
_BROWNS = ("#ffffff", "#fee0b6", "#fdb863", "#e08214", "#b35806", "#7f3b08", "#4d2304")
_SETS: tuple[tuple[str, ...], ...] = (
    (BASE,),
    (BASE, "#e69f00"),
    ("#08306b", "#d55e00", "#8cc5e3"),
    ("#08306b", "#8cc5e3", "#00775b", "#e0701a"),
    ("#08306b", "#8cc5e3", "#00775b", "#f0e442", "#e0701a"),
    ("#08306b", "#8cc5e3", "#882255", "#f0e442", "#00775b", "#e0701a"),
)

_STRONG: tuple[tuple[str, ...], ...] = (
    (BASE,),
    ("#08306b", "#d55e00"),
    ("#08306b", "#b35806", "#4499cb"),
    ("#08306b", "#e0701a", "#00775b", "#882255"),
    ("#08306b", "#cf5600", "#006d53", "#882255", "#4499cb"),
)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


@lru_cache(maxsize=1024)
def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 (black) to 1 (white). Source: WCAG 2.2, "relative luminance"."""
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def lightness(colour: str) -> float:
    """CIE 1976 lightness L* of ``#rrggbb``, 0 to 100: what is left of a colour in a grey print."""
    y = luminance(colour)
    return 116 * y ** (1 / 3) - 16 if y > 216 / 24389 else y * 24389 / 27


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21. Source: WCAG 2.2, "contrast ratio"."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def ink_on(fill: str) -> str:
    """Black or white, whichever reads better on ``fill``: always at least 4.5:1."""
    return "#ffffff" if contrast("#ffffff", fill) > contrast("#000000", fill) else "#000000"


def mix(one: str, other: str, share: float) -> str:
    """The colour ``share`` of the way from ``one`` to ``other``."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


@lru_cache(maxsize=256)
def _shade(stops: tuple[str, ...], wanted: float) -> str:
    """The colour of lightness ``wanted`` on the path through ``stops``, which darkens from the first to the last."""
    low, high = 0.0, float(len(stops) - 1)
    colour = stops[0]
    for _ in range(16):
        middle = (low + high) / 2
        index = min(int(middle), len(stops) - 2)
        colour = mix(stops[index], stops[index + 1], middle - index)
        if lightness(colour) > wanted:
            low = middle
        else:
            high = middle
    return colour


def _steps(first: float, last: float, count: int) -> list[float]:
    return [first + (last - first) * index / max(count - 1, 1) for index in range(count)]


def ramp(count: int) -> tuple[str, ...]:
    """``count`` blues from light to dark at equal steps of lightness: ordered answers."""
    if count == 1:
        return (BASE,)
    return tuple(_shade(_BLUES, wanted) for wanted in _steps(88.0, 22.0, count))


def sequential(share: float) -> str:
    """The colour of a heat map's cell at ``share`` (0–1) of its largest value."""
    return _shade(_BLUES, round(97.0 - 65.0 * min(max(share, 0.0), 1.0), 1))


def signed(share: float) -> str:
    """The colour of a heat map's cell with signs: ``share`` from -1 (brown) over 0 (white) to 1 (blue)."""
    size = min(abs(share), 1.0)
    # Both hues end at different lightness, so that a strong minus and a strong plus differ in grey as well.
    return _shade(_BLUES, round(97 - 65 * size, 1)) if share >= 0 else _shade(_BROWNS, round(97 - 43 * size, 1))


def diverging(negative: int, positive: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Browns (dark, then lighter toward the middle) and blues (light, then darker outward).

    The two sides take turns on one ladder of lightness, so that no brown equals a blue in grey.
    """
    depths = [(index / negative, 1, index) for index in range(negative)]
    depths += [(index / positive, 0, index) for index in range(positive)]
    count = len(depths)
    ladder = _steps(36.0 if count < 4 else 28.0, 66.0 + 6.0 * min(max(count - 2, 0), 3), count)
    browns, blues = [""] * negative, [""] * positive
    for level, (_, side, index) in zip(ladder, sorted(depths), strict=True):
        if side:
            browns[index] = _shade(_BROWNS, level)
        else:
            blues[positive - 1 - index] = _shade(_BLUES, level)
    return tuple(browns), tuple(blues)


def distinct(count: int) -> tuple[str, ...]:
    """``count`` colours for series without an order; beyond six a ramp, since no more hues can be told apart."""
    return _SETS[count - 1] if count <= len(_SETS) else ramp(count)


def stack(count: int, ordered: bool, apart: int) -> tuple[str, ...]:
    """Fills of the parts of a bar: of the answers, then greys for the last ``apart``, which are none."""
    hues = ramp(count - apart) if ordered else distinct(count - apart)
    return (*hues, *(mix(STYLE.neutral, PAPER, 0.5 * i / max(apart, 1)) for i in range(apart)))


def strong(count: int) -> tuple[str, ...]:
    """``count`` colours for lines and dots, at least 3:1 on white; beyond five a ramp, as in :func:`distinct`."""
    return _STRONG[count - 1] if count <= len(_STRONG) else ramp(count)


def bar_colours(count: int, highlight: Sequence[int], muted: bool) -> list[str]:
    """One colour per category of a single series: the base colour, or quiet bars with the highlighted ones set off.

    ``muted``: lighter fills, because intervals are drawn on top and must be seen.
    """
    quiet = mix(BASE, PAPER, 0.55)
    if highlight:
        accent = mix(ACCENT, PAPER, 0.25) if muted else ACCENT
        return [accent if index in highlight else quiet for index in range(count)]
    return [quiet if muted else BASE] * count


@dataclass(frozen=True, slots=True)
class Style:
    """What a drawing function is given beside the axes and the data: sizes in points and colours.

    What matplotlib has a name for stands in ``report.mplstyle`` and is in force while a chart is drawn.
    """

    size: float = SHEET["font.size"]  # category labels, data labels, names of series
    small: float = SHEET["xtick.labelsize"]  # ticks, axis titles, labels inside narrow bars
    leading: float = 1.25  # distance of baselines, in type sizes
    gap: float = 6.0  # between a label and its bar
    nudge: float = 3.5  # between a bar's end and its data label
    bar: float = 13.0  # thickness of a single bar
    bar_of_several: float = 10.0
    row_gap: float = 7.0
    swatch: float = 8.0
    dot: float = 3.6  # radius
    hair: float = SHEET["grid.linewidth"]
    bound: float = 0.9  # worst-case bounds: thin
    interval: float = 2.6  # exact intervals: thick
    rule_width: float = SHEET["axes.linewidth"]
    ink: str = to_hex(SHEET["text.color"])
    quiet: str = to_hex(SHEET["xtick.labelcolor"])  # ticks, axis titles: 7:1 on white
    faint: str = to_hex(SHEET["grid.color"])  # grid
    rule: str = to_hex(SHEET["axes.edgecolor"])  # base lines
    neutral: str = "#c4c4c4"
    missing: str = "#f2f2f2"
    paper: str = PAPER
    base: str = BASE
    accent: str = ACCENT

    def colours(self, count: int, ordered: bool = False) -> tuple[str, ...]:
        """Fills for ``count`` series: a ramp from light to dark for ordered answers, else distinct hues."""
        return ramp(count) if ordered else distinct(count)

    def block(self, lines: int, size: float = 0.0) -> float:
        """Height in points of ``lines`` lines of text."""
        return lines * self.leading * (size or self.size)


STYLE = Style()
