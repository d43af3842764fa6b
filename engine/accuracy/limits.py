"""The limits of a function and of its derivatives at infinity: by SymPy, of the form that the function has far out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from engine.accuracy.oracle import ORDERS, Formula
from engine.accuracy.outermost import outermost
from engine.base.processes import OutOfTime, limited
from engine.mathematics.formula.balls import Balls, enclosures
from engine.mathematics.formula.operations import Undefined
from engine.mathematics.formula.symbolic import to_sympy
from engine.mathematics.formula.tree import Expr

#: A limit is believed if at 2**FAR the function is that near to it, or if it is infinite, that far from 0. Functions
#: that take longer have none that is known.
FAR, NEAR, BEYOND = 200, 2.0**-20, 2.0**20


def limits(
    expression: str, parameters: Mapping[str, float], seconds: float = 100
) -> tuple[tuple[float | None, float | None], ...]:
    """Those for x to -inf and +inf, of the value and of each derivative; None where none is found.

    Raises FormulaError for what is not understood.
    """
    tree = Formula(expression, parameters).tree()
    left, right = (_limits(tree, end, seconds) for end in (-1, 1))
    return tuple(zip(left, right, strict=True))


def _limits(tree: Expr, end: int, seconds: float) -> list[float | None]:
    """Of the value and each derivative at one end."""
    import sympy

    x = sympy.Symbol("x", real=True)
    found: list[float | None] = []
    with suppress(Exception), time_limit(seconds * len(ORDERS)):  # SymPy raises about anything where it finds none
        form = to_sympy(outermost(tree, end, lambda expr: _sign(to_sympy(expr, {"x": x}), x, end)), {"x": x})
        for order in ORDERS:
            limit = None
            with suppress(Exception), time_limit(seconds):
                limit = sympy.limit(form, x, end * sympy.oo)
            known = limit is not None and limit.is_extended_real and limit.is_number
            found.append(float(limit) if known and _near(tree, order, end, float(limit)) else None)
            form = sympy.diff(form, x)
    return found + [None] * (len(ORDERS) - len(found))


def _sign(form: Any, x: Any, end: int) -> int | None:
    """The sign of a form far out, by its limit or, where that is 0, by that of its reciprocal."""
    import sympy

    if form == 0:
        return 0
    limit = sympy.limit(form, x, end * sympy.oo)
    if limit == 0:
        limit = sympy.limit(1 / form, x, end * sympy.oo)
    return 1 if limit.is_extended_positive else -1 if limit.is_extended_negative else None


def _near(tree: Expr, order: int, end: int, limit: float) -> bool:
    """Whether enclosures of the function far out agree with a limit."""
    balls, x = Balls(), end * 2.0**FAR
    with suppress(Undefined):
        for ball in enclosures(lambda: balls.derivatives(tree, {"x": x}, "x", order)[order]):
            if math.isinf(limit):
                if ball * math.copysign(1.0, limit) > BEYOND:
                    return True
            elif abs(ball - limit) < NEAR * max(1.0, abs(limit)):
                return True
    return False


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in a computation of SymPy, which swallows most others, that takes more processor time."""
    try:
        with limited(seconds):
            yield
    except OutOfTime:
        raise TimeoutError(f"still running after {seconds:g} s") from None
