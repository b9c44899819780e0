"""What the first page of a report on any file says, by rule: what the file is, how complete, what stands out.

``report.yml`` names each sentence (``auto: …``), so that a person drops or replaces it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pipeline.present import formats
from pipeline.present.answer import sentence
from pipeline.present.document import Run
from pipeline.present.layout.associations import ranking
from pipeline.present.layout.parts import anchor
from pipeline.present.view import View
from pipeline.results import CODEBOOK_TABLE
from pipeline.spec.model import TableSpec
from pipeline.tables.plan import variables_of

MOST = 3  # questions named in a sentence
LOPSIDED = 0.9  # of the valid answers to a question
LACKING = 0.2  # of the cases, from which on a question's missing answers are worth a word
LEAST_CASES = 30
Sentence = tuple[Run, ...]


def sentences(view: View, about: str, numbers: dict[str, int]) -> Iterator[Sentence]:
    """The sentences of one kind. ``numbers``: of the report's tables, by id."""
    makers: dict[str, Callable[[View, dict[str, int]], Iterator[Sentence]]] = {
        "file": _file, "complete": _complete, "lopsided": _lopsided, "look": _look, "associations": _associations,
    }  # fmt: skip
    yield from makers[about](view, numbers)


def _plain(text: str) -> Sentence:
    return (Run(text),)


def _file(view: View, numbers: dict[str, int]) -> Iterator[Sentence]:
    kinds: dict[str, int] = {}
    for variable in view.variables.values():
        kinds[variable.kind] = kinds.get(variable.kind, 0) + 1
    listed = ", ".join(
        view.t(f"overview_kind_{kind}", count=kinds[kind], n=formats.count_text(kinds[kind], view.lang))
        for kind in ("nominal", "ordinal", "numeric", "date", "text", "identifier", "weight")
        if kinds.get(kind)
    )
    total = sum(kinds.values())
    yield _plain(view.t("overview_file", count=total, n=formats.count_text(total, view.lang), kinds=listed))


def _questions(view: View) -> list[str]:
    """The variables that have a table, in the file's order: no open answers, no columns of a survey tool, and no items
    of which a cross that is lacking is an answer."""
    book = view.codebook
    crosses = {m for mr in book.sets.values() if mr.base == "all" for m in mr.members}
    shown: set[str] = set()
    for spec in view.files.report.tables():
        for name in variables_of(spec, book):
            group = book.sets.get(name) or book.batteries.get(name)
            shown.update(group.members if group else (name,))
    return [name for name in view.variables if name in shown and name not in crosses]


def _complete(view: View, numbers: dict[str, int]) -> Iterator[Sentence]:
    valid = lost = 0.0
    lacking = []
    for name in _questions(view):
        n, gone = (view.value(CODEBOOK_TABLE, s, name) or 0.0 for s in ("n", "missing_n"))
        valid, lost = valid + n, lost + gone
        if n + gone and gone / (n + gone) >= LACKING:
            lacking.append((gone / (n + gone), name))
    if not valid + lost:
        return
    share = formats.percent_text(valid / (valid + lost), view.lang)
    if not lacking:
        yield _plain(view.t("overview_complete", share=share, limit=formats.percent_text(LACKING, view.lang, 0)))
        return
    worst = sorted(lacking, key=lambda one: -one[0])
    named = _named(view, [f"{view.label(name)} ({formats.percent_text(part, view.lang)})" for part, name in worst])
    yield _plain(view.t("overview_lacking", share=share, limit=formats.percent_text(LACKING, view.lang, 0),
                        count=len(worst), n=formats.count_text(len(worst), view.lang), named=named))  # fmt: skip


def _lopsided(view: View, numbers: dict[str, int]) -> Iterator[Sentence]:
    found = []
    members = {m for mr in view.codebook.sets.values() for m in mr.members}
    for name, variable in view.variables.items():
        n = view.value(CODEBOOK_TABLE, "n", name) or 0.0
        if name in members or not variable.categorical or n < LEAST_CASES:
            continue
        shares = [(view.value(CODEBOOK_TABLE, "n", name, code) or 0.0, code) for code in variable.categories]
        most, code = max(shares, default=(0.0, ""))
        if LOPSIDED <= most / n < 1:
            found.append((most / n, name, code))
    if found:
        words = [
            view.t("overview_says", label=view.label(name), share=formats.percent_text(share, view.lang),
                   answer=view.code_label(name, code))
            for share, name, code in sorted(found, key=lambda one: -one[0])
        ]  # fmt: skip
        yield _plain(view.t("overview_lopsided", named=_named(view, words)))


def _look(view: View, numbers: dict[str, int]) -> Iterator[Sentence]:
    doubtful = sum(len(g.items) for g in view.codebook.guessed if g.doubtful)
    same = [
        name for name in _questions(view) if (variable := view.variables[name]).categorical
        and (n := view.value(CODEBOOK_TABLE, "n", name)) and not view.value(CODEBOOK_TABLE, "missing_n", name)
        and any(view.value(CODEBOOK_TABLE, "n", name, code) == n for code in variable.categories)
    ]  # fmt: skip
    parts = []
    if doubtful:
        parts.append(view.t("overview_doubtful", count=doubtful, n=formats.count_text(doubtful, view.lang)))
    if same:
        parts.append(view.t("overview_constant", named=_named(view, [view.label(name) for name in same])))
    if parts:
        runs = [Run(view.t("overview_look") + " " + "; ".join(parts))]
        if doubtful:
            runs += [Run(" ("), Run(view.t("codebook"), target="section-codebook"), Run(")")]
        yield (*runs, Run("."))


def _associations(view: View, numbers: dict[str, int]) -> Iterator[Sentence]:
    spec = next((t for t in view.files.report.tables() if t.kind == "associations"), None)
    if spec is None:
        return
    found = ranking(view, spec)
    if not found.strongest:
        if found.screened:
            count = formats.count_text(found.screened, view.lang)
            yield (
                Run(view.t("overview_no_association", count=count, pairs=found.screened)),
                *_reference(view, spec, numbers),
                Run("."),
            )
        return
    yield (
        Run(view.t("overview_associations", count=len(found.strongest), screened=found.screened,
                   n=formats.count_text(len(found.strongest), view.lang),
                   of=formats.count_text(found.screened, view.lang))),
        *_reference(view, spec, numbers),
        Run(":"),
    )  # fmt: skip
    for row in found.strongest:
        if words := sentence(view, spec, row.row_var, row.col_var):
            yield _plain(words)


def _reference(view: View, spec: TableSpec, numbers: dict[str, int]) -> tuple[Run, ...]:
    return (
        Run(" ("),
        Run(view.t("table_label", number=numbers[spec.table]), target=anchor("table", spec.table)),
        Run(")"),
    )


def _named(view: View, words: list[str]) -> str:
    more, listed = len(words) - MOST, ", ".join(words[:MOST])
    if more <= 0:
        return listed
    return f"{listed} {view.t('overview_more', count=more, n=formats.count_text(more, view.lang))}"
