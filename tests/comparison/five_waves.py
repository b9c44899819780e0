"""Five waves of one study, made by rule: 2009, 2012, 2014, 2019 and 2024, so that gaps differ; nothing is random.

Trust rises, use of services jumps once, ``media`` was not asked in 2014, and from 2019 on people were asked on the web
instead of by telephone. A third of the persons of a wave answer in the next one as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.paths import Layout, layout
from tests.conftest import NAN, write_sav

YEARS = ("2009", "2012", "2014", "2019", "2024")
CASES = 300

STUDY = """\
title: {it: Fiducia e servizi, en: Trust and services}
authors: {it: Istituto di prova, en: Test institute}
date: "2024-12-01"
languages: [it, en]
population:
  name: {it: Adulti residenti, en: Resident adults}
  unit:
    it: {one: persona, many: persone}
    en: {one: person, many: persons}
inference: sample
identifier: id
"""
SCALE = """{1: {it: Nessuna, en: None}, 2: {it: Poca, en: Little}, 3: {it: Media, en: Some}, 4: {it: Molta, en: Much},
      5: {it: Piena, en: Full}}"""
CODEBOOK = f"""\
variables:
  id: {{label: {{it: Codice, en: Code}}, kind: identifier}}
  genere:
    label: {{it: Genere, en: Gender}}
    categories: {{1: {{it: Donne, en: Women}}, 2: {{it: Uomini, en: Men}}}}
  fiducia:
    label: {{it: Fiducia nel Comune, en: Trust in the municipality}}
    kind: ordinal
    scores: true
    categories: {SCALE}
    missing: {{9: {{it: Non risponde, en: No answer}}}}
    nets: {{alta: {{label: {{it: Molta o piena, en: Much or full}}, codes: [4, 5]}}}}
  media:
    label: {{it: Fonte di informazione, en: Source of information}}
    categories: {{1: {{it: Giornale, en: Newspaper}}, 2: {{it: Televisione, en: Television}}, 3: {{it: Rete, en: Web}}}}
  s1: {{label: {{it: Biblioteca, en: Library}}, categories: {{0: No, 1: {{it: Sì, en: "Yes"}}}}}}
  s2: {{label: {{it: Piscina, en: Pool}}, categories: {{0: No, 1: {{it: Sì, en: "Yes"}}}}}}
  s3: {{label: {{it: Sportello sociale, en: Social desk}}, categories: {{0: No, 1: {{it: Sì, en: "Yes"}}}}}}
  f1: {{label: {{it: Puntualità, en: Punctuality}}, kind: ordinal, scores: true, categories: {SCALE}}}
  f2: {{label: {{it: Cortesia, en: Courtesy}}, kind: ordinal, scores: true, categories: {SCALE}}}
  f3: {{label: {{it: Chiarezza, en: Clarity}}, kind: ordinal, scores: true, categories: {SCALE}}}
  ore:
    label: {{it: Ore di volontariato, en: Hours of volunteering}}
    kind: numeric
    decimals: 1
sets:
  servizi:
    label: {{it: Servizi usati, en: Services used}}
    kind: dichotomies
    members: [s1, s2, s3]
    counted: 1
batteries:
  giudizi: {{label: {{it: Giudizi sul servizio, en: Judgements of the service}}, members: [f1, f2, f3]}}
"""
REPORT = """\
main_figure: fiducia
sections:
  - section: fiducia
    title: {it: Fiducia, en: Trust}
    contents:
      - {table: fiducia, title: {it: Fiducia nel Comune, en: Trust in the municipality}, rows: fiducia,
         trend_by: genere}
      - {figure: fiducia, of: fiducia, title: {it: Fiducia nel Comune, en: Trust in the municipality}}
      - {table: media, title: {it: Fonti di informazione, en: Sources of information}, rows: media}
      - {figure: media, of: media, title: {it: Fonti di informazione, en: Sources of information}}
  - section: servizi
    title: {it: Servizi, en: Services}
    contents:
      - {table: servizi, title: {it: Servizi usati, en: Services used}, rows: servizi}
      - {table: giudizi, title: {it: Giudizi sul servizio, en: Judgements of the service}, rows: giudizi}
      - {table: ore, title: {it: Ore di volontariato, en: Hours of volunteering}, rows: ore}
"""
SOURCE = """\
title: {{it: "Indagine {year}", en: "Survey {year}"}}
fieldwork: {{it: "ottobre {year}", en: "October {year}"}}
started: {year}-10
"""


def columns(wave: int, cases: int = CASES) -> dict[str, Sequence[Any]]:
    """The answers of a wave: how many give each answer is by rule, who gives it is spread evenly."""
    year = int(YEARS[wave]) if wave < len(YEARS) else 2024 + 2 * (wave - len(YEARS) + 1)
    t = (year - 2009) / 15

    def spread(shares: Sequence[float], codes: Sequence[float], step: int) -> list[float]:
        found: list[float] = []
        for i in range(cases):
            place, total = (i * step % cases + 0.5) / cases, 0.0
            for share, code in zip(shares, codes, strict=True):
                total += share
                if place < total:
                    found.append(code)
                    break
            else:
                found.append(codes[-1])
        return found

    trust = (0.14 - 0.06 * t, 0.26 - 0.08 * t, 0.33 - 0.03 * t, 0.18 + 0.11 * t, 0.06 + 0.05 * t, 0.03 + 0.01 * t)
    answered = {
        "id": [f"P{wave * 2 * cases // 3 + i:05d}" for i in range(cases)],
        "genere": spread((0.52, 0.48), (1, 2), 7),
        "fiducia": spread(trust, (1, 2, 3, 4, 5, 9), 11),
        "media": spread((0.5 - 0.3 * t, 0.35, 0.15 + 0.3 * t), (1, 2, 3), 13),
        "s1": spread((0.41 + 0.001 * wave, 0.6), (1, 0), 17),
        "s2": spread((0.22, 0.8), (1, 0), 19),
        "s3": spread((0.15 if year < 2019 else 0.29, 0.9), (1, 0), 23),
        "ore": [round((i * 29 % 41) / 4 + 0.4 * wave, 1) if i % 10 else NAN for i in range(cases)],
    }
    for k, name in enumerate(("f1", "f2", "f3")):
        up = 0.12 * t if k == 1 else 0.0
        answered[name] = spread(
            (0.1 - up / 2, 0.2 - up / 2, 0.4, 0.2 + up / 2, 0.1 + up / 2), (1, 2, 3, 4, 5), 29 + 2 * k
        )
    if wave == 2:
        del answered["media"]
    return answered


def add(folder: Path, wave: int, cases: int = CASES) -> str:
    """Put a wave into a study; returns its name."""
    year = YEARS[wave] if wave < len(YEARS) else str(2024 + 2 * (wave - len(YEARS) + 1))
    raw = folder / "data" / "raw" / year
    write_sav(raw / "survey.sav", columns(wave, cases))
    (raw / "source.yml").write_text(SOURCE.format(year=year), "utf-8")
    if year == "2019":
        what = "{it: dal telefono al web, en: from telephone to web}"
        with (raw / "source.yml").open("a", encoding="utf-8") as f:
            f.write(f"breaks: [{{kind: mode, what: {what}, variables: [fiducia, servizi]}}]\n")
    if wave == 2:
        gone = "variables:\n  media: {status: gone, confirmed: yes}\n"
        (raw / "mapping.yml").write_text(gone, "utf-8")
    return year


def make(folder: Path, waves: int = len(YEARS), cases: int = CASES) -> Layout:
    """Write the study with its waves."""
    folder.mkdir(parents=True)
    (folder / "study.yml").write_text(STUDY, "utf-8")
    (folder / "codebook.yml").write_text(CODEBOOK, "utf-8")
    (folder / "report.yml").write_text(REPORT, "utf-8")
    (folder / "schedule.yml").write_text("wait_seconds: 0\n", "utf-8")
    for wave in range(waves):
        add(folder, wave, cases)
    return layout(folder)
