"""Why each inferred triple holds, as plain data: the page has no prover."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from kg_builder.asking.why import RULE_WORDS, prover_of
from kg_builder.graph.inference.proof import Proof
from kg_builder.graph.inference.schema import Statement
from kg_builder.graph.opening import OpenGraph

_MOST: Final = 200_000
"""So many inferred triples are explained; of a graph with more the page tells no reasons."""


def proofs_of(graph: OpenGraph) -> dict[str, Any]:
    """Return the proofs: `terms` in the order of their numbers, and `proofs` of numbers.

    A proof is subject, predicate, object, rule, target of its axiom, operands, and what it rests on
    (three numbers a triple). Empty for other RDF, where nothing was inferred by us.
    """
    table = _Terms()
    rows: list[Any] = []
    prover = prover_of(graph)
    if prover is not None:
        inferred = graph.graph_name("inferred")
        triples = [q.triple for q in graph.store.quads_for_pattern(None, None, None, inferred)]
        if len(triples) <= _MOST:
            for triple in sorted(triples, key=str):
                proof = prover.prove(triple)
                if proof is not None and proof.axiom is not None:
                    rows.append(_row(proof, table))
    return {"terms": table.terms, "proofs": rows, "rules": _rules()}


class _Terms:
    """Numbers for terms, in the order of their coming."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    @property
    def terms(self) -> list[str]:
        return list(self._numbers)

    def of(self, terms: Iterable[object]) -> list[int]:
        return [self._numbers.setdefault(str(term), len(self._numbers)) for term in terms]


def _row(proof: Proof, table: _Terms) -> list[Any]:
    axiom = proof.axiom
    assert axiom is not None  # noqa: S101 - the caller has seen to it
    leaves: dict[Statement, None] = dict.fromkeys(proof.leaves())
    return [
        *table.of(proof.conclusion),
        axiom.rule,
        *table.of((axiom.target,)),
        table.of(axiom.operands),
        [number for leaf in leaves for number in table.of(leaf)],
    ]


def _rules() -> dict[str, list[str]]:
    return {rule: [words.zh, words.en] for rule, words in RULE_WORDS.items()}
