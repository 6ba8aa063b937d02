// Pieces that several views show: places of evidence, links to things, buttons.

import { h, isWeb, save } from "./dom.js";
import { entityLink } from "./links.js";
import { written } from "./terms.js";

/** A term as a link or as text; `name` is what it is called. */
export function shownTerm(page, term, name = null) {
  if (!term) return null;
  if (term.t === "l") {
    return h("span", term.g && term.g !== page.words.language ? { lang: term.g } : {}, name ?? term.v);
  }
  if (term.t !== "i") return h("span", {}, written(term));
  return h("a", { href: entityLink(term.v) }, name ?? page.nameOf(term.v));
}

/** An IRI written out; one of the web's may be followed, and nothing else may. */
export function shownIri(iri) {
  const code = h("code", {}, iri);
  const own = /^https?:\/\/(?:[\w.-]+\.)?example\.(?:org|com|net)\//.test(iri);
  if (!isWeb(iri) || own) return code;
  return h("a", { href: iri, rel: "noreferrer noopener external", target: "_blank" }, code);
}

export function placeWords(page, place) {
  const { t } = page.words;
  const where = t("place", { l: place.line, c: place.column });
  const report = page.front.reports.length > 1 ? place.reportName : null;
  return [report, place.path, where].filter(Boolean);
}

/** Places as a list: heading path › table › row › column, and the line. */
export function placeList(page, { places, more = 0, contributions = [] }) {
  const { t } = page.words;
  if (!places.length && !contributions.length) return h("p", { class: "quiet" }, t("no_evidence"));
  return h(
    "ul",
    { class: "places" },
    places.map((place) => h("li", {}, placeItem(page, place))),
    more ? h("li", { class: "quiet" }, t("more_places", { n: more })) : null,
    contributions.map((item) => h("li", {}, broughtWords(page, item))),
  );
}

export function placeItem(page, place) {
  const { t } = page.words;
  const parts = [];
  if (page.front.reports.length > 1) parts.push(h("b", {}, place.reportName), " ");
  if (place.path) {
    const steps = place.path.split(" › ");
    parts.push(
      h(
        "span",
        { class: "path", lang: "zh" },
        steps.map((step, at) => [at ? h("span", { class: "step" }, " › ") : null, step]),
      ),
      " ",
    );
  }
  parts.push(h("span", { class: "line" }, t("place", { l: place.line, c: place.column })));
  if (place.readings?.length) parts.push(h("small", { class: "reading" }, place.readings.join(page.words.marks.list)));
  for (const item of place.decisions ?? []) {
    const words = t("decided", { by: item.by });
    parts.push(
      h("small", { class: "reading", title: [item.date, item.why].filter(Boolean).join(" ") }, words),
    );
  }
  if (place.quote) parts.push(h("q", { lang: "zh" }, place.quote));
  return parts;
}

export const broughtWords = (page, item) =>
  page.words.t("brought", { by: item.by, day: item.when.slice(0, 10), n: item.number, source: item.source });

/** Evidence of one fact, folded: a click away. */
export function foldedEvidence(page, { places, contributions = [], reason = null }) {
  const { t } = page.words;
  if (reason) {
    return h(
      "details",
      { class: "why" },
      h("summary", {}, t("inferred")),
      h("p", {}, `${t("because")}${page.words.marks.colon}${reason.words}`),
      h(
        "ul",
        { class: "places" },
        reason.rests.map(({ words, places: from }) =>
          h("li", {}, words.join(" · "), from.length ? placeList(page, { places: from }) : null),
        ),
      ),
    );
  }
  if (!places.length && !contributions.length) return null;
  const first = places[0];
  const summary = first
    ? t("place", { l: first.line, c: first.column }) + (places.length > 1 ? ` +${places.length - 1}` : "")
    : t("evidence");
  return h(
    "details",
    { class: "why" },
    h("summary", {}, h("span", { class: "sr" }, `${t("evidence")} `), summary),
    placeList(page, { places, contributions }),
  );
}

export function button(text, onclick, attributes = {}) {
  return h("button", { type: "button", onclick, ...attributes }, text);
}

/** A download, told to who cannot see it happen. */
export function download(page, name, type, ...parts) {
  save(name, type, ...parts);
  page.say(page.words.t("saved", { x: name }));
}

export function copyButton(page, label, text) {
  return button(label, async (event) => {
    const { target } = event;
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      const area = h("textarea", { class: "sr", value: text() });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
      target.focus();
    }
    page.say(page.words.t("copied"));
  });
}

export const fileName = (name) => name.replace(/[^\p{L}\p{N}_.-]+/gu, "_").slice(0, 80) || "kg";
