"""Numbers as Chinese reports write them, read exactly.

Arabic digits (half or full width, with thousands separators), Chinese numerals (一百二十三, 两千,
二〇二四, 廿, financial 壹贰叁), and both mixed with 十, 百, 千, 万, 亿 (1.2万, 3千万, 1.4万亿).
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

_DIGITS = {
    **{char: value for value, char in enumerate("零一二三四五六七八九")},
    **{char: value for value, char in enumerate("零壹贰叁肆伍陆柒捌玖")},
    "〇": 0,
    "○": 0,
    "两": 2,
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
_SHORT = {"廿": "二十", "卅": "三十", "卌": "四十"}

_LONGEST = 64
_ARABIC = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?([十百千万亿]*)")
_CHINESE = re.compile(
    "([负+-]?)"
    "([零〇○一二三四五六七八九两壹贰叁肆伍陆柒捌玖拾十佰百仟千万亿萬億兆廿卅卌]+)"
    "(?:点([零〇○一二三四五六七八九]+))?"
)
_WIDE = str.maketrans({",": ",", "﹐": ",", "−": "-", "－": "-", "﹣": "-", "＋": "+"})


def parse_number(text: str) -> Decimal | None:
    """Return the number that `text` is as a whole, or None if it is none.

    `1,234.50`, `１２`, `1.2万`, `-0.9`, `一百零五`, `两千三`, `二〇二四`, `一点五`, `1.4万亿` are;
    anything with a unit or other words is not. The result is exact: no binary fractions.
    """
    text = _folded(text)
    if not text or len(text) > _LONGEST:
        return None
    if match := _ARABIC.fullmatch(text):
        scale = 1
        for char in match[4]:
            scale *= _SMALL.get(char) or _LARGE[char]
        value = Decimal(match[2].replace(",", "") + (match[3] or "")) * scale
        if scale > 1 and value == value.to_integral_value():
            value = Decimal(int(value))
        return -value if match[1] == "-" else value
    if match := _CHINESE.fullmatch(text):
        whole = _chinese_integer(match[2])
        if whole is None:
            return None
        fraction = "".join(str(_DIGITS[char]) for char in match[3] or "")
        value = Decimal(f"{whole}.{fraction}" if fraction else whole)
        return -value if match[1] in ("负", "-") else value
    return None


def parse_integer(text: str) -> int | None:
    """Return the whole number that `text` is, or None."""
    value = parse_number(text)
    return int(value) if value is not None and value == value.to_integral_value() else None


def _folded(text: str) -> str:
    if len(text) > 2 * _LONGEST:
        return text
    return unicodedata.normalize("NFKC", text).translate(_WIDE).strip()


def _chinese_integer(text: str) -> int | None:
    """Read a whole number in Chinese numerals: by place value, or digit by digit (二〇二四)."""
    if not text:
        return None
    if all(char in _DIGITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    for short, whole in _SHORT.items():
        text = text.replace(short, whole)
    total = 0
    rest = text
    last = None
    for char in ("兆", "亿", "万"):
        head, found, tail = rest.replace("億", "亿").replace("萬", "万").rpartition(char)
        if not found:
            continue
        part = _chinese_integer(head) if char != "万" else _below_ten_thousand(head)
        if part is None or not part:
            return None
        total += part * _LARGE[char]
        last, rest = _LARGE[char], tail
    low = _below_ten_thousand(rest, after=last) if rest else 0
    return None if low is None else total + low


def _below_ten_thousand(text: str, after: int | None = None) -> int | None:
    """Read thousands, hundreds, tens and ones; `after` is the place value before them.

    A single digit right behind a place value counts tenths of it: 两千三 is 2300, 三万五 35000.
    """
    total = 0
    digit: int | None = None
    zero = False
    place = after
    limit = 10_000
    for char in text:
        if char in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[char]
            zero = zero or digit == 0
            continue
        unit = _SMALL[char]
        if unit >= limit or digit == 0:
            return None
        total += (digit or 1) * unit
        digit, zero, place, limit = None, False, unit, unit
    if digit:
        total += digit * (place // 10 if place and place >= 100 and not zero else 1)
    return total
