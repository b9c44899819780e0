"""YAML that knows its lines and has none of YAML's surprises."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import StudyError
from pipeline.paths import Layout
from pipeline.spec.source import SourceFile, parse

HERE = Path("f.yml")


def read(text: str) -> SourceFile:
    return parse(text, HERE, "f.yml")


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("a: yes", {"a": "yes"}),
        ("a: no", {"a": "no"}),
        ("a: on", {"a": "on"}),
        ("no: x", {"no": "x"}),
        ("a: true", {"a": "true"}),
        ("a: 'true'", {"a": "true"}),
        ("a: 2026-11-22", {"a": "2026-11-22"}),
        ("a: 12:30", {"a": "12:30"}),
        ("a: 1_000", {"a": "1_000"}),
        ("a: 0x10", {"a": "0x10"}),
        ("a: 010", {"a": "010"}),
        ("a: 10", {"a": "10"}),
        ("a: 1.10", {"a": "1.10"}),
        ("a: '1'", {"a": "1"}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ("1: x", {"1": "x"}),
        ("'1': x", {"1": "x"}),
        ("1.0: x", {"1": "x"}),
        ("'1.0': x", {"1.0": "x"}),
        ("1.5: x", {"1.5": "x"}),
        ("015: x", {"015": "x"}),
        ("-1: x", {"-1": "x"}),
        ("a: [1, x, 2.5]", {"a": ["1", "x", "2.5"]}),
        ("", {}),
        ("# a remark", {}),
    ],
)
def test_plain_values(text: str, content: Any) -> None:
    assert read(text).content == content


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    from pipeline.spec.source import read as read_file

    path = tmp_path / "f.yml"
    path.write_bytes("\ufeffa: 1\r\nb: 2\r\n".encode())
    assert read_file(Layout(tmp_path, tmp_path), path).content == {"a": "1", "b": "2"}


def test_lines() -> None:
    source = read("a: 1\nb:\n  - x\n  - c: 2\n    d: [3,\n        4]\n")
    assert source.line(("a",)) == 1
    assert source.line(("b",)) == 2
    assert source.line(("b", 1)) == 4
    assert source.line(("b", 1, "d")) == 5
    assert source.line(("b", 1, "d", 1)) == 6
    assert source.line(("b", 1, "none", 7)) == 4, "the nearest place around it"
    assert source.line(("none",)) == 1


def test_anchors_may_be_used_like_people_do() -> None:
    assert read("a: &x {it: si, en: yes}\nb: *x\n").content == {"a": {"it": "si", "en": "yes"}} | {
        "b": {"it": "si", "en": "yes"}
    }


@pytest.mark.parametrize(
    ("text", "text_id", "line"),
    [
        ("a: 1\na: 2", "study.key_twice", 2),
        ("a: 1\n1: x\n1.0: y", "study.key_twice", 3),
        ("x: 1\na: !!set {b}", "study.yaml_tag", 2),
        ("a: !!binary aGk=", "study.yaml_tag", 1),
        ("x:\n- !!python/object/new:os.system [ls]", "study.yaml_tag", 2),
        ("a: !x b", "study.yaml_tag", 1),
        ("a: b\n  c: d: e", "study.bad_yaml", 2),
        ("a: 1\n? {b: c}\n: d", "study.bad_key", 2),
        ("a: " + "[" * 50 + "]" * 50, "study.too_large", 1),
    ],
)
def test_what_is_refused(text: str, text_id: str, line: int) -> None:
    with pytest.raises(StudyError) as caught:
        read(text)
    assert caught.value.text_id == text_id
    assert caught.value.params["line"] == line


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-[]{}&*!|>'\"#%@`,?\n\t 01.\\eE+é\x00\x85~"), max_size=60))
def test_no_text_gives_a_crash(text: str) -> None:
    """Whatever is typed, the answer is content of plain types or a message with a line."""
    try:
        content = read(text).content
    except StudyError as error:
        for one in error.problems or (error,):
            assert one.message("it")
            assert one.message("en")
    else:
        assert plain(content)


def plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(type(k) is str and plain(v) for k, v in value.items())
    if isinstance(value, list):
        return all(plain(v) for v in value)
    return value is None or type(value) is str
