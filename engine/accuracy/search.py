"""The search for the floats where an implementation is worst, where it jumps, and where it ends.

It knows nothing of any implementation: it follows the errors of the points tried so far.
"""

from __future__ import annotations

import numpy as np

from engine.accuracy.exact import Floats, Integers
from engine.accuracy.points import FINITE, Mask, Points
from engine.accuracy.subject import Subject

#: Places that are searched at once for a larger error or a jump, and floats looked at on both sides of each.
PLACES, NEAR = 48, 24
#: Errors of neighbouring points that differ by more than this, in ulp, hide a jump.
JUMP = 1.5
#: Changes of kind that are narrowed down on each side of 0: the nearest to it, and as many of the farthest.
CHANGES = 6


def search(subject: Subject, base: Points, also: Integers) -> Points:
    """All points tried, sorted: those given, which are sorted, those found from them, and those with further ordinals.

    Raises Refused.
    """
    return _with(subject, narrow(subject, climb(subject, base)), also)


def climb(subject: Subject, points: Points) -> Points:
    """Look for a larger error around the largest: half a binade around each of them, then ever closer."""
    random = np.random.default_rng(1)
    precision = subject.format.precision
    radius = 1 << (precision - 7)
    while radius > NEAR:
        size = np.where(points.judged, np.abs(points.error), 0)
        best = _largest_by_cell(points, size, PLACES // 4)
        near = points.ordinals[best][:, None] + random.integers(-radius, radius + 1, (len(best), 24))
        points = _with(subject, points, near.ravel())
        radius >>= 3 if precision < 30 else 8
    return points


def narrow(subject: Subject, points: Points) -> Points:
    """Bisect between tried points down to neighbouring floats, where the error jumps or the kind changes."""
    apart = np.diff(points.ordinals) > 1
    index = np.concatenate((_changes(points, apart), _jumps(points, apart)))
    if not len(index):
        return points
    low = _bisect(subject, points[index], points[index + 1])
    return _with(subject, points, (low[:, None] + np.arange(-NEAR, NEAR + 2)).ravel())


def _changes(points: Points, apart: Mask) -> Integers:
    """Indices of points before a change of kind: the nearest to and the farthest from 0 on each side."""
    kind, defined = points.kind, points.defined
    change = np.flatnonzero(apart & (kind[1:] != kind[:-1]) & defined[1:] & defined[:-1])
    size = np.abs(points.ordinals)
    change = change[np.argsort(np.minimum(size[change], size[change + 1]), kind="stable")]
    sides = [change[points.ordinals[change] >= 0], change[points.ordinals[change] < 0]]
    return np.concatenate([np.unique(np.concatenate((side[:CHANGES], side[-CHANGES:]))) for side in sides])


def _jumps(points: Points, apart: Mask) -> Integers:
    """Indices of points before the largest changes of the error among finite results."""
    usual = (points.kind == FINITE) & points.normal
    error = np.where(points.normal & points.judged, points.error, 0)
    jump = np.where(apart & usual[1:] & usual[:-1], np.abs(np.diff(error)), 0)
    return _largest_by_cell(points, np.append(np.where(jump > JUMP, jump, 0), 0), PLACES)


def _bisect(subject: Subject, low: Points, high: Points) -> Integers:
    """The ordinals after which the kind changes, or else the error most, between points below and points above."""
    while (high.ordinals - low.ordinals > 1).any():
        middle = subject.at(low.ordinals + (high.ordinals - low.ordinals) // 2)
        with np.errstate(invalid="ignore"):
            nearer = np.abs(middle.error - low.error) <= np.abs(high.error - middle.error)
        is_low = np.where(low.kind != high.kind, middle.kind == low.kind, nearer)
        low, high = _either(is_low, middle, low), _either(is_low, high, middle)
    return low.ordinals


def _either(mask: Mask, one: Points, other: Points) -> Points:
    """The one where the mask is true, else the other."""
    place = np.arange(len(one))
    return one.joined(other)[np.where(mask, place, place + len(one))]


def _largest_by_cell(points: Points, size: Floats, count: int) -> Integers:
    """Indices of the largest, one of each quarter of a binade, so that one bad region does not hide the others."""
    order = np.argsort(-size, kind="stable")
    cell = points.ordinals[order] >> (points.format.precision - 3)
    first = np.sort(np.unique(cell, return_index=True)[1])
    chosen = order[first]
    return chosen[size[chosen] > 0][:count]


def _with(subject: Subject, points: Points, ordinals: Integers) -> Points:
    """Sorted points and those of further ordinals, wherever they were not tried yet."""
    new = np.unique(ordinals)
    new = new[np.abs(new) <= subject.format.last]
    place = np.searchsorted(points.ordinals, new)
    new = new[points.ordinals[np.minimum(place, len(points) - 1)] != new]
    if not len(new):
        return points
    joined = points.joined(subject.at(new))
    return joined[np.argsort(joined.ordinals, kind="stable")]
