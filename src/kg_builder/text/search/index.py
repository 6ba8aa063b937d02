"""Looking names up: what is meant, what may be meant, and what comes close."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Final

from kg_builder.errors import StoreError
from kg_builder.model.name_record import NamedThings
from kg_builder.text.search import short_forms, storage
from kg_builder.text.search.keys import (
    LONGEST,
    Splitter,
    Word,
    is_latin,
    pinyin_typed,
    plain,
    tokens_of,
    with_digits,
)
from kg_builder.text.search.lexicon import SpokenNames
from kg_builder.text.search.pinyin import Reader
from kg_builder.text.search.records import (
    Ambiguous,
    Answer,
    Candidate,
    Entry,
    Found,
    How,
    Unknown,
)

NEAR: Final = 5
"""How many names are proposed for one that is unknown."""
LISTED: Final = 20
"""How many candidates an ambiguous name is listed with at most."""
_SHORT_FORMS: Final = 400
"""How many names are looked at as what a short form may be cut from, the shortest first."""
_CLOSE: Final = 55.0
"""From which share (percent) of equal characters, in their order, on a name comes close."""
_STAGES: Final[tuple[tuple[How, str], ...]] = (
    ("folded", "folded"),
    ("said", "said"),
    ("part", "aside"),
    ("part", "part"),
)
"""How a text fits, and the kind of key that says so, the surest first."""
_LATIN_STAGES: Final[tuple[tuple[How, str], ...]] = (
    ("pinyin", "pinyin"),
    ("pinyin", "pinyin-aside"),
    ("pinyin", "pinyin-part"),
    ("initials", "initials"),
    ("initials", "initials-aside"),
    ("initials", "initials-part"),
)
_LONGEST_SHORT_FORM: Final = 32
_LEAST_LATIN: Final = 3
"""So many letters at least are taken for a short form in pinyin."""


@dataclass(frozen=True, slots=True)
class _Hit:
    """A spelling that fits, and how well: the lower the better."""

    record: int
    name: int
    how: How
    cost: float = 0.0


class NameIndex:
    """An index of names, for looking up only. A context manager: leaving it closes the file.

    Whatever text is looked up, nothing is raised but StoreError where the file is damaged.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take an open index; `open_names` and `index_of` make them.

        Raises StoreError where it is none, or of another version.
        """
        self._connection = connection
        meta = dict(self._rows("SELECT key, value FROM meta"))
        if meta.get("version") != str(storage.VERSION):
            raise _damaged("another version")
        self._meta: dict[str, str] = meta

    def __enter__(self) -> NameIndex:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def lookup(self, text: str, class_name: str | None = None) -> Answer:
        """Return what `text` means, among the things of a class or of its subclasses.

        Without a class among all that are not set apart. The surest way in which the text fits any
        name decides; fits it two things so, they are candidates.
        """
        wanted = _storable(class_name or "")
        exact = self._keyed("exact", "exact", (text, text.strip()), wanted)
        if exact or len(text) > 8 * LONGEST:
            return self._answer(exact)
        folded, typed = self._fold(text), pinyin_typed(text)
        if not folded or len(folded) > LONGEST:
            return Unknown()
        for hits in self._stages(folded, typed, wanted):
            if hits:
                return self._answer(hits)
        return self._unsure(folded, typed, wanted)

    def search(
        self, text: str, limit: int = 10, class_name: str | None = None
    ) -> tuple[Candidate, ...]:
        """Return the names that what is typed so far may become, the best first."""
        wanted = _storable(class_name or "")
        if len(text) > LONGEST or limit < 1:
            return ()
        folded, typed = self._fold(text), pinyin_typed(text)
        if not folded:
            return ()
        found: dict[int, _Hit] = {}
        for hits in self._search(folded, typed, wanted, limit):
            for hit in hits:
                found.setdefault(hit.record, hit)
            if len(found) >= limit:
                break
        return self._candidates(tuple(found.values())[:limit])

    def _search(self, folded: str, typed: str, wanted: str, limit: int) -> Iterator[Sequence[_Hit]]:
        yield self._keyed("exact", "folded", (folded,), wanted)
        for _, kind in _STAGES:
            yield self._opening(kind, folded, wanted, limit)
        if is_latin(typed):
            for _, kind in _LATIN_STAGES:
                yield self._opening(kind, typed, wanted, limit)
        yield self._containing(folded, wanted, limit)
        yield self._short(folded, wanted)

    def entries(self) -> Iterator[Entry]:
        """Yield every thing of the index with its names and the keys it is looked up by."""
        names: dict[int, list[str]] = {}
        for number, name in self._rows(_ALL_NAMES):
            names.setdefault(number, []).append(name)
        keys: dict[int, dict[str, list[str]]] = {}
        for number, kind, key in self._rows(_ALL_KEYS):
            keys.setdefault(number, {}).setdefault(kind, []).append(key)
        for number, id_, label, classes, qualifier, apart in self._rows(_ALL_RECORDS):
            yield Entry(
                id_,
                tuple(dict.fromkeys((label, *names.get(number, ())))),
                tuple(classes.split("\n")) if classes else (),
                qualifier,
                bool(apart),
                {kind: tuple(dict.fromkeys(found)) for kind, found in keys.get(number, {}).items()},
            )

    @property
    def lexicon(self) -> SpokenNames:
        """How names are folded and shortened here."""
        return self._splitter.lexicon

    # --- the stages of a look-up ---

    def _stages(self, folded: str, typed: str, wanted: str) -> Iterator[Sequence[_Hit]]:
        ways = tuple(self._splitter.reworded(folded))
        yield self._keyed("folded", "folded", (folded,), wanted)
        yield self._keyed("said", "folded", ways, wanted)
        for how, kind in _STAGES[1:]:
            yield self._keyed(how, kind, ways, wanted)
        cores = [self._splitter.core(way) for way in ways]
        for kind in ("folded", "part"):
            yield self._keyed("part", kind, cores, wanted)
        if is_latin(typed):
            for how, kind in _LATIN_STAGES:
                yield self._keyed(how, kind, (typed,), wanted)

    def _unsure(self, folded: str, typed: str, wanted: str) -> Answer:
        """Try short forms: meant is what fits clearly best; else say what comes close."""
        hits: list[_Hit] = []
        if not self._splitter.is_general(folded) and len(folded) <= _LONGEST_SHORT_FORM:
            hits = self._short_forms(folded, typed, wanted)
        most = short_forms.limit(len(typed) if is_latin(typed) else len(folded))
        listed = [hit for hit in hits if hit.cost <= most + short_forms.LISTED]
        best = [hit for hit in listed if hit.cost < listed[0].cost + short_forms.CLEARLY]
        if is_latin(typed):  # three letters are the beginnings of three words in many a long name
            best = [hit for hit in best if _LEAST_LATIN * len(typed) >= len(self._matched(hit))]
        if best and (best[0].cost <= most or len(best) > 1):
            return self._answer(best)
        return Unknown(self._candidates(self._near(folded, typed, wanted, listed)))

    def _short_forms(self, folded: str, typed: str, wanted: str) -> list[_Hit]:
        found: dict[int, _Hit] = {}
        ways = self._splitter.reworded(folded)
        for hit in (hit for way in ways for hit in self._short(way, wanted)):
            if hit.record not in found or hit.cost < found[hit.record].cost:
                found[hit.record] = hit
        if not found and is_latin(typed) and len(typed) >= _LEAST_LATIN:
            for column in ("initials", "pinyin"):
                for hit in self._short_latin(typed, column, wanted):
                    found.setdefault(hit.record, hit)
        return sorted(found.values(), key=lambda hit: (hit.cost, hit.record, hit.name))

    def _short(self, text: str, wanted: str) -> list[_Hit]:
        """Return the names that `text` may be cut from, the best first."""
        return self._cut(text, tokens_of(text), "folded", wanted)

    def _short_latin(self, typed: str, column: str, wanted: str) -> list[_Hit]:
        return self._cut(typed, tuple(typed), column, wanted)

    def _cut(self, text: str, tokens: Sequence[str], column: str, wanted: str) -> list[_Hit]:
        pattern = "%" + "%".join(map(_escaped, tokens)) + "%"
        kinds = ("folded", "aside") if column == "folded" else (column, f"{column}-aside")
        rows = self._rows(_CUT_FROM, (wanted, *kinds, pattern, _SHORT_FORMS))
        how: How = "short" if column == "folded" else "pinyin"
        best: dict[int, _Hit] = {}
        for name, record, packed, syllables in rows:
            words = storage.unpack(packed)
            if column != "folded":
                words = _spoken(words, syllables.split(" "), initials=column == "initials")
            cost = short_forms.cost(text, words)
            if cost < best.get(record, _NEVER).cost:
                best[record] = _Hit(record, name, how, cost)
        return sorted(best.values(), key=lambda hit: (hit.cost, hit.record))

    def _near(
        self, folded: str, typed: str, wanted: str, listed: Sequence[_Hit]
    ) -> tuple[_Hit, ...]:
        """Return the names that come closest: by sound, as parts of one another, by characters."""
        found: dict[int, _Hit] = {}
        latin = is_latin(typed)
        spoken = typed if latin else "".join(self._reader.read(tokens_of(folded)))
        ways: list[Iterable[_Hit]] = [listed]
        if not latin:
            ways += [
                self._keyed("near", kind, (spoken,), wanted) for kind in ("pinyin", "pinyin-part")
            ]
            ways.append(self._containing(folded, wanted, NEAR))
            ways.append(self._close(folded, ("folded", "part"), wanted))
            if not self._splitter.is_general(folded) and len(folded) <= _LONGEST_SHORT_FORM:
                ways.append(self._short_latin(spoken, "pinyin", wanted)[:NEAR])
        else:
            ways.append(self._close(spoken, ("pinyin", "pinyin-part", "folded"), wanted))
        for hit in (hit for way in ways for hit in way):
            found.setdefault(hit.record, hit)
        return tuple(found.values())[:NEAR]

    def _close(self, text: str, kinds: Sequence[str], wanted: str) -> list[_Hit]:
        from rapidfuzz import fuzz, process

        # of a class that most things are of, it is quicker to leave the others out afterwards
        ((members, total),) = self._rows(_SHARE, (wanted,))
        statement = _KEYS_SO_LONG if members > total / _COMMON else _KEYS_OF_CLASS
        # a name of far more or fewer characters shares too few
        shortest, longest = len(text) * 2 // 5, len(text) * 5 // 2
        found: list[_Hit] = []
        for kind in kinds:
            ((joined,),) = self._rows(statement, (wanted, kind, shortest, longest))
            close = process.extract(
                text,
                (joined or "").split("\n"),
                scorer=fuzz.ratio,
                score_cutoff=_CLOSE,
                limit=8 * NEAR,
            )
            for key, score, _ in close:
                cost = -score - _shared(text, key)
                found += [
                    replace(hit, cost=cost) for hit in self._keyed("near", kind, (key,), wanted)
                ]
        return sorted(found, key=lambda hit: (hit.cost, hit.record, hit.name))

    def _containing(self, folded: str, wanted: str, limit: int) -> list[_Hit]:
        rows = self._rows(_CONTAINING, (wanted, f"%{_escaped(folded)}%", limit))
        return [_Hit(record, name, "near") for name, record in rows]

    def _opening(self, kind: str, key: str, wanted: str, limit: int) -> list[_Hit]:
        rows = self._rows(_OPENING, (wanted, kind, key, key + "\U0010ffff", 4 * limit))
        return [_Hit(record, name, "near") for name, record in rows]

    def _keyed(self, how: How, kind: str, keys: Iterable[str], wanted: str) -> list[_Hit]:
        """Return what has the first of the keys that anything has."""
        for key in dict.fromkeys(map(_storable, keys)):
            rows = self._rows(_KEYED, (wanted, kind, key))
            if rows:
                return [_Hit(record, name, how) for name, record in rows]
        return []

    # --- what is given back ---

    def _answer(self, hits: Sequence[_Hit]) -> Answer:
        records = dict.fromkeys(hit.record for hit in hits)
        listed = set(list(records)[:LISTED])
        candidates = self._candidates(hit for hit in hits if hit.record in listed)
        if not candidates:
            return Unknown()
        if len(candidates) > 1:
            return Ambiguous(candidates)
        (one,) = candidates
        return Found(one.id, one.name, one.how)

    def _candidates(self, hits: Iterable[_Hit]) -> tuple[Candidate, ...]:
        found: dict[int, Candidate] = {}
        for hit in hits:
            if hit.record not in found:
                row = self._rows(_CANDIDATE, (hit.name, hit.record))[0]
                classes = tuple(row[3].split("\n")) if row[3] else ()
                found[hit.record] = Candidate(row[0], row[1], row[2], hit.how, classes, row[4])
        return tuple(found.values())

    def _matched(self, hit: _Hit) -> str:
        """Return the name that a hit matched."""
        (candidate,) = self._candidates((hit,))
        return candidate.matched

    @cached_property
    def _splitter(self) -> Splitter:
        lexicon = SpokenNames.from_json(self._meta["lexicon"])
        return Splitter(lexicon, json.loads(self._meta["areas"]))

    @cached_property
    def _reader(self) -> Reader:
        return Reader()

    def _fold(self, text: str) -> str:
        return with_digits(plain(text, self._splitter.lexicon.traditional))

    def _rows(self, statement: str, values: Sequence[str | int] = ()) -> list[tuple]:  # type: ignore[type-arg]
        try:
            return self._connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise _damaged(str(error)) from error


_NEVER: Final = _Hit(-1, -1, "near", float("inf"))
_KEYED: Final = (
    "SELECT key.name, key.record FROM key JOIN class ON class.class = ?1 "
    "AND class.record = key.record WHERE kind = ?2 AND key = ?3 ORDER BY key.record, key.name"
)
_OPENING: Final = (
    "SELECT key.name, key.record FROM key JOIN class ON class.class = ?1 "
    "AND class.record = key.record WHERE kind = ?2 AND key >= ?3 AND key < ?4 "
    "ORDER BY length(key), key, key.record LIMIT ?5"
)
_OF_CLASS: Final = "EXISTS (SELECT 1 FROM class WHERE class = ?1 AND class.record = key.record)"
_CONTAINING: Final = (
    "SELECT name, record FROM key WHERE kind = 'folded' AND key LIKE ?2 ESCAPE '\\' "
    "AND EXISTS (SELECT 1 FROM class WHERE class = ?1 AND class.record = key.record) "
    "ORDER BY length(key), key, name LIMIT ?3"
)
_CUT_FROM: Final = (
    "SELECT number, name.record, words, syllables FROM ("
    "SELECT name AS number, key FROM key WHERE kind IN (?2, ?3) AND key LIKE ?4 ESCAPE '\\' "
    "AND EXISTS (SELECT 1 FROM class WHERE class = ?1 AND class.record = key.record) "
    "ORDER BY length(key), key, name LIMIT ?5) JOIN name USING (number)"
)
_CANDIDATE: Final = (
    "SELECT id, label, name.name, classes, qualifier FROM record JOIN name ON name.number = ?1 "
    "WHERE record.number = ?2"
)
_ALL_RECORDS: Final = (
    "SELECT number, id, label, classes, qualifier, NOT EXISTS (SELECT 1 FROM class "
    "WHERE class = '' AND class.record = record.number) FROM record ORDER BY number"
)
_ALL_NAMES: Final = "SELECT record, name FROM name ORDER BY number"
_ALL_KEYS: Final = "SELECT record, kind, key FROM key ORDER BY record, kind, key, name"
_KEYS_SO_LONG: Final = (
    "SELECT group_concat(key, char(10)) FROM key "
    "WHERE kind = ?2 AND length(key) BETWEEN ?3 AND ?4 AND ?1 = ?1"
)
_KEYS_OF_CLASS: Final = _KEYS_SO_LONG.replace("?1 = ?1", _OF_CLASS)
_SHARE: Final = "SELECT (SELECT count(*) FROM class WHERE class = ?), (SELECT count(*) FROM record)"
_COMMON: Final = 8
"""A class is common that at least one in so many things is of."""


def _shared(one: str, other: str) -> float:
    """Return the share (percent) of equal characters in any order: words change places easily."""
    return 200 * (Counter(one) & Counter(other)).total() / (len(one) + len(other))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _storable(text: str) -> str:
    """Return a text SQLite can be asked for: halves of surrogate pairs are in no name."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _spoken(words: Sequence[Word], syllables: Sequence[str], *, initials: bool) -> tuple[Word, ...]:
    """Return the words of a name in Latin letters."""
    rest = iter(syllables)
    return tuple(
        Word(
            word.kind,
            tuple(
                syllable[:1] if initials and not token.isascii() else syllable
                for token, syllable in zip(word.tokens, rest, strict=False)
            ),
        )
        for word in words
    )


def _damaged(reason: str) -> StoreError:
    return StoreError(
        f"名称索引无法读取（{reason}）：请重新运行 kg build",
        f"the index of names cannot be read ({reason}): run kg build again",
    )


def open_names(path: Path) -> NameIndex:
    """Open the file of an index. Raises StoreError where it is none, or of another version."""
    try:
        return NameIndex(storage.connect(path))
    except sqlite3.Error as error:
        raise _damaged(str(error)) from error


def index_of(things: NamedThings, lexicon: SpokenNames) -> NameIndex:
    """Return an index in memory."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    storage.fill(connection, things, lexicon)
    return NameIndex(connection)
