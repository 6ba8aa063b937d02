"""The vocabularies of publishing (VoID, DCAT, Data Cube, service descriptions), and how to say it.

Their prefixes stand here and not among those of queries, which know the graph alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg_builder.graph.vocabulary import HOUSE, PREFIXES, RDF_TYPE
from kg_builder.model.bilingual import Bilingual

Term: TypeAlias = NamedNode | BlankNode | Literal
Value: TypeAlias = Term | Bilingual | date | int | None

CUBE: Final = HOUSE + "cube#"
"""The namespace of the cube's structure, which is the same for every publisher."""

NAMESPACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **PREFIXES,
        "cube": CUBE,
        "sd": "http://www.w3.org/ns/sparql-service-description#",
        "sdmx-attribute": "http://purl.org/linked-data/sdmx/2009/attribute#",
        "sdmx-concept": "http://purl.org/linked-data/sdmx/2009/concept#",
        "sdmx-dimension": "http://purl.org/linked-data/sdmx/2009/dimension#",
        "sdmx-measure": "http://purl.org/linked-data/sdmx/2009/measure#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "void": "http://rdfs.org/ns/void#",
    }
)


def term(name: str) -> NamedNode:
    """Return the term for a prefixed name. Raises KeyError for an unknown prefix."""
    prefix, _, local = name.partition(":")
    return NamedNode(NAMESPACES[prefix] + local)


def integer(value: int, datatype: str = "xsd:integer") -> Literal:
    """Return a number as a literal."""
    return Literal(str(value), datatype=term(datatype))


class Description:
    """Triples about things, gathered statement by statement. What is not known goes unsaid."""

    def __init__(self) -> None:
        self._triples: dict[Triple, None] = {}

    def __iter__(self) -> Iterator[Triple]:
        return iter(self._triples)

    def a(self, subject: NamedNode, *classes: str) -> None:
        """Say what a thing is."""
        for name in classes:
            self._triples[Triple(subject, RDF_TYPE, term(name))] = None

    def say(self, subject: NamedNode, predicate: str, *values: Value) -> None:
        """Say something of a thing: None is left out, words in two languages are two literals."""
        for value in values:
            for found in _terms(value):
                self._triples[Triple(subject, term(predicate), found)] = None


def _terms(value: Value) -> Iterator[Term]:
    match value:
        case None:
            return
        case Bilingual():
            yield Literal(value.zh, language="zh")
            yield Literal(value.en, language="en")
        case date():
            yield Literal(value.isoformat(), datatype=term("xsd:date"))
        case int():
            yield integer(value)
        case _:
            yield value
