"""Property paths: read from the shapes graph, written in SPARQL syntax, and walked.

A path is kept as a postfix program (no nesting, so no depth is too deep) and walked as a
non-deterministic automaton over the graph (K. Thompson, "Regular Expression Search Algorithm",
CACM 1968): one breadth-first search over pairs of state and node gives the set of value nodes that
SHACL 2.3.1 defines, each visited once, whatever stars are nested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final, TypeAlias
from typing import Literal as Choice

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg_builder.graph.index import Ids, Term, TripleIndex
from kg_builder.graph.shacl.reading import ShapesGraph, ill_formed
from kg_builder.graph.shacl.vocabulary import RDF_FIRST, RDF_NIL, RDF_REST, sh

Operator: TypeAlias = Choice["inverse", "sequence", "alternative", "*", "+", "?"]
Op: TypeAlias = NamedNode | tuple[Operator, int]
"""A predicate, or an operator with the number of its operands."""

_UNARY: Final[Mapping[str, Operator]] = {
    "inversePath": "inverse",
    "zeroOrMorePath": "*",
    "oneOrMorePath": "+",
    "zeroOrOnePath": "?",
}
_UNARY_NAMES: Final = {operator: name for name, operator in _UNARY.items()}
_MAX_OPS = 50_000
_SHORT = 3
"""Operators in an operand that is compared with the others of its list."""
_NOTHING: Ids = ()


@dataclass(frozen=True, slots=True)
class Automaton:
    """States 0..n-1; from each, free moves and steps `(predicate, backwards, state)`."""

    free: tuple[tuple[int, ...], ...]
    steps: tuple[tuple[tuple[NamedNode, bool, int], ...], ...]
    start: int
    end: int


@dataclass(frozen=True)
class Path:
    """A property path."""

    ops: tuple[Op, ...]

    @cached_property
    def text(self) -> str:
        """The path in SPARQL 1.1 syntax, with full IRIs."""
        return render(self.ops)

    @property
    def predicate(self) -> NamedNode | None:
        """The predicate, if the path is nothing else."""
        first = self.ops[0]
        return first if len(self.ops) == 1 and isinstance(first, NamedNode) else None

    @cached_property
    def automaton(self) -> Automaton:
        """The automaton that walks the path."""
        return _build(_simplified(self.ops))

    def predicates(self) -> tuple[NamedNode, ...]:
        """Return the predicates that the path steps over."""
        return tuple(dict.fromkeys(op for op in self.ops if isinstance(op, NamedNode)))


def render(ops: Sequence[Op]) -> str:
    """Return a postfix program in SPARQL syntax."""
    stack: list[tuple[str, bool]] = []
    for op in ops:
        if isinstance(op, NamedNode):
            stack.append((str(op), True))
            continue
        operator, arity = op
        operands = [text if atom else f"({text})" for text, atom in stack[-arity:]]
        del stack[-arity:]
        if arity == 1 and operator not in ("sequence", "alternative"):
            text = f"^{operands[0]}" if operator == "inverse" else f"{operands[0]}{operator}"
        else:
            text = ("/" if operator == "sequence" else "|").join(operands)
        stack.append((text, False))
    return stack[0][0]


class _Reader:
    """Reads a path node into a postfix program, without recursion."""

    def __init__(self, graph: ShapesGraph, shape: Term) -> None:
        self.graph = graph
        self.shape = shape

    def read(self, node: Term) -> Path:
        ops: list[Op] = []
        open_nodes: set[Term] = set()
        stack: list[Term | tuple[Operator, int, Term]] = [node]
        while stack:
            item = stack.pop()
            if isinstance(item, tuple):
                ops.append((item[0], item[1]))
                open_nodes.discard(item[2])
            elif isinstance(item, NamedNode):
                ops.append(item)
            else:
                self._open(item, open_nodes, stack)
            if len(ops) + len(stack) > _MAX_OPS:
                raise ill_formed(self.shape, "路径过长", "a path that is too long")
        return Path(tuple(ops))

    def _open(
        self, node: Term, open_nodes: set[Term], stack: list[Term | tuple[Operator, int, Term]]
    ) -> None:
        if node in open_nodes:
            raise ill_formed(self.shape, "路径引用自身", "a path that refers to itself")
        operator, operands = self._operands(node)
        if isinstance(node, Literal) or not operands:
            raise ill_formed(self.shape, f"{node} 不是路径", f"{node} is no property path")
        open_nodes.add(node)
        stack.append((operator, len(operands), node))
        stack.extend(reversed(operands))

    def _operands(self, node: Term) -> tuple[Operator, list[Term]]:
        if self.graph.objects(node, RDF_FIRST):
            return "sequence", self._two(node)
        inverse = self.graph.objects(node, sh("inversePath"))
        if inverse:
            return "inverse", inverse[:1]
        alternatives = self.graph.objects(node, sh("alternativePath"))
        if alternatives:
            return "alternative", self._two(alternatives[0])
        for name, operator in _UNARY.items():
            found = self.graph.objects(node, sh(name))
            if found:
                return operator, found[:1]
        return "sequence", []

    def _two(self, head: Term) -> list[Term]:
        members = self.graph.members(self.shape, head)
        if len(members) < 2:
            raise ill_formed(
                self.shape, "路径列表少于两项", "a path list of fewer than two members"
            )
        return members


def read_path(graph: ShapesGraph, shape: Term, node: Term) -> Path:
    """Return the path at `node`; raises ValidationFailure if it is none. `shape` is to blame then.

    A node that could be read in several ways is read by the first of: list, inverse, alternative,
    zero or more, one or more, zero or one.
    """
    return _Reader(graph, shape).read(node)


def _simplified(ops: Sequence[Op]) -> list[Op]:
    """Return a program that reaches the same nodes, without what is said more than once.

    `(p*)+` is `p*`, `^^p` is `p`, `p|p` is `p` and `p*/p*` is `p*`. Each star is a state to visit
    every node in, so that 50,000 of them, one in the other, took 6 GB over 300 nodes.
    """
    kept: list[Op] = []
    starts: list[int] = []
    for op in ops:
        if isinstance(op, NamedNode):
            starts.append(len(kept))
            kept.append(op)
        elif op[0] in ("sequence", "alternative"):
            _add_list(kept, starts, op)
        else:
            _add_unary(kept, op)
    return kept


def _add_unary(kept: list[Op], op: tuple[Operator, int]) -> None:
    """Append an operator to what it applies to, so that at most one of `*+?` and `^` follow it."""
    inverse: Op = ("inverse", 1)
    turned = kept[-1] == inverse
    if turned:
        kept.pop()
    if op == inverse:
        turned = not turned
    elif kept[-1] in (("*", 1), ("+", 1), ("?", 1)):
        kept[-1] = op if kept[-1] == op else ("*", 1)
    else:
        kept.append(op)
    if turned:
        kept.append(inverse)


def _add_list(kept: list[Op], starts: list[int], op: tuple[Operator, int]) -> None:
    """Append a sequence or alternative, without short operands that change nothing."""
    operator, arity = op
    bounds = [*starts[len(starts) - arity :], len(kept)]
    del starts[len(starts) - arity + 1 :]
    seen: set[tuple[Op, ...]] = set()
    idle: list[tuple[int, int]] = []
    for begin, end in pairwise(bounds):
        operand = tuple(kept[begin:end]) if end - begin <= _SHORT else ()
        if operand and operand in seen and (operator == "alternative" or ("*", 1) in operand):
            idle.append((begin, end))
        elif operator == "sequence":
            seen = {operand}
        else:
            seen.add(operand)
    for begin, end in reversed(idle):
        del kept[begin:end]
    if arity > len(idle) + 1:
        kept.append((operator, arity - len(idle)))


def _reversed_spans(ops: Sequence[Op]) -> list[bool]:
    """Return for each op whether it stands under an odd number of inverses."""
    flags = [False] * len(ops)
    pending: list[bool] = [False]
    for place in range(len(ops) - 1, -1, -1):
        op = ops[place]
        flag = flags[place] = pending.pop()
        if not isinstance(op, NamedNode):
            pending.extend([flag != (op[0] == "inverse")] * op[1])
    return flags


def _build(ops: Sequence[Op]) -> Automaton:
    free: list[list[int]] = []
    steps: list[list[tuple[NamedNode, bool, int]]] = []

    def state() -> int:
        free.append([])
        steps.append([])
        return len(free) - 1

    stack: list[tuple[int, int]] = []
    for op, backwards in zip(ops, _reversed_spans(ops), strict=True):
        if isinstance(op, NamedNode):
            start, end = state(), state()
            steps[start].append((op, backwards, end))
            stack.append((start, end))
            continue
        operator, arity = op
        parts = stack[-arity:]
        del stack[-arity:]
        if operator == "inverse":
            stack.append(parts[0])
        elif operator == "sequence":
            # Under an inverse the parts are walked last to first, each of them backwards.
            ordered = parts[::-1] if backwards else parts
            for before, after in pairwise(ordered):
                free[before[1]].append(after[0])
            stack.append((ordered[0][0], ordered[-1][1]))
        else:
            start, end = state(), state()
            for first, last in parts:
                free[start].append(first)
                free[last].append(end)
                if operator in ("*", "+"):
                    free[last].append(first)
            if operator in ("*", "?"):
                free[start].append(end)
            stack.append((start, end))
    start, end = stack[0]
    return Automaton(tuple(map(tuple, free)), tuple(map(tuple, steps)), start, end)


class Walker:
    """A path bound to a graph: from a node to its value nodes."""

    def __init__(self, path: Path, data: TripleIndex) -> None:
        machine = path.automaton
        self._free = machine.free
        self._start, self._end = machine.start, machine.end
        self._steps: list[list[tuple[Mapping[int, Ids], int]]] = [
            [(_edges(data, predicate, back), target) for predicate, back, target in steps]
            for steps in machine.steps
        ]

        self._straight = self._chain()

    def _chain(self) -> list[Mapping[int, Ids]] | None:
        """Return the edges to follow one after the other, if the path never branches."""
        found: list[Mapping[int, Ids]] = []
        state = self._start
        while state != self._end:
            if len(self._free[state]) + len(self._steps[state]) != 1:
                return None
            if self._free[state]:
                state = self._free[state][0]
            else:
                edges, state = self._steps[state][0]
                found.append(edges)
        return None if self._free[state] or self._steps[state] else found

    def values(self, focus: int) -> Ids:
        """Return the value nodes of `focus`, in the order of discovery."""
        if self._straight is None:
            return self._search(focus)
        found: Ids = (focus,)
        for edges in self._straight:
            if len(found) == 1:
                found = edges.get(next(iter(found)), _NOTHING)
            else:
                found = dict.fromkeys(v for node in found for v in edges.get(node, _NOTHING))
        return found

    def _search(self, focus: int) -> Ids:
        seen: list[dict[int, None]] = [{} for _ in self._free]
        seen[self._start][focus] = None
        queue = [(self._start, focus)]
        for state, node in queue:
            for following in self._free[state]:
                if node not in seen[following]:
                    seen[following][node] = None
                    queue.append((following, node))
            for edges, following in self._steps[state]:
                known = seen[following]
                for value in edges.get(node, _NOTHING):
                    if value not in known:
                        known[value] = None
                        queue.append((following, value))
        return seen[self._end]


def _edges(data: TripleIndex, predicate: NamedNode, backwards: bool) -> Mapping[int, Ids]:  # noqa: FBT001
    number = data.find(predicate)
    if number is None:
        return {}
    return data.by_object(number) if backwards else data.by_subject(number)


def path_triples(text: str, fresh: list[BlankNode]) -> tuple[Term, list[Triple]]:
    """Return the node and the triples of a path in the syntax of `render`.

    `fresh` collects the blank nodes made; their labels follow from their number.
    """
    triples: list[Triple] = []

    def blank() -> BlankNode:
        fresh.append(BlankNode(f"path{len(fresh)}"))
        return fresh[-1]

    def listed(items: Sequence[Term]) -> BlankNode:
        cells = [blank() for _ in items]
        rests: list[BlankNode | NamedNode] = [*cells[1:], RDF_NIL]
        for cell, item, rest in zip(cells, items, rests, strict=True):
            triples.append(Triple(cell, RDF_FIRST, item))
            triples.append(Triple(cell, RDF_REST, rest))
        return cells[0]

    stack: list[Term] = []
    for op in parse(text):
        if isinstance(op, NamedNode):
            stack.append(op)
            continue
        operator, arity = op
        operands = stack[-arity:]
        del stack[-arity:]
        if operator == "sequence":
            stack.append(listed(operands))
            continue
        node = blank()
        if operator == "alternative":
            triples.append(Triple(node, sh("alternativePath"), listed(operands)))
        else:
            triples.append(Triple(node, sh(_UNARY_NAMES[operator]), operands[0]))
        stack.append(node)
    return stack[0], triples


def parse(text: str) -> list[Op]:
    """Return the postfix program of a path in the syntax of `render`."""
    ops: list[Op] = []
    frames: list[tuple[str, int, bool]] = []
    joiner, count, inverse = "", 0, False
    place = 0
    while place < len(text):
        char = text[place]
        if char == "<":
            end = text.index(">", place)
            ops.append(NamedNode(text[place + 1 : end]))
            count, place = count + 1, end
            if inverse:
                ops.append(("inverse", 1))
                inverse = False
        elif char == "(":
            frames.append((joiner, count, inverse))
            joiner, count, inverse = "", 0, False
        elif char == ")":
            _close(ops, joiner, count)
            joiner, count, inverse = frames.pop()
            count += 1
            if inverse:
                ops.append(("inverse", 1))
                inverse = False
        elif char == "^":
            inverse = True
        elif char in "/|":
            joiner = char
        elif char in "*+?":
            ops.append((char, 1))  # type: ignore[arg-type]
        place += 1
    _close(ops, joiner, count)
    return ops


def _close(ops: list[Op], joiner: str, count: int) -> None:
    if joiner:
        ops.append(("sequence" if joiner == "/" else "alternative", count))
