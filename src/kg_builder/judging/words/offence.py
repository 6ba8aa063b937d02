"""From a result of SHACL to the triples of the submissions that are at fault for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.shacl import Shape, Shapes, logic, queries, relations
from kg_builder.graph.shacl import constraints as core
from kg_builder.graph.shacl.constraints import Constraint
from kg_builder.graph.shacl.report import read_term
from kg_builder.graph.shacl.vocabulary import RDF_TYPE
from kg_builder.judging.raw import Part
from kg_builder.judging.words.fitting import Concerns, Fitting
from kg_builder.judging.words.material import Material
from kg_builder.judging.words.steps import Walk, walk
from kg_builder.model.validation import ValidationResult

_OF_A_VALUE = (core.In, core.Matches, core.Length, core.Datatype, core.LanguageIn, core.Range)


@dataclass(frozen=True)
class Case:
    """A result with all that can be told of it: its terms, its shape, its constraint."""

    result: ValidationResult
    material: Material
    shape: Shape | None
    constraint: Constraint | None

    @cached_property
    def focus(self) -> Term:
        """The focus node."""
        return read_term(self.result.focus_node)

    @cached_property
    def value(self) -> Term | None:
        """The value node, if the result names one."""
        return None if self.result.value is None else read_term(self.result.value)

    @cached_property
    def walk(self) -> Walk:
        """Where the path leads from the focus node; without a path to the node itself."""
        if self.result.path is None:
            return Walk((self.focus,), (), {}, 0)
        return walk(self.material.facts, self.focus, self.result.path)

    @cached_property
    def shapes(self) -> Shapes:
        """The shapes; there are some if the result's constraint is known."""
        shapes = self.material.rules.shapes
        if shapes is None:
            raise ValueError("no shapes")
        return shapes

    @property
    def fitting(self) -> Fitting:
        """Tries nodes against constraints."""
        return self.material.fitting

    @property
    def concerns(self) -> Concerns:
        """What the constraint looks at."""
        if self.constraint is None:
            return Concerns()
        return self.material.rules.concerns_of(self.constraint)

    @cached_property
    def others(self) -> tuple[Term, ...]:
        """The values of the property that the constraint compares with."""
        if not isinstance(
            self.constraint, relations.Equals | relations.Disjoint | relations.LessThan
        ):
            return ()
        return tuple(self.material.facts.objects(self.focus, self.constraint.predicate))

    @cached_property
    def told(self) -> tuple[Term, ...]:
        """The values that the result is about: those too many, alike, or counted."""
        values = self.walk.values
        if isinstance(self.constraint, relations.UniqueLang):
            tags = Counter(v.language.lower() for v in values if _tagged(v))  # type: ignore[union-attr]
            return tuple(v for v in values if _tagged(v) and tags[v.language.lower()] > 1)  # type: ignore[union-attr]
        if isinstance(self.constraint, logic.Qualified):
            return tuple(v for v in values if self._counts(self.constraint, v))
        return values

    def _counts(self, constraint: logic.Qualified, value: Term) -> bool:
        fits = self.fitting.fits
        return fits(constraint.shape, value) and not any(
            fits(sibling, value) for sibling in constraint.siblings
        )


def _tagged(term: Term) -> bool:
    return isinstance(term, Literal) and bool(term.language)


def case_of(result: ValidationResult, material: Material) -> Case:
    """Return a result with its shape and the constraint of it that failed."""
    shape = material.rules.shape_of.get(result.source_shape)
    if shape is None:
        return Case(result, material, None, None)
    fitting = [c for c in shape.constraints if c.component_iri().value == result.component]
    if result.source_constraint is not None:
        named: list[Constraint] = [
            c
            for c in fitting
            if isinstance(c, queries.Select) and str(c.source) == result.source_constraint
        ]
        fitting = named or fitting
    if len(fitting) > 1:
        fitting = [c for c in fitting if _fails(Case(result, material, shape, c))] or fitting
    return Case(result, material, shape, fitting[0] if fitting else None)


def _fails(case: Case) -> bool:
    """Whether it is this constraint, of several of its kind, that the result is about."""
    constraint = case.constraint
    if constraint is None:
        return False
    if isinstance(constraint, relations.HasValue):
        return constraint.value not in (case.walk.values or (case.focus,))
    if isinstance(constraint, logic.Qualified):
        count = len(case.told)
        least = constraint.name == "qualifiedMinCount"
        return count < constraint.limit if least else count > constraint.limit
    if isinstance(constraint, relations.Disjoint | relations.Equals):
        both = case.value in case.others and case.value in case.walk.values
        return both is isinstance(constraint, relations.Disjoint)
    if isinstance(constraint, relations.LessThan):
        return bool(case.others)
    return case.value is None or not case.fitting.meets(constraint, case.value)


@dataclass(frozen=True, slots=True)
class Offence:
    """What of the submissions is at fault."""

    triples: tuple[Triple, ...]
    """The offending triple first, then those that take part; all of the submissions. None where
    something is missing of a node that is a subject there."""
    part: Part = "object"
    inferred: bool = False
    """Whether what is wrong only follows from the first triple."""


def offence(case: Case) -> Offence:
    """Return the triples of the submissions that are at fault for a result."""
    found = _offending(case)
    if found.triples or _is_subject(case):
        return found
    touching = _touching(case)
    ends = (case.focus, case.value)
    part: Part = "object" if touching and touching[0].object in ends else "subject"
    return Offence(touching, part)


def _is_subject(case: Case) -> bool:
    mentions = case.material.mentions.get(case.focus, ())
    return any(triple.subject == case.focus for triple in mentions)


def _offending(case: Case) -> Offence:
    if case.result.path is None:
        return _about(case, case.focus)
    if case.value is None:
        return _together(case)
    leading = _leading(case, case.value)
    found = _submitted(case, leading)
    if not found:
        about = _about(case, case.value)
        return about if about.triples else Offence(())
    # of premises the one that brings the value
    found.sort(key=lambda t: case.value not in (t.object, t.subject) and t not in leading)
    partners = _submitted(case, _partners(case))
    first = found[0]
    part: Part = "predicate" if isinstance(case.constraint, relations.Closed) else "object"
    if first.subject == case.value and first.object != case.value:
        part = "subject"
    told = dict.fromkeys((first, *_by_place(case, partners), *found[1:]))
    return Offence(tuple(told), part, inferred=first not in leading)


def _leading(case: Case, value: Term) -> tuple[Triple, ...]:
    leading = case.walk.leading_to(value)
    return leading or tuple(triple for triple in _partners(case) if triple.object == value)


def _partners(case: Case) -> tuple[Triple, ...]:
    """Return the triples of the property that the constraint compares with."""
    constraint = case.constraint
    if isinstance(constraint, relations.Equals | relations.Disjoint | relations.LessThan):
        predicate = constraint.predicate
        return tuple(Triple(case.focus, predicate, o) for o in case.others)  # type: ignore[arg-type]
    return ()


def _together(case: Case) -> Offence:
    """Find what is at fault where the values are judged together: the last of them, if any."""
    constraint = case.constraint
    if isinstance(constraint, relations.MinCount):
        return Offence(())
    least = isinstance(constraint, logic.Qualified) and constraint.name == "qualifiedMinCount"
    told = case.walk.values if least else case.told
    leading = [triple for value in told for triple in case.walk.leading_to(value)]
    last_first = _by_place(case, _submitted(case, (*leading, *_partners(case))))[::-1]
    part: Part = "object"
    if last_first and last_first[0].object not in told and last_first[0].subject in told:
        part = "subject"
    return Offence(tuple(last_first), part)


def _about(case: Case, node: Term) -> Offence:
    """Find the triples about a node that a constraint on the node itself is about."""
    mine = [t for t in case.material.mentions.get(node, ()) if t.subject == node]
    constraint = case.constraint
    if isinstance(constraint, core.NodeKind | relations.MinCount):
        return Offence(())
    if isinstance(constraint, _OF_A_VALUE):
        return Offence(())
    typed = _typed(case, node)
    if typed:
        return Offence(tuple(typed))
    wanted = case.concerns.predicates
    told = [t for t in mine if t.predicate in wanted]
    told.sort(key=lambda t: t.predicate == RDF_TYPE)
    if not told and case.concerns.classes:
        told = [t for t in mine if t.predicate == RDF_TYPE]
    return Offence(tuple(told[::-1]) if told and told[-1].predicate != RDF_TYPE else tuple(told))


def _typed(case: Case, node: Term) -> list[Triple]:
    """Return the triples by which a node is of a class that it must not be of, the last first."""
    refused = case.concerns.refused
    if not refused or isinstance(node, Literal):
        return []
    facts = case.material.facts
    classes = [c for c in facts.types(node) if any(r in facts.above(c) for r in refused)]
    found = _submitted(case, [Triple(node, RDF_TYPE, cls) for cls in classes])
    return _by_place(case, found)[::-1]


def _submitted(case: Case, triples: Iterable[Triple]) -> list[Triple]:
    """Return the submitted ones of some triples, and the premises of the inferred ones."""
    home, inferred = case.material.home, case.material.inferred_set
    found: dict[Triple, None] = {}
    for triple in triples:
        if triple in home:
            found[triple] = None
        elif triple in inferred:
            found.update(dict.fromkeys(case.material.premises.of(triple)))
    return list(found)


def _by_place(case: Case, triples: Iterable[Triple]) -> list[Triple]:
    return sorted(triples, key=case.material.order.__getitem__)


def _touching(case: Case) -> tuple[Triple, ...]:
    """Return a submitted triple that touches a result about old nodes."""
    mentions = case.material.mentions
    nodes: list[Term] = [case.focus, *([case.value] if case.value is not None else [])]
    for triple in case.walk.walked:
        nodes.extend((triple.subject, triple.object))  # type: ignore[arg-type]
    wanted: Sequence[NamedNode] = case.concerns.predicates
    for node in dict.fromkeys(nodes):
        found = mentions.get(node, ())
        if found:
            near = [t for t in found if t.predicate in wanted or t.predicate == RDF_TYPE]
            return ((near or list(found))[-1],)
    return ()
