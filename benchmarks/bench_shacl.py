"""Our SHACL engine beside pySHACL, with the project's own shapes, on whole synthetic graphs.

    python -m benchmarks.bench_shacl [--sizes 10000 100000 1000000] [--pyshacl-up-to 100000]

Each engine checks each size in a process of its own; CPU seconds. `shapes` compiles the shapes,
`index` reads the triples into the index, `validate` checks them all; `memory` is the peak of the
process, generating the data included. The number of results is checked against what is wrong with
the data, and with pySHACL the results themselves. `ratio` is pySHACL against all three of ours,
pySHACL's graphs being in memory before its clock starts. Beyond `--pyshacl-up-to` its seconds are
extrapolated along its own last two sizes, and marked `~`. The growth exponents are slopes over all
sizes measured, by least squares on log axes.
"""

from __future__ import annotations

import argparse
import json
import math
import time
import warnings
from dataclasses import asdict, dataclass
from hashlib import sha256
from itertools import chain, pairwise

from pyoxigraph import Triple

from benchmarks.canteens import doubtful, files, stream
from benchmarks.measuring import in_child, peak, slope
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.shacl import compile_shapes, validate
from kg_builder.graph.validation import pyshacl_on_graphs, rdflib_graph
from kg_builder.model.validation import ValidationReport


@dataclass(frozen=True, slots=True)
class Run:
    """What one process found: triples, results, CPU seconds of each stage, MB at its peak."""

    triples: int
    results: int
    digest: str
    seconds: tuple[float, ...]
    memory: int


def ours(size: int) -> Run:
    """Check one size with our engine."""
    texts = files("shapes/*.ttl")
    ticks = [time.process_time()]
    shapes = compile_shapes(texts)
    ticks.append(time.process_time())
    index = TripleIndex(chain(_ontology(), stream(size)))
    ticks.append(time.process_time())
    report = validate(index, shapes)
    ticks.append(time.process_time())
    if len(report.results) != doubtful(size):
        raise AssertionError(f"{len(report.results)} results, {doubtful(size)} were made")
    return _run(len(index), report, ticks)


def pyshacl(size: int) -> Run:
    """Check one size with pySHACL."""
    data = {*_ontology(), *stream(size)}
    graphs = rdflib_graph(data), rdflib_graph(files("shapes/*.ttl"))
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = pyshacl_on_graphs(*graphs)
    return _run(len(data), report, [start, time.process_time()])


def _ontology() -> list[Triple]:
    return files("ontology/*.ttl", "ontology/taxonomies/*.ttl")


def _run(triples: int, report: ValidationReport, ticks: list[float]) -> Run:
    rows = sorted(
        str((r.focus_node, r.path, r.value, r.component, r.severity, r.source_shape))
        for r in report.results
    )
    seconds = tuple(later - earlier for earlier, later in pairwise(ticks))
    digest = sha256("\n".join(rows).encode()).hexdigest()
    return Run(triples, len(rows), digest, seconds, peak())


_ENGINES = {"ours": ours, "pyshacl": pyshacl}


def measured(engine: str, size: int) -> Run:
    """Return what an engine found in a process of its own."""
    found = in_child("benchmarks.bench_shacl", engine, size)
    return Run(**{**found, "seconds": tuple(found["seconds"])})


def extrapolated(points: list[tuple[float, float]], size: int) -> float | None:
    """Return what the last two points lead to at `size`."""
    if len(points) < 2:
        return None
    last, seconds = points[-1]
    return seconds * math.exp(slope(points[-2:]) * math.log(size / last))


def main() -> None:
    """Print a row per size, and the growth exponents."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--pyshacl-up-to", type=int, default=100_000)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(asdict(_ENGINES[given.child[0]](int(given.child[1])))))
        return
    heads = "results  shapes   index validate memory MB  pySHACL memory MB  ratio"
    print(f"{'triples':>9} {heads}")
    mine: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for size in given.sizes:
        run = measured("ours", size)
        mine.append((run.triples, run.seconds[-1]))
        shapes, index, check = run.seconds
        line = f"{run.triples:9} {run.results:7} {shapes:7.3f} {index:7.3f} {check:8.3f}"
        line += f" {run.memory:9}"
        if size <= given.pyshacl_up_to:
            peer = measured("pyshacl", size)
            if peer.digest != run.digest:
                raise AssertionError("the engines differ")
            theirs.append((run.triples, peer.seconds[0]))
            line += f"  {peer.seconds[0]:7.1f} {peer.memory:9} "
            line += f"{peer.seconds[0] / sum(run.seconds):5.0f}×"
        elif guess := extrapolated(theirs, run.triples):
            line += f" ~{guess:7.0f} {'':9} {guess / sum(run.seconds):5.0f}×"
        print(line, flush=True)
    for name, points in (("ours", mine), ("pySHACL", theirs)):
        if len(points) > 1:
            print(f"growth exponent of {name}: {slope(points):.2f}")


if __name__ == "__main__":
    main()
