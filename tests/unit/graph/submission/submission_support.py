"""Reading in this process, and the words at the places of a triple."""

from __future__ import annotations

from pyoxigraph import BlankNode

from kg_builder.graph.submission.formats import Format
from kg_builder.graph.submission.model import Submission, TripleSpans
from kg_builder.graph.submission.reading import Limits, parse_source, submission_of

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"


def read(text: str | bytes, kind: Format = Format.TURTLE, name: str = "t") -> Submission:
    data = text.encode() if isinstance(text, str) else text
    return submission_of(parse_source(data, name, kind.value, Limits()), name, kind)


def words(submission: Submission, spans: TripleSpans) -> tuple[str, ...]:
    return tuple(
        submission.text[span.start : span.end]
        for span in (spans.subject, spans.predicate, spans.object)
    )


def placed(text: str | bytes, kind: Format = Format.TURTLE) -> list[tuple[str, ...]]:
    """Return the words of all triples, in the order of the parser; () for an unplaced one."""
    submission = read(text, kind)
    graphs = [(None, submission.triples), *submission.named.items()]
    return [
        words(submission, spans) if (spans := submission.spans(triple, graph)) else ()
        for graph, triples in graphs
        for triple in triples
    ]


def assert_nameless_nodes_keep_their_place(submission: Submission) -> None:
    """Each blank node that no label names has one place, as a subject and as an object."""
    places: dict[BlankNode, set[int]] = {}
    for triple in submission.triples:
        for spans in submission.spans_all(triple):
            for span, term in ((spans.subject, triple.subject), (spans.object, triple.object)):
                if isinstance(term, BlankNode):
                    places.setdefault(term, set()).add(span.start)
    assert all(len(starts) == 1 for starts in places.values()), (submission.text, places)
