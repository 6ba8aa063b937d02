"""`kg export --portable`: the graph, an engine and the stored queries as one HTML file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg_builder.cli.options import Speaker, adding

if TYPE_CHECKING:  # slow to import, and only a command that runs needs it
    from kg_builder.graph.opening import OpenGraph

_MEGA = 1_000_000


def portable_options(say: Speaker) -> Callable[[Any], Any]:
    """Return a decorator that adds `--portable` and `--source`, as `portable` and `source`."""
    return adding(
        [
            click.option(
                "--portable",
                type=click.Path(path_type=Path, dir_okay=False),
                metavar=say("文件", "FILE"),
                help=say(
                    "写一个 HTML 文件，数据、查询引擎和存储的查询都在里面：双击打开，不用联网，"
                    "可搜索、查询、看出处、导出、打印；只覆盖本命令写的页面",
                    "write one HTML file with the data, an engine and the stored queries in it:"
                    " opened by a double click, offline, it searches, asks, shows evidence,"
                    " exports and prints; replaces only a page this command wrote",
                ),
            ),
            click.option(
                "--source",
                is_flag=True,
                help=say(
                    "--portable：出处连同报告的原话（默认只有位置），文本须在图的 source/ 里",
                    "--portable: the report's own words with the evidence (default: places alone);"
                    " the text must be in the graph's source/",
                ),
            ),
        ]
    )


def check_portable(say: Speaker, portable: Path | None, dist: Path | None, *, source: bool) -> None:
    """Raise UsageError for options that do not go together."""
    if source and portable is None:
        raise click.UsageError(
            say("--source 须与 --portable 同用", "--source goes with --portable")
        )
    if portable is not None and dist is not None:
        raise click.UsageError(
            say("--portable 与 --dist 只能用一个", "give --portable or --dist, not both")
        )


def write_portable(
    say: Speaker, opened: OpenGraph, file: Path, project: Path | None, *, source: bool
) -> None:
    """Write the page and say how large it is. Raises what `portable_page` does, and OutputError."""
    from kg_builder.cli.page_file import refuse_others, write_page
    from kg_builder.pages.portable import GENERATOR, portable_page
    from kg_builder.resources import Resources

    refuse_others(file, GENERATOR, "kg export --portable")
    resources = Resources.find(project)
    page = portable_page(opened, resources, say.language, quotes=source)
    write_page(file, page)
    size = f"{len(page) / _MEGA:.1f} MB"
    say.tell(
        say(
            f"写到 {file}（{size}）；双击即可打开",
            f"written to {file} ({size}); a double click opens it",
        )
    )
