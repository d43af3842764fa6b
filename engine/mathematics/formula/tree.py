"""What a formula says, as a tree: nothing in it is reordered, cancelled or evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True)
class Number:
    """A number as it is written."""

    text: str


@dataclass(frozen=True)
class Variable:
    """A variable by the one spelling of its name."""

    name: str


@dataclass(frozen=True)
class Element:
    """An element of a vector, by its index from 1."""

    vector: str
    index: Expr


@dataclass(frozen=True)
class Apply:
    """An operator, a known function or a constant: `+ - * / ^ ! neg abs root binom max Li ln e pi inf` and so on.

    `step` takes its value at 0 as a second argument, `root` its degree, `Li` its order as the first.
    """

    op: str
    args: tuple[Expr, ...] = ()


@dataclass(frozen=True)
class Function:
    """What `f(x) = …` declares; a constant has no parameters. The body may hold further variables."""

    name: str
    params: tuple[str, ...]
    body: Expr


@dataclass(frozen=True)
class Call:
    """A declared function, its derivative (order > 0) or its inverse (order −1) at some arguments."""

    function: Function
    args: tuple[Expr, ...]
    order: int = 0


@dataclass(frozen=True)
class Derivative:
    """The derivative of the body by a variable, where that has its value."""

    body: Expr
    variable: str
    order: int


@dataclass(frozen=True)
class Bound:
    """`int`, `sum`, `prod`, `max` or `min` of the body for the variable from `lower` to `upper`."""

    op: str
    body: Expr
    variable: str
    lower: Expr
    upper: Expr


@dataclass(frozen=True)
class Limit:
    """The limit from one side (`+`, `-`), or from both (an empty string)."""

    body: Expr
    variable: str
    target: Expr
    side: str


@dataclass(frozen=True)
class Cases:
    """Values with their conditions, the first that holds counts; None stands for `otherwise`."""

    branches: tuple[tuple[Expr, Condition | None], ...]


Expr = Number | Variable | Element | Apply | Call | Derivative | Bound | Limit | Cases


@dataclass(frozen=True)
class Logic:
    """`and`, `or` or `not` of conditions."""

    op: str
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Chain:
    r"""Sides with the relations between them: `= < > <= >= != ~ ->`.

    lead: the relation or arrow (`iff`, `implies`) before the first side, where there is one.
    written: each side as its signs, without spacing, to tell whether two are written alike.
    """

    lead: str | None
    sides: tuple[Expr, ...]
    ops: tuple[str, ...]
    written: tuple[tuple[str, ...], ...] = field(default=(), compare=False)


Condition = Chain | Logic


@dataclass(frozen=True)
class Scope:
    """The variables and functions that a formula may use. vectors: those of the variables of which it has entries."""

    variables: frozenset[str] = frozenset()
    functions: Mapping[str, Function] = field(default_factory=dict)
    vectors: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        """Of names alone: formulas differ far more often in them than in what a function is."""
        return hash((self.variables, self.vectors, frozenset(self.functions)))


def children(expr: Expr) -> Iterator[Expr]:
    """The expressions directly inside another; those of a called function's body too."""
    match expr:
        case Apply(_, args):
            yield from args
        case Element(_, index):
            yield index
        case Call(function, args):
            yield from (*args, function.body)
        case Derivative(body):
            yield body
        case Bound(_, body, _, lower, upper):
            yield from (body, lower, upper)
        case Limit(body, _, target):
            yield from (body, target)
        case Cases(branches):
            for value, condition in branches:
                yield value
                yield from sides(condition) if condition else ()


def sides(condition: Condition) -> Iterator[Expr]:
    """The expressions that a condition compares."""
    if isinstance(condition, Logic):
        for part in condition.parts:
            yield from sides(part)
    else:
        yield from condition.sides


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and everything inside it."""
    yield expr
    for child in children(expr):
        yield from walk(child)


def free_variables(expr: Expr) -> set[str]:
    """The variables that an expression depends on: not those that an integral, a sum or a limit binds."""
    match expr:
        case Variable(name):
            return {name}
        case Element(vector, index):
            return {vector} | free_variables(index)
        case Call(function, args):
            return (free_variables(function.body) - set(function.params)).union(*map(free_variables, args))
        case Derivative(body, variable):
            return free_variables(body) | {variable, *variable.split("_")[1:]}  # of a vector, by `x_j`: so does j
        case Bound(_, body, variable, lower, upper):
            return (free_variables(body) - {variable}) | free_variables(lower) | free_variables(upper)
        case Limit(body, variable, target):
            return (free_variables(body) - {variable}) | free_variables(target)
    return set().union(*map(free_variables, children(expr)))


def whole(expr: Expr) -> int | None:
    """The whole number that is written, as 3, 3.0 or -3; None for everything else."""
    match expr:
        case Number(text):
            return int(value) if (value := Fraction(text)).denominator == 1 else None
        case Apply("neg", (part,)):
            return None if (size := whole(part)) is None else -size
    return None


def holds(condition: Condition, relation: Callable[[Expr, str, Expr], bool]) -> bool:
    """Whether a condition holds, asking no more of its relations than it takes to tell."""
    match condition:
        case Logic("not", (part,)):
            return not holds(part, relation)
        case Logic(op, parts):
            return (all if op == "and" else any)(holds(part, relation) for part in parts)
        case Chain(_, compared, ops):
            return all(map(relation, compared[:-1], ops, compared[1:]))
