"""The domain of a claim, split where its sides bend, into parts on which no maximum or absolute value does.

On each part the variable is written by a positive symbol, so that SymPy knows all signs that the bends ask for.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product
from typing import Any

from engine.mathematics.derivation.steps import Domain
from engine.mathematics.formula.symbolic import NotSymbolic


def regions(exprs: Sequence[Any], conditions: Sequence[Any], domains: Mapping[Any, Domain]) -> Iterator[dict[Any, Any]]:
    """Substitutions, one for each part of the domain: all parts together are the domain where the conditions hold.

    domains: of the symbols that are real numbers. Borders are numbers; a bend elsewhere is left as it is.
    """
    parts = []
    for symbol, domain in domains.items():
        borders = _borders(exprs, conditions, symbol)
        if borders:
            parts.append([(symbol, at, value) for at, value in _split(borders, domain)])
    for chosen in product(*parts):
        inside = {symbol: at for symbol, at, _ in chosen}
        if all(_unless_false(condition.subs(inside)) for condition in conditions):
            yield {symbol: value for symbol, _, value in chosen}


def settled(expr: Any) -> Any:
    """An expression without the bends, and with the conditions decided, of which the symbols tell the sign."""
    import sympy

    relational = sympy.core.relational.Relational
    bends = (relational, sympy.Abs, sympy.sign, sympy.Max, sympy.Min)
    return expr.replace(lambda part: isinstance(part, bends), _settled)


def _settled(part: Any) -> Any:
    import sympy

    match part:
        case sympy.Abs(args=(inside,)):
            return part if (sign := _sign(inside)) is None else sign * inside
        case sympy.sign(args=(inside,)):
            return part if (sign := _sign(inside)) is None else sympy.Integer(sign)
        case sympy.Max(args=args) | sympy.Min(args=args):
            way = 1 if isinstance(part, sympy.Max) else -1
            best = [one for one in args if all(_sign(way * (one - other)) in (0, 1) for other in args)]
            return best[0] if best else part
    sign = _sign(part.lhs - part.rhs)
    return part if sign is None else part.func(sign, 0)


def _sign(expr: Any) -> int | None:
    """1, -1 or 0, if that is certain."""
    import sympy

    expr = sympy.factor(sympy.together(expr))
    if expr.is_positive or expr.is_negative or expr.is_zero:
        return int(bool(expr.is_positive)) - int(bool(expr.is_negative))
    return None


def _unless_false(condition: Any) -> bool:
    import sympy

    return condition is not sympy.false and condition != False  # noqa: E712 - of SymPy, or of Python


def _borders(exprs: Sequence[Any], conditions: Sequence[Any], symbol: Any) -> list[Any]:
    """The numbers at which what decides a bend, or a condition, changes its sign along one symbol.

    Raises NotSymbolic for a condition with a border that is no number.
    """
    import sympy

    relational = sympy.core.relational.Relational
    bends = {bend for expr in exprs for bend in expr.atoms(sympy.Abs, sympy.Max, sympy.Min, sympy.sign)}
    deciding = [a - b for bend in bends for a, b in pairwise((*bend.args, *([] if len(bend.args) > 1 else [0])))]
    pieces = {piece for expr in exprs for piece in expr.atoms(sympy.Piecewise)}
    deciding += [relation.lhs - relation.rhs for piece in pieces for relation in piece.atoms(relational)]
    borders = {root for expr in deciding if (root := _root(expr, symbol)) is not None}
    for relation in (relation for condition in conditions for relation in condition.atoms(relational)):
        root = _root(relation.lhs - relation.rhs, symbol)
        if root is None and symbol in relation.free_symbols:
            raise NotSymbolic("a condition whose border is no number")
        borders |= {root} - {None}
    return sorted(borders)


def _root(expr: Any, symbol: Any) -> Any:
    """Where an expression that is linear in a symbol is 0, if that is a number; else None."""
    import sympy

    if symbol not in expr.free_symbols or not expr.is_polynomial(symbol):
        return None
    coefficients = sympy.Poly(expr, symbol).all_coeffs()
    if len(coefficients) != 2:
        return None
    root = sympy.cancel(-coefficients[1] / coefficients[0])
    return root if root.is_number and root.is_real else None


def _split(borders: Sequence[Any], domain: Domain) -> Iterator[tuple[Any, Any]]:
    """The parts of a domain beside and at borders: a number in each, and all of it by a positive symbol."""
    import sympy

    ends = [sympy.nsimplify(end) for end in (domain.lower, domain.upper) if math.isfinite(end)]
    marks = sorted({*borders, *ends})
    more = sympy.Dummy(positive=True)
    parts = [(marks[0] - 1, marks[0] - more), (marks[-1] + 1, marks[-1] + more)]
    parts += [(mark, mark) for mark in marks]
    parts += [((low + high) / 2, (low + high * more) / (1 + more)) for low, high in pairwise(marks)]
    yield from (part for part in parts if domain.holds(part[0]))
