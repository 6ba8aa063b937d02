"""`kg docs`: the ontology's documentation as one page."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kg_builder.cli.options import Speaker, common_options, examples
from kg_builder.cli.page_file import refuse_others, write_page


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "docs",
        help=say(
            "把本体的文档写成一个可离线打开的 HTML 文件：每个类、属性和概念，形状的要求，类的图，"
            "存储的查询，以及已发布数据中的实例；中英文都在里面，--lang 定先显示哪种。",
            "Write the documentation of the ontology as one HTML file that opens offline: every"
            " class, property and concept, what the shapes ask, drawings of the classes, the"
            " stored queries, and instances from the published data. Both languages are in it;"
            " --lang is the one shown first.",
        ),
        epilog=examples(say, "kg docs -o ontology.html"),
    )
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
    @common_options(say)
    def run(
        out: str,
        project: Path | None,
        verbose: bool,  # noqa: ARG001
    ) -> int:
        # slow to import, and only a run needs them
        from kg_builder.graph.publication import load_published
        from kg_builder.graph.reference.reading import load_reference
        from kg_builder.graph.vocabulary import DEFAULT_BASE
        from kg_builder.pages.ontology import GENERATOR, ontology_page
        from kg_builder.resources import Resources

        if out != "-":
            refuse_others(Path(out), GENERATOR, "kg docs")
        resources = Resources.find(project)
        published = load_published(resources, DEFAULT_BASE)
        data = (triple for item in published for triple in (*item.asserted, *item.evidence))
        reference = load_reference(resources, data, base=DEFAULT_BASE)
        page = ontology_page(reference, say.language).encode("utf-8", "replace")
        if out == "-":
            sys.stdout.buffer.write(page)
            return 0
        write_page(Path(out), page)
        say.tell(
            say(
                f"{len(reference.classes)} 个类，{len(reference.properties)} 个属性，"
                f"{len(reference.concepts)} 个概念；写到 {out}",
                f"{len(reference.classes)} classes, {len(reference.properties)} properties,"
                f" {len(reference.concepts)} concepts; written to {out}",
            )
        )
        return 0

    return run
