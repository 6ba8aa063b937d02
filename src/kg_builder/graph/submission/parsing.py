"""Parsing a document of RDF, and finding where its triples stand; meant for a child process.

pyoxigraph alone says what the document says. The places come from readers of our own, which are
believed where predicate and kind of object agree, triple by triple; else no places are given.
"""

from __future__ import annotations

import hashlib
import io
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QuadParser, RdfFormat, Triple
from pyoxigraph import parse as parse_rdf
from pyoxigraph import serialize as serialize_rdf

from kg_builder.errors import InputError
from kg_builder.graph.submission.decoding import Decoded, decode
from kg_builder.graph.submission.formats import Format
from kg_builder.graph.submission.glue import turtle_notices
from kg_builder.graph.submission.json_text import read_json
from kg_builder.graph.submission.jsonld_places import JsonLdReader
from kg_builder.graph.submission.matching import Found
from kg_builder.graph.submission.model import SPAN_NUMBERS, SubmissionNotice
from kg_builder.graph.submission.rdfxml_places import RdfXmlReader, in_one_piece
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
from kg_builder.graph.submission.turtle_tokens import OTHER, tokens
from kg_builder.graph.submission.wording import not_placed, not_turtle, refused_at
from kg_builder.graph.submission.xml_guard import declared_entities
from kg_builder.graph.vocabulary import RDF_TYPE, expand
from kg_builder.model.notice import MAX_NOTICES

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


class _Placing(Protocol):
    """Finds the places of quads that are shown to it one after another."""

    def see(self, quad: Quad) -> None: ...

    def numbers(self) -> array[int]: ...


@dataclass(frozen=True, slots=True)
class _Read:
    """What a reader of ours knows of a document before the parser has judged it."""

    placing: _Placing
    prefixes: Mapping[str, str] | None = None
    """None where the parser tells them."""
    notices: tuple[SubmissionNotice, ...] = ()


def parse_document(
    data: bytes, name: str, kind: Format, max_depth: int, base: str | None = None
) -> Parsed:
    """Parse a document; relative IRIs are resolved against its base, else `base`.

    Raises InputError with line, column, an excerpt and the mend, as far as they are known.
    """
    decoded = decode(data, name)
    read = _read(decoded.text, name, kind, max_depth, base)
    body = data[3:] if decoded.marked else data
    if kind is Format.RDF_XML:
        body = in_one_piece(decoded.text).encode()
    parser = parse_rdf(body, kind.engine, base_iri=base)
    quads = io.BytesIO()
    renamed = _renamed(parser, read.placing, _label(name, decoded.sha256))
    try:
        serialize_rdf(renamed, quads, RdfFormat.N_QUADS)
    except _TripleTermError:
        raise _triple_term(decoded.text, name) from None
    except SyntaxError as error:
        if kind in (Format.JSON_LD, Format.RDF_XML):
            raise not_placed(error, decoded.text, name, kind) from error
        raise not_turtle(error, decoded.text, name, kind) from error
    return Parsed(
        decoded,
        parser.base_iri,
        parser.prefixes if read.prefixes is None else read.prefixes,
        quads.getvalue(),
        read.placing.numbers().tobytes(),
        read.notices,
    )


def _read(text: str, name: str, kind: Format, max_depth: int, base: str | None) -> _Read:
    if kind is Format.JSON_LD:
        reader = JsonLdReader(read_json(text, name, max_depth), text, name, base)
        return _Read(_Matched(reader.found), reader.prefixes, _capped(reader.notices))
    if kind is Format.RDF_XML:
        if not text.strip():
            return _Read(_Matched(Found()), {})
        xml = RdfXmlReader(text, name, declared_entities(text, name, max_depth), base)
        return _Read(_Matched(xml.found), xml.prefixes, _capped(xml.notices))
    try:
        places = turtle_places(text, max_depth)
    except TooDeepError as error:
        raise refused_at(
            text,
            error.args[0],
            name,
            f"嵌套超过 {max_depth} 层",
            f"nested more than {max_depth} levels deep",
        ) from None
    notices = turtle_notices(text, places.suspects, name) if places else ()
    return _Read(_Aligned(places, text), notices=notices)


def _label(name: str, sha256: str) -> str:
    """Return how labels of blank nodes begin: those of two documents never meet."""
    return "b" + hashlib.sha256(f"{name}\0{sha256}".encode()).hexdigest()[:12] + "x"


class _TripleTermError(Exception):
    """What SHACL and this program know nothing of."""


def _triple_term(text: str, name: str) -> InputError:
    place = next((start for what, start, _ in tokens(text) if what == OTHER), 0)
    return refused_at(
        text,
        place,
        name,
        "含有三元组词项（RDF 1.2），这里只读 RDF 1.1",
        "holds a triple term (RDF 1.2), and only RDF 1.1 is read",
    )


def _renamed(quads: QuadParser, placing: _Placing, label: str) -> Iterator[Quad]:
    """Yield the quads with labels of blank nodes that begin with `label`."""
    labels: dict[BlankNode, BlankNode] = {}

    def new(node: BlankNode) -> BlankNode:
        return labels.setdefault(node, BlankNode(f"{label}{len(labels)}"))

    for quad in quads:
        placing.see(quad)
        subject, object_, graph = quad.subject, quad.object, quad.graph_name
        if isinstance(subject, Triple) or isinstance(object_, Triple):
            raise _TripleTermError
        blank = isinstance(subject, BlankNode), isinstance(object_, BlankNode)
        if any(blank) or isinstance(graph, BlankNode):
            yield Quad(
                new(subject) if isinstance(subject, BlankNode) else subject,
                quad.predicate,
                new(object_) if isinstance(object_, BlankNode) else object_,
                new(graph) if isinstance(graph, BlankNode) else graph,
            )
        else:
            yield quad


def _capped(notices: Iterable[SubmissionNotice]) -> tuple[SubmissionNotice, ...]:
    """Return the first notices of each code: nobody reads more."""
    counts: Counter[str] = Counter()
    kept = []
    for notice in notices:
        counts[notice.code] += 1
        if counts[notice.code] <= MAX_NOTICES:
            kept.append(notice)
    return tuple(kept)


class _Matched:
    """Places by what a triple says."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._numbers = array("I")

    def see(self, quad: Quad) -> None:
        self._numbers.extend(self._found.take(quad))

    def numbers(self) -> array[int]:
        return self._numbers


class _Aligned:
    """Places by the order of triples, believed while predicates and kinds of objects agree."""

    def __init__(self, places: Places | None, text: str) -> None:
        self._places = places
        self._text = text
        self._tails: dict[str, str] = {}
        self._count = 0
        self._agree = places is not None

    def numbers(self) -> array[int]:
        if self._places is None or not self._agree or self._count != len(self._places.kinds):
            return array("I")
        return self._places.numbers

    def see(self, quad: Quad) -> None:
        if not self._agree:
            return
        assert self._places  # noqa: S101 - else nothing agrees
        kinds, index = self._places.kinds, self._count
        self._agree = index < len(kinds) and self._agrees(quad, index, kinds[index])
        self._count += 1

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


def _tail(word: str) -> str:
    """Return what the IRI of a word ends with, as far as that is plain."""
    if word == "a":
        return RDF_TYPE.value
    if "\\" in word or "%" in word:
        return ""
    if word.startswith("<"):
        return word[1:-1].rpartition("/")[2].rpartition(".")[2]
    return word.partition(":")[2]
