"""The back of the report: data quality, methods, provenance, and the codebook as an annex. Complete, calm, small."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline import language
from pipeline.codes import name_parts, text_of
from pipeline.disclosure.known import REASONS
from pipeline.present import formats
from pipeline.present.amounts import amount_text
from pipeline.present.document import Block, Facts, Items, Paragraph, Run, Section
from pipeline.present.networks.parts import defined
from pipeline.present.quality import label_lines, missing_table
from pipeline.present.view import View
from pipeline.results import CODEBOOK_TABLE
from pipeline.spec.model import GuessedItem, TableSpec, Variable, say
from pipeline.spec.networks import NetworkSpec
from pipeline.spss.model import Dictionary
from pipeline.statistics import registry
from pipeline.statistics.posthoc import METHODS

LONGEST_NOTE = 2000  # characters of what a file says about itself


@dataclass(frozen=True, slots=True)
class Origins:
    """Where a report comes from: the file's dictionary, validation's findings, and what made it.

    ``hidden``: of the public edition, how much it does not show (``pipeline.disclosure.edition.Told``).
    """

    dictionary: Dictionary
    findings: Sequence[Mapping[str, Any]]
    file_name: str
    study_hash: str
    code_hash: str
    versions: Mapping[str, str]
    rebuild: str
    hidden: Mapping[str, Any] | None = None


def back_matter(view: View, origins: Origins, letters: str, number: int) -> tuple[Section, ...]:
    """The four closing sections, lettered; ``number`` is that of the first table in them."""
    quality = _quality(view, origins, number)
    return (
        Section("section-quality", letters[0], view.t("quality"), quality, back_matter=True),
        Section("section-methods", letters[1], view.t("methods"), _methods(view, origins), back_matter=True),
        Section("section-provenance", letters[2], view.t("provenance"), _provenance(view, origins), back_matter=True),
        Section("section-codebook", letters[3], view.t("codebook"), _codebook(view), back_matter=True),
    )


def _text(text: str, style: str = "body") -> Paragraph:
    return Paragraph((Run(text),), style)


# ---------------------------------------------------------------- data quality


def _quality(view: View, origins: Origins, number: int) -> tuple[Block, ...]:
    dictionary = origins.dictionary
    cases = dictionary.cases or 0
    population = view.study.population.size
    blocks: list[Block] = _hidden(view, origins.hidden) if origins.hidden is not None else []
    if population is not None:
        share = formats.percent_text(cases / population, view.lang) if population else formats.NOT_COMPUTABLE
        blocks.append(
            _text(
                view.t(
                    "quality_response", cases=formats.count_text(cases, view.lang), share=share,
                    size=formats.count_text(population, view.lang), units=view.units(cases),
                )
            )
        )  # fmt: skip
    else:
        blocks.append(_text(view.t("quality_cases", cases=formats.count_text(cases, view.lang))))
    lines = [finding_text(view.lang, f) for f in origins.findings]
    lines += view.left_out if origins.hidden is None else []  # hidden numbers are told of above
    if lines:
        blocks.append(_text(view.t("findings_intro")))
        blocks.append(Items(tuple((Run(line),) for line in lines)))
    elif origins.hidden is None:
        blocks.append(_text(view.t("findings_none")))
    labels = label_lines(view, dictionary)
    if labels:
        blocks.append(_text(view.t("labels_intro")))
        blocks.append(Items(tuple((Run(line),) for line in labels)))
    blocks += _raked(view)
    table, left_out = missing_table(view, number)
    if table is not None:
        blocks.append(table)
    if left_out:
        blocks.append(_text(left_out))
    return tuple(blocks)


def _hidden(view: View, hidden: Mapping[str, Any]) -> list[Block]:
    """What the public edition does not show, by which rule, and how much is left."""
    shown = {name: formats.count_text(n, view.lang) for name, n in hidden.items() if isinstance(n, int)}
    shown["hidden"] = formats.count_text(hidden["primary"] + hidden["complementary"], view.lang)
    share = formats.percent_text(hidden["shown"] / hidden["numbers"] if hidden["numbers"] else 1.0, view.lang)
    told = [_text(view.t("disclosure_rule", units=view.units(hidden["least"]), symbol=formats.SUPPRESSED, **shown))]
    told.append(_text(view.t("disclosure_left", share=share, units=view.units(hidden["narrowest"]), **shown)))
    reasons = {name: formats.count_text(n, view.lang) for name, n in hidden["reasons"].items()}
    lines = tuple((Run(view.t(f"disclosure_by_{name}", count=reasons[name])),) for name in REASONS if name in reasons)
    return [*told[:1], _text(view.t("disclosure_reasons")), Items(lines), *told[1:]] if lines else [*told]


def _raked(view: View) -> list[Block]:
    """How well the weights made here meet the known totals."""
    weights = view.study.weights
    if weights is None or not weights.rake:
        return []
    name, lang = weights.variable, view.lang
    found = {s: view.value(CODEBOOK_TABLE, s, name) for s in _RAKED}
    values = {s: v for s, v in found.items() if v is not None}
    if len(values) < len(_RAKED):
        return []
    blocks: list[Block] = [
        _text(
            view.t(
                "quality_raked",
                variable=name,
                count=sum(len(margin) for margin in weights.rake.values()),
                iterations=int(values["raking_iterations"]),
                deviation=formats.percent_text(max(values["raking_deviation"], 1e-8), lang, 6),
                n=int(values["n"]),
                low=formats.decimal_text(values["minimum"], 2, lang),
                high=formats.decimal_text(values["maximum"], 2, lang),
                effective=formats.decimal_text(values["effective_n"], 1, lang),
                effect=formats.decimal_text(values["design_effect_weights"], 2, lang),
            )
        )
    ]
    if values["missing_n"]:
        blocks.append(_text(view.t("quality_raked_without", n=int(values["missing_n"]))))
    lines = []
    for margin, targets in weights.rake.items():
        for code in targets:
            shown = [
                view.results.get(CODEBOOK_TABLE, s, margin, code, name)
                for s in ("raking_start", "raking_target", "raking_reached")
            ]
            texts = [
                f"{view.statistic_name(r.statistic)} {formats.decimal_text(r.value or 0, 1, lang)}"
                for r in shown
                if r is not None
            ]
            lines.append(f"{view.label(margin)}, {view.code_label(margin, code)}: {'; '.join(texts)}.")
    blocks += [_text(view.t("raking_title") + ":"), Items(tuple((Run(line),) for line in lines))]
    return blocks


_RAKED = (
    "raking_iterations", "raking_deviation", "n", "missing_n", "minimum", "maximum", "effective_n",
    "design_effect_weights",
)  # fmt: skip


def finding_text(lang: str, finding: Mapping[str, Any]) -> str:
    """A finding of validation as a sentence; a parameter that is a mapping has one text per language."""
    text_id = str(finding["id"])
    full = text_id if "." in text_id else f"validate.{text_id}"
    params = {k: say(v, lang) if isinstance(v, dict) else v for k, v in finding["params"].items()}
    return language.text(lang, full, **params)


# ---------------------------------------------------------------- methods


def _methods(view: View, origins: Origins) -> tuple[Block, ...]:
    study = view.study
    level = formats.percent_text(study.confidence, view.lang, 0)
    size = formats.count_text(study.population.size or 0, view.lang)
    mode = study.mode
    points = [
        view.t("method_percent"),
        view.t("method_rounding"),
        view.t("method_missing"),
        view.t(f"method_mode_{mode}", size=size, level=level),
        view.t("method_answer"),
        view.t("method_strength"),
    ]
    if study.weights is None:
        points.append(view.t("method_no_weight"))
    else:
        points.append(view.t(f"method_weight_{study.weights.kind}", variable=study.weights.variable))
    points += _design_points(view)
    if any(t.letters for t in view.files.report.tables()):
        points.append(
            view.t(
                "method_letters", adjustment=view.t(f"adjustment_{study.comparisons.adjustment}"),
                level=formats.percent_text(1 - study.confidence, view.lang, 0),
                least=formats.count_text(study.comparisons.least_expected, view.lang),
            )
        )  # fmt: skip
    if view.source.marks:
        points += [view.t("method_origin"), *(f"{view.mark_of(o).symbol} {view.t('origin_' + o)}"  # type: ignore[union-attr]
                                              for o in view.origins)]  # fmt: skip
    blocks: list[Block] = [*_about(view, origins)]
    blocks += [_text(say(study.note, view.lang))] if study.note else []
    blocks.append(Items(tuple((Run(p),) for p in points)))
    used = _used_statistics(view)
    pairs = tuple((view.statistic_name(s), language.statistic_text(view.lang, f"definition_{s}") or "") for s in used)
    pairs = tuple(p for p in pairs if p[1])
    if pairs:
        blocks.append(Facts(view.t("statistics_used"), pairs))
    return tuple(blocks)


def _about(view: View, origins: Origins) -> Iterator[Facts]:
    """What a survey report discloses, item by item, where the study says anything of it or calls itself final."""
    study, said = view.study, view.study.survey
    if study.status != "final" and not said.model_fields_set:
        return
    size, cases = study.population.size, origins.dictionary.cases or 0
    population = say(study.population.name, view.lang) + (
        f" (N = {formats.count_text(size, view.lang)})" if size else ""
    )
    weights = study.weights
    weighting = view.t("about_weighted", variable=weights.variable) if weights else view.t("about_unweighted")
    items = {
        "sponsor": said.sponsor, "conducted_by": said.conducted_by, "instrument": said.instrument,
        "population": population, "frame": said.frame, "selection": said.selection, "mode": said.mode,
        "dates": view.source.fieldwork, "response": f"{formats.count_text(cases, view.lang)} {view.units(cases)}",
        "weighting": weighting, "processing": said.processing, "limits": said.limits,
    }  # fmt: skip
    shown = {key: text if isinstance(text, str) else say(text, view.lang) for key, text in items.items()}
    pairs = tuple((view.t(f"about_{key}"), text or view.t("about_not_stated")) for key, text in shown.items())
    yield Facts(view.t("about_survey"), pairs)


def _design_points(view: View) -> list[str]:
    """How the sample was drawn and what follows for errors and tests; how weights were fitted to known totals."""
    study, points = view.study, []
    weights, design = study.weights, study.design
    if weights is not None and weights.rake:
        start = view.t("method_rake_from", variable=weights.start) if weights.start else view.t("method_rake_from_one")
        margins = _listed(view, [view.label(name) for name in weights.rake])
        points.append(
            view.t(
                "method_rake", variable=weights.variable, start=start, margins=margins, quality=view.t("quality")
            )
        )  # fmt: skip
    if weights is not None and weights.replicates is not None:
        replicates = weights.replicates
        kind = view.t(f"replicates_{replicates.type}", rho=formats.decimal_text(replicates.rho or 0.0, 2, view.lang))
        points.append(view.t("method_replicates", count=len(replicates.variables), type=kind))
    if design is None:
        return points
    named = (("strata", design.strata), ("cluster", design.cluster), ("population", design.population))
    parts_of = [view.t(f"design_{key}", variable=view.label(name)) for key, name in named if name is not None]
    if parts_of:
        points.append(view.t("method_design_sample", what=_listed(view, parts_of)))
    if design.population is not None:
        tests = study.finite_population == "tests too"
        points.append(view.t("method_design_correction_tests" if tests else "method_design_correction"))
    if design.strata is not None:
        points.append(view.t(f"method_lonely_{design.lonely}"))
    return points


def _listed(view: View, items: Sequence[str]) -> str:
    """A, b and c."""
    if len(items) == 1:
        return items[0]
    return view.t("design_list", first=", ".join(items[:-1]), last=items[-1])


def _used_statistics(view: View) -> list[str]:
    """The statistics that stand in the report: those of the tables' lines and cells, in a steady order."""
    present = {r.statistic for r in view.results}
    asked = {s for t in view.files.report.tables() for s in t.statistics}
    candidates = [*registry.usual("line", described=True), *registry.usual("line"), *sorted(asked & present)]
    if any(t.all_statistics for t in view.files.report.tables()):
        candidates += sorted(s for s in present if language.statistic_text(view.lang, f"definition_{s}"))
    always = [s for s in ("mean", "sd", "median", "q1", "bound_low", "interval_low") if s in present]
    shown = [*always, *(c for c in candidates if c in present)]
    for spec in view.files.report.tables():
        shown += _shown_by_kind(view, spec, asked)
    for one in view.files.report.analyses():
        shown += defined(view, one) if isinstance(one, NetworkSpec) else []
    return list(dict.fromkeys(shown))


def _shown_by_kind(view: View, spec: TableSpec, asked: Collection[str]) -> list[str]:
    """What tables of some kinds show unasked: of a scale, a model, a set, a weighted table, one with letters."""
    found = {r.statistic for r in view.results.rows(spec.table) if r.value is not None}
    if spec.model is not None:
        usual = registry.usual("term", "fit", "diagnostic")
    else:
        usual = (*registry.usual("scale", "item"), *registry.usual("cell"), "effective_n")
    shown = [s for s in usual if s in found]
    if spec.model is not None and "odds_ratio" in found:
        shown.insert(1, "model_odds_ratio")
    if spec.letters and "letters" in found:
        shown.append("letters")
    return shown + [s for s, method in METHODS.items() if s in asked and method.difference.p in found]


# ---------------------------------------------------------------- codebook


def _codebook(view: View) -> tuple[Block, ...]:
    blocks: list[Block] = [*_guessed(view), _text(view.t("codebook_intro"), "note")]
    for name, variable in view.variables.items():
        blocks.append(_entry(view, name, variable))
    for name, mr in view.codebook.sets.items():
        members = ", ".join(mr.members)
        pairs = [(view.t("kind"), view.t(f"set_{mr.kind}")), (view.t("members"), members)]
        question = say(mr.question, view.lang)
        if question:
            pairs.insert(0, (view.t("question_wording"), question))
        pairs.append((view.t("base_of_percent"), view.t(f"set_base_{mr.base}")))
        mark = view.mark_of(view.shown_origin(mr.origin or ""))
        blocks.append(Facts(f"{name} – {say(mr.label, view.lang)}", tuple(pairs), f"var-{name}", mark))
    return tuple(blocks)


def _guessed(view: View) -> Iterator[Block]:
    """What nobody has confirmed yet, the doubtful first: for each kind its reason, and what to type."""
    if not view.codebook.guessed:
        return
    yield _text(view.t("guessed_intro"))
    for guessed in sorted(view.codebook.guessed, key=lambda g: not g.doubtful):
        title = view.t(f"guessed_{guessed.about}")
        pairs = [(say(item.names, view.lang), _guessed_item(view, item)) for item in guessed.items]
        pairs += [
            (view.t("guessed_why"), say(guessed.why, view.lang)),
            (view.t("guessed_change"), say(guessed.change, view.lang)),
        ]
        yield Facts(
            view.t("guessed_doubtful", title=title) if guessed.doubtful else title[:1].upper() + title[1:], tuple(pairs)
        )


def _guessed_item(view: View, item: GuessedItem) -> str:
    """What was guessed, and the line of the codebook where it stands now."""
    text = say(item.text, view.lang)
    if not item.at:
        return text
    line = view.t("guessed_line", file=view.files.name("codebook"), line=view.files.line("codebook", *item.at))
    return f"{text} ({line})" if text else line


def _entry(view: View, name: str, variable: Variable) -> Facts:
    pairs: list[tuple[str, str]] = []
    question = say(variable.question, view.lang)
    if question:
        pairs.append((view.t("question_wording"), question))
    pairs.append((view.t("kind"), view.t(f"kind_{variable.kind}")))
    if variable.categories:
        pairs.append((view.t("categories"), "; ".join(
            _category(view, name, code) for code in variable.categories
        )))  # fmt: skip
    lost_by = {r.row_code: r.value or 0 for r in view.missing_rows(CODEBOOK_TABLE, name)}
    codes = [*variable.missing, *(code for code in lost_by if code not in variable.missing)]
    missing = [f"{text_of(code)} = {view.code_label(name, code)}{_count(view, lost_by.get(code))}" for code in codes]
    if variable.missing_range is not None:
        span = variable.missing_range
        low = view.t("lowest") if span.low is None else formats.count_text(span.low, view.lang)
        high = view.t("highest") if span.high is None else formats.count_text(span.high, view.lang)
        missing.append(f"{low}–{high} = {say(span.label, view.lang)}")
    if missing:
        pairs.append((view.t("missing_codes"), "; ".join(missing)))
    if variable.asked_if:
        conditions = [
            f"{view.label(other)} = {', '.join(view.code_label(other, c) for c in codes)}"
            for other, codes in variable.asked_if.items()
        ]
        pairs.append((view.t("asked_if"), f" {view.t('and')} ".join(conditions)))
    derived = view.codebook.derived.get(name)
    if derived is not None:
        made_of = name_parts(derived.source) if derived.source else derived.parts
        pairs.append((view.t("derived"), ", ".join(made_of)))
        if name in view.files.functions and (words := view.files.functions[name].docstring):
            pairs.append((view.t("derived_how"), words))
        if derived.clusters is not None:
            of = say(view.codebook.configurations[derived.clusters.of].label, view.lang)
            pairs.append((view.t("derived_how"), language.text(view.lang, "configurations.how_types", label=of)))
    n, lost = view.value(CODEBOOK_TABLE, "n", name), view.value(CODEBOOK_TABLE, "missing_n", name)
    if n is not None:
        counts = f"{formats.count_text(n, view.lang)} / {formats.count_text(lost or 0, view.lang)}"
        pairs.append((view.t("valid_and_missing"), counts))
    values = _values(view, name, variable.kind)
    if values:
        pairs.append((view.t("values"), values))
    if variable.guess:
        pairs.append((view.t("guess"), say(variable.guess, view.lang)))
    mark = view.mark_of(view.shown_origin(variable.origin or ""))
    return Facts(f"{name} – {view.label(name)}", tuple(pairs), f"var-{name}", mark)


def _values(view: View, name: str, kind: str) -> str:
    """A number's mean and extremes, a date's extremes; empty for other kinds and without values."""

    def shown(statistic: str, value: float) -> str:
        return amount_text(view, name, statistic, value, 1) or view.t("no_date_short")

    words = []
    mean = view.get(CODEBOOK_TABLE, "mean", name) or view.get(CODEBOOK_TABLE, "mean_unweighted", name)
    if kind == "numeric" and mean is not None and mean.value is not None:
        words.append(f"{view.statistic_name('mean')} {shown('mean', mean.value)}")
    least, most = view.value(CODEBOOK_TABLE, "minimum", name), view.value(CODEBOOK_TABLE, "maximum", name)
    if (words or kind == "date") and least is not None and most is not None:
        dash = " – " if kind == "date" else "–"
        words.append(f"{shown('minimum', least)}{dash}{shown('maximum', most)}")
    return "; ".join(words)


def _count(view: View, n: float | None) -> str:
    return f" ({formats.count_text(n, view.lang)})" if n else ""


def _category(view: View, name: str, code: str) -> str:
    row = view.get(CODEBOOK_TABLE, "n", name, code)
    count = f" ({formats.count_text(row.value, view.lang)})" if row is not None and row.value is not None else ""
    return f"{text_of(code)} = {view.code_label(name, code)}{count}"


# ---------------------------------------------------------------- provenance


def _provenance(view: View, origins: Origins) -> tuple[Block, ...]:
    d, source = origins.dictionary, view.source
    pairs = [
        (view.t("data_file"), origins.file_name),
        ("SHA-256", d.sha256),
        (view.t("file_made"), " · ".join(p for p in (d.created, d.product.removeprefix("- ")) if p)),
        (view.t("rows_and_variables"), f"{formats.count_text(d.cases or 0, view.lang)} × {len(d.variables)}"),
        (view.t("encoding"), _encoding(view, d)),
        (view.t("second_reader"), _second_reader(view, d)),
    ]
    if d.file_label:
        pairs.append((view.t("file_label"), d.file_label))
    if d.weight:
        pairs.append((view.t("file_weight"), d.weight))
    pairs.append((view.t("file_documents"), _shortened(" ".join(line.strip() for line in d.documents))))
    attributes = (f"{name}: {', '.join(values)}" for name, values in d.attributes if not name.startswith(("$", "@")))
    pairs.append((view.t("file_attributes"), _shortened("; ".join(attributes))))
    if source.fieldwork:
        pairs.append((view.t("fieldwork"), say(source.fieldwork, view.lang)))
    pairs += [
        (view.t("study_version"), origins.study_hash[:16]),
        (view.t("code_version"), origins.code_hash[:16]),
        (view.t("software"), ", ".join(f"{name} {version}" for name, version in origins.versions.items())),
        (view.t("rebuild"), origins.rebuild),
    ]
    blocks: list[Block] = [Facts(view.t("provenance_title"), tuple(p for p in pairs if p[1]))]
    if source.note:
        blocks.insert(0, _text(say(source.note, view.lang)))
    if source.citation:
        blocks.append(_text(view.t("citations")))
        blocks.append(Items(tuple((Run(c),) for c in source.citation)))
    return tuple(blocks)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_NOTE else text[:LONGEST_NOTE].rstrip() + " …"


def _second_reader(view: View, d: Dictionary) -> str:
    """That two readers agree, and on what not; empty for a file that only one has read."""
    if d.second is None:
        return ""
    apart = ", ".join(view.t(f"second_reader_{what}") for what in d.second.not_compared)
    if not d.second.cells:
        return view.t("second_reader_nothing", reader=d.second.reader, reason=d.second.reason or apart)
    cells = formats.count_text(d.second.cells, view.lang)
    return view.t("second_reader_agrees", reader=d.second.reader, cells=cells, apart=apart)


def _encoding(view: View, d: Dictionary) -> str:
    e = d.encoding
    declared = e.declared or view.t("encoding_undeclared")
    return view.t("encoding_line", declared=declared, used=e.used, how=view.t(f"encoding_{e.how}"))
