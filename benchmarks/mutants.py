"""Mutation testing of statistics families: ``python -m benchmarks.mutants paired exact`` (see CONTRIBUTING.md).

Each family's code is changed in one small place at a time, in memory; those of the family's tests that run the changed
lines must notice. The tests are collected once; a process is forked for every change, makes it and runs them. Prints
every change that no test noticed and, for each family, how many were caught. Without names: all families.
``SAMPLE=60`` tries that many changes of each family, drawn at random (``SEED=1``), and adds the interval of the share.

Changed are functions' bodies and the conditions in their decorators: operators, comparisons, constants, strings,
arguments left out or in the other order, conditions turned round, results and statements left out. Not changed
are docstrings, annotations, imports, defaults, the texts of exceptions, ``strict=True``, and what stands outside
functions.
"""

from __future__ import annotations

import ast
import copy
import gc
import importlib
import os
import pickle
import random
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is imported: threads do not survive a fork

import pytest

from benchmarks.measure import ROOT

_FOLDER = ROOT / "pipeline" / "statistics"
_MEMORY = 4 * 2**30  # a wrong shape may ask for any amount
_TARGET = 0.9
_CACHED = type(cache(int))

# Families whose tests stand under another name, or under several.
_TESTS = {
    "agreement": ["agreement", "association"],
    "core": ["core", "cells", "twobytwo"],
    "correlation": ["correlation", "groups_by_hand"],
    "design": ["design", "design_by_hand"],
    "effects": ["effects", "extremes", "groups"],
    "groups": ["groups", "groups_by_hand"],
    "model_likelihoods": ["model_likelihoods", "models"],
    "moments": ["moments", "univariate", "groups"],
    "multiple": ["multiple", "multiple_by_hand"],
    "ordinal": ["ordinal", "association"],
    "paired": ["paired", "groups_by_hand"],
    "posthoc": ["posthoc", "extremes"],
    "roots": ["roots", "effects", "posthoc"],
    "tables": ["tables", "cells", "association", "ordinal"],
    "univariate": ["univariate", "groups_by_hand"],
}
_EVERY_FAMILY = ["crosstab_texts", "numeric_texts"]

# ---------------------------------------------------------------- the changes

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div,
    ast.Mod: ast.Div, ast.Pow: ast.Mult, ast.MatMult: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
_NAMES = {"min": "max", "minimum": "maximum", "any": "all", "floor": "ceil", "argmin": "argmax", "left": "right"}
_SYMMETRIC = ("min", "max", "minimum", "maximum", "hypot", "logaddexp", "union1d")
_NAMES |= {new: old for old, new in _NAMES.items()}


@dataclass(frozen=True)
class _Change:
    """One change: what it is (for people), the lines of its statement, and what makes it in the parsed module."""

    text: str
    lines: range
    make: Callable[[], None]


def _changes(tree: ast.Module) -> Iterator[_Change]:
    """All changes of the functions of a module, in their order."""
    for outer in tree.body:
        for function in outer.body if isinstance(outer, ast.ClassDef) else [outer]:
            if isinstance(function, ast.FunctionDef):
                for part in (part for decorator in function.decorator_list for part in ast.walk(decorator)):
                    if isinstance(part, ast.Lambda):
                        yield from _within(part, range(part.lineno, part.lineno + 1))
                yield from _within(function, range(0))


def _within(parent: ast.AST, lines: range) -> Iterator[_Change]:
    """The changes of all that a node holds; ``lines`` are those of the statement around it."""
    for name, field in ast.iter_fields(parent):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for i, node in enumerate(field if isinstance(field, list) else [field]):
            if not isinstance(node, ast.AST) or isinstance(node, (ast.arguments, ast.Import, ast.ImportFrom)):
                continue
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue  # a docstring
            if isinstance(node, ast.stmt):
                body = getattr(node, "body", None)
                lines = range(node.lineno, body[0].lineno if body else (node.end_lineno or node.lineno) + 1)
            for text, new in _variants(node):
                yield _Change(f"{node.lineno}: {text}", lines, partial(_put, parent, name, i, new))
            if not isinstance(node, ast.Raise) and not (isinstance(node, ast.keyword) and node.arg == "strict"):
                yield from _within(node, lines)


def _put(parent: ast.AST, name: str, i: int, new: ast.AST) -> None:
    field = getattr(parent, name)
    if isinstance(field, list):
        field[i] = new
    else:
        setattr(parent, name, new)


def _variants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """The small changes of one node, each with the node that takes its place."""
    match node:
        case ast.Compare():
            for i, op in enumerate(node.ops):
                new = _COMPARISONS[type(op)]()
                yield f"{_name(op)} → {_name(new)}", _but(node, ops=[*node.ops[:i], new, *node.ops[i + 1 :]])
        case ast.BinOp() | ast.AugAssign():
            operator = _OPERATORS[type(node.op)]()
            yield f"{_name(node.op)} → {_name(operator)}", _but(node, op=operator)
        case ast.BoolOp():
            yield "and ↔ or", _but(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        case ast.UnaryOp():
            yield f"{_name(node.op)} left out", node.operand
        case ast.Constant(value=bool()):
            yield f"{node.value} turned", _but(node, value=not node.value)
        case ast.Constant(value=int() | float()):
            value = node.value + 1 if node.value + 1 != node.value else node.value * 2
            yield f"{node.value} → {value}", _but(node, value=value)
        case ast.Constant(value=str()):
            yield f"another string than {node.value!r}", _but(node, value=f"XX{node.value}")
        case ast.Attribute() if node.attr in _NAMES:
            yield f"{node.attr} → {_NAMES[node.attr]}", _but(node, attr=_NAMES[node.attr])
        case ast.Name() if node.id in ("min", "max", "any", "all"):
            yield f"{node.id} → {_NAMES[node.id]}", _but(node, id=_NAMES[node.id])
        case ast.Call():
            if len(node.args) > 1:
                symmetric = getattr(node.func, "attr", getattr(node.func, "id", "")) in _SYMMETRIC
                if not symmetric and ast.dump(node.args[0]) != ast.dump(node.args[1]):
                    yield "first arguments exchanged", _but(node, args=[node.args[1], node.args[0], *node.args[2:]])
                yield "last argument left out", _but(node, args=node.args[:-1])
            for i, keyword in enumerate(node.keywords):
                if keyword.arg == "strict":
                    continue
                left = [*node.keywords[:i], *node.keywords[i + 1 :]]
                yield f"argument {keyword.arg} left out", _but(node, keywords=left)
        case ast.If() | ast.IfExp() | ast.While() if not isinstance(node.test, (ast.Compare, ast.UnaryOp)):
            test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), node.test)
            yield "condition turned round", _but(node, test=test)
        case ast.Return() if node.value is not None and not isinstance(node.value, ast.Constant):
            yield "return None", _but(node, value=ast.copy_location(ast.Constant(None), node.value))
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield "statement left out", ast.copy_location(ast.Pass(), node)
        case ast.Break():
            yield "break → continue", ast.copy_location(ast.Continue(), node)
        case ast.Continue():
            yield "continue → break", ast.copy_location(ast.Break(), node)


def _but(node: ast.AST, **fields: Any) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _name(node: ast.AST) -> str:
    return type(node).__name__


# ---------------------------------------------------------------- trying one change


def _install(tree: ast.Module, path: Path, functions: list[FunctionType]) -> None:
    """Give the functions of a module their code from its changed tree."""
    codes = {_key(code): code for code in _codes(compile(ast.fix_missing_locations(tree), str(path), "exec"))}
    for one in functions:
        one.__code__ = codes.get(_key(one.__code__), one.__code__)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _codes(part)


def _key(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _forked(work: Callable[[], Any], seconds: float) -> Any:
    """What ``work`` gives in a process of its own; ``None`` where that does not come to an end."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            answer = work()
        except Exception as error:
            answer = error
        os.write(writer, pickle.dumps(answer))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        found = pipe.read()
    os.waitpid(child, 0)
    answer = pickle.loads(found) if found else None  # noqa: S301  (our own child wrote it)
    if isinstance(answer, Exception):
        raise answer
    return answer


def _passes(items: list[pytest.Item]) -> bool:
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if item.session.testsfailed:
            return False
    return True


@dataclass(frozen=True)
class _Ran:
    """How one test ran with the code as it is: seconds, and the lines of the family that it ran."""

    seconds: float
    lines: frozenset[int]


def _observed(items: list[pytest.Item], path: Path) -> list[_Ran]:
    """Every test once, with the code as it is. Empty where one fails."""
    seen: set[int] = set()

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        if frame.f_code.co_filename != str(path):
            return None
        seen.add(frame.f_lineno)
        return trace

    ran = []
    for item, following in zip(items, [*items[1:], None], strict=True):
        start = time.perf_counter()
        sys.settrace(trace)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        sys.settrace(None)
        ran.append(_Ran(time.perf_counter() - start, frozenset(seen)))
        seen.clear()
        if item.session.testsfailed:
            return []
    return ran


class _Family:
    """The pytest plugin that tries the changes of one family instead of running the tests once."""

    def __init__(self, name: str, sample: int | None, seed: int) -> None:
        self.name, self.sample, self.seed = name, sample, seed
        self.path = _FOLDER / f"{name}.py"
        self.tree = ast.parse(self.path.read_text("utf-8"))
        self.caught = self.tried = self.there = 0

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try the changes, or a sample of them."""
        ran = _forked(lambda: _observed(session.items, self.path), 600) or []
        if not ran:
            raise pytest.UsageError(f"{self.name}: the tests fail without any change")
        changes = list(_changes(self.tree))
        self.there = len(changes)
        if self.sample is not None and self.sample < len(changes):
            changes = random.Random(self.seed).sample(changes, self.sample)  # noqa: S311
        functions = self._functions()

        def survives(change: _Change, items: list[pytest.Item]) -> bool:
            change.make()
            _install(self.tree, self.path, functions)
            return _passes(items)

        for change in sorted(changes, key=lambda change: change.lines.start):
            tests = [(test.seconds, item) for test, item in zip(ran, session.items, strict=True)
                     if not test.lines.isdisjoint(change.lines)]  # fmt: skip
            tests.sort(key=lambda test: test[0])
            limit = 5 + 5 * sum(seconds for seconds, _ in tests)
            survived = not tests or _forked(partial(survives, change, [item for _, item in tests]), limit)
            self.tried += 1
            self.caught += not survived
            if survived:
                print(f"  {self.name}.py:{change.text}{'' if tests else ' (no test runs it)'}", flush=True)
        return True

    def _functions(self) -> list[FunctionType]:
        """The family's functions that the tests will call; what they remember of being collected is forgotten."""
        importlib.import_module(f"pipeline.statistics.{self.name}")  # the registry would load it in the child
        codes = {_key(code): code for code in _codes(compile(self.tree, str(self.path), "exec"))}
        functions = []
        for one in gc.get_objects():
            if isinstance(one, FunctionType) and one.__code__.co_filename == str(self.path):
                if one.__code__ != codes.get(_key(one.__code__)):
                    raise pytest.UsageError(f"{self.name}.py changed while it was read: start again")
                functions.append(one)
            elif isinstance(one, _CACHED):
                one.cache_clear()
        gc.freeze()  # so that a child does not copy what it only looks through
        return functions

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
        """A failure without the story of it, which takes longer to tell than most tests take."""
        if call.excinfo is None or isinstance(call.excinfo.value, pytest.skip.Exception):
            return None
        return pytest.TestReport(item.nodeid, item.location, {}, "failed", None, call.when)


def _measured(name: str, tests: list[Path], sample: int | None, seed: int) -> tuple[int, int, int]:
    """Changes of a family that were caught, tried, and that there are. All 0 where they could not be tried."""
    family = _Family(name, sample, seed)
    # -s: a forked process writes to nowhere by itself. Assertions need not explain themselves.
    options = ["-s", "-q", "--tb=no", "--assert=plain", "--no-header", "--no-summary", "-p", "no:cacheprovider"]
    code = pytest.main([*options, "-m", "not exhaustive and not outside", *map(str, tests)], plugins=[family])
    return (family.caught, family.tried, family.there) if code == 0 else (0, 0, 0)


def main(families: list[str], sample: int | None, seed: int) -> int:
    """Try the changes of each family; exit code 1 when fewer than nine in ten are caught in one of them."""
    from pipeline.statistics.proportions import wilson

    code = 0
    everything = [0, 0]
    for name in families or sorted(path.stem for path in _FOLDER.glob("[!_]*.py")):
        own = _TESTS.get(name, [name])
        tests = [ROOT / "tests" / "statistics" / f"test_{test}.py" for test in [*own, *_EVERY_FAMILY]]
        missing = [path for path in (_FOLDER / f"{name}.py", *tests) if not path.is_file()]
        if missing:
            print(f"{name}: there is no {missing[0].relative_to(ROOT)}", file=sys.stderr)
            return 2
        start = time.perf_counter()
        with get_context("spawn").Pool(1) as pool:  # each family in a program that has not seen another
            caught, tried, there = pool.apply(_measured, (name, tests, sample, seed))
        if tried == 0:
            return 2
        low, high = wilson(caught, tried)
        interval = f", {100 * low:.0f}–{100 * high:.0f}% of {there}; SEED={seed}" if tried < there else ""
        found = f"{caught} of {tried} caught ({100 * caught / tried:.1f}%{interval})"
        print(f"{name}: {found} {time.perf_counter() - start:.0f} s", flush=True)
        code = code if caught >= _TARGET * tried else 1
        everything = [everything[0] + caught, everything[1] + tried]
    print(f"in all: {everything[0]} of {everything[1]} caught ({100 * everything[0] / everything[1]:.1f}%)")
    return code


if __name__ == "__main__":
    size = os.environ.get("SAMPLE")
    sys.exit(main(sys.argv[1:], int(size) if size else None, int(os.environ.get("SEED", "1"))))
