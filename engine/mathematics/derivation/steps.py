"""What a derivation says: its steps, and the values that its variables take."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.mathematics.derivation.rules import Rule
from engine.mathematics.formula.tree import Chain, Expr, Scope, free_variables

#: The sets of statements: numbers, as they are written, and functions so often differentiable, but for some points.
REAL, SMOOTH = r"\mathbb{R}", "smooth"


#: Beside numbers: a vector, the number of its entries, the index of an entry of the result, and that of one of its own.
VECTOR, LENGTH, ENTRY, INDEX = "vector", "length", "entry", "index"
ROLES = (VECTOR, LENGTH, ENTRY, INDEX)


@dataclass(frozen=True)
class Domain:
    r"""The values of a variable. tex: for the page, as in `x \in \mathbb{R}`.

    role: what it is where a function has a vector for its argument, one of `ROLES`.
    """

    tex: str
    lower: float = -float("inf")
    upper: float = float("inf")
    closed: tuple[bool, bool] = (False, False)
    whole: bool = False
    role: str = ""

    def holds(self, value: Any) -> bool:
        """Whether a value lies in it."""
        above = value > self.lower or (self.closed[0] and value == self.lower)
        below = value < self.upper or (self.closed[1] and value == self.upper)
        return bool(above and below)


@dataclass(frozen=True)
class Step:
    """One line of a derivation. tex, when and sharp: as they are written; the other three: what they say.

    sharp: where the two sides of its inequalities meet, for the last so many of its relations. rules: those by which it
    follows; note: a remark, by language. instance: of a statement about vectors, the values for which this is one.
    """

    tex: str
    line: int
    chain: Chain
    when: str | None = None
    condition: Chain | None = None
    sharp: tuple[str, ...] = ()
    meetings: tuple[Chain, ...] = ()
    rules: tuple[Rule, ...] = ()
    note: Mapping[str, str] = field(default_factory=dict)
    instance: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Derivation:
    """A derivation. title: by language; where: the declarations as they are written.

    Without a start, the steps are statements of their own. called: what problems call a step; continuous: what has to
    be so besides; conditions: of the variables, beside their domains, each of which holds wherever a step is about it.
    """

    root: Path
    path: Path
    title: Mapping[str, str]
    domains: Mapping[str, Domain]
    where: tuple[str, ...]
    start: str
    start_line: int
    start_chain: Chain | None
    steps: tuple[Step, ...]
    scope: Scope
    called: str = "step"
    continuous: tuple[Expr, ...] = ()
    conditions: tuple[Chain, ...] = ()

    def called_step(self, index: int) -> str:
        """What problems call a step: its number among those of the file."""
        step = self.steps[index]
        written = list(dict.fromkeys((other.line, other.tex) for other in self.steps))
        number = written.index((step.line, step.tex)) + 1 if step.instance else index + 1
        instance = ", ".join(f"{name} = {value}" for name, value in step.instance.items())
        return f"{self.called} {number}" + (f", with {instance}" if instance else "")

    @property
    def name(self) -> str:
        """The path as people and reports write it, with forward slashes."""
        return self.path.as_posix()


def linked(conditions: Iterable[Chain], names: Collection[str]) -> tuple[Chain, ...]:
    """The conditions of some variables, and those of the variables that these are about, and so on."""
    found, rest = [], list(conditions)
    known = set(names)
    while more := [chain for chain in rest if known & variables(chain)]:
        found += more
        rest = [chain for chain in rest if chain not in more]
        known = known.union(*map(variables, more))
    return tuple(found)


def variables(chain: Chain) -> frozenset[str]:
    """What a chain is about."""
    return frozenset().union(*map(free_variables, chain.sides))
