// Elements, made of text alone: nothing of the data is ever read as HTML.

const ACTING =
  // control characters, and those that turn the direction of what follows
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g;

export const safe = (text) => String(text).replace(ACTING, "\ufffd");

/** An element: attributes, `on…` listeners, children (nodes, texts, lists; null is none). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = safe(value);
    else element.setAttribute(name, value === true ? "" : safe(value));
  }
  add(element, children);
  return element;
}

export function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : safe(child));
  }
  return element;
}

/** Items with a mark between each two. */
export const between = (mark, items) => items.flatMap((item, at) => (at ? [mark, item] : [item]));

export function replace(element, ...children) {
  element.replaceChildren();
  return add(element, children);
}

/** An address that a reader may follow out of the page: the web's alone. */
export const isWeb = (iri) => /^https?:\/\/[^\s<>"]+$/i.test(iri);

export function save(name, type, ...parts) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = h("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
