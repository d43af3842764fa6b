"""A formula in float64, by NumPy, just as it is written: each operation is rounded, in the order of the text."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from functools import cache, reduce
from typing import Any

from engine.mathematics.formula.operations import ARITHMETIC, COMPARE, FUNCTIONS, applied
from engine.mathematics.formula.python import FormulaError
from engine.mathematics.formula.tree import Apply, Bound, Cases, Condition, Element, Expr, Logic, Number, Variable


def compute(expr: Expr, values: Mapping[str, Any]) -> Any:
    """The value for numbers, or arrays of one shape, in float64. An element of a vector is one along its last axis.

    Raises FormulaError for what NumPy and SciPy do not have.
    """
    import numpy as np

    match expr:
        case Number(text):
            return np.float64(text)
        case Variable(name):
            return values[name]
        case Element(vector, index):
            return values[vector][..., int(compute(index, values)) - 1]
        case Apply("pi" | "e" as name):
            return np.float64(getattr(np, name))
        case Apply("root", (inside, Number("2"))):
            return np.sqrt(compute(inside, values))
        case Apply(op, args) if op in _operations():
            return applied(_operations()[op], [compute(arg, values) for arg in args])
        case Bound("sum" | "prod" as op, body, name, lower, upper):
            indices = range(int(compute(lower, values)), int(compute(upper, values)) + 1)
            terms = [compute(body, {**values, name: np.float64(k)}) for k in indices]
            return reduce(operator.add, terms, np.float64(0)) if op == "sum" else reduce(operator.mul, terms, 1.0)
        case Cases(branches):
            pairs = [(_holds(condition, values), compute(value, values)) for value, condition in branches]
            return reduce(lambda rest, pair: np.where(*pair, rest), reversed(pairs), np.float64("nan"))
    raise FormulaError(f"NumPy has no {expr.op if isinstance(expr, Apply) else type(expr).__name__.lower()}")


def _holds(condition: Condition | None, values: Mapping[str, Any]) -> Any:
    match condition:
        case None:
            return True
        case Logic(op, parts):
            return applied(_LOGIC[op], [_holds(part, values) for part in parts])
    sides = [compute(side, values) for side in condition.sides]
    return reduce(operator.and_, (COMPARE[op](a, b) for a, op, b in zip(sides, condition.ops, sides[1:], strict=False)))


_LOGIC: dict[str, Callable[..., Any]] = {
    "and": operator.and_,
    "or": operator.or_,
    "not": lambda a: a ^ True,
}


@cache
def _operations() -> dict[str, Callable[..., Any]]:
    import numpy as np
    from scipy import special

    names = {
        op: name.replace("asin", "arcsin").replace("acos", "arccos").replace("atan", "arctan")
        for op, name in FUNCTIONS.items()
    }
    # SciPy's erfc is 0 for all below the normal numbers, and C's is right to the smallest.
    own = {name: np.vectorize(getattr(math, name), otypes=[np.float64]) for name in ("erf", "erfc")}
    return {
        **{op: getattr(special, name) for op, name in FUNCTIONS.items() if hasattr(special, name)},
        **{op: getattr(np, name) for op, name in names.items() if hasattr(np, name)},
        **ARITHMETIC,
        **{"^": operator.pow, "abs": np.abs, "max": np.maximum, "min": np.minimum, "hypot": np.hypot},
        **own,
        **{"step": np.heaviside, "!": special.factorial, "binom": special.binom},
    }
