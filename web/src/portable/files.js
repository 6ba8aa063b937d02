// What is downloaded: CSV and JSON as the W3C has them for results, Turtle for triples.

import { Prefixes, RDF, written, XSD } from "./terms.js";

const field = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** SPARQL 1.1 Query Results CSV; `places` adds a column of evidence. */
export function csvOf({ vars, rows }, places = null, heading = "evidence") {
  const lines = [[...vars, ...(places ? [heading] : [])]];
  rows.forEach((row, at) => {
    const cells = row.map((term) => (term === null ? "" : "bt".includes(term.t) ? written(term) : term.v));
    if (places) cells.push(places[at] ?? "");
    lines.push(cells);
  });
  return lines.map((line) => `${line.map(field).join(",")}\r\n`).join("");
}

export function jsonOf({ vars, rows, value }) {
  if (value !== undefined) return JSON.stringify({ head: {}, boolean: value });
  const bindings = rows.map((row) =>
    Object.fromEntries(vars.map((name, at) => [name, binding(row[at])]).filter(([, term]) => term)),
  );
  return JSON.stringify({ head: { vars }, results: { bindings } }, null, 1);
}

function binding(term) {
  if (!term) return null;
  if (term.t === "i") return { type: "uri", value: term.v };
  if (term.t === "b") return { type: "bnode", value: term.v };
  if (term.t === "t") {
    const [subject, predicate, object] = term.v.map(binding);
    return { type: "triple", value: { subject, predicate, object } };
  }
  return {
    type: "literal",
    value: term.v,
    ...(term.g ? { "xml:lang": term.g } : {}),
    ...(term.d ? { datatype: term.d } : {}),
  };
}

/** Triples as Turtle, sorted, with the prefixes that they use. */
export function turtleOf(triples, prefixes) {
  const shorten = new Prefixes(prefixes);
  const used = new Set();
  const name = (term) => {
    if (term.t === "i") {
      const short = shorten.short(term.v);
      if (!short) return written(term);
      used.add(short.slice(0, short.indexOf(":")));
      return short;
    }
    if (term.t === "l" && term.d === `${XSD}integer` && /^[+-]?\d+$/.test(term.v)) return term.v;
    if (term.d) {
      const short = shorten.short(term.d);
      if (short) {
        used.add(short.slice(0, short.indexOf(":")));
        return `${written({ t: "l", v: term.v })}^^${short}`;
      }
    }
    return written(term);
  };
  const subjects = new Map();
  for (const triple of triples) {
    const [subject, predicate, object] = triple.map(name);
    if (!subjects.has(subject)) subjects.set(subject, new Map());
    const verb = triple[1].v === `${RDF}type` ? "a" : predicate;
    const objects = subjects.get(subject);
    if (!objects.has(verb)) objects.set(verb, new Set());
    objects.get(verb).add(object);
  }
  const blocks = [...subjects.keys()].sort().map((subject) => {
    const objects = subjects.get(subject);
    const verbs = [...objects.keys()].sort((a, b) => (b === "a") - (a === "a") || (a < b ? -1 : 1));
    const lines = verbs.map((verb) => `${verb} ${[...objects.get(verb)].sort().join(", ")}`);
    return `${subject} ${lines.join(" ;\n    ")} .\n`;
  });
  const head = [...used].sort().map((prefix) => `@prefix ${prefix}: <${prefixes[prefix]}> .\n`);
  return `${head.join("")}\n${blocks.join("\n")}`;
}
