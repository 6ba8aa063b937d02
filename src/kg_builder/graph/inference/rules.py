"""An ontology compiled to rules.

The rules are those of OWL 2 RL/RDF (W3C, OWL 2 Profiles, section 4.3) for the axioms that entail
triples without sameness, restrictions or class expressions: cax-sco, cax-eqc, prp-spo1, prp-eqp,
prp-inv, prp-symp, prp-trp, prp-spo2, prp-dom, prp-rng. An ontology with an axiom of any other kind
that could entail triples is refused, never half understood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn

from pyoxigraph import BlankNode, NamedNode, Triple

from kg_builder.errors import ConfigurationError
from kg_builder.graph.index import Term
from kg_builder.graph.inference.schema import (
    DOMAIN,
    EVERYTHING,
    RANGE,
    SUBCLASS,
    SUBPROPERTY,
    is_axiom,
    is_datatype,
    is_owl,
    ontology_terms,
)
from kg_builder.graph.vocabulary import RDF_TYPE, expand

_FIRST: Final = expand("rdf:first")
_REST: Final = expand("rdf:rest")
_NIL: Final = expand("rdf:nil")
_EQUIVALENT_CLASS: Final = expand("owl:equivalentClass")
_EQUIVALENT_PROPERTY: Final = expand("owl:equivalentProperty")
_INVERSE: Final = expand("owl:inverseOf")
_CHAIN: Final = expand("owl:propertyChainAxiom")
_SYMMETRIC: Final = expand("owl:SymmetricProperty")
_TRANSITIVE: Final = expand("owl:TransitiveProperty")

_LOGICAL_PROPERTIES: Final = frozenset(
    {RDF_TYPE, _FIRST, _REST, SUBCLASS, SUBPROPERTY, DOMAIN, RANGE}
)
"""Properties of RDF and RDFS that no axiom may redefine."""

Names = tuple[NamedNode, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """`steps` one after the other entail `target` (prp-spo2)."""

    steps: Names
    target: NamedNode


@dataclass(frozen=True, slots=True)
class Rules:
    """What `compile_ontology` makes of an ontology; everything in it is in a fixed order."""

    links: Mapping[NamedNode, tuple[tuple[NamedNode, bool], ...]]
    """For a property, every other link that one of its links entails: by which property, and
    whether turned round."""
    superclasses: Mapping[NamedNode, Names]
    subject_types: Mapping[NamedNode, Names]
    """For a property, the classes of its subjects, superclasses included."""
    object_types: Mapping[NamedNode, Names]
    chains: tuple[Chain, ...]
    transitive: Names
    facts: tuple[Triple, ...]
    """What the ontology says of its own terms, as far as rules may join it with data."""
    terms: frozenset[Term]
    """Terms of the ontology; nothing is inferred about them."""
    axioms: frozenset[Triple]


def compile_ontology(triples: Iterable[Triple]) -> Rules:
    """Return the rules that the triples of an ontology amount to.

    Raises ConfigurationError, naming the axiom, for one that the rules cannot express.
    """
    compiler = _Compiler()
    given = tuple(triples)
    for triple in given:
        compiler.read(triple)
    return compiler.rules(given)


_Node = tuple[NamedNode, bool]
_Graph = dict[_Node, dict[_Node, None]]
"""What follows directly from what. A class is a node `(class, False)`; a property is two nodes,
as it stands and turned round, so that inverse and symmetric properties are edges like others."""


@dataclass(slots=True)
class _Compiler:
    """Collects axioms, then closes them over one another."""

    properties: _Graph = field(default_factory=dict)
    classes: _Graph = field(default_factory=dict)
    domains: dict[NamedNode, dict[NamedNode, None]] = field(default_factory=dict)
    ranges: dict[NamedNode, dict[NamedNode, None]] = field(default_factory=dict)
    transitive: dict[NamedNode, None] = field(default_factory=dict)
    chain_heads: list[Triple] = field(default_factory=list)
    first: dict[Term, Term] = field(default_factory=dict)
    rest: dict[Term, Term] = field(default_factory=dict)
    axioms: set[Triple] = field(default_factory=set)

    def read(self, triple: Triple) -> None:
        """Take one triple of the ontology."""
        predicate, object_ = triple.predicate, triple.object
        if predicate == _FIRST:
            self.first[triple.subject] = object_  # type: ignore[index,assignment]
        elif predicate == _REST:
            self.rest[triple.subject] = object_  # type: ignore[index,assignment]
        elif is_axiom(predicate, object_):
            self.axioms.add(triple)
            key = object_ if predicate == RDF_TYPE else predicate
            reader = _READERS.get(key)  # type: ignore[arg-type]
            if reader is None:
                _refuse(triple)
            reader(self, triple)

    def subclass(self, triple: Triple) -> None:
        """cax-sco."""
        lower, upper = _narrow(triple, triple.subject), _class(triple, triple.object)
        _connect(self.classes, (lower, False), (upper, False))

    def equivalent_class(self, triple: Triple) -> None:
        """cax-eqc."""
        one, other = _narrow(triple, triple.subject), _narrow(triple, triple.object)
        _connect(self.classes, (one, False), (other, False))
        _connect(self.classes, (other, False), (one, False))

    def subproperty(self, triple: Triple) -> None:
        """prp-spo1."""
        lower, upper = _both(triple)
        self._imply(lower, upper, turned=False)

    def equivalent_property(self, triple: Triple) -> None:
        """prp-eqp."""
        one, other = _both(triple)
        self._imply(one, other, turned=False)
        self._imply(other, one, turned=False)

    def inverse(self, triple: Triple) -> None:
        """prp-inv."""
        one, other = _both(triple)
        self._imply(one, other, turned=True)
        self._imply(other, one, turned=True)

    def symmetric(self, triple: Triple) -> None:
        """prp-symp."""
        term = _property(triple, triple.subject)
        self._imply(term, term, turned=True)

    def make_transitive(self, triple: Triple) -> None:
        """prp-trp."""
        self.transitive[_property(triple, triple.subject)] = None

    def domain(self, triple: Triple) -> None:
        """prp-dom."""
        term = _property(triple, triple.subject)
        self.domains.setdefault(term, {})[_class(triple, triple.object)] = None

    def range(self, triple: Triple) -> None:
        """prp-rng."""
        term = _property(triple, triple.subject)
        self.ranges.setdefault(term, {})[_class(triple, triple.object)] = None

    def chain(self, triple: Triple) -> None:
        """prp-spo2; the list may not be read yet."""
        self.chain_heads.append(triple)

    def rules(self, given: tuple[Triple, ...]) -> Rules:
        """Return the rules of the axioms read; `given` are the ontology's triples."""
        chains = self._chains()
        links = {
            node[0]: tuple(sorted(_reach(self.properties, node), key=_by_name))
            for node in sorted(self.properties, key=_by_name)
            if not node[1]
        }
        superclasses = {
            node[0]: self._types(name for name, _ in _reach(self.classes, node))
            for node in sorted(self.classes, key=_by_name)
        }
        joined = {step for chain in chains for step in chain.steps}.union(self.transitive)
        leading = {name for name in links if any(linked in joined for linked, _ in links[name])}
        premises = joined | leading
        return Rules(
            links=links,
            superclasses=superclasses,
            subject_types=self._with_superclasses(self.domains, superclasses),
            object_types=self._with_superclasses(self.ranges, superclasses),
            chains=chains,
            transitive=_sorted(self.transitive),
            facts=tuple(triple for triple in given if triple.predicate in premises),
            terms=ontology_terms(given),
            axioms=frozenset(self.axioms),
        )

    def _chains(self) -> tuple[Chain, ...]:
        chains: dict[Chain, None] = {}
        for triple in self.chain_heads:
            target = _property(triple, triple.subject)
            steps = tuple(_property(triple, step) for step in self._members(triple))
            if len(steps) < 2:
                _refuse(triple)
            if steps == (target, target):
                self.transitive[target] = None
            else:
                chains[Chain(steps, target)] = None
        return tuple(
            sorted(chains, key=lambda chain: [term.value for term in (chain.target, *chain.steps)])
        )

    def _members(self, triple: Triple) -> list[Term]:
        """Return the members of the list that is the triple's object."""
        members: list[Term] = []
        seen: set[Term] = set()
        node: Term = triple.object  # type: ignore[assignment]
        while node != _NIL:
            if node in seen or node not in self.first or node not in self.rest:
                _refuse(triple)
            seen.add(node)
            members.append(self.first[node])
            node = self.rest[node]
        return members

    def _types(self, found: Iterable[NamedNode]) -> Names:
        """Return the classes that a member is worth saying to be of."""
        return _sorted(name for name in found if name not in EVERYTHING and not is_datatype(name))

    def _with_superclasses(
        self,
        types: Mapping[NamedNode, Iterable[NamedNode]],
        superclasses: Mapping[NamedNode, Names],
    ) -> Mapping[NamedNode, Names]:
        closed = {
            term: self._types(
                {name: None for own in types[term] for name in (own, *superclasses.get(own, ()))}
            )
            for term in _sorted(types)
        }
        return {term: names for term, names in closed.items() if names}

    def _imply(self, one: NamedNode, other: NamedNode, *, turned: bool) -> None:
        _connect(self.properties, (one, False), (other, turned))
        _connect(self.properties, (one, True), (other, not turned))


_READERS: Final[Mapping[NamedNode, Callable[[_Compiler, Triple], None]]] = {
    SUBCLASS: _Compiler.subclass,
    _EQUIVALENT_CLASS: _Compiler.equivalent_class,
    SUBPROPERTY: _Compiler.subproperty,
    _EQUIVALENT_PROPERTY: _Compiler.equivalent_property,
    _INVERSE: _Compiler.inverse,
    _SYMMETRIC: _Compiler.symmetric,
    _TRANSITIVE: _Compiler.make_transitive,
    DOMAIN: _Compiler.domain,
    RANGE: _Compiler.range,
    _CHAIN: _Compiler.chain,
}


def _class(triple: Triple, term: object) -> NamedNode:
    """Return the class or datatype that an axiom names."""
    if not isinstance(term, NamedNode) or (is_owl(term) and term not in EVERYTHING):
        _refuse(triple)
    return term


def _narrow(triple: Triple, term: object) -> NamedNode:
    """Return a class that not everything is a member of."""
    if term in EVERYTHING:
        _refuse(triple)
    return _class(triple, term)


def _property(triple: Triple, term: object) -> NamedNode:
    if not isinstance(term, NamedNode) or is_owl(term) or term in _LOGICAL_PROPERTIES:
        _refuse(triple)
    return term


def _both(triple: Triple) -> tuple[NamedNode, NamedNode]:
    return _property(triple, triple.subject), _property(triple, triple.object)


def _connect(graph: _Graph, lower: _Node, upper: _Node) -> None:
    graph.setdefault(lower, {})[upper] = None


def _reach(graph: _Graph, start: _Node) -> list[_Node]:
    """Return the nodes that follow from `start`, itself left out."""
    reached = {start: None}
    waiting = [start]
    while waiting:
        for node in graph.get(waiting.pop(), ()):
            if node not in reached:
                reached[node] = None
                waiting.append(node)
    del reached[start]
    return list(reached)


def _by_name(node: _Node) -> tuple[str, bool]:
    return node[0].value, node[1]


def _sorted(names: Iterable[NamedNode]) -> Names:
    return tuple(sorted(names, key=lambda name: name.value))


def is_known_axiom(triple: Triple) -> bool:
    """Return whether a triple is an axiom of a kind that the rules express."""
    key = triple.object if triple.predicate == RDF_TYPE else triple.predicate
    return key in _READERS and is_axiom(triple.predicate, triple.object)


def _refuse(triple: Triple) -> NoReturn:
    axiom = f"{triple.subject} {triple.predicate} {triple.object}"
    if isinstance(triple.subject, BlankNode):
        axiom = f"_:… {triple.predicate} {triple.object}"
    raise ConfigurationError(
        f"本体中有规则推理机不支持的公理：{axiom}；请改写，或使用 --reasoner owlrl",
        f"the ontology has an axiom that the rules cannot express: {axiom}; "
        "rewrite it, or use --reasoner owlrl",
    )
