"""A process that measures how exact a library is on vectors; `engine.accuracy.rows.measuring` starts it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from engine.accuracy.adapters import ADAPTERS, Call
from engine.accuracy.exact import Exact, Floats, errors
from engine.accuracy.formats import FORMATS, Format
from engine.accuracy.jobs import Rows, serve
from engine.accuracy.results import title
from engine.accuracy.rows.exact import RowOracle
from engine.accuracy.rows.results import Group, RowSpot, VectorRow
from engine.accuracy.rows.suite import GROUPS, LONG, Vector, by_length, suite
from engine.accuracy.subject import Refused
from engine.mathematics.lengths import LONGEST, looked_at


def answer(job: Rows) -> list[VectorRow]:
    """Do a job."""
    oracle = RowOracle(job.expression, job.derivative, job.parameters, job.entries, Path(job.cache))
    rows = [_row(name, call, job, oracle, format) for name, call in job.apis for format in FORMATS.values()]
    oracle.save()
    return rows


def _row(name: str, call: str, job: Rows, oracle: RowOracle, format: Format) -> VectorRow:
    """Everything about one name in one format."""
    adapter = partial(ADAPTERS.get(job.backend, Call), name, device=job.device)
    value = adapter(call)
    refused, returns, no_gradient = "", "", ""
    found: dict[tuple[str, int], list[tuple[int, RowSpot | None]]] = {}
    try:
        for length, named in by_length(suite(oracle.entries, format)).items():
            groups, vectors = zip(*named, strict=True)
            got, returns = value.rows(np.array(vectors), format, 0)
            if returns != format.name:
                break  # its error would be measured in units of another type
            shape = len(vectors), oracle.count(length)
            if got.shape != shape:
                raise Refused(f"returns an array of shape {got.shape} for {(len(vectors), length)}")
            _judge(found, 0, groups, got, oracle.values(vectors), vectors, format)
            if length == LONG or no_gradient:
                continue
            try:
                for row in looked_at(shape[1], everything=length < LONGEST):
                    slope, _ = adapter(f"({call})[..., {row - 1}]").rows(np.array(vectors), format, 1)
                    _judge(found, row, groups, slope, oracle.derivatives(vectors, row), vectors, format)
            except Refused as error:
                no_gradient = str(error)
    except Refused as error:
        refused = str(error)
    groups = [
        _joined(group, order, found[group, order]) for order in (0, 1) for group in GROUPS if (group, order) in found
    ]
    kept = tuple(groups) if not refused and returns == format.name else ()
    return VectorRow(name, job.backend, title(name, job.backend), format.name, refused, returns, no_gradient, kept)


def _judge(
    found: dict[tuple[str, int], list[tuple[int, RowSpot | None]]],
    row: int,
    groups: Sequence[str],
    got: Floats,
    exact: Exact,
    vectors: Sequence[Vector],
    format: Format,
) -> None:
    """Add what was found of each group. row: of derivatives, that of the result, from 1; 0 for values."""
    width = got.shape[1]
    for group in dict.fromkeys(groups):
        own = np.array([name == group for name in groups])
        some = [vector for vector, chosen in zip(vectors, own, strict=True) if chosen]
        judged = _worst(got[own], exact[np.repeat(own, width)], some, format, row)
        found.setdefault((group, bool(row)), []).append(judged)


def _worst(
    got: Floats, exact: Exact, vectors: Sequence[Vector], format: Format, row: int = 0
) -> tuple[int, RowSpot | None]:
    """How many results were judged, and the one with the largest error. row: of derivatives, that of the result."""
    computed = got.ravel()
    rounded = exact.rounded(format)
    finite = np.isfinite(rounded)
    judged = finite & (exact.normal(format) | (exact.high == 0) | ~np.isfinite(computed))
    size = np.where(np.isfinite(computed), np.abs(errors(computed, exact, format)), np.inf)
    size = np.where(judged, size, -1.0)
    if not judged.any():
        return 0, None
    at = int(np.argmax(size))
    width = got.shape[1]
    spot = RowSpot(
        float(size[at]),
        vectors[at // width],
        row or at % width + 1,
        at % width + 1 if row else 0,
        float(computed[at]),
        float(exact.rounded(FORMATS["float64"])[at]),
    )
    return int(judged.sum()), spot if spot.size else None


def _joined(group: str, order: int, found: Sequence[tuple[int, RowSpot | None]]) -> Group:
    spots = [spot for _, spot in found if spot]
    worst = max(spots, key=lambda spot: spot.size) if spots else None
    return Group(group, order, sum(points for points, _ in found), worst)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    serve(Rows, answer)
