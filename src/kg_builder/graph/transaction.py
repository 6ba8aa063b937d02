"""A commit: from one generation of an output folder to the next, by what comes and what goes.

The new generation is a backup of the store that stands (hard links, made by the engine) with the
changed quads written into it, and the other files made to agree; so it costs what the change costs,
not what the graph does. Nothing of the old one is ever written to: the engine only adds files, and
whatever else changes is a new file. The caller holds the lock of the folder, and has put the entry
of the history on the disk; the switch of the pointer is the commit.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from pyoxigraph import BlankNode, NamedNode, Quad, Store, Triple

from kg_builder.errors import StoreError
from kg_builder.graph.checksums import Digest, changed_files, read_digests, write_checksums
from kg_builder.graph.generations import Output
from kg_builder.graph.opening import DATASET, OpenGraph
from kg_builder.graph.output import write_json
from kg_builder.graph.serialization import (
    GraphName,
    nquads_of_graphs,
    turtle,
    with_lines,
    with_subjects,
)
from kg_builder.graph.store import graphs_held, writing_store

MOST_QUADS_AS_TEXT: Final = 150_000
"""Up to so many quads a commit writes the text files anew; beyond, it leaves them out."""

_PARTS: Final = {f"{name}.ttl": name for name in ("asserted", "inferred", "evidence")}
"""The text files of parts of the dataset."""

_Graphs = Mapping[GraphName, Sequence[Triple]]


@dataclass(frozen=True, slots=True)
class Change:
    """What comes into the graphs of a store and what goes, and what build.json says then.

    `come` are triples that their graph does not hold, `go` those that it does.
    """

    come: _Graphs
    go: _Graphs
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Committed:
    """The generation that a commit made; `with_text` says whether it has the text files."""

    folder: Path
    with_text: bool


def commit(
    output: Output,
    current: OpenGraph,
    change: Change,
    add: Callable[[Path, Path], None],
    *,
    with_text: bool | None = None,
) -> Committed:
    """Write the next generation and switch to it. `current` is the one that stands.

    `add` is given the folders of the new generation and of the old, for what the graph wing does
    not write. `with_text` says whether asserted.ttl, inferred.ttl, evidence.ttl and dataset.nq are
    written; None lets the size of the graph decide. Raises OutputError, and StoreError where what
    the next generation would take over is damaged; the former state stays.
    """
    former = current.generation
    if former is None:
        raise ValueError("not a folder made by kg build")
    start = time.perf_counter()
    digests = read_digests(former)
    for graph in {**change.come, **change.go}:
        digest = digests.get(graph, Digest())
        digest = digest.minus(change.go.get(graph, ())).plus(change.come.get(graph, ()))
        digests[graph] = digest
    if with_text is None:
        with_text = sum(digest.triples for digest in digests.values()) <= MOST_QUADS_AS_TEXT
    _refuse_damage(former, output.path, with_text=with_text)
    with output.generation() as folder:
        _extend_store(former / "store", folder / "store", change)
        write_json(folder / "build.json", change.summary)
        _link_tree(former / "source", folder / "source")
        if with_text:
            _write_text(folder, current, change)
        add(folder, former)
        write_json(folder / "timings.json", {"write": round(time.perf_counter() - start, 6)})
        write_checksums(folder, digests, former)
    return Committed(folder, with_text)


def _refuse_damage(former: Path, out: Path, *, with_text: bool) -> None:
    """Refuse to take over a file that is not as it was written.

    It would get a checksum of its own in the next generation, and the damage be seen by nobody.
    """

    def is_taken_over(name: str) -> bool:
        if name.startswith("store/"):  # the engine's own, whose quads are compared by digests
            return False
        return with_text or not (name == DATASET or name in _PARTS)

    names = [name for name, how in changed_files(former, is_taken_over) if how != "unknown"]
    if names:
        raise StoreError(
            f"已损坏（{'、'.join(names)}），什么也没有写；kg verify 说明情况和出路",
            f"is damaged ({', '.join(names)}), nothing was written; kg verify says what and the way"
            " out",
            file=str(out),
        )


def absent(store: Store, triples: Iterable[Triple], graph: GraphName) -> tuple[Triple, ...]:
    """Return those of the triples that a graph of a store does not hold, each once."""
    return tuple(
        triple
        for triple in dict.fromkeys(triples)
        if Quad(triple.subject, triple.predicate, triple.object, graph) not in store
    )


def _extend_store(former: Path, path: Path, change: Change) -> None:
    with writing_store(path):
        # the engine links its data files, which it never writes again, and copies the others
        Store.read_only(str(former)).backup(str(path))
        store = Store(path)
        for quad in _quads(change.go):
            store.remove(quad)
        store.extend(_quads(change.come))
        for name in change.go:  # the engine keeps the names of graphs that it has emptied
            if isinstance(name, NamedNode) and not any(_first_of(store, name)):
                store.remove_graph(name)
        store.flush()
    del store  # the last reference: the engine closes its files


def _first_of(store: Store, graph: NamedNode) -> Iterable[Quad]:
    return islice(store.quads_for_pattern(None, None, None, graph), 1)


def _quads(graphs: _Graphs) -> Iterable[Quad]:
    for name, triples in graphs.items():
        for triple in triples:
            yield Quad(triple.subject, triple.predicate, triple.object, name)


def _write_text(folder: Path, current: OpenGraph, change: Change) -> None:
    """Write the text files: the former ones with what is new, anew where something went."""
    store = Store.read_only(str(folder / "store"))
    former = current.generation or folder
    special = {current.graph_name(name): name for name in ("inferred", "evidence", "ontology")}

    def part_of(graph: GraphName) -> str:
        return special.get(graph, "asserted") if isinstance(graph, NamedNode) else ""

    gone = {part_of(graph) for graph, triples in change.go.items() if triples}
    graphs = [name for name in store.named_graphs() if isinstance(name, NamedNode)]
    for part in _PARTS.values():
        own = [graph for graph in graphs if part_of(graph) == part]
        new = {t.subject: None for graph in own for t in change.come.get(graph, ())}
        _write_part(folder, former, part, _Part(store, own, None if part in gone else new), change)
    _write_dataset(folder, former, store, change)


@dataclass(frozen=True, slots=True)
class _Part:
    """The graphs of a text file, and of which subjects it says something new; None for all."""

    store: Store
    graphs: Sequence[NamedNode]
    subjects: Collection[NamedNode | BlankNode | Triple] | None

    def triples(self) -> Iterable[Triple]:
        """Return what the graphs say of the subjects, each triple once."""
        subjects = (None,) if self.subjects is None else self.subjects
        pairs = ((subject, graph) for graph in self.graphs for subject in subjects)
        found = (self.store.quads_for_pattern(s, None, None, graph) for s, graph in pairs)
        return dict.fromkeys(quad.triple for quads in found for quad in quads)


def _write_part(folder: Path, former: Path, name: str, part: _Part, change: Change) -> None:
    old, new = former / f"{name}.ttl", folder / f"{name}.ttl"
    base: str = change.summary["base"]
    if part.subjects is None or not old.is_file():
        whole = _Part(part.store, part.graphs, None)
        new.write_text(turtle(whole.triples(), base=base), "utf-8", newline="")
    elif part.subjects:
        text = with_subjects(old.read_text("utf-8"), part.triples(), base=base)
        new.write_text(text, "utf-8", newline="")
    else:
        link_or_copy(old, new)


def _write_dataset(folder: Path, former: Path, store: Store, change: Change) -> None:
    old = former / DATASET
    if old.is_file():
        come, gone = (nquads_of_graphs(graphs.items()) for graphs in (change.come, change.go))
        data = with_lines(old.read_bytes(), come, gone)
    else:
        data = nquads_of_graphs(graphs_held(store).items()).encode()
    (folder / DATASET).write_bytes(data)


def _link_tree(source: Path, target: Path) -> None:
    """Give a new generation the files of the old one, which nobody ever changes."""
    if not source.is_dir():
        return
    target.mkdir()
    for path in source.iterdir():
        link_or_copy(path, target / path.name)


def link_or_copy(source: Path, target: Path) -> None:
    """Make a hard link to a file that is never changed; a copy where the file system has none."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
