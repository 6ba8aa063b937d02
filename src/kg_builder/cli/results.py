"""What `kg query` and `kg sparql` share: options of results, asking, and printing the answer."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg_builder.asking.request import TIMEOUT, Request, ask
from kg_builder.asking.results.formats import GRAPH, TABULAR, choose_format
from kg_builder.cli.graphs import find_store, store_option
from kg_builder.cli.options import SECONDS, Speaker, adding, discard_output, terminal_style
from kg_builder.errors import InputError

if TYPE_CHECKING:  # slow to import, and only a command that runs needs them
    from kg_builder.asking.answer import Answer
    from kg_builder.model.notice import Notice

_Decorator = Callable[[Any], Any]


def result_options(say: Speaker) -> _Decorator:
    """Return a decorator that adds the options of a query's result."""
    options: list[_Decorator] = [
        click.option(
            "--format",
            "format_name",
            type=click.Choice((*TABULAR, *GRAPH)),
            metavar=say("格式", "FORMAT"),
            help=say(
                f"{' '.join(TABULAR)}；图：{' '.join(GRAPH)}"
                "（默认看 -o 的后缀，否则 table、turtle）",
                f"{' '.join(TABULAR)}; of graphs: {' '.join(GRAPH)} (default: by the suffix of -o,"
                " else table, turtle)",
            ),
        ),
        click.option(
            "-o",
            "--out",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar=say("文件", "FILE"),
            help=say("写到这个文件（默认标准输出）", "file to write (default: standard output)"),
        ),
        click.option(
            "--evidence",
            is_flag=True,
            help=say("每一行都说明出自报告何处", "say for each row where the report says so"),
        ),
        click.option(
            "--report",
            type=click.Path(path_type=Path, dir_okay=False),
            metavar=say("文件", "FILE"),
            help=say(
                "报告原文，供 --evidence 引用（图里留有原文时不需要）",
                "the report's text, for --evidence to quote (not needed where the graph kept it)",
            ),
        ),
        click.option(
            "--all-columns",
            is_flag=True,
            help=say("表格里也列出 IRI", "show IRIs in tables, too"),
        ),
        click.option(
            "--cite",
            type=click.Choice(["text", "gbt7714", "csl", "bibtex"]),
            help=say(
                "给出这个结果的引文（在标准错误输出）", "say how to cite the result (on stderr)"
            ),
        ),
        click.option(
            "--bom",
            is_flag=True,
            help=say(
                "csv、tsv 以 BOM 开头，供 Excel 打开", "start csv and tsv with a BOM, for Excel"
            ),
        ),
        click.option(
            "--max-rows",
            type=click.IntRange(min=1, max=1 << 40),
            metavar="N",
            help=say("最多给出 N 行", "give at most N rows"),
        ),
        click.option(
            "--timeout",
            type=SECONDS,
            default=TIMEOUT,
            show_default=True,
            metavar=say("秒", "SECONDS"),
            help=say("最多算这么久", "stop after so long"),
        ),
        store_option(say),
        click.option(
            "--endpoint",
            metavar="URL",
            help=say("改问这个 SPARQL 端点", "ask this SPARQL endpoint instead"),
        ),
    ]

    return adding(options)


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an answer is delivered, as the options say."""

    format_name: str | None
    out: Path | None
    all_columns: bool
    bom: bool

    @classmethod
    def take(cls, options: dict[str, Any]) -> Delivery:
        """Take the options of delivery out of those of a command."""
        out = options.pop("out")
        return cls(
            options.pop("format_name"),
            None if out is None or str(out) == "-" else out,
            options.pop("all_columns"),
            options.pop("bom"),
        )


def run_request(request: Request, delivery: Delivery, say: Speaker) -> int:
    """Ask, and print or write the answer; what is to be said of it goes to stderr."""
    from kg_builder.graph.query.levels import read_query

    query = read_query(request.text)
    # what is no query is told so by whoever asks it, with the place and the mend
    form = "SELECT" if query is None else query.form
    name = choose_format(form, delivery.format_name, delivery.out)
    if request.endpoint is not None and request.store is not None:
        raise InputError("--store 与 --endpoint 只能给一个", "give --store or --endpoint, not both")
    if request.endpoint is None:
        request = replace(request, store=find_store(request.store, request.project, say))
    people = ("table", "markdown", "xlsx")
    request = replace(request, named=name in people, account=name == "xlsx")
    with tempfile.TemporaryDirectory(prefix="kg-") as folder:
        with _waiting(say):
            answer = ask(request, Path(folder))
        for remark in answer.remarks:
            say.warn(_place(remark, request), remark.message.pick(say.language))
        left_out = _deliver(answer, name, delivery, say)
        _say_rest(answer, name, left_out, request, delivery, say)
    return 0


@contextmanager
def _waiting(say: Speaker) -> Iterator[None]:
    """Show on a terminal that work is under way."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console  # slow to import, and only a terminal needs it

    with Console(stderr=True).status(say("查询中……", "Asking …")):
        yield


def _place(remark: Notice, request: Request) -> str:
    at = remark.position
    parts = (request.file, at and at.line, at and at.column)
    return ":".join(str(part) for part in parts if part is not None)


def _deliver(answer: Answer, name: str, delivery: Delivery, say: Speaker) -> int:
    """Write the answer to its file, whole or not at all, or to stdout; return what is left out."""
    from kg_builder.asking.results.tabular import Style
    from kg_builder.asking.results.writing import write_answer
    from kg_builder.graph.disk import replacing

    if name == "table" and answer.form == "SELECT" and not answer.size and delivery.out is None:
        return 0  # why there are no rows is said on stderr; headings alone say nothing
    wanted = {"all_variables": delivery.all_columns, "bom": delivery.bom}
    if delivery.out is not None:
        with replacing(delivery.out) as stream:
            return write_answer(answer, name, stream, Style(say.language), **wanted)
    if name == "xlsx":
        raise InputError("xlsx 要写到文件：请加 -o 文件", "xlsx goes to a file: give -o FILE")
    try:
        left_out = write_answer(answer, name, sys.stdout.buffer, terminal_style(say), **wanted)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        discard_output()
        return 0
    return left_out


def _say_rest(
    answer: Answer, name: str, left_out: int, request: Request, delivery: Delivery, say: Speaker
) -> None:
    """Say what the result does not show: what is computed, why there is nothing, what is cut."""
    if answer.form == "SELECT" and not answer.size:
        say.complain(say("没有结果", "no rows"))
    for variable, formula in answer.formulas.items():
        if variable in answer.variables:
            line = say(f"计算值：{variable} = {formula}", f"computed: {variable} = {formula}")
            tell = say.tell if name == "table" and delivery.out is None else say.complain
            tell(line)
    for reason in answer.reasons:
        place = _place(reason, request)
        words = reason.message.pick(say.language)
        say.complain(f"{place}: {words}" if reason.position else words)
    for line in (answer.citation or "").splitlines():
        say.complain(line)
    if answer.cut:
        say.warn(
            "",
            say(
                f"只给出前 {answer.size} 行，还有更多（--max-rows）",
                f"only the first {answer.size} rows, there are more (--max-rows)",
            ),
        )
    if left_out:
        mend = "-o FILE.csv" if name == "xlsx" else "-o FILE.csv, -o FILE.xlsx"
        say.warn(
            "",
            say(f"另有 {left_out} 行没有列出；请用 {mend}", f"{left_out} more rows; use {mend}"),
        )
