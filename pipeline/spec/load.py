"""Read and check a study's files: every mistake with file, line, what was expected, and the nearest right name."""

from __future__ import annotations

import math
import re
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ValidationError

from pipeline import language
from pipeline.codes import SYSTEM_MISSING, code_of, name_parts, text_of
from pipeline.errors import PipelineError, StudyError, nearest
from pipeline.language.no_answer import is_no_answer
from pipeline.paths import Layout, Wave
from pipeline.spec import source as yaml_source
from pipeline.spec.configurations import ConfigurationSpec, check_configurations, with_inputs
from pipeline.spec.edges import EdgeList, edge_lists
from pipeline.spec.functions import Function, OwnCharts, check_functions, functions, own_charts
from pipeline.spec.interviews import Interviews, InterviewTable, check_interviews
from pipeline.spec.model import (
    CHART_KINDS,
    Analysis,
    Answers,
    Codebook,
    Content,
    FigureSpec,
    Net,
    Record,
    Report,
    Source,
    Study,
    TableSpec,
    TextSpec,
    Variable,
)
from pipeline.spec.networks import NetworkSpec, check_networks
from pipeline.spec.source import Place, SourceFile
from pipeline.spec.texts import Untranslated, complete

R = TypeVar("R", bound=BaseModel)

_HOLE = re.compile(r"\{([^{}:#]+)(?::([^{}#]*))?(?:#[^{}]*)?\}")


@dataclass(frozen=True, slots=True)
class StudyFiles:
    """A study, read and checked; ``sources`` keeps the lines for messages of later checks.

    ``untranslated``: the texts that lack a language of the study; they have the first one's wording there.
    ``functions``: those of ``derive.py``, by the variables that they make. ``charts``: those of ``charts.py``.
    ``interviews``: what the study says of its coded interviews, where it has any.
    ``edges``: the networks that come from files of ties, by their names in the codebook.
    """

    study: Study
    codebook: Codebook
    report: Report
    sources: Mapping[str, SourceFile]
    untranslated: tuple[Untranslated, ...] = ()
    functions: Mapping[str, Function] = field(default_factory=dict)
    charts: OwnCharts | None = None
    interviews: Interviews | None = None
    edges: Mapping[str, EdgeList] = field(default_factory=dict)

    def line(self, file: str, *place: str | int) -> int:
        """The line of a place in ``study``, ``codebook`` or ``report``."""
        return self.sources[file].line(place)

    def name(self, file: str) -> str:
        """How messages call that file."""
        return self.sources[file].name


def load(layout: Layout) -> StudyFiles:
    """Read ``study.yml``, ``codebook.yml`` and ``report.yml``. Raises :class:`StudyError` with all mistakes found."""
    if layout.content(layout.study) is None:
        raise StudyError("study.no_study", folder=layout.shown(layout.files))
    sources = {
        key: yaml_source.read(layout, path)
        for key, path in (("study", layout.study), ("codebook", layout.codebook), ("report", layout.report))
    }
    study = check(Study, sources["study"])
    codebook = _resolve(check(Codebook, _named(sources["codebook"])), sources["codebook"])
    report = check(Report, _typed_contents(sources["report"]))
    interviews = _interviews(layout, sources)
    untranslated: list[Untranslated] = []
    strict = study.policies.untranslated == "stop"
    named: dict[str, Record] = {"study": study, "codebook": codebook, "report": report}
    if interviews is not None:
        named["interviews"] = interviews
    problems = [
        *(p for key, one in named.items() for p in complete(one, sources[key], study.languages, strict, untranslated)),
        *_check_study(study, codebook, sources["study"]),
        *_check_codebook(codebook, sources["codebook"]),
        *_check_report(report, codebook, sources["report"]),
        *_check_kinds(report, drawn := own_charts(layout), sources["report"]),
        *check_interviews(report, codebook, interviews, sources, layout),
        *check_functions(made := functions(layout), codebook, sources["codebook"], layout),
    ]
    if problems:
        raise StudyError.several(_unique(problems))
    edges = edge_lists(layout, codebook, sources["codebook"])
    shown = _with_conditions(report, codebook)
    return StudyFiles(
        _with_replicates(study, codebook), codebook, shown, sources, tuple(untranslated), made, drawn, interviews, edges
    )


def _interviews(layout: Layout, sources: dict[str, SourceFile]) -> Interviews | None:
    """``interviews/interviews.yml``, where the study has one; its lines join ``sources``."""
    source = yaml_source.read_if_there(layout, layout.interviews)
    if source is None:
        return None
    sources["interviews"] = source
    return check(Interviews, source)


def load_source(layout: Layout, wave: Wave) -> Source:
    """Read a wave's ``source.yml``. Where there is none nothing is known of the file, and validation says so.

    It may say no more than how the file is to be read: the title is then the wave's name.
    """
    title = {x: language.text(x, "study.wave_title", wave=wave.name) for x in language.languages()}
    source = yaml_source.read_if_there(layout, wave.source)
    if source is None:
        return Source(title=title)
    if isinstance(source.content, dict):
        source.content = {"title": title, **source.content}
    return check(Source, source)


def _unique(problems: Sequence[PipelineError]) -> list[PipelineError]:
    return list({str(problem): problem for problem in problems}.values())


# ---------------------------------------------------------------- one file against its model


def check(model: type[R], source: SourceFile) -> R:
    """Validate a file's content; pydantic's errors become ours, with lines."""
    content = source.content
    if not isinstance(content, dict):
        raise StudyError("study.not_a_mapping", file=source.name)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise StudyError.several(
            _unique([_problem(model, source, detail) for detail in error.errors(include_url=False)])
        ) from None


def _problem(model: type[BaseModel], source: SourceFile, detail: Any) -> StudyError:
    place = _real_place(detail["loc"], source.content)
    where = ".".join(str(p + 1 if isinstance(p, int) else p) for p in place[:-1]) or source.name
    key = str(place[-1]) if place else ""
    line = source.line(place)
    if detail["type"] == "extra_forbidden":
        known = _keys_at(model, place[:-1])
        return StudyError(
            "study.unknown_key", file=source.name, line=line, where=where, key=key,
            nearest=nearest(key, known) or ", ".join(known),
        )  # fmt: skip
    if detail["type"] == "missing":
        return StudyError("study.missing_key", file=source.name, line=source.line(place[:-1]), where=where, key=key)
    expected = detail.get("ctx", {}).get("expected") or detail["msg"]
    return StudyError(
        "study.wrong_value", file=source.name, line=line, where=".".join(str(p) for p in place),
        expected=expected, got=repr(detail.get("input")),
    )  # fmt: skip


def _real_place(loc: Sequence[str | int], content: Any) -> Place:
    """Pydantic's location without the parts that are not in the file (names of union members)."""
    place: list[str | int] = []
    here = content
    for i, part in enumerate(loc):
        last = i == len(loc) - 1
        if isinstance(here, dict) and (part in here or last):
            here = here.get(str(part))
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        elif not last:
            continue
        place.append(part)
    return tuple(place)


def _keys_at(model: Any, place: Place) -> list[str]:
    """The keys a record may have at a place of its file."""
    kinds: list[Any] = [model]
    for part in place:
        step: list[Any] = []
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                if part in kind.model_fields:
                    step.extend(_unwrapped(kind.model_fields[str(part)].annotation))
            else:
                arguments = typing.get_args(kind)
                step.extend(k for a in arguments[-1:] for k in _unwrapped(a))
                if typing.get_origin(kind) is tuple:
                    step.extend(k for a in arguments[:1] for k in _unwrapped(a))
        kinds = step
    return sorted({n for k in kinds if isinstance(k, type) and issubclass(k, BaseModel) for n in k.model_fields})


def _unwrapped(annotation: Any) -> list[Any]:
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        return [k for a in typing.get_args(annotation) for k in _unwrapped(a)]
    if origin is Annotated:
        return _unwrapped(typing.get_args(annotation)[0])
    return [annotation]


def _named(source: SourceFile) -> SourceFile:
    """Give each record of the codebook its key as name."""
    content = source.content
    if not isinstance(content, dict):
        return source
    for group in ("variables", "sets", "batteries", "derived", "networks", "configurations"):
        records = content.get(group)
        if records is None:
            content.pop(group, None)
        elif isinstance(records, dict):
            for name, record in records.items():
                if isinstance(record, dict):
                    record["name"] = name
    return source


_CONTENTS: dict[str, type[Record]] = {
    "table": TableSpec,
    "figure": FigureSpec,
    "text": TextSpec,
    "network": NetworkSpec,
    "interviews": InterviewTable,
    "configuration": ConfigurationSpec,
}
"""What a section may hold, by the key that each begins with."""


def _typed_contents(source: SourceFile) -> SourceFile:
    """Check each content of a section by the kind that its key names, so that messages speak of one kind only."""
    content = source.content
    sections = content.get("sections") if isinstance(content, dict) else None
    problems: list[PipelineError] = []
    for i, section in enumerate(sections if isinstance(sections, list) else []):
        items = section.get("contents") if isinstance(section, dict) else None
        if not isinstance(items, list):
            continue
        for j, item in enumerate(items):
            place: Place = ("sections", i, "contents", j)
            kind = next((k for k in _CONTENTS if isinstance(item, dict) and k in item), None)
            if kind is None:
                problems.append(_no_content(source, place))
                continue
            try:
                items[j] = _CONTENTS[kind].model_validate(item)
            except ValidationError as error:
                inner = SourceFile(
                    source.path, source.name, item,
                    {p[4:]: line for p, line in source.lines.items() if p[:4] == place},
                )  # fmt: skip
                problems.extend(_problem(_CONTENTS[kind], inner, d) for d in error.errors(include_url=False))
    if problems:
        raise StudyError.several(_unique(problems))
    return source


def _no_content(source: SourceFile, place: Place) -> StudyError:
    *first, last = (f"`{key}:`" for key in _CONTENTS)
    return StudyError(
        "study.content_kind", file=source.name, line=source.line(place), kinds=", ".join(first), last=last
    )


# ---------------------------------------------------------------- across records


def _resolve(codebook: Codebook, source: SourceFile) -> Codebook:
    """Put each shared scale into the variables and sets that name it."""
    problems: list[PipelineError] = []

    def answers(name: str, record_place: Place) -> Answers | None:
        if name not in codebook.scales:
            problems.append(_no_name(source, (*record_place, "scale"), name, codebook.scales))
            return None
        return codebook.scales[name]

    variables: dict[str, Variable] = {}
    for name, variable in codebook.variables.items():
        if variable.scale is None:
            variables[name] = _without_answers(variable)
            continue
        if variable.categories:
            problems.append(
                StudyError(
                    "study.scale_and_categories",
                    file=source.name,
                    line=source.line(("variables", name)),
                    variable=name,
                )
            )
        shared = answers(variable.scale, ("variables", name))
        if shared is not None:
            whole = variable.model_copy(
                update={
                    "no_answer": shared.no_answer if variable.no_answer is None else variable.no_answer,
                    "kind": shared.kind,
                    "categories": shared.categories,
                    "missing": {**shared.missing, **variable.missing},
                    "scores": shared.scores or variable.scores,
                    "nets": {**shared.nets, **variable.nets},
                }
            )
            variables[name] = _without_answers(whole)
    sets = {}
    for name, mr in codebook.sets.items():
        shared = answers(mr.scale, ("sets", name)) if mr.scale is not None else None
        sets[name] = mr if shared is None else mr.model_copy(update={"categories": shared.categories})
    if problems:
        raise StudyError.several(_unique(problems))
    return with_inputs(codebook.model_copy(update={"variables": variables, "sets": sets}))


def _without_answers(variable: Variable) -> Variable:
    """The variable with its codes that are no answers, by their labels where the codebook does not say."""
    if variable.no_answer is not None or not variable.categories:
        return variable
    found = tuple(
        code for code, text in variable.categories.items() if any(is_no_answer(t, text_of(code)) for t in text.values())
    )
    return variable.model_copy(update={"no_answer": found}) if found else variable


def _no_name(source: SourceFile, place: Place, name: str, known: Mapping[str, Any] | Sequence[str]) -> StudyError:
    names = list(known)
    return StudyError(
        "study.no_such_name",
        file=source.name,
        line=source.line(place),
        where=".".join(str(p) for p in place),
        name=name,
        nearest=nearest(name, names) or ", ".join(names[:12]) or "–",
    )


def _check_study(study: Study, codebook: Codebook, source: SourceFile) -> Iterator[StudyError]:
    for lang in study.languages:
        if lang not in language.languages():
            yield StudyError(
                "study.unknown_language", file=source.name, line=source.line(("languages",)), where="languages",
                language=lang, known=", ".join(language.languages()),
            )  # fmt: skip
    named = {
        ("identifier",): study.identifier,
        ("weights", "variable"): study.weights.variable if study.weights and not study.weights.rake else None,
        ("weights", "start"): study.weights.start if study.weights else None,
        ("design", "strata"): study.design.strata if study.design else None,
        ("design", "cluster"): study.design.cluster if study.design else None,
        ("design", "population"): study.design.population if study.design else None,
    }
    for place, name in named.items():
        if name is not None and name not in codebook.variables:
            yield _no_name(source, place, name, codebook.variables)
    for name, coarser in study.disclosure.instead.items():
        bands = [other for other, derived in codebook.derived.items() if derived.source == name]
        if coarser not in bands:
            yield _no_name(source, ("disclosure", "instead", name), coarser, bands)
    for name, margin in (study.weights.rake if study.weights else {}).items():
        place = ("weights", "rake", name)
        if name not in codebook.all_variables():
            yield _no_name(source, place, name, codebook.all_variables())
        elif name in codebook.derived and codebook.derived[name].clusters:
            yield StudyError("study.rake_types", file=source.name, line=source.line(place), variable=name)
        else:
            yield from _check_codes(source, place, name, tuple(margin), codebook)
            for code, total in margin.items():
                if not total > 0:
                    yield StudyError(
                        "study.rake_target", file=source.name, line=source.line((*place, code)), variable=name,
                        code=code, total=f"{total:g}",
                    )  # fmt: skip
    if study.weights and study.weights.rake:
        if study.weights.kind != "probability":
            yield StudyError(
                "study.rake_kind", file=source.name, line=source.line(("weights", "rake")), kind=study.weights.kind
            )
        totals = {name: math.fsum(margin.values()) for name, margin in study.weights.rake.items()}
        if max(totals.values()) - min(totals.values()) > 1e-9 * max(totals.values()):
            yield StudyError(
                "study.rake_totals", file=source.name, line=source.line(("weights", "rake")),
                totals="; ".join(f"{name} {total:.12g}" for name, total in totals.items()),
            )  # fmt: skip
    yield from _check_replicates(study, codebook, source)
    if study.finite_population == "tests too":
        line = source.line(("finite_population",))
        if study.weights and study.weights.replicates is not None:
            yield StudyError("study.finite_population_replicates", file=source.name, line=line)
        elif study.design is None or study.design.population is None:
            yield StudyError("study.finite_population_unknown", file=source.name, line=line)


def _with_replicates(study: Study, codebook: Codebook) -> Study:
    """The study with its replicate weights listed one by one."""
    weights = study.weights
    if weights is None or weights.replicates is None:
        return study
    names = tuple(expanded(weights.replicates.variables, codebook.variables))
    replicates = weights.replicates.model_copy(update={"variables": names})
    return study.model_copy(update={"weights": weights.model_copy(update={"replicates": replicates})})


def expanded(wanted: Sequence[str], known: Iterable[str]) -> list[str]:
    """Names one by one: ``w1-w80`` is a run of numbers, ``*`` stands for anything; others are names as they are.

    A run keeps the zeros in front (``w01-w80``); a pattern gives the known names in their order, none where none fits.
    """
    found: list[str] = []
    for name in wanted:
        run = _RUN.fullmatch(name)
        if run and run["stem"] == run["again"] and int(run["low"]) <= int(run["high"]):
            width = len(run["low"]) if run["low"].startswith("0") else 0
            found += [f"{run['stem']}{i:0{width}d}" for i in range(int(run["low"]), int(run["high"]) + 1)]
        elif "*" in name:
            found += [one for one in known if fnmatchcase(one, name)]
        else:
            found.append(name)
    return list(dict.fromkeys(found))


_RUN = re.compile(r"(?P<stem>.*?)(?P<low>\d{1,6})\s*-\s*(?P<again>.*?)(?P<high>\d{1,6})")


def _check_replicates(study: Study, codebook: Codebook, source: SourceFile) -> Iterator[StudyError]:
    """Replicate weights: variables that exist, and what each type needs."""
    weights = study.weights
    if weights is None or weights.replicates is None:
        return
    declared, place = weights.replicates, ("weights", "replicates")
    names: list[str] = []
    for i, wanted in enumerate(declared.variables):
        found = expanded([wanted], codebook.variables)
        names += found
        if not found:
            yield StudyError("study.no_replicates", file=source.name, line=source.line((*place, "variables", i)),
                             pattern=wanted)  # fmt: skip
        for name in found:
            if name not in codebook.variables:
                yield _no_name(source, (*place, "variables", i), name, codebook.variables)
    line = source.line(place)
    if 0 < len(names) < 2:
        yield StudyError("study.one_replicate", file=source.name, line=line)
    if weights.kind != "probability":
        yield StudyError("study.replicates_kind", file=source.name, line=line, kind=weights.kind)
    for other, there in (("design", study.design is not None), ("weights.rake", bool(weights.rake))):
        if there:
            yield StudyError("study.replicates_and", file=source.name, line=line, other=other)
    if (declared.type == "fay") != (declared.rho is not None):
        yield StudyError("study.replicates_rho", file=source.name, line=line, type=declared.type)
    if declared.type == "jkn" and declared.rscales is None:
        yield StudyError("study.replicates_rscales", file=source.name, line=line)
    if isinstance(declared.rscales, tuple) and names and len(declared.rscales) != len(names):
        yield StudyError(
            "study.replicates_rscales_number", file=source.name, line=source.line((*place, "rscales")),
            count=len(declared.rscales), expected=len(names),
        )  # fmt: skip


def _check_codebook(codebook: Codebook, source: SourceFile) -> Iterator[StudyError]:
    groups = ("variables", "sets", "batteries", "derived", "networks", "configurations")
    seen: dict[str, str] = {}
    for group in groups:
        for name in getattr(codebook, group):
            if name in seen:
                yield StudyError(
                    "study.name_twice", file=source.name, line=source.line((group, name)), name=name, other=seen[name]
                )
            seen[name] = group
    for name, scale in codebook.scales.items():
        yield from _check_nets(source, ("scales", name), scale.nets, scale)
    for name, variable in codebook.variables.items():
        place: Place = ("variables", name)
        for code in variable.categories.keys() & variable.missing.keys():
            yield StudyError(
                "study.code_twice",
                file=source.name,
                line=source.line((*place, "missing")),
                variable=name,
                code=text_of(code),
            )
        for other, codes in variable.asked_if.items():
            if other not in codebook.variables:
                yield _no_name(source, (*place, "asked_if", other), other, codebook.variables)
            elif codebook.variables[other].categories:
                yield from _check_codes(source, (*place, "asked_if", other), other, codes, codebook)
        shared = codebook.scales[variable.scale].nets if variable.scale else {}
        yield from _check_nets(source, place, {k: n for k, n in variable.nets.items() if k not in shared}, variable)
    for name, mr in codebook.sets.items():
        place = ("sets", name)
        coded = tuple(m for m in mr.members if m in codebook.derived and codebook.derived[m].coded)
        yield from _check_members(source, place, tuple(m for m in mr.members if m not in coded), codebook)
        if mr.kind == "dichotomies" and mr.counted is None:
            yield StudyError(
                "study.missing_key", file=source.name, line=source.line(place), where=f"sets.{name}", key="counted"
            )
        if mr.kind == "delimited" and (len(mr.members) != 1 or not mr.categories):
            key = "members" if len(mr.members) != 1 else "categories"
            yield StudyError(
                "study.missing_key", file=source.name, line=source.line(place), where=f"sets.{name}", key=key
            )
    for name, battery in codebook.batteries.items():
        yield from _check_members(source, ("batteries", name), battery.members, codebook)
        scales = {tuple(codebook.variables[m].categories) for m in battery.members if m in codebook.variables}
        if len(scales) > 1:
            yield StudyError(
                "study.battery_scales", file=source.name, line=source.line(("batteries", name)), battery=name
            )
    for name, derived in codebook.derived.items():
        place = ("derived", name)
        ways = (derived.source, derived.mean_of, derived.uses, derived.clusters, derived.coded)
        if sum(map(bool, ways)) != 1 or (derived.bands and not derived.source):
            yield StudyError("study.derived_from", file=source.name, line=source.line(place), variable=name)
        for other in derived.parts:
            if other not in codebook.variables:
                yield _no_name(source, place, other, codebook.variables)
        if derived.coded and (derived.kind != "text" or codebook.variables.get(derived.coded, derived).kind != "text"):
            yield StudyError("interviews.coded_text", file=source.name, line=source.line(place), variable=name)
    yield from check_networks(codebook, source)
    yield from check_configurations(codebook, source)


def _check_nets(
    source: SourceFile, place: Place, nets: Mapping[str, Net], answers: Answers | Variable
) -> Iterator[StudyError]:
    for net_name, net in nets.items():
        for code in net.codes:
            if code not in answers.categories:
                yield _no_code(source, (*place, "nets", net_name), str(place[-1]), code, answers.categories)


def _check_members(
    source: SourceFile, place: Place, members: Sequence[str], codebook: Codebook
) -> Iterator[StudyError]:
    for i, member in enumerate(members):
        if member not in codebook.variables:
            yield _no_name(source, (*place, "members", i), member, codebook.variables)


def _check_codes(
    source: SourceFile, place: Place, variable: str, codes: Sequence[str], codebook: Codebook
) -> Iterator[StudyError]:
    record = codebook.all_variables()[variable]
    known = {**record.categories, **record.missing}
    for code in codes:
        if known and _condition(code, record) not in known:
            yield _no_code(source, place, variable, code, known)


def _condition(code: str, variable: Variable) -> str:
    """The code that a condition names: a point is no value, unless the variable has a category that is written so."""
    point = code_of(SYSTEM_MISSING)
    has_point = point in variable.categories or point in variable.missing
    return point if code == SYSTEM_MISSING and has_point else code


def _with_conditions(report: Report, codebook: Codebook) -> Report:
    """The report whose conditions name the codebook's codes."""
    variables = codebook.all_variables()

    def one(content: Content) -> Content:
        if not isinstance(content, TableSpec) or not content.where:
            return content
        where = {name: tuple(_condition(c, variables[name]) for c in codes) for name, codes in content.where.items()}
        return content.model_copy(update={"where": where})

    sections = (s.model_copy(update={"contents": tuple(map(one, s.contents))}) for s in report.sections)
    return report.model_copy(update={"sections": tuple(sections)})


def _no_code(source: SourceFile, place: Place, variable: str, code: str, known: Mapping[str, Any]) -> StudyError:
    return StudyError(
        "study.no_such_code", file=source.name, line=source.line(place), variable=variable, code=text_of(code),
        known=", ".join(text_of(one) for one in list(known)[:20]),
    )  # fmt: skip


def _check_report(report: Report, codebook: Codebook, source: SourceFile) -> Iterator[StudyError]:
    variables = codebook.all_variables()
    names = {**variables, **codebook.sets, **codebook.batteries}
    tables: dict[str, Place] = {}
    figures: dict[str, Place] = {}
    analysed: dict[str, Place] = {}
    placed: list[tuple[Place, Any]] = [
        (("sections", i, "contents", j), content)
        for i, section in enumerate(report.sections)
        for j, content in enumerate(section.contents)
    ]
    for place, content in placed:
        if isinstance(content, TableSpec):
            if content.table in tables:
                yield StudyError(
                    "study.name_twice", file=source.name, line=source.line(place), name=content.table, other="table"
                )
            tables[content.table] = place
        elif isinstance(content, FigureSpec):
            if content.figure in figures:
                yield StudyError(
                    "study.name_twice", file=source.name, line=source.line(place), name=content.figure, other="figure"
                )
            figures[content.figure] = place
        elif isinstance(content, Analysis):
            mistakes = list(content.mistakes(codebook, source, place))
            yield from mistakes
            for name in () if mistakes else content.tables(codebook):
                if name in tables or name in analysed:
                    yield StudyError(
                        "study.name_twice", file=source.name, line=source.line(place), name=name, other="table"
                    )
                analysed[name] = place
    numbers = {**tables, **analysed}  # what a text may quote
    for place, content in placed:
        if isinstance(content, FigureSpec) and content.of not in tables:
            yield _no_name(source, (*place, "of"), content.of, tables)
        if isinstance(content, TableSpec):
            yield from _check_table(content, place, codebook, variables, names, source)
        if isinstance(content, TextSpec):
            yield from _check_holes(content.text, (*place, "text"), numbers, source)
        if isinstance(content, FigureSpec) and content.headline:
            yield from _check_holes(content.headline, (*place, "headline"), numbers, source)
    screened = any(isinstance(c, TableSpec) and c.kind == "associations" for _, c in placed)
    for i, finding in enumerate(report.findings):
        line = source.line(("findings", i))
        if (finding.text is None) == (finding.auto is None):
            yield StudyError("study.text_or_auto", file=source.name, line=line)
        if finding.text is not None:
            yield from _check_holes(finding.text, ("findings", i, "text"), numbers, source)
        if finding.auto == "associations" and not screened:
            yield StudyError("study.no_associations", file=source.name, line=line)
    for i, section in enumerate(report.sections):
        if section.text:
            yield from _check_holes(section.text, ("sections", i, "text"), numbers, source)
    if report.main_figure is not None and report.main_figure not in figures:
        yield _no_name(source, ("main_figure",), report.main_figure, figures)


_CORRELATED = ("numeric", "ordinal", "weight")
_LISTED = ("text", "identifier")


def _check_kinds(report: Report, own: OwnCharts | None, source: SourceFile) -> Iterator[StudyError]:
    """Each figure's kind is one of ours or a function of ``charts.py`` (any, where that file cannot be read)."""
    if own is not None and not own.names:
        return
    known = (*CHART_KINDS, *(own.names if own else ()))
    for i, section in enumerate(report.sections):
        for j, content in enumerate(section.contents):
            if isinstance(content, FigureSpec) and content.kind is not None and content.kind not in known:
                yield _no_name(source, ("sections", i, "contents", j, "kind"), content.kind, known)


def _check_kind(table: TableSpec, place: Place, codebook: Codebook, source: SourceFile) -> Iterator[StudyError]:
    """What a name can be used for: in a nested stub, in the columns, as a scale, correlated, listed."""
    variables, line = codebook.all_variables(), source.line(place)
    for key, used in (("rows", table.rows), ("columns", table.columns)):
        for i, name in enumerate(used):
            here = source.line((*place, key, i))
            nested = name_parts(name)
            for part in nested:
                group = part in codebook.sets or part in codebook.batteries
                if group and len(nested) > 1:
                    yield StudyError("study.not_nested", file=source.name, line=here, table=table.table, name=part)
                elif part in codebook.batteries and key == "columns":
                    yield StudyError("study.battery_across", file=source.name, line=here, table=table.table, name=part)
                elif part in variables and variables[part].kind in _LISTED:
                    yield StudyError("study.never_listed", file=source.name, line=here, table=table.table, name=part)
            if table.kind == "reliability" and name not in codebook.batteries:
                yield StudyError("study.no_battery", file=source.name, line=here, table=table.table, name=name)
            for member in codebook.batteries[name].members if name in codebook.batteries else (name,):
                unfit = member in codebook.sets or (
                    member in variables and variables[member].kind not in _CORRELATED and not variables[member].scores
                )
                if table.kind == "correlation" and unfit:
                    yield StudyError("study.not_correlated", file=source.name, line=here, table=table.table,
                                     variable=member)  # fmt: skip
    if table.kind == "correlation" and not table.columns:
        members = sum(len(codebook.batteries[n].members) if n in codebook.batteries else 1 for n in table.rows)
        if members < 2:
            yield StudyError("study.one_correlated", file=source.name, line=line, table=table.table)
    if table.layer is not None and (not table.columns or table.kind in ("correlation", "reliability", "model")):
        yield StudyError("study.layer_alone", file=source.name, line=line, table=table.table)


def _check_table(
    table: TableSpec,
    place: Place,
    codebook: Codebook,
    variables: Mapping[str, Variable],
    names: Mapping[str, Any],
    source: SourceFile,
) -> Iterator[StudyError]:
    yield from _check_kind(table, place, codebook, source)
    for key, used in (("rows", table.rows), ("columns", table.columns)):
        for i, name in enumerate(used):
            if name in used[:i]:
                line = source.line((*place, key, i))
                yield StudyError("study.twice", file=source.name, line=line, table=table.table, key=key, name=name)
    for key, used in (("rows", table.rows), ("columns", table.columns)):
        for i, name in enumerate(used):
            for part in name_parts(name):
                if part not in names:
                    yield _no_name(source, (*place, key, i), part, names)
    if table.layer is not None and table.layer not in variables:
        yield _no_name(source, (*place, "layer"), table.layer, variables)
    grouping = {name: v for name, v in variables.items() if v.categorical}
    for i, name in enumerate(table.trend_by):
        if name not in grouping:
            yield _no_name(source, (*place, "trend_by", i), name, grouping)
    for name, codes in table.where.items():
        if name not in variables:
            yield _no_name(source, (*place, "where", name), name, variables)
        else:
            yield from _check_codes(source, (*place, "where", name), name, codes, codebook)
    for i, name in enumerate(table.statistics):
        if name not in language.statistic_names():
            yield StudyError(
                "study.unknown_statistic", file=source.name, line=source.line((*place, "statistics", i)),
                table=table.table, name=name, nearest=nearest(name, language.statistic_names()) or "–",
            )  # fmt: skip
    if table.model is not None:
        for name in (table.model.outcome, *table.model.predictors):
            if name not in variables:
                yield _no_name(source, (*place, "model"), name, variables)
    elif not table.rows:
        yield StudyError("study.missing_key", file=source.name, line=source.line(place), where=table.table, key="rows")


def _check_holes(
    text: Mapping[str, str], place: Place, tables: Mapping[str, Any], source: SourceFile
) -> Iterator[StudyError]:
    for lang, wording in text.items():
        for match in _HOLE.finditer(wording):
            if match.group(1).strip() not in tables and match.group(1).strip() not in ("study", "wave"):
                yield _no_name(source, (*place, lang), match.group(1).strip(), tables)
