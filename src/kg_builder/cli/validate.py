"""`kg validate`: whether new triples fit, what is wrong with them and where, and the mend."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg_builder.cli.graphs import store_option
from kg_builder.cli.options import (
    SECONDS,
    Speaker,
    adding,
    common_options,
    discard_output,
    examples,
    show_progress,
    terminal_style,
)
from kg_builder.errors import InputError, OutputError
from kg_builder.model.bilingual import Bilingual

if TYPE_CHECKING:  # slow to import, and only a command that runs needs them
    from collections.abc import Sequence

    from kg_builder.asking.results.tabular import Style
    from kg_builder.graph.submission.model import Submission
    from kg_builder.judging.judge import Judge, Judgement, Question
    from kg_builder.judging.reports.report import FailOn, Report
    from kg_builder.pipeline import Progress

_FORMATS = (
    *("text", "json", "turtle", "sarif", "html"),
    *("human", "table", "xml", "json-ld", "nt", "n3"),
)
_PLAIN = ("text", "human", "table")
_LISTED = 200
"""Results that are listed for people unless they ask for more."""
_TIMEOUT = 60.0
_CHECKING = Bilingual("检验", "checking")
_REMOTE = ("http:", "https:", "ftp:", "file:")


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "validate",
        help=say(
            "检验新的三元组：哪一行错了，为什么，怎么改。不给 -s 时用我们的形状，连同已有的图"
            "（默认此处的 build/，否则已发布的图）一起判断；只给 -s 时只看这些文件，同 pySHACL。"
            "NEW 是 RDF 文件，- 为标准输入（须加 -df）。合格退出 0，不合格退出 1，没能检验退出 2。",
            "Judge new triples: which line is wrong, why, and how to mend it. Without -s by our"
            " shapes, together with the graph that is there (build/ here, else the published one);"
            " with -s alone only these files, as pySHACL does. NEW are files of RDF, - is standard"
            " input (give -df). Exits 0 if they conform, 1 if not, 2 if that could not be checked.",
        ),
        epilog=_epilog(say),
    )
    @click.argument("new", nargs=-1, required=True, metavar="NEW...")
    @store_option(say)
    @_graph_options(say)
    @_report_options(say)
    @_fix_options(say)
    @_pyshacl_options(say)
    @click.option(
        "--timeout",
        type=SECONDS,
        default=_TIMEOUT,
        show_default=True,
        metavar=say("秒", "SECONDS"),
        help=say("最多检验这么久", "stop checking after so long"),
    )
    @common_options(say)
    def run(new: tuple[str, ...], **given: Any) -> int:
        _refuse_what_is_not_done(given, say)
        return _Run(new, given, say).run()

    return run


def _epilog(say: Speaker) -> str:
    return examples(
        say,
        "kg validate new.ttl",
        "kg validate new.ttl --format html -o report.html",
        "kg validate new.ttl --fix -o mended.ttl",
        "kg validate data.ttl -s shapes.ttl -e ontology.ttl -i rdfs",
    )


_Decorator = Callable[[Any], Any]
"""What `click.option` returns."""


def _graph_options(say: Speaker) -> _Decorator:
    file = say("文件", "FILE")
    formats = say("格式", "FORMAT")
    return adding(
        [
            click.option(
                *("-s", "--shapes", "--shacl", "shapes"),
                multiple=True,
                metavar=file,
                help=say(
                    "用这些形状；可重复。同时给 --store 时连同那个图一起判断",
                    "use these shapes; may be repeated. With --store they are judged together with"
                    " that graph",
                ),
            ),
            click.option(
                *("-e", "--ont-graph", "ontology"),
                multiple=True,
                metavar=file,
                help=say(
                    "把这个本体混入数据（只用于 -s）", "mix this ontology into the data (with -s)"
                ),
            ),
            click.option(
                *("-i", "--inference"),
                type=click.Choice(["none", "rdfs", "owlrl", "both"]),
                help=say(
                    "检验前先推理（只用于 -s；默认不推理）",
                    "infer before the check (with -s; default: none)",
                ),
            ),
            click.option(
                *("-df", "--data-file-format", "data_format"),
                metavar=formats,
                help=say(
                    "NEW 的格式：turtle trig nt nquads json-ld xml（默认看后缀）",
                    "format of NEW: turtle trig nt nquads json-ld xml (default: by the suffix)",
                ),
            ),
            click.option(
                *("-sf", "--shacl-file-format", "shapes_format"),
                metavar=formats,
                help=say("-s 的格式", "format of -s"),
            ),
            click.option(
                *("-ef", "--ont-file-format", "ontology_format"),
                metavar=formats,
                help=say("-e 的格式", "format of -e"),
            ),
            click.option(
                "--base",
                metavar="IRI",
                help=say(
                    "文件里的相对 IRI 以此为基（不给时，没有自己的基就拒绝）",
                    "the base of relative IRIs in the files (without it, those of a file that"
                    " states none are refused)",
                ),
            ),
            click.option(
                "--merge-graphs",
                is_flag=True,
                help=say(
                    "把文件里的命名图并成一个图（只用于 -s；否则拒绝）",
                    "merge the named graphs of a file (with -s; else they are refused)",
                ),
            ),
        ]
    )


def _report_options(say: Speaker) -> _Decorator:
    return adding(
        [
            click.option(
                *("-f", "--format", "format_name"),
                type=click.Choice(_FORMATS),
                metavar=say("格式", "FORMAT"),
                help=say(
                    f"报告的格式：{' '.join(_FORMATS)}（默认看 -o 的后缀，否则 text）",
                    f"format of the report: {' '.join(_FORMATS)} (default: by the suffix of -o,"
                    " else text)",
                ),
            ),
            click.option(
                *("-o", "--output", "--out", "out"),
                type=click.Path(path_type=Path, dir_okay=False),
                metavar=say("文件", "FILE"),
                help=say(
                    "报告写到这个文件（默认标准输出）；有 --fix 时写改好的数据",
                    "file for the report (default: standard output); with --fix for the mended"
                    " data",
                ),
            ),
            click.option(
                "--fail-on",
                type=click.Choice(["violation", "warning", "info", "none"]),
                help=say(
                    "多严重才退出 1（默认 violation）",
                    "how grave a result makes it exit 1 (default: violation)",
                ),
            ),
            click.option(
                "--max-results",
                type=click.IntRange(min=0, max=1 << 40),
                metavar="N",
                help=say(
                    f"最多列出 N 个结果，0 为全部；总数照实（默认 text、table、html {_LISTED}，"
                    "其他全部）",
                    f"list at most N results, 0 for all; counts stay exact (default: {_LISTED} in"
                    " text, table and html, else all)",
                ),
            ),
        ]
    )


def _fix_options(say: Speaker) -> _Decorator:
    return adding(
        [
            click.option(
                "--fix",
                is_flag=True,
                help=say(
                    "把改法明确的地方改好，写到 -o，再检验一遍；不动原文件",
                    "write NEW to -o with all plain mends made, and judge that; NEW stays as it is",
                ),
            ),
            click.option(
                "--force",
                is_flag=True,
                help=say("--fix 可以覆盖已有的 -o", "--fix may overwrite what is at -o"),
            ),
        ]
    )


def _pyshacl_options(say: Speaker) -> _Decorator:
    """Return what pySHACL's users type besides."""

    def flag(*names: str, help_: tuple[str, str]) -> _Decorator:
        return click.option(*names, is_flag=True, help=say(*help_))

    def not_done(*names: str) -> _Decorator:
        return click.option(*names, is_flag=True, hidden=True)

    return adding(
        [
            flag(
                *("-w", "--allow-warnings", "--allow-warning", "allow_warnings"),
                help_=("同 --fail-on violation", "the same as --fail-on violation"),
            ),
            flag(
                *("--allow-infos", "--allow-info", "allow_infos"),
                help_=("同 --fail-on warning", "the same as --fail-on warning"),
            ),
            flag(
                *("-m", "--metashacl"),
                help_=("形状总要先检查，给不给都一样", "shapes are always checked first"),
            ),
            flag("-d", "more", help_=("同 -v", "the same as -v")),
            not_done("-a", "--advanced"),
            not_done("-j", "--js"),
            not_done("-it", "--iterate-rules"),
            not_done("-im", "--imports"),
            not_done("-q", "--sparql-mode"),
            not_done("--rules", "rules"),
        ]
    )


_NOT_DONE = {
    "advanced": ("SHACL-AF（规则、函数、目标）未做", "SHACL-AF (rules, functions) is not done"),
    "js": ("SHACL-JS 不执行：不运行别人的程序", "SHACL-JS is not run: no code of others is"),
    "iterate_rules": ("SHACL-AF 规则未做", "rules of SHACL-AF are not done"),
    "rules": ("SHACL-AF 规则未做", "rules of SHACL-AF are not done"),
    "imports": (
        "owl:imports 不读取：只读命令里写明的文件；请用 -e 给出",
        "owl:imports is not followed: only files that are named are read; give them with -e",
    ),
    "sparql_mode": (
        "不检验远程端点：请先用 kg sparql --endpoint 取回数据",
        "remote endpoints are not validated: fetch the data with kg sparql --endpoint first",
    ),
}


def _refuse_what_is_not_done(given: dict[str, Any], say: Speaker) -> None:
    for name, words in _NOT_DONE.items():
        if given.pop(name):
            raise InputError(*words)
    if not given["shapes"]:
        for name in ("ontology", "inference", "merge_graphs"):
            if given[name]:
                raise click.UsageError(
                    say(
                        "-e、-i、--merge-graphs 须与 -s 同用：不给 -s 时用图自己的本体和推理",
                        "-e, -i and --merge-graphs go with -s: without it the graph's own ontology"
                        " and inference are used",
                    )
                )
    elif given["store"] and (given["ontology"] or given["inference"]):
        raise click.UsageError(
            say(
                "-e、-i 不与 --store 同用：图有自己的本体和推理",
                "no -e or -i with --store: the graph has its own ontology and inference",
            )
        )


_PARSING = "kg_builder.graph.submission.reading"
"""What the child imports: by name, since importing it here would keep it waiting."""


class _Run:
    """One run of the command."""

    def __init__(self, new: Sequence[str], given: dict[str, Any], say: Speaker) -> None:
        self._new = tuple(dict.fromkeys(new))
        self._given = given
        self._say = say
        self._out: Path | None = given["out"]
        if self._out is not None and str(self._out) == "-":
            self._out = None
        self._format = self._choose_format()
        self._fail_on = _fail_on(given, say)
        self._check_outputs()

    def _choose_format(self) -> str:
        from kg_builder.judging.reports.writing import format_of_file

        named: str | None = self._given["format_name"]
        if named is None and self._out is not None and not self._given["fix"]:
            return format_of_file(self._out)
        return named or "text"

    def _check_outputs(self) -> None:
        out, say = self._out, self._say
        if self._given["force"] and not self._given["fix"]:
            raise click.UsageError(say("--force 须与 --fix 同用", "--force goes with --fix"))
        if self._given["fix"]:
            if out is None:
                raise click.UsageError(
                    say("--fix 要写到文件：请加 -o 文件", "--fix writes a file: give -o FILE")
                )
            if len(self._new) != 1:
                raise click.UsageError(
                    say("--fix 一次改一个文件", "--fix mends one file at a time")
                )
        if out is None:
            return
        given = (*self._new, *self._given["shapes"], *self._given["ontology"])
        if any(_same_file(out, Path(name)) for name in given if name != "-"):
            raise OutputError(
                "这是输入的文件，不会覆盖：请换一个 -o",
                "is a file to be read, and is not overwritten: choose another -o",
                file=str(out),
            )
        if self._given["fix"] and out.exists() and not self._given["force"]:
            raise OutputError(
                "已有这个文件，不会覆盖：请换一个 -o，或加 --force",
                "exists, and is not overwritten: choose another -o, or add --force",
                file=str(out),
            )

    def run(self) -> int:
        """Judge, mend where that is asked for, and tell; return the exit code."""
        from kg_builder.workers import Standby

        # the child that parses does its imports while this process does its own
        with Standby(_PARSING) as self._child:
            return self._run()

    def _run(self) -> int:
        from kg_builder.judging.judge import judging

        submissions = tuple(self._read(name) for name in self._new)
        with show_progress(self._say) as progress:
            question = self._question(progress)
            with judging(question) as judge:
                progress(_CHECKING, 0, 1)
                judgement = judge(submissions, None if self._given["fix"] else self._limit())
                if self._given["fix"]:
                    judgement = self._mend(submissions[0], judgement, judge)
        return self._tell(judgement, question)

    def _question(self, progress: Progress) -> Question:
        """Return what is asked: against which graph and which shapes."""
        from kg_builder.asking.stores import locate_store
        from kg_builder.judging.judge import Question
        from kg_builder.resources import Resources

        given = self._given
        shapes = tuple(self._read_other(name, given["shapes_format"]) for name in given["shapes"])
        ontology = tuple(
            self._read_other(name, given["ontology_format"]) for name in given["ontology"]
        )
        store = None
        if not shapes or given["store"]:
            store = locate_store(given["store"], given["project"], progress)
        return Question(
            store=store,
            resources=Resources.find(given["project"]),
            shapes=shapes,
            ontology=ontology,
            inference=given["inference"] or "none",
            merge_graphs=given["merge_graphs"],
            timeout=given["timeout"],
        )

    def _read(self, name: str) -> Submission:
        from kg_builder.graph.submission.reading import read_stdin, read_submission

        format_name = self._given["data_format"]
        if name != "-":
            return self._read_other(name, format_name)
        if format_name in (None, "auto"):
            raise click.UsageError(
                self._say(
                    "标准输入没有后缀：请用 -df 指明格式，如 -df turtle",
                    "standard input has no suffix: name its format with -df, as -df turtle",
                )
            )
        data = read_stdin(sys.stdin.buffer)
        return read_submission(
            data, name="-", format=format_name, base=self._given["base"], child=self._child
        )

    def _read_other(self, name: str, format_name: str | None) -> Submission:
        from kg_builder.graph.submission.reading import read_submission

        if name.lower().startswith(_REMOTE):
            raise InputError(
                "不从网上读取：请先下载，再给出文件名",
                "nothing is fetched from the web: download it, and name the file",
                file=name,
            )
        chosen = None if format_name == "auto" else format_name
        return read_submission(
            Path(name), name=name, format=chosen, base=self._given["base"], child=self._child
        )

    def _report(self, judgement: Judgement, question: Question) -> Report:
        from kg_builder.judging.judge import report_of

        return report_of(
            judgement,
            question,
            fail_on=self._fail_on,
            limit=self._limit(),
        )

    def _limit(self) -> int | None:
        limit: int | None = self._given["max_results"]
        if limit is None:
            return _LISTED if self._format in (*_PLAIN, "html") else None
        return limit or None

    def _tell(self, judgement: Judgement, question: Question) -> int:
        """Write the report, warn of what it does not show, and return the exit code."""
        report = self._report(judgement, question)
        out = None if self._given["fix"] else self._out
        content = self._content(report, self._style(out))
        _write(content, out)
        self._warn(report)
        return 0 if report.passes else 1

    def _style(self, out: Path | None) -> Style:
        from kg_builder.asking.results.tabular import Style

        return Style(self._say.language) if out is not None else terminal_style(self._say)

    def _content(self, report: Report, style: Style) -> bytes:
        if self._format == "html":
            from kg_builder.pages.validation import validation_page

            return validation_page(report, style.language).encode("utf-8", "replace")
        from kg_builder.judging.reports.writing import write_report

        return write_report(report, self._format, style)

    def _warn(self, report: Report) -> None:
        """Say on stderr what a format for programs has no room for."""
        if self._format in (*_PLAIN, "html"):
            return
        cut = report.cut()
        for words in (*report.verdict.notes, *((cut,) if cut else ())):
            self._say.warn("", words.pick(self._say.language))

    def _mend(self, submission: Submission, judgement: Judgement, judge: Judge) -> Judgement:
        """Write the submission with its plain mends, and return the judgement on that."""
        from kg_builder.graph.disk import replacing
        from kg_builder.judging.judge import mended

        say, out = self._say, self._out
        assert out is not None  # noqa: S101 - _check_outputs
        found = mended(submission, judgement)
        if not found.fixes:
            say.complain(
                say("没有可以自动改的地方，未写文件", "nothing to mend by itself; no file written")
            )
            return judgement
        with replacing(out) as stream:
            stream.write(found.data)
        count = len(found.fixes)
        say.complain(
            say(f"改了 {count} 处，写入 {out}", f"{count} mend{'s' * (count > 1)} made in {out}")
        )
        return judge((self._read_other(str(out), submission.format),), self._limit())


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _fail_on(given: dict[str, Any], say: Speaker) -> FailOn:
    """Return how grave a result must be to count; pySHACL's flags say it in their own way."""
    named: FailOn | None = given["fail_on"]
    meant: FailOn | None = None
    if given["allow_warnings"] or given["allow_infos"]:
        meant = "violation" if given["allow_warnings"] else "warning"
    if named and meant and named != meant:
        raise click.UsageError(
            say(
                f"--fail-on {named} 与 --allow-… 不合：后者即 --fail-on {meant}",
                f"--fail-on {named} and --allow-… disagree: the latter is --fail-on {meant}",
            )
        )
    return named or meant or "violation"


def _write(content: bytes, out: Path | None) -> None:
    from kg_builder.graph.disk import replacing

    if out is not None:
        with replacing(out) as stream:
            stream.write(content)
        return
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        discard_output()
