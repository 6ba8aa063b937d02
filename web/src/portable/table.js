// A result as a table: names in the place of IRIs, evidence a click away, a part at a time.

import { add, h, replace } from "./dom.js";
import { button, placeList, shownTerm } from "./parts.js";
import { isNumber } from "./terms.js";

export const SHOWN = 200;

/** Which columns are shown: an IRI whose name has a column of its own is left out. */
export function shownColumns(vars) {
  return vars
    .map((name, at) => ({ name, at }))
    .filter(({ name }) => !vars.includes(`${name}_name`))
    .map(({ name, at }) => ({
      name,
      at,
      of: name.endsWith("_name") ? vars.indexOf(name.slice(0, -"_name".length)) : -1,
    }));
}

/** What a cell shows: [term, its name]. */
export function cellOf(row, column, labels) {
  const term = row[column.at];
  const thing = column.of >= 0 ? row[column.of] : null;
  if (thing?.t === "i") return [thing, labels[thing.v] ?? term?.v ?? null];
  return [term ?? thing, term?.t === "i" ? (labels[term.v] ?? null) : null];
}

/**
 * `heading(name)` gives what a column is called; `support(rows)`, where there is one, resolves to
 * the evidence of rows. Returns {element, showAll}: the latter shows all evidence, or hides it.
 */
export function resultTable(page, { vars, rows, labels }, { heading, support = null, caption }) {
  const { t, number } = page.words;
  const columns = shownColumns(vars);
  const numeric = new Set(
    columns.filter(({ at }) => rows.some((row) => isNumber(row[at]))).map(({ at }) => at),
  );
  const body = h("tbody");
  const shown = [];
  const wide = columns.length + (support ? 1 : 0);
  const foot = h("p", { class: "more" });

  const open = async (items) => {
    const found = await support(items.map(({ row }) => row));
    items.forEach((item, at) => {
      item.places = found[at];
      item.detail?.remove();
      item.detail = h(
        "tr",
        { class: "detail" },
        h("td", { colspan: wide }, placeList(page, found[at])),
      );
      item.line.after(item.detail);
      item.toggle.setAttribute("aria-expanded", "true");
    });
  };
  const close = (item) => {
    item.detail?.remove();
    item.detail = null;
    item.toggle.setAttribute("aria-expanded", "false");
  };

  const line = (row) => {
    const item = { row, detail: null, places: null };
    item.line = h(
      "tr",
      {},
      columns.map((column) => {
        const [term, name] = cellOf(row, column, labels);
        return h(
          "td",
          {
            class: numeric.has(column.at) ? "number" : null,
            "data-label": heading(column.name),
          },
          shownTerm(page, term, name),
        );
      }),
    );
    if (support) {
      item.toggle = button(
        t("evidence"),
        () => (item.detail ? close(item) : open([item])),
        { class: "small", "aria-expanded": "false" },
      );
      item.line.append(h("td", { class: "tools" }, item.toggle));
    }
    shown.push(item);
    return item.line;
  };

  const extend = () => {
    const next = rows.slice(shown.length, shown.length + SHOWN);
    add(body, [next.map(line)]);
    replace(foot);
    const left = rows.length - shown.length;
    if (left > 0) {
      add(foot, [
        h("span", {}, `${t("rows_shown", { n: number(shown.length), m: number(rows.length) })} `),
        button(t("more_rows", { n: number(Math.min(left, SHOWN)) }), extend),
      ]);
    }
  };
  extend();

  const element = h(
    "div",
    { class: "result" },
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      h(
        "table",
        {},
        h("caption", { class: "sr" }, caption),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            columns.map(({ name, at }) =>
              h("th", { scope: "col", class: numeric.has(at) ? "number" : null, title: name }, heading(name)),
            ),
            support ? h("th", { scope: "col", class: "tools" }, h("span", { class: "sr" }, t("evidence"))) : null,
          ),
        ),
        body,
      ),
    ),
    foot,
  );

  return {
    element,
    showAll: async () => {
      if (shown.every((item) => item.detail)) {
        shown.forEach(close);
        return false;
      }
      await open(shown);
      return true;
    },
    /** The evidence of every row in words, where all of it is shown. */
    places: () => (shown.length === rows.length && shown.every((item) => item.detail) ? shown.map((item) => item.places) : null),
  };
}
