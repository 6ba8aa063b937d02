"""Works and how they stand: `X工程、Y项目如期完工`, `加快推进Z项目`.

The words of a status are data: `genre/lexicons/status.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from kg_builder.text.grammar.data import Data, alternatives
from kg_builder.text.grammar.words import Words, split

ACTUAL, PLAN = "actual", "plan"
_LONGEST_WORDING = 40
"""A status wording is looked for in so many characters at the end of a clause."""
_DUE = re.compile(
    r"(?P<year>(?:19|20)\d\d)年(?:(?P<month>1[0-2]|0?[1-9])月(?:(?P<day>3[01]|[12]\d|0?[1-9])日)?|底|年底|内)?(?:之?前|底前|以前)?$"
)
_LAST_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_BUILDING = re.compile(r"(?<=工程|项目)(?:的)?(?:建设|施工|实施|工作)$")
_QUANTITY = re.compile(r"\d[\d.,]*(?:余)?(?:个|家|项|条|处|米|公里|万|亿|平方|辆|套|台)$")


@dataclass(frozen=True, slots=True)
class Status:
    """A status: its concept and the words that say it."""

    concept: str
    words: Words


@dataclass(frozen=True, slots=True)
class Work:
    """A work, how it stands, and by when it is planned to be done, if that is said."""

    name: Words
    status: Status
    kind: str
    due: date | None
    due_words: Words | None


@dataclass(frozen=True, slots=True)
class StatusReader:
    """Finds works with their status in a clause."""

    modifier: re.Pattern[str]
    ending: re.Pattern[str]
    """Any wording at the end of a clause, with its modifiers."""
    after: tuple[tuple[str, re.Pattern[str]], ...]
    before: tuple[tuple[str, re.Pattern[str]], ...]
    not_yet: re.Pattern[str]
    not_yet_concept: str

    @classmethod
    def of(cls, data: Data) -> StatusReader:
        """Read the lexicon; raises ConfigurationError for a wrong one."""
        modifier = "(?:" + "|".join(data.texts("modifiers")) + ")"
        not_yet = data.part("not-yet")
        after: list[tuple[str, re.Pattern[str]]] = []
        before: list[tuple[str, re.Pattern[str]]] = []
        wordings: list[str] = []
        for part in data.parts("status"):
            part.known("concept", "after", "before")
            for key, found, opening, closing in (
                ("after", after, "", "$"),
                ("before", before, "^", ""),
            ):
                words = "|".join(part.texts(key))
                if words:
                    pattern = part.compiled(key, f"{opening}(?:{words}){closing}")
                    found.append((part.text("concept"), pattern))
            wordings += part.texts("after")
        return cls(
            data.compiled("modifiers", modifier),
            data.compiled("status", f"{modifier}*(?:{'|'.join(wordings)})$"),
            tuple(after),
            tuple(before),
            re.compile(alternatives(not_yet.texts("words"))),
            not_yet.text("concept"),
        )

    def read(self, clause: Words, year: int | None) -> tuple[Work, ...]:
        """Return the works of a clause; none where no status is said, or no name is left.

        `year` is the year reported: a due date after it makes a plan.
        """
        behind = self._behind(clause)
        front = self._front(clause) if behind is None else None
        status = behind or front
        if status is None:
            return ()
        if behind:
            rest = clause.part(0, behind.words.start - clause.start)
        else:
            rest = clause.part(len(status.words.raw), len(clause.raw))
        rest, due_words, due = _due(rest)
        planned = due is not None and (year is None or due.year > year)
        status, rest = self._not_yet(clause, status, rest, planned=planned)
        kind = PLAN if planned or status.concept == self.not_yet_concept else ACTUAL
        names = [_name(part) for part in split(rest, "、")]
        if not names or not all(_is_name(name) for name in names):
            return ()
        return tuple(Work(name, status, kind, due, due_words) for name in names)

    def wording(self, clause: Words) -> Status | None:
        """Return the status that a whole clause words, without a thing: 主体结构封顶, 尚未开工."""
        ahead = self.not_yet.match(clause.raw)
        place = ahead.end() if ahead else 0
        if not self.ending.match(clause.raw, place):
            return None
        places = self._openings(clause.raw, place)
        for concept, pattern in self.after:
            if any(pattern.match(clause.raw, at) for at in places):
                planned = ahead or self.not_yet.search(clause.raw)
                return Status(self.not_yet_concept if planned else concept, clause)
        return None

    def kind(self, status: Status) -> str:
        """Return whether a status is what is, or what is planned."""
        return PLAN if status.concept == self.not_yet_concept else ACTUAL

    def _behind(self, clause: Words) -> Status | None:
        found = self.ending.search(clause.raw, max(0, len(clause.raw) - _LONGEST_WORDING))
        if found is None or found.start() == 0:
            return None
        places = self._openings(clause.raw, found.start())
        for concept, pattern in self.after:
            if any(pattern.match(clause.raw, place) for place in places):
                return Status(concept, clause.group(found))
        return None

    def _openings(self, raw: str, start: int) -> list[int]:
        """Return where the wording may start: at `start`, or behind any run of modifiers."""
        places = [start]
        for place in places:
            match = self.modifier.match(raw, place)
            if match and match.end() > place and match.end() not in places:
                places.append(match.end())
        return places

    def _front(self, clause: Words) -> Status | None:
        best: tuple[int, Status] | None = None
        for concept, pattern in self.before:
            match = pattern.match(clause.raw)
            if match and (best is None or match.end() > best[0]):
                best = (match.end(), Status(concept, clause.group(match)))
        return best[1] if best else None

    def _not_yet(
        self, clause: Words, status: Status, rest: Words, *, planned: bool
    ) -> tuple[Status, Words]:
        """Turn a wording such as 尚未完工, or one that is due later, into what it is: a plan."""
        inside = self.not_yet.search(status.words.raw)
        ahead = next(
            (match for match in self.not_yet.finditer(rest.raw) if match.end() == len(rest.raw)),
            None,
        )
        if ahead:
            start, end = rest.start + ahead.start(), status.words.span.end
            words = clause.part(start - clause.start, end - clause.start)
            if len(words.raw) != len(rest.raw) - ahead.start() + len(status.words.raw):
                words = status.words
            return Status(self.not_yet_concept, words), rest.part(0, ahead.start())
        if inside or planned:
            return Status(self.not_yet_concept, status.words), rest
        return status, rest


def _due(rest: Words) -> tuple[Words, Words | None, date | None]:
    """Cut a due date off the end: `…项目2028年6月30日前`."""
    match = _DUE.search(rest.raw)
    if match is None or match.start() == 0 or not match[0].endswith(("前", "底", "内")):
        return rest, None, None
    due = last_day(int(match["year"]), match["month"], match["day"])
    if due is None:
        return rest, None, None
    return rest.part(0, match.start()), rest.group(match), due


def last_day(year: int, month: str | None, day: str | None) -> date | None:
    """Return the last day of a year, a month or a day as printed; None for no such day."""
    number = int(month or 12)
    if not 1 <= number <= len(_LAST_DAYS):
        return None
    try:
        return date(year, number, int(day or _LAST_DAYS[number - 1]))
    except ValueError:
        return None


def _name(words: Words) -> Words:
    """Drop 建设 behind 工程 or 项目: it belongs to the verb (推进X工程建设)."""
    match = _BUILDING.search(words.raw)
    return words.part(0, match.start()) if match else words


def _is_name(words: Words) -> bool:
    return len(words.raw) > 1 and not _QUANTITY.search(words.raw)


def clauses(words: Words) -> Iterator[Words]:
    """Yield the clauses of a passage, split at full stops, semicolons and commas."""
    for sentence in split(words, "。；;"):
        yield from split(sentence, "，,")
