"""Short names: which names of a report are short for another, and who else says so.

A short name is made of characters of the whole name, in their order (开芯院 of
北京开源芯片研究院). That alone proves nothing: it is taken for the whole name only where a second
clause says the same of both; without such a witness the two are *possibly* the same, for a reviewer
to decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg_builder.text.recognition.tokens import Clause, Mention

_SHORTEST, _LONGEST = 3, 5
_SHORTEST_WITNESS = 4
"""What is said of both names has to name something at least so long."""
_ORGANIZATIONS = frozenset({"Institution", "Alliance", "Company", "School"})
_LAST_WORDS = ("大学", "学院", "公司", "集团", "中心", "医院", "研究院", "研究所", "委员会")


@dataclass(frozen=True, slots=True)
class ShortNames:
    """Short names with the names they stand for, by their folded forms."""

    witnessed: Mapping[str, Mention]
    possible: tuple[tuple[Mention, Mention], ...]
    """Pairs of a short and a whole name without a witness."""


def find_short_names(clauses: Sequence[Clause]) -> ShortNames:
    """Return the short names among the organisations that the clauses of one report name."""
    names: dict[str, Mention] = {}
    beside: set[tuple[str, str]] = set()
    said: dict[str, set[tuple[str, str]]] = {}
    for clause in clauses:
        mentions = [token.mention for token in clause.tokens if token.mention is not None]
        verbs = [clause.text(token) for token in clause.tokens if token.word and token.word.status]
        for mention in mentions:
            key = mention.words.plain
            names.setdefault(key, mention)
            others = [other.words.plain for other in mentions if other is not mention]
            beside.update((key, other) for other in others)
            said.setdefault(key, set()).update(
                (verb, other)
                for other in others
                if len(other) >= _SHORTEST_WITNESS
                for verb in verbs
            )
    whole: dict[str, list[str]] = {}
    for key, mention in names.items():
        if _is_whole(mention):
            for char in dict.fromkeys(key):
                whole.setdefault(char, []).append(key)
    witnessed: dict[str, Mention] = {}
    possible: list[tuple[Mention, Mention]] = []
    for key, mention in names.items():
        if not _may_be_short(mention):
            continue
        # names that stand beside each other in a clause are two things
        likely = min((whole.get(char, []) for char in key), key=len)
        fits = [name for name in likely if (key, name) not in beside and is_short_for(key, name)]
        proved = [name for name in fits if said[key] & said[name]]
        if len(proved) == 1:
            witnessed[key] = names[proved[0]]
        elif len(fits) == 1:
            possible.append((mention, names[fits[0]]))
    return ShortNames(witnessed, tuple(possible))


def is_short_for(short: str, whole: str) -> bool:
    """Whether `short` could be a short form of `whole`.

    Its characters stand in `whole` in their order, not all in a row, and it ends as `whole` or
    begins its last word.
    """
    if not _SHORTEST <= len(short) <= _LONGEST or len(whole) < len(short) + 3:
        return False
    if short in whole or not _ends_alike(short, whole):
        return False
    rest = iter(whole)
    return all(char in rest for char in short)


def _ends_alike(short: str, whole: str) -> bool:
    if short[-1] == whole[-1]:
        return True
    return any(whole.endswith(word) and short[-1] == word[0] for word in _LAST_WORDS)


def _is_whole(mention: Mention) -> bool:
    return mention.row is not None and mention.row.type in _ORGANIZATIONS


def _may_be_short(mention: Mention) -> bool:
    if not _SHORTEST <= len(mention.words.plain) <= _LONGEST:
        return False
    return mention.row is None or mention.row.type in _ORGANIZATIONS
