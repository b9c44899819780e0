"""The files by which the process that parses a file hands what it read to the one that asked."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Literal

NO_ROOM = 74
"""The exit code of the reading process when the disk has no room even for its answer."""
ANSWER, NUMBERS, INDEX, TEXTS = NAMES = ("answer.json", "numbers.bin", "numbers.index", "texts.arrow")


class Files:
    """The files, each by its name: in a folder, or unnamed on the disk, so that nothing of the answers is left when a
    process is killed."""

    def __init__(self, where: Path | Mapping[str, int]) -> None:
        """``where``: a folder, or the open handles of unnamed files."""
        self.where = where

    def open(self, name: str, mode: Literal["rb", "wb"]) -> BinaryIO:
        """A file to be read from its start, or written."""
        if isinstance(self.where, Path):
            return (self.where / name).open(mode)
        file = os.fdopen(os.dup(self.where[name]), mode)
        file.seek(0)
        return file
