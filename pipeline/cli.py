"""The command line: ``python -m pipeline COMMAND``. Words in, exit code out; the work is in the rooms.

Imports of heavy packages stay inside the commands: ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pipeline import __version__, language
from pipeline.errors import DEFECT, PipelineError, UsageError
from pipeline.paths import Layout, layout
from pipeline.progress import Progress
from pipeline.render import formats

if TYPE_CHECKING:
    from pipeline.audit.verdict import Verdict


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is ours: one message, both languages, exit code 2."""

    def error(self, message: str) -> NoReturn:
        raise UsageError("cli.bad_arguments", reason=message, command=self.prog)


def _parser(lang: str) -> argparse.ArgumentParser:
    def t(key: str) -> str:
        return language.text(lang, f"cli.{key}", known=", ".join(language.languages()))

    parser = _Parser(prog="python -m pipeline", description=t("about"))
    parser.add_argument("--version", action="version", version=f"surveyreport {__version__}")
    commands = parser.add_subparsers(dest="command", metavar=t("command"), required=True, parser_class=_Parser)

    def command(name: str) -> argparse.ArgumentParser:
        about = t(f"help_{name.replace('-', '_')}")
        one = commands.add_parser(name, help=about, description=about)
        one.add_argument("--lang", help=t("help_lang"))
        return one

    def of_study(name: str) -> argparse.ArgumentParser:
        one = command(name)
        one.add_argument("--study", metavar="DIR", help=t("help_study"))
        return one

    for name in ("report", "ingest", "recognise", "harmonise", "validate", "process", "tabulate", "render"):
        one = of_study(name)
        one.add_argument("--wave", action="append", default=[], metavar="W", help=t("help_wave"))
        one.add_argument("--force", action="store_true", help=t("help_force"))
        if name in ("report", "render"):
            one.add_argument("--formats", default="", metavar=",".join(formats()), help=t("help_formats"))
            one.add_argument("--edition", choices=("internal", "public"), default="internal", help=t("help_edition"))
    for name in ("rerun", "verify"):
        of_study(name).add_argument("--wave", action="append", default=[], metavar="W", help=t("help_wave"))
    audit = command("audit")
    audit.add_argument("file", metavar="FILE.yml", type=Path, nargs="?", default=None)
    audit.add_argument("--all", action="store_true", dest="every", help=t("help_audit_all"))
    of_study("open")
    of_study("clean")
    init = of_study("init")
    init.add_argument("file", metavar="FILE", type=Path)
    init.add_argument("--wave", metavar="W", help=t("help_wave"))
    new_wave = of_study("new-wave")
    new_wave.add_argument("file", metavar="FILE", type=Path)
    new_wave.add_argument("wave", metavar="WAVE", help=t("help_wave"))
    for name in ("mappings-out", "mappings-in", "stack"):
        one = of_study(name)
        one.add_argument("file", metavar="FILE", type=Path, help=t(f"help_{name.replace('-', '_')}_file"))
        if name == "mappings-in":
            one.add_argument("--by", default="", metavar="NAME", help=t("help_mappings_by"))
        else:
            one.add_argument("--wave", action="append", default=[], metavar="W", help=t("help_wave"))
    coding_out = of_study("coding-out")
    coding_out.add_argument("question", metavar="VARIABLE", help=t("help_coding_question"))
    coding_out.add_argument("file", metavar="FILE.xlsx", type=Path, help=t("help_coding_out_file"))
    coding_out.add_argument("--wave", action="append", default=[], metavar="W", help=t("help_wave"))
    coding_out.add_argument("--coders", default="", metavar="A,B", help=t("help_coders"))
    of_study("coding-in").add_argument("file", metavar="FILE.xlsx", type=Path, help=t("help_coding_in_file"))
    demo = command("demo")
    demo.add_argument("--out", metavar="DIR", type=Path, help=t("help_demo_out"))
    demo.add_argument("--formats", default="", metavar=",".join(formats()), help=t("help_formats"))
    quick = command("quick")
    quick.add_argument("file", metavar="FILE", type=Path, nargs="?")
    quick.add_argument("--out", metavar="DIR", type=Path, help=t("help_out"))
    quick.add_argument("--rows", nargs="+", action="extend", default=[], metavar="V", help=t("help_rows"))
    quick.add_argument("--by", nargs="+", action="extend", default=[], metavar="V", help=t("help_by"))
    quick.add_argument("--layer", metavar="V", help=t("help_layer"))
    quick.add_argument("--weight", metavar="V|none", help=t("help_weight"))
    for one in (init, new_wave, quick):
        one.add_argument("--encoding", metavar="E", help=t("help_encoding"))
    quick.add_argument("--missing", action="append", default=[], metavar="V=8,9|none", help=t("help_missing"))
    quick.add_argument("--like-spss", action="store_true", help=t("help_like_spss"))
    quick.add_argument("--all-statistics", action="store_true", help=t("help_all_statistics"))
    quick.add_argument("--formats", default="", metavar=",".join(formats()), help=t("help_formats"))
    quick.add_argument("--edition", choices=("internal", "public"), default="internal", help=t("help_edition"))
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run a command; returns the exit code. A user's mistake prints one message, a defect goes to the log."""
    lang = _language(arguments)
    progress = Progress(lang)
    try:
        options = _parse(lang, arguments)
        return _commands()[options.command](options, progress)
    except PipelineError as error:
        progress.clear()
        print(error.message(progress.lang), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        progress.clear()
        print(language.text(progress.lang, "cli.interrupted"), file=sys.stderr)
        return 130
    except Exception:
        progress.clear()
        return _defect(arguments, progress.lang)


def _parse(lang: str, arguments: Sequence[str]) -> argparse.Namespace:
    """The options of a command. ``quick --rows A --by B FILE`` means what it says: the last word is the file, though
    ``--by`` takes every word behind it."""
    parser = _parser(lang)
    options = parser.parse_args(list(arguments))
    if options.command == "quick" and options.file is None:
        lists = [v for v in (options.by, options.rows) if len(v) > 1]
        taken = next((v for v in lists if v[-1] == arguments[-1] or Path(v[-1]).is_file()), None)
        if taken is None:
            reason = language.text(lang, "cli.no_file")
            raise UsageError("cli.bad_arguments", reason=reason, command="python -m pipeline quick")
        options.file = Path(taken.pop())
    return options


def _language(arguments: Sequence[str]) -> str:
    """The language asked for on the command line, else the terminal's."""
    for word, following in zip(arguments, [*arguments, ""][1:], strict=True):
        value = word.removeprefix("--lang=") if word.startswith("--lang=") else following if word == "--lang" else ""
        if value in language.languages():
            return value
    return language.user_language()


def _defect(arguments: Sequence[str], lang: str) -> int:
    """A mistake of ours: the traceback goes to a log file, the user is told where."""
    study = next((arguments[i + 1] for i, a in enumerate(arguments[:-1]) if a == "--study"), None)
    from pipeline import publish

    shown = publish.log(layout(study), f"python -m pipeline {' '.join(arguments)}\n{traceback.format_exc()}\n")
    if shown == "–":
        traceback.print_exc()
    print(language.text(lang, "cli.defect", log=shown), file=sys.stderr)
    return DEFECT


# ---------------------------------------------------------------- commands


def _seconds(time: float, progress: Progress) -> str:
    """A time in seconds with one decimal, as the language writes it."""
    whole, tenth = divmod(round(time * 10), 10)
    return language.text(progress.lang, "cli.seconds", whole=whole, tenth=tenth)


def _report(options: argparse.Namespace, progress: Progress) -> int:
    from pipeline import run
    from pipeline.unattended.rerun import report

    wanted = run.Wanted(
        langs=tuple(x for x in (options.lang or "").split(",") if x),
        formats=tuple(x.strip() for x in options.formats.split(",") if x.strip()),
        edition=options.edition,
        force=options.force,
    )
    place = layout(options.study)
    attempts = report(place, _words(options.wave), wanted, progress)
    spent = progress.spent()
    for attempt in attempts:
        if attempt.state != "failed":
            progress.say("fresh" if attempt.state == "fresh" else "made", wave=attempt.wave)
            for path in attempt.files:
                print(place.shown(path))
    if any(attempt.state not in ("fresh", "failed", "waiting") for attempt in attempts):
        progress.say("took", total=_seconds(sum(spent.values()), progress), stages=", ".join(
            f"{name.removeprefix('stage_')} {_seconds(time, progress)}" for name, time in spent.items()
        ))  # fmt: skip
    # Several waves may fail for the same reason, a mistake in the study: it is said once.
    for reason in dict.fromkeys((a.reason or {}).get(progress.lang, "") for a in attempts if a.state == "failed"):
        progress.line(reason)
    return max((attempt.exit_code for attempt in attempts), default=0)


def _words(values: Sequence[str]) -> list[str]:
    """``--wave 2009 --wave 2026`` and ``--wave 2009,2026`` are the same."""
    return [w for value in values for w in value.replace(",", " ").split()]


def _stage(options: argparse.Namespace, progress: Progress) -> int:
    from pipeline import run

    wanted = run.Wanted(
        langs=tuple(x for x in (options.lang or "").split(",") if x),
        formats=tuple(x.strip() for x in getattr(options, "formats", "").split(",") if x.strip()),
        edition=getattr(options, "edition", "internal"),
        force=options.force,
    )
    run.stage(layout(options.study), options.command, _words(options.wave), wanted, progress)
    progress.say("stage_done", stage=options.command)
    return 0


def _rerun(options: argparse.Namespace, progress: Progress) -> int:
    from pipeline import run
    from pipeline.unattended.rerun import rerun

    return rerun(layout(options.study), _words(options.wave), run.Wanted(), progress)


def _verify(options: argparse.Namespace, progress: Progress) -> int:
    from pipeline.unattended.verify import verify

    for wave, count in verify(layout(options.study), _words(options.wave), progress):
        progress.line(language.text(progress.lang, "unattended.verified", wave=wave, count=count))
    return 0


def _open(options: argparse.Namespace, progress: Progress) -> int:
    import webbrowser

    place = layout(options.study)
    reports = sorted(place.reports.glob("*/report.*.html"))
    if not reports:
        raise UsageError("cli.nothing_to_open", folder=place.shown(place.reports))
    mine = [p for p in reports if p.name == f"report.{progress.lang}.html"] or reports
    print(place.shown(mine[-1]))
    webbrowser.open(mine[-1].resolve().as_uri())
    return 0


def _init(options: argparse.Namespace, progress: Progress) -> int:
    from pipeline.start import init

    study = init.init(options.file, layout(options.study), options.wave, progress, options.encoding)
    progress.say("init_done", folder=study)
    return 0


def _new_wave(options: argparse.Namespace, progress: Progress) -> int:
    from pipeline.waves.new_wave import lines, new_wave

    place = layout(options.study)
    brought = new_wave(options.file, options.wave, place, progress, options.encoding)
    for path in brought.written:
        print(place.shown(path))
    for line in lines(brought, place, options.wave, progress.lang):
        progress.line(line)
    return 0


def _mappings(options: argparse.Namespace, progress: Progress) -> int:
    """The harmonisation table out and in, and the waves' data stacked; the stages that they need are run."""
    from pipeline import run
    from pipeline.stages import mappings

    place, waves, lang = layout(options.study), _words(getattr(options, "wave", ())), progress.lang
    run.stage(place, "harmonise" if options.command == "stack" else "recognise", waves, run.Wanted(), progress)
    progress.clear()
    if options.command == "mappings-in":
        changed = mappings.take(place, options.file, lang, options.by)
        for path in changed:
            print(place.shown(path))
        if not changed:
            progress.say("mappings_unchanged", file=str(options.file))
    elif options.command == "mappings-out":
        progress.say("mappings_out", file=str(options.file), count=mappings.write(place, waves, options.file, lang))
    else:
        made = mappings.stack(place, waves, options.file, lang)
        progress.say("stacked", file=str(options.file), rows=made.rows, columns=made.columns)
        if made.partly:
            names = ", ".join(made.partly)
            progress.say("stacked_partly", file=str(options.file), count=len(made.partly), variables=names)
    return 0


def _coding(options: argparse.Namespace, progress: Progress) -> int:
    """The answers to an open question out to a workbook, the codes that people gave them back in."""
    from pipeline import run
    from pipeline.stages import coding

    place, lang = layout(options.study), progress.lang
    if options.command == "coding-out":
        waves = _words(options.wave)
        run.stage(place, "harmonise", waves, run.Wanted(), progress)
        progress.clear()
        coders = [name.strip() for name in options.coders.split(",") if name.strip()]
        count = coding.write(place, waves, options.question, options.file, lang, coders)
        progress.say("coding_out", file=str(options.file), count=count)
        return 0
    taken = coding.take(place, options.file)
    print(place.shown(taken.path))
    for coder, count in taken.coded:
        progress.say("coding_in", coder=coder, count=count)
    if taken.to_add:
        progress.say("coding_add", codebook=place.shown(place.codebook))
        print(taken.to_add)
    return 0


def _demo(options: argparse.Namespace, progress: Progress) -> int:
    from pipeline.waves.demo import prepare

    options.study = str(prepare(options.out))
    options.wave, options.edition, options.force = [], "internal", False
    return _report(options, progress)


def _quick(options: argparse.Namespace, progress: Progress) -> int:
    from pipeline.start import quick

    for path in quick.quick(quick.Request.of(options), progress):
        print(path)
    return 0


def _audit(options: argparse.Namespace, progress: Progress) -> int:
    """Whatever the verdict on the figures is, 0: it was reached."""
    import textwrap

    from pipeline.audit import claims
    from pipeline.audit.verdict import Verdict

    published, questions = claims.load(layout(), options.file or layout().published)
    verdict = Verdict(published, progress.lang, options.every)
    for i, paragraph in enumerate(verdict.paragraphs(questions)):
        indent = " " * (len(paragraph) - len(paragraph.lstrip(" –")))
        print("" if indent or i == 0 else "\n", end="")
        print(textwrap.fill(paragraph, 100, subsequent_indent=indent))
    if options.file is None:
        _audit_beside(verdict, layout())
    return 0


def _audit_beside(verdict: Verdict, place: Layout) -> None:
    """The study's own figures beside the data of its waves, as far as these were counted."""
    from pipeline.audit.against import against
    from pipeline.results import Results
    from pipeline.spec.load import load
    from pipeline.stages.job import Job

    place = place.as_now()
    for name in place.waves():
        job = Job(place, place.wave(name))
        if job.results_file.is_file():
            results = Results.read(job.results_file)
            compared = against(verdict.published, results, name, load(place).study.population.size)
            print("", *verdict.beside(compared, name), sep="\n")


def _clean(options: argparse.Namespace, progress: Progress) -> int:
    from pipeline import publish

    place = layout(options.study)
    for path in publish.clean(place):
        progress.line(place.shown(path))
    return 0


def _commands() -> dict[str, Callable[[argparse.Namespace, Progress], int]]:
    return {
        "report": _report, "render": _stage, "ingest": _stage, "recognise": _stage, "harmonise": _stage,
        "validate": _stage, "process": _stage, "tabulate": _stage, "open": _open, "rerun": _rerun, "verify": _verify,
        "init": _init, "new-wave": _new_wave, "demo": _demo, "mappings-out": _mappings, "mappings-in": _mappings,
        "stack": _mappings, "coding-out": _coding, "coding-in": _coding, "quick": _quick, "clean": _clean,
        "audit": _audit,
    }  # fmt: skip
