"""The catalogues: all languages have the same files, keys and holes; every text that code names exists."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import language
from pipeline.paths import ROOT

WHOLE = ("it", "en")
"""The languages in which a new text is written at once; in others the common one is read until they have it."""
FILES = sorted(p.stem for p in (language.FOLDER / "it").glob("*.toml"))
HOLE = re.compile(r"\{(\w+)(#[^|{}]*\|[^{}]*)?\}")
PIPELINE = ROOT / "pipeline"
LINE_TO_TYPE = re.compile(r"\{\w*: .*\}")  # a message that shows what to write in a study file
NOTHING_TO_SAY = ("comparison.reading_fact",)  # chosen by a reading's name: a plain fact needs no remark
WORDS_ONLY = ("likeness",)  # alternatives of regular expressions, each language its own


def holes(text: str) -> set[str]:
    """The names in a text's holes."""
    return {m.group(1) for m in HOLE.finditer(text)}


def shown_holes(text: str) -> set[str]:
    """Without those that only choose a word: one language may need a plural where another does not."""
    return {m.group(1) for m in HOLE.finditer(text) if m.group(2) is None}


def test_the_usual_languages_and_the_common_one_are_whole() -> None:
    assert set(language.usual()) | {language.common()} <= set(WHOLE) <= set(language.languages())


@pytest.mark.parametrize("lang", WHOLE)
def test_the_same_files(lang: str) -> None:
    assert sorted(p.stem for p in (language.FOLDER / lang).glob("*.toml")) == FILES


@pytest.mark.parametrize("lang", [lang for lang in language.languages() if lang != language.common()])
@pytest.mark.parametrize("file", FILES)
def test_the_same_keys_and_holes(file: str, lang: str) -> None:
    if not (language.FOLDER / lang / f"{file}.toml").is_file():
        assert lang not in WHOLE
        return
    mine, common = language.catalogue(lang, file), language.catalogue(language.common(), file)
    if lang in WHOLE:
        assert mine.keys() == common.keys()
    if file not in WORDS_ONLY:
        assert {k: shown_holes(text) for k, text in mine.items() if k in common} == {
            k: shown_holes(common[k]) for k in mine if k in common
        }


def test_what_a_catalogue_lacks_is_read_in_the_common_language(monkeypatch: pytest.MonkeyPatch) -> None:
    own = dict(language.catalogue("it", "layout"))
    del own["contents"]
    real = language.catalogue
    monkeypatch.setattr(language, "catalogue", lambda lang, f: own if (lang, f) == ("it", "layout") else real(lang, f))
    assert language.text("it", "layout.contents") == "Contents"
    assert language.has_text("it", "layout.contents")
    assert language.text("it", "layout.table") == "Tavola"


@pytest.mark.parametrize("lang", language.languages())
@pytest.mark.parametrize("file", FILES)
def test_every_text_is_plain_and_filled_in(lang: str, file: str) -> None:
    path = language.FOLDER / lang / f"{file}.toml"
    if path.is_file() or lang in WHOLE:
        for key, text in tomllib.loads(path.read_text("utf-8")).items():
            assert isinstance(text, str), key
            assert text.strip() or f"{file}.{key}" in NOTHING_TO_SAY, key
            assert "TODO" not in text, key
            if file not in WORDS_ONLY:
                shown = LINE_TO_TYPE.sub("", HOLE.sub("", text))
                assert "{" not in shown, f"{key}: a hole that is never filled"


@pytest.mark.parametrize("lang", [lang for lang in language.languages() if lang != language.common()])
def test_no_sentence_is_left_untranslated(lang: str) -> None:
    """It would be the same as in the common language; single words and symbols may be."""
    common = language.common()
    same = [
        f"{file}.{key}" for file in FILES if (language.FOLDER / lang / f"{file}.toml").is_file()
        for key, text in language.catalogue(lang, file).items()
        if text == language.catalogue(common, file)[key] and len(text.split()) > 4 and not text.startswith("{")
    ]  # fmt: skip
    assert same == []


@pytest.mark.parametrize("lang", language.languages())
def test_words_that_give_labels_away_are_regular_expressions(lang: str) -> None:
    for file in WORDS_ONLY:
        for key, text in language.catalogue(lang, file).items():
            re.compile(f"(?:{text})"), key
            assert "" not in text.split("|"), f"{file}.{key}: an empty alternative fits everything"


# ---------------------------------------------------------------- what code names


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PIPELINE.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def strings(path: Path, tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """Ids named in calls: the full id and its place. Ids made of pieces (f-strings) are checked where they run."""
    room = path.relative_to(PIPELINE).parts[0]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        arguments = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        first = node.args[0]
        named = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
        if named is not None:
            if name in ERRORS:
                yield named, path.name, node.lineno
            elif name in ("step", "say") and isinstance(node.func, ast.Attribute) and room != "spec":
                yield f"cli.{named}", path.name, node.lineno
            elif name == "t" and (room == "present" or path.name == "cli.py"):
                yield f"{'cli' if path.name == 'cli.py' else 'present'}.{named}", path.name, node.lineno
            elif name == "tell":
                yield f"interviews.{named}", path.name, node.lineno
            elif name == "worded":
                yield f"start.{named}", path.name, node.lineno
        if name == "text" and len(arguments) and "." in arguments[-1] and " " not in arguments[-1]:
            yield arguments[-1], path.name, node.lineno
        if name == "_finding" and len(arguments) == 2:
            yield f"validate.{arguments[1]}", path.name, node.lineno


ERRORS = ("StudyError", "DataRejected", "UsageError", "RenderingFailed", "Locked", "DisclosureFailed", "Notice")


def named_ids() -> list[tuple[str, str, int]]:
    found = [one for path, tree in sources() for one in strings(path, tree)]
    return [one for one in found if "." in one[0]]


def test_code_names_many_texts() -> None:
    assert len(named_ids()) > 150, "the search itself would be broken"


def test_every_text_that_code_names_exists() -> None:
    lacking = [
        f"{file}:{line} {text_id}" for text_id, file, line in named_ids()
        if not all(language.has_text(lang, text_id) for lang in language.languages())
    ]  # fmt: skip
    assert lacking == []


def test_errors_are_raised_with_what_their_text_needs() -> None:
    """A hole without its parameter would turn a user's mistake into a defect of ours."""
    lacking = []
    for path, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in ERRORS[:-1] or not node.args:
                continue
            first = node.args[0]
            if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
                continue
            given = {k.arg for k in node.keywords}
            if None in given or not language.has_text("en", first.value):  # ** gives names that only a run knows
                continue
            file = first.value.partition(".")[0]
            needed = {n for lang in language.languages() for n in holes(language.template(lang, first.value))}
            if needed - given - set(ADDED.get(file, ())):
                lacking.append(f"{path.name}:{node.lineno} {first.value} lacks {sorted(needed - given)}")
    assert lacking == []


ADDED = {"spss": ("file",), "formats": ("file",)}
"""Parameters that a room adds to all its errors in one place."""


def statistic_ids() -> set[str]:
    from pipeline.statistics.registry import known

    return set(known())


@pytest.mark.parametrize("lang", language.languages())
def test_every_statistic_has_a_name(lang: str) -> None:
    from pipeline.language import statistic_text

    assert sorted(s for s in statistic_ids() if not statistic_text(lang, f"name_{s}")) == []


# ---------------------------------------------------------------- filling


def test_filling_puts_values_in_once() -> None:
    """Braces inside a value stay what they are."""
    assert language.fill("{a} and {b}", a="{b}", b="{a}") == "{b} and {a}"


@pytest.mark.parametrize(("n", "word"), [(1, "office"), ("1", "office"), (0, "offices"), (2, "offices")])
def test_the_word_that_fits_the_number(n: object, word: str) -> None:
    assert language.fill("{n} {n#office|offices}", n=n) == f"{n} {word}"


def test_a_hole_without_value_is_a_defect() -> None:
    with pytest.raises(KeyError):
        language.fill("{a}", b=1)


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({"LANG": "it_IT.UTF-8"}, "it"),
        ({"LANG": "xx_XX"}, "en"),
        ({"LANG": "it_IT", "LC_ALL": "en_GB"}, "en"),
        ({}, "en"),
    ],
)
def test_the_language_of_the_terminal(environment: dict[str, str], lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language.user_language() == lang
