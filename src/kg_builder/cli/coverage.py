"""`kg coverage`: a page of the whole report, every passage linked to its facts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg_builder.cli.options import Speaker, common_options, examples
from kg_builder.cli.page_file import refuse_others, write_page
from kg_builder.cli.reports import load_report

if TYPE_CHECKING:  # slow to import, and only a command that runs needs them
    from kg_builder.desk import MarkedReport


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "coverage",
        help=say(
            "把整份报告写成一个可离线打开的 HTML 文件：每个段位连到它的事实，未读之处有标记。"
            "- 表示标准输入或标准输出。",
            "Write the whole report as one HTML file that opens offline: every passage linked to"
            " its facts, what was not read marked. - is standard input or output.",
        ),
        epilog=examples(say, "kg coverage report.txt -o report.html"),
    )
    @click.argument("report", metavar=say("报告", "REPORT"))
    @click.option(
        "-o",
        "--out",
        metavar=say("文件", "FILE"),
        default="-",
        help=say(
            "写到这个文件（默认标准输出）；只覆盖本命令写的页面",
            "file to write (default: standard output); replaces only a page this command wrote",
        ),
    )
    @click.option("--encoding", help=say("报告的编码", "encoding of the report"))
    @common_options(say)
    def run(
        report: str,
        out: str,
        encoding: str | None,
        project: Path | None,
        verbose: bool,  # noqa: ARG001
    ) -> int:
        from kg_builder.desk import mark_report
        from kg_builder.pages.coverage import GENERATOR, coverage_page

        if out != "-":
            refuse_others(Path(out), GENERATOR, "kg coverage")
        marked = mark_report(load_report(report), encoding=encoding, project=project)
        page = coverage_page(marked, say.language).encode("utf-8", "replace")
        if out == "-":
            sys.stdout.buffer.write(page)
            return 0
        write_page(Path(out), page)
        say.tell(_summary(report, out, marked, say))
        return 0

    return run


def _summary(report: str, out: str, marked: MarkedReport, say: Speaker) -> str:
    coverage = marked.coverage
    facts = len(marked.reading.extraction.facts)
    return say(
        f"{report}：{facts} 条事实，读懂全文的 {coverage.share:.0%}，"
        f"{len(coverage.unread)} 处未读；写到 {out}",
        f"{report}: {facts} facts, {coverage.share:.0%} of the text read,"
        f" {len(coverage.unread)} passages not read; written to {out}",
    )
