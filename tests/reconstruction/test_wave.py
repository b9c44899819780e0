"""The reconstructed wave: the script makes the committed file, which holds the published figures and hangs together."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = PROJECT / "data" / "reconstruction" / "make_wave.py"
WAVE = PROJECT / "data" / "raw" / "2009"
PARTNERS = ("com", "asl", "pro", "coo", "vol", "ass", "fon", "par", "ist", "imp")

# Boccacin (2017), section 6 and footnotes 5-7, as printed: percentages with one decimal.
NEW_SUBJECT, CONTRACT = Decimal("26.5"), Decimal("73.5")
AGENCY = Decimal("50.0")
AGREEMENT, CONVENTION, PROTOCOL = Decimal("63.9"), Decimal("29.5"), Decimal("4.9")


def percent(part: int, whole: int) -> Decimal:
    """A percentage with one decimal, rounded half up as the paper's are taken to be."""
    return (Decimal(100 * int(part)) / int(whole)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


@pytest.fixture(scope="module")
def coded() -> pd.DataFrame:
    """The file with its user-missing codes."""
    return pyreadstat.read_sav(WAVE / "survey.sav", user_missing=True)[0]


@pytest.fixture(scope="module")
def valid() -> pd.DataFrame:
    """The file with user-missing answers blank, as SPSS counts valid cases."""
    return pyreadstat.read_sav(WAVE / "survey.sav")[0]


# --- the script


@pytest.mark.parametrize(("zone", "hash_seed"), [("Asia/Tokyo", "1"), ("America/Los_Angeles", "77")])
def test_the_script_makes_the_committed_files_byte_for_byte(tmp_path: Path, zone: str, hash_seed: str) -> None:
    environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": hash_seed, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, SCRIPT, tmp_path / "wave"], check=True, env=environment, capture_output=True)
    for name in ("survey.sav", "source.yml"):
        assert (tmp_path / "wave" / name).read_bytes() == (WAVE / name).read_bytes()


def test_source_describes_the_file() -> None:
    source = yaml.safe_load((WAVE / "source.yml").read_text(encoding="utf-8"))
    content = (WAVE / "survey.sav").read_bytes()
    assert source["sha256"] == hashlib.sha256(content).hexdigest()
    assert source["rows"] == int.from_bytes(content[80:84], "little") == 98
    assert source["kind"] == "reconstruction"


# --- what was published


def test_98_offices_were_surveyed(coded: pd.DataFrame) -> None:
    assert list(coded["codice"]) == [f"LO{number:02d}" for number in range(1, 99)]


def test_the_published_percentages_come_out_of_counting(valid: pd.DataFrame) -> None:
    forms = valid["forma"].value_counts()
    assert (percent(forms[1], forms.sum()), percent(forms[2], forms.sum())) == (NEW_SUBJECT, CONTRACT)
    subjects = valid.loc[valid["forma"] == 1, "tipo_sogg"].value_counts()
    assert subjects.sum() == forms[1]
    assert percent(subjects[1], subjects.sum()) == AGENCY
    contracts = valid.loc[valid["forma"] == 2, "tipo_contr"].value_counts()
    assert contracts.sum() == forms[2]
    shares = [percent(contracts[code], contracts.sum()) for code in (1, 2, 3)]
    assert shares == [AGREEMENT, CONVENTION, PROTOCOL]


def test_the_missing_forms_are_a_declared_code(coded: pd.DataFrame, valid: pd.DataFrame) -> None:
    assert coded["forma"].notna().all()
    assert (coded["forma"] == 9).sum() == valid["forma"].isna().sum() == 15


def test_only_22_and_61_give_every_published_percentage() -> None:
    """All splits of at most 98 offices, nobody missing within a branch: exactly one holds together."""

    def has(share: Decimal, whole: int) -> bool:
        return any(percent(part, whole) == share for part in range(whole + 1))

    def contract_types(whole: int) -> bool:
        return any(
            percent(first, whole) == AGREEMENT
            and percent(second, whole) == CONVENTION
            and percent(third, whole) == PROTOCOL
            for first in range(whole + 1)
            for second in range(whole - first + 1)
            for third in range(whole - first - second + 1)
        )

    splits = [
        (new, total - new)
        for total in range(1, 99)
        for new in range(1, total)
        if percent(new, total) == NEW_SUBJECT and percent(total - new, total) == CONTRACT
    ]
    assert sorted({new + contract for new, contract in splits}) == [34, 49, 68, 83, 98]
    assert [s for s in splits if has(AGENCY, s[0]) and contract_types(s[1])] == [(22, 61)]


def test_what_the_paper_names_most_is_named_most(valid: pd.DataFrame) -> None:
    areas = valid.filter(regex="^area_").sum().sort_values(ascending=False)
    assert set(areas.index[:3]) == {"area_fam", "area_anz", "area_dis"}
    assert areas.index[3] == "area_acc"
    services = pd.concat([valid[f"serv_{number}"] for number in range(1, 5)]).value_counts()
    assert set(services.index[:3]) == {1, 2, 3}
    strengths = valid.filter(regex="^for_").sum().sort_values(ascending=False)
    assert set(strengths.index[:3]) == {"for_acc", "for_vic", "for_per"}
    weaknesses = pd.concat([valid[f"deb_{number}"] for number in range(1, 4)]).value_counts()
    assert set(weaknesses.index[:3]) == {1, 2, 3}


# --- answers that hang together


def test_filters_leave_system_missing_exactly_where_nothing_was_asked(coded: pd.DataFrame) -> None:
    codebook = yaml.safe_load((PROJECT / "study" / "codebook.yml").read_text(encoding="utf-8"))
    filtered = {name: v["asked_if"] for name, v in codebook["variables"].items() if "asked_if" in v}
    assert len(filtered) > 30
    for name, conditions in filtered.items():
        asked = pd.Series(True, index=coded.index)
        for other, codes in conditions.items():
            asked &= coded[other].isin(codes)
        assert (coded[name].notna() == asked).all(), name


@pytest.mark.parametrize("members", [[f"serv_{n}" for n in range(1, 5)], [f"deb_{n}" for n in range(1, 4)]])
def test_mentions_fill_from_the_first_and_never_repeat(coded: pd.DataFrame, members: list[str]) -> None:
    for mentions in coded[members].to_numpy():
        given = [code for code in mentions if code == code]
        assert given
        assert list(mentions[: len(given)]) == given
        assert len(set(given)) == len(given)
        assert 99 not in given or given == [99]


def test_every_usual_kind_of_missing_is_present(coded: pd.DataFrame) -> None:
    assert {8, 9} <= set(coded["motivo_no"].dropna())
    assert (coded["serv_1"] == 99).any()
    assert ((coded["fte"] >= 990) & (coded["fte"] <= 998)).any()
    assert (coded["fte"] == 999).any()
    assert (coded["anno_avvio"] == 9998).any()
    assert (coded["stabili"] == 999).any()
    assert coded["data_int"].isna().any()
    assert (coded["nota"] == "").any()
    assert 20 <= (coded["nota"] != "").sum() <= 50


def test_the_weight_makes_the_offices_with_a_known_form_stand_for_all(coded: pd.DataFrame) -> None:
    known = coded["forma"] != 9
    assert (coded["peso"].notna() == known).all()
    assert coded["peso"].min() >= 1
    assert coded["peso"].sum() == pytest.approx(98, abs=1e-4)


def test_districts_add_up(coded: pd.DataFrame) -> None:
    assert coded["provincia"].nunique() == 12
    mean = coded.groupby("territorio")["comuni"].mean()
    assert mean[1] > mean[2] > mean[3]


def test_a_new_subject_has_more_stable_staff(valid: pd.DataFrame) -> None:
    stable = valid.groupby("forma")["stabili"].mean()
    assert stable[1] - stable[2] > 10
    named = valid.groupby("forma")["for_per"].mean()
    assert named[1] - named[2] > 0.2


def test_mountain_districts_have_fewer_partners(valid: pd.DataFrame) -> None:
    partners = valid[[f"part_{partner}" for partner in PARTNERS]].sum(axis=1).groupby(valid["territorio"]).mean()
    assert partners[1] < partners[2] - 1
    assert partners[1] < partners[3] - 1


def test_trust_falls_with_rare_meetings(valid: pd.DataFrame) -> None:
    pairs = pd.concat(
        [valid[[f"freq_{partner}", f"fid_{partner}"]].set_axis(["meetings", "trust"], axis=1) for partner in PARTNERS]
    ).dropna()
    means: Any = pairs.groupby("meetings")["trust"].mean()
    assert means.is_monotonic_increasing
    assert means[5] - means[1] > 1


def test_the_scales_are_reliable_enough_to_show(valid: pd.DataFrame) -> None:
    for items in ([f"fid_{partner}" for partner in PARTNERS], ["tav_dia", "tav_cos", "tav_voc", "tav_dec"]):
        complete = valid[items].dropna()
        total = complete.sum(axis=1).var()
        alpha = len(items) / (len(items) - 1) * (1 - complete.var().sum() / total)
        assert len(complete) > 60
        assert 0.75 < alpha < 0.95
