"""The rules that turn measurements into flags: everything that a user would not expect.

They know no library and no function, and they are applied whenever a measurement is read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.accuracy.formats import PRECISION
from engine.accuracy.results import NO_AUTODIFF, Accuracy, Apart, Convention, Integers, Part, Row, Spot, Step
from engine.sources.definition import Api

#: Errors and steps of more than this are flagged, in ulp. Elementary functions of a good library stay around 1
#: (V. Innocente and P. Zimmermann, "Accuracy of Mathematical Functions in Single, Double, Double Extended, and
#: Quadruple Precision", hal-03141101), and a function composed of a few of them below this.
NOTABLE = 4.0
#: A difference between a value alone and the same in an array is flagged above this: the last digit may differ.
LAST_DIGIT = 1.0


@dataclass(frozen=True)
class Flag:
    """A fault that a rule has found.

    name: of the row, or of the public name; order: -1 if it is of no one order; got: what was seen, as text, where that
    is no number; part: side and reach of the part of the line, or empty; fault: what was measured there.
    """

    name: str
    dtype: str
    order: int
    kind: str
    got: str = ""
    part: tuple[str, str] = ("", "")
    fault: Spot | Step | Apart | Convention | None = None

    @property
    def size(self) -> float | None:
        """How much, in ulp."""
        return None if self.fault is None or isinstance(self.fault, Convention) else self.fault.size

    @property
    def x(self) -> float | None:
        """Where it is."""
        return self.fault.before.x if isinstance(self.fault, Step) else self.fault.x if self.fault else None


def find_flags(rows: Iterable[Row], apis: Iterable[Api] = ()) -> list[Flag]:
    """The flags of measured rows, in their order, and those of the optional arguments of public names."""
    return [*(flag for row in rows for flag in _of_row(row)), *_of_defaults(list(apis))]


def _of_row(row: Row) -> Iterator[Flag]:
    if row.refused:
        yield Flag(row.name, row.dtype, -1, "refused", row.refused)
        return
    if row.returns != row.dtype:
        yield Flag(row.name, row.dtype, -1, "dtype", row.returns)
    for accuracy in row.orders:
        for part in accuracy.parts:
            for kind, fault in _faults(part):
                yield Flag(row.name, row.dtype, accuracy.order, kind, "", (part.side, part.reach), fault)
        for kind, fault in _at_nonfinite(accuracy, row.dtype):
            yield Flag(row.name, row.dtype, accuracy.order, kind, "", fault=fault)
        if accuracy.negative_zero and accuracy.negative_zero.size > NOTABLE:
            yield Flag(row.name, row.dtype, accuracy.order, "negative zero", "", fault=accuracy.negative_zero)
        for convention in accuracy.conventions:
            if not allowed(convention, row.dtype):
                yield Flag(row.name, row.dtype, accuracy.order, "convention", "", fault=convention)
    if row.no_gradient and row.no_gradient != NO_AUTODIFF:
        yield Flag(row.name, row.dtype, len(row.orders), "no derivative", row.no_gradient)
    if row.dtype == "float32":  # once for each function
        yield from _of_integers(row.name, row.integers)


def _of_integers(name: str, integers: Iterable[Integers]) -> Iterator[Flag]:
    """Types of integers that are refused or give something wrong, and results whose type hangs on that of integers.

    Integers that come out as what they were given for are right where the function has whole values there.
    """
    for given in integers:
        if given.refused:
            yield Flag(name, given.dtype, -1, "integer", given.refused)
        elif (given.error or 0) > (NOTABLE if given.returns in PRECISION else 0):
            yield Flag(name, given.dtype, -1, "integer", given.returns)
    taken = [given for given in integers if not given.refused]
    if len({given.returns for given in taken}) > 1 and any(given.returns != given.dtype for given in taken):
        for given in taken:
            yield Flag(name, given.dtype, -1, "integer type", given.returns)


def _of_defaults(apis: Sequence[Api]) -> Iterator[Flag]:
    """Optional arguments whose default is not the same wherever a library, or another, has them.

    Those are the same that have one name, and those that are the only number that a function takes beside x: it is the
    parameter, whatever a library calls it.
    """
    found: dict[str, list[tuple[str, str, Any]]] = {}
    for api in apis:
        numbers = [argument for argument, default in api.defaults.items() if type(default) in (int, float)]
        for argument, default in api.defaults.items():
            found.setdefault(argument, []).append((api.name, argument, default))
            if numbers == [argument]:
                found.setdefault("", []).append((api.name, argument, default))
    flags = [
        Flag(name, "", -1, "default", f"{argument}={default!r}")
        for defaults in found.values()
        if len({repr(float(value) if type(value) is int else value) for *_, value in defaults}) > 1
        for name, argument, default in defaults
    ]
    yield from dict.fromkeys(flags)


def _faults(part: Part) -> Iterator[tuple[str, Spot | Step | Apart]]:
    """Each fault in one part of the line."""
    for kind, fault, limit in (
        ("error", part.error, NOTABLE),
        ("zero", part.zero, 0),
        ("inf", part.infinite, 0),
        ("nan", part.nan, 0),
        ("subnormal", part.subnormal, NOTABLE),
        ("flushed", part.flushed, NOTABLE),
        ("step", part.step, NOTABLE),
        ("drop", part.drop, NOTABLE),
        ("alone", part.alone, LAST_DIGIT),
    ):
        if fault and fault.size > limit:
            yield kind, fault


def _at_nonfinite(accuracy: Accuracy, dtype: str) -> Iterator[tuple[str, Spot]]:
    """Wrong results at infinities and nan."""
    for name in ("-inf", "inf"):
        result, limit = accuracy.at_nonfinite[name]
        if limit is not None and not near(result, limit, NOTABLE * 2.0 ** (1 - PRECISION[dtype])):
            yield "infinity", Spot(math.inf, float(name), result, limit)
    result, _ = accuracy.at_nonfinite["nan"]
    if not math.isnan(result):
        yield "nan lost", Spot(math.inf, math.nan, result, math.nan)


def allowed(convention: Convention, dtype: str) -> bool:
    """Whether a result is at or between the one-sided derivatives; any number is, where the function itself jumps."""
    ends = convention.left, convention.right
    within = NOTABLE * 2.0 ** (1 - PRECISION[dtype])

    def holds(got: float) -> bool:
        if convention.jump:
            return math.isfinite(got)
        return min(ends) <= got <= max(ends) or any(near(got, end, within) for end in ends)

    return holds(convention.got) and holds(convention.alone)


def near(a: float, b: float, within: float) -> bool:
    """Whether two numbers are equal to a relative difference."""
    return a == b or (math.isfinite(a) and math.isfinite(b) and abs(a - b) <= within * max(abs(a), abs(b)))
