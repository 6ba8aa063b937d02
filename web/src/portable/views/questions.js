// All stored queries, by what kind of question they are.

import { h, replace } from "../dom.js";
import { queryLink } from "../links.js";
import { TAGS } from "../words.js";

export async function questions(page, { set }) {
  const { t, pick } = page.words;
  const list = h("div");
  const status = h("output", { "aria-live": "polite" });
  const fill = (text) => {
    const found = page.questionsWith(text);
    const groups = new Map();
    for (const item of found) {
      const kind = Object.keys(TAGS).find((tag) => item.tags.includes(tag)) ?? "";
      if (!groups.has(kind)) groups.set(kind, []);
      groups.get(kind).push(item);
    }
    const kinds = [...Object.keys(TAGS), ""].filter((kind) => groups.has(kind));
    replace(status, text ? t("shown_of", { n: found.length, m: page.front.queries.length }) : "");
    replace(
      list,
      kinds.map((kind) => [
        h("h2", {}, kind ? pick(TAGS[kind]) : "…"),
        h(
          "ul",
          { class: "questions" },
          groups.get(kind).map((item) =>
            h(
              "li",
              {},
              h("a", { href: queryLink(item.name) }, pick(item.title)),
              item.answers ? null : h("small", {}, ` ${t("no_answers")}`),
              h("p", {}, pick(item.description)),
            ),
          ),
        ),
      ]),
    );
  };
  fill("");
  set(
    t("questions"),
    h("h1", {}, t("questions")),
    h(
      "p",
      { class: "filter" },
      h("label", { for: "filter" }, t("filter")),
      " ",
      h("input", {
        id: "filter",
        type: "search",
        placeholder: t("filter_hint"),
        oninput: (event) => fill(event.target.value),
      }),
      " ",
      status,
    ),
    list,
  );
}
