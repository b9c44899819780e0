"""The decorator of a study's own variables, in ``study/derive.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Function = TypeVar("Function", bound=Callable[..., object])


def derive(name: str, label: str) -> Callable[[Function], Function]:
    """Say that a function makes a variable: its name in ``codebook.yml`` and the label that it has there.

    The function takes the responses as a DataFrame (the variables that the codebook lists under ``uses:``, as
    :meth:`surveyreport.Study.responses` has them) and returns a Series, one value per row. Its docstring stands in the
    codebook's pages.

    >>> @derive("trust", "Mean trust")
    ... def trust(answers):
    ...     \"\"\"The mean of two answers.\"\"\"
    ...     return answers[["a", "b"]].mean(axis=1)
    >>> trust.derived
    ('trust', 'Mean trust')
    """

    def mark(function: Function) -> Function:
        function.derived = (name, label)  # type: ignore[attr-defined]
        return function

    return mark
