"""Constraints of shapes in words, Chinese and English, with links to the terms they name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from kg_builder.errors import ConfigurationError
from kg_builder.graph.reference.fields import scheme_of
from kg_builder.graph.reference.records import Constraint, Shape, Value
from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.pages.markup import shown

Link = Callable[[str], str]
"""From an IRI to HTML that names the term and leads to it."""

_VALUE: Final[Mapping[str, Bilingual]] = {
    "class": Bilingual("属于{}", "of class {}"),
    "datatype": Bilingual("类型为{}", "of datatype {}"),
    "in": Bilingual("取自{}", "one of {}"),
    "hasValue": Bilingual("其中有{}", "has the value {}"),
    "languageIn": Bilingual("语言为{}", "in the language {}"),
    "pattern": Bilingual("合于模式{}", "matches {}"),
    "flags": Bilingual("匹配选项{}", "with flags {}"),
    "minLength": Bilingual("不少于{}个字符", "at least {} characters long"),
    "maxLength": Bilingual("不超过{}个字符", "at most {} characters long"),
    "minInclusive": Bilingual("≥ {}", "≥ {}"),
    "maxInclusive": Bilingual("≤ {}", "≤ {}"),
    "minExclusive": Bilingual("> {}", "> {}"),
    "maxExclusive": Bilingual("< {}", "< {}"),
    "equals": Bilingual("与{}的值相同", "has the same values as {}"),
    "disjoint": Bilingual("与{}没有相同的值", "shares no value with {}"),
    "lessThan": Bilingual("小于{}的值", "less than the values of {}"),
    "lessThanOrEquals": Bilingual("不大于{}的值", "at most the values of {}"),
    "qualifiedMinCount": Bilingual("这样的至少{}个", "at least {} of these"),
    "qualifiedMaxCount": Bilingual("这样的至多{}个", "at most {} of these"),
}
_SHAPE: Final[Mapping[str, Bilingual]] = {
    "node": Bilingual("满足（{}）", "satisfies ({})"),
    "not": Bilingual("不得（{}）", "not ({})"),
    "and": Bilingual("{}", "{}"),
    "or": Bilingual("{}", "{}"),
    "xone": Bilingual("恰满足一项：{}", "exactly one of: {}"),
    "qualifiedValueShape": Bilingual("值满足（{}）者计数", "values that satisfy ({}) are counted"),
}
_GLUE: Final[Mapping[str, Bilingual]] = {
    "and": Bilingual("，且", " and "),
    "or": Bilingual("，或", " or "),
    "xone": Bilingual("，或", " or "),
}
_IF: Final = Bilingual("若（{}），则", "if ({}) then ")
_SCHEME: Final = Bilingual("取自分类{}", "a concept of {}")
_UNIQUE: Final = Bilingual("每种语言至多一个", "at most one in each language")
_CLOSED: Final = Bilingual("不得有别的属性", "no other properties")
_QUERY: Final = Bilingual("下面的查询不得有结果：{}", "this query finds nothing: {}")
_KINDS: Final[Mapping[str, Bilingual]] = {
    "IRI": Bilingual("是 IRI", "is an IRI"),
    "Literal": Bilingual("是文字值", "is a literal"),
    "BlankNode": Bilingual("是空白节点", "is a blank node"),
    "IRIOrLiteral": Bilingual("是 IRI 或文字值", "is an IRI or a literal"),
    "BlankNodeOrIRI": Bilingual("是 IRI 或空白节点", "is an IRI or a blank node"),
    "BlankNodeOrLiteral": Bilingual("是空白节点或文字值", "is a blank node or a literal"),
}
_COUNTS: Final = ("minCount", "maxCount")


def count_words(least: int, most: int | None) -> Bilingual:
    """Return how many values there are on one thing."""
    if most == 0:
        return Bilingual("不得有", "none")
    if least == most:
        return Bilingual(f"恰 {least} 个", f"exactly {least}")
    if most is None:
        return (
            Bilingual(f"至少 {least} 个", f"at least {least}")
            if least
            else Bilingual("不限", "any")
        )
    if least == 0:
        return Bilingual(f"至多 {most} 个", f"at most {most}")
    return Bilingual(f"{least} 至 {most} 个", f"{least} to {most}")


def constraint_words(
    constraints: Iterable[Constraint], link: Link, language: Language, *, counted: bool = True
) -> str:
    """Return what constraints ask for, as HTML; `counted` tells the number of values as well.

    Raises ConfigurationError for a constraint that there are no words for.
    """
    told = _Teller(link, language)
    return told.joined(told.constraints(tuple(constraints), counted=counted))


def shape_words(shape: Shape, link: Link, language: Language) -> str:
    """Return all that a shape asks for, as HTML, its property shapes included."""
    return _Teller(link, language).shape(shape)


class _Teller:
    def __init__(self, link: Link, language: Language) -> None:
        self._link = link
        self._language: Language = language

    def joined(self, parts: Iterable[str]) -> str:
        return ("，" if self._language == "zh" else ", ").join(parts)

    def shape(self, shape: Shape) -> str:
        parts = list(self.constraints(shape.constraints, counted=True))
        for part in shape.properties:
            colon = "：" if self._language == "zh" else ": "
            parts.append(f"{self.path(part)}{colon}{self.shape(part)}")
        inner = self.joined(parts)
        return inner or Bilingual("没有要求", "nothing").pick(self._language)

    def path(self, shape: Shape) -> str:
        if shape.property:
            return self._link(shape.property)
        return f"<code>{shown(shape.path or '')}</code>"

    def constraints(self, constraints: tuple[Constraint, ...], *, counted: bool) -> Iterator[str]:
        counts = {c.kind: int(c.values[0].text) for c in constraints if c.kind in _COUNTS}
        if counted and counts:
            words = count_words(counts.get("minCount", 0), counts.get("maxCount"))
            yield shown(words.pick(self._language))
        for constraint in constraints:
            if constraint.kind not in _COUNTS:
                yield self._constraint(constraint)

    def _constraint(self, constraint: Constraint) -> str:
        kind = constraint.kind
        scheme = scheme_of(constraint)
        if scheme is not None:
            return self._fill(_SCHEME, self._link(scheme))
        if kind == "nodeKind":
            return self._kind(constraint)
        if kind == "uniqueLang":
            return shown(_UNIQUE.pick(self._language))
        if kind == "closed":
            return shown(_CLOSED.pick(self._language))
        if kind == "sparql":
            query = " ".join(constraint.values[0].text.split())
            return self._fill(_QUERY, f"<code>{shown(query)}</code>")
        if kind in _SHAPE:
            return self._fill(_SHAPE[kind], self._inner(constraint))
        if kind in _VALUE:
            values = "、".join(map(self._value, constraint.values))
            if self._language == "en":
                values = " or ".join(map(self._value, constraint.values))
            return self._fill(_VALUE[kind], values)
        raise ConfigurationError(f"sh:{kind} 没有说法", f"there are no words for sh:{kind}")

    def _inner(self, constraint: Constraint) -> str:
        parts = constraint.shapes
        if constraint.kind != "or":
            return self._glued(constraint.kind, parts)
        # "not A, or B" is "if A then B"
        premises = [found for part in parts if (found := _negated(part)) is not None]
        rest = [part for part in parts if _negated(part) is None]
        if not premises or not rest:
            return self._glued("or", parts)
        given = self._fill(_IF, self._glued("and", premises))
        return given + self._glued("or", rest)

    def _glued(self, kind: str, shapes: Sequence[Shape]) -> str:
        parts = [self.shape(shape) for shape in shapes]
        if len(parts) == 1:
            return parts[0]
        zh = self._language == "zh"
        glue = _GLUE[kind].pick(self._language)
        marks = ("（", "）") if zh else ("(", ")")
        compound = ("，", "（", "；") if zh else (", ", "(", " and ", " or ")
        return glue.join(
            f"{marks[0]}{part}{marks[1]}" if any(mark in part for mark in compound) else part
            for part in parts
        )

    def _kind(self, constraint: Constraint) -> str:
        name = constraint.values[0].text.rpartition("#")[2]
        if name not in _KINDS:
            raise ConfigurationError(f"sh:{name} 没有说法", f"there are no words for sh:{name}")
        return shown(_KINDS[name].pick(self._language))

    def _value(self, value: Value) -> str:
        return self._link(value.iri) if value.iri else f"<code>{shown(value.text)}</code>"

    def _fill(self, words: Bilingual, html: str) -> str:
        # what is filled in is HTML and may hold braces
        before, _, after = words.pick(self._language).partition("{}")
        space = (
            " " if self._language == "zh" and html.startswith("<") and before[-1:].isalpha() else ""
        )
        return f"{shown(before)}{space}{html}{shown(after)}"


def _negated(shape: Shape) -> Shape | None:
    """Return what a shape negates, None for one that asks anything else."""
    if shape.properties or len(shape.constraints) != 1 or shape.constraints[0].kind != "not":
        return None
    return shape.constraints[0].shapes[0]
