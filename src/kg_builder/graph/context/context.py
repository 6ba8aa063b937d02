"""A graph opened to be judged against, over and over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Triple

from kg_builder.graph.conformance import check, load_shapes
from kg_builder.graph.context.bounds import refuse_what_multiplies
from kg_builder.graph.context.checking import Checked, Checker
from kg_builder.graph.context.effect import Effect
from kg_builder.graph.context.groundwork import Groundwork, ontology_digest
from kg_builder.graph.context.layout import Layout, layout_of
from kg_builder.graph.context.standing import OldResults, read_results
from kg_builder.graph.context.terrain import Terrain
from kg_builder.graph.context.walk import Changed
from kg_builder.graph.context.whole import WholeGraph
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.inference import Extension, ResumedClosure, infer
from kg_builder.graph.ontology import Ontology
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.shacl import Shapes
from kg_builder.graph.shacl.report import sort_key
from kg_builder.graph.stored import StoreIndex
from kg_builder.graph.unknown_terms import unknown_term_result, unknown_terms
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.validation import ValidationResult
from kg_builder.resources import Resources

_MANY: Final = 5_000
_PAYS: Final = 10
"""To look around each new triple costs this many times what it costs to check each of the graph."""
_MOST_CACHED: Final = 1_000_000
"""Triples of the store that a context keeps in memory before it begins anew."""

_OTHER_SHAPES: Final = Bilingual(
    "图原是用别的形状验证的：已用现在的形状重新验证整个图；kg build 会记下结果",
    "the graph was validated by other shapes: all of it was checked again by those that hold now;"
    " kg build keeps the results",
)


class Context:
    """A graph, its ontology and its shapes, ready to say what new triples would do.

    It keeps what it has read of the graph: it answers one question at a time, in one thread.
    """

    def __init__(
        self, layout: Layout, ground: Groundwork, known: Iterable[ValidationResult] | None
    ) -> None:
        """Take a graph and what is worked out of ontology and shapes.

        `known` are the results that the graph has by these shapes; without them it is validated.
        """
        self._layout = layout
        self.ground = ground
        self.results_known = known is not None
        """Whether the results that stand in build.json are by these shapes."""
        self._old = OldResults(self._validated() if known is None else known)
        self._whole = WholeGraph(layout, self.ground.plan.whole) if self.ground.plan.whole else None
        self._session = self._begin()

    @property
    def _notes(self) -> tuple[Bilingual, ...]:
        other = self._layout.built and not self.results_known
        return (*([_OTHER_SHAPES] if other else []), *self.ground.plan.notes)

    @property
    def ontology(self) -> Ontology:
        """The ontology that the graph was closed under."""
        return self._layout.ontology

    @property
    def shapes(self) -> Shapes:
        """The shapes that the graph is judged by."""
        return self.ground.shapes

    def inferred(self) -> tuple[Triple, ...]:
        """Return what follows from the graph as it stands."""
        return self._layout.inferred()

    def effect_of(self, triples: Sequence[Triple]) -> Effect:
        """Return what adding triples to the graph does; the graph stays as it is.

        Raises InputError where a triple is an axiom (`rdfs:subClassOf`, `owl:sameAs`),
        ValidationFailure where something could not be checked.
        """
        if self._session.index.cached > _MOST_CACHED:
            self._session = self._begin()
        new = [triple for triple in dict.fromkeys(triples) if not self._is_asserted(triple)]
        refuse_what_multiplies(new, self.ground.rules)
        foreign = [triple for triple in new if triple not in self.ground.axioms]
        if len(new) > _MANY and len(new) * _PAYS > self._layout.size:
            extension, checked = self._check_whole(foreign)
        else:
            extension = self._session.closure.extend(new)
            checked = self._session.check(foreign, extension)
        before = set(checked.before)
        unknown = unknown_terms(foreign, self.ground.known)
        after = {*checked.after, *map(unknown_term_result, unknown)}
        if self._whole is not None:
            before |= self._whole.before
            after |= self._whole.after(foreign, extension.inferred)
        resolved = before - after
        standing = self._old.touched(triples) - self._old.among(resolved)
        return Effect(
            new=tuple(sorted(new, key=str)),
            inferred=extension.inferred,
            promoted=extension.promoted,
            caused=tuple(sorted(after - before, key=sort_key)),
            resolved=tuple(sorted(resolved, key=sort_key)),
            standing=tuple(sorted(standing, key=sort_key)),
            elsewhere=self._old.besides(standing | self._old.among(resolved)),
            focus_nodes=checked.nodes,
            notes=self._notes,
        )

    def _validated(self) -> Sequence[ValidationResult]:
        """Return the results that the graph has as it stands."""
        files = self.ground.resources.files("shapes", "*.ttl")
        layout = self._layout
        asserted = (*layout.ontology.triples, *layout.asserted())
        return check(files, asserted, layout.inferred(), layout.ontology).results

    def _check_whole(self, new: Sequence[Triple]) -> tuple[Extension, Checked]:
        """Return what new triples do, from the closure and the results of everything."""
        known = set(self._layout.inferred())
        entailed = infer(TripleIndex((*self._layout.asserted(), *new)), self.ground.rules)
        there = known | self.ground.axioms
        inferred = tuple(triple for triple in entailed if triple not in there)
        promoted = tuple(triple for triple in sorted(new, key=str) if triple in known)
        whole = WholeGraph(self._layout, self.ground.shapes)
        nodes = whole.targets((*new, *inferred))
        checked = Checked(whole.before, whole.after(new, inferred), nodes)
        return Extension(inferred, promoted), checked

    def _is_asserted(self, triple: Triple) -> bool:
        index = self._session.index
        s, p, o = index.intern_all(triple)
        if not index.is_stored(s, p, o) or index.is_inferred(s, p, o):
            return False
        return triple not in self.ground.axioms or self._layout.is_asserted(triple)

    def _begin(self) -> _Session:
        layout = self._layout
        graphs = (*layout.sources, layout.ontology_name)
        index = StoreIndex(layout.store, layout.inferred_name, graphs)
        ontology = TripleIndex.beside(index)
        for triple in layout.ontology.triples:
            ontology.add(triple)
        terrain = Terrain(self.ground.plan.machine, index, ontology)
        closure = ResumedClosure(index, self.ground.rules)
        return _Session(index, closure, Checker(self.ground.plan.parts, terrain))


@dataclass(frozen=True, slots=True)
class _Session:
    """What a context has read of its graph so far."""

    index: StoreIndex
    closure: ResumedClosure
    checker: Checker

    def check(self, new: Sequence[Triple], extension: Extension) -> Checked:
        """Return the results that may change by new triples and what they entail."""
        promoted = set(extension.promoted)
        changes = [self._changed(t, asserted=True, told=t not in promoted) for t in new]
        entailed = [self._changed(t, asserted=False, told=True) for t in extension.inferred]
        return self.checker.check(_pairs(changes), _pairs(entailed), [*changes, *entailed])

    def _changed(self, triple: Triple, *, asserted: bool, told: bool) -> Changed:
        return Changed(*self.index.intern_all(triple), asserted, told)


def _pairs(changes: Iterable[Changed]) -> Mapping[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for change in changes:
        found.setdefault(change.p, []).append((change.s, change.o))
    return found


def open_context(
    graph: OpenGraph, resources: Resources, former: Groundwork | None = None
) -> Context:
    """Read what judging against a graph needs; `graph` must stay open.

    A folder that `kg build` made is taken as it stands; `former`, the `ground` of a context of
    another generation, saves working it out again where it holds for this one. What was validated
    by other shapes is validated again, whole. Any other RDF is closed under the installed ontology
    first, in memory, and validated whole.

    Raises InputError where other RDF states axioms that inference does not know, ConfigurationError
    for ontology or shapes that cannot be used, ValidationFailure for shapes that are ill-formed.
    """
    if former is not None and former.holds_for(graph, resources):
        return Context(layout_of(graph, resources, former.ontology), former, _known(graph, former))
    layout = layout_of(graph, resources)
    shapes = load_shapes(resources.files("shapes", "*.ttl"), layout.ontology)
    digest = ontology_digest(graph) if layout.built else None
    ground = Groundwork.of(layout.ontology, shapes, resources, digest)
    return Context(layout, ground, _known(graph, ground) if layout.built else None)


def _known(graph: OpenGraph, ground: Groundwork) -> Sequence[ValidationResult] | None:
    """Return the results in build.json; None where they are by other shapes."""
    same = graph.summary.get("validation", {}).get("shapes") == ground.checksum
    return read_results(graph.summary) if same else None
