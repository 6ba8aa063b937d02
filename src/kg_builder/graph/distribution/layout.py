"""The files of a distribution: what stands where, in which format, and what each is.

ontology/                the modules as they are, taxonomies/ and alignments/ among them
ontology/kg-all.*        all that kg.ttl imports in one file: Turtle, RDF/XML, JSON-LD, N-Triples
shapes/                  what the data conforms to (SHACL)
data/asserted.*          what the sources say: Turtle, N-Triples, JSON-LD, RDF/XML
data/source/…            the same, a file for each source
data/inferred.ttl        what follows
data/evidence.ttl        where the sources say so
data/dataset.*           all of it in named graphs: N-Quads, TriG
data/csv/                tables, one per class, with CSVW metadata
cube.ttl                 the figures as a data cube
void.ttl  dcat.ttl       what there is, how much of it, where, under which licence
service.ttl              the SPARQL endpoint, where there is one
.htaccess  w3id/         redirects of the IRIs
SHA256SUMS               checksums of every other file
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from kg_builder.model.bilingual import Bilingual

MARKER: Final = ".kg-distribution"
"""By this file a later export knows that a folder is ours to replace."""
CHECKSUMS: Final = "SHA256SUMS"


@dataclass(frozen=True, slots=True)
class MediaType:
    """A format as IANA registers it, and as the EU's list of file types has it."""

    iana: str
    eu: str
    label: str


_MEDIA_TYPES: Final[Mapping[str, MediaType]] = MappingProxyType(
    {
        ".ttl": MediaType("text/turtle", "RDF_TURTLE", "Turtle"),
        ".nt": MediaType("application/n-triples", "RDF_N_TRIPLES", "N-Triples"),
        ".nq": MediaType("application/n-quads", "RDF_N_QUADS", "N-Quads"),
        ".trig": MediaType("application/trig", "RDF_TRIG", "TriG"),
        ".jsonld": MediaType("application/ld+json", "JSON_LD", "JSON-LD"),
        ".rdf": MediaType("application/rdf+xml", "RDF_XML", "RDF/XML"),
        ".csv": MediaType("text/csv", "CSV", "CSV"),
        ".json": MediaType("application/csvm+json", "JSON", "CSVW"),
        ".html": MediaType("text/html", "HTML", "HTML"),
    }
)


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file; `part` is the dataset whose content it holds, None for one that describes."""

    path: str
    title: Bilingual
    size: int
    sha256: str
    part: str | None = None

    @property
    def media_type(self) -> MediaType | None:
        """Its format, None for one that no catalogue names."""
        return media_type(self.path)


def media_type(path: str) -> MediaType | None:
    """Return the format that a path's suffix stands for."""
    return _MEDIA_TYPES.get(PurePosixPath(path).suffix)
