"""Coded segments as a table: Italian or English heads, any usual separator, mistakes with their line."""

from __future__ import annotations

import pytest

from pipeline.errors import DataRejected
from pipeline.interviews.segments import segments

TABLE = (
    "Fonte;Codice;Caso;Codificatore;Testo\nInt 1;Governance > Tavoli;Nord;Ada;«sì; certo»\nInt 2;Governance;;Bea;no\n"
)


def test_a_table_of_a_spreadsheet_is_read() -> None:
    quoted = TABLE.replace("«sì; certo»", '"«sì; certo»"')
    for content in (quoted.encode(), ("\ufeff" + quoted).encode(), quoted.replace(";", "\t").encode("utf-16")):
        project = segments(content, "s.csv")
        assert [c.path for c in project.codes] == ["Governance", "Governance > Tavoli"]
        assert [(s.source, s.coder) for s in project.segments] == [("Int 1", "Ada"), ("Int 2", "Bea")]
        assert project.segments[0].text.startswith("«sì")
        assert [s.case for s in project.sources] == ["Nord", ""]


def test_positions_are_numbers() -> None:
    project = segments(b"source,code,start,end\na,b,3,9\n", "s.csv")
    assert (project.segments[0].start, project.segments[0].end) == (3, 9)


@pytest.mark.parametrize(("content", "kind", "told"), [
    (b"", "empty", "s.csv"),
    (b"Fonte;Parole\na;b\n", "csv_columns", "code"),
    (b"source,code\na,b\nc,\n", "csv_empty_cell", "line 3"),
    (b"source,code,start\na,b,x\n", "csv_position", "line 2"),
    ("source,code\nperché,b\n".encode("latin-1"), "not_utf8", "UTF-8"),
])  # fmt: skip
def test_mistakes_are_told_with_their_place(content: bytes, kind: str, told: str) -> None:
    with pytest.raises(DataRejected) as raised:
        segments(content, "s.csv")
    assert raised.value.text_id == f"interviews.{kind}" and told in str(raised.value)
