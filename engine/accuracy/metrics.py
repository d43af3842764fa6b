"""The numbers that sum up what an implementation returned: its errors in each part of the line, and where it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.accuracy.bins import BEND, BINS, REACH
from engine.accuracy.declared import around, at_declared
from engine.accuracy.exact import Floats
from engine.accuracy.parts import judge, spot, worst
from engine.accuracy.points import KINDS, Mask, Points
from engine.accuracy.results import Accuracy, Convention, Edge, Spot
from engine.accuracy.samples import sample
from engine.accuracy.search import search
from engine.accuracy.subject import Subject


def accuracy(subject: Subject, declared: Sequence[str] = ()) -> Accuracy:
    """Try one order of an implementation in one format, and search. declared: points that are told in any case.

    Raises Refused.
    """
    base = subject.at(sample(subject.format, subject.oracle.formula.borders))
    points = base if subject.format.exhaustive else search(subject, base, around(declared, subject.format))
    ends = edges(points.x, points.kind, points.defined)
    there = at_declared(points, declared)
    told = [*(x for edge in ends for x in (edge.near, edge.far)), *(point.x for point in there)]
    parts, alone = judge(subject, points, told)
    return Accuracy(
        order=subject.order,
        points=len(points),
        max_error=worst(points, points.judged, np.abs(points.error)),
        mean_error=mean_error(base),
        parts=parts,
        alone=alone,
        edges=ends,
        at_nonfinite=at_nonfinite(subject),
        negative_zero=negative_zero(subject),
        error_curve=() if subject.format.exhaustive else error_curve(points),
        conventions=tuple(conventions(subject, points)) if subject.order else (),
        declared=there,
    )


def mean_error(points: Points) -> float:
    """Mean error over the floats whose exact value is a normal number or 0, each counted by how many it stands for."""
    binade, index = np.unique(points.ordinals // (1 << (points.format.precision - 1)), return_inverse=True)
    weight = 1 / np.bincount(index, minlength=len(binade))[index]
    use = (points.normal | (points.exact.high == 0)) & points.judged
    return float(np.sum((weight * np.abs(points.error))[use]) / np.sum(weight[use])) if use.any() else 0.0


def edges(x: Floats, kind: NDArray[np.int_], defined: Mask) -> tuple[Edge, ...]:
    """Where results are 0, inf or nan, on each side of 0: beside it, farther away, and to the end of the format.

    Each has an edge of its own, since a value may be too small for a number both beside 0 and far out.
    """
    ends = []
    for value, name in KINDS.items():
        for side in (x <= 0, x >= 0):
            here = np.flatnonzero(side & defined)
            here = here[np.argsort(np.abs(x[here]), kind="stable")]
            so = kind[here] == value
            for places, onward in _runs(x[here], so):
                if len(places):
                    near, far = x[here[places[[0, -1]]]] + 0.0
                    ends.append(Edge(name, float(near), float(far), onward))
    return tuple(ends)


def _runs(x: Floats, so: Mask) -> Iterator[tuple[NDArray[np.intp], bool]]:
    """The places of results that are so, by x from 0 outward: all beside 0, those between others, all to the end.

    0 itself may be right where what is beside it is not.
    """
    start = int(len(x) > 0 and not x[0] and not so[0])
    others = start + np.flatnonzero(~so[start:])
    first, last = (others[0], others[-1] + 1) if len(others) else (start, start)
    yield np.arange(start, first), False
    yield np.flatnonzero(so[:last])[first - start :], False
    yield np.arange(last, len(x)), True


def at_nonfinite(subject: Subject) -> dict[str, tuple[float, float | None]]:
    """Result and limit at -inf and +inf, and the result for nan."""
    x = np.array([-np.inf, np.inf, np.nan])
    limits = subject.exact(x).rounded(subject.format)
    results = [subject.results(x[i : i + 1])[0] for i in range(len(x))]
    return {
        name: (float(result), None if np.isnan(limit) else float(limit))
        for name, result, limit in zip(("-inf", "inf", "nan"), results, limits, strict=True)
    }


def conventions(subject: Subject, points: Points) -> Iterator[Convention]:
    """What is returned wherever there is no derivative but those from both sides. Raises Refused."""
    for index in np.flatnonzero(~points.defined):
        x = points.x[index : index + 1]
        sides = subject.oracle.sides(subject.order, float(x[0]))
        if sides is None:
            continue
        left, right = sides.rounded(subject.format)
        here = float(points.computed[index]), float(subject.results(x)[0])
        seen = Convention(float(x[0]), *here, float(left), float(right), subject.oracle.jumps(float(x[0])))
        yield seen
        if not x[0]:
            negative = float(subject.results(-x)[0])
            if negative != seen.alone and not np.isnan([negative, seen.alone]).all():
                yield replace(seen, x=-0.0, got=negative, alone=negative)


def negative_zero(subject: Subject) -> Spot | None:
    """The result at -0, if it is not as good as that at 0: they are one number. The sign of a result that is 0 is left
    to the library."""
    zero = np.zeros(1, np.int64)
    points, other = subject.at(zero), subject.results(np.array([-0.0]))
    if not points.defined[0] or np.array_equal(points.computed, other, equal_nan=True):
        return None
    return replace(spot(replace(points, computed=other), 0), x=-0.0)


def error_curve(points: Points) -> tuple[float, ...]:
    """The largest error in each bin of x, 0 where none was tried."""
    place = np.arcsinh(np.clip(points.x, -(4.0**REACH), 4.0**REACH) * BEND) / np.arcsinh(2.0**REACH * BEND) * BINS
    use = points.judged & (np.abs(place) < BINS)
    curve = np.zeros(2 * BINS)
    np.maximum.at(curve, np.floor(place[use]).astype(int) + BINS, np.abs(points.error[use]))
    return tuple(float(f"{value:.3g}") for value in curve)
