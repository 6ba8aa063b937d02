"""Contributions: batches of triples that people brought, kept as durable files with who says so."""

from kg_builder.graph.contributions.entry import Entry, Kind, Provenance, SubmittedFile
from kg_builder.graph.contributions.files import (
    Batch,
    Submitted,
    batch_id,
    canonical,
    check_batches,
    graph_of,
    make_batch,
    read_batches,
    read_unlisted,
    remove_entry,
    remove_leftovers,
    write_batch,
)
from kg_builder.graph.contributions.history import History, Standing, State, listed_in
from kg_builder.graph.contributions.loading import history_of, load_history

__all__ = [
    "Batch",
    "Entry",
    "History",
    "Kind",
    "Provenance",
    "Standing",
    "State",
    "Submitted",
    "SubmittedFile",
    "batch_id",
    "canonical",
    "check_batches",
    "graph_of",
    "history_of",
    "listed_in",
    "load_history",
    "make_batch",
    "read_batches",
    "read_unlisted",
    "remove_entry",
    "remove_leftovers",
    "write_batch",
]
