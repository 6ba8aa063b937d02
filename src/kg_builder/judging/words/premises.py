"""Which submitted triples an inferred triple follows from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.inference.proof import Axioms, Prover
from kg_builder.graph.shacl.vocabulary import RDF_TYPE
from kg_builder.judging.words.facts import Facts

_GIVEN: Final = NamedNode("urn:kg-builder:given")
_INFERRED: Final = NamedNode("urn:kg-builder:inferred")
_NO_EVIDENCE: Final = NamedNode("urn:kg-builder:evidence")
_MOST: Final = 50_000
"""Of a submission larger than this only what is near the conclusion is looked at."""


class Premises:
    """Explains inferred triples by proofs over what is submitted and what stands around it."""

    def __init__(
        self,
        facts: Facts,
        submitted: Sequence[Triple],
        inferred: Sequence[Triple],
        ontology: Sequence[Triple],
        axioms: Callable[[], Axioms],
    ) -> None:
        self._facts = facts
        self._submitted = frozenset(submitted)
        self._inferred = inferred
        self._ontology = ontology
        self._axioms = axioms

    def of(self, triple: Triple) -> tuple[Triple, ...]:
        """Return the submitted triples that a proof of `triple` rests on; none if there is none."""
        if triple in self._submitted:
            return (triple,)
        if not self._inferred or not self._ontology:
            return ()
        proof = self._prover.prove(triple)
        if proof is None:
            return ()
        leaves = (_triple(*leaf) for leaf in proof.leaves())
        return tuple(dict.fromkeys(leaf for leaf in leaves if leaf in self._submitted))

    @cached_property
    def _prover(self) -> Prover:
        store = Store()
        store.bulk_extend(self._quads())
        return Prover(store, self._axioms(), _INFERRED, _NO_EVIDENCE)

    def _quads(self) -> Iterator[Quad]:
        for triple in self._ontology:
            yield Quad(triple.subject, triple.predicate, triple.object, _GIVEN)
        for triple in self._submitted:
            yield Quad(triple.subject, triple.predicate, triple.object, _GIVEN)
        inferred = frozenset(self._inferred)
        for triple in inferred:
            yield Quad(triple.subject, triple.predicate, triple.object, _INFERRED)
        for triple in self._old_around(inferred):
            yield Quad(triple.subject, triple.predicate, triple.object, _GIVEN)

    def _old_around(self, inferred: frozenset[Triple]) -> Iterator[Triple]:
        """Yield what was there before about the nodes of the submission, by the same predicates."""
        predicates = dict.fromkeys([RDF_TYPE, *(t.predicate for t in self._submitted)])
        predicates.update(dict.fromkeys(t.predicate for t in inferred))
        nodes = dict.fromkeys(end for t in self._submitted for end in (t.subject, t.object))
        for node in list(nodes)[:_MOST]:
            if not isinstance(node, NamedNode | BlankNode):
                continue
            for predicate in predicates:
                for value in self._facts.objects(node, predicate):
                    found = Triple(node, predicate, value)
                    if found not in self._submitted and found not in inferred:
                        yield found


def _triple(s: Term | None, p: Term, o: Term | None) -> Triple:
    return Triple(s, p, o)  # type: ignore[arg-type]
