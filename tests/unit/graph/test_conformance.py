"""Errors about shapes: which file, and which shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg_builder.errors import ConfigurationError, KgError, ValidationFailure
from kg_builder.graph.conformance import check
from kg_builder.graph.ontology import load_ontology
from kg_builder.resources import Resources

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix kg: <https://w3id.org/kg-builder/ont#> .
@prefix ex: <http://example.org/> .
"""
GOOD = "ex:Good sh:targetClass kg:Canteen ; sh:property [ sh:path kg:telephone ; sh:minCount 1 ] ."


def error_of(folder: Path, *bodies: str) -> tuple[KgError, list[Path]]:
    files = [folder / f"{number}.ttl" for number in range(len(bodies))]
    for file, body in zip(files, bodies, strict=True):
        file.write_text(HEAD + body, "utf-8")
    with pytest.raises(KgError) as caught:
        check(files, (), (), load_ontology(Resources.find().ontology))
    return caught.value, files


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("ex:S a sh:NodeShape ; sh:minCount 1 .", "<http://example.org/S>"),
        ("ex:S sh:property [ sh:path ex:p ; sh:minCount 'x' ] .", "in <http://example.org/S>"),
        ("ex:S sh:property [ sh:path ex:p ; sh:minCount 'x' ] .", "path <http://example.org/p>"),
        ("ex:S sh:or ( [ sh:property [ sh:minCount 1 ] ] ) .", "in <http://example.org/S>"),
        ("ex:S sh:not 'x' .", '"x"'),
        ("[] sh:targetClass kg:Canteen ; sh:minCount 1 .", "without a name"),
        (
            "ex:S sh:sparql [ sh:select 'SELECT $this { $this ex:p 1 } VALUES $this { ex:a }' ] .",
            "<http://example.org/S>",
        ),
    ],
)
@pytest.mark.parametrize("first", [False, True])
def test_an_ill_formed_shape_is_named_with_its_file(
    tmp_path: Path, body: str, named: str, first: bool
) -> None:
    error, files = error_of(tmp_path, *((body, GOOD) if first else (GOOD, body)))
    assert isinstance(error, ValidationFailure)
    assert error.file == str(files[0 if first else 1])
    for text in (str(error), error.render("en"), error.render("zh")):
        assert "shape _:" not in text
        assert "形状 _:" not in text
    assert named in error.render("en")


def test_an_unknown_target_is_named_with_its_file(tmp_path: Path) -> None:
    error, files = error_of(tmp_path, GOOD, "ex:S sh:targetClass kg:Nowhere ; sh:nodeKind sh:IRI .")
    assert isinstance(error, ConfigurationError)
    assert error.file == str(files[1])
    assert "Nowhere" in error.render("en")
