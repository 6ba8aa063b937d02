"""What is schema: which triples are rules to a reasoner, and which tell a reader nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from pyoxigraph import BlankNode, NamedNode, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand

_OWL = PREFIXES["owl"]
_NAMESPACES = (PREFIXES["rdf"], PREFIXES["rdfs"], _OWL, PREFIXES["xsd"])
SAME_AS: Final = expand("owl:sameAs")

SUBCLASS: Final = expand("rdfs:subClassOf")
SUBPROPERTY: Final = expand("rdfs:subPropertyOf")
DOMAIN: Final = expand("rdfs:domain")
RANGE: Final = expand("rdfs:range")

EVERYTHING: Final = frozenset({expand("owl:Thing"), expand("rdfs:Resource")})
"""The classes that everything is a member of."""

_DATATYPES: Final = frozenset(
    expand(name)
    for name in (
        "rdfs:Literal",
        "rdf:langString",
        "rdf:dirLangString",
        "rdf:PlainLiteral",
        "rdf:XMLLiteral",
        "rdf:HTML",
        "rdf:JSON",
    )
)


def _of_owl(names: str) -> frozenset[Term]:
    return frozenset(NamedNode(_OWL + name) for name in names.split())


_SILENT_PREDICATES: Final = _of_owl(
    "annotatedProperty annotatedSource annotatedTarget backwardCompatibleWith deprecated "
    "differentFrom disjointWith distinctMembers imports incompatibleWith members "
    "priorVersion propertyDisjointWith versionIRI versionInfo"
)
"""Predicates of OWL that entail no triples about instances."""

_SILENT_CLASSES: Final = _of_owl(
    "AllDifferent AllDisjointClasses AllDisjointProperties Annotation AnnotationProperty "
    "AsymmetricProperty Axiom Class DatatypeProperty DeprecatedClass DeprecatedProperty "
    "IrreflexiveProperty NamedIndividual ObjectProperty Ontology OntologyProperty Thing"
)
"""Classes of OWL whose membership entails no triples about instances."""


class Statement(NamedTuple):
    """A triple as a closure may hold it: its subject may be a literal."""

    subject: Term
    predicate: Term
    object: Term


def is_owl(term: object) -> bool:
    """Return whether a term is of OWL's own vocabulary."""
    return isinstance(term, NamedNode) and term.value.startswith(_OWL)


def is_schema_term(term: Term) -> bool:
    """Return whether a term is of RDF, RDFS, OWL or XML Schema."""
    return isinstance(term, NamedNode) and term.value.startswith(_NAMESPACES)


def is_datatype(term: Term) -> bool:
    """Return whether a term is a datatype of XML Schema, RDF or RDFS."""
    return isinstance(term, NamedNode) and (
        term.value.startswith(PREFIXES["xsd"]) or term in _DATATYPES
    )


def is_axiom(predicate: Term, object_: object) -> bool:
    """Return whether a triple of this predicate and object may entail triples about instances."""
    if predicate == RDF_TYPE:
        return is_owl(object_) and object_ not in _SILENT_CLASSES
    if predicate in (SUBCLASS, SUBPROPERTY, DOMAIN, RANGE):
        return True
    return is_owl(predicate) and predicate not in _SILENT_PREDICATES


def ontology_terms(ontology: Iterable[Triple]) -> frozenset[Term]:
    """Return the terms of an ontology: whatever it mentions but literals."""
    mentioned = (term for triple in ontology for term in triple)
    return frozenset(term for term in mentioned if isinstance(term, NamedNode | BlankNode))


def is_noise(statement: Statement, terms: frozenset[Term]) -> bool:
    """Return whether an entailed statement tells nothing about an instance.

    That is one about a term of the ontology (`terms`) or of RDF itself, of membership in a datatype
    or in the class of everything, of a thing's being the same as itself, or of a rule.
    """
    subject, predicate, object_ = statement
    if subject in terms or is_schema_term(subject):
        return True
    if predicate == RDF_TYPE:
        return object_ in EVERYTHING or is_datatype(object_) or is_axiom(predicate, object_)
    if predicate == SAME_AS:
        return subject == object_
    return is_axiom(predicate, object_)
