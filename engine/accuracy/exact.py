"""Exact values in arrays, how a format rounds them, and the error of a computed value in ulp."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.accuracy.formats import Format

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Exact:
    """Exact values to 106 bits: (high + low / 2**53) * 2**exponent, with 2**52 <= abs(high) < 2**53 or zero.

    A high of inf is an infinite value, of nan one that is undefined. What is not zero, and too near
    to it for any format, has the exponent -FAR of `engine.accuracy.oracle`.
    """

    high: Floats
    low: Floats
    exponent: Integers

    def __getitem__(self, index: Any) -> Exact:
        return Exact(self.high[index], self.low[index], self.exponent[index])

    @staticmethod
    def join(parts: Sequence[Exact]) -> Exact:
        """One after the other."""
        return Exact(
            *(np.concatenate([getattr(part, name.name) for part in parts]) for name in dataclasses.fields(Exact))
        )

    def unit(self, format: Format) -> Integers:
        """Exponent of the unit in the last place of the format at each value.

        Below the normal numbers it is the smallest subnormal, so also at 0; beyond the largest number it is that of
        the largest.
        """
        return np.clip(self.exponent + 52, format.lowest, format.highest) - (format.precision - 1)

    def scaled(self, unit: Integers) -> tuple[Floats, Floats]:
        """The values over 2**unit, as two floats whose sum they are."""
        shift = np.clip(self.exponent - unit, -4000, 4000).astype(np.int32)
        with np.errstate(over="ignore", under="ignore"):
            return np.ldexp(self.high, shift), np.ldexp(self.low, shift - 53)

    def normal(self, format: Format) -> NDArray[np.bool_]:
        """Where the value is finite in the format and no subnormal number of it."""
        return np.isfinite(self.rounded(format)) & (self.high != 0) & (self.exponent + 52 >= format.lowest)

    def rounded(self, format: Format) -> Floats:
        """The nearest floats of the format; ties go to the even one, and what is too large to inf.

        What is as near to a tie as the bits of the oracle tell counts as one.
        """
        if format.name not in self._known:  # asked many times, for every library
            self._known[format.name] = self._nearest(format)
            self._known[format.name].flags.writeable = False
        return self._known[format.name]

    @cached_property
    def _known(self) -> dict[str, Floats]:
        return {}

    def _nearest(self, format: Format) -> Floats:
        unit = self.unit(format)
        high, low = (np.abs(part) for part in self.scaled(unit))
        with np.errstate(invalid="ignore", over="ignore"):
            down = np.floor(high)
            over = (high - down - 0.5) + low  # the sign of this sum is exact, and only its sign is used
            up = (over > 0) | ((over == 0) & (np.mod(down, 2) == 1))
            size = np.ldexp(down + up, unit.astype(np.int32))
        size = np.where(
            np.isfinite(high) & (down + up >= 2.0**format.precision) & (size > format.largest), np.inf, size
        )
        size = np.where(self.exponent + 52 > format.highest, np.inf, size)
        return np.where(np.isnan(self.high), np.nan, np.copysign(size, self.high))

    def differs(self, other: Exact) -> Floats:
        """The sign of other - self."""
        unit = np.maximum(self.exponent, other.exponent)
        (a, b), (c, d) = self.scaled(unit), other.scaled(unit)
        with np.errstate(invalid="ignore"):
            return np.sign((c - a) + (d - b))


def errors(computed: Floats, exact: Exact, format: Format) -> Floats:
    """The signed errors (computed - exact) / ulp(exact), in units in the last place of the format at the exact value.

    The ulp is the distance of the floats around the exact value, as in J.-M. Muller, "On the definition of ulp(x)",
    INRIA RR-5504 (2005). In the subnormal range and at 0 it is the smallest subnormal number. An infinite result is 0
    ulp from an exact value that rounds to it; otherwise inf, and any exact value beyond the range, counts as
    the power of two after the largest number. A nan for a defined value, as any result for an undefined one, has the
    error nan.
    """
    unit = exact.unit(format)
    high, low = exact.scaled(unit)
    top = 2.0**format.precision
    with np.errstate(invalid="ignore", over="ignore"):
        result = np.ldexp(np.clip(computed, -format.largest, format.largest), -unit.astype(np.int32))
        end = np.copysign(np.ldexp(1.0, (format.highest + 1 - unit).clip(max=1023).astype(np.int32)), computed)
        result = np.where(np.isinf(computed), end, result)
        low = np.where(np.abs(high) >= top, 0, low)
        error = (result - np.clip(high, -top, top)) - low
    return np.where(computed == exact.rounded(format), np.where(np.isinf(computed), 0, error), error)
