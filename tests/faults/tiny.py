"""A study as small as one can be: three variables, two tables; its file is written byte by byte."""

from __future__ import annotations

from pathlib import Path

from pipeline.paths import Layout, layout
from tests.spss.build import Column, sav

WAVE = "2009"
STUDY = """\
title: {{it: Studio minimo, en: Tiny study}}
languages: [{languages}]
population:
  name: {{it: Uffici, en: Offices}}
  unit:
    it: {{one: Ufficio, many: Uffici}}
    en: {{one: office, many: offices}}
  size: 20
"""
CODEBOOK = """\
variables:
  forma:
    label: {it: Forma, en: Form}
    categories: {1: {it: Nuovo soggetto, en: New entity}, 2: {it: Contratto, en: Contract}}
    missing: {9: {it: Non risponde, en: No answer}}
  area:
    label: {it: Area, en: Area}
    categories: {1: {it: Minori, en: Minors}, 2: {it: Anziani, en: Elderly}}
  anni: {label: {it: Anni, en: Years}, kind: numeric}
"""
REPORT = """\
sections:
  - section: forme
    title: {it: Forme, en: Forms}
    contents:
      - {table: forma, title: {it: Per forma, en: By form}, rows: forma}
      - {table: incrocio, title: {it: Forma per area, en: Form by area}, rows: forma, columns: area}
"""
SCHEDULE = "wait_seconds: 0\npatience_seconds: 0\n"
COLUMNS = [
    Column("forma", labels={1.0: "Nuovo soggetto", 2.0: "Contratto", 9.0: "Non risponde"}, missing=[9.0]),
    Column("area", labels={1.0: "Minori", 2.0: "Anziani"}),
    Column("anni"),
    Column("altro"),  # not in the codebook: a finding that names the file
]


def survey(version: int = 0, rows: int = 12, strange: float = 9.0) -> bytes:
    """A whole system file; each version has other answers. ``strange`` is a code that the codebook may not have."""
    forms = (1.0, 2.0, 2.0, 1.0, strange)
    cases = [(forms[(i + version) % 5], 1.0 + (i // 2) % 2, float(i + version), 1.0) for i in range(rows)]
    return sav(COLUMNS, cases)


def make(folder: Path, languages: str = "it", wave: str = WAVE) -> Layout:
    """Write the study with the first version of its wave's file."""
    raw = folder / "data" / "raw" / wave
    raw.mkdir(parents=True)
    (folder / "study.yml").write_text(STUDY.format(languages=languages), "utf-8")
    (folder / "codebook.yml").write_text(CODEBOOK, "utf-8")
    (folder / "report.yml").write_text(REPORT, "utf-8")
    (folder / "schedule.yml").write_text(SCHEDULE, "utf-8")
    (raw / "source.yml").write_text("title: {it: Dati di prova, en: Test data}\n", "utf-8")
    (raw / "survey.sav").write_bytes(survey())
    return layout(folder)
