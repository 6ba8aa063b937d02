"""Language tags: their case, what is no language, and Chinese words without the tag of Chinese.

A parser gives all tags in lower case (RDF 1.1, 3.3 allows it), so that their case is looked up in
the text. The languages are those of ISO 639-1, and the usual slips for them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from pyoxigraph import Literal, Triple

from kg_builder.asking.near_terms import shown_literal
from kg_builder.judging.lint.findings import Kind, about, instead
from kg_builder.judging.lint.task import QUOTED, Task
from kg_builder.judging.raw import Mend, Raw
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.selector import Span
from kg_builder.model.verdict import Edit, Fix

_TAG: Final = re.compile(r"@([A-Za-z]+(?:-[A-Za-z0-9]+)*)\s*$")
_ATTRIBUTE: Final = re.compile(
    r"""(?:xml:lang\s*=\s*["']|"@language"\s*:\s*")([A-Za-z]+(?:-[A-Za-z0-9]+)*)["']"""
)
"""How JSON-LD and RDF/XML name a language, for any number of literals."""
_CODES: Final = frozenset(
    """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu
    cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi
    ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks
    ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl
    nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl
    sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve
    vi vo wa wo xh yi yo za zh zu
    """.split()
)
_MEANT: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("cn", "chn", "chi", "zho", "ch", "chinese", "zhong"), "zh"),
        **dict.fromkeys(("eng", "us", "uk", "gb", "english"), "en"),
        **dict.fromkeys(("jp", "jpn"), "ja"),
        **dict.fromkeys(("kr", "kor"), "ko"),
    }
)
"""Names of countries, and codes of three letters where there is one of two (BCP 47, 2.2.1)."""
_REAL: Final = frozenset({"ch", "uk", "kr"})
"""Languages in their own right: they are taken for a slip only with Chinese words."""
_CHINESE: Final = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN: Final = re.compile("[A-Za-z]")
_KANA: Final = re.compile("[\u3040-\u30ff]")


def tags(task: Task) -> Iterator[Raw]:
    """Yield tags written in several ways or oddly, and tags that are of no language."""
    tagged: dict[str, list[Triple]] = defaultdict(list)
    for triple in task.triples:
        literal = triple.object
        if isinstance(literal, Literal) and literal.language:
            yield from _no_language(triple, literal, literal.language)
            tagged[literal.language].append(triple)
    for tag, ways in _written(task, tagged).items():
        yield from _cases(task, tag, ways)


_Ways = Mapping[str, list[tuple[Triple, Span]]]
"""How a tag is written, each with the places, and the triples there."""


def _written(task: Task, tagged: Mapping[str, Sequence[Triple]]) -> Mapping[str, _Ways]:
    """Return for each tag how the text writes it."""
    submission = task.submission
    found: dict[str, dict[str, list[tuple[Triple, Span]]]] = defaultdict(lambda: defaultdict(list))
    if submission.format in QUOTED:
        for match in _ATTRIBUTE.finditer(submission.text):
            triples = tagged.get(match[1].lower())
            if triples:
                place = (triples[0], Span(match.start(1), match.end(1)))
                found[match[1].lower()][match[1]].append(place)
        return found
    for tag, triples in tagged.items():
        for triple in triples:
            for spans in submission.spans_all(triple):
                end = _TAG.search(submission.text, spans.object.start, spans.object.end)
                if end:
                    found[tag][end[1]].append((triple, Span(end.start(1), end.end(1))))
    return found


def _cases(task: Task, tag: str, ways: Mapping[str, list[tuple[Triple, Span]]]) -> Iterator[Raw]:
    right = _usual(tag)
    if set(ways) <= {right}:
        return
    if len(ways) == 1 and tag in ways:  # all in lower case: consistent, and what a parser gives
        return
    listed = " ".join(f"@{way}" for way in sorted(ways))
    several = Bilingual(
        f"同一个语言标签有 {len(ways)} 种写法（{listed}），有的软件会当作不同的语言",
        f"one language tag is written in {len(ways)} ways ({listed}); some software takes them for "
        "different ones",
    )
    for way, places in sorted(ways.items()):
        if way == right:
            continue
        odd = Bilingual(
            f"语言标签 @{way} 的大小写不合惯例，与图里的 @{right} 只差大小写",
            f"the case of the tag @{way} is unusual: it differs from @{right} in case only",
        )
        why = several if len(ways) > 1 else odd
        words = Bilingual(f"{why.zh}：请写 @{right}", f"{why.en}: write @{right}")
        title = Bilingual(f"改成 @{right}", f"write @{right}")
        for triple, span in places:
            fix = Fix(title, (Edit(task.submission.name, span, right),))
            yield about(
                Kind.LANGUAGE_TAG,
                triple,
                "object",
                words,
                severity="Warning",
                span=span,
                fixes=(fix,),
            )


def _usual(tag: str) -> str:
    """Return a tag in the case of BCP 47, 2.1.1: zh-Hans-CN."""
    first, *rest = tag.split("-")
    cased = [
        part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower()
        for part in rest
    ]
    return "-".join((first.lower(), *cased))


def _no_language(triple: Triple, literal: Literal, tag: str) -> Iterator[Raw]:
    first, *rest = tag.split("-")
    chinese = _CHINESE.search(literal.value) is not None
    meant = _MEANT.get(first)
    if first in _REAL and not chinese:
        meant = None
    if meant is None and (first in _CODES or len(first) != 2):
        return
    right = "-".join((meant, *rest)) if meant else ("zh" if chinese else None)
    zh, en = f"@{tag} 不是语言的代码", f"@{tag} is not the code of a language"
    words = Bilingual(
        f"{zh}：请用 ISO 639-1 的代码，中文 @zh，英文 @en",
        f"{en}: take one of ISO 639-1, @zh for Chinese, @en for English",
    )
    fixes: tuple[Mend, ...] = ()
    if right is not None:
        words = Bilingual(f"{zh}：请写 @{right}", f"{en}: write @{right}")
        new = Literal(literal.value, language=right)
        fixes = (instead(triple, "object", new, shown_literal(new)),)
    yield about(Kind.LANGUAGE_TAG, triple, "object", words, severity="Warning", fixes=fixes)


def chinese_without_tag(task: Task) -> Iterator[Raw]:
    """Yield Chinese words that have no tag where words have one, or the tag of English."""
    worded = task.vocabulary.worded
    for triple in task.triples:
        literal = triple.object
        if not isinstance(literal, Literal) or not _is_chinese(literal.value):
            continue
        tag = literal.language or ""
        if tag.partition("-")[0] == "en" and not _LATIN.search(literal.value):
            why = Bilingual(f"中文却标成了 @{tag}", f"these words are Chinese, but tagged @{tag}")
        elif not tag and literal.datatype.value.endswith("#string") and triple.predicate in worded:
            why = Bilingual("中文没有语言标签", "these words are Chinese, and have no language tag")
        else:
            continue
        new = Literal(literal.value, language="zh")
        shown = shown_literal(new)
        words = Bilingual(f"{why.zh}：请写 {shown}", f"{why.en}: write {shown}")
        fixes = (instead(triple, "object", new, shown),)
        yield about(
            Kind.CHINESE_WITHOUT_TAG, triple, "object", words, severity="Warning", fixes=fixes
        )


def _is_chinese(text: str) -> bool:
    return _CHINESE.search(text) is not None and _KANA.search(text) is None
