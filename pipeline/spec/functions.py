"""``derive.py`` and ``charts.py``: what their functions make and draw, told by reading; nothing is carried out here."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pipeline.errors import PipelineError, StudyError, nearest
from pipeline.paths import Layout
from pipeline.spec.model import Codebook
from pipeline.spec.source import SourceFile

DECORATOR = "derive"


@dataclass(frozen=True, slots=True)
class Function:
    """A function that makes a variable: its name and label there, its docstring, and its line (from 1)."""

    name: str
    label: str
    docstring: str
    line: int


@dataclass(frozen=True, slots=True)
class OwnCharts:
    """``charts.py``: how messages call it, its text, and the functions that draw. No names: it is no Python."""

    file: str
    code: bytes
    names: tuple[str, ...]


def own_charts(layout: Layout) -> OwnCharts | None:
    """The study's own charts: every function of ``charts.py`` whose name does not begin with ``_``.

    A file that is no Python stops nothing here: only its figures are lost, and each of them says why.
    """
    content = layout.content(layout.charts)
    if content is None:
        return None
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return OwnCharts(layout.shown(layout.charts), content, ())
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    return OwnCharts(layout.shown(layout.charts), content, tuple(n for n in names if not n.startswith("_")))


def functions(layout: Layout) -> dict[str, Function]:
    """The functions of a study by the variables that they make. Raises :class:`StudyError` for what is no Python."""
    content = layout.content(layout.derive)
    if content is None:
        return {}
    file = layout.shown(layout.derive)
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise StudyError("study.derive_syntax", file=file, line=line, reason=getattr(error, "msg", error)) from None
    found: dict[str, Function] = {}
    for node in tree.body:
        decorated = _decorated(node)
        if decorated is None or not isinstance(node, ast.FunctionDef):
            continue
        texts = [a.value for a in decorated.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        texts += [k.value.value for k in decorated.keywords if isinstance(k.value, ast.Constant)]  # type: ignore[misc]
        if len(texts) != 2:
            raise StudyError("study.derive_decorator", file=file, line=node.lineno, function=node.name)
        if texts[0] in found:
            raise StudyError("study.derive_twice", file=file, line=node.lineno, variable=texts[0])
        doc = inspect.cleandoc(ast.get_docstring(node) or "")
        found[texts[0]] = Function(texts[0], texts[1], " ".join(doc.split()), node.lineno)
    return found


def _decorated(node: ast.stmt) -> ast.Call | None:
    for decorator in getattr(node, "decorator_list", ()):
        called = decorator.func if isinstance(decorator, ast.Call) else None
        name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
        if name == DECORATOR and isinstance(decorator, ast.Call):
            return decorator
    return None


def check_functions(
    made: Mapping[str, Function], codebook: Codebook, source: SourceFile, layout: Layout
) -> Iterator[PipelineError]:
    """Each function has its entry in the codebook under the same label, each entry that asks for one its function."""
    file = layout.shown(layout.derive)
    asked = {name: derived for name, derived in codebook.derived.items() if derived.uses}
    for name, function in made.items():
        if name not in asked:
            yield StudyError(
                "study.derive_undeclared", file=file, line=function.line, variable=name, codebook=source.name,
                nearest=nearest(name, list(asked)) or "–",
            )  # fmt: skip
        elif function.label not in asked[name].label.values():
            yield StudyError(
                "study.derive_label", file=file, line=function.line, variable=name, label=function.label,
                expected=" / ".join(dict.fromkeys(asked[name].label.values())), codebook=source.name,
            )  # fmt: skip
    for name in asked:
        if name not in made:
            yield StudyError(
                "study.derive_lacking",
                file=source.name,
                line=source.line(("derived", name)),
                variable=name,
                derive=file,
            )
