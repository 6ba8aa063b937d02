"""What a batch changes in a built graph, from its effect: for what only adds.

Nothing is worked out whole: what follows from the new triples and which results they cause or mend
is known, the rest stays as it stands. (`recomputation` is for what takes triples away.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple

from kg_builder.graph.context import Effect
from kg_builder.graph.contributions import History, graph_of
from kg_builder.graph.iris import mint_graph
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.output import instances_of, result_key, results_of, summary_of
from kg_builder.graph.serialization import GraphName
from kg_builder.graph.transaction import Change, absent
from kg_builder.graph.vocabulary import expand
from kg_builder.model.validation import ValidationResult

_SAID_OF = expand("rdf:subject")
_QUOTED = expand("prov:wasQuotedFrom")


def extend(current: OpenGraph, before: History, after: History, effect: Effect) -> Change:
    """Return what becomes of a built graph when its history has one batch more.

    `after` is `before` with the batch, an addition, and `effect` what its triples do, by the shapes
    that the graph was validated by.
    """
    store, default = current.store, DefaultGraph()
    inferred, evidence = (mint_graph(after.base, name) for name in ("inferred", "evidence"))
    batch = after.batches[-1]
    own = graph_of(after.base, batch.entry.id)
    told, tells = before.evidence(), after.evidence()
    come: dict[GraphName, Sequence[Triple]] = {
        default: absent(store, (*effect.new, *effect.inferred), default),
        own: absent(store, batch.triples, own),
        inferred: effect.inferred,
        evidence: absent(store, [triple for triple in tells if triple not in told], evidence),
    }
    go: dict[GraphName, Sequence[Triple]] = {
        inferred: effect.promoted,
        evidence: sorted(set(told).difference(tells), key=str),
    }
    summary = _summary(current, after, effect)
    more = len(come[evidence]) - len(go[evidence])
    summary["counts"]["evidence"] += more
    return Change(_some(come), _some(go), summary)


def _some(graphs: Mapping[GraphName, Sequence[Triple]]) -> dict[GraphName, Sequence[Triple]]:
    return {name: triples for name, triples in graphs.items() if triples}


def _summary(current: OpenGraph, after: History, effect: Effect) -> dict[str, Any]:
    """Return build.json with what is new."""
    known: Mapping[str, Any] = current.summary
    counts = known["counts"]
    instances = Counter(counts["instances"])
    instances.update(instances_of(effect.new))
    return summary_of(
        base=after.base,
        accounts=known["reports"],
        history=after,
        counts={
            "asserted": counts["asserted"] + len(effect.new),
            "inferred": counts["inferred"] + len(effect.inferred) - len(effect.promoted),
            "evidence": counts["evidence"],
            "ontology": counts["ontology"],
            "instances": dict(sorted(instances.items())),
        },
        results=_results(current, after.base, effect),
        shapes=known["validation"]["shapes"],
    )


def _results(current: OpenGraph, base: str, effect: Effect) -> list[Mapping[str, Any]]:
    known = current.summary
    resolved = set(map(result_key, effect.resolved))
    left = [found for found in known["validation"]["results"] if result_key(found) not in resolved]
    if not effect.caused:
        return left
    evidence = _evidence_of(current.store, mint_graph(base, "evidence"), effect.caused)
    caused = results_of(effect.caused, evidence, base, known["reports"])
    return sorted([*left, *caused], key=_order)


def _order(result: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the results of build.json are sorted by, as `shacl.report.sort_key` does."""
    return (
        result["focus_node"],
        result["path"] or "",
        result["component"],
        result["value"] or "",
        result["source_shape"],
        *result["messages"],
    )


def _evidence_of(
    store: Store, evidence: NamedNode, results: Iterable[ValidationResult]
) -> Iterator[Triple]:
    """Yield the evidence of what is said of the focus nodes, passages included."""
    for text in dict.fromkeys(result.focus_node for result in results):
        if not text.startswith("<"):
            continue
        node = NamedNode(text[1:-1])
        for fact in store.quads_for_pattern(None, _SAID_OF, node, evidence):
            for quad in _about(store, fact.subject, evidence):
                yield quad.triple
                if quad.predicate == _QUOTED:
                    yield from (found.triple for found in _about(store, quad.object, evidence))


def _about(store: Store, node: object, evidence: NamedNode) -> Iterator[Quad]:
    return store.quads_for_pattern(node, None, None, evidence)  # type: ignore[arg-type]
