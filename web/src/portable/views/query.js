// One stored query: its form, its answer, the evidence of each row, downloads.

import { Stopped, TooLong } from "../client.js";
import { add, between, h, replace } from "../dom.js";
import { bind } from "../facts.js";
import { fieldOf, termOf, Unfit, valueName } from "../fields.js";
import { csvOf, jsonOf, turtleOf } from "../files.js";
import { queryLink, sparqlLink } from "../links.js";
import { button, copyButton, download, fileName, placeWords } from "../parts.js";
import { resultTable } from "../table.js";

export const SECONDS = 30;
const DESCRIBED = 5000;

/** The written terms of all that is given; the default where nothing is. Throws Unfit. */
export function termsOf(page, item, given) {
  const terms = {};
  for (const parameter of item.parameters) {
    const values = given[parameter.name] ?? [];
    if (values.length) {
      terms[parameter.name] = values.map((value) => {
        try {
          return termOf(page, parameter, value);
        } catch (error) {
          if (error instanceof Unfit) Object.assign(error, { parameter: parameter.name, value });
          throw error;
        }
      });
    } else if (parameter.default) terms[parameter.name] = [parameter.default[1]];
  }
  return terms;
}

export async function query(page, { rest, given, set, signal }) {
  const { t, pick } = page.words;
  const item = page.queries.get(rest);
  if (!item) {
    set(rest, h("h1", {}, t("no_query", { x: rest })), h("p", {}, h("a", { href: "#questions" }, t("questions"))));
    return;
  }
  const go = () => {
    const values = Object.fromEntries(
      fields.map((field) => [field.parameter.name, field.values()]).filter(([, found]) => found.length),
    );
    const link = queryLink(item.name, values);
    if (link === location.hash) page.show({ moved: false });
    else location.hash = link;
  };
  const fields = item.parameters.map((parameter) =>
    fieldOf(page, parameter, given[parameter.name] ?? [], go),
  );
  const answer = h("section", { class: "answer", "aria-live": "polite" });
  const examples = [...item.examples, {}].filter(
    (example, at, all) => all.findIndex((other) => JSON.stringify(other) === JSON.stringify(example)) === at,
  );
  set(
    pick(item.title),
    h("h1", {}, pick(item.title)),
    h("p", { class: "lead" }, pick(item.description)),
    item.parameters.length
      ? h(
          "form",
          {
            class: "parameters",
            "aria-label": t("parameters"),
            onsubmit: (event) => {
              event.preventDefault();
              go();
            },
          },
          h("div", { class: "fields" }, fields.map((field) => field.element)),
          h("button", { type: "submit", class: "main" }, t("run")),
        )
      : null,
    examples.length > 1
      ? h(
          "p",
          { class: "samples" },
          `${t("examples")} `,
          between(
            " · ",
            examples.map((example) =>
              h("a", { href: queryLink(item.name, example) }, exampleName(page, item, example)),
            ),
          ),
        )
      : null,
    answer,
  );
  let terms;
  try {
    terms = termsOf(page, item, given);
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    fields.find((field) => field.parameter.name === error.parameter)?.fault(error.content, error.value);
    return;
  }
  await run(page, item, given, terms, answer, signal);
}

function exampleName(page, item, example) {
  const { t, marks } = page.words;
  const names = item.parameters.flatMap((parameter) =>
    (example[parameter.name] ?? []).map((value) => valueName(page, parameter, value)),
  );
  return names.join(marks.list) || t("everything");
}

async function run(page, item, given, terms, answer, signal) {
  const { t, language, number, marks } = page.words;
  const text = bind(item.text, terms);
  const stopper = new AbortController();
  signal.addEventListener("abort", () => stopper.abort());
  replace(
    answer,
    h(
      "p",
      { class: "busy" },
      t("running"),
      " ",
      button(t("stop"), () => stopper.abort(), { class: "small" }),
    ),
  );
  let result;
  let start;
  try {
    await page.client.open();
    start = performance.now();
    result = await page.client.ask("ask", { text, language }, { seconds: SECONDS, signal: stopper.signal });
  } catch (error) {
    if (!signal.aborted) replace(answer, h("p", { class: "error", role: "alert" }, faultWords(page, error, SECONDS)));
    return;
  }
  if (signal.aborted) return;
  const took = Math.max(1, Math.round(performance.now() - start));
  const count = result.rows.length;
  const size = page.words.rows(count);
  page.say(`${size}${marks.comma}${t("took", { n: number(took) })}`);
  const texts = details(page, item, text);
  if (!count) {
    replace(answer, h("p", { class: "none" }, t("no_rows")), h("ul", { class: "hints" }), texts);
    await hints(page, item, given, terms, answer.querySelector(".hints"));
    return;
  }
  const table = resultTable(page, result, {
    heading: (name) => {
      const words = item.columns[name];
      return words ? page.words.pick(words) : name;
    },
    caption: page.words.pick(item.title),
    support: (rows) =>
      page.client.ask(
        "support",
        { name: item.name, terms, vars: result.vars, rows, language },
        { seconds: SECONDS },
      ),
  });
  const name = fileName([item.name, ...Object.values(given).flat().map((value) => value.replace(/^<.*[/#](.+)>$/, "$1"))].join("_"));
  replace(
    answer,
    h(
      "div",
      { class: "bar" },
      h("strong", {}, size),
      evidenceButton(page, table, answer),
      button(t("csv"), () =>
        download(page, `${name}.csv`, "text/csv;charset=utf-8", "\ufeff", csvOf(result, placeTexts(page, table), t("evidence"))),
      ),
      button(t("json"), () => download(page, `${name}.json`, "application/sparql-results+json", jsonOf(result))),
      button(t("turtle"), () => saveTurtle(page, `${name}.ttl`, result)),
      button(t("print"), () => print()),
      copyButton(page, t("link"), () => location.href),
    ),
    table.element,
    texts,
  );
}

export function evidenceButton(page, table, answer) {
  const { t } = page.words;
  const control = button(
    t("all_evidence"),
    async () => {
      control.disabled = true;
      try {
        const open = await table.showAll();
        replace(control, t(open ? "hide_evidence" : "all_evidence"));
      } catch (error) {
        add(answer, [h("p", { class: "error", role: "alert" }, faultWords(page, error, SECONDS))]);
      }
      control.disabled = false;
    },
  );
  return control;
}

function placeTexts(page, table) {
  const { t } = page.words;
  const found = table.places();
  return (
    found &&
    found.map(({ places, more }) =>
      [
        ...places.map((place) => placeWords(page, place).join(" ")),
        ...(more ? [t("more_places", { n: more })] : []),
      ].join("\n"),
    )
  );
}

/** What is said of the things of a result, as Turtle. */
export async function saveTurtle(page, name, { rows, form }) {
  let triples = rows;
  if (form === "SELECT") {
    const iris = new Set(rows.flat().filter((term) => term?.t === "i").map((term) => term.v));
    triples = await page.client.ask("described", { iris: [...iris].slice(0, DESCRIBED) }, { seconds: SECONDS });
  }
  download(page, name, "text/turtle;charset=utf-8", turtleOf(triples, page.front.prefixes));
}

export function faultWords(page, error, seconds) {
  const { t } = page.words;
  if (error instanceof TooLong) return t("too_long", { n: seconds });
  if (error instanceof Stopped || error.name === "AbortError") return t("stopped");
  return t("wrong", { x: error.message });
}

/** How many rows there are without each parameter, where there are none with all. */
async function hints(page, item, given, terms, list) {
  const { t, pick, number } = page.words;
  const names = Object.keys(given).filter((name) => terms[name]);
  if (!names.length) return;
  const texts = names.map((name) => {
    const parameter = item.parameters.find((one) => one.name === name);
    const fewer = { ...terms, [name]: parameter.default ? [parameter.default[1]] : [] };
    return bind(item.text, fewer);
  });
  const counts = await page.client.ask("count", { texts }, { seconds: SECONDS });
  add(list, [
    names.map((name, at) => {
      const parameter = item.parameters.find((one) => one.name === name);
      const rest = Object.fromEntries(Object.entries(given).filter(([other]) => other !== name));
      return counts[at]
        ? h("li", {}, h("a", { href: queryLink(item.name, rest) }, t("without", { x: pick(parameter.label), n: number(counts[at]) })))
        : null;
    }),
  ]);
}

function details(page, item, text) {
  const { t, pick } = page.words;
  const computed = Object.entries(item.computed);
  const plain = text.replace(/^(?:#\+.*\n)+/, "").trim();
  return [
    computed.length
      ? h(
          "section",
          { class: "computed" },
          h("h2", {}, t("computed")),
          h(
            "dl",
            {},
            computed.map(([name, words]) => [
              h("dt", {}, pick(item.columns[name] ?? [name, name])),
              h("dd", {}, pick(words)),
            ]),
          ),
        )
      : null,
    h(
      "details",
      { class: "text" },
      h("summary", {}, t("query_text")),
      h("pre", { tabindex: "0" }, h("code", {}, plain)),
      h("p", {}, h("a", { href: sparqlLink(plain) }, t("edit_sparql"))),
    ),
  ];
}
