"""`kg build`: reports, or the published facts, become a validated graph."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import click

from kg_builder.cli.options import Speaker, common_options, show_progress
from kg_builder.graph.conformance import ShaclEngine
from kg_builder.graph.vocabulary import DEFAULT_BASE
from kg_builder.pipeline import BuildOptions, BuildResult, Reasoner, ReportInput, build


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "build",
        help=say(
            "读报告，建图，推理，验证，写出到 OUT。"
            "不给报告时，用已发布的事实建图；- 表示标准输入。",
            "Read reports, build the graph, infer, validate, write OUT. Without a report: the graph"
            " of the published facts; - is standard input.",
        ),
        epilog=_epilog(say),
    )
    @click.argument("reports", nargs=-1, metavar=say("[报告]...", "[REPORT]..."))
    @click.option(
        "-o",
        "--out",
        type=click.Path(path_type=Path),
        default=Path("build"),
        show_default=True,
        help=say("写到哪个文件夹", "folder to write"),
    )
    @click.option(
        "--with-data",
        is_flag=True,
        help=say("同时并入已发布的事实", "join the published facts"),
    )
    @click.option(
        "--encoding",
        help=say(
            "报告的编码（默认自动判断 UTF-8、UTF-16、GB18030）",
            "encoding of the reports (default: detect UTF-8, UTF-16, GB18030)",
        ),
    )
    @click.option(
        "--base",
        default=DEFAULT_BASE,
        show_default=True,
        help=say(
            "实例 IRI 的基址；默认值只是占位符",
            "base of instance IRIs; the default is a placeholder",
        ),
    )
    @click.option(
        "--reasoner",
        type=click.Choice(get_args(Reasoner)),
        default="rules",
        show_default=True,
        help=say("推理机；owlrl 慢，作为参照", "reasoner; owlrl is slow, the reference"),
    )
    @click.option(
        "--shacl",
        type=click.Choice(get_args(ShaclEngine)),
        default="own",
        show_default=True,
        help=say("验证器；pyshacl 慢，作为参照", "validator; pyshacl is slow, the reference"),
    )
    @click.option(
        "--source/--no-source",
        "keep_source",
        default=True,
        help=say("是否保留报告原文（OUT/source/）", "keep the text as read in OUT/source/"),
    )
    @common_options(say)
    def run(
        reports: Sequence[str],
        out: Path,
        verbose: bool,
        **given: Any,
    ) -> int:
        options = BuildOptions(out=out, **given)
        sources = [_load(path) for path in reports]
        with show_progress(say) as progress:
            result = build(sources, options, progress)
        names = dict(zip((source.name for source in sources), reports, strict=True))
        _warn(result, names, say)
        _report(result, names, say, verbose=verbose)
        return 0 if result.conforms else 1

    return run


def _epilog(say: Speaker) -> str:
    lines = (
        "kg build",
        "kg build report.txt -o out",
        "kg build a.txt b.txt --with-data --base https://data.example.cn/kg/",
    )
    return "\b\n" + say("例如：", "Examples:") + "\n" + "\n".join(f"  {line}" for line in lines)


def _load(path: str) -> ReportInput:
    if path == "-":
        return ReportInput("stdin", sys.stdin.buffer.read())
    return ReportInput.load(Path(path))


def _warn(result: BuildResult, names: Mapping[str, str], say: Speaker) -> None:
    """Print the warnings of reading, then the results of validation, a line each."""
    for report in result.summary["reports"]:
        name = names.get(report["name"], report["name"])
        for notice in report["warnings"]:
            place = ":".join(
                [name, *(str(notice[key]) for key in ("line", "column") if key in notice)]
            )
            say.warn(place, f"{notice[say.language]} [{notice['code']}]")
    for found in result.summary["validation"]["results"]:
        _say_result(found, names, say)


def _say_result(found: Mapping[str, Any], names: Mapping[str, str], say: Speaker) -> None:
    source = found.get("source")
    place = (
        f"{names.get(source, source)}:{found['line']}:{found['column']}"
        if source
        else found["focus_node"]
    )
    text = message_in(found["messages"], say.language)
    if found["severity"] == "Violation":
        click.echo(f"{place}: {text} ({found['focus_node']})", err=True)
    else:
        say.warn(place, f"{text} ({found['focus_node']})")


def message_in(messages: Sequence[str], language: str) -> str:
    """Return the message in `language`, else the first; N-Triples literals in, plain words out."""
    tag = f"@{language}"
    chosen = next(
        (text for text in messages if text.endswith(tag)), messages[0] if messages else ""
    )
    words, quote, _tail = chosen[1:].rpartition('"')
    return words if quote else chosen


def _report(result: BuildResult, names: Mapping[str, str], say: Speaker, *, verbose: bool) -> None:
    summary = result.summary
    for report in summary["reports"]:
        known = [table for table in report["tables"] if table["kind"]]
        share = report["coverage"]["share"]
        click.echo(
            say(
                f"{names.get(report['name'], report['name'])}：{len(known)} 张表，"
                f"读懂全文的 {share:.0%}，{len(report['unread'])} 处未读",
                f"{names.get(report['name'], report['name'])}: {len(known)} tables,"
                f" {share:.0%} of the text read, {len(report['unread'])} passages not read",
            )
        )
        if verbose:
            for table in report["tables"]:
                kind = table["kind"] or say("未知的表", "unknown table")
                click.echo(f"  {report['name']}:{table['line']}  {kind}  {table['rows']}")
    counts = summary["counts"]
    click.echo(
        say(
            f"{counts['asserted']} 条断言，{counts['inferred']} 条推出，"
            f"{counts['evidence']} 条出处",
            f"{counts['asserted']} triples asserted, {counts['inferred']} inferred,"
            f" {counts['evidence']} of evidence",
        )
    )
    entities = ", ".join(f"{name} {count}" for name, count in counts["instances"].items())
    if verbose:
        click.echo(f"  {entities}")
    violations = len(result.report.violations())
    if result.conforms:
        click.echo(
            say(
                f"符合形状；写到 {result.written.folder}",
                f"conforms; written to {result.written.folder}",
            )
        )
    else:
        click.echo(
            say(
                f"不符合形状：{violations} 处；没有改动原来的输出，详见 {result.written.folder}",
                f"does not conform: {violations} violations; the output is as it was, see"
                f" {result.written.folder}",
            ),
            err=True,
        )
