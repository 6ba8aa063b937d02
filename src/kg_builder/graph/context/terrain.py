"""What stays the same from one question to the next: shapes laid over the terms of a graph."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyoxigraph import NamedNode

from kg_builder.graph.context.machine import Machine, Step, triggers
from kg_builder.graph.index import Term, TripleIndex
from kg_builder.graph.shacl.run import Run
from kg_builder.graph.stored import StoreIndex
from kg_builder.graph.vocabulary import RDF_TYPE


class Terrain:
    """A machine over an index. `ontology` has the ontology's triples under the index's ids."""

    def __init__(self, machine: Machine, index: StoreIndex, ontology: TripleIndex) -> None:
        self.machine = machine
        self.index = index
        self.ontology = ontology
        self.rdf_type = index.intern(RDF_TYPE)
        states, starts = machine.states, machine.starts
        self.free_before: list[list[int]] = [[] for _ in states]
        self.steps_before: list[list[tuple[int, Step]]] = [[] for _ in states]
        for number, state in enumerate(states):
            for to in state.free:
                self.free_before[to].append(number)
            for step in state.steps:
                self.steps_before[step.to].append((number, step))
        self.greedy = [number for number, state in enumerate(states) if state.reads_all]
        self.triggers = {index.intern(p): found for p, found in triggers(states).items()}
        self._below: dict[Term, set[int]] = {}
        self.readers = self._by_subclass(
            (n, cls) for n, state in enumerate(states) for cls in state.classes
        )
        """Class → the states that ask for it or for a class above it, and for which."""
        targets = [start.part.targets for start in starts]
        self.class_targets = self._by_subclass(
            (n, cls) for n, t in enumerate(targets) for cls in t.classes
        )
        """Class → the starts that target it or a class above it, and which."""
        self.subject_targets = self._by_predicate(
            (n, p) for n, t in enumerate(targets) for p in t.subjects_of
        )
        self.object_targets = self._by_predicate(
            (n, p) for n, t in enumerate(targets) for p in t.objects_of
        )

    def below(self, cls: Term) -> set[int]:
        """Return the ids of a class and of all below it."""
        found = self._below.get(cls)
        if found is None:
            self.index.intern(cls)
            found = self._below[cls] = Run(self.ontology).subclasses(cls)
        return found

    def _by_subclass(
        self, given: Iterable[tuple[int, Term]]
    ) -> Mapping[int, list[tuple[int, Term]]]:
        found: dict[int, list[tuple[int, Term]]] = {}
        for number, cls in given:
            for lower in self.below(cls):
                found.setdefault(lower, []).append((number, cls))
        return found

    def _by_predicate(self, given: Iterable[tuple[int, NamedNode]]) -> Mapping[int, list[int]]:
        found: dict[int, list[int]] = {}
        for number, predicate in given:
            found.setdefault(self.index.intern(predicate), []).append(number)
        return found
