"""Extraction: a Document becomes entities and facts, each with the passages that say it."""

from kg_builder.text.extraction.extractor import Extractor, extract

__all__ = ["Extractor", "extract"]
