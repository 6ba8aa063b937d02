"""Whether a graph conforms: the asserted triples first, then the whole with what was inferred.

The order matters: with `rdfs:range`, a wrongly typed object fails `sh:class` before inference and
conforms after it. Two things that SHACL lets pass in silence are looked for besides: a target (a
class, or the property of its subjects or objects) and a term of the data, both of our namespace,
that the ontology does not have.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pyoxigraph import NamedNode, Triple

from kg_builder.errors import ConfigurationError
from kg_builder.graph.dataset import read_turtle, with_canonical_blank_nodes
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.ontology import Ontology
from kg_builder.graph.shacl import Shapes, compile_shapes
from kg_builder.graph.shacl.reading import IllFormedShape
from kg_builder.graph.shacl.report import sort_key
from kg_builder.graph.unknown_terms import KnownTerms, unknown_term_result, unknown_terms
from kg_builder.graph.validation import validate, validate_with_pyshacl
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.model.validation import ValidationReport

ShaclEngine = Literal["own", "pyshacl"]

_Files = Mapping[Path, Sequence[Triple]]
"""The triples of each file of shapes."""

ABOUT_THE_ONTOLOGY = "ontology.ttl"
"""These shapes speak of the ontology, which no report changes: the test run checks it."""


def check(
    shape_files: Sequence[Path],
    asserted: Sequence[Triple],
    inferred: Sequence[Triple],
    ontology: Ontology,
    engine: ShaclEngine = "own",
) -> ValidationReport:
    """Validate the asserted triples, then all; return the results of both, each once.

    Raises ConfigurationError for shapes that check nothing, ValidationFailure for ill-formed shapes
    (with the file) and where the data could not be checked.
    """
    shapes = load_shapes(shape_files, ontology)
    data = TripleIndex(ontology.triples)
    for triple in asserted:
        data.add(triple)
    first = _run(data, shapes, engine)
    for triple in inferred:
        data.add(triple)
    second = _run(data, shapes, engine)
    unknown = map(unknown_term_result, unknown_terms(asserted, KnownTerms(ontology)))
    results = {*unknown, *first.results, *second.results}
    found = tuple(sorted(results, key=sort_key))
    return ValidationReport(not results, found, checksum_of_shapes(shape_files))


def checksum_of_shapes(shape_files: Iterable[Path]) -> str:
    """Return what tells from other shapes those that `check` reads, wherever their files lie."""
    files = (path for path in shape_files if path.name != ABOUT_THE_ONTOLOGY)
    sums = sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)
    return hashlib.sha256("\n".join(sums).encode()).hexdigest()


def load_shapes(shape_files: Sequence[Path], ontology: Ontology) -> Shapes:
    """Return the compiled shapes of files, those about the ontology left out.

    Raises ConfigurationError for shapes that check nothing, ValidationFailure for ill-formed ones
    (with the file).
    """
    files = [path for path in shape_files if path.name != ABOUT_THE_ONTOLOGY]
    return _compile({path: read_turtle(path) for path in files}, ontology)


def _compile(files: _Files, ontology: Ontology) -> Shapes:
    triples = (triple for found in files.values() for triple in found)
    try:
        shapes = compile_shapes(with_canonical_blank_nodes(triples))
    except IllFormedShape as error:
        error.file = _file_of(error.name, files) if error.name else _file_at_fault(files)
        raise
    _check_targets(shapes, ontology, files)
    return shapes


def _file_of(term: NamedNode, files: _Files) -> str | None:
    """Return the first file that describes a term, else the first that points at it."""
    for part in ("subject", "object"):
        for path, triples in files.items():
            if any(getattr(triple, part) == term for triple in triples):
                return str(path)
    return None


def _file_at_fault(files: _Files) -> str | None:
    """Return the file that has an ill-formed shape to which no name leads."""
    for path, triples in files.items():
        try:
            compile_shapes(triples)
        except IllFormedShape as error:
            if error.name is None:
                return str(path)
    return None


def _run(data: TripleIndex, shapes: Shapes, engine: ShaclEngine) -> ValidationReport:
    if engine == "pyshacl":
        return validate_with_pyshacl(data, shapes.triples)
    return validate(data, shapes)


def _check_targets(shapes: Shapes, ontology: Ontology, files: _Files) -> None:
    classes, predicates = shapes.target_classes(), shapes.target_predicates()
    if not classes and not predicates:
        raise ConfigurationError(
            "形状图里没有任何目标，什么也不会检查",
            "the shapes graph has no target: it would check nothing",
        )
    for target in (*classes, *predicates):
        known = ontology.classes if target in classes else ontology.properties
        if target.value.startswith(PREFIXES["kg"]) and target not in known:
            raise ConfigurationError(
                f"形状的目标 {target} 不在本体里",
                f"the ontology has no term {target}, which a shape targets",
                file=_file_of(target, files),
            )
