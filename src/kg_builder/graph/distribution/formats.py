"""Graphs as the bytes of a file."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Triple

from kg_builder.graph.distribution.terms import NAMESPACES
from kg_builder.graph.export.formats import Format
from kg_builder.graph.export.writing import write_dataset, write_graph
from kg_builder.graph.serialization import GraphName, turtle


def graph_bytes(triples: Iterable[Triple], suffix: str, base: str) -> bytes:
    """Return a graph in the format of a suffix: `.ttl`, `.nt`, `.jsonld` or `.rdf`.

    Turtle has the prefixes of publishing too. Raises ExportError for what RDF/XML cannot hold.
    """
    form = Format.of_file(Path(f"graph{suffix}"))
    if form is None or form is Format.TURTLE:
        return turtle(triples, NAMESPACES, base=base).encode()
    stream = io.BytesIO()
    write_graph(triples, form, stream, base=base)
    return stream.getvalue()


def trig_bytes(graphs: Iterable[tuple[GraphName, Iterable[Triple]]], base: str) -> bytes:
    """Return a dataset in TriG."""
    stream = io.BytesIO()
    write_dataset(dict(graphs), Format.TRIG, stream, base=base)
    return stream.getvalue()
