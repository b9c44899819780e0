"""The HTML report in a real browser (Chromium): nothing runs, nothing is fetched, nothing spills over.

The report stands in a frame of a given width; a page around it, with the right to look inside, tells what it sees.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from pipeline.render.html import write
from tests.render import sample

pytestmark = pytest.mark.outside

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
FLAG_TEXT = (
    "--headless --no-sandbox --disable-gpu --hide-scrollbars --allow-file-access-from-files --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync --enable-logging=stderr "
    "--virtual-time-budget=4000 --run-all-compositor-stages-before-draw"
)
FLAGS = FLAG_TEXT.split()
OUTER = """<!DOCTYPE html><meta charset="utf-8"><pre id="out"></pre>
<iframe id="f" src="%s" width="%d" height="%d"></iframe>
<script>
const frame = document.getElementById("f");
frame.addEventListener("load", () => setTimeout(() => {
  const w = frame.contentWindow, d = w.document, byId = (id) => d.getElementById(id);
  const seen = {};
  try { (() => { %s })(); } catch (error) { seen.error = String(error); }
  document.getElementById("out").textContent = JSON.stringify(seen);
}, 300));
</script>"""
LOOK = """
seen.hit = w.hit === undefined && window.hit === undefined;
seen.width = d.documentElement.clientWidth;
seen.spill = d.documentElement.scrollWidth;
seen.fetched = w.performance.getEntriesByType("resource").map((e) => e.name).filter((n) => !n.startsWith("data:"));
seen.fonts = [...d.fonts].filter((f) => f.status === "loaded").length;
seen.failed = [...d.fonts].filter((f) => f.status === "error").length;
seen.title = d.title;
seen.scripts = [...d.scripts].filter((s) => s.type !== "application/json").length;
"""


def browse(tmp_path: Path, which: str, lang: str, width: int, look: str = LOOK) -> tuple[dict[str, Any], list[str]]:
    """What the outer page saw, and what the browser's console said."""
    if BROWSER is None:
        pytest.skip("no Chromium on this machine")
    report, outer = tmp_path / "report.html", tmp_path / "outer.html"
    write(getattr(sample, which)(lang), report)
    outer.write_text(OUTER % (report.name, width, 800, look), "utf-8")
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [BROWSER, *FLAGS, profile, f"--window-size={max(width + 40, 600)},900", "--dump-dom", outer.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    out = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    seen: dict[str, Any] = json.loads(html.unescape(out[1]))
    assert "error" not in seen, seen["error"]
    return seen, console


@pytest.mark.parametrize("which", ["document", "hostile", "large"])
@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_runs_is_fetched_or_spills_over(tmp_path: Path, which: str, width: int) -> None:
    seen, console = browse(tmp_path, which, "en", width)
    assert console == []
    assert seen["hit"] and seen["scripts"] == 1
    assert seen["fetched"] == [] and seen["failed"] == 0 and seen["fonts"] >= 4
    assert seen["width"] == width and seen["spill"] <= width
    if which != "hostile":
        assert seen["title"] == "The Planning Offices of Lombardy. Governing social services in partnership"


def test_the_policy_stops_what_is_not_ours(tmp_path: Path) -> None:
    """The check above means something: a script put in afterwards is refused by the policy, and the console says so."""
    look = LOOK + (
        "const s = d.createElement('script'); s.textContent = 'window.hit = 1'; d.body.append(s);"
        "const i = d.createElement('img'); i.src = 'http://example.invalid/x.png'; d.body.append(i);"
        "seen.after = w.hit === undefined;"
    )
    seen, console = browse(tmp_path, "document", "it", 800, look)
    assert seen["after"]
    assert len([line for line in console if "Content Security Policy" in line]) >= 2


def test_contents_fold_on_a_phone_and_stand_at_the_side_on_a_desk(tmp_path: Path) -> None:
    look = """
    const shown = () => byId("lists").getBoundingClientRect().height > 0;
    seen.before = shown();
    seen.button = byId("toggle").getBoundingClientRect().height > 0;
    byId("toggle").click(); seen.after = shown(); seen.expanded = byId("toggle").getAttribute("aria-expanded");
    d.querySelector("#lists a").click(); seen.chosen = shown();
    seen.beside = byId("text").getBoundingClientRect().left > byId("lists").getBoundingClientRect().right - 1;
    """
    phone, _ = browse(tmp_path, "document", "it", 375, look)
    assert phone == {
        "before": False,
        "button": True,
        "after": True,
        "expanded": "true",
        "chosen": False,
        "beside": phone["beside"],
    }
    desk, _ = browse(tmp_path, "document", "it", 1280, look)
    assert desk["before"] and not desk["button"] and desk["beside"]


def test_search_in_the_contents(tmp_path: Path) -> None:
    look = """
    const find = byId("find"), count = () => byId("lists").querySelectorAll("li:not([hidden])").length;
    seen.all = count();
    find.value = "PROVÌNCIA partner"; find.dispatchEvent(new w.Event("input"));
    seen.some = [...byId("lists").querySelectorAll("li:not([hidden]) > a")].map((a) => a.textContent.trim());
    find.value = "nowhere"; find.dispatchEvent(new w.Event("input"));
    seen.none = count(); seen.said = !byId("none").hidden;
    find.value = ""; find.dispatchEvent(new w.Event("input"));
    seen.again = count();
    """
    seen, _ = browse(tmp_path, "document", "it", 1280, look)
    assert seen["some"] == [
        "2 I partner e le relazioni",  # stays, since its subsection is found
        "2.1 I partner per provincia",
        "Tavola 3 Partner degli Uffici di Piano per provincia †",
    ]
    assert seen["none"] == 0 and seen["said"] and seen["again"] == seen["all"] > 15


def test_a_long_table_sorts_and_its_head_stays_in_view(tmp_path: Path) -> None:
    look = """
    const table = byId("table-4").querySelector("table"), head = table.tHead.rows[0].cells[2];
    const column = () => [...table.tBodies[0].rows].map((r) => Number(r.cells[2].dataset.v));
    seen.start = column(); head.querySelector("[role=button]").click();
    seen.up = column(); seen.aria = head.getAttribute("aria-sort"); head.querySelector("[role=button]").click();
    seen.down = column(); head.querySelector("[role=button]").click(); seen.end = column();
    seen.last = table.rows[table.rows.length - 1].cells[0].textContent;
    table.rows[60].scrollIntoView({block: "start"});
    seen.top = table.tHead.getBoundingClientRect().top;
    """
    seen, _ = browse(tmp_path, "document", "en", 1280, look)
    assert seen["up"] == sorted(seen["start"]) and seen["down"] == sorted(seen["start"], reverse=True)
    assert seen["end"] == seen["start"] != seen["up"] and seen["aria"] == "ascending" and seen["last"] == "Lombardy"
    assert abs(seen["top"]) < 2


def test_printed_it_holds_what_the_pdf_holds(tmp_path: Path) -> None:
    if BROWSER is None:
        pytest.skip("no Chromium on this machine")
    report, printed = tmp_path / "report.html", tmp_path / "printed.pdf"
    write(sample.document("it"), report)
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [BROWSER, *FLAGS, profile, "--no-pdf-header-footer", f"--print-to-pdf={printed}", report.as_uri()]
    subprocess.run(command, capture_output=True, timeout=120, check=True)
    pages = ["".join(page.extract_text().split()) for page in PdfReader(printed).pages]
    text = "".join(pages)
    document = sample.document("it")
    assert "Irisultatiprincipali" in pages[0] and document.words["search"].replace(" ", "") not in text
    for block in (*document.tables(), *document.figures()):
        assert text.count("".join(f"{block.label} – {block.title}".split())) >= 1
        assert "".join(f"{block.label} {block.title}".split()) in text  # in the lists, unfolded
    rows = [i for i, page in enumerate(pages) if re.search(r"Ambito\d\d,", page)]
    assert len(rows) > 1 and all("AmbitoComuniResidenti" in pages[i] for i in rows)  # the head repeats
    for row in document.tables()[2].rows:
        assert all(cell.text in text for cell in row.cells)
