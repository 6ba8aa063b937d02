"""What the commands share that change a graph by contributions: options, files, what is told."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from kg_builder.cli.graphs import store_option_of
from kg_builder.cli.options import SECONDS, Speaker, adding, terminal_style
from kg_builder.errors import InputError, StoreError

if TYPE_CHECKING:  # slow to import, and only a command that runs needs them
    from pyoxigraph import Triple

    from kg_builder.graph.contributions import Provenance, Submitted
    from kg_builder.graph.opening import OpenGraph
    from kg_builder.judging.transaction import Outcome

_SHOWN: Final = 20
"""Triples listed of each kind, unless all are asked for."""
_CONTRIBUTOR: Final = "KG_CONTRIBUTOR"


def own_store_option(say: Speaker) -> Callable[[Any], Any]:
    """Return a decorator that adds the option that says which built folder is meant."""
    return store_option_of(
        say,
        "kg build 建的文件夹（默认此处的 build/）",
        "a folder made by kg build (default: build/ here)",
    )


def writing_options(say: Speaker) -> Callable[[Any], Any]:
    """Return a decorator that adds the options of every command that changes a graph."""
    return adding(
        [
            click.option(
                "--by",
                metavar=say("姓名", "NAME"),
                help=say(
                    f"谁说的（默认 {_CONTRIBUTOR}，否则登录名）",
                    f"who says so (default: {_CONTRIBUTOR}, else the login name)",
                ),
            ),
            own_store_option(say),
            click.option(
                "--dry-run",
                is_flag=True,
                help=say("只说会改变什么，不改", "say what would change, change nothing"),
            ),
            click.option(
                "--wait",
                type=SECONDS,
                default=10.0,
                show_default=True,
                metavar=say("秒", "SECONDS"),
                help=say("等别的写入者多久", "how long to wait for another writer"),
            ),
            click.option(
                "--files/--no-files",
                "with_text",
                default=None,
                help=say(
                    "是否重写 asserted.ttl、dataset.nq 等文本文件"
                    "（默认图不超过十五万条时重写，否则略去，由 kg export 或 kg build 写出）",
                    "write asserted.ttl, dataset.nq and the other text files anew (default: up to"
                    " 150,000 quads; beyond, they are left out, and kg export or kg build writes"
                    " them)",
                ),
            ),
        ]
    )


def own_store(given: Path | None) -> Path:
    """Return the built folder that is meant. Raises StoreError where there is none.

    It is never the published graph in the cache, which nobody keeps.
    """
    from kg_builder.asking.stores import BUILD_FOLDER
    from kg_builder.graph.generations import is_built

    store = BUILD_FOLDER if given is None else given
    if (store / "current").is_dir() and not (store / "current").is_symlink():
        raise StoreError(
            "是没有链接的副本（cp -L、zip 之类）：请用 cp -a、tar 或 kg backup 重新复制",
            "is a copy without its links, as cp -L or zip make it: copy it anew with cp -a, tar or"
            " kg backup",
            file=str(store),
        )
    if not is_built(store):
        target = "" if given is None else f" -o {store}"
        raise StoreError(
            f"没有你自己的图；请先运行 kg build{target}",
            f"there is no graph of your own; run kg build{target} first",
            file=str(store),
        )
    return store


def contributor(given: str | None) -> str:
    """Return who contributes: as given, else as the environment or the system names them."""
    name = given or os.environ.get(_CONTRIBUTOR)
    if name is not None:
        return name
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise InputError(
            f"不知道你是谁：请用 --by 或 {_CONTRIBUTOR} 写明",
            f"it is not known who you are: say so by --by or {_CONTRIBUTOR}",
        ) from error


def provenance(by: str | None, source: str | None) -> Provenance:
    """Return the provenance of what is brought now. Raises InputError for a text that is unfit."""
    from kg_builder.graph.contributions import Provenance

    return Provenance.now(contributor(by), source)


def read_submitted(paths: Sequence[str], format_name: str | None, say: Speaker) -> list[Submitted]:
    """Return files as they are handed in; - is standard input, whose format must be named.

    Raises InputError for what cannot be read, UsageError where the format is not known.
    """
    return [_submitted(path, format_name, say) for path in dict.fromkeys(paths)]


def _submitted(path: str, format_name: str | None, say: Speaker) -> Submitted:
    from kg_builder.graph.contributions import Submitted
    from kg_builder.graph.submission.formats import SUFFIXES, format_named, format_of
    from kg_builder.graph.submission.reading import Limits, check_file, read_stdin

    if format_name is None and path == "-":
        raise click.UsageError(
            say(
                "标准输入没有后缀：请用 -df 指明格式，如 -df turtle",
                "standard input has no suffix: name its format with -df, as -df turtle",
            )
        )
    kind = format_named(format_name) if format_name else format_of(Path(path))
    suffix = next(suffix for suffix, found in SUFFIXES.items() if found == kind)
    if path == "-":
        return Submitted(path, suffix, read_stdin(sys.stdin.buffer))
    check_file(Path(path), path, Limits().size)
    try:
        return Submitted(path, suffix, Path(path).read_bytes())
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"文件无法读取：{reason}", f"cannot be read: {reason}", file=path
        ) from error


def format_option(say: Speaker) -> Callable[[Any], Any]:
    """Return a decorator that adds the option that says what syntax files are in."""
    return click.option(
        *("-df", "--data-file-format", "data_format"),
        metavar=say("格式", "FORMAT"),
        help=say(
            "文件的格式：turtle trig nt nquads json-ld xml（默认看后缀）",
            "format of the files: turtle trig nt nquads json-ld xml (default: by the suffix)",
        ),
    )


def tell_outcome(outcome: Outcome, graph: OpenGraph, say: Speaker, *, verbose: bool) -> int:
    """Print what became of a transaction; return the exit code."""
    teller = _Teller(graph, say, sys.maxsize if verbose else _SHOWN)
    teller.results(outcome)
    if outcome.status == "refused":
        say.complain(say("没有执行：图和原来一样", "refused: the graph is as it was"))
        return 1
    if outcome.status == "unchanged":
        say.tell(
            say(
                f"{len(outcome.known)} 条都已在贡献里，什么也没有改变",
                f"all {len(outcome.known)} triples are contributed already: nothing has changed",
            )
        )
        return 0
    teller.changes(outcome)
    teller.done(outcome)
    return 0


class _Teller:
    """Tells outcomes, by the labels of one graph."""

    def __init__(self, graph: OpenGraph, say: Speaker, shown: int) -> None:
        self._graph = graph
        self._say = say
        self._shown = shown

    def results(self, outcome: Outcome) -> None:
        """Print the verdict as `kg validate` does, where it found anything."""
        from kg_builder.judging.reports.text import text_report

        if outcome.report.verdict.results or outcome.report.verdict.notes:
            text = text_report(outcome.report, terminal_style(self._say))
            click.echo(text.rstrip("\n"))

    def changes(self, outcome: Outcome) -> None:
        """Print what a dry run would change."""
        say = self._say
        if outcome.status == "would":
            self._list(outcome.new, "+", say("新的", "new"))
            self._list(outcome.known, "=", say("已有的", "there already"))
            self._list(outcome.promoted, "^", say("原为推出，改为断言", "inferred before"))
            self._list(outcome.inferred, "⇒", say("推出的", "inferred"))
            self._list(outcome.gone, "-", say("去掉的", "gone"))

    def done(self, outcome: Outcome) -> None:
        """Print the counts."""
        say = self._say
        counts = say(
            f"新增 {len(outcome.new)} 条，已有 {len(outcome.known)} 条，"
            f"推出 {len(outcome.inferred)} 条，去掉 {len(outcome.gone)} 条",
            f"{len(outcome.new)} new, {len(outcome.known)} there already,"
            f" {len(outcome.inferred)} inferred, {len(outcome.gone)} gone",
        )
        if outcome.status == "would":
            say.tell(say(f"会{counts}；试运行，什么也没有改变", f"would be {counts}; a dry run"))
            return
        number = outcome.batch.entry.number
        say.tell(say(f"第 {number} 批：{counts}", f"contribution {number}: {counts}"))
        if outcome.committed is not None and not outcome.committed.with_text:
            say.tell(
                say(
                    "图较大，没有重写文本文件；kg export 或 kg build 会写出",
                    "a large graph: its text files are left out; kg export or kg build writes them",
                )
            )

    def _list(self, triples: Sequence[Triple], mark: str, heading: str) -> None:
        if not triples:
            return
        self._say.tell(f"{heading} ({len(triples)})")
        for triple in triples[: self._shown]:
            self._say.tell(f"  {mark} {self._words(triple)}")
        if len(triples) > self._shown:
            more = len(triples) - self._shown
            self._say.tell(self._say(f"  …… 还有 {more} 条（-v 全列）", f"  … {more} more (-v)"))

    def _words(self, triple: Triple) -> str:
        from kg_builder.asking.terms import name_of

        language = self._say.language
        return "  ".join(name_of(self._graph, term, language) for term in triple)
