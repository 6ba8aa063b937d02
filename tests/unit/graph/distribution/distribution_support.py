"""What the tests of distributions share: the base, and a publisher who gives every option."""

from __future__ import annotations

from datetime import date

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg_builder.graph.contributions import History
from kg_builder.graph.dataset import KnowledgeGraph
from kg_builder.graph.distribution import DistributionOptions
from kg_builder.graph.generations import Output
from kg_builder.graph.ontology import ROOT
from kg_builder.graph.output import write_build
from kg_builder.graph.vocabulary import RDF_TYPE, RDFS_LABEL, expand
from kg_builder.model.validation import ValidationReport

BASE = "https://data.example.cn/kg/"
OPTIONS = DistributionOptions(
    download_base="https://files.example.cn/kg",
    homepage="https://www.example.cn/",
    publisher="某区发展和改革委员会",
    contact="data@example.cn",
    endpoint="https://data.example.cn/sparql",
    released=date(2026, 11, 23),
    version="2024.1",
)
PAGE = b"<!doctype html><title>kg</title>"
FILES = "https://files.example.cn/kg/"


def write_one_table(triples, folder):
    """Stand in for the tables of `graph.export`: one of the subjects, and its metadata."""
    subjects = sorted({str(triple.subject) for triple in triples})
    (folder / "主体.csv").write_text("iri\n" + "\n".join(subjects), "utf-8")
    (folder / "csv-metadata.json").write_text("{}", "utf-8")


HOSTILE = "\"><script>alert(1)</script>|`x`\n# =cmd|' /C calc'!A0 \u202e](javascript:x) %2F $1 []"
"""Words that would break out of HTML, Markdown, a table, a shell, a spreadsheet or a line."""


def hostile_store(folder, base=BASE, words=HOSTILE):
    """Build a small store whose names and graphs are as bad as IRIs and literals can be."""
    report = NamedNode(f"{base}id/report/../..{'x' * 80}")
    name = Literal(words, language="zh")
    area = NamedNode(f"{base}id/district/某区")
    figure = NamedNode(f"{base}id/observation/1")
    copy = NamedNode(f"{base}id/source/1")
    asserted = (
        Triple(report, RDF_TYPE, expand("Report")),
        Triple(report, RDFS_LABEL, name),
        Triple(report, expand("coversArea"), area),
        Triple(area, RDFS_LABEL, name),
        Triple(figure, RDF_TYPE, expand("Observation")),
        Triple(figure, expand("value"), Literal("12.50", datatype=expand("xsd:decimal"))),
        Triple(figure, expand("unit"), NamedNode("https://w3id.org/kg-builder/unit/percent")),
        Triple(figure, expand("comparedWith"), name),
    )
    evidence = (
        Triple(copy, RDF_TYPE, expand("SourceCopy")),
        Triple(copy, expand("dcterms:isFormatOf"), report),
        Triple(copy, expand("dcterms:title"), name),
        Triple(copy, expand("dcterms:rights"), name),
    )
    ontology = (
        Triple(ROOT, RDF_TYPE, expand("owl:Ontology")),
        Triple(ROOT, expand("owl:versionInfo"), Literal("0.1.0")),
        Triple(ROOT, expand("dcterms:title"), Literal("本体", language="zh")),
        Triple(BlankNode("b"), RDF_TYPE, expand("owl:AllDisjointClasses")),
    )
    inferred = (Triple(figure, RDF_TYPE, expand("qb:Observation")),)
    graph = NamedNode(report.value.replace("/id/", "/graph/"))
    made = KnowledgeGraph(base, {graph: asserted}, inferred, evidence, ontology)
    report = ValidationReport(conforms=True, results=())
    write_build(Output(folder), made, report, [], {}, {}, lambda _: None, History(base))
    return folder
