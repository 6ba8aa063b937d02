"""kg_builder: from a government report to linked data that people can trust.

from pathlib import Path
import kg_builder

result = kg_builder.build([kg_builder.ReportInput.load(Path("report.txt"))])
result.conforms, result.summary["counts"]
kg_builder.ask("canteens_of_street", street="八里庄街道").rows
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from kg_builder.version import VERSION as __version__

if TYPE_CHECKING:
    from kg_builder.asking.face import Result as Result
    from kg_builder.asking.face import ask as ask
    from kg_builder.desk import ReadReport as ReadReport
    from kg_builder.desk import ReportInput as ReportInput
    from kg_builder.desk import Review as Review
    from kg_builder.desk import read_report as read_report
    from kg_builder.desk import review_report as review_report
    from kg_builder.errors import BusyError as BusyError
    from kg_builder.errors import ConfigurationError as ConfigurationError
    from kg_builder.errors import EndpointError as EndpointError
    from kg_builder.errors import ExportError as ExportError
    from kg_builder.errors import InputError as InputError
    from kg_builder.errors import KgError as KgError
    from kg_builder.errors import OutputError as OutputError
    from kg_builder.errors import StoreError as StoreError
    from kg_builder.errors import TimeLimitError as TimeLimitError
    from kg_builder.errors import ValidationFailure as ValidationFailure
    from kg_builder.graph.ontology import load_ontology as load_ontology
    from kg_builder.graph.opening import OpenGraph as OpenGraph
    from kg_builder.graph.opening import open_graph as open_graph
    from kg_builder.judging.face import validate as validate
    from kg_builder.judging.reports.report import Report as Report
    from kg_builder.pipeline import BuildOptions as BuildOptions
    from kg_builder.pipeline import BuildResult as BuildResult
    from kg_builder.pipeline import assemble_report as assemble_report
    from kg_builder.pipeline import build as build
    from kg_builder.pipeline import publish as publish
    from kg_builder.resources import Resources as Resources
    from kg_builder.text.genre import load_genre as load_genre

_HOMES = {
    "kg_builder.asking.face": ("Result", "ask"),
    "kg_builder.desk": ("ReadReport", "ReportInput", "Review", "read_report", "review_report"),
    "kg_builder.errors": (
        "BusyError",
        "ConfigurationError",
        "EndpointError",
        "ExportError",
        "InputError",
        "KgError",
        "OutputError",
        "StoreError",
        "TimeLimitError",
        "ValidationFailure",
    ),
    "kg_builder.graph.ontology": ("load_ontology",),
    "kg_builder.graph.opening": ("OpenGraph", "open_graph"),
    "kg_builder.judging.face": ("validate",),
    "kg_builder.judging.reports.report": ("Report",),
    "kg_builder.pipeline": (
        "BuildOptions",
        "BuildResult",
        "assemble_report",
        "build",
        "publish",
    ),
    "kg_builder.resources": ("Resources",),
    "kg_builder.text.genre": ("load_genre",),
}

__all__ = ["__version__", *sorted(name for names in _HOMES.values() for name in names)]


def __getattr__(name: str) -> object:
    """Import a name of the face when it is first asked for: a command imports what it needs."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
