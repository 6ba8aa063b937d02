// What a search finds: things, questions, and terms of the ontology.

import { h } from "../dom.js";
import { entityLink, queryLink } from "../links.js";

const LISTED = 100;

export async function found(page, { rest, set }) {
  const { t, pick, language } = page.words;
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
            [page.names.kind(record, language), record.qualifier, record.names.slice(1, 3).join("、")]
              .filter(Boolean)
              .join(" · "),
          ),
        ),
      ),
    );
  const count = things.length + terms.length + questions.length;
  page.say(count ? t("search_found", { n: count }) : t("no_match", { x: rest }));
  set(
    `${t("search")} ${rest}`,
    h("h1", {}, `${t("search")}${language === "zh" ? "：" : ": "}${rest}`),
    count ? null : h("p", {}, t("no_match", { x: rest })),
    things.length ? [h("h2", {}, t("things")), listed(things)] : null,
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
