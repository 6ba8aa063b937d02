"""The page of a verdict: the files with what is wrong marked, the results beside them.

One document without requests and without a script: languages and filters are the style's doing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from string import Template
from typing import Final

from kg_builder.judging.reports.lines import Lines, by_file
from kg_builder.judging.reports.report import KINDS, JudgedFile, Kind, Report, kind_of
from kg_builder.judging.reports.terms import component_name
from kg_builder.model.bilingual import Bilingual, Language
from kg_builder.model.verdict import FilePlace, Fix, PlacedResult
from kg_builder.pages.markup import both, content_policy, shown
from kg_builder.version import VERSION

GENERATOR: Final = "kg-builder validate"
"""Begins the `generator` of every page, which tells a page of ours from any other file."""

_HERE: Final = Path(__file__).parent
_WHOLE: Final = 1_000
"""Lines up to which a file is shown whole; of a longer one what stands around the results."""
_AROUND: Final = 3
_WIDEST: Final = 2_000
"""Characters of a line that are shown."""
_GRAVITY: Final[tuple[Kind, ...]] = tuple(KINDS)

_WORDS: Final = {
    "skip": Bilingual("跳到结果", "Skip to the results"),
    "language": Bilingual("语言", "Language"),
    "show": Bilingual("显示", "Show"),
    "all": Bilingual("全部结果", "All results"),
    "violations": Bilingual("只看违规", "Violations only"),
    "mended": Bilingual("只看有改法的", "With a mend"),
    "results": Bilingual("结果", "Results"),
}
_UNCHECKED: Final = Bilingual("什么也没检查", "Nothing was checked")
_CONFORMS: Final = Bilingual("合格", "Conforms")
_PASSES: Final = Bilingual("通过，但有发现", "Passes, with findings")
_FAILS: Final = Bilingual("不合格", "Does not conform")
_NO_RESULTS: Final = Bilingual("没有发现问题。", "Nothing was found.")
_STANDING: Final = Bilingual("原已不合格", "failing already")
_IN_GRAPH: Final = Bilingual("在已有的图里", "in the graph")
_FIX: Final = Bilingual("改法", "Fix")
_FOLLOWS: Final = Bilingual(
    "由另一处的错而来，那里改好就没有了：", "follows from another fault, and goes with it: "
)
_ALSO: Final = Bilingual("另见", "See also")
_SHAPE: Final = Bilingual("形状", "Shape")
_RULE: Final = Bilingual("规则", "Rule")
_TERMS: Final = Bilingual("原文（IRI）", "In full (IRIs)")
_CUT_LINE: Final = Bilingual("（行过长，未全列）", " (the line is longer)")


@dataclass(frozen=True, slots=True)
class ValidationParts:
    """The parts of the page of a verdict as HTML, for a page that has a frame of its own."""

    state: str
    """`good`, `warning` or `violation`."""
    heading: Bilingual
    counts: str
    notes: str
    files: str
    results: str


def validation_page(report: Report, language: Language) -> str:
    """Return the page as HTML, safe whatever the files say; `language` is the one shown first."""
    return _Writer(report, language).page()


def validation_parts(report: Report, language: Language) -> ValidationParts:
    """Return the parts of the page, safe whatever the files say; words in both languages."""
    return _Writer(report, language).parts()


class _Writer:
    def __init__(self, report: Report, language: Language) -> None:
        self._report = report
        self._language: Language = language
        self._listed = report.listed()
        self._lines = {name: Lines(text) for name, text in report.texts().items()}
        self._files = {file.name: number for number, file in enumerate(report.files)}
        self._shown: dict[str, frozenset[int]] = {
            file.name: self._wanted(file) for file in report.files
        }

    def _wanted(self, file: JudgedFile) -> frozenset[int]:
        """Return the numbers of the lines of a file that are shown."""
        count = len(self._lines[file.name])
        if count <= _WHOLE:
            return frozenset(range(1, count + 1))
        found: set[int] = set()
        for place in self._places():
            if place.file == file.name:
                first, last = place.line - _AROUND, min(place.end_line, place.line + 20) + _AROUND
                found.update(range(max(first, 1), min(last, count) + 1))
        return frozenset(found)

    def _places(self) -> Iterator[FilePlace]:
        for item in self._listed:
            if item.place:
                yield item.place
            yield from item.related

    def parts(self) -> ValidationParts:
        """Return what the document is filled with."""
        state, heading = self._state()
        return ValidationParts(
            state=state,
            heading=heading,
            counts="".join(self._counts()),
            notes="".join(f"<li>{both(note)}</li>" for note in self._notes()),
            files="\n".join(map(self._file, self._report.files)),
            results="\n".join(self._results()),
        )

    def page(self) -> str:
        """Return the whole document."""
        style = "".join(
            (_HERE / f"{name}.css").read_text("utf-8") for name in ("house", "validation")
        )
        parts = self.parts()
        names = "、".join(file.name for file in self._report.files)
        zh = self._language == "zh"
        title = f"{parts.heading.pick(self._language)} · {names}"
        return Template((_HERE / "validation.html").read_text("utf-8")).substitute(
            {f"w_{key}": both(words) for key, words in _WORDS.items()},
            lang="zh-Hans" if zh else "en",
            policy=shown(content_policy(style, "")),
            generator=f"{GENERATOR} {VERSION}",
            title=shown(title),
            style=style,
            state=parts.state,
            heading=f"{both(parts.heading)} · {shown(names)}",
            zh_checked=" checked" if zh else "",
            en_checked="" if zh else " checked",
            counts=parts.counts,
            notes=parts.notes,
            files=parts.files,
            results=parts.results,
        )

    def _state(self) -> tuple[str, Bilingual]:
        verdict = self._report.verdict
        if verdict.conforms and not verdict.focus_nodes:
            return "warning", _UNCHECKED
        if verdict.conforms:
            return "good", _CONFORMS
        return ("warning", _PASSES) if self._report.passes else ("violation", _FAILS)

    def _counts(self) -> Iterator[str]:
        verdict = self._report.verdict
        for kind, count in self._report.counts().items():
            if count or kind == "violation":
                state = kind if count else "good"
                yield f'<div class="{state}"><dd>{count}</dd><dt>{both(KINDS[kind])}</dt></div>'
        rest = (
            (self._report.standing(), Bilingual("原已不合格", "failing already")),
            (sum(verdict.standing_elsewhere.values()), Bilingual("别处的旧结果", "old, elsewhere")),
        )
        for count, words in rest:
            if count:
                yield f"<div><dd>{count}</dd><dt>{both(words)}</dt></div>"
        for count, words in (
            (verdict.triples, Bilingual("三元组", "triples")),
            (verdict.focus_nodes, Bilingual("检查的节点", "nodes checked")),
        ):
            yield f"<div><dd>{count}</dd><dt>{both(words)}</dt></div>"

    def _notes(self) -> Iterator[Bilingual]:
        cut = self._report.cut()
        if cut:
            yield cut
        yield from self._report.verdict.notes

    # the files

    def _file(self, file: JudgedFile) -> str:
        lines = self._lines[file.name]
        marks = self._marks(file.name)
        rows: list[str] = []
        before = 0
        count = len(lines) - (lines.line(len(lines)) == "")  # what ends a file is no line
        for number in sorted(self._shown[file.name]):
            if number > count:
                break
            if number > before + 1:
                rows.append(_gap(number - before - 1))
            rows.append(self._line(file.name, number, lines.line(number), marks.get(number, [])))
            before = number
        if before < count:
            rows.append(_gap(count - before))
        small = f"<small>{shown(file.format)} · sha256 {file.sha256[:12]}…</small>"
        return (
            f"<section><h2>{shown(file.name)}{small}</h2>"
            f'<ol class="source">{"".join(rows)}</ol></section>'
        )

    def _marks(self, name: str) -> dict[int, list[tuple[int, int, int]]]:
        """Return for each line what is marked: start and end (0-based), number of the result."""
        found: dict[int, list[tuple[int, int, int]]] = {}
        for number, item in enumerate(self._listed):
            place = item.place
            if place is None or place.file != name:
                continue
            for line in range(place.line, min(place.end_line, place.line + 20) + 1):
                start = place.column - 1 if line == place.line else 0
                end = place.end_column - 1 if line == place.end_line else _WIDEST
                found.setdefault(line, []).append((start, end, number))
        return found

    def _line(
        self, name: str, number: int, text: str, marks: Sequence[tuple[int, int, int]]
    ) -> str:
        cut = both(_CUT_LINE) if len(text) > _WIDEST else ""
        text = text[:_WIDEST]
        anchor = f"L{self._files[name]}-{number}"
        state = ""
        if marks:
            kinds = {kind_of(self._listed[result]) for _, _, result in marks}
            state = f' class="hit {min(kinds, key=_GRAVITY.index)}"'
        return (
            f'<li id="{anchor}"{state}><a class="n" href="#{anchor}">{number}</a>'
            f"<code>{''.join(self._segments(text, marks))}</code>{cut}</li>"
        )

    def _segments(self, text: str, marks: Sequence[tuple[int, int, int]]) -> Iterator[str]:
        """Yield a line in stretches, each that a result is about linked to the gravest one."""
        spans = [(min(s, len(text)), min(max(e, s + 1), len(text)), r) for s, e, r in marks]
        edges = sorted({0, len(text), *(s for s, _, _ in spans), *(e for _, e, _ in spans)})
        for start, end in pairwise(edges):
            piece = shown(text[start:end])
            about = [r for s, e, r in spans if s <= start and end <= e]
            if not about:
                yield piece
                continue
            first = min(about, key=lambda r: _GRAVITY.index(kind_of(self._listed[r])))
            kind = kind_of(self._listed[first])
            message = shown(self._listed[first].message.pick(self._language))
            yield f'<a class="m {kind}" href="#r{first}" title="{message}">{piece}</a>'

    # the results

    def _results(self) -> Iterator[str]:
        if not self._listed:
            yield f"<p>{both(_NO_RESULTS)}</p>"
        for number, item in enumerate(self._listed):
            yield self._result(number, item)

    def _result(self, number: int, item: PlacedResult) -> str:
        kind = kind_of(item)
        word = KINDS[kind]
        if kind == "other":
            name = self._report.short(f"<{item.result.severity}>")
            word = Bilingual(name, name)
        standing = f" · {both(_STANDING)}" if item.standing else ""
        place = self._link(item.place) if item.place else f" · {both(_IN_GRAPH)}"
        parts = [f"<h3>{both(word)}{standing}{place}</h3>", f"<p>{both(item.message)}</p>"]
        if item.follows:
            parts.append(f"<footer>{both(_FOLLOWS)}{self._link(item.follows)}</footer>")
        elif item.explanation != item.message:
            parts.append(f'<p class="why">{both(item.explanation)}</p>')
        parts.extend(map(self._fix, item.fixes))
        if item.related:
            links = " ".join(map(self._link, item.related))
            parts.append(f"<footer>{both(_ALSO)}{links}</footer>")
        parts.append(self._source(item))
        mended = " mended" if item.fixes else ""
        return f'<article id="r{number}" class="{kind}{mended}">{"".join(parts)}</article>'

    def _link(self, place: FilePlace) -> str:
        text = shown(str(place))
        if place.line in self._shown.get(place.file, ()):
            return f' <a href="#L{self._files[place.file]}-{place.line}">{text}</a>'
        return f" <span>{text}</span>"

    def _fix(self, fix: Fix) -> str:
        patch = []
        for name, edits in by_file(fix.edits):
            if name in self._lines:
                for sign, line in self._lines[name].patch(edits):
                    tag = "del" if sign == "-" else "ins"
                    patch.append(f"<{tag}>{shown(line)}</{tag}>")
        inner = f'<div class="patch">{"".join(patch)}</div>' if patch else ""
        return f'<div class="fix"><b>{both(_FIX)}</b> {both(fix.title)}{inner}</div>'

    def _source(self, item: PlacedResult) -> str:
        result = item.result
        rows = (
            ("sh:focusNode", result.focus_node),
            ("sh:resultPath", result.path),
            ("sh:value", result.value),
            ("sh:sourceShape", result.source_shape),
            ("sh:sourceConstraintComponent", f"<{result.component}>"),
        )
        terms = "".join(
            f"<dt>{name}</dt><dd><code>{shown(value)}</code></dd>" for name, value in rows if value
        )
        where = f" {shown(str(item.shape_place))}" if item.shape_place else ""
        name = component_name(result.component)
        word = _RULE if name.startswith("kg:") else _SHAPE  # of ours, which no shape says
        return (
            f"<details><summary>{both(word)} <code>{shown(name)}"
            f"</code>{where}</summary><p>{both(_TERMS)}</p><dl>{terms}</dl></details>"
        )


def _gap(count: int) -> str:
    words = Bilingual(f"略去 {count} 行", f"{count} lines left out")
    return f'<li class="gap"><span class="n">⋮</span><span>{both(words)}</span></li>'
