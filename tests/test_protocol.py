"""The SPARQL 1.1 Protocol, its service description and its results formats, as others test them.

The cases stand in protocol_cases.toml: those of the W3C's suite, whose graphs the server has here,
and others. Then other people's clients ask.
"""

from __future__ import annotations

import shutil
import subprocess
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store, parse, parse_query_results
from pyoxigraph import QueryResultsFormat as Results
from rdflib import Dataset, Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from tests.served import serving

HERE = Path(__file__).parent
INTEROP = HERE / "interop"
DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
TYPE = "http://xmlns.com/foaf/0.1/Document"
CASES = tomllib.loads((HERE / "protocol_cases.toml").read_text())["case"]
QUERY = "application/sparql-query"
FORM = "application/x-www-form-urlencoded"
SERVICE = "http://www.w3.org/ns/sparql-service-description#"
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
ODD = 'a\r\nb\rc\t"d"\\ ,;<&>\u00a0𠮷'


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that has the graphs of the W3C's suite, and a default graph of its own."""
    folder = tmp_path_factory.mktemp("protocol")
    graphs = (f"<{DATA.format(n)}> {{ <{DATA.format(n)}> a <{TYPE}> }}" for n in (1, 2, 3))
    shared = (f"<{DATA.format(n)}> {{ <http://e/s> <http://e/p> 1, {n} }}" for n in (4, 5))
    own = "<http://e/s> <http://e/p> 1 ."
    (folder / "suite.trig").write_text("\n".join((own, *graphs, *shared)))
    with serving(folder / "suite.trig", folder, "--no-log") as found:
        yield found


def filled(words):
    for number in range(6):
        words = words.replace(f"${number}", DATA.format(number))
    return words


def pairs(found):
    return urlencode([(name, filled(value)) for name, value in found])


def asked(server, case, path):
    """Ask what a case asks, at a path."""
    body, headers = None, {}
    if "form" in case:
        body, headers["content_type"] = pairs(case["form"]).encode(), FORM
    elif "body" in case:
        body = filled(case["body"]).encode(case.get("encoding", "utf-8"))
    if "type" in case:
        headers["content_type"] = case["type"]
    if "accept" in case:
        headers["accept"] = case["accept"]
    if "url" in case:
        path += f"?{pairs(case['url'])}"
    return server.ask(path, method=case.get("method", "GET"), body=body, **headers)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_each_case_is_answered_as_it_should_be(server, case):
    answer = asked(server, case, "/sparql")
    assert answer.status == case.get("status", 200), answer.text
    again = asked(server, case, "/sparql/")  # as the W3C's suite asks
    assert again.status == answer.status
    assert "Accept" in answer.headers["vary"]
    if answer.status >= 400:
        problem = answer.json
        assert answer.type == "application/problem+json"
        assert problem["status"] == answer.status
        assert problem["title"]
        assert problem["detail"]
        for name in ("line", "column"):
            assert problem.get(name) == case.get(name, problem.get(name))
        if answer.status == 405:
            assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
        if answer.status == 415:
            assert QUERY in answer.headers["accept-post"]
        return
    assert again.body == answer.body
    assert answer.type == case.get("media", answer.type)
    if "boolean" in case:
        found = parse_query_results(input=answer.body, format=RESULTS[answer.type])
        assert bool(found) is case["boolean"]
    if "rows" in case:
        found = parse_query_results(input=answer.body, format=RESULTS[answer.type])
        assert len(list(found)) == case["rows"]
    if "triples" in case:
        found = parse(input=answer.body, format=GRAPHS[answer.type])
        assert len(list(found)) == case["triples"]


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
@pytest.mark.parametrize("kind", GRAPHS)
def test_the_service_is_described(server, path, kind):
    """The W3C's three tests: it is RDF, it has the endpoint, it keeps to the schema."""
    answer = server.ask(path, accept=kind)
    assert (answer.status, answer.type) == (200, kind)
    store = Store()
    store.load(input=answer.body, format=GRAPHS[kind], base_iri="http://e/")

    def objects(name):
        found = store.quads_for_pattern(None, NamedNode(SERVICE + name), None, None)
        return {quad.object.value for quad in found}

    assert f"http://127.0.0.1:{server.port}/sparql" in objects("endpoint")
    assert objects("supportedLanguage") == {f"{SERVICE}SPARQL11Query"}
    assert len(objects("resultFormat")) == 8


def test_terms_come_as_they_are_in_each_format(server):
    """Lines, quotes, tabs, marks of XML, what is not in the BMP; languages, types, blank nodes."""
    written = ODD.translate({13: "\\r", 10: "\\n", 9: "\\t", 34: '\\"', 92: "\\\\"})
    query = (
        f'SELECT ?a ?b ?c ?none {{ VALUES (?a ?b) {{ ("{written}" "中"@zh-Hant) }}'
        ' BIND(STRDT("1.50", <http://e/a?b=c&d>) AS ?c) }'
    )
    for kind, form in RESULTS.items():
        answer = server.query(query, accept=kind)
        (row,) = parse_query_results(input=answer.body, format=form)
        assert (row["a"].value, row["b"].value, row["b"].language) == (ODD, "中", "zh-hant"), kind
        assert (row["c"].value, row["c"].datatype.value) == ("1.50", "http://e/a?b=c&d")
        assert row["none"] is None
    tree = ET.fromstring(server.query(query, accept="application/sparql-results+xml").body)
    literals = tree.findall(".//{http://www.w3.org/2005/sparql-results#}literal")
    assert ODD in {literal.text for literal in literals}
    control = 'SELECT ("a\\u0001" AS ?x) {}'
    assert server.query(control, accept="application/sparql-results+xml").status == 406
    assert server.query(control).json["results"]["bindings"][0]["x"]["value"] == "a\x01"


@pytest.mark.parametrize("term", ["<<( <http://e/s> <http://e/p> 1 )>>", '"words"@en--ltr'])
@pytest.mark.parametrize("kind", GRAPHS)
def test_what_a_graph_format_cannot_hold_is_refused(server, kind, term):
    query = f"CONSTRUCT {{ <http://e/a> <http://e/b> ?o }} {{ VALUES ?o {{ {term} }} }}"
    answer = server.query(query, accept=kind)
    if kind in ("text/turtle", "application/n-triples"):
        assert len(list(parse(input=answer.body, format=GRAPHS[kind]))) == 1
    else:
        assert (answer.status, answer.json["type"]) == (406, "/problems/not-acceptable")


def test_a_header_that_is_a_list_may_have_several_lines(server):
    start = b"GET /sparql?query=ASK%20%7B%7D HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    answer = server.raw(start + b"Accept: image/png\r\nAccept: text/csv\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"content-type: text/csv" in answer


def test_head_is_get_without_its_body(server):
    queries = ("ASK {}", "SELECT * { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }", "ASK {")
    for path in (*(f"/sparql?{urlencode({'query': query})}" for query in queries), "/sparql"):
        get, head = server.ask(path), server.ask(path, method="HEAD")
        assert head.body == b""
        assert head.status == get.status
        same = set(get.headers) - {"date"}
        assert {name: head.headers.get(name) for name in same} == {n: get.headers[n] for n in same}
        assert int(get.headers["content-length"]) == len(get.body)


def test_an_answer_that_has_not_changed_is_not_sent_again(server):
    path = f"/sparql?{urlencode({'query': 'SELECT * { ?s ?p ?o }'})}"
    etags = {}
    for kind in RESULTS:
        first = server.ask(path, accept=kind)
        etags[kind] = first.headers["etag"]
        for held in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
            for method in ("GET", "HEAD"):
                again = server.ask(path, accept=kind, if_none_match=held, method=method)
                assert (again.status, again.body) == (304, b"")
                assert again.headers["etag"] == first.headers["etag"]
                assert again.headers["vary"] == first.headers["vary"]
        assert server.ask(path, accept=kind, if_none_match='"x"').status == 200
    assert len(set(etags.values())) == len(RESULTS)


def test_what_has_the_same_bytes_in_two_formats_is_two(server):
    path = f"/sparql?{urlencode({'query': 'ASK {}'})}"
    csv, tsv = (server.ask(path, accept=f"text/{k}") for k in ("csv", "tab-separated-values"))
    assert csv.body == tsv.body
    assert csv.headers["etag"] != tsv.headers["etag"]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/sparql", "GET, HEAD, OPTIONS, POST"),
        ("/openapi.json", "GET, HEAD, OPTIONS"),
        ("/api/validate", "OPTIONS, POST"),
    ],
)
def test_what_may_be_done_is_told_alike(server, path, methods):
    told = server.ask(path, method="OPTIONS")
    assert (told.status, told.headers["allow"]) == (204, methods)
    assert "content-length" not in told.headers
    refused = server.ask(path, method="DELETE")
    assert (refused.status, refused.headers["allow"]) == (405, methods)


# other people's clients


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_rdflib_asks(server, form, method):
    store = SPARQLStore(f"http://127.0.0.1:{server.port}/sparql", returnFormat=form, method=method)
    graph = Graph(store)
    rows = graph.query("SELECT ?g { GRAPH ?g { ?s a ?t } }")
    assert {str(row.g) for row in rows} == {DATA.format(number) for number in (1, 2, 3)}
    assert set(graph.subjects()) == {URIRef("http://e/s")}
    assert len(Graph(store, identifier=URIRef(DATA.format(1)))) == 1
    assert len(Graph(store, identifier=URIRef("http://example.org/none"))) == 0
    assert {str(name) for name in Dataset(store).store.contexts()} >= {DATA.format(2)}
    if form == "xml":  # the one in which it asks for graphs as well
        assert len(graph.query(f"DESCRIBE <{DATA.format(1)}> FROM <{DATA.format(1)}>").graph) == 1
    if form in ("xml", "json"):
        assert graph.query("ASK {}").askAnswer is True


@pytest.mark.skipif(
    not (INTEROP / "node_modules" / "fetch-sparql-endpoint").is_dir() or not shutil.which("node"),
    reason="needs node and `npm ci --prefix tests/interop`",
)
def test_clients_of_npm_ask(server):
    done = subprocess.run(
        ["node", INTEROP / "ask.mjs", f"http://127.0.0.1:{server.port}/sparql"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["3", "true", "1", "403"] * 2
