"""Descriptions of the data: the endpoint's (SPARQL 1.1 Service Description), VoID, and DCAT."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from kg_builder.graph.disk import sha256_of
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
from kg_builder.graph.opening import OpenGraph
from kg_builder.model.bilingual import Bilingual
from kg_builder.serving.work.messages import Body, Found

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
_W3C_FORMATS: Final = "http://www.w3.org/ns/formats/"


@dataclass(frozen=True, slots=True)
class Describe:
    """A description of the data: `service`, `void` or `dcat`, at a server's address."""

    which: str
    format: str
    origin: str


class DatasetDescriptions:
    """The descriptions of a graph as a dataset."""

    def __init__(self, graph: OpenGraph) -> None:
        self._graph = graph

    def describe(self, asked: Describe) -> Found:
        """Return a description, in its format."""
        about = Description()
        if self._graph.base is None:
            _describe_other(about, asked)
        else:
            self._describe_built(about, asked)
        base = self._graph.base or asked.origin
        data = graph_bytes(about, Format(asked.format).suffix, base)
        return Found(asked.format, Body(data, size=len(data)))

    @cached_property
    def _contents(self) -> Contents:
        return read_contents(self._graph)

    def _describe_built(self, about: Description, asked: Describe) -> None:
        contents = self._contents
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

    def _files(self) -> Iterator[PublishedFile]:
        """Yield the files to download, with their sizes as far as they are there."""
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


def _describe_other(about: Description, asked: Describe) -> None:
    """Describe RDF that `kg build` did not make: that it is there."""
    service = NamedNode(f"{asked.origin}sparql")
    about.a(service, "sd:Service")
    about.say(service, "sd:endpoint", service)
    about.say(service, "sd:supportedLanguage", term("sd:SPARQL11Query"))
    _say_formats(about, service)


def _say_formats(about: Description, service: NamedNode) -> None:
    names = (
        *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
        *("Turtle", "N-Triples", "JSON-LD", "RDF_XML"),
    )
    about.say(service, "sd:resultFormat", *(NamedNode(_W3C_FORMATS + name) for name in names))
    about.say(service, "rdfs:comment", Literal("read-only; no SERVICE; FROM within the dataset"))
