"""A form to fill in: what to write in a file of one's own to bring things of a class.

It is made of an example that the graph has. Nodes that belong to it alone (a canteen, its listing,
the address) are written anew under names to be replaced, nodes that others share (a street, a year)
stay as they are; what only some members of the class have is left as a comment. As it is printed
it conforms.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode

from kg_builder.asking.terms import class_of, name_of, prefixed
from kg_builder.errors import InputError
from kg_builder.graph.index import Term
from kg_builder.graph.iris import class_segment
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.serialization import instance_prefixes
from kg_builder.graph.vocabulary import RDF_TYPE, expand
from kg_builder.model.bilingual import Bilingual, Language

_ABOUT: Final = expand("about")
_STATED_IN: Final = expand("statedIn")
_DOCUMENT: Final = expand("Document")
_PATTERN: Final = expand("iriPattern")
_LANG_STRING: Final = expand("rdf:langString")
TO_CHANGE: Final = "请改"
"""What IRIs and texts begin with that are to be replaced; `kg validate` finds them by it."""
_OF_READING: Final = frozenset({expand("listOrder"), expand("normalizedValue")})
"""Properties that come of reading a report, which nobody writes by hand."""
_MOSTLY: Final = 0.8
"""What so many members of a class have belongs to the form."""
_CALLED: Final = MappingProxyType(
    {
        expand("rdfs:label"): Bilingual("名称", "name"),
        expand("skos:altLabel"): Bilingual("别名", "other name"),
        expand("dcterms:title"): Bilingual("标题", "title"),
        expand("locn:fullAddress"): Bilingual("完整地址", "whole address"),
        expand("locn:locatorName"): Bilingual("所在楼宇或单位", "building or unit"),
    }
)
"""Properties of other vocabularies, which the ontology has no label for."""
_PREFIX: Final = re.compile(r"([A-Za-z][\w-]*):")
_QUOTED: Final = re.compile(r'<[^>]*>|"[^"]*"')
_MOST_NODES: Final = 8
_EXAMPLE: Final = 30


@dataclass(frozen=True, slots=True)
class _Said:
    """A property of a node with its values."""

    property: NamedNode
    values: tuple[Term, ...]
    always: bool
    """Whether nearly every member of the class has it."""


def template_of(graph: OpenGraph, class_: NamedNode, language: Language) -> str:
    """Return a form in Turtle for things of a class, with notes in `language`.

    Raises InputError where the graph is none that `kg build` made, or has no member of the class.
    """
    if graph.base is None:
        raise InputError(
            "只有 kg build 建的图才有可以照填的样本：请用 --store 指明",
            "only a graph made by kg build has an example to go by: name one with --store",
            file=str(graph.path),
        )
    return "\n".join(_Form(graph, class_, language).lines())


class _Form:
    """Makes the form for one class."""

    def __init__(self, graph: OpenGraph, class_: NamedNode, language: Language) -> None:
        self._graph = graph
        self._class = class_
        self._language = language
        self._base: str = graph.base or ""
        self._inferred = graph.graph_name("inferred")
        self._names: dict[NamedNode, str] = {}
        self._space: dict[str, str] = {}
        self._documented = False

    def lines(self) -> Iterator[str]:
        """Yield the lines of the form."""
        nodes = () if self._class == _DOCUMENT else self._nodes()
        self._documented = not nodes
        for node in nodes:
            class_ = self._kind(node)
            self._names[node] = self._new_name(class_)
        body = [line for node in nodes for line in ("", *self._node(node))]
        if self._documented:
            body += ["", *self._document()]
        yield from self._head(body)
        yield from body

    def _say(self, zh: str, en: str) -> str:
        return Bilingual(zh, en).pick(self._language)

    # which nodes

    def _nodes(self) -> list[NamedNode]:
        """Return the example with the nodes that belong to it alone, what is talked of first."""
        start = self._example()
        found = [start]
        for node in found:
            around = [*self._own_objects(node, found), *self._statements(node)]
            found += [other for other in dict.fromkeys(around) if other not in found]
        found = found[:_MOST_NODES]
        return sorted(found, key=lambda node: (self._is_statement(node), -found.index(node)))

    def _example(self) -> NamedNode:
        """Return the member of the class that most is said of."""
        text = (
            f"SELECT ?s (COUNT(*) AS ?n) {{ ?s a {self._class} ; ?p ?o }}"
            " GROUP BY ?s ORDER BY DESC(?n) ?s LIMIT 1"
        )
        for row in self._graph.store.query(text):  # type: ignore[union-attr]
            if isinstance(row["s"], NamedNode):
                return row["s"]
        name = prefixed(self._graph, self._class)
        raise InputError(
            f"图里没有 {name}，无样本可照", f"the graph has no {name} to take for an example"
        )

    def _own_objects(self, node: NamedNode, beside: Sequence[NamedNode]) -> Iterator[NamedNode]:
        """Yield what a node points at, and nothing besides nor any of its like does."""
        class_ = self._kind(node)
        for said in self._said(node, class_):
            if not said.always or said.property == _STATED_IN or self._shares(class_, said):
                continue
            for other in said.values[:1]:
                ours = isinstance(other, NamedNode) and other.value.startswith(self._base)
                if ours and self._belongs(other, {node, *beside}):  # type: ignore[arg-type]
                    yield other  # type: ignore[misc]

    def _shares(self, class_: NamedNode, said: _Said) -> bool:
        """Return whether a property leads to one thing from two of a class."""
        text = (
            f"SELECT ?o {{ ?s a {class_} ; {said.property} ?o }}"
            " GROUP BY ?o HAVING (COUNT(DISTINCT ?s) > 1) LIMIT 1"
        )
        return next(iter(self._graph.store.query(text)), None) is not None  # type: ignore[arg-type]

    def _belongs(self, other: NamedNode, to: Set[NamedNode]) -> bool:
        """Return whether nothing but the nodes of the example points at one, unless inferred."""
        quads = self._graph.store.quads_for_pattern(None, None, other, DefaultGraph())
        return all(
            quad.subject in to or self._is_inferred(quad.subject, quad.predicate, other)
            for quad in quads
        )

    def _statements(self, node: NamedNode) -> Iterator[NamedNode]:
        """Yield one statement about a node of each kind, where all its like have one."""
        if self._is_statement(node):
            return
        kinds: dict[NamedNode, NamedNode] = {}
        for quad in self._graph.store.quads_for_pattern(None, _ABOUT, node, DefaultGraph()):
            if isinstance(quad.subject, NamedNode):
                kinds.setdefault(self._kind(quad.subject), quad.subject)
        members = self._count(self._kind(node))
        for kind, statement in kinds.items():
            if self._count(kind) >= members:
                yield statement

    def _is_statement(self, node: NamedNode) -> bool:
        pattern = (node, _ABOUT, None, DefaultGraph())
        return next(self._graph.store.quads_for_pattern(*pattern), None) is not None

    def _is_inferred(self, subject: object, predicate: NamedNode, object_: Term) -> bool:
        quads = self._graph.store.quads_for_pattern(
            subject,  # type: ignore[arg-type]
            predicate,
            object_,
            self._inferred,
        )
        return next(quads, None) is not None

    def _kind(self, node: NamedNode) -> NamedNode:
        """Return the class that says most; of the example the one that was asked for."""
        return class_of(self._graph, node) or self._class

    def _count(self, class_: NamedNode) -> int:
        found = self._graph.store.quads_for_pattern(None, RDF_TYPE, class_, DefaultGraph())
        return sum(1 for _ in found)

    # what is said of them

    def _said(self, node: NamedNode, class_: NamedNode) -> Iterator[_Said]:
        values: dict[NamedNode, list[Term]] = defaultdict(list)
        for quad in self._graph.store.quads_for_pattern(node, None, None, DefaultGraph()):
            if quad.predicate == RDF_TYPE or quad.predicate in _OF_READING:
                continue
            if not self._is_inferred(node, quad.predicate, quad.object):  # type: ignore[arg-type]
                values[quad.predicate].append(quad.object)  # type: ignore[arg-type]
        count, having = self._count(class_), self._having(class_)
        found = [
            _Said(term, tuple(sorted(terms, key=str)), having.get(term, 0) >= _MOSTLY * count)
            for term, terms in values.items()
        ]
        yield from sorted(found, key=lambda said: (not said.always, said.property.value))

    def _having(self, class_: NamedNode) -> Mapping[NamedNode, int]:
        text = f"SELECT ?p (COUNT(DISTINCT ?s) AS ?n) {{ ?s a {class_} ; ?p ?o }} GROUP BY ?p"
        return {
            row["p"]: int(row["n"].value)
            for row in self._graph.store.query(text)  # type: ignore[union-attr]
        }

    def _node(self, node: NamedNode) -> Iterator[str]:
        class_ = self._kind(node)
        yield from self._about_iri(class_)
        told = list(self._said(node, class_))
        lines = [(f"a {prefixed(self._graph, class_)}", self._name(class_))]
        lines += [line for said in told if said.always for line in self._pairs(said)]
        yield self._names[node]
        for number, (text, note) in enumerate(lines, 1):
            end = "." if number == len(lines) else ";"
            yield f"    {text} {end}  # {note}"
        for text, note in (line for said in told if not said.always for line in self._pairs(said)):
            yield f"    # {text} ;  # {self._say('可有可无：', 'optional: ')}{note}"

    def _about_iri(self, class_: NamedNode) -> Iterator[str]:
        """Yield how IRIs of a class are made."""
        quads = self._graph.store.quads_for_pattern(class_, _PATTERN, None, DefaultGraph())
        for quad in quads:
            yield self._say(
                f"# {self._name(class_)}。IRI 的写法：{_value(quad.object)}",
                f"# {self._name(class_)}; its IRI is made so: {_value(quad.object)}",
            )

    def _pairs(self, said: _Said) -> Iterator[tuple[str, str]]:
        """Yield property and value as they are written, and what to know of them."""
        name = self._name(said.property)
        if said.property == _STATED_IN:
            self._documented = True
            yield f"{prefixed(self._graph, said.property)} {self._document_name()}", name
            return
        for value in said.values[:1]:
            written = self._written(value)
            told = name_of(self._graph, value, self._language)
            short = told if len(told) <= _EXAMPLE else told[: _EXAMPLE - 1] + "…"
            plain = isinstance(value, Literal) or value in self._names
            words = "" if plain else self._say(f"，这里是 {short}", f", here {short}")
            yield f"{prefixed(self._graph, said.property)} {written}", name + words

    def _written(self, value: Term) -> str:
        if isinstance(value, Literal):
            if value.datatype != _LANG_STRING:
                return _literal(value, self._graph)
            return str(Literal(f"{TO_CHANGE}：{value.value}", language=value.language))
        if not isinstance(value, NamedNode):
            return str(value)
        if value in self._names:
            return self._names[value]
        return self._short(value)

    # names

    def _name(self, term: NamedNode) -> str:
        if term in _CALLED:
            return _CALLED[term].pick(self._language)
        return name_of(self._graph, term, self._language)

    def _new_name(self, class_: NamedNode) -> str:
        segment = class_segment(class_.value.rpartition("#")[2])
        label = self._graph.label(class_, "zh") or segment
        ((prefix, space),) = instance_prefixes(self._base, (segment,)).items()
        self._space[prefix] = space
        name = f"{prefix}:{TO_CHANGE}_{label}"
        again = sum(taken.startswith(name) for taken in self._names.values())
        return f"{name}{again + 1}" if again and class_ != _DOCUMENT else name

    def _document_name(self) -> str:
        return self._new_name(_DOCUMENT)

    def _short(self, node: NamedNode) -> str:
        return prefixed(self._graph, node)

    # the document that says so, and the head

    def _document(self) -> Iterator[str]:
        yield self._say(
            "# 出处文件：通知、公告、网页、电话记录。若出自图里已有的报告，删去这一段，"
            "statedIn 改写那份报告的 IRI",
            "# The document that says so: a notice, a web page, notes of a call. If it is a report"
            " that the graph has, leave this out and name that report",
        )
        yield from self._about_iri(_DOCUMENT)
        name, address = self._say("名称", "its name"), self._say("网址", "its address")
        yield self._document_name()
        yield f"    a kg:Document ;  # {self._name(_DOCUMENT)}"
        yield f'    rdfs:label "{TO_CHANGE}：海淀区2024年新增助餐点的通知"@zh ;  # {name}'
        yield f"    dcterms:source <https://example.org/{TO_CHANGE}> .  # {address}"

    def _head(self, body: Sequence[str]) -> Iterator[str]:
        name = self._name(self._class)
        yield self._say(
            f"# 照此填写“{name}”：带“{TO_CHANGE}”的地方都换成自己的；行首有 # 的可有可无，"
            "要用就去掉 #，放到以 . 结束的那一行之前。",
            f"# A form for {name}: replace whatever says {TO_CHANGE} (“change this”). Lines that"
            " begin with # are optional: to use one, remove the # and move it up, above the line"
            " that ends with a full stop.",
        )
        yield self._say(
            "# 然后：kg validate new.ttl，再 kg add new.ttl --source 出处",
            "# Then: kg validate new.ttl, and kg add new.ttl --source WHERE-IT-IS-SAID",
        )
        known = {**self._graph.prefixes, **self._space}
        used = {name for line in body for name in _PREFIX.findall(_QUOTED.sub("", line))}
        yield from (f"@prefix {name}: <{known[name]}> ." for name in sorted(used & known.keys()))


def _value(term: object) -> str:
    return term.value if isinstance(term, Literal) else str(term)


def _literal(value: Literal, graph: OpenGraph) -> str:
    """Return a literal as Turtle writes it, short where a prefix fits."""
    if value.datatype is None or value.datatype == expand("xsd:string"):
        return str(value)
    short = prefixed(graph, value.datatype)
    plain = {"xsd:integer": True, "xsd:boolean": True, "xsd:decimal": "." in value.value}
    if plain.get(short):
        return value.value
    return f"{Literal(value.value)}^^{short}"
