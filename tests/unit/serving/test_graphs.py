"""Graphs as answers: those too large to be sorted are refused and read like the smaller ones."""

from contextlib import closing
from io import BytesIO
from types import SimpleNamespace

import pytest
from pyoxigraph import BaseDirection, Literal, NamedNode, Triple, parse

from kg_builder.errors import ExportError
from kg_builder.serving.work import formats
from kg_builder.serving.work.spool import Spool

A, B = NamedNode("http://e/a"), NamedNode("http://e/b")
WITHIN = Triple(A, B, Triple(A, B, Literal("x")))
AIMED = Triple(A, B, Literal("x", language="en", direction=BaseDirection.LTR))


def written(triple, name, folder):
    graph = SimpleNamespace(base=None, prefixes={})
    with Spool(folder) as spool, closing(spool._file):  # it is kept open for the next result
        formats.write_triples({triple: None}, name, spool, graph)
        return spool.take().data


@pytest.fixture(params=[False, True], ids=["few", "many"])
def folder(request, monkeypatch, tmp_path):
    if request.param:
        monkeypatch.setattr(formats, "_SORTED", 0)
    return tmp_path


@pytest.mark.parametrize(
    ("triple", "name"),
    [
        (Triple(A, B, Literal("\x01")), "rdfxml"),
        (Triple(A, NamedNode("http://e/1"), B), "rdfxml"),
        (WITHIN, "rdfxml"),
        (WITHIN, "jsonld"),
        (AIMED, "rdfxml"),
        (AIMED, "jsonld"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(folder, triple, name):
    with pytest.raises(ExportError):
        written(triple, name, folder)


@pytest.mark.parametrize(
    ("triple", "name"),
    [
        *((Triple(A, B, Literal("a\r\nb\rc")), name) for name in formats.GRAPH_FORMATS),
        *((triple, name) for triple in (WITHIN, AIMED) for name in ("turtle", "ntriples")),
    ],
)
def test_what_is_written_is_read_as_it_was(folder, triple, name):
    data = written(triple, name, folder)
    (found,) = parse(BytesIO(data), format=formats.GRAPH_FORMATS[name])
    assert found.triple == triple
