"""Prove by SymPy what a step has to satisfy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.base.processes import OutOfTime, limited
from engine.mathematics.derivation.duties import Claim, Implication
from engine.mathematics.derivation.steps import Domain
from engine.mathematics.formula.balls import computable
from engine.mathematics.formula.symbolic import to_sympy, vanishes
from engine.mathematics.formula.tree import Chain, Number, Variable

SECONDS_SYMBOLIC = 1.0


def prove(claim: Claim | Implication, domains: Mapping[str, Domain]) -> bool:
    """Whether SymPy proves the claim in time."""
    if isinstance(claim, Implication) or claim.op == "~":
        return False
    try:
        with limited(SECONDS_SYMBOLIC):
            return _proved(claim, domains)
    except (OutOfTime, Exception):  # SymPy fails in many ways; none of them is a proof
        return False


def _proved(claim: Claim, domains: Mapping[str, Domain]) -> bool:
    symbols = _symbols(claim.condition, domains)
    left, right = (to_sympy(side, symbols) for side in claim.sides)
    if claim.op == "=" and left.as_dummy() == right.as_dummy():
        return True
    if not all(map(computable, claim.sides)):
        return False  # SymPy would take long, and find little
    if claim.op in (">", ">="):
        left, right = right, left
    if claim.op in ("real", "smooth"):
        return left.doit().is_real is True
    gap = (right - left).doit()
    if claim.op == "!=":
        return gap.is_nonzero is True
    if claim.op in ("<", ">"):
        return gap.is_positive is True
    if claim.op in ("<=", ">="):
        return gap.is_nonnegative is True
    return vanishes(gap)


def _symbols(condition: Chain | None, domains: Mapping[str, Domain]) -> dict[str, Any]:
    """Symbols that know what is certain of their sign."""
    import sympy

    symbols = {}
    for name, domain in domains.items():
        known = {"integer": True} if domain.whole else {"real": True}
        if domain.lower >= 0:
            known["nonnegative" if domain.closed[0] and domain.lower == 0 else "positive"] = True
        if domain.upper <= 0:
            known["nonpositive" if domain.closed[1] and domain.upper == 0 else "negative"] = True
        match condition:
            case Chain(_, (Variable(of), Number("0")), (op,)) if of == name and op in _SIGNS:
                known[_SIGNS[op]] = True
        symbols[name] = sympy.Symbol(name, **known)
    return symbols


_SIGNS = {"<": "negative", ">": "positive", "<=": "nonpositive", ">=": "nonnegative"}
