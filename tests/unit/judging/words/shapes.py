"""Invented shapes and data, for the tests of words."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.shacl import Shapes, compile_shapes
from kg_builder.graph.submission.model import Submission
from kg_builder.graph.submission.reading import read_placed
from kg_builder.graph.validation import validate
from kg_builder.judging.words import Material, place_results
from kg_builder.model.verdict import PlacedResult
from kg_builder.resources import load_toml

HEAD = """@prefix : <https://example.org/invented/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""
ONTOLOGY = """
:Canteen rdfs:label "助餐点"@zh , "canteen"@en .
:Street rdfs:label "街道"@zh , "subdistrict"@en ; rdfs:subClassOf :Area .
:District rdfs:label "区县"@zh , "district"@en ; rdfs:subClassOf :Area .
:Area rdfs:label "地区"@zh , "area"@en .
:street rdfs:label "所在街道"@zh , "street"@en .
:seats rdfs:label "座位数"@zh , "number of seats"@en .
:tables rdfs:label "桌数"@zh , "number of tables"@en .
:opened rdfs:label "开业年份"@zh , "year of opening"@en .
:nick rdfs:label "俗称"@zh , "nickname"@en .
:within rdfs:label "位于"@zh , "within"@en .
:kind rdfs:label "类别"@zh , "kind"@en .
:even rdfs:label "须为偶数"@zh , "an even number"@en .
:big rdfs:label "大店"@zh , "big place"@en .
:small rdfs:label "小店"@zh , "small place"@en .
:hf a :District ; rdfs:label "松溪区"@zh .
:hp a :Street ; rdfs:label "湖畔街道"@zh ; :within :hf .
"""


def read(text: str, name: str, folder: Path) -> Submission:
    path = folder / name
    path.write_text(HEAD + text, "utf-8", newline="")
    return read_placed(path)


def compiled(text: str, folder: Path) -> Shapes:
    return compile_shapes(read(text, "shapes.ttl", folder).triples)


def judged(shapes: str, data: str, folder: Path) -> tuple[Submission, tuple[PlacedResult, ...]]:
    """Judge data by shapes, with the invented ontology at hand."""
    submission = read(data, "data.ttl", folder)
    ontology = read(ONTOLOGY, "ontology.ttl", folder).triples
    rules = compiled(shapes, folder)
    report = validate(TripleIndex([*ontology, *submission.triples]), rules)
    material = Material((submission,), rules, ontology=ontology)
    return submission, place_results(report.results, material)


CASES: Mapping[str, Mapping[str, str]] = load_toml(Path(__file__).with_name("components.toml"))
"""What is asked of :c, and what the file says of it, by case."""
EVEN = """
:even a sh:ConstraintComponent ; sh:parameter [ sh:path :factor ] ;
    sh:validator [ a sh:SPARQLAskValidator ;
        sh:message "不是 {$factor} 的倍数"@zh , "no multiple of {$factor}"@en ;
        sh:ask "ASK { FILTER (?value / ?factor = FLOOR(?value / ?factor)) }" ] .
"""


def of_case(name: str, folder: Path) -> tuple[Submission, tuple[PlacedResult, ...]]:
    asked, data = CASES[name]["asked"], CASES[name]["data"]
    shape = f":CanteenShape a sh:NodeShape ; sh:targetNode :c ; {asked} ."
    return judged(EVEN + shape, f':c rdfs:label "阳光餐桌"@zh ; a :Canteen .\n{data}\n', folder)
