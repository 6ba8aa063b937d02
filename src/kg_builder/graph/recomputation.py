"""The graph as its sources and history make it, worked out whole: for what takes triples away.

What follows from what is gone is not found by following; so undoing and retracting infer and
validate everything again, and what differs from the store that stands is the change to commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from pyoxigraph import DefaultGraph, NamedNode, Triple

from kg_builder.graph.conformance import check
from kg_builder.graph.contributions import History
from kg_builder.graph.dataset import KnowledgeGraph
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.inference import compile_ontology, infer
from kg_builder.graph.iris import mint_graph
from kg_builder.graph.ontology import ontology_of
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.output import summarize
from kg_builder.graph.serialization import GraphName
from kg_builder.graph.store import graphs_held
from kg_builder.graph.transaction import Change
from kg_builder.model.validation import ValidationReport
from kg_builder.resources import Resources


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A graph worked out whole, what validation says of it, and what it changes."""

    graph: KnowledgeGraph
    report: ValidationReport
    change: Change


def recompute(
    current: OpenGraph, before: History, after: History, resources: Resources
) -> Recomputed:
    """Return what becomes of a built graph when its history is `after` in the place of `before`.

    It is closed under the ontology that it has, also where another one is installed by now: what
    was inferred by one ontology must not be joined with what is inferred by another.
    """
    held = graphs_held(current.store)
    ontology = ontology_of(tuple(held.get(mint_graph(after.base, "ontology"), ())))
    evidence = mint_graph(after.base, "evidence")
    names = (mint_graph(after.base, name) for name in ("inferred", "ontology"))
    own = {DefaultGraph(), evidence, *names, *before.graphs()}
    reports = {
        name: tuple(triples)
        for name, triples in held.items()
        if name not in own and isinstance(name, NamedNode)
    }
    asserted = reports | dict(after.graphs())
    told = dict.fromkeys(held.get(evidence, ()))
    for triple in before.evidence():
        told.pop(triple, None)
    triples = tuple(dict.fromkeys(chain.from_iterable(asserted.values())))
    inferred = infer(TripleIndex(triples), compile_ontology(ontology.triples))
    graph = KnowledgeGraph(
        base=after.base,
        asserted=asserted,
        inferred=inferred,
        evidence=(*told, *after.evidence()),
        ontology=ontology.triples,
    )
    report = check(
        resources.files("shapes", "*.ttl"), (*ontology.triples, *triples), inferred, ontology
    )
    summary = summarize(graph, report, current.summary["reports"], after)
    return Recomputed(graph, report, _difference(held, graph, summary))


def _difference(
    held: Mapping[GraphName, Iterable[Triple]],
    graph: KnowledgeGraph,
    summary: Mapping[str, object],
) -> Change:
    wanted: dict[GraphName, Iterable[Triple]] = {DefaultGraph(): graph.default_graph()}
    wanted.update(graph.named_graphs().items())
    come: dict[GraphName, tuple[Triple, ...]] = {}
    go: dict[GraphName, tuple[Triple, ...]] = {}
    for name in (*wanted, *(name for name in held if name not in wanted)):
        old, new = dict.fromkeys(held.get(name, ())), dict.fromkeys(wanted.get(name, ()))
        come[name] = tuple(triple for triple in new if triple not in old)
        go[name] = tuple(triple for triple in old if triple not in new)
    return Change(
        {name: triples for name, triples in come.items() if triples},
        {name: triples for name, triples in go.items() if triples},
        summary,
    )
