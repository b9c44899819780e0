"""The study as one wave can show it: without the questions that the wave did not ask, or that nobody has confirmed.

Everything after harmonising works on this smaller study, so that counting, tables and layout need not know of waves.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.codes import name_parts
from pipeline.errors import DataRejected
from pipeline.spec.configurations import inputs_of
from pipeline.spec.interviews import InterviewTable
from pipeline.spec.load import StudyFiles
from pipeline.spec.model import (
    Analysis,
    Codebook,
    Content,
    FigureSpec,
    Report,
    SectionSpec,
    Study,
    TableSpec,
    Text,
    TextSpec,
)
from pipeline.waves.model import WaveMapping

_TABLE_OF_HOLE = re.compile(r"\{\s*([^{}:#]+?)\s*[}:#]")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A table that this wave's report does not show, or (``reduced``) not whole, and what it lacks."""

    table: TableSpec | Analysis
    lacks: tuple[str, ...]
    reduced: bool


def unavailable(codebook: Codebook, mapping: WaveMapping | None, lacking: Collection[str] = ()) -> frozenset[str]:
    """The names of variables, sets, batteries and derived variables that the wave cannot show.

    ``lacking``: variables that the file does not have and the study's policy lets pass. A set is out when its own
    record is not usable or a member awaits confirmation; lost items leave the others. A derived variable needs all
    its parts.
    """
    out = set(lacking)
    if mapping is not None:
        out |= {name for name, record in mapping.variables.items() if not record.usable}
    for name, mr in codebook.sets.items():
        record = mapping.sets.get(name) if mapping is not None else None
        unsettled = mapping is not None and any(not mapping.question(m).settled for m in mr.members)
        refused = record is not None and (not record.confirmed or record.comparable == "not")
        if unsettled or refused or all(m in out for m in mr.members):
            out.add(name)
    out |= {name for name, battery in codebook.batteries.items() if all(m in out for m in battery.members)}
    for name, derived in codebook.derived.items():
        if any(n in out for n in derived.parts):
            out.add(name)
    return frozenset(out)


def within(files: StudyFiles, out: Collection[str]) -> StudyFiles:
    """The study's files without what is ``out``. Raises :class:`DataRejected` where the study cannot do without."""
    if not out:
        return files
    study = _study(files.study, out)
    weighted = files.study.weights is None or study.weights is not None
    report = _report(files.report, files.codebook, out, weighted)
    return replace(files, study=study, codebook=_codebook(files.codebook, out), report=report)


def without_interviews(files: StudyFiles) -> StudyFiles:
    """The study's files for a wave beside which no interviews were held."""
    about = [one for one in files.report.analyses() if isinstance(one, InterviewTable) and not one.of]
    return replace(files, interviews=None, report=_report(files.report, files.codebook, (), True, about))


def left_out(files: StudyFiles, out: Collection[str]) -> list[LeftOut]:
    """What :func:`within` does to the report's tables, in their order, then to its analyses."""
    weighted = files.study.weights is None or files.study.weights.variable not in out
    found = []
    for spec in files.report.tables():
        kept = _table(spec, out, weighted)
        lacks = tuple(dict.fromkeys(n for n in _names(spec) if n in out))
        if kept is None and not lacks and files.study.weights is not None:
            lacks = (files.study.weights.variable,)
        if kept is not spec:
            found.append(LeftOut(spec, lacks, reduced=kept is not None))
    for one in files.report.analyses():
        lacks = tuple(name for name in one.uses(files.codebook) if name in out)
        if lacks:
            found.append(LeftOut(one, lacks, reduced=False))
    return found


def _names(spec: TableSpec) -> Iterator[str]:
    for name in (*spec.rows, *spec.columns):
        yield from name_parts(name)
    if spec.layer:
        yield spec.layer
    yield from spec.where
    if spec.model is not None:
        yield from (spec.model.outcome, *spec.model.predictors)


# ---------------------------------------------------------------- the study and its codebook


def _study(study: Study, out: Collection[str]) -> Study:
    changed: dict[str, object] = {}
    if study.identifier in out:
        raise DataRejected("waves.identifier_out", variable=study.identifier)
    if study.weights is not None and study.weights.variable in out:
        if study.weights.use:
            raise DataRejected("waves.weight_out", variable=study.weights.variable)
        changed["weights"] = None
    for name in (study.design.strata, study.design.cluster) if study.design is not None else ():
        if name in out:
            raise DataRejected("waves.design_out", variable=name)
    return study.model_copy(update=changed) if changed else study


def _codebook(codebook: Codebook, out: Collection[str]) -> Codebook:
    def kept(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(n for n in names if n not in out)

    variables = {}
    for name, variable in codebook.variables.items():
        if name in out:
            continue
        asked_if = {other: codes for other, codes in variable.asked_if.items() if other not in out}
        same = asked_if == variable.asked_if
        variables[name] = variable if same else variable.model_copy(update={"asked_if": asked_if})
    return Codebook(
        scales=codebook.scales,
        variables=variables,
        sets={n: s.model_copy(update={"members": kept(s.members)}) for n, s in codebook.sets.items() if n not in out},
        batteries={
            n: b.model_copy(update={"members": kept(b.members)}) for n, b in codebook.batteries.items() if n not in out
        },
        derived={n: d for n, d in codebook.derived.items() if n not in out},
        networks={n: one for n, one in codebook.networks.items() if not any(q in out for q in one.questions)},
        configurations={
            n: one.model_copy(update={"supplementary": kept(one.supplementary)})
            for n, one in codebook.configurations.items()
            if not any(q in out for q in (*one.active, *inputs_of(one, codebook)))
        },
    )


# ---------------------------------------------------------------- the report


def _report(
    report: Report, codebook: Codebook, out: Collection[str], weighted: bool, held: Sequence[Analysis] = ()
) -> Report:
    """The report without the tables and analyses that lack something, their figures, and the texts that speak of them;
    ``held``: analyses that are out for another reason."""
    tables = {}
    for spec in report.tables():
        kept = _table(spec, out, weighted)
        if kept is not None:
            tables[spec.table] = kept
    lost = [one for one in report.analyses() if one in held or any(name in out for name in one.uses(codebook))]
    gone = {spec.table for spec in report.tables()} - tables.keys()
    gone |= {name for one in lost for name in one.tables(codebook)}
    figures = {
        c.figure for c in report.contents()
        if isinstance(c, FigureSpec) and c.of in tables and not (c.column is not None and c.column in out)
    }  # fmt: skip

    def speaks_of_kept(text: Text) -> bool:
        named = {m.group(1) for wording in text.values() for m in _TABLE_OF_HOLE.finditer(wording)}
        return not named & gone

    def content(c: Content) -> Content | None:
        if isinstance(c, TableSpec):
            return tables.get(c.table)
        if isinstance(c, Analysis):
            return None if c in lost else c
        if isinstance(c, FigureSpec):
            if c.figure not in figures:
                return None
            return c.model_copy(update={"headline": None}) if c.headline and not speaks_of_kept(c.headline) else c
        return c if speaks_of_kept(c.text) else None

    sections = []
    for section in report.sections:
        contents = tuple(made for c in section.contents if (made := content(c)) is not None)
        text = section.text if section.text is not None and speaks_of_kept(section.text) else None
        if any(not isinstance(c, TextSpec) for c in contents) or (text is not None and not section.contents):
            sections.append(SectionSpec(section=section.section, title=section.title, text=text, contents=contents))
    return Report(
        main_figure=report.main_figure if report.main_figure in figures else None,
        findings=tuple(f for f in report.findings if f.text is None or speaks_of_kept(f.text)),
        sections=tuple(sections),
    )


def _table(spec: TableSpec, out: Collection[str], weighted: bool) -> TableSpec | None:
    """The table without the rows and banner variables that are out; ``None`` when it cannot stand without them."""
    if spec.weighted and not weighted:
        return None
    needed = [*([spec.layer] if spec.layer else []), *spec.where]
    if spec.model is not None:
        needed += [spec.model.outcome, *spec.model.predictors]
    if any(name in out for name in needed):
        return None
    rows = tuple(n for n in spec.rows if not any(p in out for p in name_parts(n)))
    columns = tuple(n for n in spec.columns if not any(p in out for p in name_parts(n)))
    if rows == spec.rows and columns == spec.columns:
        return spec
    if not rows or (spec.columns and not columns):
        return None
    return spec.model_copy(update={"rows": rows, "columns": columns})
