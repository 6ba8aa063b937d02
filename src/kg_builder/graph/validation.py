"""The door to SHACL validation: our own engine, or pySHACL in a child process.

The only importer of pySHACL but for `mixing`, and only within the child: pySHACL changes rdflib's
process-wide tables, takes seconds, and may never end.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from kg_builder.errors import CrashError, MemoryLimitError, ValidationFailure
from kg_builder.graph.dataset import rdflib_term
from kg_builder.graph.index import Term, TripleIndex
from kg_builder.graph.shacl import Shapes
from kg_builder.graph.shacl import validate as validate_with_house
from kg_builder.graph.shacl.paths import read_path
from kg_builder.graph.shacl.reading import ShapesGraph
from kg_builder.graph.shacl.report import severity_name, sort_key
from kg_builder.graph.shacl.vocabulary import XSD, sh
from kg_builder.model.validation import ValidationReport, ValidationResult
from kg_builder.workers import run_in_child

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Identifier

_A_DAY = 86_400.0


def validate(
    data: TripleIndex, shapes: Shapes, focus: Iterable[Term] | None = None
) -> ValidationReport:
    """Check a data graph against compiled shapes, of the nodes in `focus` only, if given.

    Our engine does it, or pySHACL where the shapes use what ours cannot check
    (`shapes.unsupported`). Raises ValidationFailure if something could not be checked.
    """
    if shapes.unsupported:
        return validate_with_pyshacl(data, shapes.triples, focus)
    return validate_with_house(data, shapes, focus)


def validate_with_pyshacl(
    data: TripleIndex,
    shapes: Iterable[Triple],
    focus: Iterable[Term] | None = None,
    *,
    seconds: float = _A_DAY,
) -> ValidationReport:
    """Check a data graph with pySHACL, in a child process that ends after `seconds`.

    pySHACL restricts `focus` to IRIs. Raises ValidationFailure if pySHACL fails, TimeLimitError
    if it takes too long.
    """
    nodes = None if focus is None else [node.value for node in focus if isinstance(node, NamedNode)]
    if nodes is not None and not nodes:
        return ValidationReport(conforms=True, results=())
    triples = (data.triple(*ids) for ids in data.ids())
    try:
        return run_in_child(
            pyshacl_on_ntriples, _ntriples(triples), _ntriples(shapes), nodes, timeout=seconds
        )
    except (MemoryLimitError, CrashError) as error:
        raise _could_not_check(error.message.zh, error.message.en) from error


def _ntriples(triples: Iterable[Triple]) -> bytes:
    return serialize(triples, format=RdfFormat.N_TRIPLES) or b""


def _could_not_check(zh: str, en: str) -> ValidationFailure:
    return ValidationFailure(f"pySHACL 未能完成检查：{zh}", f"pySHACL could not check: {en}")


# in the child


def pyshacl_on_ntriples(data: bytes, shapes: bytes, nodes: list[str] | None) -> ValidationReport:
    """Run pySHACL over two graphs in N-Triples. Raises ValidationFailure for whatever it raises."""
    try:
        return run_pyshacl(_triples(data), _triples(shapes), nodes)
    except Exception as error:  # noqa: BLE001  # whatever pySHACL raises: it could not check
        why = f"{type(error).__name__}: {str(error).strip()[:500]}"
        raise _could_not_check(why, why) from None


def _triples(text: bytes) -> list[Triple]:
    return [quad.triple for quad in parse(text, RdfFormat.N_TRIPLES)]


def run_pyshacl(
    data: Iterable[Triple], shapes: Iterable[Triple], nodes: list[str] | None = None
) -> ValidationReport:
    """Run pySHACL in this process: for the child, and for tests.

    Raises what pySHACL raises; a failure that pySHACL returns is raised as well.
    """
    return pyshacl_on_graphs(rdflib_graph(data), rdflib_graph(shapes), nodes)


def pyshacl_on_graphs(
    data: rdflib.Graph, shapes: rdflib.Graph, nodes: list[str] | None = None
) -> ValidationReport:
    """Do what `run_pyshacl` does, on graphs of rdflib."""
    import pyshacl
    import rdflib.plugins.sparql

    # Without this, FROM in a constraint reads files and the web.
    rdflib.plugins.sparql.SPARQL_LOAD_GRAPHS = False
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, focus_nodes=nodes, inplace=True)
    if not isinstance(report, rdflib.Graph):
        raise RuntimeError(str(report))
    return _map_report(ShapesGraph(triple_of_rdflib(*triple) for triple in report))


def rdflib_graph(triples: Iterable[Triple]) -> rdflib.Graph:
    """Return triples as a graph of rdflib, lexical forms and blank node labels kept."""
    import rdflib

    graph = rdflib.Graph(bind_namespaces="none")
    terms: dict[Term, Identifier] = {}
    for triple in triples:
        graph.add(tuple(rdflib_term(term, terms) for term in triple))  # type: ignore[arg-type]
    return graph


def triple_of_rdflib(*terms: rdflib.term.Node) -> Triple:
    """Return a triple of rdflib's terms. Raises TypeError for what is no term of a triple."""
    import rdflib

    def convert(term: rdflib.term.Node) -> Term:
        if isinstance(term, rdflib.URIRef):
            return NamedNode(str(term))
        if isinstance(term, rdflib.BNode):
            return BlankNode(str(term))
        if not isinstance(term, rdflib.Literal):
            raise TypeError(f"not a term: {term!r}")
        if term.language:
            return Literal(str(term), language=term.language)
        return Literal(str(term), datatype=NamedNode(str(term.datatype or XSD + "string")))

    s, p, o = map(convert, terms)
    return Triple(s, p, o)  # type: ignore[arg-type]


def _map_report(graph: ShapesGraph) -> ValidationReport:
    def one(node: Term, name: str) -> Term | None:
        found = graph.objects(node, sh(name))
        return found[0] if found else None

    def text(node: Term, name: str) -> str | None:
        found = one(node, name)
        return None if found is None else str(found)

    def iri(node: Term, name: str) -> str:
        found = one(node, name)
        return found.value if found is not None else ""

    def result(node: Term) -> ValidationResult:
        path = one(node, "resultPath")
        return ValidationResult(
            focus_node=text(node, "focusNode") or "",
            path=None if path is None else read_path(graph, node, path).text,
            value=text(node, "value"),
            severity=severity_name(iri(node, "resultSeverity")),
            component=iri(node, "sourceConstraintComponent"),
            source_shape=text(node, "sourceShape") or "",
            messages=tuple(sorted(map(str, graph.objects(node, sh("resultMessage"))))),
            source_constraint=text(node, "sourceConstraint"),
            details=tuple(map(result, graph.objects(node, sh("detail")))),
        )

    results = sorted((result(o) for _, o in graph.pairs(sh("result"))), key=sort_key)
    return ValidationReport(not results, tuple(results))
