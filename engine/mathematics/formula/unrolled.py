"""A formula of a vector for one length of it, as formulas of its entries: `x[2]` becomes the variable `x_2`.

So what is known of formulas in numbers holds for those of vectors: each back end takes them as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.mathematics.formula.operations import COMPARE
from engine.mathematics.formula.python import FormulaError
from engine.mathematics.formula.tree import (
    Apply,
    Bound,
    Call,
    Cases,
    Chain,
    Condition,
    Derivative,
    Element,
    Expr,
    Limit,
    Logic,
    Number,
    Variable,
    free_variables,
)

_COMBINED = {"sum": "+", "prod": "*", "max": "max", "min": "min"}
_EMPTY = {"sum": Number("0"), "prod": Number("1")}
_EXACT = {"+": Fraction.__add__, "-": Fraction.__sub__, "*": Fraction.__mul__, "/": Fraction.__truediv__}


def entry(vector: str, index: int) -> str:
    """The name of an entry as a variable."""
    return f"{vector}_{index}"


def unrolled(expr: Expr, vectors: Mapping[str, int], whole: Mapping[str, int]) -> Expr:
    """An expression for vectors of these lengths, with whole numbers for some of its variables. Raises FormulaError."""
    return _unroller(vectors, whole).expr(expr)


def unrolled_chain(chain: Chain, vectors: Mapping[str, int], whole: Mapping[str, int]) -> Chain:
    """A chain for vectors of these lengths, as `unrolled`. Raises FormulaError."""
    return replace(chain, sides=tuple(unrolled(side, vectors, whole) for side in chain.sides))


def decided(condition: Condition, vectors: Mapping[str, int], whole: Mapping[str, int]) -> Condition | bool:
    """A condition for vectors of these lengths, or whether it holds, where whole numbers tell. Raises FormulaError."""
    return _unroller(vectors, whole).condition(condition)


def _unroller(vectors: Mapping[str, int], whole: Mapping[str, int]) -> _Unroller:
    own = {name: tuple(Variable(entry(name, k + 1)) for k in range(length)) for name, length in vectors.items()}
    return _Unroller(own, {name: Number(str(value)) for name, value in whole.items()})


@dataclass(frozen=True)
class _Unroller:
    """vectors: the entries of each; values: what stands for other variables."""

    vectors: Mapping[str, tuple[Expr, ...]]
    values: Mapping[str, Expr]

    def expr(self, expr: Expr) -> Expr:
        match expr:
            case Variable(name) if name in self.vectors:
                raise FormulaError(f"{name} is a vector; write one of its entries")
            case Variable(name):
                return self.values.get(name, expr)
            case Element(vector, index):
                return self.element(vector, index)
            case Apply(op, args):
                return Apply(op, tuple(map(self.expr, args)))
            case Call(function, args, order):
                return self.call(expr) if self.is_open(expr) else Call(function, tuple(map(self.expr, args)), order)
            case Derivative(body, variable, order):
                return Derivative(self.expr(body), self.differentiated(variable), order)
            case Bound(op, body, variable, lower, upper) if op in _COMBINED:
                return self.repeated(op, body, variable, self.expr(lower), self.expr(upper))
            case Bound(op, body, variable, lower, upper):
                return Bound(op, self.without(variable).expr(body), variable, self.expr(lower), self.expr(upper))
            case Limit(body, variable, target, side):
                named = self.differentiated(variable)
                return Limit(self.without(variable).expr(body), named, self.expr(target), side)
            case Cases(branches):
                return self.cases(branches)
        return expr

    def with_value(self, name: str, value: Expr) -> _Unroller:
        return replace(self, values={**self.values, name: value})

    def without(self, name: str) -> _Unroller:
        return replace(self, values={key: value for key, value in self.values.items() if key != name})

    def element(self, vector: str, index: Expr) -> Expr:
        place = value_of(self.expr(index))
        if vector not in self.vectors or place is None:
            raise FormulaError(f"which entry of {vector} is meant is not told by a number")
        entries = self.vectors[vector]
        if place.denominator != 1 or not 1 <= place <= len(entries):
            raise FormulaError(f"a vector {vector} of {len(entries)} entries has none at {place}")
        return entries[int(place) - 1]

    def is_open(self, call: Call) -> bool:
        """Whether what a function gives depends on vectors or on whole numbers that are known here."""
        free = free_variables(call.function.body) - {*call.function.params}
        return bool(free & {*self.vectors, *self.values}) or any(map(self.is_vector, call.args))

    def is_vector(self, expr: Expr) -> bool:
        """Whether an expression is to be taken entry by entry: it holds a vector as a whole."""
        match expr:
            case Variable(name):
                return name in self.vectors
            case Apply(_, args):
                return any(map(self.is_vector, args))
        return False

    def call(self, call: Call) -> Expr:
        """A function, written out."""
        if call.order:
            raise FormulaError(
                f"{call.function.name} depends on a vector or an index: write its derivative by an entry"
            )
        vectors, values = dict(self.vectors), dict(self.values)
        for name, arg in zip(call.function.params, call.args, strict=True):
            if self.is_vector(arg):
                vectors[name] = self.entries(arg)
                values.pop(name, None)
            else:
                values[name] = self.expr(arg)
                vectors.pop(name, None)
        return _Unroller(vectors, values).expr(call.function.body)

    def entries(self, arg: Expr) -> tuple[Expr, ...]:
        """The entries of an expression of vectors of one length."""
        match arg:
            case Variable(name) if name in self.vectors:
                return self.vectors[name]
            case Apply(op, args) if self.is_vector(arg):
                parts = [self.entries(part) if self.is_vector(part) else self.expr(part) for part in args]
                lengths = {len(part) for part in parts if isinstance(part, tuple)}
                if len(lengths) > 1:
                    raise FormulaError("vectors of different lengths stand in one expression")
                at = [[part[k] if isinstance(part, tuple) else part for part in parts] for k in range(lengths.pop())]
                return tuple(Apply(op, tuple(row)) for row in at)
        raise FormulaError("this is no vector")

    def differentiated(self, variable: str) -> str:
        """The variable of a derivative or a limit: of `x_j`, the entry that is meant."""
        vector, _, index = variable.rpartition("_")
        if vector not in self.vectors:
            return variable
        found = self.element(vector, self.values.get(index, Number(index) if index.isdigit() else Variable(index)))
        if not isinstance(found, Variable):
            raise FormulaError(f"{variable} is no variable there")
        return found.name

    def repeated(self, op: str, body: Expr, variable: str, lower: Expr, upper: Expr) -> Expr:
        first, last = value_of(lower), value_of(upper)
        if first is None or last is None:  # an infinite series
            return Bound(op, self.without(variable).expr(body), variable, lower, upper)
        if first.denominator != 1 or last.denominator != 1:
            raise FormulaError(f"{variable} goes from {first} to {last}, which are no whole numbers")
        terms = [self.with_value(variable, Number(str(k))).expr(body) for k in range(int(first), int(last) + 1)]
        if not terms:
            if op not in _EMPTY:
                raise FormulaError(f"the {op} of nothing")
            return _EMPTY[op]
        if op in ("max", "min"):
            return Apply(op, tuple(terms)) if len(terms) > 1 else terms[0]
        result = terms[0]
        for term in terms[1:]:
            result = Apply(_COMBINED[op], (result, term))
        return result

    def cases(self, branches: tuple[tuple[Expr, Condition | None], ...]) -> Expr:
        """What is left when conditions on whole numbers are decided: those branches that may apply."""
        left: list[tuple[Expr, Condition | None]] = []
        for value, condition in branches:
            told = self.condition(condition) if condition else True
            if told is False:
                continue
            left.append((self.expr(value), None if told is True else told))
            if told is True:
                break
        return left[0][0] if left and left[0][1] is None else Cases(tuple(left))

    def condition(self, condition: Condition) -> Condition | bool:
        if isinstance(condition, Logic):
            parts = [self.condition(part) for part in condition.parts]
            if condition.op == "not":
                return not parts[0] if isinstance(parts[0], bool) else Logic("not", (parts[0],))
            settled, rest = condition.op == "or", [part for part in parts if not isinstance(part, bool)]
            if settled in parts:
                return settled
            return Logic(condition.op, tuple(rest)) if rest else not settled
        sides = tuple(map(self.expr, condition.sides))
        if len(set(sides)) == 1:  # the same entry
            return all(op in ("=", "<=", ">=") for op in condition.ops)
        values = [value_of(side) for side in sides]
        if any(value is None for value in values):
            return replace(condition, sides=sides)
        compared = zip(values[:-1], condition.ops, values[1:], strict=True)
        return all(COMPARE[op](left, right) for left, op, right in compared)


def value_of(expr: Expr) -> Fraction | None:
    """The value of an expression of numbers that are written, exactly; None for every other."""
    match expr:
        case Number(text):
            return Fraction(text)
        case Apply("neg", (part,)):
            return None if (value := value_of(part)) is None else -value
        case Apply(op, (left, right)) if op in _EXACT:
            a, b = value_of(left), value_of(right)
            return None if a is None or b is None or (op == "/" and b == 0) else _EXACT[op](a, b)
    return None
