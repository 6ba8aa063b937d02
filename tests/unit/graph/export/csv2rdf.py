"""A small reading of "Generating RDF from Tabular Data on the Web" (W3C), minimal mode, and of the
parts of the metadata vocabulary that our tables use; no processor of PyPI or npm yields RDF by all
of them (`csvw`, which yields JSON, is asked beside it)."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from pyoxigraph import Literal, NamedNode, Triple

XSD = "http://www.w3.org/2001/XMLSchema#"
RESERVED = "!#$&'()*+,/:;=?@[]~-._"


def expand(template: str, cells: dict[str, str]) -> str:
    """Expand a URI template (RFC 6570) with simple and reserved expressions."""

    def value(found: re.Match[str]) -> str:
        text = cells[found[2]]
        if not found[1]:
            return quote(text, safe="-._~")
        parts = re.split("(%[0-9A-Fa-f]{2})", text)
        return "".join(p if i % 2 else quote(p, safe=RESERVED) for i, p in enumerate(parts))

    return re.sub(r"\{(\+?)(\w+)\}", value, template)


def decoded(iri: str) -> str:
    """Return a URI as an IRI (RFC 3987, 3.2): what is not ASCII is decoded."""
    return re.sub("(?:%[89A-Fa-f][0-9A-Fa-f])+", lambda found: unquote(found[0]), iri)


def triples_of(folder: Path) -> Iterator[Triple]:
    """Yield the triples that the tables of a folder say."""
    metadata = json.loads((folder / "csv-metadata.json").read_text("utf-8"))
    dialect = metadata["dialect"]
    assert (dialect["delimiter"], dialect["doubleQuote"], dialect["commentPrefix"]) == (
        ",",
        True,
        None,
    )
    for table in metadata["tables"]:
        with (folder / table["url"]).open(encoding="utf-8-sig", newline="") as stream:
            header, *rows = csv.reader(stream)
        columns = table["tableSchema"]["columns"]
        real = [column for column in columns if not column.get("virtual")]
        names = [column["name"] for column in columns]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch("[0-9A-Za-z][0-9A-Za-z_]*", name) for name in names)
        titles = [column["titles"] for column in real]
        firsts = [title if isinstance(title, str) else title[0] for title in titles]
        assert header == firsts
        assert len(set(header)) == len(header)
        for row in rows:
            yield from row_triples(table["tableSchema"]["aboutUrl"], columns, row)


def row_triples(about: str, columns: list[dict[str, Any]], row: list[str]) -> Iterator[Triple]:
    cells = dict(zip([c["name"] for c in columns if not c.get("virtual")], row, strict=True))
    subject = NamedNode(decoded(expand(about, cells)))
    for column in columns:
        if column.get("suppressOutput"):
            continue
        predicate = NamedNode(decoded(expand(column["propertyUrl"], cells)))
        text = cells.get(column["name"], "")
        if "valueUrl" in column:
            if text or column.get("virtual"):
                yield Triple(
                    subject, predicate, NamedNode(decoded(expand(column["valueUrl"], cells)))
                )
            continue
        for value in values(column, text):
            yield Triple(subject, predicate, literal(column, value))


def values(column: dict[str, Any], text: str) -> list[str]:
    separator = column.get("separator")
    null = column.get("null", "")
    if separator and not text:
        return []
    found = text.split(separator) if separator else [text]
    return [item for item in found if item != null]


def literal(column: dict[str, Any], value: str) -> Literal:
    if "lang" in column:
        return Literal(value, language=column["lang"])
    datatype = column.get("datatype", "string")
    if isinstance(datatype, dict):
        assert datatype["base"] == "string"
        return Literal(value, datatype=NamedNode(datatype["@id"]))
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    kinds = {"xml": rdf + "XMLLiteral", "html": rdf + "HTML"}
    return Literal(value, datatype=NamedNode(kinds.get(datatype, XSD + datatype)))
