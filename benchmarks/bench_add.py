"""Twenty new triples taken into a graph, at several sizes of it.

    python -m benchmarks.bench_add [--sizes 10000 100000 1000000] [--stores FOLDER]

Milliseconds of wall clock: a first run, the median of nine more, and the CPU time of these, with
that of children. The triples are a canteen with its address and listing, another one in each run;
each run commits a batch, on top of those before it. `add` is all that a transaction does in a
process that makes several (a server): open the folder under its lock, parse in a child that stands
by, judge, infer, write the batch, make the next generation, put it on the disk, switch; ontology
and shapes are compiled in the first. `kg` is the whole process of the command line. The probe
tells that the last batch is there. Nothing like it exists in pySHACL or rdflib to be beside: the
nearest, `bench_validate` has, is validating what is added. The growth exponents are slopes over the
sizes, by least squares on log axes. `--stores` has folders of `bench_validate`, which stay as they
are.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from pyoxigraph import DefaultGraph

from benchmarks.bench_validate import batch, stores
from benchmarks.canteens import twenty
from benchmarks.measuring import Times, in_child, kg, peak, repeated, slope
from kg_builder.graph.contributions import Provenance, Submitted
from kg_builder.graph.opening import open_graph
from kg_builder.judging.transaction import Options, Session, submit

_WHO = Provenance(by="bench", when="2024-01-01T00:00:00Z", source="https://example.org/")
_OF_THE_COMMAND_LINE = 1000
"""The number of the first canteen that whole processes add."""


def added(out: Path) -> dict[str, object]:
    """Add batch after batch in this process; return the times."""
    with Session() as session:

        def add(number: int) -> None:
            content = batch(number, wrong=False)
            outcome = submit(
                out, [Submitted("new.ttl", ".ttl", content)], _WHO, Options(session=session)
            )
            if outcome.status != "done":
                raise AssertionError(outcome)

        def prepare() -> None:
            session.prepare()
            time.sleep(0.3)

        times = repeated(add, between=prepare)
    return {"add": asdict(times), "memory": peak()}


def command_line(out: Path) -> Times:
    """Return the times of whole processes of `kg add`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.ttl"

        def add(number: int) -> None:
            path.write_bytes(batch(_OF_THE_COMMAND_LINE + number, wrong=False))
            kg("add", path, "--store", out, "--by", "bench", "--source", "https://example.org/")

        return repeated(add)


def check(out: Path, number: int) -> None:
    """Raise AssertionError where the triples of a batch are not in the graph."""
    with open_graph(out) as graph:
        for s, p, o in twenty(10**7 + number):
            if next(graph.store.quads_for_pattern(s, p, o, DefaultGraph()), None) is None:
                raise AssertionError("a batch was lost")


def main() -> None:
    """Print a row per size, and the growth exponents."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--stores", type=Path)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(added(given.child)))
        return
    points: dict[str, list[tuple[float, float]]] = {"add": [], "kg": []}
    print(f"{'triples':>9} {'':4} {'first':>8} {'median':>8} {'CPU':>8}   memory MB")
    with stores(given.stores, given.sizes) as folders, tempfile.TemporaryDirectory() as work:
        for size, kept in folders.items():
            out = Path(work) / str(size)
            shutil.copytree(kept, out, symlinks=True)
            mine = in_child("benchmarks.bench_add", out)
            times = Times(**mine["add"])
            check(out, 9)
            print(f"{size:9,} add  {times} {mine['memory']:11}", flush=True)
            line = command_line(out)
            check(out, _OF_THE_COMMAND_LINE + 9)
            print(f"{'':9} kg   {line}", flush=True)
            points["add"].append((size, times.wall))
            points["kg"].append((size, line.wall))
            shutil.rmtree(out)
    for name, found in points.items():
        if len(found) > 1:
            print(f"growth exponent of {name}: {slope(found):.2f}")


if __name__ == "__main__":
    main()
