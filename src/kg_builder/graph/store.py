"""The Oxigraph store on disk that a generation carries."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import RdfFormat, Store

from kg_builder.errors import OutputError


def write_store(path: Path, quads: str) -> None:
    """Write a new store into the folder `path`, from N-Quads (of `serialization`).

    It is closed on return, so that readers and `fsync` find it whole. Raises OutputError where it
    cannot be written.
    """
    try:
        store = Store(path)
        # Lenient: what pyoxigraph's own terms wrote needs no second check of its IRIs.
        store.bulk_load(input=quads.encode(), format=RdfFormat.N_QUADS, lenient=True)
        store.flush()
    except OSError as error:
        raise OutputError(
            f"存储写不了（{error}）：请检查磁盘空间和权限",
            f"the store cannot be written ({error}): check the disk's room and permissions",
            file=str(path),
        ) from error
    del store  # the last reference: the engine closes its files
