"""What is measured of a function, as data. No library is imported here, so that kept results are read at once."""

from __future__ import annotations

from dataclasses import dataclass

from engine.base.libraries import LIBRARIES

#: Names of value, first and second derivative; their places are the orders.
ORDERS = ("value", "first", "second")


@dataclass(frozen=True)
class Spot:
    """How much, in ulp unless said otherwise, and at which x."""

    size: float
    x: float


@dataclass(frozen=True)
class Edge:
    """Where results become 0, inf or nan (kind) on one side of 0: the nearest such x to 0, and the farthest."""

    kind: str
    near: float
    far: float


@dataclass(frozen=True)
class Accuracy:
    """One order (0 value, 1 first, 2 second derivative) of one function in one format.

    points: floats tried; max_error: the largest where the exact value is no subnormal number; mean_error: over all
    floats with a normal exact value; subnormal_error: the largest in the subnormal range; discontinuity: the largest
    step between neighbouring floats beyond the exact function's, if results around it are smoother; non_monotonic: the
    largest step against the exact function's direction; scalar_differs: the largest difference of the same x in an
    array of one and in a large array; lost_to_zero: a result of 0 for a normal exact value, size being the largest such
    value; spurious_infinity: x nearest to 0 with an infinite result for a finite value; spurious_nan: x nearest to 0
    with nan for a defined value; at_nonfinite: result and limit (None: unknown) at -inf, inf and nan; error_curve:
    largest error in each bin of x, see `engine.accuracy.bins`.
    """

    order: int
    points: int
    max_error: Spot | None
    mean_error: float
    subnormal_error: Spot | None
    discontinuity: Spot | None
    non_monotonic: Spot | None
    scalar_differs: Spot | None
    lost_to_zero: Spot | None
    spurious_infinity: float | None
    spurious_nan: float | None
    edges: tuple[Edge, ...]
    at_nonfinite: dict[str, tuple[float, float | None]]
    error_curve: tuple[float, ...]


@dataclass(frozen=True)
class Integers:
    """What an array of integers gives: the dtype returned and its largest error in ulp, or why it is refused."""

    refused: str
    returns: str
    error: float | None


@dataclass(frozen=True)
class Row:
    """One function of a library in one format. backend: what it computes with; library: title as readers write it.

    refused: why the format is not taken, or empty; returns: dtype of the result; no_gradient: why there are no
    derivatives, or empty; integers: the same in each row of a function.
    """

    api: str
    backend: str
    library: str
    dtype: str
    refused: str
    returns: str
    no_gradient: str
    orders: tuple[Accuracy, ...]
    integers: Integers

    @property
    def name(self) -> str:
        """The function and, where that is another library's, its backend."""
        own = self.api.partition(".")[0]
        return self.api if self.backend in (own, "numpy") else f"{self.api} on {self.backend}"


@dataclass(frozen=True)
class Measurement:
    """All that is measured of one function. nearest: what a faultless implementation gives, by dtype."""

    function: str
    rows: tuple[Row, ...]
    nearest: dict[str, tuple[Accuracy, ...]]
    versions: dict[str, str]
    machine: str


def title(api: str, backend: str) -> str:
    """A library as readers write it, with its backend where that is another."""
    library = api.partition(".")[0]
    own = LIBRARIES[library].title if library in LIBRARIES else library
    return own if backend in (library, "numpy") else f"{own} ({LIBRARIES[backend].title})"
