"""The curves of a figure in words, for those who do not see it: made of the points that its script has printed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from engine.sources.definition import Definition

WORDS = {
    "en": {"curve": " {label}, to two decimals: {points}.", "point": "{y} at {x}", "comma": ", "},
    "zh": {"curve": "{label}（保留两位小数）：{points}。", "point": "在 {x} 处为 {y}", "comma": "，"},
}
_CURVE = re.compile(r"(?P<label>.+), #[0-9a-f]{6} \S+(?:, marker .+)?: \d+ points")
_LETTERS = {"sigma": "σ", "beta": "β", "alpha": "α", "_1": "₁", "_2": "₂", "'": "′", "-": "−"}


def alternative(definition: Definition, printed: str, language: str) -> str:
    """The text of a function's figure: what is drawn, and its curves. printed: by the script that has drawn it."""
    return " ".join(definition.figure[language].split()) + in_words(printed, language)


def in_words(printed: str, language: str) -> str:
    """A sentence for each curve, with every other of its points that are listed. printed: by `engine.run.curves`."""
    words, said = WORDS[language], ""
    for label, points in _curves(printed):
        values = [(x, y) for x, y in points[::2] if math.isfinite(y)]
        shown = words["comma"].join(words["point"].format(x=_place(x), y=_signed(f"{y:.2f}")) for x, y in values)
        said += words["curve"].format(label=_plain(label), points=shown) if shown else ""
    return said


def _curves(printed: str) -> Iterator[tuple[str, list[tuple[float, float]]]]:
    """Labels, each with the points that follow it."""
    label, points = "", list[tuple[float, float]]()
    for line in [*printed.splitlines(), ""]:
        if line.startswith("   ") and label:
            x, y = map(float, line.split())
            points.append((x, y))
        else:
            if points:
                yield label, points
            found = _CURVE.fullmatch(line)
            label, points = found["label"] if found else "", []


def _place(x: float) -> str:
    return _signed(f"{x:.2f}".rstrip("0").rstrip("."))


def _signed(number: str) -> str:
    return {"-0.00": "0.00", "-0": "0"}.get(number, number).replace("-", "−")


def _plain(label: str) -> str:
    """A label without the marks of LaTeX."""
    text = re.sub(r"[$\\{}]", "", label)
    return re.sub("|".join(map(re.escape, _LETTERS)), lambda found: _LETTERS[found[0]], text)
