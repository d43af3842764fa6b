"""Turn a figure that a snippet has drawn into SVG that stands in a page and takes its colours, light or dark."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from functools import lru_cache, partial

from engine.render.outlines import OutlineError, compact, decimal

_SVG = "http://www.w3.org/2000/svg"
_LINK = "http://www.w3.org/1999/xlink"

#: Colours of engine/styles/figure.mplstyle -> what a page gives them. Text and axes follow the page's text.
PALETTE = {
    "#37474f": "currentColor",
    "#3f51b5": "var(--figure-1)",
    "#d84315": "var(--figure-2)",
    "#2e7d32": "var(--figure-3)",
    "#8e24aa": "var(--figure-4)",
    "#cfd8dc": "var(--figure-grid)",
}
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
_TRANSLATION = re.compile(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)")
_REFERENCE = re.compile(r"url\(#([^)]+)\)|^#(.+)$")


#: Glyphs are drawn in 6400ths of the font's size; a 400th is less than a tenth of a pixel.
_GLYPH, _ROUNDED_GLYPH, _GLYPH_UNIT = "scale(0.015625)", "scale(.5)", 32


class FigureError(ValueError):
    """An SVG that cannot stand in a page."""


@lru_cache(maxsize=32)
def inline(svg: str, name: str, alt: str) -> str:
    """The SVG element of a file that matplotlib wrote, for use inside HTML.

    name: prefix of its ids, unique in the page; alt: what the figure shows, in the page's language. Its own style
    sheet, metadata and unused ids go, since they would apply to the page, and so does what nobody sees: positions are
    rounded to a tenth of a point. Raises FigureError for a colour outside the palette.
    """
    try:
        root = ET.fromstring(svg)
    except ET.ParseError as error:
        raise FigureError(f"not SVG: {error}") from None
    used = [
        match[1] or match[2]
        for node in root.iter()
        for value in node.attrib.values()
        for match in _REFERENCE.finditer(value)
    ]
    ids = {old: f"{name}-{number}" for number, old in enumerate(dict.fromkeys(used))}
    for parent in list(root.iter()):
        for node in list(parent):
            tag = node.tag.rpartition("}")[2]
            if tag in {"metadata", "style"} or (tag == "defs" and not len(node)):
                parent.remove(node)
    for node in root.iter():
        node.tag = node.tag.rpartition("}")[2]
        for key, value in list(node.attrib.items()):
            del node.attrib[key]
            key = key.replace(f"{{{_LINK}}}", "xlink:")  # the theme takes any other href for a link to follow
            if key == "id":
                if value in ids:
                    node.set("id", ids[value])
                continue
            value = _REFERENCE.sub(lambda match: _renamed(match, ids), value)
            node.set(key, _COLOUR.sub(_replace, value))
    if root.tag != "svg" or "viewBox" not in root.attrib:
        raise FigureError("not an SVG with a viewBox")
    view = root.get("viewBox", "")
    root.attrib = {
        "xmlns": _SVG,
        "viewBox": view,
        "role": "img",
        "aria-labelledby": f"{name}-text",
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
    }
    _shorten(root)
    text = ET.Element("desc", {"id": f"{name}-text"})  # and no label, which text browsers do not show
    text.text = alt
    root.insert(0, text)
    for node in root.iter():
        node.text = node.text and node.text.strip()
        node.tail = None
    return ET.tostring(root, encoding="unicode")


def _renamed(match: re.Match[str], ids: dict[str, str]) -> str:
    old = match[1] or match[2]
    return match[0].replace(f"#{old}", f"#{ids[old]}")


def _shorten(root: ET.Element) -> None:
    """Round positions, and remove groups that hold nothing in common and paths that leave no mark."""
    for parent in list(root.iter()):
        parent[:] = [node for child in parent for node in _members(child)]
    for node in root.iter():
        if node.tag == "path":
            glyph = node.get("transform") == _GLYPH
            try:
                node.set("d", compact(node.get("d", ""), _GLYPH_UNIT, 0) if glyph else compact(node.get("d", "")))
            except OutlineError as error:
                raise FigureError(str(error)) from None
            if glyph:
                node.set("transform", _ROUNDED_GLYPH)
        for key in node.attrib.keys() & {"x", "y", "width", "height"}:
            node.set(key, _rounded(node.get(key, "")))
        if "transform" in node.attrib:
            decimals = 0 if node.tag == "use" else 1  # glyphs are placed in hundredths of the font's size
            node.set("transform", _TRANSLATION.sub(partial(_translation, decimals), node.get("transform", "")))


def _members(node: ET.Element) -> list[ET.Element]:
    """What stands in place of a node: itself, the members of a group that only groups, or nothing."""
    if node.tag == "g" and not node.attrib:
        return [member for child in node for member in _members(child)]
    style = node.get("style", "")
    if node.tag == "path" and "id" not in node.attrib and "fill: none" in style and "stroke:" not in style:
        return []
    return [node]


def _rounded(number: str, decimals: int = 1) -> str:
    return decimal(round(float(number) * 10**decimals), decimals)


def _translation(decimals: int, match: re.Match[str]) -> str:
    return f"translate({_rounded(match[1], decimals)} {_rounded(match[2], decimals)})"


def _replace(match: re.Match[str]) -> str:
    try:
        return PALETTE[match[0].lower()]
    except KeyError:
        raise FigureError(f"colour {match[0]} is not one of the figure style's") from None
