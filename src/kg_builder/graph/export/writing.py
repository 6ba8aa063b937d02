"""One door to all formats of RDF: a graph or a dataset onto a stream of bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import BinaryIO, Final

from pyoxigraph import DefaultGraph, Triple

from kg_builder.errors import ExportError
from kg_builder.graph.export.formats import Format
from kg_builder.graph.export.jsonld import jsonld
from kg_builder.graph.export.rdfxml import rdfxml
from kg_builder.graph.serialization import GraphName, nquads_of_graphs, trig, turtle

_CHUNK: Final = 1 << 20


def write_graph(
    triples: Iterable[Triple],
    format: Format,  # noqa: A002  (the word everybody uses for it)
    stream: BinaryIO,
    *,
    base: str | None = None,
) -> None:
    """Write a graph, in UTF-8. `base` is that of the instance IRIs, which get prefixes by it.

    Raises ExportError where the format cannot hold a triple, or is no format of RDF, before
    anything is written.
    """
    write_dataset({DefaultGraph(): triples}, format, stream, base=base)


def write_dataset(
    graphs: Mapping[GraphName, Iterable[Triple]],
    format: Format,  # noqa: A002
    stream: BinaryIO,
    *,
    base: str | None = None,
) -> None:
    """Write triples by graph, in UTF-8; a format that has no named graphs gets them merged.

    Raises ExportError where the format cannot hold a triple, or is no format of RDF, before
    anything is written.
    """
    text = _text(graphs, format, base)
    for start in range(0, len(text), _CHUNK):
        stream.write(text[start : start + _CHUNK].encode())


def _text(graphs: Mapping[GraphName, Iterable[Triple]], form: Format, base: str | None) -> str:
    merged = chain.from_iterable(graphs.values())
    match form:
        case Format.TURTLE:
            return turtle(merged, base=base)
        case Format.NTRIPLES:
            return nquads_of_graphs([(DefaultGraph(), merged)])
        case Format.RDFXML:
            return rdfxml(merged, base=base)
        case Format.TRIG:
            return trig(graphs.items(), base=base)
        case Format.NQUADS:
            return nquads_of_graphs(graphs.items())
        case Format.JSONLD:
            return jsonld(graphs.items(), base=base)
        case Format.CSV:
            raise ExportError(
                "csv 是一个文件夹的表，不能写到一个流里：请用 write_tables",
                "csv is a folder of tables and not one stream: use write_tables",
            )
