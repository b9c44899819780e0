"""Write the first ``mapping.yml`` and ``source.yml`` of a wave, with comments for who will look them through."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.codes import code_of, text_of, to_type
from pipeline.spec.model import Codebook
from pipeline.spec.yaml_text import flow, key, quoted
from pipeline.spss.model import Dictionary, code_text
from pipeline.waves.proposal import Comparison, Proposal, SetProposal, Words

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
#                gone       non chiesta in questa rilevazione / not asked in this wave
#   codes        codice di questo file: codice del codebook (come RECODE in SPSS); un codice non elencato resta com'è,
#                `.` lo pone a mancante di sistema / this file's code: the codebook's code (as RECODE in SPSS); a code
#                that is not listed stays as it is, `.` makes it system-missing
#   comparable   same, mapped (dopo riconduzione / after mapping), not (nessuna serie la attraversa, e le sue tavole
#                restano fuori / no trend crosses it, and its tables are left out)
#   reason       il motivo, stampato nel rapporto / the reason, printed in the report
#   evidence     su che cosa si basa la proposta / what the proposal rests on
#
# Vale solo per il file con questa impronta (`sha256sum`): per un altro file, anche una consegna corretta, va riletta.
# It holds only for the file with this fingerprint (`sha256sum`): for another, a corrected delivery too, look again.
sha256: {sha256}

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
    """``mapping.yml``: what is to be confirmed first, then new variables, then what is identical."""
    lines = [_HEAD.format(wave=wave, codebook=codebook_name, sha256=dictionary.sha256)]
    changed = [p for p in comparison.questions if not p.identical]
    identical = [p for p in comparison.questions if p.identical]
    lines.append("variables:")
    if changed:
        lines.append("\n  # --- da confermare / to confirm " + "-" * 70)
        for proposal in changed:
            lines += _record(proposal, dictionary, codebook)
    if identical:
        lines.append("\n  # --- identiche / identical " + "-" * 75)
        lines += [f"  {key(p.name)}: {{status: same}}" for p in identical]
    if comparison.sets:
        lines.append("\n# Insiemi di risposte multiple cambiati. / Multiple response sets that changed.\nsets:")
        for one in comparison.sets:
            lines += _set(one)
    if comparison.new:
        lines.append("\n" + _NEW.format(codebook=codebook_name) + "new:")
        for name, label in comparison.new.items():
            near = f", near: {quoted(comparison.near[name])}" if name in comparison.near else ""
            lines.append(f"  {key(name)}: {{label: {quoted(label)}{near}}}")
    return "\n".join(lines) + "\n"


def _record(p: Proposal, dictionary: Dictionary, codebook: Codebook) -> Iterator[str]:
    yield f"  {key(p.name)}:"
    if p.in_file is not None and p.in_file != p.name:
        yield f"    in_file: {quoted(p.in_file)}"
    yield f"    status: {p.status[0]}" if len(p.status) == 1 else f"    status: [{', '.join(p.status)}]"
    if p.codes:
        yield "    codes:"
        for code, target in p.codes.items():
            yield f"      {key(text_of(code))}: {key(to_type(target))}" + _says(p, code, target, dictionary, codebook)
    yield f"    comparable: {p.comparable}"
    yield from _words("reason", p.reason)
    yield from _words("evidence", joined(p.evidence))
    yield "    confirmed: no"


def _says(p: Proposal, code: str, target: str, dictionary: Dictionary, codebook: Codebook) -> str:
    """A remark with the two labels, so that nobody has to look the codes up."""
    labels = {code_of(code_text(c)): label for c, label in dictionary.variable(p.in_file or p.name).value_labels}
    variable = codebook.variables[p.name]
    text = {**variable.missing, **variable.categories}.get(target, {})
    mine = next(iter(text.values()), "")
    if not labels.get(code) and not mine:
        return ""
    return f"   # {quoted(labels.get(code, text_of(code)))} → {quoted(mine or to_type(target))}"


def _set(one: SetProposal) -> Iterator[str]:
    yield f"  {key(one.name)}:"
    if one.gained:
        yield f"    gained: {flow(one.gained)}"
    if one.lost:
        yield f"    lost: {flow(one.lost)}"
    yield f"    comparable: {one.comparable}"
    yield from _words("reason", one.reason)
    yield from _words("evidence", joined(one.evidence))
    yield "    confirmed: no"


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
