"""Twenty new triples judged in the context of a graph, beside pySHACL on the same data.

    python -m benchmarks.bench_validate [--sizes 10000 100000 1000000] [--pyshacl-up-to 1000000]
                                        [--whole-up-to 10000] [--stores FOLDER]

Milliseconds of wall clock: a first run, the median of nine more, and the CPU time of these, with
that of the child that parses. The triples are a canteen with its address and listing, one value of
them wrong; each run brings another canteen, and finds exactly what is wrong.

`open` opens a built folder until the first question can be asked. `judge` is all that `kg validate`
does from bytes to verdict once it is open. `kg` is the whole process of the command line. pySHACL
has the graph in memory before its clock starts, ontology and inferred triples included: `focus` is
its `focus_nodes`, the new subjects: so it cannot see old nodes that new triples break, and reports
violations that are none (it skips what sh:not asks of a value). `whole` is all of it. Ratios are
against `judge`. The growth exponents are slopes over the sizes, by least squares on log axes.
`--stores` keeps the folders for the next time.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Triple, serialize

from benchmarks.canteens import files, twenty
from benchmarks.measuring import Times, in_child, kg, peak, repeated, slope
from benchmarks.stores import make_store
from kg_builder.graph.opening import open_graph
from kg_builder.graph.vocabulary import expand
from kg_builder.resources import Resources

_FIRST = 10**7
"""The number of the first new canteen: far from those of the stores."""


def batch(number: int, *, wrong: bool = True) -> bytes:
    """Return twenty new triples in Turtle."""
    triples = twenty(_FIRST + number, wrong=wrong)
    text = serialize(triples, format=RdfFormat.TURTLE)
    assert text is not None
    return text


def ours(out: Path) -> dict[str, object]:
    """Judge in a warm session; return the times."""
    from kg_builder.graph.submission.reading import PARSING, read_submission
    from kg_builder.judging.judge import Court
    from kg_builder.workers import Standby

    start = time.perf_counter()
    with open_graph(out) as graph, Court(graph, Resources.find()) as court:
        opened = (time.perf_counter() - start) * 1000
        with Standby(PARSING) as child:

            def stand_by() -> None:
                child.prepare()
                time.sleep(0.3)

            def judge(number: int) -> None:
                found = read_submission(batch(number), name="new.ttl", format="turtle", child=child)
                verdict = court.judge([found]).verdict
                severities = [item.result.severity for item in verdict.results]
                if severities != ["Violation"]:
                    raise AssertionError(verdict)

            times = repeated(judge, between=stand_by)
    return {"open": opened, "judge": asdict(times), "memory": peak()}


def pyshacl(out: Path, *, whole: bool) -> dict[str, object]:
    """Validate with pySHACL; return the times."""
    from kg_builder.graph.dataset import rdflib_term
    from kg_builder.graph.validation import pyshacl_on_graphs, rdflib_graph

    def validate(triples: list[Triple], focus: list[str] | None) -> None:
        added = [tuple(rdflib_term(term, {}) for term in triple) for triple in triples]
        for triple in added:
            data.add(triple)  # type: ignore[arg-type]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            report = pyshacl_on_graphs(data, shapes, focus)
        paths = [result.path for result in report.violations()]
        if str(expand("listOrder")) not in paths:
            raise AssertionError(report.results)
        false.append(len(paths) - 1)
        for triple in added:
            data.remove(triple)  # type: ignore[arg-type]

    def new(number: int) -> None:
        triples = twenty(_FIRST + number, wrong=True)
        subjects = {t.subject for t in triples}
        validate(triples, [s.value for s in subjects if isinstance(s, NamedNode)])

    with open_graph(out) as graph:
        quads = graph.store.quads_for_pattern(None, None, None, DefaultGraph())
        data = rdflib_graph(quad.triple for quad in quads)
    shapes = rdflib_graph(files("shapes/*.ttl"))
    false: list[int] = []
    found: dict[str, object] = {"focus": asdict(repeated(new, 3)), "memory": peak()}
    found["false"] = false[0]
    if whole:
        start = time.perf_counter()
        validate(twenty(_FIRST, wrong=True), None)
        found["whole"] = (time.perf_counter() - start) * 1000
    return found


def command_line(out: Path) -> Times:
    """Return the times of whole processes of `kg validate`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.ttl"
        path.write_bytes(batch(0))
        return repeated(lambda _: kg("validate", path, "--store", out, codes=(1,)))


@contextmanager
def stores(folder: Path | None, sizes: list[int]) -> Iterator[dict[int, Path]]:
    """Give a built folder for each size, made where it is not there yet."""
    if folder is None:
        with tempfile.TemporaryDirectory() as made, stores(Path(made), sizes) as found:
            yield found
        return
    found = {size: folder / str(size) for size in sizes}
    for size, out in found.items():
        if not out.exists():
            make_store(out, size)
    yield found


def main() -> None:
    """Print a row per size, and the growth exponents."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--pyshacl-up-to", type=int, default=1_000_000)
    parser.add_argument("--whole-up-to", type=int, default=10_000)
    parser.add_argument("--stores", type=Path)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        engine, out, whole = given.child
        found = ours(Path(out)) if engine == "ours" else pyshacl(Path(out), whole=whole == "whole")
        print(json.dumps(found))
        return
    points: dict[str, list[tuple[float, float]]] = {"judge": [], "kg": [], "pySHACL focus": []}
    with stores(given.stores, given.sizes) as folders:
        for size, out in folders.items():
            mine = in_child("benchmarks.bench_validate", "ours", out, "")
            judge = Times(**mine["judge"])
            whole_process = command_line(out)
            print(f"\n{size:,} triples ({mine['memory']} MB)     first   median      CPU")
            print(f"  open {mine['open']:27.1f}")
            print(f"  judge            {judge}")
            print(f"  kg               {whole_process}", flush=True)
            points["judge"].append((size, judge.wall))
            points["kg"].append((size, whole_process.wall))
            if size > given.pyshacl_up_to:
                continue
            whole = size <= given.whole_up_to
            peer = in_child("benchmarks.bench_validate", "pyshacl", out, "whole" if whole else "")
            focus = Times(**peer["focus"])
            points["pySHACL focus"].append((size, focus.wall))
            ratio = f"{focus.wall / judge.wall:8.1f}×"
            more = f"{peer['memory']} MB, {peer['false']} violations that are none"
            print(f"  pySHACL focus    {focus} {ratio} ({more})", flush=True)
            if whole:
                ratio = f"{peer['whole'] / judge.wall:8.0f}×"
                print(f"  pySHACL whole    {peer['whole']:8.0f} {'':17} {ratio}", flush=True)
    print()
    for name, line in points.items():
        if len(line) > 1:
            print(f"growth exponent of {name}: {slope(line):.2f}")


if __name__ == "__main__":
    main()
