// Suggestions while one types (WAI-ARIA 1.2: a combobox with a listbox). It waits for the input
// method, and what it proposes is never taken by itself.

/**
 * Makes an input a combobox, and an empty list its listbox.
 *
 * `find(text)` gives items, or a promise of them, `wait` milliseconds after the last key; `show(item)`
 * the nodes of an option; `take(item, text)` is called for the one that is chosen, `enter(text)` for
 * Enter without one (else the form has it); `tell(number)` when options are shown.
 */
export function suggesting(input, list, { find, show, take, enter = null, tell = () => {}, wait = 0 }) {
  list.setAttribute("role", "listbox");
  list.hidden = true;
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-autocomplete", "list"],
    ["aria-controls", list.id],
    ["aria-expanded", "false"],
  ])
    input.setAttribute(name, value);

  let composing = false; // an input method is at work: what stands in the field is no word yet
  let timer = 0;
  let asked = 0;
  let items = [];
  let active = -1;

  const close = () => {
    clearTimeout(timer);
    asked += 1; // what is still being found comes too late
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (item) => {
    const text = input.value;
    close();
    take(item, text);
  };
  const mark = (place) => {
    active = place;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    if (place < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[place].id);
    list.children[place].scrollIntoView({ block: "nearest" });
  };
  const option = (item, at) => {
    const line = document.createElement("li");
    line.id = `${list.id}-${at}`;
    line.setAttribute("role", "option");
    line.append(...show(item));
    line.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    line.addEventListener("click", () => choose(item));
    return line;
  };
  const open = async () => {
    asked += 1;
    const number = asked;
    const text = input.value.trim();
    const found = text ? await find(text) : [];
    if (number !== asked || document.activeElement !== input) return;
    items = found;
    if (!items.length) return close();
    list.replaceChildren(...items.map(option));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(-1);
    tell(items.length);
  };
  const later = () => {
    clearTimeout(timer);
    if (!composing) timer = setTimeout(open, wait);
  };
  const step = (by) => {
    if (list.hidden) return void open();
    // one place more than there are options: the text itself
    const places = items.length + 1;
    const next = ((active < 0 ? items.length : active) + by + places) % places;
    mark(next === items.length ? -1 : next);
  };

  input.addEventListener("compositionstart", () => {
    composing = true;
    clearTimeout(timer);
  });
  input.addEventListener("compositionend", () => {
    composing = false;
    later();
  });
  input.addEventListener("input", later);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || composing) return;
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "Enter" && active >= 0) choose(items[active]);
    else if (event.key === "Enter" && enter) {
      close();
      enter(input.value);
    } else return;
    event.preventDefault();
  });
}
