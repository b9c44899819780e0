"""Write the first ``mapping.yml`` and ``source.yml`` of a wave, with comments for who will look them through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import get_args

from pipeline.codes import code_of, text_of, to_type
from pipeline.spec.model import Codebook
from pipeline.spec.yaml_text import flow, key, quoted
from pipeline.spss.model import Dictionary, code_text
from pipeline.waves.figures import Beside, line
from pipeline.waves.model import NewQuestion, QuestionMap, Routine, SetMap, Together, WaveMapping, fingerprint
from pipeline.waves.proposal import Comparison, Proposal, Words

MOST_LINES = 60  # codes each on a line of its own; more, the units of a panel, stand on one

_HEAD = """\
# Questionario della rilevazione {wave} rispetto a {codebook}. / The questionnaire of wave {wave} against {codebook}.
#
# Una scheda per domanda. Ciò che è identico vale da sé; ogni altra scheda è una proposta: controllarla, correggerla e
# scrivere `confirmed: yes`. Fino ad allora la domanda resta fuori dal rapporto, che lo dice.
# One record per question. What is identical stands by itself; every other record is a proposal: check it, correct it
# and write `confirmed: yes`. Until then the question stays out of the report, which says so.
#
#   in_file      nome della variabile nel file di questa rilevazione / the variable's name in this wave's file
#   status       che cosa è cambiato, una o più parole / what changed, one word or several:
#                same       identica / identical                 renamed    altro nome / another name
#                reworded   altra formulazione / other wording   relabelled altre etichette / other value labels
#                recoded    altri codici / other codes           added      una risposta in più / an answer more
#                dropped    una risposta in meno / one less      split      una risposta suddivisa / an answer split
#                merged     risposte unite / answers merged      type       altro formato / stored otherwise
#                missing    altri codici mancanti / other missing codes
#                figures    altri numeri che nella rilevazione accanto / other numbers than in the wave next to it
#                gone       non chiesta in questa rilevazione / not asked in this wave
#   codes        codice di questo file: codice del codebook (come RECODE in SPSS); un codice non elencato resta com'è,
#                `.` lo pone a mancante di sistema / this file's code: the codebook's code (as RECODE in SPSS); a code
#                that is not listed stays as it is, `.` makes it system-missing
#   comparable   same, mapped (dopo riconduzione / after mapping), not (nessuna serie la attraversa, e le sue tavole
#                restano fuori / no trend crosses it, and its tables are left out)
#   reason       il motivo, stampato nel rapporto / the reason, printed in the report
#   evidence     su che cosa si basa la proposta / what the proposal rests on
#   # 2009: n …  i numeri della rilevazione accanto e di questa, non ponderati: validi su casi; quote dei validi per
#                codice, oppure quartili, media, minimo e massimo / the numbers of the wave next to it and of this one,
#                unweighted: valid of all cases; shares of the valid by code, or quartiles, mean, lowest and highest
#
# Vale solo per il file con questa impronta (`sha256sum`): per un altro file, anche una consegna corretta, va riletta.
# It holds only for the file with this fingerprint (`sha256sum`): for another, a corrected delivery too, look again.
sha256: {sha256}

"""

_TOGETHER = """\
# Cambiamenti di un solo tipo, confermati con una parola per tutte le domande che ne hanno solo di questi; quelle con i
# codici anche rovesciati (`reversed: yes`) aspettano in più la loro.
# Changes of one kind, confirmed by one word for all questions that have no others; those whose codes are reversed as
# well (`reversed: yes`) also wait for their own.
#   renumbered     altro nome, stesso testo / another name, the same wording
#   letter_case    altre maiuscole nel nome / other capitals in the name
#   missing_moved  altri codici per le stesse mancate risposte / other codes for the same missing answers
# `by:` e `on:` (nome, 2026-11-27) dicono chi ha confermato e quando. / `by:` and `on:` say who confirmed, and when.
"""

_NEW = """\
# Variabili del file che il codebook non ha: non sono usate. Per usarne una, aggiungerla a {codebook} (e una tavola a
# report.yml), togliere la riga qui sotto e scrivere `{{status: gone, confirmed: yes}}` nel mapping.yml delle altre
# rilevazioni. Se invece è una domanda nota con un altro nome, scriverlo in `in_file:` della sua scheda.
# Variables of the file that the codebook does not have: they are not used. To use one, add it to {codebook} (and a
# table to report.yml), remove its line here, and write `{{status: gone, confirmed: yes}}` in the other waves'
# mapping.yml. If it is a known question under another name, write that name as `in_file:` of its record.
"""

_SOURCE = """\
# Descrive {survey}, accanto a questo file. / Describes {survey}, which lies beside this file.
kind: survey                  # survey | reconstruction | demonstration
title: {title}  # da completare / to fill in
# fieldwork: {{it: "marzo 2026", en: "March 2026"}}   # periodo di rilevazione / period of data collection
# started: 2026-03   # il primo giorno, mese o anno: ordina le rilevazioni / the first day, month or year: orders waves
# population: 66              # quante unità esistevano, se non sono quelle di study.yml / how many units existed, if
#                             # not those of study.yml
sha256: {sha256}
rows: {rows}
"""


def source_text(dictionary: Dictionary, survey: str, file: str) -> str:
    """``source.yml`` with what is known of the file; its title is to be filled in."""
    title = dictionary.file_label.strip() or file
    text = _SOURCE.format(survey=survey, title=quoted(title), sha256=dictionary.sha256, rows=dictionary.cases or 0)
    encoding = dictionary.encoding
    return text.rstrip("\n") + f"\nencoding: {encoding.used}\n" if encoding.how == "stated" else text


def mapping_text(
    comparison: Comparison, dictionary: Dictionary, codebook: Codebook, wave: str, codebook_name: str
) -> str:
    """``mapping.yml`` as it is proposed for a file; nothing in it is confirmed."""
    mapping = proposed(comparison, dictionary.sha256, codebook)
    here = {name: one.model_copy(update={"wave": wave}) for name, one in comparison.figures.items()}
    beside = Beside(here=here, before=dict(comparison.before))
    return written(mapping, dictionary, codebook, wave, codebook_name, beside)


def proposed(comparison: Comparison, sha256: str, codebook: Codebook) -> WaveMapping:
    """What a comparison proposes, as a mapping that confirms nothing."""
    variables = {p.name: record(p, codebook) for p in comparison.questions}
    kinds = {kind for r in variables.values() for kind in r.together}
    sets = {
        one.name: SetMap(
            gained=one.gained, lost=one.lost, comparable=one.comparable, reason=dict(one.reason) or None,
            evidence=joined(one.evidence),
        )
        for one in comparison.sets
    }  # fmt: skip
    new = {n: NewQuestion(label=label, near=comparison.near.get(n, "")) for n, label in comparison.new.items()}
    together = {kind: Together() for kind in get_args(Routine) if kind in kinds}
    return WaveMapping(sha256=sha256, together=together, variables=variables, sets=sets, new=new)


def record(p: Proposal, codebook: Codebook) -> QuestionMap:
    """One proposal. What is routine and nothing else is confirmed together, a doubt by itself; a reversed question
    shares the word for what is routine in it, and waits for its own."""
    if p.identical:
        return QuestionMap(in_file=p.in_file if p.in_file != p.name else None)
    alone = not p.reversed and (p.doubtful or p.comparable != "same")
    return QuestionMap(
        in_file=p.in_file if p.in_file != p.name else None, status=p.status, codes=dict(p.codes),
        comparable=p.comparable, reason=dict(p.reason) or None, evidence=joined(p.evidence),
        together=() if alone else p.routine, reversed=p.reversed, asked=fingerprint(codebook.variables[p.name]),
    )  # fmt: skip


def written(
    mapping: WaveMapping, dictionary: Dictionary, codebook: Codebook, wave: str, codebook_name: str,
    beside: Beside = Beside(),  # noqa: B008  a frozen record
) -> str:  # fmt: skip
    """A mapping as a person reads it: each question that waits first, with its numbers here and in the wave next to
    it, those confirmed together a line each, new variables, and what is identical."""
    lines = [_HEAD.format(wave=wave, codebook=codebook_name, sha256=mapping.sha256)]
    changed = {n: r for n, r in mapping.variables.items() if not r.identical}
    single = {n: r for n, r in changed.items() if r.reversed or not r.together}
    routine = {n: r for n, r in changed.items() if n not in single}
    identical = [n for n, r in mapping.variables.items() if r.identical]
    words = {kind: word for kind, word in mapping.together.items() if any(kind in r.together for r in changed.values())}
    if words:
        lines.append(_TOGETHER.rstrip("\n") + "\ntogether:")
        for kind, word in words.items():
            lines.append(f"  {kind}:   # {sum(1 for r in changed.values() if kind in r.together)}")
            lines += _confirmed(word)
        lines.append("")
    lines.append("variables:")
    if single:
        lines.append("\n  # --- da confermare / to confirm " + "-" * 70)
        for name in sorted(single, key=lambda n: (single[n].confirmed, single[n].doubt)):
            lines += _record(name, single[name], dictionary, codebook)
            lines += _figures(name, beside)
    if routine:
        lines.append("\n  # --- confermate insieme, sopra / confirmed together, above " + "-" * 43)
        lines += [_line(name, r) for name, r in routine.items()]
    if identical:
        lines.append("\n  # --- identiche / identical " + "-" * 75)
        lines += [f"  {key(n)}: {{status: same}}" for n in identical]
    if mapping.sets:
        lines.append("\n# Insiemi di risposte multiple cambiati. / Multiple response sets that changed.\nsets:")
        for name, one in mapping.sets.items():
            lines += _set(name, one)
    if mapping.new:
        lines.append("\n" + _NEW.format(codebook=codebook_name) + "new:")
        for name, asked in mapping.new.items():
            near = f", near: {quoted(asked.near)}" if asked.near else ""
            lines.append(f"  {key(name)}: {{label: {quoted(asked.label)}{near}}}")
    return "\n".join(lines) + "\n"


def _record(name: str, r: QuestionMap, dictionary: Dictionary, codebook: Codebook) -> Iterator[str]:
    yield f"  {key(name)}:"
    if r.in_file is not None:
        yield f"    in_file: {quoted(r.in_file)}"
    yield f"    status: {_status(r)}"
    if len(r.codes) > MOST_LINES:
        yield f"    codes: {_flow(r.codes)}"
    elif r.codes:
        yield "    codes:"
        for code, target in r.codes.items():
            yield f"      {key(text_of(code))}: {key(to_type(target))}" + _says(
                name, r, code, target, dictionary, codebook
            )
    if r.reversed:
        yield "    reversed: yes   # ROVESCIATA: controllare / REVERSED: check"
    yield f"    comparable: {r.comparable}"
    yield from _words("reason", r.reason or {})
    yield from _words("evidence", r.evidence or {})
    if r.together:
        yield f"    together: [{', '.join(r.together)}]"
    if r.asked:
        yield f"    asked: {quoted(r.asked)}"
    yield from _confirmed(r)


def _figures(name: str, beside: Beside) -> Iterator[str]:
    """Remarks with the numbers of the wave next to it and of this one, so that a jump shows."""
    before, here = beside.before.get(name), beside.here.get(name)
    if before is not None and here is not None:
        yield from (f"    # {one.wave}: {line(one)}" for one in (before, here))


def _line(name: str, r: QuestionMap) -> str:
    """A question that is confirmed together with others, on one line."""
    parts = [f"in_file: {quoted(r.in_file)}"] if r.in_file is not None else []
    parts.append(f"status: {_status(r)}")
    if r.codes:
        parts.append(f"codes: {_flow(r.codes)}")
    parts.append(f"together: [{', '.join(r.together)}]")
    if r.asked:
        parts.append(f"asked: {quoted(r.asked)}")
    return f"  {key(name)}: {{{', '.join(parts)}}}"


def _flow(codes: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{key(text_of(c))}: {key(to_type(t))}" for c, t in codes.items()) + "}"


def _status(r: QuestionMap) -> str:
    return r.status[0] if len(r.status) == 1 else f"[{', '.join(r.status)}]"


def _confirmed(r: QuestionMap | SetMap | Together) -> Iterator[str]:
    yield f"    confirmed: {'yes' if r.confirmed else 'no'}"
    if r.by:
        yield f"    by: {quoted(r.by)}"
    if r.on:
        yield f"    on: {quoted(r.on)}"


def _says(name: str, r: QuestionMap, code: str, target: str, dictionary: Dictionary, codebook: Codebook) -> str:
    """A remark with the two labels, so that nobody has to look the codes up."""
    in_file = r.in_file or name
    there = dictionary.variable(in_file).value_labels if dictionary.has(in_file) else ()
    labels = {code_of(code_text(c)): label for c, label in there}
    variable = codebook.variables[name]
    text = {**variable.missing, **variable.categories}.get(target, {})
    mine = next(iter(text.values()), "")
    if not labels.get(code) and not mine:
        return ""
    return f"   # {quoted(labels.get(code, text_of(code)))} → {quoted(mine or to_type(target))}"


def _set(name: str, one: SetMap) -> Iterator[str]:
    yield f"  {key(name)}:"
    if one.gained:
        yield f"    gained: {flow(one.gained)}"
    if one.lost:
        yield f"    lost: {flow(one.lost)}"
    yield f"    comparable: {one.comparable}"
    yield from _words("reason", one.reason or {})
    yield from _words("evidence", one.evidence or {})
    yield from _confirmed(one)


def _words(name: str, text: Words) -> Iterator[str]:
    if not any(text.values()):
        return
    yield f"    {name}:"
    for lang, words in text.items():
        yield f"      {lang}: {quoted(words)}"


def joined(evidence: tuple[Words, ...]) -> dict[str, str]:
    """Several pieces of evidence as one text per language."""
    found: dict[str, list[str]] = {}
    for text in evidence:
        for lang, words in text.items():
            found.setdefault(lang, []).append(words)
    return {lang: "; ".join(parts) for lang, parts in found.items()}
