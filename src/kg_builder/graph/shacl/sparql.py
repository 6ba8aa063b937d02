"""SPARQL texts of shapes: what they may not do, and how variables are bound before they run.

SHACL 5.2.1 and Appendix A ("pre-binding") replace `$this` and its like by their values wherever
they stand. A join does not: a filter in a nested group sees only what its own group binds. So the
values are brought into every group of the text, which comes to the same; for simple texts one query
does this for all focus nodes at once.

Nothing is opened that was not named: SERVICE and FROM are refused before a query runs, in every
spelling, and so are texts whose nesting could end the process (measured: pyoxigraph dies of 1,000
nested calls and never returns from a path of 1,000 steps).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store, Triple

from kg_builder.errors import ValidationFailure
from kg_builder.graph.index import Term, TripleIndex
from kg_builder.graph.vocabulary import PREFIXES

SHAPES_GRAPH: Final = NamedNode("urn:kg-builder:shapes-graph")
_BOUND_GRAPH: Final = NamedNode("urn:kg-builder:bound")
_IS: Final = NamedNode("urn:kg-builder:is")
_TOKEN = re.compile(
    r"""(?P<space>[\s]+|\#[^\n\r]*)
    |(?P<string>"{3}(?:[^"\\]|\\.|"(?!""))*"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}
        |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    |(?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    |(?P<variable>[?$]\w+)
    |(?P<name>(?:[^\W\d_][\w.\-]*)?:(?:[\w.:\-]|%[0-9A-Fa-f]{2}|\\[^\w\s])*)
    |(?P<word>@?[^\W\d][\w\-]*)
    |(?P<escape>\\.?)
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_HIDDEN_QUOTE = re.compile(r"\\(?:u00|U000000)(?:0[aAdD]|22|27|5[cC])")
_MAX_LENGTH: Final = 100_000
_MAX_DEPTH: Final = 60
_MAX_PATH: Final = 100
_FORBIDDEN: Final = frozenset(
    {"SERVICE", "FROM", "MINUS", "VALUES", "LOAD", "CONSTRUCT", "DESCRIBE"}
)
_AGGREGATING: Final = frozenset(
    [
        "GROUP",
        "HAVING",
        "LIMIT",
        "OFFSET",
        "COUNT",
        "SUM",
        "MIN",
        "MAX",
        "AVG",
        "SAMPLE",
        "GROUP_CONCAT",
    ]
)
_PREBOUND: Final = frozenset({"this", "shapesGraph", "currentShape", "value"})
_STANDARD_PREFIXES: Final = ("rdf", "rdfs", "owl", "xsd", "sh")


def _refuse(zh: str, en: str) -> ValidationFailure:
    return ValidationFailure(f"形状里的 SPARQL {zh}", f"SPARQL of a shape {en}")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a SPARQL text: what it is, its text, and how many brackets are open before it."""

    kind: str
    text: str
    depth: int

    @property
    def word(self) -> str:
        """The keyword in capitals, or the bracket; empty for everything else."""
        return self.text.upper() if self.kind in ("word", "other") else ""

    @property
    def variable(self) -> str:
        """The name of the variable; empty for everything else."""
        return self.text[1:] if self.kind == "variable" else ""


def tokens(text: str) -> list[Token]:
    """Return the tokens of a SPARQL text.

    Raises ValidationFailure for escapes that hide what the text does, and for too deep nesting.
    """
    if len(text) > _MAX_LENGTH:
        raise _refuse("过长", "is too long")
    found: list[Token] = []
    depth = 0
    for match in _TOKEN.finditer(text):
        kind, piece = match.lastgroup or "", match[0]
        if kind == "escape" or (kind == "string" and _HIDDEN_QUOTE.search(piece)):
            raise _refuse("含有不许用的转义", "uses an escape that is not allowed")
        depth -= piece in (")", "}", "]")
        found.append(Token(kind, piece, depth))
        depth += piece in ("(", "{", "[")
        if depth > _MAX_DEPTH:
            raise _refuse("嵌套过深", "is nested too deeply")
    return found


@dataclass(frozen=True)
class Query:
    """A SELECT or ASK text that was found safe, with the prefixes it needs."""

    text: str
    prefixes: str
    bindable: frozenset[str] = frozenset()
    """The parameters of a constraint component, besides the variables that SHACL binds itself."""

    def __post_init__(self) -> None:
        self._check_words()
        self._check_projections()

    @cached_property
    def tokens(self) -> list[Token]:
        """The tokens that count: no white space, no comments."""
        return [token for token in tokens(self.text) if token.kind != "space"]

    @cached_property
    def variables(self) -> frozenset[str]:
        """The names of the variables used."""
        return frozenset(token.variable for token in self.tokens if token.variable)

    @cached_property
    def bound(self) -> frozenset[str]:
        """The variables in use that are bound before the text runs."""
        return self.variables & (_PREBOUND | self.bindable)

    @cached_property
    def is_ask(self) -> bool:
        """Whether the text is an ASK query."""
        return any(token.word == "ASK" and token.depth == 0 for token in self.tokens)

    @cached_property
    def names_other_graphs(self) -> bool:
        """Whether GRAPH is used for anything but the shapes graph."""
        pairs = zip(self.tokens, self.tokens[1:], strict=False)
        return any(a.word == "GRAPH" and b.variable != "shapesGraph" for a, b in pairs)

    @cached_property
    def batched(self) -> bool:
        """Whether one query may do for all focus nodes.

        So if nothing counts or cuts over focus nodes, `$this` is projected, and the only nested
        groups are flat ones of OPTIONAL and EXISTS, which see `$this` from without.
        """
        words = {token.word for token in self.tokens}
        if words & _AGGREGATING or self.bound != {"this"} or self.is_ask:
            return False
        if words & {"UNION", "GRAPH"} or not self._projects("this"):
            return False
        opened = [i for i, token in enumerate(self.tokens) if token.text == "{"]
        outer = self.tokens[opened[0]].depth if opened else 0
        for place in opened[1:]:
            before, token = self.tokens[place - 1], self.tokens[place]
            if before.word not in ("OPTIONAL", "EXISTS") or token.depth != outer + 1:
                return False
        return not any(token.word == "BIND" and token.depth > outer + 1 for token in self.tokens)

    def _check_words(self) -> None:
        for before, token in zip([None, *self.tokens], self.tokens, strict=False):
            if token.word in _FORBIDDEN:
                raise _refuse(f"不许用 {token.word}", f"must not use {token.word}")
            if before and before.word == "AS" and token.variable in _PREBOUND | self.bindable:
                raise _refuse(
                    f"不许给 ${token.variable} 另赋值", f"must not bind ${token.variable} anew"
                )

    def _check_projections(self) -> None:
        """Refuse a subquery that does not return each pre-bound variable (SHACL 5.2.1)."""
        required = self.bound - {"shapesGraph", "currentShape"} | {"this"}
        for place, token in enumerate(self.tokens):
            if token.word != "SELECT" or token.depth == 0:
                continue
            missing = required - self._projection(place)
            if missing:
                names = ", ".join(f"${name}" for name in sorted(missing))
                raise _refuse(
                    f"的子查询须返回 {names}", f"has a subquery that does not return {names}"
                )

    def _projection(self, place: int) -> frozenset[str]:
        found = set()
        depth = self.tokens[place].depth
        for token in self.tokens[place + 1 :]:
            if token.word in ("WHERE", "{"):
                break
            if token.depth == depth and token.variable:
                found.add(token.variable)
        return frozenset(found)

    def _projects(self, name: str) -> bool:
        for place, token in enumerate(self.tokens):
            if token.word == "SELECT":
                following = [t for t in self.tokens[place + 1 : place + 3] if t.text == "*"]
                return bool(following) or name in self._projection(place)
        return False

    def with_path(self, path: str | None, steps: int) -> Query:
        """Return the query with `$PATH` replaced; raises ValidationFailure if it cannot be."""
        if "PATH" not in self.variables:
            return self
        if path is None or steps > _MAX_PATH:
            raise _refuse("的 $PATH 没有可用的路径", "has a $PATH without a usable path")
        pieces = [
            (path if path.startswith("<") and path.endswith(">") and steps == 1 else f"({path})")
            if token.variable == "PATH"
            else token.text
            for token in tokens(self.text)
        ]
        return Query("".join(pieces), self.prefixes, self.bindable)

    @cached_property
    def pieces(self) -> Sequence[str]:
        """The text in pieces, between which the pattern that binds the variables is to be put.

        For a batched query that is at the start of its outer group, else of every group.
        """
        pieces: list[str] = []
        current = [self.prefixes]
        kept = tokens(self.text)
        for place, token in enumerate(kept):
            current.append(token.text)
            opens = token.text == "{" and not self._opens_subquery(kept, place)
            if opens and not (self.batched and pieces):
                pieces.append("".join(current))
                current = []
        return [*pieces, "".join(current)]

    @staticmethod
    def _opens_subquery(kept: Sequence[Token], place: int) -> bool:
        following = (token for token in kept[place + 1 :] if token.kind != "space")
        first = next(following, None)
        return first is not None and first.word == "SELECT"


def prefix_lines(declared: Mapping[str, str]) -> str:
    """Return the PREFIX declarations of a text, with those of RDF, OWL, XSD and SHACL."""
    known = {name: PREFIXES[name] for name in _STANDARD_PREFIXES} | dict(declared)
    return "".join(f"PREFIX {name}: {NamedNode(iri)}\n" for name, iri in sorted(known.items()))


def load(data: TripleIndex, shapes: Iterable[Triple]) -> Store:
    """Return an in-memory store: the data as its default graph, the shapes as a named graph."""
    store = Store()
    store.bulk_extend(
        Quad(t.subject, t.predicate, t.object, DefaultGraph())
        for t in (data.triple(*ids) for ids in data.ids())
    )
    store.bulk_extend(Quad(t.subject, t.predicate, t.object, SHAPES_GRAPH) for t in shapes)
    return store


class Binder:
    """Writes values as a graph pattern; blank nodes, which have no name, by way of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._added: list[Quad] = []
        self._count = 0

    def __enter__(self) -> Binder:
        return self

    def __exit__(self, *_: object) -> None:
        for quad in self._added:
            self._store.remove(quad)

    def pattern(self, variable: str, terms: Sequence[Term]) -> str:
        """Return a pattern that binds a variable to each of the terms."""
        if not any(isinstance(term, BlankNode) for term in terms):
            return f" VALUES ?{variable} {{ {' '.join(map(str, terms))} }} "
        here = NamedNode(f"urn:kg-builder:bound:{self._count}")
        self._count += 1
        quads = [Quad(here, _IS, term, _BOUND_GRAPH) for term in terms]
        self._store.extend(quads)
        self._added.extend(quads)
        return f" GRAPH {_BOUND_GRAPH} {{ {here} {_IS} ?{variable} }} "
