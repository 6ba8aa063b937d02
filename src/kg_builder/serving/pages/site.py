"""What the pages take of the server's state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pyoxigraph import DefaultGraph, NamedNode

from kg_builder.asking.answer import Answer
from kg_builder.asking.request import Request
from kg_builder.graph.opening import OpenGraph
from kg_builder.model.bilingual import Language
from kg_builder.pages.validation import ValidationParts
from kg_builder.resources import Resources
from kg_builder.serving.state import State
from kg_builder.serving.work.validation import PARTS, Judge
from kg_builder.text.search.index import NameIndex

_DOCUMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {"Turtle": "turtle", "JSON-LD": "jsonld", "RDF/XML": "rdfxml", "N-Triples": "ntriples"}
)


@dataclass(frozen=True, slots=True)
class Pasted:
    """What was found of triples that somebody typed, and the text with all plain mends made."""

    parts: ValidationParts
    mended: str | None
    """None where nothing can be mended by itself."""
    mends: int


class Site:
    """A server, as the pages see it: what strangers ask is worked out in children with limits."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def graph(self) -> OpenGraph:
        """The generation that is served now; another object as soon as it is another."""
        return self._state.graph

    @property
    def graph_and_names(self) -> tuple[OpenGraph, NameIndex]:
        """That graph with the index of its names."""
        now = self._state.now
        return now.graph, now.names

    @property
    def store(self) -> Path:
        """The folder or file that it was opened from."""
        return self._state.settings.store

    @property
    def report(self) -> Path | None:
        """The text of a report, to quote from, where the server was given one."""
        return self._state.settings.report

    @property
    def resources(self) -> Resources:
        """Queries and other data of the house."""
        return self._state.resources

    @property
    def contact(self) -> str | None:
        """Where errors are reported: an address of mail, or that of a page to write issues on."""
        return self._state.settings.contact

    @property
    def map_search(self) -> str:
        """The address of a search on a map, with `{}` in the place of the words."""
        return self._state.settings.map_search

    def href(self, iri: str) -> str | None:
        """Return the path at which this server answers for an IRI; None where it says nothing.

        A term of another vocabulary answers where the graph describes it, as that of any RDF.
        """
        paths = self._state.paths
        return paths.path(iri) if paths.is_ours(iri) or self._describes(iri) else None

    def _describes(self, iri: str) -> bool:
        store = self._state.graph.store
        return any(store.quads_for_pattern(NamedNode(iri), None, None, DefaultGraph()))

    def documents(self, iri: str) -> Mapping[str, str]:
        """Return the paths of the documents about an IRI, by the name of the format."""
        paths = self._state.paths
        if "#" in iri:  # its path is that of the whole ontology
            about = paths.description(iri)
            return {label: f"{about}&format={name}" for label, name in _DOCUMENTS.items()}
        return {label: paths.document(iri, name) for label, name in _DOCUMENTS.items()}

    async def ask(self, request: Request, folder: Path) -> Answer:
        """Answer a question in a process that may be ended; the spool lies in `folder`.

        Raises what `asking.request.ask` raises, and BusyError where too much is asked at once.
        """
        return await self._state.answer(request, folder)

    async def judge(self, text: bytes, name: str, format_name: str, language: Language) -> Pasted:
        """Judge triples that somebody typed, in a process that may be ended.

        Raises InputError for what is no RDF, and what `judging` raises.
        """
        found = await self._state.judge(
            Judge(text, format_name, name, PARTS, language, with_mends=True)
        )
        assert found.parts is not None  # noqa: S101 - as was asked for
        mended = (found.mended or b"").decode("utf-8-sig") if found.fixes else None
        return Pasted(found.parts, mended, found.fixes)
