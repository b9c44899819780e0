"""Texts of the catalogue as a first study has them: in the study's languages, with codes and names in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from pipeline import language
from pipeline.spec.yaml_text import quoted
from pipeline.spss.model import Dictionary

MOST_NEIGHBOURS = 3  # neighbours named one by one
Codes = Sequence[tuple[str, str]]
"""Codes with their labels."""


_LANGUAGES: ContextVar[tuple[str, ...] | None] = ContextVar("languages", default=None)


@contextmanager
def written_in(languages: tuple[str, ...]) -> Iterator[None]:
    """What is worded within is worded in these languages."""
    before = _LANGUAGES.set(languages)
    try:
        yield
    finally:
        _LANGUAGES.reset(before)


def languages() -> tuple[str, ...]:
    """The languages that texts are written in: all that have a catalogue where nothing else was said."""
    return _LANGUAGES.get() or language.languages()


def texts(text_in: Callable[[str], str]) -> str:
    """A text in all languages, as a flow mapping."""
    return "{" + ", ".join(f"{lang}: {quoted(text_in(lang))}" for lang in languages()) + "}"


def worded(text_id: str, **params: object) -> str:
    """A text of the catalogue in all languages, as a flow mapping."""
    return texts(lambda lang: language.text(lang, f"start.{text_id}", **params))


def worded_comment(text_id: str) -> str:
    """A comment of the catalogue in all languages, a line each."""
    return "\n".join(f"# {language.text(lang, f'start.{text_id}')}" for lang in languages())


def worded_of(parts: Sequence[tuple[str, Codes]]) -> str:
    """Several texts, each with the codes it is about, as one in all languages."""
    return texts(
        lambda lang: "; ".join(language.text(lang, f"start.{i}", codes=coded(lang, codes)) for i, codes in parts)
    )


def coded(lang: str, codes: Codes) -> str:
    """Codes with their labels, those that have one, in a language's quotation marks."""
    return ", ".join(
        language.text(lang, "start.coded", code=code, text=text.strip()) if text.strip() not in ("", code) else code
        for code, text in codes
    )


def named_runs(dictionary: Dictionary, names: Sequence[str]) -> list[str]:
    """Names in the file's order, neighbours together; of many neighbours the first and the last."""
    place = dictionary.places
    runs: list[list[str]] = []
    for name in names:
        if runs and place[name] == place[runs[-1][-1]] + 1:
            runs[-1].append(name)
        else:
            runs.append([name])
    return [f"{r[0]} – {r[-1]} ({len(r)})" if len(r) > MOST_NEIGHBOURS else ", ".join(r) for r in runs]


def named(dictionary: Dictionary, names: Sequence[str]) -> str:
    """The same as one text."""
    return ", ".join(named_runs(dictionary, names))
