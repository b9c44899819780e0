"""The skeleton of the Word document: styles, lists, settings, pages, heads and feet, taken from a ``.docx`` file.

Ours is ``template.docx`` beside this file, which a designer can open; a study may bring its own. What a study's
template lacks is taken from ours, so any document of Word's or LibreOffice's will do. Styles are known by their names,
which Word keeps in English in every language; their ids, which it does not, become ours.
"""

from __future__ import annotations

import io
import re
import zipfile
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from lxml import etree

from pipeline.errors import RenderingFailed
from pipeline.present.document import WordTemplate
from pipeline.render.docx.xml import Element

OURS = Path(__file__).with_name("template.docx")
BULLETS, NUMBERS = "List Bullet", "List Number"  # styles whose lists all lists are made of
_STATISTICAL, _FACTS = "Statistical Table", "Facts Table"  # styles whose rules all tables have
_REFERENCES = ("w:basedOn", "w:next", "w:link", "w:pStyle", "w:rStyle", "w:tblStyle")
_TWIPS = 20  # to the point
_MARK = re.compile(r"\{(\w+)\}")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True, slots=True)
class Page:
    """Pages of one kind: their section properties, and the width of their text in points."""

    properties: Element
    width: float


@dataclass(frozen=True, slots=True)
class Rules:
    """The colours of a table's strong and light rules."""

    strong: str
    light: str


def _named(document: Any) -> dict[str, Any]:
    """The document's styles by their names; Word tells names apart without regard to case."""
    return {style.find(qn("w:name")).get(qn("w:val")).lower(): style for style in document.styles.element.style_lst}


class Template:
    """A template, made ready for one report. Raises ``RenderingFailed`` for a file that cannot be one."""

    def __init__(self, own: WordTemplate | None) -> None:
        self.name = OURS.name if own is None else own.name
        try:
            self.document = docx.Document(io.BytesIO(OURS.read_bytes() if own is None else own.content))
        except (ValueError, KeyError, zipfile.BadZipFile, etree.XMLSyntaxError, OpcError) as error:
            raise RenderingFailed("office.template_unreadable", path=self.name, reason=error) from error
        self._cut_links()
        if own is not None:
            self._take_styles(docx.Document(str(OURS)))

    # What it brings

    def _parts(self) -> list[Any]:
        return list(self.document.part.package.iter_parts())

    def _cut_links(self) -> None:
        """Nothing outside the file is asked for when it is opened: of links out of it only those to click on stay."""
        for part in self._parts():
            for id_, relation in list(part.rels.items()):
                if not relation.is_external or relation.reltype == RELATIONSHIP_TYPE.HYPERLINK:
                    continue
                if not relation.reltype.endswith("/attachedTemplate"):
                    raise RenderingFailed("office.template_linked", path=self.name, target=relation.target_ref)
                for element in part.element.findall(qn("w:attachedTemplate")):
                    part.element.remove(element)
                del part.rels[id_]

    def _take_styles(self, ours: Any) -> None:
        """Give the styles that we know our ids, and take over those that are lacking."""
        theirs, known = _named(self.document), _named(ours)
        ids = {style.get(qn("w:styleId")): style for style in theirs.values()}
        new: dict[str, str] = {}
        for name, style in known.items():
            wanted = style.get(qn("w:styleId"))
            clash = ids.get(wanted)
            if clash is not None and clash is not theirs.get(name):
                new[wanted] = f"{wanted}-1"
            if name in theirs:
                new[theirs[name].get(qn("w:styleId"))] = wanted
        for part in self._parts():
            root = getattr(part, "element", None)
            if root is None:
                continue
            for tag in _REFERENCES:
                for element in root.iter(qn(tag)):
                    element.set(qn("w:val"), new.get(element.get(qn("w:val")), element.get(qn("w:val"))))
        for style in theirs.values():
            id_ = style.get(qn("w:styleId"))
            style.set(qn("w:styleId"), new.get(id_, id_))
        for name, style in known.items():
            if name not in theirs:
                self.document.styles.element.append(deepcopy(style))
        for name in (BULLETS, NUMBERS):
            if self._list_of(name) is None:
                self._take_list(ours, name)

    def _list_of(self, style: str) -> int | None:
        """The number of the list that a paragraph style belongs to."""
        found = _named(self.document)[style.lower()].find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}")
        number = None if found is None else int(found.get(qn("w:val")))
        return number if number is not None and self._abstract(number) is not None else None

    def _abstract(self, number: int) -> str | None:
        """The id of the definition behind a list."""
        for found in self._numbering.findall(qn("w:num")):
            if found.get(qn("w:numId")) == str(number):
                abstract: str = found.find(qn("w:abstractNumId")).get(qn("w:val"))
                return abstract
        return None

    @cached_property
    def _numbering(self) -> Any:
        return self.document.part.numbering_part.element

    def _next(self, tag: str, key: str) -> int:
        return 1 + max((int(e.get(qn(key))) for e in self._numbering.findall(qn(tag))), default=0)

    def _take_list(self, ours: Any, style: str) -> None:
        """Take the definition of a list from our template."""
        source = ours.part.numbering_part.element
        number = _named(ours)[style.lower()].find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}")
        used = next(e for e in source.findall(qn("w:num")) if e.get(qn("w:numId")) == number.get(qn("w:val")))
        wanted = used.find(qn("w:abstractNumId")).get(qn("w:val"))
        abstract = deepcopy(
            next(e for e in source.findall(qn("w:abstractNum")) if e.get(qn("w:abstractNumId")) == wanted)
        )
        id_ = self._next("w:abstractNum", "w:abstractNumId")
        abstract.set(qn("w:abstractNumId"), str(id_))
        self._numbering.insert(len(self._numbering.findall(qn("w:abstractNum"))), abstract)
        style_element = _named(self.document)[style.lower()]
        properties = style_element.get_or_add_pPr()
        properties.get_or_add_numPr().get_or_add_numId().val = self._add_list(id_)

    def _add_list(self, abstract: int | str, restart: bool = False) -> int:
        number = self._next("w:num", "w:numId")
        added = self._numbering.add_num(int(abstract))
        added.set(qn("w:numId"), str(number))
        if restart:
            added.add_lvlOverride(ilvl=0).add_startOverride(1)
        return number

    # What the report asks of it

    @cached_property
    def bullets(self) -> int:
        """The list of bullets."""
        return self._list_of(BULLETS) or 0

    def ordered_list(self) -> int:
        """A new numbered list, which starts at 1."""
        return self._add_list(self._abstract(self._list_of(NUMBERS) or 0) or 0, restart=True)

    @cached_property
    def rules(self) -> Rules:
        """The colours of rules, as the styles of the two kinds of tables have them."""

        def colour(style: str) -> str:
            borders = _named(self.document)[style.lower()].find(f"{qn('w:tblPr')}/{qn('w:tblBorders')}")
            top = None if borders is None else borders.find(qn("w:top"))
            return "auto" if top is None else top.get(qn("w:color"), "auto")

        return Rules(colour(_STATISTICAL), colour(_FACTS))

    @cached_property
    def pages(self) -> tuple[Page, Page, Page]:
        """The cover's pages, the report's, and those of wide tables.

        As the template's sections say: the first that stands upright is the cover's, the last the report's, the first
        turned one that of wide tables. A template without turned pages turns its last.
        """
        sections: list[Any] = [deepcopy(section._sectPr) for section in self.document.sections]
        turned = [s for s in sections if int(s.pgSz.get(qn("w:w"))) > int(s.pgSz.get(qn("w:h")))]
        upright = [s for s in sections if s not in turned] or sections
        return _page(upright[0]), _page(upright[-1]), _page(turned[0] if turned else _turn(deepcopy(upright[-1])))

    def fill(self, texts: dict[str, str], locale: str, decimal: str, separator: str) -> None:
        """Write the report's texts into heads and feet, and set the language.

        ``texts``: by the names that stand in braces, ``{running_head}``.
        """
        for part in self._parts():
            root = getattr(part, "element", None)
            if root is not None and root.tag in (qn("w:hdr"), qn("w:ftr")):
                for paragraph in root.iter(qn("w:p")):
                    _fill(paragraph, texts)
        for language in self.document.styles.element.iter(qn("w:lang")):
            language.set(qn("w:val"), locale)
        settings = self.document.settings.element
        for tag, value in (("themeFontLang", locale), ("decimalSymbol", decimal), ("listSeparator", separator)):
            for element in settings.findall(qn(f"w:{tag}")):
                element.set(qn("w:val"), value)


def _page(section: Any) -> Page:
    """A section's properties as text. Its kind is left out: each begins on a new page."""
    for element in section.findall(qn("w:type")):
        section.remove(element)
    size, margins = section.pgSz, section.pgMar
    width = int(size.get(qn("w:w"))) - int(margins.get(qn("w:left"))) - int(margins.get(qn("w:right")))
    return Page(Element(etree.tostring(section, encoding="unicode")), width / _TWIPS)


def _turn(section: Any) -> Any:
    """The section turned by a quarter, as Word does it: the margins turn with the page."""
    size, margins = section.pgSz, section.pgMar
    wide, high = size.get(qn("w:w")), size.get(qn("w:h"))
    size.set(qn("w:w"), high), size.set(qn("w:h"), wide)
    size.set(qn("w:orient"), "landscape")
    sides = [margins.get(qn(f"w:{side}")) for side in ("top", "right", "bottom", "left")]
    for side, value in zip(("right", "bottom", "left", "top"), sides, strict=True):
        margins.set(qn(f"w:{side}"), value)
    return section


def _fill(paragraph: Any, texts: dict[str, str]) -> None:
    """Fill the names in braces. Word may have cut one into several runs: its text then goes to the first of them."""
    pieces = list(paragraph.iter(qn("w:t")))
    whole = "".join(piece.text or "" for piece in pieces)
    for mark in reversed(list(_MARK.finditer(whole))):
        if mark[1] in texts:
            _replace(pieces, mark.start(), mark.end(), texts[mark[1]])


def _replace(pieces: list[Any], start: int, stop: int, text: str) -> None:
    """Put ``text`` in the place of the characters ``start`` to ``stop`` of the pieces' texts together."""
    at = 0
    for piece in pieces:
        own = piece.text or ""
        first, last = max(start - at, 0), min(stop - at, len(own))
        if first < last:
            piece.text = own[:first] + text + own[last:]
            piece.set(_SPACE, "preserve")
            text = ""
        at += len(own)
