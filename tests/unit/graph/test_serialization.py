from __future__ import annotations

import os
import random
import re
import subprocess
import sys

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID

from kg_builder.graph.iris import class_segment, is_iri
from kg_builder.graph.serialization import (
    instance_prefixes,
    message_in,
    nquads_of_graphs,
    turtle,
)
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, RDFS_LABEL, expand

BASE = "https://example.org/kg/"

HOSTILE = (
    "\0\x01\b\t\n\x0b\f\r\x1f\x7f\x85\xa0\u2028\u2029\u200e\u202e\u2066\ufeff\ufffd\uffff"
    "\"'\\<>{}|^`@.;,#%&“”《》（）｜😀𠮷e\u0301 "
)


texts = st.text(
    st.one_of(st.sampled_from(HOSTILE), st.characters(exclude_categories=["Cs"])), max_size=20
)
namespaces = st.sampled_from(
    [*PREFIXES.values(), BASE + "id/canteen/", BASE + "id/unit/", BASE + "id/", "urn:x:"]
)
local_names = st.one_of(
    st.text("aZ09_-.海淀区〇㐀/#:%", max_size=8), texts, st.sampled_from(["", "-a", "a.", "a.b"])
)
iris = st.builds(str.__add__, namespaces, local_names).filter(is_iri).map(NamedNode)
figures = st.from_regex(r"[-+]?[0-9]{0,4}(\.[0-9]{0,3})?(e[0-9])?", fullmatch=True)
literals = st.one_of(
    texts.map(Literal),
    st.builds(lambda text: Literal(text, language="zh"), texts),
    st.builds(
        lambda text, name: Literal(text, datatype=expand(f"xsd:{name}")),
        st.one_of(figures, st.sampled_from(["true", "false", "1", "True", "12.50"]), texts),
        st.sampled_from(["integer", "decimal", "boolean", "double", "gYear", "date", "anyURI"]),
    ),
    st.builds(lambda text, kind: Literal(text, datatype=kind), texts, iris),
)
triples = st.lists(st.builds(Triple, iris, iris, st.one_of(iris, literals)), max_size=12)
graph_names = st.one_of(st.just(DefaultGraph()), iris)
RDFLIB_DEFAULT = str(DATASET_DEFAULT_GRAPH_ID)


def has_space(*terms: NamedNode | Literal | DefaultGraph) -> bool:
    """Whether an IRI has a Unicode space, which rdflib takes from Turtle, not from N-Triples."""
    iris = [term.datatype if isinstance(term, Literal) else term for term in terms]
    return any(isinstance(iri, NamedNode) and re.search(r"\s", iri.value) for iri in iris)


def read(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(input=text.encode(), format=RdfFormat.TURTLE)]


@given(triples)
def test_pyoxigraph_reads_back_equal_triples(graph: list[Triple]) -> None:
    found = read(turtle(graph, base=BASE))
    assert set(found) == set(graph)
    assert len(found) == len(set(graph))


@given(triples)
def test_rdflib_reads_the_graph_that_it_reads_from_ntriples(graph: list[Triple]) -> None:
    graph = [triple for triple in graph if not has_space(*triple)]
    plain = serialize(graph, format=RdfFormat.N_TRIPLES)
    assert plain is not None
    found = rdflib.Graph().parse(data=turtle(graph, base=BASE), format="turtle")
    assert set(found) == set(rdflib.Graph().parse(data=plain, format="nt"))


@given(texts)
def test_rdflib_reads_back_equal_words(text: str) -> None:
    graph = rdflib.Graph().parse(
        data=turtle([Triple(RDF_TYPE, RDFS_LABEL, Literal(text))]), format="turtle"
    )
    assert [str(item) for item in graph.objects()] == [text]


@given(st.lists(st.tuples(graph_names, triples), max_size=4))
def test_pyoxigraph_reads_back_equal_quads(graphs: list[tuple[NamedNode, list[Triple]]]) -> None:
    quads = {Quad(*triple, name) for name, found in graphs for triple in found}
    text = nquads_of_graphs(graphs)
    assert set(parse(input=text.encode(), format=RdfFormat.N_QUADS)) == quads
    lines = text.split("\n")[:-1]
    assert lines == sorted(set(lines))
    assert len(lines) == len(quads)


@given(st.lists(st.tuples(graph_names, triples), max_size=3))
def test_rdflib_reads_nquads(graphs: list[tuple[NamedNode, list[Triple]]]) -> None:
    graphs = [
        (name, [triple for triple in found if not has_space(name, *triple)])
        for name, found in graphs
    ]
    text = nquads_of_graphs(graphs)
    dataset = rdflib.Dataset()
    dataset.parse(data=text, format="nquads")
    assert {(*quad[:3], str(quad[3] or RDFLIB_DEFAULT)) for quad in dataset.quads()} == {
        (*triple, RDFLIB_DEFAULT if isinstance(name, DefaultGraph) else name.value)
        for name, found in graphs
        for triple in rdflib.Graph().parse(
            data=serialize(found, format=RdfFormat.N_TRIPLES), format="nt"
        )
    }


@given(triples, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(graph: list[Triple], chance: random.Random) -> None:
    other = [*graph, *graph]
    chance.shuffle(other)
    assert turtle(other, base=BASE) == turtle(graph, base=BASE)


def test_the_hash_seed_does_not_matter() -> None:
    program = (
        "from pyoxigraph import *\n"
        "from kg_builder.graph.serialization import nquads_of_graphs, turtle\n"
        "node = lambda n: NamedNode(f'http://example.org/id/canteen/{n}')\n"
        "graph = {Triple(node(a), node(b), Literal(str(c))) for a in range(9)"
        " for b in range(5) for c in range(3)}\n"
        "print(turtle(graph, base='http://example.org/'))\n"
        "print(nquads_of_graphs([(DefaultGraph(), graph)]))\n"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "42")
    }
    assert len(found) == 1


def test_turtle_is_made_for_people() -> None:
    street = NamedNode(BASE + "id/street/海淀区_八里庄街道")
    graph = [
        Triple(street, expand("within"), NamedNode(BASE + "id/district/海淀区")),
        Triple(street, expand("skos:altLabel"), Literal("八里庄", language="zh")),
        Triple(street, expand("skos:altLabel"), Literal('八里"庄"\n街', language="zh")),
        Triple(street, RDFS_LABEL, Literal("八里庄街道", language="zh")),
        Triple(street, expand("value"), Literal("12.50", datatype=expand("xsd:decimal"))),
        Triple(street, RDF_TYPE, expand("Street")),
        Triple(NamedNode(BASE + "id/street/海淀区"), expand("startYear"), year(2024)),
    ]
    assert turtle(graph, base=BASE) == (
        "@prefix district: <https://example.org/kg/id/district/> .\n"
        "@prefix kg: <https://w3id.org/kg-builder/ont#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "@prefix street: <https://example.org/kg/id/street/> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "\n"
        "street:海淀区\n"
        '    kg:startYear "2024"^^xsd:gYear .\n'
        "\n"
        "street:海淀区_八里庄街道\n"
        "    a kg:Street ;\n"
        '    rdfs:label "八里庄街道"@zh ;\n'
        "    kg:value 12.50 ;\n"
        "    kg:within district:海淀区 ;\n"
        '    skos:altLabel "八里\\"庄\\"\\n街"@zh ,\n'
        '        "八里庄"@zh .\n'
    )


def year(number: int) -> Literal:
    return Literal(str(number), datatype=expand("xsd:gYear"))


@pytest.mark.parametrize(
    ("kind", "form", "written"),
    [
        ("integer", "7", "7"),
        ("integer", "-7", "-7"),
        ("integer", "0", "0"),
        ("integer", "-0", '"-0"^^xsd:integer'),
        ("integer", "007", '"007"^^xsd:integer'),
        ("integer", "+7", '"+7"^^xsd:integer'),
        ("integer", "７", '"７"^^xsd:integer'),
        ("decimal", "12.50", "12.50"),
        ("decimal", "-0.0", "-0.0"),
        ("decimal", "12", '"12"^^xsd:decimal'),
        ("decimal", "12.", '"12."^^xsd:decimal'),
        ("decimal", ".5", '".5"^^xsd:decimal'),
        ("boolean", "true", "true"),
        ("boolean", "1", '"1"^^xsd:boolean'),
        ("double", "1e3", '"1e3"^^xsd:double'),
        ("string", "x", '"x"'),
    ],
)
def test_figures_keep_their_lexical_form(kind: str, form: str, written: str) -> None:
    literal = Literal(form, datatype=expand(f"xsd:{kind}"))
    text = turtle([Triple(RDF_TYPE, RDF_TYPE, literal)])
    assert text.endswith(f"\n    a {written} .\n")
    assert [triple.object for triple in read(text)] == [literal]


@pytest.mark.parametrize("local", ["", "-a", "a.", "a.b", "（二期）", "a%20b", "a:b", "𠮷"])
def test_names_that_would_need_escapes_are_written_whole(local: str) -> None:
    iri = NamedNode(BASE + "id/project/" + local)
    assert f"\n    a {iri} .\n" in turtle([Triple(RDF_TYPE, RDF_TYPE, iri)], base=BASE)


def test_an_empty_graph_is_an_empty_file() -> None:
    assert turtle([]) == ""
    assert nquads_of_graphs([]) == ""


def test_blank_nodes_are_written_by_label() -> None:
    node = BlankNode("b0")
    graph = [Triple(RDF_TYPE, RDF_TYPE, node), Triple(node, RDF_TYPE, node)]
    assert turtle(graph, {}) == (f"{RDF_TYPE}\n    a _:b0 .\n\n_:b0\n    a _:b0 .\n")


def test_each_class_has_a_prefix_that_is_no_vocabulary() -> None:
    segments = [class_segment(name) for name in ("EducationGroup", "Unit", "Canteen")]
    assert instance_prefixes(BASE, [*segments, "食堂"]) == {
        "education-group": BASE + "id/education-group/",
        "id-unit": BASE + "id/unit/",
        "canteen": BASE + "id/canteen/",
    }


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        (['"one"@en', '"一"@zh'], "一"),
        (['"say \\"one\\"\\n"@en'], 'say "one"\n'),
        (['"plain"'], "plain"),
        ([], ""),
    ],
)
def test_a_message_is_plain_words(messages, words):
    assert message_in(messages, "zh") == words
