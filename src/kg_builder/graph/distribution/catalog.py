"""DCAT: the catalogue of a distribution, as DCAT-AP 3 wants it.

Formats: Data Catalog Vocabulary 3 (W3C Recommendation, 2024) and DCAT-AP 3.0 (SEMIC, European
Commission), against whose shapes a test validates what is written here. Titles, extents, licences
and dates come from the source records of the reports, the ontology's from its header, the
publisher and the date of release from options. The profile asks for a title, a description and a
publisher: who names no publisher gets the ontology's, and what is in no record is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode

from kg_builder.graph.distribution.contents import Contents, Facts, Source
from kg_builder.graph.distribution.layout import PublishedFile
from kg_builder.graph.distribution.options import DistributionOptions
from kg_builder.graph.distribution.terms import Description, Term, Value, integer, term
from kg_builder.graph.ontology import ROOT
from kg_builder.graph.vocabulary import HOUSE
from kg_builder.model.bilingual import Bilingual
from kg_builder.version import VERSION

GENERATOR: Final = NamedNode(HOUSE)
"""The agent that the ontology's header names as its creator and publisher."""

_IANA: Final = "https://www.iana.org/assignments/media-types/"
_EU: Final = "http://publications.europa.eu/resource/authority/"
_PROTOCOL: Final = NamedNode("http://www.w3.org/TR/sparql11-protocol/")
_LANGUAGES: Final[Mapping[str, Bilingual]] = {
    "ZHO": Bilingual("中文", "Chinese"),
    "ENG": Bilingual("英文", "English"),
}
_THEMES: Final[Mapping[str, Bilingual]] = {
    "GOVE": Bilingual("政府与公共部门", "Government and public sector"),
    "REGI": Bilingual("区域与城市", "Regions and cities"),
}
_KEYWORDS: Final = (
    Bilingual("国民经济和社会发展计划", "development plan"),
    Bilingual("政府报告", "government report"),
    Bilingual("知识图谱", "knowledge graph"),
)


@dataclass(frozen=True, slots=True)
class DatasetPart:
    """What a dataset of the catalogue is; `key` is the `part` of the files that hold it."""

    key: str
    node: NamedNode
    title: tuple[Value, ...]
    description: tuple[Value, ...]
    licence: NamedNode | None = None
    source: Source | None = None
    derived_from: tuple[NamedNode, ...] = ()
    languages: tuple[str, ...] = ("ZHO",)
    version: str | None = None
    extra: tuple[tuple[str, Value], ...] = field(default=())


class Catalog:
    """Writes the catalogue into a description."""

    def __init__(
        self,
        about: Description,
        contents: Contents,
        options: DistributionOptions,
        download: str,
    ) -> None:
        self._about = about
        self._contents = contents
        self._options = options
        self._download = download
        self._node = NamedNode(f"{contents.base}catalog")

    def describe(self, parts: Sequence[DatasetPart], files: Sequence[PublishedFile]) -> None:
        """Describe the catalogue, its datasets and a distribution for each of their files."""
        about, options = self._about, self._options
        publisher = self._publisher()
        self._agent(GENERATOR, Literal("kg_builder"), "prov:SoftwareAgent")
        about.a(self._node, "dcat:Catalog")
        about.say(
            self._node,
            "dcterms:title",
            Bilingual(
                "政府报告知识图谱目录", "Catalogue of a knowledge graph of government reports"
            ),
        )
        about.say(
            self._node,
            "dcterms:description",
            Bilingual(
                "从政府报告读出的事实、它们的出处、所用的本体和数据立方体。",
                "Facts read from government reports, where the reports say them, the ontology they"
                " use, and their figures as data cubes.",
            ),
        )
        about.say(self._node, "dcterms:publisher", publisher)
        about.say(self._node, "dcterms:creator", GENERATOR)
        about.say(self._node, "dcterms:issued", options.released)
        about.say(self._node, "dcterms:language", *self._languages(("ZHO", "ENG")))
        about.say(self._node, "dcterms:license", self._licence(self._contents.licence))
        about.say(self._node, "foaf:homepage", self._document(options.homepage))
        for part in parts:
            about.say(self._node, "dcat:dataset", part.node)
            own = [file for file in files if file.part == part.key and file.media_type]
            self._dataset(part, publisher, own)
        if options.endpoint:
            about.say(self._node, "dcat:service", self._service(options.endpoint, publisher))

    def _dataset(
        self, part: DatasetPart, publisher: NamedNode, files: Iterable[PublishedFile]
    ) -> None:
        about, options = self._about, self._options
        about.a(part.node, "dcat:Dataset")
        about.say(part.node, "dcterms:title", *part.title)
        about.say(part.node, "dcterms:description", *part.description)
        about.say(part.node, "dcterms:identifier", Literal(part.node.value))
        about.say(part.node, "dcterms:publisher", publisher)
        about.say(part.node, "dcterms:creator", GENERATOR)
        about.say(part.node, "dcterms:issued", options.released)
        about.say(part.node, "dcterms:license", self._licence(part.licence))
        about.say(part.node, "dcterms:language", *self._languages(part.languages))
        about.say(part.node, "dcterms:conformsTo", self._ontology(part))
        version = part.version or options.version or self._contents.made_by
        about.say(part.node, "dcat:version", Literal(version))
        about.say(part.node, "dcat:keyword", *_KEYWORDS)
        about.say(part.node, "dcat:theme", *self._themes())
        about.say(part.node, "dcat:landingPage", self._document(options.homepage))
        about.say(part.node, "dcat:contactPoint", self._contact())
        about.say(part.node, "prov:wasGeneratedBy", self._activity())
        about.say(part.node, "dcterms:source", *part.derived_from)
        for predicate, value in part.extra:
            about.say(part.node, predicate, value)
        sources = [part.source] if part.source else self._contents.sources
        if part.key != "ontology":
            for source in sources:
                self._coverage(part.node, source)
        if part.source:
            self._provenance(part.node, part.source)
        for file in files:
            about.say(part.node, "dcat:distribution", self._distribution(file, part))

    def _coverage(self, node: NamedNode, source: Source) -> None:
        """Say which area and which years a source is about."""
        facts = self._contents.facts
        if source.report is None:
            return
        for area in facts.nodes(source.report, "kg:coversArea"):
            self._about.a(area, "dcterms:Location")
            self._about.say(area, "rdfs:label", *facts.labels(area))
            self._about.say(node, "dcterms:spatial", area)
        for predicate in ("kg:reportsPeriod", "kg:plansPeriod"):
            for period in facts.nodes(source.report, predicate):
                self._about.a(period, "dcterms:PeriodOfTime")
                self._about.say(period, "rdfs:label", *facts.labels(period))
                self._about.say(period, "dcat:startDate", _moment(facts, period, "start"))
                self._about.say(period, "dcat:endDate", _moment(facts, period, "end"))
                self._about.say(node, "dcterms:temporal", period)

    def _provenance(self, node: NamedNode, source: Source) -> None:
        """Say from which copy of which report facts were read, and what is known of it."""
        about, records = self._about, self._contents.records
        about.say(node, "prov:wasDerivedFrom", source.report, *source.copies)
        for copy in source.copies:
            name = copy.value.rpartition("/")[2]
            statement = NamedNode(f"{node.value}/provenance/{name}")
            about.a(statement, "dcterms:ProvenanceStatement")
            about.say(statement, "rdfs:label", self._told(copy))
            about.say(statement, "dcterms:issued", records.first(copy, "dcterms:issued"))
            about.say(statement, "dcterms:subject", copy)
            about.say(node, "dcterms:provenance", statement)
            pages = records.nodes(copy, "dcat:landingPage")
            about.say(node, "foaf:page", *(self._document(page.value) for page in pages))

    def _told(self, copy: NamedNode) -> Literal:
        """Return one sentence on a copy, in the words of its source record."""
        records = self._contents.records
        names = (
            ("dcterms:title", "《{}》"),
            ("dcterms:publisher", "{}发布"),
            ("dcterms:identifier", "文号 {}"),
            ("dcterms:extent", "{}"),
            ("kg:retrieved", "{} 取得"),
            ("dcterms:rights", "{}"),
            ("kg:sourceSha256", "SHA-256 {}"),
        )
        told = (
            words.format(value.value)
            for predicate, words in names
            if isinstance(value := records.first(copy, predicate), Literal)
        )
        return Literal("；".join(told), language="zh")

    def _distribution(self, file: PublishedFile, part: DatasetPart) -> NamedNode:
        about, media = self._about, file.media_type
        node = NamedNode(f"{self._contents.base}distribution/{file.path}")
        url = NamedNode(self._download + file.path)
        checksum = NamedNode(f"{node.value}/checksum")
        about.a(node, "dcat:Distribution")
        about.say(node, "dcterms:title", file.title)
        about.say(node, "dcat:accessURL", url)
        about.say(node, "dcat:downloadURL", url)
        about.a(url, "rdfs:Resource")  # the profile's shapes want the class, reasoners know it
        about.say(node, "dcat:byteSize", integer(file.size, "xsd:nonNegativeInteger"))
        about.say(node, "dcterms:license", self._licence(part.licence))
        about.say(node, "dcterms:language", *self._languages(part.languages))
        about.say(node, "dcterms:issued", self._options.released)
        about.say(node, "dcterms:conformsTo", self._ontology(part))
        if media is not None:
            about.say(node, "dcat:mediaType", self._typed(_IANA + media.iana, "dcterms:MediaType"))
            kind = self._typed(f"{_EU}file-type/{media.eu}", "dcterms:MediaTypeOrExtent")
            about.say(node, "dcterms:format", kind)
        algorithm = self._typed_term("spdx:checksumAlgorithm_sha256", "spdx:ChecksumAlgorithm")
        about.say(node, "spdx:checksum", checksum)
        about.a(checksum, "spdx:Checksum")
        about.say(checksum, "spdx:algorithm", algorithm)
        digest = Literal(file.sha256, datatype=term("xsd:hexBinary"))
        about.say(checksum, "spdx:checksumValue", digest)
        return node

    def _service(self, endpoint: str, publisher: NamedNode) -> NamedNode:
        about = self._about
        node = NamedNode(f"{self._contents.base}service")
        description = NamedNode(self._download + "service.ttl")
        about.a(node, "dcat:DataService")
        about.say(node, "dcterms:title", Bilingual("SPARQL 查询服务", "SPARQL query service"))
        about.say(node, "dcat:endpointURL", self._typed(endpoint, "rdfs:Resource"))
        about.say(node, "dcat:endpointDescription", description)
        about.a(description, "rdfs:Resource")
        about.say(node, "dcat:servesDataset", NamedNode(f"{self._contents.base}dataset"))
        about.say(node, "dcterms:publisher", publisher)
        about.say(node, "dcterms:conformsTo", _PROTOCOL)
        about.a(_PROTOCOL, "dcterms:Standard")
        about.say(_PROTOCOL, "dcterms:title", Literal("SPARQL 1.1 Protocol", language="en"))
        about.say(node, "dcat:contactPoint", self._contact())
        return node

    def _publisher(self) -> NamedNode:
        if self._options.publisher is None:
            return GENERATOR
        node = NamedNode(f"{self._contents.base}publisher")
        self._agent(node, Literal(self._options.publisher))
        return node

    def _agent(self, node: NamedNode, name: Literal, *classes: str) -> None:
        self._about.a(node, "foaf:Agent", *classes)
        self._about.say(node, "foaf:name", name)

    def _activity(self) -> NamedNode:
        node = NamedNode(f"{self._contents.base}dataset/making")
        self._about.a(node, "prov:Activity")
        words = f"kg_builder {self._contents.made_by}, kg export --dist {VERSION}"
        self._about.say(node, "rdfs:label", Literal(words))
        self._about.say(node, "prov:wasAssociatedWith", GENERATOR)
        copies = (copy for source in self._contents.sources for copy in source.copies)
        self._about.say(node, "prov:used", *copies)
        return node

    def _contact(self) -> NamedNode | None:
        contact = self._options.contact
        if contact is None:
            return None
        node = NamedNode(f"{self._contents.base}contact")
        self._about.a(node, "vcard:Kind")
        self._about.say(node, "vcard:fn", Literal(self._options.publisher or contact))
        if "://" in contact:
            self._about.say(node, "vcard:hasURL", NamedNode(contact))
        else:
            self._about.say(node, "vcard:hasEmail", NamedNode(f"mailto:{contact}"))
        return node

    def _ontology(self, part: DatasetPart) -> NamedNode | None:
        if part.key == "ontology":
            return None
        self._about.a(ROOT, "dcterms:Standard")
        self._about.say(ROOT, "dcterms:title", *self._contents.terms.values(ROOT, "dcterms:title"))
        return ROOT

    def _licence(self, licence: NamedNode | None) -> NamedNode | None:
        if licence is not None:
            self._about.a(licence, "dcterms:LicenseDocument")
        return licence

    def _document(self, address: str | None) -> NamedNode | None:
        return self._typed(address, "foaf:Document") if address else None

    def _languages(self, codes: Iterable[str]) -> list[NamedNode]:
        nodes = []
        for code in codes:
            node = self._typed(f"{_EU}language/{code}", "dcterms:LinguisticSystem")
            self._about.say(node, "rdfs:label", _LANGUAGES[code])
            nodes.append(node)
        return nodes

    def _themes(self) -> list[NamedNode]:
        nodes = []
        for code, label in _THEMES.items():
            node = self._typed(f"{_EU}data-theme/{code}", "skos:Concept")
            self._about.say(node, "skos:prefLabel", label)
            nodes.append(node)
        return nodes

    def _typed(self, iri: str, kind: str) -> NamedNode:
        node = NamedNode(iri)
        self._about.a(node, kind)
        return node

    def _typed_term(self, name: str, kind: str) -> NamedNode:
        return self._typed(term(name).value, kind)


def _moment(facts: Facts, period: NamedNode, end: str) -> Term | None:
    """Return the first or last year, or month, of a period, as far as the graph has it."""
    year = facts.first(period, f"kg:{end}Year")
    month = facts.first(period, f"kg:{end}Month")
    if isinstance(year, Literal) and isinstance(month, Literal) and month.value.isdigit():
        return Literal(f"{year.value}-{int(month.value):02}", datatype=term("xsd:gYearMonth"))
    return year
