"""Texts of a file that hold the marks of our own codes: each is counted, compared and shown as the file has it."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.codes import nest_parts, pair_parts
from tests.conftest import Ran, write_sav

Run = Callable[..., Ran]

GROUPS = ("a vs b", "c", "d > e")
HALVES = ("x >", "> y", "plain")


def test_nested_texts_and_pairs_of_groups_that_hold_our_marks(run: Run, tmp_path: Path) -> None:
    groups = [GROUPS[i % 3] for i in range(60)]
    halves = [HALVES[(i // 2) % 3] for i in range(60)]
    amounts = [float((i * 7) % 11 + i % 3) for i in range(60)]
    survey, out = tmp_path / "marks.sav", tmp_path / "out"
    write_sav(survey, {"g": groups, "h": halves, "y": ["yes", "no"] * 30, "z": amounts})
    crossed = run(
        "quick", survey, "--out", out, "--rows", "y,z", "--by", "g > h,g", "--lang", "en", "--formats", "html"
    )
    assert crossed.code == 0, crossed.err

    rows = pq.read_table(out / "results.parquet").to_pylist()
    counted = {
        nest_parts(r["col_code"]): r["value"] for r in rows
        if (r["statistic"], r["row_var"], r["col_var"]) == ("n", "y", "g > h") and r["col_code"] and not r["row_code"]
        and r["value"]
    }  # fmt: skip
    assert counted == Counter(zip(groups, halves, strict=True))
    compared = {pair_parts(r["col_code"]) for r in rows if (r["statistic"], r["col_var"]) == ("tukey_p", "g")}
    assert compared == {("a vs b", "c"), ("a vs b", "d > e"), ("c", "d > e")}

    page = html.unescape(re.sub(r"<[^>]+>", "\n", (out / "report.en.html").read_text(encoding="utf-8")))
    assert "a vs b – c" in page
    assert "a – b" not in page
    assert "\\vs" not in page and "\\>" not in page
