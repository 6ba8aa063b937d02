from __future__ import annotations

import io
import json
import random
import re

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple
from tests.unit.graph.export.export_support import (
    BASE,
    NO_XML,
    canonical,
    datasets,
    ntriples,
    quads_of,
    rdflib_quads,
    read,
    triples,
    written,
)

from kg_builder.errors import ExportError
from kg_builder.graph.export.formats import Format
from kg_builder.graph.export.writing import write_graph
from kg_builder.graph.vocabulary import RDF_TYPE, RDFS_LABEL, expand

QUADS = [form for form in Format if form.keeps_graphs]
TRIPLES = [Format.TURTLE, Format.NTRIPLES]
STREET = NamedNode(BASE + "id/street/海淀区_八里庄街道")
GRAPH = NamedNode(BASE + "graph/report/海淀区_2024_计划报告")


def merge(graphs):
    return {DefaultGraph(): [triple for found in graphs.values() for triple in found]}


def has_space(graph: list[Triple]) -> bool:
    """Whether an IRI has a Unicode space or a quote, which rdflib cannot write as N-Quads."""
    found = [getattr(term, "datatype", term) for triple in graph for term in triple]
    return any(isinstance(term, NamedNode) and re.search(r"\s", term.value) for term in found)


@pytest.mark.parametrize("form", QUADS)
@settings(max_examples=40, deadline=None)
@given(graphs=datasets)
def test_datasets_come_back_equal(form, graphs):
    assert canonical(read(written(graphs, form), form)) == canonical(quads_of(graphs))


@pytest.mark.parametrize("form", TRIPLES)
@settings(max_examples=40, deadline=None)
@given(graphs=datasets)
def test_graphs_come_back_equal_and_merged(form, graphs):
    assert canonical(read(written(graphs, form), form)) == canonical(quads_of(merge(graphs)))


def xml_can(triple: Triple) -> bool:
    return not NO_XML.search("".join(getattr(term, "value", "") for term in triple))


@settings(max_examples=40, deadline=None)
@given(graph=triples)
def test_rdfxml_comes_back_equal_or_says_why_not(graph):
    graph = [triple for triple in graph if xml_can(triple)]
    try:
        data = written({DefaultGraph(): graph}, Format.RDFXML)
    except ExportError as error:
        assert "XML" in error.message.en
        (iri,) = re.findall(r"and <(.*)> is none", error.message.en)
        assert not re.search(r"[/#:][A-Za-z_][A-Za-z0-9_]*$", iri) or "rdf-syntax" in iri
        return
    assert canonical(read(data, Format.RDFXML)) == canonical(quads_of({DefaultGraph(): graph}))


@pytest.mark.parametrize("form", [*QUADS, *TRIPLES])
@settings(max_examples=40, deadline=None)
@given(graphs=datasets)
def test_rdflib_reads_what_it_reads_from_nquads(form, graphs):
    graphs = merge(graphs) if form in TRIPLES else graphs
    graphs = {name: found for name, found in graphs.items() if not has_space([*found])}
    plain = ntriples(quads_of(graphs))
    assert rdflib_quads(written(graphs, form), form) == rdflib_quads(plain, Format.NQUADS)


@settings(max_examples=40, deadline=None)
@given(graph=triples)
def test_rdflib_reads_rdfxml(graph):
    graph = [t for t in graph if xml_can(t) and t.predicate.value.startswith("http")]
    graph = [t for t in graph if re.search(r"[/#][A-Za-z]+$", t.predicate.value)]
    if has_space(graph):
        return
    data = written({DefaultGraph(): graph}, Format.RDFXML)
    plain = ntriples(quads_of({DefaultGraph(): graph}))
    assert rdflib_quads(data, Format.RDFXML) == rdflib_quads(plain, Format.NQUADS)


@pytest.mark.parametrize("form", [*QUADS, *TRIPLES])
@settings(max_examples=40, deadline=None)
@given(graphs=datasets, chance=st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(form, graphs, chance: random.Random):
    names = list(graphs)
    chance.shuffle(names)
    other = {name: [*graphs[name], *graphs[name]] for name in names}
    for found in other.values():
        chance.shuffle(found)
    assert written(other, form) == written(graphs, form)


def example() -> list[Triple]:
    return [
        Triple(STREET, RDF_TYPE, expand("Street")),
        Triple(STREET, RDFS_LABEL, Literal("八里庄街道", language="zh")),
        Triple(STREET, expand("skos:altLabel"), Literal("八里庄", language="zh")),
        Triple(STREET, expand("skos:altLabel"), Literal("Balizhuang", language="en")),
        Triple(STREET, expand("within"), NamedNode(BASE + "id/district/海淀区")),
        Triple(STREET, expand("value"), Literal("6.0", datatype=expand("xsd:decimal"))),
        Triple(STREET, expand("verbatim"), Literal("a\rb]]>&")),
    ]


def test_trig_is_turtle_in_blocks():
    assert written(
        {GRAPH: example()[:3], DefaultGraph(): example()[4:5]}, Format.TRIG
    ).decode() == (
        "@prefix district: <https://example.org/kg/id/district/> .\n"
        "@prefix kg: <https://w3id.org/kg-builder/ont#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "@prefix street: <https://example.org/kg/id/street/> .\n"
        "\n"
        "street:海淀区_八里庄街道\n"
        "    kg:within district:海淀区 .\n"
        "\n"
        f"{GRAPH} {{\n"
        "    street:海淀区_八里庄街道\n"
        "        a kg:Street ;\n"
        '        rdfs:label "八里庄街道"@zh ;\n'
        '        skos:altLabel "八里庄"@zh .\n'
        "}\n"
    )


def test_jsonld_reads_well():
    document = json.loads(written({DefaultGraph(): example()}, Format.JSONLD))
    (node,) = document["@graph"]
    assert list(node) == [
        *("@id", "@type", "rdfs:label", "kg:value", "kg:verbatim", "kg:within", "skos:altLabel")
    ]
    assert node == {
        "@id": "street:海淀区_八里庄街道",
        "@type": "kg:Street",
        "rdfs:label": {"zh": "八里庄街道"},
        "kg:value": "6.0",
        "kg:verbatim": "a\rb]]>&",
        "kg:within": "district:海淀区",
        "skos:altLabel": {"en": "Balizhuang", "zh": "八里庄"},
    }
    assert document["@context"]["kg:value"] == {"@id": "kg:value", "@type": "xsd:decimal"}
    assert document["@context"]["street"] == BASE + "id/street/"


def test_jsonld_puts_named_graphs_apart():
    document = json.loads(written({GRAPH: example()[:1]}, Format.JSONLD))
    (graph,) = document["@graph"]
    assert graph["@id"] == GRAPH.value
    assert graph["@graph"] == [{"@id": "street:海淀区_八里庄街道", "@type": "kg:Street"}]


def test_a_prefix_is_not_taken_for_the_scheme_of_an_iri():
    graph = [Triple(NamedNode("kg:within"), expand("within"), NamedNode("street:x"))]
    data = written({DefaultGraph(): graph}, Format.JSONLD)
    assert [quad.triple for quad in read(data, Format.JSONLD)] == graph


def test_rdfxml_is_made_for_people():
    own = NamedNode("http://other.example/terms#colour")
    graph = [*example(), Triple(STREET, own, Literal("red"))]
    assert written({DefaultGraph(): graph}, Format.RDFXML).decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<rdf:RDF\n"
        '    xmlns:kg="https://w3id.org/kg-builder/ont#"\n'
        '    xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\n'
        '    xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"\n'
        '    xmlns:skos="http://www.w3.org/2004/02/skos/core#">\n'
        "\n"
        f'  <kg:Street rdf:about="{STREET.value}">\n'
        '    <rdfs:label xml:lang="zh">八里庄街道</rdfs:label>\n'
        '    <colour xmlns="http://other.example/terms#">red</colour>\n'
        '    <kg:value rdf:datatype="http://www.w3.org/2001/XMLSchema#decimal">6.0</kg:value>\n'
        "    <kg:verbatim>a&#xD;b]]&gt;&amp;</kg:verbatim>\n"
        f'    <kg:within rdf:resource="{BASE}id/district/海淀区"/>\n'
        '    <skos:altLabel xml:lang="en">Balizhuang</skos:altLabel>\n'
        '    <skos:altLabel xml:lang="zh">八里庄</skos:altLabel>\n'
        "  </kg:Street>\n"
        "</rdf:RDF>\n"
    )


@pytest.mark.parametrize("local", ["", "1", "a(b)", "第（一）", "x/"])
def test_a_predicate_that_is_no_xml_name_is_one_error(local):
    graph = [Triple(STREET, NamedNode("http://x.example/" + local), STREET)]
    stream = io.BytesIO()
    with pytest.raises(ExportError, match="XML name"):
        write_graph(graph, Format.RDFXML, stream)
    assert stream.getvalue() == b""


@pytest.mark.parametrize("name", ["li", "about", "Description", "ID", "resource"])
def test_the_words_of_rdfxml_itself_are_no_predicates(name):
    with pytest.raises(ExportError):
        written({DefaultGraph(): [Triple(STREET, expand(f"rdf:{name}"), STREET)]}, Format.RDFXML)


@pytest.mark.parametrize("character", ["\0", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_a_character_that_xml_lacks_is_one_error(character):
    graph = [Triple(STREET, RDFS_LABEL, Literal(f"a{character}"))]
    with pytest.raises(ExportError, match=f"U\\+{ord(character):04X}"):
        written({DefaultGraph(): graph}, Format.RDFXML)


@pytest.mark.parametrize("form", [form for form in Format if form is not Format.CSV])
def test_blank_nodes_and_the_empty_graph_come_back(form):
    graph = [
        Triple(BlankNode("0a"), RDF_TYPE, expand("Street")),
        Triple(STREET, expand("within"), BlankNode("0a")),
        Triple(BlankNode("b_0"), expand("within"), BlankNode("0a")),
    ]
    for graphs in ({DefaultGraph(): graph}, {DefaultGraph(): []}, {}):
        assert canonical(read(written(graphs, form), form)) == canonical(quads_of(graphs))


@pytest.mark.parametrize("form", Format)
def test_a_suffix_tells_its_format(form, tmp_path):
    if form.suffix:
        assert Format.of_file(tmp_path / f"a{form.suffix.upper()}") is form
    assert Format.of_file(tmp_path / "a") is None
    assert "/" in form.media_type


def test_no_prefix_is_invented():
    graph = [Triple(STREET, NamedNode("http://x.example/y#z"), Literal("1"))]
    for form in Format:
        if form is not Format.CSV:
            assert b"ns1" not in written({DefaultGraph(): graph}, form)
    assert (
        len(
            rdflib.Graph().parse(
                data=written({DefaultGraph(): graph}, Format.JSONLD), format="json-ld"
            )
        )
        == 1
    )
