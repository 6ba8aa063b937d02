"""The SQLite file of a name index: written once, then only read, but for copies of it.

    meta    what it was made with: the version of the layout, the lexicon, the areas
    record  a thing: id, preferred name, classes, qualifier
    class   which things are of a class; the class '' is of all that are not set apart
    name    a spelling of a name of a thing: its words, and their syllables
    key     by what a spelling is looked up: kind of key, key, spelling

Equal records give equal rows, whatever their order. Records are numbered in the order of their
ids, with room for others in between, and the spellings of their names from the same number on: a
record that comes into a copy stands where it would stand in an index made anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate, count
from pathlib import Path
from typing import Final
from urllib.parse import quote

from kg_builder.model.name_record import NamedThings, NameRecord
from kg_builder.text.search.keys import (
    LONGEST,
    Splitter,
    Word,
    is_latin,
    spellings,
    with_digits,
)
from kg_builder.text.search.lexicon import SpokenNames
from kg_builder.text.search.pinyin import Reader

NAMES_FILE: Final = "names.sqlite"
"""What `kg build` calls it, beside the store."""
VERSION: Final = 1
"""Of the layout and of what the keys hold; a file of another version is made anew."""

_SCHEMA: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE record (number INTEGER PRIMARY KEY, id TEXT NOT NULL, label TEXT NOT NULL,
  classes TEXT NOT NULL, qualifier TEXT NOT NULL);
CREATE TABLE class (class TEXT, record INTEGER, PRIMARY KEY (class, record)) WITHOUT ROWID;
CREATE TABLE name (number INTEGER PRIMARY KEY, record INTEGER NOT NULL, name TEXT NOT NULL,
  words TEXT NOT NULL, syllables TEXT NOT NULL);
CREATE TABLE key (kind TEXT, key TEXT, name INTEGER, record INTEGER,
  PRIMARY KEY (kind, key, name)) WITHOUT ROWID;
"""

_ROOM: Final = 1 << 24
"""Between the numbers of two records: for their spellings, and for records that come later."""
_LEAST_ROOM: Final = 1 << 12

_Rows = dict[str, list[tuple[str | int, ...]]]


def write_names(path: Path, things: NamedThings, lexicon: SpokenNames) -> None:
    """Write an index of what has a name as a new file.

    Raises OSError where the file cannot be written.
    """
    connection = sqlite3.connect(path)
    try:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        fill(connection, things, lexicon)
    except sqlite3.OperationalError as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


def fill(connection: sqlite3.Connection, things: NamedThings, lexicon: SpokenNames) -> None:
    """Write the tables of an index into an empty database."""
    areas, places = sorted(set(things.areas)), sorted(set(things.places))
    meta = {
        "version": str(VERSION),
        "lexicon": lexicon.to_json(),
        "areas": json.dumps(areas, ensure_ascii=False),
    }
    splitter = Splitter(lexicon, areas, places)
    connection.executescript(_SCHEMA)
    with connection:
        connection.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))
        records = sorted(things.records, key=lambda record: record.id)
        _insert(connection, zip(count(_ROOM, _ROOM), records), splitter)


def add_names(path: Path, things: NamedThings, lexicon: SpokenNames) -> bool:
    """Put the records of things into an index that is there, in the place of those of their ids.

    The file is one that nobody else reads: a copy. Returns whether it is now as `write_names` would
    make it of all there is; if not (another lexicon, a new area that holds others, a record for
    which there is no room), it is to be made anew. Raises OSError where it cannot be written.
    """
    connection = sqlite3.connect(path)
    try:
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        return _add(connection, things, lexicon)
    except sqlite3.DatabaseError as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()


def holding_any(path: Path, texts: Iterable[str], lexicon: SpokenNames) -> tuple[str, ...]:
    """Return the ids of the records with a name that holds one of the texts, however spelt.

    Raises OSError where the file cannot be read.
    """
    fold = Splitter(lexicon).fold
    try:
        with closing(connect(path)) as connection:
            rows = [row for text in texts for row in connection.execute(_HOLDING, (fold(text),))]
    except sqlite3.DatabaseError as error:
        raise OSError(str(error)) from error
    return tuple(sorted({found for (found,) in rows}))


def _add(connection: sqlite3.Connection, things: NamedThings, lexicon: SpokenNames) -> bool:
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    areas = json.loads(meta["areas"])
    if (meta["version"], meta["lexicon"]) != (str(VERSION), lexicon.to_json()):
        return False
    if not set(things.areas) <= set(areas):
        return False
    places = {*things.places, *(name for (name,) in connection.execute(_PLACES))}
    splitter = Splitter(lexicon, areas, sorted(places))
    with connection:
        for record in things.records:
            number = _place_for(connection, record)
            if number is None:
                return False
            _insert(connection, [(number, record)], splitter)
    return True


def _place_for(connection: sqlite3.Connection, record: NameRecord) -> int | None:
    """Return the number that a record has now, empty.

    None where there is no room, or where a place changes its name: it cut other names.
    """
    name = record.id
    low, high = 0, 1 << 62
    while high - low > 1:
        middle = (low + high) // 2
        row = connection.execute(_FROM, (middle,)).fetchone()
        if row is None or row[1] > name:
            high = middle
        elif row[1] < name:
            low = row[0]
        else:
            number, _, classes, label = row
            if "Place" in classes.split("\n") and label != record.names[0]:
                return None
            _remove(connection, number, classes)
            return int(number)
    before = connection.execute("SELECT max(number) FROM name WHERE number < ?", (high,))
    after = connection.execute(_FROM, (high,)).fetchone()
    start = max(low, *(found or 0 for found in before.fetchone()))
    if after is None:
        return (start // _ROOM + 1) * _ROOM
    middle = (start + int(after[0])) // 2
    return middle if middle - start >= _LEAST_ROOM else None


def _remove(connection: sqlite3.Connection, number: int, classes: str) -> None:
    for name in ("", *classes.split("\n")):
        connection.execute("DELETE FROM class WHERE class = ? AND record = ?", (name, number))
    connection.execute("DELETE FROM key WHERE record = ?", (number,))
    names = (number, number + _LEAST_ROOM)
    connection.execute("DELETE FROM name WHERE number >= ? AND number < ?", names)
    connection.execute("DELETE FROM record WHERE number = ?", (number,))


_FROM: Final = (
    "SELECT number, id, classes, label FROM record WHERE number >= ? ORDER BY number LIMIT 1"
)
_HOLDING: Final = (
    "SELECT DISTINCT id FROM key JOIN record ON record.number = key.record "
    "WHERE kind IN ('folded', 'aside') AND instr(key, ?)"
)
_PLACES: Final = (
    "SELECT label FROM class JOIN record ON record.number = class.record WHERE class = 'Place'"
)


def _insert(
    connection: sqlite3.Connection, records: Iterable[tuple[int, NameRecord]], splitter: Splitter
) -> None:
    rows: _Rows = {"record": [], "class": [], "name": [], "key": []}
    reader = Reader()
    for number, record in records:
        classes = "\n".join(record.classes)
        rows["record"].append((number, record.id, record.names[0], classes, record.qualifier))
        memberships = {*record.classes, *(() if record.apart else ("",))}
        rows["class"] += [(name, number) for name in memberships]
        for name in dict.fromkeys(record.names):
            known = _add_plainly if record.apart else _add_spoken
            known(rows, number, name, splitter, reader)
    for table, found in rows.items():
        if found:
            slots = ", ".join("?" * len(found[0]))
            statement = f"INSERT OR IGNORE INTO {table} VALUES ({slots})"  # noqa: S608 - our own
            connection.executemany(statement, sorted(found))


def _next(rows: _Rows, record: int) -> int:
    """Return the number of the next spelling of the record that is being added."""
    last = rows["name"][-1] if rows["name"] else None
    return record if last is None or last[1] != record else int(last[0]) + 1


def _add_spoken(rows: _Rows, record: int, name: str, splitter: Splitter, reader: Reader) -> None:
    """Add the rows of a name of a record, in every spelling, with all its keys."""
    first = _next(rows, record)
    for place, plain in enumerate(spellings(name, splitter.lexicon.traditional)):
        for folded in dict.fromkeys((with_digits(plain), plain)):
            if not folded or len(folded) > LONGEST:
                continue
            number = _next(rows, record)
            words = splitter.split(folded)
            spoken = _Spoken.of(folded, words, reader)
            rows["name"].append((number, record, name, pack(words), " ".join(spoken.syllables)))
            keys = _keys(spoken, splitter, whole=place == 0)
            rows["key"] += [(kind, key, number, record) for kind, key in keys]
    if _next(rows, record) == first:  # nothing but punctuation, or endless: found as it is written
        rows["name"].append((first, record, name, "", ""))
    rows["key"].append(("exact", name, first, record))


def _add_plainly(rows: _Rows, record: int, name: str, splitter: Splitter, _: Reader) -> None:
    """Add the rows of the name of a term, which nobody shortens or types in pinyin."""
    number = _next(rows, record)
    folded = splitter.fold(name)[:LONGEST]
    rows["name"].append((number, record, name, "", ""))
    kinds = {"exact": name, "folded": folded, "said": splitter.expand(folded)}
    if kinds["said"] == folded:
        del kinds["said"]
    rows["key"] += [(kind, key, number, record) for kind, key in kinds.items() if key]


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A folded name and how it is read, token by token."""

    folded: str
    starts: tuple[int, ...]
    syllables: tuple[str, ...]
    initials: tuple[str, ...]

    @classmethod
    def of(cls, folded: str, words: Sequence[Word], reader: Reader) -> _Spoken:
        tokens = [token for word in words for token in word.tokens]
        syllables = [syllable for word in words for syllable in reader.read(word.tokens)]
        initials = [
            token if token.isascii() else syllable[:1]
            for token, syllable in zip(tokens, syllables, strict=True)
        ]
        starts = accumulate(map(len, tokens[:-1]), initial=0)
        return cls(folded, tuple(starts), tuple(syllables), tuple(initials))

    def part(self, text: str) -> tuple[str, str]:
        """Return the pinyin and the initials of a part of the name."""
        start = self.folded.find(text)
        end = start + len(text)
        chosen = [number for number, at in enumerate(self.starts) if start <= at < end]
        return (
            "".join(self.syllables[number] for number in chosen),
            "".join(self.initials[number] for number in chosen),
        )


def _keys(spoken: _Spoken, splitter: Splitter, *, whole: bool) -> Iterator[tuple[str, str]]:
    """Yield the keys of a spelling; `whole` says that it is the whole name as it is written."""
    folded = spoken.folded
    core = splitter.core(folded)
    parts = sorted({core, splitter.bare(core), splitter.bare(folded)} - {folded})
    yield ("folded" if whole else "aside"), folded
    expanded = splitter.expand(folded)
    if expanded != folded:
        yield "said", expanded
    for part in parts:
        yield "part", part
    for part in (folded, *parts):
        end = "-part" if part != folded else "" if whole else "-aside"
        for kind, key in zip(("pinyin", "initials"), spoken.part(part), strict=True):
            if is_latin(key) and len(key) > 1:
                yield f"{kind}{end}", key


def pack(words: Sequence[Word]) -> str:
    """Return words as one text, for the column `words`."""
    return "\n".join(f"{word.kind}\t" + "\t".join(word.tokens) for word in words)


def unpack(text: str) -> tuple[Word, ...]:
    """Return the words that `pack` wrote."""
    parts = (line.split("\t") for line in text.split("\n") if line)
    return tuple(Word(kind, tuple(tokens)) for kind, *tokens in parts)  # type: ignore[arg-type]


def connect(path: Path) -> sqlite3.Connection:
    """Open the file of an index, never to be written again. Raises sqlite3.Error."""
    return sqlite3.connect(
        f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True, check_same_thread=False
    )
