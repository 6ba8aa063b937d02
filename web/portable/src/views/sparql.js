// Questions of one's own.

import { h, replace } from "../dom.js";
import { csvOf, jsonOf } from "../files.js";
import { sparqlLink } from "../links.js";
import { button, copyButton, download } from "../parts.js";
import { resultTable } from "../table.js";
import { faultWords, saveTurtle } from "./query.js";

const SAMPLES = [
  "SELECT ?class ?class_name (COUNT(?thing) AS ?things) WHERE {\n  ?thing a ?class .\n  ?class a owl:Class ; rdfs:label ?class_name FILTER(LANG(?class_name) = \"zh\")\n}\nGROUP BY ?class ?class_name\nORDER BY DESC(?things) ?class_name",
  "SELECT ?canteen ?canteen_name ?street ?street_name WHERE {\n  ?canteen a kg:Canteen ; rdfs:label ?canteen_name ; kg:inStreet ?street .\n  ?street rdfs:label ?street_name\n}\nORDER BY ?street_name ?canteen_name",
  "DESCRIBE ?industry WHERE { ?industry a kg:Industry }",
];

export async function sparql(page, { rest, set, signal }) {
  const { t, language, number } = page.words;
  const area = h("textarea", {
    id: "query",
    rows: "12",
    spellcheck: "false",
    autocapitalize: "off",
    wrap: "off",
    "aria-describedby": "sparql-lead",
  });
  area.value = rest || SAMPLES[0];
  const limit = h(
    "select",
    { id: "limit" },
    [10, 30, 120].map((seconds) => h("option", { value: seconds, selected: seconds === 30 }, String(seconds))),
  );
  const answer = h("section", { class: "answer", "aria-live": "polite" });
  let stopper = null;
  const stop = button(t("stop"), () => stopper?.abort(), { disabled: true });
  const ask = async () => {
    stopper?.abort();
    const own = new AbortController();
    stopper = own;
    signal.addEventListener("abort", () => own.abort());
    const text = area.value;
    const seconds = Number(limit.value);
    stop.disabled = !page.client.canStop;
    replace(answer, h("p", { class: "busy" }, t("running")));
    const start = performance.now();
    try {
      const result = await page.client.ask("ask", { text, language }, { seconds, signal: own.signal });
      if (!own.signal.aborted) show(result, Math.max(1, Math.round(performance.now() - start)));
    } catch (error) {
      if (signal.aborted || stopper !== own) return;
      const words = await placed(page, error, text, seconds);
      replace(answer, h("p", { class: "error", role: "alert" }, words));
    } finally {
      if (stopper === own) stop.disabled = true;
    }
  };
  const show = (result, took) => {
    if (result.form === "ASK") {
      replace(answer, h("p", { class: "verdict" }, result.value ? t("yes") : t("no")));
      page.say(t("took", { n: number(took) }));
      return;
    }
    const count = result.rows.length;
    const size = count === 1 ? t("row") : t("rows", { n: number(count) });
    page.say(`${size}${language === "zh" ? "，" : ", "}${t("took", { n: number(took) })}`);
    replace(
      answer,
      h(
        "div",
        { class: "bar" },
        h("strong", {}, size),
        button(t("csv"), () => download(page, "kg.csv", "text/csv;charset=utf-8", "\ufeff", csvOf(result))),
        button(t("json"), () => download(page, "kg.json", "application/sparql-results+json", jsonOf(result))),
        button(t("turtle"), () => saveTurtle(page, "kg.ttl", result)),
        button(t("print"), () => print()),
      ),
      count ? resultTable(page, result, { heading: (name) => name, caption: "SPARQL" }).element : h("p", {}, t("no_rows")),
    );
  };
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      ask();
    }
  });
  set(
    "SPARQL",
    h("h1", {}, "SPARQL"),
    h("p", { class: "lead", id: "sparql-lead" }, t("sparql_lead")),
    h("label", { class: "sr", for: "query" }, t("query_label")),
    area,
    h(
      "div",
      { class: "bar" },
      button(t("run"), ask, { class: "main" }),
      stop,
      h("label", { for: "limit" }, t("limit"), " ", limit),
      copyButton(page, t("link"), () => `${location.href.split("#")[0]}${sparqlLink(area.value)}`),
    ),
    h(
      "p",
      { class: "samples" },
      `${t("examples")} `,
      SAMPLES.map((text, at) => [at ? " · " : null, h("a", { href: sparqlLink(text) }, text.split("\n")[0].slice(0, 40))]),
    ),
    answer,
  );
  if (rest) await ask();
}

/** The error in words; its column is that of the text, without the prefixes put in front. */
async function placed(page, error, text, seconds) {
  const words = faultWords(page, error, seconds);
  const match = /error at (\d+):(\d+)/.exec(words);
  if (!match || match[1] !== "1") return words;
  try {
    const shift = await page.client.ask("shift", { text });
    return words.replace(match[0], `error at 1:${Math.max(1, Number(match[2]) - shift)}`);
  } catch {
    return words;
  }
}
