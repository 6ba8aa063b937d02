// Where things lead: to fragments of this page, which can be kept and sent.

export const encode = (text) => encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("%3A", ":");

export const entityLink = (iri) => `#e/${encode(iri)}`;
/** The IRI of a class by its name in the index of names. */
export const classIri = (page, name) => page.prefixes.long(`kg:${name}`) ?? name;
export const searchLink = (text) => `#s/${encode(text)}`;
export const sparqlLink = (text) => `#sparql/${encode(text)}`;

/** `given`: for each parameter the values as a person types them. */
export function queryLink(name, given = {}) {
  const pairs = Object.entries(given).flatMap(([parameter, values]) =>
    values.map((value) => `${encode(parameter)}=${encode(value)}`),
  );
  return `#q/${name}${pairs.length ? `?${pairs.join("&")}` : ""}`;
}

/** {page, rest, given} of a fragment. */
export function readLink(hash) {
  const text = hash.replace(/^#/, "");
  const at = text.indexOf("/");
  const page = at < 0 ? text : text.slice(0, at);
  let rest = at < 0 ? "" : text.slice(at + 1);
  const given = {};
  if (page === "q") {
    const [name, pairs = ""] = rest.split("?");
    for (const pair of pairs.split("&").filter(Boolean)) {
      const [parameter, value = ""] = pair.split("=").map(decoded);
      (given[parameter] ??= []).push(value);
    }
    rest = name;
  }
  return { page, rest: decoded(rest), given };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
