"""`kg serve` under attack: connections that owe something, HTTP that is none, hostile data."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.contributing import build
from tests.processes import children_of, descendants, slack, until
from tests.served import serving, serving_with
from tests.test_cli import kg

TIMEOUT = 2.0
PATIENCE = 1.0
TOKEN = "fedcba9876543210fedcba9876543210"
HOST = b"Host: localhost\r\n"
PRODUCT = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LONG = f"SELECT (COUNT(*) AS ?n) {{ {' '.join(f'?a{n} ?b{n} ?c{n} .' for n in range(9))} }}"
FORM = "application/x-www-form-urlencoded"
HTML = "text/html"
CANTEEN = "https://example.org/kg/id/canteen/"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def server(folder):
    out = folder / "build"
    assert build(out).conforms
    settings = {"timeout": TIMEOUT, "write_token": TOKEN, "language": "en"}
    with serving_with(
        out, folder, head_seconds=PATIENCE, send_seconds=PATIENCE, **settings
    ) as found:
        yield found


# connections


def begun(server, *parts, buffer=None, wait=0.15):
    """A connection on which something has been sent."""
    line = socket.socket()
    if buffer is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    line.settimeout(10)
    line.connect(("127.0.0.1", server.port))
    for part in parts:
        line.sendall(part)
        time.sleep(wait)
    return line


def rest_of(line):
    """What comes until the server ends the connection. Raises TimeoutError where it does not."""
    found = b""
    with suppress(ConnectionError):
        while part := line.recv(1 << 16):
            found += part
    return found


UNFINISHED = {
    "nothing": (),
    "half a head": (b"GET / HT",),
    "an empty line after an answer": (b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n", b"\r\n"),
    "a body that nobody waits for": (
        b"POST /nothing HTTP/1.1\r\n" + HOST + b"Content-Length: 100000\r\n\r\n",
        b"x",
    ),
    "a body of GET": (
        b"GET /healthz HTTP/1.1\r\n" + HOST + b"Content-Length: 10\r\n\r\n",
        b"x",
    ),
    "half a head behind a whole one": (b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\nGET /",),
}


def test_a_connection_that_owes_something_ends_in_time(server):
    with ExitStack() as stack:
        lines = {
            name: stack.enter_context(begun(server, *parts)) for name, parts in UNFINISHED.items()
        }
        start = time.monotonic()
        for name, line in lines.items():
            line.settimeout(5 * PATIENCE)
            try:
                rest_of(line)
            except TimeoutError:
                pytest.fail(f"it stays open: {name}")
        assert time.monotonic() - start < 5 * PATIENCE


def test_who_takes_nothing_is_left(server):
    query = urlencode({"query": "SELECT * { GRAPH ?g { ?s ?p ?o } }", "format": "tsv"})
    whole = server.ask(f"/sparql?{query}").body
    head = f"GET /sparql?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with begun(server, head, buffer=4096) as one, begun(server, head * 8, buffer=4096) as many:
        until(lambda: sum(line["event"] == "stalled" for line in server.lines()) >= 2)
        assert len(rest_of(one)) < len(whole)
        assert len(rest_of(many)) < 8 * len(whole)


def test_an_answer_under_way_is_not_broken_by_what_follows(server):
    head = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    for rubbish in (b"\x00\x01\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"y" * 100_000):
        answer = server.raw(head + rubbish, 3)
        assert re.fullmatch(rb"HTTP/1.1 200 [^{]*\{[^}]*\}(HTTP/1.1 4.*)?", answer, re.DOTALL)


def test_who_goes_away_from_the_workbench_leaves_no_work_behind(server):
    before = server.ask("/healthz").json["replaced"]
    for number in range(3):
        query = urlencode({"query": f"{LONG} #{number}"})
        with begun(server, f"GET /workbench?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()):
            time.sleep(0.5)
    until(lambda: server.ask("/healthz").json["replaced"] > before)
    until(lambda: server.ask("/healthz").json["waiting"] == 0)
    late = server.ask(f"/workbench?{urlencode({'query': LONG})}")
    assert late.status == 503
    assert late.seconds < TIMEOUT + slack()


# HTTP

ASK = b"Content-Type: application/sparql-query\r\n"
CHUNKED = b"POST /sparql HTTP/1.1\r\n" + HOST + ASK + b"Transfer-Encoding: chunked\r\n"
SIZED = b"POST /sparql HTTP/1.1\r\n" + HOST + ASK
GET = b"GET /healthz HTTP/1.1\r\n"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        # smuggling: whoever stands before may read such a request in another way
        (SIZED + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (SIZED + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400),
        (SIZED + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 400),
        (SIZED + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
        (SIZED + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
        (SIZED + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nASK{}x", 400),
        (SIZED + b"Content-Length: +5\r\n\r\nASK{}", 400),
        (SIZED + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", 400),
        (GET + HOST + b"X: a\r\n b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\nHost: localhost\n\n", 400),
        (GET + HOST + b"X: a\rY: b\r\n\r\n", 400),
        (CHUNKED + b"\r\n3\r\nASK{}\r\n0\r\n\r\n", 400),
        (CHUNKED + b"\r\nFFFFFFFFFFFFFFFFFF\r\nASK{}\r\n0\r\n\r\n", 400),
        # a trailer changes nothing
        (CHUNKED + b"\r\n5\r\nASK{}\r\n0\r\nHost: evil\r\n\r\n", 200),
        # whom a request is for
        (GET + b"Host: localhost:evil\r\n\r\n", 400),
        (GET + b"Host: [::1]@evil.example\r\n\r\n", 400),
        (GET + b'Host: localhost:80"<>\r\n\r\n', 400),
        (GET + b"Host:\r\n\r\n", 400),
        (GET + HOST + HOST + b"\r\n", 400),
        (GET + b"\r\n", 400),
        (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
        (b"GET http://localhost/healthz HTTP/1.1\r\n" + HOST + b"\r\n", 200),
        (b"GET http://localhost HTTP/1.1\r\n" + HOST + b"\r\n", 200),
        (b"GET http://evil.example/healthz HTTP/1.1\r\n" + HOST + b"\r\n", 421),
        (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 204),
        (b"CONNECT localhost:443 HTTP/1.1\r\n" + HOST + b"\r\n", 400),
        (b"TRACE /healthz HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        (GET + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 200),
        (b"BREW /sparql HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        (b"get /sparql HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        # a head that comes at once is no smaller
        (GET + HOST + b"X: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (GET + HOST + b"X: a\r\n" * 20_000 + b"\r\n", 431),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (SIZED + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nASK{}", 415),
        (SIZED + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\nASK{}", 100),
        (SIZED + b"Expect: 100-continue\r\nContent-Length: 500000000\r\n\r\n", 413),
    ],
)
def test_http_is_taken_by_the_letter(server, data, status):
    with begun(server) as line:
        line.sendall(data)
        answer = line.recv(1 << 16)
        assert answer.startswith(b"HTTP/1.1 %d " % status), answer[:300]
        if status >= 400:
            while not answer.endswith(b"}\n"):
                answer += line.recv(1 << 16)
            head, _, body = answer.partition(b"\r\n\r\n")
            assert b"application/problem+json" in head
            assert json.loads(body)["status"] == status
            assert (b"\r\nallow: " in head) == (status == 405)


def test_a_connection_that_was_to_be_upgraded_goes_on_in_http(server):
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n"
    with begun(server, GET + HOST + upgrade + b"\r\n") as line:
        assert line.recv(1 << 16).startswith(b"HTTP/1.1 200")
        line.sendall(GET + HOST + b"\r\n")
        assert line.recv(1 << 16).startswith(b"HTTP/1.1 200")
    # as libraries of Java ask: the body is none of another protocol, nor is what follows
    asked = SIZED + upgrade + b"Content-Length: 5\r\n\r\nASK{}"
    end = GET + HOST + b"Connection: close\r\n\r\n"
    for data in (asked + end, asked * 500 + end):
        answer = server.raw(data)
        assert answer.count(b"HTTP/1.1 200 ") == data.count(b" HTTP/1.1")
        assert b'"boolean":true' in answer
    for cut in (30, len(asked) - 3):  # it comes in two parts
        with begun(server, asked[:cut]) as line:
            time.sleep(0.05)
            line.sendall(asked[cut:])
            assert line.recv(1 << 16).startswith(b"HTTP/1.1 200")


def test_what_a_proxy_says_changes_nobody_elses_answer(server):
    said = {"x_forwarded_proto": "https", "x_forwarded_host": "evil.example"}
    changed = server.ask("/openapi.json", **said)
    assert changed.json["servers"][0]["url"].startswith("https://127.0.0.1")
    assert "evil" not in changed.text
    assert server.ask("/openapi.json").json["servers"][0]["url"].startswith("http://127.0.0.1")
    # nor do the same words of somebody who is none change the proxy's
    other = server.ask("/openapi.json?", source="127.0.0.2", **said)
    assert other.json["servers"][0]["url"].startswith("http://127.0.0.1")
    assert server.ask("/openapi.json?", **said).body == changed.body


def test_a_body_of_two_types_changes_nobody_elses_answer(server):
    body = "ASK {} #&query=" + quote("SELECT ?x { VALUES ?x { 'honest' } }")
    types = "".join(f"Content-Type: {kind}\r\n" for kind in ("application/sparql-query", FORM))
    head = f"POST /sparql HTTP/1.1\r\n{types}Content-Length: {len(body)}\r\nConnection: close\r\n"
    # in one piece, as what is kept is
    head += f"Host: 127.0.0.1:{server.port}\r\nAccept: */*\r\n\r\n"
    assert b"honest" not in server.raw((head + body).encode())
    answer = server.ask("/sparql", method="POST", body=body, content_type=FORM, accept="*/*")
    assert "honest" in answer.text


SEEDS = (
    GET + HOST + b"Accept: */*\r\nUser-Agent: fuzz\r\n\r\n",
    CHUNKED + b"\r\n5\r\nASK{}\r\n0\r\n\r\n",
    SIZED + b"Content-Length: 5\r\n\r\nASK{}",
    b"GET /search?q=%E6%B5%B7&page=1 HTTP/1.1\r\n" + HOST + b"Accept: text/html\r\n\r\n",
    b"GET /data/dataset.nq HTTP/1.1\r\n" + HOST + b"Range: bytes=0-9,5-\r\nIf-Range: x\r\n\r\n",
    b"POST /validate HTTP/1.1\r\n" + HOST + b"Content-Type: multipart/form-data; boundary=x\r\n"
    b'Content-Length: 59\r\n\r\n--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n--x--',
)
PIECES = (
    b"\r\n",
    b"\n",
    b"\x00",
    b"\xff",
    b":",
    b" ",
    b"%",
    b"%00",
    b"HTTP/1.0",
    b"\t",
    b"0",
    b"-1",
)


def mutated(rng):
    data = bytearray(rng.choice(SEEDS))
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(data) + 1)
        match rng.randrange(4):
            case 0:
                data[place:place] = rng.choice(PIECES)
            case 1:
                del data[place : place + rng.randint(1, 12)]
            case 2:
                data[place : place + 1] = bytes([rng.randrange(256)])
            case _:
                data[place:place] = data[place : place + 30] * rng.randint(1, 40)
    return bytes(data)


def test_rubbish_harms_nobody(server):
    rng = random.Random(6)
    samples = [mutated(rng) for _ in range(400)]

    def send(data):
        with begun(server) as line:
            line.sendall(data)
            if len(data) % 3 == 0:
                line.shutdown(socket.SHUT_WR)
            line.settimeout(0.2 * slack())
            with suppress(OSError):
                return line.recv(1 << 16)
        return b""

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(send, samples))
    for data, answer in zip(samples, answers, strict=True):
        assert not answer or re.match(rb"HTTP/1.1 [1234]\d\d ", answer), (data, answer[:300])
    assert sum(map(bool, answers)) > 200
    assert server.ask("/healthz").status == 200
    assert not any("trace" in line for line in server.lines())


# queries

CALLS = (
    "SERVICE",
    "SeRvIcE SILENT",
    r"\u0053ERVICE",
    r"SERV\U00000049CE",
    "SERVICE#x\n",
)
NAMED = (
    "FROM <file:///etc/passwd>",
    "FROM NAMED <file:///etc/passwd>",
    "FROM <http://127.0.0.1:1/x>",
    r"FR\u004fM <file:///etc/passwd>",
    r"FROM <\u0066ile:///etc/passwd>",
    "FROM etc:passwd",
)
UPDATES = ("LOAD <file:///etc/passwd>", r"LO\u0041D <file:///x>", "CLEAR ALL", "#x\nDROP ALL")


@pytest.mark.parametrize(
    "query",
    [
        *(f"SELECT * {{ {call} <http://127.0.0.1:1/> {{ ?s ?p ?o }} }}" for call in CALLS),
        "SELECT * { ?s ?p ?o FILTER EXISTS { SERVICE ?o { ?a ?b ?c } } }",
        *(f"PREFIX etc: <file:///etc/> SELECT * {name} {{ ?s ?p ?o }}" for name in NAMED),
        *UPDATES,
    ],
)
def test_no_query_reaches_out(server, query):
    for path in ("/sparql", "/workbench"):
        answer = server.ask(f"{path}?{urlencode({'query': query})}")
        assert answer.status == 400, answer.text
        assert "root:" not in answer.text


NESTED = {
    "not": "FILTER(" + "!" * 30_000 + "true)",
    "list": "?s ?p " + "( " * 5_000 + "1" + ")" * 5_000,
    "node": "?s ?p " + "[ ?p " * 5_000 + "1" + "]" * 5_000,
    "path": "?s " + "^(" * 5_000 + "a" + ")" * 5_000 + " ?o",
    "triple": "<<( " * 5_000 + "?s ?p ?o" + " )>>" * 5_000 + " ?a ?b",
    "group": "{" * 5_000 + "}" * 5_000,
    "if": "BIND(" + "IF(true," * 5_000 + "1" + ",2)" * 5_000 + " AS ?x)",
}


@pytest.mark.parametrize("name", NESTED)
def test_nesting_of_every_kind_ends_in_time(server, name):
    query = f"SELECT * {{ {NESTED[name]} }}"
    kind = "application/sparql-query"
    answer = server.ask("/sparql", method="POST", body=query, content_type=kind)
    assert answer.status in (400, 503)
    assert answer.seconds < TIMEOUT + slack()


def test_what_a_query_had_written_is_removed_with_its_child(server, folder):
    for number in range(2):
        answer = server.query(f"{PRODUCT} #{number}", accept="text/csv")
        assert answer.status == 503
    results = "kg-pool-*/*/*/result*"
    until(lambda: sum(file.stat().st_size for file in folder.glob(results)) <= 16 << 20)


def test_nothing_lies_about_of_those_who_go_before_their_answer(server, folder):
    """The queries are light, and their answers large: their children go on to the next."""
    for begin in range(0, 60, 20):
        lines = []
        for number in range(begin, begin + 20):
            query = quote(f"SELECT * {{ ?s ?p ?o . FILTER(?o != {number}) }}")
            head = f"GET /sparql?query={query} HTTP/1.1\r\n".encode() + HOST + b"\r\n"
            lines.append(begun(server, head, wait=0))
        time.sleep(0.3)
        for line in lines:
            line.close()
    until(lambda: server.ask("/healthz").json["waiting"] == 0)
    until(lambda: sum(path.stat().st_size for path in folder.rglob("kg-pool-*/**/result-*")) == 0)


def test_one_client_asks_so_much_at_a_time(server):
    other = {"x_forwarded_for": "203.0.113.77"}
    with ThreadPoolExecutor(24) as threads:
        found = list(threads.map(lambda n: server.query(f"{LONG} #{n}", **other), range(24)))
    late = [answer for answer in found if answer.status == 429]
    assert len(late) == 24 - 16
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in found)
    assert {answer.status for answer in found} == {429, 503}
    assert max(answer.seconds for answer in found) < TIMEOUT + slack()


# what is posted


@pytest.mark.parametrize("kind", ["text/plain", FORM, "multipart/form-data; boundary=x"])
def test_no_form_of_another_site_writes(server, kind):
    body = '<urn:a> <urn:b> "c" .'
    other = {"origin": "https://evil.example", "sec_fetch_site": "cross-site"}
    path = "/api/contributions?source=https://example.cn/1&by=x"
    refused = server.ask(path, method="POST", body=body, content_type=kind, **other)
    assert refused.status == 401
    assert "access-control-allow-origin" not in refused.headers
    token = {"authorization": f"Bearer {TOKEN}"}
    wrong = server.ask(path, method="POST", body=body, content_type=kind, **token, **other)
    assert wrong.status == 415
    judged = server.ask("/api/validate", method="POST", body=body, content_type=kind, **other)
    assert judged.status == 415


PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'
NAMED_PART = b'--x\r\nContent-Disposition: form-data; name="'
FILE = NAMED_PART + b'file"; filename="%b"\r\n\r\n%b\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (PART * 60_000 + b"--x--\r\n", 400),
        (b"--x\r\n" + b"X: y\r\n" * 300_000 + b"\r\n\r\n--x--\r\n", 400),
        (NAMED_PART + b"a" * 3_000_000 + b'"\r\n\r\nb\r\n--x--\r\n', 400),
        (NAMED_PART + b'text"\r\n\r\n' + b"\r" * 6_000_000 + b"\r\n--x--\r\n", 400),
        (FILE % (b"a.xlsx", b"PK\x03\x04\xff\xfe" * 1000), 400),
        (FILE % (b"../../<script>.ttl", b'<urn:a> <urn:b> "<script>alert(1)</script>" .'), 200),
        (b"x", 400),
    ],
)
def test_bombs_in_a_form(server, body, status):
    kind = "multipart/form-data; boundary=x"
    answer = server.ask("/validate", method="POST", body=body, content_type=kind)
    assert answer.status == status
    assert answer.seconds < 5 * slack()
    assert "<script>" not in answer.text
    assert server.ask("/healthz").seconds < slack()


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=" + "a" * 60_000,
        "/search?q=" + quote("(a+)+$.*" * 20),
        "/search?q=%00%ed%a0%80",
        "/suggest?q=" + quote("海" * 300) + "&class=" + "x" * 9_000,
        "/browse/Canteen?page=-1",
        "/browse/Canteen?page=99999999999999999999",
        "/browse/Canteen?" + "&".join(f"f=a:b%20c:{n}" for n in range(3_000)),
        "/browse/" + "x" * 60_000,
        "/links?to=javascript:alert(1)&by=urn:x&page=1e9",
        "/?lang=xx&lang=" + "z" * 900,
        "/describe?iri=javascript:alert(1)",
        "/describe?iri=urn:a&format=png",
        "/coverage/..%2f..%2fbuild.json",
        "/assets/..%2f..%2fserver.py",
        "/queries/..%2f..%2fx.rq",
        "/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd",
        "/..%255c..%255cetc/passwd",
        "/%5c%5cevil.example/x",
        "//evil.example/x",
        "/a" * 15_000,
    ],
)
def test_no_parameter_breaks_a_page(server, path):
    answer = server.ask(path, accept=HTML)
    assert answer.status in (200, 400, 404, 406, 413)
    assert answer.seconds < 3 * slack()
    assert "Traceback" not in answer.text
    assert "root:" not in answer.text
    assert "location" not in answer.headers
    assert not re.search(r'="[/\\\\]{2}', answer.text)  # leads to another server


def test_who_sends_too_much_is_told(server):
    for size in (11 << 20, 30 << 20):
        body = b"x" * size
        refused = server.ask("/api/validate", method="POST", body=body, content_type="text/turtle")
        assert refused.status == 413
        assert refused.json["type"] == "/problems/too-large"


def test_a_parameter_has_a_length(server):
    path = "/api/queries/canteens_of_street"
    body = urlencode({"street": "a" * 5_000_000})
    answer = server.ask(path, method="POST", body=body, content_type=FORM)
    assert answer.status == 400
    assert len(answer.body) < 10_000
    assert answer.seconds < TIMEOUT * slack()


ROWS = "{ SELECT * { ?s ?p ?o } LIMIT 500 }"
CONCAT = f"BIND(CONCAT({','.join(['?x'] * 20)}) AS ?y)"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT * {" + ROWS + "".join(f"BIND({n} AS ?x{n})" for n in range(120)) + "}", 400),
        (f'SELECT ?y {{ BIND("{"a" * 1_000}" AS ?x) {CONCAT} {ROWS} }}', 400),
        ("SELECT " + "".join(f"?x{n} " for n in range(1_000)) + "{" + ROWS + "}", 200),
    ],
    ids=["wide", "long", "empty"],
)
def test_a_page_of_a_result_is_no_burden(server, query, status):
    body = urlencode({"query": query, "lang": "en"})
    answer = server.ask(
        "/workbench", method="POST", body=body, content_type=FORM, accept_language="en"
    )
    assert answer.status == status
    assert len(answer.body) < 3_000_000
    assert ("fewer columns or rows" if status == 400 else "cut: there are more") in answer.text


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc")
def test_addresses_of_a_page_are_no_way_to_fill_the_memory(server, folder):
    answer = server.query("SELECT ?s { ?s a kg:Canteen } LIMIT 1", accept="text/csv")
    page = urlsplit(answer.text.split()[1]).path + ".html"

    def taken():
        pages = Path(f"/proc/{alone.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    with serving_with(folder / "build", folder, cache=0, log=False) as alone:
        for number in range(220):
            assert alone.ask(f"{page}?{'x' * 30_000}={number}").status == 200
            if number == 20:
                before = taken()
        assert taken() - before < 20 << 20


def test_a_query_is_not_cut_in_silence(server):
    body = urlencode({"query": "SELECT * { ?s ?p ?o } #" + "x" * 200_000})
    answer = server.ask("/workbench", method="POST", body=body, content_type=FORM)
    assert answer.status == 400


# data that means harm

WORDS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea></title><script>alert(1)</script>",
    "{{7*7}}",
    "\u202egpj.exe\u2066",
)
ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,%3Cscript%3Ealert(1)%3C/script%3E",
    "file:///etc/passwd",
    "http://evil.example/'onclick='x",
)


@pytest.fixture(scope="module")
def harm(folder):
    file = folder / "harm.ttl"
    lines = [
        "@prefix kg: <https://w3id.org/kg-builder/ont#> .",
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .",
        "<javascript:alert(9)> a kg:Canteen ; rdfs:label 'js' .",
        f"<{CANTEEN}it's'onclick='alert(1)> a kg:Canteen ; rdfs:label 'quote' .",
    ]
    also = ", ".join(f"<{address}>" for address in ADDRESSES)
    for number, words in enumerate(WORDS):
        escaped = words.replace('"', '\\"')
        lines.append(
            f'<{CANTEEN}x{number}> a kg:Canteen ; rdfs:label "{escaped}"@zh, "{escaped}"@en ;'
            f' rdfs:comment "{escaped}" ; kg:address "{escaped}" ; rdfs:seeAlso {also} .'
        )
    file.write_text("\n".join(lines))
    with serving(file, folder, "--timeout", "20") as found:
        yield found


class _Page(HTMLParser):
    """Finds what a page should not have: code of its own, and links that run code."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        links = [given.get(name) or "" for name in ("href", "src", "action", "formaction", "data")]
        if (
            tag in ("style", "base", "object", "iframe", "embed")
            or (tag == "script" and "src" not in given)
            or any(name.startswith("on") or name == "style" for name in given)
            or any(re.match(r"\s*(?!https?:|mailto:)[a-z+.-]+:|//", link, re.I) for link in links)
        ):
            self.found.append((tag, given))


def test_data_is_shown_and_never_run(harm):
    things = [f"{CANTEEN}x{number}" for number in range(len(WORDS))]
    things += ["javascript:alert(9)", f"{CANTEEN}it's'onclick='alert(1)"]
    pages = [
        *(
            f"/describe?iri={quote(iri, safe='')}&lang={lang}"
            for iri in things
            for lang in ("zh", "en")
        ),
        "/",
        "/browse/Canteen",
        "/search?q=script",
        "/search?q=" + quote(WORDS[1]),
        "/workbench?" + urlencode({"query": "SELECT * { ?s ?p ?o }"}),
        "/workbench?" + urlencode({"query": "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"}),
        "/workbench?" + urlencode({"query": WORDS[3]}),
        "/nothing/" + quote(WORDS[0]),
        "/queries/canteens_of_street?street=" + quote(WORDS[1]),
    ]
    shown = 0
    for path in pages:
        answer = harm.ask(path, accept=HTML)
        assert answer.status < 500, path
        assert answer.type == HTML, path
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        page = _Page()
        page.feed(answer.text)
        assert page.found == [], path
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", answer.text), path
        shown += "&lt;script&gt;" in answer.text
    assert shown > 3


def test_a_store_that_is_taken_away_goes_on_being_served(harm, folder):
    assert harm.ask("/healthz").json["store"] == "present"
    (folder / "harm.ttl").rename(folder / "gone.ttl")
    health = harm.ask("/healthz")
    assert (health.status, health.json["status"], health.json["store"]) == (200, "ok", "missing")
    assert harm.query("ASK { ?s a kg:Canteen }").json["boolean"]
    (folder / "gone.ttl").rename(folder / "harm.ttl")


def test_told_twice_it_ends_at_once_and_says_so(harm):
    found = []
    asking = threading.Thread(target=lambda: found.append(harm.query(LONG)))
    asking.start()
    time.sleep(1)
    start = time.monotonic()
    for _ in range(2):
        harm.process.send_signal(signal.SIGINT)
        time.sleep(0.5)
    asking.join(10)
    assert harm.process.wait(10) == 130
    assert time.monotonic() - start < 6 * slack()
    assert found[0].status == 503
    assert found[0].json["type"] == "/problems/closing"


# the server itself


def test_children_that_are_killed_are_replaced(server):
    servers = children_of(server.process.pid)  # those that fork
    workers = descendants(server.process.pid) - servers
    assert servers
    assert workers
    for child in (*workers, *servers):
        with suppress(ProcessLookupError):  # one of them has ended by itself meanwhile
            os.kill(child, signal.SIGKILL)
    # one that is given a child which has just been killed is told so
    until(lambda: server.query(f"ASK {{}} #{time.monotonic_ns()}").status == 200, 30)
    until(lambda: server.ask("/api/queries/canteens_of_street").status == 200, 30)
    until(lambda: server.ask("/healthz").json["status"] == "ok", 30)


def test_the_token_is_never_told(server):
    path = "/api/contributions?source=https://example.cn/1&by=x"
    for given in (TOKEN, TOKEN[:-1]):
        headers = {"authorization": f"Bearer {given}", "content_type": "text/plain"}
        assert given not in server.ask(path, method="POST", body="x", **headers).text
    server.raw(b"GET / HTTP/1.1\r\nAuthorization: Bearer " + TOKEN.encode() + b"\x00\r\n\r\n", 1)
    assert server.lines()
    assert TOKEN[:-1] not in server.log.read_text()


def test_the_log_tells_who_was_refused_and_by_whom_a_client_came(server):
    server.raw(b"\x16\x03\x01\r\n\r\n", 1)
    server.ask(
        "/healthz",
        x_forwarded_for="203.0.113.9",
        user_agent="\u202e\u0085".encode().decode("latin-1"),
    )
    lines = server.lines()
    assert {"client": "127.0.0.1", "status": 400}.items() <= [
        line for line in lines if line["event"] == "refused"
    ][-1].items()
    last = [line for line in lines if line["event"] == "request"][-1]
    assert (last["client"], last["by"]) == ("203.0.113.9", "127.0.0.1")
    text = server.log.read_text()
    assert text.isascii()
    assert "\x1b" not in text


def test_options_that_cannot_be(folder):
    open_to_all = folder / "token"
    open_to_all.write_text(TOKEN)
    open_to_all.chmod(0o644)
    for options, words in (
        (("--host", "nowhere.invalid"), b"--host"),
        (("--host", "192.0.2.1"), b"give an address of this machine by --host"),
        (("--base", "http://u:p@example.org/"), b"--base"),
        (("--base", "http://example.org:99999/"), b"--base"),
        (("--allow-host", "http://example.org/"), b"--allow-host"),
        (("--trust-proxy", "nonsense"), b"--trust-proxy"),
        (("--write-token-file", open_to_all, "--host", "192.0.2.1"), b"warning: other users"),
    ):
        done = kg(
            *("serve", "--store", folder / "build", "--port", "0", *options, "--lang", "en"),
            cwd=folder,
        )
        assert done.returncode == 2, done.stderr
        assert words in done.stderr
        assert b"Traceback" not in done.stderr


def test_pages_of_other_sites_read_only_where_they_may(folder):
    with serving(folder / "build", folder, "--no-cors", "--no-log") as found:
        for path in ("/healthz", "/sparql?query=ASK%7B%7D"):
            headers = found.ask(path, origin="https://elsewhere.example").headers
            assert "access-control-allow-origin" not in headers
            assert "cross-origin-resource-policy" not in headers
        preflight = found.ask("/sparql", method="OPTIONS", origin="https://elsewhere.example")
        assert "access-control-allow-origin" not in preflight.headers
