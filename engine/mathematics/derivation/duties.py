"""What has to hold for each step of a derivation, and whether it connects to those before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.base.errors import Problem, SourceError
from engine.mathematics.derivation.analytic import NotAnalytic, conditions
from engine.mathematics.derivation.steps import SMOOTH, Derivation, Step
from engine.mathematics.formula.tree import Apply, Call, Chain, Expr, Number, walk

ORDERS = 6  # derivatives that are looked at where all are claimed to exist


@dataclass(frozen=True)
class Claim:
    """A relation between two expressions, wherever the condition holds.

    `real` says of the left side, whatever the right one, that it has a finite value everywhere; `smooth` says it of a
    derivative, which has to be the same from both sides; `continuous` that it has no jump; `rough` that it has one,
    or has no value somewhere.
    """

    left: Expr
    op: str
    right: Expr
    condition: Chain | None = None

    @property
    def sides(self) -> tuple[Expr, ...]:
        """The expressions that have to be computed."""
        return self.left, self.right


@dataclass(frozen=True)
class Implication:
    """That one statement follows from another (`implies`) or both hold together (`iff`), where the condition holds."""

    before: Chain
    op: str
    after: Chain
    condition: Chain | None = None

    @property
    def sides(self) -> tuple[Expr, ...]:
        """The expressions that have to be computed."""
        return *self.before.sides, *self.after.sides


@dataclass(frozen=True)
class Duty:
    """All that a step has to satisfy. branches: conditions that together have to cover the domain."""

    claims: tuple[Claim | Implication, ...]
    branches: tuple[Chain, ...] = ()


def duties(derivation: Derivation) -> list[Duty]:
    """What each step has to satisfy. Raises SourceError where a step does not connect to those before it."""
    flow = _Flow(derivation.start_chain)
    required: list[Duty] = []
    for number, step in enumerate(derivation.steps, 1):
        try:
            required.append(flow.duty(step))
        except (_Disconnected, NotAnalytic) as error:
            reason = f"{derivation.called} {number}: {error}"
            raise SourceError([Problem(derivation.name, reason, step.line, f"  {step.tex}")]) from None
    if flow.branches:
        required[-1] = replace(required[-1], branches=flow.conditions())
    if derivation.continuous:
        claims = (Claim(expr, "continuous", expr) for expr in derivation.continuous)
        required[-1] = replace(required[-1], claims=(*required[-1].claims, *claims))
    return required


def given(duty: Duty, step: Step) -> list[Claim | Implication]:
    """What a step itself claims, of all that it has to satisfy."""
    return [claim for claim in duty.claims[len(_used(step)) :] if claim.op != "continuous"]


def _used(step: Step) -> tuple[Claim, ...]:
    """The equations that the rules of a step use: they have to hold, too."""
    equations = (rule.about for rule in step.rules if rule.kind.id == "use")
    return tuple(
        Claim(*one.sides[:1], "=", *one.sides[1:], step.condition) for one in equations if isinstance(one, Chain)
    )


def flow_problems(derivation: Derivation) -> list[Problem]:
    """What is wrong with how the steps connect."""
    try:
        duties(derivation)
    except SourceError as error:
        return error.problems
    return []


class _Disconnected(ValueError):
    """A step that has nothing to go on from, or adds nothing."""


@dataclass(frozen=True)
class _End:
    """The last side of a step: what it says, how it is written, and under which condition."""

    expr: Expr
    written: tuple[str, ...]
    condition: Chain | None = None


class _Flow:
    """What the steps so far lead up to.

    statement: the relation from which `iff` and `implies` go on.
    trunk: the side from which `= …` goes on, or from which branches do.
    branches: the side from which each open branch goes on, by its condition as it is written.
    """

    def __init__(self, start: Chain | None) -> None:
        self.statement = start if start and start.ops else None
        self.trunk = _end(start) if start and not start.ops else None
        self.branches: dict[tuple[object, ...], _End] = {}

    def duty(self, step: Step) -> Duty:
        """What the next step has to satisfy. Raises _Disconnected or NotAnalytic."""
        if step.chain.lead in ("iff", "implies"):
            duty = self.imply(step)
        elif step.chain.lead is None:
            duty = self.state(step)
        elif step.condition:
            duty = self.branch(step, step.condition)
        else:
            duty = self.join(step)
        met = duty.claims[-len(step.meetings) :] if step.meetings else ()
        if len(met) < len(step.meetings):
            raise _Disconnected("has more places where it is sharp than relations")
        owed = [claim for one, where in zip(met, step.meetings, strict=True) for claim in _continuity(one, where)]
        return replace(duty, claims=(*_used(step), *duty.claims, *owed))

    def imply(self, step: Step) -> Duty:
        r"""`\iff A = B`, `\implies A = B`: goes on from the statement before."""
        before, after = self.statement, step.chain
        if before is None:
            raise _Disconnected("there is no statement before it")
        if (before.written, before.ops) == (after.written, after.ops):
            raise _Disconnected("is the same as what is before it")
        self.go_on_from(after)
        return Duty((Implication(before, str(after.lead), after, step.condition),))

    def state(self, step: Step) -> Duty:
        r"""`A = B`, `A \in S`: a statement of its own."""
        if step.chain.ops == ("in",):
            self.statement, self.trunk, self.branches = None, None, {}
            return Duty(_membership(step))
        self.go_on_from(step.chain)
        return Duty(_relations(step))

    def branch(self, step: Step, condition: Chain) -> Duty:
        """`= A` with a condition: goes on in its branch, whose first step goes on from the trunk."""
        written = (condition.written, condition.ops)
        end = self.branches.get(written) or (replace(self.trunk, condition=condition) if self.trunk else None)
        claims = _continued([end], step)
        self.branches[written] = replace(_end(step.chain), condition=condition)
        return Duty(claims)

    def join(self, step: Step) -> Duty:
        """`= A`: goes on from the side before, or from all branches that are open, and ends them."""
        merged = self.conditions()
        claims = _continued([*self.branches.values()] or [self.trunk], step)
        self.go_on_from(step.chain)
        return Duty(claims, merged)

    def go_on_from(self, chain: Chain) -> None:
        self.statement = chain if chain.ops else None
        self.trunk = _end(chain)
        self.branches = {}

    def conditions(self) -> tuple[Chain, ...]:
        """Those of the open branches."""
        return tuple(end.condition for end in self.branches.values() if end.condition)


def _end(chain: Chain) -> _End:
    return _End(chain.sides[-1], chain.written[-1])


def _continued(ends: Sequence[_End | None], step: Step) -> tuple[Claim, ...]:
    """What a step claims that goes on from the last sides of others. Raises _Disconnected."""
    chain = step.chain
    known = [end for end in ends if end]
    if len(known) < len(ends):
        raise _Disconnected("there is no expression before it to continue from")
    if all(end.written == chain.written[0] for end in known):
        raise _Disconnected("is the same as what is before it")
    connecting = (Claim(end.expr, str(chain.lead), chain.sides[0], end.condition) for end in known)
    return *connecting, *_relations(step)


def _relations(step: Step) -> tuple[Claim, ...]:
    """The relations within a step."""
    chain = step.chain
    sides = zip(chain.sides[:-1], chain.ops, chain.sides[1:], strict=True)
    return tuple(Claim(left, op, right, step.condition) for left, op, right in sides)


def _continuity(claim: Claim | Implication, meeting: Chain) -> tuple[Claim, ...]:
    """What has to be continuous for a bound of its slope to say something of all its values: a Lipschitz constant.

    Raises _Disconnected for what is no bound.
    """
    if isinstance(claim, Implication) or claim.op not in ("<", ">", "<=", ">="):
        raise _Disconnected("sharp belongs to an inequality")
    if claim.op in ("<", ">") and meeting.ops == ("=",):
        raise _Disconnected(r"a strict inequality can be sharp towards a value only: x \to …")
    calls = (part for side in claim.sides for part in walk(side) if isinstance(part, Call) and part.order > 0)
    bounded = dict.fromkeys(replace(call, order=call.order - 1) for call in calls)
    return tuple(Claim(expr, "continuous", expr, claim.condition) for expr in bounded)


def _membership(step: Step) -> tuple[Claim, ...]:
    """What has to hold for an expression to belong to a set. Raises NotAnalytic."""
    member, named = step.chain.sides
    if not isinstance(named, Apply) or named.op != SMOOTH:
        return (Claim(member, "real", member, step.condition),)
    assert isinstance(member, Call)
    (variable,) = member.args
    order, *without = named.args
    inside = step.condition
    if without:
        if inside:
            raise _Disconnected("a set that leaves out points has no condition besides")
        inside = Chain(None, (without[0], variable, *without[1:]), ("!=",) * len(without), ())
    claims = [Claim(member, "real", member, inside)]
    if isinstance(order, Number):
        last = replace(member, order=int(order.text))
        more = replace(member, order=last.order + 1)
        claims += [Claim(more, "rough", more, inside)]
    else:
        claims += [Claim(left, op, right, inside) for left, op, right in conditions(member, bends=bool(without))]
        last = replace(member, order=ORDERS)
    derivatives = [replace(member, order=order) for order in range(last.order + 1)]
    claims += [Claim(derivative, "smooth", derivative, inside) for derivative in derivatives[1:]]
    claims += [Claim(derivative, "continuous", derivative, inside) for derivative in derivatives]
    there = (replace(last, args=(point,)) for point in without)
    return *claims, *(Claim(derivative, "rough", derivative) for derivative in there)
