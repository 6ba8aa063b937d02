"""Contexts of JSON-LD 1.1, as far as they tell what names mean (https://www.w3.org/TR/json-ld11/).

A context that stands elsewhere is never fetched: a document that needs one is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, NoReturn

from kg_builder.graph.submission.json_text import Json

Refuse = Callable[[Json, str, str], NoReturn]
"""Called with a place and the reason in zh and en."""
_MAX_STEPS: Final = 30
"""Of terms that are defined by terms; the engine has no limit of its own, and a stack that ends."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a context says of a name."""

    iri: str | None
    """An IRI or a keyword; None for a name that is said to mean nothing."""
    reverse: bool = False
    type: str | None = None
    containers: tuple[str, ...] = ()
    context: Json | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What names mean at a place of a document."""

    base: str | None = None
    vocab: str | None = None
    terms: dict[str, Term] = field(default_factory=dict)

    def keyword(self, name: str) -> str | None:
        """Return the keyword that a key is, or stands for."""
        if name.startswith("@"):
            return name
        term = self.terms.get(name)
        return term.iri if term and term.iri and term.iri.startswith("@") else None

    def named(self, name: str) -> str | None:
        """Return the IRI of a key or a class; None where nothing explains it."""
        term = self.terms.get(name)
        if term is not None:
            return term.iri
        whole = self._whole(name)
        if whole is None and self.vocab is not None:
            return self.vocab + name
        return whole

    def resolved(self, name: str) -> str | None:
        """Return the IRI of an `@id`; None for a relative one where there is no base."""
        whole = self._whole(name)
        if whole is not None or self.base is None:
            return whole
        from urllib.parse import urljoin  # slow to import, and seldom needed

        return urljoin(self.base, name)

    def _whole(self, name: str) -> str | None:
        prefix, colon, local = name.partition(":")
        if not colon:
            return None
        term = self.terms.get(prefix)
        if term and term.iri and prefix != "_" and not local.startswith("//"):
            return term.iri + local
        return name

    def prefixes(self) -> dict[str, str]:
        """Return the names that stand for the begin of IRIs."""
        return {
            name: term.iri
            for name, term in self.terms.items()
            if term.iri and term.iri[-1] in "#/:?[]@" and not term.iri.startswith("@")
        }


def extended(context: Context, local: Json, refuse: Refuse) -> Context:
    """Return a context with what a value of `@context` adds to it."""
    own = False
    for one in local.items if local.kind == "array" else [local]:
        if one.kind == "string":
            refuse(
                one,
                f"上下文 {one.text} 在别处，这里什么都不下载：把它的内容抄进 @context",
                f"the context {one.text} stands elsewhere and nothing is fetched: copy what it"
                " says into @context",
            )
        if one.kind == "object":
            if not own:  # one copy for all of a list
                context, own = replace(context, terms=dict(context.terms)), True
            context = _with_object(context, one, refuse)
        elif one.text == "null":
            context, own = Context(), True
    return context


def _with_object(context: Context, local: Json, refuse: Refuse) -> Context:
    """Return the context with what an object says, which goes into its own dict of terms."""
    source = local.get("@import")
    if source is not None:
        refuse(
            source,
            "@import 的上下文在别处，这里什么都不下载：把它的内容抄进 @context",
            "the context of @import stands elsewhere and nothing is fetched: copy what it says"
            " into @context",
        )
    base = local.get("@base")
    if base is not None:
        context = replace(
            context, base=context.resolved(base.text) if base.text != "null" else None
        )
    own = {key.text: value for key, value in local.members if not key.text.startswith("@")}
    terms = context.terms
    for name in own:
        terms.pop(name, None)
    reader = _Definitions(context, own, refuse)
    vocab = local.get("@vocab")
    if vocab is not None:
        reader.vocab = reader.iri(vocab.text, _MAX_STEPS) if vocab.kind == "string" else None
    for name in own:
        reader.define(name, _MAX_STEPS)
    for value in own.values():
        scoped = value.get("@context") if value.kind == "object" else None
        if scoped is not None:
            _refuse_remote(scoped, refuse)
    return Context(context.base, reader.vocab, terms)


def _refuse_remote(local: Json, refuse: Refuse) -> None:
    for one in local.items if local.kind == "array" else [local]:
        if one.kind == "string" or one.get("@import"):
            extended(Context(), one, refuse)


class _Definitions:
    """The terms of one context, which may be defined by each other in any order."""

    def __init__(self, context: Context, own: dict[str, Json], refuse: Refuse) -> None:
        self._context = context
        self._own = own
        self._refuse = refuse
        self.vocab = context.vocab

    def define(self, name: str, steps: int) -> None:
        """Add a term to those of the context."""
        terms = self._context.terms
        if name in terms or name not in self._own:
            return
        value = self._own[name]
        if steps <= 0:
            self._refuse(
                value,
                f"@context 里的名称一个由一个定义，超过 {_MAX_STEPS} 层，或绕成了圈",
                f"terms of @context are defined by each other, over {_MAX_STEPS} deep or in a"
                " circle",
            )
        if value.kind == "string":
            terms[name] = Term(self.iri(value.text, steps - 1, name))
        elif value.kind != "object":
            terms[name] = Term(None)
        else:
            terms[name] = self._described(name, value, steps)

    def _described(self, name: str, value: Json, steps: int) -> Term:
        iri, reverse = value.get("@id"), value.get("@reverse")
        coerced, container = value.get("@type"), value.get("@container")
        source = reverse or iri
        if source is not None:
            meaning = self.iri(source.text, steps - 1, name) if source.kind == "string" else None
        elif ":" in name:
            meaning = self.iri(name, steps - 1, name)
        else:
            meaning = None if self.vocab is None else self.vocab + name
        kept = container.items if container and container.kind == "array" else (container,)
        return Term(
            meaning,
            reverse is not None,
            self.iri(coerced.text, steps - 1) if coerced else None,
            tuple(one.text for one in kept if one),
            value.get("@context"),
        )

    def iri(self, name: str, steps: int, within: str | None = None) -> str | None:
        """Return what a name means in a definition."""
        if name.startswith("@"):
            return name
        if name != within:
            self.define(name, steps)
            term = self._context.terms.get(name)
            if term is not None:
                return term.iri
        prefix, colon, local = name.partition(":")
        if colon:
            if not local.startswith("//") and prefix not in ("_", within):
                self.define(prefix, steps)
                term = self._context.terms.get(prefix)
                if term and term.iri:
                    return term.iri + local
            return name
        return None if self.vocab is None else self.vocab + name
