"""Namespaces, prefixes and the terms that the code itself names.

Prefixes are those of prefix.cc, vendored here and never fetched. The ontology's IRIs are fixed;
only instance IRIs follow the base.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pyoxigraph import NamedNode

HOUSE: Final = "https://w3id.org/kg-builder/"
DEFAULT_BASE: Final = "https://example.org/kg/"
"""A placeholder that resolves nowhere: publishers give their own with `--base`."""

SCHEMES: Final = (
    *("status", "unit", "bound", "measure", "kind", "basis", "reading", "span"),
    *("scope", "distinction", "outcome"),
)
"""The taxonomies: ontology/taxonomies/NAME.ttl is the scheme `…/NAME` of concepts `…/NAME/…`."""

PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kg": HOUSE + "ont#",
        **{name: f"{HOUSE}{name}/" for name in SCHEMES},
        "adms": "http://www.w3.org/ns/adms#",
        "cv": "http://data.europa.eu/m8g/",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcterms": "http://purl.org/dc/terms/",
        "eli": "http://data.europa.eu/eli/ontology#",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "geo": "http://www.opengis.net/ont/geosparql#",
        "locn": "http://www.w3.org/ns/locn#",
        "oa": "http://www.w3.org/ns/oa#",
        "org": "http://www.w3.org/ns/org#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "prov": "http://www.w3.org/ns/prov#",
        "qb": "http://purl.org/linked-data/cube#",
        "qudt": "http://qudt.org/schema/qudt/",
        "quantitykind": "http://qudt.org/vocab/quantitykind/",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "schema": "https://schema.org/",
        "sh": "http://www.w3.org/ns/shacl#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "spdx": "http://spdx.org/rdf/terms#",
        "time": "http://www.w3.org/2006/time#",
        "vann": "http://purl.org/vocab/vann/",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)


def expand(name: str) -> NamedNode:
    """Return the term for a prefixed name, or for a local name of the ontology (`Canteen`).

    Raises KeyError for an unknown prefix.
    """
    prefix, colon, local = name.partition(":")
    return NamedNode(PREFIXES[prefix] + local if colon else PREFIXES["kg"] + name)


RDF_TYPE: Final = expand("rdf:type")
RDFS_LABEL: Final = expand("rdfs:label")
