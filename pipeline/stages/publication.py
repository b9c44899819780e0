"""One way to publish a report, of a wave or of all waves: every language and format built aside, with the numbers and a
manifest beside them, and swapped in by one rename."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import paths, publish
from pipeline.files import file_hash, json_hash, text_hash, write_json
from pipeline.paths import MANIFEST, Layout
from pipeline.stages.freshness import code_hash, typefaces

if TYPE_CHECKING:
    from pipeline.present.document import Document

TOOLS = ("pandas", "statsmodels", "pyreadstat", "jinja2", "matplotlib", "numpy", "scipy", "pyarrow", "typst")


@dataclass(frozen=True, slots=True)
class Publication:
    """A report in the folder ``name`` of ``reports/``, in its languages, formats and edition."""

    layout: Layout
    name: str
    langs: tuple[str, ...]
    formats: tuple[str, ...]
    edition: str

    @classmethod
    def beside_published(
        cls, layout: Layout, name: str, langs: Sequence[str], formats: Sequence[str], edition: str, known: Sequence[str]
    ) -> Publication:
        """What was asked for and what is already published: a part is never left stale beside a new one.

        ``known``: the study's languages; what is published in others is not made again.
        """
        from pipeline import render

        folder = layout.reports / name
        there = [p.name.split(".", 2)[1:] for p in folder.glob("report.*.*")] if folder.is_dir() else []
        all_langs = dict.fromkeys([*langs, *(lang for lang, _ in there if lang in known)])
        all_formats = dict.fromkeys([*formats, *(ending for _, ending in there if ending in render.formats())])
        return cls(layout, name, tuple(all_langs), tuple(all_formats), edition)

    def write(self, document: Document, folder: Path) -> None:
        """A language's document in every format, with the study's own template of Word documents."""
        from pipeline import render
        from pipeline.present.document import WordTemplate

        path = self.layout.word_template
        content = self.layout.content(path)
        if content is not None:
            document = replace(document, word_template=WordTemplate(self.layout.shown(path), content))
        for name in self.formats:
            render.write(name, document, folder / file_name(document.lang, render.suffix(name)))

    def publish(
        self, documents: Callable[[Path], None], results: Path, manifest: Callable[[], dict[str, Any]]
    ) -> list[Path]:
        """Build the report and swap it in.

        ``documents`` writes all languages into a folder; ``results`` are the numbers, laid beside them for people with
        other tools; ``manifest`` tells what the report was made from: everything but times, which change from run to
        run. Returns the published files.
        """
        from pipeline.arrow import read_parquet
        from pipeline.results import csv_text

        with publish.build(self.layout, self.name) as folder:
            documents(folder)
            shutil.copyfile(results, folder / "results.parquet")
            (folder / "results.csv").write_text(csv_text(read_parquet(results)), encoding="utf-8")
            outputs = {p.name: file_hash(p) for p in sorted(folder.iterdir())}
            write_json(folder / MANIFEST, self._told() | manifest() | {"outputs": outputs})
        return sorted((self.layout.reports / self.name).glob("report.*"))

    def _told(self) -> dict[str, Any]:
        lock = paths.ROOT / "requirements.lock"
        return {
            "edition": self.edition,
            "languages": sorted(self.langs),
            "formats": sorted(self.formats),
            "study": self.layout.study_hashes(),
            "code": code_hash("."),
            "lock": file_hash(lock) if lock.is_file() else "",
            "versions": versions(),
        }


def file_name(lang: str, suffix: str) -> str:
    """``report.it.html``."""
    return f"report.{lang}{suffix}"


def study_hash(layout: Layout) -> str:
    """A hash of the study's files."""
    return text_hash(*layout.study_hashes().values())


def house_hash() -> str:
    """A hash of what all reports are made with, whatever the study: code, typefaces and the packages of others."""
    return json_hash([code_hash("."), typefaces(), versions()])


def versions() -> dict[str, str]:
    """The versions of what computes and draws.

    Not Python's own: every supported one makes the same bytes. Which one it was stands in the records of ``freshness``.
    """
    found = _installed()
    if not found.keys() >= {*TOOLS}:
        import importlib.metadata  # reads every package's description, and costs more than a run with nothing to do

        found = {name: importlib.metadata.version(name) for name in TOOLS}
    return {name: found[name] for name in TOOLS}


def _installed() -> dict[str, str]:
    """Name → version of the packages that lie where Python looks first, as their folders are called."""
    found: dict[str, str] = {}
    for place in sys.path:
        folder = Path(place)
        for info in folder.glob("*.dist-info") if place and folder.is_dir() else ():
            name, _, version = info.name.removesuffix(".dist-info").partition("-")
            found.setdefault(name.lower(), version)
    return found
