"""`kg review`: what a reviewer should look at in a report, and drafts of decisions completed."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg_builder.cli.options import Speaker, common_options, examples
from kg_builder.cli.reports import load_report
from kg_builder.errors import InputError, OutputError

if TYPE_CHECKING:  # slow to import, and only a command that runs needs them
    from kg_builder.desk import ReportInput, Review
    from kg_builder.text.review.doubt import Doubt

_SHOWN = 40


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "review",
        help=say(
            "列出报告里要审阅的内容：不再合用的决定、可能相同的事物、可疑的事实（按规则实测的"
            "准确率，最可疑的在前）、未读的段位。不给报告时读 --store 里留存的原文。"
            "决定写在 NAME.decisions.tsv，格式见 data/README.md。",
            "List what to look at in a report: decisions that no longer fit, things that may be the"
            " same, facts in doubt (by the measured precision of their rule, the most doubtful"
            " first), passages not read. Without a report: the text kept in --store. Decisions are"
            " written in NAME.decisions.tsv; data/README.md has the format.",
        ),
        epilog=examples(
            say,
            "kg review report.txt",
            "kg review report.txt --format tsv --limit 50 > doubts.tsv",
            "kg review report.txt --complete draft.tsv --who 张三 -o data/NAME.decisions.tsv",
        ),
    )
    @click.argument("report", required=False, metavar=say("[报告]", "[REPORT]"))
    @click.option(
        "--store",
        type=click.Path(path_type=Path),
        default=Path("build"),
        show_default=True,
        metavar=say("文件夹", "DIR"),
        help=say("kg build 写出的文件夹", "folder made by kg build"),
    )
    @click.option(
        "--limit",
        type=click.IntRange(min=0),
        default=20,
        show_default=True,
        help=say("每类至多列几条；0 为全部", "so many of each kind; 0 for all"),
    )
    @click.option(
        "--format",
        "form",
        type=click.Choice(["table", "tsv"]),
        default="table",
        show_default=True,
        help=say(
            "table 给人看；tsv 可贴进决定表", "a table to read, or lines for the table of decisions"
        ),
    )
    @click.option(
        "--decisions",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar=say("文件", "FILE"),
        help=say("用这个决定表", "take these decisions"),
    )
    @click.option(
        "--complete",
        "draft",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar=say("草稿", "DRAFT"),
        help=say(
            "补全草稿：由原文算出位置和散列值，并入决定表",
            "complete a draft: find spans and hashes from its words, and join the decisions",
        ),
    )
    @click.option("--who", default="", help=say("草稿中未写的决定人", "who decided, for a draft"))
    @click.option("--date", "day", default="", help=say("草稿中未写的日期", "date, for a draft"))
    @click.option(
        "-o",
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar=say("文件", "FILE"),
        help=say(
            "--complete：写到这个决定表，并保留其中已有的（默认标准输出）",
            "--complete: the table to write, what it holds is kept (default: standard output)",
        ),
    )
    @click.option("--encoding", help=say("报告的编码", "encoding of the report"))
    @common_options(say)
    def run(
        report: str | None,
        store: Path,
        limit: int,
        form: str,
        decisions: Path | None,
        draft: Path | None,
        who: str,
        day: str,
        out: Path | None,
        encoding: str | None,
        project: Path | None,
        verbose: bool,  # noqa: ARG001
    ) -> int:
        from kg_builder.desk import complete_decisions, review_report

        sources = [load_report(report)] if report else _kept(store)
        if draft is not None:
            if len(sources) != 1:
                raise InputError(
                    "草稿只对一份报告，请给出报告", "a draft is on one report: give the report"
                )
            known = out if out is not None and out.exists() else decisions
            filled = {"who": who, "date": _checked(day)}
            text = complete_decisions(
                draft, sources[0], known, filled, encoding=encoding, project=project
            )
            _write(text, out)
            return 0
        _check_listing(sources, decisions, out)
        for source in sources:
            found = review_report(source, decisions=decisions, encoding=encoding, project=project)
            _list(found, source.file or source.name, limit, form, say)
        return 0

    return run


def _kept(store: Path) -> list[ReportInput]:
    """Return the texts that a build has kept."""
    from kg_builder.desk import ReportInput

    paths = sorted((store / "source").glob("*.txt"))
    if not paths:
        raise InputError(
            "里面没有留存原文；请给出报告：kg review 报告",
            "keeps no text of a report; give the report: kg review REPORT",
            file=str(store),
        )
    return [ReportInput.load(path) for path in paths]


def _check_listing(sources: list[ReportInput], decisions: Path | None, out: Path | None) -> None:
    """Refuse options that a list has no use for, before it is made."""
    if out is not None:
        raise InputError(
            "-o 只与 --complete 同用；清单写到标准输出",
            "-o goes with --complete; the list is written to standard output",
            file=str(out),
        )
    if decisions is not None and len(sources) != 1:
        raise InputError(
            "--decisions 只用于一份报告，请给出这份报告",
            "--decisions are on one report: give that report",
            file=str(decisions),
        )


def _checked(day: str) -> str:
    try:
        if day:
            date.fromisoformat(day)
    except ValueError:
        raise InputError(
            f"--date 应是 2026-11-22 这样的日期，不是“{day}”",
            f"--date is a date such as 2026-11-22, not {day!r}",
        ) from None
    return day


def _write(text: str, out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(text.encode())
        return
    from kg_builder.graph.generations import replace_file

    try:
        replace_file(out, text)
    except OSError as error:
        raise OutputError(
            f"写不了：{error.strerror}", f"cannot be written: {error.strerror}", file=str(out)
        ) from None


def _list(found: Review, file: str, limit: int, form: str, say: Speaker) -> None:
    shown = list(_first(found.doubts, limit))
    if form == "tsv":
        from kg_builder.text.review import format_decisions

        text = format_decisions(item.row for item in shown if item.row)
        sys.stdout.buffer.write(text.encode())
        for item in shown:
            if item.notice:
                say.warn(f"{file}:{item.line}", item.notice.message.pick(say.language))
        return
    for item in shown:
        say.tell(_line(item, file, say))
    counts = Counter(item.kind for item in found.doubts)
    say.tell(
        say(
            f"{counts['fact']} 条事实待审，{counts['duplicate']} 对可能相同，"
            f"{counts['stale']} 条决定不合用，{counts['unread']} 处未读",
            f"{counts['fact']} facts to look at, {counts['duplicate']} pairs that may be the same,"
            f" {counts['stale']} decisions that do not fit, {counts['unread']} passages not read",
        )
    )


def _first(doubts: Sequence[Doubt], limit: int) -> Iterator[Doubt]:
    """Yield the first of each kind."""
    counts: Counter[str] = Counter()
    for item in doubts:
        counts[item.kind] += 1
        if not limit or counts[item.kind] <= limit:
            yield item


def _line(item: Doubt, file: str, say: Speaker) -> str:
    place = f"{file}:{item.line}"
    if item.notice:
        return f"{place}  {item.notice.message.pick(say.language)} [{item.notice.code}]"
    words = item.words if len(item.words) <= _SHOWN else item.words[: _SHOWN - 1] + "…"
    if item.kind == "unread":
        return f"{place}  {say('未读', 'not read')}  {item.rule}  “{words}”"
    low, high = item.interval or (0.0, 1.0)
    cells = item.row
    said = (cells["subject"], cells.get("predicate", "="), cells.get("object", ""))
    what = "  ".join(part for part in said if part)
    return f"{place}  {low:.2f}–{high:.2f} {item.rule}  {what}  “{words}”"
