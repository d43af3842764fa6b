"""A function of x on the real line, cut where its formula changes, so that each piece is free of cases and bends.

What decides (the sign inside an absolute value, of the difference of what a maximum compares, of the sides of a
condition) is 0 at places that `zeros` finds; between them it has one sign, and the formula one form. So the values from
both sides of a place are those of the forms beside it, however the formula is spelt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from engine.mathematics.derivation.analytic import NotAnalytic, conditions
from engine.mathematics.formula.balls import Balls, enclosures
from engine.mathematics.formula.operations import COMPARE, Undefined
from engine.mathematics.formula.tree import Apply, Cases, Expr, Number, Variable, holds, walk
from engine.mathematics.zeros import Place, Undecidable, X, shown, sign_of, zeros

_ZERO, _ONE = Number("0"), Number("1")
_ORIGIN = Place((0, 1))
_BENDING = {"abs", "max", "min", "sgn", "step"}

Sign = Callable[[Expr], int]
Compute = Callable[[], Any]


def bends(expr: Expr) -> bool:
    """Whether an expression has cases, or an operation that decides by a sign."""
    return any(isinstance(part, Cases) or (isinstance(part, Apply) and part.op in _BENDING) for part in walk(expr))


class NoCase(Undecidable):
    """No case of an expression applies."""

    def __init__(self, where: str = "there") -> None:
        super().__init__(f"no case applies {where}")


class Pieces:
    """The pieces of an expression of x alone.

    places: where one ends and the next one begins, in ascending order; forms: of the pieces, one more; relations: that
    hold all over each piece, and make its form analytic there.
    """

    def __init__(self, expr: Expr, analytic: bool = True) -> None:
        """Raises Undecidable. analytic: each piece has to be so; False if it is enough that it is one formula."""
        self.expr = expr
        self.balls = Balls()
        self.places: list[Place] = []
        while new := self._cut(analytic):
            self.places = sorted({*self.places, *new})

    def _cut(self, analytic: bool) -> set[Place]:
        """Make the forms between the places that are known; the places that they show to be missing."""
        self.forms: list[Expr] = []
        self.relations: list[int] = []
        new: set[Place] = set()
        for k, sample in enumerate(samples(self.places)):
            deciding: list[Expr] = []
            side = self._side(k)
            form = self._form(sample, deciding)
            # What decides is continuous where it is analytic: at a pole it would change its sign without being 0.
            relations = [
                relation for part in (*deciding, *([form] if analytic else [])) for relation in _relations(part)
            ]
            asked = [*deciding, *(Apply("-", (left, right)) for left, _, right in relations)]
            new |= {place for expr in asked for place in zeros(expr, side) if self._within(place, k)}
            if not new:
                self._check(relations, sample)
            self.forms.append(form)
            self.relations.append(len(relations))
        return new

    def _form(self, sample: Any, deciding: list[Expr]) -> Expr:
        """The form at a number, and what decides on it."""

        def sign(expr: Expr) -> int:
            deciding.append(expr)
            return sign_of(lambda: self.balls.value(expr, {X: sample}), shown(expr))

        try:
            return frozen(self.expr, sign)
        except NoCase:
            raise NoCase(f"around x = {float(sample):g}") from None

    def _side(self, k: int) -> int:
        """The sign of x all over a piece, 0 if it has both."""
        if k and not self.places[k - 1] < _ORIGIN:
            return 1
        return -1 if k < len(self.places) and not self.places[k] > _ORIGIN else 0

    def _within(self, place: Place, k: int) -> bool:
        return (k == 0 or self.places[k - 1] < place) and (k == len(self.places) or place < self.places[k])

    def _check(self, relations: list[tuple[Expr, str, Expr]], sample: Any) -> None:
        for left, op, right in relations:
            gap = Apply("-", (left, right))
            if not COMPARE[op](sign_of(lambda gap=gap: self.balls.value(gap, {X: sample}), shown(gap)), 0):
                needed = f"{shown(left)} {op} {shown(right)}"
                raise Undecidable(f"it has no value around x = {float(sample):g}: {needed} is needed")

    # What computes values, with the precision that is set, as `enclosures` asks for

    def at(self, place: Place) -> Compute:
        """The value at a place. Raises Undecidable."""

        side = (place > _ORIGIN) - (place < _ORIGIN)

        def sign(expr: Expr) -> int:
            if place in zeros(expr, side):
                return 0
            return sign_of(lambda: self.balls.value(expr, {X: place.ball()}), shown(expr))

        def none() -> Any:
            raise Undefined("no case applies")

        try:
            form = frozen(self.expr, sign)
        except NoCase:
            return none
        return lambda: self.balls.value(form, {X: place.ball()})

    def beside(self, place: Place, side: int, order: int) -> Compute:
        """The limit of the value, or of the derivative of that order, from the right (1) or the left (-1)."""
        form = self.around(place)[side > 0]
        if order == 0:  # also where no derivative is known, as of a root at 0
            return lambda: self.balls.value(form, {X: place.ball()})
        return lambda: self.balls.derivatives(form, {X: place.ball()}, X, order, side)[order]

    def inside(self, x: Any, order: int) -> Compute:
        """The value, or the derivative of that order, at a number that is no place."""
        if order == 0:
            return lambda: self.balls.value(self.expr, {X: x})
        return lambda: self.balls.derivatives(self.expr, {X: x}, X, order)[order]

    def around(self, place: Place) -> tuple[Expr, Expr]:
        """The forms on the left and on the right of any place."""
        before = sum(other < place for other in self.places)
        return self.forms[before], self.forms[before + (place in self.places)]


def samples(places: Sequence[Place]) -> Iterator[Any]:
    """A number in each of the intervals that places, in ascending order, cut the line into."""
    from flint import arb

    if not places:
        yield arb(1) / 2
        return
    first, last = (arb(place.nearest) for place in (places[0], places[-1]))
    yield (first - 1 - abs(first)).mid()
    for low, high in pairwise(places):
        yield _between(low, high)
    yield (last + 1 + abs(last)).mid()


def _between(low: Place, high: Place) -> Any:
    """A number between two places, exactly."""
    for middle in enclosures(lambda: (low.ball() + high.ball()) / 2):
        found = middle.mid()
        if low.ball() < found < high.ball():
            return found
    raise Undecidable(f"nothing is known between {low.nearest} and {high.nearest}")


def _relations(form: Expr) -> Iterator[tuple[Expr, str, Expr]]:
    try:
        yield from ((left, op, right) for left, op, right in conditions(form))
    except NotAnalytic as error:
        raise Undecidable(str(error)) from None


def frozen(expr: Expr, sign: Sign) -> Expr:
    """The expression without cases and bends, as the signs of what decides tell. Raises Undecidable."""
    match expr:
        case Number() | Variable():
            return expr
        case Cases(branches):
            for value, condition in branches:
                if condition is None or holds(condition, lambda a, op, b: COMPARE[op](sign(_gap(a, b, sign)), 0)):
                    return frozen(value, sign)
            raise NoCase
        case Apply(op, args):
            parts = tuple(frozen(arg, sign) for arg in args)
            return _bent(op, parts, sign) if op in _BENDING else Apply(op, parts)
    raise Undecidable(f"it has a part that is not cut into pieces: {type(expr).__name__.lower()}")


def _gap(a: Expr, b: Expr, sign: Sign) -> Expr:
    left, right = frozen(a, sign), frozen(b, sign)
    return left if right == _ZERO else Apply("-", (left, right))


def _bent(op: str, parts: tuple[Expr, ...], sign: Sign) -> Expr:
    """What one of the operations that decide by a sign comes to."""
    if op in ("max", "min"):
        best = parts[0]
        for part in parts[1:]:
            gap = sign(part if best == _ZERO else Apply("-", (part, best)))
            best = part if (gap > 0 if op == "max" else gap < 0) else best
        return best
    told = sign(parts[0])
    match op:
        case "abs":
            return Apply("neg", parts) if told < 0 else parts[0]
        case "sgn":
            return {1: _ONE, 0: _ZERO, -1: Apply("neg", (_ONE,))}[told]
    return {1: _ONE, 0: parts[1], -1: _ZERO}[told]
