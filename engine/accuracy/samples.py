"""The floats at which functions are tried first, chosen without a look at any implementation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

import numpy as np

from engine.accuracy.exact import Integers
from engine.accuracy.formats import FORMATS, Format

#: Points of a 32- or 64-bit format in each binade, and in those from 2**-CENTRE to 2**CENTRE, where functions bend.
SPARSE, DENSE, CENTRE = {"float32": 16, "float64": 3}, {"float32": 256, "float64": 256}, 14
#: Floats looked at on both sides of a number that programs treat apart.
CLOSE = 8


def sample(format: Format, borders: Sequence[float] = ()) -> Integers:
    """Ordinals of the floats to try: all of a 16-bit format; else evenly over the exponents, more where functions bend,
    around numbers that programs treat apart, and around the borders of the function. Each comes with the next float."""
    if format.exhaustive:
        return np.arange(-format.last, format.last + 1)
    here = (format.ordinals(np.array(borders))[:, None] + np.arange(-CLOSE, CLOSE + 1)).ravel()
    ordinals = np.concatenate((_spread(format), _around(format, special_numbers(format)), here))
    ordinals = np.concatenate((ordinals, ordinals + 1))
    return np.unique(ordinals[np.abs(ordinals) <= format.last])


@cache
def _spread(format: Format) -> Integers:
    """Ordinals at random within equal parts of each binade, on both sides of 0."""
    random = np.random.default_rng(0)
    binade = 1 << (format.precision - 1)
    parts = []
    for field in range(format.highest - format.lowest + 2):
        count = DENSE[format.name] if abs(field - 1 + format.lowest) <= CENTRE else SPARSE[format.name]
        width = binade // count
        for sign in (-1, 1):
            parts.append(sign * (field * binade + np.arange(count) * width + random.integers(0, width, count)))
    return np.concatenate(parts)


def special_numbers(format: Format) -> list[float]:
    """Sizes that programs treat apart: the ends of the format, integers, powers of two, and where exp overflows, leaves
    the normal numbers, or vanishes beside 1, in any format."""
    numbers = [0.0, format.largest, format.smallest_normal, 2.0**-1074]
    numbers += [float(n) for n in range(1, 129)] + [2.0**n for n in range(-64, 65)]
    for other in FORMATS.values():
        numbers += [math.log(other.largest), -other.lowest * math.log(2)]
        numbers += [(other.precision - other.lowest) * math.log(2), other.precision * math.log(2)]
    return numbers


def _around(format: Format, numbers: list[float]) -> Integers:
    """Ordinals of the floats next to numbers, on both sides of 0."""
    close = np.arange(-CLOSE, CLOSE + 1)
    near = format.ordinals(np.array(numbers))[:, None]
    return np.concatenate([(sign * near + close).ravel() for sign in (-1, 1)])
