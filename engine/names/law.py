"""What a library draws at random, against the law that a definition states: no right one fails, and a wrong one does.

A value tells where between the parameters its draw lies, as a part of the way. These parts have to be spread evenly:

- none lies outside, but for the rounding of the value;
- their mean is within `errors` standard errors of one half;
- their distribution is nowhere further from the even one than `gap`.

Each of the last two is exceeded by a right library less than once in a thousand million seeds: the first bound is the
one of sub-Gaussian sums (an even distribution is one, with its own variance), the other that of Dvoretzky, Kiefer and
Wolfowitz with Massart's constant; both hold for any number of draws. Seeds are fixed, so that a result stays.
Where a value does not hang on chance, each has to be the one of the definition.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from engine.base.errors import Problem, SourceError
from engine.mathematics import latex
from engine.mathematics.formula import float64
from engine.mathematics.formula.python import FormulaError
from engine.mathematics.formula.tree import Expr, Scope
from engine.mathematics.latex import LatexError
from engine.sources.definition import Definition

#: Seeds, and the arguments, each so many times.
SEEDS = (0, 1)
ARGUMENTS = ((-1.0, 2048), (-2.5, 2048), (0.75, 8), (3.0, 8))
#: How often, at most, a right library fails one of the checks.
FAILS = 1e-9
#: Of a value of float32, and how finely draws are told from values.
ROUNDING, STEPS = 1e-6, 1 << 12


def points() -> list[float]:
    """The arguments that are given to a library with each seed."""
    return [x for x, times in ARGUMENTS for _ in range(times)]


def errors() -> float:
    """By how many standard errors a mean may be off."""
    return math.sqrt(2 * math.log(2 / FAILS))


def gap(count: int) -> float:
    """How far the distribution of so many draws may be from the exact one."""
    return math.sqrt(math.log(2 / FAILS) / (2 * count))


class Law:
    """What a definition says of training. Raises SourceError where that is not understood."""

    def __init__(self, definition: Definition) -> None:
        training = definition.training
        assert training is not None
        self.values = {latex.name(one.tex): one.default for one in definition.parameters}
        known = {one.name: one.default for one in definition.parameters}
        try:
            if unknown := [name for name in training.uniform if name not in known]:
                raise LatexError(f"{unknown[0]} is no parameter", 1)
            self.low, self.high = (known[name] for name in training.uniform)
            self.variable = latex.name(training.variable)
            scope = Scope(frozenset({"x", self.variable, *self.values}))
            chain = latex.parse(training.tex, scope)
            if chain.lead or chain.ops:
                raise LatexError("an expression is expected", 1)
            self.expr: Expr = chain.sides[0]
            self.at(0.0)
        except (LatexError, FormulaError) as error:
            line = definition.line("training")
            raise SourceError([Problem(definition.path.as_posix(), f"training: {error}", line)]) from None

    def at(self, x: float) -> Any:
        """The values for an argument, from the one end of what is drawn to the other."""
        import numpy as np

        drawn = np.linspace(self.low, self.high, STEPS + 1)
        values = {**self.values, "x": np.full_like(drawn, x), self.variable: drawn}
        return np.broadcast_to(float64.compute(self.expr, values), drawn.shape)

    def hangs_on_chance(self, x: float) -> bool:
        """Whether the value for an argument is another one from one draw to the next."""
        exact = self.at(x)
        return float(exact.max() - exact.min()) > ROUNDING * float(abs(exact).max())

    def faults(self, xs: list[float], ys: list[float]) -> Iterator[str]:
        """What is wrong with the values that a library has drawn for arguments."""
        import numpy as np

        given, drawn = np.array(xs), np.array(ys)
        parts = []
        for x in sorted(set(xs)):
            exact, found = self.at(x), drawn[given == x]
            slack = ROUNDING * float(np.max(np.abs(exact)))
            low, high = float(exact.min()), float(exact.max())
            outside = found[~((found >= low - slack) & (found <= high + slack))]
            if outside.size:
                yield f"gives {outside[0]:.9g} at x = {x:g}, which is not between {low:.9g} and {high:.9g}"
                return
            if self.hangs_on_chance(x):
                rising = bool(exact[-1] > exact[0])
                if not np.all(np.diff(exact) > 0 if rising else np.diff(exact) < 0):
                    yield f"cannot be judged at x = {x:g}: the value rises and falls with what is drawn"
                    return
                part = np.interp(found, *((exact, _parts()) if rising else (exact[::-1], _parts()[::-1])))
                parts.append(part)
        if not parts:
            yield "does not hang on chance"
            return
        yield from _uneven(np.sort(np.concatenate(parts)))


def _parts() -> Any:
    import numpy as np

    return np.linspace(0, 1, STEPS + 1)


def _uneven(parts: Any) -> Iterator[str]:
    """How sorted parts of the way from 0 to 1 are not spread evenly."""
    import numpy as np

    count = len(parts)
    off = (float(parts.mean()) - 0.5) * math.sqrt(12 * count)
    if abs(off) > errors():
        yield f"has a mean of draws {off:.3g} standard errors from the one that is stated; {errors():.3g} are allowed"
    ranks = np.arange(count)
    far = float(max(np.max(parts - ranks / count), np.max((ranks + 1) / count - parts)))
    if far > gap(count):
        yield f"draws from another distribution: {far:.3g} from the one that is stated; {gap(count):.3g} are allowed"
