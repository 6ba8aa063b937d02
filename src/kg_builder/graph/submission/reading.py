"""The door: a file or bytes of RDF that nobody vouches for, parsed in a child process with limits.

Nothing is fetched, and nothing is read but what was named.
"""

from __future__ import annotations

import gc
import stat
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Triple, parse

from kg_builder.errors import CrashError, InputError, MemoryLimitError, TimeLimitError
from kg_builder.graph.iris import is_iri
from kg_builder.graph.submission.formats import Format, format_named, format_of
from kg_builder.graph.submission.model import SPAN_NUMBERS, GraphName, Submission, SubmissionNotice
from kg_builder.graph.submission.parsing import Parsed, parse_document
from kg_builder.workers import Standby, run_in_child

PARSING: Final = __name__
"""The module that a child needs: for a `Standby` that has it imported ahead."""
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may cost."""

    seconds: float = 60.0
    memory: int = 1 << 30
    """Of the child's address space, in bytes."""
    size: int = 512 << 20
    """Of the file, in bytes."""
    depth: int = 500
    """Of brackets, objects or elements within each other."""


def read_submission(
    source: Path | bytes,
    *,
    name: str,
    format: str | None = None,  # noqa: A002 - as pySHACL's users say it
    base: str | None = None,
    limits: Limits = Limits(),
    child: Standby | None = None,
) -> Submission:
    """Read RDF from a file, or from bytes that came on stdin.

    `name` is what messages and blank nodes call it. `format` is a name of `formats` (needed for
    bytes), else the suffix tells. Relative IRIs are refused where neither the document nor `base`
    gives what they are relative to. A `child` that stands by saves the start of one.

    Raises InputError for what is no RDF or goes beyond the limits, with the place and the mend as
    far as they are known.
    """
    kind = _format(source, format, name)
    if base is not None and not is_iri(base):
        raise InputError(
            f"基址应是完整的 IRI，不是 {base!r}", f"the base is a whole IRI, not {base!r}"
        )
    if isinstance(source, Path):
        check_file(source, name, limits.size)
    elif len(source) > limits.size:
        raise _too_large(name, len(source), limits.size)
    run = child.run if child else run_in_child
    try:
        parsed = run(
            parse_for_parent,
            source,
            name,
            kind.value,
            limits,
            base,
            timeout=limits.seconds,
            memory=limits.memory,
        )
    except TimeLimitError as error:
        raise InputError(
            f"{limits.seconds:g} 秒内读不完：文件太大，或是有意写成这样的",
            f"not read within {limits.seconds:g} s: too large, or written to be so",
            file=name,
        ) from error
    except MemoryLimitError as error:
        raise InputError(
            f"读取它要用超过 {limits.memory >> 20:,} MiB 内存：请拆成几个文件",
            f"reading it takes over {limits.memory >> 20:,} MiB of memory: split the file",
            file=name,
        ) from error
    except CrashError as error:
        raise InputError(
            f"读取它的进程死了（{error.message.zh}）：它太大，或嵌套太深",
            f"the process that reads it died ({error.message.en}): it is too large, or nested"
            " too deep",
            file=name,
        ) from error
    return submission_of(parsed, name, kind)


def read_placed(path: Path) -> Submission:
    """Read a file of ours, or one that its user vouches for, in this process.

    Raises InputError as `read_submission` does, but knows no limits on time and memory.
    """
    name = str(path)
    kind = format_of(path)
    check_file(path, name, Limits().size)
    return submission_of(parse_source(path, name, kind.value, Limits()), name, kind)


def read_stdin(stream: BinaryIO, limit: int = Limits().size) -> bytes:
    """Return all that comes on a stream.

    Raises InputError as soon as it is more than `limit` bytes.
    """
    parts: list[bytes] = []
    size = 0
    while part := stream.read(_CHUNK):
        size += len(part)
        if size > limit:
            raise _too_large("-", None, limit)
        parts.append(part)
    return b"".join(parts)


def check_file(path: Path, name: str, limit: int) -> None:
    """Refuse what is no plain file, or too large, before it is opened.

    Raises InputError.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise _unreadable(error, name) from error
    if stat.S_ISDIR(status.st_mode):
        raise InputError("这是文件夹，不是文件", "a folder, not a file", file=name)
    if not stat.S_ISREG(status.st_mode):
        raise InputError(
            "这是管道或设备，不是普通文件；要从管道读，请写 -",
            "a pipe or a device, not a plain file; write - to read from a pipe",
            file=name,
        )
    if status.st_size > limit:
        raise _too_large(name, status.st_size, limit)


def parse_for_parent(
    source: Path | bytes, name: str, kind: str, limits: Limits, base: str | None
) -> Parsed:
    """Read and parse a document in a child process, which ends with it.

    Raises InputError.
    """
    gc.disable()  # nothing is in cycles, and to look for them took a third of the time
    return parse_source(source, name, kind, limits, base)


def parse_source(
    source: Path | bytes, name: str, kind: str, limits: Limits, base: str | None = None
) -> Parsed:
    """Read and parse a document in this process.

    Raises InputError.
    """
    try:
        data = source.read_bytes() if isinstance(source, Path) else source
    except OSError as error:
        raise _unreadable(error, name) from error
    return parse_document(data, name, Format(kind), limits.depth, base)


def _format(source: Path | bytes, name_of_format: str | None, name: str) -> Format:
    if name_of_format is not None:
        return format_named(name_of_format)
    if isinstance(source, Path):
        return format_of(source)
    raise InputError(
        "从标准输入读时要指明格式，例如 -df turtle",
        "from standard input the format must be named, for example -df turtle",
        file=name,
    )


def _unreadable(error: Exception, name: str) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError("没有这个文件", "no such file", file=name)
    reason = getattr(error, "strerror", None) or error
    return InputError(f"文件无法读取：{reason}", f"cannot be read: {reason}", file=name)


def _too_large(name: str, size: int | None, limit: int) -> InputError:
    most = f"{limit >> 20:,} MiB"
    zh = f"（它有 {size >> 20:,} MiB）" if size else ""
    en = f" (it has {size >> 20:,})" if size else ""
    return InputError(
        f"太大：最多读 {most}{zh}，请拆成几个文件",
        f"too large: at most {most} are read{en}; split the file",
        file=name,
    )


def submission_of(parsed: Parsed, name: str, kind: Format) -> Submission:
    """Return what a child has answered as a submission."""
    quads = tuple(parse(parsed.quads, RdfFormat.N_QUADS, lenient=True))
    numbers = array("I")
    numbers.frombytes(parsed.numbers or bytes(len(quads) * SPAN_NUMBERS * numbers.itemsize))
    triples: dict[Triple, None] = {}
    named: dict[GraphName, dict[Triple, None]] = {}
    for quad in quads:
        graph = quad.graph_name
        if isinstance(graph, DefaultGraph):
            triples[quad.triple] = None
        else:
            named.setdefault(graph, {})[quad.triple] = None
    return Submission(
        name=name,
        format=kind.value,
        sha256=parsed.decoded.sha256,
        text=parsed.decoded.text,
        base=parsed.base,
        prefixes=MappingProxyType(dict(parsed.prefixes)),
        triples=tuple(triples),
        named=MappingProxyType({graph: tuple(found) for graph, found in named.items()}),
        notices=_with_terms(parsed.notices, quads, numbers),
        marked=parsed.decoded.marked,
        _quads=quads,
        _numbers=numbers,
    )


def _with_terms(
    notices: tuple[SubmissionNotice, ...], quads: Sequence[Quad], numbers: array[int]
) -> tuple[SubmissionNotice, ...]:
    """Return the notices with the IRIs that came of the words they are about."""
    if not notices:
        return ()
    wanted = {notice.span.start for notice in notices}
    terms: dict[int, NamedNode] = {}
    for index, quad in enumerate(quads):
        for part, term in enumerate((quad.subject, quad.predicate, quad.object)):
            start = numbers[index * SPAN_NUMBERS + 2 * part]
            if start in wanted and isinstance(term, NamedNode):
                terms[start] = term
    return tuple(replace(notice, term=terms.get(notice.span.start)) for notice in notices)
