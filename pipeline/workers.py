"""Processes that write reports, started early: they import what they need while this one reads and counts."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any

from pipeline.errors import RenderingFailed


class Workers:
    """Up to one process per processor. Where the system does not fork safely, work is done in this process.

    Start them before anything heavy is imported here: a fork then costs little, and no thread of a library is lost.
    """

    def __init__(self, most: int, prepare: Callable[[], None]) -> None:
        self._pool: ProcessPoolExecutor | None = None
        count = min(most, os.cpu_count() or 1)
        if count > 1 and sys.platform == "linux":
            context = multiprocessing.get_context("fork")
            self._pool = ProcessPoolExecutor(count, mp_context=context, initializer=prepare)
            self._pool.submit(_nothing)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def each(self, function: Callable[..., None], arguments: Sequence[tuple[Any, ...]]) -> None:
        """Call a function with each tuple of (picklable) arguments; the first failure is raised when all have ended."""
        if self._pool is None:
            for one in arguments:
                function(*one)
            return
        futures: list[Future[None]] = [self._pool.submit(function, *one) for one in arguments]
        try:
            for future in futures:
                future.result()
        except BrokenProcessPool:
            raise RenderingFailed("cli.worker_died") from None


def _nothing() -> None:
    """The first task, which starts the processes."""
