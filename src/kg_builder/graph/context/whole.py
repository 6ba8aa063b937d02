"""Checks over the whole graph.

For shapes of which it cannot be told what they read, and for more new triples than it pays to look
around.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from pyoxigraph import Triple

from kg_builder.graph.context.layout import Layout
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.shacl import Shapes
from kg_builder.graph.shacl.run import Run
from kg_builder.graph.validation import validate
from kg_builder.model.validation import ValidationResult


class WholeGraph:
    """A graph in memory, and the results of some shapes over it."""

    def __init__(self, layout: Layout, shapes: Shapes) -> None:
        self._layout = layout
        self._shapes = shapes

    @cached_property
    def _graph(self) -> tuple[TripleIndex, tuple[Triple, ...]]:
        data = TripleIndex(self._layout.ontology.triples)
        for triple in self._layout.asserted():
            data.add(triple)
        return data, self._layout.inferred()

    @cached_property
    def before(self) -> frozenset[ValidationResult]:
        """The results over what is asserted, and over that with what was inferred."""
        return self.after((), ())

    def after(
        self, new: Iterable[Triple], inferred: Iterable[Triple]
    ) -> frozenset[ValidationResult]:
        """Return the results with new triples besides, and with what they entail."""
        data, known = self._graph
        added = [triple for triple in new if data.add(triple)]
        try:
            found = {*validate(data, self._shapes).results}
            told = [triple for triple in (*known, *inferred) if data.add(triple)]
            try:
                found.update(validate(data, self._shapes).results)
            finally:
                _discard(data, told)
        finally:
            _discard(data, added)
        return frozenset(found)

    def targets(self, triples: Iterable[Triple]) -> int:
        """Return how many nodes the shapes target, with triples besides."""
        data, known = self._graph
        added = [triple for triple in (*known, *triples) if data.add(triple)]
        run = Run(data)
        targets = [shape.targets for shape in self._shapes.shapes if not shape.deactivated]
        found = {node for target in targets if target for node in target.select(run, None)}
        _discard(data, added)
        return len(found)


def _discard(data: TripleIndex, triples: Iterable[Triple]) -> None:
    for triple in triples:
        s, p, o = data.intern_all(triple)
        data.discard_pairs(p, [(s, o)])
