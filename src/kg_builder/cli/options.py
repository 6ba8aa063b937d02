"""What every command shares: its language, its way to print, its options, its progress display."""

from __future__ import annotations

import math
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from kg_builder.asking.results.lines import one_line
from kg_builder.model.bilingual import Bilingual, Language

if TYPE_CHECKING:  # the stages are slow to import, and only a command that runs needs them
    from kg_builder.asking.results.tabular import Style
    from kg_builder.pipeline import Progress


def terminal_style(say: Speaker) -> Style:
    """Return how text is printed on stdout: as wide as the terminal, elsewhere as wide as it is."""
    from kg_builder.asking.results.tabular import Style

    if not sys.stdout.isatty():
        return Style(say.language)
    columns = shutil.get_terminal_size().columns
    return Style(say.language, columns, colour="NO_COLOR" not in os.environ)


def discard_output() -> None:
    """Let what is still printed go nowhere: the reader has gone, and nobody else must say so."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things in the language of the run."""

    language: Language

    def __call__(self, zh: str, en: str) -> str:
        """Return the words in the language of the run."""
        return zh if self.language == "zh" else en

    def tell(self, text: str) -> None:
        """Print one plain line to stdout. A reader who has gone is no reason to stop."""
        try:
            click.echo(one_line(text))
        except BrokenPipeError:
            discard_output()

    def complain(self, text: str) -> None:
        """Print one plain line to stderr."""
        click.echo(one_line(text), err=True)

    def warn(self, place: str, text: str) -> None:
        """Print one plain line to stderr: `PLACE: warning: text`."""
        word = self("警告", "warning")
        self.complain(f"{place}: {word}: {text}" if place else f"{word}: {text}")


class _Seconds(click.FloatRange):
    """A time limit: no more than a week, which the clocks of the system can count."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        seconds = float(super().convert(value, param, ctx))
        if math.isnan(seconds):
            self.fail(f"{value} is not in the range {self._describe_range()}.", param, ctx)
        return seconds


SECONDS: Final = _Seconds(min=0, max=604_800, min_open=True)


def examples(say: Speaker, *lines: str) -> str:
    """Return the end of a help text: commands to copy, a line each."""
    heading = say("例如：", "Example:" if len(lines) == 1 else "Examples:")
    return "\n".join(("\b", heading, *(f"  {line}" for line in lines)))


_Decorator = Callable[[Any], Any]
"""What `click.option` returns: it takes a function or a command."""


def early_options(say: Speaker) -> _Decorator:
    """Return a decorator that adds the options that stand before or after the command.

    `choose_language` and `main` read them before the command runs; here is their help text.
    """
    options: list[_Decorator] = [
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
    ]
    return adding(options)


def common_options(say: Speaker) -> _Decorator:
    """Return a decorator that adds the options of every command."""
    options: list[_Decorator] = [
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
        early_options(say),
        click.option("-v", "--verbose", is_flag=True, help=say("多说一些", "say more")),
    ]
    return adding(options)


def adding(options: Sequence[_Decorator]) -> _Decorator:
    """Return a decorator that adds options, in their order."""

    def decorate(target: Any) -> Any:
        for option in reversed(options):
            target = option(target)
        return target

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
