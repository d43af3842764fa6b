"""The numbers that sum up what an implementation returned: its errors, its steps, and where it ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.accuracy.bins import BEND, BINS, REACH
from engine.accuracy.exact import Floats
from engine.accuracy.points import INFINITE, KINDS, NAN, Mask, Points
from engine.accuracy.results import Accuracy, Edge, Spot
from engine.accuracy.samples import CENTRE, sample
from engine.accuracy.search import NEAR, search
from engine.accuracy.subject import Subject

#: Points that are also tried alone, in an array of one.
ALONE = 32
#: Of the largest steps, how many are looked at for one whose surroundings are smoother, and how much smoother.
STEPS, SMOOTHER = 200, 4


def accuracy(subject: Subject) -> Accuracy:
    """Try one order of an implementation in one format, and search. Raises Refused."""
    base = subject.at(sample(subject.format))
    points = base if subject.format.exhaustive else search(subject, base)
    return Accuracy(
        order=subject.order,
        points=len(points),
        max_error=largest_error(points, points.judged),
        mean_error=mean_error(base),
        subnormal_error=largest_error(points, points.subnormal & ~np.isnan(points.computed)),
        discontinuity=discontinuity(points),
        non_monotonic=non_monotonic(points),
        scalar_differs=scalar_differs(subject, points),
        lost_to_zero=lost_to_zero(points),
        spurious_infinity=_nearest(points.x[(points.kind == INFINITE) & points.defined & np.isfinite(points.rounded)]),
        spurious_nan=_nearest(points.x[(points.kind == NAN) & points.defined]),
        edges=edges(points.x, points.kind, points.defined),
        at_nonfinite=at_nonfinite(subject),
        error_curve=() if subject.format.exhaustive else error_curve(points),
    )


def mean_error(points: Points) -> float:
    """Mean error over the floats with a normal result, each counted by how many floats it stands for."""
    binade, index = np.unique(points.ordinals // (1 << (points.format.precision - 1)), return_inverse=True)
    weight = 1 / np.bincount(index, minlength=len(binade))[index]
    use = points.normal & points.judged
    return float(np.sum((weight * np.abs(points.error))[use]) / np.sum(weight[use])) if use.any() else 0.0


def largest_error(points: Points, use: Mask) -> Spot | None:
    """The largest error and where it is; of equal ones, the one nearest to 0."""
    if not use.any():
        return None
    size = np.where(use, np.abs(points.error), -1)
    ties = np.flatnonzero(size == size.max())
    best = ties[np.argmin(np.abs(points.x[ties]))]
    return _spot(size[best], points.x[best])


def discontinuity(points: Points) -> Spot | None:
    """The largest step between neighbours beyond the exact function's own, where results around are smoother."""
    pairs = _neighbours(points)
    size = np.abs(np.diff(points.error))[pairs]
    for best in np.argsort(-size, kind="stable")[:STEPS]:
        around = np.concatenate((size[max(0, best - NEAR) : best], size[best + 1 : best + 1 + NEAR]))
        if size[best] > SMOOTHER * (np.median(around) if len(around) else 0):
            return _spot(size[best], points.x[pairs[best]])
    return None


def non_monotonic(points: Points) -> Spot | None:
    """The largest step in the wrong direction between neighbours, in ulp."""
    pairs = _neighbours(points)
    exact, following = points.exact[pairs], points.exact[pairs + 1]
    direction = exact.differs(following)
    unit = np.maximum(exact.unit(points.format), following.unit(points.format)).astype(np.int32)
    with np.errstate(over="ignore"):
        moved = np.ldexp(points.computed[pairs + 1], -unit) - np.ldexp(points.computed[pairs], -unit)
    size = -moved * direction
    if not len(size) or size.max() <= 0:
        return None
    best = int(np.argmax(size))
    return _spot(size[best], points.x[pairs[best]])


def _neighbours(points: Points) -> NDArray[np.intp]:
    """Pairs of neighbouring floats, by the index of the first, whose results can be compared."""
    good = points.comparable
    return np.flatnonzero((np.diff(points.ordinals) == 1) & good[1:] & good[:-1])


def scalar_differs(subject: Subject, points: Points) -> Spot | None:
    """The largest difference between a result inside a large array and that of the same x alone, in ulp."""
    usable = np.flatnonzero(points.comparable)
    if not len(usable):
        return None
    central = usable[np.abs(np.log2(np.maximum(np.abs(points.x[usable]), 2.0**-1074))) <= CENTRE]
    spread = central[:: max(1, len(central) // (ALONE // 2))] if len(central) else usable[:0]
    worst = usable[np.argsort(-np.abs(points.error[usable]), kind="stable")[: ALONE // 2]]
    tried = points[np.unique(np.concatenate((spread, worst)))]
    single = np.array([subject.results(tried.x[i : i + 1])[0] for i in range(len(tried))])
    with np.errstate(over="ignore"):
        moved = np.abs(np.ldexp(single - tried.computed, -tried.exact.unit(tried.format).astype(np.int32)))
    best = int(np.argmax(np.nan_to_num(moved, nan=np.inf)))
    return _spot(moved[best], tried.x[best]) if moved[best] != 0 else None


def lost_to_zero(points: Points) -> Spot | None:
    """Where the result is 0 although the exact value is a normal number: the largest such value, and its x."""
    lost = np.flatnonzero((points.computed == 0) & points.normal)
    if not len(lost):
        return None
    best = lost[np.argmax(np.abs(points.rounded[lost]))]
    return _spot(points.rounded[best], points.x[best])


def edges(x: Floats, kind: NDArray[np.int_], defined: Mask) -> tuple[Edge, ...]:
    """For each kind and each side of 0, the x nearest to and farthest from 0 whose result is 0, inf or nan."""
    ends = []
    for value, name in KINDS.items():
        for side in (x <= 0, x >= 0):
            where = x[side & (kind == value) & defined]
            if len(where):
                order = np.argsort(np.abs(where))
                ends.append(Edge(name, float(where[order[0]]), float(where[order[-1]])))
    return tuple(ends)


def at_nonfinite(subject: Subject) -> dict[str, tuple[float, float | None]]:
    """Result and limit at -inf and +inf, and the result for nan."""
    x = np.array([-np.inf, np.inf, np.nan])
    limits = subject.exact(x).rounded(subject.format)
    results = [subject.results(x[i : i + 1])[0] for i in range(len(x))]
    return {
        name: (float(result), None if np.isnan(limit) else float(limit))
        for name, result, limit in zip(("-inf", "inf", "nan"), results, limits, strict=True)
    }


def error_curve(points: Points) -> tuple[float, ...]:
    """The largest error in each bin of x, 0 where none was tried."""
    place = np.arcsinh(np.clip(points.x, -(4.0**REACH), 4.0**REACH) * BEND) / np.arcsinh(2.0**REACH * BEND) * BINS
    use = points.judged & (np.abs(place) < BINS)
    curve = np.zeros(2 * BINS)
    np.maximum.at(curve, np.floor(place[use]).astype(int) + BINS, np.abs(points.error[use]))
    return tuple(float(f"{value:.3g}") for value in curve)


def _nearest(x: Floats) -> float | None:
    """The x nearest to 0, if there is any."""
    return float(x[np.argmin(np.abs(x))]) if len(x) else None


def _spot(size: float, x: float) -> Spot:
    return Spot(float(size), float(x))
