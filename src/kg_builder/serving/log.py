"""The log: a line of JSON for each request, on stderr.

Whatever a client sends stands escaped, in ASCII, within a string: no line can be forged. A thread
of its own writes, so that a full pipe stops no request; what it cannot write in time is dropped,
and counted.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from queue import Full, Queue
from typing import Any, Final

from kg_builder.serving.addresses import Origin

_WAITING: Final = 10_000
_LONGEST: Final = 1_000


class Log:
    """Writes lines to stderr."""

    def __init__(self) -> None:
        self._lines: Queue[str] = Queue(_WAITING)
        self._dropped = 0
        threading.Thread(target=self._write, name="log", daemon=True).start()

    def request(
        self,
        scope: Any,  # noqa: ANN401 - whatever ASGI has
        origin: Origin,
        status: int,
        size: int,
        started: float,
        error: BaseException | None = None,
    ) -> None:
        """Tell a request and how it was answered; `by` is a proxy that says who the client is."""
        target = scope["raw_path"] + (b"?" + scope["query_string"]) * bool(scope["query_string"])
        line: dict[str, Any] = {
            "time": _now(),
            "event": "request",
            "client": origin.client,
            "method": scope["method"],
            "target": target[:_LONGEST].decode("ascii", "backslashreplace"),
            "status": status,
            "bytes": size,
            "ms": round(1000 * (time.perf_counter() - started), 1),
        }
        if origin.peer != origin.client:
            line["by"] = origin.peer
        for name, value in scope["headers"]:
            if name == b"user-agent":
                line["agent"] = value[:200].decode("latin-1")
        if error is not None:
            line["error"] = f"{type(error).__name__}: {error}"[:_LONGEST]
            if status == 500:
                line["trace"] = "".join(traceback.format_exception(error))[-8_000:]
        self._put(line)

    def event(self, name: str, **more: Any) -> None:  # noqa: ANN401 - whatever JSON holds
        """Tell something that happened to the server itself."""
        self._put({"time": _now(), "event": name, **more})

    def _put(self, line: dict[str, Any]) -> None:
        if self._dropped:
            line["dropped"] = self._dropped
        try:
            self._lines.put_nowait(json.dumps(line).replace("\x7f", "\\u007f") + "\n")
            self._dropped = 0
        except Full:
            self._dropped += 1

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            with suppress(OSError, ValueError):  # nobody reads any more
                sys.stderr.write(line)
                if self._lines.empty():
                    sys.stderr.flush()


class Notices(logging.Handler):
    """Takes what libraries say: their plain lines would be those that a client can forge."""

    def __init__(self, log: Log | None) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Tell a notice, if there is a log."""
        if self._log is not None:
            words = record.getMessage()[:_LONGEST]
            self._log.event("notice", source=record.name, words=words)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
