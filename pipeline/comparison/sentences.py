"""The change in words: who answered, what became of the units, what moved, what changed in the questionnaire."""

from __future__ import annotations

from pipeline import language
from pipeline.comparison import panel, trend
from pipeline.comparison.book import Book
from pipeline.comparison.measured import Line
from pipeline.comparison.other_tables import flow, questions, worst
from pipeline.comparison.units import Links
from pipeline.present import formats
from pipeline.results import ResultRow
from pipeline.spec.model import FigureSpec

MOST_MOVES = 3
MOST_NAMES = 3


def response(book: Book) -> str:
    """How many answered in each wave, as a sentence."""
    return book.t("find_response", parts=book.listed(response_parts(book)))


def response_parts(book: Book) -> list[str]:
    """How many answered, wave by wave."""
    parts = []
    for wave in book.waves.waves:
        n, exist = (book.get(wave.name, panel.RESPONSE, s) for s in ("n", "population"))
        if n is None or n.value is None:
            continue
        count, units, when = book.count(n.value), book.view.units(2), book.when(wave.name)
        if exist is None or not exist.value:
            parts.append(book.t("find_response_cases", n=count, units=book.view.units(n.value), when=when))
            continue
        share = formats.percent_text(n.value / exist.value, book.lang)
        parts.append(
            book.t("find_response_of", n=count, size=book.count(exist.value), units=units, share=share, when=when)
        )
    return parts


def units(book: Book, links: Links) -> str:
    """What became of the earlier wave's units, and how many begin; empty where no unit is known."""
    parts = []
    total = 0.0
    for kind in ("continue", "merge", "split", "end", "unlinked_before"):
        before, after = flow(book, links, kind)
        total += before
        if before:
            parts.append(book.t(f"part_{kind}", before=book.count(before), after=book.count(after)))
    if not parts:
        return ""
    said = book.t(
        "find_units", n=book.count(total), units=book.view.units(total), before=book.when(links.earlier),
        parts=book.listed(parts),
    )  # fmt: skip
    begin, unexplained = flow(book, links, "begin")[1], flow(book, links, "unlinked_after")[1]
    if begin:
        said += book.t("find_units_new", n=book.count(begin), after=book.when(links.later))
    if unexplained:
        said += book.t("find_units_unexplained", n=book.count(unexplained), wave=links.later)
    return said


def questionnaire(book: Book) -> str:
    """How many questions are the same, mapped, not comparable; the last by name."""
    by_kind = by_status(book)
    total = sum(map(len, by_kind.values()))
    if len(by_kind["same"]) == total:
        return book.t("questions_all_same", total=total)
    none = [book.view.label(name) for name in by_kind["not"]]
    names = ""
    if none:
        shown = [language.text(book.lang, "language.quoted", text=n) for n in none[:MOST_NAMES]]
        rest = len(none) - len(shown)
        words = ", ".join(shown) + book.t("find_more", n=rest) if rest else book.listed(shown)
        names = book.t("find_questions_names", names=words)
    return book.t("find_questions", total=total, parts=question_parts(book, by_kind), names=names)


def question_parts(book: Book, by_kind: dict[str, list[str]]) -> str:
    """ "52 are the same in every wave, 3 comparable after mapping and 2 not comparable", without what is none."""
    parts = [book.t(f"part_{kind}", n=len(names)) for kind, names in by_kind.items() if names]
    return book.listed(parts)


def by_status(book: Book) -> dict[str, list[str]]:
    """The questions by their worst status over all waves."""
    found: dict[str, list[str]] = {"same": [], "mapped": [], "not": []}
    for name in questions(book):
        found[worst(book, name).kind].append(name)
    return found


def moves(book: Book) -> list[tuple[str, str]]:
    """(table, sentence) of the firm changes told first: that of the report's main figure, then the largest."""
    found = book.moves.told
    main = [m for m in found if m.row.table_id == _main_table(book)]
    rest = [m for m in found if m not in main]
    return [(m.row.table_id, move(book, m.wave, m.row)) for m in [*main, *rest][:MOST_MOVES]]


def no_moves(book: Book) -> str:
    """Why no change is told: nothing could be compared, or nothing is firm."""
    if not book.moves.all:
        return book.t("find_none", least=book.least)
    return book.t("find_none_firm", n=book.moves.looked_at, why=_open_reason(book))


def _open_reason(book: Book) -> str:
    return book.t(f"open_{'description' if book.waves.files.study.mode == 'description' else 'tested'}")


def _main_table(book: Book) -> str:
    report = book.waves.files.report
    return next((c.of for c in report.contents() if isinstance(c, FigureSpec) and c.figure == report.main_figure), "")


def move(book: Book, wave: str, row: ResultRow) -> str:
    """One change of a share with both bases and what the reading says about it."""
    question, category = book.line_label(row)
    before = row.col_code
    sides = {}
    for place, name in (("1", before), ("2", wave)):
        share = book.share(name, row)
        n = book.get(name, row.table_id, "n", row.row_var, row.row_code)
        base = book.get(name, row.table_id, "n", row.row_var)
        sides[f"p{place}"] = formats.percent_text(share.value, book.lang) if share and share.value is not None else ""
        sides[f"k{place}"] = book.count(n.value) if n is not None and n.value is not None else ""
        sides[f"n{place}"] = book.count(base.value) if base is not None and base.value is not None else ""
    change = row.value or 0.0
    points = formats.decimal_text(abs(change) * 100, 1, book.lang)
    direction = book.t("unchanged" if not points.strip("0.,") else "up" if change > 0 else "down")
    return book.t(
        "find_move", question=question, category=category, before=book.when(before), after=book.when(wave),
        points=points, direction=direction, reading=_reading(book, wave, before, row) + _trend(book, row), **sides,
    )  # fmt: skip


def _reading(book: Book, wave: str, before: str, row: ResultRow) -> str:
    def end(statistic: str) -> ResultRow | None:
        found = book.get(wave, row.table_id, statistic, row.row_var, row.row_code, before)
        return found if found is not None and found.value is not None else None

    low, high = end("change_bound_low"), end("change_bound_high")
    if low is not None and high is not None:
        firm = (low.value or 0.0) * (high.value or 0.0) > 0
        key = "reading_bounds_firm" if firm else "reading_bounds_open"
        return book.t(key, low=book.change_text(low), high=book.change_text(high))
    low, high, p = end("change_low"), end("change_high"), end("change_p")
    if low is not None and high is not None and p is not None and p.value is not None:
        level = formats.percent_text(book.waves.files.study.confidence, book.lang, 0)
        return book.t(
            "reading_test", level=level, low=book.change_text(low), high=book.change_text(high),
            p=p_words(p.value, book.lang),
        )  # fmt: skip
    return ""


def _trend(book: Book, row: ResultRow) -> str:
    """The trend over all waves behind a change, where there are three or more."""
    line = Line(row.table_id, trend.share_of(row.row_var, book.waves.files.codebook), row.row_var, row.row_code)
    last, first = book.waves.names[-1], _first(book, line)
    slope, p = (
        book.get(last, line.table, s, line.variable, line.code, first) if first else None
        for s in ("trend_slope", "trend_p")
    )
    if slope is None or slope.value is None:  # none, or one that stops at a break and is not over all waves
        return ""
    points = book.signed(slope.value * 100, 2)
    test = "" if p is None or p.value is None else book.t("reading_trend_p", p=p_words(p.value, book.lang))
    return book.t("reading_trend", points=points, step=book.t("a_year" if book.waves.in_years else "a_wave"), test=test)


def _first(book: Book, line: Line) -> str:
    """The first wave that has a line's number."""
    there = (w for w in book.waves.names if book.get(w, line.table, line.statistic, line.variable, line.code))
    return next(there, "")


def p_words(value: float, lang: str) -> str:
    """ "= 0.012" or "< 0.001" """
    words = formats.p_text(value, lang)
    return words if words.startswith("<") else f"= {words}"


def section_lead(book: Book, tables: set[str]) -> str:
    """The largest firm change of a section's tables."""
    there = [m for m in book.moves.all if m.row.table_id in tables]
    told = [m for m in book.moves.told if m in there]
    if told:
        return book.t("section_lead", sentence=move(book, told[0].wave, told[0].row))
    if there:
        return book.t("section_lead_open", why=_open_reason(book))
    return book.t("section_lead_none", least=book.least)


def rules(book: Book, links: Links) -> str:
    """How several units are compared as one, and what the units weigh; empty where none merged or split or weigh."""
    weight = links.rules.weight
    weighed = book.t("rule_weight", weight=book.view.label(weight)) if weight is not None else ""
    if not (links.of_kind("merge") or links.of_kind("split")):
        return weighed
    found = [
        book.t(f"rule_{links.rules.rule}", size=book.view.label(links.rules.size) if links.rules.size else ""),
        book.t(f"rule_numbers_{links.rules.numbers}"),
    ]
    if links.rules.sums:
        found.append(book.t("rule_sums", names=book.listed([book.view.label(n) for n in links.rules.sums])))
    return " ".join([*found, weighed]).strip()
