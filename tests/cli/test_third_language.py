"""A study in three languages, the third without texts of its own: the numbers of all reports are the same."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline import language
from tests.conftest import SmallStudy

THIRD = [lang for lang in language.languages() if lang not in language.usual()]


def numbers(page: str) -> list[str]:
    """The digits of a page's table cells in their order, whatever marks stand between them."""
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page, re.DOTALL)
    return [d for d in ("".join(re.findall(r"\d", re.sub(r"<[^>]+>", "", c))) for c in cells) if d]


@pytest.mark.parametrize("lang", THIRD)
def test_a_third_language_shows_the_same_numbers(run: Callable[..., Any], small_study: SmallStudy, lang: str) -> None:
    small_study.edit("study.yml", "languages: [it, en]", f"languages: [it, en, {lang}]")
    ran = run("report", "--study", small_study.folder, "--lang", f"en,{lang}", "--formats", "html")
    assert ran.code == 0, ran.err
    assert f"no wording in {lang}" in ran.err
    folder = Path(small_study.folder) / "reports" / "2009"
    english, third = ((folder / f"report.{one}.html").read_text("utf-8") for one in ("en", lang))
    assert f'<html lang="{lang}">' in third
    assert len(numbers(english)) > 100
    assert numbers(english)[:100] == numbers(third)[:100]
    rows = list(csv.DictReader((folder / "results.csv").open(encoding="utf-8")))
    assert len(rows) > 100
