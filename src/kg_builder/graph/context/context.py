"""A graph opened to be judged against, over and over."""

from __future__ import annotations

from collections.abc import Sequence

from pyoxigraph import NamedNode, Triple

from kg_builder.graph.conformance import check
from kg_builder.graph.context.effect import Effect
from kg_builder.graph.context.layout import Layout, layout_of
from kg_builder.graph.context.standing import OldResults
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.inference import compile_ontology, infer
from kg_builder.graph.ontology import Ontology
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.shacl.report import sort_key
from kg_builder.resources import Resources


class Context:
    """A graph, its ontology and its shapes, ready to say what new triples would do."""

    def __init__(self, layout: Layout, resources: Resources) -> None:
        self._layout = layout
        self._files = resources.files("shapes", "*.ttl")
        self._rules = compile_ontology(layout.ontology.triples)

    @property
    def ontology(self) -> Ontology:
        """The ontology that the graph was closed under."""
        return self._layout.ontology

    def effect_of(self, triples: Sequence[Triple]) -> Effect:
        """Return what adding triples to the graph does; the graph stays as it is.

        Raises InputError where a triple is an axiom (`rdfs:subClassOf`, `owl:sameAs`).
        """
        asserted = self._layout.asserted()
        before_inferred = infer(TripleIndex(asserted), self._rules)
        known = set(asserted)
        new = tuple(sorted(set(triples) - known, key=str))
        after = (*asserted, *new)
        after_inferred = infer(TripleIndex(after), self._rules)
        own = self.ontology
        before = check(self._files, (*own.triples, *asserted), before_inferred, own).results
        then = check(self._files, (*own.triples, *after), after_inferred, own).results
        old = OldResults(before)
        resolved = set(before) - set(then)
        standing = old.touched(triples) - resolved
        return Effect(
            new=new,
            inferred=tuple(sorted(set(after_inferred) - set(before_inferred), key=str)),
            promoted=tuple(sorted(set(before_inferred) & set(new), key=str)),
            caused=tuple(sorted(set(then) - set(before), key=sort_key)),
            resolved=tuple(sorted(resolved, key=sort_key)),
            standing=tuple(sorted(standing, key=sort_key)),
            elsewhere=old.besides(standing | resolved),
            focus_nodes=len({t.subject for t in after if isinstance(t.subject, NamedNode)}),
        )


def open_context(graph: OpenGraph, resources: Resources) -> Context:
    """Read what judging against a graph needs; `graph` must stay open.

    A folder that `kg build` made is taken as it stands. Any other RDF is closed under the installed
    ontology first, in memory.
    """
    return Context(layout_of(graph, resources), resources)
