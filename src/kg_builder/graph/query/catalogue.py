"""Stored queries: a query text, and a header that says what it asks and with what parameters.

`queries/NAME.rq` opens with lines that start with `#+` (the convention of grlc,
https://grlc.io/getting-started/); what stands behind them is YAML:

    #+ title: {zh: 某街道的助餐点, en: Meal points of a street}
    #+ description: {zh: …, en: …}
    #+ tags: [canteen, list]
    #+ parameters:
    #+   street: {type: entity, class: Street, examples: [八里庄街道]}

A parameter is a variable with a data block of its own in the text, `VALUES ?street { UNDEF }`: as
it stands the query asks for every street, and runs in any engine; given a value, the block holds
it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

import yaml

from kg_builder.errors import ConfigurationError
from kg_builder.graph.query.tokens import Token, tokens
from kg_builder.model.bilingual import Bilingual

ParameterType = Literal["entity", "string", "integer", "decimal", "year", "enumerated"]

_HEADER = re.compile(r"^#\+ ?(?P<yaml>.*)$")
_KEYS = ("title", "description", "tags", "parameters", "computed")
_PARAMETER_KEYS = ("type", "class", "default", "examples", "values", "label")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable that may be given a value."""

    name: str
    type: ParameterType
    entity_class: str | None
    """The class of an entity, by its local name in the ontology."""
    label: Bilingual
    default: str | None
    examples: tuple[str, ...]
    values: tuple[str, ...]
    """What an enumerated parameter may be."""
    block: tuple[int, int]
    """Where the data block stands in the text, `VALUES` included."""


@dataclass(frozen=True, slots=True)
class StoredQuery:
    """One question, as a query with a header."""

    name: str
    title: Bilingual
    description: Bilingual
    tags: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    text: str


def load_query(path: Path) -> StoredQuery:
    """Return the stored query of a file.

    Raises ConfigurationError, with the line, for a header that is none, an unknown key, a parameter
    without a data block in the text, or one whose default or example is not of its type.
    """
    name = path.stem
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            "文件名应是小写字母、数字和下划线", "a query's name is in snake_case", file=str(path)
        )
    text = path.read_text("utf-8")
    header = _Header(path, text)
    blocks = _blocks(text)
    parameters = {
        key: _parameter(header, key, blocks.get(key)) for key in header.keys("parameters")
    }
    return StoredQuery(
        name,
        header.words("title"),
        header.words("description"),
        tuple(str(tag) for tag in header.raw.get("tags", ())),
        parameters,
        text,
    )


class _Header:
    """The YAML of a header, with the line of every key."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        lines = []
        for line in text.splitlines():
            match = _HEADER.match(line)
            if match is None:
                break
            lines.append(match["yaml"])
        try:
            node = yaml.compose("\n".join(lines), Loader=yaml.SafeLoader)
            self.raw: dict[str, Any] = yaml.safe_load("\n".join(lines)) or {}
        except yaml.MarkedYAMLError as error:
            number = error.problem_mark.line + 1 if error.problem_mark else 1
            raise self.refuse(
                f"不是 YAML：{error.problem}", f"no YAML: {error.problem}", number
            ) from error
        if not isinstance(self.raw, dict):
            raise self.refuse("头部应是“键: 值”", "the header is a mapping", 1)
        self._lines = dict(_lines_of(node, ())) if node is not None else {}
        for key in self.raw:
            if key not in _KEYS:
                self.unknown((key,), _KEYS)

    def refuse(self, zh: str, en: str, line: int | None) -> ConfigurationError:
        return ConfigurationError(
            zh, en, file=str(self._path), line=line, column=1 if line else None
        )

    def line(self, *keys: str) -> int | None:
        return self._lines.get(keys)

    def unknown(self, keys: tuple[str, ...], known: Sequence[str]) -> None:
        names = ", ".join(known)
        raise self.refuse(
            f"未知的键“{keys[-1]}”；可用：{names}",
            f"unknown key {keys[-1]!r}; known are {names}",
            self.line(*keys),
        )

    def keys(self, key: str) -> Sequence[str]:
        part = self.raw.get(key) or {}
        if not isinstance(part, dict):
            raise self.refuse(f"“{key}”应是映射", f"{key} is a mapping", self.line(key))
        return [str(name) for name in part]

    def words(self, *keys: str) -> Bilingual:
        part: Any = self.raw
        for key in keys:
            part = part.get(key) if isinstance(part, dict) else None
        if not isinstance(part, dict) or set(part) != {"zh", "en"}:
            raise self.refuse(
                f"“{keys[-1]}”须有 zh 和 en", f"{keys[-1]} needs zh and en", self.line(*keys) or 1
            )
        return Bilingual(str(part["zh"]), str(part["en"]))


def _lines_of(node: yaml.Node, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], int]]:
    """Return the line (1-based, the header's first is the file's first) of every key."""
    found: list[tuple[tuple[str, ...], int]] = []
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            found.append((here, key.start_mark.line + 1))
            found += _lines_of(value, here)
    return found


def _parameter(header: _Header, name: str, block: tuple[int, int] | None) -> Parameter:
    raw = header.raw["parameters"][name] or {}
    line = header.line("parameters", name)
    for key in raw:
        if key not in _PARAMETER_KEYS:
            header.unknown(("parameters", name, key), _PARAMETER_KEYS)
    kind = raw.get("type")
    if kind not in get_args(ParameterType):
        kinds = ", ".join(get_args(ParameterType))
        raise header.refuse(f"类型应是 {kinds} 之一", f"a type is one of {kinds}", line)
    if block is None:
        raise header.refuse(
            f"查询里没有 VALUES ?{name} {{ UNDEF }}",
            f"the query has no VALUES ?{name} {{ UNDEF }}",
            line,
        )
    if (kind == "entity") != ("class" in raw):
        raise header.refuse(
            "类型 entity（且只有它）要写 class", "type entity, and no other, has a class", line
        )
    return Parameter(
        name,
        cast(ParameterType, kind),
        raw.get("class"),
        header.words("parameters", name, "label"),
        str(raw["default"]) if "default" in raw else None,
        tuple(str(item) for item in raw.get("examples", ())),
        tuple(str(item) for item in raw.get("values", ())),
        block,
    )


def _blocks(text: str) -> dict[str, tuple[int, int]]:
    """Return where `VALUES ?name { UNDEF }` stands, by name."""
    solid = [token for token in tokens(text) if token.kind not in ("space", "comment")]
    found: dict[str, tuple[int, int]] = {}
    for place in range(len(solid) - 4):
        first, variable, opening, undef, closing = solid[place : place + 5]
        if (
            first.is_word("VALUES")
            and variable.kind == "variable"
            and opening.text == "{"
            and undef.is_word("UNDEF")
            and closing.text == "}"
        ):
            found[variable.text[1:]] = (first.start, closing.end)
    return found


def bind(query: StoredQuery, terms: Mapping[str, str]) -> str:
    """Return the text with the data blocks of parameters filled in, those without a term dropped.

    `terms` are in SPARQL's own syntax, by parameter: IRIs or literals that `str()` of a pyoxigraph
    term gives, never what a user typed. The text is the same for rdflib, Oxigraph and endpoints.
    """
    blocks = sorted((query.parameters[name].block, name) for name in query.parameters)
    parts: list[str] = []
    place = 0
    for (start, end), name in blocks:
        parts.append(query.text[place:start])
        if name in terms:
            parts.append(f"VALUES ?{name} {{ {terms[name]} }}")
        place = end
    return "".join((*parts, query.text[place:]))


__all__ = ["Parameter", "StoredQuery", "Token", "bind", "load_query"]
