"""Evidence against the evidence graph itself."""

import pytest
from pyoxigraph import NamedNode, Triple

from kg_builder.asking.evidence import Witnesses, read_report
from kg_builder.asking.show import card_of
from kg_builder.asking.terms import candidates, prefixed, resolve
from kg_builder.errors import InputError
from kg_builder.graph.opening import open_graph
from kg_builder.graph.vocabulary import RDF_TYPE, RDFS_LABEL, expand
from kg_builder.pipeline import BuildOptions, ReportInput, build
from kg_builder.resources import Resources


@pytest.fixture(scope="module")
def report():
    return Resources.find().examples / "yunxi-2025.txt"


@pytest.fixture(scope="module")
def graph(tmp_path_factory, report):
    out = tmp_path_factory.mktemp("evidence") / "out"
    build([ReportInput.load(report)], BuildOptions(out=out))
    with open_graph(out) as opened:
        yield opened


def asserted(graph):
    prefix = f"{graph.base}graph/report/"
    for name in graph.store.named_graphs():
        if name.value.startswith(prefix):
            for quad in graph.store.quads_for_pattern(None, None, None, name):
                yield quad.triple


def test_every_asserted_triple_has_testimonies_that_quote_the_text(graph, report):
    text = report.read_text("utf-8")
    lines = text.split("\n")
    witnesses = Witnesses(graph)
    count = 0
    for triple in asserted(graph):
        found = witnesses.of(triple)
        assert found, triple
        for item in found:
            passage = item.passage
            assert passage.quote == text[passage.span.start : passage.span.end]
            assert lines[item.line - 1][item.column - 1 :].startswith(item.quote.split("\n")[0])
            assert item.rules
            assert item.readings
            assert item.report.startswith(f"{graph.base}id/report/")
        count += 1
    assert count > 3000


def test_what_no_report_says_has_none(graph):
    street = resolve(graph, "柳浦街道")
    assert Witnesses(graph).of(Triple(street, RDF_TYPE, expand("Street")))
    assert Witnesses(graph).of(Triple(street, RDF_TYPE, expand("Entity"))) == ()
    assert Witnesses(graph).of(Triple(expand("Street"), RDF_TYPE, expand("owl:Class"))) == ()
    assert Witnesses(graph).of(Triple(street, RDFS_LABEL, street)) == ()


def test_another_text_is_not_quoted(graph, tmp_path, report):
    shifted = tmp_path / "shifted.txt"
    shifted.write_text("x" + report.read_text("utf-8"), "utf-8")
    witnesses = Witnesses(graph, read_report(shifted))
    street = resolve(graph, "柳浦街道")
    found = witnesses.of(Triple(street, RDF_TYPE, expand("Street")))
    assert {item.quote for item in found} == {"柳浦街道"}  # of the folder's own copy
    with pytest.raises(InputError):
        read_report(tmp_path / "missing.txt")


def test_names_are_read_as_people_write_them(graph):
    street = resolve(graph, "柳浦街道")
    short = prefixed(graph, street)
    assert short == "street:芸溪区_柳浦街道"
    for text in (short, f"<{street.value}>", street.value, " 柳浦街道 "):
        assert resolve(graph, text) == street
    assert resolve(graph, "Canteen") == resolve(graph, "助餐点") == expand("Canteen")
    assert resolve(graph, "kg:inStreet") == expand("inStreet")
    assert candidates(graph, "指标") == (expand("Indicator"), expand("indicator"))
    assert resolve(graph, "柳浦街道", expand("Street")) == street
    assert candidates(graph, "柳浦街道", expand("Canteen")) == ()
    assert candidates(graph, '"; DROP') == ()
    assert resolve(graph, "https://example.org/unknown") == NamedNode("https://example.org/unknown")
    for text in ("<no iri>", "没有这个名字", "指标"):
        with pytest.raises(InputError):
            resolve(graph, text)


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    out = tmp_path_factory.mktemp("published") / "out"
    build([], BuildOptions(out=out))
    with open_graph(out) as opened:
        yield opened


def test_a_reviewer_who_decided_is_named(published):
    witnesses = Witnesses(published)
    rulings = {
        ruling
        for triple in asserted(published)
        for item in witnesses.of(triple)
        for ruling in item.decisions
    }
    assert len(rulings) > 100
    assert {ruling.action for ruling in rulings} >= {"add", "correct"}
    assert all(ruling.who and ruling.why and ruling.date for ruling in rulings)


def test_what_was_withdrawn_says_by_what_it_is_replaced(published):
    old = resolve(published, "platform:海淀区_清河站")
    card = card_of(published, old, "zh")
    assert card.withdrawn
    assert [prefixed(published, node) for node in card.replaced_by] == ["place:海淀区_清河站"]
    assert not card.is_empty
    new = card_of(published, card.replaced_by[0], "zh")
    assert not new.withdrawn


def test_general_words_for_what_is_said_anyway_are_left_out(published):
    card = card_of(published, resolve(published, "八里庄街道"), "zh")
    told = {said.predicate for said in card.facts}
    assert expand("within") in told
    assert expand("geo:sfWithin") not in told
    assert {said.inferred for said in card.facts} == {True, False}
    assert card.classes == (expand("Street"),)
    assert expand("Entity") in card.superclasses
    assert sum(item.count for item in card.incoming) > 2
