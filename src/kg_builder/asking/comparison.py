"""Which stored queries answer differently in another graph.

Every worked example of every query is asked in both graphs. The names in an example become terms in
each graph by itself, since the same thing may have another IRI there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from pyoxigraph import QueryBoolean, QuerySolutions, Store

from kg_builder.asking.finders import name_finder
from kg_builder.asking.parameters import resolve_parameters
from kg_builder.errors import InputError
from kg_builder.graph.opening import OpenGraph, open_graph
from kg_builder.graph.query.catalogue import StoredQuery, bind
from kg_builder.graph.query.tokens import tokens
from kg_builder.model.bilingual import Bilingual
from kg_builder.workers import run_in_child

Row: TypeAlias = tuple[str | None, ...]
"""The terms of a solution, as N-Triples writes them; None for an unbound variable."""
_MEMORY: Final = 4 << 30


@dataclass(frozen=True, slots=True)
class Question:
    """A worked example, as the two graphs are asked it.

    `old` and `new` are query texts, or say why a graph cannot be asked: it lacks a name.
    """

    query: str
    title: Bilingual
    arguments: tuple[tuple[str, str], ...]
    """Parameters and what was typed for them."""
    old: str | Bilingual
    new: str | Bilingual


@dataclass(frozen=True, slots=True)
class Answer:
    """What a graph answers; `problem` says why it does not."""

    variables: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    problem: Bilingual | None = None


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """A worked example that both graphs answer, and not alike."""

    query: str
    title: Bilingual
    arguments: tuple[tuple[str, str], ...]
    """Parameters and what was typed for them."""
    old: Answer
    new: Answer
    lost: tuple[Row, ...]
    gained: tuple[Row, ...]
    """Rows that only one of them gives, in its order; none of either where only the order is new
    or where one has a problem."""


@dataclass(frozen=True, slots=True)
class AnswerComparison:
    """How the answers of two graphs differ."""

    queries: int
    """Stored queries that were asked."""
    examples: int
    """Worked examples that were asked."""
    changes: tuple[AnswerChange, ...]
    """By query, in the order of its examples."""


def compare_answers(
    old: OpenGraph, new: OpenGraph, questions: Sequence[Question], *, timeout: float
) -> AnswerComparison:
    """Return which questions OLD and NEW answer differently.

    Rows are compared as a bag, and as a sequence where the query orders them. `timeout` is in
    seconds, for each of the two graphs. Raises what a child process raises that does not end in
    time, has no memory left or dies.
    """
    before = _answers(old, [question.old for question in questions], timeout)
    after = _answers(new, [question.new for question in questions], timeout)
    found = map(_change, questions, before, after)
    names = {question.query for question in questions}
    return AnswerComparison(len(names), len(questions), tuple(filter(None, found)))


def questions_of(
    queries: Iterable[StoredQuery], old: OpenGraph, new: OpenGraph
) -> tuple[Question, ...]:
    """Return the worked examples of stored queries, as OLD and NEW are to be asked them."""
    return tuple(
        Question(
            query.name,
            query.title,
            tuple((name, ", ".join(words)) for name, words in example.items()),
            _bound(old, query, example),
            _bound(new, query, example),
        )
        for query in queries
        for example in _worked_examples(query)
    )


def _worked_examples(query: StoredQuery) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    """Return what the query is asked with; without examples, the first of every parameter's."""
    first = {
        name: parameter.examples[:1]
        for name, parameter in query.parameters.items()
        if parameter.examples
    }
    return query.examples or (first,)


def _bound(
    graph: OpenGraph, query: StoredQuery, example: Mapping[str, Sequence[str]]
) -> str | Bilingual:
    """Return the text of the query with its terms, or why there is none for this graph."""
    try:
        terms, _ = resolve_parameters(query, example, name_finder(graph))
    except InputError as error:
        return error.message
    return bind(query, terms)


def _answers(graph: OpenGraph, texts: Sequence[str | Bilingual], timeout: float) -> list[Answer]:
    askable = [text for text in texts if isinstance(text, str)]
    if not askable:
        return [Answer(problem=text) for text in texts if isinstance(text, Bilingual)]
    # A store of a generation that is held open; other RDF is read again, in the child.
    place = graph.path if graph.generation is None else graph.generation / "store"
    given = iter(
        run_in_child(
            ask_all,
            *(place, graph.generation is not None, dict(graph.prefixes), askable),
            timeout=timeout,
            memory=_MEMORY,
        )
    )
    return [Answer(problem=text) if isinstance(text, Bilingual) else next(given) for text in texts]


def ask_all(
    place: Path,
    built: bool,  # noqa: FBT001  (a child is called by position)
    prefixes: Mapping[str, str],
    texts: Sequence[str],
) -> list[Answer]:
    """Answer query texts, in a store or in other RDF; meant for a child process."""
    if built:
        store = Store.read_only(str(place))
        return [_ask(store, prefixes, text) for text in texts]
    with open_graph(place) as graph:
        return [_ask(graph.store, prefixes, text) for text in texts]


def _ask(store: Store, prefixes: Mapping[str, str], text: str) -> Answer:
    try:
        result = store.query(text, prefixes=dict(prefixes))
        if isinstance(result, QueryBoolean):
            return Answer(("",), ((str(bool(result)).lower(),),))
        if isinstance(result, QuerySolutions):
            names = tuple(variable.value for variable in result.variables)
            rows = (tuple(solution) for solution in result)
            return Answer(
                names,
                tuple(tuple(None if term is None else str(term) for term in row) for row in rows),
            )
        triples = sorted({tuple(str(term) for term in triple) for triple in result})
        return Answer(("subject", "predicate", "object"), tuple(triples))
    except (SyntaxError, ValueError, RuntimeError) as error:
        return Answer(problem=Bilingual(f"问不了：{error}", f"cannot be asked: {error}"))


def _change(question: Question, before: Answer, after: Answer) -> AnswerChange | None:
    """Return how two answers differ; None where they do not, or where neither graph answers."""
    if before.problem and after.problem:
        return None
    lost, gained = _only(before, after), _only(after, before)
    problem = bool(before.problem or after.problem)
    moved = before.rows != after.rows and _is_ordered(question)
    if not (lost or gained or moved or problem):
        return None
    if problem:
        lost = gained = ()
    return AnswerChange(
        question.query, question.title, question.arguments, before, after, lost, gained
    )


def _only(one: Answer, other: Answer) -> tuple[Row, ...]:
    """Return the rows that `one` has more often, in its order."""
    spare = Counter(one.rows) - Counter(other.rows)
    found = []
    for row in one.rows:
        if spare[row] > 0:
            spare[row] -= 1
            found.append(row)
    return tuple(found)


def _is_ordered(question: Question) -> bool:
    text = question.new
    return isinstance(text, str) and any(token.is_word("ORDER") for token in tokens(text))
