"""`kg example`: an invented report to try the tool on."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg_builder.cli.options import Speaker, common_options, examples
from kg_builder.errors import OutputError
from kg_builder.resources import Resources


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "example",
        help=say(
            "给出一份虚构的报告，供试用。",
            "Give an invented report to try the tool on.",
        ),
        epilog=examples(say, "kg example -o report.txt && kg build report.txt"),
    )
    @click.option(
        "-o",
        "--out",
        type=click.Path(path_type=Path),
        help=say("写到这个文件（默认标准输出）", "file to write (default: standard output)"),
    )
    @common_options(say)
    def run(out: Path | None, project: Path | None, verbose: bool) -> int:  # noqa: ARG001
        examples = sorted(Resources.find(project).examples.glob("*.txt"))
        data = examples[0].read_bytes()
        if out is None or str(out) == "-":
            sys.stdout.buffer.write(data)
            return 0
        try:
            with out.open("xb") as file:
                file.write(data)
        except FileExistsError:
            raise OutputError(
                "文件已存在，不会覆盖", "the file exists and is not overwritten", file=str(out)
            ) from None
        except OSError as error:
            raise OutputError(
                f"写不了：{error.strerror}", f"cannot be written: {error.strerror}", file=str(out)
            ) from None
        return 0

    return run
