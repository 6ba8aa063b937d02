"""The Oxigraph store on disk that a generation carries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyoxigraph import RdfFormat, Store, Triple, parse

from kg_builder.errors import OutputError
from kg_builder.graph.serialization import GraphName


def write_store(path: Path, quads: str) -> None:
    """Write a new store into the folder `path`, from N-Quads (of `serialization`).

    Blank nodes keep their labels. It is closed on return, so that readers and `fsync` find it
    whole. Raises OutputError where it cannot be written.
    """
    named, blank = _by_blank_nodes(quads)
    with writing_store(path):
        store = Store(path)
        # Lenient: what pyoxigraph's own terms wrote needs no second check of its IRIs.
        store.bulk_load(input=named.encode(), format=RdfFormat.N_QUADS, lenient=True)
        if blank:
            store.bulk_extend(parse(input=blank, format=RdfFormat.N_QUADS, lenient=True))
        store.flush()
    del store  # the last reference: the engine closes its files


def graphs_held(store: Store) -> dict[GraphName, list[Triple]]:
    """Return the triples of a store by graph."""
    graphs: dict[GraphName, list[Triple]] = {}
    for quad in store:
        graphs.setdefault(quad.graph_name, []).append(quad.triple)
    return graphs


@contextmanager
def writing_store(path: Path) -> Iterator[None]:
    """Raise OutputError where the store in the folder `path` cannot be written in the block."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"存储写不了（{error}）：请检查磁盘空间和权限",
            f"the store cannot be written ({error}): check the disk's room and permissions",
            file=str(path),
        ) from error


def _by_blank_nodes(quads: str) -> tuple[str, str]:
    """Return the lines without blank nodes, and those that may have any.

    Bulk loading gives every blank node a new label; what is given as terms keeps its own.
    """
    if "_:" not in quads:
        return quads, ""
    lines = quads.split("\n")
    blank = [line for line in lines if "_:" in line]
    return "\n".join(line for line in lines if "_:" not in line), "\n".join(blank)
