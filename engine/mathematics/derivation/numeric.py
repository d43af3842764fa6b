"""Check by numbers what a step has to satisfy, at many points of the variables' domains."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from engine.mathematics.derivation.borders import Borders
from engine.mathematics.derivation.difference import (
    FULL,
    PROVED_BITS,
    Curve,
    Fault,
    Place,
    Policy,
    Unsettled,
    Values,
    policy_for,
    shown,
)
from engine.mathematics.derivation.duties import Claim, Duty, Implication
from engine.mathematics.derivation.points import Point, points
from engine.mathematics.derivation.solutions import Solutions
from engine.mathematics.derivation.steps import Derivation, Domain, linked, variables
from engine.mathematics.derivation.symbolic import prove
from engine.mathematics.formula.operations import COMPARE, Undecided, Undefined
from engine.mathematics.formula.tree import (
    Apply,
    Call,
    Chain,
    Expr,
    Function,
    Limit,
    Number,
    Variable,
    free_variables,
)

WANTED = 200  # points at which a claim is to be decided
WANTED_LIMITING = 20
POINTS_COVER = 120  # that the conditions of branches have to cover
POINTS_MEET = 6  # at which an inequality has to be sharp
TRIED = 20_000  # points among which those are that satisfy conditions of the variables


class Check:
    """Checks claims of one derivation."""

    def __init__(self, derivation: Derivation) -> None:
        self.domains = derivation.domains
        self.conditions = derivation.conditions
        self.connected = derivation.start_chain is not None
        self.curve = _curve(derivation.start_chain)
        self.values = Values(derivation.domains, self.curve)
        self.borders = Borders(self.values.balls)
        self.solutions = Solutions(self.values.balls)

    def duty(self, duty: Duty, meetings: Sequence[Chain], proved: Sequence[bool]) -> tuple[int, int]:
        """The number of points and of digits that a step was checked with. proved: which claims are. Raises Fault."""
        results = [self.claim(claim, known) for claim, known in zip(duty.claims, proved, strict=True)]
        results = [one for one, claim in zip(results, duty.claims, strict=True) if claim.op != "rough"]
        if duty.branches:
            self.cover(duty.branches)
        claims = [claim for claim in duty.claims if claim.op != "continuous"]
        for claim, meeting in zip(claims[len(claims) - len(meetings) :], meetings, strict=True):
            self.meet(claim, meeting)
        return min(decided for decided, _ in results), min(digits for _, digits in results)

    def claim(self, claim: Claim | Implication, proved: bool = False) -> tuple[int, int]:
        """The number of points and of digits that a claim was checked with. Raises Fault.

        It is looked at beside its borders, too, which are not counted.
        """
        if isinstance(claim, Claim) and claim.op == "rough":
            return self.rough(claim)
        policy = policy_for(claim.sides, smooth=claim.op == "smooth")
        limiting, wanted = (False, WANTED) if policy is FULL else (True, WANTED_LIMITING)
        policy = replace(policy, bits=PROVED_BITS) if proved else policy
        domains = self.domains_of(claim)
        wanted = wanted if domains else 1
        condition = claim.condition.sides if claim.condition else ()
        borders = [] if limiting else self.borders.of([*claim.sides, *condition], domains)
        jumps = claim.op == "continuous" and isinstance(claim, Claim)
        if jumps and (jump := self.borders.jump(claim.left, domains, self._within(claim))):
            raise Fault(f"says nothing of all values: there is a jump at {jump}")
        for point in borders:
            self.decided(claim, point, policy, proved)
        decided = 0
        for point in islice(self.points(domains, limiting), 4 * wanted):
            decided += self.decided(claim, point, policy, proved)
            if decided == wanted:
                break
        if isinstance(claim, Implication) and not limiting:
            self.solve(claim, domains)
        valued = isinstance(claim, Claim) and claim.op in ("real", "smooth", "continuous") and not limiting
        if valued and (gap := self.borders.gap(claim.left, domains, self._within(claim))):
            raise Unsettled(f"it may have no value beside {gap}")
        if decided < wanted // 2:
            raise Unsettled(f"it could be checked at {decided} points only, not at {wanted // 2}")
        return decided, policy.digits

    def _within(self, claim: Claim) -> Callable[[Point, Point], bool]:
        """Whether the claim is about all that lies between two near points: no value that it leaves out does."""
        names = self.domains_of(claim).keys()
        conditions = [one for one in self.conditions if variables(one) <= names]
        conditions += [claim.condition] if claim.condition else []
        sides = [pair for one in conditions for pair in zip(one.sides[:-1], one.ops, one.sides[1:], strict=True)]
        left_out = [(left, right) for left, op, right in sides if op == "!="]

        def within(*ends: Point) -> bool:
            signs = [[self.values.difference(pair, Place(end), FULL).sign for pair in left_out] for end in ends]
            return all(self.counts(claim, end) for end in ends) and signs[0] == signs[1]

        return within

    def rough(self, claim: Claim) -> tuple[int, int]:
        """Find a place where an expression jumps or has no value, among its borders if it has any. Raises Fault."""
        domains = self.domains_of(claim)
        varies = free_variables(claim.left)
        if varies and self.borders.jump(claim.left, domains, self._within(claim)):
            return 1, FULL.digits
        for point in self.borders.of(claim.sides, domains) if varies else [Point((), True)]:
            if not self.counts(claim, point):
                continue
            try:
                self.values.difference(claim.sides, Place(point), FULL)
            except Undefined:
                return 1, FULL.digits
            except Undecided:
                continue
        raise Fault("has a value everywhere: the function is smoother than that")

    def decided(self, claim: Claim | Implication, point: Point, policy: Policy, proved: bool) -> bool:
        """Whether a claim says something at a point, where it then holds. Raises Fault.

        A point where no precision decides is a fault, unless the claim is proved.
        """
        if not self.counts(claim, point):
            return False
        try:
            return self.decides(claim, point, policy)
        except Undefined as error:
            if point.generic or claim.op in ("real", "smooth", "continuous"):
                raise Fault(f"has no value at {point}", str(error)) from None
        except Undecided as error:
            if not proved:
                raise Unsettled(f"at {point}", *map(str, error.args)) from None
        return False

    def domains_of(self, claim: Claim | Implication) -> Mapping[str, Domain]:
        """The domains of the variables that matter to the claim."""
        if self.connected:
            return self.domains
        sides = [*claim.sides, *(claim.condition.sides if claim.condition else ())]
        names = set().union(*map(free_variables, sides))
        names = names.union(*map(variables, linked(self.conditions, names)))
        return {name: domain for name, domain in self.domains.items() if name in names}

    def points(self, domains: Mapping[str, Domain], limiting: bool) -> Iterator[Point]:
        """Points where the conditions of the variables hold, of so many as it takes to find some."""
        if not self.conditions:
            return points(domains, limiting)
        return (point for point in islice(points(domains, limiting), TRIED) if self.allowed(point))

    def allowed(self, point: Point) -> bool:
        """Whether the conditions of the variables of a point hold there."""
        names = {name for name, _ in point.values}
        return all(self.meets(one, point) for one in self.conditions if variables(one) <= names)

    def counts(self, claim: Claim | Implication, point: Point) -> bool:
        """Whether a claim is about a point."""
        return self.allowed(point) and (claim.condition is None or self.meets(claim.condition, point))

    def meets(self, condition: Chain, point: Point) -> bool:
        """Whether the condition is known to hold at the point."""
        try:
            return self.truth(condition, Place(point), policy_for(condition.sides))
        except (Undefined, Undecided):
            return False

    # One claim at one point: whether it could be decided. Each raises Fault if the claim does not hold there.

    def decides(self, claim: Claim | Implication, point: Point, policy: Policy) -> bool:
        """Any claim."""
        if isinstance(claim, Implication):
            return self.implication(claim, point, policy)
        match claim.op:
            case "~":
                return self.rounding(claim, point, policy)
            case "real" | "smooth" | "continuous":
                return self.finite(claim.left, point, policy)
        return self.relation(claim, point, policy)

    def relation(self, claim: Claim, point: Point, policy: Policy) -> bool:
        """An equation or an inequality."""
        policy = replace(policy, fine=claim.op != "=")
        difference = self.values.difference((claim.left, claim.right), Place(point), policy)
        if not difference.certain and claim.op in ("<", ">", "!="):
            raise Undecided("the sides may be equal")
        if not COMPARE[claim.op](difference.sign, 0):
            raise Fault(f"does not hold at {point}", *shown(difference))
        return True

    def finite(self, side: Expr, point: Point, policy: Policy) -> bool:
        """That an expression has a value, which is a number."""
        value = self.values.difference((side, side), Place(point), policy).left
        if not -math.inf < value < math.inf:
            raise Fault(f"is infinite at {point}")
        return True

    def rounding(self, claim: Claim, point: Point, policy: Policy) -> bool:
        """That a value, rounded to the digits of a number, is that number."""
        right = claim.right
        while isinstance(right, Apply) and right.op == "neg":
            (right,) = right.args
        if not isinstance(right, Number):
            raise Fault(r"\approx is checked against a number only")
        unit = 10.0 ** -len(right.text.partition(".")[2])
        difference = self.values.difference((claim.left, claim.right), Place(point), policy)
        if not abs(difference.left - difference.right) <= unit / 2:
            raise Fault(f"does not hold at {point}", *shown(difference))
        return True

    def implication(self, claim: Implication, point: Point, policy: Policy) -> bool:
        """Compare both statements at the point, and at the one on the curve that belongs to it.

        Decided if the first of them was true: where none is, nothing has been shown.
        """
        decided = False
        for place in [Place(point), Place(point, on_curve=True)] if self.curve else [Place(point)]:
            before, after = (self.truth(chain, place, policy) for chain in (claim.before, claim.after))
            decided = decided or before
            if (before and not after) or (claim.op == "iff" and after and not before):
                where = self.on_curve(point) if place.on_curve else point
                says = {True: "holds", False: "does not hold"}
                raise Fault(
                    f"is not equivalent at {where}" if claim.op == "iff" else f"does not follow at {where}",
                    f"the statement before {says[before]}, this one {says[after]}",
                )
        return decided

    def solve(self, claim: Implication, domains: Mapping[str, Domain]) -> None:
        """Check that what solves one statement solves the other. Raises Fault."""
        pairs = [(claim.before, claim.after, "loses")] + [(claim.after, claim.before, "adds")] * (claim.op == "iff")
        for one, other, does in pairs:
            for solution in self.solutions.of(one, domains):
                name, values = solution
                at = Point(tuple((known, float(value)) for known, value in values.items()), False)
                if not self.counts(claim, at):
                    continue
                if self.solutions.holds(other, solution) is False:
                    raise Fault(f"{does} the solution {name} = {values[name].str(10, radius=False)} at {at}")

    def truth(self, chain: Chain, place: Place, policy: Policy) -> bool:
        """Whether all relations of a statement hold. Raises Undefined or Undecided."""
        for left, op, right in zip(chain.sides[:-1], chain.ops, chain.sides[1:], strict=True):
            difference = self.values.difference((left, right), place, replace(policy, fine=op != "="))
            if not difference.certain and op in ("<", ">", "!="):
                raise Undecided
            if not COMPARE[op](difference.sign, 0):
                return False
        return True

    def on_curve(self, point: Point) -> Point:
        """The point of the curve with the same other variables."""
        assert self.curve
        curve = self.curve.expr
        value = float(self.values.difference((curve, curve), Place(point), policy_for([curve])).left)
        return Point(tuple({**dict(point.values), self.curve.variable: value}.items()), point.generic)

    # What a step owes besides

    def cover(self, branches: Sequence[Chain]) -> None:
        """Check that one of the conditions holds everywhere, and no two but at borders. Raises Fault."""
        for point in islice(self.points(self.domains, False), POINTS_COVER):
            held = sum(self.meets(branch, point) for branch in branches)
            if not held:
                raise Fault(f"the branches leave out {point}")
            if held > 1 and point.generic:
                raise Fault(f"{held} branches hold at {point}")

    def meet(self, claim: Claim | Implication, meeting: Chain) -> None:
        """Check that an inequality becomes an equality at a value, or towards it. Raises Fault.

        Two sides that both vanish meet if their ratio tends to 1: that of `2e^x` and `e^x` does not.
        """
        variable, target = meeting.sides
        assert isinstance(claim, Claim)
        assert isinstance(variable, Variable)
        gaps = [Apply("-", claim.sides)]
        if meeting.ops == ("->",) and all(variable.name in free_variables(side) for side in claim.sides):
            gaps.append(Apply("-", (Apply("/", claim.sides), Number("1"))))
        domains = self.domains_of(claim)
        for point in islice(self.points(domains, True), POINTS_MEET if domains.keys() - {variable.name} else 1):
            for gap in gaps:
                if meeting.ops == ("->",):
                    size = self.limit(Limit(gap, variable.name, target, ""), point)
                else:
                    size = self.value_at(Call(Function("there", (variable.name,), gap), (target,)), point)
                if not abs(size) <= 10.0**-FULL.digits:
                    others = ", ".join(f"{name} = {value}" for name, value in point.values if name != variable.name)
                    reason = "is not sharp there" + (f" for {others}" if others else "")
                    by = "by" if gap is gaps[0] else "by the factor 1 +"
                    raise Fault(reason, f"the sides differ {by} {size}")

    def value_at(self, there: Call, point: Point) -> Any:
        """A value at a place that a statement names. Raises Fault where there is none."""
        try:
            return self.values.difference((there, there), Place(point), policy_for([there])).left
        except (Undefined, Undecided) as error:
            raise Fault("has no value where it is said to be sharp", str(error)) from None

    def limit(self, limit: Limit, point: Point) -> Any:
        """A limit as far as it settles or SymPy knows that it is zero, else infinity."""
        evaluator = self.values.evaluator(2 * FULL.digits)
        try:
            return evaluator.value(limit, dict(point.values))
        except (Undecided, Undefined):  # as where rounding has left nothing to divide by
            known = prove(Claim(limit, "=", Number("0")), self.domains)
            return evaluator.mp.mpf(0) if known else evaluator.mp.inf


def _curve(start: Chain | None) -> Curve | None:
    """The curve that a derivation starts from, if it starts from an equation."""
    match start:
        case Chain(_, (Variable(name), expr), ("=",)):
            return Curve(name, expr)
    return None
