"""axe-core in Chromium: WCAG 2.2 A and AA and its best practices, without one violation of any impact.

Source of the rules: axe-core 4.12 (Deque), run in a copy of the page whose security policy is taken out, because that
would let no other script run.
"""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from pipeline import cli
from tests.conftest import Ran
from tests.outside.test_browser import BROWSER

AXE = find_spec("axe_playwright_python")
pytestmark = [
    pytest.mark.outside,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(AXE is None, reason="no axe-core: make test-outside installs it"),
]
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
SCRIPT = """<script>%s</script><script>
addEventListener("load", () => setTimeout(async () => {
  const found = await axe.run(document, { runOnly: %s });
  const out = document.createElement("pre");
  out.id = "axe-out";
  const named = (v) => [v.id, v.impact, v.help, v.nodes.length, v.nodes.slice(0, 3).map((n) => n.html.slice(0, 200))];
  out.textContent = JSON.stringify({ violations: found.violations.map(named), passes: found.passes.length });
  document.body.append(out);
}, 400));
</script></body>"""


def audited(page: Path, folder: Path, dark: bool, width: int) -> dict[str, Any]:
    """What axe says of a page, in the browser's light or dark scheme, at a width in pixels."""
    assert AXE is not None and AXE.origin is not None and BROWSER is not None
    axe = (Path(AXE.origin).parent / "axe.min.js").read_text("utf-8").replace("</script", "<\\/script")
    text, gone = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page.read_text("utf-8"))
    assert gone == 1
    copy = folder / f"{page.stem}-axe.html"
    copy.write_text(text.replace("</body>", SCRIPT % (axe, json.dumps(RULES))), "utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--virtual-time-budget=90000"]
    flags += [f"--user-data-dir={folder / 'profile'}", f"--window-size={width},1000"]
    flags += ["--blink-settings=preferredColorScheme=0"] if dark else []
    command = [BROWSER, *flags, "--dump-dom", copy.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    found = re.search(r'<pre id="axe-out">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found is not None, "axe did not come to its end"
    said: dict[str, Any] = json.loads(html.unescape(found[1]))
    return said


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study with a second wave, compared: ``reports`` of a demonstration."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    assert cli.main(["demo", "--out", str(folder), "--formats", "html"]) == 0
    return folder / "reports"


@pytest.mark.parametrize(
    ("page", "dark", "width"),
    [
        ("2009/report.it.html", False, 1280), ("2009/report.en.html", True, 1280), ("2009/report.it.html", False, 390),
        ("comparison/report.en.html", False, 1280), ("comparison/report.it.html", True, 1280),
        ("index.html", False, 1280), ("index.html", True, 390),
    ],
)  # fmt: skip
def test_nothing_is_in_a_readers_way(reports: Path, tmp_path: Path, page: str, dark: bool, width: int) -> None:
    found = audited(reports / page, tmp_path, dark, width)
    assert found["violations"] == [] and found["passes"] > 20


@pytest.mark.parametrize(("lang", "dark", "width"), [("en", False, 1280), ("it", True, 1280), ("en", False, 390)])
def test_nor_in_a_first_report_on_any_file(
    run: Callable[..., Ran], tmp_path: Path, lang: str, dark: bool, width: int
) -> None:
    rng = np.random.default_rng(3)
    names = [f"t_{i}" for i in range(4)]
    data = pd.DataFrame({name: rng.integers(1, 6, 120).astype(float) for name in names})
    data["sex"], data["age"] = rng.integers(1, 3, 120).astype(float), rng.integers(18, 90, 120).astype(float)
    steps = {1: "Never", 2: "Rarely", 3: "Sometimes", 4: "Often", 5: "Always"}
    labels = [f"Trust - {w}" for w in ("mayor", "council", "police", "courts")]
    path = tmp_path / "people.sav"
    pyreadstat.write_sav(
        data, str(path), column_labels=[*labels, "Sex", "Age"],
        variable_value_labels={**dict.fromkeys(names, steps), "sex": {1: "Man", 2: "Woman"}},
    )  # fmt: skip
    made = run("quick", path, "--out", tmp_path / "out", "--lang", lang, "--formats", "html")
    assert made.code == 0, made.err
    found = audited(tmp_path / "out" / f"report.{lang}.html", tmp_path, dark, width)
    assert found["violations"] == [] and found["passes"] > 20
