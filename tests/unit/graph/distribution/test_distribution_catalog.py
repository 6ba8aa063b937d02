"""DCAT: the catalogue conforms to the shapes of DCAT-AP 3, and says what is so."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from distribution_support import BASE, FILES
from pyoxigraph import NamedNode, RdfFormat, Store, Triple, parse

from kg_builder.graph.distribution.terms import term
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.shacl.compiler import compile_shapes
from kg_builder.graph.validation import run_pyshacl
from kg_builder.graph.validation import validate as validate_with_ours

SHAPES = Path(__file__).parents[3] / "vocabularies" / "dcat-ap" / "dcat-ap-SHACL.jsonld"
PREFIXES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX spdx: <http://spdx.org/rdf/terms#>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
"""


def triples_of(path):
    return [quad.triple for quad in parse(path=str(path), format=RdfFormat.TURTLE)]


@pytest.fixture(scope="module")
def shapes():
    return [q.triple for q in parse(path=str(SHAPES), format=RdfFormat.JSON_LD)]


@pytest.fixture(scope="module")
def catalog(distribution):
    return triples_of(distribution.folder / "dcat.ttl")


def ask(triples, query):
    from pyoxigraph import Quad

    store = Store()
    store.extend(Quad(*triple) for triple in triples)
    return [tuple(t and t.value for t in row) for row in store.query(PREFIXES + query)]


def findings(triples, shapes):
    """Return what both validators find, which is the same."""
    ours = validate_with_ours(TripleIndex(triples), compile_shapes(shapes))
    theirs = run_pyshacl(triples, shapes)
    found = [
        sorted({(r.focus_node, r.path, r.component) for r in report.results})
        for report in (ours, theirs)
    ]
    assert found[0] == found[1]
    return found[0]


def test_shapes_are_those_that_were_vendored():
    digest = hashlib.sha256(SHAPES.read_bytes()).hexdigest()
    assert digest in (SHAPES.parent / "README.md").read_text("utf-8")


def test_conforms(catalog, shapes):
    assert findings(catalog, shapes) == []


def test_without_options_and_with_hostile_names_conforms(bare, shapes):
    assert findings(triples_of(bare.folder / "dcat.ttl"), shapes) == []


MUTILATIONS = {
    "no title": (lambda t: t.predicate == term("dcterms:title"), "MinCount"),
    "no publisher": (lambda t: t.predicate == term("dcterms:publisher"), "MinCount"),
    "no access URL": (lambda t: t.predicate == term("dcat:accessURL"), "MinCount"),
    "no checksum value": (lambda t: t.predicate == term("spdx:checksumValue"), "MinCount"),
    "no licence document": (lambda t: t.object == term("dcterms:LicenseDocument"), "Class"),
    "no language": (lambda t: t.object == term("dcterms:LinguisticSystem"), "Class"),
    "no location": (lambda t: t.object == term("dcterms:Location"), "Class"),
    "no agent": (lambda t: t.object == term("foaf:Agent"), "Class"),
}


@pytest.mark.parametrize("name", MUTILATIONS)
def test_shapes_find_what_is_missing(catalog, shapes, name):
    drop, component = MUTILATIONS[name]
    found = findings([triple for triple in catalog if not drop(triple)], shapes)
    assert any(component in item[2] for item in found)


def test_a_second_publisher_is_found(catalog, shapes):
    other = Triple(NamedNode(f"{BASE}catalog"), term("dcterms:publisher"), NamedNode("x:y"))
    assert len(findings([*catalog, other], shapes)) >= 2


def test_every_distribution_names_its_file(catalog, distribution):
    rows = ask(
        catalog,
        """SELECT ?url ?size ?sum ?media {
        ?d a dcat:Distribution ; dcat:downloadURL ?url ; dcat:accessURL ?url ;
          dcat:byteSize ?size ; dcat:mediaType ?media ; spdx:checksum ?c .
        ?c spdx:checksumValue ?sum ; spdx:algorithm spdx:checksumAlgorithm_sha256 }""",
    )
    paths = set()
    for url, size, checksum, media in rows:
        path = distribution.folder / url.removeprefix(FILES)
        data = path.read_bytes()
        assert (int(size), checksum) == (len(data), hashlib.sha256(data).hexdigest())
        assert media.startswith("https://www.iana.org/assignments/media-types/")
        paths.add(url.removeprefix(FILES))
    assert paths == {f.path for f in distribution.files if f.part}
    assert {"data/csv/主体.csv", "ontology/index.html", "cube.ttl"} <= paths


def test_each_report_is_a_dataset_of_its_own(catalog):
    rows = ask(
        catalog,
        """SELECT ?d ?area ?start ?licence {
        ?d a dcat:Dataset ; dcterms:spatial ?area ; dcterms:temporal ?t .
        ?t dcat:startDate ?start OPTIONAL { ?d dcterms:license ?licence }
        FILTER(CONTAINS(STR(?d), "/report/")) }""",
    )
    told = {(d.rpartition("/")[2], start, bool(licence)) for d, _, start, licence in rows}
    assert ("海淀区_2024_计划报告", "2024", True) in told
    assert ("芸溪区_2025_计划报告", "2025", False) in told  # nobody wrote a source record


def test_the_whole_has_no_licence_that_a_part_has_not(catalog):
    whole = NamedNode(f"{BASE}dataset")
    assert not [t for t in catalog if t.subject == whole and t.predicate == term("dcterms:license")]


def test_options_stand_where_they_belong(catalog):
    (row,) = ask(
        catalog,
        """SELECT ?name ?mail ?version ?issued ?endpoint ?page {
        ?c a dcat:Catalog ; dcterms:publisher/foaf:name ?name ; foaf:homepage ?page ;
          dcat:service/dcat:endpointURL ?endpoint .
        ?d dcat:contactPoint/vcard:hasEmail ?mail ; dcat:version ?version ; dcterms:issued ?issued
        FILTER(?d = <https://data.example.cn/kg/dataset>) }""",
    )
    assert row == (
        *("某区发展和改革委员会", "mailto:data@example.cn", "2024.1", "2026-11-23"),
        *("https://data.example.cn/sparql", "https://www.example.cn/"),
    )


def test_what_is_unknown_is_left_out(bare):
    catalog = triples_of(bare.folder / "dcat.ttl")
    for name in ("dcterms:issued", "dcat:contactPoint", "dcat:service", "foaf:homepage"):
        assert not [t for t in catalog if t.predicate == term(name)], name
    assert not (bare.folder / "service.ttl").exists()
    names = ask(catalog, "SELECT ?n { ?c a dcat:Catalog ; dcterms:publisher/foaf:name ?n }")
    assert names == [("kg_builder",)]
