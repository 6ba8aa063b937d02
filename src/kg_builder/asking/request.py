"""Asking: the one way from a question to an answer, for every command and the server.

What a stranger asks may never return, or kill the engine: it is worked out in a child process with
limits. What comes back is a spool file and an account of it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kg_builder.asking.typed import refuse_broken_query
from kg_builder.errors import CrashError, InputError, MemoryLimitError, TimeLimitError
from kg_builder.model.bilingual import Language
from kg_builder.workers import run_in_child

if TYPE_CHECKING:
    from kg_builder.asking.answer import Answer
    from kg_builder.asking.citation.styles import Style
    from kg_builder.graph.query.catalogue import StoredQuery

TIMEOUT: Final = 30.0
"""Seconds that a query gets unless told otherwise."""
MEMORY: Final = 4 << 30
"""Bytes of address space that a query gets."""
SPOOL: Final = 2 << 30
"""Bytes that a result may have."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of which graph, and what is wanted beside the solutions."""

    text: str
    """A query, or that of `stored`."""
    store: Path | None = None
    endpoint: str | None = None
    """The address of a SPARQL endpoint, in the place of `store`."""
    file: str | None = None
    """Where the text stands, for messages."""
    stored: StoredQuery | None = None
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What was typed for the parameters of a stored query, by name."""
    language: Language = "zh"
    most: int | None = None
    """At most so many solutions."""
    evidence: bool = False
    report: Path | None = None
    """The text of the report, to quote evidence from."""
    named: bool = False
    """Whether names are wanted in `language`, where the graph has them, in the place of others."""
    account: bool = False
    """Whether labels of IRIs and the sources are wanted."""
    cite: Style | None = None
    """The style of a citation of the answer, where one is wanted."""
    timeout: float = TIMEOUT
    project: Path | None = None
    """A folder of the user's own data, laid over the installed."""


def ask(request: Request, folder: Path) -> Answer:
    """Return the answer to a request, worked out in a child process; its spool lies in `folder`.

    Raises InputError for a query that is wrong or refused, for a name that nothing has, and for a
    result larger than `SPOOL`; EndpointError; TimeLimitError, MemoryLimitError, CrashError in the
    words of a query.
    """
    if request.endpoint is not None and (request.evidence or request.cite):
        name = "--evidence" if request.evidence else "--cite"
        raise InputError(
            f"出处要在手边的图里查：{name} 不能与 --endpoint 同用",
            f"evidence is looked up in a graph at hand: {name} does not go with --endpoint",
        )
    try:
        if request.stored is None:  # refused before anything is opened
            from kg_builder.graph.query.safety import refuse_unsafe
            from kg_builder.graph.query.syntax import refuse_excess
            from kg_builder.graph.vocabulary import PREFIXES

            refuse_broken_query(request.text)
            refuse_excess(request.text)
            refuse_unsafe(request.text, PREFIXES, None)
        return run_in_child(
            _answer, request, folder, timeout=request.timeout, memory=MEMORY, file_size=SPOOL
        )
    except InputError as error:
        if error.file is None and error.line is not None:
            error.file = request.file
        raise
    except TimeLimitError as error:
        raise TimeLimitError(
            f"{request.timeout:g} 秒内没有算完；请把查询写得更窄，或加长 --timeout",
            f"not done within {request.timeout:g} s; ask for less, or give a longer --timeout",
            file=request.file,
        ) from error
    except MemoryLimitError as error:
        raise MemoryLimitError(
            "查询耗尽了内存；请把它写得更窄，例如加 LIMIT",
            "the query ran out of memory; ask for less, for instance with a LIMIT",
            file=request.file,
        ) from error
    except CrashError as error:
        raise CrashError(
            f"引擎在这个查询上崩溃了；请把它写得更简单（{error.message.zh}）",
            f"the engine died of this query; make it simpler ({error.message.en})",
            file=request.file,
        ) from error


def _answer(request: Request, folder: Path) -> Answer:
    """Work out an answer, in the child: the parent needs none of what this imports.

    What it needs for a while lies in `folder`, too, which outlives a child that is ended.
    """
    from kg_builder.asking.run import answer

    tempfile.tempdir = str(folder)

    return answer(request, folder)
