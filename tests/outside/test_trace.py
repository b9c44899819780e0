"""Where a number comes from, in Chromium: told at the keyboard's focus and under the pointer, taken back by Escape."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.conftest import Ran, SmallStudy
from tests.outside.test_explore import look, people, watch

__all__ = ["people"]
pytestmark = pytest.mark.outside

SCRIPT = """
  const panel = byId("trace"), table = d.querySelector("table:has(td[data-t])");
  const stops = [...table.querySelectorAll("td[data-t]")].filter((cell) => cell.tabIndex === 0);
  seen.stops = stops.length;
  seen.before = panel.hidden;
  const press = async (cell, key) => {
    cell.dispatchEvent(new w.KeyboardEvent("keydown", { key, bubbles: true }));
    await rest(200);
  };
  stops[0].focus();
  await rest(900);
  seen.first = [stops[0].textContent, panel.hidden, panel.textContent];
  seen.described = stops[0].getAttribute("aria-describedby");
  await press(stops[0], "ArrowRight");
  const second = d.activeElement;
  seen.moved = second.cellIndex - stops[0].cellIndex;
  seen.tabs = [...table.querySelectorAll("td[data-t]")].filter((cell) => cell.tabIndex === 0).length;
  seen.second = [second.textContent, panel.textContent];
  await press(second, "Escape");
  seen.gone = panel.hidden;
  second.blur();
  const other = [...table.querySelectorAll("td[data-t]")].at(-1);
  other.dispatchEvent(new w.MouseEvent("mouseover", { bubbles: true }));
  await rest(900);
  seen.pointed = [panel.hidden, panel.textContent];
  const place = panel.getBoundingClientRect();
  seen.inside = place.left >= 0 && place.top >= 0 && place.right <= w.innerWidth && place.bottom <= w.innerHeight;
"""


@pytest.mark.parametrize("width", [1200, 390])
def test_a_number_tells_where_it_comes_from(
    run: Callable[..., Ran], tmp_path: Path, people: pd.DataFrame, width: int
) -> None:
    seen = look(run, tmp_path, people, SCRIPT, "--weight", "w", width=width)
    assert seen["stops"] == seen["tabs"] == 1 and seen["before"]
    text, hidden, told = seen["first"]
    assert text and not hidden and seen["described"] == "trace"
    for said in (
        "Value, unrounded",
        "Cases in the base (unweighted)",
        "Base (weighted)",
        "Vote",
        "table_id=",
        "statistic=",
        "row_var=",
    ):
        assert said in told, told
    assert seen["moved"] == 1 and seen["second"][1] != told
    assert seen["gone"] and not seen["pointed"][0] and seen["inside"]


def test_the_value_told_is_that_of_the_results(run: Callable[..., Ran], tmp_path: Path, people: pd.DataFrame) -> None:
    script = """
      seen.told = [];
      for (const cell of [...d.querySelectorAll("td[data-t]")].slice(0, 24)) {
        cell.tabIndex = 0;
        cell.focus();
        await rest(200);
        const terms = [...byId("trace").querySelectorAll("dt")];
        const of = (word) => terms.find((term) => term.textContent === word)?.nextElementSibling.textContent;
        seen.told.push([of("Row of results.csv"), of("Value, unrounded"), cell.textContent]);
      }
    """
    seen = look(run, tmp_path, people, script)
    results = pd.read_csv(tmp_path / "out" / "results.csv", dtype=str, keep_default_na=False)
    assert len(seen["told"]) == 24
    for key, value, _ in seen["told"]:
        wanted = dict(pair.split("=", 1) for pair in key.split(" "))
        columns = ["table_id", "statistic", "row_var", "row_code", "col_var", "col_code", "layer_var", "layer_code"]
        rows = results
        for column in columns:
            rows = rows[rows[column] == wanted.get(column, "")]
        assert len(rows) == 1, key
        assert float(value.replace(",", "")) == pytest.approx(float(rows.iloc[0]["value"]), rel=1e-12)


MARKED = """
  const box = byId("unit-box");
  seen.units = box.options.length - 1;
  await choose(box, "%s");
  await rest(900);
  const label = (cell) => cell.textContent.replace(/ \\(.*/, "");
  seen.marked = [...d.querySelectorAll("th.mine")].map((cell) => [cell.closest("figure").id, label(cell)]);
  seen.cells = d.querySelectorAll("td.mine").length;
  await choose(box, "");
  seen.after = d.querySelectorAll(".mine, .own").length;
"""


def test_a_unit_is_marked_where_it_answered(run: Callable[..., Ran], tmp_path: Path, small_study: SmallStudy) -> None:
    """In the table of a variable the row of its answer, and no other; without the study's word there is no choice."""
    small_study.edit("study.yml", "identifier: codice", "identifier: codice\nmark_units: true")
    assert run("report", "--study", small_study.folder, "--formats", "html", "--lang", "en").code == 0
    seen = watch(small_study.reports / "report.en.html", tmp_path, MARKED % "LO02")  # form 1, areas a and b
    assert seen["units"] == 12 and seen["after"] == 0
    marked = {
        name: [label for figure, label in seen["marked"] if figure == f"table-{name}"] for name in ("forma", "aree")
    }
    assert marked == {"forma": ["New entity"], "aree": ["Minors", "Elderly"]}
