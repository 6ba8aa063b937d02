"""Every format of `kg export` beside rdflib's serialiser of the same format, on synthetic graphs.

    python -m benchmarks.bench_export [--sizes 10000 100000 1000000] [--rdflib-up-to 100000]

CPU seconds, from triples in memory to bytes; rdflib gets the same triples in a graph of its own,
filled before the clock starts, with the same prefixes. `ratio` is rdflib against ours. `memory` is
the peak of a process that reads the graph from a store on disk and writes Turtle. The growth
exponent is the slope of Turtle over all sizes, by least squares on log axes.
"""

from __future__ import annotations

import argparse
import io
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import rdflib
from pyoxigraph import Quad, RdfFormat, Store, Triple, serialize

from benchmarks.bench_inference import data
from kg_builder.graph.export.formats import Format
from kg_builder.graph.export.tables import write_tables
from kg_builder.graph.export.writing import write_graph
from kg_builder.graph.vocabulary import DEFAULT_BASE, PREFIXES

_PEERS = {
    Format.TURTLE: "turtle",
    Format.NTRIPLES: "nt",
    Format.TRIG: "trig",
    Format.NQUADS: "nquads",
    Format.JSONLD: "json-ld",
    Format.RDFXML: "pretty-xml",
}
_CHILD = """
import resource, sys
from pyoxigraph import DefaultGraph, Store
from kg_builder.graph.export.formats import Format
from kg_builder.graph.export.writing import write_graph
store = Store.read_only(sys.argv[1])
triples = (quad.triple for quad in store.quads_for_pattern(None, None, None, DefaultGraph()))
with open("/dev/null", "wb") as stream:
    write_graph(triples, Format.TURTLE, stream, base=sys.argv[2])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def cpu(work: Callable[[], object]) -> float:
    """Return the CPU seconds of a piece of work, the best of three where it is quick."""
    found: list[float] = []
    while len(found) < 3 and sum(found) < 5:
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def peer(triples: list[Triple]) -> rdflib.Dataset:
    """Return the triples as a graph of rdflib, with the prefixes that ours has."""
    dataset = rdflib.Dataset()
    for name, space in PREFIXES.items():
        dataset.bind(name, space, override=True)
    lines = serialize(triples, format=RdfFormat.N_TRIPLES)
    dataset.default_graph.parse(data=lines, format="nt")
    return dataset


def memory(triples: list[Triple]) -> int:
    """Return the peak memory, in MB, of writing the graph out of a store on disk."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder)
        store.bulk_extend(Quad(*triple) for triple in triples)
        store.flush()
        del store
        command = [sys.executable, "-c", _CHILD, folder, DEFAULT_BASE]
        return int(subprocess.run(command, check=True, capture_output=True).stdout)


def measure(triples: list[Triple], form: Format, dataset: rdflib.Dataset | None) -> float:
    """Print the row of one format; return our seconds."""
    ours = cpu(lambda: write_graph(triples, form, io.BytesIO(), base=DEFAULT_BASE))
    line = f"{len(triples):>9,} {form.value:<9} {ours:8.3f}"
    if dataset is not None:
        source = dataset if form in (Format.TRIG, Format.NQUADS) else dataset.default_graph
        theirs = cpu(lambda: source.serialize(format=_PEERS[form], encoding="utf-8"))
        line += f" {theirs:8.2f} {theirs / ours:6.1f}×"
    print(line, flush=True)
    return ours


def main() -> None:
    """Print a row per size and format, memory, and the growth exponent."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rdflib-up-to", type=int, default=100_000)
    options = parser.parse_args()
    print(f"{'triples':>9} {'format':<9} {'ours':>8} {'rdflib':>8} {'ratio':>7}")
    points = []
    for size in options.sizes:
        triples = data(size)
        dataset = peer(triples) if size <= options.rdflib_up_to else None
        for form in _PEERS:
            seconds = measure(triples, form, dataset)
            if form is Format.TURTLE:
                points.append((math.log(len(triples)), math.log(seconds)))
        with tempfile.TemporaryDirectory() as folder:
            tables = cpu(lambda: write_tables(triples, Path(folder), base=DEFAULT_BASE))  # noqa: B023
        print(f"{len(triples):>9,} {'csv':<9} {tables:8.3f}")
        print(f"{len(triples):>9,} memory {memory(triples)} MB", flush=True)
    if len(points) > 1:
        sizes, times = zip(*points, strict=True)
        print(f"growth exponent {statistics.linear_regression(sizes, times).slope:.2f}")


if __name__ == "__main__":
    main()
