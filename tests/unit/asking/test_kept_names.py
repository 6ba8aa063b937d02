"""The index of names of a new generation is what an index made anew would be."""

import sqlite3
import tempfile
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from kg_builder.asking.names import keep_names
from kg_builder.graph.names import named_things, of_store
from kg_builder.graph.vocabulary import RDF_TYPE, RDFS_LABEL, expand
from kg_builder.resources import Resources
from kg_builder.text.search.lexicon import load_spoken_names
from kg_builder.text.search.storage import NAMES_FILE, write_names

LEXICON = load_spoken_names(Resources.find())
SCHEMA = [
    Triple(expand(low), expand("rdfs:subClassOf"), expand(high))
    for low, high in (
        ("Street", "AdministrativeArea"),
        ("District", "AdministrativeArea"),
        ("AdministrativeArea", "Place"),
        ("Park", "Place"),
        ("Canteen", "Entity"),
    )
]
LABELS = ("云溪园", "云溪食堂", "松岚", "云溪园食堂", "青禾区", "松岚街道", "一号楼（云溪园）")
NODES = [NamedNode(f"http://x/{name}") for name in "abcdefg"]
TRIPLES = st.one_of(
    st.builds(
        lambda s, label: Triple(s, RDFS_LABEL, Literal(label, language="zh")),
        st.sampled_from(NODES),
        st.sampled_from(LABELS),
    ),
    st.builds(
        lambda s, cls: Triple(s, RDF_TYPE, expand(cls)),
        st.sampled_from(NODES),
        st.sampled_from(("Street", "District", "Park", "Canteen", "Entity")),
    ),
    st.builds(
        lambda s, p, o: Triple(s, expand(p), o),
        st.sampled_from(NODES),
        st.sampled_from(("within", "inStreet", "dcterms:isReplacedBy", "telephone")),
        st.sampled_from(NODES),
    ),
)


def generation(folder, triples):
    folder.mkdir()
    store = Store(folder / "store")
    store.extend(Quad(*triple) for triple in (*SCHEMA, *triples))
    store.flush()
    return store


def spoken(path):
    """Return what an index says, but for the numbers of its rows; their order stays."""
    with sqlite3.connect(path) as connection:
        place = {row[0]: n for n, row in enumerate(rows(connection, "record", "number"))}
        spelling = {row[0]: n for n, row in enumerate(rows(connection, "name", "number"))}
        return {
            "meta": rows(connection, "meta", "key"),
            "record": [row[1:] for row in rows(connection, "record", "number")],
            "class": sorted((name, place[n]) for name, n in rows(connection, "class", "class")),
            "name": [(place[row[1]], *row[2:]) for row in rows(connection, "name", "number")],
            "key": sorted(
                (kind, key, spelling[name], place[record])
                for kind, key, name, record in rows(connection, "key", "kind")
            ),
        }


def rows(connection, table, order):
    return connection.execute(f"SELECT * FROM {table} ORDER BY {order}").fetchall()


@settings(max_examples=20, deadline=None)
@example(
    old={Triple(NODES[0], expand("dcterms:isReplacedBy"), NODES[1])},
    batches=[{Triple(NODES[0], RDFS_LABEL, Literal("松岚", language="zh"))}],
    takes_back=True,
)
@given(
    st.sets(TRIPLES, max_size=14),
    st.lists(st.sets(TRIPLES, max_size=5), max_size=2),
    st.booleans(),
)
def test_what_came_is_found_as_in_an_index_made_anew(old, batches, takes_back):
    with tempfile.TemporaryDirectory() as folder:
        keep(Path(folder), old, batches, takes_back)


def keep(work, old, batches, takes_back):
    held = set(old)
    store = generation(work / "0", held)
    write_names(work / "0" / NAMES_FILE, named_things(of_store(store)), LEXICON)
    if takes_back:
        batches = [*batches, set()]
    for number, batch in enumerate(batches, 1):
        come = batch - held
        gone = set() if batch or number < len(batches) else set(list(held)[:2])
        held = (held | come) - gone
        del store
        store = generation(work / str(number), held)
        new = work / str(number)
        keep_names(new, work / str(number - 1), sorted(come, key=str), gone)
        write_names(work / "anew.sqlite", named_things(of_store(store)), LEXICON)
        kept, anew = spoken(new / NAMES_FILE), spoken(work / "anew.sqlite")
        (work / "anew.sqlite").unlink()
        for found in (kept, anew):  # the rarity of a class is that of before
            found["record"] = [
                (name, label, *sorted(classes.split("\n")), rest)
                for name, label, classes, rest in found["record"]
            ]
        assert kept == anew


def test_another_thing_makes_the_index_no_slower_to_keep(tmp_path, monkeypatch):
    """Only a copy of the file, and the rows of what came: nothing is read of the other things."""
    street = NODES[0]
    many = [
        triple
        for number in range(2000)
        for thing in [NamedNode(f"http://x/canteen/{number}")]
        for triple in (
            Triple(thing, RDF_TYPE, expand("Canteen")),
            Triple(thing, RDFS_LABEL, Literal(f"食堂{number}", language="zh")),
            Triple(thing, expand("inStreet"), street),
        )
    ]
    store = generation(tmp_path / "0", many)
    write_names(tmp_path / "0" / NAMES_FILE, named_things(of_store(store)), LEXICON)
    new = NamedNode("http://x/canteen/new")
    come = [
        Triple(new, RDF_TYPE, expand("Canteen")),
        Triple(new, RDFS_LABEL, Literal("新食堂", language="zh")),
        Triple(new, expand("inStreet"), street),
    ]
    del store
    generation(tmp_path / "1", [*many, *come])
    monkeypatch.delattr("kg_builder.asking.names.write_names")  # it is not made again
    keep_names(tmp_path / "1", tmp_path / "0", come, ())
    assert rows_of("1", tmp_path) == rows_of("0", tmp_path) + 1


def rows_of(name, folder):
    with sqlite3.connect(folder / name / NAMES_FILE) as connection:
        return len(rows(connection, "record", "number"))
