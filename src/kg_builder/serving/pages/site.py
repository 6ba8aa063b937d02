"""What the pages need of whoever serves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kg_builder.asking.answer import Answer
from kg_builder.asking.request import Request
from kg_builder.graph.opening import OpenGraph
from kg_builder.model.bilingual import Language
from kg_builder.pages.validation import ValidationParts
from kg_builder.resources import Resources


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found of triples that somebody typed, and the text with all plain mends made."""

    parts: ValidationParts
    mended: str | None
    """None where nothing can be mended by itself."""
    mends: int = 0


class Site(Protocol):
    """A server, as the pages see it."""

    @property
    def graph(self) -> OpenGraph:
        """The generation that is served now; another object as soon as it is another."""
        ...

    @property
    def store(self) -> Path:
        """The folder or file that it was opened from."""
        ...

    @property
    def resources(self) -> Resources:
        """Queries and other data of the house."""
        ...

    @property
    def contact(self) -> str | None:
        """Where errors are reported: an address of mail, or that of a page to write issues on."""
        ...

    @property
    def map_search(self) -> str:
        """The address of a search on a map, with `{}` in the place of the words."""
        ...

    def href(self, iri: str) -> str | None:
        """Return the path at which this server answers for an IRI; None for what is not ours."""
        ...

    def documents(self, iri: str) -> Mapping[str, str]:
        """Return the paths of the documents about an IRI, by the name of the format."""
        ...

    async def ask(self, request: Request, folder: Path) -> Answer:
        """Answer a request in a process that may be ended; the spool lies in `folder`.

        Raises what `asking.request.ask` raises, and BusyError where too much is asked at once.
        """
        ...

    async def judge(self, text: bytes, name: str, format_name: str, language: Language) -> Judged:
        """Judge triples that somebody typed, in a process that may be ended.

        Raises InputError for what is no RDF, and what `judging` raises.
        """
        ...
