"""Running an iterator in a thread of its own, a few items ahead of who uses them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from queue import Empty, Full, Queue
from typing import TypeVar

T = TypeVar("T")

_DEPTH = 3
_PATIENCE = 0.1


class _Stop:
    """The end of the items, and the error that ended them."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def ahead(source: Iterator[T]) -> Iterator[T]:
    """The items of ``source``, made by another thread; its error, if any, is raised here.

    NumPy lets go of the interpreter while it works, so making and using the items overlap.
    """
    queue: Queue[T | _Stop] = Queue(_DEPTH)
    done = threading.Event()

    def put(item: T | _Stop) -> None:
        while not done.is_set():
            try:
                queue.put(item, timeout=_PATIENCE)
                return
            except Full:
                continue

    def work() -> None:
        error: BaseException | None = None
        try:
            for item in source:
                put(item)
                if done.is_set():
                    return
        except BaseException as caught:
            error = caught
        put(_Stop(error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            try:
                item = queue.get(timeout=_PATIENCE)
            except Empty:
                continue
            if isinstance(item, _Stop):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        done.set()
        thread.join()
