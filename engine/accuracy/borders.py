"""Where a function changes its form: at its kinks and jumps, at poles, and where its values begin or end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

import numpy as np

from engine.accuracy.formats import FORMATS
from engine.mathematics.formula.balls import START, Balls
from engine.mathematics.formula.operations import Undecided, Undefined
from engine.mathematics.formula.tree import Expr

#: Borders are looked for between neighbours of these numbers of both signs, and at most so many between two of them.
FROM, TO, PARTS, MOST = 2.0**-48, 2.0**48, 8, 4
#: Bits to decide with: the last tell exp(x) from 1 at the smallest number.
PRECISIONS = (START, 4096)
_FORMAT = FORMATS["float64"]


def borders(tree: Expr) -> tuple[float, ...]:
    """The floats on both sides of each border, and a float that is one itself."""
    start, end = _FORMAT.ordinals(np.array([FROM, TO]))
    sizes = range(int(start), int(end), (1 << (_FORMAT.precision - 1)) // PARTS)
    places = _Places(tree)
    ordinals = sorted({0, *sizes, *(-size for size in sizes)})
    found = {side for low, high in pairwise(ordinals) for border in places.between(low, high) for side in border}
    return tuple(_FORMAT.values(np.array(sorted(found), np.int64)).tolist())


class _Places:
    """What decides on the form of a function at floats, by their ordinals."""

    def __init__(self, tree: Expr) -> None:
        self.tree, self.balls = tree, Balls()
        self.known: dict[int, tuple[int, ...] | None] = {}

    def between(self, low: int, high: int) -> Iterator[tuple[int, int]]:
        """The neighbours on both sides of each border between two ordinals, from the lower one on."""
        for _ in range(MOST):
            if self.decided(low) == self.decided(high):
                return
            before, after = low, high
            while after - before > 1:
                middle = (before + after) // 2
                if self.decided(middle) == self.decided(low):
                    before = middle
                else:
                    after = middle
            yield before, after
            low = after

    def decided(self, ordinal: int) -> tuple[int, ...] | None:
        """The signs that decide; None where there is no value."""
        if ordinal not in self.known:
            self.known[ordinal] = self._decide(float(_FORMAT.values(np.array([ordinal], np.int64))[0]))
        return self.known[ordinal]

    def _decide(self, x: float) -> tuple[int, ...] | None:
        from flint import ctx

        for precision in PRECISIONS:
            with ctx.workprec(precision), suppress(Undecided):
                try:
                    return self.balls.decisions(self.tree, {"x": x})
                except Undefined:
                    break
        return None
