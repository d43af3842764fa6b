"""What a formula may use, how others call it, and what is raised where it has no value."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

_SAME = ("exp", "sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "coth", "sech", "csch")

#: Functions of one argument, with their names in Arb, mpmath and SymPy, each of which lacks some: see there.
FUNCTIONS = {
    "ln": "log",
    "sgn": "sign",
    **{f"ar{name}": f"a{name}" for name in ("sinh", "cosh", "tanh")},
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan")},
    **{name: name for name in (*_SAME, "expm1", "log1p", "erf", "erfc", "erfcx")},
}
ARITHMETIC: dict[str, Callable[..., Any]] = {
    "neg": operator.neg,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
}


class Undefined(ArithmeticError):
    """The expression has no real value at the point."""


class Undecided(ArithmeticError):
    """The value could not be computed to the precision asked for."""


def applied(operation: Callable[..., Any], args: Sequence[Any]) -> Any:
    """An operation of one or two arguments, or of those of which any number can be taken two by two."""
    return operation(*args) if len(args) < 3 else reduce(operation, args)
