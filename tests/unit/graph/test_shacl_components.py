"""One small case for each constraint component: the expected results, the same from pySHACL."""

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode
from shacl_support import EX, SH, both, counted, ours, triples

from kg_builder.errors import ValidationFailure
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.shacl import compile_shapes, report_triples, validate
from kg_builder.graph.validation import run_pyshacl

TARGET = "ex:S sh:targetNode ex:a ; "
PATH = "a sh:PropertyShape ; sh:path ex:p ; "

# name: shape (after the target), data, {(component, value): number of results}
CASES = {
    "class": (
        PATH + "sh:class ex:C .",
        "ex:a ex:p ex:b, ex:c, ex:d, 1 . ex:b a ex:C . ex:c a ex:D . ex:D rdfs:subClassOf ex:C .",
        {("Class", "ex:d"): 1, ("Class", "1"): 1},
    ),
    "class twice": (
        PATH + "sh:class ex:C, ex:D .",
        "ex:a ex:p ex:b . ex:b a ex:C .",
        {("Class", "ex:b"): 1},
    ),
    "datatype": (
        PATH + "sh:datatype xsd:integer .",
        'ex:a ex:p 1, "x"^^xsd:integer, "1", ex:b .',
        {("Datatype", '"x"^^xsd:integer'): 1, ("Datatype", '"1"'): 1, ("Datatype", "ex:b"): 1},
    ),
    "datatype date": (
        PATH + "sh:datatype xsd:date .",
        'ex:a ex:p "2024-02-29"^^xsd:date, "2023-02-29"^^xsd:date .',
        {("Datatype", '"2023-02-29"^^xsd:date'): 1},
    ),
    "datatype byte": (
        PATH + "sh:datatype xsd:byte .",
        'ex:a ex:p "-128"^^xsd:byte, "300"^^xsd:byte .',
        {("Datatype", '"300"^^xsd:byte'): 1},
    ),
    "datatype langString": (
        PATH + "sh:datatype rdf:langString .",
        'ex:a ex:p "x"@zh, "x" .',
        {("Datatype", '"x"'): 1},
    ),
    "nodeKind": (
        PATH + "sh:nodeKind sh:IRIOrLiteral .",
        'ex:a ex:p ex:b, "x", _:b .',
        {("NodeKind", "_:b"): 1},
    ),
    "minCount": (PATH + "sh:minCount 2 .", "ex:a ex:p ex:b .", {("MinCount", None): 1}),
    "maxCount": (PATH + "sh:maxCount 0 .", "ex:a ex:p ex:b .", {("MaxCount", None): 1}),
    "minInclusive": (
        PATH + "sh:minInclusive 2 .",
        'ex:a ex:p 1, 2, 2.5, "x" .',
        {("MinInclusive", "1"): 1, ("MinInclusive", '"x"'): 1},
    ),
    "minExclusive": (
        PATH + "sh:minExclusive 2 .",
        "ex:a ex:p 2, 2.5, ex:b .",
        {("MinExclusive", "2"): 1, ("MinExclusive", "ex:b"): 1},
    ),
    "maxInclusive dates": (
        PATH + 'sh:maxInclusive "2024-06-01"^^xsd:date .',
        'ex:a ex:p "2024-06-01"^^xsd:date, "2024-06-02"^^xsd:date .',
        {("MaxInclusive", '"2024-06-02"^^xsd:date'): 1},
    ),
    "maxExclusive": (PATH + "sh:maxExclusive 2 .", "ex:a ex:p 2, 1 .", {("MaxExclusive", "2"): 1}),
    "minLength": (
        PATH + "sh:minLength 3 .",
        'ex:a ex:p "ab", "abc", "幸福食堂"@zh, 12, _:b .',
        {("MinLength", '"ab"'): 1, ("MinLength", "12"): 1, ("MinLength", "_:b"): 1},
    ),
    "maxLength": (
        PATH + "sh:maxLength 2 .",
        'ex:a ex:p "ab", "abc", ex:b .',
        {("MaxLength", '"abc"'): 1, ("MaxLength", "ex:b"): 1},
    ),
    "pattern": (
        PATH + 'sh:pattern "^[0-9]{3,4}-?" ; sh:flags "i" .',
        'ex:a ex:p "010-1", "x010", _:b .',
        {("Pattern", '"x010"'): 1, ("Pattern", "_:b"): 1},
    ),
    "languageIn": (
        PATH + 'sh:languageIn ( "zh" "EN" ) .',
        'ex:a ex:p "a"@zh, "a"@zh-Hans, "a"@en, "a"@fr, "a" .',
        {("LanguageIn", '"a"@fr'): 1, ("LanguageIn", '"a"'): 1},
    ),
    "uniqueLang": (
        PATH + "sh:uniqueLang true .",
        'ex:a ex:p "a"@zh, "b"@ZH, "c"@en, "d"@en, "e" .',
        {("UniqueLang", None): 2},
    ),
    "equals": (
        PATH + "sh:equals ex:q .",
        "ex:a ex:p 1, 2 ; ex:q 2, 3 .",
        {("Equals", "1"): 1, ("Equals", "3"): 1},
    ),
    "equals on a node": (
        "sh:equals ex:q .",
        "ex:a ex:q ex:a, ex:b .",
        {("Equals", "ex:b"): 1},
    ),
    "disjoint": (PATH + "sh:disjoint ex:q .", "ex:a ex:p 1, 2 ; ex:q 2 .", {("Disjoint", "2"): 1}),
    "lessThan": (
        PATH + "sh:lessThan ex:q .",
        "ex:a ex:p 1, 4 ; ex:q 3, 4 .",
        {("LessThan", "4"): 2},
    ),
    "lessThanOrEquals": (
        PATH + "sh:lessThanOrEquals ex:q .",
        "ex:a ex:p 1, 4 ; ex:q 3, 4 .",
        {("LessThanOrEquals", "4"): 1},
    ),
    "not": (
        PATH + "sh:not [ sh:class ex:C ] .",
        "ex:a ex:p ex:b, ex:c . ex:b a ex:C .",
        {("Not", "ex:b"): 1},
    ),
    "and": (
        PATH + "sh:and ( [ sh:class ex:C ] [ sh:class ex:D ] ) .",
        "ex:a ex:p ex:b, ex:c . ex:b a ex:C, ex:D . ex:c a ex:C .",
        {("And", "ex:c"): 1},
    ),
    "or": (
        PATH + "sh:or ( [ sh:class ex:C ] [ sh:path ex:q ; sh:minCount 1 ] ) .",
        "ex:a ex:p ex:b, ex:c, ex:d . ex:b a ex:C . ex:c ex:q 1 .",
        {("Or", "ex:d"): 1},
    ),
    "xone": (
        PATH + "sh:xone ( [ sh:class ex:C ] [ sh:class ex:D ] ) .",
        "ex:a ex:p ex:b, ex:c, ex:d . ex:b a ex:C . ex:c a ex:C, ex:D .",
        {("Xone", "ex:c"): 1, ("Xone", "ex:d"): 1},
    ),
    "xone of a shape with itself": (
        "sh:xone ( ex:T ex:T ) . ex:T a sh:NodeShape .",
        "ex:a ex:p 1 .",
        {("Xone", "ex:a"): 1},
    ),
    "node": (
        PATH + "sh:node ex:T . ex:T sh:property [ sh:path ex:q ; sh:minCount 1 ] .",
        "ex:a ex:p ex:b, ex:c . ex:c ex:q 1 .",
        {("Node", "ex:b"): 1},
    ),
    "property": (
        "sh:property [ sh:path ex:p ; sh:property [ sh:path ex:q ; sh:minCount 1 ] ] .",
        "ex:a ex:p ex:b, ex:c . ex:c ex:q 1 .",
        {("MinCount", None): 1},
    ),
    "property for each way to it": (
        "sh:targetNode ex:z ; sh:property [ sh:path ex:p ; sh:property ex:Q ] ."
        "ex:Q sh:path ex:q ; sh:minCount 1 .",
        "ex:a ex:p ex:b . ex:z ex:p ex:b .",
        {("MinCount", None): 2},
    ),
    "qualifiedMinCount": (
        PATH + "sh:qualifiedValueShape [ sh:class ex:C ] ; sh:qualifiedMinCount 2 .",
        "ex:a ex:p ex:b, ex:c . ex:b a ex:C .",
        {("QualifiedMinCount", None): 1},
    ),
    "qualifiedMaxCount": (
        PATH + "sh:qualifiedValueShape [ sh:class ex:C ] ; sh:qualifiedMaxCount 0 .",
        "ex:a ex:p ex:b, ex:c . ex:b a ex:C .",
        {("QualifiedMaxCount", None): 1},
    ),
    "qualified, disjoint": (
        """sh:property
        [ sh:path ex:p ; sh:qualifiedValueShape [ sh:class ex:C ] ; sh:qualifiedMinCount 1 ;
          sh:qualifiedValueShapesDisjoint true ] ,
        [ sh:path ex:p ; sh:qualifiedValueShape [ sh:class ex:D ] ; sh:qualifiedMinCount 1 ;
          sh:qualifiedValueShapesDisjoint true ] .""",
        "ex:a ex:p ex:b, ex:c . ex:b a ex:C, ex:D . ex:c a ex:D .",
        {("QualifiedMinCount", None): 1},
    ),
    "closed": (
        "sh:closed true ; sh:ignoredProperties ( rdf:type ) ; sh:property [ sh:path ex:p ] .",
        "ex:a a ex:C ; ex:p 1 ; ex:q 2, 3 .",
        {("Closed", "2"): 1, ("Closed", "3"): 1},
    ),
    "hasValue": (PATH + "sh:hasValue 1 .", 'ex:a ex:p "1" .', {("HasValue", None): 1}),
    "in": (PATH + 'sh:in ( ex:b "x" ) .', 'ex:a ex:p ex:b, "x", "y" .', {("In", '"y"'): 1}),
    "in nothing": (PATH + "sh:in () .", "ex:a ex:p ex:b .", {("In", "ex:b"): 1}),
    "sparql": (
        """sh:sparql [ sh:prefixes ex:o ; sh:message "{?value} at {$this}" ; sh:select
        "SELECT $this ?value WHERE { $this ex:p ?value . FILTER (?value > 1) }" ] .
        ex:o sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .""",
        "ex:a ex:p 1, 2 .",
        {("SPARQL", "2"): 1},
    ),
    "sparql with a path": (
        """sh:path [ sh:inversePath ex:p ] ; sh:sparql [ sh:select
        "SELECT $this ?value WHERE { $this $PATH ?value }" ] .""",
        "ex:b ex:p ex:a . ex:a ex:p ex:c .",
        {("SPARQL", "ex:b"): 1},
    ),
    "deactivated": ("sh:deactivated true ; sh:class ex:C .", "ex:a ex:p 1 .", {}),
    "severity and message": (
        PATH + 'sh:severity sh:Info ; sh:message "缺值"@zh, "none"@en ; sh:minCount 1 .',
        "ex:b ex:p 1 .",
        {("MinCount", None): 1},
    ),
    "severity of its own": (
        PATH + "sh:severity ex:Grave ; sh:minCount 1 .",
        "ex:b ex:p 1 .",
        {("MinCount", None): 1},
    ),
}


def value_term(text):
    if text is None or text.startswith("_:"):
        return text
    return str(triples(f"ex:s ex:p {text} .")[0].object)


@pytest.mark.parametrize("name", CASES)
def test_component(name):
    shape, data, expected = CASES[name]
    data, shape = triples(data), triples(TARGET + shape)
    blanks = {str(t.object) for t in data if isinstance(t.object, BlankNode)}
    mine, theirs = both(data, shape)
    found = {}
    for (_, _, value, component, *_), number in mine.items():
        value = "_:b" if value in blanks else value
        short = component.removeprefix(SH).removesuffix("ConstraintComponent")
        found[short, value] = found.get((short, value), 0) + number
    assert found == {(c, value_term(v)): n for (c, v), n in expected.items()}
    assert mine == theirs


TARGETS = {
    "targetClass ex:C": {"a", "b"},
    "targetNode ex:c": {"c"},
    "targetNode ex:nowhere": {"nowhere"},
    "targetSubjectsOf ex:p": {"a"},
    "targetObjectsOf ex:p": {"c"},
}


@pytest.mark.parametrize("target", TARGETS)
def test_target(target):
    data = triples("ex:a a ex:C ; ex:p ex:c . ex:b a ex:D . ex:D rdfs:subClassOf ex:C .")
    shapes = triples(f"ex:S sh:{target} ; sh:nodeKind sh:Literal .")
    mine, theirs = both(data, shapes)
    assert {focus for focus, *_ in mine} == {f"<{EX}{name}>" for name in TARGETS[target]}
    assert mine == theirs


@pytest.mark.parametrize("meta", ["rdfs:Class", "owl:Class"])
def test_implicit_class_target(meta):
    data = triples("ex:a a ex:C . ex:b a ex:D . ex:D rdfs:subClassOf ex:C . ex:c a ex:E .")
    mine, theirs = both(data, triples(f"ex:C a sh:NodeShape, {meta} ; sh:nodeKind sh:Literal ."))
    assert len(mine) == 2
    assert mine == theirs


PATHS = {
    "ex:p": "b",
    "[ sh:inversePath ex:p ]": "z",
    "( ex:p ex:q )": "c",
    "( [ sh:inversePath ex:p ] ex:q )": "",
    "[ sh:alternativePath ( ex:p ex:r ) ]": "b d",
    "[ sh:zeroOrMorePath ex:p ]": "a b",
    "[ sh:oneOrMorePath [ sh:alternativePath ( ex:p ex:q ex:r ) ] ]": "b c d",
    "[ sh:zeroOrOnePath ex:r ]": "a d",
    "( [ sh:zeroOrMorePath ex:p ] ex:q )": "c",
    "[ sh:zeroOrMorePath ( ex:r ex:s ) ]": "a e",
    "[ sh:inversePath [ sh:inversePath ex:p ] ]": "b",
    "[ sh:inversePath [ sh:alternativePath ( ex:p ex:t ) ] ]": "y z",
}


@pytest.mark.parametrize("path", PATHS)
def test_path(path):
    data = triples(
        "ex:a ex:p ex:b ; ex:r ex:d . ex:b ex:q ex:c . ex:z ex:p ex:a . ex:y ex:t ex:a ."
        "ex:d ex:s ex:e ."
    )
    shapes = triples(f"ex:S sh:targetNode ex:a ; sh:path {path} ; sh:in () .")
    mine, theirs = both(data, shapes)
    assert {value for _, _, value, *_ in mine} == {f"<{EX}{n}>" for n in PATHS[path].split()}
    assert mine == theirs


ILL_FORMED = {
    "two paths": "ex:S a sh:PropertyShape ; sh:path ex:p, ex:q .",
    "no path": "ex:S a sh:PropertyShape ; sh:minCount 1 .",
    "path of a node shape": "ex:S a sh:NodeShape ; sh:path ex:p .",
    "property without a path": "ex:S sh:property [ sh:minCount 1 ] .",
    "node names a property shape": "ex:S sh:node [ sh:path ex:p ] .",
    "minCount of a node shape": "ex:S a sh:NodeShape ; sh:minCount 1 .",
    "minCount is no number": 'ex:S sh:path ex:p ; sh:minCount "1" .',
    "negative minCount": "ex:S sh:path ex:p ; sh:minCount -1 .",
    "two maxCounts": "ex:S sh:path ex:p ; sh:maxCount 1, 2 .",
    "list of one path": "ex:S sh:path ( ex:p ) ; sh:minCount 1 .",
    "path of nothing": "ex:S sh:path [ rdfs:label 1 ] ; sh:minCount 1 .",
    "literal path": "ex:S sh:path 'x' ; sh:minCount 1 .",
    "unknown node kind": "ex:S sh:path ex:p ; sh:nodeKind ex:Iri .",
    "broken list": "ex:S sh:path ex:p ; sh:in [ rdf:first ex:a ] .",
    "empty or": "ex:S sh:or () .",
    "literal shape": "ex:S sh:not 'x' .",
    "bad pattern": "ex:S sh:pattern '(' .",
    "lessThan a literal": "ex:S sh:path ex:p ; sh:lessThan 1 .",
    "two deactivated": "ex:S a sh:NodeShape ; sh:deactivated true, false .",
}


@pytest.mark.parametrize("name", ILL_FORMED)
def test_ill_formed_shapes_are_refused(name):
    with pytest.raises(ValidationFailure) as caught:
        compile_shapes(triples(ILL_FORMED[name]))
    assert caught.value.message.zh
    assert caught.value.message.en


def test_targets_can_be_told():
    shapes = compile_shapes(
        triples(
            "ex:S a sh:NodeShape ; sh:targetClass ex:C ; sh:property ex:P ."
            "ex:P sh:path ex:p ; sh:minCount 1 ; sh:targetSubjectsOf ex:q ."
            "ex:D a sh:NodeShape, rdfs:Class . ex:Off sh:targetClass ex:E ; sh:deactivated true ."
        )
    )
    assert shapes.target_classes() == (NamedNode(EX + "C"), NamedNode(EX + "D"))
    assert shapes.target_predicates() == (NamedNode(EX + "q"),)
    assert len(shapes.shapes) == 4
    assert compile_shapes([]).target_classes() == ()


def test_focus_nodes_are_those_targeted():
    data = TripleIndex(triples("ex:a a ex:C . ex:b a ex:C . ex:c a ex:D ; ex:p ex:a ."))
    shapes = compile_shapes(
        triples("ex:S sh:targetClass ex:C ; sh:targetObjectsOf ex:p ; sh:nodeKind sh:Literal .")
    )
    whole = validate(data, shapes)
    for name, number in (("a", 1), ("b", 1), ("c", 0), ("nowhere", 0)):
        part = validate(data, shapes, [NamedNode(EX + name)])
        assert len(part.results) == number
        assert set(part.results) <= set(whole.results)


def test_report_is_standard_rdf():
    report = ours(
        triples("ex:a ex:p ex:b . ex:b ex:q 'x'@zh ."),
        triples(
            "ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:node ex:T ;"
            "sh:message '不合'@zh ; sh:severity sh:Warning ] . "
            "ex:T sh:property [ sh:path ( ex:q [ sh:zeroOrMorePath ex:r ] ) ; sh:maxCount 0 ] ."
        ),
        details=True,
    )
    graph = report_triples(report)
    assert report_triples(report) == graph
    found = {(t.predicate.value.removeprefix(SH), str(t.object)) for t in graph}
    assert ("conforms", '"false"^^<http://www.w3.org/2001/XMLSchema#boolean>') in found
    assert ("resultSeverity", f"<{SH}Warning>") in found
    assert ("resultMessage", '"不合"@zh') in found
    assert ("focusNode", f"<{EX}a>") in found
    assert ("value", f"<{EX}b>") in found
    assert ("sourceConstraintComponent", f"<{SH}NodeConstraintComponent>") in found
    details = [t.object for t in graph if t.predicate.value == SH + "detail"]
    inner = {t.predicate.value.removeprefix(SH): t.object for t in graph if t.subject == details[0]}
    assert inner["sourceConstraintComponent"] == NamedNode(SH + "MaxCountConstraintComponent")
    assert any(t.predicate.value == SH + "zeroOrMorePath" for t in graph)
    assert report_triples(ours([], []))[1].object == Literal(True)


def test_details_equal_those_of_pyshacl():
    data = triples("ex:a ex:p ex:b . ex:b ex:q 1, 2 ; ex:r 'x' .")
    shapes = triples(
        "ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:node ex:T ] ."
        "ex:T sh:property [ sh:path ex:q ; sh:maxCount 1 ] ,"
        "[ sh:path ex:r ; sh:datatype xsd:date ] ."
    )

    def inner(report):
        return sorted((d.path, d.component, d.value or "") for d in report.results[0].details)

    assert inner(ours(data, shapes, details=True)) == inner(run_pyshacl(data, shapes))
    assert counted(ours(data, shapes)) == counted(run_pyshacl(data, shapes))
