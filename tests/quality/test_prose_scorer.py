"""The scorer of prose, scored: hand-made extractions against hand-made gold."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kg_builder.model.entity import Entity, EntityId
from kg_builder.model.extraction import Extraction
from kg_builder.model.fact import Concept, Fact, Text, Year
from kg_builder.model.selector import Evidence, Span
from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre
from tests.quality.gold import Mapping, read_gold
from tests.quality.prose import Scorer, main

LINE = 100
"""Offsets a line, in these made-up texts."""
ROOT = Path(__file__).resolve().parents[2]


def at(line, reading="stated", table=None):
    return (Evidence(Span(line * LINE, line * LINE + 5), reading, table),)


def line_of(offset):
    return offset // LINE


LAB = EntityId("Platform", ("甲区", "微纳实验室"))
UNIVERSITY = EntityId("School", ("云大",))
GDP = EntityId("Indicator", ("地区生产总值",))
AWARD = EntityId("Award", ("先进集群",))
CLUSTER = EntityId("Cluster", ("甲区", "装备集群"))
STATUS = EntityId("StatusStatement", ("微纳实验室", "建成"))
GROWTH = EntityId("Observation", ("地区生产总值", "growth"))
AREA = EntityId("Observation", ("微纳实验室", "area"))
RANK = EntityId("Observation", ("地区生产总值", "rank"))
GIVEN = EntityId("AwardStatement", ("装备集群", "先进集群"))


def listed(name, kind, line, **more):
    return {"name": name, "aliases": [], "type": kind, "lines": [line], **more}


def told(line, subject, relation, obj, unit=None):
    return {"line": line, "subject": subject, "relation": relation, "object": obj, "unit": unit}


GOLD = {
    "entities": [
        listed("微纳实验室", "Platform", 2, aliases=["该实验室"]),
        listed("云大", "Institution", 2, also_types=["School"]),
        listed("地区生产总值", "Indicator", 3),
        listed("“装备集群”", "Cluster", 4),
        listed("先进集群", "Award", 4),
    ],
    "facts": [
        told(2, "微纳实验室", "status", "建成"),
        told(2, "微纳实验室", "partner", "云大"),
        told(2, "微纳实验室", "area", "1.2", "万平方米"),
        told(3, "地区生产总值", "growth_rate", "-3.4", "%"),
        told(3, "地区生产总值", "rank", "全市第六位"),
        told(4, "“装备集群”", "selected_for", "先进集群"),
    ],
}

ENTITIES = {
    LAB: Entity(LAB, "微纳实验室", at(2)),
    UNIVERSITY: Entity(UNIVERSITY, "云大", at(2), (), ("Institution",)),
    GDP: Entity(GDP, "地区生产总值", at(3)),
    CLUSTER: Entity(CLUSTER, "装备集群", at(4)),
    AWARD: Entity(AWARD, "先进集群", at(4)),
    **{node: Entity(node, None, at(2)) for node in (STATUS, AREA)},
    **{node: Entity(node, None, at(3)) for node in (GROWTH, RANK)},
    GIVEN: Entity(GIVEN, None, at(4)),
}


def said(subject, line, **objects):
    return [Fact(subject, name, value, at(line), "rule") for name, value in objects.items()]


FACTS = [
    *said(STATUS, 2, about=LAB, status=Concept("status", "built"), verbatim=Text("已建成")),
    *said(LAB, 2, partner=UNIVERSITY),
    *said(
        AREA,
        2,
        about=LAB,
        measure=Concept("measure", "level"),
        value=Decimal("12000"),
        unit=Concept("unit", "square-metre"),
    ),
    *said(
        GROWTH,
        3,
        indicator=GDP,
        measure=Concept("measure", "growth"),
        value=Decimal("-3.40"),
        unit=Concept("unit", "percent"),
    ),
    *said(
        RANK,
        3,
        indicator=GDP,
        measure=Concept("measure", "rank"),
        value=Decimal(6),
        comparedWith=Text("全市"),
    ),
    *said(GIVEN, 4, about=CLUSTER, award=AWARD),
]


@pytest.fixture(scope="module")
def scorer():
    return Scorer(load_genre(Resources.find().folders("genre")))


def scored(scorer, facts=FACTS, entities=None, gold=GOLD):
    entities = ENTITIES.values() if entities is None else entities
    extraction = Extraction(tuple(entities), tuple(facts), (), ())
    return scorer.score(read_gold(gold, scorer.mapping, scorer.folding), extraction, line_of)


def changed(subject, predicate, **changes):
    """The facts with one of them otherwise; `object=None` leaves it out."""
    facts = []
    for fact in FACTS:
        if (fact.subject, fact.predicate) != (subject, predicate):
            facts.append(fact)
        elif changes.get("object", fact.object) is not None:
            facts.append(replace(fact, **changes))
    assert facts != FACTS
    return facts


def sums(count):
    return count.found, count.gold, count.right, count.read


def test_a_perfect_reading_scores_one_in_all(scorer):
    score = scored(scorer)
    assert sums(score.names) == sums(score.typed) == (5, 5, 5, 5)
    assert sums(score.facts) == (6, 6, 6, 6)
    assert sums(score.figures) == (2, 2, 2, 2)
    assert not score.missed_facts
    assert not score.extra_facts


def test_an_empty_reading_finds_nothing(scorer):
    score = scored(scorer, [], [])
    assert (score.names.recall, score.facts.recall, score.figures.recall) == (0, 0, 0)
    assert (score.names.f1, score.facts.f1, score.figures.f1) == (0, 0, 0)


@pytest.mark.parametrize(
    ("subject", "predicate", "wrong"),
    [
        (GROWTH, "value", {"object": Decimal("3.4")}),
        (GROWTH, "unit", {"object": Concept("unit", "percentage-point")}),
        (GROWTH, "unit", {"object": None}),
        (GROWTH, "value", {"evidence": at(5)}),
        (GROWTH, "indicator", {"object": AWARD}),
        (AREA, "value", {"object": Decimal("1.2")}),
        (AREA, "unit", {"object": Concept("unit", "square-kilometre")}),
        (AREA, "about", {"object": CLUSTER}),
    ],
)
def test_a_wrong_figure_is_missed_and_counts_against_precision(scorer, subject, predicate, wrong):
    if predicate == "value" and "evidence" in wrong:
        facts = [replace(one, **wrong) if one.subject == subject else one for one in FACTS]
    else:
        facts = changed(subject, predicate, **wrong)
    score = scored(scorer, facts)
    assert sums(score.facts) == (5, 6, 5, 6)
    assert sums(score.figures) == (1, 2, 1, 2)


def test_the_same_number_in_another_scale_of_the_unit_is_the_same(scorer):
    facts = changed(AREA, "value", object=Decimal("1.20"))
    facts = [
        replace(one, object=Concept("unit", "wan-square-metre"))
        if (one.subject, one.predicate) == (AREA, "unit")
        else one
        for one in facts
    ]
    assert sums(scored(scorer, facts).figures) == (2, 2, 2, 2)


@pytest.mark.parametrize(
    ("subject", "predicate", "wrong"),
    [
        (GROWTH, "measure", {"object": Concept("measure", "share")}),
        (RANK, "value", {"object": Decimal(7)}),
        (RANK, "comparedWith", {"object": Text("全国")}),
        (RANK, "comparedWith", {"object": None}),
        (GIVEN, "award", {"object": UNIVERSITY}),
        (LAB, "partner", {"object": AWARD}),
        (LAB, "partner", {"evidence": at(3)}),
    ],
)
def test_a_wrong_fact_is_missed(scorer, subject, predicate, wrong):
    score = scored(scorer, changed(subject, predicate, **wrong))
    assert (score.facts.found, score.facts.gold) == (5, 6)
    assert score.facts.right == 5


def test_a_figure_of_the_wrong_measure_is_a_figure_and_no_fact(scorer):
    score = scored(scorer, changed(GROWTH, "measure", object=Concept("measure", "share")))
    assert score.figures.f1 == 1
    assert score.facts.found == 5


def test_an_award_that_was_not_granted_is_none(scorer):
    refused = Fact(GIVEN, "outcome", Concept("outcome", "not-granted"), at(4), "rule")
    assert scored(scorer, [*FACTS, refused]).facts.found == 5
    gold = {**GOLD, "facts": [{**GOLD["facts"][5], "relation": "not_selected_for"}]}
    assert scored(scorer, [*FACTS, refused], gold=gold).facts.found == 1
    assert scored(scorer, gold=gold).facts.found == 0


def test_what_the_gold_never_speaks_of_is_neutral_and_what_it_speaks_of_is_not(scorer):
    neutral = Fact(LAB, "ledBy", UNIVERSITY, at(2), "rule")
    extra = Fact(CLUSTER, "partner", UNIVERSITY, at(4), "rule")
    implied = replace(extra, evidence=at(4, "derived"))
    assert sums(scored(scorer, [*FACTS, neutral]).facts) == (6, 6, 6, 6)
    assert sums(scored(scorer, [*FACTS, extra]).facts) == (6, 6, 6, 7)
    assert sums(scored(scorer, [*FACTS, implied]).facts) == (6, 6, 6, 6)


def test_lines_that_nobody_annotated_do_not_count(scorer):
    extra = Fact(CLUSTER, "partner", UNIVERSITY, at(9), "rule")
    other = EntityId("Park", ("乙园",))
    entities = [*ENTITIES.values(), Entity(other, "乙园", at(9))]
    partly = {**GOLD, "lines": [2, 3, 4]}
    assert sums(scored(scorer, [*FACTS, extra], entities, partly).facts) == (6, 6, 6, 6)
    assert sums(scored(scorer, FACTS, entities, partly).names) == (5, 5, 5, 5)
    assert sums(scored(scorer, FACTS, entities).names) == (5, 5, 5, 6)


def test_rows_of_tables_may_stand_two_lines_off(scorer):
    for line, found in ((4, 6), (5, 5)):
        facts = changed(LAB, "partner", evidence=at(line, table=0))
        assert scored(scorer, facts).facts.found == found


@pytest.mark.parametrize(
    ("gold", "wording", "concept", "same"),
    [
        ("建成", "建成", None, True),
        ("建成", "全面建成", None, True),
        ("推进", "有序推进", None, True),
        ("发展高地建设有序推进", "有序推进", None, True),
        ("竣工", "完工", "completed", True),
        ("竣工", "完工", None, False),
        ("尚未开工", "开工", "construction-started", False),
        ("暂缓投产", "投产", "in-production", False),
        ("开工", None, "construction-started", True),
        ("开工", "揭牌", "unveiled", False),
    ],
)
def test_wordings_of_a_status(scorer, gold, wording, concept, same):
    assert scorer.same_status(gold, wording, concept) is same


def test_names_in_quotes_in_other_scripts_and_as_other_labels(scorer):
    cluster = replace(ENTITIES[CLUSTER], label="「裝備集群」")
    lab = replace(ENTITIES[LAB], label="甲区微纳实验室", alt_labels=("该 实验室",))
    entities = {**ENTITIES, CLUSTER: cluster, LAB: lab}.values()
    assert scored(scorer, FACTS, entities).names.f1 == 1


def test_a_name_of_the_wrong_class_is_found_but_not_typed(scorer):
    wrong = EntityId("Fund", ("装备集群",))
    entities = [one for one in ENTITIES.values() if one.id != CLUSTER]
    score = scored(scorer, [], [*entities, Entity(wrong, "装备集群", at(4))])
    assert sums(score.names) == (5, 5, 5, 5)
    assert sums(score.typed) == (4, 5, 4, 5)


def test_two_of_one_name_are_told_apart_by_place(scorer):
    gold = {
        "entities": [
            {"name": f"幸福食堂@{place}", "surface": ["幸福食堂"], "type": "Canteen", "lines": [2]}
            for place in ("东街道", "西街道")
        ],
        "facts": [
            told(2, f"幸福食堂@{place}", "seats", n, "客")
            for place, n in (("东街道", "10"), ("西街道", "20"))
        ],
    }
    east, west = (EntityId("Canteen", (place, "幸福食堂")) for place in ("东街道", "西街道"))

    def seats(canteen, number):
        node = EntityId("Observation", (*canteen.key, "seats"))
        return said(node, 2, about=canteen, value=number, unit=Concept("unit", "seat"))

    entities = [Entity(node, "幸福食堂", at(2)) for node in (east, west)]
    right = [*seats(east, 10), *seats(west, 20)]
    assert sums(scored(scorer, right, entities, gold).facts) == (2, 2, 2, 2)
    crossed = [*seats(east, 20), *seats(west, 10)]
    assert sums(scored(scorer, crossed, entities, gold).facts) == (0, 2, 0, 2)
    assert sums(scored(scorer, [], entities[:1], gold).names) == (1, 2, 1, 1)


def test_objects_that_the_gold_leaves_out_are_not_scored(scorer):
    gold = {
        "entities": [listed("微纳实验室", "Platform", 2, id="e1")],
        "facts": [{**told(2, "e1", "partner", "e9"), "objectName": "云大", "value_type": "entity"}],
    }
    score = scored(scorer, gold=gold)
    assert sums(score.facts) == (0, 0, 0, 0)
    assert score.unscored == 1


def test_unknown_relations_are_quantities_dates_or_unmapped(scorer):
    gold = read_gold(
        {
            **GOLD,
            "facts": [
                told(2, "云大", "beehives", "3", "个"),
                told(2, "云大", "opened_in", "3", "月"),
                told(2, "云大", "admires", "先进集群"),
            ],
        },
        scorer.mapping,
        scorer.folding,
    )
    rules = [scorer.mapping.rule(fact) for fact in gold.facts]
    assert rules == [scorer.mapping.default, scorer.mapping.dates, None]


def test_periods_are_compared_by_year_and_month(scorer):
    period = EntityId("Period", ("2026年6月",))
    entities = [*ENTITIES.values(), Entity(period, "2026年6月", at(2))]
    facts = [
        *FACTS,
        *said(period, 2, startYear=Year(2026), startMonth=6),
        *said(STATUS, 2, period=period),
    ]
    for due, found in (("2026-06", 1), ("2026", 1), ("2026-07", 0), ("2025-06", 0)):
        fact = told(2, "微纳实验室", "planned_completion", due)
        assert scored(scorer, facts, entities, {**GOLD, "facts": [fact]}).facts.found == found


def test_the_mapping_names_only_what_the_ontology_has(scorer):
    ontology = "".join(
        path.read_text("utf-8") for path in sorted((ROOT / "ontology").glob("*.ttl"))
    )
    terms = set(re.findall(r"^kg:(\w+) a owl:", ontology, re.MULTILINE))
    mapping = Mapping.load()
    classes = set().union(*mapping.types.values(), mapping.structure, mapping.suffixes.values())
    rules = [*mapping.rules.values(), *mapping.prefixes.values(), mapping.dates]
    used = {
        word
        for rule in rules
        for path in (*rule.paths, *rule.also)
        for word in re.findall(r"(?<![\w:=-])[A-Za-z]\w*(?![\w:-])", re.sub(r"!?=[\w-]+", "", path))
    }
    assert sorted((classes | used) - terms) == []


def test_blind_texts_are_refused(tmp_path):
    folder = tmp_path / "blind-prose"
    folder.mkdir()
    (folder / "a.txt").write_text("甲", "utf-8")
    link = tmp_path / "open.txt"
    link.symlink_to(folder / "a.txt")
    for path in (folder / "a.txt", link):
        with pytest.raises(SystemExit, match="blind"):
            main([str(path), "--missing"])


def test_a_statement_whose_date_the_gold_has_is_none_too_many(scorer):
    due = said(STATUS, 2, plannedCompletion=date(2031, 6, 30))
    planned = [told(2, "微纳实验室", "planned_completion", "2031-06")]
    gold = {**GOLD, "facts": [*planned, *GOLD["facts"][1:]]}
    gold["facts"].append(told(4, "“装备集群”", "status", "获评"))
    assert not scored(scorer, [*FACTS, *due], gold=gold).extra_facts
    unknown = {**gold, "facts": gold["facts"][1:]}
    assert scored(scorer, [*FACTS, *due], gold=unknown).extra_facts
