"""Linked data as strangers follow it: every IRI of data and ontology leads to what is said."""

from __future__ import annotations

import html
import http.client
import re
from collections import defaultdict
from contextlib import closing
from urllib.parse import quote, unquote, urlencode, urlsplit

import pytest
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, RdfFormat, Store, parse

from tests.contributing import PREFIXES, build
from tests.served import serving
from tests.test_cli import kg

TOKEN = "0123456789abcdef0123456789abcdef"
BASE = "https://example.org/kg/"
HOUSE = "https://w3id.org/kg-builder/"
DEPRECATED = NamedNode("http://www.w3.org/2002/07/owl#deprecated")
MANY = ("fact", "passage", "decision")
"""Kinds of things of which there are thousands, all alike: some of them are asked for."""
ADDED = (
    PREFIXES
    + """@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
canteen:旧 a kg:Canteen ; rdfs:label "旧食堂"@zh ; owl:deprecated true ;
  dcterms:isReplacedBy canteen:新 .
canteen:撤 a kg:Canteen ; rdfs:label "撤食堂"@zh ; owl:deprecated true .
canteen:新 a kg:Canteen ; rdfs:label "新食堂"@zh ."""
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("linked")


@pytest.fixture(scope="module")
def store(folder):
    assert build(folder / "build").conforms
    return folder / "build"


@pytest.fixture(scope="module")
def server(store, folder):
    (folder / "token").write_text(TOKEN)
    with serving(store, folder, "--no-log", "--write-token-file", str(folder / "token")) as found:
        added = found.ask(
            f"/api/contributions?{urlencode({'source': 'https://example.cn/9', 'by': '王敏'})}",
            method="POST",
            body=ADDED,
            content_type="text/turtle",
            authorization=f"Bearer {TOKEN}",
        )
        assert added.status == 201, added.text
        assert found.ask(added.headers["location"], accept="text/turtle").status == 303
        yield found


@pytest.fixture(scope="module")
def graph(server, store):
    """What the store holds, the contribution included."""
    return Store.read_only(str(store / "current" / "store"))


@pytest.fixture(scope="module")
def iris(graph):
    """The IRIs of data and ontology in the graph, wherever they stand; of many alike a sample."""
    found = {
        term.value
        for quad in graph
        for term in (quad.subject, quad.predicate, quad.object, quad.graph_name)
        if isinstance(term, NamedNode) and term.value.startswith((BASE, HOUSE))
    }
    many = sorted(iri for iri in found if kind_of(iri) in MANY)
    return sorted(found - set(many)) + many[::80]


def kind_of(iri):
    """The kind of a thing, as its IRI has it."""
    return iri.removeprefix(BASE).removeprefix("id/").split("/")[0].partition("#")[0]


def named(triples):
    """Triples to compare: blank nodes have other names elsewhere."""
    return {
        tuple(None if isinstance(term, BlankNode) else term for term in triple)
        for triple in ((t.subject, t.predicate, t.object) for t in triples)
    }


def test_every_iri_leads_to_what_is_said_of_it(server, graph, iris):
    evidence = NamedNode(f"{BASE}graph/evidence")
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def get(path, accept):
        connection.request("GET", path, headers={"accept": accept})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()

    documents = {}
    kinds = defaultdict(int)
    with closing(connection):
        for iri in iris:
            node = NamedNode(iri)
            said = [
                quad.triple
                for name in (DefaultGraph(), evidence)
                for quad in graph.quads_for_pattern(node, None, None, name)
            ]
            path = quote(urlsplit(iri).path)
            status, headers, body = get(path, "text/turtle")
            if any(triple.predicate == DEPRECATED for triple in said):
                assert status in (301, 410), iri
                continue
            assert status == 303, iri
            of = quote(iri.partition("#")[0], safe=":/")
            assert f'<{of}>; rel="describes"' in headers["link"]
            place = headers["location"]
            if place not in documents:
                status, headers, body = get(place, "*/*")
                assert status == 200, iri
                assert headers["content-type"] == "text/turtle; charset=utf-8"
                quads = parse(input=body, format=RdfFormat.TURTLE)
                documents[place] = named(quad.triple for quad in quads)
            assert documents[place] >= named(said), iri
            assert documents[place], iri
            kinds[kind_of(iri)] += 1
            if kinds[kind_of(iri)] == 1 or "/graph/" in iri:  # one page of each kind
                status, headers, _ = get(path, "text/html")
                assert status == 303
                status, headers, body = get(headers["location"], "*/*")
                assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8"), iri
    assert len(iris) > 1_000
    assert len(kinds) > 40


def test_terms_are_found_in_document_and_page_of_their_ontology(server, iris):
    """What stands behind a # is never sent: the document about the rest holds it."""
    document = server.ask("/kg-builder/ont.nt")
    subjects = {q.subject for q in parse(input=document.body, format=RdfFormat.N_TRIPLES)}
    page = server.ask("/kg-builder/ont.html").text
    terms = [iri for iri in iris if iri.startswith(f"{HOUSE}ont#")]
    assert len(terms) > 150
    for term in terms:
        assert NamedNode(term) in subjects
        assert f'id="{term.partition("#")[2]}"' in page


def test_what_is_withdrawn_leads_on_or_says_so(server):
    for suffix in ("", ".ttl", ".html"):
        old = server.ask(f"/kg/id/canteen/旧{suffix}", accept="text/turtle")
        assert old.status == 301
        assert unquote(old.headers["location"]).startswith("/kg/id/canteen/新")
        assert server.ask(f"/kg/id/canteen/撤{suffix}", accept="text/turtle").status == 410


@pytest.mark.parametrize(
    "path",
    [
        "/kg/id/canteen/新",
        "/kg/id/canteen/%E6%96%B0",
        "/kg/id/canteen/%e6%96%b0",
        "/kg/id/c%61nteen/%E6%96%B0",
    ],
)
def test_an_iri_is_the_same_however_it_is_written(server, path):
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/turtle\r\nConnection: close"
    answer = server.raw(f"{head}\r\n\r\n".encode()).decode()
    assert answer.startswith("HTTP/1.1 303 ")
    assert "location: /kg/id/canteen/%E6%96%B0.ttl\r\n" in answer


@pytest.mark.parametrize("iri", [f"{BASE}id/canteen/新", f"{BASE}id/canteen/%E6%96%B0"])
def test_any_iri_is_described_on_request(server, iri):
    path = f"/describe?{urlencode({'iri': iri, 'format': 'ttl'})}"
    answer = server.ask(path)
    assert answer.status == 200
    assert "新食堂" in answer.text
    assert server.ask("/describe?iri=http://example.org/none").status == 404
    assert server.ask("/describe?iri=none").status == 400


@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void", "/dcat"])
def test_descriptions_lead_somewhere(server, path):
    """Every IRI of ours that a description makes leads to one, and every address is there."""
    answer = server.ask(path, accept="application/n-triples")
    quads = list(parse(input=answer.body, format=RdfFormat.N_TRIPLES))
    here = f"http://127.0.0.1:{server.port}/"
    terms = [term for quad in quads for term in (quad.subject, quad.object)]
    addresses = {term.value for term in terms if isinstance(term, NamedNode)}
    for address in (iri for iri in addresses if iri.startswith(here)):
        assert server.ask(f"/{address.removeprefix(here)}").status == 200, address
    subjects = {quad.subject.value for quad in quads if quad.subject.value.startswith(BASE)}
    known = {}
    for iri in subjects:
        lead = server.ask(urlsplit(iri).path, accept="application/n-triples")
        assert lead.status == 303, iri
        target = lead.headers["location"]
        if target not in known:
            found = server.ask(target, accept="application/n-triples")
            assert found.status == 200
            known[target] = {
                quad.subject.value for quad in parse(input=found.body, format=RdfFormat.N_TRIPLES)
            }
        assert iri in known[target], (iri, target)


@pytest.mark.parametrize(
    "name",
    [
        *(f"asserted.{suffix}" for suffix in ("ttl", "nt", "jsonld", "rdf", "trig", "nq")),
        "inferred.ttl",
        "evidence.ttl",
        "all.nq",
    ],
)
def test_downloads_are_what_kg_export_writes(server, store, folder, name):
    part = name.partition(".")[0]
    done = kg("export", "--store", store, "--graph", part, "-o", folder / name, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert server.ask(f"/data/{name}").body == (folder / name).read_bytes()


def test_a_part_of_a_download(server):
    whole = server.ask("/data/asserted.ttl").body
    for asked, part in (
        ("bytes=3-9", whole[3:10]),
        ("bytes=-7", whole[-7:]),
        ("bytes=3-9, 99999999-", whole[3:10]),
    ):
        answer = server.ask("/data/asserted.ttl", range=asked)
        assert (answer.status, answer.body) == (206, part)
    for none in ("lines=1-2", "bytes=x", "bytes=9-3", "bytes="):
        assert server.ask("/data/asserted.ttl", range=none).body == whole
    beyond = server.ask("/data/asserted.ttl", range="bytes=99999999-")
    assert (beyond.status, beyond.type) == (416, "application/problem+json")
    assert beyond.headers["content-range"] == f"bytes */{len(whole)}"
    head = server.ask("/data/asserted.ttl", method="HEAD", range="bytes=3-9")
    assert (head.status, head.headers["content-length"]) == (200, str(len(whole)))
    held = server.ask("/data/asserted.ttl", range="bytes=3-9", if_range='"another"')
    assert held.body == whole


def test_another_base_moves_the_paths_alone(store, folder, server):
    host = {"host": "xn--vxup8b.example"}
    with serving(store, folder, "--no-log", "--base", "https://数据.example/gov/") as moved:
        lead = moved.ask("/gov/id/canteen/新", accept="text/turtle", **host)
        assert lead.status == 303
        document = moved.ask(lead.headers["location"], **host)
        path = "/kg/id/canteen/新.ttl"
        assert document.body == server.ask(path).body  # the IRIs of the data stay
        assert moved.ask(path, **host).status == 404
        service = moved.ask("/gov/sparql", accept="text/turtle", **host)
        assert "<https://数据.example/gov/sparql>" in service.text
        assert moved.ask("/gov/catalog", **host).headers["location"] == "/gov/dcat"
        api = moved.ask("/gov/openapi.json", **host).json
        assert [item["url"] for item in api["servers"]] == ["https://数据.example/gov"]
        # a proxy that passes on nothing but the path of the base cuts off no link
        met, waiting = set(), ["/gov/"]
        while waiting:
            place = waiting.pop()
            answer = moved.ask(place, accept="text/html", **host)
            if answer.status == 303:
                answer = moved.ask(answer.headers["location"], accept="text/html", **host)
            assert answer.status == 200, place
            links = re.findall(r"<(/[^>]*)>", answer.headers.get("link", ""))
            if answer.type == "text/html":
                links += re.findall(
                    r'(?:href|src|action|value|data-[a-z]+)="(/[^"]*)"', answer.text
                )
            for link in links:
                assert link.startswith("/gov/"), (place, link)
                kind = re.sub(r"[?#].*", "", link).split("/")[2]
                if kind not in met:  # one of each kind
                    met.add(kind)
                    waiting.append(html.unescape(link))
        assert met > {"", "assets", "browse", "id", "queries", "search", "sparql", "workbench"}
        problem = moved.ask("/gov/sparql?query=SELEKT", **host).json
        assert moved.ask(problem["type"], **host).status == 200
        listed = moved.ask("/gov/api/queries", **host).json["queries"][0]["url"]
        assert listed.startswith("/gov/api/queries/")
        assert moved.ask("/sparql?query=ASK{}", **host).json["boolean"] is True


# the interfaces that judge and take in


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("json", "application/json"),
        ("html", "text/html"),
        ("sarif", "application/sarif+json"),
        ("turtle", "text/turtle"),
        ("jsonld", "application/ld+json"),
        ("text", "text/plain"),
    ],
)
def test_a_report_comes_in_each_format_and_language(server, name, kind, language):
    bad = PREFIXES + 'canteen:试 a kg:Canteeen ; rdfs:label "试食堂"@zh .'
    path = f"/api/validate?{urlencode({'format': name, 'lang': language})}"
    answer = server.ask(path, method="POST", body=bad, content_type="text/turtle")
    assert (answer.status, answer.type) == (200, kind)
    assert answer.headers["content-language"] == language
    assert answer.headers["kg-conforms"] == "false"
    assert "Canteeen" in answer.text
    assert "/tmp" not in answer.text
    by_type = server.ask(
        f"/api/validate?lang={language}",
        method="POST",
        body=bad,
        content_type="text/turtle",
        accept=kind,
    )
    assert by_type.type == kind


def test_whoever_may_not_add_is_told_how(server):
    path = f"/api/contributions?{urlencode({'source': 'x', 'by': 'y'})}"
    body = PREFIXES + 'canteen:试 a kg:Canteen ; rdfs:label "试食堂"@zh .'

    def post(where, **headers):
        return server.ask(where, method="POST", body=body, content_type="text/turtle", **headers)

    assert post(path).headers["www-authenticate"] == 'Bearer realm="kg"'
    wrong = post(path, authorization="Bearer wrong")
    assert wrong.status == 401
    assert 'error="invalid_token"' in wrong.headers["www-authenticate"]
    right = {"authorization": f"Bearer {TOKEN}"}
    for where in ("/api/contributions", "/api/contributions?source=&by=y", f"{path}&dry-run=so"):
        assert post(where, **right).status == 400
    tried = post(f"{path}&dry-run=1", **right)
    assert (tried.status, tried.json["status"]) == (200, "would")
    assert server.ask("/kg/id/canteen/试.ttl").status == 404
