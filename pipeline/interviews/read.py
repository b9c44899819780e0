"""The files that ``interviews.yml`` names, as one project."""

from __future__ import annotations

from pathlib import PurePosixPath

from pipeline.errors import PipelineError, StudyError
from pipeline.interviews import refi, segments
from pipeline.interviews.model import Project, merged
from pipeline.paths import Layout
from pipeline.spec.interviews import Interviews
from pipeline.spec.source import SourceFile

READERS = {".qdpx": refi.project, ".qdc": refi.codebook, ".csv": segments.segments, ".tsv": segments.segments}


def read(layout: Layout, interviews: Interviews, source: SourceFile) -> Project:
    """All files together. Raises :class:`StudyError` for a name, :class:`DataRejected` for what is in a file."""
    projects: list[Project] = []
    problems: list[PipelineError] = []
    for i, name in enumerate(interviews.files):
        place = {"file": source.name, "line": source.line(("files", i)), "name": name}
        path = PurePosixPath(name)
        reader = READERS.get(path.suffix.lower())
        if path.is_absolute() or ".." in path.parts or len(path.parts) != 1:
            problems.append(StudyError("interviews.file_elsewhere", **place))
        elif reader is None:
            problems.append(StudyError("interviews.file_kind", known=", ".join(READERS), **place))
        else:
            whole = layout.interviews.parent / name
            content = layout.content(whole)
            if content is None:
                problems.append(StudyError("interviews.file_missing", **place))
                continue
            try:
                projects.append(reader(content, layout.shown(whole)))
            except PipelineError as error:
                problems.append(error)
    if problems:
        raise PipelineError.several(problems) if len(problems) == 1 else type(problems[0]).several(problems)
    return merged(projects)
