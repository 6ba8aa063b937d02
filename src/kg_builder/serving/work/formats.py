"""The formats of results, and how those say that they are cut."""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import BytesIO
from typing import Final
from xml.sax.saxutils import quoteattr

from pyoxigraph import QueryResultsFormat, RdfFormat, Triple, serialize

from kg_builder.errors import ExportError, InputError
from kg_builder.graph.export.formats import Format
from kg_builder.graph.export.writing import write_graph
from kg_builder.graph.opening import OpenGraph
from kg_builder.serving.work.messages import Body
from kg_builder.serving.work.spool import Spool

RESULT_FORMATS: Final = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
"""Of solutions."""
LEAST: Final = {"json": 3, "xml": 17, "csv": 2, "tsv": 1}
"""Bytes that a solution has at least: a smaller result holds fewer of them."""
GRAPH_FORMATS: Final = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}
"""Of triples."""
CUT: Final = "problems/cut"
"""What the head of a result links to that is cut, beside the endpoint: it says what that means."""
_JSON_HEAD: Final = b'{"head":{'
_SORTED: Final = 200_000
"""Up to so many triples a graph is written sorted, as `kg export` writes it."""


class NotAcceptable(InputError):
    """The form of the answer cannot be had in any format that the client takes."""


def write_triples(triples: dict[Triple, None], name: str, spool: Spool, graph: OpenGraph) -> None:
    """Write triples in a format by name; sorted as `kg export` writes them, unless there are many.

    Raises ExportError for what a format cannot hold.
    """
    if len(triples) <= _SORTED:
        write_graph(triples, Format(name), spool.stream, base=graph.base)
        return
    if name in ("jsonld", "rdfxml"):
        _refuse_as_export(triples, name)
    stream = spool.stream_of("xml" if name == "rdfxml" else name)
    try:
        serialize(triples, stream, GRAPH_FORMATS[name], prefixes=dict(graph.prefixes))
    except ValueError as error:
        raise ExportError(f"写不成 {name}：{error}", f"no {name} of it: {error}") from error


def _refuse_as_export(triples: Iterable[Triple], name: str) -> None:
    """Raise ExportError for predicates and kinds of object that a format cannot hold.

    The engine writes some of them in a way that nobody can read. One triple of each is tried.
    """
    kinds = {
        (triple.predicate, type(triple.object), getattr(triple.object, "direction", None)): triple
        for triple in triples
    }
    write_graph(kinds.values(), Format(name), BytesIO())


def with_cut_link(body: Body, head: bytes, name: str, link: str) -> Body:
    """Return a result that is cut with a link in its head that says so, if the format has any."""
    if name == "json" and head.startswith(_JSON_HEAD):
        start = _JSON_HEAD + f'"link":[{json.dumps(link)}],'.encode()
        return body.with_start(start, len(_JSON_HEAD))
    place = head.find(b"</head>")
    if name == "xml" and place >= 0:
        return body.with_start(head[:place] + f"<link href={quoteattr(link)}/>".encode(), place)
    return body


def write_cut_comment(spool: Spool, name: str, most: int) -> None:
    """Say after triples that are cut that there are more, if the format has comments."""
    if name in ("turtle", "ntriples"):
        spool.write(f"# cut: the first {most} triples of more\n".encode())
    elif name == "rdfxml":
        spool.write(f"<!-- cut: the first {most} triples of more -->\n".encode())


def not_acceptable(form: str, known: Iterable[str]) -> NotAcceptable:
    """Return the error of a query of some form whose result is wanted in none of its formats."""
    names = ", ".join(known)
    return NotAcceptable(
        f"{form} 的结果没有所要的格式；可用：{names}",
        f"the result of {form} is not to be had in that format; it can be {names}",
    )
