"""Whether a built folder is what was written: every file, every quad, every contribution.

What is damaged is found in four ways that do not lean on each other: checksums of the files,
digests of the graphs as the store gives them, what must hold of any graph of ours (inferred is the
closure of asserted and disjoint from it, the default graph their union with the ontology, the
shapes hold), and the contributions played back.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final, Literal

from pyoxigraph import DefaultGraph, NamedNode, Store, Triple

from kg_builder.errors import KgError, StoreError
from kg_builder.graph.checksums import Digest, changed_files, read_digests
from kg_builder.graph.conformance import check, checksum_of_shapes
from kg_builder.graph.contributions import History, check_batches, history_of, listed_in
from kg_builder.graph.disk import sha256_of
from kg_builder.graph.generations import open_current, reading
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.inference import compile_ontology, infer
from kg_builder.graph.iris import mint_graph
from kg_builder.graph.ontology import ontology_of
from kg_builder.graph.output import result_key
from kg_builder.graph.serialization import GraphName
from kg_builder.graph.store import graphs_held
from kg_builder.model.bilingual import Bilingual
from kg_builder.resources import Resources

Part = Literal["files", "store", "contributions", "graph"]

_HOW: Final = {
    "changed": Bilingual("内容被改动", "was changed"),
    "missing": Bilingual("缺失", "is missing"),
    "unknown": Bilingual("不是 kg build 写的", "was not written by kg build"),
}

_OTHER_SHAPES: Final = Bilingual(
    "是用别的形状验证的（--project，或另一版本）：验证结果没有核对",
    "was validated by other shapes (--project, or another version): results were not compared",
)


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as it was written."""

    part: Part
    place: str
    """A file, or the IRI of a graph."""
    words: Bilingual


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at, and what is damaged; in the order in which it was looked at."""

    damages: tuple[Damage, ...]
    files: int
    quads: int
    contributions: int
    notes: tuple[Bilingual, ...] = ()
    """What could not be compared, and is no damage."""


def verify(path: Path, resources: Resources) -> Verification:
    """Check a built folder from end to end; `path` is only read.

    Raises StoreError where there is no folder that `kg build` made, or one of another format.
    """
    with reading(path) as generation:
        work = _Verifying(path, generation, resources)
        damages = tuple(work.damages())
        counts = work.files, work.quads, work.contributions
        return Verification(damages, *counts, tuple(work.notes))


class _Verifying:
    """One run over one generation."""

    def __init__(self, path: Path, generation: Path, resources: Resources) -> None:
        self._path = path
        self._generation = generation
        self._resources = resources
        self.files = self.quads = self.contributions = 0
        self.notes: list[Bilingual] = []

    def damages(self) -> Iterator[Damage]:
        """Yield all that is damaged. What is built on something damaged is not looked at."""
        files = list(self._of_files())
        yield from files
        summary = self._summary()
        if isinstance(summary, Damage):
            if not any(item.place == summary.place for item in files):
                yield summary
            return
        batches = list(self._of_batches(summary))
        yield from batches
        if any(item.place.startswith("store/") for item in files):
            return  # the engine may die of what it finds there
        held = self._held()
        if isinstance(held, Damage):
            yield held
            return
        yield from self._of_graphs(held)
        yield from self._of_whole(held, summary)
        if not batches:
            yield from self._of_history(held, history_of(self._path, summary))

    def _of_files(self) -> Iterator[Damage]:
        try:
            changed = list(changed_files(self._generation))
        except StoreError as error:
            yield Damage("files", ".checksums", error.message)
            return
        self.files = sum(1 for entry in self._generation.rglob("*") if entry.is_file())
        for name, how in changed:
            yield Damage("files", name, _HOW[how])
        names = list(self._of_names())
        if open_current(self._path) == self._generation:  # else they are those of the next one
            yield from names

    def _of_names(self) -> Iterator[Damage]:
        """Yield the names in the folder that do not lead to the files of the generation."""
        for entry in sorted(self._generation.iterdir()):
            if entry.name.startswith("."):
                continue
            shown = self._path / entry.name
            if not shown.exists():
                words = Bilingual(
                    f"缺失：应是指向 current/{entry.name} 的链接",
                    f"is missing: it is a link to current/{entry.name}",
                )
            elif entry.is_file() and sha256_of(shown) != sha256_of(entry):
                words = Bilingual(
                    f"不是 current/{entry.name}：请移走它",
                    f"is not current/{entry.name}: move it away",
                )
            else:
                continue
            yield Damage("files", str(shown), words)

    def _summary(self) -> Mapping[str, Any] | Damage:
        try:
            summary: Mapping[str, Any] = json.loads((self._generation / "build.json").read_bytes())
            self.contributions = len(listed_in(summary))
            _ = summary["base"], summary["counts"], summary["validation"]["results"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            return Damage(
                "files",
                "build.json",
                Bilingual(f"读不懂（{error}）", f"cannot be read ({error})"),
            )
        return summary

    def _of_batches(self, summary: Mapping[str, Any]) -> Iterator[Damage]:
        for number, sha256 in listed_in(summary).items():
            try:
                check_batches(self._path, {number: sha256})
            except StoreError as error:
                yield Damage("contributions", error.file or str(number), error.message)

    def _held(self) -> dict[GraphName, list[Triple]] | Damage:
        try:
            graphs = graphs_held(Store.read_only(str(self._generation / "store")))
        except (OSError, RuntimeError, ValueError) as error:
            words = Bilingual(f"读不了（{error}）", f"cannot be read ({error})")
            return Damage("store", "store", words)
        self.quads = sum(map(len, graphs.values()))
        return graphs

    def _of_graphs(self, held: Mapping[GraphName, list[Triple]]) -> Iterator[Damage]:
        try:
            stated = read_digests(self._generation)
        except StoreError as error:
            yield Damage("files", "checksums.json", error.message)
            return
        for name in sorted({*stated, *held}, key=str):
            there, meant = Digest.of(held.get(name, ())), stated.get(name, Digest())
            if there.triples != meant.triples:
                words = Bilingual(
                    f"有 {there.triples} 条，应有 {meant.triples} 条",
                    f"has {there.triples} triples, not {meant.triples}",
                )
            elif there != meant:
                words = Bilingual("有三元组被改动", "has triples that were changed")
            else:
                continue
            yield Damage("store", _place(name), words)

    def _of_whole(
        self, held: Mapping[GraphName, list[Triple]], summary: Mapping[str, Any]
    ) -> Iterator[Damage]:
        base = str(summary["base"])
        inferred = set(held.get(mint_graph(base, "inferred"), ()))
        ontology = set(held.get(mint_graph(base, "ontology"), ()))
        asserted = dict.fromkeys(
            chain.from_iterable(held[name] for name in held if _is_source(name, base))
        )
        for words, wrong in (
            (
                Bilingual("既是断言又是推出", "both asserted and inferred"),
                inferred.intersection(asserted),
            ),
            (
                Bilingual("默认图与各图之并不符", "in the default graph or a named one alone"),
                ontology.union(asserted, inferred) ^ set(held.get(DefaultGraph(), ())),
            ),
        ):
            for triple in sorted(wrong, key=str)[:1]:
                count = len(wrong)
                yield Damage(
                    "graph",
                    str(triple),
                    Bilingual(f"{words.zh}（共 {count} 条）", f"{words.en} ({count} in all)"),
                )
        yield from self._of_closure(tuple(asserted), inferred, ontology, summary)

    def _of_closure(
        self,
        asserted: tuple[Triple, ...],
        inferred: set[Triple],
        ontology: set[Triple],
        summary: Mapping[str, Any],
    ) -> Iterator[Damage]:
        own = ontology_of(tuple(sorted(ontology, key=str)))
        entailed = set(infer(TripleIndex(asserted), compile_ontology(own.triples)))
        if entailed != inferred:
            words = Bilingual(
                f"缺 {len(entailed - inferred)} 条，多 {len(inferred - entailed)} 条",
                f"lacks {len(entailed - inferred)}, and has {len(inferred - entailed)} too many",
            )
            yield Damage("graph", "inferred", words)
        files = self._resources.files("shapes", "*.ttl")
        if summary["validation"].get("shapes") != checksum_of_shapes(files):
            self.notes.append(_OTHER_SHAPES)
            return
        try:
            report = check(files, (*own.triples, *asserted), sorted(inferred, key=str), own)
        except KgError as error:
            yield Damage("graph", error.file or "shapes", error.message)
            return
        stated = sorted(map(result_key, summary["validation"]["results"]), key=str)
        if sorted(map(result_key, report.results), key=str) != stated:
            words = Bilingual(
                f"验证得 {len(report.results)} 处结果，应有 {len(stated)} 处",
                f"validation finds {len(report.results)} results, not the {len(stated)} it had",
            )
            yield Damage("graph", "build.json", words)

    def _of_history(
        self, held: Mapping[GraphName, list[Triple]], history: History
    ) -> Iterator[Damage]:
        graphs = history.graphs()
        prefix = mint_graph(history.base, "contribution", "").value
        there = {
            name for name in held if isinstance(name, NamedNode) and name.value.startswith(prefix)
        }
        for name in sorted({*graphs, *there}, key=str):
            if set(graphs.get(name, ())) != set(held.get(name, ())):
                yield Damage(
                    "contributions",
                    _place(name),
                    Bilingual("与贡献的文件不符", "is not what the files of the contribution say"),
                )


def _is_source(name: GraphName, base: str) -> bool:
    special = {mint_graph(base, part) for part in ("inferred", "evidence", "ontology")}
    return isinstance(name, NamedNode) and name not in special


def _place(name: GraphName) -> str:
    return name.value if isinstance(name, NamedNode) else "default graph"
