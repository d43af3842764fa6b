"""What has to hold for each step of a derivation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from engine.base.errors import Problem, SourceError
from engine.mathematics import latex
from engine.mathematics.derivation.steps import SMOOTH_SET, Derivation, Step
from engine.mathematics.latex import Chain, Expr, Number, Variable

SMOOTH = 6  # derivatives that are looked at where all are claimed to exist


@dataclass(frozen=True)
class Claim:
    """left op right, wherever the condition holds; for `iff` and `implies` the sides are statements.

    `real` says of the left side, whatever the right one, that it has a finite value everywhere; `smooth` says it of a
    derivative, which has to be the same from both sides.
    """

    left: Any
    op: str
    right: Any
    condition: Chain | None = None


@dataclass(frozen=True)
class Duty:
    """All that a step has to satisfy. branches: conditions that together have to cover the domain."""

    claims: tuple[Claim, ...]
    branches: tuple[Chain, ...] = ()


_Side = tuple[Expr, tuple[str, ...]]  # what it says, and how it is written


def duties(derivation: Derivation) -> list[Duty]:
    """What each step has to satisfy. Raises SourceError where a step does not connect to those before it."""
    start = derivation.start_chain
    statement = start if start and start.ops else None
    trunk = None if start is None or start.ops else _last(start)
    branches: dict[tuple[Any, ...], tuple[Chain, _Side]] = {}  # condition as written -> what it says, the last side
    duties: list[Duty] = []
    for number, step in enumerate(derivation.steps, 1):

        def fault(reason: str, number: int = number, step: Step = step) -> SourceError:
            what = f"{derivation.called} {number}: {reason}"
            return SourceError([Problem(derivation.name, what, step.line, f"  {step.tex}")])

        chain, condition = step.chain, step.condition
        inner = zip(chain.sides[:-1], chain.ops, chain.sides[1:], strict=True)
        claims = [Claim(left, op, right, condition) for left, op, right in inner]
        member = chain.ops == ("in",)
        if member:
            try:
                claims = [*_members(*chain.sides, condition)]
            except NotAnalytic as error:
                raise fault(str(error)) from None
        before: list[tuple[Chain | None, _Side | None]] = []  # what this step continues, each with its condition
        merged: tuple[Chain, ...] = ()
        if chain.lead in ("iff", "implies"):
            if statement is None:
                raise fault("there is no statement before it")
            if (statement.written, statement.ops) == (chain.written, chain.ops):
                raise fault("is the same as what is before it")
            claims = [Claim(statement, chain.lead, chain, condition)]
        elif chain.lead and condition:
            key = (condition.written, condition.ops)
            before = [(condition, branches[key][1] if key in branches else trunk)]
            branches[key] = (condition, _last(chain))
        elif chain.lead:
            before = [*branches.values()] or [(None, trunk)]
            merged = tuple(branch for branch, _ in branches.values())
        if any(side is None for _, side in before):
            raise fault("there is no expression before it to continue from")
        if before and all(side[1] == chain.written[0] for _, side in before):
            raise fault("is the same as what is before it")
        claims = [Claim(side[0], chain.lead, chain.sides[0], branch) for branch, side in before] + claims
        if not (chain.lead and condition) or chain.lead in ("iff", "implies"):
            trunk, branches = None if member else _last(chain), {}
            statement = chain if chain.ops and not member else None
        if step.meeting and claims[-1].op not in ("<", ">", "<=", ">="):
            raise fault("sharp belongs to an inequality")
        duties.append(Duty(tuple(claims), merged))
    if branches:
        duties[-1] = replace(duties[-1], branches=tuple(branch for branch, _ in branches.values()))
    return duties


def _last(chain: Chain) -> _Side:
    return chain.sides[-1], chain.written[-1]


class NotAnalytic(ValueError):
    """An expression that is not composed of analytic functions only."""


_ANALYTIC = {"neg", "+", "-", "*", "exp", "expm1", "sin", "cos", "sinh", "cosh", "tanh", "sech", "erf", "erfc"}
_ANALYTIC |= {"arctan", "arsinh", "e", "pi"}


def _members(left: Expr, named: Expr, condition: Chain | None) -> Iterator[Claim]:
    """What has to hold for `left` to belong to a set."""
    yield Claim(left, "real", left, condition)
    if named == latex.Apply(SMOOTH_SET):
        for part, op, bound in _conditions(left):
            yield Claim(part, op, bound, condition)
        for order in range(1, SMOOTH + 1):
            derivative = replace(left, order=order)
            yield Claim(derivative, "smooth", derivative, condition)


def _conditions(expr: Expr) -> Iterator[tuple[Expr, str, Expr]]:
    """What makes the expression an analytic function of its variables. Raises NotAnalytic."""
    zero = Number("0")
    match expr:
        case Number() | Variable():
            return
        case latex.Call(function, args, 0):
            for arg in args:
                yield from _conditions(arg)
            for part, op, bound in _conditions(function.body):  # as a function of the same arguments
                yield latex.Call(replace(function, body=part), args), op, bound
            return
        case latex.Apply("/", (_, below)):
            yield below, "!=", zero
        case latex.Apply("^", (latex.Apply("e") | Number(), _)):
            pass
        case latex.Apply("^", (base, power)):
            whole = isinstance(power, Number) and "." not in power.text
            if not whole:
                yield base, ">", zero
        case latex.Apply("ln" | "root", (inside, *_)):
            yield inside, ">", zero
        case latex.Apply("log1p", (inside,)):
            yield inside, ">", latex.Apply("neg", (Number("1"),))
        case latex.Apply(op) if op in _ANALYTIC:
            pass
        case _:
            what = expr.op if isinstance(expr, latex.Apply) else type(expr).__name__.lower()
            raise NotAnalytic(f"it is not composed of functions known to be analytic: {what}")
    for part in latex.children(expr):
        yield from _conditions(part)


def flow_problems(derivation: Derivation) -> list[Problem]:
    try:
        duties(derivation)
    except SourceError as error:
        return error.problems
    return []
