"""A tree as an expression of SymPy in which nothing is carried out that a rule has to name.

Derivatives and integrals stay, and functions stand for themselves. SymPy still puts sums and products in order, so that
two formulas are the same expression if they differ in order and notation only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from engine.mathematics.formula.symbolic import Translation
from engine.mathematics.formula.tree import Apply, Call, Expr, Variable

#: What functions of the engine stand for that SymPy does not know as functions.
_KEPT = ("log1p", "expm1", "Li")


def to_inert(expr: Expr, symbols: Mapping[str, Any], unfolded: Collection[str] = ()) -> Any:
    """The expression in SymPy, as it is written but for order. unfolded: functions that their definition replaces.

    An equation is an Apply of `=`. Raises NotSymbolic.
    """
    return _Inert(symbols, unfolded).expr(expr)


class _Inert(Translation):
    """Translates without carrying out anything."""

    def __init__(self, symbols: Mapping[str, Any], unfolded: Collection[str]) -> None:
        super().__init__(symbols)
        self.unfolded = unfolded

    def within(self, symbols: Mapping[str, Any]) -> _Inert:
        return _Inert(symbols, self.unfolded)

    def expr(self, expr: Expr) -> Any:
        import sympy

        match expr:
            case Apply("=", sides):
                return sympy.Tuple(*map(self.expr, sides))
            case Apply(op, args) if op in _KEPT and op in self.unfolded:
                return self.known(op, [self.expr(arg) for arg in args])
            case Apply(op, args) if op in _KEPT:
                return sympy.Function(op)(*map(self.expr, args))
        return super().expr(expr)

    def known(self, op: str, args: list[Any]) -> Any:
        """What a function of the engine stands for."""
        import sympy

        if op != "Li":
            (arg,) = args
            return sympy.log(1 + arg) if op == "log1p" else sympy.exp(arg) - 1
        order, at = args
        if order != 2:
            return sympy.Function(op)(order, at)
        dummy = sympy.Dummy("w", real=True)
        return -sympy.Integral(sympy.log(1 - dummy) / dummy, (dummy, 0, at))

    def call(self, call: Call) -> Any:
        import sympy

        function = call.function
        if call.order > 0:

            def at(place: Any) -> Any:
                name = function.params[0]
                there = self.within({**self.symbols, name: place})
                return there.call(Call(function, (Variable(name),)))

            return _derivative(at, call.order, self.expr(call.args[0]))
        if function.name in self.unfolded and call.order == 0:
            return super().call(call)
        name = function.name if call.order == 0 else f"{function.name}^-1"
        return sympy.Function(name)(*map(self.expr, call.args))

    def derivative(self, body: Expr, variable: str, order: int, at: Any) -> Any:
        return _derivative(lambda place: self.within({**self.symbols, variable: place}).expr(body), order, at)


def _derivative(of: Callable[[Any], Any], order: int, at: Any) -> Any:
    """The derivative, not carried out, of what is given by its argument."""
    import sympy

    symbol = at if at.is_Symbol else sympy.Dummy("v")
    derivative = sympy.Derivative(of(symbol), (symbol, order))
    return derivative if at.is_Symbol else sympy.Subs(derivative, symbol, at)
