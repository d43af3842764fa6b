"""How wide the parts of an inline formula are, so that its lines break where they will before its fonts are there.

KaTeX leaves the widths to the browser. Until the fonts have come, that measures letters of some other font and breaks
lines elsewhere, and what stands below moves when they come. The build knows the advances of the fonts and adds them up.
"""

from __future__ import annotations

import functools
import json
import re

from lxml import html

from engine.base.files import ENGINE

ADVANCES = ENGINE / "vendor/katex/advances.json"
#: What a line does not break within.
BASE = '<span class="katex-base">'
#: KaTeX's sizes, in em, from size1 on.
SIZES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 1.44, 1.728, 2.074, 2.488)
#: Classes that choose the font of what they hold, in the order of KaTeX's style sheet: the last one counts.
FONTS = {
    "texttt": "Typewriter-Regular",
    "mathnormal": "Math-Italic",
    "mathit": "Main-Italic",
    "mathbf": "Main-Bold",
    "boldsymbol": "Math-BoldItalic",
    "mathbb": "AMS-Regular",
    "amsrm": "AMS-Regular",
    "mathcal": "Caligraphic-Regular",
    "small-op": "Size1-Regular",
    "size1": "Size1-Regular",
    "size2": "Size2-Regular",
    "size3": "Size3-Regular",
    "size4": "Size4-Regular",
}
#: Classes that leave the width to their content, beside those that are read below. Anything else is not understood.
INERT = re.compile(
    r"katex-(base|strut)|m(ord|bin|rel|open|close|punct|inner|op|space|tight|supsub|frac|athrm)|vlist(-t2?|-r)?"
    r"|nobreak|frac-line|op-symbol|delimcenter|delimsizing|text"
)
STYLES = frozenset(
    {"height", "vertical-align", "top", "position", "margin-left", "margin-right", "border-bottom-width"}
)


class NotUnderstood(Exception):
    """Something whose width depends on more than the advances of its letters."""


def with_widths(rendered: str) -> str:
    """The inline formula, with the width of every part that is understood."""
    bases = html.fragment_fromstring(rendered).iter("{*}span")
    widths = iter([width_of(span) for span in bases if span.get("class") == "katex-base"])

    def sized(match: re.Match[str]) -> str:
        width = next(widths)
        return match[0] if width is None else f'{match[0][:-1]} style="width:{width:.4g}em">'

    return re.sub(BASE, sized, rendered)


def width_of(base: html.HtmlElement) -> float | None:
    """Its width in em, or None if that is not known before it is laid out."""
    try:
        return _width(base, "Main-Regular")
    except NotUnderstood:
        return None


def _width(element: html.HtmlElement, font: str) -> float:
    classes = element.get("class", "").split()
    style = dict(item.split(":") for item in element.get("style", "").split(";") if item)
    if not style.keys() <= STYLES:
        raise NotUnderstood(element.get("style"))
    margins = sum(_em(style[side]) for side in ("margin-left", "margin-right") if side in style)
    if "vlist-s" in classes or "pstrut" in classes:  # the first is as wide as the margin that takes it back
        return 0.0
    if "nulldelimiter" in classes:
        return 0.12 + margins
    scale = 1.0
    if "katex-sizing" in classes:
        outer, inner = (
            next(SIZES[int(name[len(prefix) :]) - 1] for name in classes if name.startswith(prefix))
            for prefix in ("reset-size", "size")
        )
        scale, classes = inner / outer, [name for name in classes if name == "mtight"]
    for name, other in FONTS.items():
        if name in classes:
            font = other
    if not all(name in FONTS or INERT.fullmatch(name) for name in classes):
        raise NotUnderstood(element.get("class"))
    parts = [_width(child, font) for child in element]
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    # What is stacked is as wide as the widest.
    inside = max(parts, default=0.0) if "vlist" in classes or "vlist-t" in classes else sum(parts)
    return scale * (inside + sum(_advance(letter, font) for letter in text)) + margins


def _advance(letter: str, font: str) -> float:
    try:
        return _advances()[font][letter] / 1000
    except KeyError:
        raise NotUnderstood(f"{letter!r} in {font}") from None


@functools.cache
def _advances() -> dict[str, dict[str, int]]:
    return json.loads(ADVANCES.read_text(encoding="utf-8"))


def _em(length: str) -> float:
    if not length.endswith("em"):
        raise NotUnderstood(length)
    return float(length.removesuffix("em"))
