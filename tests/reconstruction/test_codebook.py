"""The study's codebook and the wave's file say the same, each in its own words where they may differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyreadstat
import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
MEASURES = {
    "nominal": "nominal",
    "ordinal": "ordinal",
    "numeric": "scale",
    "date": "scale",
    "text": "nominal",
    "identifier": "nominal",
    "weight": "scale",
}


@pytest.fixture(scope="module")
def codebook() -> dict[str, Any]:
    return yaml.safe_load((PROJECT / "study" / "codebook.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def variables(codebook: dict[str, Any]) -> dict[str, Any]:
    """The variables with their shared scales filled in."""
    return {
        name: {**codebook["scales"].get(record.get("scale"), {}), **record}
        for name, record in codebook["variables"].items()
    }


@pytest.fixture(scope="module")
def meta() -> Any:
    # pyreadstat reports declared missing values only where it is asked to keep them.
    return pyreadstat.read_sav(PROJECT / "data" / "raw" / "2009" / "survey.sav", user_missing=True)[1]


def italian(texts: dict[Any, Any]) -> dict[Any, str]:
    return {code: text["it"] for code, text in texts.items()}


def test_names_and_order(codebook: dict[str, Any], meta: Any) -> None:
    assert list(codebook["variables"]) == meta.column_names
    assert 85 <= len(meta.column_names) <= 100


def test_labels(variables: dict[str, Any], meta: Any) -> None:
    assert italian({name: record["label"] for name, record in variables.items()}) == meta.column_names_to_labels


def test_codes_and_their_texts(variables: dict[str, Any], meta: Any) -> None:
    said = {name: italian({**r.get("categories", {}), **r.get("missing", {})}) for name, r in variables.items()}
    assert {name: texts for name, texts in said.items() if texts} == meta.variable_value_labels


def test_missing_codes_and_ranges(variables: dict[str, Any], meta: Any) -> None:
    for name, record in variables.items():
        found = {(each["lo"], each["hi"]) for each in meta.missing_ranges.get(name, [])}
        said = {(code, code) for code in record.get("missing", {})}
        if "missing_range" in record:
            said.add((record["missing_range"]["low"], record["missing_range"]["high"]))
        assert found == said, name


def test_kinds_and_measurement_levels(variables: dict[str, Any], meta: Any) -> None:
    assert {name: MEASURES[record["kind"]] for name, record in variables.items()} == meta.variable_measure


def test_formats(variables: dict[str, Any], meta: Any) -> None:
    for name, record in variables.items():
        shown = meta.original_variable_types[name]
        letter = "E" if record["kind"] == "date" else "A" if name in ("codice", "provincia", "nota") else "F"
        assert shown.startswith(letter), name


def test_sets(codebook: dict[str, Any], meta: Any) -> None:
    derived = {name for name in codebook["sets"] if name not in meta.mr_sets}
    assert derived == {"nota_temi"}  # made by coding an open question
    in_file = {name: record for name, record in codebook["sets"].items() if name not in derived}
    assert list(in_file) == list(meta.mr_sets)
    for name, record in in_file.items():
        found = meta.mr_sets[name]
        assert record["members"] == found["variable_list"]
        assert record["label"]["it"] == found["label"]
        assert (record["kind"] == "dichotomies") == found["is_dichotomy"]
        assert str(record.get("counted", "")) == str(found["counted_value"] or "")
    assert {record["kind"] for record in in_file.values()} == {"dichotomies", "categories"}


def test_members_share_a_scale_and_a_prefix(codebook: dict[str, Any], variables: dict[str, Any]) -> None:
    for group in (*codebook["sets"].values(), *codebook["batteries"].values()):
        members = [variables[name] for name in group["members"] if name in variables]
        if not members:  # made by coding an open question
            continue
        assert len({member["scale"] for member in members}) == 1
        for language in ("it", "en"):
            parts = [member["label"][language].split(": ", 1) for member in members]
            assert len({part[0] for part in parts}) == 1
            assert len({part[1] for part in parts}) == len(parts)


def test_every_text_is_in_both_languages(codebook: dict[str, Any]) -> None:
    def texts(node: Any) -> list[dict[str, Any]]:
        if not isinstance(node, dict):
            return []
        if "it" in node or "en" in node:
            return [node]
        return [text for child in node.values() for text in texts(child)]

    found = texts(codebook)
    assert len(found) > 200
    for text in found:
        assert set(text) == {"it", "en"}
        assert all(isinstance(words, str) and words == words.strip() != "" for words in text.values()), text


def test_origin_and_disclosure_are_stated(codebook: dict[str, Any]) -> None:
    for record in codebook["variables"].values():
        assert record["origin"] in ("published", "described", "simulated")
        assert record["disclosure"] in ("public", "confidential")
    published = [name for name, record in codebook["variables"].items() if record["origin"] == "published"]
    assert published == ["forma", "tipo_sogg", "tipo_contr"]
    for name in ("codice", "nota", "data_int", "tav_giud", "fid_com", "deb_1"):
        assert codebook["variables"][name]["disclosure"] == "confidential"
