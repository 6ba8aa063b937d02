"""What tests of contributions share: a small built graph, batches for it, what a store holds."""

from __future__ import annotations

import shutil
from pathlib import Path

from pyoxigraph import Quad, Store

import kg_builder
from kg_builder.graph.contributions import Provenance, Submitted
from kg_builder.judging.transaction import Options

ROOT = Path(__file__).parents[1]
WHO = Provenance("王敏", "2026-01-02T03:04:05Z", "https://example.cn/notice/7")
QUICK = Options(with_text=False)
PREFIXES = """\
@prefix kg: <https://w3id.org/kg-builder/ont#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix canteen: <https://example.org/kg/id/canteen/> .
"""
TEXT_FILES = ("asserted.ttl", "inferred.ttl", "evidence.ttl", "dataset.nq", "build.json")


def example() -> kg_builder.ReportInput:
    """Return the invented report."""
    path = sorted((ROOT / "examples").glob("*.txt"))[0]
    return kg_builder.ReportInput(path.name, path.read_bytes())


def build(out: Path, *, discard: bool = False, base: str | None = None) -> kg_builder.BuildResult:
    """Build the invented report."""
    more = {} if base is None else {"base": base}
    options = kg_builder.BuildOptions(out=out, discard_contributions=discard, **more)
    return kg_builder.build([example()], options)


def copied(source: Path, target: Path) -> Path:
    """Copy an output folder, whose links are relative."""
    shutil.copytree(source, target, symlinks=True)
    return target


def turtle(body: str, name: str = "new.ttl") -> list[Submitted]:
    """Return a file in Turtle, its prefixes declared."""
    return [Submitted(name, ".ttl", (PREFIXES + body).encode())]


def canteen(number: int) -> list[Submitted]:
    """Return a file that says what kind of thing something is, and what it is called."""
    return turtle(f'canteen:试{number} a kg:Canteen ; rdfs:label "试{number}号食堂"@zh .')


def quads(out: Path) -> set[Quad]:
    """Return what the store of the current generation holds."""
    return set(Store.read_only(str(out / "current" / "store")))
