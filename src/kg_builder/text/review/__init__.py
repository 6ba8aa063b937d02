"""Review: a reviewer's decisions, applied to what was read; and what a reviewer should look at.

The format of `NAME.decisions.tsv` is described in `data/README.md`.
"""

from kg_builder.text.review.decide import decide
from kg_builder.text.review.draft import complete
from kg_builder.text.review.table import format_decisions, read_decisions, read_rows

__all__ = ["complete", "decide", "format_decisions", "read_decisions", "read_rows"]
