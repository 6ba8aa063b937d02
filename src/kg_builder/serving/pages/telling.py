"""Terms, places and reasons as pages show them: words, and links that are safe to follow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from kg_builder.asking.evidence import Contribution, Testimony
from kg_builder.asking.terms import class_of, name_of, prefixed
from kg_builder.asking.why import RULE_WORDS, Explanation
from kg_builder.graph.index import Term
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand
from kg_builder.model.bilingual import Bilingual
from kg_builder.serving.pages.knowledge import Knowledge
from kg_builder.serving.pages.reader import Reader
from kg_builder.serving.pages.site import Site

_ADDRESS: Final = expand("locn:fullAddress")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_WEB: Final = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_NUMERIC: Final = frozenset(
    PREFIXES["xsd"] + name
    for name in ("integer", "decimal", "double", "float", "nonNegativeInteger")
)
_BOOLEANS: Final = {
    "true": Bilingual("是", "yes"),
    "1": Bilingual("是", "yes"),
    "false": Bilingual("否", "no"),
    "0": Bilingual("否", "no"),
}
_HASH: Final = re.compile(r"_[0-9a-f]{8}$")
_ACTIONS: Final = {
    "accept": Bilingual("认可", "accept"),
    "reject": Bilingual("驳回", "reject"),
    "correct": Bilingual("更正", "correct"),
    "merge": Bilingual("合并", "merge"),
    "add": Bilingual("补充", "add"),
    "ignore": Bilingual("略去", "ignore"),
}
_DEEPEST: Final = 6
"""Levels of a reason that are told."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A term as a page shows it."""

    words: str
    href: str | None = None
    outside: bool = False
    """Whether the link leaves this site."""
    tag: str | None = None
    """The language of the words, where the page needs to say so."""
    title: str = ""
    map: str | None = None
    """A search on a map, for an address."""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a report."""

    words: str
    path: str | None
    quote: str | None
    report: Shown | None
    text: str | None
    """The address of the place in the text of the report, where that is at hand."""


@dataclass(frozen=True, slots=True)
class Said:
    """Who says something: places, how they were read, decisions, contributions."""

    places: tuple[Place, ...]
    reading: str
    decisions: tuple[str, ...]
    contributions: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nobody is known to say it."""
        return not (self.places or self.contributions)

    @property
    def brief(self) -> str:
        """The places in few words."""
        return self.places[0].words if self.places else ""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a triple holds: itself, the rule, and what it rests on."""

    subject: Shown
    predicate: Shown
    object: Shown
    rule: str
    standing: str
    said: Said
    premises: tuple[Reason, ...]


class Teller:
    """Tells of one graph to one reader."""

    def __init__(self, knowledge: Knowledge, site: Site, reader: Reader) -> None:
        self.knowledge = knowledge
        self.graph = knowledge.graph
        self.reader = reader
        self._site = site
        self._known: dict[Term, Shown] = {}

    def name(self, term: Term) -> str:
        """Return what a term is called; the bare address where it has neither name nor prefix."""
        words = name_of(self.graph, term, self.reader.language)
        if not isinstance(term, NamedNode):
            return words
        base = self.graph.base
        if base and term.value.startswith(f"{base}id/") and words == prefixed(self.graph, term):
            key = term.value.rpartition("/")[2]  # what has no name is called by its key
            return _HASH.sub("", key).replace("_", " ")
        return term.value if words == str(term) else words

    def shown(self, term: Term) -> Shown:
        """Return a term with a link, if there is one that is safe."""
        found = self._known.get(term)
        if found is None:
            found = self._known[term] = self._shown(term)
        return found

    def _shown(self, term: Term) -> Shown:
        if isinstance(term, Literal):
            return self._literal(term)
        if isinstance(term, BlankNode):
            return Shown(str(term))
        if isinstance(term, Triple):  # RDF 1.2: a statement that is spoken of
            return Shown(f"<<( {term} )>>")
        words = self.name(term)
        tag = None if self.graph.label_in(term, self.reader.language) else "zh"
        return Shown(
            words,
            *self.link(term),
            tag=tag if self.reader.language != "zh" else None,
            title=prefixed(self.graph, term),
            map=self._map(term),
        )

    def link(self, node: NamedNode) -> tuple[str | None, bool]:
        """Return where an IRI leads, and whether that is outside: http and https alone."""
        ours = self._site.href(node.value)
        if ours is not None:
            return self.reader.with_language(ours), False
        return (node.value, True) if _WEB.match(node.value) else (None, False)

    def members_url(self, class_: NamedNode, choices: Sequence[str] = ()) -> str:
        """Return the address of the members of a class, with choices of facets."""
        ours = PREFIXES["kg"]
        if class_.value.startswith(ours):
            return self.reader.url(f"/browse/{class_.value.removeprefix(ours)}", f=choices)
        return self.reader.url("/browse", **{"class": class_.value, "f": choices})

    def _literal(self, term: Literal) -> Shown:
        datatype = term.datatype.value
        words = term.value
        if datatype == PREFIXES["xsd"] + "boolean" and words in _BOOLEANS:
            words = self.reader.pick(_BOOLEANS[words])
        if datatype == PREFIXES["xsd"] + "anyURI" and _WEB.match(words):
            return Shown(words, words, outside=True)
        tag = term.language if term.language not in (None, self.reader.language) else None
        if term.language is None and self.reader.language != "zh" and _HAN.search(words):
            tag = "zh"
        return Shown(words, tag=tag, map=self._map_of(term), number=datatype in _NUMERIC)

    def _map_of(self, term: Literal) -> str | None:
        """Return a search on a map, where the words are those of an address of the graph."""
        found = self.graph.store.quads_for_pattern(None, _ADDRESS, term, DefaultGraph())
        return self.map_of(term.value) if any(found) else None

    def _map(self, node: NamedNode) -> str | None:
        words = self.knowledge.first(node, (_ADDRESS,))
        return self.map_of(words) if words else None

    def map_of(self, words: str) -> str:
        """Return the address of a search for a place on a map."""
        return self._site.map_search.replace("{}", quote(words, safe=""))

    # who says so

    def said(
        self, testimonies: Iterable[Testimony], contributions: Iterable[Contribution] = ()
    ) -> Said:
        """Return who says something, as a page shows it."""
        found = tuple(testimonies)
        rulings = {item.iri: item for said in found for item in said.decisions}
        return Said(
            places=tuple(map(self._place, found)),
            reading=self._reading(found[0]) if found else "",
            decisions=tuple(
                " · ".join(filter(None, (self._action(item.action), item.who, item.date, item.why)))
                for item in rulings.values()
            ),
            contributions=tuple(item.in_words(self.reader.language) for item in contributions),
        )

    def _action(self, name: str) -> str:
        return self.reader.pick(_ACTIONS[name]) if name in _ACTIONS else name

    def _place(self, item: Testimony) -> Place:
        t = self.reader.t
        words = t(
            f"第 {item.line} 行第 {item.column} 列", f"line {item.line}, column {item.column}"
        )
        report = self.shown(NamedNode(item.report)) if item.report else None
        return Place(words, item.path, item.quote, report, self.line_of(item.report, item.line))

    def line_of(self, report: str, line: int) -> str | None:
        """Return the address of a line of a report, where its text is at hand."""
        name = report.rpartition("/")[2]
        if name not in self.knowledge.texts:
            return None
        return self.reader.url(f"/coverage/{name}") + f"#L{line}"

    def _reading(self, item: Testimony) -> str:
        t = self.reader.t
        names = t("、", ", ").join(self.name(expand(f"reading:{name}")) for name in item.readings)
        rules = ", ".join(item.rules)
        return t(f"规则 {rules}（{names}）", f"rule {rules} ({names})") if rules else names

    # why

    def reason(self, triple: Triple) -> Reason:
        """Return why an inferred triple holds."""
        return self._reason(self.knowledge.explainer.explain(triple), 0)

    def _reason(self, told: Explanation, depth: int) -> Reason:
        statement = told.statement
        premises = told.premises if depth < _DEEPEST else ()
        is_a = statement.predicate == RDF_TYPE
        return Reason(
            subject=self._named(statement.subject),
            predicate=Shown(self.reader.t("是一个", "is a"))
            if is_a
            else self.shown(statement.predicate),
            object=self._named(statement.object),
            rule=self._rule(told),
            standing=self._standing(told),
            said=self.said(told.testimonies, told.contributions),
            premises=tuple(self._reason(premise, depth + 1) for premise in premises),
        )

    def _named(self, term: Term) -> Shown:
        """Return a term by its label; a node without one by its class, as `kg why` does."""
        found = self.shown(term)
        if not isinstance(term, NamedNode) or self.graph.label(term, self.reader.language):
            return found
        kind = class_of(self.graph, term)
        words = self.graph.label(kind, self.reader.language) if kind else None
        return Shown(words, found.href, found.outside, title=found.title) if words else found

    def _standing(self, told: Explanation) -> str:
        t = self.reader.t
        if told.standing == "ontology":
            return t("本体所述", "stated by the ontology")
        if told.standing == "unproved":
            return t("推得，但由本体证不出", "inferred, but no proof was found")
        if told.standing == "asserted" and not told.testimonies and not told.contributions:
            return t("断言，未记出处", "asserted, with no evidence")
        return ""

    def _rule(self, told: Explanation) -> str:
        axiom = told.axiom
        if axiom is None:
            return ""
        t = self.reader.t
        names = [self.name(operand) for operand in axiom.operands]
        steps = t("先", "") + t("再", ", then ").join(f"“{name}”" for name in names)
        words = RULE_WORDS[axiom.rule].pick(self.reader.language)
        return words.format(*names, target=self.name(axiom.target), steps=steps)


def brief(items: Iterable[Said]) -> Iterator[str]:
    """Yield the first place of each."""
    for item in items:
        if item.places:
            yield item.brief
