"""Where the triples of a JSON-LD document stand, and what the format would drop in silence.

The names of nodes, properties and classes have the place of their words without the quotes,
literals that of their JSON value. Without recursion: what is to do waits on a stack.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final, NoReturn

from kg_builder.graph.submission.glue import iri_notice
from kg_builder.graph.submission.json_text import Json
from kg_builder.graph.submission.jsonld_context import Context, Term, extended
from kg_builder.graph.submission.matching import Found, Key, Place, literal_key
from kg_builder.graph.submission.model import SubmissionNotice
from kg_builder.graph.submission.wording import bad_iri, refused_at
from kg_builder.graph.vocabulary import RDF_TYPE, expand
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Span

_FIRST: Final = expand("rdf:first").value
_REST: Final = expand("rdf:rest").value
_NIL: Final = expand("rdf:nil").value
_WHOLE: Final = 10**20
"""From here on the engine makes doubles of numbers, whole or not (JSON-LD API, 8.2, says 1e21)."""


class JsonLdReader:
    """Reads a document once; what it found is in its attributes."""

    def __init__(self, root: Json, text: str, name: str, base: str | None = None) -> None:
        """Read a document; `base` is that of its relative IRIs until it has its own.

        Raises InputError for a context that stands elsewhere, and for what the format would drop
        in silence: IRIs that are none, and relative ones without a base.
        """
        self.found = Found()
        self.notices: list[SubmissionNotice] = []
        self.prefixes: dict[str, str] = {}
        self._text = text
        self._name = name
        self._todo: list[Callable[[], None]] = []
        self._nodes(root, Context(base), "", top=True)
        while self._todo:
            self._todo.pop()()

    def later(self, work: list[Callable[[], None]]) -> None:
        """Do these things next, in their order."""
        self._todo += reversed(work)

    def _refuse(self, at: Json, zh: str, en: str) -> NoReturn:
        raise refused_at(self._text, at.inner[0], self._name, zh, en)

    def extended(self, context: Context, node: Json) -> Context:
        """Return the context that holds within a node."""
        local = node.get("@context")
        if local is None:
            return context
        context = extended(context, local, self._refuse)
        self.prefixes.update(context.prefixes())
        return context

    def _nodes(self, value: Json, context: Context, graph: Key, *, top: bool = False) -> None:
        def read(one: Json) -> Callable[[], None]:
            return lambda: self._free_node(one, context, graph, top=top)

        self.later([read(one) for one in _flat(value) if one.kind == "object"])

    def _free_node(self, node: Json, context: Context, graph: Key, *, top: bool) -> None:
        """Read a node that nothing links to."""
        context = self.extended(context, node)
        subject, place = self.subject_of(node, context)
        keys = {context.keyword(key.text) for key, _ in node.members}
        plain = top and "@graph" in keys and keys <= {"@context", "@graph"}
        self.members(node, context, graph, (subject, place), plain=plain)

    def subject_of(self, node: Json, context: Context) -> tuple[Key, Place]:
        """Return the key of a node and the place of what names it."""
        for key, value in node.members:
            if value.kind == "string" and context.keyword(key.text) == "@id":
                return self.node_iri(value, context), value.inner
        return None, (node.start, node.start + 1)

    def node_iri(self, value: Json, context: Context) -> Key:
        """Return the key of an `@id`."""
        iri = context.resolved(value.text)
        if iri is None:
            self._refuse(
                value,
                f"{value.text!r} 是相对 IRI，而文件没有 @base：写完整的 IRI，"
                "或在 @context 里加 @base",
                f"{value.text!r} is a relative IRI and there is no base: write the whole IRI, or"
                " add @base to @context",
            )
        return self.checked(value, iri)

    def checked(self, at: Json, iri: str) -> Key:
        """Return the key of an IRI, or refuse what is none."""
        wrong = bad_iri(iri)
        if wrong:
            self._refuse(at, wrong.zh, wrong.en)
        notice = iri_notice(at.text, Span(*at.inner))
        if notice and (notice.code == "glued" or at.text == iri):
            self.notices.append(notice)
        return None if iri.startswith("_:") else iri

    def members(
        self,
        node: Json,
        context: Context,
        graph: Key,
        subject: tuple[Key, Place],
        *,
        plain: bool = False,
    ) -> None:
        """Read the members of a node; `plain` says that its @graph is no named one."""
        self.found.subject(*subject)

        def read(key: Json, value: Json) -> Callable[[], None]:
            return lambda: self._member(key, value, context, graph, subject, plain=plain)

        types_first = sorted(
            node.members, key=lambda member: context.keyword(member[0].text) != "@type"
        )
        self.later([read(key, value) for key, value in types_first])

    def _member(
        self,
        key: Json,
        value: Json,
        context: Context,
        graph: Key,
        subject: tuple[Key, Place],
        *,
        plain: bool,
    ) -> None:
        keyword = context.keyword(key.text)
        if keyword == "@type":
            for one in _flat(value):
                self._type(one, key, context, graph, subject)
        elif keyword == "@graph":
            self._nodes(value, context, graph if plain else subject[0])
        elif keyword == "@included":
            self._nodes(value, context, graph)
        elif keyword == "@nest":
            for one in _flat(value):
                self.members(one, context, graph, subject)
        elif keyword == "@reverse":
            for name, values in value.members:
                iri = context.named(name.text)
                if iri:
                    self._reverse(values, context, graph, (iri, name.inner), subject)
        elif keyword is None:
            self._property(key, value, context, graph, subject)

    def _type(
        self, one: Json, key: Json, context: Context, graph: Key, subject: tuple[Key, Place]
    ) -> None:
        if one.kind != "string":
            return
        iri = context.named(one.text) or context.resolved(one.text)
        if iri is None:
            self._refuse(
                one,
                f"类型 {one.text!r} 没有着落：@context 里没有它，也没有 @vocab",
                f"nothing explains the type {one.text!r}: @context does not define it, and there"
                " is no @vocab",
            )
        triple = (subject[0], RDF_TYPE.value, self.checked(one, iri))
        self.found.add(graph, triple, (subject[1], key.inner, one.inner))

    def _property(
        self, key: Json, value: Json, context: Context, graph: Key, subject: tuple[Key, Place]
    ) -> None:
        term = context.terms.get(key.text)
        iri = context.named(key.text)
        if iri is None or ":" not in iri:
            if term is None or term.iri is not None:
                self._ignored(key)
            return
        self.checked(key, iri)
        if term and term.context:
            context = extended(context, term.context, self._refuse)
        if term and term.reverse:
            self._reverse(value, context, graph, (iri, key.inner), subject)
            return
        _Values(self, context, graph, subject, (iri, key.inner), term).read(value)

    def _ignored(self, key: Json) -> None:
        words = Bilingual(
            f"键 {key.text!r} 在 @context 里没有定义，JSON-LD 会丢掉它和它的值",
            f"@context does not define the key {key.text!r}: JSON-LD drops it with its value",
        )
        self.notices.append(SubmissionNotice("ignored-key", words, Span(*key.inner)))

    def _reverse(
        self,
        values: Json,
        context: Context,
        graph: Key,
        predicate: tuple[str, Place],
        subject: tuple[Key, Place],
    ) -> None:
        for one in _flat(values):
            if one.kind == "object":
                inner = self.extended(context, one)
                node, place = self.subject_of(one, inner)
                self.members(one, inner, graph, (node, place))
            elif one.kind == "string":
                node, place = self.node_iri(one, context), one.inner
            else:
                continue
            triple = (node, predicate[0], subject[0])
            self.found.add(graph, triple, (place, predicate[1], subject[1]))


class _Values:
    """The values of one property of one node."""

    def __init__(
        self,
        reader: JsonLdReader,
        context: Context,
        graph: Key,
        subject: tuple[Key, Place],
        predicate: tuple[str, Place],
        term: Term | None,
    ) -> None:
        self._reader = reader
        self._context = context
        self._graph = graph
        self._subject = subject
        self._predicate = predicate
        self._term = term

    def read(self, value: Json) -> None:
        """Read the value of the property's key."""
        containers = self._term.containers if self._term else ()
        if value.kind == "object" and "@language" in containers:
            for _, texts in value.members:
                for one in _flat(texts):
                    self._add(literal_key(one.text), (one.start, one.end))
        elif value.kind == "object" and "@index" in containers:
            for _, inner in value.members:
                self._each(inner)
        elif value.kind == "object" and "@id" in containers:
            for key, inner in value.members:
                self._node(inner, key)
        elif "@list" in containers and not (value.kind == "object" and self._list_of(value)):
            self._list(value, _flat(value))
        else:
            self._each(value)

    def _each(self, value: Json) -> None:
        def read(one: Json) -> Callable[[], None]:
            return lambda: self._one(one)

        self._reader.later([read(one) for one in _flat(value)])

    def _add(self, obj: Key, place: Place) -> None:
        self._reader.found.add(
            self._graph,
            (self._subject[0], self._predicate[0], obj),
            (self._subject[1], self._predicate[1], place),
        )

    def _one(self, value: Json) -> None:
        if value.kind == "array":
            self._each(value)
        elif value.kind == "object":
            self._object(value)
        elif value.text != "null" or value.kind == "string":
            self._add(*self._scalar(value))

    def _scalar(self, value: Json) -> tuple[Key, Place]:
        coerced = self._term.type if self._term else None
        if value.kind == "string" and coerced == "@id":
            return self._reader.node_iri(value, self._context), value.inner
        if value.kind == "string" and coerced == "@vocab":
            iri = self._context.named(value.text)
            if iri is not None:
                return self._reader.checked(value, iri), value.inner
            return self._reader.node_iri(value, self._context), value.inner
        return literal_key(_lexical(value, coerced)), (value.start, value.end)

    def _object(self, value: Json) -> None:
        context = self._context
        for key, inner in value.members:
            keyword = context.keyword(key.text)
            if keyword == "@value":
                if inner.text != "null" or inner.kind == "string":
                    kind = next(
                        (v for k, v in value.members if context.keyword(k.text) == "@type"), None
                    )
                    text = _lexical(inner, context.named(kind.text) if kind else None)
                    self._add(literal_key(text), (inner.start, inner.end))
                return
            if keyword == "@list":
                self._list(value, _flat(inner))
                return
            if keyword == "@set":
                self._each(inner)
                return
        self._node(value)

    def _list_of(self, value: Json) -> bool:
        return any(self._context.keyword(key.text) == "@list" for key, _ in value.members)

    def _node(self, value: Json, key: Json | None = None) -> None:
        reader = self._reader
        context = reader.extended(self._context, value)
        subject = reader.subject_of(value, context)
        if key is not None:
            subject = (reader.node_iri(key, context), key.inner)
        self._add(*subject)
        reader.members(value, context, self._graph, subject)

    def _list(self, value: Json, items: Sequence[Json]) -> None:
        opening = (value.start, value.start + 1)
        closing = (value.end - 1, value.end)
        items = [one for one in items if one.text != "null" or one.kind == "string"]
        if not items:
            self._add(_NIL, (value.start, value.end))
            return
        self._add(None, opening)
        work: list[Callable[[], None]] = []
        for number, item in enumerate(items):
            cell = (None, (item.start, item.start + 1) if number else opening)
            following = items[number + 1] if number + 1 < len(items) else None
            first = _Values(
                self._reader, self._context, self._graph, cell, (_FIRST, opening), self._plain_term
            )
            end = (following.start, following.start + 1) if following else closing
            work.append(lambda first=first, item=item: first._one(item))  # type: ignore[misc]
            work.append(
                lambda cell=cell, end=end, last=following is None: self._reader.found.add(  # type: ignore[misc]
                    self._graph,
                    (None, _REST, _NIL if last else None),
                    (cell[1], opening, end),
                )
            )
        self._reader.later(work)

    @property
    def _plain_term(self) -> Term | None:
        term = self._term
        return Term(term.iri, type=term.type) if term else None


def _flat(value: Json) -> Sequence[Json]:
    return value.items if value.kind == "array" else (value,)


def _lexical(value: Json, datatype: str | None) -> str:
    """Return the lexical form that a JSON value takes as a literal."""
    if value.kind != "number":
        return value.text
    try:
        number = Decimal(value.text)
        scientific = f"{number:E}"
    except (InvalidOperation, ValueError):  # an exponent beyond all measure
        return value.text
    is_double = datatype is not None and datatype.endswith("#double")
    if number.is_zero():
        return "0.0E0" if is_double else "0"
    if not is_double and number.copy_abs() < _WHOLE and number == int(number):
        return str(int(number))
    # digits as they are written, as the engine does: no double is made of them
    mantissa, _, exponent = scientific.partition("E")
    mantissa = mantissa.rstrip("0") if "." in mantissa else f"{mantissa}."
    return f"{mantissa}{'0' if mantissa.endswith('.') else ''}E{int(exponent)}"
