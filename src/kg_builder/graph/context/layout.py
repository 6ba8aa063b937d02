"""The graphs that a context reads: what is asserted, what is inferred, and the ontology.

A folder that `kg build` made has them in its store: the default graph is ontology ∪ asserted ∪
inferred, and what is inferred stands in a graph of its own. Any other RDF is brought into the same
form in memory.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.inference import compile_ontology, infer
from kg_builder.graph.iris import mint_graph
from kg_builder.graph.ontology import Ontology, load_ontology, ontology_of
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import DEFAULT_BASE
from kg_builder.resources import Resources


@dataclass(frozen=True)
class Layout:
    """A store whose default graph is ontology ∪ asserted ∪ inferred."""

    store: Store
    inferred_name: NamedNode
    ontology: Ontology
    built: bool
    """Whether `kg build` made it, so that its results are known."""

    def asserted(self) -> tuple[Triple, ...]:
        """Return what is asserted, the ontology left out."""
        whole = self.store.quads_for_pattern(None, None, None, DefaultGraph())
        inferred = self.store.quads_for_pattern(None, None, None, self.inferred_name)
        others = {*self.ontology.triples, *(quad.triple for quad in inferred)}
        return tuple(quad.triple for quad in whole if quad.triple not in others)


def layout_of(graph: OpenGraph, resources: Resources) -> Layout:
    """Return the layout of an open graph; made in memory where `kg build` did not make it.

    Raises InputError where other RDF states axioms, ConfigurationError for a broken ontology.
    """
    inferred, ontology = graph.graph_name("inferred"), graph.graph_name("ontology")
    if inferred is not None and ontology is not None:
        found = graph.store.quads_for_pattern(None, None, None, ontology)
        own = ontology_of(tuple(quad.triple for quad in found))
        return Layout(graph.store, inferred, own, built=True)
    return made(graph.store, load_ontology(resources.ontology))


def made(source: Store, ontology: Ontology) -> Layout:
    """Return the layout of any RDF: what it asserts, closed under the ontology."""
    known = set(ontology.triples)
    quads = source.quads_for_pattern(None, None, None, None)
    asserted = dict.fromkeys(quad.triple for quad in quads if quad.triple not in known)
    inferred = infer(TripleIndex(asserted), compile_ontology(ontology.triples))
    name = mint_graph(DEFAULT_BASE, "inferred")
    store = Store()
    store.bulk_extend(
        Quad(t.subject, t.predicate, t.object) for t in (*ontology.triples, *asserted, *inferred)
    )
    store.bulk_extend(Quad(t.subject, t.predicate, t.object, name) for t in inferred)
    return Layout(store, name, ontology, built=False)
