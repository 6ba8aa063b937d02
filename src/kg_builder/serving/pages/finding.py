"""The first page and the search."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode

from kg_builder.asking.terms import class_of
from kg_builder.graph.query.catalogue import StoredQuery
from kg_builder.graph.vocabulary import PREFIXES, expand
from kg_builder.serving.pages.charts import Chart, house_charts
from kg_builder.serving.pages.reports import report_shown
from kg_builder.serving.pages.telling import Shown, Teller
from kg_builder.text.search.pinyin import spoken
from kg_builder.text.search.records import Ambiguous, Answer, Candidate, Found, Unknown

_FOUND: Final = 40
_SUGGESTED: Final = 8
_QUESTIONS: Final = 8
_FIRST: Final = 12
"""Classes shown on the first page of a graph that is not of reports."""
_LIKE: Final = 3
"""Classes or things that an unsure word may mean."""
_ENDING: Final = 2
"""Characters of the word that a Chinese compound ends in, as most do."""
_SPLIT: Final = 24
"""Characters in which the border between a name and a class is looked for."""
_JOINTS: Final = frozenset(("in", "of", "at", "on", "near", "for", "by", "the"))
_EXAMPLES: Final = ("Street", "Industry")
_AREA: Final = "AdministrativeArea"
_ABOUT: Final = expand("about")
_ADDRESS: Final = expand("hasAddress")
_DEFINITION: Final = expand("skos:definition")
_SHOWN_CLASSES: Final = (
    *("Canteen", "School", "EducationGroup", "Policy", "Project", "Platform", "Industry", "Park"),
    *("Organization", "ReformMeasure", "Fund", "Street"),
)


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found."""

    shown: Shown
    kind: str
    matched: str
    qualifier: str
    around: tuple[tuple[str, str, int], ...] = ()
    """Classes of what has to do with it: words, address, count."""


@dataclass(frozen=True, slots=True)
class Located:
    """A thing, and where it is."""

    shown: Shown
    addresses: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """The things of a class that have to do with a thing."""

    kind: str
    to: Shown
    hits: tuple[Located, ...]
    more: bool
    """Whether these are but the first."""
    all: tuple[str, int]
    """The address of the whole class, and how many it has."""


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found."""

    hits: tuple[Hit, ...]
    near: bool
    """Whether they are only what comes closest."""
    questions: tuple[StoredQuery, ...]
    classes: tuple[tuple[str, str, int], ...] = ()
    """Classes that are called so: words, address, count."""
    related: tuple[Related, ...] = ()
    """Where a name and a class were typed."""
    more: bool = False
    """Whether the hits are but the first."""


@dataclass(frozen=True, slots=True)
class Front:
    """What the first page shows."""

    classes: tuple[tuple[str, str, int], ...]
    """Words, address, count."""
    streets: tuple[str, ...]
    chart: Chart | None
    reports: tuple[Shown, ...]
    questions: Mapping[str, tuple[StoredQuery, ...]]
    facts: int
    of_reports: bool
    """Whether it is of reports; any other RDF is only browsed, searched and asked."""
    examples: tuple[str, ...]
    """What may be typed, of things that the graph has."""


_FOR: Final[Mapping[str, tuple[str, ...]]] = {
    "residents": ("groups_of_school", "members_of_group", "things_at_place", "status_of_thing"),
    "analysts": (
        *("investment_by_category", "headline_figures", "policies_of_industry"),
        "projects_of_category",
    ),
    "journalists": (
        *("distinction_claims", "policies_in_force", "plan_against_actual"),
        "evidence_of_thing",
    ),
}


def front(teller: Teller) -> Front:
    """Return what the first page shows."""
    knowledge = teller.knowledge
    of_reports = bool(knowledge.kinds)
    ours = (NamedNode(PREFIXES["kg"] + name) for name in _SHOWN_CLASSES)
    first = (
        [class_ for class_ in ours if class_ in knowledge.counts]
        if of_reports
        else [item.term for item in knowledge.classes[:_FIRST]]
    )
    streets = [
        term.value
        for row in knowledge.stored("canteens_by_street")
        if isinstance(term := row.get("street_name"), Literal)
    ]
    charts = house_charts(teller)
    summary = knowledge.graph.summary.get("counts", {})
    reports = [
        report_shown(teller, node)
        for row in knowledge.stored("reports")
        if isinstance(node := row.get("report"), NamedNode)
    ]
    return Front(
        classes=tuple(_shown_class(teller, class_) for class_ in first),
        streets=tuple(_by_sound(set(streets))),
        chart=charts[0] if charts else None,
        reports=tuple(dict.fromkeys(reports)),
        questions={
            who: tuple(knowledge.questions[name] for name in names if name in knowledge.questions)
            for who, names in _FOR.items()
        },
        facts=int(summary.get("asserted", 0)),
        of_reports=of_reports,
        examples=tuple(_examples(teller)),
    )


def _examples(teller: Teller) -> Iterator[str]:
    """Yield the shortest names of some classes, and how the first of them is spelt in Latin."""
    for name in _EXAMPLES:
        rows = teller.knowledge.rows(
            f"SELECT ?l {{ ?s a {expand(name)} ; {expand('rdfs:label')} ?l }}"
            " ORDER BY STRLEN(?l) ?l LIMIT 1"
        )
        for row in rows:
            if isinstance(term := row["l"], Literal):
                short = term.value.removesuffix("街道")
                yield short
                if name == _EXAMPLES[0]:
                    yield spoken([short])[0].replace(" ", "")


def _by_sound(words: Collection[str]) -> list[str]:
    found = list(words)
    return [word for _, word in sorted(zip(spoken(found), found, strict=True))]


def find(teller: Teller, text: str) -> Search:
    """Return what is called as somebody typed; where nothing is, what comes closest.

    Words for a class are understood too: alone (助餐点), and beside a name (八里庄食堂, 具身智能
    政策), where the things of the class that have to do with it are found.
    """
    if not text:
        return Search((), near=False, questions=())
    names = teller.knowledge.names
    answer = names.lookup(text)
    found = {candidate.id: candidate for candidate in names.search(text, _FOUND)}
    first: tuple[str, ...] = ()
    more, near = len(found) == _FOUND, False
    related: tuple[Related, ...] = ()
    classes = _classes_called(teller, text)
    match answer:
        case Found() | Ambiguous():
            first = tuple(dict.fromkeys((*_ids(answer), *_ids(names.lookup(text, _AREA)))))
            if isinstance(answer, Ambiguous):
                found = {**{c.id: c for c in answer.candidates}, **found}
        case Unknown() if found:
            related = tuple(_related(teller, text)) if " " in text else ()
        case Unknown():
            related = tuple(_related(teller, text))
            classes = classes or ([] if related else _classes_ending(teller, text))
            near = not (related or classes)
            if not (classes or related or answer.near):
                classes = _classes_ending(teller, text, defined=True)
            found = {candidate.id: candidate for candidate in answer.near} if near else {}
            first = tuple(found)
    order = [*first, *(name for name in found if name not in first)]
    return Search(
        hits=tuple(
            _hit(teller, found.get(name), name, around=name in first[:_LIKE]) for name in order
        ),
        near=near,
        questions=tuple(_questions(teller, text)),
        classes=tuple(_shown_class(teller, class_) for class_ in classes),
        related=related,
        more=more,
    )


def _ids(answer: Answer) -> tuple[str, ...]:
    """Return what is meant, or may be."""
    match answer:
        case Found():
            return (answer.id,)
        case Ambiguous():
            return tuple(candidate.id for candidate in answer.candidates)
        case _:
            return ()


def _classes_called(teller: Teller, word: str) -> list[NamedNode]:
    """Return the classes of things that are called so; else those whose definition has the word."""
    wanted = word.strip().casefold()
    graph, kinds = teller.graph, teller.knowledge.kinds
    named = [
        class_
        for class_ in kinds
        if wanted
        in {(graph.label(class_, "zh") or "").casefold(), *_forms(graph.label(class_, "en"))}
    ]
    if named or len(wanted) < 2 or wanted.isascii():
        return named
    return [
        class_
        for class_ in kinds
        if wanted in (teller.knowledge.first(class_, (_DEFINITION,), "zh") or "")
    ][:_LIKE]


def _forms(word: str | None) -> Iterator[str]:
    """Yield an English word for a class, and its plural."""
    if word:
        word = word.casefold()
        yield word
        yield f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def _classes_ending(teller: Teller, text: str, *, defined: bool = False) -> list[NamedNode]:
    """Return the classes of things whose name ends a text: 助餐点 of 养老助餐点, or its last word.

    With `defined` also those whose definition has the end of the text: 食堂 of 老年人食堂.
    """
    named = ((teller.graph.label(class_, "zh"), class_) for class_ in teller.knowledge.kinds)
    found = [(len(label), class_) for label, class_ in named if label and text.endswith(label)]
    if found:
        longest = max(length for length, _ in found)
        return [class_ for length, class_ in found if length == longest]
    ends = [text.split()[-1], *((text[-_ENDING:],) if defined else ())]
    return next(filter(None, (_classes_called(teller, end) for end in ends)), [])


def _shown_class(teller: Teller, class_: NamedNode) -> tuple[str, str, int]:
    count = teller.knowledge.counts[class_]
    return teller.name(class_), teller.members_url(class_), count


def _related(teller: Teller, text: str) -> Iterator[Related]:
    """Yield the things of a class that have to do with a thing, where a text names both."""
    for word, rest in _splits(text):
        classes = _classes_called(teller, word)
        if not classes:
            continue
        names = teller.knowledge.names
        # a street is called as its road or a place is (学院路), and has all that these have
        meant = (*_ids(names.lookup(rest, _AREA))[:_LIKE], *_ids(names.lookup(rest))[:_LIKE])
        nodes = [NamedNode(iri) for iri in dict.fromkeys(meant)]
        met: set[Located] = set()
        for class_ in classes:
            for node in nodes:
                related = _members_near(teller, class_, node)
                if not met.issuperset(related.hits):  # a village has no more than its town
                    yield related
                    met.update(related.hits)
        if met:
            return


def _splits(text: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to read a text as a word for a class and a name, the likelier first."""
    words = [word for word in text.split() if word.casefold() not in _JOINTS]
    for place in range(len(words) - 1, 0, -1):
        before, behind = " ".join(words[:place]), " ".join(words[place:])
        yield behind, before
        yield before, behind
    if len(words) == 1 and len(text) <= _SPLIT:
        for place in range(1, len(text)):
            yield text[place:].removeprefix("的"), text[:place].removesuffix("的")


def _members_near(teller: Teller, class_: NamedNode, node: NamedNode) -> Related:
    rows = teller.knowledge.rows(
        f"SELECT DISTINCT ?s {{ {_near(node)} ?s a {class_} }} ORDER BY ?s LIMIT {_FOUND + 1}"
    )
    found = [member for row in rows if isinstance(member := row["s"], NamedNode)]
    return Related(
        teller.name(class_),
        teller.shown(node),
        tuple(_located(teller, member) for member in found[:_FOUND]),
        more=len(found) > _FOUND,
        all=_shown_class(teller, class_)[1:],
    )


def _near(node: NamedNode) -> str:
    """Return what has to do with a thing: by itself, or by what a report states about it."""
    return f"{{ ?s ?p {node} }} UNION {{ ?t ?q {node} ; {_ABOUT} ?s }} FILTER(?s != {node})"


def _located(teller: Teller, node: NamedNode) -> Located:
    quads = teller.graph.store.quads_for_pattern(node, _ADDRESS, None, DefaultGraph())
    return Located(teller.shown(node), tuple(teller.shown(quad.object) for quad in quads))  # type: ignore[arg-type]


def _around(teller: Teller, node: NamedNode) -> Iterator[tuple[str, str, int]]:
    """Yield the classes of the things that have to do with a thing: words, address, count."""
    rows = teller.knowledge.rows(
        f"SELECT ?c (COUNT(DISTINCT ?s) AS ?n) {{ {_near(node)} ?s a ?c }} GROUP BY ?c"
    )
    counts = {row["c"]: row["n"] for row in rows}
    for name in _SHOWN_CLASSES:
        class_ = NamedNode(PREFIXES["kg"] + name)
        count = counts.get(class_)
        if isinstance(count, Literal):
            words = teller.name(class_)
            typed = f"{teller.name(node)} {teller.graph.label(class_, 'zh') or words}"
            yield words, teller.reader.url("/search", q=typed), int(count.value)


def _questions(teller: Teller, text: str) -> Iterator[StoredQuery]:
    # a word in Latin letters is no middle of another: AI of claims
    opened = r"(?<![a-z0-9])" if text.isascii() else ""
    wanted = re.compile(opened + re.escape(text.casefold()))
    count = 0
    for question in teller.knowledge.questions.values():
        name = question.name.replace("_", " ")
        words = f"{question.title.zh}\n{question.title.en}\n{question.name}\n{name}".casefold()
        if wanted.search(words) and count < _QUESTIONS:
            count += 1
            yield question


def _hit(teller: Teller, candidate: Candidate | None, iri: str, *, around: bool = False) -> Hit:
    node = NamedNode(iri)
    shown = teller.shown(node)
    near = tuple(_around(teller, node)) if around else ()
    kind = _kind(teller, candidate, node)
    if candidate is None:
        return Hit(shown, kind, "", "", near)
    matched = candidate.matched if candidate.matched not in (shown.words, candidate.name) else ""
    return Hit(shown, kind, matched, candidate.qualifier, near)


def _kind(teller: Teller, candidate: Candidate | None, node: NamedNode) -> str:
    if candidate and candidate.classes:
        class_ = NamedNode(PREFIXES["kg"] + candidate.classes[0])
        return teller.graph.label(class_, teller.reader.language) or ""
    found = class_of(teller.graph, node)
    return teller.name(found) if found else ""


def suggestions(teller: Teller, text: str, class_name: str | None) -> list[dict[str, str]]:
    """Return what may become of what is typed so far, for the script of the search field."""
    if not text.strip():
        return []
    names = teller.knowledge.names
    found = names.search(text, _SUGGESTED, class_name)
    hits = [_hit(teller, candidate, candidate.id) for candidate in found]
    if not hits:  # what is only called so, as industries are in English, begins no name
        meant = _ids(names.lookup(text, class_name))[:_SUGGESTED]
        hits = [_hit(teller, None, iri) for iri in meant]
    return [
        {
            "name": hit.shown.words,
            "kind": hit.kind,
            "matched": hit.matched,
            "qualifier": hit.qualifier,
            "href": hit.shown.href or "",
            "term": hit.shown.title,
        }
        for hit in hits
    ]
