"""Whether statements show what stands beside them: a relation, one side of one, an interval, a set."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.mathematics import latex
from engine.mathematics.derivation.steps import REAL, Derivation
from engine.mathematics.formula.tree import Apply, Call, Chain, Expr, Limit, walk
from engine.mathematics.latex import LatexError

_Written = tuple[str, ...]
_FLIPPED = {">": "<", ">=": "<="}


@dataclass(frozen=True)
class _Side:
    """One side of a statement: what it says, and how it is written."""

    expr: Expr
    written: _Written


@dataclass(frozen=True)
class _Relation:
    """Two sides of a statement, the smaller one first."""

    left: _Side
    op: str
    right: _Side
    sharp: str = ""  # how the sides meet: `=` at a point, `->` towards one

    @property
    def written(self) -> tuple[_Written, str, _Written]:
        return self.left.written, self.op, self.right.written


def relations(chain: Chain, meetings: Sequence[Chain] = ()) -> Iterator[_Relation]:
    """The relations of a statement. meetings: where the sides of the last so many of them meet."""
    sides = [_Side(expr, written) for expr, written in zip(chain.sides, chain.written, strict=True)]
    sharp = [""] * (len(chain.ops) - len(meetings)) + [meeting.ops[0] for meeting in meetings]
    for left, op, right, met in zip(sides[:-1], chain.ops, sides[1:], sharp, strict=True):
        if op in _FLIPPED:
            left, op, right = right, _FLIPPED[op], left
        yield _Relation(left, op, right, met)


class Tie:
    """Whether statements show what stands beside them.

    named: declarations that it may show, too; when: the condition that stands beside what is shown; identified: the
    functions that what is shown may be about, None for all; continuous: what has to be so, once `holds` has looked.
    """

    def __init__(
        self, check: Derivation, named: Iterable[Chain], identified: Collection[str] | None, when: str = ""
    ) -> None:
        self.check = check
        self.identified = identified
        self.continuous: list[Expr] = []
        always = [step for step in check.steps if not step.when or step.when == when]
        self.statements = [relation for step in always for relation in relations(step.chain, step.meetings)]
        self.known = [*self.statements, *(relation for chain in named for relation in relations(chain))]

    def holds(self, tex: str) -> bool:
        """Whether they show this. Raises LatexError if it is not understood."""
        if any(relation.op == "in" for relation in self.statements):
            return self._is_set(tex)
        if interval := re.fullmatch(r"\s*([\[(])([^,]+),([^,]+)([\])])\s*", tex):
            return self._is_interval(*interval.groups())
        shown = latex.parse(tex, self.check.scope)
        if shown.lead:
            raise LatexError("has to stand on its own", 1)
        if shown.ops:
            written = {relation.written for relation in self.known}
            return all(relation.written in written for relation in relations(shown))
        return any(
            shown.written[0] in (relation.left.written, relation.right.written)
            for relation in self.statements
            if (relation.op == "=" or relation.sharp) and self._is_meant(relation.left.expr, relation.right.expr)
        )

    def _is_meant(self, *exprs: Expr) -> bool:
        """Whether expressions are about one of the functions that may be meant."""
        if self.identified is None:
            return True
        parts = (part for expr in exprs for part in walk(expr))
        return any(isinstance(part, Call) and part.function.name in self.identified for part in parts)

    def _is_set(self, tex: str) -> bool:
        named = tex.replace(" ", "")
        if not all(self._is_meant(relation.left.expr) for relation in self.statements if relation.op == "in"):
            return False
        for relation in self.statements:
            if relation.op == "in" and relation.right.written != (REAL,):
                return relation.right.written == (named,)
            if not isinstance(relation.left.expr, Call) or relation.left.expr.order:
                return False  # that f'(x) has a value, or 1/f(x), is another fact
        return len(self.check.domains) == 1 and all(
            domain.tex.replace(" ", "") == rf"{name}\in{named}" for name, domain in self.check.domains.items()
        )

    def _is_interval(self, opening: str, lower: str, upper: str, closing: str) -> bool:
        """Whether some expression has both bounds: it is continuous, and takes all values between."""
        above = self._bounded(lower, below=True, closed=opening == "[")
        below = self._bounded(upper, below=False, closed=closing == "]")
        self.continuous = [expr for expr in above if expr in below and self._is_meant(expr)]
        return bool(self.continuous)

    def _bounded(self, tex: str, below: bool, closed: bool) -> list[Expr]:
        """The expressions that have this bound, from below or from above, and none that is better."""
        end = latex.parse(tex, self.check.scope).written[0]
        infinity = Apply("neg", (Apply("inf"),)) if below else Apply("inf")
        bounded: list[Expr] = []
        for relation in self.statements:
            bound, inside = (relation.left, relation.right) if below else (relation.right, relation.left)
            wanted = ("<=", "=") if closed else ("<", "->")
            if (relation.op, relation.sharp) == wanted and bound.written == end:
                bounded.append(inside.expr)
            limit, value = relation.left.expr, relation.right
            reaches = relation.op == "=" and isinstance(limit, Limit) and value == _Side(infinity, end)
            if reaches and not closed:
                bounded.append(limit.body)
        return bounded
