"""Where the triples of an RDF/XML document stand (https://www.w3.org/TR/rdf-syntax-grammar/).

For documents that `xml_guard` has let through. Nodes and objects that an attribute names have the
place of its value, without quotes; properties and classes that of the tag's or attribute's name;
literals that of the text between the tags. What has no name is told apart by its order, which is
the parser's: a node comes before the property that holds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn

from kg_builder.graph.submission.glue import iri_notice
from kg_builder.graph.submission.matching import Found, Key, Place, literal_key
from kg_builder.graph.submission.model import SubmissionNotice
from kg_builder.graph.submission.wording import bad_iri, refused_at
from kg_builder.graph.submission.xml_guard import PREDEFINED, REFERENCE
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.model.selector import Span

_RDF: Final = PREFIXES["rdf"]
_XML: Final = "http://www.w3.org/XML/1998/namespace"
_TYPE: Final = _RDF + "type"
_NIL: Final = _RDF + "nil"
_PIECE: Final = re.compile(
    r"""(?P<skip><!--.*?-->|<\?.*?\?>
        |<!DOCTYPE(?:[^\[>"']++|"[^"]*"|'[^']*')*+
            (?:\[(?:[^\]"'<]++|"[^"]*"|'[^']*'|<!--.*?-->|<\?.*?\?>|<)*+\]\s*+)?>)
    |<!\[CDATA\[(?P<data>.*?)\]\]>
    |(?P<close></[^>]*>)
    |<(?P<tag>[^\s/>]++)(?P<attributes>(?:[^>"']++|"[^"]*"|'[^']*')*+)>
    |(?P<text>[^<]++)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(r"""([^\s=]++)\s*+=\s*+("[^"]*"|'[^']*')""")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SYNTAX: Final = frozenset(
    _RDF + name for name in ("about", "ID", "nodeID", "resource", "datatype", "parseType", "bagID")
)

ROOT, NODE, PROPERTY, COLLECTION, OPAQUE = range(5)


@dataclass(slots=True)
class _Attribute:
    name: Place
    value: str
    place: Place
    """Of the value, without quotes."""


@dataclass(slots=True)
class _Scope:
    """What elements inherit."""

    namespaces: Mapping[str, str]
    base: str | None = None


@dataclass(slots=True)
class _Frame:
    """An element that is open."""

    kind: int
    scope: _Scope
    subject: Key = None
    place: Place = (0, 0)
    predicate: str = ""
    predicate_place: Place = (0, 0)
    settled: bool = False
    """Of a property: whether its object has been noted."""
    node: tuple[Key, Place] | None = None
    """Of a property: the node within it."""
    text: list[str] = field(default_factory=list)
    text_place: Place | None = None
    tag: Place = (0, 0)
    items: list[tuple[Key, Place]] = field(default_factory=list)
    count: int = 0
    """Of rdf:li."""


def in_one_piece(text: str) -> str:
    """Return a document whose texts hold no comments and no CDATA, which part them for the parser.

    It stands for the same triples (but for comments in XML literals).
    """
    if "<!--" not in text and "<![CDATA[" not in text:
        return text
    return _PIECE.sub(_without_parts, text)


def _without_parts(piece: re.Match[str]) -> str:
    if piece["data"] is not None:
        return piece["data"].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "" if piece[0].startswith("<!--") else piece[0]


class RdfXmlReader:
    """Reads a document once; what it found is in its attributes."""

    def __init__(
        self, text: str, name: str, entities: Mapping[str, str], base: str | None = None
    ) -> None:
        """Read a document; `base` is that of its relative IRIs until it has its own.

        Raises InputError for relative IRIs without a base and for IRIs that are none, and for names
        without a namespace.
        """
        self.found = Found()
        self.prefixes: dict[str, str] = {}
        self.notices: list[SubmissionNotice] = []
        self._text = text
        self._name = name
        self._entities = entities
        self._base = base
        self._open: list[_Frame] = []
        for piece in _PIECE.finditer(text):
            kind = piece.lastgroup
            if kind == "close":
                self._end()
            elif kind in ("text", "data"):
                self._characters(piece, kind)
            elif piece["tag"] is not None:
                self._start(piece)

    def _refuse(self, place: int, zh: str, en: str) -> NoReturn:
        raise refused_at(self._text, place, self._name, zh, en)

    def _characters(self, piece: re.Match[str], kind: str) -> None:
        if not self._open or self._open[-1].kind != PROPERTY:
            return
        frame = self._open[-1]
        start = frame.text_place[0] if frame.text_place else piece.start()
        frame.text_place = (start, piece.end())
        raw = piece[kind].replace("\r\n", "\n").replace("\r", "\n")
        frame.text.append(raw if kind == "data" else self._decoded(raw))

    def _decoded(self, raw: str) -> str:
        return REFERENCE.sub(self._referred, raw) if "&" in raw else raw

    def _referred(self, match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("#"):
            return chr(int(name[2:], 16) if name[1] in "xX" else int(name[1:]))
        return self._entities.get(name, PREDEFINED.get(name, match[0]))

    def _start(self, piece: re.Match[str]) -> None:
        parent = self._open[-1] if self._open else None
        attributes = dict(self._attributes(piece))
        scope = self._scope(parent, attributes)
        tag = piece.span("tag")
        if parent and parent.kind == OPAQUE:
            frame = _Frame(OPAQUE, scope)
        else:
            iri = self._qualified(piece["tag"], scope, tag[0])
            named = self._named(attributes, scope)
            if parent is None and iri == _RDF + "RDF":
                frame = _Frame(ROOT, scope)
            elif parent and parent.kind == NODE:
                frame = self._property(parent, iri, tag, named, scope)
            else:
                frame = self._node(parent, iri, tag, named, scope)
        frame.tag = piece.span()
        self._open.append(frame)
        if piece["attributes"].endswith("/"):
            self._end()

    def _attributes(self, piece: re.Match[str]) -> Iterator[tuple[str, _Attribute]]:
        offset = piece.start("attributes")
        for match in _ATTRIBUTE.finditer(piece["attributes"]):
            start, end = match.span(2)
            value = re.sub(r"\r\n|[\r\n\t]", " ", match[2][1:-1])
            yield (
                match[1],
                _Attribute(
                    (offset + match.start(1), offset + match.end(1)),
                    self._decoded(value),
                    (offset + start + 1, offset + end - 1),
                ),
            )

    def _scope(self, parent: _Frame | None, attributes: dict[str, _Attribute]) -> _Scope:
        scope = parent.scope if parent else _Scope({"xml": _XML}, self._base)
        own = {
            name.partition(":")[2]: attribute.value
            for name, attribute in attributes.items()
            if name == "xmlns" or name.startswith("xmlns:")
        }
        if own:
            scope = replace(scope, namespaces={**scope.namespaces, **own})
            for prefix, iri in own.items():
                self.prefixes.setdefault(prefix, iri)
        base = attributes.get("xml:base")
        if base is not None:
            scope = replace(scope, base=self._joined(base.value, scope.base) or base.value)
        return scope

    def _named(self, attributes: dict[str, _Attribute], scope: _Scope) -> dict[str, _Attribute]:
        """Return the attributes by their IRIs, without those of XML itself."""
        named = {}
        for name, attribute in attributes.items():
            if name.startswith("xml"):
                continue
            if ":" not in name:  # the namespace of elements is not theirs
                self._no_namespace(name, attribute.name[0])
            named[self._qualified(name, scope, attribute.name[0])] = attribute
        return named

    def _qualified(self, name: str, scope: _Scope, place: int) -> str:
        prefix, _, local = name.rpartition(":")
        namespace = scope.namespaces.get(prefix)
        if not namespace:
            self._no_namespace(name, place)
        return namespace + local

    def _no_namespace(self, name: str, place: int) -> NoReturn:
        prefix, _, local = name.rpartition(":")
        if prefix:
            known = PREFIXES.get(prefix, "http://…")
            zh = f'前缀 {prefix}: 没有声明：在根元素上加 xmlns:{prefix}="{known}"'
            en = (
                f"the prefix {prefix}: is not declared: add"
                f' xmlns:{prefix}="{known}" to the outermost element'
            )
        else:
            meant = "rdf" if _RDF + local in _SYNTAX else "e"
            zh = f"{name} 没有命名空间：加上前缀（如 {meant}:{local}），并声明 xmlns:{meant}"
            en = (
                f"{name} has no namespace: give it a prefix (as {meant}:{local}) and declare"
                f" xmlns:{meant}"
            )
        self._refuse(place, zh, en)

    def _joined(self, value: str, base: str | None) -> str | None:
        if _SCHEME.match(value):
            return value
        if base is None:
            return None
        from urllib.parse import urldefrag, urljoin  # slow to import, and seldom needed

        return urljoin(base, value) if value else urldefrag(base).url

    def _iri(self, attribute: _Attribute, scope: _Scope, *, local: bool = False) -> str:
        iri = self._joined(("#" if local else "") + attribute.value, scope.base)
        if iri is None:
            self._refuse(
                attribute.place[0],
                f"{attribute.value!r} 是相对 IRI，而文件没有 xml:base：写完整的 IRI，或加 xml:base",
                f"{attribute.value!r} is a relative IRI and there is no base: write the whole IRI,"
                " or add xml:base",
            )
        wrong = bad_iri(iri)
        if wrong:
            self._refuse(attribute.place[0], wrong.zh, wrong.en)
        notice = iri_notice(attribute.value, Span(*attribute.place))
        if notice:
            self.notices.append(notice)
        return iri

    def _node(
        self,
        parent: _Frame | None,
        iri: str,
        tag: Place,
        named: dict[str, _Attribute],
        scope: _Scope,
    ) -> _Frame:
        subject, place = self._subject(named, tag, scope)
        self.found.subject(subject, place)
        if parent and parent.kind == COLLECTION:
            parent.items.append((subject, place))
        elif parent and parent.kind == PROPERTY:
            parent.node = (subject, place)
        if iri != _RDF + "Description":
            self.found.add("", (subject, _TYPE, iri), (place, tag, tag))
        self._property_attributes(named, subject, place, scope)
        return _Frame(NODE, scope, subject, place)

    def _subject(
        self, named: dict[str, _Attribute], tag: Place, scope: _Scope
    ) -> tuple[Key, Place]:
        about, local = named.get(_RDF + "about"), named.get(_RDF + "ID")
        label = named.get(_RDF + "nodeID")
        if about:
            return self._iri(about, scope), about.place
        if local:
            return self._iri(local, scope, local=True), local.place
        return None, label.place if label else tag

    def _property_attributes(
        self, named: dict[str, _Attribute], subject: Key, place: Place, scope: _Scope
    ) -> None:
        for iri, attribute in named.items():
            if iri in _SYNTAX:
                continue
            if iri == _TYPE:
                key: Key = self._iri(attribute, scope)
                where = attribute.place
            else:
                key = literal_key(attribute.value)
                where = (attribute.place[0] - 1, attribute.place[1] + 1)
            self.found.add("", (subject, iri, key), (place, attribute.name, where))

    def _property(
        self, parent: _Frame, iri: str, tag: Place, named: dict[str, _Attribute], scope: _Scope
    ) -> _Frame:
        if iri == _RDF + "li":
            parent.count += 1
            iri = f"{_RDF}_{parent.count}"
        frame = _Frame(PROPERTY, scope, parent.subject, parent.place, iri, tag)
        statement = named.get(_RDF + "ID")
        if statement:
            self.found.subject(self._iri(statement, scope, local=True), statement.place)
        way = named.get(_RDF + "parseType")
        resource, label = named.get(_RDF + "resource"), named.get(_RDF + "nodeID")
        if way and way.value == "Resource":
            self._settle(frame, None, tag)
            return _Frame(NODE, scope, None, tag)
        if way and way.value == "Collection":
            frame.kind = COLLECTION
            return frame
        if way:
            self._settle(frame, "", tag)  # markup: its value is not worked out
            frame.kind = OPAQUE
            return frame
        if resource or label or any(name not in _SYNTAX for name in named):
            obj = self._iri(resource, scope) if resource else None
            place = resource.place if resource else label.place if label else tag
            self._property_attributes(named, obj, place, scope)
            self._settle(frame, obj, place)
        return frame

    def _settle(self, frame: _Frame, obj: Key, place: Place) -> None:
        frame.settled = True
        triple = (frame.subject, frame.predicate, obj)
        self.found.add("", triple, (frame.place, frame.predicate_place, place))

    def _end(self) -> None:
        frame = self._open.pop()
        if frame.kind == COLLECTION:
            self._list(frame)
        elif frame.kind == PROPERTY and frame.node:
            self._settle(frame, *frame.node)
        elif frame.kind == PROPERTY and not frame.settled:
            self._settle(frame, literal_key("".join(frame.text)), frame.text_place or frame.tag)

    def _list(self, frame: _Frame) -> None:
        tag = frame.predicate_place
        if not frame.items:
            self._settle(frame, _NIL, tag)
            return
        self._settle(frame, None, tag)
        cells = [tag, *(place for _, place in frame.items[1:])]
        for number, (item, place) in enumerate(frame.items):
            last = number + 1 == len(cells)
            self.found.add("", (None, _RDF + "first", item), (cells[number], tag, place))
            self.found.add(
                "",
                (None, _RDF + "rest", _NIL if last else None),
                (cells[number], tag, tag if last else cells[number + 1]),
            )
