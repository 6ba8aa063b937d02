"""VoID: how much of what a dataset holds, so that others know before they load it.

Format: Describing Linked Datasets with the VoID Vocabulary (W3C Interest Group Note, 2011).
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.graph.distribution.contents import Contents
from kg_builder.graph.distribution.terms import NAMESPACES, Description, Term, integer, term
from kg_builder.graph.vocabulary import RDF_TYPE
from kg_builder.model.bilingual import Bilingual

_LINKS: Final = frozenset(
    term(name)
    for name in (
        *("owl:sameAs", "rdfs:seeAlso", "skos:exactMatch", "skos:closeMatch"),
        *("skos:broadMatch", "skos:narrowMatch", "skos:relatedMatch"),
    )
)
_EXAMPLES: Final = 5
_LOCAL: Final = re.compile("[-0-9A-Za-z_]+")


@dataclass(frozen=True, slots=True)
class PropertyCount:
    """How often a property is used, and with how many subjects and objects."""

    triples: int
    subjects: int
    objects: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is counted of a graph; `entities` are the subjects under the base of the instances."""

    triples: int
    entities: int
    subjects: int
    objects: int
    classes: Mapping[NamedNode, int]
    properties: Mapping[NamedNode, PropertyCount]


def count(triples: Iterable[Triple], instances: str) -> Statistics:
    """Count a graph, whose triples come once each; `instances` begins every entity's IRI."""
    total = 0
    uses: dict[NamedNode, int] = defaultdict(int)
    subjects: dict[NamedNode, set[Term]] = defaultdict(set)
    objects: dict[NamedNode, set[Term]] = defaultdict(set)
    typed: dict[NamedNode, int] = defaultdict(int)
    for triple in triples:
        total += 1
        s, p, o = triple.subject, triple.predicate, triple.object
        uses[p] += 1
        subjects[p].add(s)  # type: ignore[arg-type]
        objects[p].add(o)  # type: ignore[arg-type]
        if p == RDF_TYPE and isinstance(o, NamedNode):
            typed[o] += 1
    every: set[Term] = set().union(*subjects.values())
    return Statistics(
        triples=total,
        entities=sum(isinstance(s, NamedNode) and s.value.startswith(instances) for s in every),
        subjects=len(every),
        objects=len(set[Term]().union(*objects.values())),
        classes=dict(sorted(typed.items(), key=lambda item: str(item[0]))),
        properties={
            p: PropertyCount(uses[p], len(subjects[p]), len(objects[p]))
            for p in sorted(uses, key=str)
        },
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A dataset of the distribution: the whole, or a part of it, with where it can be had."""

    node: NamedNode
    title: Bilingual
    statistics: Statistics
    dumps: tuple[str, ...]
    """IRIs of files that hold just this."""
    parent: NamedNode | None = None
    licence: NamedNode | None = None


def describe_parts(
    about: Description, parts: Sequence[Part], contents: Contents, endpoint: str | None
) -> None:
    """Say what each dataset holds."""
    for part in parts:
        about.a(part.node, "void:Dataset")
        about.say(part.node, "dcterms:title", part.title)
        about.say(part.node, "dcterms:license", part.licence)
        about.say(part.node, "void:uriSpace", term_text(f"{contents.base}id/"))
        about.say(part.node, "void:dataDump", *map(NamedNode, part.dumps))
        if part.parent is None:
            about.say(part.node, "void:sparqlEndpoint", NamedNode(endpoint) if endpoint else None)
            about.say(part.node, "void:exampleResource", *_examples(contents))
        else:
            about.say(part.parent, "void:subset", part.node)
        _say_counts(about, part)


def describe_links(
    about: Description, whole: NamedNode, triples: Iterable[Triple], instances: str
) -> None:
    """Say which other datasets instances are linked to, by predicate and namespace."""
    counts: dict[tuple[NamedNode, str], int] = defaultdict(int)
    for triple in triples:
        s, o = triple.subject, triple.object
        if (
            triple.predicate in _LINKS
            and isinstance(s, NamedNode)
            and isinstance(o, NamedNode)
            and s.value.startswith(instances)
            and not o.value.startswith(instances)
        ):
            counts[triple.predicate, namespace(o.value)] += 1
    for (predicate, target), total in sorted(counts.items(), key=str):
        digest = hashlib.sha256(f"{predicate} {target}".encode()).hexdigest()[:12]
        node = NamedNode(f"{whole.value}/links/{digest}")
        other = NamedNode(f"{node.value}/target")
        about.a(node, "void:Linkset")
        about.say(node, "void:linkPredicate", predicate)
        about.say(node, "void:subjectsTarget", whole)
        about.say(node, "void:objectsTarget", other)
        about.say(node, "void:triples", integer(total))
        about.a(other, "void:Dataset")
        about.say(other, "void:uriSpace", term_text(target))
        about.say(whole, "void:subset", node)


def namespace(iri: str) -> str:
    """Return an IRI up to its last `#` or `/`."""
    return iri[: max(iri.rfind("#"), iri.rfind("/")) + 1]


def term_text(text: str) -> Literal:
    """Return plain words as a literal."""
    return Literal(text)


def _say_counts(about: Description, part: Part) -> None:
    found = part.statistics
    about.say(part.node, "void:triples", integer(found.triples))
    about.say(part.node, "void:entities", integer(found.entities))
    about.say(part.node, "void:distinctSubjects", integer(found.subjects))
    about.say(part.node, "void:distinctObjects", integer(found.objects))
    about.say(part.node, "void:properties", integer(len(found.properties)))
    about.say(part.node, "void:classes", integer(len(found.classes)))
    used = {namespace(node.value) for node in (*found.properties, *found.classes)}
    known = set(NAMESPACES.values())
    about.say(part.node, "void:vocabulary", *(NamedNode(ns) for ns in sorted(used & known)))
    for cls, entities in found.classes.items():
        node = NamedNode(f"{part.node.value}/class/{_name(cls)}")
        about.say(part.node, "void:classPartition", node)
        about.a(node, "void:Dataset")
        about.say(node, "void:class", cls)
        about.say(node, "void:entities", integer(entities))
    for predicate, uses in found.properties.items():
        node = NamedNode(f"{part.node.value}/property/{_name(predicate)}")
        about.say(part.node, "void:propertyPartition", node)
        about.a(node, "void:Dataset")
        about.say(node, "void:property", predicate)
        about.say(node, "void:triples", integer(uses.triples))
        about.say(node, "void:distinctSubjects", integer(uses.subjects))
        about.say(node, "void:distinctObjects", integer(uses.objects))


def _name(node: NamedNode) -> str:
    """Return a name for a term's partition: its prefix and local name, else a hash of its IRI."""
    space = namespace(node.value)
    local = node.value.removeprefix(space)
    prefix = next((name for name, iri in NAMESPACES.items() if iri == space), None)
    if prefix and _LOCAL.fullmatch(local):
        return f"{prefix}-{local}"
    return hashlib.sha256(node.value.encode()).hexdigest()[:12]


def _examples(contents: Contents) -> list[NamedNode]:
    """Return the reports, then the first instance of each of the most frequent classes."""
    reports = [source.report for source in contents.sources if source.report]
    by_class: dict[Term, list[NamedNode]] = defaultdict(list)
    for triple in contents.asserted:
        if triple.predicate == RDF_TYPE and isinstance(triple.subject, NamedNode):
            by_class[triple.object].append(triple.subject)  # type: ignore[index]
    ranked = sorted(by_class.items(), key=lambda item: (-len(item[1]), str(item[0])))
    firsts = (min(nodes, key=str) for _, nodes in ranked)
    return list(dict.fromkeys([*reports[:1], *firsts]))[:_EXAMPLES]
