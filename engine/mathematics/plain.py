"""A formula as plain text, as in `f′(x) ≤ 1/β₁`, for places that hold no markup: the contents, titles, the search.

Made from the MathML that KaTeX writes, so that it says what readers of the page get. What has no sign of its own in
Unicode keeps its structure by brackets: `x^(a/b)`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from xml.etree.ElementTree import Element, fromstring

_SUPERSCRIPTS = dict(zip("0123456789+−=()in", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱⁿ", strict=True)) | {"′": "′"}
_SUBSCRIPTS = dict(zip("0123456789+−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
#: Operators that stand between two things with a blank on either side. KaTeX's MathML leaves these to the reader.
_SPACED = set("+−±×÷⋅∗∘=≠<>≤≥≈≡∼≃≅∝≪≫∈∉⊂⊆∪∩→←↔↦⇒⇐⇔∧∨")
#: Operators over a range, which what they are applied to follows after a blank.
_LARGE = set("∑∏∐∫∬∭∮⋃⋂")
_ACCENTS = {"^": "\u0302", "~": "\u0303", "ˉ": "\u0304", "‾": "\u0304", "˙": "\u0307", "¨": "\u0308", "⃗": "\u20d7"}
_APPLIED = "\N{FUNCTION APPLICATION}"
_MARKS = "".join([*_SUPERSCRIPTS.values(), *_SUBSCRIPTS.values(), *_ACCENTS.values()])
_ATOM = re.compile(f"([0-9.]+|.)[{_MARKS}]*", re.DOTALL)


def plain(html: str) -> str:
    """The text of a formula that KaTeX has rendered."""
    math = re.search(r"<math.*?</math>", html, re.DOTALL)
    assert math, "KaTeX renders MathML, see engine.site.formulas"
    text = _row(fromstring(re.sub(r' xmlns="[^"]*"', "", math[0]))[0][0:1])
    text = re.sub(_APPLIED + r"(?=[\w√])", " ", text)
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")  # signs that nobody sees
    return re.sub(r" (?=[:,])", "", " ".join(text.split()))


def _row(parts: Iterable[Element]) -> str:
    text = ""
    for part in parts:
        piece = _text(part)
        if part.tag == "mo" and piece in _SPACED and text.rstrip() == text and text[-1:] not in ("", "("):
            piece = f" {piece} "
        elif part.tag == "mo" and piece in (",", ";"):
            piece += " "
        elif part.tag == "mi" and len(piece) > 1 and text[-1:].isalnum():
            piece = f" {piece}"
        text += piece
    return text


def _text(node: Element) -> str:
    parts = list(node)
    match node.tag:
        case "mi" | "mn" | "mo" | "mtext" | "ms":
            return _letters(node)
        case "annotation":
            return ""
        case "mspace":
            return " "
        case "mfrac":
            above, below = map(_text, parts)
            line = node.get("linethickness", "1px") != "0px"
            return f"{_bracketed(above)}/{_bracketed(below)}" if line else f"{above}; {below}"
        case "msqrt":
            return f"√{_bracketed(_row(parts))}"
        case "mroot":
            return f"{_bracketed(_text(parts[0]))}^(1/{_text(parts[1])})"
        case "msub" | "msup" | "msubsup" | "munder" | "mover" | "munderover":
            return _scripted(node)
        case "mtr":
            return " ".join(map(_text, parts))
        case "mtable":
            return "; ".join(map(_text, parts))
        case _:
            return _row(parts)


def _scripted(node: Element) -> str:
    """Something with what stands beside, below or above it: scripts, limits, an accent."""
    base, *scripts = map(_text, node)
    match node.tag:
        case "mover" | "munder" if node.get("accent" if node.tag == "mover" else "accentunder") == "true":
            (accent,) = scripts
            return unicodedata.normalize("NFC", base + _ACCENTS.get(accent, accent))
        case "msup" | "mover":
            return _script(base, high=scripts[0])
    return _script(base, *scripts)


def _letters(node: Element) -> str:
    text = node.text or ""
    if node.get("mathvariant") == "double-struck" and len(text) == 1:
        for name in (f"DOUBLE-STRUCK CAPITAL {text}", f"MATHEMATICAL DOUBLE-STRUCK CAPITAL {text}"):
            try:
                return unicodedata.lookup(name)
            except KeyError:
                pass
    return text.replace("∣", "|")


def _script(base: str, low: str = "", high: str = "") -> str:
    applied = base.endswith(_APPLIED)
    below, above = _raised(low, _SUBSCRIPTS, "_"), _raised(high, _SUPERSCRIPTS, "^")
    return base.removesuffix(_APPLIED) + below + above + (_APPLIED if applied else " " if base in _LARGE else "")


def _raised(text: str, signs: dict[str, str], mark: str) -> str:
    text = text.strip()
    if all(sign in signs for sign in text):
        return "".join(signs[sign] for sign in text)
    return mark + (text if len(text) == 1 else f"({text})")


def _bracketed(text: str) -> str:
    """In brackets, unless it is one thing."""
    text = text.strip()
    return text if _ATOM.fullmatch(text) else f"({text})"
