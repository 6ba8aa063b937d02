"""Graphs as the bytes of a file, sorted, so that equal triples give equal bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from pyoxigraph import Quad, RdfFormat, Triple, serialize

from kg_builder.graph.distribution.terms import NAMESPACES
from kg_builder.graph.serialization import GraphName, turtle

_FORMATS: Final[Mapping[str, RdfFormat]] = MappingProxyType(
    {
        ".nt": RdfFormat.N_TRIPLES,
        ".jsonld": RdfFormat.JSON_LD,
        ".rdf": RdfFormat.RDF_XML,
    }
)


def graph_bytes(triples: Iterable[Triple], suffix: str, base: str) -> bytes:
    """Return a graph in the format of a suffix: `.ttl`, `.nt`, `.jsonld` or `.rdf`."""
    if suffix == ".ttl":
        return turtle(triples, NAMESPACES, base=base).encode()
    ordered = sorted(set(triples), key=str)
    prefixes = dict(NAMESPACES) if suffix == ".rdf" else None
    return serialize(ordered, format=_FORMATS[suffix], prefixes=prefixes) or b""


def trig_bytes(graphs: Iterable[tuple[GraphName, Iterable[Triple]]]) -> bytes:
    """Return a dataset in TriG, graph after graph."""
    quads = [
        Quad(triple.subject, triple.predicate, triple.object, name)
        for name, triples in graphs
        for triple in sorted(set(triples), key=str)
    ]
    return serialize(quads, format=RdfFormat.TRIG, prefixes=dict(NAMESPACES)) or b""
