"""The scheduled run: what a dropped file gives, what a damaged one leaves, what is written and who is called."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.errors import DataRejected, Locked, StudyError
from pipeline.files import file_hash
from pipeline.paths import ROOT, Layout
from pipeline.unattended import settle, status
from pipeline.unattended.schedule import Schedule
from tests.faults import tiny
from tests.spss.build import sav

Rerun = Callable[..., object]


def survey(study: Layout, wave: str = tiny.WAVE) -> Path:
    return study.raw / wave / "survey.sav"


def page(study: Layout, lang: str = "en", wave: str = tiny.WAVE) -> str:
    return (study.reports / wave / f"report.{lang}.html").read_text("utf-8")


def whole(study: Layout, wave: str = tiny.WAVE) -> bool:
    folder = study.reports / wave
    outputs = json.loads((folder / "manifest.json").read_text("utf-8"))["outputs"]
    return bool(outputs) and all(file_hash(folder / name) == digest for name, digest in outputs.items())


def test_a_file_dropped_into_a_prepared_wave_gives_its_report(study: Layout, again: Rerun) -> None:
    survey(study).unlink()
    before = again()
    assert before.code == 0
    assert before.status.waves["2009"].state == "waiting"
    assert "waiting for it" in before.said
    survey(study).write_bytes(tiny.survey())
    after = again()
    assert after.code == 0
    assert after.status.waves["2009"].state == "published"
    assert after.status.waves["2009"].files == ("2009/report.en.html", "2009/report.it.html")
    assert whole(study)
    assert again().status.waves["2009"].state == "fresh"


def test_a_schedule_in_a_process_of_its_own_picks_up_a_dropped_file(study: Layout) -> None:
    """The command a scheduler starts, again and again, while a person does nothing but copy a file."""
    (study.files / "schedule.yml").write_text("wait_seconds: 0.3\npatience_seconds: 30\n", "utf-8")
    content = tiny.survey()
    survey(study).unlink()

    def drop() -> None:
        with survey(study).open("wb") as f:
            for i in range(0, len(content), 200):
                f.write(content[i : i + 200])
                f.flush()
                time.sleep(0.15)

    person = threading.Thread(target=drop)
    command = [sys.executable, "-m", "pipeline", "rerun", "--study", str(study.base), "--lang", "en"]
    person.start()
    codes = []
    for _ in range(12):
        codes.append(subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode)
        if study.index.is_file() and (study.reports / "2009").is_dir():
            break
    person.join()
    assert set(codes) == {0}
    assert whole(study)


def test_a_replaced_file_gives_the_new_report_and_says_that_the_record_changed(study: Layout, again: Rerun) -> None:
    again()
    first = page(study)
    survey(study).write_bytes(tiny.survey(1))
    digest = file_hash(survey(study))
    changed = again()
    assert (changed.code, changed.status.waves["2009"].state) == (0, "published")
    assert page(study) != first
    notice = changed.status.waves["2009"].notice
    assert notice is not None
    assert f"sha256: {digest}" in notice["it"]
    assert "source.yml" in notice["it"]
    assert notice["en"] in changed.said
    still = again()
    assert still.status.waves["2009"].state == "fresh"
    assert still.status.waves["2009"].notice == notice, "a change is not accepted by being seen twice"
    source = study.raw / "2009" / "source.yml"
    source.write_text(source.read_text("utf-8") + f"sha256: {digest}\n", "utf-8")
    accepted = again()
    assert accepted.status.waves["2009"].notice is None
    record = json.loads(study.seen.read_text("utf-8"))["2009"]
    assert record["sha256"] == digest
    assert [b["sha256"] for b in record["before"]] != [digest]


def test_the_record_of_hashes_survives_a_clean(study: Layout, again: Rerun) -> None:
    again()
    shutil.rmtree(study.processed)
    shutil.rmtree(study.reports)
    survey(study).write_bytes(tiny.survey(1))
    assert again().status.waves["2009"].notice is not None


def test_a_file_cut_short_is_no_first_sight(study: Layout, again: Rerun) -> None:
    survey(study).write_bytes(tiny.survey()[:-40])
    assert again().code == 3
    survey(study).write_bytes(tiny.survey())
    assert again().status.waves["2009"].notice is None


def test_an_unreadable_record_of_hashes_is_said_and_not_overwritten(study: Layout, again: Rerun) -> None:
    again()
    study.seen.write_text("[", "utf-8")
    survey(study).write_bytes(tiny.survey(1))
    notice = again().status.waves["2009"].notice
    assert notice is not None
    assert "seen.json" in notice["en"]
    assert study.seen.read_text("utf-8") == "["


def test_a_damaged_file_leaves_the_last_good_report_with_a_dated_banner(study: Layout, again: Rerun) -> None:
    good_run = again()
    good = {p.name: p.read_bytes() for p in (study.reports / "2009").iterdir()}
    survey(study).write_bytes(tiny.survey(1)[:-40])
    failed = again()
    assert failed.code == 3
    wave = failed.status.waves["2009"]
    assert wave.state == "failed"
    assert wave.published == good_run.status.waves["2009"].published
    assert wave.last_failure is not None
    assert wave.last_failure.exit_code == 3
    assert "survey.sav" in wave.last_failure.reason["it"]
    assert wave.last_failure.reason["it"] != wave.last_failure.reason["en"]
    assert whole(study)
    day = time.strftime("%Y", time.gmtime())
    for lang, words in (("en", "Not up to date since"), ("it", "Non più aggiornato, in data")):
        shown = page(study, lang)
        assert words in shown
        assert day in shown[shown.index(words) : shown.index(words) + 80]
        begin, end = shown.index("<!--newer data failed-->"), shown.index("<!--/newer data failed-->\n")
        assert shown.index("<h1>") > end
        without = shown[:begin] + shown[end + len("<!--/newer data failed-->\n") :]
        assert without.encode() == good[f"report.{lang}.html"]
    assert (study.reports / "2009" / "results.parquet").read_bytes() == good["results.parquet"]
    same = page(study)
    assert again().code == 3
    assert page(study) == same, "the same failure keeps the date of its first time"
    index = study.index.read_text("utf-8")
    assert "L'ultima esecuzione non è riuscita".replace("'", "&#39;") in index
    assert "The last run failed. The report below is the last good one." in index

    survey(study).write_bytes(tiny.survey())
    mended = again()
    assert mended.code == 0
    assert {p.name: p.read_bytes() for p in (study.reports / "2009").iterdir()} == good
    assert "last_failure" in json.loads(study.status.read_text("utf-8"))["waves"]["2009"]


def test_a_newer_file_that_the_gate_stops_has_its_banner_too(study: Layout, again: Rerun) -> None:
    again()
    survey(study).write_bytes(tiny.survey(1, strange=7.0))
    failed = again()
    assert failed.code == 3
    assert "Not up to date since" in page(study)


def test_a_mistake_in_the_study_puts_no_banner_on_a_report_of_the_same_data(study: Layout, again: Rerun) -> None:
    again()
    study.codebook.write_text(tiny.CODEBOOK.replace("kind: numeric", "kind: numbers"), "utf-8")
    failed = again()
    assert (failed.code, failed.status.waves["2009"].state) == (2, "failed")
    assert "Not up to date" not in page(study)


def test_one_wave_fails_the_others_go_on_and_the_worst_code_is_returned(study: Layout, again: Rerun) -> None:
    for wave, content in (("2010", tiny.survey(2)), ("2011", b"no survey at all" * 20)):
        (study.raw / wave).mkdir()
        survey(study, wave).write_bytes(content)
    (study.raw / "2012 copia").mkdir()
    run = again()
    assert run.code == 3
    states = {name: wave.state for name, wave in run.status.waves.items()}
    assert states == {
        "2009": "published",
        "2010": "published",
        "2011": "failed",
        "2012 copia": "failed",
        "comparison": "published",
    }
    after = again(["2010"])
    assert (after.code, after.status.waves["2010"].state) == (0, "fresh")
    assert after.status.waves["2011"].state == "failed"


@pytest.mark.parametrize("name", ["survey.sav", "Survey.SAV", "indagine 2010.sav"])
def test_a_file_dropped_into_a_new_folder_needs_nothing_else(study: Layout, again: Rerun, name: str) -> None:
    """No ``source.yml``, and the name that the file came with: the report is made, and says what is not recorded."""
    (study.raw / "2010").mkdir()
    (study.raw / "2010" / name).write_bytes(tiny.survey(2))
    assert again().status.waves["2010"].state == "published"
    assert whole(study, "2010")
    text = page(study, wave="2010")
    assert "Wave 2010" in text
    assert "data/raw/2010/source.yml: this file is missing" in text


def test_a_dropped_file_that_asks_otherwise_has_its_mapping_drafted(study: Layout, again: Rerun) -> None:
    """Beside a wave that is known: what is the same is reported, the rest is proposed and waits for a person."""
    again()
    raw = study.raw / "2010"
    raw.mkdir()
    columns = [c for c in tiny.COLUMNS if c.name != "area"]
    raw.joinpath("nuova.sav").write_bytes(sav(columns, [(1.0, 3.0, 1.0), (2.0, 4.0, 1.0)] * 5))
    run = again()
    assert (run.code, run.status.waves["2010"].state) == (0, "published")
    assert "area: not asked" in run.said
    assert "data/raw/2010/mapping.yml" in run.said
    mapping = (raw / "mapping.yml").read_text("utf-8")
    assert "confirmed: no" in mapping
    assert "Area" in page(study, wave="2010"), "the report says what waits for a person"
    confirmed = mapping.replace("    confirmed: no", "    confirmed: yes")
    (raw / "mapping.yml").write_text(confirmed, "utf-8")
    assert again().status.waves["2010"].state == "published"
    assert (raw / "mapping.yml").read_text("utf-8") == confirmed, "a person's file stays as it is"


def test_a_dropped_file_that_asks_the_same_needs_no_mapping(study: Layout, again: Rerun) -> None:
    again()
    (study.raw / "2010").mkdir()
    survey(study, "2010").write_bytes(tiny.survey(2))
    assert again().status.waves["2010"].state == "published"
    assert [p.name for p in (study.raw / "2010").iterdir()] == ["survey.sav"]


def test_a_file_beside_the_waves_is_named_with_what_to_type(study: Layout, again: Rerun) -> None:
    (study.raw / "2010.sav").write_bytes(tiny.survey(2))
    run = again()
    assert run.code == 0
    assert "data/raw/2010.sav" in run.said
    assert "make new-wave FILE=" in run.said


def test_a_defect_of_ours_is_logged_and_other_waves_go_on(
    study: Layout, again: Rerun, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline import run as runs

    shutil.copytree(study.raw / "2009", study.raw / "2010")
    real = runs.report

    def broken(layout: Layout, waves: list[str], *rest: object) -> object:
        if waves == ["2009"]:
            raise ZeroDivisionError("of ours")
        return real(layout, waves, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(runs, "report", broken)
    done = again()
    assert done.code == 70
    assert done.status.waves["2010"].state == "published"
    assert "ZeroDivisionError" in study.log.read_text("utf-8")
    assert "ZeroDivisionError" not in done.said


def test_history_is_bounded_and_runs_alike_are_one_line(study: Layout, again: Rerun) -> None:
    study.schedule.write_text(tiny.SCHEDULE + "runs_kept: 3\n", "utf-8")
    for _ in range(3):
        last = again()
    assert [(r.waves["2009"], r.times) for r in last.status.runs] == [("fresh", 2), ("published", 1)]
    for version in (1, 2):
        survey(study).write_bytes(tiny.survey(version))
        last = again()
    assert [r.waves["2009"] for r in last.status.runs] == ["published", "published", "fresh"]


def test_no_wave_is_said_recorded_and_rejected(study: Layout, again: Rerun) -> None:
    shutil.rmtree(study.raw)
    with pytest.raises(DataRejected):
        again()
    run = json.loads(study.status.read_text("utf-8"))["runs"][0]
    assert run["exit_code"] == 3
    assert "survey.sav" in run["reason"]["it"]


def test_a_mistake_in_the_schedule_names_its_line(study: Layout, again: Rerun) -> None:
    study.schedule.write_text("wait_seconds: 0\non_fail: [mail]\n", "utf-8")
    with pytest.raises(StudyError, match=r"schedule\.yml, line 2: .*on_failure"):
        again()


def test_another_run_at_work(study: Layout, again: Rerun) -> None:
    import fcntl

    study.processed.mkdir(parents=True)
    with study.lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(Locked) as caught:
            again()
    assert caught.value.exit_code == 7
    assert not study.status.exists()


# ---------------------------------------------------------------- who is told


def notes(study: Layout) -> list[dict[str, str]]:
    path = study.base / "notes.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_commands_are_called_without_a_shell_and_once_per_failure(study: Layout, again: Rerun) -> None:
    script = study.base / "note.py"
    script.write_text(
        "import json, os, sys\n"
        "facts = {k: v for k, v in os.environ.items() if k.startswith('SURVEY_')}\n"
        "open('notes.jsonl', 'a').write(json.dumps({**facts, 'word': sys.argv[1]}) + '\\n')\n"
    )
    call = json.dumps([sys.executable, str(script), "$(touch hacked); *"])
    study.schedule.write_text(tiny.SCHEDULE + f"on_failure: {call}\non_success: {call}\n", "utf-8")
    again()
    again()
    assert [n["SURVEY_STATE"] for n in notes(study)] == ["published"], "nothing to do is no news"
    assert notes(study)[0]["word"] == "$(touch hacked); *"
    assert not (study.base / "hacked").exists()
    survey(study).write_bytes(tiny.survey(1)[:-40])
    again()
    again()
    assert [n["SURVEY_STATE"] for n in notes(study)] == ["published", "failed"], "the same failure is told once"
    last = notes(study)[-1]
    assert (last["SURVEY_WAVE"], last["SURVEY_EXIT_CODE"]) == ("2009", "3")
    assert "survey.sav" in last["SURVEY_REASON_IT"]
    survey(study).write_bytes(tiny.survey(1)[:-48])
    again()
    assert len(notes(study)) == 3, "another file that fails is news"


def note_taker(study: Layout) -> str:
    """A command that keeps what it is told."""
    script = study.base / "note.py"
    script.write_text(
        "import json, os\n"
        "facts = {k: v for k, v in os.environ.items() if k.startswith('SURVEY_')}\n"
        "open('notes.jsonl', 'a').write(json.dumps(facts) + '\\n')\n"
    )
    return json.dumps([sys.executable, str(script)])


def test_a_recovery_calls_its_command_also_where_the_old_file_was_put_back(study: Layout, again: Rerun) -> None:
    call = note_taker(study)
    study.schedule.write_text(tiny.SCHEDULE + f"on_recovery: {call}\n", "utf-8")
    again()
    survey(study).write_bytes(tiny.survey(1)[:-40])
    again()
    assert notes(study) == []
    survey(study).write_bytes(tiny.survey())
    assert again().status.waves["2009"].state in ("fresh", "published")
    again()
    assert [(n["SURVEY_WAVE"], n["SURVEY_STATE"]) for n in notes(study)] == [("2009", "recovered")]


@pytest.mark.parametrize("command", ["rerun", "report"])
def test_a_run_that_was_killed_is_told_by_the_next_once(study: Layout, again: Rerun, command: str) -> None:
    study.schedule.write_text(tiny.SCHEDULE + f"on_failure: {note_taker(study)}\n", "utf-8")
    again()
    survey(study).write_bytes(tiny.survey(1))
    code = "import os, signal\nfrom pipeline import run\n"
    code += "run._wave = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
    code += f"import sys; from pipeline.cli import main; sys.exit(main([{command!r}, '--study', {str(study.base)!r}]))"
    killed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert killed.returncode == -9 and study.running.is_file()
    run = again()
    assert run.code == 0 and "never came to its end" in run.said
    assert [(r.exit_code, r.command) for r in run.status.runs[:2]] == [(0, "rerun"), (137, command)]
    assert "killed" in (run.status.runs[1].reason or {})["en"]
    assert "mai arrivata alla fine" in study.index.read_text("utf-8") or "never came" in study.index.read_text("utf-8")
    assert not study.running.exists() and again().status.runs[0].exit_code == 0
    assert [n["SURVEY_STATE"] for n in notes(study)] == ["killed"]


def test_a_killed_run_is_told_by_a_run_by_hand_that_has_nothing_to_do(study: Layout, again: Rerun) -> None:
    again()
    study.running.write_text('{"command": "report", "started": "2026-11-27T10:00:00"}', "utf-8")
    assert main(["report", "--study", str(study.base)]) == 0
    assert not study.running.exists()
    runs = (status.read(study) or status.Status(updated="")).runs
    assert [(r.exit_code, r.command) for r in runs[:2]] == [(0, "report"), (137, "report")]


def test_the_comparison_says_so_while_the_newest_data_of_a_wave_cannot_be_used(study: Layout, again: Rerun) -> None:
    second = study.raw / "2012"
    shutil.copytree(study.raw / "2009", second)
    (second / "survey.sav").write_bytes(tiny.survey(1))
    again()
    good = page(study, wave="comparison")
    (second / "survey.sav").write_bytes(tiny.survey(2)[:-40])
    run = again()
    said = page(study, wave="comparison")
    assert "The newest data of wave 2012 could not be used" in said and whole(study, "comparison")
    assert run.status.waves["comparison"].banner is not None and run.status.waves["comparison"].state == "fresh"
    survey(study).write_bytes(tiny.survey(3))  # another wave is new meanwhile: the new comparison bears it too
    again()
    assert "The newest data of wave 2012 could not be used" in page(study, wave="comparison")
    survey(study).write_bytes(tiny.survey())
    (second / "survey.sav").write_bytes(tiny.survey(1))
    run = again()
    assert page(study, wave="comparison") == good and run.status.waves["comparison"].banner is None


def test_a_command_that_fails_changes_nothing_but_is_said(study: Layout, again: Rerun) -> None:
    study.schedule.write_text(tiny.SCHEDULE + "on_success: [no-such-command]\n", "utf-8")
    run = again()
    assert run.code == 0
    assert "no-such-command" in run.said
    study.schedule.write_text(tiny.SCHEDULE + "on_success: [sleep, 30]\ncommand_seconds: 0.2\n", "utf-8")
    survey(study).write_bytes(tiny.survey(1))
    run = again()
    assert run.code == 0
    assert "0.2 s" in run.said


# ---------------------------------------------------------------- whole files


def test_a_growing_file_is_left_for_the_next_run(study: Layout, again: Rerun, monkeypatch: pytest.MonkeyPatch) -> None:
    again()
    good = page(study)
    study.schedule.write_text("wait_seconds: 60\npatience_seconds: 0\n", "utf-8")
    content = tiny.survey(1)
    survey(study).write_bytes(content[:400])

    def meanwhile(seconds: float) -> None:
        assert 0 < seconds <= 60
        with survey(study).open("ab") as f:
            f.write(content[400:500])

    monkeypatch.setattr(settle, "arriving", partial(settle.arriving, sleep=meanwhile))
    run = again()
    assert (run.code, run.status.waves["2009"].state) == (0, "waiting")
    assert "still being written" in run.said
    assert page(study) == good
    monkeypatch.undo()
    study.schedule.write_text(tiny.SCHEDULE, "utf-8")
    survey(study).write_bytes(content)
    assert again().status.waves["2009"].state == "published"


def test_a_copy_that_pauses_is_given_patience(study: Layout, again: Rerun) -> None:
    study.schedule.write_text("wait_seconds: 0\npatience_seconds: 60\n", "utf-8")
    survey(study).write_bytes(tiny.survey(rows=400)[:1100])
    assert settle.too_short(survey(study))
    run = again()
    assert (run.code, run.status.waves["2009"].state) == (0, "waiting")
    study.schedule.write_text("wait_seconds: 0\npatience_seconds: 0\n", "utf-8")
    assert again().code == 3


@pytest.mark.parametrize("compression", ["bytecode", "zlib"])
def test_a_compressed_copy_that_pauses_is_given_patience(study: Layout, again: Rerun, compression: str) -> None:
    """How long a compressed file will be is not in its header: it is read, and waits where it cannot be."""
    import pandas as pd
    import pyreadstat

    path = survey(study)
    again()
    words = [f"{'x' * (i % 200)}{i}" for i in range(400)]
    data = pd.DataFrame({"forma": [1.0, 2.0] * 200, "area": [1.0] * 400, "anni": range(400), "altro": words})
    pyreadstat.write_sav(data, str(path), compress=compression == "zlib", row_compress=compression == "bytecode")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 9 // 10])
    assert not settle.too_short(path)
    study.schedule.write_text("wait_seconds: 0\npatience_seconds: 60\n", "utf-8")
    run = again()
    assert (run.code, run.status.waves["2009"].state) == (0, "waiting") and "cannot be read to its end" in run.said
    assert "aside class" not in page(study)
    study.schedule.write_text("wait_seconds: 0\npatience_seconds: 0\n", "utf-8")
    assert again().code == 3


def test_a_file_at_rest_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "survey.sav"
    path.write_bytes(tiny.survey())
    now = path.stat().st_ctime
    naps: list[float] = []
    schedule = Schedule(wait_seconds=10)
    assert settle.arriving([path], schedule, clock=lambda: now + 11, sleep=naps.append) == set()
    assert naps == []
    assert settle.arriving([path], schedule, clock=lambda: now + 4, sleep=naps.append) == set()
    assert naps == [pytest.approx(6, abs=0.01)]


def test_a_time_set_back_by_the_copying_program_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "survey.sav"
    path.write_bytes(tiny.survey())
    os.utime(path, (0, 0))
    naps: list[float] = []
    settle.arriving([path], Schedule(wait_seconds=10), clock=lambda: path.stat().st_ctime, sleep=naps.append)
    assert naps == [10]


@pytest.mark.parametrize("compression", [0, 1])
@pytest.mark.parametrize("order", ["<", ">"])
def test_the_least_size_of_a_file_follows_from_its_header(tmp_path: Path, compression: int, order: str) -> None:
    from tests.spss.build import sav

    content = sav(tiny.COLUMNS, [(1.0, 2.0, 3.0, 4.0)] * 400, compression=compression, order=order)
    path = tmp_path / "survey.sav"
    path.write_bytes(content)
    assert not settle.too_short(path)
    path.write_bytes(content[: 176 + 400])
    assert settle.too_short(path)
    path.write_bytes(b"")
    assert settle.too_short(path)


# ---------------------------------------------------------------- by hand


def test_a_report_by_hand_keeps_the_same_records(study: Layout, run: Callable[..., object]) -> None:
    command = ("report", "--study", study.base, "--formats", "html")
    assert run(*command).code == 0
    status = json.loads(study.status.read_text("utf-8"))
    assert status["waves"]["2009"]["state"] == "published"
    assert status["runs"][0]["command"] == "report"
    before = {p: p.stat().st_mtime_ns for p in study.base.rglob("*")}
    assert run(*command).code == 0
    assert {p: p.stat().st_mtime_ns for p in study.base.rglob("*")} == before, "nothing to do writes nothing"
    survey(study).write_bytes(tiny.survey(1)[:-40])
    assert run(*command).code == 3
    assert json.loads(study.status.read_text("utf-8"))["waves"]["2009"]["state"] == "failed"
    assert "Not up to date since" in page(study)
    survey(study).write_bytes(tiny.survey())
    assert run(*command).code == 0
    assert "Not up to date since" not in page(study)
    assert json.loads(study.status.read_text("utf-8"))["waves"]["2009"]["state"] == "fresh"


def test_what_waits_for_a_person_shows_everywhere_and_is_told_once(study: Layout, again: Rerun) -> None:
    study.schedule.write_text(tiny.SCHEDULE + f"on_confirm: {note_taker(study)}\n", "utf-8")
    assert again().status.waves["2009"].to_confirm == 0
    assert notes(study) == []
    book = study.codebook.read_text("utf-8")
    study.codebook.write_text(book.replace("1: {it: Nuovo soggetto", "3: {it: Nuovo soggetto"), "utf-8")
    done = again()
    assert done.status.waves["2009"].to_confirm == 1
    assert "mapping.yml" in done.said
    assert "1 domanda attende conferma" in study.index.read_text("utf-8")
    again()
    told = [(n["SURVEY_STATE"], n["SURVEY_TO_CONFIRM"]) for n in notes(study)]
    assert told == [("to_confirm", "1")]
