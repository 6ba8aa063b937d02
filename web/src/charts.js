// Draws the charts again from their tables, with values to point at and kinds to choose.
import { plot, barX, dot, lineY, ruleX, ruleY, tip, pointer, pointerY, text } from "@observablehq/plot";

const zh = document.documentElement.lang.startsWith("zh");
const kinds = zh ? { bars: "条形", dots: "点", line: "折线" } : { bars: "bars", dots: "dots", line: "line" };
const colours = ["--s0", "--s1", "--s2", "--s3", "--s4", "--s5"].map((name) => `var(${name})`);
const wide = (words) => [...words].reduce((sum, c) => sum + (c.codePointAt(0) > 0x2e7f ? 13.5 : 7.8), 0);
/** Words cut to what a drawing of this width has room for; the table says them whole. */
function cutter(width) {
  const room = Math.min(230, width * 0.42);
  return (words) => {
    let all = [...words];
    if (wide(all) <= room) return words;
    while (wide(all) > room - 13.5) all = all.slice(0, -1);
    return `${all.join("")}…`;
  };
}

for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const table = figure.querySelector("table");
  const rows = [...table.tBodies[0].rows].map((row, place) => ({
    place,
    label: row.dataset.label,
    series: row.dataset.series,
    value: Number(row.dataset.value),
    words: row.cells[row.cells.length - 1].textContent,
  }));
  const place = figure.querySelector(".drawn");
  const title = figure.querySelector("figcaption").textContent;
  const bar = document.createElement("div");
  bar.className = "kinds";
  const chooser = document.createElement("label");
  const select = document.createElement("select");
  for (const [value, words] of Object.entries(kinds)) select.add(new Option(words, value));
  chooser.append(zh ? "画成 " : "Drawn as ", select);
  bar.append(chooser);
  const series = [...new Set(rows.map((row) => row.series))];
  if (series.length > 1) bar.append(legend(series));
  place.before(bar);
  const draw = () => {
    const drawn = drawing(rows, select.value, Math.max(300, place.clientWidth - 4), table.dataset.unit);
    drawn.querySelectorAll("style").forEach((style) => style.remove()); // the stylesheet has it
    // it is one picture with one name; the table says the rest
    drawn.querySelectorAll("[aria-label]").forEach((part) => part.removeAttribute("aria-label"));
    drawn.setAttribute("role", "img");
    drawn.setAttribute("aria-label", title);
    place.replaceChildren(drawn);
  };
  select.addEventListener("change", draw);
  let width = 0;
  new ResizeObserver(() => {
    if (Math.abs(place.clientWidth - width) > 8) {
      width = place.clientWidth;
      draw();
    }
  }).observe(place);
}

/** Returns what the colours mean; the table says the same. */
function legend(series) {
  const list = document.createElement("ul");
  list.className = "legend";
  series.forEach((name, i) => {
    const item = document.createElement("li");
    item.className = `s${i % colours.length}`;
    item.textContent = name;
    list.append(item);
  });
  return list;
}

/** Returns how many ticks fit; of small whole numbers no more than there are. */
function ticks(rows, width) {
  const most = Math.max(2, Math.floor(width / 110));
  const whole = rows.every((row) => Number.isInteger(row.value));
  return whole ? Math.max(1, Math.min(most, Math.max(...rows.map((row) => Math.abs(row.value))))) : most;
}

function drawing(rows, kind, width, unit) {
  const several = new Set(rows.map((row) => row.series)).size > 1;
  const fill = several ? "series" : () => "";
  const names = [...new Set(rows.map((row) => row.label))];
  const cut = cutter(width);
  const left = Math.min(250, Math.max(...names.map((name) => wide(cut(name))))) + 24;
  const label = (row) => `${row.label}${row.series ? `\n${row.series}` : ""}\n${row.words}`;
  const shared = {
    width,
    style: { fontSize: "13.5px", fontFamily: "inherit", color: "currentColor" },
    color: { domain: [...new Set(rows.map((row) => row.series))], range: colours, legend: false },
    className: "plot-d6a7b5",
  };
  if (kind === "line")
    return plot({
      ...shared,
      height: 320,
      marginBottom: 90,
      marginLeft: 56,
      x: { domain: names, label: null, tickRotate: -35, tickFormat: cut },
      y: { grid: true, label: unit },
      marks: [
        ruleY([0]),
        lineY(rows, { x: "label", y: "value", stroke: fill, strokeWidth: 2 }),
        dot(rows, { x: "label", y: "value", fill, r: 4 }),
        tip(rows, pointer({ x: "label", y: "value", title: label, fill: "var(--card)" })),
      ],
    });
  const y = several ? { fy: { domain: names, label: null, tickFormat: cut, axis: "left" }, y: { axis: null } }
    : { y: { domain: names, label: null, tickFormat: cut } };
  const at = several ? { fy: "label", y: "series" } : { y: "label" };
  // a bar below nought goes to the left: its words stand at the axis, where there is room
  const end = { ...at, x: (row) => Math.max(0, row.value), text: "words", textAnchor: "start", dx: 6, fill: "var(--quiet)" };
  const count = names.length * (several ? new Set(rows.map((row) => row.series)).size : 1);
  return plot({
    ...shared,
    ...y,
    height: count * (several ? 24 : 30) + 36 + (several ? names.length * 6 : 0),
    marginTop: 6,
    marginLeft: left,
    marginRight: Math.max(...rows.map((row) => wide(row.words))) + 14,
    x: { grid: true, label: null, ticks: ticks(rows, width), nice: true },
    marks: [
      kind === "bars" ? barX(rows, { ...at, x: "value", fill, rx: 2, insetTop: 3, insetBottom: 3 })
        : dot(rows, { ...at, x: "value", fill, r: 6 }),
      text(rows, end),
      ruleX([0]),
      tip(rows, pointerY({ ...at, x: "value", title: label, fill: "var(--card)" })),
    ],
  });
}
