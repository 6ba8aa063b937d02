"""Names as statements: every example of the rules, and what becomes of them in a report."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg_builder.errors import ConfigurationError
from kg_builder.model.entity import EntityId
from kg_builder.text.extraction import Extractor
from kg_builder.text.extraction.knowledge import Knowledge
from kg_builder.text.extraction.naming import NamingRules
from kg_builder.text.genre import load_genre
from kg_builder.text.grammar.data import Data
from kg_builder.text.reading import read

HOUSE = Path(__file__).parents[4]
GENRE = load_genre((HOUSE / "genre",))
KNOWN = Knowledge.of(GENRE)
RULES = KNOWN.naming.rules
TEXTS = [
    *sorted(HOUSE.glob("examples/*.txt")),
    *sorted(HOUSE.glob("tests/reports/*/source.txt")),
    *sorted(HOUSE.glob("tests/quality/prose*/*.txt")),
    *sorted(HOUSE.glob("tests/quality/genre/*.txt")),
]
SILENT = {
    "name-section",
    "name-years",
    "name-body-platform",
    "name-university-school",
    "name-part-phase-met",
}
"""Rules that no committed text makes use of: known, and no more than these."""


def told(rule, name):
    found = rule.read(name)
    return "; ".join(f"{telling.predicate} {name[start:end]}" for telling, start, end in found)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_example_of_a_rule_holds(rule):
    assert rule.examples
    assert rule.counterexamples
    for example in rule.examples:
        name, expected = example.split(" -> ")
        assert told(rule, name) == expected
        for telling, start, end in rule.read(name):
            part = name[start:end]
            assert telling.literal or not KNOWN.naming.unnamed.search(part), part
    for name in rule.counterexamples:
        assert told(rule, name) == "", name


def test_every_example_of_brands_holds():
    brand = KNOWN.naming.brand
    assert brand is not None
    for example in brand.examples:
        names, expected = example.split(" -> ")
        assert brand.find(names.split("|")) == [expected]
        assert all(brand.place(name, expected) is not None for name in names.split("|"))
    for names in brand.counterexamples:
        assert brand.find(names.split("|")) == []


def test_rules_that_never_fire_are_known():
    extractor = Extractor(GENRE)
    fired = set()
    for path in TEXTS:
        document = read(path.read_bytes(), path.name, GENRE)
        fired |= {fact.rule for fact in extractor.extract(document).facts}
    assert {rule.id for rule in RULES} - fired <= SILENT


def test_ids_are_unique():
    ids = [rule.id for rule in RULES]
    assert len(ids) == len(set(ids))


# --- in a report ---

TEXT = """望岚市云泉区2024年国民经济和社会发展计划执行情况的报告
表1 教育集团名录
序号 | 集团名称 | 成员校 |
1 | 华岚大學附属中学 | 华岚大學附属中学分校、云泉区第一中学、云泉区第一中学（松涛校区） |
表2 社区食堂名录
所属街道 | 点位名称 | 地址 |
松涛街道 | 超岚发望岚店 | 云泉区松涛路76号华岚大厦1层 |
松涛街道 | 超岚发云泉店 | 云泉区湖滨街3号 |
"""


@pytest.fixture(scope="module")
def found():
    document = read(TEXT.encode(), "names", GENRE)
    return document, Extractor(GENRE).extract(document)


def facts(found, predicate):
    _, extraction = found
    labels = {entity.id: entity.label for entity in extraction.entities}
    return {
        (labels[fact.subject], labels[fact.object])
        for fact in extraction.facts
        if fact.predicate == predicate and isinstance(fact.object, EntityId)
    }


def test_a_school_belongs_to_the_university_it_is_named_for(found):
    assert facts(found, "affiliatedTo") == {
        ("华岚大學附属中学", "华岚大學"),
        ("华岚大學附属中学分校", "华岚大學"),
    }


def test_a_branch_is_part_of_the_school_that_the_report_names(found):
    assert facts(found, "partOf") == {
        ("华岚大學附属中学分校", "华岚大學附属中学"),
        ("云泉区第一中学（松涛校区）", "云泉区第一中学"),
    }


def test_the_evidence_is_the_part_of_the_name_and_derived(found):
    document, extraction = found
    for fact in extraction.facts:
        if fact.predicate in ("affiliatedTo", "partOf", "brand"):
            labels = {entity.id: entity.label for entity in extraction.entities}
            for evidence in fact.evidence:
                assert evidence.reading == "derived"
                assert document.source.quote(evidence.span) == labels[fact.object]
                assert evidence.table is not None


def test_canteens_have_brands_roads_and_buildings(found):
    assert facts(found, "brand") == {("超岚发望岚店", "超岚发"), ("超岚发云泉店", "超岚发")}
    assert facts(found, "onRoad") == {("超岚发望岚店", "松涛路"), ("超岚发云泉店", "湖滨街")}
    assert facts(found, "inBuilding") == {("超岚发望岚店", "华岚大厦")}
    _, extraction = found
    roads = {entity.id.key for entity in extraction.entities if entity.id.type == "Road"}
    assert roads == {("云泉区", "松涛路"), ("云泉区", "湖滨街")}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"tell": ["phase other text"]}, "tell"),
        ({"tell": ["phase"]}, "tell"),
        ({"needs": []}, "needs"),
        ({"pattern": "(?P<phase>{nothing})"}, "pattern"),
        ({"surplus": 1}, "surplus"),
    ],
)
def test_wrong_rules_are_refused_with_their_place(change, key):
    rule = {"id": "x", "classes": ["Project"], "needs": ["期"], "pattern": "(?P<phase>一期)"}
    raw = {"rule": [{**rule, "tell": ["phase phase text"], **change}]}
    with pytest.raises(ConfigurationError) as error:
        NamingRules.of(Data(raw, "genre/rules/naming.toml"))
    assert key in str(error.value)
