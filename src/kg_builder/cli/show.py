"""`kg show`: one entity or term on one screen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg_builder.asking.results.lines import in_markdown, one_line
from kg_builder.cli.graphs import opened_store, store_option
from kg_builder.cli.options import Speaker, common_options, discard_output, examples
from kg_builder.cli.screen import Line, Span, line, show

if TYPE_CHECKING:  # slow to import, and only a command that runs needs them
    from pyoxigraph import NamedNode

    from kg_builder.asking.evidence import Contribution, Testimony
    from kg_builder.asking.show import Card, Incoming, Said, Stated
    from kg_builder.graph.index import Term
    from kg_builder.graph.opening import OpenGraph

_SHORT = 5
_LISTED = 10


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a section: what, its value, and what stands faint behind it."""

    key: str
    value: str
    note: str = ""
    marked: str = ""


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    rows: tuple[_Row, ...]


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "show",
        help=say(
            "一屏看一个事物或术语：叫什么，是什么，报告怎么说（注明行号），哪些是推得的，"
            "谁指向它。可写名称、别名、带前缀的名字或 IRI。",
            "One entity or term on one screen: what it is called, what it is, what the reports say"
            " of it (with lines), what is inferred, what points at it. Give a name, an alias, a"
            " prefixed name or an IRI.",
        ),
        epilog=examples(
            say, "kg show 八里庄街道", "kg show kg:Canteen", "kg show 熊猫范店 --format markdown"
        ),
    )
    @click.argument("name", metavar=say("名称", "NAME"))
    @store_option(say)
    @click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json", "markdown", "turtle"]),
        default="text",
        show_default=True,
        help=say("输出的格式", "format of the output"),
    )
    @common_options(say)
    def run(name: str, store: Path | None, form: str, project: Path | None, verbose: bool) -> int:
        from kg_builder.asking.show import as_json, card_of, triples_of
        from kg_builder.asking.terms import resolve
        from kg_builder.errors import InputError

        with opened_store(store, project, say) as graph:
            node = resolve(graph, name)
            card = card_of(graph, node, say.language, _SHORT)
            if card.is_empty:
                raise InputError(f"图里没有 {node}", f"the graph says nothing of {node}")
            if form == "json":
                data = as_json(graph, card, say.language)
                _write(json.dumps(data, ensure_ascii=False, indent=2))
            elif form == "turtle":
                from kg_builder.graph.serialization import turtle

                text = turtle(triples_of(graph, card), base=graph.base)
                _write(text.rstrip("\n"))
            else:
                teller = _Teller(graph, say, every=verbose)
                if form == "markdown":
                    _write("\n".join(teller.markdown(card)))
                else:
                    show(teller.text(card), say)
        return 0

    return run


def _write(text: str) -> None:
    """Print what other programs read, as it stands."""
    try:
        click.echo(text)
    except BrokenPipeError:
        discard_output()


class _Teller:
    """Tells a card, as lines for a terminal or as Markdown."""

    def __init__(self, graph: OpenGraph, say: Speaker, *, every: bool) -> None:
        self._graph = graph
        self._say = say
        self._limit = None if every else _LISTED
        self._reports: dict[str, None] = {}
        self._brought: dict[Contribution, None] = {}

    def text(self, card: Card) -> Iterator[Line]:
        """Yield the card for a terminal."""
        from rich.cells import cell_len

        yield from self._head(card)
        for section in self._sections(card):
            yield line("")
            yield line((section.title, "name"))
            room = min(max((cell_len(one_line(row.key)) for row in section.rows), default=0), 24)
            for row in section.rows:
                gap = " " * (max(room - cell_len(one_line(row.key)), 0) + 2)
                spans: list[Span] = [(row.key, "faint"), (gap, "plain"), (row.value, "plain")]
                if row.marked:
                    spans.append((f"  {row.marked}", "mark"))
                if row.note:
                    spans.append((f"  {row.note}", "faint"))
                yield line(*spans, before="  ", before_more=" " * (room + 4))
        yield from self._sources()

    def markdown(self, card: Card) -> Iterator[str]:
        """Yield the card as lines of Markdown."""
        for number, item in enumerate(self._head(card)):
            words = in_markdown("".join(text for text, _ in item.spans).strip())
            yield f"# {words}\n" if number == 0 else f"{words}\n"
        for section in self._sections(card):
            yield f"## {in_markdown(section.title)}\n"
            yield f"| | | {self._say('出处', 'source')} |\n|---|---|---|"
            for row in section.rows:
                note = " ".join(filter(None, (row.marked, row.note)))
                yield f"| {in_markdown(row.key)} | {in_markdown(row.value)} | {in_markdown(note)} |"
            yield ""
        for item in self._sources():
            yield in_markdown("".join(text for text, _ in item.spans))

    def _head(self, card: Card) -> Iterator[Line]:
        from kg_builder.asking.terms import prefixed

        say = self._say
        classes = say("、", ", ").join(map(self._name, card.classes))
        short = prefixed(self._graph, card.node)
        yield line(
            (self._name(card.node), "title"),
            (f"  {classes}" if classes else "", "name"),
            (f"  {short}", "faint"),
        )
        if not short.startswith("<"):
            yield line((card.node.value, "faint"), before="  ")
        if card.withdrawn or card.replaced_by:
            by = say("、", ", ").join(
                f"{self._name(node)} {prefixed(self._graph, node)}" for node in card.replaced_by
            )
            words = say("已撤回", "withdrawn") + (
                say(f"，由 {by} 取代", f", replaced by {by}") if by else ""
            )
            yield line((words, "mark"), before="  ")
        names = dict.fromkeys(
            term.value
            for term in (*card.labels, *card.aliases)
            if term.value != self._name(card.node)
        )
        if names:
            yield line(
                (say("又名 ", "also called "), "faint"),
                self._some(list(names)),
                before="  ",
            )
        if card.superclasses:
            upper = [self._name(node) for node in card.superclasses]
            yield line(
                (say("也是 ", "also a "), "faint"), (self._some(upper), "faint"), before="  "
            )
        if card.uses:
            words = say(f"作为属性用了 {card.uses} 次", f"the property of {card.uses} triples")
            yield line((words, "plain"), before="  ")

    def _sections(self, card: Card) -> Iterator[_Section]:
        say = self._say
        if card.facts:
            yield _Section(say("说它", "What is said of it"), tuple(self._facts(card.facts)))
        for kind, group in card.statements.items():
            name = self._name(kind) if kind else say("陈述", "statement")
            rows = [self._statement(item) for item in group[: self._limit]]
            rows += self._rest(len(group))
            yield _Section(say(f"{name}（{len(group)}）", f"{name} ({len(group)})"), tuple(rows))
        if card.incoming:
            rows = [self._incoming(item) for item in card.incoming]
            yield _Section(say("指向它的", "What points at it"), tuple(rows))

    def _facts(self, facts: Iterable[Said]) -> Iterator[_Row]:
        groups: dict[object, list[Said]] = {}
        for said in facts:
            groups.setdefault(said.predicate, []).append(said)
        for group in groups.values():
            for number, said in enumerate(group[: self._limit]):
                key = self._name(said.predicate) if number == 0 else ""
                note = self._note(said.testimonies, said.contributions)
                yield _Row(key, self._name(said.object), note, self._mark(said))
            yield from self._rest(len(group))

    def _statement(self, item: Stated) -> _Row:
        from kg_builder.graph.vocabulary import expand

        say = self._say
        hidden = {expand("area"), expand("normalizedValue"), expand("hasMeasure")}
        facts: dict[NamedNode, list[str]] = {}
        for said in item.facts:
            if said.predicate not in hidden:
                facts.setdefault(said.predicate, []).append(self._name(said.object))
        value, unit = facts.get(expand("value")), facts.pop(expand("unit"), None)
        verbatim = facts.get(expand("verbatim"))
        if value and unit:
            facts[expand("value")] = [f"{value[0]} {unit[0]}"]
        if value and verbatim and len(verbatim) == 1:
            facts[expand("verbatim")] = [say(f"“{verbatim[0]}”", f"“{verbatim[0]}”")]
        told = [
            f"{self._name(predicate)} {say('、', ', ').join(words)}"
            for predicate, words in facts.items()
        ]
        when = self._name(item.period) if item.period else say("不带时期", "no period")
        return _Row(when, " · ".join(told), self._note(item.testimonies, item.contributions))

    def _incoming(self, item: Incoming) -> _Row:
        names = [self._name(term) for term in item.first]
        more = item.count - len(names)
        words = self._say("、", ", ").join(names)
        if more > 0:
            words += self._say(f" …… 还有 {more} 个", f" … and {more} more")
        return _Row(f"{self._name(item.predicate)} ←", words, "", str(item.count))

    def _note(self, said: Iterable[Testimony], brought: Iterable[Contribution]) -> str:
        """Return where the reports say it, and by which contributions it was brought."""
        for item in brought:
            self._brought[item] = None
        numbers = "、".join(str(item.number) for item in brought)
        words = self._say(f"第 {numbers} 批贡献", f"contribution {numbers}") if numbers else ""
        return "; ".join(filter(None, (self._places(said), words)))

    def _places(self, items: Iterable[Testimony]) -> str:
        say = self._say
        lines: dict[tuple[str, int], None] = {}
        for item in items:
            self._reports[item.report] = None
            lines[item.report, item.line] = None
        if not lines:
            return ""
        several = len(self._reports) > 1
        words = [
            f"{report.rpartition('/')[2]}:{number}" if several else str(number)
            for report, number in list(lines)[:3]
        ]
        more = say(" 等", " …") if len(lines) > len(words) else ""
        return say(f"第 {'、'.join(words)} 行{more}", f"line {', '.join(words)}{more}")

    def _sources(self) -> Iterator[Line]:
        from pyoxigraph import NamedNode

        for report in self._reports:
            name = self._name(NamedNode(report)) if report else "?"
            yield line("")
            yield line((self._say(f"行号指：《{name}》", f"lines of: {name}"), "faint"))
        for item in sorted(self._brought, key=lambda item: item.number or 0):
            yield line((item.in_words(self._say.language), "faint"))

    def _mark(self, said: Said) -> str:
        return self._say("推得", "inferred") if said.inferred else ""

    def _rest(self, count: int) -> list[_Row]:
        if self._limit is None or count <= self._limit:
            return []
        more = count - self._limit
        return [
            _Row(
                "", self._say(f"…… 还有 {more} 条（-v 全列）", f"… and {more} more (-v lists all)")
            )
        ]

    def _some(self, names: list[str]) -> str:
        say = self._say
        words = say("、", ", ").join(names[: self._limit])
        more = len(names) - self._limit if self._limit else 0
        return words + (say(f" …… 还有 {more} 个", f" … and {more} more") if more > 0 else "")

    def _name(self, term: Term) -> str:
        from kg_builder.asking.terms import name_of

        return name_of(self._graph, term, self._say.language)
