"""What the children do that answer with the house's own questions: never a stranger's SPARQL.

Stored queries, documents about a thing, descriptions of the data, and the data as files.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, QueryTriples, Triple

from kg_builder.asking.answer import Answer
from kg_builder.asking.finders import name_finder
from kg_builder.asking.parameters import resolve_parameters
from kg_builder.asking.request import Request
from kg_builder.asking.results.tabular import Style
from kg_builder.asking.results.writing import write_answer
from kg_builder.asking.run import answer_here
from kg_builder.errors import InputError
from kg_builder.graph.distribution.catalog import Catalog
from kg_builder.graph.distribution.contents import Contents, read_contents
from kg_builder.graph.distribution.formats import graph_bytes
from kg_builder.graph.distribution.layout import PublishedFile
from kg_builder.graph.distribution.options import DistributionOptions
from kg_builder.graph.distribution.parts import (
    catalog_parts,
    dataset_node,
    every_triple,
    void_parts,
)
from kg_builder.graph.distribution.service import describe_service
from kg_builder.graph.distribution.terms import Description, term
from kg_builder.graph.distribution.void import describe_links, describe_parts
from kg_builder.graph.export.formats import Format
from kg_builder.graph.export.select import select
from kg_builder.graph.export.writing import write_dataset
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.catalogue import StoredQuery, bind, load_catalogue
from kg_builder.graph.query.door import closed_door
from kg_builder.graph.query.prologue import mentioned
from kg_builder.graph.serialization import GraphName
from kg_builder.graph.vocabulary import expand
from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.resources import Resources
from kg_builder.serving.work import (
    RESULT_FORMATS,
    Body,
    Found,
    Opening,
    Question,
    Spool,
    write_triples,
)

DATASET: Final = "dataset"
PARTS: Final[Mapping[str, Bilingual]] = {
    "asserted": Bilingual("各来源所说的事实", "what the sources say"),
    "inferred": Bilingual("推出的事实", "what follows"),
    "evidence": Bilingual("每条事实的出处", "who says so"),
    "ontology": Bilingual("本体", "the ontology"),
    "all": Bilingual("事实和出处", "facts and who says so"),
    DATASET: Bilingual("全部", "all of it"),
}
"""What can be downloaded whole."""
_ABOUT: Final = (expand("about"), expand("indicator"))
_LABEL: Final = expand("rdfs:label")
_DEFINED_BY: Final = expand("rdfs:isDefinedBy")
_INCOMING: Final = 5_000
"""So many triples that point at a thing stand in its document."""
_KNOWN: Final = 1_000
_LONGEST: Final = 2_000
"""Characters of what is given for a parameter."""


@dataclass(frozen=True)  # without slots it is pickled much faster
class StoredAsk:
    """A stored query, and what was typed for its parameters."""

    name: str
    values: tuple[tuple[str, tuple[str, ...]], ...]
    format: str
    language: Language
    evidence: bool = False
    most: int | None = None
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Document:
    """What there is to say of a thing."""

    iri: str
    format: str
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class Describe:
    """A description of the data: `service`, `void` or `dcat`, at a server's address."""

    which: str
    format: str
    origin: str


@dataclass(frozen=True, slots=True)
class Download:
    """A part of the data, whole."""

    part: str
    format: str


@dataclass(frozen=True, slots=True)
class OntologyPage:
    """The documentation of the ontology."""

    language: Language


Item = Question | StoredAsk | Document | Describe | Download | OntologyPage


def make_desk(
    path: Path, project: Path | None, report: Path | None
) -> Callable[[Path], Callable[[Item], Found | Answer]]:
    """Prepare what answers the house's own questions; for the nursery of a pool."""
    opening = Opening.prepare(path)
    resources = Resources.find(project)
    stored = dict(load_catalogue(resources))
    return lambda folder: _Desk(opening.open(), resources, stored, report, folder)


class _Desk:
    def __init__(
        self,
        graph: OpenGraph,
        resources: Resources,
        stored: Mapping[str, StoredQuery],
        report: Path | None,
        folder: Path,
    ) -> None:
        self._graph = graph
        self._resources = resources
        self._report = report
        self._folder = folder
        self._stored = stored
        self._spool = Spool(folder)
        self._bound = lru_cache(_KNOWN)(self._bind)
        self._prefixes = dict(graph.prefixes)
        self._contents: Contents | None = None

    def __call__(self, item: Item) -> Found | Answer:
        match item:
            case Question():
                return answer_here(item.request, self._graph, item.folder / "answer")
            case StoredAsk():
                return self._ask(item)
            case Document():
                return self._document(item)
            case Describe():
                return self._describe(item)
            case Download():
                return self._download(item)
            case OntologyPage():
                return self._ontology_page(item)

    # stored queries

    def _bind(self, name: str, values: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
        stored = self._stored[name]
        for parameter, given in values:
            if sum(map(len, given)) > _LONGEST:
                raise InputError(
                    f"参数 {parameter} 超过 {_LONGEST:,} 个字符",
                    f"the parameter {parameter} has over {_LONGEST:,} characters",
                )
        terms, _ = resolve_parameters(stored, dict(values), name_finder(self._graph))
        return bind(stored, terms)

    def _ask(self, asked: StoredAsk) -> Found:
        plain = asked.format in RESULT_FORMATS and asked.most is None and not asked.evidence
        if not plain:
            return self._ask_with_account(asked)
        text = self._bound(asked.name, asked.values)
        with self._spool as spool, closed_door():
            found = self._graph.store.query(text, prefixes=mentioned(text, self._prefixes))
            if isinstance(found, QueryTriples):
                raise InputError("不是表", "no table")
            found.serialize(spool.stream_of(asked.format), RESULT_FORMATS[asked.format])
        return Found(asked.format, self._spool.take())

    def _ask_with_account(self, asked: StoredAsk) -> Found:
        stored = self._stored[asked.name]
        request = Request(
            stored.text,
            stored=stored,
            values=dict(asked.values),
            language=asked.language,
            most=asked.most,
            evidence=asked.evidence,
            report=self._report,
            named=asked.format == "markdown",
            account=asked.format == "xlsx",
            timeout=asked.seconds,
        )
        answer = answer_here(request, self._graph, self._folder / "answer")
        page = io.BytesIO()  # what is no stream of rows is written to and fro
        with self._spool as spool:
            stream = spool.stream_of(asked.format) if asked.format in RESULT_FORMATS else page
            write_answer(answer, asked.format, stream, Style(asked.language))
            spool.write(page.getvalue())
        return Found(asked.format, self._spool.take(), answer.cut)

    # documents

    def _document(self, asked: Document) -> Found:
        node = NamedNode(asked.iri)
        triples = dict.fromkeys(self._about(node, evidence=asked.evidence))
        with self._spool as spool:
            write_triples(triples, asked.format, spool, self._graph)
        return Found(asked.format, self._spool.take())

    def _about(self, node: NamedNode, *, evidence: bool) -> Iterator[Triple]:
        """Yield what is said of a thing and by it: its statements, and what things are called."""
        store, default = self._graph.store, DefaultGraph()
        found: dict[Triple, None] = {}
        found |= dict.fromkeys(self._said(node))
        for part in self._fragments(node, found):
            found |= dict.fromkeys(self._said(part))
        if node in set(store.named_graphs()):  # what it holds, and who says so
            yield from found
            yield from (quad.triple for quad in store.quads_for_pattern(None, None, None, node))
            return
        for predicate in (*_ABOUT, _DEFINED_BY):
            for quad in store.quads_for_pattern(None, predicate, node, default):
                if isinstance(quad.subject, NamedNode):
                    found |= dict.fromkeys(self._said(quad.subject))
        incoming = store.quads_for_pattern(None, None, node, default)
        found |= dict.fromkeys(quad.triple for quad in islice(incoming, _INCOMING))
        yield from found
        yield from self._names_of(found, node)
        if evidence:
            yield from self._evidence(node)

    def _fragments(self, node: NamedNode, said: Iterable[Triple]) -> set[NamedNode]:
        """Return the things whose IRIs are a thing's and a fragment, as terms of an ontology.

        Whoever asks for them gets the document about the thing: a fragment is never sent.
        """
        named = (triple.object for triple in said if isinstance(triple.object, NamedNode))
        parts = {part for part in named if part.value.startswith(f"{node.value}#")}
        return parts | self._terms.get(node.value, set())

    @cached_property
    def _terms(self) -> Mapping[str, set[NamedNode]]:
        """The terms of ontologies by what stands before the # of their IRIs."""
        found: dict[str, set[NamedNode]] = {}
        for quad in self._graph.store.quads_for_pattern(None, _DEFINED_BY, None, DefaultGraph()):
            if isinstance(quad.subject, NamedNode) and "#" in quad.subject.value:
                found.setdefault(quad.subject.value.partition("#")[0], set()).add(quad.subject)
        return found

    def _said(self, node: NamedNode | BlankNode) -> Iterator[Triple]:
        """Yield what is said of a node, and of nodes without a name that it refers to."""
        waiting, met = [node], set[NamedNode | BlankNode]()
        evidence = self._graph.graph_name("evidence")
        while waiting:
            subject = waiting.pop()
            if subject in met:
                continue
            met.add(subject)
            for graph in (DefaultGraph(), *((evidence,) if evidence else ())):
                for quad in self._graph.store.quads_for_pattern(subject, None, None, graph):
                    yield quad.triple
                    if isinstance(quad.object, BlankNode):
                        waiting.append(quad.object)

    def _names_of(self, triples: Iterable[Triple], node: NamedNode) -> Iterator[Triple]:
        nodes = {
            part
            for triple in triples
            for part in (triple.subject, triple.object)
            if isinstance(part, NamedNode) and part != node
        }
        for part in nodes:
            for quad in self._graph.store.quads_for_pattern(part, _LABEL, None, DefaultGraph()):
                yield quad.triple

    def _evidence(self, node: NamedNode) -> Iterator[Triple]:
        from kg_builder.graph.export.select import Selection

        if self._graph.graph_name("evidence") is None:
            return
        for triples in select(self._graph, "evidence", Selection(entities=(node,))).values():
            yield from triples

    # descriptions

    def _describe(self, asked: Describe) -> Found:
        about = Description()
        base = self._graph.base
        if base is None:
            self._describe_other(about, asked)
        else:
            if self._contents is None:
                self._contents = read_contents(self._graph)
            self._describe_built(about, asked, self._contents)
        data = graph_bytes(about, Format(asked.format).suffix, base or asked.origin)
        return Found(asked.format, Body(data, size=len(data)))

    def _describe_built(self, about: Description, asked: Describe, contents: Contents) -> None:
        endpoint, download = f"{asked.origin}sparql", f"{asked.origin}data/"
        files = list(self._files())
        match asked.which:
            case "service":
                service = describe_service(about, contents, endpoint)
                _say_formats(about, service)
            case "void":
                whole = dataset_node(contents.base, "whole")
                describe_parts(about, void_parts(contents, files, download), contents, endpoint)
                describe_links(about, whole, every_triple(contents), f"{contents.base}id/")
                page = NamedNode(f"{asked.origin}.well-known/void")
                about.a(page, "void:DatasetDescription")
                about.say(page, "foaf:primaryTopic", whole)
            case _:
                options = DistributionOptions(
                    download_base=download, homepage=asked.origin, endpoint=endpoint
                )
                catalog = Catalog(about, contents, options, download)
                catalog.describe(catalog_parts(contents, ()), files)

    def _describe_other(self, about: Description, asked: Describe) -> None:
        """Describe RDF that `kg build` did not make: that it is there."""
        service = NamedNode(f"{asked.origin}sparql")
        about.a(service, "sd:Service")
        about.say(service, "sd:endpoint", service)
        about.say(service, "sd:supportedLanguage", term("sd:SPARQL11Query"))
        _say_formats(about, service)

    def _files(self) -> Iterator[PublishedFile]:
        """Yield the files to download, with their sizes as far as they are there."""
        from kg_builder.graph.disk import sha256_of

        generation = self._graph.generation
        for name, part in (
            ("asserted.ttl", "asserted"),
            ("inferred.ttl", "inferred"),
            ("evidence.ttl", "evidence"),
            ("dataset.nq", "whole"),
        ):
            path = generation / name if generation else Path(name)
            if path.is_file():
                title = PARTS[DATASET if part == "whole" else part]
                yield PublishedFile(name, title, path.stat().st_size, sha256_of(path), part)

    # files

    def _download(self, asked: Download) -> Found:
        graphs: dict[GraphName, Iterable[Triple]] = {}
        if asked.part == DATASET:
            found: dict[GraphName, list[Triple]] = {}
            for quad in self._graph.store:
                found.setdefault(quad.graph_name, []).append(quad.triple)
            graphs = dict(found)
        else:
            graphs = dict(select(self._graph, asked.part))
        if asked.format in ("turtle", "ntriples", "rdfxml"):
            merged = {triple: None for triples in graphs.values() for triple in triples}
            graphs = {DefaultGraph(): merged}
        with self._spool as spool:
            write_dataset(graphs, Format(asked.format), spool.stream, base=self._graph.base)
        return Found(asked.format, self._spool.take())

    def _ontology_page(self, asked: OntologyPage) -> Found:
        from kg_builder.graph.publication import load_published
        from kg_builder.graph.reference.reading import load_reference
        from kg_builder.graph.vocabulary import DEFAULT_BASE
        from kg_builder.pages.ontology import ontology_page

        published = load_published(self._resources, DEFAULT_BASE)
        data = (triple for item in published for triple in (*item.asserted, *item.evidence))
        reference = load_reference(self._resources, data, base=DEFAULT_BASE)
        page = ontology_page(reference, asked.language).encode("utf-8", "replace")
        with self._spool as spool:
            spool.write(page)
        return Found("html", self._spool.take())


_W3C_FORMATS: Final = "http://www.w3.org/ns/formats/"


def _say_formats(about: Description, service: NamedNode) -> None:
    names = (
        *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
        *("Turtle", "N-Triples", "JSON-LD", "RDF_XML"),
    )
    about.say(service, "sd:resultFormat", *(NamedNode(_W3C_FORMATS + name) for name in names))
    about.say(service, "rdfs:comment", Literal("read-only; no SERVICE; FROM within the dataset"))
