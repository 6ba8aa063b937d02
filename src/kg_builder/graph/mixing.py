"""What pySHACL does to a data graph before it validates: an ontology mixed in, and inference.

Of the ontology only axioms and terms of RDFS and OWL are taken; owlrl infers. The very functions
that pySHACL calls do both, and only in a child process: the libraries change tables that all of
rdflib shares, and a closure may take longer than anybody waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Literal

from pyoxigraph import Triple

from kg_builder.errors import ValidationFailure
from kg_builder.graph.validation import rdflib_graph, triple_of_rdflib

if TYPE_CHECKING:
    from collections.abc import Iterable

    import rdflib

Inference = Literal["none", "rdfs", "owlrl", "both"]
INFERENCES: Final[tuple[Inference, ...]] = ("none", "rdfs", "owlrl", "both")


def mixed(data: Iterable[Triple], ontology: Iterable[Triple], inference: Inference) -> list[Triple]:
    """Return a data graph with the axioms of an ontology and what follows from both.

    Statements about literals, which owlrl infers, are left out: RDF has none. To be run in a child.
    Raises ValidationFailure where owlrl fails.
    """
    from pyshacl.rdfutil.inoculate import inoculate

    graph = rdflib_graph(data)
    axioms = rdflib_graph(ontology)
    if len(axioms):
        inoculate(graph, axioms)  # type: ignore[arg-type]  # any graph will do
    if inference != "none":
        _close(graph, inference)
    return list(_triples(graph))


def _close(graph: rdflib.Graph, inference: Inference) -> None:
    import owlrl
    from pyshacl.inference import CustomRDFSOWLRLSemantics, CustomRDFSSemantics

    semantics = {
        "rdfs": CustomRDFSSemantics,
        "owlrl": owlrl.OWLRL_Semantics,
        "both": CustomRDFSOWLRLSemantics,
    }
    try:
        owlrl.DeductiveClosure(semantics[inference]).expand(graph)
    except Exception as error:  # noqa: BLE001  # whatever owlrl raises: it could not infer
        why = f"{type(error).__name__}: {str(error).strip()[:500]}"
        raise ValidationFailure(
            f"owlrl 未能完成推理：{why}", f"owlrl could not infer: {why}"
        ) from None


def _triples(graph: rdflib.Graph) -> Iterator[Triple]:
    import rdflib

    for subject, predicate, object_ in graph:
        if isinstance(predicate, rdflib.URIRef) and not isinstance(subject, rdflib.Literal):
            yield triple_of_rdflib(subject, predicate, object_)
