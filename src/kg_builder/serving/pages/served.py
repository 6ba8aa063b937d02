"""The pages on the server of `kg serve`: what they need, as its state has it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Protocol
from urllib.parse import quote, urlsplit

from kg_builder.asking.answer import Answer
from kg_builder.asking.request import Request
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import HOUSE
from kg_builder.model.bilingual import Language
from kg_builder.resources import Resources
from kg_builder.serving.court import PARTS, Judge
from kg_builder.serving.court import Judged as Verdict
from kg_builder.serving.pages.site import Judged

MAP_SEARCH: Final = "https://www.openstreetmap.org/search?query={}"
_SUFFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {"Turtle": ".ttl", "JSON-LD": ".jsonld", "RDF/XML": ".rdf", "N-Triples": ".nt"}
)
_SAFE: Final = "/:@!$&'()*+,;=~-._"


class Serving(Protocol):
    """What is taken of a server's state."""

    resources: Resources
    settings: Any

    @property
    def graph(self) -> OpenGraph:
        """The generation that is served now."""
        ...

    async def answer(self, request: Request, folder: Path) -> Answer:
        """Answer a request; its spool lies in `folder`."""
        ...

    async def judge(self, item: Judge) -> Verdict:
        """Judge triples."""
        ...


class ServedSite:
    """A `Site`, as `kg serve` runs it: what strangers ask is worked out in children with limits."""

    def __init__(self, state: Serving) -> None:
        self._state = state

    @property
    def graph(self) -> OpenGraph:
        """The generation that is served now."""
        return self._state.graph

    @property
    def store(self) -> Path:
        """The folder that it was opened from."""
        return Path(self._state.settings.store)

    @property
    def resources(self) -> Resources:
        """The house's data."""
        return self._state.resources

    @property
    def contact(self) -> str | None:
        """Where errors are reported."""
        found: str | None = getattr(self._state.settings, "contact", None)
        return found

    @property
    def map_search(self) -> str:
        """A search on a map."""
        return str(getattr(self._state.settings, "map_search", None) or MAP_SEARCH)

    def href(self, iri: str) -> str | None:
        """Return the path of an IRI: that of its base here, or that of the ontology at w3id.org."""
        base = self.graph.base
        reached = str(self._state.settings.base or base or "")
        roots = [(HOUSE, urlsplit(HOUSE).path)]
        if base is not None:
            roots.append((base, urlsplit(reached).path or "/"))
        for space, root in roots:
            if not iri.startswith(space):
                continue
            before, mark, fragment = iri.removeprefix(space).partition("#")
            if "?" in iri or (mark and space != HOUSE):
                return f"/describe?iri={quote(iri, safe='')}"
            path = quote(root + before, safe=_SAFE)
            if path.startswith("//"):  # which a browser would take for another server
                return f"/describe?iri={quote(iri, safe='')}"
            return path + (f"#{quote(fragment, safe=_SAFE)}" if mark else "")
        return None

    def documents(self, iri: str) -> Mapping[str, str]:
        """Return the documents about an IRI by format."""
        href = self.href(iri)
        if href is None or "#" in href or "?" in href:
            given = quote(iri, safe="")
            return {name: f"/describe?iri={given}&format={_plain(name)}" for name in _SUFFIXES}
        return {name: href + suffix for name, suffix in _SUFFIXES.items()}

    async def ask(self, request: Request, folder: Path) -> Answer:
        """Answer a request in a child that has the graph open."""
        return await self._state.answer(request, folder)

    async def judge(self, text: bytes, name: str, format_name: str, language: Language) -> Judged:
        """Judge triples in a child that has the graph open."""
        found = await self._state.judge(
            Judge(text, format_name, name, PARTS, language, with_mends=True)
        )
        assert found.parts is not None  # noqa: S101 - as was asked for
        mended = (found.mended or b"").decode("utf-8-sig") if found.fixes else None
        return Judged(found.parts, mended, found.fixes)


def _plain(name: str) -> str:
    """Return the name of a format as addresses have it."""
    return "".join(filter(str.isalpha, name)).lower()
