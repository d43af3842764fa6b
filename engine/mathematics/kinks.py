"""The kinks and jumps of a function on the real line: every one, with the values and derivatives from both sides.

They are found from the formula, with numbers for its parameters, and do not depend on how it is spelt. Between them
the function is analytic: composed of functions that are, with what that asks for shown all over each piece
(`pieces`, `derivation/analytic`). Two values count as the same if they agree to 50 digits. Where both sides agree in as
many derivatives as are compared, they are the same function only if SymPy finds so; what cannot be told is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from engine.mathematics.formula.digits import Text, agree, exact, text
from engine.mathematics.formula.python import FormulaError, number, read
from engine.mathematics.formula.symbolic import to_sympy, vanishes
from engine.mathematics.formula.tree import Expr, Variable
from engine.mathematics.pieces import Compute, Pieces
from engine.mathematics.zeros import Place, Undecidable, X

#: Derivatives that are compared; and those that are told, with the value.
COMPARED, TOLD = 12, 2

Kind = Literal["jump", "kink", "smooth"]


@dataclass(frozen=True)
class Kink:
    """A place where a function is not analytic.

    place: as a fraction, or with 30 digits if it is irrational; x: the float nearest to it; order: of the first
    derivative that differs from both sides, 0 for the value: there it is a jump, at 1 a kink, beyond that only a
    derivative has one; value: at the place; left, right: limits of the value, the first and the second derivative.
    """

    place: str
    x: float
    order: int
    value: Text | None
    left: tuple[Text | None, ...]
    right: tuple[Text | None, ...]

    @property
    def kind(self) -> Kind:
        """What it is in a word: a jump, a kink, or smooth but for a higher derivative."""
        return "jump" if self.order == 0 else "kink" if self.order == 1 else "smooth"


@dataclass(frozen=True)
class Shape:
    """A function on the line.

    relations: for each piece between places where the formula may change, how many show that it is analytic there.
    """

    kinks: tuple[Kink, ...]
    relations: tuple[int, ...]

    @property
    def smoothness(self) -> int | None:
        """The most derivatives that are continuous everywhere, -1 if the function has a jump; None if all are."""
        return min((kink.order for kink in self.kinks), default=None) - 1 if self.kinks else None


def shape(expression: str, parameters: Mapping[str, float]) -> Shape:
    """The kinks of a function in the syntax of definitions. Raises FormulaError, and Undecidable."""
    names = {name: number(value) for name, value in parameters.items()}
    return shape_of(read(expression, {X: Variable(X), **names}))


def shape_of(expr: Expr) -> Shape:
    """The kinks of an expression of x alone. Raises Undecidable."""
    pieces = Pieces(expr)
    found = [kink for place in pieces.places if (kink := _kink(pieces, place))]
    return Shape(tuple(found), tuple(pieces.relations))


def _kink(pieces: Pieces, place: Place) -> Kink | None:
    """What is at a place between two pieces; None if they are one function."""
    sides = {side: [pieces.beside(place, side, k) for k in range(COMPARED + 1)] for side in (-1, 1)}
    value = _known(pieces.at(place), place)
    left, right = ([_known(compute, place) for compute in computes] for computes in sides.values())
    if agree(left[0], value) and agree(right[0], value):
        differing = (k for k in range(1, COMPARED + 1) if not agree(left[k], right[k]))
        if not (order := next(differing, 0)):
            _prove_smooth(pieces, place)
            return None
    else:
        order = 0
    told = (tuple(text(compute) for compute in sides[side][: TOLD + 1]) for side in (-1, 1))
    return Kink(_name(place), place.nearest, order, text(pieces.at(place)), *told)


def _known(compute: Compute, place: Place) -> Any:
    try:
        return exact(compute)
    except FormulaError as error:
        raise Undecidable(f"its value or a derivative beside x = {_name(place)} {error}") from None


def _prove_smooth(pieces: Pieces, place: Place) -> None:
    """Raise Undecidable unless the forms on both sides of a place are one function."""
    import sympy

    left, right = pieces.around(place)
    x = sympy.Symbol(X, real=True)
    try:
        if left == right or vanishes(to_sympy(left, {X: x}) - to_sympy(right, {X: x})):
            return
    except Exception:  # SymPy fails in many ways; none of them is a proof
        pass
    raise Undecidable(
        f"at x = {_name(place)} its form changes, but {COMPARED} derivatives are the same from both sides, and SymPy "
        "does not find that it is one function"
    )


def _name(place: Place) -> str:
    """A fraction, as a decimal where it is one; the digits of what is irrational."""
    if (ratio := place.rational) is None:
        return str(text(place.ball))
    above, below = int(ratio.p), int(ratio.q)
    if _only_twos_and_fives(below):
        return f"{Decimal(above) / Decimal(below):f}"
    return f"{above}/{below}"


def _only_twos_and_fives(number: int) -> bool:
    return 10 ** number.bit_length() % number == 0 and number.bit_length() < 60
