"""The door: what is read, what is refused, and that a child process bears the risk."""

from __future__ import annotations

import io
import os
import time
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from kg_builder.errors import InputError
from kg_builder.graph.submission.formats import Format, format_named, format_of
from kg_builder.graph.submission.reading import (
    PARSING,
    Limits,
    read_placed,
    read_stdin,
    read_submission,
)
from kg_builder.workers import Standby

ROOT = Path(__file__).resolve().parents[4]
TRIPLE = Triple(NamedNode("http://e/甲"), NamedNode("http://e/p"), NamedNode("http://e/o"))
SUFFIXES = {
    ".ttl": RdfFormat.TURTLE,
    ".trig": RdfFormat.TRIG,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".jsonld": RdfFormat.JSON_LD,
    ".json": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".XML": RdfFormat.RDF_XML,
}


@pytest.fixture(scope="module")
def child():
    with Standby(PARSING) as standby:
        yield standby


@pytest.fixture(autouse=True)
def _prepared(child):
    yield
    child.prepare()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_suffix_tells_the_format(tmp_path, child, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(serialize([TRIPLE], format=SUFFIXES[suffix]))
    submission = read_submission(path, name="a", child=child)
    assert submission.triples == (TRIPLE,)
    spans = submission.spans(TRIPLE)
    assert spans
    assert "甲" in submission.text[spans.subject.start : spans.subject.end]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("turtle", "turtle"), ("TTL", "turtle"), ("nt11", "ntriples"), ("json-ld", "jsonld")),
        *(("pretty-xml", "rdfxml"), ("xml", "rdfxml"), ("nquads", "nquads"), ("trig", "trig")),
    ],
)
def test_formats_have_our_names_and_those_of_pyshacl(name, kind):
    assert format_named(name) == Format(kind)


@pytest.mark.parametrize("name", ["n3", "html", ""])
def test_other_formats_are_refused(name):
    with pytest.raises(InputError, match="use turtle"):
        format_named(name)


def test_a_format_that_is_not_told_is_asked_for():
    with pytest.raises(InputError, match="-df turtle"):
        read_submission(b"", name="-")
    with pytest.raises(InputError, match=r"\.ttl .* -df") as caught:
        format_of(Path("a.csv"))
    assert caught.value.file == "a.csv"


@pytest.mark.parametrize("kind", ["turtle", "trig", "ntriples", "nquads", "rdfxml"])
@pytest.mark.parametrize("data", [b"", b"\n", b"\xef\xbb\xbf"])
def test_an_empty_file_holds_no_triples(child, kind, data):
    assert read_submission(data, name="-", format=kind, child=child).triples == ()


def test_what_is_no_plain_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.ttl")
    for path, says in [
        (tmp_path, "a folder"),
        (tmp_path / "pipe.ttl", "write - to read from a pipe"),
        (Path("/dev/zero"), "a pipe or a device"),
        (tmp_path / "none.ttl", "no such file"),
        (Path("a\0b.ttl"), "cannot be read"),
    ]:
        with pytest.raises(InputError, match=says) as caught:
            read_submission(path, name="x", format="ttl")
        assert caught.value.file == "x"


def test_a_file_of_two_gigabytes_is_refused_at_once(tmp_path):
    path = tmp_path / "big.ttl"
    with path.open("wb") as stream:
        stream.write(b'<urn:a> <urn:b> "')
        stream.truncate(2 << 30)
    start = time.monotonic()
    with pytest.raises(InputError, match="at most 512 MiB") as caught:
        read_submission(path, name="big.ttl")
    assert time.monotonic() - start < 1
    assert "2,048" in caught.value.message.zh


def test_a_stream_is_read_no_further_than_the_limit():
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            self.given += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(InputError, match="too large"):
        read_stdin(stream, 3 << 20)
    assert stream.given <= 4 << 20
    assert read_stdin(io.BytesIO(b"abc"), 3) == b"abc"
    with pytest.raises(InputError):
        read_stdin(io.BytesIO(b"abcd"), 3)


def test_what_takes_too_much_memory_is_refused(child):
    text = b'<urn:a> <urn:b> "' + b"x" * (60 << 20) + b'" .'
    with pytest.raises(InputError, match="of memory"):
        read_submission(text, name="-", format="ttl", child=child, limits=Limits(memory=300 << 20))


def test_what_takes_too_long_is_refused(child):
    text = b"<urn:a> <urn:b> 1 .\n" * 200_000
    with pytest.raises(InputError, match="not read within"):
        read_submission(text, name="-", format="ttl", child=child, limits=Limits(seconds=0.1))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("@prefix 甲: <urn:> .".encode("utf-16"), "seems to be UTF-16"),
        ("<urn:a> <urn:b> 1 .".encode("utf-16-le"), "seems to be UTF-16"),
        ("<urn:a> <urn:b> '海淀区政府工作报告' .".encode("gbk"), "seems to be GBK"),
        (b'<urn:a>\n "\xff" .', "save the file as UTF-8"),
        (b'<urn:a>\n "\xff' + "海淀区政府工作报告".encode() + b'" .', "save the file as UTF-8"),
        (b'<urn:a>\n "\0" .', "NUL"),
    ],
)
def test_another_encoding_is_named(child, data, says):
    with pytest.raises(InputError, match=says) as caught:
        read_submission(data, name="x", format="ttl", child=child)
    if "\n" in data.decode("latin-1"):
        assert (caught.value.line, caught.value.column) == (2, 3)


def test_nothing_that_a_document_names_is_read(tmp_path, child):
    secret = tmp_path / "secret.ttl"
    secret.write_text("<urn:secret> a <urn:Secret> .")
    text = f"<urn:o> <http://www.w3.org/2002/07/owl#imports> <{secret.as_uri()}> ."
    submission = read_submission(text.encode(), name="x", format="ttl", child=child)
    assert len(submission.triples) == 1


def test_named_graphs_are_kept_apart(child):
    data = b'<urn:a> <urn:b> "1" <urn:g> .\n<urn:a> <urn:b> "1" .\n<urn:a> <urn:b> "2" _:g .'
    submission = read_submission(data, name="x", format="nquads", child=child)
    assert len(submission.triples) == 1
    assert [len(triples) for triples in submission.named.values()] == [1, 1]


def test_what_a_submission_says_of_itself(child):
    data = b"@base <http://b/> . @prefix e: <http://e/> . <x> e:p 1 ."
    submission = read_submission(data, name="x", format="ttl", child=child)
    assert (submission.base, dict(submission.prefixes)) == ("http://b/", {"e": "http://e/"})
    assert submission.data == data
    assert submission.format == "turtle"
    spans = submission.spans(submission.triples[0])
    assert submission.excerpt(spans.object).splitlines()[1].index("^") == 4 + data.index(b"1 .")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "shapes").glob("*.ttl")), ids=lambda path: path.name
)
def test_every_triple_of_our_shapes_has_its_place(path):
    submission = read_placed(path)
    assert submission.triples
    assert all(submission.spans(triple) for triple in submission.triples)


def test_a_warm_child_reads_twenty_triples_in_no_time(child):
    text = "@prefix e: <http://e/> .\n" + "".join(f"e:甲{n} e:p {n} .\n" for n in range(20))
    best = 1.0
    for _ in range(20):  # other tests run beside this one
        if best < 0.1:
            break
        child.prepare()
        time.sleep(0.3)
        start = time.perf_counter()
        read_submission(text.encode(), name="x", format="ttl", child=child)
        best = min(best, time.perf_counter() - start)
    assert best < 0.1, "20 ms on a machine with nothing else to do"
