"""Other people's shapes: files read, run in a child process, and what of them checks nothing."""

from kg_builder.judging.standalone.remarks import remarks
from kg_builder.judging.standalone.shapes import (
    ShapeFiles,
    about_shapes,
    check_shapes,
    data_of,
    more_than,
)

__all__ = [
    "ShapeFiles",
    "about_shapes",
    "check_shapes",
    "data_of",
    "more_than",
    "remarks",
]
