"""The records: to JSON and back, codes as text, missing values, and what they cost to import."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from pipeline.spss import Dictionary, MissingValues, Variable, code_text, code_value
from pipeline.spss.dates import date_text
from tests.spss.conftest import FILES, parse_here

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    "name", ["customer_dbase.sav", "mr_edge.sav", "missing_kinds.sav", "rs_comprehensive.sav", "prs_sample.por"]
)
def test_a_dictionary_goes_to_json_and_back(name: str) -> None:
    dictionary = parse_here(FILES / name).dictionary
    text = json.dumps(dictionary.to_json(), allow_nan=False)
    assert Dictionary.from_json(json.loads(text)) == dictionary


@pytest.mark.parametrize(
    ("code", "text"),
    [(1, "1"), (1.0, "1"), (-3.0, "-3"), (1.5, "1.5"), (0.1, "0.1"), (1e20, "1e+20"), ("01", "01"), ("", "")],
)
def test_codes_as_text(code: float | str, text: str) -> None:
    assert code_text(code) == text
    assert code_value(text, "string" if isinstance(code, str) else "numeric") == code


def test_missing_values() -> None:
    missing = MissingValues((99.0,), -math.inf, 0.0)
    values = np.array([99.0, -5.0, 0.0, 0.5, np.nan])
    assert missing.mask(values).tolist() == [True, True, True, False, False]
    assert [missing.is_missing(v) for v in values] == [True, True, True, False, False]
    assert not missing.is_missing(None)
    texts = MissingValues(("xx",))
    assert texts.mask(np.array(["xx", "x", ""], dtype=object)).tolist() == [True, False, False]
    assert texts.is_missing("xx")
    assert bool(texts)
    assert not MissingValues()


# LIST of these seconds as SDATE10, YMDHMS22.2, MOYR8, QYR8, WKYR10 in PSPP 1.6.2
# (there "2024/05/29", "2024-05-29 00:30:00.57", "MAY 2024", "2 Q 2024", "22 WK 2024")
PSPP_DATES = {
    86400.0: ("1582-10-15", "1582-10-15 00:00:00.00", "1582-10", "1582-Q4", "1582-W42"),
    7000000000.0: ("1804-08-09", "1804-08-09 12:26:40.00", "1804-08", "1804-Q3", "1804-W32"),
    13166064000.0: ("2000-01-01", "2000-01-01 00:00:00.00", "2000-01", "2000-Q1", "2000-W01"),
    13936321800.57: ("2024-05-29", "2024-05-29 00:30:00.57", "2024-05", "2024-Q2", "2024-W22"),
    265621248000.0: ("9999-12-27", "9999-12-27 00:00:00.00", "9999-12", "9999-Q4", "9999-W52"),
}


@pytest.mark.parametrize("seconds", PSPP_DATES)
def test_dates_as_pspp_shows_them(seconds: float) -> None:
    formats = (("SDATE", 0), ("YMDHMS", 2), ("MOYR", 0), ("QYR", 0), ("WKYR", 0))
    found = tuple(date_text(seconds, Variable("x", format_type=f, decimals=d)) for f, d in formats)
    assert found == PSPP_DATES[seconds]


def test_what_is_no_date_has_no_text() -> None:
    """PSPP 1.6.2 shows a point or stars for these."""
    date = Variable("x", format_type="DATETIME")
    for seconds in (None, math.nan, math.inf, -5.0, 0.0, 6306150067200.0, 1e300):
        assert date_text(seconds, date) is None
    with pytest.raises(ValueError, match="x"):
        date_text(1.0, Variable("x"))


def test_durations() -> None:
    """haven_datetime.sav shows 12:11:10.09 and 15:59:20.01 in PSPP 1.6.2 (TIME11.2)."""
    time = Variable("x", format_type="TIME", decimals=2)
    assert [date_text(s, time) for s in (43870.09, 57560.01, 86400.0, -1.5)] == [
        "12:11:10.09",
        "15:59:20.01",
        "24:00:00.00",
        "-00:00:01.50",
    ]
    assert date_text(13166064000.999 + 86399.0, Variable("x", format_type="DATETIME")) == "2000-01-02 00:00:00"


def loaded(module: str, unwanted: tuple[str, ...]) -> str:
    """Which of the unwanted modules are there after importing one, as Python prints the list."""
    code = f"import sys, {module}; print([m for m in {unwanted!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, check=True, text=True)
    return done.stdout.strip()


def test_the_package_is_cheap_to_import() -> None:
    assert loaded("pipeline.spss", ("numpy", "pyarrow", "pandas", "pyreadstat")) == "[]"


def test_the_child_imports_only_what_it_needs() -> None:
    assert loaded("pipeline.spss.child", ("numpy", "pyarrow", "pandas", "pyreadstat")) == "[]"
    assert loaded("pipeline.spss.columns", ("pyarrow.compute", "pandas", "pyreadstat")) == "[]"


def catalogue(lang: str) -> dict[str, str]:
    return tomllib.loads((PROJECT / "pipeline" / "language" / lang / "spss.toml").read_text(encoding="utf-8"))


def test_both_languages_say_the_same_things() -> None:
    holes = {
        lang: {key: set(re.findall(r"\{(\w+)", text)) for key, text in catalogue(lang).items()} for lang in ("it", "en")
    }
    assert holes["it"] == holes["en"]


def test_every_text_is_there_and_used() -> None:
    sources = "".join(p.read_text(encoding="utf-8") for p in (PROJECT / "pipeline" / "spss").glob("*.py"))
    used = set(re.findall(r"\"spss\.(\w+)\"", sources))
    used |= {f"notice_{key}" for key in re.findall(r"self\.note\(\"(\w+)\"", sources)}
    kinds = (PROJECT / "pipeline" / "spss" / "kinds.py").read_text(encoding="utf-8")
    used |= {
        f"is_{kind}" for kind in re.findall(r"\"([a-z_]+)\"\)", kinds) + re.findall(r"return \"([a-z_]+)\"", kinds)
    }
    texts = set(catalogue("en"))
    assert {key for key in texts if not key.startswith(("is_", "how_"))} == {
        key for key in used if not key.startswith("is_")
    }
    assert {key for key in texts if key.startswith("how_")} == {
        "how_declared",
        "how_stated",
        "how_ascii",
        "how_detected",
    }
