"""A submission: the triples that somebody brings, and where each of them stands in the text."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from kg_builder.graph.query.excerpt import with_caret
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Span
from kg_builder.model.verdict import FilePlace, Fix

GraphName = NamedNode | BlankNode
SPAN_NUMBERS: Final = 6
"""Of one triple: start and end of its subject, predicate and object."""
_LINE_END: Final = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class TripleSpans:
    """Where the three terms of a triple stand: code points of the text, BOM excluded.

    A term that the syntax only implies has the place of what implies it: `[`, `(`, an item of a
    collection, the tag of a node.
    """

    subject: Span
    predicate: Span
    object: Span

    @property
    def whole(self) -> Span:
        """The stretch from the first of the terms to the last."""
        spans = (self.subject, self.predicate, self.object)
        return Span(min(span.start for span in spans), max(span.end for span in spans))


@dataclass(frozen=True, slots=True)
class SubmissionNotice:
    """What reading saw that the grammar allows, and that is hardly meant.

    Codes: `glued` for Chinese punctuation that joins two names to one IRI; `undeclared-prefix`
    for an IRI that was to be a prefixed name; `ignored-key` for a key of JSON-LD that no context
    explains, so that the format drops what it holds.
    """

    code: str
    message: Bilingual
    span: Span
    term: NamedNode | None = None
    """The IRI that came of it."""
    fix: Fix | None = None


@dataclass(frozen=True)
class Submission:
    """The content of one file, or of what came on stdin."""

    name: str
    format: str
    sha256: str
    """Of the bytes as they came."""
    text: str
    base: str | None
    prefixes: Mapping[str, str]
    triples: tuple[Triple, ...]
    """Of the default graph, each once, in the order of the document, but that a bracket may come
    before what holds it."""
    named: Mapping[GraphName, tuple[Triple, ...]]
    """Of the named graphs, which are never flattened."""
    notices: tuple[SubmissionNotice, ...] = ()
    marked: bool = False
    """Whether the bytes begin with a byte order mark."""
    _quads: tuple[Quad, ...] = field(default=(), repr=False, compare=False)
    """Every occurrence, in the order of `_numbers`."""
    _numbers: array[int] = field(default_factory=lambda: array("I"), repr=False, compare=False)
    """Six numbers for each occurrence, see `SPAN_NUMBERS`; all 0 where the place is not known."""

    @property
    def data(self) -> bytes:
        """The bytes as they came."""
        return (("\ufeff" if self.marked else "") + self.text).encode()

    def spans(self, triple: Triple, graph: GraphName | None = None) -> TripleSpans | None:
        """Return where a triple stands first; None where that is not known."""
        return next(iter(self.spans_all(triple, graph)), None)

    def spans_all(self, triple: Triple, graph: GraphName | None = None) -> tuple[TripleSpans, ...]:
        """Return all places of a triple, of the default graph if none is named."""
        quad = Quad(triple.subject, triple.predicate, triple.object, graph or DefaultGraph())
        first, later = self._occurrences
        if quad not in first:
            return ()
        indexes = (first[quad], *later.get(quad, ()))
        return tuple(spans for spans in map(self._spans_at, indexes) if spans)

    def subject_span(self, node: NamedNode | BlankNode) -> Span | None:
        """Return where a node first stands as a subject; None where it is none, or unplaced."""
        return self._subjects.get(node)

    def place(self, span: Span) -> FilePlace:
        """Return a stretch of the text as lines and columns."""
        line, column = self._position(span.start)
        end_line, end_column = self._position(span.end)
        return FilePlace(self.name, line, column, end_line, end_column)

    def excerpt(self, span: Span) -> str:
        """Return the line that holds the start of a stretch, and a caret below it."""
        return with_caret(self.text, span.start)

    @cached_property
    def _line_starts(self) -> list[int]:
        # as `excerpt.position` counts them: at LF, CR LF and a lone CR
        return [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def _position(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    @cached_property
    def _occurrences(self) -> tuple[Mapping[Quad, int], Mapping[Quad, list[int]]]:
        """The first occurrence of every quad, and the later ones of those that have some."""
        first: dict[Quad, int] = {}
        later: dict[Quad, list[int]] = {}
        for index, quad in enumerate(self._quads):
            if first.setdefault(quad, index) != index:
                later.setdefault(quad, []).append(index)
        return first, later

    @cached_property
    def _subjects(self) -> Mapping[NamedNode | BlankNode, Span]:
        found: dict[NamedNode | BlankNode, Span] = {}
        numbers = self._numbers
        for index, quad in enumerate(self._quads):
            node = quad.subject
            start, end = numbers[index * SPAN_NUMBERS : index * SPAN_NUMBERS + 2]
            if (
                end
                and not isinstance(node, Triple)
                and (node not in found or start < found[node].start)
            ):
                found[node] = Span(start, end)
        return found

    def _spans_at(self, index: int) -> TripleSpans | None:
        start = index * SPAN_NUMBERS
        numbers = self._numbers[start : start + SPAN_NUMBERS]
        if not any(numbers):
            return None
        s0, s1, p0, p1, o0, o1 = numbers
        return TripleSpans(Span(s0, s1), Span(p0, p1), Span(o0, o1))
