"""One entity on one screen: what the graph says of it, and where the reports say so.

Whatever may change from year to year hangs from statements (`kg:about`); they are gathered by kind
and laid flat. What an ontology makes more general (a superproperty of what is said anyway, a
superclass) is left out or told in brief.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final

from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from kg_builder.asking.evidence import Contribution, Testimony, Witnesses
from kg_builder.asking.terms import class_of, name_of, narrowest, prefixed, uppers
from kg_builder.graph.index import Term
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import RDF_TYPE, expand
from kg_builder.model.bilingual import Language

_ABOUT: Final = (expand("about"), expand("indicator"))
"""How a statement tells what it is of; a figure of a district has an indicator alone."""
_PERIOD: Final = expand("period")
_STATED_IN: Final = expand("statedIn")
_SUBPROPERTY: Final = expand("rdfs:subPropertyOf")
_LABEL: Final = expand("rdfs:label")
_ALIAS: Final = expand("skos:altLabel")
_REPLACED: Final = expand("dcterms:isReplacedBy")
_DEPRECATED: Final = expand("owl:deprecated")
_TOLD_ELSEWHERE: Final = frozenset(
    map(
        expand,
        (
            *("rdf:type", "rdfs:label", "skos:prefLabel", "skos:altLabel"),
            *("hasStatement", "dcterms:isReplacedBy", "owl:deprecated", "rdfs:isDefinedBy"),
        ),
    )
)
_OF_A_STATEMENT: Final = _TOLD_ELSEWHERE | {_PERIOD, _STATED_IN}
_FIRST: Final = tuple(
    map(
        expand,
        (
            *("indicator", "measure", "value", "unit", "verbatim", "status", "tier", "member"),
            *("street", "address", "theme", "category", "listOrder"),
        ),
    )
)
"""What a reader looks for first in a statement."""
_CELLS: Final = (expand("rdf:first"), expand("rdf:rest"))
_MANY: Final = 5000
"""Facts or statements looked at of one entity; what lies beyond is not told."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said of an entity or by a statement."""

    predicate: NamedNode
    object: Term
    inferred: bool
    testimonies: tuple[Testimony, ...]
    contributions: tuple[Contribution, ...] = ()


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement, laid flat."""

    node: NamedNode
    kind: NamedNode | None
    period: Term | None
    report: Term | None
    facts: tuple[Said, ...]
    testimonies: tuple[Testimony, ...]
    """Where the report makes it."""
    contributions: tuple[Contribution, ...] = ()
    """By which it was brought."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """By what property other things point at it: how many, and the first of them."""

    predicate: NamedNode
    count: int
    first: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """What there is to say of one entity or term."""

    node: NamedNode
    labels: tuple[Literal, ...]
    aliases: tuple[Literal, ...]
    classes: tuple[NamedNode, ...]
    """The classes that say most."""
    superclasses: tuple[NamedNode, ...]
    withdrawn: bool
    replaced_by: tuple[NamedNode, ...]
    facts: tuple[Said, ...]
    statements: Mapping[NamedNode | None, tuple[Stated, ...]]
    """By kind, in order of period, report and place."""
    incoming: tuple[Incoming, ...]
    uses: int
    """How often it is the property of a triple."""

    @property
    def is_empty(self) -> bool:
        """Whether the graph has nothing to say of it."""
        return not (
            self.labels
            or self.classes
            or self.facts
            or self.incoming
            or self.uses
            or self.withdrawn
            or self.replaced_by
            or self.statements
        )


class Showing:
    """Makes cards of one graph, in one language."""

    def __init__(
        self,
        graph: OpenGraph,
        language: Language,
        first: int = 5,
        witnesses: Witnesses | None = None,
    ) -> None:
        self._graph = graph
        self._language = language
        self._first = first
        self._witnesses = witnesses or Witnesses(graph)
        self._kinds: dict[frozenset[Term], NamedNode | None] = {}
        self._superproperties: dict[NamedNode, frozenset[NamedNode]] = {}

    def card(self, node: NamedNode) -> Card:
        """Return what there is to say of a node."""
        facts = self._facts(node)
        classes = {said.object for said in facts if said.predicate == RDF_TYPE}
        named = {term for term in classes if isinstance(term, NamedNode)}
        narrow = narrowest(self._graph, named)
        return Card(
            node=node,
            labels=_literals(facts, _LABEL),
            aliases=_literals(facts, _ALIAS),
            classes=_sorted(narrow),
            superclasses=_sorted(named - narrow),
            withdrawn=any(said.predicate == _DEPRECATED for said in facts),
            replaced_by=_sorted(
                said.object
                for said in facts
                if said.predicate == _REPLACED and isinstance(said.object, NamedNode)
            ),
            facts=self._telling(facts, _TOLD_ELSEWHERE),
            statements=self._statements(node),
            incoming=self._incoming(node),
            uses=self._count(f"SELECT (COUNT(*) AS ?n) {{ ?s {node} ?o }}"),
        )

    def _facts(self, node: NamedNode) -> list[Said]:
        store = self._graph.store
        quads = islice(store.quads_for_pattern(node, None, None, DefaultGraph()), _MANY)
        inferred: set[Triple] = set()
        name = self._graph.graph_name("inferred")
        if name is not None:
            found = islice(store.quads_for_pattern(node, None, None, name), _MANY)
            inferred = {quad.triple for quad in found}
        facts = []
        for quad in quads:
            triple = quad.triple
            follows = triple in inferred
            said = () if follows else self._witnesses.of(triple)
            brought = () if follows else self._witnesses.contributions(triple)
            facts.append(Said(quad.predicate, quad.object, follows, said, brought))  # type: ignore[arg-type]
        return sorted(facts, key=self._order)

    def _order(self, said: Said) -> tuple[int, bool, str, tuple[int, int], str]:
        rank = _FIRST.index(said.predicate) if said.predicate in _FIRST else len(_FIRST)
        place = min(((item.line, item.column) for item in said.testimonies), default=(0, 0))
        words = name_of(self._graph, said.predicate, self._language)
        return rank, said.inferred, words, place, str(said.object)

    def _telling(self, facts: Iterable[Said], others: frozenset[NamedNode]) -> tuple[Said, ...]:
        """Leave out what is told elsewhere, in more general words, or in another language."""
        facts = tuple(facts)
        by_object: dict[Term, set[NamedNode]] = {}
        spoken = set()
        for said in facts:
            by_object.setdefault(said.object, set()).add(said.predicate)
            if isinstance(said.object, Literal) and said.object.language == self._language:
                spoken.add(said.predicate)
        told = []
        for said in facts:
            if said.predicate in others:
                continue
            rivals = by_object[said.object] - {said.predicate}
            if said.inferred and any(said.predicate in self._above(rival) for rival in rivals):
                continue
            tag = said.object.language if isinstance(said.object, Literal) else None
            if tag in ("zh", "en") and tag != self._language and said.predicate in spoken:
                continue
            told.append(said)
        return tuple(told)

    def _above(self, property_: NamedNode) -> frozenset[NamedNode]:
        found = self._superproperties.get(property_)
        if found is None:
            found = frozenset(uppers(self._graph, property_, _SUBPROPERTY))
            self._superproperties[property_] = found
        return found

    def _statements(self, node: NamedNode) -> Mapping[NamedNode | None, tuple[Stated, ...]]:
        found: dict[NamedNode | None, list[Stated]] = {}
        quads = chain.from_iterable(
            self._graph.store.quads_for_pattern(None, predicate, node, DefaultGraph())
            for predicate in _ABOUT
        )
        nodes = {quad.subject: None for quad in islice(quads, _MANY)}
        for subject in nodes:
            if isinstance(subject, NamedNode):
                stated = self._stated(subject, node)
                found.setdefault(stated.kind, []).append(stated)
        return {
            kind: tuple(sorted(found[kind], key=_when))
            for kind in sorted(found, key=lambda term: term.value if term else "")
        }

    def _stated(self, node: NamedNode, of: NamedNode) -> Stated:
        facts = [
            said for said in self._facts(node) if said.object != of or said.predicate not in _ABOUT
        ]
        types = frozenset(said.object for said in facts if said.predicate == RDF_TYPE)
        if types not in self._kinds:
            self._kinds[types] = class_of(self._graph, node)

        def first(predicate: NamedNode) -> Term | None:
            return next((said.object for said in facts if said.predicate == predicate), None)

        kinds = [said for said in facts if said.predicate == RDF_TYPE]
        places = {item for said in kinds for item in said.testimonies}
        brought = {item: None for said in kinds for item in said.contributions}
        return Stated(
            node=node,
            kind=self._kinds[types],
            period=first(_PERIOD),
            report=first(_STATED_IN),
            facts=self._telling(facts, _OF_A_STATEMENT),
            testimonies=tuple(
                sorted(places, key=lambda item: (item.report, item.line, item.column))
            ),
            contributions=tuple(brought),
        )

    def _incoming(self, node: NamedNode) -> tuple[Incoming, ...]:
        told = ", ".join(map(str, _ABOUT))
        text = (
            f"SELECT ?p (COUNT(*) AS ?n) {{ ?s ?p {node} FILTER(?p NOT IN ({told})) }} GROUP BY ?p"
        )
        counts = {row["p"]: int(row["n"].value) for row in self._graph.store.query(text)}  # type: ignore[union-attr]
        found = []
        for predicate in sorted(counts, key=lambda term: term.value):
            lower = (other for other in counts if counts[other] == counts[predicate])
            if predicate in _CELLS or any(predicate in self._above(other) for other in lower):
                continue
            quads = self._graph.store.quads_for_pattern(None, predicate, node, DefaultGraph())
            first = tuple(quad.subject for quad in islice(quads, self._first))
            found.append(Incoming(predicate, counts[predicate], first))  # type: ignore[arg-type]
        return tuple(found)

    def _count(self, text: str) -> int:
        (row,) = self._graph.store.query(text)  # type: ignore[misc]
        return int(row["n"].value)


def card_of(graph: OpenGraph, node: NamedNode, language: Language, first: int = 5) -> Card:
    """Return what there is to say of a node; `first` are the things listed that point at it."""
    return Showing(graph, language, first).card(node)


def triples_of(graph: OpenGraph, card: Card) -> list[Triple]:
    """Return the triples of a card: those of the entity, and of the statements about it."""
    nodes = [card.node, *(item.node for group in card.statements.values() for item in group)]
    return [
        quad.triple
        for node in nodes
        for quad in islice(graph.store.quads_for_pattern(node, None, None, DefaultGraph()), _MANY)
    ]


def as_json(graph: OpenGraph, card: Card, language: Language) -> dict[str, Any]:
    """Return a card as plain data: terms with their IRI and what they are called."""

    def term(item: Term | None) -> dict[str, str] | None:
        if item is None:
            return None
        if not isinstance(item, Literal):
            found = {"iri": item.value}
            name = name_of(graph, item, language)
            bare = prefixed(graph, item) if isinstance(item, NamedNode) else str(item)
            return found | ({"label": name} if name != bare else {})
        kind = {"language": item.language} if item.language else {"datatype": item.datatype.value}
        return {"value": item.value, **kind}

    def places(items: Iterable[Testimony]) -> list[dict[str, Any]]:
        return [
            {"report": item.report, "line": item.line, "column": item.column, "path": item.path}
            for item in items
        ]

    def brought(items: Iterable[Contribution]) -> dict[str, Any]:
        found = [
            {"number": item.number, "by": item.by, "when": item.when, "source": item.source}
            for item in items
        ]
        return {"contributions": found} if found else {}

    def facts(items: Iterable[Said]) -> list[dict[str, Any]]:
        return [
            {
                "property": term(item.predicate),
                "object": term(item.object),
                "inferred": item.inferred,
                "evidence": places(item.testimonies),
                **brought(item.contributions),
            }
            for item in items
        ]

    return {
        **(term(card.node) or {}),
        "labels": [term(item) for item in card.labels],
        "aliases": [term(item) for item in card.aliases],
        "classes": [term(item) for item in card.classes],
        "superclasses": [term(item) for item in card.superclasses],
        "withdrawn": card.withdrawn,
        "replaced_by": [term(item) for item in card.replaced_by],
        "facts": facts(card.facts),
        "statements": [
            {
                **(term(item.node) or {}),
                "class": term(kind),
                "period": term(item.period),
                "report": term(item.report),
                "facts": facts(item.facts),
                "evidence": places(item.testimonies),
                **brought(item.contributions),
            }
            for kind, group in card.statements.items()
            for item in group
        ],
        "incoming": [
            {
                "property": term(item.predicate),
                "count": item.count,
                "first": [term(node) for node in item.first],
            }
            for item in card.incoming
        ],
        "uses": card.uses,
    }


def _literals(facts: Iterable[Said], predicate: NamedNode) -> tuple[Literal, ...]:
    found = (said.object for said in facts if said.predicate == predicate)
    return tuple(term for term in found if isinstance(term, Literal))


def _sorted(terms: Iterable[NamedNode]) -> tuple[NamedNode, ...]:
    return tuple(sorted(terms, key=lambda term: term.value))


def _when(stated: Stated) -> tuple[str, str, tuple[int, int], str]:
    place = min(((item.line, item.column) for item in stated.testimonies), default=(0, 0))
    return str(stated.period or ""), str(stated.report or ""), place, stated.node.value
