"""`kg history`: the contributions to a graph, who made them, and what has become of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from kg_builder.cli.contributing import own_store, own_store_option
from kg_builder.cli.options import Speaker, common_options, examples

_STATES = {
    "live": ("有效", "live"),
    "partly": ("部分撤出", "partly retracted"),
    "retracted": ("已撤出", "retracted"),
    "undone": ("已撤销", "undone"),
}
_KINDS = {"add": ("加入", "add"), "retract": ("撤出", "retract"), "undo": ("撤销", "undo")}


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "history",
        help=say(
            "列出收进图里的贡献：编号、时间、谁、依据、多少条、现状。一批一行。",
            "List the contributions to a graph: number, time, who, after what source, how many"
            " triples, and what has become of them. A line each.",
        ),
        epilog=examples(say, "kg history", "kg history --format json"),
    )
    @own_store_option(say)
    @click.option(
        "--format",
        "format_name",
        type=click.Choice(("text", "json")),
        default="text",
        show_default=True,
        help=say("格式", "format"),
    )
    @common_options(say)
    def run(
        store: Path | None,
        format_name: str,
        project: Path | None,  # noqa: ARG001
        verbose: bool,  # noqa: ARG001
    ) -> int:
        from kg_builder.graph.opening import open_graph

        with open_graph(own_store(store)) as graph:
            items = graph.summary["contributions"]
            base = graph.base or ""
        if format_name == "json":
            full = [
                {**item, **({"graph": base + item["graph"]} if "graph" in item else {})}
                for item in items
            ]
            click.echo(json.dumps(full, ensure_ascii=False, indent=2))
            return 0
        for item in items:
            say.tell(_line(item, say))
        if not items:
            say.tell(
                say("还没有贡献；kg add 收进一批", "no contributions yet; kg add takes one in")
            )
        return 0

    return run


def _line(item: Mapping[str, Any], say: Speaker) -> str:
    kind = say(*_KINDS[item["kind"]])
    what = (
        f"{kind} {item['of']}"
        if item["kind"] == "undo"
        else say(f"{kind} {item['triples']} 条", f"{kind} {item['triples']}")
    )
    state = say(*_STATES[item["state"]])
    if item["state"] == "partly":
        state += say(f"，还剩 {item['live']} 条", f", {item['live']} left")
    parts = [str(item["number"]), item["when"], item["by"], what, state]
    parts += [item["source"]] if item["source"] else []
    parts += [" ".join(item["files"])] if item["files"] else []
    return "  ".join(parts)
