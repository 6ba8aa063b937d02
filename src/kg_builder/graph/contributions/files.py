"""The durable files of the history: `OUT/contributions/N/`, one folder an entry.

    batch.json          the entry: who, when, source, checksums (see `entry.Entry`)
    data.nt             its triples, canonical N-Triples, sorted
    submitted-1.ttl …   the files as they were handed in

The folder is on the disk before a generation lists it (number, SHA-256 of batch.json); a folder
that the current generation does not list was left by a write that was killed: nobody opens it, and
the next writer removes it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kg_builder.errors import InputError, StoreError
from kg_builder.graph.contributions.entry import Entry, Kind, Provenance, SubmittedFile
from kg_builder.graph.disk import sync, sync_tree
from kg_builder.graph.iris import mint_graph, move
from kg_builder.graph.serialization import triple_lines

FOLDER: Final = "contributions"
_ENTRY: Final = "batch.json"
_DATA: Final = "data.nt"
_FORMAT: Final = 1
_KINDS: Final = ("add", "retract", "undo")


@dataclass(frozen=True, slots=True)
class Submitted:
    """A file as it was handed in."""

    name: str
    suffix: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """An entry with its triples, under the base of the graph that it is read for."""

    entry: Entry
    sha256: str
    """Of its `batch.json`: what a generation lists."""
    triples: tuple[Triple, ...]


def graph_of(base: str, batch_id: str) -> NamedNode:
    """Return the IRI of the named graph of a batch: `BASE graph/contribution/ID`."""
    return mint_graph(base, "contribution", batch_id)


def canonical(triples: Iterable[Triple]) -> bytes:
    """Return triples as canonical N-Triples: sorted lines, none twice."""
    return "".join(f"{line}\n" for line in sorted(set(triple_lines(triples)))).encode()


def batch_id(data: bytes, provenance: Provenance) -> str:
    """Return what tells a batch from others: its triples, who brought it, after what source."""
    digest = hashlib.sha256(data)
    for text in (provenance.by, provenance.source or ""):
        digest.update(b"\n" + text.encode())
    return digest.hexdigest()[:16]


def make_batch(
    number: int,
    kind: Kind,
    provenance: Provenance,
    base: str,
    triples: Iterable[Triple] = (),
    files: Sequence[Submitted] = (),
    of: int | None = None,
) -> Batch:
    """Return a new entry, which is not on the disk yet."""
    data = canonical(triples)
    entry = Entry(
        number=number,
        id=batch_id(data, provenance),
        kind=kind,
        provenance=provenance,
        base=base,
        files=tuple(
            SubmittedFile(item.name, _sha256(item.content), f"submitted-{place}{item.suffix}")
            for place, item in enumerate(files, 1)
        ),
        triples=data.count(b"\n"),
        data_sha256=_sha256(data),
        of=of,
    )
    return Batch(entry, _sha256(_text(entry)), _parse(Path(_DATA), data, base, base))


def write_batch(out: Path, batch: Batch, files: Sequence[Submitted] = ()) -> None:
    """Write the folder of a new entry, and put it on the disk. OSError comes through."""
    number = batch.entry.number
    folder = _folder(out, number)
    folder.mkdir(parents=True)
    try:
        (folder / _DATA).write_bytes(canonical(batch.triples))
        for item, known in zip(files, batch.entry.files, strict=True):
            (folder / known.kept).write_bytes(item.content)
        (folder / _ENTRY).write_bytes(_text(batch.entry))
        sync_tree(folder)
        sync(folder.parent)
    except BaseException:
        remove_entry(out, number)
        raise


def remove_entry(out: Path, number: int) -> None:
    """Remove the folder of an entry that no generation lists."""
    shutil.rmtree(out / FOLDER / str(number), ignore_errors=True)


def read_batches(out: Path, listed: Mapping[int, str], base: str) -> tuple[Batch, ...]:
    """Return the entries that a generation lists (number → SHA-256 of batch.json), in order.

    Triples are moved to `base`. Raises StoreError where a file is missing or was changed.
    """
    return tuple(_read(out, number, listed[number], base) for number in sorted(listed))


def read_unlisted(out: Path, base: str) -> tuple[Batch, ...]:
    """Return all entries there are, for a folder whose generation lists none at all.

    That is a folder which `contributions/` was put back into, or whose generation is damaged.
    Raises StoreError where one is damaged, or one in between is missing.
    """
    found = []
    for place, number in enumerate(numbers_there(out), 1):
        if number != place:
            raise _damaged(_folder(out, place), "缺失", "is missing")
        found.append(_read(out, number, None, base))
    return tuple(found)


def check_batches(out: Path, listed: Mapping[int, str]) -> None:
    """Raise StoreError, which names the batch, where a listed one is missing or was changed."""
    for number in sorted(listed):
        _checked(_folder(out, number), listed[number])


def numbers_there(out: Path) -> list[int]:
    """Return the numbers of the entries that have a folder, in order."""
    try:
        names = [path.name for path in (out / FOLDER).iterdir()]
    except FileNotFoundError:
        return []
    return sorted(int(name) for name in names if name.isascii() and name.isdecimal())


def remove_leftovers(out: Path, listed: Iterable[int]) -> None:
    """Remove what killed writes left: folders of entries that the current generation lacks."""
    for number in set(numbers_there(out)).difference(listed):
        remove_entry(out, number)


def _read(out: Path, number: int, sha256: str | None, base: str) -> Batch:
    folder = _folder(out, number)
    entry, text, data = _checked(folder, sha256)
    if entry.number != number:
        raise _damaged(folder, "编号不符", "has the number of another")
    return Batch(entry, _sha256(text), _parse(folder, data, entry.base, base))


def _checked(folder: Path, sha256: str | None) -> tuple[Entry, bytes, bytes]:
    """Return an entry, the bytes that say so, and its data; all checked against their hashes."""
    text = _bytes(folder / _ENTRY, sha256)
    try:
        entry = _entry(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, InputError) as error:
        raise _damaged(folder / _ENTRY, "读不懂", "cannot be read") from error
    for item in entry.files:
        _bytes(folder / item.kept, item.sha256)
    return entry, text, _bytes(folder / _DATA, entry.data_sha256)


def _bytes(path: Path, sha256: str | None) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise _damaged(path, f"读不了：{reason}", f"cannot be read: {reason}") from error
    if sha256 is not None and _sha256(data) != sha256:
        raise _damaged(path, "内容被改动", "was changed")
    return data


def _damaged(path: Path, zh: str, en: str) -> StoreError:
    number = next(part for part in (path.name, path.parent.name) if part.isdecimal())
    return StoreError(
        f"第 {number} 批贡献{zh}：请从备份取回这个文件夹，或用 kg build --discard-contributions"
        " 重建而不用贡献",
        f"contribution {number} {en}: restore its folder from a backup, or rebuild without"
        " contributions by kg build --discard-contributions",
        file=str(path),
    )


def _folder(out: Path, number: int) -> Path:
    return out / FOLDER / str(number)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _text(entry: Entry) -> bytes:
    return json.dumps(_as_json(entry), ensure_ascii=False, indent=2).encode() + b"\n"


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        "format": _FORMAT,
        "number": entry.number,
        "id": entry.id,
        "kind": entry.kind,
        **({} if entry.of is None else {"of": entry.of}),
        "by": entry.provenance.by,
        "when": entry.provenance.when,
        "source": entry.provenance.source,
        "base": entry.base,
        "files": [
            {"name": item.name, "sha256": item.sha256, "kept": item.kept} for item in entry.files
        ],
        "triples": entry.triples,
        "data_sha256": entry.data_sha256,
    }


def _entry(data: Mapping[str, Any]) -> Entry:
    if data["format"] != _FORMAT or data["kind"] not in _KINDS:
        raise ValueError("another format")
    return Entry(
        number=data["number"],
        id=data["id"],
        kind=data["kind"],
        provenance=Provenance(data["by"], data["when"], data["source"]),
        base=data["base"],
        files=tuple(
            SubmittedFile(item["name"], item["sha256"], Path(item["kept"]).name)
            for item in data["files"]
        ),
        triples=data["triples"],
        data_sha256=data["data_sha256"],
        of=data.get("of"),
    )


def _parse(folder: Path, data: bytes, old: str, new: str) -> tuple[Triple, ...]:
    try:
        found = tuple(
            quad.triple for quad in parse(input=data, format=RdfFormat.N_TRIPLES, lenient=True)
        )
    except SyntaxError as error:
        raise _damaged(folder / _DATA, "读不懂", "cannot be read") from error
    return found if old == new else tuple(move(triple, old, new) for triple in found)
