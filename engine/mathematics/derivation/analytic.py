"""When an expression is an analytic function of its variables: composed of functions that are, each where it is so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.mathematics.formula.tree import Apply, Call, Cases, Expr, Number, Variable, children, whole

_ZERO = Number("0")
_EVERYWHERE = {"neg", "+", "-", "*", "exp", "expm1", "sin", "cos", "sinh", "cosh", "tanh", "sech"}
_EVERYWHERE |= {"erf", "erfc", "erfcx", "arctan", "arsinh", "e", "pi"}
_BENDING = {"abs", "max", "min", "sgn", "step"}

Condition = tuple[Expr, str, Expr]  # a relation: left, op, right


class NotAnalytic(ValueError):
    """An expression that is not composed of functions known to be analytic."""


def conditions(expr: Expr, bends: bool = False) -> Iterator[Condition]:
    """What has to hold for the expression to be analytic, but where it bends, if it may. Raises NotAnalytic."""
    if isinstance(expr, Call) and expr.order == 0:
        yield from _call_conditions(expr, bends)
        return
    if not (bends and (isinstance(expr, Cases) or (isinstance(expr, Apply) and expr.op in _BENDING))):
        yield from _own_conditions(expr)
    for part in children(expr):
        yield from conditions(part, bends)


def _call_conditions(call: Call, bends: bool) -> Iterator[Condition]:
    for arg in call.args:
        yield from conditions(arg, bends)
    for part, op, bound in conditions(call.function.body, bends):  # as a function of the same arguments
        yield Call(replace(call.function, body=part), call.args), op, bound


def _own_conditions(expr: Expr) -> Iterator[Condition]:
    """What the outermost operation asks of its arguments."""
    match expr:
        case Number() | Variable():
            pass
        case Apply("/", (_, below)):
            yield below, "!=", _ZERO
        case Apply("^", (Apply("e") | Number(), _)):
            pass
        case Apply("^", (base, power)):
            if (times := whole(power)) is None:
                yield base, ">", _ZERO
            elif times < 0:
                yield base, "!=", _ZERO
        case Apply("ln" | "root", (inside, *_)):
            yield inside, ">", _ZERO
        case Apply("hypot", (left, right)):
            yield Apply("+", (Apply("*", (left, left)), Apply("*", (right, right)))), ">", _ZERO
        case Apply("log1p", (inside,)):
            yield inside, ">", Apply("neg", (Number("1"),))
        case Apply(op) if op in _EVERYWHERE:
            pass
        case _:
            what = expr.op if isinstance(expr, Apply) else type(expr).__name__.lower()
            raise NotAnalytic(f"it is not composed of functions known to be analytic: {what}")
