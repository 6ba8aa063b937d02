"""What is known of the genre before a report is opened: table kinds, lexicons, rules.

All of it is data: TOML files in `genre/tables`, `genre/lexicons` and `genre/rules`, and in folders
of the user's own that lie over them. A new kind of table is a new file and no code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import cast

from kg_builder.errors import ConfigurationError
from kg_builder.model.bilingual import Bilingual
from kg_builder.resources import load_toml

Raw = Mapping[str, object]

_RECOGNITION = ("id", "label", "captions", "confirm", "headless", "column", "group")
_HEADER_NOISE = re.compile(r"\s+|[::]+$")
_HEADER_PARENTHESIS = re.compile(r"\(([^()]*)\)$")
_HEADER_YEAR = re.compile(r"^(?:19|20)\d\d年(?:度|上半年|下半年)?(?=.)")


@dataclass(frozen=True, slots=True)
class HeaderWords:
    """The words that a header cell may hold: exact ones, and a pattern for the rest."""

    words: frozenset[str]
    pattern: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table kind."""

    id: str
    headers: HeaderWords
    holds: str
    """The cell type (`lexicons/cell-types.toml`) that says what its cells look like."""
    required: bool = False
    """A row with nothing here is half a row."""
    carry: bool = False
    """Cells may be merged downwards: an empty one repeats the one above."""
    unheaded: bool = False
    """The printed header may leave this column out, if it is the first."""
    by_content: bool = False
    """A column nobody knows by its header is this one, if its cells plainly say so."""
    lines: bool = False
    """A line break written into a cell (`<br>`) parts its items; elsewhere it parts nothing."""
    band: bool = False
    """A row of this cell alone stands for all rows below, up to the next such row."""


@dataclass(frozen=True, slots=True)
class Group:
    """A header cell that spans several columns, whose own headers stand in the row below."""

    headers: HeaderWords
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What has to hold besides the header words, where these alone could head another table.

    One is enough: a caption, a header cell that says so, or a share of the cells of one column.
    """

    captions: re.Pattern[str] | None
    headers: re.Pattern[str] | None
    column: str | None
    pattern: re.Pattern[str] | None
    share: float
    against: re.Pattern[str] | None
    """Where most cells of the column match it, the header words do not count."""


@dataclass(frozen=True, slots=True)
class Headless:
    """The columns of a table printed without a header, known by its caption and its rows."""

    columns: tuple[tuple[str, ...], ...]
    """The possible sequences of columns; the one that fits best is taken."""
    captions: re.Pattern[str] | None
    """What the caption has to say besides matching the kind's captions."""
    rows_alone: bool
    """Without any caption, rows that fit well enough say what the table is."""


@dataclass(frozen=True, slots=True)
class TableKind:
    """A kind of table: how it is known, and (in `template`) what its rows say."""

    id: str
    label: Bilingual
    captions: tuple[re.Pattern[str], ...]
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    confirm: Confirmation | None
    headless: Headless | None
    file: str
    template: Raw = field(repr=False)
    """The rest of the file: read by the extraction."""

    def column(self, column_id: str) -> Column | None:
        """Return the column of that id."""
        return next((column for column in self.columns if column.id == column_id), None)

    @property
    def band(self) -> Column | None:
        """The column whose cell may stand alone in a row, for the rows below."""
        return next((column for column in self.columns if column.band), None)

    def matches_caption(self, text: str) -> bool:
        """Whether a caption speaks of this kind of table."""
        return any(pattern.search(text) for pattern in self.captions)


@dataclass(frozen=True, slots=True)
class Genre:
    """All that is known of the genre; lexicons and rules are the raw TOML by file stem."""

    tables: tuple[TableKind, ...] = field(repr=False)
    """In the order of their file names."""
    lexicons: Mapping[str, Raw] = field(repr=False)
    rules: Mapping[str, Raw] = field(repr=False)

    def table(self, kind: str) -> TableKind | None:
        """Return the table kind of that id."""
        return next((table for table in self.tables if table.id == kind), None)


def header_forms(text: str) -> tuple[str, ...]:
    """Return the forms under which a header cell is looked up, the most faithful first.

    Full width is folded, white space dropped; then without a parenthesis at the end (a unit, most
    often) and without a year in front.
    """
    whole = _HEADER_NOISE.sub("", unicodedata.normalize("NFKC", text[:80]))
    bare = _HEADER_PARENTHESIS.sub("", whole)
    undated = _HEADER_YEAR.sub("", bare)
    return tuple(dict.fromkeys(form for form in (whole, bare, undated) if form))


def header_unit(text: str) -> str | None:
    """Return what stands in the parenthesis at the end of a header: `平方米` of 面积(平方米)."""
    match = _HEADER_PARENTHESIS.search(_HEADER_NOISE.sub("", unicodedata.normalize("NFKC", text)))
    return match[1] if match and match[1] else None


def load_genre(folders: Sequence[Path]) -> Genre:
    """Read the genre's data; a file of a later folder takes the place of one of the same name.

    `folders` hold `tables/*.toml`, `lexicons/*.toml` and `rules/*.toml`, each of them optional.
    Raises ConfigurationError, with file and line where known, for a file that is wrong.
    """
    kinds = tuple(
        _table_kind(path, load_toml(path)) for _, path in sorted(_files(folders, "tables").items())
    )
    seen: dict[str, str] = {}
    for kind in kinds:
        if kind.id in seen:
            raise _wrong(
                kind.file,
                f"表类 {kind.id} 已在 {seen[kind.id]} 中定义",
                f"table kind {kind.id} is already defined in {seen[kind.id]}",
            )
        seen[kind.id] = kind.file
    return Genre(kinds, _raw_files(folders, "lexicons"), _raw_files(folders, "rules"))


def _files(folders: Sequence[Path], part: str) -> dict[str, Path]:
    return {
        path.stem: path for folder in folders for path in sorted((folder / part).glob("*.toml"))
    }


def _raw_files(folders: Sequence[Path], part: str) -> Mapping[str, Raw]:
    files = sorted(_files(folders, part).items())
    return MappingProxyType({stem: cast(Raw, _frozen(load_toml(path))) for stem, path in files})


def _frozen(value: object) -> object:
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value


def _wrong(file: str, zh: str, en: str) -> ConfigurationError:
    return ConfigurationError(zh, en, file=file)


@dataclass(frozen=True, slots=True)
class _Part:
    """A TOML table of a file, with checked access to its keys."""

    file: str
    place: str
    raw: Raw

    def refuse(self, key: str, zh: str, en: str) -> ConfigurationError:
        name = f"{self.place}.{key}" if self.place else key
        return _wrong(self.file, f"“{name}” {zh}", f"`{name}` {en}")

    def known(self, *keys: str) -> None:
        for key in self.raw:
            if key not in keys:
                raise self.refuse(key, "不是已知的键", f"is not a known key ({', '.join(keys)})")

    def text(self, key: str, *, needed: bool = True) -> str:
        value = self.raw.get(key, "")
        if not isinstance(value, str) or (needed and not value):
            raise self.refuse(key, "应为非空文字", "must be a text that is not empty")
        return value

    def flag(self, key: str) -> bool:
        value = self.raw.get(key, False)
        if not isinstance(value, bool):
            raise self.refuse(key, "应为 true 或 false", "must be true or false")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.refuse(key, "应为文字列表", "must be a list of texts")
        return tuple(value)

    def parts(self, key: str) -> list[_Part]:
        value = self.raw.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.refuse(key, "应为 [[…]] 列表", "must be a list of tables, [[…]]")
        name = f"{self.place}.{key}" if self.place else key
        return [_Part(self.file, f"{name}[{n}]", item) for n, item in enumerate(value, 1)]

    def part(self, key: str) -> _Part | None:
        value = self.raw.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.refuse(key, "应为 […] 表", "must be a table, […]")
        return _Part(self.file, f"{self.place}.{key}" if self.place else key, value)

    def pattern(self, key: str, text: str) -> re.Pattern[str]:
        try:
            return re.compile(text)
        except re.error as error:
            raise self.refuse(
                key, f"不是正则表达式: {error}", f"is not a regular expression: {error}"
            ) from error

    def any_of(self, key: str) -> re.Pattern[str] | None:
        texts = self.texts(key)
        return self._joined(key, texts) if texts else None

    def _joined(self, key: str, texts: Sequence[str]) -> re.Pattern[str]:
        try:
            return re.compile("|".join(texts))
        except re.error:
            for text in texts:
                self.pattern(key, text)
            return self.pattern(key, "|".join(texts))

    def one(self, key: str) -> re.Pattern[str] | None:
        text = self.text(key, needed=False)
        return self.pattern(key, text) if text else None

    def words(self, key: str) -> HeaderWords:
        """Exact words, and regular expressions: those that start with `^`."""
        texts = self.texts(key)
        if not texts:
            raise self.refuse(key, "不可为空", "must not be empty")
        words = frozenset(header_forms(text)[0] for text in texts if not text.startswith("^"))
        patterns = [text for text in texts if text.startswith("^")]
        return HeaderWords(words, self._joined(key, patterns) if patterns else None)


def _table_kind(path: Path, raw: dict[str, object]) -> TableKind:
    part = _Part(str(path), "", raw)
    label = part.part("label")
    if label is None:
        raise part.refuse("label", "缺失", "is missing")
    columns = tuple(_column(item) for item in part.parts("column"))
    ids = [column.id for column in columns]
    if not 2 <= len(columns) <= 16 or len(set(ids)) != len(ids):
        raise part.refuse(
            "column", "应有 2 至 16 个不重名的列", "must be 2 to 16 columns, no id twice"
        )
    if not any(column.required for column in columns):
        raise part.refuse(
            "column", "至少一列为 required", "needs one column with `required = true`"
        )
    return TableKind(
        id=part.text("id"),
        label=Bilingual(label.text("zh"), label.text("en")),
        captions=tuple(part.pattern("captions", text) for text in part.texts("captions")),
        columns=columns,
        groups=tuple(_group(item, ids) for item in part.parts("group")),
        confirm=_confirmation(part.part("confirm"), ids),
        headless=_headless(part.part("headless"), ids),
        file=str(path),
        template=cast(Raw, _frozen({k: v for k, v in raw.items() if k not in _RECOGNITION})),
    )


def _column(part: _Part) -> Column:
    flags = ("required", "carry", "unheaded", "by_content", "lines", "band")
    part.known("id", "headers", "holds", *flags)
    return Column(
        id=part.text("id"),
        headers=part.words("headers"),
        holds=part.text("holds"),
        required=part.flag("required"),
        carry=part.flag("carry"),
        unheaded=part.flag("unheaded"),
        by_content=part.flag("by_content"),
        lines=part.flag("lines"),
        band=part.flag("band"),
    )


def _of_columns(part: _Part, key: str, ids: Sequence[str]) -> tuple[str, ...]:
    names = part.texts(key)
    for name in names:
        if name not in ids:
            raise part.refuse(key, f"没有列 {name}", f"names no column: {name}")
    if not names:
        raise part.refuse(key, "不可为空", "must not be empty")
    return names


def _group(part: _Part, ids: Sequence[str]) -> Group:
    part.known("headers", "columns")
    return Group(part.words("headers"), _of_columns(part, "columns", ids))


def _headless(part: _Part | None, ids: Sequence[str]) -> Headless | None:
    if part is None:
        return None
    part.known("columns", "captions", "rows_alone")
    sequences = part.raw.get("columns", [])
    if not isinstance(sequences, list) or not sequences:
        raise part.refuse("columns", "应为列名列表的列表", "must be a list of lists of column ids")
    columns = tuple(
        _of_columns(_Part(part.file, part.place, {"columns": sequence}), "columns", ids)
        for sequence in sequences
    )
    return Headless(columns, part.any_of("captions"), part.flag("rows_alone"))


def _confirmation(part: _Part | None, ids: Sequence[str]) -> Confirmation | None:
    if part is None:
        return None
    part.known("captions", "headers", "column", "pattern", "share", "against")
    column = part.text("column", needed=False)
    if column and column not in ids:
        raise part.refuse("column", f"没有列 {column}", f"names no column: {column}")
    share = part.raw.get("share", 0.0)
    if not isinstance(share, int | float) or isinstance(share, bool) or not 0 <= share <= 1:
        raise part.refuse("share", "应在 0 与 1 之间", "must lie between 0 and 1")
    return Confirmation(
        captions=part.any_of("captions"),
        headers=part.one("headers"),
        column=column or None,
        pattern=part.one("pattern"),
        share=float(share),
        against=part.one("against"),
    )
