"""Asking a real endpoint, Oxigraph over the published graph, and servers that misbehave."""

from __future__ import annotations

import contextlib
import http.server
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kg_builder.asking.answer import words_of
from kg_builder.asking.endpoint import ask_endpoint
from kg_builder.asking.request import Request, ask
from kg_builder.asking.run import answer
from kg_builder.errors import EndpointError, InputError, KgError, TimeLimitError
from kg_builder.graph.query.catalogue import load_catalogue
from kg_builder.resources import Resources

SERVER = Path(sys.executable).with_name("oxigraph")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def endpoint(published_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a server over a copy of the published store."""
    store = tmp_path_factory.mktemp("served") / "store"
    shutil.copytree(published_folder.resolve() / "current" / "store", store)
    port = free_port()
    command = [SERVER, "serve-read-only", "--location", store, "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}/query"
    finally:
        process.kill()
        process.wait()


def wait_for(url: str) -> None:
    for _ in range(200):
        with contextlib.suppress(OSError), urllib.request.urlopen(url):
            return
        time.sleep(0.05)
    raise AssertionError("the server does not answer")


def solutions(request: Request, folder: Path) -> list[list[str]]:
    return [[words_of(term) for term in row] for row in ask(request, folder).solutions()]


def test_literals_in_chinese_go_there_and_come_back(endpoint: str, tmp_path: Path) -> None:
    request = Request(
        'SELECT ?name { ?c kg:inStreet/rdfs:label "田村路街道"@zh ; rdfs:label ?name }',
        endpoint=endpoint,
    )
    assert solutions(request, tmp_path) == [["田村路街道区域养老中心店"]]


def test_an_endpoint_and_the_graph_at_hand_answer_alike(
    endpoint: str, published_folder: Path, tmp_path: Path
) -> None:
    text = "SELECT ?s (COUNT(?c) AS ?n) { ?c kg:inStreet ?s } GROUP BY ?s ORDER BY ?n ?s"
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    found = solutions(Request(text, store=published_folder), here)
    assert found == solutions(Request(text, endpoint=endpoint), there)
    assert len(found) == 21


CATALOGUE = load_catalogue(Resources.find())


@pytest.mark.parametrize("name", CATALOGUE)
def test_stored_queries_answer_there_as_they_do_here(
    endpoint: str, published_folder: Path, tmp_path: Path, name: str
) -> None:
    """By the first example of each: names are looked up at the endpoint, rows come in order."""
    stored = CATALOGUE[name]
    values = dict(stored.examples[0]) if stored.examples else {}
    request = Request(stored.text, store=published_folder, stored=stored, values=values)
    found = []
    for asked in (request, replace(request, store=None, endpoint=endpoint)):
        folder = tmp_path / str(len(found))
        folder.mkdir()
        answered = answer(asked, folder)
        found.append([[words_of(term) for term in row] for row in answered.solutions()])
    here, there = found
    assert there == here


def test_ask_construct_and_rows_that_are_cut(endpoint: str, tmp_path: Path) -> None:
    asked = ask(Request("ASK { ?s a kg:Canteen }", endpoint=endpoint), tmp_path)
    assert asked.boolean
    built = ask(
        Request("CONSTRUCT { ?s a kg:Canteen } WHERE { ?s a kg:Canteen }", endpoint=endpoint),
        tmp_path,
    )
    assert len(list(built.triples())) == built.size == 30
    cut = ask(Request("SELECT ?s { ?s a kg:Canteen }", endpoint=endpoint, most=7), tmp_path)
    assert (cut.size, cut.cut) == (7, True)


def test_what_would_call_out_is_refused_before_the_endpoint_is_asked(tmp_path: Path) -> None:
    text = "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }"
    with pytest.raises(InputError):
        ask(Request(text, endpoint="http://127.0.0.1:9/"), tmp_path)


class Misbehaving(http.server.BaseHTTPRequestHandler):
    """Answers as its path asks."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        match self.path:
            case "/html":
                self.answer(200, "text/html", b"<p>welcome")
            case "/cut":
                self.answer(200, "application/sparql-results+json", b'{"head":{"vars":["s"]},"re')
            case "/refusing":
                self.answer(400, "text/plain", "第1行有误\x1b[31m\n".encode() * 100)
            case "/slow":
                time.sleep(3)
            case "/garbage":
                self.wfile.write(b"\x00garbage\r\n\r\n")
            case "/xml":
                body = (
                    b'<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head/>'
                    b"<boolean>true</boolean></sparql>"
                )
                self.answer(200, "application/sparql-results+xml; charset=utf-8", body)

    def answer(self, code: int, media_type: str, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def misbehaving() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def raises(kind: type[KgError], words: str, act: Callable[[], None]) -> None:
    with pytest.raises(kind) as caught:
        act()
    assert words in caught.value.render("en")
    assert caught.value.render("zh") != caught.value.render("en")


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("/html", EndpointError, "answers text/html"),
        ("/cut", EndpointError, "cannot be read"),
        ("/refusing", EndpointError, "HTTP 400"),
        ("/garbage", EndpointError, "the connection broke"),
        ("/xml", EndpointError, "no answer to SELECT"),
        ("/slow", TimeLimitError, "did not answer within 0.5 s"),
    ],
)
def test_a_server_that_misbehaves_is_told_in_one_line(
    misbehaving: str, tmp_path: Path, path: str, kind: type[KgError], words: str
) -> None:
    spool = tmp_path / "answer"
    raises(
        kind,
        words,
        lambda: ask_endpoint(misbehaving + path, "SELECT ?s { ?s ?p ?o }", "SELECT", spool, 0.5),
    )


def test_results_in_xml_are_understood(misbehaving: str, tmp_path: Path) -> None:
    spool = tmp_path / "answer"
    ask_endpoint(misbehaving + "/xml", "ASK {}", "ASK", spool, 5)
    assert spool.read_bytes() == b'{"head":{},"boolean":true}'


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "/etc/passwd",
        "",
        "http://localhost:x/",
        "http://[::1/",
        "http:///q",
    ],
)
def test_only_addresses_of_the_web_are_asked(tmp_path: Path, url: str) -> None:
    raises(
        InputError,
        "http://",
        lambda: ask_endpoint(url, "ASK {}", "ASK", tmp_path / "answer", 5),
    )


def test_an_address_in_chinese_is_encoded(misbehaving: str, tmp_path: Path) -> None:
    url = misbehaving + "/x/查询 表/../../xml"
    raises(
        EndpointError,
        "connection broke",  # the server knows no such path, and says nothing
        lambda: ask_endpoint(url, "ASK {}", "ASK", tmp_path / "answer", 5),
    )


def test_evidence_is_not_left_out_in_silence(tmp_path: Path) -> None:
    request = Request("SELECT * { ?s ?p ?o }", endpoint="http://localhost:1/", evidence=True)
    raises(InputError, "--evidence does not go", lambda: ask(request, tmp_path) and None)


def test_nobody_there(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    raises(
        EndpointError,
        "no connection",
        lambda: ask_endpoint(url, "ASK {}", "ASK", tmp_path / "answer", 5),
    )
