"""The graph that a command asks: its option, and the door to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg_builder.cli.options import Speaker, show_progress

if TYPE_CHECKING:
    from kg_builder.graph.opening import OpenGraph


def store_option(say: Speaker) -> Callable[[Any], Any]:
    """Return a decorator that adds the option that says which graph is asked."""
    return store_option_of(
        say,
        "问哪个图：kg build 的文件夹，或任何 RDF 的文件或文件夹"
        "（默认此处的 build/，否则已发布的图）",
        "the graph to ask: a folder of kg build, or any file or folder of RDF"
        " (default: build/ here, else the published graph)",
    )


def store_option_of(say: Speaker, zh: str, en: str) -> Callable[[Any], Any]:
    """Return a decorator that adds `--store` with help of its own."""
    return click.option(
        "--store",
        type=click.Path(path_type=Path),
        metavar=say("文件夹", "DIR"),
        help=say(zh, en),
    )


def find_store(store: Path | None, project: Path | None, say: Speaker) -> Path:
    """Return the folder or file of the graph; the published one is built where it is not yet."""
    from kg_builder.asking.stores import locate_store

    with show_progress(say) as progress:
        return locate_store(store, project, progress)


@contextmanager
def opened_store(store: Path | None, project: Path | None, say: Speaker) -> Iterator[OpenGraph]:
    """Open the graph that a command asks."""
    from kg_builder.graph.opening import open_graph

    with open_graph(find_store(store, project, say)) as graph:
        yield graph
