"""Shapes as records: what is asked of which class, constraint by constraint (SHACL 2 to 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from kg_builder.errors import ConfigurationError
from kg_builder.graph.dataset import read_turtle, with_canonical_blank_nodes
from kg_builder.graph.index import Term
from kg_builder.graph.reference.records import Constraint, Shape, Value
from kg_builder.graph.reference.triples import value
from kg_builder.graph.serialization import PrefixedNames
from kg_builder.graph.shacl.paths import read_path
from kg_builder.graph.shacl.reading import ShapesGraph
from kg_builder.graph.shacl.vocabulary import sh
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.model.bilingual import Bilingual

VALUES: Final = (
    *("nodeKind", "class", "datatype", "minCount", "maxCount", "in", "hasValue", "languageIn"),
    *("uniqueLang", "pattern", "minLength", "maxLength", "minInclusive", "maxInclusive"),
    *("minExclusive", "maxExclusive", "equals", "disjoint", "lessThan", "lessThanOrEquals"),
)
"""Constraints whose parameter is a value or a list of values."""
SHAPES: Final = ("node", "not", "and", "or", "xone", "qualifiedValueShape")
"""Constraints whose parameter is a shape or a list of shapes."""
_LISTS: Final = ("in", "languageIn", "and", "or", "xone")
_WITH: Final = {
    "pattern": ("flags",),
    "qualifiedValueShape": ("qualifiedMinCount", "qualifiedMaxCount"),
}
"""Parameters that go with another: their constraints follow it."""
_NO_CONSTRAINTS: Final = frozenset(
    (
        *("path", "name", "description", "message", "severity", "property", "order", "group"),
        *("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode", "deactivated"),
        *("declare", "defaultValue", "flags", "qualifiedMinCount", "qualifiedMaxCount"),
    )
)
_IRI: Final = re.compile("<([^>]*)>")


def read_shapes(files: Iterable[Path]) -> tuple[Shape, ...]:
    """Return the shapes that have a target, file by file, by their IRIs within one.

    Raises ConfigurationError for a constraint that is not known here (so that none goes untold),
    InputError for Turtle that cannot be read.
    """
    triples = {path: read_turtle(path) for path in files}
    graph = ShapesGraph(with_canonical_blank_nodes(t for part in triples.values() for t in part))
    found: dict[NamedNode, str] = {}
    for path, part in triples.items():
        for triple in part:
            if isinstance(triple.subject, NamedNode) and triple.predicate in _TARGETS:
                found.setdefault(triple.subject, str(path))
    return tuple(_Reader(graph, file).shape(node) for node, file in found.items())


_TARGETS: Final = tuple(map(sh, ("targetClass", "targetSubjectsOf", "targetObjectsOf")))


class _Reader:
    def __init__(self, graph: ShapesGraph, file: str) -> None:
        self._graph = graph
        self._file = file
        self._open: set[Term] = set()

    def shape(self, node: Term) -> Shape:
        if node in self._open:
            raise self._refuse(node, "形状循环引用自身", "the shape refers to itself")
        self._open.add(node)
        try:
            return self._shape(node)
        finally:
            self._open.discard(node)

    def _shape(self, node: Term) -> Shape:
        graph = self._graph
        path = graph.one(node, "path")
        read = read_path(graph, node, path) if path is not None else None
        single = read.predicate if read else None
        return Shape(
            iri=node.value if isinstance(node, NamedNode) else None,
            name=self._words(node, "name"),
            message=self._words(node, "message"),
            warning=graph.one(node, "severity") in (sh("Warning"), sh("Info")),
            classes=self._iris(node, "targetClass"),
            subjects_of=self._iris(node, "targetSubjectsOf"),
            objects_of=self._iris(node, "targetObjectsOf"),
            path=_IRI.sub(lambda match: _short(match[1]), read.text) if read else None,
            property=single.value if single else None,
            constraints=tuple(self._constraints(node)),
            properties=tuple(map(self.shape, graph.objects(node, sh("property")))),
        )

    def _iris(self, node: Term, name: str) -> tuple[str, ...]:
        found = self._graph.objects(node, sh(name))
        return tuple(item.value for item in found if isinstance(item, NamedNode))

    def _words(self, node: Term, name: str) -> Bilingual | None:
        texts = {
            (item.language or "en").partition("-")[0]: item.value
            for item in self._graph.objects(node, sh(name))
            if isinstance(item, Literal)
        }
        if not texts:
            return None
        any_ = next(iter(texts.values()))
        return Bilingual(texts.get("zh", any_), texts.get("en", any_))

    def _constraints(self, node: Term) -> Iterable[Constraint]:
        names = self._graph.names(node) - _NO_CONSTRAINTS
        unknown = names.difference(VALUES, SHAPES, ("sparql", "closed", "ignoredProperties"))
        if unknown:
            listed = ", ".join(f"sh:{name}" for name in sorted(unknown))
            raise self._refuse(node, f"说不出的约束 {listed}", f"no words for {listed}")
        for name in (*VALUES, *SHAPES):
            if name in names:
                yield from self._constraint(node, name)
        for query in self._graph.objects(node, sh("sparql")):
            yield Constraint("sparql", self._values(self._graph.objects(query, sh("select"))))
        if "closed" in names and self._graph.boolean(node, "closed"):
            yield Constraint("closed")

    def _constraint(self, node: Term, name: str) -> Iterable[Constraint]:
        # of a parameter that stands twice each is a constraint; the shape of a list is one
        for item in self._graph.objects(node, sh(name)):
            items = self._graph.members(node, item) if name in _LISTS else [item]
            if name in SHAPES:
                yield Constraint(name, shapes=tuple(map(self.shape, items)))
            else:
                yield Constraint(name, self._values(items))
        for other in _WITH.get(name, ()):
            values = self._values(self._graph.objects(node, sh(other)))
            if values:
                yield Constraint(other, values)

    def _values(self, nodes: Iterable[Term]) -> tuple[Value, ...]:
        return tuple(found for node in nodes if (found := value(node)))

    def _refuse(self, node: Term, zh: str, en: str) -> ConfigurationError:
        owner = self._graph.owner(node) if not isinstance(node, NamedNode) else node
        name = owner.value if owner else str(node)
        return ConfigurationError(f"{name}：{zh}", f"{name}: {en}", file=self._file)


def _short(iri: str) -> str:
    return PrefixedNames(PREFIXES, None)[f"<{iri}>"]
