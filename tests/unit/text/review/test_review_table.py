"""The table of decisions: what is read, what is refused, with its place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.errors import ConfigurationError
from kg_builder.model.decision import ClassName
from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Concept, Text, Year
from kg_builder.text.review import format_decisions, read_decisions, read_rows
from kg_builder.text.review.table import COLUMNS
from kg_builder.text.review.terms import TermError, read_term, write_term

WORDS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=12)
TERMS = st.one_of(
    st.builds(EntityId, st.just("Canteen"), st.lists(WORDS, min_size=1, max_size=4).map(tuple)),
    st.builds(Concept, st.just("status"), st.from_regex(r"[a-z][a-z-]{0,9}", fullmatch=True)),
    st.builds(ClassName, st.just("Collection")),
    st.builds(Text, WORDS),
    st.builds(Year, st.integers(1000, 9999)),
    WORDS,
    st.integers(-(10**17), 10**17),
    st.decimals(-1000, 1000, places=3),
    st.dates(date(1900, 1, 1)),
    st.booleans(),
)


@given(TERMS)
def test_what_is_written_is_read(term):
    assert read_term(write_term(term)) == term
    assert type(read_term(write_term(term))) is type(term)


@pytest.mark.parametrize(
    "text",
    ["", "甲", ":甲", "text:", "Canteen:甲||乙", "Canteen:|", "integer:1.5", "decimal:1e9",
     "year:24", "date:2026/11/22", "date:2026-02-30", "boolean:yes", "status:在建",
     "class:collection", "2024"],
)  # fmt: skip
def test_what_is_no_term_is_refused(text):
    with pytest.raises(TermError):
        read_term(text)


def good(desk):
    return desk.row("add", "望澜大食堂", subject="Platform:甲", predicate="a", date="2026-11-22")


def test_a_line_is_a_decision(desk):
    (decision,) = desk.decisions(good(desk))
    assert decision.subject == EntityId("Platform", ("甲",))
    assert (decision.who, decision.date, decision.line) == ("张三", date(2026, 11, 22), 2)


def test_spreadsheets_may_quote_leave_cells_out_and_end_lines_as_they_like(desk):
    row = good(desk) | {"why": '印作“甲",乙"'}
    plain = desk.decisions(row)
    cells = [row[name] for name in COLUMNS]
    cells[-1] = '"' + cells[-1].replace('"', '""') + '"'
    text = "\ufeff" + "\t".join(COLUMNS) + "\r\n" + "\t".join(cells) + "\r\n\t\t\r\n"
    path = desk.folder / "sheet.tsv"
    path.write_bytes(text.encode())
    assert [d.why for d in read_decisions(path)] == [d.why for d in plain]
    assert read_decisions(path)[0].digest == plain[0].digest


def test_the_same_line_twice_is_one_decision(desk):
    assert len(desk.decisions(good(desk), good(desk))) == 1


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("action", "guess"), ("action", ""), ("line", "x"), ("start", "-1"), ("end", "3"),
        ("end", "999999"), ("sha256", "望澜大食堂"), ("sha256", "0" * 63), ("subject", ""),
        ("subject", "text:甲"), ("predicate", "part of"), ("predicate", "rdf:type"),
        ("object", "integer:1"), ("object", "甲"), ("new", "text:甲"), ("with", "verbatim=建成"),
        ("who", ""), ("why", ""), ("why", "=1+1"), ("why", "@甲"), ("why", "-甲"), ("why", "+甲"),
        ("why", '"甲'), ("why", "甲" * 2001), ("why", "甲\x07"), ("date", "22.11.2026"),
        ("subject", "Report:甲"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_where_it_stands(desk, column, cell):
    row = good(desk) | {column: cell}
    with pytest.raises(ConfigurationError) as refused:
        desk.decisions(row)
    error = refused.value
    assert (error.file, error.line) == (str(desk.folder / "d.tsv"), 2)
    before = (
        COLUMNS[: COLUMNS.index(column)] if column != "predicate" or " " in cell else COLUMNS[:6]
    )
    assert error.column == 1 + sum(len(row[name]) + 1 for name in before)


@pytest.mark.parametrize(
    "cells",
    [
        {"action": "merge", "subject": "Canteen:甲", "predicate": "", "object": "Platform:乙"},
        {"action": "merge", "subject": "Canteen:甲", "predicate": "", "object": "Canteen:甲"},
        {"action": "merge", "subject": "Canteen:甲", "predicate": "", "object": "text:乙"},
        {"action": "correct", "predicate": "floor", "object": "integer:1"},
        {"action": "correct", "predicate": "floor", "object": "integer:1", "new": "integer:1"},
        {"action": "correct", "predicate": "floor", "new": "integer:1"},
        {"action": "correct", "predicate": "a", "object": "class:Platform", "new": "class:Park"},
        {"action": "reject", "predicate": "floor"},
        {"action": "reject", "predicate": "a", "object": "class:Platform"},
        {"action": "accept", "predicate": "rdfs:label", "object": "string:甲"},
        {"action": "add", "predicate": "figure", "object": "string:5亿元"},
        {"action": "add", "predicate": "status", "object": "text:建成"},
        {"action": "add", "predicate": "status", "object": "status:completed", "with": "verbatim"},
        {"action": "add", "predicate": "status", "object": "status:completed", "with": "a=1;a=2"},
        {"action": "add", "predicate": "partOf", "object": "class:Park"},
        {"action": "ignore", "predicate": ""},
    ],
)
def test_what_does_not_fit_its_action_is_refused(desk, cells):
    with pytest.raises(ConfigurationError) as refused:
        desk.decisions(good(desk) | {"date": ""} | cells)
    assert refused.value.line == 2


@pytest.mark.parametrize("data", [b"", b"action\tline\n", b"\xff\xfe", b"a" * 100_000])
def test_a_file_that_is_no_table_is_refused(tmp_path, data):
    path = tmp_path / "d.tsv"
    path.write_bytes(data)
    with pytest.raises(ConfigurationError) as refused:
        read_decisions(path)
    assert (refused.value.file, refused.value.line) == (str(path), 1)


def test_too_many_cells_are_refused(desk):
    path = desk.write(good(desk))
    path.write_text(path.read_text("utf-8").rstrip("\n") + "\t多\n", "utf-8")
    with pytest.raises(ConfigurationError):
        read_decisions(path)


def test_what_is_formatted_is_sorted_and_reads_the_same(desk):
    rows = [desk.row("ignore", "青坪食堂"), good(desk), desk.row("ignore", "望澜街道")]
    text = format_decisions(rows)
    assert text == format_decisions(rows[::-1])
    path = desk.folder / "f.tsv"
    path.write_text(text, "utf-8", newline="")
    assert read_decisions(path) == desk.decisions(*rows)
    starts = [int(row.cells["start"]) for row in read_rows(path)]
    assert starts == sorted(starts)


def test_decimals_keep_their_digits():
    assert write_term(Decimal("6.0")) == "decimal:6.0"
