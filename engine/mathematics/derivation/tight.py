r"""Whether a statement says as much as it could: no condition of it could be wider, and no number in it another.

`f(x) \le 1 + x + x^2/7`, where both sides are 1 at 0, is true if that with 8 is, and so is what holds for `x > 0` if it
is only said for `x > 1`. Both are read as more than they say. In an inequality, and in a limit, a number that could be
a little more as well as a little less says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice

from engine.mathematics.derivation.difference import FULL, Fault, Place, policy_for
from engine.mathematics.derivation.duties import Claim, Implication
from engine.mathematics.derivation.numeric import Check
from engine.mathematics.derivation.points import Point, points
from engine.mathematics.derivation.steps import Step
from engine.mathematics.formula.operations import Undecided, Undefined
from engine.mathematics.formula.tree import (
    Apply,
    Call,
    Chain,
    Derivative,
    Expr,
    Limit,
    Number,
    Variable,
    free_variables,
)

#: By how much a number is moved, of itself, and 0 by as much.
_MOVED = Fraction(1, 10_000)
_ORDERS = ("<", ">", "<=", ">=")
#: How far beside a border is looked.
_BESIDE = 1e-6
_TRIED, _STARTS, _OF_LIMITS = 80, 4, 2  # points; those to look for borders from; those of a limit
_Part = tuple[Expr, str, Expr]  # of a condition
_NEAR = [10.0**-k for k in range(1, 9)]
_FAR = (1.0, 3.0, 10.0, 20.0, 40.0, 80.0, 160.0, 1000.0)


def check(steps: Sequence[Step], index: int, claims: Sequence[Claim | Implication], checker: Check) -> None:
    """Check one of the statements that stand alone, by what it claims. Raises Fault.

    Of a statement about vectors the last of its instances is looked at, which is the most general one. What nobody has
    written, since it follows from how a formula is displayed, is what it has to be.
    """
    step = steps[index]
    later = ((other.line, other.tex) for other in steps[index + 1 :])
    if not any(step.chain.written) or (step.instance and (step.line, step.tex) in later):
        return
    relations = [claim for claim in claims if isinstance(claim, Claim)]
    condition = _Condition(step.condition, relations, checker) if step.when and step.condition else None
    if condition:
        condition.check()
    for claim in relations if step.chain.ops != ("in",) else ():
        if claim.op in _ORDERS and policy_for(claim.sides) is FULL and checker.domains_of(claim):
            beside = condition.beside() if condition else []
            _check_numbers(claim, checker, [*_near(step, claim, checker), *beside, *_spread(claim, checker, _TRIED)])
        elif claim.op == "=" and any(isinstance(side, Limit) for side in claim.sides):
            _check_numbers(claim, checker, [*_spread(claim, checker, _OF_LIMITS)])


def _told(claim: Claim, point: Point, checker: Check) -> bool | None:
    """Whether a claim holds at a point, whatever its condition; None if it is not decided. Raises Undefined."""
    try:
        return checker.decides(replace(claim, condition=None), point, policy_for(claim.sides)) or None
    except Fault:
        return False
    except Undecided:
        return None


# Conditions


class _Condition:
    """The condition of a statement, which has to be false wherever the statement is."""

    def __init__(self, condition: Chain, claims: Sequence[Claim], checker: Check) -> None:
        self.claims, self.checker = claims, checker
        self.parts = [*zip(condition.sides[:-1], condition.ops, condition.sides[1:], strict=True)]
        probe = replace(claims[0], condition=condition)
        self.domains = checker.domains_of(probe)
        self.limiting = any(policy_for(claim.sides) is not FULL for claim in claims)

    def check(self) -> None:
        """Raise Fault for a part that leaves nothing out, or leaves out where the statement holds."""
        for i, part in enumerate(self.parts):
            others = [other for other in self.parts if other is not part]
            left_out = [point for point in self._beyond(i) if all(self._holds(other, point) for other in others)]
            told = [(point, [self._told(claim, point) for claim in self.claims]) for point in left_out]
            if not any(False in answers for _, answers in told):
                raise Fault("its condition leaves out nothing where it fails")
            if wider := next((point for point, answers in told if all(answers)), None):
                raise Fault(f"its condition could be wider: it holds at {wider}, too")

    def _told(self, claim: Claim, point: Point) -> bool | None:
        try:
            return _told(claim, point, self.checker)
        except Undefined:
            return False

    def beside(self) -> list[Point]:
        """The last points before the borders."""
        return [before for part in self.parts if part[1] != "!=" for before, _ in self._crossings(part)]

    def _holds(self, part: _Part, point: Point) -> bool:
        left, op, right = part
        return self.checker.meets(Chain(None, (left, right), (op,)), point)

    def _inside(self, point: Point) -> bool:
        return all(self._holds(part, point) for part in self.parts)

    def _beyond(self, index: int) -> Iterator[Point]:
        """Points that a part leaves out: spread ones, and those beside its border, or on it for `!=`."""
        left, op, right = part = self.parts[index]
        spread = [point for point in islice(points(self.domains, self.limiting), _TRIED) if point.generic]
        if op == "!=":
            yield from self._on(left, right, spread)
            return
        yield from (point for point in spread if self._fails(part, point))
        yield from (after for _, after in self._crossings(part))

    def _crossings(self, part: _Part) -> Iterator[tuple[Point, Point]]:
        """The last point before a border of a part, and the first behind it."""
        spread = [point for point in islice(points(self.domains, self.limiting), _TRIED) if point.generic]
        outside = [point for point in spread if self._fails(part, point)]
        for start in [point for point in spread if self._inside(point)][:_STARTS]:
            for name in sorted(free_variables(part[0]) | free_variables(part[2])):
                for end in _nearest(dict(start.values)[name], (dict(point.values)[name] for point in outside)):
                    if self._fails(part, _put(start, name, end)):
                        yield self._across(part, start, name, end)

    def _fails(self, part: _Part, point: Point) -> bool:
        left, op, right = part
        return self._holds((left, {"<": ">=", ">": "<=", "<=": ">", ">=": "<"}[op], right), point)

    def _on(self, left: Expr, right: Expr, spread: Sequence[Point]) -> Iterator[Point]:
        """Points where two sides are equal, of which one is a variable."""
        if not isinstance(left, Variable):
            left, right = right, left
        if not isinstance(left, Variable) or left.name in free_variables(right):
            raise Fault(r"has a condition that is not understood: write it as x \ne …")
        for start in spread[:_STARTS]:
            value = self.checker.values.difference((right, right), Place(start), policy_for([right])).left
            yield _put(start, left.name, float(value))

    def _across(self, part: _Part, start: Point, name: str, end: float) -> tuple[Point, Point]:
        """Bisect between a point and one that a part leaves out."""
        low, high = dict(start.values)[name], end
        whole = self.domains[name].whole
        while abs(high - low) > (1 if whole else _BESIDE * max(1.0, abs(low)) / 2):
            middle = float(int((low + high) / 2)) if whole else (low + high) / 2
            if middle in (low, high):
                break
            low, high = (low, middle) if self._fails(part, _put(start, name, middle)) else (middle, high)
        return _put(start, name, low), _put(start, name, high)


def _nearest(value: float, others: Iterable[float]) -> list[float]:
    """Of others the nearest on each side."""
    below, above = [], []
    for other in others:
        (below if other < value else above).append(other)
    return [*([max(below)] if below else []), *([min(above)] if above else [])]


def _put(point: Point, name: str, value: float) -> Point:
    return Point(tuple({**dict(point.values), name: value}.items()), False)


# Numbers


def _check_numbers(claim: Claim, checker: Check, places: Sequence[Point]) -> None:
    """Check that no number of a claim could be a little larger as well as a little smaller. Raises Fault."""
    inside = [point for point in places if checker.counts(claim, point)]
    for number, moved in _moved(claim):
        answers = {answer for other in moved for answer in _answers(other, inside, checker)}
        if True in answers and False not in answers:
            raise Fault(f"says nothing with its {number.text}: a little more or less would hold as well")


def _answers(claim: Claim, places: Sequence[Point], checker: Check) -> Iterator[bool]:
    """Whether a claim holds at points, as far as it has a value and is decided, until it does not."""
    for point in places:
        try:
            answer = _told(claim, point, checker)
        except Undefined:
            continue
        if answer is not None:
            yield answer
        if answer is False:
            return


def _spread(claim: Claim, checker: Check, count: int) -> Iterator[Point]:
    domains, limiting = checker.domains_of(claim), policy_for(claim.sides) is not FULL
    yield from islice(points(domains, limiting), count)
    if not limiting:
        yield from checker.borders.of(claim.sides, domains)


def _near(step: Step, claim: Claim, checker: Check) -> Iterator[Point]:
    """Points towards the places where a statement says that it is sharp, and on the other side of 0 as far from it."""
    domains = checker.domains_of(claim)
    for variable, target in (meeting.sides for meeting in step.meetings):
        assert isinstance(variable, Variable)
        if variable.name not in domains:
            continue
        for start in islice((point for point in points(domains, True) if point.generic), _STARTS):
            towards = [*_towards(target, start, checker)]
            for value in filter(domains[variable.name].holds, (*towards, *(-value for value in towards))):
                yield _put(start, variable.name, value)


def _towards(target: Expr, start: Point, checker: Check) -> Iterator[float]:
    match target:
        case Apply("inf"):
            yield from _FAR
        case Apply("neg", (Apply("inf"),)):
            yield from (-value for value in _FAR)
        case _:
            at = float(checker.values.difference((target, target), Place(start), policy_for([target])).left)
            yield from (at, *(at + sign * step for step in _NEAR for sign in (1, -1)))


def _moved(claim: Claim) -> Iterator[tuple[Number, tuple[Claim, Claim]]]:
    """Each number of a claim, and the claims with a little more and a little less in its place."""
    for i, side in enumerate(claim.sides):
        count = sum(1 for _ in _numbers(side))
        for k in range(count):
            number = next(islice(_numbers(side), k, None))
            value = Fraction(number.text)
            others = []
            for way in (1, -1):
                text = str(value + way * (abs(value) or 1) * _MOVED)
                other, _ = _replaced(side, k, Number(text))
                others.append(replace(claim, **{("left", "right")[i]: other}))
            yield number, (others[0], others[1])


def _numbers(expr: Expr) -> Iterator[Number]:
    """The numbers that are written in an expression, but for those of cases and the ends of sums."""
    match expr:
        case Number():
            yield expr
        case Apply(_, args) | Call(_, args):
            for arg in args:
                yield from _numbers(arg)
        case Derivative(body) | Limit(body):
            yield from _numbers(body)


def _replaced(expr: Expr, index: int, new: Expr) -> tuple[Expr, int]:
    """An expression with something else for one of its numbers, and how many more there are to go."""
    match expr:
        case Number():
            return (new if index == 0 else expr), index - 1
        case Apply(_, args) | Call(_, args):
            parts = []
            for arg in args:
                part, index = _replaced(arg, index, new)
                parts.append(part)
            return replace(expr, args=tuple(parts)), index
        case Derivative(body) | Limit(body):
            body, index = _replaced(body, index, new)
            return replace(expr, body=body), index
    return expr, index
