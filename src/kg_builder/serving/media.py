"""Content negotiation: which media type and language a client would have, of those there are.

Format: RFC 9110, 12.5 (Accept, Accept-Language). `?format=` wins, by a short name or a media type,
and so does `?lang=`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from starlette.requests import Request

from kg_builder.model.bilingual import Language

JSON_RESULTS: Final = "application/sparql-results+json"
XML_RESULTS: Final = "application/sparql-results+xml"
CSV: Final = "text/csv"
TSV: Final = "text/tab-separated-values"
TURTLE: Final = "text/turtle"
N_TRIPLES: Final = "application/n-triples"
JSON_LD: Final = "application/ld+json"
RDF_XML: Final = "application/rdf+xml"
HTML: Final = "text/html"
JSON: Final = "application/json"

RESULTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        JSON_RESULTS: "json",
        JSON: "json",
        XML_RESULTS: "xml",
        "application/xml": "xml",
        CSV: "csv",
        TSV: "tsv",
        "text/xml": "xml",
    }
)
"""Of SELECT and ASK: media types in the order in which they are preferred, and the format."""
GRAPHS: Final[Mapping[str, str]] = MappingProxyType(
    {
        TURTLE: "turtle",
        N_TRIPLES: "ntriples",
        JSON_LD: "jsonld",
        RDF_XML: "rdfxml",
        "application/x-turtle": "turtle",
        "application/xml": "rdfxml",
        "text/xml": "rdfxml",
        JSON: "jsonld",
        "text/plain": "ntriples",
    }
)
"""Of CONSTRUCT and DESCRIBE, and of documents."""
TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "json": JSON_RESULTS,
        "xml": XML_RESULTS,
        "csv": "text/csv; charset=utf-8",
        "tsv": "text/tab-separated-values; charset=utf-8",
        "markdown": "text/markdown; charset=utf-8",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "turtle": "text/turtle; charset=utf-8",
        "ntriples": N_TRIPLES,
        "jsonld": JSON_LD,
        "rdfxml": RDF_XML,
        "trig": "application/trig; charset=utf-8",
        "nquads": "application/n-quads",
        "html": "text/html; charset=utf-8",
    }
)
"""By the name of a format, what `Content-Type` says of it."""
NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        **{name: name for name in TYPES},
        **GRAPHS,
        **RESULTS,  # of what both have, as application/xml, `graph_format` tells the other
        TYPES["markdown"].partition(";")[0]: "markdown",
        TYPES["xlsx"]: "xlsx",
        "srj": "json",
        "srx": "xml",
        "md": "markdown",
        "ttl": "turtle",
        "nt": "ntriples",
        "n-triples": "ntriples",
        "json-ld": "jsonld",
        "rdf": "rdfxml",
        "rdf/xml": "rdfxml",
        "rdf+xml": "rdfxml",
        "n3": "turtle",
    }
)
"""What `?format=` may say, in small letters."""
_SAME: Final[Mapping[str, str]] = MappingProxyType({"xml": "rdfxml", "json": "jsonld"})
"""What a name of a format of results means where a graph is answered with."""
_QUALITY: Final = re.compile(r"\s*q\s*=\s*([01](?:\.[0-9]{0,3})?|\.[0-9]{1,3})\s*", re.IGNORECASE)
_MOST_RANGES: Final = 64
_USUAL: Final = 250
"""So long a header a browser sends; what is longer is not worth remembering."""


def format_named(asked: str) -> str | None:
    """Return the format that `?format=` asks for; None if there is none of that name.

    A plus sign that was not percent-encoded has come as a space.
    """
    return NAMES.get(asked.strip().lower().partition(";")[0].rstrip().replace(" ", "+"))


def accepted(header: str | None, offered: tuple[str, ...]) -> str | None:
    """Return the media type of `offered` that an Accept header likes best; None if it takes none.

    Among equals the first offered one; without a header, any will do.
    """
    if header is None or not header.strip():
        return offered[0]
    return _best(header, offered) if len(header) <= _USUAL else _best.__wrapped__(header, offered)


@lru_cache(512)
def _best(header: str, offered: tuple[str, ...]) -> str | None:
    ranges = _ranges(header)
    best, liked = None, 0.0
    for kind in offered:
        quality = _quality(kind, ranges)
        if quality > liked:
            best, liked = kind, quality
    return best


def graph_format(name: str) -> str:
    """Return the format of a graph that is meant by a name that also a format of results has."""
    return _SAME.get(name, name)


def language_of(request: Request, default: Language = "zh") -> Language:
    """Return the language that a client wants: `?lang=`, else Accept-Language, else `default`."""
    asked = request.query_params.get("lang")
    if asked in ("zh", "en"):
        return "zh" if asked == "zh" else "en"
    return language_accepted(request.headers.get("accept-language", "")) or default


def language_accepted(header: str) -> Language | None:
    """Return which of our languages an Accept-Language header likes better; None for neither."""
    best: Language | None = None
    liked = 0.0
    for part in header.split(",")[:32]:
        tag, _, parameter = part.partition(";")
        name = tag.strip().lower().partition("-")[0]
        if name not in ("zh", "en"):
            continue
        try:
            quality = float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
        except ValueError:
            quality = 0.0
        if quality > liked:
            best, liked = ("zh" if name == "zh" else "en"), quality
    return best


def _ranges(header: str) -> dict[str, float]:
    """Return the quality of each media range; parameters but `q` are not looked at."""
    found: dict[str, float] = {}
    for part in header.split(",")[:_MOST_RANGES]:
        kind, *parameters = part.split(";")
        name = kind.strip().lower()
        if not name:
            continue
        quality = 1.0
        for parameter in parameters:
            match = _QUALITY.fullmatch(parameter)
            if match:
                quality = min(float(match[1]), 1.0)
        found[name] = max(found.get(name, 0.0), quality)
    return found


def _quality(kind: str, ranges: Mapping[str, float]) -> float:
    """Return how much a media type is liked: the range that says most decides."""
    for name in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        if name in ranges:
            return ranges[name]
    return 0.0
