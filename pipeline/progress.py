"""What a person sees while a run is at work: one living line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from pipeline import language


class Progress:
    """Says what is being done, in a language. On a terminal the current step is rewritten in place."""

    def __init__(self, lang: str, stream: TextIO | None = None) -> None:
        self.lang = lang
        self.stream = stream if stream is not None else sys.stderr
        self.living = self.stream.isatty()
        self.started = time.monotonic()
        self._width = 0
        self._said: set[str] = set()
        self._begun: list[tuple[str, float]] = []  # the steps and when each began

    def step(self, text_id: str, **params: object) -> None:
        """A step begins."""
        self._begun.append((text_id, time.monotonic()))
        text = language.text(self.lang, f"cli.{text_id}", **params)
        if self.living:
            self._rewrite(f"{time.monotonic() - self.started:5.1f} s  {text} …")
        else:
            self.stream.write(text + "\n")
            self.stream.flush()

    def line(self, text: str) -> None:
        """A line that stays."""
        if self.living:
            self._rewrite("")
        self.stream.write(text + "\n")
        self.stream.flush()

    def say(self, text_id: str, **params: object) -> None:
        """A line that stays, from the catalogue."""
        self.line(language.text(self.lang, f"cli.{text_id}", **params))

    def say_once(self, text_id: str, **params: object) -> None:
        """As :meth:`say`, where it was not said before."""
        text = language.text(self.lang, f"cli.{text_id}", **params)
        if text not in self._said:
            self._said.add(text)
            self.line(text)

    def spent(self) -> dict[str, float]:
        """How many seconds each kind of step has taken, in the order in which they were first taken."""
        ends = [*(at for _, at in self._begun[1:]), time.monotonic()]
        found: dict[str, float] = {}
        for (name, at), end in zip(self._begun, ends, strict=False):
            found[name] = found.get(name, 0.0) + end - at
        return found

    def clear(self) -> None:
        """End the living line."""
        if self.living:
            self._rewrite("")

    def _rewrite(self, text: str) -> None:
        self.stream.write("\r" + text.ljust(self._width) + ("\r" if not text else ""))
        self.stream.flush()
        self._width = len(text)
