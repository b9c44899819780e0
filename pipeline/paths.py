"""Where everything lives: the only place that knows folder and file names."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.errors import DataRejected, StudyError, UsageError, nearest
from pipeline.files import LinkToNothing, NotAFile, Once, file_hash, is_folder, read_file
from pipeline.typeface import FONTS as FONTS

ROOT = Path(__file__).resolve().parent.parent

_WAVE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")

MANIFEST = "manifest.json"
"""What a published report was made from, beside it."""

COMPARISON = "comparison"
"""The folder of the report that compares the waves: no wave may be called so."""

SPSS_SUFFIXES = (".sav", ".zsav", ".por")
"""The endings of SPSS files."""
SURVEY_SUFFIXES = (*SPSS_SUFFIXES, ".sps", ".dta", ".sas7bdat", ".xpt", ".xlsx", ".csv", ".tsv")
"""The endings of data files, in the order in which they are looked for."""
TEXT_SUFFIXES = (".dat", ".csv", ".txt", ".tsv", ".tab")
"""The endings of text that holds data."""
_NAMED_IN_SETUP = re.compile(rb"""\b(?:FILE|NAME)\s*=?\s*(["'])([^"'\r\n]+)\1""", re.IGNORECASE)


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts names as a person does: runs of digits by their number, the rest as text."""
    pieces = re.findall(r"[0-9]+|[^0-9]+", name)
    return (*((0, int(p), p) if p[0] in "0123456789" else (1, 0, p) for p in pieces), (-1, 0, name))


def on_one_line(name: str) -> str:
    """A file's name as a message or a manifest can hold it: a name need be neither printable nor UTF-8.

    What cannot be shown stands as its escape (``citt\\xe0``, ``two\\nlines``), so that the file can be found.
    """
    return "".join(c if c.isprintable() else _escaped(c) for c in name)


def _escaped(letter: str) -> str:
    """A byte that is not UTF-8, which Python holds as half of a surrogate pair, is the byte again."""
    code = ord(letter) - 0xDC00
    return f"\\x{code:02x}" if 0x80 <= code <= 0xFF else letter.encode("unicode_escape").decode("ascii")


def _from_here(path: Path, *homes: Path) -> str:
    """A path relative to where a person stands, or to one of ``homes``, when it is below; else as it is."""
    for start in (Path.cwd(), *homes):
        if path != start and path.is_relative_to(start):
            path = path.relative_to(start)
            break
    return on_one_line(path.as_posix())


def entries(folder: Path) -> list[Path]:
    """What lies in a folder, by name; nothing where there is none. Raises :class:`DataRejected` for one that may not be
    entered."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise DataRejected(
            "cli.folder_unreadable", folder=_from_here(folder), reason=error.strerror or str(error)
        ) from None


def survey_files(folder: Path) -> list[Path]:
    """What has the ending of a data file in a folder, however written, by name; also what is no file, to be told of.

    Codebooks and the data of an SPSS setup belong to another file and are none of these.
    """
    there = (p for p in entries(folder) if p.suffix.lower() in SURVEY_SUFFIXES and p.name[0] != ".")
    found = [p for p in there if not is_folder(p) and not _is_codebook(p)]
    data = {p.name for setup in found if setup.suffix.lower() == ".sps" for p in companions(setup)}
    return [p for p in found if p.name not in data]


def _is_codebook(path: Path) -> bool:
    name = path.name.lower()
    return name in ("codebook.csv", "codebook.xlsx") or name.endswith((".codebook.csv", ".codebook.xlsx"))


def companions(path: Path) -> tuple[Path, ...]:
    """The file beside a data file without which it is not whole, where there is one.

    The codebook of a CSV or Excel file (``survey.codebook.csv`` or ``codebook.csv``, or ``.xlsx``), the catalogue of
    formats of a SAS file, the data of an SPSS setup: the file that its syntax names, else one of the setup's own name,
    else LimeSurvey's pair of names, else the only text of data in the folder.
    """
    stem, suffix, folder = path.stem, path.suffix.lower(), path.parent
    if suffix in (*SPSS_SUFFIXES, ".dta", ".xpt"):
        return ()
    if suffix == ".sas7bdat":
        names = [f"{stem}.sas7bcat", "formats.sas7bcat"]
    elif suffix == ".sps":
        names = [*_named_in(path), *(stem + s for s in TEXT_SUFFIXES)]
        names += [stem.replace("syntax", "data") + s for s in TEXT_SUFFIXES]
        alone = [p.name for p in entries(folder) if p.suffix.lower() in TEXT_SUFFIXES and not _is_codebook(p)]
        names += alone if len(alone) == 1 else []
    else:
        names = [f"{stem}.codebook.csv", f"{stem}.codebook.xlsx", "codebook.csv", "codebook.xlsx"]
    found = next((folder / name for name in names if name != path.name and (folder / name).is_file()), None)
    return (found,) if found is not None else ()


def _named_in(setup: Path) -> list[str]:
    """The names of files in an SPSS syntax, without their folders."""
    try:
        text = setup.read_bytes()
    except OSError:
        return []
    found = (match[2].decode("utf-8", "replace") for match in _NAMED_IN_SETUP.finditer(text))
    return [name for name in (re.split(r"[/\\]", whole)[-1] for whole in found) if name and name != setup.name]


def copied_name(companion: Path, stem: str) -> str:
    """What a companion is called beside a copy of its data file that has another name."""
    return f"{stem}.codebook{companion.suffix.lower()}" if _is_codebook(companion) else stem + companion.suffix.lower()


def data_hash(path: Path) -> str:
    """SHA-256 of a data file; where another belongs to it, of the bytes of both, one after the other."""
    path = path.resolve() if path.is_symlink() else path
    beside = companions(path)
    if not beside:
        return file_hash(path)
    digest = hashlib.sha256()
    for each in (path, *beside):
        digest.update(read_file(each))
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Wave:
    """The files of one wave. ``raw`` is never written by a stage; ``processed`` only by stages."""

    name: str
    raw: Path
    processed: Path
    reports: Path

    @property
    def source(self) -> Path:
        """What is known of the wave's file."""
        return self.raw / "source.yml"

    @property
    def mapping(self) -> Path:
        """How the wave's questionnaire maps to the codebook."""
        return self.raw / "mapping.yml"

    @property
    def corrections(self) -> Path:
        """Corrections of single values, as records."""
        return self.raw / "corrections.yml"

    @property
    def figures(self) -> Path:
        """How the answers of this wave are distributed, and those of the wave next to it."""
        return self.processed / "figures.json"

    @property
    def units(self) -> Path:
        """Units over time, and what they were before."""
        return self.raw / "units.yml"

    def survey(self) -> Path | None:
        """The wave's data file: ``survey`` with the ending of one, else the only file that has one; or ``None``."""
        files = self.data_files()
        for suffix in SURVEY_SUFFIXES:
            for path in files:
                if path.name.lower() == f"survey{suffix}":
                    return path
        return files[0] if len(files) == 1 else None

    def data_files(self) -> list[Path]:
        """All data files in the wave's folder, by name."""
        return survey_files(self.raw)


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of one study. ``files`` holds ``study.yml`` and its companions, ``base`` the data and reports.

    ``kept``: the files that people edit, as a run has read them; without it each is read whenever it is asked for.
    ``edition``: whose reports are meant; the public ones lie in a folder of their own, which can be given out whole.
    """

    files: Path
    base: Path
    kept: Once | None = field(default=None, compare=False, repr=False)
    edition: str = "internal"

    def as_now(self) -> Layout:
        """The layout for one run, to which every file that people edit stays as it is when first read."""
        return self if self.kept is not None else replace(self, kept=Once())

    def content(self, path: Path) -> bytes | None:
        """The bytes of a file that people edit; ``None`` where there is none. Raises :class:`StudyError` where what is
        there cannot be read."""
        once = self.kept or Once()
        try:
            return once.content(path)
        except NotAFile:
            raise StudyError("study.not_a_file", file=self.shown(path)) from None
        except LinkToNothing:
            raise StudyError("study.link_to_nothing", file=self.shown(path)) from None
        except OSError as error:
            reason = error.strerror or str(error)
            raise StudyError("study.unreadable_file", file=self.shown(path), reason=reason) from None

    def forget(self, path: Path) -> None:
        """Read a file that this run has just written again when it is asked for next."""
        if self.kept is not None:
            self.kept.forget(path)

    def hashes(self, *paths: Path) -> dict[str, str]:
        """Name to SHA-256 of those of some files that people edit that are there."""
        found = {path.name: self.content(path) for path in paths}
        return {name: hashlib.sha256(data).hexdigest() for name, data in found.items() if data is not None}

    def wave_of(self, sha256: str) -> str:
        """The wave whose data file has this hash; empty where none has, or the hash is empty."""
        for name in self.waves() if sha256 else ():
            try:
                path = self.wave(name).survey()
                if path is not None and data_hash(path) == sha256:
                    return name
            except (OSError, DataRejected, UsageError):  # that wave's own run says what is the matter
                continue
        return ""

    def towards(self, wave: str, own: str) -> tuple[str, ...]:
        """The waves between one and that which the codebook was written from (``own``, else the first), nearest first.

        Their numbers stand beside the wave's. By name: it need not be in the study yet.
        """
        names = self.waves()
        before = [name for name in names if natural(name) < natural(wave)]
        after = [name for name in names if natural(name) > natural(wave)]
        if own == wave:
            return ()
        if own in after:
            return tuple(after[: after.index(own) + 1])
        return tuple(reversed(before[before.index(own) if own in before else 0 :]))

    def study_files(self) -> list[Path]:
        """The files of the study that a report is made from, whether or not they are there."""
        own = (self.study, self.codebook, self.report, self.published, self.derive, self.charts, self.word_template)
        return [*own, *self.interview_files(), *self.coding_files(), *sorted(self.networks.glob("*.csv"))]

    def study_hashes(self) -> dict[str, str]:
        """Name within the study to SHA-256 of its files that a report is made from, as far as they are there."""
        found = {path.relative_to(self.files).as_posix(): self.content(path) for path in self.study_files()}
        return {name: hashlib.sha256(data).hexdigest() for name, data in found.items() if data is not None}

    @property
    def study(self) -> Path:
        """The study's own record."""
        return self.files / "study.yml"

    @property
    def codebook(self) -> Path:
        """One record per variable."""
        return self.files / "codebook.yml"

    @property
    def report(self) -> Path:
        """Sections and tables."""
        return self.files / "report.yml"

    @property
    def word_template(self) -> Path:
        """The study's own styles and pages of Word documents."""
        return self.files / "template.docx"

    @property
    def charts(self) -> Path:
        """The study's own charts, drawn by functions in Python."""
        return self.files / "charts.py"

    @property
    def derive(self) -> Path:
        """The study's own variables, made by functions in Python."""
        return self.files / "derive.py"

    @property
    def published(self) -> Path:
        """Figures printed elsewhere."""
        return self.files / "published.yml"

    @property
    def interviews(self) -> Path:
        """What is said of the interviews: which files hold them, their codes, cases and sources."""
        return self.files / "interviews" / "interviews.yml"

    def interview_files(self) -> list[Path]:
        """All files of the interviews, by name; none where the study says nothing of any."""
        folder = self.interviews.parent
        there = self.content(self.interviews) is not None
        return [p for p in entries(folder) if not p.name.startswith(".") and not is_folder(p)] if there else []

    def coding(self, variable: str) -> Path:
        """How people coded the answers to an open question."""
        return self.files / "coding" / f"{variable}.csv"

    def coding_files(self) -> list[Path]:
        """The coded answers to all open questions."""
        return [p for p in entries(self.files / "coding") if p.suffix == ".csv" and p.name[0] != "."]

    @property
    def networks(self) -> Path:
        """The files of ties of networks that are not asked in the survey."""
        return self.files / "networks"

    @property
    def hidden(self) -> Path:
        """Which counts the public edition has hidden, so that the next one hides them too."""
        return self.files / "hidden.json"

    @property
    def raw(self) -> Path:
        """The waves' folders."""
        return self.base / "data" / "raw"

    @property
    def processed(self) -> Path:
        """What stages make between data and report."""
        return self.base / "data" / "processed"

    @property
    def reports(self) -> Path:
        """The finished reports."""
        whole = self.base / "reports"
        return whole if self.edition == "internal" else whole / self.edition

    @property
    def log(self) -> Path:
        """Where a defect's traceback goes."""
        return self.processed / "log.txt"

    @property
    def lock(self) -> Path:
        """The file whose kernel lock keeps two runs apart."""
        return self.processed / ".lock"

    @property
    def running(self) -> Path:
        """What an unattended run leaves while it works: found at the next one, it was cut off."""
        return self.processed / "running.json"

    @property
    def comparison(self) -> Wave:
        """The comparison's place: arranged like a wave's, though no wave may have its name."""
        return Wave(COMPARISON, self.raw / COMPARISON, self.processed / COMPARISON, self.reports / COMPARISON)

    @property
    def schedule(self) -> Path:
        """How unattended runs wait and whom they call."""
        return self.files / "schedule.yml"

    @property
    def seen(self) -> Path:
        """The SHA-256 of every wave's file as first seen; not among the things that can be made again."""
        return self.base / "data" / "seen.json"

    @property
    def status(self) -> Path:
        """What became of each wave at the last runs, for programs."""
        return self.reports / "status.json"

    @property
    def index(self) -> Path:
        """The same for people, with links to the reports."""
        return self.reports / "index.html"

    def wave(self, name: str) -> Wave:
        """The files of a wave (whether or not they exist)."""
        if not _WAVE.match(name):
            raise UsageError("cli.bad_wave_name", wave=on_one_line(name))
        if name.casefold() == COMPARISON:
            raise UsageError("comparison.reserved_name", wave=name, folder=self.shown(self.raw / name))
        return Wave(name, self.raw / name, self.processed / name, self.reports / name)

    def waves(self) -> list[str]:
        """The names of the waves' folders, in the order of time: numbers in them by their size, 9 before 10."""
        names = (p.name for p in entries(self.raw) if is_folder(p) and not p.name.startswith("."))
        return sorted(names, key=natural)

    def existing_wave(self, name: str) -> Wave:
        """The files of a wave that has a folder; else a message with the nearest name."""
        wave = self.wave(name)
        if not is_folder(wave.raw):
            raise UsageError(
                "cli.no_such_wave",
                wave=name,
                folder=self.shown(self.raw),
                nearest=nearest(name, self.waves()) or ", ".join(self.waves()) or "–",
            )
        return wave

    def shown(self, path: Path) -> str:
        """A path as a person knows it: relative to where they stand when it is below, else to the study."""
        return _from_here(path, self.base)

    def recorded(self, path: Path) -> str:
        """A path as a report or a finding names it: within the study, the same wherever a run is started from."""
        return on_one_line(path.relative_to(self.base).as_posix() if path.is_relative_to(self.base) else path.name)


def _has_study(folder: Path) -> bool:
    try:
        return (folder / "study.yml").is_file()
    except OSError:  # a folder that this user may not enter: said when the file is read
        return False


def layout(study: str | Path | None = None) -> Layout:
    """The layout of a study folder; the project's own where none is named.

    The project keeps its study files in ``study/`` beside ``data/``; any other study is one folder with everything.
    """
    if study is None and _has_study(ROOT / "study"):
        return Layout(ROOT / "study", ROOT)
    study = study if study is not None else Path.cwd()  # where the program is installed it has no study of its own
    folder = Path(study).resolve()
    if not _has_study(folder) and _has_study(folder / "study"):
        return Layout(folder / "study", folder)
    if folder.name == "study" and not is_folder(folder / "data") and is_folder(folder.parent / "data" / "raw"):
        return Layout(folder, folder.parent)
    return Layout(folder, folder)
