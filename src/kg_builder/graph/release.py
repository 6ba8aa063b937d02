"""Whether a graph may be published after another: what it promised once, it still keeps.

An IRI that was published stays resolvable. One that is no longer in use has a tombstone:
`owl:deprecated true`, and `dcterms:isReplacedBy` where something stands in its place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode

from kg_builder.graph.comparison import (
    EVIDENCE_CLASSES,
    Difference,
    Layer,
    difference,
    layers,
    lines,
    subject_of,
)
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import DEFAULT_BASE, HOUSE, PREFIXES, expand
from kg_builder.model.bilingual import Bilingual

Code: TypeAlias = Literal[
    "placeholder-base",
    "base-changed",
    "vanished",
    "half-tombstone",
    "dangling-tombstone",
    "term-vanished",
    "version-unchanged",
]

_DEPRECATED: Final = expand("owl:deprecated")
_REPLACED: Final = expand("dcterms:isReplacedBy")
_DEFINED_BY: Final = expand("rdfs:isDefinedBy")
_ONTOLOGY: Final = expand("owl:Ontology")
_VERSIONS: Final = ("owl:versionIRI", "owl:versionInfo")
_TRUE: Final = (
    RdfLiteral("true", datatype=expand("xsd:boolean")),
    RdfLiteral("1", datatype=expand("xsd:boolean")),
)
_EVIDENCE: Final = frozenset(node.value for node in EVIDENCE_CLASSES)
_ROOT: Final = NamedNode(HOUSE + "ont")


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason against the release."""

    code: Code
    iri: str
    message: Bilingual


def obstacles(old: OpenGraph, new: OpenGraph) -> tuple[Obstacle, ...]:
    """Return what stands against publishing NEW after OLD; empty where nothing does.

    Nothing was ever promised about IRIs under the placeholder base: once NEW has a base of its
    own, they may go. Evidence (facts, passages) is not promised: it follows the text as read.
    """
    return (*_base(old, new), *_instances(old, new), *_tombstones(new), *_ontology(old, new))


def _base(old: OpenGraph, new: OpenGraph) -> Iterator[Obstacle]:
    if _is_placeholder(new):
        yield Obstacle(
            "placeholder-base",
            DEFAULT_BASE,
            Bilingual(
                f"基址还是占位符 {DEFAULT_BASE}：请用 kg build --base 给出自己的",
                f"the base is still the placeholder {DEFAULT_BASE}: give your own, kg build --base",
            ),
        )
    elif _moved(old, new) and not _is_placeholder(old):
        yield Obstacle(
            "base-changed",
            new.base or "",
            Bilingual(
                f"基址由 {old.base} 变为 {new.base}：已发布的 IRI 全部失效",
                f"the base was {old.base} and is {new.base}: every published IRI is lost",
            ),
        )


def _moved(old: OpenGraph, new: OpenGraph) -> bool:
    return old.base is not None and new.base is not None and old.base != new.base


def _is_placeholder(graph: OpenGraph) -> bool:
    if graph.base is not None:
        return graph.base == DEFAULT_BASE
    return any(node.startswith(DEFAULT_BASE) for node in _subjects(graph, ("asserted",)))


def _instances(old: OpenGraph, new: OpenGraph) -> Iterator[Obstacle]:
    if _moved(old, new):
        return  # told by the base, in one line
    gone = _subjects(old, ("asserted",)) - _subjects(new, ("asserted", "ontology"))
    if not _is_placeholder(new):
        gone = {iri for iri in gone if not iri.startswith(DEFAULT_BASE)}
    for iri in sorted(gone):
        name = _called(old, iri)
        yield Obstacle(
            "vanished",
            iri,
            Bilingual(
                f"<{iri}>{name.zh}不见了，也没有墓碑："
                "请留 owl:deprecated（和 dcterms:isReplacedBy）",
                f"<{iri}>{name.en} has vanished without a tombstone: keep it with owl:deprecated"
                " (and dcterms:isReplacedBy)",
            ),
        )


def _tombstones(new: OpenGraph) -> Iterator[Obstacle]:
    targets = {
        quad.subject.value: quad.object.value
        for quad in new.store.quads_for_pattern(None, _REPLACED, None, None)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
    }
    for iri, target in sorted(targets.items()):
        if not _is_deprecated(new, iri):
            yield Obstacle(
                "half-tombstone",
                iri,
                Bilingual(
                    f"<{iri}> 有 dcterms:isReplacedBy 而没有 owl:deprecated true",
                    f"<{iri}> has dcterms:isReplacedBy and not owl:deprecated true",
                ),
            )
        if not _leads_on(new, iri, targets):
            yield Obstacle(
                "dangling-tombstone",
                iri,
                Bilingual(
                    f"<{iri}> 的替代者 <{target}> 不在图里，或又指回来",
                    f"<{iri}> is replaced by <{target}>, which is not there or leads back",
                ),
            )


def _leads_on(graph: OpenGraph, iri: str, targets: Mapping[str, str]) -> bool:
    """Return whether the chain of tombstones ends at a node of the graph."""
    seen = set()
    while iri in targets:
        if iri in seen:
            return False
        seen.add(iri)
        iri = targets[iri]
    return next(graph.store.quads_for_pattern(NamedNode(iri), None, None, None), None) is not None


def _ontology(old: OpenGraph, new: OpenGraph) -> Iterator[Obstacle]:
    before, after = _subjects(old, ("ontology",)), _subjects(new, ("ontology",))
    if not before or not after:
        return  # RDF without an ontology of its own says nothing about it
    for iri in sorted(before - after):
        yield Obstacle(
            "term-vanished",
            iri,
            Bilingual(
                f"本体的 <{iri}> 不见了：请留 owl:deprecated",
                f"<{iri}> has vanished from the ontology: keep it with owl:deprecated",
            ),
        )
    found = difference(_ontology_lines(old), _ontology_lines(new))
    if not found.same:
        yield from _versions(old, new, found)


def _versions(old: OpenGraph, new: OpenGraph, found: Difference) -> Iterator[Obstacle]:
    for module in sorted({_ROOT.value, *_modules((old, new), found)}):
        node = NamedNode(module)
        if not _is_ontology(new, node):
            continue
        same = [
            name
            for name in _VERSIONS
            if (value := _values(new, node, expand(name)))
            and value == _values(old, node, expand(name))
        ]
        if same:
            names = "、".join(same), " and ".join(same)
            verb = "are" if len(same) > 1 else "is"
            yield Obstacle(
                "version-unchanged",
                module,
                Bilingual(
                    f"本体 <{module}> 变了，而 {names[0]} 没变",
                    f"the ontology <{module}> has changed, and its {names[1]} {verb} as before",
                ),
            )


def _ontology_lines(graph: OpenGraph) -> set[bytes]:
    if layers(graph) is not None:
        return lines(graph, "ontology")
    terms = {f"<{iri}>" for iri in _subjects(graph, ("ontology",))}
    return {line for line in lines(graph, "all") if line[:2] == b"_:" or _subject(line) in terms}


def _subject(line: bytes) -> str:
    return line.partition(b" ")[0].decode()


def _modules(graphs: tuple[OpenGraph, OpenGraph], found: Difference) -> Iterator[str]:
    """Yield the ontologies that the changed lines belong to."""
    subjects = {subject_of(line) for line in (*found.removed, *found.added)}
    for subject in subjects:
        if subject.startswith("<"):
            node = NamedNode(subject[1:-1])
            yield node.value
            for graph in graphs:
                yield from _values(graph, node, _DEFINED_BY)


def _values(graph: OpenGraph, node: NamedNode, predicate: NamedNode) -> set[str]:
    quads = graph.store.quads_for_pattern(node, predicate, None, None)
    return {quad.object.value for quad in quads if isinstance(quad.object, NamedNode | RdfLiteral)}


def _is_ontology(graph: OpenGraph, node: NamedNode) -> bool:
    return _ONTOLOGY.value in _values(graph, node, expand("rdf:type"))


def _is_deprecated(graph: OpenGraph, iri: str) -> bool:
    node = NamedNode(iri)
    return any(
        next(graph.store.quads_for_pattern(node, _DEPRECATED, value, None), None) for value in _TRUE
    )


def _subjects(graph: OpenGraph, wanted: Collection[str | None]) -> set[str]:
    """Return the IRIs that the graphs of these layers speak of."""
    known = layers(graph)
    if known is None:
        every = _said_of(graph, None)
        return {iri for iri in every if _layer(graph, iri) in wanted}
    names = [name for name, layer in known.items() if layer in wanted]
    return {
        iri
        for name in names
        for iri in _said_of(graph, name)
        if known[name] != "ontology" or iri.startswith(HOUSE)
    }


def _said_of(graph: OpenGraph, name: NamedNode | None) -> set[str]:
    quads = graph.store.quads_for_pattern(None, None, None, name)
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


def _layer(graph: OpenGraph, iri: str) -> Layer | None:
    """Return where a node of RDF without layers belongs, by what is said of it.

    Terms of others, which an ontology only declares, belong nowhere: they are not ours to keep.
    """
    node = NamedNode(iri)
    types = _values(graph, node, expand("rdf:type"))
    if not _EVIDENCE.isdisjoint(types):
        return "evidence"
    if _ONTOLOGY.value in types or _values(graph, node, _DEFINED_BY):
        return "ontology"
    return None if any(name.startswith(PREFIXES["owl"]) for name in types) else "asserted"


def _called(graph: OpenGraph, iri: str) -> Bilingual:
    node = NamedNode(iri)
    zh, en = graph.label(node, "zh"), graph.label(node, "en")
    return Bilingual(f"（{zh}）" if zh else "", f" ({en})" if en else "")
