"""From a shapes graph to compiled shapes: what is a shape (SHACL 2), what is well formed (4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg_builder.errors import ValidationFailure
from kg_builder.graph.index import Term
from kg_builder.graph.shacl import logic, relations
from kg_builder.graph.shacl.components import Components
from kg_builder.graph.shacl.constraints import (
    NODE_KINDS,
    Class,
    Constraint,
    Datatype,
    In,
    LanguageIn,
    Length,
    Matches,
    NodeKind,
    Range,
    shown,
)
from kg_builder.graph.shacl.cycles import cycles
from kg_builder.graph.shacl.paths import Path, read_path
from kg_builder.graph.shacl.patterns import Pattern
from kg_builder.graph.shacl.reading import IllFormedShape, ShapesGraph, ill_formed
from kg_builder.graph.shacl.shapes import Shape, Shapes, Targets
from kg_builder.graph.shacl.vocabulary import (
    OWL_CLASS,
    RDF_TYPE,
    RDFS_CLASS,
    SH,
    sh,
)
from kg_builder.model.bilingual import Bilingual

_TARGETS = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
_SHAPE_VALUED = ("property", "node", "not", "qualifiedValueShape")
_SHAPE_LISTS = ("and", "or", "xone")
_LISTS: Mapping[str, type[logic.And | logic.Or | logic.Xone]] = MappingProxyType(
    {"and": logic.And, "or": logic.Or, "xone": logic.Xone}
)
_OF_PROPERTIES = (
    "minCount",
    "maxCount",
    "uniqueLang",
    "lessThan",
    "lessThanOrEquals",
    "qualifiedValueShape",
)
"""Parameters that node shapes must not have."""


def compile_shapes(triples: Iterable[Triple]) -> Shapes:
    """Return the shapes of a shapes graph, checked for what SHACL allows.

    Raises IllFormedShape for a shape that SHACL does not allow or that could not be run safely.
    """
    compiler = _Compiler(triples)
    try:
        return compiler.compile()
    except IllFormedShape as error:
        raise _named(error, compiler.graph) from error


def _named(error: IllFormedShape, graph: ShapesGraph) -> IllFormedShape:
    """Return the error with a name that people know in the place of a blank node's label."""
    node = error.node
    if node is None or error.name is not None:
        return error
    error.name = graph.owner(node)
    if isinstance(node, BlankNode):
        path = next((p for p in graph.objects(node, sh("path")) if isinstance(p, NamedNode)), None)
        zh, en = (f"，路径 {path}", f" with path {path}") if path else ("", "")
        if error.name:
            zh, en = f"{zh}，在 {error.name} 里", f"{en}, in {error.name}"
        error.message = Bilingual(
            error.message.zh.replace(str(node), f"（无名{zh}）", 1),
            error.message.en.replace(str(node), f"(without a name{en})", 1),
        )
        error.args = (error.message.en,)
    return error


class _Compiler:
    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = tuple(triples)
        self.graph = ShapesGraph(self.triples)
        self.components = Components(self.graph)
        self.paths: dict[Term, Path] = {}
        self.readers: Mapping[str, Callable[[Term], Iterator[Constraint]]] = {
            "class": self._class,
            "datatype": self._datatype,
            "nodeKind": self._node_kind,
            "minCount": self._min_count,
            "maxCount": self._max_count,
            **{n: self._range(n) for n in _RANGES},
            **{n: self._length(n) for n in ("minLength", "maxLength")},
            "pattern": self._pattern,
            "languageIn": self._language_in,
            "uniqueLang": self._unique_lang,
            "equals": self._equals,
            "disjoint": self._disjoint,
            **{n: self._less_than(n) for n in ("lessThan", "lessThanOrEquals")},
            "node": self._node,
            "not": self._not,
            **{n: self._logical(n) for n in _SHAPE_LISTS},
            "qualifiedValueShape": self._qualified,
            "closed": self._closed,
            "hasValue": self._has_value,
            "in": self._in,
        }

    def compile(self) -> Shapes:
        shapes = tuple(self._shape(node) for node in self.numbers)
        edges = [
            (*shape.properties, *(n for c in shape.constraints for n in c.references()))
            for shape in shapes
        ]
        return Shapes(
            shapes,
            MappingProxyType(cycles(edges)),
            self.triples,
            tuple(sorted(self.components.unsupported)),
        )

    @cached_property
    def numbers(self) -> dict[Term, int]:
        """Every shape with its number."""
        found: dict[Term, None] = {}
        for kind in ("NodeShape", "PropertyShape"):
            found.update(dict.fromkeys(self.graph.instances(sh(kind))))
        for name in (*_TARGETS, *self.readers, "property", "sparql"):
            found.update(dict.fromkeys(s for s, _ in self.graph.pairs(sh(name))))
        for name in _SHAPE_VALUED:
            found.update(dict.fromkeys(o for _, o in self.graph.pairs(sh(name))))
        for name in _SHAPE_LISTS:
            for subject, head in self.graph.pairs(sh(name)):
                found.update(dict.fromkeys(self._members(subject, head)))
        for node in found:
            if isinstance(node, Literal):
                raise ill_formed(node, "文字值不能是形状", "a literal is no shape")
        return {node: number for number, node in enumerate(sorted(found, key=str))}

    @cached_property
    def classes(self) -> frozenset[Term]:
        """Everything that the shapes graph calls a class."""
        return frozenset((*self.graph.instances(RDFS_CLASS), *self.graph.instances(OWL_CLASS)))

    def _members(self, subject: Term, head: Term) -> list[Term]:
        members = self.graph.members(subject, head)
        if not members:
            raise ill_formed(subject, "形状列表为空", "an empty list of shapes")
        return members

    # shapes

    def _shape(self, node: Term) -> Shape:
        path, names = self._path(node), self.graph.names(node)
        if path is None:
            for name in _OF_PROPERTIES:
                if name in names:
                    raise ill_formed(
                        node, f"节点形状不能用 sh:{name}", f"sh:{name} on a node shape"
                    )
        constraints: list[Constraint] = []
        for name, read in self.readers.items():
            if name in names:
                constraints.extend(read(node))
        constraints.extend(self._of_components(node, path))
        severity = self.graph.one(node, "severity")
        return Shape(
            node=node,
            path=path,
            severity=sh("Violation")
            if severity is None
            else self.graph.iri(node, "severity", severity),
            messages=self._messages(node),
            deactivated=self.graph.boolean(node, "deactivated"),
            targets=self._targets(node),
            constraints=tuple(constraints),
            properties=tuple(self._property(node, v) for v in self._values(node, "property")),
        )

    def _of_components(self, node: Term, path: Path | None) -> Iterator[Constraint]:
        try:
            yield from self.components.read(node, path)
        except IllFormedShape:
            raise
        except ValidationFailure as error:
            raise ill_formed(node, error.message.zh, error.message.en) from error

    def _path(self, node: Term) -> Path | None:
        if node not in self.paths:
            found = self.graph.one(node, "path")
            kinds = self.graph.objects(node, RDF_TYPE)
            if found is None and sh("PropertyShape") in kinds:
                raise ill_formed(node, "属性形状缺 sh:path", "a property shape without sh:path")
            if found is not None and sh("NodeShape") in kinds:
                raise ill_formed(node, "节点形状不能有 sh:path", "a node shape with sh:path")
            if found is None:
                return None
            self.paths[node] = read_path(self.graph, node, found)
        return self.paths[node]

    def _messages(self, node: Term) -> tuple[Literal, ...]:
        found = self.graph.objects(node, sh("message"))
        return tuple(message for message in found if isinstance(message, Literal))

    def _targets(self, node: Term) -> Targets:
        classes = self._values(node, "targetClass")
        if isinstance(node, NamedNode) and node in self.classes and node not in classes:
            classes.append(node)
        return Targets(
            nodes=tuple(self._values(node, "targetNode")),
            classes=tuple(classes),
            subjects_of=tuple(self._iris(node, "targetSubjectsOf")),
            objects_of=tuple(self._iris(node, "targetObjectsOf")),
        )

    def _values(self, node: Term, name: str) -> list[Term]:
        return self.graph.objects(node, sh(name)) if name in self.graph.names(node) else []

    def _iris(self, node: Term, name: str) -> list[NamedNode]:
        return [self.graph.iri(node, name, value) for value in self._values(node, name)]

    def _property(self, node: Term, value: Term) -> int:
        if self._path(value) is None:
            raise ill_formed(
                node, "sh:property 的一个值缺 sh:path", "a value of sh:property has no sh:path"
            )
        return self.numbers[value]

    # constraint components

    def _class(self, node: Term) -> Iterator[Constraint]:
        return map(Class, self._values(node, "class"))

    def _datatype(self, node: Term) -> Iterator[Constraint]:
        value = self.graph.one(node, "datatype")
        if value is not None:
            yield Datatype(self.graph.iri(node, "datatype", value))

    def _node_kind(self, node: Term) -> Iterator[Constraint]:
        value = self.graph.one(node, "nodeKind")
        kind = value.value.removeprefix(SH) if isinstance(value, NamedNode) else ""
        if kind not in NODE_KINDS:
            raise ill_formed(node, f"未知的节点种类 {value}", f"unknown node kind {value}")
        yield NodeKind(kind, NODE_KINDS[kind])

    def _min_count(self, node: Term) -> Iterator[Constraint]:
        limit = self.graph.count(node, "minCount")
        if limit:
            yield relations.MinCount(limit)

    def _max_count(self, node: Term) -> Iterator[Constraint]:
        limit = self.graph.count(node, "maxCount")
        if limit is not None:
            yield relations.MaxCount(limit)

    def _range(self, name: str) -> Callable[[Term], Iterator[Constraint]]:
        def read(node: Term) -> Iterator[Constraint]:
            for value in self._values(node, name):
                if not isinstance(value, Literal):
                    raise ill_formed(node, f"sh:{name} 须为文字值", f"sh:{name} needs a literal")
                yield Range(name, value)

        return read

    def _length(self, name: str) -> Callable[[Term], Iterator[Constraint]]:
        def read(node: Term) -> Iterator[Constraint]:
            limit = self.graph.count(node, name)
            if limit is not None and (limit or name == "maxLength"):
                yield Length(name, limit)

        return read

    def _pattern(self, node: Term) -> Iterator[Constraint]:
        flags = self.graph.literal(node, "flags")
        for value in self._values(node, "pattern"):
            if not isinstance(value, Literal):
                raise ill_formed(node, "sh:pattern 须为字符串", "sh:pattern needs a string")
            try:
                yield Matches(Pattern(value.value, flags.value if flags else ""))
            except ValidationFailure as error:
                raise ill_formed(node, error.message.zh, error.message.en) from error

    def _language_in(self, node: Term) -> Iterator[Constraint]:
        head = self.graph.one(node, "languageIn")
        members = [] if head is None else self.graph.members(node, head)
        ranges = [m.value for m in members if isinstance(m, Literal) and not m.language]
        if len(ranges) < len(members):
            raise ill_formed(node, "sh:languageIn 须为字符串", "sh:languageIn needs strings")
        yield LanguageIn(tuple(ranges))

    def _unique_lang(self, node: Term) -> Iterator[Constraint]:
        if self.graph.boolean(node, "uniqueLang"):
            yield relations.UniqueLang()

    def _equals(self, node: Term) -> Iterator[Constraint]:
        return map(relations.Equals, self._iris(node, "equals"))

    def _disjoint(self, node: Term) -> Iterator[Constraint]:
        return map(relations.Disjoint, self._iris(node, "disjoint"))

    def _less_than(self, name: str) -> Callable[[Term], Iterator[Constraint]]:
        def read(node: Term) -> Iterator[Constraint]:
            return (relations.LessThan(name, iri) for iri in self._iris(node, name))

        return read

    def _node(self, node: Term) -> Iterator[Constraint]:
        for value in self._values(node, "node"):
            if self._path(value) is not None:
                raise ill_formed(
                    node,
                    f"sh:node 的值 {value} 是属性形状",
                    f"sh:node names a property shape {value}",
                )
            yield logic.Node((self.numbers[value],), (shown(value),))

    def _not(self, node: Term) -> Iterator[Constraint]:
        for value in self._values(node, "not"):
            yield logic.Not((self.numbers[value],), (shown(value),))

    def _logical(self, name: str) -> Callable[[Term], Iterator[Constraint]]:
        def read(node: Term) -> Iterator[Constraint]:
            for head in self._values(node, name):
                members = self._members(node, head)
                yield _LISTS[name](
                    tuple(self.numbers[member] for member in members), tuple(map(shown, members))
                )

        return read

    def _qualified(self, node: Term) -> Iterator[Constraint]:
        disjoint = self.graph.boolean(node, "qualifiedValueShapesDisjoint")
        for value in self._values(node, "qualifiedValueShape"):
            siblings = tuple(self._siblings(node, value)) if disjoint else ()
            for name in ("qualifiedMinCount", "qualifiedMaxCount"):
                limit = self.graph.count(node, name)
                if limit is not None:
                    yield logic.Qualified(name, limit, self.numbers[value], siblings)

    def _siblings(self, node: Term, value: Term) -> Iterator[int]:
        """Yield the sibling shapes of SHACL 4.7.3."""
        found: dict[Term, None] = {}
        for parent in self.graph.subjects(sh("property"), node):
            for brother in self._values(parent, "property"):
                found.update(dict.fromkeys(self._values(brother, "qualifiedValueShape")))
        return (self.numbers[sibling] for sibling in found if sibling != value)

    def _closed(self, node: Term) -> Iterator[Constraint]:
        if not self.graph.boolean(node, "closed"):
            return
        allowed: set[NamedNode] = set()
        for head in self._values(node, "ignoredProperties"):
            members = self.graph.members(node, head)
            allowed.update(self.graph.iri(node, "ignoredProperties", m) for m in members)
        for value in self._values(node, "property"):
            path = self._path(value)
            if path is not None and path.predicate is not None:
                allowed.add(path.predicate)
        yield relations.Closed(frozenset(allowed))

    def _has_value(self, node: Term) -> Iterator[Constraint]:
        return map(relations.HasValue, self._values(node, "hasValue"))

    def _in(self, node: Term) -> Iterator[Constraint]:
        head = self.graph.one(node, "in")
        if head is not None:
            yield In(frozenset(self.graph.members(node, head)))


_RANGES = ("minExclusive", "minInclusive", "maxExclusive", "maxInclusive")
