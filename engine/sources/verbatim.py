"""Which code a page cannot show as it is: Markdown turns tabs into blanks, empties lines of blanks, and drops signs.

A reader who copies such code runs another program. So it is refused; what it says can be written with escapes.
"""

from __future__ import annotations


def alteration(source: str) -> tuple[int, str] | None:
    """The line on which a page would show a source as another, and what to do; None if it would not."""
    lines = source.split("\n")
    for number, line in enumerate(lines, 1):
        if sign := next((sign for sign in line if _lost(sign)), ""):
            name = "a tab" if sign == "\t" else f"U+{ord(sign):04X}"
            return number, f"a page would not show {name} as it is; write {sign!a} in a string, blanks elsewhere"
        if line and not line.strip():
            return number, "a page would empty this line of blanks; empty it, or write its blanks with escapes"
    if source.strip() and not lines[0]:
        return 1, "a page would not show that the file begins with an empty line; remove it"
    if source.strip() and not "".join(lines[-2:]):
        return len(lines) - 1, "a page would not show that the file ends with an empty line; remove it"
    return None


def _lost(sign: str) -> bool:
    """Whether Markdown replaces a sign, uses it for its own marks, or takes it for the end of a line."""
    return sign in "\t\r\x02\x03" or len(f"a{sign}a".splitlines()) > 1
