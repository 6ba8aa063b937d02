"""The neighbourhood of an entity as a drawing: what points at it, itself, what it points at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kg_builder.pages.markup import shown
from kg_builder.serving.pages.drawing import fitted, number, width
from kg_builder.serving.pages.reader import Reader
from kg_builder.serving.pages.telling import Shown

_EM: Final = 14.0
_SMALL: Final = 12.0
_WIDE: Final = 960.0
_SIDE: Final = 300.0
"""Width of a column of neighbours."""
_BOX: Final = 30.0
_STEP: Final = 36.0
_HEAD: Final = 24.0
_GAP: Final = 12.0
_GROUPS: Final = 6
_EACH: Final = 4
_SIDE_ROWS: Final = 12
_NARROW: Final = 340.0
_INDENT: Final = 22.0


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A thing on either side, and by what property it is there."""

    predicate: str
    shown: Shown
    count: int = 0
    """How many there are by the property, the unlisted ones included."""
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class _Placed:
    predicate: str
    items: tuple[Neighbour, ...]
    more: int
    top: float

    @property
    def height(self) -> float:
        return _HEAD + len(self.items) * _STEP + (_HEAD - 4 if self.more else 0)

    @property
    def middle(self) -> float:
        """Where the line meets the group."""
        return self.top + _HEAD + (len(self.items) * _STEP - (_STEP - _BOX)) / 2


def neighbourhood(
    name: str, come: Sequence[Neighbour], to: Sequence[Neighbour], reader: Reader
) -> str:
    """Return the drawing as SVG, with links and a description in words.

    It is drawn twice, side by side and one below the other; the style shows what suits the screen.
    """
    left, right = _grouped(come), _grouped(to)
    words = _described(name, left, right, reader)
    if any(len(_by_predicate(items)) > len(drawn) for items, drawn in ((come, left), (to, right))):
        words += reader.t("图上还有没画的。", " There is more than is drawn.")
    title = reader.t(f"{name}的邻近关系", f"What is near {name}")
    return _wide(name, left, right, title, words) + _narrow(name, left, right, title, words)


def _wide(
    name: str, left: list[_Placed], right: list[_Placed], title: str, description: str
) -> str:
    height = max((group[-1].top + group[-1].height for group in (left, right) if group), default=0)
    height = max(height, 80.0) + 2
    left, right = _centred(left, height), _centred(right, height)
    half = _half(name) + 2
    start = 0.0 if left else _WIDE / 2 - half
    end = _WIDE if right else _WIDE / 2 + half
    parts = [
        *_side(left, 1.0, "end", height),
        *_side(right, _WIDE - _SIDE - 1, "start", height),
        *_self(name, height, start, end),
    ]
    box = start, end - start, height
    return _svg("near", box, title, description, parts)


def _narrow(
    name: str, left: Sequence[_Placed], right: Sequence[_Placed], title: str, description: str
) -> str:
    parts: list[str] = []
    y = 1.0
    for group in left:
        parts += _stacked(group, y, f"{group.predicate} ↓")
        y += group.height + _GAP
    middle = y + 20
    words = fitted(name, _EM + 1, _NARROW - 24)
    parts.append(
        f'<g class="self"><rect x="1" y="{number(y)}" width="{number(_NARROW - 2)}" height="40"'
        f' rx="8"/><text x="{number(_NARROW / 2)}" y="{number(y + 25.5)}" text-anchor="middle">'
        f"{shown(words)}</text></g>"
    )
    y += 40 + _GAP
    last = middle
    for group in right:
        parts += _stacked(group, y, f"↓ {group.predicate}")
        last = y + group.middle - group.top
        y += group.height + _GAP
    first = 1 + left[0].middle - left[0].top if left else middle
    spine = f'<path class="edge" d="M8 {number(first)}V{number(last)}"/>'
    return _svg("near narrow", (0.0, _NARROW, y), title, description, [spine, *parts])


def _stacked(group: _Placed, y: float, words: str) -> Iterator[str]:
    """Yield a group below others: by what property, the boxes, how many more."""
    x, wide = _INDENT, _NARROW - _INDENT - 1
    label = shown(fitted(words, _SMALL, wide))
    yield f'<text class="by" x="{number(x + 4)}" y="{number(y + _HEAD - 8)}">{label}</text>'
    middle = y + group.middle - group.top
    yield f'<path class="edge" d="M8 {number(middle)}H{number(x)}"/>'
    for place, item in enumerate(group.items):
        yield _box(item, x, y + _HEAD + place * _STEP, wide)
    if group.more > 0:
        under = y + group.height - 6
        yield f'<text class="by" x="{number(x + 4)}" y="{number(under)}">+{group.more}</text>'


def _svg(
    class_: str,
    box: tuple[float, float, float],
    title: str,
    description: str,
    parts: Sequence[str],
) -> str:
    start, wide, height = box
    digest = hashlib.sha256(f"{class_}{title}".encode("utf-8", "surrogatepass")).hexdigest()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{class_}" role="group"'
        f' aria-labelledby="n{digest[:8]}" viewBox="{number(start)} 0 {number(wide)}'
        f' {number(height)}" width="{number(wide)}" height="{number(height)}">'
        f'<title id="n{digest[:8]}">{shown(title)}</title>'
        f"<desc>{shown(description)}</desc>{''.join(parts)}</svg>"
    )


def _by_predicate(items: Sequence[Neighbour]) -> dict[str, list[Neighbour]]:
    """Return things by property, each once: where it was seen first."""
    found: dict[str, list[Neighbour]] = {}
    seen: set[str] = set()
    for item in items:
        key = item.shown.title or item.shown.words
        if key not in seen:
            seen.add(key)
            found.setdefault(item.predicate, []).append(item)
    return found


def _grouped(items: Sequence[Neighbour]) -> list[_Placed]:
    """Return what there is room for, by property."""
    found: list[_Placed] = []
    top, rows = 1.0, 0
    for predicate, group in list(_by_predicate(items).items())[:_GROUPS]:
        kept = tuple(group)[: min(_EACH, max(1, _SIDE_ROWS - rows))]
        more = max(len(group), *(item.count for item in group)) - len(kept)
        placed = _Placed(predicate, kept, more, top)
        found.append(placed)
        rows += len(kept)
        top += placed.height + _GAP
        if rows >= _SIDE_ROWS:
            break
    return found


def _centred(groups: list[_Placed], height: float) -> list[_Placed]:
    if not groups:
        return groups
    down = (height - (groups[-1].top + groups[-1].height)) / 2
    return [_Placed(g.predicate, g.items, g.more, g.top + down) for g in groups]


def _side(groups: Sequence[_Placed], x: float, side: str, height: float) -> Iterator[str]:
    middle = height / 2
    inner = x + _SIDE if side == "end" else x
    centre = _SIDE + 40 if side == "end" else _WIDE - _SIDE - 40
    for group in groups:
        y = group.middle
        bend = (inner + centre) / 2
        yield (
            f'<path class="edge" d="M{number(inner)} {number(y)}C{number(bend)} {number(y)}'
            f' {number(bend)} {number(middle)} {number(centre)} {number(middle)}"/>'
        )
        words = fitted(group.predicate, _SMALL, _SIDE - 24)
        arrow = f"{words} →" if side == "end" else f"→ {words}"
        yield (
            f'<text class="by" x="{number(x + (_SIDE - 4 if side == "end" else 4))}"'
            f' y="{number(group.top + _HEAD - 8)}"'
            f"{' text-anchor=' + chr(34) + 'end' + chr(34) if side == 'end' else ''}>"
            f"{shown(arrow)}</text>"
        )
        for place, item in enumerate(group.items):
            yield _box(item, x, group.top + _HEAD + place * _STEP, _SIDE)
        if group.more > 0:
            yield (
                f'<text class="by" x="{number(x + (_SIDE - 4 if side == "end" else 4))}"'
                f' y="{number(group.top + group.height - 6)}"'
                f"{' text-anchor=' + chr(34) + 'end' + chr(34) if side == 'end' else ''}>"
                f"+{group.more}</text>"
            )


def _box(neighbour: Neighbour, x: float, y: float, wide: float) -> str:
    item = neighbour.shown
    words = fitted(item.words, _EM, wide - 24)
    class_ = "box inferred" if neighbour.inferred else "box"
    tag = f' lang="{shown(item.tag)}"' if item.tag else ""
    inner = (
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(_BOX)}"'
        f' rx="6"/><text x="{number(x + 12)}" y="{number(y + _BOX / 2 + 5)}"{tag}>'
        f"{shown(words)}</text>"
    )
    full = f"<title>{shown(item.words)}</title>" if words != item.words else ""
    if item.href is None:
        return f'<g class="{class_}">{full}{inner}</g>'
    far = ' rel="noopener noreferrer external"' if item.outside else ""
    return f'<a href="{shown(item.href)}"{far}><g class="{class_}">{full}{inner}</g></a>'


_ROOM: Final = _WIDE - 2 * _SIDE - 104
"""Width of the words in the middle, at most."""


def _half(name: str) -> float:
    """Return half the width of the box in the middle."""
    return max(width(fitted(name, _EM + 1, _ROOM), _EM + 1) + 28, 120.0) / 2


def _self(name: str, height: float, start: float, end: float) -> Iterator[str]:
    words = fitted(name, _EM + 1, _ROOM)
    wide = 2 * _half(name)
    x, y = (_WIDE - wide) / 2, height / 2
    before, after = max(_SIDE + 40, start), min(_WIDE - _SIDE - 40, end)
    yield f'<path class="edge" d="M{number(before)} {number(y)}H{number(after)}"/>'
    yield (
        f'<g class="self"><rect x="{number(x)}" y="{number(y - 20)}" width="{number(wide)}"'
        f' height="40" rx="8"/><text x="{number(_WIDE / 2)}" y="{number(y + 5.5)}"'
        f' text-anchor="middle">{shown(words)}</text></g>'
    )


def _described(name: str, left: Sequence[_Placed], right: Sequence[_Placed], reader: Reader) -> str:
    t = reader.t
    parts = [
        f"{t('、', ', ').join(item.shown.words for item in group.items)} {group.predicate} {name}"
        for group in left
    ]
    parts += [
        f"{name} {group.predicate} {t('、', ', ').join(item.shown.words for item in group.items)}"
        for group in right
    ]
    return t("；", "; ").join(parts) + t("。", ".")
