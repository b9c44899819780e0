"""Every text a user reads, by language: one folder of TOML files per language (``it/``, ``en/``).

A text's id is ``file.key``: ``spss.empty_file`` is the key ``empty_file`` of ``spss.toml``. A text may hold

- ``{name}``: the parameter, as it is;
- ``{n#ufficio|uffici}``: the first word when the parameter ``n`` is 1 (or "1"), else the second.

Parameters are put in by one pass over the text and never read again, so braces inside a value (a label from a
data file, say) stay what they are. To add a language, copy a folder and translate it.
"""

from __future__ import annotations

import os
import re
import tomllib
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
_HOLE = re.compile(r"\{(\w+)(?:#([^|{}]*)\|([^{}]*))?\}")
_NO_TEXT = re.compile("[\ud800-\udfff]")  # what stands in a name for bytes that are not UTF-8


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a catalogue, Italian first."""
    found = sorted(p.name for p in FOLDER.iterdir() if p.is_dir() and any(p.glob("*.toml")))
    return tuple(sorted(found, key=lambda lang: (lang != "it", lang)))


@cache
def catalogue(lang: str, file: str) -> dict[str, str]:
    """All texts of one file of one language. Raises ``KeyError`` when there is no such file."""
    path = FOLDER / lang / f"{file}.toml"
    if not path.is_file():
        raise KeyError(f"no catalogue {lang}/{file}.toml")
    with path.open("rb") as f:
        return tomllib.load(f)


def fill(template: str, **params: object) -> str:
    """Put parameters into a template. A hole without a parameter is a defect: ``KeyError``."""

    def one(match: re.Match[str]) -> str:
        name, singular, plural = match.groups()
        value = params[name]
        if singular is None:
            return str(value)
        return str(singular if str(value) == "1" else plural)

    filled = _HOLE.sub(one, template)
    return filled if filled.isascii() else _NO_TEXT.sub("\ufffd", filled)


def text(lang: str, text_id: str, **params: object) -> str:
    """The text ``file.key`` in a language, its holes filled."""
    file, _, key = text_id.partition(".")
    return fill(catalogue(lang, file)[key], **params)


def has_text(lang: str, text_id: str) -> bool:
    """Whether the catalogue has this text."""
    file, _, key = text_id.partition(".")
    return (FOLDER / lang / f"{file}.toml").is_file() and key in catalogue(lang, file)


@cache
def statistics(lang: str) -> dict[str, str]:
    """What is said of statistics, ``name_chi2``, ``definition_chi2``: the texts of all families together."""
    files = sorted(p.stem for p in (FOLDER / lang).glob("statistics*.toml"))
    return {key: said for file in files for key, said in catalogue(lang, file).items()}


@cache
def statistic_names() -> tuple[str, ...]:
    """The ids of all statistics that a table may ask for: those that have a name for readers."""
    return tuple(sorted(key.removeprefix("name_") for key in statistics(languages()[0]) if key.startswith("name_")))


def user_language() -> str:
    """The language of the person at the terminal: Italian where the environment says so, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            lang = value[:2].lower()
            return lang if lang in languages() else "en"
    return "en"
