"""The table of decisions: `NAME.decisions.tsv` (its format: `data/README.md`)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, NoReturn, TypeVar, get_args

from kg_builder.errors import ConfigurationError
from kg_builder.model.decision import Action, Anchor, ClassName, Decision, Object
from kg_builder.model.entity import EntityId
from kg_builder.model.fact import Concept, Text
from kg_builder.model.selector import Span
from kg_builder.text.review.terms import TermError, read_term, split

COLUMNS: Final = tuple(
    "action line start end sha256 subject predicate object new with who date why".split()
)
SHA256 = re.compile(r"[0-9a-f]{64}")
STATEMENTS: Final = frozenset({"status", "figure", "claim", "award", "statement"})
"""The forms of `add` that make a dated statement."""

_PREDICATE = re.compile(r"(?:[a-z][a-z0-9]*:)?[A-Za-z][A-Za-z0-9_-]*")
_DETAIL = re.compile(r"(?:[a-z]+:)?[A-Za-z][A-Za-z0-9]*")
_NUMBER = re.compile(r"[0-9]{1,9}")
_LONGEST_CELL = 2000
_LONGEST_PASSAGE = 20_000
_FRAME = frozenset({"Report", "Section", "Table", "Cell"})
"""What a report consists of, which is no matter of opinion."""
_RISKY = ("=", "+", "-", "@", '"')
"""A spreadsheet takes a cell that starts so for a formula, or for a quoted one."""

_Got = TypeVar("_Got")
Line = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table as written, and how to complain of a cell."""

    cells: Line
    file: str
    number: int
    starts: Mapping[str, int]
    """The column where each cell starts in its line."""

    def refuse(self, column: str, zh: str, en: str) -> NoReturn:
        """Raise ConfigurationError for a cell."""
        raise ConfigurationError(
            f"{column}：{zh}",
            f"{column}: {en}",
            file=self.file,
            line=self.number,
            column=self.starts[column],
        )

    def term(self, column: str) -> Object | None:
        """Return the thing or value of a cell; None for an empty one."""
        text = self.cells[column]
        try:
            return read_term(text) if text else None
        except TermError as error:
            self.refuse(column, error.zh, error.en)


def read_decisions(path: Path) -> tuple[Decision, ...]:
    """Return the decisions of a file, each once, in an order that the file's does not change.

    Raises ConfigurationError with file, line and column for what cannot be read.
    """
    return decisions_of(read_rows(path))


def decisions_of(rows: Iterable[Row]) -> tuple[Decision, ...]:
    """Return the decisions of lines, each once, in an order that theirs does not change.

    Raises ConfigurationError with file, line and column.
    """
    found: dict[str, Decision] = {}
    for row in rows:
        decision = _decision(row)
        found.setdefault(decision.digest, decision)
    return tuple(sorted(found.values(), key=lambda item: (item.anchor.span, item.digest)))


def read_rows(path: Path) -> list[Row]:
    """Return the lines of a table, cells checked for what no cell may hold."""
    file = str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigurationError(
            f"读不了：{error.strerror}", f"cannot be read: {error.strerror}", file=file
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        column = error.start - (error.object.rfind(b"\n", 0, error.start) + 1) + 1
        raise ConfigurationError(
            "不是 UTF-8", "not UTF-8", file=file, line=line, column=column
        ) from error
    lines = text.replace("\r\n", "\n").split("\n")
    if _cells(lines[0]) != COLUMNS:
        names = " ".join(COLUMNS)
        raise ConfigurationError(
            f"首行应为以制表符分开的：{names}",
            f"the first line must be, apart by tabs: {names}",
            file=file,
            line=1,
            column=1,
        )
    return [
        _row(line, file, number) for number, line in enumerate(lines[1:], 2) if line.strip("\t ")
    ]


def format_decisions(rows: Iterable[Line]) -> str:
    """Return a table of decisions, sorted by place, each line once."""
    lines = sorted(
        {tuple(row.get(name, "") for name in COLUMNS) for row in rows},
        key=lambda cells: (*(int(cells[index] or 0) for index in (2, 3)), cells),
    )
    return "".join("\t".join(cells) + "\n" for cells in [COLUMNS, *lines])


def _row(line: str, file: str, number: int) -> Row:
    cells = _cells(line)
    if len(cells) > len(COLUMNS):
        raise ConfigurationError(
            f"有 {len(cells)} 格，应为 {len(COLUMNS)} 格",
            f"{len(cells)} cells, not {len(COLUMNS)}",
            file=file,
            line=number,
            column=1,
        )
    # spreadsheets leave out the empty cells at the end
    filled = (*cells, *[""] * (len(COLUMNS) - len(cells)))
    starts = {name: len(line) + 1 for name in COLUMNS}
    place = 1
    for name, raw in zip(COLUMNS, line.split("\t"), strict=False):
        starts[name] = place
        place += len(raw) + 1
    row = Row(dict(zip(COLUMNS, filled, strict=True)), file, number, starts)
    for name, cell in row.cells.items():
        _check_cell(row, name, cell)
    return row


def _cells(line: str) -> tuple[str, ...]:
    return tuple(_unquoted(cell).strip(" ") for cell in line.split("\t"))


def _unquoted(cell: str) -> str:
    """Return what a spreadsheet has put in quotes (RFC 4180, section 2)."""
    inner = cell[1:-1]
    if len(cell) >= 2 and cell[0] == cell[-1] == '"' and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return cell


def _check_cell(row: Row, name: str, cell: str) -> None:
    if len(cell) > _LONGEST_CELL:
        row.refuse(name, f"超过 {_LONGEST_CELL} 字", f"longer than {_LONGEST_CELL} characters")
    if cell.startswith(_RISKY):
        row.refuse(
            name,
            '不可以 = + - @ " 开头，表格软件会改动它',
            'must not start with = + - @ ", which spreadsheets change',
        )
    if any(unicodedata.category(char) in ("Cc", "Cs", "Cn", "Zl", "Zp") for char in cell):
        row.refuse(name, "含控制字符", "holds a control character")


def _decision(row: Row) -> Decision:
    cells = row.cells
    action = _action(row)
    subject = row.term("subject")
    if subject is not None and not isinstance(subject, EntityId):
        row.refuse("subject", "应为事物（类:键）", "must be a thing (Class:key)")
    predicate = cells["predicate"]
    if predicate and not _PREDICATE.fullmatch(predicate):
        row.refuse("predicate", "不是属性名", "is no name of a property")
    canonical = "\t".join(cells[name] for name in COLUMNS)
    decision = Decision(
        action,
        _anchor(row),
        subject,
        predicate,
        row.term("object"),
        row.term("new"),
        _details(row),
        cells["who"] or row.refuse("who", "须写明谁作的决定", "must say who decided"),
        _date(row),
        cells["why"] or row.refuse("why", "须写明理由", "must give the reason"),
        hashlib.sha256(canonical.encode()).hexdigest(),
        row.file,
        row.number,
    )
    if action != "ignore" and subject is None:
        row.refuse("subject", "不可为空", "must not be empty")
    _CHECKS[action](row, decision)
    framed = subject is not None and subject.type in _FRAME
    if framed and action != "accept" and predicate in ("a", ""):
        row.refuse("subject", "报告及其结构不能改动", "the report and its parts stay what they are")
    return decision


def _action(row: Row) -> Action:
    known: tuple[Action, ...] = get_args(Action)
    found = next((action for action in known if action == row.cells["action"]), None)
    if found is None:
        names = " ".join(known)
        row.refuse("action", f"应为 {names} 之一", f"must be one of {names}")
    return found


def _anchor(row: Row) -> Anchor:
    line, start, end = (_number(row, name) for name in ("line", "start", "end"))
    if not 0 < end - start <= _LONGEST_PASSAGE:
        row.refuse(
            "end",
            f"段位应有 1 至 {_LONGEST_PASSAGE} 字",
            f"a passage has 1 to {_LONGEST_PASSAGE} characters",
        )
    digest = row.cells["sha256"]
    if not SHA256.fullmatch(digest):
        row.refuse(
            "sha256",
            "应为 64 位小写十六进制数；写着原文的草稿请先用 kg review --complete 补全",
            "must be 64 lower-case hexadecimal digits; a draft that holds words is completed by"
            " kg review --complete",
        )
    return Anchor(line, Span(start, end), digest)


def _number(row: Row, name: str) -> int:
    if not _NUMBER.fullmatch(row.cells[name]):
        row.refuse(name, "应为非负整数", "must be a whole number")
    return int(row.cells[name])


def _date(row: Row) -> date | None:
    text = row.cells["date"]
    return _parsed(row, "date", date.fromisoformat, text) if text else None


def _parsed(row: Row, column: str, parse: Callable[[str], _Got], text: str) -> _Got:
    try:
        return parse(text)
    except ValueError:
        row.refuse(column, "应为 2026-11-22 这样的日期", "must be a date such as 2026-11-22")


def _details(row: Row) -> Mapping[str, str]:
    details: dict[str, str] = {}
    for item in split(row.cells["with"], ";"):
        if not item.strip():
            continue
        name, equals, value = (part.strip() for part in item.partition("="))
        if not equals or not value or not _DETAIL.fullmatch(name):
            row.refuse(
                "with", f"“{item.strip()[:40]}”不是 名=值", f"{item.strip()[:40]!r}: NAME=VALUE"
            )
        if name in details:
            row.refuse("with", f"{name} 重复", f"{name} twice")
        details[name] = value
    return details


def _check_fact(row: Row, decision: Decision) -> None:
    """Check accept and reject: a fact, or with `a` and no object a whole thing."""
    _empty(row, "new", "with")
    _object_fits(row, "object", decision.object, decision.predicate)
    if decision.object is None and decision.predicate != "a":
        row.refuse("object", "不可为空", "must not be empty")
    _not_its_class(row, decision)


def _check_correct(row: Row, decision: Decision) -> None:
    _empty(row, "with")
    _object_fits(row, "object", decision.object, decision.predicate)
    if decision.new is None or decision.new == decision.object:
        row.refuse("new", "应写改正后的值", "must be what is right")
    if decision.predicate == "a" and decision.object is None:
        if not isinstance(decision.new, EntityId) or decision.new == decision.subject:
            row.refuse("new", "应为另一事物（类:键）", "must be another thing (Class:key)")
        return
    if decision.object is None:
        row.refuse("object", "应写要改的值", "must be what is wrong")
    _object_fits(row, "new", decision.new, decision.predicate)
    _not_its_class(row, decision)


def _not_its_class(row: Row, decision: Decision) -> None:
    """Check that the class which a thing's key belongs to is neither rejected nor corrected."""
    wrong = decision.object if decision.action != "accept" else None
    if isinstance(wrong, ClassName) and decision.subject and wrong.name == decision.subject.type:
        row.refuse(
            "object",
            "这是它的主类；改类请把 object 留空，在 new 写新的 类:键",
            "is its own class; to change it leave `object` empty and give Class:key in `new`",
        )


def _check_merge(row: Row, decision: Decision) -> None:
    _empty(row, "predicate", "new", "with")
    kept = decision.object
    if not isinstance(kept, EntityId):
        row.refuse("object", "应为并入的事物（类:键）", "must be the thing to merge into")
    if kept == decision.subject:
        row.refuse("object", "不能并入自身", "a thing cannot be merged into itself")
    if decision.subject is not None and kept.type != decision.subject.type:
        row.refuse(
            "object",
            f"类不同（{decision.subject.type}、{kept.type}）；确为同一事物，请用 correct … a 改类",
            f"of another class ({decision.subject.type}, {kept.type}); if they are one thing,"
            " correct its class with `correct … a`",
        )


def _check_add(row: Row, decision: Decision) -> None:
    _empty(row, "new")
    predicate, thing = decision.predicate, decision.object
    if predicate not in STATEMENTS:
        _empty(row, "with")
    _object_fits(row, "object", thing, predicate)
    fits = {
        "status": isinstance(thing, Concept) and thing.scheme == "status",
        "claim": isinstance(thing, Concept) and thing.scheme == "distinction",
        "figure": isinstance(thing, str) and "indicator" in decision.details,
        "award": isinstance(thing, EntityId),
        "statement": isinstance(thing, ClassName),
    }.get(predicate, thing is not None or predicate == "a")
    if not fits:
        row.refuse(
            "object",
            f"不合 add {predicate} 的写法，见 data/README.md",
            f"is not what `add {predicate}` takes, see data/README.md",
        )


def _check_ignore(row: Row, _decision: Decision) -> None:
    _empty(row, "subject", "predicate", "object", "new", "with")


def _empty(row: Row, *columns: str) -> None:
    action = row.cells["action"]
    for name in columns:
        if row.cells[name]:
            row.refuse(name, f"{action} 不用这一格", f"{action} leaves this cell empty")


def _object_fits(row: Row, column: str, term: Object | None, predicate: str) -> None:
    """Check that a name is words, and that classes are spoken of with `a` alone."""
    if not predicate:
        row.refuse("predicate", "不可为空", "must not be empty")
    if predicate == "rdf:type":
        row.refuse("predicate", "类型写作 a", "a type is written `a`")
    named = predicate in ("rdfs:label", "skos:altLabel")
    typed = isinstance(term, ClassName)
    wrong = (named and not isinstance(term, Text)) or (
        typed and predicate not in ("a", "statement")
    )
    if predicate == "a":
        adds = row.cells["action"] == "add" and isinstance(term, Text)
        wrong = not (term is None or typed or adds)
    if term is not None and wrong:
        row.refuse(column, f"不合 {predicate} 的值", f"is no value of {predicate}")


_CHECKS: Final[Mapping[str, Callable[[Row, Decision], None]]] = {
    "accept": _check_fact,
    "reject": _check_fact,
    "correct": _check_correct,
    "merge": _check_merge,
    "add": _check_add,
    "ignore": _check_ignore,
}
