"""A small study with interviews beside it."""

from __future__ import annotations

import pytest

from tests.conftest import SmallStudy
from tests.interviews.projects import qdpx

SAID = """
title: {it: Interviste di prova, en: Test interviews}
files: [prova.qdpx]
origin: invented
codes:
  Fiducia: {label: {it: Fiducia, en: Trust}}
  Governance:
    label: {it: Governance, en: Governance}
    codes:
      Decidere: {label: {it: Decidere, en: Deciding}}
  Da citare: {label: {it: Da citare, en: Quote}, marks: true}
kinds:
  interview:
    {label: {it: Intervista, en: Interview}, many: {it: Interviste, en: Interviews}, match: Interv, disclosure: public}
  focus: {label: {it: Focus, en: Focus}, many: {it: Focus, en: Focus}, match: Focus}
sources:
  Focus 1: {case: Sportello}
  Registrazione: {case: Sportello}
cases:
  Arcipelago: {label: {it: Arcipelago, en: Archipelago}}
  Sportello: {label: {it: Sportello, en: Booth}, groups: {forma: nuovo}}
groups:
  forma:
    label: {it: Forma, en: Form}
    values: {nuovo: {it: Nuovo, en: New}, contratto: {it: Contratto, en: Contract}}
    variable: forma
    codes: {nuovo: 1, contratto: 2}
pseudonyms: {Anna Neri: "[coordinatrice]"}
quotations: {marked_by: Da citare}
displays:
  forma:
    by: forma
    themes:
      - label: {it: Decidere, en: Deciding}
        survey: [{label: {it: province, en: provinces}, table: per_forma, statistic: column_share, row: provincia=MI}]
        codes: Governance
        reading: divergence
        said: {it: Dicono cose diverse., en: They differ.}
path:
  columns:
    - - {label: {it: Fiducia, en: Trust}, codes: Fiducia}
    - - {label: {it: Governo, en: Governance}, codes: Governance}
"""

TABLES = """
  - section: voci
    title: {it: Voci, en: Voices}
    contents:
      - {table: per_forma, title: {it: Province, en: Provinces}, rows: provincia, columns: forma}
      - {interviews: fonti, show: sources, title: {it: Fonti, en: Sources}}
      - {interviews: albero, show: tree, draw: true, title: {it: Albero, en: Tree}}
      - {interviews: casi, show: cases, draw: true, count: passages, title: {it: Casi, en: Cases}}
      - {interviews: gruppi, show: groups, by: forma, draw: true, title: {it: Gruppi, en: Groups}}
      - {interviews: insieme, show: together, unit: paragraph, draw: true, title: {it: Insieme, en: Together}}
      - {interviews: accordo, show: agreement, title: {it: Accordo, en: Agreement}}
      - {interviews: saturi, show: saturation, draw: true, title: {it: Saturazione, en: Saturation}}
      - {interviews: citate, show: quotations, title: {it: Citazioni, en: Quotations}}
      - {interviews: parole, show: words, draw: true, title: {it: Parole, en: Words}}
      - {interviews: chiave, show: keyness, by: forma, draw: true, title: {it: Chiave, en: Key words}}
      - {interviews: contesto, show: concordance, words: "decid*", title: {it: Contesto, en: Context}}
      - {interviews: note, show: words, of: nota, title: {it: Note, en: Notes}}
      - {interviews: joint, show: joint, display: forma, title: {it: Accanto, en: Side by side}}
      - {interviews: via, show: path, draw: true, title: {it: Via, en: Path}}
"""


@pytest.fixture
def spoken(small_study: SmallStudy) -> SmallStudy:
    """The small study with a section on interviews."""
    folder = small_study.folder / "interviews"
    folder.mkdir()
    (folder / "prova.qdpx").write_bytes(qdpx())
    (folder / "interviews.yml").write_text(SAID, "utf-8")
    study = small_study.folder / "study.yml"
    study.write_text(study.read_text("utf-8") + "\neditions: [internal, public]\n", "utf-8")
    report = small_study.folder / "report.yml"
    report.write_text(report.read_text("utf-8").rstrip() + "\n" + TABLES, "utf-8")
    return small_study
