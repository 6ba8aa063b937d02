"""Every exception of the package.

    KgError                 the root; each carries a message in zh and en, and maybe a location
    ├── InputError          a file that cannot be read as asked: missing, empty, binary, undecodable
    │   └── ExcessError         a query too large or too deep for any engine
    ├── ConfigurationError  data of the house that is wrong: a table kind, a lexicon, shapes
    ├── OutputError         the output folder cannot be written or belongs to somebody else
    ├── ExportError         a triple that the format asked for cannot hold
    ├── BusyError           another build holds the output folder
    ├── StoreError          a store of another format version, or a damaged one
    ├── EndpointError       a remote endpoint does not answer, or not with a result
    ├── ValidationFailure   the data could not be checked (which is not "does not conform")
    └── WorkerError         work handed to a child process did not come back
        ├── TimeLimitError      … within its time (exit code 124)
        ├── MemoryLimitError    … within its memory
        └── CrashError          … because the process died

All but TimeLimitError end a command with exit code 2, and all write nothing. Data that does not
conform is a value (`model.validation.ValidationReport`), not an exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg_builder.model.bilingual import Bilingual, Language


class KgError(Exception):
    """The root of the tree. `file`, `line` and `column` say where, as far as known (1-based).

    `excerpt` shows the place in lines of its own, where a text is short enough to be shown.
    """

    def __init__(
        self,
        zh: str,
        en: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        excerpt: str | None = None,
    ) -> None:
        super().__init__(en)
        self.message = Bilingual(zh, en)
        self.file = file
        self.line = line
        self.column = column
        self.excerpt = excerpt

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by both messages: errors cross process borders (see `workers`)."""
        place = {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "excerpt": self.excerpt,
        }
        return _rebuild, (type(self), self.message, place)

    def render(self, language: Language) -> str:
        """Return one plain line: `FILE:LINE:COLUMN: message`."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        text = self.message.pick(language)
        return f"{place}: {text}" if place else text


class InputError(KgError):
    """A file that cannot be read as asked."""


class ExcessError(InputError):
    """A query too large or too deep for any engine, which need not be wrong otherwise."""


class ConfigurationError(KgError):
    """Data of the house that is wrong."""


class OutputError(KgError):
    """The output folder cannot be written."""


class ExportError(KgError):
    """A triple that the format asked for cannot hold."""


class BusyError(OutputError):
    """Another build holds the output folder."""


class StoreError(KgError):
    """A store of another format version, or a damaged one."""


class EndpointError(KgError):
    """A remote endpoint does not answer, or not with a result."""


class ValidationFailure(KgError):
    """The data could not be checked."""


class WorkerError(KgError):
    """Work handed to a child process did not come back."""


class TimeLimitError(WorkerError):
    """The child process ran out of time."""


class MemoryLimitError(WorkerError):
    """The child process ran out of memory."""


class CrashError(WorkerError):
    """The child process died."""


def _rebuild(kind: type[KgError], message: Bilingual, place: Mapping[str, Any]) -> KgError:
    return kind(message.zh, message.en, **place)
