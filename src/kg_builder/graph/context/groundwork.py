"""What a context works out of ontology and shapes alone, for every generation built with them."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Triple

from kg_builder.graph.checksums import Digest, read_digests
from kg_builder.graph.conformance import checksum_of_shapes
from kg_builder.graph.context.plan import Plan, plan_of
from kg_builder.graph.inference import compile_ontology
from kg_builder.graph.inference.rules import Rules
from kg_builder.graph.ontology import Ontology
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.shacl import Shapes
from kg_builder.graph.unknown_terms import KnownTerms
from kg_builder.resources import Resources


@dataclass(frozen=True, eq=False)
class Groundwork:
    """An ontology and shapes, and what follows from them; nothing of any graph."""

    ontology: Ontology
    shapes: Shapes
    resources: Resources
    rules: Rules
    plan: Plan
    axioms: frozenset[Triple]
    known: KnownTerms
    checksum: str
    """Of the files of the shapes; see `conformance.checksum_of_shapes`."""
    digest: Digest | None
    """Of the ontology as the graph holds it that it was read from; None for other RDF."""

    @classmethod
    def of(
        cls, ontology: Ontology, shapes: Shapes, resources: Resources, digest: Digest | None = None
    ) -> Groundwork:
        """Work it out."""
        return cls(
            ontology,
            shapes,
            resources,
            compile_ontology(ontology.triples),
            plan_of(shapes),
            frozenset(ontology.triples),
            KnownTerms(ontology),
            checksum_of_shapes(resources.files("shapes", "*.ttl")),
            digest,
        )

    def holds_for(self, graph: OpenGraph, resources: Resources) -> bool:
        """Return whether it is that of a graph too."""
        return (
            self.digest is not None
            and self.resources == resources
            and self.digest == ontology_digest(graph)
        )


def ontology_digest(graph: OpenGraph) -> Digest | None:
    """Return the digest of the ontology that a built graph holds; None for other RDF."""
    name = graph.graph_name("ontology")
    if graph.generation is None or name is None:
        return None
    return read_digests(graph.generation).get(name)
