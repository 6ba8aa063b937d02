"""The plain stack on the same graph: rdflib parses, owlrl infers, pySHACL validates twice, rdflib
serialises. Evidence is left out. Run as a process of its own, so that its CPU time is its own.

    python -m benchmarks.plain_stack ASSERTED.ttl [STAGE …]    prints a JSON object of seconds
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import owlrl
import pyshacl
import rdflib

from kg_builder.resources import Resources

STAGES = ("parse", "infer", "validate", "serialize")


def run(asserted: Path, stages: tuple[str, ...] = STAGES) -> dict[str, float]:
    """Return the CPU seconds of each stage on the graph in the Turtle file `asserted`."""
    resources = Resources.find()
    seconds: dict[str, float] = {}

    def timed(name: str, work: Callable[[], object]) -> None:
        start = time.process_time()
        work()
        seconds[name] = time.process_time() - start

    data, ontology, shapes = rdflib.Graph(), rdflib.Graph(), rdflib.Graph()
    for path in [*resources.ontology.glob("*.ttl"), *resources.ontology.glob("taxonomies/*.ttl")]:
        ontology.parse(path)
    for path in resources.files("shapes", "*.ttl"):
        if path.name != "ontology.ttl":  # `kg build` does not check the ontology either
            shapes.parse(path)
    timed("parse", lambda: data.parse(asserted))
    whole = data + ontology
    plain = data + ontology

    if "infer" in stages:
        timed("infer", lambda: owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(whole))
    if "validate" in stages:

        def validate() -> None:
            for graph in (plain, _without_literal_subjects(whole)):
                pyshacl.validate(graph, shacl_graph=shapes, inference="none")

        timed("validate", validate)
    if "serialize" in stages:
        timed("serialize", lambda: data.serialize(format="turtle"))
    return seconds


def _without_literal_subjects(graph: rdflib.Graph) -> rdflib.Graph:
    clean = rdflib.Graph()
    clean += (triple for triple in graph if not isinstance(triple[0], rdflib.Literal))
    return clean


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), tuple(sys.argv[2:]) or STAGES)))
