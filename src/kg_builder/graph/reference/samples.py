"""One instance of each class, out of the published data: what a person would point at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.graph.reference.records import ClassTerm, Sample
from kg_builder.graph.serialization import turtle
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, RDFS_LABEL

_MOST_TRIPLES: Final = 12
_LONGEST: Final = 60
"""Characters of a literal: samples show names and figures, not sentences."""


def choose_samples(
    data: Iterable[Triple], classes: Mapping[str, ClassTerm], base: str
) -> Mapping[str, Sample]:
    """Return an instance for each class that has one, the same whatever the order of `data`.

    It is the one of which most is said, then the one with the shortest IRI, and it has no type
    below the class. At most twelve triples are shown, long texts left out.
    """
    subjects: dict[NamedNode, list[Triple]] = {}
    types: dict[NamedNode, set[str]] = {}
    for triple in data:
        if not isinstance(triple.subject, NamedNode):
            continue
        subjects.setdefault(triple.subject, []).append(triple)
        if triple.predicate == RDF_TYPE and isinstance(triple.object, NamedNode):
            types.setdefault(triple.subject, set()).add(triple.object.value)
    best: dict[str, tuple[tuple[int, int, str], NamedNode]] = {}
    for subject, names in types.items():
        said = len({triple.predicate for triple in subjects[subject]})
        rank = (-said, len(subject.value), subject.value)
        for name in names & classes.keys():
            if names.intersection(classes[name].children):
                continue
            if name not in best or rank < best[name][0]:
                best[name] = (rank, subject)
    return {name: _sample(node, subjects[node], base) for name, (_rank, node) in best.items()}


def _sample(node: NamedNode, said: Iterable[Triple], base: str) -> Sample:
    chosen = sorted(
        {
            triple
            for triple in said
            if not (isinstance(triple.object, Literal) and len(triple.object.value) > _LONGEST)
        },
        key=_importance,
    )[:_MOST_TRIPLES]
    predicates = dict.fromkeys(triple.predicate.value for triple in chosen)
    return Sample(node.value, turtle(chosen, base=base).rstrip("\n"), tuple(predicates))


def _importance(triple: Triple) -> tuple[int, str, str]:
    """Put type and name first, then our own terms."""
    first = (RDF_TYPE, RDFS_LABEL)
    if triple.predicate in first:
        return first.index(triple.predicate), "", str(triple.object)
    ours = triple.predicate.value.startswith(PREFIXES["kg"])
    return 2 if ours else 3, triple.predicate.value, str(triple.object)
