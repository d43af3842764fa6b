"""Whether a step has the form of the rules that it names.

Two things are asked. The form of each rule has to be seen: what `definition` unfolds is there less often on one side, a
fraction has both of its parts divided. And the rules have to account for all of the step: with what they allow carried
out on both sides, these are the same, but for the order of sums and products.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.base.processes import OutOfTime, limited
from engine.mathematics.derivation import rule_algebra as algebra
from engine.mathematics.derivation.difference import Fault
from engine.mathematics.derivation.duties import Duty, Implication, duties, given
from engine.mathematics.derivation.rule_changes import Change, carries_out, equation, has_form
from engine.mathematics.derivation.rules import Rule, unfolds
from engine.mathematics.derivation.steps import Derivation
from engine.mathematics.derivation.symbolic import symbols_of
from engine.mathematics.formula.inert import to_inert
from engine.mathematics.formula.symbolic import NotSymbolic
from engine.mathematics.formula.tree import Bound, Call, Expr, Limit, Variable, free_variables, walk

#: Far more than any rule on the pages takes.
SECONDS_RULE = 20.0


def check(derivation: Derivation, index: int, duty: Duty) -> None:
    """Raises Fault where a step does not have the form of one of its rules, or its rules leave something open."""
    step = derivation.steps[index]
    if not step.rules or not all(rule.kind.checked for rule in step.rules):
        return
    try:
        with limited(SECONDS_RULE):
            changes = list(_changes(derivation, index, duty))
            for rule in step.rules:
                if not all(_seen(rule, change, derivation, index) for change in changes):
                    raise Fault(f"does not have the form of its rule: {rule.text('en')}")
            for change in changes:
                before, after = _carried_out(step.rules, change)
                if before != after:
                    names = "; ".join(rule.text("en") for rule in step.rules)
                    raise Fault(
                        f"is more than its rules say: {names}", f"before, by them: {before}", f"after, by them: {after}"
                    )
    except OutOfTime:
        raise Fault(f"its rule was not compared within {SECONDS_RULE:g} s; make smaller steps of it") from None
    except NotSymbolic as error:
        raise Fault(f"its rule cannot be compared: SymPy does not know {error}") from None


def has_its_form(derivation: Derivation, index: int) -> bool:
    """Whether a step has the form of all its rules, as far as they have one."""
    try:
        check(derivation, index, duties(derivation)[index])
    except Fault:
        return False
    return True


def _changes(derivation: Derivation, index: int, duty: Duty) -> Iterator[Change]:
    """What the step makes of what: a pair for each branch that it continues, or the equation before and the new one."""
    step = derivation.steps[index]
    for claim in given(duty, step):
        if isinstance(claim, Implication):
            if claim.before.ops != ("=",) or claim.after.ops != ("=",):
                raise Fault("has a rule that is about equations")
            before, after = equation(claim.before), equation(claim.after)
        elif claim.op == "=":
            before, after = claim.left, claim.right
        else:
            raise Fault("has a rule that is about what is equal, and is not an equation")
        named = [Variable(name) for name in derivation.domains]
        written = [before, after, *named, *(expr for rule in step.rules for expr in rule.expressions)]
        names = {name for expr in written for part in walk(expr) for name in _names(part)}
        known = symbols_of(claim.condition, derivation.domains) if _id(step.rules, "cases") else {}
        symbols = {name: known.get(name, algebra.symbol(name)) for name in sorted(names)}
        yield Change(before, after, symbols, claim.condition is not None)


def _names(part: Expr) -> set[str]:
    """The variables that a part of a formula uses or binds."""
    return free_variables(part) | ({part.variable} if isinstance(part, Bound | Limit) else set())


def _id(rules: tuple[Rule, ...], id: str) -> bool:
    return any(rule.kind.id == id for rule in rules)


def _seen(rule: Rule, change: Change, derivation: Derivation, index: int) -> bool:
    if rule.kind.id == "inverse":
        return _is_solution(derivation, index)
    return has_form(rule, change)


def _is_solution(derivation: Derivation, index: int) -> bool:
    r"""Whether a step says of the inverse what the statement before it, `\iff x = …`, says of the solution."""
    before = derivation.steps[index - 1].chain if index else None
    start, after = derivation.start_chain, derivation.steps[index].chain
    if not before or before.ops != ("=",) or after.ops != ("=",) or not start or start.ops != ("=",):
        return False
    (solution, value), (given, called), (inverse, claimed) = before.sides, start.sides, after.sides
    match called, inverse:
        case Call(function, (Variable() as argument,), 0), Call(other, (place,), -1):
            return function == other and argument == solution and place == given and value == claimed
    return False


def _carried_out(rules: tuple[Rule, ...], change: Change) -> tuple[Any, Any]:
    """Both sides with everything done that the rules allow."""
    if any(rule.kind.id in ("inverse", "logarithm", "exponential", "solve") for rule in rules):
        return None, None  # their form says all of both sides
    unfolded = [name for rule in rules if (name := unfolds(rule))]
    written = (to_inert(side, change.symbols, unfolded) for side in change.sides)
    sides = [side if side.is_Symbol else side.as_dummy() for side in written]  # what an integral binds has no name
    for rule in rules:
        carry = carries_out(rule, change)
        sides = [carry(side) for side in sides]
    return sides[0], sides[1]
