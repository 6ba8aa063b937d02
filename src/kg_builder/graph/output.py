"""What `kg build` leaves: the files of one generation, or of a rejected build."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Triple

from kg_builder.graph.checksums import digests_of_lines, write_checksums
from kg_builder.graph.contributions import History
from kg_builder.graph.dataset import KnowledgeGraph
from kg_builder.graph.generations import Output, rejected_folder, remove_rejected
from kg_builder.graph.places import Place, Places
from kg_builder.graph.serialization import nquads_of_lines, turtle
from kg_builder.graph.store import write_store
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE
from kg_builder.model.validation import ValidationReport, ValidationResult
from kg_builder.version import FORMAT, VERSION


@dataclass(frozen=True, slots=True)
class Written:
    """The folder that was written, and its summary: what stands in build.json."""

    folder: Path
    summary: Mapping[str, Any]


def write_build(
    output: Output,
    graph: KnowledgeGraph,
    report: ValidationReport,
    accounts: Sequence[Mapping[str, Any]],
    texts: Mapping[str, str],
    timings: Mapping[str, float],
    add: Callable[[Path], None],
    history: History,
) -> Written:
    """Write a new generation of OUT and switch to it; an OUT.rejected of before is out of date.

    `add` is given the folder of the generation, for what the graph wing does not write. `history`
    are the contributions that the graph holds; the caller holds the lock of `output` since it read
    them. Raises OutputError; OUT stays as it was, and OUT.rejected too.
    """
    start = time.perf_counter()
    summary = summarize(graph, report, accounts, history)
    with output.generation() as folder:
        write_graphs(folder, graph)
        lines = graph.lines()
        dataset = nquads_of_lines(lines)
        (folder / "dataset.nq").write_text(dataset, "utf-8", newline="")
        write_store(folder / "store", dataset)
        write_json(folder / "build.json", summary)
        for name, text in texts.items():
            path = folder / "source" / f"{name}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8", newline="")
        add(folder)
        _write_timings(folder, timings, start)
        write_checksums(folder, digests_of_lines(lines))
    remove_rejected(output.path)
    return Written(output.given, summary)


def write_rejected(
    out: Path,
    graph: KnowledgeGraph,
    report: ValidationReport,
    accounts: Sequence[Mapping[str, Any]],
    timings: Mapping[str, float],
    history: History,
) -> Written:
    """Write OUT.rejected: the graph that does not conform, and why. OUT stays as it was."""
    start = time.perf_counter()
    summary = summarize(graph, report, accounts, history)
    target = out.absolute()
    with rejected_folder(out) as folder:
        write_graphs(folder, graph)
        write_json(folder / "build.json", summary)
        _write_timings(folder, timings, start)
    return Written(target.with_name(f"{target.name}.rejected"), summary)


def summarize(
    graph: KnowledgeGraph,
    report: ValidationReport,
    accounts: Sequence[Mapping[str, Any]],
    history: History,
) -> dict[str, Any]:
    """Return what stands in build.json: equal for equal input, with no time and no path.

    (But for the times that contributions were made at: they are part of the input.)
    """
    asserted = graph.asserted_triples()
    return summary_of(
        base=graph.base,
        accounts=accounts,
        history=history,
        counts={
            "asserted": len(asserted),
            "inferred": len(graph.inferred),
            "evidence": len(graph.evidence),
            "ontology": len(graph.ontology),
            "instances": instances_of(asserted),
        },
        results=results_of(report.results, graph.evidence, graph.base, accounts),
        shapes=report.shapes,
    )


def summary_of(
    *,
    base: str,
    accounts: Sequence[Mapping[str, Any]],
    history: History,
    counts: Mapping[str, Any],
    results: Sequence[Mapping[str, Any]],
    shapes: str | None,
) -> dict[str, Any]:
    """Return build.json from its parts; `shapes` is the checksum of those that were used."""
    return {
        "version": VERSION,
        "format": FORMAT,
        "base": base,
        "reports": list(accounts),
        "contributions": history.summary(),
        "counts": dict(counts),
        "validation": {
            "conforms": all(result["severity"] != "Violation" for result in results),
            "shapes": shapes,
            "results": list(results),
        },
    }


def instances_of(asserted: Iterable[Triple]) -> dict[str, int]:
    """Return how many instances of each class of the house are declared, by its local name."""
    kg = PREFIXES["kg"]
    counts = Counter(
        triple.object.value.removeprefix(kg)
        for triple in asserted
        if triple.predicate == RDF_TYPE
        and isinstance(triple.object, NamedNode)
        and triple.object.value.startswith(kg)
    )
    return dict(sorted(counts.items()))


def results_of(
    results: Sequence[ValidationResult],
    evidence: Iterable[Triple],
    base: str,
    accounts: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Return results as they stand in build.json, with the places that the evidence has."""
    if not results:
        return []
    places = Places(evidence)
    files = {
        f"{base}id/report/{account['graph'].removeprefix('graph/report/')}": account["name"]
        for account in accounts
    }
    return [_result(result, places, files) for result in results]


def _result(result: ValidationResult, places: Places, files: Mapping[str, str]) -> dict[str, Any]:
    place = _place(result, places)
    data: dict[str, Any] = {
        "severity": result.severity,
        "focus_node": result.focus_node,
        "path": result.path,
        "value": result.value,
        "component": result.component,
        "source_shape": result.source_shape,
        "messages": list(result.messages),
    }
    if place:
        data |= {
            "source": files.get(place.report),
            "line": place.position.line,
            "column": place.position.column,
        }
    return data


def result_key(result: ValidationResult | Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what tells a result from others, of a report or as build.json has it."""
    names = ("focus_node", "path", "component", "value", "source_shape")
    if isinstance(result, ValidationResult):
        return (*(getattr(result, name) for name in names), result.severity, result.messages)
    return (*(result[name] for name in names), result["severity"], tuple(result["messages"]))


def _place(result: ValidationResult, places: Places) -> Place | None:
    if not result.focus_node.startswith("<"):
        return None
    path = result.path or ""
    simple = path.startswith("<") and path.endswith(">") and path.count("<") == 1
    return places.of(NamedNode(result.focus_node[1:-1]), NamedNode(path[1:-1]) if simple else None)


def write_graphs(folder: Path, graph: KnowledgeGraph) -> None:
    """Write a graph as the Turtle files of a generation."""
    for name, triples in (
        ("asserted", graph.asserted_triples()),
        ("inferred", graph.inferred),
        ("evidence", graph.evidence),
    ):
        text = turtle(triples, base=graph.base)
        (folder / f"{name}.ttl").write_text(text, "utf-8", newline="")


def _write_timings(folder: Path, timings: Mapping[str, float], start: float) -> None:
    """Write the seconds of each stage; the last one, writing, ends with this very file."""
    write = round(time.perf_counter() - start, 6)
    write_json(folder / "timings.json", {**timings, "write": write})


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write a file of JSON for people and diffs."""
    text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    path.write_text(text, "utf-8", newline="")
