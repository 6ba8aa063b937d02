"""The knowledge graph and its named graphs: asserted by source, inferred, evidence, ontology."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from kg_builder.errors import InputError
from kg_builder.graph.index import Term
from kg_builder.graph.iris import mint_graph
from kg_builder.graph.serialization import GraphName, ends_of_lines, nquads_of_lines

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Identifier

Triples = tuple[Triple, ...]


@dataclass(frozen=True, slots=True)
class KnowledgeGraph:
    """Triples by where they come from; immutable once made.

    `asserted` has one graph per source, by graph IRI (`iris.mint_graph(base, "report", …)`); the
    graphs `BASE graph/inferred`, `graph/evidence` and `graph/ontology` are named here. Each graph
    holds a triple once. Blank nodes of the ontology are given canonical labels (RDFC-1.0).

    Raises ValueError where an invariant does not hold: an inferred triple that is also asserted,
    a blank node in instance data. (A literal as subject and an explicit `xsd:string` are beyond
    what a pyoxigraph term can be.)
    """

    base: str
    asserted: Mapping[NamedNode, Triples]
    inferred: Triples = ()
    evidence: Triples = ()
    ontology: Triples = ()
    inferred_name: NamedNode = field(init=False)
    evidence_name: NamedNode = field(init=False)
    ontology_name: NamedNode = field(init=False)
    _asserted: Triples = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sources = sorted(self.asserted.items(), key=lambda item: item[0].value)
        values = {
            "asserted": MappingProxyType({name: _distinct(found) for name, found in sources}),
            "inferred": _distinct(self.inferred),
            "evidence": _distinct(self.evidence),
            "ontology": with_canonical_blank_nodes(self.ontology),
            **{
                f"{name}_name": mint_graph(self.base, name)
                for name in ("inferred", "evidence", "ontology")
            },
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        every = _distinct(triple for found in self.asserted.values() for triple in found)
        object.__setattr__(self, "_asserted", every)
        self._check()

    def _check(self) -> None:
        own = {self.inferred_name, self.evidence_name, self.ontology_name}
        for name in self.asserted:
            if name in own:
                raise ValueError(f"not the name of a source's graph: {name}")
        for triple in set(self.inferred).intersection(self.asserted_triples()):
            raise ValueError(f"inferred, but asserted already: {triple}")
        for triples in (*self.asserted.values(), self.inferred, self.evidence):
            found = _blank_node_in(triples)
            if found:
                raise ValueError(f"a blank node in instance data: {found}")

    def asserted_triples(self) -> Triples:
        """Return the triples of all sources, each once."""
        return self._asserted

    def default_graph(self) -> Triples:
        """Return ontology ∪ asserted ∪ inferred, each triple once; evidence is not in it."""
        return _distinct((*self.ontology, *self.asserted_triples(), *self.inferred))

    def named_graphs(self) -> Mapping[NamedNode, Triples]:
        """Return every named graph that holds a triple."""
        graphs = {
            **self.asserted,
            self.inferred_name: self.inferred,
            self.evidence_name: self.evidence,
            self.ontology_name: self.ontology,
        }
        return {name: triples for name, triples in graphs.items() if triples}

    def quads(self) -> Iterator[Quad]:
        """Yield the dataset: the default graph, materialised, and every named graph."""
        for name, triples in self._graphs():
            for subject, predicate, object_ in triples:
                yield Quad(subject, predicate, object_, name)

    def nquads(self) -> str:
        """Return the dataset as canonical N-Quads, for any engine to load as it stands."""
        return nquads_of_lines(self.lines())

    def lines(self) -> Mapping[str, Collection[str]]:
        """Return the N-Triples lines of the dataset, each with its ends in N-Quads."""
        return ends_of_lines(self._graphs())

    def to_rdflib(self) -> rdflib.Dataset:
        """Return the dataset as rdflib terms; lexical forms are kept as they stand."""
        import rdflib

        dataset = rdflib.Dataset()
        terms: dict[Term, Identifier] = {}
        for name, triples in self._graphs():
            graph = (
                dataset.default_graph
                if isinstance(name, DefaultGraph)
                else dataset.graph(rdflib.URIRef(name.value))
            )
            for triple in triples:
                graph.add(tuple(rdflib_term(term, terms) for term in triple))  # type: ignore[arg-type]
        return dataset

    def _graphs(self) -> Iterator[tuple[GraphName, Triples]]:
        yield DefaultGraph(), self.default_graph()
        yield from self.named_graphs().items()


def read_turtle(path: Path) -> list[Triple]:
    """Read a Turtle file (with or without a byte order mark).

    Raises InputError for a file that cannot be read, and for bad syntax with its line and column.
    """
    try:
        data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        return [quad.triple for quad in parse(input=data, format=RdfFormat.TURTLE)]
    except OSError as error:
        raise InputError(
            f"文件无法读取：{error.strerror}", f"cannot be read: {error.strerror}", file=str(path)
        ) from error
    except SyntaxError as error:
        from kg_builder.graph.submission.wording import not_rdf  # for what is wrong alone

        raise not_rdf(error, str(path), "Turtle") from error


def _distinct(triples: Iterable[Triple]) -> Triples:
    return tuple(dict.fromkeys(triples))


def _blank_node_in(triples: Triples) -> Triple | None:
    """Return a triple that has a blank node, or None."""
    # Rust writes a graph sooner than Python visits its terms: most graphs end here.
    if b"_:" not in serialize(triples, format=RdfFormat.N_TRIPLES):  # type: ignore[operator]
        return None
    return next((triple for triple in triples if _has_blank_node(triple)), None)


def _has_blank_node(triple: Triple) -> bool:
    return isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode)


def with_canonical_blank_nodes(triples: Iterable[Triple]) -> Triples:
    """Return the triples, each once, with labels that depend on the graph alone (W3C RDFC-1.0).

    Triples of several files may come together: a parser never gives two nodes one label.
    """
    triples = _distinct(triples)
    if _blank_node_in(triples) is None:
        return triples
    # Only triples with blank nodes take part in the algorithm's hashes.
    named = [triple for triple in triples if not _has_blank_node(triple)]
    dataset = Dataset(Quad(*triple) for triple in triples if _has_blank_node(triple))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    labelled = [quad.triple for quad in dataset]
    return (*named, *sorted(labelled, key=str))


def rdflib_term(term: Term, terms: dict[Term, Identifier]) -> Identifier:
    """Return the rdflib term, lexical form and label kept; `terms` keeps it for the next call."""
    found = terms.get(term)
    if found is None:
        found = terms[term] = _new_rdflib_term(term)
    return found


def _new_rdflib_term(term: Term) -> Identifier:
    import rdflib

    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    return _rdflib_literal(term)


def _rdflib_literal(term: Literal) -> Identifier:
    import rdflib

    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    datatype = term.datatype.value
    if datatype == str(rdflib.XSD.string):  # rdflib takes "x" and "x"^^xsd:string for two terms
        return rdflib.Literal(term.value)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(datatype), normalize=False)
