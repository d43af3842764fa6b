"""Text for a terminal: columns, numbers, and what a page shows without its markup."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence

#: Letters in a line, and digits of results.
WIDTH, DIGITS = 100, 7

#: What stands for letters that a terminal may lack, and for marks of a page.
_LETTERS = {"−": "-", "∞": "inf", "′": "'", "″": "''", "∂": "d", "…": "...", "*": "", "`": ""}


def aligned(rows: Sequence[Sequence[str]], left: int, words: int = 0) -> Iterator[str]:
    """Columns of numbers, which end at one place, between so many on the left and on the right that begin at one."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if left <= place < len(row) - words else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def wrapped(parts: Iterable[str]) -> Iterator[str]:
    """Paragraphs below a heading."""
    for part in parts:
        yield textwrap.fill(part, WIDTH, initial_indent="  ", subsequent_indent="    ")


def ulps(size: float) -> str:
    """An error in ulp."""
    return f"{size:.2g}"


def value(number: float) -> str:
    """A result, or an argument."""
    return f"{number:.{DIGITS}g}"


def plain(markdown: str) -> str:
    """What a page shows, without its markup and in letters that every terminal has."""
    text = re.sub(r" × 10<sup>(−?\d+)</sup>", r"e\1", markdown)
    for sign, word in (
        ("−", "-"),
        ("∞", "inf"),
        ("′", "'"),
        ("″", "''"),
        ("∂", "d"),
        ("…", "..."),
        ("*", ""),
        ("`", ""),
    ):
        text = text.replace(sign, word)
    return text
