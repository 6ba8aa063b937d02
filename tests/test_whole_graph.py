"""A whole graph of 200,000 triples: every planted violation is found, and nothing else."""

import tracemalloc
from collections import Counter
from itertools import islice

from benchmarks.canteens import FAULTS, canteens, doubtful, files, frame, planted, stream

from kg_builder.graph.index import TripleIndex
from kg_builder.graph.shacl import compile_shapes, validate

SIZE = 200_000


def check(triples):
    index = TripleIndex(files("ontology/*.ttl", "ontology/taxonomies/*.ttl"))
    for triple in triples:
        index.add(triple)
    return validate(index, compile_shapes(files("shapes/*.ttl")))


def test_of_200000_triples_exactly_the_17_planted_violations_are_reported():
    data = planted(SIZE, 17)
    report = check(data)
    assert len(data) >= SIZE
    assert len(report.violations()) == 17
    assert Counter(result.severity for result in report.results) == {
        "Violation": 17,
        "Warning": doubtful(SIZE),
    }


def test_each_fault_that_is_planted_is_one_violation():
    (canteen,) = islice(canteens(), 1, 2)
    sound = canteen.triples()
    assert not check([*frame(), *sound]).results
    for fault in FAULTS:
        report = check([*frame(), *fault(sound)])
        assert [result.severity for result in report.results] == ["Violation"]


def test_the_index_is_compact():
    tracemalloc.start()
    try:
        index = TripleIndex(stream(50_000))
        taken, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # 109 by this measure, which sees what Python allocates; a dict for every subject and object
    # that stands alone took over 300
    assert taken < 130 * len(index)
