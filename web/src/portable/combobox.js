// A field with suggestions.

import { suggesting } from "../suggesting.js";
import { h } from "./dom.js";

let number = 0;

/**
 * `suggest(text)` gives [{label, detail, value}]; `choose(value, text, input)` is called for a
 * suggestion, `enter(text, input)` for Enter without one.
 */
export function combobox({ label, placeholder, suggest, choose, enter, id = null, name = null }) {
  number += 1;
  const list = h("ul", { id: `list-${number}`, "aria-label": label });
  const input = h("input", {
    id,
    name,
    type: "text",
    "aria-label": label,
    placeholder,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    enterkeyhint: "search",
  });
  suggesting(input, list, {
    find: suggest,
    show: ({ label: words, detail }) => [
      h("span", { class: "option" }, words),
      ...(detail ? [h("small", {}, detail)] : []),
    ],
    take: (item, text) => choose(item.value, text, input),
    enter: enter && ((text) => enter(text, input)),
  });
  return { element: h("div", { class: "combobox" }, input, list), input };
}
