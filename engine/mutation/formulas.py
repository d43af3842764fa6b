"""A formula with one thing changed at a time: a digit, a sign, a relation, a border, a function, a fraction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

#: What is found in LaTeX, and what takes its place.
LATEX = [
    (r"\+", "-"),
    (r"-", "+"),
    (r"\\cdot\b", "+"),
    (r"\\ln\b", r"\\exp"),
    (r"\\max\b", r"\\min"),
    (r"\\le\b", r"\\ge"),
    (r"\\ge\b", r"\\le"),
    (r"<", ">"),
    (r">", "<"),
    (r"=", "<"),
    (r"\be\^", "2^"),
    (r"\be\^", r"e+"),
    (r"log1p", "expm1"),
    (r"expm1", "log1p"),
    (r"\\sigma\b", "f"),
    (r"f_", r"2f_"),
    (r"\bf\b", r"2f"),
    (r"f''", "f'"),
    (r"f'", "f''"),
    (r"f\(", "f'("),
    (r"\\beta", r"2\\beta"),
    (r"\\infty\)", r"\\infty]"),
    (r"\\infty", "1"),
    (r"\\infty", r"-\\infty"),
    (r"\(0", "[0"),
    (r"\|([^|]*)\|", r"(\1)"),
    (r"\\frac\{d\}\{dx\}", ""),
    (r"\\mathbb\{R\}", r"(0, \\infty)"),
    (r"\A(?![(\[])", "-"),
]
#: The same in SymPy's syntax.
SYMPY = [
    (r"\+", "-"),
    (r"(?<!\()-", "+"),
    (r"(?<!\*)\*(?!\*)", "+"),
    (r"\*\*", "*"),
    (r"/", "*"),
    (r"\blog1p\b", "expm1"),
    (r"\blog\b", "exp"),
    (r"\bexp\b", "log"),
    (r"\bMax\b", "Min"),
    (r"\bMin\b", "Max"),
    (r"\bAbs\b", ""),
    (r"\btanh\b", "sinh"),
    (r"\berf\b", "erfc"),
    (r"<", ">"),
    (r">", "<"),
    (r"\bx\b", "2*x"),
    (r"\A", "-"),
]
_GROUP = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_FRACTION = re.compile(rf"(?=\\frac{_GROUP}{_GROUP})")


def latex(tex: str) -> list[str]:
    """A formula in LaTeX, with each of these changes alone."""
    return list(dict.fromkeys([*_swapped(tex, LATEX), *_digits(tex), *_turned(tex)]))


def sympy(text: str) -> list[str]:
    """An expression in SymPy's syntax, with each of these changes alone."""
    return list(dict.fromkeys([*_swapped(text, SYMPY), *_digits(text)]))


def _swapped(text: str, swaps: Iterable[tuple[str, str]]) -> Iterator[str]:
    for pattern, new in swaps:
        for match in re.finditer(pattern, text):
            yield text[: match.start()] + match.expand(new) + text[match.end() :]


def _digits(text: str) -> Iterator[str]:
    """One digit raised by one, but for those in names, as in `log1p`."""
    for match in re.finditer(r"(?<![a-z])\d", text):
        yield text[: match.start()] + str((int(match[0]) + 1) % 10) + text[match.end() :]


def _turned(tex: str) -> Iterator[str]:
    """One fraction upside down."""
    for match in _FRACTION.finditer(tex):
        end = match.start() + len(rf"\frac{{{match[1]}}}{{{match[2]}}}")
        yield tex[: match.start()] + rf"\frac{{{match[2]}}}{{{match[1]}}}" + tex[end:]
