"""Reference values: a function and its derivatives to 30 correct digits, at points chosen without a look at it.

The values are enclosures of the exact value, refined until both of their ends round to the same digits. They are
computed in processes of their own and kept, so that a build with nothing changed does not import Arb.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem
from engine.base.processes import Pool, Stopped
from engine.base.store import Store, digest
from engine.mathematics.formula.digits import Text
from engine.sources.definition import Definition

if TYPE_CHECKING:
    from engine.mathematics.formula.balls import Balls
    from engine.mathematics.formula.tree import Expr

SECONDS = 120.0
#: Value, first and second derivative, as keys of a row.
ORDERS = ("value", "first", "second")

Row = dict[str, Any]
Value = Text | dict[str, Text] | None


def tables(definitions: Sequence[Definition], store: Store, pool: Pool) -> list[tuple[list[Row], list[Problem]]]:
    """Of each definition the rows of x, its exact hexadecimal text, and the value of each order; and what is wrong.

    A value is a text, as `digits.text` makes it. Where the function has no derivative, it is `{"left": …, "right": …}`:
    its limits from both sides, which may be the same beside a jump or a kink. None where there is no such limit.
    Parameters have their defaults. Of a function of a vector, x and its value are lists of entries, and `jacobian` has
    a list of derivatives for each entry of the value.
    """
    versions = [frameworks.version("python-flint")]
    code = code_digest(__name__)
    jobs = [(entry.expression, entry.defaults, entry.entries) for entry in definitions]
    keys = [digest(job, versions, code) for job in jobs]
    known: dict[str, list[Row] | Stopped] = store.all(
        dict(zip(keys, jobs, strict=True)),  # functions may be alike
        list[Row],
        lambda some: pool.call(evaluate, some, SECONDS),
        lambda rows: not isinstance(rows, Stopped),
    )
    return [_table(entry, known[key]) for entry, key in zip(definitions, keys, strict=True)]


def _table(definition: Definition, rows: list[Row] | Stopped) -> tuple[list[Row], list[Problem]]:
    if isinstance(rows, Stopped):
        reason = f"no reference values of the expression: {rows.reason}"
        detail = "  write it with what engine/mathematics/formula/python.py understands, or add that there"
        return [], [Problem(definition.path.as_posix(), reason, definition.line("expression"), detail)]
    return rows, []


def grid() -> list[float]:
    """Zero; on both sides of it halves, powers of ten and of two, small and huge ones; and of each floating-point
    format the units around 1, the smallest numbers, subnormal and normal, and the largest."""
    from engine.accuracy.formats import FORMATS

    sizes = {k / 2 for k in range(1, 21)}
    sizes |= {float(f"1e{k}") for k in (*range(-10, 11), -300, -100, -30, -20, 20, 30, 100, 300)}
    sizes |= {2.0**k for k in range(-10, 11)}
    for format in FORMATS.values():
        sizes |= {2.0**-format.precision, 2.0 ** (1 - format.precision), format.largest, format.smallest_normal}
        sizes.add(2.0 ** (format.lowest - format.precision + 1))
    return sorted({0.0, *sizes, *(-size for size in sizes)})


def evaluate(job: tuple[str, dict[str, float], str]) -> list[Row] | Stopped:
    """The rows for an expression, its parameters, and the entries of a vector, computed here and now."""
    from engine.mathematics.formula.balls import Balls
    from engine.mathematics.formula.python import FormulaError, number, read
    from engine.mathematics.formula.tree import Variable

    expression, parameters, entries = job
    names = {name: number(value) for name, value in parameters.items()}
    if entries:
        return _vectors(expression, names, entries)
    try:
        tree, balls = read(expression, {"x": Variable("x"), **names}), Balls()
    except FormulaError as error:
        return Stopped(str(error))
    return [
        {"x": x, "hex": x.hex()} | {name: _decimal(balls, tree, x, order) for order, name in enumerate(ORDERS)}
        for x in grid()
    ]


def _vectors(expression: str, parameters: dict[str, Expr], entries: str) -> list[Row] | Stopped:
    """The rows of a function of a vector."""
    from engine.mathematics.formula.balls import Balls
    from engine.mathematics.formula.digits import text
    from engine.mathematics.formula.python import FormulaError, read
    from engine.mathematics.formula.tree import Variable
    from engine.mathematics.formula.unrolled import entry, unrolled
    from engine.mathematics.vectors import SAMPLED, counted, vectors

    balls = Balls()
    try:
        tree = read(expression, {name: Variable(name) for name in ("x", "i", "n")} | parameters)
        count = counted(entries)
        parts = [unrolled(tree, {"x": SAMPLED}, {"n": SAMPLED, "i": i + 1}) for i in range(count)]
    except FormulaError as error:
        return Stopped(str(error))
    names = [entry("x", k + 1) for k in range(SAMPLED)]

    def slope(part: Expr, point: dict[str, float], name: str) -> Text | None:
        return text(lambda: balls.derivatives(part, point, name, 1)[1])

    rows = []
    for x in vectors(SAMPLED):
        point = dict(zip(names, x, strict=True))
        value = [text(lambda part=part, point=point: balls.value(part, point)) for part in parts]
        jacobian = [[slope(part, point, name) for name in names] for part in parts]
        rows.append({"x": x, "hex": [part.hex() for part in x], "value": value, "jacobian": jacobian})
    return rows


def _decimal(balls: Balls, tree: Expr, x: float, order: int) -> Value:
    """A value of `tables`."""
    from engine.mathematics.formula.digits import text
    from engine.mathematics.formula.operations import Undefined

    def derivative(side: int) -> Text | None:
        return text(lambda: balls.derivatives(tree, {"x": x}, "x", order, side)[order])

    try:
        return text(lambda: balls.value(tree, {"x": x})) if order == 0 else derivative(0)
    except Undefined:
        if order == 0:
            return None
    try:
        left, right = derivative(-1), derivative(1)
    except Undefined:
        return None
    return {"left": left, "right": right} if left and right else None
