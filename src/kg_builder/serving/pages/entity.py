"""The page of an entity or term: facts both ways, who says so, how to cite and take it away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode, Triple

from kg_builder.asking import show
from kg_builder.asking.citation import Style, cited
from kg_builder.asking.show import Card, Showing, Stated
from kg_builder.graph.vocabulary import expand
from kg_builder.model.bilingual import Language
from kg_builder.serving.pages.neighbourhood import Neighbour, neighbourhood
from kg_builder.serving.pages.site import Site
from kg_builder.serving.pages.telling import Reason, Said, Shown, Teller

_FIRST = 12
"""Things listed that point at an entity by one property."""
_ABOUT = expand("about")
_REPLACED = expand("dcterms:isReplacedBy")
_COMMENTS = (expand("skos:definition"), expand("rdfs:comment"), expand("dcterms:description"))


@dataclass(frozen=True, slots=True)
class Value:
    """One object of a property, and who says so or why it follows."""

    shown: Shown
    said: Said
    reason: Reason | None
    inferred: bool


@dataclass(frozen=True, slots=True)
class Property:
    """A property and its values."""

    shown: Shown
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement as a row of a table."""

    shown: Shown
    period: Shown | None
    cells: tuple[tuple[Value, ...], ...]
    """By column."""
    said: Said


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of one kind about an entity, as a table."""

    kind: Shown | None
    columns: tuple[Shown, ...]
    rows: tuple[StatementRow, ...]


@dataclass(frozen=True, slots=True)
class Pointing:
    """What points at an entity by one property."""

    predicate: Shown
    count: int
    first: tuple[Shown, ...]
    rest: str | None
    """The address of the page that lists all."""


@dataclass(frozen=True, slots=True)
class EntityView:
    """All that the page of an entity shows."""

    iri: str
    name: str
    name_tag: str | None
    other_names: tuple[str, ...]
    classes: tuple[Shown, ...]
    superclasses: tuple[Shown, ...]
    definition: str | None
    withdrawn: bool
    replaced_by: tuple[Shown, ...]
    properties: tuple[Property, ...]
    statements: tuple[Statements, ...]
    incoming: tuple[Pointing, ...]
    drawing: str | None
    members: str | None
    """The address of the members of a class."""
    text: str | None
    """The address of the text of a report."""
    uses: int
    former: tuple[str, ...]
    """IRIs that it had before."""
    citations: Mapping[str, str]
    documents: Mapping[str, str]
    report_to: str | None
    report_text: str


def entity_view(teller: Teller, site: Site, node: NamedNode) -> EntityView | None:
    """Return what there is to show of a node; None where the graph says nothing of it."""
    card = Showing(teller.graph, teller.reader.language, _FIRST, teller.knowledge.witnesses).card(
        node
    )
    return None if card.is_empty else _Maker(teller, site, card).view()


class _Maker:
    def __init__(self, teller: Teller, site: Site, card: Card) -> None:
        self._teller = teller
        self._reader = teller.reader
        self._site = site
        self._card = card

    def view(self) -> EntityView:
        card, teller = self._card, self._teller
        name = teller.name(card.node)
        label = teller.graph.label_in(card.node, self._reader.language)
        return EntityView(
            iri=card.node.value,
            name=name,
            name_tag="zh" if label is None and self._reader.language == "en" else None,
            other_names=tuple(self._other_names(name)),
            classes=tuple(map(self._class, card.classes)),
            superclasses=tuple(map(self._class, card.superclasses)),
            definition=self._definition(),
            withdrawn=card.withdrawn,
            replaced_by=tuple(map(teller.shown, card.replaced_by)),
            properties=tuple(self._properties(card.facts, card.node)),
            statements=tuple(self._table(kind, group) for kind, group in card.statements.items()),
            incoming=tuple(self._incoming()),
            drawing=self._drawing(name),
            members=self._members(),
            text=self._text(),
            uses=card.uses,
            former=tuple(
                node.value
                for item in card.incoming
                if item.predicate == _REPLACED
                for node in item.first
                if isinstance(node, NamedNode)
            ),
            citations=self._citations(),
            documents=self._site.documents(card.node.value),
            report_to=self._report_to(name),
            report_text=self._report_text(name),
        )

    def _other_names(self, name: str) -> Iterator[str]:
        found = dict.fromkeys(item.value for item in (*self._card.labels, *self._card.aliases))
        return (words for words in found if words != name)

    def _class(self, class_: NamedNode) -> Shown:
        """Return a class with a link to its members, which is what a reader wants."""
        found = self._teller.shown(class_)
        if class_ not in self._teller.knowledge.counts:
            return found
        return Shown(found.words, self._teller.members_url(class_), title=found.title)

    def _definition(self) -> str | None:
        knowledge = self._teller.knowledge
        return knowledge.first(self._card.node, _COMMENTS, self._reader.language)

    def _properties(self, facts: Sequence[show.Said], node: NamedNode) -> Iterator[Property]:
        grouped: dict[NamedNode, list[show.Said]] = {}
        for said in facts:
            if said.predicate in _COMMENTS and isinstance(said.object, Literal):
                continue  # it stands below the name
            grouped.setdefault(said.predicate, []).append(said)
        for predicate, group in grouped.items():
            values = tuple(self._value(said, node, reasons=True) for said in group)
            yield Property(self._teller.shown(predicate), values)

    def _value(self, said: show.Said, node: NamedNode, *, reasons: bool) -> Value:
        reason = None
        if said.inferred and reasons:
            reason = self._teller.reason(Triple(node, said.predicate, said.object))
        return Value(
            shown=self._teller.shown(said.object),
            said=self._teller.said(said.testimonies, said.contributions),
            reason=reason,
            inferred=said.inferred,
        )

    def _table(self, kind: NamedNode | None, group: Sequence[Stated]) -> Statements:
        columns = list(dict.fromkeys(said.predicate for item in group for said in item.facts))
        rows = tuple(self._row(item, columns) for item in group)
        return Statements(
            kind=None if kind is None else self._class(kind),
            columns=tuple(map(self._teller.shown, columns)),
            rows=rows,
        )

    def _row(self, item: Stated, columns: Sequence[NamedNode]) -> StatementRow:
        by_column: dict[NamedNode, list[Value]] = {column: [] for column in columns}
        for said in item.facts:
            by_column[said.predicate].append(self._value(said, item.node, reasons=False))
        said_by = self._teller.said(item.testimonies, item.contributions)
        return StatementRow(
            shown=self._teller.shown(item.node),
            period=self._teller.shown(item.period) if item.period else None,
            cells=tuple(tuple(values) for values in by_column.values()),
            said=said_by,
        )

    def _incoming(self) -> Iterator[Pointing]:
        for item in self._pointing():
            more = item.count > len(item.first)
            address = self._reader.url("/links", to=self._card.node.value, by=item.predicate.value)
            yield Pointing(
                self._teller.shown(item.predicate),
                item.count,
                tuple(map(self._teller.shown, item.first)),
                address if more else None,
            )

    def _drawing(self, name: str) -> str | None:
        """Return the drawing: things alone, since what reports state of them has its tables."""
        to = [*self._card.facts]
        to += [
            said
            for group in self._card.statements.values()
            for item in group
            for said in item.facts
            if isinstance(said.object, NamedNode) and not self._is_concept(said.object)
        ]
        right = [
            Neighbour(
                self._teller.name(said.predicate),
                self._teller.shown(said.object),
                inferred=said.inferred,
            )
            for said in to
            if isinstance(said.object, NamedNode)
        ]
        left = [
            Neighbour(self._teller.name(item.predicate), self._teller.shown(node), item.count)
            for item in self._pointing()
            for node in item.first
            if not self._is_stated(item)
        ]
        return neighbourhood(name, left, right, self._reader) if left or right else None

    def _pointing(self) -> list[show.Incoming]:
        """Return what points here, things before statements."""
        found = [item for item in self._card.incoming if item.predicate != _REPLACED]
        return sorted(found, key=self._is_stated)

    def _is_stated(self, item: show.Incoming) -> bool:
        """Whether statements point here, by the first of them."""
        store = self._teller.graph.store
        nodes = [node for node in item.first if isinstance(node, NamedNode)]
        return any(any(store.quads_for_pattern(node, _ABOUT, None, None)) for node in nodes[:1])

    @staticmethod
    def _is_concept(node: NamedNode) -> bool:
        """Whether a node is a word of a taxonomy: it is in a table's cell, and links nothing."""
        return node.value.startswith("https://w3id.org/")

    def _members(self) -> str | None:
        if self._card.node not in self._teller.knowledge.counts:
            return None
        return self._teller.members_url(self._card.node)

    def _text(self) -> str | None:
        about, _, name = self._card.node.value.rpartition("/")
        if about != f"{self._teller.graph.base}id/report":
            return None
        texts = self._teller.knowledge.texts
        return self._reader.url(f"/coverage/{name}") if name in texts else None

    def _citations(self) -> dict[str, str]:
        today = datetime.now(UTC).date()
        citation = self._teller.knowledge.citation(self._card.node)
        language: Language = self._reader.language
        styles: tuple[tuple[str, Style], ...] = (
            (self._reader.t("文字", "Text"), "text"),
            ("GB/T 7714", "gbt7714"),
            ("BibTeX", "bibtex"),
        )
        return {name: cited(citation, style, language, today) for name, style in styles}

    def _report_text(self, name: str) -> str:
        t = self._reader.t
        build = self._teller.knowledge.citation(self._card.node).dataset.build or "–"
        return t(
            f"条目：{name}\nIRI：{self._card.node.value}\n数据：{build}\n"
            "哪里不对：\n应当是：\n依据（报告第几行，或别的出处）：\n",
            f"Entry: {name}\nIRI: {self._card.node.value}\nData: {build}\n"
            "What is wrong:\nWhat it should say:\nSource (line of the report, or another):\n",
        )

    def _report_to(self, name: str) -> str | None:
        contact = self._site.contact
        if contact is None:
            return None
        title = self._reader.t(f"更正：{name}", f"Correction: {name}")
        body = self._report_text(name)
        if contact.startswith(("http://", "https://")):
            joint = "&" if "?" in contact else "?"
            return f"{contact}{joint}{urlencode({'title': title, 'body': body})}"
        return f"mailto:{contact}?{_mail(title, body)}"


def _mail(subject: str, body: str) -> str:
    """Return the query of a `mailto:` address, in which a plus sign is no space (RFC 6068)."""
    return urlencode({"subject": subject, "body": body.replace("\n", "\r\n")}).replace("+", "%20")
