"""What is written in the figures of a lab, as text that is recorded beside its output.

That is the text for those who do not see a figure, the names of its axes, legends and other words. Where training leads
is not the same on any two machines, nor are the numbers that matplotlib writes beside an axis that reaches so far. So
these are not listed: they have to lie where they say, and the scale on which they do so is recorded. Ticks with words
are listed as they are.
"""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence

_SVG = "{http://www.w3.org/2000/svg}"
_DESCRIPTION = "{http://purl.org/dc/elements/1.1/}description"
_POWER = re.compile(r"\$\\mathdefault\{(?:(-?\d+)|(-?)10\^\{(-?\d+)\})\}\$")
_EVEN = 1e-3  # of the whole axis, by which a tick may lie elsewhere

_Ticks = Sequence[tuple[float, str]]  # where each lies, and what is written there


def described(files: Mapping[str, str]) -> str:
    """What is written in the figures among files, by their names; empty if there is none."""
    return "".join(f"{line}\n" for name in sorted(files) if name.endswith(".svg") for line in _lines(name, files[name]))


def alternative(svg: str) -> str:
    """The text of a figure for those who do not see it, empty if it has none. Raises ParseError."""
    return " ".join(" ".join(node.text or "" for node in ET.fromstring(svg).iter(_DESCRIPTION)).split())


def _lines(name: str, svg: str) -> Iterator[str]:
    yield f"{name}: {alternative(svg)}"
    tree = ET.fromstring(svg, ET.XMLParser(target=ET.TreeBuilder(insert_comments=True)))
    for group in _groups(tree):
        kind = group.get("id", "").rstrip("0123456789")
        if kind == "matplotlib.axis_":
            yield f"  axis: {', '.join(_named(group)) or 'no name'}; {_scale([*_ticks(group)])}"
        elif kind in ("legend_", "text_"):
            yield f"  {kind.rstrip('_')}: {' | '.join(_words(group))}"


def _groups(node: ET.Element) -> Iterator[ET.Element]:
    """The axes, legends and texts of a figure, but for what is within them."""
    for child in node:
        kind = str(child.get("id", "")).rstrip("0123456789")
        if kind in ("matplotlib.axis_", "legend_", "text_"):
            yield child
        elif child.tag == f"{_SVG}g":
            yield from _groups(child)


def _words(group: ET.Element) -> list[str]:
    """What is written in a group: matplotlib draws letters as paths, with a comment before each text."""
    return [(node.text or "").strip() for node in group.iter() if node.tag is ET.Comment]


def _named(axis: ET.Element) -> list[str]:
    return [word for child in axis if str(child.get("id", "")).startswith("text_") for word in _words(child)]


def _ticks(axis: ET.Element) -> Iterator[tuple[float, str]]:
    for tick in axis:
        side, words = str(tick.get("id", ""))[:1], _words(tick)
        marks = [*tick.iter(f"{_SVG}use")]
        if str(tick.get("id", ""))[1:].startswith("tick_") and words and marks:
            yield float(marks[0].get(side, "nan")), words[0]


def _scale(ticks: _Ticks) -> str:
    values = [_number(text) for _, text in ticks]
    if not ticks or any(math.isnan(value) for value in values):
        return f"ticks: {', '.join(text for _, text in ticks) or 'none'}"
    places = [place for place, _ in ticks]
    if _is_even(places, values):
        return "ticks: numbers on a linear scale"
    if all(value > 0 for value in values) and _is_even(places, [math.log(value) for value in values]):
        return "ticks: numbers on a logarithmic scale"
    return f"ticks: {', '.join(text for _, text in ticks)}, on neither scale"


def _number(text: str) -> float:
    """A number that is written beside a tick; nan for words."""
    if power := _POWER.fullmatch(text):
        return float(power[1]) if power[1] else (-1 if power[2] else 1) * 10.0 ** int(power[3])
    try:
        return float(text.replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return math.nan


def _is_even(places: Sequence[float], values: Sequence[float]) -> bool:
    """Whether values are as far apart as the places where they stand."""
    (low, start), (high, end) = (places[0], values[0]), (places[-1], values[-1])
    if len(values) < 3:
        return True
    if low == high or start == end:
        return False
    shares = zip(((place - low) / (high - low) for place in places), values, strict=True)
    return all(abs(share - (value - start) / (end - start)) < _EVEN for share, value in shares)
