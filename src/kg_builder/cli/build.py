"""`kg build`: reports, or the published facts, become a validated graph."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg_builder.cli.options import Speaker, common_options, examples, show_progress
from kg_builder.cli.reports import load_report
from kg_builder.graph.vocabulary import DEFAULT_BASE

if TYPE_CHECKING:  # slow to import, and only a command that runs needs them
    from kg_builder.pipeline import BuildResult

_REASONERS = ("rules", "owlrl")
_SHACL_ENGINES = ("own", "pyshacl")


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
        type=click.Choice(_REASONERS),
        default="rules",
        show_default=True,
        help=say("推理机；owlrl 慢，作为参照", "reasoner; owlrl is slow, the reference"),
    )
    @click.option(
        "--shacl",
        type=click.Choice(_SHACL_ENGINES),
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
    @click.option(
        "--decisions",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar=say("文件", "FILE"),
        help=say(
            "审阅人的决定（默认用 data/ 里这份报告的 NAME.decisions.tsv）",
            "what reviewers decided (default: NAME.decisions.tsv of the report in data/)",
        ),
    )
    @click.option(
        "--no-decisions",
        "use_decisions",
        is_flag=True,
        flag_value=False,
        default=True,
        help=say("不用决定", "leave decisions out"),
    )
    @click.option(
        "--discard-contributions",
        is_flag=True,
        help=say(
            "不要 kg add 收进 OUT 的贡献，并删去它们（默认全部重放）",
            "drop the contributions that kg add took into OUT (default: replay them all)",
        ),
    )
    @click.option(
        "--jobs",
        type=int,
        metavar="N",
        help=say(
            "用几个进程读报告（默认视报告的多少和大小而定）",
            "processes to read reports in (default: by their number and size)",
        ),
    )
    @common_options(say)
    def run(
        reports: Sequence[str],
        out: Path,
        verbose: bool,
        **given: Any,
    ) -> int:
        from kg_builder.pipeline import BuildOptions, build

        # Builds make no cycles; looking for them costs a third of the time with many reports.
        gc.disable()
        options = BuildOptions(out=out, **given)
        sources = [load_report(path) for path in reports]
        with show_progress(say) as progress:
            result = build(sources, options, progress)
        _warn(result, say)
        _report(result, say, verbose=verbose)
        return 0 if result.conforms else 1

    return run


def _epilog(say: Speaker) -> str:
    lines = (
        "kg build",
        "kg build report.txt -o out",
        "kg build a.txt b.txt --with-data --base https://data.example.cn/kg/",
    )
    return examples(say, *lines)


def _warn(result: BuildResult, say: Speaker) -> None:
    """Print the warnings of reading, then the results of validation, a line each."""
    for report in result.summary["reports"]:
        name = _file(result, report["name"])
        for notice in report["warnings"]:
            place = ":".join(
                [name, *(str(notice[key]) for key in ("line", "column") if key in notice)]
            )
            say.warn(place, f"{notice[say.language]} [{notice['code']}]")
    for found in result.summary["validation"]["results"]:
        _say_result(found, result, say)
    for number, iri in result.adrift:
        say.warn(
            say(f"第 {number} 批贡献", f"contribution {number}"),
            say(
                f"说到 <{iri}>，图里没有这个事物（不再有）；可用 kg undo {number} 撤销，"
                "按现在的 IRI 再加",
                f"speaks of <{iri}>, which the graph does not have (any more):"
                f" kg undo {number} takes it back, to be added anew with the IRI of now",
            ),
        )


def _file(result: BuildResult, name: str) -> str:
    """Return the file that a report was read from, or the name of published facts."""
    return result.files.get(name, name)


def _say_result(found: Mapping[str, Any], result: BuildResult, say: Speaker) -> None:
    from kg_builder.graph.serialization import message_in

    source = found.get("source")
    place = (
        f"{_file(result, source)}:{found['line']}:{found['column']}"
        if source
        else found["focus_node"]
    )
    text = f"{message_in(found['messages'], say.language)} ({found['focus_node']})"
    if found["severity"] == "Violation":
        say.complain(f"{place}: {text}")
    else:
        say.warn(place, text)


def _report(result: BuildResult, say: Speaker, *, verbose: bool) -> None:
    summary = result.summary
    for report in summary["reports"]:
        _report_reading(report, _file(result, report["name"]), say, verbose=verbose)
    counts = summary["counts"]
    say.tell(
        say(
            f"{counts['asserted']} 条断言，{counts['inferred']} 条推出，"
            f"{counts['evidence']} 条出处",
            f"{counts['asserted']} triples asserted, {counts['inferred']} inferred,"
            f" {counts['evidence']} of evidence",
        )
    )
    if verbose:
        entities = ", ".join(f"{name} {count}" for name, count in counts["instances"].items())
        say.tell(f"  {entities}")
    folder = result.written.folder
    live = sum(item["live"] for item in summary["contributions"])
    if live:
        say.tell(
            say(f"其中 {live} 条来自贡献（kg history）", f"{live} of them contributed (kg history)")
        )
    if result.conforms:
        say.tell(say(f"符合形状；写到 {folder}", f"conforms; written to {folder}"))
    else:
        violations = len(result.report.violations())
        say.complain(
            say(
                f"不符合形状：{violations} 处；没有改动原来的输出，详见 {folder}",
                f"does not conform: {violations} violations; the output is as it was, see {folder}",
            )
        )
        _blame(result, say)


def _blame(result: BuildResult, say: Speaker) -> None:
    """Print which contribution is at odds with what was read, and the two ways out."""
    number = result.conflict
    if number is None:
        return
    (item,) = (item for item in result.summary["contributions"] if item["number"] == number)
    who = [item[name] for name in ("by", "source") if item[name]]  # undoing needs no source
    say.complain(
        say(
            f"起因是第 {number} 批贡献（{'，'.join(who)}）："
            f"用 kg undo {number} 撤销它，或用 --discard-contributions 放弃全部贡献",
            f"because of contribution {number} ({', '.join(who)}):"
            f" kg undo {number} takes it back, --discard-contributions drops all",
        )
    )


def _report_reading(report: Mapping[str, Any], name: str, say: Speaker, *, verbose: bool) -> None:
    known = [table for table in report["tables"] if table["kind"]]
    share = report["coverage"]["share"]
    unread = len(report["unread"])
    say.tell(
        say(
            f"{name}：{len(known)} 张表，读懂全文的 {share:.0%}，{unread} 处未读",
            f"{name}: {_counted(len(known), 'table')}, {share:.0%} of the text read,"
            f" {unread} passages not read",
        )
    )
    if verbose:
        for table in report["tables"]:
            kind = table["kind"] or say("未知的表", "unknown table")
            say.tell(f"  {name}:{table['line']}  {kind}  {table['rows']}")


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
