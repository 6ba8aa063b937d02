"""Evidence: for every asserted triple the passages that say it, readable without the text.

Each triple is reified as a `kg:SourceFact` (an `rdf:Statement`, RDF 1.1) that was quoted from one
or more `kg:Passage`s. A passage is one span of the report's text, shared by all facts it supports;
its place is given by a W3C Web Annotation text-position selector, by line and column, by the path
of headings, table, row and column, and by the SHA-256 of the words, never by the words themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.graph.assembly.terms import Terms
from kg_builder.graph.iris import local_name
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, RDFS_LABEL, expand
from kg_builder.model.decision import Verdict
from kg_builder.model.document import Document, Table
from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Concept
from kg_builder.model.selector import Evidence, Span
from kg_builder.model.source_record import SourceRecord

_BREADCRUMB = " › "
_LANGUAGE_OF_TITLES = "zh"


class EvidenceWriter:
    """Collects the evidence triples of one report."""

    def __init__(
        self, document: Document, report: EntityId, record: SourceRecord, terms: Terms
    ) -> None:
        self._document = document
        self._terms = terms
        self._key = report.key
        self._report = terms.entity(report)
        self._prefix = f"{terms.base}id/passage/{local_name(report.key)}"
        self._passages: dict[Span, NamedNode] = {}
        self._triples: list[Triple] = list(source_triples(record, report, terms))
        self._p = {name: terms.name(name) for name in _PREDICATES}

    def triples(self) -> Iterator[Triple]:
        """Yield every evidence triple collected so far."""
        return iter(self._triples)

    def decision(self, verdict: Verdict) -> None:
        """Record a decision: who made it, when and why, and the passage it speaks of."""
        p = self._p
        decision = verdict.decision
        node = self._decision(verdict)
        self._triples += [
            Triple(node, RDF_TYPE, p["Decision"]),
            Triple(node, p["action"], Literal(decision.action)),
            Triple(node, p["decidedBy"], Literal(decision.who)),
            Triple(node, p["reason"], Literal(decision.why, language="zh")),
            Triple(node, p["prov:used"], self._passage(verdict.said)),
        ]
        if decision.date is not None:
            self._triples.append(Triple(node, p["dcterms:date"], self._terms.value(decision.date)))

    def _decision(self, verdict: Verdict) -> NamedNode:
        key = (*self._key, verdict.decision.digest[:16])
        return self._terms.entity(EntityId("Decision", key))

    def add(
        self,
        triple: Triple,
        said: Sequence[tuple[Evidence, str]],
        verdicts: Sequence[Verdict] = (),
    ) -> None:
        """Record who says `triple`: pairs of evidence and the rule that read it, and decisions."""
        p = self._p
        node = fact_iri(triple, self._terms.base)
        found: dict[tuple[NamedNode, NamedNode | Literal], None] = {
            (RDF_TYPE, p["SourceFact"]): None,
            (p["rdf:subject"], triple.subject): None,  # type: ignore[dict-item]
            (p["rdf:predicate"], triple.predicate): None,
            (p["rdf:object"], triple.object): None,  # type: ignore[dict-item]
        }
        for evidence, rule in said:
            found[p["prov:wasQuotedFrom"], self._passage(evidence)] = None
            found[p["rule"], Literal(rule)] = None
            found[p["reading"], self._terms.value(Concept("reading", evidence.reading))] = None
        for verdict in verdicts:
            found[p["decision"], self._decision(verdict)] = None
        self._triples.extend(Triple(node, predicate, term) for predicate, term in found)

    def _passage(self, evidence: Evidence) -> NamedNode:
        known = self._passages.get(evidence.span)
        if known is not None:
            return known
        span = evidence.span
        node = NamedNode(f"{self._prefix}_{span.start}_{span.end}")
        self._passages[span] = node
        self._triples.extend(self._describe(node, evidence))
        return node

    def _describe(self, node: NamedNode, evidence: Evidence) -> Iterator[Triple]:
        p = self._p
        span = evidence.span
        source = self._document.source
        position = source.position(span.start)
        selector = NamedNode(node.value + "#position")
        words = source.quote(span).encode("utf-8", "surrogatepass")
        yield Triple(node, RDF_TYPE, p["Passage"])
        yield Triple(node, p["oa:hasSource"], self._report)
        yield Triple(node, p["oa:hasSelector"], selector)
        yield Triple(selector, RDF_TYPE, p["oa:TextPositionSelector"])
        yield Triple(selector, p["oa:start"], Literal(span.start))
        yield Triple(selector, p["oa:end"], Literal(span.end))
        yield Triple(node, p["line"], Literal(position.line))
        yield Triple(node, p["column"], Literal(position.column))
        yield Triple(node, p["textSha256"], Literal(hashlib.sha256(words).hexdigest()))
        path = self._path(evidence)
        if path:
            yield Triple(node, p["path"], Literal(path))
        if evidence.row is not None:
            yield Triple(node, p["inRow"], Literal(evidence.row))
        if evidence.column is not None:
            yield Triple(node, p["inColumn"], Literal(evidence.column))

    def _path(self, evidence: Evidence) -> str:
        document = self._document
        parts: list[str] = []
        if evidence.table is not None:
            table = document.tables[evidence.table]
            parts += self._headings(table.section)
            parts.append(_table_name(table))
            if evidence.row is not None:
                parts.append(f"第{evidence.row}行")
            if evidence.column:
                parts.append(evidence.column)
        else:
            parts += self._headings(self._section_at(evidence.span.start))
        return _BREADCRUMB.join(parts)

    def _headings(self, section: int | None) -> list[str]:
        path = self._document.section_path(section)
        return [f"{part.number} {part.title}".strip() for part in path]

    def _section_at(self, offset: int) -> int | None:
        last = None
        for number, section in enumerate(self._document.sections):
            if section.span.start > offset:
                break
            last = number
        return last


_PREDICATES = (
    "SourceFact",
    "Passage",
    "line",
    "column",
    "path",
    "textSha256",
    "rule",
    "reading",
    "Decision",
    "action",
    "decidedBy",
    "decision",
    "reason",
    "dcterms:date",
    "prov:used",
    "inRow",
    "inColumn",
    "rdf:subject",
    "rdf:predicate",
    "rdf:object",
    "prov:wasQuotedFrom",
    "oa:hasSource",
    "oa:hasSelector",
    "oa:TextPositionSelector",
    "oa:start",
    "oa:end",
)


def _table_name(table: Table) -> str:
    return table.caption or f"表{table.index + 1}"


def fact_iri(triple: Triple, base: str) -> NamedNode:
    """Return the IRI of a triple's reification: it depends on the triple alone, not on the base."""
    words = f"{triple.subject} {triple.predicate} {triple.object}".replace(f"<{base}", "<")
    digest = hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return NamedNode(f"{base}id/fact/{digest}")


def source_triples(record: SourceRecord, report: EntityId, terms: Terms) -> Iterator[Triple]:
    """Yield what is known of the copy of the report that was read."""
    copy = f"{local_name(report.key)}_{record.sha256[:8]}"
    node = NamedNode(f"{terms.base}id/source/{copy}")
    values: list[tuple[str, str | date | None]] = [
        ("dcterms:title", record.title),
        ("dcterms:publisher", record.issuer),
        ("dcterms:identifier", record.number),
        ("dcterms:issued", record.issued),
        ("dcterms:rights", record.rights),
        ("dcterms:extent", record.extent),
        ("dcat:landingPage", record.address),
        ("dcterms:license", record.data_licence),
        ("retrieved", record.retrieved),
        ("sourceSha256", record.sha256),
        ("normalizedTextSha256", record.text_sha256),
    ]
    yield Triple(node, RDF_TYPE, expand("SourceCopy"))
    yield Triple(node, RDFS_LABEL, Literal(record.name or copy))
    yield Triple(node, expand("dcterms:isFormatOf"), terms.entity(report))
    for name, value in values:
        if value is not None:
            yield Triple(node, expand(name), _source_term(name, value))


def _source_term(name: str, value: str | date) -> NamedNode | Literal:
    if isinstance(value, date):
        return Literal(value.isoformat(), datatype=NamedNode(PREFIXES["xsd"] + "date"))
    if name in {"dcat:landingPage", "dcterms:license"}:
        return NamedNode(value)
    if name in {"sourceSha256", "normalizedTextSha256"}:
        return Literal(value)
    return Literal(value, language=_LANGUAGE_OF_TITLES)
