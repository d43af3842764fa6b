"""A formula with one thing changed at a time: a digit, a sign, a relation, a border, a function, a fraction."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

#: What is found in LaTeX, and what takes its place: signs, relations, borders, and words that mean the same everywhere.
LATEX = [
    (r"\+", "-"),
    (r"-", "+"),
    (r"\\cdot\b", "+"),
    (r"\\ln\b", r"\\exp"),
    (r"\\exp\b", r"\\ln"),
    (r"\\sin\b", r"\\cos"),
    (r"\\cos\b", r"\\sin"),
    (r"\\tanh\b", r"\\sinh"),
    (r"\\sinh\b", r"\\cosh"),
    (r"\\cosh\b", r"\\sinh"),
    (r"\\max\b", r"\\min"),
    (r"\\min\b", r"\\max"),
    (r"\\le\b", r"\\ge"),
    (r"\\ge\b", r"\\le"),
    (r"<", ">"),
    (r">", "<"),
    (r"=", "<"),
    (r"\be\^", "2^"),
    (r"\be\^", r"e+"),
    (r"log1p", "expm1"),
    (r"expm1", "log1p"),
    (r"''", "'"),
    (r"(?<!')'(?!')", "''"),
    (r"\\infty\)", r"\\infty]"),
    (r"\\infty", "1"),
    (r"\\infty", r"-\\infty"),
    (r"\(0", "[0"),
    (r"\|([^|]*)\|", r"(\1)"),
    (r"\\frac\{d\}\{dx\}", ""),
    (r"\\mathbb\{R\}", r"(0, \\infty)"),
    (r"\A(?![(\[]|0\Z)", "-"),
]
#: The same in SymPy's syntax.
SYMPY = [
    (r"\+", "-"),
    (r"(?<!\()-", "+"),
    (r"(?<!\*)\*(?!\*)", "+"),
    (r"\*\*", "*"),
    (r"/", "*"),
    (r"\blog1p\b", "expm1"),
    (r"\bexpm1\b", "log1p"),
    (r"\blog\b", "exp"),
    (r"\bexp\b", "log"),
    (r"\bMax\b", "Min"),
    (r"\bMin\b", "Max"),
    (r"\bAbs\b", ""),
    (r"\btanh\b", "sinh"),
    (r"\berf\b", "erfc"),
    (r"<", ">"),
    (r">", "<"),
    (r"\A", "-"),
]
_GROUP = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_FRACTION = re.compile(rf"(?=\\frac{_GROUP}{_GROUP})")


def latex(tex: str, functions: Sequence[str] = (), parameters: Sequence[str] = ()) -> list[str]:
    """A formula in LaTeX, with each of these changes alone.

    functions: those that it may use, the one that it is about first; parameters: those beside the argument. All as they
    are written. What is true of one function is often true of another, so only the first takes another's place.
    """
    main = functions[:1]
    swaps = [(_name(name), _plain(f"2{name}")) for name in (*main, *parameters)]
    swaps += [(_name(other), _plain(one)) for one in main for other in functions[1:] if not _alike(one, other)]
    swaps += [(rf"{_name(name)}(?=\()", _plain(f"{name}'")) for name in main]
    changed = dict.fromkeys([*_swapped(tex, [*LATEX, *swaps]), *_digits(tex), *_turned(tex)])
    return [other for other in changed if other != tex]  # a fraction of two equal parts is the same upside down


def sympy(text: str, variables: Sequence[str] = ()) -> list[str]:
    """An expression in SymPy's syntax, with each of these changes alone. variables: those that it may use."""
    swaps = [(rf"\b{name}\b", f"(2*{name})") for name in variables]
    return list(dict.fromkeys([*_swapped(text, [*SYMPY, *swaps]), *_digits(text)]))


def _alike(one: str, other: str) -> bool:
    r"""Whether one is the other with an index, as `f_\beta` is `f`."""
    return one.startswith(other) or other.startswith(one)


def _name(name: str) -> str:
    """A pattern for a name that is no part of another, as `f` is of `\\frac`."""
    return rf"(?<![A-Za-z\\]){re.escape(name)}(?![A-Za-z_])"


def _plain(text: str) -> str:
    """A replacement that is taken as it is."""
    return text.replace("\\", r"\\")


def _swapped(text: str, swaps: Iterable[tuple[str, str]]) -> Iterator[str]:
    for pattern, new in swaps:
        for match in re.finditer(pattern, text):
            yield text[: match.start()] + match.expand(new) + text[match.end() :]


def _digits(text: str) -> Iterator[str]:
    """One digit raised or lowered by one, but for those in names, as in `log1p`."""
    for match in re.finditer(r"(?<![a-z])\d", text):
        for way in (1, -1):
            yield text[: match.start()] + str((int(match[0]) + way) % 10) + text[match.end() :]


def _turned(tex: str) -> Iterator[str]:
    """One fraction upside down."""
    for match in _FRACTION.finditer(tex):
        end = match.start() + len(rf"\frac{{{match[1]}}}{{{match[2]}}}")
        yield tex[: match.start()] + rf"\frac{{{match[2]}}}{{{match[1]}}}" + tex[end:]
