"""What a figure shows, as text: the recorded output of a snippet that draws, and the table beside its picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: How many of a curve's points are listed: enough to see a wrong curve, few enough to read.
SAMPLES = 9


def describe_open_figures() -> str:
    """What every open matplotlib figure shows: the texts and ticks of its axes, and its curves.

    Of a curve the label, how it is drawn, the number of points, and `SAMPLES` of them, evenly spaced, the first and the
    last included, to six significant digits. What is no curve, as an area or a bar, is counted.
    """
    import matplotlib.pyplot as plt

    lines: list[str] = []
    for figure in map(plt.figure, plt.get_fignums()):
        lines += [f"title: {text.get_text()}" for text in figure.texts]
        for axes in figure.axes:
            lines += [*_texts(axes), *_axis("x", axes.xaxis, axes.get_xlim()), *_axis("y", axes.yaxis, axes.get_ylim())]
            for curve in axes.get_lines():
                lines += _curve(curve)
            others = len(axes.patches) + len(axes.collections) + len(axes.images)
            lines += [f"other shapes: {others}"] if others else []
    return "".join(line + "\n" for line in lines)


def _texts(axes: Any) -> Iterator[str]:
    """The title, the entries of the legend and what is written into the axes."""
    if axes.get_title():
        yield f"title: {axes.get_title()}"
    if legend := axes.get_legend():
        yield f"legend: {' | '.join(text.get_text() for text in legend.get_texts())}"
    for text in axes.texts:
        x, y = text.get_position()
        yield f"text at {x:.6g}, {y:.6g}: {text.get_text()}"


def _axis(name: str, axis: Any, limits: tuple[float, float]) -> Iterator[str]:
    """Ends, scale, name and the ticks between the ends, each with what is written beside it."""
    low, high = sorted(limits)
    label = f", {axis.get_label_text()}" if axis.get_label_text() else ""
    yield f"{name}, {axis.get_scale()}, from {limits[0]:.6g} to {limits[1]:.6g}{label}"
    places = axis.get_majorticklocs()
    ticks = zip(places, axis.get_major_formatter().format_ticks(places), strict=True)
    shown = [f"{place:.6g} as {text}" for place, text in ticks if low <= place <= high]
    yield f"  ticks: {', '.join(shown) or 'none'}"


def _curve(curve: Any) -> Iterator[str]:
    """The label, how it is drawn, and some points."""
    from matplotlib.colors import to_hex

    x, y = curve.get_xdata(), curve.get_ydata()
    marker = "" if curve.get_marker() in ("None", None, "") else f", marker {curve.get_marker()}"
    drawn = f"{to_hex(curve.get_color())} {curve.get_linestyle()}{marker}"
    yield f"{curve.get_label()}, {drawn}: {len(x)} points"
    picks = sorted({round(i * (len(x) - 1) / (SAMPLES - 1)) for i in range(SAMPLES)}) if len(x) else []
    yield from (f"  {x[i]:12.6g}  {y[i]:12.6g}" for i in picks)
