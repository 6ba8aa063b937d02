"""From what a person types to the term that is meant: IRIs, prefixed names, names in the graph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from typing import Final

from pyoxigraph import DefaultGraph, Literal, NamedNode

from kg_builder.asking.typed import refuse_broken_name
from kg_builder.errors import InputError
from kg_builder.graph.index import Term
from kg_builder.graph.iris import is_iri
from kg_builder.graph.names import TERM
from kg_builder.graph.opening import OpenGraph
from kg_builder.graph.vocabulary import PREFIXES, RDF_TYPE, expand
from kg_builder.model.bilingual import Language
from kg_builder.text.search.records import Ambiguous, Candidate, Found, Unknown

_NAMING: Final = (
    tuple(map(expand, ("rdfs:label", "skos:prefLabel", "dcterms:title", "foaf:name"))),
    (expand("skos:altLabel"),),
)
"""What a name is looked up by; aliases are asked where nothing has the name for its label."""
_TAGS: Final = (None, "zh", "en", "zh-hans", "zh-hant", "zh-cn", "zh-tw")
_ABSOLUTE: Final = re.compile(r"(?:https?|urn|mailto|tag|ftp):\S+", re.IGNORECASE)
_LOCAL: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_DEPRECATED: Final = expand("owl:deprecated")
_SUBCLASS: Final = expand("rdfs:subClassOf")
_FULL_ADDRESS: Final = expand("locn:fullAddress")
_ABOUT: Final = (expand("about"), expand("indicator"))
_SHOWN: Final = 8


def resolve(graph: OpenGraph, text: str, of_class: NamedNode | None = None) -> NamedNode:
    """Return the one term that `text` names: an IRI (bare or in `<>`), a prefixed name, a name.

    A name is looked for as it stands, then as people say it (`names.open_names`). With `of_class`
    only its members are meant by a name. Raises InputError for a name that nothing has, with the
    nearest ones, and for one that several have, with the candidates.
    """
    found = candidates(graph, text, of_class)
    if len(found) == 1:
        return found[0]
    if found:
        raise _ambiguous(graph, text, found)
    class_name = None if of_class is None else of_class.value.removeprefix(PREFIXES["kg"])
    return _as_said(graph, text, class_name)


def _as_said(graph: OpenGraph, text: str, class_name: str | None) -> NamedNode:
    """Return what is meant by a name as people say it; raises InputError as `resolve` does."""
    from kg_builder.asking.names import open_names  # not needed for a name as it stands

    with open_names(graph) as names:
        answer = names.lookup(text, class_name)
        elsewhere = None if class_name is None else names.lookup(text)
    match answer:
        case Found():
            return NamedNode(answer.id)
        case Ambiguous():
            nodes = tuple(NamedNode(candidate.id) for candidate in answer.candidates)
            raise _ambiguous(graph, text, nodes)
        case Unknown() if isinstance(elsewhere, Found) and elsewhere.how in ("exact", "folded"):
            raise of_another_class(graph, NamedNode(elsewhere.id), class_name or "")
        case Unknown():
            raise _unknown(text, [_proposed(graph, candidate) for candidate in answer.near])


def of_another_class(graph: OpenGraph, node: NamedNode, wanted: str) -> InputError:
    """Return the error for a name that only a thing of another class has."""
    asked = NamedNode(PREFIXES["kg"] + wanted)
    class_ = class_of(graph, node) or asked
    zh = [graph.label(term, "zh") or term.value for term in (node, class_, asked)]
    en = [graph.label(term, "en") or term.value for term in (node, class_, asked)]
    return InputError(
        f"“{zh[0]}”是{zh[1]}，这里要的是{zh[2]}",
        f"{en[0]} is of the class {en[1]}; here a thing of the class {en[2]} is asked for",
    )


def _proposed(graph: OpenGraph, candidate: Candidate) -> str:
    """Return what to write for a candidate: its name, of a term its prefixed name too."""
    if TERM not in candidate.classes:
        return candidate.name
    return f"{candidate.name} {prefixed(graph, NamedNode(candidate.id))}"


def _ambiguous(graph: OpenGraph, text: str, found: tuple[NamedNode, ...]) -> InputError:
    return InputError(
        f"“{text}”所指不止一个：{_listed(graph, found, '；')}；请写全名或 IRI",
        f"{text!r} may be several: {_listed(graph, found, '; ')}; give the whole name or the IRI",
    )


def _unknown(text: str, near: Sequence[str]) -> InputError:
    near = list(dict.fromkeys(near))
    if near:
        return InputError(
            f"图里没有叫“{text}”的；是不是 {'、'.join(near)}？",
            f"nothing in the graph is called {text!r}; did you mean {', '.join(near)}?",
        )
    return InputError(
        f"图里没有叫“{text}”的；可写名称、别名、带前缀的名字或 <IRI>",
        f"nothing in the graph is called {text!r}; give a name, an alias, a prefixed name or"
        " an <IRI>",
    )


def resolve_class(graph: OpenGraph, text: str) -> NamedNode:
    """Return the class that `text` names, like `resolve`; a property of the same name is not meant.

    Raises InputError as `resolve` does.
    """
    found = candidates(graph, text)
    classes = [node for node in found if _is_class(graph, node)]
    if len(classes) == 1:
        return classes[0]
    return resolve(graph, text) if found else _as_said(graph, text, "Class")


def candidates(
    graph: OpenGraph, text: str, of_class: NamedNode | None = None
) -> tuple[NamedNode, ...]:
    """Return every term that `text` may name, by IRI; one for an IRI, which need not be known.

    Raises InputError for what stands in `<>` and is no IRI, and for what is no text.
    """
    refuse_broken_name(text)
    text = text.strip()
    exact = _exact(graph, text)
    if exact is not None and (
        _ABSOLUTE.fullmatch(text) or text[0] == "<" or is_known(graph, exact)
    ):
        return (exact,)
    for predicates in _NAMING:
        found = {
            node: None
            for predicate in predicates
            for node in _called(graph, text, predicate)
            if of_class is None or is_a(graph, node, of_class)
        }
        if found:
            return _living(graph, tuple(sorted(found, key=lambda node: node.value)))
    if exact is None and _LOCAL.fullmatch(text):
        exact = NamedNode(PREFIXES["kg"] + text)
        return (exact,) if is_known(graph, exact) else ()
    return () if exact is None else (exact,)


def is_known(graph: OpenGraph, node: NamedNode) -> bool:
    """Return whether the graph says anything of a term, or by it."""
    store = graph.store
    patterns = ((node, None, None), (None, node, None), (None, None, node))
    return any(next(store.quads_for_pattern(*pattern), None) for pattern in patterns)


def prefixed(graph: OpenGraph, node: NamedNode) -> str:
    """Return a term as a prefixed name where a prefix fits, else as `<IRI>`."""
    return graph.prefixed_names[str(node)]


def name_of(graph: OpenGraph, term: Term, language: Language) -> str:
    """Return what to call a term: its label, else its prefixed name; the words of a literal.

    An address is called by its words; a statement by its kind and what it is about.
    """
    if isinstance(term, NamedNode):
        label = graph.label(term, language) or _address(graph, term)
        return label or _statement(graph, term, language) or prefixed(graph, term)
    return term.value if isinstance(term, Literal) else str(term)


def _address(graph: OpenGraph, node: NamedNode) -> str | None:
    """Return the words of an address, which has no other label."""
    quads = graph.store.quads_for_pattern(node, _FULL_ADDRESS, None, DefaultGraph())
    return next((quad.object.value for quad in quads if isinstance(quad.object, Literal)), None)


def _statement(graph: OpenGraph, node: NamedNode, language: Language) -> str | None:
    quads = [
        quad
        for predicate in _ABOUT
        for quad in graph.store.quads_for_pattern(node, predicate, None, DefaultGraph())
    ]
    for quad in quads:
        kind = class_of(graph, node)
        what = graph.label(quad.object, language) if isinstance(quad.object, NamedNode) else None
        name = graph.label(kind, language) if kind else None
        if name and what:
            return f"{name}：{what}" if language == "zh" else f"{name}: {what}"
    return None


def class_of(graph: OpenGraph, node: NamedNode) -> NamedNode | None:
    """Return the class of a node that says most: one that is not a superclass of another."""
    classes = {
        quad.object
        for quad in graph.store.quads_for_pattern(node, RDF_TYPE, None, DefaultGraph())
        if isinstance(quad.object, NamedNode)
    }
    narrow = sorted(narrowest(graph, classes), key=lambda term: term.value)
    ours = [term for term in narrow if term.value.startswith(PREFIXES["kg"])]
    return next(iter(ours or narrow), None)


def narrowest(graph: OpenGraph, classes: Set[NamedNode]) -> Set[NamedNode]:
    """Return the classes of a set that no other of the set is a subclass of."""
    above: set[Term] = set()
    for class_ in classes:
        for upper in uppers(graph, class_, _SUBCLASS):
            if class_ not in uppers(graph, upper, _SUBCLASS):
                above.add(upper)
    return classes - above


def uppers(graph: OpenGraph, term: NamedNode, relation: NamedNode) -> Set[NamedNode]:
    """Return what a term is below by `rdfs:subClassOf` or `rdfs:subPropertyOf`, itself left out."""
    found: set[NamedNode] = set()
    waiting = [term]
    while waiting:
        quads = graph.store.quads_for_pattern(waiting.pop(), relation, None, DefaultGraph())
        for quad in quads:
            if isinstance(quad.object, NamedNode) and quad.object not in found:
                found.add(quad.object)
                waiting.append(quad.object)
    return found - {term}


def _exact(graph: OpenGraph, text: str) -> NamedNode | None:
    """Return the term of an IRI or prefixed name; None for what is neither."""
    if text.startswith("<") and text.endswith(">"):
        if not is_iri(text[1:-1]):
            raise InputError(f"不是 IRI：{text}", f"not an IRI: {text}")
        return NamedNode(text[1:-1])
    if _ABSOLUTE.fullmatch(text) and is_iri(text):
        return NamedNode(text)
    prefix, colon, local = text.partition(":")
    namespace = graph.prefixes.get(prefix)
    if not colon or namespace is None or not is_iri(namespace + local):
        return None
    return NamedNode(namespace + local)


def _called(graph: OpenGraph, text: str, predicate: NamedNode) -> Iterator[NamedNode]:
    for tag in _TAGS:
        words = Literal(text, language=tag) if tag else Literal(text)
        quads = graph.store.quads_for_pattern(None, predicate, words, DefaultGraph())
        for quad in quads:
            if isinstance(quad.subject, NamedNode):
                yield quad.subject


def is_a(graph: OpenGraph, node: NamedNode, class_: NamedNode) -> bool:
    """Return whether the graph says that a node is of a class."""
    found = graph.store.quads_for_pattern(node, RDF_TYPE, class_, DefaultGraph())
    return next(found, None) is not None


def _is_class(graph: OpenGraph, node: NamedNode) -> bool:
    store = graph.store
    if next(store.quads_for_pattern(None, RDF_TYPE, node, DefaultGraph()), None) is not None:
        return True
    return any(is_a(graph, node, expand(kind)) for kind in ("owl:Class", "rdfs:Class"))


def _living(graph: OpenGraph, found: tuple[NamedNode, ...]) -> tuple[NamedNode, ...]:
    """Leave out what has been withdrawn, where something else has the name too."""
    true: Term = Literal("true", datatype=expand("xsd:boolean"))
    living = tuple(
        node
        for node in found
        if not any(graph.store.quads_for_pattern(node, _DEPRECATED, true, DefaultGraph()))
    )
    return living or found


def _listed(graph: OpenGraph, found: tuple[NamedNode, ...], comma: str) -> str:
    names = [prefixed(graph, node) for node in found[:_SHOWN]]
    if len(found) > _SHOWN:
        names.append(f"… +{len(found) - _SHOWN}")
    return comma.join(names)
