"""Help texts in Chinese: click has words of its own in them, which follow the system's locale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

import click

from kg_builder.cli.options import Speaker

_EXTRAS: Final[Mapping[str, str]] = MappingProxyType(
    {"[default: ": "[默认 ", "; required]": "；必填]", "[required]": "[必填]"}
)
"""What click adds to the help of an option."""
_HEADINGS: Final[Mapping[str, str]] = MappingProxyType({"Options": "选项", "Commands": "命令"})


class _ChineseHelp(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{_HEADINGS.get(heading, heading)}：\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        super().write_dl([(name, _in_chinese(words)) for name, words in rows], col_max, col_spacing)


def _in_chinese(words: str) -> str:
    for english, chinese in _EXTRAS.items():
        words = words.replace(english, chinese)
    return words


class _ChineseContext(click.Context):
    formatter_class = _ChineseHelp


def speak_in_help(command: click.Command, say: Speaker) -> None:
    """Give a command its `--help`, and let what click adds to it be in the language of `say`."""
    words = say("显示本帮助", "Show this message and exit.")
    click.help_option("--help", help=words)(command)
    if say.language == "zh":
        command.context_class = _ChineseContext
