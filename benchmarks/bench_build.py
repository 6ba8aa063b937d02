"""`kg build` beside the plain stack, on the real report and on synthetic ones.

    python -m benchmarks.bench_build [--reports 1 10 100] [--plain-up-to 100000]

Whole processes, user + system CPU seconds. The real report is read where KG_REPORT names it; the
growth exponent is the slope between the smallest and the largest synthetic build, on log axes.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.synthetic import write_reports


@dataclass(frozen=True, slots=True)
class Row:
    """One build: its size, its CPU seconds, its stages, and the plain stack's stages."""

    name: str
    triples: int
    cpu: float
    stages: dict[str, float]
    plain: dict[str, float] | None


def cpu_of(command: list[str], runs: int) -> float:
    """Return the median CPU seconds of a command as a whole process, children included."""
    found = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(found)


def measure(name: str, reports: list[Path], out: Path, plain_up_to: int) -> Row:
    """Build `reports` into `out`, then run the plain stack on the same asserted graph."""
    command = [sys.executable, "-m", "kg_builder", "build", *map(str, reports), "-o", str(out)]
    cpu = cpu_of(command, 5 if len(reports) == 1 else 1)
    triples = json.loads((out / "build.json").read_text("utf-8"))["counts"]["asserted"]
    stages = json.loads((out / "timings.json").read_text("utf-8"))
    plain = None
    if triples <= plain_up_to:
        plain_command = [sys.executable, "-m", "benchmarks.plain_stack", str(out / "asserted.ttl")]
        answer = subprocess.run(plain_command, check=True, capture_output=True, text=True)
        plain = json.loads(answer.stdout)
    return Row(name, triples, cpu, stages, plain)


def show(rows: list[Row]) -> None:
    """Print the table of ratios, then the growth exponents."""
    print(
        f"{'reports':<12}{'triples':>10}{'kg build':>10}{'plain':>10}{'ratio':>8}"
        f"{'closure':>10}{'SHACL':>8}"
    )
    for row in rows:
        line = f"{row.name:<12}{row.triples:>10,}{row.cpu:>9.2f}s"
        if row.plain:
            total = sum(row.plain.values())
            closure = row.plain["infer"] / row.stages["infer"]
            shacl = row.plain["validate"] / row.stages["validate"]
            line += f"{total:>9.2f}s{total / row.cpu:>7.1f}×{closure:>9.0f}×{shacl:>7.1f}×"
        print(line)
    synthetic = [row for row in rows if row.name != "real"]
    if len(synthetic) > 1:
        first, last = synthetic[0], synthetic[-1]
        growth = math.log(last.triples / first.triples)
        for stage in ("read", "infer", "validate", "write"):
            slope = math.log(last.stages[stage] / first.stages[stage]) / growth
            print(f"growth exponent of {stage}: {slope:.2f}")
        print(f"growth exponent of all: {math.log(last.cpu / first.cpu) / growth:.2f}")


def main() -> None:
    """Run the benchmark that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--plain-up-to", type=int, default=100_000, metavar="TRIPLES")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if os.environ.get("KG_REPORT"):
            real = [Path(os.environ["KG_REPORT"])]
            rows.append(measure("real", real, folder / "real", options.plain_up_to))
        for count in options.reports:
            paths = write_reports(count, folder / f"reports-{count}")
            out = folder / f"out-{count}"
            rows.append(measure(f"{count} synthetic", paths, out, options.plain_up_to))
    show(rows)


if __name__ == "__main__":
    main()
