// A field with suggestions (WAI-ARIA: combobox with a listbox) that waits for the input method.

import { h, replace } from "./dom.js";

let number = 0;

/**
 * `suggest(text)` gives [{label, detail, value}]; `choose(value, text)` is called for a suggestion,
 * `enter(text)` for Enter without one.
 */
export function combobox({ label, placeholder, suggest, choose, enter, id = null, name = null }) {
  number += 1;
  const list = h("ul", { role: "listbox", id: `list-${number}`, "aria-label": label, hidden: true });
  const input = h("input", {
    id,
    name,
    type: "text",
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
    "aria-label": label,
    placeholder,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    enterkeyhint: "search",
  });
  let found = [];
  let active = -1;
  let composing = false;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const take = (item) => {
    const text = input.value;
    close();
    choose(item.value, text, input);
  };
  const mark = (place) => {
    active = place;
    [...list.children].forEach((option, at) => {
      option.setAttribute("aria-selected", String(at === active));
      if (at === active) option.scrollIntoView({ block: "nearest" });
    });
    if (active >= 0) input.setAttribute("aria-activedescendant", list.children[active].id);
    else input.removeAttribute("aria-activedescendant");
  };
  const open = () => {
    found = input.value.trim() ? suggest(input.value) : [];
    if (!found.length) {
      close();
      return;
    }
    replace(
      list,
      found.map((item, at) =>
        h(
          "li",
          {
            role: "option",
            id: `${list.id}-${at}`,
            "aria-selected": "false",
            onpointerdown: (event) => event.preventDefault(),
            onclick: () => take(item),
          },
          h("span", { class: "option" }, item.label),
          item.detail ? h("small", {}, item.detail) : null,
        ),
      ),
    );
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(-1);
  };

  input.addEventListener("compositionstart", () => {
    composing = true;
  });
  input.addEventListener("compositionend", () => {
    composing = false;
    open();
  });
  input.addEventListener("input", () => {
    if (!composing) open();
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || composing) return;
    const open_ = !list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open_) open();
      else {
        // one place more than there are suggestions: the text itself
        const places = found.length + 1;
        const step = event.key === "ArrowDown" ? 1 : places - 1;
        const next = ((active < 0 ? found.length : active) + step) % places;
        mark(next === found.length ? -1 : next);
      }
    } else if (event.key === "Escape" && open_) {
      event.preventDefault();
      close();
    } else if (event.key === "Enter") {
      if (open_ && active >= 0) {
        event.preventDefault();
        take(found[active]);
      } else if (enter) {
        event.preventDefault();
        close();
        enter(input.value, input);
      }
    }
  });
  return { element: h("div", { class: "combobox" }, input, list), input };
}
