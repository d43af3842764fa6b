"""The lengths of vectors that are looked at: what is said of every length is checked for these."""

from __future__ import annotations

from collections.abc import Iterator

from engine.mathematics.formula.python import FormulaError, read
from engine.mathematics.formula.tree import Variable
from engine.mathematics.formula.unrolled import unrolled, value_of

#: How many lengths are looked at with all of their entries, and the longest that there may be.
SHORT, LONGEST = 3, 8

Shape = tuple[int, int]  # numbers of entries of x and of the result


def shapes(entries: str) -> list[Shape]:
    """The lengths that are looked at. Raises FormulaError for what is no number of entries."""
    found = list(allowed(entries))
    if len(found) <= SHORT:
        raise FormulaError(f"{entries} is a number of entries for {len(found)} lengths up to {LONGEST} only")
    return [*found[:SHORT], found[-1]]


def looked_at(count: int, everything: bool) -> list[int]:
    """The indices that are looked at: all, or the first and the last."""
    return list(range(1, count + 1)) if everything else sorted({1, count})


def allowed(entries: str) -> Iterator[Shape]:
    """Every length up to LONGEST that the definition allows. Raises FormulaError as `shapes`."""
    text = read(entries, {"n": Variable("n")})
    for n in range(1, LONGEST + 1):
        count = value_of(unrolled(text, {}, {"n": n}))
        if count is None:
            raise FormulaError(f"{entries} is no number of entries: write n, n/2, 2*n")
        if count.denominator == 1 and count >= 1:
            yield n, int(count)
