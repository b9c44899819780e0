"""The bytes that are added to pyreadstat's file, against the format's description and another reader."""

from __future__ import annotations

import importlib.util
import shutil
import struct
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pyreadstat
import pytest

PROJECT = Path(__file__).resolve().parents[2]
SURVEY = PROJECT / "data" / "raw" / "2009" / "survey.sav"


@pytest.fixture(scope="module")
def savfile() -> ModuleType:
    spec = importlib.util.spec_from_file_location("savfile", PROJECT / "data" / "reconstruction" / "savfile.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["savfile"] = module
    spec.loader.exec_module(module)
    return module


def test_the_record_is_written_as_the_format_describes(savfile: ModuleType) -> None:
    # PSPP developers' guide, "Multiple Response Sets Records": "$a=C 10 my mcgroup a b c" and
    # "$c=D3 Yes 10 mdgroup #2 h i j", each ended by a line feed; lengths count bytes.
    record = savfile.response_set_record(
        [
            savfile.ResponseSet("a", "my mcgroup", ("a", "b", "c")),
            savfile.ResponseSet("c", "più scelte", ("h", "i"), counted=1),
        ]
    )
    text = "$a=C 10 my mcgroup A B C\n$c=D1 1 11 più scelte H I\n".encode()
    assert record == struct.pack("<4i", 7, 7, 1, len(text)) + text


def test_a_member_without_a_short_name_of_its_own_is_refused(savfile: ModuleType) -> None:
    with pytest.raises(ValueError, match="assistenza"):
        savfile._with_response_sets(b"", [savfile.ResponseSet("a", "x", ("assistenza", "b"))])


def test_a_file_that_is_not_laid_out_as_expected_is_refused(savfile: ModuleType) -> None:
    with pytest.raises(ValueError, match="7/4"):
        savfile._with_response_sets(bytes(176) + struct.pack("<2i", 999, 0), [])


def test_no_time_of_making_is_in_the_file(savfile: ModuleType) -> None:
    assert SURVEY.read_bytes()[92:109].decode("ascii") == "".join(savfile.CREATED)


def test_no_weight_is_switched_on_and_the_file_is_utf8() -> None:
    meta = pyreadstat.read_sav(SURVEY, metadataonly=True)[1]
    assert SURVEY.read_bytes()[76:80] == bytes(4)
    assert meta.file_encoding == "UTF-8"
    assert "ricostruzione" in meta.file_label
    assert any("mai stati pubblicati" in line for line in meta.notes)


@pytest.mark.outside
@pytest.mark.skipif(shutil.which("pspp") is None, reason="needs PSPP")
def test_pspp_reads_the_file_and_its_sets(tmp_path: Path) -> None:
    syntax = tmp_path / "look.sps"
    syntax.write_text(
        f"GET FILE='{SURVEY}'.\nMRSETS /DISPLAY NAME=ALL.\nFREQUENCIES forma tipo_contr.\n", encoding="utf-8"
    )
    out = subprocess.run(["pspp", "-O", "format=csv", syntax], capture_output=True, text=True, check=True).stdout
    assert "warning" not in out and "error" not in out
    for line in (
        '$servizi,Servizi erogati in forma associata,Categories,,"serv_1',
        '$aree,Aree gestite in forma associata,Dichotomies,1,"area_fam',
        "Valid,Nuovo soggetto giuridico,22,22.4%,26.5%,26.5%",
        "Valid,Accordo di programma,39,39.8%,63.9%,63.9%",
        "Missing,Non risponde,15,15.3%",
    ):
        assert line in out, out
