"""Which term was meant: by spelling, or by what it is called in Chinese or English."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal

from pyoxigraph import NamedNode
from rapidfuzz import fuzz, process

from kg_builder.asking.near_terms import simplified_characters
from kg_builder.graph.vocabulary import PREFIXES, expand
from kg_builder.judging.lint.vocabulary import Vocabulary

_CLOSE: Final = 66.0
"""Of 100, as rapidfuzz rates two words: what may be meant."""
_PLAIN: Final = 84.0
_CLEARLY: Final = 6.0
_MOST: Final = 3
_LONGEST: Final = 80
_LEAST_WORD: Final = 2
_MARKS: Final = re.compile(r"[\W_]+")
EVERYDAY: Final[Mapping[str, NamedNode]] = MappingProxyType(
    {
        **dict.fromkeys(("name", "label", "名称", "名字", "标签"), expand("rdfs:label")),
        **dict.fromkeys(("type", "class", "类型", "类"), expand("rdf:type")),
        **dict.fromkeys(("alias", "altlabel", "altname", "别名", "简称"), expand("skos:altLabel")),
        **dict.fromkeys(("title", "标题", "题名"), expand("dcterms:title")),
    }
)
"""Properties of other vocabularies, by what people look for them under in ours."""


@dataclass(frozen=True, slots=True)
class Near:
    """What may be meant, the nearest first; `plain` where the first is meant without a doubt."""

    terms: tuple[NamedNode, ...] = ()
    plain: bool = False


class Words:
    """Names of terms to compare a name with: their own, what they are called, how defined."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        terms: Iterable[NamedNode],
        simplified: Mapping[int, str],
        more: Mapping[str, NamedNode] = MappingProxyType({}),
    ) -> None:
        self._simplified = simplified
        self._own: dict[str, list[NamedNode]] = defaultdict(list)
        self._called: dict[str, list[NamedNode]] = defaultdict(list)
        self._said: dict[NamedNode, str] = {}
        for name, term in more.items():
            self._called[name].append(term)
        for term in sorted(terms, key=lambda term: term.value):
            self._own[self._folded(local_part(term.value))].append(term)
            for literal in vocabulary.names.get(term, ()):
                self._called[self._folded(literal.value)].append(term)
            said = vocabulary.definitions.get(term)
            if said:
                self._said[term] = said
        self._all = {**self._called, **self._own}

    def _folded(self, name: str) -> str:
        """Return a name as it is compared: of one width, case and script, without marks."""
        plain = _MARKS.sub("", unicodedata.normalize("NFKC", name)).casefold()
        return plain.translate(self._simplified)

    def near(self, name: str) -> Near:
        """Return the terms that a name comes close to."""
        wanted = self._folded(name[:_LONGEST])
        if not wanted:
            return Near()
        for names in (self._own, self._called):
            same = names.get(wanted)
            if same:
                return Near(tuple(dict.fromkeys(same))[:_MOST], plain=len(set(same)) == 1)
        return self._alike(wanted) or self._defined(wanted)

    def _alike(self, wanted: str) -> Near | None:
        found = process.extract(
            wanted, self._all.keys(), scorer=fuzz.ratio, score_cutoff=_CLOSE, limit=4 * _MOST
        )
        rated: dict[NamedNode, float] = {}
        for other, score, _ in found:
            for term in self._all[other]:
                rated[term] = max(score, rated.get(term, 0.0))
        return ranked(rated) if rated else None

    def _defined(self, wanted: str) -> Near:
        """Return the terms in whose definition a name stands: `食堂` in that of canteens."""
        if len(wanted) < _LEAST_WORD or wanted.isascii():
            return Near()
        found = [
            (said.index(wanted) / len(said), term)
            for term, said in self._said.items()
            if wanted in said
        ]
        terms = tuple(term for _, term in sorted(found, key=lambda pair: (pair[0], pair[1].value)))
        return Near(terms[:_MOST], plain=len(terms) == 1)


class Nearest:
    """The words of each kind of term, made when they are first asked for and kept."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._words: dict[str, Words] = {}

    @cached_property
    def _simplified(self) -> Mapping[int, str]:
        return simplified_characters()

    def of_role(self, role: Literal["class", "property", "term"]) -> Words:
        """Return the words of our classes, of our properties, or of both."""
        if role not in self._words:
            ontology = self._vocabulary.ontology
            kinds = {"class": ontology.classes, "property": ontology.properties}
            terms = kinds.get(role, ontology.classes | ontology.properties)
            ours = (term for term in terms if term.value.startswith(PREFIXES["kg"]))
            more = EVERYDAY if role == "property" else {}
            self._words[role] = Words(self._vocabulary, ours, self._simplified, more)
        return self._words[role]

    def within(self, space: str) -> Words:
        """Return the words of the terms in a namespace that the ontology mentions."""
        if space not in self._words:
            terms = (term for term in self._vocabulary.mentioned if term.value.startswith(space))
            self._words[space] = Words(self._vocabulary, terms, self._simplified)
        return self._words[space]


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
