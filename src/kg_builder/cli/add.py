"""`kg add`: triples of one's own, judged, inferred over, and taken into the graph as one batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from kg_builder.cli.contributing import (
    format_option,
    own_store,
    provenance,
    read_submitted,
    tell_outcome,
    writing_options,
)
from kg_builder.cli.options import Speaker, common_options, examples

_LISTED = 200
"""Results that are listed, as `kg validate` does."""
_LEVELS = ("violation", "warning", "info")


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "add",
        help=say(
            "把自己的三元组收进图里：先像 kg validate 那样验证，有违反就整批不收；收下的成为一批"
            "贡献，记着谁、何时、依据什么，每次 kg build 都会重放。- 表示标准输入。",
            "Take triples of your own into the graph: judged as kg validate does, and refused whole"
            " on violations; what is taken is one contribution, with who, when and after what"
            " source, which every kg build replays. - is standard input.",
        ),
        epilog=examples(
            say,
            "kg add new.ttl --source https://example.cn/notice/2024-7",
            "kg add new.ttl --source 'phone call with the street office' --by 王敏 --dry-run",
        ),
    )
    @click.argument("new", nargs=-1, required=True, metavar=say("文件...", "NEW..."))
    @click.option(
        "--source",
        required=True,
        metavar=say("出处", "TEXT"),
        help=say(
            "依据什么：文件、网址或人",
            "the source of the claim: a document, a URL or a person",
        ),
    )
    @click.option(
        "--fail-on",
        type=click.Choice(_LEVELS),
        default="violation",
        show_default=True,
        help=say("达到哪一级就不收", "from which severity on it is refused"),
    )
    @format_option(say)
    @writing_options(say)
    @common_options(say)
    def run(
        new: Sequence[str],
        source: str,
        fail_on: str,
        data_format: str | None,
        by: str | None,
        store: Path | None,
        dry_run: bool,
        wait: float,
        with_text: bool | None,
        project: Path | None,
        verbose: bool,
    ) -> int:
        from kg_builder.graph.opening import open_graph
        from kg_builder.judging.transaction import Options, submit
        from kg_builder.resources import Resources

        folder, who = own_store(store), provenance(by, source)
        options = Options(
            wait=wait,
            dry_run=dry_run,
            fail_on=fail_on,  # type: ignore[arg-type]  # click has seen to it
            with_text=with_text,
            resources=Resources.find(project),
            listed=_LISTED,
        )
        outcome = submit(folder, read_submitted(new, data_format, say), who, options)
        with open_graph(folder) as graph:
            return tell_outcome(outcome, graph, say, verbose=verbose)

    return run
