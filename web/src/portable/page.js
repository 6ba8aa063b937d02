// The page: what stands on it always, and which view a fragment of its address asks for.

import { Client } from "./client.js";
import { combobox } from "./combobox.js";
import { add, h, replace } from "./dom.js";
import { entityLink, queryLink, readLink, searchLink } from "./links.js";
import { fromBase64, unpackedJson } from "./packing.js";
import { Names } from "./search.js";
import { Prefixes } from "./terms.js";
import { about } from "./views/about.js";
import { entity } from "./views/entity.js";
import { found } from "./views/found.js";
import { home } from "./views/home.js";
import { query } from "./views/query.js";
import { questions } from "./views/questions.js";
import { sparql } from "./views/sparql.js";
import { speak } from "./words.js";

const VIEWS = { "": home, q: query, questions, e: entity, s: found, sparql, about };
const KEPT = "kg-portable-language";

export async function startPage() {
  const root = document.documentElement;
  const titles = [root.dataset.titleZh, root.dataset.titleEn];
  let page;
  try {
    if (typeof DecompressionStream === "undefined") throw new Error("DecompressionStream");
    const front = await unpackedJson(fromBase64(document.getElementById("front").textContent));
    page = new Page(front, titles);
  } catch (error) {
    const words = speak(root.lang.startsWith("zh") ? "zh" : "en");
    const text = words.t("failed", { x: error.message });
    replace(document.getElementById("main"), h("p", { class: "error", role: "alert" }, text));
    return;
  }
  page.start(kept() ?? (root.lang.startsWith("zh") ? "zh" : "en"));
}

function kept() {
  try {
    const found = localStorage.getItem(KEPT);
    return found === "zh" || found === "en" ? found : null;
  } catch {
    return null;
  }
}

/** What every view gets: `front`, `names`, `client`, `words`, `prefixes`, `say` (to the status). */
class Page {
  constructor(front, titles) {
    this.front = front;
    this.titles = titles;
    this.names = new Names(front);
    this.client = new Client();
    this.prefixes = new Prefixes(front.prefixes);
    // those that this file can answer come first
    this.asked = [...front.queries].sort((a, b) => b.answers - a.answers);
    this.queries = new Map(front.queries.map((item) => [item.name, item]));
    this.main = null;
    this.left = null;
    this.ready = false;
  }

  start(language) {
    this.status = h("p", { id: "status", role: "status", "aria-live": "polite" });
    this.setLanguage(language);
    addEventListener("hashchange", () => this.show({ moved: true, top: history.state?.top }));
    this.#keepPlace();
    this.say(this.words.t("opening"), "busy");
    this.client.open().then(
      () => {
        this.ready = true;
        this.say(this.words.t("opened"));
        document.documentElement.dataset.ready = "true";
      },
      (error) => this.say(this.words.t("failed", { x: error.message }), "error"),
    );
  }

  /** Whoever comes back to a page finds it where it was left. */
  #keepPlace() {
    history.scrollRestoration = "manual";
    let timer = 0;
    addEventListener("scroll", () => {
      clearTimeout(timer);
      timer = setTimeout(() => history.replaceState({ top: scrollY }, ""), 200);
    });
  }

  say(text, kind = "") {
    this.status.className = kind;
    replace(this.status, text);
  }

  setLanguage(language) {
    this.words = speak(language);
    document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
    try {
      localStorage.setItem(KEPT, language);
    } catch {
      // a page from a disk may have no storage: then the choice lasts as long as the page
    }
    this.frame();
    if (this.ready) this.say("");
    this.show({ moved: false, top: history.state?.top });
  }

  frame() {
    const { t, pick, language } = this.words;
    const field = combobox({
      id: "search",
      label: t("search"),
      placeholder: t("search_hint"),
      suggest: (text) => this.suggestions(text),
      choose: (link, _, input) => {
        input.value = "";
        location.hash = link;
      },
      enter: (text) => {
        if (text.trim()) location.hash = searchLink(text.trim());
      },
    });
    this.search = field.input;
    this.links = ["", "questions", "sparql", "about"].map((name) =>
      h("a", { href: `#${name}`, "data-page": name }, t(name || "home")),
    );
    this.main = h("main", { id: "main", tabindex: "-1" });
    const other = language === "zh" ? "en" : "zh";
    replace(
      document.getElementById("app"),
      h("a", { class: "skip", href: "#main", onclick: (event) => this.#skip(event) }, t("skip")),
      h(
        "header",
        {},
        h("p", { class: "title" }, h("a", { href: "#" }, pick(this.titles))),
        h("div", { role: "search" }, field.element),
        h("nav", { "aria-label": t("navigation") }, this.links),
        h(
          "button",
          { class: "language", lang: other, onclick: () => this.setLanguage(other) },
          t("language"),
        ),
      ),
      this.status,
      this.main,
    );
  }

  #skip(event) {
    event.preventDefault();
    this.main.focus();
  }

  suggestions(text) {
    const { pick, language } = this.words;
    const things = this.names.search(text, { limit: 8 }).map(({ record }) => ({
      label: record.name,
      detail: [this.names.kind(record, language), record.qualifier].filter(Boolean).join(" · "),
      value: entityLink(record.iri),
    }));
    const questions_ = this.questionsWith(text)
      .slice(0, 3)
      .map((item) => ({
        label: pick(item.title),
        detail: this.words.t("questions"),
        value: queryLink(item.name),
      }));
    return [...things, ...questions_];
  }

  questionsWith(text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return this.asked;
    // letters count from the beginning of a word on, and one of them says nothing
    const latin = /^[a-z]/.test(wanted);
    if (latin && wanted.length < 2) return [];
    return this.asked.filter((item) =>
      [item.name.replaceAll("_", " "), ...item.title, ...item.description].some((words) =>
        latin ? ` ${words.toLowerCase()}`.includes(` ${wanted}`) : words.toLowerCase().includes(wanted),
      ),
    );
  }

  /** Show what the address asks for. `moved`: the reader came by a link; `top`: was here before. */
  async show({ moved, top = 0 }) {
    this.left?.abort();
    this.left = new AbortController();
    const { signal } = this.left;
    const link = readLink(location.hash);
    const view = VIEWS[link.page];
    document.body.dataset.page = link.page;
    for (const anchor of this.links) {
      const here = anchor.dataset.page === link.page || (anchor.dataset.page === "questions" && link.page === "q");
      if (here) anchor.setAttribute("aria-current", "page");
      else anchor.removeAttribute("aria-current");
    }
    if (moved && this.ready) this.say("");
    replace(this.main);
    let first = true;
    const set = (title, ...children) => {
      if (signal.aborted) return;
      document.title = title ? `${title} · ${this.words.pick(this.titles)}` : this.words.pick(this.titles);
      add(replace(this.main), children);
      // whoever listens hears the heading, also that of what takes the place of a first one
      if (moved && (first || document.activeElement === document.body)) {
        const heading = this.main.querySelector("h1");
        heading?.setAttribute("tabindex", "-1");
        heading?.focus({ preventScroll: true });
      }
      if (moved && first) scrollTo(0, 0);
      first = false;
    };
    if (!view) {
      set(this.words.t("not_found"), h("h1", {}, this.words.t("not_found")));
      return;
    }
    try {
      await view(this, { ...link, signal, set });
    } catch (error) {
      if (signal.aborted) return;
      add(this.main, [h("p", { class: "error", role: "alert" }, this.words.t("failed", { x: error.message }))]);
    }
    if (top && !signal.aborted) scrollTo(0, top);
  }

  /** What to call an IRI before the engine has said: a known name, else the prefixed name. */
  nameOf(iri) {
    return this.names.byIri.get(iri)?.name ?? this.prefixes.short(iri) ?? iri;
  }
}
