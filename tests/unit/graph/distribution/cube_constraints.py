"""The integrity constraints of the RDF Data Cube Vocabulary (W3C, 2014, section 11.1) as ASKs.

Each answers true where a graph violates it. They are read over the normalized graph (section 10):
`normalized` adds what abbreviations stand for. IC-20 and IC-21 are made for each property that a
hierarchical code list names.
"""

from __future__ import annotations

from pyoxigraph import Store

_PREFIXES = """
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
_CODED = """
    ?observation qb:dataSet/qb:structure/qb:component/qb:componentProperty ?dimension .
    ?dimension a qb:DimensionProperty ; qb:codeList ?list .
    ?observation ?dimension ?code .
"""
_BY_TYPE = """
    ?observation qb:dataSet ?cube .
    ?cube qb:structure ?structure .
    ?structure qb:component/qb:componentProperty qb:measureType .
"""

CONSTRAINTS = {
    "IC-1": """{ ?o a qb:Observation FILTER NOT EXISTS { ?o qb:dataSet ?d } }
        UNION { ?o a qb:Observation ; qb:dataSet ?d, ?e FILTER (?d != ?e) }""",
    "IC-2": """{ ?d a qb:DataSet FILTER NOT EXISTS { ?d qb:structure ?s } }
        UNION { ?d a qb:DataSet ; qb:structure ?s, ?t FILTER (?s != ?t) }""",
    "IC-3": """?s a qb:DataStructureDefinition
        FILTER NOT EXISTS { ?s qb:component/qb:componentProperty/a qb:MeasureProperty }""",
    "IC-4": "?p a qb:DimensionProperty FILTER NOT EXISTS { ?p rdfs:range ?range }",
    "IC-5": """?p a qb:DimensionProperty ; rdfs:range skos:Concept
        FILTER NOT EXISTS { ?p qb:codeList ?list }""",
    "IC-6": """?s qb:component ?c . ?c qb:componentRequired false ; qb:componentProperty ?p
        FILTER NOT EXISTS { ?p a qb:AttributeProperty }""",
    "IC-7": """?k a qb:SliceKey
        FILTER NOT EXISTS { ?s a qb:DataStructureDefinition ; qb:sliceKey ?k }""",
    "IC-8": """?s qb:sliceKey ?k . ?k a qb:SliceKey ; qb:componentProperty ?p
        FILTER NOT EXISTS { ?s qb:component/qb:componentProperty ?p }""",
    "IC-9": """{ ?slice a qb:Slice FILTER NOT EXISTS { ?slice qb:sliceStructure ?k } }
        UNION { ?slice a qb:Slice ; qb:sliceStructure ?k, ?l FILTER (?k != ?l) }""",
    "IC-10": """?slice qb:sliceStructure/qb:componentProperty ?p
        FILTER NOT EXISTS { ?slice ?p ?value }""",
    "IC-11": """?o qb:dataSet/qb:structure/qb:component/qb:componentProperty ?p .
        ?p a qb:DimensionProperty FILTER NOT EXISTS { ?o ?p ?value }""",
    "IC-12": """{ SELECT ?o ?u (MIN(?same) AS ?all) {
          ?o qb:dataSet ?d . ?u qb:dataSet ?d FILTER (STR(?o) < STR(?u))
          ?d qb:structure/qb:component/qb:componentProperty ?p . ?p a qb:DimensionProperty .
          ?o ?p ?v . ?u ?p ?w BIND (?v = ?w AS ?same)
        } GROUP BY ?o ?u } FILTER (?all)""",
    "IC-13": """?o qb:dataSet/qb:structure/qb:component ?c .
        ?c qb:componentRequired true ; qb:componentProperty ?p
        FILTER NOT EXISTS { ?o ?p ?value }""",
    "IC-14": """?o qb:dataSet/qb:structure ?s
        FILTER NOT EXISTS { ?s qb:component/qb:componentProperty qb:measureType }
        ?s qb:component/qb:componentProperty ?p . ?p a qb:MeasureProperty
        FILTER NOT EXISTS { ?o ?p ?value }""",
    "IC-15": _BY_TYPE
    + "?observation qb:measureType ?p FILTER NOT EXISTS { ?observation ?p ?value }",
    "IC-16": _BY_TYPE
    + """?observation qb:measureType ?p ; ?other ?value .
        ?structure qb:component/qb:componentProperty ?other . ?other a qb:MeasureProperty
        FILTER (?other != ?p)""",
    "IC-17": """{ SELECT ?total (COUNT(?measure) AS ?met) {
          { SELECT ?s (COUNT(?m) AS ?total) {
            ?s qb:component/qb:componentProperty ?m . ?m a qb:MeasureProperty } GROUP BY ?s }
          ?o qb:dataSet/qb:structure ?s ; qb:dataSet ?d ; qb:measureType ?p .
          ?s qb:component/qb:componentProperty qb:measureType .
          ?u qb:dataSet ?d ; qb:measureType ?measure
          FILTER NOT EXISTS {
            ?d qb:structure/qb:component/qb:componentProperty ?dim . ?dim a qb:DimensionProperty .
            FILTER (?dim != qb:measureType) ?o ?dim ?v . ?u ?dim ?w FILTER (?v != ?w) }
        } GROUP BY ?o ?total } FILTER (?met != ?total)""",
    "IC-18": """?d qb:slice/qb:observation ?o FILTER NOT EXISTS { ?o qb:dataSet ?d }""",
    "IC-19a": _CODED
    + """?list a skos:ConceptScheme
        FILTER NOT EXISTS { ?code a skos:Concept ; skos:inScheme ?list }""",
    "IC-19b": _CODED
    + """?list a skos:Collection
        FILTER NOT EXISTS { ?code a skos:Concept . ?list skos:member+ ?code }""",
}
_HIERARCHY = (
    _CODED
    + """?list a qb:HierarchicalCodeList
        FILTER NOT EXISTS { ?list qb:hierarchyRoot/(%s)* ?code }"""
)
_PARENTS = _PREFIXES + "SELECT DISTINCT ?p { ?list qb:parentChildProperty %s FILTER (ISIRI(?p)) }"

_NORMALIZE = (
    "INSERT { ?o a qb:Observation } WHERE { [] qb:observation ?o }",
    "INSERT { ?o a qb:Observation } WHERE { ?o qb:dataSet [] }",
    "INSERT { ?s a qb:Slice } WHERE { [] qb:slice ?s }",
    *(
        f"INSERT {{ ?c qb:componentProperty ?p . ?p a qb:{kind} }} WHERE {{ ?c qb:{role} ?p }}"
        for kind, role in (
            ("DimensionProperty", "dimension"),
            ("MeasureProperty", "measure"),
            ("AttributeProperty", "attribute"),
        )
    ),
    """INSERT { ?o ?p ?value } WHERE { ?d qb:structure/qb:component ?c ; qb:slice ?s .
        ?c qb:componentProperty ?p ; qb:componentAttachment qb:Slice . ?s ?p ?value ;
        qb:observation ?o }""",
    """INSERT { ?o ?p ?value } WHERE { ?d qb:structure/qb:component ?c .
        ?c qb:componentProperty ?p ; qb:componentAttachment qb:DataSet . ?d ?p ?value .
        ?o qb:dataSet ?d }""",
)


def normalized(store: Store) -> Store:
    """Return a store with what its abbreviations stand for."""
    for update in _NORMALIZE:
        store.update(_PREFIXES + update)
    return store


def violated(store: Store) -> list[str]:
    """Return the names of the constraints that a normalized graph violates."""
    checks = dict(CONSTRAINTS)
    for name, owner, path in (
        ("IC-20", "?p", "<%s>"),
        ("IC-21", "[ <http://www.w3.org/2002/07/owl#inverseOf> ?p ]", "^<%s>"),
    ):
        for row in store.query(_PARENTS % owner):
            checks[f"{name} {row['p'].value}"] = _HIERARCHY % (path % row["p"].value)
    return [name for name, body in checks.items() if store.query(f"{_PREFIXES}ASK {{ {body} }}")]
