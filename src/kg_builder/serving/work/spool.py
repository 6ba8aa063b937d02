"""Where a child writes a result: in memory, and on the disk when it gets large."""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO, BinaryIO, Final, cast

from kg_builder.errors import ExportError
from kg_builder.serving.work.messages import Body

_SMALL: Final = 1 << 20
"""Up to so many bytes a result is sent back; a larger one is left in a file."""
_NO_XML: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""What XML 1.0 calls no character, in UTF-8."""


class Spool:
    """Where a result is written: in memory, and from a megabyte bytes on in a file.

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
        if self._spilt or self._size > _SMALL:
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
            return b"".join(self._parts)[:_SMALL]
        assert self._file is not None  # noqa: S101 - opened on entering
        self._file.flush()
        with self._path.open("rb") as file:
            return file.read(_SMALL)

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
