"""The reference: what is read of the ontology, its shapes, queries and published data."""

import random

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, parse

from kg_builder.errors import ConfigurationError
from kg_builder.graph.ontology import load_ontology
from kg_builder.graph.publication import load_published
from kg_builder.graph.query.catalogue import load_query
from kg_builder.graph.reference.fields import fields_of
from kg_builder.graph.reference.patterns import class_pattern
from kg_builder.graph.reference.reading import load_reference
from kg_builder.graph.reference.samples import choose_samples
from kg_builder.graph.reference.shapes import read_shapes
from kg_builder.graph.reference.uses import terms_used
from kg_builder.graph.vocabulary import DEFAULT_BASE, PREFIXES
from kg_builder.resources import Resources

KG = PREFIXES["kg"]
SHAPE = (
    f"@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix kg: <{KG}> .\n"
    "<https://x.example/S> a sh:NodeShape ; sh:targetClass kg:Canteen ; "
)


@pytest.fixture(scope="module")
def published():
    return load_published(Resources.find(), DEFAULT_BASE)


@pytest.fixture(scope="module")
def reference(published):
    data = [t for item in published for t in (*item.asserted, *item.evidence)]
    return load_reference(Resources.find(), data)


def test_every_term_of_the_ontology_is_there_once(reference):
    ontology = load_ontology(Resources.find().ontology)
    own = {
        triple.subject.value
        for triple in ontology.triples
        if triple.predicate.value.endswith("#isDefinedBy")
    }
    kinds = (reference.classes, reference.properties, reference.concepts)
    assert sorted(own) == sorted(iri for terms in kinds for iri in terms)
    modules = {m.iri for m in (*reference.modules, *reference.schemes)}
    assert {reference.term(iri).module for iri in own} == modules
    assert reference.root.version_iri.startswith(reference.root.iri)


def test_a_property_tells_what_the_ontology_says(reference):
    within = reference.properties[KG + "within"]
    assert within.kind == "object"
    assert [name.rpartition("#")[2] for name in within.characteristics] == ["TransitiveProperty"]
    assert within.ranges == (KG + "AdministrativeArea",)
    assert KG + "Place" in within.used_on
    assert reference.properties[KG + "partOf"].inverses == (KG + "hasPart",)
    assert reference.properties[KG + "hasPart"].inverses == (KG + "partOf",)
    assert reference.properties[KG + "inStreet"].chains == ((KG + "hasStatement", KG + "street"),)
    assert KG + "School" in reference.classes[KG + "Canteen"].disjoint
    assert reference.ancestors(KG + "PublicBody")[:2] == (KG + "Institution", KG + "Organization")


def test_fields_join_ontology_and_shapes(reference):
    fields = {field.property: field for field in fields_of(reference, KG + "CanteenListing")}
    about = fields[KG + "about"]
    # the shape narrows what the ontology says of every statement
    assert (about.targets, about.least, about.most) == ((KG + "Canteen",), 1, 1)
    # and does not widen it
    assert fields[KG + "street"].targets == tuple(
        KG + name for name in ("Street", "Town", "Organization")
    )
    assert fields[KG + "street"].least == 0  # a warning is no demand
    observation = {field.property: field for field in fields_of(reference, KG + "Observation")}
    assert observation[KG + "unit"].schemes == ("https://w3id.org/kg-builder/unit",)


@pytest.mark.parametrize(
    "body",
    [
        "sh:minCounts 1 .",
        "sh:or ( [ sh:class kg:A ; sh:nonsense 1 ] ) .",
        "sh:property [ sh:path kg:street ; sh:expression 1 ] .",
    ],
)
def test_a_constraint_without_words_is_refused_with_its_file(tmp_path, body):
    file = tmp_path / "bad.ttl"
    file.write_text(SHAPE + body, "utf-8")
    with pytest.raises(ConfigurationError) as error:
        read_shapes([file])
    assert error.value.file == str(file)
    assert "no words for sh:" in error.value.message.en


def test_a_shape_within_itself_is_refused(tmp_path):
    file = tmp_path / "circle.ttl"
    file.write_text(SHAPE + "sh:node <https://x.example/S> .", "utf-8")
    with pytest.raises(ConfigurationError, match="refers to itself"):
        read_shapes([file])


def test_samples_do_not_depend_on_the_order_of_the_data(reference, published):
    data = [t for item in published for t in (*item.asserted, *item.evidence)]
    random.Random(7).shuffle(data)
    again = choose_samples(data, reference.classes, DEFAULT_BASE)
    assert dict(again) == dict(reference.samples)
    for iri, sample in again.items():
        triples = list(parse(sample.turtle, format=RdfFormat.TURTLE))
        assert {t.subject.value for t in triples} == {sample.iri}
        assert iri in {t.object.value for t in triples}
        assert len(triples) <= 12
        words = [t.object.value for t in triples if isinstance(t.object, Literal)]
        assert all(len(word) <= 60 for word in words)


def test_every_pattern_runs_and_finds_what_the_sample_shows(reference, published):
    store = Store()
    store.extend(Quad(*t, DefaultGraph()) for item in published for t in item.asserted)
    evidence = NamedNode("https://x.example/evidence")
    store.extend(Quad(*t, evidence) for item in published for t in item.evidence)
    for iri in reference.classes:
        rows = list(store.query(class_pattern(reference, iri)))
        assert rows or iri not in reference.samples, class_pattern(reference, iri)


def test_uses_are_read_from_tokens_not_from_words(tmp_path):
    (tmp_path / "meals.rq").write_text(
        "#+ title: {zh: 一, en: a}\n#+ description: {zh: 一, en: a}\n#+ parameters:\n"
        "#+   where: {type: entity, class: Street, label: {zh: 一, en: a}}\n"
        f"PREFIX kg: <{KG}>\nPREFIX k2: <{KG}>\n"
        "SELECT * { VALUES ?where { UNDEF } ?c k2:inStreet ?where ; a kg:Canteen . # kg:School\n"
        '  FILTER (?c != "kg:Fund") }',
        "utf-8",
    )
    uses = terms_used(
        [load_query(tmp_path / "meals.rq", lambda: load_ontology(Resources.find().ontology))]
    )
    ours = {iri.removeprefix(KG) for iri in uses if iri.startswith(KG)} - {""}
    assert ours == {"Street", "inStreet", "Canteen"}
    assert uses[KG + "Canteen"] == ("meals",)
