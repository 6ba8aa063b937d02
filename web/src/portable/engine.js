// The graph: Oxigraph's store with what a reader asks of it. Runs in a worker; knows no page.

import initEngine, * as oxigraph from "oxigraph/web.js";
import { leftToRight } from "./arithmetic.js";
import { Cards } from "./cards.js";
import { factsOf } from "./facts.js";
import { STANDARD } from "./standard.js";
import { ABOUT, boundTerm, DCTERMS, KG, LOCN, plainTerm, Prefixes, RDF, RDFS, SCHEMA, SKOS, written } from "./terms.js";
import { Witnesses } from "./witnesses.js";

const LABELS = [
  `${RDFS}label`,
  `${SKOS}prefLabel`,
  `${SKOS}altLabel`,
  `${DCTERMS}title`,
  "http://xmlns.com/foaf/0.1/name",
  `${SCHEMA}name`,
];
const FULL_ADDRESS = `${LOCN}fullAddress`;
const SUBCLASS = `${RDFS}subClassOf`;
const MOST_CACHED = 50_000;
const NEAR = 200;

export class Engine {
  static async open(wasm, data, back) {
    await initEngine({ module_or_path: wasm });
    return new Engine(data, back);
  }

  constructor(data, back) {
    this.back = back;
    this.store = new oxigraph.Store();
    this.store.load(data, { format: "application/n-quads", lenient: true, no_transaction: true });
    this.default = oxigraph.defaultGraph();
    this.prefixes = new Prefixes(back.prefixes);
    this.terms = new Map();
    this.labels = new Map();
    this.seen = new Map();
    this.inferredGraph = back.graphs.inferred ?? null;
    this.context = new Set(back.context);
    this.witnesses = new Witnesses(this);
    this.cards = new Cards(this);
  }

  // --- terms and triples ---

  iri(value) {
    return this.#kept(`<${value}>`, () => oxigraph.namedNode(value));
  }

  literal(value, language, datatype) {
    const key = `"${value}"${language ? `@${language}` : `^^${datatype ?? ""}`}`;
    return this.#kept(key, () =>
      language
        ? oxigraph.literal(value, language)
        : oxigraph.literal(value, datatype ? oxigraph.namedNode(datatype) : undefined),
    );
  }

  term(plain) {
    if (plain.t === "i") return this.iri(plain.v);
    if (plain.t === "b") return this.#kept(`_:${plain.v}`, () => oxigraph.blankNode(plain.v));
    if (plain.t === "t") return oxigraph.triple(...plain.v.map((part) => this.term(part)));
    return this.literal(plain.v, plain.g ?? null, plain.d ?? null);
  }

  #kept(key, make) {
    let term = this.terms.get(key);
    if (!term) {
      if (this.terms.size > MOST_CACHED) this.terms.clear();
      term = make();
      this.terms.set(key, term);
    }
    return term;
  }

  /** A text that is equal for equal terms, as N-Triples writes them. */
  key(term) {
    return term ? term.toString() : "";
  }

  tripleKey({ subject, predicate, object }) {
    return `${this.key(subject)} ${this.key(predicate)} ${this.key(object)}`;
  }

  /** The quads of the default graph; `predicate` is an IRI as text, or null. */
  match(subject, predicate, object) {
    return this.#matched(subject, predicate, object, this.default, "");
  }

  /** The quads of every graph, each triple maybe several times. */
  everywhere(subject, predicate, object) {
    return this.#matched(subject, predicate, object, null, "*");
  }

  #matched(subject, predicate, object, graph, mark) {
    const key = `${mark}${this.key(subject)}|${predicate ?? ""}|${this.key(object)}`;
    let found = this.seen.get(key);
    if (!found) {
      if (this.seen.size > MOST_CACHED) this.seen.clear();
      const p = predicate === null ? null : this.iri(predicate);
      found = this.store.match(subject, p, object, graph);
      this.seen.set(key, found);
    }
    return found;
  }

  objects(subject, predicate) {
    if (subject.termType === "Literal") return [];
    const found = new Map();
    for (const { object } of this.everywhere(subject, predicate, null)) {
      found.set(this.key(object), object);
    }
    return [...found.keys()].sort(byText).map((key) => found.get(key));
  }

  isInferred(subject, predicate, object) {
    if (!this.inferredGraph) return false;
    return this.store.has(
      oxigraph.quad(subject, predicate, object, this.iri(this.inferredGraph)),
    );
  }

  // --- what things are called ---

  label(node, language) {
    if (node.termType !== "NamedNode") return null;
    const key = `${language} ${node.value}`;
    if (!this.labels.has(key)) {
      if (this.labels.size > MOST_CACHED) this.labels.clear();
      this.labels.set(key, this.#label(node, language));
    }
    return this.labels.get(key);
  }

  #label(node, language) {
    for (const predicate of LABELS) {
      const found = this.match(node, predicate, null)
        .map((quad) => quad.object)
        .filter((term) => term.termType === "Literal");
      if (found.length) {
        const far = (term) => (term.language ? 2 * (term.language.split("-")[0] !== language) : 1);
        found.sort((a, b) => far(a) - far(b) || byText(a.value, b.value));
        return found[0].value;
      }
    }
    return null;
  }

  /** What to call a term: its label, an address's words, a statement's kind and matter, its name. */
  name(term, language) {
    if (term.termType === "Literal") return term.value;
    if (term.termType !== "NamedNode") return written(plainTerm(term));
    return this.called(term, language) ?? this.prefixes.short(term.value) ?? term.value;
  }

  called(node, language) {
    const label = this.label(node, language);
    if (label !== null) return label;
    const standard = STANDARD.get(node.value);
    if (standard) return standard[language === "zh" ? 0 : 1];
    const [address] = this.match(node, FULL_ADDRESS, null);
    if (address) return address.object.value;
    for (const predicate of ABOUT) {
      for (const { object } of this.match(node, predicate, null)) {
        const what = this.label(object, language);
        const kind = this.classOf(node);
        const name = kind && this.label(kind, language);
        if (what && name) return language === "zh" ? `${name}：${what}` : `${name}: ${what}`;
      }
    }
    return null;
  }

  /** The class of a node that says most: one that is no superclass of another. */
  classOf(node) {
    const [narrow] = this.narrowest(
      this.match(node, `${RDF}type`, null)
        .map((quad) => quad.object)
        .filter((term) => term.termType === "NamedNode"),
    );
    return narrow ?? null;
  }

  narrowest(classes) {
    const above = new Set();
    for (const class_ of classes) {
      for (const upper of this.uppers(class_.value, SUBCLASS)) {
        if (!this.uppers(upper, SUBCLASS).has(class_.value)) above.add(upper);
      }
    }
    return classes
      .filter((class_) => !above.has(class_.value))
      .sort(
        (a, b) => b.value.startsWith(KG) - a.value.startsWith(KG) || byText(a.value, b.value),
      );
  }

  uppers(iri, relation) {
    const found = new Set();
    const waiting = [iri];
    while (waiting.length) {
      for (const { object } of this.match(this.iri(waiting.pop()), relation, null)) {
        if (object.termType === "NamedNode" && !found.has(object.value)) {
          found.add(object.value);
          waiting.push(object.value);
        }
      }
    }
    found.delete(iri);
    return found;
  }

  // --- questions ---

  /** What a query gives; its rows as plain terms, and what their IRIs are called. */
  ask({ text, language }) {
    const form = formOf(text);
    if (form === "ASK") return { form, value: this.#run(text) };
    if (form !== "SELECT") {
      const quads = this.#run(text);
      const seen = new Map(quads.map((quad) => [this.tripleKey(quad), quad]));
      const rows = [...seen.keys()].sort(byText).map((key) => {
        const { subject, predicate, object } = seen.get(key);
        return [subject, predicate, object].map(plainTerm);
      });
      const vars = ["subject", "predicate", "object"];
      return { form, vars, rows, labels: this.#labelsOf(rows, language) };
    }
    const { head, results } = this.#select(text);
    const vars = inOrder(head.vars, text);
    const rows = results.bindings.map((row) => vars.map((name) => boundTerm(row[name])));
    return { form, vars, rows, labels: this.#labelsOf(rows, language) };
  }

  #labelsOf(rows, language) {
    const labels = {};
    for (const row of rows) {
      for (const term of row) {
        if (term?.t === "i" && !(term.v in labels)) {
          const label = this.called(this.iri(term.v), language);
          if (label !== null) labels[term.v] = label;
        }
      }
    }
    return labels;
  }

  /** Labels of IRIs in a language. */
  labelsIn({ iris, language }) {
    return this.#labelsOf([iris.map((v) => ({ t: "i", v }))], language);
  }

  /** How many solutions each of some texts has. */
  count({ texts }) {
    return texts.map((text) => this.#select(text).results.bindings.length);
  }

  /** The variables of a SELECT, and its first solutions as terms by variable. */
  matches(text, most) {
    const { head, results } = this.#select(text);
    const matches = results.bindings.slice(0, most).map((row) => {
      const env = new Map();
      for (const name of head.vars) {
        const term = boundTerm(row[name]);
        if (term) env.set(name, this.term(term));
      }
      return env;
    });
    return { names: head.vars, matches };
  }

  /** For rows of a stored query the places of the reports that support each, and contributions. */
  support({ name, terms, vars, rows, language }) {
    const plan = this.back.plans[name];
    if (!plan) return rows.map(() => ({ places: [], more: 0, contributions: [] }));
    const solutions = rows.map(
      (row) => new Map(vars.map((variable, at) => [variable, row[at] && this.term(row[at])])),
    );
    return factsOf(this, plan, terms, solutions).map((triples) =>
      this.witnesses.support([...triples.values()], language),
    );
  }

  /** The things of a class that have to do with a thing, by themselves or by a statement. */
  near({ iri, kind, language }) {
    const text = `SELECT DISTINCT ?s { { ?s ?p <${iri}> } UNION { ?t ?q <${iri}> ; <${ABOUT[0]}> ?s }
      ?s a <${kind}> } ORDER BY ?s LIMIT ${NEAR}`;
    return this.#select(text).results.bindings.map(({ s }) => ({
      ...boundTerm(s),
      name: this.name(this.iri(s.value), language),
    }));
  }

  card({ iri, language }) {
    return this.cards.card(this.iri(iri), language);
  }

  /** The triples with these subjects, and of the statements about them, as plain terms. */
  described({ iris }) {
    const subjects = new Map(iris.map((iri) => [iri, this.iri(iri)]));
    for (const iri of iris) {
      for (const predicate of ABOUT) {
        for (const { subject } of this.match(null, predicate, this.iri(iri))) {
          subjects.set(subject.value, subject);
        }
      }
    }
    return [...subjects.values()].flatMap((subject) =>
      this.match(subject, null, null).map((quad) =>
        [quad.subject, quad.predicate, quad.object].map(plainTerm),
      ),
    );
  }

  #select(text) {
    return JSON.parse(this.#run(text, { results_format: "json" }));
  }

  /** Run a query. An error tells the place in the text as it was asked, without our brackets. */
  #run(text, options) {
    const prologue = this.#prologue(text);
    const full = prologue + leftToRight(text);
    try {
      return this.store.query(full, options);
    } catch (error) {
      const asked = prologue + text;
      if (asked !== full && /error at/.test(error.message)) this.store.query(asked, options);
      throw error;
    }
  }

  /** The prefixes that a text does not declare; they go before its first line, so lines stay. */
  #prologue(text) {
    const own = new Set(
      [...text.matchAll(/\bprefix\s+([^\s:]*):/giu)].map(([, prefix]) => prefix),
    );
    return Object.entries(this.back.prefixes)
      .filter(([prefix]) => !own.has(prefix))
      .map(([prefix, namespace]) => `PREFIX ${prefix}: <${namespace}> `)
      .join("");
  }

  /** How many characters stand before a text's first line when it is asked. */
  shift({ text }) {
    return this.#prologue(text).length;
  }
}

export const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

const BLANKED = /<[^<>"{}|^`\\\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*/g;

export function formOf(text) {
  const words = text.replace(BLANKED, " ").match(/\b(select|ask|construct|describe)\b/i);
  return words ? words[1].toUpperCase() : "SELECT";
}

/** The variables of `SELECT *` in the order of the text; an engine gives them in any. */
function inOrder(vars, text) {
  if (!/select\s+(?:distinct\s+|reduced\s+)?\*/i.test(text)) return vars;
  const place = (name) => {
    const found = text.search(new RegExp(`[?$]${name}(?![\\p{L}\\p{N}_])`, "u"));
    return found < 0 ? text.length : found;
  };
  return [...vars].sort((a, b) => place(a) - place(b));
}

