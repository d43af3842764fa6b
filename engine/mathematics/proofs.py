"""Prove that what a definition says of its function holds together, and that its stable form is stable.

- The stable form equals the expression, and the derivative equals that of the expression: by a proof of SymPy where it
  finds one in time, and always to 50 digits at fixed points, random and extreme ones, of x and of the parameters. The
  digits are certain: they come from enclosures of the values. Where a formula changes, both are compared from each
  side and in each piece (`alongside`). A derivative is compared wherever the function has one; at a kink its formula
  may give what lies between the slopes of both sides. The derivative by a parameter that is learned is compared at the
  points, and in each piece.
- The stable form, computed in float64 just as it is written, is finite wherever the exact value is, but for the last
  eighth of float64, and near to it: at most 8 units in the last place away, and what a few roundings of x itself, of
  half its last place each, move the value by, which is its slope times so much: exp(-x**2) cannot do better. A value
  below the normal numbers may be off by x times as many of the smallest one, since a factor that is as small is
  rounded to whole ones, as that of x in x*exp(x). This is done for the default parameters and for some powers of two
  times these: such products are exact, so that the form alone is judged and not the rounding of `beta*x`, which nothing
  behind it could undo. So what passes is a form that gives nearly the value of a neighbour of x. It may lose the digits
  of a zero elsewhere than at 0: (x**2 - 1)/(x + 1) beside 1. At 0, and where the value levels off, it may lose none.
  What is off by more passes where the file declares a bound (`within`), which has to hold and to be needed
  (`stability`); then it is looked for between these numbers, too, where the form is worst.

`prove` works in processes of its own, which it can stop. The result depends on nothing but the definition, this engine,
and the versions of SymPy, python-flint, NumPy and SciPy.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem
from engine.base.processes import Pool, Stopped
from engine.base.store import Store, digest
from engine.base.yamlfile import line_of
from engine.mathematics.alongside import Apart, compare
from engine.mathematics.formula import float64
from engine.mathematics.formula.digits import agree, exact, tiny
from engine.mathematics.formula.python import FormulaError, number, read
from engine.mathematics.formula.symbolic import to_sympy, vanishes
from engine.mathematics.formula.tree import Expr, Variable
from engine.mathematics.kinks import Kink
from engine.mathematics.kinks import shape as kinks_of
from engine.mathematics.pieces import Pieces, samples
from engine.mathematics.proving import (
    ASSUMPTIONS,
    ROUNDINGS,
    ULPS,
    Fault,
    Point,
    Proof,
    Prover,
    Samples,
    Slopes,
    differs,
    shown,
)
from engine.mathematics.stability import ROUNDS, Stability, between
from engine.mathematics.vectors import VectorProver
from engine.mathematics.zeros import Place
from engine.sources.definition import Definition, Parameter

RANDOM_POINTS = 60
SETTINGS = 4
#: x that are floats of every format of 32 bits and more; and some where an exponential leaves float32.
SAMPLED = tuple(k * 189 / 128 for k in range(-20, 21))
LARGE = (-200.0, 200.0)


def prove(
    root: Path, definitions: Sequence[Definition], store: Store, pool: Pool, seconds: float = 300.0
) -> list[Proof]:
    """Proofs of definitions, in their order, found in the processes of `pool`.

    Those that hold are kept in the store, and not looked for again.
    """

    def look(some: list[Definition]) -> Iterator[Proof]:
        answers = pool.call(verify, [(root, definition) for definition in some], seconds)
        for definition, answer in zip(some, answers, strict=True):
            path = definition.path.as_posix()
            if isinstance(answer, Stopped):
                problem = Problem(path, answer.reason, line_of(root, definition.path, ["expression"]))
                answer = Proof(path, (problem,))
            yield answer

    keys = [key(definition) for definition in definitions]
    known = store.all(dict(zip(keys, definitions, strict=True)), Proof, look, lambda proof: not proof.problems)
    return [known[name] for name in keys]


def key(definition: Definition) -> str:
    """Digest of all that the proof of a definition depends on."""
    formulas = (definition.expression, definition.stable, definition.derivative, definition.entries, definition.within)
    versions = [frameworks.version(name) for name in ("sympy", "python-flint", "numpy", "scipy")]
    code = code_digest(__name__)
    given = definition.parameters, definition.conditions
    return digest(definition.path.as_posix(), formulas, given, versions, frameworks.environment(), code)


def verify(question: tuple[Path, Definition]) -> Proof:
    """Prove a definition in this process. Time limits work in the main thread."""
    root, definition = question
    if definition.entries and definition.learned:
        reason = "a learned parameter of a function of a vector is not checked yet; leave its derivative out"
        line = definition.line("parameters", definition.learned.name, "derivative")
        return Proof(definition.path.as_posix(), (Problem(definition.path.as_posix(), reason, line),))
    prover = VectorProver if definition.entries else _NumberProver
    return prover(root, definition).proof()


class _NumberProver(Prover):
    """Proves the definition of a function of one number."""

    def proof(self) -> Proof:
        """What comes of all parts."""
        name = self.definition.path.as_posix()
        formulas = self.read({name: Variable(name) for name in ("x", *self.defaults)})
        if self.problems:
            return Proof(name, tuple(self.problems))
        expression, stable, derivative = formulas.values()
        kinks = self.part("expression", lambda: kinks_of(self.definition.expression, self.defaults).kinks)
        equal = self.part("stable", lambda: self.equal(self.at(expression), self.at(stable), strict=True))
        slope = self.part("derivative", lambda: self.equal(self.slope(expression), self.at(derivative), strict=False))
        if learned := self.definition.learned:
            self.part(f"parameters.{learned.name}.derivative", lambda: self.by_parameter(expression, learned))
        if not self.problems:
            equal += self.part("stable", lambda: self.alongside(self.definition.stable, 0)) or 0
            slope += self.part("derivative", lambda: self.alongside(self.definition.derivative, 1)) or 0
        if not self.problems:
            floats = self.part("stable", lambda: self.stability(expression, stable))
            samples = self.part("expression", lambda: self.samples(expression))
            slopes = self.part("expression", lambda: self.slopes(expression, kinks))
        if self.problems:
            return Proof(name, tuple(self.problems))
        return Proof(
            name,
            (),
            self.evidence(lambda: self.same_function(expression, stable), equal),
            self.evidence(lambda: self.is_slope(expression, derivative), slope),
            *floats,
            samples,
            slopes,
            kinks,
        )

    # By numbers

    def slope(self, formula: Expr, side: int = 0, by: str = "x") -> Callable[[Point], Any]:
        """The exact derivative at a point: from the right (1), the left (-1), or the same from both sides (0)."""
        return lambda point: exact(lambda: self.balls.derivatives(formula, point, by, 1, side)[1])

    def equal(self, left: Callable[[Point], Any], right: Callable[[Point], Any], strict: bool) -> int:
        """At how many points both agree. Raises Fault where they do not.

        strict: they need a value at the extreme points too.
        """
        points = 0
        for point, extreme in self.points():
            sides = []
            for side in (left, right):
                try:
                    sides.append(side(point))
                except FormulaError as error:
                    if strict or not extreme:
                        raise Fault(f"{error} at {shown(point)}") from None
            if len(sides) < 2 or (all(map(tiny, sides)) and not all(side.is_zero() for side in sides)):
                continue  # a kink, or both too small to tell
            if not agree(*sides):
                raise differs(f"at {shown(point)}", *sides)
            points += 1
        if points < RANDOM_POINTS // 2:
            raise Fault(f"could be checked at {points} points only")
        return points

    def alongside(self, text: str, order: int) -> int:
        """At how many places a formula is the derivative of that order, along the whole line. Raises Fault."""
        count = 0
        for parameters in self.settings():
            names = {"x": Variable("x"), **{name: number(value) for name, value in parameters.items()}}
            given = f", {shown(parameters)}" if parameters else ""
            try:
                count += compare(read(self.definition.expression, names), read(text, names), order)
            except Apart as apart:
                raise differs(f"{apart.where}{given}", apart.should, apart.found) from None
            except FormulaError as error:
                raise Fault(f"{error}{given}") from None
        return count

    def by_parameter(self, expression: Expr, learned: Parameter) -> None:
        """Compare the derivative by a parameter at the points, in each piece and at its ends. Raises Fault."""
        every = {name: Variable(name) for name in ("x", *self.defaults)}
        slope, found = self.slope(expression, by=learned.name), self.at(read(learned.derivative, every))
        self.equal(slope, found, strict=False)
        for parameters in self.settings():
            names = {"x": Variable("x"), **{name: number(value) for name, value in parameters.items()}}
            texts = self.definition.expression, learned.derivative
            function, formula = (Pieces(read(text, names), analytic=False) for text in texts)
            places = sorted({*function.places, *formula.places})
            for x in samples(places):
                point = {"x": x, **parameters}
                self.same(f"in the piece around x = {float(x):.17g}", parameters, slope(point), found(point))
            for place in places:
                try:
                    should = exact(lambda at=place, given=parameters: self.by(expression, at, given, learned.name))
                except FormulaError:
                    if place in function.places:
                        continue  # there may be none where the function has a border
                    raise
                self.same(f"at x = {place.nearest:.17g}", parameters, should, exact(formula.at(place)))

    def by(self, expression: Expr, place: Place, parameters: Point, name: str) -> Any:
        """The derivative by a parameter at a place, with the precision that is set."""
        return self.balls.derivatives(expression, {"x": place.ball(), **parameters}, name, 1)[1]

    def same(self, where: str, parameters: Point, should: Any, found: Any) -> None:
        """Raise Fault unless two values agree."""
        if not agree(should, found):
            raise differs(f"{where}, {shown(parameters)}", should, found)

    def settings(self) -> Iterator[Point]:
        """The default parameters, and some others."""
        yield self.defaults
        chance = random.Random("settings")
        for _ in range(SETTINGS if self.defaults else 0):
            yield self.conditions.draw(chance)

    def points(self) -> Iterator[tuple[Point, bool]]:
        """Points with the default parameters at extreme x, then random ones; and whether they are extreme."""
        extremes = (1e-300, 1e-30, 1e-8, 1e-3, 0.5, 1.0, 2.0, 10.0, 40.0, 100.0, 710.0, 1e3, 1e4)
        for x in (0.0, *extremes, *(-x for x in extremes)):
            yield {"x": x, **self.defaults}, True
        chance = random.Random("points")
        for _ in range(RANDOM_POINTS):
            x = chance.choice((1, -1)) * (
                chance.uniform(0, 4) if chance.random() < 0.5 else 10 ** chance.uniform(-3, 2)
            )
            yield {"x": x, **self.conditions.draw(chance)}, False

    def stability(self, expression: Expr, stable: Expr) -> tuple[int, float]:
        """At how many floats the stable form was right, and the largest error in ulp. Raises Fault."""
        judged = Stability(ULPS, self.definition.within)
        for power in (0, -3, 4):
            parameters = {name: value * 2.0**power for name, value in self.defaults.items()}
            if self.conditions.broken(parameters):
                continue
            kinks = kinks_of(self.definition.expression, parameters).kinks
            xs = [*_floats(), *(x for kink in kinks for x in _around(kink.x))]
            tried = self.judge(judged, expression, stable, xs, parameters)
            for _ in range(ROUNDS if self.definition.within else 0):
                tried |= self.judge(judged, expression, stable, between(tried), parameters)
            if not self.defaults:
                break
        found = judged.found()
        self.part("within", judged.needs)
        return found

    def judge(
        self, judged: Stability, expression: Expr, stable: Expr, xs: Sequence[float], parameters: Point
    ) -> dict[float, float]:
        """Judge the stable form at numbers, and tell by how many times what is excused it is off at each."""
        import numpy as np

        true, tried = self.at(expression), {}
        with np.errstate(all="ignore"):
            values = {"x": np.array(xs), **{name: np.float64(value) for name, value in parameters.items()}}
            computed = np.broadcast_to(float64.compute(stable, values), len(xs))
        for x, result in zip(xs, computed.tolist(), strict=True):
            point = {"x": x, **parameters}
            value = true(point)
            if (error := self.error(value, result, shown(point))) is not None:
                excused = partial(self.excused, expression, point, value)
                tried[x] = judged.add(error, excused, shown(point), value, result)
        return tried

    def excused(self, expression: Expr, point: Point, value: Any) -> float:
        """The error that is no fault of the form at a point, in ulp: see the head of this file."""
        x, unit = point["x"], math.ulp(float(value))
        own = ULPS * max(1.0, abs(x)) if abs(float(value)) < sys.float_info.min else ULPS
        return own + ROUNDINGS * float(self.steepness(expression, point) * math.ulp(x) / 2 / unit)

    def steepness(self, expression: Expr, point: Point) -> Any:
        """The absolute value of the derivative by x, of the greater one at a kink; 0 if there is none."""
        try:
            right, left = (abs(self.slope(expression, side)(point)) for side in (1, -1))
        except FormulaError:
            return 0
        return right.max(left)

    def samples(self, expression: Expr) -> Samples:
        """At x that are floats of every format of 32 bits and more."""
        true = self.at(expression)
        return tuple(((x,), (float(true({"x": x, **self.defaults})),)) for x in SAMPLED)

    def slopes(self, expression: Expr, kinks: Sequence[Kink]) -> Slopes:
        """At the same x, at some that are large, and at kinks that are floats of every such format."""
        bent = {kink.x: kink for kink in kinks}
        own = [x for x, kink in bent.items() if Fraction(kink.place) == Fraction(_single(x))]
        found = []
        for x in sorted({*SAMPLED, *LARGE, *own}):
            jumps = x in bent and bent[x].kind == "jump"
            ends = (-math.inf, math.inf) if jumps else self.between(expression, {"x": x, **self.defaults}, "x")
            found.append(((x,), (ends,)))
        return tuple(found)

    # By SymPy

    def symbols(self, x: str) -> dict[str, Any]:
        """x with that property, and the parameters."""
        import sympy

        named = {"x": ASSUMPTIONS[x], **self.assumptions()}
        return {name: sympy.Symbol(name, **facts) for name, facts in named.items()}

    def is_slope(self, expression: Expr, derivative: Expr) -> bool:
        import sympy

        symbols = self.symbols("real")
        return vanishes(sympy.diff(to_sympy(expression, symbols), symbols["x"]) - to_sympy(derivative, symbols))

    def same_function(self, expression: Expr, stable: Expr) -> bool:
        """On each side of 0 the derivative of the difference is 0, and so is the difference at 0, where it starts."""
        import sympy

        symbols = self.symbols("positive")
        size, steps = symbols["x"], (sympy.sign, sympy.Heaviside, sympy.Piecewise)

        def gap(x: Any) -> Any:
            values = {**symbols, "x": x}
            return to_sympy(expression, values) - to_sympy(stable, values)

        return vanishes(gap(sympy.Integer(0))) and all(
            not gap(x).has(*steps)  # what is left is continuous wherever it has a value
            and vanishes(gap(x).subs(size, 0))
            and vanishes(sympy.diff(gap(x), size))
            for x in (size, -size)
        )


def _around(x: float) -> Iterator[float]:
    """A float, and those beside it, where a form may take the wrong side of a kink."""
    yield from (x, math.nextafter(x, math.inf), math.nextafter(x, -math.inf))


def _single(x: float) -> float:
    """The float32 next to a number."""
    import numpy as np

    with np.errstate(over="ignore"):
        return float(np.float32(x))


def _floats() -> Iterator[float]:
    """Numbers from one end of float64 to the other, most of them where functions change."""
    yield 0.0
    sizes = [1.2345 * 10.0**k for k in range(-307, 308, 12)] + [5e-324, 1e-310, 2e307, 1e308]
    sizes += [k / 3 for k in range(1, 136)] + [float(k) for k in range(50, 800, 15)] + [745.1, 709.8, 88.7, 103.9]
    for size in sizes:
        yield from (size, -size)
