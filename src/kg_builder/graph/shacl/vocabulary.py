"""Terms of SHACL and of the vocabularies that its definitions rest on."""

from __future__ import annotations

from typing import Final

from pyoxigraph import NamedNode

from kg_builder.graph.vocabulary import PREFIXES

SH: Final = PREFIXES["sh"]
XSD: Final = PREFIXES["xsd"]
RDF: Final = PREFIXES["rdf"]
RDFS: Final = PREFIXES["rdfs"]
OWL: Final = PREFIXES["owl"]


def sh(name: str) -> NamedNode:
    """Return a term of the SHACL vocabulary."""
    return NamedNode(SH + name)


RDF_TYPE: Final = NamedNode(RDF + "type")
RDF_FIRST: Final = NamedNode(RDF + "first")
RDF_REST: Final = NamedNode(RDF + "rest")
RDF_NIL: Final = NamedNode(RDF + "nil")
RDFS_SUBCLASS: Final = NamedNode(RDFS + "subClassOf")
RDFS_CLASS: Final = NamedNode(RDFS + "Class")
OWL_CLASS: Final = NamedNode(OWL + "Class")


def short_name(iri: str) -> str:
    """Return what follows the last `#`, `/` or `:` of an IRI, or the IRI where nothing does."""
    return iri.rstrip("/#").rpartition("#")[2].rpartition("/")[2].rpartition(":")[2] or iri
