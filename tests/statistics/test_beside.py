"""What stands beside a statistic belongs to it: its degrees of freedom, p, error and interval, and no other's."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from pipeline.present.document import Table
from pipeline.start.quick import Request
from pipeline.statistics import registry

KINDS = sorted({one.takes for one in registry.known().values()}, key=lambda kind: kind.__name__)
ALL = [(one, name) for kind in KINDS for name, one in registry.known(kind).items()]


@pytest.mark.parametrize(("one", "name"), ALL, ids=[f"{one.takes.__name__}-{name}" for one, name in ALL])
def test_what_belongs_to_a_statistic_comes_from_the_same_computation(one: registry.Statistic, name: str) -> None:
    parts = one.values[name].beside
    assert set(parts) <= set(one.ids) and name not in parts
    assert bool(one.values[name].low) == bool(one.values[name].high)
    assert all(registry.belongs_to_another(part, [name]) for part in parts)


def test_nothing_is_taken_by_the_ending_of_its_name() -> None:
    there = {"mean_difference", "mean_low", "mean_high", "se", "mean", "welch_t", "welch_df", "welch_p"}
    assert registry.beside("mean_difference", there) == registry.Beside()
    assert registry.beside("welch_t", there) == registry.Beside(df=("welch_df",), p="welch_p")
    assert registry.beside("mean", there) == registry.Beside(low="mean_low", high="mean_high")


# Test statistics whose interval is that of the difference they test, which need not hold the statistic itself.
OF_A_DIFFERENCE = {"t", "welch_t", "design_t", "paired_t"}


@pytest.mark.parametrize("weight", [None, "w"])
def test_every_interval_in_a_table_of_statistics_holds_its_value(weight: str | None, tmp_path: Path) -> None:
    import random

    from pipeline.present.build import document
    from pipeline.progress import Progress
    from pipeline.stages import render
    from pipeline.start import quick

    choose = random.Random(7)  # noqa: S311  no secret
    n = 160
    two = [float(choose.choice((1, 2))) for _ in range(n)]
    columns = {
        "two": two,
        "other": [v if choose.random() < 0.7 else 3 - v for v in two],
        "three": [float(choose.choice((1, 2, 3))) for _ in range(n)],
        "x": [choose.gauss(20 + 3 * v, 4) for v in two],
        "y": [choose.gauss(5, 2) for _ in range(n)],
        "w": [choose.choice((0.5, 1.0, 2.0)) for _ in range(n)],
    }
    path = tmp_path / "f.sav"
    labels = {name: {1.0: "a", 2.0: "b", 3.0: "c"} for name in ("two", "other", "three")}
    pyreadstat.write_sav(pd.DataFrame(columns), str(path), variable_value_labels=labels)
    made = []
    original = render.one_language

    def keep(job, report, lang, folder):  # type: ignore[no-untyped-def]
        origins = render.origins(job)
        made.append(document(job.files, job.source, job.results, origins, job.wave.name, lang, report.edition))
        return original(job, report, lang, folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "one_language", keep)
        request = Request(path, tmp_path / "out", ("two", "x", "three"), ("other", "three", "y"), weight=weight,
                          lang="en", formats=("html",))  # fmt: skip
        quick.quick(request, Progress("en"))
    checked = 0
    names = {made_name: name for name in registry.known() if (made_name := _shown(name))}
    behind = [table for block in made[0].blocks() if isinstance(block, Table) for table in block.details]
    for block in behind:
        for row in block.rows:
            if not row.cells or names.get(row.label) in OF_A_DIFFERENCE:
                continue
            value, low, high = (row.cells[i].value for i in (0, 4, 5))
            if None not in (value, low, high):
                assert low - 1e-9 <= value <= high + 1e-9, (block.title, row.label, value, low, high)
                checked += 1
    assert checked > 4


def _shown(name: str) -> str:
    from pipeline.language import statistic_text

    return statistic_text("en", f"name_{name}") or ""
