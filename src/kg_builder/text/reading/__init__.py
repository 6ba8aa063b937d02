"""Reading: the bytes of a report become a Document of sections, paragraphs, tables and cells."""

from kg_builder.text.reading.decode import decode
from kg_builder.text.reading.reader import read

__all__ = ["decode", "read"]
