"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const body = document.body;
  const report = $("report");
  const status = $("status");
  const search = $("search");
  const onlyUnread = $("only-unread");
  const all = $("all");
  const hint = document.querySelector(".hint");
  const articles = [...document.querySelectorAll(".passages > article")];
  const unread = [...document.querySelectorAll(".unread a")].map((a) => a.getAttribute("href"));
  const fill = (words, n, m) => words.replace("{n}", n).replace("{m}", m);
  let chosen = null;

  for (const item of [search, $("next"), $("previous"), hint]) item.hidden = false;

  // the panel fills what the header leaves of the window
  const head = document.querySelector("header");
  const measure = () => {
    const height = getComputedStyle(head).position === "sticky" ? head.offsetHeight : 0;
    document.documentElement.style.setProperty("--head", `${height}px`);
  };
  addEventListener("resize", measure);
  measure();

  const list = (wanted) => {
    for (const article of articles) article.hidden = wanted !== null && !wanted.has(article.id);
    all.hidden = wanted === null;
    hint.hidden = wanted !== null;
  };
  const release = () => {
    if (chosen) chosen.removeAttribute("aria-current");
    chosen = null;
    body.classList.remove("choosing");
  };
  const choose = (segment, byKeyboard) => {
    release();
    chosen = segment;
    segment.setAttribute("aria-current", "true");
    body.classList.add("choosing");
    const ids = segment.dataset.p.split(" ").map((n) => `p${n}`);
    list(new Set(ids));
    // the shortest passage first, as the link orders them
    const facts = ids.reduce((sum, id) => sum + Number($(id).dataset.n), 0);
    const line = ($(ids[0]).querySelector("h3 a").textContent.match(/\d+/) || [""])[0];
    status.textContent = fill(body.dataset.chosen, line, facts);
    if (byKeyboard) $("chosen").focus({ preventScroll: true });
    $("facts").scrollTop = 0;
  };
  const showAll = () => {
    const back = chosen;
    release();
    search.value = "";
    find();
    status.textContent = "";
    if (back) back.focus();
  };

  report.addEventListener("click", (event) => {
    const segment = event.target.closest("a.s");
    if (!segment || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(segment, event.detail === 0);
  });
  all.addEventListener("click", showAll);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && (chosen || search.value)) showAll();
  });

  // a link to what the filter, the choice or a closed list hides shows it again
  const reveal = (hash) => {
    const target = hash.length > 1 && $(hash.slice(1));
    if (!target) return;
    if (target.closest("article")) showAll();
    if (onlyUnread.checked && !target.offsetParent) onlyUnread.checked = false;
    const folded = target.closest("details:not([open])");
    if (folded) folded.open = true;
    return target;
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && !event.defaultPrevented) reveal(link.getAttribute("href"));
  });

  let at = -1;
  const step = (by) => {
    if (!unread.length) return;
    at = (at + by + unread.length) % unread.length;
    const target = reveal(unread[at]);
    status.textContent = `${at + 1} / ${unread.length}`;
    target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
  };
  $("next").addEventListener("click", () => step(1));
  $("previous").addEventListener("click", () => step(at < 0 ? 0 : -1));

  const most = 2000;
  const paint = (blocks, words) => {
    if (!window.CSS || !CSS.highlights) return;
    CSS.highlights.delete("search");
    const ranges = [];
    for (const block of blocks) {
      // a word may stand in several segments: look in the block's text, mark in its nodes
      const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT, (node) =>
        node.parentElement.closest(".n, .sr") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
      const nodes = [];
      let text = "";
      while (walker.nextNode()) {
        nodes.push([text.length, walker.currentNode]);
        text += walker.currentNode.data;
      }
      const low = text.toLowerCase();
      const place = (offset, from) => {
        let i = from;
        while (i + 1 < nodes.length && nodes[i + 1][0] <= offset) i++;
        return i;
      };
      let node = 0;
      for (let i = low.indexOf(words); i >= 0; i = low.indexOf(words, i + words.length)) {
        if (low.length !== text.length || ranges.length >= most) break;
        const range = new Range();
        node = place(i, node);
        range.setStart(nodes[node][1], i - nodes[node][0]);
        const last = place(i + words.length - 1, node);
        range.setEnd(nodes[last][1], i + words.length - nodes[last][0]);
        ranges.push(range);
      }
    }
    CSS.highlights.set("search", new Highlight(...ranges));
  };
  const textOf = (block) => {
    if (!block.words) {
      const copy = block.cloneNode(true);
      for (const extra of copy.querySelectorAll(".n, .sr")) extra.remove();
      block.words = copy.textContent.toLowerCase();
    }
    return block.words;
  };
  let hits = [];
  let hit = -1;
  const find = () => {
    const words = search.value.trim().toLowerCase();
    body.classList.toggle("searching", words !== "");
    if (!words) {
      hits = [];
      if (window.CSS && CSS.highlights) CSS.highlights.delete("search");
      list(null);
      return;
    }
    release();
    hits = [...report.children].filter((block) => textOf(block).includes(words));
    hit = -1;
    paint(hits, words);
    const found = articles.filter((article) => textOf(article).includes(words));
    list(new Set(found.map((article) => article.id)));
    status.textContent = fill(body.dataset.found, hits.length, found.length);
  };
  let timer = 0;
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { status.textContent = ""; find(); }, 150);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !hits.length) return;
    event.preventDefault();
    hit = (hit + (event.shiftKey ? hits.length - 1 : 1)) % hits.length;
    if (onlyUnread.checked && !hits[hit].offsetParent) onlyUnread.checked = false;
    hits[hit].scrollIntoView({ block: "center" });
  });
})();
