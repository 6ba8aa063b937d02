// What a search finds: things, questions, and terms of the ontology.

import { h } from "../dom.js";
import { classIri, entityLink, queryLink } from "../links.js";

const LISTED = 100;
const SECONDS = 30;

export async function found(page, { rest, set, signal }) {
  const { t, pick, language, marks } = page.words;
  const hits = page.names.search(rest, { limit: 2 * LISTED });
  const things = hits.filter(({ record }) => !record.apart).slice(0, LISTED);
  const terms = hits.filter(({ record }) => record.apart).slice(0, LISTED);
  const questions = page.questionsWith(rest);
  const listed = (items) =>
    h(
      "ul",
      { class: "found" },
      items.map(({ record }) =>
        h(
          "li",
          {},
          h("a", { href: entityLink(record.iri) }, record.name),
          " ",
          h(
            "small",
            {},
            [page.names.kind(record, language), record.qualifier, record.names.slice(1, 3).join(marks.list)]
              .filter(Boolean)
              .join(" · "),
          ),
        ),
      ),
    );
  const classes = page.names.classesCalled(rest);
  const related = things.length ? [] : await relatedTo(page, rest);
  if (signal.aborted) return;
  const near = things.length || classes.length || related.length ? [] : (page.names.resolve(rest).near ?? []);
  const members = related.reduce((sum, { items }) => sum + items.length, 0);
  const count = things.length + classes.length + terms.length + questions.length + members;
  page.say(count ? t("search_found", { n: count }) : t("no_match", { x: rest }));
  set(
    `${t("search")} ${rest}`,
    h("h1", {}, `${t("search")}${marks.colon}${rest}`),
    count ? null : h("p", {}, t("no_match", { x: rest })),
    classes.length
      ? h("p", { class: "samples" }, classes.map((name) => h("a", { class: "kind", href: entityLink(classIri(page, name)) }, pick(page.names.classNames.get(name)))))
      : null,
    near.length ? [h("h2", {}, t("near")), listed(near.map((record) => ({ record })))] : null,
    things.length ? [h("h2", {}, t("things")), listed(things)] : null,
    related.map(({ kind, thing, items }) => [
      h("h2", {}, t("related", { x: thing.name, kind: pick(page.names.classNames.get(kind)) })),
      h("ul", { class: "found" }, items.map((item) => h("li", {}, h("a", { href: entityLink(item.v) }, item.name)))),
    ]),
    questions.length
      ? [
          h("h2", {}, t("questions")),
          h(
            "ul",
            { class: "found" },
            questions.map((item) => h("li", {}, h("a", { href: queryLink(item.name) }, pick(item.title)))),
          ),
        ]
      : null,
    terms.length ? [h("h2", {}, t("terms_too")), listed(terms)] : null,
  );
}

/** What has to do with a thing, where a text names it beside a class. */
async function relatedTo(page, text) {
  const { language } = page.words;
  const beside = page.names.beside(text);
  if (!beside) return [];
  const pairs = beside.classes.flatMap((kind) => beside.things.map((thing) => ({ kind, thing })));
  const found = await Promise.all(
    pairs.map(({ kind, thing }) =>
      page.client.ask("near", { iri: thing.iri, kind: classIri(page, kind), language }, { seconds: SECONDS }),
    ),
  );
  const met = new Set();
  return pairs
    .map((pair, at) => ({ ...pair, items: found[at] }))
    .filter(({ items }) => {
      const isNew = items.some(({ v }) => !met.has(v)); // a road has no more than its street
      for (const { v } of items) met.add(v);
      return isNew;
    });
}
