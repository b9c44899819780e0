"""The words for what the numbers of a report come from: what a reader is told who points at one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline import language
from pipeline.codes import name_parts, nest_parts, pair_parts
from pipeline.present.document import Explained, Section, Table, Trace
from pipeline.present.view import View


def explained(view: View, sections: Iterable[Section]) -> Explained:
    """Names and definitions of the statistics, labels, questions and origins of the variables behind the numbers."""
    statistics: dict[str, tuple[str, str]] = {}
    variables: dict[str, tuple[str, str, str]] = {}
    categories: dict[str, dict[str, str]] = {}
    for trace in _traces(sections):
        if trace.statistic not in statistics:
            definition = language.statistic_text(view.lang, f"definition_{trace.statistic}") or ""
            statistics[trace.statistic] = (view.statistic_name(trace.statistic), definition)
        for name, code in (trace.row, trace.column, trace.layer):
            if not name:
                continue
            if name not in variables:
                origin = view.origin([name])
                said = view.t(f"origin_{origin}") if origin else ""
                variables[name] = (view.label(name), view.question(name), said)
            if code and code not in categories.setdefault(name, {}):
                categories[name][code] = _category(view, name, code)
    return Explained(statistics, variables, categories)


def _category(view: View, name: str, code: str) -> str:
    """A category in words; of a battery an item; of what is no variable, as of a network, its own word; two
    groups that are compared with a dash."""
    if name in view.codebook.batteries:
        return view.label(code)
    names = name_parts(name)
    if not {*view.variables, *view.codebook.sets}.issuperset(names):
        return code
    sides = pair_parts(code) or (code,)
    nested = len(names) > 1
    return " – ".join(view.code_label(name, s) if not nested or len(nest_parts(s)) == len(names) else s for s in sides)


def _traces(sections: Iterable[Section]) -> Iterator[Trace]:
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Table):
                for table in (block, *block.details):
                    yield from (c.trace for row in table.rows for c in row.cells if c.trace is not None)
        yield from _traces(section.sections)
