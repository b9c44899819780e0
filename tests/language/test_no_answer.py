"""Which labels say that there is no answer, in six languages, and which only sound like it."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import pytest

from pipeline.language.no_answer import is_no_answer


def _list(text: str) -> list[str]:
    return [one.strip() for one in " ".join(text.split()).split(" | ")]


NONE = {
    "en": _list(
        """
        Don't know | Dont know | Do not know | Does not know | Didn't know | DK | Unknown | Can't say | Cannot
        say | Can't choose | Not sure | Unsure | Hard to say | No opinion | No view | No answer | No response |
        Not answered | Did not answer | Not stated | NA | N/A | IAP | Inapplicable | Refused | Refusal | Refused
        to answer | Declined to answer | Prefer not to say | Prefer not to answer | Rather not say | Missing |
        Missing data | Not applicable | Does not apply | Not asked | Skipped | Not available | Don't remember
        """
    ),
    "it": _list(
        """
        Non so | Non sa | Non saprei | Non lo so | Incerto | NS | NR | N.R. | Non risponde | Non ha risposto |
        Nessuna risposta | Senza risposta | Mancata risposta | Non indicato | Non dichiarato | Rifiuta | Rifiuto
        | Rifiuta di rispondere | Preferisco non rispondere | Non applicabile | Non si applica | Non pertinente
        | Non previsto | Domanda non posta | Mancante | Dato mancante | Non disponibile | Non noto | Non ricorda
        | Nessuna opinione | Non rilevato
        """
    ),
    "fr": _list(
        """
        Ne sait pas | Je ne sais pas | NSP | Ne se prononce pas | Sans opinion | Sans réponse | Pas de réponse |
        Non réponse | Ne répond pas | Refus | Refus de répondre | Préfère ne pas répondre | Non applicable |
        Sans objet | Non concerné | Manquant | Donnée manquante | Non renseigné | Non précisé
        """
    ),
    "es": _list(
        """
        No sabe | No lo sé | NS/NC | No contesta | No contestó | No responde | Sin respuesta | Rechaza | Se
        niega a contestar | Prefiero no contestar | No aplica | No aplicable | No procede | Perdido | Dato
        faltante | Sin opinión | No está seguro | Desconocido | No consta
        """
    ),
    "de": _list(
        """
        Weiß nicht | Weiss nicht | Ich weiß nicht | Keine Antwort | Keine Angabe | k.A. | k. A. | Ohne Angabe |
        Nicht beantwortet | Antwort verweigert | Verweigert | Keine Meinung | Trifft nicht zu | Nicht zutreffend
        | Entfällt | Fehlend | Fehlender Wert | Unbekannt | Nicht gefragt | Kann ich nicht sagen
        """
    ),
    "pt": _list(
        """
        Não sabe | Não sei | Não responde | Não respondeu | Sem resposta | Recusa | Recusou responder | Prefere
        não responder | Não aplicável | Não se aplica | Omisso | Valor em falta | Não informado | Não declarado
        | Sem opinião | Não tem certeza | Desconhecido | NS/NR
        """
    ),
}
ANSWERS = _list(
    """
        Don't know anyone | Don't know the person | No answer yet given by the office | Missing children | None
        | No | Yes | Refused asylum | Refuse collection | Other | Neither agree nor disagree | Never | Not at
        all | Not satisfied | Not sure it helps | Uncertainty about the future | Skipped school | Unknown
        soldier | Not available in my area | Not applicable law | No opinion poll | Nothing | Nobody | Knows
        well | Unemployed | Not married | Non-voter | Can't walk | Can't say no | Does not apply pressure |
        Refuses treatment | Asked | Available | Applicable | Non sa leggere | Non sa scrivere né leggere | Non
        risponde al telefono | Non iscritto | Nessuno | Niente | Non lavora | Non soddisfatto | Rifiuto urbano |
        Rifiuti | Mancanza di tempo | Non lo vede mai | Non partecipa | Noto | Né d'accordo né in disaccordo |
        Altro | Non lo sa nessuno | Incerto futuro | Disponibile | Aucun | Non | Refus de soins | Sans emploi |
        Sans diplôme | Ne travaille pas | Sait lire | Pas du tout | Ninguno | No | No trabaja | Sin estudios |
        No sabe leer | Nada | Nunca | Rechazo social | Keine | Nein | Nicht erwerbstätig | Keine Kinder | Ohne
        Abschluss | Weiß | Nie | Trifft zu | Teils/teils | Não | Nenhum | Sem instrução | Não trabalha | Nunca |
        Recusa de tratamento | Sabe ler
    """
)
ALL = [text for texts in NONE.values() for text in texts]


@pytest.mark.parametrize("text", sorted(set(ALL)))
def test_it_says_that_there_is_no_answer(text: str) -> None:
    written = [text, text.upper(), text.lower(), f"  {text} ", f"({text})", f"[{text}]", f"{text} (do not read out)",
               f"99 = {text}", f"98. {text}", text.replace("'", "’"), f"{text}*"]  # fmt: skip
    assert [one for one in written if not is_no_answer(one, "99")] == []


@pytest.mark.parametrize("text", sorted(set(ANSWERS)))
def test_it_is_an_answer(text: str) -> None:
    assert [one for one in (text, text.upper(), f"{text}.", f"({text})") if is_no_answer(one, "9")] == []


def test_two_of_them_together() -> None:
    for texts in NONE.values():
        for one, other in itertools.pairwise(texts):
            assert is_no_answer(f"{one} / {other}", "8") and is_no_answer(f"{one}, {other}", "8")
    assert is_no_answer("Don't know or no answer", "5") and is_no_answer("Non sa o non risponde", "5")
    assert not is_no_answer("Don't know / Yes", "8") and not is_no_answer("No / No answer", "9")


@pytest.mark.parametrize("text", ["NC", "ND", "NS", "NA", "DK", "KA"])
def test_an_abbreviation_may_be_a_place(text: str) -> None:
    assert not is_no_answer(text, "37") and not is_no_answer(text, text)
    assert is_no_answer("DK/NA", "4")


TABLE = Path(__file__).with_name("no_answer_labels.tsv")


def _table() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.mark.parametrize("lang", ["en", "it", "fr", "es", "de", "pt", "–"])
def test_the_table_of_labels(lang: str) -> None:
    """No-answer wordings and answers that are close to them, each at a code; told beforehand by a person."""
    rows = [row for row in _table() if row["language"] == lang]
    for change in (str, str.upper, str.lower):
        wrong = [(r["label"], r["code"]) for r in rows
                 if is_no_answer(change(r["label"]), r["code"]) is not (r["what"] == "none")]  # fmt: skip
        assert wrong == []


def test_there_are_many_of_them() -> None:
    rows = _table()
    assert len({(r["label"], r["code"]) for r in rows}) > 500
    assert all(sum(r["language"] == lang for r in rows) >= 50 for lang in ("en", "it", "fr", "es", "de", "pt"))
