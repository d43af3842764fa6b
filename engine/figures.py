"""Turn a figure that a snippet has drawn into SVG that stands in a page and takes its colours, light or dark."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

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
_REFERENCE = re.compile(r"url\(#([^)]+)\)|^#(.+)$")


class FigureError(ValueError):
    """An SVG that cannot stand in a page."""


def inline(svg: str, name: str, alt: str) -> str:
    """The SVG element of a file that matplotlib wrote, for use inside HTML.

    name: prefix of its ids, unique in the page; alt: what the figure shows, in the page's language. Its own style
    sheet, metadata and unused ids go, since they would apply to the page. Raises FigureError for a colour outside the
    palette.
    """
    try:
        root = ET.fromstring(svg)
    except ET.ParseError as error:
        raise FigureError(f"not SVG: {error}") from None
    used = {
        match[1] or match[2]
        for node in root.iter()
        for value in node.attrib.values()
        for match in _REFERENCE.finditer(value)
    }
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
                if value in used:
                    node.set("id", f"{name}-{value}")
                continue
            value = _REFERENCE.sub(lambda match: match[0].replace("#", f"#{name}-"), value)
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
    text = ET.Element("desc", {"id": f"{name}-text"})  # and no label, which text browsers do not show
    text.text = alt
    root.insert(0, text)
    for node in root.iter():
        node.text = node.text and node.text.strip()
        node.tail = None
    return ET.tostring(root, encoding="unicode")


def _replace(match: re.Match[str]) -> str:
    try:
        return PALETTE[match[0].lower()]
    except KeyError:
        raise FigureError(f"colour {match[0]} is not one of the figure style's") from None
