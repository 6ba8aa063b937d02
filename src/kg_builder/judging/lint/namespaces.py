"""Namespaces that only look like one that is known: http for https, a `#` or `/` left out."""

from __future__ import annotations

from functools import cached_property
from typing import Final, NamedTuple

from pyoxigraph import NamedNode
from rapidfuzz.distance import OSA

from kg_builder.graph.ontology import ROOT
from kg_builder.graph.vocabulary import HOUSE, PREFIXES, SCHEMES
from kg_builder.judging.lint.near import local_part, namespace_end
from kg_builder.judging.lint.vocabulary import Vocabulary

_NEAR: Final = 2
"""So many slips of the pen may part a namespace from the one that is meant."""
_SPACES: Final = tuple(dict.fromkeys(PREFIXES.values()))


class Meant(NamedTuple):
    """A namespace as it is written, and the one that was meant."""

    written: str
    right: str


class Namespaces:
    """The namespaces that are known, for others to be compared with; keeps what it found."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._plain = {_bare(space): space for space in _SPACES}
        self._stems = {space[:-1]: space for space in _SPACES}
        self._found: dict[str, tuple[str, bool] | None] = {}

    def meant(self, term: NamedNode) -> Meant | None:
        """Return the namespace that a term's was meant to be; None where it is right or foreign."""
        iri = term.value
        if iri.startswith(_SPACES):
            return None
        space = iri[: namespace_end(iri)]
        if space not in self._found:
            self._found[space] = self._nearest(space)
        found = self._found[space]
        if found is not None and local_part(iri):
            right, sure = found
            # a namespace that is merely like another may be somebody's own
            if sure or right + local_part(iri) in self._mentioned:
                return Meant(space, right)
        return self._without_mark(iri)

    def _without_mark(self, iri: str) -> Meant | None:
        """Return the namespace whose last mark was left out: `…/rdf-schemalabel`."""
        for stem, right in self._stems.items():
            if iri.startswith(stem) and right + iri[len(stem) :] in self._mentioned:
                return Meant(stem, right)
        return None

    @cached_property
    def _mentioned(self) -> frozenset[str]:
        return frozenset(term.value for term in self._vocabulary.mentioned)

    def _nearest(self, space: str) -> tuple[str, bool] | None:
        same = self._plain.get(_bare(space))
        if same is not None:
            return same, True
        if space == ROOT.value + "/":
            return PREFIXES["kg"], False
        head, _, last = space.rstrip("/#").rpartition("/")
        for name in (last.removesuffix("s"), last.removesuffix("es")):
            if head + "/" == HOUSE and name in SCHEMES:
                return PREFIXES[name], False
        distance, best = min(
            (OSA.distance(space, other, score_cutoff=_NEAR), other) for other in _SPACES
        )
        return (best, False) if distance <= _NEAR else None


def _bare(space: str) -> str:
    """Return a namespace without what is got wrong most often: scheme, `www.`, its last mark."""
    _, _, rest = space.partition("://")
    return (rest or space).removeprefix("www.").rstrip("/#").casefold()
