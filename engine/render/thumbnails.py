"""Small pictures of functions side by side: each function and its derivative, on the same axes, as SVG in the page.

The curves are the proved formulas of the definition. What they do at a jump or a kink is not joined by a line, as far
as the build knows the place (`engine.mathematics.kinks`). Points that lie on a line with their neighbours are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from engine.mathematics.formula.python import read
from engine.mathematics.formula.tree import Variable
from engine.sources.definition import Definition

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The corners of the picture: x from -REACH to REACH, y from LOW to HIGH.
REACH, LOW, HIGH = 4.0, -1.5, 3.5
#: Intervals between two borders, and how far a point may be from the line that stands for it; a unit is 15 pixels.
_STEPS, _NEAR = 120, 0.012
#: Beside a border, so near that no reader tells it from the border.
_BESIDE = 1e-9
#: Farther up or down nothing is drawn.
_FAR = 1.0


def thumbnail(definition: Definition, borders: Sequence[float]) -> str:
    """The picture of a function of a number with its usual parameters. borders: where it, or its derivative, jumps."""
    slope, curve = (_path(definition, text, borders) for text in (definition.derivative, definition.stable))
    view = f"{-REACH:g} {-HIGH:g} {2 * REACH:g} {HIGH - LOW:g}"
    axes = f"M{-REACH:g} 0H{REACH:g}M0 {-HIGH:g}V{-LOW:g}"
    paths = f'<path class="axes" d="{axes}"/><path class="slope" d="{slope}"/><path class="curve" d="{curve}"/>'
    return f'<svg class="thumbnail" viewBox="{view}" aria-hidden="true">{paths}</svg>'


def _path(definition: Definition, text: str, borders: Sequence[float]) -> str:
    """The outline of a formula, with a gap at each border where its sides differ."""
    import numpy as np

    from engine.mathematics.formula import float64

    names = ("x", *definition.defaults)
    tree = read(text, {name: Variable(name) for name in names})
    inner = [border for border in sorted(borders) if -REACH < border < REACH]
    ends = [-REACH, *inner, REACH]
    parts = []
    for left, right in pairwise(ends):
        x = np.linspace(left + _BESIDE, right - _BESIDE, _STEPS + 1)
        with np.errstate(all="ignore"):
            y = np.broadcast_to(float64.compute(tree, {"x": x, **definition.defaults}), x.shape)
        parts.append(np.stack([x, np.clip(y, LOW - _FAR, HIGH + _FAR)], axis=1))
    return "".join(f"M{'L'.join(_points(line))}" for line in _joined(parts))


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
