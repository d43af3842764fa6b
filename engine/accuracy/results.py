"""What is measured of a function, as data. No library is imported here, so that kept results are read at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from engine.base.libraries import LIBRARIES

#: Names of value, first and second derivative; their places are the orders.
ORDERS = ("value", "first", "second")
#: Types of integers that are tried.
INTEGERS = ("int8", "int16", "int32", "int64")
#: Why a library has no derivatives of any function.
NO_AUTODIFF = "no automatic differentiation"


#: The parts of the line that are judged each by itself, so that one bad region hides no other: a side of 0, and on it
#: what is at most MIDDLE away, where nearly all arguments of an activation lie, or the rest. 0 counts to the right.
SIDES, REACHES, MIDDLE = ("left", "right"), ("middle", "tail"), 4.0


@dataclass(frozen=True)
class Spot:
    """A result beside the exact value at an x. size: its error in ulp, inf for nan; exact: rounded to float64."""

    size: float
    x: float
    got: float
    exact: float


@dataclass(frozen=True)
class Step:
    """How much more results at neighbouring floats differ than they should, in ulp, and both of them."""

    size: float
    before: Spot
    after: Spot


@dataclass(frozen=True)
class Apart:
    """A result inside a large array and that of the same x alone, and how much they differ, in ulp."""

    size: float
    x: float
    together: float
    alone: float


@dataclass(frozen=True)
class Part:
    """What was seen in one part of the line (see SIDES); of each kind of fault the largest, so that none hides another.

    error: the largest where the exact value is no subnormal number, of results that are numbers, and 0 only where that
    is right; zero: 0 for a normal exact value, the largest such value; infinite: an infinite result for a finite value,
    and nan: that for a defined one, each at the x nearest to 0; subnormal: the largest error where the exact value is a
    subnormal number and the result is not 0; flushed: 0 for the largest subnormal value that does not round to it;
    step: the largest between neighbouring floats beyond the exact function's, if results around it are smoother; drop:
    the largest against the exact function's direction, both between numbers and of more than one unit; alone: the
    largest difference of the same x in an array of one and in a large array.
    """

    side: str
    reach: str
    error: Spot | None = None
    zero: Spot | None = None
    infinite: Spot | None = None
    nan: Spot | None = None
    subnormal: Spot | None = None
    flushed: Spot | None = None
    step: Step | None = None
    drop: Step | None = None
    alone: Apart | None = None


@dataclass(frozen=True)
class Edge:
    """Where results are 0, inf or nan (kind) on one side of 0: the nearest such x to 0, and the farthest.

    onward: whether all results that were tried from the nearest to the end of the format are so. Those before that do
    not go on to it: all of them beside 0 have an edge, and those between others, where not all need be so.
    """

    kind: str
    near: float
    far: float
    onward: bool


@dataclass(frozen=True)
class Convention:
    """What is returned for a derivative at an x where there are only those from the left and from the right.

    got: inside a large array; alone: in an array of one; left, right: the one-sided derivatives, rounded; jump: whether
    the function itself jumps there.
    """

    x: float
    got: float
    alone: float
    left: float
    right: float
    jump: bool


@dataclass(frozen=True)
class Declared:
    """What is returned at a point that the definition declares.

    point: as it is written there; x: the nearest float of the format; spots: at that float and at its neighbours, as
    far as there is an exact value, from the left to the right.
    """

    point: str
    x: float
    spots: tuple[Spot, ...]


@dataclass(frozen=True)
class Accuracy:
    """One order (0 value, 1 first, 2 second derivative) of one function in one format.

    points: floats tried; max_error: the largest of results that are no nan, where the exact value is no subnormal
    number; mean_error: over all floats with an exact value that is normal or 0; parts: of the line; alone: floats tried
    in an array of one, too; at_nonfinite: result and limit (None: unknown) at -inf, inf and nan; error_curve: largest
    error in each bin of x, see `engine.accuracy.bins`; conventions: what stands for derivatives that do not exist;
    negative_zero: the result at -0, where it is not that at 0; declared: what is returned at the points that the
    definition names.
    """

    order: int
    points: int
    max_error: Spot | None
    mean_error: float
    parts: tuple[Part, ...]
    alone: int
    edges: tuple[Edge, ...]
    at_nonfinite: dict[str, tuple[float, float | None]]
    error_curve: tuple[float, ...]
    conventions: tuple[Convention, ...] = ()
    negative_zero: Spot | None = None
    declared: tuple[Declared, ...] = ()


@dataclass(frozen=True)
class Integers:
    """What an array of one integer type gives: the type returned and its largest error in ulp, or why it is refused."""

    dtype: str
    refused: str
    returns: str
    error: float | None


@dataclass(frozen=True)
class Row:
    """One function of a library in one format. backend: what it computes with; library: title as readers write it.

    lent: the package whose type it is where the library computes with arrays of another's, or empty; refused: why the
    format is not taken, or empty; returns: dtype of the result; no_gradient: why a derivative is missing, or empty;
    integers: the same in each row of a function.
    """

    api: str
    backend: str
    library: str
    dtype: str
    lent: str
    refused: str
    returns: str
    no_gradient: str
    orders: tuple[Accuracy, ...]
    integers: tuple[Integers, ...]

    @property
    def name(self) -> str:
        """The function and, where that is another library's, its backend."""
        return own_name(self.api, self.backend)


@dataclass(frozen=True)
class Measurement:
    """All that is measured of one function. nearest: what a faultless implementation gives, by dtype."""

    function: str
    rows: tuple[Row, ...]
    nearest: dict[str, tuple[Accuracy, ...]]
    versions: dict[str, str]
    machine: str


class _Named(Protocol):
    """A row of whatever kind. api: the function; library: its title."""

    api: str
    library: str


_Row = TypeVar("_Row", bound=_Named)


def apart(rows: Sequence[_Row]) -> list[_Row]:
    """Rows whose library is named with the function where it has several, each of which may be wrong by itself."""
    names: dict[str, set[str]] = {}
    for row in rows:
        names.setdefault(row.library, set()).add(row.api)
    return [
        replace(row, library=f"{row.library} `{row.api.partition('.')[2]}`") if len(names[row.library]) > 1 else row
        for row in rows
    ]


def own_name(api: str, backend: str) -> str:
    """A function and, where that is another library's, its backend."""
    return api if backend in (api.partition(".")[0], "numpy") else f"{api} on {backend}"


def title(api: str, backend: str) -> str:
    """A library as readers write it, with its backend where that is another."""
    library = api.partition(".")[0]
    own = LIBRARIES[library].title if library in LIBRARIES else library
    return own if backend in (library, "numpy") else f"{own} ({LIBRARIES[backend].title})"
