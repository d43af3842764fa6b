"""The rules that turn measurements into flags: everything that a user would not expect.

They know no library and no function, and they are applied whenever a measurement is read.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from engine.accuracy.formats import PRECISION
from engine.accuracy.results import Accuracy, Integers, Row

#: Errors and steps of more than this are flagged, in ulp. Elementary functions of a good library stay around 1
#: (V. Innocente and P. Zimmermann, "Accuracy of Mathematical Functions in Single, Double, Double Extended, and
#: Quadruple Precision", hal-03141101), and a function composed of a few of them below this.
NOTABLE = 4.0
#: A difference between a value alone and the same in an array is flagged above this: the last digit may differ.
LAST_DIGIT = 1.0


@dataclass(frozen=True, order=True)
class Flag:
    """A fault that a rule has found. name: of the row; order: -1 if it is of no one order; got: what was seen, as text.

    size: in ulp for error, subnormal, step, drop and alone; for zero, the exact value.
    """

    name: str
    dtype: str
    order: int
    kind: str
    x: float | None
    size: float | None
    got: str


def find_flags(rows: Iterable[Row]) -> list[Flag]:
    """The flags of measured rows, in their order."""
    return [flag for row in rows for flag in _of_row(row)]


def _of_row(row: Row) -> Iterator[Flag]:
    if row.refused:
        yield Flag(row.name, row.dtype, -1, "refused", None, None, row.refused)
        return
    if row.returns != row.dtype:
        yield Flag(row.name, row.dtype, -1, "dtype", None, None, row.returns)
    for accuracy in row.orders:
        for kind, x, size, got in _faults(accuracy, row.dtype):
            yield Flag(row.name, row.dtype, accuracy.order, kind, x, size, got)
    if row.dtype == "float32":  # once for each function
        yield from _of_integers(row.name, row.integers)


def _of_integers(name: str, integers: Integers) -> Iterator[Flag]:
    if integers.refused:
        yield Flag(name, "int32", -1, "integer", None, None, integers.refused)
    elif integers.returns not in PRECISION or (integers.error or 0) > NOTABLE:
        yield Flag(name, "int32", -1, "integer", None, integers.error, integers.returns)


#: Kind, x, size and what was seen.
_Fault = tuple[str, float | None, float | None, str]


def _faults(accuracy: Accuracy, dtype: str) -> Iterator[_Fault]:
    """Each fault in one order of one format."""
    yield from _too_large(accuracy)
    if accuracy.lost_to_zero:
        yield "zero", accuracy.lost_to_zero.x, accuracy.lost_to_zero.size, "0"
    if accuracy.spurious_infinity is not None:
        yield "inf", accuracy.spurious_infinity, None, "inf"
    if accuracy.spurious_nan is not None:
        yield "nan", accuracy.spurious_nan, None, "nan"
    yield from _at_nonfinite(accuracy, dtype)


def _too_large(accuracy: Accuracy) -> Iterator[_Fault]:
    """What is more than some ulp."""
    for kind, spot, limit in (
        ("error", accuracy.max_error, NOTABLE),
        ("subnormal", accuracy.subnormal_error, NOTABLE),
        ("step", accuracy.discontinuity, NOTABLE),
        ("drop", accuracy.non_monotonic, NOTABLE),
        ("alone", accuracy.scalar_differs, LAST_DIGIT),
    ):
        if spot and spot.size > limit:
            yield kind, spot.x, spot.size, ""


def _at_nonfinite(accuracy: Accuracy, dtype: str) -> Iterator[_Fault]:
    """Wrong results at infinities and nan."""
    for name in ("-inf", "inf"):
        result, limit = accuracy.at_nonfinite[name]
        if limit is not None and not near(result, limit, NOTABLE * 2.0 ** (1 - PRECISION[dtype])):
            yield "infinity", float(name), limit, f"{result:g}"
    result, _ = accuracy.at_nonfinite["nan"]
    if not math.isnan(result):
        yield "nan lost", math.nan, None, f"{result:g}"


def near(a: float, b: float, within: float) -> bool:
    """Whether two numbers are equal to a relative difference."""
    return a == b or (math.isfinite(a) and math.isfinite(b) and abs(a - b) <= within * max(abs(a), abs(b)))
