"""What is measured of a function of a vector."""

from __future__ import annotations

from dataclasses import dataclass

from engine.accuracy.results import own_name
from engine.accuracy.rows.suite import Vector


@dataclass(frozen=True)
class RowSpot:
    """A result beside the exact value. size: error in ulp, inf for nan and for an infinite result; row, entry: of the
    result and, for a derivative, of the vector, from 1; got, exact: the latter rounded to float64."""

    size: float
    x: Vector
    row: int
    entry: int
    got: float
    exact: float


@dataclass(frozen=True)
class Group:
    """The largest error of one group of vectors, of results where the exact value is a normal number or 0, and of nan
    and infinite results for any finite value. points: results that were judged; worst: None if all are exact."""

    name: str
    order: int
    points: int
    worst: RowSpot | None


@dataclass(frozen=True)
class VectorRow:
    """One function of a library in one format; fields as of `engine.accuracy.results.Row`."""

    api: str
    backend: str
    library: str
    dtype: str
    refused: str
    returns: str
    no_gradient: str
    groups: tuple[Group, ...]

    @property
    def name(self) -> str:
        """The function and, where that is another library's, its backend."""
        return own_name(self.api, self.backend)


@dataclass(frozen=True)
class VectorMeasurement:
    """All that is measured of one function."""

    function: str
    rows: tuple[VectorRow, ...]
    versions: dict[str, str]
    machine: str
