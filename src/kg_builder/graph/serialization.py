"""Turtle and TriG for people and diffs, and canonical N-Quads: byte-identical for equal triples.

All start from the N-Triples that pyoxigraph writes, whose escapes every Turtle parser reads, and
arrange its lines; that is many times faster than visiting the terms one by one in Python.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, RDFS_LABEL, expand
from kg_builder.model.bilingual import Language

GraphName: TypeAlias = NamedNode | DefaultGraph

_LOCAL: Final = re.compile(
    "[0-9A-Za-z_\u3007\u3400-\u4dbf\u4e00-\u9fff][-0-9A-Za-z_\u3007\u3400-\u4dbf\u4e00-\u9fff]*"
)
"""The part of Turtle's PN_LOCAL that needs no escapes and that every engine reads alike."""
_SEGMENT: Final = re.compile("[a-z][-a-z0-9]*")

_SHORT: Final[Mapping[str, re.Pattern[str]]] = {
    str(expand("xsd:boolean")): re.compile("true|false"),
    str(expand("xsd:integer")): re.compile("0|-?[1-9][0-9]*"),
    str(expand("xsd:decimal")): re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+"),
}
"""Lexical forms that Turtle may write bare and that rdflib and pyoxigraph both give back as they
stand (rdflib turns 007 into 7 and -0 into 0)."""


def turtle(
    triples: Iterable[Triple],
    prefixes: Mapping[str, str] = PREFIXES,
    *,
    base: str | None = None,
) -> str:
    """Return a graph in Turtle (W3C, RDF 1.1).

    Subjects stand in the order of their IRIs, `a` and `rdfs:label` come first, the other
    predicates by name, one a line, objects in order. Only the prefixes in use are declared;
    `prefixes` maps names to namespaces that end in `/` or `#`. With `base`, each class of
    instances minted under it has a prefix of its own (see `instance_prefixes`).
    """
    names = PrefixedNames(prefixes, base)
    blocks = _blocks(triples, names, PredicateOrder(names))
    return "\n".join([*_header(names), *blocks])


def with_subjects(
    text: str,
    triples: Iterable[Triple],
    prefixes: Mapping[str, str] = PREFIXES,
    *,
    base: str | None = None,
) -> str:
    """Return the Turtle of `turtle` with these triples in the place of those of their subjects.

    Equal to what `turtle` would write, where no prefix falls out of use.
    """
    header, blocks = _parts(text)
    names = PrefixedNames(prefixes, base)
    order = PredicateOrder(names)
    for subject, rows in by_subject(triples).items():
        blocks[subject] = _block(subject, rows, names, order)
    names.used.update(header.items())
    return "\n".join(
        [*_header(names), *(blocks[name] for name in sorted(blocks, key=subject_order))]
    )


def _parts(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the prefixes of a text that `turtle` wrote, and its blocks by subject."""
    prefixes: dict[str, str] = {}
    blocks: dict[str, str] = {}
    for part in text.removesuffix("\n").split("\n\n") if text else ():
        if part.startswith("@prefix "):
            rows = (line.split(" ") for line in part.split("\n"))
            prefixes = {name[:-1]: namespace[1:-1] for _, name, namespace, _ in rows}
            continue
        name = part[: part.index("\n")]
        prefix, _, local = name.partition(":")
        subject = name if name[0] in "<_" else f"<{prefixes[prefix]}{local}>"
        blocks[subject] = f"{part}\n"
    return prefixes, blocks


def trig(
    graphs: Iterable[tuple[GraphName, Iterable[Triple]]],
    prefixes: Mapping[str, str] = PREFIXES,
    *,
    base: str | None = None,
) -> str:
    """Return a dataset in TriG (W3C, RDF 1.1), arranged as `turtle` arranges a graph.

    The default graph comes first, without braces, then one block per named graph by its IRI; a
    graph without triples is left out. `graphs` names each graph once.
    """
    names = PrefixedNames(prefixes, base)
    order = PredicateOrder(names)
    parts = []
    for name, triples in sorted(graphs, key=lambda item: graph_order(item[0])):
        blocks = _blocks(triples, names, order)
        if isinstance(name, DefaultGraph):
            parts += blocks
        elif blocks:
            # a literal of N-Triples never breaks its line: every line break is one of ours
            inner = "\n".join(blocks).replace("\n", "\n    ").replace("\n    \n", "\n\n")
            parts.append(f"{names[str(name)]} {{\n    {inner.rstrip(' ')}}}\n")
    return "\n".join([*_header(names), *parts])


def nquads_of_graphs(graphs: Iterable[tuple[GraphName, Iterable[Triple]]]) -> str:
    """Return a dataset, triples by graph, in canonical N-Quads: sorted lines, no duplicates.

    Escapes are those of canonical N-Triples as RDFC-1.0 and RDF 1.2 fix them (W3C): control
    characters are always escaped, so that a quad never breaks its line.
    """
    return nquads_of_lines(ends_of_lines(graphs))


def nquads_of_lines(ends: Mapping[str, Collection[str]]) -> str:
    """Return what `ends_of_lines` gives as canonical N-Quads."""
    # No triple's line is the beginning of another's: their order is that of the quads.
    return "".join([line[:-1] + end for line in sorted(ends) for end in sorted(ends[line])])


def ends_of_lines(
    graphs: Iterable[tuple[GraphName, Iterable[Triple]]],
) -> Mapping[str, Collection[str]]:
    """Return the N-Triples lines of a dataset, and how N-Quads end each: once for every graph."""
    ends: dict[str, set[str]] = {}
    find = ends.get
    for name, triples in graphs:
        end = ".\n" if isinstance(name, DefaultGraph) else f"{name} .\n"
        own = {end}
        for line in triple_lines(triples):
            found = find(line)
            if found is None:
                ends[line] = own
            elif end not in found:
                ends[line] = found | own
    return ends


def with_lines(data: bytes, come: str, gone: str) -> bytes:
    """Return the N-Quads of `nquads_of_graphs`, in UTF-8, with lines more and less.

    (Bytes of UTF-8 are in the order of the characters.)
    """
    less = set(_lines(gone.encode()))
    lines = [line for line in _lines(data) if line not in less] if less else _lines(data)
    lines += _lines(come.encode())
    lines.sort()
    return b"\n".join([*lines, b""])


def _lines(data: bytes) -> list[bytes]:
    return data.split(b"\n")[:-1]


def message_in(messages: Sequence[str], language: Language) -> str:
    """Return the words of the message in `language`, else of the first; `messages` are N-Triples.

    What is no literal comes back as it is.
    """
    tag = f"@{language}"
    first = messages[0] if messages else ""
    return literal_words(next((text for text in messages if text.endswith(tag)), first))


def literal_words(text: str) -> str:
    """Return the words of a literal in N-Triples syntax, any other text as it is."""
    try:
        (triple,) = parse(input=f"<a:a> <a:a> {text} .", format=RdfFormat.N_TRIPLES)
    except (SyntaxError, ValueError):
        return text
    return triple.object.value if isinstance(triple.object, Literal) else text


def instance_prefixes(base: str, segments: Iterable[str]) -> dict[str, str]:
    """Return one prefix for each class of instances: `canteen` for `BASE id/canteen/`.

    `segments` are those of `iris.class_segment`. The prefix is the segment, or `id-SEGMENT` where
    a vocabulary has that name; a segment that Turtle cannot have as a prefix gets none.
    """
    return {
        f"id-{segment}" if segment in PREFIXES else segment: f"{base}id/{segment}/"
        for segment in segments
        if _SEGMENT.fullmatch(segment)
    }


def graph_order(name: GraphName) -> str:
    """Return what to sort graphs by: the default graph first."""
    return "" if isinstance(name, DefaultGraph) else subject_order(str(name))


def _blocks(triples: Iterable[Triple], names: PrefixedNames, order: PredicateOrder) -> list[str]:
    subjects = by_subject(triples)
    return [
        _block(subject, subjects[subject], names, order)
        for subject in sorted(subjects, key=subject_order)
    ]


def _header(names: PrefixedNames) -> list[str]:
    """Return the declarations of the prefixes in use, as one part; none where none is in use."""
    lines = [f"@prefix {name}: <{namespace}> .\n" for name, namespace in sorted(names.used)]
    return ["".join(lines)] if lines else []


def triple_lines(triples: Iterable[Triple]) -> list[str]:
    """Return the N-Triples lines of a graph, without their ends."""
    return serialize(triples, format=RdfFormat.N_TRIPLES).decode().split("\n")[:-1]  # type: ignore[union-attr]


def by_subject(triples: Iterable[Triple]) -> dict[str, list[str]]:
    """Return the N-Triples lines of a graph, without their subject, by subject.

    What is left of a line is `PREDICATE OBJECT .`; triples that come twice are there twice.
    """
    subjects: dict[str, list[str]] = {}
    find = subjects.get
    for line in triple_lines(triples):
        subject, _, rest = line.partition(" ")
        rows = find(subject)
        if rows is None:
            subjects[subject] = [rest]
        else:
            rows.append(rest)
    return subjects


def subject_order(term: str) -> str:
    """Return what to sort a subject by, so that an IRI comes before those that go on from it."""
    return term.removesuffix(">")


def _block(subject: str, rows: list[str], names: PrefixedNames, order: PredicateOrder) -> str:
    """Return all that is said of a subject; a row is `PREDICATE OBJECT .` of N-Triples."""
    parts = [names[subject] if subject[0] == "<" else subject]
    last = None
    pairs = []
    for row in set(rows):
        name, _, rest = row.partition(" ")
        pairs.append((order[name], rest))
    pairs.sort()
    for predicate, rest in pairs:
        text = rest[:-2]
        item = names[text] if text[0] == "<" else _literal(text, names)
        if predicate is last:
            parts.append(f" ,\n        {item}")
        else:
            parts.append(f"{' ;' if last else ''}\n    {predicate[1]} {item}")
            last = predicate
    parts.append(" .\n")
    return "".join(parts)


def _literal(text: str, names: PrefixedNames) -> str:
    """Return a literal or blank node of N-Triples as Turtle writes it."""
    if text[-1] != ">":
        return text
    quoted, _, datatype = text.rpartition("^^")
    short = _SHORT.get(datatype)
    if short is not None and short.fullmatch(quoted, 1, len(quoted) - 1):
        return quoted[1:-1]
    return f"{quoted}^^{names[datatype]}"


class PrefixedNames(dict[str, str]):
    """From terms as N-Triples writes them to prefixed names, where one fits; filled as asked.

    A prefix of `taken` is never given; `used` are those that were.
    """

    def __init__(
        self,
        prefixes: Mapping[str, str],
        base: str | None,
        taken: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__()
        self._taken = taken
        self._prefixes: dict[str, str] = {}
        for name, namespace in prefixes.items():
            self._prefixes.setdefault(namespace, name)
        self._instances = f"{base}id/" if base else None
        self._base = base or ""
        self.used: set[tuple[str, str]] = set()

    def __missing__(self, term: str) -> str:
        name = self[term] = self._shorten(term)
        return name

    def _shorten(self, term: str) -> str:
        cut = max(term.rfind("/"), term.rfind("#")) + 1
        local = term[cut:-1]
        if not _LOCAL.fullmatch(local):
            return term
        namespace = term[1:cut]
        prefix = self._prefixes.get(namespace)  # that of `:` is empty
        if prefix is None:
            prefix = self._instance_prefix(namespace)
        if prefix is None:
            return term
        self.used.add((prefix, namespace))
        return f"{prefix}:{local}"

    def _instance_prefix(self, namespace: str) -> str | None:
        if self._instances is None or not namespace.startswith(self._instances):
            return None
        segment = namespace[len(self._instances) : -1]
        for prefix, found in instance_prefixes(self._base, [segment]).items():
            if found == namespace and prefix not in self._taken:
                self._prefixes[namespace] = prefix
                return prefix
        return None


class PredicateOrder(dict[str, tuple[int, str]]):
    """From a predicate of N-Triples to its rank and its name; filled as asked."""

    def __init__(self, names: PrefixedNames) -> None:
        super().__init__({str(RDF_TYPE): (0, "a")})
        self._names = names

    def __missing__(self, predicate: str) -> tuple[int, str]:
        rank = 1 if predicate == str(RDFS_LABEL) else 2
        found = self[predicate] = (rank, self._names[predicate])
        return found
