"""What is in a graph: the classes in use, and for a class its properties and a pattern to copy.

All of it is counted from the default graph by the engine; nothing is known beforehand, so it works
on any RDF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from kg_builder.asking.terms import narrowest, prefixed, uppers
from kg_builder.graph.index import Term
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.prologue import declared
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, RDFS_LABEL, expand

_ABOUT: Final = expand("about")
_SUBCLASS: Final = expand("rdfs:subClassOf")
_SUBPROPERTY: Final = expand("rdfs:subPropertyOf")
_SAMPLE: Final = 20_000
"""Members of a class whose values are looked at; all are counted."""
_IN_PATTERN: Final = 8
_SCHEMA: Final = tuple(PREFIXES[name] for name in ("rdf", "rdfs", "owl", "xsd", "sh"))


@dataclass(frozen=True, slots=True)
class Counted:
    """A class or property and how many there are."""

    term: NamedNode
    count: int
    repeats: bool = False
    """Whether it only says again, in a wider vocabulary, what a narrower one says."""


@dataclass(frozen=True, slots=True)
class PropertyUse:
    """A property as the members of a class use it."""

    term: NamedNode
    count: int
    """Triples."""
    members: int
    """Members of the class that have it."""
    classes: tuple[NamedNode, ...]
    """Classes of its objects, those that say most."""
    datatypes: tuple[str, ...]
    """Datatypes as IRIs, languages as `@zh`."""
    example: Term
    repeats: bool
    """Whether it only says again what a narrower property says."""


@dataclass(frozen=True, slots=True)
class ClassUse:
    """A class: its members, their properties, statements about them, a query."""

    term: NamedNode
    count: int
    properties: tuple[PropertyUse, ...]
    statements: tuple[Counted, ...]
    """Classes of what has `kg:about` a member."""
    pattern: str
    """A SELECT that runs as it stands."""


def classes_in(graph: OpenGraph) -> tuple[Counted, ...]:
    """Return the classes that have members, those with the most first; not those of OWL itself."""
    rows = _select(graph, "SELECT ?x (COUNT(*) AS ?n) { ?s a ?x } GROUP BY ?x")
    counts = {
        row["x"]: _number(row["n"])
        for row in rows
        if isinstance(row["x"], NamedNode) and not row["x"].value.startswith(_SCHEMA)
    }
    repeats = _repeats(graph, counts, _SUBCLASS)
    found = [Counted(term, count, term in repeats) for term, count in counts.items()]
    return tuple(sorted(found, key=_most_first))


def class_use(graph: OpenGraph, class_: NamedNode) -> ClassUse:
    """Return how a class is used; a count of 0 where it has no members."""
    (row,) = _select(graph, f"SELECT (COUNT(*) AS ?n) {{ ?s a {class_} }}")
    count = _number(row["n"])
    properties = _properties(graph, class_)
    statements = _statements(graph, class_)
    pattern = _pattern(graph, class_, count, properties, statements)
    return ClassUse(class_, count, properties, statements, pattern)


def _properties(graph: OpenGraph, class_: NamedNode) -> tuple[PropertyUse, ...]:
    rows = _select(
        graph,
        "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) (SAMPLE(?o) AS ?e)"
        f" {{ ?s a {class_} ; ?p ?o }} GROUP BY ?p",
    )
    counted = tuple(rows)
    counts = {row["p"]: _number(row["n"]) for row in counted if isinstance(row["p"], NamedNode)}
    repeats = _repeats(graph, counts, _SUBPROPERTY)
    kinds = _kinds(graph, class_)
    datatypes = _datatypes(graph, class_)
    found = [
        PropertyUse(
            term=row["p"],  # type: ignore[arg-type]  # a predicate
            count=_number(row["n"]),
            members=_number(row["m"]),
            classes=kinds.get(row["p"], ()),
            datatypes=datatypes.get(row["p"], ()),
            example=row["e"],
            repeats=row["p"] in repeats,
        )
        for row in counted
        if row["p"] != RDF_TYPE
    ]
    return tuple(
        sorted(found, key=lambda use: (use.term != RDFS_LABEL, -use.members, use.term.value))
    )


def _repeats(
    graph: OpenGraph, counts: Mapping[NamedNode, int], relation: NamedNode
) -> frozenset[NamedNode]:
    """Return what stands above another and has no more to it than that; our own terms stay."""
    return frozenset(
        upper
        for term in counts
        for upper in uppers(graph, term, relation)
        if counts.get(upper) == counts[term] and not upper.value.startswith(PREFIXES["kg"])
        if upper not in (RDFS_LABEL, RDF_TYPE)
    )


def _kinds(graph: OpenGraph, class_: NamedNode) -> Mapping[Term, tuple[NamedNode, ...]]:
    rows = _select(
        graph,
        f"SELECT DISTINCT ?p ?k {{ {{ SELECT ?s {{ ?s a {class_} }} LIMIT {_SAMPLE} }}"
        " ?s ?p ?o . ?o a ?k }",
    )
    found: dict[Term, set[NamedNode]] = {}
    for row in rows:
        if isinstance(row["k"], NamedNode):
            found.setdefault(row["p"], set()).add(row["k"])
    return {
        property_: tuple(sorted(_lowest(graph, classes), key=lambda term: term.value))
        for property_, classes in found.items()
    }


def _lowest(graph: OpenGraph, classes: set[NamedNode]) -> set[NamedNode]:
    low = set(narrowest(graph, classes))
    return {term for term in low if not term.value.startswith(_SCHEMA)} or low


def _datatypes(graph: OpenGraph, class_: NamedNode) -> Mapping[Term, tuple[str, ...]]:
    rows = _select(
        graph,
        "SELECT DISTINCT ?p ?k"
        f" {{ {{ SELECT ?s {{ ?s a {class_} }} LIMIT {_SAMPLE} }} ?s ?p ?o FILTER(ISLITERAL(?o))"
        ' BIND(IF(LANG(?o) = "", STR(DATATYPE(?o)), CONCAT("@", LANG(?o))) AS ?k) }',
    )
    found: dict[Term, list[str]] = {}
    for row in rows:
        found.setdefault(row["p"], []).append(row["k"].value)
    return {property_: tuple(sorted(kinds)) for property_, kinds in found.items()}


def _statements(graph: OpenGraph, class_: NamedNode) -> tuple[Counted, ...]:
    rows = _select(
        graph,
        f"SELECT ?k (COUNT(*) AS ?n) {{ ?s a {class_} . ?t {_ABOUT} ?s ; a ?k }} GROUP BY ?k",
    )
    counts = {row["k"]: _number(row["n"]) for row in rows if isinstance(row["k"], NamedNode)}
    low = _lowest(graph, set(counts))
    return tuple(sorted((Counted(term, counts[term]) for term in low), key=_most_first))


def _pattern(
    graph: OpenGraph,
    class_: NamedNode,
    count: int,
    properties: Sequence[PropertyUse],
    statements: Sequence[Counted],
) -> str:
    """Return a query for the members and what is said of them; it has an answer if there is one."""
    names = _Variables()
    member = names.new(class_)
    head = [member]
    body = [f"  {member} a {prefixed(graph, class_)} ."]
    for use in _worth_asking(graph, properties):
        value = names.new(use.term)
        link = f"{member} {prefixed(graph, use.term)} {value}"
        head.append(value)
        body.append(f"  {link} ." if use.members == count else f"  OPTIONAL {{ {link} }}")
    if statements:
        kind = statements[0].term
        statement = names.new(kind)
        link = f"{statement} {prefixed(graph, _ABOUT)} {member} ; a {prefixed(graph, kind)}"
        head.append(statement)
        body.append(f"  OPTIONAL {{ {link} }}")
    text = f"SELECT {' '.join(head)} {{\n" + "\n".join(body) + "\n} LIMIT 10"
    return declared(text, graph.prefixes, "\n")


def _worth_asking(graph: OpenGraph, properties: Sequence[PropertyUse]) -> Iterator[PropertyUse]:
    """Yield the properties that most members have; none that only repeats another."""
    present = {use.term for use in properties}
    general = {
        upper
        for term in present
        for upper in uppers(graph, term, _SUBPROPERTY)
        if upper in present and upper != RDFS_LABEL
    }
    left = [use for use in properties if use.term not in general]
    yield from left[:_IN_PATTERN]


class _Variables:
    """Names variables after terms, each another."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def new(self, term: NamedNode) -> str:
        local = re.split(r"[/#]", term.value)[-1]
        name = re.sub(r"[^A-Za-z0-9]", "", local) or "value"
        name = name[0].lower() + name[1:] if name[0].isalpha() else f"v{name}"
        unique, number = name, 1
        while unique in self._taken:
            number += 1
            unique = f"{name}{number}"
        self._taken.add(unique)
        return f"?{unique}"


def _select(graph: OpenGraph, text: str) -> Iterator[Mapping[str, Term]]:
    """Yield solutions; `text` holds no words of a person but terms as pyoxigraph writes them."""
    solutions = graph.store.query(text)
    names = [variable.value for variable in solutions.variables]  # type: ignore[union-attr]
    for solution in solutions:  # type: ignore[union-attr]
        yield {name: solution[name] for name in names}


def _number(term: Term) -> int:
    return int(term.value) if isinstance(term, Literal) else 0


def _most_first(item: Counted) -> tuple[int, str]:
    return -item.count, item.term.value
