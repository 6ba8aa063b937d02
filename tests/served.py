"""What tests of `kg serve` share: a real server process, and a plain client."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from tests.processes import until

_SAFE = "/:?&=%#[]!$'()*+,;@~"


@dataclass(frozen=True)
class Answer:
    """An answer to a request."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0.0

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


@dataclass
class Served:
    """A server process."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | str | None = None,
        timeout: float = 60,
        source: str | None = None,
        **headers: str,
    ) -> Answer:
        """Send a request, `accept_language=` for `Accept-Language`, and return the answer.

        `source` is the address that it comes from, another one of this machine.
        """
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=timeout, source_address=source and (source, 0)
        )
        data = body.encode() if isinstance(body, str) else body
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        start = time.perf_counter()
        try:
            connection.request(method, quote(path, safe=_SAFE), data, names)
            answer = connection.getresponse()
            found = answer.read()
        finally:
            connection.close()
        seconds = time.perf_counter() - start
        fields = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, fields, found, seconds)

    def query(self, text: str, *, timeout: float = 60, **headers: str) -> Answer:
        """Ask the endpoint by GET."""
        return self.ask(f"/sparql?{urlencode({'query': text})}", timeout=timeout, **headers)

    def raw(self, data: bytes, seconds: float = 15) -> bytes:
        """Send bytes, and return what comes until the connection ends, or nothing more comes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as line:
            line.sendall(data)
            found = b""
            try:
                while part := line.recv(65536):
                    found += part
            except (TimeoutError, ConnectionResetError):
                pass
            return found

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines of the log, with those of all that has been answered."""
        last = f"/healthz?{time.monotonic_ns()}"
        self.ask(last)
        until(lambda: f'{last}"' in self.log.read_text())
        lines = self.log.read_text().partition(f'{last}"')[0].splitlines()[:-1]
        return [json.loads(line) for line in lines]


_WITH_SETTINGS = """
import json, socket, sys
from pathlib import Path
from kg_builder.serving.app import make_app
from kg_builder.serving.server import Server
from kg_builder.serving.settings import Settings

listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
settings = Settings(store=Path(sys.argv[1]), **json.loads(sys.argv[2]))
address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
Server(make_app(settings), settings, lambda: print(address, flush=True)).run([listener])
"""


@contextmanager
def serving(store: Path, folder: Path, *options: str) -> Iterator[Served]:
    """Run `kg serve` on a free port until the block is left."""
    arguments = ("-m", "kg_builder", "--lang", "en", "serve", "--store", str(store), "--port", "0")
    with _running(folder, *arguments, *options) as found:
        yield found


@contextmanager
def serving_with(store: Path, folder: Path, **settings: object) -> Iterator[Served]:
    """Run a server with settings that the command has no options for, until the block is left."""
    with _running(folder, "-c", _WITH_SETTINGS, str(store), json.dumps(settings)) as found:
        yield found


@contextmanager
def _running(folder: Path, *arguments: str) -> Iterator[Served]:
    log = folder / f"log-{time.monotonic_ns()}"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env={**os.environ, "TMPDIR": str(folder)},
        )
        try:
            assert process.stdout
            line = process.stdout.readline()
            match = re.search(r":(\d+)/", line)
            assert match, (line, log.read_text())
            yield Served(process, int(match[1]), log)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            finally:
                process.kill()
                assert process.stdout
                process.stdout.close()
                process.wait()
