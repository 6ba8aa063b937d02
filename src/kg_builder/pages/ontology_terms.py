"""The terms of the ontology as HTML: an article for each class and property, a row a concept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from kg_builder.graph.reference.fields import Field, fields_of, scheme_of
from kg_builder.graph.reference.patterns import class_pattern
from kg_builder.graph.reference.records import (
    ClassTerm,
    ConceptTerm,
    Module,
    PropertyTerm,
    Reference,
    Shape,
    Term,
    Value,
)
from kg_builder.graph.vocabulary import HOUSE, PREFIXES
from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.pages.markup import both, both_html, shown
from kg_builder.pages.ontology_words import constraint_words, count_words, shape_words

_CODE: Final = re.compile("`([^`]*)`")
_CONCEPT: Final = PREFIXES["skos"] + "Concept"
_KINDS: Final[Mapping[str, Bilingual]] = {
    "class": Bilingual("类", "class"),
    "object": Bilingual("对象属性", "object property"),
    "datatype": Bilingual("数据属性", "datatype property"),
    "annotation": Bilingual("注释属性", "annotation property"),
}
_CHARACTERISTICS: Final[Mapping[str, Bilingual]] = {
    "TransitiveProperty": Bilingual("传递", "transitive"),
    "SymmetricProperty": Bilingual("对称", "symmetric"),
    "AsymmetricProperty": Bilingual("反对称", "asymmetric"),
    "ReflexiveProperty": Bilingual("自反", "reflexive"),
    "IrreflexiveProperty": Bilingual("反自反", "irreflexive"),
    "FunctionalProperty": Bilingual("函数性（至多一个值）", "functional (at most one value)"),
    "InverseFunctionalProperty": Bilingual("反函数性", "inverse functional"),
}
_RELATIONS: Final[Mapping[str, Bilingual]] = {
    "skos:exactMatch": Bilingual("等同", "exact match"),
    "skos:closeMatch": Bilingual("近似", "close match"),
    "skos:broadMatch": Bilingual("较宽", "broad match"),
    "skos:narrowMatch": Bilingual("较窄", "narrow match"),
}
_WORDS: Final[Mapping[str, Bilingual]] = {
    "iri": Bilingual("IRI", "IRI"),
    "parents": Bilingual("上位类", "Subclass of"),
    "children": Bilingual("下位类", "Has subclasses"),
    "disjoint": Bilingual("互斥于", "Disjoint with"),
    "iri_pattern": Bilingual("实例 IRI", "Instance IRIs"),
    "note": Bilingual("说明", "Note"),
    "example": Bilingual("举例", "For example"),
    "matches": Bilingual("对照", "Aligned with"),
    "queries": Bilingual("用到它的查询", "Stored queries"),
    "incoming": Bilingual("指向它的属性", "Pointed at by"),
    "inherited": Bilingual("继承自", "Inherited from"),
    "used_on": Bilingual("用于", "Used on"),
    "points_at": Bilingual("指向", "Points at"),
    "domain": Bilingual("定义域（推理所据）", "Domain (inference)"),
    "range": Bilingual("值域（推理所据）", "Range (inference)"),
    "sub_property": Bilingual("上位属性", "Subproperty of"),
    "super_property": Bilingual("下位属性", "Has subproperties"),
    "inverse": Bilingual("逆属性", "Inverse of"),
    "chain": Bilingual("由此推得", "Follows from"),
    "characteristics": Bilingual("特性", "Characteristics"),
    "properties": Bilingual("属性", "Properties"),
    "property": Bilingual("属性", "Property"),
    "value": Bilingual("值", "Value"),
    "count": Bilingual("个数", "Count"),
    "asked": Bilingual("要求", "Constraint"),
    "rules": Bilingual("规则", "Rules"),
    "on": Bilingual("在何处", "On"),
    "messages": Bilingual("不合时的提示", "Messages where they fail"),
    "warning": Bilingual("警告", "warning"),
    "sample": Bilingual("实例（已发布的数据）", "An instance, from the published data"),
    "pattern": Bilingual("查询的样式", "A query to start from"),
    "whatever": Bilingual("凡用此属性者", "whatever has it"),
    "concept": Bilingual("概念", "Concept"),
    "label": Bilingual("名称", "Label"),
    "alternatives": Bilingual("又称", "Also called"),
    "definition": Bilingual("定义", "Definition"),
    "notation": Bilingual("代号", "Notation"),
    "broader": Bilingual("上位", "Broader"),
}


def word(name: str) -> str:
    """Return a word of these pages in both languages, as HTML."""
    return both(_WORDS[name])


class Linker:
    """Names for IRIs, and links: to the term's place in the page, or out to where it is defined."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._modules = {m.iri: m for m in (*reference.modules, *reference.schemes)}
        self._schemes = {m.iri for m in reference.schemes}

    def anchor(self, iri: str) -> str | None:
        """Return the fragment of a term: its local name, `SCHEME/NAME` for a concept."""
        if self._reference.term(iri) is not None:
            ours = iri.removeprefix(PREFIXES["kg"])
            return ours if ours != iri else iri.removeprefix(HOUSE)
        if iri in self._schemes:
            return "scheme/" + iri.rpartition("/")[2]
        if iri in self._modules:
            return "module/" + iri.rpartition("/")[2]
        return None

    def label(self, iri: str) -> Bilingual:
        """Return what a term is called; for one that is not ours, its prefixed name."""
        term = self._reference.term(iri)
        if term is not None:
            return term.label
        if iri in self._modules:
            return self._modules[iri].title
        name = self._reference.short(iri)
        return Bilingual(name, name)

    def local(self, iri: str) -> str:
        """Return the local name of one of our terms, the prefixed name of any other."""
        if iri in self._modules:
            return self._modules[iri].prefix or iri
        return self._reference.short(iri).removeprefix("kg:").removeprefix("xsd:")

    def colour(self, iri: str) -> str:
        """Return the class of the colour of a term's module."""
        term = self._reference.term(iri)
        module = term.module.rpartition("/")[2] if term else "other"
        return f"d-{module}" if module.isascii() and module.isalpha() else "d-other"

    def code(self, iri: str) -> str:
        """Return a term by its prefixed name, linked."""
        return self._linked(iri, f"<code>{shown(self._reference.short(iri))}</code>")

    def named(self, iri: str) -> str:
        """Return a term by its labels and its prefixed name, linked."""
        if self.anchor(iri) is None:
            return self.code(iri)
        return self._linked(iri, f"{both(self.label(iri))}{self._name(iri)}")

    def in_words(self, iri: str, language: Language) -> str:
        """Return a term by its label in a language, and its name, linked."""
        if self.anchor(iri) is None:
            return self.code(iri)
        return self._linked(iri, f"{shown(self.label(iri).pick(language))}{self._name(iri)}")

    def _name(self, iri: str) -> str:
        return "" if iri in self._modules else f" <code>{shown(self._reference.short(iri))}</code>"

    def _linked(self, iri: str, inner: str) -> str:
        anchor = self.anchor(iri)
        if anchor is not None:
            return f'<a href="#{shown(anchor)}">{inner}</a>'
        return link_out(iri, inner)


def link_out(iri: str, inner: str) -> str:
    """Return a link to another site, or `inner` alone for what is no web address."""
    if not iri.startswith(("http://", "https://")):
        return inner
    return f'<a class="out" rel="noreferrer" href="{shown(iri)}">{inner}</a>'


class TermWriter:
    """Writes the terms. What a shape asks stands with the class, and with the property."""

    def __init__(self, reference: Reference, linker: Linker) -> None:
        self._reference = reference
        self._linker = linker
        self._fields = {iri: fields_of(reference, iri) for iri in reference.classes}

    def class_article(self, item: ClassTerm) -> str:
        """Return the article of a class."""
        iri = item.term.iri
        reference, link = self._reference, self._linker
        rows = [
            ("parents", self._links(item.parents)),
            ("children", self._links(item.children)),
            ("disjoint", self._short_links(item.disjoint)),
            ("incoming", self._links(self._incoming(iri))),
            ("iri_pattern", f"<code>{shown(item.iri_pattern or '')}</code>"),
        ]
        if not item.iri_pattern:
            rows.pop()
        shapes = [shape for shape in reference.shapes if iri in shape.classes]
        inherited = [
            f"<dt>{word('inherited')} {link.named(above)}</dt>"
            f'<dd class="names">{self._locals(f.property for f in self._fields[above])}</dd>'
            for above in reference.ancestors(iri)
            if self._fields[above]
        ]
        parts = [
            self._head(item.term, "class"),
            self._facts(item.term, rows),
            self._field_table(self._fields[iri]),
            f'<dl class="facts inherited">{"".join(inherited)}</dl>' if inherited else "",
            self._rules(shapes, (p for s in shapes for p in s.properties if not p.property)),
            self._messages(part for shape in shapes for part in (shape, *shape.properties)),
            self._example(item),
        ]
        return self._article(item.term, "class", "".join(parts))

    def property_article(self, item: PropertyTerm) -> str:
        """Return the article of a property."""
        chains = ", ".join(" / ".join(map(self._linker.code, chain)) for chain in item.chains)
        traits = "".join(
            f"<span>{both(_CHARACTERISTICS[name]) if name in _CHARACTERISTICS else shown(name)}"
            "</span> "
            for name in (trait.rpartition("#")[2] for trait in item.characteristics)
        )
        rows = [
            ("used_on", self._links(item.used_on)),
            ("points_at", self._links(item.points_at)),
            ("domain", self._links(item.domains)),
            ("range", self._links(item.ranges)),
            ("sub_property", self._links(item.parents)),
            ("super_property", self._links(item.children)),
            ("inverse", self._links(item.inverses)),
            ("chain", chains),
            ("characteristics", traits),
        ]
        parts = [
            self._head(item.term, item.kind),
            self._facts(item.term, rows),
            self._property_shapes(item.term.iri),
        ]
        return self._article(item.term, "property", "".join(parts))

    def _article(self, term: Term, kind: str, body: str) -> str:
        anchor = shown(self._linker.anchor(term.iri) or "")
        colour = self._linker.colour(term.iri)
        return f'<article id="{anchor}" class="term {kind} {colour}">{body}</article>'

    def _head(self, term: Term, kind: str) -> str:
        anchor = shown(self._linker.anchor(term.iri) or "")
        name = shown(self._reference.short(term.iri))
        return (
            f'<h3><a href="#{anchor}" class="names"><span class="keep" lang="zh">'
            f'{shown(term.label.zh)}</span> <span class="keep" lang="en">{shown(term.label.en)}'
            f'</span></a> <code>{name}</code> <small class="kind">{both(_KINDS[kind])}</small></h3>'
            f"{_prose(term.definition, 'p') if term.definition else ''}"
        )

    def _facts(self, term: Term, rows: Sequence[tuple[str, str]]) -> str:
        """Return the list of what is said of a term; rows without content are left out."""
        all_rows = [
            *(("note", _prose(note)) for note in term.notes),
            ("example", ", ".join(map(self._value, term.examples))),
            *rows,
            ("matches", self._matches(term)),
            ("queries", self._queries(term.iri)),
            ("iri", f"<code>{shown(term.iri)}</code>"),
        ]
        items = "".join(f"<dt>{word(name)}</dt><dd>{html}</dd>" for name, html in all_rows if html)
        others = "".join(
            f"<dt>{self._linker.named(name)}</dt><dd>{self._value(found)}</dd>"
            for name, found in term.others
        )
        return f'<dl class="facts">{items}{others}</dl>'

    def _value(self, value: Value) -> str:
        if value.iri is not None:
            return self._linker.named(value.iri)
        language = f' lang="{shown(value.language)}"' if value.language else ""
        return f"<q{language}>{shown(value.text)}</q>" if language else shown(value.text)

    def _links(self, iris: Iterable[str]) -> str:
        return " ".join(f"<span>{self._linker.named(iri)}</span>" for iri in iris)

    def _short_links(self, iris: Iterable[str]) -> str:
        return " ".join(f"<span>{self._linker.code(iri)}</span>" for iri in iris)

    def _locals(self, iris: Iterable[str]) -> str:
        link = self._linker
        return " ".join(
            f'<a href="#{shown(anchor)}">{shown(link.local(iri))}</a>'
            for iri in iris
            if (anchor := link.anchor(iri))
        )

    def _matches(self, term: Term) -> str:
        return " ".join(
            f"<span>{self._linker.code(match.target)}"
            f" <small>{both(_RELATIONS[match.relation])}</small></span>"
            for match in term.matches
        )

    def _queries(self, iri: str) -> str:
        return " ".join(
            f'<span><a href="#query/{shown(name)}"><code>{shown(name)}</code></a></span>'
            for name in self._reference.uses.get(iri, ())
        )

    def _incoming(self, iri: str) -> Iterator[str]:
        found: dict[str, None] = {}
        for name, item in self._reference.properties.items():
            if iri in (*item.points_at, *item.ranges):
                found[name] = None
        for fields in self._fields.values():
            for field in fields:
                if iri in field.targets and field.property in self._reference.properties:
                    found[field.property] = None
        yield from found

    def _field_table(self, fields: Sequence[Field]) -> str:
        if not fields:
            return ""
        rows = "".join(map(self._field_row, fields))
        head = "".join(
            f'<th scope="col">{word(name)}</th>' for name in ("property", "value", "count", "asked")
        )
        return (
            f'<div class="table"><table><caption>{word("properties")}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def _field_row(self, field: Field) -> str:
        ends = [
            *field.schemes,
            *(t for t in field.targets if not (field.schemes and t == _CONCEPT)),
        ]
        return (
            f'<tr><th scope="row">{self._linker.named(field.property)}</th>'
            f"<td>{self._links(ends)}</td><td>{both(count_words(field.least, field.most))}</td>"
            f"<td>{''.join(map(self._asked, field.shapes))}</td></tr>"
        )

    def _asked(self, shape: Shape) -> str:
        """Return what a property shape asks beyond number, class and datatype."""
        link = self._linker
        shown_elsewhere = () if shape.warning else ("minCount", "maxCount")
        rest = [
            constraint
            for constraint in shape.constraints
            if constraint.kind not in (*shown_elsewhere, "class", "datatype")
            and scheme_of(constraint) is None
        ]
        words = both_html(
            constraint_words(rest, lambda iri: link.in_words(iri, "zh"), "zh"),
            constraint_words(rest, lambda iri: link.in_words(iri, "en"), "en"),
        )
        mark = f'<small class="warning">{word("warning")}</small> ' if shape.warning else ""
        return f"<p>{mark}{words}</p>" if rest else ""

    def _messages(self, shapes: Iterable[Shape]) -> str:
        """Return what is said where shapes fail, folded: one list for an article."""
        items = "".join(
            f"<li>{both(shape.name) + ' ' if shape.name else ''}{both(shape.message)}</li>"
            for shape in shapes
            if shape.message
        )
        if not items:
            return ""
        return f"<details><summary>{word('messages')}</summary><ul>{items}</ul></details>"

    def _whole(self, shape: Shape) -> str:
        link = self._linker
        words = both_html(
            shape_words(_alone(shape), lambda iri: link.in_words(iri, "zh"), "zh"),
            shape_words(_alone(shape), lambda iri: link.in_words(iri, "en"), "en"),
        )
        mark = f'<small class="warning">{word("warning")}</small> ' if shape.warning else ""
        path = f"<code>{shown(shape.path)}</code> " if shape.path and not shape.property else ""
        name = both(shape.name) if shape.name else ""
        return f"<li><b>{name}</b> {mark}{path}{words}</li>"

    def _rules(self, shapes: Sequence[Shape], parts: Iterable[Shape]) -> str:
        """Return what shapes ask of the thing itself, and `parts` of them that no table tells."""
        rules = [*(shape for shape in shapes if shape.constraints), *parts]
        if not rules:
            return ""
        items = "".join(map(self._whole, rules))
        return f'<h4>{word("rules")}</h4><ul class="rules">{items}</ul>'

    def _property_shapes(self, iri: str) -> str:
        rows = [
            self._property_row(shape, part, iri)
            for shape in self._reference.shapes
            for part in shape.properties
            if part.property == iri
        ]
        targeting = [s for s in self._reference.shapes if iri in self._targets(s)]
        # where a class of ours is asked, the messages stand there
        asked = [
            part
            for shape in self._reference.shapes
            if not any(target in self._reference.classes for target in shape.classes)
            for part in shape.properties
            if part.property == iri
        ]
        others = [
            part
            for shape in targeting
            for part in shape.properties
            if part.property not in self._reference.properties
        ]
        rules = self._rules(targeting, others) + self._messages((*targeting, *others, *asked))
        if not rows:
            return rules
        head = "".join(f'<th scope="col">{word(name)}</th>' for name in ("on", "asked"))
        return (
            f'<div class="table"><table><thead><tr>{head}</tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table></div>{rules}"
        )

    def _targets(self, shape: Shape) -> tuple[str, ...]:
        return (*shape.subjects_of, *shape.objects_of)

    def _property_row(self, shape: Shape, part: Shape, iri: str) -> str:
        link = self._linker
        places = [link.named(target) for target in shape.classes]
        targets = self._targets(shape)
        if iri in targets:
            places.append(word("whatever"))
        elif targets:
            places.extend(map(link.named, targets))
        words = both_html(
            constraint_words(part.constraints, lambda iri: link.in_words(iri, "zh"), "zh"),
            constraint_words(part.constraints, lambda iri: link.in_words(iri, "en"), "en"),
        )
        mark = f'<small class="warning">{word("warning")}</small> ' if part.warning else ""
        return f'<tr><th scope="row">{" ".join(places)}</th><td><p>{mark}{words}</p></td></tr>'

    def _example(self, item: ClassTerm) -> str:
        iri = item.term.iri
        sample = self._reference.samples.get(iri)
        parts = []
        if sample is not None:
            parts.append(
                f"<details><summary>{word('sample')}</summary>"
                f'<pre tabindex="0"><code>{shown(sample.turtle)}</code></pre></details>'
            )
        pattern = class_pattern(self._reference, iri)
        parts.append(
            f"<details><summary>{word('pattern')}</summary>"
            f'<pre tabindex="0"><code>{shown(pattern)}</code></pre></details>'
        )
        return f'<div class="examples">{"".join(parts)}</div>'

    def other_rules(self, iri: str) -> str:
        """Return what shapes ask of a class or property of another vocabulary."""
        shapes = [s for s in self._reference.shapes if iri in (*s.classes, *self._targets(s))]
        rules = [part for shape in shapes for part in (shape, *shape.properties)]
        items = "".join(self._whole(rule) for rule in rules if rule.constraints)
        listed = f'<ul class="rules">{items}</ul>' if items else ""
        return listed + self._messages(rules)

    def scheme_table(self, scheme: Module, concepts: Sequence[ConceptTerm]) -> str:
        """Return the concepts of a taxonomy."""
        extra = tuple(dict.fromkeys(name for c in concepts for name, _value in c.term.others))
        columns = ["concept", "label", "definition"]
        if any(concept.alternatives for concept in concepts):
            columns.append("alternatives")
        if any(concept.notations for concept in concepts):
            columns.append("notation")
        if any(concept.broader for concept in concepts):
            columns.append("broader")
        head = "".join(f'<th scope="col">{word(name)}</th>' for name in columns)
        head += "".join(f'<th scope="col">{self._linker.named(name)}</th>' for name in extra)
        rows = "".join(self._concept_row(concept, columns, extra) for concept in concepts)
        return (
            f'<div class="table"><table class="concepts"><caption>{both(scheme.title)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def _concept_row(
        self, concept: ConceptTerm, columns: Sequence[str], extra: Sequence[str]
    ) -> str:
        term = concept.term
        anchor = shown(self._linker.anchor(term.iri) or "")
        name = term.iri.rpartition("/")[2]
        notes = "".join(_prose(note, "p") for note in term.notes)
        matches = self._matches(term)
        cells = {
            "label": f'<span class="keep" lang="zh">{shown(term.label.zh)}</span> '
            f'<span class="keep" lang="en">{shown(term.label.en)}</span>',
            "definition": (_prose(term.definition) if term.definition else "")
            + notes
            + (f" <small>{matches}</small>" if matches else ""),
            "alternatives": " ".join(
                f"<span>{self._value(v)}</span>" for v in concept.alternatives
            ),
            "notation": " ".join(f"<code>{shown(text)}</code>" for text in concept.notations),
            "broader": self._linker.code(concept.broader) if concept.broader else "",
        }
        body = "".join(f"<td>{cells[name]}</td>" for name in columns[1:])
        body += "".join(
            f"<td>{' '.join(self._cell(v) for n, v in term.others if n == name)}</td>"
            for name in extra
        )
        return (
            f'<tr id="{anchor}" class="term concept"><th scope="row"><a href="#{anchor}">'
            f"<code>{shown(name)}</code></a></th>{body}</tr>"
        )

    def _cell(self, value: Value) -> str:
        return self._linker.code(value.iri) if value.iri else shown(value.text)


def _prose(words: Bilingual, tag: str = "span") -> str:
    """Return words with what stands between backticks as code."""
    zh, en = (_CODE.sub(r"<code>\1</code>", shown(text)) for text in (words.zh, words.en))
    return both_html(zh, en, tag)


def _alone(shape: Shape) -> Shape:
    """Return a shape without its named property shapes, which are told by themselves."""
    return Shape(
        shape.iri,
        shape.name,
        shape.message,
        shape.warning,
        shape.classes,
        shape.subjects_of,
        shape.objects_of,
        shape.path,
        shape.property,
        shape.constraints,
        (),
    )
