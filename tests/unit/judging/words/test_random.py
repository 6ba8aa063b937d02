"""Random shapes on random files: every result gets words and a place where it has one."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, settings
from pyoxigraph import RdfFormat, Triple, serialize

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.shacl import compile_shapes
from kg_builder.graph.submission.reading import read_placed
from kg_builder.graph.validation import validate
from kg_builder.judging.fixes import apply_fixes
from kg_builder.judging.words import Material, place_results

sys.path.append(str(Path(__file__).parents[2] / "graph"))  # its tests import one another so
from test_shacl_random import COMPONENTS, data_triples, shapes_graphs

PREFIXES = {"ex": "http://example.org/", "sh": "http://www.w3.org/ns/shacl#"}


@settings(
    max_examples=150,
    phases=[p for p in Phase if p != Phase.shrink],  # shapes graphs shrink for minutes
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data_triples, shapes_graphs(COMPONENTS))
def test_words_never_fail(data: list[Triple], shapes: list[Triple]) -> None:
    text = (serialize(data, format=RdfFormat.TURTLE, prefixes=PREFIXES) or b"").decode()
    rules = compile_shapes(shapes)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "data.ttl"
        path.write_text(text, "utf-8")
        submission = read_placed(path)
        report = validate(TripleIndex(submission.triples), rules)
        results = place_results(report.results, Material((submission,), rules))
        assert {item.result for item in results} == set(report.results)
        ends = {str(end) for t in submission.triples for end in (t.subject, t.object)}
        for item in results:
            assert item.place is not None or item.result.focus_node not in ends
            for words in (item.explanation, item.message):
                assert words.zh.strip()
                assert words.en.strip()
            for told in (item.explanation.zh, item.explanation.en):
                assert "_:" not in told
                assert "None" not in told
            for fix in item.fixes:
                path.write_text(apply_fixes(submission.text, [fix]), "utf-8")
                read_placed(path)
