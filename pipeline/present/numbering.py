"""The number of each table and figure, given in reading order before anything is worded."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.spec.load import StudyFiles
from pipeline.spec.model import Analysis, FigureSpec, TableSpec


@dataclass(frozen=True, slots=True)
class Numbering:
    """Numbers of tables and figures by their names; what the edition leaves out has none."""

    tables: dict[str, int]
    figures: dict[str, int]

    @classmethod
    def of(cls, files: StudyFiles, public: bool = False) -> Numbering:
        """Number what the report contains."""
        tables: list[str] = []
        figures: list[str] = []
        for content in files.report.contents():
            if isinstance(content, TableSpec):
                tables += _names(content)
            elif isinstance(content, FigureSpec):
                figures.append(content.figure)
            elif isinstance(content, Analysis) and not (public and content.withheld(files.codebook)):
                tables += content.tables(files.codebook)
                figures += content.figures(files.codebook)
        return cls({t: i + 1 for i, t in enumerate(tables)}, {f: i + 1 for i, f in enumerate(figures)})


def _names(spec: TableSpec) -> list[str]:
    """A table's id, and that of the table of its statistics where that has a number of its own."""
    return [spec.table, f"{spec.table}-statistics"] if spec.all_statistics == "print" else [spec.table]
