"""Two formulas along the whole line: in each piece, and from both sides of each place where one of them changes.

Points that are chosen without a look at the formulas miss a border, and what lies between two borders near each other.
Here one formula is a function, and the other one has to be the same, or its derivative. Where the function has no
derivative, at a kink or a jump, a formula of it may have a value by convention: that of a side, or one between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.mathematics.formula.digits import agree, exact
from engine.mathematics.formula.python import FormulaError
from engine.mathematics.formula.tree import Expr
from engine.mathematics.pieces import Compute, Pieces, bends, samples
from engine.mathematics.zeros import Place


class Apart(Exception):
    """Where two formulas differ, in words; what the value should be, and what it is, as balls."""

    def __init__(self, where: str, should: Any, found: Any) -> None:
        super().__init__(where)
        self.where, self.should, self.found = where, should, found


def compare(function: Expr, formula: Expr, order: int) -> int:
    """At how many places a formula of x alone is the derivative of a function, or with order 0 the function itself.

    Raises Apart where it is not, FormulaError where it has no value, and Undecidable.
    """
    if not (bends(function) or bends(formula)):
        return 0  # one piece: any point tells
    return _Pair(Pieces(function, analytic=False), Pieces(formula, analytic=False), order).compare()


@dataclass(frozen=True)
class _Pair:
    function: Pieces
    formula: Pieces
    order: int

    def compare(self) -> int:
        places = sorted({*self.function.places, *self.formula.places})
        for x in samples(places):
            self.same(f"at x = {float(x):.17g}", self.function.inside(x, self.order), self.formula.inside(x, 0))
        for place in places:
            for side, word in ((-1, "left"), (1, "right")):
                computes = self.function.beside(place, side, self.order), self.formula.beside(place, side, 0)
                self.same(f"on the {word} of x = {place.nearest:.17g}", *computes)
            if self.order == 0:
                self.same(_at(place), self.function.at(place), self.formula.at(place))
            else:
                self.at_derivative(place)
        return 2 * len(places) + 1

    def same(self, where: str, should: Compute, found: Compute) -> None:
        try:
            values = exact(should), exact(found)
        except FormulaError as error:
            raise FormulaError(f"{error} {where}") from None
        if not agree(*values):
            raise Apart(where, *values)

    def at_derivative(self, place: Place) -> None:
        """Compare a value of the derivative at a place with the slopes on both sides, which the limits are already."""
        continuous = [self.function.at(place), *(self.function.beside(place, side, 0) for side in (-1, 1))]
        value, left, right = map(exact, continuous)
        before, after = (exact(self.function.beside(place, side, self.order)) for side in (-1, 1))
        try:
            found = exact(self.formula.at(place))
        except FormulaError:
            if agree(value, left) and agree(value, right) and agree(before, after):
                raise FormulaError(f"has no value {_at(place)}, where there is a derivative") from None
            return
        if not (agree(before, found) or agree(after, found) or (before - found) * (after - found) < 0):
            raise Apart(f"{_at(place)}: neither slope there, nor between them", before, found)


def _at(place: Place) -> str:
    return f"at x = {place.nearest:.17g}"
