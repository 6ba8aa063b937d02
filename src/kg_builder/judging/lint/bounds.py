"""What a submission may not bring: rules of its own, blank nodes, named graphs, forged evidence."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from pyoxigraph import BlankNode, NamedNode, Triple

from kg_builder.graph.index import Term
from kg_builder.graph.inference.schema import (
    DOMAIN,
    RANGE,
    SAME_AS,
    SUBCLASS,
    SUBPROPERTY,
    is_owl,
)
from kg_builder.graph.iris import mint_graph
from kg_builder.graph.ontology import ROOT, Ontology
from kg_builder.graph.unknown_terms import OWN_NAMESPACES
from kg_builder.graph.vocabulary import HOUSE, PREFIXES, RDF_TYPE, SCHEMES, expand
from kg_builder.judging.lint.findings import NOT_A_NODE, Kind, about, at_large, instead
from kg_builder.judging.lint.task import Task
from kg_builder.judging.raw import Part, Raw
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Span

_IMPORTS: Final = expand("owl:imports")
_POSSIBLY_SAME: Final = expand("possiblySameAs")
_WITHDRAWAL: Final = expand("owl:deprecated")
_RULES: Final = frozenset({SUBCLASS, SUBPROPERTY, DOMAIN, RANGE, _IMPORTS})
_KINDS: Final = frozenset(
    map(expand, ("rdfs:Class", "rdf:Property", "rdfs:Datatype", "skos:ConceptScheme"))
)
_SHACL: Final = PREFIXES["sh"]
_OF_ONTOLOGY: Final = (*OWN_NAMESPACES, ROOT.value + "/", HOUSE + "shapes/")
_WHOLE: Final = frozenset({ROOT, *(NamedNode(HOUSE + name) for name in SCHEMES)})
_EVIDENCE_SEGMENTS: Final = ("fact", "passage", "source", "decision")


def is_schema(triple: Triple, ontology: Ontology) -> bool:
    """Return whether a triple would change what is checked, instead of being checked.

    That is an axiom of RDFS or OWL, a shape, or whatever is said about a term of the ontology.
    """
    if _makes_rules(triple.predicate):
        return True
    if triple.predicate == RDF_TYPE and isinstance(triple.object, NamedNode):
        return _is_kind(triple.object) or _is_of_ontology(triple.subject, ontology)  # type: ignore[arg-type]
    return _is_of_ontology(triple.subject, ontology)  # type: ignore[arg-type]


@lru_cache(maxsize=1024)
def _makes_rules(predicate: NamedNode) -> bool:
    if predicate in _RULES or predicate.value.startswith(_SHACL):
        return True
    return is_owl(predicate) and predicate != _WITHDRAWAL


@lru_cache(maxsize=1024)
def _is_kind(value: NamedNode) -> bool:
    return is_owl(value) or value in _KINDS or value.value.startswith(_SHACL)


def _is_of_ontology(term: Term, ontology: Ontology) -> bool:
    return isinstance(term, NamedNode) and (
        term.value.startswith(_OF_ONTOLOGY)
        or term in _WHOLE
        or term in ontology.classes
        or term in ontology.properties
    )


def schema_triples(task: Task) -> Iterator[Raw]:
    """Yield what is wrong with triples that are all `is_schema`: what they would do."""
    for triple in task.triples:
        if triple.predicate == _IMPORTS:
            yield about(Kind.IMPORT, triple, "object", _NOT_FETCHED)
        elif triple.predicate == SAME_AS:
            yield _same_as(task, triple)
        else:
            yield about(Kind.SCHEMA, triple, *_schema(task, triple))


_NOT_FETCHED: Final = Bilingual(
    "owl:imports 从不联网获取，也不起作用：请删去，把要检查的文件直接列在命令里",
    "owl:imports is never fetched and has no effect: remove it, and name the files to check on "
    "the command line",
)


def _same_as(task: Task, triple: Triple) -> Raw:
    words = Bilingual(
        "图里不用 owl:sameAs，它会把两个节点的一切合在一起：请写 kg:possiblySameAs，由审核者决定",
        "the graph has no owl:sameAs, which makes one of all that is said of two nodes: write "
        "kg:possiblySameAs, and a reviewer decides",
    )
    ours = isinstance(triple.object, NamedNode) and task.exists(triple.object)
    mend = (instead(triple, "predicate", _POSSIBLY_SAME, "kg:possiblySameAs"),) if ours else ()
    return about(Kind.SAME_AS, triple, "predicate", words, fixes=mend)


def _schema(task: Task, triple: Triple) -> tuple[Part, Bilingual]:
    """Return the part of a schema triple that makes it one, and the words for it."""
    zh, en = "提交的数据不能自带规则", "a submission brings no rules of its own"
    leave = Bilingual(
        "请删去；本体和形状要改在 --project 的文件夹里",
        "remove it; ontology and shapes are changed in the folder of --project",
    )
    if _is_of_ontology(triple.subject, task.vocabulary.ontology):  # type: ignore[arg-type]
        term = task.called(triple.subject)  # type: ignore[arg-type]
        zh = f"{zh}：这里说的是本体或形状的术语 {term.zh}"
        en = f"{en}: this speaks of {term.en}, a term of the ontology or the shapes"
        return "subject", Bilingual(f"{zh}；{leave.zh}", f"{en}; {leave.en}")
    part: Part = "object" if triple.predicate == RDF_TYPE else "predicate"
    term = task.called(triple.object if part == "object" else triple.predicate)  # type: ignore[arg-type]
    zh = f"{zh}：{term.zh} 会改变检查本身，而不是被检查"
    en = f"{en}: {term.en} would change the check instead of being checked"
    return part, Bilingual(f"{zh}；{leave.zh}", f"{en}; {leave.en}")


def blank_nodes(task: Task) -> Iterator[Raw]:
    """Yield each blank node once, with the first triple that has it."""
    seen: set[BlankNode] = set()
    for triple in task.triples:
        parts: tuple[tuple[Part, object], ...] = (
            ("subject", triple.subject),
            ("object", triple.object),
        )
        for part, node in parts:
            if isinstance(node, BlankNode) and node not in seen:
                seen.add(node)
                yield about(Kind.BLANK_NODE, triple, part, _needs_iri(task, node), focus=node)


def _needs_iri(task: Task, node: BlankNode) -> Bilingual:
    base = task.context.base
    segments = task.vocabulary.segment_of
    types = [triple.object for triple in task.types.get(node, ())]
    segment = next((segments[name] for name in types if name in segments), None)  # type: ignore[index]
    zh, en = segment or "类名", segment or "CLASS"
    return Bilingual(
        f"空白节点没有名字，以后谁也指不到它：请给它一个 IRI，例如 <{base}id/{zh}/名称>",
        "a blank node has no name, and nobody can speak of it later: give it an IRI, such as "
        f"<{base}id/{en}/NAME>",
    )


def named_graphs(task: Task) -> Iterator[Raw]:
    """Yield each named graph of the submission."""
    quad_zh = quad_en = ""
    if task.submission.format == "nquads":
        quad_zh = "；N-Quads 每行删去第四项（图名）即可"
        quad_en = "; in N-Quads leave out the fourth term of each line, the graph"
    for name, triples in task.submission.named.items():
        words = Bilingual(
            f"一次提交就是一个图，不收命名图 {name}：请把三元组写在默认图里，一个来源一个文件"
            f"{quad_zh}",
            f"a submission is one graph, and takes no named graph {name}: write its triples in the "
            f"default graph, a file for each source{quad_en}",
        )
        spans = task.submission.spans(triples[0], name) if triples else None
        span = spans.subject if spans else None
        yield at_large(Kind.NAMED_GRAPH, str(name), words, triples=tuple(triples[:1]), span=span)


def forged_evidence(task: Task) -> Iterator[Raw]:
    """Yield the triples that speak of what reports are vouched for by, or in its words."""
    spaces = evidence_spaces(task.context.base)
    for triple in task.triples:
        part = _forged_part(task, triple, spaces)
        if part is None:
            continue
        term = task.called(getattr(triple, part))
        words = Bilingual(
            f"{term.zh} 属于报告的证据，只由 kg build 写出：请删去；来源由 kg add 的 --source 说明",
            f"{term.en} is of the evidence of reports, which kg build alone writes: remove it; "
            "kg add takes your source with --source",
        )
        yield about(Kind.EVIDENCE, triple, part, words)


def evidence_spaces(base: str) -> tuple[str, ...]:
    """Return the namespaces of graphs and of the nodes of evidence."""
    return (mint_graph(base, "").value, *(f"{base}id/{name}/" for name in _EVIDENCE_SEGMENTS))


def _forged_part(task: Task, triple: Triple, spaces: tuple[str, ...]) -> Part | None:
    terms = task.vocabulary.evidence_terms
    subject, value = triple.subject, triple.object
    if isinstance(subject, NamedNode) and subject.value.startswith(spaces):
        return "subject"
    if triple.predicate in terms:
        return "predicate"
    if isinstance(value, NamedNode) and (value in terms or value.value.startswith(spaces)):
        return "object"
    return None


def empty(task: Task) -> Iterator[Raw]:
    """Yield a result for a submission without triples: what checks nothing never conforms."""
    if not task.triples and not task.submission.named:
        words = Bilingual(
            "里面没有三元组，没有可检查的：请看是不是给错了文件，或三元组都写在注释里",
            "there are no triples, and nothing to check: see whether it is the right file, or "
            "all of it stands in comments",
        )
        yield at_large(Kind.EMPTY, str(NOT_A_NODE), words, span=Span(0, 0))


def already_there(triples: int, new: int) -> Bilingual | None:
    """Return a note for so many triples of which so many are new to the graph; None if all are."""
    if new == triples:
        return None
    if new:
        return Bilingual(
            f"{triples:,} 个三元组里有 {triples - new:,} 个图里已有了",
            f"the graph has {triples - new:,} of the {triples:,} triples already",
        )
    return Bilingual(
        f"{triples:,} 个三元组图里都已有了", f"the graph has all {triples:,} triples already"
    )
