"""Whether a statement is about a formula of the text as it is written: that stands in it, or is its condition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.mathematics import latex
from engine.mathematics.derivation.steps import Step
from engine.mathematics.formula.substitution import Captured, put_in_chain
from engine.mathematics.formula.tree import (
    Apply,
    Call,
    Chain,
    Expr,
    Limit,
    Number,
    Scope,
    Variable,
    children,
    free_variables,
)
from engine.mathematics.latex import LatexError

_FLIPPED = {">": "<", ">=": "<="}
_Relation = tuple[Expr, str, Expr]


def about(tex: str, step: Step, scope: Scope) -> Step | None:
    """The statement if it is about the formula, None if not.

    An expression is a part of it. A number or a variable, which stands in much, has a place of its own there: a side,
    an argument, an exponent, the end of a limit, or a condition. A relation is its condition, or where it is sharp, or
    its limit; or else it gives a variable of it a value, which is put in. Raises LatexError.
    """
    shown = latex.parse(tex, scope)
    if shown.lead or len(shown.ops) > 1:
        raise LatexError("is neither an expression nor a condition", 1)
    if not shown.ops:
        (expr,) = shown.sides
        there = _places(step) if _is_plain(expr) else (part for side in _sides(step) for part in _parts(side))
        return step if expr in there else None
    if any(relation in _conditions(step) for relation in _relations(shown)):
        return step
    return _given(shown, step)


def _given(shown: Chain, step: Step) -> Step | None:
    """A statement with the value that an equation gives a variable of it."""
    variable, value = shown.sides
    if shown.ops != ("=",) or not isinstance(variable, Variable) or free_variables(value):
        return None
    if not any(variable.name in free_variables(side) for side in step.chain.sides):
        return None
    given = {variable.name: value}
    try:
        meetings = tuple(put_in_chain(meeting, given) for meeting in step.meetings)
        return replace(step, chain=put_in_chain(step.chain, given), meetings=meetings)
    except Captured as error:
        raise LatexError(str(error), 1) from None


def _is_plain(expr: Expr) -> bool:
    match expr:
        case Apply("neg", (part,)):
            return _is_plain(part)
    return isinstance(expr, (Number, Variable))


def _sides(step: Step) -> Iterator[Expr]:
    for chain in (step.chain, step.condition, *step.meetings):
        yield from chain.sides if chain else ()


def _parts(expr: Expr) -> Iterator[Expr]:
    """What is written in an expression; not what the functions that it calls are."""
    yield expr
    for part in expr.args if isinstance(expr, Call) else children(expr):
        yield from _parts(part)


def _places(step: Step) -> Iterator[Expr]:
    """What stands alone in a statement."""
    for side in _sides(step):
        yield side
        for part in _parts(side):
            match part:
                case Call(_, args):
                    yield from args
                case Apply("^", (_, exponent)):
                    yield exponent
                case Limit(_, _, target):
                    yield target


def _conditions(step: Step) -> set[_Relation]:
    relations = {relation for chain in (step.condition, *step.meetings) if chain for relation in _relations(chain)}
    limits = (part for side in step.chain.sides for part in _parts(side) if isinstance(part, Limit))
    return relations | {(Variable(limit.variable), "->", limit.target) for limit in limits}


def _relations(chain: Chain) -> Iterator[_Relation]:
    """The relations of a chain, the smaller side first."""
    for left, op, right in zip(chain.sides[:-1], chain.ops, chain.sides[1:], strict=True):
        yield (right, _FLIPPED[op], left) if op in _FLIPPED else (left, op, right)
