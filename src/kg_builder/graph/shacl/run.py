"""One validation under way: the data graph, and what has been found out about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.graph.index import Ids, Term, TripleIndex
from kg_builder.graph.shacl.ordering import Key, sort_key
from kg_builder.graph.shacl.paths import Path, Walker
from kg_builder.graph.shacl.sparql import DataStore
from kg_builder.graph.shacl.vocabulary import RDF_TYPE, RDFS_SUBCLASS

_NOTHING: Ids = ()
_FEW = 16


class ValueNodes:
    """The value nodes of many focus nodes at once."""

    def __init__(self, focus: Iterable[int], values: Mapping[int, Ids] | None) -> None:
        self.focus = focus
        self._values = values
        """None for a node shape: each focus node is its own value node."""

    @cached_property
    def by_focus(self) -> Mapping[int, Ids]:
        """Focus node → its value nodes."""
        if self._values is None:
            return {node: (node,) for node in self.focus}
        return self._values

    @cached_property
    def all(self) -> set[int]:
        """All value nodes."""
        if self._values is None:
            return set(self.focus)
        return set[int]().union(*self._values.values())

    def having(self, bad: set[int]) -> set[int]:
        """Return the focus nodes with a value node in `bad`, which are value nodes."""
        if self._values is None or not bad:
            return bad
        return {node for node, values in self._values.items() if not bad.isdisjoint(values)}

    def among(self, bad: set[int]) -> Iterator[tuple[int, int]]:
        """Yield each pair of focus node and value node whose value is in `bad`."""
        if not bad:
            return
        if self._values is None:
            yield from ((node, node) for node in self.focus if node in bad)
            return
        for node, values in self._values.items():
            if not bad.isdisjoint(values):
                yield from ((node, value) for value in values if value in bad)


class Run:
    """The state of one validation. Terms that the data do not hold have negative ids."""

    def __init__(self, data: TripleIndex, shapes_graph: Iterable[Triple] = ()) -> None:
        self.data = data
        self.shapes_graph = shapes_graph
        self.failed: dict[int, set[int]] = {}
        """Number of a shape → the nodes known not to conform to it."""
        self._foreign: dict[Term, int] = {}
        self._foreign_terms: list[Term] = []
        self._instances: dict[Term, set[int]] = {}
        self._subclasses: dict[Term, set[int]] = {}
        self._walkers: dict[Path, Walker] = {}

    def number(self, term: Term) -> int:
        """Return the id of a term, a negative one if the data do not hold it."""
        found = self.data.find(term)
        if found is not None:
            return found
        if term not in self._foreign:
            self._foreign_terms.append(term)
            self._foreign[term] = -len(self._foreign_terms)
        return self._foreign[term]

    def term(self, number: int) -> Term:
        """Return the term of an id."""
        return self.data.term(number) if number >= 0 else self._foreign_terms[-number - 1]

    def original(self, term: Term) -> int:
        """Return the id of a term that a query gave back.

        Oxigraph writes numbers and dates anew (`01` comes back as `1`): a literal that the data do
        not hold stands for the one of equal value that they do.
        """
        number = self.number(term)
        if number >= 0 or not isinstance(term, Literal):
            return number
        return self._by_value.get((term.datatype.value, sort_key(term)), number)

    @cached_property
    def _by_value(self) -> dict[tuple[str, Key | None], int]:
        objects = {o for p in self.data.predicates() for _, o in self.data.pairs(p)}
        found: dict[tuple[str, Key | None], int] = {}
        for number in sorted(objects):
            term = self.data.term(number)
            if isinstance(term, Literal):
                key = sort_key(term)
                if key is not None and key[0] != "string":
                    found.setdefault((term.datatype.value, key), number)
        return found

    def edges(self, predicate: NamedNode, *, backwards: bool = False) -> Mapping[int, Ids]:
        """Return subject → objects of a predicate, or object → subjects."""
        number = self.data.find(predicate)
        if number is None:
            return {}
        return self.data.by_object(number) if backwards else self.data.by_subject(number)

    def values(self, path: Path | None, focus: Iterable[int]) -> ValueNodes:
        """Return the value nodes of focus nodes along a path; without one, the nodes themselves."""
        if path is None:
            return ValueNodes(focus, None)
        if path.predicate is not None:
            edges = self.edges(path.predicate)
            return ValueNodes(focus, {node: edges.get(node, _NOTHING) for node in focus})
        walker = self._walkers.get(path)
        if walker is None:
            walker = self._walkers[path] = Walker(path, self.data)
        return ValueNodes(focus, {node: walker.values(node) for node in focus})

    def subclasses(self, cls: Term) -> set[int]:
        """Return a class and all below it, by rdfs:subClassOf of the data."""
        known = self._subclasses.get(cls)
        if known is not None:
            return known
        below = self.edges(RDFS_SUBCLASS, backwards=True)
        found = {self.number(cls)}
        queue = list(found)
        while queue:
            fresh = [c for c in below.get(queue.pop(), _NOTHING) if c not in found]
            found.update(fresh)
            queue.extend(fresh)
        self._subclasses[cls] = found
        return found

    def instances(self, cls: Term) -> set[int]:
        """Return the SHACL instances of a class; not to be changed."""
        known = self._instances.get(cls)
        if known is None:
            typed = self.edges(RDF_TYPE, backwards=True)
            known = set[int]().union(*(typed.get(c, _NOTHING) for c in self.subclasses(cls)))
            self._instances[cls] = known
        return known

    def is_instance(self, node: int, cls: Term) -> bool:
        """Return whether a node is a SHACL instance of a class."""
        if cls in self._instances:
            return node in self._instances[cls]
        return not self.subclasses(cls).isdisjoint(self.edges(RDF_TYPE).get(node, _NOTHING))

    def strangers(self, nodes: set[int], cls: Term) -> set[int]:
        """Return those of `nodes` that are no SHACL instances of a class."""
        if cls not in self._instances and len(nodes) <= _FEW:
            return {node for node in nodes if not self.is_instance(node, cls)}
        return nodes - self.instances(cls)

    @cached_property
    def store(self) -> DataStore:
        """The data as SPARQL sees them; made at first use."""
        return DataStore(self.data, self.shapes_graph)
