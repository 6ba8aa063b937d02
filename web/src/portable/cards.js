// What there is to say of one thing: the port of `kg_builder.asking.show`.

import { ABOUT, DCTERMS, KG, OWL, plainTerm, RDF, RDFS, SKOS } from "./terms.js";

const NAMING = new Set([`${RDF}type`, `${RDFS}label`, `${SKOS}prefLabel`, `${SKOS}altLabel`]);
const TOLD_ELSEWHERE = new Set([
  ...NAMING,
  `${KG}hasStatement`,
  `${DCTERMS}isReplacedBy`,
  `${OWL}deprecated`,
  `${RDFS}isDefinedBy`,
]);
const OF_A_STATEMENT = new Set([...TOLD_ELSEWHERE, `${KG}period`, `${KG}statedIn`]);
const FIRST = [
  ...["indicator", "measure", "value", "unit", "verbatim", "status", "tier", "member"],
  ...["street", "address", "theme", "category", "listOrder"],
].map((name) => KG + name);
const CELLS = new Set([`${RDF}first`, `${RDF}rest`]);
const MANY = 5000;
const LISTED = 12;
const MEMBERS = 500;

export class Cards {
  constructor(graph) {
    this.graph = graph;
  }

  card(node, language) {
    const { graph } = this;
    const facts = this.#facts(node, language);
    const classes = facts
      .filter((said) => said.predicate === `${RDF}type` && said.node.termType === "NamedNode")
      .map((said) => said.node);
    const literals = (predicate) =>
      facts
        .filter((said) => said.predicate === predicate && said.node.termType === "Literal")
        .map((said) => plainTerm(said.node));
    const narrow = graph.narrowest(classes);
    const narrowIris = new Set(narrow.map((term) => term.value));
    return {
      iri: node.value,
      short: graph.prefixes.short(node.value),
      name: graph.name(node, language),
      labels: [...literals(`${RDFS}label`), ...literals(`${SKOS}prefLabel`)],
      aliases: literals(`${SKOS}altLabel`),
      classes: narrow.map((term) => this.#named(term, language)),
      superclasses: classes
        // those of other vocabularies have no label: they are for machines
        .filter((term) => !narrowIris.has(term.value) && graph.label(term, language) !== null)
        .map((term) => this.#named(term, language)),
      said: this.#sayers(node, facts.filter(({ predicate }) => NAMING.has(predicate)), language),
      withdrawn: facts.some((said) => said.predicate === `${OWL}deprecated`),
      replacedBy: facts
        .filter((said) => said.predicate === `${DCTERMS}isReplacedBy`)
        .map((said) => this.#named(said.node, language)),
      facts: this.#telling(facts, TOLD_ELSEWHERE, language).map((said) =>
        this.#told(node, said, language),
      ),
      statements: this.#statements(node, language),
      incoming: this.#incoming(node, language),
      uses: this.#uses(node),
    };
  }

  #named(term, language) {
    return { ...plainTerm(term), name: this.graph.name(term, language) };
  }

  #facts(node, language) {
    const { graph } = this;
    const order = (said) => {
      const rank = FIRST.indexOf(said.predicate);
      return rank < 0 ? FIRST.length : rank;
    };
    return graph
      .match(node, null, null)
      .slice(0, MANY)
      .map((quad) => {
        const inferred = graph.isInferred(node, quad.predicate, quad.object);
        return {
          predicate: quad.predicate.value,
          property: quad.predicate,
          node: quad.object,
          inferred,
          places: inferred ? [] : graph.witnesses.of(node, quad.predicate, quad.object),
        };
      })
      .map((said) => ({
        ...said,
        sort: [
          order(said),
          Number(said.inferred),
          graph.name(said.property, language),
          Math.min(...said.places.map(({ line, column }) => line * 1e5 + column), Infinity),
          graph.key(said.node),
        ],
      }))
      .sort((a, b) => compare(a.sort, b.sort));
  }

  #told(subject, said, language) {
    const { graph } = this;
    const { witnesses } = graph;
    return {
      property: this.#named(said.property, language),
      object: this.#named(said.node, language),
      inferred: said.inferred,
      reason: said.inferred
        ? this.#namedReason(witnesses.reason(subject, said.property, said.node, language), language)
        : null,
      places: said.places.map((place) => witnesses.named(place, language)),
      contributions: said.inferred
        ? []
        : witnesses.contributions(subject, said.property, said.node),
    };
  }

  #namedReason(reason, language) {
    if (!reason) return null;
    return {
      words: reason.words,
      rests: reason.rests.map(({ words, places }) => ({
        words,
        places: places.map((place) => this.graph.witnesses.named(place, language)),
      })),
    };
  }

  /** Who says some facts of a thing: the places, each once and in order, and contributions. */
  #sayers(node, facts, language) {
    const { witnesses } = this.graph;
    const places = new Map();
    const brought = new Map();
    for (const said of facts.filter(({ inferred }) => !inferred)) {
      for (const place of said.places) {
        places.set(JSON.stringify([place.report, place.line, place.column, place.path]), place);
      }
      for (const item of witnesses.contributions(node, said.property, said.node)) {
        brought.set(item.number, item);
      }
    }
    const sorted = [...places.values()].sort((a, b) =>
      compare([a.report, a.line, a.column], [b.report, b.line, b.column]),
    );
    return {
      places: sorted.map((place) => witnesses.named(place, language)),
      contributions: [...brought.values()],
    };
  }

  /** Leave out what is told elsewhere, in more general words, or in another language. */
  #telling(facts, others, language) {
    const byObject = new Map();
    const spoken = new Set();
    for (const said of facts) {
      const key = this.graph.key(said.node);
      if (!byObject.has(key)) byObject.set(key, new Set());
      byObject.get(key).add(said.predicate);
      if (said.node.language === language) spoken.add(said.predicate);
    }
    return facts.filter((said) => {
      if (others.has(said.predicate)) return false;
      const rivals = [...byObject.get(this.graph.key(said.node))];
      const isAbove = (rival) =>
        rival !== said.predicate && this.#above(rival).has(said.predicate);
      if (said.inferred && rivals.some(isAbove)) return false;
      const tag = said.node.language;
      return !(["zh", "en"].includes(tag) && tag !== language && spoken.has(said.predicate));
    });
  }

  #above(property) {
    return this.graph.uppers(property, `${RDFS}subPropertyOf`);
  }

  #statements(node, language) {
    const { graph } = this;
    const subjects = new Map();
    for (const predicate of ABOUT) {
      for (const { subject } of graph.match(null, predicate, node).slice(0, MANY)) {
        if (subject.termType === "NamedNode") subjects.set(subject.value, subject);
      }
    }
    const kinds = new Map();
    for (const subject of subjects.values()) {
      const stated = this.#stated(subject, node, language);
      if (!kinds.has(stated.kind?.v ?? "")) kinds.set(stated.kind?.v ?? "", []);
      kinds.get(stated.kind?.v ?? "").push(stated);
    }
    return [...kinds.keys()].sort().map((kind) => {
      const items = kinds.get(kind).sort((a, b) => compare(a.sort, b.sort));
      return { kind: items[0].kind, items };
    });
  }

  #stated(node, of, language) {
    const { graph } = this;
    const all = this.#facts(node, language);
    const facts = all.filter(
      (said) => !(ABOUT.includes(said.predicate) && said.node.value === of.value),
    );
    const first = (predicate) => facts.find((said) => said.predicate === predicate)?.node ?? null;
    const kind = graph.classOf(node);
    const period = first(`${KG}period`);
    const report = first(`${KG}statedIn`);
    const kinds = facts.filter(({ predicate }) => predicate === `${RDF}type`);
    const { places, contributions } = this.#sayers(node, kinds, language);
    const [earliest] = places;
    return {
      iri: node.value,
      kind: kind && this.#named(kind, language),
      period: period && this.#named(period, language),
      report: report && this.#named(report, language),
      facts: this.#telling(facts, OF_A_STATEMENT, language).map((said) =>
        this.#told(node, said, language),
      ),
      places,
      contributions,
      sort: [
        period ? graph.key(period) : "",
        report ? graph.key(report) : "",
        earliest ? earliest.line * 1e5 + earliest.column : 0,
        node.value,
      ],
    };
  }

  #incoming(node, language) {
    const { graph } = this;
    const found = new Map();
    for (const quad of graph.match(null, null, node)) {
      const predicate = quad.predicate.value;
      if (ABOUT.includes(predicate) || CELLS.has(predicate)) continue;
      if (!found.has(predicate)) found.set(predicate, []);
      found.get(predicate).push(quad.subject);
    }
    return [...found.keys()]
      .sort()
      .filter((predicate) => {
        const size = found.get(predicate).length;
        return ![...found.keys()].some(
          (other) =>
            other !== predicate &&
            found.get(other).length === size &&
            this.#above(other).has(predicate),
        );
      })
      .map((predicate) => {
        const subjects = found.get(predicate);
        const first = subjects.slice(0, MANY).map((term) => this.#named(term, language));
        first.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
        return {
          property: this.#named(graph.iri(predicate), language),
          count: subjects.length,
          first: first.slice(0, predicate === `${RDF}type` ? MEMBERS : LISTED),
        };
      });
  }

  #uses(node) {
    const text = `SELECT (COUNT(*) AS ?n) { ?s <${node.value}> ?o }`;
    const [row] = this.graph.store.query(text);
    return Number(row.get("n").value);
  }
}

function compare(one, other) {
  for (let at = 0; at < one.length; at += 1) {
    if (one[at] < other[at]) return -1;
    if (one[at] > other[at]) return 1;
  }
  return 0;
}
