"""What every command shares: its language, its common options, its progress display."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.pipeline import Progress


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things in the language of the run."""

    language: Language

    def __call__(self, zh: str, en: str) -> str:
        """Return the words in the language of the run."""
        return zh if self.language == "zh" else en

    def warn(self, place: str, text: str) -> None:
        """Print one plain line to stderr: `PLACE: warning: text`."""
        word = self("警告", "warning")
        click.echo(f"{place}: {word}: {text}" if place else f"{word}: {text}", err=True)


def common_options(say: Speaker) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that adds the options of every command.

    `--lang` and `--debug` are read before the command runs; they stand here for the help text.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        options = [
            click.option(
                "--project",
                type=click.Path(path_type=Path),
                metavar=say("文件夹", "DIR"),
                help=say(
                    "自己的表类、词表、规则、形状、查询和来源，覆盖安装的",
                    "your own table kinds, lexicons, rules, shapes, queries and sources, laid over"
                    " the installed ones",
                ),
            ),
            click.option(
                "--lang",
                type=click.Choice(["zh", "en"]),
                expose_value=False,
                help=say("提示的语言（默认随系统）", "language of messages (default: the locale)"),
            ),
            click.option(
                "--debug",
                is_flag=True,
                expose_value=False,
                help=say("出错时给出回溯", "show a traceback on errors"),
            ),
            click.option("-v", "--verbose", is_flag=True, help=say("多说一些", "say more")),
        ]
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


@contextmanager
def show_progress(say: Speaker) -> Iterator[Progress]:
    """Yield a progress callback: a bar on a terminal's stderr, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _stage, _done, _total: None
        return
    # rich is slow to import and only a terminal needs it
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task("", total=1)

        def update(stage: Bilingual, done: int, total: int) -> None:
            description = stage.pick(say.language)
            display.update(task, description=description, completed=done, total=total)

        yield update
