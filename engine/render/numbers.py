"""Measured numbers as readers see them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

#: The names of value, first and second derivative in running text.
SYMBOLS = ("*f*", "*f*′", "*f*″")


def number(value: float, digits: int = 2) -> str:
    """A number for readers: few digits, large and small ones with a power of ten, a true minus sign."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "∞" if value > 0 else "−∞"
    rounded = float(f"{value:.{digits}g}")
    if rounded == 0 or 1e-4 <= abs(rounded) < 1e5:
        return f"{rounded:.{max(digits, 6)}g}".replace("-", "−")
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return f"{mantissa} × 10<sup>{int(exponent)}</sup>".replace("-", "−")


def exactly(value: float) -> str:
    """A finite number that somebody chose, as they would write it: 0.125, 1/3, or with all its digits."""
    short, fraction = f"{value:.6g}", Fraction(value).limit_denominator(100)
    if float(short) != value and fraction.numerator / fraction.denominator == value:
        short = str(fraction)
    return (short if "/" in short or float(short) == value else repr(value)).replace("-", "−")


def place(x: float) -> str:
    """An x with as many digits as tell it from a whole number that it only lies near to."""
    near = float(f"{x:.6g}")
    return repr(x).replace("-", "−") if near != x and near.is_integer() and abs(x) < 1e6 else number(x, 6)


def distinct(values: Iterable[float]) -> dict[float, str]:
    """Finite numbers with as many digits as tell all of them apart, and six at least."""
    known = sorted(set(values))

    def texts(digits: int) -> dict[float, str]:
        return {value: number(value, digits) for value in known}

    return next((found for found in map(texts, range(6, 17)) if len({*found.values()}) == len(known)), texts(17))


def apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers with as many digits as tell them apart, and one more where a double has it.

    Fewer may, and that one more not: beside 0.25, with one digit. What stands beside nan or infinity has four.
    """
    if not (math.isfinite(one) and math.isfinite(other)):
        return number(one, 4), number(other, 4)

    def differ(digits: int) -> bool:
        return number(one, digits) != number(other, digits)

    first = next((digits for digits in range(1, 18) if differ(digits) and differ(min(digits + 1, 17))), 17)
    digits = max(first, min(first + 1, 16))
    return number(one, digits), number(other, digits)
