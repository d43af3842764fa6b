"""Tell two values apart: with more and more precision, until the sign of their difference is certain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.mathematics.derivation.points import MODERATE, Point
from engine.mathematics.derivation.steps import Domain
from engine.mathematics.latex.evaluate import Evaluator, Undecided
from engine.mathematics.latex.tree import Expr


@dataclass(frozen=True)
class Policy:
    """How precisely two values are computed, and when they count as equal.

    digits: values that agree to so many, and do not change by more with more precision, are equal.
    precisions: in digits, one after the other, until the sign is certain.
    vanishing: what with the last precision is still at most 10 to this power is no difference.
    fine: digits that agree are not enough. An inequality asks even for the sign of the smallest difference.
    """

    digits: int
    precisions: tuple[int, ...]
    vanishing: int
    fine: bool = False


FULL = Policy(50, precisions=(80, 160, 320, 640), vanishing=-540)
LIMITING = Policy(20, precisions=(24, 34), vanishing=-20)  # for integrals, series and limits, whose values cost much

#: A difference is certain if more precision changes it by no more than one part in so many.
_SETTLED = 1000
#: Digits that are lost to rounding, at most: less than what is left may be all that there is of a value beside a zero.
_LOST = 30


class Fault(Exception):
    """A relation that does not hold, or cannot be told to. lines: what shows it."""

    def __init__(self, reason: str, *lines: str) -> None:
        self.reason = reason
        self.lines = lines


@dataclass(frozen=True)
class Difference:
    """left − right as far as it is certain: its sign, and the two values. certain: a zero is no underflow."""

    sign: int
    left: Any
    right: Any
    certain: bool = True


@dataclass(frozen=True)
class Curve:
    """An equation to start from: a variable, and what it is there."""

    variable: str
    expr: Expr


@dataclass(frozen=True)
class Place:
    """Where values are computed: at a point, or at the one of the curve that has its other variables."""

    point: Point
    on_curve: bool = False


class Values:
    """Computes expressions, each only once for a place and a precision: neighbouring steps share sides."""

    def __init__(self, domains: Mapping[str, Domain], curve: Curve | None) -> None:
        self.domains = domains
        self.curve = curve
        self.evaluators: dict[int, Evaluator] = {}
        self.computed: dict[tuple[int, Place, int], Any] = {}

    def evaluator(self, precision: int) -> Evaluator:
        """The one that computes with so many digits."""
        if precision not in self.evaluators:
            self.evaluators[precision] = Evaluator(precision)
        return self.evaluators[precision]

    def at(self, side: Expr, place: Place, precision: int) -> Any:
        """A value. Raises Undefined or Undecided, and Fault where the curve leaves the domain of its variable."""
        key = (id(side), place, precision)
        if key not in self.computed:
            self.computed[key] = self.evaluator(precision).value(side, self._variables(place, precision))
        return self.computed[key]

    def _variables(self, place: Place, precision: int) -> dict[str, Any]:
        values: dict[str, Any] = dict(place.point.values)
        if not place.on_curve or not self.curve:
            return values
        variable = self.curve.variable
        domain = self.domains[variable]
        value = self.evaluator(precision).value(self.curve.expr, values)
        if value in (domain.lower, domain.upper):
            raise Undecided  # so close to the end that the precision does not tell
        if not domain.holds(value):
            raise Fault(f"{variable} leaves its domain at {place.point}")
        return {**values, variable: value}

    def difference(self, sides: tuple[Expr, Expr], place: Place, policy: Policy) -> Difference:
        """How the sides differ. Raises Undefined, or Undecided if no precision makes it certain; see `at`."""
        before = None
        for precision in policy.precisions:
            mp = self.evaluator(precision).mp
            left, right = (self.at(side, place, precision) for side in sides)
            if mp.isinf(left) or mp.isinf(right):
                return Difference(int(left > right) - int(left < right), left, right)
            gap = left - right
            if before:
                tolerance = max(abs(left), abs(right)) * mp.mpf(10) ** -policy.digits
                stable = abs(left - before.left) <= tolerance and abs(right - before.right) <= tolerance
                if stable and abs(gap) <= tolerance and not policy.fine:
                    return Difference(0, left, right)
                absorbed = not (left and right) and abs(gap) < mp.mpf(10) ** (_LOST - precision)
                if gap and abs(gap - before.gap) <= abs(gap) / _SETTLED and not absorbed:
                    return Difference(int(mp.sign(gap)), left, right)
            before = _Computed(left, right, gap)
        if abs(gap) <= mp.mpf(10) ** policy.vanishing:
            moderate = all(abs(value) <= MODERATE for _, value in place.point.values)
            return Difference(0, left, right, certain=moderate)
        raise Undecided

    def shown(self, difference: Difference) -> tuple[str, str]:
        """Both values, with as many digits as it takes to see how they differ."""
        mp = self.evaluator(FULL.digits).mp
        for digits in (10, 20, 30, 40, 50):
            left, right = mp.nstr(difference.left, digits), mp.nstr(difference.right, digits)
            if left != right:
                break
        return f"left:  {left}", f"right: {right}"


@dataclass(frozen=True)
class _Computed:
    """Both sides with one precision, and their difference."""

    left: Any
    right: Any
    gap: Any
