"""What the parameters of a function have to satisfy: the domain of each, and conditions of several, `lower <= upper`.

A definition writes a condition as one of a `Piecewise`, in its parameters alone. All of them hold for the usual values;
whatever else is tried of the function, is tried where all of them hold.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.mathematics.formula import float64
from engine.mathematics.formula.python import FormulaError, read
from engine.mathematics.formula.symbolic import to_sympy
from engine.mathematics.formula.tree import Cases, Chain, Condition, Expr, Logic, Variable, free_variables
from engine.sources.definition import Definition, Parameter

#: How often values are drawn until all conditions hold.
TRIES = 10_000
#: The number that a domain says to be on one side of, as a condition.
_DOMAINS = {"real": "", "positive": "{name} > 0", "nonnegative": "{name} >= 0"}
_SIGNS = {"<=": r"\le", ">=": r"\ge", "!=": r"\neq"}


class Conditions:
    """Those of a definition. Raises FormulaError for what is no condition of its parameters."""

    def __init__(self, definition: Definition) -> None:
        self.parameters = definition.parameters
        self.declared = definition.conditions
        domains = [_DOMAINS[one.domain].format(name=one.name) for one in self.parameters]
        names = {one.name: Variable(one.name) for one in self.parameters}
        self._all = {text: indicator(text, names) for text in (*filter(None, domains), *self.declared)}

    def broken(self, values: Mapping[str, float]) -> str:
        """The first condition that does not hold for values of all parameters, or nothing."""
        return next((text for text, expr in self._all.items() if not float64.compute(expr, values)), "")

    def draw(self, chance: random.Random) -> dict[str, float]:
        """Values that the parameters may have, of any size. Raises FormulaError where none are found."""
        for _ in range(TRIES):
            values = {one.name: _draw(one, chance) for one in self.parameters}
            if not self.broken(values):
                return values
        raise FormulaError(f"no numbers were found for which {', '.join(self.declared)}")

    def chains(self, names: Mapping[str, Expr]) -> Iterator[Chain]:
        """The declared ones as relations of what stands for the parameters elsewhere, but for those of numbers alone.

        Raises FormulaError for one that is no relation, nor some joined by &.
        """
        for text in self.declared:
            for chain in _relations(text, _condition(indicator(text, names))):
                if any(map(free_variables, chain.sides)):
                    yield chain


def written(chain: Chain, names: Mapping[str, str]) -> Chain:
    """A relation with its sides as they are written in LaTeX. names: how its variables are set."""
    import sympy

    symbols = {name: sympy.Symbol(text) for name, text in names.items()}
    return replace(chain, written=tuple((sympy.latex(to_sympy(side, symbols)),) for side in chain.sides))


def tex(chain: Chain) -> str:
    """A relation in LaTeX, as it is written."""
    sides = [" ".join(side) for side in chain.written]
    return sides[0] + "".join(f" {_SIGNS.get(op, op)} {side}" for op, side in zip(chain.ops, sides[1:], strict=True))


def indicator(text: str, names: Mapping[str, Expr]) -> Expr:
    """An expression that is 1 where a condition holds, and else 0. Raises FormulaError."""
    return read(f"Piecewise((1, {text}), (0, True))", names)


def _condition(expr: Expr) -> Condition | None:
    assert isinstance(expr, Cases)
    return expr.branches[0][1]


def _relations(text: str, condition: Condition | None) -> list[Chain]:
    match condition:
        case Chain():
            return [condition]
        case Logic("and", parts):
            return [chain for part in parts for chain in _relations(text, part)]
    raise FormulaError(f"{text} is no relation, nor some joined by &")


def _draw(parameter: Parameter, chance: random.Random) -> float:
    """A value that a parameter may have by itself, of any size."""
    size = 10 ** chance.uniform(-2, 2)
    return chance.choice((1, -1)) * size if parameter.domain == "real" else size
