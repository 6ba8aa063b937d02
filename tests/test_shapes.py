"""The shapes: each has conforming and failing examples, whose files hold the exact results.

The examples lie in `tests/shapes/X/CLASS-CASE-{valid,invalid}.ttl`, one namespace a file; what they
refer to besides is in `tests/shapes/context.ttl`. An invalid file ends in the expected
`sh:ValidationReport`. Both engines check all examples of a folder in one run.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from kg_builder.graph.index import Term, TripleIndex
from kg_builder.graph.inference import compile_ontology, infer
from kg_builder.graph.ontology import Ontology, load_ontology
from kg_builder.graph.shacl import Shapes, compile_shapes
from kg_builder.graph.shacl.paths import read_path
from kg_builder.graph.shacl.reading import ShapesGraph
from kg_builder.graph.validation import run_pyshacl, validate
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand
from kg_builder.model.validation import ValidationReport
from kg_builder.resources import Resources

EXAMPLES = Path(__file__).parent / "shapes"
FILES = sorted(EXAMPLES.glob("*/*.ttl"))
NAMES = [path.relative_to(EXAMPLES).as_posix() for path in FILES]
RESOURCES = Resources.find()
MODULES = sorted(
    path.stem for path in RESOURCES.files("shapes", "*.ttl") if path.stem != "ontology"
)

SH, KG, SHAPES = PREFIXES["sh"], PREFIXES["kg"], "https://w3id.org/kg-builder/shapes/"
LABEL_LANGUAGES = {"zh", "en"}

_CONSTRAINTS = """
class datatype nodeKind minCount maxCount minExclusive minInclusive maxExclusive maxInclusive
minLength maxLength pattern languageIn uniqueLang equals disjoint lessThan lessThanOrEquals
not and or xone node qualifiedMinCount qualifiedMaxCount closed hasValue in sparql
"""
CONSTRAINTS = frozenset(_CONSTRAINTS.split())
"""The parameters that make a constraint component of their own (SHACL 4 and 5)."""

_OUTSIDE = """
dcterms:isFormatOf dcterms:license dcterms:title locn:fullAddress oa:TextPositionSelector oa:end
oa:hasSelector oa:hasSource oa:start prov:wasQuotedFrom rdf:object rdf:predicate rdf:subject
rdfs:label skos:altLabel skos:inScheme
"""
OUTSIDE = frozenset(map(expand, _OUTSIDE.split()))
"""Terms of other vocabularies that shapes may name."""

Key = tuple[str, str | None, str | None, str, str, str]
"""Focus node, path, value, severity, component, source shape."""


@dataclass(frozen=True)
class Example:
    data: tuple[Triple, ...]
    expected: tuple[Key, ...]


def sh(name: str) -> NamedNode:
    return NamedNode(SH + name)


def blank_prefix(path: Path) -> str:
    return re.sub(r"\W", "", f"{path.parent.name}X{path.stem}X")


def turtle(path: Path) -> list[Triple]:
    """Parse a file; its blank nodes are told apart from those of other files."""
    prefix = blank_prefix(path)

    def apart(term: Any) -> Any:
        return BlankNode(prefix + term.value) if isinstance(term, BlankNode) else term

    quads = parse(path=path, format=RdfFormat.TURTLE)
    return [Triple(apart(q.subject), q.predicate, apart(q.object)) for q in quads]


@cache
def ontology() -> Ontology:
    return load_ontology(RESOURCES.ontology)


@cache
def shapes_triples(module: str) -> tuple[Any, ...]:
    (path,) = RESOURCES.files("shapes", f"{module}.ttl")
    return tuple(turtle(path))


def all_shapes() -> list[Any]:
    return [triple for module in MODULES for triple in shapes_triples(module)]


@cache
def compiled() -> Shapes:
    return compile_shapes(all_shapes())


@cache
def background() -> tuple[Triple, ...]:
    return (*ontology().triples, *turtle(EXAMPLES / "context.ttl"))


@cache
def example(path: Path) -> Example:
    """Split a file into its data and the expected results."""
    graph = ShapesGraph(turtle(path))
    reports = graph.subjects(RDF_TYPE, sh("ValidationReport"))
    of_report = {triple for report in reports for triple in reachable(graph, report)}
    results = [result for report in reports for result in graph.objects(report, sh("result"))]
    data = (graph.index.triple(*ids) for ids in graph.index.ids())
    return Example(
        tuple(triple for triple in data if triple not in of_report),
        tuple(sorted((key(graph, result) for result in results), key=str)),
    )


def reachable(graph: ShapesGraph, report: Any) -> Iterable[Triple]:
    """Yield the triples of a report: those of its nodes in the sh: namespace, and of its paths."""
    open_ = [report]
    while open_:
        node = open_.pop()
        for predicate in predicates(graph):
            for value in graph.objects(node, predicate):
                yield Triple(node, predicate, value)
                if isinstance(value, BlankNode) and predicate not in {sh("focusNode"), sh("value")}:
                    open_.append(value)


def predicates(graph: ShapesGraph) -> list[Any]:
    return [graph.index.term(number) for number in graph.index.predicates()]


def key(graph: ShapesGraph, result: Term) -> Key:
    def one(name: str) -> Any:
        found = graph.objects(result, sh(name))
        assert len(found) < 2, f"{result} has several sh:{name}"
        return found[0] if found else None

    focus, path, value = one("focusNode"), one("resultPath"), one("value")
    severity, component = one("resultSeverity"), one("sourceConstraintComponent")
    return (
        str(focus),
        None if path is None else read_path(graph, result, path).text,
        None if value is None else str(value),
        severity.value.removeprefix(SH),
        component.value,
        str(one("sourceShape")),
    )


def keys(report: ValidationReport) -> list[Key]:
    found = [
        (r.focus_node, r.path, r.value, r.severity, r.component, r.source_shape)
        for r in report.results
    ]
    return sorted(found, key=str)


def folder_data(folder: Path) -> list[Triple]:
    files = [path for path in FILES if path.parent == folder]
    return [*background(), *(triple for path in files for triple in example(path).data)]


def own_engine(folder: Path) -> ValidationReport:
    return validate(TripleIndex(folder_data(folder)), compiled())


def pyshacl_engine(folder: Path) -> ValidationReport:
    return run_pyshacl(folder_data(folder), all_shapes())


ENGINES = {"own": own_engine, "pyshacl": pyshacl_engine}


@cache
def checked(folder: Path, engine: str) -> dict[Path | None, list[Key]]:
    """Return the results by file, from one run; those about no node of an example under None."""
    homes = {home(path): path for path in FILES if path.parent == folder}
    found: dict[Path | None, list[Key]] = defaultdict(list)
    for result in keys(ENGINES[engine](folder)):
        places = [path for start, path in homes.items() if result[0].startswith(start)]
        found[places[0] if places else None].append(result)
    return found


def home(path: Path) -> tuple[str, str]:
    """Return how the nodes of an example begin: IRIs, and blank nodes."""
    return (
        f"<https://example.org/shapes/{path.parent.name}/{path.stem}#",
        f"_:{blank_prefix(path)}",
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_example(path: Path, engine: str) -> None:
    assert checked(path.parent, engine)[path] == list(example(path).expected)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("module", MODULES)
def test_nothing_else_fails(module: str, engine: str) -> None:
    assert checked(EXAMPLES / module, engine)[None] == []


def test_valid_examples_conform_with_what_follows_from_them() -> None:
    rules = compile_ontology(ontology().triples)
    files = [path for path in FILES if path.stem.endswith("-valid")]
    data = TripleIndex([*background(), *(t for path in files for t in example(path).data)])
    assert infer(data, rules)
    assert keys(validate(data, compiled())) == []


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_the_name_of_an_example_tells_what_it_is(path: Path) -> None:
    assert bool(example(path).expected) == path.stem.endswith("-invalid")
    subjects = {str(triple.subject) for triple in example(path).data}
    assert all(subject.startswith(home(path)) for subject in subjects)
    cls = path.stem.partition("-")[0]
    assert path.parent.name in MODULES
    assert cls == "Unit" or module_of_class(cls) == path.parent.name


def module_of_class(name: str) -> str:
    """Return the module that defines a class, or, for a reused one, the one that shapes it."""
    if NamedNode(KG + name) in ontology().classes:
        return defined_in()[NamedNode(KG + name)]
    (module,) = {
        module
        for module in MODULES
        for triple in shapes_triples(module)
        if triple.predicate == sh("targetClass") and triple.object.value.endswith(f"#{name}")
    }
    return module


@cache
def defined_in() -> dict[Any, str]:
    is_defined_by = expand("rdfs:isDefinedBy")
    triples: list[Any] = list(ontology().triples)
    return {
        triple.subject: triple.object.value.rpartition("/")[2]
        for triple in triples
        if triple.predicate == is_defined_by
    }


def constraints() -> dict[tuple[str, str], int]:
    """Return how often a named shape has a constraint: (shape, component) -> count."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for triple in all_shapes():
        name = triple.predicate.value.removeprefix(SH)
        if name in CONSTRAINTS and isinstance(triple.subject, NamedNode):
            component = "SPARQL" if name == "sparql" else name[0].upper() + name[1:]
            found[str(triple.subject), f"{SH}{component}ConstraintComponent"] += 1
    return found


def test_every_constraint_has_a_failing_example() -> None:
    failed = {(result[5], result[4]) for path in FILES for result in example(path).expected}
    assert sorted(set(constraints()) - failed) == []


def test_every_shape_with_constraints_stands_alone() -> None:
    """A shape that repeats a component could not say which of the two failed."""
    assert [pair for pair, count in constraints().items() if count > 1] == []


@pytest.mark.parametrize("module", MODULES)
def test_every_shape_speaks(module: str) -> None:
    graph = ShapesGraph(shapes_triples(module))
    shapes = [
        shape
        for kind in ("NodeShape", "PropertyShape")
        for shape in graph.subjects(RDF_TYPE, sh(kind))
    ]
    assert shapes
    for shape in shapes:
        assert shape.value.startswith(f"{SHAPES}{module}#"), shape
        for name in ("name", "message"):
            words: list[Any] = graph.objects(shape, sh(name))
            assert sorted(word.language for word in words) == sorted(LABEL_LANGUAGES), shape
        for severity in graph.objects(shape, sh("severity")):
            assert severity != sh("Violation"), f"{shape}: that is the default"


def named_terms(module: str) -> set[NamedNode]:
    """Return every term that the shapes of a module name, in SPARQL too."""
    graph = ShapesGraph(shapes_triples(module))
    subjects = {t.subject for t in shapes_triples(module) if t.predicate.value.startswith(SH)}
    triples = [t for t in shapes_triples(module) if t.subject in subjects or is_list(t)]
    terms = {t.object for t in triples if isinstance(t.object, NamedNode)}
    for _, text in graph.pairs(sh("select")):
        terms |= {
            expand(name) for name in re.findall(r"(?<![\w?:<])[a-z]+:[A-Za-z][\w-]*", text.value)
        }
    return {
        term
        for term in terms
        if not term.value.startswith((SH, SHAPES, PREFIXES["xsd"]))
        and term not in {expand("rdf:langString"), expand("rdf:nil"), expand("owl:Ontology")}
    }


def is_list(triple: Triple) -> bool:
    return triple.predicate in {expand("rdf:first"), expand("rdf:rest")}


@pytest.mark.parametrize("module", MODULES)
def test_every_term_of_the_shapes_exists(module: str) -> None:
    known = ontology().classes | ontology().properties | ontology().concepts | OUTSIDE
    schemes = set(ShapesGraph(ontology().triples).subjects(RDF_TYPE, expand("skos:ConceptScheme")))
    assert sorted(map(str, named_terms(module) - known - schemes)) == []


@pytest.mark.parametrize("module", MODULES)
def test_a_module_shapes_its_own_terms(module: str) -> None:
    targets = {
        triple.object
        for triple in shapes_triples(module)
        if triple.predicate.value.startswith(SH + "target")
    }
    assert targets
    foreign = {term for term in targets - OUTSIDE if defined_in().get(term) != module}
    assert sorted(map(str, foreign)) == []


def test_nothing_is_left_of_the_outside_list() -> None:
    used = {term for module in MODULES for term in named_terms(module)}
    assert sorted(map(str, OUTSIDE - used)) == []


def test_messages_are_literals_of_words() -> None:
    for triple in all_shapes():
        if triple.predicate == sh("message"):
            assert isinstance(triple.object, Literal)
            assert "{" not in triple.object.value, "SHACL-SPARQL would fill it in"
            assert triple.object.value == triple.object.value.strip()
