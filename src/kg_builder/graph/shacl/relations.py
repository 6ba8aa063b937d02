"""Constraint components that look at all value nodes of a focus node together.

SHACL 4.2 (cardinality), 4.4.5 (uniqueLang), 4.5 (property pairs) and 4.8 (closed, hasValue).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg_builder.graph.index import Ids, Term
from kg_builder.graph.shacl.constraints import Constraint, Finding, shown
from kg_builder.graph.shacl.ordering import Key, Order, compare_keys, sort_key
from kg_builder.graph.shacl.run import Run, ValueNodes
from kg_builder.graph.shacl.vocabulary import sh, short_name
from kg_builder.model.bilingual import Bilingual

_NOTHING: Ids = ()


@dataclass(frozen=True)
class MinCount(Constraint):
    """sh:minCount (SHACL 4.2.1)."""

    limit: int
    component = sh("MinCountConstraintComponent")

    def findings(self, run: Run, values: ValueNodes) -> Iterable[Finding]:  # noqa: ARG002
        """Return the focus nodes with too few value nodes."""
        limit = self.limit
        return [Finding(node) for node, found in values.by_focus.items() if len(found) < limit]

    def message(self) -> Bilingual:
        """Say how many."""
        return Bilingual(f"至少要有 {self.limit} 个值", f"at least {self.limit} values are needed")


@dataclass(frozen=True)
class MaxCount(Constraint):
    """sh:maxCount (SHACL 4.2.2)."""

    limit: int
    component = sh("MaxCountConstraintComponent")

    def findings(self, run: Run, values: ValueNodes) -> Iterable[Finding]:  # noqa: ARG002
        """Return the focus nodes with too many value nodes."""
        limit = self.limit
        return [Finding(node) for node, found in values.by_focus.items() if len(found) > limit]

    def message(self) -> Bilingual:
        """Say how many."""
        return Bilingual(
            f"至多只能有 {self.limit} 个值", f"at most {self.limit} values are allowed"
        )


@dataclass(frozen=True)
class UniqueLang(Constraint):
    """sh:uniqueLang true (SHACL 4.4.5)."""

    component = sh("UniqueLangConstraintComponent")

    def findings(self, run: Run, values: ValueNodes) -> Iterable[Finding]:
        """Return a finding for each language tag that several value nodes share."""
        found: list[Finding] = []
        for node, several in values.by_focus.items():
            if len(several) < 2:
                continue
            tags = Counter(
                term.language.lower()
                for term in map(run.term, several)
                if isinstance(term, Literal) and term.language
            )
            found.extend(Finding(node) for count in tags.values() if count > 1)
        return found

    def message(self) -> Bilingual:
        """Say what is asked for."""
        return Bilingual("每种语言至多一个值", "at most one value for each language")


@dataclass(frozen=True)
class HasValue(Constraint):
    """sh:hasValue (SHACL 4.8.2)."""

    value: Term
    component = sh("HasValueConstraintComponent")

    def findings(self, run: Run, values: ValueNodes) -> Iterable[Finding]:
        """Return the focus nodes without the value."""
        wanted = run.number(self.value)
        return [Finding(node) for node, found in values.by_focus.items() if wanted not in found]

    def message(self) -> Bilingual:
        """Say which value."""
        return Bilingual(f"须有值 {shown(self.value)}", f"must have the value {shown(self.value)}")


@dataclass(frozen=True)
class Equals(Constraint):
    """sh:equals (SHACL 4.5.1)."""

    predicate: NamedNode
    component = sh("EqualsConstraintComponent")

    def findings(self, run: Run, values: ValueNodes) -> Iterable[Finding]:
        """Return the values that stand on one side only."""
        edges = run.edges(self.predicate)
        found: list[Finding] = []
        for node, mine in values.by_focus.items():
            others = edges.get(node, _NOTHING)
            if set(mine) != set(others):
                found.extend(Finding(node, value) for value in mine if value not in others)
                found.extend(Finding(node, value) for value in others if value not in mine)
        return found

    def message(self) -> Bilingual:
        """Say which property."""
        name = short_name(self.predicate.value)
        return Bilingual(f"须与 {name} 的值相同", f"must have the same values as {name}")


@dataclass(frozen=True)
class Disjoint(Constraint):
    """sh:disjoint (SHACL 4.5.2)."""

    predicate: NamedNode
    component = sh("DisjointConstraintComponent")

    def findings(self, run: Run, values: ValueNodes) -> Iterable[Finding]:
        """Return the values that stand on both sides."""
        edges = run.edges(self.predicate)
        return [
            Finding(node, value)
            for node, mine in values.by_focus.items()
            if node in edges
            for value in mine
            if value in edges[node]
        ]

    def message(self) -> Bilingual:
        """Say which property."""
        name = short_name(self.predicate.value)
        return Bilingual(f"不得与 {name} 有相同的值", f"must share no value with {name}")


@dataclass(frozen=True)
class LessThan(Constraint):
    """sh:lessThan, sh:lessThanOrEquals (SHACL 4.5.3, 4.5.4): a finding for each failing pair."""

    name: str
    predicate: NamedNode

    def component_iri(self) -> NamedNode:
        """Return the component of this comparison."""
        return sh(self.name[0].upper() + self.name[1:] + "ConstraintComponent")

    def findings(self, run: Run, values: ValueNodes) -> Iterable[Finding]:
        """Return the values that are not less, once for each value they are compared with."""
        edges = run.edges(self.predicate)
        wanted: tuple[Order, ...] = (-1,) if self.name == "lessThan" else (-1, 0)
        keys: dict[int, Key | None] = {}

        def key(number: int) -> Key | None:
            if number not in keys:
                term = run.term(number)
                keys[number] = sort_key(term) if isinstance(term, Literal) else None
            return keys[number]

        return [
            Finding(node, value)
            for node, mine in values.by_focus.items()
            if mine and node in edges
            for value in mine
            for other in edges[node]
            if compare_keys(key(value), key(other)) not in wanted
        ]

    def message(self) -> Bilingual:
        """Say which property."""
        name = short_name(self.predicate.value)
        if self.name == "lessThan":
            return Bilingual(f"须小于 {name} 的值", f"must be less than the value of {name}")
        return Bilingual(
            f"须小于或等于 {name} 的值", f"must be less than or equal to the value of {name}"
        )


@dataclass(frozen=True)
class Closed(Constraint):
    """sh:closed true, with sh:ignoredProperties (SHACL 4.8.1)."""

    allowed: frozenset[NamedNode]
    component = sh("ClosedConstraintComponent")

    def findings(self, run: Run, values: ValueNodes) -> Iterable[Finding]:
        """Return the values of properties that the shape does not name."""
        return list(self._foreign(run, values))

    def _foreign(self, run: Run, values: ValueNodes) -> Iterator[Finding]:
        for number in run.data.predicates():
            predicate = run.data.term(number)
            if not isinstance(predicate, NamedNode) or predicate in self.allowed:
                continue
            edges = run.data.by_subject(number)
            with_property = edges.keys() & values.all
            for node, value in values.among(set(with_property)):
                yield from (Finding(node, other, predicate) for other in edges[value])

    def message(self) -> Bilingual:
        """Say what is asked for."""
        return Bilingual("形状是封闭的：不得有别的属性", "the shape is closed: no other properties")
