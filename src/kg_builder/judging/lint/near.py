"""Which term was meant: by spelling, or by what it is called in Chinese or English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode
from rapidfuzz import fuzz, process

from kg_builder.judging.lint.vocabulary import Vocabulary

_CLOSE: Final = 60.0
"""Of 100, as rapidfuzz rates two words: what may be meant."""
_PLAIN: Final = 84.0
_CLEARLY: Final = 6.0
_MOST: Final = 3
_LONGEST: Final = 80
_MARKS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Near:
    """What may be meant, the nearest first; `plain` where the first is meant without a doubt."""

    terms: tuple[NamedNode, ...] = ()
    plain: bool = False


class Words:
    """Names of terms to compare a name with: their own, and what they are called."""

    def __init__(self, vocabulary: Vocabulary, terms: Iterable[NamedNode]) -> None:
        self._names: dict[str, NamedNode] = {}
        for term in sorted(terms, key=lambda term: term.value):
            self._names.setdefault(folded(local_part(term.value)), term)
        own = tuple(self._names.items())
        for _, term in own:
            for name in vocabulary.names.get(term, ()):
                self._names.setdefault(folded(name.value), term)

    def near(self, name: str) -> Near:
        """Return the terms that a name comes close to."""
        wanted = folded(name[:_LONGEST])
        if not wanted:
            return Near()
        same = self._names.get(wanted)
        if same is not None:
            return Near((same,), plain=True)
        found = process.extract(
            wanted, self._names.keys(), scorer=fuzz.ratio, score_cutoff=_CLOSE, limit=4 * _MOST
        )
        rated: dict[NamedNode, float] = {}
        for other, score, _ in found:
            rated.setdefault(self._names[other], score)
        return ranked(rated)


def ranked(rated: Mapping[NamedNode, float]) -> Near:
    """Return the best of what has been rated (of 100), and whether the first is meant plainly."""
    best = sorted(rated.items(), key=lambda pair: (-pair[1], pair[0].value))[:_MOST]
    if not best:
        return Near()
    plain = best[0][1] >= _PLAIN and (len(best) == 1 or best[0][1] - best[1][1] >= _CLEARLY)
    return Near(tuple(term for term, _ in best), plain)


def local_part(iri: str) -> str:
    """Return what stands behind the last `/` or `#` of an IRI."""
    return iri[namespace_end(iri) :]


def namespace_end(iri: str) -> int:
    """Return where the local part of an IRI begins."""
    return max(iri.rfind("/"), iri.rfind("#")) + 1


def folded(name: str) -> str:
    """Return a name as it is compared: of one width and case, letters and digits alone."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", name)).casefold()
