"""The facts behind a solution: what its patterns matched, and nothing else."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, RdfFormat, Store, Triple

from kg_builder.graph.query.levels import read_query
from kg_builder.graph.query.matches import facts_of

EX = "http://example.org/"
PREFIXES = {"ex": EX, "rdfs": "http://www.w3.org/2000/01/rdf-schema#"}
DATA = """
@prefix ex: <http://example.org/> .
ex:a ex:in ex:g ; ex:name "甲"@zh ; ex:size 3 ; ex:kind "x" .
ex:b ex:in ex:g ; ex:name "乙"@zh ; ex:size 4 .
ex:c ex:in ex:h ; ex:name "丙"@zh ; ex:size 5 ; ex:part ex:a .
ex:h ex:under ex:i . ex:i ex:under ex:j .
ex:figure1 ex:about ex:a ; ex:value 7 . ex:figure2 ex:about ex:b ; ex:value 7 .
"""


@pytest.fixture(scope="module")
def store() -> Store:
    found = Store()
    found.load(input=DATA, format=RdfFormat.TURTLE)
    found.add(Quad(NamedNode(EX + "a"), NamedNode(EX + "in"), NamedNode(EX + "z"), NamedNode(EX)))
    return found


def facts(store: Store, text: str) -> list[set[str]]:
    solutions = store.query(text, prefixes=PREFIXES)
    assert isinstance(solutions, QuerySolutions)
    names = [variable.value for variable in solutions.variables]
    rows = [dict(zip(names, row, strict=True)) for row in solutions]
    query = read_query(text)
    assert query is not None
    return [{short(triple) for triple in found} for found in facts_of(store, query, rows, PREFIXES)]


def short(triple: Triple) -> str:
    terms = (triple.subject, triple.predicate, triple.object)
    return " ".join(
        term.value.removeprefix(EX) for term in terms if isinstance(term, NamedNode | Literal)
    )


CASES = {
    "a pattern": ("SELECT ?n { ex:a ex:name ?n }", [{"a name 甲"}]),
    "what is not shown": ('SELECT ?n { ?x ex:kind "x" ; ex:name ?n }', [{"a kind x", "a name 甲"}]),
    "a count": (
        "SELECT ?g (COUNT(?x) AS ?n) { ?x ex:in ?g } GROUP BY ?g ORDER BY ?g",
        [{"a in g", "b in g"}, {"c in h"}],
    ),
    "a sum over all": (
        "SELECT (SUM(?s) AS ?n) { ?x ex:in ex:g ; ex:size ?s }",
        [{"a in g", "a size 3", "b in g", "b size 4"}],
    ),
    "a sequence": ("SELECT ?z { ex:c ex:in/ex:under ?z }", [{"c in h", "h under i"}]),
    "a way of any length": (
        "SELECT ?n { ?x ex:name ?n ; ex:in/ex:under+ ex:j }",
        [{"c name 丙", "c in h", "h under i", "i under j"}],
    ),
    "turned round": ("SELECT ?n { ex:a ^ex:part/ex:name ?n }", [{"c part a", "c name 丙"}]),
    "one or the other": (
        "SELECT ?n { ex:c (ex:nothing|ex:name) ?n }",
        [{"c name 丙"}],
    ),
    "optional": (
        "SELECT ?n ?k { ?x ex:name ?n ; ex:in ex:g OPTIONAL { ?x ex:kind ?k } } ORDER BY ?k",
        [{"b name 乙", "b in g"}, {"a name 甲", "a in g", "a kind x"}],
    ),
    "what must not be": (
        "SELECT ?n { ?x ex:name ?n ; ex:in ex:g FILTER NOT EXISTS { ?x ex:kind ?k } }",
        [{"b name 乙", "b in g"}],
    ),
    "minus": (
        "SELECT ?n { ?x ex:name ?n ; ex:in ex:g MINUS { ?x ex:kind ?k } }",
        [{"b name 乙", "b in g"}],
    ),
    "a nested query": (
        "SELECT ?n ?m { ?x ex:name ?n ; ex:size ?m"
        " { SELECT (MAX(?s) AS ?m) { ?y ex:in ex:g ; ex:size ?s } } }",
        [{"b name 乙", "b size 4", "a in g", "a size 3", "b in g"}],
    ),
    "a nested limit": (
        "SELECT ?n { { SELECT ?x { ?x ex:size ?s } ORDER BY ?s LIMIT 1 } ?x ex:name ?n }",
        [{"a name 甲", "a size 3"}],
    ),
    "a node without a name": (
        "SELECT ?n { ?x ex:name ?n ; ex:kind ?k . [] ex:about ?x ; ex:value 7 }",
        [{"a name 甲", "a kind x", "figure1 about a", "figure1 value 7"}],
    ),
    "a variable predicate": ('SELECT ?p { ex:a ?p "x" }', [{"a kind x"}]),
    "of another graph": ("SELECT ?g { GRAPH ?e { ex:a ex:in ?g } }", [set()]),
    "data": ("SELECT ?n { VALUES ?x { ex:b } ?x ex:name ?n }", [{"b name 乙"}]),
    "union": (
        'SELECT ?n { ?x ex:name ?n { ?x ex:kind "x" } UNION { ?x ex:size 5 } } ORDER BY ?n',
        [{"c name 丙", "c size 5"}, {"a name 甲", "a kind x"}],
    ),
    "computed of one": (
        "SELECT (STR(?n) AS ?word) { ex:b ex:name ?n }",
        [{"b name 乙"}],
    ),
    "the group is not shown": (
        "SELECT (COUNT(?x) AS ?n) { ?x ex:in ?g } GROUP BY ?g",
        [set(), set()],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_facts_are_what_the_patterns_matched(
    store: Store, text: str, expected: list[set[str]]
) -> None:
    assert facts(store, text) == expected
