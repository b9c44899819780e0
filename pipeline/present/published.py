"""The section on figures printed elsewhere: what they are, what the data give, and what arithmetic says of them."""

from __future__ import annotations

from pipeline.audit.against import Compared, against
from pipeline.audit.claims import Published, Questions
from pipeline.audit.verdict import Verdict
from pipeline.present import formats
from pipeline.present.document import Block, Cell, HeadCell, Items, Paragraph, Row, Run, Section, Table
from pipeline.present.layout.parts import stub
from pipeline.present.view import View
from pipeline.spec.model import say


def published_section(view: View, published: Published, questions: Questions, number: int, table: int) -> Section:
    """The section, under its own number, with its one table."""
    words = Verdict(published, view.lang)
    compared = against(published, view.results, view.wave, view.study.population.size)
    work = ", ".join(part for part in (published.source.work, published.source.page) if part)
    blocks: list[Block] = [_text(view.t("published_intro", work=work or view.t("published_elsewhere")), "lead")]
    blocks.append(_text(view.t("published_how")))
    blocks.append(_table(view, published, compared, table))
    blocks.append(_text(_whole(view, published, compared)))
    if view.source.kind != "survey":
        blocks.append(_text(view.t("published_reconstruction")))
    blocks.append(_text(view.t("published_arithmetic")))
    points: list[tuple[Run, ...]] = []
    for line in list(words.paragraphs(questions))[2:]:  # without its title and its own explanation
        if line.startswith(" "):
            points.append((Run(line.strip(" –")),))
            continue
        if points:
            blocks.append(Items(tuple(points)))
            points = []
        blocks.append(_text(line))
    if points:
        blocks.append(Items(tuple(points)))
    return Section("section-published", str(number), view.t("published_title"), tuple(blocks))


def _text(text: str, style: str = "body") -> Paragraph:
    return Paragraph((Run(text),), style)


def _table(view: View, published: Published, compared: tuple[Compared, ...], number: int) -> Table:
    heads = [view.t(f"published_{name}") for name in ("printed", "computed", "base", "agreement")]
    return Table(
        id="table-published",
        number=number,
        label=view.t("table_label", number=number),
        title=view.t("published_table"),
        head=((stub(view, view.t("published_claim")), *(HeadCell(head) for head in heads)),),
        rows=tuple(_row(view, published, one) for one in compared),
        columns=4,
        unit=view.t("published_unit"),
        source=view.source_line(),
    )


def _row(view: View, published: Published, one: Compared) -> Row:
    claim = published.claims[one.id]
    label = " · ".join(part for part in (one.id, say(claim.text, view.lang)) if part)
    shown, base = Cell(view.t("not_available"), kind="not_available"), Cell("", kind="empty")
    if one.agreement == "hidden":
        shown = Cell(formats.SUPPRESSED, kind="suppressed", note=view.t("suppressed"))
    elif one.computed is not None:
        percent = formats.percent_text(one.computed, view.lang)
        text = percent if claim.kind == "share" else _number(one.computed, view.lang)
        shown = Cell(text, one.computed, kind="number")
        base = Cell("" if one.base is None or claim.kind == "count" else formats.count_text(one.base, view.lang),
                    kind="text")  # fmt: skip
    elif one.counts:
        shown = Cell(" · ".join(formats.count_text(count, view.lang) for count in one.counts))
        base = Cell("" if one.base is None else formats.count_text(one.base, view.lang), kind="text")
    printed = Cell(claim.printed or view.t("published_no_figure"))
    return Row(label, (printed, shown, base, Cell(_agreement(view, one, claim.kind))))


def _number(value: float, lang: str) -> str:
    return formats.count_text(value, lang) if float(value).is_integer() else formats.decimal_text(value, 2, lang)


def _agreement(view: View, one: Compared, kind: str) -> str:
    if one.places:
        places = ", ".join(str(place) for place in sorted(one.places))
        return view.t(f"published_{one.agreement}_places", places=places, among=one.among, count=len(one.places))
    which = view.t(f"published_base_{one.which}") if one.which else ""
    if one.off is None:
        return view.t(f"published_{one.agreement}", which=which)
    share = kind == "share"
    off = formats.decimal_text(one.off * 100 if share else one.off, 2, view.lang)
    return view.t("published_differs_points" if share else "published_differs", off=off)


def _whole(view: View, published: Published, compared: tuple[Compared, ...]) -> str:
    """A sentence on all figures, and one on the statements without a figure where there are some."""
    figures = [one for one in compared if published.claims[one.id].kind != "statement"]
    tally = {kind: sum(one.agreement == kind for one in figures) for kind in ("reproduced", "other_base", "differs")}
    rest = len(figures) - sum(tally.values())
    whole = view.t("published_whole", count=len(figures), rest=rest, **tally)
    if len(figures) == len(compared):
        return whole
    held = sum(one.agreement == "in_data" for one in compared)
    return f"{whole} {view.t('published_whole_statements', count=len(compared) - len(figures), held=held)}"
