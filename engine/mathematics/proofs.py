"""Prove that what a definition says of its function holds together, and that its stable form is stable.

- The stable form equals the expression, and the derivative equals what SymPy finds for the expression: by a proof of
  SymPy where it finds one in time, and always to 50 digits at fixed points, random and extreme ones, of x and of the
  parameters. More precision is used until the digits are certain.
- The stable form, computed in float64 just as it is written, is finite wherever the exact value is, from one end of
  float64 to the other, and at most 8 units in the last place from it. This is done for the default parameters and for
  some powers of two times these: such products are exact, so that the form alone is judged and not the rounding of
  `beta*x`, which nothing behind it could undo.

The formulas are Python expressions in the names of SymPy. They are never rewritten on the way: each of NumPy, mpmath,
SymPy and `engine.mathematics.latex` computes what is written.

`prove` works in processes of its own, which it can stop. The result depends on nothing but the definition, this engine,
and the versions of SymPy, mpmath and NumPy.
"""

from __future__ import annotations

import ast
import math
import operator
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from pathlib import Path
from typing import Any

from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem
from engine.base.processes import OutOfTime, Pool, Stopped, limited
from engine.base.store import Store, digest
from engine.base.yamlfile import line_of
from engine.mathematics import latex
from engine.mathematics.derivation.evidence import Evidence
from engine.mathematics.latex import Apply, Cases, Chain, Expr, Number, Variable
from engine.sources.definition import Definition, Parameter

DIGITS = 50
PRECISIONS = tuple(80 << k for k in range(8))  # in digits; the last tells e^-10000 from 0
PRECISIONS_FLOAT64 = (40, 160, 400, 800)  # the last tells the smallest float64 from 0
RANDOM_POINTS = 60
ULPS = 8
SECONDS_NUMERIC = 20.0
SECONDS_SYMBOLIC = 4.0


# Formulas -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Language:
    """What a formula is computed with. words: functions and constants; operators: by the name of Python's node."""

    number: Callable[[str], Any]
    words: Mapping[str, Any]
    operators: Mapping[str, Callable[..., Any]]


_OPERATORS: dict[str, Callable[..., Any]] = {
    "Add": operator.add,
    "Sub": operator.sub,
    "Mult": operator.mul,
    "Div": operator.truediv,
    "Pow": operator.pow,
    "USub": operator.neg,
    "UAdd": operator.pos,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
}


class FormulaError(ValueError):
    """A formula that is not understood, or has no value."""


class Formula:
    """A formula as it is written."""

    def __init__(self, text: str) -> None:
        try:
            self.body = ast.parse(text, mode="eval").body
        except SyntaxError as error:
            raise FormulaError(f"{text!r} does not parse: {error.msg}") from None

    def compute(self, language: Language, values: Mapping[str, Any]) -> Any:
        """The value for given x and parameters. Raises FormulaError for what is not understood."""
        return self._compute(self.body, language, {**language.words, **values})

    def _compute(self, node: ast.expr, language: Language, words: Mapping[str, Any]) -> Any:
        def inside(part: ast.expr) -> Any:
            return self._compute(part, language, words)

        def apply(operation: Any, *parts: ast.expr) -> Any:
            return language.operators[type(operation).__name__](*map(inside, parts))

        match node:
            case ast.Constant(bool(value)):
                return value
            case ast.Constant(int() | float()):
                return language.number(ast.unparse(node))
            case ast.Name(name) if name in words:
                return words[name]
            case ast.UnaryOp(operation, part):
                return apply(operation, part)
            case ast.BinOp(left, operation, right) if type(operation).__name__ in _OPERATORS:
                return apply(operation, left, right)
            case ast.Compare(left, [operation], [right]) if type(operation).__name__ in _OPERATORS:
                return apply(operation, left, right)
            case ast.Call(ast.Name(name), args, []) if name in words:
                return words[name](*map(inside, args))
            case ast.Tuple(parts):
                return tuple(map(inside, parts))
        raise FormulaError(f"{ast.unparse(node)} is not understood")


_PLAIN = ("exp", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh")  # named alike everywhere


def _float64() -> Language:
    import numpy as np

    def piecewise(*pairs: tuple[Any, Any]) -> Any:
        return reduce(lambda rest, pair: np.where(pair[1], pair[0], rest), reversed(pairs), np.float64("nan"))

    words = {name: getattr(np, name) for name in (*_PLAIN, "log", "log1p", "expm1", "sign")}
    words |= {"atan": np.arctan, "asinh": np.arcsinh, "Abs": np.abs, "Piecewise": piecewise}
    words |= {"Max": lambda *args: reduce(np.maximum, args), "Min": lambda *args: reduce(np.minimum, args)}
    words |= {name: np.vectorize(getattr(math, name), otypes=[float]) for name in ("erf", "erfc")}
    return Language(np.float64, words | {"pi": np.float64(np.pi), "E": np.float64(np.e)}, _OPERATORS)


def _exact() -> Language:
    from mpmath import mp

    words = {name: getattr(mp, name) for name in (*_PLAIN, "log", "log1p", "expm1", "sign")}
    words |= {name: getattr(mp, name) for name in ("atan", "asinh", "erf", "erfc", "pi")}
    words |= {"Piecewise": lambda *pairs: next((value for value, condition in pairs if condition), mp.nan)}
    return Language(mp.mpf, words | {"Abs": abs, "Max": max, "Min": min, "E": mp.e}, _OPERATORS)


def _symbolic() -> Language:
    import sympy

    words = {name: getattr(sympy, name) for name in (*_PLAIN, "log", "sign", "atan", "asinh", "erf", "erfc")}
    words |= {name: getattr(sympy, name) for name in ("Abs", "Max", "Min", "Piecewise", "pi", "E")}
    words |= {"log1p": lambda a: sympy.log(1 + a), "expm1": lambda a: sympy.exp(a) - 1}
    return Language(sympy.Rational, words, _OPERATORS)


def _tree() -> Language:
    def apply(op: str) -> Callable[..., Expr]:
        return lambda *args: Apply(op, args)

    def compare(op: str) -> Callable[..., Chain]:
        return lambda left, right: Chain(None, (left, right), (op,))

    def piecewise(*pairs: tuple[Expr, Any]) -> Expr:
        return Cases(tuple((value, None if condition is True else condition) for value, condition in pairs))

    renamed = {"log": "ln", "atan": "arctan", "asinh": "arsinh", "Abs": "abs", "Max": "max", "Min": "min"}
    words: dict[str, Any] = {name: apply(name) for name in (*_PLAIN, "log1p", "expm1", "erf", "erfc")}
    words |= {name: apply(op) for name, op in {**renamed, "sign": "sgn"}.items()}
    words |= {"sqrt": lambda a: Apply("root", (a, Number("2"))), "Piecewise": piecewise}
    operators = {name: apply(op) for name, op in {"Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "Pow": "^"}.items()}
    operators |= {name: compare(op) for name, op in {"Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">="}.items()}
    operators |= {"USub": apply("neg"), "UAdd": lambda a: a}
    return Language(Number, words | {"pi": Apply("pi"), "E": Apply("e")}, operators)


def tree(definition: Definition) -> Expr:
    """The expression as derivations have it, in x and the parameters as LaTeX names them. Raises FormulaError."""
    names = {parameter.name: Variable(latex.name(parameter.tex)) for parameter in definition.parameters}
    return Formula(definition.expression).compute(_tree(), {"x": Variable("x"), **names})


# Exact values ---------------------------------------------------------------------------------------------------------

Point = dict[str, float]


def exact(formula: Callable[[dict[str, Any]], Any], point: Point, digits: int, precisions: Sequence[int]) -> Any:
    """The value at a point, computed with more and more precision until that many digits are certain.

    What no precision tells from 0 is 0. Raises FormulaError where there is no real value.
    """
    from mpmath import mp

    before = None
    for precision in precisions:
        with mp.workdps(precision):
            try:
                value = formula({name: mp.mpf(number) for name, number in point.items()})
            except (ZeroDivisionError, ValueError, OverflowError) as error:
                raise FormulaError(f"has no value: {error}") from None
            if isinstance(value, mp.mpc):
                if value.imag:
                    raise FormulaError("has no real value")
                value = value.real
            value = mp.mpf(value)
            if mp.isnan(value):
                raise FormulaError("has no value")
            if mp.isinf(value):
                return value
            if before is not None and value and abs(value - before) <= abs(value) * mp.mpf(10) ** -(digits + 5):
                return value
            before = value
    if abs(value) < mp.mpf(10) ** (-precisions[-1] // 4):  # larger values have settled before
        return mp.zero
    raise FormulaError(f"could not be computed to {digits} digits")


# Proofs ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proof:
    """The result for one definition: its problems, or else how its formulas were checked.

    floats, ulps: at how many numbers the stable form was computed in float64, and the largest error in units in the
    last place; samples: exact values of the function with its default parameters, rounded to float64, by x.
    """

    name: str
    problems: tuple[Problem, ...]
    stable: Evidence | None = None
    derivative: Evidence | None = None
    floats: int = 0
    ulps: float = 0.0
    samples: tuple[tuple[float, float], ...] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Proof:
        """The proof of which `dataclasses.asdict` has made plain data; only those without problems are kept."""
        evidence = {name: Evidence(**data[name]) for name in ("stable", "derivative")}
        return cls(**{**data, **evidence, "problems": (), "samples": tuple(map(tuple, data["samples"]))})


def prove(
    root: Path, definitions: Sequence[Definition], store: Store, pool: Pool, seconds: float = 300.0
) -> list[Proof]:
    """Proofs of definitions, in their order, found in the processes of `pool`.

    Those that hold are kept in the store, and not looked for again.
    """
    keys = [key(definition) for definition in definitions]
    stored: list[Any] = [store.get(name) for name in keys]
    asked = [definition for definition, data in zip(definitions, stored, strict=True) if not data]
    answers = iter(pool.call(verify, [(root, definition) for definition in asked], seconds))
    proofs = []
    for definition, name, data in zip(definitions, keys, stored, strict=True):
        proof = Proof.of(data) if data else next(answers)
        if isinstance(proof, Stopped):
            path = definition.path.as_posix()
            proof = Proof(path, (Problem(path, proof.reason, line_of(root, definition.path, ["expression"])),))
        if not (data or proof.problems):
            store.put(name, asdict(proof))
        proofs.append(proof)
    return proofs


def key(definition: Definition) -> str:
    """Digest of all that the proof of a definition depends on."""
    formulas = (definition.expression, definition.stable, definition.derivative)
    parameters = [asdict(parameter) for parameter in definition.parameters]
    versions = [frameworks.version(name) for name in ("sympy", "mpmath", "numpy")]
    code = code_digest(__name__)
    return digest(definition.path.as_posix(), formulas, parameters, versions, frameworks.environment(), code)


def verify(question: tuple[Path, Definition]) -> Proof:
    """Prove a definition in this process. Time limits work in the main thread."""
    root, definition = question
    return _Prover(root, definition).proof()


class _Fault(Exception):
    """A formula that is wrong. The arguments: why, and the lines that show it."""


class _Prover:
    def __init__(self, root: Path, definition: Definition) -> None:
        self.root = root
        self.definition = definition
        self.defaults = {parameter.name: float(parameter.default) for parameter in definition.parameters}
        self.problems: list[Problem] = []

    def proof(self) -> Proof:
        name = self.definition.path.as_posix()
        formulas = {}
        for which in ("expression", "stable", "derivative"):
            text = getattr(self.definition, which)
            formulas[which] = self.part(which, lambda text=text: self.read(text))
        if self.problems:
            return Proof(name, tuple(self.problems))
        expression, stable, derivative = formulas.values()
        equal = self.part("stable", lambda: self.equal(self.at(expression), self.at(stable), strict=True))
        slope = self.part("derivative", lambda: self.equal(self.slope(expression), self.at(derivative), strict=False))
        if not self.problems:
            floats = self.part("stable", lambda: self.stability(expression, stable))
            samples = self.part("expression", lambda: self.samples(expression))
        if self.problems:
            return Proof(name, tuple(self.problems))
        return Proof(
            name,
            (),
            Evidence(self.tried(lambda: self.same_function(expression, stable)), equal, DIGITS),
            Evidence(self.tried(lambda: self.is_slope(expression, derivative)), slope, DIGITS),
            *floats,
            samples,
        )

    def part(self, which: str, check: Callable[[], Any]) -> Any:
        """What a check finds; None, and a problem at the formula's line, if it fails."""
        lines: tuple[str, ...] = ()
        try:
            with limited(SECONDS_NUMERIC):
                return check()
        except _Fault as fault:
            reason, *lines = fault.args
        except FormulaError as error:
            reason = str(error)
        except OutOfTime:
            reason = f"could not be checked within {SECONDS_NUMERIC:g} s"
        detail = "\n".join(f"  {line}" for line in (getattr(self.definition, which), *lines))
        line = line_of(self.root, self.definition.path, [which])
        self.problems.append(Problem(self.definition.path.as_posix(), f"{which}: {reason}", line, detail))
        return None

    def read(self, text: str) -> Formula:
        formula = Formula(text)
        formula.compute(_tree(), {"x": Variable("x"), **{name: Variable(name) for name in self.defaults}})
        return formula

    # By numbers

    def at(self, formula: Formula) -> Callable[[dict[str, Any]], Any]:
        language = _exact()
        return lambda values: formula.compute(language, values)

    def slope(self, expression: Formula) -> Callable[[dict[str, Any]], Any]:
        """SymPy's derivative of the expression."""
        import sympy
        from mpmath import mp

        symbols = self.symbols("real")
        derivative = sympy.diff(expression.compute(_symbolic(), symbols), symbols["x"])
        steps = {"Heaviside": lambda a, *_: mp.nan if not a else mp.mpf(a > 0)}  # no derivative at a kink
        compute = sympy.lambdify(list(symbols.values()), derivative, modules=[steps, "mpmath"])
        return lambda values: compute(*(values[name] for name in symbols))

    def equal(self, left: Callable[..., Any], right: Callable[..., Any], strict: bool) -> int:
        """At how many points both agree. Raises _Fault where they do not.

        strict: they need a value at the extreme points too.
        """
        from mpmath import mp

        points = 0
        for point, extreme in self.points():
            sides = []
            for side in (left, right):
                try:
                    sides.append(exact(side, point, DIGITS, PRECISIONS))
                except FormulaError as error:
                    if strict or not extreme:
                        raise _Fault(f"{error} at {_shown(point)}") from None
            if len(sides) < 2 or sides == [0, 0]:
                continue  # a kink, or both too small to tell
            with mp.workdps(2 * DIGITS):
                if sides[0] != sides[1] and not abs(sides[0] - sides[1]) <= abs(sides[0]) * mp.mpf(10) ** -DIGITS:
                    digits = next(
                        d for d in (10, 20, 30, 40, 50, 60) if len({mp.nstr(v, d) for v in sides}) > 1 or d > 50
                    )
                    lines = [
                        f"{what}{mp.nstr(v, digits)}" for what, v in zip(("should: ", "is:     "), sides, strict=True)
                    ]
                    raise _Fault(f"is something else at {_shown(point)}", *lines)
            points += 1
        if points < RANDOM_POINTS // 2:
            raise _Fault(f"could be checked at {points} points only")
        return points

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
            yield {"x": x, **{p.name: _draw(p, chance) for p in self.definition.parameters}}, False

    def stability(self, expression: Formula, stable: Formula) -> tuple[int, float]:
        """At how many floats the stable form was right, and the largest error in ulp. Raises _Fault."""
        import numpy as np
        from mpmath import mp

        xs, language, true = np.array([*_floats()]), _float64(), self.at(expression)
        checked, worst, where = 0, 0.0, ("", "")
        for power in (0, -3, 4):
            parameters = {name: value * 2.0**power for name, value in self.defaults.items()}
            with np.errstate(all="ignore"):
                values = {name: np.float64(value) for name, value in parameters.items()}
                computed = np.broadcast_to(stable.compute(language, {"x": xs, **values}), xs.shape)
            for x, result in zip(xs.tolist(), computed.tolist(), strict=True):
                point = {"x": x, **parameters}
                value = exact(true, point, 25, PRECISIONS_FLOAT64)
                if math.isinf(float(value)):
                    continue
                shown = f"true:    {mp.nstr(value, 20)}", f"float64: {result!r}"
                if not math.isfinite(result):
                    raise _Fault(f"is {result} in float64 at {_shown(point)}, where the value is finite", *shown)
                error = float(abs(mp.mpf(result) - value) / math.ulp(float(value)))
                if error > worst:
                    worst, where = error, (_shown(point), *shown)
                checked += 1
            if not self.defaults:
                break
        if worst > ULPS:
            raise _Fault(f"is not stable: {worst:.3g} ulp from the value at {where[0]} in float64", *where[1:])
        return checked, worst

    def samples(self, expression: Formula) -> tuple[tuple[float, float], ...]:
        """At x that are floats of every format of 32 bits and more."""
        true = self.at(expression)
        xs = [k * 189 / 128 for k in range(-20, 21)]
        return tuple((x, float(exact(true, {"x": x, **self.defaults}, DIGITS, PRECISIONS))) for x in xs)

    # By SymPy

    def tried(self, proved: Callable[[], bool]) -> bool:
        """Whether SymPy finds a proof in time."""
        try:
            with limited(SECONDS_SYMBOLIC):
                return proved()
        except (OutOfTime, Exception):  # SymPy fails in many ways; none of them is a proof
            return False

    def symbols(self, x: str) -> dict[str, Any]:
        """x with that property, and the parameters."""
        import sympy

        known = {"real": {"real": True}, "positive": {"positive": True}, "nonnegative": {"nonnegative": True}}
        named = {parameter.name: known[parameter.domain] for parameter in self.definition.parameters}
        return {name: sympy.Symbol(name, **facts) for name, facts in {"x": known[x], **named}.items()}

    def is_slope(self, expression: Formula, derivative: Formula) -> bool:
        import sympy

        symbols, language = self.symbols("real"), _symbolic()
        slope = sympy.diff(expression.compute(language, symbols), symbols["x"])
        return latex.vanishes(slope - derivative.compute(language, symbols))

    def same_function(self, expression: Formula, stable: Formula) -> bool:
        """On each side of 0 the derivative of the difference is 0, and so is the difference at 0, where it starts."""
        import sympy

        symbols, language = self.symbols("positive"), _symbolic()
        size, steps = symbols["x"], (sympy.sign, sympy.Heaviside, sympy.Piecewise)

        def gap(x: Any) -> Any:
            values = {**symbols, "x": x}
            return expression.compute(language, values) - stable.compute(language, values)

        return latex.vanishes(gap(sympy.Integer(0))) and all(
            not gap(x).has(*steps)  # what is left is continuous wherever it has a value
            and latex.vanishes(gap(x).subs(size, 0))
            and latex.vanishes(sympy.diff(gap(x), size))
            for x in (size, -size)
        )


def _shown(point: Point) -> str:
    return ", ".join(f"{name} = {value:.17g}" for name, value in point.items())


def _draw(parameter: Parameter, chance: random.Random) -> float:
    size = 10 ** chance.uniform(-2, 2)
    return chance.choice((1, -1)) * size if parameter.domain == "real" else size


def _floats() -> Iterator[float]:
    """Numbers from one end of float64 to the other, most of them where functions change."""
    yield 0.0
    sizes = [1.2345 * 10.0**k for k in range(-307, 308, 12)] + [5e-324, 1e-310, 1e308]
    sizes += [k / 3 for k in range(1, 136)] + [float(k) for k in range(50, 800, 15)] + [745.1, 709.8, 88.7, 103.9]
    for size in sizes:
        yield from (size, -size)
