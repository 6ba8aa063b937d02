"""Hostile graphs, and how the tests read and compare them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping

import rdflib
from hypothesis import strategies as st
from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from kg_builder.graph.export.formats import Format
from kg_builder.graph.export.writing import write_dataset
from kg_builder.graph.iris import is_iri
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, RDFS_LABEL, expand

BASE = "https://example.org/kg/"
OXIGRAPH = {
    Format.TURTLE: RdfFormat.TURTLE,
    Format.NTRIPLES: RdfFormat.N_TRIPLES,
    Format.TRIG: RdfFormat.TRIG,
    Format.NQUADS: RdfFormat.N_QUADS,
    Format.JSONLD: RdfFormat.JSON_LD,
    Format.RDFXML: RdfFormat.RDF_XML,
}
RDFLIB = {
    Format.TURTLE: "turtle",
    Format.NTRIPLES: "nt",
    Format.TRIG: "trig",
    Format.NQUADS: "nquads",
    Format.JSONLD: "json-ld",
    Format.RDFXML: "xml",
}
HOSTILE_WORDS = (
    *(
        '"',
        "\\",
        "\\u0041",
        "\\U0001F600",
        "'''",
        '"""',
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\u2028",
        "\x85",
    ),
    *(
        "]]>",
        "<!--",
        "</script>",
        "&amp;",
        "<script>alert(1)</script>",
        "{{x}}",
        "${x}",
        "%E6",
        "%",
    ),
    *(
        "😀",
        "𠮷",
        "e\u0301",
        "\u202e关",
        "\u2066",
        "\ufeff",
        "（二期）",
        "《规划》",
        "，",
        "。",
        "、",
    ),
    *("=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "#x", "a;b|c¦d\te", " ", "", "  x  ", "_:b0"),
)
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

words = st.lists(
    st.one_of(
        st.sampled_from(HOSTILE_WORDS),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    ),
    max_size=4,
).map("".join)
_spaces = st.sampled_from(
    [*PREFIXES.values(), f"{BASE}id/canteen/", f"{BASE}id/unit/", "urn:x:", "unit:", "kg:", "xsd:"]
)
_locals = st.one_of(
    st.text("aZ09_-.海淀区〇㐀/#:%()（）《》，。'&;", max_size=8),
    st.sampled_from(["", "a.", "-a", "a%20b", "//x", "a/../b", "?q=1&r=2", "\U00020000", "l'été"]),
)
iris = st.builds(str.__add__, _spaces, _locals).filter(is_iri).map(NamedNode)
predicates = st.one_of(
    iris, st.sampled_from([RDF_TYPE, RDFS_LABEL, expand("value"), expand("within")])
)
literals = st.one_of(
    words.map(Literal),
    st.builds(lambda text, tag: Literal(text, language=tag), words, st.sampled_from(["zh", "en"])),
    st.builds(
        lambda text, name: Literal(text, datatype=expand(f"xsd:{name}")),
        st.one_of(st.sampled_from(["6.0", "6.00", "007", "-0", "1e3", "true", "2024"]), words),
        st.sampled_from(["decimal", "integer", "boolean", "gYear", "double", "anyURI"]),
    ),
    st.builds(lambda text, kind: Literal(text, datatype=kind), words, iris),
)
triples = st.lists(st.builds(Triple, iris, predicates, st.one_of(iris, literals)), max_size=10)
datasets = st.dictionaries(st.one_of(st.just(DefaultGraph()), iris), triples, max_size=3)


def written(graphs: Mapping[NamedNode | DefaultGraph, Iterable[Triple]], form: Format) -> bytes:
    """Return what is written for a dataset."""
    stream = io.BytesIO()
    write_dataset(graphs, form, stream, base=BASE)
    return stream.getvalue()


def canonical(quads: Iterable[Quad]) -> frozenset[str]:
    """Return the quads of a dataset in the canonical form of RDFC-1.0."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(map(str, dataset))


def quads_of(graphs: Mapping[NamedNode | DefaultGraph, Iterable[Triple]]) -> list[Quad]:
    return [Quad(*triple, name) for name, found in graphs.items() for triple in found]


def read(data: bytes, form: Format) -> list[Quad]:
    return list(parse(input=data, format=OXIGRAPH[form]))


def rdflib_quads(data: bytes, form: Format) -> frozenset[str]:
    """Return what rdflib reads, in canonical form."""
    dataset = rdflib.Dataset()
    dataset.parse(data=data, format=RDFLIB[form])
    return frozenset(
        canonical(
            parse(
                input=dataset.serialize(format="nquads", encoding="utf-8"),
                format=RdfFormat.N_QUADS,
                lenient=True,
            )
        )
    )


def ntriples(quads: Iterable[Quad]) -> bytes:
    found = serialize(quads, format=RdfFormat.N_QUADS)
    assert found is not None
    return found
