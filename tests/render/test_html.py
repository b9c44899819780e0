"""The HTML report, taken apart with lxml."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from lxml import etree, html

from pipeline import language
from pipeline.errors import RenderingFailed
from pipeline.render.html import render, webfonts, write
from tests.render import sample
from tests.render.payloads import PAYLOADS, folded

TOP = Path(__file__).parents[2]
LANGS = ("it", "en")


@cache
def page(which: str, lang: str) -> str:
    return render(getattr(sample, which)(lang))


@cache
def tree(which: str, lang: str) -> html.HtmlElement:
    return html.document_fromstring(page(which, lang))


def words(element: html.HtmlElement) -> str:
    return folded(element.text_content())


@pytest.mark.parametrize("lang", LANGS)
def test_every_table_with_its_cells_head_and_notes(lang: str) -> None:
    document, root = sample.document(lang), tree("document", lang)
    for table in document.tables():
        figure = root.get_element_by_id(table.id)
        caption = words(figure.find("figcaption"))
        assert caption.startswith(f"{table.label} – {table.title} ({table.unit})")
        symbol = f" {table.mark.symbol}" if table.mark is not None else ""
        assert caption.endswith(symbol + folded(table.question))
        shown = figure.find(".//table")
        rows = shown.xpath("./tbody/tr")
        assert len(rows) == len(table.rows)
        for tr, row in zip(rows, table.rows, strict=True):
            assert words(tr.find("th")) == folded(row.label)
            cells = tr.findall("td")
            assert len(cells) == len(row.cells)
            for td, cell in zip(cells, row.cells, strict=True):
                assert (td.text or "") == cell.text
                raised = "".join(td.xpath("./sup/text()"))
                assert raised.startswith(cell.letters)
                assert bool(re.search(r"\(\d+\)$", raised)) == bool(cell.note)
        heads = [folded(cell.text + cell.sub) for row in table.head for cell in row]
        assert [words(th) for th in shown.xpath("./thead/tr/th")] == heads
        below = words(figure.find_class("below")[0])
        for text in (*table.statistics, table.base, *table.notes, table.source):
            assert folded(text) in below
        assert table.mark is None or table.mark.text in below


def test_a_cells_note_is_explained_below_by_its_number() -> None:
    figure = tree("document", "en").get_element_by_id("table-2")
    marked = [td for td in figure.iter("td") if "(" in "".join(td.xpath("./sup/text()"))]
    assert [words(td) for td in marked] == ["91.2C D(1)", ":(2)"]
    below = words(figure.find_class("below")[0])
    assert "(1) Differs from C and D." in below and "(2) No cases in the column." in below


@pytest.mark.parametrize("lang", LANGS)
def test_heads_have_a_scope_and_their_spans_fill_the_grid(lang: str) -> None:
    for table in tree("document", lang).iter("table"):
        columns = int(re.search(r"\bc(\d+)", table.get("class"))[1]) + 1
        filled: dict[tuple[int, int], int] = {}
        rows = table.xpath("./thead/tr")
        for r, tr in enumerate(rows):
            c = 0
            for th in tr:
                assert th.get("scope") == ("colgroup" if th.get("colspan") else "col")
                while (r, c) in filled:
                    c += 1
                for i in range(int(th.get("rowspan", 1))):
                    for j in range(int(th.get("colspan", 1))):
                        assert (r + i, c + j) not in filled
                        filled[r + i, c + j] = 1
        assert len(filled) == len(rows) * columns
        for tr in table.xpath("./tbody/tr"):
            assert tr[0].get("scope") == ("rowgroup" if tr.get("class") == "group" else "row")
            assert sum(int(cell.get("colspan", 1)) for cell in tr) == columns
        for th in table.xpath("./tbody/tr/th[@scope='rowgroup']"):
            assert th.getparent() is th.getparent().getparent()[0]  # a group's head opens its own body


@pytest.mark.parametrize("lang", LANGS)
def test_figures_are_images_with_words_and_lead_to_their_table(lang: str) -> None:
    document, root = sample.document(lang), tree("document", lang)
    for figure in document.figures():
        shown = root.get_element_by_id(figure.id)
        svg = shown.find(".//svg")
        assert svg.get("role") == "img" and svg.get("aria-label") == figure.alt
        assert folded(f"{figure.headline} {figure.label} – {figure.title}") in words(shown.find("figcaption"))
        assert shown.xpath(".//a[@href=$to]", to=f"#{figure.table}")
        assert figure.mark.text in words(shown)
    cover = root.get_element_by_id("cover-figure")  # the main figure is on the first page and again in its section
    assert cover.find(".//svg") is not None and cover.getparent().get("class") == "cover"


@pytest.mark.parametrize("which", ["document", "large", "hostile"])
def test_ids_are_unique_and_links_lead_somewhere(which: str) -> None:
    root = tree(which, "en")
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))
    links = root.xpath("//@href")
    assert links and all(link.startswith("#") and link[1:] in ids for link in links)
    for attribute in ("aria-labelledby", "aria-controls", "for"):
        assert set(root.xpath(f"//@{attribute}")) <= set(ids)
    references = re.findall(r"url\(#([^)]+)\)", page(which, "en"))
    assert set(references) <= set(ids)


@pytest.mark.parametrize("lang", LANGS)
def test_contents_list_every_section_table_and_figure(lang: str) -> None:
    document, root = sample.document(lang), tree("document", lang)
    links = {a.get("href"): words(a) for a in root.get_element_by_id("contents").iter("a")}
    for section in document.sections:
        assert links[f"#{section.id}"] == f"{section.number} {section.title}"
        for inner in section.sections:
            assert links[f"#{inner.id}"] == f"{inner.number} {inner.title}"
    for block in (*document.tables(), *document.figures()):
        symbol = f" {block.mark.symbol}" if block.mark else ""
        assert links[f"#{block.id}"] == f"{block.label} {block.title}{symbol}"
    assert root.get("lang") == lang
    headings = [int(h.tag[1]) for h in root.iter("h1", "h2", "h3", "h4")]
    assert headings.count(1) == 1
    starts = [headings[0], *headings]
    assert all(b - a <= 1 for a, b in zip(starts[1:], headings[1:], strict=False))  # no level is jumped


@pytest.mark.parametrize("which", ["document", "hostile"])
def test_nothing_from_outside_and_a_policy_that_says_so(which: str) -> None:
    text, root = page(which, "en"), tree(which, "en")
    tags = {element.tag for element in root.iter() if isinstance(element.tag, str)}
    assert not tags & {"img", "iframe", "object", "embed", "link", "base", "form", "video", "audio", "foreignobject"}
    for name in ("src", "srcset", "action", "style", "xlink:href", "ping", "background"):
        assert not root.xpath(f"//@*[name()='{name}']")
    assert not [name for element in root.iter() for name in dict(element.attrib) if name.startswith("on")]
    policy = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'" and "unsafe" not in policy and "http" not in policy
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)  # one of each
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert all(url.startswith("data:font/woff;base64,") for url in re.findall(r"url\((.*?)\)", style))
    assert "@import" not in style


def test_payloads_are_shown_as_text_everywhere() -> None:
    root = tree("hostile", "en")
    for i, payload in enumerate(PAYLOADS, start=1):
        shown = folded(payload.shown)
        section = root.xpath(f"//section[h2[@id='section-{i}']]")[0]
        assert words(section.find("h2")) == folded(f"{i} {payload.shown}")
        assert words(root.get_element_by_id(f"section-{i}-1")) == folded(f"{i}.1 {payload.shown}")
        table = root.get_element_by_id(f"table-{i}")
        # title, unit, three heads with one sub, three labels, a text cell, a letter; then the eight lines below
        assert words(table).count(shown) >= 17
        assert words(table.find(".//td")) == folded(payload.shown + "(1)")
        figure = root.get_element_by_id(f"figure-{i}")
        assert words(figure.find("figcaption")).count(shown) == 2
        assert folded(figure.find(".//svg").get("aria-label")) == shown
        facts = root.get_element_by_id(f"facts-{i}")
        assert [words(x) for x in facts.iter("h3", "dt", "dd")] == [shown] * 3
        assert words(section.find_class("lead")[0]) == folded(payload.shown * 5)
        notice = section.find_class("notice")[0]
        assert words(notice) == f"{shown} {shown}"
        assert words(section.find_class("small")[0]) == shown
        assert [words(li) for li in section.xpath("./ul/li | ./ol/li")] == [shown, shown]
    everything = folded(" ".join(p.shown for p in PAYLOADS))
    assert words(root.find(".//h1")) == everything
    assert words(root.find(".//title")) == f"{everything}. {everything}"
    assert folded(root.xpath("//meta[@name='author']/@content")[0]) == everything
    assert root.xpath("count(//script[not(@type)])") == 1 and root.xpath("count(//svg)") == 40


def test_a_drawing_keeps_only_what_draws() -> None:
    bad = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9pt" height="9pt" '
        'onload="window.hit=1"><script>window.hit=2</script><style>*{fill:red}</style><foreignObject/>'
        '<a href="http://example.invalid/"><text>gone</text></a><image href="file:///etc/passwd"/>'
        '<use xlink:href="http://example.invalid/#a"/><defs><clipPath id="c"><path d="M0 0"/></clipPath></defs>'
        '<g clip-path="url(#c)" fill="url(http://example.invalid/#x)" style="fill:red"><text x="1">kept</text></g>'
        "</svg>"
    )
    document = sample.document("en")
    section = document.sections[0]
    figure = dataclasses.replace(document.figures()[0], svg=bad)
    blocks = tuple(figure if b.id == figure.id else b for b in section.blocks if b.kind == "figure")
    document = dataclasses.replace(document, sections=(dataclasses.replace(section, blocks=blocks),))
    svg = html.document_fromstring(render(document)).get_element_by_id(figure.id).find(".//svg")
    text = etree.tostring(svg, encoding="unicode", with_tail=False)
    assert words(svg) == "kept"
    assert [e.tag.lower() for e in svg.iter()] == ["svg", "defs", "clippath", "path", "g", "text"]
    assert svg.find("g").keys() == ["clip-path"] and svg.find("g").get("clip-path") == f"url(#{figure.id}-c)"
    assert "example" not in text and "hit" not in text and "red" not in text


@pytest.mark.parametrize("svg", ["<svg", "", "<html/>", "plain"])
def test_a_drawing_that_is_none_is_an_error(svg: str) -> None:
    document = sample.document("it")
    cover = dataclasses.replace(document.cover, figure=dataclasses.replace(document.cover.figure, svg=svg))
    with pytest.raises(RenderingFailed) as caught:
        render(dataclasses.replace(document, cover=cover))
    assert "Figura 1" in caught.value.message("it") and caught.value.exit_code == 6


def test_long_plain_lists_can_be_sorted_and_others_not() -> None:
    tables = {t.getparent().getparent().get("id"): t for t in tree("document", "en").iter("table")}
    assert [id_ for id_, t in tables.items() if "sortable" in t.get("class")] == ["table-4"]
    bodies = tables["table-4"].findall("tbody")
    assert [len(b) for b in bodies] == [98, 1]  # the total stays below
    assert bodies[0][0].findall("td")[1].get("data-v") == "16919"


def test_decimal_marks_stand_in_line() -> None:
    """A count under percentages with one decimal is moved left by a digit and a mark: .572 + .268 em of Noto Sans."""
    text = page("document", "en")
    table = tree("document", "en").get_element_by_id("table-2")
    base = table.xpath(".//tr[contains(@class,'base')]/td[6]")[0]  # the last column: no letters, means of 2 decimals
    rule = re.search(rf"td\.{base.get('class')}\{{padding-right:([\d.]+)em\}}", text)
    assert float(rule[1]) == pytest.approx(0.6 + 2 * 0.572 + 0.268, abs=0.001)


def test_the_same_bytes_everywhere(tmp_path: Path) -> None:
    code = (
        "import sys; from tests.render import sample; from pipeline.render.html import write; from pathlib import Path"
    )
    code += "; write(sample.document('it'), Path(sys.argv[1]))"
    made = []
    for name, zone, seed in (("a", "Pacific/Kiritimati", "1"), ("b", "America/Adak", "77")):
        path = tmp_path / name
        env = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C"}
        subprocess.run([sys.executable, "-c", code, str(path)], check=True, cwd=TOP, env=env)
        made.append(path.read_bytes())
    write(sample.document("it"), tmp_path / "c")
    assert made[0] == made[1] == (tmp_path / "c").read_bytes()


def test_the_words_of_the_layout_are_the_same_in_every_language() -> None:
    catalogues = [language.catalogue(lang, "layout") for lang in language.languages()]
    assert len(catalogues) >= 2
    assert all(c.keys() == catalogues[0].keys() and all(c.values()) for c in catalogues)


def test_size_stays_small() -> None:
    assert len(page("large", "it").encode()) < 1_500_000


def test_the_committed_fonts_are_the_subsets_of_ours(tmp_path: Path) -> None:
    webfonts.make(tmp_path)
    for file, *_ in webfonts.FACES:
        made, kept = TTFont(tmp_path / file), TTFont(webfonts.FOLDER / file)
        assert made.keys() == kept.keys()
        for tag in kept.reader.keys():  # noqa: SIM118 (a reader is no dictionary)
            assert made.reader[tag] == kept.reader[tag], (file, tag)  # compression may differ between machines
