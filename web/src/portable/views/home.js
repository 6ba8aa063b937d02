// The first page: what can be searched and asked, before anybody has typed.

import { h } from "../dom.js";
import { entityLink, queryLink, searchLink } from "../links.js";

const ASKED_FIRST = [
  ...["canteens_of_street", "policies_of_industry", "headline_figures", "investment_by_category"],
  ...["industries_by_tier", "measures_by_theme", "education_groups", "things_with_status"],
];
const CLASSES = [
  ...["Canteen", "Street", "Industry", "Policy", "Platform", "Project", "School", "EducationGroup"],
  ...["Park", "Company", "Institution", "Indicator", "ReformMeasure", "Event", "Fund", "Road"],
];

export async function home(page, { set }) {
  const { t, pick, language, number } = page.words;
  const { front, names } = page;
  const chosen = ASKED_FIRST.filter((name) => page.queries.has(name));
  const rest = front.queries.map((item) => item.name).filter((name) => !chosen.includes(name));
  const first = [...chosen, ...rest].slice(0, 8).map((name) => page.queries.get(name));
  const sizes = new Map();
  for (const record of names.records) {
    if (!record.apart && record.classes[0]) {
      sizes.set(record.classes[0], (sizes.get(record.classes[0]) ?? 0) + 1);
    }
  }
  const classes = [...sizes.keys()].sort((a, b) => {
    const rank = (name) => (CLASSES.includes(name) ? CLASSES.indexOf(name) : CLASSES.length);
    return rank(a) - rank(b) || sizes.get(b) - sizes.get(a) || (a < b ? -1 : 1);
  });
  const samples = ["Canteen", "Industry", "Policy", "Platform", "School"]
    .map((name) => names.records.find((record) => !record.apart && record.classes[0] === name))
    .filter(Boolean);
  const classLink = (name) => {
    const iri = page.prefixes.long(`kg:${name}`) ?? name;
    return entityLink(iri);
  };
  set(
    "",
    h("h1", {}, pick(page.titles)),
    h("p", { class: "lead" }, t("lead")),
    samples.length
      ? h(
          "p",
          { class: "samples" },
          `${t("try_search")}${language === "zh" ? "：" : ": "}`,
          samples.map((record, at) => [
            at ? " · " : null,
            h("a", { href: searchLink(record.name) }, record.name),
          ]),
        )
      : null,
    h(
      "section",
      { "aria-labelledby": "asked" },
      h("h2", { id: "asked" }, t("try_question")),
      h(
        "ul",
        { class: "cards" },
        first.map((item) =>
          h(
            "li",
            {},
            h(
              "a",
              { href: queryLink(item.name, item.examples.find((given) => Object.keys(given).length) ?? {}) },
              pick(item.title),
            ),
            h("small", {}, exampleWords(item)),
          ),
        ),
      ),
      h("p", {}, h("a", { href: "#questions" }, t("all_questions", { n: front.queries.length }))),
    ),
    h(
      "section",
      { "aria-labelledby": "browse" },
      h("h2", { id: "browse" }, t("browse")),
      h(
        "ul",
        { class: "classes" },
        classes.map((name) =>
          h(
            "li",
            {},
            h("a", { href: classLink(name) }, pick(names.classNames.get(name))),
            " ",
            h("small", {}, number(sizes.get(name))),
          ),
        ),
      ),
    ),
  );
}

function exampleWords(item) {
  const given = item.examples.find((example) => Object.keys(example).length);
  return given ? [...new Set(Object.values(given).flat())].join("、") : "";
}
