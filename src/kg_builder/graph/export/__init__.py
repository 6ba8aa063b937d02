"""Graphs for others: Turtle, N-Triples, TriG, N-Quads, JSON-LD, RDF/XML, and tables with CSVW.

What is written is sorted, hence equal byte for byte for equal triples, whatever their order.
"""

from __future__ import annotations

from kg_builder.graph.export.formats import Format
from kg_builder.graph.export.tables import write_tables
from kg_builder.graph.export.writing import write_dataset, write_graph

__all__ = ["Format", "write_dataset", "write_graph", "write_tables"]
