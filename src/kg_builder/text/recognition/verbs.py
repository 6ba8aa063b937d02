"""Whether a verb parts names where it stands, or belongs to one: 研发 in 研发中心."""

from __future__ import annotations

import re

from kg_builder.text.recognition.lexicon import NameLexicon, Word
from kg_builder.text.recognition.names import ASIDE, NUMBER, QUOTED, TITLE, NameReader

_MEASURES = frozenset("率量额费价")
"""Ends of measures that a verb before them is part of: 覆盖率, 吞吐量."""
_NO_MEASURES = ("量子", "量产", "率先", "价值链", "额济纳", "费县")
"""Words that only start as these do."""
_SHORT_HEADS = frozenset("区园院所馆站港城")
"""Ends of names that make a name of a verb before them: 集聚区."""
_AREAS = frozenset("省市县州盟旗区")
_AFTER_HEADS = ("建设", "项目", "工程")
_WORKS, _NO_WORKS = "工程", ("工程量", "工程建设", "工程机械", "工程技术", "工程师", "工程研究")
"""What makes a name of the verb before it, behind a name: 某路|改建工程; and what does not."""
_HONOUR = re.compile(
    "全国|国家|国际|世界|亚洲|中国|[省市区县]级?[^\ue000-\uf8ff]|植物|农产品|首批|年度"
)
"""How the names of honours begin."""
_NOMINAL = re.compile(rf"[^、,，。;；:：的{NUMBER}{ASIDE}]*")
_DOCUMENT = re.compile(rf"[^、,，。;；:：的等{TITLE}{NUMBER}{ASIDE}]{{4,40}}")
ISSUED = frozenset({"issued", "approved", "under-way"})
_LEAST_DOCUMENT, _LEAST_SAID = 2, 8


class VerbJudge:
    """Judges verbs by what stands around them."""

    def __init__(self, lexicon: NameLexicon, names: NameReader) -> None:
        self._lexicon = lexicon
        self._names = names

    def parts(self, masked: str, start: int, place: int, end: int, word: Word) -> bool:
        """Whether a verb parts names here, or belongs to one (研发 in 研发中心)."""
        ahead = _NOMINAL.match(masked, end)
        following = ahead[0] if ahead else ""
        if self._within(masked, start, place, end, word, following):
            return False
        if word.nominal and place == start:
            return masked[end : end + 1] == NUMBER
        bare = self._bare_head(masked, end)
        if bare:
            named = place == start or masked[place - 1] in _AREAS
            named = named or self._names.ends(masked[start:place])
            named = named or (not word.nominal and self._counts(masked, end, bare))
            if self._is_policy(bare) and word.status is None and place > start:
                return False
            return named and (not word.weak or self._is_object(masked, start, place, end, bare))
        return not word.weak or self._weak_parts(masked, start, place, end, word, following)

    def _within(
        self, masked: str, start: int, place: int, end: int, word: Word, following: str
    ) -> bool:
        """Whether a verb is the start, the middle or the end of a longer word."""
        if self._covered(masked, start, place, end, word) or self.straddles(masked, start, place):
            return True
        if place > start and following.startswith(_WORKS) and not following.startswith(_NO_WORKS):
            return True
        if following[:1] in _MEASURES and not following.startswith(_NO_MEASURES):
            return True
        if word.weak and self._lexicon.attribute.fullmatch(masked[place:end] + following):
            return True
        if not word.nominal or place == start:
            return False
        return masked[place - 1] == QUOTED or not self._names.owner(masked[start:place])

    def _weak_parts(
        self, masked: str, start: int, place: int, end: int, word: Word, following: str
    ) -> bool:
        """Whether a verb parts names that is as often a part of one."""
        if end - place == 1 and word.award:
            return self._awards(masked, start, place, end)
        if end - place == 1:
            return masked[end : end + 1] == NUMBER
        if place == start:
            return True
        before = masked[start:place]
        if not following and end < len(masked) and masked[end] == NUMBER:
            return self._names.ends(before) or not self._names.ends(masked[start:end])
        if not following or self._is_verb(masked, end):
            return True
        return self._names.ends(before) and self._names.starts(following)

    def _awards(self, masked: str, start: int, place: int, end: int) -> bool:
        """Whether 获 tells an honour here: behind a name, in front of the name of one."""
        if masked[end : end + 1] in (NUMBER, QUOTED, TITLE):
            return True
        return _HONOUR.match(masked, end) is not None and self._names.ends(masked[start:place])

    def straddles(self, masked: str, start: int, place: int) -> bool:
        """Whether a head ends inside the verb, and another verb starts there: 机构|建成."""
        if place == start or place + 1 >= len(masked):
            return False
        head = self._lexicon.heads.ending(masked[start : place + 1])
        if head is None or len(head[0]) < _LEAST_DOCUMENT:
            return False
        word = self._lexicon.words.match(masked, place + 1)
        return word is not None and word[1].kind == "verb" and len(word[0]) > 1

    def _covered(self, masked: str, start: int, place: int, end: int, word: Word) -> bool:
        """Whether the verb is a part of a head: 改造 in 旧城改造, 集聚 in 集聚区."""
        head = self._lexicon.heads.ending(masked[start:end])
        if head is not None and end - place < len(head[0]) <= end - start:
            return True
        ahead = self._lexicon.verbal_heads.match(masked, place)
        if ahead is None or len(ahead[0]) <= end - place:
            return False
        text, row = ahead
        if row.type == "Policy" and word.status is None and place > start:
            return True
        after = place + len(text)
        if place > start or masked[after : after + 1] != NUMBER:
            return True
        thing = self._lexicon.heads.ending(masked[end:after])
        return thing is None or thing[0] != masked[end:after] or thing[1].type != "Topic"

    def _bare_head(self, masked: str, place: int) -> str:
        """Return the head that follows at once, where a name ends with it."""
        ahead = masked[place : place + 6]
        if ahead[:1] in _SHORT_HEADS and not ahead[1:2].isalnum():
            return ahead[:1]
        for length in (4, 3, 2):
            head = ahead[:length]
            found = self._lexicon.heads.ending(head)
            if found and found[0] == head and len(head) == length:
                after = ahead[length : length + 1]
                if not after or not after.isalnum() or ahead[length:] in _AFTER_HEADS:
                    return head
                word = self._lexicon.words.match(masked, place + length)
                if word and word[1].kind == "verb":
                    return head
        return ""

    def _is_policy(self, head: str) -> bool:
        found = self._lexicon.heads.ending(head)
        return found is not None and found[1].type == "Policy"

    def _counts(self, masked: str, end: int, head: str) -> bool:
        """Whether a head follows of things that are counted: 接待|游客|30万人次."""
        after = end + len(head)
        found = self._lexicon.heads.ending(head)
        return (
            masked[after : after + 1] == NUMBER and found is not None and (found[1].type == "Topic")
        )

    def _is_object(self, masked: str, start: int, place: int, end: int, head: str) -> bool:
        """Whether a bare head is what a weak verb is done to: 改造老旧小区, 接待游客30万人次."""
        counted = masked[end + len(head) : end + len(head) + 1] == NUMBER
        return counted or (place == start and len(head) > 2)

    def _is_verb(self, masked: str, place: int) -> bool:
        """Whether another verb follows at once: 合作 in 合作设立, 建设 in 建设全面提速."""
        start = place
        while place < len(masked):
            found = self._lexicon.words.match(masked, place)
            if found is None or found[1].kind != "verb":
                return False
            if not found[1].weak:
                return True
            place += len(found[0])
        return place > start

    def pairs(self, masked: str, start: int, place: int, end: int) -> bool:
        """Whether 与 pairs two industries inside a name: 人工智能与数字经济试验区."""
        if masked[place:end] != "与" or not self._names.industry(masked[start:place]):
            return False
        second = self._lexicon.topics.match(masked, end) if end < len(masked) else None
        return (
            second is not None and masked[end + len(second[0]) : end + len(second[0]) + 1].isalnum()
        )

    def document(self, masked: str, place: int) -> int:
        """Return where the name of a document ends that is issued at `place`, if one is named.

        Such names hold verbs of their own: 印发推动某产业高质量发展若干措施.
        """
        while True:
            stretch = _DOCUMENT.match(masked, place)
            if stretch is None:
                return place
            found = self._lexicon.heads.ending(stretch[0])
            if found is None or found[1].type != "Policy" or len(found[0]) < _LEAST_DOCUMENT:
                return place
            word = self._lexicon.words.match(masked, place)
            if (
                word is None
                or word[1].weak
                or word[1].status is None
                or place + len(word[0]) >= stretch.end()
            ):
                return stretch.end()
            if self._lexicon.verbal_heads.match(masked, place) is not None:
                return stretch.end()
            return place

    def document_said_of(self, masked: str) -> int:
        """Return where a document's name ends that opens the clause, and is issued: …方案印发."""
        issued = self._lexicon.issued.search(masked)
        if issued is None or issued.start() < _LEAST_SAID:
            return 0
        stretch = _DOCUMENT.match(masked)
        if stretch is None or stretch.end() < issued.start():
            return 0
        found = self._lexicon.heads.ending(masked[: issued.start()])
        if found is None or found[1].type != "Policy" or len(found[0]) <= _LEAST_DOCUMENT:
            return 0
        return issued.start()
