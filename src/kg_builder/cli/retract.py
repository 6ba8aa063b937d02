"""`kg retract`: triples of a file leave the contributions."""

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


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "retract",
        help=say(
            "把文件里的三元组从贡献中撤出；报告所说的不在此列（用 kg review 作决定）。"
            "撤出也记入历史，可以用 kg undo 撤销。",
            "Take the triples of a file out of the contributions; what reports say is not meant"
            " (kg review decides on that). It is an entry of the history, which kg undo undoes.",
        ),
        epilog=examples(say, "kg retract wrong.ttl", "kg retract wrong.ttl --dry-run"),
    )
    @click.argument("files", nargs=-1, required=True, metavar=say("文件...", "FILE..."))
    @click.option(
        "--source",
        metavar=say("理由", "TEXT"),
        help=say("为何撤出：文件、网址或人", "why: a document, a URL or a person"),
    )
    @format_option(say)
    @writing_options(say)
    @common_options(say)
    def run(
        files: Sequence[str],
        source: str | None,
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
        from kg_builder.judging.transaction import Options, retract
        from kg_builder.resources import Resources

        folder, who = own_store(store), provenance(by, source)
        options = Options(
            wait=wait, dry_run=dry_run, with_text=with_text, resources=Resources.find(project)
        )
        outcome = retract(folder, read_submitted(files, data_format, say), who, options)
        with open_graph(folder) as graph:
            return tell_outcome(outcome, graph, say, verbose=verbose)

    return run
