"""Every text a user reads, by language: one folder of TOML files per language (``it/``, ``en/``).

A text that a language lacks is read in the common one (``languages.toml``), which has all.

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
from typing import Any

FOLDER = Path(__file__).parent
_HOLE = re.compile(r"\{(\w+)(?:#([^|{}]*)\|([^{}]*))?\}")
_NO_TEXT = re.compile("[\ud800-\udfff]")  # what stands in a name for bytes that are not UTF-8


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a catalogue, in the order in which readers find them."""
    found = sorted(p.name for p in FOLDER.iterdir() if p.is_dir() and any(p.glob("*.toml")))
    order: list[str] = _about_all()["order"]
    return tuple(sorted(found, key=lambda lang: (order.index(lang) if lang in order else len(order), lang)))


def usual() -> tuple[str, ...]:
    """The languages of a study that names none."""
    return tuple(_about_all()["usual"])


def common() -> str:
    """The language that is read where no other is known, and where another one's catalogue lacks a text."""
    return str(_about_all()["common"])


@cache
def _about_all() -> dict[str, Any]:
    with (FOLDER / "languages.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def locale(lang: str) -> str:
    """The language with its country, as Babel wants it: ``en_GB``."""
    return text(lang, "language.locale").replace("-", "_")


@cache
def alternatives(file: str, key: str) -> str:
    """The words of all languages for one thing, as alternatives of a regular expression."""
    return "|".join(catalogue(lang, file)[key] for lang in languages() if key in catalogue(lang, file))


@cache
def label_words(kind: str) -> str:
    """The words of data files, in all languages that are known for it (``guess.toml``), as ``alternatives``."""
    with (FOLDER / "guess.toml").open("rb") as file:
        return "|".join(tomllib.load(file)[kind].values())


@cache
def catalogue(lang: str, file: str) -> dict[str, str]:
    """What one language has of one file's texts. Raises ``KeyError`` when there is no such file."""
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
    return fill(template(lang, text_id), **params)


def template(lang: str, text_id: str) -> str:
    """The text ``file.key`` as it is written; in the common language where this one lacks it. ``KeyError``: nowhere."""
    file, _, key = text_id.partition(".")
    if lang != common() and not _has(lang, file, key):
        lang = common()
    return catalogue(lang, file)[key]


def texts(lang: str, file: str) -> dict[str, str]:
    """All texts of one file for readers of the language."""
    own = catalogue(lang, file) if (FOLDER / lang / f"{file}.toml").is_file() else {}
    return {**catalogue(common(), file), **own}


def has_text(lang: str, text_id: str) -> bool:
    """Whether there is this text for readers of the language."""
    file, _, key = text_id.partition(".")
    return _has(lang, file, key) or (lang != common() and _has(common(), file, key))


def _has(lang: str, file: str, key: str) -> bool:
    return (FOLDER / lang / f"{file}.toml").is_file() and key in catalogue(lang, file)


@cache
def statistics(lang: str) -> dict[str, str]:
    """What a language says of statistics, ``name_chi2``, ``definition_chi2``: the texts of all families together."""
    files = sorted(p.stem for p in (FOLDER / lang).glob("statistics*.toml"))
    return {key: said for file in files for key, said in catalogue(lang, file).items()}


def statistic_text(lang: str, key: str) -> str | None:
    """A text about a statistic, from the catalogue of whichever family has it; ``None`` where none has."""
    found = statistics(lang).get(key)
    return found if found is not None or lang == common() else statistics(common()).get(key)


@cache
def statistic_names() -> tuple[str, ...]:
    """The ids of all statistics that a table may ask for: those that have a name for readers."""
    return tuple(sorted(key.removeprefix("name_") for key in statistics(languages()[0]) if key.startswith("name_")))


def user_language() -> str:
    """The language of the person at the terminal, as the environment says it; else the common one."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            lang = value[:2].lower()
            return lang if lang in languages() else common()
    return common()
