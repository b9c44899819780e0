"""The document's looks: styles, numbering of lists, settings and fonts, each as a part of the package."""

from __future__ import annotations

from typing import Any

from pipeline.render.docx.xml import Element, flag, group, w

SERIF = "Noto Serif"
SANS = "Noto Sans"
# Where the report's own fonts are not installed Word takes the alternative, which every Office has.
ALTERNATIVES = {SERIF: ("Cambria", "roman"), SANS: ("Calibri", "swiss")}

INK = "1F3A5F"
GREY = "595959"
LIGHT = "BFC7D1"
BOX = "FFF8E5"

TEXT_WIDTH, TEXT_WIDTH_TURNED = 9_070, 14_570  # twentieths of a point: A4 with its margins, upright and turned
TABLE_SIZE = 17  # half-points: 8.5 pt, above the 8 pt below which no table may be set
LIST_BULLET, LIST_NUMBER = 1, 2  # abstract lists


def _fonts(name: str) -> Element:
    return w("rFonts", ascii=name, hAnsi=name, eastAsia=name, cs=name)


def _style(
    style_id: str,
    name: str,
    *,
    based_on: str = "Normal",
    following: str = "",
    font: str = "",
    size: int = 0,
    bold: bool = False,
    italic: bool = False,
    colour: str = "",
    before: int | None = None,
    after: int | None = None,
    line: int | None = None,
    left: int = 0,
    right: int = 0,
    hanging: int = 0,
    align: str = "",
    keep_next: bool = False,
    outline: int | None = None,
    borders: Element | None = None,
    shade: str = "",
    tabs: tuple[tuple[str, int], ...] = (),
    hyphenate: bool = True,
    custom: bool = True,
    priority: int = 1,
) -> Element:
    """A paragraph style. Sizes in half-points, spaces and indents in twentieths of a point."""
    given = (("before", before), ("after", after), ("line", line), ("lineRule", None if line is None else "auto"))
    spacing: dict[str, str | int] = {key: value for key, value in given if value is not None}
    indent = {key: value for key, value in (("left", left), ("right", right), ("hanging", hanging)) if value}
    paragraph = group(
        "pPr",
        flag("keepNext", keep_next),
        flag("keepLines", keep_next),
        borders,
        w("shd", val="clear", color="auto", fill=shade) if shade else None,
        w("tabs", *(w("tab", val=kind, pos=position) for kind, position in tabs)) if tabs else None,
        None if hyphenate else w("suppressAutoHyphens"),
        w("spacing", **spacing) if spacing else None,
        w("ind", **indent) if indent else None,
        w("jc", val=align) if align else None,
        w("outlineLvl", val=outline) if outline is not None else None,
    )
    characters = group(
        "rPr",
        _fonts(font) if font else None,
        flag("b", bold),
        flag("i", italic),
        w("color", val=colour) if colour else None,
        w("sz", val=size) if size else None,
        w("szCs", val=size) if size else None,
    )
    return w(
        "style",
        w("name", val=name),
        w("basedOn", val=based_on) if based_on else None,
        w("next", val=following) if following else None,
        w("uiPriority", val=priority),
        w("qFormat"),
        paragraph,
        characters,
        type="paragraph",
        styleId=style_id,
        **({"customStyle": "1"} if custom else {}),
    )


def _character_style(style_id: str, name: str, custom: bool, *properties: Element) -> Element:
    return w(
        "style",
        w("name", val=name),
        w("uiPriority", val=99),
        w("rPr", *properties),
        type="character",
        styleId=style_id,
        **({"customStyle": "1"} if custom else {}),
    )


def _rule(side: str, size: int, colour: str = INK, space: int = 0) -> Element:
    return w(side, val="single", sz=size, space=space, color=colour)


def _box() -> Element:
    return w("pBdr", *(_rule(side, 6, "B8860B", 6) for side in ("top", "left", "bottom", "right")))


def _table_style(style_id: str, name: str, *rules: Element) -> Element:
    return w(
        "style",
        w("name", val=name),
        w("basedOn", val="TableNormal"),
        w("uiPriority", val=99),
        w("qFormat"),
        w(
            "tblPr",
            w("tblBorders", *rules),
            w(
                "tblCellMar",
                w("top", w=30, type="dxa"),
                w("left", w=60, type="dxa"),
                w("bottom", w=30, type="dxa"),
                w("right", w=60, type="dxa"),
            ),
        ),
        type="table",
        customStyle="1",
        styleId=style_id,
    )


def styles(locale: str) -> Element:
    """``styles.xml``: Word's own names where it has one, so that its panes and fields know them."""
    defaults = w(
        "docDefaults",
        w(
            "rPrDefault",
            w(
                "rPr",
                _fonts(SERIF),
                w("sz", val=20),
                w("szCs", val=20),
                w("lang", val=locale, eastAsia=locale, bidi="ar-SA"),
            ),
        ),
        w("pPrDefault", w("pPr", w("spacing", before=0, after=120, line=276, lineRule="auto"))),
    )
    normal = w(
        "style",
        w("name", val="Normal"),
        w("qFormat"),
        w("pPr", w("widowControl")),
        type="paragraph",
        default="1",
        styleId="Normal",
    )
    default_font = w(
        "style",
        w("name", val="Default Paragraph Font"),
        w("uiPriority", val=1),
        w("semiHidden"),
        type="character",
        default="1",
        styleId="DefaultParagraphFont",
    )
    table_normal = w(
        "style",
        w("name", val="Normal Table"),
        w("uiPriority", val=99),
        w("semiHidden"),
        w(
            "tblPr",
            w("tblInd", w=0, type="dxa"),
            w(
                "tblCellMar",
                w("top", w=0, type="dxa"),
                w("left", w=108, type="dxa"),
                w("bottom", w=0, type="dxa"),
                w("right", w=108, type="dxa"),
            ),
        ),
        type="table",
        default="1",
        styleId="TableNormal",
    )
    no_list = w("style", w("name", val="No List"), w("semiHidden"), type="numbering", default="1", styleId="NoList")
    heading: dict[str, Any] = {"following": "BodyText", "font": SANS, "bold": True, "colour": INK, "keep_next": True}
    builtin: dict[str, Any] = {"custom": False}
    small: dict[str, Any] = {"font": SANS, "colour": GREY, "line": 240}
    page_number = (("right", TEXT_WIDTH),)
    table_text: dict[str, Any] = {"font": SANS, "size": TABLE_SIZE, "before": 0, "after": 0, "line": 240}
    return w(
        "styles",
        defaults,
        normal,
        default_font,
        table_normal,
        no_list,
        _style("BodyText", "Body Text", **builtin),
        _style("Lead", "Lead", based_on="BodyText", size=21),
        _style("SmallText", "Small Text", based_on="BodyText", size=18, after=80, line=259),
        _style("Note", "Note", based_on="BodyText", size=17, after=80, **small),
        _style(
            "Title",
            "Title",
            following="Subtitle",
            font=SANS,
            size=40,
            bold=True,
            colour=INK,
            before=0,
            after=60,
            line=240,
            align="left",
            **builtin,
        ),
        _style(
            "Subtitle", "Subtitle", following="BodyText", font=SANS, size=25, colour=INK, after=80, line=240, **builtin
        ),
        _style("CoverLine", "Cover Line", font=SANS, size=20, after=20, line=252),
        _style(
            "Heading1",
            "heading 1",
            size=32,
            before=360,
            after=140,
            line=240,
            outline=0,
            priority=9,
            **builtin,
            **heading,
        ),
        _style(
            "Heading2",
            "heading 2",
            size=25,
            before=280,
            after=100,
            line=240,
            outline=1,
            priority=9,
            **builtin,
            **heading,
        ),
        _style(
            "Heading3",
            "heading 3",
            size=20,
            before=120,
            after=60,
            line=240,
            outline=2,
            priority=9,
            **builtin,
            **heading,
        ),
        _style(
            "ContentsHeading",
            "Contents Heading",
            following="BodyText",
            font=SANS,
            size=26,
            bold=True,
            colour=INK,
            before=240,
            after=80,
            line=240,
            keep_next=True,
        ),
        _style(
            "TOC1",
            "toc 1",
            font=SANS,
            size=19,
            bold=True,
            before=60,
            after=20,
            line=240,
            tabs=page_number,
            priority=39,
            **builtin,
        ),
        _style(
            "TOC2", "toc 2", font=SANS, size=18, after=20, line=240, left=340, tabs=page_number, priority=39, **builtin
        ),
        _style(
            "TableofFigures",
            "table of figures",
            font=SANS,
            size=18,
            after=40,
            line=240,
            left=340,
            hanging=340,
            tabs=page_number,
            priority=99,
            **builtin,
        ),
        _style(
            "Caption",
            "caption",
            following="BodyText",
            font=SANS,
            size=18,
            bold=True,
            colour=INK,
            before=240,
            after=60,
            line=240,
            keep_next=True,
            priority=35,
            **builtin,
        ),
        _style(
            "FigureHeadline",
            "Figure Headline",
            following="Caption",
            font=SANS,
            size=22,
            bold=True,
            before=220,
            after=0,
            line=240,
            keep_next=True,
        ),
        _style("FigureCaption", "Figure Caption", based_on="Caption", before=40, after=80),
        _style("FigureBody", "Figure Body", before=0, after=60, line=240, keep_next=True),
        _style(
            "TableLead", "Table Lead", font=SANS, size=17, colour=GREY, before=0, after=40, line=240, keep_next=True
        ),
        _style("TableText", "Table Text", align="left", **table_text),
        _style("TableNumber", "Table Number", based_on="TableText", hyphenate=False, align="right"),
        _style("TableHead", "Table Head", based_on="TableText", bold=True, colour=INK, align="left", keep_next=True),
        _style("TableHeadNumber", "Table Head Number", based_on="TableHead", align="right"),
        _style("TableHeadSpan", "Table Head Span", based_on="TableHead", align="center"),
        _style("TableNote", "Table Note", size=16, before=0, after=20, **small),
        _style("TableNoteFirst", "Table Note First", based_on="TableNote", following="TableNote", before=70),
        _style("TableEnd", "Table End", size=8, before=0, after=120, line=240),
        _style(
            "NoticeTitle",
            "Notice Title",
            following="NoticeText",
            font=SANS,
            size=19,
            bold=True,
            before=120,
            after=0,
            line=252,
            left=120,
            right=120,
            borders=_box(),
            shade=BOX,
            keep_next=True,
        ),
        _style(
            "NoticeText",
            "Notice Text",
            font=SANS,
            size=18,
            before=0,
            after=160,
            line=252,
            left=120,
            right=120,
            borders=_box(),
            shade=BOX,
        ),
        _style("ListBullet", "List Bullet", based_on="BodyText", after=60, **builtin),
        _style("ListNumber", "List Number", based_on="BodyText", after=60, **builtin),
        _style("Finding", "Finding", based_on="ListBullet", font=SANS, size=19, after=40, line=245),
        _style(
            "Header",
            "header",
            font=SANS,
            size=16,
            colour=GREY,
            after=0,
            line=240,
            priority=99,
            borders=w("pBdr", _rule("bottom", 4, LIGHT, 4)),
            **builtin,
        ),
        _style(
            "Footer",
            "footer",
            font=SANS,
            size=16,
            colour=GREY,
            after=0,
            line=240,
            priority=99,
            borders=w("pBdr", _rule("top", 4, LIGHT, 4)),
            **builtin,
        ),
        _character_style("Hyperlink", "Hyperlink", False, w("color", val=INK), w("u", val="none")),
        _character_style(
            "Code", "Code", True, w("rFonts", ascii="Consolas", hAnsi="Consolas", cs="Consolas"), w("sz", val=18)
        ),
        _table_style("StatisticalTable", "Statistical Table", _rule("top", 12), _rule("bottom", 12)),
        _table_style(
            "FactsTable",
            "Facts Table",
            _rule("top", 4, LIGHT),
            _rule("bottom", 4, LIGHT),
            _rule("insideH", 4, "E3E7EC"),
        ),
    )


def numbering(ordered_lists: int) -> Element:
    """``numbering.xml``: list 1 is the bullets; each ordered list has its own number and so starts at 1."""

    def abstract(number: int, kind: str, text: str, style: str) -> Element:
        level = w(
            "lvl",
            w("start", val=1),
            w("numFmt", val=kind),
            w("lvlText", val=text),
            w("lvlJc", val="left"),
            w("pPr", w("ind", left=397, hanging=284)),
            ilvl=0,
        )
        return w("abstractNum", w("multiLevelType", val="singleLevel"), level, abstractNumId=number)

    again = w("lvlOverride", w("startOverride", val=1), ilvl=0)
    return w(
        "numbering",
        abstract(LIST_BULLET, "bullet", "•", "ListBullet"),
        abstract(LIST_NUMBER, "decimal", "%1.", "ListNumber"),
        w("num", w("abstractNumId", val=LIST_BULLET), numId=1),
        *(w("num", w("abstractNumId", val=LIST_NUMBER), again, numId=2 + i) for i in range(ordered_lists)),
    )


def settings(locale: str, decimal: str, separator: str) -> Element:
    """``settings.xml``. Fields are not updated on opening: Word would ask the reader about "other files"."""
    return w(
        "settings",
        w("zoom", percent=100),
        w("defaultTabStop", val=567),
        w("autoHyphenation"),
        w("consecutiveHyphenLimit", val=2),
        w("hyphenationZone", val=360),
        w("characterSpacingControl", val="doNotCompress"),
        w(
            "compat",
            w("compatSetting", name="compatibilityMode", uri="http://schemas.microsoft.com/office/word", val=15),
        ),
        w("themeFontLang", val=locale),
        w("decimalSymbol", val=decimal),
        w("listSeparator", val=separator),
    )


def font_table() -> Element:
    """``fontTable.xml``: the report's fonts and what may stand for them."""
    return w(
        "fonts",
        *(
            w("font", w("altName", val=other), w("family", val=family), w("pitch", val="variable"), name=name)
            for name, (other, family) in ALTERNATIVES.items()
        ),
    )
