"""The kinds of RDF that are read, by suffix and by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import PurePath
from types import MappingProxyType
from typing import Final

from pyoxigraph import RdfFormat

from kg_builder.errors import InputError
from kg_builder.model.bilingual import Bilingual


class Format(StrEnum):
    """A syntax of RDF."""

    TURTLE = "turtle"
    TRIG = "trig"
    N_TRIPLES = "ntriples"
    N_QUADS = "nquads"
    JSON_LD = "jsonld"
    RDF_XML = "rdfxml"

    @property
    def engine(self) -> RdfFormat:
        """The format as pyoxigraph knows it."""
        return _ENGINE[self]

    @property
    def label(self) -> str:
        """The syntax as people call it."""
        return _ENGINE[self].name


_ENGINE: Final[Mapping[Format, RdfFormat]] = MappingProxyType(
    {
        Format.TURTLE: RdfFormat.TURTLE,
        Format.TRIG: RdfFormat.TRIG,
        Format.N_TRIPLES: RdfFormat.N_TRIPLES,
        Format.N_QUADS: RdfFormat.N_QUADS,
        Format.JSON_LD: RdfFormat.JSON_LD,
        Format.RDF_XML: RdfFormat.RDF_XML,
    }
)
SUFFIXES: Final[Mapping[str, Format]] = MappingProxyType(
    {
        ".ttl": Format.TURTLE,
        ".nt": Format.N_TRIPLES,
        ".nq": Format.N_QUADS,
        ".trig": Format.TRIG,
        ".rdf": Format.RDF_XML,
        ".owl": Format.RDF_XML,
        ".jsonld": Format.JSON_LD,
    }
)
"""Suffixes that only RDF has: what is RDF in a folder is told by them."""
_NAMED_SUFFIXES: Final[Mapping[str, Format]] = MappingProxyType(
    {**SUFFIXES, ".xml": Format.RDF_XML, ".json": Format.JSON_LD}
)
"""Suffixes of a file that was named: of other things, too, but then it was not meant."""
_NAMES: Final[Mapping[str, Format]] = MappingProxyType(
    {
        **{kind.value: kind for kind in Format},
        "ttl": Format.TURTLE,
        "longturtle": Format.TURTLE,
        "nt": Format.N_TRIPLES,
        "nt11": Format.N_TRIPLES,
        "json-ld": Format.JSON_LD,
        "xml": Format.RDF_XML,
        "pretty-xml": Format.RDF_XML,
    }
)
"""Our names of the formats, and those that pySHACL (rdflib) has for them."""
_NO_ADVICE: Final = Bilingual("", "")


def format_named(name: str) -> Format:
    """Return the format of a name, ours or pySHACL's.

    Raises InputError for one that is not read.
    """
    found = _NAMES.get(name.lower())
    if found is None:
        known = " ".join(_NAMES)
        raise InputError(
            f"不读 {name} 这种格式；可用：{known}", f"{name} is no format that is read; use {known}"
        )
    return found


def format_of(path: PurePath) -> Format:
    """Return the format that the suffix of a named file tells, in whatever case.

    Raises InputError where it tells none.
    """
    found = _NAMED_SUFFIXES.get(path.suffix.lower())
    if found is None:
        advice = Bilingual("，或用 -df 指明格式", ", or name the format with -df")
        raise unknown_suffix(path, _NAMED_SUFFIXES, advice)
    return found


def unknown_suffix(
    path: PurePath, suffixes: Iterable[str] = SUFFIXES, advice: Bilingual = _NO_ADVICE
) -> InputError:
    """Return the error for a file whose suffix tells no format."""
    known = " ".join(suffixes)
    return InputError(
        f"看不出是哪种 RDF；后缀应是 {known} 之一{advice.zh}",
        f"of no known kind of RDF; the suffix is one of {known}{advice.en}",
        file=str(path),
    )
