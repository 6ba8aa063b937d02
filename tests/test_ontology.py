"""The ontology: its files, its terms, its axioms, and what the other folders name of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    RdfFormat,
    Triple,
    parse,
)
from pyshacl import validate
from rdflib import OWL, RDF, RDFS, SH

from kg_builder.errors import ConfigurationError
from kg_builder.graph.iris import class_segment
from kg_builder.graph.ontology import ROOT, Ontology, load_ontology
from kg_builder.graph.vocabulary import HOUSE, PREFIXES, SCHEMES, expand

TOP = Path(__file__).parents[1]
FOLDER = TOP / "ontology"
VOCABULARIES = Path(__file__).parent / "vocabularies"
KG = PREFIXES["kg"]

ALIGNMENTS = sorted(FOLDER.glob("alignments/*.ttl"))
IMPORTED = sorted([*FOLDER.glob("*.ttl"), *FOLDER.glob("taxonomies/*.ttl")])
FILES = [*IMPORTED, *ALIGNMENTS]

TERMS = {
    "core": """Entity Statement Period about hasStatement statedIn area period resultKind status
        verbatim listOrder startYear endYear startMonth endMonth periodSpan iriPattern
        Collection Topic StatusStatement DistinctionClaim partOf hasPart inCollection hasItem
        basedOn appliesTo extendedTo goal concerns implements forPeriod phase edition version batch
        renamedTo mergedInto possiblySameAs scope distinction""",
    "report": """Document Report Section Table Cell reportsPeriod plansPeriod issuedBy coversArea
        inReport parentSection inSection sectionNumber sectionLevel tableKind rowCount columnHeader
        inTable rowNumber columnNumber cellText""",
    "evidence": """Passage SourceFact SourceCopy line column path textSha256 rule reading inRow
        inColumn retrieved sourceSha256 normalizedTextSha256 Decision decision action decidedBy
        reason""",
    "place": """AdministrativeArea Province City District Street Town Village Place Road Address
        within districtName streetName roadName houseNumber compoundName buildingName
        buildingNumber floor unitNumber placeName landmark locatedIn adjacentTo startsAt endsAt
        onRoad inBuilding coversPlace""",
    "organization": """Organization Institution PublicBody Company Alliance affiliatedTo ledBy
        supportedBy foundedBy builtBy developedBy operatedBy organizedBy partner""",
    "innovation": "Platform Park Cluster Product",
    "finance": "Fund partOfFund",
    "event": "Event Award AwardStatement award outcome",
    "industry": """Industry IndustrySystem IndustryTier TierAssignment tier inSystem tierSymbol
        tierPosition inTier inIndustry""",
    "policy": "Policy validPeriod",
    "project": """Project ProjectCategory ProjectProgress category inCategory subcategoryOf
        plannedCompletion""",
    "education": """School EducationGroup EducationGroupListing GroupMembership group member
        hasMember memberOf namedAfter established serialFirst serialLast""",
    "canteen": "Canteen CanteenListing street address telephone inStreet hasAddress brand",
    "reform": """ReformTheme ReformMeasure ReformListing theme inTheme hasMeasure
        responsibleBody""",
    "indicator": """Indicator Observation indicator measure value unit normalizedValue bound basis
        comparedWith broaderIndicator headline baseUnit multiplier currency""",
}
"""Module -> the terms it defines, all of them: a term that comes or goes changes this table."""

KEY_SCOPES = {("scope", part) for part in ("area", "named", "none", "report")}
"""What `scope` says of an entity in the genre: within what its name is a key, no concept."""

ANNOTATIONS = {
    *("rdfs:label", "rdfs:isDefinedBy", "skos:definition", "skos:scopeNote", "skos:example"),
    *("schema:domainIncludes", "schema:rangeIncludes", "kg:iriPattern"),
}
HEADER = {
    *("owl:versionIRI", "owl:versionInfo", "owl:imports", "rdfs:label", "dcterms:title"),
    *("dcterms:description", "dcterms:creator", "dcterms:publisher", "dcterms:created"),
    *("dcterms:modified", "dcterms:license", "vann:preferredNamespacePrefix"),
    "vann:preferredNamespaceUri",
}
AXIOMS = {
    *("rdfs:subClassOf", "rdfs:subPropertyOf", "rdfs:domain", "rdfs:range", "owl:inverseOf"),
    *("owl:propertyChainAxiom", "owl:equivalentClass", "owl:equivalentProperty"),
    *("owl:disjointWith", "owl:members", "rdf:first", "rdf:rest"),
}
"""The axiom kinds that the compiled reasoner knows; a new one needs a rule there first."""
TYPES = {
    *("owl:Ontology", "owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty"),
    *("owl:AnnotationProperty", "owl:TransitiveProperty", "owl:SymmetricProperty"),
    "owl:AllDisjointClasses",
}
ORDER = (
    *("rdf:type", "owl:versionIRI", "owl:versionInfo", "owl:imports", "rdfs:subClassOf"),
    *("rdfs:subPropertyOf", "owl:disjointWith", "owl:members", "rdfs:domain", "rdfs:range"),
    *("owl:inverseOf", "owl:propertyChainAxiom", "schema:domainIncludes", "schema:rangeIncludes"),
    *("skos:inScheme", "skos:topConceptOf", "skos:broader", "rdfs:label", "skos:prefLabel"),
    *("skos:altLabel", "dcterms:title", "dcterms:description", "dcterms:creator"),
    *("dcterms:publisher", "dcterms:created", "dcterms:modified", "dcterms:license"),
    *("vann:preferredNamespacePrefix", "vann:preferredNamespaceUri", "skos:definition"),
    *("skos:scopeNote", "skos:example", "skos:notation", "kg:baseUnit", "kg:multiplier"),
    *("kg:currency", "qudt:ucumCode", "kg:iriPattern", "rdfs:isDefinedBy", "skos:exactMatch"),
    *("skos:closeMatch", "skos:broadMatch", "skos:relatedMatch"),
)
"""The order in which a block of Turtle says things, the same in every file."""


def triples_of(path: Path) -> list[Triple]:
    return [quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE)]


def short(term: NamedNode) -> str:
    for prefix in sorted(PREFIXES, key=lambda name: -len(PREFIXES[name])):
        if term.value.startswith(PREFIXES[prefix]):
            return f"{prefix}:{term.value.removeprefix(PREFIXES[prefix])}"
    return term.value


def name_of(path: Path) -> str:
    return path.relative_to(FOLDER).with_suffix("").as_posix()


def own_terms() -> dict[str, str]:
    return {term: module for module, names in TERMS.items() for term in names.split()}


def named_concepts(value: object) -> Iterator[tuple[str, str]]:
    """Yield what data names as `bound = "about"` or as `"bound:about"`."""
    if isinstance(value, dict):
        for key, part in value.items():
            named = isinstance(part, str) and re.fullmatch(r"[a-z0-9-]+", part)
            if key in SCHEMES and named and (key, part) not in KEY_SCOPES:
                yield key, part
            yield from named_concepts(part)
    elif isinstance(value, list):
        for part in value:
            yield from named_concepts(part)
    elif isinstance(value, str):
        scheme, colon, name = value.partition(":")
        if colon and scheme in SCHEMES:
            yield scheme, name


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return load_ontology(FOLDER)


@pytest.fixture(scope="module")
def whole() -> rdflib.Graph:
    graph = rdflib.Graph()
    for path in FILES:
        graph.parse(path)
    return graph


# --- files ---


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_both_engines_read_the_same(path: Path) -> None:
    def canonical(data: str, form: RdfFormat) -> set[str]:
        dataset = Dataset(parse(data, format=form))
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        return {str(quad) for quad in dataset}

    text = path.read_text(encoding="utf-8")
    by_rdflib = rdflib.Graph().parse(data=text, format="turtle").serialize(format="nt")
    assert canonical(by_rdflib, RdfFormat.N_TRIPLES) == canonical(text, RdfFormat.TURTLE)


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_layout(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.endswith(".\n")
    assert not re.search(r"\t|\r|[ ]\n|\n\n\n", text)
    declared = re.findall(r"^@prefix (\w+): <([^>]+)> \.$", text, re.MULTILINE)
    assert declared == sorted(declared)
    known = {**PREFIXES, "wd": "http://www.wikidata.org/entity/"}
    body = re.sub(r"^@prefix.*$", "", text, flags=re.MULTILINE)
    bare = re.sub(r"<[^>]*>", "", re.sub(r'"(?:[^"\\]|\\.)*"', "", body))
    for prefix, namespace in declared:
        assert known[prefix] == namespace
        assert re.search(rf"(?<!\w){prefix}:", bare), f"unused prefix {prefix}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_every_subject_has_one_block_in_one_order(path: Path) -> None:
    blocks: dict[NamedNode, list[int]] = {}
    last: object = None
    for triple in triples_of(path):
        subject = triple.subject
        if isinstance(subject, BlankNode):
            continue
        assert subject == last or subject not in blocks, f"{subject} in two blocks"
        blocks.setdefault(subject, []).append(ORDER.index(short(triple.predicate)))
        last = subject
    for subject, order in blocks.items():
        assert order == sorted(order), f"{subject}: predicates out of order"


def test_one_file_for_each_module_and_scheme() -> None:
    assert {path.stem for path in FOLDER.glob("*.ttl")} == {"kg", *TERMS}
    assert {path.stem for path in FOLDER.glob("taxonomies/*.ttl")} == set(SCHEMES)


def test_root_gathers_everything_and_defines_nothing() -> None:
    triples = triples_of(FOLDER / "kg.ttl")
    imports = {t.object.value for t in triples if short(t.predicate) == "owl:imports"}
    modules = {f"{ROOT.value}/{name}" for name in TERMS}
    assert imports == modules | {HOUSE + name for name in SCHEMES}
    assert {t.subject for t in triples if isinstance(t.subject, NamedNode)} == {ROOT}


def test_nothing_imports_the_alignments(ontology: Ontology) -> None:
    assert ALIGNMENTS
    for path in FILES:
        imported = [t.object.value for t in triples_of(path) if short(t.predicate) == "owl:imports"]
        assert not [iri for iri in imported if "alignment" in iri]
    assert not [t for t in ontology.triples if short(t.predicate).endswith("Match")]


@pytest.mark.parametrize("path", ALIGNMENTS, ids=name_of)
def test_alignments_only_match(path: Path, ontology: Ontology) -> None:
    own = ontology.classes | ontology.properties | ontology.concepts
    (header,) = [t.subject for t in triples_of(path) if short(t.predicate) == "rdf:type"]
    for triple in triples_of(path):
        if triple.subject != header:
            assert triple.subject in own
            assert short(triple.predicate).startswith("skos:")
            assert short(triple.predicate).endswith("Match")


# --- terms ---


@pytest.mark.parametrize("module", TERMS)
def test_module_defines_its_terms(module: str) -> None:
    triples = triples_of(FOLDER / f"{module}.ttl")
    typed = {
        t.subject.value.removeprefix(KG)
        for t in triples
        if short(t.predicate) == "rdf:type"
        and isinstance(t.subject, NamedNode)
        and t.subject.value.startswith(KG)
    }
    assert typed == set(TERMS[module].split())
    homes = {t.object.value for t in triples if short(t.predicate) == "rdfs:isDefinedBy"}
    assert homes == {f"{ROOT.value}/{module}"}


def test_every_term_has_a_module(ontology: Ontology) -> None:
    homes = {t.subject: t.object for t in ontology.triples if t.predicate == RDFS_IS_DEFINED_BY}
    for term in ontology.classes | ontology.properties:
        if term.value.startswith(KG):
            assert homes[term] == NamedNode(f"{ROOT.value}/{own_terms()[short(term)[3:]]}")
    for concept in ontology.concepts:
        assert homes[concept] == NamedNode(concept.value.rpartition("/")[0])


RDFS_IS_DEFINED_BY = expand("rdfs:isDefinedBy")


def test_languages_are_zh_and_en() -> None:
    for path in FILES:
        literals = [t.object for t in triples_of(path) if isinstance(t.object, Literal)]
        assert {literal.language for literal in literals} <= {"zh", "en", None}


def test_iri_patterns_name_the_class(ontology: Ontology) -> None:
    minted_otherwise = {"SourceFact": "fact", "SourceCopy": "source", "Entity": "{class}"}
    for triple in ontology.triples:
        if short(triple.predicate) == "kg:iriPattern":
            name = short(triple.subject)[3:]
            segment = minted_otherwise.get(name, class_segment(name))
            assert triple.object.value.startswith(f"id/{segment}/{{")


def vendored(prefix: str) -> set[str]:
    lines = (VOCABULARIES / f"{prefix}.txt").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# http")
    assert re.search(r"\d{4}-\d{2}-\d{2}", lines[1]), "source and date"
    return {line.split()[0] for line in lines[2:]}


@pytest.mark.parametrize("path", [*FILES, TOP / "shapes" / "ontology.ttl"], ids=lambda p: p.stem)
def test_reused_terms_exist(path: Path) -> None:
    spaces = {prefix: PREFIXES[prefix] for prefix in PREFIXES if PREFIXES[prefix].find(HOUSE) != 0}
    spaces |= {
        "qudt-unit": "http://qudt.org/vocab/unit/",
        "wikidata": "http://www.wikidata.org/entity/",
    }
    lists = {
        prefix: vendored(prefix) for prefix in spaces if (VOCABULARIES / f"{prefix}.txt").exists()
    }
    for triple in triples_of(path):
        for term in (triple.subject, triple.predicate, triple.object):
            iri = term.datatype.value if isinstance(term, Literal) else getattr(term, "value", "")
            if isinstance(term, BlankNode) or iri.startswith(
                (HOUSE, "https://creativecommons.org/")
            ):
                continue
            (prefix,) = [name for name, space in spaces.items() if iri.startswith(space)]
            assert iri.removeprefix(spaces[prefix]) in lists[prefix], iri


SYNTAX = {("rdf", "Description")}
"""Names of RDF/XML's syntax (RDF 1.1 XML Syntax, 5.1), which are no terms."""


def test_reused_terms_that_the_code_names_exist() -> None:
    lists = {path.stem: vendored(path.stem) for path in VOCABULARIES.glob("*.txt")}
    for path in sorted(TOP.glob("src/**/*.py")):
        for prefix, name in re.findall(r'"([a-z]+):(\w+)"', path.read_text(encoding="utf-8")):
            if prefix in lists and (prefix, name) not in SYNTAX:
                # reports name a constraint component by its beginning
                names = {name, f"{name}ConstraintComponent"}
                assert names & set(lists[prefix]), f"{path.name} names {prefix}:{name}"


def test_terms_that_are_traps_are_not_reused() -> None:
    traps = {"schema:Project", "schema:industry", "cv:Evidence"}
    for path in IMPORTED:
        for triple in triples_of(path):
            assert not traps & {short(t) for t in triple if isinstance(t, NamedNode)}


def test_terms_named_elsewhere_exist(ontology: Ontology) -> None:
    known = {term.value for term in ontology.classes | ontology.properties | ontology.concepts}
    prefixes = "|".join(("kg", *SCHEMES))
    for path in (*TOP.glob("shapes/*.ttl"), *TOP.glob("queries/*.rq")):
        text = re.sub(r'"(?:[^"\\]|\\.)*"', "", path.read_text(encoding="utf-8"))
        for prefix, name in re.findall(rf"(?<![\w:])({prefixes}):([A-Za-z][\w-]*)", text):
            assert PREFIXES[prefix] + name in known, f"{path.name} names {prefix}:{name}"


# --- axioms ---


def test_only_axioms_that_the_reasoner_compiles() -> None:
    for path in sorted(FOLDER.glob("*.ttl")):
        for triple in triples_of(path):
            predicate = short(triple.predicate)
            if predicate == "rdf:type":
                assert short(triple.object) in TYPES
            elif predicate in AXIOMS:
                assert not isinstance(triple.object, Literal)
            else:
                assert predicate in ANNOTATIONS | HEADER


def test_sub_and_super_are_named(ontology: Ontology) -> None:
    lists = {"owl:propertyChainAxiom", "owl:members", "rdf:rest"}
    for triple in ontology.triples:
        if isinstance(triple.object, BlankNode):
            assert short(triple.predicate) in lists


def test_chains_end() -> None:
    """No property follows, by chains, sub-properties or inverses, from itself through a chain."""
    graph = rdflib.Graph()
    for path in IMPORTED:
        graph.parse(path)
    feeds: dict[object, set[object]] = {}
    chained = set()
    for result, chain in graph.subject_objects(OWL.propertyChainAxiom):
        parts = list(graph.items(chain))
        assert len(parts) >= 2
        for part in parts:
            assert isinstance(part, rdflib.URIRef)
            feeds.setdefault(part, set()).add(result)
        chained.add(result)
    for lower, upper in graph.subject_objects(RDFS.subPropertyOf):
        feeds.setdefault(lower, set()).add(upper)
    for one, other in graph.subject_objects(OWL.inverseOf):
        feeds.setdefault(one, set()).add(other)
        feeds.setdefault(other, set()).add(one)
    for start in chained:
        reached: set[object] = set()
        waiting = [start]
        while waiting:
            for follows in feeds.get(waiting.pop(), ()):
                if follows not in reached:
                    reached.add(follows)
                    waiting.append(follows)
        parts = {
            part for c in graph.objects(start, OWL.propertyChainAxiom) for part in graph.items(c)
        }
        assert not parts & (reached | {start})


def test_disjoint_classes_share_no_subclass(ontology: Ontology, whole: rdflib.Graph) -> None:
    pairs = set(whole.subject_objects(OWL.disjointWith))
    for node in whole.subjects(RDF.type, OWL.AllDisjointClasses):
        members = list(whole.items(whole.value(node, OWL.members)))
        assert len(members) > 1
        pairs |= {(a, b) for a in members for b in members if a != b}
    for cls in ontology.classes:
        start = rdflib.URIRef(cls.value)
        above = {str(node) for node in whole.transitive_objects(start, RDFS.subClassOf)}
        assert not [pair for pair in pairs if {str(part) for part in pair} <= above]


_CLOSURE = """
import json, sys
import owlrl, rdflib
graph = rdflib.Graph()
for path in sys.argv[1:]:
    graph.parse(path)
owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
errors = [str(o) for p, o in graph.predicate_objects() if str(p).endswith("#error")]
nothing = rdflib.OWL.Nothing
empty = [str(s) for s in graph.subjects(rdflib.RDFS.subClassOf, nothing) if s != nothing]
print(json.dumps({"errors": errors, "empty": empty, "size": len(graph)}))
"""


def test_owlrl_finds_no_inconsistency() -> None:
    # In a process of its own: owlrl leaves rdflib's table of datatypes changed.
    paths = [str(path) for path in IMPORTED if path.stem != "unit"]
    command = [sys.executable, "-c", _CLOSURE, *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert not found["errors"]
    assert not found["empty"]
    assert found["size"] > 1000


# --- taxonomies and the genre's lexicons ---


@pytest.mark.parametrize("scheme", SCHEMES)
def test_labels_and_notations_of_a_scheme_are_unique(scheme: str) -> None:
    seen: dict[object, NamedNode] = {}
    for triple in triples_of(FOLDER / "taxonomies" / f"{scheme}.ttl"):
        if short(triple.predicate) in {"skos:prefLabel", "skos:altLabel", "skos:notation"}:
            key = (
                (triple.predicate, triple.object)
                if short(triple.predicate) == "skos:notation"
                else triple.object
            )
            assert seen.setdefault(key, triple.subject) == triple.subject, str(triple.object)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_hierarchy_of_a_scheme_ends(scheme: str) -> None:
    triples = triples_of(FOLDER / "taxonomies" / f"{scheme}.ttl")
    broader = {t.subject: t.object for t in triples if short(t.predicate) == "skos:broader"}
    for concept in broader:
        path = [concept]
        while path[-1] in broader:
            path.append(broader[path[-1]])
            assert len(path) == len(set(path))
            assert path[-1].value.startswith(PREFIXES[scheme])


def concept_values(scheme: str, predicate: str) -> dict[str, set[str]]:
    values: dict[str, set[str]] = {}
    for triple in triples_of(FOLDER / "taxonomies" / f"{scheme}.ttl"):
        if short(triple.predicate) == predicate and isinstance(triple.subject, NamedNode):
            name = triple.subject.value.removeprefix(PREFIXES[scheme])
            values.setdefault(name, set()).add(triple.object.value)
    return values


def test_units_equal_the_lexicon() -> None:
    lexicon = tomllib.loads((TOP / "genre/lexicons/units.toml").read_text(encoding="utf-8"))
    labels: dict[str, set[str]] = {}
    for triple in triples_of(FOLDER / "taxonomies" / "unit.ttl"):
        named = short(triple.predicate) in {"skos:prefLabel", "skos:altLabel"}
        if named and triple.object.language == "zh":
            labels.setdefault(short(triple.subject)[5:], set()).add(triple.object.value)
    bases = concept_values("unit", "kg:baseUnit")
    multipliers = concept_values("unit", "kg:multiplier")
    said = {name: (labels[name], bases[name], multipliers[name]) for name in sorted(labels)}
    assert said == {
        unit["name"]: (
            set(unit["surfaces"]),
            {PREFIXES["unit"] + unit["base"]},
            {unit["multiplier"]},
        )
        for unit in lexicon["unit"]
    }


def test_statuses_of_the_lexicon_exist() -> None:
    lexicon = tomllib.loads((TOP / "genre/lexicons/status.toml").read_text(encoding="utf-8"))
    labels = concept_values("status", "skos:prefLabel")
    named = [lexicon["not-yet"]["concept"], *(entry["concept"] for entry in lexicon["status"])]
    assert [name for name in named if name not in labels] == []


def test_concepts_named_in_the_genre_exist(ontology: Ontology) -> None:
    known = {concept.value for concept in ontology.concepts}
    for path in sorted(TOP.glob("genre/**/*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        for scheme, name in named_concepts(data):
            assert PREFIXES[scheme] + name in known, f"{path.name}: {scheme}:{name}"


def test_model_names_the_same_readings() -> None:
    from typing import get_args

    from kg_builder.model.selector import Reading

    assert set(get_args(Reading)) == set(concept_values("reading", "skos:prefLabel"))


# --- shapes of the ontology ---

SHAPES = TOP / "shapes" / "ontology.ttl"
SHAPE = rdflib.Namespace(HOUSE + "shapes/ontology#")


def test_ontology_conforms_to_its_shapes(whole: rdflib.Graph) -> None:
    conforms, _, text = validate(whole, shacl_graph=rdflib.Graph().parse(SHAPES))
    assert conforms, text


HEAD = """
@prefix kg: <https://w3id.org/kg-builder/ont#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix unit: <https://w3id.org/kg-builder/unit/> .
@prefix dcterms: <http://purl.org/dc/terms/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
KIOSK = """kg:Kiosk a owl:Class ; rdfs:label "亭"@zh , "kiosk"@en ;
    kg:iriPattern "id/kiosk/{name}" ;
    skos:definition "小亭。"@zh , "A small booth."@en ;
    rdfs:isDefinedBy <https://w3id.org/kg-builder/ont/place> ."""
HEIGHT = """kg:height a owl:DatatypeProperty ; rdfs:label "高"@zh , "height"@en ;
    schema:domainIncludes kg:Road ; schema:rangeIncludes xsd:decimal ;
    skos:definition "高度。"@zh , "How high."@en ;
    rdfs:isDefinedBy <https://w3id.org/kg-builder/ont/place> ."""
BUSHEL = """unit:bushel a skos:Concept ; skos:inScheme <https://w3id.org/kg-builder/unit> ;
    skos:topConceptOf <https://w3id.org/kg-builder/unit> ; rdfs:label "斗"@zh , "bushel"@en ;
    skos:prefLabel "斗"@zh , "bushel"@en ; skos:definition "斗。"@zh , "A bushel."@en ;
    kg:baseUnit unit:gill ; kg:multiplier 36.4 ;
    rdfs:isDefinedBy <https://w3id.org/kg-builder/unit> .
unit:gill a skos:Concept ; kg:baseUnit unit:gill ; kg:multiplier "1"^^xsd:decimal ."""
VERSE = """<https://w3id.org/kg-builder/ont/verse> a owl:Ontology ; owl:versionInfo "0.1.0" ;
    owl:versionIRI <https://w3id.org/kg-builder/ont/0.1.0/verse> ;
    dcterms:title "诗"@zh , "Verse"@en ;
    dcterms:description "诗。"@zh , "Verse."@en ; dcterms:creator <https://w3id.org/kg-builder/> ;
    dcterms:publisher <https://w3id.org/kg-builder/> ; dcterms:created "2026-11-22"^^xsd:date ;
    dcterms:modified "2026-11-22"^^xsd:date ;
    dcterms:license <https://creativecommons.org/licenses/by/4.0/> ."""


@pytest.mark.parametrize("example", [KIOSK, HEIGHT, BUSHEL, VERSE])
def test_conforming_example(example: str) -> None:
    assert results(example) == set()


@pytest.mark.parametrize(
    ("example", "old", "new", "shape"),
    [
        (KIOSK, ' , "kiosk"@en', "", "Term-label"),
        (KIOSK, '"kiosk"@en', '"kiosk"@en , "booth"@en', "Term-label"),
        (KIOSK, '"小亭。"@zh , ', "", "Term-definition"),
        (KIOSK, "booth.", "booth", "Term-definition"),
        (KIOSK, "ont/place>", "ont/nowhere>", "Term-isDefinedBy"),
        (KIOSK, 'kg:iriPattern "id/kiosk/{name}" ;', "", "ClassShape"),
        (KIOSK, "id/kiosk/{name}", "kiosk/{name}", "ClassShape"),
        (HEIGHT, " schema:domainIncludes kg:Road ;", "", "PropertyShape"),
        (HEIGHT, "xsd:decimal ;", "xsd:float ;", "PropertyShape"),
        (BUSHEL, 'skos:prefLabel "斗"@zh , "bushel"@en', 'skos:prefLabel "斗"@zh', "ConceptShape"),
        (BUSHEL, "skos:topConceptOf <https://w3id.org/kg-builder/unit> ;", "", "ConceptShape"),
        (BUSHEL, "skos:inScheme <https://w3id.org/kg-builder/unit> ;", "", "ConceptShape"),
        (BUSHEL, "36.4", "0.0", "Unit-multiplier"),
        (BUSHEL, "36.4", '"36.4"', "Unit-multiplier"),
        (BUSHEL, "kg:baseUnit unit:gill ; kg:multiplier 36", "kg:multiplier 36", "Unit-baseUnit"),
        (BUSHEL, "unit:gill ; kg:multiplier 36", "unit:bushel ; kg:multiplier 36", "Unit-baseUnit"),
        (VERSE, ' owl:versionInfo "0.1.0" ;', "", "Ontology-versionInfo"),
        (VERSE, '"0.1.0"', '"0.1"', "Ontology-versionInfo"),
        (VERSE, "owl:versionIRI", "owl:priorVersion", "Ontology-versionIRI"),
        (VERSE, '"诗"@zh , ', "", "Ontology-title"),
        (VERSE, '"诗。"@zh , ', "", "Ontology-description"),
        (VERSE, "<https://creativecommons.org/licenses/by/4.0/>", '"CC BY"', "Ontology-license"),
        (VERSE, "dcterms:creator <https://w3id.org/kg-builder/> ;", "", "Ontology-creator"),
        (VERSE, "dcterms:publisher <https://w3id.org/kg-builder/> ;", "", "Ontology-publisher"),
        (VERSE, 'created "2026-11-22"^^xsd:date', 'created "2026"', "Ontology-created"),
        (VERSE, 'modified "2026-11-22"^^xsd:date', 'modified "2026-11-22"', "Ontology-modified"),
    ],
)  # fmt: skip
def test_failing_example(example: str, old: str, new: str, shape: str) -> None:
    assert old in example
    assert results(example.replace(old, new)) == {str(SHAPE[shape])}


def results(example: str) -> set[str]:
    stubs = """<https://w3id.org/kg-builder/ont/place> a owl:Ontology . kg:Road a owl:Class .
        <https://w3id.org/kg-builder/unit> a owl:Ontology , skos:ConceptScheme ."""
    graph = rdflib.Graph().parse(data=HEAD + example + stubs, format="turtle")
    _, report, _ = validate(graph, shacl_graph=rdflib.Graph().parse(SHAPES))
    ignored = {
        rdflib.URIRef("https://w3id.org/kg-builder/ont/place"),
        rdflib.URIRef("https://w3id.org/kg-builder/unit"),
    }
    return {
        str(report.value(result, SH.sourceShape))
        for result in report.objects(None, SH.result)
        if report.value(result, SH.focusNode) not in ignored
    }


# --- loading ---


def test_loading_is_repeatable(ontology: Ontology) -> None:
    again = load_ontology(FOLDER)
    assert again.triples == ontology.triples
    labels = [n.value for t in again.triples for n in t if isinstance(n, BlankNode)]
    assert set(labels) == {f"c14n{number}" for number in range(len(set(labels)))}


def test_loads_every_imported_file(ontology: Ontology) -> None:
    every = {triple for path in IMPORTED for triple in triples_of(path)}
    assert len(ontology.triples) == len(every)


def test_what_is_declared(ontology: Ontology) -> None:
    assert expand("Canteen") in ontology.classes
    assert {expand("inStreet"), expand("telephone")} <= ontology.properties
    assert expand("status:completed") in ontology.concepts
    assert not ontology.classes & ontology.properties


def copy_with(folder: Path, name: str, text: str) -> Path:
    for path in IMPORTED:
        target = folder / path.relative_to(FOLDER)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_import_that_is_no_file(tmp_path: Path) -> None:
    text = (FOLDER / "policy.ttl").read_text(encoding="utf-8")
    foreign = text.replace("<https://w3id.org/kg-builder/ont/core>", "<http://example.org/far>", 1)
    with pytest.raises(ConfigurationError, match="never fetched"):
        load_ontology(copy_with(tmp_path, "policy.ttl", foreign))


@pytest.mark.parametrize("name", ["../kg", "none", "alignments/schema"])
def test_import_outside_the_folder(tmp_path: Path, name: str) -> None:
    text = (FOLDER / "policy.ttl").read_text(encoding="utf-8")
    odd = text.replace("kg-builder/ont/core>", f"kg-builder/ont/{name}>", 1)
    with pytest.raises(ConfigurationError):
        load_ontology(copy_with(tmp_path, "policy.ttl", odd))


def test_broken_turtle_has_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_ontology(copy_with(tmp_path, "policy.ttl", "@prefix a: <http://a.b/> .\na:b a:c 。\n"))
    assert (caught.value.line, Path(caught.value.file or "").name) == (2, "policy.ttl")


def test_file_that_declares_another_ontology(tmp_path: Path) -> None:
    text = (FOLDER / "event.ttl").read_text(encoding="utf-8")
    with pytest.raises(ConfigurationError, match="does not declare"):
        load_ontology(copy_with(tmp_path, "policy.ttl", text))
