"""The effect of new triples by validating everything before and after, to compare with."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import DefaultGraph, Quad, Store, Triple

from kg_builder.graph.context.context import Context
from kg_builder.graph.context.groundwork import Groundwork
from kg_builder.graph.context.layout import Layout, made
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.inference import compile_ontology, infer
from kg_builder.graph.ontology import Ontology, ontology_of
from kg_builder.graph.shacl import Shapes, validate
from kg_builder.graph.unknown_terms import KnownTerms, unknown_term_result, unknown_terms
from kg_builder.model.validation import ValidationResult
from kg_builder.resources import Resources


def as_stored(triples: Iterable[Triple]) -> list[Triple]:
    """The triples as Oxigraph keeps them: `01` is `1` there."""
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in triples)
    return [quad.triple for quad in store]


def layout(data: Iterable[Triple], ontology: Iterable[Triple]) -> Layout:
    store = Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in data)
    return made(store, ontology_of(tuple(ontology)))


def context_of(place: Layout, shapes: Shapes, old: Iterable[ValidationResult] = ()) -> Context:
    return Context(place, Groundwork.of(place.ontology, shapes, Resources.find()), old)


def results(asserted: Iterable[Triple], ontology: Ontology, shapes: Shapes) -> set:
    """What a build finds: `conformance.check`, for shapes at hand."""
    asserted = list(asserted)
    data = TripleIndex((*ontology.triples, *asserted))
    unknown = map(unknown_term_result, unknown_terms(asserted, KnownTerms(ontology)))
    found = {*validate(data, shapes).results, *unknown}
    for triple in infer(TripleIndex(asserted), compile_ontology(ontology.triples)):
        data.add(triple)
    return found | {*validate(data, shapes).results}


def assert_same_effect(
    base: Iterable[Triple],
    additions: Iterable[list[Triple]],
    ontology: Iterable[Triple],
    shapes: Shapes,
    *,
    of: Layout | None = None,
) -> list:
    """Compare with everything before and after; return the effects."""
    place = of or layout(base, ontology)
    own = place.ontology
    asserted = place.asserted()
    rules = compile_ontology(own.triples)
    before = results(asserted, own, shapes)
    inferred = set(infer(TripleIndex(asserted), rules))
    context = context_of(place, shapes, before)
    kept = set(place.store.quads_for_pattern(None, None, None, DefaultGraph()))
    known = {*asserted, *place.inferred(), *own.triples}
    effects = []
    for more in additions:
        effect = context.effect_of(more)
        after = results(dict.fromkeys((*asserted, *more)), own, shapes)
        entailed = set(infer(TripleIndex((*asserted, *more)), rules))
        assert set(effect.new) == {t for t in more if not place.is_asserted(t)}
        assert set(effect.inferred) == entailed - known
        assert set(effect.promoted) == inferred & set(more)
        assert set(effect.caused) == after - before
        assert set(effect.resolved) == before - after
        assert {(r.focus_node, r.component) for r in effect.standing} <= {
            (r.focus_node, r.component) for r in before & after
        }
        effects.append(effect)
    assert kept == set(place.store.quads_for_pattern(None, None, None, DefaultGraph()))
    return effects
