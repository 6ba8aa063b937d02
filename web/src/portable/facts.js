// The facts that a solution rests on: the port of `kg_builder.graph.query.matches`.
// Patterns and texts were read from the query at export (`kg_builder.graph.query.plans`).

const MATCHES = 100_000;
const JOINS = 20;

/** Text with gaps for parameters, filled: `terms` has the written terms by name. */
export function bind(gapped, terms) {
  return gapped
    .map((part, number) => {
      if (number % 2 === 0) return part;
      const given = terms[part];
      return given?.length ? `VALUES ?${part} { ${given.join(" ")} }` : "";
    })
    .join("");
}

/** For each row (Map from variable to term) the triples, by their key. `graph` is an Engine. */
export function factsOf(graph, plan, terms, rows) {
  const found = rows.map(() => new Map());
  const nested = plan.levels.map(() => new Map());
  const { names, matches } = graph.matches(bind(plan.text, terms), MATCHES);
  const keys = keysOf(plan, names);
  if (plan.keys.length && !keys.length && rows.length > 1) return found;
  const byKey = new Map();
  rows.forEach((row, number) => {
    const key = keys.map((name) => graph.key(row.get(name))).join("\u0001");
    if (!byKey.has(key)) byKey.set(key, []);
    byKey.get(key).push(number);
  });
  for (const env of matches) {
    const numbers = byKey.get(keys.map((name) => graph.key(env.get(name))).join("\u0001"));
    if (!numbers) continue;
    const triples = ground(graph, plan.patterns, env);
    for (const number of numbers) {
      for (const triple of triples) found[number].set(graph.tripleKey(triple), triple);
    }
    plan.levels.forEach((child, place) => {
      const shown = child.columns.map(([name]) => env.get(name) ?? null);
      const key = shown.map((term) => graph.key(term)).join("\u0001");
      if (!nested[place].has(key)) nested[place].set(key, { shown, numbers: new Set() });
      for (const number of numbers) nested[place].get(key).numbers.add(number);
    });
  }
  plan.levels.forEach((child, place) => {
    const groups = [...nested[place].values()];
    const inner = groups.map(
      ({ shown }) => new Map(child.columns.map(([name], at) => [name, shown[at]])),
    );
    factsOf(graph, child, terms, inner).forEach((triples, at) => {
      for (const number of groups[at].numbers) {
        for (const [key, triple] of triples) found[number].set(key, triple);
      }
    });
  });
  return found;
}

function keysOf(plan, names) {
  if (!plan.columns.length) return names;
  const grouped = new Set(plan.keys);
  return plan.columns
    .map(([name]) => name)
    .filter((name) => names.includes(name) && (grouped.has(name) || !plan.aggregates));
}

function ground(graph, patterns, env) {
  const found = [];
  const hidden = [];
  for (const pattern of patterns) {
    const [subject, predicate, object] = pattern;
    if (subject.b !== undefined || object.b !== undefined) {
      hidden.push(pattern);
      continue;
    }
    const start = termOf(graph, subject, env);
    const end = termOf(graph, object, env);
    if (!start || !end) continue;
    const wanted = graph.key(end);
    for (const [node, triples] of steps(graph, start, pathOf(predicate, env), false)) {
      if (graph.key(node) === wanted) {
        found.push(...triples);
        break;
      }
    }
  }
  let count = 0;
  for (const triples of join(graph, hidden, new Map(env))) {
    found.push(...triples);
    count += 1;
    if (count === JOINS) break;
  }
  return found;
}

function* join(graph, patterns, env) {
  if (!patterns.length) {
    yield [];
    return;
  }
  const ready = patterns.find(
    ([s, , o]) => termOf(graph, s, env) !== null || termOf(graph, o, env) !== null,
  );
  if (!ready) return;
  const others = patterns.filter((pattern) => pattern !== ready);
  const start = termOf(graph, ready[0], env);
  const end = termOf(graph, ready[2], env);
  const backward = start === null;
  const [near, far, open] = backward ? [end, start, ready[0]] : [start, end, ready[2]];
  for (const [node, triples] of steps(graph, near, pathOf(ready[1], env), backward)) {
    if (far && graph.key(node) !== graph.key(far)) continue;
    const extended = new Map(env).set(open.b === undefined ? open.v : `_:${open.b}`, node);
    for (const more of join(graph, others, extended)) yield [...triples, ...more];
  }
}

function termOf(graph, node, env) {
  if (node.v !== undefined) return env.get(node.v) ?? null;
  if (node.b !== undefined) return env.get(`_:${node.b}`) ?? null;
  if (node.i !== undefined) return graph.iri(node.i);
  return graph.literal(node.l, node.g ?? null, node.d ?? null);
}

function pathOf(path, env) {
  if (path.v === undefined) return path;
  const found = env.get(path.v);
  return found?.termType === "NamedNode" ? { i: found.value } : {};
}

function* steps(graph, node, path, backward) {
  if (path.i !== undefined) yield* links(graph, node, path.i, backward);
  else if (path.inv) yield* steps(graph, node, path.inv, !backward);
  else if (path.seq) {
    yield* sequence(graph, node, backward ? [...path.seq].reverse() : path.seq, backward);
  } else if (path.alt) {
    for (const part of path.alt) yield* steps(graph, node, part, backward);
  } else if (path.mul) yield* repeated(graph, node, path, backward);
  else if (path.neg) {
    for (const [end, triples] of links(graph, node, null, backward)) {
      if (!path.neg.includes(triples[0].predicate.value)) yield [end, triples];
    }
  }
}

function* links(graph, node, predicate, backward) {
  if (!backward && node.termType === "Literal") return;
  const found = backward
    ? graph.match(null, predicate, node)
    : graph.match(node, predicate, null);
  for (const quad of found) yield [backward ? quad.subject : quad.object, [quad]];
}

function* sequence(graph, node, parts, backward) {
  if (!parts.length) {
    yield [node, []];
    return;
  }
  for (const [middle, triples] of steps(graph, node, parts[0], backward)) {
    for (const [end, more] of sequence(graph, middle, parts.slice(1), backward)) {
      yield [end, [...triples, ...more]];
    }
  }
}

function* repeated(graph, node, path, backward) {
  if ("?*".includes(path.mod)) yield [node, []];
  const seen = new Set([graph.key(node)]);
  let border = [[node, []]];
  while (border.length) {
    const reached = [];
    for (const [here, way] of border) {
      for (const [end, triples] of steps(graph, here, path.mul, backward)) {
        if (seen.has(graph.key(end))) continue;
        seen.add(graph.key(end));
        reached.push([end, [...way, ...triples]]);
      }
    }
    yield* reached;
    border = path.mod === "?" ? [] : reached;
  }
}
