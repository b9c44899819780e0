"""Each single change of the matrix gets the verdict that was stated beforehand, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.waves.questionnaire import Comparison, compare
from tests.waves.changes import BASE, CHANGES, Change
from tests.waves.surveys import codebook, survey

BOOK = codebook(BASE)


def judged(path: Path, change: Change) -> Comparison:
    found = survey(path / "s.sav", change.file())
    return compare(found.dictionary, found.table, BOOK)


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: c.name)
def test_a_change_gets_its_verdict(tmp_path: Path, change: Change) -> None:
    found = judged(tmp_path, change)
    others = {p.name for p in found.questions if not p.identical} - {change.of}
    assert others == ({"agree_b"} if change.name == "two items change places" else set())
    proposal = found.of(change.of)
    if change.quiet:
        assert proposal.identical, (proposal.status, proposal.evidence)
        return
    assert not proposal.identical, "missed"
    codes = {c: t for c, t in proposal.codes.items() if c != t}
    assert (proposal.comparable, proposal.reversed) == (change.comparable, change.reversed), proposal.evidence
    assert change.comparable == "not" or codes == {c: t for c, t in change.codes.items() if c != t}
    assert change.in_file is None or proposal.in_file == change.in_file
    assert not change.status or change.status in proposal.status


def test_the_matrix_is_as_large_as_it_says() -> None:
    controls = [c for c in CHANGES if c.quiet]
    assert len(CHANGES) - len(controls) >= 105 and len(controls) >= 12
    assert len({c.name for c in CHANGES}) == len(CHANGES)
