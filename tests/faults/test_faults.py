"""A run that is killed or refused by the disk leaves the old report or the new one, whole, and the next run works."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.paths import Layout
from tests.faults import tiny
from tests.faults.harness import Bench, Steps, digest, forked, killed, limited, once, published, refused, whole

SEED = 20_091


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("faults"), languages="it, en")


@pytest.fixture(scope="module")
def steps(bench: Bench) -> int:
    """How many steps a run takes."""
    watched = Steps(bench.study)
    bench.reset()

    def run() -> int:
        watched.watch()
        return once(bench.study)

    assert forked(run) == 0
    assert watched.count > 20
    return watched.count


def at_step(bench: Bench, k: int, kill: bool) -> int:
    bench.reset()
    watched = Steps(bench.study)

    def run() -> int:
        watched.arm(k, killed(os.getpid()) if kill else refused)
        watched.watch()
        return once(bench.study)

    return forked(run)


def spread(n: int, k: int) -> list[int]:
    """About k of the numbers 0 … n−1, evenly, and the last ones, which are near the swap."""
    return sorted({*range(0, n, max(1, n // k)), *range(max(0, n - 3), n)})


def test_killed_at_named_steps(bench: Bench, steps: int) -> None:
    for k in spread(steps, 5):
        at_step(bench, k, kill=True)
        bench.check(f"step {k}")


@pytest.mark.exhaustive
def test_killed_at_every_step(bench: Bench, steps: int) -> None:
    for k in range(steps + 1):
        at_step(bench, k, kill=True)
        bench.check(f"step {k}")


def test_disk_full_at_named_steps(bench: Bench, steps: int) -> None:
    for k in spread(steps, 4):
        assert at_step(bench, k, kill=False) in (0, 6), f"step {k}"
        bench.check(f"step {k}")


@pytest.mark.exhaustive
def test_disk_full_at_every_step(bench: Bench, steps: int) -> None:
    for k in range(steps + 1):
        assert at_step(bench, k, kill=False) in (0, 6), f"step {k}"
        bench.check(f"step {k}")


def at_random(bench: Bench, times: int) -> None:
    dice = random.Random(SEED)  # noqa: S311
    ends = set()
    for _ in range(times):
        bench.reset()
        ends.add(forked(lambda: once(bench.study), kill_after=dice.uniform(0, 1.1 * bench.seconds)))
        bench.check()
    assert -9 in ends


def test_killed_at_random_moments(bench: Bench) -> None:
    at_random(bench, 12)


@pytest.mark.exhaustive
def test_killed_at_200_random_moments(bench: Bench) -> None:
    at_random(bench, 200)


@pytest.mark.parametrize("size", [0, 500, 20_000])
@pytest.mark.parametrize("deadly", [False, True])
def test_killed_or_refused_in_the_middle_of_a_write(bench: Bench, size: int, deadly: bool) -> None:
    bench.reset()
    code = forked(lambda: limited(bench.study, size, deadly))
    assert code != 0
    assert deadly or code in (3, 6), f"exit code {code}"
    bench.check()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, where this machine lets us mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    made = mount and subprocess.run([mount, "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True)
    if not made or made.returncode:
        pytest.skip("needs the right to mount a file system")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    bench = Bench(small_disk)
    ballast = small_disk / "ballast"
    seen = set()
    for left in (0, 40_960, 200_000, 330_000):
        bench.reset()
        ballast.write_bytes(b"\1" * max(0, shutil.disk_usage(small_disk).free - left))
        seen.add(forked(lambda: once(bench.study)))
        ballast.unlink()
        bench.check()
    assert seen <= {0, 6}
    assert 6 in seen


def test_a_target_that_is_read_only(small_disk: Path) -> None:
    bench = Bench(small_disk)
    bench.reset()
    before = published(bench.study)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    try:
        assert forked(lambda: once(bench.study)) == 6
        assert published(bench.study) == before
    finally:
        subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
    bench.check()


@pytest.mark.skipif(os.getuid() == 0, reason="permissions do not bind the superuser")
@pytest.mark.parametrize("folder", ["reports", "data/processed"])
def test_a_folder_without_permission(bench: Bench, folder: str) -> None:
    bench.reset()
    place = bench.study.base / folder
    place.chmod(0o555)
    try:
        assert forked(lambda: once(bench.study)) == 6
    finally:
        place.chmod(0o755)
    bench.check()


def test_twenty_runs_at_once(tmp_path: Path) -> None:
    study = tiny.make(tmp_path / "study")
    study.schedule.write_text("wait_seconds: 3\npatience_seconds: 0\n", "utf-8")
    (study.raw / tiny.WAVE / "survey.sav").write_bytes(tiny.survey())  # just written: the one that works waits
    codes: list[int] = []
    threads = [threading.Thread(target=lambda: codes.append(forked(lambda: once(study)))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [0] + [7] * 19
    assert whole(study) == digest(tiny.survey())


def test_the_lock_is_free_as_soon_as_its_run_is_killed(bench: Bench, steps: int) -> None:
    """Workers of a killed run neither keep the lock nor stay behind."""
    for k in (steps // 2, steps - 12):
        at_step(bench, k, kill=True)
        with bench.study.lock.open("r+") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    deadline = time.monotonic() + 10
    while _at_work_on(bench.study) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _at_work_on(bench.study) == []


def _at_work_on(study: Layout) -> list[str]:
    """Processes other than this one that have a file of the study open."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            links = [str(p.readlink()) for p in (folder / "fd").iterdir()]
        except OSError:
            continue
        if int(folder.name) != os.getpid() and any(link.startswith(str(study.base)) for link in links):
            found.append(folder.name)
    return found
