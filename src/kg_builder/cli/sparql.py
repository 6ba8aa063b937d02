"""`kg sparql`: a query of one's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from kg_builder.cli.options import Speaker, common_options, examples


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""
    from kg_builder.cli.results import Delivery, result_options, run_request

    @click.command(
        "sparql",
        help=say(
            "运行自己的 SPARQL 查询（只读）：SELECT、ASK、CONSTRUCT、DESCRIBE。"
            "本项目的前缀（kg: rdfs: status: unit: …）无须声明。- 表示标准输入。",
            "Run a SPARQL query of your own, read-only: SELECT, ASK, CONSTRUCT, DESCRIBE."
            " The project's prefixes (kg: rdfs: status: unit: …) need no declaration. - is"
            " standard input.",
        ),
        epilog=_epilog(say),
    )
    @click.argument("query", required=False, metavar=say("[查询]", "[QUERY]"))
    @click.option(
        "-f",
        "--file",
        "file",
        type=click.Path(path_type=Path),
        metavar=say("文件", "FILE"),
        help=say("从文件读查询", "read the query from a file"),
    )
    @result_options(say)
    @common_options(say)
    def run(query: str | None, file: Path | None, project: Path | None, **options: Any) -> int:
        from kg_builder.asking.request import Request

        options.pop("verbose")
        delivery = Delivery.take(options)
        text, name = _text(query, file)
        request = Request(
            text,
            file=name,
            language=say.language,
            most=options.pop("max_rows"),
            project=project,
            **options,
        )
        return run_request(request, delivery, say)

    return run


def _text(query: str | None, file: Path | None) -> tuple[str, str | None]:
    """Return the text of the query, and where it was read from."""
    from kg_builder.errors import InputError

    if (query is None) == (file is None):
        raise InputError(
            "请给一个查询，或用 -f 给一个文件（- 表示标准输入）",
            "give a query, or a file with -f (- is standard input)",
        )
    if query is not None and query.endswith(".rq") and Path(query).is_file():
        raise InputError(
            f"这是文件，不是查询：请写 -f {query}",
            f"a file and no query: write -f {query}",
            file=query,
        )
    if query is not None and query != "-":
        return query, "query"
    if query == "-" or str(file) == "-":
        return _decoded(sys.stdin.buffer.read(), "stdin"), "stdin"
    assert file is not None  # noqa: S101 - the one or the other
    try:
        return _decoded(file.read_bytes(), str(file)), str(file)
    except OSError as error:
        reason = error.strerror or error
        raise InputError(
            f"文件无法读取：{reason}", f"cannot be read: {reason}", file=str(file)
        ) from error


def _decoded(data: bytes, name: str) -> str:
    from kg_builder.errors import InputError

    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"不是 UTF-8（第 {error.start} 字节）", f"not UTF-8 (byte {error.start})", file=name
        ) from error


def _epilog(say: Speaker) -> str:
    lines = (
        "kg sparql 'SELECT ?name { ?canteen a kg:Canteen ; rdfs:label ?name }'",
        "kg sparql -f question.rq -o answer.xlsx",
        "kg sparql 'DESCRIBE kg:Canteen' --format turtle",
        "echo 'ASK { ?s a kg:Policy }' | kg sparql -",
    )
    return examples(say, *lines)
