"""Parsers of npm (N3.js, jsonld.js, rdfxml-streaming-parser) read what we write.

They are there after `npm ci --prefix tests/interop`; `.ci/run` does that.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, RdfFormat, Triple, parse

from kg_builder.graph.export.formats import Format
from kg_builder.graph.vocabulary import RDFS_LABEL, expand
from tests.unit.graph.export.export_support import BASE, HOSTILE_WORDS, NO_XML, canonical, written

INTEROP = Path(__file__).parent / "interop"
DATA = Path(__file__).parents[1] / "data"

pytestmark = pytest.mark.skipif(
    not shutil.which("node") or not (INTEROP / "node_modules").is_dir(),
    reason="needs node and `npm ci --prefix tests/interop`",
)


def hostile() -> list[Triple]:
    graph = []
    names = (
        "海淀区_八里庄",
        "（二期）",
        "a(b)",
        "《规划》，。",
        "a%20b",
        "a'b;c",
        "?q=1&r=2#x",
        "𠮷",
    )
    for number, word in enumerate(HOSTILE_WORDS):
        node = NamedNode(f"{BASE}id/project/{names[number % len(names)]}")
        graph.append(Triple(node, RDFS_LABEL, Literal(word, language="zh")))
        graph.append(Triple(node, expand("verbatim"), Literal(word)))
    decimals = ("6.0", "6.00", "007", "-0", "1e3")
    graph += [
        Triple(node, expand("value"), Literal(form, datatype=expand("xsd:decimal")))
        for form in decimals
    ]
    return graph


def published() -> list[Triple]:
    return [
        quad.triple
        for path in sorted(DATA.glob("*.ttl"))
        if not path.name.endswith(".evidence.ttl")
        for quad in parse(path=path, format=RdfFormat.TURTLE)
    ]


@pytest.mark.parametrize("form", [form for form in Format if form.suffix])
@pytest.mark.parametrize("make", [hostile, published])
def test_npm_reads_the_same(tmp_path, form, make):
    name = NamedNode(BASE + "graph/report/海淀区_2024") if form.keeps_graphs else DefaultGraph()
    graph = make()
    if form is Format.RDFXML:
        graph = [t for t in graph if not NO_XML.search(getattr(t.object, "value", ""))]
    path = tmp_path / f"out{form.suffix}"
    path.write_bytes(written({name: graph}, form))
    command = ["node", str(INTEROP / "read.mjs"), str(path)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    lines = json.loads(done.stdout)["lines"]
    found = parse(input="".join(lines).encode(), format=RdfFormat.N_QUADS, lenient=True)
    wanted = written({name: graph}, Format.NQUADS)
    assert canonical(found) == canonical(parse(input=wanted, format=RdfFormat.N_QUADS))
