"""What a query may not do: change the graph, or reach for anything outside it.

`SERVICE` calls other servers, `FROM` may open files and addresses (rdflib does), updates change the
graph. They are refused by the text, before any engine sees it.

A text is not tokens, though: engines read it without a lexer, each in its own way, so that
`trueSERVICE`, `SERVICEex:a`, or a `<` that opens an IRI to one and is less-than to another, hide
what they do from a lexer of the Recommendation. So this one looks along **every** reading that an
engine may have: from each place it follows the token that stands there, and also the other ways to
read it; whatever is reached on any way counts. A text that an engine would refuse anyway may be
refused here; one that calls out may not pass.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from kg_builder.errors import InputError
from kg_builder.graph.query.excerpt import position, with_caret
from kg_builder.graph.query.tokens import Token, ends_operand, solid_tokens, token_at

_UPDATES: Final = frozenset(
    {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"}
)
_ESCAPED: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LOOSELY_ESCAPED: Final = re.compile(r"\\u([0-9A-Fa-f]{4}(?:[0-9A-Fa-f]{4})?)", re.IGNORECASE)
"""As rdflib reads escapes: `\\u` may have eight digits."""
_WEB_ADDRESS: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
"""What cannot be less-than and an expression: two slashes follow each other."""
_BLANKS: Final = r"(?:[ \t\r\n]++|#[^\r\n]*+)*+"
_SKIPPED: Final = ("space", "comment")
_MOST_DECODINGS: Final = 3
_MOST_NAMES: Final = 6
_LOCAL_ESCAPE: Final = re.compile(r"\\(.)")


def refuse_unsafe(
    text: str, prefixes: Mapping[str, str], graph_names: Collection[str] | None
) -> None:
    """Refuse a query that would do more than read the graph.

    `prefixes` may be used undeclared. `graph_names` are the IRIs of the dataset's named graphs,
    the only ones that FROM and FROM NAMED may name; with None, before the dataset is open, FROM is
    not judged.

    Raises InputError, with line and column, for an update, a SERVICE however it is spelt, and a
    FROM that names, or may name, something outside the dataset.
    """
    for reading in _decodings(text):
        _refuse_update(reading)
        ways = _Ways(reading, prefixes)
        ways.refuse_service()
        if graph_names is not None:
            ways.refuse_from(frozenset(graph_names))


@dataclass(frozen=True)
class _Decoded:
    """A query after its escapes, and where its characters come from."""

    text: str
    raw: str
    places: tuple[int, ...] | None
    """By offset in `text`, the one in `raw`; None where they are the same."""

    def refuse(self, place: int, zh: str, en: str) -> InputError:
        place = place if self.places is None else self.places[place]
        at = position(self.raw, place)
        shown = with_caret(self.raw, place)
        return InputError(zh, en, line=at.line, column=at.column, excerpt=shown)


def _decodings(text: str) -> Iterator[_Decoded]:
    """Yield the text as engines read its code point escapes.

    Oxigraph takes them within strings and IRIs alone; rdflib, and the Recommendation (19.2),
    anywhere before they look at anything else.
    """
    yield _Decoded(text, text, None)
    if "\\u" not in text and "\\U" not in text:
        return
    for pattern in (_ESCAPED, _LOOSELY_ESCAPED):
        current = _Decoded(text, text, tuple(range(len(text) + 1)))
        for _ in range(_MOST_DECODINGS):
            following = _decoded(current, pattern)
            if following.text == current.text:
                break
            yield following
            current = following


def _decoded(earlier: _Decoded, pattern: re.Pattern[str]) -> _Decoded:
    assert earlier.places is not None  # noqa: S101 - _decodings starts with all places
    parts: list[str] = []
    places: list[int] = []
    end = 0
    for match in pattern.finditer(earlier.text):
        digits = next(group for group in match.groups() if group)
        code = int(digits, 16)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000:
            continue
        parts += (earlier.text[end : match.start()], chr(code))
        places += (*earlier.places[end : match.start()], earlier.places[match.start()])
        end = match.end()
    parts.append(earlier.text[end:])
    places += earlier.places[end:]
    return _Decoded("".join(parts), earlier.raw, tuple(places))


def _refuse_update(reading: _Decoded) -> None:
    for token in solid_tokens(reading.text):
        if token.kind == "word" and token.text.upper() in _UPDATES:
            raise reading.refuse(
                token.start,
                f"查询只读，不能有 {token.text.upper()}：图由 kg build 和 kg add 改变",
                f"a query only reads, {token.text.upper()} is not allowed: "
                "kg build and kg add change the graph",
            )
        if token.text == "{":
            return


class _Ways:
    """All tokens that are reached on some way through the text."""

    def __init__(self, reading: _Decoded, prefixes: Mapping[str, str]) -> None:
        self._reading = reading
        self._text = reading.text
        self._prefixes: dict[str, set[str]] = {name: {iri} for name, iri in prefixes.items()}
        self._line_start = self._line_end = -1
        """Between them no line ends."""
        self._spaces: dict[str, frozenset[str]] = {}
        self._next: dict[int, tuple[int, ...]] = {}
        """By place, where the token ends that stands there, on each way to read it."""
        self._before: dict[int, set[str]] = {}
        """By place, the solid tokens that may stand before it, in capitals."""
        self._found = tuple(self._walk())
        self._declare()

    def _walk(self) -> Iterator[Token]:
        seen: set[tuple[int, bool]] = set()
        open_ends: list[tuple[int, Token | None]] = [(0, None)]
        while open_ends:
            place, last = open_ends.pop()
            state = (place, ends_operand(last))
            if place < len(self._text) and last is not None:
                self._before.setdefault(place, set()).add(last.text.upper())
            if place >= len(self._text) or state in seen:
                continue
            seen.add(state)
            for token in self._readings(place, last):
                ends = self._next.get(place, ())
                if token.end not in ends:
                    self._next[place] = (*ends, token.end)
                    yield token
                following = last if token.kind in _SKIPPED else token
                open_ends.append((token.end, following))

    def _readings(self, place: int, last: Token | None) -> Iterator[Token]:
        """Yield the tokens that engines may see at a place after the solid token `last`."""
        token = self._token(place)
        yield token
        if token.kind == "iri" and self._may_be_less(token, last):
            yield Token("mark", "<", place, place + 1)
        if token.kind == "comment" and self._text.startswith("\r", token.end):
            line = self._text.find("\n", place)
            yield Token("comment", "#", place, line if line >= 0 else len(self._text))
        if token.kind == "string" and token.text[:3] in ("'" * 3, '"' * 3) and "\\" in token.text:
            # an escape that an engine does not take makes it see an empty string and another one
            yield Token("string", token.text[:2], place, place + 2)
        if token.kind == "name" and not self._is_iri(token):
            end = place + token.text.index(":") + 1
            yield Token("name", self._text[place:end], place, end)

    def _token(self, place: int) -> Token:
        """Return the longest token at a place; of comments, which may be many and long, no text."""
        if self._text[place] != "#":
            return token_at(self._text, place)
        if not self._line_end > place >= self._line_start:
            ends = (self._text.find(mark, place) for mark in "\r\n")
            self._line_start = place
            self._line_end = min((end for end in ends if end >= 0), default=len(self._text))
        return Token("comment", "#", place, self._line_end)

    def _may_be_less(self, token: Token, last: Token | None) -> bool:
        if _WEB_ADDRESS.match(token.text):
            return False
        return ends_operand(last) or self._text.startswith("<", token.start - 1)

    def _is_iri(self, name: Token) -> bool:
        """Whether a prefixed name is one as a whole.

        Where namespace and local name give no IRI, Oxigraph reads the prefix alone as a name, and
        goes on behind its colon.
        """
        prefix, _, local = name.text.partition(":")
        if not any(word in local.upper() for word in ("SERVICE", "FROM")):
            return True
        spaces = self._namespaces(prefix)
        return bool(spaces) and all(_is_valid(space + _unescaped(local)) for space in spaces)

    def _namespaces(self, prefix: str) -> frozenset[str]:
        """Return what a prefix may stand for, by whatever looks like its declaration."""
        if prefix not in self._spaces:
            pattern = rf"(?<!\w){re.escape(prefix)}:{_BLANKS}<([^<>]*)>"
            found = (match[1] for match in re.finditer(pattern, self._text))
            self._spaces[prefix] = frozenset({*self._prefixes.get(prefix, ()), *found})
        return self._spaces[prefix]

    def _declare(self) -> None:
        """Note every prefix that is declared on some way."""
        for token in self._found:
            if token.kind != "word" or not token.text.upper().endswith("PREFIX"):
                continue
            for name in self._after(token.end):
                if name.kind != "name" or not name.text.endswith(":"):
                    continue
                for iri in self._after(name.end):
                    if iri.kind == "iri":
                        self._prefixes.setdefault(name.text[:-1], set()).add(iri.text[1:-1])

    def _after(self, place: int) -> Iterator[Token]:
        """Yield the solid tokens that may follow at a place."""
        seen: set[int] = set()
        open_ends = [place]
        while open_ends:
            here = open_ends.pop()
            if here in seen or here >= len(self._text):
                continue
            seen.add(here)
            token = self._token(here)
            for end in self._next.get(here, ()):
                if token.kind in _SKIPPED:
                    open_ends.append(end)
                else:
                    kind = token.kind if end == token.end else "mark"
                    kind = "name" if token.kind == "name" else kind
                    yield Token(kind, self._text[here:end], here, end)

    def refuse_service(self) -> None:
        for token in self._found:
            if "SERVICE" not in token.text.upper():
                continue
            if token.kind == "word" or (token.kind == "name" and self._hides_service(token)):
                raise self._reading.refuse(
                    token.start,
                    "查询不能用 SERVICE 访问别的服务器（任何写法都不行）",
                    "a query must not call other servers: SERVICE is refused however it is spelt",
                )

    def _hides_service(self, name: Token) -> bool:
        """Whether an engine may see SERVICE and a shorter name in this one."""
        if "SERVICE" not in name.text.partition(":")[0].upper():
            return False
        if "GRAPH" in self._before.get(name.start, set()):
            return False
        return any(token.text == "{" for token in self._after(name.end))

    def refuse_from(self, graph_names: frozenset[str]) -> None:
        for token in self._found:
            if "FROM" not in token.text.upper():
                continue
            if token.kind == "word":
                self._check_from(token, graph_names)
            elif token.kind == "name" and self._hides_from(token):
                raise self._refuse_spelling(token)

    def _hides_from(self, name: Token) -> bool:
        if "FROM" not in name.text.partition(":")[0].upper():
            return False
        if "GRAPH" in self._before.get(name.start, set()):
            return False
        following = tuple(self._after(name.end))
        return not following or any(
            token.text == "{" or (token.kind == "word" and token.text.upper() in _AFTER_FROM)
            for token in following
        )

    def _refuse_spelling(self, token: Token) -> InputError:
        return self._reading.refuse(
            token.start,
            "FROM 的写法有歧义：请写作 FROM <IRI> 或 FROM NAMED <IRI>，前缀里不要有 from",
            "an ambiguous FROM: write FROM <IRI> or FROM NAMED <IRI>, "
            "and keep `from` out of prefixes",
        )

    def _check_from(self, token: Token, graph_names: frozenset[str]) -> None:
        if token.text.upper() != "FROM":
            raise self._refuse_spelling(token)
        for following in self._after(token.end):
            named = following.is_word("NAMED")
            for name in self._after(following.end) if named else (following,):
                if not self._expand(name) <= graph_names:
                    raise self._refuse_graph(name, graph_names)

    def _refuse_graph(self, name: Token, graph_names: frozenset[str]) -> InputError:
        known = " ".join(f"<{graph}>" for graph in sorted(graph_names)[:_MOST_NAMES])
        return self._reading.refuse(
            name.start,
            f"FROM 只能用本数据集的图：{known or '（没有命名图）'}；不写 FROM 就查默认图",
            f"FROM may only name a graph of the dataset: {known or '(it has none)'}; "
            "without FROM the default graph is asked",
        )

    def _expand(self, token: Token) -> frozenset[str]:
        """Return the IRIs that a term may stand for; what is no IRI stands for itself."""
        if token.kind == "iri":
            return frozenset({token.text[1:-1]})
        prefix, colon, local = token.text.partition(":")
        if token.kind == "name" and colon and prefix in self._prefixes:
            return frozenset(iri + _unescaped(local) for iri in self._prefixes[prefix])
        return frozenset({token.text})


_AFTER_FROM: Final = frozenset(
    {"WHERE", "FROM", "NAMED", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES"}
)


def _unescaped(local: str) -> str:
    return _LOCAL_ESCAPE.sub(r"\1", local)


def _is_valid(iri: str) -> bool:
    try:
        NamedNode(iri)
    except ValueError:
        return False
    return True
