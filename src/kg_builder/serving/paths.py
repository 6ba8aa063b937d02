"""Which IRI a path of the server stands for, and at which path an IRI is reached.

Instance IRIs are reached at the path of their base (`--base` gives another), those of the ontology
at the path that they have at w3id.org; any other node of the graph at `/describe?iri=`. A suffix
asks for a document in a format: no local name has a dot. With `--base` everything is reached under
its path, as a proxy may pass on that path alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from starlette.types import Scope

from kg_builder.graph.distribution.options import as_uri
from kg_builder.graph.vocabulary import HOUSE

SUFFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".ttl": "turtle",
        ".jsonld": "jsonld",
        ".json": "jsonld",
        ".rdf": "rdfxml",
        ".nt": "ntriples",
        ".html": "html",
    }
)
"""Of documents, and the format that each means."""
SUFFIX_OF: Final[Mapping[str, str]] = MappingProxyType(
    {name: suffix for suffix, name in SUFFIXES.items() if suffix != ".json"}
)
_SAFE: Final = "/:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Paths:
    """From paths to IRIs and back. `base` is that of the instances, `reached` where they are."""

    base: str | None
    reached: str | None = None

    @property
    def root(self) -> str:
        """The path, percent-encoded, under which everything is reached; empty for none."""
        return quote(unquote(urlsplit(self.reached or "").path).rstrip("/"))

    def iri(self, path: str) -> str | None:
        """Return the IRI that a decoded path stands for; None for a path under neither."""
        for space, root in _roots(self.base, self.reached):
            if path.startswith(root):
                return space + path.removeprefix(root)
        return None

    def is_ours(self, iri: str) -> bool:
        """Whether an IRI is one of the instances or of the ontology."""
        return any(iri.startswith(space) for space, _ in _roots(self.base, self.reached))

    def path(self, iri: str) -> str:
        """Return the path, percent-encoded, at which this server answers for an IRI."""
        if "#" not in iri and "?" not in iri:
            for space, root in _roots(self.base, self.reached):
                if iri.startswith(space) and not (root + iri.removeprefix(space)).startswith("//"):
                    return quote(root + iri.removeprefix(space), safe=_SAFE)
        space, _, name = iri.partition("#")
        if name and space.startswith(HOUSE):
            return f"{self.path(space)}#{quote(name, safe=_SAFE)}"
        return self.description(iri)

    def description(self, iri: str) -> str:
        """Return the path at which any node of the graph is described, by its IRI."""
        return f"{self.root}/describe?iri={quote(iri, safe='')}"

    def document(self, iri: str, name: str) -> str:
        """Return the path of the document about an IRI in a format."""
        path = self.path(iri).partition("#")[0]
        if path.startswith(f"{self.root}/describe?"):
            return f"{path}&format={name}"
        return path + SUFFIX_OF[name]


@lru_cache(16)
def _roots(base: str | None, reached: str | None) -> tuple[tuple[str, str], ...]:
    """Return spaces of IRIs with the paths where they begin, the one to tell before others."""
    house = urlsplit(HOUSE).path
    roots = [(HOUSE, house)]
    if reached is not None:
        roots.append((HOUSE, unquote(urlsplit(reached).path).rstrip("/") + house))
    if base is not None:
        roots.append((base, unquote(urlsplit(reached or base).path) or "/"))
    # the longer path first: one may lie within the other
    return tuple(sorted(roots, key=lambda pair: -len(pair[1])))


def path_within(scope: Scope) -> str:
    """Return the path of a request without that under which all of the server lies."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def suffix_of(path: str) -> str | None:
    """Return the suffix of a document that a path ends in."""
    return next((suffix for suffix in SUFFIXES if path.endswith(suffix)), None)


def ascii_iri(iri: str) -> str:
    """Return an IRI as headers hold it: in ASCII."""
    return as_uri(iri)
