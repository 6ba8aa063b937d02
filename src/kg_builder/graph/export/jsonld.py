"""JSON-LD 1.1 (W3C) that reads well: one flat object per subject, and its context on top.

Written by hand on the lines of N-Triples, like the Turtle. pyoxigraph writes expanded JSON-LD
without a context; rdflib nests, orders by hash and turns figures into JSON numbers (6.0 becomes 6);
compacting with pyld is right and slow. A flat graph needs no framing: a context that types each
property by the values it has, and names by prefix, are the whole art.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pyoxigraph import DefaultGraph, Triple

from kg_builder.graph.export.formats import beyond
from kg_builder.graph.serialization import (
    GraphName,
    PredicateOrder,
    PrefixedNames,
    by_subject,
    graph_order,
    subject_order,
)
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE

_TYPE: Final = str(RDF_TYPE)
_SCHEME: Final = re.compile(r"<([A-Za-z][-+.A-Za-z0-9]*):(?!//)[^>]*>")
"""An IRI that JSON-LD would take for a prefixed name, were its scheme a prefix."""
_ESCAPE: Final = re.compile(r"\\(?:U([0-9A-F]{8})|.)")

_IRI: Final = "@id"
_WORDS: Final = "@language"
_PLAIN: Final = ""
"""Kinds of value, beside the datatypes, which are kinds by their own IRIs."""

_Rows = list[tuple[str, list[str]]]
_Graph = list[tuple[str, _Rows]]


def jsonld(
    graphs: Iterable[tuple[GraphName, Iterable[Triple]]],
    prefixes: Mapping[str, str] = PREFIXES,
    *,
    base: str | None = None,
) -> str:
    """Return a dataset in JSON-LD, arranged as `serialization.trig` arranges it.

    A property whose values are all IRIs, all of one datatype or all words has its kind in the
    context: `"kg:inStreet": "street:…"`, `"kg:value": "6.0"`, `"rdfs:label": {"zh": "…"}`. Every
    literal is a JSON string, so that its lexical form stays.

    Raises ExportError for triples and directions of writing as terms.
    """
    ordered = sorted(graphs, key=lambda item: graph_order(item[0]))
    rows = [(name, by_subject(triples)) for name, triples in ordered]
    schemes = {scheme for name, subjects in rows for scheme in _schemes(str(name), subjects)}
    names = PrefixedNames(
        {name: space for name, space in prefixes.items() if name not in schemes},
        base,
        frozenset(schemes),
    )
    order = PredicateOrder(names)
    dataset = [(name, _arranged(subjects, order)) for name, subjects in rows]
    writer = _Writer(names, _kinds(graph for _, graph in dataset))
    nodes = [node for name, graph in dataset for node in writer.graph(name, graph)]
    body = ",\n".join(nodes)
    return (
        f'{{\n  "@context": {writer.context()},\n'
        f'  "@graph": [{f"{chr(10)}{body}{chr(10)}  " if body else ""}]\n}}\n'
    )


def _schemes(graph: str, subjects: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Return the schemes of the IRIs that look like prefixed names."""
    yield from _SCHEME.findall(graph)
    for subject, rows in subjects.items():
        yield from _SCHEME.findall(subject)
        for row in rows:
            if ":" in row:
                yield from _SCHEME.findall(row)


def _arranged(subjects: Mapping[str, Sequence[str]], order: PredicateOrder) -> _Graph:
    """Return subjects in order, their predicates in order, and the objects of each in order."""
    graph: _Graph = []
    for subject in sorted(subjects, key=subject_order):
        found: dict[str, list[str]] = {}
        for row in sorted(set(subjects[subject])):
            predicate, _, rest = row.partition(" ")
            found.setdefault(predicate, []).append(rest[:-2])
        graph.append((subject, sorted(found.items(), key=lambda item: order[item[0]])))
    return graph


def _kind(term: str) -> str:
    """Return the kind of an object in N-Triples: @id, @language, plain, or its datatype.

    Raises ExportError for what JSON-LD 1.1 does not have.
    """
    first, last = term[0], term[-1]
    if first != '"':
        if term.startswith("<<"):
            raise beyond("JSON-LD", term)
        return _IRI
    if last == '"':
        return _PLAIN
    if last == ">":
        return term[term.rindex("<") :]
    if "--" in term[term.rindex("@") :]:
        raise beyond("JSON-LD", term)
    return _WORDS


def _kinds(graphs: Iterable[_Graph]) -> dict[str, frozenset[str]]:
    """Return the kinds of value that each predicate has."""
    found: dict[str, set[str]] = {}
    for graph in graphs:
        for _, rows in graph:
            for predicate, objects in rows:
                found.setdefault(predicate, set()).update(map(_kind, objects))
    return {predicate: frozenset(kinds) for predicate, kinds in found.items()}


class _Writer:
    """Writes nodes, by what kinds of value the predicates have in the whole dataset."""

    def __init__(self, names: PrefixedNames, kinds: Mapping[str, frozenset[str]]) -> None:
        self._names = names
        self._coerced = {
            predicate: coerced
            for predicate, found in kinds.items()
            if (coerced := _coercion(found)) is not None
            and predicate != _TYPE
            and names[predicate][0] != "<"
        }

    def context(self) -> str:
        """Return the context, once all nodes are written: prefixes, then the kinds of values."""
        lines = []
        for predicate, kind in sorted(
            (self._names[predicate], kind) for predicate, kind in self._coerced.items()
        ):
            what = (
                '"@container": "@language"'
                if kind == _WORDS
                else f'"@type": {self._iri(kind) if kind != _IRI else _quoted(_IRI)}'
            )
            lines.append(f'{_quoted(predicate)}: {{"@id": {_quoted(predicate)}, {what}}}')
        spaces = [f"{_quoted(name)}: {_quoted(space)}" for name, space in sorted(self._names.used)]
        entries = [*spaces, *lines]
        return "{\n    " + ",\n    ".join(entries) + "\n  }" if entries else "{}"

    def graph(self, name: GraphName, graph: _Graph) -> Iterator[str]:
        """Return the objects of a graph; a named graph is one object around them."""
        if isinstance(name, DefaultGraph):
            yield from (self._node(subject, rows, "    ") for subject, rows in graph)
        elif graph:
            inner = ",\n".join(self._node(subject, rows, "        ") for subject, rows in graph)
            yield (
                f'    {{\n      "@id": {self._iri(str(name))},\n'
                f'      "@graph": [\n{inner}\n      ]\n    }}'
            )

    def _node(self, subject: str, rows: _Rows, indent: str) -> str:
        lines = [f'"@id": {self._iri(subject)}']
        for predicate, objects in rows:
            if predicate == _TYPE:
                lines += self._types(objects, indent)
            else:
                lines.append(self._property(predicate, objects, indent))
        inner = f",\n{indent}  ".join(lines)
        return f"{indent}{{\n{indent}  {inner}\n{indent}}}"

    def _types(self, objects: Sequence[str], indent: str) -> Iterator[str]:
        """Return `@type`; a literal as a type, which only other people's graphs have, apart."""
        classes = [self._iri(term) for term in objects if term[0] != '"']
        others = [self._value(term) for term in objects if term[0] == '"']
        if classes:
            yield f'"@type": {_list(classes, indent)}'
        if others:
            yield f"{self._iri(_TYPE)}: {_list(others, indent)}"

    def _property(self, predicate: str, objects: Sequence[str], indent: str) -> str:
        kind = self._coerced.get(predicate)
        if kind == _WORDS:
            return f"{self._iri(predicate)}: {_language_map(objects, indent)}"
        if kind == _IRI:
            values = [self._iri(term) for term in objects]
        elif kind is not None:
            values = [_string(term[: term.rindex("^^")]) for term in objects]
        else:
            values = [self._value(term) for term in objects]
        return f"{self._iri(predicate)}: {_list(values, indent)}"

    def _value(self, term: str) -> str:
        """Return a value that says itself of what kind it is."""
        kind = _kind(term)
        if kind == _IRI:
            return f'{{"@id": {self._iri(term)}}}'
        if kind == _PLAIN:
            return _string(term)
        if kind == _WORDS:
            quoted, _, tag = term.rpartition("@")
            return f'{{"@value": {_string(quoted)}, "@language": {_quoted(tag)}}}'
        quoted = _string(term[: -len(kind) - 2])
        return f'{{"@value": {quoted}, "@type": {self._iri(kind)}}}'

    def _iri(self, term: str) -> str:
        """Return an IRI or blank node of N-Triples as a JSON string, by prefix where one fits."""
        if term[0] != "<":
            return _quoted(term)
        name = self._names[term]
        return _quoted(name if name[0] != "<" else name[1:-1])


def _coercion(kinds: frozenset[str]) -> str | None:
    """Return what the context says of a predicate with values of these kinds; None for nothing."""
    if _WORDS in kinds:
        return _WORDS if kinds <= {_WORDS, _PLAIN} else None
    (kind, *more) = kinds
    return None if more or kind == _PLAIN else kind


def _quoted(text: str) -> str:
    """Return an IRI, a name or a tag as a JSON string: none of them holds quotes or backslashes."""
    return f'"{text}"'


def _string(quoted: str) -> str:
    r"""Return a quoted string of N-Triples as one of JSON, which has all its escapes but \U."""
    if "\\U" not in quoted:
        return quoted
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[0], quoted)


def _list(values: Sequence[str], indent: str) -> str:
    if len(values) == 1:
        return values[0]
    inner = f",\n{indent}    ".join(values)
    return f"[\n{indent}    {inner}\n{indent}  ]"


def _language_map(objects: Iterable[str], indent: str) -> str:
    words: dict[str, list[str]] = {}
    for term in objects:
        quoted, at, tag = term.rpartition("@") if term[-1] != '"' else (term, "", "")
        words.setdefault(tag if at else "@none", []).append(_string(quoted))
    entries = [
        f"{_quoted(tag)}: {_list(found, indent + '  ')}" for tag, found in sorted(words.items())
    ]
    if len(entries) == 1 and "\n" not in entries[0]:
        return f"{{{entries[0]}}}"
    inner = f",\n{indent}    ".join(entries)
    return f"{{\n{indent}    {inner}\n{indent}  }}"
