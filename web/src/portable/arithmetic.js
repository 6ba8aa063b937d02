// Oxigraph before 0.5.12, the newest on npm among them, reads `a - b + c` as `a - (b + c)`, and
// `a / b * c` as `a / (b * c)`. So arithmetic is given its brackets before the engine reads it.
//
// Only expressions are touched: `/`, `*` and `+` mean other things in property paths, and brackets
// hold data in VALUES and lists. What is no SPARQL stays as it is, for the engine to refuse.

const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+|#[^\n\r]*)`,
    String.raw`(?<iri><[^\s<>"{}|^\x60\\]*>)`,
    String.raw`(?<text>"""(?:"{0,2}(?:[^"\\]|\\[^]))*"""|'''(?:'{0,2}(?:[^'\\]|\\[^]))*'''|"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')`,
    String.raw`(?<variable>[?$][\p{L}\p{N}_]+)`,
    String.raw`(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)`,
    String.raw`(?<tag>@[A-Za-z][A-Za-z0-9-]*)`,
    String.raw`(?<name>(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_-])?)?:(?:[\p{L}\p{N}_:%\\](?:\\.|[\p{L}\p{N}_:%.-])*(?<!\.))?)`,
    String.raw`(?<word>[A-Za-z][A-Za-z0-9_]*)`,
    String.raw`(?<mark>\^\^|\|\||&&|!=|<=|>=|[^])`,
  ].join("|"),
  "gu",
);
const OPENS = new Set(["FILTER", "BIND"]);
const HEADS = new Set(["SELECT", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET"]);
const SIGNS = new Set(["+", "-"]);
const FACTORS = new Set(["*", "/"]);

/** A query with brackets where its arithmetic is to be read from left to right. */
export function leftToRight(query) {
  const tokens = [...query.matchAll(TOKEN)]
    .map((match) => {
      const [kind] = Object.entries(match.groups).find(([, found]) => found !== undefined);
      return { kind, text: match[0], start: match.index, end: match.index + match[0].length };
    })
    .filter(({ kind }) => kind !== "space");
  const inserted = new Reader(tokens).read();
  let result = "";
  let place = 0;
  for (const [at, text] of inserted) {
    result += query.slice(place, at) + text;
    place = at;
  }
  return result + query.slice(place);
}

/** Walks groups and expressions; `frames` holds what is open. */
class Reader {
  constructor(tokens) {
    this.tokens = tokens;
    this.brackets = [];
  }

  read() {
    const frames = [{ kind: "group", mode: "pattern", pending: false }];
    for (const token of this.tokens) {
      const frame = frames.at(-1);
      const mark = token.kind === "mark" ? token.text : "";
      if (mark === "{") {
        frames.push({ kind: "group", mode: "pattern", pending: false, start: token.start });
        frame.pending = false;
      } else if (mark === "}") {
        if (frames.length > 1 && frame.kind === "group") frames.pop();
        const below = frames.at(-1);
        if (below.kind === "expression") below.items.push({ ...token, start: frame.start, kind: "operand" });
      } else if (mark === "(") {
        frames.push(this.#bracket(frame, token));
        frame.pending = false;
      } else if (mark === ")") {
        if (frames.length > 1 && frame.kind !== "group") frames.pop();
        if (frame.kind === "expression") this.#arrange(frame.items);
        const below = frames.at(-1);
        if (below.kind === "expression" && frame.kind !== "group") {
          below.items.push({ kind: "operand", text: "()", start: frame.start, end: token.end });
        }
      } else if (frame.kind === "expression") frame.items.push(token);
      else if (frame.kind === "group") this.#inGroup(frame, token);
    }
    return this.brackets.sort((a, b) => a[0] - b[0] || a[2] - b[2]).map(([at, text]) => [at, text]);
  }

  #bracket(frame, token) {
    const isExpression =
      frame.kind === "expression" ||
      (frame.kind === "group" && (frame.mode === "head" || frame.pending));
    return isExpression
      ? { kind: "expression", items: [], start: token.start }
      : { kind: "other", start: token.start };
  }

  #inGroup(frame, token) {
    if (token.kind !== "word") return;
    const word = token.text.toUpperCase();
    if (HEADS.has(word)) frame.mode = "head";
    else if (word === "WHERE" || word === "VALUES") frame.mode = "pattern";
    else if (OPENS.has(word)) frame.pending = true;
  }

  /** Put brackets around the operations of one bracket's items. */
  #arrange(items) {
    let part = [];
    for (const item of items) {
      if (isOperator(item, SIGNS) || isOperator(item, FACTORS) || isOperandPart(item)) part.push(item);
      else {
        this.#sum(part);
        part = [];
      }
    }
    this.#sum(part);
  }

  #sum(items) {
    const terms = split(operands(items), SIGNS);
    for (const term of terms) this.#chain(split(term, FACTORS));
    this.#chain(terms);
  }

  /** a - b + c: an opening bracket before a, a closing one behind b. */
  #chain(parts) {
    if (parts.length < 3 || parts.some((part) => !part.length)) return;
    const start = parts[0][0].start;
    for (let at = 1; at < parts.length - 1; at += 1) {
      this.brackets.push([start, "(", 1], [parts[at].at(-1).end, ")", 0]);
    }
  }
}

const isOperator = (item, operators) => item.kind === "mark" && operators.has(item.text);

/** Whether an item may be a part of an operand: a term, a call, a sign in front. */
function isOperandPart(item) {
  if (item.kind === "word") return !["AS", "IN", "NOT", "DISTINCT"].includes(item.text.toUpperCase());
  return item.kind !== "mark" || item.text === "!" || item.text === "^^";
}

/** Items as operands and operators: signs in front, calls and datatypes go with their operand. */
function operands(items) {
  const found = [];
  let open = false;
  for (const item of items) {
    const last = found.at(-1);
    if (isOperator(item, SIGNS) || isOperator(item, FACTORS)) {
      if (open) {
        found.push(item);
        open = false;
      } else if (last && last.prefix) last.end = item.end;
      else found.push({ kind: "operand", start: item.start, end: item.end, prefix: true });
    } else if (last && (open || last.prefix) && last.kind === "operand") {
      last.end = item.end;
      last.prefix = item.text === "!";
      open = !last.prefix;
    } else {
      const prefix = item.text === "!";
      found.push({ kind: "operand", start: item.start, end: item.end, prefix });
      open = !prefix;
    }
  }
  return found;
}

function split(items, operators) {
  const parts = [[]];
  for (const item of items) {
    if (isOperator(item, operators)) parts.push([]);
    else parts.at(-1).push(item);
  }
  return parts;
}
