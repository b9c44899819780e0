"""What all tests of statistics share."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _nothing_is_said_on_the_console() -> Iterator[None]:
    """A statistic tells what it met in its result: a warning of numpy's that a user would see is a failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ResourceWarning)  # of files that other rooms' tests left to the collector
        yield
