"""What the children of a server do: each has the graph open, and answers one item at a time.

What they send back is small, or lies in a file that the server takes over and removes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, cast
from urllib.parse import urljoin
from xml.sax.saxutils import quoteattr

from pyoxigraph import (
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Triple,
    serialize,
)

from kg_builder.asking.answer import Answer
from kg_builder.asking.request import Request
from kg_builder.asking.run import answer_here
from kg_builder.errors import ExportError, InputError
from kg_builder.graph.export.formats import Format
from kg_builder.graph.export.writing import write_graph
from kg_builder.graph.opening import OpenGraph, open_graph
from kg_builder.graph.query.dataset import Datasets, Graphs, Source, graphs_of
from kg_builder.graph.query.door import closed_door
from kg_builder.graph.query.levels import limited, read_query
from kg_builder.graph.query.prologue import mentioned
from kg_builder.graph.query.safety import refuse_unsafe
from kg_builder.graph.query.syntax import (
    MAX_DEPTH,
    MAX_PATTERNS,
    MAX_STEPS,
    check_query,
    refuse_excess,
)

IN_MEMORY: Final = 32 << 20
"""A store up to so many bytes is loaded into the memory of each child, where it answers sooner."""
CUT: Final = "problems/cut"
"""What the head of a result links to that is cut, beside the endpoint: it says what that means."""
_JSON_HEAD: Final = b'{"head":{'
SMALL: Final = 1 << 20
"""Up to so many bytes a result is sent back; a larger one is left in a file."""
_SORTED: Final = 200_000
"""Up to so many triples a graph is written sorted, as `kg export` writes it."""
_SHORT: Final = 4 * MAX_PATTERNS
"""So many characters are too few for more clauses than may be: the shortest word has four."""
_KNOWN: Final = 512
_NO_XML: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""What XML 1.0 calls no character, in UTF-8."""
RESULT_FORMATS: Final = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
_LEAST: Final = {"json": 3, "xml": 17, "csv": 2, "tsv": 1}
"""Bytes that a solution has at least: a smaller result holds fewer of them."""
_GRAPHS: Final = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}


@dataclass(frozen=True)  # without slots it is pickled much faster
class Body:
    """The bytes of an answer: here, or in a file that whoever reads it removes."""

    data: bytes | None
    path: Path | None = None
    size: int = 0
    start: bytes = b""
    """What stands in the place of the first `skipped` bytes of the file."""
    skipped: int = 0

    def with_start(self, start: bytes, skipped: int) -> Body:
        """Return it with other bytes in the place of its first ones."""
        if self.data is not None:
            data = start + self.data[skipped:]
            return Body(data, size=len(data))
        return Body(None, self.path, self.size + len(start) - skipped, start, skipped)


@dataclass(frozen=True)  # without slots it is pickled much faster
class Sparql:
    """A query that somebody sent, with the dataset that the protocol names (None: the query's)."""

    text: str
    results: str | None
    """The format for solutions; None where none is accepted."""
    graphs: str | None
    """The format for triples, likewise."""
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    most: int | None = None
    base: str | None = None
    """What relative IRIs are resolved against, if the query does not say."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request as `kg query` and `kg sparql` make it; its spool lies in `folder`, the asker's."""

    request: Request
    folder: Path


@dataclass(frozen=True)  # without slots it is pickled much faster
class Found:
    """What came of a query."""

    format: str
    body: Body
    cut: bool = False


class NotAcceptable(InputError):
    """The form of the answer cannot be had in any format that the client takes."""


def folder_size(folder: Path) -> int:
    """Return how many bytes the files of a folder have."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def opens_in_memory(path: Path) -> bool:
    """Whether the store of a built folder is small enough for the memory of every child."""
    store = path / "current" / "store"
    return store.is_dir() and folder_size(store) <= IN_MEMORY


@dataclass(frozen=True, slots=True)
class Opening:
    """A graph that children open: each for itself, or all share what their nursery has loaded."""

    path: Path
    graph: OpenGraph | None
    contexts: ExitStack

    @classmethod
    def prepare(cls, path: Path) -> Opening:
        """Load a graph into memory, if it is small enough; for a nursery."""
        contexts = ExitStack()  # kept open until the process ends
        graph = None
        if opens_in_memory(path):
            graph = contexts.enter_context(open_graph(path, in_memory=True))
            _ = graph.prefixes, graph.prefixed_names
        return cls(path, graph, contexts)

    def open(self) -> OpenGraph:
        """Return the graph; for a child."""
        if self.graph is not None:
            return self.graph
        return self.contexts.enter_context(open_graph(self.path))


def is_plain(text: str) -> bool:
    """Whether it is plain at a glance that a text is neither unsafe nor out of proportion.

    What calls out or names a graph has SERVICE or FROM in it, or escapes; an update is no query to
    the engine. The counts are bounds of those in `refuse_excess`, whose tokens take much longer.
    """
    if len(text) > _SHORT or "\\" in text:
        return False
    capitals = text.upper()
    if "SERVICE" in capitals or "FROM" in capitals:
        return False
    depth = text.count("(") + text.count("{") + text.count("[")
    return depth <= MAX_DEPTH and text.count("/") <= MAX_STEPS


def _nodes(names: Iterable[str]) -> tuple[NamedNode, ...]:
    return tuple(NamedNode(name) for name in dict.fromkeys(names))


def make_asking(path: Path) -> Callable[[Path], Callable[[Sparql | Question], Found | Answer]]:
    """Prepare what answers queries of strangers; for the nursery of a pool."""
    opening = Opening.prepare(path)
    return lambda spool: _Asking(opening.open(), spool)


class _Asking:
    def __init__(self, graph: OpenGraph, spool: Path) -> None:
        self._graph = graph
        self._spool = Spool(spool)
        self._prefixes = dict(graph.prefixes)
        self._names = frozenset(
            name.value for name in graph.store.named_graphs() if isinstance(name, NamedNode)
        )
        self._datasets = Datasets(graph.store)
        self._check = lru_cache(_KNOWN)(self._checked)

    def _checked(self, text: str, names: frozenset[str] | None) -> None:
        """Refuse what is unsafe; with no names, the protocol's dataset overrides that of FROM."""
        if is_plain(text):
            return
        refuse_excess(text)
        refuse_unsafe(text, self._graph.prefixes, names)

    def __call__(self, asked: Sparql | Question) -> Found | Answer:
        if isinstance(asked, Question):
            return answer_here(asked.request, self._graph, asked.folder / "answer")
        names = None if asked.default_graphs or asked.named_graphs else self._names
        # long ones are not kept
        check = self._check if len(asked.text) <= _SHORT else self._checked
        check(asked.text, names)
        try:
            return self._answer(asked)
        except (SyntaxError, RuntimeError):
            refuse_unsafe(asked.text, self._graph.prefixes, names)
            # tells what is wrong with it, and where
            check_query(asked.text, self._graph.prefixes, asked.base)
            raise

    def _answer(self, asked: Sparql) -> Found:
        query_of = self._source(asked)
        most = asked.most
        with self._spool as spool, closed_door():
            found = query_of(asked.text)
            query = None if most is None else read_query(asked.text)
            if query is not None and query.main is not None and most is not None:
                found = query_of(limited(query, most))
            else:
                query = None
            if isinstance(found, QueryTriples):
                name, cut = self._write_triples(found, asked, spool)
            else:
                name, cut = self._write_solutions(found, asked, spool), False
            if query is not None and most is not None and spool.size >= most * _LEAST[name]:
                rest = query_of(limited(query, 1, most))
                cut = isinstance(rest, QuerySolutions) and any(True for _ in rest)
        if cut:
            head = self._spool.head
            link = urljoin(asked.base or "/", CUT)
            return Found(name, _saying_so(self._spool.take(), head, name, link), cut)
        return Found(name, self._spool.take())

    def _graphs(self, asked: Sparql) -> Graphs | None:
        """Return the graphs that make the dataset, if any are named (SPARQL 1.1 Protocol, 2.1.4).

        Those that the protocol names take the place of the query's. One that is not here is empty.
        """
        if not asked.default_graphs and not asked.named_graphs:
            return graphs_of(asked.text, self._prefixes, asked.base)
        return Graphs(_nodes(asked.default_graphs), _nodes(asked.named_graphs))

    def _source(self, asked: Sparql) -> Source:
        """Return where to ask, and how."""
        prefixes = mentioned(asked.text, self._prefixes)
        return self._datasets.source(self._graphs(asked), prefixes, asked.base)

    def _write_solutions(
        self, found: QuerySolutions | QueryBoolean, asked: Sparql, spool: Spool
    ) -> str:
        name = asked.results
        if name is None:
            raise _not_acceptable("SELECT / ASK", RESULT_FORMATS)
        found.serialize(spool.stream_of(name), RESULT_FORMATS[name])
        return name

    def _write_triples(self, found: QueryTriples, asked: Sparql, spool: Spool) -> tuple[str, bool]:
        name = asked.graphs
        if name is None:
            raise _not_acceptable("CONSTRUCT / DESCRIBE", _GRAPHS)
        most = asked.most
        triples: dict[Triple, None] = {}
        for triple in found:
            triples[triple] = None
            if most is not None and len(triples) > most:
                break
        cut = most is not None and len(triples) > most
        if cut:
            triples.popitem()
        write_triples(triples, name, spool, self._graph)
        if cut and name in ("turtle", "ntriples"):
            spool.write(f"# cut: the first {most} triples of more\n".encode())
        elif cut and name == "rdfxml":
            spool.write(f"<!-- cut: the first {most} triples of more -->\n".encode())
        return name, cut


def write_triples(triples: dict[Triple, None], name: str, spool: Spool, graph: OpenGraph) -> None:
    """Write triples in a format by name; sorted as `kg export` writes them, unless there are many.

    Raises ExportError for what RDF/XML cannot hold.
    """
    if len(triples) <= _SORTED:
        write_graph(triples, Format(name), spool.stream, base=graph.base)
        return
    try:
        serialize(triples, spool.stream, _GRAPHS[name], prefixes=dict(graph.prefixes))
    except ValueError as error:
        raise ExportError(f"写不成 {name}：{error}", f"no {name} of it: {error}") from error


def _saying_so(body: Body, head: bytes, name: str, link: str) -> Body:
    """Return a result that is cut with a link in its head that says so, if the format has any."""
    if name == "json" and head.startswith(_JSON_HEAD):
        start = _JSON_HEAD + f'"link":[{json.dumps(link)}],'.encode()
        return body.with_start(start, len(_JSON_HEAD))
    place = head.find(b"</head>")
    if name == "xml" and place >= 0:
        return body.with_start(head[:place] + f"<link href={quoteattr(link)}/>".encode(), place)
    return body


def _not_acceptable(form: str, known: dict[str, Any]) -> NotAcceptable:
    names = ", ".join(known)
    return NotAcceptable(
        f"{form} 的结果没有所要的格式；可用：{names}",
        f"the result of {form} is not to be had in that format; it can be {names}",
    )


class Spool:
    """Where a result is written: in memory, and from `SMALL` bytes on in a file.

    The file is opened before a query runs: while it runs, nothing can be opened. A context manager
    for one result, over and over.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0
        self._file: IO[bytes] | None = None
        self._parts: list[bytes] = []
        self._size = 0
        self._spilt = False

    def __enter__(self) -> Spool:
        self._parts, self._size = [], 0
        if self._file is None:
            self._number += 1
            self._file = self._path.open("wb")
        elif self._spilt:
            self._file.seek(0)
            self._file.truncate()
        self._spilt = False
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None and self._file is not None and self._spilt:
            self._file.seek(0)  # what nobody takes need not lie on the disk
            self._file.truncate()

    @property
    def stream(self) -> BinaryIO:
        """Itself, for those who write to a stream: it has what they need of one."""
        return cast("BinaryIO", self)

    def stream_of(self, name: str) -> BinaryIO:
        """Return what results in a format are written to, so that they are read as they were."""
        return cast("BinaryIO", _Xml(self)) if name == "xml" else self.stream

    @property
    def _path(self) -> Path:
        return self._folder / f"result-{self._number}"

    def write(self, data: bytes) -> int:
        """Write bytes. Raises OSError where the file would get too large."""
        self._size += len(data)
        if self._spilt or self._size > SMALL:
            assert self._file is not None  # noqa: S101 - opened on entering
            if not self._spilt:
                self._spilt = True
                self._file.writelines(self._parts)
                self._parts = []
            self._file.write(data)
        else:
            self._parts.append(bytes(data))
        return len(data)

    @property
    def size(self) -> int:
        """How many bytes have been written."""
        return self._size

    def flush(self) -> None:
        """Do nothing: `take` does what is needed."""

    @property
    def head(self) -> bytes:
        """How it begins."""
        if not self._spilt:
            return b"".join(self._parts)[:SMALL]
        assert self._file is not None  # noqa: S101 - opened on entering
        self._file.flush()
        with self._path.open("rb") as file:
            return file.read(SMALL)

    def take(self) -> Body:
        """Return what was written; a file is whoever's who takes it."""
        if not self._spilt:
            return Body(b"".join(self._parts), size=self._size)
        assert self._file is not None  # noqa: S101 - opened on entering
        self._file.close()
        self._file = None
        return Body(None, self._path, self._size)


class _Xml:
    """What XML results are written to, of which the engine escapes too little.

    A reader of XML takes a carriage return that stands as it is for the end of a line; and what is
    no character of XML makes the document none.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def write(self, data: bytes) -> int:
        """Write bytes. Raises ExportError for a character that XML cannot hold."""
        if _NO_XML.search(data):
            raise ExportError(
                "结果里有 XML 装不下的控制字符；请用 json 等格式",
                "the result has a control character, which XML cannot hold: use json, for instance",
            )
        self._spool.write(data.replace(b"\r", b"&#13;"))
        return len(data)

    def flush(self) -> None:
        """Do nothing: the spool needs nothing."""
