"""A report for people, like a good compiler's: place, message, the line, why, and the mend."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from kg_builder.asking.results.lines import one_line
from kg_builder.asking.results.tabular import Style
from kg_builder.judging.reports.lines import Lines, by_file
from kg_builder.judging.reports.report import KINDS, Kind, Report, kind_of
from kg_builder.judging.reports.terms import component_name
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.verdict import FilePlace, Fix, PlacedResult

Role: TypeAlias = Literal[
    "place", "violation", "warning", "info", "other", "caret", "-", "+", "dim"
]
Paint: TypeAlias = Callable[[Role, str], str]

_COLOURS: Final = MappingProxyType(
    {
        "place": "1",
        "violation": "1;31",
        "other": "1;31",
        "warning": "1;33",
        "info": "1;36",
        "caret": "32",
        "-": "31",
        "+": "32",
        "dim": "2",
    }
)
"""Of ANSI (ECMA-48, SGR)."""
_MOST_RELATED: Final = 5
_MOST_GROUPS: Final = 20


def text_report(report: Report, style: Style) -> str:
    """Return plain text, with colours where `style` asks for them; it ends with a newline."""
    return "".join(f"{line}\n" for line in _Teller(report, style).lines())


def summary_lines(report: Report, style: Style) -> Iterator[str]:
    """Yield the last lines of the text: counts, and what a reader should know besides."""
    return _Teller(report, style).summary()


def _coloured(role: Role, text: str) -> str:
    return f"\x1b[{_COLOURS[role]}m{text}\x1b[0m" if text else text


def _plain(_role: Role, text: str) -> str:
    return text


class _Teller:
    def __init__(self, report: Report, style: Style) -> None:
        self._report = report
        self._language = style.language
        self._paint: Paint = _coloured if style.colour else _plain
        self._lines = {name: Lines(text) for name, text in report.texts().items()}

    def _say(self, zh: str, en: str) -> str:
        return zh if self._language == "zh" else en

    def _pick(self, words: Bilingual) -> str:
        return words.pick(self._language)

    def lines(self) -> Iterator[str]:
        listed = self._report.listed()
        causes = {item.place for item in listed if item.follows is None}
        following: dict[FilePlace, list[PlacedResult]] = defaultdict(list)
        for item in listed:
            if item.follows in causes and item.follows is not None:
                following[item.follows].append(item)
        told = [item for item in listed if item.follows not in following]
        last: FilePlace | None = None
        for _, grouped in groupby(told, key=_told_together):
            items = list(grouped)
            yield from self._results(items, again=items[0].place == last)
            last = items[0].place
            if last is not None:
                yield from self._following(following.pop(last, ()))
            yield ""
        yield from self.summary()

    def _following(self, items: Sequence[PlacedResult]) -> Iterator[str]:
        """Yield in one line what follows from a fault, and need not be looked at."""
        if not items:
            return
        lines = sorted({item.place.line for item in items if item.place})
        shown = self._say("、", ", ").join(map(str, lines[:_MOST_RELATED]))
        more = self._say(" 等", " and others") if len(lines) > _MOST_RELATED else ""
        where_zh, where_en = (f"（第 {shown}{more} 行）", f" (line {shown}{more})")
        count = len(items)
        yield self._say(
            f"    由此而来的结果还有 {count} 个{where_zh if lines else ''}：改好这一处就没有了，"
            "不必另改",
            f"    {_many(count, 'other result')} follow{'s' * (count == 1)} from this"
            f"{where_en if lines else ''}: with this mended, gone",
        )

    def _results(self, items: Sequence[PlacedResult], *, again: bool) -> Iterator[str]:
        """Yield results that have a place and a message in common, `again` at the same place."""
        item = items[0]
        yield self._heading(item)
        if not again:
            yield from self._excerpt(item)
        message = self._pick(item.message)
        for words in dict.fromkeys(item.explanation for item in items):
            if self._pick(words) != message:
                yield from (f"    {one_line(line)}" for line in self._pick(words).splitlines())
        for fix in dict.fromkeys(fix for item in items for fix in item.fixes):
            yield from self._fix(fix)
        yield from dict.fromkeys(line for item in items for line in self._sources(item))

    def _heading(self, item: PlacedResult) -> str:
        kind = kind_of(item)
        word = self._pick(KINDS[kind])
        if kind == "other":
            word = self._report.short(f"<{item.result.severity}>")
        if item.standing:
            word += self._say("（原已不合格）", " (failing already)")
        place = str(item.place) if item.place else self._say("（已有的图）", "(in the graph)")
        return (
            f"{self._paint('place', one_line(place) + ':')} "
            f"{self._paint(kind, one_line(word) + self._say('：', ':'))}"
            f"{self._say('', ' ')}{_flat(self._pick(item.message))}"
        )

    def _excerpt(self, item: PlacedResult) -> Iterator[str]:
        lines = self._lines.get(item.place.file) if item.place else None
        if item.place is None or lines is None:
            return
        line, carets = lines.excerpt(item.place)
        yield line
        yield self._paint("caret", carets)

    def _fix(self, fix: Fix) -> Iterator[str]:
        yield f"    {self._say('改法：', 'fix: ')}{_flat(self._pick(fix.title))}"
        files = list(by_file(fix.edits))
        for name, edits in files:
            lines = self._lines.get(name)
            if lines is None:
                continue
            if len(files) > 1:
                yield f"      {one_line(name)}"
            for sign, text in lines.patch(edits):
                yield self._paint(sign, f"      {sign} {text}")

    def _sources(self, item: PlacedResult) -> Iterator[str]:
        if item.related:
            places = self._say("、", ", ").join(map(str, item.related[:_MOST_RELATED]))
            more = len(item.related) - _MOST_RELATED
            if more > 0:
                places += self._say(f" 等 {more} 处以上", f" and {more} more")
            yield self._paint("dim", f"    {self._say('另见：', 'see also: ')}{one_line(places)}")
        name = component_name(item.result.component)
        if name.startswith("kg:"):  # a rule of ours, which no shape says
            yield self._paint("dim", f"    {self._say('规则：', 'rule: ')}{name}")
            return
        source = self._report.short(item.result.source_shape)
        if item.shape_place:
            source = _relative(item.shape_place)
        elif source.startswith("_:"):
            source = ""
        where = f"{source} ({name})" if source else name
        yield self._paint("dim", f"    {self._say('形状：', 'shape: ')}{one_line(where)}")

    # the end

    def summary(self) -> Iterator[str]:
        """Yield counts by kind, by shape, and what else there is to say."""
        report, verdict = self._report, self._report.verdict
        yield from self._counted()
        yield from self._groups()
        cut = report.cut()
        if cut:
            yield self._pick(cut)
        yield from self._by_itself()
        for note in verdict.notes:
            yield f"{self._say('注：', 'note: ')}{_flat(self._pick(note))}"

    def _by_itself(self) -> Iterator[str]:
        """Yield the command that makes the plain mends."""
        found = {
            fix.edits: edit.file
            for item in self._report.new()
            for fix in item.fixes[:1]
            for edit in fix.edits[:1]
        }
        (name,) = set(found.values()) if len(set(found.values())) == 1 else ("",)
        path = Path(name)
        if not found or not path.suffix or self._report.mode != "context":
            return
        command = f"kg validate {one_line(name)} --fix -o {one_line(path.stem)}-mended{path.suffix}"
        yield self._say(
            f"其中 {len(found)} 处可以自动改好：{command}",
            f"{_many(len(found), 'mend')} can be made for you: {command}",
        )

    def _counted(self) -> Iterator[str]:
        report, verdict = self._report, self._report.verdict
        counts = {kind: count for kind, count in report.counts().items() if count}
        checked = self._say(
            f"{verdict.triples} 条三元组，检查了 {verdict.focus_nodes} 个节点",
            f"{_many(verdict.triples, 'triple')}, {_many(verdict.focus_nodes, 'node')} checked",
        )
        names = self._say("、", ", ").join(file.name for file in report.files)
        if verdict.conforms and not verdict.focus_nodes:
            in_context = report.mode == "context"
            head = (
                self._say("没有要检查的新内容", "nothing new to check")
                if in_context
                else self._say("什么也没检查", "nothing was checked")
            )
        elif verdict.conforms:
            head = self._paint("+", self._say("合格", "conforms"))
        elif report.passes:
            head = self._say("通过，但有发现", "passes, with findings")
        else:
            head = self._paint("violation", self._say("不合格", "does not conform"))
        told = self._tally(counts)
        colon = self._say("：", ": ")
        parts = f"{colon}{told}" if told else ""
        checked = self._say(f"（{checked}）", f" ({checked})")
        if not names:  # something was to be taken from the graph
            names, checked = self._say("余下的图", "what is left of the graph"), ""
        yield f"{one_line(names)}{colon}{head}{parts}{checked}"
        standing = report.standing()
        if standing:
            yield self._say(
                f"另有 {standing} 个结果原来就不合格，落在这些文件触及的节点和属性上",
                f"{_many(standing, 'result')} failed before, on nodes and properties that these"
                " files touch",
            )
        if verdict.standing_elsewhere:
            told = self._say("，", ", ").join(
                f"{self._severity(name)} {count}"
                for name, count in sorted(verdict.standing_elsewhere.items())
            )
            yield self._say(
                f"图中别处的旧结果未列出：{told}", f"old results elsewhere, not listed: {told}"
            )

    def _tally(self, counts: dict[Kind, int]) -> str:
        if self._language == "zh":
            return "，".join(f"{KINDS[kind].zh} {count}" for kind, count in counts.items())
        return ", ".join(
            _many(count, KINDS[kind].en) if kind in ("violation", "warning") else f"{count} {kind}"
            for kind, count in counts.items()
        )

    def _severity(self, name: str) -> str:
        known: dict[str, Kind] = {"Violation": "violation", "Warning": "warning", "Info": "info"}
        kind = known.get(name)
        return self._pick(KINDS[kind]) if kind else self._report.short(f"<{name}>")

    def _groups(self) -> Iterator[str]:
        """Yield how many results each constraint of a shape has, where one has several."""
        new = list(self._report.new())
        groups = Counter((item.result.component, item.result.source_shape) for item in new)
        if len(groups) == len(new):
            return
        places = {
            item.result.source_shape: _relative(item.shape_place)
            for item in new
            if item.shape_place
        }
        every = self._report.cut() is not None  # else those of one are in plain sight
        several = [(key, count) for key, count in groups.most_common() if every or count > 1]
        for (component, shape), count in several[:_MOST_GROUPS]:
            name = component_name(component)
            known = places.get(shape) or self._report.short(shape)
            where = "" if name.startswith("kg:") or known.startswith("_:") else known
            yield f"  {count} × {one_line(name)}{'  ' * bool(where)}{one_line(where)}"
        rest = len(several) - _MOST_GROUPS
        if rest > 0:
            yield self._say(f"  …… 另 {rest} 种", f"  … {rest} other kinds")


def _told_together(item: PlacedResult) -> tuple[object, ...]:
    """Return what results have in common that are told as one; without a place each is its own."""
    if item.place is None:
        return (id(item),)
    return (item.place, item.message, item.result.severity, item.standing)


def _relative(place: FilePlace) -> str:
    """Return a place by a file name from here where it lies below."""
    path = Path(place.file)
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        return str(replace(place, file=str(path.relative_to(Path.cwd()))))
    return str(place)


def _flat(text: str) -> str:
    return one_line(" ".join(text.split()))


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
