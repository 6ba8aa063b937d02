"""Our SHACL engine beside pySHACL, with the project's own shapes, on synthetic instance data.

    python -m benchmarks.bench_shacl [--sizes 10000 100000 1000000] [--pyshacl-up-to 10000]

CPU seconds. `shapes` compiles the shapes, `validate` checks the graph whole, `+20 ms` checks the
focus nodes of twenty triples. Every 500th canteen is wrong in three ways; the number of results is
checked, and with pySHACL the results themselves. `ratio` is pySHACL against shapes and validate
together, both on graphs in memory. The growth exponent is the slope of `validate` over all sizes,
by least squares on log axes.
"""

from __future__ import annotations

import argparse
import math
import random
import resource
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple, parse

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.shacl import compile_shapes, validate
from kg_builder.graph.validation import pyshacl_on_graphs, rdflib_graph
from kg_builder.graph.vocabulary import DEFAULT_BASE, RDF_TYPE, RDFS_LABEL, expand
from kg_builder.model.validation import ValidationReport

_HOUSE = Path(__file__).parents[1]
_NOT_OF_INSTANCES = ("ontology.ttl", "evidence.ttl")
_WRONG = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One size: triples, results, and CPU seconds."""

    triples: int
    results: int
    shapes: float
    validate: float
    twenty: float
    pyshacl: float | None


def files(*patterns: str) -> list[Triple]:
    """Return the triples of Turtle files of the project, each once."""
    found = sorted(path for pattern in patterns for path in _HOUSE.glob(pattern))
    wanted = (path for path in found if path.name not in _NOT_OF_INSTANCES)
    return list(dict.fromkeys(quad.triple for path in wanted for quad in parse(path=path)))


def instances(seed: int) -> Iterator[list[Triple]]:
    """Yield canteens without end, each with its listing, its address and a figure."""
    chance = random.Random(seed)
    name = iter(NamedNode(f"{DEFAULT_BASE}id/x/{number}") for number in count())
    district, report, period, indicator = (next(name) for _ in range(4))
    streets = [next(name) for _ in range(30)]
    yield [
        *_named(district, "District", "示例区"),
        *_named(report, "Report", "示例区2024年报告"),
        *_named(indicator, "Indicator", "面积"),
        Triple(report, expand("coversArea"), district),
        Triple(period, RDF_TYPE, expand("Period")),
        Triple(period, expand("startYear"), _typed("2024", "gYear")),
        Triple(period, expand("endYear"), _typed("2024", "gYear")),
        Triple(period, expand("periodSpan"), expand("span:year")),
        *(t for street in streets for t in _named(street, "Street", "示例街道")),
        *(Triple(street, expand("within"), district) for street in streets),
    ]
    frame = [
        (expand("statedIn"), report),
        (expand("area"), district),
        (expand("period"), period),
        (expand("resultKind"), expand("kind:actual")),
    ]
    for number in count():
        canteen, listing, address, figure = (next(name) for _ in range(4))
        wrong = number % _WRONG == 0
        street = chance.choice(streets)
        phone = f"010-{chance.randrange(10**7, 10**8)}"
        value = chance.randrange(10, 500)
        yield [
            *_named(canteen, "Canteen", f"示例助餐点{number}"),
            Triple(listing, RDF_TYPE, expand("CanteenListing")),
            Triple(listing, expand("about"), canteen),
            Triple(listing, expand("street"), district if wrong else street),
            Triple(listing, expand("address"), address),
            Triple(listing, expand("telephone"), Literal("无" if wrong else phone)),
            Triple(listing, expand("listOrder"), Literal(0 if wrong else number + 1)),
            Triple(address, RDF_TYPE, expand("Address")),
            Triple(address, expand("locn:fullAddress"), Literal("示例路1号", language="zh")),
            Triple(address, expand("roadName"), Literal("示例路", language="zh")),
            Triple(figure, RDF_TYPE, expand("Observation")),
            Triple(figure, expand("about"), canteen),
            Triple(figure, expand("indicator"), indicator),
            Triple(figure, expand("measure"), expand("measure:level")),
            Triple(figure, expand("value"), _typed(f"{value}.5", "decimal")),
            Triple(figure, expand("unit"), expand("unit:square-metre")),
            Triple(figure, expand("verbatim"), Literal(f"{value}.5平方米")),
            *(Triple(node, *pair) for node in (listing, figure) for pair in frame),
        ]


def _named(node: NamedNode, cls: str, label: str) -> list[Triple]:
    return [
        Triple(node, RDF_TYPE, expand(cls)),
        Triple(node, RDFS_LABEL, Literal(label, language="zh")),
    ]


def _typed(text: str, name: str) -> Literal:
    return Literal(text, datatype=expand(f"xsd:{name}"))


def graph(triples: int) -> list[Triple]:
    """Return instance data of at least so many triples."""
    found: list[Triple] = []
    for block in instances(seed=1):
        found += block
        if len(found) >= triples:
            return found
    raise AssertionError


def measure(size: int, pyshacl_up_to: int) -> Row:
    """Check one size with our engine, and with pySHACL where that is asked for."""
    shape_triples, data = files("shapes/*.ttl"), graph(size)
    data = [*files("ontology/*.ttl", "ontology/taxonomies/*.ttl"), *data]
    start = time.process_time()
    shapes = compile_shapes(shape_triples)
    compiled = time.process_time()
    index = TripleIndex(data)
    indexed = time.process_time()
    report = validate(index, shapes)
    done = time.process_time()
    focus = list(dict.fromkeys(triple.subject for triple in islice(reversed(data), 20)))
    validate(index, shapes, [node for node in focus if isinstance(node, NamedNode)])
    twenty = time.process_time() - done
    pyshacl = _pyshacl(data, shape_triples, report) if size <= pyshacl_up_to else None
    return Row(len(index), len(report.results), compiled - start, done - indexed, twenty, pyshacl)


def _pyshacl(data: list[Triple], shapes: list[Triple], mine: ValidationReport) -> float:
    graphs = rdflib_graph(data), rdflib_graph(shapes)
    start = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = pyshacl_on_graphs(*graphs)
    seconds = time.process_time() - start
    if _keys(mine) != _keys(report):
        raise AssertionError("the engines differ")
    return seconds


def _keys(report: ValidationReport) -> Counter[tuple[str | None, ...]]:
    return Counter(
        (r.focus_node, r.path, r.value, r.component, r.severity, r.source_shape)
        for r in report.results
    )


def slope(rows: list[Row]) -> float:
    """Return the growth exponent of `validate`."""
    points = [(math.log(row.triples), math.log(row.validate)) for row in rows]
    mean_x, mean_y = (sum(axis) / len(points) for axis in zip(*points, strict=True))
    over: float = sum((x - mean_x) * (y - mean_y) for x, y in points)
    under: float = sum((x - mean_x) ** 2 for x, _ in points)
    return over / under


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--pyshacl-up-to", type=int, default=10_000)
    given = parser.parse_args()
    print("  triples results  shapes validate  +20 ms pySHACL  ratio")
    rows = []
    for size in given.sizes:
        row = measure(size, given.pyshacl_up_to)
        rows.append(row)
        line = f"{row.triples:9} {row.results:7} {row.shapes:7.3f} {row.validate:8.3f}"
        line += f" {row.twenty * 1000:7.1f}"
        if row.pyshacl is not None:
            line += f" {row.pyshacl:7.2f} {row.pyshacl / (row.shapes + row.validate):5.0f}×"
        print(line)
    if len(rows) > 1:
        print(f"growth exponent {slope(rows):.2f}")
    print(f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
