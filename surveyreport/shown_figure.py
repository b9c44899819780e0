"""A matplotlib figure that a notebook shows by itself, also where ``pyplot`` was never imported."""

from __future__ import annotations

import io

from matplotlib.figure import Figure


class ShownFigure(Figure):
    """A :class:`matplotlib.figure.Figure` in every respect."""

    def _repr_png_(self) -> bytes:
        content = io.BytesIO()
        self.savefig(content, format="png", dpi=120)
        return content.getvalue()
