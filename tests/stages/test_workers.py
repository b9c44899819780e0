"""Work beside this process: a fork is only taken where it cannot wait for threads that it does not have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import workers
from pipeline.errors import DataRejected
from pipeline.paths import ROOT


def write(path: Path, text: str) -> None:
    path.write_text(text)


def refuse(reason: str) -> None:
    raise DataRejected("cli.no_survey", folder=reason)


def test_calls_side_by_side_all_happen(tmp_path: Path) -> None:
    workers.side_by_side([(write, (tmp_path / name, name)) for name in "abc"])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "b", "c"]


@pytest.mark.parametrize("bad", [0, 1])
def test_a_failure_is_raised_here_whichever_call_failed(tmp_path: Path, bad: int) -> None:
    calls: list[workers.Call] = [(write, (tmp_path / "a", "a")), (write, (tmp_path / "b", "b"))]
    calls[bad] = (refuse, ("here",))
    with pytest.raises(DataRejected, match="here"):
        workers.side_by_side(calls)


def test_a_helper_answers_and_raises() -> None:
    with workers.Helper(lambda: None) as helper:
        assert helper.ask(divmod, 7, 2).get() == (3, 1)
        with pytest.raises(DataRejected, match="there"):
            helper.ask(refuse, "there").get()


def test_no_fork_once_the_typesetter_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", sys)
    assert not workers.forks()


PROGRAM = """
import sys, typst
typst.compile(b"#lorem(4000)", format="pdf")  # its threads are there now
from pipeline import cli
sys.exit(cli.main(["report", "--study", sys.argv[1], "--force"]))
"""


def test_a_report_after_typesetting_in_the_same_process_ends(small_template: Path, tmp_path: Path) -> None:
    """A fork taken after the first use of the typesetter would wait for ever."""
    import shutil

    shutil.copytree(small_template, tmp_path / "study")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "study")],
        cwd=ROOT, timeout=240, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
