// Who says so: the port of `kg_builder.asking.evidence` and `.support`.

import { DCTERMS, KG, PROV, RDF, RDFS } from "./terms.js";

const OA = "http://www.w3.org/ns/oa#";
const MOST_KEPT = 20_000;

const value = (terms) => terms.find((term) => term.termType === "Literal")?.value ?? null;

export class Witnesses {
  constructor(graph) {
    this.graph = graph;
    this.facts = new Map();
    this.passages = new Map();
    this.batches = graph.back.base ? `${graph.back.base}graph/contribution/` : null;
    this.proofs = this.#readProofs(graph.back);
  }

  #readProofs({ terms, proofs, rules }) {
    const found = new Map();
    for (const [s, p, o, rule, target, operands, leaves] of proofs) {
      found.set(`${terms[s]} ${terms[p]} ${terms[o]}`, {
        rule: rules[rule],
        target: terms[target],
        operands: operands.map((number) => terms[number]),
        leaves: Array.from({ length: leaves.length / 3 }, (_, at) =>
          leaves.slice(3 * at, 3 * at + 3).map((number) => terms[number]),
        ),
      });
    }
    return found;
  }

  /** The passages that say a triple: [{report, line, column, path, quote, readings, …}]. */
  of(subject, predicate, object) {
    return this.#said(this.graph.key(subject), this.graph.key(predicate), this.graph.key(object));
  }

  #said(subject, predicate, object) {
    const fact = this.#factsAbout(subject).get(`${predicate} ${object}`);
    return fact ? this.#testimony(fact) : [];
  }

  #factsAbout(subject) {
    if (!this.facts.has(subject)) {
      if (this.facts.size > MOST_KEPT) this.facts.clear();
      this.facts.set(subject, this.#readFacts(subject));
    }
    return this.facts.get(subject);
  }

  #readFacts(subject) {
    const found = new Map();
    if (!subject.startsWith("<")) return found;
    const node = this.graph.iri(subject.slice(1, -1));
    for (const { subject: fact } of this.graph.everywhere(null, `${RDF}subject`, node)) {
      for (const predicate of this.graph.objects(fact, `${RDF}predicate`)) {
        for (const object of this.graph.objects(fact, `${RDF}object`)) {
          found.set(`${this.graph.key(predicate)} ${this.graph.key(object)}`, fact);
        }
      }
    }
    return found;
  }

  #testimony(fact) {
    const { graph } = this;
    const readings = graph.objects(fact, `${KG}reading`).map((term) => term.value);
    const decisions = graph.objects(fact, `${KG}decision`).map((term) => this.#ruling(term));
    return graph
      .objects(fact, `${PROV}wasQuotedFrom`)
      .map((node) => this.#passage(node))
      .filter(Boolean)
      .map((passage) => ({ ...passage, readings, decisions }))
      .sort(inOrder);
  }

  #ruling(node) {
    const first = (iri) => value(this.graph.objects(node, iri));
    return {
      action: first(`${KG}action`) ?? "",
      by: first(`${KG}decidedBy`) ?? "",
      date: first(`${DCTERMS}date`),
      why: first(`${KG}reason`),
    };
  }

  #passage(node) {
    if (!this.passages.has(node.value)) {
      if (this.passages.size > MOST_KEPT) this.passages.clear();
      this.passages.set(node.value, this.#readPassage(node));
    }
    return this.passages.get(node.value);
  }

  #readPassage(node) {
    const { graph } = this;
    const line = value(graph.objects(node, `${KG}line`));
    if (line === null) return null;
    const [report] = graph.objects(node, `${OA}hasSource`);
    return {
      report: report?.value ?? "",
      line: Number(line),
      column: Number(value(graph.objects(node, `${KG}column`)) ?? 1),
      path: value(graph.objects(node, `${KG}path`)),
      quote: graph.back.quotes[node.value] ?? null,
    };
  }

  /** The contributions that say a triple. */
  contributions(subject, predicate, object) {
    if (!this.batches) return [];
    return this.graph
      .everywhere(subject, predicate.value, object)
      .map((quad) => quad.graph)
      .filter((name) => name.value.startsWith(this.batches))
      .map((name) => this.#contribution(name));
  }

  #contribution(node) {
    const { graph } = this;
    const [agent] = graph.objects(node, `${PROV}wasAttributedTo`);
    return {
      number: Number(value(graph.objects(node, `${DCTERMS}identifier`)) ?? 0),
      by: agent ? (value(graph.objects(agent, `${RDFS}label`)) ?? "") : "",
      when: value(graph.objects(node, `${PROV}generatedAtTime`)) ?? "",
      source: value(graph.objects(node, `${DCTERMS}source`)) ?? "",
    };
  }

  /** Why an inferred triple holds: the rule in words, and what it rests on. */
  reason(subject, predicate, object, language) {
    const { graph } = this;
    const proof = this.proofs.get(graph.tripleKey({ subject, predicate, object }));
    if (!proof) return null;
    const name = (key) => graph.name(this.#parsed(key), language);
    const steps = proof.operands.map(name).join(language === "zh" ? "的" : " › ");
    const words = proof.rule[language === "zh" ? 0 : 1]
      .replaceAll("{steps}", steps)
      .replaceAll("{target}", name(proof.target))
      .replaceAll("{0}", proof.operands.length ? name(proof.operands[0]) : "");
    const rests = proof.leaves.map((leaf) => ({
      words: leaf.map(name),
      places: this.#said(...leaf),
    }));
    return { words, rests };
  }

  #parsed(key) {
    if (key.startsWith("<")) return this.graph.iri(key.slice(1, -1));
    const [, words] = /^"(.*)"/s.exec(key) ?? [null, key];
    return { termType: "Literal", value: words };
  }

  /** The places that support some triples, in the reports' order, and the contributions. */
  support(triples, language) {
    const { graph } = this;
    const telling = triples.filter(({ predicate }) => !graph.context.has(predicate.value));
    const passages = new Map();
    const brought = new Map();
    for (const { subject, predicate, object } of telling.length ? telling : triples) {
      let said = this.of(subject, predicate, object);
      let others = this.contributions(subject, predicate, object);
      if (!said.length && !others.length) {
        const proof = this.proofs.get(graph.tripleKey({ subject, predicate, object }));
        const leaves = proof?.leaves ?? [];
        said = leaves.flatMap((leaf) => this.#said(...leaf));
        others = leaves.flatMap(([s, p, o]) =>
          s.startsWith("<") && o.startsWith("<")
            ? this.contributions(this.#parsed(s), this.#parsed(p), this.#parsed(o))
            : [],
        );
      }
      for (const place of said) {
        const { report, line, column, path, quote } = place;
        passages.set(JSON.stringify([report, line, column, path, quote]), place);
      }
      for (const item of others) brought.set(item.number, item);
    }
    const places = [...passages.values()].sort(inOrder);
    const most = graph.back.places;
    return {
      places: places.slice(0, most).map((place) => this.named(place, language)),
      more: Math.max(0, places.length - most),
      contributions: [...brought.values()].sort((a, b) => a.number - b.number),
    };
  }

  named(place, language) {
    const { graph } = this;
    const report = place.report ? graph.name(graph.iri(place.report), language) : "";
    const readings = place.readings.map((iri) => graph.name(graph.iri(iri), language));
    return { ...place, reportName: report, readings };
  }
}

function inOrder(a, b) {
  return (
    (a.report < b.report ? -1 : a.report > b.report ? 1 : 0) ||
    a.line - b.line ||
    a.column - b.column
  );
}
