"""The names of an open graph: which thing is meant by what somebody says.

`kg build` leaves the index beside the store (`names.sqlite`); for other RDF, and for a folder that
an older kg-builder made, it is made in memory when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Store, Triple

from kg_builder.errors import StoreError
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.transaction import link_or_copy
from kg_builder.resources import Resources
from kg_builder.text.search.index import NameIndex, index_of
from kg_builder.text.search.index import open_names as open_file
from kg_builder.text.search.lexicon import load_spoken_names
from kg_builder.text.search.storage import NAMES_FILE, write_names


def open_names(graph: OpenGraph, resources: Resources | None = None) -> NameIndex:
    """Return the index of the names of a graph; close it, or use it as a context manager.

    `resources` give the lexicon, where the index has to be made; None for the installed ones.
    Raises ConfigurationError for a lexicon that is wrong.
    """
    if graph.generation is not None:
        path = graph.generation / NAMES_FILE
        if path.is_file():
            try:
                return open_file(path)
            except StoreError:  # of another version, or damaged: the graph itself still has it all
                pass
    from kg_builder.graph.names import named_things, of_store

    lexicon = load_spoken_names(resources or Resources.find())
    return index_of(named_things(of_store(graph.store)), lexicon)


def keep_names(
    folder: Path, former: Path, touched: Iterable[Triple], resources: Resources | None = None
) -> None:
    """Give a new generation its index of names: that of the former one, where it still holds.

    `touched` are the triples that came or went. Raises OSError where a file cannot be written.
    """
    from kg_builder.graph.names import named_things, names_things, of_store

    if not any(names_things(triple) for triple in touched) and (former / NAMES_FILE).is_file():
        link_or_copy(former / NAMES_FILE, folder / NAMES_FILE)
        return
    lexicon = load_spoken_names(resources or Resources.find())
    store = Store.read_only(str(folder / "store"))
    write_names(folder / NAMES_FILE, named_things(of_store(store)), lexicon)
