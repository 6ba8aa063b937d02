"""Checksums of what a generation holds: of its files, and of the quads of its store.

    checksums.json   count and digest of each graph, SHA-256 of each file that equal input makes
                     equal: *.ttl, dataset.nq, build.json, source/*
    .checksums       SHA-256 of every file there is, checksums.json and those of the store included

The digest of a graph is the sum, modulo 2^256, of the SHA-256 of its triples' canonical N-Triples
lines (with their line feed): an additive multiset hash (Bellare and Micciancio, "A New Paradigm for
Collision-Free Hashing", EUROCRYPT 1997; Clarke et al., "Incremental Multiset Hash Functions",
ASIACRYPT 2003). It depends on no order, and a triple that comes or goes changes it by one addition.
It finds damage; it is no proof against somebody who makes a graph to fit a digest.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pyoxigraph import DefaultGraph, NamedNode, Triple

from kg_builder.errors import StoreError
from kg_builder.graph.disk import sha256_of
from kg_builder.graph.serialization import GraphName, triple_lines

CHECKSUMS: Final = "checksums.json"
ALL_FILES: Final = ".checksums"
_FORMAT_FILE: Final = ".format"
_MODULUS: Final = 1 << 256


@dataclass(frozen=True, slots=True)
class Digest:
    """How many triples a graph has, and the sum of their hashes."""

    triples: int = 0
    value: int = 0

    @classmethod
    def of(cls, triples: Iterable[Triple]) -> Digest:
        """Return the digest of a graph that holds each of these triples once."""
        return cls().plus(triples)

    def plus(self, triples: Iterable[Triple]) -> Digest:
        """Return the digest with triples more."""
        return self._moved(triple_lines(triples), 1)

    def minus(self, triples: Iterable[Triple]) -> Digest:
        """Return the digest without triples that the graph has."""
        return self._moved(triple_lines(triples), -1)

    def _moved(self, lines: Collection[str], sign: int) -> Digest:
        value = sum(map(_hash_of_line, lines))
        return Digest(self.triples + sign * len(lines), (self.value + sign * value) % _MODULUS)

    def as_json(self) -> dict[str, Any]:
        """Return the digest as checksums.json has it."""
        return {"triples": self.triples, "digest": f"{self.value:064x}"}


Digests = Mapping[GraphName, Digest]


def digests_of_lines(ends: Mapping[str, Collection[str]]) -> dict[GraphName, Digest]:
    """Return the digests of a dataset that `serialization.ends_of_lines` gives."""
    counts: dict[str, int] = {}
    sums: dict[str, int] = {}
    for line, found in ends.items():
        value = _hash_of_line(line)
        for end in found:
            counts[end] = counts.get(end, 0) + 1
            sums[end] = sums.get(end, 0) + value
    return {_graph_of_end(end): Digest(counts[end], sums[end] % _MODULUS) for end in sorted(counts)}


def write_checksums(folder: Path, digests: Digests, former: Path | None = None) -> None:
    """Write both lists of a generation, as the last of its files.

    `former` is the generation that files may be hard links to, whose checksums hold for them.
    """
    known = _known(folder, former)
    files = {
        name: known.get(name) or sha256_of(folder / name)
        for name in _files(folder)
        if name not in (ALL_FILES, _FORMAT_FILE, CHECKSUMS)
    }
    data = {
        "graphs": {
            _name(graph): digest.as_json()
            for graph, digest in sorted(digests.items(), key=lambda item: _name(item[0]))
            if digest.triples
        },
        "files": {name: digest for name, digest in files.items() if _is_steady(name)},
    }
    text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    (folder / CHECKSUMS).write_text(text, "utf-8", newline="")
    files[CHECKSUMS] = hashlib.sha256(text.encode()).hexdigest()
    lines = "".join(f"{digest}  {name}\n" for name, digest in sorted(files.items()))
    (folder / ALL_FILES).write_text(lines, "utf-8", newline="")


def read_digests(generation: Path) -> dict[GraphName, Digest]:
    """Return the digests that checksums.json states. Raises StoreError where it cannot be read."""
    path = generation / CHECKSUMS
    try:
        graphs = json.loads(path.read_bytes())["graphs"]
        return {
            NamedNode(name) if name else DefaultGraph(): Digest(
                int(found["triples"]), int(found["digest"], 16)
            )
            for name, found in graphs.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unreadable(path, error) from error


def read_files(generation: Path) -> dict[str, str]:
    """Return name → SHA-256 of the files that the list has. Raises StoreError."""
    path = generation / ALL_FILES
    try:
        lines = path.read_text("utf-8").split("\n")[:-1]
        pairs = [line.split("  ", 1) for line in lines]
        return {name: digest for digest, name in pairs}
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def changed_files(
    generation: Path, wanted: Callable[[str], bool] = lambda _: True
) -> Iterator[tuple[str, str]]:
    """Yield the files of a generation that are not as they were written, and how.

    How is `changed`, `missing` or `unknown`; `wanted` says of a name whether it is looked at.
    Raises StoreError where the list cannot be read.
    """
    stated = read_files(generation)
    there = {name for name in _files(generation) if name not in (ALL_FILES, _FORMAT_FILE)}
    for name in sorted(filter(wanted, {*stated, *there})):
        if name not in there:
            yield name, "missing"
        elif name not in stated:
            yield name, "unknown"
        elif sha256_of(generation / name) != stated[name]:
            yield name, "changed"


def _known(folder: Path, former: Path | None) -> dict[str, str]:
    """Return the checksums of the files that are hard links to files of another generation."""
    if former is None:
        return {}
    return {
        name: digest
        for name, digest in read_files(former).items()
        if _is_same(folder / name, former / name)
    }


def _is_same(one: Path, other: Path) -> bool:
    try:
        return os.path.samestat(one.stat(), other.stat())
    except OSError:
        return False


def _files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


def _is_steady(name: str) -> bool:
    return name.startswith("source/") or name.endswith((".ttl", ".nq")) or name == "build.json"


def _name(graph: GraphName) -> str:
    return "" if isinstance(graph, DefaultGraph) else graph.value


def _graph_of_end(end: str) -> GraphName:
    return DefaultGraph() if end == ".\n" else NamedNode(end[1 : end.rindex(">")])


def _hash_of_line(line: str) -> int:
    return int.from_bytes(hashlib.sha256(line.encode() + b"\n").digest())


def _unreadable(path: Path, error: Exception) -> StoreError:
    return StoreError(
        f"校验和读不了（{error}）：请重新运行 kg build",
        f"the checksums cannot be read ({error}): run kg build again",
        file=str(path),
    )
