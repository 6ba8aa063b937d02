"""Other people's data against other people's shapes, as pySHACL's users expect it.

Both may be hostile, so the shapes are compiled and checked in a child process with limits. What
comes back is SHACL's report, and what of the shapes had nothing to check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

from kg_builder.graph.index import Term, TripleIndex
from kg_builder.graph.mixing import Inference, mixed
from kg_builder.graph.query.door import closed_door
from kg_builder.graph.shacl import Shape, Shapes, compile_shapes
from kg_builder.graph.shacl.reading import IllFormedShape, ShapesGraph
from kg_builder.graph.shacl.run import Run
from kg_builder.graph.shacl.vocabulary import RDF_TYPE, short_name
from kg_builder.graph.validation import validate
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.validation import ValidationReport
from kg_builder.workers import run_in_child

_SWITCHES: Final = frozenset({"uniqueLang", "closed"})
"""Constraints that `false` switches off."""
_MEMORY: Final = 1 << 30
"""Bytes for a small graph, interpreter and engines included."""
_MEMORY_PER_TRIPLE: Final = 3000
_NEAR: Final = 0.75
"""How alike names have to be, of 1, for one to be meant by the other."""


@dataclass(frozen=True, slots=True)
class Aim:
    """A target of a shape that no node of the data meets."""

    shape: str
    """In N-Triples syntax, as all terms here."""
    term: str
    kind: str
    """`class`, `subjects` or `objects`."""
    known: bool
    """Whether data, ontology or shapes speak of the term besides."""
    near: str | None = None
    """A term that the data use, written much alike."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """Shapes that cannot be run, and the shape at fault, as far as there is one."""

    message: Bilingual
    node: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found."""

    report: ValidationReport
    focus_nodes: int
    unmet: tuple[Aim, ...]
    shapes: int
    """Shapes that have a target and something to check."""
    asleep: int
    """Shapes that have a target, and whose constraints are all switched off."""


def check_alone(
    data: Sequence[Triple],
    shapes: Sequence[Triple],
    ontology: Sequence[Triple] = (),
    *,
    inference: Inference = "none",
    timeout: float,
) -> Checked | Unusable:
    """Check a data graph against a shapes graph, in a child process with limits.

    Raises TimeLimitError, MemoryLimitError, CrashError; ValidationFailure where the data could not
    be checked.
    """
    return run_in_child(
        check_ntriples,
        *map(_ntriples, (data, shapes, ontology)),
        inference,
        timeout=timeout,
        memory=_MEMORY + _MEMORY_PER_TRIPLE * (len(data) + len(ontology)),
    )


def _ntriples(triples: Iterable[Triple]) -> bytes:
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


# in the child


def check_ntriples(
    data: bytes, shapes: bytes, ontology: bytes, inference: Inference
) -> Checked | Unusable:
    """Do what `check_alone` does, in this process, on graphs in N-Triples."""
    try:
        compiled = compile_shapes(_triples(shapes))
    except IllFormedShape as error:
        node, name = (term and str(term) for term in (error.node, error.name))
        return Unusable(error.message, node, name)
    given = _triples(data)
    axioms = _triples(ontology)
    if axioms or inference != "none":
        given = mixed(given, axioms, inference)
    index = TripleIndex(given)
    aimed = [shape for shape in compiled.shapes if shape.targets]
    live = [shape for shape in aimed if not shape.deactivated and _checks(shape)]
    graph = ShapesGraph(compiled.triples)
    asleep = sum(shape not in live and _is_told_to_sleep(graph, shape) for shape in aimed)
    run = Run(index, compiled.triples)
    focus = {node for shape in live for node in shape.targets.select(run, None)}
    unmet = tuple(_unmet(live, run, compiled, axioms))
    # pySHACL, to which some shapes go, is a process of its own, and needs files
    with nullcontext() if compiled.unsupported else closed_door():
        report = validate(index, compiled) if focus else ValidationReport(conforms=True, results=())
    return Checked(report, len(focus), unmet, len(live), asleep)


def _checks(shape: Shape) -> bool:
    return bool(shape.constraints or shape.properties)


def _is_told_to_sleep(graph: ShapesGraph, shape: Shape) -> bool:
    """Return whether a shape says itself that it checks nothing: SHACL then has it conform."""
    return shape.deactivated or not graph.names(shape.node).isdisjoint(_SWITCHES)


def _triples(text: bytes) -> list[Triple]:
    return [quad.triple for quad in parse(text, RdfFormat.N_TRIPLES)]


def _unmet(
    live: Iterable[Shape], run: Run, shapes: Shapes, axioms: Iterable[Triple]
) -> Iterator[Aim]:
    spoken = _spoken_of(shapes, axioms)
    for shape in live:
        targets = shape.targets
        for cls in targets.classes:
            if isinstance(cls, NamedNode) and not run.instances(cls):
                known = cls in spoken or run.data.find(cls) is not None
                classes = _terms(run, run.edges(RDF_TYPE, backwards=True))
                yield Aim(str(shape.node), str(cls), "class", known, _near(cls, classes))
        for kind, predicates in (
            ("subjects", targets.subjects_of),
            ("objects", targets.objects_of),
        ):
            for predicate in predicates:
                if not run.edges(predicate):
                    known = predicate in spoken or run.data.find(predicate) is not None
                    used = _terms(run, run.data.predicates())
                    near = _near(predicate, used)
                    yield Aim(str(shape.node), str(predicate), kind, known, near)


def _spoken_of(shapes: Shapes, axioms: Iterable[Triple]) -> set[Term]:
    """Return what the ontology speaks of, or the shapes in another way than as a target."""
    found: set[Term] = {term for triple in axioms for term in triple}
    for triple in shapes.triples:
        if not triple.predicate.value.startswith(PREFIXES["sh"] + "target"):
            found.add(triple.object)  # type: ignore[arg-type]
            if triple.predicate == RDF_TYPE and not str(triple.object).startswith(_SHAPES):
                found.add(triple.subject)  # type: ignore[arg-type]
    return found


_SHAPES: Final = "<" + PREFIXES["sh"]


def _terms(run: Run, numbers: Iterable[int]) -> list[NamedNode]:
    return [term for term in map(run.term, numbers) if isinstance(term, NamedNode)]


def _near(term: NamedNode, others: Iterable[NamedNode]) -> str | None:
    """Return the one of `others` whose name is most like a term's; None where none is."""
    names: dict[str, NamedNode] = {}
    for other in others:
        names.setdefault(short_name(other.value).lower(), other)
    found = get_close_matches(short_name(term.value).lower(), names, n=1, cutoff=_NEAR)
    return str(names[found[0]]) if found else None
