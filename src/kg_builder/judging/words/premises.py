"""Which submitted triples an inferred triple follows from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.inference.proof import Axioms, Prover
from kg_builder.graph.shacl.vocabulary import RDF_TYPE
from kg_builder.judging.words.facts import Facts

_GIVEN: Final = NamedNode("urn:kg-builder:given")
_INFERRED: Final = NamedNode("urn:kg-builder:inferred")
_NO_EVIDENCE: Final = NamedNode("urn:kg-builder:evidence")
_MOST: Final = 5_000
"""Of so many nodes of a submission it is looked up what was known of them before."""


class Premises:
    """Explains inferred triples by proofs over what is submitted and what stands around it."""

    def __init__(
        self,
        facts: Facts,
        submitted: Sequence[Triple],
        inferred: Sequence[Triple],
        axioms: Callable[[], Axioms],
    ) -> None:
        self._facts = facts
        self._submitted = frozenset(submitted)
        self._inferred = frozenset(inferred)
        self._added: set[object] = set()
        self._known: dict[Triple, tuple[Triple, ...]] = {}
        self._axioms = axioms

    def of(self, triple: Triple) -> tuple[Triple, ...]:
        """Return the submitted triples that a proof of `triple` rests on; none if there is none."""
        if triple in self._submitted:
            return (triple,)
        if not self._inferred:
            return ()
        if triple not in self._known:
            self._known[triple] = tuple(self._found(triple))
        return self._known[triple]

    def _found(self, triple: Triple) -> Iterator[Triple]:
        self._add_around((triple.subject, triple.object))
        # what was not found before may be so now: a prover remembers
        proof = Prover(self._store, self._axioms(), _INFERRED, _NO_EVIDENCE).prove(triple)
        leaves = (_triple(*leaf) for leaf in proof.leaves()) if proof is not None else ()
        yield from dict.fromkeys(leaf for leaf in leaves if leaf in self._submitted)

    @cached_property
    def _store(self) -> Store:
        store = Store()
        store.bulk_extend(
            Quad(triple.subject, triple.predicate, triple.object, graph)
            for triples, graph in ((self._submitted, _GIVEN), (self._inferred, _INFERRED))
            for triple in triples
        )
        return store

    @cached_property
    def _predicates(self) -> tuple[NamedNode, ...]:
        triples = (*self._submitted, *self._inferred)
        return tuple(dict.fromkeys([RDF_TYPE, *(triple.predicate for triple in triples)]))

    def _add_around(self, nodes: Iterable[object]) -> None:
        """Add what was there before about nodes and those of the submission."""
        for node in (*self._mentioned, *nodes):
            if isinstance(node, NamedNode | BlankNode) and node not in self._added:
                self._added.add(node)
                self._store.extend(self._old_about(node))

    @cached_property
    def _mentioned(self) -> tuple[object, ...]:
        ends = (end for t in self._submitted for end in (t.subject, t.object))
        return tuple(islice(dict.fromkeys(ends), _MOST))

    def _old_about(self, node: NamedNode | BlankNode) -> Iterator[Quad]:
        """Yield what was there before of a node, by the predicates of what is new."""
        for predicate in self._predicates:
            for value in self._facts.objects(node, predicate):
                found = Triple(node, predicate, value)
                if found not in self._submitted and found not in self._inferred:
                    yield Quad(node, predicate, value, _GIVEN)


def _triple(s: Term | None, p: Term, o: Term | None) -> Triple:
    return Triple(s, p, o)  # type: ignore[arg-type]
