"""Functions of a vector: for which lengths they are looked at, and the proof of their definitions.

A formula of a vector is unrolled for a length (`engine.mathematics.formula.unrolled`), so that it is one of as many
numbers. The lengths are the first three that the definition allows, with all of their entries, and a longer one, of
which the first and the last entry are looked at. What is said of every length is checked for these.

The proof is that of a function of a number (`engine.mathematics.proofs`), entry by entry:

- the stable form equals the expression, and the derivative that of the expression, to 50 digits, which enclosures make
  certain, at points without and with equal entries, near and far apart, and by SymPy where it proves all of the entries
  of the three short lengths;
- the stable form in float64 is near the exact value: within 8 units in the last place, one more for each entry, and
  what a few roundings of the entries move the value by, which is the sum of its slopes times so much; or within the
  bound that the file declares, which is tried at these vectors only.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

from engine.mathematics.derivation.steps import ENTRY, INDEX, LENGTH, VECTOR, Derivation, Domain, Step, variables
from engine.mathematics.formula import float64
from engine.mathematics.formula.digits import agree, exact, tiny
from engine.mathematics.formula.python import FormulaError
from engine.mathematics.formula.symbolic import to_sympy, vanishes
from engine.mathematics.formula.tree import Chain, Expr, Variable, free_variables
from engine.mathematics.formula.unrolled import decided, entry, unrolled, unrolled_chain
from engine.mathematics.lengths import allowed, looked_at, shapes
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
from engine.mathematics.stability import Stability

POINTS = 12
#: Entries of x are so many times as large at some points.
SCALES = (1e-8, 0.1, 1.0, 4.0, 40.0, 700.0, 1e4)
#: Where no number in a point is larger, two values within 2**-15000 of 0 are the same: nothing that is written here for
#: such numbers comes so near to 0 but 0.
ORDINARY = 100.0
#: The length of the vectors that libraries are compared at, and how large their entries are. Derivatives are compared
#: at larger ones, too.
SAMPLED = 4
SAMPLES, LARGE = (0.1, 1.0, 4.0, 20.0), 200.0


def counted(entries: str) -> int:
    """How many entries the result has for a vector of `SAMPLED`. Raises FormulaError if there is none."""
    for n, count in allowed(entries):
        if n == SAMPLED:
            return count
    raise FormulaError(f"{entries} allows no vectors of {SAMPLED} entries, at which values are compared")


def instances(entries: str, indices: Mapping[str, bool]) -> Iterator[dict[str, int]]:
    """Values of n and of these indices: of the result for each that is true, else of x. Raises FormulaError."""
    known = shapes(entries)
    for n, count in known:
        ranges = [looked_at(count if of_result else n, (n, count) != known[-1]) for of_result in indices.values()]
        for values in product(*ranges):
            yield {"n": n, **dict(zip(indices, values, strict=True))}


def with_instances(check: Derivation, entries: str) -> Derivation:
    """Statements about vectors as statements about numbers: each for every length that is looked at, and each index.

    Raises FormulaError for what has no meaning for one of them.
    """
    roles = {name: domain.role for name, domain in check.domains.items() if domain.role}
    own = {name: domain for name, domain in check.domains.items() if not domain.role}
    if check.continuous:
        raise FormulaError("an interval is not understood of vectors; state its two bounds")
    steps: list[Step] = []
    domains: dict[str, Domain] = {}
    for step in check.steps:
        made = list(_instances(step, roles, entries))
        if not made:
            raise FormulaError(f"{step.when} is never so, for the lengths that are looked at")
        steps += made
    for step in steps:
        for chain in (step.chain, *([step.condition] if step.condition else [])):
            for name in (name for side in chain.sides for name in free_variables(side)):
                domains[name] = own.get(name) or Domain(rf"{name} \in \mathbb{{R}}")
    domains |= {name: own[name] for chain in check.conditions for name in variables(chain)}
    return replace(check, steps=tuple(steps), domains=domains)


def _instances(step: Step, roles: Mapping[str, str], entries: str) -> Iterator[Step]:
    used = {name for side in step.chain.sides for name in free_variables(side)}
    used |= {name for side in (step.condition.sides if step.condition else ()) for name in free_variables(side)}
    indices = {name: role == ENTRY for name, role in roles.items() if role in (ENTRY, INDEX) and name in used}
    if step.sharp:
        raise FormulaError("where a statement about vectors is sharp is not understood")
    for whole in instances(entries, indices):
        vectors = {name: whole["n"] for name, role in roles.items() if role == VECTOR}
        known = {**whole, **{name: whole["n"] for name, role in roles.items() if role == LENGTH}}
        condition = decided(step.condition, vectors, known) if step.condition else None
        if condition is not False:
            chain = unrolled_chain(step.chain, vectors, known)
            held = condition if isinstance(condition, Chain) else None
            yield replace(step, chain=chain, condition=held, instance=whole)


class VectorProver(Prover):
    """Proves the definition of a function of a vector."""

    def proof(self) -> Proof:
        """What comes of all parts."""
        name = self.definition.path.as_posix()
        self.part("entries", lambda: shapes(self.definition.entries))
        formulas = self.read({name: Variable(name) for name in ("x", "i", "j", "n", *self.defaults)})
        if self.problems:
            return Proof(name, tuple(self.problems))
        expression, stable, derivative = formulas.values()
        equal = self.part("stable", lambda: self.same(expression, stable))
        slope = self.part("derivative", lambda: self.slopes(expression, derivative))
        if not self.problems:
            floats = self.part("stable", lambda: self.stability(expression, stable))
            samples = self.part("expression", lambda: self.samples(expression))
            slopes = self.part("expression", lambda: self.sampled_slopes(expression))
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
        )

    def instances(self, **indices: bool) -> Iterator[dict[str, int]]:
        """Values of n, and of i and j where they are asked for."""
        return instances(self.definition.entries, indices)

    def at_length(self, formula: Expr, whole: Mapping[str, int]) -> Expr:
        """A formula of numbers. Raises Fault where it has no meaning for that length."""
        try:
            return unrolled(formula, {"x": whole["n"]}, whole)
        except FormulaError as error:
            raise Fault(f"{error}, with {_with(whole)}") from None

    # By numbers

    def same(self, expression: Expr, stable: Expr) -> int:
        """At how many points both agree. Raises Fault where they do not."""
        return sum(
            self.equal(self.at(self.at_length(expression, whole)), self.at(self.at_length(stable, whole)), whole)
            for whole in self.instances(i=True)
        )

    def slopes(self, expression: Expr, derivative: Expr) -> int:
        """At how many points the derivative is that of the expression. Raises Fault where it is not."""
        return sum(
            self.equal(
                self.slope(self.at_length(expression, whole), entry("x", whole["j"])),
                self.at(self.at_length(derivative, whole)),
                whole,
            )
            for whole in self.instances(i=True, j=False)
        )

    def slope(self, formula: Expr, variable: str) -> Callable[[Point], Any]:
        """The exact derivative by a variable at a point."""
        return lambda point: exact(lambda: self.balls.derivatives(formula, point, variable, 1)[1])

    def equal(self, left: Callable[[Point], Any], right: Callable[[Point], Any], whole: Mapping[str, int]) -> int:
        """At how many points both agree. Raises Fault where they do not."""
        points = 0
        for point in self.points(whole["n"]):
            where = f"at {shown(point)}, with {_with(whole)}"
            try:
                sides = left(point), right(point)
            except FormulaError as error:
                raise Fault(f"{error} {where}") from None
            if all(map(tiny, sides)) and max(map(abs, point.values())) > ORDINARY:
                continue  # both too small to tell
            if not agree(*sides):
                raise differs(where, *sides)
            points += 1
        if points < POINTS // 2:
            raise Fault(f"could be checked at {points} points only, with {_with(whole)}")
        return points

    def points(self, length: int) -> Iterator[Point]:
        """Points with the default parameters at entries of every size, and with all entries equal; then others."""
        for x in vectors(length):
            yield {**_named(x), **self.defaults}
        chance = random.Random(f"points {length}")
        for _ in range(POINTS):
            x = [chance.uniform(-5, 5) for _ in range(length)]
            yield {**_named(x), **self.conditions.draw(chance)}

    def stability(self, expression: Expr, stable: Expr) -> tuple[int, float]:
        """At how many floats the stable form was right, and the largest error in ulp. Raises Fault."""
        import numpy as np

        judged = Stability(ULPS, self.definition.within)
        for whole in self.instances(i=True):
            exactly, form = self.at_length(expression, whole), self.at_length(stable, whole)
            for x in vectors(whole["n"]):
                point = {**_named(x), **self.defaults}
                with np.errstate(all="ignore"):
                    result = float(float64.compute(form, {name: np.float64(value) for name, value in point.items()}))
                value = self.at(exactly)(point)
                where = f"{shown(point)}, with {_with(whole)}"
                if (error := self.error(value, result, where)) is None:
                    continue
                judged.add(error, partial(self.excused, exactly, point, value, x), where, value, result)
        found = judged.found()
        self.part("within", judged.needs)
        return found

    def excused(self, expression: Expr, point: Point, value: Any, x: Sequence[float]) -> float:
        """The error that is no fault of the form at a vector, in ulp: what a few roundings of the entries move the
        value by; below the normal numbers, and by their size.

        A factor that is as small as that is rounded to whole ones of the smallest number.
        """
        unit = math.ulp(float(value))
        slopes = [abs(self.slope(expression, entry("x", k + 1))(point)) * math.ulp(x[k]) / 2 for k in range(len(x))]
        own = ULPS * max(map(abs, x)) if abs(float(value)) < 2.0**-1022 else 0.0
        return ULPS + len(x) + own + ROUNDINGS * float(sum(slopes) / unit)

    def samples(self, expression: Expr) -> Samples:
        """At vectors whose entries are floats of every format of 32 bits and more."""
        values = self.sampled(expression)
        points = [(tuple(x), {**_named(x), **self.defaults}) for x in vectors(SAMPLED, SAMPLES)]
        return tuple((x, tuple(float(self.at(value)(point)) for value in values)) for x, point in points)

    def sampled_slopes(self, expression: Expr) -> Slopes:
        """At the same vectors, and at some of large entries."""
        values, names = self.sampled(expression), [entry("x", k + 1) for k in range(SAMPLED)]
        points = [(tuple(x), {**_named(x), **self.defaults}) for x in vectors(SAMPLED, (*SAMPLES, LARGE))]
        return tuple(
            (x, tuple(self.between(value, point, name) for value in values for name in names)) for x, point in points
        )

    def sampled(self, expression: Expr) -> list[Expr]:
        """Each entry of the result for a vector of `SAMPLED`."""
        count = counted(self.definition.entries)
        return [self.at_length(expression, {"n": SAMPLED, "i": i + 1}) for i in range(count)]

    # By SymPy

    def symbols(self, length: int) -> dict[str, Any]:
        """Those of the entries, and of the parameters."""
        import sympy

        named = self.assumptions() | {entry("x", k + 1): ASSUMPTIONS["real"] for k in range(length)}
        return {name: sympy.Symbol(name, **facts) for name, facts in named.items()}

    def same_function(self, expression: Expr, stable: Expr) -> bool:
        """Whether the difference of both is 0."""
        return all(
            vanishes(self.symbolic(expression, whole) - self.symbolic(stable, whole))
            for whole in self.instances(i=True)
        )

    def is_slope(self, expression: Expr, derivative: Expr) -> bool:
        """Whether the derivative, carried out, is the one that is written."""
        import sympy

        return all(
            vanishes(
                sympy.diff(self.symbolic(expression, whole), self.symbols(whole["n"])[entry("x", whole["j"])])
                - self.symbolic(derivative, whole)
            )
            for whole in self.instances(i=True, j=False)
        )

    def symbolic(self, formula: Expr, whole: Mapping[str, int]) -> Any:
        """A formula for SymPy."""
        return to_sympy(self.at_length(formula, whole), self.symbols(whole["n"]))


def vectors(length: int, scales: Sequence[float] = SCALES) -> Iterator[list[float]]:
    """Vectors with entries of each size, of both signs, and with some or all of them equal."""
    for scale in scales:
        spread = [scale * ((k * 89 % 55) / 32 - 0.8125) for k in range(1, length + 1)]
        yield [_short(x) for x in spread]
        yield [_short(-x) for x in spread]
        yield [_short(scale)] * length
        yield [_short(spread[k // 2]) for k in range(length)]
    yield [0.0] * length


def _short(x: float) -> float:
    """A number near x with a few binary digits, which every format has."""
    significand, exponent = math.frexp(x)
    return math.ldexp(round(significand * 256), exponent - 8)


def _named(x: Sequence[float]) -> dict[str, float]:
    return {entry("x", k + 1): value for k, value in enumerate(x)}


def _with(whole: Mapping[str, int]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in whole.items())
