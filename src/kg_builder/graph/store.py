"""The Oxigraph store on disk that a generation carries."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, Store

from kg_builder.errors import OutputError


def write_store(path: Path, quads: str | Iterable[Quad]) -> None:
    """Write a new store into the folder `path`: from N-Quads (of `serialization`), or from quads.

    It is closed on return, so that readers and `fsync` find it whole. Raises OutputError where it
    cannot be written.
    """
    try:
        store = Store(path)
        if isinstance(quads, str):
            # Lenient: what pyoxigraph's own terms wrote needs no second check of its IRIs.
            store.bulk_load(input=quads.encode(), format=RdfFormat.N_QUADS, lenient=True)
        else:
            store.bulk_extend(quads)
        store.flush()
    except OSError as error:
        raise OutputError(
            f"存储写不了（{error}）", f"the store cannot be written ({error})", file=str(path)
        ) from error
    del store  # the last reference: the engine closes its files
