"""The vectors that are tried: in groups, each of which asks for one thing that a function of a vector may get wrong."""

from __future__ import annotations

import math

from engine.accuracy.formats import Format
from engine.mathematics.lengths import shapes

Vector = tuple[float, ...]

#: Entries as models have them; all alike; next to 0; beyond the range of exp; masked with −∞; and many of them.
GROUPS = ("ordinary", "equal", "small", "large", "masked", "long")
#: How many entries a long vector has, of which the derivatives are not tried.
LONG = 64
#: Vectors of each length in a group of which numbers are drawn.
EACH = 6


def suite(entries: str, format: Format) -> dict[str, list[Vector]]:
    """The vectors of each group, whose entries are numbers of the format; `entries` as of a definition."""
    lengths = [n for n, _ in shapes(entries)]
    natural = math.log(format.largest)

    def drawn(number: int, scale: float) -> list[Vector]:
        return [_spread(n, k, scale) for n in lengths for k in range(number)]

    groups = {
        "ordinary": drawn(EACH, 4.0),
        "equal": [(value,) * n for n in lengths for value in (0.0, 1.0, -3.0, natural / 2)],
        "small": [*drawn(2, 2.0**-10), *drawn(2, 8 * format.smallest_normal)],
        "large": [*drawn(3, 1.5 * natural), *drawn(1, format.largest / 4)],
        "masked": [_masked(x, k) for k, x in enumerate(drawn(EACH, 4.0)) if len(x) > 1],
        "long": [_spread(LONG, k, scale) for k in range(2) for scale in (4.0, 1.5 * natural)],
    }
    return {name: [tuple(_rounded(x, format) for x in vector) for vector in groups[name]] for name in GROUPS}


def _spread(length: int, number: int, scale: float) -> Vector:
    """Entries evenly spread over ±scale in an order without pattern: multiples of the golden ratio."""
    ratio = (math.sqrt(5) - 1) / 2
    return tuple(scale * (2 * ((7 * number + 1 + k) * ratio % 1) - 1) for k in range(length))


def _masked(x: Vector, number: int) -> Vector:
    """Some entries, the second and never the first, are −∞."""
    return tuple(-math.inf if k == 1 or (k and (k + number) % 2) else value for k, value in enumerate(x))


def _rounded(x: float, format: Format) -> float:
    """The number of the format next to x, towards 0."""
    import numpy as np

    return x if math.isinf(x) else float(format.values(format.ordinals(np.array([x])))[0])


def by_length(vectors: dict[str, list[Vector]]) -> dict[int, list[tuple[str, Vector]]]:
    """The vectors of each length, which make one array, with their groups: libraries prepare for each shape anew."""
    found: dict[int, list[tuple[str, Vector]]] = {}
    for name, some in vectors.items():
        for vector in some:
            found.setdefault(len(vector), []).append((name, vector))
    return found
