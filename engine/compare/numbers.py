"""Compare a recorded output with a printed one, number by number.

Two outputs match when their text is equal outside numbers (runs of blanks count as one blank, none beside a bracket,
before a comma, before an imaginary part or at the end of a line), and each pair of numbers is equal: integers and
zeros exactly, nan with nan, inf with inf, equal signs, and other floats to 4 units in the last place of float32, or of
float64 where both show 15 significant digits or more. The parts of a complex number are two numbers. There is no other
tolerance: an output must print only digits that hold.
"""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache

#: Units in the last place that two floats may differ by.
ULPS = 4
#: Significand bits, hidden bit not counted.
FLOAT32, FLOAT64 = 23, 52
#: Significant digits from which on a number is taken for a float64.
FLOAT64_DIGITS = 15

_SIZE = r"(?:(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|nan|infinity|inf)"
# A number that stands alone: not part of a word (float32, x1, 3rd, 0x1F) nor of a version (2.13.0). An imaginary part
# follows its real part.
_NUMBER = re.compile(
    rf"(?<![\w.])(?<!\d[-+])[-+]?{_SIZE}(?=j\b|(?!\w|\.\w))|(?<=[\w.])[-+]{_SIZE}(?=j\b)",
    re.IGNORECASE,
)
_IMAGINARY = re.compile(rf"(?<=[\w.]) (?=[-+]{_SIZE}j\b)", re.IGNORECASE)
_INTEGER = re.compile(r"[-+]?\d+")
#: Decimal exponents beyond those of float64. Only libraries for numbers of any size print these.
HUGE = 400


@dataclass(frozen=True)
class Difference:
    """A line that does not match. line: its number in the recorded output, from 1; marks: `^` under what differs."""

    line: int
    recorded: str | None
    printed: str | None
    marks: str = ""

    def __str__(self) -> str:
        rows = []
        if self.recorded is not None:
            rows.append(f"  - {self.recorded}")
        if self.printed is not None:
            rows.append(f"  + {self.printed}")
        if self.marks:
            rows.append(f"    {self.marks}")
        return "\n".join(rows)


@lru_cache(maxsize=256)
def compare(recorded: str, printed: str) -> list[Difference]:
    """All lines in which two outputs differ; an empty list when they match."""
    return [
        Difference(number, old, new, _marks(old, new))
        for number, old, new in _pairs(_lines(recorded), _lines(printed))
        if old is None or new is None or not _line_matches(old, new)
    ]


def _pairs(recorded: list[str], printed: list[str]) -> Iterator[tuple[int, str | None, str | None]]:
    """Lines to compare, with the number of the recorded one. If their counts differ, equal lines are aligned first."""
    if len(recorded) == len(printed):
        blocks = [(0, len(recorded), 0, len(printed))]
    else:
        matcher = difflib.SequenceMatcher(
            None, [_fold(line) for line in recorded], [_fold(line) for line in printed], False
        )
        blocks = [block for tag, *block in matcher.get_opcodes() if tag != "equal"]
    for start, end, first, last in blocks:
        pairs = itertools.zip_longest(recorded[start:end], printed[first:last])
        for number, (old, new) in enumerate(pairs, start + 1):
            yield number, old, new


def numbers_match(recorded: str, printed: str) -> bool:
    """Whether two numbers, as printed, are the same by the rule of this module."""
    if recorded == printed:
        return True
    if _INTEGER.fullmatch(recorded) or _INTEGER.fullmatch(printed):
        return bool(_INTEGER.fullmatch(recorded) and _INTEGER.fullmatch(printed)) and (
            _signed(recorded) == _signed(printed)
        )
    (sign_a, size_a), (sign_b, size_b) = _signed(recorded), _signed(printed)
    if "n" in size_a + size_b:
        return size_a[:3] == size_b[:3] and (size_a == "nan" or sign_a == sign_b)
    if sign_a != sign_b:
        return False
    try:
        a, b = Decimal(size_a), Decimal(size_b)
    except InvalidOperation:  # an exponent of twenty digits
        return False
    bits = FLOAT64 if min(_digits(size_a), _digits(size_b)) >= FLOAT64_DIGITS else FLOAT32
    return a == b or (bool(a and b) and _close(a, b, bits))


def _close(a: Decimal, b: Decimal, bits: int) -> bool:
    """Whether two positive numbers differ by at most ULPS units of the larger one.

    Of numbers beyond float64 the exponent takes no part, or it would take minutes: a unit is then the least that it can
    be for the digits.
    """
    if abs(a.adjusted() - b.adjusted()) > 1:
        return False
    shift = a.adjusted() if abs(a.adjusted()) > HUGE else 0
    x, y = _shifted(a, shift), _shifted(b, shift)
    larger = max(x, y)
    return abs(x - y) <= ULPS * (larger / 2 ** (bits + 1) if shift else _ulp(larger, bits))


def _shifted(value: Decimal, places: int) -> Fraction:
    """The value over ten to the power of `places`, exactly."""
    sign, digits, exponent = value.as_tuple()
    return Fraction(Decimal((sign, digits, int(exponent) - places)))


def _signed(number: str) -> tuple[bool, str]:
    return number.startswith("-"), number.lstrip("+-").lower()


def _digits(number: str) -> int:
    """Significant digits that a number shows."""
    return len(re.sub(r"e.*", "", number).replace(".", "").lstrip("0"))


def _ulp(value: Fraction, bits: int) -> Fraction:
    """Unit in the last place of a positive value for a significand of `bits` bits and an unbounded exponent."""
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    if Fraction(2) ** exponent > value:
        exponent -= 1
    return Fraction(2) ** (exponent - bits)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n") if text.strip() else []


def _fold(line: str) -> str:
    """Blanks only align: fold each run to one, and drop those that a wider number beside a mark would take."""
    line = re.sub(r"[ \t]+", " ", line.rstrip())
    return _IMAGINARY.sub("", re.sub(r"(?<=[\[({]) | (?=[\])},])", "", line))


def _split(line: str) -> tuple[list[str], list[str]]:
    line = _fold(line)
    return _NUMBER.split(line), _NUMBER.findall(line)


def _line_matches(recorded: str, printed: str) -> bool:
    (text_a, numbers_a), (text_b, numbers_b) = _split(recorded), _split(printed)
    return text_a == text_b and all(map(numbers_match, numbers_a, numbers_b))


def _marks(recorded: str | None, printed: str | None) -> str:
    """A `^` under each character of the printed line that belongs to a difference."""
    if recorded is None or printed is None:
        return ""
    old, new = list(_NUMBER.finditer(recorded)), list(_NUMBER.finditer(printed))
    marks = [" "] * len(printed)
    if _split(recorded)[0] == _split(printed)[0]:
        for a, b in zip(old, new, strict=True):
            if not numbers_match(a[0], b[0]):
                start = next((i for i, (x, y) in enumerate(zip(a[0], b[0], strict=False)) if x != y), len(a[0]))
                for i in range(min(b.start() + start, b.end() - 1), b.end()):
                    marks[i] = "^"
    else:
        start = next((i for i, (x, y) in enumerate(zip(recorded, printed, strict=False)) if x != y), 0)
        marks[start:] = "^" * (len(printed) - start)
    return "".join(marks).rstrip()
