"""A tree as an expression of SymPy, for proofs."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from engine.mathematics.formula.operations import ARITHMETIC, FUNCTIONS
from engine.mathematics.formula.tree import (
    Apply,
    Bound,
    Call,
    Cases,
    Condition,
    Derivative,
    Element,
    Expr,
    Limit,
    Logic,
    Number,
    Variable,
)

#: Terms of a sum or product that are written out: of a few SymPy finds more, and sooner, than of a sum.
SHORT = 50


class NotSymbolic(ValueError):
    """SymPy has no counterpart for a part of the expression."""


def to_sympy(expr: Expr, symbols: Mapping[str, Any]) -> Any:
    """The expression in SymPy, with `symbols` (any SymPy expressions) for its variables.

    Declared functions are replaced by what they stand for. SymPy simplifies on the way: this is for proofs, while
    `parse` alone says what is written. Raises NotSymbolic.
    """
    return Translation(symbols).expr(expr)


def to_condition(condition: Condition, symbols: Mapping[str, Any]) -> Any:
    """A condition in SymPy, like `to_sympy`. Raises NotSymbolic."""
    return Translation(symbols).condition(condition)


class Translation:
    """Translates with given expressions for the variables. SymPy is slow to import, and reading does not need it."""

    def __init__(self, symbols: Mapping[str, Any]) -> None:
        self.symbols = symbols

    def within(self, symbols: Mapping[str, Any]) -> Translation:
        """The same with other expressions for the variables."""
        return Translation(symbols)

    def expr(self, expr: Expr) -> Any:
        """An expression in SymPy."""
        import sympy

        match expr:
            case Number(text):
                return sympy.Rational(text)
            case Variable(name):
                return self.symbols[name]
            case Element(vector, index):
                return sympy.IndexedBase(vector, real=True)[self.expr(index)]
            case Apply("e" | "pi" | "inf" as name):
                return {"e": sympy.E, "pi": sympy.pi, "inf": sympy.oo}[name]
            case Apply(op, args):
                return _operations()[op](*map(self.expr, args))
            case Call():
                return self.call(expr)
            case Derivative(body, variable, order):
                return self.derivative(body, variable, order, self.symbols[variable])
            case Bound():
                return self.bound(expr)
            case Limit(body, variable, target, side):
                dummy, inside = self.inside(body, variable)
                return sympy.Limit(inside, dummy, self.expr(target), side or "+-")
            case Cases(branches):
                return sympy.Piecewise(
                    *((self.expr(value), self.condition(condition)) for value, condition in branches)
                )

    def inside(self, body: Expr, variable: str) -> tuple[Any, Any]:
        """The body with a symbol of its own for the variable that is bound in it, and that symbol before it."""
        import sympy

        dummy = sympy.Dummy(variable, real=True)
        return dummy, self.within({**self.symbols, variable: dummy}).expr(body)

    def call(self, call: Call) -> Any:
        """A declared function at its arguments."""
        function, args = call.function, list(map(self.expr, call.args))
        if call.order < 0:
            raise NotSymbolic("the inverse of a function")
        if call.order:
            return self.derivative(function.body, function.params[0], call.order, args[0])
        return self.within({**self.symbols, **dict(zip(function.params, args, strict=True))}).expr(function.body)

    def derivative(self, body: Expr, variable: str, order: int, at: Any) -> Any:
        """The derivative by a variable, at a place."""
        import sympy

        dummy, inside = self.inside(body, variable)
        return sympy.diff(inside, dummy, order).subs(dummy, at)

    def bound(self, bound: Bound) -> Any:
        """An integral, a sum or a product."""
        import sympy

        lower, upper = self.expr(bound.lower), self.expr(bound.upper)
        if bound.op != "int" and lower.is_Integer and upper.is_Integer and upper - lower < SHORT:
            each = (sympy.Integer(index) for index in range(lower, upper + 1))
            terms = (self.within({**self.symbols, bound.variable: index}).expr(bound.body) for index in each)
            return (sympy.Add if bound.op == "sum" else sympy.Mul)(*terms)
        dummy, inside = self.inside(bound.body, bound.variable)
        kind = {"int": sympy.Integral, "sum": sympy.Sum, "prod": sympy.Product}[bound.op]
        return kind(inside, (dummy, lower, upper))

    def condition(self, condition: Condition | None) -> Any:
        """A condition."""
        import sympy

        if condition is None:
            return sympy.true
        if isinstance(condition, Logic):
            return {"and": sympy.And, "or": sympy.Or, "not": sympy.Not}[condition.op](
                *map(self.condition, condition.parts)
            )
        relations = {"=": sympy.Eq, "<": sympy.Lt, ">": sympy.Gt, "<=": sympy.Le, ">=": sympy.Ge, "!=": sympy.Ne}
        sides = [self.expr(side) for side in condition.sides]
        return sympy.And(*(relations[op](a, b) for op, a, b in zip(condition.ops, sides[:-1], sides[1:], strict=True)))


@cache
def _operations() -> dict[str, Callable[..., Any]]:
    """What SymPy has for the operations of a tree."""
    import sympy

    return {
        **{op: getattr(sympy, name) for op, name in FUNCTIONS.items() if hasattr(sympy, name)},
        **ARITHMETIC,
        "^": operator.pow,
        "root": sympy.root,
        "abs": sympy.Abs,
        "max": sympy.Max,
        "min": sympy.Min,
        "!": sympy.factorial,
        "binom": sympy.binomial,
        "Li": sympy.polylog,
        "expm1": lambda a: sympy.exp(a) - 1,
        "log1p": lambda a: sympy.log(1 + a),
        "erfcx": lambda a: sympy.exp(a**2) * sympy.erfc(a),
        "hypot": lambda a, b: sympy.sqrt(a**2 + b**2),
        "step": sympy.Heaviside,
    }


def vanishes(gap: Any) -> bool:
    """Whether SymPy finds that an expression is zero."""
    import sympy

    forms = (
        sympy.expand,
        sympy.simplify,
        sympy.expand_log,
        lambda e: sympy.simplify(sympy.expand_log(sympy.factor(e))),
        lambda e: sympy.simplify(e.rewrite(sympy.exp)),
    )
    return gap == 0 or any(form(gap) == 0 for form in forms)
