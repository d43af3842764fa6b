"""A tree as an expression of SymPy, for proofs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.mathematics.latex.operations import ARITHMETIC, FUNCTIONS
from engine.mathematics.latex.tree import Apply, Bound, Call, Cases, Derivative, Expr, Limit, Number, Variable


class NotSymbolic(ValueError):
    """SymPy has no counterpart for a part of the expression."""


def to_sympy(expr: Expr, symbols: Mapping[str, Any]) -> Any:
    """The expression in SymPy, with `symbols` (any SymPy expressions) for its variables.

    Declared functions are replaced by what they stand for. SymPy simplifies on the way: this is for proofs, while
    `parse` alone says what is written.
    """
    import sympy  # slow to import, and reading alone does not need it

    def convert(part: Expr) -> Any:
        return to_sympy(part, symbols)

    def bound(body: Expr, variable: str) -> tuple[Any, Any]:
        dummy = sympy.Dummy(variable, real=True)
        return dummy, to_sympy(body, {**symbols, variable: dummy})

    match expr:
        case Number():
            return sympy.Rational(expr.text)
        case Variable(name):
            return symbols[name]
        case Apply(op, args):
            return _sympy_apply(op, [convert(arg) for arg in args])
        case Call(function, args, 0):
            return to_sympy(function.body, {**symbols, **dict(zip(function.params, map(convert, args), strict=True))})
        case Call(function, (arg,), order) if order > 0:
            dummy, body = bound(function.body, function.params[0])
            return sympy.diff(body, dummy, order).subs(dummy, convert(arg))
        case Derivative(body, variable, order):
            dummy, inside = bound(body, variable)
            return sympy.diff(inside, dummy, order).subs(dummy, symbols[variable])
        case Bound(op, body, variable, lower, upper):
            dummy, inside = bound(body, variable)
            kind = {"int": sympy.Integral, "sum": sympy.Sum, "prod": sympy.Product}[op]
            return kind(inside, (dummy, convert(lower), convert(upper)))
        case Limit(body, variable, target, side):
            dummy, inside = bound(body, variable)
            return sympy.Limit(inside, dummy, convert(target), side or "+-")
        case Cases(branches):
            relations = {"=": sympy.Eq, "<": sympy.Lt, ">": sympy.Gt, "<=": sympy.Le, ">=": sympy.Ge, "!=": sympy.Ne}
            pieces = []
            for value, condition in branches:
                truth = sympy.true
                if condition:
                    sides = [convert(side) for side in condition.sides]
                    pairs = zip(condition.ops, sides[:-1], sides[1:], strict=True)
                    truth = sympy.And(*(relations[op](a, b) for op, a, b in pairs))
                pieces.append((convert(value), truth))
            return sympy.Piecewise(*pieces)
    raise NotSymbolic(type(expr).__name__)


def _sympy_apply(op: str, args: list[Any]) -> Any:
    import sympy

    if op in ("+", "-", "*", "/", "neg"):
        return ARITHMETIC[op](*args)
    match op, args:
        case "^", [a, b]:
            return a**b
        case "root", [a, degree]:
            return sympy.root(a, degree)
        case "abs", [a]:
            return sympy.Abs(a)
        case "max", _:
            return sympy.Max(*args)
        case "min", _:
            return sympy.Min(*args)
        case "!", [a]:
            return sympy.factorial(a)
        case "binom", [a, b]:
            return sympy.binomial(a, b)
        case "Li", [order, a]:
            return sympy.polylog(order, a)
        case "expm1", [a]:
            return sympy.exp(a) - 1
        case "log1p", [a]:
            return sympy.log(1 + a)
        case "e" | "pi" | "inf", _:
            return {"e": sympy.E, "pi": sympy.pi, "inf": sympy.oo}[op]
    return getattr(sympy, FUNCTIONS[op])(*args)


def vanishes(gap: Any) -> bool:
    """Whether SymPy finds that an expression is zero."""
    import sympy

    forms = (
        sympy.expand,
        sympy.simplify,
        sympy.expand_log,
        lambda e: sympy.simplify(sympy.expand_log(sympy.factor(e))),
    )
    return gap == 0 or any(form(gap) == 0 for form in forms)
