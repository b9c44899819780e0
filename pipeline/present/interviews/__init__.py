"""The tables, figures and quotations about interviews: result rows and the labels of ``interviews.yml`` as blocks."""

from __future__ import annotations

from pipeline.present.document import Block, Figure, Items, Notice, Paragraph, Run, Table
from pipeline.present.interviews import codes, plots, words
from pipeline.present.interviews.voice import INVENTED, Voice
from pipeline.present.layout.parts import Body, anchor
from pipeline.present.numbering import Numbering
from pipeline.present.view import View
from pipeline.spec.interviews import InterviewTable
from pipeline.spec.model import say

_BODIES = {
    "sources": codes.sources, "tree": codes.tree, "cases": codes.across, "groups": codes.across,
    "together": codes.together, "agreement": codes.agreement, "saturation": codes.saturation, "joint": codes.joint,
    "path": codes.path, "words": words.frequency, "keyness": words.keyness, "concordance": words.concordance,
}  # fmt: skip


def blocks(view: View, table: InterviewTable, numbering: Numbering) -> list[Block]:
    """A table with what belongs to it; where there is nothing to show, the reason."""
    voice = Voice(view, table)
    if not view.results.rows(table.name):
        return [Paragraph((Run(f"{say(table.title, view.lang)}: ", strong=True), Run(voice.why_not())), "note")]
    if table.show == "quotations":
        return codes.quotations(voice)
    made = _table(voice, numbering.tables[table.name], _BODIES[table.show](voice))
    found: list[Block] = [made]
    if table.draw:
        found += _figure(voice, made, numbering.figures[table.name])
    if table.show == "joint":
        points = codes.readings(voice)
        found += [Items(points)] if points else []
    return found


def _table(voice: Voice, number: int, body: Body) -> Table:
    """Title, base, source, notes and mark around a body."""
    view, table = voice.view, voice.of
    notes = [*body.notes, say(table.note, view.lang), *voice.edition_notes()]
    return Table(
        id=anchor("table", table.name),
        number=number,
        label=view.t("table_label", number=number),
        title=say(table.title, view.lang),
        head=body.head,
        rows=body.rows,
        columns=body.columns,
        unit=body.unit,
        base=body.base,
        answer=body.answer,
        statistics=body.statistics,
        notes=tuple(n for n in dict.fromkeys(notes) if n),
        source=voice.source_line(),
        mark=voice.mark(),
        wide=body.columns > 10,
    )


def _figure(voice: Voice, table: Table, number: int) -> list[Block]:
    """The table drawn; a sentence where there is nothing to draw."""
    from pipeline.present.charts import draw

    view, label = voice.view, voice.view.t("figure_label", number=number)
    plot = plots.plot(voice)
    if plot is None:
        return [Paragraph((Run(view.t("figure_empty", figure=label, table=table.label)),), "note")]
    drawing = draw(plot.chart)
    about = "; ".join(p for p in (plot.unit, view.t("figure_base", base=plot.base) if plot.base else "") if p)
    title = f"{table.title} ({about})" if about else table.title
    return [
        Figure(
            id=anchor("figure", voice.of.name),
            number=number,
            label=label,
            headline="",
            title=title,
            svg=drawing.svg,
            alt=view.t("alt", headline="", title=title, told="; ".join(plot.told)).strip(),
            width=drawing.width,
            height=drawing.height,
            notes=tuple(n for n in plot.notes if n),
            source=table.source,
            mark=table.mark,
            table=table.id,
            table_label=view.t("data_in", table=table.label),
        )
    ]


def _invented(view: View) -> bool:
    """Whether the report shows interviews that nobody has held."""
    tables = (t for t in view.files.report.analyses() if isinstance(t, InterviewTable) and not t.of)
    said = view.files.interviews
    return said is not None and said.origin is not None and any(view.results.rows(t.name) for t in tables)


def notices(view: View) -> list[Notice]:
    """What a reader must see on the first page: that interviews are invented."""
    voice = Voice(view, None)
    return [Notice(voice.tell("invented_title"), voice.tell("invented_notice"))] if _invented(view) else []


def symbols(view: View) -> list[tuple[str, str]]:
    """The mark of invented interviews with its meaning."""
    return [(INVENTED, Voice(view, None).tell("origin_invented"))] if _invented(view) else []
