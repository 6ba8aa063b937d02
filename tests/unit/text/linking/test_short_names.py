"""One entity per real thing: short names need a witness, and names within names stay apart."""

import pytest

from kg_builder.desk import Reader, ReportInput
from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre
from kg_builder.text.linking.short_names import is_short_for

HEAD = "云岭区2024年国民经济和社会发展计划执行情况的报告\n一、2024年主要工作\n"
WHOLE = "云岭开源芯片研究院"
SHORT = "开芯院"


@pytest.fixture(scope="module")
def read():
    reader = Reader(load_genre(Resources.find().folders("genre")))
    return lambda text: reader(ReportInput("report", f"{HEAD}{text}\n".encode())).extraction


def _institutions(extraction):
    return {entity.label for entity in extraction.entities if entity.id.type == "Institution"}


def _possibly_same(extraction):
    labels = {entity.id: entity.label for entity in extraction.entities}
    return [
        {labels[fact.subject], labels[fact.object]}
        for fact in extraction.facts
        if fact.predicate == "possiblySameAs"
    ]


def test_a_short_name_is_the_whole_one_where_a_second_clause_says_the_same_of_both(read):
    found = read(f"{WHOLE}发布“香山”处理器。{SHORT}发布“香山”处理器。")
    assert SHORT not in _institutions(found)
    (whole,) = (entity for entity in found.entities if entity.label == WHOLE)
    assert whole.alt_labels == (SHORT,)
    assert _possibly_same(found) == []


def test_without_a_witness_both_stand_and_may_be_the_same(read):
    found = read(f"{WHOLE}揭牌。{SHORT}投用。")
    assert {SHORT, WHOLE} <= _institutions(found)
    assert _possibly_same(found) == [{SHORT, WHOLE}]


def test_names_beside_each_other_are_two_things(read):
    found = read(f"{WHOLE}、{SHORT}揭牌。")
    assert {SHORT, WHOLE} <= _institutions(found)
    assert _possibly_same(found) == []


def test_a_short_name_that_fits_two_is_nobodys(read):
    found = read(f"{WHOLE}揭牌。云岭开放芯片研究院揭牌。{SHORT}投用。")
    assert len(_institutions(found) & {SHORT, WHOLE, "云岭开放芯片研究院"}) == 3
    assert _possibly_same(found) == []


def test_a_name_within_a_name_stays_apart(read):
    found = read("云岭大学揭牌。云岭大学附属医院揭牌。云岭大学附属医院东院区开工。")
    labels = {entity.label for entity in found.entities}
    assert {"云岭大学", "云岭大学附属医院"} <= labels
    assert _possibly_same(found) == []


@pytest.mark.parametrize(
    ("short", "whole", "fits"),
    [
        ("开芯院", "北京开源芯片研究院", True),
        ("量子院", "北京量子信息科学研究院", True),
        ("芯开院", "北京开源芯片研究院", False),
        ("研究院", "北京开源芯片研究院", False),
        ("开芯所", "北京开源芯片研究院", False),
        ("院", "北京开源芯片研究院", False),
    ],
)
def test_what_could_be_short_for_a_name(short, whole, fits):
    assert is_short_for(short, whole) is fits
