"""`kg serve`, a real process: the SPARQL protocol, linked data, interfaces, and hostile clients."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from urllib.parse import urlencode

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse, parse_query_results
from pyoxigraph import QueryResultsFormat as Results

from tests.contributing import PREFIXES, build
from tests.processes import descendants, slack, until, until_ended
from tests.served import serving
from tests.test_cli import kg

TIMEOUT = 3.0
TOKEN = "0123456789abcdef0123456789abcdef"
CANTEENS = "SELECT ?c ?name { ?c a kg:Canteen ; rdfs:label ?name } ORDER BY ?c"
GRAPH = "CONSTRUCT { ?c rdfs:label ?name } WHERE { ?c a kg:Canteen ; rdfs:label ?name }"
GRAPH_NAMES = "SELECT DISTINCT ?g { GRAPH ?g {} }"
FORM = "application/x-www-form-urlencoded"
KG = "https://w3id.org/kg-builder/ont#"
RESULTS = {
    "application/sparql-results+json": Results.JSON,
    "application/sparql-results+xml": Results.XML,
    "text/tab-separated-values": Results.TSV,
}
GRAPHS = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("serve")


@pytest.fixture(scope="module")
def store(folder):
    out = folder / "build"
    assert build(out).conforms
    return out


@pytest.fixture(scope="module")
def server(store, folder):
    token = folder / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    options = ("--timeout", f"{TIMEOUT:g}", "--write-token-file", str(token))
    with serving(store, folder, *options) as found:
        yield found


@pytest.fixture(scope="module")
def names(store):
    """The names of the canteens, by IRI."""
    opened = Store.read_only(str(store / "current" / "store"))
    query = f"PREFIX kg: <{KG}> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> {CANTEENS}"
    return {row["c"].value: row["name"].value for row in opened.query(query)}


def rows(answer):
    return answer.json["results"]["bindings"]


# SPARQL 1.1 Protocol


def test_a_query_in_each_of_the_three_ways(server, names):
    get = server.query(CANTEENS)
    form = server.ask(
        "/sparql", method="POST", body=urlencode({"query": CANTEENS}), content_type=FORM
    )
    direct = server.ask(
        "/sparql", method="POST", body=CANTEENS, content_type="application/sparql-query"
    )
    assert get.status == form.status == direct.status == 200
    assert get.body == form.body == direct.body
    assert {row["c"]["value"]: row["name"]["value"] for row in rows(get)} == names


@pytest.mark.parametrize("kind", RESULTS)
def test_results_in_each_format(server, names, kind):
    answer = server.query(CANTEENS, accept=kind)
    assert answer.status == 200
    assert answer.type == kind
    assert "Accept" in answer.headers["vary"]
    found = parse_query_results(input=answer.body, format=RESULTS[kind])
    assert {row["c"].value for row in found} == set(names)


def test_results_as_csv(server, names):
    answer = server.query(CANTEENS, accept="text/csv")
    assert answer.type == "text/csv"
    assert len(answer.text.split("\r\n")) == len(names) + 2


@pytest.mark.parametrize("kind", GRAPHS)
def test_graphs_in_each_format(server, names, kind):
    answer = server.query(GRAPH, accept=kind)
    assert answer.status == 200
    assert answer.type == kind
    found = parse(input=answer.body, format=GRAPHS[kind])
    assert {quad.subject.value for quad in found} == set(names)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("text/html,application/xml;q=0.9,*/*;q=0.8", "application/sparql-results+xml"),
        ("application/json", "application/sparql-results+json"),
        ("text/*", "text/csv"),
        ("text/csv;q=0.1, application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv, */*;q=0", "text/csv"),
        ("text/csv;q=.2, text/tab-separated-values;q=.3", "text/tab-separated-values"),
        ("text/turtle", None),
        ("image/png", None),
        ("application/sparql-results+json;q=0", None),
    ],
)
def test_accept_decides(server, accept, kind):
    answer = server.query(CANTEENS, accept=accept)
    if kind is None:
        assert answer.status == 406
        assert answer.type == "application/problem+json"
    else:
        assert answer.type.removesuffix("+xml") == kind.removesuffix("+xml")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("json", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
        ("csv", "text/csv"),
        ("TSV", "text/tab-separated-values"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("turtle", 406),
        ("nonsense", 406),
    ],
)
def test_format_wins_over_accept(server, name, kind):
    path = f"/sparql?{urlencode({'query': CANTEENS, 'format': name})}"
    answer = server.ask(path, accept="text/csv")
    assert kind in (answer.status, answer.type)


def test_ask_and_describe(server, names):
    assert server.query("ASK { ?c a kg:Canteen }").json["boolean"] is True
    node = next(iter(names))
    answer = server.query(f"DESCRIBE <{node}>", accept="text/turtle")
    assert any(
        quad.subject == NamedNode(node)
        for quad in parse(input=answer.body, format=RdfFormat.TURTLE)
    )


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("SELECT * {\n ?s ?p }", 2, 8),
        ("SELECT * {\n  ?s nope:x ?o }", 2, 6),
        ("SELEKT * { ?s ?p ?o }", 1, 1),
        ("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }", 1, 12),
        ("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }", 1, 15),
        ("INSERT DATA { <a:b> <a:b> <a:b> }", 1, 1),
    ],
)
def test_what_is_no_query_is_told_with_its_place(server, query, line, column):
    answer = server.query(query)
    assert answer.status == 400
    assert answer.type == "application/problem+json"
    problem = answer.json
    assert (problem["status"], problem["line"]) == (400, line)
    assert problem["column"] == column
    assert problem["type"] == "/problems/query"
    assert server.ask(problem["type"]).json["title"]["zh"]


def test_problems_speak_the_clients_language(server):
    zh = server.query("SELECT", accept_language="zh-CN,zh;q=0.9,en;q=0.5")
    en = server.query("SELECT", accept_language="en")
    assert zh.headers["content-language"] == "zh"
    assert zh.json["detail"] != en.json["detail"]
    assert en.json["detail"].isascii()


@pytest.mark.parametrize(
    ("method", "kind", "body", "status"),
    [
        ("POST", "application/sparql-update", "CLEAR ALL", 403),
        ("POST", FORM, urlencode({"update": "CLEAR ALL"}), 403),
        ("POST", FORM, "", 400),
        ("POST", FORM, urlencode([("query", CANTEENS), ("query", CANTEENS)]), 400),
        ("POST", "text/plain", CANTEENS, 415),
        ("POST", "application/sparql-query", b"SELECT * { ?s ?p \xff }", 400),
        ("PUT", "application/sparql-query", CANTEENS, 405),
        ("DELETE", FORM, "", 405),
    ],
)
def test_what_the_endpoint_does_not_take(server, method, kind, body, status):
    answer = server.ask("/sparql", method=method, body=body, content_type=kind)
    assert answer.status == status
    assert answer.json["status"] == status
    if status == 405:
        assert {"GET", "POST"} <= set(answer.headers["allow"].replace(",", "").split())


def test_head_says_what_get_says(server):
    path = f"/sparql?{urlencode({'query': CANTEENS})}"
    get, head = server.ask(path), server.ask(path, method="HEAD")
    assert head.status == 200
    assert head.body == b""
    for name in ("content-type", "content-length", "etag", "vary"):
        assert head.headers[name] == get.headers[name]


def test_without_a_query_the_service_is_described(server):
    answer = server.ask("/sparql", accept="text/turtle")
    assert answer.status == 200
    opened = Store()
    opened.load(input=answer.body, format=RdfFormat.TURTLE)
    service = "http://www.w3.org/ns/sparql-service-description#"
    found = opened.query(f"SELECT ?e {{ ?s a <{service}Service> ; <{service}endpoint> ?e }}")
    assert [row["e"].value for row in found] == [f"http://127.0.0.1:{server.port}/sparql"]
    assert server.ask("/sparql", accept="application/rdf+xml").type == "application/rdf+xml"


def test_dataset_of_the_protocol(server, store):
    graphs = sorted(row["g"]["value"] for row in rows(server.query(GRAPH_NAMES)))
    inferred = next(name for name in graphs if name.endswith("graph/inferred"))
    ontology = next(name for name in graphs if name.endswith("graph/ontology"))
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    named = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    opened = Store.read_only(str(store / "current" / "store"))

    def size(*names):
        return len(
            {
                q.triple
                for n in names
                for q in opened.quads_for_pattern(None, None, None, NamedNode(n))
            }
        )

    def ask(query, **dataset):
        path = f"/sparql?{urlencode({'query': query, **dataset}, doseq=True)}"
        return server.ask(path)

    def number(answer):
        return int(rows(answer)[0]["n"]["value"])

    one = {"default-graph-uri": inferred}
    assert number(ask(count, **one)) == size(inferred)
    assert number(ask(count, **{"default-graph-uri": [inferred, ontology]})) == size(
        inferred, ontology
    )
    assert rows(ask(named, **one)) == []
    other = {"named-graph-uri": ontology}
    assert [row["g"]["value"] for row in rows(ask(named, **other))] == [ontology]
    assert number(ask(count, **other)) == 0
    # the protocol's dataset takes the place of the query's
    both = ask(count.replace("{", f"FROM <{ontology}> {{", 1), **one)
    assert number(both) == size(inferred)
    form = server.ask(
        "/sparql", method="POST", body=urlencode({"query": count, **one}), content_type=FORM
    )
    assert number(form) == size(inferred)
    direct = server.ask(
        f"/sparql?{urlencode(one)}",
        method="POST",
        body=count,
        content_type="application/sparql-query",
    )
    assert number(direct) == size(inferred)
    assert number(ask(count, **{"default-graph-uri": "http://example.org/none"})) == 0


def test_pages_of_other_sites_may_read_and_not_write(server):
    asked = {"origin": "https://elsewhere.example", "access_control_request_method": "POST"}
    preflight = server.ask("/sparql", method="OPTIONS", **asked)
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert server.query(CANTEENS, **asked).headers["access-control-allow-origin"] == "*"
    for path in ("/api/contributions", "/api/validate"):
        refused = server.ask(path, method="OPTIONS", **asked)
        assert "access-control-allow-origin" not in refused.headers
        posted = server.ask(path, method="POST", body="x", **asked)
        assert "access-control-allow-origin" not in posted.headers


def test_a_result_is_the_same_until_the_graph_changes(server):
    path = f"/sparql?{urlencode({'query': CANTEENS})}"
    first = server.ask(path)
    again = server.ask(path, if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert server.ask(path, if_none_match='"another"').status == 200


@pytest.mark.parametrize(
    "post",
    [
        {"body": urlencode({"query": CANTEENS}), "content_type": FORM},
        {"body": CANTEENS, "content_type": "application/sparql-query"},
    ],
    ids=["form", "direct"],
)
def test_what_is_posted_is_answered_from_what_is_kept_and_never_confused(server, names, post):
    asked = {"method": "POST", **post}
    first = server.ask("/sparql", **asked)
    again = server.ask("/sparql", **asked, if_none_match="*")
    assert (again.status, again.body) == (200, first.body)
    assert "etag" not in first.headers
    assert "etag" not in again.headers
    assert len(rows(again)) == len(names)
    assert server.ask("/sparql", **asked, accept="text/csv").type == "text/csv"
    other = server.ask("/sparql", **{**asked, "body": post["body"].replace("Canteen", "Street")})
    assert other.body != first.body
    # the same bytes as another kind of body ask for something else
    kinds = {FORM, "application/sparql-query"} - {post["content_type"]}
    assert server.ask("/sparql", **{**asked, "content_type": kinds.pop()}).status == 400


@pytest.mark.parametrize("query", ["SELECT (NOW() AS ?x) {}", "SELECT (struuid() AS ?x) {}"])
def test_what_depends_on_the_moment_is_never_kept(server, query):
    def ask(**how):
        answer = server.ask(**how)
        assert answer.headers["cache-control"] == "no-store"
        return rows(answer)[0]["x"]["value"]

    get = {"path": f"/sparql?{urlencode({'query': query})}"}
    post = {"path": "/sparql", "method": "POST", "body": query}
    post["content_type"] = "application/sparql-query"
    assert len({ask(**how) for how in (get, get, post, post)}) == 4
    page = server.ask(f"/workbench?{urlencode({'query': query})}", accept="text/html")
    assert (page.status, page.headers["cache-control"]) == (200, "no-store")


def test_a_folder_that_is_built_anew_is_served_anew(folder):
    out = folder / "anew"
    base = "https://other.example/kg/"
    query = f"ASK {{ ?c a kg:Canteen FILTER(STRSTARTS(STR(?c), '{base}')) }}"
    assert build(out).conforms
    with serving(out, folder, "--no-log") as server:
        assert not server.query(query).json["boolean"]
        generation = server.ask("/healthz").json["generation"]
        shutil.rmtree(out)
        assert build(out, base=base).conforms
        until(lambda: server.query(query).json["boolean"])
        assert server.ask("/healthz").json["generation"] == generation  # as it is called


def test_a_large_result_is_whole(server):
    answer = server.query("SELECT * { GRAPH ?g { ?s ?p ?o } }", accept="text/tab-separated-values")
    count = server.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    assert len(answer.body) > 1 << 20
    assert answer.text.count("\n") - 1 == int(rows(count)[0]["n"]["value"])


def test_a_result_that_is_cut_says_so(store, folder):
    with serving(store, folder, "--max-rows", "3", "--no-log") as server:
        for kind in ("json", "xml", "csv", "tsv"):
            answer = server.ask(f"/sparql?{urlencode({'query': CANTEENS, 'format': kind})}")
            assert answer.headers["kg-cut"] == "max-rows=3", kind
            if kind in ("json", "xml"):
                assert "/problems/cut" in answer.text
        assert len(rows(server.query(CANTEENS))) == 3
        whole = server.query(CANTEENS + " LIMIT 3")
        assert "kg-cut" not in whole.headers
        graph = server.query(GRAPH, accept="text/turtle")
        assert graph.headers["kg-cut"] == "max-rows=3"
        assert "# cut" in graph.text
        assert len(list(parse(input=graph.body, format=RdfFormat.TURTLE))) == 3


# linked data


def local(iri):
    return iri.removeprefix("https://example.org")


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("text/turtle", ".ttl"),
        ("application/ld+json", ".jsonld"),
        ("application/rdf+xml", ".rdf"),
        ("application/n-triples", ".nt"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", ".html"),
        ("application/rdf+xml;q=0.2, text/turtle;q=0.3", ".ttl"),
        ("*/*", ".ttl"),
    ],
)
def test_a_thing_leads_to_its_document(server, names, accept, suffix):
    path = local(next(iter(names)))
    answer = server.ask(path, accept=accept)
    assert answer.status == 303
    assert "Accept" in answer.headers["vary"]
    target = answer.headers["location"]
    assert target.isascii()
    assert target.endswith(suffix)
    assert 'rel="alternate"' in answer.headers["link"]
    document = server.ask(target)
    assert document.status == 200
    again = server.ask(target, if_none_match=document.headers["etag"])
    assert again.status == 304


@pytest.mark.parametrize(
    ("suffix", "kind"),
    [
        (".ttl", "text/turtle"),
        (".nt", "application/n-triples"),
        (".jsonld", "application/ld+json"),
        (".rdf", "application/rdf+xml"),
    ],
)
def test_documents_tell_the_same_in_each_format(server, names, suffix, kind):
    iri, name = next(iter(names.items()))
    answer = server.ask(local(iri) + suffix)
    assert answer.type == kind
    found = {quad.triple for quad in parse(input=answer.body, format=GRAPHS[kind])}
    lines = {
        quad.triple
        for quad in parse(input=server.ask(local(iri) + ".nt").body, format=RdfFormat.N_TRIPLES)
    }
    assert found == lines
    assert any(t.subject.value == iri and getattr(t.object, "value", "") == name for t in found)


def test_an_iri_answers_percent_encoded_or_not(server, names):
    path = local(next(iter(names))) + ".ttl"
    encoded = server.ask(path)
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    raw = server.raw(head.encode())
    assert raw.startswith(b"HTTP/1.1 200")
    assert raw.partition(b"\r\n\r\n")[2] == encoded.body
    query = "/api/queries/canteens_of_street?street=柳浦"
    head = f"GET {query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert server.raw(head.encode()).startswith(b"HTTP/1.1 200")


def test_every_kind_of_iri_answers(server):
    query = """SELECT ?kind (SAMPLE(?node) AS ?n) {
      { ?node a ?kind } UNION { GRAPH ?g { ?node a ?kind } }
      FILTER(ISIRI(?node) && (STRSTARTS(STR(?node), "https://example.org/")
        || STRSTARTS(STR(?node), "https://w3id.org/kg-builder/"))) } GROUP BY ?kind"""
    nodes = [row["n"]["value"] for row in rows(server.query(query))]
    graphs = [row["g"]["value"] for row in rows(server.query(GRAPH_NAMES))]
    assert len(nodes) > 40
    for iri in (*nodes, *graphs):
        path = local(iri).removeprefix("https://w3id.org").partition("#")[0]
        for accept in ("text/turtle", "text/html"):
            answer = server.ask(path, accept=accept)
            assert answer.status == 303, iri
        document = server.ask(server.ask(path, accept="text/turtle").headers["location"])
        assert document.status == 200
        assert document.body


def test_ontology_terms_answer(server):
    ontology = server.ask("/kg-builder/ont", accept="text/turtle")
    assert ontology.status == 303
    term = server.ask(f"/describe?{urlencode({'iri': KG + 'Canteen'})}", accept="text/turtle")
    assert any(
        quad.subject.value == KG + "Canteen"
        for quad in parse(input=term.body, format=RdfFormat.TURTLE)
    )
    page = server.ask("/kg-builder/ont.html", accept_language="zh")
    assert page.type == "text/html"
    assert "sha256-" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    ["/kg/id/canteen/没有", "/kg/id/canteen/没有.ttl", "/kg/", "/kg-builder/nothing", "/nothing"],
)
def test_what_is_not_there(server, path):
    answer = server.ask(path)
    assert answer.status == 404
    assert answer.type == "application/problem+json"


def test_descriptions_of_the_data(server):
    for path in ("/.well-known/void", "/dcat"):
        answer = server.ask(path, accept="text/turtle")
        assert answer.status == 200
        found = list(parse(input=answer.body, format=RdfFormat.TURTLE))
        assert any(f":{server.port}/data/" in str(quad.object) for quad in found), path
        assert server.ask(path, accept="application/ld+json").type == "application/ld+json"


@pytest.mark.parametrize(
    "name", ["asserted.ttl", "dataset.nq", "dataset.trig", "asserted.rdf", "evidence.jsonld"]
)
def test_the_data_whole(server, store, name):
    answer = server.ask(f"/data/{name}")
    assert answer.status == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    file = store / name
    if file.exists():
        assert answer.body == file.read_bytes()
    assert server.ask(f"/data/{name}", if_none_match=answer.headers["etag"]).status == 304
    part = server.ask(f"/data/{name}", range="bytes=0-9")
    assert (part.status, part.body) == (206, answer.body[:10])


# interfaces for programs


def test_stored_queries(server, names):
    listed = server.ask("/api/queries").json["queries"]
    assert len(listed) > 80
    answer = server.ask("/api/queries/canteens_of_street?street=柳浦")
    found = {row["canteen"]["value"] for row in rows(answer)}
    assert found
    assert found < set(names)
    for name, kind in (
        ("xml", "application/sparql-results+xml"),
        ("csv", "text/csv"),
        ("tsv", "text/tab-separated-values"),
        ("markdown", "text/markdown"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ):
        other = server.ask(f"/api/queries/canteens_of_street?street=柳浦&format={name}")
        assert (other.status, other.type) == (200, kind)
    posted = server.ask(
        "/api/queries/canteens_of_street",
        method="POST",
        body=urlencode({"street": "柳浦"}),
        content_type=FORM,
    )
    assert posted.body == answer.body


def test_what_a_form_says_of_a_stored_query_is_heard(server):
    path = "/api/queries/canteens_of_street"

    def post(**fields):
        return server.ask(path, method="POST", body=urlencode(fields), content_type=FORM)

    asked = {"street": "柳浦", "format": "markdown"}
    for language in ("zh", "en"):
        answer = post(**asked, lang=language)
        assert answer.body == server.ask(f"{path}?{urlencode({**asked, 'lang': language})}").body
    assert post(**asked, lang="zh").body != post(**asked, lang="en").body
    # a field that was left empty asks for nothing
    blank = {"lang": "", "max-rows": "", "year": ""}
    assert post(**asked, **blank).body == post(**asked).body


def test_stored_queries_tell_who_says_so(server):
    answer = server.ask("/api/queries/canteens_of_street?street=柳浦&evidence=1&lang=en")
    assert rows(answer)
    assert all("line" in row["evidence"]["value"] for row in rows(answer))
    cut = server.ask("/api/queries/canteens_of_street?max-rows=1")
    assert len(rows(cut)) == 1
    assert cut.headers["kg-cut"] == "max-rows=1"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/queries/nothing", 404),
        ("/api/queries/canteens_of_street?street=没有这条街", 400),
        ("/api/queries/canteens_of_street?nope=1", 400),
        ("/api/queries/canteens_of_street?format=png", 406),
        ("/api/queries/canteens_of_street?max-rows=-1", 400),
        ("/api/queries/canteens_of_street?max-rows=00000010000000", 400),
        ("/api/queries/canteens_of_street?lang=fr", 400),
    ],
)
def test_stored_queries_that_cannot_be_answered(server, path, status):
    answer = server.ask(path)
    assert answer.status == status
    assert answer.type == "application/problem+json"


def test_openapi_describes_what_there_is(server):
    found = server.ask("/openapi.json").json
    assert found["openapi"].startswith("3.1")
    assert "/api/contributions" in found["paths"]
    for item in server.ask("/api/queries").json["queries"]:
        described = found["paths"][item["url"]]["get"]
        given = {parameter["name"] for parameter in described["parameters"]}
        assert {parameter["name"] for parameter in item["parameters"]} < given
        assert server.ask(item["url"]).status == 200


GOOD = PREFIXES + 'canteen:试 a kg:Canteen ; rdfs:label "试食堂"@zh .'
BAD = PREFIXES + 'canteen:试 a kg:Canteeen ; rdfs:label "试食堂"@zh .'


@pytest.mark.parametrize(
    ("accept", "mark"),
    [
        ("application/json", b'"results"'),
        ("text/html", b"<!doctype html>"),
        ("application/sarif+json", b'"runs"'),
        ("text/turtle", b"sh:ValidationReport"),
        ("text/plain", b"Canteeen"),
    ],
)
def test_triples_are_judged(server, accept, mark):
    answer = server.ask(
        "/api/validate?name=new.ttl",
        method="POST",
        body=BAD,
        content_type="text/turtle",
        accept=accept,
    )
    assert answer.status == 200
    assert answer.type == accept
    assert answer.headers["kg-conforms"] == "false"
    assert mark.lower() in answer.body.lower()


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/turtle", "<a> nonsense", 400),
        ("text/turtle", "", 400),
        ("text/plain", GOOD, 415),
        (
            "application/rdf+xml",
            '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa">]><x>&a;</x>',
            400,
        ),
        ("application/ld+json", "[" * 5_000, 400),
        ("application/ld+json", '{"@context": "https://example.org/remote", "a": "b"}', 400),
    ],
)
def test_what_cannot_be_judged(server, kind, body, status):
    answer = server.ask("/api/validate", method="POST", body=body, content_type=kind)
    assert answer.status == status, answer.text
    assert answer.type == "application/problem+json"


@pytest.mark.parametrize("form", ["json", "html", "sarif"])
def test_shapes_are_named_without_where_they_lie(server, form):
    body = "<https://example.org/mine/x> a <https://w3id.org/kg-builder/ont#Street> ."
    path = f"/api/validate?format={form}"
    answer = server.ask(path, method="POST", body=body, content_type="text/turtle")
    assert "shapes/core.ttl" in answer.text
    assert "/shapes/core.ttl" not in answer.text


def test_triples_that_cannot_be_read_are_told_with_their_place(server):
    answer = server.ask(
        "/api/validate", method="POST", body="<a:b> <c:d> 1 .\n<a:b> e", content_type="text/turtle"
    )
    assert answer.json["type"] == "/problems/data"
    assert answer.json["line"] == 2
    assert server.ask("/problems/data").json["status"] == 400


def test_only_whoever_knows_the_token_adds(server):
    path = f"/api/contributions?{urlencode({'source': 'https://example.cn/7', 'by': '王敏'})}"

    def post(body, **headers):
        return server.ask(path, method="POST", body=body, content_type="text/turtle", **headers)

    assert post(GOOD).status == 401
    assert post(GOOD, authorization="Bearer wrong").status == 401
    assert server.ask("/kg/id/canteen/试.ttl").status == 404
    right = {"authorization": f"Bearer {TOKEN}"}
    refused = post(BAD, **right)
    assert refused.status == 422
    assert refused.json["report"]["results"]
    done = post(GOOD, **right)
    assert done.status == 201, done.text
    # the next answer knows of it, and the one that was kept does not stand
    assert server.ask("/kg/id/canteen/试.ttl").status == 200
    assert server.query("ASK { <https://example.org/kg/id/canteen/试> a kg:Canteen }").json[
        "boolean"
    ]
    again = post(GOOD, **right)
    assert (again.status, again.json["status"]) == (200, "unchanged")
    assert again.json["number"] is again.json["graph"] is None  # there is nothing to undo


def test_what_is_withdrawn_says_so(server):
    body = (
        PREFIXES
        + """@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
canteen:旧 a kg:Canteen ; rdfs:label "旧食堂"@zh ; owl:deprecated true ;
  dcterms:isReplacedBy canteen:试甲 .
canteen:撤 a kg:Canteen ; rdfs:label "撤食堂"@zh ; owl:deprecated true .
canteen:试甲 a kg:Canteen ; rdfs:label "试甲食堂"@zh ."""
    )
    path = f"/api/contributions?{urlencode({'source': 'https://example.cn/8', 'by': '王敏'})}"
    done = server.ask(
        path, method="POST", body=body, content_type="text/turtle", authorization=f"Bearer {TOKEN}"
    )
    assert done.status == 201, done.text
    old = server.ask("/kg/id/canteen/旧", accept="text/turtle")
    assert old.status == 301
    assert server.ask(old.headers["location"]).status == 200
    assert server.ask("/kg/id/canteen/旧.ttl").status == 301
    for path in ("/kg/id/canteen/撤", "/kg/id/canteen/撤.ttl"):
        gone = server.ask(path, accept="text/turtle")
        assert gone.status == 410
        assert "撤食堂" in gone.text
    assert server.ask("/kg/id/canteen/撤", accept="text/html").status == 410


# hostile clients


def test_the_server_answers_to_its_own_names_alone(server):
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"):
        assert server.ask("/healthz", host=host).status == 421
    for host in ("localhost", f"127.0.0.1:{server.port}", "[::1]:8000", "example.org"):
        assert server.ask("/healthz", host=host).status == 200
    assert server.raw(b"GET /healthz HTTP/1.1\r\n\r\n", 2).startswith(b"HTTP/1.1 400")
    twice = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"
    assert server.raw(twice, 2).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    "path",
    [
        "/../../../etc/passwd",
        "/data/../../../etc/passwd",
        "/data/..%2f..%2f..%2fetc%2fpasswd",
        "/data/%2e%2e/%2e%2e/etc/passwd",
        "/kg/id/../../../../etc/passwd",
        "/data/dataset.nq%00.ttl",
        "//etc/passwd",
        "/kg/id/canteen/%ff%fe",
        "/kg/id/canteen/<script>alert(1)</script>",
    ],
)
def test_no_path_leads_out(server, path):
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    answer = server.raw(head.encode(), 5)
    assert answer[:13] in (b"HTTP/1.1 404 ", b"HTTP/1.1 400 "), answer
    assert b"root:" not in answer
    assert b"<script>" not in answer or b"application/problem+json" in answer
    assert b"Traceback" not in answer


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(20_000)) + b"\r\n",
    ],
)
def test_what_is_no_http_harms_nobody(server, data):
    answer = server.raw(data, 3)
    assert not answer or answer.split()[1][:1] == b"4", answer[:200]
    assert server.ask("/healthz").status == 200


def test_too_much_is_refused(server):
    long = "SELECT * { ?s ?p ?o } #" + "x" * (300 << 10)
    kind = "application/sparql-query"
    assert server.ask("/sparql", method="POST", body=long, content_type=kind).status == 413
    head = (
        b"POST /api/validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/turtle\r\n"
        b"Content-Length: 99999999999\r\n\r\n"
    )
    assert server.raw(head, 3).startswith(b"HTTP/1.1 413")
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = (
        b"POST /api/validate HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/turtle\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(head)
        try:
            for _ in range(400):
                line.sendall(chunk)
        except OSError:
            pass  # it does not listen any more
    assert server.ask("/healthz").status == 200


def test_one_client_has_so_many_requests(server):
    one = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n"
    last = one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")

    def many(_):
        return re.findall(rb"HTTP/1.1 (\d+) ", server.raw(one * 499 + last))

    with ThreadPoolExecutor(8) as threads:
        found = {status for statuses in threads.map(many, range(8)) for status in statuses}
    assert found == {b"200", b"429"}
    assert server.ask("/healthz", x_forwarded_for="203.0.113.10").status == 200


RUNAWAYS = {
    "product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "order": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f",
    "path": "SELECT (COUNT(*) AS ?n) { ?a (!kg:x|^!kg:x)* ?b . ?b (!kg:x|^!kg:x)* ?c }",
    "regex": 'SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(REGEX(CONCAT(STR(?c), STR(?f)), "(a|b)*c$")) }',
    "concat": "SELECT ?x40 { BIND('ab' AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40))
    + " }",
}


@pytest.mark.parametrize("name", RUNAWAYS)
def test_a_runaway_query_ends_in_time(server, name):
    answer = server.query(RUNAWAYS[name])
    assert answer.status == 503
    assert answer.seconds < TIMEOUT + slack()
    assert answer.json["status"] == 503
    assert "retry-after" in answer.headers
    assert server.query(CANTEENS).status == 200


def test_brackets_that_crash_the_engine_are_refused(server):
    nested = "SELECT * { ?s ?p ?o FILTER(" + "(" * 1000 + "1" + ")" * 1000 + ") }"
    functions = "SELECT (" + "STR(" * 1000 + "?s" + ")" * 1000 + " AS ?x) { ?s ?p ?o }"
    for query in (nested, functions):
        answer = server.query(query)
        assert answer.status == 503
        assert answer.json["type"] == "/problems/excess"
        assert answer.json["line"] == 1
        assert answer.seconds < TIMEOUT + slack()
    assert server.query(CANTEENS).status == 200


def test_others_do_not_wait_for_runaways(server):
    ends = time.monotonic() + TIMEOUT
    seconds = []

    def heavy(query):
        while time.monotonic() < ends:
            assert server.query(query).status == 503

    with ThreadPoolExecutor(4) as threads:
        under_way = [threads.submit(heavy, RUNAWAYS["product"]) for _ in range(4)]
        time.sleep(0.5)
        number = 0
        while time.monotonic() < ends:
            number += 1
            light = server.query(f"SELECT * {{ ?c a kg:Canteen }} LIMIT {number % 7 + 1} #{number}")
            assert light.status == 200
            seconds.append(light.seconds)
            seconds.append(
                server.ask(
                    f"/api/queries/canteens_of_street?street=柳浦&lang=en&x{number}".rpartition(
                        "&"
                    )[0]
                ).seconds
            )
        for one in under_way:
            one.result()
    seconds.sort()
    assert seconds[int(0.99 * len(seconds))] < 0.5 * slack(), seconds[-5:]


def test_slow_clients_hold_nothing(server):
    lines = []
    try:
        for number in range(150):
            line = socket.create_connection(("127.0.0.1", server.port), timeout=30)
            if number % 2:
                line.sendall(b"GET / HTTP/1.1\r\nHost: loc")
            else:
                line.sendall(
                    b"POST /sparql HTTP/1.1\r\nHost: localhost\r\n"
                    b"Content-Type: application/sparql-query\r\nContent-Length: 100\r\n\r\nSEL"
                )
            lines.append(line)
        assert server.query(CANTEENS + " #slow").seconds < slack()
        heads = [line for number, line in enumerate(lines) if number % 2]
        start = time.monotonic()
        assert heads[0].recv(100).startswith(b"HTTP/1.1 408")
        assert time.monotonic() - start < 15
    finally:
        for line in lines:
            line.close()


def test_who_leaves_early_leaves_no_work_behind(server):
    before = server.ask("/healthz").json["replaced"]
    query = urlencode({"query": RUNAWAYS["product"] + " #left"})
    for _ in range(4):
        line = socket.create_connection(("127.0.0.1", server.port))
        line.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        time.sleep(0.6)
        line.close()
    until(lambda: server.ask("/healthz").json["replaced"] > before)
    assert server.query("SELECT * { ?c a kg:Canteen } LIMIT 2 #after").seconds < slack()


def test_what_is_refused_unread_guards_its_readers(server):
    for data in (b"FOO / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\x00b\r\n\r\n"):
        answer = server.raw(data)
        assert b"content-security-policy: default-src 'none'" in answer
        assert b"x-content-type-options: nosniff" in answer


def test_answers_guard_their_readers(server):
    for path in ("/healthz", "/nothing", f"/sparql?{urlencode({'query': CANTEENS})}"):
        headers = server.ask(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "server" not in headers


def test_the_log_cannot_be_forged(server):
    forged = '/nothing%0a{"event":"forged"}'
    server.ask(forged, user_agent='x","event":"forged')
    server.raw(b'GET /a\xff\xfe HTTP/1.1\r\nHost: localhost\r\nUser-Agent: \xe4\xb8"\r\n\r\n', 1)
    lines = server.lines()
    assert {line["event"] for line in lines} <= {"request", "refused", "stalled", "opened"}
    assert any("forged" in line.get("agent", "") for line in lines)
    assert not any("trace" in line for line in lines)


def test_told_to_end_it_answers_what_was_asked(store, folder):
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(?c = ?f) } #%d"
    with (
        serving(store, folder, "--timeout", "30", "--no-log") as server,
        ExitStack() as stack,
    ):
        lines = []
        for number in range(50):
            query = slow % number if number % 10 == 0 else f"{CANTEENS}#{number}"
            line = HTTPConnection("127.0.0.1", server.port, timeout=60)
            stack.callback(line.close)
            line.request("GET", f"/sparql?{urlencode({'query': query})}")
            lines.append(line)
        start = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        statuses = []
        for line in lines:
            answer = line.getresponse()
            json.loads(answer.read())
            statuses.append(answer.status)
        assert server.process.wait(15) == 0
        assert time.monotonic() - start < 10 * slack()
        assert set(statuses) <= {200, 503}
        assert statuses.count(200) >= 45


def test_no_child_is_left_when_the_server_is_killed(store, folder):
    with serving(store, folder, "--no-log") as server:
        children = descendants(server.process.pid)
        assert len(children) > 3
        server.process.kill()
        server.process.wait()
        until_ended(children)


def test_it_says_why_it_does_not_start(folder, store, server):
    short = folder / "short"
    short.write_text("guess")
    for options, words in (
        (("--store", folder / "nowhere"), b"no such file"),
        (("--store", store, "--port", server.port), b"cannot listen"),
        (("--store", store, "--base", "nonsense"), b"--base"),
        (("--store", store, "--write-token-file", short), b"write token"),
    ):
        done = kg("serve", "--port", "0", *options, "--lang", "en", cwd=folder)
        assert done.returncode == 2, done.stderr
        assert words in done.stderr
        assert b"Traceback" not in done.stderr
