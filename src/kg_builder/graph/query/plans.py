"""Stored queries taken apart, for engines that have neither Python nor a parser of SPARQL.

A page that carries the graph (`pages.portable`) binds parameters as `catalogue.bind` does, and
finds the facts that a solution rests on as `matches.facts_of` does. What these read from a query's
text stands here as plain data: texts with gaps for the parameters, and the patterns of each level.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from kg_builder.graph.query.catalogue import StoredQuery
from kg_builder.graph.query.levels import Level, Query, read_query, widened
from kg_builder.graph.query.matches import patterns_of

if TYPE_CHECKING:
    from rdflib.term import Node

Gapped: TypeAlias = tuple[str, ...]
"""Text and names of parameters in turn, text first: a name stands for its data block."""

_MARK: Final = "urn:x-kg-parameter:"
_BLOCK: Final = re.compile(rf"VALUES \?(\w+) {{ <{_MARK}\w+> }}")


def gapped_text(query: StoredQuery) -> Gapped:
    """Return the text of a query with a gap where each data block of a parameter stands."""
    return _cut(_marked(query))


def plan(query: StoredQuery, prefixes: Mapping[str, str]) -> dict[str, Any] | None:
    """Return how to find the facts of its solutions, as JSON takes it; None for another form.

    A level has `text` (gapped; every match of its pattern), `columns` (name, whether an aggregate),
    `keys` (what it groups by), `aggregates`, `patterns` (subject, predicate or path, object) and
    `levels`, those nested in it.
    """
    read = read_query(_marked(query))
    if read is None or read.main is None:
        return None
    return _level(read, read.main, prefixes)


def columns_of(query: StoredQuery) -> tuple[str, ...]:
    """Return the variables that a query gives, in their order."""
    read = read_query(query.text)
    main = read.main if read is not None else None
    return tuple(column.name for column in main.columns) if main is not None else ()


def _marked(query: StoredQuery) -> str:
    """Return the text with each data block holding an IRI that tells the parameter."""
    blocks = sorted(
        (start, end, name)
        for name, parameter in query.parameters.items()
        for start, end in parameter.blocks
    )
    parts: list[str] = []
    place = 0
    for start, end, name in blocks:
        parts += (query.text[place:start], f"VALUES ?{name} {{ <{_MARK}{name}> }}")
        place = end
    return "".join((*parts, query.text[place:]))


def _cut(text: str) -> Gapped:
    return tuple(_BLOCK.split(text))


def _level(query: Query, level: Level, prefixes: Mapping[str, str]) -> dict[str, Any]:
    return {
        "text": _cut(widened(query, level)),
        "columns": [[column.name, column.aggregate] for column in level.columns],
        "keys": [column.name for column in level.keys],
        "aggregates": level.aggregates,
        "patterns": _patterns(query, level, prefixes),
        "levels": [_level(query, child, prefixes) for child in level.children],
    }


def _patterns(query: Query, level: Level, prefixes: Mapping[str, str]) -> list[Any]:
    """Return patterns in an order of their own: rdflib's, and its blank nodes, differ by run."""
    patterns = patterns_of(query, level, prefixes)
    found = [(_end(s), _path(p), _end(o)) for s, p, o in patterns]
    found.sort(key=lambda pattern: json.dumps([_anonymous(node) for node in pattern]))
    numbers: dict[str, str] = {}
    for node in (node for pattern in found for node in pattern if "b" in node):
        node["b"] = numbers.setdefault(node["b"], f"b{len(numbers)}")
    return [list(pattern) for pattern in found]


def _anonymous(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"b": ""} if "b" in node else node


def _end(node: Node) -> dict[str, Any]:
    """Return the subject or object of a pattern: `v`, `b`, `i`, or `l` with `g` or `d`."""
    from rdflib.term import BNode, Literal, Variable

    if isinstance(node, Variable):
        return {"v": str(node)}
    if isinstance(node, BNode):
        return {"b": str(node)}
    if isinstance(node, Literal):
        kind = {"g": node.language} if node.language else {"d": str(node.datatype or "")}
        return {"l": str(node), **{key: value for key, value in kind.items() if value}}
    return {"i": str(node)}


def _path(node: Any) -> dict[str, Any]:  # noqa: ANN401 - an IRI or a path
    """Return the predicate of a pattern: `i`, `v`, or a path of `inv`, `seq`, `alt`, `mul`, `neg`.

    Under `neg` stand IRIs; those that are barred backwards are left out, as `matches` does.
    """
    from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, SequencePath
    from rdflib.term import URIRef

    match node:
        case InvPath():
            return {"inv": _path(node.arg)}
        case SequencePath():
            return {"seq": list(_all(node.args))}
        case AlternativePath():
            return {"alt": list(_all(node.args))}
        case MulPath():
            return {"mul": _path(node.path), "mod": str(node.mod)}
        case NegatedPath():
            return {"neg": [str(part) for part in node.args if isinstance(part, URIRef)]}
    return _end(node)


def _all(nodes: Sequence[Any]) -> Iterator[dict[str, Any]]:
    return map(_path, nodes)
