"""The reference: owlrl (OWL 2 RL by forward chaining over rdflib), in a process of its own.

owlrl changes the table of datatypes of the whole rdflib process, and is slow; so it runs in a
child, and only there is it imported. Terms travel as numbers: an IRI as a made-up one, a literal as
its number in a string. owlrl compares literals as terms, never by value, so nothing is lost, and
what comes back are the very terms that were given. Only RDF's own vocabulary keeps its names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from pyoxigraph import NamedNode, Triple

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.inference.schema import (
    SAME_AS,
    Statement,
    is_noise,
    is_schema_term,
    ontology_terms,
)
from kg_builder.graph.vocabulary import RDF_TYPE
from kg_builder.workers import run_in_child

Row: TypeAlias = tuple[int, int, int]

_A_DAY = 86_400.0


def infer_with_owlrl(
    asserted: Iterable[Triple],
    ontology: Iterable[Triple],
    *,
    timeout: float = _A_DAY,
    run: Callable[..., Any] = run_in_child,
) -> tuple[Triple, ...]:
    """Return what owlrl entails about instances beyond `asserted`, sorted by N-Triples syntax.

    The same noise is left out as by `infer`. `run` takes a function, its arguments and `timeout`,
    and runs it in another process.

    Raises a WorkerError where the child does not answer, after `timeout` seconds at the latest.
    """
    axioms = tuple(ontology)
    terms = ontology_terms(axioms)
    index = TripleIndex(asserted)
    given = set(index.ids())
    for triple in axioms:
        index.add(triple)
    names = {index.intern(term): term.value for term in (RDF_TYPE, SAME_AS)}  # may be news
    for number in {number for row in index.ids() for number in row}:
        term = index.term(number)
        if isinstance(term, NamedNode) and is_schema_term(term):
            names[number] = term.value
    rows = run(close_rows, list(index.ids()), names, set(index.literals), timeout=timeout)
    found = (
        index.triple(s, p, o)
        for s, p, o in rows
        if (s, p, o) not in given
        and s not in index.literals
        and not is_noise(Statement(index.term(s), index.term(p), index.term(o)), terms)
    )
    return tuple(sorted(found, key=str))


def close_rows(rows: Iterable[Row], names: Mapping[int, str], literals: set[int]) -> list[Row]:
    """Return the closure by owlrl of triples of numbers, as far as it is of the same terms.

    `names` are the numbers that stand for terms of RDF's own vocabulary. To be run in a child.
    """
    import owlrl
    from rdflib import Graph, Literal, URIRef
    from rdflib.term import Node

    terms: dict[int, URIRef | Literal] = {}
    for number in {number for row in rows for number in row}.union(names):
        if number in literals:
            terms[number] = Literal(str(number))
        else:
            terms[number] = URIRef(names.get(number, f"urn:term:{number}"))
    graph = Graph()
    for s, p, o in rows:
        graph.add((terms[s], terms[p], terms[o]))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    numbers: dict[Node, int] = {term: number for number, term in terms.items()}
    return [
        (numbers[s], numbers[p], numbers[o])
        for s, p, o in graph
        if s in numbers and p in numbers and o in numbers
    ]
