"""What is measured: an implementation, at one order and in one format, beside the oracle that judges it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from engine.accuracy.exact import Exact, Floats, Integers
from engine.accuracy.formats import Format
from engine.accuracy.oracle import Oracle
from engine.accuracy.points import Points


class Refused(Exception):
    """The library does not take this type, or gives no derivative."""


class Implementation(Protocol):
    """What is measured."""

    def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
        """Results of an order at floats of a format, and the name of their dtype. Raises Refused."""
        ...

    def integers(self, x: NDArray[np.signedinteger[Any]]) -> tuple[Floats, str]:
        """Results at integers, and the name of their dtype. Raises Refused."""
        ...

    def lent(self, format: Format) -> str:
        """The package whose type the arrays of a format have where it is not the library's own, or nothing."""
        ...


@dataclass(frozen=True)
class Subject:
    """One order (0 value, 1 first, 2 second derivative) of an implementation in one format, with its oracle."""

    implementation: Implementation
    oracle: Oracle
    format: Format
    order: int

    def results(self, x: Floats) -> Floats:
        """What the implementation returns. Raises Refused."""
        return self.implementation.values(x, self.format, self.order)[0]

    def exact(self, x: Floats) -> Exact:
        """The exact values."""
        return self.oracle.values(self.order, x)

    def at(self, ordinals: Integers) -> Points:
        """The points with these ordinals. Raises Refused."""
        x = self.format.values(ordinals)
        return Points(self.format, ordinals, self.results(x), self.exact(x))
