"""What the operations of a tree are called in mpmath and SymPy, and those that Python has for any numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

_SAME = ("exp", "sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "coth", "sech", "csch")

#: Functions of one argument, with their names in mpmath and SymPy. SymPy has no expm1 and log1p.
FUNCTIONS = {
    "ln": "log",
    "sgn": "sign",
    **{f"ar{name}": f"a{name}" for name in ("sinh", "cosh", "tanh")},
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan")},
    **{name: name for name in (*_SAME, "expm1", "log1p", "erf", "erfc")},
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
