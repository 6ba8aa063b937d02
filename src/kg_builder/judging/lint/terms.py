"""Classes, properties and concepts that are not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from pyoxigraph import NamedNode, Triple

from kg_builder.graph.unknown_terms import (
    OWN_NAMESPACES,
    SCHEME_NAMESPACES,
    UnknownTerm,
    unknown_term_result,
    unknown_terms,
)
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand
from kg_builder.judging.lint.findings import Kind, about, instead
from kg_builder.judging.lint.near import Near
from kg_builder.judging.lint.task import Task
from kg_builder.judging.raw import Mend, Part, Raw
from kg_builder.model.bilingual import Bilingual

_SCHEMA: Final = tuple(PREFIXES[name] for name in ("rdf", "rdfs", "owl", "xsd", "sh"))
_REUSED: Final = tuple(
    space for space in PREFIXES.values() if space not in (*OWN_NAMESPACES, *_SCHEMA)
)
_WITHOUT_DOUBT: Final = frozenset(
    map(expand, ("rdfs:seeAlso", "rdfs:comment", "dcterms:isReplacedBy", "skos:exactMatch"))
)
"""Properties that the ontology does not use, and that any instance may have."""
_ROLES: Final[Mapping[str, Bilingual]] = MappingProxyType(
    {
        "class": Bilingual("类", "class"),
        "property": Bilingual("属性", "property"),
        "concept": Bilingual("概念", "concept"),
        "term": Bilingual("术语", "term"),
    }
)


def unknown(task: Task) -> Iterator[Raw]:
    """Yield the terms of our namespaces that the ontology does not have, or has as another kind."""
    for found in unknown_terms(task.triples, task.vocabulary.known):
        near = _nearest(task, found)
        asked = did_you_mean(task, near)
        why, another_kind = _why(task, found)
        marks = ("；", "; ") if another_kind else ("：", ": ")
        words = Bilingual(f"{why.zh}{marks[0]}{asked.zh}", f"{why.en}{marks[1]}{asked.en}")
        fixes = () if another_kind else mend_of(task, found.triple, found.part, near)
        result = unknown_term_result(found, words)
        yield Raw(result, (found.triple,), found.part, fixes=fixes)


def _why(task: Task, unknown: UnknownTerm) -> tuple[Bilingual, bool]:
    """Return what is wrong with a term, and whether it is there as another kind."""
    short, role = task.short(unknown.term), _ROLES[unknown.role]
    ontology = task.vocabulary.ontology
    if unknown.term in ontology.classes:
        zh, en = f"{short} 是类，不是属性，要写成 a {short}", f"{short} is a class, not a property"
        return Bilingual(zh, f"{en}: it stands as `a {short}`"), True
    if unknown.term in ontology.properties:
        words = Bilingual(f"{short} 是属性，不是类", f"{short} is a property, not a class")
        return words, True
    return Bilingual(
        f"本体里没有{role.zh} {short}", f"the ontology has no {role.en} {short}"
    ), False


def _nearest(task: Task, unknown: UnknownTerm) -> Near:
    """Return what is near among terms of the role; failing that, among all."""
    iri = unknown.term.value
    nearest = task.context.nearest
    space = next((space for space in SCHEME_NAMESPACES if iri.startswith(space)), None)
    if unknown.role == "concept" and space is not None:
        return nearest.within(space).near(iri.removeprefix(space))
    name = iri.removeprefix(space or PREFIXES["kg"])
    role = "term" if unknown.role == "concept" else unknown.role
    return nearest.of_role(role).near(name)


def unused(task: Task) -> Iterator[Raw]:
    """Yield the classes and properties of the vocabularies we reuse that nothing here uses."""
    found: dict[NamedNode, bool] = {}
    for triple in task.triples:
        terms: list[tuple[Part, NamedNode]] = [("predicate", triple.predicate)]
        if triple.predicate == RDF_TYPE and isinstance(triple.object, NamedNode):
            terms.append(("object", triple.object))
        for part, term in terms:
            if term not in found:
                found[term] = _is_unused(task, term)
            if found[term]:
                yield _unused(task, triple, part, term)


def _is_unused(task: Task, term: NamedNode) -> bool:
    context = task.context
    if not term.value.startswith(_REUSED) or term in _WITHOUT_DOUBT:
        return False
    return not (
        term in task.vocabulary.mentioned
        or context.in_store(None, term)
        or context.in_store(None, RDF_TYPE, term)
    )


def _unused(task: Task, triple: Triple, part: Part, term: NamedNode) -> Raw:
    space = next(space for space in _REUSED if term.value.startswith(space))
    near = task.context.nearest.within(space).near(term.value.removeprefix(space))
    short, role = task.short(term), _ROLES["class" if part == "object" else "property"]
    asked = did_you_mean(task, near)
    words = Bilingual(
        f"本体和图都不用{role.zh} {short}，没有形状会检查它：{asked.zh}",
        f"neither ontology nor graph uses the {role.en} {short}, and no shape checks it: "
        f"{asked.en}",
    )
    fixes = mend_of(task, triple, part, near)
    return about(Kind.UNUSED_TERM, triple, part, words, severity="Warning", fixes=fixes)


def did_you_mean(task: Task, near: Near) -> Bilingual:
    """Return the question whether a near term was meant, or where terms are listed."""
    if not near.terms:
        return Bilingual("可用的词见 kg schema", "see kg schema for the words there are")
    named = [task.called(term) for term in near.terms]
    zh, en = "、".join(name.zh for name in named), ", ".join(name.en for name in named)
    return Bilingual(f"是不是 {zh}？", f"did you mean {en}?")


def mend_of(task: Task, triple: Triple, part: Part, near: Near) -> tuple[Mend, ...]:
    """Return the mend that writes the near term, where it is plain."""
    if not near.plain:
        return ()
    return (instead(triple, part, near.terms[0], task.short(near.terms[0])),)
