"""Tokens of a clause: what recognition hands to the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kg_builder.model.selector import Span
from kg_builder.text.grammar.periods import Period
from kg_builder.text.grammar.quantities import Figure
from kg_builder.text.grammar.words import Words
from kg_builder.text.recognition.lexicon import NameRow, Word


@dataclass(frozen=True, slots=True)
class Mention:
    """A name as a clause prints it; `row` is None where its end tells nothing."""

    words: Words
    row: NameRow | None
    quoted: bool = False
    """Whether quotation marks or title marks set it off."""
    alias: Words | None = None
    """Another name that a bracket behind it gives."""

    @property
    def text(self) -> str:
        """The name, without marks around all of it."""
        return self.words.text


@dataclass(frozen=True, slots=True)
class Token:
    """A stretch `start:end` of a clause and what it is.

    `kind`: `name`, `figure`, `period`, `claim`, `edition`, `attribute`, `word` (a verb or a
    function word), `mark` (an enumeration comma or a conjunction between names), or `aside` (a
    bracket that says something of what stands before it).
    """

    kind: str
    start: int
    end: int
    mention: Mention | None = None
    figure: Figure | None = None
    period: Period | None = None
    word: Word | None = None


@dataclass(slots=True)
class Clause:
    """A clause with its tokens, in the order of the text."""

    words: Words
    tokens: list[Token] = field(default_factory=list)
    asides: dict[int, list[Clause]] = field(default_factory=dict)
    """By where an aside starts: its clauses."""

    def text(self, token: Token) -> str:
        """Return what the token covers, folded."""
        return self.words.raw[token.start : token.end]

    def all(self) -> Iterator[Clause]:
        """Yield the clause and those of its asides."""
        yield self
        for clauses in self.asides.values():
            for clause in clauses:
                yield from clause.all()

    def span(self, first: Token, last: Token) -> Span:
        """Return the span from one token to another."""
        return Span(self.words.start + first.start, self.words.start + last.end)
