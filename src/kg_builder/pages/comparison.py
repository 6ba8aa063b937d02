"""What changed between two graphs, for people (text, Markdown) and for programs (JSON, N-Triples).

Every format is made from the same outline: headings, and under them items with a sign, a name, an
IRI and details, as deep as they come.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from kg_builder.asking.comparison import AnswerChange, AnswerComparison, Row
from kg_builder.graph.changes import Changes, EntityChange, Kind, NodeChange, Values
from kg_builder.graph.comparison import Difference, EvidenceDifference, Selection
from kg_builder.graph.serialization import literal_words
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand
from kg_builder.model.bilingual import Language

_SIGNS: Final[Mapping[str, str]] = MappingProxyType(
    {"added": "+", "removed": "-", "changed": "~", "replaced": ">", "withdrawn": "x"}
)
_ROWS: Final = 5
"""Rows of an answer that are shown one by one, of those lost and of those gained."""
_LOCAL: Final = re.compile(r"\w[\w-]*")
_MARKDOWN: Final = re.compile(r"[\\`*_{}\[\]<>#|~&]|^[-+]|(?<=^[0-9])[.)]")
_MOST_ALIGNED: Final = 40
"""Columns beyond which a name no longer moves the column of IRIs to the right."""


@dataclass(frozen=True, slots=True)
class Compared:
    """All that is told of two graphs. `old` and `new` are what they are called."""

    old: str
    new: str
    selection: Selection
    difference: Difference
    changes: Changes
    evidence: EvidenceDifference | None = None
    """None where it was not compared."""
    answers: AnswerComparison | None = None
    """None where the queries were not asked."""
    bases: tuple[str, str] | None = None
    """The bases, where they differ, so that no IRI is the same."""
    prefixes: Mapping[str, str] = field(default_factory=lambda: PREFIXES)

    @property
    def same(self) -> bool:
        """Whether the graphs hold the same triples and give the same answers."""
        return self.difference.same and not (self.answers and self.answers.changes)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the outline."""

    sign: str
    name: str
    iri: str = ""
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands under it."""

    heading: str
    items: tuple[Item, ...]


def text(compared: Compared, language: Language) -> str:
    """Return plain text, a line for each item.

    It begins with `+ - ~ > x` for what came, went, changed, was replaced or was withdrawn. Names
    are as they are: whoever prints them takes care of terminals.
    """
    teller = _Teller(compared, language)
    lines = [*teller.summary()]
    for part in teller.parts():
        lines += ["", part.heading, *_text_items(part.items, 0)]
    return "\n".join(map(_flat, lines)) + "\n"


def markdown(compared: Compared, language: Language) -> str:
    """Return Markdown (CommonMark); what has a meaning there is escaped in names."""
    teller = _Teller(compared, language)
    title = teller.say("变化", "Changes")
    lines = [f"# {title}", "", *(f"- {_escaped(line)}" for line in teller.summary())]
    for part in teller.parts():
        lines += ["", f"## {_escaped(part.heading)}", "", *_markdown_items(part.items, 0)]
    return "\n".join(lines) + "\n"


def ntriples(found: Difference) -> str:
    """Return RDF Patch (https://afs.github.io/rdf-patch/).

    `D` and `A` stand before lines of N-Triples, for what was deleted and what was added.
    """
    rows = (*(f"D {line}\n" for line in found.removed), *(f"A {line}\n" for line in found.added))
    return "".join(rows)


def as_json(compared: Compared) -> str:
    """Return JSON with everything, terms as N-Triples writes them."""
    answers, evidence = compared.answers, compared.evidence
    data: dict[str, Any] = {
        "old": compared.old,
        "new": compared.new,
        "graph": compared.selection,
        "same": compared.same,
        "triples": {
            "removed": len(compared.difference.removed),
            "added": len(compared.difference.added),
        },
        "entities": [_json_entity(item, compared.changes) for item in compared.changes.entities],
    }
    if evidence is not None:
        data["evidence"] = {
            name: getattr(evidence, name) for name in ("moved", "gained", "lost", "triples")
        }
    if answers is not None:
        data["queries"] = {
            "asked": answers.queries,
            "examples": answers.examples,
            "changes": [_json_answer(change) for change in answers.changes],
        }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _json_entity(item: EntityChange, changes: Changes) -> dict[str, Any]:
    return {
        **_json_node(item.entity, changes),
        "statements": [_json_node(part, changes) for part in item.statements],
    }


def _json_node(node: NodeChange, changes: Changes) -> dict[str, Any]:
    name = changes.names.get(node.node)
    found = {
        "node": node.node,
        "change": node.kind,
        "class": node.type,
        "label": {"zh": name.zh, "en": name.en} if name else None,
        "was": node.was,
        "replaced_by": node.replaced_by,
        "values": [
            {"property": part.property, "removed": part.removed, "added": part.added}
            for part in node.values
        ],
    }
    return {key: value for key, value in found.items() if value is not None}


def _json_answer(change: AnswerChange) -> dict[str, Any]:
    found: dict[str, Any] = {
        "query": change.query,
        "title": {"zh": change.title.zh, "en": change.title.en},
        "arguments": dict(change.arguments),
        "rows": {"old": len(change.old.rows), "new": len(change.new.rows)},
        "lost": change.lost,
        "gained": change.gained,
    }
    for side, answer in (("old", change.old), ("new", change.new)):
        if answer.problem:
            problem = {"zh": answer.problem.zh, "en": answer.problem.en}
            found.setdefault("problems", {})[side] = problem
    return found


class _Teller:
    """Puts a comparison into words."""

    def __init__(self, compared: Compared, language: Language) -> None:
        self._compared = compared
        self._language: Language = language
        self._names = compared.changes.names
        self._spaces = sorted(
            ((space, name) for name, space in compared.prefixes.items()), reverse=True
        )

    def say(self, zh: str, en: str) -> str:
        """Return the words in the language of the outline."""
        return zh if self._language == "zh" else en

    def summary(self) -> Iterator[str]:
        """Yield what can be said in a line each."""
        compared = self._compared
        yield f"{compared.old} → {compared.new}"
        if compared.bases:
            old, new = compared.bases
            yield self.say(
                f"基址由 {old} 变为 {new}：没有一个实例 IRI 相同",
                f"the base was {old} and is {new}: no instance IRI is the same",
            )
        graph = compared.selection
        went, came = len(compared.difference.removed), len(compared.difference.added)
        if compared.difference.same:
            yield self.say(f"{graph}：相同", f"{graph}: the same")
        else:
            yield self.say(
                f"{graph}：−{went} +{came} 条三元组；{self._counts()}",
                f"{graph}: −{went} +{came} triples; {self._counts()}",
            )
        yield from self._evidence()
        yield from self._answers_in_a_line()

    def _counts(self) -> str:
        counts = Counter(item.entity.kind for item in self._compared.changes.entities)
        words: dict[Kind, tuple[str, str]] = {
            "added": ("新增 {}", "{} added"),
            "removed": ("删去 {}", "{} removed"),
            "changed": ("改动 {}", "{} changed"),
            "replaced": ("改名或合并 {}", "{} renamed or merged"),
            "withdrawn": ("撤回 {}", "{} withdrawn"),
        }
        told = [
            self.say(*pair).format(counts[kind]) for kind, pair in words.items() if counts[kind]
        ]
        if not told:
            return self.say("没有实体", "no entities")
        return self.say("实体：", "entities: ") + self.say("，", ", ").join(told)

    def _evidence(self) -> Iterator[str]:
        found = self._compared.evidence
        if found is None or not found.triples:
            return
        yield self.say(
            f"出处：{found.moved} 条事实换了位置（行、列或标题），"
            f"新增 {found.gained}，失去 {found.lost}；共 {found.triples} 条三元组",
            f"evidence: {found.moved} facts stand elsewhere (line, column, heading),"
            f" {found.gained} gained, {found.lost} lost; {found.triples} triples in all",
        )

    def _answers_in_a_line(self) -> Iterator[str]:
        found = self._compared.answers
        if found is None:
            return
        names = {change.query for change in found.changes}
        yield self.say(
            f"存储的查询：{found.queries} 个，例子 {found.examples} 个；"
            + (f"{len(names)} 个查询的回答不同" if names else "回答都相同"),
            f"stored queries: {found.queries} with {found.examples} examples; "
            + (f"{len(names)} of them answer differently" if names else "all answer the same"),
        )

    def parts(self) -> Iterator[Part]:
        """Yield the entities by class, then the queries."""
        by_class: dict[str | None, list[EntityChange]] = {}
        for item in self._compared.changes.entities:
            by_class.setdefault(item.entity.type, []).append(item)
        for name, items in by_class.items():
            yield Part(self._class(name), tuple(self._entity(item) for item in items))
        answers = self._compared.answers
        if answers and answers.changes:
            heading = self.say("回答不同的查询", "Queries that answer differently")
            yield Part(heading, tuple(self._answer(change) for change in answers.changes))

    def _class(self, name: str | None) -> str:
        if name is None:
            return self.say("没有类的", "Without a class")
        short = self._short(name)
        label = self._label(name)
        return f"{label} ({short})" if label else short

    def _entity(self, item: EntityChange) -> Item:
        entity = item.entity
        whole = entity.kind in ("added", "removed")  # then its name says enough
        details = [] if whole else self._values(entity)
        statements = [self._statement(part, whole=whole) for part in item.statements]
        sign, name = _SIGNS[entity.kind], self._label(entity.node) or ""
        return Item(sign, name, self._short(entity.node), (*details, *statements))

    def _statement(self, node: NodeChange, *, whole: bool) -> Item:
        kind = (self._label(node.type) or self._short(node.type)) if node.type else ""
        name = self._label(node.node) or kind
        iri = self._short(node.node)
        if node.was:
            iri = f"{self._short(node.was)} → {iri}"
        details = () if whole else tuple(self._values(node))
        return Item(_SIGNS[node.kind], name, iri, details)

    def _values(self, node: NodeChange) -> list[Item]:
        # the class of a node, and what a statement is about, stand above it already
        told = () if node.kind == "changed" else (str(RDF_TYPE), str(expand("about")))
        return [self._value(part) for part in node.values if part.property not in told]

    def _value(self, part: Values) -> Item:
        removed, added = (
            [self._term(term) for term in terms] for terms in (part.removed, part.added)
        )
        if set(removed) & set(added):  # equal words: the kind of the value is what changed
            removed, added = list(part.removed), list(part.added)
        between = self.say("、", ", ")
        name = self._label(part.property) or self._short(part.property)
        sign = _SIGNS["changed" if removed and added else "added" if added else "removed"]
        words = " → ".join(between.join(side) for side in (removed, added) if side)
        return Item(sign, f"{name}{self.say('：', ': ')}{words}")

    def _answer(self, change: AnswerChange) -> Item:
        typed = "".join(f" --{name} {value}" for name, value in change.arguments)
        title = change.title.pick(self._language)
        counts = " → ".join(
            answer.problem.pick(self._language)
            if answer.problem
            else self.say(f"{len(answer.rows)} 行", _counted(len(answer.rows), "row"))
            for answer in (change.old, change.new)
        )
        both = (("-", change.lost), ("+", change.gained))
        rows = [item for sign, found in both for item in self._rows(sign, found)]
        if not rows and not (change.old.problem or change.new.problem):
            rows = [Item("~", self.say("只是次序不同", "only the order differs"))]
        name = f"{change.query}{typed}{self.say('：', ': ')}{counts}"
        return Item("~", name, "", (Item("", title), *rows))

    def _rows(self, sign: str, rows: Sequence[Row]) -> Iterator[Item]:
        for row in rows[:_ROWS]:
            yield Item(sign, " | ".join(self._term(term) if term else "" for term in row))
        more = len(rows) - _ROWS
        if more > 0:
            yield Item(sign, self.say(f"……另 {more} 行", f"… {_counted(more, 'more row')}"))

    def _label(self, term: str) -> str | None:
        name = self._names.get(term)
        return name.pick(self._language) if name else None

    def _term(self, term: str) -> str:
        if term.startswith("<") and term.endswith(">"):
            return self._label(term) or self._short(term)
        return literal_words(term) if term.startswith('"') else term

    def _short(self, term: str) -> str:
        """Return a prefixed name where a prefix fits, else the term."""
        if not term.startswith("<"):
            return term
        iri = term[1:-1]
        for space, name in self._spaces:
            if iri.startswith(space) and _LOCAL.fullmatch(iri[len(space) :]):
                return f"{name}:{iri[len(space) :]}"
        return term


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _text_items(items: Sequence[Item], depth: int) -> Iterator[str]:
    # rich knows how wide characters are; importing it only here keeps other formats quick
    from rich.cells import cell_len

    widths = [cell_len(_flat(item.name)) for item in items if item.iri]
    column = max((width for width in widths if width <= _MOST_ALIGNED), default=0)
    for item in items:
        name = _flat(item.name)
        gap = " " * (max(column - cell_len(name), 0) + 2) if name and item.iri else ""
        sign = f"{item.sign} " if item.sign else "  "
        yield f"{'    ' * depth}{sign}{name}{gap}{item.iri}"
        yield from _text_items(item.items, depth + 1)


def _markdown_items(items: Iterable[Item], depth: int) -> Iterator[str]:
    for item in items:
        sign = f"`{item.sign}` " if item.sign else ""
        name = _escaped(item.name)
        iri = f"`{_flat(item.iri)}`" if item.iri else ""
        yield f"{'  ' * depth}- {sign}{' '.join(filter(None, (name, iri)))}"
        yield from _markdown_items(item.items, depth + 1)


def _escaped(words: str) -> str:
    return _MARKDOWN.sub(r"\\\g<0>", _flat(words))


def _flat(words: str) -> str:
    """Return a text in one line; its indent stays."""
    return re.sub(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+", " ", words)
