"""What kg add writes from what is new is, byte for byte, what kg build writes of the whole."""

from benchmarks.canteens import canteens, frame, twenty
from pyoxigraph import RdfFormat, serialize

from kg_builder.graph.contributions import Provenance, Submitted
from kg_builder.judging.transaction import Options, Session, submit
from kg_builder.pipeline import BuildOptions, build

FILES = ("asserted.ttl", "inferred.ttl", "evidence.ttl", "dataset.nq", "build.json")
WHO = Provenance(by="王敏", when="2024-01-01T00:00:00Z", source="https://example.org/a")


def test_files_after_additions_are_those_of_a_rebuild(tmp_path):
    out = tmp_path / "build"
    build([], BuildOptions(out=out))
    doubtful = next(canteens()).triples()  # its telephone number draws a warning
    batches = [[*frame(), *twenty(1)], twenty(2), doubtful]
    with Session() as session:
        for triples in batches:
            data = serialize(triples, format=RdfFormat.TURTLE)
            file = Submitted("new.ttl", ".ttl", data)
            outcome = submit(out, [file], WHO, Options(session=session))
            assert outcome.status == "done", outcome.verdict
    added = {name: (out / name).read_bytes() for name in FILES}
    digests = (out / "current" / "checksums.json").read_bytes()
    build([], BuildOptions(out=out))
    assert {name for name in FILES if (out / name).read_bytes() != added[name]} == set()
    assert (out / "current" / "checksums.json").read_bytes() == digests
