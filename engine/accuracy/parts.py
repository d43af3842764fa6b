"""What was seen in each part of the line, each kind of fault by itself, and the same floats tried alone.

A part is a side of 0, near it or farther away (`engine.accuracy.results.SIDES`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.accuracy.exact import Floats, Integers
from engine.accuracy.formats import FORMATS
from engine.accuracy.points import FINITE, INFINITE, NAN, Mask, Points
from engine.accuracy.results import MIDDLE, REACHES, SIDES, Apart, Part, Spot, Step
from engine.accuracy.samples import CENTRE
from engine.accuracy.search import NEAR
from engine.accuracy.subject import Subject

#: Beside the places of faults, how many floats of each part are tried alone: the worst, and some over all magnitudes.
WORST, SPREAD = 8, 16
#: Of the largest steps, how many are looked at for one whose surroundings are smoother, and how much smoother.
STEPS, SMOOTHER = 200, 4
#: Steps of neighbours and falls up to this, in ulp, are those of results that are rounded as well as can be.
ROUNDING = 1.0


def judge(subject: Subject, points: Points, ends: Iterable[float]) -> tuple[tuple[Part, ...], int]:
    """The parts of a measurement, and how many floats were tried alone.

    ends: where the results end, which are tried alone as well, with their neighbours. Raises Refused.
    """
    masks = {(side, reach): _mask(points.x, side, reach) for side, reach in itertools.product(SIDES, REACHES)}
    parts = {place: _part(points, *place, mask) for place, mask in masks.items()}
    tried = _interesting(points, masks.values(), parts.values(), ends)
    single, moved = _alone(subject, points[tried])
    for place, mask in masks.items():
        index = np.flatnonzero(mask[tried] & (moved != 0))
        if len(index):
            best = index[np.argmax(moved[index])]
            x, together = points.x[tried[best]], points.computed[tried[best]]
            apart = Apart(float(moved[best]), float(x), float(together), float(single[best]))
            parts[place] = replace(parts[place], alone=apart)
    return tuple(parts.values()), len(tried)


def _mask(x: Floats, side: str, reach: str) -> Mask:
    """Where x is in a part."""
    return ((x < 0) == (side == "left")) & ((np.abs(x) <= MIDDLE) == (reach == "middle"))


def _part(points: Points, side: str, reach: str, here: Mask) -> Part:
    """All of a part but what is tried alone."""
    size, zero = np.abs(points.error), points.computed == 0
    infinite = (points.kind == INFINITE) & points.defined & np.isfinite(points.rounded)
    value, near = np.abs(points.rounded), -np.abs(points.x)
    return Part(
        side,
        reach,
        error=worst(points, here & points.judged & ~(zero & points.normal) & ~infinite, size),
        zero=worst(points, here & zero & points.normal, value),
        infinite=worst(points, here & infinite, near),
        nan=worst(points, here & (points.kind == NAN) & points.defined, near),
        subnormal=worst(points, here & points.subnormal & ~zero & np.isfinite(points.computed), size),
        flushed=worst(points, here & points.subnormal & zero & (value > 0), value),
        step=_step(points, here),
        drop=_drop(points, here),
    )


def worst(points: Points, use: Mask, by: Floats) -> Spot | None:
    """The place with the largest of some numbers; of equal ones, the one nearest to 0."""
    index = np.flatnonzero(use)
    if not len(index):
        return None
    ties = index[by[index] == by[index].max()]
    return spot(points, ties[np.argmin(np.abs(points.x[ties]))])


def spot(points: Points, index: Any) -> Spot:
    """A point as what is kept of it."""
    error, x, got = points.error[index], points.x[index], points.computed[index]
    exact = points.exact[index : index + 1].rounded(FORMATS["float64"])[0]
    return Spot(float("inf") if np.isnan(error) else abs(float(error)), float(x), float(got), float(exact))


def _step(points: Points, here: Mask) -> Step | None:
    """The largest step between neighbours beyond the exact function's own, where results around are smoother."""
    pairs = _neighbours(points)
    size = np.abs(np.diff(points.error))[pairs]
    within = np.flatnonzero(here[pairs])
    for best in within[np.argsort(-size[within], kind="stable")[:STEPS]]:
        around = np.concatenate((size[max(0, best - NEAR) : best], size[best + 1 : best + 1 + NEAR]))
        if size[best] > max(ROUNDING, SMOOTHER * (np.median(around) if len(around) else 0)):
            return _between(points, size[best], pairs[best])
    return None


def _drop(points: Points, here: Mask) -> Step | None:
    """The largest step in the wrong direction between neighbours, in ulp."""
    pairs = _neighbours(points)
    pairs = pairs[here[pairs]]
    exact, following = points.exact[pairs], points.exact[pairs + 1]
    direction = exact.differs(following)
    unit = np.maximum(exact.unit(points.format), following.unit(points.format)).astype(np.int32)
    with np.errstate(over="ignore"):
        moved = np.ldexp(points.computed[pairs + 1], -unit) - np.ldexp(points.computed[pairs], -unit)
    size = -moved * direction
    if not len(size) or size.max() <= ROUNDING:
        return None
    best = int(np.argmax(size))
    return _between(points, size[best], pairs[best])


def _between(points: Points, size: float, index: Any) -> Step:
    return Step(float(size), spot(points, index), spot(points, index + 1))


def _neighbours(points: Points) -> NDArray[np.intp]:
    """Pairs of neighbouring floats, by the index of the first, whose results are numbers that can be compared.

    A result of 0 for a normal value is none: it is a fault of its own.
    """
    good = points.comparable & (points.kind == FINITE)
    return np.flatnonzero((np.diff(points.ordinals) == 1) & good[1:] & good[:-1])


# Alone ----------------------------------------------------------------------------------------------------------------


def _interesting(points: Points, masks: Iterable[Mask], parts: Iterable[Part], ends: Iterable[float]) -> Integers:
    """Indices of the points that are tried alone: where a fault was seen or results end, the worst, and a spread."""
    there = np.array([spot.x for part in parts for spot in _spots(part)])
    edge = np.searchsorted(points.x, np.array([*ends]))
    beside = [np.clip(edge + shift, 0, len(points) - 1) for shift in (-1, 0, 1)]
    chosen = [np.searchsorted(points.x, there), *beside]
    central = np.abs(np.log2(np.maximum(np.abs(points.x), 2.0**-1074))) <= CENTRE
    for mask in masks:
        usable = np.flatnonzero(mask & points.comparable)
        chosen.append(usable[np.argsort(-np.abs(points.error[usable]), kind="stable")[:WORST]])
        usable = np.flatnonzero(mask & points.comparable & central)
        chosen.append(usable[:: max(1, -(-len(usable) // SPREAD))])
    every = np.unique(np.concatenate(chosen))
    return every[points.defined[every]]


def _spots(part: Part) -> Iterator[Spot]:
    """Every place that a part names."""
    for fault in vars(part).values():
        if isinstance(fault, Spot):
            yield fault
        elif isinstance(fault, Step):
            yield from (fault.before, fault.after)


def _alone(subject: Subject, points: Points) -> tuple[Floats, Floats]:
    """The results at points in arrays of one, and how far those in a large array are from them, in ulp.

    Two that are equal, or nan both, are 0 apart; a number and nan, or an infinity, infinitely.
    """
    x, together = points.x, points.computed
    single = np.array([subject.results(x[i : i + 1])[0] for i in range(len(x))])
    with np.errstate(over="ignore", invalid="ignore"):
        moved = np.abs(np.ldexp(single - together, -points.exact.unit(points.format).astype(np.int32)))
    same = (single == together) | (np.isnan(single) & np.isnan(together))
    return single, np.where(same, 0, np.nan_to_num(moved, nan=np.inf))
