"""RDF/XML (W3C, RDF 1.1): one element per subject, one per statement, sorted.

Written by hand: pyoxigraph's serialiser loses carriage returns, rdflib's is many times slower and
invents prefixes (ns1). A predicate whose namespace has no prefix declares it where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final
from xml.sax.saxutils import escape

from pyoxigraph import Triple

from kg_builder.errors import ExportError
from kg_builder.graph.export.formats import beyond
from kg_builder.graph.serialization import (
    PredicateOrder,
    PrefixedNames,
    by_subject,
    literal_words,
    subject_order,
)
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE

_TYPE: Final = str(RDF_TYPE)
_RDF: Final = PREFIXES["rdf"]
_XML_SPACES: Final = ("http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/")
_LOCAL: Final = re.compile(r"[A-Za-z_\u3007\u4e00-\u9fa5][-.0-9A-Za-z_\u3007\u4e00-\u9fa5]*\Z")
"""The part of NCName that the fourth and the fifth edition of XML 1.0 have in common here."""
_RESERVED: Final = frozenset(
    _RDF + name
    for name in (
        *("RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "Description", "li"),
        *("bagID", "aboutEach", "aboutEachPrefix"),
    )
)
"""What RDF/XML has for its own syntax, and so cannot have as a predicate or a class."""
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTITIES: Final = {"\r": "&#xD;"}
_LABEL_CHARACTER: Final = re.compile("[^0-9A-Za-z]")


def rdfxml(
    triples: Iterable[Triple],
    prefixes: Mapping[str, str] = PREFIXES,
    *,
    base: str | None = None,
) -> str:
    """Return a graph in RDF/XML, arranged as `serialization.turtle` arranges it.

    Raises ExportError for a predicate that is no XML name, for a character that XML lacks, and for
    triples and directions of writing as terms.
    """
    order = PredicateOrder(PrefixedNames(prefixes, base))
    elements = _Elements(prefixes)
    subjects = by_subject(triples)
    blocks = [
        _block(subject, subjects[subject], elements, order)
        for subject in sorted(subjects, key=subject_order)
    ]
    spaces = sorted({("rdf", _RDF), *elements.used})
    declarations = "".join(f'\n    xmlns:{name}="{_attribute(space)}"' for name, space in spaces)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{declarations}>\n'
        f"{''.join(blocks)}</rdf:RDF>\n"
    )


def _block(subject: str, rows: Iterable[str], elements: _Elements, order: PredicateOrder) -> str:
    pairs = sorted((order[row.partition(" ")[0]], row) for row in set(rows))
    node, first = "rdf:Description", 0
    if pairs and pairs[0][0][0] == 0:
        kind = pairs[0][1].partition(" ")[2][:-2]
        if kind[0] == "<" and elements.has_prefix(kind):
            node, first = elements[kind][0], 1
    lines = [f"\n  <{node} {_reference(subject, 'about')}>\n"]
    for _, row in pairs[first:]:
        predicate, _, rest = row.partition(" ")
        lines.append(_property(predicate, rest[:-2], elements, subject))
    lines.append(f"  </{node}>\n")
    return "".join(lines)


def _property(predicate: str, term: str, elements: _Elements, subject: str) -> str:
    name, declaration = elements[predicate]
    if term[0] != '"':
        if term.startswith("<<"):
            raise beyond("RDF/XML", term)
        return f"    <{name}{declaration} {_reference(term, 'resource')}/>\n"
    attribute, quoted = "", term
    if term[-1] == ">":
        quoted, _, datatype = term.rpartition("^^")
        attribute = f' rdf:datatype="{_attribute(datatype[1:-1])}"'
    elif term[-1] != '"':
        quoted, _, tag = term.rpartition("@")
        if "--" in tag:
            raise beyond("RDF/XML", term)
        attribute = f' xml:lang="{tag}"'
    words = literal_words(quoted) if "\\" in quoted else quoted[1:-1]
    bad = _NO_XML.search(words)
    if bad is not None:
        raise _unspeakable(bad[0], f"{subject} {predicate}")
    return f"    <{name}{declaration}{attribute}>{escape(words, _ENTITIES)}</{name}>\n"


def _reference(term: str, attribute: str) -> str:
    """Return the attribute that points to a node."""
    if term[0] == "<":
        return f'rdf:{attribute}="{_attribute(term[1:-1])}"'
    label = _LABEL_CHARACTER.sub(lambda found: f"_{ord(found[0]):x}_", term[2:])
    return f'rdf:nodeID="b{label}"'


def _attribute(iri: str) -> str:
    bad = _NO_XML.search(iri)
    if bad is not None:
        raise _unspeakable(bad[0], f"<{iri}>")
    return iri.replace("&", "&amp;")


def _unspeakable(character: str, place: str) -> ExportError:
    code = f"U+{ord(character):04X}"
    return ExportError(
        f"RDF/XML 写不了字符 {code}（在 {place} 里）：请换一种格式，如 turtle",
        f"RDF/XML cannot hold the character {code} (in {place}): choose another format, as turtle",
    )


class _Elements(dict[str, tuple[str, str]]):
    """From a predicate or class in N-Triples to its element's name and what it must declare."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        super().__init__()
        self._prefixes: dict[str, str] = {}
        for name, space in prefixes.items():
            self._prefixes.setdefault(space, name)
        self.used: set[tuple[str, str]] = set()

    def has_prefix(self, term: str) -> bool:
        """Whether an IRI can be an element that declares nothing."""
        iri = term[1:-1]
        space, local = _split(iri)
        return bool(local) and space in self._prefixes and iri not in _RESERVED

    def __missing__(self, term: str) -> tuple[str, str]:
        iri = term[1:-1]
        space, local = _split(iri)
        if not local or iri in _RESERVED or space in _XML_SPACES:
            raise ExportError(
                f"RDF/XML 的谓词须是 XML 名称，{term} 不是：请换一种格式，如 turtle",
                f"a predicate of RDF/XML is an XML name, and {term} is none:"
                " choose another format, as turtle",
            )
        prefix = self._prefixes.get(space)
        if prefix is None:
            found = self[term] = (local, f' xmlns="{_attribute(space)}"')
        else:
            self.used.add((prefix, space))
            found = self[term] = (f"{prefix}:{local}", "")
        return found


def _split(iri: str) -> tuple[str, str]:
    """Return namespace and local name of an IRI; an empty local name where it ends in none."""
    cut = max(iri.rfind("/"), iri.rfind("#"), iri.rfind(":")) + 1
    found = _LOCAL.search(iri, cut)
    return (iri[: found.start()], found[0]) if found else (iri, "")
