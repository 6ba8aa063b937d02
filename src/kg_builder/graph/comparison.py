"""What two graphs do not share, as lines of N-Triples.

Both graphs are written by the engine as N-Triples (W3C, RDF 1.1), a line for each triple; sets of
lines are compared, which needs no look at single terms and is quick at any size. Blank nodes, which
only other people's RDF and ontologies have, are first named by what they are (see `_named_nodes`):
graphs are the same exactly if they are isomorphic.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    NamedNode,
    Quad,
    RdfFormat,
    Store,
    Triple,
    parse,
    serialize,
)

from kg_builder.errors import InputError
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import expand
from kg_builder.workers import run_in_child

Layer: TypeAlias = Literal["asserted", "inferred", "evidence", "ontology"]
Selection: TypeAlias = Literal[Layer, "all"]

_OWN: Final[tuple[Layer, ...]] = ("inferred", "evidence", "ontology")
_NAMING_SECONDS: Final = 120.0
_NAMING_MEMORY: Final = 4 << 30

EVIDENCE_CLASSES: Final = frozenset(
    map(
        expand,
        (
            *("SourceFact", "Passage", "Decision"),
            *("oa:TextPositionSelector", "oa:TextQuoteSelector"),
        ),
    )
)
"""What the nodes are that say who says so."""

_SUBJECT: Final = str(expand("rdf:subject")).encode()
_QUOTED: Final = str(expand("prov:wasQuotedFrom")).encode()
_PLACE: Final = frozenset(str(expand(name)).encode() for name in ("line", "column", "path"))


@dataclass(frozen=True, slots=True)
class Difference:
    """The triples that only OLD has and those that only NEW has, in sorted lines of N-Triples.

    Lines end without a line feed. OLD's lines less `removed` and with `added` are NEW's lines.
    """

    removed: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether both graphs hold the same triples."""
        return not self.removed and not self.added


@dataclass(frozen=True, slots=True)
class EvidenceDifference:
    """What changed in who says so, in numbers."""

    moved: int
    """Facts in both graphs that are quoted from another place (line, column, heading path)."""
    gained: int
    """Facts with evidence that only NEW has."""
    lost: int
    """Facts with evidence that only OLD has."""
    triples: int
    """Triples of evidence that only one of them has."""


def compare(old: OpenGraph, new: OpenGraph, selection: Selection = "asserted") -> Difference:
    """Return what the selected graphs of OLD and NEW do not share.

    Of RDF that has no graphs by such names everything is `asserted`. Raises InputError where the
    graph that is asked for is none of its graphs; what a child process raises that runs out of
    time or memory over blank nodes.
    """
    return difference(lines(old, selection), lines(new, selection))


def difference(before: set[bytes], after: set[bytes]) -> Difference:
    """Return what two sets of lines do not share."""
    return Difference(_sorted(before - after), _sorted(after - before))


def lines(graph: OpenGraph, selection: Selection) -> set[bytes]:
    """Return the triples of the selected graphs as lines of N-Triples, blank nodes named."""
    found: set[bytes] = set()
    for name in _selected(graph, selection):
        found.update(_dump(graph.store, name))
    return named(found)


def layers(graph: OpenGraph) -> Mapping[NamedNode, Layer] | None:
    """Return what each named graph is for; None for RDF that has no graphs by such names.

    A dataset that `kg build` wrote is known by its graph of the ontology, `BASE graph/ontology`.
    """
    names = [name for name in graph.store.named_graphs() if isinstance(name, NamedNode)]
    base = graph.base or _base_of(names)
    if base is None:
        return None
    own: dict[str, Layer] = {f"{base}graph/{layer}": layer for layer in _OWN}
    return {name: own.get(name.value, "asserted") for name in names}


def subject_of(line: str) -> str:
    """Return the subject of a line."""
    return line.partition(" ")[0]


def compare_evidence(old: OpenGraph, new: OpenGraph) -> EvidenceDifference | None:
    """Return how the evidence differs, in numbers; None where one of them has no such graph."""
    sides = []
    for graph in (old, new):
        known = layers(graph)
        if known is None:
            return None
        names = [name for name, layer in known.items() if layer == "evidence"]
        sides.append({line for name in names for line in _dump(graph.store, name)})
    before, after = sides
    removed, added = before - after, after - before
    lost, gained = _facts(removed), _facts(added)
    moved = _quoting(removed | added) | _quoting_moved(new.store, added)
    return EvidenceDifference(
        moved=len(moved - lost - gained),
        gained=len(gained),
        lost=len(lost),
        triples=len(removed) + len(added),
    )


def _sorted(found: set[bytes]) -> tuple[str, ...]:
    return tuple(line.decode() for line in sorted(found))


def _dump(store: Store, name: NamedNode | BlankNode | DefaultGraph) -> list[bytes]:
    data = store.dump(format=RdfFormat.N_TRIPLES, from_graph=name)
    assert data is not None  # noqa: S101  (without an output it returns the bytes)
    return data.split(b"\n")[:-1]


def _base_of(names: Iterable[NamedNode]) -> str | None:
    ending = "graph/ontology"
    found = sorted(name.value for name in names if name.value.endswith(f"/{ending}"))
    return found[0].removesuffix(ending) if found else None


def _selected(
    graph: OpenGraph, selection: Selection
) -> Iterator[NamedNode | BlankNode | DefaultGraph]:
    known = layers(graph)
    if known is None:
        if selection not in ("asserted", "all"):
            raise InputError(
                f"这里没有单独的 {selection} 图；请用 --graph asserted 或 all",
                f"has no graph {selection} of its own; take --graph asserted or all",
                file=str(graph.path),
            )
        yield DefaultGraph()
        yield from graph.store.named_graphs()
        return
    # The default graph of a built one holds nothing that its named graphs do not.
    for name, layer in known.items():
        if selection in (layer, "all"):
            yield name


def _facts(found: Iterable[bytes]) -> set[bytes]:
    """Return the facts that come or go with these lines of evidence."""
    parts = (line.split(b" ", 2) for line in found)
    return {subject for subject, predicate, _ in parts if predicate == _SUBJECT}


def _quoting(found: Iterable[bytes]) -> set[bytes]:
    """Return the facts whose quotations change with these lines."""
    parts = (line.split(b" ", 2) for line in found)
    return {subject for subject, predicate, _ in parts if predicate == _QUOTED}


def _quoting_moved(store: Store, added: Iterable[bytes]) -> set[bytes]:
    """Return the facts quoted from passages that are the same but stand elsewhere now."""
    parts = (line.split(b" ", 2) for line in added)
    passages = {subject for subject, predicate, _ in parts if predicate in _PLACE}
    quoted = expand("prov:wasQuotedFrom")
    return {
        str(quad.subject).encode()
        for passage in passages
        for quad in store.quads_for_pattern(None, quoted, NamedNode(passage[1:-1].decode()), None)
    }


def named(found: set[bytes]) -> set[bytes]:
    """Return the lines with labels of blank nodes that say what the nodes are."""
    blank = {line for line in found if b"_:" in line and _blank_nodes(line)}
    if not blank:
        return found
    # A graph made to be hard to name never ends (W3C test074): the child does.
    renamed = run_in_child(
        name_blank_nodes, sorted(blank), timeout=_NAMING_SECONDS, memory=_NAMING_MEMORY
    )
    return (found - blank) | set(renamed)


def _blank_nodes(line: bytes) -> list[bytes]:
    """Return the labels of a line's blank nodes; words of a literal are none."""
    subject, _, object_ = line[:-2].split(b" ", 2)
    return [
        term
        for part in (subject, object_)
        for term in (part.split() if part.startswith(b"<<(") else (part,))
        if term.startswith(b"_:")
    ]


def name_blank_nodes(found: Iterable[bytes]) -> list[bytes]:
    """Return lines with blank nodes named by what they are; meant for a child process.

    Triples that share blank nodes belong together. Each such part is brought into the canonical
    form of RDFC-1.0 (W3C) and its nodes are named by the hash of that form, by their number in it,
    and by which of several equal parts it is. So what changes in one part leaves the names of the
    others alone, which canonical labels of the whole graph would not.
    """
    copies: Counter[str] = Counter()
    result: list[bytes] = []
    for part in _parts(found):
        dataset = Dataset(
            Quad(*quad.triple) for quad in parse(b"\n".join(part), RdfFormat.N_TRIPLES)
        )
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        form = sorted(str(quad.triple) for quad in dataset)
        digest = hashlib.sha256("\n".join(form).encode()).hexdigest()[:32]
        copies[digest] += 1
        prefix = f"b{digest}n{copies[digest]}"
        renamed = (_renamed(quad.triple, prefix) for quad in dataset)
        result += serialize(renamed, format=RdfFormat.N_TRIPLES).split(b"\n")[:-1]  # type: ignore[union-attr]
    return result


def _renamed(triple: Triple, prefix: str) -> Triple:
    subject, predicate, object_ = (
        BlankNode(f"{prefix}{term.value}")
        if isinstance(term, BlankNode)
        else _renamed(term, prefix)
        if isinstance(term, Triple)
        else term
        for term in triple
    )
    return Triple(subject, predicate, object_)  # type: ignore[arg-type]


def _parts(found: Iterable[bytes]) -> Iterable[list[bytes]]:
    """Return the lines by what hangs together through blank nodes."""
    leaders: dict[bytes, bytes] = {}

    def leader(label: bytes) -> bytes:
        path = []
        while leaders.setdefault(label, label) != label:
            path.append(label)
            label = leaders[label]
        leaders.update(dict.fromkeys(path, label))
        return label

    labels = {line: _blank_nodes(line) for line in found}
    for first, *others in labels.values():
        for other in others:
            leaders[leader(other)] = leader(first)
    parts: dict[bytes, list[bytes]] = defaultdict(list)
    for line, (first, *_) in labels.items():
        parts[leader(first)].append(line)
    return parts.values()
