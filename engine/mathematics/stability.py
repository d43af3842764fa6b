"""Whether a form is stable: at numbers one after the other, how far it is from the exact value, and how far it may be.

It may be as far as rounding excuses (`engine.mathematics.proofs`), or within a bound in ulp that the file declares. A
declared bound has to hold at every number that is tried, and to be needed: where the largest error that rounding does
not excuse is below a half of it, it says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.mathematics.proving import Fault, compared

#: A declared bound is at most so many times what is needed.
ROOM = 2.0
#: Beside how many numbers more are tried for a declared bound, how many between two, and how often.
WORST, BETWEEN, ROUNDS = 4, 24, 3


class Stability:
    """What was found of a form so far. own: what every form may be off by, in ulp; bound: declared, 0 for none.

    checked: the numbers that were tried; largest: error; needed: of the errors that rounding does not excuse.
    """

    def __init__(self, own: float, bound: float = 0.0) -> None:
        self.own, self.bound = own, bound
        self.checked, self.largest, self.needed = 0, 0.0, 0.0
        self._excess, self._worst = 1.0, Fault()

    def add(self, error: float, excused: Callable[[], float], where: str, value: Any, result: float) -> float:
        """Judge the error at a number, and tell by how many times it is what rounding excuses there.

        excused: what that is, at least `own`; value, result: exact, and in float64.
        """
        self.checked, self.largest = self.checked + 1, max(self.largest, error)
        if error <= self.own:
            return 0.0
        allowed = excused()
        if error > allowed:
            self.needed = max(self.needed, error)
        if error > max(allowed, self.bound) * self._excess:
            self._excess = error / max(allowed, self.bound)
            reason = f"is not stable: {error:.3g} ulp from the value at {where} in float64"
            reason += f", where rounding allows {allowed:.3g}"
            reason += f" and the file {self.bound:g}" if self.bound else ""
            self._worst = Fault(reason, *compared(value, result))
        return error / allowed

    def found(self) -> tuple[int, float]:
        """How many numbers were tried, and the largest error. Raises Fault for the worst that is too large."""
        if self._worst.args:
            raise self._worst
        return self.checked, self.largest

    def needs(self) -> None:
        """Raise Fault for a declared bound that is not needed, or wide of the mark."""
        if self.bound and not self.needed:
            raise Fault("is not needed: the form is off by no more than what rounding excuses; leave the bound out")
        if self.bound > ROOM * self.needed:
            reason = f"says nothing: {self.needed:.3g} ulp were needed where rounding does not excuse more"
            raise Fault(f"{reason}; declare at most {ROOM:g} times as much")


def between(tried: Mapping[float, float]) -> list[float]:
    """More numbers beside those where the error is largest, evenly between them and the next ones as floats are.

    tried: how large the error is, by number.
    """
    import numpy as np

    known = sorted(tried.items())
    worst = sorted(range(len(known)), key=lambda k: -known[k][1])[:WORST]
    pairs = {(k, k + 1) for k in worst if k + 1 < len(known)} | {(k - 1, k) for k in worst if k}
    found: set[float] = set()
    for low, high in sorted(pairs):
        ends = [_ordinal(known[k][0]) for k in (low, high)]
        steps = np.linspace(*ends, BETWEEN + 2)[1:-1]
        found |= {_float(int(step)) for step in steps}
    return sorted(found - {x for x, _ in known})


def _ordinal(x: float) -> int:
    """The place of a float among all, 0 for 0."""
    import numpy as np

    bits = int(np.float64(abs(x)).view(np.int64))
    return bits if x >= 0 else -bits


def _float(ordinal: int) -> float:
    import numpy as np

    size = float(np.int64(abs(ordinal)).view(np.float64))
    return size if ordinal >= 0 else -size
