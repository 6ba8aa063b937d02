"""Which format an answer is written in: by its name, or by the suffix of the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from kg_builder.errors import InputError
from kg_builder.graph.export.formats import Format

if TYPE_CHECKING:
    from kg_builder.graph.query.levels import Form

TABULAR: Final = ("table", "csv", "tsv", "json", "xml", "markdown", "xlsx")
"""For SELECT; those of W3C, `table` and `markdown` also for ASK."""
GRAPH: Final = tuple(item.value for item in Format if item is not Format.CSV)
"""For CONSTRUCT and DESCRIBE."""
_SUFFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".txt": "table",
        ".csv": "csv",
        ".tsv": "tsv",
        ".json": "json",
        ".srj": "json",
        ".xml": "xml",
        ".srx": "xml",
        ".md": "markdown",
        ".xlsx": "xlsx",
        **{item.suffix: item.value for item in Format if item is not Format.CSV},
    }
)


def choose_format(form: Form, name: str | None, out: Path | None) -> str:
    """Return the format for an answer of a form: `name` if given, else by the suffix of `out`.

    Without either it is a table, or Turtle. Raises InputError for a format that does not fit the
    form, and for a suffix that tells nothing.
    """
    fitting = GRAPH if form in ("CONSTRUCT", "DESCRIBE") else TABULAR
    chosen = name or _by_suffix(out, fitting)
    if chosen not in fitting:
        known = ", ".join(fitting)
        raise InputError(
            f"{form} 的结果不能写成 {chosen}；可用：{known}",
            f"the result of {form} cannot be written as {chosen}; it can be {known}",
        )
    return chosen


def _by_suffix(out: Path | None, fitting: tuple[str, ...]) -> str:
    if out is None:
        return fitting[0]
    chosen = _SUFFIXES.get(out.suffix.lower())
    if chosen is None:
        known = " ".join(_SUFFIXES)
        raise InputError(
            f"后缀看不出格式；请用 --format，或用 {known} 之一",
            f"the suffix tells no format; give --format, or one of {known}",
            file=str(out),
        )
    return chosen
