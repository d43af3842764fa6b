"""What a figure shows, as text: the recorded output of a snippet that draws, and the table beside its picture."""

from __future__ import annotations

#: How many of a curve's points are listed: enough to see a wrong curve, few enough to read.
SAMPLES = 9


def describe_open_figures() -> str:
    """The curves of every open matplotlib figure: label, number of points, and evenly spaced ones of them.

    Points are given to six significant digits; `SAMPLES` of them, the first and the last included.
    """
    import matplotlib.pyplot as plt

    lines = []
    for number in plt.get_fignums():
        for axes in plt.figure(number).axes:
            for curve in axes.get_lines():
                x, y = curve.get_xdata(), curve.get_ydata()
                lines.append(f"{curve.get_label()}: {len(x)} points")
                picks = sorted({round(i * (len(x) - 1) / (SAMPLES - 1)) for i in range(SAMPLES)}) if len(x) else []
                lines += [f"  {x[i]:12.6g}  {y[i]:12.6g}" for i in picks]
    return "".join(line + "\n" for line in lines)
