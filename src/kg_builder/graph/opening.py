"""Opening a graph to ask it: a folder that `kg build` made, or any file or folder of RDF.

A built folder carries an Oxigraph store, which opens at once, whatever its size. Other RDF is
parsed in a child process with limits, since nobody vouches for it, and loaded into memory. Nothing
is ever fetched, and a relative IRI without a base is refused.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    parse,
    serialize,
)

from kg_builder.errors import CrashError, InputError, MemoryLimitError, StoreError
from kg_builder.graph.contributions import check_batches, listed_in
from kg_builder.graph.generations import open_current, reading
from kg_builder.graph.iris import class_segment, mint_graph
from kg_builder.graph.serialization import (
    PrefixedNames,
    instance_prefixes,
    nquads_of_graphs,
)
from kg_builder.graph.store import graphs_held
from kg_builder.graph.submission.formats import SUFFIXES, unknown_suffix
from kg_builder.graph.submission.wording import not_rdf
from kg_builder.graph.vocabulary import PREFIXES, expand
from kg_builder.model.bilingual import Language

DATASET: Final = "dataset.nq"
_POINTER: Final = "current"
_GENERATIONS: Final = ".generations"
_OPENED_AT_ONCE: Final = 16
_LOOKS: Final = 32
_PARSE_SECONDS: Final = 120.0
_PARSE_MEMORY: Final = 2 << 30
LABELS: Final = tuple(
    expand(name)
    for name in (
        *("rdfs:label", "skos:prefLabel", "skos:altLabel"),
        *("dcterms:title", "foaf:name", "schema:name"),
    )
)
_BOM: Final = b"\xef\xbb\xbf"
_EVIDENCE_SEGMENTS: Final = ("decision", "fact", "passage", "source")
"""Path segments of the nodes of the evidence graph, which build.json does not count."""


@dataclass(frozen=True)
class OpenGraph:
    """A graph that can be asked. `store` is only read.

    In a built one the default graph is ontology ∪ asserted ∪ inferred, and `generation` is the
    folder that its files lie in; `base` is that of its instance IRIs.
    """

    store: Store
    path: Path
    generation: Path | None = None

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """What stands in build.json; empty for other RDF."""
        return {} if self.generation is None else _read_summary(self.generation, self.path)

    @property
    def base(self) -> str | None:
        """The base of the instance IRIs; None for other RDF."""
        return self.summary.get("base")

    def graph_name(self, name: str) -> NamedNode | None:
        """Return the IRI of the graph `inferred`, `evidence` or `ontology`; None in other RDF."""
        return mint_graph(self.base, name) if self.base else None

    def nquads(self) -> bytes:
        """Return the dataset as canonical N-Quads: the file `dataset.nq`, made anew if left out."""
        if self.generation is not None and (self.generation / DATASET).is_file():
            return (self.generation / DATASET).read_bytes()
        return nquads_of_graphs(graphs_held(self.store).items()).encode()

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """The prefixes that queries may use undeclared: the vocabularies', and one per class."""
        if self.base is None:
            return PREFIXES
        classes = self.summary.get("counts", {}).get("instances", {})
        segments = {*map(class_segment, classes), *_EVIDENCE_SEGMENTS}
        return MappingProxyType({**PREFIXES, **instance_prefixes(self.base, sorted(segments))})

    @cached_property
    def prefixed_names(self) -> Mapping[str, str]:
        """From `<IRI>` to a prefixed name where a prefix fits, else to itself."""
        return PrefixedNames(self.prefixes, None)

    def label(self, node: NamedNode, language: Language) -> str | None:
        """Return what a node is called, in `language` where it is called so; None for no label."""
        return next((found[0].value for found in self._labels(node, language)), None)

    def label_in(self, node: NamedNode, language: Language) -> str | None:
        """Return what a node is called in `language`; None where it is not called so."""
        return next(
            (
                found[0].value
                for found in self._labels(node, language)
                if not _unlike(found[0].language, language)
            ),
            None,
        )

    def _labels(self, node: NamedNode, language: Language) -> Iterator[list[Literal]]:
        """Yield the labels by each predicate that there are any by, those in `language` first."""
        for predicate in LABELS:
            quads = self.store.quads_for_pattern(node, predicate, None, DefaultGraph())
            found = [quad.object for quad in quads if isinstance(quad.object, Literal)]
            if found:
                yield sorted(found, key=lambda term: (_unlike(term.language, language), term.value))


def _unlike(tag: str | None, language: Language) -> int:
    """Return how far a language tag is from the language that is wanted."""
    if tag is None:
        return 1
    return 0 if tag.partition("-")[0] == language else 2


@contextmanager
def open_graph(path: Path, *, in_memory: bool = False) -> Iterator[OpenGraph]:
    """Open a graph, and keep it as it is until the block is left.

    A built one opens at once; with `in_memory` its quads are loaded first (about a second for each
    million), and queries are some two to four times as quick from then on.

    Raises StoreError for a built folder that is damaged or of another format, InputError for a
    file that is no RDF (with line and column) or too much to read, or a folder that holds none;
    TimeLimitError.
    """
    if _is_built(path):
        with _reading(path) as generation, _damage_of(path):
            store = _open_store(generation / "store", path)
            opened = _in_memory(store, generation) if in_memory else store
            yield OpenGraph(opened, path, generation)
        return
    yield OpenGraph(_load(path), path)


def _is_built(path: Path) -> bool:
    """Whether `kg build` made a folder, also one whose pointer is lost."""
    return (path / _POINTER).is_symlink() or (path / _GENERATIONS).is_dir()


@contextmanager
def _reading(path: Path) -> Iterator[Path]:
    """Give the current generation, once its contributions have been found to be as they were made.

    A generation may be superseded, and what it lists discarded, while that is looked at.
    """
    while True:
        with reading(path) as generation:
            try:
                check_batches(path, listed_in(_read_summary(generation, path)))
            except StoreError:
                if open_current(path) == generation:
                    raise
                continue
            yield generation
            return


def _read_summary(generation: Path, path: Path) -> Mapping[str, Any]:
    try:
        data: Mapping[str, Any] = json.loads((generation / "build.json").read_bytes())
        if not (isinstance(data, dict) and isinstance(data.get("base"), str)):
            raise ValueError("no base")
        listed_in(data)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"build.json 无法读取（{error}）：请重新运行 kg build",
            f"build.json cannot be read ({error}): run kg build again",
            file=str(path),
        ) from error
    return data


def _in_memory(store: Store, generation: Path) -> Store:
    """Return a store in memory of the same quads; blank nodes get other labels."""
    loaded = Store()
    quads = generation / DATASET
    if quads.is_file():  # four times as quick as reading the store
        loaded.bulk_load(path=str(quads), format=RdfFormat.N_QUADS, lenient=True)
    else:
        found = store.dump(format=RdfFormat.N_QUADS)
        loaded.bulk_load(input=found, format=RdfFormat.N_QUADS, lenient=True)
    return loaded


def _open_store(folder: Path, path: Path) -> Store:
    try:
        store = Store.read_only(str(folder))
        if sum(1 for _ in folder.glob("*.sst")) > _OPENED_AT_ONCE:
            _open_files(store)
    except OSError as error:
        raise _damaged(path, error) from error
    return store


def _open_files(store: Store) -> None:
    """Look into every index, so that the engine opens all files: later it may not (query/door).

    With itself it opens 16, enough after a build; each `kg add` leaves small ones beside them.
    """
    default = DefaultGraph()
    graphs = (None, default, next(store.named_graphs(), default))
    for quad in islice(store, 1):
        s, p, o = quad.triple
        for graph in graphs:
            for found in (
                store.quads_for_pattern(None, None, None, graph),
                store.quads_for_pattern(s, None, None, graph),
                store.quads_for_pattern(None, p, None, graph),
                store.quads_for_pattern(None, None, o, graph),
            ):
                # each term that is read is looked for in all files of terms that may hold it
                deque(islice(found, _LOOKS), maxlen=0)


@contextmanager
def _damage_of(path: Path) -> Iterator[None]:
    """Say of a store that it is damaged where Oxigraph finds so, at its opening or later."""
    try:
        yield
    except RuntimeError as error:
        if not str(error).startswith("Corruption"):
            raise
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> StoreError:
    return StoreError(
        f"存储读不了（{error}）：请重新运行 kg build -o {path}",
        f"the store cannot be read ({error}): run kg build -o {path} again",
        file=str(path),
    )


def _load(path: Path) -> Store:
    import tempfile  # slow to import, and a built folder needs neither

    from kg_builder.workers import run_in_child

    files = _rdf_files(path)
    store = Store()
    with tempfile.TemporaryDirectory(prefix="kg-") as folder:
        quads = Path(folder) / "quads.nq"
        try:
            run_in_child(
                rewrite_as_nquads, files, quads, timeout=_PARSE_SECONDS, memory=_PARSE_MEMORY
            )
        except (MemoryLimitError, CrashError) as error:
            raise InputError(
                f"读取它的进程死了（{error.message.zh}）：它太大，或嵌套太深",
                f"the process that reads it died ({error.message.en}): it is too large, or nested"
                " too deep",
                file=str(path),
            ) from error
        store.bulk_load(path=str(quads), format=RdfFormat.N_QUADS, lenient=True)
    return store


def _rdf_files(path: Path) -> tuple[Path, ...]:
    if path.is_dir():
        files = tuple(
            sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
        )
        if files:
            return files
        raise InputError(
            f"里面没有 kg build 建好的图，也没有 RDF 文件；请运行 kg build -o {path}",
            f"holds neither a graph made by kg build nor RDF files; run kg build -o {path}",
            file=str(path),
        )
    if not path.exists():
        raise InputError("没有这个文件或文件夹", "no such file or folder", file=str(path))
    if path.suffix not in SUFFIXES:
        raise unknown_suffix(path)
    return (path,)


def rewrite_as_nquads(files: Sequence[Path], target: Path) -> None:
    """Parse files of RDF and write them as one file of N-Quads; meant for a child process.

    Raises InputError, with line and column as far as the parser knows them.
    """
    with target.open("wb") as quads:
        for file in files:
            serialize(_parse(file), quads, RdfFormat.N_QUADS)


def _parse(file: Path) -> Iterator[Quad]:
    try:
        data = file.read_bytes().removeprefix(_BOM)
        kind = SUFFIXES[file.suffix].engine
        yield from parse(input=data, format=kind, rename_blank_nodes=True)
    except SyntaxError as error:
        raise not_rdf(error, str(file)) from error
    except OSError as error:
        raise InputError(
            f"文件无法读取：{error.strerror or error}",
            f"cannot be read: {error.strerror or error}",
            file=str(file),
        ) from error
