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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from kg_builder.errors import InputError
from kg_builder.graph.index import Term, TripleIndex
from kg_builder.graph.query.safety import refuse_unsafe
from kg_builder.graph.shacl.tokens import Token, refuse, steps, tokens
from kg_builder.graph.vocabulary import PREFIXES

SHAPES_GRAPH: Final = NamedNode("urn:kg-builder:shapes-graph")
_BOUND_GRAPH: Final = NamedNode("urn:kg-builder:bound")
_IS: Final = NamedNode("urn:kg-builder:is")
_MAX_PATH: Final = 100
_FORBIDDEN: Final = frozenset(
    {"SERVICE", "FROM", "MINUS", "VALUES", "LOAD", "CONSTRUCT", "DESCRIBE"}
)
_AGGREGATES: Final = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_OPTIONAL_BOUND: Final = frozenset({"shapesGraph", "currentShape"})
_PREBOUND: Final = _OPTIONAL_BOUND | {"this"}
_STANDARD_PREFIXES: Final = ("rdf", "rdfs", "owl", "xsd", "sh")


@dataclass(frozen=True)
class Query:
    """A SELECT or ASK text that was found safe, with the prefixes it needs."""

    text: str
    prefixes: tuple[tuple[str, str], ...]
    bindable: frozenset[str] = frozenset()
    """What else is bound: the parameters of a constraint component, and `value` for ASK."""

    def __post_init__(self) -> None:
        self._check_words()
        self._check_projections()

    @cached_property
    def tokens(self) -> list[Token]:
        """The tokens that count: no white space, no comments."""
        return [token for token in tokens(self.text) if token.kind != "space"]

    @cached_property
    def words(self) -> frozenset[str]:
        """The keywords in use, in capitals."""
        return frozenset(token.word for token in self.tokens if token.word)

    @cached_property
    def variables(self) -> frozenset[str]:
        """The names of the variables in use."""
        return frozenset(token.variable for token in self.tokens if token.variable)

    @cached_property
    def bound(self) -> frozenset[str]:
        """The variables in use that are bound before the text runs."""
        return self.variables & (_PREBOUND | self.bindable)

    @cached_property
    def steps(self) -> frozenset[str] | None:
        """The IRIs among which all predicates are that are stepped over; None if any may be."""
        return steps(self.tokens, dict(self.prefixes))

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
        if self.bound != {"this"} or not self._projects_this:
            return False
        if self.words & {"UNION", "GRAPH", "LIMIT", "OFFSET"}:
            return False
        if self.words & {"GROUP", "HAVING", *_AGGREGATES} and "this" not in self._grouped:
            return False
        opened = [i for i, token in enumerate(self.tokens) if token.text == "{"]
        outer = self.tokens[opened[0]].depth if opened else 0
        for place in opened[1:]:
            before, token = self.tokens[place - 1], self.tokens[place]
            if before.word not in ("OPTIONAL", "EXISTS") or token.depth != outer + 1:
                return False
        return not any(token.word == "BIND" and token.depth > outer + 1 for token in self.tokens)

    @cached_property
    def pieces(self) -> Sequence[str]:
        """The text in pieces, between which the pattern that binds the variables is to be put.

        For a batched query that is at the start of its outer group, else of every group.
        """
        pieces: list[str] = []
        current = [f"PREFIX {name}: {NamedNode(iri)}\n" for name, iri in self.prefixes]
        kept = tokens(self.text)
        for place, token in enumerate(kept):
            current.append(token.text)
            opens = token.text == "{" and not _opens_subquery(kept, place)
            if opens and not (self.batched and pieces):
                pieces.append("".join(current))
                current = []
        return [*pieces, "".join(current)]

    def with_path(self, path: str | None, length: int) -> Query:
        """Return the query with `$PATH` replaced; raises ValidationFailure if it cannot be."""
        if "PATH" not in self.variables:
            return self
        if path is None or length > _MAX_PATH:
            raise refuse("的 $PATH 没有可用的路径", "has a $PATH without a usable path")
        written = path if length == 1 else f"({path})"
        pieces = (written if t.variable == "PATH" else t.text for t in tokens(self.text))
        return Query("".join(pieces), self.prefixes, self.bindable)

    @cached_property
    def _grouped(self) -> frozenset[str]:
        """The variables of the outer GROUP BY."""
        found: set[str] = set()
        grouping = False
        for token in self.tokens:
            if token.depth == 0 and token.word:
                grouping = token.word == "GROUP" or (grouping and token.word == "BY")
            elif grouping and token.depth == 0 and token.variable:
                found.add(token.variable)
        return frozenset(found)

    @cached_property
    def _projects_this(self) -> bool:
        for place, token in enumerate(self.tokens):
            if token.word == "SELECT":
                everything = any(t.text == "*" for t in self.tokens[place + 1 : place + 3])
                return everything or "this" in self._projection(place)
        return False

    def _projection(self, place: int) -> frozenset[str]:
        """Return the plain variables that the SELECT at `place` projects."""
        found: set[str] = set()
        depth = self.tokens[place].depth
        for token in self.tokens[place + 1 :]:
            if token.word == "WHERE" or token.text == "{":
                break
            if token.depth == depth and token.variable:
                found.add(token.variable)
        return frozenset(found)

    def _check_words(self) -> None:
        try:
            refuse_unsafe(self.text, dict(self.prefixes), frozenset())
        except InputError as error:
            raise refuse(
                f"不许用：{error.message.zh}", f"is refused: {error.message.en}"
            ) from error
        for before, token in zip([None, *self.tokens], self.tokens, strict=False):
            if token.word in _FORBIDDEN:
                raise refuse(f"不许用 {token.word}", f"must not use {token.word}")
            if before and before.word == "AS" and token.variable in _PREBOUND | self.bindable:
                name = f"${token.variable}"
                raise refuse(f"不许给 {name} 另赋值", f"must not bind {name} anew")

    def _check_projections(self) -> None:
        """Refuse a subquery that does not return each pre-bound variable (SHACL 5.2.1)."""
        required = (self.bound - _OPTIONAL_BOUND) | {"this"}
        for place, token in enumerate(self.tokens):
            if token.word != "SELECT" or token.depth == 0:
                continue
            missing = required - self._projection(place)
            if missing:
                names = ", ".join(f"${name}" for name in sorted(missing))
                raise refuse(
                    f"的子查询须返回 {names}", f"has a subquery that does not return {names}"
                )


def _opens_subquery(kept: Sequence[Token], place: int) -> bool:
    following = (token for token in kept[place + 1 :] if token.kind != "space")
    first = next(following, None)
    return first is not None and first.word == "SELECT"


def with_standard(declared: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the prefixes declared, with those of RDF, OWL, XSD and SHACL."""
    known = {name: PREFIXES[name] for name in _STANDARD_PREFIXES} | dict(declared)
    return tuple(sorted(known.items()))


class DataStore:
    """The data as the default graph of an in-memory store, the shapes as a named graph of it.

    Only the predicates that queries step over are copied, when they are first needed.
    """

    def __init__(self, data: TripleIndex, shapes: Iterable[Triple]) -> None:
        self._data = data
        self._shapes = shapes
        self._store = Store()
        self._loaded: set[int] = set()
        self._has_shapes = False

    def ready_for(self, query: Query) -> Store:
        """Return the store, with all that the query can reach."""
        if query.steps is None:
            wanted = set(self._data.predicates())
        else:
            found = (self._data.find(NamedNode(iri)) for iri in query.steps)
            wanted = {number for number in found if number is not None}
        for predicate in sorted(wanted - self._loaded):
            self._store.bulk_extend(self._quads(predicate))
        self._loaded |= wanted
        if "shapesGraph" in query.bound and not self._has_shapes:
            quads = (Quad(t.subject, t.predicate, t.object, SHAPES_GRAPH) for t in self._shapes)
            self._store.bulk_extend(quads)
            self._has_shapes = True
        return self._store

    def _quads(self, predicate: int) -> Iterator[Quad]:
        term = self._data.term
        name: NamedNode = term(predicate)  # type: ignore[assignment]
        for subject, objects in self._data.by_subject(predicate).items():
            node: NamedNode | BlankNode = term(subject)  # type: ignore[assignment]
            for value in objects:
                yield Quad(node, name, term(value))


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
