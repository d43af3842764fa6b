"""Draw the picture that stands for the site where somebody shares a link to it: `python scripts/card.py`.

Services that show such a card read no SVG, so this is a PNG, of the 1200 by 630 points that they ask for. It names no
function, and serves every page in every language.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

CARD = Path(__file__).resolve().parent.parent / "theme/assets/card.png"


def draw(file: Path) -> None:
    """Write the card to `file`."""
    with plt.rc_context({"font.family": "DejaVu Sans"}):  # comes with Matplotlib, so every machine draws the same
        figure = plt.figure(figsize=(12, 6.3), dpi=100, facecolor="#1c2a42")
        axes = figure.add_axes((0.52, 0.12, 0.43, 0.76), facecolor="none")
        x = np.linspace(-4, 4, 400)
        for y, colour in ((np.maximum(x, 0), "#54688c"), (np.logaddexp(0, x), "#ffab91"), (np.tanh(x), "#8fc0ff")):
            axes.plot(x, y, color=colour, linewidth=5, solid_capstyle="round")
        axes.set(xlim=(-4.1, 4.1), ylim=(-1.4, 4.3))
        axes.axhline(0, color="#54688c", linewidth=1.5, zorder=0)
        axes.axvline(0, color="#54688c", linewidth=1.5, zorder=0)
        axes.axis("off")
        figure.text(0.06, 0.62, "Activation\nfunctions,\nexecuted", color="white", size=52, weight="bold", va="center")
        figure.text(
            0.06,
            0.24,
            "Every formula, figure, number,\noutput and claim checked by\nthe build that published it",
            color="#c9d3e6",
            size=20,
            va="center",
            linespacing=1.4,
        )
        figure.canvas.draw()
        picture = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())).convert("RGB")
        picture.quantize(64).save(file, optimize=True)  # a third of the bytes
        plt.close(figure)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Draw the site's card.")
    parser.add_argument("file", nargs="?", type=Path, default=CARD, help="default: theme/assets/card.png")
    draw(parser.parse_args().file)
