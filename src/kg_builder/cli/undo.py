"""`kg undo`: an entry of the history counts no more."""

from __future__ import annotations

from pathlib import Path

import click

from kg_builder.cli.contributing import own_store, provenance, tell_outcome, writing_options
from kg_builder.cli.options import Speaker, common_options, examples


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "undo",
        help=say(
            "撤销第 N 批贡献（kg history 列出编号）；若剩下的图会不符合形状，就不撤销。"
            "撤销也记入历史，同样可以撤销。",
            "Take contribution N back (kg history lists the numbers), unless what is left would not"
            " conform. That is an entry of the history too, and can be undone likewise.",
        ),
        epilog=examples(say, "kg undo 3", "kg undo 3 --dry-run"),
    )
    @click.argument("number", type=click.IntRange(min=1), metavar="N")
    @click.option(
        "--source",
        metavar=say("理由", "TEXT"),
        help=say("为何撤销：文件、网址或人", "why: a document, a URL or a person"),
    )
    @writing_options(say)
    @common_options(say)
    def run(
        number: int,
        source: str | None,
        by: str | None,
        store: Path | None,
        dry_run: bool,
        wait: float,
        with_text: bool | None,
        project: Path | None,
        verbose: bool,
    ) -> int:
        from kg_builder.graph.opening import open_graph
        from kg_builder.judging.transaction import Options, undo
        from kg_builder.resources import Resources

        folder, who = own_store(store), provenance(by, source)
        options = Options(
            wait=wait, dry_run=dry_run, with_text=with_text, resources=Resources.find(project)
        )
        outcome = undo(folder, number, who, options)
        with open_graph(folder) as graph:
            return tell_outcome(outcome, graph, say, verbose=verbose)

    return run
