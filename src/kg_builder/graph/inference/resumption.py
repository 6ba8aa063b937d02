"""A closure taken up again where a store holds it: at the cost of what new triples entail."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from pyoxigraph import Triple

from kg_builder.graph.inference.closure import (
    Closure,
    Extension,
    Links,
    Premises,
    Reachability,
)
from kg_builder.graph.inference.hidden import HiddenStatements, LoadedSets, StoredLinks
from kg_builder.graph.inference.rules import Rules
from kg_builder.graph.stored import StoreIndex


class ResumedClosure(Closure):
    """The closure that a store holds, with its ontology; each extension begins from it anew."""

    index: StoreIndex

    def __init__(self, index: StoreIndex, rules: Rules) -> None:
        self._prepare(index, rules)
        self._hiding = HiddenStatements(index, self._plan)
        self._joined = _Joined(index, self._hiding)

    def extend(self, triples: Iterable[Triple]) -> Extension:
        """Return what asserting triples besides the stored ones changes for the inferred.

        The index holds the stored triples and these until the next call, and what they entail.
        Raises InputError where a triple is an axiom; nothing is added then.
        """
        self.index.clear()
        self._reach = {p: self._reachability(p) for p in self._plan.transitive}
        self._hidden, self._inferred, self._fresh = {}, {}, {}
        return super().extend(triples)

    def _reachability(self, p: int) -> Reachability:
        return Reachability(
            LoadedSets(partial(self._ahead, p)), LoadedSets(partial(self._behind, p))
        )

    def _ahead(self, p: int, node: int) -> list[int]:
        return [*self.index.stored_objects(node, p), *self._hiding.objects(node, p)]

    def _behind(self, p: int, node: int) -> list[int]:
        return [*self.index.stored_subjects(p, node), *self._hiding.subjects(p, node)]

    def _premises(self) -> Premises:
        return self._joined

    def _promote(self, s: int, p: int, o: int) -> bool:
        return self.index.is_inferred(s, p, o)

    def _strangers(self, members: set[int], class_: int) -> set[int]:  # noqa: ARG002
        return members  # a class may have any number of them: each is looked up as it is added


class _Joined:
    """What a chain finds: stored, added or hidden."""

    def __init__(self, index: StoreIndex, hidden: HiddenStatements) -> None:
        self._index = index
        self._hidden = hidden

    def by_subject(self, p: int) -> Links:
        index, hidden = self._index, self._hidden
        return StoredLinks(lambda s: index.objects(s, p), lambda s: hidden.objects(s, p))

    def by_object(self, p: int) -> Links:
        index, hidden = self._index, self._hidden
        return StoredLinks(lambda o: index.subjects(p, o), lambda o: hidden.subjects(p, o))
