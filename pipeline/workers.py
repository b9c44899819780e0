"""Work beside this process: helpers started early, which import while others read and count, and forked branches.

Where the system does not fork safely, or has one processor, everything is done in this process, in the same order.

The typesetter keeps a pool of threads from its first use on. A fork has the pool but none of its threads, and would
wait for them for ever: so a process forks only as long as it cannot have typeset anything.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Generic, TypeVar

from pipeline.errors import RenderingFailed

T = TypeVar("T")
Call = tuple[Callable[..., Any], tuple[Any, ...]]


_new_helper = False
"""Whether this process is a helper that has done no work yet."""


def processors() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def forks() -> bool:
    """Whether this process may be forked: the typesetter is not loaded, or not used yet as this is a new helper."""
    return sys.platform == "linux" and (os.cpu_count() or 1) > 1 and (_new_helper or "typst" not in sys.modules)


class Answer(Generic[T]):
    """What a helper will have answered: :meth:`get` waits for it, or does the work now where there is no helper."""

    def __init__(self, future: Future[T] | None, function: Callable[..., T], arguments: tuple[Any, ...]) -> None:
        self._future, self._function, self._arguments = future, function, arguments

    def get(self) -> T:
        """The answer; what failed in the helper is raised here."""
        if self._future is None:
            return self._function(*self._arguments)
        try:
            return self._future.result()
        except BrokenProcessPool:
            raise RenderingFailed("cli.worker_died") from None


class Helper:
    """One process, started at once, which first calls ``prepare`` (its imports) and then does what it is asked.

    Start it before anything heavy is imported here: the fork then costs little, and no library's thread is lost.
    """

    def __init__(self, prepare: Callable[[], None]) -> None:
        self._pool: ProcessPoolExecutor | None = None
        if forks():
            self._pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork"), initializer=_begin,
                                             initargs=(prepare,))  # fmt: skip
            self._pool.submit(_nothing)

    def __enter__(self) -> Helper:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def ask(self, function: Callable[..., T], *arguments: Any) -> Answer[T]:
        """Ask for a function of (picklable) arguments to be called."""
        future = None if self._pool is None else self._pool.submit(function, *arguments)
        return Answer(future, function, arguments)


def _begin(prepare: Callable[[], None]) -> None:
    """What a new helper does first."""
    global _new_helper
    _new_helper = True
    prepare()


def _nothing() -> None:
    """The first task, which starts the process."""


def side_by_side(calls: Sequence[Call]) -> None:
    """Make several calls at once: the last here, each other in a fork of this process; the first failure is raised.

    A fork shares what is imported already. The calls leave files, not values.
    """
    if not forks():
        for function, arguments in calls:
            function(*arguments)
        return
    context = multiprocessing.get_context("fork")
    branches = []
    for call in calls[:-1]:
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_branch, args=(call, there))
        process.start()
        there.close()
        branches.append((process, here))
    global _new_helper
    _new_helper = False
    failure: BaseException | None = None
    try:
        for function, arguments in calls[-1:]:
            function(*arguments)
    except Exception as error:
        failure = error
    for process, here in branches:
        try:
            told = here.recv()
        except EOFError:
            told = RenderingFailed("cli.worker_died")
        process.join()
        failure = failure or told
    if failure is not None:
        raise failure


def _branch(call: Call, there: Connection) -> None:
    function, arguments = call
    try:
        function(*arguments)
    except Exception as error:
        there.send(error)
    else:
        there.send(None)
