"""What was measured of anybody's implementation, as text for a terminal: errors, flags, bounds, and the libraries'."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from engine.accuracy import audited
from engine.accuracy.audit import Audit
from engine.accuracy.audited import Audited
from engine.accuracy.bounds import Kept
from engine.accuracy.formats import PRECISION
from engine.accuracy.results import ORDERS, Row
from engine.accuracy.rows.results import VectorMeasurement, VectorRow
from engine.accuracy.rows.suite import GROUPS
from engine.render import row_accuracy
from engine.render.accuracy_words import WORDS
from engine.render.faults import by_kind
from engine.render.terminal import aligned, plain, ulps, value, wrapped
from engine.sources.definition import Definition

#: What the value and its derivatives are called, by order.
NAMES = ("value", "first derivative", "second derivative")


def report(root: Path, definition: Definition, measured: Audited, kept: Sequence[Kept]) -> str:
    """The text, with what is recorded of the libraries. Raises SourceError if that record cannot be read."""
    lines = _lines(definition, measured, audited.recorded(root, definition), kept)
    return "".join(f"{line}\n" for line in lines)


def _lines(
    definition: Definition, measured: Audited, recorded: dict[str, Any] | None, kept: Sequence[Kept]
) -> Iterator[str]:
    name = measured.rows[0].name
    parameters = "".join(f", {key} = {number:g}" for key, number in definition.defaults.items())
    yield f"{name}, against {definition.name}: {definition.expression}{parameters}"
    yield from _of_vectors(measured) if isinstance(measured, VectorMeasurement) else _of_numbers(measured)
    if recorded:
        yield from _beside(audited.table(measured), recorded)
    if kept:
        yield from ("", "Bounds", *map(_bound, kept))


def _of_numbers(audit: Audit) -> Iterator[str]:
    yield from ("", "Largest error in ulp, where it is, and mean error", *_errors(audit.rows))
    yield from _flags(audit)


def _of_vectors(measured: VectorMeasurement) -> Iterator[str]:
    """The largest error of each group of vectors, and the notable ones, with the result there, as a page lists them."""
    cells = [["", "", *GROUPS]]
    notes = []
    for row in measured.rows:
        for order in sorted({group.order for group in row.groups}):
            found = {
                group.name: group.worst.size if group.worst else 0.0 for group in row.groups if group.order == order
            }
            cells.append([row.dtype, NAMES[order], *(ulps(found[name]) if name in found else "-" for name in GROUPS)])
        notes += _lacking(row, bool(row.groups), 1)
    yield from ("", "Largest error in ulp, by group of vectors", *aligned(cells, left=2), *notes)
    first, *parts = row_accuracy.notable(measured, row_accuracy.WORDS["en"])
    yield from ("", plain(first))
    for part in parts:
        lines = part.splitlines()
        if not lines[0].startswith("- "):
            yield plain(lines[0])
        else:  # the name is that of the implementation in every line
            yield from wrapped(plain(line).partition(": ")[2] for line in lines)


def _errors(rows: Sequence[Row]) -> Iterator[str]:
    """The largest error of each type and order, with the result there, and what the library said of those it lacks."""
    cells = [["", "", "largest", "at x", "result", "exact", "mean"]]
    notes = []
    for row in rows:
        for order in row.orders:
            worst = order.max_error
            there = [ulps(worst.size), *(value(part) for part in (worst.x, worst.got, worst.exact))] if worst else []
            cells.append([row.dtype, NAMES[order.order], *(there or ["-"] * 4), ulps(order.mean_error)])
        notes += _lacking(row, bool(row.orders), len(row.orders))
    yield from [*aligned(cells, left=2), *notes]


def _lacking(row: Row | VectorRow, taken: bool, order: int) -> Iterator[str]:
    """What the library said of what it lacks. order: of the first derivative that it may lack."""
    if row.refused:
        yield f"{row.dtype}: refused: {row.refused}"
    elif not taken:
        yield f"{row.dtype}: not measured, since it returns {row.returns}"
    elif row.no_gradient:
        yield f"{row.dtype}, {NAMES[order]}: {row.no_gradient}"


def _flags(audit: Audit) -> Iterator[str]:
    """What the rules flagged, as the pages of functions list it: the largest of each kind on each side of 0."""
    count = len(audit.flags)
    yield from ("", f"{count or 'No'} flag{'s' if count != 1 else ''}, by the rules that judge the libraries")
    for heading, items in by_kind(audit, WORDS["en"]):
        yield plain(heading)
        for item in items:
            _, _, text = item.partition(": ")  # the name is that of the implementation in every line
            yield from wrapped(re.split(r"; (?!also in )", plain(text)))


def _beside(own: dict[str, Any], recorded: dict[str, Any]) -> Iterator[str]:
    """The largest errors of implementation and libraries, from two tables of `engine.accuracy.audited`."""
    flags = audited.flags(own) | audited.flags(recorded)
    aside = ", 0, inf and nan aside" if "flags" in own else ""
    for order in (0, 1):
        if all(_largest(own, name, dtype, order) == "-" for name in own["accuracy"] for dtype in PRECISION):
            continue
        yield from ("", f"Beside the libraries, as recorded: largest error of the {NAMES[order]} in ulp{aside}")
        cells = [["", *PRECISION, "flagged"]]
        for table in (own, recorded):
            for name in table["accuracy"]:
                kinds = {flag.rpartition(" ")[2] for flag in flags.get(name, []) if f" {ORDERS[order]} " in flag}
                sizes = [_largest(table, name, dtype, order) for dtype in PRECISION]
                cells.append([name, *sizes, ", ".join(sorted(kinds)) or "-"])
        yield from aligned(cells, left=1, words=1)


def _largest(table: dict[str, Any], name: str, dtype: str, order: int) -> str:
    size = audited.largest(table, name, dtype, ORDERS[order])
    return "-" if size is None else ulps(size)


def _bound(kept: Kept) -> str:
    what = f"{kept.dtype} {NAMES[kept.order]} at most {kept.ulp:g} ulp"
    if kept.lacks:
        return f"{what}: not kept, since there is none: {kept.lacks}"
    entries = kept.x if isinstance(kept.x, tuple) else () if kept.x is None else (kept.x,)
    where = f" at {plain(row_accuracy.shortened([value(entry) for entry in entries]))}" if entries else ""
    return f"{what}: {'kept' if kept.holds else 'not kept'}, {ulps(kept.size)}{where}"
