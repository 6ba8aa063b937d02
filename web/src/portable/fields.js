// The fields of a stored query's parameters: names with suggestions, lists to choose from, numbers.

import { combobox } from "./combobox.js";
import { add, h, replace } from "./dom.js";
import { typedNumber } from "./fold.js";
import { button } from "./parts.js";
import { safeIri, safeLiteral, XSD } from "./terms.js";

/** What is wrong with what was typed: shown beside the field. */
export class Unfit extends Error {
  constructor(content) {
    super("unfit");
    this.content = content;
  }
}

/** The written term that some words stand for; throws Unfit. */
export function termOf(page, parameter, words) {
  const { t, pick, language, marks } = page.words;
  const typed = words.trim();
  if (parameter.type === "entity") return entityTerm();
  if (parameter.type === "string") return safeLiteral(words);
  if (parameter.type === "enumerated") {
    const wanted = typed.toLowerCase();
    const found = parameter.values.find(([term, names]) =>
      term === typed || names.some((name) => name.toLowerCase() === wanted),
    );
    if (found) return found[0];
    throw new Unfit(t("unknown_name", { x: typed }));
  }
  const number = typedNumber(parameter.type === "year" ? typed.replace(/年$/, "") : typed);
  const whole = number !== null && /^-?\d{1,18}$/.test(number);
  const fits = { decimal: number !== null, integer: whole, year: whole && /^\d{4}$/.test(number) };
  if (!fits[parameter.type]) {
    throw new Unfit(t("not_number", { x: typed, kind: t(parameter.type) }));
  }
  const datatype = parameter.type === "decimal" ? "decimal" : "integer";
  return `"${datatype === "integer" ? BigInt(number) : number}"^^<${XSD}${datatype}>`;

  function entityTerm() {
    const iri = iriOf(page, typed);
    if (iri) return safeIri(iri);
    const answer = page.names.resolve(typed, parameter.class);
    if (answer.record) return safeIri(answer.record.iri);
    const choices = answer.several ?? answer.near;
    const other = answer.several ? null : page.names.resolve(typed).record;
    if (other && page.names.kind(other, language)) {
      const wanted = page.names.classNames.get(parameter.class);
      throw new Unfit(
        t("of_another_class", {
          x: other.name,
          kind: page.names.kind(other, language),
          wanted: wanted ? pick(wanted) : parameter.class,
        }),
      );
    }
    const lead = answer.several
      ? t("several", { x: typed })
      : t("unknown_name", { x: typed }) + (choices.length ? `${marks.clause}${t("near")}` : "");
    throw new Unfit({ lead, choices, pick });
  }
}

/** The IRI that is typed as one: bare, in `<>`, or as a prefixed name. */
export function iriOf(page, text) {
  const bare = /^<(.+)>$/.exec(text)?.[1] ?? text;
  if (/^(?:https?|urn|mailto|tag|ftp):\S+$/i.test(bare) && safeIri(bare)) return bare;
  if (/^[\w-]+:\S+$/u.test(text)) {
    const long = page.prefixes.long(text);
    return long && safeIri(long) ? long : null;
  }
  return null;
}

/** What a value is called: the name of the thing whose IRI it is, else as it was typed. */
export function valueName(page, parameter, value) {
  if (parameter.type === "entity") {
    const iri = iriOf(page, value);
    return (iri && page.names.byIri.get(iri)?.name) ?? value;
  }
  if (parameter.type === "enumerated") {
    const found = parameter.values.find(([, names]) => names.includes(value));
    return found ? spoken(found[1], page.words.language) : value;
  }
  return value;
}

/** A few values to show what may be typed: things of this file. */
function hintOf(page, parameter) {
  if (parameter.examples.length || !parameter.class) return parameter.examples.slice(0, 2);
  const members = page.names.records.filter((record) => record.classes.includes(parameter.class));
  return members.slice(0, 2).map((record) => record.name);
}

/** The first name in a language; else the first. */
function spoken(names, language) {
  const chinese = (name) => /\p{Script=Han}/u.test(name);
  return names.find((name) => chinese(name) === (language === "zh")) ?? names[0];
}

/** A field: {element, values(), fault(content)}; `given` is what it holds at first.
 * A fault of a name has things to choose from, one of which takes the place of the wrong value. */
export function fieldOf(page, parameter, given, changed) {
  const { t, pick } = page.words;
  const values = [...given];
  const id = `p-${parameter.name}`;
  const chips = h("span", { class: "chips" });
  const faults = h("p", { class: "fault", id: `${id}-fault`, role: "alert" });
  let input;
  const put = (value) => {
    if (value && !values.includes(value)) values.push(value);
    draw();
  };
  const draw = () =>
    replace(
      chips,
      values.map((value, at) => {
        const name = valueName(page, parameter, value);
        return h(
          "span",
          { class: "chip" },
          name,
          button(
            "×",
            () => {
              values.splice(at, 1);
              draw();
              input.focus();
            },
            { "aria-label": t("remove", { x: name }) },
          ),
        );
      }),
    );
  const hint = hintOf(page, parameter).join(page.words.marks.list) || t("any");
  let control;
  if (parameter.type === "enumerated") {
    input = h(
      "select",
      {
        id,
        onchange: () => {
          put(input.value);
          input.value = "";
        },
      },
      h("option", { value: "" }, values.length ? t("choose") : t("any")),
      parameter.values.map(([, names]) => h("option", { value: names[0] }, spoken(names, page.words.language))),
    );
    control = input;
  } else if (parameter.type === "entity") {
    const field = combobox({
      id,
      label: pick(parameter.label),
      placeholder: hint,
      suggest: (text) =>
        page.names.search(text, { wanted: parameter.class, limit: 10 }).map(({ record }) => ({
          label: record.name,
          detail: [page.names.kind(record, page.words.language), record.qualifier].filter(Boolean).join(" · "),
          value: record.iri,
        })),
      choose: (iri) => {
        input.value = "";
        const one = page.names.resolve(page.names.byIri.get(iri).name, parameter.class);
        put(one.record?.iri === iri ? page.names.byIri.get(iri).name : `<${iri}>`);
      },
      enter: () => changed(),
    });
    input = field.input;
    control = field.element;
  } else {
    input = h("input", {
      id,
      type: "text",
      inputmode: parameter.type === "string" ? null : "numeric",
      placeholder: parameter.default ? parameter.default[0] : hint,
      autocomplete: "off",
    });
    if (values.length === 1) input.value = values.pop();
    control = input;
  }
  input.setAttribute("aria-describedby", faults.id);
  draw();
  const fault = (content, wrong = null) => {
    input.setAttribute("aria-invalid", String(Boolean(content)));
    replace(faults);
    if (!content) return;
    if (typeof content === "string") {
      add(faults, [content]);
      return;
    }
    add(faults, [
      `${content.lead} `,
      content.choices.map((record) =>
        button(
          [record.name, record.qualifier].filter(Boolean).join(" · "),
          () => {
            input.value = "";
            fault(null);
            if (values.includes(wrong)) values.splice(values.indexOf(wrong), 1);
            put(`<${record.iri}>`);
            changed();
          },
          { class: "small" },
        ),
      ),
    ]);
  };
  return {
    parameter,
    element: h(
      "div",
      { class: "field" },
      h("label", { for: id }, pick(parameter.label)),
      h("div", { class: "control" }, chips, control),
      faults,
    ),
    values: () => {
      const typed = parameter.type === "enumerated" ? "" : input.value.trim();
      return [...values, ...(typed ? [typed] : [])];
    },
    fault,
  };
}
