"""Terms of our namespaces that the ontology does not have.

SHACL lets them pass: a misspelt class has no shape that targets it, a misspelt property is one more
that no shape speaks of. Builds and submissions look for them alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode, Triple

from kg_builder.graph.ontology import Ontology
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, SCHEMES
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.validation import ValidationResult

UNKNOWN_TERM: Final = PREFIXES["kg"] + "UnknownTermConstraintComponent"
"""The component of results about terms that the ontology does not have; SHACL has none for it."""
SCHEME_NAMESPACES: Final = tuple(PREFIXES[name] for name in SCHEMES)
OWN_NAMESPACES: Final = (PREFIXES["kg"], *SCHEME_NAMESPACES)
"""The namespaces whose terms the ontology and its taxonomies define, all of them."""

Role = Literal["class", "property", "concept", "term"]


@dataclass(frozen=True, slots=True)
class UnknownTerm:
    """A term of our namespaces that the ontology does not have, or has as something else."""

    triple: Triple
    part: Literal["predicate", "object"]
    term: NamedNode
    role: Role
    """What it would have to be: a class as the object of `a`, a property as a predicate."""


def unknown_terms(triples: Iterable[Triple], known: KnownTerms) -> Iterator[UnknownTerm]:
    """Yield the unknown terms among the predicates and objects of triples, in their order."""
    for triple in triples:
        predicate, term = triple.predicate, triple.object
        if not known.is_property(predicate):
            yield UnknownTerm(triple, "predicate", predicate, "property")
        if isinstance(term, NamedNode):
            role = known.missing_role(term, is_type=predicate == RDF_TYPE)
            if role is not None:
                yield UnknownTerm(triple, "object", term, role)


class KnownTerms:
    """What the ontology knows of terms, each asked for once."""

    def __init__(self, ontology: Ontology) -> None:
        """Take an ontology; its triples are gone through once."""
        self._ontology = ontology
        self._terms = {term for triple in ontology.triples for term in (triple[0], triple[2])}
        self._properties: dict[NamedNode, bool] = {}
        self._roles: dict[tuple[NamedNode, bool], Role | None] = {}

    def is_property(self, term: NamedNode) -> bool:
        """Return whether a predicate is a property of ours, or none of our business."""
        found = self._properties.get(term)
        if found is None:
            ours = term.value.startswith(OWN_NAMESPACES)
            found = self._properties[term] = not ours or term in self._ontology.properties
        return found

    def missing_role(self, term: NamedNode, *, is_type: bool) -> Role | None:
        """Return what the ontology does not have a term as; None where it does, or need not.

        `is_type` says that the term is to be a class, as the object of `a`.
        """
        key = (term, is_type)
        if key not in self._roles:
            self._roles[key] = self._missing_role(term, is_type=is_type)
        return self._roles[key]

    def _missing_role(self, term: NamedNode, *, is_type: bool) -> Role | None:
        if term.value.startswith(SCHEME_NAMESPACES):
            return None if term in self._terms else "concept"
        if not term.value.startswith(PREFIXES["kg"]):
            return None
        if is_type:
            return None if term in self._ontology.classes else "class"
        return None if term in self._terms else "term"


def unknown_term_result(unknown: UnknownTerm, said: Bilingual | None = None) -> ValidationResult:
    """Return the result about an unknown term; `said` are better words than the plain ones."""
    return ValidationResult(
        focus_node=str(unknown.triple.subject),
        path=str(unknown.triple.predicate),
        value=str(unknown.triple.object),
        severity="Violation",
        component=UNKNOWN_TERM,
        source_shape=f"<{UNKNOWN_TERM}>",
        messages=message_literals(said or plain_words(unknown.term)),
    )


def plain_words(term: NamedNode) -> Bilingual:
    """Return the words for a term that the ontology does not have, whatever it is meant to be."""
    name = term.value.removeprefix(PREFIXES["kg"])
    return Bilingual(f"本体里没有术语 {name}。", f"The ontology has no term {name}.")


def message_literals(words: Bilingual) -> tuple[str, ...]:
    """Return words as the messages of a result: N-Triples literals, sorted."""
    pair = (RdfLiteral(words.en, language="en"), RdfLiteral(words.zh, language="zh"))
    return tuple(sorted(map(str, pair)))
