"""A shapes graph as the compiler reads it: nodes, single values and lists, with their errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.errors import ValidationFailure
from kg_builder.graph.index import Term, TripleIndex
from kg_builder.graph.shacl.datatypes import INTEGERS, big_int, is_well_formed
from kg_builder.graph.shacl.vocabulary import (
    RDF_FIRST,
    RDF_NIL,
    RDF_REST,
    RDF_TYPE,
    RDFS_SUBCLASS,
    SH,
    XSD,
    sh,
)


class IllFormedShape(ValidationFailure):
    """A shape that SHACL does not allow."""

    node: Term | None = None
    """The shape."""
    name: NamedNode | None = None
    """Its IRI, or that of the shape it is part of, if there is one."""


def ill_formed(node: Term, zh: str, en: str) -> IllFormedShape:
    """Return the error for a shape that SHACL does not allow."""
    error = IllFormedShape(f"形状 {node} 不合语法：{zh}", f"ill-formed shape {node}: {en}")
    error.node = node
    error.name = node if isinstance(node, NamedNode) else None
    return error


class ShapesGraph:
    """Access by term to the triples of a shapes graph."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.index = TripleIndex(triples)
        self._names: dict[int, set[str]] = {}
        for p in self.index.predicates():
            predicate = self.index.term(p)
            if isinstance(predicate, NamedNode) and predicate.value.startswith(SH):
                for s in self.index.by_subject(p):
                    self._names.setdefault(s, set()).add(predicate.value[len(SH) :])

    def names(self, subject: Term) -> set[str]:
        """Return the local names of the SHACL properties that a subject has."""
        return self._names.get(self.index.find(subject), set())  # type: ignore[arg-type]

    def objects(self, subject: Term, predicate: NamedNode) -> list[Term]:
        """Return the objects, in the order of their N-Triples forms."""
        s, p = self.index.find(subject), self.index.find(predicate)
        if s is None or p is None:
            return []
        return sorted((self.index.term(o) for o in self.index.objects(s, p)), key=str)

    def subjects(self, predicate: NamedNode, value: Term) -> list[Term]:
        """Return the subjects, in the order of their N-Triples forms."""
        p, o = self.index.find(predicate), self.index.find(value)
        if p is None or o is None:
            return []
        return sorted((self.index.term(s) for s in self.index.subjects(p, o)), key=str)

    def pairs(self, predicate: NamedNode) -> Iterator[tuple[Term, Term]]:
        """Yield subject and object of every triple of a predicate."""
        p = self.index.find(predicate)
        if p is not None:
            for s, o in self.index.pairs(p):
                yield self.index.term(s), self.index.term(o)

    def instances(self, cls: NamedNode) -> list[Term]:
        """Return the SHACL instances of a class: of itself and of its subclasses."""
        found: dict[Term, None] = {}
        seen: dict[Term, None] = {cls: None}
        queue: list[Term] = [cls]
        while queue:
            current = queue.pop()
            found.update(dict.fromkeys(self.subjects(RDF_TYPE, current)))
            fresh = [c for c in self.subjects(RDFS_SUBCLASS, current) if c not in seen]
            seen.update(dict.fromkeys(fresh))
            queue.extend(fresh)
        return list(found)

    def owner(self, node: Term) -> NamedNode | None:
        """Return the nearest IRI from which triples lead to a node, None where there is none."""
        level, seen = {node}, {node}
        while level:
            level = {above for below in level for above in self._above(below)} - seen
            seen |= level
            names = [term for term in level if isinstance(term, NamedNode)]
            if names:
                return min(names, key=str)
        return None

    def _above(self, node: Term) -> Iterator[Term]:
        number = self.index.find(node)
        if number is not None:
            for p in self.index.predicates():
                yield from map(self.index.term, self.index.subjects(p, number))

    def members(self, node: Term, head: Term) -> list[Term]:
        """Return the members of an RDF list; `node` is the shape to blame if it is none."""
        members: list[Term] = []
        seen: set[Term] = set()
        while head != RDF_NIL:
            first, rest = self.objects(head, RDF_FIRST), self.objects(head, RDF_REST)
            if head in seen or len(first) != 1 or len(rest) != 1:
                raise ill_formed(node, "列表有环或残缺", "a cyclic or broken list")
            seen.add(head)
            members.append(first[0])
            head = rest[0]
        return members

    def one(self, node: Term, name: str) -> Term | None:
        """Return the only value of `sh:name`, or None."""
        found = self.objects(node, sh(name))
        if len(found) > 1:
            raise ill_formed(node, f"sh:{name} 只能有一个值", f"more than one value of sh:{name}")
        return found[0] if found else None

    def literal(self, node: Term, name: str) -> Literal | None:
        """Return the only value of `sh:name`, a literal, or None."""
        value = self.one(node, name)
        if value is None or isinstance(value, Literal):
            return value
        raise ill_formed(node, f"sh:{name} 须为文字值", f"sh:{name} needs a literal")

    def boolean(self, node: Term, name: str) -> bool:
        """Return whether the only value of `sh:name`, an xsd:boolean, is `true`.

        No other literal is: SHACL speaks of `true` alone, and by the W3C's test uniqueLang-002 `1`
        switches nothing on.
        """
        value = self.literal(node, name)
        if value is None:
            return False
        if value.datatype.value != XSD + "boolean" or not is_well_formed(value):
            raise ill_formed(node, f"sh:{name} 须为布尔值", f"sh:{name} needs a boolean")
        return value.value == "true"

    def count(self, node: Term, name: str) -> int | None:
        """Return the only value of `sh:name`, a non-negative integer, or None."""
        value = self.literal(node, name)
        if value is None:
            return None
        whole = value.datatype.value.removeprefix(XSD) in INTEGERS and is_well_formed(value)
        if not whole or big_int(value.value) < 0:
            raise ill_formed(
                node, f"sh:{name} 须为非负整数", f"sh:{name} needs a non-negative integer"
            )
        return big_int(value.value)

    def iri(self, node: Term, name: str, value: Term) -> NamedNode:
        """Return `value`, which must be an IRI."""
        if isinstance(value, NamedNode):
            return value
        raise ill_formed(node, f"sh:{name} 须为 IRI", f"sh:{name} needs an IRI")
