"""Constraints that are SPARQL queries: SHACL 5 (sh:sparql) and 6 (constraint components)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions, Triple

from kg_builder.errors import ValidationFailure
from kg_builder.graph.index import Term
from kg_builder.graph.shacl.constraints import Constraint, Finding, shown
from kg_builder.graph.shacl.run import Run, ValueNodes
from kg_builder.graph.shacl.sparql import SHAPES_GRAPH, Binder, Query
from kg_builder.model.bilingual import Bilingual

_SLOT = re.compile(r"\{[?$](\w+)\}")
_BATCH = 5_000


@dataclass(frozen=True)
class _Querying(Constraint):
    """What SELECT and ASK constraints share."""

    query: Query
    shape: Term
    has_path: bool
    messages: tuple[Literal, ...]
    """Messages with slots `{?name}`, the shape's own where the constraint has none."""
    given: tuple[tuple[str, Term], ...]
    """The parameters of a constraint component."""

    @cached_property
    def _constants(self) -> Mapping[str, Term]:
        return {"currentShape": self.shape, "shapesGraph": SHAPES_GRAPH, **dict(self.given)}

    def ask(self, run: Run, values: Mapping[str, list[Term]]) -> QueryBoolean | QuerySolutions:
        """Run the query with its variables bound, each to any of its values."""
        store = run.store.ready_for(self.query)
        with Binder(store) as binder:
            bound = {**{name: [term] for name, term in self._constants.items()}, **values}
            pattern = "".join(
                binder.pattern(name, terms)
                for name, terms in sorted(bound.items())
                if name in self.query.bound
            )
            answer = store.query(pattern.join(self.query.pieces))
        if isinstance(answer, QueryBoolean | QuerySolutions):
            return answer
        raise TypeError("neither SELECT nor ASK")

    def written(self, bindings: Mapping[str, Term]) -> tuple[Literal, ...]:
        """Return the messages with their slots filled."""

        def fill(match: re.Match[str]) -> str:
            term = bindings.get(match[1])
            return match[0] if term is None else str(term.value)

        def write(message: Literal) -> Literal:
            text = _SLOT.sub(fill, message.value)
            return Literal(text, language=message.language) if message.language else Literal(text)

        return tuple(write(message) for message in self.messages)


@dataclass(frozen=True)
class Select(_Querying):
    """A SELECT query: each solution is a finding (SHACL 5.3, 6.2)."""

    source: Term | None
    """The node of sh:sparql; None for a constraint component."""
    own_component: NamedNode

    def component_iri(self) -> NamedNode:
        """Return the constraint component: SHACL's own, or the one declared."""
        return self.own_component

    def findings(self, run: Run, values: ValueNodes) -> Iterable[Finding]:
        """Return a finding for each distinct solution of each focus node."""
        nodes = list(values.focus)
        terms = [run.term(node) for node in nodes]
        if self.query.batched and not any(isinstance(term, Literal) for term in terms):
            for start in range(0, len(nodes), _BATCH):
                yield from self._found(run, terms[start : start + _BATCH], None)
        else:
            for node, term in zip(nodes, terms, strict=True):
                yield from self._found(run, [term], node)

    def _found(self, run: Run, terms: list[Term], focus: int | None) -> Iterator[Finding]:
        answer = self.ask(run, {"this": terms})
        if not isinstance(answer, QuerySolutions):
            raise TypeError("a SELECT query gives solutions")
        names = [variable.value for variable in answer.variables]
        seen: set[tuple[str, ...]] = set()
        for row in answer:
            key = tuple(map(str, row))
            if key in seen:
                continue
            seen.add(key)
            bindings: dict[str, Term] = {
                name: term
                for name, term in zip(names, row, strict=True)
                if term is not None and not isinstance(term, Triple)
            }
            node = focus if focus is not None else run.number(bindings["this"])
            yield self._finding(run, node, bindings)

    def _finding(self, run: Run, node: int, bindings: Mapping[str, Term]) -> Finding:
        failure = bindings.get("failure")
        if failure is not None and failure.value in ("true", "1"):
            raise ValidationFailure(
                f"SPARQL 约束报告自身失败：{run.term(node)}",
                f"a SPARQL-based constraint reported a failure at {run.term(node)}",
            )
        value = run.original(bindings["value"]) if "value" in bindings else None
        if value is None and not self.has_path:
            value = node
        known = {**self._constants, **bindings, "this": run.term(node)}
        if value is not None:
            known["value"] = run.term(value)
        path, own = bindings.get("path"), bindings.get("message")
        return Finding(
            node,
            value,
            path if isinstance(path, NamedNode) else None,
            (own,) if isinstance(own, Literal) else self.written(known),
            self.source,
        )

    def message(self) -> Bilingual:
        """Say that a query found something."""
        return Bilingual("不满足 SPARQL 约束", "does not satisfy a SPARQL-based constraint")


@dataclass(frozen=True)
class Ask(_Querying):
    """An ASK query: each value node for which it says no is a finding (SHACL 6.2.3)."""

    own_component: NamedNode

    def component_iri(self) -> NamedNode:
        """Return the constraint component declared."""
        return self.own_component

    def findings(self, run: Run, values: ValueNodes) -> Iterable[Finding]:
        """Return the value nodes for which the query says no."""
        for node, several in values.by_focus.items():
            this = run.term(node)
            for value in several:
                term = run.term(value)
                if not self.ask(run, {"this": [this], "value": [term]}):
                    known = {**self._constants, "this": this, "value": term}
                    yield Finding(node, value, messages=self.written(known))

    def message(self) -> Bilingual:
        """Name the component."""
        name = shown(self.own_component)
        return Bilingual(f"不满足 {name}", f"does not satisfy {name}")
