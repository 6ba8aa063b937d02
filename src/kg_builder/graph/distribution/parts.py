"""The datasets of a distribution: the whole, what is in it by kind and by source, the cubes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from pyoxigraph import Literal, NamedNode

from kg_builder.graph.distribution.catalog import DatasetPart
from kg_builder.graph.distribution.contents import Contents, Facts, Source, Triples
from kg_builder.graph.distribution.cube import Cube
from kg_builder.graph.distribution.layout import PublishedFile
from kg_builder.graph.distribution.terms import Value
from kg_builder.graph.distribution.void import Part, count
from kg_builder.graph.ontology import ROOT
from kg_builder.model.bilingual import Bilingual

_WHOLE: Final = Bilingual("政府报告知识图谱", "Knowledge graph of government reports")
_ASSERTED: Final = Bilingual("断言的事实", "Asserted facts")
_INFERRED: Final = Bilingual("推出的事实", "Inferred facts")
_EVIDENCE: Final = Bilingual("事实的出处", "Evidence of the facts")
_ONTOLOGY: Final = Bilingual("本体", "Ontology")
_ABOUT_WHOLE: Final = Bilingual(
    "从政府报告读出的事实，据本体推出的事实，每条事实的出处，以及本体。",
    "Facts read from government reports, what follows from them by the ontology, where the reports"
    " say each, and the ontology.",
)
_ABOUT_ASSERTED: Final = Bilingual(
    "各报告所说，读成 RDF，没有推理。", "What the reports say, read into RDF, without inference."
)
_ABOUT_INFERRED: Final = Bilingual(
    "据本体（OWL 2 RL）从断言推出的事实，与断言不重复。",
    "What follows from the asserted facts by the ontology (OWL 2 RL), disjoint from them.",
)
_ABOUT_EVIDENCE: Final = Bilingual(
    "每条断言由报告哪一处说出：标题、表、行、列、起止与校验和，不含原文。",
    "For each asserted fact the passage that says it: headings, table, row, column, span and"
    " checksum, without the words.",
)


def dataset_node(base: str, key: str) -> NamedNode:
    """Return the IRI of a dataset: `whole`, `asserted`, … or the name of a source."""
    return NamedNode(f"{base}dataset" + ("" if key == "whole" else f"/{key}"))


def source_title(contents: Contents, source: Source) -> Bilingual:
    """Return what the dataset of one source is called: by its report, or by who brought it."""
    claim = contents.provenance.first(source.graph, "dcterms:source")
    if isinstance(claim, Literal):
        return _batch_title(contents.provenance, source.graph, claim.value)
    labels = contents.facts.labels(source.report) if source.report else []
    name = labels[0].value if labels else source.name
    return Bilingual(f"《{name}》所说的事实", f"What “{name}” says")


def _batch_title(provenance: Facts, graph: NamedNode, claim: str) -> Bilingual:
    number = provenance.first(graph, "dcterms:identifier")
    agents = provenance.nodes(graph, "prov:wasAttributedTo")
    names = [label.value for agent in agents for label in provenance.labels(agent)]
    batch, by = number.value if isinstance(number, Literal) else "", "、".join(names)
    return Bilingual(
        f"{by}贡献的事实（第 {batch} 批），依据：{claim}",
        f"What {by} contributed (batch {batch}), source: {claim}",
    )


def every_triple(contents: Contents) -> Triples:
    """Return the triples of all graphs, each once."""
    return tuple(
        dict.fromkeys(
            (*contents.ontology, *contents.asserted, *contents.inferred, *contents.evidence)
        )
    )


def void_parts(contents: Contents, files: Iterable[PublishedFile], download: str) -> list[Part]:
    """Return the datasets with their counts and the files that hold just them."""
    files = tuple(files)
    own, ontology = contents.licence, _ontology_licence(contents)
    whole, asserted = (dataset_node(contents.base, key) for key in ("whole", "asserted"))
    kinds: list[tuple[str, Bilingual, Triples, NamedNode | None, NamedNode | None]] = [
        ("whole", _WHOLE, every_triple(contents), None, own),
        ("asserted", _ASSERTED, contents.asserted, whole, own),
        ("inferred", _INFERRED, contents.inferred, whole, own),
        ("evidence", _EVIDENCE, contents.evidence, whole, own),
        ("ontology", _ONTOLOGY, contents.ontology, whole, ontology),
        *(
            (
                source.name,
                source_title(contents, source),
                source.triples,
                asserted,
                _licence_of(contents, source),
            )
            for source in contents.sources
        ),
    ]
    return [
        Part(
            dataset_node(contents.base, key),
            title,
            count(triples, f"{contents.base}id/"),
            tuple(download + file.path for file in files if _dumps(file, key)),
            parent,
            licence,
        )
        for key, title, triples, parent, licence in kinds
    ]


def catalog_parts(contents: Contents, cubes: Sequence[Cube]) -> list[DatasetPart]:
    """Return the datasets as the catalogue describes them."""
    base, own = contents.base, contents.licence
    sources = tuple(dataset_node(base, source.name) for source in contents.sources)
    whole, asserted, inferred, evidence, ontology = (
        dataset_node(base, key) for key in ("whole", "asserted", "inferred", "evidence", "ontology")
    )
    both = ("ZHO", "ENG")
    return [
        DatasetPart("whole", whole, (_WHOLE,), (_ABOUT_WHOLE,), own, None, sources, both),
        DatasetPart("asserted", asserted, (_ASSERTED,), (_ABOUT_ASSERTED,), own, None, sources),
        DatasetPart(
            "inferred",
            inferred,
            (_INFERRED,),
            (_ABOUT_INFERRED,),
            own,
            derived_from=(asserted, ontology),
        ),
        DatasetPart("evidence", evidence, (_EVIDENCE,), (_ABOUT_EVIDENCE,), own, None, sources),
        _ontology_part(contents),
        *(_source_part(contents, source) for source in contents.sources),
        *(
            DatasetPart(
                "cube", cube.node, (cube.label,), (cube.comment,), own, None, (asserted,), both
            )
            for cube in cubes
        ),
    ]


def _ontology_part(contents: Contents) -> DatasetPart:
    terms = contents.terms
    version = terms.first(ROOT, "owl:versionInfo")
    dates: tuple[tuple[str, Value], ...] = tuple(
        ("dcterms:modified", value) for value in terms.values(ROOT, "dcterms:modified")[:1]
    )
    return DatasetPart(
        "ontology",
        dataset_node(contents.base, "ontology"),
        tuple(terms.values(ROOT, "dcterms:title")) or (_ONTOLOGY,),
        tuple(terms.values(ROOT, "dcterms:description")) or (_ONTOLOGY,),
        _ontology_licence(contents),
        languages=("ZHO", "ENG"),
        version=version.value if isinstance(version, Literal) else None,
        extra=dates,
    )


def _source_part(contents: Contents, source: Source) -> DatasetPart:
    title = source_title(contents, source)
    words = Bilingual(f"{title.zh}，一条陈述一个节点，读成 RDF。", f"{title.en}, read into RDF.")
    return DatasetPart(
        source.name,
        dataset_node(contents.base, source.name),
        (title,),
        (words,),
        _licence_of(contents, source),
        source=source,
    )


def _ontology_licence(contents: Contents) -> NamedNode | None:
    return next(iter(contents.terms.nodes(ROOT, "dcterms:license")), None)


def _licence_of(contents: Contents, source: Source) -> NamedNode | None:
    found = {
        node for copy in source.copies for node in contents.records.nodes(copy, "dcterms:license")
    }
    return found.pop() if len(found) == 1 else None


def _dumps(file: PublishedFile, key: str) -> bool:
    """Whether a file holds just what the dataset `key` holds, as RDF."""
    return file.part == key and not file.path.endswith((".csv", ".json", ".html"))
