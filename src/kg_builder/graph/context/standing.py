"""The results that a graph had before anything was added to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pyoxigraph import Triple

from kg_builder.graph.shacl.paths import Path, parse
from kg_builder.model.validation import ValidationResult


class OldResults:
    """Old results, by focus node and by severity.

    Those of build.json tell less than those of the engine: neither the SPARQL-based constraint at
    fault nor details. Results that are alike but for these are one here.
    """

    def __init__(self, results: Iterable[ValidationResult]) -> None:
        self._by_focus: dict[str, list[ValidationResult]] = {}
        self._counts: Counter[str] = Counter()
        for result in dict.fromkeys(map(_plain, results)):
            self._by_focus.setdefault(result.focus_node, []).append(result)
            self._counts[result.severity] += 1

    def touched(self, triples: Iterable[Triple]) -> set[ValidationResult]:
        """Return the results on a node and path that any of the triples touches.

        A result without a path is touched where its node is the subject of a triple.
        """
        return {
            result
            for triple in triples
            for end in (triple.subject, triple.object)
            for result in self._by_focus.get(str(end), ())
            if _touches(triple, end, result.path)
        }

    def among(self, results: Iterable[ValidationResult]) -> set[ValidationResult]:
        """Return those of the results that are old."""
        alike = map(_plain, results)
        return {result for result in alike if result in self._by_focus.get(result.focus_node, ())}

    def besides(self, listed: Iterable[ValidationResult]) -> Mapping[str, int]:
        """Return severity → how many results there are but for these, which are of them."""
        left = self._counts - Counter(result.severity for result in listed)
        return dict(sorted(left.items()))


def _plain(result: ValidationResult) -> ValidationResult:
    return replace(result, source_constraint=None, details=())


def _touches(triple: Triple, end: object, path: str | None) -> bool:
    """Return whether a triple is of the path of a result whose node is one of its ends."""
    if path is None:
        return end == triple.subject
    steps = {step for state in Path(tuple(parse(path))).automaton.steps for step in state}
    wanted = triple.predicate
    return any(
        end == (triple.object if backwards else triple.subject)
        for predicate, backwards, _ in steps
        if predicate == wanted
    )


def read_results(summary: Mapping[str, Any]) -> list[ValidationResult]:
    """Return the results that stand in build.json, as far as it tells them."""
    names = ("focus_node", "path", "value", "severity", "component", "source_shape")
    return [
        ValidationResult(**{name: data[name] for name in names}, messages=tuple(data["messages"]))
        for data in summary.get("validation", {}).get("results", ())
    ]
