"""Why a triple follows: a proof of least height, one axiom of the ontology a step.

The search goes backwards from the goal through the axioms that could conclude it, by patterns in a
store whose closure is materialised: whatever the closure does not hold needs no search. Only what
the closure leaves out though rules may join it (statements about terms of the ontology, about
literals, of membership in a datatype; see `closure`) is searched for itself. A height that grows
from nothing makes the search end, and finds the proof with the fewest layers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store, Triple
from pyoxigraph import Literal as LiteralTerm

from kg_builder.graph.index import Term
from kg_builder.graph.inference.schema import (
    DOMAIN,
    EVERYTHING,
    RANGE,
    SUBCLASS,
    SUBPROPERTY,
    Statement,
    is_datatype,
    ontology_terms,
)
from kg_builder.graph.vocabulary import RDF_TYPE, expand

RuleName: TypeAlias = Literal[
    "cax-sco",
    "cax-eqc",
    "prp-dom",
    "prp-rng",
    "prp-spo1",
    "prp-eqp",
    "prp-inv",
    "prp-symp",
    "prp-trp",
    "prp-spo2",
]
"""Names of OWL 2 RL/RDF (W3C, OWL 2 Profiles, section 4.3)."""

_HIGHEST: Final = 32
_FAN: Final = 64
_FIRST: Final = expand("rdf:first")
_REST: Final = expand("rdf:rest")
_NIL: Final = expand("rdf:nil")


@dataclass(frozen=True, slots=True)
class Axiom:
    """An axiom as one rule reads it: `operands` entail `target`."""

    rule: RuleName
    target: NamedNode
    """The class or property of what is concluded."""
    operands: tuple[NamedNode, ...]
    """The classes or properties of the premises; of a chain, one after the other."""
    turned: bool
    """Whether subject and object change places."""
    triples: tuple[Triple, ...]
    """As the ontology states it, the cells of a list included."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A statement and why it holds: given, or concluded from premises by an axiom."""

    conclusion: Statement
    axiom: Axiom | None = None
    """None for what is given: asserted, or said by the ontology."""
    premises: tuple[Proof, ...] = ()

    def leaves(self) -> Iterator[Statement]:
        """Yield what the proof rests on, from left to right."""
        if self.axiom is None:
            yield self.conclusion
        for premise in self.premises:
            yield from premise.leaves()

    def steps(self) -> Iterator[Proof]:
        """Yield every step that an axiom makes, the last conclusion first."""
        if self.axiom is not None:
            yield self
        for premise in self.premises:
            yield from premise.steps()


@dataclass(frozen=True, slots=True)
class Axioms:
    """The axioms of an ontology by what they conclude; in a fixed order."""

    of_class: Mapping[NamedNode, tuple[Axiom, ...]]
    of_property: Mapping[NamedNode, tuple[Axiom, ...]]
    terms: frozenset[Term]
    """What the ontology mentions; nothing is inferred about it."""


def read_axioms(ontology: Iterable[Triple]) -> Axioms:
    """Return the axioms of an ontology that `compile_ontology` accepts; others are passed over."""
    given = sorted(ontology, key=str)
    lists = _Lists(given)
    classes: dict[NamedNode, dict[Axiom, None]] = {}
    properties: dict[NamedNode, dict[Axiom, None]] = {}
    for triple in given:
        for axiom in _axioms_of(triple, lists):
            kind = classes if axiom.rule in _ABOUT_CLASSES else properties
            kind.setdefault(axiom.target, {})[axiom] = None
    return Axioms(
        of_class=_ordered(classes),
        of_property=_ordered(properties),
        terms=ontology_terms(given),
    )


_ABOUT_CLASSES: Final = ("cax-sco", "cax-eqc", "prp-dom", "prp-rng")
_ORDER: Final = get_args(RuleName)


def _ordered(
    found: Mapping[NamedNode, Mapping[Axiom, None]],
) -> Mapping[NamedNode, tuple[Axiom, ...]]:
    return MappingProxyType(
        {
            target: tuple(sorted(axioms, key=lambda axiom: _ORDER.index(axiom.rule)))
            for target, axioms in found.items()
        }
    )


class _Lists:
    """The RDF lists of an ontology."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._cells: dict[Term, dict[NamedNode, Triple]] = {}
        for triple in triples:
            if triple.predicate in (_FIRST, _REST):
                self._cells.setdefault(triple.subject, {})[triple.predicate] = triple  # type: ignore[arg-type]

    def read(self, head: object) -> tuple[tuple[NamedNode, ...], tuple[Triple, ...]]:
        """Return the members and the triples of a list; nothing of one that is broken."""
        members: list[NamedNode] = []
        triples: list[Triple] = []
        while head != _NIL:
            cell = self._cells.get(head, {})  # type: ignore[call-overload]
            first, rest = cell.get(_FIRST), cell.get(_REST)
            if not (first and rest) or first in triples or not isinstance(first.object, NamedNode):
                return (), ()
            members.append(first.object)
            triples += (first, rest)
            head = rest.object
        return tuple(members), tuple(triples)


def _axioms_of(triple: Triple, lists: _Lists) -> Iterator[Axiom]:
    subject, predicate, object_ = triple
    if not isinstance(subject, NamedNode):
        return
    if predicate == _CHAIN:
        steps, cells = lists.read(object_)
        if len(steps) > 1:
            yield Axiom("prp-spo2", subject, steps, turned=False, triples=(triple, *cells))
    elif isinstance(object_, NamedNode):
        reader = _READERS.get(object_ if predicate == RDF_TYPE else predicate)
        if reader is not None:
            yield from reader(subject, object_, (triple,))


_Reader: TypeAlias = Callable[[NamedNode, NamedNode, tuple[Triple, ...]], Iterator[Axiom]]


def _forward(rule: RuleName) -> _Reader:
    """Read axioms whose subject entails the object: subclass, subproperty."""

    def read(s: NamedNode, o: NamedNode, triples: tuple[Triple, ...]) -> Iterator[Axiom]:
        yield Axiom(rule, o, (s,), turned=False, triples=triples)

    return read


def _both(rule: RuleName, *, turned: bool) -> _Reader:
    """Read axioms by which each entails the other: equivalence, inverse."""

    def read(s: NamedNode, o: NamedNode, triples: tuple[Triple, ...]) -> Iterator[Axiom]:
        yield Axiom(rule, o, (s,), turned, triples)
        if s != o:
            yield Axiom(rule, s, (o,), turned, triples)

    return read


def _kind(rule: RuleName, count: int, *, turned: bool) -> _Reader:
    """Read axioms by which a property entails itself: symmetric, transitive."""

    def read(s: NamedNode, _: NamedNode, triples: tuple[Triple, ...]) -> Iterator[Axiom]:
        yield Axiom(rule, s, (s,) * count, turned, triples)

    return read


_CHAIN: Final = expand("owl:propertyChainAxiom")
_READERS: Final[Mapping[NamedNode, _Reader]] = MappingProxyType(
    {
        SUBCLASS: _forward("cax-sco"),
        expand("owl:equivalentClass"): _both("cax-eqc", turned=False),
        SUBPROPERTY: _forward("prp-spo1"),
        expand("owl:equivalentProperty"): _both("prp-eqp", turned=False),
        expand("owl:inverseOf"): _both("prp-inv", turned=True),
        expand("owl:SymmetricProperty"): _kind("prp-symp", 1, turned=True),
        expand("owl:TransitiveProperty"): _kind("prp-trp", 2, turned=False),
        DOMAIN: _forward("prp-dom"),
        RANGE: _forward("prp-rng"),
    }
)


@dataclass(slots=True)
class Prover:
    """Proves statements over one store; what it has found out helps with the next.

    `inferred` names the graph of what was concluded, `evidence` one to leave out; all that stands
    in any other named graph is given. The default graph is all of it once more.
    """

    store: Store
    axioms: Axioms
    inferred: NamedNode
    evidence: NamedNode
    _proved: dict[tuple[Statement, bool], tuple[int, Proof]] = field(default_factory=dict)
    _failed: dict[tuple[Statement, bool], int] = field(default_factory=dict)
    _hidden: dict[tuple[_Pattern, int], tuple[Proof, ...]] = field(default_factory=dict)

    def prove(self, goal: Triple) -> Proof | None:
        """Return a proof of the least height; None where there is none.

        What is given is a proof by itself.
        """
        statement = Statement(*goal)
        for height in range(_HIGHEST + 1):
            proof = self._prove(statement, height)
            if proof is not None:
                return proof
            if height == 0 and not self._is_hidden(statement) and not self._is_known(statement):
                return None
        return None

    def _prove(self, goal: Statement, height: int, *, path: bool = True) -> Proof | None:
        """Return a proof of at most `height`; one whose last step is a path only with `path`."""
        key = goal, path
        known = self._proved.get(key)
        if known is not None and known[0] <= height:
            return known[1]
        if self._failed.get(key, -1) >= height:
            return None
        proof = self._leaf(goal) if height == 0 else self._search(goal, height, path=path)
        if proof is None:
            self._failed[key] = height
        else:
            self._proved[key] = height, proof
        return proof

    def _leaf(self, goal: Statement) -> Proof | None:
        return next(map(Proof, self._given(*goal)), None)

    def _search(self, goal: Statement, height: int, *, path: bool) -> Proof | None:
        lower = self._prove(goal, height - 1, path=path)
        if lower is not None:
            return lower
        if not self._is_hidden(goal) and not self._is_known(goal):
            return None
        if goal.predicate == RDF_TYPE:
            return self._classify(goal, height)
        for axiom in self.axioms.of_property.get(goal.predicate, ()):  # type: ignore[arg-type]
            premises = self._premises(axiom, goal, height - 1, path=path)
            if premises:
                return Proof(goal, axiom, premises)
        return None

    def _classify(self, goal: Statement, height: int) -> Proof | None:
        """Conclude a membership; nothing is concluded of terms and literals."""
        member = goal.subject
        if self._is_term(member):
            return None
        for axiom in self.axioms.of_class.get(goal.object, ()):  # type: ignore[arg-type]
            (operand,) = axiom.operands
            if axiom.rule == "prp-dom":
                found = self._matching((member, operand, None), height - 1)
            elif axiom.rule == "prp-rng":
                found = self._matching((None, operand, member), height - 1)
            else:
                lower = self._prove(Statement(member, RDF_TYPE, operand), height - 1)
                found = iter((lower,) if lower else ())
            premise = next(found, None)
            if premise is not None:
                return Proof(goal, axiom, (premise,))
        return None

    def _premises(
        self, axiom: Axiom, goal: Statement, height: int, *, path: bool
    ) -> tuple[Proof, ...]:
        """Return proofs of what the axiom needs to conclude `goal`; none where it cannot."""
        subject, _, object_ = goal
        if len(axiom.operands) == 1:
            (operand,) = axiom.operands
            ends = (object_, subject) if axiom.turned else (subject, object_)
            proof = self._prove(Statement(ends[0], operand, ends[1]), height)
            return (proof,) if proof else ()
        if _is_path(axiom):
            return self._shortest_path(axiom, goal, height) if path else ()
        return next(self._chain(subject, axiom.operands, object_, height), ())

    def _chain(
        self, start: Term | None, steps: tuple[NamedNode, ...], end: Term | None, height: int
    ) -> Iterator[tuple[Proof, ...]]:
        """Yield proofs of links that lead from start to end; one end may be open."""
        if len(steps) == 1:
            if start is not None and end is not None:
                proof = self._prove(Statement(start, steps[0], end), height)
                if proof:
                    yield (proof,)
                return
            yield from ((proof,) for proof in self._matching((start, steps[0], end), height))
        elif start is not None and (end is None or self._is_narrow(start, steps[0])):
            for first in self._matching((start, steps[0], None), height):
                via = first.conclusion.object
                for rest in self._chain(via, steps[1:], end, height):
                    yield (first, *rest)
        else:
            for last in self._matching((None, steps[-1], end), height):
                via = last.conclusion.subject
                for before in self._chain(start, steps[:-1], via, height):
                    yield (*before, last)

    def _is_narrow(self, start: Term, step: NamedNode) -> bool:
        """Return whether few links lead on from `start`."""
        if isinstance(start, LiteralTerm):
            return True
        links = self.store.quads_for_pattern(start, step, None, None)
        return sum(1 for _ in islice(links, _FAN)) < _FAN

    def _shortest_path(self, axiom: Axiom, goal: Statement, height: int) -> tuple[Proof, ...]:
        """Return the links of a shortest path, none of which is a path itself."""
        property_ = axiom.target
        came: dict[Term, Proof | None] = {goal.subject: None}
        waiting = deque(came)
        while waiting:
            node = waiting.popleft()
            for link in self._matching((node, property_, None), height, path=False):
                next_ = link.conclusion.object
                if next_ == goal.object:
                    return (*_way(came, node), link)
                if next_ not in came:
                    came[next_] = link
                    waiting.append(next_)
        return ()

    def _matching(self, pattern: _Pattern, height: int, *, path: bool = True) -> Iterator[Proof]:
        """Yield proofs of what matches a pattern, that given first."""
        seen: set[Statement] = set()
        for statement in self._given(*pattern):
            seen.add(statement)
            yield Proof(statement)
        if height == 0:
            return
        for statement in self._known(*pattern):
            if statement not in seen:
                seen.add(statement)
                proof = self._prove(statement, height, path=path)
                if proof:
                    yield proof
        if pattern[0] is None or self._is_term(pattern[0]):
            for proof in self._hidden_matching(pattern, height):
                if proof.conclusion not in seen:
                    seen.add(proof.conclusion)
                    yield proof

    def _hidden_matching(self, pattern: _Pattern, height: int) -> tuple[Proof, ...]:
        """Return proofs of what matches and the closure leaves out: its subject is a term."""
        key = pattern, height
        found = self._hidden.get(key)
        if found is None:
            distinct = {
                proof.conclusion: proof
                for proof in self._conclude(pattern, height - 1)
                if self._is_term(proof.conclusion.subject)
            }
            found = self._hidden[key] = tuple(distinct.values())
        return found

    def _conclude(self, pattern: _Pattern, height: int) -> Iterator[Proof]:
        """Yield what axioms conclude that matches a pattern from premises of at most `height`."""
        subject, property_, object_ = pattern
        for axiom in self.axioms.of_property.get(property_, ()):
            if len(axiom.operands) == 1:
                (operand,) = axiom.operands
                ends = (object_, subject) if axiom.turned else (subject, object_)
                for premise in self._matching((ends[0], operand, ends[1]), height):
                    s, _, o = premise.conclusion
                    yield Proof(_statement(s, property_, o, axiom.turned), axiom, (premise,))
                continue
            for premises in self._chain(subject, axiom.operands, object_, height):
                s, o = premises[0].conclusion.subject, premises[-1].conclusion.object
                yield Proof(Statement(s, property_, o), axiom, premises)

    def _is_term(self, term: Term) -> bool:
        """Return whether nothing is told of it that is inferred."""
        return isinstance(term, LiteralTerm) or term in self.axioms.terms

    def _is_hidden(self, statement: Statement) -> bool:
        if self._is_term(statement.subject):
            return True
        object_ = statement.object
        return statement.predicate == RDF_TYPE and (object_ in EVERYTHING or is_datatype(object_))

    def _is_known(self, statement: Statement) -> bool:
        return next(self._known(*statement), None) is not None

    def _given(self, s: Term | None, p: Term, o: Term | None) -> Iterator[Statement]:
        """Yield what is asserted, and what the ontology says, that matches."""
        others = (self.inferred, self.evidence, DefaultGraph())
        return self._statements(s, p, o, lambda quad: quad.graph_name not in others)

    def _known(self, s: Term | None, p: Term, o: Term | None) -> Iterator[Statement]:
        """Yield all that matches."""
        return self._statements(s, p, o, lambda quad: quad.graph_name != self.evidence)

    def _statements(
        self, s: Term | None, p: Term, o: Term | None, counts: Callable[[Quad], bool]
    ) -> Iterator[Statement]:
        if isinstance(s, LiteralTerm):
            return
        for quad in self.store.quads_for_pattern(s, p, o, None):  # type: ignore[arg-type]
            if counts(quad):
                yield Statement(quad.subject, quad.predicate, quad.object)  # type: ignore[arg-type]


_Pattern: TypeAlias = tuple[Term | None, NamedNode, Term | None]


def _is_path(axiom: Axiom) -> bool:
    """Return whether links of a property make links of the same: a transitive property."""
    return axiom.operands == (axiom.target, axiom.target)


def _statement(s: Term, p: NamedNode, o: Term, turned: bool) -> Statement:  # noqa: FBT001
    return Statement(o, p, s) if turned else Statement(s, p, o)


def _way(came: Mapping[Term, Proof | None], node: Term) -> tuple[Proof, ...]:
    """Return the links that led to a node."""
    links: list[Proof] = []
    link = came[node]
    while link is not None:
        links.append(link)
        link = came[link.conclusion.subject]
    return tuple(reversed(links))
