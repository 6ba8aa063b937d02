"""Reads what a shape says in SPARQL: sh:sparql, and the constraint components it uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Store

from kg_builder.errors import ValidationFailure
from kg_builder.graph.index import Term
from kg_builder.graph.shacl.constraints import Constraint
from kg_builder.graph.shacl.paths import Path
from kg_builder.graph.shacl.queries import Ask, Select
from kg_builder.graph.shacl.reading import ShapesGraph, ill_formed
from kg_builder.graph.shacl.sparql import Query, with_standard
from kg_builder.graph.shacl.vocabulary import OWL, SH, sh, short_name

_RESERVED = frozenset({"this", "shapesGraph", "currentShape", "path", "PATH", "value"})


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    predicate: NamedNode
    optional: bool


class Components:
    """The constraint components that a shapes graph declares, and its SPARQL-based constraints."""

    def __init__(self, graph: ShapesGraph) -> None:
        self._graph = graph
        self.unsupported: list[str] = []
        """Queries that our engine cannot run; pySHACL is asked instead."""

    def read(self, shape: Term, path: Path | None) -> Iterator[Constraint]:
        """Yield the SPARQL-based constraints of a shape.

        Raises ValidationFailure for what is ill-formed, and for queries that are not allowed.
        """
        for node in self._graph.objects(shape, sh("sparql")):
            if not self._graph.boolean(node, "deactivated"):
                yield self._constraint(shape, path, node)
        for component, parameters in self._declared.items():
            for given in self._uses(shape, component, parameters):
                yield self._validator(shape, path, component, given)

    def _constraint(self, shape: Term, path: Path | None, node: Term) -> Constraint:
        query = self._query(shape, path, node, "select", ())
        messages = self._messages(node, shape)
        return Select(
            query, shape, path is not None, messages, (), node, sh("SPARQLConstraintComponent")
        )

    # constraint components

    @cached_property
    def _declared(self) -> dict[Term, tuple[_Parameter, ...]]:
        found = self._graph.instances(sh("ConstraintComponent"))
        own = (c for c in found if not (isinstance(c, NamedNode) and c.value.startswith(SH)))
        return {component: tuple(self._parameters(component)) for component in own}

    def _parameters(self, component: Term) -> Iterator[_Parameter]:
        found = self._graph.objects(component, sh("parameter"))
        for node in found:
            path = self._graph.one(node, "path")
            if not isinstance(path, NamedNode) or short_name(path.value) in _RESERVED:
                raise ill_formed(component, "参数的 sh:path 不可用", "an unusable sh:parameter")
            optional = self._graph.boolean(node, "optional")
            yield _Parameter(short_name(path.value), path, optional)
        if not found:
            raise ill_formed(component, "缺 sh:parameter", "no sh:parameter")

    def _uses(
        self, shape: Term, component: Term, parameters: tuple[_Parameter, ...]
    ) -> Iterator[tuple[tuple[str, Term], ...]]:
        """Yield the bindings with which a shape uses a component.

        Each value of an only parameter makes one; several parameters take one value each.
        """
        values = {p: self._graph.objects(shape, p.predicate) for p in parameters}
        if not all(values[p] or p.optional for p in parameters) or not any(values.values()):
            return
        if len(parameters) == 1:
            yield from (((parameters[0].name, value),) for value in values[parameters[0]])
            return
        if any(len(several) > 1 for several in values.values()):
            raise ill_formed(
                shape,
                f"{component} 的参数有多个值",
                f"several values for a parameter of {component}",
            )
        yield tuple((p.name, several[0]) for p, several in values.items() if several)

    def _validator(
        self, shape: Term, path: Path | None, component: Term, given: tuple[tuple[str, Term], ...]
    ) -> Constraint:
        if not isinstance(component, NamedNode):
            raise ill_formed(component, "约束组件须有 IRI", "a constraint component needs an IRI")
        names = [parameter.name for parameter in self._declared[component]]
        special = "nodeValidator" if path is None else "propertyValidator"
        for node in self._graph.objects(component, sh(special)):
            query = self._query(shape, path, node, "select", names)
            messages = self._messages(node, component, shape)
            return Select(query, shape, path is not None, messages, given, None, component)
        for node in self._graph.objects(component, sh("validator")):
            query = self._query(shape, path, node, "ask", [*names, "value"])
            messages = self._messages(node, component, shape)
            return Ask(query, shape, path is not None, messages, given, component)
        raise ill_formed(component, "没有可用的验证器", f"no validator for {shape}")

    # texts

    def _messages(self, *nodes: Term) -> tuple[Literal, ...]:
        for node in nodes:
            found = self._graph.objects(node, sh("message"))
            if found:
                return tuple(m for m in found if isinstance(m, Literal))
        return ()

    def _query(
        self, shape: Term, path: Path | None, node: Term, kind: str, names: Iterable[str]
    ) -> Query:
        text = self._graph.literal(node, kind)
        if text is None:
            raise ill_formed(shape, f"{node} 缺 sh:{kind}", f"{node} has no sh:{kind}")
        bindable = frozenset(names)
        query = Query(text.value, with_standard(self._prefixes(node)), bindable).with_path(
            None if path is None else path.text, 0 if path is None else len(path.ops)
        )
        if query.names_other_graphs:
            self.unsupported.append(f"{shape}: GRAPH")
        else:
            self._try(shape, query)
        return query

    def _try(self, shape: Term, query: Query) -> None:
        """Parse the query as it will run; what Oxigraph cannot parse is left to pySHACL."""
        values = "".join(f" VALUES ?{name} {{ <urn:x> }} " for name in sorted(query.bound))
        try:
            Store().query(values.join(query.pieces))
        except SyntaxError as error:
            self.unsupported.append(f"{shape}: {error}")

    def _prefixes(self, node: Term) -> dict[str, str]:
        """Return what sh:prefixes declares, along owl:imports (SHACL 5.2.1).

        Where it declares nothing, all declarations of the shapes graph are taken, as pySHACL does.
        """
        queue = self._graph.objects(node, sh("prefixes"))
        if not queue:
            return {}
        seen = dict.fromkeys(queue)
        while queue:
            imported = self._graph.objects(queue.pop(), NamedNode(OWL + "imports"))
            queue.extend(term for term in imported if term not in seen)
            seen.update(dict.fromkeys(imported))
        declarations = [d for o in seen for d in self._graph.objects(o, sh("declare"))]
        if not declarations:
            declarations = sorted((d for _, d in self._graph.pairs(sh("declare"))), key=str)
        prefixes: dict[str, str] = {}
        for declaration in declarations:
            prefix = self._graph.literal(declaration, "prefix")
            namespace = self._graph.literal(declaration, "namespace")
            if prefix is None or namespace is None:
                raise ill_formed(node, "sh:declare 残缺", "an incomplete sh:declare")
            if prefixes.setdefault(prefix.value, namespace.value) != namespace.value:
                raise ValidationFailure(
                    f"前缀 {prefix.value} 有两个名字空间",
                    f"the prefix {prefix.value} has two namespaces",
                )
        return prefixes
