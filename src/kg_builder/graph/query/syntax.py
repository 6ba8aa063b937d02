"""Whether a text is a query, and if not, where and why not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, cast

from pyoxigraph import QuerySolutions, Store

from kg_builder.errors import ExcessError, InputError
from kg_builder.graph.query.excerpt import position, with_caret
from kg_builder.graph.query.hints.failure import Failure, Hint
from kg_builder.graph.query.levels import Form
from kg_builder.graph.query.tokens import Token, solid_tokens
from kg_builder.model.bilingual import Bilingual

MAX_CHARACTERS: Final = 1_000_000
MAX_DEPTH: Final = 100
"""Of brackets; Oxigraph's process dies of a thousand."""
MAX_STEPS: Final = 200
"""Of one property path: Oxigraph takes half a second to prepare so many, ten for 500."""
MAX_PATTERNS: Final = 2_000
"""Of groups, filters and the like; Oxigraph's process dies of five thousand BINDs."""

_GAP: Final = " " * 40
"""Longer than any keyword, see _stop."""
_PLACE: Final = re.compile(r"error at (\d+):(\d+): ")
_FUNCTION: Final = re.compile(r"custom function <([^>]*)> is not supported")
_FORMS: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_PATTERNS: Final = frozenset(
    {"OPTIONAL", "UNION", "MINUS", "GRAPH", "BIND", "FILTER", "VALUES", "EXISTS", "SELECT"}
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A text that is a query."""

    form: Form
    variables: tuple[str, ...]
    """Of the solutions, in their order; empty for other forms than SELECT."""


def check_query(text: str, prefixes: Mapping[str, str], base: str | None = None) -> Checked:
    """Return what kind of query a text is; `prefixes` may be used undeclared, `base` likewise.

    Parses with an engine that hostile texts can crash or keep busy: call it in a child process.
    What is out of all proportion is refused before (`refuse_excess`).

    Raises InputError with line and column; the message shows the line with a caret, and what to do.
    """
    refuse_excess(text)
    try:
        found = Store().query(text, prefixes=dict(prefixes), base_iri=base)
    except SyntaxError as error:
        from kg_builder.graph.query.hints.rules import hint  # needed for what is no query alone

        raise _refuse(text, hint(_failure(text, prefixes, str(error)))) from None
    except RuntimeError as error:
        function = _FUNCTION.search(str(error))
        if function is None:
            raise
        raise _refuse(text, _unknown_function(text, prefixes, function[1])) from None
    form = next(
        token.text.upper()
        for token in solid_tokens(text)
        if token.kind == "word" and token.text.upper() in _FORMS
    )
    names = [name.value for name in found.variables] if isinstance(found, QuerySolutions) else []
    return Checked(cast(Form, form), tuple(names))


def refuse_excess(text: str) -> None:
    """Refuse a text too large or too deep for any engine, by its tokens alone.

    Raises ExcessError, with the place where it goes too far.
    """
    if len(text) > MAX_CHARACTERS:
        raise ExcessError(
            f"查询超过 {MAX_CHARACTERS:,} 个字符", f"a query of over {MAX_CHARACTERS:,} characters"
        )
    depth = steps = patterns = 0
    for token in solid_tokens(text):
        depth += (token.text in ("(", "{", "[")) - (token.text in (")", "}", "]"))
        if token.text == "/":
            steps += 1
        elif token.text in (".", ";", "{", "}") or token.kind == "variable":
            steps = 0
        patterns += token.kind == "word" and token.text.upper() in _PATTERNS
        for count, most, zh, en in (
            (depth, MAX_DEPTH, "层括号", "brackets within each other"),
            (steps, MAX_STEPS, "步路径", "steps of a path"),
            (patterns, MAX_PATTERNS, "个子句", "clauses"),
        ):
            if count > most:
                words = Bilingual(f"查询超过 {most} {zh}", f"over {most} {en}")
                raise _refuse(text, Hint(token.start, words), ExcessError)


def _refuse(text: str, found: Hint, kind: type[InputError] = InputError) -> InputError:
    at = position(text, found.place)
    shown = with_caret(text, found.place)
    words = found.words
    return kind(words.zh, words.en, line=at.line, column=at.column, excerpt=shown)


def _failure(text: str, prefixes: Mapping[str, str], reason: str) -> Failure:
    solid = solid_tokens(text)
    stop, reason = _stop(solid, prefixes, reason)
    return Failure(text, solid, stop, reason, prefixes)


def _stop(solid: Sequence[Token], prefixes: Mapping[str, str], reason: str) -> tuple[int, str]:
    """Return the token that the engine stopped at, and what it says.

    Oxigraph reports the end of the longest keyword that it tried, so that its place is behind the
    fault, and the same for many faults. With gaps between the tokens, wider than any keyword, the
    place lies in the gap behind the token that did not fit.
    """
    spread: list[str] = []
    starts: list[int] = []
    length = 0
    for token in solid:
        starts.append(length)
        spread += (token.text, _GAP)
        length += len(token.text) + len(_GAP)
    try:
        Store().query("".join(spread), prefixes=dict(prefixes))
    except SyntaxError as error:
        reason = str(error)
    except RuntimeError:
        pass
    match = _PLACE.search(reason)
    if match is None:
        return len(solid), reason
    place = _offset("".join(spread), int(match[1]), int(match[2]))
    if place >= length:
        return len(solid), reason
    return max((index for index, start in enumerate(starts) if start <= place), default=0), reason


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1


def _unknown_function(text: str, prefixes: Mapping[str, str], function: str) -> Hint:
    place = next(iter(_mentions(text, prefixes, function)), 0)
    words = Bilingual(
        f"没有函数 <{function}>：只有 SPARQL 1.1 自己的函数和 xsd: 的类型转换",
        f"there is no function <{function}>: only those of SPARQL 1.1 and the casts of xsd:",
    )
    return Hint(place, words)


def _mentions(text: str, prefixes: Mapping[str, str], iri: str) -> Iterator[int]:
    known = dict(prefixes)
    solid = solid_tokens(text)
    for token, name, namespace in zip(solid, solid[1:], solid[2:], strict=False):
        if token.is_word("PREFIX"):
            known[name.text[:-1]] = namespace.text[1:-1]
    for token in solid:
        prefix, _, local = token.text.partition(":")
        if token.text == f"<{iri}>" or (
            token.kind == "name" and known.get(prefix, "") + local == iri
        ):
            yield token.start
