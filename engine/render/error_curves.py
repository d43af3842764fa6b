"""The curves of the largest error over x: which there are, how they look, their legend, and the figure of them.

`engine.render.error_plot` draws the figure in a process of its own; what it drew is kept in `.cache/plots`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.accuracy import jobs
from engine.accuracy.results import ORDERS, Row
from engine.base.code import code_digest
from engine.base.errors import Problem, SourceError
from engine.base.libraries import environment, installed, versions
from engine.base.store import digest, project_store
from engine.run.isolation import ENVIRONMENT

#: Types whose error over x is drawn, and the number of colours that the figure style has for curves.
PLOTTED, COLOURS = ("float32", "float64"), 4

#: By type, for each order the largest error in each bin of x, or nothing.
Curves = dict[str, list[tuple[float, ...]]]


class Plot(jobs.Job, frozen=True):
    """A figure of some types, with colour, line style and curves of each group."""

    columns: list[str]
    groups: list[tuple[int, str, Curves]]


def draw(root: Path, definition: Path, rows: Sequence[Row]) -> str:
    """The figure as SVG, as it was kept or drawn anew; empty if there is no curve, or no error to draw.

    definition: what messages name. Raises SourceError if Matplotlib is missing, or its process fails.
    """
    columns = [dtype for dtype in PLOTTED if any(row.dtype == dtype and row.orders for row in rows)]
    errors = (size for row in rows if row.dtype in columns for order in row.orders for size in order.error_curve)
    if not any(size > 0 for size in errors):
        return ""
    if not installed("matplotlib"):
        reason = "the audit needs matplotlib, not installed; install it (pip install -r requirements.txt)"
        raise SourceError([Problem(definition.as_posix(), reason)])
    job = Plot(columns, [(*look(index), curve) for index, (_, curve) in enumerate(groups(rows))])
    conditions = environment(), ENVIRONMENT | {"MATPLOTLIBRC": ""}
    key = digest(job, versions(["matplotlib"]), conditions, code_digest(__name__))
    return project_store(root, "plots").made(
        key, str, lambda: jobs.ask(root, "engine.render.error_plot", job, str, definition)
    )


def groups(rows: Iterable[Row]) -> list[tuple[str, Curves]]:
    """The curves by label; libraries with equal curves share one. `look` gives the look of each."""
    curves: dict[tuple[str, str], Curves] = {}
    for row in rows:
        if row.dtype in PLOTTED and row.orders:
            filled = [order.error_curve for order in row.orders] + [()] * (len(ORDERS) - len(row.orders))
            curves.setdefault((row.name, row.library), {})[row.dtype] = filled
    merged: list[tuple[list[str], Curves]] = []
    for (_, library), curve in curves.items():
        same = next((labels for labels, other in merged if other == curve), None)
        if same is None:
            merged.append(([library], curve))
        elif library not in same:
            same.append(library)
    return [(", ".join(own_first(labels)), curve) for labels, curve in merged]


def look(index: int) -> tuple[int, str]:
    """Colour of the figure style, from 0, and line style of a curve, by a name that matplotlib and CSS share."""
    return index % COLOURS, "dashed" if index >= COLOURS else "solid"


def legend(rows: Iterable[Row]) -> str:
    """Which curve is whose. As text a reader can find and enlarge it, and it weighs less than its letters' outlines."""
    keys = []
    for index, (label, _) in enumerate(groups(rows)):
        colour, line = look(index)
        keys.append(f'<span><i style="border-top: 3px {line} var(--figure-{colour + 1})"></i>{label}</span>')
    return " ".join(keys)


def own_first(libraries: Iterable[str]) -> list[str]:
    """Names with those before that compute by themselves, without another library's backend."""
    return sorted(libraries, key=lambda name: "(" in name)
