// Questions of one's own.

import { between, h, replace } from "../dom.js";
import { csvOf, jsonOf } from "../files.js";
import { sparqlLink } from "../links.js";
import { button, copyButton, download } from "../parts.js";
import { resultTable } from "../table.js";
import { faultWords, saveTurtle } from "./query.js";

const SAMPLES = [
  [
    "sample_classes",
    `SELECT ?class ?class_name (COUNT(?thing) AS ?things) WHERE {
  ?thing a ?class .
  ?class a owl:Class ; rdfs:label ?class_name FILTER(LANG(?class_name) = "zh")
}
GROUP BY ?class ?class_name
ORDER BY DESC(?things) ?class_name`,
  ],
  [
    "sample_canteens",
    `SELECT ?canteen ?canteen_name ?street ?street_name WHERE {
  ?canteen a kg:Canteen ; rdfs:label ?canteen_name ; kg:inStreet ?street .
  ?street rdfs:label ?street_name
}
ORDER BY ?street_name ?canteen_name`,
  ],
  ["sample_describe", "DESCRIBE ?industry WHERE { ?industry a kg:Industry }"],
];
const MOST_WORDS = 160;

export async function sparql(page, { rest, set, signal }) {
  const { t, language, number, marks } = page.words;
  const area = h("textarea", {
    id: "query",
    rows: "12",
    spellcheck: "false",
    autocapitalize: "off",
    wrap: "off",
    "aria-describedby": "sparql-lead",
  });
  area.value = rest || SAMPLES[0][1];
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
    try {
      await page.client.open();
      const start = performance.now();
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
    const size = page.words.rows(count);
    page.say(`${size}${marks.comma}${t("took", { n: number(took) })}`);
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
      between(" · ", SAMPLES.map(([key, text]) => h("a", { href: sparqlLink(text) }, t(key)))),
    ),
    answer,
  );
  if (rest) await ask();
}

/** The error in words, with its place in the text as it stands here. */
async function placed(page, error, text, seconds) {
  const words = faultWords(page, error, seconds);
  const match = /error at (\d+):(\d+): ([^]*)/.exec(words);
  if (!match) return words;
  const row = Number(match[1]);
  let column = Number(match[2]);
  if (row === 1) {
    try {
      column = Math.max(1, column - (await page.client.ask("shift", { text })));
    } catch {
      return words;
    }
  }
  const line = [...(text.split("\n")[row - 1] ?? "")];
  const [why] = match[3].split(", [");
  return [
    page.words.t("wrong", { x: page.words.t("at_place", { l: row, c: column }) }),
    h(
      "code",
      { class: "excerpt" },
      line.slice(Math.max(0, column - 60), column - 1).join(""),
      h("mark", {}, line[column - 1] ?? " "),
      line.slice(column, column + 40).join(""),
    ),
    h("small", {}, why.length > MOST_WORDS ? `${why.slice(0, MOST_WORDS)}…` : why),
  ];
}
