"""`sh:pattern`: regular expressions that cannot run away.

SHACL takes the pattern for SPARQL's REGEX, that is an XPath regular expression. A pattern that can
be tried in few ways runs on Python's `re` over values of bounded length; every other one runs on
Oxigraph's REGEX, which takes time linear in the value. What only Python's backtracking engine
understands (look-around, back-references) is accepted if it can be tried in few ways, else refused.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from kg_builder.errors import ValidationFailure

_FLAGS: Final = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_SHORT: Final = 500
"""Values up to this length go to Python's engine: with one repetition, a search is quadratic."""
_MAX_PATTERN: Final = 4_000
_MAX_WAYS: Final = 200
_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(?P<low>[0-9]+)(?P<comma>,)?(?P<high>[0-9]+)?\}|\(\?<?.|.",
    re.DOTALL,
)
_DIALECT = re.compile(r"\\[pPicIC]|\[[^\]]*(?:-\[|&&)|\\[zZA]")
"""What XPath and Python read differently; `$` is translated."""


def _bounds(match: re.Match[str]) -> tuple[int, int | None] | None:
    """Return the least and the greatest number of repetitions a token asks for, if it does."""
    simple = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(match[0])
    if simple is not None or match["low"] is None:
        return simple
    low = int(match["low"])
    high = match["high"]
    return low, int(high) if high else (None if match["comma"] else low)


def few_ways(pattern: str) -> bool:
    """Return whether a backtracking engine has but few ways to try a pattern at one place.

    At most one unbounded repetition, of a single character or class; all choices multiplied are
    at most 200.
    """
    unbounded, ways, previous = 0, 1, ""
    for match in _TOKEN.finditer(pattern):
        piece = match[0]
        bounds = _bounds(match)
        if bounds is None:
            ways *= 2 if piece == "|" else 1
        elif previous not in ("*", "+", "?", "}"):
            low, high = bounds
            if previous == ")" and bounds != (0, 1):
                return False
            if high is None:
                unbounded += 1
            else:
                ways *= high - low + 1
        previous = piece[-1] if len(piece) == 1 or piece.startswith("{") else "atom"
    return unbounded <= 1 and ways <= _MAX_WAYS


@dataclass(frozen=True)
class Pattern:
    """A regular expression with its flags (of `imsxq`).

    Raises ValidationFailure if it is none, or could run for ever.
    """

    source: str
    flags: str = ""

    def __post_init__(self) -> None:
        if len(self.source) > _MAX_PATTERN:
            raise ValidationFailure("正则表达式过长", "a pattern that is too long")
        if set(self.flags) - set("imsxq"):
            raise ValidationFailure(
                f"未知的正则标志 {self.flags}", f"unknown pattern flags {self.flags}"
            )
        if self._python is None and not self._linear:
            raise ValidationFailure(
                f"正则表达式不合语法，或可能无限回溯：{self.source[:80]}",
                f"an invalid pattern, or one that could run for ever: {self.source[:80]}",
            )

    @cached_property
    def _python(self) -> re.Pattern[str] | None:
        """The pattern for Python's engine, where it is safe there and means the same."""
        if "x" in self.flags or "q" in self.flags or not few_ways(self.source):
            return None
        if self._linear and _DIALECT.search(self.source):
            return None
        flags = re.NOFLAG
        for flag in self.flags:
            flags |= _FLAGS[flag]
        end = "$" if "m" in self.flags else r"\Z"
        pieces = (match[0] for match in _TOKEN.finditer(self.source))
        source = "".join(end if piece == "$" else piece for piece in pieces)
        try:
            with warnings.catch_warnings():  # of what a later Python may read in another way
                warnings.simplefilter("error", FutureWarning)
                return re.compile(source, flags)
        except (re.error, OverflowError, RecursionError, FutureWarning):
            return None

    @cached_property
    def _linear(self) -> bool:
        """Whether Oxigraph can run the pattern."""
        query = f"SELECT ({self._test(str(Literal('')))} AS ?x) {{}}"
        return any(row["x"] is not None for row in _rows(Store(), query))

    def _test(self, operand: str) -> str:
        return f"REGEX({operand}, {Literal(self.source)}, {Literal(self.flags)})"

    def matching(self, texts: Iterable[str]) -> set[str]:
        """Return those of `texts` in which the pattern is found.

        Raises ValidationFailure where a value is too long for a pattern that only Python can run.
        """
        found: set[str] = set()
        rest: list[str] = []
        search = self._python.search if self._python else None
        for text in texts:
            if search is None or len(text) > _SHORT:
                rest.append(text)
            elif search(text):
                found.add(text)
        if not rest:
            return found
        if not self._linear:
            raise ValidationFailure(
                f"有值长于 {_SHORT} 字符，无法安全匹配正则表达式 {self.source[:80]}",
                f"a value is over {_SHORT} characters long: cannot match {self.source[:80]} safely",
            )
        return found | self._by_oxigraph(rest)

    def _by_oxigraph(self, texts: list[str]) -> set[str]:
        here = NamedNode("urn:kg-builder:text")
        store = Store()
        store.bulk_extend(Quad(here, here, Literal(text)) for text in texts)
        query = f"SELECT ?v {{ ?s ?p ?v FILTER({self._test('?v')}) }}"
        return {str(row["v"].value) for row in _rows(store, query)}


def _rows(store: Store, query: str) -> QuerySolutions:
    rows = store.query(query)
    if not isinstance(rows, QuerySolutions):
        raise TypeError("a SELECT query gives solutions")
    return rows
