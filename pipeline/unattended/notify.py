"""Calling the user's own command when a report is new or a run has failed. No shell: a list of words."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

_MOST = 8000  # characters of one variable: the kernel has a limit for all together


def call(command: Sequence[str], folder: Path, facts: Mapping[str, str], seconds: float) -> str:
    """Run a command in ``folder`` with ``facts`` in its environment; returns what went wrong, or nothing.

    A command that fails does not change what became of the reports.
    """
    clean = {name: value.replace("\0", "")[:_MOST] for name, value in facts.items()}
    try:
        done = subprocess.run(  # noqa: S603  the study's own command, as a list of words
            list(command), cwd=folder, env=os.environ | clean, stdin=subprocess.DEVNULL, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return f"{seconds:g} s"
    except (OSError, ValueError) as error:
        return str(getattr(error, "strerror", None) or error)
    return "" if done.returncode == 0 else f"exit code {done.returncode}"
