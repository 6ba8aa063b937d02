"""Marked text: segments, passages and blocks of a page."""

import gc
import time
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg_builder.desk import Reader, ReportInput
from kg_builder.model.selector import Span
from kg_builder.resources import Resources
from kg_builder.text.coverage import measure_coverage
from kg_builder.text.genre import load_genre
from kg_builder.text.marking import cut, mark

ROOT = Path(__file__).resolve().parents[3]
REPORTS = [
    ROOT / "examples" / "yunxi-2025.txt",
    *sorted((ROOT / "tests" / "reports").glob("*/source.txt")),
]


@st.composite
def marked(draw):
    length = draw(st.integers(0, 40))
    span = st.tuples(st.integers(0, length), st.integers(0, length)).map(lambda p: Span(*sorted(p)))
    passages = draw(st.lists(span, max_size=12, unique=True))
    # unread stretches of one report never overlap, but they may touch
    borders = sorted(draw(st.sets(st.integers(0, length), max_size=8)))
    gaps = [Span(start, end) for start, end in pairwise(borders)][:: draw(st.integers(1, 2))]
    return length, passages, gaps


@given(marked())
def test_segments_are_the_text_and_know_every_passage_of_each_character(case):
    length, passages, gaps = case
    segments = cut(length, passages, gaps)
    assert [offset for item in segments for offset in range(*_ends(item.span))] == list(
        range(length)
    )
    for item in segments:
        assert len(item.span) > 0
        for offset in range(*_ends(item.span)):
            around = {n for n, span in enumerate(passages) if span.start <= offset < span.end}
            assert set(item.passages) == around
            assert item.unread == any(gap.start <= offset < gap.end for gap in gaps)
        lengths = [len(passages[number]) for number in item.passages]
        assert lengths == sorted(lengths)


def _ends(span):
    return span.start, span.end


@given(marked())
def test_no_two_neighbours_are_alike_unless_a_passage_ends_between_them(case):
    length, passages, gaps = case
    borders = {end for span in (*passages, *gaps) for end in _ends(span)}
    for left, right in pairwise(cut(length, passages, gaps)):
        assert left.span.end == right.span.start
        assert left.span.end in borders


@cache
def reader():
    return Reader(load_genre(Resources.find().folders("genre")))


@cache
def marked_report(path):
    read = reader()(ReportInput("report", path.read_bytes()))
    coverage = measure_coverage(read.document, read.extraction.read)
    return read, coverage, mark(read.document, read.extraction, coverage)


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.parent.name)
def test_every_fact_and_every_unread_passage_is_marked(path):
    read, coverage, text = marked_report(path)
    source = read.document.source
    assert "".join(source.quote(item.span) for item in text.segments) == source.text
    expected = {
        (index, evidence.span, evidence.reading)
        for index, fact in enumerate(read.extraction.facts)
        for evidence in fact.evidence
    }
    found = {
        (index, passage.span, evidence.reading)
        for passage in text.passages
        for index, evidence in passage.facts
    }
    assert found == expected
    for number, passage in enumerate(text.passages):
        pieces = list(text.within(passage.span))
        assert sum(len(piece) for _index, piece in pieces) == len(passage.span)
        assert all(number in text.segments[index].passages for index, _piece in pieces)
    for item in coverage.unread:
        for gap in item.gaps:
            assert item.span.contains(gap)
            assert all(text.segments[index].unread for index, _piece in text.within(gap))


@pytest.mark.parametrize("path", REPORTS, ids=lambda path: path.parent.name)
def test_blocks_hold_all_words_of_the_report_once(path):
    read, _coverage, text = marked_report(path)
    source = read.document.source
    for left, right in pairwise(text.blocks):
        assert left.span.end <= right.span.start
    shown = "".join(source.quote(block.span) for block in text.blocks)
    words = [character for character in source.text if character.isalnum()]
    assert [character for character in shown if character.isalnum()] == words


def test_time_grows_with_the_text_and_not_with_its_square():
    def seconds(count):
        # nested in pairs, as an address and the street in it
        spans = [Span(10 * n, 10 * n + width) for n in range(count) for width in (4, 9)]
        gc.disable()  # it goes through all that other tests have left
        try:
            start = time.process_time()
            cut(10 * count, spans, [Span(10 * n + 9, 10 * n + 10) for n in range(count)])
            return time.process_time() - start
        finally:
            gc.enable()

    small = min(seconds(4_000) for _ in range(3))
    assert min(seconds(32_000) for _ in range(3)) < 24 * small
