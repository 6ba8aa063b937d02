"""The parts of a formula such as 1+X+1, and which of them the symbols of a column stand for."""

from __future__ import annotations

import re

from kg_builder.model.selector import Span

_PLUS = re.compile(r"[+＋]")


class FormulaReader:
    """Matches the symbols of a column to the parts of a formula, in the order of appearance.

    Symbols that are no part of it (前3 and 后3 under 3+3) are parts of their own, in that order.
    """

    def __init__(self, formula: str) -> None:
        self._symbols = _PLUS.split(formula)
        self._cell: Span | None = None
        self._symbol = ""
        self._position = 0
        self._carried = False
        self._known: dict[str, int] = {}

    def position(self, symbol: str, cell: Span) -> int:
        """Return the position, from 1, of the part that a row's cell stands for.

        The row stays at its part while the same cell is carried, or the same symbol repeated. One
        that is printed anew below carried rows is the next part, if the formula has it next.
        """
        if cell == self._cell:
            self._carried = True
            return self._position
        self._position = self._next(symbol)
        self._cell, self._symbol, self._carried = cell, symbol, False
        self._known[symbol] = self._position
        return self._position

    def _next(self, symbol: str) -> int:
        here = self._position
        rest = self._symbols[here:]
        if symbol == self._symbol and not (self._carried and rest[:1] == [symbol]):
            return here
        if symbol in rest:
            return here + 1 + rest.index(symbol)
        return self._known.get(symbol) or max(self._known.values(), default=0) + 1
