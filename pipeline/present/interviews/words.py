"""Words in tables: how often, which set a group apart, and where one stands."""

from __future__ import annotations

from pipeline.present.document import Cell, HeadCell, Row
from pipeline.present.interviews.voice import Voice
from pipeline.present.layout.parts import Body, stub


def _base(voice: Voice, groups: list[str]) -> str:
    texts = sum(voice.value("texts_n", "", g) for g in groups or [""])
    words = sum(voice.value("words_n", "", g) for g in groups or [""])
    key = "base_answers" if voice.of.of else "base_texts"
    return voice.tell(key, n=voice.count(texts), count=int(texts), words=voice.count(words))


def _notes(voice: Voice) -> tuple[str, ...]:
    said = voice.said
    shortest = said.words.shortest if said is not None else 3
    lemmas = (voice.tell("lemmas_note"),) if said is not None and said.words.lemmas else ()
    return (voice.tell("words_note", shortest=shortest), *lemmas)


def frequency(voice: Voice) -> Body:
    """The commonest words, of all texts or by group."""
    words, groups = voice.codes("word_n"), voice.codes("word_n", "col_code")
    columns = ("word_n", "per_thousand", "word_texts") if not groups else ("word_n", "per_thousand")
    rows = [Row(w, tuple(voice.cell(s, w, g) for g in groups or [""] for s in columns)) for w in words]
    texts = voice.tell("answers" if voice.of.of else "texts")
    heads = {"word_n": voice.tell("n"), "per_thousand": voice.tell("per_thousand"), "word_texts": texts}
    if not groups:
        head = voice.head(voice.tell("word"), *(heads[s] for s in columns))
    else:
        subs = [voice.tell("n_words", n=voice.count(voice.value("words_n", "", g))) for g in groups]
        over = [HeadCell(voice.group(voice.of.by, g), 2, sub=sub) for g, sub in zip(groups, subs, strict=True)]
        head = (
            (stub(voice.view, voice.tell("word"), 2), *over),
            tuple(HeadCell(heads[s]) for _ in groups for s in columns),
        )
    return Body(head, tuple(rows), len(columns) * max(1, len(groups)), voice.tell("unit_words"), _base(voice, groups),
                notes=_notes(voice))  # fmt: skip


def keyness(voice: Voice) -> Body:
    """Group by group the words that stand there more often than elsewhere."""
    words, groups = voice.codes("keyness"), voice.codes("keyness", "col_code")
    rows: list[Row] = []
    for g in groups:
        found = [(voice.value("keyness", w, g), w) for w in words]
        strong = sorted(((k, w) for k, w in found if k > 0), key=lambda one: (-one[0], one[1]))[: voice.of.most]
        if not strong:
            continue
        size = voice.count(voice.value("words_n", "", g))
        rows.append(Row(f"{voice.group(voice.of.by, g)} ({voice.tell('n_words', n=size)})", kind="group"))
        for _, w in strong:
            columns = ("word_n", "per_thousand", "per_thousand_elsewhere", "keyness", "log_ratio")
            rows.append(Row(w, tuple(voice.cell(s, w, g) for s in columns), level=1))
    heads = (
        voice.tell("n"),
        voice.tell("per_thousand"),
        voice.tell("per_thousand_elsewhere"),
        "G²",
        voice.tell("log_ratio"),
    )
    least = voice.said.words.least if voice.said is not None else 5
    head = voice.head(voice.tell("word"), *heads)
    return Body(head, tuple(rows), 5, voice.tell("unit_keyness"), _base(voice, groups),
                notes=(voice.tell("keyness_note", least=least), *_notes(voice)))  # fmt: skip


def concordance(voice: Voice) -> Body:
    """A word wherever it stands, with what is left and right of it."""
    rows = []
    for row in voice.view.results.rows(voice.of.name):
        if row.statistic != "occurrence":
            continue
        left, word, right = (*row.layer_code.split("\t"), "", "")[:3]
        label = voice.source(row.col_code) if row.col_code else voice.count(row.value or 0)
        rows.append(Row(label, (Cell(left), Cell(word), Cell(right))))
    total = voice.value("occurrences_n")
    notes = (
        (voice.tell("first_of", shown=voice.count(len(rows)), total=voice.count(total)),) if total > len(rows) else ()
    )
    head = voice.head(voice.tell("answer" if voice.of.of else "source"), voice.tell("left_of"), voice.tell("word"),
                      voice.tell("right_of"))  # fmt: skip
    base = voice.tell("base_occurrences", n=voice.count(total), count=int(total))
    return Body(head, tuple(rows), 3, voice.tell("unit_concordance"), base, notes=notes)
