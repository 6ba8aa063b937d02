"""kg_builder: from a government report to linked data that people can trust.

    from pathlib import Path
    import kg_builder

    result = kg_builder.build([kg_builder.ReportInput.load(Path("report.txt"))])
    result.conforms, result.summary["counts"]
"""

from kg_builder.errors import (
    BusyError,
    ConfigurationError,
    InputError,
    KgError,
    OutputError,
    StoreError,
    ValidationFailure,
)
from kg_builder.pipeline import (
    BuildOptions,
    BuildResult,
    ReadReport,
    ReportInput,
    assemble_report,
    build,
    publish,
    read_report,
)
from kg_builder.version import VERSION as __version__

__all__ = [
    "BuildOptions",
    "BuildResult",
    "BusyError",
    "ConfigurationError",
    "InputError",
    "KgError",
    "OutputError",
    "ReadReport",
    "ReportInput",
    "StoreError",
    "ValidationFailure",
    "__version__",
    "assemble_report",
    "build",
    "publish",
    "read_report",
]
