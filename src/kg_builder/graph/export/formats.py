"""The formats that a graph goes out in, each with its suffix and its media type (IANA)."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from kg_builder.errors import ExportError


class Format(Enum):
    """A format; its value is what `--format` calls it."""

    TURTLE = "turtle"
    NTRIPLES = "ntriples"
    TRIG = "trig"
    NQUADS = "nquads"
    JSONLD = "jsonld"
    RDFXML = "rdfxml"
    CSV = "csv"

    @property
    def suffix(self) -> str:
        """The suffix of a file in this format; a folder of tables has none."""
        return _SUFFIXES[self]

    @property
    def media_type(self) -> str:
        """The media type, as servers and catalogues name it."""
        return _MEDIA_TYPES[self]

    @property
    def keeps_graphs(self) -> bool:
        """Whether it can tell one named graph from another."""
        return self in (Format.TRIG, Format.NQUADS, Format.JSONLD)

    @classmethod
    def of_file(cls, path: Path) -> Format | None:
        """Return the format that the suffix of a file stands for; None for an unknown suffix."""
        suffix = path.suffix.lower()
        if suffix in (".owl", ".xml"):
            return cls.RDFXML
        return next((item for item in cls if suffix and item.suffix == suffix), None)


_SUFFIXES = {
    Format.TURTLE: ".ttl",
    Format.NTRIPLES: ".nt",
    Format.TRIG: ".trig",
    Format.NQUADS: ".nq",
    Format.JSONLD: ".jsonld",
    Format.RDFXML: ".rdf",
    Format.CSV: "",
}
_MEDIA_TYPES = {
    Format.TURTLE: "text/turtle",
    Format.NTRIPLES: "application/n-triples",
    Format.TRIG: "application/trig",
    Format.NQUADS: "application/n-quads",
    Format.JSONLD: "application/ld+json",
    Format.RDFXML: "application/rdf+xml",
    Format.CSV: "text/csv",
}


def beyond(name: str, term: str) -> ExportError:
    """Return the error for a term of RDF 1.2 that a format of RDF 1.1, by its name, cannot hold."""
    return ExportError(
        f"{name} 写不了 RDF 1.2 的 {term}：请换一种格式，如 turtle",
        f"{name} cannot hold {term}, which is of RDF 1.2: choose another format, as turtle",
    )
