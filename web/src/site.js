// What every page has: suggestions while one types, buttons that copy, files that are dropped.
// Nothing here is needed to read a page or to send a form.

import { suggesting } from "./suggesting.js";

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

/** Lets a search field propose what the server finds. */
function suggest(form, input) {
  const list = document.createElement("ul");
  list.className = "options";
  list.id = "options";
  list.setAttribute("aria-label", input.labels[0]?.textContent ?? "");
  input.parentElement.append(list);
  suggesting(input, list, {
    wait: 120,
    find: (text) => asked(new URL(form.dataset.suggest, location.href), text),
    show: (item) => {
      const name = document.createElement("span");
      name.textContent = item.name + (item.matched ? `（${item.matched}）` : "");
      const kind = document.createElement("small");
      kind.textContent = [item.qualifier, item.kind].filter(Boolean).join(" · ");
      return [name, kind];
    },
    take: (item) => location.assign(item.href),
    tell: (number) => {
      status.textContent = zh ? `${number} 个建议，用上下键选` : `${number} suggestions, use the arrow keys`;
    },
  });
}

async function asked(address, text) {
  address.searchParams.set("q", text);
  try {
    const answer = await fetch(address);
    const found = answer.ok ? await answer.json() : [];
    return found.filter((item) => item.href.startsWith("/"));
  } catch {
    return []; // without the server the form says so
  }
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
  const wrong = Number(text.dataset.line);
  if (wrong) { // the line that could not be read is marked
    const lines = text.value.split("\n");
    const from = lines.slice(0, wrong - 1).join("\n").length + (wrong > 1 ? 1 : 0);
    text.focus({ preventScroll: true });
    text.setSelectionRange(from, from + (lines[wrong - 1] ?? "").length);
  }
  const format = drop.querySelector("select[name=format]");
  const kinds = { ttl: "turtle", trig: "trig", nt: "nt", nq: "nquads", jsonld: "json-ld", json: "json-ld",
    rdf: "xml", owl: "xml", xml: "xml" };
  const trouble = document.createElement("p");
  trouble.className = "banner";
  trouble.setAttribute("role", "alert");
  trouble.hidden = true;
  drop.after(trouble);
  const refuse = (words) => {
    trouble.textContent = words;
    trouble.hidden = !words;
  };
  const take = async (file) => {
    if (!file) return;
    refuse("");
    if (file.size > 4 << 20)
      return refuse(zh ? `${file.name} 大于 4 MiB：请用 kg validate 或接口` : `${file.name} is larger than 4 MiB: use kg validate or the API`);
    try {
      text.value = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    } catch {
      return refuse(zh ? `${file.name} 不是 UTF-8 文字；请转成 UTF-8` : `${file.name} is not UTF-8; convert it`);
    }
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
