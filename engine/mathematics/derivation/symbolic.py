"""Prove by SymPy what a step has to satisfy.

An equation holds if the difference of its sides vanishes, or if a limit is the value that is claimed. An inequality is
made algebraic first: logarithms are joined and taken to the other side, and exponentials of one exponent become powers
of one positive number. What is left is a quotient of polynomials, whose factors tell the sign; or derivatives tell it
(`descent`). Where sides bend, each part of the domain is looked at alone (`regions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.base.processes import OutOfTime, limited
from engine.mathematics.derivation.descent import positive, zero
from engine.mathematics.derivation.duties import Claim, Implication
from engine.mathematics.derivation.regions import regions, settled
from engine.mathematics.derivation.steps import Domain
from engine.mathematics.formula.balls import computable
from engine.mathematics.formula.symbolic import to_condition, to_sympy, vanishes
from engine.mathematics.formula.tree import Bound, Call, Chain, Expr, Number, Variable, walk

#: Far more than any proof on the pages takes, so that no machine is too slow for what is shown of another.
SECONDS_SYMBOLIC = 20.0


def prove(claim: Claim | Implication, domains: Mapping[str, Domain]) -> bool:
    """Whether SymPy proves the claim in time."""
    if isinstance(claim, Implication) or claim.op in ("~", "rough"):
        return False
    try:
        with limited(SECONDS_SYMBOLIC):
            return _proved(claim, domains)
    except (OutOfTime, Exception):  # SymPy fails in many ways; none of them is a proof
        return False


def _proved(claim: Claim, domains: Mapping[str, Domain]) -> bool:
    import sympy

    symbols = symbols_of(claim.condition, domains)
    match claim.left:
        case Call(function, (Variable(name),), -1) if claim.op == "=":
            return _is_inverse(function.body, function.params[0], claim.right, symbols[name], symbols)
    left, right = (to_sympy(side, symbols) for side in claim.sides)
    if claim.op == "=" and left.as_dummy() == right.as_dummy():
        return True
    unending = [part for side in claim.sides if not computable(side) for part in walk(side) if isinstance(part, Bound)]
    if unending and (
        left.free_symbols | right.free_symbols
        or any(isinstance(inner, Call) for part in unending for inner in walk(part.body))
    ):
        return False  # SymPy would take long over an integral or a series with a parameter or of f, and find little
    left, right = left.doit(), right.doit()
    if claim.op in ("real", "smooth", "continuous"):
        # Without a jump of their own, formulas are smooth wherever they have values.
        return left.is_real is True and not left.has(sympy.sign, sympy.Heaviside, sympy.Piecewise)
    if claim.op in (">", ">="):
        left, right = right, left
    if claim.op == "!=":
        return (right - left).is_nonzero is True
    if claim.op == "=" and (left == right or vanishes(right - left) or zero(right - left)):
        return True
    held = [to_condition(claim.condition, symbols)] if claim.condition else []
    real = {symbols[name]: domain for name, domain in domains.items() if not domain.whole}
    gaps = (settled((right - left).subs(part)) for part in regions([left, right], held, real))
    if claim.op == "=":
        return all(vanishes(gap) or zero(gap) for gap in gaps)
    return all(_has_sign(gap, claim.op in ("<", ">")) or _falls_nowhere(gap, claim.op in ("<", ">")) for gap in gaps)


def symbols_of(condition: Chain | None, domains: Mapping[str, Domain]) -> dict[str, Any]:
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


def _is_inverse(body: Expr, param: str, claimed: Expr, y: Any, symbols: Mapping[str, Any]) -> bool:
    """Whether f(claimed(y)) = y, for a strictly increasing f, of which there is one inverse only."""
    import sympy

    x = sympy.Symbol("x", real=True)
    slope = sympy.diff(to_sympy(body, {**symbols, param: x}), x)
    return _has_sign(slope, strict=True) and vanishes(
        to_sympy(body, {**symbols, param: to_sympy(claimed, symbols)}) - y
    )


# Inequalities ---------------------------------------------------------------------------------------------------------


def _falls_nowhere(gap: Any, strict: bool) -> bool:
    """Whether derivatives show the sign of an expression, on the whole line or on both sides of 0."""
    import sympy

    if positive(gap, strict, _has_sign):
        return True
    (symbol, *others) = gap.free_symbols or (None,)
    more = sympy.Dummy(positive=True)
    return (
        symbol is not None
        and not others
        and _has_sign(gap.subs(symbol, 0), strict)
        and all(positive(gap.subs(symbol, side), strict, _has_sign) for side in (more, -more))
    )


def _has_sign(gap: Any, strict: bool) -> bool:
    """Whether an expression is known to be positive, or at least not negative."""
    return any((form.is_positive if strict else form.is_nonnegative) is True for form in _forms(gap))


def _forms(gap: Any) -> Iterator[Any]:
    """The expression, and others of the same sign."""
    import sympy

    yield gap
    above, below = sympy.fraction(sympy.together(gap))
    if below.is_positive is True:
        gap = above  # a common positive denominator says nothing about the sign
    gap = gap.rewrite((sympy.sinh, sympy.cosh, sympy.tanh), sympy.exp)
    yield _algebraic(gap)
    if (without := _without_logarithms(gap)) is not None:
        yield _algebraic(without)


def _without_logarithms(gap: Any) -> Any:
    """Of Σ nᵢ ln Uᵢ + r, which is positive where Π Uᵢ^nᵢ · e^r is over 1: that product less 1. None for other forms."""
    import sympy

    whole, rest = sympy.Integer(1), sympy.Integer(0)
    for term in sympy.Add.make_args(sympy.expand(gap)):
        times, log = term.as_coeff_Mul()
        if isinstance(log, sympy.log) and times.is_Integer and log.args[0].is_positive:
            whole *= log.args[0] ** times
        elif term.has(sympy.log):
            return None
        else:
            rest += term
    return None if whole == 1 else whole * sympy.exp(rest) - 1


def _algebraic(expr: Any) -> Any:
    """An expression with exponentials of one exponent, as factors in one positive number; others as they are."""
    import sympy

    expr = expr.replace(sympy.exp, lambda exponent: sympy.exp(sympy.expand(exponent))).expand(power_exp=True, mul=False)
    exponents = sorted({power.args[0] for power in expr.atoms(sympy.exp)}, key=sympy.default_sort_key)
    if not exponents:
        return sympy.factor(sympy.together(expr))
    ratios = [sympy.cancel(exponent / exponents[0]) for exponent in exponents]
    if not all(ratio.is_Rational for ratio in ratios):
        return expr
    unit = exponents[0] / sympy.ilcm(1, *(ratio.q for ratio in ratios))
    more = sympy.Dummy(positive=True)
    power = 1 + more if unit.is_positive else 1 / (1 + more) if unit.is_negative else more
    return sympy.factor(
        sympy.together(expr.replace(sympy.exp, lambda exponent: power ** sympy.cancel(exponent / unit)))
    )
