from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, RdfFormat, Store, Triple

from kg_builder.errors import InputError
from kg_builder.graph.dataset import KnowledgeGraph, read_turtle
from kg_builder.graph.iris import mint_graph
from kg_builder.graph.vocabulary import RDF_TYPE, RDFS_LABEL, expand

BASE = "https://example.org/kg/"
FIRST = mint_graph(BASE, "report", "海淀区_2024")
SECOND = mint_graph(BASE, "report", "海淀区_2025")


def node(name: str) -> NamedNode:
    return NamedNode(f"{BASE}id/canteen/{name}")


def label(name: str) -> Triple:
    return Triple(node(name), RDFS_LABEL, Literal(name, language="zh"))


SHARED, OWN, DERIVED, SAID = label("甲"), label("乙"), label("丙"), label("丁")
TERM = Triple(expand("Canteen"), RDF_TYPE, expand("owl:Class"))


@pytest.fixture
def graph() -> KnowledgeGraph:
    return KnowledgeGraph(
        BASE,
        asserted={SECOND: (SHARED,), FIRST: (SHARED, OWN, OWN)},
        inferred=(DERIVED,),
        evidence=(SAID,),
        ontology=(TERM,),
    )


def test_the_default_graph_is_all_but_evidence_each_triple_once(graph: KnowledgeGraph) -> None:
    assert sorted(graph.default_graph(), key=str) == sorted([TERM, SHARED, OWN, DERIVED], key=str)
    assert graph.asserted_triples() == (SHARED, OWN)


def test_sources_stand_in_the_order_of_their_names(graph: KnowledgeGraph) -> None:
    assert list(graph.asserted) == [FIRST, SECOND]
    assert graph.asserted[FIRST] == (SHARED, OWN)


def test_the_graph_cannot_be_changed(graph: KnowledgeGraph) -> None:
    with pytest.raises(FrozenInstanceError):
        graph.inferred = ()
    with pytest.raises(TypeError):
        graph.asserted[FIRST] = ()


def test_a_plain_load_has_the_promised_graphs(graph: KnowledgeGraph) -> None:
    store = Store()
    store.load(input=graph.nquads().encode(), format=RdfFormat.N_QUADS)
    assert set(store) == set(graph.quads())
    default = {quad.triple for quad in store.quads_for_pattern(None, None, None, DefaultGraph())}
    assert default == set(graph.default_graph())
    assert {name.value for name in store.named_graphs()} == {
        FIRST.value,
        SECOND.value,
        BASE + "graph/inferred",
        BASE + "graph/evidence",
        BASE + "graph/ontology",
    }


def test_the_asserted_triples_are_computed_once(graph: KnowledgeGraph) -> None:
    assert graph.asserted_triples() is graph.asserted_triples()


def test_empty_graphs_have_no_name() -> None:
    assert list(KnowledgeGraph(BASE, {FIRST: (OWN,)}).named_graphs()) == [FIRST]


def test_an_inferred_triple_is_never_asserted() -> None:
    with pytest.raises(ValueError, match="asserted already"):
        KnowledgeGraph(BASE, {FIRST: (OWN,)}, inferred=(OWN,))


@pytest.mark.parametrize("place", ["asserted", "inferred", "evidence"])
def test_instance_data_has_no_blank_nodes(place: str) -> None:
    triples = (Triple(node("甲"), RDF_TYPE, BlankNode("x")),)
    with pytest.raises(ValueError, match="blank node"):
        KnowledgeGraph(
            BASE,
            {FIRST: triples if place == "asserted" else ()},
            triples if place == "inferred" else (),
            triples if place == "evidence" else (),
        )


def test_words_that_look_like_a_blank_node_are_none() -> None:
    triple = Triple(node("甲"), RDFS_LABEL, Literal("x _:b ."))
    assert KnowledgeGraph(BASE, {FIRST: (triple,)}).default_graph() == (triple,)


def test_a_source_cannot_take_the_name_of_another_graph() -> None:
    with pytest.raises(ValueError, match="graph/evidence"):
        KnowledgeGraph(BASE, {mint_graph(BASE, "evidence"): (OWN,)})


def test_blank_nodes_of_the_ontology_have_the_same_labels_in_every_run(tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text("@prefix : <http://x/> . :a :b ( :c :d ) , [ :e [ :f 1 ] ] ; :g :h .")
    found = {KnowledgeGraph(BASE, {}, ontology=tuple(read_turtle(file))).nquads() for _ in range(3)}
    assert len(found) == 1
    assert "_:c14n0" in found.pop()


def test_rdflib_has_the_same_dataset(graph: KnowledgeGraph) -> None:
    dataset = graph.to_rdflib()
    assert {str(item) for item in dataset.default_graph.objects(None, rdflib.RDFS.label)} == {
        "甲",
        "乙",
        "丙",
    }
    assert len(dataset.default_graph) == len(graph.default_graph())
    assert {str(found.identifier) for found in dataset.graphs()} >= {FIRST.value, SECOND.value}
    plain = rdflib.Dataset()
    plain.parse(data=graph.nquads(), format="nquads")
    assert set(plain.default_graph) == set(dataset.default_graph)


def test_rdflib_keeps_lexical_forms() -> None:
    forms = [("12.50", "decimal"), ("007", "integer"), ("2024", "gYear"), ("x", "string")]
    triples = tuple(
        Triple(node("甲"), expand("value"), Literal(form, datatype=expand(f"xsd:{kind}")))
        for form, kind in forms
    )
    dataset = KnowledgeGraph(BASE, {FIRST: triples}).to_rdflib()
    found = {(str(item), item.datatype) for item in dataset.default_graph.objects()}
    assert found == {
        ("12.50", rdflib.XSD.decimal),
        ("007", rdflib.XSD.integer),
        ("2024", rdflib.XSD.gYear),
        ("x", None),
    }


def test_turtle_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text("\ufeff<http://x/海> a <http://x/淀> .", "utf-8")
    assert read_turtle(file) == [
        Triple(NamedNode("http://x/海"), RDF_TYPE, NamedNode("http://x/淀"))
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        (b"<http://x/a> a <http://x/b>, .", 1, 30, "not a valid RDF object"),
        ("<http://x/海淀> a '街' ;\r\n a 街道 .".encode(), 2, 4, "not a valid RDF object"),
        (b"<http://x/a> a <b> .", 1, 16, "No scheme"),
        (b"<http://x/a> a x:b .", 1, 16, "prefix x: has not been declared"),
        (b"<http://x/a> a '\xe6\xb5'.", 1, None, "UTF-8"),
    ],
)
def test_a_syntax_error_has_its_place(
    tmp_path: Path, text: bytes, line: int, column: int | None, reason: str
) -> None:
    file = tmp_path / "x.ttl"
    file.write_bytes(text)
    with pytest.raises(InputError, match=reason) as caught:
        read_turtle(file)
    assert (caught.value.file, caught.value.line) == (str(file), line)
    assert column is None or caught.value.column == column
    assert caught.value.render("en").startswith(f"{file}:{line}:")


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_turtle(tmp_path / "x.ttl")
