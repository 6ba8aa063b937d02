"""The closure of the triples of an index under rules, by semi-naive evaluation.

Whatever is new is joined with whatever is known, batch by batch and predicate by predicate, until
nothing is new; so a closure can be extended by the cost of what the new triples entail. Classes
come last, all at once: no rule has a class membership for a premise but that of a superclass.

Statements about terms of the ontology, and those that an inverse property makes about literals,
stand in the index as premises while the rules run, and are taken out again: they are noise, but
what follows from them need not be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from pyoxigraph import Triple

from kg_builder.errors import InputError
from kg_builder.graph.index import Ids, TripleIndex
from kg_builder.graph.inference.rules import Names, Rules
from kg_builder.graph.inference.schema import is_axiom
from kg_builder.graph.vocabulary import RDF_TYPE

Pair: TypeAlias = tuple[int, int]
Batches: TypeAlias = dict[int, list[Pair]]
"""Pairs by predicate."""

_NONE: Ids = ()


def infer(data: TripleIndex, rules: Rules) -> tuple[Triple, ...]:
    """Return what the rules entail beyond `data`, sorted by N-Triples syntax; `data` is closed.

    Raises InputError where the data itself states axioms.
    """
    return Closure(data, rules).inferred()


@dataclass(frozen=True, slots=True)
class Extension:
    """What came of new triples; both sorted by N-Triples syntax."""

    inferred: tuple[Triple, ...]
    promoted: tuple[Triple, ...]
    """Inferred before, asserted now."""


class Closure:
    """The asserted triples of an index together with all that they entail.

    The index that is given is closed in place: the inferred triples are added to it. It may hold
    the ontology besides the data. Nothing else may add to it from then on.

    Raises InputError where the data itself states axioms (`owl:sameAs`, `rdfs:subClassOf`).
    """

    def __init__(self, data: TripleIndex, rules: Rules) -> None:
        _check_index(data, rules)
        self._prepare(data, rules)
        self._bring_in_facts()
        self._pursue(self._first_joins())
        self._classify(self._all_sources())
        self._hide()
        self._settle()

    def _prepare(self, index: TripleIndex, rules: Rules) -> None:
        self.index = index
        self._rules = rules
        self._plan = Plan.bind(rules, index)
        self._reach = {p: self._reachability(p) for p in self._plan.transitive}
        self._hidden: Batches = {}
        self._inferred: dict[int, dict[Pair, None]] = {}
        self._fresh: Batches = {}

    def _reachability(self, p: int) -> Reachability:  # noqa: ARG002
        return Reachability(_Sets(), _Sets())

    def _premises(self) -> Premises:
        """Return where rules find what new triples are joined with."""
        return self.index

    def __len__(self) -> int:
        """Return the number of inferred triples."""
        return sum(map(len, self._inferred.values()))

    def inferred(self) -> tuple[Triple, ...]:
        """Return the inferred triples, sorted by N-Triples syntax."""
        return self._triples(self._inferred)

    def extend(self, triples: Iterable[Triple]) -> Extension:
        """Add asserted triples and what they entail; return what changed for the inferred.

        Raises InputError where a triple is an axiom; nothing is added then.
        """
        given = list(triples)
        for triple in given:
            _check_triple(triple, self._rules)
        asserted, promoted = self._assert(given)
        self._show()
        self._pursue({p: list(pairs) for p, pairs in asserted.items()})
        for p, pairs in self._fresh.items():
            asserted.setdefault(p, []).extend(pairs)
        self._classify(self._sources_of(asserted))
        self._hide()
        return Extension(self._triples(self._settle()), self._triples(promoted))

    def _assert(self, triples: Iterable[Triple]) -> tuple[Batches, Batches]:
        """Add asserted triples; return those that are new, and those inferred before."""
        new: Batches = {}
        promoted: Batches = {}
        intern = self.index.intern
        for triple in triples:
            s, p, o = intern(triple.subject), intern(triple.predicate), intern(triple.object)  # type: ignore[arg-type]
            if self.index.add_ids(s, p, o):
                new.setdefault(p, []).append((s, o))
            elif self._promote(s, p, o):
                promoted.setdefault(p, []).append((s, o))
        return new, promoted

    def _promote(self, s: int, p: int, o: int) -> bool:
        """Count a triple among the asserted; return whether it was inferred before."""
        if (s, o) not in self._inferred.get(p, _NO_PAIRS):
            return False
        del self._inferred[p][s, o]
        return True

    def _add(self, p: int, pairs: Iterable[Pair]) -> list[Pair]:
        """Add entailed pairs; return the new ones."""
        new = self.index.add_pairs(p, pairs)
        if new:
            self._fresh.setdefault(p, []).extend(new)
        return new

    def _bring_in_facts(self) -> None:
        facts: Batches = {}
        intern = self.index.intern
        for triple in self._rules.facts:
            pair = intern(triple.subject), intern(triple.object)  # type: ignore[arg-type]
            facts.setdefault(intern(triple.predicate), []).append(pair)
        for p, pairs in facts.items():
            self._add(p, pairs)

    def _first_joins(self) -> Batches:
        """Follow links from all that is given, then make every join once; return what is new."""
        given = {p: list(self.index.pairs(p)) for p in self._plan.links}
        for p, pairs in given.items():
            for _ in self._follow_links(p, pairs):
                pass
        queue: Batches = {}
        for p, reach in self._reach.items():
            self._enqueue(queue, p, reach.connect(list(self.index.pairs(p))))
        for chain in self._plan.chains:
            sizes = [len(self.index.by_subject(step)) for step in chain.steps]
            if all(sizes):
                start = sizes.index(min(sizes))
                pairs = list(self.index.pairs(chain.steps[start]))
                self._enqueue(queue, chain.target, chain.join(self.index, start, pairs))
        return queue

    def _enqueue(self, queue: Batches, p: int, pairs: Iterable[Pair]) -> None:
        new = self._add(p, pairs)
        if new:
            queue.setdefault(p, []).extend(new)

    def _pursue(self, queue: Batches) -> None:
        """Follow what is new to its ends; `queue` holds pairs that are in the index already."""
        while queue:
            p, pairs = queue.popitem()
            for linked, new in [(p, pairs), *self._follow_links(p, pairs)]:
                self._join(queue, linked, new)

    def _follow_links(self, p: int, pairs: list[Pair]) -> Iterator[tuple[int, list[Pair]]]:
        """Add what the links of a predicate entail; yield the new pairs by predicate."""
        turned: list[Pair] = []
        for linked, is_turned in self._plan.links.get(p, ()):
            if is_turned and not turned:
                turned = [(o, s) for s, o in pairs]
            new = self._add(linked, turned if is_turned else pairs)
            if new:
                yield linked, new

    def _join(self, queue: Batches, p: int, pairs: list[Pair]) -> None:
        """Join new pairs of a predicate with all that is known, where a rule says so."""
        reach = self._reach.get(p)
        if reach is not None:
            self._enqueue(queue, p, reach.connect(pairs))
        for chain, position in self._plan.uses.get(p, ()):
            self._enqueue(queue, chain.target, chain.join(self._premises(), position, pairs))

    def _classify(self, sources: Iterable[tuple[Iterable[int], tuple[int, ...]]]) -> None:
        """Add class memberships: each source is members and the classes they are of."""
        rdf_type, terms = self._plan.rdf_type, self._plan.terms
        for ids, classes in sources:
            members = set(ids).difference(terms).difference(self.index.literals)
            for class_ in classes:
                strangers = self._strangers(members, class_)
                self._add(rdf_type, [(member, class_) for member in strangers])

    def _strangers(self, members: set[int], class_: int) -> set[int]:
        """Return those that may not be known as members of a class yet."""
        return members.difference(self.index.subjects(self._plan.rdf_type, class_))

    def _all_sources(self) -> Iterator[tuple[Iterable[int], tuple[int, ...]]]:
        plan, index = self._plan, self.index
        for class_, classes in plan.superclasses.items():
            yield index.subjects(plan.rdf_type, class_), classes
        for p, classes in plan.subject_types.items():
            yield index.by_subject(p), classes
        for p, classes in plan.object_types.items():
            yield index.by_object(p), classes

    def _sources_of(self, batches: Batches) -> Iterator[tuple[Iterable[int], tuple[int, ...]]]:
        plan = self._plan
        for s, class_ in batches.get(plan.rdf_type, ()):
            yield (s,), plan.superclasses.get(class_, ())
        for p, pairs in batches.items():
            if p in plan.subject_types:
                yield (s for s, _ in pairs), plan.subject_types[p]
            if p in plan.object_types:
                yield (o for _, o in pairs), plan.object_types[p]

    def _hide(self) -> None:
        """Take statements about terms of the ontology and about literals out of the index."""
        terms, literals = self._plan.terms, self.index.literals
        for p, pairs in self._fresh.items():
            hidden = [pair for pair in pairs if pair[0] in terms or pair[0] in literals]
            if hidden:
                noise = frozenset(hidden)
                self._fresh[p] = [pair for pair in pairs if pair not in noise]
                self._hidden.setdefault(p, []).extend(hidden)
        for p, pairs in self._hidden.items():
            self.index.discard_pairs(p, pairs)

    def _show(self) -> None:
        """Put them back, but for those that have been asserted since."""
        for p, pairs in self._hidden.items():
            self._hidden[p] = self.index.add_pairs(p, pairs)

    def _settle(self) -> Batches:
        """Count what is new among the inferred; return it."""
        fresh, self._fresh = self._fresh, {}
        for p, pairs in fresh.items():
            self._inferred.setdefault(p, {}).update(dict.fromkeys(pairs))
        return fresh

    def _triples(self, batches: Mapping[int, Iterable[Pair]]) -> tuple[Triple, ...]:
        triple = self.index.triple
        found = (triple(s, p, o) for p, pairs in batches.items() for s, o in pairs)
        return tuple(sorted(found, key=str))


_NO_PAIRS: Mapping[Pair, None] = {}


def _check_index(data: TripleIndex, rules: Rules) -> None:
    rdf_type = data.intern(RDF_TYPE)
    for class_, members in data.by_object(rdf_type).items():
        if is_axiom(RDF_TYPE, data.term(class_)):
            for s in members:
                _check_triple(data.triple(s, rdf_type, class_), rules)
    for p in data.predicates():
        if p != rdf_type and is_axiom(data.term(p), None):
            for s, o in data.pairs(p):
                _check_triple(data.triple(s, p, o), rules)


def _check_triple(triple: Triple, rules: Rules) -> None:
    if is_axiom(triple.predicate, triple.object) and triple not in rules.axioms:
        raise InputError(
            f"数据中不能有公理：{triple}",
            f"data must not state an axiom: {triple}",
        )


class Premises(Protocol):
    """Where a chain finds the links before and after a new one."""

    def by_subject(self, p: int) -> Links:
        """Return subject → objects of a predicate; not to be changed."""
        ...

    def by_object(self, p: int) -> Links:
        """Return object → subjects of a predicate; not to be changed."""
        ...


class Links(Protocol):
    """The links of a predicate by the node at one end."""

    def get(self, node: int, default: Ids, /) -> Ids:
        """Return the nodes at the other end, `default` where there are none."""
        ...


@dataclass(frozen=True, slots=True)
class BoundChain:
    """A chain over the ids of an index."""

    steps: tuple[int, ...]
    target: int

    def join(self, index: Premises, position: int, pairs: list[Pair]) -> list[Pair]:
        """Return the pairs that the chain entails by way of `pairs` of the step at `position`."""
        found = pairs
        for step in self.steps[position + 1 :]:
            ahead = index.by_subject(step)
            found = self._distinct((s, o) for s, via in found for o in ahead.get(via, _NONE))
        for step in reversed(self.steps[:position]):
            behind = index.by_object(step)
            found = self._distinct((s, o) for via, o in found for s in behind.get(via, _NONE))
        return found

    def _distinct(self, pairs: Iterable[Pair]) -> list[Pair]:
        """Keep paths that meet half way from multiplying; at the end of a chain none remain."""
        return list(pairs if len(self.steps) == 2 else dict.fromkeys(pairs))


@dataclass(frozen=True, slots=True)
class Plan:
    """Rules over the ids of an index."""

    rdf_type: int
    links: Mapping[int, tuple[tuple[int, bool], ...]]
    superclasses: Mapping[int, tuple[int, ...]]
    subject_types: Mapping[int, tuple[int, ...]]
    object_types: Mapping[int, tuple[int, ...]]
    chains: tuple[BoundChain, ...]
    uses: Mapping[int, Sequence[tuple[BoundChain, int]]]
    """For a predicate, the chains and the positions at which it is a step of them."""
    transitive: tuple[int, ...]
    terms: frozenset[int]

    @classmethod
    def bind(cls, rules: Rules, index: TripleIndex) -> Plan:
        """Return rules over the ids that an index gives to their terms."""
        intern = index.intern

        def all_of(names: Names) -> tuple[int, ...]:
            return tuple(map(intern, names))

        chains = tuple(
            BoundChain(all_of(chain.steps), intern(chain.target)) for chain in rules.chains
        )
        uses: dict[int, list[tuple[BoundChain, int]]] = {}
        for chain in chains:
            for position, step in enumerate(chain.steps):
                uses.setdefault(step, []).append((chain, position))
        return cls(
            rdf_type=intern(RDF_TYPE),
            links={
                intern(name): tuple((intern(other), turned) for other, turned in found)
                for name, found in rules.links.items()
            },
            superclasses={
                intern(name): all_of(found) for name, found in rules.superclasses.items()
            },
            subject_types={
                intern(name): all_of(found) for name, found in rules.subject_types.items()
            },
            object_types={
                intern(name): all_of(found) for name, found in rules.object_types.items()
            },
            chains=chains,
            uses=uses,
            transitive=all_of(rules.transitive),
            terms=frozenset(map(intern, sorted(rules.terms, key=str))),
        )


class Sets(Protocol):
    """Sets of nodes by node, empty where nothing was put."""

    def __getitem__(self, node: int, /) -> set[int]: ...

    def put(self, node: int, other: int) -> None:
        """Put a node into the set of another."""
        ...


class _Sets(defaultdict[int, set[int]]):
    def __init__(self) -> None:
        super().__init__(set)

    def put(self, node: int, other: int) -> None:
        self[node].add(other)


class Reachability:
    """What a transitive property reaches, kept closed edge by edge.

    An edge joins all that reaches its start with all that its end reaches. Whatever reaches the
    end already is passed over whole, since the relation was closed before (G. F. Italiano, 1986:
    Amortized efficiency of a path retrieval data structure).
    """

    def __init__(self, forward: Sets, backward: Sets) -> None:
        self._forward = forward
        self._backward = backward

    def connect(self, edges: Iterable[Pair]) -> list[Pair]:
        """Add edges; return the pairs that are connected now and were not, edges included."""
        found: list[Pair] = []
        forward, backward = self._forward, self._backward
        for start, end in edges:
            if end in forward[start]:
                continue
            ends = [end, *forward[end]]
            for node in [start, *backward[start]]:
                reached = forward[node]
                if end not in reached:
                    new = [other for other in ends if other not in reached]
                    reached.update(new)
                    for other in new:
                        backward.put(other, node)
                        found.append((node, other))
        return found
