// How names are folded for comparing: the port of `kg_builder.text.search.keys` and `text.numerals`.

const DIGITS = new Map([..."零一二三四五六七八九"].map((char, value) => [char, BigInt(value)]));
for (const [char, value] of Object.entries({ "〇": 0, "○": 0, 两: 2 })) DIGITS.set(char, BigInt(value));
[..."零壹贰叁肆伍陆柒捌玖"].forEach((char, value) => DIGITS.set(char, BigInt(value)));
const SMALL = new Map(
  Object.entries({ 十: 10n, 拾: 10n, 百: 100n, 佰: 100n, 千: 1000n, 仟: 1000n }),
);
const LARGE = new Map(Object.entries({ 万: 10n ** 4n, 亿: 10n ** 8n, 兆: 10n ** 12n }));
const SHORT = { 廿: "二十", 卅: "三十", 卌: "四十" };

/** A whole number in Chinese numerals, by place value or digit by digit; null for none. */
export function chineseInteger(text) {
  if (!text) return null;
  const chars = [...text];
  if (chars.every((char) => DIGITS.has(char))) {
    return BigInt(chars.map((char) => DIGITS.get(char)).join(""));
  }
  let rest = text.replace(/[廿卅卌]/g, (char) => SHORT[char]);
  let total = 0n;
  let last = null;
  for (const char of ["兆", "亿", "万"]) {
    rest = rest.replaceAll("億", "亿").replaceAll("萬", "万");
    const place = rest.lastIndexOf(char);
    if (place < 0) continue;
    const head = rest.slice(0, place);
    const part = char === "万" ? belowTenThousand(head, null) : chineseInteger(head);
    if (!part) return null;
    total += part * LARGE.get(char);
    last = LARGE.get(char);
    rest = rest.slice(place + 1);
  }
  const low = rest ? belowTenThousand(rest, last) : 0n;
  return low === null ? null : total + low;
}

function belowTenThousand(text, after) {
  let total = 0n;
  let digit = null;
  let zero = false;
  let place = after;
  let limit = 10_000n;
  for (const char of text) {
    if (DIGITS.has(char)) {
      if (digit) return null;
      digit = DIGITS.get(char);
      zero ||= digit === 0n;
      continue;
    }
    const unit = SMALL.get(char);
    if (unit === undefined || unit >= limit || digit === 0n) return null;
    total += (digit || 1n) * unit;
    [digit, zero, place, limit] = [null, false, unit, unit];
  }
  if (digit) total += digit * (place && place >= 100n && !zero ? place / 10n : 1n);
  return total;
}

const ARABIC = /^([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?$/;

/** A number as people type it (２０２６, 1,234.5, 二〇二六) as digits; null for none. */
export function typedNumber(text) {
  const plain = text.normalize("NFKC").replaceAll("−", "-").trim();
  const match = ARABIC.exec(plain);
  if (match) return `${match[1] === "-" ? "-" : ""}${match[2].replaceAll(",", "")}${match[3] ?? ""}`;
  const [, sign, rest] = /^(负?)(.+)$/.exec(plain) ?? [];
  const value = rest ? chineseInteger(rest) : null;
  return value === null ? null : `${sign ? "-" : ""}${value}`;
}

const NOISE = /[^\p{L}\p{N}]+/gu;
const NUMBER =
  /第?((?:(?<![百千万亿])[零〇一二三四五六七八九两十廿卅])[零〇一二三四五六七八九两十百千万亿廿卅]*)|第(?=\d)/gu;
const DIGIT_BEFORE = /\d$/;
const DIGIT_AFTER = /^\d/;

export class Folder {
  constructor(lexicon) {
    const chars = [...lexicon.traditional];
    this.traditional = new Map();
    for (let at = 0; at < chars.length; at += 2) this.traditional.set(chars[at], chars[at + 1]);
    const fold = (pairs) =>
      Object.entries(pairs).map(([one, other]) => [this.fold(one), this.fold(other)]);
    this.said = new Map(fold(lexicon.said));
    this.longestSaid = Math.max(0, ...[...this.said.keys()].map(({ length }) => length));
    this.same = fold(lexicon.same);
  }

  plain(text) {
    const folded = text.normalize("NFKC").toLowerCase().replaceAll("ß", "ss");
    const simple = Array.from(folded, (char) => this.traditional.get(char) ?? char).join("");
    return simple.replace(/[○◯]/g, "〇").replace(NOISE, (noise, at, whole) => {
      const between =
        DIGIT_BEFORE.test(whole.slice(0, at)) && DIGIT_AFTER.test(whole.slice(at + noise.length));
      return between ? "." : "";
    });
  }

  fold(text) {
    return this.plain(text).replace(NUMBER, (whole, numeral, at, all) => {
      if (numeral === undefined) return "";
      const value = chineseInteger(numeral);
      if (value === null) return whole;
      const before = DIGIT_BEFORE.test(all.slice(0, at)) ? "." : "";
      return `${before}${value}${DIGIT_AFTER.test(all.slice(at + whole.length)) ? "." : ""}`;
    });
  }

  /** A folded text and other ways of saying it: the usual end, a short name in full. */
  ways(folded) {
    const found = new Set([folded]);
    for (const [end, other] of this.same) {
      if (folded.endsWith(end) && folded.length > end.length) {
        found.add(folded.slice(0, -end.length) + other);
        break;
      }
    }
    for (const text of [...found]) {
      for (let length = Math.min(text.length, this.longestSaid); length > 1; length -= 1) {
        const whole = this.said.get(text.slice(0, length));
        if (whole === undefined || /^[a-z]{2}/.test(text.slice(length - 1))) continue;
        if (!text.startsWith(whole)) found.add(whole + text.slice(length));
        break;
      }
    }
    return [...found];
  }
}

/** The key of pinyin as it is typed, no tones, neither as marks nor digits, ü as v; else null. */
export function pinyinTyped(text) {
  const key = text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replaceAll("u\u0308", "v")
    .replace(/\p{M}/gu, "")
    .replace(/(?<=[a-z])[1-5](?![0-9])/g, "")
    .replace(NOISE, "");
  return /^[a-z0-9.]*[a-z][a-z0-9.]*$/.test(key) ? key : null;
}
