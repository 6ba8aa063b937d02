"""Changes by entity: what a person would say has changed."""

from pathlib import Path

from pyoxigraph import RdfFormat, Store

from kg_builder.graph.changes import changes
from kg_builder.graph.comparison import compare
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import PREFIXES

B = "https://data.test/kg/id/"
HEADER = "".join(f"@prefix {name}: <{space}> .\n" for name, space in PREFIXES.items())
STREET = '<x:s> a kg:Street ; rdfs:label "上庄镇"@zh, "Shangzhuang"@en . '


def opened(text):
    store = Store()
    store.load(input=(HEADER + text).encode(), format=RdfFormat.TURTLE)
    return OpenGraph(store, Path("a.ttl"))


def told(old, new):
    before, after = opened(old), opened(new)
    return changes(compare(before, after), before, after)


def kg(name):
    return f"<{PREFIXES['kg']}{name}>"


def test_a_changed_value_is_told_as_old_and_new():
    found = told(STREET + '<x:s> kg:value "1" .', STREET + '<x:s> kg:value "2" .')
    (item,) = found.entities
    assert (item.entity.node, item.entity.kind, item.entity.type) == (
        "<x:s>",
        "changed",
        kg("Street"),
    )
    (values,) = item.entity.values
    assert (values.property, values.removed, values.added) == (kg("value"), ('"1"',), ('"2"',))
    assert found.names["<x:s>"].zh == "上庄镇"
    assert found.names["<x:s>"].en == "Shangzhuang"


def test_entities_come_and_go_by_class():
    found = told(STREET, '<x:c> a kg:Canteen . <x:z> rdfs:label "z" .')
    assert [(item.entity.node, item.entity.kind) for item in found.entities] == [
        ("<x:c>", "added"),
        ("<x:s>", "removed"),
        ("<x:z>", "added"),  # without a class: last
    ]


def observation(name, value, about="s", period="2024"):
    return (
        f"<x:{name}> a kg:Observation ; kg:about <x:{about}> ; kg:indicator <x:i> ;"
        f" kg:period <x:{period}> ; kg:statedIn <x:r> ; kg:verbatim '{value}' . "
    )


def test_statements_stand_under_what_they_are_about():
    found = told(STREET, STREET + observation("o", "50亿元"))
    (item,) = found.entities
    assert (item.entity.node, item.entity.kind) == ("<x:s>", "changed")
    assert [(part.node, part.kind) for part in item.statements] == [("<x:o>", "added")]


def test_a_statement_that_says_something_else_is_one_that_changed():
    found = told(
        STREET + observation("o50", "50亿元") + observation("p", "7", period="2023"),
        STREET + observation("o60", "60亿元"),
    )
    (item,) = found.entities
    changed, gone = item.statements
    assert (changed.kind, changed.was, changed.node) == ("changed", "<x:o50>", "<x:o60>")
    assert [part.property for part in changed.values] == [kg("verbatim")]
    assert (gone.node, gone.kind) == ("<x:p>", "removed")


def test_a_statement_moves_with_what_it_is_about():
    found = told(STREET + observation("o", "1"), STREET + observation("o", "1", about="t"))
    (item,) = found.entities
    assert item.entity.node == "<x:t>"
    assert item.statements[0].kind == "changed"


def test_tombstones_tell_where_a_thing_went():
    old = STREET + '<x:a> a kg:Canteen ; rdfs:label "甲" . <x:b> a kg:Canteen ; rdfs:label "乙" .'
    new = STREET + "<x:a> owl:deprecated true ; dcterms:isReplacedBy <x:b> . <x:b> a kg:Canteen ;"
    new += ' rdfs:label "乙" . <x:s> owl:deprecated true .'
    found = {item.entity.node: item.entity for item in told(old, new).entities}
    assert (found["<x:a>"].kind, found["<x:a>"].replaced_by) == ("replaced", "<x:b>")
    assert found["<x:a>"].type == kg("Canteen")
    assert found["<x:s>"].kind == "withdrawn"


def test_evidence_is_counted_and_not_told():
    found = told("", "<x:p> a kg:Passage ; kg:line 3 . <x:f> a kg:SourceFact .")
    assert found.entities == ()
    assert len(found.evidence.added) == 3


def test_blank_nodes_in_a_ring_are_told_too():
    found = told("", "_:a kg:about _:b . _:b kg:about _:a .")
    assert sum(len(item.lines()[1]) for item in found.entities) == 2
