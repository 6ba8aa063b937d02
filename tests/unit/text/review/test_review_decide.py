"""Decisions are applied as they say, whatever their order, and never to another passage."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg_builder.errors import ConfigurationError
from kg_builder.model.decision import ClassName
from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Concept, Text
from kg_builder.text.reading import read
from kg_builder.text.review import decide
from kg_builder.text.review.terms import write_term

STREET = EntityId("Street", ("桐坞区", "望澜街道"))
HALL = EntityId("Canteen", ("桐坞区", "望澜街道", "望澜大食堂", "滨江路18号一层"))
OLD = EntityId("Canteen", ("桐坞区", "望澜街道", "老码头餐厅", "码头路3号院2号楼底商"))
DISTRICT = EntityId("District", ("桐坞区",))


def state(extraction):
    """What stands, apart from the order in which it was found."""
    entities = {
        (e.id, e.label, frozenset(e.mentions), frozenset(e.alt_labels), frozenset(e.also_types))
        for e in extraction.entities
    }
    facts = {
        (f.subject, f.predicate, str(f.object), frozenset(f.evidence)) for f in extraction.facts
    }
    return entities, facts


def facts(extraction, subject=None, predicate=None):
    return [
        fact
        for fact in extraction.facts
        if subject in (None, fact.subject) and predicate in (None, fact.predicate)
    ]


def codes(extraction):
    return [
        notice.code for notice in extraction.notices if notice.code.endswith(("decision", "entity"))
    ]


def listing(extraction, canteen):
    return next(
        f.subject for f in extraction.facts if f.predicate == "about" and f.object == canteen
    )


def test_nothing_decided_is_nothing_changed(desk):
    assert decide(desk.document, desk.read, (), desk.genre) is desk.read


def test_a_rejected_fact_goes(desk):
    row = desk.row(
        "reject",
        "望澜街道",
        0,
        subject=write_term(STREET),
        predicate="within",
        object=write_term(DISTRICT),
    )
    found = desk.decide(row)
    assert facts(desk.read, STREET, "within")
    assert not facts(found, STREET, "within")
    assert codes(found) == []
    assert len(found.verdicts) == 1


def test_a_rejected_thing_goes_with_its_statements_and_what_only_these_held(desk):
    row = desk.row("reject", "望澜大食堂", subject=write_term(HALL), predicate="a")
    found = desk.decide(row)
    ids = {entity.id for entity in found.entities}
    assert {HALL, listing(desk.read, HALL)} & ids == set()
    assert not [fact for fact in found.facts if HALL in (fact.subject, fact.object)]
    gone = {entity.id for entity in desk.read.entities} - ids
    assert {thing.type for thing in gone} == {"Canteen", "CanteenListing", "Address"}
    assert len(gone) == 3


def test_a_passage_that_does_not_say_it_takes_nothing_away(desk):
    row = desk.row("reject", "青坪食堂", subject=write_term(HALL), predicate="a")
    found = desk.decide(row)
    assert codes(found) == ["stale-decision"]
    assert state(found) == state(desk.read)
    assert found.verdicts == ()


def test_accept_stands_even_unread(desk):
    name = "望澜大食堂"
    row = desk.row(
        "accept", name, subject=write_term(HALL), predicate="partOf", object=write_term(STREET)
    )
    found = desk.decide(row)
    (fact,) = facts(found, HALL, "partOf")
    assert fact.rule == "decision"
    assert desk.document.source.quote(fact.evidence[0].span) == name
    assert [(item.predicate, item.object) for item in found.decided] == [("partOf", STREET)]


def test_accepting_what_was_read_leaves_its_evidence(desk):
    row = desk.row(
        "accept",
        "望澜街道",
        subject=write_term(STREET),
        predicate="within",
        object=write_term(DISTRICT),
    )
    found = desk.decide(row)
    assert state(found) == state(desk.read)
    assert len(found.decided) == 1


def test_correct_replaces_a_value_and_a_name(desk):
    address = next(
        f.object
        for f in desk.read.facts
        if f.subject == listing(desk.read, HALL) and f.predicate == "address"
    )
    rows = [
        desk.row(
            "correct",
            "望澜街道滨江路18号一层",
            subject=write_term(address),
            predicate="floor",
            object="integer:1",
            new="integer:2",
        ),
        desk.row(
            "correct",
            "望澜大食堂",
            subject=write_term(HALL),
            predicate="rdfs:label",
            object="text:望澜大食堂",
            new="text:望澜食堂",
        ),
    ]
    found = desk.decide(*rows)
    assert [fact.object for fact in facts(found, address, "floor")] == [2]
    assert next(e.label for e in found.entities if e.id == HALL) == "望澜食堂"
    assert {item.object for item in found.decided} == {2, Text("望澜食堂")}


def test_merge_moves_facts_and_names_and_leaves_the_old_iri_behind(desk):
    row = desk.row("merge", "老码头餐厅", subject=write_term(OLD), object=write_term(HALL))
    found = desk.decide(row)
    kept = next(entity for entity in found.entities if entity.id == HALL)
    assert kept.label == "望澜大食堂"
    assert kept.alt_labels == ("老码头餐厅",)
    assert OLD not in {entity.id for entity in found.entities}
    assert [(f.predicate, f.object) for f in facts(found, OLD)] == [
        ("dcterms:isReplacedBy", HALL),
        ("owl:deprecated", True),
    ]
    assert len([f for f in found.facts if f.predicate == "about" and f.object == HALL]) == 2
    said = {(item.subject, item.predicate) for item in found.decided}
    assert (HALL, "skos:altLabel") in said
    assert (listing(desk.read, OLD), "about") in said


def test_another_class_moves_the_statements_along(desk):
    new = EntityId("Place", ("桐坞区", "望澜食堂"))
    row = desk.row(
        "correct", "望澜大食堂", subject=write_term(HALL), predicate="a", new=write_term(new)
    )
    found = desk.decide(row)
    statement = next(f.subject for f in found.facts if f.predicate == "about" and f.object == new)
    assert statement.key[-1] == "望澜食堂"
    entity = next(entity for entity in found.entities if entity.id == new)
    assert entity.label == "望澜大食堂"
    assert {(i.predicate, i.object) for i in found.decided if i.subject == new} >= {
        ("a", ClassName("Place")),
        ("rdfs:label", Text("望澜大食堂")),
    }
    assert facts(found, listing(desk.read, HALL), "dcterms:isReplacedBy")


def test_a_thing_and_its_statements_are_added(desk):
    thing = "Platform:桐坞区|江风平台"
    rows = [
        desk.row("add", "江风社区食堂", subject=thing, predicate="a", object="text:江风平台"),
        desk.row("add", "江风社区食堂", subject=thing, predicate="a", object="class:Collection"),
        desk.row("add", "江风", subject=thing, predicate="partOf", object=write_term(DISTRICT)),
        desk.row(
            "add",
            "江风社区",
            subject=thing,
            predicate="status",
            object="status:completed",
            **{"with": "verbatim=建成; period=2024年"},
        ),
        desk.row(
            "add",
            "滨江路206号",
            subject=thing,
            predicate="figure",
            object="string:约5.6亿元",
            **{"with": "indicator=总投资; kind=plan"},
        ),
        desk.row(
            "add",
            "滨江路",
            subject=thing,
            predicate="claim",
            object="distinction:first",
            **{"with": "scope=city; verbatim=全市首个"},
        ),
        desk.row("add", "观澜助餐点", subject="Award:示范平台", predicate="a"),
        desk.row("add", "观澜助餐点", subject=thing, predicate="award", object="Award:示范平台"),
    ]
    found = desk.decide(*rows)
    assert codes(found) == []
    platform = EntityId("Platform", ("桐坞区", "江风平台"))
    entity = next(entity for entity in found.entities if entity.id == platform)
    assert (entity.label, entity.also_types) == ("江风平台", ("Collection",))
    told = {
        f.subject.type: {g.predicate: g.object for g in facts(found, f.subject)}
        for f in found.facts
        if f.predicate == "about" and f.object == platform
    }
    assert told["StatusStatement"]["status"] == Concept("status", "completed")
    assert told["StatusStatement"]["period"] == EntityId("Period", ("2024",))
    assert told["Observation"]["normalizedValue"] == 560_000_000
    assert told["Observation"]["bound"] == Concept("bound", "about")
    assert told["Observation"]["resultKind"] == Concept("kind", "plan")
    assert told["DistinctionClaim"]["scope"] == Concept("scope", "city")
    assert told["AwardStatement"]["outcome"] == Concept("outcome", "granted")
    assert all(statement["statedIn"].type == "Report" for statement in told.values())
    decided = {(i.subject, i.predicate, type(i.object), i.object) for i in found.decided}
    new = set(found.facts) - set(desk.read.facts)
    assert {(f.subject, f.predicate, type(f.object), f.object) for f in new} <= decided


def test_a_fact_about_nothing_known_is_left_out(desk):
    row = desk.row(
        "add", "望澜街道", subject="Platform:无", predicate="partOf", object=write_term(DISTRICT)
    )
    found = desk.decide(row)
    assert codes(found) == ["unknown-entity"]
    assert state(found) == state(desk.read)


def test_merging_into_nothing_known_is_left_out(desk):
    row = desk.row("merge", "老码头餐厅", subject=write_term(OLD), object="Canteen:无")
    found = desk.decide(row)
    assert codes(found) == ["unknown-entity"]
    assert state(found) == state(desk.read)


def test_ignore_counts_as_read(desk):
    words = "以下三张名单出自不同部门"
    found = desk.decide(desk.row("ignore", words))
    start = desk.document.source.text.index(words)
    assert any(span.start <= start and start + len(words) <= span.end for span in found.read)


# --- passages that moved


def shifted(desk, text, *rows):
    document = read(text.encode(), "试", desk.genre)
    from kg_builder.text.extraction import Extractor

    found = Extractor(desk.genre).extract(document)
    return found, decide(document, found, desk.decisions(*rows), desk.genre)


def test_a_passage_that_moved_is_found_by_its_hash(desk):
    row = desk.row("reject", "望澜大食堂", subject=write_term(HALL), predicate="a")
    text = desk.document.source.text.replace(
        "一、2025年计划执行情况\n", "一、2025年计划执行情况\n本区概况。\n", 1
    )
    _, found = shifted(desk, text, row)
    assert HALL not in {entity.id for entity in found.entities}
    assert codes(found) == []


@pytest.mark.parametrize("new", ["望澜小食堂", "望澜大食堂（望澜大食堂）"])
def test_a_passage_that_changed_or_stands_twice_is_reported(desk, new):
    row = desk.row("reject", "望澜大食堂", subject=write_term(HALL), predicate="a")
    text = desk.document.source.text.replace(
        "一、2025年计划执行情况\n", "一、2025年计划执行情况\n本区概况。\n", 1
    )
    read_now, found = shifted(desk, text.replace("望澜大食堂", new), row)
    assert codes(found) == ["stale-decision"]
    assert state(found) == state(read_now)


@given(data=st.data())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_changes_a_decision_is_applied_or_reported(desk, data):
    """One character of the text goes: the decision holds, or a notice says that it does not."""
    text = desk.document.source.text
    start = text.index("望澜大食堂")
    place = data.draw(st.integers(60, len(text) - 1))
    row = desk.row("ignore", "望澜大食堂")
    document = replace(
        desk.document, source=replace(desk.document.source, text=text[:place] + text[place + 1 :])
    )
    found = decide(document, desk.read, desk.decisions(row), desk.genre)
    hit = start <= place < start + 5
    assert (len(found.verdicts), codes(found)) == ((0, ["stale-decision"]) if hit else (1, []))


# --- order, and again


def some_rows(desk):
    thing = "Platform:桐坞区|江风平台"
    renamed = EntityId("Canteen", ("桐坞区", "青坪街道", "青坪大食堂", "青坪路甲6号"))
    qing = EntityId("Canteen", ("桐坞区", "青坪街道", "青坪食堂", "青坪路甲6号"))
    return [
        desk.row("add", "江风社区食堂", subject=thing, predicate="a"),
        desk.row("add", "江风", subject=thing, predicate="status", object="status:completed"),
        desk.row(
            "add",
            "滨江路206号",
            subject=thing,
            predicate="figure",
            object="string:3家",
            **{"with": "indicator=网点"},
        ),
        desk.row("merge", "老码头餐厅", subject=write_term(OLD), object=write_term(HALL)),
        desk.row(
            "correct", "青坪食堂", subject=write_term(qing), predicate="a", new=write_term(renamed)
        ),
        desk.row(
            "add", "青坪路甲6号", subject=write_term(renamed), predicate="partOf", object=thing
        ),
        desk.row(
            "reject",
            "望澜街道",
            subject=write_term(STREET),
            predicate="within",
            object=write_term(DISTRICT),
        ),
        desk.row(
            "reject",
            "晚晴助餐点",
            subject="Canteen:桐坞区|望澜街道|晚晴助餐点|文昌里社区服务站内",
            predicate="a",
        ),
        desk.row(
            "add",
            "望澜大食堂",
            subject=write_term(OLD),
            predicate="skos:altLabel",
            object="text:大食堂",
        ),
    ]


def test_applying_twice_is_applying_once(desk):
    rows = some_rows(desk)
    once = desk.decide(*rows)
    again = decide(desk.document, once, desk.decisions(*rows), desk.genre)
    assert state(again) == state(once)
    assert state(once) != state(desk.read)


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_lines_does_not_matter(desk, seed):
    rows = some_rows(desk)
    first = desk.decide(*rows)
    random.Random(seed).shuffle(rows)
    assert desk.decide(*rows) == first


def test_every_known_fact_can_be_accepted_and_rejected_by_its_line(desk):
    """The lines that kg review writes are read, and hit what they speak of."""
    from kg_builder.text.review.doubt import doubts

    listed = doubts(desk.document, desk.read, (), {})
    rows = [
        {**desk.row("ignore", "桐坞"), **item.row, "who": "李四", "why": "核对"} for item in listed
    ]
    found = desk.decide(*rows)
    assert codes(found) == []
    assert state(found) == state(desk.read)
    assert doubts(desk.document, found, (), {}) == []
    stated = [row for row in rows if row["object"]]
    gone = desk.decide(*({**row, "action": "reject"} for row in stated))
    assert "stale-decision" not in codes(gone)
    assert len(gone.facts) == len(desk.read.facts) - len(stated)


# --- contradictions

CANTEENS = "Canteen:甲", "Canteen:乙", "Canteen:丙"


@pytest.mark.parametrize(
    "cells",
    [
        # in a circle
        [("merge", CANTEENS[0], "", CANTEENS[1], ""), ("merge", CANTEENS[1], "", CANTEENS[0], "")],
        [
            ("merge", a, "", b, "")
            for a, b in zip(CANTEENS, (*CANTEENS[1:], CANTEENS[0]), strict=True)
        ],
        # into two things
        [("merge", CANTEENS[0], "", CANTEENS[1], ""), ("merge", CANTEENS[0], "", CANTEENS[2], "")],
        # stands and goes
        [
            ("accept", CANTEENS[0], "floor", "integer:1", ""),
            ("reject", CANTEENS[0], "floor", "integer:1", ""),
        ],
        # put right in two ways
        [("correct", CANTEENS[0], "floor", "integer:1", f"integer:{n}") for n in (2, 3)],
        # rejected, and spoken of
        [("reject", CANTEENS[0], "a", "", ""), ("add", CANTEENS[0], "floor", "integer:1", "")],
        # two names
        [("add", CANTEENS[0], "a", f"text:{name}", "") for name in "子丑"],
        # stands and goes, once things are what they are
        [
            ("merge", CANTEENS[0], "", CANTEENS[1], ""),
            ("add", CANTEENS[0], "floor", "integer:1", ""),
            ("reject", CANTEENS[1], "floor", "integer:1", ""),
        ],
    ],
)
def test_what_contradicts_itself_is_refused_with_its_line(desk, cells):
    names = "subject predicate object new".split()
    rows = [
        desk.row(action, "望澜大食堂", **dict(zip(names, rest, strict=True)))
        for action, *rest in cells
    ]
    for order in (rows, rows[::-1]):
        with pytest.raises(ConfigurationError) as refused:
            desk.decide(*order)
        assert refused.value.file == str(desk.folder / "d.tsv")
        assert refused.value.line in range(2, len(rows) + 2)


@pytest.mark.parametrize(
    "with_", ["indicator=总投资; period=去年", "indicator=总投资; unit=无此单位"]
)
def test_a_statement_that_cannot_be_made_is_refused_with_its_line(desk, with_):
    row = desk.row(
        "add",
        "望澜大食堂",
        subject=write_term(HALL),
        predicate="figure",
        object="string:5亿元",
        **{"with": with_},
    )
    with pytest.raises(ConfigurationError) as refused:
        desk.decide(row)
    assert refused.value.line == 2
