"""An index over triples with interned terms: what inference and validation walk on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

Term: TypeAlias = NamedNode | BlankNode | Literal
Ids: TypeAlias = Collection[int]
"""Distinct term ids that remember insertion order, so that what follows from it is repeatable."""

_Branch: TypeAlias = dict[int, Ids]

_NONE: Ids = ()
_FEW = 8
"""Up to so many ids are a tuple, a third of the size of a dict; more would make adding slow."""


class TripleIndex:
    """Triples by predicate, both ways, over integer term ids.

    Ids are dense, given in order of first sight, and never change. Adding is idempotent. Most
    subjects have one object, so a lone id is a tuple that all its places share, and the way back
    from objects to subjects is made for a predicate when it is first asked for: a million
    triples of instance data take about 120 MB, their terms included.
    """

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        self._ids: dict[Term, int] = {}
        self._terms: list[Term] = []
        self._alone: list[Ids] = []
        """For each id, the tuple of it alone."""
        self._literals: set[int] = set()
        self._objects: dict[int, _Branch] = {}
        self._subjects: dict[int, _Branch] = {}
        self._size = 0
        for triple in triples:
            self.add(triple)

    @classmethod
    def beside(cls, other: TripleIndex) -> TripleIndex:
        """Return an empty index that has its ids in common with another, now and later."""
        index = TripleIndex()
        index._ids, index._terms, index._literals = other._ids, other._terms, other._literals
        index._alone = other._alone
        return index

    def __len__(self) -> int:
        return self._size

    def __contains__(self, triple: Triple) -> bool:
        found = [self.find(term) for term in (triple.subject, triple.predicate, triple.object)]  # type: ignore[arg-type]
        s, p, o = found
        return s is not None and p is not None and o is not None and self.has(s, p, o)

    def intern(self, term: Term) -> int:
        """Return the id of `term`, giving it one at first sight."""
        number = self._ids.get(term)
        if number is None:
            number = self._ids[term] = len(self._terms)
            self._terms.append(term)
            self._alone.append((number,))
            if type(term) is Literal:
                self._literals.add(number)
        return number

    def intern_all(self, triple: Triple) -> tuple[int, int, int]:
        """Return the ids of a triple's terms, giving them ids at first sight."""
        intern = self.intern
        return intern(triple.subject), intern(triple.predicate), intern(triple.object)  # type: ignore[arg-type]

    def find(self, term: Term) -> int | None:
        """Return the id of `term`, or None if it was never seen."""
        return self._ids.get(term)

    def term(self, number: int) -> Term:
        """Return the term of an id."""
        return self._terms[number]

    def add(self, triple: Triple) -> bool:
        """Add a triple of terms; return whether it is new."""
        return self.add_ids(
            self.intern(triple.subject),  # type: ignore[arg-type]
            self.intern(triple.predicate),
            self.intern(triple.object),  # type: ignore[arg-type]
        )

    def add_ids(self, s: int, p: int, o: int) -> bool:
        """Add a triple of ids; return whether it is new."""
        by_subject = self._objects.get(p)
        if by_subject is None:
            by_subject = self._objects[p] = {}
        objects = by_subject.get(s)
        if objects is None:
            by_subject[s] = self._alone[o]
        elif o in objects:
            return False
        else:
            by_subject[s] = _with(objects, o)
        if p in self._subjects:
            self._put_back(self._subjects[p], s, o)
        self._size += 1
        return True

    def add_pairs(self, p: int, pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Add `(subject, object)` pairs of a predicate; return those that are new, in order."""
        by_subject = self._objects.get(p, {})
        alone = self._alone
        new = []
        for pair in pairs:
            s, o = pair
            objects = by_subject.get(s)
            if objects is None:
                by_subject[s] = alone[o]
            elif o in objects:
                continue
            else:
                by_subject[s] = _with(objects, o)
            new.append(pair)
        if new:
            self._objects[p] = by_subject
            by_object = self._subjects.get(p)
            if by_object is not None:
                for s, o in new:
                    self._put_back(by_object, s, o)
            self._size += len(new)
        return new

    def discard_pairs(self, p: int, pairs: Iterable[tuple[int, int]]) -> None:
        """Take `(subject, object)` pairs of a predicate out again; their terms keep their ids."""
        for s, o in pairs:
            if self.has(s, p, o):
                self._take_out(self._objects, p, s, o)
                if p in self._subjects:
                    self._take_out(self._subjects, p, o, s)
                self._size -= 1

    def _put_back(self, by_object: _Branch, s: int, o: int) -> None:
        """Add a pair that is new to the way back."""
        subjects = by_object.get(o)
        by_object[o] = self._alone[s] if subjects is None else _with(subjects, s)

    def _take_out(self, tree: dict[int, _Branch], p: int, first: int, second: int) -> None:
        """Delete a leaf, and the branches that it leaves empty."""
        branch = tree[p]
        left = _without(branch[first], second)
        if len(left) == 1:
            branch[first] = self._alone[next(iter(left))]
        elif left:
            branch[first] = left
        else:
            del branch[first]
            if not branch:
                del tree[p]

    def has(self, s: int, p: int, o: int) -> bool:
        """Return whether the triple of ids is in the index."""
        return o in self._objects.get(p, {}).get(s, _NONE)

    def objects(self, s: int, p: int) -> Ids:
        """Return the objects of `s p ?o`; not to be changed."""
        return self._objects.get(p, {}).get(s, _NONE)

    def subjects(self, p: int, o: int) -> Ids:
        """Return the subjects of `?s p o`; not to be changed."""
        return self.by_object(p).get(o, _NONE)

    @property
    def literals(self) -> AbstractSet[int]:
        """The ids of literals; not to be changed."""
        return self._literals

    def predicates(self) -> Iterator[int]:
        """Yield every predicate in use."""
        return iter(self._objects)

    def pairs(self, p: int) -> Iterator[tuple[int, int]]:
        """Yield the `(subject, object)` pairs of a predicate."""
        for s, objects in self._objects.get(p, {}).items():
            for o in objects:
                yield s, o

    def ids(self) -> Iterator[tuple[int, int, int]]:
        """Yield every triple as ids."""
        for p in self._objects:
            for s, o in self.pairs(p):
                yield s, p, o

    def triple(self, s: int, p: int, o: int) -> Triple:
        """Return a triple of terms for a triple of ids."""
        return Triple(self._terms[s], self._terms[p], self._terms[o])  # type: ignore[arg-type]

    def by_subject(self, p: int) -> Mapping[int, Ids]:
        """Return subject → objects of a predicate; not to be changed."""
        return self._objects.get(p, {})

    def by_object(self, p: int) -> Mapping[int, Ids]:
        """Return object → subjects of a predicate; not to be changed."""
        found = self._subjects.get(p)
        if found is None:
            found = {}
            for s, o in self.pairs(p):
                self._put_back(found, s, o)
            if found:
                self._subjects[p] = found
        return found


def _with(ids: Ids, new: int) -> Ids:
    """Return `ids` and one more; those that are many are changed in place."""
    if isinstance(ids, dict):
        ids[new] = None
        return ids
    longer = (*ids, new)
    return longer if len(longer) <= _FEW else dict.fromkeys(longer)


def _without(ids: Ids, old: int) -> Ids:
    """Return `ids` but for one; those that are many are changed in place."""
    if isinstance(ids, dict):
        del ids[old]
        return ids
    return tuple(other for other in ids if other != old)
