"""The levels of queries: read from tokens, limited and widened; engines must agree."""

from __future__ import annotations

from itertools import islice

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from kg_builder.graph.query.levels import formulas, limited, own_pattern, read_query, widened

EX = "http://example.org/"
PREFIX = f"PREFIX ex: <{EX}>\n"


def store() -> Store:
    found = Store()
    for number in range(12):
        thing = NamedNode(f"{EX}t{number}")
        found.add(Quad(thing, NamedNode(EX + "in"), NamedNode(f"{EX}g{number % 3}")))
        found.add(Quad(thing, NamedNode(EX + "size"), Literal(number)))
    return found


def rows(text: str) -> list[tuple[str, ...]]:
    found = store().query(text)
    assert isinstance(found, QuerySolutions)
    return [tuple(str(term) for term in row) for row in found]


QUERIES = {
    "plain": "SELECT ?t ?s { ?t ex:size ?s } ORDER BY ?s",
    "own limit": "SELECT ?t { ?t ex:size ?s } ORDER BY ?s LIMIT 5",
    "own limit and offset": "SELECT ?t { ?t ex:size ?s } ORDER BY ?s OFFSET 2 LIMIT 5",
    "offset alone": "select ?t where { ?t ex:size ?s } order by ?s offset 9",
    "comment at the end": "SELECT ?t { ?t ex:size ?s } ORDER BY ?s # LIMIT 1",
    "comment before": "SELECT ?t { ?t ex:size ?s } # }\nORDER BY ?s",
    "data block after": "SELECT ?t { ?t ex:size ?s } ORDER BY ?s VALUES ?s { 1 2 3 }",
    "nested": "SELECT ?g { { SELECT ?g (COUNT(?t) AS ?n) { ?t ex:in ?g } GROUP BY ?g LIMIT 2 } }"
    " ORDER BY ?g",
    "grouped": "SELECT ?g (COUNT(*) AS ?n) { ?t ex:in ?g } GROUP BY ?g HAVING(?n > 1) ORDER BY ?g",
    "text with marks": 'SELECT ?t { ?t ex:size ?s FILTER(STR(?t) != "} LIMIT 1 {") } ORDER BY ?s',
}


@pytest.mark.parametrize("text", QUERIES.values(), ids=QUERIES.keys())
@pytest.mark.parametrize(("most", "skip"), [(1, 0), (4, 0), (4, 3), (50, 0), (50, 11)])
def test_a_limited_query_gives_a_part_of_its_solutions(text: str, most: int, skip: int) -> None:
    query = read_query(PREFIX + text)
    assert query is not None
    assert rows(limited(query, most, skip)) == list(islice(rows(PREFIX + text), skip, skip + most))


def test_a_widened_query_gives_every_match_with_all_its_variables() -> None:
    text = PREFIX + (
        "SELECT (STR(?g) AS ?name) (SUM(?s) AS ?sum) { ?t ex:in ?g ; ex:size ?s }"
        " GROUP BY ?g (?s > 5 AS ?big) ORDER BY ?sum LIMIT 1"
    )
    query = read_query(text)
    assert query is not None
    assert query.main is not None
    found = store().query(widened(query, query.main))
    assert isinstance(found, QuerySolutions)
    assert {variable.value for variable in found.variables} == {"t", "g", "s", "name", "big"}
    assert len(list(found)) == 12


def test_a_group_that_is_a_query_can_be_widened() -> None:
    query = read_query(
        PREFIX + "SELECT ?g { SELECT ?g (MAX(?s) AS ?m) { ?t ex:in ?g ; ex:size ?s } GROUP BY ?g }"
    )
    assert query is not None
    assert query.main is not None
    assert len(rows(widened(query, query.main))) == 3
    (child,) = query.main.children
    assert len(rows(widened(query, child))) == 12
    assert rows(own_pattern(query, query.main)) == [()]


def test_what_filters_and_computes_is_no_pattern() -> None:
    query = read_query(
        PREFIX + "SELECT ?t { ?t ex:in ?g FILTER(?g != '}' && EXISTS { ?t ex:a ?z FILTER(?z > 1) })"
        " . ?t ex:size [ ex:of ?s ] BIND(?s + 1 AS ?n)"
        " { SELECT ?t { ?t ex:b ?v FILTER regex(?v, ')') } } FILTER NOT EXISTS { ?t ex:c 1 } }"
    )
    assert query is not None
    assert query.main is not None
    (child,) = query.main.children
    assert own_pattern(query, query.main).endswith(
        "{ ?t ex:in ?g {} . ?t ex:size [ ex:of ?s ] {} {  } {} }"
    )
    assert own_pattern(query, child).endswith("{ ?t ex:b ?v {} }")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT (COUNT(DISTINCT ?t) AS ?n) { ?t ?p ?o }", {"n": "COUNT(DISTINCT ?t)"}),
        ("SELECT ?x { ?t ex:size ?s BIND(ROUND(?s / 3) AS ?x) }", {"x": "ROUND(?s / 3)"}),
        ("SELECT ?x { ?t ex:size ?s BIND(STR(?s) AS ?x) }", {}),
        ("SELECT (IF(?s = -1, 'a', 'b') AS ?x) { ?t ex:size ?s }", {}),
        ("SELECT (?a - ?b AS ?x) { ?t ex:a ?a ; ex:b ?b }", {"x": "?a - ?b"}),
        ("SELECT ?n { { SELECT (SUM(?s) AS ?n) { ?t ex:size ?s } } }", {"n": "SUM(?s)"}),
        ("ASK { ?s ?p ?o }", {}),
    ],
)
def test_formulas_are_of_what_is_computed(text: str, expected: dict[str, str]) -> None:
    query = read_query(PREFIX + text)
    assert query is not None
    assert formulas(query) == expected


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("# SELECT\nASK { ?s ?p 'SELECT' }", "ASK"),
        ("PREFIX select: <http://x/> DESCRIBE select:a", "DESCRIBE"),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "CONSTRUCT"),
        ("select * {}", "SELECT"),
    ],
)
def test_the_form_is_read(text: str, form: str) -> None:
    query = read_query(text)
    assert query is not None
    assert query.form == form


@pytest.mark.parametrize("text", ["", "# SELECT", "'SELECT'", "{}", "SELEKT ?x {}"])
def test_what_is_no_query_has_no_form(text: str) -> None:
    assert read_query(text) is None
