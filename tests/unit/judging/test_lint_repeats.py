"""One fault, one result: what SHACL and the check of builds report as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.graph.conformance import check
from kg_builder.graph.ontology import Ontology, load_ontology
from kg_builder.graph.submission.reading import read_placed
from kg_builder.graph.vocabulary import PREFIXES, expand
from kg_builder.judging.lint import LintContext, lint, without_repeats
from kg_builder.judging.raw import Raw
from kg_builder.resources import Resources

HEAD = """@prefix kg: <https://w3id.org/kg-builder/ont#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <https://example.org/kg/id/district/> .
"""


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return load_ontology(Resources.find().ontology)


def both(folder: Path, body: str, ontology: Ontology) -> tuple[list[Raw], list[Raw]]:
    """Return what `lint` finds and what the check of builds does."""
    path = folder / "new.ttl"
    path.write_text(HEAD + body, "utf-8")
    submission = read_placed(path)
    files = Resources.find().files("shapes", "*.ttl")
    report = check(files, submission.triples, (), ontology)
    found = list(lint(submission, LintContext(ontology)))
    return found, list(raws(report.results, submission.triples))


def raws(results: object, triples: tuple[Triple, ...]) -> Iterator[Raw]:
    for result in results:  # type: ignore[attr-defined]
        of_value = [t for t in triples if str(t.object) == result.value]
        yield Raw(result, tuple(of_value[:1]))


def names(found: tuple[Raw, ...]) -> list[str]:
    return sorted(raw.result.component.replace("#", "/").rpartition("/")[2] for raw in found)


def test_a_circle_is_told_by_the_shape_with_its_way(tmp_path: Path, ontology: Ontology) -> None:
    body = ':甲 rdfs:label "甲区"@zh ; kg:within :乙 . :乙 rdfs:label "乙区"@zh ; kg:within :甲 .'
    found, of_shapes = both(tmp_path, body, ontology)
    told = without_repeats((*found, *of_shapes))
    assert not any("Circle" in name for name in names(told))
    remarks = [raw.remarks[0].zh for raw in told if "SPARQL" in raw.result.component]
    assert len(remarks) == 2
    assert all("甲区 → 乙区 → 甲区" in remark for remark in remarks)


def test_an_ill_formed_literal_is_told_by_the_shape_with_the_mend(
    tmp_path: Path, ontology: Ontology
) -> None:
    body = '<https://example.org/kg/id/period/x> a kg:Period ; kg:startYear "2024年"^^xsd:gYear .'
    found, of_shapes = both(tmp_path, body, ontology)
    told = without_repeats((*found, *of_shapes))
    (raw,) = [raw for raw in told if raw.remarks]
    assert raw.result.component == PREFIXES["sh"] + "DatatypeConstraintComponent"
    new = {each.new for fix in raw.fixes for each in fix.replacements}  # type: ignore[union-attr]
    assert new == {Literal("2024", datatype=expand("xsd:gYear"))}


def test_what_shapes_do_not_say_stays(tmp_path: Path, ontology: Ontology) -> None:
    body = ':甲 <https://schema.org/x> "1e3"^^xsd:decimal .'
    found, of_shapes = both(tmp_path, body, ontology)
    assert without_repeats((*found, *of_shapes)) == tuple(found)
    assert names(tuple(found)) == [
        "LexicalFormConstraintComponent",
        "UnusedTermConstraintComponent",
    ]


def test_an_unknown_term_is_told_once_with_what_was_meant(
    tmp_path: Path, ontology: Ontology
) -> None:
    found, of_build = both(tmp_path, ":甲 a kg:Distric ; kg:witin kg:Distric .", ontology)
    assert names(tuple(of_build)) == ["UnknownTermConstraintComponent"] * 3
    assert without_repeats((*of_build, *found)) == tuple(found)
    (first, *_) = found
    assert first.triples[0].object == NamedNode(PREFIXES["kg"] + "Distric")
    assert len(found) == 3
