"""Stored queries as questions with forms, and the workbench."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode

from kg_builder.graph.query.catalogue import Parameter, StoredQuery
from kg_builder.graph.vocabulary import PREFIXES, SCHEMES, expand
from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.serving.pages.knowledge import Knowledge
from kg_builder.serving.pages.reader import Reader
from kg_builder.serving.paths import SUFFIX_OF
from kg_builder.text.search.records import Ambiguous, Unknown

FORMATS: Final[Mapping[str, str]] = {"CSV": "csv", "TSV": "tsv", "JSON": "json", "XML": "xml"}
"""What solutions are downloaded in."""
STORED_FORMATS: Final[Mapping[str, str]] = {**FORMATS, "Excel": "xlsx"}
"""What the answers of stored queries are downloaded in."""
GRAPH_FORMATS: Final[Mapping[str, str]] = {
    "Turtle": "turtle",
    "N-Triples": "ntriples",
    "JSON-LD": "jsonld",
    "RDF/XML": "rdfxml",
}
"""What triples are downloaded in."""
_LISTED: Final = 400
"""Members that a parameter offers to choose from."""
_LIKELY: Final = 6
"""Names proposed for one that nothing has."""
_CLASSES: Final = 40
"""Classes whose properties the completion knows one by one."""

TOPICS: Final[Mapping[str, Bilingual]] = {
    "canteen": Bilingual("助餐点", "Canteens"),
    "education": Bilingual("教育", "Education"),
    "place": Bilingual("地点", "Places"),
    "policy": Bilingual("政策", "Policies"),
    "industry": Bilingual("产业", "Industries"),
    "project": Bilingual("项目与投资", "Projects and investment"),
    "fund": Bilingual("基金", "Funds"),
    "indicator": Bilingual("指标与数字", "Indicators and figures"),
    "organization": Bilingual("组织", "Organizations"),
    "platform": Bilingual("平台", "Platforms"),
    "reform": Bilingual("改革", "Reform"),
    "claim": Bilingual("“首个”“唯一”", "“Firsts”"),
    "event": Bilingual("活动", "Events"),
    "award": Bilingual("认定与奖项", "Awards"),
    "status": Bilingual("进展", "Progress"),
    "collection": Bilingual("成批计数的事物", "Things counted together"),
    "park": Bilingual("园区", "Parks"),
    "report": Bilingual("报告", "Reports"),
    "evidence": Bilingual("出处", "Evidence"),
    "review": Bilingual("审核", "Review"),
    "overview": Bilingual("概览", "Overview"),
}
"""Tags of stored queries that tell their subject; the first that a query has is where it stands."""
_OTHER: Final = Bilingual("其他", "Other")


@dataclass(frozen=True, slots=True)
class Download:
    """A file of an answer: what its link says, where it leads, what the file is called."""

    words: str
    href: str
    name: str


@dataclass(frozen=True, slots=True)
class Option:
    """A value to choose."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as a field of a form."""

    name: str
    label: str
    kind: str
    """`select`, `text`, `number`."""
    value: str
    default: str
    hint: str
    options: tuple[Option, ...] = ()
    """What to choose from; of a text field what is proposed."""


@dataclass(frozen=True, slots=True)
class Group:
    """The questions of one subject."""

    name: str
    questions: tuple[StoredQuery, ...]


def groups_of(questions: Mapping[str, StoredQuery], language: Language) -> tuple[Group, ...]:
    """Return the questions by subject, in the order of `TOPICS`."""
    found: dict[str, list[StoredQuery]] = {}
    for question in questions.values():
        topic = next((name for name in TOPICS if name in question.tags), "")
        found.setdefault(topic, []).append(question)
    order = [*TOPICS, ""]
    return tuple(
        Group(TOPICS.get(name, _OTHER).pick(language), tuple(found[name]))
        for name in order
        if name in found
    )


def values_of(question: StoredQuery, reader: Reader) -> dict[str, tuple[str, ...]]:
    """Return what the address gives for the parameters of a question; nothing for an empty one."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in reader.query:
        if name in question.parameters and value.strip():
            found[name] = (*found.get(name, ()), value.strip())
    return found


def fields_of(
    knowledge: Knowledge, question: StoredQuery, values: Mapping[str, Sequence[str]], reader: Reader
) -> tuple[Field, ...]:
    """Return the parameters of a question as fields."""
    return tuple(
        _field(knowledge, parameter, ", ".join(values.get(name, ())), reader)
        for name, parameter in question.parameters.items()
    )


def _field(knowledge: Knowledge, parameter: Parameter, value: str, reader: Reader) -> Field:
    t = reader.t
    hint = t("、", ", ").join(parameter.examples[:3])
    options: tuple[Option, ...] = ()
    kind = "text"
    if parameter.type == "enumerated":
        kind, options = "select", tuple(_enumerated(knowledge, parameter, reader.language))
        value = _chosen(parameter, value, options)
    elif parameter.type == "entity":
        options = tuple(_members(knowledge, parameter.entity_class or ""))
    elif parameter.type in ("integer", "year"):
        kind = "number"
    return Field(
        name=parameter.name,
        label=parameter.label.pick(reader.language),
        kind=kind,
        value=value,
        default=parameter.default or "",
        hint=t(f"例如 {hint}", f"for example {hint}") if hint else "",
        options=options,
    )


def _enumerated(knowledge: Knowledge, parameter: Parameter, language: Language) -> Iterator[Option]:
    """Yield each value once, in the reader's language."""
    by_term: dict[str, str] = {}
    for word, term in parameter.values.items():
        by_term.setdefault(str(term), word)
    for word, term in parameter.values.items():
        if by_term[str(term)] == word:
            label = knowledge.graph.label(term, language) if isinstance(term, NamedNode) else None
            yield Option(word, label or word)


def _chosen(parameter: Parameter, value: str, options: Sequence[Option]) -> str:
    """Return the option that stands for what was given, which may be another word for it."""
    given = parameter.values.get(value)
    return next(
        (option.value for option in options if parameter.values.get(option.value) == given), value
    )


def _members(knowledge: Knowledge, class_name: str) -> Iterator[Option]:
    def look_up() -> list[str]:
        class_ = expand(class_name) if class_name else None
        rows = (
            knowledge.rows(
                f"SELECT DISTINCT ?l {{ ?s a {class_} ; {expand('rdfs:label')} ?l"
                f' FILTER(LANG(?l) = "zh") }} ORDER BY ?l LIMIT {_LISTED + 1}'
            )
            if class_
            else []
        )
        words = [term.value for row in rows if isinstance(term := row["l"], Literal)]
        return words if len(words) <= _LISTED else []

    for word in knowledge.once(("options", class_name), look_up):
        yield Option(word, word)


def likely_values(
    knowledge: Knowledge, question: StoredQuery, values: Mapping[str, Sequence[str]], reader: Reader
) -> tuple[tuple[str, str], ...]:
    """Return names that may have been meant, with the address that asks with each of them.

    For parameters of which one value was given that is the name of nothing, or of several.
    """
    found: list[tuple[str, str]] = []
    for name, given in values.items():
        parameter = question.parameters[name]
        if parameter.type != "entity" or len(given) != 1:
            continue
        answer = knowledge.names.lookup(given[0], parameter.entity_class)
        match answer:
            case Unknown():
                words = [(item.name, item.name) for item in answer.near]
            case Ambiguous():
                words = [
                    (" · ".join(filter(None, (item.name, item.qualifier))), f"<{item.id}>")
                    for item in answer.candidates
                ]
            case _:
                continue
        found += [(said, reader.here(**{name: value}) + "#result-h") for said, value in words]
    return tuple(dict.fromkeys(found))[:_LIKELY]


def downloads(
    path: str, pairs: Sequence[tuple[str, str]], formats: Mapping[str, str] = FORMATS
) -> tuple[Download, ...]:
    """Return how an answer is downloaded in each format."""
    stem = path.rpartition("/")[2]
    return tuple(
        Download(
            words,
            f"{path}?{urlencode([*pairs, ('format', name)])}",
            stem + SUFFIX_OF.get(name, f".{name}"),
        )
        for words, name in formats.items()
    )


# what the workbench completes


def terms_for_completion(knowledge: Knowledge, reader: Reader) -> str:
    """Return as JSON what the graph holds: prefixes, classes with counts, their properties."""
    return knowledge.once(
        ("completion", reader.language),
        lambda: json.dumps(
            _completion(knowledge, reader.language), ensure_ascii=False, separators=(",", ":")
        ),
    )


def _completion(knowledge: Knowledge, language: Language) -> dict[str, object]:
    graph = knowledge.graph
    names = graph.prefixed_names

    def term(node: NamedNode) -> tuple[str, str, str]:
        zh, en = graph.label(node, "zh") or "", graph.label(node, "en") or ""
        return names[str(node)], zh, en

    properties: dict[str, list[object]] = {}
    classes = []
    for item in knowledge.classes[:_CLASSES]:
        use = knowledge.use(item.term)
        mine = {}
        for found in use.properties:
            name, zh, en = term(found.term)
            mine[name] = found.count
            example = (
                graph.label(found.example, language)
                if isinstance(found.example, NamedNode)
                else getattr(found.example, "value", "")
            )
            known = properties.setdefault(name, [zh, en, 0, str(example or "")[:60]])
            known[2] = max(int(str(known[2])), found.count)
        classes.append([*term(item.term), item.count, mine])
    concepts = [[*term(node), 0] for node in _concepts(knowledge)]
    return {
        "prefixes": dict(graph.prefixes),
        "classes": classes,
        "properties": [[name, *rest] for name, rest in properties.items()],
        "concepts": concepts,
    }


def _concepts(knowledge: Knowledge) -> Iterator[NamedNode]:
    spaces = tuple(PREFIXES[name] for name in SCHEMES)
    for row in knowledge.rows(f"SELECT ?c {{ ?c a {expand('skos:Concept')} }} ORDER BY ?c"):
        node = row["c"]
        if isinstance(node, NamedNode) and node.value.startswith(spaces):
            yield node
