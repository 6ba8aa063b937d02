"""Triples by subject, in the order in which they were written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg_builder.graph.reference.records import Value
from kg_builder.graph.vocabulary import expand
from kg_builder.model.bilingual import Bilingual

Node = NamedNode | BlankNode | Literal | Triple

_FIRST: Final = expand("rdf:first")
_REST: Final = expand("rdf:rest")
_LANG_STRING: Final = expand("rdf:langString")
_STRING: Final = expand("xsd:string")


class Triples:
    """Triples by subject and predicate."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._objects: dict[Node, dict[NamedNode, list[Node]]] = {}
        for triple in triples:
            said = self._objects.setdefault(triple.subject, {})
            said.setdefault(triple.predicate, []).append(triple.object)

    def subjects(self) -> Iterable[Node]:
        """Return the subjects, in order."""
        return self._objects

    def predicates(self, subject: Node) -> Iterable[NamedNode]:
        """Return what is said of a subject, in order."""
        return self._objects.get(subject, {})

    def objects(self, subject: Node, predicate: NamedNode) -> list[Node]:
        """Return the objects of a subject and a predicate, in order."""
        return self._objects.get(subject, {}).get(predicate, [])

    def iris(self, subject: Node, name: str) -> tuple[str, ...]:
        """Return the IRIs among the objects; `name` is a prefixed name."""
        found = self.objects(subject, expand(name))
        return tuple(dict.fromkeys(o.value for o in found if isinstance(o, NamedNode)))

    def values(self, subject: Node, name: str) -> tuple[Value, ...]:
        """Return the IRIs and literals among the objects."""
        return tuple(v for o in self.objects(subject, expand(name)) if (v := value(o)))

    def text(self, subject: Node, name: str) -> str | None:
        """Return the first object as text."""
        return next((item.text for item in self.values(subject, name)), None)

    def words(self, subject: Node, name: str) -> tuple[Bilingual, ...]:
        """Return literals in zh and en in pairs; one without the other stands for both."""
        found: dict[str, list[str]] = {"zh": [], "en": []}
        for item in self.values(subject, name):
            if item.iri is None:
                found["zh" if (item.language or "en").startswith("zh") else "en"].append(item.text)
        zh, en = found["zh"], found["en"]
        count = max(len(zh), len(en))
        return tuple(
            Bilingual((zh[i : i + 1] or en[i : i + 1])[0], (en[i : i + 1] or zh[i : i + 1])[0])
            for i in range(count)
        )

    def members(self, head: Node) -> tuple[Node, ...]:
        """Return the members of an RDF list; a broken or cyclic one ends where it breaks."""
        found: list[Node] = []
        seen: set[Node] = set()
        while head not in seen:
            seen.add(head)
            first, rest = self.objects(head, _FIRST), self.objects(head, _REST)
            if not first or not rest:
                break
            found.append(first[0])
            head = rest[0]
        return tuple(found)


def value(node: Node) -> Value | None:
    """Return an IRI or literal as a value, None for a blank node."""
    if isinstance(node, NamedNode):
        return Value(node.value, iri=node.value)
    if isinstance(node, Literal):
        plain = node.datatype in (_STRING, _LANG_STRING)
        return Value(node.value, None, node.language, None if plain else node.datatype.value)
    return None
