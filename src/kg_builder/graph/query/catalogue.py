"""Stored queries: a query text, and a header that says what it asks and with what parameters.

`queries/NAME.rq` opens with lines that start with `#+` (the convention of grlc,
https://grlc.io/getting-started/); what stands behind them is YAML:

    #+ title: {zh: 某街镇的助餐点, en: Canteens of a subdistrict or town}
    #+ description: {zh: …, en: …}
    #+ tags: [list, canteen]
    #+ parameters:
    #+   street:
    #+     label: {zh: 街镇, en: subdistrict or town}
    #+     type: entity
    #+     class: AdministrativeArea
    #+     examples: [八里庄街道]
    #+ computed:
    #+   canteens: {zh: 助餐点的个数, en: how many canteens there are}
    #+ examples:
    #+   - {street: 八里庄街道}

A parameter is a variable with a data block of its own in the text, `VALUES ?street { UNDEF }`: as
it stands the query asks for every street, and runs in any engine; given a value, the block holds
it (`bind`). A variable that the rest of the pattern does not bind is tested with
`FILTER(!BOUND(?year) || …)`. `computed` names the columns that no report states, with their
formula; `examples` are worked examples, whose answers the tests keep.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast, get_args
from typing import Literal as OneOf

from pyoxigraph import Literal, NamedNode

from kg_builder.errors import ConfigurationError, InputError
from kg_builder.graph.query.tokens import Token, tokens
from kg_builder.graph.vocabulary import HOUSE, PREFIXES, RDFS_LABEL, SCHEMES, expand
from kg_builder.model.bilingual import Bilingual
from kg_builder.resources import Resources

if TYPE_CHECKING:
    from kg_builder.graph.ontology import Ontology

ParameterType = OneOf["entity", "string", "integer", "decimal", "year", "enumerated"]
ParameterTerm = NamedNode | Literal
"""What a parameter is given: never a blank node, never words that somebody typed."""

_HEADER: Final = re.compile(r"^#\+ ?(?P<yaml>.*)$")
_INDENT: Final = len("#+ ")
_KEYS: Final = ("title", "description", "tags", "parameters", "computed", "examples")
_PARAMETER_KEYS: Final = ("label", "type", "class", "default", "examples", "values", "scheme")
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_PREFIXED: Final = re.compile(r"(?P<prefix>[a-z]+):[A-Za-z][A-Za-z0-9-]*")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_YEAR: Final = re.compile(r"[0-9]{4}")
_ESCAPE: Final = re.compile(r"\\\\[uU]?|\\u[0-9A-F]{4}|\\.")
"""An escaped backslash, with a u behind it if there is one; or another escape."""
_LABELS: Final = (expand("skos:prefLabel"), expand("skos:altLabel"))
_CLASSES: Final = "class"
"""As a scheme: the classes of things."""
_ENTITY: Final = expand("Entity")
_SUBCLASS: Final = expand("rdfs:subClassOf")
_IN_SCHEME: Final = expand("skos:inScheme")
_INTEGER: Final = expand("xsd:integer")
_XSD_DECIMAL: Final = expand("xsd:decimal")


_WANTED: Final[Mapping[ParameterType, tuple[str, str]]] = {
    "entity": ("一个 IRI", "an IRI"),
    "string": ("文字", "a text"),
    "integer": ("整数", "an integer"),
    "decimal": ("数", "a number"),
    "year": ("四位数字的年份，例如 2024", "a year of four digits, such as 2024"),
    "enumerated": ("所列之一", "one of those listed"),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable that may be given values."""

    name: str
    type: ParameterType
    entity_class: str | None
    """The class of an entity, by its local name in the ontology; None for other types."""
    label: Bilingual
    default: str | None
    examples: tuple[str, ...]
    values: Mapping[str, ParameterTerm]
    """What an enumerated parameter may be: the words for it, and the term that they stand for."""
    blocks: tuple[tuple[int, int], ...]
    """Where its data blocks stand in the text, `VALUES` included."""

    def term(self, words: str) -> ParameterTerm:
        """Return the term that `words` stand for.

        A year is an xsd:integer, for engines differ about xsd:gYear. Raises InputError for words
        that are not of the type, and for an entity that is not given as an IRI: names are looked up
        elsewhere.
        """
        found = self._enumerated(words) if self.type == "enumerated" else self._typed(words)
        if found is None:
            if self.values:
                zh, en = f"{'、'.join(self.values)} 之一", f"one of {', '.join(self.values)}"
            else:
                zh, en = _WANTED[self.type]
            raise InputError(
                f"参数 {self.name} 不能是“{words}”，应是{zh}",
                f"parameter {self.name} cannot be {words!r}: it is {en}",
            )
        return found

    def _enumerated(self, words: str) -> ParameterTerm | None:
        wanted = words.strip().casefold()
        return next((term for word, term in self.values.items() if word.casefold() == wanted), None)

    def _typed(self, words: str) -> ParameterTerm | None:
        number = words.strip()
        if self.type == "string":
            return Literal(words)
        if self.type == "entity":
            return _iri(number)
        if self.type == "decimal":
            return Literal(number, datatype=_XSD_DECIMAL) if _DECIMAL.fullmatch(number) else None
        if self.type == "year" and not _YEAR.fullmatch(number):
            return None
        whole = re.fullmatch(r"[+-]?[0-9]{1,18}", number)
        return Literal(str(int(number)), datatype=_INTEGER) if whole else None


def _iri(words: str) -> NamedNode | None:
    try:
        return NamedNode(words)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class StoredQuery:
    """One question, as a query with a header."""

    name: str
    title: Bilingual
    description: Bilingual
    tags: tuple[str, ...]
    parameters: Mapping[str, Parameter]
    computed: Mapping[str, Bilingual]
    """The columns that are worked out by the query, with the formula in words."""
    examples: tuple[Mapping[str, tuple[str, ...]], ...]
    """Worked examples: for each parameter given, its values as a person would type them."""
    text: str
    path: Path


@dataclass(frozen=True)
class Catalogue(Mapping[str, StoredQuery]):
    """The stored queries by name. Each is read when it is asked for, and not before.

    Looking one up raises KeyError for a name that there is none of, and ConfigurationError (with
    file and line) for a header that is wrong.
    """

    paths: Mapping[str, Path]
    ontology_folder: Path

    @cached_property
    def ontology(self) -> Ontology:
        """The ontology, which classes and schemes of parameters are looked up in."""
        from kg_builder.graph.ontology import load_ontology  # slow to import, and seldom needed

        return load_ontology(self.ontology_folder)

    def __getitem__(self, name: str) -> StoredQuery:
        return load_query(self.paths[name], lambda: self.ontology, self._declares)

    def _declares(self, name: str) -> bool:
        """Whether a class is declared as the house writes it, told without reading the ontology."""
        line = f"\nkg:{name} a owl:Class ".encode()
        return any(line in path.read_bytes() for path in self.ontology_folder.glob("*.ttl"))

    def __iter__(self) -> Iterator[str]:
        return iter(self.paths)

    def __len__(self) -> int:
        return len(self.paths)

    def __contains__(self, name: object) -> bool:
        return name in self.paths


def load_catalogue(resources: Resources) -> Catalogue:
    """Return the stored queries of the house, a project's laid over them by name."""
    paths = {path.stem: path for path in resources.files("queries", "*.rq")}
    return Catalogue(paths, resources.ontology)


def load_query(
    path: Path,
    ontology: Callable[[], Ontology],
    declares: Callable[[str], bool] = lambda _name: False,
) -> StoredQuery:
    """Return the stored query of a file; `ontology` is called only if a parameter needs it.

    It is not for a class of which `declares` is sure that the ontology has it, by its local name.

    Raises ConfigurationError, with the line, for a file that cannot be read, a header that is
    none, an unknown key, a value of the wrong type, a class, scheme or term that the ontology does
    not have, a parameter without a data block or that the rest of the query does not use, and a
    data block without a parameter.
    """
    if not _NAME.fullmatch(path.stem):
        raise ConfigurationError(
            "文件名应是小写字母、数字和下划线", "a query's name is in snake_case", file=str(path)
        )
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"读不了：{error}", f"cannot be read: {error}", file=str(path)
        ) from error
    header = _Header(path, text)
    body = _Body.of(text)
    parameters = {
        name: _parameter(header, body, name, ontology, declares)
        for name in header.mapping("parameters")
    }
    header.check_blocks(body, parameters)
    computed = {name: header.words("computed", name) for name in header.mapping("computed")}
    for name in computed:
        if name not in body.uses:
            raise header.refuse(
                f"查询里没有 ?{name}", f"the query has no ?{name}", "computed", name
            )
    return StoredQuery(
        path.stem,
        header.words("title"),
        header.words("description"),
        header.list_of_words("tags"),
        parameters,
        computed,
        _worked(header, parameters),
        text,
        path,
    )


class _Header:
    """The YAML of a header, with the place of every key."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._places: dict[tuple[str, ...], tuple[int, int]] = {}
        lines = []
        for line in text.splitlines():
            match = _HEADER.match(line)
            if match is None:
                break
            lines.append(match["yaml"])
        import yaml  # slow to import, and whoever is given a query needs none of it

        # the loader in C, five times as fast, where PyYAML was built with it
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)("\n".join(lines))
        try:
            node: Any = loader.get_single_node()
            self.raw: dict[str, Any] = node and loader.construct_document(node)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = (mark.line + 1, mark.column + 1 + _INDENT) if mark else (1, 1)
            raise self._refuse_at(
                f"不是 YAML：{error.problem}", f"no YAML: {error.problem}", place
            ) from error
        if not isinstance(self.raw, dict):
            raise self._refuse_at(
                "开头应有 #+ 的头部，内容是“键: 值”",
                "a query opens with lines of #+, which hold a mapping",
                (1, 1),
            )
        self._note(node, ())
        self.check_keys((), _KEYS)

    def _note(self, node: Any, path: tuple[str, ...]) -> None:  # noqa: ANN401  # a node of yaml
        if node.id == "sequence":
            for number, item in enumerate(node.value):
                self._note(item, (*path, str(number)))
        if node.id != "mapping":
            return
        for key, value in node.value:
            here = (*path, str(key.value))
            place = (key.start_mark.line + 1, key.start_mark.column + 1 + _INDENT)
            if here in self._places:
                raise self._refuse_at(
                    f"键“{here[-1]}”写了两次", f"the key {here[-1]!r} stands twice", place
                )
            self._places[here] = place
            self._note(value, here)

    def _refuse_at(self, zh: str, en: str, place: tuple[int, int]) -> ConfigurationError:
        return ConfigurationError(zh, en, file=str(self._path), line=place[0], column=place[1])

    def refuse(self, zh: str, en: str, *keys: str) -> ConfigurationError:
        """Return the error for what stands at `keys`, or at the next key above that there is."""
        while keys and keys not in self._places:
            keys = keys[:-1]
        return self._refuse_at(zh, en, self._places.get(keys, (1, 1)))

    def get(self, *keys: str) -> Any:  # noqa: ANN401  # whatever YAML holds
        part: Any = self.raw
        for key in keys:
            part = part.get(key) if isinstance(part, dict) else None
        return part

    def check_keys(self, keys: tuple[str, ...], known: Sequence[str]) -> None:
        for key in self.mapping(*keys):
            if key not in known:
                names = ", ".join(known)
                raise self.refuse(
                    f"未知的键“{key}”；可用：{names}",
                    f"unknown key {key!r}; known are {names}",
                    *keys,
                    key,
                )

    def mapping(self, *keys: str) -> Mapping[str, Any]:
        part = self.get(*keys) if keys else self.raw
        if part is None:
            return {}
        if not isinstance(part, dict):
            raise self.refuse(f"“{keys[-1]}”应是映射", f"{keys[-1]} is a mapping", *keys)
        return {str(key): value for key, value in part.items()}

    def words(self, *keys: str) -> Bilingual:
        part = self.get(*keys)
        if not isinstance(part, dict) or set(part) != {"zh", "en"}:
            raise self.refuse(f"“{keys[-1]}”须有 zh 和 en", f"{keys[-1]} needs zh and en", *keys)
        return Bilingual(str(part["zh"]), str(part["en"]))

    def list_of_words(self, *keys: str) -> tuple[str, ...]:
        part = self.get(*keys)
        if part is None:
            return ()
        if not isinstance(part, list) or any(isinstance(item, dict | list) for item in part):
            raise self.refuse(f"“{keys[-1]}”应是列表", f"{keys[-1]} is a list", *keys)
        return tuple(str(item) for item in part)

    def check_blocks(self, body: _Body, parameters: Mapping[str, Parameter]) -> None:
        for name, blocks in body.blocks.items():
            if name not in parameters:
                line = body.text.count("\n", 0, blocks[0][0]) + 1
                raise self._refuse_at(
                    f"VALUES ?{name} {{ UNDEF }} 没有同名参数",
                    f"VALUES ?{name} {{ UNDEF }} has no parameter of that name",
                    (line, blocks[0][0] - body.text.rfind("\n", 0, blocks[0][0])),
                )


@dataclass(frozen=True, slots=True)
class _Body:
    """What a query text says of its variables."""

    text: str
    blocks: Mapping[str, tuple[tuple[int, int], ...]]
    """Where `VALUES ?name { UNDEF }` stands, by name."""
    uses: Mapping[str, int]
    """How often each variable occurs."""

    @classmethod
    def of(cls, text: str) -> _Body:
        solid = [token for token in tokens(text) if token.kind not in ("space", "comment")]
        uses: dict[str, int] = {}
        for token in solid:
            if token.kind == "variable":
                uses[token.text[1:]] = uses.get(token.text[1:], 0) + 1
        blocks: dict[str, tuple[tuple[int, int], ...]] = {}
        for place in range(len(solid) - 4):
            name = _name_of_block(solid[place : place + 5])
            if name:
                here = (solid[place].start, solid[place + 4].end)
                blocks[name] = (*blocks.get(name, ()), here)
        return cls(text, blocks, uses)


def _name_of_block(five: Sequence[Token]) -> str | None:
    values, variable, opening, undef, closing = five
    is_block = (
        values.is_word("VALUES")
        and variable.kind == "variable"
        and opening.text == "{"
        and undef.is_word("UNDEF")
        and closing.text == "}"
    )
    return variable.text[1:] if is_block else None


def _parameter(
    header: _Header,
    body: _Body,
    name: str,
    ontology: Callable[[], Ontology],
    declares: Callable[[str], bool],
) -> Parameter:
    here = ("parameters", name)
    header.check_keys(here, _PARAMETER_KEYS)
    kind = header.get(*here, "type")
    if kind not in get_args(ParameterType):
        kinds = ", ".join(get_args(ParameterType))
        raise header.refuse(f"类型应是 {kinds} 之一", f"a type is one of {kinds}", *here, "type")
    blocks = body.blocks.get(name, ())
    if not blocks:
        raise header.refuse(
            f"查询里没有 VALUES ?{name} {{ UNDEF }}",
            f"the query has no VALUES ?{name} {{ UNDEF }}",
            *here,
        )
    if body.uses[name] == len(blocks):
        raise header.refuse(
            f"除 VALUES 外，查询没有用到 ?{name}",
            f"the query does not use ?{name} outside VALUES",
            *here,
        )
    default = header.get(*here, "default")
    parameter = Parameter(
        name,
        cast(ParameterType, kind),
        _class(header, name, kind, ontology, declares),
        header.words(*here, "label"),
        None if default is None else str(default),
        header.list_of_words(*here, "examples"),
        _values(header, name, kind, ontology),
        blocks,
    )
    _check_words(header, parameter)
    return parameter


def _class(
    header: _Header,
    name: str,
    kind: str,
    ontology: Callable[[], Ontology],
    declares: Callable[[str], bool],
) -> str | None:
    found = header.get("parameters", name, "class")
    if (kind == "entity") != (found is not None):
        raise header.refuse(
            "类型 entity（且只有它）要写 class",
            "type entity, and no other, has a class",
            *("parameters", name, "class"),
        )
    known = found is None or declares(str(found)) or expand(str(found)) in ontology().classes
    if not known:
        raise header.refuse(
            f"本体里没有类 {found}",
            f"the ontology has no class {found}",
            *("parameters", name, "class"),
        )
    return None if found is None else str(found)


def _values(
    header: _Header, name: str, kind: str, ontology: Callable[[], Ontology]
) -> dict[str, ParameterTerm]:
    here = ("parameters", name)
    given, scheme = header.get(*here, "values"), header.get(*here, "scheme")
    if (kind == "enumerated") != (given is not None or scheme is not None):
        raise header.refuse(
            "类型 enumerated（且只有它）要写 values 或 scheme",
            "type enumerated, and no other, has values or a scheme",
            *here,
        )
    if scheme is not None:
        known = (*SCHEMES, _CLASSES)
        if scheme not in known or given is not None:
            raise header.refuse(
                f"scheme 应是 {', '.join(known)} 之一，且不与 values 并用",
                f"a scheme is one of {', '.join(known)}, and stands without values",
                *(*here, "scheme"),
            )
        return _classes(ontology()) if scheme == _CLASSES else _concepts(str(scheme), ontology())
    if isinstance(given, list):
        return {word: Literal(word) for word in header.list_of_words(*here, "values")}
    words = header.mapping(*here, "values") if given is not None else {}
    return {
        word: _value(header, (*here, "values", word), str(value), ontology)
        for word, value in words.items()
    }


def _value(
    header: _Header, keys: tuple[str, ...], value: str, ontology: Callable[[], Ontology]
) -> ParameterTerm:
    prefixed = _PREFIXED.fullmatch(value)
    if prefixed is None or prefixed["prefix"] not in PREFIXES:
        return Literal(value)
    term = expand(value)
    known = ontology()
    if term not in known.classes | known.properties | known.concepts:
        raise header.refuse(f"本体里没有 {value}", f"the ontology has no {value}", *keys)
    return term


def _concepts(scheme: str, ontology: Ontology) -> dict[str, ParameterTerm]:
    """Return the concepts of a scheme by what they are called; other names only if they are one's.

    The order is that of the taxonomy, preferred labels first.
    """
    home = NamedNode(HOUSE + scheme)
    members = {
        triple.subject
        for triple in ontology.triples
        if triple.predicate == _IN_SCHEME and triple.object == home
    }
    preferred, other = (_names(ontology, predicate, members) for predicate in _LABELS)
    found: dict[str, ParameterTerm] = {}
    for name, concept in preferred:
        found.setdefault(name, concept)
    bearers: dict[str, set[ParameterTerm]] = {}
    for name, concept in other:
        bearers.setdefault(name, set()).add(concept)
    for name, concept in other:
        if len(bearers[name]) == 1:
            found.setdefault(name, concept)
    return found


def _classes(ontology: Ontology) -> dict[str, ParameterTerm]:
    """Return the classes of things by what they are called, in the order of the ontology."""
    things: set[object] = {_ENTITY}
    size = 0
    while len(things) > size:
        size = len(things)
        things |= {
            triple.subject
            for triple in ontology.triples
            if triple.predicate == _SUBCLASS and triple.object in things
        }
    return dict(_names(ontology, RDFS_LABEL, things))


def _names(
    ontology: Ontology, predicate: NamedNode, members: Set[object]
) -> list[tuple[str, NamedNode]]:
    return [
        (triple.object.value, triple.subject)
        for triple in ontology.triples
        if triple.predicate == predicate
        and triple.subject in members
        and isinstance(triple.subject, NamedNode)
        and isinstance(triple.object, Literal)
    ]


def _check_words(header: _Header, parameter: Parameter) -> None:
    """Refuse a default or an example that is not of the type; names of entities are not looked at.

    An entity has no default: no query names an instance.
    """
    here = ("parameters", parameter.name)
    if parameter.type == "entity":
        if parameter.default is not None:
            raise header.refuse(
                "类型 entity 没有 default", "type entity has no default", *here, "default"
            )
        return
    keyed = [("examples", words) for words in parameter.examples]
    if parameter.default is not None:
        keyed.append(("default", parameter.default))
    for key, words in keyed:
        _check_term(header, parameter, words, *here, key)


def _check_term(header: _Header, parameter: Parameter, words: str, *keys: str) -> None:
    try:
        parameter.term(words)
    except InputError as error:
        raise header.refuse(error.message.zh, error.message.en, *keys) from error


def _worked(
    header: _Header, parameters: Mapping[str, Parameter]
) -> tuple[Mapping[str, tuple[str, ...]], ...]:
    examples = header.get("examples")
    if examples is None:
        return ()
    if not isinstance(examples, list) or not all(isinstance(item, dict) for item in examples):
        raise header.refuse(
            "“examples”应是映射的列表", "examples is a list of mappings", "examples"
        )
    found = []
    for number, example in enumerate(examples):
        settings: dict[str, tuple[str, ...]] = {}
        for name, value in example.items():
            keys = ("examples", str(number), str(name))
            if name not in parameters:
                raise header.refuse(f"没有参数 {name}", f"there is no parameter {name}", *keys)
            settings[name] = tuple(str(v) for v in (value if isinstance(value, list) else [value]))
            if parameters[name].type != "entity":
                for words in settings[name]:
                    _check_term(header, parameters[name], words, *keys)
        found.append(settings)
    return tuple(found)


def bind(query: StoredQuery, terms: Mapping[str, ParameterTerm | Sequence[ParameterTerm]]) -> str:
    """Return the text with the data blocks of parameters filled in.

    A parameter that is given several terms asks for any of them. One that is not given has its
    default, or else its blocks are dropped. The text is the same for rdflib, Oxigraph and
    endpoints; terms are written as N-Triples writes them, so nothing in them can end a literal.

    Raises InputError for a name that is no parameter, or for an empty list of terms.
    """
    for name in terms:
        if name not in query.parameters:
            names = ", ".join(query.parameters)
            raise InputError(
                f"查询 {query.name} 没有参数 {name}；可用：{names or '（无）'}",
                f"query {query.name} has no parameter {name}; it has {names or 'none'}",
            )
    blocks = sorted(
        (start, end, _block(parameter, terms.get(parameter.name)))
        for parameter in query.parameters.values()
        for start, end in parameter.blocks
    )
    parts: list[str] = []
    place = 0
    for start, end, block in blocks:
        parts += (query.text[place:start], block)
        place = end
    return "".join((*parts, query.text[place:]))


def _block(parameter: Parameter, given: ParameterTerm | Sequence[ParameterTerm] | None) -> str:
    if given is None:
        if parameter.default is None:
            return ""
        given = parameter.term(parameter.default)
    rows = [given] if isinstance(given, NamedNode | Literal) else given
    if not rows:
        raise InputError(
            f"参数 {parameter.name} 没有值", f"parameter {parameter.name} has no value"
        )
    for term in rows:
        if not isinstance(term, NamedNode | Literal):
            raise TypeError(f"neither an IRI nor a literal: {term!r}")
    return f"VALUES ?{parameter.name} {{ {' '.join(map(written, rows))} }}"


def written(term: ParameterTerm) -> str:
    r"""Return a term as N-Triples writes it, so that every engine reads the same.

    SPARQL has `\u0022` undone before it looks for strings (section 19.2), and engines that do so
    find it in a literal's `\\u0022` as well; rdflib takes up to eight digits after `\u`. So a `u`
    behind a backslash of the literal's own is escaped itself, and escapes have eight digits.
    """
    return _ESCAPE.sub(_unmistakable, str(term))


def _unmistakable(match: re.Match[str]) -> str:
    escape = match[0]
    if escape.startswith("\\\\"):
        return f"\\\\\\U{ord(escape[2]):08X}" if len(escape) > 2 else escape
    return f"\\U0000{escape[2:]}" if len(escape) > 2 else escape
