// Terms of RDF as plain data, for crossing from the engine's thread to the page's:
// {t: "i", v} an IRI; {t: "b", v} a blank node; {t: "l", v, g: language | d: datatype} a literal;
// {t: "t", v: [subject, predicate, object]} a triple term of RDF 1.2.

export const XSD = "http://www.w3.org/2001/XMLSchema#";
export const RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
export const RDFS = "http://www.w3.org/2000/01/rdf-schema#";
export const SKOS = "http://www.w3.org/2004/02/skos/core#";
export const OWL = "http://www.w3.org/2002/07/owl#";
export const DCTERMS = "http://purl.org/dc/terms/";
export const SCHEMA = "https://schema.org/";
export const PROV = "http://www.w3.org/ns/prov#";
export const LOCN = "http://www.w3.org/ns/locn#";
export const KG = "https://w3id.org/kg-builder/ont#";

/** How a statement tells what it is of; a figure of a district has an indicator alone. */
export const ABOUT = [`${KG}about`, `${KG}indicator`];

const NUMBERS = new Set(["integer", "decimal", "double", "float"].map((name) => XSD + name));

export const isNumber = (term) => term?.t === "l" && NUMBERS.has(term.d);

export function plainTerm(term) {
  if (term.termType === "NamedNode") return { t: "i", v: term.value };
  if (term.termType === "BlankNode") return { t: "b", v: term.value };
  if (term.termType === "Quad") return { t: "t", v: [term.subject, term.predicate, term.object].map(plainTerm) };
  if (term.language) return { t: "l", v: term.value, g: term.language };
  const datatype = term.datatype?.value;
  return datatype && datatype !== `${XSD}string`
    ? { t: "l", v: term.value, d: datatype }
    : { t: "l", v: term.value };
}

/** A binding of SPARQL 1.1 Query Results JSON as a plain term. */
export function boundTerm(binding) {
  if (!binding) return null;
  if (binding.type === "uri") return { t: "i", v: binding.value };
  if (binding.type === "bnode") return { t: "b", v: binding.value };
  if (binding.type === "triple") {
    const { subject, predicate, object } = binding.value;
    return { t: "t", v: [subject, predicate, object].map(boundTerm) };
  }
  if (binding["xml:lang"]) return { t: "l", v: binding.value, g: binding["xml:lang"] };
  return binding.datatype && binding.datatype !== `${XSD}string`
    ? { t: "l", v: binding.value, d: binding.datatype }
    : { t: "l", v: binding.value };
}

const ESCAPES = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A term as N-Triples and Turtle write it. */
export function written(term) {
  if (term.t === "i") return `<${term.v.replace(/[\u0000-\u0020<>"{}|^`\\]/g, escaped)}>`;
  if (term.t === "b") return `_:${term.v}`;
  if (term.t === "t") return `<<( ${term.v.map(written).join(" ")} )>>`;
  const words = term.v.replace(/[\\"\n\r\t]/g, (char) => ESCAPES[char]);
  const text = `"${words.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, escaped)}"`;
  if (term.g) return `${text}@${term.g}`;
  return term.d ? `${text}^^<${term.d}>` : text;
}

const escaped = (char) => `\\u${char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

/** A literal of somebody's own words for a query: nothing in it can end it, in any engine. */
export function safeLiteral(words, datatype) {
  const body = Array.from(words, (char) =>
    /[\p{L}\p{N} ._+-]/u.test(char)
      ? char
      : `\\U${char.codePointAt(0).toString(16).toUpperCase().padStart(8, "0")}`,
  ).join("");
  return datatype ? `"${body}"^^<${datatype}>` : `"${body}"`;
}

/** An IRI as `<…>` where it is one that a query may hold, else null. */
export function safeIri(iri) {
  return /^[A-Za-z][A-Za-z0-9+.-]*:[^\u0000-\u0020<>"{}|^`\\]*$/.test(iri) ? `<${iri}>` : null;
}

const BASE =
  "A-Za-z0-9_\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff" +
  "\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}";
const LOCAL = new RegExp(`^[${BASE}](?:[${BASE}-]*[${BASE}])?$`, "u");

/** Shortens IRIs by prefixes, the longest namespace first. */
export class Prefixes {
  constructor(prefixes) {
    this.all = Object.entries(prefixes).sort((a, b) => b[1].length - a[1].length);
  }

  short(iri) {
    for (const [prefix, namespace] of this.all) {
      if (iri.startsWith(namespace) && LOCAL.test(iri.slice(namespace.length))) {
        return `${prefix}:${iri.slice(namespace.length)}`;
      }
    }
    return null;
  }

  long(name) {
    const [, prefix, local] = /^([\w-]+):(.+)$/u.exec(name) ?? [];
    const found = this.all.find(([known]) => known === prefix);
    return found ? found[1] + local : null;
  }
}
