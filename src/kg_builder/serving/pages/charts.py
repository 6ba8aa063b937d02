"""Charts: bars drawn on the server, each with a table that says the same.

A script draws the same chart again from the table, with more to point at; without it all is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final

from pyoxigraph import Literal, NamedNode

from kg_builder.asking.caveats import partial_copies
from kg_builder.graph.index import Term
from kg_builder.pages.markup import shown
from kg_builder.serving.pages.drawing import fitted, number, width
from kg_builder.serving.pages.telling import Shown, Teller

_EM: Final = 14.0
_LABEL: Final = 260.0
_BARS: Final = 470.0
_PHONE: Final = 300.0
"""How wide a drawing for a phone is."""
_COLOURS: Final = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """One value of a chart."""

    label: Shown
    series: str
    value: Decimal
    words: str
    """The value as the report prints it, or as it was computed."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, with what they are of."""

    key: str
    title: str
    unit: str
    label: str
    """What the labels are."""
    bars: tuple[Bar, ...]
    note: str = ""
    measured: str = ""
    """What the values are, where they have no unit."""
    more: str | None = None
    """The address of the question that it answers."""

    @property
    def series(self) -> tuple[str, ...]:
        """The series, in order of first sight; one empty name where there is but one."""
        return tuple(dict.fromkeys(bar.series for bar in self.bars))

    @property
    def svg(self) -> str:
        """The chart as drawn on the server."""
        return bars_svg(self)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the parts of a bar stand."""

    left: float
    """Where bars begin."""
    bars: float
    """How long the longest is."""
    row: float
    name: tuple[float, float, str]
    """Where the name ends or begins, how far below the top of its row, and which of both."""
    bar: float
    """How far the bar is below the top of its row."""
    room: float
    """What a name may take."""
    narrow: bool = False


def _wide(chart: Chart) -> _Layout:
    """Return a layout with names on the left, as of a table."""
    longest = max((width(bar.label.words, _EM) for bar in chart.bars), default=0.0)
    left = min(longest, _LABEL) + 12
    return _Layout(left, _BARS, 30.0, (left - 10, 20.0, "end"), 5.0, left - 12)


def _narrow(chart: Chart) -> _Layout:
    """Return a layout for a phone: a name stands above its bar."""
    values = max((width(bar.words, _EM) for bar in chart.bars), default=0.0)
    bars = max(_PHONE / 3, _PHONE - values - 12)
    return _Layout(1.0, bars, 48.0, (6.0, 16.0, "start"), 22.0, _PHONE - 6, narrow=True)


def bars_svg(chart: Chart) -> str:
    """Return horizontal bars as SVG, for a wide page and for a phone; the stylesheet shows one."""
    return _bars_svg(chart, _wide(chart)) + _bars_svg(chart, _narrow(chart))


def _bars_svg(chart: Chart, layout: _Layout) -> str:
    """Return the bars in a layout; one below nought goes to the left of the axis."""
    most = max((bar.value for bar in chart.bars), default=Decimal(0))
    least = min((bar.value for bar in chart.bars), default=Decimal(0))
    top, bottom = max(most, Decimal(0)), min(least, Decimal(0))
    span = float(top - bottom) or 1.0
    axis = layout.left + float(-bottom) / span * layout.bars
    wide = _PHONE if layout.narrow else layout.left + layout.bars + 110
    head = 26.0 if len(chart.series) > 1 else 4.0
    height = head + len(chart.bars) * layout.row + 4
    parts = [*_legend(chart, layout.left)] if len(chart.series) > 1 else []
    for place, bar in enumerate(chart.bars):
        y = head + place * layout.row
        length = abs(float(bar.value)) / span * layout.bars
        x = axis if bar.value >= 0 else axis - length
        colour = chart.series.index(bar.series) % _COLOURS
        words = fitted(bar.label.words, _EM, layout.room)
        full = f"<title>{shown(bar.label.words)}</title>" if words != bar.label.words else ""
        tag = f' lang="{shown(bar.label.tag)}"' if bar.label.tag else ""
        at, below, anchor = layout.name
        parts.append(
            f'<g class="bar s{colour}"><text class="name" x="{number(at)}"'
            f' y="{number(y + below)}" text-anchor="{anchor}"{tag}>{shown(words)}{full}</text>'
            f'<rect x="{number(x)}" y="{number(y + layout.bar)}" width="{number(max(length, 1))}"'
            f' height="20" rx="2"/><text class="value" x="{number(x + max(length, 1) + 7)}"'
            f' y="{number(y + layout.bar + 15)}">{shown(bar.words)}</text></g>'
        )
    parts.append(f'<path class="axis" d="M{number(axis)} {number(head)}V{number(height)}"/>')
    name = f"{'n' if layout.narrow else 'c'}-{shown(chart.key)}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bars{" narrow" if layout.narrow else ""}"'
        f' role="img" aria-labelledby="{name}" viewBox="0 0 {number(wide)} {number(height)}"'
        f' width="{number(wide)}" height="{number(height)}"><title id="{name}">'
        f"{shown(chart.title)}</title>{''.join(parts)}</svg>"
    )


def _legend(chart: Chart, left: float) -> Iterator[str]:
    x = left
    for place, name in enumerate(chart.series):
        yield (
            f'<g class="bar s{place % _COLOURS}"><rect x="{number(x)}" y="5" width="12"'
            f' height="12" rx="2"/><text x="{number(x + 18)}" y="16">{shown(name)}</text></g>'
        )
        x += width(name, _EM) + 48


# the charts of the house


def house_charts(teller: Teller) -> tuple[Chart, ...]:
    """Return the charts that the graph has something for."""
    maker = _Maker(teller)
    found = (
        *maker.investment(),
        maker.canteens(),
        *maker.indicators(),
        maker.themes(),
    )
    return tuple(chart for chart in found if chart is not None and len(chart.bars) > 1)


class _Maker:
    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._reader = teller.reader
        self._note = " ".join(
            notice.message.pick(self._reader.language) for notice in partial_copies(teller.graph)
        )

    def investment(self) -> Iterator[Chart]:
        """Yield a chart for each indicator and unit of the categories of projects."""
        t = self._reader.t
        rows = self._teller.knowledge.stored("investment_by_category")
        groups: dict[tuple[str, str], list[dict[str, Term | None]]] = {}
        for row in rows:
            groups.setdefault((_word(row, "indicator_name"), _iri(row, "unit")), []).append(row)
        for place, group in enumerate(groups.values()):
            unit, name = self._named(group[0], "unit"), self._named(group[0], "indicator")
            yield Chart(
                key=f"investment-{place}",
                title=t(f"各类项目的{name}", f"Projects by category: {name}"),
                unit=unit,
                label=t("项目类别", "category"),
                bars=tuple(self._bars(group, "category", "value", "verbatim")),
                note=self._note,
                more=self._more("investment_by_category"),
            )

    def canteens(self) -> Chart:
        """Return how many canteens each street has, most first."""
        t = self._reader.t
        rows = self._teller.knowledge.stored("canteens_by_street")
        bars = sorted(self._bars(rows, "street", "canteens"), key=lambda bar: -bar.value)
        return Chart(
            key="canteens",
            title=t("各街镇的助餐点", "Canteens by street or town"),
            unit=t("个", "canteens"),
            label=t("街道或镇", "street or town"),
            bars=tuple(bars),
            note=self._note,
            more=self._more("canteens_by_street"),
        )

    def indicators(self) -> Iterator[Chart]:
        """Yield the headline indicators over the years: a chart for each measure and unit."""
        t = self._reader.t
        groups: dict[tuple[str, str], list[dict[str, Term | None]]] = {}
        for row in self._teller.knowledge.stored("headline_figures"):
            groups.setdefault((_iri(row, "measure"), _iri(row, "unit")), []).append(row)
        for number_, group in enumerate(groups.values()):
            measure, unit = self._named(group[0], "measure"), self._named(group[0], "unit")
            yield Chart(
                key=f"headline-{number_}",
                title=t(f"主要指标：{measure}", f"Headline indicators: {measure}"),
                unit=unit,
                label=t("指标", "indicator"),
                bars=tuple(self._bars(group, "indicator", "value", "verbatim")),
                note=self._note,
                more=self._more("headline_figures"),
            )

    def themes(self) -> Chart:
        """Return how many measures each theme of reform has."""
        t = self._reader.t
        rows = self._teller.knowledge.stored("measures_by_theme")
        return Chart(
            key="themes",
            title=t("各改革主题的举措", "Reform measures by theme"),
            unit=t("条", "measures"),
            label=t("改革主题", "theme"),
            bars=tuple(self._bars(rows, "theme", "measures")),
            note=self._note,
            more=self._more("measures_by_theme"),
        )

    def _more(self, name: str) -> str:
        """Return the address of the question behind a chart, with where each figure stands."""
        return self._reader.url(f"/queries/{name}", evidence="1", run="1") + "#result-h"

    def _bars(
        self, rows: Sequence[Mapping[str, Term | None]], name: str, value: str, words: str = ""
    ) -> Iterator[Bar]:
        several = len({_iri(row, "period") + _iri(row, "result") for row in rows}) > 1
        for row in rows:
            amount = _amount(row.get(value))
            term = row.get(name)
            if amount is None or term is None:
                continue
            when = f"{self._named(row, 'period')} {self._named(row, 'result')}".strip()
            printed = _word(row, words) or f"{amount:f}"
            yield Bar(self._teller.shown(term), when if several else "", amount, printed)

    def _named(self, row: Mapping[str, Term | None], name: str) -> str:
        term = row.get(name)
        return self._teller.name(term) if isinstance(term, NamedNode) else _word(row, name)


def _word(row: Mapping[str, Term | None], name: str) -> str:
    term = row.get(name)
    return term.value if isinstance(term, Literal | NamedNode) else ""


def _iri(row: Mapping[str, Term | None], name: str) -> str:
    return _word(row, name)


def _amount(term: Term | None) -> Decimal | None:
    if not isinstance(term, Literal):
        return None
    try:
        found = Decimal(term.value)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < Decimal(10) ** 18 else None
