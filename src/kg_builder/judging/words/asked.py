"""What constraints ask for, as phrases: 是街道（kg:Street）, be a subdistrict (kg:Street).

A phrase follows 须 and "must"; within other phrases it is conjugated and negated. Shapes within
shapes are followed some levels deep, and of many parts some are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from typing import Literal as Choice

from pyoxigraph import NamedNode

from kg_builder.graph.index import Term
from kg_builder.graph.shacl import Shape, Shapes, logic, queries, relations
from kg_builder.graph.shacl import constraints as core
from kg_builder.graph.shacl.constraints import Constraint
from kg_builder.graph.vocabulary import expand
from kg_builder.judging.words.facts import Facts
from kg_builder.judging.words.kinds import NODE_KINDS
from kg_builder.judging.words.likeness import folded, likeness
from kg_builder.judging.words.names import Namer, counted
from kg_builder.judging.words.patterns import pattern_words

Form: TypeAlias = Choice["base", "plural", "third"]
"""Of an English verb: (must) be, (they) are, (it) is."""

_DEEP: Final = 4
_MANY: Final = 6
_ALLOWED: Final = 12
"""So many allowed values are listed."""
_IN_SCHEME: Final = expand("skos:inScheme")
_RANGE: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "minExclusive": ("大于 ", "greater than "),
        "minInclusive": ("不小于 ", "at least "),
        "maxExclusive": ("小于 ", "less than "),
        "maxInclusive": ("不大于 ", "at most "),
    }
)
_PLAIN: Final = frozenset("是 合乎 带 以 含 满足 取自".split())
"""Chinese verbs that 不 negates."""
_IRREGULAR: Final = {"have": "has", "match": "matches", "satisfy": "satisfies"}


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A verb with what it governs, in the language that is spoken."""

    verb: str
    rest: str

    def written(self, namer: Namer, form: Form, *, negated: bool) -> str:
        if namer.language == "zh":
            return f"{_negated_zh(self.verb) if negated else self.verb}{self.rest}"
        return f"{_conjugated(self.verb, form, negated=negated)} {self.rest}"


def _negated_zh(verb: str) -> str:
    if verb.startswith("有"):
        return f"没{verb}"
    return f"不{verb}" if verb in _PLAIN else f"并非{verb}"


def _conjugated(verb: str, form: Form, *, negated: bool) -> str:
    if verb == "be":
        found = {"base": "be", "plural": "are", "third": "is"}[form]
        if not negated:
            return found
        return "not be" if form == "base" else f"{found} not"
    if negated:
        return {"base": "not", "plural": "do not", "third": "does not"}[form] + f" {verb}"
    return _IRREGULAR.get(verb, f"{verb}s") if form == "third" else verb


class Asker:
    """Puts constraints into phrases, in the language of a namer.

    Of long lists of allowed values those most like `near` are told.
    """

    def __init__(
        self, namer: Namer, shapes: Shapes, facts: Facts, near: Term | None = None
    ) -> None:
        self._near = near
        self._namer = namer
        self._shapes = shapes
        self._facts = facts
        self._words: Mapping[type[Constraint], Callable[[Any, Shape], _Phrase]] = {
            core.Class: self._class,
            core.Datatype: self._datatype,
            core.NodeKind: self._node_kind,
            core.Range: self._range,
            core.Length: self._length,
            core.LanguageIn: self._language_in,
            core.In: self._in,
            relations.MinCount: self._min_count,
            relations.MaxCount: self._max_count,
            relations.UniqueLang: self._unique_lang,
            relations.HasValue: self._has_value,
            relations.Equals: self._equals,
            relations.Disjoint: self._disjoint,
            relations.LessThan: self._less_than,
            relations.Closed: self._closed,
            queries.Select: self._query,
            queries.Ask: self._query,
        }

    # shapes

    def value(self, constraint: Constraint, shape: Shape) -> str:
        """Return what a constraint asks of one value node: 是街道（kg:Street）."""
        return self._constraint(constraint, shape, "base", negated=False, depth=0)

    def number(self, number: int, form: Form = "base", *, depth: int = 0) -> str:
        """Return what the shape of a number asks of a node."""
        return self._shape(self._shapes.shapes[number], form, negated=False, depth=depth)

    def _shape(self, shape: Shape, form: Form, *, negated: bool, depth: int) -> str:
        if depth > _DEEP:
            return "…"
        parts = self._parts(shape, form, negated=negated, depth=depth)
        for inner in self._properties(shape)[:_MANY]:
            if shape.path is not None:
                inner_words = self._shape(inner, "third", negated=False, depth=depth + 1)
                parts.append(self._only(shape, inner_words, form, negated=negated))
            else:
                parts.append(self._shape(inner, form, negated=negated, depth=depth + 1))
        if not parts:
            return self._namer.say("没有要求", "satisfy no condition")
        return self._and(parts) if not negated else self._or(parts)

    def _properties(self, shape: Shape) -> list[Shape]:
        """Return the property shapes of a shape, by path: their own names may be of one run."""
        found = (self._shapes.shapes[number] for number in shape.properties)
        return sorted(found, key=lambda other: other.path.text if other.path is not None else "")

    def _parts(self, shape: Shape, form: Form, *, negated: bool, depth: int) -> list[str]:
        """Return what the constraints of a shape ask of its focus node.

        What they ask of each value of its path is put together.
        """
        told = shape.constraints[:_MANY]
        of_each = [c for c in told if shape.path is not None and not isinstance(c, _ON_FOCUS)]
        parts = [
            self._constraint(constraint, shape, form, negated=negated, depth=depth)
            for constraint in told
            if constraint not in of_each
        ]
        if of_each:
            inner = [
                self._constraint(c, shape, "plural", negated=False, depth=depth) for c in of_each
            ]
            parts.append(self._only(shape, self._and(inner), form, negated=negated))
        return parts

    def _only(self, shape: Shape, inner: str, form: Form, *, negated: bool) -> str:
        """Return that all values of a shape's path are so."""
        prop = self.prop(shape)
        if self._namer.language == "zh":
            return f"其{prop}{'并非都' if negated else ''}{inner}"
        phrase = _Phrase("have", f"only values of {prop} that {inner}")
        return phrase.written(self._namer, form, negated=negated)

    def prop(self, shape: Shape) -> str:
        """Return what the path of a shape is called."""
        if shape.path is None:
            return self._namer.say("“自身”", "“itself”")
        return self._namer.path(shape.path.text, self.name(shape))

    def name(self, shape: Shape) -> str | None:
        """Return what a shape calls its property; None where it names what it asks of it instead.

        A shape that says what kind of thing the values are is one about the property itself.
        """
        simple = shape.path is not None and shape.path.predicate is not None
        if simple and not any(isinstance(c, _OF_KIND) for c in shape.constraints):
            return None
        return self._namer.shape_name(shape.node)

    def _and(self, parts: Sequence[str]) -> str:
        return self._namer.say("，且", " and ").join(dict.fromkeys(parts))

    def _or(self, parts: Sequence[str]) -> str:
        return self._namer.say("，或", " or ").join(dict.fromkeys(parts))

    # constraints on shapes

    def _constraint(
        self, constraint: Constraint, shape: Shape, form: Form, *, negated: bool, depth: int
    ) -> str:
        if isinstance(constraint, logic.Qualified):
            phrase = self._qualified(constraint, shape, depth)
        elif isinstance(constraint, core.Matches):
            return self._matches(constraint, form, negated=negated)
        elif isinstance(constraint, logic.Not):
            inner = self._shapes.shapes[constraint.shapes[0]]
            return self._shape(inner, form, negated=not negated, depth=depth + 1)
        elif isinstance(constraint, logic.Node):
            return self._node(constraint, form, negated=negated, depth=depth)
        elif isinstance(constraint, logic.And | logic.Or | logic.Xone):
            return self._combined(constraint, form, negated=negated, depth=depth)
        else:
            words = self._words.get(type(constraint), self._query)
            phrase = words(constraint, shape)
        return phrase.written(self._namer, form, negated=negated)

    def _qualified(self, constraint: logic.Qualified, shape: Shape, depth: int) -> _Phrase:
        inner = self.number(constraint.shape, "third", depth=depth + 1)
        prop, limit = self.prop(shape), constraint.limit
        least = constraint.name == "qualifiedMinCount"
        if self._namer.language == "zh":
            several = f"{'至少' if least else '至多'} {limit} 个"
            return _Phrase("有", several + self._namer.with_de(inner, prop))
        bound = "at least" if least else "at most"
        return _Phrase("have", f"{bound} {counted(limit, 'value')} of {prop} that {inner}")

    def _node(self, constraint: logic.Node, form: Form, *, negated: bool, depth: int) -> str:
        scheme = self.scheme(constraint)
        if scheme is not None:
            return self._scheme(scheme).written(self._namer, form, negated=negated)
        inner = self._shapes.shapes[constraint.shapes[0]]
        return self._shape(inner, form, negated=negated, depth=depth + 1)

    def scheme(self, constraint: logic.Node) -> Term | None:
        """Return the scheme whose concepts alone are allowed, if that is what is asked."""
        outer = self._shapes.shapes[constraint.shapes[0]]
        if outer.constraints or len(outer.properties) != 1:
            return None
        inner = self._shapes.shapes[outer.properties[0]]
        if inner.path is None or inner.path.predicate != _IN_SCHEME or inner.properties:
            return None
        values = [c.value for c in inner.constraints if isinstance(c, relations.HasValue)]
        return values[0] if len(values) == len(inner.constraints) == 1 else None

    def concepts(self, scheme: Term) -> list[Term]:
        """Return the concepts of a scheme."""
        return sorted(self._facts.subjects(_IN_SCHEME, scheme), key=str)

    def _scheme(self, scheme: Term) -> _Phrase:
        members = self._namer.either(self.allowed(self.concepts(scheme)), _ALLOWED)
        name = self._namer.term(scheme)
        if self._namer.language == "zh":
            return _Phrase("取自", f"分类“{name}”" + (f"：{members}" if members else ""))
        return _Phrase("be", f"a concept of “{name}”" + (f": {members}" if members else ""))

    def _combined(
        self,
        constraint: logic.And | logic.Or | logic.Xone,
        form: Form,
        *,
        negated: bool,
        depth: int,
    ) -> str:
        inner = [self._shapes.shapes[number] for number in constraint.shapes]
        if isinstance(constraint, logic.Xone):
            return self._xone(inner, form, negated=negated, depth=depth)
        classes = [_only_class(shape) for shape in inner]
        if isinstance(constraint, logic.Or) and all(classes):
            names = self._namer.either((self._namer.a(c) for c in classes if c), _ALLOWED)
            phrase = _Phrase(self._namer.say("是", "be"), names)
            return phrase.written(self._namer, form, negated=negated)
        if isinstance(constraint, logic.Or) and not negated:
            implied = self._implication(inner, form, depth)
            if implied is not None:
                return implied
        parts = [
            self._shape(shape, form, negated=negated, depth=depth + 1) for shape in inner[:_MANY]
        ]
        any_ = isinstance(constraint, logic.Or) is not negated
        return self._or(parts) if any_ else self._and(parts)

    def _implication(self, shapes: Sequence[Shape], form: Form, depth: int) -> str | None:
        """Return "not A, or B" as "B if A"; None where it is not of that kind."""
        premises = [shape for shape in shapes if _negates(shape)]
        rest = [shape for shape in shapes if not _negates(shape)]
        if not premises or not rest:
            return None
        given = self._and(
            [self._shape(s, "third", negated=True, depth=depth + 1) for s in premises]
        )
        asked = self._or([self._shape(s, form, negated=False, depth=depth + 1) for s in rest])
        return self._namer.say(f"{asked}，因为它{given}", f"{asked}, since it {given}")

    def implies(self, constraint: Constraint) -> bool:
        """Whether what a constraint asks for depends on what a node is like."""
        inner = [self._shapes.shapes[number] for number in constraint.references()]
        negated = [_negates(shape) for shape in inner]
        return isinstance(constraint, logic.Or) and any(negated) and not all(negated)

    def _xone(self, shapes: Sequence[Shape], form: Form, *, negated: bool, depth: int) -> str:
        parts = [
            self._shape(shape, "base", negated=False, depth=depth + 1) for shape in shapes[:_MANY]
        ]
        listed = self._namer.say("；", "; ").join(
            f"({place}) {part}" for place, part in enumerate(parts, 1)
        )
        phrase = (
            _Phrase("满足", f"以下各项中恰好一项：{listed}")
            if self._namer.language == "zh"
            else _Phrase("satisfy", f"exactly one of these: {listed}")
        )
        return phrase.written(self._namer, form, negated=negated)

    # constraints on values

    def _is(self, what: str) -> _Phrase:
        return _Phrase(self._namer.say("是", "be"), what)

    def _has(self, zh: str, en: str) -> _Phrase:
        return _Phrase(self._namer.say("有", "have"), self._namer.say(zh, en))

    def _class(self, constraint: core.Class, shape: Shape) -> _Phrase:  # noqa: ARG002
        return self._is(self._namer.a(constraint.cls))

    def _datatype(self, constraint: core.Datatype, shape: Shape) -> _Phrase:  # noqa: ARG002
        return self._is(self._namer.datatype(constraint.datatype))

    def _node_kind(self, constraint: core.NodeKind, shape: Shape) -> _Phrase:  # noqa: ARG002
        return self._is(NODE_KINDS[constraint.kind].pick(self._namer.language))

    def _range(self, constraint: core.Range, shape: Shape) -> _Phrase:  # noqa: ARG002
        zh, en = _RANGE[constraint.name]
        limit = self._namer.literal(constraint.limit)
        if self._namer.language == "zh":
            return _Phrase(zh, limit)
        return _Phrase("be", f"{en}{limit}")

    def _length(self, constraint: core.Length, shape: Shape) -> _Phrase:  # noqa: ARG002
        zh, en = ("至少", "at least") if constraint.name == "minLength" else ("至多", "at most")
        limit = constraint.limit
        return self._has(f"{zh} {limit} 个字符", f"{en} {counted(limit, 'character')}")

    def _matches(self, constraint: core.Matches, form: Form, *, negated: bool) -> str:
        source = constraint.pattern.source
        ways = pattern_words(source)
        if not ways:
            zh, en = ("合乎", f"模式“{source}”"), ("match", f"the pattern “{source}”")
            return _Phrase(*self._namer.say2(zh, en)).written(self._namer, form, negated=negated)
        if negated and (form == "base" or self._namer.language == "zh"):
            listed = [" ".join(way.en) for way in ways]
            verb, rest = self._namer.say2(ways[0].zh, ways[0].en)
            more = "、".join([rest, *("".join(way.zh) for way in ways[1:-1])])
            if len(ways) > 1 and self._namer.language == "zh":
                rest = f"{more}或{''.join(ways[-1].zh)}"
            if self._namer.language == "en":
                return f"not {self._namer.either(listed)}"
            return _Phrase(verb, rest).written(self._namer, form, negated=True)
        parts = [
            _Phrase(*self._namer.say2(way.zh, way.en)).written(self._namer, form, negated=negated)
            for way in ways
        ]
        return self._and(parts) if negated else self._or(parts)

    def _language_in(self, constraint: core.LanguageIn, shape: Shape) -> _Phrase:  # noqa: ARG002
        tags = self._namer.either(f"@{tag}" for tag in constraint.ranges)
        return _Phrase(
            self._namer.say("带", "have"),
            self._namer.say(f"语言标签 {tags}", f"the language tag {tags}"),
        )

    def _in(self, constraint: core.In, shape: Shape) -> _Phrase:  # noqa: ARG002
        listed = self._namer.either(self.allowed(constraint.members), _ALLOWED)
        return self._is(self._namer.say(f"{listed}之一", f"one of {listed}"))

    def allowed(self, members: Iterable[Term]) -> list[str]:
        """Return allowed values as they are listed, of many the most likely first."""
        found = sorted(members, key=str)
        if len(found) > _ALLOWED and self._near is not None:
            wanted = folded(self._namer.words(self._near))
            found.sort(key=lambda m: -likeness(wanted, folded(self._namer.words(m))))
        names = [self._namer.member(member) for member in found]
        return sorted(names, key=lambda name: name.startswith("<"))

    # constraints on all values of a path

    def _min_count(self, constraint: relations.MinCount, shape: Shape) -> _Phrase:
        prop, limit = self.prop(shape), constraint.limit
        if limit == 1:
            return self._has(prop, prop)
        return self._has(f"至少 {limit} 个{prop}", f"at least {counted(limit, 'value')} of {prop}")

    def _max_count(self, constraint: relations.MaxCount, shape: Shape) -> _Phrase:
        prop, limit = self.prop(shape), constraint.limit
        if limit == 0:
            return _Phrase(self._namer.say("没有", "have"), self._namer.say(prop, f"no {prop}"))
        return self._has(f"至多 {limit} 个{prop}", f"at most {counted(limit, 'value')} of {prop}")

    def _unique_lang(self, constraint: relations.UniqueLang, shape: Shape) -> _Phrase:  # noqa: ARG002
        prop = self.prop(shape)
        return self._has(f"每种语言至多一个{prop}", f"at most one {prop} in each language")

    def _has_value(self, constraint: relations.HasValue, shape: Shape) -> _Phrase:
        value = self._namer.member(constraint.value)
        if shape.path is None:
            return self._is(value)
        prop = self.prop(shape)
        if self._namer.language == "zh":
            return _Phrase("以", f"{value}为其{prop}")
        return _Phrase("have", f"{value} as its {prop}")

    def _equals(self, constraint: relations.Equals, shape: Shape) -> _Phrase:
        prop, other = self.prop(shape), self._namer.prop(constraint.predicate)
        return self._has(f"与{other}相同的{prop}", f"the same values of {prop} and {other}")

    def _disjoint(self, constraint: relations.Disjoint, shape: Shape) -> _Phrase:
        prop, other = self.prop(shape), self._namer.prop(constraint.predicate)
        return self._has(
            f"与{other}不重复的{prop}", f"no value of {prop} that is one of {other} too"
        )

    def _less_than(self, constraint: relations.LessThan, shape: Shape) -> _Phrase:
        prop, other = self.prop(shape), self._namer.prop(constraint.predicate)
        if constraint.name == "lessThan":
            return self._has(f"小于{other}的{prop}", f"{prop} less than {other}")
        return self._has(f"不大于{other}的{prop}", f"{prop} of at most {other}")

    def _closed(self, constraint: relations.Closed, shape: Shape) -> _Phrase:  # noqa: ARG002
        names = self._namer.all(self.properties(constraint), _ALLOWED)
        return self._has(f"的属性只限{names}", f"no properties but {names}")

    def properties(self, constraint: relations.Closed) -> list[str]:
        """Return the properties that a closed shape allows."""
        return [self._namer.prop(p) for p in sorted(constraint.allowed, key=str)]

    def _query(self, constraint: Constraint, shape: Shape) -> _Phrase:
        return _Phrase(self._namer.say("满足", "satisfy"), self.rule(constraint, shape))

    def rule(self, constraint: Constraint, shape: Shape) -> str:
        """Return what a query is called by its shape or its constraint component."""
        name = self._namer.shape_name(shape.node)
        if isinstance(constraint, queries.Ask) or name is None:
            component = constraint.component_iri()
            name = self._namer.shape_name(component) or self._namer.label(component) or name
        if name is None:
            return self._namer.say("这一条要求", "this rule")
        return self._namer.say(f"“{name}”这一条", f"the rule “{name}”")


_OF_KIND: Final = (core.Class, core.Datatype, core.NodeKind, core.In)
_ON_FOCUS: Final = (
    *(relations.MinCount, relations.MaxCount, relations.UniqueLang, relations.HasValue),
    *(relations.Equals, relations.Disjoint, relations.LessThan, logic.Qualified, queries.Select),
)
"""Constraints on all value nodes of a focus node together."""


def _only_class(shape: Shape) -> NamedNode | None:
    """Return the class that is all a shape asks for."""
    if shape.path is not None or shape.properties or len(shape.constraints) != 1:
        return None
    (constraint,) = shape.constraints
    if isinstance(constraint, core.Class) and isinstance(constraint.cls, NamedNode):
        return constraint.cls
    return None


def _negates(shape: Shape) -> bool:
    """Whether a shape only says what must not be."""
    if shape.path is not None or shape.properties or len(shape.constraints) != 1:
        return False
    return isinstance(shape.constraints[0], logic.Not)
