"""Every number of the real report is in the graph, typed, or listed with the reason why not."""

from __future__ import annotations

import os
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from kg_builder.desk import Desk, ReadReport, ReportInput, read_report
from kg_builder.model.document import Source
from kg_builder.model.fact import Fact, Text, Year
from kg_builder.model.selector import Evidence
from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre
from kg_builder.text.numerals import parse_number

REPORT = os.environ.get("KG_REPORT", "")
pytestmark = pytest.mark.skipif(not REPORT, reason="KG_REPORT does not name the real report")

LISTED = Path(__file__).parent / "numbers_not_figures.toml"
UNITS = Resources.find().files("genre", "lexicons/units.toml")
TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)?|[零〇一二三四五六七八九十百千万亿两]+")


@dataclass(frozen=True)
class Number:
    """A run of digits in the report."""

    start: int
    end: int
    line: int
    digits: str
    unit: bool
    """Whether a unit of measure stands behind it, 余 aside."""


@cache
def reading() -> ReadReport:
    """Return the report read, with the decisions of data/: what is published."""
    resources = Resources.find()
    genre = load_genre(resources.folders("genre"))
    return Desk.of(resources).review(read_report(ReportInput.load(Path(REPORT)), genre), genre)


def numbers(source: Source) -> Iterator[Number]:
    surfaces = sorted(
        {
            surface
            for path in UNITS
            for unit in tomllib.loads(path.read_text("utf-8"))["unit"]
            for surface in unit["surfaces"]
        },
        key=len,
        reverse=True,
    )
    behind = re.compile("[余多]?(?:" + "|".join(map(re.escape, surfaces)) + ")")
    for match in TOKEN.finditer(source.text):
        line = bisect_right(source.line_starts, match.start())
        measured = behind.match(source.text, match.end()) is not None
        yield Number(match.start(), match.end(), line, match[0], measured)


def spans(items: Iterable[Evidence]) -> list[tuple[int, int]]:
    return [(item.span.start, item.span.end) for item in items]


def says(fact: Fact, number: Number) -> str | None:
    """Return how a fact says a number: as a figure, as part of some words, or not at all."""
    value = fact.object
    match value:
        case bool():
            return None
        case Year(year):
            return "words" if str(year) == number.digits else None
        case Decimal() | int():
            same = abs(Decimal(value)) == parse_number(number.digits)
            kind = "figure" if fact.predicate == "value" else "words"
            return kind if same else None
        case Text(words) | str(words):
            return "words" if number.digits in words else None
        case _:
            return None


def within(number: Number, places: Iterable[tuple[int, int]]) -> bool:
    return any(start <= number.start and number.end <= end for start, end in places)


def told(number: Number) -> set[str]:
    """Return how the graph says a number: `figure`, `words` (an address, a year …), `name`."""
    extraction = reading().extraction
    found = set()
    for fact in extraction.facts:
        kind = says(fact, number)
        if kind and kind not in found and within(number, spans(fact.evidence)):
            found.add(kind)
    for entity in extraction.entities:
        names = [name for name in (entity.label, *entity.alt_labels) if name]
        if any(number.digits in name for name in names) and within(number, spans(entity.mentions)):
            found.add("name")
    return found


@cache
def audit() -> dict[Number, frozenset[str]]:
    return {item: frozenset(told(item)) for item in numbers(reading().document.source)}


@cache
def listed() -> set[tuple[int, str]]:
    rows = tomllib.loads(LISTED.read_text("utf-8"))["number"]
    assert all(set(row) == {"line", "digits", "reason"} for row in rows)
    return {(row["line"], row["digits"]) for row in rows}


def open_numbers() -> set[tuple[int, str]]:
    """Return the numbers that no fact has, and those with a unit that are only in a name."""
    return {
        (item.line, item.digits)
        for item, ways in audit().items()
        if not ways or (item.unit and ways == {"name"})
    }


def test_every_number_is_a_fact_or_listed() -> None:
    assert open_numbers() - listed() == set()


def test_the_list_holds_nothing_that_the_graph_has() -> None:
    assert listed() - open_numbers() == set()


def test_the_report_is_full_of_numbers() -> None:
    """The audit has looked: two hundred numbers, and figures among them."""
    assert len(audit()) > 200
    assert sum("figure" in ways for ways in audit().values()) > 45


def test_every_figure_has_a_unit_and_a_subject() -> None:
    facts = reading().extraction.facts
    has: dict[object, set[str]] = {}
    for fact in facts:
        if fact.subject.type == "Observation":
            has.setdefault(fact.subject, set()).add(fact.predicate)
    figures = [own for own in has.values() if "value" in own]
    assert figures
    for own in figures:
        assert {"unit", "indicator", "measure", "period", "area"} <= own
