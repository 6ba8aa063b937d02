"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const body = document.body;
  const search = $("ui-search");
  const status = $("ui-status");
  const languages = [...document.querySelectorAll("input[name=language]")];
  const terms = [...document.querySelectorAll("main .term, main .query")];
  const groups = [...document.querySelectorAll("main section:not(.overview)")];
  search.hidden = false;

  // the contents are folded where they would stand above the text
  if (matchMedia("(max-width: 60rem)").matches) $("ui-contents").open = false;
  const head = document.querySelector("header");
  const measure = () => {
    const height = getComputedStyle(head).position === "sticky" ? head.offsetHeight : 0;
    document.documentElement.style.setProperty("--head", `${height}px`);
    document.documentElement.style.scrollPaddingTop = `${height + 12}px`;
  };
  addEventListener("resize", measure);
  measure();

  // the language that was chosen last; a page from a file may have no storage
  const store = (value) => {
    try {
      if (value) localStorage.setItem("kg-docs-language", value);
      return localStorage.getItem("kg-docs-language");
    } catch {
      return null;
    }
  };
  const speak = () => {
    const chosen = languages.find((input) => input.checked);
    if (chosen) document.documentElement.lang = chosen.value === "en" ? "en" : "zh-Hans";
  };
  const last = languages.find((input) => input.value === store());
  if (last) last.checked = true;
  for (const input of languages) {
    input.addEventListener("change", () => { store(input.value); speak(); });
  }
  speak();

  // names, definitions and notes are searched, not what a term links to
  const textOf = (term) => {
    if (!term.words) {
      const parts = term.matches("tr") ? [term] : term.querySelectorAll("h3, :scope > p, .facts q");
      term.words = [...parts].map((part) => part.textContent).join("\n").toLowerCase();
    }
    return term.words;
  };
  let hits = [];
  const find = () => {
    const words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    body.classList.toggle("searching", words.length > 0);
    hits = [];
    for (const term of terms) {
      term.hidden = !words.every((word) => textOf(term).includes(word));
      if (!term.hidden) hits.push(term);
    }
    for (const group of groups) {
      const any = words.length === 0 || hits.some((term) => group.contains(term));
      group.classList.toggle("none", !any);
      for (const fold of group.querySelectorAll(":scope > details.long")) {
        if (words.length && any) fold.open = true;
      }
    }
    status.textContent = words.length ? `${hits.length}` : "";
  };
  let timer = 0;
  search.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(find, 120); });
  const clear = () => { search.value = ""; find(); };
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && search.value) clear();
    if (event.key === "/" && !event.target.closest("input")) {
      event.preventDefault();
      search.focus();
    }
    if (event.key === "Enter" && event.target === search && hits.length && search.value) {
      event.preventDefault();
      const id = hits[0].id;
      clear();
      location.hash = id;
    }
  });

  // a link to what the search or the filter hides shows it again
  const reveal = (hash) => {
    const target = hash.length > 1 && $(decodeURIComponent(hash.slice(1)));
    if (!target) return;
    const fold = target.closest("details:not([open])");
    if (fold) fold.open = true;
    if (!target.checkVisibility()) {
      clear();
      $("ui-show-all").checked = true;
    }
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#'], svg a");
    const hash = link && link.getAttribute("href");
    if (hash && hash.startsWith("#")) reveal(hash);
  });
  addEventListener("hashchange", () => reveal(location.hash));
  reveal(location.hash);
})();
