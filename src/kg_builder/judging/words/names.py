"""What terms are called, in one language: by label and short name, never by a bare IRI."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode

from kg_builder.graph.index import Term
from kg_builder.graph.shacl.datatypes import is_well_formed
from kg_builder.graph.shacl.vocabulary import RDF, XSD, sh, short_name
from kg_builder.graph.submission.model import Submission
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand
from kg_builder.judging.words.kinds import DATATYPES, TERMS
from kg_builder.judging.words.material import Material
from kg_builder.judging.words.steps import path_of
from kg_builder.model.bilingual import Language

LABELS: Final = tuple(
    expand(name)
    for name in (
        *("rdfs:label", "skos:prefLabel", "skos:altLabel"),
        *("dcterms:title", "foaf:name", "schema:name", "locn:fullAddress"),
    )
)
"""What things are called by, the best first; an address has no other name than its words."""
_ABOUT: Final = (expand("about"), expand("indicator"))
_OURS: Final = PREFIXES["kg"]
_LONG: Final = 40
"""Characters of a text that are shown; of a longer one the beginning."""
_MANY: Final = 6
_BARE: Final = frozenset(XSD + name for name in ("integer", "decimal", "boolean"))


def cut(text: str, most: int = _LONG) -> str:
    """Return a text on one line, its beginning alone if it is long."""
    line = " ".join(text.split()) if any(c in text for c in "\r\n") else text
    return line if len(line) <= most else line[: most - 1] + "…"


def apart(text: str) -> str:
    """Return a text that follows Chinese, a number or name with a space before it."""
    return f" {text}" if re.match(r"[A-Za-z0-9:+-]", text) else text


def article(name: str) -> str:
    """Return an English name with `a` or `an`."""
    low = name.lower()
    vowel = low[:1] in "aeiou" and not low.startswith(("uni", "eu", "one", "use"))
    return f"{'an' if vowel else 'a'} {name}"


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """Return an English number with its noun."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


class Namer:
    """Names terms in one language, by the prefixes of one file first."""

    def __init__(
        self, material: Material, language: Language, file: Submission | None = None
    ) -> None:
        self._material = material
        self._facts = material.facts
        self._prefixed = material.prefixed(file)
        self.language: Language = language
        self._known: dict[Term, str | None] = {}

    def say(self, zh: str, en: str) -> str:
        """Return the words of the language."""
        return zh if self.language == "zh" else en

    def say2(self, zh: tuple[str, str], en: tuple[str, str]) -> tuple[str, str]:
        """Return the pair of words of the language."""
        return zh if self.language == "zh" else en

    def short(self, node: NamedNode) -> str:
        """Return a prefixed name where a prefix fits, else the IRI in angle brackets."""
        return self._prefixed[str(node)]

    def with_de(self, before: str, after: str) -> str:
        """Return a Chinese attribute with 的 and what it says more of."""
        space = " " if before[-1:].isascii() and before[-1:].isalnum() else ""
        return f"{before}{space}的{after}"

    # labels

    def label(self, node: Term) -> str | None:
        """Return what a node is called, in the language where it is called so."""
        if node not in self._known:
            self._known[node] = self._label(node)
        return self._known[node]

    def _label(self, node: Term) -> str | None:
        if not isinstance(node, NamedNode):
            return None
        for predicate in LABELS:
            found = [o for o in self._facts.objects(node, predicate) if isinstance(o, Literal)]
            words = [o for o in sorted(found, key=self._strangeness) if o.value.strip()]
            if words:
                return cut(words[0].value.strip())
        known = TERMS.get(node.value)
        return known.pick(self.language) if known else None

    def words(self, term: Term) -> list[str]:
        """Return everything that a term is called: its words, labels and local name."""
        if isinstance(term, Literal):
            return [term.value]
        own = [short_name(term.value)] if isinstance(term, NamedNode) else []
        found = (o for p in LABELS for o in self._facts.objects(term, p))
        return [*own, *(words.value for words in found if isinstance(words, Literal))]

    def _strangeness(self, words: Literal) -> tuple[int, str]:
        tag = (words.language or "").lower().partition("-")[0]
        return (0 if tag == self.language else 1 if not tag else 2, words.value)

    def shape_name(self, node: Term) -> str | None:
        """Return the sh:name of a shape, else its label."""
        graph = self._material.rules.shapes_graph
        for predicate in (sh("name"), expand("rdfs:label")):
            found = [o for o in graph.objects(node, predicate) if isinstance(o, Literal)]
            if found:
                return min(found, key=self._strangeness).value
        return None

    # classes and properties

    def term(self, node: Term) -> str:
        """Return a class or another term by label and short name: 街道（kg:Street）."""
        if not isinstance(node, NamedNode):
            return self.say("没有 IRI 的类", "class without an IRI")
        label = self.label(node)
        if label is None:
            return self._bare(node)
        return f"{label}{self._short_aside(node)}"

    def _bare(self, node: NamedNode) -> str:
        """Return the short name of what has no label, apart from Chinese around it."""
        return self.say(self.quoted(self.short(node)), self.short(node))

    def _short_aside(self, node: NamedNode) -> str:
        """Return the short name in brackets; nothing where there is none."""
        short = self.short(node)
        return "" if short.startswith("<") else self.aside(short)

    def a(self, node: Term) -> str:
        """Return a class as what something is one of: 街道（kg:Street）, a subdistrict (…)."""
        return self.term(node) if self.language == "zh" else article(self.term(node))

    def aside(self, text: str) -> str:
        """Return a text in brackets."""
        return f"（{text}）" if self.language == "zh" else f" ({text})"

    def quoted(self, text: str) -> str:
        """Return a text in quotation marks."""
        return f"“{text}”"

    def prop(self, node: NamedNode, name: str | None = None) -> str:
        """Return a property: “所在街道”（kg:inStreet）; `name` is what its shape calls it."""
        label = name or self.label(node)
        if label is None:
            return self._bare(node)
        return f"{self.quoted(label)}{self._short_aside(node)}"

    def path(self, text: str, name: str | None = None) -> str:
        """Return a path; `name` is what its shape calls it."""
        path = path_of(text)
        if path.predicate is not None:
            return self.prop(path.predicate, name)
        stack: list[str] = []
        for op in path.ops:
            if isinstance(op, NamedNode):
                stack.append(self._step(op))
                continue
            operands = stack[-op[1] :]
            del stack[-op[1] :]
            stack.append(self._joined(op[0], operands))
        return f"{self.quoted(name)}{self.aside(stack[0])}" if name else stack[0]

    def _step(self, node: NamedNode) -> str:
        label = self.label(node)
        return self.quoted(label) if label else self._bare(node)

    def _joined(self, operator: str, parts: Sequence[str]) -> str:
        if operator == "sequence":
            return self.say("的", "/").join(parts)
        if operator == "alternative":
            return self.either(parts)
        words = {
            "inverse": ("反向的{}", "inverse of {}"),
            "*": ("{}（零步或多步）", "{} (any number of steps)"),
            "+": ("{}（一步或多步）", "{} (one or more steps)"),
            "?": ("{}（至多一步）", "{} (at most one step)"),
        }[operator]
        return self.say(*words).format(parts[0])

    # lists

    def either(self, parts: Iterable[str], most: int = _MANY) -> str:
        """Return alternatives, some of many."""
        return self._series(parts, most, "或", " or ")

    def all(self, parts: Iterable[str], most: int = _MANY) -> str:
        """Return items, some of many."""
        return self._series(parts, most, "、", " and ")

    def _series(self, parts: Iterable[str], most: int, zh: str, en: str) -> str:
        items = list(dict.fromkeys(parts))
        if len(items) > most:
            rest = self.say(f"等 {len(items)} 个", f", … ({len(items)} in all)")
            return self.say("、", ", ").join(items[:most]) + rest
        if len(items) < 2:
            return "".join(items)
        head = self.say("、", ", ").join(items[:-1])
        if self.language == "zh" and items[-2][-1:].isascii() and items[-1][:1] == "@":
            return f"{head} {zh} {items[-1]}"
        return f"{head}{self.say(zh, en)}{items[-1]}"

    # things and values

    def thing(self, node: Term) -> str:
        """Return a node by class, label and short name: 助餐点“阳光餐桌”（:c1）."""
        if isinstance(node, Literal):
            return self.literal(node)
        kind = self.kind(node)
        if isinstance(node, BlankNode):
            return self.say(f"没有 IRI 的{kind or '节点'}", f"the {kind or 'node'} without an IRI")
        label = self.label(node) or self._statement(node)
        if label is None:
            name = self.short(node)
            zh = f"{kind}{self.aside(name)}" if kind else self.quoted(name)
            return self.say(zh, f"the {kind or 'thing'} {name}")
        words = f"{self.quoted(label)}{self._short_aside(node)}"
        return self.say(f"{kind or ''}{words}", f"the {kind} {words}" if kind else words)

    def _statement(self, node: Term) -> str | None:
        """Return what a statement is about, which has no name of its own."""
        for predicate in _ABOUT:
            for about in self._facts.objects(node, predicate):
                label = self.label(about)
                if label is not None:
                    return label
        return None

    def kind(self, node: Term) -> str | None:
        """Return the label of the class of a node that says most."""
        narrow = sorted(self._facts.narrowest(node), key=lambda cls: cls.value)
        ours = [cls for cls in narrow if cls.value.startswith(_OURS)]
        known = [cls for cls in narrow if self.label(cls)]  # a misspelt class has none
        labels = [self.label(cls) or self.short(cls) for cls in (ours or narrow)]
        labels = [self.label(cls) or "" for cls in ours if cls in known] or labels
        return self.say("兼", " and ").join(labels[:2]) if labels else None

    def value(self, term: Term, predicate: NamedNode | None = None) -> str:
        """Return a value, a class where the property says the type."""
        if predicate == RDF_TYPE and isinstance(term, NamedNode):
            return self.term(term)
        return self.thing(term)

    def values(self, terms: Iterable[Term]) -> str:
        """Return several values."""
        return self.all(self.value(term) for term in terms)

    def member(self, term: Term) -> str:
        """Return an allowed value: its label and how to write it."""
        if isinstance(term, NamedNode):
            return self.term(term)
        return self.literal(term) if isinstance(term, Literal) else self.thing(term)

    def literal(self, term: Literal) -> str:
        """Return a literal as Turtle writes it, a long one shortened."""
        text = cut(term.value).replace("\\", "\\\\").replace('"', '\\"')
        if term.language:
            return f'"{text}"@{term.language}'
        datatype = term.datatype.value
        if datatype == XSD + "string":
            return f'"{text}"'
        if datatype in _BARE and term.value and term.value == text:
            return text if is_well_formed(term) else f'"{text}"^^{self.short(term.datatype)}'
        return f'"{text}"^^{self.short(term.datatype)}'

    def datatype(self, node: NamedNode) -> str:
        """Return what the values of a datatype are: 年份（xsd:gYear，如 "2024"^^xsd:gYear）."""
        known = DATATYPES.get(node.value)
        if known is None:
            kind = self.say("类型为 {} 的文字值", "a literal of type {}")
            return kind.format(self.short(node))
        words, example = known[0].pick(self.language), known[1]
        if node.value == RDF + "langString":
            return f"{words}{self.aside(self.say(f'如 {example}', f'such as {example}'))}"
        name = self.short(node)
        return (
            f"{words}{self.aside(self.say(f'{name}，如 {example}', f'{name}, such as {example}'))}"
        )


def capital(text: str) -> str:
    """Return an English sentence with a capital letter at its start."""
    return text[:1].upper() + text[1:]


def joined(parts: Iterable[str], language: Language) -> str:
    """Return sentences, one after the other."""
    return ("" if language == "zh" else " ").join(part for part in parts if part)
