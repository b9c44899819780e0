"""What a stage works on: one wave of one study, read when first needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import DataRejected, PipelineError, StudyError
from pipeline.files import file_hash, json_hash, write_text
from pipeline.paths import Layout, Wave, data_hash
from pipeline.stages.freshness import write_rows

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.audit.claims import Published, Questions
    from pipeline.counting.columns import Columns
    from pipeline.results import Results
    from pipeline.spec.load import StudyFiles
    from pipeline.spec.model import Source
    from pipeline.spss.model import Dictionary
    from pipeline.waves.model import WaveMapping
    from pipeline.waves.recognise import Recognised
    from pipeline.workers import Helper


def figures_beside(layout: Layout, waves: Iterable[str]) -> dict[str, str]:
    """Wave → the hash of its figures, empty where it has none."""
    found = {}
    for name in waves:
        try:
            found[name] = file_hash(layout.wave(name).figures)
        except (OSError, PipelineError):
            found[name] = ""
    return found


_WHO_COUNTS = {"kind": "memory", "master": None, "processes": None}


@dataclass
class Job:
    """One wave of one study. Properties read files made by earlier stages; they are read once.

    ``meanwhile`` is called while another process reads the file: what will be needed later is imported then.
    ``modeller`` fits the regression models beside this process, where there is one. ``rebuild``: what to type to make
    the report again, where that is not ``make report``. ``passing``: the study lasts for this run only, so respondents'
    rows go from stage to stage in memory and are not stored. ``chosen``: the data file, where another process of this
    run has looked for it. What people edit is read once (:meth:`Layout.as_now`).
    """

    layout: Layout
    wave: Wave
    meanwhile: Callable[[], None] = field(default=lambda: None)
    modeller: Helper | None = None
    rebuild: str = ""
    passing: bool = False
    memory: dict[str, Any] = field(default_factory=dict)
    chosen: Path | None = None

    def __post_init__(self) -> None:
        self.layout = self.layout.as_now()

    @cached_property
    def study_files(self) -> StudyFiles:
        """The study's files, read and checked, whatever this wave asked."""
        from pipeline.spec.load import load

        return load(self.layout)

    @cached_property
    def published(self) -> tuple[Published, Questions] | None:
        """The figures printed elsewhere that are to be checked, where the study names some."""
        from pipeline.spec.source import read_if_there

        written = read_if_there(self.layout, self.layout.published)
        if written is None or not written.content:
            return None  # none, or all of it still behind a #
        from pipeline.audit import claims

        return claims.load(self.layout, self.layout.published)

    @cached_property
    def mapping(self) -> WaveMapping | None:
        """How this wave maps to the codebook, as far as that holds; ``None``: as it stands. After recognise."""
        return self.recognised.mapping

    @cached_property
    def own_wave(self) -> str:
        """The wave whose file the codebook was written from; empty where none in the study is."""
        return self.layout.wave_of(self.study_files.codebook.written_from or "")

    def next_to(self) -> dict[str, str]:
        """The waves whose numbers stand beside this one's, nearest first, with the hash of their figures as they are
        now; empty for one that has none."""
        return figures_beside(self.layout, self.layout.towards(self.wave.name, self.own_wave))

    @cached_property
    def lacking(self) -> tuple[str, ...]:
        """Variables that the codebook has, the file has not, and no mapping speaks of. After recognise."""
        names = {v.name for v in self.dictionary.variables}
        mapped = self.mapping.variables if self.mapping is not None else {}
        return tuple(n for n in self.study_files.codebook.variables if n not in names and n not in mapped)

    @cached_property
    def unavailable(self) -> frozenset[str]:
        """What the study asks and this wave cannot show: not asked, not confirmed, not comparable. After recognise."""
        lenient = self.study_files.study.policies.missing_variables == "warn"
        lacking = self.lacking if lenient else ()
        if self.mapping is None and not lacking:
            return frozenset()
        from pipeline.waves.within import unavailable

        return unavailable(self.study_files.codebook, self.mapping, lacking)

    @cached_property
    def files(self) -> StudyFiles:
        """The study as this wave can show it. After recognise."""
        files = self.study_files
        if self.unavailable:
            from pipeline.waves.within import within

            files = within(files, self.unavailable)
        if files.interviews is not None and files.interviews.wave not in ("", self.wave.name):
            from pipeline.waves.within import without_interviews

            files = without_interviews(files)
        size = self.source.population
        if size is not None and size != files.study.population.size:
            population = files.study.population.model_copy(update={"size": size})
            files = replace(files, study=files.study.model_copy(update={"population": population}))
        if files.study.population.size is None:
            self._refuse_descriptions(files)
        return files

    def _refuse_descriptions(self, files: StudyFiles) -> None:
        """A census of nobody knows how many units cannot be described: what is missing from it is not known."""
        study = {"study": files.name("study"), "source": self.layout.shown(self.wave.source)}
        if files.study.inference == "description":
            line = files.sources["study"].line(("inference",))
            raise StudyError("study.description_without_size", line=line, **study)
        for spec in files.report.tables():
            if spec.inference == "description":
                raise StudyError("study.table_without_size", file=files.name("report"), table=spec.table, **study)

    @cached_property
    def source(self) -> Source:
        """The wave's ``source.yml``."""
        from pipeline.spec.load import load_source

        return load_source(self.layout, self.wave)

    @property
    def languages(self) -> tuple[str, ...]:
        """The study's languages."""
        return self.study_files.study.languages

    def drafted(self, text: str) -> None:
        """Write the wave's first ``mapping.yml``; what was recognised without it holds no longer."""
        write_text(self.wave.mapping, text)
        self.layout.forget(self.wave.mapping)
        self.memory.pop("recognised", None)
        self.__dict__.pop("mapping", None)

    def survey(self) -> Path:
        """The wave's data file: the same one throughout a run."""
        if self.chosen is None:
            path = self.wave.survey()
            if path is None:
                several = ", ".join(p.name for p in self.wave.data_files())
                text_id = "cli.several_surveys" if several else "cli.no_survey"
                raise DataRejected(text_id, folder=self.layout.shown(self.wave.raw), files=several)
            self.chosen = path.resolve() if path.is_symlink() else path
        return self.chosen

    @cached_property
    def data_hash(self) -> str:
        """The SHA-256 of the data file and what belongs to it; once a stage has read it, of what was read."""
        path = self.survey()
        try:
            return data_hash(path)
        except OSError as error:
            from pipeline.formats import unreadable

            shown, reason = self.layout.shown(self.wave.survey() or path), error.strerror or str(error)
            raise DataRejected(unreadable(path) or "spss.system", file=shown, reason=reason) from None

    # what stages make

    @property
    def ingested(self) -> Path:
        """The file's data as they are."""
        return self.wave.processed / "ingested.parquet"

    @property
    def dictionary_file(self) -> Path:
        """The file's dictionary."""
        return self.wave.processed / "dictionary.json"

    @property
    def recognised_file(self) -> Path:
        """How far the file may be read as the codebook has it."""
        return self.wave.processed / "recognised.json"

    @property
    def proposed_mapping(self) -> Path:
        """A mapping for this very file, to be looked through; empty where nothing differs."""
        return self.wave.processed / "mapping.proposed.yml"

    @property
    def harmonised(self) -> Path:
        """The data under the codebook's names and in its codes."""
        return self.wave.processed / "harmonised.parquet"

    @property
    def harmonise_findings(self) -> Path:
        """What is to be said about corrections and mapping."""
        return self.wave.processed / "harmonised.json"

    @property
    def findings_file(self) -> Path:
        """What validation found."""
        return self.wave.processed / "findings.json"

    @property
    def responses(self) -> Path:
        """Respondents' rows, ready for counting."""
        return self.wave.processed / "responses.parquet"

    @property
    def results_file(self) -> Path:
        """One row per number."""
        return self.wave.processed / "results.parquet"

    @property
    def crossings_file(self) -> Path:
        """The counts of all pairs of categorical variables."""
        return self.wave.processed / "crossings.json"

    @property
    def public_file(self) -> Path:
        """The results as the public edition may show them."""
        return self.wave.processed / "public.parquet"

    @property
    def told_file(self) -> Path:
        """What the public edition says of what it hides."""
        return self.wave.processed / "public.json"

    def published_results(self, edition: str) -> Path:
        """The results that an edition is made from: it reads no others."""
        return self.results_file if edition == "internal" else self.public_file

    @property
    def dictionary(self) -> Dictionary:
        """The file's dictionary."""
        from pipeline.spss.model import Dictionary

        if "dictionary" not in self.memory:
            self.memory["dictionary"] = Dictionary.from_json(json.loads(self.dictionary_file.read_text("utf-8")))
        found: Dictionary = self.memory["dictionary"]
        return found

    @property
    def recognised(self) -> Recognised:
        """How far the file may be read as the codebook has it. After recognise."""
        from pipeline.waves import recognise

        if "recognised" not in self.memory:
            self.memory["recognised"] = recognise.read(self.recognised_file)
        found: Recognised = self.memory["recognised"]
        return found

    @property
    def results(self) -> Results:
        """The wave's results."""
        from pipeline.results import Results

        if "results" not in self.memory:
            self.memory["results"] = Results.read(self.results_file)
        found: Results = self.memory["results"]
        return found

    @property
    def findings(self) -> list[dict[str, Any]]:
        """What validation found."""
        found: list[dict[str, Any]] = json.loads(self.findings_file.read_text("utf-8"))
        return found

    def table(self, name: str, path: Path) -> pa.Table:
        """A table of respondents' rows as a stage of this run has left it in memory, else from its file."""
        if name not in self.memory:
            from pipeline.arrow import read_parquet

            self.memory[name] = read_parquet(path)
        found: pa.Table = self.memory[name]
        return found

    def leave(self, name: str, path: Path, table: pa.Table, same: tuple[pa.Table, Path] | None = None) -> None:
        """Leave respondents' rows for :meth:`table`: in memory and, unless passing, in their file."""
        if not self.passing:
            write_rows(path, table, same)
        self.memory[name] = table

    def columns(self, table: pa.Table) -> Columns:
        """The columns of a table, each coded once for all stages that pass it on."""
        from pipeline.counting.columns import Columns

        earlier: Columns | None = self.memory.get("columns")
        if earlier is None or earlier.table is not table:
            from pipeline.stages.engines import fits

            self.memory["columns"] = made = Columns(table, earlier)
            made.few = not fits(table.num_rows, table.num_columns)
        found: Columns = self.memory["columns"]
        return found

    def numbers_key(self) -> str:
        """A hash of everything in the study that changes a number, and of nothing that only changes a word."""
        from pipeline.spec.texts import wordless

        codebook = self.files.codebook
        questions = (codebook.variables, codebook.sets, codebook.batteries, codebook.derived)
        groups = (*questions, codebook.networks, codebook.configurations)
        report = (self.files.report.tables(), self.files.report.analyses())
        engine = self.files.study.engine  # who counts changes no number, but what is counted does
        study = self.files.study.model_copy(update={"engine": engine and engine.model_copy(update=_WHO_COUNTS)})
        records = [wordless(one) for one in (study, *report, self.files.interviews, *groups)]
        records += [[name, one.names, one.ties, one.groups] for name, one in self.files.edges.items()]
        own = [path for path in self.layout.interview_files() if path != self.layout.interviews]
        own += self.layout.coding_files()
        return json_hash([self.layout.hashes(self.layout.derive, *own), *records])
