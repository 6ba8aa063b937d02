"""What goes out: which graphs, and of them everything or what is said of some classes and nodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from kg_builder.errors import InputError, WorkerError
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.serialization import GraphName
from kg_builder.graph.vocabulary import RDF_TYPE, expand
from kg_builder.workers import run_in_child

_Node: TypeAlias = NamedNode | BlankNode
_ABOUT: Final = expand("about")
_SUBJECT: Final = expand("rdf:subject")
_OBJECT: Final = expand("rdf:object")
_LABELLING_SECONDS: Final = 20.0
_LABELLING_MEMORY: Final = 2 << 30


@dataclass(frozen=True, slots=True)
class Selection:
    """Instances of `classes`, and `entities`; both empty: everything."""

    classes: tuple[NamedNode, ...] = ()
    entities: tuple[NamedNode, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.classes or self.entities)


def select(
    opened: OpenGraph, which: str, selection: Selection | None = None
) -> Mapping[GraphName, Iterable[Triple]]:
    """Return the triples to export, by graph.

    `which` is `asserted`, `inferred`, `evidence`, or `all` three.

    In a built graph `asserted` is one named graph per source, `inferred` and `evidence` one each.
    Other RDF has no such graphs: `asserted` is its default graph, and `all` every graph it has.

    Of a selected class go out all triples whose subject is an instance, asserted or inferred. Of an
    entity go out those whose subject or object it is, and all of the statements about it (those
    whose `kg:about` it is). Of the evidence graph go out the facts about these, and what they
    refer to. A built graph is iterated from the store, once; the blank nodes of other RDF get
    labels that depend on what goes out alone. Raises InputError for a graph that is not there.
    """
    names = _graphs(opened, which)
    if selection:
        graphs = _selected(opened, names, selection)
    else:
        graphs = {name: _triples(opened, name) for name in names}
    return graphs if opened.generation else _steady(graphs)


def _selected(
    opened: OpenGraph, names: Sequence[GraphName], selection: Selection
) -> Mapping[GraphName, Iterable[Triple]]:
    evidence = opened.graph_name("evidence")
    where = (DefaultGraph(), *names)
    subjects = _subjects(opened, selection, where)
    found: dict[GraphName, Iterable[Triple]] = {}
    for name in names:
        if name == evidence:
            found[name] = _evidence(opened, name, subjects, selection.entities)
        else:
            found[name] = _about(opened, name, subjects, selection.entities)
    return found


def merged(graphs: Mapping[GraphName, Iterable[Triple]]) -> Iterator[Triple]:
    """Return the triples of all graphs; one that is in two graphs comes twice."""
    for triples in graphs.values():
        yield from triples


def canonical_labels(quads: bytes) -> bytes:
    """Give the blank nodes of N-Quads canonical labels (RDFC-1.0); meant for a child process.

    There are small graphs for which the algorithm never ends.
    """
    dataset = Dataset(parse(input=quads, format=RdfFormat.N_QUADS, lenient=True))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return serialize(dataset, format=RdfFormat.N_QUADS) or b""


def _steady(graphs: Mapping[GraphName, Iterable[Triple]]) -> Mapping[GraphName, Iterable[Triple]]:
    """Return the graphs with canonical labels; with those of the parser where there is no time."""
    found = {name: list(triples) for name, triples in graphs.items()}
    blank = [
        Quad(triple.subject, triple.predicate, triple.object, name)
        for name, triples in found.items()
        for triple in triples
        if _has_blank_node(triple)
    ]
    if not blank:
        return found
    data = serialize(blank, format=RdfFormat.N_QUADS) or b""
    try:
        labelled = run_in_child(
            canonical_labels, data, timeout=_LABELLING_SECONDS, memory=_LABELLING_MEMORY
        )
    except WorkerError:
        return found
    steady = {
        name: [triple for triple in triples if not _has_blank_node(triple)]
        for name, triples in found.items()
    }
    for quad in parse(input=labelled, format=RdfFormat.N_QUADS, lenient=True):
        if isinstance(quad.graph_name, NamedNode | DefaultGraph):
            steady[quad.graph_name].append(quad.triple)
    return steady


def _has_blank_node(triple: Triple) -> bool:
    return isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode)


def _graphs(opened: OpenGraph, which: str) -> Sequence[GraphName]:
    if opened.generation is None:
        if which in ("inferred", "evidence"):
            raise InputError(
                f"没有 {which} 图：只有 kg build 建的图才有；请用 --graph asserted 或 all",
                f"has no graph {which}, which only a graph made by kg build has:"
                " use --graph asserted or all",
                file=str(opened.path),
            )
        named = _named(opened) if which == "all" else ()
        return (DefaultGraph(), *named)
    special = {name: opened.graph_name(name) for name in ("inferred", "evidence", "ontology")}
    sources = [name for name in _named(opened) if name not in special.values()]
    parts = {"asserted": sources}
    parts |= {name: [node] for name, node in special.items() if node is not None}
    chosen = ("asserted", "inferred", "evidence") if which == "all" else (which,)
    return [name for part in chosen for name in parts[part]]


def _named(opened: OpenGraph) -> list[NamedNode]:
    names = [name for name in opened.store.named_graphs() if isinstance(name, NamedNode)]
    return sorted(names, key=lambda name: name.value)


def _triples(opened: OpenGraph, name: GraphName) -> Iterator[Triple]:
    for quad in opened.store.quads_for_pattern(None, None, None, name):
        yield quad.triple


def _subjects(
    opened: OpenGraph, selection: Selection, where: Iterable[GraphName]
) -> frozenset[_Node]:
    """Return the instances, the entities, and the statements about entities."""
    found: set[_Node] = set(selection.entities)
    patterns = [
        *((RDF_TYPE, class_) for class_ in selection.classes),
        *((_ABOUT, entity) for entity in selection.entities),
    ]
    for predicate, node in patterns:
        for graph in where:
            for quad in opened.store.quads_for_pattern(None, predicate, node, graph):
                if isinstance(quad.subject, NamedNode | BlankNode):
                    found.add(quad.subject)
    return frozenset(found)


def _about(
    opened: OpenGraph, name: GraphName, subjects: Iterable[_Node], objects: Iterable[NamedNode]
) -> Iterator[Triple]:
    for subject in subjects:
        for quad in opened.store.quads_for_pattern(subject, None, None, name):
            yield quad.triple
    for node in objects:
        for quad in opened.store.quads_for_pattern(None, None, node, name):
            yield quad.triple


def _evidence(
    opened: OpenGraph, name: GraphName, subjects: Iterable[_Node], objects: Iterable[NamedNode]
) -> Iterator[Triple]:
    """Return the facts that say something of these nodes, and all that the facts refer to."""
    patterns = [
        *((_SUBJECT, node) for node in subjects),
        *((_OBJECT, node) for node in objects),
    ]
    waiting: list[_Node] = list(subjects)
    for predicate, node in patterns:
        for quad in opened.store.quads_for_pattern(None, predicate, node, name):
            waiting += [quad.subject] if isinstance(quad.subject, NamedNode | BlankNode) else []
    met: set[_Node] = set()
    while waiting:
        node = waiting.pop()
        if node in met:
            continue
        met.add(node)
        for quad in opened.store.quads_for_pattern(node, None, None, name):
            yield quad.triple
            if isinstance(quad.object, NamedNode | BlankNode) and quad.predicate != RDF_TYPE:
                waiting.append(quad.object)
