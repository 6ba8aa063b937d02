"""What is known of the ontology, term by term: the records that a documentation is written from.

Terms are told by their IRIs, as text; `Reference.terms` finds those of the ontology itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from kg_builder.graph.query.catalogue import StoredQuery
from kg_builder.model.bilingual import Bilingual

PropertyKind = Literal["object", "datatype", "annotation"]


@dataclass(frozen=True, slots=True)
class Value:
    """An IRI or a literal. `iri` is None for a literal."""

    text: str
    iri: str | None = None
    language: str | None = None
    datatype: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A term of another vocabulary that one of ours is like, and how (`skos:closeMatch`)."""

    relation: str
    target: str


@dataclass(frozen=True, slots=True)
class Term:
    """What every term has: a class, a property or a concept."""

    iri: str
    module: str
    """The IRI of the module or scheme that defines it."""
    label: Bilingual
    definition: Bilingual | None
    notes: tuple[Bilingual, ...]
    examples: tuple[Value, ...]
    matches: tuple[Match, ...]
    others: tuple[tuple[str, Value], ...]
    """What else the ontology says of it: predicate and value."""


@dataclass(frozen=True, slots=True)
class ClassTerm:
    """A class of the ontology. Parents may be other vocabularies' classes; children are ours."""

    term: Term
    parents: tuple[str, ...]
    children: tuple[str, ...]
    disjoint: tuple[str, ...]
    iri_pattern: str | None


@dataclass(frozen=True, slots=True)
class PropertyTerm:
    """A property of the ontology.

    `domains` and `ranges` are those that inference works by; `used_on` and `points_at` say where
    the property is used, and nothing follows from them (schema:domainIncludes, rangeIncludes).
    """

    term: Term
    kind: PropertyKind
    characteristics: tuple[str, ...]
    domains: tuple[str, ...]
    ranges: tuple[str, ...]
    used_on: tuple[str, ...]
    points_at: tuple[str, ...]
    parents: tuple[str, ...]
    children: tuple[str, ...]
    inverses: tuple[str, ...]
    chains: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ConceptTerm:
    """A concept of a taxonomy."""

    term: Term
    notations: tuple[str, ...]
    alternatives: tuple[Value, ...]
    broader: str | None


@dataclass(frozen=True, slots=True)
class Module:
    """An ontology file: the root, a module, a taxonomy or an alignment."""

    iri: str
    title: Bilingual
    description: Bilingual
    version: str | None
    version_iri: str | None
    licence: str | None
    created: str | None
    modified: str | None
    imports: tuple[str, ...]
    prefix: str | None
    namespace: str | None


@dataclass(frozen=True, slots=True)
class Constraint:
    """One constraint of a shape: `kind` is SHACL's parameter (`minCount`), with its values.

    `shapes` are those that a logical or shape-based constraint refers to.
    """

    kind: str
    values: tuple[Value, ...] = ()
    shapes: tuple[Shape, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """A node shape, or a property shape if it has a path.

    `path` is in SPARQL's syntax with prefixed names; `property` is the IRI where the path is one
    property and nothing else. `properties` are the shapes of `sh:property`.
    """

    iri: str | None
    name: Bilingual | None
    message: Bilingual | None
    warning: bool
    classes: tuple[str, ...]
    subjects_of: tuple[str, ...]
    objects_of: tuple[str, ...]
    path: str | None
    property: str | None
    constraints: tuple[Constraint, ...]
    properties: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """An instance of the published data: its IRI, and some of what is said of it, in Turtle."""

    iri: str
    turtle: str
    predicates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reference:
    """The whole: modules and terms in the order of the files, shapes, queries, samples."""

    root: Module
    modules: tuple[Module, ...]
    schemes: tuple[Module, ...]
    alignments: tuple[Module, ...]
    classes: Mapping[str, ClassTerm]
    properties: Mapping[str, PropertyTerm]
    concepts: Mapping[str, ConceptTerm]
    borrowed: tuple[str, ...]
    """Classes and properties of other vocabularies that the ontology declares."""
    shapes: tuple[Shape, ...]
    queries: tuple[StoredQuery, ...]
    uses: Mapping[str, tuple[str, ...]]
    """From the IRI of a term to the names of the stored queries that use it."""
    samples: Mapping[str, Sample]
    """From the IRI of a class to an instance."""
    prefixes: Mapping[str, str]

    def term(self, iri: str) -> Term | None:
        """Return the term of the ontology with this IRI, if there is one."""
        for terms in (self.classes, self.properties, self.concepts):
            found = terms.get(iri)
            if found is not None:
                return found.term
        return None

    def ancestors(self, iri: str) -> tuple[str, ...]:
        """Return the classes of the ontology above a class, the nearest first."""
        found: dict[str, None] = {}
        level = [iri]
        while level:
            level = [
                parent
                for name in level
                if name in self.classes
                for parent in self.classes[name].parents
                if parent in self.classes and parent not in found and parent != iri
            ]
            found.update(dict.fromkeys(level))
        return tuple(found)

    def short(self, iri: str) -> str:
        """Return the prefixed name of an IRI, or the IRI where no prefix fits."""
        best = max(
            (
                (len(namespace), prefix)
                for prefix, namespace in self.prefixes.items()
                if iri.startswith(namespace) and "/" not in iri[len(namespace) :]
            ),
            default=None,
        )
        return f"{best[1]}:{iri[best[0] :]}" if best else iri
