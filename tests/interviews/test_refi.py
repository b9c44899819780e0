"""REFI-QDA files: what they say is read, whatever program wrote them; what they should not be is refused by name."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from pipeline.errors import DataRejected
from pipeline.interviews import refi
from pipeline.interviews.model import merged
from pipeline.paths import ROOT
from tests.interviews.projects import TEXT, qde, qdpx

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "project.xsd"))
EXAMPLE = ROOT / "study" / "interviews" / "esempio_inventato.qdpx"


def test_what_is_read_here_is_valid_by_the_standards_schema() -> None:
    SCHEMA.assertValid(etree.fromstring(qde().encode()))
    with zipfile.ZipFile(EXAMPLE) as archive:
        SCHEMA.assertValid(etree.fromstring(archive.read("project.qde")))


def test_a_project_of_another_program_is_read() -> None:
    project = refi.project(qdpx(), "p.qdpx")
    assert [c.path for c in project.codes] == [
        "Fiducia", "Governance", "Governance > Tavoli", "Governance > Decidere", "Coke > diet", "Da citare",
    ]  # fmt: skip
    assert project.codes[0].description == "che cosa lega"
    assert [(s.name, s.kind, s.case) for s in project.sources] == [
        ("Intervista 1", "text", "Arcipelago"), ("Focus 1", "text", ""), ("Piano.pdf", "other", ""),
        ("Registrazione", "text", ""),
    ]  # fmt: skip
    assert project.cases[0].values == {"forma": "contratto"}
    first = project.segments[0]
    assert (first.code, first.coder, TEXT[first.start : first.end]) == ("Fiducia", "Ada", "Io mi fido di loro.")
    spoken = next(s for s in project.segments if s.source == "Registrazione")
    assert "Prima parte. Seconda parte."[spoken.start : spoken.end] == "Seconda parte."
    page = next(s for s in project.segments if s.source == "Piano.pdf")
    assert (page.start, page.text) == (None, "accordo di programma")
    whole = next(s for s in project.segments if s.source == "Focus 1")
    assert (whole.code, whole.start) == ("Governance", None)
    far = next(s for s in project.segments if s.coder == "Bea" and s.start == 89)
    assert TEXT[far.start : far.end] == "vera"  # counted in characters: ’ and 🙂 are one each


def test_the_reader_is_told_what_is_odd_and_no_home_folder() -> None:
    project = refi.project(qdpx(), "p.qdpx")
    assert {r.key for r in project.remarks} == {"project_named", "zero_length"}
    assert "lucia" not in repr(project)
    plain = refi.project(qdpx(inner="project.qde", **{"other.qde": "x"}), "p.qdpx")
    assert "project_named" not in {r.key for r in plain.remarks}
    longer = qde().replace('endPosition="93"', 'endPosition="930"')
    assert "outside_text" in {r.key for r in refi.project(qdpx(longer), "p.qdpx").remarks}


def test_two_exports_meet_by_name_though_every_identifier_changed() -> None:
    other = qde().replace("-4000-8000-", "-4111-8111-")
    both = merged([refi.project(qdpx(), "a"), refi.project(qdpx(other), "b")])
    assert len(both.codes) == 6 and len(both.sources) == 4
    assert len(set(both.segments)) == len(both.segments) / 2


def test_a_codebook_is_read() -> None:
    project = refi.codebook((EXAMPLE.parent / "schema.qdc").read_bytes(), "schema.qdc")
    assert "Governance > Co-governance" in {c.path for c in project.codes}


def encrypted() -> bytes:
    content = bytearray(qdpx())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(sign)
        while place >= 0:
            content[place + at] |= 1
            place = content.find(sign, place + 1)
    return bytes(content)


def bomb() -> bytes:
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha"}">' for i in range(9))
    return qdpx(f'<?xml version="1.0"?><!DOCTYPE Project [{entities}]><Project name="x">&e8;</Project>')


BAD = {
    "empty": b"",
    "not_a_zip": b"%PDF-1.7 ...",
    "cut_short": qdpx()[:-300],
    "no_project": qdpx(inner="notes.txt"),
    "several_projects": qdpx(**{"b.qde": "x"}),
    "part_escapes": qdpx(**{"../../etc/cron.d/x": "x"}),
    "encrypted": encrypted(),
    "xml_doctype": bomb(),
    "xml_broken": qdpx(qde()[:-30]),
    "xml_too_deep": qdpx("<Project>" + "<Code>" * 300 + "</Code>" * 300 + "</Project>"),
    "not_refi": qdpx("<html/>"),
    "sources_missing": qdpx(qde().replace("one.txt", "gone.txt")),
    "not_utf8": qdpx(**{"Sources/one.txt": b"perch\xe9 no"}),
    "bad_position": qdpx(qde().replace('startPosition="20"', 'startPosition="x"')),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_with_its_name_and_what_to_do(kind: str) -> None:
    with pytest.raises(DataRejected) as raised:
        refi.project(BAD[kind], "study/interviews/p.qdpx")
    assert raised.value.text_id == f"interviews.{kind}"
    for lang in ("it", "en"):
        assert "study/interviews/p.qdpx" in raised.value.message(lang)


def test_an_external_entity_in_another_encoding_is_refused_too() -> None:
    hidden = '<!DOCTYPE Project [<!ENTITY e SYSTEM "file:///etc/passwd">]><Project name="x">&e;</Project>'
    content = ('<?xml version="1.0" encoding="utf-16"?>' + hidden).encode("utf-16")
    with pytest.raises(DataRejected) as raised:
        refi.project(qdpx(content), "p")
    assert raised.value.text_id == "interviews.xml_doctype"


def test_a_part_that_unpacks_without_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.interviews.archive.MOST_BYTES", 1 << 20)
    content = qdpx(**{"Sources/one.txt": b"0" * (3 << 20)})
    assert len(content) < 20_000
    with pytest.raises(DataRejected) as raised:
        refi.project(content, "p")
    assert raised.value.text_id == "interviews.part_too_large"


def test_every_byte_flipped_gives_a_project_or_a_message() -> None:
    content = qdpx()
    for at in range(0, len(content), 7):
        spoilt = bytearray(content)
        spoilt[at] ^= 0x41
        try:
            refi.project(bytes(spoilt), "p")
        except DataRejected as error:
            assert error.message("it")
    for end in range(0, len(content), 97):
        with pytest.raises(DataRejected):
            refi.project(content[:end], "p")


def test_damaged_sizes_in_the_directory_do_not_mislead() -> None:
    file = io.BytesIO(qdpx())
    with zipfile.ZipFile(file) as archive:
        place = file.getvalue().find(b"PK\x01\x02")
        assert archive.infolist()
    spoilt = bytearray(file.getvalue())
    spoilt[place + 24 : place + 28] = (1 << 31).to_bytes(4, "little")
    with pytest.raises(DataRejected):
        refi.project(bytes(spoilt), "p")
