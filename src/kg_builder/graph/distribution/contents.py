"""What there is to publish: the graphs of a built store, and what is known of each source."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.errors import InputError
from kg_builder.graph.dataset import with_canonical_blank_nodes
from kg_builder.graph.distribution.terms import Term, term
from kg_builder.graph.iris import local_name
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import RDF_TYPE

Triples = tuple[Triple, ...]

_PLAIN: Final = re.compile("[-0-9A-Za-z_\u3007\u3400-\u4dbf\u4e00-\u9fff]{1,60}")
"""A part of a path that no file system and no server reads otherwise than it is written."""


class Facts:
    """Triples by subject and predicate, to look up what is said of a thing."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        found: dict[object, dict[NamedNode, set[Term]]] = defaultdict(lambda: defaultdict(set))
        for triple in triples:
            found[triple.subject][triple.predicate].add(triple.object)  # type: ignore[arg-type]
        self._facts: Mapping[object, Mapping[NamedNode, set[Term]]] = found

    def values(self, subject: Term, predicate: str) -> list[Term]:
        """Return what is said of `subject`, in order."""
        found = self._facts.get(subject, {}).get(term(predicate), ())
        return sorted(found, key=str)

    def nodes(self, subject: Term, predicate: str) -> list[NamedNode]:
        """Return the IRIs that `subject` points at, in order."""
        return [v for v in self.values(subject, predicate) if isinstance(v, NamedNode)]

    def first(self, subject: Term, predicate: str) -> Term | None:
        """Return the first thing said of `subject`, None where nothing is."""
        return next(iter(self.values(subject, predicate)), None)

    def instances(self, name: str) -> list[NamedNode]:
        """Return what is of a class, in order."""
        wanted = term(name)
        return sorted(
            (
                node
                for node, said in self._facts.items()
                if isinstance(node, NamedNode) and wanted in said.get(RDF_TYPE, ())
            ),
            key=str,
        )

    def labels(self, subject: Term) -> list[Literal]:
        """Return the names of a thing, as far as it has any."""
        for predicate in ("rdfs:label", "skos:prefLabel", "dcterms:title"):
            found = [v for v in self.values(subject, predicate) if isinstance(v, Literal)]
            if found:
                return found
        return []


@dataclass(frozen=True, slots=True)
class Source:
    """One source of asserted facts: a report, or a contributed batch.

    `name` is the IRI of its graph after `BASE graph/`; `copies` are the nodes that describe the
    copies that were read, `report` is the report itself, None for anything else.
    """

    graph: NamedNode
    name: str
    triples: Triples
    report: NamedNode | None
    copies: tuple[NamedNode, ...]

    @property
    def path(self) -> str:
        """Where its file stands, without suffix: plain letters, whatever the IRI holds."""
        parts = (
            part if _PLAIN.fullmatch(part) else local_name([part, self.name])
            for part in self.name.split("/")
        )
        return "data/source/" + "/".join(parts)


@dataclass(frozen=True)
class Contents:
    """The graphs of a built store; `made_by` is the version of the tool that built it."""

    base: str
    made_by: str
    sources: tuple[Source, ...]
    inferred: Triples
    evidence: Triples
    ontology: Triples

    @cached_property
    def asserted(self) -> Triples:
        """What all sources together assert, each triple once."""
        return tuple(dict.fromkeys(t for source in self.sources for t in source.triples))

    @cached_property
    def facts(self) -> Facts:
        """What is asserted or inferred."""
        return Facts((*self.asserted, *self.inferred))

    @cached_property
    def terms(self) -> Facts:
        """What the ontology says."""
        return Facts(self.ontology)

    @cached_property
    def records(self) -> Facts:
        """What is known of the copies that were read."""
        return Facts(_about(self.evidence, f"{self.base}id/source/"))

    @cached_property
    def provenance(self) -> Facts:
        """Who brought the contributed batches, when, and after what source."""
        return Facts(_about(self.evidence, f"{self.base}graph/contribution/"))

    @cached_property
    def licences(self) -> tuple[NamedNode, ...]:
        """The licences of the data that the sources name."""
        nodes = {
            node
            for source in self.sources
            for copy in source.copies
            for node in self.records.nodes(copy, "dcterms:license")
        }
        return tuple(sorted(nodes, key=str))

    @cached_property
    def licence(self) -> NamedNode | None:
        """The licence of the whole: one that every source has, and no source another."""
        each = [
            {n for copy in source.copies for n in self.records.nodes(copy, "dcterms:license")}
            for source in self.sources
        ]
        same = len(self.licences) == 1 and all(each)
        return self.licences[0] if same else None


def read_contents(graph: OpenGraph) -> Contents:
    """Read a built store. Raises InputError for a graph that `kg build` did not make."""
    base = graph.base
    if base is None:
        raise InputError(
            "发布包须用 kg build 建好的图；请先 kg build",
            "a distribution is made of a graph built by kg build: run kg build first",
            file=str(graph.path),
        )
    house = {
        name: NamedNode(f"{base}graph/{name}") for name in ("inferred", "evidence", "ontology")
    }
    inferred, evidence, ontology = (_triples(graph, node) for node in house.values())
    copies: dict[NamedNode, list[NamedNode]] = defaultdict(list)
    for triple in _about(evidence, f"{base}id/source/"):
        if triple.predicate == term("dcterms:isFormatOf") and isinstance(triple.object, NamedNode):
            copies[triple.object].append(triple.subject)  # type: ignore[arg-type]
    names = sorted(
        (
            node
            for node in graph.store.named_graphs()
            if isinstance(node, NamedNode) and node not in house.values()
        ),
        key=str,
    )
    return Contents(
        base=base,
        made_by=str(graph.summary.get("version", "")),
        sources=tuple(_source(graph, node, base, copies) for node in names),
        inferred=inferred,
        evidence=evidence,
        ontology=with_canonical_blank_nodes(ontology),  # a store gives them labels by chance
    )


def _source(
    graph: OpenGraph, node: NamedNode, base: str, copies: Mapping[NamedNode, list[NamedNode]]
) -> Source:
    name = node.value.removeprefix(f"{base}graph/")
    triples = _triples(graph, node)
    report = NamedNode(f"{base}id/{name}")
    known = Triple(report, RDF_TYPE, term("kg:Report")) in triples
    return Source(
        graph=node,
        name=name,
        triples=triples,
        report=report if known else None,
        copies=tuple(sorted(copies.get(report, ()), key=str)),
    )


def _triples(graph: OpenGraph, node: NamedNode) -> Triples:
    return tuple(quad.triple for quad in graph.store.quads_for_pattern(None, None, None, node))


def _about(triples: Iterable[Triple], prefix: str) -> Iterator[Triple]:
    for triple in triples:
        subject = triple.subject
        if isinstance(subject, NamedNode) and subject.value.startswith(prefix):
            yield triple
