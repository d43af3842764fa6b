"""Check by numbers what a step has to satisfy, with more digits until they are certain."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from engine.mathematics import latex
from engine.mathematics.derivation.duties import Claim, Duty, Implication
from engine.mathematics.derivation.points import MODERATE, Point, points
from engine.mathematics.derivation.steps import Derivation, Domain
from engine.mathematics.latex import Chain, Evaluator, Expr, Number, Undecided, Undefined, free_variables

DIGITS = 50
DIGITS_LIMITING = 20


class Fault(Exception):
    """A relation that does not hold, or cannot be told to."""

    def __init__(self, reason: str, *lines: str) -> None:
        self.reason = reason
        self.lines = lines


@dataclass(frozen=True)
class _Difference:
    """left − right as far as it is certain: its sign, and the two values. certain: a zero is no underflow."""

    sign: int
    left: Any
    right: Any
    certain: bool = True


class Check:
    """Checks claims of one derivation numerically."""

    def __init__(self, derivation: Derivation) -> None:
        self.domains = derivation.domains
        self.evaluators: dict[int, Evaluator] = {}
        self.known: dict[tuple[int, Point, int], Any] = {}  # values of sides, which neighbouring steps share
        self.connected = derivation.start_chain is not None
        self.curve: tuple[str, Expr] | None = None
        if derivation.start_chain and derivation.start_chain.ops == ("=",):
            variable, expr = derivation.start_chain.sides
            self.curve = (variable.name, expr)

    def duty(self, duty: Duty, meeting: Chain | None) -> tuple[int, int]:
        """The number of points and of digits that a step was checked with. Raises Fault."""
        results = [self.claim(claim) for claim in duty.claims]
        if duty.branches:
            self.cover(duty.branches)
        if meeting:
            self.meet(duty.claims[-1], meeting)
        return min(points for points, _ in results), min(digits for _, digits in results)

    def claim(self, claim: Claim) -> tuple[int, int]:
        limiting = any(map(latex.is_limiting, claim.sides))
        digits, wanted = (DIGITS_LIMITING, 10) if limiting else (DIGITS, 60)
        if claim.op == "smooth":
            digits = DIGITS_LIMITING
        domains = self.domains_of(claim)
        wanted = wanted if domains else 1
        decided = undecided = 0
        for point in islice(points(domains, limiting), 4 * wanted):
            if claim.condition and not self.meets(claim.condition, point):
                continue
            try:
                decided += (self.statements if isinstance(claim, Implication) else self.relation)(claim, point, digits)
            except Undefined as error:
                if point.generic or claim.op in ("real", "smooth"):
                    raise Fault(f"has no value at {point}", str(error)) from None
            except Undecided:
                undecided += 1
            if decided == wanted or undecided > decided + 1:
                break
        if decided < wanted // 2:
            raise Fault(f"could be checked at {decided} points only, not at {wanted // 2}")
        return decided, digits

    def domains_of(self, claim: Claim) -> Mapping[str, Domain]:
        """The domains of the variables that matter to the claim."""
        if self.connected:
            return self.domains
        sides = [*claim.sides, *(claim.condition.sides if claim.condition else ())]
        names = set().union(*map(free_variables, sides))
        return {name: domain for name, domain in self.domains.items() if name in names}

    def meets(self, condition: Chain, point: Point) -> bool:
        try:
            return self.evaluator(DIGITS).holds(condition, dict(point.values))
        except (Undefined, Undecided):
            return False

    def relation(self, claim: Claim, point: Point, digits: int) -> bool:
        """Whether the relation could be decided at the point. Raises Fault if it does not hold there."""
        if claim.op == "~":
            return self.rounds(claim, point, digits)
        if claim.op == "smooth":
            # the evaluator compares both sides to a third of its digits, and lets derivatives differ no more
            if not self.evaluator(3 * digits + 6).mp.isfinite(self.at(claim.left, point, 3 * digits + 6, None)):
                raise Fault(f"is infinite at {point}")
            return True
        found = self.difference(claim.left, claim.right, point, digits, fine=claim.op not in ("=", "real"))
        if claim.op == "real":
            if self.evaluator(digits).mp.isinf(found.left):
                raise Fault(f"is infinite at {point}")
            return True
        if not found.certain and claim.op in ("<", ">", "!="):
            return False
        if not _HOLDS[claim.op](found.sign, 0):
            raise Fault(f"does not hold at {point}", *self.shown(found))
        return True

    def rounds(self, claim: Claim, point: Point, digits: int) -> bool:
        right = claim.right
        while isinstance(right, latex.Apply) and right.op == "neg":
            (right,) = right.args
        if not isinstance(right, Number):
            raise Fault(r"\approx is checked against a number only")
        unit = 10.0 ** -len(right.text.partition(".")[2])
        found = self.difference(claim.left, claim.right, point, digits, fine=False)
        if abs(found.left - found.right) > unit / 2:
            raise Fault(f"does not hold at {point}", *self.shown(found))
        return True

    def statements(self, claim: Claim, point: Point, digits: int) -> bool:
        """Compare two statements at the point, and at the one on the curve that belongs to it.

        Tells whether the first of them was true: where none is, nothing has been shown.
        """
        shown = False
        curves: list[tuple[str, Expr] | None] = [None]
        if self.curve:
            curves.append(self.curve)
        for curve in curves:
            before, after = (self.truth(chain, point, digits, curve) for chain in (claim.before, claim.after))
            shown = shown or before
            if (before and not after) or (claim.op == "iff" and after and not before):
                where = f"{point}" if curve is None else f"{self.on_curve(point, digits)}"
                says = {True: "holds", False: "does not hold"}
                raise Fault(
                    f"is not equivalent at {where}" if claim.op == "iff" else f"does not follow at {where}",
                    f"the statement before {says[before]}, this one {says[after]}",
                )
        return shown

    def truth(self, chain: Chain, point: Point, digits: int, curve: tuple[str, Expr] | None) -> bool:
        for left, op, right in zip(chain.sides[:-1], chain.ops, chain.sides[1:], strict=True):
            found = self.difference(left, right, point, digits, fine=op != "=", curve=curve)
            if not found.certain and op in ("<", ">", "!="):
                raise Undecided
            if not _HOLDS[op](found.sign, 0):
                return False
        return True

    def on_curve(self, point: Point, digits: int) -> Point:
        name, expr = self.curve
        value = float(self.evaluator(digits).value(expr, dict(point.values)))
        return Point(tuple({**dict(point.values), name: value}.items()), point.generic)

    def cover(self, branches: Sequence[Chain]) -> None:
        for point in islice(points(self.domains, False), 120):
            if not any(self.meets(branch, point) for branch in branches):
                raise Fault(f"the branches leave out {point}")

    def meet(self, claim: Claim, meeting: Chain) -> None:
        """Check that an inequality becomes an equality at a value, or towards it."""
        variable, target = meeting.sides
        gap = latex.Apply("-", (claim.left, claim.right))
        if meeting.ops == ("->",):
            gap = latex.Limit(gap, variable.name, target, "")
        domains = self.domains_of(claim)
        for point in islice(points(domains, True), 6 if domains.keys() - {variable.name} else 1):
            values = dict(point.values)
            evaluator = self.evaluator(2 * DIGITS)
            if meeting.ops == ("=",):
                values[variable.name] = evaluator.value(target, values)
            try:
                found = evaluator.value(gap, values)
            except Undecided:
                found = evaluator.mp.inf
            if abs(found) > 10.0**-DIGITS:
                others = ", ".join(f"{name} = {value}" for name, value in point.values if name != variable.name)
                raise Fault("is not sharp there" + (f" for {others}" if others else ""), f"the sides differ by {found}")

    def difference(
        self,
        left: Expr,
        right: Expr,
        point: Point,
        digits: int,
        fine: bool,
        curve: tuple[str, Expr] | None = None,
    ) -> _Difference:
        """left − right, with more and more precision until its sign is certain.

        If not `fine`, sides that agree to `digits` digits are equal. Raises Undefined or Undecided.
        """
        precisions = (digits + 30, 2 * digits + 60, 4 * digits + 120, 8 * digits + 240)
        if digits == DIGITS_LIMITING:
            precisions = (digits + 4, digits + 14)
        before = None
        for precision in precisions:
            mp = self.evaluator(precision).mp
            a, b = (self.at(side, point, precision, curve) for side in (left, right))
            if mp.isinf(a) or mp.isinf(b):
                return _Difference(int(mp.sign(a) - mp.sign(b)) if a != b else 0, a, b)
            gap, scale = a - b, max(abs(a), abs(b))
            tolerance = scale * mp.mpf(10) ** -digits
            if before:
                stable = abs(a - before[0]) <= tolerance and abs(b - before[1]) <= tolerance
                if stable and abs(gap) <= tolerance and not fine:
                    return _Difference(0, a, b)
                absorbed = not (a and b) and abs(gap) < mp.mpf(10) ** (30 - precision)
                if gap and abs(gap - before[2]) <= abs(gap) / 1000 and not absorbed:
                    return _Difference(int(mp.sign(gap)), a, b)
            before = (a, b, gap)
        if abs(gap) <= mp.mpf(10) ** (-digits if digits == DIGITS_LIMITING else 100 - precision):
            moderate = all(abs(value) <= MODERATE for _, value in point.values)
            return _Difference(0, a, b, certain=moderate)
        raise Undecided

    def at(self, side: Expr, point: Point, precision: int, curve: tuple[str, Expr] | None) -> Any:
        key = (id(side), point, precision)
        if curve is None and key in self.known:
            return self.known[key]
        evaluator = self.evaluator(precision)
        values = dict(point.values)
        if curve:
            name, expr = curve
            values[name] = evaluator.value(expr, values)
            if values[name] in (self.domains[name].lower, self.domains[name].upper):
                raise Undecided  # so close to the end that the precision does not tell
            if not self.domains[name].holds(values[name]):
                raise Fault(f"{name} leaves its domain at {point}")
        found = evaluator.value(side, values)
        if curve is None:
            self.known[key] = found
        return found

    def evaluator(self, precision: int) -> Evaluator:
        if precision not in self.evaluators:
            self.evaluators[precision] = Evaluator(precision)
        return self.evaluators[precision]

    def shown(self, found: _Difference) -> tuple[str, str]:
        """Both values, with as many digits as it takes to see how they differ."""
        mp = self.evaluator(DIGITS).mp
        for digits in (10, 20, 30, 40, 50):
            left, right = mp.nstr(found.left, digits), mp.nstr(found.right, digits)
            if left != right:
                break
        return f"left:  {left}", f"right: {right}"


_HOLDS = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
