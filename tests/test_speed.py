"""Reading grows with the text and no faster; no clock is trusted further than that."""

import pytest
from benchmarks.bench_reading import by_turns, prose, reports, tables, taggers

from kg_builder.desk import Reader, ReportInput
from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre
from tests.growth import settles


@pytest.fixture(scope="module")
def reader():
    return Reader(load_genre(Resources.find().folders("genre")))


def source(characters):
    (text,) = reports(by_turns(prose(), tables()), 1, characters)
    return ReportInput("report", text.encode())


def test_a_report_four_times_as_long_takes_about_four_times_as_long(reader):
    short, long = source(7_000), source(28_000)
    growth = len(long.data) / len(short.data)
    assert growth > 3.5
    assert settles(
        lambda: reader(short), lambda: reader(long), lambda few, many: many < 2 * growth * few
    )


def test_reading_prose_takes_about_as_long_as_tagging_it(reader):
    peers = dict(taggers())
    if "jieba" not in peers:
        pytest.skip("jieba is not installed (the extra `bench`)")
    (text,) = reports(prose(), 1, 7_000)
    report = ReportInput("report", text.encode())
    # measured 0.9 to 1.0; other tests run beside this one
    assert settles(
        lambda: peers["jieba"](text), lambda: reader(report), lambda tag, read: read < 1.3 * tag
    )
