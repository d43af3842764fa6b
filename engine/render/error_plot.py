"""A process that draws the largest error over x: one row per order, one column per format, one curve per group.

Started by `engine.render.error_curves`; the page has the legend, as text. Its answer is SVG.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np

from engine.accuracy.bins import BEND, BINS, REACH
from engine.accuracy.jobs import serve
from engine.accuracy.results import ORDERS
from engine.render.error_curves import Plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

#: Width of a bin in the figure, in points: about that of a curve, which would smear what is narrower.
STEP = 2
#: The smallest error that the figure tells apart: a quarter of what rounding alone does.
LEAST = 0.125
#: The x that have a tick.
TICKS = (-100, 0, 10, 100)


def draw(job: Plot) -> str:
    """The figure of a job."""
    figure, panels = _panels(len(job.columns))
    for column, dtype in enumerate(job.columns):
        for order in range(len(ORDERS)):
            panel = panels[order][column]
            for colour, line, curves in job.groups:
                _stairs(panel, curves[dtype][order] if dtype in curves else (), f"C{colour}", line)
            _axes(panel)
            if order == 0:
                panel.set_title(dtype)
            if column == 0:
                panel.set_ylabel(f"${'f' + chr(39) * order}$   (ulp)")
        panels[-1][column].set_xlabel("$x$")
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def _panels(columns: int) -> tuple[Figure, NDArray[Any]]:
    """An empty figure, measured in points.

    Every bin is equally wide in tenths of them, so that the page can give its outline in few characters.
    """
    across, left, between, top, bottom, height = (2 * BINS + 4) * STEP, 60, 44, 22, 42, 360
    width = left + columns * (across + between)
    return plt.subplots(
        *(len(ORDERS), columns),
        figsize=(width / 72, height / 72),
        sharex=True,
        squeeze=False,
        gridspec_kw={
            "left": left / width,
            "right": 1 - between / width,
            "wspace": between / across,
            "top": 1 - top / height,
            "bottom": bottom / height,
            "hspace": 0.13,
        },
    )


def _stairs(panel: Axes, curve: tuple[float, ...], colour: str, line: str) -> None:
    """The largest error in each bin; a gap where none was tried."""
    if curve:
        values = np.where(np.array(curve) > 0, np.maximum(curve, LEAST), np.nan)
        place = np.arange(-BINS, BINS + 1)
        panel.stairs(values, place, baseline=None, color=colour, linestyle=line, linewidth=1.4)


def _axes(panel: Axes) -> None:
    """Scales, ticks and grid. The axis of x is that of the bins."""
    place = np.arange(-BINS, BINS + 1)
    edges = np.sinh(place / BINS * np.arcsinh(2.0**REACH * BEND)) / BEND
    panel.set_yscale("log")
    panel.set_ylim(bottom=LEAST / 2)
    panel.set_xlim(-BINS - 2, BINS + 2)
    panel.set_xticks(np.interp(TICKS, edges, place), [rf"$\mathdefault{{{tick}}}$" for tick in TICKS])
    panel.spines[["right", "top"]].set_visible(False)
    panel.tick_params(labelsize=12)
    panel.grid(visible=True)
    panel.set_axisbelow(True)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    serve(Plot, draw)
