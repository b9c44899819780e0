"""Codes give back what they were made of, whatever a file's texts hold."""

import ast
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline.codes import (
    BLANK,
    INTERCEPT,
    SYSTEM_MISSING,
    THRESHOLD,
    code_of,
    code_typed,
    interval,
    interval_ends,
    is_net,
    nest_parts,
    nested,
    net,
    net_name,
    pair,
    pair_parts,
    text_of,
    to_type,
)  # fmt: skip

TEXTS = (
    "1", "", " ", ".", ">", " > ", "a > b", "a >", "> b", "> >", "\\>", "a \\> b", "\\\\>", "\\", "a\\", ">>", "a>b",
    "vs", "a vs b", "a vs", "vs b", "vs vs", "\\vs", "canvas", "net:b", "0..5", " a", "a ", "a\n> b", "*", "{x}",
)  # fmt: skip


@pytest.mark.parametrize("first", TEXTS)
def test_parts_come_back(first: str) -> None:
    for second in TEXTS:
        assert nest_parts(nested(first, second)) == (first, second)
        assert pair_parts(pair(first, second)) == (first, second)
        assert pair_parts(pair(nested(first, second), second)) == (nested(first, second), second)


def test_no_two_nested_codes_are_written_alike() -> None:
    written = [nested(*parts) for parts in product(TEXTS, repeat=3)]
    assert len(set(written)) == len(TEXTS) ** 3


def test_ordinary_codes_are_written_as_before() -> None:
    assert nested("1", "a>b", "x") == "1 > a>b > x"
    assert pair("1", "canvas") == "1 vs canvas"
    assert interval_ends(interval(-2.5, 1e20)) == (-2.5, 1e20)


# ---------------------------------------------------------------- values and what is no value

VALUES = st.one_of(
    st.sampled_from([*TEXTS, "net:", "net:b", "\\net:b", "\\.", "\\\\.", "intercept", "threshold", "1", "1.0", "01"]),
    st.text(alphabet=".\\net:> vs1aA\u00e9e\u0301'\"\n", max_size=12),
    st.text(max_size=12),
).filter(str.strip)


@given(VALUES)
def test_a_value_comes_back_and_is_taken_for_nothing_else(text: str) -> None:
    code = code_of(text)
    assert text_of(code) == text
    assert code not in ("", SYSTEM_MISSING, BLANK, INTERCEPT, THRESHOLD)
    assert not is_net(code)
    assert code_typed(to_type(code)) == code
    assert code == text or code == f"\\{text}"


@given(VALUES, VALUES)
def test_two_values_never_share_a_code(first: str, second: str) -> None:
    assert (code_of(first) == code_of(second)) == (first == second)
    assert nest_parts(nested(code_of(first), code_of(second))) == (code_of(first), code_of(second))


def test_what_is_no_value_is_written_as_ever() -> None:
    assert code_typed(".") == SYSTEM_MISSING and code_typed("\\.") == code_of(".") == "\\."
    assert code_of("") == code_of("   ") == BLANK
    assert (net("b"), is_net(net("b")), net_name(net("b"))) == ("net:b", True, "b")
    assert [text_of(code) for code in ("", SYSTEM_MISSING, net("b"), INTERCEPT)] == ["", ".", "net:b", "intercept"]
    ordinary = ["1", "1.0", "01", "a", "..", "a > b", "a vs b", "0..5", "Net:b", "internet:b", "'", " a", "\\a"]
    assert [code_of(text) for text in ordinary] == ordinary


MARKS = (" > ", ">", " vs ", "intercept", "threshold")
ELSEWHERE = (
    "spss",
    "spec/interviews.py",  # what stands in the path of a code of interviews, as people write it
    "present/networks/exchange.py",  # ends of XML elements
    "render",
    "unattended",
    "statistics",
    "audit",
    "labels.py",
    "waves/wording.py",
    "codes.py",
    "typeface.py",
    "present/charts/svg.py",
)  # see no code


def test_no_other_module_writes_the_marks_of_codes() -> None:
    """Looks at string literals; the point is left out, as it ends sentences and names of files, too."""
    root = Path(pipeline.__file__).parent
    found = [
        f"{path.relative_to(root)}:{node.lineno} {node.value!r}"
        for path in sorted(root.rglob("*.py"))
        if not path.relative_to(root).as_posix().startswith(ELSEWHERE)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and (node.value in MARKS or node.value.startswith("net:"))
    ]  # fmt: skip
    assert found == []
