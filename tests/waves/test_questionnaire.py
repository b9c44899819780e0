"""Every kind of drift between a file and the codebook is found, with the right proposal, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.paths import ROOT, layout
from pipeline.spec.load import load
from pipeline.spss import MultipleResponseSet, read
from pipeline.waves.questionnaire import Comparison, compare
from pipeline.waves.wording import alike, contained
from tests.waves.surveys import NAN, QUESTIONS, Question, changed, codebook, drift, survey

Q = QUESTIONS


def only(found: Comparison, *names: str) -> None:
    """Nothing but these questions is proposed to be changed."""
    assert [p.name for p in found.questions if not p.identical] == list(names)


# ---------------------------------------------------------------- no false alarm


def test_an_identical_file_raises_no_alarm(tmp_path: Path) -> None:
    found = drift(tmp_path)
    only(found)
    assert found.new == {}
    assert found.sets == ()


def test_the_study_s_own_wave_is_identical_to_its_codebook() -> None:
    file = read(ROOT / "data" / "raw" / "2009" / "survey.sav")
    found = compare(file.dictionary, file.table, load(layout()).codebook)
    only(found)
    assert (found.sets, dict(found.new)) == ((), {})


def test_order_of_variables_accents_and_case_are_no_change(tmp_path: Path) -> None:
    questions = dict(reversed(changed(forma=Q["forma"].but(label="FORMA della gestione associata.")).items()))
    found = survey(tmp_path / "s.sav", questions)
    only(compare(found.dictionary, found.table, codebook()))


def test_answers_that_nobody_gave_and_missing_answers_are_no_change(tmp_path: Path) -> None:
    only(drift(tmp_path, modo=Q["modo"].but(values=(1, 2, 2, NAN) * 3)))


def test_a_file_without_value_labels_is_judged_by_its_codes(tmp_path: Path) -> None:
    bare = Q["forma"].but(answers={}, missing={}, values=(1, 2, 2, 9) * 3)
    only(drift(tmp_path, forma=bare))
    other = drift(tmp_path, forma=bare.but(values=(1, 2, 7, 9) * 3)).of("forma")
    assert (other.status, other.comparable) == (("added",), "not")


# ---------------------------------------------------------------- each drift

DRIFTS: list[tuple[str, dict[str, Question | None], tuple[str, ...], dict[str, str], str]] = [
    # changed question, the file's questions, status, codes, comparable
    ("forma", {"forma": Q["forma"].but(name="q05")}, ("renamed",), {}, "same"),
    ("forma", {"forma": Q["forma"].but(name="q05", label="La forma della gestione associata")},
     ("renamed", "reworded"), {}, "same"),
    ("forma", {"forma": Q["forma"].but(label="Forme di gestione associata")}, ("reworded",), {}, "same"),
    ("forma", {"forma": Q["forma"].but(label="Anno di nascita del responsabile")}, ("reworded",), {}, "not"),
    ("forma", {"forma": Q["forma"].but(answers={1: "Nuovi soggetti", 2: "Contratto"})}, ("relabelled",), {}, "same"),
    ("forma", {"forma": Q["forma"].but(answers={1: "Nuovo soggetto", 2: "Altra cosa"})}, ("relabelled",), {}, "not"),
    ("forma", {"forma": Q["forma"].but(answers={1: "Contratto", 2: "Nuovo soggetto"})},
     ("recoded",), {"1": "2", "2": "1"}, "mapped"),
    ("giudizio",
     {"giudizio": Q["giudizio"].but(answers={1: "Molto favorevole", 2: "Favorevole", 3: "Sfavorevole",
                                             4: "Molto sfavorevole"})},
     ("recoded",), {"1": "4", "2": "3", "3": "2", "4": "1"}, "mapped"),
    ("forma", {"forma": Q["forma"].but(answers={0: "Nuovo soggetto", 1: "Contratto"})},
     ("recoded",), {"0": "1", "1": "2"}, "mapped"),
    ("forma", {"forma": Q["forma"].but(answers={**Q["forma"].answers, 3: "Nessuna"})}, ("added",), {}, "not"),
    ("modo", {"modo": Q["modo"].but(answers={**Q["modo"].answers, 5: "Coprogettazione"})},
     ("added",), {}, "not"),
    ("modo", {"modo": Q["modo"].but(answers={1: "Consultazione", 2: "Concertazione", 4: "Altro modo"})},
     ("dropped",), {}, "mapped"),
    ("tipo",
     {"tipo": Q["tipo"].but(answers={1: "Accordo di programma", 2: "Convenzione fra Comuni",
                                     3: "Protocollo d'intesa", 5: "Convenzione con il terzo settore"})},
     ("split",), {"5": "2"}, "mapped"),
    ("tipo",
     {"tipo": Q["tipo"].but(answers={1: "Accordo di programma", 2: "Convenzione", 3: "Protocollo d'intesa",
                                     4: "Convenzione quadro"})},
     ("added",), {}, "not"),
    ("modo",
     {"modo": Q["modo"].but(answers={1: "Consultazione o concertazione", 3: "Autoregolazione", 4: "Altro modo"})},
     ("merged",), {}, "not"),
    ("forma", {"forma": Q["forma"].but(missing={99: "Non risponde"})}, ("missing",), {"99": "9"}, "same"),
    ("modo", {"modo": Q["modo"].but(missing={98: "Non sa", 99: "Non risponde"})},
     ("missing",), {"98": "8", "99": "9"}, "same"),
    ("forma", {"forma": Q["forma"].but(missing={-1: "Rifiuta"})}, ("missing",), {"-1": "9"}, "same"),
    ("forma", {"forma": Q["forma"].but(missing={9: "Non risponde", 7: "Scheda rovinata"})},
     ("missing",), {"7": "."}, "same"),
    ("forma", {"forma": Q["forma"].but(answers={1: "Nuovo soggetto", 2: "Contratto", 9: "Non risponde"}, missing={})},
     ("missing",), {}, "same"),
    ("fte", {"fte": Q["fte"].but(missing={-9: "Non risponde"}, values=(*range(11), -9))},
     ("missing",), {"-9": "999"}, "same"),
    ("fte", {"fte": Q["fte"].but(missing={999: "Non risponde"}, ranges=({"lo": 900, "hi": 998},))},
     ("missing",), {}, "not"),
    ("forma", {"forma": Q["forma"].but(answers={"1": "Nuovo soggetto", "2": "Contratto"}, missing={},
                                       values=("1", "2", "2", "9") * 3)}, ("type",), {}, "same"),
    ("fte", {"fte": Q["fte"].but(missing={}, values=("2,5", "10", "") * 4)}, ("type",), {}, "same"),
    ("fte", {"fte": Q["fte"].but(answers={1: "fino a 5", 2: "oltre 5"}, values=())}, ("type",), {}, "not"),
    ("modo", {"modo": None}, ("gone",), {}, "not"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "questions", "status", "codes", "comparable"), DRIFTS, ids=[f"{d[0]}-{'-'.join(d[2])}" for d in DRIFTS]
)
def test_a_drift_is_found_and_nothing_else(
    tmp_path: Path, name: str, questions: dict[str, Question | None], status: tuple[str, ...],
    codes: dict[str, str], comparable: str,
) -> None:  # fmt: skip
    found = drift(tmp_path, **questions)
    only(found, name)
    proposal = found.of(name)
    assert proposal.status == status
    assert dict(proposal.codes) == codes
    assert proposal.comparable == comparable
    assert all(set(words) >= {"it", "en"} for words in proposal.evidence)
    assert proposal.evidence
    assert bool(proposal.reason) == (comparable != "same")
    assert proposal.in_file == (None if status == ("gone",) else questions[name].name if questions[name] else None)


def test_several_changes_of_one_question_are_all_told(tmp_path: Path) -> None:
    proposal = drift(
        tmp_path,
        tipo=Q["tipo"].but(
            name="d7",
            answers={1: "Protocollo d'intesa", 2: "Convenzione fra Comuni", 3: "Accordo di programma",
                     4: "Convenzione con enti"},
            missing={99: "Non risponde"},
        ),
    ).of("tipo")  # fmt: skip
    assert proposal.status == ("renamed", "recoded", "split", "missing")
    assert dict(proposal.codes) == {"1": "3", "3": "1", "4": "2", "99": "9"}
    assert proposal.comparable == "mapped"


def test_a_new_question_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    new = Question("q99", "Forma della gestione del personale", {1: "Sì", 2: "No"})
    found = drift(tmp_path, q99=new)
    only(found)
    assert dict(found.new) == {"q99": new.label}
    assert found.near["q99"].startswith("forma (")


def test_two_names_that_changed_places_follow_their_labels(tmp_path: Path) -> None:
    questions = changed()
    a, b = questions["forma"], questions["giudizio"]
    questions |= {"forma": b.but(name="forma"), "giudizio": a.but(name="giudizio")}
    found = survey(tmp_path / "s.sav", questions)
    comparison = compare(found.dictionary, found.table, codebook())
    assert {p.name: p.in_file for p in comparison.questions if not p.identical} == {
        "forma": "giudizio",
        "giudizio": "forma",
    }


def test_a_near_label_never_passes_in_silence(tmp_path: Path) -> None:
    """«sfavorevole» and «favorevole» differ by one letter."""
    assert alike("Sfavorevole", "Favorevole") > 0.9
    proposal = drift(
        tmp_path, giudizio=Q["giudizio"].but(answers={**Q["giudizio"].answers, 2: "Favorevole", 3: "Sfavorevole"})
    ).of("giudizio")
    assert proposal.status == ("recoded",)
    assert dict(proposal.codes) == {"2": "3", "3": "2"}
    reworded = drift(tmp_path, giudizio=Q["giudizio"].but(answers={**Q["giudizio"].answers, 2: "Sfavorevoli"}))
    assert reworded.of("giudizio").status == ("relabelled",)


@pytest.mark.parametrize(
    ("a", "b", "least", "most"),
    [
        ("Città", "citta'", 1, 1),
        ("Sì", "No", 0, 0.3),
        ("", "", 0, 0),
        ("Giudizio sui tavoli", "Giudizio sui tavoli tematici", 0.75, 0.95),
    ],
)
def test_likeness(a: str, b: str, least: float, most: float) -> None:
    assert least <= alike(a, b) <= most


def test_words_that_only_join_do_not_make_a_part() -> None:
    assert contained("Convenzione", "Convenzione con enti del terzo settore") == 1
    assert contained("Accordo di programma", "Convenzione di Comuni") == 0


# ---------------------------------------------------------------- multiple response sets


def with_set(path: Path, members: tuple[str, ...], counted: Any = 1.0, **changes: Question | None) -> Comparison:
    """The comparison of a file that declares a set."""
    found = survey(path / "s.sav", changed(**changes))
    kind: Any = "dichotomies" if counted is not None else "categories"
    declared = MultipleResponseSet("$aree", "Aree", kind, counted, members)
    return compare(replace(found.dictionary, sets=(declared,)), found.table, codebook())


def test_the_same_set_raises_no_alarm(tmp_path: Path) -> None:
    assert with_set(tmp_path, ("area_a", "area_b")).sets == ()


def test_a_new_item_of_a_set(tmp_path: Path) -> None:
    new = Question("area_c", "Area: Povertà", {0: "No", 1: "Sì"}, {9: "Non risponde"})
    (one,) = with_set(tmp_path, ("area_a", "area_b", "area_c"), area_c=new).sets
    assert (one.name, one.gained, one.lost, one.comparable) == ("aree", ("area_c",), (), "mapped")


def test_a_lost_item_of_a_set(tmp_path: Path) -> None:
    (one,) = with_set(tmp_path, ("area_a",), area_b=None).sets
    assert (one.gained, one.lost, one.comparable) == ((), ("area_b",), "mapped")


def test_another_counted_value(tmp_path: Path) -> None:
    (one,) = with_set(tmp_path, ("area_a", "area_b"), counted=2.0).sets
    assert (one.gained, one.lost) == ((), ())
    recoded = {n: Q[n].but(answers={2: "No", 1: "Sì"}) for n in ("area_a", "area_b")}
    assert with_set(tmp_path, ("area_a", "area_b"), counted=1.0, **recoded).sets == ()


def test_another_kind_of_set_is_not_comparable(tmp_path: Path) -> None:
    (one,) = with_set(tmp_path, ("area_a", "area_b"), counted=None).sets
    assert one.comparable == "not"
