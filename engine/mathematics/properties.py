"""What a statement says of a function in a word: derived, so that no word stands beside a statement that says less."""

from __future__ import annotations

from collections.abc import Mapping

from engine.mathematics.derivation.steps import Domain
from engine.mathematics.formula.tree import Apply, Call, Chain, Expr, Number, Variable

_FLIPPED = {">": "<", "<": ">", ">=": "<=", "<=": ">=", "=": "="}
_ZERO = Number("0")

#: The word in every language, by order of the derivative and its relation to 0.
_SLOPES = {
    (1, ">"): {"en": "strictly increasing", "zh": "严格递增"},
    (1, ">="): {"en": "increasing", "zh": "递增"},
    (1, "<"): {"en": "strictly decreasing", "zh": "严格递减"},
    (1, "<="): {"en": "decreasing", "zh": "递减"},
    (2, ">"): {"en": "strictly convex", "zh": "严格凸"},
    (2, ">="): {"en": "convex", "zh": "凸"},
    (2, "<"): {"en": "strictly concave", "zh": "严格凹"},
    (2, "<="): {"en": "concave", "zh": "凹"},
}
_ODD = {"en": "odd", "zh": "奇函数"}
_EVEN = {"en": "even", "zh": "偶函数"}


def in_a_word(statement: Chain, domains: Mapping[str, Domain]) -> Mapping[str, str] | None:
    """The property, by language, that a statement of two sides is the definition of; None for other statements.

    It is one of a function of all real numbers: on a part of them another statement would be meant.
    """
    if len(statement.sides) != 2 or statement.lead:
        return None
    (left, right), (op,) = statement.sides, statement.ops
    return _of(left, op, right, domains) or _of(right, _FLIPPED.get(op, ""), left, domains)


def _of(left: Expr, op: str, right: Expr, domains: Mapping[str, Domain]) -> Mapping[str, str] | None:
    match left, right:
        case Call(_, (Variable(name),), order), Number() if right == _ZERO and _is_real(domains.get(name)):
            return _SLOPES.get((order, op))
        case Call(function, (Apply("neg", (Variable(name) as x,)),), 0), _ if op == "=" and _is_real(domains.get(name)):
            mirrored = Call(function, (x,))
            return {Apply("neg", (mirrored,)): _ODD, mirrored: _EVEN}.get(right)
    return None


def _is_real(domain: Domain | None) -> bool:
    return domain is not None and not domain.whole and domain.lower == -float("inf") and domain.upper == float("inf")
