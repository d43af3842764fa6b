"""A tree with something else in the place of a variable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.mathematics.formula.tree import (
    Apply,
    Bound,
    Call,
    Cases,
    Chain,
    Condition,
    Derivative,
    Element,
    Expr,
    Function,
    Limit,
    Logic,
    Variable,
    free_variables,
)


class Captured(ValueError):
    """What is put in would mean something else there."""


def put(expr: Expr, values: Mapping[str, Expr]) -> Expr:
    """An expression with what stands for some of its free variables, also in the functions that it calls.

    Raises Captured where an integral, a sum, a limit or a derivative has such a variable, or one of what is put in.
    """
    if not values.keys() & free_variables(expr):
        return expr
    match expr:
        case Variable(name):
            return values[name]
        case Apply(op, args):
            return Apply(op, tuple(put(arg, values) for arg in args))
        case Element(vector, index) if vector not in values:
            return Element(vector, put(index, values))
        case Call(function, args, order):
            return Call(put_in_function(function, values), tuple(put(arg, values) for arg in args), order)
        case Derivative(body, variable, order):
            _stop_at_captured(values, variable)
            return Derivative(put(body, values), variable, order)
        case Bound(op, body, variable, lower, upper):
            _stop_at_captured(values, variable)
            return Bound(op, put(body, values), variable, put(lower, values), put(upper, values))
        case Limit(body, variable, target, side):
            _stop_at_captured(values, variable)
            return Limit(put(body, values), variable, put(target, values), side)
        case Cases(branches):
            return Cases(
                tuple((put(value, values), part and put_in_condition(part, values)) for value, part in branches)
            )
    raise Captured("an element of a vector")


def put_in_function(function: Function, values: Mapping[str, Expr]) -> Function:
    """A function with what stands for variables of its body that are none of its parameters. Raises Captured."""
    free = {name: value for name, value in values.items() if name not in function.params}
    if not free.keys() & free_variables(function.body):
        return function
    for param in function.params:
        _stop_at_captured(free, param)
    return replace(function, body=put(function.body, free))


def put_in_condition(condition: Condition, values: Mapping[str, Expr]) -> Condition:
    """A condition with what stands for some variables. Raises Captured."""
    if isinstance(condition, Logic):
        return Logic(condition.op, tuple(put_in_condition(part, values) for part in condition.parts))
    return put_in_chain(condition, values)


def put_in_chain(chain: Chain, values: Mapping[str, Expr]) -> Chain:
    """A chain with what stands for some variables. Raises Captured."""
    return replace(chain, sides=tuple(put(side, values) for side in chain.sides))


def _stop_at_captured(values: Mapping[str, Expr], variable: str) -> None:
    if variable in values or any(variable in free_variables(value) for value in values.values()):
        raise Captured(f"{variable} has a meaning of its own there")
