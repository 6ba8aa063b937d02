"""Working out an answer: names become terms, the engine runs, and what it found is accounted for.

`request.ask` runs this in a child process with limits. What only some answers need (checks of a
text of one's own, evidence, reasons) is imported where it is used: a child lives for one answer.
"""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias

from pyoxigraph import (
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    serialize,
)

from kg_builder.asking.account import citation_of, labels_of, names_of, sources_of
from kg_builder.asking.answer import Answer, Asked, Support
from kg_builder.asking.caveats import narrower_concepts, partial_copies
from kg_builder.asking.columns import headings_of
from kg_builder.asking.finders import name_finder, remote_finder
from kg_builder.asking.parameters import resolve_parameters
from kg_builder.asking.request import SPOOL, Request
from kg_builder.errors import InputError, OutputError
from kg_builder.graph.index import Term
from kg_builder.graph.opening import OpenGraph, open_graph
from kg_builder.graph.query.catalogue import bind
from kg_builder.graph.query.dataset import Datasets, graphs_of
from kg_builder.graph.query.door import closed_door
from kg_builder.graph.query.levels import Form, Query, formulas, limited, read_query
from kg_builder.graph.query.tokens import tokens
from kg_builder.graph.vocabulary import PREFIXES
from kg_builder.model.bilingual import Bilingual
from kg_builder.model.notice import Notice
from kg_builder.resources import Resources

_VARIABLES: Final = re.compile(rb'\{"head":\{"vars":(\[[^]]*\])')
_HEAD: Final = 1 << 20
_SHARE: Final = 3
"""One part in so many of the time may go into explaining an empty answer."""
_ABSENCE: Final = "absence"
"""The tag of stored queries that ask for what is not there."""
_COUNTED: Final = 1_000
_SUPPORTED: Final = 5_000
"""For so many solutions evidence is looked up."""


def answer(request: Request, folder: Path) -> Answer:
    """Return the answer to a request, worked out here; for child processes and for tests."""
    spool = folder / "answer"
    try:
        if request.endpoint is not None:
            return _ask_there(request, request.endpoint, spool)
        assert request.store is not None  # noqa: S101 - the one or the other
        with open_graph(request.store) as graph:
            return answer_here(request, graph, spool)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutputError(
                "放中间结果的文件夹满了：请腾出空间，或用环境变量 TMPDIR 换一个",
                "no room left for the result while it is worked out: make some, or let TMPDIR name"
                " another folder",
                file=str(folder.parent),
            ) from error
        if error.errno != errno.EFBIG:
            raise
        raise InputError(
            f"结果大于 {SPOOL >> 30} GiB；请加 LIMIT 或 --max-rows",
            f"the result is larger than {SPOOL >> 30} GiB; give a LIMIT or --max-rows",
            file=request.file,
        ) from error


_Engine: TypeAlias = Callable[[str, Form, Path], None]
"""Runs the text of a query and spools what it finds."""


def answer_here(request: Request, graph: OpenGraph, spool: Path) -> Answer:
    """Return the answer of a graph that is open; for a child that answers over and over.

    Raises what `request.ask` raises, and OSError where the spool gets too large.
    """
    prefixes = dict(graph.prefixes)
    datasets = Datasets(graph.store)

    def engine(text: str, _form: Form, target: Path) -> None:
        with target.open("wb") as file, closed_door():
            found = datasets.source(graphs_of(text, prefixes), prefixes)(text)
            if isinstance(found, QueryTriples):
                serialize(found, file, RdfFormat.N_TRIPLES)
            else:
                found.serialize(file, QueryResultsFormat.JSON)

    asked, remarks = _question_here(request, graph)
    query = _read(asked.text, request)
    found = replace(
        _run(engine, query, request.most, spool),
        asked=asked,
        remarks=remarks,
        prefixes=prefixes,
        base=graph.base,
        formulas=_formulas(query, request),
    )
    resources = Resources.find(request.project)
    headings = headings_of(graph, found.variables, resources, request.language)
    found = replace(found, headings=headings)
    if found.form != "SELECT":
        return found
    if found.size == 0:
        from kg_builder.asking.emptiness import explain_empty

        trusted = request.stored is not None
        seconds = request.timeout / _SHARE
        reasons = explain_empty(graph, asked.text, seconds=seconds, trusted=trusted)
        if trusted:  # nobody has its text before their eyes
            reasons = tuple(replace(reason, position=None) for reason in reasons)
            reasons = (*_without_parameters(request, graph, engine, spool), *reasons)
        return replace(found, reasons=reasons, formulas={})
    found = replace(found, remarks=(*found.remarks, *_mixtures(graph, query, found, request)))
    absence = request.stored is not None and _ABSENCE in request.stored.tags
    if absence or any(name in found.variables for name in found.formulas):
        found = replace(found, remarks=(*found.remarks, *partial_copies(graph)))
    if request.evidence:
        found = replace(found, supports=_supports(graph, query, found, request))
    if request.cite is not None:
        found = replace(found, citation=citation_of(graph, query, found, request))
    if request.named:
        found = replace(found, names=names_of(graph, found, request.language))
    if request.account:
        labels = labels_of(graph, found, request.language)
        found = replace(found, labels=labels, sources=tuple(sources_of(graph)))
    return found


def _without_parameters(
    request: Request, graph: OpenGraph, engine: _Engine, spool: Path
) -> Iterator[Notice]:
    """Yield which parameters of a stored query leave nothing: without it there are solutions."""
    stored = request.stored
    assert stored is not None  # noqa: S101 - the caller has seen to it
    terms, _ = resolve_parameters(stored, request.values, name_finder(graph))
    for name in terms:
        fewer = {other: given for other, given in terms.items() if other != name}
        query = _read(bind(stored, fewer), request)
        size = _run(engine, query, _COUNTED, spool.with_name("fewer")).size
        if size:
            count = f"{size}{'+' if size == _COUNTED else ''}"
            words = Bilingual(
                f"不加 --{name} 有 {count} 行", f"without --{name} there are {count} rows"
            )
            yield Notice("parameter", words)


def _question_here(request: Request, graph: OpenGraph) -> tuple[Asked, tuple[Notice, ...]]:
    """Return the text to run, its parameters bound, and what there is to say of it."""
    stored = request.stored
    if stored is not None:
        terms, words = resolve_parameters(stored, request.values, name_finder(graph))
        return Asked(bind(stored, terms), stored.name, stored.title, words), ()
    from kg_builder.graph.query.punctuation import warnings
    from kg_builder.graph.query.safety import refuse_unsafe
    from kg_builder.graph.query.syntax import check_query

    names = {name.value for name in graph.store.named_graphs() if isinstance(name, NamedNode)}
    refuse_unsafe(request.text, graph.prefixes, names)
    check_query(request.text, graph.prefixes)
    remarks = (*warnings(request.text), *narrower_concepts(graph, request.text))
    return Asked(request.text), remarks


def _ask_there(request: Request, url: str, spool: Path) -> Answer:
    """Ask an endpoint; what needs the graph at hand (evidence, reasons, labels) is left out."""
    from kg_builder.asking.endpoint import ask_endpoint
    from kg_builder.graph.query.prologue import declared
    from kg_builder.graph.query.syntax import check_query

    def engine(text: str, form: Form, target: Path) -> None:
        ask_endpoint(url, declared(text, PREFIXES), form, target, request.timeout)

    stored = request.stored
    if stored is not None:
        terms, words = resolve_parameters(stored, request.values, remote_finder(engine, spool))
        asked = Asked(bind(stored, terms), stored.name, stored.title, words)
    else:
        check_query(request.text, PREFIXES)
        asked = Asked(request.text)
    query = _read(asked.text, request)
    found = _run(engine, query, request.most, spool)
    return replace(found, asked=asked, prefixes=dict(PREFIXES), formulas=_formulas(query, request))


def _read(text: str, request: Request) -> Query:
    query = read_query(text)
    if query is None:
        raise InputError(
            "不是查询：应以 SELECT、ASK、CONSTRUCT 或 DESCRIBE 开始",
            "no query: it starts with SELECT, ASK, CONSTRUCT or DESCRIBE",
            file=request.file,
        )
    return query


def _formulas(query: Query, request: Request) -> Mapping[str, str]:
    """Return how values are computed: in the words of a stored query, else as the text has it."""
    computed = request.stored.computed if request.stored is not None else {}
    return formulas(query) | {
        name: words.pick(request.language) for name, words in computed.items()
    }


def _run(engine: _Engine, query: Query, most: int | None, spool: Path) -> Answer:
    """Run a query and spool what it finds, at most `most` solutions or triples of it."""
    text = query.text if query.main is None or most is None else limited(query, most)
    engine(text, query.form, spool)
    found = Answer(Asked(query.text), query.form, spool)
    if query.form == "ASK":
        return found
    if query.form != "SELECT":
        return _counted(found, most)
    if query.main is not None and not query.main.columns:
        _put_in_order(spool, query.text)
    document = found.document()
    assert isinstance(document, QuerySolutions)  # noqa: S101 - a SELECT
    variables = tuple(variable.value for variable in document.variables)
    size = sum(1 for _ in document)
    cut = size == most and _has_more(engine, query, size, spool)
    return replace(found, variables=variables, size=size, cut=cut)


def _put_in_order(spool: Path, text: str) -> None:
    """Put the variables of `SELECT *` in the order of the text: an engine's is any order.

    The head of a results document stands at its start, and takes as many bytes in any order.
    """
    with spool.open("r+b") as file:
        head = file.readline(_HEAD)
        match = _VARIABLES.match(head)
        if match is None:
            return
        names: list[str] = json.loads(match[1])
        places = {name: len(text) for name in names}
        for token in tokens(text):
            if token.kind == "variable" and places.get(token.text[1:]) == len(text):
                places[token.text[1:]] = token.start
        ordered = sorted(names, key=places.__getitem__)
        written = ",".join(json.dumps(name, ensure_ascii=False) for name in ordered).encode()
        if len(written) == len(match[1]) - 2:
            file.seek(match.start(1) + 1)
            file.write(written)


def _has_more(engine: _Engine, query: Query, size: int, spool: Path) -> bool:
    rest = spool.with_name("rest")
    engine(limited(query, 1, size), "SELECT", rest)
    return any(True for _ in Answer(Asked(""), "SELECT", rest).solutions())


def _counted(found: Answer, most: int | None) -> Answer:
    """Return an answer of triples with each once, and no more than `most`."""
    triples = dict.fromkeys(islice(found.triples(), None if most is None else most + 1))
    cut = most is not None and len(triples) > most
    kept = list(triples)[:most]
    serialize(kept, str(found.spool), RdfFormat.N_TRIPLES)
    return replace(found, size=len(kept), cut=cut)


def _mixtures(
    graph: OpenGraph, query: Query, found: Answer, request: Request
) -> tuple[Notice, ...]:
    """Return what a sum of one's own mixes; stored queries group by what they must not mix."""
    if request.stored is not None:
        return ()
    from kg_builder.asking.mixtures import MIXED_ROWS, mixtures

    return mixtures(graph, query, _rows(found, MIXED_ROWS))


def _rows(found: Answer, most: int | None = None) -> list[dict[str, Term | None]]:
    solutions = islice(found.solutions(), most)
    return [dict(zip(found.variables, solution, strict=True)) for solution in solutions]


def _supports(
    graph: OpenGraph, query: Query, found: Answer, request: Request
) -> tuple[tuple[Support, ...], ...]:
    if found.size > _SUPPORTED:
        raise InputError(
            f"出处最多为 {_SUPPORTED} 行查找，结果有 {found.size} 行；请加 LIMIT 或 --max-rows",
            f"evidence is looked up for {_SUPPORTED} rows, the result has {found.size}; give a"
            " LIMIT or --max-rows",
            file=request.file,
        )
    from kg_builder.asking.evidence import read_report
    from kg_builder.asking.support import support

    text = read_report(request.report) if request.report is not None else None
    return support(graph, query, _rows(found), request.language, text)
