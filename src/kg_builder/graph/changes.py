"""What changed, by entity: the triples of a difference, each told once under what it is about.

A dated statement (an observation, a status, a listing) stands under the entity that it is about
(`kg:about`), a blank node under the node that points to it. The nodes of the evidence, which speak
of facts and passages, are counted and not told one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from pyoxigraph import Literal as RdfLiteral
from pyoxigraph import NamedNode

from kg_builder.graph.comparison import EVIDENCE_CLASSES, Difference, Layer, layers
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand
from kg_builder.model.bilingual import Bilingual

Kind: TypeAlias = Literal["added", "removed", "changed", "replaced", "withdrawn"]
Pair: TypeAlias = tuple[str, str]
"""Predicate and object, as N-Triples writes them."""

_ABOUT: Final = expand("about")
_REPLACED: Final = str(expand("dcterms:isReplacedBy"))
_WITHDRAWN: Final = (
    str(expand("owl:deprecated")),
    str(RdfLiteral("true", datatype=expand("xsd:boolean"))),
)
_TYPE: Final = str(RDF_TYPE)
_MOST_PAIRS: Final = 10_000
"""Above so many pairs of statements of one entity and class, none are told as one that changed."""


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one property that went and that came."""

    property: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NodeChange:
    """What changed in what is said of one node. Terms are as N-Triples writes them."""

    node: str
    kind: Kind
    type: str | None
    """Its class; None for a node without one."""
    removed: tuple[Pair, ...]
    added: tuple[Pair, ...]
    was: str | None = None
    """The node whose triples `removed` holds, where that is another one: a statement takes its
    name from what it says, so one that says something else is another node."""
    replaced_by: str | None = None
    """What a tombstone points to."""

    @property
    def values(self) -> tuple[Values, ...]:
        """The properties that differ, by IRI, each with the values that only one side has."""
        went, came = set(self.removed), set(self.added)
        found: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
        for side, pairs in enumerate((went - came, came - went)):
            for predicate, object_ in sorted(pairs):
                found[predicate][side].append(object_)
        return tuple(
            Values(name, tuple(found[name][0]), tuple(found[name][1])) for name in sorted(found)
        )

    def lines(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the lines of the difference that are told here: removed ones and added ones."""
        return (
            tuple(f"{self.was or self.node} {name} {value} ." for name, value in self.removed),
            tuple(f"{self.node} {name} {value} ." for name, value in self.added),
        )


@dataclass(frozen=True, slots=True)
class EntityChange:
    """What changed of an entity, and in the statements about it."""

    entity: NodeChange
    statements: tuple[NodeChange, ...] = ()

    def lines(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the lines of the difference that are told here: removed ones and added ones."""
        both = [change.lines() for change in (self.entity, *self.statements)]
        return tuple(x for removed, _ in both for x in removed), tuple(
            x for _, added in both for x in added
        )


@dataclass(frozen=True, slots=True)
class Changes:
    """A difference, told by entity."""

    entities: tuple[EntityChange, ...]
    """By class and IRI."""
    evidence: Difference
    """The lines about facts, passages and decisions."""
    names: Mapping[str, Bilingual]
    """What the nodes, classes and properties met here are called, as far as they have a label."""


def changes(found: Difference, old: OpenGraph, new: OpenGraph) -> Changes:
    """Return a difference of OLD and NEW told by entity; every line of it is told once."""
    teller = _Teller(old, new)
    before, after = _by_subject(found.removed), _by_subject(found.added)
    subjects = dict.fromkeys((*before, *after))
    evidence = {node for node in subjects if teller.is_evidence(node)}
    owners = _Owners(before, after, teller)
    entities: dict[str, list[NodeChange]] = defaultdict(list)
    for node in sorted(subjects.keys() - evidence):
        change = teller.change(node, before.get(node, ()), after.get(node, ()))
        entities[owners.of(node)].append(change)
    told = sorted(
        (_entity(owner, parts, teller) for owner, parts in entities.items()),
        key=lambda item: (item.entity.type is None, item.entity.type or "", item.entity.node),
    )
    return Changes(
        tuple(told),
        Difference(_lines_of(before, evidence), _lines_of(after, evidence)),
        teller.names(told),
    )


def _by_subject(found: Iterable[str]) -> dict[str, tuple[Pair, ...]]:
    subjects: dict[str, list[Pair]] = defaultdict(list)
    for line in found:
        subject, predicate, object_ = line[:-2].split(" ", 2)
        subjects[subject].append((predicate, object_))
    return {subject: tuple(pairs) for subject, pairs in subjects.items()}


def _lines_of(side: Mapping[str, Sequence[Pair]], nodes: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        sorted(
            f"{node} {predicate} {object_} ."
            for node in nodes
            for predicate, object_ in side.get(node, ())
        )
    )


def _entity(owner: str, parts: Sequence[NodeChange], teller: _Teller) -> EntityChange:
    own = [part for part in parts if part.node == owner]
    entity = own[0] if own else teller.change(owner, (), ())
    return EntityChange(entity, _paired([part for part in parts if part.node != owner]))


def _paired(statements: Sequence[NodeChange]) -> tuple[NodeChange, ...]:
    """Return the statements of an entity, those that say something else now as one that changed.

    A statement that went and one that came are one that changed if they are of one class and agree
    in most of what they say; those that agree most go together first.
    """
    result = [part for part in statements if part.kind not in ("added", "removed")]
    by_type: dict[str, tuple[list[NodeChange], list[NodeChange]]] = defaultdict(lambda: ([], []))
    for part in statements:
        if part.kind in ("added", "removed"):
            by_type[part.type or ""][part.kind == "added"].append(part)
    for went, came in by_type.values():
        result += _matched(went, came)
    return tuple(sorted(result, key=lambda part: (part.type or "", part.node)))


def _matched(went: Sequence[NodeChange], came: Sequence[NodeChange]) -> Iterator[NodeChange]:
    left = {part.node: part for part in (*went, *came)}
    if len(went) * len(came) <= _MOST_PAIRS:
        scored = ((_likeness(former, latter), former, latter) for former in went for latter in came)
        order = sorted(
            (item for item in scored if item[0] > 0.5),
            key=lambda item: (-item[0], item[1].node, item[2].node),
        )
        for _, former, latter in order:
            if former.node in left and latter.node in left:
                del left[former.node], left[latter.node]
                yield replace(latter, kind="changed", removed=former.removed, was=former.node)
    yield from left.values()


def _likeness(former: NodeChange, latter: NodeChange) -> float:
    """Return what share of all that two statements say both of them say."""
    before, after = set(former.removed), set(latter.added)
    return len(before & after) / max(len(before), len(after), 1)


class _Owners:
    """Under which node a node is told: what a statement is about, what points to a blank node."""

    def __init__(
        self,
        before: Mapping[str, Sequence[Pair]],
        after: Mapping[str, Sequence[Pair]],
        teller: _Teller,
    ) -> None:
        self._teller = teller
        self._pointing: dict[str, str] = {}
        for side in (after, before):
            for subject in sorted(side):
                for _, object_ in side[subject]:
                    if object_.startswith("_:"):
                        self._pointing.setdefault(object_, subject)

    def of(self, node: str) -> str:
        """Return the node that `node` is told under, which may be itself."""
        seen = {node}
        place = node
        while place.startswith("_:"):
            place = self._pointing.get(place, "")
            if not place or place in seen:
                return node
            seen.add(place)
        return self._teller.about(place) or place


class _Teller:
    """Looks things up in both graphs, NEW first."""

    def __init__(self, old: OpenGraph, new: OpenGraph) -> None:
        self._old = _Side(old)
        self._new = _Side(new)
        self._sides = (self._new, self._old)

    def change(self, node: str, removed: Sequence[Pair], added: Sequence[Pair]) -> NodeChange:
        """Return what changed of a node."""
        targets = [value for name, value in added if name == _REPLACED]
        return NodeChange(
            node=node,
            kind=self._kind(node, removed, added, replaced=bool(targets)),
            type=next(filter(None, (side.type(node) for side in self._sides)), None)
            or _type_of((*added, *removed)),
            removed=tuple(removed),
            added=tuple(added),
            replaced_by=targets[0] if targets else None,
        )

    def _kind(
        self, node: str, removed: Sequence[Pair], added: Sequence[Pair], *, replaced: bool
    ) -> Kind:
        if node.startswith("_:"):
            return "removed" if removed else "added"
        was, is_ = self._old.tells_of(node), self._new.tells_of(node)
        if not was and not is_:  # what is only inferred
            was, is_ = self._old.knows(node), self._new.knows(node)
        if not is_:
            return "removed"
        if replaced:
            return "replaced"
        if _WITHDRAWN in added:
            return "withdrawn"
        return "changed" if was else "added"

    def about(self, node: str) -> str | None:
        """Return the entity that a statement is about; None for what is no statement."""
        found = (side.about(node) for side in self._sides)
        return next(filter(None, found), None)

    def is_evidence(self, node: str) -> bool:
        """Return whether a node belongs to the evidence."""
        return any(side.is_evidence(node) for side in self._sides)

    def names(self, told: Iterable[EntityChange]) -> Mapping[str, Bilingual]:
        """Return the labels of all that is met in what is told."""
        terms: dict[str, None] = {}
        for item in told:
            for part in (item.entity, *item.statements):
                terms |= dict.fromkeys(filter(None, (part.node, part.was, part.type)))
                for predicate, object_ in (*part.removed, *part.added):
                    terms |= {predicate: None, object_: None}
        found = {}
        for term in terms:
            name = self._name(term) if term.startswith("<") and term.endswith(">") else None
            if name is not None:
                found[term] = name
        return MappingProxyType(found)

    def _name(self, term: str) -> Bilingual | None:
        return next(filter(None, (side.name(term) for side in self._sides)), None)


def _type_of(pairs: Iterable[Pair]) -> str | None:
    return min((value for name, value in pairs if name == _TYPE), default=None)


class _Side:
    """One of the two graphs."""

    def __init__(self, graph: OpenGraph) -> None:
        self._graph = graph
        known: Mapping[NamedNode, Layer] = layers(graph) or {}
        said = [name for name, layer in known.items() if layer != "inferred"]
        self._said: list[NamedNode | None] = [*said] or [None]

    def tells_of(self, node: str) -> bool:
        """Return whether anything is said of a node, what is inferred left aside."""
        return any(self._has(node, name) for name in self._said)

    def knows(self, node: str) -> bool:
        """Return whether anything is said of a node in any graph."""
        return self._has(node, None)

    def _has(self, node: str, graph: NamedNode | None) -> bool:
        quads = self._graph.store.quads_for_pattern(_node(node), None, None, graph)
        return next(quads, None) is not None

    def about(self, node: str) -> str | None:
        return min(self._objects(node, _ABOUT, None), default=None)

    def type(self, node: str) -> str | None:
        """Return the class that a node is said to be of, ours before those of others."""
        ours = f"<{PREFIXES['kg']}"
        types = self._types(node)
        return min(types, key=lambda term: (not term.startswith(ours), term), default=None)

    def is_evidence(self, node: str) -> bool:
        return not EVIDENCE_CLASSES.isdisjoint(map(_node, self._types(node)))

    def name(self, term: str) -> Bilingual | None:
        node = _node(term)
        zh = self._graph.label(node, "zh")
        return None if zh is None else Bilingual(zh, self._graph.label(node, "en") or zh)

    def _types(self, node: str) -> list[str]:
        return [value for name in self._said for value in self._objects(node, RDF_TYPE, name)]

    def _objects(self, node: str, predicate: NamedNode, graph: NamedNode | None) -> list[str]:
        if not node.startswith("<"):
            return []
        quads = self._graph.store.quads_for_pattern(_node(node), predicate, None, graph)
        return [str(quad.object) for quad in quads if isinstance(quad.object, NamedNode)]


def _node(term: str) -> NamedNode:
    return NamedNode(term[1:-1])
