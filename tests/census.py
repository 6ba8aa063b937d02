"""How much a graph holds, counted as a careful reader counts who marks up a report.

An entity is a thing that the report names: not a section, a period, an address or a statement. A
fact is a statement (a status with its words, a figure with its unit, a row of a table), a relation
between two things, or a property of a thing or of an address; names, classes and the parts of a
statement are no facts of their own.
"""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from kg_builder.graph.dataset import KnowledgeGraph
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand

_FRAME = tuple(map(expand, "Section SourceCopy SourceFact Decision".split()))
_NAMES = frozenset(
    map(
        expand,
        (
            *("rdf:type", "rdfs:label", "skos:altLabel", "skos:prefLabel", "dcterms:isReplacedBy"),
            *("owl:deprecated", "inReport", "inSection", "rowCount", "tableKind", "dcterms:title"),
            *("broaderIndicator", "inSystem", "tierSymbol", "tierPosition", "locn:fullAddress"),
        ),
    )
)


def census(graph: KnowledgeGraph) -> tuple[int, int]:
    """Return how many entities and facts the sources assert."""
    below = _below(graph)
    asserted = graph.asserted_triples()
    classes: dict[NamedNode, set[NamedNode]] = {}
    for triple in asserted:
        if triple.predicate == RDF_TYPE:
            classes.setdefault(triple.subject, set()).add(triple.object)
    dead = {t.subject for t in asserted if t.predicate == expand("owl:deprecated")}
    statements = {s for s, own in classes.items() if own & below["Statement"]}
    entities = {
        subject
        for subject, own in classes.items()
        if own & below["Entity"] and not own.intersection(_FRAME) and subject not in dead
    }
    addresses = {s for s, own in classes.items() if expand("Address") in own}
    facts = [
        triple
        for triple in asserted
        if triple.subject in entities | addresses and triple.predicate not in _NAMES
    ]
    assert all(isinstance(fact.object, (NamedNode, Literal)) for fact in facts)
    return len(entities), len(facts) + len(statements)


def _below(graph: KnowledgeGraph) -> dict[str, set[NamedNode]]:
    """Return the classes below Entity and Statement, those included."""
    found = {}
    for name in ("Entity", "Statement"):
        classes = {NamedNode(PREFIXES["kg"] + name)}
        while True:
            more = {
                triple.subject
                for triple in graph.ontology
                if triple.predicate == expand("rdfs:subClassOf") and triple.object in classes
            }
            if more <= classes:
                break
            classes |= more
        found[name] = classes
    return found
