"""Nothing that calls out, loads or writes passes, however it is spelt; what only reads does."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Store
from rdflib.plugins.sparql.parser import parseQuery

from kg_builder.errors import InputError
from kg_builder.graph.query.punctuation import warnings
from kg_builder.graph.query.safety import refuse_unsafe

GRAPH = "https://example.org/kg/graph/inferred"
PREFIXES = {"kg": "https://w3id.org/kg-builder/ont#", "ex": "http://ex.example/"}
CALL = "SERVICE <http://127.0.0.1:9/> {?x ?y ?z}"


def refused(text: str) -> bool:
    try:
        refuse_unsafe(text, PREFIXES, {GRAPH})
    except InputError:
        return True
    return False


@pytest.mark.parametrize(
    "text",
    [
        f"SELECT * {{ {CALL} }}",
        "SELECT * { service <http://x/> {?s ?p ?o} }",
        "SELECT * { SeRvIcE SILENT ?where {?s ?p ?o} }",
        "SELECT * {\\u0053ERVICE <http://x/> {?s ?p ?o}}",
        "SELECT * {\\U00000053ERV\\u0049CE <http://x/> {?s ?p ?o}}",
        "SELECT * {SERVICE#\n<http://x/>#\n{?s ?p ?o}}",
        "SELECT * {SERVICESILENT<http://x/>{?s ?p ?o}}",
        "PREFIX : <http://a/> SELECT * {SERVICE:a{?s ?p ?o}}",
        "PREFIX : <http://a/> PREFIX SERVICE: <http://b/> SELECT * {SERVICE:a{?s ?p ?o}}",
        "SELECT * {SERVICEex:a{?s ?p ?o}}",
        f"SELECT * {{?s ?p true{CALL}}}",
        f"SELECT * {{?s ?p 1{CALL}}}",
        f"SELECT * {{?s ?p 1.{CALL}}}",
        "SELECT * {?s ?p trueSERVICEex:a{?x ?y ?z}}",
        "SELECT * {?s ?p ?o FILTER(?o<?s)SERVICE#>\n<http://x/>{?x ?y ?z}}",
        f"SELECT * {{?s ?p ?o FILTER(?o<?s#>'''\n){CALL}#'''\n}}",
        f"SELECT * {{<<?s?p?o#>'''\n>> ?q ?r. {CALL}#'''\n}}",
        f"SELECT * {{#\r'''\n{CALL}#'''\n}}",
        f"SELECT * {{VALUES ?v {{'''a'}} {CALL} #\\x '''\n}}",
        f"SELECT * {{VALUES ?v {{'''a'}} {CALL} #\\uD800 '''\n}}",
        "PREFIX p: <http://[::1]> SELECT * {?s ?p p:" + CALL + "}",
        "PREFIX p: <http://a/> PREFIX#\np: <http://[::1]> SELECT * {?s ?p p:" + CALL + "}",
        "PREFIX p: <http://[::1]> SELECT * {?s p:true" + CALL + "}",
        "ASK { FILTER NOT EXISTS { " + CALL + " } }",
        "SELECT * { { SELECT * { " + CALL + " } } }",
        'SELECT * { ?s ?p "\'" . ' + CALL + ' # "\n}',
        f"SELECT * {{ ?s ?p 'it\\'s' . {CALL} }}",
    ],
)
def test_a_call_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="SERVICE") as caught:
        refuse_unsafe(text, PREFIXES, ())
    assert caught.value.line
    assert caught.value.column


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM <http://x/> {?s ?p ?o}",
        "SELECT * FROM <file:///etc/passwd> {?s ?p ?o}",
        "SELECT * FROM NAMED <http://x/> {GRAPH ?g {?s ?p ?o}}",
        "SELECT*FROM<http://x/>{?s ?p ?o}",
        "PREFIX : <http://a/> ASKFROM:a{?x ?y ?z}",
        "ASKFROMNAMED<http://x/>{?x ?y ?z}",
        "ASKFROMex:a{?x ?y ?z}",
        "SELECT((1<2)AS?c)FROM#>\n<http://a/>{?x ?y ?z}",
        f"SELECT * FROM <{GRAPH}> FROM <http://x/> {{?s ?p ?o}}",
        "SELECT * \\u0046ROM <http://x/> {?s ?p ?o}",
        "BASE <http://x/> SELECT * FROM <a> {?s ?p ?o}",
        "PREFIX p: <http://[::1]> DESCRIBE p:FROM <http://x/> {?s ?p ?o}",
        "CONSTRUCT {?s ?p ?o} FROM <http://x/> WHERE {?s ?p ?o}",
        "CONSTRUCT FROM <http://x/> WHERE {?s ?p ?o}",
        f"PREFIX g: <{GRAPH}> PREFIX g: <http://x/> SELECT * FROM g: {{?s ?p ?o}}",
    ],
)
def test_from_outside_the_dataset_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="FROM"):
        refuse_unsafe(text, PREFIXES, {GRAPH})


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA {<a:a> <a:b> 1}",
        "DELETE WHERE {?s ?p ?o}",
        "PREFIX ex: <http://x/> load <http://x/>",
        "CLEAR ALL",
        "DROP GRAPH <http://x/>",
        "COPY <a:a> TO <a:b>",
        "WITH <a:a> DELETE {?s ?p ?o} INSERT {?s ?p 1} WHERE {?s ?p ?o}",
        "\\u004COAD <http://x/>",
    ],
)
def test_an_update_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="only reads"):
        refuse_unsafe(text, {}, ())


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * {?s ?p ?o}",
        f"SELECT * FROM <{GRAPH}> {{?s ?p ?o}}",
        f"SELECT * FROM NAMED <{GRAPH}> {{GRAPH ?g {{?s ?p ?o}}}}",
        f"PREFIX g: <{GRAPH}> SELECT * FROM g: {{?s ?p ?o}}",
        "# SERVICE <http://x/> {}\nSELECT * {?s ?p ?o} # FROM <http://x/>",
        "SELECT * {?s ?p 'SERVICE <http://x/> {?s ?p ?o} FROM <http://x/>'}",
        'SELECT * {?s ?p """\nSERVICE <http://x/> {?s ?p ?o}\n"""}',
        'SELECT * {?s <http://x/ont#p> """\nSERVICE <http://x/> {?s ?p ?o}\n"""}',
        "SELECT * {?service ?from ?o . ?s kg:service ?o ; kg:from ?f . ?o ex:serviceFrom ?s}",
        "SELECT * {?s kg:service ?x {?s ?p ?o} UNION {?a ?b ?c}}",
        "SELECT * {?s <http://x/service#a> ?o . <http://x/from#b> ?p ?o}",
        "SELECT * {?s ?p ?o FILTER(?s < 5 && ?o > 3) . ?o <http://x/service> ?x}",
        "PREFIX service: <http://x/> SELECT * {service:a service:b service:c . GRAPH service:g {}}",
        "SELECT * {?s ?p 'INSERT' . ?x kg:add ?y ; kg:load ?z}",
        "SELECT * {?s ?p 'a\\u0020b'@zh . ?s <http://x/\\u4E00> ?o}",
    ],
)
def test_what_only_reads_passes(text: str) -> None:
    Store().query(text, prefixes=PREFIXES)
    refuse_unsafe(text, PREFIXES, {GRAPH})


def test_the_place_is_that_of_the_text_before_its_escapes() -> None:
    text = "SELECT * {\n  ?a ?b '\\u4E00' . \\u0053ERVICE <http://x/> {?s ?p ?o}}"
    with pytest.raises(InputError) as caught:
        refuse_unsafe(text, {}, ())
    assert (caught.value.line, caught.value.column) == (2, 20)
    assert (caught.value.excerpt or "").splitlines()[1].index("^") == 4 + 19


def oxigraph_takes(text: str) -> bool:
    try:
        Store().query(text, prefixes=PREFIXES)
    except (SyntaxError, ValueError, RuntimeError, OSError):
        return False
    return True


def rdflib_takes(text: str) -> bool:
    declared = "".join(f"PREFIX {name}: <{iri}>" for name, iri in PREFIXES.items())
    try:
        parseQuery(declared + text)
    except Exception:  # noqa: BLE001 - pyparsing and what its actions raise
        return False
    return True


def is_keyword(text: str, word: str, other: str) -> bool:
    """Whether an engine sees a keyword: within a literal, name or IRI its letters do not matter."""
    return any(
        takes(text) and not takes(text.replace(word, other))
        for takes in (oxigraph_takes, rdflib_takes)
    )


@pytest.mark.parametrize(
    "bit",
    ["(?a <u:v#w>) . ", "?a.", "海", "'''\\u0041 ", "ex:SERVICE ", "?s ?p “x”，?v。 ", "#\r", "<"],
)
def test_a_large_text_takes_no_square_of_its_size(bit: str) -> None:
    """Each of these took, or could take, minutes."""
    text = "SELECT * { ?s ?p " + bit * 20_000 + " }"
    refused(text)
    warnings(text)


BITS = st.sampled_from(
    [
        *("<", ">", "#", "'", '"', "'''", '"""', "\n", "\r", " ", "\\", ")", "(", "{", "}", "."),
        *("?a", "?b", "1", "1.", "true", "a", "ex:", "ex:a", "<http://x/>", "<u:v#w>", "<b>", "p:"),
        *("FILTER(", "FILTER(?a<?b", "VALUES ?v {", "'a'", "''", "@en", "^^", "_:a", "&&", "||"),
        *("?s ?p ?o ", "?s ?p ", "GRAPH ", "OPTIONAL{", "#>", "<?a", "\\x", "\\'", "\\u0027", ","),
        *("\\u0023", "\\u003E", "<<", ">>", "BIND(", " AS ?z)", "[", "]", ";", "!", "=", "\ufeff"),
    ]
)
CALLS = st.sampled_from(
    [
        *("SERVICE <http://x/> {?x ?y ?z}", "SERVICE?x{}", "SERVICE ex:a{}", "SERVICEex:a{}"),
        *(
            "SERVICE#\n<http://x/>{}",
            "SERVICE#>\n?x{}",
            "SERVICESILENT<http://x/>{}",
            "SERVICE:a{}",
        ),
    ]
)
TAILS = st.sampled_from(
    ["}", "}}", ")}", "'}", "#'''\n}", '#"""\n}', " #\\x '''\n}", "\n}", "#>\n}"]
)
HEADS = st.sampled_from(
    [
        "SELECT * {",
        "PREFIX p: <http://[::1]> PREFIX : <http://a/> SELECT * {?s ?p ",
        "SELECT * {?s ?p ?o FILTER(?o<?s",
        "SELECT * {?s ?p ?o FILTER(?o<?s#>'''\n)",
        "ASK{VALUES ?v {'''a'}",
        "SELECT * {<<?s?p?o",
        "SELECT * {?s ?p ",
        "SELECT * {#\r'''\n",
    ]
)


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(HEADS, st.lists(BITS, max_size=4), CALLS, st.lists(BITS, max_size=2), TAILS)
def test_no_engine_sees_a_call_that_passes(
    head: str, before: list[str], call: str, after: list[str], tail: str
) -> None:
    text = head + "".join(before) + call + "".join(after) + tail
    if not refused(text):
        assert not is_keyword(text, "SERVICE", "SERVIXE"), text


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(["SELECT*", "SELECT *", "ASK", "SELECT((1<2", "DESCRIBE p:", "DESCRIBE <a:b>"]),
    st.lists(st.one_of(BITS, st.sampled_from([")AS?c)", "AS?c)", "?x", "'''"])), max_size=4),
    st.sampled_from(["FROM <http://x/>", "FROM<u:g>", "FROM:a", "FROMex:a", "FROM NAMED ex:a"]),
    st.sampled_from(["{}", "{?s ?p ?o}", "#>\n{}", "#'''\n{}", "", "WHERE{}"]),
)
def test_no_engine_sees_a_graph_from_outside_that_passes(
    head: str, before: list[str], clause: str, tail: str
) -> None:
    text = "PREFIX p: <http://[::1]> PREFIX : <http://a/> " + head + "".join(before) + clause + tail
    if not refused(text):
        assert not is_keyword(text, "FROM", "FROX"), text
