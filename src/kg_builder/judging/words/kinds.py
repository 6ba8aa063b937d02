"""Words for kinds of values: datatypes, kinds of nodes, terms that no ontology of ours labels."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.model.bilingual import Bilingual

_XSD: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "string": ("不带语言标签的文字", "text without a language tag", '"甲2号"'),
        "boolean": ("是或否（true、false）", "true or false", "true"),
        "integer": ("整数", "a whole number", "42"),
        "decimal": ("小数", "a decimal number", "3.14"),
        "double": ("浮点数", "a floating-point number", "3.1e4"),
        "float": ("单精度浮点数", "a single-precision number", '"3.1"^^xsd:float'),
        "nonNegativeInteger": (
            "不小于 0 的整数",
            "a whole number of 0 or more",
            '"42"^^xsd:nonNegativeInteger',
        ),
        "positiveInteger": (
            "大于 0 的整数",
            "a whole number above 0",
            '"42"^^xsd:positiveInteger',
        ),
        "date": ("日期", "a date", '"2024-05-01"^^xsd:date'),
        "dateTime": ("日期和时刻", "a date with a time", '"2024-05-01T09:30:00"^^xsd:dateTime'),
        "time": ("时刻", "a time of day", '"09:30:00"^^xsd:time'),
        "gYear": ("年份", "a year", '"2024"^^xsd:gYear'),
        "gYearMonth": ("年月", "a year and month", '"2024-05"^^xsd:gYearMonth'),
        "gMonth": ("月份", "a month", '"--05"^^xsd:gMonth'),
        "gMonthDay": ("月日", "a month and day", '"--05-01"^^xsd:gMonthDay'),
        "gDay": ("日", "a day of the month", '"---01"^^xsd:gDay'),
        "duration": ("时长", "a duration", '"P1Y2M"^^xsd:duration'),
        "anyURI": ("网址", "an address of the web", '"https://example.org/"^^xsd:anyURI'),
    }
)
DATATYPES: Final[Mapping[str, tuple[Bilingual, str]]] = MappingProxyType(
    {
        **{PREFIXES["xsd"] + k: (Bilingual(zh, en), eg) for k, (zh, en, eg) in _XSD.items()},
        PREFIXES["rdf"] + "langString": (
            Bilingual("带语言标签的文字", "text with a language tag"),
            '"海淀区"@zh',
        ),
    }
)
"""IRI of a datatype → what its values are, and one as Turtle writes it."""

NODE_KINDS: Final[Mapping[str, Bilingual]] = MappingProxyType(
    {
        "IRI": Bilingual("有 IRI 的事物", "a thing with an IRI"),
        "Literal": Bilingual("文字、数或日期", "text, a number or a date"),
        "BlankNode": Bilingual("没有 IRI 的节点", "a node without an IRI"),
        "IRIOrLiteral": Bilingual(
            "有 IRI 的事物，或文字、数、日期", "a thing with an IRI, or text, a number or a date"
        ),
        "BlankNodeOrIRI": Bilingual(
            "事物，而不是文字、数或日期", "a thing, not text, a number or a date"
        ),
        "BlankNodeOrLiteral": Bilingual(
            "没有 IRI 的节点，或文字、数、日期",
            "a node without an IRI, or text, a number or a date",
        ),
    }
)
"""Local name of a SHACL node kind → what it means."""

_TERMS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "rdf:type": ("类型", "type"),
        "rdf:subject": ("主语", "subject"),
        "rdf:predicate": ("谓语", "predicate"),
        "rdf:object": ("宾语", "object"),
        "rdfs:label": ("名称", "name"),
        "rdfs:comment": ("说明", "comment"),
        "rdfs:subClassOf": ("上位类", "superclass"),
        "skos:prefLabel": ("首选名称", "preferred name"),
        "skos:altLabel": ("别名", "other name"),
        "skos:inScheme": ("所属分类", "scheme"),
        "skos:broader": ("上位概念", "broader concept"),
        "skos:topConceptOf": ("顶层概念所属分类", "scheme of a top concept"),
        "skos:Concept": ("概念", "concept"),
        "skos:ConceptScheme": ("分类", "concept scheme"),
        "dcterms:title": ("标题", "title"),
        "dcterms:isFormatOf": ("是其另一格式", "format of"),
        "dcterms:license": ("许可", "licence"),
        "locn:fullAddress": ("完整地址", "full address"),
        "oa:hasSource": ("来源", "source"),
        "oa:hasSelector": ("选择符", "selector"),
        "oa:start": ("起点", "start"),
        "oa:end": ("终点", "end"),
        "prov:wasQuotedFrom": ("引自", "quoted from"),
        "owl:sameAs": ("等同于", "same as"),
    }
)
TERMS: Final[Mapping[str, Bilingual]] = MappingProxyType(
    {
        PREFIXES[name.partition(":")[0]] + name.partition(":")[2]: Bilingual(zh, en)
        for name, (zh, en) in _TERMS.items()
    }
)
"""IRI of a term of another vocabulary → what to call it where nothing at hand labels it."""

LANGUAGES: Final[Mapping[str, Bilingual]] = MappingProxyType(
    {"zh": Bilingual("中文", "Chinese"), "en": Bilingual("英文", "English")}
)
