"""Terms of a query that the graph does not have, and those that it has in their stead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz, process

from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.excerpt import position
from kg_builder.graph.query.patterns import Outline
from kg_builder.graph.query.tokens import Token, solid_tokens
from kg_builder.graph.serialization import PrefixedNames
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.notice import Notice
from kg_builder.resources import Resources, load_toml

_XSD: Final = PREFIXES["xsd"]
_STRING: Final = NamedNode(_XSD + "string")
_NUMBERS: Final = ("integer", "decimal", "double")
_DATATYPES: Final = (*_NUMBERS, "gYear", "gYearMonth", "date", "boolean", "string")
_LANGUAGES: Final = ("zh", "en", "zh-Hans", "zh-Hant", "zh-CN")
_LABELS: Final = tuple(expand(name) for name in ("rdfs:label", "skos:altLabel", "skos:prefLabel"))
_CODE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\(.)", re.DOTALL)
_ESCAPES: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_CLOSE: Final = 60
"""Of 100, as rapidfuzz rates two words: what may be meant."""
_MOST_CANDIDATES: Final = 100_000
_MOST_SHOWN: Final = 3
_MOST_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class _Asked:
    """A term of the query: where, and the predicate that it is the object of, where known."""

    term: NamedNode | Literal
    token: Token
    predicate: NamedNode | None = None
    role: str = ""
    """`verb` for a predicate, `class` for the object of `a`; else empty."""


def simplified_characters() -> Mapping[int, str]:
    """Return by code point of a traditional character its simplified one, as the genre has them."""
    table: dict[int, str] = {}
    for folder in Resources.find().folders("genre"):
        path = folder / "lexicons" / "traditional.toml"
        if path.is_file():
            raw = load_toml(path)
            table |= dict(zip(map(ord, raw["from"]), raw["to"], strict=True))
    return table


def term_reasons(
    graph: OpenGraph, text: str, shape: Outline | None, simplified: Mapping[int, str]
) -> Iterator[Notice]:
    """Yield what is wrong with the terms of a query, by what the graph has.

    `simplified` are the characters of `simplified_characters`: names are compared in these.
    """
    terms = _Terms(graph, text, shape, simplified)
    for asked in terms.asked():
        if isinstance(asked.term, Literal):
            yield from terms.literal(asked, asked.term)
        else:
            yield from terms.iri(asked, asked.term)


class _Terms:
    """The terms of one query against the graph."""

    def __init__(
        self, graph: OpenGraph, text: str, shape: Outline | None, simplified: Mapping[int, str]
    ) -> None:
        self._simplified = simplified
        self._store = graph.store
        self._text = text
        self._solid = solid_tokens(text)
        self._shape = shape
        self._prefixes = dict(graph.prefixes) | dict(_declared(self._solid))

    def asked(self) -> Iterator[_Asked]:
        """Yield the IRIs of the body and the literals that something is to be equal to."""
        body = next((n for n, token in enumerate(self._solid) if token.text == "{"), 0)
        seen: set[object] = set()
        for place in range(body, len(self._solid)):
            for asked in self._at(place):
                key = (asked.term, asked.predicate, asked.role)
                if key not in seen:
                    seen.add(key)
                    yield asked

    def _at(self, place: int) -> Iterator[_Asked]:
        token = self._solid[place]
        before, after = self._solid[place - 1].text, self._next(place)
        if token.kind in ("iri", "name"):
            iri = self.expand(token)
            if iri is not None and before != "^^" and after != "(":
                yield _Asked(iri, token, role=self._role(token))
        elif token.kind in ("string", "number") and self._is_compared(place):
            literal = self._literal(place)
            if literal is not None:
                yield _Asked(literal, token, self._predicate(place))

    def _next(self, place: int) -> str:
        return self._solid[place + 1].text if place + 1 < len(self._solid) else ""

    def expand(self, token: Token) -> NamedNode | None:
        """Return the IRI of a token; None for one that is relative or of an unknown prefix."""
        try:
            if token.kind == "iri":
                return NamedNode(token.text[1:-1])
            prefix, _, local = token.text.partition(":")
            return NamedNode(self._prefixes[prefix] + re.sub(r"\\(.)", r"\1", local))
        except (KeyError, ValueError):
            return None

    def _role(self, token: Token) -> str:
        for part in self._shape.parts if self._shape else ():
            if token in part.verb:
                return "verb"
            if part.object == (token,) and [verb.text for verb in part.verb] == ["a"]:
                return "class"
        return ""

    def _literal(self, place: int) -> Literal | None:
        """Return the literal whose first token stands at a place; None for one that is none."""
        token, after = self._solid[place], self._next(place)
        try:
            if token.kind == "number":
                return Literal(token.text, datatype=NamedNode(_XSD + _number_type(token.text)))
            value = _unquoted(token.text)
            if after == "^^":
                datatype = self.expand(self._solid[place + 2])
                return Literal(value, datatype=datatype) if datatype else None
            return Literal(value, language=after[1:] if after.startswith("@") else None)
        except ValueError:  # of a code point that is none, or a tag
            return None

    def _is_compared(self, place: int) -> bool:
        """Whether the graph must have the literal at a place, for there to be a solution."""
        token = self._solid[place]
        for part in self._shape.parts if self._shape else ():
            if token in part.object:
                return True
            if part.start <= token.start < part.end:
                return part.kind == "values" or (
                    part.kind == "filter"
                    and self._solid[place - 1].text == "="
                    and self._solid[place - 2].kind == "variable"
                )
        return False

    def _predicate(self, place: int) -> NamedNode | None:
        """Return the one predicate whose object the literal at a place is to be."""
        token = self._solid[place]
        parts = self._shape.parts if self._shape else ()
        for part in parts:
            if token in part.object:
                return self._last_step(part.verb)
        name = self._variable(place)
        found = {
            self._last_step(part.verb)
            for part in parts
            if len(part.object) == 1 and part.object[0].text == name
        }
        return found.pop() if len(found) == 1 else None

    def _variable(self, place: int) -> str | None:
        """Return the variable that a literal of a filter or a block of one variable is for."""
        if self._solid[place - 1].text == "=":
            return self._solid[place - 2].text
        while self._solid[place].text != "{":
            place -= 1
        before = self._solid[place - 1]
        return before.text if before.kind == "variable" else None

    def _last_step(self, verb: Sequence[Token]) -> NamedNode | None:
        if not verb or verb[-1].kind not in ("iri", "name"):
            return None
        if any(token.text in ("|", "^", "!") for token in verb):
            return None
        return self.expand(verb[-1])

    def _reason(self, code: str, asked: _Asked, zh: str, en: str) -> Notice:
        return Notice(code, Bilingual(zh, en), position(self._text, asked.token.start))

    def iri(self, asked: _Asked, iri: NamedNode) -> Iterator[Notice]:
        shown = asked.token.text
        if not self._occurs(iri):
            near = self._nearest(iri, asked.role)
            zh = f"；最接近的是 {near}" if near else ""
            en = f"; the nearest is {near}" if near else ""
            zh, en = f"图里没有 {shown}{zh}", f"the graph does not have {shown}{en}"
            yield self._reason("unknown-term", asked, zh, en)
        elif asked.role == "verb" and not self._any(None, iri, None):
            yield self._reason(
                "unused-property",
                asked,
                f"本体有 {shown}，但图里没有以它为谓词的三元组",
                f"the ontology has {shown}, but no triple of the graph has it as its predicate",
            )
        elif asked.role == "class" and not self._any(None, RDF_TYPE, iri):
            yield self._reason(
                "no-instances",
                asked,
                f"本体有类 {shown}，但图里没有它的实例",
                f"the ontology has the class {shown}, but the graph has no instance of it",
            )

    def _any(self, *pattern: NamedNode | Literal | None) -> bool:
        subject, predicate, value = pattern
        found = self._store.quads_for_pattern(subject, predicate, value, None)  # type: ignore[arg-type]
        return next(iter(found), None) is not None

    def _occurs(self, iri: NamedNode) -> bool:
        places = ((iri, None, None), (None, iri, None), (None, None, iri))
        return any(self._any(*place) for place in places) or self._store.contains_named_graph(iri)

    def _nearest(self, iri: NamedNode, role: str) -> str | None:
        """Return the term of the graph whose local name is nearest, with its prefix."""
        namespace = self._namespace(iri.value)
        names = self._names(namespace, role)
        local = iri.value.removeprefix(namespace)
        for other in self._prefixes.values():
            if local and other != namespace and self._occurs(NamedNode(other + local)):
                return self._short(NamedNode(other + local))
        found = process.extractOne(
            local.casefold(),
            {name: name.casefold() for name in names},
            scorer=fuzz.ratio,
            score_cutoff=_CLOSE,
        )
        if found is None:
            return None
        return self._short(NamedNode(namespace + found[2]))

    def _short(self, iri: NamedNode) -> str:
        """Return an IRI by its prefix, where it has one."""
        return PrefixedNames(self._prefixes, None)[str(iri)]

    def _namespace(self, iri: str) -> str:
        spaces = [space for space in self._prefixes.values() if iri.startswith(space)]
        if spaces:
            return max(spaces, key=len)
        return iri[: max(iri.rfind("/"), iri.rfind("#")) + 1]

    def _names(self, namespace: str, role: str) -> Sequence[str]:
        """Return the local names in a namespace that the graph has; predicates for a predicate."""
        start = str(Literal(namespace))
        where = {
            "verb": "{ ?t a ?k FILTER(?k IN (owl:ObjectProperty, owl:DatatypeProperty,"
            " rdf:Property, owl:AnnotationProperty)) } UNION { SELECT DISTINCT ?t { ?s ?t ?o } }",
            "class": "{ ?t a owl:Class } UNION { SELECT DISTINCT ?t { ?s a ?t } }",
        }.get(role, "?t a ?k")
        query = (
            f"SELECT DISTINCT ?t {{ {where} FILTER(STRSTARTS(STR(?t), {start})) }}"
            f" LIMIT {_MOST_CANDIDATES}"
        )
        rows = self._store.query(query, prefixes=dict(PREFIXES))
        return sorted(row["t"].value.removeprefix(namespace) for row in rows)  # type: ignore[union-attr]

    def literal(self, asked: _Asked, literal: Literal) -> Iterator[Notice]:
        predicate = asked.predicate
        if self._any(None, predicate, literal):
            return
        if predicate is not None and not self._any(None, predicate, None):
            return  # what is wrong with the predicate is said there
        shown = shown_literal(literal)
        for other in _variants(literal):
            if self._any(None, predicate, other):
                zh, en = _difference(literal, other)
                yield self._reason(
                    "near-literal",
                    asked,
                    f"图里没有 {shown}，有 {shown_literal(other)}：{zh}",
                    f"the graph does not have {shown} but {shown_literal(other)}: {en}",
                )
                return
        if predicate in _LABELS or (predicate is None and _is_words(literal)):
            yield from self._near_labels(asked, literal)
        elif predicate is not None and not self._any(None, None, literal):
            name = self._short(predicate)
            zh, en = f"没有哪个 {name} 的值是 {shown}", f"no {name} has the value {shown}"
            yield self._reason("unknown-literal", asked, zh, en)

    def _near_labels(self, asked: _Asked, literal: Literal) -> Iterator[Notice]:
        folded = self._plain(literal.value)
        same = [label for label, plain in self._labels.items() if plain == folded]
        holding = [label for label, plain in self._labels.items() if folded and folded in plain]
        near = process.extract(
            folded, self._labels, scorer=fuzz.ratio, score_cutoff=_CLOSE, limit=_MOST_SHOWN
        )
        shown = shown_literal(literal)
        if same:
            names = " ".join(map(shown_literal, same[:_MOST_SHOWN]))
            zh = f"图里没有 {shown}，有 {names}：空格、全角、繁简或标点不同"
            en = (
                f"the graph does not have {shown} but {names}: width, spaces, script or punctuation"
            )
            yield self._reason("near-literal", asked, zh, en)
        elif holding:
            names = " ".join(
                map(str, sorted(holding, key=lambda one: len(one.value))[:_MOST_SHOWN])
            )
            zh = f"没有什么就叫 {shown}；名称里含有它的有 {len(holding)} 个：{names}，可用 CONTAINS"
            en = (
                f"nothing is called just {shown}; {len(holding)} labels contain it: {names}; "
                "CONTAINS finds them"
            )
            yield self._reason("unknown-literal", asked, zh, en)
        else:
            names = " ".join(shown_literal(label) for _, _, label in near)
            zh = f"没有什么叫 {shown}" + (f"；相近的有 {names}" if names else "")
            en = f"nothing is called {shown}" + (f"; near it are {names}" if names else "")
            yield self._reason("unknown-literal", asked, zh, en)

    def _plain(self, words: str) -> str:
        return _folded(words).translate(self._simplified)

    @cached_property
    def _labels(self) -> Mapping[Literal, str]:
        """The names in the graph, each as it is compared."""
        quads = (
            quad
            for predicate in _LABELS
            for quad in self._store.quads_for_pattern(None, predicate, None, None)
        )
        return {
            quad.object: self._plain(quad.object.value)
            for quad in islice(quads, _MOST_CANDIDATES)
            if isinstance(quad.object, Literal)
        }


def _declared(solid: Sequence[Token]) -> Iterator[tuple[str, str]]:
    for token, name, iri in zip(solid, solid[1:], solid[2:], strict=False):
        if token.is_word("PREFIX"):
            yield name.text[:-1], iri.text[1:-1]


def _number_type(text: str) -> str:
    if text.isdigit():
        return "integer"
    return "double" if "e" in text.lower() else "decimal"


def _unquoted(text: str) -> str:
    size = 3 if text[:3] in ("'''", '"""') and len(text) >= 6 else 1

    def plain(match: re.Match[str]) -> str:
        digits = match[1] or match[2]
        return chr(int(digits, 16)) if digits else _ESCAPES.get(match[3], match[3])

    return _CODE.sub(plain, text[size:-size])


def _is_words(literal: Literal) -> bool:
    return literal.language is not None or literal.datatype == _STRING


def _folded(words: str) -> str:
    """Return words as they are compared: of one width and case, without blanks."""
    return "".join(unicodedata.normalize("NFKC", words).casefold().split())


def _variants(literal: Literal) -> Iterator[Literal]:
    """Yield literals that look like one: other tags and types, then other widths and spaces."""
    for value in dict.fromkeys(_spellings(literal.value)):
        if value != literal.value:
            yield from _same_kind(literal, value)
        for language in _LANGUAGES:
            yield Literal(value, language=language)
        yield Literal(value)
        for datatype in _DATATYPES:
            yield Literal(value, datatype=NamedNode(_XSD + datatype))


def _same_kind(literal: Literal, value: str) -> Iterator[Literal]:
    if literal.language:
        yield Literal(value, language=literal.language)
    else:
        yield Literal(value, datatype=literal.datatype)


def _spellings(value: str) -> Iterable[str]:
    narrow = unicodedata.normalize("NFKC", value)
    brackets = narrow.translate(str.maketrans("()", "（）"))
    return (value, value.strip(), narrow, narrow.strip(), "".join(narrow.split()), brackets)


def shown_literal(literal: Literal) -> str:
    """Return a literal as a query may write it, shortened, its type by the prefix `xsd:`."""
    value = (
        literal.value
        if len(literal.value) <= _MOST_CHARACTERS
        else literal.value[:_MOST_CHARACTERS] + "…"
    )
    quoted = str(Literal(value))
    if literal.language:
        return f"{quoted}@{literal.language}"
    if literal.datatype == _STRING:
        return quoted
    return f"{quoted}^^{literal.datatype.value.replace(_XSD, 'xsd:')}"


def _difference(literal: Literal, other: Literal) -> tuple[str, str]:
    """Return in words what parts two literals that look alike."""
    if literal.value == other.value:
        if literal.language != other.language:
            if other.language is None:
                return "没有语言标签", "without a language tag"
            return f"加上语言标签 @{other.language}", f"write the language tag @{other.language}"
        kinds = [one.datatype.value.removeprefix(_XSD) for one in (literal, other)]
        return f"类型是 {kinds[1]}，不是 {kinds[0]}", f"of type {kinds[1]}, not {kinds[0]}"
    if literal.value.split() != other.value.split() and _folded(literal.value) == literal.value:
        return "写法不同", "spelt otherwise"
    if "".join(literal.value.split()) == "".join(other.value.split()):
        return "多了空格", "without the blanks"
    return "全角与半角不同", "of another width"
