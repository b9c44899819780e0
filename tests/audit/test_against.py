"""Printed figures beside results: P2 of the paper on its own base and on others, figures that differ."""

from __future__ import annotations

from pipeline.audit.against import against
from pipeline.audit.claims import Claim, Published
from pipeline.results import About, Results, ResultsWriter


def results() -> Results:
    """22 new entities and 61 contracts of 83 with a known form, of 98."""
    writer = ResultsWriter("2009")
    about = About("forma", "forma")
    for code, count in (("1", 22), ("2", 61), ("", 83)):
        writer.add(about, "n", float(count), code, n=83, base=83)
    writer.add(about, "cases_n", 98.0, n=98, base=98)
    return Results(writer.table())


def verdict(printed: str, cell: str | None = "forma:1", kind: str = "share", **more: str) -> tuple[str, str]:
    claim = Claim.model_validate({"printed": printed, "kind": kind, "branch": "b", "cell": cell, **more})
    (one,) = against(Published(claims={"P": claim}), results(), "2009", 120)
    return one.agreement, one.which


def test_what_a_printed_figure_is_beside_the_data() -> None:
    """22/83 = 26.506 %, 22/98 = 22.449 %, 22/120 = 18.333 %: by hand."""
    assert verdict("26.5%") == ("reproduced", "valid")
    assert verdict("22.4%") == ("other_base", "all")
    assert verdict("18.3%") == ("other_base", "population")
    assert verdict("26.6%") == ("differs", "valid")
    assert verdict("26.5%", "forma:7")[0] == "absent"
    assert verdict("26.5%", None)[0] == "no_cell"
    assert verdict("26.5%", wave="2015")[0] == "no_cell"
    assert verdict("98", "forma", "count", statistic="cases_n")[0] == "reproduced"
    assert verdict("97", "forma", "count", statistic="cases_n")[0] == "differs"


def statement(*cells: str, hide: str = "") -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    writer = ResultsWriter("2009")
    for code, count in (("1", 64), ("2", 66), ("3", 65), ("4", 0)):
        writer.add(About("servizi", "servizi"), "n", float(count), code, n=96, base=96)
    table = writer.table()
    flags = [hide != "" and code == hide for code in table.column("row_code").to_pylist()]
    table = table.set_column(table.column_names.index("suppressed"), "suppressed", [flags])
    claim = Claim.model_validate({"kind": "statement", "cells": list(cells)})
    (one,) = against(Published(claims={"P": claim}), Results(table), "2009", None)
    return one.agreement, one.counts, one.places


def test_a_statement_without_a_figure_is_in_the_data_or_not() -> None:
    """How often, and which places that takes: by hand."""
    assert statement("servizi:1", "servizi:3") == ("in_data", (64, 65), (3, 2))
    assert statement("servizi:2", "servizi:4") == ("not_in_data", (66, 0), (1, 4))
    assert statement("servizi:9")[0] == "absent"
    assert statement()[0] == "absent"
    assert statement("servizi:1", hide="1")[0] == "hidden"
    assert statement("servizi:1", hide="3") == ("in_data", (64,), ())  # a place would tell of what is hidden
