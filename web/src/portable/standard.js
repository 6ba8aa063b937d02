// What terms of the W3C's vocabularies are called here: they have no labels in the graph.

import { RDF, RDFS, SKOS } from "./terms.js";

const OWL = "http://www.w3.org/2002/07/owl#";
const DCTERMS = "http://purl.org/dc/terms/";
const SCHEMA = "https://schema.org/";

export const STANDARD = new Map([
  [`${RDF}type`, ["类", "class"]],
  [`${RDFS}label`, ["名称", "name"]],
  [`${RDFS}comment`, ["说明", "comment"]],
  [`${RDFS}seeAlso`, ["参见", "see also"]],
  [`${RDFS}subClassOf`, ["上位类", "superclass"]],
  [`${RDFS}subPropertyOf`, ["上位属性", "superproperty"]],
  [`${RDFS}domain`, ["主语的类", "domain"]],
  [`${RDFS}range`, ["宾语的类", "range"]],
  [`${OWL}Class`, ["类", "class"]],
  [`${OWL}ObjectProperty`, ["关系", "relation"]],
  [`${OWL}DatatypeProperty`, ["属性", "attribute"]],
  [`${OWL}inverseOf`, ["逆关系", "inverse"]],
  [`${OWL}propertyChainAxiom`, ["由连续的关系推出", "chain of properties"]],
  [`${OWL}disjointWith`, ["不相交", "disjoint with"]],
  [`${OWL}versionInfo`, ["版本", "version"]],
  [`${SKOS}Concept`, ["概念", "concept"]],
  [`${SKOS}ConceptScheme`, ["分类", "taxonomy"]],
  [`${SKOS}prefLabel`, ["名称", "name"]],
  [`${SKOS}altLabel`, ["又称", "also called"]],
  [`${SKOS}definition`, ["定义", "definition"]],
  [`${SKOS}example`, ["例子", "example"]],
  [`${SKOS}scopeNote`, ["用法说明", "scope note"]],
  [`${SKOS}inScheme`, ["所属分类", "taxonomy"]],
  [`${SKOS}topConceptOf`, ["所属分类（顶层）", "top concept of"]],
  [`${SKOS}broader`, ["上位概念", "broader concept"]],
  [`${SKOS}notation`, ["代码", "notation"]],
  [`${DCTERMS}title`, ["标题", "title"]],
  [`${DCTERMS}publisher`, ["发布机关", "publisher"]],
  [`${DCTERMS}issued`, ["发布日期", "issued"]],
  [`${DCTERMS}identifier`, ["编号", "identifier"]],
  [`${DCTERMS}source`, ["来源", "source"]],
  [`${DCTERMS}license`, ["许可", "licence"]],
  [`${DCTERMS}extent`, ["范围", "extent"]],
  [`${DCTERMS}isPartOf`, ["属于", "part of"]],
  [`${DCTERMS}isFormatOf`, ["是其文本", "is a copy of"]],
  [`${SCHEMA}domainIncludes`, ["用于", "used for"]],
  [`${SCHEMA}rangeIncludes`, ["指向", "points at"]],
  [`${SCHEMA}FoodEstablishment`, ["餐饮场所", "food establishment"]],
]);
