"""Document, entities and facts become the asserted triples of one report and their evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.errors import ConfigurationError
from kg_builder.graph.assembly.evidence import EvidenceWriter
from kg_builder.graph.assembly.terms import Terms
from kg_builder.graph.iris import local_name, mint_graph
from kg_builder.graph.ontology import Ontology
from kg_builder.graph.vocabulary import RDF_TYPE, RDFS_LABEL, expand
from kg_builder.model.decision import ClassName, Decided, Verdict
from kg_builder.model.document import Document
from kg_builder.model.entity import Entity, EntityId
from kg_builder.model.extraction import Extraction
from kg_builder.model.selector import Evidence
from kg_builder.model.source_record import SourceRecord

_ALT_LABEL = expand("skos:altLabel")
_NAMING = "naming"
"""The rule of types and labels: the thing is named there."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """The triples of one report, sorted: what it asserts, and the evidence."""

    report: EntityId
    graph: NamedNode
    asserted: tuple[Triple, ...]
    evidence: tuple[Triple, ...]


def triple_key(triple: Triple) -> tuple[str, str, str]:
    """Return what triples are sorted by."""
    return str(triple.subject), str(triple.predicate), str(triple.object)


def assemble(
    document: Document,
    extraction: Extraction,
    record: SourceRecord,
    ontology: Ontology,
    base: str,
) -> Assembled:
    """Return the triples of a report.

    Every asserted triple has at least one evidence, and the decisions it stands by. Raises
    ConfigurationError where the extraction names a term that the ontology does not have (with the
    line of a decision that does), ValueError if it names no report.
    """
    report = _report(extraction)
    terms = Terms(base, ontology)
    decided = _decided(extraction.decided, terms)
    text = document.source.text
    said: dict[Triple, list[tuple[Evidence, str]]] = {}
    for entity in extraction.entities:
        node = terms.entity(entity.id)
        for triple, name in _naming(entity, node, terms):
            mentions = _printing(entity, name, text) if name else entity.mentions
            said.setdefault(triple, []).extend((mention, _NAMING) for mention in mentions)
    for fact in extraction.facts:
        triple = Triple(
            terms.entity(fact.subject), terms.name(fact.predicate), terms.value(fact.object)
        )
        said.setdefault(triple, []).extend((evidence, fact.rule) for evidence in fact.evidence)
    asserted = tuple(sorted(said, key=triple_key))
    writer = EvidenceWriter(document, report, record, terms)
    for verdict in extraction.verdicts:
        writer.decision(verdict)
    for triple in asserted:
        writer.add(triple, said[triple], decided.get(triple, ()))
    return Assembled(
        report,
        mint_graph(base, "report", local_name(report.key)),
        asserted,
        tuple(sorted(writer.triples(), key=triple_key)),
    )


def _decided(items: Iterable[Decided], terms: Terms) -> dict[Triple, list[Verdict]]:
    """Return the triples that stand by decisions, with these.

    Raises ConfigurationError, with the line of the decision, for a term the ontology has not.
    """
    found: dict[Triple, list[Verdict]] = {}
    for item in items:
        try:
            triple = _decided_triple(item, terms)
        except ConfigurationError as error:
            decision = item.verdict.decision
            raise ConfigurationError(
                error.message.zh, error.message.en, file=decision.file, line=decision.line, column=1
            ) from error
        found.setdefault(triple, []).append(item.verdict)
    return found


def _decided_triple(item: Decided, terms: Terms) -> Triple:
    node = terms.entity(item.subject)
    if isinstance(item.object, ClassName):
        return Triple(node, RDF_TYPE, terms.name(item.object.name))
    return Triple(node, terms.name(item.predicate), terms.value(item.object))


def _report(extraction: Extraction) -> EntityId:
    for entity in extraction.entities:
        if entity.id.type == "Report":
            return entity.id
    raise ValueError("an extraction names its report")


def _naming(entity: Entity, node: NamedNode, terms: Terms) -> Iterator[tuple[Triple, str | None]]:
    """Yield the triples that a thing's being named says, with the name that it has by them."""
    for class_name in (entity.id.type, *entity.also_types):
        yield Triple(node, RDF_TYPE, terms.name(class_name)), None
    if entity.label is not None:
        yield Triple(node, RDFS_LABEL, Literal(entity.label, language="zh")), entity.label
    for label in entity.alt_labels:
        yield Triple(node, _ALT_LABEL, Literal(label, language="zh")), label


def _printing(entity: Entity, name: str, text: str) -> Sequence[Evidence]:
    """Return the mentions that print a name of the thing; all of them where none does."""
    if len(entity.mentions) == 1:
        return entity.mentions
    words = "".join(name.split())
    printing = [
        mention
        for mention in entity.mentions
        if words in "".join(text[mention.span.start : mention.span.end].split())
    ]
    return printing or entity.mentions
