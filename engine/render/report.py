"""What was measured of anybody's implementation, as text for a terminal: errors, flags, bounds, and the libraries'."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.accuracy import record
from engine.accuracy.audit import Audit
from engine.accuracy.bounds import Kept
from engine.accuracy.formats import PRECISION
from engine.accuracy.results import ORDERS, Row
from engine.render.accuracy_words import WORDS
from engine.render.faults import by_kind
from engine.sources.definition import Definition

#: What the value and its derivatives are called, by order.
NAMES = ("value", "first derivative", "second derivative")
#: Letters in a line, and digits of results.
WIDTH, DIGITS = 100, 7


def report(root: Path, definition: Definition, audit: Audit, kept: Sequence[Kept]) -> str:
    """The text, with what is recorded of the libraries. Raises SourceError if that record cannot be read."""
    there = (root / record.location(definition)).is_file()
    lines = _lines(definition, audit, record.recorded(root, definition) if there else None, kept)
    return "".join(f"{line}\n" for line in lines)


def _lines(
    definition: Definition, audit: Audit, recorded: dict[str, Any] | None, kept: Sequence[Kept]
) -> Iterator[str]:
    name = audit.rows[0].name
    parameters = "".join(f", {key} = {value:g}" for key, value in definition.defaults.items())
    yield f"{name}, against {definition.name}: {definition.expression}{parameters}"
    yield from ("", "Largest error in ulp, where it is, and mean error", *_errors(audit.rows))
    yield from _flags(audit)
    if recorded:
        yield from _beside(record.table(audit), recorded)
    if kept:
        yield from ("", "Bounds", *map(_bound, kept))


def _errors(rows: Sequence[Row]) -> Iterator[str]:
    """The largest error of each type and order, with the result there, and what the library said of those it lacks."""
    cells = [["", "", "largest", "at x", "result", "exact", "mean"]]
    notes = []
    for row in rows:
        for order in row.orders:
            worst = order.max_error
            there = [_size(worst.size), *(_value(part) for part in (worst.x, worst.got, worst.exact))] if worst else []
            cells.append([row.dtype, NAMES[order.order], *(there or ["-"] * 4), _size(order.mean_error)])
        if row.refused:
            notes.append(f"{row.dtype}: refused: {row.refused}")
        elif not row.orders:
            notes.append(f"{row.dtype}: not measured, since it returns {row.returns}")
        elif row.no_gradient:
            notes.append(f"{row.dtype}, {NAMES[len(row.orders)]}: {row.no_gradient}")
    yield from [*_aligned(cells, left=2), *notes]


def _flags(audit: Audit) -> Iterator[str]:
    """What the rules flagged, as the pages of functions list it: the largest of each kind on each side of 0."""
    count = len(audit.flags)
    yield from ("", f"{count or 'No'} flag{'s' if count != 1 else ''}, by the rules that judge the libraries")
    for heading, items in by_kind(audit, WORDS["en"]):
        yield _plain(heading)
        for item in items:
            _, _, text = item.partition(": ")  # the name is that of the implementation in every line
            for part in re.split(r"; (?!also in )", _plain(text)):
                yield textwrap.fill(part, WIDTH, initial_indent="  ", subsequent_indent="    ")


def _beside(own: dict[str, Any], recorded: dict[str, Any]) -> Iterator[str]:
    """The largest errors of implementation and libraries, from two tables of `engine.accuracy.record`."""
    both = own["accuracy"] | recorded["accuracy"]
    flags = own["flags"] | recorded["flags"]
    for order in (0, 1):
        if all(_largest(entry, dtype, order) == "-" for entry in own["accuracy"].values() for dtype in PRECISION):
            continue
        title = f"Beside the libraries, as recorded: largest error of the {NAMES[order]} in ulp, 0, inf and nan aside"
        yield from ("", title)
        cells = [["", *PRECISION, "flagged"]]
        for name, entry in both.items():
            kinds = {flag.rpartition(" ")[2] for flag in flags.get(name, []) if f" {ORDERS[order]} " in flag}
            sizes = [_largest(entry, dtype, order) for dtype in PRECISION]
            cells.append([name, *sizes, ", ".join(sorted(kinds)) or "-"])
        yield from _aligned(cells, left=1, words=1)


def _largest(entry: dict[str, Any], dtype: str, order: int) -> str:
    size = record.largest(entry, dtype, ORDERS[order])
    return "-" if size is None else _size(size)


def _bound(kept: Kept) -> str:
    what = f"{kept.dtype} {NAMES[kept.order]} at most {kept.ulp:g} ulp"
    if kept.lacks:
        return f"{what}: not kept, since there is none: {kept.lacks}"
    where = "" if kept.x is None else f" at {_value(kept.x)}"
    return f"{what}: {'kept' if kept.holds else 'not kept'}, {_size(kept.size)}{where}"


def _aligned(rows: Sequence[Sequence[str]], left: int, words: int = 0) -> Iterator[str]:
    """Columns of numbers, which end at one place, between so many on the left and on the right that begin at one."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if left <= place < len(row) - words else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _size(ulp: float) -> str:
    return f"{ulp:.2g}"


def _value(number: float) -> str:
    return f"{number:.{DIGITS}g}"


def _plain(markdown: str) -> str:
    """What a page shows, without its markup and in letters that every terminal has."""
    text = re.sub(r" × 10<sup>(−?\d+)</sup>", r"e\1", markdown)
    for sign, word in (("−", "-"), ("∞", "inf"), ("′", "'"), ("″", "''"), ("*", ""), ("`", "")):
        text = text.replace(sign, word)
    return text
