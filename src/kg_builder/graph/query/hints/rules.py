"""The rules in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from kg_builder.graph.query.hints import clauses, selection, words
from kg_builder.graph.query.hints.failure import Failure, Hint, say

Rule = Callable[[Failure], Iterator[Hint]]

_RULES: Final[Sequence[Rule]] = (
    words.empty,
    words.punctuation,
    words.quotes,
    words.first_word,
    words.declarations,
    selection.select_list,
    words.operators,
    words.sql,
    clauses.where,
    words.brackets,
    clauses.modifiers,
    clauses.filters,
    clauses.binds,
    words.iris,
    words.prefixes,
    words.language_tags,
    clauses.groups,
    words.unknown_words,
    clauses.tail,
    selection.grouping,
    selection.rebound,
    clauses.triples,
)


def hint(failure: Failure) -> Hint:
    """Return what is probably wrong, or at least where the engine stopped."""
    for rule in _RULES:
        found = next(rule(failure), None)
        if found is not None:
            return found
    token = failure.token(failure.stop)
    if token is None:
        return say(failure.place, "查询在这里断了，还没写完", "the query ends too early")
    return say(token.start, f"没想到这里有 {token.text}", f"{token.text} is unexpected here")
