// One thing: what is said of it, what is stated about it, what points at it; evidence a click away.

import { between, h } from "../dom.js";
import { iriOf } from "../fields.js";
import { turtleOf } from "../files.js";
import { entityLink, sparqlLink } from "../links.js";
import { button, copyButton, download, fileName, foldedEvidence, shownIri, shownTerm } from "../parts.js";
import { KG, RDF } from "../terms.js";

export async function entity(page, { rest, set, signal }) {
  const { t, language, marks } = page.words;
  const iri = iriOf(page, rest) ?? rest;
  const known = page.names.byIri.get(iri);
  set(known?.name ?? iri, h("h1", {}, known?.name ?? iri), h("p", { class: "busy" }, t("opening")));
  let card;
  try {
    card = await page.client.ask("card", { iri, language }, { seconds: 30, signal });
  } catch (error) {
    if (signal.aborted) return;
    set(iri, h("h1", {}, iri), h("p", { class: "error" }, t("wrong", { x: error.message })));
    return;
  }
  if (signal.aborted) return;
  const empty =
    !card.facts.length && !card.incoming.length && !card.statements.length && !card.labels.length && !card.uses;
  set(
    card.name,
    h("h1", {}, card.name),
    h(
      "div",
      { class: "kinds" },
      card.classes.map((item) => h("a", { class: "kind", href: entityLink(item.v) }, item.name)),
      card.superclasses.length
        ? h(
            "small",
            {},
            ` ${t("also")} `,
            between(marks.list, card.superclasses.map((item) => h("a", { href: entityLink(item.v) }, item.name))),
          )
        : null,
      " ",
      foldedEvidence(page, card.said),
    ),
    h(
      "p",
      { class: "names" },
      between(" · ", otherNames(card).map(({ v, g }) => h("span", g ? { lang: g } : {}, v))),
    ),
    card.withdrawn || card.replacedBy.length
      ? h(
          "p",
          { class: "error" },
          t("withdrawn"),
          card.replacedBy.length
            ? [" ", t("replaced"), " ", card.replacedBy.map((item) => shownTerm(page, item, item.name))]
            : null,
        )
      : null,
    h("p", { class: "iri" }, card.short ? [h("code", {}, card.short), " "] : null, shownIri(card.iri)),
    h(
      "div",
      { class: "bar" },
      button(t("turtle"), async () => {
        const triples = await page.client.ask("described", { iris: [card.iri] });
        download(page, `${fileName(card.name)}.ttl`, "text/turtle;charset=utf-8", turtleOf(triples, page.front.prefixes));
      }),
      button(t("print"), () => print()),
      copyButton(page, t("link"), () => location.href),
    ),
    empty ? h("p", {}, t("nothing_said")) : null,
    card.uses ? h("p", {}, t("uses", { n: page.words.number(card.uses) })) : null,
    card.facts.length
      ? [
          h("h2", {}, t("facts")),
          h("dl", { class: "facts" }, grouped(card.facts).map((group) => factRow(page, group))),
        ]
      : null,
    card.statements.length
      ? [h("h2", {}, t("statements")), card.statements.map((group) => statementTable(page, group))]
      : null,
    card.incoming.length
      ? [
          h("h2", {}, t("incoming")),
          h("dl", { class: "facts" }, card.incoming.map((item) => incomingRow(page, card, item))),
        ]
      : null,
  );
}

/** Labels and aliases but the one in the heading. */
function otherNames(card) {
  const seen = new Set([card.name]);
  return [...card.labels, ...card.aliases].filter(({ v }) => !seen.has(v) && seen.add(v));
}

function grouped(facts) {
  const groups = new Map();
  for (const fact of facts) {
    const key = fact.property.v;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(fact);
  }
  return [...groups.values()];
}

function factRow(page, facts) {
  const { property } = facts[0];
  return [
    h("dt", {}, shownTerm(page, property, property.name)),
    h(
      "dd",
      {},
      facts.map((fact) =>
        h(
          "div",
          { class: fact.inferred ? "fact inferred" : "fact" },
          shownTerm(page, fact.object, fact.object.name),
          " ",
          foldedEvidence(page, fact),
        ),
      ),
    ),
  ];
}

function statementTable(page, { kind, items }) {
  const { t } = page.words;
  const properties = new Map();
  const hidden = new Set([`${KG}area`]);
  for (const item of items) {
    for (const fact of item.facts) {
      if (!fact.inferred && !hidden.has(fact.property.v)) properties.set(fact.property.v, fact.property);
    }
  }
  const columns = [...properties.values()];
  const title = kind?.name ?? t("statements");
  return h(
    "div",
    { class: "result" },
    h("h3", {}, kind ? shownTerm(page, kind, kind.name) : title),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
      h(
        "table",
        {},
        h("caption", { class: "sr" }, title),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            h("th", { scope: "col" }, t("period")),
            columns.map((property) => h("th", { scope: "col" }, property.name)),
            h("th", { scope: "col" }, t("evidence")),
          ),
        ),
        h(
          "tbody",
          {},
          items.map((item) =>
            h(
              "tr",
              {},
              h("td", { "data-label": t("period") }, item.period ? shownTerm(page, item.period, item.period.name) : null),
              columns.map((property) =>
                h(
                  "td",
                  { "data-label": property.name },
                  cell(page, item.facts.filter((fact) => fact.property.v === property.v)),
                ),
              ),
              h("td", { class: "tools" }, foldedEvidence(page, item)),
            ),
          ),
        ),
      ),
    ),
  );
}

/** One element: on a narrow screen it stands beside the name of its column. */
function cell(page, facts) {
  if (!facts.length) return null;
  const { marks } = page.words;
  return h("span", {}, between(marks.list, facts.map(({ object }) => shownTerm(page, object, object.name))));
}

function incomingRow(page, card, { property, count, first }) {
  const { t, number, marks } = page.words;
  const all = `SELECT ?thing WHERE { ?thing <${property.v}> <${card.iri}> }\nORDER BY ?thing`;
  return [
    h(
      "dt",
      {},
      property.v === `${RDF}type` ? t("instances") : shownTerm(page, property, property.name),
      " ",
      h("small", {}, number(count)),
    ),
    h(
      "dd",
      { class: "many" },
      between(marks.list, first.map((item) => shownTerm(page, item, item.name))),
      count > first.length
        ? [" ", h("a", { href: sparqlLink(all) }, t("count_more", { n: number(count) }))]
        : null,
    ),
  ];
}
