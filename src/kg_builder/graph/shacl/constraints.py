"""What a constraint is, and the constraint components that look at one value node at a time.

SHACL 4.1 (value type), 4.3 (value range), 4.4 (strings) and sh:in. What such a constraint says of a
value depends on the value alone, so that each distinct value is tested once, whatever the number of
focus nodes.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode

from kg_builder.graph.index import Term
from kg_builder.graph.shacl.datatypes import lexical_check
from kg_builder.graph.shacl.ordering import Key, Order, compare_keys, sort_key
from kg_builder.graph.shacl.patterns import Pattern
from kg_builder.graph.shacl.run import Run, ValueNodes
from kg_builder.graph.shacl.vocabulary import sh, short_name
from kg_builder.model.bilingual import Bilingual


class Finding(NamedTuple):
    """A focus node that does not satisfy a constraint."""

    focus: int
    value: int | None = None
    path: NamedNode | None = None
    """The result's own path, where it is not the shape's."""
    messages: tuple[Literal, ...] = ()
    """The result's own messages, where the constraint makes them."""
    source: Term | None = None
    """The value of `sh:sourceConstraint`, for a SPARQL-based constraint."""


class Constraint(ABC):
    """A constraint component with its parameters."""

    component: ClassVar[NamedNode]

    def needs(self, run: Run, values: ValueNodes) -> Iterator[tuple[int, set[int]]]:  # noqa: ARG002
        """Yield the shapes whose verdict on which nodes the constraint will ask `run.failed`."""
        return iter(())

    def references(self) -> tuple[int, ...]:
        """Return the numbers of the shapes that the constraint refers to."""
        return ()

    def component_iri(self) -> NamedNode:
        """Return the IRI of the constraint component."""
        return self.component

    @abstractmethod
    def findings(self, run: Run, values: ValueNodes) -> Iterable[Finding]:
        """Return what does not satisfy the constraint."""

    def failing_focus(self, run: Run, values: ValueNodes) -> set[int]:
        """Return the focus nodes that do not satisfy the constraint."""
        return {finding.focus for finding in self.findings(run, values)}

    @abstractmethod
    def message(self) -> Bilingual:
        """Return what the constraint asks for, in words, where the shape has no message."""


class ValueConstraint(Constraint):
    """A constraint on each value node by itself."""

    def findings(self, run: Run, values: ValueNodes) -> Iterable[Finding]:
        """Return each value node that fails, with its focus node."""
        bad = self.failing(run, values.all)
        return [Finding(node, value) for node, value in values.among(bad)]

    def failing_focus(self, run: Run, values: ValueNodes) -> set[int]:
        """Return the focus nodes that have a failing value node."""
        return values.having(self.failing(run, values.all))

    @abstractmethod
    def failing(self, run: Run, nodes: set[int]) -> set[int]:
        """Return those of `nodes` that do not satisfy the constraint."""


def shown(term: Term) -> str:
    """Return a term as messages write it."""
    return short_name(term.value) if isinstance(term, NamedNode) else str(term)


def _listed(terms: Iterable[str]) -> str:
    items = sorted(terms)
    return ", ".join(items[:20]) + (" …" if len(items) > 20 else "")


@dataclass(frozen=True)
class Class(ValueConstraint):
    """sh:class (SHACL 4.1.1)."""

    cls: Term
    component = sh("ClassConstraintComponent")

    def failing(self, run: Run, nodes: set[int]) -> set[int]:
        """Return the nodes that are no SHACL instances of the class."""
        return run.strangers(nodes, self.cls)

    def message(self) -> Bilingual:
        """Say which class."""
        name = shown(self.cls)
        return Bilingual(f"值须为 {name} 的实例", f"value must be an instance of {name}")


@dataclass(frozen=True)
class Datatype(ValueConstraint):
    """sh:datatype (SHACL 4.1.2), with the XSD grammar of the lexical form."""

    datatype: NamedNode
    component = sh("DatatypeConstraintComponent")

    def failing(self, run: Run, nodes: set[int]) -> set[int]:
        """Return the nodes of another datatype, and the ill-formed literals."""
        datatype, check, term = self.datatype, lexical_check(self.datatype.value), run.term
        return {
            node
            for node in nodes
            if not (
                isinstance(value := term(node), Literal)
                and value.datatype == datatype
                and check(value.value)
            )
        }

    def message(self) -> Bilingual:
        """Say which datatype."""
        name = shown(self.datatype)
        return Bilingual(
            f"值须为合乎语法的 {name} 文字值", f"value must be a well-formed literal of {name}"
        )


@dataclass(frozen=True)
class NodeKind(ValueConstraint):
    """sh:nodeKind (SHACL 4.1.3)."""

    kind: str
    allowed: tuple[type, ...]
    component = sh("NodeKindConstraintComponent")

    def failing(self, run: Run, nodes: set[int]) -> set[int]:
        """Return the nodes of another kind."""
        term, allowed = run.term, self.allowed
        return {node for node in nodes if not isinstance(term(node), allowed)}

    def message(self) -> Bilingual:
        """Say which kind."""
        return Bilingual(
            f"值的节点种类须为 {self.kind}", f"node kind of the value must be {self.kind}"
        )


NODE_KINDS = {
    "IRI": (NamedNode,),
    "BlankNode": (BlankNode,),
    "Literal": (Literal,),
    "BlankNodeOrIRI": (BlankNode, NamedNode),
    "BlankNodeOrLiteral": (BlankNode, Literal),
    "IRIOrLiteral": (NamedNode, Literal),
}


@dataclass(frozen=True)
class Range(ValueConstraint):
    """sh:minExclusive, minInclusive, maxExclusive, maxInclusive (SHACL 4.3)."""

    name: str
    limit: Literal

    def component_iri(self) -> NamedNode:
        """Return the component of this bound."""
        return sh(self.name[0].upper() + self.name[1:] + "ConstraintComponent")

    @cached_property
    def _key(self) -> Key | None:
        return sort_key(self.limit)

    def failing(self, run: Run, nodes: set[int]) -> set[int]:
        """Return the nodes outside of the bound, and those that cannot be compared with it."""
        wanted = _ALLOWED[self.name]
        return {node for node in nodes if self._order(run.term(node)) not in wanted}

    def _order(self, value: Term) -> Order | None:
        return compare_keys(sort_key(value), self._key) if isinstance(value, Literal) else None

    def message(self) -> Bilingual:
        """Say which bound."""
        sign = {"minExclusive": ">", "minInclusive": "≥", "maxExclusive": "<", "maxInclusive": "≤"}
        bound = f"{sign[self.name]} {self.limit.value}"
        return Bilingual(f"值须 {bound}", f"value must be {bound}")


_ALLOWED: dict[str, tuple[Order, ...]] = {
    "minExclusive": (1,),
    "minInclusive": (0, 1),
    "maxExclusive": (-1,),
    "maxInclusive": (-1, 0),
}


@dataclass(frozen=True)
class Length(ValueConstraint):
    """sh:minLength, sh:maxLength (SHACL 4.4.1, 4.4.2)."""

    name: str
    limit: int

    def component_iri(self) -> NamedNode:
        """Return the component of this bound."""
        return sh(self.name[0].upper() + self.name[1:] + "ConstraintComponent")

    def failing(self, run: Run, nodes: set[int]) -> set[int]:
        """Return the nodes that are too short or too long, and the blank nodes."""
        fits: Callable[[int], bool] = (
            self.limit.__le__ if self.name == "minLength" else self.limit.__ge__
        )
        term = run.term
        return {
            node
            for node in nodes
            if isinstance(value := term(node), BlankNode) or not fits(len(value.value))
        }

    def message(self) -> Bilingual:
        """Say which length."""
        if self.name == "minLength":
            return Bilingual(f"至少 {self.limit} 个字符", f"at least {self.limit} characters")
        return Bilingual(f"至多 {self.limit} 个字符", f"at most {self.limit} characters")


@dataclass(frozen=True)
class Matches(ValueConstraint):
    """sh:pattern with sh:flags (SHACL 4.4.3)."""

    pattern: Pattern
    component = sh("PatternConstraintComponent")

    def failing(self, run: Run, nodes: set[int]) -> set[int]:
        """Return the nodes that do not match, and the blank nodes."""
        texts: dict[str, list[int]] = {}
        bad: set[int] = set()
        for node in nodes:
            value = run.term(node)
            if isinstance(value, BlankNode):
                bad.add(node)
            else:
                texts.setdefault(value.value, []).append(node)
        matching = self.pattern.matching(texts)
        bad.update(n for text, numbers in texts.items() if text not in matching for n in numbers)
        return bad

    def message(self) -> Bilingual:
        """Say which pattern."""
        text = self.pattern.source
        return Bilingual(f"值须合乎正则表达式 {text}", f"value must match the pattern {text}")


@dataclass(frozen=True)
class LanguageIn(ValueConstraint):
    """sh:languageIn (SHACL 4.4.4), by the basic filtering of RFC 4647, as SPARQL's langMatches."""

    ranges: tuple[str, ...]
    component = sh("LanguageInConstraintComponent")

    @cached_property
    def _accepts(self) -> re.Pattern[str]:
        anything = "*" in self.ranges
        names = "|".join(re.escape(r) for r in self.ranges if r != "*")
        return re.compile(r".+" if anything else rf"(?:{names})(?:-.*)?", re.IGNORECASE)

    def failing(self, run: Run, nodes: set[int]) -> set[int]:
        """Return the nodes without a language tag in the ranges."""
        accepts, term = self._accepts.fullmatch, run.term
        return {
            node
            for node in nodes
            if not (
                isinstance(value := term(node), Literal)
                and value.language
                and accepts(value.language)
            )
        }

    def message(self) -> Bilingual:
        """Say which languages."""
        names = _listed(self.ranges)
        return Bilingual(f"语言标签须为 {names}", f"language tag must be one of {names}")


@dataclass(frozen=True)
class In(ValueConstraint):
    """sh:in (SHACL 4.8.3)."""

    members: frozenset[Term]
    component = sh("InConstraintComponent")

    def failing(self, run: Run, nodes: set[int]) -> set[int]:
        """Return the nodes that are not in the list."""
        return nodes - {run.number(member) for member in self.members}

    def message(self) -> Bilingual:
        """Say which values are allowed."""
        names = _listed(shown(member) for member in self.members)
        return Bilingual(f"值须为以下之一：{names}", f"value must be one of: {names}")
