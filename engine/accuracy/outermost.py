"""The form that a function has far out: of maxima, absolute values and cases, the one that holds from some x on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from engine.mathematics.formula.balls import Balls, enclosures
from engine.mathematics.formula.operations import COMPARE, Undecided, Undefined
from engine.mathematics.formula.tree import Apply, Cases, Expr, Number, holds, walk

_BENDS = ("abs", "max", "min", "sgn", "step")
#: What a sign has to be at, too, in powers of two: a check of the limit that it follows from.
FAR = range(64, 512, 64)


class Unknown(ValueError):
    """Which of several forms holds far out is not known."""


def outermost(expr: Expr, end: int, sign: Callable[[Expr], int | None]) -> Expr:
    """An expression in x without bends, the same for all x beyond some: to the right (end = 1) or to the left (-1).

    sign: of an expression without bends, for all x beyond some; None where it is not known. Raises Unknown.
    """
    return _Outermost(end, sign).form(expr)


class _Outermost:
    def __init__(self, end: int, sign: Callable[[Expr], int | None]) -> None:
        self.end, self.sign = end, sign

    def form(self, expr: Expr) -> Expr:
        match expr:
            case Cases(branches):
                for value, condition in branches:
                    if condition is None or holds(condition, self.relation):
                        return self.form(value)
                raise Unknown("no case applies")
            case Apply(op, args) if op in _BENDS:
                return self.bend(op, *map(self.form, args))
            case Apply(_, args):
                return replace(expr, args=tuple(map(self.form, args)))
        if any(isinstance(part, Cases) or (isinstance(part, Apply) and part.op in _BENDS) for part in walk(expr)):
            raise Unknown(f"what {expr} becomes")
        return expr

    def bend(self, op: str, first: Expr, *others: Expr) -> Expr:
        if op in ("max", "min"):
            for other in others:
                ahead = self.certain(Apply("-", (first, other))) * (1 if op == "max" else -1)
                first = first if ahead >= 0 else other
            return first
        found = self.certain(first)
        if op == "abs":
            return first if found >= 0 else Apply("neg", (first,))
        if op == "step":
            return Number("1" if found > 0 else "0") if found else others[0]
        return Number(str(found)) if found >= 0 else Apply("neg", (Number("1"),))

    def relation(self, left: Expr, op: str, right: Expr) -> bool:
        return COMPARE[op](self.certain(Apply("-", (self.form(left), self.form(right)))), 0)

    def certain(self, expr: Expr) -> int:
        found = self.sign(expr)
        if found is None or not _confirmed(expr, self.end, found):
            raise Unknown(f"the sign of {expr}")
        return found


def _confirmed(expr: Expr, end: int, sign: int) -> bool:
    """Whether an expression has a sign at some x far out, wherever enclosures tell."""
    balls = Balls()
    for power in FAR:
        x = end * 2.0**power
        try:
            for ball in enclosures(lambda x=x: balls.value(expr, {"x": x}), limit=1 << 11):
                if ball > 0 or ball < 0 or ball.is_zero():
                    if (ball > 0) - (ball < 0) != sign:
                        return False
                    break
        except (Undecided, Undefined):
            continue
    return True
