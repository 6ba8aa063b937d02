"""Hostile prose: however a text repeats itself, reading it takes time as its length, no more."""

import pytest
from tests.growth import settles

from kg_builder.desk import Reader, ReportInput
from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre

HEAD = "朔岭县2024年国民经济和社会发展计划执行情况的报告\n一、2024年主要工作\n"
SHORT = 12_000
TIMES = 4


@pytest.fixture(scope="module")
def reader():
    return Reader(load_genre(Resources.find().folders("genre")))


def _institutes(number):
    """Institutes with names of their own, and names that could be short for one."""
    for n in range(number):
        a, b, c = chr(0x4E00 + n), chr(0x5000 + n * 7 % 9000), chr(0x5000 + n * 3 % 9000)
        yield f"{a}{b}院揭牌。{a}{c}{b}某某研究院揭牌。"


def _repeated(text):
    return lambda length: (text * (length // len(text) + 1))[:length]


TEXTS = {
    "one sentence of counted sets": _repeated("云岭中心、海州学院等2家机构，"),
    "one sentence of pairs": _repeated("云岭中心、海州学院分别为3家、5家，"),
    "one sentence of indicators": _repeated("地区生产总值增长5%，"),
    "one sentence of long clauses": _repeated("中心3家和" * 79 + "，"),
    "one heading again and again": _repeated("（一）中心\n"),
    "institutes, all different": lambda length: "".join(_institutes(length // 20)),
    "title marks that never close": _repeated("《"),
    "names in a list": _repeated("云岭中心、"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_reading_grows_with_the_text_and_no_faster(reader, name):
    short, long = (
        ReportInput("report", (HEAD + TEXTS[name](length)).encode())
        for length in (SHORT, SHORT * TIMES)
    )
    assert settles(
        lambda: reader(short), lambda: reader(long), lambda few, many: many < 2 * TIMES * few + 0.1
    )


def test_a_clause_too_long_to_be_one_is_left_unread_with_a_warning(reader):
    reading = reader(ReportInput("report", f"{HEAD}{'中心' * 201}，海州学院揭牌。\n".encode()))
    assert [(n.code, n.position.line) for n in reading.notices if n.code == "long-clause"] == [
        ("long-clause", 3)
    ]
    assert "海州学院" in {entity.label for entity in reading.extraction.entities}


def test_a_member_is_not_made_of_a_class_that_keeps_it_apart(reader):
    reading = reader(ReportInput("report", f"{HEAD}县农业等农村局5个，建成投用。".encode()))
    classes = {
        entity.label: {entity.id.type, *entity.also_types} for entity in reading.extraction.entities
    }
    assert classes["县农业"] == {"Industry"}
