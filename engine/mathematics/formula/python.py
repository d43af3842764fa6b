"""Read the formulas of definitions: Python expressions in the names of SymPy, `log(1 + exp(beta*x))/beta`.

Functions are called as in SymPy (`Abs`, `Max`, `sign`, `Heaviside(x, 0)`, `Piecewise((value, condition), …)`), and
besides `expm1`, `log1p`, `erfcx`, `hypot`. A condition is `True`, a comparison, a chain of them (`0 < x < 1`), or some
joined by `&`, `|`, `~`. `x[j]` is an element of a vector, from 1, and `Sum(x[j], (j, 1, n))` a sum; so are
`Product` and, of a vector, `Max` and `Min`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from engine.mathematics.formula.operations import FUNCTIONS
from engine.mathematics.formula.tree import (
    Apply,
    Bound,
    Cases,
    Chain,
    Condition,
    Element,
    Expr,
    Logic,
    Number,
    Variable,
    walk,
)

_PLAIN = re.compile(r"\d+(\.\d+)?(e[+-]?\d+)?")
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "^"}
_RELATIONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=", ast.NotEq: "!="}
_LOGIC = {ast.BitAnd: "and", ast.BitOr: "or"}
_REPEATED = {"Sum": "sum", "Product": "prod", "Max": "max", "Min": "min"}
_CONSTANTS = {"pi": "pi", "E": "e"}

#: The operation and how many arguments it takes, None for any number, by name.
_FUNCTIONS: dict[str, tuple[str, tuple[int, ...] | None]] = {
    **{sympy: (op, (1,)) for op, sympy in FUNCTIONS.items()},
    **{"Abs": ("abs", (1,)), "Max": ("max", None), "Min": ("min", None), "hypot": ("hypot", (2,))},
    **{"sqrt": ("root", (1,)), "Heaviside": ("step", (1, 2)), "factorial": ("!", (1,)), "binomial": ("binom", (2,))},
}
#: Every name that a formula may use, but for its own variables.
NAMES = ("Piecewise", *_FUNCTIONS, *_REPEATED, *_CONSTANTS)
#: What stands behind the arguments where it is left out: the degree of a square root, the value of a step at 0.
_DEFAULTS: dict[str, Expr] = {"root": Number("2"), "step": Apply("/", (Number("1"), Number("2")))}


class FormulaError(ValueError):
    """A formula that is not understood, or has no value. column: of the part that is not understood, from 1."""

    def __init__(self, reason: str, column: int | None = None) -> None:
        super().__init__(reason)
        self.column = column


def read(text: str, names: Mapping[str, Expr]) -> Expr:
    """The tree of a formula as it is written, with what its names stand for. Raises FormulaError."""
    try:
        body = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise FormulaError(f"{text!r} does not parse: {error.msg}", error.offset or len(text) + 1) from None
    return _Reader(names, text).expr(body)


def number(value: float) -> Expr:
    """The tree of a number as Python writes it: 0.1 is a tenth."""
    size = Number(repr(abs(value)))
    return size if value >= 0 else Apply("neg", (size,))


class _Reader:
    def __init__(self, names: Mapping[str, Expr], text: str) -> None:
        self.names = names
        self.text = text

    def expr(self, node: ast.expr) -> Expr:
        match node:
            case ast.Constant(int() | float() as value) if not isinstance(value, bool):
                written = ast.get_source_segment(self.text, node) or ""  # Python would keep 17 digits of it
                return Number(written if _PLAIN.fullmatch(written) else ast.unparse(node))
            case ast.Name(name) if name in self.names:
                return self.names[name]
            case ast.Name(name) if name in _CONSTANTS:
                return Apply(_CONSTANTS[name])
            case ast.UnaryOp(ast.USub(), part):
                return Apply("neg", (self.expr(part),))
            case ast.UnaryOp(ast.UAdd(), part):
                return self.expr(part)
            case ast.BinOp(left, operation, right) if type(operation) in _OPERATORS:
                return Apply(_OPERATORS[type(operation)], (self.expr(left), self.expr(right)))
            case ast.Subscript(ast.Name(name), index) if isinstance(self.names.get(name), Variable):
                return Element(self.names[name].name, self.expr(index))
            case ast.Call(ast.Name("Piecewise"), [*pairs], []) if pairs:
                return Cases(tuple(map(self.case, pairs)))
            case ast.Call(ast.Name(name), [body, ast.Tuple([ast.Name(index), lower, upper])], []) if name in _REPEATED:
                inside = _Reader({**self.names, index: Variable(index)}, self.text).expr(body)
                if _REPEATED[name] in ("max", "min") and not any(isinstance(part, Element) for part in walk(inside)):
                    raise self.unclear(node)
                return Bound(_REPEATED[name], inside, index, self.expr(lower), self.expr(upper))
            case ast.Call(ast.Name(name), args, []) if name in _FUNCTIONS:
                return self.call(node, *_FUNCTIONS[name], tuple(map(self.expr, args)))
        raise self.unclear(node)

    def call(self, node: ast.expr, op: str, counts: tuple[int, ...] | None, args: tuple[Expr, ...]) -> Expr:
        if not args or (counts and len(args) not in counts):
            raise self.unclear(node)
        if op in _DEFAULTS and len(args) == 1:
            args = (*args, _DEFAULTS[op])
        return Apply(op, args)

    def case(self, node: ast.expr) -> tuple[Expr, Condition | None]:
        match node:
            case ast.Tuple([value, ast.Constant(True)]):
                return self.expr(value), None
            case ast.Tuple([value, condition]):
                return self.expr(value), self.condition(condition)
        raise self.unclear(node)

    def condition(self, node: ast.expr) -> Condition:
        match node:
            case ast.Compare(left, operations, rights) if all(type(op) in _RELATIONS for op in operations):
                sides = tuple(self.expr(side) for side in (left, *rights))
                return Chain(None, sides, tuple(_RELATIONS[type(op)] for op in operations))
            case ast.BinOp(left, operation, right) if type(operation) in _LOGIC:
                return Logic(_LOGIC[type(operation)], (self.condition(left), self.condition(right)))
            case ast.UnaryOp(ast.Invert(), part):
                return Logic("not", (self.condition(part),))
        raise self.unclear(node)

    def unclear(self, node: ast.expr) -> FormulaError:
        column = len(self.text.encode()[: node.col_offset].decode()) + 1
        return FormulaError(f"{ast.unparse(node)} is not understood", column)
