"""The options of `kg export --dist`: what a publisher says, and the folder that it goes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg_builder.cli.options import Speaker, adding

if TYPE_CHECKING:  # slow to import, and only a command that runs needs them
    from pyoxigraph import Triple

    from kg_builder.graph.opening import OpenGraph


def distribution_options(say: Speaker) -> Callable[[Any], Any]:
    """Return a decorator that adds `--dist` and the options that go with it.

    Their values reach the command as `dist` and, all together, as what `write_distribution` takes
    in `given`: `homepage`, `download_base`, `publisher`, `contact`, `endpoint`, `released`,
    `data_version`.
    """
    options = [
        click.option(
            "--dist",
            type=click.Path(path_type=Path, file_okay=False),
            metavar=say("文件夹", "DIR"),
            help=say(
                "写一个发布包：本体、各格式的数据、VoID、DCAT、数据立方体、重定向、校验和",
                "write what goes on the web: ontology, data in every format, VoID, DCAT, data cube,"
                " redirects, checksums",
            ),
        ),
        *(
            click.option(f"--{name}", target, metavar=metavar, help=f"--dist: {words}")
            for name, target, metavar, words in _given(say)
        ),
    ]

    return adding(options)


def _given(say: Speaker) -> Iterable[tuple[str, str, str, str]]:
    return (
        (
            "download-base",
            "download_base",
            "IRI",
            say(
                "文件将放在哪里（默认是图的基址）", "where the files will stand (default: the base)"
            ),
        ),
        ("homepage", "homepage", "IRI", say("介绍它们的网页", "a page about them")),
        (
            "publisher",
            "publisher",
            say("名称", "NAME"),
            say(
                "谁发布（默认用本体的发布者）", "who publishes (default: the ontology's publisher)"
            ),
        ),
        (
            "contact",
            "contact",
            say("地址", "ADDRESS"),
            say("邮箱或网址", "an e-mail or web address"),
        ),
        ("sparql-endpoint", "endpoint", "IRI", say("查询服务", "the SPARQL service")),
        (
            "released",
            "released",
            say("日期", "DATE"),
            say("发布日期，如 2026-11-23", "day of the release, as 2026-11-23"),
        ),
        (
            "data-version",
            "data_version",
            say("版本", "VERSION"),
            say("数据的版本（默认是建图工具的）", "version of the data (default: the tool's)"),
        ),
    )


def write_distribution(
    say: Speaker,
    opened: OpenGraph,
    folder: Path,
    project: Path | None,
    given: Mapping[str, str | None],
) -> None:
    """Write a distribution and say what a publisher should know of it.

    Raises what `publish_distribution` and `DistributionOptions` raise.
    """
    from kg_builder.graph.distribution import (
        DistributionOptions,
        parse_day,
        publish_distribution,
    )
    from kg_builder.resources import Resources

    released = given.get("released")
    options = DistributionOptions(
        download_base=given.get("download_base"),
        homepage=given.get("homepage"),
        publisher=given.get("publisher"),
        contact=given.get("contact"),
        endpoint=given.get("endpoint"),
        released=parse_day(released) if released is not None else None,
        version=given.get("data_version"),
    )
    made = publish_distribution(
        opened,
        folder,
        Resources.find(project),
        options,
        documents=_documents(opened, project, say),
        tables=partial(_tables, opened=opened, say=say),
    )
    for warning in made.warnings:
        say.warn("", warning.pick(say.language))
    count = len(made.files) + 1
    say.tell(say(f"{count} 个文件，写到 {folder}", f"{count} files, written to {folder}"))


def _documents(opened: OpenGraph, project: Path | None, say: Speaker) -> Mapping[str, bytes]:
    """Return the documentation of the ontology, with instances of the graph."""
    from kg_builder.graph.reference.reading import load_reference
    from kg_builder.graph.vocabulary import DEFAULT_BASE
    from kg_builder.pages.ontology import ontology_page
    from kg_builder.resources import Resources

    left_out = [opened.graph_name(name) for name in ("inferred", "ontology")]
    named = (node for node in opened.store.named_graphs() if node not in left_out)
    data = (
        quad.triple
        for node in named
        for quad in opened.store.quads_for_pattern(None, None, None, node)
    )
    base = opened.base or DEFAULT_BASE
    reference = load_reference(Resources.find(project), data, base=base)
    page = ontology_page(reference, say.language).encode("utf-8", "replace")
    return {"ontology/index.html": page}


def _tables(triples: Iterable[Triple], folder: Path, *, opened: OpenGraph, say: Speaker) -> object:
    from kg_builder.graph.export.tables import write_tables

    label = partial(opened.label, language=say.language)
    return write_tables(triples, folder, base=opened.base, label=label)
