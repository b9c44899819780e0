"""Result rows of the tables about interviews: one number each, like every other number of the report.

What was said in words stands as a code: the passage of a quotation and the context of a word are the ``layer_code`` of
their row, with pseudonyms already in the place of names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import PipelineError, StudyError, nearest
from pipeline.interviews import answers, read, texts
from pipeline.interviews.material import Material, joined, prepared
from pipeline.interviews.model import BETWEEN, Segment, under
from pipeline.paths import Layout
from pipeline.results import About, ResultsWriter
from pipeline.spec.interviews import InterviewTable, Words
from pipeline.spec.load import StudyFiles
from pipeline.statistics.coders import Ratings
from pipeline.statistics.codings import Codings, InOrder, Together
from pipeline.statistics.core import Number, Options
from pipeline.statistics.registry import compute

if TYPE_CHECKING:
    from pipeline.counting.cases import Cases

CODE, SOURCE, CASE, KIND, THEME, STEP, WORD, SAID = "code", "source", "case", "kind", "theme", "step", "word", "said"
"""What rows and columns are about. None of these is a variable of the survey: the table says so."""


@dataclass(frozen=True)
class Counting:
    """What all tables of an edition are made from. ``cases``: the survey's, for its open answers."""

    files: StudyFiles
    layout: Layout
    wave: str
    options: Options
    edition: str = "internal"
    cases: Cases | None = None

    @cached_property
    def material(self) -> Material:
        """The interviews. Raises :class:`StudyError` or :class:`DataRejected`."""
        said, source = self.files.interviews, self.files.sources["interviews"]
        if said is None:
            raise ValueError("a table about interviews without interviews")
        return prepared(said, source, read.read(self.layout, said, source), self.edition)

    @property
    def words(self) -> Words:
        """How words are counted."""
        return self.files.interviews.words if self.files.interviews is not None else Words()

    def rows(self) -> dict[str, ResultsWriter]:
        """The rows of every table about interviews. Raises :class:`StudyError`, :class:`DataRejected`."""
        tables = [t for t in self.files.report.analyses() if isinstance(t, InterviewTable)]
        if self.files.interviews is not None and any(not t.of for t in tables):
            problems = [p for t in tables if not t.of for p in self._problems(t)]
            if problems:
                raise StudyError.several(problems)
        return {table.name: self._table(table) for table in tables}

    def _problems(self, table: InterviewTable) -> list[PipelineError]:
        file = self.files.sources["report"]
        place = next(
            (("sections", i, "contents", j, "codes") for i, s in enumerate(self.files.report.sections)
             for j, c in enumerate(s.contents) if c is table), (),
        )  # fmt: skip
        return list(self.material.check_codes(table.codes, file, place))

    def _table(self, table: InterviewTable) -> ResultsWriter:
        writer = ResultsWriter(self.wave)
        if self.edition != "internal" and table.withheld(self.files.codebook):
            return writer
        if table.show == "agreement" and table.of:
            _answers_agreement(self, table, writer)
        elif table.show in ("words", "keyness", "concordance"):
            _Texts(self, table, writer).make()
        elif self.edition == "internal" or self.material.names:
            _MAKERS[table.show](self, table, writer)
        return writer


def chosen(material: Material, table: InterviewTable) -> list[str]:
    """The codes in a table's rows, in their order: those it names and below, or all, as deep as it says."""
    tops = table.codes or tuple(code.path for code in material.content if not code.level)
    levels = {code.path: code.level for code in material.content}
    found = []
    for code in material.content:
        above = next((top for top in tops if under(code.path, top)), None)
        if above is not None and (table.depth is None or code.level - levels[above] <= table.depth):
            found.append(code.path)
    return found


def _add(
    writer: ResultsWriter, about: About, aggregate: Any, options: Options, rows: Sequence[str], cols: Sequence[str],
    n: Any, ids: Sequence[str] | None = None,
) -> None:  # fmt: skip
    for name, result in compute(aggregate, options, ids):
        writer.add_result(about, name, result, rows, cols, n, n)


def _sources(counting: Counting, table: InterviewTable, writer: ResultsWriter) -> None:
    """How many sources of each kind there are in each case, and how many words they have."""
    material = counting.material
    cases = [*dict.fromkeys([*material.said.cases, *(material.case(n) for n in material.names)])]
    kinds = [*dict.fromkeys([*material.said.kinds, *(material.kind(n) for n in material.names)])]
    about = About(table.name, CASE, KIND)
    for case in [*cases, None]:
        inside = [n for n in material.names if case is None or material.case(n) == case]
        if not inside:
            continue
        code = _TOTAL if case is None else case or _NONE
        for kind in kinds:
            writer.add(about, "sources_n", float(sum(material.kind(n) == kind for n in inside)), code, kind or _NONE)
        writer.add(about, "sources_n", float(len(inside)), code, _TOTAL)
        total = sum(sum(1 for _ in texts.tokens(material.by_name[n].text, counting.words.language)) for n in inside)
        writer.add(about, "words_n", float(total), code, _TOTAL)
    for remark in material.project.remarks:
        words = [remark.key, *(f"{name}={value}".replace(" ", "\N{NO-BREAK SPACE}") for name, value in remark.params)]
        writer.add(About(table.name, CASE), "files_n", Number(float(len(material.said.files)), warning=" ".join(words)))


_TOTAL, _NONE = "", "-"


def _tree(counting: Counting, table: InterviewTable, writer: ResultsWriter) -> None:
    """Each code: its own passages, those with the codes below it, in how many sources and cases."""
    material, about = counting.material, About(table.name, CODE)
    rows = chosen(material, table)
    n = len(material.names)
    together = [material.all_under([code]) for code in rows]
    own = material.matrix([[code] for code in rows])
    whole = material.matrix(together)
    for name, values in (("passages_own", own.sum(axis=1)), ("passages", whole.sum(axis=1))):
        writer.add_grid(about, name, values, rows, [""], n, n)
    group = np.zeros(n, dtype=np.int64)
    _add(writer, about, Codings(whole, group, 1), counting.options, rows, [""], n, ("sources_with", "sources_share"))
    cases = [material.case(name) for name in material.names]
    in_cases = [len({c for c, k in zip(cases, row, strict=True) if k and c}) for row in whole]
    known = len({c for c in cases if c})
    writer.add_grid(about, "cases_with", np.array(in_cases), rows, [""], known, known)


def _by_case(counting: Counting, table: InterviewTable, writer: ResultsWriter) -> None:
    material = counting.material
    there = dict.fromkeys(material.case(name) for name in material.names)
    cases = [c for c in dict.fromkeys([*material.said.cases, *there]) if c and c in there]
    _grouped(counting, table, writer, CASE, cases, material.case)


def _by_group(counting: Counting, table: InterviewTable, writer: ResultsWriter) -> None:
    material = counting.material
    values = list(material.said.groups[table.by].values)
    _grouped(counting, table, writer, table.by, values, lambda name: material.group(name, table.by))


def _grouped(
    counting: Counting, table: InterviewTable, writer: ResultsWriter, var: str, groups: Sequence[str],
    group_of: Callable[[str], str],
) -> None:  # fmt: skip
    """Codes by group of sources, and for all sources that are in a group."""
    material, rows = counting.material, chosen(counting.material, table)
    passages = material.matrix([material.all_under([code]) for code in rows])
    _counted(counting, About(table.name, CODE, var), writer, passages, rows, groups, group_of)


def _counted(
    counting: Counting, about: About, writer: ResultsWriter, passages: Any, rows: Sequence[str],
    groups: Sequence[str], group_of: Callable[[str], str],
) -> None:  # fmt: skip
    place = {name: i for i, name in enumerate(groups)}
    index = np.array([place.get(group_of(name), -1) for name in counting.material.names], dtype=np.int64)
    n = np.array([np.count_nonzero(index == i) for i in range(len(groups))])
    _add(writer, about, Codings(passages, index, len(groups)), counting.options, rows, groups, n[None, :])
    whole = np.where(index < 0, -1, 0)
    total = int(np.count_nonzero(index >= 0))
    _add(writer, about, Codings(passages, whole, 1), counting.options, rows, [""], total)


def _together(counting: Counting, table: InterviewTable, writer: ResultsWriter) -> None:
    material, rows = counting.material, chosen(counting.material, table)
    groups = [material.all_under([code]) for code in rows]
    present = material.matrix(groups) > 0
    if table.unit == "paragraph":
        present = np.concatenate([_in_paragraphs(material, groups, name) for name in material.names], axis=1)
    about = About(table.name, CODE, CODE)
    units = Together(present.astype(np.int64))
    _add(writer, about, units, counting.options, rows, rows, present.shape[1])


def _in_paragraphs(
    material: Material, groups: Sequence[Sequence[str]], name: str, coder: str | None = None
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Whether each group of codes stands in each paragraph of a source: shape (groups, paragraphs)."""
    paragraphs = material.paragraphs(name)
    found = np.zeros((len(groups), len(paragraphs)), dtype=bool)
    wanted: dict[str, list[int]] = {}
    for i, codes in enumerate(groups):
        for code in codes:
            wanted.setdefault(code, []).append(i)
    for segment in material.project.segments:
        if segment.source != name or segment.code not in wanted or (coder is not None and segment.coder != coder):
            continue
        if segment.start is None or segment.end is None:
            continue
        touched = [k for k, (a, b) in enumerate(paragraphs) if segment.start < b and segment.end > a]
        for i in wanted[segment.code]:
            found[i, touched] = True
    return found


def _agreement(counting: Counting, table: InterviewTable, writer: ResultsWriter) -> None:
    """By code and for all codes together: the coders' agreement on the sources that at least two of them coded."""
    material, rule = counting.material, counting.material.said.agreement
    rows, about = chosen(material, table), About(table.name, CODE)
    groups = [material.all_under([code]) for code in rows]
    content = {code.path for code in material.content}
    by_coder: dict[str, set[str]] = {}
    for segment in material.project.segments:
        if segment.coder and segment.code in content and (not rule.coders or segment.coder in rule.coders):
            by_coder.setdefault(segment.coder, set()).add(segment.source)
    coders = sorted(by_coder)
    shared = [name for name in material.names if sum(name in by_coder[c] for c in coders) > 1]
    writer.add(about, "coders_n", float(len(coders)))
    writer.add(about, "coders_sources", float(len(shared)))
    if len(coders) < 2 or not shared:
        return
    blocks: list[np.ndarray[Any, np.dtype[np.float64]]] = []
    clusters: list[Any] = []
    for i, name in enumerate(shared):
        block = [_coded_by(material, groups, name, c, rule.unit, name in by_coder[c]) for c in coders]
        blocks.append(np.stack(block))  # (coders, codes, units)
        clusters.append(np.full(blocks[-1].shape[2], i if rule.unit == "paragraph" else len(clusters)))
    values, cluster = np.concatenate(blocks, axis=2), np.concatenate(clusters).astype(np.int64)
    for k, code in enumerate(rows):
        for name, result in compute(Ratings(values[:, k], cluster), counting.options):
            writer.add(about, name, result, code, n=values.shape[2], base=values.shape[2])  # type: ignore[arg-type]


def _answers_agreement(counting: Counting, table: InterviewTable, writer: ResultsWriter) -> None:
    """The coders' agreement on the answers to an open question, by code; each answer is drawn by itself."""
    about = About(table.name, CODE)
    coding = answers.read(counting.layout, table.of)
    units = [] if coding is None else [by for (wave, _), by in coding.given.items() if wave == counting.wave]
    coders = [] if coding is None else [c for c in coding.coders if any(c in by for by in units)]
    shared = [by for by in units if len(by) > 1]
    writer.add(about, "coders_n", float(len(coders)))
    writer.add(about, "coders_sources", float(len(shared)))
    if len(coders) < 2 or not shared:
        return
    for code in sorted({code for by in shared for codes in by.values() for code in codes}):
        values = np.array([[float(code in by[c]) if c in by else np.nan for by in shared] for c in coders])
        for name, result in compute(Ratings(values, np.arange(len(shared))), counting.options):
            writer.add(about, name, result, code, n=len(shared), base=len(shared))  # type: ignore[arg-type]


def _coded_by(
    material: Material, groups: Sequence[Sequence[str]], name: str, coder: str, unit: str, coded: bool
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Per group of codes and unit 1 or 0 as a coder gave the code; NaN throughout for a source not coded by them."""
    if unit == "paragraph" and material.paragraphs(name):
        found = _in_paragraphs(material, groups, name, coder).astype(np.float64)
    else:
        given = {s.code for s in material.project.segments if s.source == name and s.coder == coder}
        found = np.array([[float(any(c in given for c in codes))] for codes in groups])
    return found if coded else np.full_like(found, np.nan)


def _saturation(counting: Counting, table: InterviewTable, writer: ResultsWriter) -> None:
    material, rule = counting.material, counting.material.said.saturation
    order = [n for n in rule.order if n in material.by_name]
    order += [n for n in material.names if n not in order]
    codes = [code for code in material.content if not table.codes or any(under(code.path, t) for t in table.codes)]
    if rule.depth is None:
        groups: list[Sequence[str]] = [(code.path,) for code in codes]
    else:
        parents = {c.path.rpartition(BETWEEN)[0] for c in codes}
        kept = [c for c in codes if c.level == rule.depth or (c.level < rule.depth and c.path not in parents)]
        groups = [material.all_under([code.path]) for code in kept]
    present = (material.matrix(groups, order) > 0).astype(np.int64)
    aggregate = InOrder(present, rule.first, rule.run)
    about = About(table.name, SOURCE)
    _add(writer, about, aggregate, counting.options, order, [""], len(order))


def quoted(material: Material) -> list[Segment]:
    """The passages that the researcher chose, code by code, in the order of the sources."""
    rule, content = material.said.quotations, {code.path: i for i, code in enumerate(material.content)}
    place = {name: i for i, name in enumerate(material.names)}
    found: dict[tuple[str, str, str], Segment] = {}
    problems: list[PipelineError] = []
    for k, choice in enumerate(rule.chosen):
        passage = _chosen_passage(material, choice.source, choice.code, choice.begins)
        if isinstance(passage, str):
            at = ("quotations", "chosen", k)
            problems.append(StudyError(
                passage, file=material.source.name, line=material.source.line(at), source=choice.source,
                code=choice.code, begins=choice.begins,
                nearest=nearest(choice.source, material.names) or nearest(choice.code, list(content)) or "–",
            ))  # fmt: skip
        else:
            found.setdefault((passage.code, passage.source, material.text_of(passage)), passage)
    if problems:
        raise StudyError.several(problems)
    marked = [s for s in material.project.segments if rule.marked_by and s.code == rule.marked_by]
    for mark in marked:
        there: dict[str, Segment] = {}
        for segment in material.project.segments:
            if segment.code in content and segment.source == mark.source and _same_place(segment, mark):
                exact = (segment.start, segment.end) == (mark.start, mark.end)
                there[segment.code] = segment if exact else there.get(segment.code, segment)
        for segment in there.values():
            found.setdefault((segment.code, segment.source, material.text_of(segment)), segment)
    kept = [s for s in found.values() if material.text_of(s).strip()]
    return sorted(kept, key=lambda s: (content[s.code], place[s.source], s.start or 0))


def _chosen_passage(material: Material, source: str, code: str, begins: str) -> Segment | str:
    """The segment of a code in a source that begins so; else the key of what is said."""
    if source not in material.by_name:
        return "interviews.quotation_source"
    wanted = " ".join(begins.split()).casefold()
    for segment in material.project.segments:
        if (segment.source, segment.code) == (source, code):
            said = " ".join(material.text_of(segment).split()).casefold()
            if said.startswith(wanted):
                return segment
    return "interviews.quotation_passage"


def _same_place(segment: Segment, mark: Segment) -> bool:
    if None in (segment.start, segment.end, mark.start, mark.end):
        return bool(segment.text) and segment.text == mark.text
    return len(joined([(segment.start or 0, segment.end or 0), (mark.start or 0, mark.end or 0)])) == 1


def _quotations(counting: Counting, table: InterviewTable, writer: ResultsWriter) -> None:
    material = counting.material
    wanted = set(chosen(material, table))
    for i, segment in enumerate(s for s in quoted(material) if s.code in wanted):
        if i >= table.most:
            break
        text = material.printable(material.text_of(segment))
        about = About(table.name, CODE, SOURCE, SAID, text)
        writer.add(about, "quotation", float(i + 1), segment.code, segment.source)


def _joint(counting: Counting, table: InterviewTable, writer: ResultsWriter) -> None:
    """The interviews' side of a joint display: how many sources speak of each theme, by group."""
    material = counting.material
    display = material.said.displays[table.display]
    rows = [str(i) for i in range(len(display.themes))]
    passages = material.matrix([material.all_under(theme.codes) for theme in display.themes])
    by = display.by
    values = list(material.said.groups[by].values) if by else []
    about = About(table.name, THEME, by)
    _counted(counting, about, writer, passages, rows, values, lambda n: material.group(n, by) if by else "")
    if not by:
        whole = Codings(passages, np.zeros(len(material.names), dtype=np.int64), 1)
        _add(writer, about, whole, counting.options, rows, [""], len(material.names))


def _path(counting: Counting, table: InterviewTable, writer: ResultsWriter) -> None:
    """The stations of the path: how many sources speak of each, and of each two in neighbouring columns together."""
    material = counting.material
    path = material.said.path
    columns = path.columns if path is not None else ()
    steps = [(f"{i}.{k}", step) for i, column in enumerate(columns) for k, step in enumerate(column)]
    rows = [code for code, _ in steps]
    passages = material.matrix([material.all_under(step.codes) for _, step in steps])
    n = len(material.names)
    group = np.zeros(n, dtype=np.int64)
    _add(writer, About(table.name, STEP), Codings(passages, group, 1), counting.options, rows, [""], n)
    units = Together((passages > 0).astype(np.int64))
    _add(writer, About(table.name, STEP, STEP), units, counting.options, rows, rows, n, ("together", "together_share"))


_MAKERS: Mapping[str, Callable[[Counting, InterviewTable, ResultsWriter], None]] = {
    "sources": _sources, "tree": _tree, "cases": _by_case, "groups": _by_group, "together": _together,
    "agreement": _agreement, "saturation": _saturation, "quotations": _quotations, "joint": _joint, "path": _path,
}  # fmt: skip


class _Texts:
    """Tables of words: of transcripts, or of the survey's answers to an open question."""

    def __init__(self, counting: Counting, table: InterviewTable, writer: ResultsWriter) -> None:
        self.counting, self.table, self.writer = counting, table, writer
        self.public = counting.edition != "internal"
        self.threshold = counting.files.study.disclosure.threshold

    def make(self) -> None:
        """Write the rows."""
        table = self.table
        found = self._answers() if table.of else self._transcripts()
        if found is None:
            return
        names, said, group, groups = found
        if table.show == "concordance":
            self._concordance(names, said)
            return
        rules = self.counting.words
        words, counts = texts.counted(said, group, max(1, len(groups)), rules)
        keep = np.flatnonzero(counts.texts.sum(axis=1) >= (self.threshold if self.public else 1))
        by_group = groups if len(groups) > 1 else [""]
        about = About(table.name, WORD, table.by if len(groups) > 1 else "")
        made = dict(compute(counts, self.counting.options)) if words else {}
        if table.show == "keyness" and "keyness" in made:
            enough = counts.counts.sum(axis=1) >= rules.least
            strength = np.where(enough[:, None], made["keyness"].values, -np.inf)  # type: ignore[union-attr]
            picked = {i for g in range(len(groups)) for i in np.argsort(-strength[:, g], kind="stable")[: table.most]
                      if strength[i, g] > 0}  # fmt: skip
            keep = np.array([i for i in keep if i in picked], dtype=np.intp)
        keep = keep if table.show == "keyness" else keep[: table.most]
        shown = [words[i] for i in keep]
        for name, result in made.items():
            if table.show == "words" and name in ("keyness", "log_ratio", "per_thousand_elsewhere"):
                continue
            values = result.values[keep]  # type: ignore[union-attr]
            self.writer.add_grid(about, name, values, shown, by_group, counts.totals[None, :], counts.totals[None, :],
                                 error=getattr(result, "error", "") or "undefined")  # fmt: skip
        for g, code in enumerate(by_group):
            self.writer.add(about, "words_n", float(counts.totals[g]), "", code)
            self.writer.add(about, "texts_n", float(sum(x == g for x in group)), "", code)

    def _transcripts(self) -> tuple[list[str], list[str], list[int], list[str]] | None:
        material, table = self.counting.material, self.table
        names = [n for n in material.names if material.by_name[n].text.strip()]
        skip = material.said.words.leave_out
        said = [_without(material.by_name[n].text, skip) for n in names]
        groups = list(material.said.groups[table.by].values) if table.by else []
        place = {value: i for i, value in enumerate(groups)}
        group = [place.get(material.group(n, table.by), -1) if table.by else 0 for n in names]
        return (names, said, group, groups) if names else None

    def _answers(self) -> tuple[list[str], list[str], list[int], list[str]] | None:
        """The answers to an open question, one each; who gave it is not told."""
        cases, table = self.counting.cases, self.table
        if cases is None or table.of not in cases.columns:
            return None
        column = cases.columns[table.of]
        if column.numbers:
            return None
        found = ["", *column.texts]
        answers = [found[p] for p in column.place.tolist()]
        groups, index = [], [0] * len(answers)
        if table.by:
            coded = cases.coded(table.by)
            groups, index = list(coded.codes), [int(i) - 1 for i in coded.index]
        kept = [i for i, answer in enumerate(answers) if answer.strip()]
        said = [answers[i] for i in kept]
        return ([""] * len(said), said, [index[i] for i in kept], groups) if said else None

    def _concordance(self, names: Sequence[str], said: Sequence[str]) -> None:
        shown = self.counting.files.interviews.pseudonyms if self.counting.files.interviews is not None else {}
        from pipeline.interviews.material import pseudonymised

        count = 0
        for name, text in zip(names, said, strict=True):
            for _, left, word, right in texts.contexts(pseudonymised(text, shown), self.table.words):
                count += 1
                if count <= self.table.most:
                    about = About(self.table.name, WORD, SOURCE, SAID, f"{left}\t{word}\t{right}")
                    self.writer.add(about, "occurrence", float(count), word.casefold(), name)
        self.writer.add(About(self.table.name, WORD), "occurrences_n", float(count))


def _without(text: str, beginnings: Sequence[str]) -> str:
    """A transcript without the paragraphs that begin so: the interviewer's questions."""
    if not beginnings:
        return text
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(tuple(beginnings)))
