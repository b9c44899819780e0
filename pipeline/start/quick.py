"""quick: a report on any SPSS file without a study. ``init`` into a scratch study, then the same stages."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import files, render
from pipeline.codes import name_parts, nested_name
from pipeline.errors import RenderingFailed, UsageError, nearest
from pipeline.paths import MANIFEST, layout, on_one_line
from pipeline.progress import Progress
from pipeline.run import run_stage
from pipeline.spss.model import Dictionary, code_text
from pipeline.stages import render as last
from pipeline.stages.job import Job
from pipeline.start.group import Group
from pipeline.start.guess import Guess, Guesses
from pipeline.start.init import Cross, Start, bring_in, group_name, read_and_guess, write_study

WAVE = "quick"
OUT = Path("reports") / "quick"  # below where the command is typed, a folder for each file
MOST_LAYERS = 200  # each layer repeats every table and its tests
MOST_CATEGORIES = 1000  # rows or columns of a cross-table that somebody could still read


@dataclass(frozen=True, slots=True)
class Request:
    """What was typed."""

    file: Path
    out: Path
    rows: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    layer: str | None = None
    weight: str | None = None
    like_spss: bool = False
    lang: str = ""
    formats: tuple[str, ...] = ()
    edition: str = "internal"
    encoding: str | None = None
    missing: tuple[str, ...] = ()
    all_statistics: bool = False

    @classmethod
    def of(cls, options: argparse.Namespace) -> Request:
        """From the command line; names may be parted by spaces or commas."""

        def names(values: Sequence[str]) -> tuple[str, ...]:
            return tuple(n for value in values for n in value.split(",") if n)

        return cls(
            options.file, options.out or OUT / options.file.stem, names(options.rows), names(options.by),
            options.layer, options.weight,
            options.like_spss, options.lang or "", names([options.formats]), options.edition, options.encoding,
            tuple(options.missing), options.all_statistics,
        )  # fmt: skip


def quick(request: Request, progress: Progress) -> list[str]:
    """Make the report in ``request.out``. Returns the paths made, as the user knows them."""
    for name in request.formats:
        if name not in render.formats():
            known = render.formats()
            raise UsageError(
                "cli.no_such_format", name=name, known=", ".join(known), nearest=nearest(name, known) or known[0]
            )
    lang = request.lang or progress.lang
    from pipeline import language

    if lang not in language.languages():
        raise UsageError("cli.no_such_language", name=lang, known=", ".join(language.languages()))
    if files.mark(request.out.resolve()).exists():
        raise UsageError("start.out_is_a_report", folder=on_one_line(str(request.out)))
    with _aside(request.out) as scratch:
        chosen = request.formats or render.usual()
        _spare(request.out, (*(f"report.{lang}.{name}" for name in chosen), "results.csv", "results.parquet", MANIFEST))
        job = counted(request, scratch, lang, progress)
        progress.step("quick_render", file=on_one_line(request.file.name))
        if request.edition == "public":
            run_stage(job, "disclose")
        last.run(job, (lang,), request.formats or render.usual(), request.edition)
        made = _hand_over(job.wave.reports, request.out)
    progress.clear()
    return made


def counted(request: Request, scratch: Path, lang: str, progress: Progress) -> Job:
    """A study of the file in a scratch folder, every stage but the last done: its numbers, ready to be shown."""
    study = layout(scratch)
    job = bring_in(request.file, study, WAVE, copy=False, encoding=request.encoding)
    job.rebuild, job.passing = _typed(request), True
    progress.step("quick_ingest", file=on_one_line(request.file.name))
    dictionary, guesses = read_and_guess(job)
    cross, weight = _names(request, dictionary, guesses)
    guesses = as_missing(request, as_asked(guesses, cross))
    _few_enough(request, job, guesses, cross)
    write_study(study, dictionary, guesses, request.file.stem, Start((lang,), weight, cross), passing=True)
    for stage in ("recognise", "harmonise", "validate", "process", "tabulate"):
        progress.step(f"quick_{stage}", file=on_one_line(request.file.name))
        if stage == "tabulate":
            _has_layers(request, job, cross)
        run_stage(job, stage)
    return job


@contextmanager
def _aside(out: Path) -> Iterator[Path]:
    """A folder to work in, within the one asked for, which is removed again where nothing came of it."""
    new = not out.exists()
    try:
        with files.scratch(out) as folder:
            yield folder
    except OSError as error:
        denied = isinstance(error, PermissionError | FileExistsError | NotADirectoryError)
        if error.errno not in files.REFUSALS and not denied:
            raise
        raise RenderingFailed(
            "cli.cannot_write", path=on_one_line(str(out)), reason=error.strerror or str(error)
        ) from None
    finally:
        if new:
            with suppress(OSError):
                out.rmdir()  # only when it is empty


def _typed(request: Request) -> str:
    """The command that makes this report: as it was typed, but for folders, which are nobody's business."""
    words = ["quick", on_one_line(request.file.name), "--out", "…"]
    for option, values in (("--rows", request.rows), ("--by", request.by)):
        words += [option, *values] if values else []
    words += ["--layer", request.layer] if request.layer else []
    words += ["--weight", request.weight] if request.weight else []
    words += ["--like-spss"] if request.like_spss else []
    words += ["--all-statistics"] if request.all_statistics else []
    words += ["--encoding", request.encoding] if request.encoding else []
    words += [word for value in request.missing for word in ("--missing", value)]
    return " ".join(["python -m pipeline", *(shlex.quote(w) if w != "…" else w for w in words)])


def _names(request: Request, dictionary: Dictionary, guesses: Guesses) -> tuple[Cross, tuple[str, str] | None]:
    """The names typed, as the file spells them: that spelling first, else any case, as SPSS reads names, if only one
    variable is meant."""
    known = [v.name for v in dictionary.variables]
    groups = [group_name(g, dictionary) for g in guesses.sets]
    spelt = {f"${g}": g for g in groups} | {n: n for n in [*groups, *known]}
    folded: dict[str, set[str]] = {}
    for spelling, own in spelt.items():
        folded.setdefault(_folded(spelling), set()).add(own)

    def find_one(name: str, option: str) -> str:
        if name in spelt:
            return spelt[name]
        meant = sorted(folded.get(_folded(name), ()))
        if len(meant) == 1:
            return meant[0]
        if meant:
            raise UsageError(
                "start.several_variables",
                file=on_one_line(request.file.name),
                option=option,
                name=name,
                names=", ".join(meant),
            )
        raise UsageError(
            "start.no_variable", file=on_one_line(request.file.name), option=option, name=name,
            nearest=nearest(name, [*known, *groups]) or ", ".join(known[:12]),
        )  # fmt: skip

    def find(name: str, option: str) -> str:
        if name in spelt:  # also a name that holds the sign for nesting
            return spelt[name]
        return nested_name(*(find_one(part, option) for part in name_parts(name)))

    cross = Cross(
        tuple(dict.fromkeys(find(n, "--rows") for n in request.rows)),
        tuple(dict.fromkeys(find(n, "--by") for n in request.by)),
        find(request.layer, "--layer") if request.layer else None,
        request.all_statistics,
    )
    if cross.layer is not None and not (cross.rows and cross.columns):
        raise UsageError("start.layer_without_table", file=on_one_line(request.file.name), name=cross.layer)
    if cross.layer is not None and cross.layer not in known:
        raise UsageError("start.layer_one_variable", file=on_one_line(request.file.name), name=cross.layer)
    weight = (
        dictionary.weight
        if request.weight is None
        else None
        if request.weight == "none"
        else find(request.weight, "--weight")
    )
    if weight is None:
        return cross, None
    if weight not in known or dictionary.variable(weight).kind == "string":
        raise UsageError("start.weight_no_number", file=on_one_line(request.file.name), name=weight)
    return cross, (weight, "like_spss" if request.like_spss else "probability")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _few_enough(request: Request, job: Job, guesses: Guesses, cross: Cross) -> None:
    """Refuse layers, rows and columns by the thousand: an identifier, mostly."""
    columns = job.columns(job.table("ingested", job.ingested))
    asked = [("--layer", cross.layer or "", MOST_LAYERS)]
    for option, names in (("--rows", cross.rows), ("--by", cross.columns)):
        asked += [(option, part, MOST_CATEGORIES) for name in names for part in name_parts(name)]
    for option, name, most in asked:
        if name in guesses.variables and (option == "--layer" or guesses.variables[name].kind != "numeric"):
            count = columns[name].k
            if count > most:
                raise UsageError(
                    "start.many_values",
                    file=on_one_line(request.file.name),
                    option=option,
                    name=name,
                    count=count,
                    most=most,
                )


def _has_layers(request: Request, job: Job, cross: Cross) -> None:
    """Refuse a layer of which no case has a valid value."""
    from pipeline.counting.cases import Cases

    if cross.layer is None:
        return
    cases = Cases(job.columns(job.table("responses", job.responses)), job.files.codebook)
    if not cases.valid_counts(cross.layer)[0]:
        raise UsageError("start.layer_without_values", file=on_one_line(request.file.name), name=cross.layer)


def as_asked(guesses: Guesses, cross: Cross) -> Guesses:
    """Text, dates and identifiers that a cross-table is asked for are categories, one per value."""
    asked = {p for name in (*cross.rows, *cross.columns, cross.layer or "") for p in name_parts(name)}
    changed = {
        name: replace(g, kind="nominal", why="asked_for")
        for name, g in guesses.variables.items()
        if name in asked and g.kind in ("text", "date", "identifier")
    }
    return replace(guesses, variables={**guesses.variables, **changed})


def as_missing(request: Request, guesses: Guesses) -> Guesses:
    """The codes that were said to be missing are; after ``none`` no label makes a code no answer."""
    variables = dict(guesses.variables)
    for value in request.missing:
        if value.strip().casefold() == "none":
            variables = {name: replace(g, no_answer=()) for name, g in variables.items()}
            continue
        name, equals, codes = value.partition("=")
        alike = [n for n in variables if _folded(n) == _folded(name.strip())]
        meant = name.strip() if name.strip() in variables else alike[0] if len(alike) == 1 else ""
        if not equals or not codes.strip():
            raise UsageError("start.missing_form", value=value)
        if not meant and alike:
            raise UsageError(
                "start.several_variables", file=request.file.name, option="--missing", name=name.strip(),
                names=", ".join(alike),
            )  # fmt: skip
        if not meant:
            raise UsageError(
                "start.no_variable", file=on_one_line(request.file.name), option="--missing", name=name.strip(),
                nearest=nearest(name, list(variables)) or ", ".join(list(variables)[:12]),
            )  # fmt: skip
        g = variables[meant]
        known = [code for code, _ in g.categories]
        said = tuple(_code_typed(code) for code in codes.split(","))
        unknown = [code for code in said if known and code not in known]
        if unknown:
            raise UsageError(
                "start.missing_no_code",
                file=on_one_line(request.file.name),
                name=meant,
                code=unknown[0],
                known=", ".join(known),
            )
        variables[meant] = replace(
            g,
            categories=tuple(pair for pair in g.categories if pair[0] not in said),
            no_answer=tuple(pair for pair in g.no_answer if pair[0] not in said),
            missing=(*g.missing, *said),
        )
    return replace(guesses, variables=variables, batteries=tuple(_on_one_scale(guesses.batteries, variables)))


def _on_one_scale(batteries: Sequence[Group], variables: Mapping[str, Guess]) -> Iterator[Group]:
    """The batteries without the variables of which other codes are missing now than of most."""
    for battery in batteries:
        answers = Counter((variables[m].categories, variables[m].missing) for m in battery.members)
        usual = answers.most_common(1)[0][0]
        members = tuple(m for m in battery.members if (variables[m].categories, variables[m].missing) == usual)
        if len(members) > 1:
            yield replace(battery, members=members)


def _code_typed(text: str) -> str:
    """A code as typed: 8, 8.0 and " 8" are the number 8; anything else is a text."""
    text = text.strip()
    try:
        return code_text(float(text))
    except ValueError:
        return text


def _hand_over(built: Path, out: Path) -> list[str]:
    """Put the files into the folder asked for in place of an earlier run's, if those are as that run made them.

    The manifest comes first: wherever a run is killed, a manifest names each of our files there, and the next run takes
    them away. So files about two data files never stand side by side.
    """
    _spare(out, (p.name for p in built.iterdir()))
    for name in _left(out):
        if _is_left(out, name):
            (out / name).unlink()
    made = sorted(built.iterdir(), key=lambda p: (p.name != MANIFEST, p.name))
    for path in made:
        path.replace(out / path.name)
    return [on_one_line(os.fspath(out / p.name)) for p in made]


def _spare(out: Path, names: Iterable[str]) -> None:
    """Refuse to write over files that no earlier run made, or that somebody has changed since."""
    for name in sorted(names):
        if os.path.lexists(out / name) and not _is_left(out, name):
            raise UsageError("start.out_has_a_file", folder=on_one_line(str(out)), name=name)


def _is_left(out: Path, name: str) -> bool:
    """Whether a file is as an earlier run made it; its manifest is where it names a file of ours."""
    old, left = out / name, _left(out)
    if not old.is_file() or old.is_symlink():
        return False
    return bool(left) if name == MANIFEST else name in left and files.file_hash(old) == left[name]


def _left(out: Path) -> dict[str, str]:
    """The files of an earlier run in that folder, with their hashes, as its manifest has them."""
    try:
        manifest = json.loads(files.read_file(out / MANIFEST))
        outputs = manifest["outputs"] if manifest["wave"] == WAVE else {}
        return {name: digest for name, digest in outputs.items() if Path(name).name == name}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
