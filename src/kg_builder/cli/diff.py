"""`kg diff`: what changed between two graphs, and whether the new one may be published."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg_builder.asking.results.lines import one_line
from kg_builder.cli.options import SECONDS, Speaker, common_options, discard_output, examples

if TYPE_CHECKING:
    from kg_builder.asking.comparison import AnswerComparison
    from kg_builder.graph.comparison import Difference
    from kg_builder.graph.opening import OpenGraph
    from kg_builder.pages.comparison import Compared

_GRAPHS = ("asserted", "inferred", "evidence", "ontology", "all")
_FORMATS = ("text", "markdown", "ntriples", "json")
_COLOURS = {"+": "green", "-": "red", "~": "yellow", ">": "cyan", "x": "red"}


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "diff",
        help=say(
            "比较两个图：哪些实体增、删、改、改名，哪些存储的查询回答不同。OLD 和 NEW 是 kg build"
            " 的文件夹，或任何 RDF 文件、文件夹。相同退出 0，不同退出 1。",
            "Compare two graphs: which entities came, went, changed or were renamed, and which"
            " stored queries answer differently. OLD and NEW are folders of kg build, or any files"
            " or folders of RDF. Exits 0 if they are the same, 1 if they differ.",
        ),
        epilog=_epilog(say),
    )
    @click.argument("old", type=click.Path(path_type=Path), metavar="OLD")
    @click.argument("new", type=click.Path(path_type=Path), metavar="NEW")
    @click.option(
        "--release",
        is_flag=True,
        help=say(
            "检查 NEW 能否在 OLD 之后发布：IRI 不见而无墓碑、基址仍是占位符、本体变而版本不变，"
            "都退出 1",
            "check that NEW may be published after OLD: exits 1 if an IRI vanished without a"
            " tombstone, the base is the placeholder, or the ontology changed and its version"
            " did not",
        ),
    )
    @click.option(
        "--graph",
        "selection",
        type=click.Choice(_GRAPHS),
        default="asserted",
        show_default=True,
        help=say("比较哪个图", "graph to compare"),
    )
    @click.option(
        "--format",
        "kind",
        type=click.Choice(_FORMATS),
        default="text",
        show_default=True,
        help=say(
            "ntriples：D 行是删去的，A 行是新增的（RDF Patch）",
            "ntriples: D before what went, A before what came (RDF Patch)",
        ),
    )
    @click.option(
        "--only",
        type=click.Choice(["added", "removed"]),
        help=say(
            "只要新增或删去的三元组，纯 N-Triples",
            "only the triples that came, or that went, as plain N-Triples",
        ),
    )
    @click.option(
        "--queries/--no-queries",
        "ask",
        default=True,
        help=say(
            "是否也在两个图上问存储的查询的例子（ntriples 不问）",
            "whether the examples of the stored queries are asked of both (never for ntriples)",
        ),
    )
    @click.option(
        "--timeout",
        type=SECONDS,
        default=120.0,
        show_default=True,
        metavar="SECONDS",
        help=say("每个图上问完查询的秒数", "seconds for the queries, in each graph"),
    )
    @click.option(
        "-o",
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        help=say("写到这个文件（默认标准输出）", "file to write (default: standard output)"),
    )
    @common_options(say)
    def run(old: Path, new: Path, out: Path | None, **given: Any) -> int:
        from kg_builder.graph.opening import open_graph

        with open_graph(old) as before, open_graph(new) as after:
            if given["release"]:
                return _check_release(before, after, say)
            same, text = _difference(before, after, say, given)
        _give(text, out)
        return 0 if same else 1

    return run


def _epilog(say: Speaker) -> str:
    lines = (
        "kg diff build-2024 build-2025",
        "kg diff old.ttl new.ttl --format markdown -o changes.md",
        "kg diff build-2024 build-2025 --only added > added.nt",
        "kg diff --release published build",
    )
    return examples(say, *lines)


def _give(text: str, out: Path | None) -> None:
    """Print a text, coloured by its signs where somebody looks, or put it into a file."""
    if out is not None and str(out) != "-":
        from kg_builder.graph.generations import replace_file

        replace_file(out, text)
        return
    try:
        if sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
            text = "".join(map(_coloured, text.splitlines(keepends=True)))
        click.echo(text, nl=False)
    except BrokenPipeError:
        discard_output()


def _coloured(line: str) -> str:
    colour = _COLOURS.get(line.lstrip()[:2].rstrip())
    return click.style(line, fg=colour) if colour else line


def _check_release(old: OpenGraph, new: OpenGraph, say: Speaker) -> int:
    from kg_builder.graph.release import obstacles

    found = obstacles(old, new)
    for obstacle in found:
        say.complain(f"{new.path}: {obstacle.message.pick(say.language)}")
    if not found:
        say.tell(say("可以发布", "fit for release"))
    return 1 if found else 0


def _difference(
    old: OpenGraph, new: OpenGraph, say: Speaker, given: dict[str, Any]
) -> tuple[bool, str]:
    """Return whether the graphs are the same, and what is to be said of them."""
    from kg_builder.graph.comparison import compare
    from kg_builder.pages import comparison as pages

    found = compare(old, new, given["selection"])
    if given["only"]:
        chosen = found.added if given["only"] == "added" else found.removed
        return found.same, "".join(f"{line}\n" for line in chosen)
    if given["kind"] == "ntriples":
        return found.same, pages.ntriples(found)
    compared = _compared(old, new, found, given)
    if given["kind"] == "json":
        return compared.same, pages.as_json(compared)
    page = pages.markdown if given["kind"] == "markdown" else pages.text
    lines = page(compared, say.language).splitlines()
    return compared.same, "".join(f"{one_line(line)}\n" for line in lines)


def _compared(old: OpenGraph, new: OpenGraph, found: Difference, given: dict[str, Any]) -> Compared:
    from kg_builder.graph.changes import changes
    from kg_builder.graph.comparison import compare_evidence
    from kg_builder.pages.comparison import Compared

    moved = old.base is not None and new.base is not None and old.base != new.base
    return Compared(
        old=str(old.path),
        new=str(new.path),
        selection=given["selection"],
        difference=found,
        changes=changes(found, old, new),
        evidence=compare_evidence(old, new),
        answers=_answers(old, new, given) if given["ask"] else None,
        bases=(old.base or "", new.base or "") if moved else None,
        prefixes={**old.prefixes, **new.prefixes},
    )


def _answers(old: OpenGraph, new: OpenGraph, given: dict[str, Any]) -> AnswerComparison | None:
    from kg_builder.asking.comparison import compare_answers, questions_of
    from kg_builder.graph.query.catalogue import load_catalogue
    from kg_builder.resources import Resources

    queries = list(load_catalogue(Resources.find(given["project"])).values())
    if not queries:
        return None
    return compare_answers(old, new, questions_of(queries, old, new), timeout=given["timeout"])
