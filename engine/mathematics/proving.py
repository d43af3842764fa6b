"""What proofs of definitions have in common: their parts, bounded in time, and the fault that each may find."""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.base.errors import Problem
from engine.base.processes import OutOfTime, limited
from engine.base.yamlfile import line_of
from engine.mathematics.conditions import Conditions
from engine.mathematics.derivation.evidence import Evidence
from engine.mathematics.derivation.symbolic import SECONDS_SYMBOLIC
from engine.mathematics.formula.balls import Balls
from engine.mathematics.formula.digits import DIGITS, exact
from engine.mathematics.formula.python import FormulaError, read
from engine.mathematics.formula.tree import Expr
from engine.mathematics.kinks import Kink
from engine.mathematics.zeros import Undecidable
from engine.sources.definition import Definition

ULPS = 8
#: Roundings of x that a form is excused for: of a square, of a quotient by a constant that is itself rounded.
ROUNDINGS = 4
#: By how much a part of a form may be greater than the value, as 6*x is in x*6/6: within that of the largest float64 it
#: may overflow.
HEADROOM = 8
SECONDS_NUMERIC = 20.0
#: What SymPy is told of a number, by its domain.
ASSUMPTIONS = {"real": {"real": True}, "positive": {"positive": True}, "nonnegative": {"nonnegative": True}}

Point = Mapping[str, float]
#: x and the value of a function there, rounded to float64, with its default parameters: the entries of both, of which a
#: number has one.
Samples = tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]
#: x, and between which two numbers each derivative is there: of each entry of the result, by each entry of x.
Slopes = tuple[tuple[tuple[float, ...], tuple[tuple[float, float], ...]], ...]


@dataclass(frozen=True)
class Proof:
    """The result for one definition: its problems, or else how its formulas were checked.

    floats, ulps: at how many numbers the stable form was computed in float64, and the largest error in units in the
    last place; samples: exact values of the function with its default parameters, rounded to float64, by x; slopes: the
    same of its derivatives, which are those from both sides at a kink, and any where it jumps; kinks: the places where
    it is not analytic, with these.
    """

    name: str
    problems: tuple[Problem, ...]
    stable: Evidence | None = None
    derivative: Evidence | None = None
    floats: int = 0
    ulps: float = 0.0
    samples: Samples = ()
    slopes: Slopes = ()
    kinks: tuple[Kink, ...] = ()


class Fault(Exception):
    """A formula that is wrong. The arguments: why, and the lines that show it."""


class Prover:
    """Proves one definition, in parts: what is wrong with one of its formulas does not hide what is with another."""

    def __init__(self, root: Path, definition: Definition) -> None:
        self.root = root
        self.definition = definition
        self.defaults = {parameter.name: float(parameter.default) for parameter in definition.parameters}
        self.balls = Balls()
        self.problems: list[Problem] = []
        self.conditions: Conditions = self.part("conditions", lambda: Conditions(definition))
        if self.conditions:
            self.part("conditions", self.usual)

    def usual(self) -> None:
        """Raise Fault where the usual values of the parameters break a condition, FormulaError where all others do."""
        if broken := self.conditions.broken(self.defaults):
            raise Fault(f"{broken} does not hold for the usual values, {shown(self.defaults)}")
        self.conditions.draw(random.Random("conditions"))

    def read(self, names: Mapping[str, Expr]) -> dict[str, Expr]:
        """The three formulas, in these names; those that are not understood are among the problems."""
        formulas = {}
        for which in ("expression", "stable", "derivative"):
            text = getattr(self.definition, which)
            formulas[which] = self.part(which, lambda text=text: read(text, names))
        return formulas

    def part(self, which: str, check: Callable[[], Any]) -> Any:
        """What a check finds; None, and a problem at the formula's line, if it fails.

        which: the formula, by its key; or that of the parameter that is learned, by its keys with points between.
        """
        lines: tuple[str, ...] = ()
        learned = self.definition.learned
        written = learned.derivative if learned and "." in which else getattr(self.definition, which)
        texts = written if isinstance(written, tuple) else (str(written),)
        try:
            with limited(SECONDS_NUMERIC):
                return check()
        except Fault as fault:
            reason, *lines = fault.args
        except (FormulaError, Undecidable) as error:
            reason = str(error)
        except OutOfTime:
            reason = f"could not be checked within {SECONDS_NUMERIC:g} s"
        detail = "\n".join(f"  {line}" for line in (*texts, *lines))
        line = line_of(self.root, self.definition.path, which.split("."))
        self.problems.append(Problem(self.definition.path.as_posix(), f"{which}: {reason}", line, detail))
        return None

    def at(self, formula: Expr) -> Callable[[Point], Any]:
        """The exact value at a point."""
        return lambda point: exact(lambda: self.balls.value(formula, point))

    def error(self, value: Any, result: float, where: str) -> float | None:
        """By how many ulp a result in float64 is off; None where it need not be told: the value is beyond float64, or
        so near to its end that a part of the form may be. Raises Fault if only the result is no number."""
        if math.isinf(float(value)):
            return None
        if math.copysign(math.inf, value) == result and abs(value) > sys.float_info.max / HEADROOM:
            return None
        if not math.isfinite(result):
            reason = f"is {result} in float64 at {where}, where the value is finite"
            raise Fault(reason, *compared(value, result))
        return float(abs(result - value)) / math.ulp(float(value))

    def assumptions(self) -> dict[str, dict[str, bool]]:
        """What SymPy is told of each parameter."""
        return {parameter.name: ASSUMPTIONS[parameter.domain] for parameter in self.definition.parameters}

    def between(self, formula: Expr, point: Point, by: str) -> tuple[float, float]:
        """The derivatives by a variable from both sides of a point, the lower first."""
        sides = (exact(lambda side=side: self.balls.derivatives(formula, point, by, 1, side)[1]) for side in (1, -1))
        low, high = sorted(map(float, sides))
        return low, high

    def evidence(self, proved: Callable[[], bool], points: int) -> Evidence:
        """That of a formula which was compared at so many points. proved: by SymPy, if it finds a proof."""
        return Evidence(self.tried(proved), points, DIGITS)

    def tried(self, proved: Callable[[], bool]) -> bool:
        """Whether SymPy finds a proof in time."""
        try:
            with limited(SECONDS_SYMBOLIC):
                return proved()
        except (OutOfTime, Exception):  # SymPy fails in many ways; none of them is a proof
            return False


def differs(where: str, *sides: Any) -> Fault:
    """That a value is not what it should be, with as many digits as show it."""
    digits = next(d for d in (10, 20, 30, 40, 50, 60) if len({shown_digits(v, d) for v in sides}) > 1 or d > 50)
    lines = [f"{what}{shown_digits(v, digits)}" for what, v in zip(("should: ", "is:     "), sides, strict=True)]
    return Fault(f"is something else {where}", *lines)


def shown_digits(ball: Any, digits: int) -> str:
    """A value with that many digits."""
    return ball.str(digits, radius=False)


def shown(point: Point) -> str:
    """A point, as problems say it."""
    return ", ".join(f"{name} = {value:.17g}" for name, value in point.items())


def compared(value: Any, result: float) -> tuple[str, str]:
    """A value and what float64 makes of it, as lines of a fault."""
    return f"true:    {shown_digits(value, 20)}", f"float64: {result!r}"
