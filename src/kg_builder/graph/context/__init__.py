"""What new triples do to a graph that stands, found out at a cost that does not grow with it.

`open_context` reads what every question needs; `Context.effect_of` then says what a few triples
entail and which results they cause, resolve or meet, as if all had been inferred and validated
before and after.
"""

from kg_builder.graph.context.context import Context, open_context
from kg_builder.graph.context.effect import Effect
from kg_builder.graph.context.groundwork import Groundwork

__all__ = ["Context", "Effect", "Groundwork", "open_context"]
