"""What results are placed in and explained by: the submissions, the shapes, what is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.serialization import PrefixedNames
from kg_builder.graph.shacl import Shape, Shapes
from kg_builder.graph.shacl.reading import ShapesGraph
from kg_builder.graph.submission.model import Submission
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.judging.words.facts import Facts
from kg_builder.judging.words.premises import Premises
from kg_builder.model.verdict import FilePlace

if TYPE_CHECKING:
    from kg_builder.graph.opening import OpenGraph


ShapePlace = Callable[[NamedNode], FilePlace | None]
"""Gives where a shape with an IRI is written."""


@dataclass(frozen=True)
class Material:
    """What results are placed in and explained by.

    `graph` is the open graph in whose context was judged, without the submissions; it holds the
    ontology. `ontology` is needed besides to tell what inferred triples follow from, and stands
    alone where there is no graph. `inferred` is what follows from the submissions.
    """

    submissions: tuple[Submission, ...]
    shapes: Shapes | None = None
    graph: OpenGraph | None = None
    ontology: Sequence[Triple] = ()
    inferred: Sequence[Triple] = ()
    shape_place: ShapePlace | None = None

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
        known = () if store is not None else self.ontology
        return Facts((*self.home, *self.inferred, *known), store)

    @cached_property
    def premises(self) -> Premises:
        """What inferred triples follow from."""
        return Premises(self.facts, tuple(self.home), self.inferred, self.ontology)

    @cached_property
    def prefixed(self) -> Mapping[str, str]:
        """From `<IRI>` to a prefixed name where one fits, else to itself; the files' own first."""
        found: dict[str, str] = {}
        known = self.graph.prefixes if self.graph is not None else PREFIXES
        for prefixes in (*(submission.prefixes for submission in self.submissions), known):
            for name, namespace in prefixes.items():
                found.setdefault(name, namespace)
        return PrefixedNames(found, None)

    @cached_property
    def shape_of(self) -> Mapping[str, Shape]:
        """Node of a shape, as results write it → the shape."""
        shapes = self.shapes.shapes if self.shapes is not None else ()
        return MappingProxyType({str(shape.node): shape for shape in shapes})

    @cached_property
    def shapes_graph(self) -> ShapesGraph:
        """The shapes graph."""
        return ShapesGraph(self.shapes.triples if self.shapes is not None else ())
