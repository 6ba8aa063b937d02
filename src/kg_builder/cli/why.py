"""`kg why`: why the graph holds a triple, down to the words of the report."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg_builder.cli.graphs import opened_store, store_option
from kg_builder.cli.options import Speaker, common_options, examples
from kg_builder.cli.screen import Line, Span, Style, line, show

if TYPE_CHECKING:  # slow to import, and only a command that runs needs them
    from pyoxigraph import NamedNode

    from kg_builder.asking.evidence import Testimony, Witnesses
    from kg_builder.asking.why import Explanation
    from kg_builder.graph.index import Term
    from kg_builder.graph.inference.schema import Statement
    from kg_builder.graph.opening import OpenGraph

_OBJECTS = 10
"""Objects explained for a `?`, or shown beside a triple that the graph does not hold."""

_PLACES = 3
"""Places shown for a fact that is said in many, unless all are asked for."""


def command(say: Speaker) -> click.Command:
    """Return the command in the language of `say`."""

    @click.command(
        "why",
        help=say(
            "图里为什么有这条三元组：报告哪一处说的，或由哪条规则、哪些前提推出，一直到原处。"
            "主语、谓语、宾语可写名称、标签、带前缀的名字或 IRI；宾语写 ? 或不写，就逐个解释。",
            "Why the graph holds a triple: where a report says it, or by which rule and from which"
            " premises it follows, down to the place. Subject, predicate and object are names,"
            " labels, prefixed names or IRIs; ? or no object explains each there is.",
        ),
        epilog=examples(
            say,
            "kg why 八里庄街道 a",
            "kg why 熊猫范店 kg:inStreet 上地街道",
            "kg why 熊猫范店 位于街镇 '?' --report haidian-2024.txt",
        ),
    )
    @click.argument("subject", metavar=say("主语", "S"))
    @click.argument("predicate", metavar=say("谓语", "P"))
    @click.argument("object_", required=False, metavar=say("[宾语]", "[O]"))
    @store_option(say)
    @click.option(
        "--report",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar=say("文件", "FILE"),
        help=say(
            "报告原文，用来引出原话（按散列核对）",
            "the report's text, to quote from (checked by hash)",
        ),
    )
    @common_options(say)
    def run(
        subject: str,
        predicate: str,
        object_: str | None,
        store: Path | None,
        report: Path | None,
        project: Path | None,
        verbose: bool,
    ) -> int:
        from pyoxigraph import Triple

        from kg_builder.asking.evidence import Witnesses, read_report
        from kg_builder.asking.why import Explainer, read_goal

        with opened_store(store, project, say) as graph:
            witnesses = Witnesses(graph, read_report(report) if report else None)
            explainer = Explainer(graph, witnesses)
            s, p, o = read_goal(graph, subject, predicate, object_)
            around = explainer.objects(s, p)
            wanted = around[:_OBJECTS] if o is None else (o,)
            told = [explainer.explain(Triple(s, p, term)) for term in wanted]
            teller = _Teller(graph, say, places=sys.maxsize if verbose else _PLACES)
            lines = [text for item in told for text in teller.tree(item)]
            if o is None and not told:
                lines = list(teller.nothing(s, p))
            elif o is not None and told[0].standing == "absent":
                others = [explainer.explain(Triple(s, p, term)) for term in around[:_OBJECTS]]
                lines += teller.nearby(others)
            if len(around) > len(wanted) and o is None:
                lines.append(teller.more(len(around) - len(wanted)))
            lines += teller.legend()
            show(lines, say)
            _check_text(report, told, witnesses, say)
        return 0

    return run


def _check_text(
    report: Path | None, told: list[Explanation], witnesses: Witnesses, say: Speaker
) -> None:
    """Warn of a report that is not the one that was read."""
    said = [item for top in told for part in top.walk() for item in part.testimonies]
    if report is not None and said and not witnesses.quoted:
        say.warn(
            str(report),
            say(
                "散列不符：这不是所读的那份文本，没有引文",
                "the hashes differ: this is not the text that was read, nothing is quoted",
            ),
        )


class _Teller:
    """Tells explanations as lines."""

    def __init__(self, graph: OpenGraph, say: Speaker, *, places: int) -> None:
        self._graph = graph
        self._say = say
        self._places = places
        self._numbered: dict[NamedNode, str] = {}

    def tree(self, told: Explanation, before: str = "", joint: str = "") -> Iterator[Line]:
        """Yield an explanation and, below it, what it rests on."""
        inner = before + {"├─ ": "│  ", "└─ ": "   ", "": ""}[joint]
        yield line(*self._sentence(told.statement), before=before + joint, before_more=inner + "  ")
        bar = "│  " if told.premises else "   "
        for words in self._reasons(told):
            yield line(*words, before=inner + bar, before_more=inner + bar + "  ")
        for number, premise in enumerate(told.premises):
            end = number == len(told.premises) - 1
            yield from self.tree(premise, inner, "└─ " if end else "├─ ")

    def legend(self) -> Iterator[Line]:
        """Yield which nodes the numbered ones are, as far as any were named."""
        from kg_builder.asking.terms import prefixed

        for node, name in self._numbered.items():
            yield line((f"{name}  {prefixed(self._graph, node)}", "faint"))

    def nearby(self, others: list[Explanation]) -> Iterator[Line]:
        """Yield what the graph says instead."""
        say = self._say
        if not others:
            yield line((say("该主语没有这个属性。", "The subject has no such property."), "plain"))
            return
        yield line((say("图里有的是：", "What the graph has is:"), "plain"))
        for other in others:
            words = self._name(other.statement.object)
            yield line(words, *self._standing(other), before="  ")

    def nothing(self, subject: NamedNode, predicate: NamedNode) -> Iterator[Line]:
        """Yield that there is no object at all."""
        yield line(
            *(self._name(subject), "  ", self._name(predicate), "  "),
            (self._say("图里没有", "the graph has none"), "mark"),
        )

    def more(self, count: int) -> Line:
        """Return that there are more."""
        return line((self._say(f"…… 还有 {count} 个", f"… and {count} more"), "faint"))

    def _sentence(self, statement: Statement) -> Iterator[Span]:
        from kg_builder.graph.vocabulary import RDF_TYPE

        yield self._name(statement.subject, "title")
        yield "  ", "plain"
        if statement.predicate == RDF_TYPE:
            yield self._say("是一个", "is a"), "name"
        else:
            yield self._name(statement.predicate, "name")
        yield "  ", "plain"
        yield self._name(statement.object, "title")

    def _reasons(self, told: Explanation) -> Iterator[tuple[Span, ...]]:
        say = self._say
        if told.standing == "absent":
            yield (
                (
                    say("图里没有这条：既未断言，也推不出。", "Neither asserted nor inferred."),
                    "mark",
                ),
            )
        elif told.standing == "unproved":
            yield ((say("推得，但由本体证不出。", "Inferred, but no proof was found."), "mark"),)
        elif told.standing == "ontology":
            yield ((say("本体所述", "stated by the ontology"), "faint"),)
        elif told.axiom is not None:
            yield (
                (say("推得：", "inferred: "), "mark"),
                (self._rule(told), "plain"),
                (f"  {told.axiom.rule}  {self._axiom(told)}", "faint"),
            )
        elif not told.testimonies and not told.contributions:
            yield ((say("断言，未记出处", "asserted, with no evidence"), "faint"),)
        yield from self._testimony(told.testimonies)
        for item in told.contributions:
            yield ((item.in_words(say.language), "plain"),)

    def _testimony(self, said: tuple[Testimony, ...]) -> Iterator[tuple[Span, ...]]:
        say = self._say
        report = None
        for item in said[: self._places]:
            if item.report != report:
                report = item.report
                yield ((self._report(report), "plain"),)
            place = say(
                f"第 {item.line} 行第 {item.column} 列", f"line {item.line}, column {item.column}"
            )
            yield (place, "mark"), (f"  {item.path}" if item.path else "", "faint")
            if item.quote is not None:
                yield ((f"“{item.quote}”", "quote"),)
        if len(said) > self._places:
            count = len(said) - self._places
            yield ((say(f"…… 还有 {count} 处", f"… and {count} more places"), "faint"),)
        if said:
            yield from self._reading_of(said[0])

    def _reading_of(self, item: Testimony) -> Iterator[tuple[Span, ...]]:
        """Yield by what rule a fact was read, and who decided; the same for all its passages."""
        say = self._say
        rules = ", ".join(item.rules)
        readings = say("、", ", ").join(self._reading(name) for name in item.readings)
        yield ((say(f"规则 {rules}（{readings}）", f"rule {rules} ({readings})"), "faint"),)
        for ruling in item.decisions:
            when = f" {ruling.date}" if ruling.date else ""
            why = say("：", ": ") + ruling.why if ruling.why else ""
            yield (
                (say("决定 ", "decision "), "faint"),
                (f"{ruling.action}  {ruling.who}{when}{why}", "plain"),
            )

    def _standing(self, told: Explanation) -> Iterator[Span]:
        say = self._say
        if told.standing == "inferred":
            yield say("  推得", "  inferred"), "mark"
        for item in told.testimonies[:1]:
            yield say(f"  第 {item.line} 行", f"  line {item.line}"), "faint"
        for contribution in told.contributions[:1]:
            yield f"  {contribution.in_words(say.language)}", "faint"

    def _rule(self, told: Explanation) -> str:
        from kg_builder.asking.why import RULE_WORDS

        axiom = told.axiom
        assert axiom is not None  # noqa: S101 - the caller has looked
        names = [self._name(operand)[0] for operand in axiom.operands]
        then = self._say("再", ", then ")
        steps = then.join(f"“{name}”" for name in names)
        steps = self._say(f"先{steps}", steps)
        words = RULE_WORDS[axiom.rule].pick(self._say.language)
        return words.format(*names, target=self._name(axiom.target)[0], steps=steps)

    def _axiom(self, told: Explanation) -> str:
        """Return the axiom as Turtle writes it."""
        from pyoxigraph import NamedNode

        from kg_builder.asking.terms import prefixed

        assert told.axiom is not None  # noqa: S101 - the caller has looked
        head = told.axiom.triples[0]
        words = [prefixed(self._graph, term) for term in head if isinstance(term, NamedNode)]
        if len(told.axiom.triples) > 1:
            steps = " ".join(prefixed(self._graph, step) for step in told.axiom.operands)
            words.append(f"( {steps} )")
        return " ".join(words)

    def _report(self, iri: str) -> str:
        from pyoxigraph import NamedNode

        label = self._name(NamedNode(iri))[0] if iri else "?"
        return self._say(f"《{label}》", label)

    def _reading(self, name: str) -> str:
        from kg_builder.graph.vocabulary import expand

        return self._name(expand(f"reading:{name}"))[0]

    def _name(self, term: Term, style: Style = "plain") -> Span:
        """Return a term by its label; a node without one is numbered, by its class."""
        from pyoxigraph import NamedNode

        from kg_builder.asking.terms import class_of, name_of

        if not isinstance(term, NamedNode) or self._graph.label(term, self._say.language):
            return name_of(self._graph, term, self._say.language), style
        known = self._numbered.get(term)
        if known is not None:
            return known, style
        kind = class_of(self._graph, term)
        words = self._graph.label(kind, self._say.language) if kind else None
        if words is None:
            return name_of(self._graph, term, self._say.language), style
        self._numbered[term] = f"{words}[{len(self._numbered) + 1}]"
        return self._numbered[term], style
