"""Why a query has no answer: which of its pieces empties it, and what was probably meant.

Three things are looked at, in this order. **Terms**: an IRI or a literal of the query that the
graph does not have, and the one that it has (see `near_terms`). **The join**: the smallest set of
pieces that have no solution together, found by asking the store for some of them at a time. **The
report**: what is known of the reading, where a thing is known and something about it is not (see
`unsaid`).

What is said is true of the graph; of the report only what its reading proves.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from pyoxigraph import Literal, NamedNode, QuerySolutions

from kg_builder.asking.near_terms import simplified_characters, term_reasons
from kg_builder.asking.unsaid import Culprit, reading_reasons
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.excerpt import position
from kg_builder.graph.query.patterns import Outline, Part, outline
from kg_builder.graph.query.tokens import solid_tokens
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.notice import Notice

_YEAR: Final = NamedNode(PREFIXES["xsd"] + "gYear")
MAX_PROBES: Final = 80
"""Queries put to the store, each whether there is one solution."""
_MOST_WORDS: Final = 70
_CONDITIONS: Final = ("filter", "minus")
_NEUTRAL: Final = ("optional", "bind")
"""Pieces that take no solution away; others may need what they bind."""
_SURE: Final = frozenset(
    {
        *("unknown-term", "near-literal", "unknown-literal", "wrong-direction", "in-named-graph"),
        *("not-in-graph", "no-instances", "unused-property", "cell-empty"),
    }
)
"""Codes after which there is no need to say that a pattern matches nothing."""
_SLIPS: Final = frozenset(
    {
        "unknown-term",
        "near-literal",
        "wrong-direction",
        "in-named-graph",
        "not-in-graph",
        "modifier",
    }
)
"""Codes of what is wrong with the query, whatever the report says."""
_LATER: Final = ("not-said", "no-match", "no-join", "condition", "not-found", "unread", "text-ends")
"""Codes in the order in which they come behind all others."""
_MOST_ALIKE: Final = 3


class Explainer:
    """Explains empty answers of one graph. It opens no file once it is made.

    So a process may make one, close its door (`graph.query.door`), run a query, and explain.
    """

    def __init__(self, graph: OpenGraph) -> None:
        """Read what explanations need besides the store."""
        self._graph = graph
        self._prefixes = dict(graph.prefixes)  # reads build.json
        self._simplified = simplified_characters()

    def explain(
        self,
        text: str,
        *,
        seconds: float = 10.0,
        probes: int = MAX_PROBES,
        trusted: bool = False,
    ) -> tuple[Notice, ...]:
        """Return why a query that was answered with nothing has no answer; likeliest first.

        Of one that is `trusted` it is not said what may be wrong with it, but what the report says.

        Meant for the child process that the query ran in: a single probe cannot be interrupted.
        After `seconds`, or `probes` queries, what was found so far is returned.
        """
        shape = outline(text)
        reasons = list(term_reasons(self._graph, text, shape, self._simplified))
        known = None
        if shape is not None:
            asker = _Asker(self._graph, self._prefixes, time.monotonic() + seconds, probes)
            search = _Search(asker, shape, text)
            with suppress(_SpentError):
                reasons += search.reasons()
            known = Culprit(shape, search.culprit)
        reported = tuple(reading_reasons(self._graph, text, known))
        if trusted:
            reasons = [] if reported else [r for r in reasons if r.code not in _SLIPS]
        return _ranked([*reasons, *reported])


def explain_empty(
    graph: OpenGraph, text: str, *, seconds: float = 10.0, trusted: bool = False
) -> tuple[Notice, ...]:
    """Return why a query that was answered with nothing has no answer (see `Explainer`)."""
    return Explainer(graph).explain(text, seconds=seconds, trusted=trusted)


def _ranked(reasons: Iterable[Notice]) -> tuple[Notice, ...]:
    """Return the reasons without repetitions, and without vague ones beside a sure one."""
    unique = list(dict.fromkeys(reasons))
    codes = {reason.code for reason in unique}
    dropped: set[str] = set()
    if codes & _SURE:
        dropped |= {"no-match"}
    if codes & _SLIPS:
        # of the report nothing follows where the query asks for what the graph calls otherwise
        dropped |= {"not-said", "not-found", "unread", "text-ends"}
    kept = [reason for reason in unique if reason.code not in dropped]
    kept.sort(key=lambda reason: 1 + _LATER.index(reason.code) if reason.code in _LATER else 0)
    counts = Counter[str]()
    shown = []
    for reason in kept:
        counts[reason.code] += 1
        if counts[reason.code] <= _MOST_ALIKE:
            shown.append(reason)
    return tuple(shown)


class _SpentError(Exception):
    """No time or no probes are left."""


class _Asker:
    """Asks the store, as long as it may."""

    def __init__(
        self, graph: OpenGraph, prefixes: dict[str, str], until: float, probes: int
    ) -> None:
        self._graph = graph
        self._prefixes = prefixes
        self._until = until
        self._left = probes

    def holds(self, query: str) -> bool:
        """Whether an ASK holds; one that the engine refuses is taken to, and explains nothing."""
        if self._left <= 0 or time.monotonic() > self._until:
            raise _SpentError
        self._left -= 1
        try:
            return bool(self._graph.store.query(query, prefixes=self._prefixes))
        except (SyntaxError, RuntimeError):
            return True

    def value(self, query: str) -> object:
        """Return the first value of a SELECT of one variable; None where there is none."""
        if self._left <= 0 or time.monotonic() > self._until:
            raise _SpentError
        self._left -= 1
        try:
            rows = self._graph.store.query(query, prefixes=self._prefixes)
        except (SyntaxError, RuntimeError):
            return None
        row = next(iter(rows), None) if isinstance(rows, QuerySolutions) else None
        return None if row is None else row[0]


@dataclass
class _Search:
    """The search for the pieces that have no solution together."""

    asker: _Asker
    shape: Outline
    text: str
    culprit: tuple[Part, ...] = ()

    def reasons(self) -> Iterator[Notice]:
        parts = self.shape.parts
        if not parts:
            return
        behind = tuple(self._behind_the_group())
        if behind and self._hold(parts):  # else it is known that they have no solution together
            yield from behind
            return
        patterns = [part for part in parts if part.kind not in (*_CONDITIONS, *_NEUTRAL)]
        alone = [part for part in patterns if not self._hold([part])]
        if alone:
            self.culprit = tuple(alone[:1])
            for part in alone:
                yield self._no_match(part)
                yield from self._elsewhere(part)
            return
        others = [part for part in parts if part.kind not in _CONDITIONS]
        if len(others) < len(parts) and self._hold(others):
            yield from self._conditions()
            return
        self.culprit = self._smallest(patterns)
        if self.culprit:
            yield self._no_join(self.culprit)
            yield from self._turned()

    def _hold(self, parts: Sequence[Part]) -> bool:
        """Whether these pieces have a solution together, in the order of the query."""
        ordered = sorted(parts, key=lambda part: part.start)
        return self.asker.holds(self.shape.ask(ordered))

    def _behind_the_group(self) -> Iterator[Notice]:
        for number, token in enumerate(self.shape.tail):
            word = token.text.upper()
            after = self.shape.tail[number + 1].text if number + 1 < len(self.shape.tail) else ""
            words = {
                "HAVING": Bilingual(
                    "条件 { } 有解，但没有一组满足 HAVING",
                    "the patterns have solutions, but no group satisfies HAVING",
                ),
                "OFFSET": Bilingual(
                    f"{{ }} 有解，但不超过 OFFSET {after} 条",
                    f"there are solutions, but not more than OFFSET {after}",
                ),
            }.get(word)
            if word == "LIMIT" and after == "0":
                words = Bilingual("LIMIT 0 一条也不要", "LIMIT 0 asks for no solution")
            if words:
                yield Notice("modifier", words, position(self.text, token.start))

    def _no_match(self, part: Part) -> Notice:
        shown = _shown(part)
        words = Bilingual(f"没有什么符合 {shown}", f"nothing matches {shown}")
        return Notice("no-match", words, position(self.text, part.start))

    def _no_join(self, parts: Sequence[Part]) -> Notice:
        shown = Bilingual("，".join(map(_shown, parts)), " and ".join(map(_shown, parts)))
        words = Bilingual(
            f"分开都有解，合起来没有：{shown.zh}",
            f"each has solutions, together they have none: {shown.en}",
        )
        last = max(parts, key=lambda part: part.start)
        return Notice("no-join", words, position(self.text, last.start))

    def _elsewhere(self, part: Part) -> Iterator[Notice]:
        """Look for a piece that matches nothing the other way round, or in another graph."""
        turned = _turned(part)
        if turned and self._hold([turned]):
            yield self._direction(part)
            return
        if part.kind != "triple":
            return
        if part.graph is None and self._hold([_in_graph(part, "?kg_any_graph")]):
            yield self._in_named_graph(part)
        elif part.graph is not None and self._hold([_in_graph(part, None)]):
            yield self._not_in_graph(part)

    def _in_named_graph(self, part: Part) -> Notice:
        shown = _shown(part)
        words = Bilingual(
            f"{shown} 不在默认图里，在命名图里（出处都在那里）：写成 GRAPH ?g {{ … }}",
            f"{shown} is not in the default graph but in a named one, as all evidence is: "
            "write GRAPH ?g { … }",
        )
        return Notice("in-named-graph", words, position(self.text, part.start))

    def _not_in_graph(self, part: Part) -> Notice:
        shown = " ".join(part.text.removesuffix(" .").split())[:_MOST_WORDS]
        words = Bilingual(
            f"{shown} 在默认图里，不在 GRAPH {part.graph} 里：移到 GRAPH 之外",
            f"{shown} is in the default graph, not in GRAPH {part.graph}: move it out of there",
        )
        return Notice("not-in-graph", words, position(self.text, part.start))

    def _conditions(self) -> Iterator[Notice]:
        """Look for the filters that leave nothing: each alone, or all but one."""
        conditions = [part for part in self.shape.parts if part.kind in _CONDITIONS]
        others = [part for part in self.shape.parts if part.kind not in _CONDITIONS]
        alone = [part for part in conditions if not self._hold([*others, part])]
        for part in alone:
            yield from self._kinds(part, others)
            yield self._condition(part)
        if alone:
            self.culprit = (*others, alone[0])
            return
        kept = list(conditions)
        for part in conditions:
            rest = [other for other in kept if other is not part]
            if not self._hold([*others, *rest]):
                kept = rest
        self.culprit = (*others, *kept)
        yield self._no_join(kept)

    def _condition(self, part: Part) -> Notice:
        shown = _shown(part)
        words = Bilingual(
            f"没有这个条件就有解：{shown}", f"without this there are solutions: {shown}"
        )
        return Notice("condition", words, position(self.text, part.start))

    def _kinds(self, condition: Part, others: Sequence[Part]) -> Iterator[Notice]:
        """Look for a variable whose values a condition compares with another kind of literal."""
        compared = solid_tokens(condition.text)
        plain = any(
            token.kind == "string" and not after.text.startswith(("@", "^^"))
            for token, after in pairwise((*compared, compared[-1]))
        )
        for name in sorted(condition.variables):
            value = self.asker.value(self.shape.select(name, others, 1))
            if not isinstance(value, Literal):
                continue
            words = None
            if value.datatype == _YEAR and any(token.kind == "number" for token in compared):
                words = Bilingual(
                    f"?{name} 是 xsd:gYear，不能与整数比较：写 YEAR(?{name})，"
                    f'或 "{value.value}"^^xsd:gYear 这样的年份',
                    f"?{name} is an xsd:gYear, which compares with no integer: write YEAR(?{name}),"
                    f' or years such as "{value.value}"^^xsd:gYear',
                )
            elif value.language and plain and "STR" not in {t.text.upper() for t in compared}:
                words = Bilingual(
                    f"?{name} 的值带语言标签：写 STR(?{name})，或在字符串后加标签，例如 @zh",
                    f"the values of ?{name} have a language tag: write STR(?{name}), or put"
                    " the tag, such as @zh, behind the string",
                )
            if words:
                yield Notice("near-literal", words, position(self.text, condition.start))

    def _smallest(self, patterns: Sequence[Part]) -> tuple[Part, ...]:
        """Return pieces without a solution together, none of which can be left out."""
        grown: list[Part] = []
        for part in _connected(patterns):
            grown.append(part)
            if not self._hold(grown):
                break
        else:
            return ()
        last = grown.pop()
        for part in tuple(grown):
            rest = [other for other in grown if other is not part]
            if not self._hold([*rest, last]):
                grown = rest
        return (*grown, last)

    def _turned(self) -> Iterator[Notice]:
        """Look for a piece that has solutions with the others if turned, or in another graph."""
        for part in self.culprit:
            turned = _turned(part)
            others = [other for other in self.culprit if other is not part]
            if turned and self._hold([*others, turned]):
                yield self._direction(part)
            elif part.graph is not None and self._hold([*others, _in_graph(part, None)]):
                yield self._not_in_graph(part)

    def _direction(self, part: Part) -> Notice:
        shown = _shown(part)
        words = Bilingual(
            f"方向反了：{shown} 倒过来有解（主语和宾语对调，或在谓词前加 ^）",
            f"the other way round {shown} has solutions: swap subject and object, "
            "or put ^ before the predicate",
        )
        return Notice("wrong-direction", words, position(self.text, part.start))


def _connected(patterns: Sequence[Part]) -> Iterator[Part]:
    """Yield the pieces so that each shares a variable with an earlier one, where one does.

    Joins without a shared variable are products, which take long to find out about.
    """
    left = sorted(patterns, key=lambda part: (len(part.variables), part.start))
    known: set[str] = set()
    while left:
        following = next((part for part in left if part.variables & known), left[0])
        left.remove(following)
        known |= following.variables
        yield following


def _turned(part: Part) -> Part | None:
    """Return a triple with subject and object swapped; None where that is none."""
    if part.kind != "triple" or not part.verb or part.verb[0].kind == "variable":
        return None
    if len(part.object) != 1 or part.object[0].kind not in ("variable", "iri", "name"):
        return None
    verb = " ".join(token.text for token in part.verb)
    swapped = f"{part.object[0].text} {verb} {part.subject[0].text} ."
    return Part("triple", part.start, part.end, swapped, graph=part.graph)


def _in_graph(part: Part, graph: str | None) -> Part:
    return Part(part.kind, part.start, part.end, part.text, graph=graph)


def _shown(part: Part) -> str:
    """Return a piece on one line, shortened."""
    line = " ".join(part.wrapped.removesuffix(" .").split())
    return line if len(line) <= _MOST_WORDS else line[: _MOST_WORDS - 1] + "…"
