"""The coverage page: a whole report, every passage linked to its facts, what is unread marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Template
from typing import Final

from kg_builder.desk import MarkedReport
from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Concept, Fact, Text, Value, Year
from kg_builder.model.selector import Evidence, Span
from kg_builder.pages.markup import content_policy, shown
from kg_builder.pages.report_text import READINGS, UNREAD, ReportText
from kg_builder.text.marking import Passage
from kg_builder.version import VERSION

GENERATOR: Final = "kg-builder coverage"
"""Begins the `generator` of every page, which tells a page of ours from any other file."""

_HERE: Final = Path(__file__).parent
_MOST_PLACES: Final = 3
"""Other passages of a fact that are linked to: a period stands in every heading."""
_OPEN_SUBJECTS: Final = 8
"""Subjects of one passage that are listed openly: a report's title supports hundreds of facts."""
_QUOTE: Final = 40

_LINKED_POLICY: Final = "; ".join(
    ("default-src 'none'", "style-src 'self'", "script-src 'self'", "base-uri 'none'")
)

_WORDS: Final[Mapping[str, Bilingual]] = {
    "home": Bilingual("回到网站", "Back to the site"),
    "heading": Bilingual("阅读覆盖", "Coverage"),
    "skip_text": Bilingual("跳到正文", "Skip to the report"),
    "skip_facts": Bilingual("跳到事实", "Skip to the facts"),
    "search": Bilingual("查找正文和事实", "Search text and facts"),
    "only_unread": Bilingual("只看未读", "Only unread"),
    "next_unread": Bilingual("下一处未读", "Next unread"),
    "previous_unread": Bilingual("上一处未读", "Previous unread"),
    "show_all": Bilingual("回到概况和全部段位", "Back to summary and all passages"),
    "report": Bilingual("报告正文", "The report"),
    "summary": Bilingual("概况与图例", "Summary and legend"),
    "facts": Bilingual("段位与事实", "Passages and their facts"),
    "hint": Bilingual(
        "点击正文中有颜色的段位，这里就只列它的事实。",
        "Choose a coloured passage in the report to see its facts alone.",
    ),
    "found": Bilingual("{n} 段正文、{m} 个段位相符", "{n} blocks of text and {m} passages match"),
    "chosen": Bilingual("第 {n} 行：{m} 条事实", "line {n}: {m} facts"),
    "share": Bilingual("读懂的正文", "of the text read"),
    "count_facts": Bilingual("事实", "facts"),
    "count_entities": Bilingual("实体", "entities"),
    "count_unread": Bilingual("未读之处", "passages not read"),
    "reading": Bilingual("读法", "Reading"),
    "subject": Bilingual("主语的类与事实数", "Class of the subject, and facts"),
    "unread_list": Bilingual("未读之处", "Passages not read"),
    "notices": Bilingual("提示", "Warnings"),
    "line": Bilingual("第 {} 行", "line {}"),
    "characters": Bilingual("{} 字", "{} characters"),
    "table": Bilingual("表 {}", "table {}"),
    "row": Bilingual("第 {} 行", "row {}"),
    "named": Bilingual("名称", "named here"),
    "also": Bilingual("另见", "also"),
    "more": Bilingual("另有 {} 个主语", "subjects: {} more"),
    "rule": Bilingual("规则", "rule"),
    "true": Bilingual("是", "true"),
    "false": Bilingual("否", "false"),
    "paragraph": Bilingual("段落", "paragraph"),
    "cell": Bilingual("单元格", "cell"),
    "bullet": Bilingual("条目", "bullet"),
    "none": Bilingual("没有。", "None."),
}


FILES: Final = ("coverage.css", "coverage.js")
"""The style and the script of a page that is linked to them."""

Linked = tuple[Callable[[str], str], str]
"""The addresses of `FILES`, and that of the page that leads here."""


def coverage_page(marked: MarkedReport, language: Language, linked: Linked | None = None) -> str:
    """Return the page as HTML: one document without requests, safe whatever the report says.

    With `linked` style and script are not in it but at their addresses, for a server whose policy
    allows nothing inline.
    """
    return _Writer(marked, language, linked).page()


def file_of(name: str) -> str:
    """Return the style or the script of `FILES`."""
    if name == "coverage.css":
        return "".join((_HERE / f"{part}.css").read_text("utf-8") for part in ("house", "coverage"))
    return (_HERE / name).read_text("utf-8")


class _Writer:
    def __init__(self, marked: MarkedReport, language: Language, linked: Linked | None) -> None:
        self._linked = linked
        self._marked = marked
        self._language: Language = language
        self._extraction = marked.reading.extraction
        self._source = marked.reading.document.source
        self._text = ReportText(marked, language)
        self._names = {entity.id: entity.label for entity in self._extraction.entities}
        self._subjects: dict[EntityId, str] = {}
        self._places: dict[int, list[int]] = {}
        for number, passage in enumerate(marked.text.passages):
            for fact, _evidence in passage.facts:
                places = self._places.setdefault(fact, [])
                if len(places) <= _MOST_PLACES and number not in places:
                    places.append(number)

    def _say(self, word: str, *values: object) -> str:
        return _WORDS[word].pick(self._language).format(*values)

    def page(self) -> str:
        """Return the whole document."""
        title = self._marked.reading.document.title
        # the text comes first: what it shows decides which anchors there are
        report = "\n".join(self._text.write())
        words = {f"w_{key}": shown(text.pick(self._language)) for key, text in _WORDS.items()}
        return Template((_HERE / "coverage.html").read_text("utf-8")).substitute(
            words,
            lang="zh-Hans" if self._language == "zh" else "en",
            **self._parts(),
            generator=f"{GENERATOR} {VERSION}",
            title=shown(title.text if title else self._source.name),
            counts="".join(self._counts()),
            legend="".join(self._legend()),
            unread="".join(self._unread()),
            notices="".join(self._notices()),
            report=report,
            passages="\n".join(self._passages()),
        )

    def _parts(self) -> dict[str, str]:
        """Return style, script and policy, and the way back where there is one."""
        style, script = map(file_of, FILES)
        if self._linked is None:
            return {
                "policy": shown(content_policy(style, script)),
                "style": f"<style>{style}</style>",
                "script": f"<script>{script}</script>",
                "home": "",
            }
        address, home = self._linked
        css, js = (shown(address(name)) for name in FILES)
        return {
            "policy": shown(_LINKED_POLICY),
            "style": f'<link rel="stylesheet" href="{css}">',
            "script": f'<script src="{js}"></script>',
            "home": f'<a class="home" href="{shown(home)}">← {shown(self._say("home"))}</a>',
        }

    def _counts(self) -> Iterator[str]:
        coverage = self._marked.coverage
        counts = (
            ("share", f"{coverage.share:.0%}"),
            ("count_facts", len(self._extraction.facts)),
            ("count_entities", len(self._extraction.entities)),
            ("count_unread", len(coverage.unread)),
        )
        for word, count in counts:
            yield f"<div><dd>{count}</dd><dt>{shown(self._say(word))}</dt></div>"

    def _legend(self) -> Iterator[str]:
        yield f"<h3>{shown(self._say('reading'))}</h3><ul>"
        counts = Counter(
            evidence.reading
            for passage in self._marked.text.passages
            for _fact, evidence in passage.facts
        )
        for reading, words in READINGS.items():
            label = shown(words.pick(self._language))
            yield f'<li><span class="s r-{reading}">{label}</span> {counts[reading]}</li>'
        unread = shown(UNREAD.pick(self._language))
        yield f'<li><span class="u">{unread}</span> {len(self._marked.coverage.unread)}</li>'
        yield f"</ul><h3>{shown(self._say('subject'))}</h3><ul>"
        classes = Counter(fact.subject.type for fact in self._extraction.facts)
        for type_, count in sorted(classes.items(), key=lambda item: (-item[1], item[0])):
            label = shown(self._term(type_))
            yield f'<li><span class="s {self._text.colour(type_)}">{label}</span> {count}</li>'
        yield "</ul>"

    def _unread(self) -> Iterator[str]:
        for item in self._marked.coverage.unread:
            gap = item.gaps[0]
            quote = self._quote(gap)
            yield (
                f'<li><a href="{self._text.anchor(gap)}">{shown(self._say("line", item.line))}</a>'
                f" <small>{shown(self._say(item.kind))}, "
                f"{shown(self._say('characters', item.characters))}</small>"
                f' <q lang="zh">{quote}</q></li>'
            )
        if not self._marked.coverage.unread:
            yield f"<li>{shown(self._say('none'))}</li>"

    def _notices(self) -> Iterator[str]:
        for notice in self._marked.reading.notices:
            words = shown(notice.message.pick(self._language))
            code = f"<small>{shown(notice.code)}</small>"
            line = notice.position.line if notice.position else None
            place = shown(self._say("line", line)) if line else ""
            if line in self._text.lines:
                place = f'<a href="#L{line}">{place}</a>'
            yield f"<li>{place} {words} {code}</li>"
        if not self._marked.reading.notices:
            yield f"<li>{shown(self._say('none'))}</li>"

    def _quote(self, span: Span) -> str:
        text = " ".join(self._source.text[span.start : min(span.end, span.start + 400)].split())
        return shown(text if len(text) <= _QUOTE else text[:_QUOTE] + "…")

    def _passages(self) -> Iterator[str]:
        for number, passage in enumerate(self._marked.text.passages):
            yield from self._passage(number, passage)

    def _passage(self, number: int, passage: Passage) -> Iterator[str]:
        line = shown(self._say("line", self._text.line(passage.span)))
        place = shown(self._place(passage))
        yield (
            f'<article id="p{number}" class="{self._text.colour(self._text.subject(passage))}"'
            f' data-n="{len(passage.facts)}">'
            f'<h3><a href="{self._text.anchor(passage.span)}">{line}</a>'
            f' <q lang="zh">{self._quote(passage.span)}</q>'
            f"{f' <small>{place}</small>' if place else ''}</h3>"
        )
        subjects: dict[EntityId, list[tuple[int, Evidence]]] = {
            self._extraction.entities[index].id: [] for index in passage.entities
        }
        for fact, evidence in passage.facts:
            subjects.setdefault(self._extraction.facts[fact].subject, []).append((fact, evidence))
        groups = [self._group(number, subject, facts) for subject, facts in subjects.items()]
        yield from groups[:_OPEN_SUBJECTS]
        rest = groups[_OPEN_SUBJECTS:]
        if rest:
            yield f"<details><summary>{shown(self._say('more', len(rest)))}</summary>"
            yield from rest
            yield "</details>"
        yield "</article>"

    def _place(self, passage: Passage) -> str:
        """Return where in a table a passage stands, as its evidence says."""
        evidence = next((found for _fact, found in passage.facts if found.table is not None), None)
        if evidence is None or evidence.table is None:
            return ""
        parts = [self._say("table", evidence.table + 1)]
        if evidence.row is not None:
            parts.append(self._say("row", evidence.row))
        if evidence.column is not None:
            parts.append(evidence.column)
        return " › ".join(parts)

    def _group(self, number: int, subject: EntityId, facts: list[tuple[int, Evidence]]) -> str:
        if not facts:
            named = f" <small>{shown(self._say('named'))}</small>"
            return f'<p class="subject">{self._subject(subject)}{named}</p>'
        items = "".join(self._fact(number, index, evidence) for index, evidence in facts)
        return f'<p class="subject">{self._subject(subject)}</p><ul>{items}</ul>'

    def _fact(self, number: int, index: int, evidence: Evidence) -> str:
        fact: Fact = self._extraction.facts[index]
        reading = shown(READINGS[evidence.reading].pick(self._language))
        rule = shown(fact.rule)
        others = [place for place in self._places[index] if place != number][:_MOST_PLACES]
        also = ""
        if others:
            links = " ".join(
                f'<a href="#p{place}">'
                f"{shown(self._say('line', self._text.line(self._span(place))))}</a>"
                for place in others
            )
            also = f" · {shown(self._say('also'))} {links}"
        return (
            f'<li><b title="{shown(fact.predicate)}">{shown(self._term(fact.predicate))}</b> '
            f'<span class="o">{self._object(fact.object)}</span> '
            f'<small><span class="r-{evidence.reading}">{reading}</span> · '
            f"{shown(self._say('rule'))} <code>{rule}</code>{also}</small></li>"
        )

    def _span(self, passage: int) -> Span:
        return self._marked.text.passages[passage].span

    def _term(self, name: str) -> str:
        term = self._marked.terms.get(name)
        return term.label.pick(self._language) if term else name

    def _subject(self, subject: EntityId) -> str:
        """Return the name and the class of an entity; what has no name is told by its key."""
        written = self._subjects.get(subject)
        if written is None:
            name = self._names.get(subject) or " · ".join(subject.key)
            written = (
                f'<span lang="zh">{shown(name)}</span> <i>{shown(self._term(subject.type))}</i>'
            )
            self._subjects[subject] = written
        return written

    def _object(self, value: Value) -> str:
        match value:
            case EntityId():
                return self._subject(value)
            case Concept(scheme, name):
                return shown(self._term(f"{scheme}:{name}"))
            case Text(text):
                return f'<span lang="zh">{shown(text)}</span>'
            case Year(year):
                return f"{year:04d}"
            case bool():
                return shown(self._say("true" if value else "false"))
            case Decimal():
                return format(value, "f")
            case date():
                return value.isoformat()
            case _:
                return shown(str(value))
