"""One fault, one result: what SHACL and the check of builds report as well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from pyoxigraph import Literal

from kg_builder.graph.conformance import check
from kg_builder.graph.ontology import Ontology, load_ontology
from kg_builder.graph.submission.reading import read_placed
from kg_builder.graph.vocabulary import PREFIXES, expand
from kg_builder.judging.lint import LintContext, lint, told_once
from kg_builder.judging.lint.repeats import words_of
from kg_builder.judging.raw import Mend, Raw
from kg_builder.model.validation import ValidationResult
from kg_builder.resources import Resources

HEAD = """@prefix kg: <https://w3id.org/kg-builder/ont#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <https://example.org/kg/id/district/> .
"""


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return load_ontology(Resources.find().ontology)


def both(
    folder: Path, body: str, ontology: Ontology
) -> tuple[list[Raw], tuple[ValidationResult, ...]]:
    """Return what `lint` finds and what the check of builds does."""
    path = folder / "new.ttl"
    path.write_text(HEAD + body, "utf-8")
    submission = read_placed(path)
    files = Resources.find().files("shapes", "*.ttl")
    report = check(files, submission.triples, (), ontology)
    return list(lint(submission, LintContext(ontology))), report.results


def names(found: Sequence[Raw]) -> list[str]:
    """Return what components are called, in short."""
    iris = (raw.result.component for raw in found)
    return sorted(iri.rpartition("#")[2].removesuffix("ConstraintComponent") for iri in iris)


def test_a_circle_is_told_by_the_shape_with_its_way(tmp_path: Path, ontology: Ontology) -> None:
    body = ':甲 rdfs:label "甲区"@zh ; kg:within :乙 . :乙 rdfs:label "乙区"@zh ; kg:within :甲 .'
    found, of_shapes = both(tmp_path, body, ontology)
    assert "Circle" in names(found)
    once = told_once((*found, *of_shapes))
    assert not any(isinstance(item, Raw) and "Circle" in names([item]) for item in once.findings)
    assert set(of_shapes) <= set(once.findings)
    known = {result.focus_node: words_of(raw).zh for result, (raw,) in once.known.items()}
    assert len(known) == 2
    assert all("甲区 → 乙区 → 甲区" in words for words in known.values())


def test_an_ill_formed_literal_is_told_by_the_shape_with_the_mend(
    tmp_path: Path, ontology: Ontology
) -> None:
    body = '<https://example.org/kg/id/period/x> a kg:Period ; kg:startYear "2024年"^^xsd:gYear .'
    found, of_shapes = both(tmp_path, body, ontology)
    once = told_once((*found, *of_shapes))
    assert once.findings == of_shapes
    ((result, (raw,)),) = once.known.items()
    assert result.component == PREFIXES["sh"] + "DatatypeConstraintComponent"
    (mend,) = raw.fixes
    assert isinstance(mend, Mend)
    assert mend.replacements[0].new == Literal("2024", datatype=expand("xsd:gYear"))


def test_disjoint_types_are_told_by_the_shape_that_says_so(
    tmp_path: Path, ontology: Ontology
) -> None:
    body = ':甲 a kg:District , kg:Street ; rdfs:label "甲区"@zh .'
    found, of_shapes = both(tmp_path, body, ontology)
    assert names(found) == ["DisjointTypes"]
    once = told_once((*found, *of_shapes))
    assert once.findings == of_shapes
    assert {result.component for result in once.known} == {
        PREFIXES["sh"] + "NotConstraintComponent"
    }


def test_what_shapes_do_not_say_stays(tmp_path: Path, ontology: Ontology) -> None:
    body = ':甲 a kg:District ; <https://schema.org/x> "1e3"^^xsd:decimal .'
    found, of_shapes = both(tmp_path, body, ontology)
    once = told_once((*found, *of_shapes))
    assert once.findings == (*found, *of_shapes)
    assert not once.known
    assert names(found) == ["LexicalForm", "UnusedTerm"]


def test_an_unknown_term_is_told_once_with_what_was_meant(
    tmp_path: Path, ontology: Ontology
) -> None:
    found, of_build = both(tmp_path, ":甲 a kg:Distric ; kg:witin kg:Distric .", ontology)
    assert len(found) == len(of_build) == 3
    assert told_once((*of_build, *found)).findings == tuple(found)
