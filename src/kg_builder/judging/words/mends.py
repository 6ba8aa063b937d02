"""Plain mends of what SHACL finds: each is tried against its shape before it is proposed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeVar

from pyoxigraph import Literal, NamedNode

from kg_builder.asking.terms import candidates
from kg_builder.errors import KgError
from kg_builder.graph.index import Term
from kg_builder.graph.iris import is_iri
from kg_builder.graph.shacl import constraints as core
from kg_builder.graph.shacl import logic, relations
from kg_builder.graph.shacl.constraints import Constraint
from kg_builder.graph.shacl.vocabulary import RDF_TYPE, short_name
from kg_builder.graph.vocabulary import expand
from kg_builder.judging.lint.mending import mend_literal
from kg_builder.judging.lint.near import local_part
from kg_builder.judging.raw import Mend, Replacement
from kg_builder.judging.words.asked import Asker
from kg_builder.judging.words.likeness import folded, likeness
from kg_builder.judging.words.names import LABELS, Namer
from kg_builder.judging.words.offence import Case, Offence
from kg_builder.model.bilingual import Bilingual

_T = TypeVar("_T", bound=Term)
_INVERSE: Final = expand("owl:inverseOf")
_ALIKE: Final = 0.75
"""How alike two words are at least, by Ratcliff and Obershelp, for one to be meant by the other."""
_HALF: Final = 0.5
"""So alike, where nothing else is: of words of two characters one is wrong."""
_CLEARLY: Final = 0.1
"""By so much the most alike is ahead of the next."""
_MOST: Final = 3
_YEAR: Final = re.compile("[0-9]{4}")
_WEB: Final = ("http://", "https://")


def mends_of(case: Case, at_fault: Offence, namers: tuple[Namer, Namer]) -> tuple[Mend, ...]:
    """Return the plain mends of a result, the plainest first; none where nothing is plain."""
    if case.constraint is None or not at_fault.triples:
        return ()
    return tuple(_Mender(case, at_fault, namers).mends())[:_MOST]


class _Mender:
    """Looks for mends of one result."""

    def __init__(self, case: Case, at_fault: Offence, namers: tuple[Namer, Namer]) -> None:
        self.case = case
        self.facts = case.material.facts
        self.triple = at_fault.triples[0]
        self.part = at_fault.part
        self.zh, self.en = namers
        self.asker = Asker(self.en, case.shapes, self.facts)

    def mends(self) -> Iterator[Mend]:
        constraint = self.case.constraint
        find = _FINDERS.get(type(constraint))
        if find is None:
            return
        seen: set[Mend] = set()
        for mend in find(self, constraint):
            if mend not in seen:
                seen.add(mend)
                yield mend

    # what is common

    @property
    def value(self) -> Term | None:
        """The value that is wrong, if it is the object of the offending triple."""
        value = self.case.value
        if value is None and isinstance(self.case.constraint, logic.Qualified):
            value = self.triple.object  # type: ignore[assignment]
        if self.case.result.path is None or value is None or self.part != "object":
            return None
        return value if self.triple.object == value else None

    def _instead(self, new: Term) -> Mend:
        return Mend(
            Bilingual(f"改成 {self.zh.member(new)}", f"write {self.en.member(new)}"),
            (Replacement(self.triple, "object", new),),
        )

    def _suits(self, new: Term) -> bool:
        """Whether a value meets all that the shape asks of each value."""
        shape = self.case.shape
        if shape is None:
            return False
        single = [c for c in shape.constraints if isinstance(c, _OF_ONE_VALUE)]
        inner = [c.shape for c in shape.constraints if isinstance(c, logic.Qualified)]
        return all(self.case.fitting.meets(c, new) for c in single) and all(
            self.case.fitting.fits(number, new) for number in (*shape.properties, *inner)
        )

    def _tried(self, news: Iterable[Term]) -> Iterator[Mend]:
        for new in dict.fromkeys(news):
            if new != self.value and self._suits(new):
                yield self._instead(new)

    # literals

    def _rewritten(self, constraint: core.Datatype) -> Iterator[Mend]:
        value = self.value
        if isinstance(value, Literal):
            new = mend_literal(value, constraint.datatype)
            if new is not None:
                yield from self._tried((new, *_tidied(new)))

    def _tagged(self, constraint: core.LanguageIn) -> Iterator[Mend]:
        value = self.value
        if not isinstance(value, Literal):
            return
        new = mend_literal(value, expand("rdf:langString"))
        found = [] if new is None or value.language else [new]
        if value.language and len(constraint.ranges) == 1 and value.language.isalpha():
            only = constraint.ranges[0]
            if only.startswith(value.language.lower()[:2]):
                found.append(Literal(value.value, language=only))
        yield from self._tried(found)

    def _tidy(self, _: Constraint) -> Iterator[Mend]:
        value, shape = self.value, self.case.shape
        if not isinstance(value, Literal) or shape is None:
            return
        wanted = [c.datatype for c in shape.constraints if isinstance(c, core.Datatype)]
        typed = [new for new in (mend_literal(value, found) for found in wanted) if new is not None]
        yield from self._tried((*typed, *_tidied(value)))

    # things

    def _of_class(self, constraint: core.Class) -> Iterator[Mend]:
        value = self.value
        if isinstance(value, Literal):
            yield from self._named(value.value, constraint.cls)
            if _YEAR.fullmatch(value.value):  # of a period that is called 2024年
                yield from self._named(f"{value.value}年", constraint.cls)
        elif isinstance(value, NamedNode):
            yield from self._other_scheme(value)
            yield from self._turned()
            label = self.zh.label(value)
            if not self.facts.types(value):
                yield from self._named(label or local_part(value.value), constraint.cls)

    def _named(self, text: str, cls: Term) -> Iterator[Mend]:
        """Propose the one thing of a class that has a name."""
        found = [node for node in self._called(text.strip(), cls) if self.facts.is_a(node, cls)]
        if len(found) == 1:
            yield from self._tried(found)

    def _called(self, text: str, cls: Term) -> Sequence[Term]:
        words = [Literal(text), *(Literal(text, language=tag) for tag in ("zh", "en"))]
        here = [n for p in LABELS for w in words for n in self.facts.subjects(p, w)]
        here = [node for node in dict.fromkeys(here) if self.facts.is_a(node, cls)]
        graph = self.case.material.graph
        if here or graph is None or not isinstance(cls, NamedNode) or not text:
            return here
        try:
            return candidates(graph, text, cls)
        except KgError:
            return ()

    def _other_scheme(self, value: NamedNode) -> Iterator[Mend]:
        """Propose an IRI with https for http, or the other way, if there is such a thing."""
        for one, other in (_WEB, _WEB[::-1]):
            if value.value.startswith(one):
                new = NamedNode(other + value.value.removeprefix(one))
                if self.facts.types(new):
                    yield from self._tried((new,))

    def _turned(self) -> Iterator[Mend]:
        """Propose the inverse property, where subject and object stand the wrong way round."""
        predicate = self.triple.predicate
        inverses = (
            *self.facts.objects(predicate, _INVERSE),
            *self.facts.subjects(_INVERSE, predicate),
        )
        subject: Term = self.triple.subject  # type: ignore[assignment]
        if self.case.focus != subject or not self._suits(subject):
            return
        for inverse in dict.fromkeys(inverses):
            if isinstance(inverse, NamedNode) and inverse != predicate:
                name = Bilingual(self.zh.prop(inverse), self.en.prop(inverse))
                title = Bilingual(f"方向反了，改用{name.zh}", f"the other way round: use {name.en}")
                yield Mend(title, (Replacement(self.triple, "predicate", inverse),))

    def _of_kind(self, constraint: core.NodeKind) -> Iterator[Mend]:
        value = self.value
        if not isinstance(value, Literal) or "IRI" not in constraint.kind:
            return
        text = value.value.strip()
        if text.startswith(_WEB) and is_iri(text):
            yield from self._tried((NamedNode(text),))
            return
        for cls in self._classes():
            yield from self._named(text, cls)

    def _classes(self) -> list[Term]:
        """Return the classes that the shape wants values to be of."""
        shape = self.case.shape
        found = shape.constraints if shape is not None else ()
        return [constraint.cls for constraint in found if isinstance(constraint, core.Class)]

    # lists

    def _listed(self, constraint: core.In) -> Iterator[Mend]:
        yield from self._nearest(sorted(constraint.members, key=str))

    def _concept(self, constraint: logic.Node) -> Iterator[Mend]:
        scheme = self.asker.scheme(constraint)
        if scheme is not None:
            yield from self._nearest(self.asker.concepts(scheme))

    def _nearest(self, members: Sequence[Term]) -> Iterator[Mend]:
        """Propose the member of a list that a value is called like, if one clearly is."""
        value = self.value
        if value is None:
            return
        wanted = folded(self.zh.words(value))
        new = _clearly((likeness(wanted, folded(self.zh.words(m))), m) for m in members)
        if new is not None:
            yield from self._tried((new,))

    def _allowed(self, constraint: relations.Closed) -> Iterator[Mend]:
        """Propose the allowed property that one is written like."""
        wrong = folded([short_name(self.triple.predicate.value)])
        new = _clearly(
            (likeness(wrong, folded([short_name(p.value)])), p)
            for p in constraint.allowed
            if p != RDF_TYPE
        )
        if new is None:
            return
        title = Bilingual(f"改用{self.zh.prop(new)}", f"use {self.en.prop(new)}")
        yield Mend(title, (Replacement(self.triple, "predicate", new),))


def _clearly(rated: Iterable[tuple[float, _T]]) -> _T | None:
    """Return what is rated best, if it is alike and clearly ahead of the next."""
    best = sorted(rated, key=lambda item: (-item[0], str(item[1])))[:2]
    if not best:
        return None
    rate, next_rate = best[0][0], best[1][0] if len(best) > 1 else 0.0
    near = rate >= _ALIKE and rate - next_rate >= _CLEARLY
    return best[0][1] if near or (rate >= _HALF and next_rate <= _HALF / 2) else None


def _tidied(value: Literal) -> Iterator[Literal]:
    """Yield a text without white space at its ends, with plain digits, on one line."""
    stripped = value.value.strip()
    on_line = " ".join(stripped.split()) if any(c in stripped for c in "\n\r\t") else stripped
    plain = "".join(_half(c) for c in on_line)
    for text in dict.fromkeys((stripped, on_line, plain)):
        if text and text != value.value:
            yield _with_text(value, text)


def _half(char: str) -> str:
    """Return a full-width digit, letter or sign of a number as ASCII has it."""
    folded = unicodedata.normalize("NFKC", char)
    return folded if folded.isascii() and (folded.isalnum() or folded in "+-.") else char


def _with_text(value: Literal, text: str) -> Literal:
    if value.language:
        return Literal(text, language=value.language)
    return Literal(text, datatype=value.datatype)


_OF_ONE_VALUE: Final = (
    *(core.Class, core.Datatype, core.NodeKind, core.Range, core.Length, core.Matches),
    *(core.LanguageIn, core.In, logic.Not, logic.And, logic.Or, logic.Xone, logic.Node),
)
_FINDERS: Final[Mapping[type, Callable[[_Mender, Any], Iterator[Mend]]]] = MappingProxyType(
    {
        core.Datatype: _Mender._rewritten,
        core.LanguageIn: _Mender._tagged,
        core.Matches: _Mender._tidy,
        core.Length: _Mender._tidy,
        core.Range: _Mender._tidy,
        core.Class: _Mender._of_class,
        core.NodeKind: _Mender._of_kind,
        core.In: _Mender._listed,
        logic.Node: _Mender._concept,
        logic.Not: _Mender._tidy,
        logic.Qualified: _Mender._tidy,
        relations.Closed: _Mender._allowed,
    }
)
