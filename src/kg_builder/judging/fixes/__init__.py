"""Mends as edits of the text of a submission: written in its syntax, applied, shown as a patch."""

from kg_builder.judging.fixes.applying import apply_fixes, compatible
from kg_builder.judging.fixes.patches import patch
from kg_builder.judging.fixes.writing import as_fix

__all__ = ["apply_fixes", "as_fix", "compatible", "patch"]
