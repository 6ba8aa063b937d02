"""What a publisher puts on the web: data in every format, catalogue, cube, redirects, checksums."""

from __future__ import annotations

from kg_builder.graph.distribution.layout import PublishedFile
from kg_builder.graph.distribution.options import DistributionOptions, parse_day
from kg_builder.graph.distribution.publish import Distribution, publish_distribution

__all__ = [
    "Distribution",
    "DistributionOptions",
    "PublishedFile",
    "parse_day",
    "publish_distribution",
]
