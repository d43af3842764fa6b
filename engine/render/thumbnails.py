"""Small pictures of functions side by side: each function and its derivative, on the same axes, as SVG in the page.

The curves are the proved formulas of the definition. What they do at a jump or a kink is not joined by a line, as far
as the build knows the place (`engine.mathematics.kinks`). Points that lie on a line with their neighbours are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from engine.base.errors import Problem, SourceError
from engine.mathematics.formula.python import FormulaError, read
from engine.mathematics.formula.tree import Variable
from engine.sources.definition import Definition

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The corners of the picture: x from -REACH to REACH, y from LOW to HIGH.
REACH, LOW, HIGH = 4.0, -2.0, 3.0
#: Intervals between two borders, and how far a point may be from the line that stands for it; a unit is 15 pixels.
#: An odd number of them: 0, where a formula may be 0/0, is no end of one.
_STEPS, _NEAR = 121, 0.012
#: How far the function may be from the line between two of its points, and where between them that is tried: at no
#: simple fraction of the way, since what swings as often as there are points would not show there.
_SEEN, _APART = 0.1, 0.381966
#: Beside a border, so near that no reader tells it from the border.
_BESIDE = 1e-9
#: Farther up or down nothing is drawn.
_FAR = 1.0


def thumbnail(definition: Definition, borders: Sequence[float]) -> str:
    """The picture of a function of a number with its usual parameters. borders: where it, or its derivative, jumps.

    Raises SourceError for a formula that has no value in float64 at some point, or that moves between two.
    """
    slope, curve = (_path(definition, key, borders) for key in ("derivative", "stable"))
    view = f"{-REACH:g} {-HIGH:g} {2 * REACH:g} {HIGH - LOW:g}"
    axes = f"M{-REACH:g} 0H{REACH:g}M0 {-HIGH:g}V{-LOW:g}"
    paths = f'<path class="axes" d="{axes}"/><path class="slope" d="{slope}"/><path class="curve" d="{curve}"/>'
    return f'<svg class="thumbnail" viewBox="{view}" aria-hidden="true">{paths}</svg>'


def _path(definition: Definition, key: str, borders: Sequence[float]) -> str:
    """The outline of a formula of the definition, with a gap at each border where its sides differ."""
    import numpy as np

    inner = [border for border in sorted(borders) if -REACH < border < REACH]
    ends = [-REACH, *inner, REACH]
    parts = []
    for left, right in pairwise(ends):
        x = np.linspace(left + _BESIDE, right - _BESIDE, _STEPS + 1)
        between = x[:-1] + _APART * np.diff(x)
        y, there = (np.clip(_values(definition, key, some), LOW - _FAR, HIGH + _FAR) for some in (x, between))
        off = np.abs(y[:-1] + _APART * np.diff(y) - there)
        if off.max() > _SEEN:
            at = float(between[np.argmax(off)])
            raise _fault(definition, key, f"its picture has no point for what the function does near x = {at:.2f}")
        parts.append(np.stack([x, y], axis=1))
    return "".join(f"M{'L'.join(_points(line))}" for line in _joined(parts))


def _values(definition: Definition, key: str, x: NDArray) -> NDArray:
    """The values of a formula of the definition in float64. Raises SourceError where there is none."""
    import numpy as np

    from engine.mathematics.formula import float64

    try:
        tree = read(getattr(definition, key), {name: Variable(name) for name in ("x", *definition.defaults)})
        with np.errstate(all="ignore"):
            y = np.broadcast_to(float64.compute(tree, {"x": x, **definition.defaults}), x.shape)
    except FormulaError as error:
        raise _fault(definition, key, f"cannot be drawn: {error}") from None
    if np.isnan(y).any():
        at = float(x[np.argmax(np.isnan(y))])
        raise _fault(definition, key, f"cannot be drawn: in float64 the formula gives nan at x = {at:.2f}")
    return y


def _fault(definition: Definition, key: str, reason: str) -> SourceError:
    line = definition.line("expression" if getattr(definition, key) == definition.expression else key)
    return SourceError([Problem(definition.path.as_posix(), reason, line)])


def _joined(parts: Sequence[NDArray]) -> Iterator[NDArray]:
    """The lines that a reader sees: parts that end where the next begins are one."""
    import numpy as np

    line = parts[0]
    for part in parts[1:]:
        if abs(line[-1, 1] - part[0, 1]) < _NEAR:
            line = np.concatenate([line, part])
        else:
            yield line
            line = part
    yield line


def _points(line: NDArray) -> Iterator[str]:
    """The points that it takes to draw a line."""
    for x, y in [*_thinned(line), line[-1]]:
        yield f"{x:.2f} {-y + 0.0:.2f}"


def _thinned(line: NDArray) -> Iterator[NDArray]:
    """A line without its last point, and without those on the way between those that stay (Douglas and Peucker)."""
    import numpy as np

    first, last = line[0], line[-1]
    (dx, dy), (x, y) = last - first, (line - first).T
    distance = np.abs(dx * y - dy * x) / np.hypot(dx, dy)
    middle = int(np.argmax(distance))
    if distance[middle] <= _NEAR:
        yield first
    else:
        yield from _thinned(line[: middle + 1])
        yield from _thinned(line[middle:])
