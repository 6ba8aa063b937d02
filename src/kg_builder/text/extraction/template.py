"""Row templates: what the rows of a kind of table say, as data.

`genre/README.md` describes the language. A template is read and checked once; anything in it that
nobody understands is a ConfigurationError that names the file and the key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg_builder.model.selector import Reading
from kg_builder.text.extraction.parsers import Parser, make_parser, parser_parameters
from kg_builder.text.genre import Column
from kg_builder.text.grammar.data import Data

BUILT_IN = ("report", "area")
_SLOT = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class SourceRule:
    """Where items come from: a cell, a header, a column, the caption, a node, or a field."""

    origin: str
    name: str
    parser: Parser
    field: str | None
    reading: Reading
    alone: str | None = None
    """Only where the row has a single node of that id: else it is unclear whose the cell is."""
    of: str | None = None
    """For the origin `part`: the node whose formula the cell's symbol is a part of."""
    own: bool = False
    """Only the row's own cell: none that is carried down from a row above."""
    without: str | None = None
    """Only in a table that does not have this column."""


@dataclass(frozen=True, slots=True)
class Expression:
    """What a fact says: nodes, a parsed value, words built from a name, or a mere order."""

    nodes: str | None = None
    source: SourceRule | None = None
    text: str | None = None
    order: str | None = None
    concept: tuple[str, str] | None = None
    form: str = "auto"
    reading: Reading = "stated"


KeyPart = str | SourceRule


@dataclass(frozen=True, slots=True)
class FigureRule:
    """The figure of an observation."""

    sources: tuple[SourceRule, ...]
    indicator: str | SourceRule
    measure: str
    unit_cell: str | None


@dataclass(frozen=True, slots=True)
class NodeRule:
    """One kind of node that a row gives."""

    id: str
    type: str
    also: tuple[str, ...]
    sources: tuple[SourceRule, ...]
    label: str | None
    nameless: bool
    scope: str
    key: tuple[KeyPart, ...]
    facts: Mapping[str, Expression]
    variants: tuple[Variant, ...]
    children: tuple[NodeRule, ...]
    statement: StatementRule | None
    unless: tuple[str, ...]
    needs: tuple[str, ...]

    def variant(self, name: str) -> Variant | None:
        """Return the first variant whose pattern the name fits."""
        return next((item for item in self.variants if item.pattern.search(name)), None)


@dataclass(frozen=True, slots=True)
class Variant:
    """What is otherwise for nodes of certain names; None and empty: nothing otherwise."""

    pattern: re.Pattern[str]
    type: str | None
    also: tuple[str, ...] | None
    scope: str | None
    key: tuple[KeyPart, ...] | None
    facts: Mapping[str, Expression] | None


@dataclass(frozen=True, slots=True)
class StatementRule:
    """A dated statement: whose, of which kind and period."""

    of: str | None
    of_predicate: str
    kind: str | SourceRule
    periods: tuple[SourceRule, ...]
    figure: FigureRule | None
    wording: bool
    """Without a figure, the wording alone is kept, if it is short."""


@dataclass(frozen=True, slots=True)
class CheckRule:
    """A check of a table's arithmetic."""

    kind: str
    parts: str
    whole: str
    cell: str


@dataclass(frozen=True, slots=True)
class ProseRule:
    """A column of sentences, and what the nodes of the row say of them."""

    column: str
    industry: str | None
    """The node whose industry the sentences speak of."""
    things: str | None
    """Nodes that the sentences name and that the template reads already."""


@dataclass(frozen=True, slots=True)
class Template:
    """All that the rows of a kind of table say."""

    table_nodes: tuple[NodeRule, ...]
    nodes: tuple[NodeRule, ...]
    checks: tuple[CheckRule, ...]
    required: tuple[str, ...]
    """Columns without which a row says nothing."""
    prose: ProseRule | None
    """Where rows hold sentences."""


_NODE_KEYS = (
    "id", "class", "also", "from", "label", "nameless", "scope", "key", "facts", "variants", "node",
    "statement", "of", "of-predicate", "kind", "period", "figure", "indicator", "measure",
    "unit-cell", "wording", "unless", "needs",
)  # fmt: skip
_ORIGINS = ("cell", "header", "column", "caption", "node", "part")
_SOURCE_KEYS = (*_ORIGINS, "field", "parser", "reading", "alone", "of", "own", "without")
_OF_COLUMNS = ("cell", "header", "column", "part")
_SCOPES = ("none", "area", "report", "named")
_FORMS = ("auto", "text", "string")


class TemplateReader:
    """Reads the templates of one kind of table after the other."""

    def __init__(self, columns: Sequence[Column], slots: Mapping[str, str]) -> None:
        self._columns = frozenset(column.id for column in columns)
        self._required = tuple(column.id for column in columns if column.required)
        self._slots = slots
        self._ids: list[str] = list(BUILT_IN)

    def read(self, data: Data) -> Template:
        """Return the template; raises ConfigurationError for a wrong one."""
        data.known("table-node", "node", "check", "prose")
        table_nodes = tuple(self._node(part) for part in data.parts("table-node"))
        nodes = tuple(self._node(part) for part in data.parts("node"))
        checks = tuple(self._check(part) for part in data.parts("check"))
        prose = self._prose(data.part("prose")) if data.has("prose") else None
        return Template(table_nodes, nodes, checks, self._required, prose)

    def _prose(self, data: Data) -> ProseRule:
        data.known("cell", "industry", "things")
        column = data.text("cell")
        if column not in self._columns:
            raise data.refuse("cell", f"没有列 {column}", f"names no column: {column}")
        names = [*self._nodes(data, "industry"), *self._nodes(data, "things")]
        industry = names[0] if data.has("industry") else None
        return ProseRule(column, industry, names[-1] if data.has("things") else None)

    def _node(self, data: Data) -> NodeRule:
        data.known(*_NODE_KEYS)
        node_id = data.text("id")
        if node_id in self._ids:
            raise data.refuse("id", f"重复：{node_id}", f"is given twice: {node_id}")
        sources = tuple(self._source(part) for part in data.parts("from"))
        self._ids.append(node_id)
        children = tuple(self._node(part) for part in data.parts("node"))
        statement = self._statement(data)
        default = "report" if statement else "none"
        key = self._key(data)
        if statement and not key:
            key = (statement.of,) if statement.of else ()
        return NodeRule(
            id=node_id,
            type=data.text("class"),
            also=data.texts("also"),
            sources=sources,
            label=data.text("label", "") or None,
            nameless=data.flag("nameless") or statement is not None,
            scope=data.choice("scope", default, *_SCOPES),
            key=key or ("{name}",),
            facts=self._facts(data.part("facts")),
            variants=tuple(self._variant(part) for part in data.parts("variants")),
            children=children,
            statement=statement,
            unless=self._nodes(data, "unless"),
            needs=self._nodes(data, "needs"),
        )

    def _variant(self, data: Data) -> Variant:
        data.known("pattern", "class", "also", "scope", "key", "facts")
        return Variant(
            data.pattern("pattern", **self._slots),
            data.text("class", "") or None,
            data.texts("also") if data.has("also") else None,
            data.choice("scope", "none", *_SCOPES) if data.has("scope") else None,
            self._key(data) or None,
            self._facts(data.part("facts")) if data.has("facts") else None,
        )

    def _statement(self, data: Data) -> StatementRule | None:
        if not data.flag("statement"):
            return None
        of = data.text("of", "") or None
        if of is not None:
            self._known_node(data, "of", of)
        kind: str | SourceRule = (
            data.text("kind", "actual")
            if isinstance(data.raw.get("kind", ""), str)
            else self._source(data.part("kind"))
        )
        return StatementRule(
            of,
            data.text("of-predicate", "about"),
            kind,
            tuple(self._source(part) for part in data.parts("period")),
            self._figure(data) if data.has("figure") else None,
            data.flag("wording"),
        )

    def _figure(self, data: Data) -> FigureRule:
        indicator: str | SourceRule = (
            data.text("indicator")
            if isinstance(data.raw.get("indicator", ""), str)
            else self._source(data.part("indicator"))
        )
        unit_cell = self._column(data, "unit-cell")
        sources = tuple(self._source(part) for part in data.parts("figure"))
        return FigureRule(sources, indicator, data.text("measure", "level"), unit_cell)

    def _source(self, data: Data) -> SourceRule:
        data.known(*_SOURCE_KEYS, *parser_parameters(data), "as")
        origins = [key for key in _ORIGINS if data.has(key)]
        if len(origins) > 1 or (not origins and not data.has("field")):
            raise data.refuse(
                "cell",
                "：来源须为 cell、header、column、caption、node、part、field 之一",
                "must be one of cell, header, column, caption, node, part, field",
            )
        origin = origins[0] if origins else "field"
        name = "" if origin in ("caption", "field") else data.text(origin)
        if origin in _OF_COLUMNS and name not in self._columns:
            raise data.refuse(origin, f"没有列 {name}", f"names no column: {name}")
        if origin == "node":
            self._known_node(data, "node", name)
        alone, of = (data.text(key, "") or None for key in ("alone", "of"))
        for key, node in (("alone", alone), ("of", of)):
            if node:
                self._known_node(data, key, node)
        return SourceRule(
            origin,
            name,
            make_parser(data, self._slots),
            data.text("field", "") or None,
            _reading(data),
            alone,
            of,
            data.flag("own"),
            self._column(data, "without"),
        )

    def _column(self, data: Data, key: str) -> str | None:
        name = data.text(key, "") or None
        if name is not None and name not in self._columns:
            raise data.refuse(key, f"没有列 {name}", f"names no column: {name}")
        return name

    def _key(self, data: Data) -> tuple[KeyPart, ...]:
        value = data.raw.get("key", ())
        if not isinstance(value, tuple | list):
            raise data.refuse("key", "应为列表", "must be a list")
        parts: list[KeyPart] = []
        for number, item in enumerate(value, 1):
            if isinstance(item, Mapping):
                parts.append(self._source(Data(item, data.file, f"{data.place}.key[{number}]")))
                continue
            if not isinstance(item, str) or not item:
                raise data.refuse("key", "应为文字或表", "must hold texts or tables")
            if not _SLOT.search(item):
                self._known_node(data, "key", item)
            parts.append(item)
        return tuple(parts)

    def _facts(self, data: Data) -> Mapping[str, Expression]:
        return {name: self._expression(data, name, value) for name, value in data.items()}

    def _expression(self, data: Data, name: str, value: object) -> Expression:
        if isinstance(value, str):
            self._known_node(data, name, value)
            return Expression(nodes=value)
        if not isinstance(value, Mapping):
            raise data.refuse(name, "应为节点名或表", "must be the id of a node, or a table")
        part = Data(value, data.file, f"{data.place}.{name}")
        form = part.choice("as", "auto", *_FORMS)
        if part.has("text"):
            part.known("text", "reading", "as")
            return Expression(text=part.text("text"), form=form, reading=_reading(part))
        if part.has("order"):
            part.known("order")
            return Expression(order=part.text("order"))
        if part.has("concept"):
            part.known("concept")
            scheme, colon, concept = part.text("concept").partition(":")
            if not colon:
                raise part.refuse("concept", "应为 scheme:name", "must be scheme:name")
            return Expression(concept=(scheme, concept))
        return Expression(source=self._source(part), form=form)

    def _nodes(self, data: Data, key: str) -> tuple[str, ...]:
        for name in data.texts(key):
            self._known_node(data, key, name)
        return data.texts(key)

    def _known_node(self, data: Data, key: str, name: str) -> None:
        if name not in self._ids:
            raise data.refuse(key, f"此前没有节点 {name}", f"names no node before it: {name}")

    def _check(self, data: Data) -> CheckRule:
        data.known("check", "parts", "whole", "cell")
        kind = data.choice("check", "sum", "sum", "serial-range")
        parts = data.text("parts")
        self._known_node(data, "parts", parts)
        whole = data.text("whole", "")
        cell = data.text("cell", "")
        if kind == "sum":
            self._known_node(data, "whole", whole)
        elif cell not in self._columns:
            raise data.refuse("cell", f"没有列 {cell}", f"names no column: {cell}")
        return CheckRule(kind, parts, whole, cell)


def _reading(data: Data) -> Reading:
    return (
        "derived"
        if data.choice("reading", "stated", "stated", "derived") == "derived"
        else "stated"
    )
