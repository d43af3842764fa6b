"""Tell two values apart: with more and more precision, until the sign of their difference is certain."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.mathematics.derivation.points import MODERATE, Point
from engine.mathematics.derivation.steps import Domain
from engine.mathematics.formula.balls import Balls, computable, enclosures
from engine.mathematics.formula.multiprecision import Evaluator
from engine.mathematics.formula.operations import Undecided
from engine.mathematics.formula.tree import Expr


@dataclass(frozen=True)
class Policy:
    """How precisely two values are computed, and when they count as equal.

    digits: values that agree to so many are equal.
    vanishing: what with the last precision is still at most 10 to this power is no difference.
    precisions: in digits, one after the other, for values that only converge: they are equal if more precision changes
    them by no more than `digits` tell. None for values that are enclosed, by balls of so many digits.
    fine: digits that agree are not enough. An inequality asks even for the sign of the smallest difference.
    bits: the last precision of enclosures.
    """

    digits: int
    vanishing: int
    precisions: tuple[int, ...] | None = None
    fine: bool = False
    bits: int = 1 << 18  # which tells e^-100000 from 0


#: The last precision for what is proved, at which numbers are a second look: zeros take long with more.
PROVED_BITS = 1 << 12
FULL = Policy(50, vanishing=-540)
LIMITING = Policy(20, vanishing=-20, precisions=(24, 34))  # for integrals, series and limits, whose values cost much
#: For derivatives of such: mpmath's, from both sides, are compared to a third of the digits.
LIMITING_SMOOTH = Policy(20, vanishing=-20, precisions=(66, 76))


def policy_for(exprs: Sequence[Expr], smooth: bool = False) -> Policy:
    """How to compute values of these expressions; smooth: they are derivatives that have to be there."""
    if all(map(computable, exprs)):
        return FULL
    return LIMITING_SMOOTH if smooth else LIMITING


#: A difference of values that converge is certain if more precision changes it by no more than one part in so many.
_SETTLED = 1000
#: Digits that are lost to rounding, at most: less than what is left may be all that there is of a value beside a zero.
_LOST = 30


class Fault(Exception):
    """A relation that does not hold. lines: what shows it."""

    def __init__(self, reason: str, *lines: str) -> None:
        self.reason = reason
        self.lines = lines


class Unsettled(Fault):
    """A relation of which it cannot be told whether it holds: neither wrong nor right."""


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
        self.balls = Balls()
        self.evaluators: dict[int, Evaluator] = {}
        self.computed: dict[tuple[int, Place, int, bool], Any] = {}

    def difference(self, sides: tuple[Expr, Expr], place: Place, policy: Policy) -> Difference:
        """How the sides differ.

        Raises Undefined, Undecided if no precision makes it certain, and Fault where the curve leaves the domain of its
        variable.
        """
        return self._converging(sides, place, policy) if policy.precisions else self._enclosed(sides, place, policy)

    def _enclosed(self, sides: tuple[Expr, Expr], place: Place, policy: Policy) -> Difference:
        from flint import arb, ctx

        for gap in enclosures(lambda: self._ball(sides[0], place) - self._ball(sides[1], place), _START, policy.bits):
            if not gap.is_finite():
                continue
            left, right = (self._ball(side, place) for side in sides)
            if gap > 0 or gap < 0 or gap.is_zero():
                return Difference(int(gap > 0) - int(gap < 0), left, right)
            if not policy.fine and gap.abs_upper() <= left.abs_lower() * arb(10) ** -policy.digits:
                return Difference(0, left, right)
            if ctx.prec == policy.bits and gap.abs_upper() <= arb(10) ** policy.vanishing:
                return Difference(0, left, right, certain=_moderate(place.point))
        raise Undecided

    def _ball(self, side: Expr, place: Place) -> Any:
        from flint import ctx

        key = (id(side), place, ctx.prec, True)
        if key not in self.computed:
            values: dict[str, Any] = dict(place.point.values)
            if place.on_curve and self.curve:
                values[self.curve.variable] = self._on_curve(self.balls.value(self.curve.expr, values), place)
            self.computed[key] = self.balls.value(side, values)
        return self.computed[key]

    def _on_curve(self, value: Any, place: Place) -> Any:
        """The value of the curve's variable, where it lies in its domain."""
        assert self.curve
        domain = self.domains[self.curve.variable]
        if any(math.isfinite(end) and value.overlaps(type(value)(end)) for end in (domain.lower, domain.upper)):
            raise Undecided  # so close to the end that the precision does not tell
        if not domain.holds(value):
            raise Fault(f"{self.curve.variable} leaves its domain at {place.point}")
        return value

    # Values that only converge

    def evaluator(self, precision: int) -> Evaluator:
        """The one that computes with so many digits."""
        if precision not in self.evaluators:
            self.evaluators[precision] = Evaluator(precision)
        return self.evaluators[precision]

    def _at(self, side: Expr, place: Place, precision: int) -> Any:
        key = (id(side), place, precision, False)
        if key not in self.computed:
            evaluator, values = self.evaluator(precision), dict(place.point.values)
            if place.on_curve and self.curve:
                value = evaluator.value(self.curve.expr, values)
                values[self.curve.variable] = value
                if not self.domains[self.curve.variable].holds(value):
                    raise Undecided  # the enclosures tell whether it leaves its domain
            self.computed[key] = evaluator.value(side, values)
        return self.computed[key]

    def _converging(self, sides: tuple[Expr, Expr], place: Place, policy: Policy) -> Difference:
        before = None
        for precision in policy.precisions or ():
            mp = self.evaluator(precision).mp
            left, right = (self._at(side, place, precision) for side in sides)
            if mp.isinf(left) or mp.isinf(right):
                return Difference(int(left > right) - int(left < right), left, right)
            gap = left - right
            if before:
                tolerance = max(abs(left), abs(right)) * mp.mpf(10) ** -policy.digits
                stable = abs(left - before.left) <= tolerance and abs(right - before.right) <= tolerance
                if stable and abs(gap) <= tolerance:  # where it settles tells nothing of a sign: it does so for any
                    return Difference(0, left, right, certain=not policy.fine)
                absorbed = not (left and right) and abs(gap) < mp.mpf(10) ** (_LOST - precision)
                if gap and abs(gap - before.gap) <= abs(gap) / _SETTLED and not absorbed:
                    return Difference(int(mp.sign(gap)), left, right)
            before = _Computed(left, right, gap)
        if abs(gap) <= mp.mpf(10) ** policy.vanishing:
            return Difference(0, left, right, certain=_moderate(place.point))
        raise Undecided


#: Bits of precision that enclosures start with, and twice as many until the last.
_START = 256


def _moderate(point: Point) -> bool:
    return all(abs(value) <= MODERATE for _, value in point.values)


def shown(difference: Difference) -> tuple[str, str]:
    """Both values, with as many digits as it takes to see how they differ."""
    for digits in (10, 20, 30, 40, 50):
        left, right = _digits(difference.left, digits), _digits(difference.right, digits)
        if left != right:
            break
    return f"left:  {left}", f"right: {right}"


def _digits(value: Any, digits: int) -> str:
    if hasattr(value, "rad"):
        return str(value.str(digits, radius=False))
    return str(value.context.nstr(value, digits))


@dataclass(frozen=True)
class _Computed:
    """Both sides with one precision, and their difference."""

    left: Any
    right: Any
    gap: Any
