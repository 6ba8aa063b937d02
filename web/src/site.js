// What every page has: suggestions while one types, buttons that copy, files that are dropped.
// Nothing here is needed to read a page or to send a form.

const wait = 120;
const zh = document.documentElement.lang.startsWith("zh");

// what changes without a page being loaded is told to whoever does not see it
const status = document.createElement("p");
status.className = "sr";
status.setAttribute("role", "status");
document.body.append(status);

for (const form of document.querySelectorAll("form[data-suggest]")) {
  const input = form.querySelector("input[type=search]");
  if (input) suggest(form, input);
}

/** Makes a search field a combobox (WAI-ARIA 1.2): what it proposes is never taken by itself. */
function suggest(form, input) {
  const list = document.createElement("ul");
  list.className = "options";
  list.id = "options";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0]?.textContent ?? "");
  list.hidden = true;
  input.parentElement.append(list);
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
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (place) => {
    active = place;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === place)));
    if (place < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[place].id);
    list.children[place].scrollIntoView({ block: "nearest" });
  };
  const show = (found) => {
    items = found.filter((item) => item.href.startsWith("/"));
    list.replaceChildren(
      ...items.map((item, i) => {
        const line = document.createElement("li");
        line.id = `option-${i}`;
        line.setAttribute("role", "option");
        line.setAttribute("aria-selected", "false");
        const name = document.createElement("span");
        name.textContent = item.name + (item.matched ? `（${item.matched}）` : "");
        const kind = document.createElement("small");
        kind.textContent = [item.qualifier, item.kind].filter(Boolean).join(" · ");
        line.append(name, kind);
        line.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          location.assign(item.href);
        });
        return line;
      }),
    );
    list.hidden = !items.length;
    active = -1;
    input.setAttribute("aria-expanded", String(Boolean(items.length)));
    status.textContent = zh ? `${items.length} 个建议，用上下键选` : `${items.length} suggestions, use the arrow keys`;
  };
  const ask = async () => {
    const text = input.value.trim();
    const number = ++asked;
    if (!text) return close();
    const address = new URL(form.dataset.suggest, location.href);
    address.searchParams.set("q", text);
    try {
      const answer = await fetch(address);
      const found = answer.ok ? await answer.json() : [];
      if (number === asked && document.activeElement === input) show(found);
    } catch {
      close(); // without the server the form says so
    }
  };
  const later = () => {
    clearTimeout(timer);
    if (!composing) timer = setTimeout(ask, wait);
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
    if (event.isComposing || composing || list.hidden) return;
    const last = items.length - 1;
    if (event.key === "ArrowDown") mark(active >= last ? -1 : active + 1);
    else if (event.key === "ArrowUp") mark(active < 0 ? last : active - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) location.assign(items[active].href);
    else return;
    event.preventDefault();
  });
}

for (const button of document.querySelectorAll("button.copy")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const { copy, copyHref, copyFrom } = button.dataset;
    const text =
      copy ?? (copyHref ? new URL(copyHref, location.href).href : document.getElementById(copyFrom).value);
    try {
      await navigator.clipboard.writeText(text);
      const words = button.textContent;
      button.textContent = "✓";
      status.textContent = zh ? "已复制" : "Copied";
      setTimeout(() => (button.textContent = words), 1500);
    } catch {
      // the browser does not let us: the text can be marked and copied by hand
    }
  });
}

const drop = document.querySelector("form[data-drop]");
if (drop) {
  const text = drop.querySelector("textarea");
  const format = drop.querySelector("select[name=format]");
  const kinds = { ttl: "turtle", trig: "trig", nt: "nt", nq: "nquads", jsonld: "json-ld", json: "json-ld",
    rdf: "xml", owl: "xml", xml: "xml" };
  const take = async (file) => {
    if (!file || file.size > 4 << 20) return;
    text.value = await file.text();
    status.textContent = zh ? `已读入 ${file.name}` : `${file.name} has been read`;
    format.value = kinds[file.name.split(".").pop().toLowerCase()] ?? format.value;
  };
  drop.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    void take(event.dataTransfer.files[0]);
  });
  const chooser = drop.querySelector("input[type=file]");
  chooser.addEventListener("change", async () => {
    await take(chooser.files[0]);
    chooser.value = ""; // what is sent is what stands in the field, with whatever is changed there
  });
}
