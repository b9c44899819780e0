"""The open cases: what PSPP says about each, and what each was chosen for."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import DataRejected
from pipeline.spss import Variable, read
from pipeline.spss.model import Code
from tests.spss.conftest import FILES, parse_here

ORACLES = Path(__file__).parent / "oracles"
PSPP_CASES = sorted(path.stem for path in ORACLES.glob("*.csv"))


def pspp_tables(name: str) -> tuple[list[dict[str, str]], dict[str, list[tuple[str, str]]]]:
    """PSPP's table of variables, and its value labels by variable."""
    text = (ORACLES / f"{name}.csv").read_text(encoding="utf-8")
    start = text.index("Table: Variables")
    blocks = text[start:].split("\n\n")
    rows = list(csv.DictReader(io.StringIO(blocks[0].partition("\n")[2])))
    labels: dict[str, list[tuple[str, str]]] = {}
    for block in blocks[1:]:
        if block.startswith("Table: Value Labels"):
            owner = ""
            for line in list(csv.reader(io.StringIO(block)))[2:]:
                if len(line) == 3:
                    owner = line[0] or owner
                    labels.setdefault(owner, []).append((line[1].removesuffix("[a]"), line[2]))
    return rows, labels


def missing_text(variable: Variable) -> str:
    """User-missing values as PSPP writes them."""
    parts = []
    if variable.missing.low is not None and variable.missing.high is not None:
        low, high = variable.missing.low, variable.missing.high
        parts.append(
            f"{'LOWEST' if low == -math.inf else f'{low:g}'} THRU {'HIGHEST' if high == math.inf else f'{high:g}'}"
        )
    parts += [f'"{c.ljust(8)}"' if isinstance(c, str) else f"{c:g}" for c in variable.missing.codes]
    return "; ".join(parts)


def as_code(text: str, kind: str) -> Code:
    return text if kind == "string" else float(text)


@pytest.mark.parametrize("name", PSPP_CASES)
def test_the_dictionary_is_the_one_that_pspp_shows(name: str) -> None:
    rows, labels = pspp_tables(name)
    found = parse_here(FILES / name).dictionary.variables
    names = [row["Name"] for row in rows]
    if name == "bigendian.sav":  # it has short names only, in capitals, which PSPP makes small
        names = [found_name.upper() for found_name in names]
    assert [v.name for v in found] == names
    for variable, row in zip(found, rows, strict=True):
        assert variable.label == row.get("Label", "").rstrip()
        if not name.endswith(".por"):  # a portable file holds no measure; PSPP makes one up
            assert variable.measure in (row["Measurement Level"].lower(), "")
        printed = row["Print Format"]
        if not (name == "prs_sample.por" and (variable.is_date or variable.is_time)):
            assert variable.format in (printed, printed.removesuffix(".0"))
        if name != "medella_longstring.sav":  # PSPP stops reading its missing values: see below
            assert missing_text(variable) == (row.get("Missing Values") or "")
        listed = labels.get(variable.name, labels.get(variable.name.lower(), []))
        assert {as_code(c, variable.kind): text for c, text in listed} == dict(variable.value_labels)


# DESCRIPTIVES v1 TO v6 /STATISTICS=MEAN. in PSPP 1.6.2, with the two decimals it prints
MISSING_KINDS = {
    "v1": (4, 13.25),
    "v2": (4, 39.25),
    "v3": (3, 1.00),
    "v4": (4, 25.50),
    "v5": (3, 19.33),
    "v6": (2, -2.00),
}


@pytest.mark.parametrize("name", ["missing_kinds.sav", "missing_kinds.por"])
def test_every_kind_of_user_missing_leaves_the_cases_that_pspp_counts(name: str) -> None:
    found = parse_here(FILES / name)
    for variable in found.dictionary.variables:
        values = found.table[variable.name].to_numpy()
        assert not np.isnan(values).any(), "user-missing codes stay codes"
        valid = values[~variable.missing.mask(values)]
        n, mean = MISSING_KINDS[variable.name.lower()]
        assert len(valid) == n
        assert valid.mean() == pytest.approx(mean, abs=0.005)


def test_sets_of_all_kinds() -> None:
    """As MRSETS /DISPLAY NAME=ALL shows them in PSPP 1.6.2."""
    sets = {s.name: s for s in parse_here(FILES / "mr_edge.sav").dictionary.sets}
    assert sets["$accenti"].label == "Perché partecipa? (è possibile più di una risposta)"
    assert (sets["$accenti"].kind, sets["$accenti"].counted, sets["$accenti"].members) == (
        "dichotomies",
        1.0,
        ("a", "b", "c"),
    )
    assert (sets["$testo"].counted, sets["$testo"].members) == ("Sì", ("s1", "s2"))
    assert (sets["$nolab"].kind, sets["$nolab"].label, sets["$nolab"].counted) == ("categories", "", None)
    assert (sets["$conta"].labels_from, sets["$conta"].label) == ("counted values", "Perché sì")
    comprehensive = {s.name: s for s in parse_here(FILES / "rs_comprehensive.sav").dictionary.sets}
    assert comprehensive["$cat"].members == ("q1", "q2")
    assert comprehensive["$counted"].members == ("q2", "q3")


def test_the_file_s_own_weight_is_known() -> None:
    """SHOW WEIGHT in PSPP 1.6.2: wgt, peso."""
    assert parse_here(FILES / "rs_weighted.sav").dictionary.weight == "wgt"
    assert parse_here(FILES / "mr_edge.sav").dictionary.weight == "peso"
    assert parse_here(FILES / "gss_psyc5000.sav").dictionary.weight is None


def test_documents_label_and_attributes() -> None:
    """DISPLAY DOCUMENTS, DISPLAY FILE LABEL and DISPLAY @ATTRIBUTES in PSPP 1.6.2."""
    customers = parse_here(FILES / "customer_dbase.sav").dictionary
    assert customers.file_label == "Customer database"
    assert customers.documents == (
        "DOCUMENT This data set concerns a customer database.  Each case",
        " is a customer in the database, and each variable is a bit of",
        " information about that customer.",
        "   (Entered 18-May-2006)",
    )
    comprehensive = parse_here(FILES / "rs_comprehensive.sav").dictionary
    assert comprehensive.documents == (
        "DOCUMENT A documentary line for testing.",
        "   (Entered 25 Jul 2026)",
    )
    assert comprehensive.attributes == (("Owner", ("Alice",)), ("Project", ("Census",)))
    assert comprehensive.variable("id").attributes == (("$@Role", ("0",)), ("MyAttr", ("hello world",)))
    assert comprehensive.variable("shortstr").attributes == (("$@Role", ("0",)),)


def test_a_year_beyond_9999_loses_neither_the_date_nor_the_file() -> None:
    """LIST in PSPP 1.6.2: 09/22/2014 and 22-SEP-**** 00:00:00, 12:11:10.09."""
    found = parse_here(FILES / "haven_datetime.sav")
    assert found.table["date"].to_pylist() == [13630723200.0, 13630809600.0]
    assert found.table["date.posix"].to_pylist()[0] == 6306150067200.0
    assert found.dictionary.variable("date").is_date
    assert found.dictionary.variable("time").is_time


def test_a_character_cut_by_its_field_is_left_out_and_told() -> None:
    found = parse_here(FILES / "prs_tegulu.sav")
    assert found.table["Q16br9oe_Q24br9oe"].to_pylist() == ["నేను గతంలో వాడిన బ"]
    assert "spss.notice_characters_cut" in [n.text_id for n in found.dictionary.notices]


def test_names_in_other_scripts_survive() -> None:
    assert parse_here(FILES / "prs_hebrews.sav").table.column_names == ["ותק_ב"]
    assert parse_here(FILES / "medella_longstring.sav").table.column_names == ["a🤓🤓"]


def test_missing_values_of_long_strings() -> None:
    """As its maker declared them; pyreadstat 1.3.7 reads the same."""
    variable = parse_here(FILES / "medella_longstring.sav").dictionary.variables[0]
    assert variable.missing.codes == ("a", "b")


BROKEN = {
    "wrongcharset_utf8_rs_win1252.sav": "spss.encoding_declared_fails",
    "trunc_zsav_half.sav": "spss.cut_in_data_zsav",
    "zero_bytes.sav": "spss.empty",
    "csv_as.sav": "spss.is_text",
    "zip_as.sav": "spss.is_zip",
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_file_ends_in_one_sentence_that_names_it(name: str) -> None:
    with pytest.raises(DataRejected) as caught:
        read(FILES / name)
    assert caught.value.text_id == BROKEN[name]
    for lang in ("it", "en"):
        message = caught.value.message(lang)
        assert message.startswith(str(FILES / name))
        assert "\n" not in message
    assert caught.value.exit_code == 3


def test_the_wrong_declaration_names_the_line_to_write() -> None:
    with pytest.raises(DataRejected) as caught:
        read(FILES / "wrongcharset_utf8_rs_win1252.sav")
    assert "`encoding: cp1252`" in str(caught.value)
    assert read(FILES / "wrongcharset_utf8_rs_win1252.sav", encoding="cp1252").table["prenom"].to_pylist() == [
        "café",
        "naïve",
    ]
