"""The graphs that a context reads: what is asserted, what is inferred, and the ontology.

A folder that `kg build` made has them in its store: the default graph is ontology ∪ asserted ∪
inferred, and what is inferred stands in a graph of its own. Any other RDF is brought into the same
form in memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store, Triple

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.inference import compile_ontology, infer, is_known_axiom
from kg_builder.graph.iris import mint_graph
from kg_builder.graph.ontology import Ontology, load_ontology, ontology_of
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import DEFAULT_BASE, expand
from kg_builder.resources import Resources

_REST: Final = expand("rdf:rest")
_CELL: Final = frozenset({expand("rdf:first"), _REST})


@dataclass(frozen=True)
class Layout:
    """A store whose default graph is ontology ∪ asserted ∪ inferred."""

    store: Store
    inferred_name: NamedNode
    ontology: Ontology
    sources: tuple[NamedNode, ...]
    """The graphs that assert, one for each source."""
    ontology_name: NamedNode
    built: bool
    """Whether `kg build` made it, so that its results are known."""

    @cached_property
    def size(self) -> int:
        """How many quads the store holds."""
        return len(self.store)

    def is_asserted(self, triple: Triple) -> bool:
        """Return whether a source asserts a triple."""
        s, p, o = triple.subject, triple.predicate, triple.object
        return any(Quad(s, p, o, graph) in self.store for graph in self.sources)

    def asserted(self) -> tuple[Triple, ...]:
        """Return what is asserted, the ontology left out."""
        others = {*self.ontology.triples, *self.inferred()}
        return tuple(triple for triple in self._triples(DefaultGraph()) if triple not in others)

    def inferred(self) -> tuple[Triple, ...]:
        """Return what was inferred."""
        return self._triples(self.inferred_name)

    def _triples(self, graph: NamedNode | DefaultGraph) -> tuple[Triple, ...]:
        return tuple(quad.triple for quad in self.store.quads_for_pattern(None, None, None, graph))


def layout_of(graph: OpenGraph, resources: Resources, known: Ontology | None = None) -> Layout:
    """Return the layout of an open graph; made in memory where `kg build` did not make it.

    `known` is the ontology that a built graph holds, where it has been read already.
    Raises InputError where other RDF states axioms that inference does not know, ConfigurationError
    for a broken ontology.
    """
    inferred, ontology = graph.graph_name("inferred"), graph.graph_name("ontology")
    if inferred is not None and ontology is not None:
        own = {inferred, ontology, graph.graph_name("evidence")}
        sources = [name for name in graph.store.named_graphs() if name not in own]
        found = () if known else graph.store.quads_for_pattern(None, None, None, ontology)
        return Layout(
            graph.store,
            inferred,
            known or ontology_of(tuple(quad.triple for quad in found)),
            tuple(name for name in sources if isinstance(name, NamedNode)),
            ontology,
            built=True,
        )
    return made(graph.store, load_ontology(resources.ontology))


def made(source: Store, ontology: Ontology) -> Layout:
    """Return the layout of any RDF: what it asserts, closed under the ontology and its own axioms.

    Those that it states count as the ontology's.
    """
    known = set(ontology.triples)
    quads = source.quads_for_pattern(None, None, None, None)
    asserted = dict.fromkeys(quad.triple for quad in quads if quad.triple not in known)
    axioms = tuple(_axioms(asserted))
    if axioms:
        ontology = ontology_of((*ontology.triples, *axioms))
        for triple in axioms:
            del asserted[triple]
    inferred = infer(TripleIndex(asserted), compile_ontology(ontology.triples))
    names = [mint_graph(DEFAULT_BASE, name) for name in ("inferred", "source", "ontology")]
    store = Store()
    for triples, name in zip((inferred, asserted, ontology.triples), names, strict=True):
        store.bulk_extend(Quad(t.subject, t.predicate, t.object) for t in triples)
        store.bulk_extend(Quad(t.subject, t.predicate, t.object, name) for t in triples)
    return Layout(store, names[0], ontology, (names[1],), names[2], built=False)


def _axioms(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Yield the triples that are rules to a reasoner, each followed by the list it may name."""
    cells: dict[NamedNode | BlankNode | Triple, list[Triple]] = {}
    found = []
    for triple in triples:
        if is_known_axiom(triple):
            found.append(triple)
        elif triple.predicate in _CELL:
            cells.setdefault(triple.subject, []).append(triple)
    for axiom in found:
        yield axiom
        cell: object = axiom.object
        while isinstance(cell, NamedNode | BlankNode) and cell in cells:
            members = cells.pop(cell)
            yield from members
            cell = next((t.object for t in members if t.predicate == _REST), None)
