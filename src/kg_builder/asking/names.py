"""The names of an open graph: which thing is meant by what somebody says.

`kg build` leaves the index beside the store (`names.sqlite`); for other RDF, and for a folder that
an older kg-builder made, it is made in memory when it is first asked for.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from pyoxigraph import Store, Triple

from kg_builder.errors import StoreError
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.transaction import link_or_copy
from kg_builder.resources import Resources
from kg_builder.text.search.index import NameIndex, index_of
from kg_builder.text.search.index import open_names as open_file
from kg_builder.text.search.lexicon import SpokenNames, load_spoken_names
from kg_builder.text.search.storage import NAMES_FILE, add_names, holding_any, write_names


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
    folder: Path,
    former: Path,
    come: Iterable[Triple],
    gone: Iterable[Triple],
    resources: Resources | None = None,
) -> None:
    """Give a new generation its index of names: that of the former one, with what has changed.

    `come` and `gone` are triples of the default graph. Where only triples came, the index is as one
    made anew, but that the rarity of classes is that of before. Raises OSError where a file cannot
    be written.
    """
    from kg_builder.graph.names import named_things, names_things, of_store

    new_names, is_less = tuple(filter(names_things, come)), any(map(names_things, gone))
    old, new = former / NAMES_FILE, folder / NAMES_FILE
    if old.is_file() and not new_names and not is_less:
        link_or_copy(old, new)
        return
    lexicon = load_spoken_names(resources or Resources.find())
    store = Store.read_only(str(folder / "store"))
    if is_less or not old.is_file() or not _add_names(old, new, store, new_names, lexicon):
        new.unlink(missing_ok=True)
        write_names(new, named_things(of_store(store)), lexicon)


def _add_names(
    old: Path, new: Path, store: Store, come: Iterable[Triple], lexicon: SpokenNames
) -> bool:
    """Write the old index with what is called otherwise now; return whether that is all."""
    from kg_builder.graph.names import named_among, things_changed

    changed = things_changed(store, come)
    if changed is None:
        return False
    shutil.copyfile(old, new)
    things = named_among(store, changed)
    # a word more that names have cuts those otherwise that hold it
    cut = holding_any(new, things.places, lexicon)
    more = named_among(store, changed.union(cut)) if cut else things
    return add_names(new, more, lexicon)
