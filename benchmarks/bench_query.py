"""Queries on a graph opened for many of them, beside rdflib running the same text.

    python -m benchmarks.bench_query [--sizes 10000 100000 1000000] [--rdflib-up-to 1000000]

Wall-clock milliseconds of a warm query, all solutions fetched: the least of several runs, in one
process, on the default graph (asserted and inferred) of synthetic data of the project's own
ontology. `memory` is `open_graph(…, in_memory=True)`, `disk` the store as it opens at once; rdflib
holds its graph in memory. All parse the text each time; `prepared` is rdflib with the text parsed
beforehand. The solutions are compared as bags. `ratio` is rdflib against memory, an exponent the
slope of memory over the sizes, by least squares on log axes. The last lines give the CPU seconds of
whole `kg` processes on the published graph, children included.
"""

from __future__ import annotations

import argparse
import gc
import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import rdflib
from pyoxigraph import QuerySolutions, RdfFormat, Store, Triple
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.term import Identifier

from benchmarks.bench_inference import data, ontology
from kg_builder.graph.dataset import rdflib_term
from kg_builder.graph.index import Term, TripleIndex
from kg_builder.graph.inference import compile_ontology, infer
from kg_builder.graph.store import write_store
from kg_builder.graph.vocabulary import DEFAULT_BASE, PREFIXES

_STREET = f"<{DEFAULT_BASE}id/Street/区1_街道7>"
_DISTRICT = f"<{DEFAULT_BASE}id/District/区1_区>"
_PREFIXES = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in ("kg", "rdfs"))
_TEXTS = {
    "look-up: name of a street": f"SELECT ?name {{ {_STREET} rdfs:label ?name }}",
    "look-up: canteens of a street": f"SELECT ?canteen ?name {{ VALUES ?street {{ {_STREET} }}"
    " ?canteen kg:inStreet ?street ; rdfs:label ?name }",
    "join: statements of a street's canteens": f"SELECT ?name ?report ?period {{"
    f" VALUES ?street {{ {_STREET} }} ?listing kg:street ?street ; kg:about ?canteen ;"
    " kg:statedIn ?report ; kg:period ?period . ?canteen rdfs:label ?name ; a kg:Canteen }",
    "join: measures of a theme": "SELECT ?name { ?listing kg:theme "
    f"<{DEFAULT_BASE}id/ReformTheme/区1_5> ; kg:about ?measure . ?measure rdfs:label ?name }}",
    "path: all places within a district": f"SELECT ?place {{ ?place kg:within+ {_DISTRICT} }}",
    "path: canteens of a district": f"SELECT ?name {{ ?street kg:within+ {_DISTRICT} ."
    " ?canteen kg:inStreet ?street ; rdfs:label ?name }",
    "aggregate: instances by class": "SELECT ?class (COUNT(?thing) AS ?n) { ?thing a ?class }"
    " GROUP BY ?class",
    "aggregate: canteens by street": "SELECT ?street (COUNT(?canteen) AS ?n) {"
    " ?canteen kg:inStreet ?street } GROUP BY ?street",
    "aggregate: sum by unit": "SELECT ?unit (SUM(?value) AS ?sum) {"
    " ?figure kg:value ?value ; kg:unit ?unit } GROUP BY ?unit",
}


@dataclass(frozen=True, slots=True)
class Row:
    """Milliseconds of a query: ours, rdflib's with the text, rdflib's with the text parsed."""

    memory: float
    disk: float
    theirs: float | None
    prepared: float | None

    def __str__(self) -> str:
        """Return the line of a table."""
        ours = f"{self.memory:9.3f} {self.disk:9.3f}"
        if self.theirs is None or self.prepared is None:
            return ours
        ratios = self.theirs / self.memory, self.prepared / self.memory
        return (
            f"{ours} {self.theirs:10.2f} {ratios[0]:7.0f}× {self.prepared:10.2f} {ratios[1]:7.0f}×"
        )


def graph(size: int) -> list[Triple]:
    """Return the asserted and inferred triples of about `size` triples in all."""
    asserted = data(size * 5 // 9)
    inferred = infer(TripleIndex(asserted), compile_ontology(ontology()))
    return [*asserted, *inferred]


def best(run: Callable[[], object], least: float = 0.5) -> float:
    """Return the least milliseconds of several runs, at least `least` seconds of them."""
    times: list[float] = []
    run()
    while sum(times) < least and len(times) < 200:
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def ours(store: Store, text: str) -> Counter[tuple[str, ...]]:
    """Return the solutions of Oxigraph as a bag."""
    found = store.query(text)
    assert isinstance(found, QuerySolutions)
    return Counter(tuple(getattr(term, "value", "") for term in row) for row in found)


def theirs(graph: rdflib.Graph, query: str | Query) -> Counter[tuple[str, ...]]:
    """Return the solutions of rdflib as a bag."""
    found = graph.query(query)
    return Counter(tuple(str(term) for term in row) for row in found)  # type: ignore[union-attr]


def rdflib_graph(triples: list[Triple]) -> rdflib.Graph:
    """Return the triples as rdflib holds them."""
    found = rdflib.Graph()
    terms: dict[Term, Identifier] = {}
    for triple in triples:
        found.add(tuple(rdflib_term(term, terms) for term in triple))  # type: ignore[arg-type]
    return found


def measure(memory: Store, disk: Store, peer: rdflib.Graph | None, name: str) -> Row:
    """Return the times of a query, after comparing the solutions."""
    text = _PREFIXES + _TEXTS[name]
    mine = best(lambda: ours(memory, text)), best(lambda: ours(disk, text))
    if peer is None:
        return Row(*mine, None, None)
    if not ours(memory, text) == ours(disk, text) == theirs(peer, text):
        raise AssertionError(f"the engines differ: {name}")
    prepared = prepareQuery(text)
    return Row(*mine, best(lambda: theirs(peer, text)), best(lambda: theirs(peer, prepared)))


def measure_all(size: int, *, with_rdflib: bool) -> dict[str, Row]:
    """Return the rows of a size, and print them."""
    triples = graph(size)
    peer = rdflib_graph(triples) if with_rdflib else None
    print(f"\n{len(triples):,} triples", flush=True)
    rows: dict[str, Row] = {}
    with tempfile.TemporaryDirectory() as folder:
        quads = "".join(f"{triple} .\n" for triple in triples)
        memory = Store()
        memory.bulk_load(quads.encode(), RdfFormat.N_QUADS)
        write_store(Path(folder) / "store", quads)
        disk = Store.read_only(f"{folder}/store")
        for name in _TEXTS:
            row = rows[name] = measure(memory, disk, peer, name)
            print(f"  {name:40} {row}", flush=True)
        del disk
    return rows


def exponent(sizes: list[int], times: list[float]) -> float:
    """Return the slope of the times over the sizes on log axes."""
    return statistics.linear_regression(
        [math.log(size) for size in sizes], [math.log(time) for time in times]
    ).slope


def process_seconds(command: list[str]) -> float:
    """Return the least CPU seconds of a whole process and its children over five runs."""
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--rdflib-up-to", type=int, default=1_000_000)
    options = parser.parse_args()
    heads = (
        f"{'memory':>9} {'disk':>9} {'rdflib ms':>10} {'ratio':>8} {'prepared':>10} {'ratio':>8}"
    )
    print(f"{'':42} {heads}")
    times: dict[str, list[float]] = {name: [] for name in _TEXTS}
    for size in options.sizes:
        for name, row in measure_all(size, with_rdflib=size <= options.rdflib_up_to).items():
            times[name].append(row.memory)
        gc.collect()
    if len(options.sizes) > 1:
        print("\ngrowth exponents")
        for name, found in times.items():
            print(f"  {name:42} {exponent(options.sizes, found):9.2f}")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "build"
        kg = [sys.executable, "-m", "kg_builder"]
        subprocess.run([*kg, "build", "-o", str(out)], check=True, capture_output=True)
        stored = ["query", "canteens_of_street", "--street", "八里庄街道"]
        print(f"\nkg {' '.join(stored)}")
        for more in ([], ["--format", "csv"]):
            seconds = process_seconds([*kg, *stored, "--store", str(out), *more])
            print(f"  {' '.join(more) or 'table':42} {seconds:9.3f} s of CPU")


if __name__ == "__main__":
    main()
