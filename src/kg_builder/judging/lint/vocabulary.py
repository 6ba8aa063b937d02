"""What the checks ask of the ontology, each worked out when it is first asked."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import permutations
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.inference.rules import Rules, compile_ontology
from kg_builder.graph.ontology import ROOT, Ontology
from kg_builder.graph.unknown_terms import KnownTerms
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand
from kg_builder.model.bilingual import Bilingual

_LABELS: Final = tuple(map(expand, ("rdfs:label", "skos:prefLabel", "skos:altLabel")))
_DEFINITIONS: Final = tuple(map(expand, ("skos:definition", "skos:example")))
_DEFINED_BY: Final = expand("rdfs:isDefinedBy")
_EVIDENCE: Final = NamedNode(ROOT.value + "/evidence")
_DISJOINT: Final = expand("owl:disjointWith")
_ALL_DISJOINT: Final = expand("owl:AllDisjointClasses")
_MEMBERS: Final = expand("owl:members")
_FIRST, _REST = expand("rdf:first"), expand("rdf:rest")
_TRANSITIVE: Final = expand("owl:TransitiveProperty")
_SUBPROPERTY: Final = expand("rdfs:subPropertyOf")
_INVERSE: Final = expand("owl:inverseOf")
_RANGES: Final = (expand("schema:rangeIncludes"), expand("rdfs:range"))
_LANG_STRING: Final = expand("rdf:langString")
_PATTERN: Final = expand("iriPattern")
_SEGMENT: Final = re.compile("id/([a-z][-a-z0-9]*)/")
_UPWARD: Final = tuple(
    map(
        expand,
        (
            *("skos:broader", "skos:broaderTransitive", "dcterms:isPartOf", "geo:sfWithin"),
            *("org:subOrganizationOf", "schema:containedInPlace"),
            *("dcterms:isReplacedBy", "renamedTo", "mergedInto", "parentSection"),
        ),
    )
)
"""Properties that lead up, or on, and never back to where they started."""
_WORDS: Final = frozenset(
    map(
        expand,
        (
            *("rdfs:label", "rdfs:comment", "skos:prefLabel", "skos:altLabel", "skos:definition"),
            *("skos:scopeNote", "skos:example", "dcterms:title", "dcterms:description"),
            *("schema:name", "schema:description", "locn:fullAddress"),
        ),
    )
)
"""Properties of other vocabularies whose values are words of a language."""


class Vocabulary:
    """The ontology, asked for what a submission may get wrong."""

    def __init__(self, ontology: Ontology, rules: Rules | None = None) -> None:
        self.ontology = ontology
        self._rules = rules

    @cached_property
    def rules(self) -> Rules:
        """The rules that the ontology amounts to."""
        return self._rules or compile_ontology(self.ontology.triples)

    @cached_property
    def _by_predicate(self) -> Mapping[NamedNode, list[Triple]]:
        found: dict[NamedNode, list[Triple]] = defaultdict(list)
        for triple in self.ontology.triples:
            found[triple.predicate].append(triple)
        return found

    def _of(self, predicate: NamedNode) -> Sequence[Triple]:
        return self._by_predicate.get(predicate, ())

    @cached_property
    def known(self) -> KnownTerms:
        """What the ontology knows of terms in our namespaces."""
        return KnownTerms(self.ontology)

    @cached_property
    def mentioned(self) -> frozenset[NamedNode]:
        """Every IRI of the ontology, in whatever place."""
        triples = self.ontology.triples
        terms = {*self._by_predicate, *(t.subject for t in triples), *(t.object for t in triples)}
        return frozenset(term for term in terms if isinstance(term, NamedNode))

    @cached_property
    def names(self) -> Mapping[NamedNode, tuple[Literal, ...]]:
        """What each term is called, in whatever language, its other names last."""
        found: dict[NamedNode, list[Literal]] = defaultdict(list)
        for predicate in _LABELS:
            for triple in self._of(predicate):
                if isinstance(triple.subject, NamedNode) and isinstance(triple.object, Literal):
                    found[triple.subject].append(triple.object)
        return {term: tuple(names) for term, names in found.items()}

    @cached_property
    def definitions(self) -> Mapping[NamedNode, str]:
        """What each term is defined as in Chinese, and its examples."""
        found: dict[NamedNode, str] = {}
        for predicate in _DEFINITIONS:
            for triple in self._of(predicate):
                words = triple.object
                if not isinstance(words, Literal) or words.language != "zh":
                    continue
                if isinstance(triple.subject, NamedNode):
                    found[triple.subject] = found.get(triple.subject, "") + words.value
        return found

    def label(self, term: NamedNode) -> Bilingual | None:
        """Return what a term is called in both languages."""
        names = self.names.get(term)
        if not names:
            return None
        first = {name.language: name.value for name in reversed(names)}
        some = names[0].value
        return Bilingual(first.get("zh", some), first.get("en", some))

    @cached_property
    def _broader(self) -> Mapping[NamedNode, frozenset[NamedNode]]:
        return {term: frozenset(above) for term, above in self.rules.superclasses.items()}

    def with_superclasses(self, classes: Iterable[NamedNode]) -> set[NamedNode]:
        """Return classes with all that stand above them."""
        found = set(classes)
        for term in tuple(found):
            found |= self._broader.get(term, frozenset())
        return found

    def entailed_types(
        self, predicate: NamedNode
    ) -> tuple[frozenset[NamedNode], frozenset[NamedNode]]:
        """Return the classes that a predicate's subject and object are of, by domain and range."""
        return self._entailed.get(predicate, _NO_TYPES)

    @cached_property
    def _entailed(self) -> Mapping[NamedNode, tuple[frozenset[NamedNode], frozenset[NamedNode]]]:
        rules = self.rules
        found = {}
        for term in {*rules.links, *rules.subject_types, *rules.object_types}:
            subjects: set[NamedNode] = set()
            objects: set[NamedNode] = set()
            for name, turned in ((term, False), *rules.links.get(term, ())):
                one, other = (objects, subjects) if turned else (subjects, objects)
                one.update(rules.subject_types.get(name, ()))
                other.update(rules.object_types.get(name, ()))
            found[term] = (frozenset(subjects), frozenset(objects))
        return found

    @cached_property
    def disjoint(self) -> Mapping[NamedNode, frozenset[NamedNode]]:
        """For a class, those that share no member with it, as the ontology's axioms say."""
        found: dict[NamedNode, set[NamedNode]] = defaultdict(set)
        for one, other in self._disjoint_pairs():
            found[one].add(other)
            found[other].add(one)
        return {term: frozenset(others) for term, others in found.items()}

    def _disjoint_pairs(self) -> Iterator[tuple[NamedNode, NamedNode]]:
        for triple in self._of(_DISJOINT):
            if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode):
                yield triple.subject, triple.object
        groups = {t.subject for t in self._of(RDF_TYPE) if t.object == _ALL_DISJOINT}
        for triple in self._of(_MEMBERS):
            if triple.subject in groups:
                yield from permutations(self._members(triple.object), 2)  # type: ignore[arg-type]

    def _members(self, head: Term) -> tuple[NamedNode, ...]:
        first: dict[object, object] = {t.subject: t.object for t in self._of(_FIRST)}
        rest: dict[object, object] = {t.subject: t.object for t in self._of(_REST)}
        found: dict[object, object] = {}
        node: object = head
        while node in first and node not in found:
            found[node] = first[node]
            node = rest.get(node)
        return tuple(term for term in found.values() if isinstance(term, NamedNode))

    @cached_property
    def hierarchies(self) -> Mapping[NamedNode, tuple[NamedNode, bool]]:
        """For a property of a hierarchy, the one that leads up in it, and whether turned round.

        Those are the transitive ones, and those below skos:broader, dcterms:isPartOf and the like.
        """
        typed = self._of(RDF_TYPE)
        up = {*_UPWARD, *(t.subject for t in typed if t.object == _TRANSITIVE)}
        below = [*self._of(_SUBPROPERTY)]
        grown = True
        while grown:
            more = {triple.subject for triple in below if triple.object in up} - up
            up |= more
            grown = bool(more)
        found = {term: (term, False) for term in up if isinstance(term, NamedNode)}
        for triple in self._of(_INVERSE):
            for one, other in permutations((triple.subject, triple.object)):
                if one in up and isinstance(one, NamedNode) and isinstance(other, NamedNode):
                    found.setdefault(other, (one, True))
        down = (("skos:narrower", "skos:broader"), ("dcterms:hasPart", "dcterms:isPartOf"))
        return found | {expand(low): (expand(high), True) for low, high in down}

    @cached_property
    def evidence_terms(self) -> frozenset[NamedNode]:
        """The classes and properties that only the evidence of reports is written with."""
        ours = (triple.subject for triple in self._of(_DEFINED_BY) if triple.object == _EVIDENCE)
        terms = {term for term in ours if isinstance(term, NamedNode)}
        return frozenset(terms).union(
            term for term in self.mentioned if term.value.startswith(PREFIXES["oa"])
        )

    @cached_property
    def worded(self) -> frozenset[NamedNode]:
        """The properties whose values are words of a language, which a tag names."""
        ours = (
            triple.subject
            for predicate in _RANGES
            for triple in self._of(predicate)
            if triple.object == _LANG_STRING
        )
        return _WORDS | {term for term in ours if isinstance(term, NamedNode)}

    @cached_property
    def segments(self) -> Mapping[str, NamedNode]:
        """The classes that instances are minted for, by the path segment of their IRIs."""
        return {segment: term for term, segment in self.segment_of.items()}

    @cached_property
    def segment_of(self) -> Mapping[NamedNode, str]:
        """The path segment of the IRIs of a class, by its `kg:iriPattern`."""
        found: dict[NamedNode, str] = {}
        for triple in self._of(_PATTERN):
            match = (
                _SEGMENT.match(triple.object.value) if isinstance(triple.object, Literal) else None
            )
            if match and isinstance(triple.subject, NamedNode):
                found[triple.subject] = match[1]
        return found


_NO_TYPES: Final[tuple[frozenset[NamedNode], frozenset[NamedNode]]] = (frozenset(), frozenset())
