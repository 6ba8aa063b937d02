"""Browsing a class: its members on pages, and facets that make them fewer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from pyoxigraph import DefaultGraph, Literal, NamedNode

from kg_builder.asking.terms import is_known
from kg_builder.graph.index import Term
from kg_builder.graph.opening import LABELS
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand
from kg_builder.serving.pages.reader import Reader
from kg_builder.serving.pages.telling import Shown, Teller
from kg_builder.text.search.pinyin import spoken

PAGE: Final = 50
LINKED: Final = 100
"""Things listed on one page of links."""
T = TypeVar("T")
_FACETS: Final = 6
_VALUES: Final = 40
_OPEN: Final = 12
_COLUMNS: Final = 3
_SAID_COLUMNS: Final = 5
_ABOUT: Final = expand("about")
_OF_STATEMENTS: Final = tuple(map(expand, ("status", "period", "scope", "distinction", "outcome")))
_SAID: Final = tuple(
    map(
        expand,
        (
            *("indicator", "measure", "verbatim", "status", "tier", "member", "street", "address"),
            *("theme", "category", "distinction", "scope", "outcome", "period", "resultKind"),
        ),
    )
)
"""What a reader looks for first in statements."""
_NOT_FACETS: Final = frozenset(
    (
        RDF_TYPE,
        *map(expand, ("hasStatement", "rdfs:isDefinedBy", "hasAddress", "skos:inScheme")),
        *map(expand, ("prov:wasDerivedFrom", "statedIn")),
    )
)
_NOT_COLUMNS: Final = frozenset((expand("hasStatement"), *LABELS))


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet: how many members have it, and where choosing it leads."""

    shown: Shown
    count: int
    href: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A property by which members are told apart."""

    name: str
    values: tuple[FacetValue, ...]
    opened: int = _OPEN
    """So many values are shown at once."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member and its first values."""

    shown: Shown
    cells: tuple[tuple[Shown, ...], ...]


@dataclass(frozen=True, slots=True)
class ClassPage:
    """A page of the members of a class."""

    name: str
    definition: str | None
    term: Shown
    total: int
    all: str
    """The address without any choice."""
    facets: tuple[Facet, ...]
    columns: tuple[str, ...]
    members: tuple[Member, ...]
    page: int
    pages: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A facet that was chosen."""

    predicate: NamedNode
    value: NamedNode

    @property
    def key(self) -> str:
        """The choice as it stands in an address."""
        return f"{self.predicate.value} {self.value.value}"


def choices_of(reader: Reader) -> tuple[Choice, ...]:
    """Return the choices in an address; what is none is passed over."""
    return tuple(_choices(reader))


def _choices(reader: Reader) -> Iterator[Choice]:
    for name, value in reader.query:
        predicate, _, object_ = value.partition(" ")
        if name == "f" and predicate and object_:
            try:
                yield Choice(NamedNode(predicate), NamedNode(object_))
            except ValueError:
                continue


@dataclass(frozen=True, slots=True)
class ClassGroup:
    """Classes that a reader takes together: words, address, count of each."""

    name: str
    classes: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class LinksPage:
    """A page of what points at a thing by a property."""

    node: Shown
    predicate: Shown
    items: tuple[Shown, ...]
    total: int
    page: int
    pages: int


def class_groups(teller: Teller) -> tuple[ClassGroup, ...]:
    """Return the classes of the graph: what people look for first, then statements, then others."""
    knowledge, t = teller.knowledge, teller.reader.t
    things, statements, others = [], [], []
    for item in knowledge.classes:
        if item.term in knowledge.kinds:
            things.append(item.term)
        elif knowledge.is_statement(item.term):
            statements.append(item.term)
        else:
            others.append(item.term)
    groups = (
        (t("事物", "Things"), things),
        (t("报告的陈述", "Statements of reports"), statements),
        (t("其他", "Others") if things else t("类", "Classes"), others),
    )
    return tuple(
        ClassGroup(
            name,
            tuple(
                (teller.name(class_), teller.members_url(class_), knowledge.counts[class_])
                for class_ in classes
            ),
        )
        for name, classes in groups
        if classes
    )


def class_page(teller: Teller, class_: NamedNode) -> ClassPage | None:
    """Return a page of the members of a class; None where it has none."""
    if class_ not in teller.knowledge.counts:
        return None
    return _Browser(teller, class_).page()


def links_page(teller: Teller, node: NamedNode, predicate: NamedNode) -> LinksPage | None:
    """Return a page of what points at a node by a property; None for a node nobody knows."""
    if not is_known(teller.graph, node):
        return None
    quads = teller.graph.store.quads_for_pattern(None, predicate, node, DefaultGraph())
    found = sorted({quad.subject for quad in quads}, key=str)
    page, pages = page_of(teller.reader, len(found), LINKED)
    part = found[(page - 1) * LINKED : page * LINKED]
    return LinksPage(
        teller.shown(node),
        teller.shown(predicate),
        tuple(teller.shown(term) for term in part),  # type: ignore[arg-type]
        len(found),
        page,
        pages,
    )


def page_of(reader: Reader, total: int, size: int) -> tuple[int, int]:
    """Return which page an address asks for, as far as there is one, and how many there are."""
    pages = max(1, -(-total // size))
    word = dict(reader.query).get("page", "1")
    asked = int(word) if word.isascii() and word.isdigit() and 0 < len(word) < 7 else 1
    return min(max(asked, 1), pages), pages


class _Browser:
    def __init__(self, teller: Teller, class_: NamedNode) -> None:
        self._teller = teller
        self._reader = teller.reader
        self._class = class_
        self._choices = choices_of(teller.reader)[:8]

    def page(self) -> ClassPage:
        members = self._members()
        number, pages = page_of(self._reader, len(members), PAGE)
        part = members[(number - 1) * PAGE : number * PAGE]
        columns = self._columns()
        return ClassPage(
            name=self._teller.name(self._class),
            definition=self._teller.knowledge.first(
                self._class,
                (expand("skos:definition"), expand("rdfs:comment")),
                self._reader.language,
            ),
            term=self._teller.shown(self._class),
            total=len(members),
            all=self._teller.members_url(self._class),
            facets=tuple(self._facets())[:_FACETS],
            columns=tuple(self._teller.name(column) for column in columns),
            members=tuple(self._member(node, columns) for node in part),
            page=number,
            pages=pages,
            chosen=bool(self._choices),
        )

    def _pattern(self) -> str:
        """Return what a member has to be; terms stand as the engine writes them."""
        parts = [f"?s a {self._class} ."]
        for choice in self._choices:
            path = str(choice.predicate)
            if choice.predicate in _OF_STATEMENTS:  # its own, where it is a statement itself
                path = f"({path}|^{_ABOUT}/{path})"
            parts.append(f"?s {path} {choice.value} .")
        return " ".join(parts)

    def _members(self) -> list[NamedNode]:
        return self._once("members", self._listed)

    def _listed(self) -> list[NamedNode]:
        rows = self._teller.knowledge.rows(f"SELECT DISTINCT ?s {{ {self._pattern()} }}")
        found = [node for row in rows if isinstance(node := row["s"], NamedNode)]
        sounds = spoken([self._teller.graph.label(node, "zh") or node.value for node in found])
        return [node for _, _, node in sorted(zip(sounds, map(str, found), found, strict=True))]

    def _counted(self) -> dict[NamedNode, list[tuple[NamedNode, int]]]:
        """Return how many members have each value of each property."""
        return self._once("facets", self._count)

    def _once(self, name: str, make: Callable[[], T]) -> T:
        """Return what `make` returns; kept where nothing is chosen: there are many ways to."""
        if self._choices:
            return make()
        return self._teller.knowledge.once((name, self._class), make)

    def _count(self) -> dict[NamedNode, list[tuple[NamedNode, int]]]:
        counted: dict[NamedNode, list[tuple[NamedNode, int]]] = {}
        pattern = self._pattern()
        query = (
            f"SELECT ?p ?o (COUNT(DISTINCT ?s) AS ?n) {{"
            f" {{ {pattern} ?s ?p ?o FILTER(ISIRI(?o)) }} UNION"
            f" {{ {pattern} ?t {_ABOUT} ?s ; ?p ?o"
            f" VALUES ?p {{ {' '.join(map(str, _OF_STATEMENTS))} }} }} }} GROUP BY ?p ?o"
        )
        for row in self._teller.knowledge.rows(query):
            predicate, value = row["p"], row["o"]
            if isinstance(predicate, NamedNode) and isinstance(value, NamedNode):
                counted.setdefault(predicate, []).append((value, _int(row["n"])))
        return counted

    def _facets(self) -> Iterator[Facet]:
        counted = self._counted()
        chosen = {choice.predicate for choice in self._choices}
        total = max(1, len(self._members()))
        ranked = sorted(
            (predicate for predicate in counted if self._tells(predicate, counted, chosen)),
            key=lambda p: (p not in chosen, -sum(n for _, n in counted[p]) / total, p.value),
        )
        for predicate in ranked:
            values = sorted(counted[predicate], key=lambda item: (-item[1], item[0].value))
            yield Facet(
                self._teller.name(predicate),
                tuple(self._value(predicate, value, count) for value, count in values[:_VALUES]),
            )

    def _tells(
        self,
        predicate: NamedNode,
        counted: dict[NamedNode, list[tuple[NamedNode, int]]],
        chosen: set[NamedNode],
    ) -> bool:
        if predicate in chosen:
            return True
        if predicate in _NOT_FACETS or not self._is_own(predicate):
            return False
        values = counted[predicate]
        return len(values) > 1 and max(count for _, count in values) > 1

    def _is_own(self, predicate: NamedNode) -> bool:
        """Whether a property is one of ours; of a class that is not ours, any is."""
        ours = PREFIXES["kg"]
        return predicate.value.startswith(ours) or not self._class.value.startswith(ours)

    def _value(self, predicate: NamedNode, value: NamedNode, count: int) -> FacetValue:
        choice = Choice(predicate, value)
        chosen = choice in self._choices
        kept = [item.key for item in self._choices if item != choice]
        keys = kept if chosen else [*kept, choice.key]
        href = self._teller.members_url(self._class, keys)
        return FacetValue(self._teller.shown(value), count, href, chosen)

    def _columns(self) -> tuple[NamedNode, ...]:
        uses = self._teller.knowledge.use(self._class)
        found = [
            use.term
            for use in uses.properties
            if not use.repeats
            and self._is_own(use.term)
            and use.term not in _NOT_COLUMNS
            and use.members * 3 >= uses.count
        ]
        if self._teller.knowledge.is_statement(self._class):
            ranked = sorted(found, key=lambda p: _SAID.index(p) if p in _SAID else len(_SAID))
            return tuple(ranked[:_SAID_COLUMNS])
        return tuple(found[:_COLUMNS])

    def _member(self, node: NamedNode, columns: Sequence[NamedNode]) -> Member:
        store = self._teller.graph.store
        cells = []
        for column in columns:
            quads = store.quads_for_pattern(node, column, None, None)
            terms: dict[Term, None] = {quad.object: None for quad in quads}  # type: ignore[misc]
            cells.append(tuple(self._teller.shown(term) for term in list(terms)[:6]))
        return Member(self._teller.shown(node), tuple(cells))


def _int(term: Term | None) -> int:
    return int(term.value) if isinstance(term, Literal) else 0
