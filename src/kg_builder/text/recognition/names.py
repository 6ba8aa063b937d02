"""Names out of the stretches between verbs: trimmed on both sides, known by their ends."""

from __future__ import annotations

import re
from collections.abc import Mapping

from kg_builder.text.grammar.words import Words
from kg_builder.text.recognition.lexicon import NameLexicon, NameRow
from kg_builder.text.recognition.tokens import Mention, Token

_LONGEST = 60
_SHORTEST = 2
TITLE, QUOTED, BRACKET = "\ue0f0", "\ue0f1", "\ue0f2"
"""Blot out what stands between title marks, quotation marks and brackets."""
NUMBER = "\ue0f3"
"""Blots out figures and periods."""
ASIDE = "\ue0f4"
"""Blots out a bracket that says something of what stands before it."""


_MEASURED = frozenset({"Topic", "Industry", "Indicator"})
"""What such a name and 量 or 额 behind it speak of is a measure by itself: 货物吞吐量."""


_SURE = frozenset(
    {
        "Institution",
        "Alliance",
        "Company",
        "Platform",
        "Park",
        "Project",
        "Event",
        "Fund",
        "Cluster",
    }
)
"""Classes whose ends are seldom parts of other names."""
_OWNERS = _SURE | {"Place", "School", "Canteen", "Town", "Village", "Road"}
"""Classes of things of which measures are told in detail: 港区|集装箱吞吐量."""
_APPENDED = frozenset(f"期区段块版号)）]】{BRACKET}")
_HOUSE_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?:号院?|弄)$")
"""Behind a road: an address."""
_PLAIN = re.compile(r"[\u4e00-\u9fff]+")
_LONGEST_MEASURE = 14
_LEAST_OPENING, _LONGEST_PREDICATE = 5, 8
_LONGEST_QUOTED = 20


class NameReader:
    """Reads names."""

    def __init__(self, lexicon: NameLexicon, known: Mapping[str, NameRow]) -> None:
        self._lexicon = lexicon
        self._known = known

    def ends(self, masked: str) -> bool:
        """Whether a name may end here."""
        if masked[-1] in (TITLE, QUOTED) or self._head(masked) is not None:
            return True
        return self._measure(masked) is not None

    def starts(self, masked: str) -> bool:
        """Whether what follows holds a name."""
        return masked[0] in (TITLE, QUOTED) or self._head(masked) is not None

    def sums_up(self, masked: str, place: int) -> bool:
        """Whether a word follows that sums up a list, and no more: 甲、乙两个|集群分别…."""
        stretch = _PLAIN.match(masked, place)
        if stretch is None:
            return False
        for length in range(min(6, len(stretch[0])), 1, -1):
            if self._lexicon.generic.fullmatch(stretch[0][:length]):
                after = stretch[0][length : length + 1]
                return not after or self._lexicon.words.match(masked, place + length) is not None
        return False

    def owner(self, masked: str) -> bool:
        """Whether this ends as something that does things: no product, industry or topic."""
        row = self._head(masked)
        return row is None or row.type in _OWNERS

    def industry(self, masked: str) -> bool:
        """Whether this ends as an industry: 数字经济 of 数字经济与文化融合示范区."""
        row = self._head(masked)
        return row is not None and row.type == "Industry"

    def read(self, words: Words, masked: str, start: int, end: int) -> list[Token]:
        """Return the name or attribute in `start:end`, none where there is neither."""
        start, end = self._trimmed(words, masked, start, end)
        if end - start < 1:
            return []
        if masked[start] == TITLE and masked[end - 1] in (TITLE, BRACKET):
            return self._title(words, masked, start, end)
        if _whole(masked, start, end, QUOTED):
            return self._quoted(words, start, end)
        said = masked.find(QUOTED, start, end)
        if start < said < end - _LONGEST_QUOTED and _whole(masked, said, end, QUOTED):
            end = said  # 市政府“……”: what somebody says is no part of a name
        name = masked[start:end]
        if len(name) > _LONGEST:
            return []
        if self._lexicon.attribute.fullmatch(name):
            return [Token("attribute", start, end)]
        found = self._measure(name)
        head = self._head(name)
        if found and (head is None or self._measures(name, found.start())):
            return self._measured(words, masked, start, start + found.start(), end)
        if head is None:
            return self._unknown(words, masked, start, end)
        return [self._token(words, start, end, head)]

    def _measured(self, words: Words, masked: str, start: int, cut: int, end: int) -> list[Token]:
        """Return a name and what is measured of it (X总建筑面积), or an attribute alone."""
        name = masked[start:cut]
        head = self._head(name)
        if head is None or head.type in _MEASURED or head.type == "Product":
            length, head = self._measured_name(name)
            cut, name = start + length, name[:length]
        generic = self._lexicon.generic.fullmatch(name)
        if head is None or head.collective or head.type in _MEASURED or generic:
            return [Token("attribute", start, end)]
        return [self._token(words, start, cut, head), Token("attribute", cut, end)]

    def _measure(self, masked: str) -> re.Match[str] | None:
        return self._lexicon.attribute.search(masked, max(0, len(masked) - _LONGEST_MEASURE))

    def _measures(self, name: str, place: int) -> bool:
        """Whether what is measured stands behind `place`, not the end of a longer head."""
        ending = self._ending(name)
        if len(ending) > len(name) - place:
            return False
        return place + 1 >= len(name) - 1 or bool(self._lexicon.attribute.fullmatch(ending))

    def _measured_name(self, name: str) -> tuple[int, NameRow | None]:
        """Return how much of a stretch is a name, the rest the start of a measure: 港区|货物."""
        for length in range(len(name) - 1, max(_SHORTEST, len(name) - _LONGEST_PREDICATE), -1):
            row = self._head(name[:length])
            owner = row is not None and row.type in _OWNERS and not row.collective
            if owner and not self._straddled(name, length):
                return length, row
        return len(name), self._head(name)

    def _title(self, words: Words, masked: str, start: int, end: int) -> list[Token]:
        row = self._lexicon.by_type.get("Policy")
        close = masked.rfind(TITLE, start, end)
        inner = words.part(start + 1, close)
        if not inner:
            return []
        return [Token("name", start, end, mention=Mention(inner, row, quoted=True))]

    def _quoted(self, words: Words, start: int, end: int) -> list[Token]:
        """Return a name that is all quotation: known by the end of what is quoted."""
        inner = words.part(start + 1, end - 1)
        if not inner or QUOTED in inner.raw:
            return []
        mention = Mention(inner, self._head(inner.raw), quoted=True)
        return [Token("name", start, end, mention=mention)]

    def _token(self, words: Words, start: int, end: int, row: NameRow) -> Token:
        part = words.part(start, end)
        number = _HOUSE_NUMBER.search(part.raw) if row.type == "Road" else None
        if number is not None:
            end = start + number.start()
            part = words.part(start, end)
        alias = None
        opened = max(part.raw.rfind("("), part.raw.rfind("（"))
        if part.raw[-1:] in ")）" and opened > 0:
            inner = part.part(opened + 1, len(part.raw) - 1)
            match = self._lexicon.alias.match(inner.raw)
            if match:
                alias = inner.group(match, "name")
                part = part.part(0, opened)
        return Token("name", start, end, mention=Mention(part, row, alias=alias))

    def _unknown(self, words: Words, masked: str, start: int, end: int) -> list[Token]:
        name = masked[start:end]
        cut = self._opening_name(name)
        if cut is not None:
            length, row = cut
            return [self._token(words, start, start + length, row)]
        quoted = QUOTED in name
        if not quoted and (len(name) < _SHORTEST or self._is_abstract(masked, start, end)):
            return []
        return [Token("name", start, end, mention=Mention(words.part(start, end), None, quoted))]

    def _opening_name(self, name: str) -> tuple[int, NameRow] | None:
        """Return how much of a stretch is a name, where a predicate that nobody knows follows."""
        for length in range(len(name) - _SHORTEST, _LEAST_OPENING - 1, -1):
            if len(name) - length > _LONGEST_PREDICATE:
                return None
            if self._straddled(name, length):
                continue
            row = self._head(name[:length])
            if row is not None and row.type in _SURE and len(self._ending(name[:length])) > 1:
                return length, row
        return None

    def _straddled(self, name: str, place: int) -> bool:
        """Whether a word stands on both sides of a place."""
        for start in range(max(0, place - 2), place):
            found = self._lexicon.words.match(name, start)
            if found is not None and start + len(found[0]) > place:
                return True
        return False

    def _ending(self, name: str) -> str:
        found = self._lexicon.heads.ending(name)
        return found[0] if found else name

    def _is_abstract(self, masked: str, start: int, end: int) -> bool:
        """Whether a stretch without a known end speaks of a quality, not of a thing in a list."""
        listed = masked[start - 1 : start] == "、" or masked[end : end + 1] == "、"
        return not listed and bool(self._lexicon.abstract.search(masked[start:end]))

    # --- trimming ---

    def _trimmed(self, words: Words, masked: str, start: int, end: int) -> tuple[int, int]:
        raw = masked
        while start < end and raw[start] in " \u3000\t\r\n·—":
            start += 1
        while end > start and raw[end - 1] in " \u3000\t\r\n":
            end -= 1
        while start < end and raw[start] == BRACKET:
            start += 1
        match = self._lexicon.leading.match(raw[start:end])
        if match and match.end() < end - start and words.raw[start:end] not in self._known:
            start += match.end()
        name = raw[start:end]
        tail = self._lexicon.trailing.search(name)
        headed = tail and tail.start() > 0 and self._head(name[: tail.start()]) is not None
        if tail and headed and not self._is_whole(name):
            end = start + tail.start()
        return start, end

    def _is_whole(self, name: str) -> bool:
        """Whether the whole has a head longer than 建设 and the like."""
        found = self._lexicon.heads.ending(name)
        return found is not None and len(found[0]) > 2 and found[0].endswith("建设")

    # --- heads ---

    def _head(self, masked: str) -> NameRow | None:
        known = self._known.get(masked) or self._lexicon.whole.get(masked)
        if known is not None:
            return known
        base = masked.rstrip(" \u3000")
        appendix = None
        if base and (base[-1] in _APPENDED or base[-1].isascii()):
            appendix = self._lexicon.appendix.search(base.replace(BRACKET, ""))
        bare = base.rstrip(BRACKET)
        if appendix and appendix.start() > 0:
            bare = bare[: -len(appendix[0])] if bare.endswith(appendix[0]) else bare
        bare = bare.rstrip(BRACKET + QUOTED)
        if not bare:
            return None
        for pattern, type_name in (
            (self._lexicon.brand, "Company"),
            (self._lexicon.district, "District"),
        ):
            if pattern.fullmatch(bare):
                return self._lexicon.by_type[type_name]
        found = self._lexicon.heads.ending(bare)
        if found is None or bare == found[0]:
            return found[1] if found and bare == found[0] and len(bare) > 1 else None
        if len(found[0]) == 1 and len(bare) < 2:
            return None
        return found[1]


def _whole(masked: str, start: int, end: int, mark: str) -> bool:
    return masked[start:end].strip(mark) == ""
