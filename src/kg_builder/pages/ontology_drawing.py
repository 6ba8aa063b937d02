"""Drawings of the classes as SVG: the hierarchy of all, and per module what points at what.

Text stays text, boxes are links, nothing is wider than a sheet. The layout is computed from widths
that every sans-serif font keeps: a Chinese character is one em, a Latin one at most .62 em.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg_builder.graph.reference.fields import Field, fields_of
from kg_builder.graph.reference.records import Reference
from kg_builder.model.bilingual import Bilingual
from kg_builder.pages.markup import shown

_EM: Final = 13.0
_SMALL: Final = 11.0
_BOX: Final = 26
_ROW: Final = 32
_INDENT: Final = 22
_GAP: Final = 34
_COLUMN_ROWS: Final = 20
"""Rows of the hierarchy in one column, about: a third of all classes."""
_LINE: Final = 20
_HEAD: Final = 30
_LEFT: Final = 350
_BETWEEN: Final = 190
_RIGHT: Final = 250

Anchor = Callable[[str], str | None]
"""From an IRI to its fragment in the page, None for what the page has no place for."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What drawings need to know of terms: where links lead, what things are called, colours."""

    anchor: Anchor
    label: Callable[[str], Bilingual]
    local: Callable[[str], str]
    colour: Callable[[str], str]


def hierarchy(reference: Reference, drawn: Drawn) -> str:
    """Return the tree of the ontology's own classes."""
    return _Hierarchy(reference, drawn).svg()


def relations(reference: Reference, module: str, drawn: Drawn) -> str | None:
    """Return the classes of a module with their properties and what these point at.

    None for a module without a class or property to draw.
    """
    return _Relations(reference, module, drawn).svg()


def _width(text: str, em: float = _EM) -> float:
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return em * (wide + 0.62 * (len(text) - wide))


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _svg(key: str, width: float, height: float, words: Sequence[Bilingual], body: str) -> str:
    title, description = (
        " · ".join(dict.fromkeys((text.zh, text.en))) for text in (words[0], words[1])
    )
    identity = shown(f"drawing/{key}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="group" aria-labelledby="{identity}"'
        f' viewBox="0 0 {_number(width)} {_number(height)}" width="{_number(width)}"'
        f' height="{_number(height)}"><title id="{identity}">{shown(title)}</title>'
        f"<desc>{shown(description)}</desc>{body}</svg>"
    )


def _text(x: float, y: float, class_: str, text: str, extra: str = "") -> str:
    classes = f' class="{class_}"' if class_ else ""
    return f'<text x="{_number(x)}" y="{_number(y)}"{classes}{extra}>{shown(text)}</text>'


def _named(x: float, y: float, label: Bilingual, local: str) -> str:
    """Return label and local name: in Chinese both, in English the local name alone."""
    if label.zh == local:  # a term of another vocabulary, whose label is not ours to give
        return _text(x, y, "", local)
    zh = (
        f'<text x="{_number(x)}" y="{_number(y)}" lang="zh">{shown(label.zh)}'
        f'<tspan class="l" dx="6">{shown(local)}</tspan></text>'
    )
    return zh + _text(x, y, "", local, ' lang="en"')


def _named_width(label: Bilingual, local: str) -> float:
    if label.zh == local:
        return _width(local)
    return max(_width(label.zh) + 6 + _width(local, _SMALL), _width(local))


def _linked(drawn: Drawn, iri: str, inner: str) -> str:
    anchor = drawn.anchor(iri)
    return f'<a href="#{shown(anchor)}">{inner}</a>' if anchor else inner


class _Hierarchy:
    """Trees of boxes, each child below its parent and indented; big trees in several columns."""

    def __init__(self, reference: Reference, drawn: Drawn) -> None:
        self._classes = reference.classes
        self._drawn = drawn
        self._parts: list[str] = []
        self._lines: list[str] = []
        self._bottom = 0.0
        self._right = 0.0

    def svg(self) -> str:
        roots = [iri for iri, item in self._classes.items() if not self._parent(iri)]
        x, y = 1.0, 1.0
        for root in sorted(roots, key=lambda iri: -self._rows(iri)):
            if self._rows(root) > _COLUMN_ROWS * 0.4 and self._parts:
                x, y = self._right + _GAP, 1.0
            y = self._block(root, x, y)
        words = (
            Bilingual("类的层次", "Hierarchy of the classes"),
            Bilingual(
                f"{len(self._classes)} 个类；每个类画在它的上位类之下，向右缩进。",
                f"{len(self._classes)} classes; each stands below its superclass and to the right.",
            ),
        )
        lines = f'<path class="line" d="{"".join(self._lines)}"/>' if self._lines else ""
        body = lines + "".join(self._parts)
        return _svg("hierarchy", self._right + 1, self._bottom + 1, words, body)

    def _parent(self, iri: str) -> str | None:
        return next(
            (p for p in self._classes[iri].parents if p in self._classes and p != iri), None
        )

    def _children(self, iri: str) -> list[str]:
        return [child for child in self._classes[iri].children if self._parent(child) == iri]

    def _rows(self, iri: str) -> int:
        return 1 + sum(map(self._rows, self._children(iri)))

    def _block(self, root: str, x: float, y: float) -> float:
        """Draw a root with its tree, in several columns where it is long; return the next y."""
        columns = self._columns(root)
        self._box(root, x, y)
        left = x
        bottom = y + _ROW
        bus = y + _BOX + 6
        for number, column in enumerate(columns):
            trunk = left + _INDENT / 2
            top = y + _BOX
            if number:
                self._lines.append(f"M{_number(x + _INDENT / 2)} {_number(bus)}H{_number(trunk)}")
                top = bus
            here = y + _ROW + (6 if len(columns) > 1 else 0)
            last = here
            for child in column:
                last = here
                self._elbow(trunk, here, left + _INDENT)
                here = self._tree(child, left + _INDENT, here)
            self._lines.append(f"M{_number(trunk)} {_number(top)}V{_number(last + _BOX / 2)}")
            bottom = max(bottom, here)
            left = self._right + _GAP
        return bottom

    def _columns(self, root: str) -> list[list[str]]:
        children = self._children(root)
        total = sum(map(self._rows, children))
        count = -(-total // _COLUMN_ROWS)
        if not count:
            return []
        columns: list[list[str]] = [[]]
        filled = 0
        for child in children:
            if columns[-1] and filled >= total / count * len(columns):
                columns.append([])
            columns[-1].append(child)
            filled += self._rows(child)
        return columns

    def _tree(self, iri: str, x: float, y: float) -> float:
        self._box(iri, x, y)
        top, last = y + _BOX, y
        y += _ROW
        for child in self._children(iri):
            last = y
            self._elbow(x + _INDENT / 2, y, x + _INDENT)
            y = self._tree(child, x + _INDENT, y)
        if last > top - _BOX:
            trunk = _number(x + _INDENT / 2)
            self._lines.append(f"M{trunk} {_number(top)}V{_number(last + _BOX / 2)}")
        return y

    def _elbow(self, x: float, y: float, end: float) -> None:
        self._lines.append(f"M{_number(x)} {_number(y + _BOX / 2)}H{_number(end)}")

    def _box(self, iri: str, x: float, y: float) -> None:
        label, local = self._drawn.label(iri), self._drawn.local(iri)
        width = _named_width(label, local) + 18
        inner = (
            f'<g class="box {self._drawn.colour(iri)}"><rect x="{_number(x)}" y="{_number(y)}"'
            f' width="{_number(width)}" height="{_BOX}" rx="5"/>'
            f"{_named(x + 9, y + _BOX / 2 + 4.5, label, local)}</g>"
        )
        self._parts.append(_linked(self._drawn, iri, inner))
        self._right = max(self._right, x + width)
        self._bottom = max(self._bottom, y + _BOX)


@dataclass(frozen=True, slots=True)
class _Port:
    """Where a row ends that points at something."""

    y: float
    target: str
    colour: str


class _Relations:
    """Classes with a row a property on the left, what the properties point at on the right."""

    def __init__(self, reference: Reference, module: str, drawn: Drawn) -> None:
        self._reference = reference
        self._module = module
        self._drawn = drawn
        self._parts: list[str] = []
        self._ports: list[_Port] = []

    def svg(self) -> str | None:
        boxes = dict(self._boxes())
        if not boxes:
            return None
        y = 1.0
        for iri, rows in boxes.items():
            y = self._class(iri, rows, y) + 16
        left_bottom = y - 16
        targets = self._place(left_bottom)
        right_bottom = max((top + _BOX for top in targets.values()), default=0.0)
        edges = "".join(self._edges(targets))
        ends = "".join(self._targets(targets))
        width = _LEFT + _BETWEEN + _RIGHT if targets else _LEFT
        title = next(m.title for m in self._reference.modules if m.iri == self._module)
        words = (
            Bilingual(f"{title.zh}：类及其关系", f"{title.en}: classes and their relations"),
            self._described(boxes),
        )
        body = edges + "".join(self._parts) + ends
        key = self._module.rpartition("/")[2]
        return _svg(key, width + 2, max(left_bottom, right_bottom) + 1, words, body)

    def _boxes(self) -> Iterator[tuple[str, tuple[Field, ...]]]:
        """Yield the classes to draw: the module's, and others that its properties are used on."""
        reference = self._reference
        guests: dict[str, None] = {}
        for item in reference.properties.values():
            if item.term.module == self._module:
                guests.update(dict.fromkeys((*item.domains, *item.used_on)))
        own = [iri for iri, c in reference.classes.items() if c.term.module == self._module]
        for iri in dict.fromkeys((*own, *guests)):
            rows = [
                field
                for field in fields_of(reference, iri)
                if field.property in reference.properties
                # what shapes narrow for a class of the module is shown with it
                and (self._is_own(field.property) or (iri in own and field.shapes))
            ]
            yield iri, tuple(rows)

    def _is_own(self, name: str) -> bool:
        return self._reference.properties[name].term.module == self._module

    def _described(self, boxes: Mapping[str, Sequence[Field]]) -> Bilingual:
        texts: list[Bilingual] = []
        for iri, rows in boxes.items():
            for row in rows:
                ends = [self._drawn.label(target) for target in (*row.schemes, *row.targets)]
                name, label = self._drawn.label(iri), self._drawn.label(row.property)
                texts.append(
                    Bilingual(
                        f"{name.zh} {label.zh} {'、'.join(e.zh for e in ends)}",
                        f"{name.en} {label.en} {' or '.join(e.en for e in ends)}",
                    )
                )
        return Bilingual(
            "；".join(t.zh for t in texts) + "。", "; ".join(t.en for t in texts) + "."
        )

    def _class(self, iri: str, rows: Sequence[Field], y: float) -> float:
        drawn = self._drawn
        guest = iri not in self._reference.classes or (
            self._reference.classes[iri].term.module != self._module
        )
        colour = drawn.colour(iri)
        height = _HEAD + len(rows) * _LINE + (6 if rows else 0)
        name = _named(11, y + _HEAD / 2 + 4.5, drawn.label(iri), drawn.local(iri))
        parents = [p for p in self._parents(iri) if not guest]
        above = "".join(
            _text(_LEFT - 10, y + _HEAD / 2 + 4.5, "l end", f"⊂ {drawn.local(p)}")
            for p in parents[:1]
        )
        head = _linked(drawn, iri, f'<g class="head">{name}</g>')
        kind = "card guest" if guest else "card"
        self._parts.append(
            f'<g class="{kind} {colour}"><rect x="1" y="{_number(y)}" width="{_LEFT}"'
            f' height="{height}" rx="6"/>{head}{above}'
        )
        if rows:
            self._parts.append(f'<path class="rule" d="M1 {_number(y + _HEAD)}H{_LEFT + 1}"/>')
        line = y + _HEAD + 3
        for row in rows:
            self._row(row, line, colour)
            line += _LINE
        self._parts.append("</g>")
        return y + height

    def _parents(self, iri: str) -> tuple[str, ...]:
        item = self._reference.classes.get(iri)
        return tuple(p for p in item.parents if p in self._reference.classes) if item else ()

    def _row(self, row: Field, y: float, colour: str) -> None:
        drawn = self._drawn
        base = y + _LINE / 2 + 4
        label, local = drawn.label(row.property), drawn.local(row.property)
        self._parts.append(_linked(drawn, row.property, _named(18, base, label, local)))
        item = self._reference.properties[row.property]
        many = "*" if row.most is None else str(row.most)
        count = str(row.least) if row.least == row.most else f"{row.least}..{many}"
        ends = row.schemes or row.targets
        if item.kind == "datatype" or not ends:
            count = " ".join((*(drawn.local(target) for target in row.targets), count))
        else:
            self._ports.extend(_Port(y + _LINE / 2, end, colour) for end in ends)
        self._parts.append(_text(_LEFT - 8, base, "l end", count))

    def _place(self, height: float) -> dict[str, float]:
        """Return the tops of the targets: near those that point at them, none over another."""
        wanted: dict[str, list[float]] = {}
        for port in self._ports:
            wanted.setdefault(port.target, []).append(port.y)
        means = {target: sum(ys) / len(ys) for target, ys in wanted.items()}
        order = sorted(means, key=lambda target: (means[target], target))
        tops: dict[str, float] = {}
        free = 1.0
        for number, target in enumerate(order):
            rest = (len(order) - number - 1) * _ROW + _BOX
            latest = max(free, height - rest)
            tops[target] = min(max(free, means[target] - _BOX / 2), latest)
            free = tops[target] + _ROW
        return tops

    def _edges(self, tops: Mapping[str, float]) -> Iterator[str]:
        start, end = _LEFT + 1.0, _LEFT + _BETWEEN + 1.0
        bend = _BETWEEN / 2
        for port in dict.fromkeys(self._ports):
            y = tops[port.target] + _BOX / 2
            yield (
                f'<path class="edge {port.colour}" d="M{_number(start)} {_number(port.y)}'
                f"C{_number(start + bend)} {_number(port.y)} {_number(end - bend)} {_number(y)}"
                f' {_number(end - 5)} {_number(y)}"/>'
            )

    def _targets(self, tops: Mapping[str, float]) -> Iterator[str]:
        drawn = self._drawn
        x = _LEFT + _BETWEEN + 1.0
        for target, top in tops.items():
            label, local = drawn.label(target), drawn.local(target)
            width = min(_named_width(label, local) + 18, _RIGHT)
            middle = _number(top + _BOX / 2)
            kind = "box" if target in self._reference.classes else "box round"
            yield (
                f'<path class="tip" d="M{_number(x)} {middle}l-7 -4v8z"/>'
                + _linked(
                    drawn,
                    target,
                    f'<g class="{kind} {drawn.colour(target)}"><rect x="{_number(x)}"'
                    f' y="{_number(top)}" width="{_number(width)}" height="{_BOX}" rx="5"/>'
                    f"{_named(x + 9, top + _BOX / 2 + 4.5, label, local)}</g>",
                )
            )
