"""What recognition knows: how names end, and the words that stand between names.

The data: `genre/lexicons/names.toml` and `genre/lexicons/words.toml`, `genre/rules/names.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kg_builder.text.grammar.data import Data
from kg_builder.text.recognition.wordlist import HeadList, WordList


@dataclass(frozen=True, slots=True)
class NameRow:
    """A row of the lexicon of names: what a thing is whose name ends so."""

    id: str
    type: str
    also: tuple[str, ...]
    scope: str
    collective: bool
    """Names with this end mean many things, never one."""
    short: bool
    """The end is too short to name a thing of which nothing else is said."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that parts names.

    `kind` is `verb`, `function`, `between` (behind a whole name), `opening` (where a name could
    start), or `noun`: a word that parts none.
    """

    kind: str
    weak: bool = False
    status: str | None = None
    nominal: bool = False
    """Whether the word is a verb only between two names, or in front of a number."""
    object: str | None = None
    award: str | None = None


@dataclass(frozen=True, slots=True)
class Phrase:
    """A wording of a status that holds other words; one of the characters `needs` is in it."""

    pattern: re.Pattern[str]
    word: Word
    needs: frozenset[str]


_NOUN = Word("noun")
_FUNCTION = Word("function")
_OPENING, _BETWEEN = Word("opening"), Word("between")


@dataclass(frozen=True, slots=True)
class NameLexicon:
    """Heads, words, and the patterns of what may hang on a name."""

    rows: Mapping[str, NameRow]
    by_type: Mapping[str, NameRow]
    heads: HeadList[NameRow]
    whole: Mapping[str, NameRow]
    """Names that are known whole."""
    words: WordList[Word]
    verbal_heads: WordList[NameRow]
    """Heads that open with a verb."""
    phrases: tuple[Phrase, ...]
    topics: WordList[NameRow]
    """Whole names of industries."""
    topic: re.Pattern[str]
    """How a sentence opens that names an industry nobody knows."""
    generic: re.Pattern[str]
    """A name that is only this names nothing in particular."""
    leading: re.Pattern[str]
    """What is cut off in front of a name."""
    trailing: re.Pattern[str]
    """What is cut off behind a name."""
    appendix: re.Pattern[str]
    """What hangs on a name behind its head: a phase, a version, a bracket."""
    part: re.Pattern[str]
    """What may not stand right before a head: it would cut a word."""
    claim: re.Pattern[str]
    edition: re.Pattern[str]
    rank: re.Pattern[str]
    alias: re.Pattern[str]
    """What a bracket behind a name says when it gives another name."""
    district: re.Pattern[str]
    """Names of districts that say in what city they are."""
    brand: re.Pattern[str]
    """Names of companies: two characters of their own and what they do."""
    aside: re.Pattern[str]
    """What a bracket holds that says something of what stands before it."""
    places_summed: re.Pattern[str]
    """A number (group `number`) in front of what sums up a list of places: 2街道."""
    counted: re.Pattern[str]
    """A count in Chinese numerals at the start of a name."""
    enumeration: re.Pattern[str]
    """A number in front of a heading."""
    category: re.Pattern[str]
    """Names of projects that are counted and no more than a kind of them."""
    phase: re.Pattern[str]
    """A phase at the end of a name, or all of it."""
    of_name: re.Pattern[str]
    """What a number follows that is part of a name: 年产 of 年产20万吨铜箔项目."""
    industry: re.Pattern[str]
    """What is cut off the name of an industry: 产业 of 集成电路产业."""
    attribute: re.Pattern[str]
    """The end of what is measured of a thing: 面积, 规模."""
    latin_unit: re.Pattern[str]
    abstract: re.Pattern[str]
    issued: re.Pattern[str]
    """Verbs by which a document is issued."""
    specification: re.Pattern[str]
    """A number that is part of a name: 500千伏 of 500千伏变电站."""

    @classmethod
    def of(cls, names: Data, words: Data, rules: Data) -> NameLexicon:
        """Read the data; raises ConfigurationError for what is wrong."""
        rows: dict[str, NameRow] = {}
        heads: list[tuple[str, NameRow]] = []
        by_type: dict[str, NameRow] = {}
        whole: dict[str, NameRow] = {}
        for part in names.parts("name"):
            part.known(
                "id",
                "class",
                "also",
                "heads",
                "names",
                "scope",
                "collective",
                "short",
                "positive",
                "negative",
            )
            row = NameRow(
                part.text("id"),
                part.text("class"),
                part.texts("also"),
                part.choice("scope", "named", "named", "none", "area"),
                part.flag("collective"),
                part.flag("short"),
            )
            rows[row.id] = row
            by_type.setdefault(row.type, row)
            heads += [(head, row) for head in part.texts("heads")]
            whole |= dict.fromkeys(part.texts("names"), row)
        known = WordList.of(_words(words))
        return cls(
            rows,
            by_type,
            HeadList.of(heads),
            whole,
            known,
            WordList.of((head, row) for head, row in heads if _opens_with_verb(head, known)),
            tuple(
                Phrase(
                    part.pattern("pattern"),
                    Word("verb", status=part.text("status")),
                    frozenset(part.text("needs")),
                )
                for part in words.parts("phrase")
            ),
            WordList.of((name, row) for name, row in whole.items() if row.type == "Industry"),
            rules.pattern("topic"),
            rules.pattern("generic"),
            rules.pattern("leading"),
            rules.pattern("trailing"),
            rules.pattern("appendix"),
            rules.pattern("part"),
            rules.pattern("claim"),
            rules.pattern("edition"),
            rules.pattern("rank"),
            rules.pattern("alias"),
            rules.pattern("district"),
            rules.pattern("brand"),
            rules.pattern("aside"),
            rules.pattern("places-summed"),
            rules.pattern("counted"),
            rules.pattern("enumeration"),
            rules.pattern("category"),
            rules.pattern("phase"),
            rules.pattern("of-name"),
            rules.pattern("industry"),
            rules.pattern("attribute"),
            rules.pattern("latin-unit"),
            rules.pattern("abstract"),
            rules.pattern("issued"),
            rules.pattern("specification"),
        )


def _words(data: Data) -> list[tuple[str, Word]]:
    found: list[tuple[str, Word]] = []
    function = data.part("function")
    found += [(word, _NOUN) for word in data.part("not-verbs").texts("words")]
    found += [(word, _NOUN) for word in function.texts("not")]
    ahead = data.part("prefixes").texts("words")
    composed: list[tuple[str, Word]] = []
    for part in data.parts("verb"):
        part.known("words", "weak", "nominal", "status", "object", "award", "positive", "negative")
        nominal = frozenset(part.texts("nominal"))
        weak = nominal | frozenset(part.texts("weak"))
        status = part.text("status", "") or None
        thing = part.text("object", "") or None
        award = part.text("award", "") or None
        for text in part.texts("words"):
            word = Word("verb", text in weak, status, text in nominal, thing, award)
            found.append((text, word))
            if (status or award) and text not in weak and len(text) > 1:
                composed += [(prefix + text, word) for prefix in ahead]
    found += [(word, _FUNCTION) for word in function.texts("anywhere")]
    found += [(word, _BETWEEN) for word in function.texts("between")]
    found += [(word, _OPENING) for word in function.texts("opening")]
    return found + composed


def _opens_with_verb(head: str, words: WordList[Word]) -> bool:
    found = words.match(head, 0)
    return found is not None and found[1].kind == "verb" and len(found[0]) < len(head)
