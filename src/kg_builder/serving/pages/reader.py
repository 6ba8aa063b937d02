"""Who reads a page: in what language, and where its links lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.requests import Request

from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.serving.media import language_of
from kg_builder.serving.paths import path_within

_SAFE = "/:@!$&'()*+,;=-._~%"


@dataclass(frozen=True, slots=True)
class Reader:
    """The language of a page, and how its links are made."""

    language: Language
    chosen: bool
    """Whether the address names the language; then the links do so too."""
    path: str
    root: str = ""
    """The path under which all of the site lies, as behind a proxy."""
    query: tuple[tuple[str, str], ...] = ()

    def t(self, zh: str, en: str) -> str:
        """Return the words in the reader's language."""
        return zh if self.language == "zh" else en

    def pick(self, words: Bilingual) -> str:
        """Return the words in the reader's language."""
        return words.pick(self.language)

    def url(self, path: str, **given: str | int | Sequence[str] | None) -> str:
        """Return the address of a page of this site; what is None or empty is left out."""
        pairs: list[tuple[str, str]] = []
        for name, value in given.items():
            values = [value] if isinstance(value, str | int) else value or ()
            pairs += [(name, str(item)) for item in values if item != ""]
        return self._made(self.root + path, pairs)

    def here(self, **changed: str | int | None) -> str:
        """Return the address of this page with other values; None and "" take one out."""
        kept = [(name, value) for name, value in self.query if name not in changed]
        more = [(name, str(value)) for name, value in changed.items() if value not in (None, "")]
        return self._made(self.root + self.path, [*kept, *more])

    def in_language(self, language: Language) -> str:
        """Return the address of this page in a language."""
        pairs = [*self.query, ("lang", language)]
        return f"{quote(self.root + self.path, safe=_SAFE)}?{urlencode(pairs)}"

    def with_language(self, path: str) -> str:
        """Return a path of ours, with the language if that was chosen."""
        return self._made(path, [])

    def _made(self, path: str, pairs: list[tuple[str, str]]) -> str:
        if self.chosen:
            pairs = [*pairs, ("lang", self.language)]
        before, mark, fragment = path.partition("#")
        before, has_query, query = before.partition("?")
        query = "&".join(filter(None, (query, urlencode(pairs))))
        joint = "?" if has_query or query else ""
        return f"{quote(before, safe=_SAFE)}{joint}{query}{mark}{fragment}"


def reader_of(request: Request) -> Reader:
    """Return who reads: `?lang=` decides, else `Accept-Language`, else Chinese."""
    pairs = tuple((name, value) for name, value in request.query_params.multi_items())
    named = request.query_params.get("lang")
    rest = tuple(pair for pair in pairs if pair[0] != "lang")
    # of one slash alone: two would lead to another server
    path, root = "/" + path_within(request.scope).lstrip("/"), request.app.state.kg.root
    chosen = named in ("zh", "en")
    return Reader(language_of(request), chosen=chosen, path=path, root=root, query=rest)
