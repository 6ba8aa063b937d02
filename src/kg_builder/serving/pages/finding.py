"""The first page and the search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal, NamedNode

from kg_builder.graph.query.catalogue import StoredQuery
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.serving.pages.charts import Chart, house_charts
from kg_builder.serving.pages.telling import Shown, Teller
from kg_builder.text.search.records import Ambiguous, Candidate, Found, Unknown

_FOUND: Final = 40
_SUGGESTED: Final = 8
_QUESTIONS: Final = 8
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


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found."""

    hits: tuple[Hit, ...]
    near: bool
    """Whether they are only what comes closest."""
    questions: tuple[StoredQuery, ...]


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
    knowledge, reader = teller.knowledge, teller.reader
    counts = knowledge.counts
    classes = tuple(
        (teller.name(NamedNode(PREFIXES["kg"] + name)), reader.url(f"/browse/{name}"), counts[name])
        for name in _SHOWN_CLASSES
        if name in counts
    )
    streets = [
        term.value
        for row in knowledge.stored("canteens_by_street")
        if isinstance(term := row.get("street_name"), Literal)
    ]
    charts = house_charts(teller)
    summary = knowledge.graph.summary.get("counts", {})
    reports = [
        teller.shown(node)
        for row in knowledge.stored("reports")
        if isinstance(node := row.get("report"), NamedNode)
    ]
    return Front(
        classes=classes,
        streets=tuple(dict.fromkeys(streets)),
        chart=charts[0] if charts else None,
        reports=tuple(dict.fromkeys(reports)),
        questions={
            who: tuple(knowledge.questions[name] for name in names if name in knowledge.questions)
            for who, names in _FOR.items()
        },
        facts=int(summary.get("asserted", 0)),
    )


def find(teller: Teller, text: str) -> Search:
    """Return what is called as somebody typed; where nothing is, what comes closest."""
    if not text:
        return Search((), near=False, questions=())
    names = teller.knowledge.names
    answer = names.lookup(text)
    found: dict[str, Candidate] = {}
    for candidate in names.search(text, _FOUND):
        found[candidate.id] = candidate
    first: tuple[str, ...] = ()
    near = False
    match answer:
        case Found():
            first = (answer.id,)
        case Ambiguous():
            first = tuple(candidate.id for candidate in answer.candidates)
            found = {**{c.id: c for c in answer.candidates}, **found}
        case Unknown() if not found:
            near = True
            found = {candidate.id: candidate for candidate in answer.near}
    order = [*first, *(name for name in found if name not in first)]
    hits = tuple(_hit(teller, found.get(name), name) for name in order)
    return Search(hits, near, tuple(_questions(teller, text)))


def _questions(teller: Teller, text: str) -> Iterator[StoredQuery]:
    wanted = text.casefold()
    count = 0
    for question in teller.knowledge.questions.values():
        words = f"{question.title.zh}\n{question.title.en}\n{question.name}".casefold()
        if wanted in words and count < _QUESTIONS:
            count += 1
            yield question


def _hit(teller: Teller, candidate: Candidate | None, iri: str) -> Hit:
    shown = teller.shown(NamedNode(iri))
    if candidate is None:
        return Hit(shown, "", "", "")
    matched = candidate.matched if candidate.matched not in (shown.words, candidate.name) else ""
    return Hit(shown, _kind(teller, candidate), matched, candidate.qualifier)


def _kind(teller: Teller, candidate: Candidate) -> str:
    if not candidate.classes:
        return ""
    node = NamedNode(PREFIXES["kg"] + candidate.classes[0])
    return teller.graph.label(node, teller.reader.language) or ""


def suggestions(teller: Teller, text: str, class_name: str | None) -> list[dict[str, str]]:
    """Return what may become of what is typed so far, for the script of the search field."""
    if not text.strip():
        return []
    names = teller.knowledge.names
    found = names.search(text, _SUGGESTED, class_name)
    hits = [_hit(teller, candidate, candidate.id) for candidate in found]
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
