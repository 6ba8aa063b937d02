"""Why the graph holds a triple: the passages that say it, or the axioms and premises it follows by.

An explanation is a tree. Its leaves are what a report says, what a reviewer decided, what somebody
contributed, what the ontology states; its inner nodes are conclusions, one axiom each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final, Literal

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Triple, parse
from pyoxigraph import Literal as LiteralTerm

from kg_builder.asking.evidence import Contribution, Testimony, Witnesses
from kg_builder.asking.terms import candidates, is_known, resolve
from kg_builder.errors import InputError
from kg_builder.graph.index import Term
from kg_builder.graph.inference.proof import Axiom, Proof, Prover, RuleName, read_axioms
from kg_builder.graph.inference.schema import Statement
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import RDF_TYPE, expand
from kg_builder.model.bilingual import Bilingual

Standing = Literal["asserted", "ontology", "inferred", "unproved", "absent"]
"""Asserted by a source, stated by the ontology, inferred (with or without a proof), or neither."""

RULE_WORDS: Final[dict[RuleName, Bilingual]] = {
    "cax-sco": Bilingual("凡“{0}”都是“{target}”", "“{0}” is a kind of “{target}”"),
    "cax-eqc": Bilingual("“{0}”与“{target}”同类", "“{0}” and “{target}” are one class"),
    "prp-dom": Bilingual("凡有“{0}”的都是“{target}”", "whatever has “{0}” is a “{target}”"),
    "prp-rng": Bilingual("“{0}”所指的都是“{target}”", "whatever “{0}” points at is a “{target}”"),
    "prp-spo1": Bilingual("“{0}”必为“{target}”", "“{0}” implies “{target}”"),
    "prp-eqp": Bilingual("“{0}”与“{target}”同义", "“{0}” and “{target}” mean the same"),
    "prp-inv": Bilingual("“{target}”与“{0}”互逆", "“{target}” is the inverse of “{0}”"),
    "prp-symp": Bilingual("“{target}”两边对称", "“{target}” holds both ways"),
    "prp-trp": Bilingual("“{target}”逐级传递", "“{target}” is transitive"),
    "prp-spo2": Bilingual("{steps}，即“{target}”", "{steps} makes “{target}”"),
}
"""What a rule says, in plain words, with the labels of an axiom's terms."""

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_NAMES: Final = tuple(map(expand, ("rdfs:label", "skos:prefLabel", "skos:altLabel")))
_OBJECTS: Final = 1000
"""Objects of one subject and property that a name is looked for among."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A statement, how it stands in the graph, and why."""

    statement: Statement
    standing: Standing
    testimonies: tuple[Testimony, ...] = ()
    axiom: Axiom | None = None
    premises: tuple[Explanation, ...] = ()
    contributions: tuple[Contribution, ...] = ()

    def walk(self) -> Iterator[Explanation]:
        """Yield this explanation and those of its premises, from left to right."""
        yield self
        for premise in self.premises:
            yield from premise.walk()


class Explainer:
    """Explains statements of one graph."""

    def __init__(self, graph: OpenGraph, witnesses: Witnesses | None = None) -> None:
        self.graph = graph
        self.witnesses = witnesses or Witnesses(graph)

    def explain(self, triple: Triple) -> Explanation:
        """Return why the graph holds a triple, or that it does not."""
        statement = Statement(*triple)
        s, p, o = triple
        quads = self.graph.store.quads_for_pattern(s, p, o, None)
        names = {quad.graph_name for quad in quads}
        names.discard(self.graph.graph_name("evidence"))
        if not names:
            return Explanation(statement, "absent")
        if self.graph.graph_name("inferred") not in names:
            return self._given(statement)
        proof = self._prover.prove(triple) if self._prover else None
        if proof is None or proof.axiom is None:
            return Explanation(statement, "unproved")
        return self._explain(proof)

    def objects(self, subject: NamedNode, predicate: NamedNode) -> tuple[Term, ...]:
        """Return what the default graph says of a subject by a property, in a fixed order."""
        quads = self.graph.store.quads_for_pattern(subject, predicate, None, DefaultGraph())
        found = islice(quads, _OBJECTS)
        return tuple(sorted((quad.object for quad in found), key=str))  # type: ignore[misc]

    def _explain(self, proof: Proof) -> Explanation:
        if proof.axiom is None:
            return self._given(proof.conclusion)
        premises = tuple(map(self._explain, proof.premises))
        return Explanation(proof.conclusion, "inferred", (), proof.axiom, premises)

    def _given(self, statement: Statement) -> Explanation:
        triple = Triple(*statement)  # type: ignore[arg-type]  # what is given has no literal subject
        said = self.witnesses.of(triple)
        contributed = self.witnesses.contributions(triple)
        ontology = self.graph.graph_name("ontology")
        if not said and not contributed and ontology is not None:
            s, p, o = triple
            stated = self.graph.store.quads_for_pattern(s, p, o, ontology)
            if next(stated, None) is not None:
                return Explanation(statement, "ontology")
        return Explanation(statement, "asserted", said, contributions=contributed)

    @cached_property
    def _prover(self) -> Prover | None:
        return prover_of(self.graph)


def prover_of(graph: OpenGraph) -> Prover | None:
    """Return what proves inferred triples; None for other RDF, where nothing was inferred by us."""
    names = [graph.graph_name(name) for name in ("ontology", "inferred", "evidence")]
    ontology, inferred, evidence = names
    if ontology is None or inferred is None or evidence is None:
        return None
    quads = graph.store.quads_for_pattern(None, None, None, ontology)
    axioms = read_axioms(quad.triple for quad in quads)
    return Prover(graph.store, axioms, inferred, evidence)


def read_goal(
    graph: OpenGraph, subject: str, predicate: str, object_: str | None
) -> tuple[NamedNode, NamedNode, Term | None]:
    """Return the terms that a person typed; no object for `?` or nothing.

    A subject whose name several things have is the one that has the property; an object is looked
    for among the objects that the graph gives before anywhere else. Raises InputError for a name
    that nothing or too much has.
    """
    property_ = read_property(graph, predicate)
    node = _read_subject(graph, subject, property_)
    if object_ is None or object_ == "?":
        return node, property_, None
    return node, property_, _read_object(graph, node, property_, object_)


def read_property(graph: OpenGraph, text: str) -> NamedNode:
    """Return a property by IRI, prefixed name, label, or `a`.

    Raises InputError for one that the graph neither uses nor declares.
    """
    if text == "a":
        return RDF_TYPE
    found = [node for node in candidates(graph, text) if _is_property(graph, node)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError(
            f"图里没有属性“{text}”；运行 kg schema 看有哪些",
            f"the graph has no property {text!r}; kg schema lists them",
        )
    return resolve(graph, text)  # says which they are


def _is_property(graph: OpenGraph, node: NamedNode) -> bool:
    store = graph.store
    if next(store.quads_for_pattern(None, node, None, None), None) is not None:
        return True
    kinds = ("owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty", "rdf:Property")
    return any(
        next(store.quads_for_pattern(node, RDF_TYPE, expand(kind), None), None) for kind in kinds
    )


def _read_subject(graph: OpenGraph, text: str, property_: NamedNode) -> NamedNode:
    found = candidates(graph, text)
    if len(found) > 1:
        having = [
            node
            for node in found
            if next(graph.store.quads_for_pattern(node, property_, None, None), None)
        ]
        if len(having) == 1:
            return having[0]
    return resolve(graph, text)


def _read_object(graph: OpenGraph, node: NamedNode, property_: NamedNode, text: str) -> Term:
    literal = _literal(graph, text)
    if literal is not None:
        return literal
    among = {
        quad.object
        for quad in islice(
            graph.store.quads_for_pattern(node, property_, None, DefaultGraph()), _OBJECTS
        )
        if text in _names_of(graph, quad.object)  # type: ignore[arg-type]
    }
    if len(among) == 1:
        return among.pop()  # type: ignore[return-value]
    found = candidates(graph, text)
    known = [term for term in found if term in among or is_known(graph, term)]
    if known:
        return known[0] if len(known) == 1 else resolve(graph, text)
    if found:
        return found[0]
    if _NUMBER.fullmatch(text):
        kind = "xsd:decimal" if "." in text else "xsd:integer"
        return LiteralTerm(text, datatype=expand(kind))
    return LiteralTerm(text)


def _names_of(graph: OpenGraph, term: Term) -> set[str]:
    """Return what a term may be called."""
    if isinstance(term, LiteralTerm):
        return {term.value}
    quads = (
        quad
        for predicate in _NAMES
        for quad in graph.store.quads_for_pattern(term, predicate, None, DefaultGraph())
    )
    return {quad.object.value for quad in quads if isinstance(quad.object, LiteralTerm)}


def _literal(graph: OpenGraph, text: str) -> LiteralTerm | None:
    """Return a literal that is written as Turtle writes it; None for what is not."""
    if not text.startswith(('"', "'")):
        return None
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in graph.prefixes.items())
    try:
        (quad,) = parse(f"{prefixes}<a:a> <a:a> {text} .", format=RdfFormat.TURTLE)
    except (SyntaxError, ValueError):
        raise InputError(
            f'不是 Turtle 的字面量：{text}；例如 "海淀区"@zh、"6"^^xsd:decimal',
            f'not a literal of Turtle: {text}; for example "Haidian"@en, "6"^^xsd:decimal',
        ) from None
    return quad.object if isinstance(quad.object, LiteralTerm) else None
