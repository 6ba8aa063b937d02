"""The description of the interfaces for programs.

Format: OpenAPI Specification 3.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kg_builder.graph.query.catalogue import Parameter, StoredQuery
from kg_builder.model.bilingual import Language
from kg_builder.serving.media import GRAPHS, RESULTS, TYPES
from kg_builder.serving.problems import KINDS, PROBLEM_JSON
from kg_builder.serving.protocol import FORM, SPARQL_FORMATS
from kg_builder.serving.queries import MOST_ROWS, QUERY_FORMATS
from kg_builder.serving.submissions import REPORTS, SYNTAXES
from kg_builder.version import VERSION

_SCHEMAS: Final[Mapping[str, Mapping[str, Any]]] = {
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "year": {"type": "integer", "minimum": 1000, "maximum": 9999},
}
_YES_NO: Final = {"enum": ["true", "false", "1", "0"]}
_IRIS: Final = {"type": "array", "items": {"type": "string", "format": "iri"}}


def openapi(
    queries: Mapping[str, StoredQuery],
    origin: str,
    language: Language,
    *,
    root: str,
    writable: bool,
) -> dict[str, Any]:
    """Return the description of a server at `origin`, whose path is `root`, in a language."""
    en = language == "en"
    paths: dict[str, Any] = {
        "/sparql": _sparql(en=en),
        "/api/queries": {
            "get": {
                "operationId": "listQueries",
                "summary": "List the stored queries" if en else "列出存储的查询",
                "responses": {"200": _content("JSON", ("application/json",))},
            }
        },
    }
    for query in queries.values():
        paths[f"/api/queries/{query.name}"] = _stored(query, language)
    paths["/api/queries/{name}.rq"] = _query_text(en=en)
    paths["/api/validate"] = _validate(en=en)
    if writable:
        paths["/api/contributions"] = _contribute(en=en)
    paths |= _linked_data(en=en)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Knowledge graph of government reports" if en else "政府报告知识图谱",
            "version": VERSION,
        },
        "servers": [{"url": origin.rstrip("/")}],  # paths are put behind it
        "paths": paths,
        "components": {
            "schemas": {"Problem": _problem(root)},
            "responses": {"Problem": _problem_response(en=en)},
            "securitySchemes": {"writeToken": {"type": "http", "scheme": "bearer"}},
        },
    }


def _sparql(*, en: bool) -> dict[str, Any]:
    graphs = [
        _parameter("default-graph-uri", _IRIS),
        _parameter("named-graph-uri", _IRIS),
        _parameter("format", {"enum": list(SPARQL_FORMATS)}),
    ]
    summary = "SPARQL 1.1 Protocol, queries only" if en else "SPARQL 1.1 协议，只查询"
    responses = _responses("query results or a graph" if en else "结果或图", (*RESULTS, *GRAPHS))
    query = {
        "type": "string",
        "minLength": 1,
        "examples": ["SELECT ?name { ?x a kg:Canteen ; rdfs:label ?name }"],
    }
    form = {
        "type": "object",
        "required": ["query"],
        "properties": {
            "query": query,
            **{parameter["name"]: parameter["schema"] for parameter in graphs},
        },
    }
    return {
        "get": {
            "operationId": "sparqlGet",
            "summary": summary,
            "parameters": [_parameter("query", query), *graphs],
            "responses": responses,
        },
        "post": {
            "operationId": "sparqlPost",
            "summary": summary,
            "parameters": graphs,
            "requestBody": {
                "required": True,
                "content": {
                    FORM: {"schema": form},
                    "application/sparql-query": {"schema": query},
                },
            },
            "responses": responses,
        },
    }


def _stored(query: StoredQuery, language: Language) -> dict[str, Any]:
    kinds = tuple(TYPES[name].partition(";")[0] for name in QUERY_FORMATS)
    parameters = [
        *(_of_query(item, language) for item in query.parameters.values()),
        _parameter("format", {"enum": list(QUERY_FORMATS)}),
        _parameter("evidence", _YES_NO),
        _parameter("lang", {"enum": ["zh", "en"]}),
        _parameter("max-rows", {"type": "integer", "minimum": 1, "maximum": MOST_ROWS}),
    ]
    form = {
        "type": "object",
        "properties": {item["name"]: item["schema"] for item in parameters},
        "additionalProperties": False,
    }
    about: dict[str, Any] = {
        "summary": query.title.pick(language),
        "description": query.description.pick(language),
        "tags": list(query.tags),
    }
    responses = _responses(query.title.pick(language), kinds)
    return {
        "get": {
            "operationId": query.name,
            **about,
            "parameters": parameters,
            "responses": responses,
        },
        "post": {
            "operationId": f"{query.name}_posted",
            **about,
            "requestBody": {"required": True, "content": {FORM: {"schema": form}}},
            "responses": responses,
        },
    }


def _of_query(item: Parameter, language: Language) -> dict[str, Any]:
    schema: dict[str, Any] = {**_SCHEMAS.get(item.type, {"type": "string"})}
    if item.values:
        schema["enum"] = list(item.values)
    if item.examples:
        schema["examples"] = list(item.examples)
    if schema["type"] != "string":
        schema.pop("examples", None)
    many = {"type": "array", "items": schema}
    return {**_parameter(item.name, many), "description": item.label.pick(language)}


def _query_text(*, en: bool) -> dict[str, Any]:
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    words = "The SPARQL text of a stored query" if en else "存储的查询的 SPARQL 文本"
    return {
        "get": {
            "operationId": "queryText",
            "summary": words,
            "parameters": [name],
            "responses": _responses(words, ("application/sparql-query",)),
        }
    }


def _linked_data(*, en: bool) -> dict[str, Any]:
    """Return what describes the data, and the data whole."""
    formats = _parameter("format", {"enum": ["turtle", "jsonld", "rdfxml", "ntriples"]})
    graphs = tuple(dict.fromkeys((*GRAPHS, "application/n-quads", "application/trig")))
    about = {
        "/describe": ("What the graph says of a thing", "图里关于一个事物的全部"),
        "/.well-known/void": ("How much there is of what (VoID)", "有什么、有多少（VoID）"),
        "/dcat": ("The catalogue (DCAT)", "目录（DCAT）"),
        "/data/{name}": ("The data whole, as dataset.nq", "全部数据，如 dataset.nq"),
    }
    iri = {**_parameter("iri", {"type": "string", "format": "iri"}), "required": True}
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}
    parameters = {
        "/describe": [iri, formats, _parameter("evidence", _YES_NO)],
        "/data/{name}": [name],
    }
    return {
        path: {
            "get": {
                "operationId": path.strip("/.").replace("/{", "_").strip("}").split("/")[-1],
                "summary": words[0] if en else words[1],
                "parameters": parameters.get(path, [formats]),
                "responses": _responses(words[0] if en else words[1], graphs),
            }
        }
        for path, words in about.items()
    }


def _validate(*, en: bool) -> dict[str, Any]:
    return {
        "post": {
            "operationId": "validate",
            "summary": "Judge triples" if en else "验证三元组",
            "parameters": [
                _parameter("format", {"enum": list(REPORTS.values())}),
                _parameter("name", {"type": "string", "maxLength": 200}),
                _parameter("lang", {"enum": ["zh", "en"]}),
            ],
            "requestBody": _triples(),
            "responses": _responses("the report" if en else "报告", tuple(REPORTS)),
        }
    }


def _contribute(*, en: bool) -> dict[str, Any]:
    needed = [
        {**_parameter(name, {"type": "string"}), "required": True} for name in ("source", "by")
    ]
    return {
        "post": {
            "operationId": "contribute",
            "summary": "Take triples into the graph" if en else "把三元组收进图里",
            "security": [{"writeToken": []}],
            "parameters": [
                *needed,
                _parameter("name", {"type": "string", "maxLength": 200}),
                _parameter("lang", {"enum": ["zh", "en"]}),
                _parameter("dry-run", _YES_NO),
            ],
            "requestBody": _triples(),
            "responses": {
                "201": _content("taken in" if en else "收下了", ("application/json",)),
                **_responses("nothing changed" if en else "没有改变", ("application/json",)),
            },
        }
    }


def _triples() -> dict[str, Any]:
    return {
        "required": True,
        "content": {kind: {"schema": {"type": "string", "minLength": 1}} for kind in SYNTAXES},
    }


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


def _responses(words: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    return {
        "200": _content(words, kinds),
        "default": {"$ref": "#/components/responses/Problem"},
    }


def _content(words: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    return {"description": words, "content": {kind: {} for kind in kinds}}


def _problem_response(*, en: bool) -> dict[str, Any]:
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        "description": "a problem (RFC 9457)" if en else "问题（RFC 9457）",
        "content": {PROBLEM_JSON: schema},
    }


def _problem(root: str) -> dict[str, Any]:
    text, number = {"type": "string"}, {"type": "integer"}
    return {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"enum": [f"{root}/problems/{name}" for name in KINDS]},
            "title": text,
            "status": number,
            "detail": text,
            "instance": text,
            "line": number,
            "column": number,
            "excerpt": text,
        },
    }
