"""Parsing a document of RDF, and finding where its triples stand; meant for a child process.

pyoxigraph alone says what the document says. The places come from readers of our own, which are
believed where predicate and kind of object agree, triple by triple; else no places are given.
"""

from __future__ import annotations

import hashlib
import io
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuadParser, RdfFormat, Triple
from pyoxigraph import parse as parse_rdf
from pyoxigraph import serialize as serialize_rdf

from kg_builder.errors import InputError
from kg_builder.graph.submission.decoding import Decoded, decode
from kg_builder.graph.submission.formats import Format
from kg_builder.graph.submission.model import SPAN_NUMBERS, SubmissionNotice
from kg_builder.graph.submission.turtle_places import (
    BLANK_OBJECT,
    FIRST,
    IRI_OBJECT,
    LITERAL_OBJECT,
    WRITTEN,
    Places,
    TooDeepError,
    turtle_places,
)
from kg_builder.graph.submission.wording import not_rdf, not_turtle, refused_at
from kg_builder.graph.vocabulary import RDF_TYPE, expand

_LIST: Final = {FIRST: expand("rdf:first").value, FIRST + 1: expand("rdf:rest").value}
_KINDS: Final[Mapping[type, int]] = {
    NamedNode: IRI_OBJECT,
    BlankNode: BLANK_OBJECT,
    Literal: LITERAL_OBJECT,
}


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a child answers about a document."""

    decoded: Decoded
    base: str | None
    prefixes: Mapping[str, str]
    quads: bytes
    """N-Quads: every occurrence, in the order of the parser."""
    numbers: bytes
    """An array of `I`, as `Submission` holds it; empty where no place is known."""
    notices: tuple[SubmissionNotice, ...]


def parse_document(data: bytes, name: str, kind: Format, max_depth: int) -> Parsed:
    """Parse a document.

    Raises InputError with line, column, an excerpt and the mend, as far as they are known.
    """
    decoded = decode(data, name)
    text = decoded.text
    places = None
    try:
        if kind not in (Format.JSON_LD, Format.RDF_XML):
            places = turtle_places(text, max_depth)
    except TooDeepError as error:
        raise refused_at(
            text,
            error.args[0],
            name,
            f"嵌套超过 {max_depth} 层",
            f"nested more than {max_depth} levels deep",
        ) from None
    parser = parse_rdf(data[3:] if decoded.marked else data, kind.engine)
    aligned = _Aligned(parser, places, text, _label(name, decoded.sha256))
    quads = io.BytesIO()
    try:
        serialize_rdf(aligned, quads, RdfFormat.N_QUADS)
    except SyntaxError as error:
        if kind in (Format.JSON_LD, Format.RDF_XML):
            raise not_rdf(error, name, kind.label) from error
        raise not_turtle(error, text, name, kind) from error
    return Parsed(
        decoded,
        parser.base_iri,
        parser.prefixes,
        quads.getvalue(),
        aligned.numbers().tobytes(),
        (),
    )


def _label(name: str, sha256: str) -> str:
    """Return how labels of blank nodes begin: those of two documents never meet."""
    return "b" + hashlib.sha256(f"{name}\0{sha256}".encode()).hexdigest()[:12] + "x"


class _Aligned:
    """The quads of a parser, each held against its place."""

    def __init__(self, quads: QuadParser, places: Places | None, text: str, label: str) -> None:
        self._quads = quads
        self._places = places
        self._text = text
        self._label = label
        self._labels: dict[BlankNode, BlankNode] = {}
        self._tails: dict[str, str] = {}
        self._count = 0
        self._agree = places is not None

    def numbers(self) -> array[int]:
        """Return the places, once the quads have been read."""
        if self._places is None or not self._agree or self._count != len(self._places.kinds):
            return array("I")
        return self._places.numbers

    def __iter__(self) -> Iterator[Quad]:
        kinds = self._places.kinds if self._places else bytearray()
        for index, quad in enumerate(self._quads):
            if self._agree:
                self._agree = index < len(kinds) and self._agrees(quad, index, kinds[index])
            if isinstance(quad.object, Triple) or isinstance(quad.subject, Triple):
                raise InputError(
                    "含有三元组词项（RDF 1.2），这里只读 RDF 1.1",
                    "holds a triple term (RDF 1.2); only RDF 1.1 is read",
                )
            yield self._renamed(quad)
            self._count = index + 1

    def _agrees(self, quad: Quad, index: int, expected: int) -> bool:
        how, kind = divmod(expected, 3)
        if _KINDS.get(type(quad.object)) != kind:
            return False
        predicate = quad.predicate.value
        if how != WRITTEN:
            return predicate == _LIST[how]
        assert self._places  # noqa: S101 - else nothing is held against it
        start = index * SPAN_NUMBERS + 2
        first, last = self._places.numbers[start : start + 2]
        word = self._text[first:last]
        tail = self._tails.get(word)
        if tail is None:
            tail = self._tails[word] = _tail(word)
        return predicate.endswith(tail)

    def _renamed(self, quad: Quad) -> Quad:
        subject, object_, graph = quad.subject, quad.object, quad.graph_name
        if not (
            isinstance(subject, BlankNode)
            or isinstance(object_, BlankNode)
            or isinstance(graph, BlankNode)
        ):
            return quad
        return Quad(
            self._new(subject) if isinstance(subject, BlankNode) else subject,
            quad.predicate,
            self._new(object_) if isinstance(object_, BlankNode) else object_,
            self._new(graph) if isinstance(graph, BlankNode) else graph,
        )

    def _new(self, node: BlankNode) -> BlankNode:
        found = self._labels.get(node)
        if found is None:
            found = self._labels[node] = BlankNode(f"{self._label}{len(self._labels)}")
        return found


def _tail(word: str) -> str:
    """Return what the IRI of a word ends with, as far as that is plain."""
    if word == "a":
        return RDF_TYPE.value
    if "\\" in word or "%" in word:
        return ""
    if word.startswith("<"):
        return word[1:-1].rpartition("/")[2].rpartition(".")[2]
    return word.partition(":")[2]
