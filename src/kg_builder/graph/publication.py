"""The published facts in data/: per report its source record, its asserted triples, its evidence.

    NAME.source.toml     the source record, written by hand
    NAME.decisions.tsv   what reviewers decided (data/README.md), applied before the rest is written
    NAME.ttl             the asserted triples
    NAME.evidence.ttl    who says so
    NAME.reading.json    what was met and what was not read: the report's part of build.json

The others are what `kg build` writes for the report; `kg publish` puts them there.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, Triple

from kg_builder.errors import ConfigurationError
from kg_builder.graph.dataset import read_turtle
from kg_builder.graph.generations import replace_file
from kg_builder.graph.iris import class_segment, is_iri, local_name, mint_graph, move
from kg_builder.graph.serialization import turtle
from kg_builder.graph.vocabulary import DEFAULT_BASE, RDF_TYPE, expand
from kg_builder.model.entity import EntityId
from kg_builder.model.source_record import SourceRecord
from kg_builder.resources import Resources, load_toml

_RECORD = ".source.toml"
_DECISIONS = ".decisions.tsv"
_TEXT_FIELDS = (
    "title",
    "issuer",
    "address",
    "number",
    "rights",
    "data_licence",
    "extent",
)
_DATE_FIELDS = ("issued", "retrieved")
_IRI_FIELDS = ("address", "data_licence")
_CHECKSUMS = ("sha256", "text_sha256")


@dataclass(frozen=True, slots=True)
class Published:
    """The published facts of one report."""

    name: str
    graph: NamedNode
    asserted: tuple[Triple, ...]
    evidence: tuple[Triple, ...]
    reading: Mapping[str, Any]


def load_records(*folders: Path) -> tuple[SourceRecord, ...]:
    """Return the source records (`NAME.source.toml`) of folders; a later folder's comes first.

    Raises ConfigurationError for a record that is no TOML, or has an unknown or ill-typed field.
    """
    paths = (path for folder in reversed(folders) for path in sorted(folder.glob(f"*{_RECORD}")))
    return tuple(_record(path) for path in paths)


def record_for(
    records: Sequence[SourceRecord], sha256: str, text_sha256: str
) -> SourceRecord | None:
    """Return the record with these checksums (bytes first), None where nobody wrote one."""
    for record in records:
        if sha256 == record.sha256:
            return record
    return next((record for record in records if text_sha256 == record.text_sha256), None)


def decisions_file(
    folders: Sequence[Path], record: SourceRecord | None, report: EntityId
) -> Path | None:
    """Return the decisions on a report, None where there are none; a later folder's come first.

    They go by the name of the source record; those on another text of the report count too, since
    each finds its own passage or says that it does not.
    """
    names = [record.name] if record and record.name else _names_of(folders, report)
    for folder in reversed(folders):
        for name in names:
            path = folder / f"{name}{_DECISIONS}"
            if path.is_file():
                return path
    return None


def _names_of(folders: Sequence[Path], report: EntityId) -> list[str]:
    """Return the names under which facts of a report are published."""
    graph = f"graph/report/{local_name(report.key)}"
    paths = [path for folder in folders for path in sorted(folder.glob(f"*{_DECISIONS}"))]
    names = dict.fromkeys(path.name.removesuffix(_DECISIONS) for path in paths)
    readings = [(name, folder / f"{name}.reading.json") for name in names for folder in folders]
    return [
        name
        for name, path in readings
        if path.is_file() and _reading(path, name).get("graph") == graph
    ]


def load_published(resources: Resources, base: str) -> tuple[Published, ...]:
    """Return the published facts, their instance IRIs moved to `base`.

    Raises ConfigurationError where one of a report's files is missing, is damaged or names no
    report, or two have facts of the same report, InputError for Turtle that cannot be read.
    """
    found: dict[NamedNode, Published] = {}
    for name in resources.files("data", f"*{_RECORD}"):
        item = _published(resources, name.name.removesuffix(_RECORD), base)
        other = found.setdefault(item.graph, item)
        if other is not item:
            raise ConfigurationError(
                f"data/ 里 {other.name} 和 {item.name} 是同一份报告，请只留一个",
                f"data/ has the same report as {other.name} and as {item.name}: keep one",
            )
    return tuple(found.values())


def write_published(
    folder: Path,
    name: str,
    asserted: Iterable[Triple],
    evidence: Iterable[Triple],
    reading: Mapping[str, Any],
) -> tuple[Path, ...]:
    """Write the published facts of a report; return the files. Raises OutputError."""
    account = json.dumps(reading, ensure_ascii=False, indent=2) + "\n"
    texts = {
        folder / f"{name}.ttl": turtle(asserted, base=DEFAULT_BASE),
        folder / f"{name}.evidence.ttl": turtle(evidence, base=DEFAULT_BASE),
        folder / f"{name}.reading.json": account,
    }
    for path, text in texts.items():
        replace_file(path, text)
    return tuple(texts)


def _published(resources: Resources, name: str, base: str) -> Published:
    paths: list[Path] = []
    for suffix in (".ttl", ".evidence.ttl", ".reading.json"):
        found = resources.files("data", glob.escape(name + suffix))
        if not found:
            raise ConfigurationError(
                f"data/ 里缺少 {name}{suffix}：请用 kg publish 生成",
                f"data/ lacks {name}{suffix}: make it with kg publish",
            )
        paths.append(found[0])
    asserted, evidence = (
        tuple(move(triple, DEFAULT_BASE, base) for triple in read_turtle(path))
        for path in paths[:2]
    )
    return Published(
        name, _graph(paths[0], asserted, base), asserted, evidence, _reading(paths[2], name)
    )


def _reading(path: Path, name: str) -> Mapping[str, Any]:
    try:
        reading = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        line, column = getattr(error, "lineno", None), getattr(error, "colno", None)
        raise ConfigurationError(
            f"读不懂，请用 kg publish 重新生成：{error}",
            f"cannot be read, make it again with kg publish: {error}",
            file=str(path),
            line=line,
            column=column,
        ) from error
    if not isinstance(reading, dict) or reading.get("name") != name:
        raise ConfigurationError(
            f"不是 {name} 的阅读记录，请用 kg publish 重新生成",
            f"not the account of {name}, make it again with kg publish",
            file=str(path),
        )
    return reading


def _graph(path: Path, asserted: Sequence[Triple], base: str) -> NamedNode:
    report = expand("Report")
    prefix = f"{base}id/{class_segment('Report')}/"
    for triple in asserted:
        if triple.predicate == RDF_TYPE and triple.object == report:
            subject = triple.subject
            if isinstance(subject, NamedNode) and subject.value.startswith(prefix):
                return mint_graph(base, "report", subject.value.removeprefix(prefix))
    raise ConfigurationError("没有 kg:Report", "no kg:Report in it", file=str(path))


def _record(path: Path) -> SourceRecord:
    fields = load_toml(path)
    for field, value in fields.items():
        kind = date if field in _DATE_FIELDS else str
        if field not in (*_TEXT_FIELDS, *_DATE_FIELDS, *_CHECKSUMS) or type(value) is not kind:
            raise ConfigurationError(
                f"来源记录的字段“{field}”未知或类型不对",
                f"a source record has no field {field!r}, or not of that type",
                file=str(path),
            )
        if field in _IRI_FIELDS and not is_iri(str(value)):
            raise ConfigurationError(
                f"来源记录的字段“{field}”应是网址，不是“{value}”",
                f"the field {field!r} of a source record is a URL, not {value!r}",
                file=str(path),
            )
    for field in _CHECKSUMS:
        if field not in fields:
            raise ConfigurationError(
                f"来源记录缺少字段 {field}", f"a source record needs {field}", file=str(path)
            )
    return SourceRecord(name=path.name.removesuffix(_RECORD), **fields)
