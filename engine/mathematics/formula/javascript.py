"""A formula as JavaScript, operation by operation as it is written.

It becomes a function of an arithmetic and of numbers in it, `(m,x)=>m.add(x,m.n(1))`, so that a page computes it in
float64 and float32, with its derivatives, and to many digits: see theme/assets/js/arithmetic.js.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from engine.mathematics.formula.operations import FUNCTIONS
from engine.mathematics.formula.python import FormulaError
from engine.mathematics.formula.tree import Apply, Bound, Cases, Condition, Element, Expr, Logic, Number, Variable

#: What the arithmetic offers, by operation.
_OFFERED = {"+": "add", "-": "sub", "*": "mul", "/": "div", "^": "pow", "neg": "neg"}
_OFFERED |= {name: name for name in ("abs", "max", "min", "hypot", "step")}
_OFFERED |= {op: name for op, name in FUNCTIONS.items() if name not in ("sec", "csc", "cot", "coth", "sech", "csch")}
_RELATIONS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "=": "eq", "!=": "ne"}
_LOGIC = {"and": "&&", "or": "||"}


def function(expr: Expr, variables: Sequence[str]) -> tuple[str, set[str]]:
    """The text of a function of (arithmetic, variables), and what it uses of the arithmetic.

    Raises FormulaError for what the arithmetic does not have.
    """
    writer = _Writer()
    body = writer.expr(expr)
    return f"({','.join(('m', *variables))})=>{body}", writer.used


def _is_float(text: str) -> bool:
    """Whether JavaScript keeps all digits of a number that is written as one."""
    value = float(text)
    return math.isfinite(value) and Fraction(text) == Fraction(repr(value))


class _Writer:
    def __init__(self) -> None:
        self.used: set[str] = set()

    def expr(self, expr: Expr) -> str:
        match expr:
            case Number(text):
                return f"m.n({text})" if _is_float(text) else f'm.n("{text}")'
            case Variable(name):
                return name
            case Element(vector, index):
                return f"{vector}[m.v({self.expr(index)})-1]"
            case Apply("pi" | "e" as name):
                return self.call(name, ())
            case Apply("root", (inside, Number("2"))):
                return self.call("sqrt", [inside])
            case Apply(op, args) if op in _OFFERED:
                return self.call(_OFFERED[op], args)
            case Bound("sum" | "prod" as op, body, name, lower, upper):
                self.used.add(op)
                return f"m.{op}({self.expr(lower)},{self.expr(upper)},({name})=>{self.expr(body)})"
            case Cases(branches):
                cases = [
                    self.expr(value) if condition is None else f"{self.condition(condition)}?{self.expr(value)}"
                    for value, condition in branches
                ]
                return f"({':'.join([*cases, *([] if branches[-1][1] is None else ['m.n(NaN)'])])})"
        what = expr.op if isinstance(expr, Apply) else type(expr).__name__.lower()
        raise FormulaError(f"the page's arithmetic has no {what}")

    def call(self, name: str, args: Sequence[Expr]) -> str:
        self.used.add(name)
        return f"m.{name}({','.join(map(self.expr, args))})"

    def condition(self, condition: Condition) -> str:
        match condition:
            case Logic("not", (part,)):
                return f"!{self.condition(part)}"
            case Logic(op, parts):
                return f"({_LOGIC[op].join(map(self.condition, parts))})"
        compared = zip(condition.sides[:-1], condition.ops, condition.sides[1:], strict=True)
        relations = [self.call(_RELATIONS[op], (left, right)) for left, op, right in compared]
        return relations[0] if len(relations) == 1 else f"({'&&'.join(relations)})"
