"""What every format of a report is made from: the verdict, the files, and how to judge it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from pyoxigraph import Triple

from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.judging.reports.terms import shortened
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.verdict import PlacedResult, Verdict

FailOn: TypeAlias = Literal["violation", "warning", "info", "none"]
Kind: TypeAlias = Literal["violation", "warning", "info", "other"]
Mode: TypeAlias = Literal["context", "standalone"]

KINDS: Final[Mapping[Kind, Bilingual]] = MappingProxyType(
    {
        "violation": Bilingual("违规", "violation"),
        "warning": Bilingual("警告", "warning"),
        "info": Bilingual("提示", "info"),
        "other": Bilingual("其他", "other"),
    }
)
"""Kinds of results, the gravest first; `other` are severities of the shapes' own."""

UNMET_TARGET: Final = PREFIXES["kg"] + "UnmetTargetConstraintComponent"
"""The component of results about shapes that have nothing to check; SHACL is silent on them."""
UNKNOWN_SHACL: Final = PREFIXES["kg"] + "UnknownShaclTermConstraintComponent"
"""The component of results about terms of shapes that SHACL does not have."""
ABOUT_SHAPES: Final = frozenset({UNMET_TARGET, UNKNOWN_SHACL})
"""Components of results about the shapes, which are no part of a standard report of the data."""
_IRI: Final = re.compile(r'<[^<>"{}|^`\\\s]*>(?!")')
_FAILS: Final[Mapping[FailOn, frozenset[Kind]]] = MappingProxyType(
    {
        "violation": frozenset[Kind](("violation", "other")),
        "warning": frozenset[Kind](("violation", "other", "warning")),
        "info": frozenset[Kind](("violation", "other", "warning", "info")),
        "none": frozenset[Kind](),
    }
)
"""What counts against the data; a severity that SHACL does not define counts as the gravest."""


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """A file that was judged, with its text as read (decoded, without a byte order mark)."""

    name: str
    format: str
    sha256: str
    triples: int
    text: str
    prefixes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """All that is told of a verdict."""

    verdict: Verdict
    files: tuple[JudgedFile, ...]
    mode: Mode = "context"
    store: str | None = None
    """The graph that the files were judged with."""
    shapes: tuple[JudgedFile, ...] = ()
    """The files of shapes that were asked for; none stands for those of the house."""
    fail_on: FailOn = "violation"
    limit: int | None = None
    """How many results are listed at most; counts are of all."""
    shapes_graph: tuple[Triple, ...] = ()
    """The triples of other people's shapes, of which a standard report repeats nameless ones."""

    def texts(self) -> Mapping[str, str]:
        """Return the text of every file that a result may point at, by its name."""
        return {file.name: file.text for file in (*self.shapes, *self.files)}

    @cached_property
    def _names(self) -> Mapping[str, str]:
        prefixes: dict[str, str] = {}
        for file in (*self.files, *self.shapes):
            for name, space in file.prefixes.items():
                prefixes.setdefault(name, space)
        return shortened(prefixes)

    def short(self, term: str) -> str:
        """Return a term or path of N-Triples syntax with prefixed names where prefixes fit."""
        return _IRI.sub(lambda match: self._names[match[0]], term)

    @property
    def passes(self) -> bool:
        """Whether nothing new is as grave as `fail_on` (exit code 0)."""
        failing = _FAILS[self.fail_on]
        return not any(kind_of(item) in failing for item in self.new())

    def new(self) -> Iterator[PlacedResult]:
        """Yield the results that were not there before."""
        return (item for item in self.verdict.results if not item.standing)

    def standing(self) -> int:
        """Return how many results stood before, on nodes and paths that the files touch."""
        return sum(item.standing for item in self.verdict.results)

    def counts(self) -> Mapping[Kind, int]:
        """Return how many new results there are of each kind, zeros included."""
        found = dict.fromkeys(KINDS, 0)
        for item in self.new():
            found[kind_of(item)] += 1
        return found

    def listed(self) -> tuple[PlacedResult, ...]:
        """Return the results to list, in the order of the verdict; new ones are cut last."""
        results = self.verdict.results
        if self.limit is None or len(results) <= self.limit:
            return results
        kept = sorted(range(len(results)), key=lambda number: results[number].standing)
        return tuple(results[number] for number in sorted(kept[: self.limit]))

    def cut(self) -> Bilingual | None:
        """Return the words that say what is not listed; None where all is."""
        listed, every = len(self.listed()), len(self.verdict.results)
        if listed == every:
            return None
        return Bilingual(
            f"只列出 {every} 个结果中的 {listed} 个（--max-results；0 为全部）",
            f"{listed} of {every} results are listed (--max-results; 0 lists all)",
        )


def kind_of(item: PlacedResult) -> Kind:
    """Return the kind of a result by its severity."""
    match item.result.severity:
        case "Violation":
            return "violation"
        case "Warning":
            return "warning"
        case "Info":
            return "info"
        case _:
            return "other"
