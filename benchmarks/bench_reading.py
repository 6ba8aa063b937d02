"""Text to facts: reports a minute on one core, beside jieba tagging the same text in the same run.

    python -m benchmarks.bench_reading [--reports 12] [--characters 7000] [--jobs 1 2]

CPU seconds of one process, the genre loaded before and the collector of cycles off, as in `kg
build`: decoding, reading the document, extraction, coverage; no RDF. The reports are the texts
committed here, joined to some 7,000 characters each (`prose`, `tables`, and both by turns), and the
real one where KG_REPORT names it. Each is read three times and the best counts.

The peer is `jieba.posseg` (MIT, 0.42.1), dictionary loaded before: the tagger that most pipelines
for Chinese start from, in Python like this reader. It cuts and tags words, which is the first step
of what is measured here and no fact yet. `rjieba` (MIT) is its rewrite in Rust, without new words:
how fast a compiled first step is. Both are in the extra `bench`; without them their columns stay
empty. `--jobs` reads all the reports in that many processes, wall clock, their start included.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import TypeVar

from kg_builder.desk import Reader, ReportInput, read_reports
from kg_builder.resources import Resources
from kg_builder.text.genre import load_genre

_ROOT = Path(__file__).parents[1]
_RUNS = 3
_DEMAND = 1_000
"""Reports of 7,000 characters a minute."""

T = TypeVar("T")
Tagger = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Row:
    """One set of reports: characters and facts in all, CPU seconds of reading and of the peers."""

    name: str
    reports: int
    characters: int
    facts: int
    cpu: float
    peers: Mapping[str, float]


def prose() -> list[str]:
    """Return the committed texts of running prose."""
    return _texts(_ROOT / "tests" / "quality" / "prose", "*.txt")


def tables() -> list[str]:
    """Return the committed texts that are mostly tables."""
    return _texts(_ROOT / "tests" / "reports", "*/source.txt")


def _texts(folder: Path, pattern: str) -> list[str]:
    return [path.read_text("utf-8") for path in sorted(folder.glob(pattern))]


def reports(texts: list[str], count: int, characters: int) -> list[str]:
    """Return `count` reports of `characters`: the title of one text and the bodies of several."""
    return [_report(texts, start, characters) for start in range(count)]


def _report(texts: list[str], start: int, characters: int) -> str:
    first = start % len(texts)
    parts = [texts[first].partition("\n")[0]]
    size = len(parts[0])
    for text in islice(cycle(texts), first, None):
        if size >= characters:
            break
        parts.append(text.partition("\n")[2].strip("\n"))
        size += len(parts[-1]) + 1
    return "\n".join(parts)[:characters].rpartition("\n")[0] + "\n"


def by_turns(first: list[str], second: list[str]) -> list[str]:
    """Return the texts of both lists, one of each by turns, until the shorter ends."""
    return [text for pair in zip(first, second, strict=False) for text in pair]


def cpu_of(work: Callable[[T], object], item: T) -> float:
    """Return the least CPU seconds of some runs of `work(item)`."""
    found = []
    for _ in range(_RUNS):
        start = time.process_time()
        work(item)
        found.append(time.process_time() - start)
    return min(found)


def taggers() -> Iterator[tuple[str, Tagger]]:
    """Yield the peers that are installed, their dictionaries loaded."""
    try:
        logging.getLogger("jieba").addHandler(logging.NullHandler())
        jieba, posseg = (importlib.import_module(name) for name in ("jieba", "jieba.posseg"))
        jieba.setLogLevel(logging.ERROR)
        posseg.lcut("预热")
        yield "jieba", posseg.lcut
    except ImportError:
        pass
    try:
        rust = importlib.import_module("rjieba")
        rust.tag("预热")
        yield "rjieba", rust.tag
    except ImportError:
        pass


def measure(name: str, texts: list[str], reader: Reader, peers: dict[str, Tagger]) -> Row:
    """Read the texts, and let the peers tag them."""
    sources = [ReportInput(f"{number}", text.encode()) for number, text in enumerate(texts)]
    facts = sum(len(reader(source).extraction.facts) for source in sources)  # also warms up
    cpu = sum(cpu_of(reader, source) for source in sources)
    tagged = {peer: sum(cpu_of(tag, text) for text in texts) for peer, tag in peers.items()}
    return Row(name, len(texts), sum(map(len, texts)), facts, cpu, tagged)


def show(rows: list[Row]) -> None:
    """Print the table of one core."""
    print(
        f"{'reports':<10}{'':>4}{'chars':>8}{'facts':>8}{'ms each':>9}{'ms/7,000':>10}"
        f"{'a minute':>10}{'chars/s':>10}{'jieba':>9}{'ratio':>7}{'rjieba':>9}"
    )
    for row in rows:
        each = row.cpu / row.reports
        scaled = 7_000 * row.cpu / row.characters
        line = (
            f"{row.name:<10}{row.reports:>4}{row.characters:>8,}{row.facts:>8,}{each * 1e3:>9.1f}"
            f"{scaled * 1e3:>10.1f}{60 / scaled:>10,.0f}{row.characters / row.cpu:>10,.0f}"
        )
        if "jieba" in row.peers:
            peer = row.peers["jieba"]
            line += f"{peer / row.reports * 1e3:>7.0f}ms{peer / row.cpu:>6.1f}×"
        if "rjieba" in row.peers:
            line += f"{row.peers['rjieba'] / row.reports * 1e3:>7.1f}ms"
        print(line)
    print(f"“a minute”: reports of 7,000 characters; the demand is {_DEMAND:,}")


def show_jobs(texts: list[str], counts: list[int]) -> None:
    """Print how many of the texts are read in a minute of wall clock, by number of processes."""
    folders = Resources.find().folders("genre")
    genre = load_genre(folders)
    sources = [ReportInput(f"{number}", text.encode()) for number, text in enumerate(texts)]
    for jobs in counts:
        start = time.perf_counter()
        for _ in read_reports(sources, genre, folders, jobs=jobs):
            pass
        spent = time.perf_counter() - start
        minute = 60 * len(texts) / spent
        print(f"--jobs {jobs}: {len(texts)} reports in {spent:.2f} s, {minute:,.0f} a minute")


def main() -> None:
    """Run the benchmark that the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--reports", type=int, default=12)
    parser.add_argument("--characters", type=int, default=7_000)
    parser.add_argument("--jobs", type=int, nargs="+", default=[])
    options = parser.parse_args()
    sets = {"prose": prose(), "tables": tables(), "mixed": by_turns(prose(), tables())}
    made = {
        name: reports(texts, options.reports, options.characters) for name, texts in sets.items()
    }
    if os.environ.get("KG_REPORT"):
        made["real"] = [Path(os.environ["KG_REPORT"]).read_text("utf-8-sig")]
    gc.disable()
    reader = Reader(load_genre(Resources.find().folders("genre")))
    peers = dict(taggers())
    show([measure(name, texts, reader, peers) for name, texts in made.items()])
    if options.jobs:
        show_jobs(made["mixed"] * 10, options.jobs)


if __name__ == "__main__":
    main()
