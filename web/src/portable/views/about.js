// What is in the file: the reports, sizes, warnings, licences, the whole dataset to take away.

import { h, isWeb } from "../dom.js";
import { entityLink } from "../links.js";
import { button, download, fileName } from "../parts.js";

const SIZES = [
  ["asserted", "asserted"],
  ["inferred", "inferred_count"],
  ["evidence", "evidence_count"],
  ["ontology", "ontology_count"],
];

export async function about(page, { set }) {
  const { t, pick, number } = page.words;
  const { front } = page;
  set(
    t("about"),
    h("h1", {}, t("about_lead")),
    h("p", { class: "lead" }, t("private_note"), t(front.quotes ? "with_quotes" : "without_quotes")),
    h(
      "div",
      { class: "bar" },
      button(t("nquads"), async () =>
        download(page, `${fileName(pick(page.titles))}.nq`, "application/n-quads;charset=utf-8", await page.client.dataset()),
      ),
    ),
    front.reports.length ? h("h2", {}, t("sources")) : null,
    front.reports.map((report) =>
      h(
        "section",
        {},
        h("h3", {}, h("a", { href: entityLink(report.iri) }, pick(report.title))),
        h(
          "dl",
          { class: "facts" },
          report.details.map(([label, words]) => [
            h("dt", {}, pick(label)),
            h(
              "dd",
              {},
              isWeb(words) ? h("a", { href: words, rel: "noreferrer noopener external", target: "_blank" }, words) : words,
            ),
          ]),
        ),
      ),
    ),
    front.notices.length
      ? [h("h2", {}, t("notices")), h("ul", {}, front.notices.map((words) => h("li", {}, pick(words))))]
      : null,
    h("h2", {}, t("counts")),
    h(
      "dl",
      { class: "facts" },
      SIZES.filter(([name]) => front.counts[name] !== undefined).map(([name, key]) => [
        h("dt", {}, t(key)),
        h("dd", {}, number(front.counts[name])),
      ]),
    ),
    h("p", { class: "quiet" }, t("made_with", { x: front.version })),
    h(
      "details",
      {},
      h("summary", {}, t("third_party")),
      h("p", {}, t("own_licence")),
      h("pre", { tabindex: "0" }, document.getElementById("licences").content.textContent),
    ),
  );
}
