"""How a server serves."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from kg_builder.model.bilingual import Language


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server serves; see `kg serve --help`."""

    store: Path
    host: str = "127.0.0.1"
    port: int = 8000
    base: str | None = None
    """Under which address all of it is reached, instance IRIs too; None for their own."""
    timeout: float = 30.0
    """Seconds that a query gets."""
    max_rows: int | None = None
    """Solutions or triples that a query of a stranger gives at most."""
    workers: int = max(2, os.cpu_count() or 1)
    """Children for what is quick, and as many for what is not."""
    memory: int = 1 << 30
    """Bytes that a query may take."""
    spool: int = 1 << 30
    """Bytes that a result may have."""
    queue: int = 1024
    """Queries that may wait."""
    project: Path | None = None
    report: Path | None = None
    """The text of the report, to quote evidence from."""
    language: Language = "zh"
    """Where a client tells none."""
    contact: str | None = None
    """Where readers report errors: an address of mail, or that of a page to write issues on."""
    map_search: str = "https://www.openstreetmap.org/search?query={}"
    """The address of a search on a map, with `{}` in the place of the words."""
    write_token: str | None = None
    """Whoever knows it may add triples; None: nobody."""
    hosts: tuple[str, ...] = ()
    """Names by which the server is called, besides its own; `*` for any."""
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses or networks whose word on where a request comes from is taken."""
    max_header: int = 64 << 10
    max_body: int = 10 << 20
    max_query: int = 256 << 10
    """Bytes of a request's head, its body, and the text of a query."""
    per_client: int = 16
    """Requests of one client that may be under way; of this machine's own any number."""
    requests_per_second: float = 100.0
    """Of one client, on average; of this machine's own any number."""
    connections_per_client: int = 512
    """Of one client; of this machine's own and its proxies any number."""
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    send_seconds: float = 60.0
    """How long a client may take to send a request's head and body, and to take what it gets."""
    drain_seconds: float = 8.0
    """How long what is under way may take when the server is told to end."""
    cache: int = 64 << 20
    """Bytes of answers that are kept."""
    cors: bool = True
    """Whether pages of other sites may read answers."""
    log: bool = True
    """Whether each request is told on stderr."""
