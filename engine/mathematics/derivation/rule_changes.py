"""The forms that rules have: what each leaves on the two sides of a step, and what it allows to be carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.mathematics.derivation import rule_algebra as algebra
from engine.mathematics.derivation.rules import Rule, unfolds
from engine.mathematics.formula.inert import to_inert
from engine.mathematics.formula.tree import (
    Apply,
    Bound,
    Call,
    Cases,
    Chain,
    Derivative,
    Expr,
    Variable,
    children,
    free_variables,
)

_BENT = ("abs", "max", "min", "sgn", "step")


@dataclass(frozen=True)
class Change:
    """Two sides of a step, as they are written; an equation is an Apply of `=`. conditional: a condition holds."""

    before: Expr
    after: Expr
    symbols: Any
    conditional: bool = False

    @property
    def sides(self) -> tuple[Expr, Expr]:
        """Both of them."""
        return self.before, self.after

    def inert(self, expr: Expr) -> Any:
        """A part of them in SymPy, with nothing carried out."""
        return to_inert(expr, self.symbols)

    def same(self, one: Any, other: Any) -> bool:
        """Whether algebra makes two expressions of SymPy equal."""
        return bool(algebra.rational(one) == algebra.rational(other))

    def alike(self, one: Expr, other: Expr) -> bool:
        """Whether two parts differ in order and notation only."""
        return bool(self.inert(one) == self.inert(other))

    def gone(self, kind: type) -> list[Any]:
        """The parts of a kind that are there before and not after."""
        after = set(parts(self.after))
        return [part for part in parts(self.before) if isinstance(part, kind) and part not in after]


def equation(chain: Chain) -> Expr:
    """An equation as an expression."""
    return Apply("=", chain.sides)


def parts(expr: Expr) -> Iterator[Expr]:
    """An expression and all that is written in it: not what a function stands for."""
    yield expr
    for part in expr.args if isinstance(expr, Call) else children(expr):
        yield from parts(part)


def has_form(rule: Rule, change: Change) -> bool:
    """Whether the form of a rule is seen in a change."""
    return _SEEN[rule.kind.id](change, rule)


def carries_out(rule: Rule, change: Change) -> Callable[[Any], Any]:
    """What a rule allows to be done on both sides."""
    match rule.kind.id:
        case "definition":
            return lambda side: side
        case "use":
            assert isinstance(rule.about, Chain)
            left, right = map(change.inert, rule.about.sides)
            return lambda side: side.subs(left, right)
        case "undo":
            return algebra.undone
        case "log-product" | "log-quotient" | "log-power":
            return algebra.logarithms
        case "derivative" | "linear" | "product" | "quotient" | "power" | "chain" | "fundamental":
            return algebra.derived
        case "substitute":
            return algebra.without_integrals
    return algebra.rational


# Forms ----------------------------------------------------------------------------------------------------------------


def _definition(change: Change, rule: Rule) -> bool:
    name = unfolds(rule)

    def calls(side: Expr) -> int:
        every = parts(side)
        return sum(
            (isinstance(part, Call) and part.order >= 0 and part.function.name == name)
            or (isinstance(part, Apply) and part.op == name)
            for part in every
        )

    return calls(change.before) != calls(change.after)


def _use(change: Change, rule: Rule) -> bool:
    """Whether the left side of the equation is there less often on one side; or a derivative of it, if it is one."""
    assert isinstance(rule.about, Chain)
    left = rule.about.sides[0]
    if list(parts(change.before)).count(left) != list(parts(change.after)).count(left):
        return True
    if not isinstance(left, Call) or left.order < 1:
        return False
    higher = (part for part in change.gone(Call) if part.function == left.function and part.args == left.args)
    return any(part.order > left.order for part in higher)


def _fractions(expr: Expr) -> Iterator[tuple[Expr, Expr]]:
    for part in parts(expr):
        if isinstance(part, Apply) and part.op == "/":
            yield part.args[0], part.args[1]


def _scaled(change: Change, rule: Rule, sign: int) -> bool:
    """Whether a fraction has both of its parts multiplied by the expression, or divided by it for the sign −1."""
    by = change.inert(rule.about) ** sign  # type: ignore[arg-type]
    for above, below in _fractions(change.before):
        old = change.inert(above), change.inert(below)
        for new in ((change.inert(one), change.inert(other)) for one, other in _fractions(change.after)):
            if new != old and all(change.same(a * by, b) for a, b in zip(old, new, strict=True)):
                return True
    return False


def _factors(expr: Expr) -> list[Expr]:
    if isinstance(expr, Apply) and expr.op == "*":
        return [factor for arg in expr.args for factor in _factors(arg)]
    return [expr]


def _factor(change: Change, rule: Rule) -> bool:
    """Whether a sum before is a product after, of the factor and of another sum."""
    sums = [change.inert(part) for part in parts(change.before) if isinstance(part, Apply) and part.op in ("+", "-")]
    for product in (part for part in parts(change.after) if isinstance(part, Apply) and part.op == "*"):
        factors = _factors(product)
        others = [factor for factor in factors if not change.alike(factor, rule.about)]  # type: ignore[arg-type]
        is_sum = any(isinstance(other, Apply) and other.op in ("+", "-") for other in others)
        if len(others) == len(factors) - 1 and is_sum:
            whole = change.inert(product)
            if any(whole != one and change.same(whole, one) for one in sums):
                return True
    return False


def _cancel(change: Change, rule: Rule) -> bool:
    """Whether a fraction before has the factor in both of its parts, and is there without it after."""
    by = change.inert(rule.about)  # type: ignore[arg-type]
    after = [change.inert(part) for part in parts(change.after) if not isinstance(part, Apply) or part.op != "="]
    for above, below in _fractions(change.before):
        if all(any(change.inert(factor) == by for factor in _factors(part)) for part in (above, below)):
            rest = (change.inert(above) / by) / (change.inert(below) / by)
            written = set(parts(change.after))
            if Apply("/", (above, below)) not in written and any(change.same(rest, one) for one in after):
                return True
    return False


def _one_fraction(change: Change, _: Rule) -> bool:
    known = set(parts(change.before))
    wholes = [
        change.inert(part)
        for part in known
        if isinstance(part, Apply) and part.op in ("+", "-", "*", "neg") and any(True for _ in _fractions(part))
    ]
    new = (Apply("/", pair) for pair in _fractions(change.after))
    return any(change.same(change.inert(one), whole) for one in new if one not in known for whole in wholes)


def _cases(change: Change, _: Rule) -> bool:
    def bends(side: Expr) -> int:
        return sum(isinstance(p, Cases) or (isinstance(p, Apply) and p.op in _BENT) for p in parts(side))

    return change.conditional and bends(change.after) > bends(change.before)


def _logs(expr: Expr) -> set[Expr]:
    """What logarithms are taken of."""
    return {part.args[0] for part in parts(expr) if isinstance(part, Apply) and part.op == "ln"}


def _is_power(expr: Expr, of_e: bool) -> bool:
    return isinstance(expr, Apply) and expr.op == "^" and (expr.args[0] == Apply("e")) == of_e


def _log_product(change: Change, _: Rule) -> bool:
    return any(isinstance(of, Apply) and of.op == "*" for of in _logs(change.before) ^ _logs(change.after))


def _log_power(change: Change, _: Rule) -> bool:
    return any(_is_power(of, of_e=False) for of in _logs(change.before) ^ _logs(change.after))


def _log_quotient(change: Change, _: Rule) -> bool:
    """Whether one side has a difference of logarithms, and the other the logarithm of the quotient."""
    for one, other in (change.sides, change.sides[::-1]):
        known = set(parts(other))
        for part in parts(one):
            match part:
                case Apply("-", (Apply("ln", (above,)), Apply("ln", (below,)))) if part not in known:
                    quotient = change.inert(above) / change.inert(below)
                    if any(change.same(quotient, change.inert(of)) for of in _logs(other)):
                        return True
    return False


def _undo(change: Change, _: Rule) -> bool:
    def undone(side: Expr) -> list[Expr]:
        powers = (part for part in parts(side) if _is_power(part, of_e=True))
        of_logs = [part for part in powers if isinstance(part.args[1], Apply) and part.args[1].op == "ln"]  # type: ignore[union-attr]
        return [*of_logs, *(of for of in _logs(side) if _is_power(of, of_e=True))]

    return len(undone(change.before)) != len(undone(change.after))


def _both_sides(function: str) -> Callable[[Change, Rule], bool]:
    def seen(change: Change, _: Rule) -> bool:
        import sympy

        if not all(isinstance(side, Apply) and side.op == "=" for side in change.sides):
            return False
        old, new = map(change.inert, change.sides)
        of = getattr(sympy, function)
        return all(algebra.logarithms(of(a)) == algebra.logarithms(b) for a, b in zip(old, new, strict=True))

    return seen


def _solve(change: Change, rule: Rule) -> bool:
    """Whether the expression is alone on the left, and the same is 0 as before."""
    match change.after:
        case Apply("=", (left, right)) if change.alike(left, rule.about):  # type: ignore[arg-type]
            old, new = map(change.inert, change.sides)
            if new[1].has(new[0]) or old[0] == new[0] or not isinstance(right, Expr):
                return False
            ratio = algebra.rational((old[0] - old[1]) / (new[0] - new[1]))
            return bool(ratio.is_number and ratio != 0)
    return False


def _derivative(change: Change, rule: Rule) -> bool:
    bodies = [part.body for part in change.gone(Derivative)]
    return any(change.alike(body, rule.about) for body in bodies)  # type: ignore[arg-type]


def _by(shape: Callable[[Expr, str], bool]) -> Callable[[Change, Rule], bool]:
    """Whether a derivative is gone of something of this shape in its variable."""
    return lambda change, _: any(shape(part.body, part.variable) for part in change.gone(Derivative))


def _depends(expr: Expr, variable: str) -> bool:
    return variable in free_variables(expr)


def _is_linear(body: Expr, variable: str) -> bool:
    match body:
        case Apply("+" | "-" | "neg"):
            return True
        case Apply("*", (one, other)):
            return _depends(one, variable) != _depends(other, variable)
        case Apply("/", (_, below)):
            return not _depends(below, variable)
    return False


def _is_product(body: Expr, variable: str) -> bool:
    return isinstance(body, Apply) and body.op == "*" and all(_depends(arg, variable) for arg in body.args)


def _is_quotient(body: Expr, variable: str) -> bool:
    return isinstance(body, Apply) and body.op == "/" and _depends(body.args[1], variable)


def _is_power_of(body: Expr, variable: str) -> bool:
    match body:
        case Apply("^", (base, exponent)):
            return _depends(base, variable) and not _depends(exponent, variable)
        case Apply("root"):
            return True
    return False


def _is_composed(body: Expr, variable: str) -> bool:
    """Whether a function, or a power, is taken of more than the variable."""
    if not isinstance(body, Apply | Call) or (isinstance(body, Apply) and body.op in ("+", "-", "*", "/", "neg")):
        return False
    inner = [arg for arg in body.args if _depends(arg, variable)]
    return any(not isinstance(arg, Variable) for arg in inner)


def _substitute(change: Change, rule: Rule) -> bool:
    """Whether the integrand, its differential and both ends are those of the new variable."""
    import sympy

    assert isinstance(rule.about, Chain)
    new, given = rule.about.sides
    integrals = [
        [part for part in parts(side) if isinstance(part, Bound) and part.op == "int"] for side in change.sides
    ]
    if not all(len(some) == 1 for some in integrals):
        return False
    (old_one,), (new_one,) = integrals
    if not isinstance(new, Variable) or new_one.variable != new.name or old_one.variable not in free_variables(given):
        return False
    old = algebra.symbol(old_one.variable)
    symbols = {**change.symbols, old_one.variable: old}
    by = to_inert(given, symbols)
    body = to_inert(new_one.body, {**symbols, new.name: by}) * sympy.diff(by, old)
    if not change.same(body, to_inert(old_one.body, symbols)):
        return False
    ends = ((old_one.lower, new_one.lower), (old_one.upper, new_one.upper))
    return all(change.same(sympy.limit(by, old, change.inert(a)), change.inert(b)) for a, b in ends)


_SEEN: dict[str, Callable[[Change, Rule], bool]] = {
    "definition": _definition,
    "use": _use,
    "rearrange": lambda change, _: True,
    "factor": _factor,
    "divide": lambda change, rule: _scaled(change, rule, -1),
    "multiply": lambda change, rule: _scaled(change, rule, 1),
    "cancel": _cancel,
    "fraction": _one_fraction,
    "cases": _cases,
    "log-product": _log_product,
    "log-quotient": _log_quotient,
    "log-power": _log_power,
    "undo": _undo,
    "logarithm": _both_sides("log"),
    "exponential": _both_sides("exp"),
    "solve": _solve,
    "derivative": _derivative,
    "linear": _by(_is_linear),
    "product": _by(_is_product),
    "quotient": _by(_is_quotient),
    "power": _by(_is_power_of),
    "chain": _by(_is_composed),
    "fundamental": _by(lambda body, _: isinstance(body, Bound) and body.op == "int"),
    "substitute": _substitute,
}
