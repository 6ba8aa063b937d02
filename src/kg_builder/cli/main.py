"""The entry point: parses the command line, and maps what happens to exit codes.

0 done   1 the data does not conform   2 could not run   124 timed out   130 interrupted
"""

from __future__ import annotations

import importlib
import io
import os
import re
import signal
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

import click

from kg_builder.cli.help import speak_in_help
from kg_builder.cli.language import choose_language
from kg_builder.cli.options import Speaker, discard_output, early_options
from kg_builder.errors import InputError, KgError, TimeLimitError
from kg_builder.version import VERSION

_COMMANDS = (
    "add",
    "backup",
    "build",
    "cite",
    "coverage",
    "diff",
    "docs",
    "example",
    "export",
    "history",
    "publish",
    "query",
    "retract",
    "review",
    "schema",
    "serve",
    "show",
    "sparql",
    "undo",
    "validate",
    "verify",
    "why",
)


_INTERRUPTED = 130
_EXTRA = re.compile(r"unexpected extra arguments? \((.*)\)")
_SENTENCE = re.compile(r"[。：:；;]|\. |\.$")


class _Commands(click.Group):
    """The commands, each imported only when it is called."""

    def __init__(self, say: Speaker) -> None:
        super().__init__(
            "kg",
            help=say(
                "把政府报告变成经过验证的关联数据，每条事实都能回到报告的原处。",
                "Turns a government report into validated linked data, with the place in the"
                " report for every fact.",
            ),
            epilog=_examples(say),
            invoke_without_command=True,
            callback=_no_command,
        )
        self._say = say
        version = click.version_option(
            VERSION, prog_name="kg", help=say("显示版本", "show the version")
        )
        early_options(say)(version(self))
        speak_in_help(self, say)

    def invoke(self, context: click.Context) -> object:
        """Run the command; an interrupt leaves as click's own, without click's empty line."""
        try:
            return super().invoke(context)
        except KeyboardInterrupt:
            raise click.Abort from None

    def list_commands(self, _context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            raise _no_such_command(name)
        module = importlib.import_module(f"kg_builder.cli.{name}")
        command = module.command(self._say)
        assert isinstance(command, click.Command)  # noqa: S101  (a contract between our own files)
        # else click cuts a help text to a line in the midst of a sentence
        command.short_help = _SENTENCE.split(command.help or "", maxsplit=1)[0]
        speak_in_help(command, self._say)
        return command


def _no_such_command(name: str) -> InputError:
    near = get_close_matches(name, _COMMANDS, n=2)
    return InputError(
        f"kg 没有命令 {name}" + (f"；是不是 {'、'.join(near)}？" if near else "；kg 列出全部"),
        f"kg has no command {name}"
        + (f"; did you mean {', '.join(near)}?" if near else "; kg lists them"),
    )


def _examples(say: Speaker) -> str:
    lines = (
        (
            say("某街道有哪些助餐点，报告哪里说的", "a street's meal points, and where it is said"),
            "kg query canteens_of_street --street 八里庄 --evidence",
        ),
        (
            say("自己写 SPARQL", "SPARQL of your own"),
            "kg sparql 'SELECT ?name { ?plan a kg:Policy ; rdfs:label ?name }'",
        ),
        (
            say("拿一份虚构的报告试一试", "try it on an invented report"),
            "kg example > report.txt && kg build report.txt -o try",
        ),
    )
    heading = say("三个例子：", "Three examples:")
    body = "\n".join(f"  {command}\n      {text}" for text, command in lines)
    return f"\b\n{heading}\n{body}"


def _no_command() -> None:
    context = click.get_current_context()
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run `kg`. Never returns: exits with the code that contract and README document."""
    _open_streams()
    _listen()
    given = list(sys.argv[1:] if arguments is None else arguments)
    say = Speaker(choose_language(given, os.environ))
    code = _run(given, say, debug="--debug" in given)
    if code == _INTERRUPTED and arguments is None:  # the process is ours to end
        # an interrupt within the exec() of a dataclass leaves a mark by which the interpreter would
        # end as if nobody had caught it
        _flush()
        os._exit(code)
    sys.exit(code)


def _open_streams() -> None:
    """Let every character be printed in any locale, and a closed stream be an empty one."""
    # as the interpreter leaves them, the standard streams stay open until it ends
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: PTH123, SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _listen() -> None:
    """Take what asks this process to end for an interrupt: children and drafts go with it.

    What is ignored stays so, as `nohup` wants it.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def _run(arguments: list[str], say: Speaker, *, debug: bool) -> int:
    try:
        code = _Commands(say).main(arguments, prog_name="kg", standalone_mode=False)
        _flush()
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except SystemExit:  # click's way out when the reader of a help text has gone
        return 0
    except click.ClickException as error:
        return _fail(say, _usage(error, say))
    except click.Abort:
        return _fail(say, say("已中断", "interrupted"), _INTERRUPTED)
    except Exception as error:  # noqa: BLE001  (the last door: one plain line, never a traceback)
        if debug:
            traceback.print_exc()
        code = _fail(
            say, _explain(error, arguments, say), 124 if isinstance(error, TimeLimitError) else 2
        )
        if isinstance(error, KgError) and error.excerpt:
            for line in error.excerpt.split("\n"):
                say.complain(line)
        return code
    return code if isinstance(code, int) else 0


def _flush() -> None:
    """Print what waits to be printed, for as long as there is a reader."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        discard_output()


def _explain(error: Exception, arguments: Sequence[str], say: Speaker) -> str:
    """Return what went wrong: our own words, or the system's, or a plea to report it."""
    if isinstance(error, KgError):
        return error.render(say.language)
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        reason = error.strerror or str(error)
        return place + say(f"系统拒绝了：{reason}", f"the system refuses: {reason}")
    if isinstance(error, ValueError):  # as of whoever encodes half a character
        for argument in arguments:
            if not argument.isascii() and any(
                "\ud800" <= letter <= "\udfff" for letter in argument
            ):
                return say(
                    f"“{argument}”不是 UTF-8：请用 UTF-8 输入",
                    f"{argument!r} is not UTF-8: type it in UTF-8",
                )
    kind = type(error).__name__
    return say(
        f"程序内部错误（{kind}：{error}）；加 --debug 看回溯，并请报告给我们",
        f"internal error ({kind}: {error}); --debug shows a traceback, please report it",
    )


def _fail(say: Speaker, line: str, code: int = 2) -> int:
    say.complain(line)
    return code


def _usage(error: click.ClickException, say: Speaker) -> str:
    mend = _missing_option(error)
    if say.language == "en":
        return f"kg: {error.format_message()}" + (f"; did you mean {mend}?" if mend else "")
    extra = _EXTRA.search(error.message)
    match error:
        case click.NoSuchOption():
            text = f"没有 {error.option_name} 这个选项"
            if error.possibilities:
                text += "；是不是 " + "、".join(sorted(error.possibilities))
        case click.MissingParameter():
            word = "选项" if isinstance(error.param, click.Option) else "参数"
            text = f"缺少{word} {_typed_as(error.param)}"
        case click.BadParameter(param=click.Parameter(type=click.Choice(choices=choices))):
            known = "、".join(map(str, choices))
            text = f"{_typed_as(error.param)} 的值不对，应是 {known} 之一"
        case click.BadParameter(
            param=click.Parameter(type=click.IntRange() | click.FloatRange() as limits)
        ):
            kind = "整数" if isinstance(limits, click.IntRange) else "数"
            text = f"{_typed_as(error.param)} 的值不对，应是{kind}，{limits._describe_range()}"
        case click.BadParameter():
            text = f"{_typed_as(error.param)} 的值不对：{error.message}"
        case _ if extra is not None:
            text = f"多了参数 {extra[1]}" + (f"；是不是 {mend}" if mend else "")
        case _:
            text = error.format_message()
    return f"kg：{text}"


def _typed_as(param: click.Parameter | None) -> str:
    """Return what an option or an argument is called where it is typed."""
    if param is None:
        return ""
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name


def _missing_option(error: click.ClickException) -> str | None:
    """Return how a folder that stands alone is given to a command that asks for it by --store."""
    extra = _EXTRA.search(error.message)
    context = error.ctx if isinstance(error, click.UsageError) else None
    if extra is None or context is None or not Path(extra[1]).is_dir():
        return None
    named = any("--store" in param.opts for param in context.command.params)
    return f"--store {extra[1]}" if named else None
