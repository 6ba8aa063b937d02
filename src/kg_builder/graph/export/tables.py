"""Tables for people with spreadsheets, one per class, with CSVW metadata for machines.

    Canteen.csv          a row per instance of kg:Canteen, a column per property and kind of value
    schema-Place.csv     the same for a class of another vocabulary
    untyped.csv          what has no class in these triples
    statements.csv       subject, property, object: what has several values that are IRIs
    csv-metadata.json    what every column means (W3C, Metadata Vocabulary for Tabular Data)

A processor of "Generating RDF from Tabular Data on the Web" (W3C) yields from it the triples again;
where it cannot, the metadata says so in `rdfs:comment`: IRIs outside ASCII come percent-encoded, as
its URI templates (RFC 6570) demand, and blank nodes come as IRIs (RDF 1.1, Skolemization).
Labels stand beside IRIs in columns that processors leave out. Cells are the data, never altered:
CSV has no text type, and a spreadsheet may take a cell that starts with = for a formula.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg_builder.graph.serialization import PrefixedNames
from kg_builder.graph.vocabulary import DEFAULT_BASE, PREFIXES, RDF_TYPE, RDFS_LABEL

METADATA: Final = "csv-metadata.json"
GENERATOR: Final = "kg export"
"""What `dc:creator` in the metadata says: such a folder may be written anew."""

Namer: TypeAlias = Callable[[NamedNode], str | None]

_UNTYPED: Final = "untyped"
_STATEMENTS: Final = "statements"
_SEPARATORS: Final = (";", "|", "¦", "\t")
_ABSENT: Final = ("", "∅", "⟨∅⟩")
_XSD: Final = PREFIXES["xsd"]
_STRING: Final = _XSD + "string"
_BUILT_IN: Final[Mapping[str, str]] = {
    **{
        _XSD + name: name
        for name in (
            *("anyURI", "base64Binary", "boolean", "date", "dateTime", "dateTimeStamp", "decimal"),
            *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger"),
            *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte", "nonPositiveInteger"),
            *("negativeInteger", "double", "duration", "dayTimeDuration", "yearMonthDuration"),
            *("float", "gDay", "gMonth", "gMonthDay", "gYear", "gYearMonth", "hexBinary", "QName"),
            *("normalizedString", "token", "language", "Name", "NMTOKEN", "time"),
        )
    },
    PREFIXES["rdf"] + "XMLLiteral": "xml",
    PREFIXES["rdf"] + "HTML": "html",
}
"""The datatypes that CSVW has names for; to name them otherwise is not allowed."""
_ZONE: Final = r"(Z|[-+]\d\d:\d\d)?"
_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    _XSD + name: re.compile(form, re.ASCII)
    for name, form in (
        ("boolean", "true|false|1|0"),
        ("integer", "[-+]?[0-9]+"),
        ("nonNegativeInteger", r"\+?[0-9]+"),
        ("decimal", r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"),
        ("gYear", rf"-?[0-9]{{4,}}{_ZONE}"),
        ("date", rf"-?[0-9]{{4,}}-\d\d-\d\d{_ZONE}"),
    )
}
_WORD: Final = re.compile("[0-9A-Za-z]+")
_FILE_NAME: Final = re.compile(r"[A-Za-z][-0-9A-Za-z]*")
_IRI_KIND: Final = "@id"


@dataclass(slots=True)
class _Column:
    """The values of one property and one kind, by row."""

    predicate: str
    kind: str
    values: dict[str, list[str]] = field(default_factory=dict)

    @property
    def many(self) -> bool:
        """Whether a row has several values."""
        return any(len(values) > 1 for values in self.values.values())

    @property
    def is_iri(self) -> bool:
        return self.kind == _IRI_KIND


def write_tables(
    triples: Iterable[Triple],
    folder: Path,
    *,
    base: str | None = None,
    label: Namer | None = None,
    bom: bool = False,
) -> tuple[Path, ...]:
    """Write one table per class into the folder, and `csv-metadata.json`; return the files.

    An instance of two classes stands in both tables. `label` names nodes that the triples do not
    name themselves, and properties. `bom` is for Excel. Raises OSError as the system does.
    """
    graph = _Graph(triples, base, label)
    tables, loose = [], []
    for kind, nodes in sorted(graph.members.items()):
        table = _ClassTable(graph, kind, sorted(nodes))
        tables.append(table.described())
        loose += table.loose
    if loose:
        tables.append(_statements(graph, loose))
    files = []
    for table_ in tables:
        path = folder / table_.url
        text = _csv_text(table_.rows)
        path.write_text(text, "utf-8-sig" if bom else "utf-8", newline="")
        files.append(path)
    path = folder / METADATA
    metadata = _metadata(graph, [table_.metadata for table_ in tables])
    path.write_text(json.dumps(metadata, ensure_ascii=False, indent=2) + "\n", "utf-8", newline="")
    return (*files, path)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table that is ready to be written."""

    url: str
    rows: list[list[str]]
    metadata: dict[str, Any]


class _Graph:
    """The triples by subject and column, and how things are called."""

    def __init__(self, triples: Iterable[Triple], base: str | None, label: Namer | None) -> None:
        self._genid = f"{base or DEFAULT_BASE}.well-known/genid/"
        self._prefixes = PrefixedNames(PREFIXES, base)
        self._label = label
        self._labels: dict[str, str] = {}
        self._taken: set[str] = {_UNTYPED, _STATEMENTS}
        self.has_blank_nodes = False
        self.has_other_than_ascii = False
        self.members: dict[str, set[str]] = {}
        self.statements: dict[str, set[tuple[str, str, str]]] = {}
        subjects: set[str] = set()
        for subject, predicate, term in triples:
            node, kind, value = self._node(subject), *self._value(term)
            subjects.add(node)
            if predicate == RDF_TYPE and kind == _IRI_KIND:
                self.members.setdefault(value, set()).add(node)
                continue
            self.statements.setdefault(node, set()).add((predicate.value, kind, value))
            self._check(predicate.value)
            if predicate == RDFS_LABEL and kind != _IRI_KIND:
                self._labels[node] = min(value, self._labels.get(node, value))
        untyped = subjects.difference(*self.members.values())
        if untyped:
            self.members[""] = untyped

    def _node(self, term: object) -> str:
        if isinstance(term, BlankNode):
            self.has_blank_nodes = True
            return f"{self._genid}{term.value}"
        if not isinstance(term, NamedNode):
            raise TypeError(term)
        self._check(term.value)
        return term.value

    def _check(self, iri: str) -> None:
        self.has_other_than_ascii = self.has_other_than_ascii or not iri.isascii()

    def _value(self, term: object) -> tuple[str, str]:
        """Return the kind of a value, and the value: @id, @LANGUAGE, or a datatype."""
        if not isinstance(term, Literal):
            return _IRI_KIND, self._node(term)
        return (f"@{term.language}" if term.language else term.datatype.value), term.value

    def label(self, iri: str) -> str:
        """Return what a node is called, or nothing."""
        found = self._labels.get(iri)
        if found is None:
            found = (self._label(NamedNode(iri)) if self._label else None) or ""
            self._labels[iri] = found
        return found

    def short(self, iri: str) -> str:
        """Return an IRI by prefix where one fits, else whole."""
        name = self._prefixes[f"<{iri}>"]
        return iri if name[0] == "<" else name

    def file_name(self, kind: str) -> str:
        """Return the name of the table of a class: never that of another, in any letter case."""
        if not kind:
            return f"{_UNTYPED}.csv"
        short = self.short(kind)
        name = short.removeprefix("kg:").replace(":", "-") if short != kind else ""
        if not _FILE_NAME.fullmatch(name) or name.lower() in self._taken:
            name = f"{'-'.join(_WORD.findall(kind)[-1:])}-{_digest(kind)}".lstrip("-")
        self._taken.add(name.lower())
        return f"{name}.csv"


class _ClassTable:
    """The table of one class. `loose` are statements that a row cannot say to a processor."""

    def __init__(self, graph: _Graph, kind: str, nodes: Sequence[str]) -> None:
        self._graph = graph
        self._kind = kind
        self._nodes = nodes
        self.loose: list[tuple[str, str, str, str]] = []
        self._names: set[str] = {"iri"}
        columns: dict[tuple[str, str], _Column] = {}
        for node in nodes:
            for predicate, value_kind, value in sorted(graph.statements.get(node, ())):
                key = (predicate, value_kind)
                column = columns.setdefault(key, _Column(predicate, value_kind))
                column.values.setdefault(node, []).append(value)
        self._columns = sorted(columns.values(), key=self._order)

    def _order(self, column: _Column) -> tuple[bool, str, str]:
        is_label = column.predicate == RDFS_LABEL.value
        return not is_label, self._graph.short(column.predicate), column.kind

    def described(self) -> _Table:
        """Return rows and metadata."""
        header, cells, described = ["iri"], [list(self._nodes)], [_silent("iri", "iri")]
        for column in self._columns:
            for title, values, metadata in self._cells(column):
                header.append(title)
                cells.append(values)
                described.append(metadata)
        schema: dict[str, Any] = {"columns": described, "aboutUrl": "{+iri}", "primaryKey": "iri"}
        url = self._graph.file_name(self._kind)
        metadata = {"url": url, "tableSchema": schema}
        if self._kind:
            described.append(
                {
                    "name": "rdf_type",
                    "virtual": True,
                    "propertyUrl": RDF_TYPE.value,
                    "valueUrl": self._kind,
                }
            )
            title_ = self._graph.label(self._kind)
            metadata["rdfs:seeAlso"] = {"@id": self._kind}
            if title_:
                metadata["dc:title"] = title_
        return _Table(url, [header, *map(list, zip(*cells, strict=True))], metadata)

    def _cells(self, column: _Column) -> Iterable[tuple[str, list[str], dict[str, Any]]]:
        """Return title, cells and metadata of a column, and of the column of labels beside it."""
        title = self._title(column)
        name = self._name(title)
        if not column.is_iri:
            yield self._literals(column, title, name)
            return
        metadata = _described(name, self._titles(title, column.predicate))
        if column.many:
            metadata["suppressOutput"] = True
            metadata["separator"] = " "
            metadata["rdfs:comment"] = f"its statements are in {_STATEMENTS}.csv"
            self._loosen(column)
        else:
            metadata["propertyUrl"] = column.predicate
            metadata["valueUrl"] = f"{{+{name}}}"
        yield title, [" ".join(column.values.get(node, ())) for node in self._nodes], metadata
        labels = [
            "; ".join(filter(None, map(self._graph.label, column.values.get(node, ()))))
            for node in self._nodes
        ]
        if any(labels):
            yield f"{title} label", labels, _silent(f"{name}_label", f"{title} label")

    def _literals(
        self, column: _Column, title: str, name: str
    ) -> tuple[str, list[str], dict[str, Any]]:
        metadata = _described(name, self._titles(title, column.predicate))
        metadata["propertyUrl"] = column.predicate
        metadata |= _datatype(column.kind)
        everything = {value for values in column.values.values() for value in values}
        absent = "" if "" not in everything else _token(everything, _ABSENT)
        if absent:
            metadata["null"] = absent
        separator = ""
        if column.many:
            separator = _token(
                {character for value in everything for character in value}, _SEPARATORS
            )
            if "" in everything or not separator:
                metadata = _silent(name, title)
                metadata["rdfs:comment"] = f"its statements are in {_STATEMENTS}.csv"
                separator, absent = " ", ""
                self._loosen(column)
            else:
                metadata["separator"] = separator
        form = _FORMS.get(column.kind)
        if form and not all(map(form.fullmatch, everything)):
            metadata["rdfs:comment"] = "not all of its cells have the form of the datatype"
        values = column.values
        cells = [separator.join(values[node]) if node in values else absent for node in self._nodes]
        return title, cells, metadata

    def _loosen(self, column: _Column) -> None:
        self.loose += [
            (node, column.predicate, column.kind, value)
            for node, values in column.values.items()
            for value in values
        ]

    def _title(self, column: _Column) -> str:
        """Return the heading of a column: the property, with its language or, in need, its kind."""
        short = self._graph.short(column.predicate)
        if column.kind.startswith("@") and not column.is_iri:
            return f"{short}{column.kind}"
        kinds = [other.kind for other in self._columns if other.predicate == column.predicate]
        if len([kind for kind in kinds if kind == _IRI_KIND or kind[0] != "@"]) == 1:
            return short
        return short if column.is_iri else f"{short} ({self._graph.short(column.kind)})"

    def _titles(self, title: str, predicate: str) -> str | list[str]:
        label = self._graph.label(predicate)
        return [title, label] if label and label != title else title

    def _name(self, title: str) -> str:
        """Return a name for a column that URI templates can have, another for each column."""
        name = "_".join(_WORD.findall(title))
        if title != name and (not title.isascii() or "/" in title or name in self._names):
            name = f"c{_digest(title)}"
        self._names |= {name, f"{name}_label"}
        return name


def _statements(graph: _Graph, loose: Iterable[tuple[str, str, str, str]]) -> _Table:
    """Return the table of statements, one a row: subject, property, and a column per kind."""
    rows = sorted(set(loose))
    kinds = sorted({kind for _, _, kind, _ in rows}, key=lambda kind: (kind != _IRI_KIND, kind))
    header = ["subject", "subject label", "property"]
    described = [
        _silent("subject", "subject"),
        _silent("subject_label", "subject label"),
        _silent("property", "property"),
    ]
    for number, kind in enumerate(kinds):
        title = "object" if kind == _IRI_KIND else f"value ({graph.short(kind)})"
        name = "object" if kind == _IRI_KIND else f"value{number}"
        metadata = _described(name, title)
        metadata["propertyUrl"] = "{+property}"
        if kind == _IRI_KIND:
            metadata["valueUrl"] = "{+object}"
        else:
            metadata |= _datatype(kind) | {"null": _absent_of(rows, kind)}
        header.append(title)
        described.append(metadata)
    header.append("object label")
    described.append(_silent("object_label", "object label"))
    lines = [header]
    for subject, predicate, kind, value in rows:
        cells = [value if other == kind else _absent_of(rows, other) for other in kinds]
        named = graph.label(value) if kind == _IRI_KIND else ""
        lines.append([subject, graph.label(subject), predicate, *cells, named])
    schema = {"columns": described, "aboutUrl": "{+subject}"}
    return _Table(f"{_STATEMENTS}.csv", lines, {"url": f"{_STATEMENTS}.csv", "tableSchema": schema})


def _absent_of(rows: Sequence[tuple[str, str, str, str]], kind: str) -> str:
    values = {value for _, _, other, value in rows if other == kind}
    return "" if "" not in values else _token(values, _ABSENT)


def _metadata(graph: _Graph, tables: list[dict[str, Any]]) -> dict[str, Any]:
    comments = []
    if graph.has_other_than_ascii:
        comments.append(
            "The cells hold the IRIs as they are. URI templates (RFC 6570) percent-encode what is"
            " not ASCII: a processor yields %E6%B5%B7 where an IRI has \u6d77. Decoded as UTF-8"
            " (RFC 3987, 3.2) they are the IRIs."
        )
    if graph.has_blank_nodes:
        comments.append(
            "Blank nodes have IRIs with /.well-known/genid/ (RDF 1.1 Concepts, 3.5): a URI template"
            " gives IRIs only."
        )
    metadata: dict[str, Any] = {
        "@context": "http://www.w3.org/ns/csvw",
        "dc:creator": GENERATOR,
    }
    if comments:
        metadata["rdfs:comment"] = comments
    metadata["dialect"] = {
        "encoding": "utf-8",
        "lineTerminators": ["\r\n", "\n"],
        "quoteChar": '"',
        "doubleQuote": True,
        "delimiter": ",",
        "header": True,
        "commentPrefix": None,
        "trim": False,
    }
    metadata["tables"] = tables
    return metadata


def _described(name: str, titles: str | list[str]) -> dict[str, Any]:
    return {"name": name, "titles": titles}


def _silent(name: str, title: str) -> dict[str, Any]:
    """Return the metadata of a column for people alone."""
    return {"name": name, "titles": title, "suppressOutput": True}


def _datatype(kind: str) -> dict[str, Any]:
    if kind[0] == "@":
        return {"lang": kind[1:]}
    if kind == _STRING:
        return {}
    return {"datatype": _BUILT_IN.get(kind) or {"@id": kind, "base": "string"}}


def _token(taken: set[str], candidates: Iterable[str]) -> str:
    """Return the first candidate that is not taken, or nothing."""
    return next((item for item in candidates if item not in taken), "")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _csv_text(rows: Iterable[Sequence[str]]) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\r\n").writerows(rows)
    return stream.getvalue()
