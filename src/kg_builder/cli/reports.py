"""The report that a command reads."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # slow to import, and only a command that runs needs it
    from kg_builder.desk import ReportInput


def load_report(path: str) -> ReportInput:
    """Return the report of a file, `-` being standard input; raises InputError as `load` does."""
    from kg_builder.desk import ReportInput

    if path == "-":
        return ReportInput("stdin", sys.stdin.buffer.read(), "-")
    return ReportInput.load(Path(path))
