// Finding things by what somebody types: characters, parts, pinyin, initials, short forms.
// The keys were made at export by the index that `kg` itself looks names up in.

import { Folder, pinyinTyped } from "./fold.js";

const LONGEST = 200;
const NEVER = 99;
const NEAR = 5;
const CLOSE = 0.5;
const CLOSE_LATIN = 0.85;
/** Of two dozen letters any two words share some. */
const LIKE = 3;
const SPLIT = 24;
const AREA = "AdministrativeArea";
const JOINTS = new Set(["in", "of", "at", "on", "near", "for", "by", "the"]);
const LETTERS = 3;
/** So few letters stand inside many names: they must open one. */

export class Names {
  constructor(front) {
    this.folder = new Folder(front.lexicon);
    this.classes = front.classes.map(([name]) => name);
    this.classNames = new Map(front.classes.map(([name, zh, en]) => [name, [zh, en]]));
    this.definitions = new Map(front.classes.map(([name, , , definition]) => [name, definition]));
    /** How many members each class has, as the site and the queries count them. */
    this.sizes = new Map(front.classes.map(([name, , , , count]) => [name, count]));
    this.records = front.records.map(
      ([iri, names, classes, qualifier, apart, keys, parts, latin, initials]) => ({
        iri,
        name: names[0],
        names,
        classes: classes.map((number) => this.classes[number]),
        qualifier,
        apart: Boolean(apart),
        keys,
        parts,
        latin,
        initials,
      }),
    );
    this.kinds = [...new Set(this.records.flatMap(({ apart, classes }) => (apart ? [] : classes)))];
    this.byIri = new Map(this.records.map((record) => [record.iri, record]));
  }

  kind(record, language) {
    const name = record.classes[0];
    const words = name && this.classNames.get(name);
    return words ? words[language === "zh" ? 0 : 1] : "";
  }

  /** The best records first; with `wanted`, those of a class alone. */
  search(text, { wanted = null, limit = 20 } = {}) {
    return this.#ranked(text, wanted)
      .slice(0, limit)
      .map(({ record, matched }) => ({ record, matched }));
  }

  /** What a name means: {record}, or {several} that fit equally well, or {near}. */
  resolve(text, wanted) {
    const ranked = this.#ranked(text, wanted);
    const sure = ranked.filter((hit) => hit.cost < 4);
    const best = sure.filter((hit) => hit.cost === sure[0].cost);
    if (best.length === 1) return { record: best[0].record };
    if (best.length) return { several: best.map((hit) => hit.record) };
    const near = ranked.length ? ranked.map((hit) => hit.record) : this.#close(text, wanted);
    return { near: near.slice(0, NEAR) };
  }

  /** Classes of things that are called so; else a few whose definition has the word. */
  classesCalled(word) {
    const wanted = word.trim().toLowerCase();
    const called = this.kinds.filter((name) =>
      this.classNames.get(name).some((words) => forms(words.toLowerCase()).includes(wanted)),
    );
    if (called.length || wanted.length < 2 || /^[\x00-\x7f]*$/.test(wanted)) return called;
    return this.kinds
      .filter((name) => this.definitions.get(name).includes(wanted))
      .slice(0, LIKE);
  }

  /** A class and things, where a text names both: 八里庄食堂, 具身智能 政策; else null. */
  beside(text) {
    for (const [word, rest] of splits(text.trim())) {
      const classes = this.classesCalled(word);
      if (!classes.length) continue;
      // a street is called as its road or a place is (学院路), and has all that these have
      const things = [AREA, null].flatMap((wanted) => {
        const { record, several = [] } = this.resolve(rest, wanted);
        return record ? [record] : several.slice(0, LIKE);
      });
      if (things.length) return { classes, things: [...new Set(things)] };
    }
    return null;
  }

  /** What shares most characters with a text. */
  #close(text, wanted) {
    const folded = this.folder.fold(text);
    const latin = pinyinTyped(text);
    const least = latin ? CLOSE_LATIN : CLOSE;
    return this.records
      .filter((record) => (wanted ? record.classes.includes(wanted) : !record.apart))
      .map((record) => ({
        record,
        share: Math.max(
          ...[...record.keys, ...record.parts].map((key) => shared(folded, key)),
          ...(latin ? record.latin.map((key) => shared(latin, key)) : []),
          0,
        ),
      }))
      .filter(({ share }) => share >= least)
      .sort((a, b) => b.share - a.share || (a.record.iri < b.record.iri ? -1 : 1))
      .map(({ record }) => record);
  }

  #ranked(text, wanted) {
    const typed = text.trim();
    if (!typed || typed.length > LONGEST) return [];
    const folded = this.folder.fold(typed);
    if (!folded) return [];
    const asked = {
      typed,
      folded,
      ways: this.folder.ways(folded),
      latin: pinyinTyped(typed),
    };
    const found = [];
    for (const record of this.records) {
      if (wanted ? !record.classes.includes(wanted) : false) continue;
      const [cost, matched] = fit(record, asked);
      if (cost < NEVER) found.push({ record, matched, cost, away: !wanted && record.apart });
    }
    return found.sort(
      (a, b) =>
        a.away - b.away ||
        a.cost - b.cost ||
        a.matched.length - b.matched.length ||
        (a.record.iri < b.record.iri ? -1 : 1),
    );
  }
}

/** A word for a class, and its English plural. */
const forms = (word) => [word, word.endsWith("y") ? `${word.slice(0, -1)}ies` : `${word}s`];

/** The ways to read a text as a word for a class and a name, the likelier first. */
function splits(text) {
  const words = text.split(/\s+/).filter((word) => !JOINTS.has(word.toLowerCase()));
  if (words.length > 1) {
    return Array.from({ length: words.length - 1 }, (_, at) => {
      const [before, behind] = [words.slice(0, -1 - at).join(" "), words.slice(-1 - at).join(" ")];
      return [[behind, before], [before, behind]];
    }).flat();
  }
  if (text.length > SPLIT) return [];
  return Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => [
    text.slice(at + 1).replace(/^的/, ""),
    text.slice(0, at + 1).replace(/的$/, ""),
  ]);
}

/** How well a record fits, the lower the better, and the name or key that does. */
function fit(record, { typed, folded, ways, latin }) {
  if (record.name === typed) return [0, typed];
  if (record.names.includes(typed)) return [0.5, typed];
  let best = [NEVER, ""];
  const take = (cost, key) => {
    if (cost < best[0] || (cost === best[0] && key.length < best[1].length)) best = [cost, key];
  };
  const keys = record.keys.length ? record.keys : record.names;
  for (const key of keys) {
    if (key === folded) take(1, key);
    else if (ways.includes(key)) take(1.5, key);
    else if (key.startsWith(folded)) take(4, key);
    else if (folded.length >= (latin ? LETTERS : 2) && key.includes(folded)) take(8, key);
    else if (key.length > 1 && folded.endsWith(key) && !latin) take(11, key);
    else if (folded.length > 1 && !latin && cutFrom(folded, key)) take(10, key);
  }
  for (const key of record.parts) {
    if (ways.includes(key)) take(2, key);
    else if (key.startsWith(folded)) take(5, key);
  }
  if (latin) {
    for (const [keys_, cost] of [
      [record.latin, 0],
      [record.initials, 0.5],
    ]) {
      for (const key of keys_) {
        if (key === latin) take(3 + cost, key);
        else if (key.startsWith(latin)) take(6 + cost, key);
        else if (latin.length >= LETTERS && key.includes(latin)) take(9 + cost, key);
      }
    }
  }
  return best;
}

/** Whether the characters of a short form stand in a name in their order. */
function cutFrom(short, name) {
  let at = 0;
  for (const char of name) if (char === short[at]) at += 1;
  return at === short.length;
}

/** The share of equal characters of two texts, in any order. */
function shared(one, other) {
  const counts = new Map();
  for (const char of one) counts.set(char, (counts.get(char) ?? 0) + 1);
  let both = 0;
  for (const char of other) {
    const left = counts.get(char) ?? 0;
    if (left) {
      both += 1;
      counts.set(char, left - 1);
    }
  }
  return (2 * both) / (one.length + other.length);
}
