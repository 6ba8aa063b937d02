"""What the entries of a history amount to: which triples stand in the graph on whose account.

An entry counts unless a later one that counts undoes it. What counts is gone through in order: a
batch brings its triples, a retraction takes its triples from all batches before it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

from pyoxigraph import Literal as LiteralTerm
from pyoxigraph import NamedNode, Triple

from kg_builder.graph.contributions.entry import Entry
from kg_builder.graph.contributions.files import Batch, graph_of
from kg_builder.graph.iris import is_iri
from kg_builder.graph.vocabulary import RDF_TYPE, RDFS_LABEL, expand

State = Literal["live", "partly", "retracted", "undone"]
"""All triples of an entry count, some do, none does any more; or the entry itself does not."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry, and what has become of it."""

    batch: Batch
    state: State
    live: int
    """How many of its triples are in the graph on its account."""

    @property
    def entry(self) -> Entry:
        """The entry as it was made."""
        return self.batch.entry


@dataclass(frozen=True)
class History:
    """The entries of an output folder in order, under one base."""

    base: str
    batches: tuple[Batch, ...] = ()

    def with_batch(self, batch: Batch) -> History:
        """Return this history with one entry more."""
        return History(self.base, (*self.batches, batch))

    def until(self, count: int) -> History:
        """Return the first `count` entries."""
        return History(self.base, self.batches[:count])

    @property
    def next_number(self) -> int:
        """The number of the next entry."""
        return self.batches[-1].entry.number + 1 if self.batches else 1

    def listed(self) -> Mapping[int, str]:
        """Return number → SHA-256 of `batch.json`: what a generation lists."""
        return {batch.entry.number: batch.sha256 for batch in self.batches}

    def batch(self, number: int) -> Batch | None:
        """Return the entry of a number; None where there is none."""
        return next((item for item in self.batches if item.entry.number == number), None)

    @cached_property
    def _counting(self) -> frozenset[int]:
        undone: set[int] = set()
        for batch in reversed(self.batches):
            entry = batch.entry
            if entry.of is not None and entry.number not in undone:
                undone.add(entry.of)
        return frozenset(item.entry.number for item in self.batches) - undone

    @cached_property
    def _live(self) -> Mapping[int, dict[Triple, None]]:
        """Return batch number → the triples that stand on its account."""
        live: dict[int, dict[Triple, None]] = {}
        for batch in self.batches:
            entry = batch.entry
            if entry.number not in self._counting:
                continue
            if entry.kind == "add":
                live[entry.number] = dict.fromkeys(batch.triples)
            elif entry.kind == "retract":
                for triples in live.values():
                    for triple in batch.triples:
                        triples.pop(triple, None)
        return live

    def graphs(self) -> Mapping[NamedNode, tuple[Triple, ...]]:
        """Return the named graphs of the batches that have any triple left."""
        found: dict[NamedNode, dict[Triple, None]] = {}
        for batch in self.batches:
            live = self._live.get(batch.entry.number)
            if live:
                found.setdefault(graph_of(self.base, batch.entry.id), {}).update(live)
        return MappingProxyType({name: tuple(triples) for name, triples in found.items()})

    def evidence(self) -> tuple[Triple, ...]:
        """Return who says so: the provenance of each graph of `graphs`."""
        told: dict[NamedNode, tuple[Triple, ...]] = {}
        for batch in self.batches:
            name = graph_of(self.base, batch.entry.id)
            if self._live.get(batch.entry.number) and name not in told:
                told[name] = tuple(provenance_triples(batch.entry, self.base))
        return tuple(triple for triples in told.values() for triple in triples)

    def adrift(self, described: Collection[object]) -> Iterator[tuple[int, NamedNode]]:
        """Yield what standing triples speak of and is not `described`, with the entry's number.

        Looked at are things under the base: whatever else is said stands in no graph of ours.
        """
        for number, triples in sorted(self._live.items()):
            for node in dict.fromkeys(n for t in triples for n in (t.subject, t.object)):
                if (
                    isinstance(node, NamedNode)
                    and node.value.startswith(self.base)
                    and node not in described
                ):
                    yield number, node

    def standings(self) -> Iterator[Standing]:
        """Yield every entry with what has become of it."""
        for batch in self.batches:
            entry = batch.entry
            live = len(self._live.get(entry.number, ()))
            yield Standing(batch, self._state(entry, live), live)

    def _state(self, entry: Entry, live: int) -> State:
        if entry.number not in self._counting:
            return "undone"
        if entry.kind != "add" or live == entry.triples:
            return "live"
        return "partly" if live else "retracted"

    def summary(self) -> list[dict[str, Any]]:
        """Return the list as it stands in build.json."""
        return [
            {
                "number": item.entry.number,
                "kind": item.entry.kind,
                **({} if item.entry.of is None else {"of": item.entry.of}),
                **(
                    {"graph": f"graph/contribution/{item.entry.id}"}
                    if item.entry.kind == "add"
                    else {}
                ),
                "by": item.entry.provenance.by,
                "when": item.entry.provenance.when,
                "source": item.entry.provenance.source,
                "files": [file.name for file in item.entry.files],
                "triples": item.entry.triples,
                "state": item.state,
                "live": item.live,
                "sha256": item.batch.sha256,
            }
            for item in self.standings()
        ]


def listed_in(summary: Mapping[str, Any]) -> Mapping[int, str]:
    """Return number → SHA-256 of the entries that a build.json lists."""
    listed: Sequence[Mapping[str, Any]] = summary.get("contributions", ())
    return {int(item["number"]): str(item["sha256"]) for item in listed}


def provenance_triples(entry: Entry, base: str) -> Iterable[Triple]:
    """Yield who brought a batch, when, after what source, and the checksums of its files (PROV-O).

    The subject is the named graph of the batch.
    """
    node = graph_of(base, entry.id)
    agent = NamedNode(f"{node.value}#contributor")
    provenance = entry.provenance
    source = provenance.source or ""
    yield Triple(node, RDF_TYPE, expand("prov:Entity"))
    yield Triple(node, expand("dcterms:identifier"), LiteralTerm(str(entry.number)))
    yield Triple(node, expand("prov:wasAttributedTo"), agent)
    yield Triple(agent, RDF_TYPE, expand("prov:Agent"))
    yield Triple(agent, RDFS_LABEL, LiteralTerm(provenance.by))
    when = LiteralTerm(provenance.when, datatype=expand("xsd:dateTime"))
    yield Triple(node, expand("prov:generatedAtTime"), when)
    yield Triple(node, expand("dcterms:source"), LiteralTerm(source))
    if source.startswith(("http://", "https://")) and is_iri(source):
        yield Triple(node, expand("prov:hadPrimarySource"), NamedNode(source))
    for file in entry.files:
        yield Triple(node, expand("sourceSha256"), LiteralTerm(file.sha256))
