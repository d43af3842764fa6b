"""What hangs on no library: the outline of a function, and the implementation without fault."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.accuracy.borders import borders
from engine.accuracy.exact import Floats
from engine.accuracy.formats import FORMATS, Format
from engine.accuracy.jobs import Function
from engine.accuracy.limits import limits
from engine.accuracy.metrics import accuracy
from engine.accuracy.oracle import ORDERS, Formula, Oracle
from engine.accuracy.results import Accuracy
from engine.accuracy.subject import Subject


class Nearest:
    """The implementation without fault: the exact value, rounded. What it gives is the best that a format allows."""

    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle

    def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
        """As of `engine.accuracy.subject.Implementation`."""
        return self.oracle.values(order, x).rounded(format), format.name

    def integers(self, x: NDArray[np.signedinteger[Any]]) -> tuple[Floats, str]:
        """As of `engine.accuracy.subject.Implementation`."""
        return self.values(x.astype(np.float64), FORMATS["float64"], 0)

    def lent(self, format: Format) -> str:
        """As of `engine.accuracy.subject.Implementation`."""
        return ""


def formula(function: Function) -> Formula:
    """The function for the oracle."""
    return Formula(**msgspec.structs.asdict(function))


def outline(function: Function) -> Function:
    """The function with its limits and borders. Raises FormulaError."""
    found = borders(formula(function).tree())
    return msgspec.structs.replace(function, limits=limits(function.expression, function.parameters), borders=found)


def nearest(oracle: Oracle, format: Format) -> list[Accuracy]:
    """What a faultless implementation gives, which finds the exact values of all points of a format."""
    return [accuracy(Subject(Nearest(oracle), oracle, format, order)) for order in ORDERS]
