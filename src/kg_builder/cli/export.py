"""`kg export`: the graph, or a part of it, in a format that others read."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg_builder.cli.distribution import distribution_options, write_distribution
from kg_builder.cli.graphs import opened_store, store_option
from kg_builder.cli.options import Speaker, common_options, discard_output
from kg_builder.cli.portable import check_portable, portable_options, write_portable
from kg_builder.errors import InputError, OutputError

if TYPE_CHECKING:  # slow to import, and only a command that runs needs them
    from collections.abc import Iterable, Mapping

    from pyoxigraph import NamedNode, Triple

    from kg_builder.graph.export.formats import Format
    from kg_builder.graph.opening import OpenGraph
    from kg_builder.graph.serialization import GraphName

_FORMATS = ("turtle", "ntriples", "trig", "nquads", "jsonld", "rdfxml", "csv")
_GRAPHS = ("asserted", "inferred", "evidence", "all")


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "export",
        help=say(
            "把图写成别人能读的文件：默认把断言的事实写成 Turtle，写到标准输出。排好序，"
            "同样的图每次逐字节相同。trig、nquads、jsonld 保留命名图，其他格式合并。"
            "csv 写一个文件夹（用 -o 指定）：每类一张表，另有 CSVW 元数据。",
            "Write the graph in a format that others read: by default what is asserted, as Turtle,"
            " to standard output. Sorted, and equal byte for byte for an equal graph. trig, nquads"
            " and jsonld keep named graphs, the others merge them. csv writes a folder (give -o):"
            " one table per class, with CSVW metadata.",
        ),
        epilog=_examples(say),
    )
    @click.option(
        "--format",
        "format_name",
        type=click.Choice(_FORMATS),
        help=say(
            "格式（默认看 -o 的后缀，没有就是 turtle）",
            "format (default: by the suffix of -o, else turtle)",
        ),
    )
    @click.option(
        "--graph",
        "which",
        type=click.Choice(_GRAPHS),
        default="asserted",
        show_default=True,
        help=say(
            "asserted 断言的，inferred 推出的，evidence 出处，all 三者",
            "what is asserted, inferred, the evidence, or all three",
        ),
    )
    @click.option(
        "--class",
        "classes",
        multiple=True,
        metavar=say("类", "CLASS"),
        help=say(
            "只要这个类的实例（推出的也算），如 Canteen、schema:School；可重复",
            "only instances of this class, inferred ones too, as Canteen, schema:School;"
            " may be repeated",
        ),
    )
    @click.option(
        "--entity",
        "entities",
        multiple=True,
        metavar=say("名称或IRI", "NAME-OR-IRI"),
        help=say(
            "只要关于它的：以它为主语或宾语的三元组，以及关于它的陈述；可重复",
            "only what is said of it: triples with it as subject or object, and statements about"
            " it; may be repeated",
        ),
    )
    @click.option(
        "-o",
        "--out",
        metavar=say("文件", "FILE"),
        default="-",
        help=say(
            "写到这个文件，已有的会被替换；csv 是文件夹，只替换本命令写的",
            "file to write, an old one is replaced; for csv a folder, replaced only if this"
            " command wrote it",
        ),
    )
    @click.option(
        "--bom",
        is_flag=True,
        help=say("csv 以 BOM 开头，供 Excel 识别编码", "start csv with a BOM, for Excel"),
    )
    @distribution_options(say)
    @portable_options(say)
    @store_option(say)
    @common_options(say)
    def run(
        format_name: str | None,
        which: str,
        classes: tuple[str, ...],
        entities: tuple[str, ...],
        out: str,
        bom: bool,
        store: Path | None,
        project: Path | None,
        verbose: bool,  # noqa: ARG001
        dist: Path | None,
        portable: Path | None,
        source: bool,
        **given: str | None,
    ) -> int:
        from kg_builder.asking.terms import resolve
        from kg_builder.graph.export.formats import Format
        from kg_builder.graph.export.select import Selection, select

        check_portable(say, portable, dist, source=source)
        whole = "--dist" if dist is not None else "--portable" if portable is not None else None
        if whole and (format_name or classes or entities or out != "-" or bom):
            raise click.UsageError(
                say(
                    f"{whole} 写全部，不与 --format、--class、--entity、-o、--bom 同用",
                    f"{whole} writes it all: no --format, --class, --entity, -o or --bom with it",
                )
            )
        if portable is not None:
            if any(given.values()):
                raise _not_of_a_distribution(say)
            with opened_store(store, project, say) as opened:
                write_portable(say, opened, portable, project, source=source)
            return 0
        if dist is not None:
            with opened_store(store, project, say) as opened:
                write_distribution(say, opened, dist, project, given)
            return 0
        if any(given.values()):
            raise _not_of_a_distribution(say)
        format_ = _format(format_name, out, say)
        if bom and format_ is not Format.CSV:
            raise click.UsageError(say("--bom 只用于 csv", "--bom is for csv alone"))
        with opened_store(store, project, say) as opened:
            selection = Selection(
                tuple(_class(opened, name) for name in classes),
                tuple(resolve(opened, name) for name in entities),
            )
            graphs = select(opened, which, selection)
            if format_ is Format.CSV:
                _write_tables(opened, graphs, Path(out), say, bom=bom)
            else:
                _write(opened, graphs, format_, out)
        return 0

    return run


def _not_of_a_distribution(say: Speaker) -> click.UsageError:
    return click.UsageError(
        say("发布包的选项须与 --dist 同用", "options of a distribution go with --dist")
    )


def _examples(say: Speaker) -> str:
    lines = (
        (say("断言的事实，Turtle", "what is asserted, as Turtle"), "kg export > facts.ttl"),
        (
            say("全部，带命名图", "everything, with named graphs"),
            "kg export --graph all -o all.trig",
        ),
        (
            say("放到网上的全部文件", "all that goes on the web"),
            "kg export --dist public --publisher NAME --contact ADDRESS",
        ),
        (
            say("发给同事的一个网页文件", "one page to send to a colleague"),
            "kg export --portable report.html",
        ),
        (say("每类一张表", "one table per class"), "kg export --format csv --bom -o tables"),
        (
            say("只要助餐点，JSON-LD", "canteens alone, as JSON-LD"),
            "kg export --class Canteen -o canteens.jsonld",
        ),
        (
            say("关于一条街道的一切，连同出处", "all about one street, with evidence"),
            "kg export --entity 八里庄街道 --graph all",
        ),
    )
    body = "\n".join(f"  {example}\n      {text}" for text, example in lines)
    return f"\b\n{say('例如：', 'Examples:')}\n{body}"


def _format(name: str | None, out: str, say: Speaker) -> Format:
    """Return the format that is asked for, or that the suffix of -o means."""
    from kg_builder.graph.export.formats import Format

    if name is not None:
        found: Format | None = Format(name)
    elif out == "-":
        found = Format.TURTLE
    else:
        found = Format.of_file(Path(out))
    if found is None:
        known = " ".join(item.suffix for item in Format if item.suffix)
        raise click.UsageError(
            say(
                f"{out} 的后缀看不出格式：请加 --format，或用 {known}；表格用 --format csv",
                f"{out}: the suffix is of no known format; give --format, or one of {known};"
                " for tables --format csv",
            )
        )
    if found is Format.CSV and out == "-":
        raise click.UsageError(
            say(
                "csv 是一个文件夹的表：请用 -o 文件夹",
                "csv is a folder of tables: give -o DIR",
            )
        )
    return found


def _write(
    opened: OpenGraph, graphs: Mapping[GraphName, Iterable[Triple]], format_: Format, out: str
) -> None:
    from kg_builder.graph.disk import replacing
    from kg_builder.graph.export.writing import write_dataset

    if out != "-":
        with replacing(Path(out)) as stream:
            write_dataset(graphs, format_, stream, base=opened.base)
        return
    try:
        write_dataset(graphs, format_, sys.stdout.buffer, base=opened.base)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        discard_output()


def _write_tables(
    opened: OpenGraph,
    graphs: Mapping[GraphName, Iterable[Triple]],
    out: Path,
    say: Speaker,
    *,
    bom: bool,
) -> None:
    from kg_builder.graph.disk import replacing_folder
    from kg_builder.graph.export.select import merged
    from kg_builder.graph.export.tables import write_tables

    _refuse_others(out)
    with replacing_folder(out) as folder:
        write_tables(
            merged(graphs),
            folder,
            base=opened.base,
            label=partial(opened.label, language=say.language),
            bom=bom,
        )


def _refuse_others(folder: Path) -> None:
    """Raise OutputError for a folder that holds something else than tables of ours."""
    import json

    from kg_builder.graph.disk import output_errors
    from kg_builder.graph.export.tables import GENERATOR, METADATA

    with output_errors(folder):
        if not folder.exists():
            return
        if not folder.is_dir():
            raise OutputError(
                "不是文件夹，请换一个输出位置", "not a folder: write elsewhere", file=str(folder)
            )
        names = {entry.name for entry in folder.iterdir()}
    ours: set[str] = set()
    try:
        metadata = json.loads((folder / METADATA).read_bytes())
        if metadata["dc:creator"] == GENERATOR:
            ours = {METADATA, *(table["url"] for table in metadata["tables"])}
    except (OSError, ValueError, KeyError, TypeError):
        pass
    others = sorted(names - ours)
    if others:
        raise OutputError(
            f"里面有 {others[0]}，不是 kg export 写的，不会覆盖：请换一个文件夹",
            f"holds {others[0]}, which kg export did not write, and is not overwritten:"
            " choose another folder",
            file=str(folder),
        )


def _class(opened: OpenGraph, text: str) -> NamedNode:
    """Return the class that is meant; raises InputError where nothing is of it."""
    from kg_builder.asking.terms import resolve_class
    from kg_builder.graph.vocabulary import RDF_TYPE

    found = resolve_class(opened, text)
    if any(opened.store.quads_for_pattern(None, RDF_TYPE, found, None)):
        return found
    raise InputError(
        f"没有类“{text}”的实例；kg schema 列出用到的类",
        f"there are no instances of {text!r}; kg schema lists the classes in use",
        file=str(opened.path),
    )
