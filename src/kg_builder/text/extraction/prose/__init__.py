"""Prose into facts: what sentences and bullets say of the things they name.

Clauses are scanned for names (`text.recognition`), names become things (`text.linking`), and rules
over the clause tell what is said of them (`genre/rules/clauses.toml`). What a clause does not name
is carried over from the clause before it, and marked so.
"""

from kg_builder.text.extraction.prose.passages import Passage, PassageReader
from kg_builder.text.extraction.prose.rules import PassageRules

__all__ = ["Passage", "PassageReader", "PassageRules"]
