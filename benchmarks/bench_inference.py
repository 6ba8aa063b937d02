"""The closure beside owlrl, on synthetic instance data of the project's own ontology.

    python -m benchmarks.bench_inference [--sizes 10000 100000 1000000] [--owlrl-up-to 100000]

CPU seconds. `index` makes the index of triples, `close` compiles the ontology and closes, `sort`
gives the inferred triples as terms in order, `+20 ms` extends the closure by 20 triples. `ratio` is
owlrl against index and close together; owlrl gets the same triples with short IRIs, in a child
whose start is taken off. The growth exponent is the slope of index and close together over all
sizes, by least squares on log axes.
"""

from __future__ import annotations

import argparse
import math
import resource
import statistics
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple, parse

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.inference import Closure, compile_ontology, infer_with_owlrl
from kg_builder.graph.vocabulary import DEFAULT_BASE, expand

_ONTOLOGY = Path(__file__).parents[1] / "ontology"


@dataclass(frozen=True, slots=True)
class Row:
    """One size: triples in and out, and CPU seconds."""

    triples: int
    inferred: int
    index: float
    close: float
    sort: float
    extend: float
    owlrl: float | None


def ontology() -> tuple[Triple, ...]:
    """Return the triples of the project's ontology."""
    files = sorted([*_ONTOLOGY.glob("*.ttl"), *_ONTOLOGY.glob("taxonomies/*.ttl")])
    return tuple(dict.fromkeys(quad.triple for file in files for quad in parse(path=file)))


@dataclass(slots=True)
class _Report:
    """What the report of one district says: places, canteens, groups, reforms, figures."""

    number: int
    triples: list[Triple] = field(default_factory=list)

    def thing(self, kind: str, key: str) -> NamedNode:
        """Return the IRI of a thing of this district."""
        return NamedNode(f"{DEFAULT_BASE}id/{kind}/区{self.number}_{key}")

    def say(self, s: NamedNode, p: str, o: NamedNode | Literal) -> None:
        """Add a triple."""
        self.triples.append(Triple(s, expand(p), o))

    def name(self, kind: str, key: str) -> NamedNode:
        """Add a thing with its class and label."""
        node = self.thing(kind, key)
        self.say(node, "rdf:type", expand(kind))
        self.say(node, "rdfs:label", Literal(key, language="zh"))
        return node

    def state(self, kind: str, about: NamedNode, key: str) -> NamedNode:
        """Add a dated statement."""
        node = self.thing(kind, key)
        self.say(node, "rdf:type", expand(kind))
        self.say(node, "about", about)
        self.say(node, "statedIn", self.thing("Report", "2024"))
        self.say(node, "area", self.thing("District", "区"))
        self.say(node, "period", NamedNode(f"{DEFAULT_BASE}id/period/2024"))
        return node

    def write(self) -> list[Triple]:
        """Return the triples, about as many of each kind as a real report has."""
        for i in range(21):
            street = self.name("Street", f"街道{i}")
            self.say(street, "within", self.thing("District", "区"))
            for j in range(4):
                self.say(self.thing("Village", f"{i}_{j}"), "within", street)
        for i in range(30):
            listing = self.state("CanteenListing", self.name("Canteen", f"食堂{i}"), f"{i}")
            self.say(listing, "street", self.thing("Street", f"街道{i % 21}"))
            self.say(listing, "address", self.thing("Address", f"{i}"))
        for i in range(43):
            membership = self.state(
                "GroupMembership", self.name("EducationGroup", f"集团{i}"), f"{i}"
            )
            self.say(membership, "member", self.thing("School", f"{i // 2}"))
        for i in range(133):
            listing = self.state("ReformListing", self.name("ReformMeasure", f"举措{i}"), f"{i}")
            self.say(listing, "theme", self.thing("ReformTheme", f"{i % 14}"))
        for i in range(60):
            observation = self.state("Observation", self.thing("Indicator", f"{i}"), f"{i}")
            self.say(observation, "value", Literal(f"{i}", datatype=expand("xsd:decimal")))
            self.say(observation, "unit", expand("unit:yi-yuan"))
        return self.triples


def data(size: int) -> list[Triple]:
    """Return the triples of as many reports as it takes to have `size` of them."""
    triples: list[Triple] = []
    for seed in range(size):
        triples += _Report(seed).write()
        if len(triples) >= size:
            break
    return triples[:size]


def owlrl_cpu(asserted: list[Triple], axioms: tuple[Triple, ...]) -> float:
    """Return the CPU seconds of a child that runs owlrl."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    infer_with_owlrl(asserted, axioms)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def extension_cpu(closure: Closure) -> float:
    """Return the median CPU seconds that 20 new triples cost."""
    found = []
    for number in range(10**6, 10**6 + 5):
        batch = _Report(number).write()[:20]
        start = time.process_time()
        closure.extend(batch)
        found.append(time.process_time() - start)
    return statistics.median(found)


def measure(size: int, axioms: tuple[Triple, ...], *, with_owlrl: bool) -> Row:
    """Return the row of one size."""
    asserted = data(size)
    ticks = [time.process_time()]
    index = TripleIndex(asserted)
    ticks.append(time.process_time())
    closure = Closure(index, compile_ontology(axioms))
    ticks.append(time.process_time())
    inferred = closure.inferred()
    ticks.append(time.process_time())
    making, closing, sorting = (later - earlier for earlier, later in pairwise(ticks))
    extending = extension_cpu(closure)
    owlrl = owlrl_cpu(asserted, axioms) - owlrl_cpu([], ()) if with_owlrl else None
    return Row(len(asserted), len(inferred), making, closing, sorting, extending, owlrl)


def exponent(rows: list[Row]) -> float:
    """Return the growth exponent of index and closure together."""
    sizes = [math.log(row.triples) for row in rows]
    times = [math.log(row.index + row.close) for row in rows]
    return statistics.linear_regression(sizes, times).slope


def main() -> None:
    """Print a row per size, and the growth exponent."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--owlrl-up-to", type=int, default=100_000)
    options = parser.parse_args()
    axioms = ontology()
    rows = []
    print(
        f"{'triples':>9} {'inferred':>9} {'index':>7} {'close':>7} {'sort':>7} "
        f"{'+20 ms':>7} {'owlrl':>8} {'ratio':>6}"
    )
    for size in options.sizes:
        row = measure(size, axioms, with_owlrl=size <= options.owlrl_up_to)
        rows.append(row)
        beside = (
            ""
            if row.owlrl is None
            else (f"{row.owlrl:8.2f} {row.owlrl / (row.index + row.close):5.0f}×")
        )
        print(
            f"{row.triples:9} {row.inferred:9} {row.index:7.3f} {row.close:7.3f} "
            f"{row.sort:7.3f} {row.extend * 1000:7.2f} {beside}",
            flush=True,
        )
    if len(rows) > 1:
        print(f"growth exponent {exponent(rows):.2f}")


if __name__ == "__main__":
    main()
