// What may stand at a place of a query: terms of the ontology, as far as the graph really has them.

const words = ["SELECT", "WHERE", "OPTIONAL", "FILTER", "BIND", "VALUES", "UNION", "MINUS", "GRAPH", "GROUP BY", "ORDER BY",
  "HAVING", "LIMIT", "OFFSET", "DISTINCT", "COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT", "CONTAINS", "REGEX",
  "STR", "LANG", "YEAR", "BOUND", "IF", "COALESCE", "EXISTS", "NOT EXISTS", "CONSTRUCT", "ASK", "DESCRIBE", "PREFIX", "DESC", "ASC"];

/** Returns a source of completions for CodeMirror; `terms` and `suggest` are addresses. */
export function completing(terms, suggest, zh) {
  let loaded;
  const load = () => (loaded ??= fetch(terms).then((answer) => answer.json()));
  const label = (item) => (zh ? item[1] || item[2] : item[2] || item[1]);
  const option = (item, boost, detail) => ({
    label: item[0],
    displayLabel: `${item[0]}  ${label(item)}`,
    called: [item[1], item[2]],
    detail,
    boost,
    type: "type",
  });

  return async (context) => {
    if (context.tokenBefore(["Comment"])) return null; // Enter ends it, and takes no word of ours
    // names in quotes: what things are called
    const quoted = context.matchBefore(/"[^"\n]*/);
    if (quoted && quoted.text.length > 1) {
      const found = await named(suggest, quoted.text.slice(1), context);
      return {
        from: quoted.from,
        filter: false,
        options: found.map((item) => ({
          label: `"${item.name.replace(/[\\"]/g, "\\$&")}"@zh`,
          displayLabel: item.name,
          detail: [item.qualifier, item.kind].filter(Boolean).join(" · "),
          apply: (view, _, from, to) => {
            const after = view.state.sliceDoc(to, to + 1) === '"' ? to + 1 : to;
            const insert = `"${item.name.replace(/[\\"]/g, "\\$&")}"@zh`;
            view.dispatch({ changes: { from, to: after, insert }, selection: { anchor: from + insert.length } });
          },
        })),
      };
    }
    if (context.tokenBefore(["String", "IriRef"])) return null;
    const typed = context.matchBefore(/[?$]?[\p{L}\p{N}_:-]*/u);
    if (!typed || (typed.from === typed.to && !context.explicit)) return null;
    const known = await load();
    const before = context.state.sliceDoc(0, typed.from);
    if (/^[?$]/.test(typed.text)) return variables(context, typed);
    const wantsClass = /(?:^|[\s;{])(?:a|rdf:type)\s+$/u.test(before);
    const options = [];
    if (wantsClass) {
      for (const item of known.classes) options.push(option(item, 50, String(item[3])));
    } else {
      const here = classesOf(context.state.doc.toString(), known);
      for (const item of known.properties) {
        const count = Math.max(0, ...here.map((one) => one[4][item[0]] ?? 0));
        const detail = count ? `${count}${item[4] ? ` · ${item[4]}` : ""}` : String(item[3]);
        options.push(option(item, count ? 40 : 0, detail));
      }
      for (const item of known.concepts) options.push(option(item, -10, ""));
      for (const item of known.classes) options.push(option(item, -20, String(item[3])));
      for (const word of words) options.push({ label: word, type: "keyword", boost: -5 });
      for (const name of Object.keys(known.prefixes)) options.push({ label: `${name}:`, type: "namespace", boost: -30 });
    }
    const text = typed.text.toLowerCase();
    // a term is found by its name, and by what it is called in either language
    const fits = (one) => [one.label, ...(one.called ?? [])].some((words) => words?.toLowerCase().includes(text));
    const left = options.filter(fits);
    if (/[^\x00-\x7f]/.test(text) && !wantsClass) {
      for (const item of await named(suggest, typed.text, context))
        if (item.term && !item.term.startsWith("<"))
          left.push({ label: item.term, displayLabel: `${item.name}  ${item.term}`, detail: item.kind, boost: -1 });
    }
    left.sort((a, b) => (b.boost ?? 0) - (a.boost ?? 0) || starts(b, text) - starts(a, text));
    return { from: typed.from, filter: false, options: left.slice(0, 80) };
  };
}

const starts = (one, text) =>
  Number(one.label.toLowerCase().startsWith(text) || one.label.toLowerCase().split(":")[1]?.startsWith(text));

async function named(suggest, text, context) {
  const address = new URL(suggest, location.href);
  address.searchParams.set("q", text);
  const stop = new AbortController();
  context.addEventListener("abort", () => stop.abort());
  try {
    const answer = await fetch(address, { signal: stop.signal });
    return answer.ok ? await answer.json() : [];
  } catch {
    return [];
  }
}

function variables(context, typed) {
  const found = new Set(context.state.doc.toString().match(/[?$][\p{L}\p{N}_]+/gu) ?? []);
  found.delete(typed.text);
  return { from: typed.from, options: [...found].map((name) => ({ label: name, type: "variable" })) };
}

/** Returns the classes that a text names: their properties come first. */
function classesOf(text, known) {
  const names = new Set([...text.matchAll(/(?:^|[\s;{])(?:a|rdf:type)\s+([\p{L}\p{N}_:-]+)/gu)].map((match) => match[1]));
  return known.classes.filter((item) => names.has(item[0]));
}
