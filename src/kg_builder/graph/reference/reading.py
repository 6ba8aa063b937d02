"""Reading the reference: ontology, alignments, shapes, queries and published data together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pyoxigraph import NamedNode, Triple

from kg_builder.graph.conformance import ABOUT_THE_ONTOLOGY
from kg_builder.graph.dataset import read_turtle, with_canonical_blank_nodes
from kg_builder.graph.ontology import ROOT, Ontology, load_ontology
from kg_builder.graph.query.catalogue import load_catalogue
from kg_builder.graph.reference.records import (
    ClassTerm,
    ConceptTerm,
    Match,
    Module,
    PropertyKind,
    PropertyTerm,
    Reference,
    Term,
)
from kg_builder.graph.reference.samples import choose_samples
from kg_builder.graph.reference.shapes import read_shapes
from kg_builder.graph.reference.triples import Node, Triples, value
from kg_builder.graph.reference.uses import terms_used
from kg_builder.graph.vocabulary import DEFAULT_BASE, PREFIXES, RDF_TYPE, expand
from kg_builder.model.bilingual import Bilingual
from kg_builder.resources import Resources

_DEFINED_BY: Final = expand("rdfs:isDefinedBy")
_ONTOLOGY: Final = expand("owl:Ontology")
_SCHEME: Final = expand("skos:ConceptScheme")
_DISJOINT: Final = expand("owl:AllDisjointClasses")
_MATCHES: Final = tuple(
    f"skos:{name}" for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch")
)
_KINDS: Final[Mapping[str, PropertyKind]] = MappingProxyType(
    {
        "owl:ObjectProperty": "object",
        "owl:DatatypeProperty": "datatype",
        "owl:AnnotationProperty": "annotation",
    }
)
_TOLD: Final = frozenset(
    expand(name)
    for name in (
        *("rdf:type", "rdfs:label", "rdfs:isDefinedBy", "rdfs:subClassOf", "rdfs:subPropertyOf"),
        *("rdfs:domain", "rdfs:range", "schema:domainIncludes", "schema:rangeIncludes"),
        *("owl:inverseOf", "owl:propertyChainAxiom", "owl:disjointWith", "iriPattern"),
        *("skos:definition", "skos:scopeNote", "skos:example", "skos:prefLabel", "skos:altLabel"),
        *("skos:notation", "skos:broader", "skos:inScheme", "skos:topConceptOf", *_MATCHES),
    )
)
"""What the records have fields for; all else that is said of a term goes into `Term.others`."""


def load_reference(
    resources: Resources,
    data: Iterable[Triple] = (),
    *,
    base: str = DEFAULT_BASE,
) -> Reference:
    """Return what is known of the ontology.

    `data` are triples of instances, minted under `base`, from which an instance is shown for each
    class; there may be none. Raises ConfigurationError for an ontology, shape or stored query that
    is broken, InputError for Turtle that cannot be read.
    """
    ontology = load_ontology(resources.ontology)
    alignments = sorted((resources.ontology / "alignments").glob("*.ttl"))
    queries = tuple(load_catalogue(resources).values())
    reader = _Reader(ontology, alignments)
    return Reference(
        root=reader.module(ROOT),
        modules=reader.modules(schemes=False),
        schemes=reader.modules(schemes=True),
        alignments=reader.alignments(),
        classes=reader.classes(),
        properties=reader.properties(),
        concepts=reader.concepts(),
        borrowed=reader.borrowed(),
        shapes=read_shapes(
            path for path in resources.files("shapes", "*.ttl") if path.name != ABOUT_THE_ONTOLOGY
        ),
        queries=queries,
        uses=terms_used(queries),
        samples=choose_samples(data, reader.classes(), base),
        prefixes=PREFIXES,
    )


class _Reader:
    def __init__(self, ontology: Ontology, alignments: Iterable[Path]) -> None:
        self._ontology = ontology
        self._graph = Triples(ontology.triples)
        self._matches = Triples(
            with_canonical_blank_nodes(t for path in alignments for t in read_turtle(path))
        )
        self._own = [
            node
            for node in self._graph.subjects()
            if isinstance(node, NamedNode) and self._graph.objects(node, _DEFINED_BY)
        ]

    def module(self, node: Node, *, of_alignment: bool = False) -> Module:
        graph = self._matches if of_alignment else self._graph
        iri = value(node)
        name = iri.text if iri else ""
        nothing = Bilingual("", "")
        return Module(
            iri=name,
            title=next(iter(graph.words(node, "dcterms:title")), Bilingual(name, name)),
            description=next(iter(graph.words(node, "dcterms:description")), nothing),
            version=graph.text(node, "owl:versionInfo"),
            version_iri=graph.text(node, "owl:versionIRI"),
            licence=graph.text(node, "dcterms:license"),
            created=graph.text(node, "dcterms:created"),
            modified=graph.text(node, "dcterms:modified"),
            imports=graph.iris(node, "owl:imports"),
            prefix=graph.text(node, "vann:preferredNamespacePrefix"),
            namespace=graph.text(node, "vann:preferredNamespaceUri"),
        )

    def modules(self, *, schemes: bool) -> tuple[Module, ...]:
        return tuple(
            self.module(node)
            for node in self._graph.subjects()
            if node != ROOT
            and _ONTOLOGY in self._graph.objects(node, RDF_TYPE)
            and (_SCHEME in self._graph.objects(node, RDF_TYPE)) is schemes
        )

    def alignments(self) -> tuple[Module, ...]:
        return tuple(
            self.module(node, of_alignment=True)
            for node in self._matches.subjects()
            if _ONTOLOGY in self._matches.objects(node, RDF_TYPE)
        )

    def _term(self, node: NamedNode) -> Term:
        graph = self._graph
        local = node.value.rpartition("#")[2].rpartition("/")[2]
        return Term(
            iri=node.value,
            module=graph.iris(node, "rdfs:isDefinedBy")[0],
            label=next(iter(graph.words(node, "rdfs:label")), Bilingual(local, local)),
            definition=next(iter(graph.words(node, "skos:definition")), None),
            notes=graph.words(node, "skos:scopeNote"),
            examples=graph.values(node, "skos:example"),
            matches=tuple(self._matches_of(node)),
            others=tuple(
                (predicate.value, found)
                for predicate in graph.predicates(node)
                if predicate not in _TOLD
                for item in graph.objects(node, predicate)
                if (found := value(item))
            ),
        )

    def _matches_of(self, node: NamedNode) -> Iterable[Match]:
        for name in _MATCHES:
            for graph in (self._graph, self._matches):
                for target in graph.iris(node, name):
                    yield Match(name, target)

    def classes(self) -> dict[str, ClassTerm]:
        own = [node for node in self._own if node in self._ontology.classes]
        children: dict[str, list[str]] = {}
        for node in own:
            for parent in self._graph.iris(node, "rdfs:subClassOf"):
                children.setdefault(parent, []).append(node.value)
        disjoint = self._disjoint()
        return {
            node.value: ClassTerm(
                self._term(node),
                self._graph.iris(node, "rdfs:subClassOf"),
                tuple(children.get(node.value, ())),
                tuple(sorted(disjoint.get(node.value, ()))),
                self._graph.text(node, "kg:iriPattern"),
            )
            for node in own
        }

    def _disjoint(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for node in self._graph.subjects():
            groups = []
            if _DISJOINT in self._graph.objects(node, RDF_TYPE):
                for head in self._graph.objects(node, expand("owl:members")):
                    members = self._graph.members(head)
                    groups.append([m.value for m in members if isinstance(m, NamedNode)])
            elif isinstance(node, NamedNode):
                others = self._graph.iris(node, "owl:disjointWith")
                groups.extend([node.value, other] for other in others)
            for group in groups:
                for member in group:
                    found.setdefault(member, set()).update(o for o in group if o != member)
        return found

    def properties(self) -> dict[str, PropertyTerm]:
        own = [node for node in self._own if node in self._ontology.properties]
        children: dict[str, list[str]] = {}
        inverses: dict[str, list[str]] = {}
        for node in own:
            for parent in self._graph.iris(node, "rdfs:subPropertyOf"):
                children.setdefault(parent, []).append(node.value)
            for other in self._graph.iris(node, "owl:inverseOf"):
                inverses.setdefault(node.value, []).append(other)
                inverses.setdefault(other, []).append(node.value)
        return {
            node.value: self._property(
                node, children.get(node.value, []), inverses.get(node.value, [])
            )
            for node in own
        }

    def _property(self, node: NamedNode, children: list[str], inverses: list[str]) -> PropertyTerm:
        graph = self._graph
        types = graph.objects(node, RDF_TYPE)
        kinds = {expand(name): kind for name, kind in _KINDS.items()}
        return PropertyTerm(
            term=self._term(node),
            kind=next(kinds[kind] for kind in kinds if kind in types),
            characteristics=tuple(
                t.value for t in types if t not in kinds and isinstance(t, NamedNode)
            ),
            domains=graph.iris(node, "rdfs:domain"),
            ranges=graph.iris(node, "rdfs:range"),
            used_on=graph.iris(node, "schema:domainIncludes"),
            points_at=graph.iris(node, "schema:rangeIncludes"),
            parents=graph.iris(node, "rdfs:subPropertyOf"),
            children=tuple(children),
            inverses=tuple(dict.fromkeys(inverses)),
            chains=tuple(
                tuple(m.value for m in graph.members(head) if isinstance(m, NamedNode))
                for head in graph.objects(node, expand("owl:propertyChainAxiom"))
            ),
        )

    def concepts(self) -> dict[str, ConceptTerm]:
        return {
            node.value: ConceptTerm(
                self._term(node),
                tuple(item.text for item in self._graph.values(node, "skos:notation")),
                self._graph.values(node, "skos:altLabel"),
                next(iter(self._graph.iris(node, "skos:broader")), None),
            )
            for node in self._own
            if node in self._ontology.concepts
        }

    def borrowed(self) -> tuple[str, ...]:
        """Return the declared terms of other vocabularies, sorted."""
        declared = {*self._ontology.classes, *self._ontology.properties}
        return tuple(sorted(node.value for node in declared.difference(self._own)))
