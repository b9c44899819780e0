"""What a reader does with the numbers of the HTML report, in Chromium: crossing, copies, files, the address."""

from __future__ import annotations

import html
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from scipy import stats

from tests.conftest import Ran
from tests.outside.test_browser import BROWSER, FLAGS

pytestmark = pytest.mark.outside

OUTER = """<!DOCTYPE html><meta charset="utf-8"><pre id="out"></pre>
<iframe id="f" src="%s" width="%d" height="900"></iframe>
<script>
const frame = document.getElementById("f");
frame.addEventListener("load", () => setTimeout(async () => {
  const w = frame.contentWindow, d = w.document, byId = (id) => d.getElementById(id);
  const rest = (ms) => new Promise((done) => setTimeout(done, ms));
  const choose = async (box, value) => { box.value = value; box.dispatchEvent(new w.Event("change")); await rest(60); };
  const cells = (table) => [...table.rows].map((row) => [...row.cells].map((cell) => cell.textContent));
  const seen = {};
  try { await (async () => { %s })(); } catch (error) { seen.error = String(error); }
  document.getElementById("out").textContent = JSON.stringify(seen);
}, 300));
</script>"""
LABELS = {
    "sex": {1: "Man", 2: "Woman"}, "town": {1: "North", 2: "South", 3: "East"}, "votes": {1: "Left", 2: "Right"},
}  # fmt: skip


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    n = 200
    data = pd.DataFrame({"sex": rng.integers(1, 3, n), "town": rng.integers(1, 4, n)}).astype(float)
    data["votes"] = np.where(rng.random(n) < 0.2 + 0.5 * (data["sex"] == 1), 1.0, 2.0)
    data.loc[:11, "votes"] = np.nan
    data["w"] = np.round(rng.uniform(0.5, 2, n), 2)
    return data


def look(run, folder: Path, data: pd.DataFrame, script: str, *more: str, lang: str = "en", width: int = 1200,
         address: str = "") -> dict[str, Any]:  # fmt: skip
    file = folder / "people.sav"
    names = ["Sex", "Town", "Vote", "Weight"]
    pyreadstat.write_sav(data, str(file), column_labels=names, variable_value_labels=LABELS)
    out = folder / "out"
    words = ("--rows", "votes", "--by", "sex", "--lang", lang, "--formats", "html", *more)
    made: Ran = run("quick", file, "--out", out, *words)
    assert made.code == 0, made.err
    return watch(out / f"report.{lang}.html", folder, script, width, address)


def watch(page: Path, folder: Path, script: str, width: int = 1200, address: str = "") -> dict[str, Any]:
    """What a script sees that looks into a page from outside."""
    if BROWSER is None:
        pytest.skip("no Chromium on this machine")
    outer = page.parent / "outer.html"
    outer.write_text(OUTER % (f"{page.name}{address}", width, script), "utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    flags = [flag.replace("4000", "9000") for flag in FLAGS]
    command = [BROWSER, *flags, profile, "--window-size=1300,1000", "--dump-dom", outer.as_uri()]
    # Unpacking the counts takes real time and the browser's clock here does not: a slow machine is asked again.
    for _ in range(6):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        found = re.search(r'<pre id="out">(.+?)</pre>', done.stdout, re.DOTALL)
        if found is not None and '"error"' not in html.unescape(found[1]):
            break
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    assert found is not None, "the page's script did not come to its end"
    seen: dict[str, Any] = json.loads(html.unescape(found[1]))
    assert "error" not in seen, seen["error"]
    return seen


CROSS = """
const all = {};
for (const row of ["sex", "town", "votes"]) for (const column of ["sex", "town", "votes"]) {
  if (row === column) continue;
  byId("explore-column").value = column;
  await choose(byId("explore-row"), row);
  const one = {};
  for (const way of ["count", "row", "column", "total", "residual"]) {
    await choose(byId("explore-show"), way);
    one[way] = cells(byId("explored").querySelector("table"));
  }
  one.note = byId("explored").querySelector(".below").textContent;
  all[`${row} ${column}`] = one;
}
seen.all = all;
"""


def number(text: str) -> float:
    return float(text.replace("\u2212", "-").replace(",", ""))


def test_every_pair_in_every_way(run, tmp_path: Path, people: pd.DataFrame) -> None:  # type: ignore[no-untyped-def]
    seen = look(run, tmp_path, people, CROSS)
    for pair, ways in seen["all"].items():
        row, column = pair.split()
        counts = pd.crosstab(people[row], people[column])
        n, r, c = counts.to_numpy().sum(), counts.sum(axis=1).to_numpy()[:, None], counts.sum().to_numpy()[None, :]
        e = r * c / n
        expected = {
            "count": counts, "row": 100 * counts / r, "column": 100 * counts / c, "total": 100 * counts / n,
            "residual": (counts - e) / np.sqrt(e * (1 - r / n) * (1 - c / n)),
        }  # fmt: skip
        for way, table in expected.items():
            shown = [[number(x) for x in line[1 : counts.shape[1] + 1]] for line in ways[way][1 : counts.shape[0] + 1]]
            assert np.array(shown) == pytest.approx(table.to_numpy(), abs=0.0501 if way != "count" else 0)
            base = ways[way][-1]
            assert base[0] == "Base (N)" and [number(x) for x in base[1:4]][: counts.shape[1]] == c[0].tolist()
        v = (stats.chi2_contingency(counts, correction=False).statistic / n / (min(counts.shape) - 1)) ** 0.5
        assert f"Base: {n}. Cramér’s V = {v:.2f}" in ways["note"]


def test_weighted_counts_are_crossed_weighted(run, tmp_path: Path, people: pd.DataFrame) -> None:  # type: ignore[no-untyped-def]
    seen = look(run, tmp_path, people, CROSS, "--weight", "w")
    shown = seen["all"]["votes sex"]
    weighted = pd.crosstab(people["votes"], people["sex"], values=people["w"], aggfunc="sum")
    share = 100 * weighted / weighted.sum()
    got = [[number(x) for x in line[1:3]] for line in shown["column"][1:3]]
    assert np.array(got) == pytest.approx(share.to_numpy(), abs=0.0501)
    assert "Weighted" in shown["note"]
    assert [number(x) for x in shown["column"][-1][1:3]] == people["sex"][
        people["votes"].notna()
    ].value_counts().sort_index().tolist()


def test_the_choice_stands_in_the_address(run, tmp_path: Path, people: pd.DataFrame) -> None:  # type: ignore[no-untyped-def]
    script = """
    await rest(200);
    seen.title = byId("explored").querySelector("figcaption b").textContent;
    byId("explore-turn").click(); await rest(100);
    seen.turned = byId("explored").querySelector("figcaption b").textContent;
    seen.address = w.location.hash;
    await choose(byId("explore-column"), byId("explore-row").value);
    seen.same = byId("explore-table").textContent;
    """
    seen = look(run, tmp_path, people, script, address="#explore?row=town&amp;column=votes&amp;show=row")
    assert seen["title"] == "Town × Vote (row percentages)" and seen["turned"] == "Vote × Town (row percentages)"
    assert seen["address"] == "#explore?row=votes&column=town&show=row"
    assert seen["same"] == "Choose two different questions."


@pytest.mark.parametrize(("lang", "decimal"), [("en", "."), ("it", ",")])
def test_copies_files_and_other_ways_to_show(  # type: ignore[no-untyped-def]
    run, tmp_path: Path, people: pd.DataFrame, lang: str, decimal: str
) -> None:
    script = """
    const figure = d.querySelector("figure.table[data-row]");
    const copied = {};
    d.addEventListener("copy", (event) => setTimeout(() => {
      for (const type of event.clipboardData.types) copied[type] = event.clipboardData.getData(type);
    }), false);
    let last = null;
    w.URL.createObjectURL = (blob) => { last = blob; return "blob:x"; };
    w.HTMLAnchorElement.prototype.click = function () { seen.file = this.download; };
    const [excel, word, csv] = figure.querySelectorAll(".tools button");
    const real = d.execCommand.bind(d);
    d.execCommand = (name) => { const event = new w.ClipboardEvent("copy", { clipboardData: new w.DataTransfer() });
      d.dispatchEvent(event);
      for (const type of event.clipboardData.types) copied[type] = event.clipboardData.getData(type); return true; };
    excel.click(); seen.excel = copied["text/plain"];
    word.click(); seen.word = copied["text/html"];
    csv.click(); seen.csv = await last.text();
    seen.mark = [...new Uint8Array(await last.arrayBuffer()).slice(0, 3)];
    await rest(60); seen.said = byId("said").textContent;
    const box = figure.querySelector("select");
    await choose(box, "count"); await rest(150);
    seen.counts = cells(figure.querySelector(".as-asked table"));
    seen.hidden = figure.querySelector(":scope > .scroll").hidden;
    await choose(box, "");
    seen.back = !figure.querySelector(".as-asked") && !figure.querySelector(":scope > .scroll").hidden;
    """
    seen = look(run, tmp_path, people, script, lang=lang)
    counts = pd.crosstab(people["votes"], people["sex"])
    share = 100 * counts.iloc[0, 0] / counts.iloc[:, 0].sum()
    assert f"{share:.1f}".replace(".", decimal) in seen["excel"].replace("\r\n", "\t").split("\t")
    assert len({line.count("\t") for line in seen["excel"].split("\r\n")}) == 1
    assert "<table" in seen["word"] and "border-top" in seen["word"] and "script" not in seen["word"]
    assert seen["mark"] == [0xEF, 0xBB, 0xBF] and seen["file"].endswith(".csv")
    assert (";" if lang == "it" else ",") in seen["csv"]
    assert seen["said"].startswith("Sal" if lang == "it" else "Saved")
    assert [line[1:3] for line in seen["counts"][1:3]] == [[str(x) for x in line] for line in counts.to_numpy()]
    assert seen["hidden"] and seen["back"]


def test_a_cell_that_looks_like_a_formula_is_kept_a_text(run, tmp_path: Path, people: pd.DataFrame) -> None:  # type: ignore[no-untyped-def]
    labels = dict(LABELS)
    LABELS["votes"] = {1: "=1+1", 2: '"Right"; or not'}
    script = """
    let last = null;
    w.URL.createObjectURL = (blob) => { last = blob; return "blob:x"; };
    w.HTMLAnchorElement.prototype.click = function () {};
    d.querySelectorAll("figure.table[data-row] .tools button")[2].click();
    seen.csv = await last.text();
    """
    try:
        seen = look(run, tmp_path, people, script)
    finally:
        LABELS.update(labels)
    assert "\n'=1+1," in seen["csv"] and '"""Right""; or not"' in seen["csv"]


def test_nothing_is_left_out_on_a_phone(run, tmp_path: Path, people: pd.DataFrame) -> None:  # type: ignore[no-untyped-def]
    script = """
    byId("explore").scrollIntoView(); await choose(byId("explore-show"), "row");
    seen.spill = d.documentElement.scrollWidth; seen.width = d.documentElement.clientWidth;
    seen.table = !!byId("explored");
    """
    seen = look(run, tmp_path, people, script, width=375)
    assert seen["spill"] <= seen["width"] and seen["table"]
