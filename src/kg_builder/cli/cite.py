"""`kg cite`: how to cite an entity, with its report, the place there, and the version."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg_builder.cli.graphs import opened_store, store_option
from kg_builder.cli.options import Speaker, common_options, examples

if TYPE_CHECKING:
    from kg_builder.asking.citation import Style

_STYLES = ("text", "gbt7714", "csl", "bibtex")


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "cite",
        help=say(
            "给出一个实体的引用：它出自哪份报告的哪一处，数据是哪一版。不知道的略去，从不编造。",
            "Cite an entity: the report it comes from, the place there, the version of the data."
            " What is not known is left out, never made up.",
        ),
        epilog=_epilog(say),
    )
    @click.argument("name", metavar=say("名称或IRI", "NAME-or-IRI"))
    @click.option(
        "--format",
        "style",
        type=click.Choice(_STYLES),
        default="text",
        show_default=True,
        help=say(
            "文字、GB/T 7714-2015、CSL-JSON 或 BibTeX", "words, GB/T 7714-2015, CSL-JSON or BibTeX"
        ),
    )
    @click.option(
        "--accessed",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar=say("日期", "DATE"),
        help=say(
            "引用日期，如 2026-01-31（默认今天）", "day of access, 2026-01-31 (default: today)"
        ),
    )
    @store_option(say)
    @common_options(say)
    def run(
        name: str,
        style: Style,
        accessed: datetime | None,
        store: Path | None,
        project: Path | None,
        verbose: bool,  # noqa: ARG001
    ) -> int:
        from kg_builder.asking.citation import cite_entity, cited
        from kg_builder.asking.terms import resolve

        day = accessed.date() if accessed else date.today()
        with opened_store(store, project, say) as graph:
            citation = cite_entity(graph, resolve(graph, name))
        if citation.dataset.is_placeholder:
            say.warn(
                "",
                say(
                    "基址是占位符，这个 IRI 打不开；正式引用前请用自己的 --base 构建",
                    "the base is a placeholder and the IRI resolves nowhere; build with a --base of"
                    " your own before you cite",
                ),
            )
        for line in cited(citation, style, say.language, day).split("\n"):
            say.tell(line)
        return 0

    return run


def _epilog(say: Speaker) -> str:
    lines = (
        "kg cite 八里庄街道",
        "kg cite 八里庄街道 --format gbt7714 --accessed 2026-01-31",
        "kg cite 中关村科学城城市大脑股份有限公司 --format bibtex --store build",
    )
    return examples(say, *lines)
