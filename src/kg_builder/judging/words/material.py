"""What results are placed in and explained by: the submissions, the shapes, what is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.inference.proof import Axioms, read_axioms
from kg_builder.graph.serialization import PrefixedNames
from kg_builder.graph.shacl import Shape, Shapes
from kg_builder.graph.shacl.constraints import Constraint
from kg_builder.graph.shacl.reading import ShapesGraph
from kg_builder.graph.submission.model import Submission
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.judging.words.facts import Facts
from kg_builder.judging.words.fitting import Concerns, Fitting, concerns
from kg_builder.judging.words.premises import Premises
from kg_builder.model.verdict import FilePlace

if TYPE_CHECKING:
    from kg_builder.graph.opening import OpenGraph


ShapePlace = Callable[[NamedNode], FilePlace | None]
"""Gives where a shape with an IRI is written."""


@dataclass(frozen=True, eq=False)
class Rules:
    """Shapes and ontology, with what is worked out of them once for any number of submissions."""

    shapes: Shapes | None = None
    ontology: Sequence[Triple] = ()

    @cached_property
    def shape_of(self) -> Mapping[str, Shape]:
        """Node of a shape, as results write it → the shape."""
        shapes = self.shapes.shapes if self.shapes is not None else ()
        return MappingProxyType({str(shape.node): shape for shape in shapes})

    @cached_property
    def shapes_graph(self) -> ShapesGraph:
        """The shapes graph."""
        return ShapesGraph(self.shapes.triples if self.shapes is not None else ())

    @cached_property
    def _concerns(self) -> dict[int, Concerns]:
        return {}

    def concerns_of(self, constraint: Constraint) -> Concerns:
        """Return what a constraint of the shapes looks at."""
        found = self._concerns.get(id(constraint))
        if found is None and self.shapes is not None:
            found = self._concerns[id(constraint)] = concerns(self.shapes, constraint)
        return found or Concerns()

    @cached_property
    def axioms(self) -> Axioms:
        """The axioms of the ontology."""
        return read_axioms(self.ontology)


@dataclass(frozen=True, eq=False)
class Material:
    """What results are placed in and explained by.

    `graph` is the open graph in whose context was judged, without the submissions; it holds the
    ontology. `ontology` is needed besides to tell what inferred triples follow from, and stands
    alone where there is no graph. `inferred` is what follows from the submissions. `kept`, if
    given, is taken in the place of `shapes` and `ontology`.
    """

    submissions: tuple[Submission, ...]
    shapes: Shapes | None = None
    graph: OpenGraph | None = None
    ontology: Sequence[Triple] = ()
    inferred: Sequence[Triple] = ()
    shape_place: ShapePlace | None = None
    kept: Rules | None = None
    """The shapes and the ontology, where they serve for several submissions."""

    @cached_property
    def rules(self) -> Rules:
        """The shapes and the ontology."""
        return self.kept or Rules(self.shapes, self.ontology)

    @cached_property
    def home(self) -> Mapping[Triple, Submission]:
        """Triple → the first submission that has it, in the order of the submissions."""
        found: dict[Triple, Submission] = {}
        for submission in self.submissions:
            for triple in submission.triples:
                found.setdefault(triple, submission)
        return MappingProxyType(found)

    @cached_property
    def order(self) -> Mapping[Triple, int]:
        """Submission triple → its number in the order of the files."""
        return MappingProxyType({triple: number for number, triple in enumerate(self.home)})

    @cached_property
    def inferred_set(self) -> frozenset[Triple]:
        """What follows from the submissions."""
        return frozenset(self.inferred)

    @cached_property
    def mentions(self) -> Mapping[Term, Sequence[Triple]]:
        """Node → the submitted triples whose subject or object it is."""
        found: dict[Term, list[Triple]] = {}
        for triple in self.home:
            for node in dict.fromkeys((triple.subject, triple.object)):
                found.setdefault(node, []).append(triple)  # type: ignore[arg-type]
        return MappingProxyType(found)

    @cached_property
    def facts(self) -> Facts:
        """All that is known: what is submitted, what follows, the graph or the ontology."""
        store = self.graph.store if self.graph is not None else None
        known = () if store is not None else self.rules.ontology
        return Facts((*self.home, *self.inferred, *known), store)

    @cached_property
    def fitting(self) -> Fitting:
        """Tries nodes against constraints; there are shapes where there are constraints."""
        if self.rules.shapes is None:
            raise ValueError("no shapes")
        return Fitting(self.rules.shapes, self.facts)

    @cached_property
    def premises(self) -> Premises:
        """What inferred triples follow from."""
        return Premises(self.facts, tuple(self.home), self.inferred, lambda: self.rules.axioms)

    def prefixed(self, first: Submission | None) -> Mapping[str, str]:
        """Return a map from `<IRI>` to a prefixed name where one fits, else to itself.

        The prefixes of the file `first` go before those of the others.
        """
        found: dict[str, str] = {}
        known = self.graph.prefixes if self.graph is not None else PREFIXES
        files = (*((first,) if first is not None else ()), *self.submissions)
        for prefixes in (*(submission.prefixes for submission in files), known):
            for name, namespace in prefixes.items():
                found.setdefault(name, namespace)
        return PrefixedNames(found, None)
