"""From a focus node along a property path to its values, and the triples that lead to each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.shacl.paths import Path, parse
from kg_builder.judging.words.facts import Facts

_State: TypeAlias = tuple[int, Term]
_Came: TypeAlias = dict[_State, dict[tuple[_State, Triple | None], None]]
_MOST: Final = 5_000
"""At most so many nodes are walked over: a place is found near its focus node or not at all."""


@lru_cache(maxsize=512)
def path_of(text: str) -> Path:
    """Return the path that SPARQL syntax stands for, as results write it."""
    return Path(tuple(parse(text)))


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a path leads from a focus node."""

    values: tuple[Term, ...]
    """The value nodes, in the order of discovery."""
    walked: tuple[Triple, ...]
    """Every triple stepped over, in the order of discovery."""
    _came: _Came
    _end: int

    def leading_to(self, value: Term) -> tuple[Triple, ...]:
        """Return the triples that lead to a value, the last step first."""
        found: dict[Triple, None] = {}
        queue: list[_State] = [(self._end, value)]
        seen = set(queue)
        for state in queue:
            for before, triple in self._came.get(state, ()):
                if triple is not None:
                    found[triple] = None
                if before not in seen:
                    seen.add(before)
                    queue.append(before)
        return tuple(found)


def walk(facts: Facts, focus: Term, path: str) -> Walk:
    """Follow a path (in SPARQL syntax, as results have it) from a focus node."""
    machine = path_of(path).automaton
    start: _State = (machine.start, focus)
    came: _Came = {start: {}}
    queue = [start]
    triples: dict[Triple, None] = {}
    for state in queue:
        for after, triple in _moves(facts, machine.free, machine.steps, state):
            if triple is not None:
                triples[triple] = None
            if after not in came:
                if len(came) >= _MOST:
                    continue
                came[after] = {}
                queue.append(after)
            came[after][state, triple] = None
    values = tuple(node for number, node in queue if number == machine.end)
    return Walk(values, tuple(triples), came, machine.end)


def _moves(
    facts: Facts,
    free: tuple[tuple[int, ...], ...],
    steps: tuple[tuple[tuple[NamedNode, bool, int], ...], ...],
    state: _State,
) -> Iterator[tuple[_State, Triple | None]]:
    number, node = state
    for following in free[number]:
        yield (following, node), None
    for predicate, backwards, following in steps[number]:
        if backwards:
            for subject in facts.subjects(predicate, node):
                yield (following, subject), Triple(subject, predicate, node)  # type: ignore[arg-type]
        elif not isinstance(node, Literal):
            for value in facts.objects(node, predicate):
                yield (following, value), Triple(node, predicate, value)
