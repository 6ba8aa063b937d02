"""What has a name in a graph: the records that the index of names is made of.

Instances, by their labels; and apart from them, for those who ask, the ontology's terms and the
concepts of taxonomies. A replaced IRI has no record: its names lead to what replaces it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import chain, islice
from types import MappingProxyType
from typing import Final, Protocol

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.vocabulary import HOUSE, PREFIXES, RDF_TYPE, expand
from kg_builder.model.name_record import NamedThings, NameRecord

TERM: Final = "ontology term"
"""The class by which classes, properties and ontologies are asked for."""
CONCEPT: Final = "concept"
"""The class of all concepts of the taxonomies; the name of each scheme is one as well."""

_LABELS: Final = tuple(
    expand(name)
    for name in (
        *("rdfs:label", "skos:prefLabel", "dcterms:title", "foaf:name", "schema:name"),
        *("skos:altLabel", "schema:alternateName"),
    )
)
_WHERE: Final = tuple(map(expand, ("inStreet", "within", "locatedIn")))
_WITHIN: Final = expand("within")
_SUBCLASS: Final = expand("rdfs:subClassOf")
_REPLACED_BY: Final = expand("dcterms:isReplacedBy")
_DEPRECATED: Final = expand("owl:deprecated")
_SCHEME: Final = expand("skos:inScheme")
_NOTATION: Final = expand("skos:notation")
_PREDICATES: Final = (
    *(*_LABELS, *_WHERE, RDF_TYPE, _SUBCLASS),
    *(_REPLACED_BY, _DEPRECATED, _SCHEME),
)
_FAR_REACHING: Final = (_SUBCLASS, _REPLACED_BY, _DEPRECATED, _SCHEME)
"""What these say changes what other things are called, or of which classes they are."""
_MANY: Final = 1000
_SKOS_CONCEPT: Final = expand("skos:Concept")
_VOCABULARY: Final = tuple(PREFIXES[prefix] for prefix in ("owl", "rdf", "rdfs", "skos"))
"""What is of no class but of these namespaces is a term or a concept, no instance."""
_AREA, _PLACE = expand("AdministrativeArea"), expand("Place")


class _Statement(Protocol):
    """A triple or a quad."""

    @property
    def subject(self) -> Term | Triple: ...
    @property
    def object(self) -> Term | Triple: ...


Find = Callable[[NamedNode], Iterable[_Statement]]
"""Gives the statements of a predicate."""


def named_things(find: Find) -> NamedThings:
    """Return what has a name among the statements that `find` gives, sorted by IRI."""
    return _Naming(find).things()


def names_things(triple: Triple) -> bool:
    """Return whether a triple may change what things are called, or how they are told apart."""
    return triple.predicate in _PREDICATES


def of_triples(triples: Iterable[Triple]) -> Find:
    """Return how to find statements among triples."""
    found: dict[NamedNode, list[Triple]] = {predicate: [] for predicate in _PREDICATES}
    for triple in triples:
        if triple.predicate in found:
            found[triple.predicate].append(triple)
    return lambda predicate: found[predicate]


def of_store(store: Store) -> Find:
    """Return how to find statements in the default graph of a store."""
    return lambda predicate: store.quads_for_pattern(None, predicate, None, DefaultGraph())


def things_changed(store: Store, come: Iterable[Triple]) -> frozenset[str] | None:
    """Return the IRIs of what is called, or told apart, otherwise since triples came.

    `store` holds them. None where they change what is more than that, or very much.
    """
    found: set[str] = set()
    for triple in come:
        if triple.predicate in _FAR_REACHING:
            return None
        if names_things(triple) and isinstance(triple.subject, NamedNode):
            found.add(triple.subject.value)
    default = DefaultGraph()
    waiting = list(found)
    while waiting:  # the name of what was replaced is a name of what replaces it
        node = NamedNode(waiting.pop())
        quads = store.quads_for_pattern(node, _REPLACED_BY, None, default)
        heirs = {quad.object.value for quad in quads if isinstance(quad.object, NamedNode)} - found
        found |= heirs
        waiting += heirs
    for iri in tuple(found):  # what lies there is told apart by its name
        for predicate in _WHERE:
            quads = store.quads_for_pattern(None, predicate, NamedNode(iri), default)
            found.update(quad.subject.value for quad in islice(quads, _MANY))  # type: ignore[union-attr]
    return frozenset(found) if len(found) < _MANY else None


def named_among(store: Store, iris: Iterable[str]) -> NamedThings:
    """Return what `named_things` does of these of the things in a store, at the cost of these.

    Places are those among them, areas those around them too.
    """
    iris = frozenset(iris)
    default = DefaultGraph()
    around: dict[str, list[Quad]] = {}
    waiting = list(iris)
    while waiting:
        iri = waiting.pop()
        if iri in around:
            continue
        node = NamedNode(iri)
        around[iri] = list(store.quads_for_pattern(node, None, None, default))
        waiting += [
            quad.object.value
            for quad in around[iri]
            if quad.predicate in (*_WHERE, _REPLACED_BY) and isinstance(quad.object, NamedNode)
        ]
        former = store.quads_for_pattern(None, _REPLACED_BY, node, default)
        waiting += [quad.subject.value for quad in former if isinstance(quad.subject, NamedNode)]
    above = store.quads_for_pattern(None, _SUBCLASS, None, default)
    quads = chain(above, *around.values())

    def size(class_: str) -> int:
        members = store.quads_for_pattern(None, RDF_TYPE, NamedNode(class_), default)
        return sum(1 for _ in islice(members, _MANY))

    found = _Naming(of_triples(quad.triple for quad in quads), size).things()
    records = tuple(record for record in found.records if record.id in iris)
    place = _local_name(_PLACE.value)
    places = tuple(record.names[0] for record in records if place in record.classes)
    return NamedThings(records, found.areas, places)


class _Naming:
    """What is known of the named nodes of one graph, by IRI."""

    def __init__(self, find: Find, size: Callable[[str], int] | None = None) -> None:
        """`size` says how many things are of a class; None where `find` finds them all."""
        self._types = _objects(find(RDF_TYPE))
        sizes = Counter(name for names in self._types.values() for name in names)
        self._size = cache(size or sizes.__getitem__)
        self._superclasses = _objects(find(_SUBCLASS))
        self._schemes = _objects(find(_SCHEME))
        self._replaced = _objects(find(_REPLACED_BY))
        self._withdrawn = {
            statement.subject.value
            for statement in find(_DEPRECATED)
            if isinstance(statement.subject, NamedNode)
        }
        self._where = [_objects(find(predicate)) for predicate in _WHERE]
        self._within = self._where[_WHERE.index(_WITHIN)]
        self._closed: dict[frozenset[str], frozenset[str]] = {}
        """Sets of types with all their superclasses: things of one class share them."""
        self._names = self._all_names(find)

    def things(self) -> NamedThings:
        records = (self._record(iri, names) for iri, names in sorted(self._names.items()))
        holding = {
            area
            for iri, areas in self._within.items()
            if self._is(iri, _AREA)
            for area in areas
            if self._is(area, _AREA)
        }
        return NamedThings(
            tuple(records),
            tuple(self._names[iri][0] for iri in sorted(holding & self._names.keys())),
            tuple(names[0] for iri, names in sorted(self._names.items()) if self._is(iri, _PLACE)),
        )

    def _is(self, iri: str, class_: NamedNode) -> bool:
        return class_.value in self._all_types(iri)

    def _all_names(self, find: Find) -> Mapping[str, tuple[str, ...]]:
        """Return the names of every node that has not been replaced or withdrawn."""
        found: dict[str, set[tuple[int, int, str]]] = defaultdict(set)
        for rank, predicate in enumerate(_LABELS):
            for statement in find(predicate):
                subject, name = statement.subject, statement.object
                if not isinstance(subject, NamedNode) or not isinstance(name, Literal):
                    continue
                iri = self._now(subject.value)
                if iri is not None and name.value.strip():
                    old = iri != subject.value
                    place = rank + 2 * len(_LABELS) * old
                    found[iri].add((place, _foreign(name.language), name.value))
        return MappingProxyType(
            {
                iri: tuple(dict.fromkeys(name for _, _, name in sorted(names)))
                for iri, names in found.items()
            }
        )

    def _now(self, iri: str) -> str | None:
        """Return what an IRI has been replaced by at last, itself where it stands, else None."""
        seen = {iri}
        while iri in self._replaced:
            iri = min(self._replaced[iri])
            if iri in seen:
                return None
            seen.add(iri)
        return None if iri in self._withdrawn else iri

    def _record(self, iri: str, names: tuple[str, ...]) -> NameRecord:
        types = self._all_types(iri)
        instance = [name for name in types if not name.startswith(_VOCABULARY)]
        where = next((found[iri] for found in self._where if iri in found), ())
        # the smallest of areas that lie in one another
        nearest = sorted(where, key=lambda place: (-len(self._within.get(place, ())), place))
        places = (self._names[place][0] for place in nearest if place in self._names)
        if instance or not types:
            classes = [_local_name(name) for name in self._specific_first(types)]
        elif _SKOS_CONCEPT.value in types:
            schemes = sorted(map(_local_name, self._schemes.get(iri, ())))
            classes = [*schemes, CONCEPT, "Concept"]
        else:
            classes = [TERM, *map(_local_name, sorted(types))]
        return NameRecord(
            iri,
            names,
            tuple(dict.fromkeys(classes)),
            next(iter(places), ""),
            apart=bool(types) and not instance,
        )

    def _all_types(self, iri: str) -> frozenset[str]:
        return self._with_superclasses(frozenset(self._types.get(iri, ())))

    def _with_superclasses(self, types: frozenset[str]) -> frozenset[str]:
        if types not in self._closed:
            found: set[str] = set()
            rest = list(types)
            while rest:
                name = rest.pop()
                if name not in found:
                    found.add(name)
                    rest += self._superclasses.get(name, ())
            self._closed[types] = frozenset(found)
        return self._closed[types]

    def _specific_first(self, types: frozenset[str]) -> list[str]:
        """Return classes: those of the house first, superclasses last, and the rarer before.

        From some number on none is rarer than another.
        """
        above = {
            other
            for name in types
            for other in self._with_superclasses(frozenset({name}))
            if other != name
        }
        return sorted(
            types,
            key=lambda name: (
                not name.startswith(HOUSE),
                name in above,
                min(self._size(name), _MANY),
                name,
            ),
        )


def _objects(statements: Iterable[_Statement]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for statement in statements:
        subject, object_ = statement.subject, statement.object
        if isinstance(subject, NamedNode) and isinstance(object_, NamedNode):
            found[subject.value].add(object_.value)
    return dict(found)


def _foreign(language: str | None) -> int:
    """Return 0 for a Chinese name, which comes first, and for one without a language."""
    return 0 if language is None or language.partition("-")[0] == "zh" else 1


def _local_name(iri: str) -> str:
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2]
