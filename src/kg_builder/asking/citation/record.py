"""What a citation is made of: what the graph knows of the thing, its report and itself.

What is not known is None or empty, and is left out wherever it is printed; nothing is made up.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.asking.evidence import Contribution, Witnesses
from kg_builder.graph.index import Term
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import DEFAULT_BASE, HOUSE, RDF_TYPE, expand
from kg_builder.model.bilingual import Bilingual

_REPORT: Final = expand("Report")
_COPY_OF: Final = expand("dcterms:isFormatOf")
_SUBJECT: Final = expand("rdf:subject")
_PREDICATE: Final = expand("rdf:predicate")
_NAMING: Final = frozenset(map(expand, ("rdf:type", "rdfs:label")))
_QUOTED: Final = expand("prov:wasQuotedFrom")
_SOURCE: Final = expand("oa:hasSource")
_ROOT: Final = NamedNode(HOUSE + "ont")
_DATE: Final = re.compile(
    r"(?P<date>[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?)(?:Z|[-+][0-9]{2}:[0-9]{2})?$"
)


@dataclass(frozen=True, slots=True, order=True)
class CitedPlace:
    """A place in a report."""

    line: int
    column: int
    path: str | None
    """Headings, table, row and column."""


@dataclass(frozen=True, slots=True, order=True)
class CitedDecision:
    """A reviewer's decision behind what is cited."""

    who: str
    day: str
    reason: str


@dataclass(frozen=True, slots=True)
class CitedSource:
    """A report, as its source record knows it."""

    iri: str
    title: str
    issuer: str | None = None
    number: str | None = None
    issued: str | None = None
    """A day, a month or a year, as ISO 8601 writes it."""
    retrieved: str | None = None
    address: str | None = None
    rights: str | None = None
    extent: str | None = None
    sha256: str | None = None
    """Checksum of the text that was read."""
    places: tuple[CitedPlace, ...] = ()


@dataclass(frozen=True, slots=True)
class CitedDataset:
    """The graph that is cited."""

    base: str | None = None
    is_placeholder: bool = False
    """Whether its IRIs lie under the placeholder base and so resolve nowhere."""
    tool: str | None = None
    """Version of kg_builder that built it."""
    ontology: str | None = None
    """Version of the ontology."""
    build: str | None = None
    """Twelve digits of the SHA-256 of `dataset.nq`: equal for equal graphs."""
    licences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """All that a citation may say; how it is said is for `styles`."""

    title: Bilingual
    """What the thing is called, or the question that was answered."""
    iri: str | None
    """None for an answer."""
    kind: Bilingual | None
    """What the class is called, where that is known."""
    is_report: bool
    """Whether the thing is a report itself."""
    dataset: CitedDataset
    sources: tuple[CitedSource, ...]
    decisions: tuple[CitedDecision, ...] = ()
    contributions: tuple[Contribution, ...] = ()
    """The batches that say anything of what is cited, each with its source, by number."""


def cite_entity(graph: OpenGraph, node: NamedNode) -> Citation:
    """Return the citation of a node: its report and the places there that speak of it."""
    is_report = _REPORT in _objects(graph, node, RDF_TYPE)
    name = _name(graph, node) or Bilingual(node.value, node.value)
    return Citation(
        title=name,
        iri=node.value,
        kind=_class_name(graph, node),
        is_report=is_report,
        dataset=_dataset(graph),
        sources=(_source(graph, node, ()),) if is_report else _sources(graph, [node]),
        decisions=_decisions(graph, [node]),
        contributions=_contributions(graph, [node]),
    )


def cite_answer(graph: OpenGraph, title: Bilingual, nodes: Iterable[NamedNode]) -> Citation:
    """Return the citation of an answer.

    `title` is the question with its parameters; `nodes` are what went into the answer, whose places
    in reports are cited.
    """
    nodes = list(dict.fromkeys(nodes))
    return Citation(
        title=title,
        iri=None,
        kind=None,
        is_report=False,
        dataset=_dataset(graph),
        sources=_sources(graph, nodes),
        decisions=_decisions(graph, nodes),
        contributions=_contributions(graph, nodes),
    )


def _sources(graph: OpenGraph, nodes: Iterable[NamedNode]) -> tuple[CitedSource, ...]:
    places: dict[NamedNode, set[CitedPlace]] = {}
    for node in nodes:
        for passage in _passages(graph, node):
            for report in _objects(graph, passage, _SOURCE):
                place = _place(graph, passage)
                if isinstance(report, NamedNode) and place is not None:
                    places.setdefault(report, set()).add(place)
    reports = sorted(places, key=lambda report: report.value)
    return tuple(_source(graph, report, places[report]) for report in reports)


def _passages(graph: OpenGraph, node: NamedNode) -> list[NamedNode]:
    """Return where a node is named; for one that is named nowhere, where anything is said of it."""
    facts = list(_facts(graph, node))
    naming = [fact for fact in facts if not _NAMING.isdisjoint(_objects(graph, fact, _PREDICATE))]
    for chosen in (naming, facts):
        found = [passage for fact in chosen for passage in _objects(graph, fact, _QUOTED)]
        if found:
            return [passage for passage in found if isinstance(passage, NamedNode)]
    return []


def _facts(graph: OpenGraph, node: NamedNode) -> Iterator[NamedNode]:
    for quad in graph.store.quads_for_pattern(None, _SUBJECT, node, None):
        if isinstance(quad.subject, NamedNode):
            yield quad.subject


def _place(graph: OpenGraph, passage: NamedNode) -> CitedPlace | None:
    line, column = (_number(graph, passage, name) for name in ("line", "column"))
    if line is None:
        return None
    return CitedPlace(line, column or 1, _words(graph, passage, "path"))


def _decisions(graph: OpenGraph, nodes: Iterable[NamedNode]) -> tuple[CitedDecision, ...]:
    found = {
        CitedDecision(
            _words(graph, decision, "decidedBy") or "",
            _words(graph, decision, "dcterms:date") or "",
            _words(graph, decision, "reason") or "",
        )
        for node in nodes
        for fact in _facts(graph, node)
        for decision in _objects(graph, fact, expand("decision"))
        if isinstance(decision, NamedNode)
    }
    return tuple(sorted(found))


def _contributions(graph: OpenGraph, nodes: Iterable[NamedNode]) -> tuple[Contribution, ...]:
    witnesses = Witnesses(graph)
    found = {item: None for node in nodes for item in witnesses.contributions_about(node)}
    return tuple(sorted(found, key=lambda item: (item.number or 0, item.graph)))


def _source(graph: OpenGraph, report: NamedNode, places: Iterable[CitedPlace]) -> CitedSource:
    """Return what is known of a report: by the records of its copies, else by the report itself."""
    copies = sorted(
        (
            quad.subject
            for quad in graph.store.quads_for_pattern(None, _COPY_OF, report, None)
            if isinstance(quad.subject, NamedNode)
        ),
        key=lambda node: node.value,
    )
    nodes = (*copies, report)

    def known(name: str) -> str | None:
        return next(filter(None, (_words(graph, node, name) for node in nodes)), None)

    title = known("dcterms:title") or known("rdfs:label") or report.value
    return CitedSource(
        iri=report.value,
        title=title,
        issuer=known("dcterms:publisher") or _issuer(graph, report),
        number=known("dcterms:identifier"),
        issued=_date(known("dcterms:issued")),
        retrieved=_date(known("retrieved")),
        address=known("dcat:landingPage"),
        rights=known("dcterms:rights"),
        extent=known("dcterms:extent"),
        sha256=known("normalizedTextSha256"),
        places=tuple(sorted(set(places), key=_order)),
    )


def _order(place: CitedPlace) -> tuple[int, int, str]:
    return place.line, place.column, place.path or ""


def _issuer(graph: OpenGraph, report: NamedNode) -> str | None:
    for body in _objects(graph, report, expand("issuedBy")):
        name = _name(graph, body) if isinstance(body, NamedNode) else None
        if name is not None:
            return name.zh
    return None


def _dataset(graph: OpenGraph) -> CitedDataset:
    licences = {
        quad.object.value
        for quad in graph.store.quads_for_pattern(None, expand("dcterms:license"), None, None)
        if isinstance(quad.object, NamedNode)
        and _objects(graph, quad.subject, _COPY_OF)  # the ontology's licence is its own
    }
    return CitedDataset(
        base=graph.base,
        is_placeholder=graph.base == DEFAULT_BASE,
        tool=graph.summary.get("version"),
        ontology=_words(graph, _ROOT, "owl:versionInfo"),
        build=_build(graph),
        licences=tuple(sorted(licences)),
    )


def _build(graph: OpenGraph) -> str | None:
    if graph.generation is None:
        return None
    return hashlib.sha256(graph.nquads()).hexdigest()[:12]


def _class_name(graph: OpenGraph, node: NamedNode) -> Bilingual | None:
    """Return what the class is called that the fewest things are of: the most telling one."""
    types = [term for term in _objects(graph, node, RDF_TYPE) if isinstance(term, NamedNode)]
    named = [(_members(graph, term), term.value, _name(graph, term)) for term in types]
    return min(
        ((count, iri, name) for count, iri, name in named if name is not None),
        key=lambda item: item[:2],
        default=(0, "", None),
    )[2]


def _members(graph: OpenGraph, of_class: NamedNode) -> int:
    return sum(1 for _ in graph.store.quads_for_pattern(None, RDF_TYPE, of_class, None))


def _name(graph: OpenGraph, node: NamedNode) -> Bilingual | None:
    zh, en = graph.label(node, "zh"), graph.label(node, "en")
    return Bilingual(zh, en) if zh is not None and en is not None else None


def _objects(graph: OpenGraph, node: Term | Triple, predicate: NamedNode) -> list[Term]:
    """Return the objects in any graph, each once, in a fixed order."""
    if isinstance(node, Literal):
        return []
    quads = graph.store.quads_for_pattern(node, predicate, None, None)
    found = {quad.object for quad in quads if not isinstance(quad.object, Triple)}
    return sorted(found, key=str)


def _words(graph: OpenGraph, node: NamedNode, name: str) -> str | None:
    found = _objects(graph, node, expand(name))
    return found[0].value if found else None


def _number(graph: OpenGraph, node: NamedNode, name: str) -> int | None:
    word = _words(graph, node, name) or ""
    return int(word) if word.isascii() and word.isdigit() else None


def _date(word: str | None) -> str | None:
    """Return a day, a month or a year without its time zone; None for what is none of them."""
    found = _DATE.match(word or "")
    return found["date"] if found else None
