"""Rows of a known table, read by the template of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from kg_builder.model.document import Row, Table
from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Concept, Text, Value
from kg_builder.model.selector import Evidence
from kg_builder.text.extraction.addresses import bare_address
from kg_builder.text.extraction.parsers import MAX_VERBATIM
from kg_builder.text.extraction.scopes import Bound, Placed, Scope
from kg_builder.text.extraction.sources import Sources
from kg_builder.text.extraction.statements import Named, Observed, Statements
from kg_builder.text.extraction.template import (
    Expression,
    FigureRule,
    KeyPart,
    NodeRule,
    SourceRule,
    StatementRule,
    Template,
    Variant,
)
from kg_builder.text.grammar.areas import AreaNames
from kg_builder.text.grammar.periods import Period
from kg_builder.text.grammar.quantities import Figure
from kg_builder.text.notes.findings import shown
from kg_builder.text.notes.frame import Dated, derived

_SLOT = re.compile(r"\{([a-z_]+)\}")
_NUMERALS = re.compile(r"[\d\s()+*—–-]+")
_OTHER_NAME = "skos:altLabel"


class RowReader:
    """Reads the rows of one table."""

    def __init__(
        self,
        table: Table,
        template: Template,
        sources: Sources,
        areas: AreaNames,
        nothing: frozenset[str],
        said: Statements,
    ) -> None:
        self._table = table
        self._template = template
        self._sources = sources
        self._areas = areas
        self._nothing = nothing
        self._said = said
        self._findings = said.findings
        self._page = said.findings.page
        self._rule = f"table-{table.kind}"
        self._orders: dict[tuple[str, EntityId | int | None], int] = {}

    def read(self) -> list[Scope]:
        """Read every whole row; return what each bound, for the checks."""
        self._findings.read(*(cell.span for cell in self._table.headers.values()))
        root = Scope(None, None)
        for rule in self._template.table_nodes:
            self._node(rule, root)
        scopes = []
        for row in self._table.rows:
            if self._is_half(row):
                continue
            scope = Scope(root, row)
            for rule in self._template.nodes:
                self._node(rule, scope)
            scopes.append(scope)
        return scopes

    def _is_half(self, row: Row) -> bool:
        """Whether a required cell holds a sign for "nothing"; a warning says so."""
        required = [row.cells[name] for name in self._template.required if name in row.cells]
        if not any(self._sources.is_nothing(cell) for cell in required):
            return False
        own = [cell for name, cell in row.cells.items() if name not in row.carried and cell.text]
        own = own or required
        words = shown(" | ".join(cell.text for cell in own))
        self._findings.notice(
            "half-row",
            f"残缺的一行，已跳过：{words}",
            f"half a row, skipped: {words}",
            own[0].span,
        )
        return True

    # --- nodes ---

    def _node(self, rule: NodeRule, scope: Scope) -> None:
        scope.nodes.setdefault(rule.id, [])
        if any(scope.bound(name) for name in rule.unless):
            return
        if not all(scope.bound(name) for name in rule.needs):
            return
        if rule.statement is not None:
            self._statement(rule, rule.statement, scope)
            return
        for placed in self._sources.items(rule.sources, scope):
            self._thing(rule, placed, scope)

    def _thing(self, rule: NodeRule, placed: Placed, scope: Scope) -> None:
        words = placed.item.words
        own = scope.inner(placed)
        label = self._format(rule.label, own) if rule.label else words.text
        plain = self._page.folding.fold(label)
        if not self._page.key(label) or words.plain in self._nothing:
            return
        variant = rule.variant(plain)
        said = self._sources.evidence(placed)
        key = self._key(rule, variant, plain, own)
        entity = EntityId((variant and variant.type) or rule.type, key)
        also = variant.also if variant and variant.also is not None else rule.also
        if not rule.nameless:
            self._findings.name(words)
        self._findings.entity(entity, None if rule.nameless else label, said, also=also)
        self._findings.read(words.span)
        bound = Bound(entity, said, placed)
        scope.bind(rule.id, bound)
        own.nodes[rule.id] = [bound]
        for child in rule.children:
            self._node(child, own)
        facts = variant.facts if variant and variant.facts is not None else rule.facts
        self._facts(entity, facts, own, rule, said, single=False)

    def _statement(self, rule: NodeRule, statement: StatementRule, scope: Scope) -> None:
        subjects: Iterable[Bound | None] = scope.bound(statement.of) if statement.of else (None,)
        for subject in subjects:
            if statement.figure is not None:
                self._observe(rule, statement, statement.figure, subject, scope)
            elif subject is not None:
                self._state(rule, statement, subject, scope)

    def _state(
        self, rule: NodeRule, statement: StatementRule, subject: Bound, scope: Scope
    ) -> None:
        key = self._key(rule, None, "", scope)
        entity = EntityId(rule.type, key)
        said = self._sources.evidence(scope.placed) if scope.placed else subject.said
        kind = self._kind(statement, scope)
        self._said.state(entity, said, kind, self._dated(statement, scope), self._rule)
        self._findings.fact(
            entity, statement.of_predicate, subject.entity, subject.said, self._rule
        )
        scope.bind(rule.id, Bound(entity, said, None))
        self._facts(entity, rule.facts, scope, rule, said, single=True)

    def _observe(
        self,
        rule: NodeRule,
        statement: StatementRule,
        figures: FigureRule,
        subject: Bound | None,
        scope: Scope,
    ) -> None:
        for placed in self._sources.items(figures.sources, scope, figures.unit_cell):
            figure = placed.item.value
            if not isinstance(figure, Figure) and not statement.wording:
                continue
            said = self._sources.evidence(placed)
            own = scope.inner(placed)
            named = self._indicator(figures, own, said)
            if named is None:
                continue
            kind = self._kind(statement, scope)
            observed = Observed(
                indicator=named,
                measure=_measure(placed, figures.measure),
                figure=figure if isinstance(figure, Figure) else None,
                said=said,
                verbatim=placed.item.words.text,
                kind=kind if isinstance(kind, str) else kind[0],
                dated=self._dated(statement, scope),
                about=(subject.entity, subject.said) if subject else None,
            )
            entity = self._said.observe(observed, self._rule)
            if entity is not None:
                self._findings.read(placed.item.words.span)
                scope.bind(rule.id, Bound(entity, said, placed, observed.figure))
                self._facts(entity, rule.facts, own, rule, said, single=True)

    def _indicator(self, figures: FigureRule, scope: Scope, said: Evidence) -> Named | None:
        if isinstance(figures.indicator, str):
            return Named(figures.indicator, derived(said))
        placed = next(iter(self._sources.of(figures.indicator, scope)), None)
        if placed is None or not self._page.key(placed.item.words.text):
            return None
        self._findings.read(placed.item.words.span)
        return Named(self._findings.name(placed.item.words), self._sources.evidence(placed))

    def _kind(self, statement: StatementRule, scope: Scope) -> str | tuple[str, Evidence]:
        if isinstance(statement.kind, str):
            return statement.kind
        for placed in self._sources.of(statement.kind, scope):
            if isinstance(placed.item.value, Concept):
                return placed.item.value.name, self._sources.evidence(placed)
        return "actual"

    def _dated(self, statement: StatementRule, scope: Scope) -> Dated | None:
        for source in statement.periods:
            for placed in self._sources.of(source, scope):
                if isinstance(placed.item.value, Period):
                    return Dated(placed.item.value, self._sources.evidence(placed))
        return None

    # --- keys and labels ---

    def _key(
        self, rule: NodeRule, variant: Variant | None, label: str, scope: Scope
    ) -> tuple[str, ...]:
        kind = variant.scope if variant and variant.scope is not None else rule.scope
        parts = variant.key if variant and variant.key is not None else rule.key
        own: list[str] = []
        for part in parts:
            own += [text for text in self._key_part(part, label, scope, own) if text]
        frame = self._said.frame
        if kind == "report":
            return self._said.key(*own)
        if kind == "area" or (
            kind == "named" and not self._areas.is_located(label, frame.area_name)
        ):
            return (*frame.scope, *own)
        return tuple(own)

    def _key_part(
        self, part: KeyPart, label: str, scope: Scope, before: list[str]
    ) -> Iterator[str]:
        if isinstance(part, SourceRule):
            for placed in self._sources.of(part, scope):
                yield from self._distinction(placed, before)
            return
        if _SLOT.search(part):
            yield self._page.key(self._format(part, scope, label))
            return
        for bound in scope.bound(part)[:1]:
            yield from self._said.frame.local(bound.entity)

    def _distinction(self, placed: Placed, before: list[str]) -> tuple[str, ...]:
        """Return what an item adds to a key: a value in its plainest form, or bare words."""
        value = placed.item.value
        if isinstance(value, Period):
            return value.key
        if isinstance(value, int):
            return (str(value),)
        if isinstance(value, Concept) and len(placed.item.words.text) > MAX_VERBATIM:
            return (value.name.replace("-", ""),)
        words = self._page.key(placed.item.words.text)
        if _NUMERALS.fullmatch(words):
            return ("".join(filter(str.isdigit, words)),)
        return (bare_address(words, self._said.frame.area_name, before),)

    def _format(self, form: str, scope: Scope, name: str = "") -> str:
        def slot(match: re.Match[str]) -> str:
            if match[1] == "name":
                return name or (scope.placed.item.words.text if scope.placed else "")
            found = scope.fields(match[1])
            return found[1][0].text if found else ""

        return _SLOT.sub(slot, form)

    # --- facts ---

    def _facts(
        self,
        entity: EntityId,
        facts: Mapping[str, Expression],
        scope: Scope,
        rule: NodeRule,
        said: Evidence,
        *,
        single: bool,
    ) -> None:
        for predicate, expression in facts.items():
            values = list(self._values(expression, scope, rule, said))
            if not values or not (single or self._agrees(entity, predicate, values)):
                continue
            for value, evidence in values:
                if single and not isinstance(value, EntityId):
                    self._said.tell(entity, predicate, value, evidence, self._rule)
                    continue
                both = not single and isinstance(value, EntityId)
                passages = dict.fromkeys((said, evidence) if both else (evidence,))
                self._findings.fact(entity, predicate, value, tuple(passages), self._rule)

    def _agrees(
        self, entity: EntityId, predicate: str, values: list[tuple[Value, Evidence]]
    ) -> bool:
        """Whether the row says of a thing what earlier rows do; it may add another name."""
        plain = [value for value, _ in values if not isinstance(value, EntityId)]
        if not plain or predicate == _OTHER_NAME:
            return True
        said = values[0][1]
        first = self._findings.described(entity, predicate, plain, said)
        if first is not None:
            self._said.conflict(said, first)
        return first is None

    def _values(
        self, expression: Expression, scope: Scope, rule: NodeRule, said: Evidence
    ) -> Iterator[tuple[Value, Evidence]]:
        if expression.nodes is not None:
            yield from self._nodes(expression.nodes, scope, said)
        elif expression.text is not None:
            evidence = derived(said) if expression.reading == "derived" else said
            words = self._format(expression.text, scope)
            yield (words if expression.form == "string" else Text(words)), evidence
        elif expression.order is not None:
            yield self._next(rule.id, expression.order, scope), derived(said)
        elif expression.concept is not None:
            yield Concept(*expression.concept), said
        elif expression.source is not None:
            for placed in self._sources.of(expression.source, scope):
                value = self._value(placed, expression.form)
                if value is not None:
                    self._findings.read(placed.item.words.span)
                    yield value, self._sources.evidence(placed)

    def _nodes(self, name: str, scope: Scope, said: Evidence) -> Iterator[tuple[Value, Evidence]]:
        frame = self._said.frame
        if name == "report":
            yield frame.report, said
        elif name == "area":
            if frame.area is not None and frame.area_said is not None:
                yield frame.area, replace(frame.area_said, reading="carried")
        else:
            for bound in scope.bound(name):
                yield bound.entity, bound.said

    def _value(self, placed: Placed, form: str) -> Value | None:
        value = placed.item.value
        if isinstance(value, Period):
            return self._findings.period(value, self._sources.evidence(placed), self._rule)
        if isinstance(value, Figure):
            return value.value
        if value is not None and not isinstance(value, str):
            return value
        words = value if isinstance(value, str) else placed.item.words.text
        if not words or words in self._nothing:
            return None
        return words if form == "string" else Text(words)

    def _next(self, rule: str, within: str, scope: Scope) -> int:
        """Count nodes of a rule in the table, in the row, or under another node."""
        anchor: EntityId | int | None = None
        if within == "row":
            anchor = scope.row.number if scope.row else None
        elif within != "table":
            anchor = next((bound.entity for bound in scope.bound(within)), None)
        order = self._orders[rule, anchor] = self._orders.get((rule, anchor), 0) + 1
        return order


def _measure(placed: Placed, default: str) -> str:
    """Return what a figure measures: the figure's own wording may say it."""
    for part in placed.item.fields.get("measure", ()):
        if isinstance(part.value, Concept):
            return part.value.name
    return default
