"""Built folders of any size, as `kg build` leaves them, of the canteens of `benchmarks.canteens`.

    python -m benchmarks.stores FOLDER [--size 1000000]

Written by the project's own writers, but that the evidence graph is empty.
"""

from __future__ import annotations

import argparse
import time
from itertools import chain
from pathlib import Path

from benchmarks.canteens import REPORT, stream
from kg_builder.graph.conformance import check
from kg_builder.graph.contributions.history import History
from kg_builder.graph.dataset import KnowledgeGraph
from kg_builder.graph.generations import Output
from kg_builder.graph.index import TripleIndex
from kg_builder.graph.inference import compile_ontology, infer
from kg_builder.graph.iris import mint_graph
from kg_builder.graph.names import named_things, of_triples
from kg_builder.graph.ontology import load_ontology
from kg_builder.graph.output import write_build
from kg_builder.graph.vocabulary import DEFAULT_BASE
from kg_builder.resources import Resources
from kg_builder.text.search.lexicon import load_spoken_names
from kg_builder.text.search.storage import NAMES_FILE, write_names


def make_store(out: Path, size: int) -> dict[str, int]:
    """Write a built folder of at least `size` asserted triples; return its counts."""
    resources = Resources.find()
    ontology = load_ontology(resources.ontology)
    asserted = tuple(stream(size))
    inferred = infer(TripleIndex(asserted), compile_ontology(ontology.triples))
    report = check(resources.files("shapes", "*.ttl"), asserted, inferred, ontology)
    if report.violations():
        raise AssertionError("the data of the benchmark does not conform")
    name = mint_graph(DEFAULT_BASE, "report", REPORT.value.rpartition("/")[2])
    graph = KnowledgeGraph(
        base=DEFAULT_BASE,
        asserted={name: asserted},
        inferred=inferred,
        ontology=ontology.triples,
    )
    account = _account(name.value, len(asserted))
    lexicon = load_spoken_names(resources)

    def add(folder: Path) -> None:
        triples = chain(graph.ontology, asserted, inferred)
        write_names(folder / NAMES_FILE, named_things(of_triples(triples)), lexicon)

    output = Output(out)
    with output.locked():
        history = History(DEFAULT_BASE)
        written = write_build(output, graph, report, [account], {}, {}, add, history)
    counts: dict[str, int] = written.summary["counts"]
    return counts


def _account(graph: str, size: int) -> dict[str, object]:
    return {
        "name": f"synthetic-{size}",
        "graph": graph.removeprefix(DEFAULT_BASE),
        "encoding": "utf-8",
        "sha256": "0" * 64,
        "text_sha256": "0" * 64,
        "tables": [],
        "warnings": [],
    }


def main() -> None:
    """Make one."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--size", type=int, default=1_000_000)
    options = parser.parse_args()
    start = time.perf_counter()
    counts = make_store(options.out, options.size)
    print(f"{counts['asserted']:,} asserted, {counts['inferred']:,} inferred triples", end="; ")
    print(f"{time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
