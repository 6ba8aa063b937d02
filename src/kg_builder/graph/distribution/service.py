"""The description of a SPARQL endpoint over the published dataset.

Format: SPARQL 1.1 Service Description (W3C Recommendation, 2013). Which result formats a server
writes and how it infers is the server's to say: only what the data and its graphs fix stands here.
"""

from __future__ import annotations

from pyoxigraph import NamedNode

from kg_builder.graph.distribution.contents import Contents
from kg_builder.graph.distribution.terms import Description, integer, term
from kg_builder.model.bilingual import Bilingual


def describe_service(about: Description, contents: Contents, endpoint: str) -> NamedNode:
    """Describe the service at `endpoint`: its default graph and every named graph."""
    base = contents.base
    service, dataset = NamedNode(f"{base}service"), NamedNode(f"{base}service/dataset")
    default = NamedNode(f"{base}service/default-graph")
    about.a(service, "sd:Service")
    about.say(service, "sd:endpoint", NamedNode(endpoint))
    about.say(service, "sd:supportedLanguage", term("sd:SPARQL11Query"))
    about.say(service, "sd:defaultDataset", dataset)
    about.say(service, "dcterms:title", Bilingual("SPARQL 查询服务", "SPARQL query service"))
    about.a(dataset, "sd:Dataset")
    about.say(dataset, "sd:defaultGraph", default)
    about.a(default, "sd:Graph")
    about.say(
        default,
        "dcterms:description",
        Bilingual(
            "本体、断言与推出的事实，不含重复，不含出处。",
            "Ontology, asserted and inferred facts, without duplicates and without evidence.",
        ),
    )
    union = {*contents.ontology, *contents.asserted, *contents.inferred}
    about.say(default, "void:triples", integer(len(union)))
    graphs = [(source.graph, len(source.triples)) for source in contents.sources]
    graphs += [
        (NamedNode(f"{base}graph/{name}"), len(triples))
        for name, triples in (
            ("inferred", contents.inferred),
            ("evidence", contents.evidence),
            ("ontology", contents.ontology),
        )
    ]
    for name, total in graphs:
        named = NamedNode(f"{service.value}/{name.value.removeprefix(base)}")
        graph = NamedNode(f"{named.value}/graph")
        about.say(dataset, "sd:namedGraph", named)
        about.a(named, "sd:NamedGraph")
        about.say(named, "sd:name", name)
        about.say(named, "sd:graph", graph)
        about.a(graph, "sd:Graph")
        about.say(graph, "void:triples", integer(total))
    return service
