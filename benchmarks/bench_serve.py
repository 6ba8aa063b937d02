"""`kg serve` under load on loopback, beside `oxigraph serve` and `rdflib-endpoint`.

    python -m benchmarks.bench_serve [--store DIR] [--seconds 5] [--clients 16] [--rdflib PYTHON]
    python -m benchmarks.bench_serve --crowd [--seconds 120]

The three serve the same quads: `oxigraph serve-read-only` the folder `store/` of a build, the
others the files. Clients keep their connections and ask again as soon as they are answered.
`req/s` is what the clients saw; `per core` is requests by second of processor time that the server
used, all its processes together, which another program on the machine disturbs less; p50 and p99
are milliseconds. `each once` asks every text once (a comment with a number makes it new), `again`
asks 100 texts over and over: `kg serve` keeps what it has answered. `--rdflib` names a Python that
has rdflib-endpoint, which is not among the dependencies.

`--crowd` is 1,000 clients at once: 746 read pages and stored queries, 200 send a head and never
end it, 50 send garbage or leave before the answer, 4 ask what never ends. It prints what each kind
saw, and how much memory the server has before and after; a minute of the same goes before.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

from pyoxigraph import DefaultGraph, QuerySolutions, RdfFormat, Store

import kg_builder
from kg_builder.asking.finders import name_finder
from kg_builder.asking.parameters import resolve_parameters
from kg_builder.graph.opening import open_graph
from kg_builder.graph.query.catalogue import bind, load_catalogue
from kg_builder.graph.query.prologue import declared
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.resources import Resources

_TICKS = os.sysconf("SC_CLK_TCK")
_STORED = "canteens_of_street"
_ACCEPT = "Accept: application/sparql-results+json"
_HTML = "Accept: text/html"
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"connection: close", re.IGNORECASE)
_CHUNKED = re.compile(rb"transfer-encoding: chunked", re.IGNORECASE)

_RDFLIB = """
import sys, uvicorn
from rdflib import Dataset, Graph
from rdflib_endpoint import SparqlEndpoint
graph = Graph()
for line in sys.argv[2:]:
    graph.parse(line)
uvicorn.run(SparqlEndpoint(graph=graph), port=int(sys.argv[1]), log_level="error")
"""


# processes


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port


def family(pid: int) -> set[int]:
    """Return a process and all that come from it."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def processor_seconds(pid: int) -> float:
    """Return what a process and its descendants have used."""
    total = 0
    for one in family(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15]))
    return total / _TICKS


def memory(pid: int) -> float:
    """Return the MB that a process and its descendants have of their own (PSS)."""
    total = 0
    for one in family(pid):
        with suppress(OSError, AttributeError):
            text = Path(f"/proc/{one}/smaps_rollup").read_text()
            total += int(re.search(r"Pss:\s+(\d+) kB", text)[1])  # type: ignore[index]
    return total / 1024


@contextmanager
def running(command: Sequence[str], port: int, path: str) -> Iterator[int]:
    """Run a server until the block is left; give its process."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + 120
        while not asyncio.run(answers(port, path)):
            if process.poll() is not None or time.monotonic() > ends:
                raise SystemExit(f"{command[0]} does not start")
            time.sleep(0.2)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()


async def answers(port: int, path: str) -> bool:
    try:
        async with asyncio.timeout(30):
            return (await Client(port).ask(path))[0] == 200
    except (OSError, EOFError, TimeoutError):
        return False


# clients


class Client:
    """A client that keeps its connection."""

    def __init__(self, port: int, head: str = _ACCEPT) -> None:
        self._port = port
        self._head = f"Host: localhost\r\n{head}\r\n\r\n"
        self._line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str) -> tuple[int, int]:
        """Return status and size of the answer."""
        if self._line is None:
            self._line = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 22)
        reader, writer = self._line
        writer.write(f"GET {path} HTTP/1.1\r\n{self._head}".encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        status = int(answer[9:12])
        if _CHUNKED.search(answer):
            size = await self._chunks(reader)
        else:
            match = _LENGTH.search(answer)
            size = int(match[1]) if match else 0
            await reader.readexactly(size)
        if _CLOSE.search(answer):
            self.close()
        return status, size

    async def _chunks(self, reader: asyncio.StreamReader) -> int:
        total = 0
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
            total += size
        await reader.readline()
        return total

    def close(self) -> None:
        if self._line is not None:
            self._line[1].close()
            self._line = None


@dataclass
class Seen:
    """What clients saw."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)

    def quantile(self, share: float) -> float:
        found = sorted(self.seconds)
        return 1000 * found[min(len(found) - 1, int(share * len(found)))] if found else 0.0


async def load(
    port: int, paths: Callable[[], str], clients: int, seconds: float, head: str = _ACCEPT
) -> Seen:
    seen = Seen()
    ends = time.perf_counter() + seconds

    async def one() -> None:
        client = Client(port, head)
        while (start := time.perf_counter()) < ends:
            try:
                status, _ = await client.ask(paths())
                seen.statuses[str(status)] += 1
                seen.seconds.append(time.perf_counter() - start)
            except (OSError, EOFError) as error:
                seen.statuses[type(error).__name__] += 1
                client.close()
        client.close()

    await asyncio.gather(*(one() for _ in range(clients)))
    return seen


# what is asked


@dataclass(frozen=True)
class Work:
    """A kind of request: by the number of the request, the path at each kind of server."""

    name: str
    here: Callable[[int], str]
    there: Callable[[int], str] | None
    head: str = _ACCEPT


def sparql(text: str) -> str:
    return "/sparql?" + urlencode({"query": text})


def there(text: str) -> str:
    return "{path}?" + urlencode({"query": text})


def column(store: Store, text: str) -> list[str]:
    """Return the IRIs that a query gives in its only column."""
    found = store.query(text, prefixes=dict(PREFIXES))
    assert isinstance(found, QuerySolutions)
    return [row[0].value for row in found]


@dataclass(frozen=True)
class Asked:
    """What requests ask for, each kind by the number of the request."""

    streets: Sequence[str]
    things: Sequence[str]
    bound: Sequence[str]
    """The text of the stored query for each street."""

    def look_up(self, number: int) -> str:
        thing = self.things[number % len(self.things)]
        return declared(f"SELECT ?p ?o {{ <{thing}> ?p ?o }}", PREFIXES)

    def join(self, number: int) -> str:
        street = self.streets[number % len(self.streets)]
        return declared(
            f"SELECT ?name ?address {{ ?c kg:inStreet <{street}> ; rdfs:label ?name ;"
            " kg:hasAddress/locn:fullAddress ?address } ORDER BY ?name",
            PREFIXES,
        )

    def stored(self, number: int) -> str:
        street = quote(self.streets[number % len(self.streets)], safe="")
        return f"/api/queries/{_STORED}?street={street}"

    def stored_once(self, number: int) -> str:
        """The same at another address: empty fields make it new, and nothing else."""
        return self.stored(number) + "&" * (number // len(self.streets) + 1)

    def stored_text(self, number: int) -> str:
        return self.bound[number % len(self.bound)]

    def page(self, number: int) -> str:
        path = self.things[number % 100].removeprefix("https://example.org")
        return quote(path) + ".html"


def asked_of(store: Path) -> Asked:
    with open_graph(store) as graph:
        streets = column(graph.store, "SELECT DISTINCT ?s { ?c kg:inStreet ?s }")
        things = column(
            graph.store, "SELECT ?s { ?s a kg:Entity ; rdfs:label ?l } ORDER BY ?s LIMIT 2000"
        )
        stored = load_catalogue(Resources.find())[_STORED]
        bound = []
        for street in streets:
            terms, _ = resolve_parameters(stored, {"street": (street,)}, name_finder(graph))
            text = declared(bind(stored, terms), PREFIXES)
            lines = (line for line in text.splitlines() if not line.startswith("#+"))
            bound.append("\n".join(lines))
    return Asked(streets, things, bound)


def works(asked: Asked) -> list[Work]:
    def query(name: str, text: Callable[[int], str]) -> Work:
        return Work(name, lambda n: sparql(text(n)), lambda n: there(text(n)))

    return [
        Work(
            "stored query, each once",
            asked.stored_once,
            lambda n: there(f"{asked.stored_text(n)} #{n}"),
        ),
        Work(
            "stored query, again",
            lambda n: asked.stored(n % 100),
            lambda n: there(asked.stored_text(n % 100)),
        ),
        query("look-up, each once", lambda n: f"{asked.look_up(n)} #{n}"),
        query("look-up, again", lambda n: asked.look_up(n % 100)),
        query("join, each once", lambda n: f"{asked.join(n)} #{n}"),
        Work("page of an entity, again", asked.page, None, _HTML),
        Work("page, if it has changed", asked.page, None, f"{_HTML}\r\nIf-None-Match: *"),
    ]


def measure(
    server: str, pid: int, port: int, work: Work, path: str, options: argparse.Namespace
) -> None:
    make = work.here if server == "kg serve" else work.there
    if make is None:
        return
    number = iter(range(10**9))

    def paths() -> str:
        return make(next(number)).replace("{path}", path)

    clients = options.clients if server != "rdflib-endpoint" else min(options.clients, 4)
    asyncio.run(load(port, paths, clients, 1.0, work.head))
    before, start = processor_seconds(pid), time.perf_counter()
    seen = asyncio.run(load(port, paths, clients, options.seconds, work.head))
    wall, used = time.perf_counter() - start, processor_seconds(pid) - before
    done = len(seen.seconds)
    bad = {status: count for status, count in seen.statuses.items() if status not in ("200", "304")}
    print(
        f"{work.name:26} {server:16} {done / wall:8.0f} {done / max(used, 0.01):9.0f}"
        f" {seen.quantile(0.5):8.1f} {seen.quantile(0.99):8.1f}  {bad or ''}",
        flush=True,
    )


def compare(store: Path, options: argparse.Namespace) -> None:
    print(f"{'':26} {'':16} {'req/s':>8} {'per core':>9} {'p50 ms':>8} {'p99 ms':>8}")
    kinds = works(asked_of(store))
    with tempfile.TemporaryDirectory(prefix="kg-bench-") as folder:
        copy = Path(folder) / "store"
        shutil.copytree(store / "current" / "store", copy)
        port = free_port()
        command = [sys.executable, "-m", "kg_builder", "serve", "--store", str(store)]
        with running([*command, "--port", str(port), "--no-log"], port, "/healthz") as pid:
            for work in kinds:
                measure("kg serve", pid, port, work, "/sparql", options)
        port = free_port()
        oxigraph = Path(sys.executable).with_name("oxigraph")
        command = [str(oxigraph), "serve-read-only", "-l", str(copy), "-b", f"127.0.0.1:{port}"]
        with running(command, port, "/") as pid:
            for work in kinds:
                measure("oxigraph serve", pid, port, work, "/query", options)
        if options.rdflib is None:
            return
        port = free_port()
        facts = Path(folder) / "facts.nt"
        default = Store.read_only(str(store / "current" / "store"))
        default.dump(str(facts), RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
        command = [options.rdflib, "-c", _RDFLIB, str(port), str(facts)]
        ask = "/?" + urlencode({"query": "ASK { ?s ?p ?o }"})
        with running(command, port, ask) as pid:
            for work in kinds:
                measure("rdflib-endpoint", pid, port, work, "/", options)


# a crowd


class Crowd:
    """Clients of four kinds, and what each kind saw."""

    def __init__(self, port: int, kinds: Sequence[Work], seconds: float) -> None:
        self._port = port
        self._ends = time.perf_counter() + seconds
        self._chance = random.Random(1)
        self._works = [work for work in kinds if "each once" in work.name or work.head == _HTML]
        self._look_up = next(work for work in kinds if work.name.startswith("look-up")).here
        self.seen = {name: Seen() for name in ("light", "slow", "rude", "heavy")}
        self.seen |= {work.name: Seen() for work in self._works}

    async def run(self) -> None:
        await asyncio.gather(
            *(self._light() for _ in range(746)),
            *(self._slow() for _ in range(200)),
            *(self._rude() for _ in range(50)),
            *(self._heavy(number) for number in range(4)),
        )

    @property
    def _goes_on(self) -> bool:
        return time.perf_counter() < self._ends

    async def _ask(self, client: Client, path: str, *kinds: str) -> None:
        start = time.perf_counter()
        try:
            status, _ = await client.ask(path)
        except (OSError, EOFError) as error:
            client.close()
            for kind in kinds:
                self.seen[kind].statuses[type(error).__name__] += 1
            return
        for kind in kinds:
            self.seen[kind].statuses[str(status)] += 1
            self.seen[kind].seconds.append(time.perf_counter() - start)

    async def _light(self) -> None:
        client = Client(self._port)
        await asyncio.sleep(self._chance.random() * 2)
        while self._goes_on:
            work = self._chance.choice(self._works)
            await self._ask(client, work.here(self._chance.randrange(10_000)), "light", work.name)
            await asyncio.sleep(self._chance.random() * 8)
        client.close()

    async def _slow(self) -> None:
        while self._goes_on:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                end = asyncio.ensure_future(reader.read())
                for letter in b"GET / HTTP/1.1\r\nHost: localhost\r\n" * 99:
                    writer.write(bytes([letter]))
                    await asyncio.wait((end,), timeout=1)
                    if end.done() or not self._goes_on:
                        break
                end.cancel()
                writer.close()
            self.seen["slow"].statuses["ended"] += 1

    async def _rude(self) -> None:
        while self._goes_on:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                if self._chance.random() < 0.5:
                    writer.write(self._chance.randbytes(2_000))
                else:
                    path = self._look_up(self._chance.randrange(10_000))
                    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                await asyncio.sleep(self._chance.random() * 0.1)
                writer.transport.abort()
            self.seen["rude"].statuses["left"] += 1
            await asyncio.sleep(self._chance.random())

    async def _heavy(self, number: int) -> None:
        client = Client(self._port)
        text = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } #"
        while self._goes_on:
            number += 4
            await self._ask(client, sparql(f"{text}{number}"), "heavy")


def gather(port: int, kinds: Sequence[Work], seconds: float) -> dict[str, Seen]:
    found = Crowd(port, kinds, seconds)
    asyncio.run(found.run())
    return found.seen


def throng(store: Path, options: argparse.Namespace) -> None:
    kinds = works(asked_of(store))
    port = free_port()
    command = [sys.executable, "-m", "kg_builder", "serve", "--store", str(store), "--no-log"]
    command += ["--port", str(port), "--timeout", "10"]
    with running(command, port, "/healthz") as pid:
        gather(port, kinds, 60)  # caches fill, children have been replaced
        time.sleep(12)  # what was heavy has ended
        before = memory(pid)
        seen = gather(port, kinds, options.seconds)
        time.sleep(12)
        after = memory(pid)
    for name, found in seen.items():
        print(
            f"{name:24} {sum(found.statuses.values()):7} p50 {found.quantile(0.5):7.1f} ms"
            f"  p99 {found.quantile(0.99):7.1f} ms  {dict(found.statuses)}"
        )
    print(f"memory {before:.0f} MB, then {after:.0f} MB ({100 * (after / before - 1):+.1f} %)")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--store", type=Path)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--rdflib", help="a Python that has rdflib-endpoint")
    parser.add_argument("--crowd", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kg-bench-") as folder:
        store = options.store
        if store is None:
            store = Path(folder) / "build"
            kg_builder.build([], kg_builder.BuildOptions(out=store))
        (throng if options.crowd else compare)(store, options)


if __name__ == "__main__":
    main()
