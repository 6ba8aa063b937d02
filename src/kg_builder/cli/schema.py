"""`kg schema`: what is in a graph, with a pattern to copy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg_builder.asking.results.lines import one_line
from kg_builder.cli.graphs import opened_store, store_option
from kg_builder.cli.options import Speaker, common_options, examples
from kg_builder.cli.screen import Line, line, show

if TYPE_CHECKING:  # slow to import, and only a command that runs needs them
    from pyoxigraph import NamedNode

    from kg_builder.asking.schema import ClassUse, Counted, PropertyUse
    from kg_builder.graph.opening import OpenGraph

_VALUE = 40
"""Characters of an example shown."""
_KINDS = 4


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "schema",
        help=say(
            "图里有哪些类，各有多少；给出一个类，就列出它的属性、个数、值的种类和例子，"
            "以及一段可以照抄的 SPARQL；--template 给出一段可以照填的 Turtle，供 kg add 用。",
            "The classes in use, with counts; for a class its properties, counts, kinds of values,"
            " an example each, and a SPARQL pattern to copy; with --template Turtle to fill in, for"
            " kg add.",
        ),
        epilog=examples(
            say,
            "kg schema",
            "kg schema Canteen",
            "kg schema 助餐点",
            "kg schema 助餐点 --template > new.ttl",
        ),
    )
    @click.argument("class_", required=False, metavar=say("[类]", "[CLASS]"))
    @click.option(
        "--template",
        "form",
        is_flag=True,
        help=say("给出一段可以照填的 Turtle", "print Turtle to fill in"),
    )
    @store_option(say)
    @common_options(say)
    def run(
        class_: str | None, form: bool, store: Path | None, project: Path | None, verbose: bool
    ) -> int:
        from kg_builder.asking.schema import class_use, classes_in
        from kg_builder.asking.template import template_of
        from kg_builder.asking.terms import resolve_class

        if form and class_ is None:
            raise click.UsageError(
                say(
                    "--template 要写明类，如 kg schema Canteen --template",
                    "--template needs a class, as kg schema Canteen --template",
                )
            )
        with opened_store(store, project, say) as graph:
            teller = _Teller(graph, say, every=verbose)
            if form and class_ is not None:
                text = template_of(graph, resolve_class(graph, class_), say.language)
                click.echo(text)
            elif class_ is None:
                show(teller.classes(classes_in(graph)), say)
            else:
                show(teller.class_(class_use(graph, resolve_class(graph, class_))), say)
        return 0

    return run


class _Teller:
    """Tells the schema as lines."""

    def __init__(self, graph: OpenGraph, say: Speaker, *, every: bool) -> None:
        self._graph = graph
        self._say = say
        self._every = every

    def classes(self, found: Sequence[Counted]) -> Iterator[Line]:
        """Yield the classes, a line each."""
        if not found:
            yield line(self._say("图里没有带类的事物", "nothing in the graph has a class"))
        told = [item for item in found if self._every or not item.repeats]
        rows = [(str(item.count), self._name(item.term), self._short(item.term)) for item in told]
        for cells in _aligned(rows, right=(0,)):
            yield line(cells[0], (cells[1], "title"), (cells[2].rstrip(), "faint"))
        yield from self._rest(len(found) - len(told))

    def class_(self, use: ClassUse) -> Iterator[Line]:
        """Yield the properties of a class, the statements about it, and a query."""
        say = self._say
        yield line(
            (self._name(use.term), "title"),
            (f"  {self._short(use.term)}", "faint"),
            say(f"  {use.count} 个", f"  {use.count}"),
        )
        if use.properties:
            yield line("")
            yield line((say("属性", "Properties"), "name"))
            yield from self._properties(use.properties)
        if use.statements:
            yield line("")
            yield line((say("关于它的陈述", "Statements about it"), "name"))
            rows = [
                (str(item.count), self._name(item.term), self._short(item.term))
                for item in use.statements
            ]
            for cells in _aligned(rows, right=(0,)):
                yield line(cells[0], cells[1], (cells[2].rstrip(), "faint"), before="  ")
        if use.count:
            yield line("")
            yield line((say("照抄即可运行", "To copy and run"), "name"))
            for text in use.pattern.split("\n"):
                yield line(text, whole=True)

    def _rest(self, count: int) -> Iterator[Line]:
        if count:
            words = self._say(
                f"…… 还有 {count} 个，同样的内容用更宽的词再说一遍（-v 全列）",
                f"… and {count} that say the same in wider vocabularies (-v lists all)",
            )
            yield line((words, "faint"), before="  ")

    def _properties(self, found: Sequence[PropertyUse]) -> Iterator[Line]:
        uses = [use for use in found if self._every or not use.repeats]
        rows = [
            (str(use.count), self._name(use.term), self._short(use.term), self._kinds(use))
            for use in uses
        ]
        for cells, use in zip(_aligned(rows, right=(0,)), uses, strict=True):
            yield line(
                cells[0],
                (cells[1], "title"),
                (cells[2], "faint"),
                cells[3],
                (self._say(f"例：{self._example(use)}", f"e.g. {self._example(use)}"), "faint"),
                before="  ",
                before_more=" " * 12,
            )
        yield from self._rest(len(found) - len(uses))

    def _kinds(self, use: PropertyUse) -> str:
        from pyoxigraph import NamedNode

        kinds = [self._name(term) for term in use.classes]
        kinds += [
            kind if kind.startswith("@") else self._short(NamedNode(kind)) for kind in use.datatypes
        ]
        words = " | ".join(kinds[:_KINDS])
        return words + (f" … +{len(kinds) - _KINDS}" if len(kinds) > _KINDS else "")

    def _example(self, use: PropertyUse) -> str:
        from kg_builder.asking.terms import name_of

        words = name_of(self._graph, use.example, self._say.language)
        return words if len(words) <= _VALUE else words[: _VALUE - 1] + "…"

    def _name(self, term: NamedNode) -> str:
        from kg_builder.asking.terms import name_of

        return name_of(self._graph, term, self._say.language)

    def _short(self, term: NamedNode) -> str:
        from kg_builder.asking.terms import prefixed

        return prefixed(self._graph, term)


def _aligned(
    rows: Sequence[tuple[str, ...]], right: tuple[int, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """Yield rows with cells as wide as their column, two blanks between; `right` are numbers."""
    from rich.cells import cell_len

    plain = [tuple(map(one_line, row)) for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*plain, strict=True)]
    for row in plain:
        yield tuple(
            (" " * (width - cell_len(cell)) + cell if number in right else cell)
            + " " * (2 + (0 if number in right else width - cell_len(cell)))
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
