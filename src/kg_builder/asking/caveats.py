"""What an answer does not include: narrower concepts, and what a report's copy does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import DefaultGraph

from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.query.excerpt import position
from kg_builder.graph.query.tokens import solid_tokens
from kg_builder.graph.vocabulary import SCHEMES, expand
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.notice import Notice


def narrower_concepts(graph: OpenGraph, text: str) -> Iterator[Notice]:
    """Yield which concepts of a query have narrower ones that it does not ask for."""
    if "skos:broader" in text:
        return
    for token in solid_tokens(text):
        prefix, _, local = token.text.partition(":")
        if token.kind != "name" or prefix not in SCHEMES or not local:
            continue
        concept = expand(token.text)
        quads = graph.store.quads_for_pattern(None, expand("skos:broader"), concept, DefaultGraph())
        count = sum(1 for _ in quads)
        if count:
            yield Notice(
                "narrower",
                Bilingual(
                    f"{token.text} 之下还有 {count} 个更窄的概念，没有算在内；"
                    "要都算上，在谓词后写 /skos:broader*",
                    f"{token.text} has {count} narrower concepts, which are not included; to"
                    " include them write /skos:broader* behind the predicate",
                ),
                position(text, token.start),
            )


def partial_copies(graph: OpenGraph) -> Iterator[Notice]:
    """Yield which reports were read from a text that ends early: counts are of what it has."""
    for report in graph.summary.get("reports", ()):
        name = str(report["graph"]).rpartition("/")[2].replace("_", " ")
        for warning in report.get("warnings", ()):
            if warning.get("code") == "declared-count":
                line = warning.get("line")
                yield Notice(
                    "partial-copy",
                    Bilingual(
                        f"《{name}》所读的文本不全（第 {line} 行：{warning['zh']}）；个数、"
                        "合计和“没有”都只就所读的部分而言",
                        f"the text of {name} that was read is not whole (line"
                        f" {line}: {warning['en']}); counts, sums and absences are"
                        " of what was read",
                    ),
                )
