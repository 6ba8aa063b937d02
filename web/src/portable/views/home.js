// The first page: what can be searched and asked, before anybody has typed.

import { between, h } from "../dom.js";
import { valueName } from "../fields.js";
import { classIri, entityLink, queryLink, searchLink } from "../links.js";

const ASKED_FIRST = [
  ...["canteens_of_street", "policies_of_industry", "headline_figures", "investment_by_category"],
  ...["industries_by_tier", "measures_by_theme", "education_groups", "things_with_status"],
];
const CLASSES = [
  ...["Canteen", "Street", "Industry", "Policy", "Platform", "Project", "School", "EducationGroup"],
  ...["Park", "Company", "Institution", "Indicator", "ReformMeasure", "Event", "Fund", "Road"],
];

export async function home(page, { set }) {
  const { t, pick, number, marks } = page.words;
  const { front, names } = page;
  const answering = page.asked.filter((item) => item.answers);
  const rank = (order, name) => (order.includes(name) ? order.indexOf(name) : order.length);
  const asked = answering
    .sort((a, b) => rank(ASKED_FIRST, a.name) - rank(ASKED_FIRST, b.name))
    .slice(0, 8)
    .map((item) => ({ item, given: item.examples.find((given) => Object.keys(given).length) ?? {} }));
  const { sizes } = names;
  const shown = new Set(names.records.filter((record) => !record.apart).map((record) => record.classes[0]));
  const classes = [...shown].filter((name) => sizes.get(name)).sort(
    (a, b) => rank(CLASSES, a) - rank(CLASSES, b) || sizes.get(b) - sizes.get(a) || (a < b ? -1 : 1),
  );
  const samples = ["Canteen", "Industry", "Policy", "Platform", "School"]
    .map((name) => names.records.find((record) => !record.apart && record.classes[0] === name))
    .filter(Boolean);
  set(
    "",
    h("h1", {}, pick(page.titles)),
    h("p", { class: "lead" }, t(front.reports.length ? "lead" : "lead_other")),
    samples.length
      ? h(
          "p",
          { class: "samples" },
          `${t("try_search")}${marks.colon}`,
          between(" · ", samples.map(({ name }) => h("a", { href: searchLink(name) }, name))),
        )
      : null,
    asked.length
      ? h(
          "section",
          { "aria-labelledby": "asked" },
          h("h2", { id: "asked" }, t("try_question")),
          h(
            "ul",
            { class: "cards" },
            asked.map(({ item, given }) =>
              h(
                "li",
                {},
                h("a", { href: queryLink(item.name, given) }, pick(item.title)),
                h("small", {}, givenWords(page, item, given)),
              ),
            ),
          ),
          h("p", {}, h("a", { href: "#questions" }, t("all_questions", { n: front.queries.length }))),
        )
      : null,
    classes.length
      ? h(
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
                h("a", { href: entityLink(classIri(page, name)) }, pick(names.classNames.get(name))),
                " ",
                h("small", {}, number(sizes.get(name))),
              ),
            ),
          ),
        )
      : others(page),
  );
}

/** The classes of RDF that is not of reports. */
function others({ front, words }) {
  const { t, number, language } = words;
  if (!front.others.length) return h("p", {}, t("no_things"));
  return h(
    "section",
    { "aria-labelledby": "browse" },
    h("h2", { id: "browse" }, t("browse")),
    h(
      "ul",
      { class: "classes" },
      front.others.map(([iri, zh, en, count]) =>
        h("li", {}, h("a", { href: entityLink(iri) }, language === "zh" ? zh : en), " ", h("small", {}, number(count))),
      ),
    ),
  );
}

/** What an example asks for: each parameter by its name. */
function givenWords(page, item, given) {
  const { pick, marks } = page.words;
  return Object.entries(given)
    .map(([name, values]) => {
      const parameter = item.parameters.find((one) => one.name === name);
      const words = values.map((value) => valueName(page, parameter, value)).join(marks.list);
      return `${pick(parameter.label)}${marks.colon}${words}`;
    })
    .join(marks.clause);
}
